//! Makes the plan of a run: decides on every pair and every unlinked item, has the guard look at
//! the whole, and puts the questions. With a person's answers it is made twice: without them, which
//! tells what is asked, and with those that count.

use crate::engine::action::{Action, Planned, Step};
use crate::engine::answer::{Answers, Choice, Question};
use crate::engine::context::{Context, Seen};
use crate::engine::held::{Held, Reason};
use crate::engine::link::{Link, LinkState};
use crate::engine::matches::Match;
use crate::engine::pairs::{conversion, pair};
use crate::engine::permissions::Permissions;
use crate::engine::plan::Plan;
use crate::engine::self_check::{self, Accounted};
use crate::engine::settings::{ExchangeDelete, Settings};
use crate::engine::{actions, asking, decide, fold, guard, identity, matching, original, pairs, scope};
use crate::model::{Facts, Item, ItemId, Kind, Mark, Pair, Side, Status};
use std::collections::{BTreeMap, BTreeSet};

/// Decides what to do with everything that was seen.
#[must_use]
pub fn plan(context: &Context<'_>, seen: &Seen) -> Plan {
    let asked =
        |plan: &Plan| plan.held.iter().filter_map(|held| asking::question(context, seen, &plan.links, held)).collect();
    let mut plan = if seen.answers.is_empty() {
        let mut plan = decided(context, seen);
        guard::check(context, seen, &mut plan);
        Plan { questions: asked(&plan), ..plan }
    } else {
        answered(context, seen, asked)
    };
    plan.actions.sort_by_key(|action| rank(action.step));
    plan
}

/// The plan where a person has answered: without the answers it tells what is asked, and those to
/// what stands as it was answered count.
fn answered(context: &Context<'_>, seen: &Seen, asked: impl Fn(&Plan) -> Vec<Question>) -> Plan {
    let unanswered = Seen { answers: Answers::default(), ..seen.clone() };
    let bare = decided(context, &unanswered);
    let mut asking = bare.clone();
    guard::check(context, &unanswered, &mut asking);
    let questions = asked(&asking);
    let answers = seen.answers.counting(&questions);
    if answers.is_empty() {
        return Plan { questions, ..asking };
    }
    let heard = Seen { answers: answers.clone(), ..unanswered };
    let mut plan = decided(context, &heard);
    guard::check_beside(context, &heard, &mut plan, Some(&bare));
    // what is answered is asked no more, whether its step is written by now or not
    let put = &plan.links;
    plan.held
        .retain(|held| asking::question(context, seen, put, held).is_none_or(|question| !answers.settle(&question)));
    Plan { questions, answers, ..plan }
}

