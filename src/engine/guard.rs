//! The guard: what is too much to be done without a person's word. It holds the writes in question,
//! never the rest of the plan.

use crate::engine::action::{Action, Step};
use crate::engine::context::{Context, Seen};
use crate::engine::held::{Held, Reason};
use crate::engine::link::{Link, LinkState};
use crate::engine::permissions::Permissions;
use crate::engine::plan::Plan;
use crate::flat::FlatSet;
use crate::model::op::Op;
use crate::model::{Field, ItemId, Side};

/// How many go on without asking: deletions of one day, moved starts of one run, emptied texts and
/// places of one run, each for itself. 10 % of the links, at least 10, at most 50.
#[must_use]
pub fn limit(links: usize) -> usize {
    (links / 10).clamp(10, 50)
}

/// Activities of other people that are exported without asking.
pub const OTHERS: usize = 50;
/// Links from which on an empty side is suspicious.
const EMPTY_IS_CREDIBLE_UP_TO: usize = 3;

/// New items that are created without asking, unless a person has seen the plan.
pub const CREATIONS: usize = 100;

/// One question of the guard.
#[derive(Clone, Copy)]
struct GuardQuestion {
    /// Which actions it is about.
    about: fn(&Action) -> bool,
    /// How many are done without asking.
    limit: usize,
    /// Why they are held: the first is this question's, an answer to any of them is an answer to
    /// it.
    reasons: &'static [Reason],
    /// Whoever allowed this by name has answered too.
    by_name: Option<Reason>,
}

/// Deletions; how many are left of the day's is the limit.
const MANY_DELETIONS: GuardQuestion = GuardQuestion {
    about: is_deletion,
    limit: 0,
    reasons: &[Reason::ManyDeletions, Reason::SideEmpty],
    by_name: Some(Reason::DeleteAsked),
};
/// What follows from a side that is suddenly empty, in place of the question about deletions: what
/// seems to be gone there is not created again either.
const SUDDENLY_EMPTY: GuardQuestion = GuardQuestion {
    about: is_loss,
    limit: 0,
    reasons: &[Reason::SideEmpty, Reason::ManyDeletions],
    by_name: Some(Reason::DeleteAsked),
};
/// Moved starts; the limit follows from the links.
const MANY_MOVES: GuardQuestion =
    GuardQuestion { about: is_move, limit: 0, reasons: &[Reason::ManyMoves], by_name: None };
/// Texts and places that would be emptied; the limit follows from the links.
const MANY_EMPTIED: GuardQuestion =
    GuardQuestion { about: is_emptying, limit: 0, reasons: &[Reason::SideEmpty], by_name: None };
/// Activities of other people.
const MANY_OF_OTHERS: GuardQuestion =
    GuardQuestion { about: is_of_others, limit: OTHERS, reasons: &[Reason::ManyOfOthers], by_name: None };
/// New items; of a plan that a person has seen any number.
const MANY_CREATIONS: GuardQuestion =
    GuardQuestion { about: is_creation, limit: CREATIONS, reasons: &[Reason::ManyCreations], by_name: None };

/// Takes out of `plan` what is too much, and holds it by name. What a person allowed is neither
/// held nor counted; what was held once stays held until it is answered, or is no longer so.
pub fn check(context: &Context<'_>, seen: &Seen, plan: &mut Plan) {
    check_beside(context, seen, plan, None);
}

/// The same of a `plan` that a person's answers made of `bare`, the plan without any: what is done
/// by their word, they have been asked about by name.
pub fn check_beside(context: &Context<'_>, seen: &Seen, plan: &mut Plan, bare: Option<&Plan>) {
    if disbelieve(context, seen, plan) {
        return;
    }
    let limit = limit(seen.total);
    let empty =
        seen.unreadable || Side::BOTH.into_iter().any(|side| seen.empty[side]) && seen.total > EMPTY_IS_CREDIBLE_UP_TO;
    let left = limit.saturating_sub(seen.deletions);
    let losses = if empty { SUDDENLY_EMPTY } else { GuardQuestion { limit: left, ..MANY_DELETIONS } };
    plan.unasked = hold(context, seen, plan, bare, &losses);
    let creations = if seen.previewed { usize::MAX } else { MANY_CREATIONS.limit };
    for question in [
        GuardQuestion { limit, ..MANY_MOVES },
        GuardQuestion { limit, ..MANY_EMPTIED },
        MANY_OF_OTHERS,
        GuardQuestion { limit: creations, ..MANY_CREATIONS },
    ] {
        hold(context, seen, plan, bare, &question);
    }
}

/// Whether this action of `plan` counts among the deletions of the day: one that nobody was asked
/// about.
#[must_use]
pub fn counts(plan: &Plan, action: &Action) -> bool {
    is_deletion(action) && plan.unasked.contains(source(action).1)
}

/// Where no Activity can be read, nothing is done but what a person answered about, and they are
/// asked about every pair whose Activity seems to be gone, also where no deletion follows: else
/// nobody would be told why nothing is done. Whether any pair waits so.
fn disbelieve(context: &Context<'_>, seen: &Seen, plan: &mut Plan) -> bool {
    let heard = |link: &Link| Permissions::of_pair(seen, link).decide_loss();
    let is_missing = |link: &&Link| link.has_activity() && seen.gone.creatio.contains(link.halves.creatio.id());
    let waiting = || seen.links.iter().filter(is_missing).filter(|link| !heard(link));
    if !seen.unreadable || waiting().next().is_none() {
        return false;
    }
    plan.actions.retain(|action| heard(&action.after) || action.before.as_ref().is_some_and(heard));
    plan.links.retain(heard);
    plan.drop.retain(|id| seen.links.iter().any(|link| *link.halves.creatio.id() == *id && heard(link)));
    // whoever is asked about a removal by name is asked enough
    let is_asked = |link: &&Link| {
        let by_name =
            |held: &Held| held.reason == Reason::DeleteAsked && held.id.as_ref() == Some(link.halves[held.side].id());
        plan.held.iter().any(by_name)
    };
    let silent: Vec<&Link> = waiting().filter(|link| !is_asked(link)).collect();
    plan.held.extend(silent.into_iter().map(|link| {
        let is_pending = link.state == LinkState::Pending(Side::Exchange);
        let side = if is_pending { Side::Creatio } else { Side::Exchange };
        held(context, side, link.halves[side].id(), link.halves[side].base.title().to_owned(), Reason::SideEmpty)
    }));
    plan.disbelieves = true;
    true
}

