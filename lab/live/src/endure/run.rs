//! A whole run: a cluster, its clients, and rounds until the time is over.

use crate::Failure;
use crate::endure::converge;
use crate::endure::keys::{Book, Key};
use crate::endure::ownership::Window;
use crate::endure::round;
use crate::endure::tally::Tally;
use crate::endure::watcher::Watcher;
use crate::endure::workload::Workload;
use crate::endure::world::{State, World};
use model::Rng;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the new cluster may take until it serves.
const BOOT_MAX: Duration = Duration::from_mins(1);

/// What to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many hosts, three or more: two have no majority.
    pub nodes: usize,
    /// No round begins after this.
    pub lasts: Duration,
    /// All faults and all acts follow from it, but for what the machine's scheduler adds.
    pub seed: u64,
    /// Where evidence of violations is kept.
    pub keep: PathBuf,
    /// Where the hosts keep their state.
    pub state: State,
}

/// Everything that a round works with. The clients end before the watcher, and both before the hosts.
pub(super) struct Run {
    pub workload: Option<Workload>,
    pub watcher: Watcher,
    pub world: World,
    pub epoch: Instant,
    pub rng: Rng,
    pub windows: Vec<Window>,
    pub keepsakes: BTreeMap<Key, Option<u64>>,
    pub keep: PathBuf,
    pub tally: Tally,
}

/// Runs it.
///
/// # Errors
/// When the lab itself fails or the cluster never comes up; violations are in the tally.
pub fn run(options: &Options) -> Result<Tally, Failure> {
    let epoch = Instant::now();
    let world = World::new(options.nodes, &options.state)?;
    let watcher = Watcher::start(Arc::clone(&world.doors), epoch);
    let mut run = Run {
        workload: None,
        watcher,
        world,
        epoch,
        rng: Rng::from_seed(options.seed),
        windows: Vec::new(),
        keepsakes: BTreeMap::new(),
        keep: options.keep.clone(),
        tally: Tally::default(),
    };
    wait_until_it_serves(&run)?;
    println!("{} nodes serve after {:.1} s", options.nodes, epoch.elapsed().as_secs_f64());
    let clients = run.rng.next_u64();
    let book = Arc::new(Book::of_round(0));
    run.workload = Some(Workload::start(&run.world.doors, epoch, clients, book));
    let begin = Instant::now();
    while begin.elapsed() < options.lasts {
        round::play(&mut run)?;
    }
    run.workload = None;
    println!("the watcher looked {} times", run.watcher.looks());
    Ok(run.tally)
}

fn wait_until_it_serves(run: &Run) -> Result<(), Failure> {
    let mut why = String::new();
    while run.epoch.elapsed() < BOOT_MAX {
        match converge::look(&run.world.doors) {
            Ok(_) if run.watcher.each_runs_once() => return Ok(()),
            Ok(_) => why = run.watcher.describe(),
            Err(difference) => why = difference,
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err(Failure::broken(format!("the cluster does not serve within {BOOT_MAX:?}: {why}")))
}
