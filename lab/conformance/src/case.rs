//! One CIB played through: loading it, the answers it gives, and panics told as answers.

use cib::Element;
use cli::simulate::{Outcome, Wishes, simulate, unchecked};
use model::WallTime;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// How deep a case may nest its calls before it counts as endless.
const STACK: usize = 64 << 20;

/// A CIB in today's schema, and what is wrong with it as it was written.
#[derive(Debug)]
pub struct Loaded {
    /// The tree.
    pub cib: Arc<Element>,
    /// Why a cluster would not accept it.
    pub refusal: Option<String>,
    /// Everything that is wrong or doubtful.
    pub complaints: Vec<String>,
    /// What the tool says of it on standard error.
    pub warning: Option<&'static str>,
}

/// Reads a CIB; one that is not valid is carried over all the same.
pub fn load(text: &str) -> Result<Loaded, String> {
    let tree = cib::parse(text).map_err(|error| format!("not well-formed: {}", error.reason))?;
    let report = cib::validate(&tree);
    let refusal = report.refusals().next().map(|mistake| format!("not valid: {mistake}"));
    let upgraded = cib::upgrade(&tree);
    let mut complaints: Vec<String> = report.mistakes.iter().map(ToString::to_string).collect();
    complaints.extend(upgraded.notes.into_iter().map(|note| note.text).filter(|text| text.starts_with("history")));
    Ok(Loaded { cib: upgraded.cib, refusal, complaints, warning: unchecked(&tree) })
}

/// Plays a CIB through; a panic is an error that says where.
pub fn play(cib: &Arc<Element>, wishes: &Wishes) -> Result<Outcome, String> {
    let played = catch_unwind(AssertUnwindSafe(|| simulate(cib, wishes, now())));
    match played {
        Ok(outcome) => outcome.map_err(|failure| failure.to_string()),
        Err(_) => Err(format!("panic: {}", LAST_PANIC.take())),
    }
}

fn now() -> WallTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_millis()).unwrap_or_default();
    WallTime(i64::try_from(since).unwrap_or(i64::MAX))
}

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Panics are remembered instead of shown.
pub fn keep_panics() {
    std::panic::set_hook(Box::new(|info| LAST_PANIC.set(info.to_string().replace('\n', " "))));
}

/// Works on all items with all processors, and answers in their order.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let worker = || {
            let mut mine = Vec::new();
            loop {
                let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                match items.get(at) {
                    Some(item) => mine.push((at, work(item))),
                    None => return mine,
                }
            }
        };
        let spawn = |_| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker);
        let handles: Vec<_> = (0..workers).filter_map(|n| spawn(n).ok()).collect();
        handles
            .into_iter()
            .flat_map(|handle| handle.join().expect("a worker catches the panics of its cases"))
            .collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
