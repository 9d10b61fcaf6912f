//! Which unlinked items are one (docs/rules.md, "Matching of unlinked items"). Never guesses: two
//! candidates are no match but a report.

use crate::engine::context::{Context, Seen};
use crate::engine::link::{Link, LinkState};
use crate::engine::matches::{Match, Matches};
use crate::engine::twins::{are_twins, is_left_of, is_series};
use crate::engine::{identity, project, scope, series};
use crate::flat::{self, FlatMap, FlatSet};
use crate::model::lookup::Look;
use crate::model::{Day, Facts, Item, ItemId, Kind, Mark, Original, Record, Side, TaskWhen, Uid, When};

/// What matching looks Activities up by: who is linked, and who bears which UID.
struct Linked<'a> {
    by_activity: FlatMap<&'a ItemId, &'a Link>,
    by_uid: FlatMap<&'a Uid, Vec<&'a Item>>,
}

impl<'a> Linked<'a> {
    /// Of all that was seen.
    fn new(seen: &'a Seen) -> Self {
        let by_activity = seen.links.iter().map(|link| (link.halves.creatio.id(), link)).collect();
        let mut by_uid: FlatMap<&Uid, Vec<&Item>> = FlatMap::new();
        for activity in seen.items.creatio.values() {
            if let Some(uid) = &activity.facts.uid {
                by_uid.entry(uid).or_default().push(activity);
            }
        }
        Self { by_activity, by_uid }
    }

    /// The Activities that bear this UID, by their ids.
    fn named(&self, uid: &Uid) -> impl Iterator<Item = &'a Item> + use<'a> {
        self.by_uid.get(uid).cloned().unwrap_or_default().into_iter()
    }

    fn of(&self, activity: &ItemId) -> Option<&'a Link> {
        self.by_activity.get(activity).copied()
    }
}

/// The ids of Activities that `item` could stand for by its marks alone: they are looked up before
/// anything is decided.
#[must_use]
pub fn candidates(context: &Context<'_>, item: &Item) -> Vec<ItemId> {
    let own = identity::activity(item, context.account, 0);
    let early = identity::before_its_uid(item, context.account);
    let aliases = identity::aliases(context.zone, context.account, item);
    // of another installation's mark it is asked whether its Activity is here too
    let marked = item.facts.mark.as_ref().map(|mark| mark.activity.clone());
    let series = item.facts.series_mark.as_ref().map(|mark| mark.activity.clone());
    std::iter::once(own).chain(early).chain(marked).chain(series).chain(noted(item).cloned()).chain(aliases).collect()
}

/// The UID under which an Activity may stand in Creatio for the event with these facts: that of
/// its whole series, for an Activity that was exported as a single event which became one.
#[must_use]
pub fn activity_uid(facts: &Facts) -> Option<Uid> {
    // what is private has none, as nobody is to meet in it
    let uid = facts.uid.as_ref().filter(|_| !facts.private)?;
    Some(if facts.occurrence.is_some() { Uid::new(identity::series_wide(uid)) } else { uid.clone() })
}

fn valid_mark(context: &Context<'_>, item: &Item) -> Option<ItemId> {
    let mark = item.facts.mark.as_ref()?;
    (mark.site == context.account.site).then(|| mark.activity.clone())
}

/// The generation of the mark on the event or task of `link`, if it is later than that of its base:
/// another device made one of the two anew since.
#[must_use]
pub fn outdated(context: &Context<'_>, seen: &Seen, link: &Link) -> Option<u32> {
    let mark = seen.items.exchange.get(link.halves.exchange.id())?.facts.mark.as_ref()?;
    let ours = mark.site == context.account.site && mark.activity == *link.halves.creatio.id();
    (ours && mark.generation > link.generation).then_some(mark.generation)
}