/// What is to be done, before the guard looks at it.
fn decided(context: &Context<'_>, seen: &Seen) -> Plan {
    let mut plan = Plan::default();
    let masked: BTreeMap<&ItemId, Item> =
        seen.items.exchange.iter().map(|(id, item)| (id, scope::masked(context, item))).collect();
    let matches = matching::find(context, seen, &unlinked(seen, Side::Exchange));
    let Relinked { links, outdated, reunited } = relinked(context, seen, &matches.events, &mut plan);
    let mut accounted = Accounted::default();
    seen.links.iter().chain(&links).for_each(|link| accounted.add_pair(link));
    for link in &links {
        let items = Pair {
            creatio: seen.items.creatio.get(&link.halves.creatio.id),
            exchange: masked.get(&link.halves.exchange.id),
        };
        let asked = [&link.halves.creatio.id, &link.halves.exchange.id];
        let code = asked.into_iter().find_map(|id| seen.unanswered.get(id));
        if let Some(code) = code {
            plan.add(actions::held(context, link, items, Reason::Unanswered).because(code));
        } else if matches.orphaned.contains(&link.halves.creatio.id)
            && Permissions::of_pair(seen, link).said(Reason::Series).is_none()
        {
            plan.add(actions::held(context, link, items, Reason::Series));
        } else if let (Pair { creatio: Some(creatio), exchange: Some(exchange) }, true) =
            (items, reunited.contains(&link.halves.creatio.id))
        {
            plan.add(actions::reunite(context, seen, Pair { creatio, exchange }, link.memory.instead.as_ref()));
        } else if let (Pair { creatio: Some(creatio), exchange: Some(exchange) }, true) =
            (items, outdated.contains(&link.halves.creatio.id))
            && scope::adopts(context, Pair { creatio, exchange })
        {
            plan.add(actions::adopt(context, seen, Pair { creatio, exchange }));
        } else if let Some(planned) = pairs::renewed(context, seen, link, items) {
            plan.add(planned);
        } else {
            plan.add(conversion::finished(context, seen, link, pair(context, seen, link, items)));
        }
    }
    // what another stands in for is no new item, also while it can't take its place
    let stand_ins = matches.events.iter().filter_map(|(id, found)| {
        let (Match::With(activity), Some(item)) = (found, seen.items.exchange.get(id)) else { return None };
        original::found_of(seen, item, activity, context.account)
    });
    let waiting: Vec<ItemId> =
        seen.links.iter().filter_map(|link| original::found(context, seen, link)).chain(stand_ins).collect();
    let matched: BTreeSet<&ItemId> = matches
        .events
        .values()
        .filter_map(Match::activity)
        .chain(&matches.rivals)
        .chain(&waiting)
        .chain(links.iter().map(|link| &link.halves.creatio.id))
        .collect();
    matched.iter().for_each(|activity| accounted.add(Side::Creatio, activity));
    for item in unlinked(seen, Side::Creatio).into_iter().filter(|item| !matched.contains(&item.id)) {
        accounted.add(Side::Creatio, &item.id);
        plan.add(if seen.lost.contains(&item.id) {
            lost(context, seen, item)
        } else if original::is_second(context, seen, item) {
            second(context, seen, item)
        } else {
            single(context, seen, Side::Creatio, item)
        });
    }
    // of a pair that is written to in this run, the next one sees to what stands twice
    let busy: BTreeSet<ItemId> = plan.actions.iter().map(|action| action.after.halves.creatio.id.clone()).collect();
    let idle: Vec<&Link> = links.iter().filter(|link| !busy.contains(&link.halves.creatio.id)).collect();
    for (id, found) in &matches.events {
        if let Some(item) = masked.get(id) {
            accounted.add(Side::Exchange, id);
            plan.add(unlinked_event(context, seen, item, found, &idle));
        }
    }
    // what is dropped is not put beside that
    plan.links.retain(|link| !plan.drop.contains(&link.halves.creatio.id));
    plan.complete(context, seen, &links);
    plan.late(context, seen, &links);
    plan.malformed(context, seen);
    plan.held.extend(self_check::overlooked(context, seen, &accounted));
    plan
}

/// The items of a side that no link names.
fn unlinked(seen: &Seen, side: Side) -> Vec<&Item> {
    let pairs = seen.links.iter().flat_map(|link| std::iter::once(link).chain(link.formers()));
    let linked: BTreeSet<&ItemId> = pairs.map(|link| &link.halves[side].id).collect();
    seen.items[side].values().filter(|item| !linked.contains(&item.id)).collect()
}

/// The links of a run, as what was seen has them.
struct Relinked {
    /// All of them, those among them moved over to the item that took the place of one that is
    /// gone.
    links: Vec<Link>,
    /// The Activities of those whose base is of an earlier generation than the mark, and counts as
    /// none, or that have none.
    outdated: BTreeSet<ItemId>,
    /// The Activities of those that went back to them, or stay with them, from one that stood in.
    reunited: BTreeSet<ItemId>,
}

