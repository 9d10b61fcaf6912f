//! A conversion that was cut off (docs/rules.md, "Conversion"): the new item is created, and only
//! then the old one is removed. Until both are confirmed the link keeps the pair as it was, by
//! which the next run goes on from wherever the last one ended.

use crate::engine::action::{Action, Planned, Step};
use crate::engine::answer::Choice;
use crate::engine::context::{Context, Seen};
use crate::engine::held::{Held, Reason};
use crate::engine::link::Link;
use crate::engine::merge::differences;
use crate::engine::permissions::Permissions;
use crate::engine::{actions, decide};
use crate::model::op::Op;
use crate::model::{Item, Pair, Side};

/// The new item was surely not created: it is tried again, or, if the Activity is of the old kind
/// again or gone, all is as before.
#[must_use]
pub fn again(context: &Context<'_>, seen: &Seen, link: &Link, source: Option<&Item>) -> Planned {
    let Some(former) = link.former.as_deref() else { return Planned::default() };
    let items = Pair { creatio: source, exchange: seen.items.exchange.get(former.halves.exchange.id()) };
    if source.is_some_and(|item| item.record.kind() == link.kind() && !item.facts.canceled) {
        return actions::convert(&decide::case(context, seen, former, items), Side::Exchange);
    }
    let mut planned = super::pair(context, seen, former, items);
    if planned.links.is_empty() && planned.action.is_none() {
        planned.links.push(former.clone());
    }
    planned
}

/// `planned`, which is for `link`, with the removal of the item that its conversion left behind,
/// unless a person edited that meanwhile. What is written to the pair otherwise goes first.
#[must_use]
pub fn finished(context: &Context<'_>, seen: &Seen, link: &Link, mut planned: Planned) -> Planned {
    let now = planned.links.last().unwrap_or(link).clone();
    let Some(former) = now.former.as_deref().filter(|_| planned.action.is_none() && !now.is_pending()) else {
        return planned;
    };
    let after = Link { former: former.former.clone(), ..now.clone() };
    let id = former.halves.exchange.id();
    match seen.items.exchange.get(id) {
        Some(item) => {
            let asked = [now.halves.creatio.id(), id];
            let edited =
                !differences(&former.halves.exchange.base, &item.record).is_empty() || item.facts.attendees > 0;
            match Permissions::of(&seen.answers, asked).said(Reason::ConvertAsked) {
                Some(Choice::Leave) => planned.links = vec![after],
                None | Some(Choice::Take(_)) if edited => {
                    planned.held.push(Held::whole(
                        Side::Exchange,
                        id.clone(),
                        item.record.title(),
                        Reason::ConvertAsked,
                        context.now,
                    ));
                }
                Some(Choice::Allow | Choice::Take(_)) | None => planned.action = Some(removal(former, item, after)),
            }
        }
        None if seen.gone.exchange.contains(id) => planned.links = vec![after],
        None => {} // whether it is there is not known
    }
    planned
}

/// The second half of the conversion: the old item is removed.
fn removal(former: &Link, item: &Item, after: Link) -> Action {
    let op = Op::Delete {
        id: item.id.clone(),
        container: item.container.clone(),
        version: item.version.clone(),
        cancels: item.facts.calls_off(),
    };
    let mut before = former.clone();
    before.halves.exchange.base = item.record.clone();
    Action {
        step: Step::Convert(Side::Exchange),
        title: item.record.title().to_owned(),
        writes: vec![(Side::Exchange, op)],
        before: Some(before),
        after,
    }
}
