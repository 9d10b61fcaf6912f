//! The guard: what is too much to be done without a person's word. It holds the writes in question, never the rest of the plan.

use super::decide::Step;
use super::link::{Held, Reason};
use super::plan::{Action, Plan};
use super::{Context, Seen};
use crate::model::{Field, Side};
use crate::ports::Op;

/// How many deletions (or moved starts) one run may do without asking: 10 % of the links, at least 10, at most 50.
#[must_use]
pub fn limit(links: usize) -> usize {
    (links / 10).clamp(10, 50)
}

/// Activities of other people that are exported without asking.
pub const OTHERS: usize = 50;
/// Links from which on an empty side is suspicious.
const FEW: usize = 3;

/// New items outside a full comparison that are created without asking.
pub const CREATIONS: usize = 100;

/// One question of the guard.
struct Question {
    /// Which actions it is about.
    about: fn(&Action) -> bool,
    /// How many are done without asking.
    limit: usize,
    /// Why they are held.
    reason: Reason,
}

/// Takes out of `plan` what is too much, and holds it by name. What a person allowed is neither held nor counted.
pub fn check(context: &Context<'_>, seen: &Seen, plan: &mut Plan) {
    let limit = limit(seen.total);
    let empty = Side::BOTH.into_iter().any(|side| seen.empty[side]) && seen.total > FEW;
    let deletions = if empty {
        Question { about: is_deletion, limit: 0, reason: Reason::SideEmpty }
    } else {
        Question { about: is_deletion, limit: limit.saturating_sub(seen.deletions), reason: Reason::ManyDeletions }
    };
    let creations = if seen.full { usize::MAX } else { CREATIONS };
    for question in [
        deletions,
        Question { about: is_move, limit, reason: Reason::ManyMoves },
        Question { about: is_of_others, limit: OTHERS, reason: Reason::ManyOfOthers },
        Question { about: is_creation, limit: creations, reason: Reason::ManyCreations },
    ] {
        hold(context, seen, plan, &question);
    }
}

fn hold(context: &Context<'_>, seen: &Seen, plan: &mut Plan, question: &Question) {
    let asked = |action: &Action| {
        let ids = &action.after.ids;
        (question.about)(action) && !seen.answers.allow([&ids.creatio, &ids.exchange], question.reason)
    };
    if plan.actions.iter().filter(|action| asked(action)).count() <= question.limit {
        return;
    }
    let (too_many, rest): (Vec<Action>, Vec<Action>) = std::mem::take(&mut plan.actions).into_iter().partition(asked);
    plan.actions = rest;
    plan.held.extend(too_many.into_iter().map(|action| {
        let side = source(&action);
        Held {
            side,
            id: Some(action.after.ids[side].clone()),
            title: action.title,
            reason: question.reason,
            detail: String::new(),
            fields: Vec::new(),
            values: Vec::new(),
            since: context.now,
        }
    }));
}

/// The side on which a person finds the item: where it is, not where it would be created.
fn source(action: &Action) -> Side {
    match action.step {
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
    }
}

fn is_creation(action: &Action) -> bool {
    matches!(action.step, Step::Create(_))
}

fn is_deletion(action: &Action) -> bool {
    matches!(action.step, Step::Delete(_))
}

fn is_move(action: &Action) -> bool {
    action.writes.iter().any(|(_, op)| match op {
        Op::Update(update) => update.patch.fields.contains(&Field::When),
        Op::Create(_) | Op::Delete { .. } => false,
    })
}

fn is_of_others(action: &Action) -> bool {
    action.step == Step::Create(Side::Exchange) && !action.after.facts.exchange.mine
}
