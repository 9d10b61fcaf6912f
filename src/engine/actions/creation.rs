//! Creations: what is new on a side, comes back there, or is made anew in the other kind.

use super::removal::as_read;
use super::{ACTIVITIES, Planned, informed, named, update};
use crate::engine::decide::{self, Fate, Step};
use crate::engine::link::{Link, LinkState, Reason};
use crate::engine::plan::Action;
use crate::engine::settings::Notify;
use crate::engine::{Context, Seen, identity, merge, project, scope};
use crate::model::{
    Body, ContainerId, Facts, Field, Importance, Item, Kind, Meeting, Pair, Patch, Person, Record, Reminder, Response,
    Side, Status, Task, Version,
};
use crate::ports::{Create, Op, Update};
use std::collections::BTreeSet;

/// Creates on the other side what `item` of side `from` is, in this generation.
#[must_use]
pub fn create(context: &Context<'_>, seen: &Seen, (from, item): (Side, &Item), generation: u32) -> Planned {
    let side = from.other();
    let goes = Item { record: shown(context, from, item), ..item.clone() };
    let Some(creation) = creation(context, seen, (from, &goes), generation) else {
        return Planned::held(context, from, item, Reason::NoTarget);
    };
    let after = pending(side, (item, goes.record), &creation, generation);
    let mut planned = uninvited(context, seen, (from, item));
    planned.action = Some(Action {
        step: Step::Create(side),
        title: item.record.title().to_owned(),
        writes: remark(context, (from, item), &after)
            .into_iter()
            .chain([(side, Op::Create(Box::new(creation)))])
            .chain(label(context, seen, item, &after).filter(|_| from == Side::Exchange))
            .collect(),
        before: None,
        after,
    });
    planned
}

/// What of `item` may go to the other side: fields that may not are as if they were empty, and whoever may not be invited is not there. Both are
/// no part of the base, so that they still go over once they may.
fn shown(context: &Context<'_>, from: Side, item: &Item) -> Record {
    let mut record = item.record.clone();
    let empty = empty(&record);
    for field in merge::fields(record.kind()) {
        if *field != Field::When && !context.settings.fields.of(*field).lets(from) {
            merge::copy(*field, &empty, &mut record);
        }
    }
    if let (Side::Creatio, Record::Meeting(meeting)) = (from, &mut record) {
        let invites = context.settings.rules.notify == Notify::Always && is_own(context, item);
        meeting.people.retain(|one| invites && project::invitation(context, one).is_some());
    }
    record
}

/// A record of the same kind and time with nothing else in it.
fn empty(record: &Record) -> Record {
    match record {
        Record::Meeting(meeting) => Record::Meeting(Meeting {
            title: String::new(),
            when: meeting.when,
            place: String::new(),
            body: Body::default(),
            importance: Importance::default(),
            reminder: Reminder::Off,
            people: Vec::new(),
            response: Response::default(),
        }),
        Record::Task(task) => Record::Task(Task {
            title: String::new(),
            when: task.when,
            body: Body::default(),
            importance: Importance::default(),
            reminder: None,
            status: Status::NotStarted,
        }),
    }
}

/// Whether the Activity is the user's: only then people are invited, who are invited in the user's name.
fn is_own(context: &Context<'_>, item: &Item) -> bool {
    item.facts.owner.as_ref().is_none_or(|owner| *owner == context.account.contact)
}

/// The note of who was not invited to a new event.
fn uninvited(context: &Context<'_>, seen: &Seen, (from, item): (Side, &Item)) -> Planned {
    let reason = match context.settings.rules.notify {
        Notify::Never => Reason::NotInvited,
        Notify::Ask => Reason::WouldInvite,
        Notify::Always => return Planned::default(),
    };
    let (Side::Creatio, Record::Meeting(meeting)) = (from, &item.record) else { return Planned::default() };
    let goes = context.settings.fields.people.lets(from) && is_own(context, item);
    let people = meeting.people.iter().filter_map(|one| project::invited(context, seen, one).filter(|_| goes));
    let people: Vec<Person> = people.collect();
    if people.is_empty() {
        return Planned::default();
    }
    let mut planned = Planned::held(context, from, item, reason);
    for held in &mut planned.held {
        held.detail = named(&people);
    }
    planned
}

/// An Activity of a later generation does not follow from its event or task: that is marked with it, before it is created.
fn remark(context: &Context<'_>, (from, item): (Side, &Item), after: &Link) -> Option<(Side, Op)> {
    (from == Side::Exchange && after.generation > 0).then(|| marking(context, item, after))
}

/// A task that was not made by us is marked once its Activity is there, if the user exports at all: it shows the way to the Activity, and is known by it
/// after it moved to another list, where it has another id. What others see in their list is left alone, and so is a recurring task: the mark
/// would go over to its next instance.
fn label(context: &Context<'_>, seen: &Seen, task: &Item, after: &Link) -> Option<(Side, Op)> {
    let is_own = seen.containers.iter().any(|container| container.id == task.container && container.own);
    let is_first = task.record.kind() == Kind::Task && after.generation == 0;
    let needed = is_first && context.settings.export.on && is_own && !task.facts.recurring;
    needed.then(|| marking(context, task, after))
}

