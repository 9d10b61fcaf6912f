//! Removals: by the delete rules, and of what stands twice or for nothing.

use super::{hold, informed};
use crate::engine::action::{ACTIVITIES, Action, Planned, Step, update};
use crate::engine::answer::Choice;
use crate::engine::context::{Context, Seen};
use crate::engine::fate::{Case, Fate};
use crate::engine::held::Reason;
use crate::engine::link::{Half, Link, LinkState, Memory};
use crate::engine::merge::differences;
use crate::engine::permissions::Permissions;
use crate::engine::settings::CreatioDelete;
use crate::engine::{decide, identity, original};
use crate::flat::FlatSet;
use crate::model::op::{Op, Update};
use crate::model::{ContainerId, Facts, Field, Item, ItemId, Pair, Patch, Record, Side, Status};

/// The delete rule: Creatio marks (or deletes), Exchange moves to Deleted Items; the link stays as
/// a tombstone.
pub(super) fn delete(case: &Case<'_>, side: Side) -> Planned {
    let Case { context, link, fates, .. } = *case;
    // an edit stays on the canceled Activity, whatever the rule
    let edited = decide::has_counting_edit(case, Side::Creatio);
    let marks = side == Side::Creatio && (edited || context.settings.rules.creatio_delete == CreatioDelete::Mark);
    let held =
        if side == Side::Creatio && edited { hold(context, link, fates, Reason::NotRevived).held } else { Vec::new() };
    let mut action = taken_away(link, side, fates, marks);
    action.after.memory.vanished = has_vanished(fates);
    Planned { action: Some(action), held, ..Planned::default() }
}

/// Whether the Activity of a pair that ends was not found, while its counterpart is there.
pub(super) const fn has_vanished(fates: Pair<Fate<'_>>) -> bool {
    matches!((fates.creatio, fates.exchange), (Fate::Gone(None), Fate::Same(_) | Fate::Edited(_)))
}

/// The item of `link` on `side` is deleted, or, if that `marks` it, canceled.
fn taken_away(link: &Link, side: Side, fates: Pair<Fate<'_>>, marks: bool) -> Action {
    let informed = informed(link, fates);
    let now = fates[side].item().map_or(&link.halves[side].base, |item| &item.record);
    let op = if marks {
        let none = Patch { record: now.clone(), fields: FlatSet::new() };
        let update = Update { status: Some(Status::Canceled), ..update(&informed, side, now, none) };
        Op::Update(Box::new(update))
    } else {
        Op::Delete {
            id: link.halves[side].id().clone(),
            container: informed.halves[side].container.clone(),
            version: informed.halves[side].spelled_version(),
            cancels: informed.halves[side].facts.calls_off(),
        }
    };
    Action {
        step: Step::Delete(side),
        title: now.title().to_owned(),
        writes: vec![(side, op)],
        before: Some(as_read(link, side, now)),
        after: Link { state: LinkState::Tombstone, ..informed },
    }
}

/// Removes an item of Exchange that stands a second time for the Activity of `link`.
#[must_use]
pub fn surplus(link: &Link, item: &Item) -> Action {
    let op = Op::Delete {
        id: item.id.clone(),
        container: item.container.clone(),
        version: item.version.clone(),
        cancels: item.facts.calls_off(),
    };
    Action {
        step: Step::Delete(Side::Exchange),
        title: item.record.title().to_owned(),
        writes: vec![(Side::Exchange, op)],
        before: Some(as_read(link, Side::Exchange, &item.record)),
        after: link.clone(),
    }
}

/// Removes the Activity of `link` in whose place another device has created another one, if it is
/// there all the same: two devices were at work at the same time. Only what we made, and as we made
/// it, or by a person's word; it is marked, or deleted where that is the rule and nobody edited it.
#[must_use]
pub fn superseded(context: &Context<'_>, seen: &Seen, link: &Link) -> Planned {
    let Some(item) = seen.items.creatio.get(link.halves.creatio.id()).filter(|item| !item.facts.canceled) else {
        return Planned::default();
    };
    let is_as_made = original::is_as_made(seen, link);
    if item.facts.process && original::is_given_up(seen, link) {
        return Planned::held(context, Side::Creatio, item, Reason::Process);
    }
    if !is_as_made && !original::is_given_up(seen, link) {
        return Planned::held(context, Side::Creatio, item, Reason::Ambiguous);
    }
    let fates = Pair { creatio: Fate::Same(Some(item)), exchange: Fate::Same(None) };
    let marks = !is_as_made || context.settings.rules.creatio_delete != CreatioDelete::Delete;
    let mut action = taken_away(link, Side::Creatio, fates, marks);
    // the event belongs to the other one now
    action.after.halves.exchange.replace_id(Link::foreseen(link.halves.creatio.id()));
    Planned { action: Some(action), ..Planned::default() }
}

