//! Which process of hands this is. A process number alone says little: a host that boots always in the same way gives its
//! hands the same number each time, and then what an earlier life had started would seem to run still.

use std::fs;

/// The field of `/proc/PID/stat` that says when the process began, counted behind the name's closing bracket.
const BEGAN: usize = 19;

/// A number for the life of this process, another one for each; never 0. `None`: it has just ended.
pub fn of(process: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let began = began(&stat)?;
    // Where the kernel does not say which boot this is, time and number have to do.
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    Some(number(boot.trim(), began, process))
}

/// In the kernel's ticks since the host booted. The name may hold spaces and brackets.
fn began(stat: &str) -> Option<u64> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(BEGAN)?.parse().ok()
}

/// FNV-1a over all three: the same in every version, so that a newer brain knows the hands of an older one.
fn number(boot: &str, began: u64, process: u32) -> u64 {
    let bytes = boot.bytes().chain(began.to_le_bytes()).chain(process.to_le_bytes());
    let print = bytes
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
    print.max(1)
}

#[cfg(test)]
mod tests {
    use super::{began, number, of};

    #[test]
    fn a_process_keeps_its_life_and_no_other_has_it() {
        let mut other = std::process::Command::new("sleep").arg("5").spawn().unwrap();
        let own = of(std::process::id()).unwrap();
        assert_eq!(of(std::process::id()), Some(own));
        assert_ne!(of(other.id()), Some(own));
        other.kill().unwrap();
        other.wait().unwrap();
        assert_eq!(of(other.id()), None);
    }

    #[test]
    fn the_same_number_after_a_boot_is_another_life() {
        let before = number("first boot", 900, 24);
        assert_ne!(number("second boot", 900, 24), before);
        assert_ne!(number("first boot", 901, 24), before);
    }

    #[test]
    fn a_name_with_brackets_moves_no_field() {
        let fields: Vec<String> = (3..=52).map(|field| field.to_string()).collect();
        assert_eq!(began(&format!("24 (a) b) {}", fields.join(" "))), Some(22));
    }
}
