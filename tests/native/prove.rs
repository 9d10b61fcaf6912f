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
/// Simulations of the share that every test run does.
const SHARE: u64 = 800;
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

/// Proves with seeds from `from` on as long as `goes_on` says so of the next. Each thread has seeds of its own.
fn prove(from: u64, goes_on: impl Fn(u64) -> bool + Sync) -> Tally {
    let whole = Mutex::new(Tally::default());
    thread::scope(|scope| {
        for nth in 0..THREADS {
            let (whole, goes_on) = (&whole, &goes_on);
            scope.spawn(move || {
                let mut seed = from + nth;
                while goes_on(seed) && whole.lock().unwrap().failures.len() < MOST {
                    let tally = one(seed);
                    whole.lock().unwrap().add(tally);
                    seed += THREADS;
                }
            });
        }
    });
    whole.into_inner().unwrap()
}

/// Where the mailboxes of a seed are: of four simulations one is on the Exchange Server.
fn home(seed: u64) -> simulate::Home {
    if seed % 4 == 3 { simulate::Home::Server } else { simulate::Home::Cloud }
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
    match simulate::simulate(seed, (home(seed), seed.is_multiple_of(SAMPLE))) {
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
    let end = Instant::now() + Duration::from_secs_f64(60.0 * minutes);
    let tally = prove(from, |_| Instant::now() < end);
    told(&tally);
    assert!(tally.failures.is_empty(), "{} failures", tally.failures.len());
}

#[test]
fn a_share_of_the_volumes() {
    // a fixed number, so that every machine judges the same seeds
    let tally = prove(0, |seed| seed < SHARE);
    told(&tally);
    assert!(tally.failures.is_empty(), "{} failures", tally.failures.len());
    assert!(tally.simulations as u64 == SHARE && tally.plans > 20_000, "hardly anything was done");
}