/// Whether `item` is the very event that we created for its mark, or that we marked before its
/// Activity was created again: a copy carries the mark along, and may carry the transaction id, but
/// has a UID of its own. The UID decides where that of the original is known.
fn is_original(context: &Context<'_>, seen: &Seen, linked: &Linked<'_>, item: &Item) -> bool {
    let Some(mark) = &item.facts.mark else { return false };
    if !identity::knows_transactions(item.record.kind()) {
        return true;
    }
    let is_gone = |link: &Link| seen.gone.exchange.contains(link.halves.exchange.id());
    // another device, which knows of no loss but the first, may have made it again as we did: of
    // what is gone since it is no copy
    let made_again = mark.generation > 0 && linked.of(&mark.activity).is_some_and(is_gone);
    if let (Some(known), Some(own)) = (known_uid(context, seen, linked, item, mark), &item.facts.uid)
        && (known == own || !made_again)
    {
        return known == own;
    }
    item.facts.transaction.as_deref()
        == Some(identity::transaction(&mark.activity, context.account, mark.generation).as_str())
        || mark.activity == identity::activity(item, context.account, mark.generation)
}

/// The UID of the event that we created for `mark`, which `item` bears, as its link knows it, or
/// its Activity: that keeps the UID of the first one, whichever generation followed, and in
/// whichever of the user's mailboxes. Of one that was taken back here it says nothing: another
/// device may have made it again in the same generation, since it knows of no loss.
fn known_uid<'a>(
    context: &Context<'_>,
    seen: &'a Seen,
    linked: &Linked<'a>,
    item: &Item,
    mark: &Mark,
) -> Option<&'a Uid> {
    let is_taken_back =
        |link: &Link| link.state == LinkState::Undone && seen.gone.exchange.contains(link.halves.exchange.id());
    let is_known = |link: &&Link| {
        link.generation == mark.generation && !matches!(link.state, LinkState::Pending(_)) && !is_taken_back(link)
    };
    // a UID that spells its transaction tells of which mailbox it is, and the other one is not
    let ours = identity::transaction(&mark.activity, context.account, mark.generation);
    let is_of_another_mailbox = |uid: &Uid| {
        identity::transaction_in(uid).is_some_and(|spelled| spelled != ours)
            || item.facts.uid.as_ref().and_then(identity::transaction_in).is_some_and(|spelled| spelled == ours)
    };
    let link = linked.of(&mark.activity);
    let taken_back = link.filter(|link| is_taken_back(link)).and_then(|link| link.halves.exchange.facts.uid.as_ref());
    let link = link.filter(is_known);
    let of_activity = || {
        let activity = seen.items.creatio.get(&mark.activity).filter(|_| mark.generation == 0);
        let named = activity.filter(|activity| !seen.is_named_elsewhere(activity));
        // the Activity keeps the UID of the one that was taken back
        named?.facts.uid.as_ref().filter(|uid| taken_back != Some(uid) && !is_of_another_mailbox(uid))
    };
    link.and_then(|link| link.halves.exchange.facts.uid.as_ref()).or_else(of_activity)
}

/// Finds what each unlinked Exchange item of `unlinked` stands for.
#[must_use]
pub fn find(context: &Context<'_>, seen: &Seen, unlinked: &[&Item]) -> Matches {
    let linked = Linked::new(seen);
    let mut found: FlatMap<ItemId, Match> =
        unlinked.iter().map(|item| (item.id.clone(), by_identity(context, seen, &linked, item))).collect();
    settle_rivals(context, seen, &linked, unlinked, &mut found);
    settle_same(context, unlinked, &mut found);
    let mut matches = Matches { events: found, ..Matches::default() };
    let is_made_for = |activity: &Item, event: &Item| is_made_for(context, seen, activity, event);
    series::rekey(context, seen, unlinked, &mut matches, is_made_for);
    settle_first(context, seen, &linked, unlinked, &mut matches);
    settle_left(context, unlinked, &mut matches);
    moved_tasks(seen, unlinked, &mut matches);
    by_content(context, seen, &linked, unlinked, &mut matches);
    matches
}

