//! Makes the plan of a run: decides on every pair and every unlinked item, has the guard look at
//! the whole, and puts the questions. With a person's answers it is made twice: without them, which
//! tells what is asked, and with those that count.

mod index;
mod unlinked;

use crate::engine::action::{Action, Planned, Step};
use crate::engine::answer::{Answers, Question};
use crate::engine::context::{Context, Seen};
use crate::engine::held::{Held, Reason};
use crate::engine::link::{Link, LinkState};
use crate::engine::matches::Match;
use crate::engine::pairs::{conversion, pair};
use crate::engine::permissions::Permissions;
use crate::engine::plan::Plan;
use crate::engine::self_check::{self, Accounted};
use crate::engine::settings::Settings;
use crate::engine::{actions, asking, decide, guard, pairs, preview, scope};
use crate::flat::{self, FlatMap, FlatSet};
use crate::model::{Facts, Item, ItemId, Kind, Pair, Side, Status};
use index::{Index, unlinked};

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
    flat::sort_by_key(&mut plan.actions, |action| rank(action.step));
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
    let index = Index::new(context, seen, &mut plan);
    let mut planner = Planner { context, seen, index: &index, plan, accounted: Accounted::default() };
    planner.linked_pairs();
    planner.single_activities();
    planner.unlinked_events();
    // what is dropped is not put beside that
    planner.plan.links.retain(|link| !planner.plan.drop.contains(link.halves.creatio.id()));
    planner.ended_meetings();
    planner.late_values();
    planner.malformed();
    planner.plan.held.extend(self_check::overlooked(context, seen, &planner.accounted));
    planner.plan
}

/// Decides on everything that was seen, group by group.
struct Planner<'a> {
    context: &'a Context<'a>,
    seen: &'a Seen,
    index: &'a Index<'a>,
    /// What is decided so far.
    plan: Plan,
    /// What it is decided on.
    accounted: Accounted<'a>,
}

impl<'a> Planner<'a> {
    /// Every linked pair.
    fn linked_pairs(&mut self) {
        for link in self.seen.links.iter().chain(&self.index.links) {
            self.accounted.add_pair(link);
        }
        for link in &self.index.links {
            let planned = self.linked_pair(link);
            self.plan.add(planned);
        }
    }

    /// What becomes of a linked pair.
    fn linked_pair(&self, link: &Link) -> Planned {
        let Self { context, seen, index, .. } = *self;
        let ids = [link.halves.creatio.id(), link.halves.exchange.id()];
        let items = Pair { creatio: seen.items.creatio.get(ids[0]), exchange: index.masked.get(ids[1]) };
        if let Some(code) = ids.into_iter().find_map(|id| seen.unanswered.get(id)) {
            return actions::held(context, link, items, Reason::Unanswered).because(code);
        }
        if link.state == LinkState::Undone && link.memory.declined {
            let renewed = pairs::renewed(context, seen, link, items);
            return renewed.unwrap_or_else(|| pair(context, seen, link, items));
        }
        let is_orphaned = index.matches.orphaned.contains(ids[0]);
        if is_orphaned && Permissions::of_pair(seen, link).said(Reason::Series).is_none() {
            return actions::held(context, link, items, Reason::Series);
        }
        if let Pair { creatio: Some(creatio), exchange: Some(exchange) } = items {
            let both = Pair { creatio, exchange };
            if index.reunited.contains(ids[0]) {
                return actions::reunite(context, seen, both, link.memory.instead.as_ref());
            }
            if index.outdated.contains(ids[0]) && scope::adopts(context, both) {
                return actions::adopt(context, seen, both);
            }
        }
        pairs::renewed(context, seen, link, items)
            .unwrap_or_else(|| conversion::finished(context, seen, link, pair(context, seen, link, items)))
    }

    /// Every Activity that is in no pair, and that no event or task was found to belong to.
    fn single_activities(&mut self) {
        let Self { context, seen, index, .. } = *self;
        let taken = index.taken(context, seen);
        for item in unlinked(seen, Side::Creatio) {
            self.accounted.add(Side::Creatio, &item.id);
            if !taken.contains(&item.id) {
                let is_beside = index.is_beside(context, seen, item);
                self.plan.add(unlinked::activity(context, seen, item, is_beside));
            }
        }
    }

