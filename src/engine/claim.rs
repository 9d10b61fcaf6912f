//! The organizer's own account becomes Owner of an Activity that a colleague's account imported
//! before it, once: when the two are linked (docs/rules.md, "Who writes"). Later on nobody's Owner
//! is changed, and never one that a person has set.

use crate::engine::action::{Action, Planned, update};
use crate::engine::context::Context;
use crate::engine::link::Link;
use crate::engine::{identity, scope};
use crate::flat::FlatSet;
use crate::model::op::{Op, Update};
use crate::model::{Facts, Field, Item, Kind, Pair, Patch, Person, Record, Response, Role, Side, person};

/// Whether the user becomes Owner of the Activity that stands for their own meeting: a colleague's
/// account imported it before, and is its Owner only by that. Ours have their Author as Owner until
/// a person sets another.
#[must_use]
pub fn claims(context: &Context<'_>, items: Pair<&Item>) -> bool {
    let Facts { owner, author, process, .. } = &items.creatio.facts;
    let kind = items.exchange.record.kind();
    let imported = kind == Kind::Meeting && identity::is_ours(&items.creatio.id);
    let organizes = !items.exchange.facts.organized_by_other && !items.exchange.facts.private;
    let untouched = owner.is_some() && owner == author && owner.as_ref() != Some(&context.account.contact);
    scope::import(context.settings, kind).on && imported && organizes && untouched && !process
}

/// The Activity as it is once the user owns it.
#[must_use]
pub fn owned(context: &Context<'_>, item: &Item) -> Item {
    let mut item = item.clone();
    item.facts.owner = Some(context.account.contact.clone());
    item.facts.involves_me = true;
    item
}

/// Adds to `planned`, which links `item`, that the user becomes its Owner. Who was it stays as a
/// participant.
pub fn claim(context: &Context<'_>, planned: &mut Planned, item: &Item) {
    let Some(action) = planned.adopting(item.record.title()) else { return };
    let before = Person {
        addresses: Vec::new(),
        contact: item.facts.owner.clone(),
        name: String::new(),
        role: Role::Required,
        response: Response::InDoubt,
    };
    join(&mut action.after.halves.creatio.base, &before);
    let link = action.after.clone();
    let Some(write) = write(action, &link, item) else { return };
    write.owner = Some(context.account.contact.clone());
    write.patch.fields.insert(Field::People);
    join(&mut write.patch.record, &before);
}

/// The action's write to the Activity, added where there is none.
fn write<'a>(action: &'a mut Action, link: &Link, item: &Item) -> Option<&'a mut Update> {
    let writes = |(side, op): &(Side, Op)| *side == Side::Creatio && matches!(op, Op::Update(_));
    if !action.writes.iter().any(writes) {
        let none = Patch { record: item.record.clone(), fields: FlatSet::new() };
        let bare = update(link, Side::Creatio, &item.record, none);
        action.writes.push((Side::Creatio, Op::Update(Box::new(bare))));
    }
    action.writes.iter_mut().find_map(|(side, op)| match op {
        Op::Update(update) if *side == Side::Creatio => Some(&mut **update),
        Op::Update(_) | Op::Create(_) | Op::Delete { .. } => None,
    })
}

fn join(record: &mut Record, one: &Person) {
    if let Record::Meeting(meeting) = record {
        meeting.people = person::normal(meeting.people.drain(..).chain([one.clone()]));
    }
}
