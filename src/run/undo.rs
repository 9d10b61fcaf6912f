//! Undo of a run, and answers to what was held: what a person does with the past. Both read
//! directly, write little, and leave the rest to the next run.

use super::commit::commit;
use super::{Ends, unless_stopped};
use crate::engine::answer::Answer;
use crate::engine::change::StateChange;
use crate::engine::commit::Commit;
use crate::engine::context::Context;
use crate::engine::history::{Entry, What};
use crate::engine::link::{Link, LinkKey, LinkState};
use crate::engine::scope;
use crate::engine::settings::{Notify, Settings};
use crate::engine::undo::{self, Back, Now, Undo};
use crate::error::{Error, Result};
use crate::model::lookup::Lookup;
use crate::model::op::{Op, Outcome, Refusal, Written};
use crate::model::time::local;
use crate::model::{Instant, Item, ItemId, Kind, Side};
use crate::ports::{Clock, Directory, Events, Replica, Store};
use std::collections::BTreeSet;

/// What undoing the run that began at `run` would do; writes nothing.
///
/// # Errors
/// What stops a run; `Settings` if there is no such run in the history.
pub async fn preview<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events>(
    ends: &Ends<'_, C, X, S, K, E>,
    run: Instant,
) -> Result<Undo> {
    super::trust::identified(ends).await?;
    let entries = ends.store.entries(run).await?;
    if entries.is_empty() {
        return Err(Error::Settings("there is no such run in the history".to_owned()));
    }
    let now = now(ends, &entries).await?;
    let notify = ends.store.settings().await?.map_or_else(Notify::default, |settings| settings.rules.notify);
    Ok(undo::undo((ends.account, ends.account.writes_silently(notify)), &entries, &now))
}

/// Takes back what a run wrote, as far as [`preview`] says. How many writes were taken back, and
/// how many were not.
///
/// # Errors
/// As [`preview`].
pub async fn undo<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events>(
    ends: &Ends<'_, C, X, S, K, E>,
    run: Instant,
) -> Result<(usize, usize)> {
    let plan = unless_stopped(ends.events, preview(ends, run)).await?;
    let now = ends.store.name_run(ends.clock.now()).await?;
    let mut done = 0;
    let mut refused = plan.refused.len();
    for (nth, step) in plan.steps.iter().enumerate() {
        if ends.events.stop() {
            refused += plan.steps.len() - nth;
            break;
        }
        // noted before it goes out, as every write is
        let noted = undo::recorded(step, (now, nth), None).into_iter().collect();
        commit(ends.store, now, &Commit { history: noted, ..Commit::default() }).await?;
        match send(ends, step).await {
            Ok(written) => {
                let entry = undo::recorded(step, (now, nth), Some(&written));
                rest(ends, step, Rested { run: now, written: &written, entry }).await?;
                done += 1;
            }
            // whether it was carried out is not known: what it would have overruled stays in the
            // history
            Err(Refusal::Unknown) => refused += 1,
            Err(Refusal::Stale | Refusal::Gone | Refusal::Rejected(_) | Refusal::Taken | Refusal::NotSent) => {
                commit(ends.store, now, &Commit { unwritten: vec![(now, nth)], ..Commit::default() }).await?;
                refused += 1;
            }
        }
    }
    Ok((done, refused))
}

async fn send<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events>(
    ends: &Ends<'_, C, X, S, K, E>,
    step: &Back,
) -> Outcome {
    let ops: &[Op] = std::slice::from_ref(&step.op);
    let outcomes = match step.entry.side {
        Side::Creatio => ends.creatio.apply(ops).await,
        Side::Exchange => ends.exchange.apply(ops).await,
    };
    outcomes.into_iter().next().unwrap_or(Err(Refusal::Unknown))
}

/// What came of a step.
struct Rested<'a> {
    /// The name of the undo, which is a run of its own.
    run: Instant,
    written: &'a Written,
    entry: Option<Entry>,
}

/// Puts the pair to rest as both sides now are, and tells the history of it.
async fn rest<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events>(
    ends: &Ends<'_, C, X, S, K, E>,
    step: &Back,
    Rested { run, written, entry }: Rested<'_>,
) -> Result<()> {
    let other = step.entry.side.other();
    let lookup = Lookup::Id { id: step.link.ids[other].clone(), container: step.link.containers[other].clone() };
    // written it is: what can't be read now rests as it was, so that it is not taken for a loss
    let found = find(ends, other, &[lookup]).await.unwrap_or_default();
    // an earlier step of the same undo may have changed the link already
    let key = LinkKey::Item(Side::Creatio, step.link.ids.creatio.clone());
    let current = ends.store.links(&[key]).await?.into_iter().next();
    let step = Back { link: current.unwrap_or_else(|| step.link.clone()), ..step.clone() };
    // the pair rests as the rules see it: of what is private they see as much as before
    let now = ends.clock.now();
    let today = local(ends.zone, now).date();
    let settings = ends.store.settings().await?.unwrap_or_else(|| Settings::first(today));
    let window = settings.window(now, ends.zone);
    let context =
        Context { settings: &settings, zone: ends.zone, now, window, account: ends.account, words: ends.words };
    let written = written.item.as_deref().map(|item| scope::masked(&context, item));
    let other = found.first().map(|item| scope::masked(&context, item));
    let link = undo::rested(&step, written.as_ref(), other.as_ref());
    let history = entry.into_iter().collect();
    let state = Some(StateChange::Rested(link.ids.creatio.clone()));
    commit(ends.store, run, &Commit { put: vec![link], state, history, ..Commit::default() }).await
}