/// Moves links over to the items that took the place of others.
fn relinked(context: &Context<'_>, seen: &Seen, matches: &BTreeMap<ItemId, Match>, plan: &mut Plan) -> Relinked {
    let mut links: BTreeMap<ItemId, Link> =
        seen.links.iter().map(|link| (link.halves.creatio.id.clone(), link.clone())).collect();
    for (id, found) in matches {
        let Match::Relink(activity) = found else { continue };
        if let (Some(link), Some(item)) = (links.get_mut(activity), seen.items.exchange.get(id)) {
            link.halves.exchange.id = id.clone();
            link.halves.exchange.container = item.container.clone();
            link.halves.exchange.version = item.version.clone();
            link.halves.exchange.facts.occurrence.clone_from(&item.facts.occurrence);
            plan.links.push(link.clone());
        }
    }
    let (mut outdated, mut reunited) = (BTreeSet::new(), BTreeSet::new());
    for link in links.values_mut() {
        if fold::read_first(link, Pair::of(|side| seen.items[side].get(&link.halves[side].id))) {
            plan.links.push(link.clone());
        }
        if let Some(next) = successor(context, seen, link) {
            if original::stays(context, seen, link, &next) {
                link.generation = next.generation;
                reunited.insert(link.halves.creatio.id.clone());
                continue;
            }
            plan.add(actions::superseded(context, seen, link));
            plan.drop.push(std::mem::replace(&mut link.halves.creatio.id, next.activity));
            plan.links.push(link.clone());
        }
        // it is put once the two are in step: another Activity has another base
        if let Some(first) = original::returns(context, seen, link) {
            plan.add(actions::superseded(context, seen, link));
            let before = std::mem::replace(&mut link.halves.creatio.id, first.clone());
            link.memory.instead = original::instead(seen, link, &before);
            plan.drop.push(before);
            reunited.insert(first);
            continue;
        }
        plan.add(actions::rivalled(context, seen, link));
        // kept as it was until both are in step again: a run that is cut off has to find out anew
        if let Some(generation) = matching::outdated(context, seen, link) {
            link.generation = generation;
            outdated.insert(link.halves.creatio.id.clone());
        }
        if link.is_unmet() && are_alike(seen, link) {
            outdated.insert(link.halves.creatio.id.clone());
        }
    }
    Relinked { links: links.into_values().collect(), outdated, reunited }
}

/// Whether both items of `link` were read, and are of one kind.
fn are_alike(seen: &Seen, link: &Link) -> bool {
    let kinds = Pair::of(|side| seen.items[side].get(&link.halves[side].id).map(|item| item.record.kind()));
    kinds.creatio.is_some() && kinds.creatio == kinds.exchange
}

/// The Activity that another device created in place of the one that `link` names: the event or
/// task bears its mark.
fn successor(context: &Context<'_>, seen: &Seen, link: &Link) -> Option<Mark> {
    let mark = seen.items.exchange.get(&link.halves.exchange.id)?.facts.mark.clone()?;
    let newer = mark.site == context.account.site && mark.generation > link.generation;
    let free = !seen.links.iter().any(|other| other.halves.creatio.id == mark.activity);
    (newer && free && seen.items.creatio.contains_key(&mark.activity)).then_some(mark)
}

/// What becomes of an unlinked item of Exchange.
fn unlinked_event(context: &Context<'_>, seen: &Seen, item: &Item, found: &Match, links: &[&Link]) -> Planned {
    let allowed = |reason| Permissions::of_item(seen, item).allows(reason);
    let held = |reason| Planned::held(context, Side::Exchange, item, reason);
    if let Some(code) = seen.unanswered.get(&item.id) {
        return held(Reason::Unanswered).because(code);
    }
    match found {
        Match::Added if !allowed(Reason::Series) && scope::imports(context, seen, item) => held(Reason::Series),
        Match::New | Match::Added => single(context, seen, Side::Exchange, item),
        Match::With(activity) => match seen.items.creatio.get(activity) {
            Some(other) if scope::adopts(context, Pair { creatio: other, exchange: item }) => {
                actions::adopt(context, seen, Pair { creatio: other, exchange: item })
            }
            Some(other) if is_left_over(context, other, item) => left_over(context, seen, other, item),
            Some(_) | None => Planned::default(),
        },
        Match::Relink(_) | Match::Copy => Planned::default(),
        Match::Orphan(activity) => match Permissions::of(&seen.answers, [&item.id, activity]).said(Reason::DeleteAsked)
        {
            _ if decide::calls_off_late(context, item) => actions::orphan(activity, item, false),
            Some(Choice::Allow) => actions::orphan(activity, item, true),
            Some(Choice::Leave) => actions::orphan(activity, item, false),
            Some(Choice::Take(_)) | None if scope::in_window(context, item) => held(Reason::DeleteAsked),
            Some(Choice::Take(_)) | None => Planned::default(),
        },
        Match::Ambiguous if allowed(Reason::Ambiguous) => single(context, seen, Side::Exchange, item),
        Match::Ambiguous if scope::imports(context, seen, item) => held(Reason::Ambiguous),
        Match::Surplus(_) if decide::calls_off_late(context, item) => Planned::default(),
        Match::Surplus(activity) => match links.iter().find(|link| link.halves.creatio.id == *activity) {
            Some(link)
                if link.halves.exchange.base == item.record && !item.facts.calls_off()
                    || allowed(Reason::SecondTask) =>
            {
                Planned { action: Some(actions::surplus(link, item)), ..Planned::default() }
            }
            Some(_) => held(Reason::SecondTask),
            // the first of the two is linked or written to in this run; the next one sees to this
            None => Planned::default(),
        },
        Match::Ambiguous => Planned::default(),
    }
}

