//! What the planner looks things up by, made once: the events as they may be seen, which unlinked
//! items are one, and the links as what was seen has them.

use crate::engine::context::{Context, Seen};
use crate::engine::link::Link;
use crate::engine::matches::{Match, Matches};
use crate::engine::plan::Plan;
use crate::engine::{actions, fold, identity, matching, original, scope};
use crate::flat::{FlatMap, FlatSet};
use crate::model::{Day, Item, ItemId, Mark, Pair, Side};

/// What the planner looks things up by.
pub(super) struct Index<'a> {
    /// Events and tasks as the settings let them be seen.
    pub(super) masked: FlatMap<&'a ItemId, Item>,
    /// Which unlinked items are one.
    pub(super) matches: Matches,
    /// The unlinked events that are found to be an Activity's, by the days on which another
    /// Activity may lie that was made for them.
    found: FlatMap<Day, Vec<&'a Item>>,
    /// All links, those among them moved over to the item that took the place of one that is gone.
    pub(super) links: Vec<Link>,
    /// The Activities of those whose base is of an earlier generation than the mark, and counts as
    /// none, or that have none.
    pub(super) outdated: FlatSet<ItemId>,
    /// The Activities of those that went back to them, or stay with them, from one that stood in.
    pub(super) reunited: FlatSet<ItemId>,
    /// The series, by their masters, of which a person left out every occurrence that they saw.
    pub(super) left_out: FlatSet<ItemId>,
}

impl<'a> Index<'a> {
    /// The index of what was seen; links that move over are put by `plan`.
    pub(super) fn new(context: &Context<'_>, seen: &'a Seen, plan: &mut Plan) -> Self {
        let masked = seen.items.exchange.iter().map(|(id, item)| (id, scope::masked(context, item))).collect();
        let matches = matching::find(context, seen, &unlinked(seen, Side::Exchange));
        let mut found: FlatMap<Day, Vec<&Item>> = FlatMap::new();
        let is_found = |id: &ItemId| matches!(matches.events.get(id), Some(Match::With(_) | Match::Relink(_)));
        for event in seen.items.exchange.values().filter(|event| is_found(&event.id)) {
            for day in &matching::days_of(context, event) {
                found.entry(*day).or_default().push(event);
            }
        }
        let Relinked { links, outdated, reunited } = relinked(context, seen, &matches, plan);
        let left_out = left_out(&links);
        Self { masked, matches, found, links, outdated, reunited, left_out }
    }

    /// Whether an Activity without a pair was made for an event that is found to be another's: no
    /// link tells so yet.
    pub(super) fn is_beside(&self, context: &Context<'_>, seen: &Seen, activity: &Item) -> bool {
        // nothing else names its event
        let names = identity::is_ours(&activity.id) || activity.facts.uid.is_some();
        let Some(day) = matching::day_of(context, &activity.record).filter(|_| names) else { return false };
        let events = self.found.get(&day).into_iter().flatten();
        events.into_iter().any(|event| matching::is_made_for(context, seen, activity, event))
    }

    /// The Activities that are no single ones: an event or task belongs to them, or another
    /// Activity stands in for them, also while it can't take their place.
    pub(super) fn taken(&self, context: &Context<'_>, seen: &Seen) -> FlatSet<ItemId> {
        let events = &self.matches.events;
        let stand_ins = events.iter().filter_map(|(id, found)| {
            let (Match::With(activity), Some(item)) = (found, seen.items.exchange.get(id)) else { return None };
            original::found_of(seen, item, activity, context.account)
        });
        let waiting = seen.links.iter().filter_map(|link| original::found(context, seen, link));
        let linked = self.links.iter().map(|link| link.halves.creatio.id());
        let known = events.values().filter_map(Match::activity).chain(&self.matches.rivals).chain(linked);
        known.cloned().chain(waiting).chain(stand_ins).collect()
    }
}

/// The items of a side that no link names.
pub(super) fn unlinked(seen: &Seen, side: Side) -> Vec<&Item> {
    let pairs = seen.links.iter().flat_map(|link| std::iter::once(link).chain(link.formers()));
    let linked: FlatSet<&ItemId> = pairs.map(|link| link.halves[side].id()).collect();
    seen.items[side].values().filter(|item| !linked.contains(&item.id)).collect()
}

