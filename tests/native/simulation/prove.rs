//! Volumes: courses of the planner and simulations of the whole engine, as many as the time allows,
//! on two threads; what a fuzzer has found; and the small scope, whole, however long it takes. `npm
//! run prove` runs it for a quarter of an hour in an optimised build; `cargo test` runs a share.
//! Every failure prints its seed, by which it is played again. What was met is counted, and what
//! has to be met and wasn't is a failure too.
#![allow(clippy::print_stdout)] // what was proven is to be seen

use crate::engine::laws;
use crate::simulation;
use crate::simulation::small;
use schedule_sync::flat::FlatMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// Threads that work at the same time.
const THREADS: u64 = 2;
/// Courses played between two simulations.
const COURSES: u64 = 14;
/// One simulation in so many is checked against Microsoft's description of Graph: compiling schemas
/// costs more than a simulation.
const SAMPLE: u64 = 500;
/// Simulations of the share that every test run does.
const SHARE: u64 = 400;
/// Failures after which nothing new is learned.
const MOST: usize = 20;

/// What was done.
#[derive(Default)]
struct Tally {
    plans: usize,
    simulations: usize,
    failures: Vec<String>,
    /// Failures that are known, by what is wrong.
    known: FlatMap<&'static str, usize>,
    /// How much of what there was, so that nothing holds for want of it.
    census: FlatMap<String, usize>,
    /// Simulations up to the last failure that is not known.
    last: usize,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.plans += other.plans;
        self.simulations += other.simulations;
        if !other.failures.is_empty() {
            self.last = self.simulations;
        }
        self.failures.extend(other.failures);
        for (what, count) in other.known {
            *self.known.entry(what).or_default() += count;
        }
        for (what, count) in other.census {
            *self.census.entry(what).or_default() += count;
        }
    }

    /// Takes in what a simulation showed.
    fn simulated(&mut self, shown: Result<FlatMap<String, usize>, simulation::Failure>) {
        self.simulations += 1;
        match shown {
            Ok(census) => self.add(Self { census, ..Self::default() }),
            Err(failure) => match failure.known {
                Some(known) => *self.known.entry(known).or_default() += 1,
                None => self.failures.push(failure.told),
            },
        }
    }
}

/// Proves with seeds from `from` on as long as `goes_on` says so of the next. Each thread has seeds
/// of its own.
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
fn home(seed: u64) -> simulation::Home {
    if seed % 4 == 3 { simulation::Home::Server } else { simulation::Home::Cloud }
}

/// One simulation and some courses.
fn one(seed: u64) -> Tally {
    let mut tally = Tally::default();
    for course in seed * COURSES..(seed + 1) * COURSES {
        match laws::judge(course) {
            Ok(judged) => tally.add(Tally { plans: judged.plans, census: judged.census, ..Tally::default() }),
            Err(failure) => tally.failures.push(failure),
        }
    }
    tally.simulated(simulation::simulate(seed, simulation::Manner::at(home(seed), seed.is_multiple_of(SAMPLE))));
    tally
}

/// What the fuzzer has found worth keeping, by name.
fn corpus() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus/histories");
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.collect();
    files.sort();
    files
}

/// Plays the files of a corpus.
fn played(files: &[PathBuf]) -> Tally {
    let mut tally = Tally::default();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        tally.simulated(simulation::spelled(&name, &fs::read(file).unwrap()));
    }
    tally
}

/// Tells what was done; the last line is the one that scripts read.
fn told(tally: &Tally) {
    for failure in &tally.failures {
        println!("{failure}\n");
    }
    for (what, count) in &tally.known {
        println!("known, and not mended: {what} ({count} times)");
    }
    println!("met: {:?}", tally.census);
    println!(
        "prove: {} planner runs, {} simulations, {} failures",
        tally.plans,
        tally.simulations,
        tally.failures.len()
    );
}

/// What has to be met in a proof of [`ENOUGH`] simulations, each at least [`LEAST`] times: a
/// promise that holds for want of what it is about proves nothing. Every switch of the sandbox is
/// one of them. The rest of the reasons to hold has rows of its own (`engine::holding`,
/// `engine::guard`, `runs::through_replicas::failing_servers`).
const MET: &[&str] = &[
    "held Clash",
    "held ConvertAsked",
    "held DeleteAsked",
    "held ManyDeletions",
    "held ManyMoves",
    "held NotRevived",
    "held Process",
    "held RichBody",
    "held SecondTask",
    "held SideEmpty",
    "held WouldMail",
    "step Adopt",
    "step Convert(Exchange)",
    "step Create(Creatio)",
    "step Create(Exchange)",
    "step Delete(Creatio)",
    "step Delete(Exchange)",
    "step Merge",
    "step Revive(Creatio)",
    "step Revive(Exchange)",
    "step Update(Creatio)",
    "step Update(Exchange)",
    "answer Take(Creatio) to Clash",
    "answer Take(Exchange) to Clash",
    "answer Leave to Clash",
    "answer Allow to DeleteAsked",
    "answer Leave to DeleteAsked",
    "answer Allow to SecondTask",
    "undone Created",
    "undone Updated",
    "undone Deleted",
    "undone Status(Some(NotStarted), Canceled)",
    "not undone Gone",
    "not undone Unlinked",
    "move Answer",
    "move Deed",
    "move Expire",
    "move Forget",
    "move Pass",
    "move Renumber",
    "move Revoke",
    "move Run",
    "move Settings",
    "move Skew",
    "move Switch",
    "move Together",
    "move Undo",
    "fault Crash",
    "fault Cut",
    "fault Fault",
    "fault Lose",
    "fault Meanwhile",
    "fault Several",
    "fault Status",
    "fault Stop",
    "deed Away",
    "deed Cancel",
    "deed Create",
    "deed Edit",
    "deed Remove",
    "deed Repeat",
    "deed Single",
    "meetings",
    "all-day",
    "invited",
    "shared",
    "occurrences",
    "private",
    "tasks",
];
/// Simulations from which on what was not met counts as a failure.
const ENOUGH: usize = 5_000;
/// How often each is met at least.
const LEAST: usize = 3;

