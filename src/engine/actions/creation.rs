//! Creations: what is new on a side, comes back there, or is made anew in the other kind.

use super::informed;
use super::removal::as_read;
use crate::engine::action::{ACTIVITIES, Action, Note, Planned, Step, update};
use crate::engine::context::{Context, Seen};
use crate::engine::fate::Case;
use crate::engine::field_policy;
use crate::engine::held::{Held, HeldField, Reason};
use crate::engine::link::{Half, Link, LinkState, Memory};
use crate::engine::permissions::{Notes, Permissions};
use crate::engine::settings::Notify;
use crate::engine::{decide, identity, merge, project, scope};
use crate::flat::FlatSet;
use crate::model::op::{Create, Op, Update};
use crate::model::{
    Body, ContainerId, Facts, Field, FieldValue, Importance, Item, ItemId, Kind, Meeting, Pair, Patch, Person, Record,
    Reminder, Response, Side, Status, Task,
};

/// Creates on the other side what `item` of side `from` is, in this generation.
#[must_use]
pub fn create(context: &Context<'_>, seen: &Seen, from: Side, item: &Item, generation: u32) -> Planned {
    create_as(context, seen, from, item, generation, None)
}

/// The same; an Activity gets `id`, if that does not follow from the item.
#[must_use]
pub fn create_as(
    context: &Context<'_>,
    seen: &Seen,
    from: Side,
    item: &Item,
    generation: u32,
    id: Option<ItemId>,
) -> Planned {
    let side = from.other();
    let guests = guests(context, seen, from, item);
    let notes = Permissions::of_item(seen, item).notes(context);
    let mut shown = shown(context, from, item, &guests);
    let has_text = from == Side::Creatio && !shown.text().is_empty() && notes != Notes::Open;
    let whole = shown.clone();
    if has_text && !guests.go.is_empty() {
        merge::copy(Field::Body, &empty(&shown), &mut shown);
    }
    let goes = Item { record: shown, ..item.clone() };
    let Some(mut creation) = creation(context, seen, from, &goes, generation) else {
        return Planned::held(context, from, item, Reason::NoTarget);
    };
    creation.id = id.filter(|_| from == Side::Exchange).or(creation.id);
    let mut after = pending(side, item, goes.record, &creation, generation);
    if notes == Notes::Left {
        merge::copy(Field::Body, &whole, &mut after.halves.creatio.base);
    }
    let addresses = guests.stay.iter().filter_map(|one| one.addresses.first().cloned());
    after.memory = Memory {
        uninvited: addresses.collect(),
        carried: guests.carried,
        waited: context.settings.rules.notify == Notify::Always && !guests.asks.is_empty(),
        text: Some(from),
        ..Memory::default()
    };
    let mut planned = Planned::default();
    if !guests.asks.is_empty() {
        planned.held.push(waits(context, item, Reason::WouldInvite, HeldField::people(guests.asks.clone())));
    }
    if has_text && notes == Notes::Asked && !(guests.asks.is_empty() && guests.go.is_empty()) {
        let text = HeldField {
            field: Field::Body,
            values: Pair { creatio: FieldValue::of(Field::Body, &whole), exchange: None },
        };
        planned.held.push(waits(context, item, Reason::InsideNotes, text));
    }
    if !guests.stay.is_empty() && !guests.carried {
        planned.notes.insert(Note::Uninvited);
    }
    planned.action = Some(Action {
        step: Step::Create(side),
        title: item.record.title().to_owned(),
        writes: remark(context, from, item, &after)
            .into_iter()
            .chain([(side, Op::Create(Box::new(creation)))])
            .chain(label(context, seen, item, &after).filter(|_| from == Side::Exchange))
            .collect(),
        before: None,
        after,
    });
    planned
}

/// A field of a new item that waits for a person's word.
fn waits(context: &Context<'_>, item: &Item, reason: Reason, field: HeldField) -> Held {
    Held {
        fields: vec![field],
        ..Held::whole(Side::Creatio, item.id.clone(), item.record.title(), reason, context.now)
    }
}

/// Whom a new event would invite.
#[derive(Default)]
struct Guests {
    /// They are invited with it.
    go: Vec<Person>,
    /// They wait for a person's word.
    asks: Vec<Person>,
    /// They are not invited, and nobody is asked.
    stay: Vec<Person>,
    /// They are invited from another account of the user.
    carried: bool,
}

fn guests(context: &Context<'_>, seen: &Seen, from: Side, item: &Item) -> Guests {
    let (Side::Creatio, Record::Meeting(meeting)) = (from, &item.record) else { return Guests::default() };
    let own = context.settings.fields.people.lets(from) && decide::is_users(context, &item.facts);
    let people =
        meeting.people.iter().filter(|_| own).filter_map(|one| project::invited(context, seen, one).map(|_| one));
    let people: Vec<Person> = people.cloned().collect();
    let carried = seen.elsewhere.get(&item.id).is_some_and(|there| there.first);
    let allowed = Permissions::of_item(seen, item).allows(Reason::WouldInvite);
    let none = Guests { carried, ..Guests::default() };
    match field_policy::notify(context, seen, Some(item), None) {
        _ if carried || scope::is_past(context, &item.record) => Guests { stay: people, ..none },
        Notify::Never => Guests { stay: people, ..none },
        Notify::Ask if allowed => Guests { go: people, ..none },
        Notify::Ask => Guests { asks: people, ..none },
        Notify::Always => Guests { go: people, ..none },
    }
}

