//! Undo of a run: what it wrote is read directly and taken back as far as nobody wrote over it.
//! The rest is the next run's.

use super::commit::commit;
use crate::engine::action::ACTIVITIES;
use crate::engine::change::StateChange;
use crate::engine::commit::Commit;
use crate::engine::context::{Context, Seen};
use crate::engine::history::{Entry, What};
use crate::engine::link::{Link, LinkKey};
use crate::engine::settings::{Notify, Settings};
use crate::engine::undo::{self, Back, Now, Undo};
use crate::engine::{matching, scope};
use crate::error::{Error, Result};
use crate::flat::{FlatMap, FlatSet};
use crate::model::lookup::Lookup;
use crate::model::op::{Op, Outcome, Refusal, Written};
use crate::model::time::local;
use crate::model::{ContainerId, Instant, Item, ItemId, Pair, Side};
use crate::ports::{Clock, Events, Replica, Store};
use crate::run::{World, unless_stopped};

/// What undoing the run that began at `run` would do; writes nothing.
///
/// # Errors
/// What stops a run; `Settings` if there is no such run in the history.
pub async fn preview<W: World>(world: &W, run: Instant) -> Result<Undo> {
    super::trust::identified(world).await?;
    let entries = world.store().entries(run).await?;
    if entries.is_empty() {
        return Err(Error::Settings("there is no such run in the history".to_owned()));
    }
    let now = now(world, &entries).await?;
    let notify = world.store().settings().await?.map_or_else(Notify::default, |settings| settings.rules.notify);
    Ok(undo::undo(world.account(), world.account().writes_silently(notify), &entries, &now))
}

/// Takes back what a run wrote, as far as [`preview`] says. How many writes were taken back, and
/// how many were not.
///
/// # Errors
/// As [`preview`].
pub async fn undo<W: World>(world: &W, run: Instant) -> Result<(usize, usize)> {
    let plan = unless_stopped(world.events(), preview(world, run)).await?;
    let now = world.store().name_run(world.clock().now()).await?;
    let mut done = 0;
    let mut refused = plan.refused.len();
    for (nth, step) in plan.steps.iter().enumerate() {
        if world.events().stop() {
            refused += plan.steps.len() - nth;
            break;
        }
        // noted before it goes out, as every write is
        let noted = undo::recorded(step, now, nth, None).into_iter().collect();
        commit(world.store(), now, &Commit { history: noted, ..Commit::default() }).await?;
        match send(world, step).await {
            Ok(written) => {
                let entry = undo::recorded(step, now, nth, Some(&written));
                rest(world, step, Rested { run: now, written: &written, entry }).await?;
                done += 1;
            }
            // whether it was carried out is not known: what it would have overruled stays in the
            // history
            Err(Refusal::Unknown) => refused += 1,
            Err(
                Refusal::Stale
                | Refusal::Gone
                | Refusal::Rejected(_)
                | Refusal::Taken
                | Refusal::Spent
                | Refusal::NotSent,
            ) => {
                commit(world.store(), now, &Commit { unwritten: vec![(now, nth)], ..Commit::default() }).await?;
                refused += 1;
            }
        }
    }
    Ok((done, refused))
}