    /// Every event and task that is in no pair.
    fn unlinked_events(&mut self) {
        let Self { context, seen, index, .. } = *self;
        // of a pair that is written to in this run, the next one sees to what stands twice
        let busy = self.busy();
        let idle: Vec<&Link> = index.links.iter().filter(|link| !busy.contains(link.halves.creatio.id())).collect();
        for (id, found) in &index.matches.events {
            if let Some(item) = index.masked.get(id) {
                self.accounted.add(Side::Exchange, id);
                let left_out = item.facts.occurrence.as_ref().is_some_and(|one| index.left_out.contains(&one.master));
                let found = if left_out && *found == Match::Added { &Match::New } else { found };
                let planned = unlinked::event(context, seen, item, found, &idle);
                self.plan.add(if left_out { preview::left_out(seen, planned) } else { planned });
            }
        }
    }

    /// The Activities of the pairs that are written to.
    fn busy(&self) -> FlatSet<ItemId> {
        self.plan.actions.iter().map(|action| action.after.halves.creatio.id().clone()).collect()
    }

    /// Meetings of the user's that ended become Completed, unless this plan does something else
    /// with them. What counts is the Activity as it was read, not what was agreed on: a person may
    /// have moved it since.
    fn ended_meetings(&mut self) {
        let Self { context, seen, .. } = *self;
        let Settings { rules, fields, .. } = context.settings;
        let imports = scope::import(context.settings, Kind::Meeting).on;
        if !rules.completes || !imports || !fields.status.lets(Side::Exchange) {
            return;
        }
        let busy = self.busy();
        let over = |item: &&Item| {
            let Facts { status, process, .. } = &item.facts;
            let untouched = *status == Some(Status::NotStarted) && !process;
            untouched
                && decide::is_users(context, &item.facts)
                && item.record.kind() == Kind::Meeting
                && scope::is_past(context, &item.record)
        };
        let due = self.index.links.iter().filter(|link| {
            let id = link.halves.creatio.id();
            seen.due.contains(id) && !busy.contains(id)
        });
        let read = |link: &Link| seen.items.creatio.get(link.halves.creatio.id()).filter(over);
        self.plan.actions.extend(due.filter_map(|link| Some(actions::complete(link, read(link)?))));
    }

    /// What could not be written when a pair was linked: a UID that the server gave later, the mark
    /// of a task that was imported while nothing was exported.
    fn late_values(&mut self) {
        let Self { context, seen, .. } = *self;
        let busy = self.busy();
        let put: FlatMap<ItemId, Link> =
            self.plan.links.iter().map(|link| (link.halves.creatio.id().clone(), link.clone())).collect();
        let known =
            self.index.links.iter().map(|before| (before, put.get(before.halves.creatio.id()).unwrap_or(before)));
        let idle = known.filter(|(_, link)| {
            let id = link.halves.creatio.id();
            link.state == LinkState::Alive && !busy.contains(id) && !seen.gone.creatio.contains(id)
        });
        let late = idle.filter_map(|(before, link)| {
            let event = seen.items.exchange.get(link.halves.exchange.id())?;
            actions::late_uid(context, before, link, event, seen.items.creatio.get(link.halves.creatio.id()))
                .or_else(|| actions::late_mark(context, seen, link, event))
        });
        let late: Vec<Action> = late.collect();
        // unconfirmed, the link stays as it was: the next run tries again
        let tried: FlatSet<&ItemId> = late.iter().map(|action| action.after.halves.creatio.id()).collect();
        self.plan.links.retain(|link| !tried.contains(link.halves.creatio.id()));
        self.plan.actions.extend(late);
    }

    /// What could not be understood is named.
    fn malformed(&mut self) {
        let Self { context, seen, .. } = *self;
        for side in Side::BOTH {
            self.plan.held.extend(seen.malformed[side].iter().map(|one| {
                let reason = if one.is_container() { Reason::Unreadable } else { Reason::Malformed };
                let held = Held::nameless(side, reason, context.now);
                Held { id: one.id.clone(), detail: one.reason.clone(), ..held }
            }));
        }
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
        let Planned { action, links, drop, held, notes, next } = planned;
        let whose =
            action.as_ref().map(|action| &action.after).or(links.last()).map(|link| link.halves.creatio.id().clone());
        for note in notes {
            self.notes.entry(note).or_default().extend(whose.clone());
        }
        self.actions.extend(action);
        self.links.extend(links);
        self.drop.extend(drop);
        self.held.extend(held);
        self.next.extend(next);
    }
}
