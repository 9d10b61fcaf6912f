//! Activities that stand in for another: created again in a later generation where the first one
//! seemed to be gone, as the user's own copy of one that could not be read, or under an event's own
//! id before its server told the UID in which colleagues meet. Rights come back, so does a row that
//! a late reading left out, and the UID is told: then the first one is the Activity of the pair.

use crate::engine::account::Account;
use crate::engine::context::{Context, Seen};
use crate::engine::link::{Link, LinkState};
use crate::engine::{identity, scope};
use crate::model::record::differences;
use crate::model::{Facts, Field, Item, ItemId, Mark, Pair, Side};
use std::collections::BTreeSet;

/// The Activity for which `activity` stands in, as the counterpart of `item` in a generation up to
/// this one; `None` if its name tells of none.
#[must_use]
pub fn first_of(activity: &ItemId, item: &Item, generation: u32, account: &Account) -> Option<ItemId> {
    if !identity::is_ours(activity) {
        return None;
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

/// The Activity for which that of `link` stands in, if it is there and has no link.
#[must_use]
pub fn found(seen: &Seen, link: &Link, account: &Account) -> Option<ItemId> {
    if let Some(instead) = &link.memory.instead {
        return free(seen, instead, &link.facts.exchange);
    }
    let item = early(seen, link, account)?;
    free(seen, &identity::activity(item, account, 0), &item.facts)
}

/// The event of `link`, if its Activity was made before the server told the UID: others made theirs
/// under the UID meanwhile.
#[must_use]
pub fn early<'a>(seen: &'a Seen, link: &Link, account: &Account) -> Option<&'a Item> {
    let item = seen.items.exchange.get(&link.ids.exchange)?;
    (identity::before_its_uid(item, account).as_ref() == Some(&link.ids.creatio)).then_some(item)
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
    let free = |item: &&Item| !item.facts.canceled && !seen.links.iter().any(|other| other.ids.creatio == item.id);
    let known = seen.items.creatio.get(instead).filter(free);
    known.or_else(|| seen.items.creatio.values().filter(named).find(free)).map(|item| item.id.clone())
}

/// The Activity to which `link` goes back: the first one is there, and nobody has edited the one
/// that stands in for it.
#[must_use]
pub fn returns(context: &Context<'_>, seen: &Seen, link: &Link) -> Option<ItemId> {
    let lives = matches!(link.state, LinkState::Alive | LinkState::Asleep);
    let first = found(seen, link, context.account).filter(|_| lives && is_as_made(seen, link))?;
    is_adopted(context, seen, (&first, &link.ids.exchange)).then_some(first)
}

/// Whether `link` stays with its Activity although the event or task bears the `mark` of another:
/// that stands in for this one, which is there.
#[must_use]
pub fn stays(context: &Context<'_>, seen: &Seen, link: &Link, mark: &Mark) -> bool {
    let stands_in = seen.items.exchange.get(&link.ids.exchange).is_some_and(|item| {
        link.memory.instead.is_none() && first_of(&mark.activity, item, mark.generation, context.account).is_some()
    });
    stands_in && is_adopted(context, seen, (&link.ids.creatio, &link.ids.exchange))
}

fn is_adopted(context: &Context<'_>, seen: &Seen, (activity, event): (&ItemId, &ItemId)) -> bool {
    let (Some(creatio), Some(exchange)) = (seen.items.creatio.get(activity), seen.items.exchange.get(event)) else {
        return false;
    };
    let exchange = &scope::masked(context, exchange);
    creatio.record.kind() == exchange.record.kind() && scope::adopts(context, Pair { creatio, exchange })
}

/// Whether the Activity of `link` is there, and is one of ours as we made it.
#[must_use]
pub fn is_as_made(seen: &Seen, link: &Link) -> bool {
    seen.items.creatio.get(&link.ids.creatio).is_some_and(|item| {
        let ours = link.made == Some(Side::Creatio) && !item.facts.process && !item.facts.canceled;
        // an answer comes by itself
        let answer = BTreeSet::from([Field::Response]);
        ours && differences(&link.base.creatio, &item.record).is_subset(&answer)
    })
}
