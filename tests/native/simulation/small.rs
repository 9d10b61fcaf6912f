//! The small scope, whole: two devices, one or two items, a few moves, and every await of every run
//! as a crash or a lost reply, on the real engine and both real replicas. What most faults need is
//! little, so little is tried without a gap. A state is known by what matters of it, and is gone on
//! from once.
//!
//! A world can't be copied, so each state is reached again by its history, the shortest one. What
//! is left out of a state's form are ids and stamps: under "ask" no decision rests on them.

use super::device::Device;
use super::history::{History, Move, Options, Trouble, USUAL};
use super::known;
use super::people::{Deed, Kind, What};
use super::promises::Broken;
use super::{Home, Manner, Stage};
use schedule_sync::flat::{FlatMap, FlatSet};
use schedule_sync::model::{ItemId, Pair, Side};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Threads that work at the same time.
const THREADS: usize = 2;

/// What is explored.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    /// Where the mailbox is.
    pub(crate) home: Home,
    /// The items that there are at first, by where and what they are.
    pub(crate) items: Vec<(Side, Kind)>,
    /// The most moves.
    pub(crate) moves: usize,
    /// The devices of the user.
    pub(crate) devices: usize,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Explored {
    /// States that differ.
    pub(crate) states: usize,
    /// Histories that led to them, each played.
    pub(crate) histories: usize,
    /// Histories at whose end a promise was broken.
    pub(crate) broken: Vec<String>,
    /// Promises that were broken, all of them in a way that is known.
    pub(crate) known: usize,
}

/// Versions of rows, by id.
type Versions = FlatMap<String, String>;

/// A world at work, with what each device has read.
struct Reached {
    stage: Stage,
    /// For each device the rows as they were when the run began from whose end it goes on reading.
    read: Vec<Versions>,
}

impl Bound {
    fn options(&self) -> Options {
        Options { devices: self.devices, ..USUAL }
    }

    /// The state after `moves`.
    fn reach(&self, moves: &[Move]) -> Reached {
        let history = History { options: self.options(), moves: Vec::new() };
        let stage = Stage::new(&history, Manner::at(self.home, false));
        let read = vec![Versions::new(); stage.devices.len()];
        let mut reached = Reached { stage, read };
        for (tag, (side, kind)) in self.items.iter().enumerate() {
            let deed = Deed::Create { tag, side: *side, kind: *kind, value: tag };
            reached.stage.step(&Move::Deed(deed));
        }
        moves.iter().for_each(|one| reached.step(one));
        reached
    }

    /// All that may happen next; `awaits` of a run of each device.
    fn next(&self, n: usize, awaits: &[usize]) -> Vec<Move> {
        let mut all = Vec::new();
        for tag in 0..self.items.len() {
            for side in Side::BOTH {
                all.push(Move::Deed(Deed::Edit { tag, side, what: What::Title, value: 10 + n }));
                all.push(Move::Deed(Deed::Remove { tag, side }));
            }
        }
        for (device, awaits) in awaits.iter().copied().enumerate() {
            let run = |trouble| Move::Run { device, trouble };
            all.push(run(Trouble::Nothing));
            for nth in 0..awaits {
                all.push(run(Trouble::Crash { nth, done: true }));
                all.extend([false, true].map(|done| run(Trouble::Lose { nth, done })));
            }
        }
        all
    }
}

impl Reached {
    fn versions(&self) -> Versions {
        let people = self.stage.people.borrow();
        let rows = Side::BOTH.into_iter().flat_map(|side| people.rows(side));
        rows.map(|row| (row.id, row.version)).collect()
    }

    fn step(&mut self, one: &Move) {
        let Move::Run { device, .. } = one else { return self.stage.step(one) };
        let cursors = |device: &Device| device.state().map(|state| state.cursors);
        let (before, versions) = (cursors(&self.stage.devices[*device]), self.versions());
        self.stage.step(one);
        if cursors(&self.stage.devices[*device]) != before {
            self.read[*device] = versions;
        }
    }