fn by_identity(context: &Context<'_>, seen: &Seen, linked: &Linked<'_>, item: &Item) -> Match {
    let mut orphan = None;
    if let Some(activity) = valid_mark(context, item) {
        match (stands_for(seen, linked, &activity), is_original(context, seen, linked, item)) {
            (Some(Match::Copy), _) if is_converted(linked, item) => return Match::Relink(activity),
            (Some(Match::Copy), _) if is_twin(seen, linked, item, &activity) => {
                // of what has come to its end none survives; of which a person made a series, stays
                let survives = |link: &Link| {
                    link.state != LinkState::Tombstone
                        && link.halves.exchange.facts.occurrence.is_none()
                        && precedes(item, link)
                };
                let survives = linked.of(&activity).is_some_and(survives);
                return if survives { Match::Relink(activity) } else { Match::Surplus(activity) };
            }
            (Some(found), true) => return found,
            (Some(_) | None, false) => {} // a copy of one of ours: a new item in its own right
            (None, true) => orphan = Some(Match::Orphan(activity)),
        }
    }
    stands_for(seen, linked, &identity::activity(item, context.account, 0))
        .map(|found| {
            older_export(context, seen, linked, item)
                .filter(|older| precedes_found(seen, older, &found))
                .map_or(found, |older| Match::With(older.id.clone()))
        })
        .or_else(|| by_early_name(context, seen, linked, item))
        .or_else(|| by_uid(context, seen, linked, item))
        .or_else(|| by_alias(context, seen, linked, item))
        .or_else(|| by_series_mark(context, seen, linked, item))
        .or_else(|| by_earlier_pattern(context, seen, linked, item))
        .or_else(|| by_note(seen, linked, item))
        .or(orphan)
        .unwrap_or(Match::New)
}

/// The person's own Activity without a link that was exported as the single event which became the
/// series of `item`, and lies on its day: a device that could not read it made another one.
fn older_export<'a>(context: &Context<'_>, seen: &'a Seen, linked: &Linked<'a>, item: &Item) -> Option<&'a Item> {
    item.facts.occurrence.as_ref()?;
    let exports = free_exports(context, seen, linked, item).into_iter();
    exports.filter(|one| is_of_day(context, one, item)).min_by_key(|one| one.age())
}

/// The person's own Activities without a link that were exported as the single event which became
/// the series of `item`.
fn free_exports<'a>(context: &Context<'_>, seen: &'a Seen, linked: &Linked<'a>, item: &Item) -> Vec<&'a Item> {
    let named = activity_uid(&item.facts).into_iter().flat_map(|uid| linked.named(&uid));
    let marked = identity::series_mark(context.account, item).and_then(|mark| seen.items.creatio.get(&mark.activity));
    let is_free = |one: &&Item| {
        let is_meeting = one.record.kind() == Kind::Meeting;
        is_meeting && linked.of(&one.id).is_none() && !one.facts.canceled && !identity::is_ours(&one.id)
    };
    named.chain(marked).filter(is_free).collect()
}

/// Whether `activity` is older than the one that was found without a link.
fn precedes_found(seen: &Seen, activity: &Item, found: &Match) -> bool {
    let Match::With(other) = found else { return false };
    seen.items.creatio.get(other).is_some_and(|other| activity.age() < other.age())
}

/// Whether `item` was created for `activity` a second time: a task that bears its mark; or an event
/// that a second device created by the same transaction, while the first one is surely there.
fn is_twin(seen: &Seen, linked: &Linked<'_>, item: &Item, activity: &ItemId) -> bool {
    let Some(link) = linked.of(activity) else { return false };
    let first = seen.items.exchange.get(link.halves.exchange.id());
    item.record.kind() == Kind::Task || first.is_some_and(|first| are_twins(first, item) || is_left_of(item, first))
}

/// Whether `item` is older than the one that `link` holds: of two for one Activity the older
/// survives, on every device alike.
fn precedes(item: &Item, link: &Link) -> bool {
    (item.facts.created, &item.id) < (link.halves.exchange.facts.created, link.halves.exchange.id())
}

/// Whether another device made `item` for its mark's Activity when that one's kind was changed: it
/// is of the other kind and a later generation than the item that is linked here.
fn is_converted(linked: &Linked<'_>, item: &Item) -> bool {
    let link = item.facts.mark.as_ref().and_then(|mark| Some((linked.of(&mark.activity)?, mark.generation)));
    link.is_some_and(|(link, generation)| link.kind() != item.record.kind() && generation > link.generation)
}

