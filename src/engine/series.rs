//! Series whose events are others than before: the server replaces the occurrences when their
//! pattern is changed, an event becomes a series, a series a single event, or a series is cut in
//! two. The Activities of the old ones go over to the new ones before anything is created or gone
//! (docs/rules.md, "Series", "Single ↔ series"). What has no counterpart on either side of a
//! changed pattern waits for a person, together.

use crate::engine::account::Account;
use crate::engine::context::{Context, Seen};
use crate::engine::held::Reason;
use crate::engine::identity;
use crate::engine::link::{Link, LinkState};
use crate::engine::matches::{Match, Matches};
use crate::engine::twins::is_series;
use crate::flat::{self, FlatMap, FlatSet};
use crate::model::time::local;
use crate::model::{Day, Item, ItemId, Original, Person, Record, Zone};

/// An Activity whose event is not there as it was.
struct LostActivity<'a> {
    /// The start that the pattern gave the event.
    original: Original,
    link: &'a Link,
    /// A single event that is a series now.
    was_single: bool,
}

/// An event that nobody is linked to.
struct Fresh<'a> {
    /// The start that the pattern gives it.
    original: Original,
    item: &'a Item,
}

/// An Activity and the event that takes the place of its former one.
struct Successor<'a> {
    activity: &'a ItemId,
    event: &'a ItemId,
}

/// One series, with what became of its occurrences.
#[derive(Default)]
struct SeriesChange<'a> {
    lost: Vec<LostActivity<'a>>,
    fresh: Vec<Fresh<'a>>,
    /// Linked occurrences that live on.
    living: FlatSet<Original>,
    /// It is a single event now.
    is_single: bool,
    /// Anybody is or was linked to one of its occurrences, whatever became of that.
    is_known: bool,
}

/// Occurrences that are lost and come in between the living ones from which a change of the pattern
/// is told from a deletion.
const SEVERAL: usize = 2;

/// Takes new events for those that they replace. `is_made_for` tells whether an Activity was made
/// for an event under any name that it had.
pub fn rekey(
    context: &Context<'_>,
    seen: &Seen,
    unlinked: &[&Item],
    matches: &mut Matches,
    is_made_for: impl Fn(&Item, &Item) -> bool,
) {
    let mut changes = changes(context, seen, unlinked, matches);
    let mut found: Vec<Successor<'_>> = Vec::new();
    for change in changes.values_mut() {
        flat::sort_by_key(&mut change.lost, |lost| (lost.original, lost.link.halves.creatio.id()));
        flat::sort_by_key(&mut change.fresh, |fresh| (fresh.original, &fresh.item.id));
        let was_series = change.lost.iter().any(|lost| !lost.was_single) && !change.is_single;
        found.extend(change.same(|lost, fresh| lost.original == fresh.original));
        found.extend(change.same(|lost, fresh| day(context.zone, lost.original) == day(context.zone, fresh.original)));
        if change.is_moved() {
            found.extend(change.in_order());
            if was_series {
                matches.orphaned.extend(change.lost.drain(..).map(|lost| lost.link.halves.creatio.id().clone()));
                matches.events.extend(change.fresh.drain(..).map(|fresh| (fresh.item.id.clone(), Match::Added)));
            }
        }
    }
    found.extend(cut(&mut changes));
    found.extend(kept(context, seen, unlinked, matches, &changes));
    let settled = found.iter().map(|one| (one.event.clone(), Match::Relink(one.activity.clone())));
    matches.events.extend(settled);
    for change in changes.values() {
        change.still_held(seen, matches);
    }
    beside(seen, unlinked, matches, &changes, is_made_for);
}