async fn send<W: World>(world: &W, step: &Back) -> Outcome {
    let ops: &[Op] = std::slice::from_ref(&step.op);
    let outcomes = match step.entry.side {
        Side::Creatio => world.creatio().apply(ops).await,
        Side::Exchange => world.exchange().apply(ops).await,
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
async fn rest<W: World>(world: &W, step: &Back, Rested { run, written, entry }: Rested<'_>) -> Result<()> {
    let other = step.entry.side.other();
    let lookup =
        Lookup::Id { id: step.link.halves[other].id().clone(), container: step.link.halves[other].container.clone() };
    // written it is: what can't be read now rests as it was, so that it is not taken for a loss
    let found = find(world, other, &[lookup]).await.unwrap_or_default();
    // an earlier step of the same undo may have changed the link already
    let key = LinkKey::Item(Side::Creatio, step.link.halves.creatio.id().clone());
    let current = world.store().links(&[key]).await?.into_iter().next();
    let step = Back { link: current.unwrap_or_else(|| step.link.clone()), ..step.clone() };
    // the pair rests as the rules see it: of what is private they see as much as before
    let settings = settings(world).await?;
    let context = context(world, &settings);
    let written = written.item.as_deref().map(|item| scope::masked(&context, item));
    let other = found.first().map(|item| scope::masked(&context, item));
    let unheld = Pair { creatio: world.creatio().unheld(), exchange: world.exchange().unheld() };
    let link = undo::rested(&step, written.as_ref(), other.as_ref(), &unheld);
    let history = entry.into_iter().collect();
    let state = Some(StateChange::Rested(link.halves.creatio.id().clone()));
    commit(world.store(), run, &Commit { put: vec![link], state, history, ..Commit::default() }).await
}

/// The settings that hold.
async fn settings<W: World>(world: &W) -> Result<Settings> {
    let today = local(world.zone(), world.clock().now()).date();
    Ok(world.store().settings().await?.unwrap_or_else(|| Settings::first(today)))
}

/// What the rules go by, with these `settings`.
fn context<'a, W: World>(world: &'a W, settings: &'a Settings) -> Context<'a> {
    let now = world.clock().now();
    let window = settings.window(now, world.zone());
    Context { settings, zone: world.zone(), now, window, account: world.account(), words: world.words() }
}

/// Everything that `entries` wrote, as it is now.
async fn now<W: World>(world: &W, entries: &[Entry]) -> Result<Now> {
    let keys: Vec<LinkKey> = entries.iter().map(|entry| LinkKey::Item(Side::Creatio, entry.activity.clone())).collect();
    let mut now = Now::default();
    now.links
        .extend(world.store().links(&keys).await?.into_iter().map(|link| (link.halves.creatio.id().clone(), link)));
    for side in Side::BOTH {
        let lookups: Vec<Lookup> = entries
            .iter()
            .filter(|entry| entry.side == side)
            .map(|entry| Lookup::Id { id: entry.id.clone(), container: entry.container.clone() })
            .collect();
        let found = find(world, side, &lookups).await?;
        now.items.extend(found.into_iter().map(|item| ((side, item.id.clone()), item)));
    }
    now.again = made_again(world, entries).await?;
    now.instead = made_instead(world, entries, &now.links).await?;
    Ok(now)
}

/// The Activities among `entries` that were removed, and in whose place another one was made for
/// the same event: under another name, as that became a series or a single event since. What the
/// same run made does not count, as that goes.
async fn made_instead<W: World>(
    world: &W,
    entries: &[Entry],
    links: &FlatMap<ItemId, Link>,
) -> Result<FlatSet<ItemId>> {
    let of = |what: What| entries.iter().filter(move |entry| (entry.side, entry.what) == (Side::Creatio, what));
    let made: FlatSet<&ItemId> = of(What::Created).map(|entry| &entry.id).collect();
    let removed = of(What::Deleted).filter_map(|entry| links.get(&entry.activity));
    let events: Vec<(&ItemId, Item)> =
        removed.map(|link| (link.halves.creatio.id(), link.halves.exchange.remembered())).collect();
    if events.is_empty() {
        return Ok(FlatSet::new());
    }
    let settings = settings(world).await?;
    let context = context(world, &settings);
    let names = events.iter().flat_map(|(_, event)| {
        let ids = matching::candidates(&context, event).into_iter();
        let ids = ids.map(|id| Lookup::Id { id, container: ContainerId::from(ACTIVITIES) });
        ids.chain(matching::activity_uid(&event.facts).map(Lookup::Uid))
    });
    let found = find(world, Side::Creatio, &names.collect::<Vec<_>>()).await?;
    let seen = Seen::default();
    let stands = |activity: &ItemId, event: &Item| {
        found.iter().any(|other| {
            other.id != *activity
                && !made.contains(&other.id)
                && !other.facts.canceled
                && matching::is_made_for(&context, &seen, other, event)
        })
    };
    Ok(events.iter().filter(|(id, event)| stands(id, event)).map(|(id, _)| (*id).clone()).collect())
}

/// The Activities among `entries` whose event or task was removed, and that have one all the same:
/// another device, whose link did not rest, made it again. What the same run made in its place does
/// not count, as that goes.
async fn made_again<W: World>(world: &W, entries: &[Entry]) -> Result<FlatSet<ItemId>> {
    let of = |what: What| entries.iter().filter(move |entry| (entry.side, entry.what) == (Side::Exchange, what));
    let made: FlatSet<&ItemId> = of(What::Created).map(|entry| &entry.id).collect();
    let removed: FlatSet<&ItemId> = of(What::Deleted).map(|entry| &entry.activity).collect();
    if removed.is_empty() {
        return Ok(FlatSet::new());
    }
    let lookups: Vec<Lookup> = removed.iter().map(|activity| Lookup::Mark((*activity).clone())).collect();
    let found = world.exchange().find(&lookups).await?.into_iter().map(|mut found| {
        found.items.retain(|item| !made.contains(&item.id));
        found
    });
    Ok(removed.into_iter().zip(found).filter(|(_, found)| !found.is_absent()).map(|(id, _)| id.clone()).collect())
}

async fn find<W: World>(world: &W, side: Side, lookups: &[Lookup]) -> Result<Vec<Item>> {
    if lookups.is_empty() {
        return Ok(Vec::new());
    }
    let found = match side {
        Side::Creatio => world.creatio().find(lookups).await?,
        Side::Exchange => world.exchange().find(lookups).await?,
    };
    Ok(found.into_iter().flat_map(|found| found.items).collect())
}
