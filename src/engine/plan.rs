//! The plan of a run: every write with the reason for it, what is linked without a write, and what waits for a person.
//! Its `Display` is the dry run; it names items by id, never by title.

use super::actions::{self, Planned};
use super::answer::Choice;
use super::decide::{self, Step};
use super::link::{Held, Link, LinkState, Reason};
use super::matching::{self, Match};
use super::settings::Settings;
use super::{Context, Seen, fold, guard, identity, merge, scope};
use crate::model::{Item, ItemId, Mark, Pair, Side, Status};
use crate::ports::Op;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a run will do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Steps with writes, in the order in which they are carried out: links and updates, creates, deletes last.
    pub actions: Vec<Action>,
    /// Links to put without a write.
    pub links: Vec<Link>,
    /// Links to drop, by Activity: their place is taken by another, or there is nothing left to link.
    pub drop: Vec<ItemId>,
    /// What waits for a person, or can't be done.
    pub held: Vec<Held>,
}

/// One step with its writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it is.
    pub step: Step,
    /// The title, for the page only.
    pub title: String,
    /// The writes, in order; one that is not confirmed ends the action.
    pub writes: Vec<(Side, Op)>,
    /// The link before; `None` for a new pair.
    pub before: Option<Link>,
    /// The link once every write is confirmed; ids and versions of what is written come from the servers' replies.
    pub after: Link,
}

/// Decides what to do with everything that was seen.
#[must_use]
pub fn plan(context: &Context<'_>, seen: &Seen) -> Plan {
    let mut plan = Plan::default();
    let masked: BTreeMap<&ItemId, Item> =
        seen.items.exchange.iter().map(|(id, item)| (id, scope::masked(context, item))).collect();
    let matches = matching::find(context, seen, &unlinked(seen, Side::Exchange));
    let (links, outdated) = relinked((context, seen), &matches.events, &mut plan);
    for link in &links {
        let items =
            Pair { creatio: seen.items.creatio.get(&link.ids.creatio), exchange: masked.get(&link.ids.exchange) };
        let asked = [&link.ids.creatio, &link.ids.exchange];
        if matches.orphaned.contains(&link.ids.creatio) && seen.answers.to(asked, Reason::Series).is_none() {
            plan.add(actions::held(context, link, items, Reason::Series));
        } else if let (Pair { creatio: Some(creatio), exchange: Some(exchange) }, true) =
            (items, outdated.contains(&link.ids.creatio))
            && scope::adopts(context, Pair { creatio, exchange })
        {
            plan.add(actions::adopt(context, seen, Pair { creatio, exchange }));
        } else {
            plan.add(pair(context, seen, link, items));
        }
    }
    let matched: BTreeSet<&ItemId> = matches
        .events
        .values()
        .filter_map(Match::activity)
        .chain(&matches.rivals)
        .chain(links.iter().map(|link| &link.ids.creatio))
        .collect();
    for item in unlinked(seen, Side::Creatio).into_iter().filter(|item| !matched.contains(&item.id)) {
        plan.add(single(context, seen, Side::Creatio, item));
    }
    // of a pair that is written to in this run, the next one sees to what stands twice
    let busy: BTreeSet<ItemId> = plan.actions.iter().map(|action| action.after.ids.creatio.clone()).collect();
    let idle: Vec<&Link> = links.iter().filter(|link| !busy.contains(&link.ids.creatio)).collect();
    for (id, found) in &matches.events {
        if let Some(item) = masked.get(id) {
            plan.add(unlinked_event(context, seen, (item, found), &idle));
        }
    }
    // what is dropped is not put beside that
    plan.links.retain(|link| !plan.drop.contains(&link.ids.creatio));
    plan.complete(context, seen, &links);
    plan.malformed(context, seen);
    guard::check(context, seen, &mut plan);
    plan.actions.sort_by_key(|action| rank(action.step));
    plan
}

/// The items of a side that no link names.
fn unlinked(seen: &Seen, side: Side) -> Vec<&Item> {
    let linked: BTreeSet<&ItemId> = seen.links.iter().map(|link| &link.ids[side]).collect();
    seen.items[side].values().filter(|item| !linked.contains(&item.id)).collect()
}

