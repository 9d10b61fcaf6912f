//! What becomes of items that are in no pair.

use crate::engine::action::{Planned, Postponed, Step};
use crate::engine::answer::Choice;
use crate::engine::context::{Context, Seen};
use crate::engine::held::Reason;
use crate::engine::link::Link;
use crate::engine::matches::Match;
use crate::engine::permissions::Permissions;
use crate::engine::settings::ExchangeDelete;
use crate::engine::{actions, decide, identity, original, scope};
use crate::model::{Item, Mark, Pair, Side};

/// What becomes of an Activity to which no event or task belongs; `is_beside`: it was made for an
/// event that is found to be another's.
pub(super) fn activity(context: &Context<'_>, seen: &Seen, item: &Item, is_beside: bool) -> Planned {
    if seen.lost.contains(&item.id) {
        lost(context, seen, item)
    } else if original::is_second(context, seen, item, is_beside) {
        actions::second(context, seen, item)
    } else {
        single(context, seen, Side::Creatio, item)
    }
}

/// What becomes of an event or task; `found` tells what it belongs to, `links` are those of pairs
/// that nothing is written to.
pub(super) fn event(context: &Context<'_>, seen: &Seen, item: &Item, found: &Match, links: &[&Link]) -> Planned {
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
        Match::Surplus(activity) => match links.iter().find(|link| *link.halves.creatio.id() == *activity) {
            Some(link)
                if link.halves.exchange.base == item.record && !item.facts.calls_off()
                    || allowed(Reason::SecondTask) =>
            {
                Planned { action: Some(actions::surplus(link, item)), ..Planned::default() }
            }
            Some(_) => held(Reason::SecondTask),
            // the first of the two is linked or written to in this run; the next one sees to this
            None => Planned {
                next: Some(Postponed { id: item.id.clone(), container: item.container.clone() }),
                ..Planned::default()
            },
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
        Step::Create(_) => {
            let mut planned = actions::create(context, seen, side, item, identity::first_generation(side, item));
            if let Some(action) = planned.action.as_mut().filter(|_| side == Side::Exchange) {
                action.after.memory.instead = original::unread(context, seen, item);
            }
            planned
        }
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