/// The Activity whose `GlobalActivityID` is the item's UID. Single days of somebody's series may
/// have one UID; and that of an event which became a series is the UID of all its occurrences:
/// there the day tells.
fn by_uid(context: &Context<'_>, seen: &Seen, linked: &Linked<'_>, item: &Item) -> Option<Match> {
    let (uid, kind) = (activity_uid(&item.facts)?, item.record.kind());
    let is_occurrence = item.facts.occurrence.is_some();
    // one that we made is known by its id
    let holds =
        |activity: &&Item| activity.record.kind() == kind && !(is_occurrence && identity::is_ours(&activity.id));
    let mut holders: Vec<&Item> = linked.named(&uid).filter(holds).collect();
    if is_occurrence || identity::single_day(item).is_some() || holders.len() > 1 {
        let of_day: Vec<&Item> = holders.iter().copied().filter(|one| is_of_day(context, one, item)).collect();
        holders =
            if of_day.is_empty() && !is_occurrence && identity::single_day(item).is_none() { holders } else { of_day };
    }
    // one that stood in for another until it was canceled is no rival of that
    if holders.iter().any(|one| !one.facts.canceled) {
        holders.retain(|one| !one.facts.canceled);
    }
    match holders.as_slice() {
        [] => None,
        [one] => of_series(seen, linked, &one.id, item),
        [..] => Some(Match::Ambiguous),
    }
}

/// The Activity that was made for the same meeting when it was shown as something else (see
/// [`identity::aliases`]).
fn by_alias(context: &Context<'_>, seen: &Seen, linked: &Linked<'_>, item: &Item) -> Option<Match> {
    let ids = identity::aliases(context.zone, context.account, item);
    let of_its_day = ids.iter().filter(|id| is_on_its_day(context, seen, linked, id, item));
    of_its_day.into_iter().find_map(|id| of_series(seen, linked, id, item))
}

/// The Activity that was made for `item` before its server told the UID, under the name that it
/// has now, or on its day under one that it had as a single event or a series.
fn by_early_name(context: &Context<'_>, seen: &Seen, linked: &Linked<'_>, item: &Item) -> Option<Match> {
    let mut names = identity::before_its_uid(item, context.account).into_iter();
    let own = names.next()?;
    let is_its = |id: &ItemId| is_on_its_day(context, seen, linked, id, item);
    stands_for(seen, linked, &own).or_else(|| names.filter(is_its).find_map(|id| of_series(seen, linked, &id, item)))
}

/// The Activity that was exported as a single event which became the series of `item`, if it has no
/// event yet and lies on its day: where its UID was not written, or is that of another mailbox, the
/// mark alone tells.
fn by_series_mark(context: &Context<'_>, seen: &Seen, linked: &Linked<'_>, item: &Item) -> Option<Match> {
    let mark = identity::series_mark(context.account, item)?;
    let is_its = is_on_its_day(context, seen, linked, &mark.activity, item);
    // one that has an event is that one's, whatever its day
    of_series(seen, linked, &mark.activity, item).filter(|found| is_its && *found != Match::Copy)
}

/// The oldest of the Activities without a link that were made for the day of `item` when its series
/// had another time: any other beside it is a second one.
fn by_earlier_pattern(context: &Context<'_>, seen: &Seen, linked: &Linked<'_>, item: &Item) -> Option<Match> {
    let uid = item.facts.occurrence.as_ref().and_then(|_| activity_uid(&item.facts))?;
    let free = linked.named(&uid).filter(|one| linked.of(&one.id).is_none() && !one.facts.canceled);
    let made = free.filter(|one| is_of_earlier_time(context, seen, one, item));
    made.min_by_key(|one| one.age()).map(|one| Match::With(one.id.clone()))
}

/// Whether `activity` is one of ours that lies on the day of `item`, and bears its UID, but the
/// name of no event of that UID: it tells the start that its day had in a series, which has another
/// time since, or is a single event that was moved.
fn is_of_earlier_time(context: &Context<'_>, seen: &Seen, activity: &Item, item: &Item) -> bool {
    let uid = activity.facts.uid.as_ref();
    let is_of_series = |event: &Item| uid.is_some() && activity_uid(&event.facts).as_ref() == uid;
    let is_named = |event: &Item| {
        let named = identity::activity(event, context.account, 0);
        named == activity.id || identity::own_copy(&named, context.account) == activity.id
    };
    identity::is_ours(&activity.id)
        && activity.record.kind() == item.record.kind()
        && is_of_series(item)
        && is_of_day(context, activity, item)
        && !seen.items.exchange.values().any(|event| is_of_series(event) && is_named(event))
}

