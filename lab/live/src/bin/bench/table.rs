//! The figures side by side, with our share of each peer's.

use crate::Figures;

/// A row: its name, its unit, and how it is taken from the figures.
type Row = (&'static str, &'static str, fn(&Figures) -> f64);

const ROWS: &[Row] = &[
    ("power loss, outage", "ms", |figures| median(&figures.power)),
    ("  beyond the configured detection", "ms", |figures| median(&figures.beyond)),
    ("  worst", "ms", |figures| worst(&figures.power)),
    ("active host frozen for 12 s, outage", "ms", |figures| median(&figures.frozen)),
    ("  worst", "ms", |figures| worst(&figures.frozen)),
    ("  it answers after it woke, worst", "ms", |figures| worst(&figures.woken)),
    ("false moves of an address in 40 s, 15 % loss", "", |figures| moves(figures, 15)),
    ("  30 % loss", "", |figures| moves(figures, 30)),
    ("  50 % loss", "", |figures| moves(figures, 50)),
    ("graceful move, outage", "ms", |figures| median(&figures.moved)),
    ("killed proxy, outage (monitor every 10 s)", "ms", |figures| median(&figures.killed)),
    ("cold start of both hosts until answers", "ms", |figures| median(&figures.cold)),
    ("idle CPU of the active host, agents included", "s/min", |figures| figures.idle.cpu),
    ("memory of the daemons (PSS)", "MiB", |figures| figures.idle.pss),
    ("processes", "", |figures| f64::from(u32::try_from(figures.idle.processes).unwrap_or(u32::MAX))),
];

/// Prints the table; the first contender is ours.
pub fn print(results: &[(String, Figures)]) {
    let Some(((_, ours), peers)) = results.split_first() else { return };
    print!("\n{:48}", "median");
    for (name, _) in results {
        print!("{name:>26}");
    }
    for (name, unit, take) in ROWS {
        let own = take(ours);
        let head = format!("{name}{}{unit}", if unit.is_empty() { "" } else { ", " });
        print!("\n{head:48}{own:>26.2}");
        for (_, peer) in peers {
            let peer = take(peer);
            print!("{:>26}", format!("{peer:.2} ({:.3})", own / peer));
        }
    }
    println!();
    println!(
        "\nIn brackets: ours divided by theirs. Power loss, freeze, move and kill: {} runs each.",
        ours.power.len()
    );
}

fn moves(figures: &Figures, percent: u32) -> f64 {
    figures.lossy.get(&percent).copied().unwrap_or(f64::NAN)
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
}

fn median(values: &[f64]) -> f64 {
    sorted(values).get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn worst(values: &[f64]) -> f64 {
    sorted(values).last().copied().unwrap_or(f64::NAN)
}
