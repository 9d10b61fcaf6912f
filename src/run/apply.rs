//! The second half of a run: the plan's writes go out in batches, and what is confirmed is folded into the store after each. A run can end at
//! any point: what was to be created is noted before, cursors move only at the end, and the next run reads again what was not finished.

use super::commit::commit;
use super::{Counts, Ends, Planned, Report};
use crate::engine::Seen;
use crate::engine::actions::follow_up;
use crate::engine::change::StateChange;
use crate::engine::fold::{self, Folded};
use crate::engine::history::{self, Entry, KEPT_DAYS};
use crate::engine::link::{Held, Link, LinkState, Reason, State};
use crate::engine::plan::{Action, rank};
use crate::error::Result;
use crate::model::{Instant, ItemId, Pair, Side, Status};
use crate::ports::{Clock, Commit, Directory, Events, Op, Outcome, Phase, Progress, Replica, Store};
use futures_util::future;
use std::collections::BTreeSet;

/// Actions that are written and folded together; a stop is heeded between two of these. As many as go to Microsoft Graph at once, which is
/// two requests of twenty.
const BATCH: usize = 40;
/// The most writes that an action has; history entries are numbered by it.
const WRITES: usize = 4;

/// Carries out a plan.
///
/// # Errors
/// Only if the local store fails; whatever a server does is an outcome.
pub async fn apply<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events>(
    ends: &Ends<'_, C, X, S, K, E>,
    planned: Planned,
) -> Result<Report> {
    let Planned { plan, mut state, seen, now } = planned;
    let mut report = Report::default();
    let mut done = 0;
    let total = plan.actions.len();
    let known = state.answers.clone();
    let run = if plan.is_quiet() { now } else { ends.store.name_run(now).await? };
    state.again = Pair::default();
    state.fresh = Pair::default();
    let begun = Commit {
        drop: plan.drop.clone(),
        put: plan.links.clone(),
        forget: Some(now - chrono::Duration::days(KEPT_DAYS)),
        ..Commit::default()
    };
    commit(ends.store, run, &begun).await?;
    for side in Side::BOTH {
        // a listing tells of them once; mended, they may look as before to the server
        let bad = seen.malformed[side].iter().filter_map(|bad| Some((bad.id.clone()?, bad.container.clone()?)));
        state.again[side].extend(bad);
    }
    hold_places(&mut state, &plan.links);
    let mut held = plan.held;
    let ranks = plan.actions.chunk_by(|one, next| rank(one.step) == rank(next.step));
    for batch in ranks.flat_map(|rank| rank.chunks(BATCH)) {
        ends.events.progress(Progress { phase: Phase::Writing, done, total });
        report.stopped |= ends.events.stop();
        let at = Place { run, nth: done * WRITES, now };
        let folded = if report.stopped { unsent(batch, now) } else { write(ends, batch, at).await? };
        for (action, folded) in batch.iter().zip(&folded) {
            count(&mut report.counts, action, folded);
            for side in Side::BOTH {
                let made = folded.put.iter().filter(|_| creates(action, side)).map(|link| link.ids[side].clone());
                state.fresh[side].extend(made);
            }
            report.unfinished += usize::from(!folded.again.is_empty());
            for (side, id, container) in &folded.again {
                state.again[*side].insert((id.clone(), container.clone()));
            }
        }
        let links: Vec<Link> = folded.iter().filter_map(|f| f.put.clone()).collect();
        hold_places(&mut state, &links);
        state.links += folded.iter().zip(batch).filter(|(f, a)| f.done && a.before.is_none()).count();
        held.extend(folded.into_iter().flat_map(|f| f.held));
        done += batch.len();
    }
    let deleted = report.counts.creatio.deleted + report.counts.exchange.deleted;
    state.deletions.retain(|(at, _)| *at > now - chrono::Duration::hours(24));
    state.deletions.extend((deleted > 0).then_some((now, deleted)));
    let unfinished: BTreeSet<ItemId> =
        Side::BOTH.into_iter().flat_map(|side| state.again[side].iter().map(|(id, _)| id.clone())).collect();
    let read = |id: &ItemId| {
        Side::BOTH.into_iter().any(|side| seen.items[side].contains_key(id) || seen.gone[side].contains(id))
    };
    state.answers = state.answers.unsettled(|id| read(id) && !unfinished.contains(id));
    state.held = remember(&state, held, (&seen, &plan.actions));
    report.held.clone_from(&state.held);
    let ended = StateChange::Ended { known, state: Box::new(state) };
    commit(ends.store, run, &Commit { state: Some(ended), ..Commit::default() }).await?;
    ends.events.progress(Progress { phase: Phase::Writing, done: total, total });
    Ok(report)
}