/// Whether `item` was made or marked for an Activity that was canceled, and may still be removed:
/// the pair has no link that would tell what has become of it.
fn is_left_over(context: &Context<'_>, activity: &Item, item: &Item) -> bool {
    let is_its = |mark: &Mark| mark.site == context.account.site && mark.activity == activity.id;
    item.facts.mark.as_ref().is_some_and(is_its)
        && activity.facts.canceled
        && !item.facts.canceled
        && scope::in_window(context, item)
}

/// What becomes of such an item: as of one whose Activity is not there, a person says. The rule
/// that nothing is deleted on Exchange leaves it there, and so does the end of a meeting with
/// others.
fn left_over(context: &Context<'_>, seen: &Seen, activity: &Item, item: &Item) -> Planned {
    let stays = context.settings.rules.exchange_delete == ExchangeDelete::Leave;
    let items = Pair { creatio: activity, exchange: item };
    match Permissions::of(&seen.answers, [&item.id, &activity.id]).said(Reason::DeleteAsked) {
        _ if stays || decide::calls_off_late(context, item) => actions::ended(context, items, false),
        Some(Choice::Allow) => actions::ended(context, items, true),
        Some(Choice::Leave) => actions::ended(context, items, false),
        Some(Choice::Take(_)) | None => Planned::held(context, Side::Exchange, item, Reason::DeleteAsked),
    }
}