/// The Activity of `link`, whose event is lost and has an older one in what took its place: as we
/// made it, it is removed as in [`superseded`]; else the pair comes apart, and a person is asked.
/// Somebody else's is their account's business.
#[must_use]
pub fn gives_way(context: &Context<'_>, seen: &Seen, link: &Link) -> Planned {
    let id = link.halves.creatio.id();
    let read = seen.items.creatio.get(id).cloned();
    let item = read.unwrap_or_else(|| link.halves.creatio.remembered());
    let apart = |planned: Planned| Planned { drop: vec![id.clone()], ..planned };
    if !decide::is_users(context, &item.facts) {
        return apart(Planned::default());
    }
    let unchanged = differences(&link.halves.creatio.base, &item.record).is_subset(&FlatSet::from([Field::Response]));
    if link.made != Some(Side::Creatio) || item.facts.process || !unchanged {
        let planned = second(context, seen, &item);
        let is_settled = planned.action.is_some() || !planned.links.is_empty();
        return if is_settled { planned } else { apart(planned) };
    }
    let fates = Pair { creatio: Fate::Same(Some(&item)), exchange: Fate::Same(None) };
    let marks = context.settings.rules.creatio_delete != CreatioDelete::Delete;
    let mut action = taken_away(link, Side::Creatio, fates, marks);
    action.after.halves.exchange.replace_id(Link::foreseen(id));
    Planned { action: Some(action), ..Planned::default() }
}

/// An Activity that was made for an event which is the counterpart of another one: a person says
/// whether it stays, also of what has ended, as nothing stands twice.
#[must_use]
pub fn second(context: &Context<'_>, seen: &Seen, item: &Item) -> Planned {
    match Permissions::of_item(seen, item).said(Reason::SecondActivity) {
        Some(Choice::Allow) => abandoned(context, item, true),
        Some(Choice::Leave) => abandoned(context, item, false),
        Some(Choice::Take(_)) | None => Planned::held(context, Side::Creatio, item, Reason::SecondActivity),
    }
}

/// The Activity of `link` that a person edited, and beside which the first one is there: they say
/// whether it stays; it does, and the other is left alone.
#[must_use]
pub fn rivalled(context: &Context<'_>, seen: &Seen, link: &Link) -> Planned {
    let first = original::rival(context, seen, link).and_then(|first| seen.items.creatio.get(&first));
    let (Some(first), Some(item)) = (first, seen.items.creatio.get(link.halves.creatio.id())) else {
        return Planned::default();
    };
    match Permissions::of_pair(seen, link).said(Reason::SecondActivity) {
        Some(Choice::Leave) => abandoned(context, first, false),
        Some(Choice::Allow | Choice::Take(_)) | None => {
            Planned::held(context, Side::Creatio, item, Reason::SecondActivity)
        }
    }
}

/// An Activity whose counterpart is gone for a reason that nobody knows, after a person's word: the
/// delete rule is applied to it, or it is left; either way nothing is created from it.
#[must_use]
pub fn abandoned(context: &Context<'_>, item: &Item, removed: bool) -> Planned {
    let (id, record) = (Link::foreseen(&item.id), item.record.clone());
    let exchange = Half::unread(id, ContainerId::from(""), record, Facts::default());
    let link = Link {
        halves: Pair { creatio: Half::of(item), exchange },
        made: None,
        generation: identity::first_generation(Side::Creatio, item),
        state: LinkState::Tombstone,
        unsettled: false,
        former: None,
        memory: Memory::default(),
    };
    if !removed {
        return Planned::put(link);
    }
    if item.facts.process {
        return Planned::held(context, Side::Creatio, item, Reason::Process);
    }
    let marks = context.settings.rules.creatio_delete != CreatioDelete::Delete;
    let fates = Pair { creatio: Fate::Same(Some(item)), exchange: Fate::Gone(None) };
    Planned { action: Some(taken_away(&link, Side::Creatio, fates, marks)), ..Planned::default() }
}

/// An item that we created for an Activity that is gone, after a person's word: it is removed, or
/// left; either way nothing is created from it.
#[must_use]
pub fn orphan(activity: &ItemId, item: &Item, removed: bool) -> Planned {
    let container = ContainerId::from(ACTIVITIES);
    let creatio = Half::unread(activity.clone(), container, item.record.clone(), Facts::default());
    let link = Link {
        halves: Pair { creatio, exchange: Half::of(item) },
        made: Some(Side::Exchange),
        generation: item.facts.mark.as_ref().map_or(0, |mark| mark.generation),
        state: LinkState::Tombstone,
        unsettled: false,
        former: None,
        memory: Memory::default(),
    };
    if removed { Planned { action: Some(surplus(&link, item)), ..Planned::default() } } else { Planned::put(link) }
}

/// An event or task that we marked for an Activity that was canceled, and of which nobody knows the
/// pair any more, after a person's word: it is removed, or left. Either way the pair has come to
/// its end, from which it wakes if the Activity is taken back.
#[must_use]
pub fn ended(context: &Context<'_>, items: Pair<&Item>, removed: bool) -> Planned {
    let link = Link { state: LinkState::Tombstone, ..super::fresh(context, items) };
    if removed {
        Planned { action: Some(surplus(&link, items.exchange)), ..Planned::default() }
    } else {
        Planned::put(link)
    }
}

/// The link as it was, with what `side` was read to hold: the history of a removal tells that.
pub(super) fn as_read(link: &Link, side: Side, now: &Record) -> Link {
    let mut before = link.clone();
    before.halves[side].base = now.clone();
    before
}
