//! How many changes a cluster takes in a second: over one connection, over eight, and with a process for each as a script does.

use crate::Failure;
use crate::endure::client::Caller;
use crate::endure::converge;
use crate::endure::history::Act;
use crate::endure::keys::Key;
use crate::endure::world::{State, World};
use api::{Change, Reply, Request};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Each figure is taken over so long.
const SPAN: Duration = Duration::from_secs(5);
/// Processes that follow each other.
const PROCESSES: u32 = 200;

/// Measures on two nodes that keep their state below `directory`, and prints a line for each figure.
///
/// # Errors
/// When the lab fails or the cluster refuses.
pub fn run(directory: &Path) -> Result<(), Failure> {
    let world = World::new(2, &State::Below(directory.to_owned()))?;
    wait_until_whole(&world)?;
    let config =
        |number: u64| Request::Change(super::client::change(&Key::Register("bench".into()), Act::Write(number)));
    let attribute = |number: u64| {
        let (name, value) = ("bench".to_owned(), Some(number.to_string()));
        Request::Change(Change::Attribute { node: "n1".into(), name, value, permanent: false })
    };
    println!("fsync of a small file, before:        {:>6.0}/s", synced(directory)?);
    println!("attributes, one connection:           {:>6.0}/s", connected(&world, 1, &attribute)?);
    println!("configuration, one connection:        {:>6.0}/s", connected(&world, 1, &config)?);
    println!("configuration, eight connections:     {:>6.0}/s", connected(&world, 8, &config)?);
    println!("fsync of a small file, after:         {:>6.0}/s", synced(directory)?);
    println!("/bin/true, a process each:            {:>6.0}/s", spawned(&world, "/bin/true")?);
    println!("attributes, a process each:           {:>6.0}/s", spawned(&world, ATTRIBUTE)?);
    println!("configuration, a process each:        {:>6.0}/s", spawned(&world, CONFIGURATION)?);
    Ok(())
}

const ATTRIBUTE: &str = "crm_attribute -N n1 -n bench -l reboot -v $i";
const CONFIGURATION: &str =
    r#"cibadmin -M --allow-create -o crm_config -X "<cluster_property_set id='bench' score='$i'/>""#;

fn wait_until_whole(world: &World) -> Result<(), Failure> {
    let end = Instant::now() + Duration::from_secs(30);
    while let Err(why) = converge::look(&world.doors) {
        if Instant::now() > end {
            return Err(Failure::broken(format!("the two nodes do not come together: {why}")));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    // The resources are started first.
    std::thread::sleep(Duration::from_secs(2));
    Ok(())
}

/// What the disk does alone: four kilobytes written over and synced, again and again.
fn synced(directory: &Path) -> Result<f64, Failure> {
    let broken = |error: std::io::Error| Failure::broken(format!("{}: {error}", directory.display()));
    let path = directory.join("probe");
    let begin = Instant::now();
    let mut count = 0;
    while begin.elapsed() < SPAN / 2 {
        let mut file = File::create(&path).map_err(broken)?;
        file.write_all(&[0; 4096]).and_then(|()| file.sync_all()).map_err(broken)?;
        count += 1;
    }
    Ok(rate(count, begin))
}

fn connected(world: &World, clients: usize, request: &(dyn Fn(u64) -> Request + Sync)) -> Result<f64, Failure> {
    let begin = Instant::now();
    let counts: Vec<Result<u64, Failure>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..clients).map(|_| scope.spawn(|| one_after_another(world, begin, request))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a client does not panic")).collect()
    });
    let count = counts.into_iter().sum::<Result<u64, Failure>>()?;
    Ok(rate(count, begin))
}

fn one_after_another(world: &World, begin: Instant, request: &dyn Fn(u64) -> Request) -> Result<u64, Failure> {
    let mut caller = Caller::new(Arc::clone(&world.doors));
    let mut count = 0;
    while begin.elapsed() < SPAN {
        count += 1;
        let reply = caller.reply(0, &request(count));
        if reply != Some(Reply::Done) {
            return Err(Failure::broken(format!("change {count} was answered: {reply:?}")));
        }
    }
    Ok(count)
}

fn spawned(world: &World, line: &str) -> Result<f64, Failure> {
    let begin = Instant::now();
    world.check(0, &format!("i=0; while [ $i -lt {PROCESSES} ]; do i=$((i+1)); {line} > /dev/null || exit 1; done"))?;
    Ok(rate(PROCESSES.into(), begin))
}

#[expect(clippy::cast_precision_loss, reason = "a count of some thousands")]
fn rate(count: u64, begin: Instant) -> f64 {
    count as f64 / begin.elapsed().as_secs_f64()
}
