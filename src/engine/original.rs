//! Activities that stand in for another: created again in a later generation where the first one
//! seemed to be gone, as the user's own copy of one that could not be read, or under an event's own
//! id before its server told the UID in which colleagues meet. Rights come back, so does a row that
//! a late reading left out, and the UID is told: then the first one is the Activity of the pair.
//!
//! Twins are Activities of one event under two names: it was a single event when the one was made,
//! and of a series when the other was, by a device that knew nothing of the one. Of these the older
//! is the Activity of the pair. What a person wrote in the other, they are asked about.

use crate::engine::account::Account;
use crate::engine::context::{Context, Seen};
use crate::engine::held::Reason;
use crate::engine::link::{Link, LinkState};
use crate::engine::permissions::Permissions;
use crate::engine::{identity, matching, scope};
use crate::flat::FlatSet;
use crate::model::record::differences;
use crate::model::{Facts, Field, Item, ItemId, Kind, Mark, Pair, Side};

/// The Activity for which `activity` stands in, as the counterpart of `item` in a generation up to
/// this one; `None` if its name tells of none.
#[must_use]
pub fn first_of(activity: &ItemId, item: &Item, generation: u32, account: &Account) -> Option<ItemId> {
    if !identity::is_ours(activity) {
        return None;
    }
    if item.record.kind() == Kind::Task {
        let first = identity::activity(item, account, 0);
        let made = std::iter::successors(Some(identity::again(&first)), |one| Some(identity::again(one)));
        if made.zip(0..generation).any(|(made, _)| made == *activity) {
            return Some(first);
        }
    }
    // its event may have had no UID yet when it was made
    let nameless = Item { facts: Facts { uid: None, ..item.facts.clone() }, ..item.clone() };
    [item, &nameless].into_iter().find_map(|item| {
        let names = (0..=generation).map(|generation| identity::activity(item, account, generation));
        names.enumerate().find_map(|(nth, named)| {
            if identity::own_copy(&named, account) == *activity {
                return Some(named);
            }
            (nth > 0 && named == *activity).then(|| identity::activity(item, account, 0))
        })
    })
}

/// The Activity for which that of `link` stands in, or of which it is a twin, if it is there and
/// has no link.
#[must_use]
pub fn found(context: &Context<'_>, seen: &Seen, link: &Link) -> Option<ItemId> {
    let facts = &link.halves.exchange.facts;
    // what another account of the user made in its place, as people know of one Activity
    let there = seen.elsewhere.get(link.halves.creatio.id()).and_then(|there| there.instead.as_ref());
    if let Some(there) = there.filter(|_| seen.gone.creatio.contains(link.halves.creatio.id())) {
        return free(seen, there, facts);
    }
    if let Some(instead) = &link.memory.instead {
        return free(seen, instead, facts);
    }
    if let Some(item) = early(seen, link, context.account) {
        return free(seen, &identity::activity(item, context.account, 0), &item.facts);
    }
    twin(context, seen, link)
}

/// The Activity for which that of `link` stands in now that it was moved over to it from `before`:
/// another account of the user made it in place of that.
#[must_use]
pub fn instead(seen: &Seen, link: &Link, before: &ItemId) -> Option<ItemId> {
    let there = seen.elsewhere.get(before).and_then(|there| there.instead.as_ref());
    let first = || link.memory.instead.clone().unwrap_or_else(|| before.clone());
    there.filter(|there| **there == *link.halves.creatio.id()).map(|_| first())
}

/// The oldest of the Activities without a link that were made for the event of `link`, if it is
/// older than that of the link, or that has come to its end.
fn twin(context: &Context<'_>, seen: &Seen, link: &Link) -> Option<ItemId> {
    let event = seen.items.exchange.get(link.halves.exchange.id())?;
    let own = seen.items.creatio.get(link.halves.creatio.id()).filter(|own| !own.facts.canceled);
    let is_older = |one: &&Item| own.is_none_or(|own| one.age() < own.age());
    let twins = seen.named.iter().filter_map(|id| seen.items.creatio.get(id)).filter(is_older);
    let twins = twins.filter(|one| matching::is_made_for(context, seen, one, event) && is_free(seen, one));
    twins.min_by_key(|one| one.age()).map(|one| one.id.clone())
}