/// The adoption of `task`, which has no mark yet, with that: in one write with what else is written to it.
pub(super) fn labelled(context: &Context<'_>, seen: &Seen, task: &Item, mut planned: Planned) -> Planned {
    let after = planned.action.as_ref().map(|action| &action.after).or(planned.links.first());
    let marking = after.filter(|_| task.facts.mark.is_none()).and_then(|after| label(context, seen, task, after));
    let Some((side, Op::Update(marking))) = marking else { return planned };
    if let Some(action) = planned.adopting(task.record.title()) {
        match action.writes.iter_mut().find(|(to, _)| *to == side) {
            Some((_, Op::Update(update))) => update.mark = marking.mark,
            Some((_, Op::Create(_) | Op::Delete { .. })) | None => action.writes.push((side, Op::Update(marking))),
        }
    }
    planned
}

/// The marking of `item` with the Activity of `after`.
fn marking(context: &Context<'_>, item: &Item, after: &Link) -> (Side, Op) {
    let mark = identity::mark(&after.ids.creatio, context.account, after.generation);
    let none = Patch { record: item.record.clone(), fields: BTreeSet::new() };
    let update = Update { mark: Some(mark), ..update(after, Side::Exchange, &item.record, none) };
    (Side::Exchange, Op::Update(Box::new(update)))
}

/// The new item on the other side; `None` if there is nowhere to put it.
fn creation(context: &Context<'_>, seen: &Seen, (from, item): (Side, &Item), generation: u32) -> Option<Create> {
    let mut record = project::project(context, seen, from, (&item.record, None));
    let kind = record.kind();
    match from {
        Side::Exchange => Some(Create {
            id: Some(identity::activity(item, context.account, generation)),
            container: ContainerId::from(ACTIVITIES),
            facts: Facts {
                uid: item.facts.uid.clone(),
                status: Some(decide::first_status(context, item)),
                owner: Some(context.account.contact.clone()),
                mine: true,
                ..Facts::default()
            },
            record,
        }),
        Side::Creatio => {
            if !item.facts.mine {
                silence(&mut record);
            }
            Some(Create {
                id: None,
                container: scope::target(context, seen, kind)?.id.clone(),
                facts: Facts {
                    mark: Some(identity::mark(&item.id, context.account, generation)),
                    transaction: identity::knows_transactions(kind)
                        .then(|| identity::transaction(&item.id, context.account, generation)),
                    mine: item.facts.mine,
                    ..Facts::default()
                },
                record,
            })
        }
    }
}

/// Activities of others are exported without a reminder.
fn silence(record: &mut Record) {
    match record {
        Record::Meeting(meeting) => meeting.reminder = Reminder::Off,
        Record::Task(task) => task.reminder = None,
    }
}

/// The link of a creation that is not yet confirmed: `item`, what of it may be shown, and what was created for that on `side`.
fn pending(side: Side, (item, shown): (&Item, Record), creation: &Create, generation: u32) -> Link {
    let id = creation.id.clone().unwrap_or_else(|| Link::foreseen(&item.id));
    let mut link = Link {
        ids: Pair::of(|s| if s == side { id.clone() } else { item.id.clone() }),
        containers: Pair::of(|s| if s == side { creation.container.clone() } else { item.container.clone() }),
        base: Pair::of(|s| if s == side { creation.record.clone() } else { item.record.clone() }),
        versions: Pair::of(|s| if s == side { Version::new("") } else { item.version.clone() }),
        facts: Pair::default(),
        made: Some(side),
        generation,
        state: LinkState::Pending(side),
        unsettled: shown != item.record,
    };
    link.base[side.other()] = shown;
    link.facts[side] = creation.facts.clone();
    link.facts[side.other()] = item.facts.clone();
    link
}

/// Creates again on `side` what was deleted there and edited on the other.
pub(super) fn revive(
    context: &Context<'_>,
    seen: &Seen,
    link: &Link,
    (side, fates): (Side, Pair<Fate<'_>>),
) -> Planned {
    let Some(item) = fates[side.other()].item() else { return Planned::default() };
    let mut planned = create(context, seen, (side.other(), item), link.generation + 1);
    if let Some(action) = &mut planned.action {
        action.step = Step::Revive(side);
        action.before = Some(link.clone());
    }
    if side == Side::Creatio && planned.action.is_some() {
        planned.drop.push(link.ids.creatio.clone()); // the new Activity has another id
    }
    planned
}

/// Creates the new kind on `side`, then removes the old item there.
pub(super) fn convert(
    context: &Context<'_>,
    seen: &Seen,
    link: &Link,
    (side, fates): (Side, Pair<Fate<'_>>),
) -> Planned {
    let Some(item) = fates[side.other()].item() else { return Planned::default() };
    let mut planned = create(context, seen, (side.other(), item), link.generation + 1);
    if let Some(action) = &mut planned.action {
        action.step = Step::Convert(side);
        action.before = Some(as_read(link, side, fates[side].item().map_or(&link.base[side], |item| &item.record)));
        let old = informed(link, fates);
        action.writes.push((
            side,
            Op::Delete {
                id: old.ids[side].clone(),
                container: old.containers[side].clone(),
                version: old.versions[side].clone(),
                cancels: old.facts[side].calls_off(),
            },
        ));
    }
    planned
}