/// All that has to be met.
fn to_be_met() -> impl Iterator<Item = String> {
    let switches = simulation::switches().map(|name| format!("switch {name}"));
    MET.iter().map(|what| (*what).to_owned()).chain(switches)
}

/// What was met too seldom.
fn missed(tally: &Tally) -> Vec<String> {
    let met = |what: &String| tally.census.get(what).copied().unwrap_or_default();
    to_be_met().filter(|what| met(what) < LEAST).map(|what| format!("{what}: {}", met(&what))).collect()
}

/// Simulations since the last failure that was new, over all proofs that wrote to the same ledger.
fn since(tally: &Tally) -> usize {
    let Some(ledger) = std::env::var_os("PROVE_LEDGER").map(PathBuf::from) else {
        return tally.simulations - tally.last;
    };
    let before =
        fs::read_to_string(&ledger).ok().and_then(|text| text.trim().parse::<usize>().ok()).unwrap_or_default();
    let since = if tally.failures.is_empty() { before + tally.simulations } else { tally.simulations - tally.last };
    fs::write(&ledger, format!("{since}\n")).unwrap();
    since
}

fn setting<T: std::str::FromStr>(name: &str, or: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(or)
}

#[test]
#[ignore = "takes PROVE_MINUTES (15); npm run prove runs it"]
fn volumes() {
    let minutes: f64 = setting("PROVE_MINUTES", 15.0);
    let from = setting("PROVE_FROM", 1_000_000);
    let begin = Instant::now();
    let whole = Duration::from_secs_f64(60.0 * minutes);
    let mut tally = played(&corpus());
    println!("corpus: {} histories", tally.simulations);
    let end = begin + whole;
    tally.add(prove(from, |_| Instant::now() < end));
    if tally.simulations >= ENOUGH {
        tally.failures.extend(missed(&tally).into_iter().map(|what| format!("hardly ever met: {what}")));
        let mended = simulation::known_ones().filter(|what| !tally.known.contains_key(what));
        tally
            .failures
            .extend(mended.map(|what| format!("known to be wrong, and seen no more (strike it out): {what}")));
    }
    println!("{} simulations since the last new failure", since(&tally));
    told(&tally);
    assert!(tally.failures.is_empty(), "{} failures", tally.failures.len());
}

#[test]
#[ignore = "takes some 3 minutes in an optimised build; npm run prove runs it"]
fn the_whole_small_scope() {
    let (mut states, mut histories) = (0, 0);
    let mut failures: Vec<String> = Vec::new();
    for bound in small::whole() {
        let begin = Instant::now();
        let found = small::explore(&bound);
        println!(
            "small scope: {bound:?}: {} states, {} histories, {} known, {} broken, {} s",
            found.states,
            found.histories,
            found.known,
            found.broken.len(),
            begin.elapsed().as_secs()
        );
        states += found.states;
        histories += found.histories;
        failures.extend(found.broken);
    }
    println!("small scope: {states} states, {histories} histories, {} failures", failures.len());
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn a_share_of_the_volumes() {
    // a fixed number, so that every machine judges the same seeds
    let tally = prove(0, |seed| seed < SHARE);
    told(&tally);
    assert!(tally.failures.is_empty(), "{} failures", tally.failures.len());
    assert!(tally.simulations as u64 == SHARE && tally.plans > 15_000, "hardly anything was done");
}

#[test]
fn what_the_fuzzer_found_is_played() {
    let files = corpus();
    let size: u64 = files.iter().map(|file| fs::metadata(file).unwrap().len()).sum();
    assert!(size < 200_000, "the corpus is to be small: {size} bytes");
    // all of it is played by `npm run prove`
    let some: Vec<PathBuf> = files.iter().step_by(files.len().div_ceil(40).max(1)).cloned().collect();
    let tally = played(&some);
    assert!(tally.failures.is_empty(), "{} failures:\n{}", tally.failures.len(), tally.failures.join("\n\n"));
    assert!(tally.simulations > 0, "there is nothing to play");
}

#[test]
fn what_is_met_too_seldom_is_named() {
    let met: FlatMap<String, usize> = to_be_met().map(|what| (what, LEAST)).collect();
    let tally = Tally { census: met, ..Tally::default() };
    assert_eq!(missed(&tally), Vec::<String>::new());
    assert_eq!(missed(&Tally::default()).len(), to_be_met().count());
}
