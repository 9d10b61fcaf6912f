//! Events that two devices created for one Activity at the same time, and what becomes of such
//! twins when a person makes a series of one of them.

use crate::engine::context::Seen;
use crate::engine::identity;
use crate::engine::link::Link;
use crate::model::Item;
use chrono::Duration;

/// Two devices that create the same do so within this time; what is made later is a copy.
const CREATION_RACE_WINDOW: Duration = Duration::minutes(10);

/// Events of one transaction and one UID that were created in one calendar within minutes of each
/// other, which only a server lets happen that knows no transactions (Exchange Server: there it is
/// the UID, which a person's copy may keep, in another calendar or another day). With UIDs of their
/// own one is a copy, which may carry the transaction along.
pub(super) fn are_twins(one: &Item, other: &Item) -> bool {
    one.facts.transaction.is_some()
        && one.facts.transaction == other.facts.transaction
        && one.facts.uid == other.facts.uid
        && are_of_one_race(one, other)
}

/// Whether `single` is what two devices created beside the event of which a person made the series
/// of `occurrence`: they were twins until then.
pub(super) fn is_left_of(single: &Item, occurrence: &Item) -> bool {
    let wide = |item: &Item| item.facts.uid.as_ref().map(identity::series_wide);
    occurrence.facts.occurrence.is_some()
        && single.facts.occurrence.is_none()
        && single.facts.transaction.is_some()
        && wide(single).is_some()
        && wide(single) == wide(occurrence)
        && are_of_one_race(single, occurrence)
}

/// Whether two events were created in one calendar at about the same time.
fn are_of_one_race(one: &Item, other: &Item) -> bool {
    let created = one.facts.created.zip(other.facts.created);
    one.container == other.container && created.is_some_and(|(one, other)| (one - other).abs() < CREATION_RACE_WINDOW)
}

/// Whether the event of `link` is a series now, or its twin is, of which one of `items` is an
/// occurrence: the occurrences take its place.
pub(super) fn is_series<'a>(seen: &Seen, link: &Link, mut items: impl Iterator<Item = &'a Item>) -> bool {
    let single = seen.items.exchange.get(link.halves.exchange.id());
    seen.series.contains(link.halves.exchange.id())
        || single.is_some_and(|single| items.any(|item| is_left_of(single, item)))
}
