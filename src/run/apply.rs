//! The second half of a run: the plan's writes go out in batches, and what is confirmed is folded
//! into the store after each. A run can end at any point: what was to be created is noted before,
//! cursors move only at the end, and the next run reads again what was not finished.

use super::commit::commit;
use super::{Counts, PreparedRun, Report, Told, World};
use crate::engine::account::Account;
use crate::engine::action::{Action, Note};
use crate::engine::actions::{follow_up, own_copy};
use crate::engine::change::StateChange;
use crate::engine::commit::Commit;
use crate::engine::context::Seen;
use crate::engine::folded::Folded;
use crate::engine::held::{Held, Reason};
use crate::engine::history::{self, Entry, KEPT_DAYS};
use crate::engine::link::{Link, LinkState};
use crate::engine::permissions::Permissions;
use crate::engine::plan::Plan;
use crate::engine::planner::rank;
use crate::engine::state::State;
use crate::engine::{fold, guard, kept};
use crate::error::Result;
use crate::flat::{FlatMap, FlatSet};
use crate::model::op::{Op, Outcome, Refusal};
use crate::model::{ContainerId, Instant, ItemId, Pair, Side, Status};
use crate::ports::{Directory, Events, Phase, Progress, Replica, Store};
use futures_util::future;

/// Actions that are written and folded together; a stop is heeded between two of these. As many as
/// go to Creatio in one request: what follows a creation (a UID, the user's answer) costs a few
/// requests for all of them. To Microsoft Graph that is five requests of twenty.
const BATCH: usize = 100;
/// The most writes that an action has, with those that correct it; history entries are numbered by
/// it.
const WRITES: usize = 8;