/// The links, those among them moved over to the item that took the place of one that is gone; and the Activities of those whose base is of an
/// earlier generation than the mark: it counts as none.
fn relinked(
    (context, seen): (&Context<'_>, &Seen),
    matches: &BTreeMap<ItemId, Match>,
    plan: &mut Plan,
) -> (Vec<Link>, BTreeSet<ItemId>) {
    let mut links: BTreeMap<ItemId, Link> =
        seen.links.iter().map(|link| (link.ids.creatio.clone(), link.clone())).collect();
    for (id, found) in matches {
        let Match::Relink(activity) = found else { continue };
        if let (Some(link), Some(item)) = (links.get_mut(activity), seen.items.exchange.get(id)) {
            link.ids.exchange = id.clone();
            link.containers.exchange = item.container.clone();
            link.versions.exchange = item.version.clone();
            plan.links.push(link.clone());
        }
    }
    let mut outdated = BTreeSet::new();
    for link in links.values_mut() {
        if let Some(next) = successor(context, seen, link) {
            plan.add(actions::superseded(context, seen, link));
            plan.drop.push(std::mem::replace(&mut link.ids.creatio, next.activity));
            plan.links.push(link.clone());
        }
        // kept as it was until both are in step again: a run that is cut off has to find out anew
        if let Some(generation) = matching::outdated(context, seen, link) {
            link.generation = generation;
            outdated.insert(link.ids.creatio.clone());
        }
    }
    (links.into_values().collect(), outdated)
}

/// The Activity that another device created in place of the one that `link` names: the event or task bears its mark.
fn successor(context: &Context<'_>, seen: &Seen, link: &Link) -> Option<Mark> {
    let mark = seen.items.exchange.get(&link.ids.exchange)?.facts.mark.clone()?;
    let newer = mark.site == context.account.site && mark.generation > link.generation;
    let free = !seen.links.iter().any(|other| other.ids.creatio == mark.activity);
    (newer && free && seen.items.creatio.contains_key(&mark.activity)).then_some(mark)
}

/// What becomes of an unlinked item of Exchange.
fn unlinked_event(context: &Context<'_>, seen: &Seen, (item, found): (&Item, &Match), links: &[&Link]) -> Planned {
    let allowed = |reason| seen.answers.allow([&item.id, &item.id], reason);
    let held = |reason| Planned::held(context, Side::Exchange, item, reason);
    match found {
        Match::Added if !allowed(Reason::Series) && scope::imports(context, seen, item) => held(Reason::Series),
        Match::New | Match::Added => single(context, seen, Side::Exchange, item),
        Match::With(activity) => match seen.items.creatio.get(activity) {
            Some(other) if scope::adopts(context, Pair { creatio: other, exchange: item }) => {
                actions::adopt(context, seen, Pair { creatio: other, exchange: item })
            }
            Some(_) | None => Planned::default(),
        },
        Match::Relink(_) | Match::Copy => Planned::default(),
        Match::Orphan(activity) => match seen.answers.to([&item.id, activity], Reason::DeleteAsked) {
            Some(Choice::Allow) => actions::orphan(activity, item, true),
            Some(Choice::Leave) => actions::orphan(activity, item, false),
            Some(Choice::Take(_)) | None if scope::in_window(context, item) => held(Reason::DeleteAsked),
            Some(Choice::Take(_)) | None => Planned::default(),
        },
        Match::Ambiguous if allowed(Reason::Ambiguous) => single(context, seen, Side::Exchange, item),
        Match::Ambiguous if scope::imports(context, seen, item) => held(Reason::Ambiguous),
        Match::Surplus(activity) => match links.iter().find(|link| link.ids.creatio == *activity) {
            Some(link)
                if link.base.exchange == item.record && !item.facts.calls_off() || allowed(Reason::SecondTask) =>
            {
                Planned { action: Some(actions::surplus(link, item)), ..Planned::default() }
            }
            Some(_) => held(Reason::SecondTask),
            None => Planned::default(), // the first of the two is linked or written to in this run; the next one sees to this
        },
        Match::Ambiguous => Planned::default(),
    }
}

fn pair(context: &Context<'_>, seen: &Seen, link: &Link, items: Pair<Option<&Item>>) -> Planned {
    if let LinkState::Pending(side) = link.state {
        return pending(context, seen, link, (side, items));
    }
    let fates = decide::fates(context, seen, link, items);
    let step = decide::linked(context, seen, link, fates);
    actions::linked(context, seen, link, (step, fates))
}

/// A creation that was never confirmed: found, it is in step with what was written, or was made by another device from what that one saw, and is
/// merged without a base; not found, it is tried again.
fn pending(context: &Context<'_>, seen: &Seen, link: &Link, (side, items): (Side, Pair<Option<&Item>>)) -> Planned {
    let (made, source) = (items[side], items[side.other()]);
    match (made, source) {
        (Some(made), _) => {
            let alive = fold::found(link, side, made);
            let as_written = merge::differences(&alive.base[side], &made.record).is_empty();
            if let (false, Pair { creatio: Some(creatio), exchange: Some(exchange) }) = (as_written, items) {
                return actions::adopt(context, seen, Pair { creatio, exchange });
            }
            let fates = decide::fates(context, seen, &alive, items);
            let step = decide::linked(context, seen, &alive, fates);
            let mut planned = actions::linked(context, seen, &alive, (step, fates));
            if planned.links.is_empty() && planned.action.is_none() {
                planned.links.push(alive);
            }
            planned
        }
        (None, Some(source)) if decide::alone(context, seen, side.other(), source) == Step::Create(side) => {
            actions::create(context, seen, (side.other(), source), link.generation)
        }
        (None, _) if seen.gone[side].contains(&link.ids[side]) => Planned::dropped(link),
        (None, Some(_) | None) => Planned::default(),
    }
}

fn single(context: &Context<'_>, seen: &Seen, side: Side, item: &Item) -> Planned {
    match decide::alone(context, seen, side, item) {
        Step::Create(_) => actions::create(context, seen, (side, item), identity::first_generation(side, item)),
        Step::Hold(reason) => Planned::held(context, side, item, reason),
        Step::Rest
        | Step::Update(_)
        | Step::Delete(_)
        | Step::Revive(_)
        | Step::Merge
        | Step::Adopt
        | Step::Convert(_)
        | Step::Sleep
        | Step::Leave
        | Step::Bury => Planned::default(),
    }
}

/// Updates first, so that a plan that is cut off has lost nothing; deletions last, so that nothing is removed before its successor is there.
const fn rank(step: Step) -> u8 {
    match step {
        Step::Rest | Step::Sleep | Step::Leave | Step::Bury | Step::Hold(_) => 0,
        Step::Adopt | Step::Update(_) | Step::Merge => 1,
        Step::Create(_) | Step::Revive(_) | Step::Convert(_) => 2,
        Step::Delete(_) => 3,
    }
}

impl Plan {
    fn add(&mut self, planned: Planned) {
        let Planned { action, links, drop, held } = planned;
        self.actions.extend(action);
        self.links.extend(links);
        self.drop.extend(drop);
        self.held.extend(held);
    }

    /// Meetings that ended become Completed, unless this plan does something else with them.
    fn complete(&mut self, context: &Context<'_>, seen: &Seen, links: &[Link]) {
        let Settings { rules, fields, .. } = context.settings;
        if !rules.completes || !fields.status.lets(Side::Exchange) {
            return;
        }
        let busy: BTreeSet<ItemId> = self.actions.iter().map(|action| action.after.ids.creatio.clone()).collect();
        let untouched =
            |id: &ItemId| seen.items.creatio.get(id).is_some_and(|item| item.facts.status == Some(Status::NotStarted));
        let due = links.iter().filter(|link| {
            let id = &link.ids.creatio;
            seen.due.contains(id) && !busy.contains(id) && untouched(id)
        });
        self.actions.extend(due.map(|link| actions::complete(link, seen.items.creatio.get(&link.ids.creatio))));
    }

    fn malformed(&mut self, context: &Context<'_>, seen: &Seen) {
        for side in Side::BOTH {
            self.held.extend(seen.malformed[side].iter().map(|one| Held {
                side,
                id: one.id.clone(),
                title: String::new(),
                reason: if one.is_container() { Reason::Unreadable } else { Reason::Malformed },
                detail: one.reason.clone(),
                fields: Vec::new(),
                values: Vec::new(),
                since: context.now,
            }));
        }
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.actions.is_empty()
    }

    /// How many writes there are.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.actions.iter().map(|action| action.writes.len()).sum()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for action in &self.actions {
            writeln!(f, "{:?} {}", action.step, action.after.ids.creatio)?;
            for (side, op) in &action.writes {
                match op {
                    Op::Create(create) => writeln!(f, "  {side}: create in {}", create.container)?,
                    Op::Update(update) => {
                        let mut fields: Vec<String> = update.patch.fields.iter().map(ToString::to_string).collect();
                        fields.extend(update.status.map(|status| format!("status={status:?}")));
                        fields.extend(update.uid.as_ref().map(|_| "uid".to_owned()));
                        writeln!(f, "  {side}: update {} ({})", update.id, fields.join(", "))?;
                    }
                    Op::Delete { id, .. } => writeln!(f, "  {side}: delete {id}")?,
                }
            }
        }
        for held in &self.held {
            let id = held.id.as_ref().map_or("?", ItemId::as_str);
            writeln!(f, "Hold {:?} {} {id}", held.reason, held.side)?;
        }
        Ok(())
    }
}