/// Everything that `entries` wrote, as it is now.
async fn now<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events>(
    ends: &Ends<'_, C, X, S, K, E>,
    entries: &[Entry],
) -> Result<Now> {
    let keys: Vec<LinkKey> = entries.iter().map(|entry| LinkKey::Item(Side::Creatio, entry.activity.clone())).collect();
    let mut now = Now::default();
    now.links.extend(ends.store.links(&keys).await?.into_iter().map(|link| (link.ids.creatio.clone(), link)));
    for side in Side::BOTH {
        let lookups: Vec<Lookup> = entries
            .iter()
            .filter(|entry| entry.side == side)
            .map(|entry| Lookup::Id { id: entry.id.clone(), container: entry.container.clone() })
            .collect();
        let found = find(ends, side, &lookups).await?;
        now.items.extend(found.into_iter().map(|item| ((side, item.id.clone()), item)));
    }
    now.again = made_again(ends, entries).await?;
    Ok(now)
}

/// The Activities among `entries` whose event or task was removed, and that have one all the same:
/// another device, whose link did not rest, made it again. What the same run made in its place does
/// not count, as that goes.
async fn made_again<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events>(
    ends: &Ends<'_, C, X, S, K, E>,
    entries: &[Entry],
) -> Result<BTreeSet<ItemId>> {
    let of = |what: What| entries.iter().filter(move |entry| (entry.side, entry.what) == (Side::Exchange, what));
    let made: BTreeSet<&ItemId> = of(What::Created).map(|entry| &entry.id).collect();
    let removed: BTreeSet<&ItemId> = of(What::Deleted).map(|entry| &entry.activity).collect();
    if removed.is_empty() {
        return Ok(BTreeSet::new());
    }
    let lookups: Vec<Lookup> = removed.iter().map(|activity| Lookup::Mark((*activity).clone())).collect();
    let found = ends.exchange.find(&lookups).await?.into_iter().map(|mut found| {
        found.items.retain(|item| !made.contains(&item.id));
        found
    });
    Ok(removed.into_iter().zip(found).filter(|(_, found)| !found.is_absent()).map(|(id, _)| id.clone()).collect())
}

async fn find<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events>(
    ends: &Ends<'_, C, X, S, K, E>,
    side: Side,
    lookups: &[Lookup],
) -> Result<Vec<Item>> {
    if lookups.is_empty() {
        return Ok(Vec::new());
    }
    let found = match side {
        Side::Creatio => ends.creatio.find(lookups).await?,
        Side::Exchange => ends.exchange.find(lookups).await?,
    };
    Ok(found.into_iter().flat_map(|found| found.items).collect())
}

/// Notes what a person said of things held; the next run carries it out.
///
/// # Errors
/// `Store` if it fails.
pub async fn answer<S: Store>(store: &S, answers: Vec<Answer>) -> Result<()> {
    store.commit(&Commit { state: Some(StateChange::Answered(answers)), ..Commit::default() }).await
}

/// A pair that rests: what a run wrote of it was taken back, or a person wants it left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resting {
    /// Its Activity.
    pub activity: ItemId,
    /// The Activity's title, for the page only.
    pub title: String,
    /// Meeting or task.
    pub kind: Kind,
}

/// The pairs that rest.
///
/// # Errors
/// `Store` if it fails.
pub async fn resting<S: Store>(store: &S) -> Result<Vec<Resting>> {
    let ids = store.state().await?.map(|state| state.resting).unwrap_or_default();
    let resting = at_rest(store, ids).await?.into_iter().map(|link| Resting {
        kind: link.kind(),
        title: link.base.creatio.title().to_owned(),
        activity: link.ids.creatio,
    });
    Ok(resting.collect())
}

/// Wakes pairs that rest, by their Activities: the next run decides on them as if they were new.
/// How many there were.
///
/// # Errors
/// `Store` if it fails.
pub async fn wake<S: Store>(store: &S, activities: Vec<ItemId>) -> Result<usize> {
    let mut links = at_rest(store, activities).await?;
    for link in &mut links {
        link.memory.anew = true;
    }
    let woken = links.len();
    let state = Some(StateChange::Woken(links.clone()));
    store.commit(&Commit { put: links, state, ..Commit::default() }).await?;
    Ok(woken)
}

/// The links of these Activities, as far as they rest.
async fn at_rest<S: Store>(store: &S, activities: impl IntoIterator<Item = ItemId>) -> Result<Vec<Link>> {
    let keys: Vec<LinkKey> = activities.into_iter().map(|id| LinkKey::Item(Side::Creatio, id)).collect();
    let links = store.links(&keys).await?;
    Ok(links.into_iter().filter(|link| link.state == LinkState::Undone).collect())
}