/// Carries out a plan.
///
/// # Errors
/// Only if the local store fails; whatever a server does is an outcome.
pub async fn apply<W: World>(world: &W, planned: PreparedRun) -> Result<Report> {
    let PreparedRun { mut plan, mut state, seen, now, .. } = planned;
    let mut report = Report::default();
    let mut done = 0;
    let mut deleted = 0;
    let total = plan.actions.len();
    let known = state.answers.clone();
    let run = if plan.is_quiet() { now } else { world.store().name_run(now).await? };
    report.name = (!plan.is_quiet()).then_some(run);
    if !plan.disbelieves {
        state.again = Pair::default();
        state.fresh = Pair::default();
    }
    let begun = Commit {
        drop: plan.drop.clone(),
        put: plan.links.clone(),
        forget: Some(now - chrono::Duration::days(KEPT_DAYS)),
        ..Commit::default()
    };
    commit(world.store(), run, &begun).await?;
    for side in Side::BOTH {
        // a listing tells of them once; mended, they may look as before to the server
        let bad = seen.malformed[side].iter().filter_map(|bad| Some((bad.id.clone()?, bad.container.clone()?)));
        state.again[side].extend(bad);
    }
    for side in Side::BOTH {
        state.again[side].extend(unanswered(&seen, side));
    }
    state.again.exchange.extend(plan.next.drain(..).map(|next| (next.id, next.container)));
    hold_places(&mut state, &plan.links);
    rest(&mut state, &plan.links, &plan.drop);
    let mut done_links = plan.links.clone();
    let mut held = std::mem::take(&mut plan.held);
    let ranks = plan.actions.chunk_by(|one, next| rank(one.step) == rank(next.step));
    for batch in ranks.flat_map(|rank| rank.chunks(BATCH)) {
        world.events().progress(Progress { phase: Phase::Writing, done, total });
        report.stopped |= world.events().stop();
        let at = Place { run, nth: done * WRITES, now };
        let folded = if report.stopped { unsent(batch, now) } else { write(world, batch, at).await? };
        for (action, folded) in batch.iter().zip(&folded) {
            count(&mut report.counts, action, folded);
            deleted += usize::from(folded.done && guard::counts(&plan, action));
            for side in Side::BOTH {
                let made =
                    folded.put.iter().filter(|_| creates(action, side)).map(|link| link.halves[side].id().clone());
                state.fresh[side].extend(made);
            }
            report.unfinished += usize::from(!folded.again.is_empty());
            for (side, id, container) in &folded.again {
                state.again[*side].insert((id.clone(), container.clone()));
            }
        }
        let links: Vec<Link> = folded.iter().filter_map(|f| f.put.clone()).collect();
        hold_places(&mut state, &links);
        done_links.extend(folded.iter().filter(|f| f.done).filter_map(|f| f.put.clone()));
        rest(&mut state, folded.iter().flat_map(|f| &f.put), folded.iter().flat_map(|f| &f.drop));
        state.links += folded.iter().zip(batch).filter(|(f, a)| f.done && a.before.is_none()).count();
        held.extend(folded.into_iter().flat_map(|f| f.held));
        done += batch.len();
    }
    state.deletions.retain(|(at, _)| *at > now - chrono::Duration::hours(24));
    state.deletions.extend((deleted > 0).then_some((now, deleted)));
    let unfinished: FlatSet<ItemId> =
        Side::BOTH.into_iter().flat_map(|side| state.again[side].iter().map(|(id, _)| id.clone())).collect();
    let read = believed(&plan, &seen);
    let finished = |id: &ItemId| read.contains(id) && !unfinished.contains(id);
    let waits = |id: &ItemId| held.iter().any(|held| held.id.as_ref() == Some(id));
    let carried_out = |id: &ItemId| {
        let ids = |link: &Link| [link.halves.creatio.id().clone(), link.halves.exchange.id().clone()];
        done_links.iter().map(ids).any(|ids| ids.contains(id) && !ids.iter().any(waits))
    };
    state.answers = state.answers.after(&plan.answers, finished, carried_out);
    state.questions.retain(|question| {
        let is_repeated = plan.disbelieves && plan.questions.iter().any(|new| new.repeats(question));
        !is_repeated && !read.iter().any(|id| question.is_about(id))
    });
    state.held.retain(|old| !plan.disbelieves || !is_told_anew(&plan, &seen, old));
    state.questions.extend(plan.questions);
    report.notes = notes_of(&plan.notes, &done_links);
    let written =
        plan.actions.iter().flat_map(|action| [action.after.halves.creatio.id(), action.after.halves.exchange.id()]);
    let turned = seen.series.iter().filter(|_| !plan.disbelieves);
    state.held = remember(&state, held, &read.into_iter().chain(turned).chain(written).collect());
    report.held.clone_from(&state.held);
    report.resting = state.resting.len();
    // what our own writes left is no news to the next run
    for side in Side::BOTH {
        let moved = state.cursors[side].as_ref().and_then(|cursor| match side {
            Side::Creatio => world.creatio().moved(cursor),
            Side::Exchange => world.exchange().moved(cursor),
        });
        if moved.is_some() {
            state.cursors[side] = moved;
            state.fresh[side].clear();
        }
    }
    let ended = StateChange::Ended { known, state: Box::new(state) };
    commit(world.store(), run, &Commit { state: Some(ended), ..Commit::default() }).await?;
    world.events().progress(Progress { phase: Phase::Writing, done: total, total });
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
async fn write<W: World>(world: &W, batch: &[Action], at: Place) -> Result<Vec<Folded>> {
    let mut batch = batch.to_vec();
    let intents: Vec<Link> = batch.iter().map(|a| &a.after).filter(|link| link.is_pending()).cloned().collect();
    let noted = recorded(&batch, None, at);
    commit(world.store(), at.run, &Commit { put: intents, history: noted.clone(), ..Commit::default() }).await?;
    let mut outcomes: Vec<Vec<Outcome>> = vec![Vec::new(); batch.len()];
    let longest = batch.iter().map(|action| action.writes.len()).max().unwrap_or(0);
    for nth in 0..longest {
        pass(world, &batch, nth, &mut outcomes).await;
    }
    // where nothing can be read, an Activity that can't be is no reason for one beside it
    if taken_again(&batch, &outcomes) && !world.creatio().is_readable().await.unwrap_or(false) {
        batch.iter_mut().for_each(|action| action.after.memory.taken = false);
    }
    let instead = own_copies(world.account(), &mut batch, &mut outcomes);
    if !instead.put.is_empty() {
        let history = recorded(&batch, None, at);
        commit(world.store(), at.run, &Commit { history, ..instead }).await?;
        for nth in 0..longest {
            pass(world, &batch, nth, &mut outcomes).await;
        }
    }
    let mut folded: Vec<Folded> =
        batch.iter().zip(&outcomes).map(|(action, outcomes)| fold::fold(action, outcomes, at.now)).collect();
    let put: Vec<Link> = folded.iter().filter_map(|f| f.put.clone()).collect();
    let history = recorded(&batch, Some((&outcomes, &folded)), at);
    let unwritten = noted.iter().filter(|noted| !history.iter().any(|entry| entry.nth == noted.nth));
    let unwritten = unwritten.map(|entry| (entry.run, entry.nth)).collect();
    let drop: Vec<ItemId> = folded.iter().flat_map(|f| f.drop.clone()).collect();
    commit(world.store(), at.run, &Commit { drop, put, history, unwritten, ..Commit::default() }).await?;
    correct(world, &batch, &outcomes, &mut folded, at).await?;
    let mut put: Vec<Link> = folded.iter().filter_map(|f| f.put.clone()).collect();
    let learned = follow_ups(world, &mut put).await;
    if !learned.is_empty() {
        commit(world.store(), at.run, &Commit { put: learned, ..Commit::default() }).await?;
    }
    Ok(folded)
}

/// What the servers did not keep of a batch is written once more; what they still don't keep is
/// held.
async fn correct<W: World>(
    world: &W,
    batch: &[Action],
    outcomes: &[Vec<Outcome>],
    folded: &mut [Folded],
    at: Place,
) -> Result<()> {
    let mut whose: Vec<usize> = Vec::new();
    let mut places: Vec<Place> = Vec::new();
    let mut due: Vec<Action> = Vec::new();
    for (n, ((action, outcomes), folded)) in batch.iter().zip(outcomes).zip(folded.iter_mut()).enumerate() {
        let Some(link) = &folded.put else { continue };
        let corrections = kept::corrections(action, outcomes, link);
        if corrections.is_empty() && kept::is_lost(action, outcomes) {
            // trying again would mail people
            folded.held.extend(kept::named(link, &action.title, at.now));
        }
        for (nth, correction) in corrections.into_iter().enumerate() {
            whose.push(n);
            places.push(Place { nth: at.nth + n * WRITES + action.writes.len() + nth, ..at });
            due.push(correction);
        }
    }
    if due.is_empty() {
        return Ok(());
    }
    let noted: Vec<Entry> =
        due.iter().zip(&places).flat_map(|(correction, place)| corrects(correction, None, *place)).collect();
    commit(world.store(), at.run, &Commit { history: noted.clone(), ..Commit::default() }).await?;
    let mut outcomes: Vec<Vec<Outcome>> = vec![Vec::new(); due.len()];
    pass(world, &due, 0, &mut outcomes).await;
    let mut done = Commit::default();
    for (((n, place), correction), outcomes) in whose.into_iter().zip(places).zip(&due).zip(&outcomes) {
        let Some(folded) = folded.get_mut(n) else { continue };
        let corrected = kept::corrected(folded.put.as_ref().unwrap_or(&correction.after), correction, outcomes, at.now);
        done.history.extend(corrects(correction, Some(outcomes), place));
        done.put.extend(corrected.put.clone());
        folded.put = corrected.put.or_else(|| folded.put.take());
        folded.again.extend(corrected.again);
        folded.held.extend(corrected.held);
    }
    let lost = noted.iter().filter(|noted| !done.history.iter().any(|entry| entry.nth == noted.nth));
    done.unwritten = lost.map(|entry| (entry.run, entry.nth)).collect();
    commit(world.store(), at.run, &done).await
}

/// The history of a correction: before its outcome is known, and afterwards if it was confirmed.
fn corrects(correction: &Action, outcomes: Option<&[Outcome]>, at: Place) -> Vec<Entry> {
    let entries = history::entries(at.run, at.nth, correction, outcomes, &correction.after);
    entries.into_iter().map(|entry| Entry { corrects: true, ..entry }).collect()
}

/// Whether an Activity is there for a creation that can't be read, not the second time either.
fn taken_again(batch: &[Action], outcomes: &[Vec<Outcome>]) -> bool {
    let is_taken = |outcomes_of_one: &Vec<Outcome>| outcomes_of_one.last() == Some(&Err(Refusal::Taken));
    batch.iter().zip(outcomes).any(|(action, outcomes_of_one)| is_taken(outcomes_of_one) && action.after.memory.taken)
}

/// Has the creations made anew for which an Activity is there that can't be read, not the second
/// time either, each with an id of the user's own; what is awaited instead.
fn own_copies(account: &Account, batch: &mut [Action], outcomes: &mut [Vec<Outcome>]) -> Commit {
    let mut instead = Commit::default();
    for (action, outcomes_of_one) in batch.iter_mut().zip(outcomes) {
        if outcomes_of_one.last() == Some(&Err(Refusal::Taken))
            && action.after.memory.taken
            && let Some(own) = own_copy(action, account)
        {
            instead.put.push(own.after.clone());
            instead.drop.push(std::mem::replace(action, own).after.halves.creatio.id().clone());
            outcomes_of_one.clear();
        }
    }
    instead
}

/// The history of one batch: before its outcomes are known all of its writes, afterwards the
/// confirmed ones.
fn recorded(batch: &[Action], done: Option<(&[Vec<Outcome>], &[Folded])>, at: Place) -> Vec<Entry> {
    let each = batch.iter().enumerate().flat_map(|(n, action)| {
        let outcomes = done.and_then(|(outcomes, _)| outcomes.get(n)).map(Vec::as_slice);
        let put = done.and_then(|(_, folded)| folded.get(n)?.put.as_ref());
        history::entries(at.run, at.nth + n * WRITES, action, outcomes, put.unwrap_or(&action.after))
    });
    each.collect()
}

/// The nth write of every action that has come so far without a refusal, both sides at the same
/// time.
async fn pass<W: World>(world: &W, batch: &[Action], nth: usize, outcomes: &mut [Vec<Outcome>]) {
    let mut ops: Pair<Vec<Op>> = Pair::default();
    let mut whose: Pair<Vec<usize>> = Pair::default();
    for (n, (action, so_far)) in batch.iter().zip(outcomes.iter()).enumerate() {
        if let (Some((side, op)), true) =
            (action.writes.get(nth), so_far.len() == nth && so_far.iter().all(Outcome::is_ok))
        {
            ops[*side].push(op.clone());
            whose[*side].push(n);
        }
    }
    let (creatio, exchange) =
        future::join(send(world.creatio(), &ops.creatio), send(world.exchange(), &ops.exchange)).await;
    for (numbers, ops, answers) in [(whose.creatio, ops.creatio, creatio), (whose.exchange, ops.exchange, exchange)] {
        for ((n, op), outcome) in numbers.into_iter().zip(&ops).zip(answers) {
            if let Some(list) = outcomes.get_mut(n) {
                list.push(kept::believed(op, outcome));
            }
        }
    }
}

async fn send<R: Replica>(replica: &R, ops: &[Op]) -> Vec<Outcome> {
    if ops.is_empty() { Vec::new() } else { replica.apply(ops).await }
}

/// Writes what a confirmed export makes possible; if it is refused, nothing is lost by it.
async fn follow_ups<W: World>(world: &W, links: &mut [Link]) -> Vec<Link> {
    let due: Vec<(&mut Link, Op)> = links
        .iter_mut()
        .filter_map(|link| {
            let (_, op) = follow_up(&world.account().contact, link)?;
            Some((link, op))
        })
        .collect();
    let ops: Vec<Op> = due.iter().map(|(_, op)| op.clone()).collect();
    let outcomes = send(world.creatio(), &ops).await;
    due.into_iter()
        .zip(outcomes)
        .filter_map(|((link, _), outcome)| {
            let written = outcome.ok()?;
            link.halves.creatio.set_version(written.version);
            link.halves.creatio.facts.uid.clone_from(&link.halves.exchange.facts.uid);
            Some(link.clone())
        })
        .collect()
}

/// What waits for an answer that the server refused to give: it is asked again.
fn unanswered(seen: &Seen, side: Side) -> FlatSet<(ItemId, ContainerId)> {
    let waits = |id: &ItemId| seen.unanswered.contains_key(id);
    let items = seen.items[side].values().map(|item| (&item.id, &item.container)).filter(|(id, _)| waits(id));
    let linked = seen.links.iter().filter(|link| Side::BOTH.into_iter().any(|side| waits(link.halves[side].id())));
    let links = linked.map(|link| (link.halves[side].id(), &link.halves[side].container));
    items.chain(links).map(|(id, container)| (id.clone(), container.clone())).collect()
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
            Op::Update(update) if (update.mark.is_some() || update.uid.is_some()) && update.patch.fields.is_empty() => {
            }
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
    state.holding.extend(links.iter().map(|link| link.halves.exchange.container.clone()));
}

/// Notes which Activities belong to pairs that rest now, and which no longer do.
fn rest<'a>(state: &mut State, put: impl IntoIterator<Item = &'a Link>, drop: impl IntoIterator<Item = &'a ItemId>) {
    for id in drop {
        state.resting.remove(id);
    }
    for link in put {
        if link.state == LinkState::Undone {
            state.resting.insert(link.halves.creatio.id().clone());
        } else {
            state.resting.remove(link.halves.creatio.id());
        }
    }
}