    /// What matters of a state, spelled.
    fn form(&self) -> String {
        let people = self.stage.people.borrow();
        let rows = Pair::of(|side| people.rows(side));
        let mut names: FlatMap<String, String> = FlatMap::new();
        let mut lines = Vec::new();
        for side in Side::BOTH {
            for row in &rows[side] {
                let shown = [What::Title, What::When, What::Place, What::Body].map(|what| row.value(what));
                let shown = format!("{side} {:?} {} {} {shown:?}", row.tag, row.task, row.canceled);
                names.insert(row.id.clone(), shown.clone());
                let unread = self.read.iter().map(|read| read.get(&row.id) != Some(&row.version));
                lines.push(format!("{shown} unread {:?}", unread.collect::<Vec<_>>()));
            }
        }
        let name = |id: &ItemId| {
            let known = names.get(id.as_str()).cloned();
            known.unwrap_or_else(|| if id.as_str().starts_with("pending:") { "pending" } else { "gone" }.to_owned())
        };
        let versions = self.versions();
        for (n, device) in self.stage.devices.iter().enumerate() {
            for link in device.links() {
                let current = Side::BOTH.map(|side| {
                    versions
                        .get(link.halves[side].id().as_str())
                        .is_some_and(|now| Some(now.as_str()) == link.halves[side].version().map(|seen| seen.as_str()))
                });
                lines.push(format!(
                    "{n} {} – {} {:?} {} {:?} {} {:?} {current:?} {:?} {:?}",
                    name(link.halves.creatio.id()),
                    name(link.halves.exchange.id()),
                    link.state,
                    link.generation,
                    link.made,
                    link.unsettled,
                    [link.halves.creatio.base.title(), link.halves.exchange.base.title()],
                    link.halves.exchange.facts.mark.as_ref().map(|mark| mark.generation),
                    link.halves.creatio.facts.canceled,
                ));
            }
            let Some(state) = device.state() else {
                lines.push(format!("{n} has never run"));
                continue;
            };
            let named =
                |ids: &Pair<FlatSet<ItemId>>| Side::BOTH.map(|side| ids[side].iter().map(name).collect::<Vec<_>>());
            let again = Side::BOTH.map(|side| state.again[side].iter().map(|(id, _)| name(id)).collect::<Vec<_>>());
            let held: Vec<_> = state.held.iter().map(|held| (held.id.as_ref().map(name), held.reason)).collect();
            lines.push(format!("{n} again {again:?} fresh {:?} held {held:?}", named(&state.fresh)));
        }
        for (tag, known) in &people.known {
            lines.push(format!("{tag} {:?} {:?} {:?} {:?}", known.live, known.removed, known.dead, known.edited));
        }
        lines.sort();
        let mut form = String::new();
        lines.iter().for_each(|line| writeln!(form, "{line}").unwrap());
        form
    }
}

/// What became of a history: the form of its state, or how it panicked.
struct Tried {
    moves: Vec<Move>,
    form: Result<String, String>,
}

/// Does `work` for all of `list`, on some threads; the results in order.
fn each<T: Sync, R: Send>(list: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<R>>> = Mutex::new(list.iter().map(|_| None).collect());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = list.get(n) else { return };
                    let result = work(one);
                    results.lock().unwrap()[n] = Some(result);
                }
            });
        }
    });
    results.into_inner().unwrap().into_iter().flatten().collect()
}

/// What a panic says.
fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        format!(
            "panic: {}",
            text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
        )
    })
}