/// What of `item` may go to the other side: fields that may not are as if they were empty, and
/// whoever is not invited is not there. Both are no part of the base, so that they still go over
/// once they may.
fn shown(context: &Context<'_>, from: Side, item: &Item, guests: &Guests) -> Record {
    let mut record = item.record.clone();
    let empty = empty(&record);
    for field in merge::fields(record.kind()) {
        if *field != Field::When && !context.settings.fields.of(*field).lets(from) {
            merge::copy(*field, &empty, &mut record);
        }
    }
    if let (Side::Creatio, Record::Meeting(meeting)) = (from, &mut record) {
        meeting.people.clone_from(&guests.go);
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

/// An Activity of a later generation does not follow from its event or task: that is marked with
/// it, before it is created.
fn remark(context: &Context<'_>, from: Side, item: &Item, after: &Link) -> Option<(Side, Op)> {
    (from == Side::Exchange && after.generation > 0).then(|| marking(context, item, after))
}

/// A task that was not made by us is marked once its Activity is there, if the user exports at all:
/// it shows the way to the Activity, and is known by it after it moved to another list, where it
/// has another id. What others see in their list is left alone, and so is a recurring task: the
/// mark would go over to its next instance.
fn label(context: &Context<'_>, seen: &Seen, task: &Item, after: &Link) -> Option<(Side, Op)> {
    let is_own = seen.containers.iter().any(|container| container.id == task.container && container.own);
    let is_first = task.record.kind() == Kind::Task && after.generation == 0;
    let needed = is_first && context.settings.export.on && is_own && !task.facts.recurring;
    needed.then(|| marking(context, task, after))
}

/// The adoption of `task`, which has no mark yet, with that: in one write with what else is written
/// to it.
pub(super) fn labelled(context: &Context<'_>, seen: &Seen, task: &Item, mut planned: Planned) -> Planned {
    let after = planned.action.as_ref().map(|action| &action.after).or(planned.links.first());
    let marking = after.filter(|_| task.facts.mark.is_none()).and_then(|after| label(context, seen, task, after));
    if let Some((side, op)) = marking {
        hang(&mut planned, task, side, op);
    }
    planned
}

/// Adds a `marking` of `item` to the action of an adoption.
fn hang(planned: &mut Planned, item: &Item, side: Side, marking: Op) {
    let (Op::Update(marking), Some(action)) = (marking, planned.adopting(item.record.title())) else { return };
    match action.writes.iter_mut().find(|(to, _)| *to == side) {
        Some((_, Op::Update(update))) => update.mark = marking.mark,
        Some((_, Op::Create(_) | Op::Delete { .. })) | None => action.writes.push((side, Op::Update(marking))),
    }
}

/// Links an event or task to the Activity for which another one stood in, or which stands in for
/// `instead`. A mark of that is replaced, by one that every device takes for the later word.
#[must_use]
pub fn reunite(context: &Context<'_>, seen: &Seen, items: Pair<&Item>, instead: Option<&ItemId>) -> Planned {
    let mut planned = super::adopt(context, seen, items);
    if let Some(instead) = instead {
        let links = planned.action.iter_mut().map(|action| &mut action.after).chain(&mut planned.links);
        links.for_each(|link| link.memory.instead = Some(instead.clone()));
    }
    let mark = items.exchange.facts.mark.as_ref().filter(|mark| mark.site == context.account.site);
    let Some(mark) = mark.filter(|mark| mark.activity != items.creatio.id) else { return planned };
    if let Some(action) = planned.adopting(items.creatio.record.title()) {
        action.after.generation = mark.generation + 1;
        let (side, op) = marking(context, items.exchange, &action.after);
        hang(&mut planned, items.exchange, side, op);
    }
    planned
}

/// The marking of a linked task that has no mark, since nothing was exported when it was imported.
#[must_use]
pub fn late_mark(context: &Context<'_>, seen: &Seen, link: &Link, task: &Item) -> Option<Action> {
    let bare =
        task.facts.mark.is_none() && link.halves.exchange.facts.mark.is_none() && link.made == Some(Side::Creatio);
    let mut after = link.clone();
    after.halves.exchange.set_version(task.version.clone());
    after.halves.exchange.container = task.container.clone();
    let write = label(context, seen, task, &after).filter(|_| bare)?;
    after.halves.exchange.facts.mark = Some(identity::mark(link.halves.creatio.id(), context.account, link.generation));
    Some(Action {
        step: Step::Update(Side::Exchange),
        title: task.record.title().to_owned(),
        writes: vec![write],
        before: Some(link.clone()),
        after,
    })
}

/// The marking of `item` with the Activity of `after`.
fn marking(context: &Context<'_>, item: &Item, after: &Link) -> (Side, Op) {
    let mark = identity::mark(after.halves.creatio.id(), context.account, after.generation);
    let none = Patch { record: item.record.clone(), fields: FlatSet::new() };
    let update = Update { mark: Some(mark), ..update(after, Side::Exchange, &item.record, none) };
    (Side::Exchange, Op::Update(Box::new(update)))
}

/// The new item on the other side; `None` if there is nowhere to put it.
fn creation(context: &Context<'_>, seen: &Seen, from: Side, item: &Item, generation: u32) -> Option<Create> {
    let mut record = project::project(context, seen, from, &item.record, None);
    let kind = record.kind();
    match from {
        Side::Exchange => Some(Create {
            id: Some(identity::activity(item, context.account, generation)),
            container: ContainerId::from(ACTIVITIES),
            facts: Facts {
                // what is private is looked up by no UID: a colleague's copy of the same meeting is
                // the real one
                uid: item.facts.uid.clone().filter(|_| !item.facts.private),
                status: Some(decide::first_status(context, item)),
                owner: Some(context.account.contact.clone()),
                involves_me: true,
                ..Facts::default()
            },
            record,
        }),
        Side::Creatio => {
            // somebody else's: the user neither owns it nor takes part, or nobody owns it
            let others = !item.facts.involves_me || item.facts.owner.is_none();
            if others {
                silence(&mut record);
            }
            Some(Create {
                id: None,
                container: scope::target(context, seen, kind)?.id.clone(),
                facts: Facts {
                    mark: Some(identity::mark(&item.id, context.account, generation)),
                    transaction: identity::knows_transactions(kind)
                        .then(|| identity::transaction(&item.id, context.account, generation)),
                    involves_me: !others,
                    free: others,
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

/// The link of a creation that is not yet confirmed: `item`, what of it may be shown, and what was
/// created for that on `side`.
fn pending(side: Side, item: &Item, shown: Record, creation: &Create, generation: u32) -> Link {
    let id = creation.id.clone().unwrap_or_else(|| Link::foreseen(&item.id));
    let created = Half::unread(id, creation.container.clone(), creation.record.clone(), creation.facts.clone());
    let unsettled = shown != item.record;
    let source = Half { base: shown, ..Half::of(item) };
    Link {
        halves: Pair::of(|s| if s == side { created.clone() } else { source.clone() }),
        made: Some(side),
        generation,
        state: LinkState::Pending(side),
        unsettled,
        former: None,
        memory: Memory::default(),
    }
}

/// Creates again on `side` what was deleted there and edited on the other.
pub(super) fn revive(case: &Case<'_>, side: Side) -> Planned {
    let Case { context, seen, link, .. } = *case;
    let Some(item) = case.item(side.other()) else { return Planned::default() };
    let gone = link.halves.creatio.id();
    let id = (item.record.kind() == Kind::Task).then(|| identity::again(gone));
    let mut planned = create_as(context, seen, side.other(), item, link.generation + 1, id);
    if let Some(action) = &mut planned.action {
        action.step = Step::Revive(side);
        action.before = Some(link.clone());
        if side == Side::Creatio {
            let first = link.memory.instead.as_ref().unwrap_or(link.halves.creatio.id());
            action.after.memory.instead = Some(first.clone());
            name_as_first(link, action);
        }
    }
    if side == Side::Creatio && planned.action.is_some() {
        planned.drop.push(link.halves.creatio.id().clone()); // the new Activity has another id
    }
    planned
}

/// The Activity that is made in place of that of `link` bears the UID of that, by which the user's
/// other mailboxes find it: their events have other UIDs.
fn name_as_first(link: &Link, action: &mut Action) {
    let Some(first) = &link.halves.creatio.facts.uid else { return };
    let created = action.writes.iter_mut().find_map(|(_, op)| match op {
        Op::Create(creation) => Some(creation),
        Op::Update(_) | Op::Delete { .. } => None,
    });
    if let Some(uid) = created.and_then(|creation| creation.facts.uid.as_mut()) {
        uid.clone_from(first);
        action.after.halves.creatio.facts.uid = Some(first.clone());
    }
}

/// Creates the new kind on `side`, then removes the old item there; the pair as it was is kept
/// until both are confirmed.
#[must_use]
pub fn convert(case: &Case<'_>, side: Side) -> Planned {
    let Case { context, seen, link, fates } = *case;
    let Some(item) = case.item(side.other()) else { return Planned::default() };
    let mut planned = create(context, seen, side.other(), item, link.generation + 1);
    if let Some(action) = &mut planned.action {
        action.step = Step::Convert(side);
        action.before = Some(as_read(link, side, case.record(side)));
        let old = informed(link, fates);
        action.after.former = Some(Box::new(old.clone()));
        action.writes.push((
            side,
            Op::Delete {
                id: old.halves[side].id().clone(),
                container: old.halves[side].container.clone(),
                version: old.halves[side].spelled_version(),
                cancels: old.halves[side].facts.calls_off(),
            },
        ));
    }
    planned
}
