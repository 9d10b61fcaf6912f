//! Volumes: courses of the planner and simulations of the whole engine, as many as the time allows, on two threads. `npm run prove` runs it for a
//! quarter of an hour in an optimised build; `cargo test` runs a share. Every failure prints its seed, by which it is played again.
#![allow(clippy::print_stdout)] // what was proven is to be seen

use crate::{laws, simulate};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// Threads that work at the same time.
const THREADS: u64 = 2;
/// Courses played between two simulations.
const COURSES: u64 = 14;
/// One simulation in so many is checked against Microsoft's description of Graph: compiling schemas costs more than a simulation.
const SAMPLE: u64 = 500;
/// Failures after which nothing new is learned.
const MOST: usize = 20;

/// What was done.
#[derive(Default)]
struct Tally {
    plans: usize,
    simulations: usize,
    failures: Vec<String>,
    /// How much of what the simulations had, so that nothing holds for want of it.
    census: BTreeMap<String, usize>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.plans += other.plans;
        self.simulations += other.simulations;
        self.failures.extend(other.failures);
        for (what, count) in other.census {
            *self.census.entry(what).or_default() += count;
        }
    }
}

/// Proves for so long, with seeds from `from` on. Each thread has seeds of its own.
fn prove(time: Duration, from: u64) -> Tally {
    let end = Instant::now() + time;
    let whole = Mutex::new(Tally::default());
    thread::scope(|scope| {
        for nth in 0..THREADS {
            let whole = &whole;
            scope.spawn(move || {
                let mut seed = from + nth;
                while Instant::now() < end && whole.lock().unwrap().failures.len() < MOST {
                    let tally = one(seed);
                    whole.lock().unwrap().add(tally);
                    seed += THREADS;
                }
            });
        }
    });
    whole.into_inner().unwrap()
}

/// One simulation and some courses.
fn one(seed: u64) -> Tally {
    let mut tally = Tally::default();
    for course in seed * COURSES..(seed + 1) * COURSES {
        match laws::judge(course) {
            Ok(plans) => tally.plans += plans,
            Err(failure) => tally.failures.push(failure),
        }
    }
    tally.simulations = 1;
    match simulate::simulate(seed, seed.is_multiple_of(SAMPLE)) {
        Ok(census) => tally.census = census,
        Err(failure) => tally.failures.push(failure),
    }
    tally
}

/// Tells what was done; the last line is the one that scripts read.
fn told(tally: &Tally) {
    for failure in &tally.failures {
        println!("{failure}\n");
    }
    println!("simulated: {:?}", tally.census);
    println!(
        "prove: {} planner runs, {} simulations, {} failures",
        tally.plans,
        tally.simulations,
        tally.failures.len()
    );
}

#[test]
#[ignore = "takes PROVE_MINUTES (15); npm run prove runs it"]
fn volumes() {
    let setting = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<f64>().ok());
    let minutes = setting("PROVE_MINUTES").unwrap_or(15.0);
    let from = std::env::var("PROVE_FROM").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let tally = prove(Duration::from_secs_f64(60.0 * minutes), from);
    told(&tally);
    assert!(tally.failures.is_empty(), "{} failures", tally.failures.len());
}

#[test]
fn a_share_of_the_volumes() {
    let tally = prove(Duration::from_secs(40), 0);
    told(&tally);
    assert!(tally.failures.is_empty(), "{} failures", tally.failures.len());
    assert!(tally.simulations > 100 && tally.plans > 5_000, "hardly anything was done");
}