/// Whether an Activity, as it was read or is linked, lies on the day that the pattern gives `item`.
fn is_on_its_day(context: &Context<'_>, seen: &Seen, linked: &Linked<'_>, activity: &ItemId, item: &Item) -> bool {
    let read = seen.items.creatio.get(activity).map(|activity| &activity.record);
    let record = read.or_else(|| linked.of(activity).map(|link| &link.halves.creatio.base));
    record.is_some_and(|record| day_of(context, record) == item_day(context, item))
}

/// As [`stands_for`]; an Activity whose event became a series is nobody's copy: which of the
/// occurrences takes it is settled among them.
fn of_series(seen: &Seen, linked: &Linked<'_>, activity: &ItemId, item: &Item) -> Option<Match> {
    let waits = linked.of(activity).is_some_and(|link| is_series(seen, link, std::iter::once(item)));
    if waits { None } else { stands_for(seen, linked, activity) }
}

/// Whether `activity` was made for the very event `item`, under the name that it has now, or one
/// before it became a series or a single event, or its series got another time, or was exported as
/// it: whatever is linked.
#[must_use]
pub fn is_made_for(context: &Context<'_>, seen: &Seen, activity: &Item, item: &Item) -> bool {
    let are_meetings = [activity, item].into_iter().all(|one| one.record.kind() == Kind::Meeting);
    if !are_meetings || !is_of_day(context, activity, item) {
        return false;
    }
    if identity::is_ours(&activity.id) {
        return activity.id == identity::activity(item, context.account, 0)
            || identity::aliases(context.zone, context.account, item).contains(&activity.id)
            || identity::before_its_uid(item, context.account).contains(&activity.id)
            // only a full comparison has seen every event whose name it could bear
            || seen.full && is_of_earlier_time(context, seen, activity, item);
    }
    match &activity.facts.uid {
        Some(uid) => activity_uid(&item.facts).as_ref() == Some(uid),
        None => identity::series_mark(context.account, item).is_some_and(|mark| mark.activity == activity.id),
    }
}

/// Whether `activity` was made for, or exported as, the single event that became the series of
/// which `item` is an occurrence, whatever their days.
#[must_use]
pub fn is_of_series(context: &Context<'_>, activity: &Item, item: &Item) -> bool {
    if identity::is_ours(&activity.id) {
        return identity::aliases(context.zone, context.account, item).contains(&activity.id);
    }
    let uid = activity.facts.uid.as_ref().filter(|_| activity.record.kind() == Kind::Meeting);
    uid.is_some() && activity_uid(&item.facts).as_ref() == uid
}

/// Whether an Activity lies on the day that the pattern gives `item`, or on the one it is on.
#[must_use]
pub fn is_of_day(context: &Context<'_>, activity: &Item, item: &Item) -> bool {
    day_of(context, &activity.record).is_some_and(|day| days_of(context, item).contains(&day))
}

/// The days on which an Activity may lie that was made for `item`: the one that the pattern gives
/// it, and of a single event the one that it is on.
#[must_use]
pub fn days_of(context: &Context<'_>, item: &Item) -> FlatSet<Day> {
    let own = if item.facts.occurrence.is_none() { day_of(context, &item.record) } else { None };
    item_day(context, item).into_iter().chain(own).collect()
}

/// The day, in the user's zone, on which a meeting begins.
#[must_use]
pub fn day_of(context: &Context<'_>, record: &Record) -> Option<Day> {
    match record {
        Record::Meeting(meeting) => Some(series::day(context.zone, identity::start(meeting.when))),
        Record::Task(_) => None,
    }
}

/// The day that the pattern of its series gives `item`; of a single event its own.
fn item_day(context: &Context<'_>, item: &Item) -> Option<Day> {
    match &item.facts.occurrence {
        Some(occurrence) => Some(series::day(context.zone, occurrence.original)),
        None => identity::single_day(item).or_else(|| day_of(context, &item.record)),
    }
}