/// What a person is told without being asked: of what was not written nothing.
fn notes_of(notes: &FlatMap<Note, FlatSet<ItemId>>, done: &[Link]) -> Vec<Told> {
    let done: FlatSet<&ItemId> = done.iter().map(|link| link.halves.creatio.id()).collect();
    let each =
        notes.iter().map(|(note, ids)| Told { note: *note, count: ids.iter().filter(|id| done.contains(id)).count() });
    each.filter(|note| note.count > 0).collect()
}

/// The items of which this run knows what they are, or that they are gone: of a Creatio of which
/// nothing can be read, only those of which a person told.
fn believed<'a>(plan: &Plan, seen: &'a Seen) -> FlatSet<&'a ItemId> {
    if plan.disbelieves {
        let heard = seen.links.iter().filter(|link| {
            Permissions::of(&plan.answers, [link.halves.creatio.id(), link.halves.exchange.id()]).decide_loss()
        });
        return heard.flat_map(|link| [link.halves.creatio.id(), link.halves.exchange.id()]).collect();
    }
    Side::BOTH.into_iter().flat_map(|side| seen.items[side].keys().chain(&seen.gone[side])).collect()
}

/// Whether a run that believes nothing of Creatio has found out all the same what has become of
/// what an earlier one held: how an item of Exchange reads, and what is asked of a pair.
fn is_told_anew(plan: &Plan, seen: &Seen, old: &Held) -> bool {
    let Some(id) = &old.id else { return false };
    if old.side == Side::Exchange && matches!(old.reason, Reason::Malformed | Reason::Unanswered) {
        return seen.items.exchange.contains_key(id);
    }
    plan.questions.iter().any(|new| new.asks(old.reason) && new.is_about(id))
}

/// What is held now: what this run held, and what earlier runs held of items that are not
/// `settled`: that this one did not see.
fn remember(state: &State, held: Vec<Held>, settled: &FlatSet<&ItemId>) -> Vec<Held> {
    let kept = state
        .held
        .iter()
        // who was not invited was a question once
        .filter(|old| {
            !matches!(old.reason, Reason::Group | Reason::NotInvited)
                && old.id.as_ref().is_some_and(|id| !settled.contains(id))
        })
        .filter(|old| !held.iter().any(|new| new.side == old.side && new.id == old.id && new.reason == old.reason));
    kept.cloned().chain(held.iter().cloned()).collect()
}