/// Whether an unlinked Activity of the user's is a second one beside that of a link: the other is
/// older, or is the one in which colleagues meet. Of one that a person was asked about, only a full
/// comparison tells that it is none any more: between two of them its event may not be read.
/// `is_beside`: it is found to be one in this run, so that no link tells it.
#[must_use]
pub fn is_second(context: &Context<'_>, seen: &Seen, activity: &Item, is_beside: bool) -> bool {
    let own = activity.facts.owner.as_ref() == Some(&context.account.contact);
    let elsewhere = seen.elsewhere.get(&activity.id).is_some_and(|there| there.lives);
    let stands_beside = |link: &Link| {
        let id = link.halves.creatio.id();
        let canceled = seen.items.creatio.get(id).is_some_and(|first| first.facts.canceled);
        let event = seen.items.exchange.get(link.halves.exchange.id()).filter(|event| !event.facts.canceled);
        let is_for = |event: &Item| {
            let early = identity::before_its_uid(event, context.account).contains(&activity.id);
            // the single event that it was made for is this series, and its day is none of that
            let single = event.facts.occurrence.is_some() && matching::is_of_series(context, activity, event);
            early || single || matching::is_made_for(context, seen, activity, event)
        };
        lives(link) && !canceled && !seen.gone.creatio.contains(id) && event.is_some_and(is_for)
    };
    let asked = !seen.full && is_asked(seen, &activity.id);
    let is_named = seen.named.contains(&activity.id);
    let stands = asked || is_beside || is_named && seen.links.iter().any(stands_beside);
    own && !elsewhere && !activity.facts.canceled && stands
}

/// Whether a person was asked about an Activity as a second one.
#[must_use]
pub fn is_asked(seen: &Seen, activity: &ItemId) -> bool {
    seen.guarded.contains(&(activity.clone(), Reason::SecondActivity))
}

/// The event of `link`, if its Activity was made before the server told the UID: others made theirs
/// under the UID meanwhile.
#[must_use]
pub fn early<'a>(seen: &'a Seen, link: &Link, account: &Account) -> Option<&'a Item> {
    let item = seen.items.exchange.get(link.halves.exchange.id())?;
    identity::before_its_uid(item, account).contains(link.halves.creatio.id()).then_some(item)
}

/// The same of an `item` that is about to be linked to `activity`.
#[must_use]
pub fn found_of(seen: &Seen, item: &Item, activity: &ItemId, account: &Account) -> Option<ItemId> {
    let generation = item.facts.mark.as_ref().map_or(0, |mark| mark.generation);
    free(seen, &first_of(activity, item, generation, account)?, &item.facts)
}

/// The Activity `instead`, or the one that bears the UID of the event with these facts, if it is
/// there and has no link.
fn free(seen: &Seen, instead: &ItemId, facts: &Facts) -> Option<ItemId> {
    let uid = facts.uid.as_ref().filter(|_| facts.occurrence.is_none());
    // a person's own bears the UID of its event
    let named = |item: &&Item| uid.is_some() && item.facts.uid.as_ref() == uid && !identity::is_ours(&item.id);
    let free = |item: &&Item| is_free(seen, item);
    let known = seen.items.creatio.get(instead).filter(free);
    known.or_else(|| seen.items.creatio.values().filter(named).find(free)).map(|item| item.id.clone())
}

fn is_free(seen: &Seen, activity: &Item) -> bool {
    !activity.facts.canceled && !seen.links.iter().any(|other| *other.halves.creatio.id() == activity.id)
}