/// The Activity that Creatio's built-in sync noted on the item, unless it is another's: a copy of
/// an event carries the note along.
fn by_note(seen: &Seen, linked: &Linked<'_>, item: &Item) -> Option<Match> {
    let activity = noted(item)?;
    let found = stands_for(seen, linked, activity)?;
    let is_copy = found == Match::Copy && linked.of(activity).is_some();
    let is_other_kind = seen.items.creatio.get(activity).is_some_and(|one| one.record.kind() != item.record.kind());
    (!is_copy && !is_other_kind).then_some(found)
}

/// What the built-in sync noted on the item. The occurrences of a series all show the note of the
/// series; our own mark is the later word.
fn noted(item: &Item) -> Option<&ItemId> {
    item.facts.local.as_ref().filter(|_| item.facts.mark.is_none() && item.facts.occurrence.is_none())
}

/// Whether the counterpart of `activity` on Exchange was to be created, which nobody has confirmed.
fn is_awaited(linked: &Linked<'_>, activity: &ItemId) -> bool {
    linked.of(activity).is_some_and(|link| {
        link.state == LinkState::Pending(Side::Exchange) && *link.halves.exchange.id() == Link::foreseen(activity)
    })
}

/// What standing for `activity` means, with what is known of it; `None` if nothing is.
fn stands_for(seen: &Seen, linked: &Linked<'_>, activity: &ItemId) -> Option<Match> {
    match linked.of(activity) {
        Some(link) if seen.gone.exchange.contains(link.halves.exchange.id()) => Some(Match::Relink(activity.clone())),
        // its creation was never confirmed, or another device was faster: this is what waits there
        Some(_) if is_awaited(linked, activity) => Some(Match::Relink(activity.clone())),
        Some(_) => Some(Match::Copy),
        // it is there, but can't be understood: nothing is made beside it
        None if seen.malformed.creatio.iter().any(|bad| bad.id.as_ref() == Some(activity)) => Some(Match::Copy),
        None => seen.items.creatio.contains_key(activity).then(|| Match::With(activity.clone())),
    }
}

/// Of several items that stand for one Activity the original, else the oldest stays; the others are
/// copies.
fn settle_rivals(
    context: &Context<'_>,
    seen: &Seen,
    linked: &Linked<'_>,
    unlinked: &[&Item],
    found: &mut FlatMap<ItemId, Match>,
) {
    let is_original = |item: &Item| is_original(context, seen, linked, item);
    let mut rivals: FlatMap<ItemId, Vec<&Item>> = FlatMap::new();
    for item in unlinked {
        if let Some(Match::With(activity) | Match::Relink(activity)) = found.get(&item.id) {
            rivals.entry(activity.clone()).or_default().push(item);
        }
    }
    for mut items in rivals.into_values() {
        let is_left = |item: &Item| items.iter().any(|other| is_left_of(item, other));
        let left: FlatSet<ItemId> = items.iter().filter(|item| is_left(item)).map(|item| item.id.clone()).collect();
        let is_left = |item: &Item| left.contains(&item.id);
        flat::sort_by_key(&mut items, |item| (is_left(item), !is_original(item), item.facts.created, item.id.clone()));
        let first = items.first().copied();
        let uid = first.and_then(|item| item.facts.uid.clone());
        for copy in items.iter().skip(1) {
            let is_noted = noted(copy).is_some() && copy.facts.uid != uid;
            let what = match (copy.record.kind(), &copy.facts.mark) {
                (Kind::Task, Some(mark)) => Match::Surplus(mark.activity.clone()),
                (Kind::Meeting, Some(mark)) if is_left(copy) || first.is_some_and(|first| are_twins(first, copy)) => {
                    Match::Surplus(mark.activity.clone())
                }
                (Kind::Meeting, Some(_)) if is_original(copy) => Match::Copy,
                (Kind::Meeting, Some(_)) => Match::New,
                (Kind::Meeting, None) if is_noted => Match::New,
                (Kind::Task | Kind::Meeting, None) => Match::Copy,
            };
            found.insert(copy.id.clone(), what);
        }
    }
}