/// Where the writes of a batch stand in the history, and when they go out.
#[derive(Clone, Copy)]
struct Place {
    /// The name of the run.
    run: Instant,
    /// The place of its first write among the run's.
    nth: usize,
    /// The time by Creatio's clock.
    now: Instant,
}

/// Writes one batch and commits what came of it.
async fn write<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events>(
    ends: &Ends<'_, C, X, S, K, E>,
    batch: &[Action],
    at: Place,
) -> Result<Vec<Folded>> {
    let intents: Vec<Link> = batch.iter().map(|a| &a.after).filter(|link| is_pending(link)).cloned().collect();
    let noted = recorded(batch, None, at);
    commit(ends.store, at.run, &Commit { put: intents, history: noted.clone(), ..Commit::default() }).await?;
    let mut outcomes: Vec<Vec<Outcome>> = vec![Vec::new(); batch.len()];
    let longest = batch.iter().map(|action| action.writes.len()).max().unwrap_or(0);
    for nth in 0..longest {
        pass(ends, batch, (nth, &mut outcomes)).await;
    }
    let folded: Vec<Folded> =
        batch.iter().zip(&outcomes).map(|(action, outcomes)| fold::fold(action, outcomes, at.now)).collect();
    let mut put: Vec<Link> = folded.iter().filter_map(|f| f.put.clone()).collect();
    let history = recorded(batch, Some((&outcomes, &folded)), at);
    let unwritten = noted.iter().filter(|noted| !history.iter().any(|entry| entry.nth == noted.nth));
    let unwritten = unwritten.map(|entry| (entry.run, entry.nth)).collect();
    let drop: Vec<ItemId> = folded.iter().flat_map(|f| f.drop.clone()).collect();
    commit(ends.store, at.run, &Commit { drop, put: put.clone(), history, unwritten, ..Commit::default() }).await?;
    let learned = follow_ups(ends, &mut put).await;
    if !learned.is_empty() {
        commit(ends.store, at.run, &Commit { put: learned, ..Commit::default() }).await?;
    }
    Ok(folded)
}

/// The history of one batch: before its outcomes are known all of its writes, afterwards the confirmed ones.
fn recorded(batch: &[Action], done: Option<(&[Vec<Outcome>], &[Folded])>, at: Place) -> Vec<Entry> {
    let each = batch.iter().enumerate().flat_map(|(n, action)| {
        let outcomes = done.and_then(|(outcomes, _)| outcomes.get(n)).map(Vec::as_slice);
        let put = done.and_then(|(_, folded)| folded.get(n)?.put.as_ref());
        history::entries((at.run, at.nth + n * WRITES), action, (outcomes, put.unwrap_or(&action.after)))
    });
    each.collect()
}