/// The Activity that was exported as the single event which became the series of `item`, if it
/// can't be read now: what is made for the first of the days stands in for it.
#[must_use]
pub fn unread(context: &Context<'_>, seen: &Seen, item: &Item) -> Option<ItemId> {
    let occurrence = item.facts.occurrence.as_ref()?;
    let mark = identity::series_mark(context.account, item)?;
    let is_before = |other: &Item| {
        let day = other.facts.occurrence.as_ref();
        day.is_some_and(|day| day.master == occurrence.master && day.original < occurrence.original)
    };
    let is_first = !seen.items.exchange.values().any(is_before);
    let is_linked = seen.links.iter().any(|link| *link.halves.creatio.id() == mark.activity);
    let is_known = is_linked || seen.items.creatio.contains_key(&mark.activity);
    (is_first && !is_known).then(|| mark.activity.clone())
}

/// The Activity to which `link` goes back: the first one is there, and nobody has edited the one
/// that stands in for it, or a person has had it canceled, or somebody else has.
#[must_use]
pub fn returns(context: &Context<'_>, seen: &Seen, link: &Link) -> Option<ItemId> {
    let id = link.halves.creatio.id();
    let has_ended = seen.gone.creatio.contains(id) || seen.items.creatio.get(id).is_some_and(|one| one.facts.canceled);
    let goes = has_ended || is_as_made(seen, link) || is_given_up(seen, link);
    rival(context, seen, link).filter(|_| goes)
}

/// The Activity that is there beside that of `link`, and could take its place.
#[must_use]
pub fn rival(context: &Context<'_>, seen: &Seen, link: &Link) -> Option<ItemId> {
    let there = seen.elsewhere.get(link.halves.creatio.id());
    // buried, what was left of it goes on with what another account made in its place
    let is_followed = link.memory.vanished && there.is_some_and(|there| there.instead.is_some());
    let first = found(context, seen, link).filter(|_| lives(link) || is_followed)?;
    is_adopted(context, seen, &first, link.halves.exchange.id()).then_some(first)
}

/// Whether a person has had the Activity of `link` canceled, beside which there is another.
#[must_use]
pub fn is_given_up(seen: &Seen, link: &Link) -> bool {
    Permissions::of_pair(seen, link).allows(Reason::SecondActivity)
}

const fn lives(link: &Link) -> bool {
    matches!(link.state, LinkState::Alive | LinkState::Asleep)
}

/// Whether `link` stays with its Activity although the event or task bears the `mark` of another:
/// that stands in for this one, which is there.
#[must_use]
pub fn stays(context: &Context<'_>, seen: &Seen, link: &Link, mark: &Mark) -> bool {
    let stands_in = seen.items.exchange.get(link.halves.exchange.id()).is_some_and(|item| {
        let is_again = mark.activity == identity::again(link.halves.creatio.id());
        let stands_in = || first_of(&mark.activity, item, mark.generation, context.account).is_some();
        link.memory.instead.is_none() && (is_again || stands_in())
    });
    stands_in && is_adopted(context, seen, link.halves.creatio.id(), link.halves.exchange.id())
}

fn is_adopted(context: &Context<'_>, seen: &Seen, activity: &ItemId, event: &ItemId) -> bool {
    let (Some(creatio), Some(exchange)) = (seen.items.creatio.get(activity), seen.items.exchange.get(event)) else {
        return false;
    };
    let exchange = &scope::masked(context, exchange);
    creatio.record.kind() == exchange.record.kind() && scope::adopts(context, Pair { creatio, exchange })
}

/// Whether the Activity of `link` is there, and is one of ours as we made it.
#[must_use]
pub fn is_as_made(seen: &Seen, link: &Link) -> bool {
    seen.items.creatio.get(link.halves.creatio.id()).is_some_and(|item| {
        let ours = link.made == Some(Side::Creatio) && !item.facts.process && !item.facts.canceled;
        // an answer comes by itself
        let answer = FlatSet::from([Field::Response]);
        ours && differences(&link.halves.creatio.base, &item.record).is_subset(&answer)
    })
}