/// Of several new items that would become one Activity, since they are one meeting in several
/// calendars, the oldest does; the others are copies.
fn settle_same(context: &Context<'_>, unlinked: &[&Item], found: &mut FlatMap<ItemId, Match>) {
    let mut same: FlatMap<ItemId, Vec<&Item>> = FlatMap::new();
    for item in unlinked.iter().filter(|item| found.get(&item.id) == Some(&Match::New)) {
        same.entry(identity::activity(item, context.account, 0)).or_default().push(item);
    }
    for mut items in same.into_values() {
        flat::sort_by_key(&mut items, |item| (item.facts.created, item.id.clone()));
        found.extend(items.iter().skip(1).map(|copy| (copy.id.clone(), Match::Copy)));
    }
}

/// A person's own Activity was exported as a single event, that became a series, and lies on none
/// of its days, since one of the two was moved: where no link tells more, it is the Activity of the
/// occurrence on whose day it lies, else of the first one, as long as that has no other.
fn settle_first(context: &Context<'_>, seen: &Seen, linked: &Linked<'_>, unlinked: &[&Item], matches: &mut Matches) {
    let new: FlatSet<&ItemId> =
        unlinked.iter().map(|item| &item.id).filter(|id| matches.events.get(*id) == Some(&Match::New)).collect();
    let mut series: FlatMap<&ItemId, Vec<(Original, &Item)>> = FlatMap::new();
    for item in seen.items.exchange.values() {
        if let Some(occurrence) = &item.facts.occurrence {
            series.entry(&occurrence.master).or_default().push((occurrence.original, item));
        }
    }
    let begun: FlatSet<&ItemId> = seen.links.iter().filter_map(Link::series).collect();
    let mut taken: FlatSet<ItemId> = matches.events.values().filter_map(Match::activity).cloned().collect();
    for (master, mut days) in series {
        flat::sort_by_key(&mut days, |(original, item)| (*original, &item.id));
        let free: Vec<&Item> = days.iter().map(|(_, item)| *item).filter(|item| new.contains(&item.id)).collect();
        let Some(any) = free.first() else { continue };
        let mut holders = free_exports(context, seen, linked, any);
        holders.retain(|one| !taken.contains(&one.id));
        let Some(holder) = holders.first().filter(|first| holders.iter().all(|one| one.id == first.id)) else {
            continue;
        };
        let day = day_of(context, &holder.record);
        let on_its_day = free.iter().find(|item| day_of(context, &item.record) == day);
        let first = free.first().filter(|item| days.first().is_some_and(|(_, day)| day.id == item.id));
        if let Some(item) = on_its_day.or(first.filter(|_| !begun.contains(master))) {
            matches.events.insert(item.id.clone(), Match::With(holder.id.clone()));
            taken.insert(holder.id.clone());
        }
    }
}

/// Of twins of which a person made one a series, the other is one too many as soon as an occurrence
/// has its Activity.
fn settle_left(context: &Context<'_>, unlinked: &[&Item], matches: &mut Matches) {
    let taken = |activity: &ItemId, single: &Item| {
        let takes = |item: &Item| {
            let found = matches.events.get(&item.id);
            found.is_some_and(|found| matches!(found, Match::Relink(by) | Match::With(by) if by == activity))
        };
        unlinked.iter().any(|item| takes(item) && is_left_of(single, item))
    };
    let left = unlinked.iter().filter_map(|single| {
        let activity = valid_mark(context, single)?;
        let is_copy = matches.events.get(&single.id) == Some(&Match::Copy);
        (is_copy && taken(&activity, single)).then(|| (single.id.clone(), Match::Surplus(activity)))
    });
    let left: Vec<_> = left.collect();
    matches.events.extend(left);
}

/// A task that was moved to another list has another id there, and one that we did not mark has
/// nothing else to be known by: it is the one that is gone, if it is that to the letter and no
/// other is.
fn moved_tasks(seen: &Seen, unlinked: &[&Item], matches: &mut Matches) {
    let gone: Vec<&Link> = seen
        .links
        .iter()
        .filter(|link| link.kind() == Kind::Task && link.halves.exchange.facts.mark.is_none())
        .filter(|link| seen.gone.exchange.contains(link.halves.exchange.id()))
        .collect();
    let new: Vec<&Item> = unlinked
        .iter()
        .filter(|item| item.record.kind() == Kind::Task && item.facts.mark.is_none())
        .filter(|item| matches.events.get(&item.id) == Some(&Match::New))
        .copied()
        .collect();
    for item in &new {
        let mut before = gone.iter().filter(|link| link.halves.exchange.base == item.record);
        let (Some(link), None) = (before.next(), before.next()) else { continue };
        if new.iter().filter(|other| other.record == item.record).count() == 1 {
            matches.events.insert(item.id.clone(), Match::Relink(link.halves.creatio.id().clone()));
        }
    }
}

