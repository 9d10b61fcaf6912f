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

/// Takes out of `plan` what is too much, and holds it by name.
pub fn check(context: &Context<'_>, seen: &Seen, plan: &mut Plan) {
    let limit = limit(seen.total);
    let empty = Side::BOTH.into_iter().any(|side| seen.empty[side]) && seen.total > FEW;
    hold(
        context,
        plan,
        if empty { 0 } else { limit },
        (is_deletion, if empty { Reason::SideEmpty } else { Reason::ManyDeletions }),
    );
    hold(context, plan, limit, (is_move, Reason::ManyMoves));
    hold(context, plan, OTHERS, (is_of_others, Reason::ManyOfOthers));
}

fn hold(context: &Context<'_>, plan: &mut Plan, limit: usize, (kind, reason): (fn(&Action) -> bool, Reason)) {
    if plan.actions.iter().filter(|action| kind(action)).count() <= limit {
        return;
    }
    let (too_many, rest) = std::mem::take(&mut plan.actions).into_iter().partition(kind);
    plan.actions = rest;
    let held: Vec<Action> = too_many;
    plan.held.extend(held.into_iter().map(|action| Held {
        side: Side::Creatio,
        id: Some(action.after.ids.creatio),
        title: action.title,
        reason,
        detail: String::new(),
        fields: Vec::new(),
        since: context.now,
    }));
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