/// Activities whose event is lost or a series, where the one that took its place has another one,
/// which somebody made who could not read the first: of two Activities for one event the older
/// stays.
fn beside(
    seen: &Seen,
    unlinked: &[&Item],
    matches: &mut Matches,
    changes: &FlatMap<&ItemId, SeriesChange<'_>>,
    is_made_for: impl Fn(&Item, &Item) -> bool,
) {
    let linked: FlatMap<&ItemId, &Link> = seen.links.iter().map(|link| (link.halves.exchange.id(), link)).collect();
    for (master, change) in changes {
        let is_of_series = |event: &&Item| {
            event.id == **master || event.facts.occurrence.as_ref().is_some_and(|one| one.master == **master)
        };
        let events: Vec<&Item> = seen.items.exchange.values().filter(is_of_series).collect();
        for LostActivity { link, .. } in &change.lost {
            let Some(own) = there(seen, link) else { continue };
            let Some(event) = events.iter().find(|event| is_made_for(&own, event)) else {
                continue;
            };
            let other = match (matches.events.get(&event.id), linked.get(&event.id)) {
                (Some(Match::With(other)), _) => seen.items.creatio.get(other).cloned(),
                (_, Some(other)) if other.state == LinkState::Alive => there(seen, other),
                (_, _) => None,
            };
            let Some(other) = other.filter(|other| other.id != own.id && !other.facts.canceled) else { continue };
            if other.age() <= own.age() {
                matches.second.insert(own.id.clone());
            } else if unlinked.iter().any(|item| item.id == event.id) {
                matches.events.insert(event.id.clone(), Match::Relink(own.id.clone()));
            } else {
                // the two are of one device: it finds the older one as that of its event
            }
        }
    }
}

/// The Activity of `link` as it was read, or as it is remembered if nothing told of it.
fn there(seen: &Seen, link: &Link) -> Option<Item> {
    let id = link.halves.creatio.id();
    let read = seen.items.creatio.get(id).cloned();
    let item = read.or_else(|| (!seen.gone.creatio.contains(id)).then(|| link.halves.creatio.remembered()));
    item.filter(|item| !item.facts.canceled)
}

/// A single event that is a series now, of which somebody else has made Activities by now: that of
/// the event keeps the occurrence of its day, or, where it was moved as well, the first one. Of two
/// Activities for one event the older stays.
fn kept<'a>(
    context: &Context<'_>,
    seen: &'a Seen,
    unlinked: &[&'a Item],
    matches: &Matches,
    changes: &FlatMap<&'a ItemId, SeriesChange<'a>>,
) -> Vec<Successor<'a>> {
    let kept = changes.iter().filter_map(|(master, change)| {
        let [lost] = change.lost.as_slice() else { return None };
        let read = seen.items.creatio.get(lost.link.halves.creatio.id()).and_then(|item| item.facts.created);
        let created = read.or(lost.link.halves.creatio.facts.created);
        let is_older = |item: &Item| {
            let Some(Match::With(other)) = matches.events.get(&item.id) else { return false };
            let other = seen.items.creatio.get(other).filter(|other| identity::is_ours(&other.id));
            other.is_some_and(|other| created.is_some() && created < other.facts.created)
        };
        let of_series = |item: &&&Item| item.facts.occurrence.as_ref().is_some_and(|one| one.master == **master);
        let mut days: Vec<(Original, &Item)> = unlinked
            .iter()
            .filter(of_series)
            .filter_map(|item| Some((item.facts.occurrence.as_ref()?.original, *item)))
            .collect();
        flat::sort_by_key(&mut days, |(original, item)| (*original, &item.id));
        let is_its_day =
            |(original, _): &&(Original, &Item)| day(context.zone, *original) == day(context.zone, lost.original);
        let (_, item) = days.iter().find(is_its_day).or(days.first())?;
        let is_there = !seen.gone.creatio.contains(lost.link.halves.creatio.id());
        let lives = is_there && matches!(lost.link.state, LinkState::Alive | LinkState::Asleep);
        let takes = lives && lost.was_single && change.living.is_empty() && is_older(item);
        takes.then_some(Successor { activity: lost.link.halves.creatio.id(), event: &item.id })
    });
    kept.collect()
}