/// The last resort: same kind, title, start and end, unique on both sides, where the user is owner
/// or participant.
fn by_content(context: &Context<'_>, seen: &Seen, linked: &Linked<'_>, unlinked: &[&Item], matches: &mut Matches) {
    let taken: FlatSet<ItemId> = matches.events.values().filter_map(Match::activity).cloned().collect();
    let free = seen.items.creatio.values().filter(|item| {
        linked.of(&item.id).is_none() && !taken.contains(&item.id) && !item.facts.email && !item.facts.canceled
    });
    let mut looks: FlatMap<String, (Vec<&ItemId>, Vec<&ItemId>)> = FlatMap::new();
    let mut mine: FlatSet<&ItemId> = FlatSet::new();
    for item in free {
        looks.entry(look(&item.record)).or_default().0.push(&item.id);
        mine.extend(item.facts.involves_me.then_some(&item.id));
    }
    for item in unlinked.iter().filter(|item| matches.events.get(&item.id) == Some(&Match::New)) {
        let shadow = project::project(context, seen, Side::Exchange, &scope::masked(context, item).record, None);
        looks.entry(look(&shadow)).or_default().1.push(&item.id);
    }
    for (activities, events) in looks.into_values() {
        match (activities.as_slice(), events.as_slice()) {
            (_, []) => {}
            // what nobody but others have is theirs; beside one of the user's it makes the two
            // ambiguous
            (activities, _) if !activities.iter().any(|activity| mine.contains(*activity)) => {}
            // two meetings, and their UIDs say so
            ([activity], [event]) if differ(seen, activity, event) => {}
            ([activity], [event]) => {
                matches.events.insert((*event).clone(), Match::With((*activity).clone()));
            }
            (activities, events) => {
                matches.events.extend(events.iter().map(|event| ((*event).clone(), Match::Ambiguous)));
                matches.rivals.extend(activities.iter().map(|activity| (*activity).clone()));
            }
        }
    }
}

/// Whether an Activity and an event are known to be of different UIDs.
fn differ(seen: &Seen, activity: &ItemId, event: &ItemId) -> bool {
    let uid = |side: Side, id: &ItemId| seen.items[side].get(id).and_then(|item| item.facts.uid.clone());
    uid(Side::Creatio, activity).zip(uid(Side::Exchange, event)).is_some_and(|(one, other)| one != other)
}

impl Match {
    /// The Activity it is about, if it is about a particular one.
    #[must_use]
    pub const fn activity(&self) -> Option<&ItemId> {
        match self {
            Self::With(id) | Self::Relink(id) | Self::Orphan(id) | Self::Surplus(id) => Some(id),
            Self::New | Self::Copy | Self::Added | Self::Ambiguous => None,
        }
    }
}

/// How `item`, imported for the first time, would look in Creatio: by this an Activity is looked
/// for that a person wrote for it, and that no listing tells of.
#[must_use]
pub fn looks(context: &Context<'_>, seen: &Seen, item: &Item) -> Option<Look> {
    let shadow = project::project(context, seen, Side::Exchange, &scope::masked(context, item).record, None);
    let title = shadow.title().to_owned();
    match &shadow {
        Record::Meeting(meeting) => match meeting.when {
            When::Timed { start, end } => Some(Look { title, start, end }),
            When::AllDay { .. } => None, // never in Creatio
        },
        Record::Task(task) => match task.when {
            TaskWhen::Timed { start, due } => Some(Look { title, start, end: due }),
            TaskWhen::Days { .. } => None, // nor this
        },
    }
}

/// What makes two items look like one to a person.
fn look(record: &Record) -> String {
    let when = match record {
        Record::Meeting(meeting) => format!("{:?}", meeting.when),
        Record::Task(task) => format!("{:?}", task.when),
    };
    let kind = match record.kind() {
        Kind::Meeting => "meeting",
        Kind::Task => "task",
    };
    format!("{kind}\n{}\n{when}", record.title().to_lowercase())
}
