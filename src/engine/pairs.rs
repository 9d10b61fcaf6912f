//! Decides what is done with one linked pair: with one in step as the table says, with one that
//! rests as if it were new once the settings cover it, with one whose creation was not confirmed by
//! what is found of it.

use crate::engine::action::{Planned, Step};
use crate::engine::context::{Context, Seen};
use crate::engine::link::{Link, LinkState, Memory};
use crate::engine::{actions, decide, fold, merge, scope};
use crate::model::{Item, Pair, Side};
pub mod conversion;

pub(super) fn pair(context: &Context<'_>, seen: &Seen, link: &Link, items: Pair<Option<&Item>>) -> Planned {
    if let LinkState::Pending(side) = link.state {
        return pending(context, seen, link, side, items);
    }
    if is_unclear(seen, link) {
        return Planned::default();
    }
    let case = decide::case(context, seen, link, items);
    // its event is a series now, of which no occurrence in the window could take its place
    if seen.series.contains(link.halves.exchange.id()) && link.state != LinkState::Tombstone {
        return actions::linked(&case, Step::Sleep);
    }
    actions::linked(&case, decide::linked(&case))
}

/// Whether a side of a pair that is not in step can't be understood now: it holds something else
/// than its base, so that it is not unchanged. It is read again in every run.
fn is_unclear(seen: &Seen, link: &Link) -> bool {
    let is_bad = |side: Side| seen.malformed[side].iter().any(|bad| bad.id.as_ref() == Some(link.halves[side].id()));
    link.unsettled && Side::BOTH.into_iter().any(is_bad)
}

/// A pair that rests, and is decided as if it were new: it was woken, or the settings cover it now
/// and did not before. What they cover no longer sleeps, to be decided anew once they do. `None`:
/// it goes on as it is.
pub(super) fn renewed(context: &Context<'_>, seen: &Seen, link: &Link, items: Pair<Option<&Item>>) -> Option<Planned> {
    let rests = link.state == LinkState::Undone;
    let asleep = link.state == LinkState::Asleep && link.memory.anew;
    if !rests && !asleep {
        return None;
    }
    let covers = |context: &Context<'_>| {
        let export = items.creatio.is_some_and(|item| scope::exports(context, seen, item));
        export || items.exchange.is_some_and(|item| scope::imports(context, seen, item))
    };
    let covered = covers(context);
    let before = seen.before.as_ref().filter(|before| scope::is_told(before, context.settings));
    let was_covered = before.map_or(covered, |before| {
        let window = before.window(context.now, context.zone);
        covers(&Context { settings: before, window, ..*context })
    });
    let anew = Memory { anew: true, ..link.memory.clone() };
    match (covered, was_covered) {
        (true, _) if link.memory.anew || asleep => anew_pair(context, seen, link, items),
        (true, false) => anew_pair(context, seen, link, items),
        (false, true) if rests => Some(Planned::put(Link { state: LinkState::Asleep, memory: anew, ..link.clone() })),
        (false, _) if asleep => Some(Planned::default()),
        (true | false, true | false) => None,
    }
}

/// A pair decided as if it were new: both are adopted, or what is gone is created again. `None` if
/// a side was not read.
fn anew_pair(context: &Context<'_>, seen: &Seen, link: &Link, items: Pair<Option<&Item>>) -> Option<Planned> {
    let there = Pair::of(|side| items[side].filter(|item| !item.facts.canceled));
    let is_gone = |side: Side| {
        there[side].is_none() && (items[side].is_some() || seen.gone[side].contains(link.halves[side].id()))
    };
    let mut planned = match (there.creatio, there.exchange) {
        (Some(creatio), Some(exchange)) => actions::adopt(context, seen, Pair { creatio, exchange }),
        (Some(item), None) if is_gone(Side::Exchange) && scope::exports(context, seen, item) => {
            actions::create(context, seen, Side::Creatio, item, link.generation + 1)
        }
        (None, Some(item)) if is_gone(Side::Creatio) && scope::imports(context, seen, item) => {
            actions::create(context, seen, Side::Exchange, item, link.generation)
        }
        (Some(_) | None, Some(_) | None) => return None,
    };
    if let Some(action) = planned.action.as_mut().filter(|action| matches!(action.step, Step::Create(_))) {
        let other = *action.after.halves.creatio.id() != *link.halves.creatio.id();
        action.before = Some(link.clone());
        planned.drop.extend(other.then(|| link.halves.creatio.id().clone()));
    }
    Some(planned)
}

/// A creation that was never confirmed: found, it is in step with what was written, or was made by
/// another device from what that one saw, and is merged without a base; not found, it is tried
/// again.
fn pending(context: &Context<'_>, seen: &Seen, link: &Link, side: Side, items: Pair<Option<&Item>>) -> Planned {
    let (made, source) = (items[side], items[side.other()]);
    let is_absent = seen.gone[side].contains(link.halves[side].id());
    match (made, source) {
        // whether it is there is not known: nothing is made beside it
        (None, _) if !is_absent => Planned::default(),
        (None, _) if link.former.is_some() => conversion::again(context, seen, link, source),
        (Some(made), _) => {
            let alive = fold::without_missing(&fold::found(link, side, made), side, made);
            let as_written = merge::differences(&alive.halves[side].base, &made.record).is_empty();
            if let (false, Pair { creatio: Some(creatio), exchange: Some(exchange) }) = (as_written, items) {
                return actions::adopt(context, seen, Pair { creatio, exchange });
            }
            let case = decide::case(context, seen, &alive, items);
            let mut planned = actions::linked(&case, decide::linked(&case));
            if planned.links.is_empty() && planned.action.is_none() {
                planned.links.push(alive);
            }
            planned
        }
        (None, Some(source)) if decide::alone(context, seen, side.other(), source) == Step::Create(side) => {
            // the id stays: what was sent may be hidden, and the event may have a UID since
            let id = link.halves.creatio.id().clone();
            let mut planned = actions::create_as(context, seen, side.other(), source, link.generation, Some(id));
            if let Some(action) = &mut planned.action {
                action.after.memory.taken = link.memory.taken;
                action.after.memory.instead.clone_from(&link.memory.instead);
                // as if it were told only now: what was sent does not bear it
                action.after.halves.exchange.facts.uid.clone_from(&link.halves.exchange.facts.uid);
            }
            planned
        }
        (None, Some(_) | None) => Planned::dropped(link),
    }
}