/// The links of a run, as what was seen has them.
struct Relinked {
    /// See [`Index::links`].
    links: Vec<Link>,
    /// See [`Index::outdated`].
    outdated: FlatSet<ItemId>,
    /// See [`Index::reunited`].
    reunited: FlatSet<ItemId>,
}

/// Moves links over to the items that took the place of others.
fn relinked(context: &Context<'_>, seen: &Seen, matches: &Matches, plan: &mut Plan) -> Relinked {
    let mut links: FlatMap<ItemId, Link> =
        seen.links.iter().map(|link| (link.halves.creatio.id().clone(), link.clone())).collect();
    for mut link in matches.second.iter().filter_map(|id| links.remove(id)) {
        let items = Pair::of(|side| seen.items[side].get(link.halves[side].id()));
        fold::read_first(&mut link, items);
        plan.add(actions::gives_way(context, seen, &link));
    }
    for (id, found) in &matches.events {
        let Match::Relink(activity) = found else { continue };
        if let (Some(link), Some(item)) = (links.get_mut(activity), seen.items.exchange.get(id)) {
            link.halves.exchange.replace_id(id.clone());
            link.halves.exchange.container = item.container.clone();
            link.halves.exchange.set_version(item.version.clone());
            link.halves.exchange.facts.occurrence.clone_from(&item.facts.occurrence);
            plan.links.push(link.clone());
        }
    }
    let (mut outdated, mut reunited) = (FlatSet::new(), FlatSet::new());
    for link in links.values_mut() {
        if fold::read_first(link, Pair::of(|side| seen.items[side].get(link.halves[side].id()))) {
            plan.links.push(link.clone());
        }
        if let Some(next) = successor(context, seen, link) {
            if original::stays(context, seen, link, &next) {
                link.generation = next.generation;
                reunited.insert(link.halves.creatio.id().clone());
                continue;
            }
            plan.add(actions::superseded(context, seen, link));
            plan.drop.push(link.halves.creatio.replace_id(next.activity));
            plan.links.push(link.clone());
        }
        // it is put once the two are in step: another Activity has another base
        if let Some(first) = original::returns(context, seen, link) {
            plan.add(actions::superseded(context, seen, link));
            let before = link.halves.creatio.replace_id(first.clone());
            link.memory.instead = original::instead(seen, link, &before);
            plan.drop.push(before);
            reunited.insert(first);
            continue;
        }
        plan.add(actions::rivalled(context, seen, link));
        // kept as it was until both are in step again: a run that is cut off has to find out anew
        if let Some(generation) = matching::outdated(context, seen, link) {
            link.generation = generation;
            outdated.insert(link.halves.creatio.id().clone());
        }
        if link.is_unmet() && are_alike(seen, link) {
            outdated.insert(link.halves.creatio.id().clone());
        }
    }
    Relinked { links: links.into_values().collect(), outdated, reunited }
}

/// The series of which a person left out every occurrence that has a link.
fn left_out(links: &[Link]) -> FlatSet<ItemId> {
    let of = |declined: bool| {
        let links = links.iter().filter(move |link| link.memory.declined == declined);
        links.filter_map(|link| link.series().cloned()).collect::<FlatSet<ItemId>>()
    };
    of(true).difference(&of(false)).cloned().collect()
}

/// Whether both items of `link` were read, and are of one kind.
fn are_alike(seen: &Seen, link: &Link) -> bool {
    let kinds = Pair::of(|side| seen.items[side].get(link.halves[side].id()).map(|item| item.record.kind()));
    kinds.creatio.is_some() && kinds.creatio == kinds.exchange
}

/// The Activity that another device created in place of the one that `link` names: the event or
/// task bears its mark.
fn successor(context: &Context<'_>, seen: &Seen, link: &Link) -> Option<Mark> {
    let mark = seen.items.exchange.get(link.halves.exchange.id())?.facts.mark.clone()?;
    let newer = mark.site == context.account.site && mark.generation > link.generation;
    let free = !seen.links.iter().any(|other| *other.halves.creatio.id() == mark.activity);
    (newer && free && seen.items.creatio.contains_key(&mark.activity)).then_some(mark)
}