/// Holds what `question` is about and is too much. What it is about and goes on unasked, by the
/// item that a person finds.
fn hold(
    context: &Context<'_>,
    seen: &Seen,
    plan: &mut Plan,
    bare: Option<&Plan>,
    question: &GuardQuestion,
) -> FlatSet<ItemId> {
    let Some(&reason) = question.reasons.first() else { return FlatSet::new() };
    // what a person's word made of the plan is not there without it
    let unasked: Option<FlatSet<&ItemId>> = bare.map(|bare| {
        let such = bare.actions.iter().filter(|action| (question.about)(action));
        such.map(|action| action.after.halves.creatio.id()).collect()
    });
    let named = |action: &Action, known: &dyn Fn(&ItemId, Reason) -> bool| {
        ids(action).into_iter().any(|id| question.reasons.iter().any(|reason| known(id, *reason)))
    };
    let allowed = |action: &Action| {
        question.by_name.is_some_and(|reason| Permissions::of(&seen.answers, ids(action)).allows(reason))
            || named(action, &|id, reason| Permissions::of(&seen.answers, [id, id]).allows(reason))
    };
    let asked = |action: &Action| {
        let asks = unasked.as_ref().is_none_or(|unasked| unasked.contains(action.after.halves.creatio.id()));
        (question.about)(action) && asks && !allowed(action)
    };
    let many = plan.actions.iter().filter(|action| asked(action)).count() > question.limit;
    let waits = |action: &Action| {
        asked(action) && (many || named(action, &|id, reason| seen.guarded.contains(&(id.clone(), reason))))
    };
    let (too_many, rest): (Vec<Action>, Vec<Action>) = std::mem::take(&mut plan.actions).into_iter().partition(waits);
    let going = rest.iter().filter(|action| asked(action)).map(|action| source(action).1.clone()).collect();
    plan.actions = rest;
    plan.held.extend(too_many.into_iter().map(|action| {
        let (side, id) = source(&action);
        held(context, side, id, action.title.clone(), reason)
    }));
    going
}

fn held(context: &Context<'_>, side: Side, id: &ItemId, title: String, reason: Reason) -> Held {
    Held::whole(side, id.clone(), title, reason, context.now)
}

/// The event or task that an action removes although it is not the one of its pair: it stands there
/// a second time. What was asked or said of the pair is not about it.
fn second(action: &Action) -> Option<&ItemId> {
    action.writes.iter().find_map(|(side, op)| match op {
        Op::Delete { id, .. } if is_deletion(action) && *side == Side::Exchange => {
            Some(id).filter(|id| **id != *action.after.halves.exchange.id())
        }
        Op::Create(_) | Op::Update(_) | Op::Delete { .. } => None,
    })
}

/// The items that an action is about.
fn ids(action: &Action) -> [&ItemId; 2] {
    let pair = [action.after.halves.creatio.id(), action.after.halves.exchange.id()];
    second(action).map_or(pair, |second| [second, second])
}

/// The item that a person finds, and its side: where it is, not where it would be created.
fn source(action: &Action) -> (Side, &ItemId) {
    if let Some(second) = second(action) {
        return (Side::Exchange, second);
    }
    let side = match action.step {
        Step::Create(side) | Step::Revive(side) => side.other(),
        Step::Rest
        | Step::Update(_)
        | Step::Delete(_)
        | Step::Merge
        | Step::Adopt
        | Step::Convert(_)
        | Step::Sleep
        | Step::Bury
        | Step::Leave
        | Step::Hold(_) => Side::Creatio,
    };
    (side, action.after.halves[side].id())
}

fn is_creation(action: &Action) -> bool {
    matches!(action.step, Step::Create(_))
}

fn is_deletion(action: &Action) -> bool {
    matches!(action.step, Step::Delete(_))
}

/// What follows from something being gone on one side.
fn is_loss(action: &Action) -> bool {
    matches!(action.step, Step::Delete(_) | Step::Revive(_))
}

fn is_move(action: &Action) -> bool {
    action.writes.iter().any(|(_, op)| match op {
        Op::Update(update) => update.patch.fields.contains(&Field::When),
        Op::Create(_) | Op::Delete { .. } => false,
    })
}

/// A column that rights suddenly hide reads as empty in every row.
fn is_emptying(action: &Action) -> bool {
    action.writes.iter().any(|(side, op)| match op {
        Op::Update(update) => {
            let fields = &update.patch.fields;
            let emptied = |field, old: &str, new: &str| fields.contains(&field) && !old.is_empty() && new.is_empty();
            let (old, new) = (&update.before, &update.patch.record);
            *side == Side::Exchange
                && (emptied(Field::Body, old.text(), new.text()) || emptied(Field::Place, old.place(), new.place()))
        }
        Op::Create(_) | Op::Delete { .. } => false,
    })
}

fn is_of_others(action: &Action) -> bool {
    action.step == Step::Create(Side::Exchange) && !action.after.halves.exchange.facts.involves_me
}