/// Explores all that `bound` allows.
pub(crate) fn explore(bound: &Bound) -> Explored {
    let mut found = Explored::default();
    let mut visited: FlatSet<String> = FlatSet::new();
    let mut frontier: Vec<Vec<Move>> = vec![Vec::new()];
    for n in 0..=bound.moves {
        // what is promised at the end of each, and where it goes on
        let seen = each(&frontier, |moves| judged(bound, moves, n < bound.moves));
        let mut histories = Vec::new();
        for (moves, (broken, awaits)) in frontier.iter().zip(seen) {
            if !broken.is_empty() {
                match known::explains(&broken) {
                    Some(_) => found.known += 1,
                    None => found.broken.push(told(bound, moves, &broken)),
                }
            }
            if n < bound.moves {
                histories.extend(bound.next(n, &awaits).into_iter().map(|one| {
                    let mut moves = moves.clone();
                    moves.push(one);
                    moves
                }));
            }
        }
        let tried = each(&histories, |moves| {
            let form = caught(|| bound.reach(moves).form());
            Tried { moves: moves.clone(), form }
        });
        frontier.clear();
        for tried in tried {
            found.histories += 1;
            match tried.form {
                Ok(form) => {
                    if visited.insert(form) {
                        frontier.push(tried.moves);
                    }
                }
                Err(panic) => found.broken.push(format!("{bound:?} {:?}\n  => {panic}", tried.moves)),
            }
        }
    }
    found.states = visited.len();
    found
}

fn told(bound: &Bound, moves: &[Move], broken: &[Broken]) -> String {
    let moves: Vec<String> = moves.iter().map(|one| format!("  {one:?}")).collect();
    let broken: Vec<String> = broken.iter().map(|one| format!("{:?}: {}", one.promise, one.what)).collect();
    format!("small scope {bound:?}\n{}\n  => {}", moves.join("\n"), broken.join("\n  => "))
}

/// The promises that are broken in quiet after a history; and how many awaits a run of each device
/// has, if that is wanted.
fn judged(bound: &Bound, moves: &[Move], counts: bool) -> (Vec<Broken>, Vec<usize>) {
    let broken = caught(|| bound.reach(moves).stage.quiet().broken);
    let broken = broken.unwrap_or_else(|what| vec![Broken { promise: super::Promise::Ends, what }]);
    let devices = if counts { bound.devices } else { 0 };
    let awaits = (0..devices).map(|device| {
        let counted = caught(|| {
            let mut reached = bound.reach(moves);
            let run = Move::Run { device, trouble: Trouble::Nothing };
            reached.stage.step(&run);
            reached.stage.devices[device].injector.last.get()
        });
        counted.unwrap_or_default()
    });
    (broken, awaits.collect())
}

/// The bounds of a whole proof.
pub(crate) fn whole() -> Vec<Bound> {
    let of = |home, items: &[(Side, Kind)], moves, devices| Bound { home, items: items.to_vec(), moves, devices };
    let (mine, task) = ((Side::Creatio, Kind::Meeting), (Side::Exchange, Kind::Task));
    vec![
        of(Home::Cloud, &[mine], 3, 2),
        of(Home::Cloud, &[task], 3, 2),
        of(Home::Server, &[mine], 3, 1),
        of(Home::Cloud, &[(Side::Creatio, Kind::Task), (Side::Exchange, Kind::Meeting)], 2, 2),
        of(Home::Cloud, &[mine], 4, 1),
    ]
}

#[test]
fn nothing_breaks_in_the_smallest_scope() {
    let items = [vec![(Side::Creatio, Kind::Meeting)], vec![(Side::Exchange, Kind::Task)]];
    for items in items {
        let bound = Bound { home: Home::Cloud, items, moves: 1, devices: 2 };
        let found = explore(&bound);
        assert!(found.broken.is_empty(), "{} broke:\n{}", found.broken.len(), found.broken.join("\n"));
        let much = found.states > 10 && found.histories > 50;
        assert!(much, "hardly anything was explored: {found:?}");
    }
}

#[test]
fn the_same_history_leads_to_the_same_form() {
    let bound = Bound { home: Home::Cloud, items: vec![(Side::Creatio, Kind::Meeting)], moves: 0, devices: 2 };
    let run = |device| Move::Run { device, trouble: Trouble::Nothing };
    let form = |moves: &[Move]| bound.reach(moves).form();
    assert_eq!(form(&[run(0)]), form(&[run(0)]));
    assert_eq!(form(&[run(0), run(1), run(0)]), form(&[run(0), run(1), run(0), run(0)]), "a quiet run changes nothing");
    assert_ne!(form(&[run(0)]), form(&[run(1)]), "it matters whose link it is");
    assert_ne!(form(&[]), form(&[run(0)]));
}