fn changes<'a>(
    context: &Context<'_>,
    seen: &'a Seen,
    unlinked: &[&'a Item],
    matches: &Matches,
) -> FlatMap<&'a ItemId, SeriesChange<'a>> {
    let mut changes: FlatMap<&ItemId, SeriesChange<'_>> = FlatMap::new();
    let new: Vec<&Item> =
        unlinked.iter().copied().filter(|item| matches.events.get(&item.id) == Some(&Match::New)).collect();
    for link in &seen.links {
        let is_gone = seen.gone.exchange.contains(link.halves.exchange.id());
        match (&link.halves.exchange.facts.occurrence, &link.halves.exchange.base) {
            (Some(occurrence), _) => {
                let change = changes.entry(&occurrence.master).or_default();
                change.is_known = true;
                match (link.state, is_gone) {
                    (LinkState::Alive | LinkState::Undone, true) => {
                        change.lost.push(LostActivity { original: occurrence.original, link, was_single: false });
                    }
                    (LinkState::Alive | LinkState::Undone, false) => drop(change.living.insert(occurrence.original)),
                    // out of scope or at its end: it tells nothing of the pattern
                    (LinkState::Asleep | LinkState::Tombstone | LinkState::Pending(_), _) => {}
                }
            }
            (None, Record::Meeting(meeting)) if is_series(seen, link, new.iter().copied()) => {
                let original = identity::start(meeting.when);
                let change = changes.entry(master(context.account, link, unlinked)).or_default();
                change.is_known = true;
                change.lost.push(LostActivity { original, link, was_single: true });
            }
            (None, Record::Meeting(_) | Record::Task(_)) => {}
        }
    }
    for item in new {
        match (&item.facts.occurrence, &item.record) {
            (Some(occurrence), _) => {
                let change = changes.entry(&occurrence.master).or_default();
                change.fresh.push(Fresh { original: occurrence.original, item });
            }
            (None, Record::Meeting(meeting)) => {
                if let Some(change) = changes.get_mut(&item.id) {
                    change.is_single = true;
                    change.fresh.push(Fresh { original: identity::start(meeting.when), item });
                }
            }
            (None, Record::Task(_)) => {}
        }
    }
    changes
}

/// The master of the series that the event of `link` became: it keeps its id, or, moved to another
/// calendar, its UID; of one that another device made again the mark.
fn master<'a>(account: &Account, link: &'a Link, unlinked: &[&'a Item]) -> &'a ItemId {
    let id = link.halves.exchange.id();
    let wide = link.halves.exchange.facts.uid.as_ref().map(identity::series_wide);
    let is_marked = |item: &Item| {
        identity::series_mark(account, item).is_some_and(|mark| mark.activity == *link.halves.creatio.id())
    };
    let days = || unlinked.iter().filter_map(|item| Some((&item.facts.occurrence.as_ref()?.master, *item)));
    let kept = days().find(|(master, item)| {
        *master == id || (wide.is_some() && item.facts.uid.as_ref().map(identity::series_wide) == wide)
    });
    kept.or_else(|| days().find(|(_, item)| is_marked(item))).map_or(id, |(master, _)| master)
}

impl<'a> SeriesChange<'a> {
    /// Takes out of both lists what is `alike`, each with the first of the others.
    fn same(&mut self, alike: impl Fn(&LostActivity<'_>, &Fresh<'_>) -> bool) -> Vec<Successor<'a>> {
        let fresh = &mut self.fresh;
        let taken = self.lost.extract_if(.., |lost| fresh.iter().any(|fresh| alike(lost, fresh)));
        // what fitted may have been taken by an earlier one
        let mut left = Vec::new();
        let mut found = Vec::new();
        for lost in taken.collect::<Vec<_>>() {
            match fresh.iter().position(|fresh| alike(&lost, fresh)) {
                Some(at) => {
                    found.push(Successor { activity: lost.link.halves.creatio.id(), event: &fresh.remove(at).item.id })
                }
                None => left.push(lost),
            }
        }
        self.lost.extend(left);
        flat::sort_by_key(&mut self.lost, |lost| (lost.original, lost.link.halves.creatio.id()));
        found
    }

    /// Takes out of both lists the first ones of each, in order.
    fn in_order(&mut self) -> Vec<Successor<'a>> {
        let both = self.lost.len().min(self.fresh.len());
        let pairs = self.lost.drain(..both).zip(self.fresh.drain(..both));
        pairs
            .map(|(lost, fresh)| Successor { activity: lost.link.halves.creatio.id(), event: &fresh.item.id })
            .collect()
    }

    /// Whether the pattern is another: none of the occurrences lives on; or several are lost, and
    /// several others have come in between those that do. What comes after them all is the series
    /// going on, and a single one that is lost was deleted.
    fn is_moved(&self) -> bool {
        let Some(last) = self.living.last() else { return !self.fresh.is_empty() };
        let between = self.fresh.iter().filter(|fresh| fresh.original < *last).count();
        self.lost.len() >= SEVERAL && between >= SEVERAL
    }

    /// What waits for a person since the pattern was changed goes on to wait, although others have
    /// their place by now.
    fn still_held(&self, seen: &Seen, matches: &mut Matches) {
        let waits = |id: &ItemId| seen.guarded.contains(&(id.clone(), Reason::Series));
        let lost = self.lost.iter().map(|lost| lost.link.halves.creatio.id()).filter(|id| waits(id));
        matches.orphaned.extend(lost.cloned());
        let fresh = self.fresh.iter().map(|fresh| &fresh.item.id).filter(|id| waits(id));
        matches.events.extend(fresh.map(|id| (id.clone(), Match::Added)));
    }
}