/// The nth write of every action that has come so far without a refusal, both sides at the same time.
async fn pass<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events>(
    ends: &Ends<'_, C, X, S, K, E>,
    batch: &[Action],
    (nth, outcomes): (usize, &mut [Vec<Outcome>]),
) {
    let mut ops: Pair<Vec<Op>> = Pair::default();
    let mut whose: Pair<Vec<usize>> = Pair::default();
    for (n, (action, so_far)) in batch.iter().zip(outcomes.iter()).enumerate() {
        if let (Some((side, op)), true) = (action.writes.get(nth), so_far.iter().all(Outcome::is_ok)) {
            ops[*side].push(op.clone());
            whose[*side].push(n);
        }
    }
    let (creatio, exchange) = future::join(send(ends.creatio, &ops.creatio), send(ends.exchange, &ops.exchange)).await;
    for (numbers, answers) in [(whose.creatio, creatio), (whose.exchange, exchange)] {
        for (n, outcome) in numbers.into_iter().zip(answers) {
            if let Some(list) = outcomes.get_mut(n) {
                list.push(outcome);
            }
        }
    }
}

async fn send<R: Replica>(replica: &R, ops: &[Op]) -> Vec<Outcome> {
    if ops.is_empty() { Vec::new() } else { replica.apply(ops).await }
}

/// Writes what a confirmed export makes possible; if it is refused, nothing is lost by it.
async fn follow_ups<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events>(
    ends: &Ends<'_, C, X, S, K, E>,
    links: &mut [Link],
) -> Vec<Link> {
    let due: Vec<(&mut Link, Op)> = links
        .iter_mut()
        .filter_map(|link| {
            let (_, op) = follow_up(link)?;
            Some((link, op))
        })
        .collect();
    let ops: Vec<Op> = due.iter().map(|(_, op)| op.clone()).collect();
    let outcomes = send(ends.creatio, &ops).await;
    due.into_iter()
        .zip(outcomes)
        .filter_map(|((link, _), outcome)| {
            let written = outcome.ok()?;
            link.versions.creatio = written.version;
            link.facts.creatio.uid.clone_from(&link.facts.exchange.uid);
            Some(link.clone())
        })
        .collect()
}

const fn is_pending(link: &Link) -> bool {
    matches!(link.state, LinkState::Pending(_))
}

/// Actions that a stop kept from being sent.
fn unsent(batch: &[Action], now: Instant) -> Vec<Folded> {
    batch.iter().map(|action| fold::fold(action, &[], now)).collect()
}

fn count(counts: &mut Pair<Counts>, action: &Action, folded: &Folded) {
    if !folded.done {
        return;
    }
    for (side, op) in &action.writes {
        let counts = &mut counts[*side];
        match op {
            Op::Create(_) => counts.created += 1,
            Op::Update(update) if update.status == Some(Status::Canceled) => counts.deleted += 1,
            // a mark of ours: nothing that a person would see as a change
            Op::Update(update) if update.mark.is_some() && update.patch.fields.is_empty() => {}
            Op::Update(_) => counts.updated += 1,
            Op::Delete { .. } => counts.deleted += 1,
        }
    }
}

/// Whether an action creates an item on `side`.
fn creates(action: &Action, side: Side) -> bool {
    action.writes.iter().any(|(on, op)| *on == side && matches!(op, Op::Create(_)))
}

fn hold_places(state: &mut State, links: &[Link]) {
    state.holding.extend(links.iter().map(|link| link.containers.exchange.clone()));
}

/// What is held now: what this run held, and what earlier runs held of items that this one did not see.
fn remember(state: &State, held: Vec<Held>, (seen, actions): (&Seen, &[Action])) -> Vec<Held> {
    let settled: BTreeSet<&ItemId> = Side::BOTH
        .into_iter()
        .flat_map(|side| seen.items[side].keys().chain(&seen.gone[side]))
        .chain(actions.iter().flat_map(|action| [&action.after.ids.creatio, &action.after.ids.exchange]))
        .collect();
    let kept = state
        .held
        .iter()
        .filter(|old| old.reason != Reason::Group && old.id.as_ref().is_some_and(|id| !settled.contains(id)))
        .filter(|old| !held.iter().any(|new| new.side == old.side && new.id == old.id && new.reason == old.reason));
    kept.cloned().chain(held.iter().cloned()).collect()
}