fn single(context: &Context<'_>, seen: &Seen, side: Side, item: &Item) -> Planned {
    if let Some(code) = seen.unanswered.get(&item.id) {
        return Planned::held(context, side, item, Reason::Unanswered).because(code);
    }
    match decide::alone(context, seen, side, item) {
        Step::Create(_) => actions::create(context, seen, side, item, identity::first_generation(side, item)),
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

/// An Activity that must have had a counterpart, which is nowhere to be found: it went for a reason
/// that this device does not know (docs/rules.md, "Known to have had a counterpart"). A person is
/// asked; what is somebody else's or has ended is left alone. It may be the counterpart in another
/// account of the user, which is no loss in this one.
fn lost(context: &Context<'_>, seen: &Seen, item: &Item) -> Planned {
    let own = item.facts.owner.as_ref() == Some(&context.account.contact);
    let imported = identity::is_ours(&item.id);
    let exported = matches!(decide::alone(context, seen, Side::Creatio, item), Step::Create(_));
    // what that account exported may be what was imported, and deleted, here
    let imported_there = seen.elsewhere.get(&item.id).is_some_and(|there| there.imported);
    if imported_there || seen.is_named_elsewhere(item) {
        return single(context, seen, Side::Creatio, item);
    }
    let covered = exported || scope::stands_in(context, seen, item);
    if !own || !covered || scope::is_past(context, &item.record) {
        return Planned::default();
    }
    let reason = if imported { Reason::LostOrigin } else { Reason::LostCounterpart };
    match Permissions::of_item(seen, item).said(reason) {
        // what was imported may be somebody else's meeting, which is never made the user's own
        Some(Choice::Allow) if !imported => single(context, seen, Side::Creatio, item),
        Some(Choice::Take(Side::Exchange)) => actions::abandoned(context, item, true),
        Some(Choice::Leave) => actions::abandoned(context, item, false),
        Some(Choice::Allow | Choice::Take(Side::Creatio)) | None => Planned::held(context, Side::Creatio, item, reason),
    }
}

/// An Activity that was made for an event which is the counterpart of another one: a person says
/// whether it stays. What has ended is left alone.
fn second(context: &Context<'_>, seen: &Seen, item: &Item) -> Planned {
    match Permissions::of_item(seen, item).said(Reason::SecondActivity) {
        Some(Choice::Allow) => actions::abandoned(context, item, true),
        Some(Choice::Leave) => actions::abandoned(context, item, false),
        Some(Choice::Take(_)) | None if scope::is_past(context, &item.record) => Planned::default(),
        Some(Choice::Take(_)) | None => Planned::held(context, Side::Creatio, item, Reason::SecondActivity),
    }
}

/// When a step is carried out. Updates first, so that a plan that is cut off has lost nothing; what
/// removes something last, so that nothing is removed before its successor is there: first the
/// conversions, which create as well. The writes of one rank go out before those of the next.
#[must_use]
pub const fn rank(step: Step) -> u8 {
    match step {
        Step::Rest | Step::Sleep | Step::Leave | Step::Bury | Step::Hold(_) => 0,
        Step::Adopt | Step::Update(_) | Step::Merge => 1,
        Step::Create(_) | Step::Revive(_) => 2,
        Step::Convert(_) => 3,
        Step::Delete(_) => 4,
    }
}

impl Plan {
    fn add(&mut self, planned: Planned) {
        let Planned { action, links, drop, held, notes } = planned;
        let whose =
            action.as_ref().map(|action| &action.after).or(links.last()).map(|link| link.halves.creatio.id.clone());
        for note in notes {
            self.notes.entry(note).or_default().extend(whose.clone());
        }
        self.actions.extend(action);
        self.links.extend(links);
        self.drop.extend(drop);
        self.held.extend(held);
    }

    /// Meetings of the user's that ended become Completed, unless this plan does something else
    /// with them. What counts is the Activity as it was read, not what was agreed on: a person may
    /// have moved it since.
    fn complete(&mut self, context: &Context<'_>, seen: &Seen, links: &[Link]) {
        let Settings { rules, fields, .. } = context.settings;
        let imports = scope::import(context.settings, Kind::Meeting).on;
        if !rules.completes || !imports || !fields.status.lets(Side::Exchange) {
            return;
        }
        let busy: BTreeSet<ItemId> = self.actions.iter().map(|action| action.after.halves.creatio.id.clone()).collect();
        let over = |item: &&Item| {
            let Facts { status, process, .. } = &item.facts;
            let untouched = *status == Some(Status::NotStarted) && !process;
            untouched
                && decide::is_users(context, &item.facts)
                && item.record.kind() == Kind::Meeting
                && scope::is_past(context, &item.record)
        };
        let due = links.iter().filter(|link| {
            let id = &link.halves.creatio.id;
            seen.due.contains(id) && !busy.contains(id)
        });
        let read = |link: &Link| seen.items.creatio.get(&link.halves.creatio.id).filter(over);
        self.actions.extend(due.filter_map(|link| Some(actions::complete(link, read(link)?))));
    }

    /// What could not be written when a pair was linked: a UID that the server gave later, the mark
    /// of a task that was imported while nothing was exported.
    fn late(&mut self, context: &Context<'_>, seen: &Seen, links: &[Link]) {
        let busy: BTreeSet<ItemId> = self.actions.iter().map(|action| action.after.halves.creatio.id.clone()).collect();
        let put: BTreeMap<ItemId, Link> =
            self.links.iter().map(|link| (link.halves.creatio.id.clone(), link.clone())).collect();
        let known = links.iter().map(|before| (before, put.get(&before.halves.creatio.id).unwrap_or(before)));
        let idle = known.filter(|(_, link)| link.state == LinkState::Alive && !busy.contains(&link.halves.creatio.id));
        let late = idle.filter_map(|(before, link)| {
            let event = seen.items.exchange.get(&link.halves.exchange.id)?;
            actions::late_uid(context, before, link, event, seen.items.creatio.get(&link.halves.creatio.id))
                .or_else(|| actions::late_mark(context, seen, link, event))
        });
        let late: Vec<Action> = late.collect();
        // unconfirmed, the link stays as it was: the next run tries again
        let tried: BTreeSet<&ItemId> = late.iter().map(|action| &action.after.halves.creatio.id).collect();
        self.links.retain(|link| !tried.contains(&link.halves.creatio.id));
        self.actions.extend(late);
    }

    fn malformed(&mut self, context: &Context<'_>, seen: &Seen) {
        for side in Side::BOTH {
            self.held.extend(seen.malformed[side].iter().map(|one| {
                let reason = if one.is_container() { Reason::Unreadable } else { Reason::Malformed };
                let held = Held::nameless(side, reason, context.now);
                Held { id: one.id.clone(), detail: one.reason.clone(), ..held }
            }));
        }
    }
}