/// "This and all following" makes a new series of the days from some day on, and ends the old one
/// the day before: those days keep their Activities, as long as their times and their organizer are
/// the same.
fn cut<'a>(changes: &mut FlatMap<&'a ItemId, SeriesChange<'a>>) -> Vec<Successor<'a>> {
    let mut found = Vec::new();
    let masters: Vec<&ItemId> = changes.keys().copied().collect();
    let has_new = |change: &SeriesChange<'_>| !change.is_known && !change.fresh.is_empty();
    let new: Vec<&ItemId> = masters.iter().copied().filter(|id| changes.get(id).is_some_and(has_new)).collect();
    for old in masters {
        for follower in &new {
            let Some(mut before) = changes.remove(old) else { continue };
            if let Some(after) = changes.get_mut(follower) {
                found.extend(follow(&mut before, after));
            }
            changes.insert(old, before);
        }
    }
    found
}

/// The lost occurrences of the series `before` that go on in `after`, if that follows it.
fn follow<'a>(before: &mut SeriesChange<'a>, after: &mut SeriesChange<'a>) -> Vec<Successor<'a>> {
    let first = after.fresh.iter().map(|fresh| fresh.original).min();
    let ended = first.is_some_and(|first| before.living.last().is_none_or(|last| *last < first));
    if !ended {
        return Vec::new();
    }
    let mut joined = SeriesChange { lost: std::mem::take(&mut before.lost), ..SeriesChange::default() };
    joined.fresh = std::mem::take(&mut after.fresh);
    let found = joined.same(|lost, fresh| {
        !lost.was_single && lost.original == fresh.original && is_same_organizer(lost.link, fresh.item)
    });
    (before.lost, after.fresh) = (joined.lost, joined.fresh);
    found
}

/// Whether the event of `link` was organized by the one who organizes `item`: the user both, or
/// somebody who is among the people of both.
fn is_same_organizer(link: &Link, item: &Item) -> bool {
    let people = |record: &'_ Record| -> Vec<Person> {
        match record {
            Record::Meeting(meeting) => meeting.people.clone(),
            Record::Task(_) => Vec::new(),
        }
    };
    let (before, after) = (people(&link.halves.exchange.base), people(&item.record));
    let foreign = item.facts.organized_by_other;
    foreign == link.halves.exchange.facts.organized_by_other
        && (!foreign || before.iter().any(|one| after.iter().any(|two| one.is(two))))
}

/// The day, in `zone`, of a start that a pattern gives.
#[must_use]
pub fn day(zone: &dyn Zone, original: Original) -> Day {
    match original {
        Original::At(at) => local(zone, at).date(),
        Original::On(day) => day,
    }
}
