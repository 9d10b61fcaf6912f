//! Undo of a run: its writes taken back, where nothing newer was written since. Sources stay as
//! they are, and the pairs rest until a person edits one of the two. Nothing is taken back that
//! would mail somebody.

use crate::engine::account::Account;
use crate::engine::action::{ACTIVITIES, Action, Step};
use crate::engine::history::{self, Entry, What};
use crate::engine::link::{Link, LinkState};
use crate::engine::{identity, merge};
use crate::flat::{self, FlatMap, FlatSet};
use crate::model::op::{Create, Op, SendInvitations, Update, Written};
use crate::model::{ContainerId, Facts, Field, Instant, Item, ItemId, Pair, Patch, Record, Side};
use serde::{Deserialize, Serialize};

/// What undoing a run would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undo {
    /// Writes that take something back, with their links afterwards.
    pub steps: Vec<Back>,
    /// What can't be taken back, and why.
    pub refused: Vec<NotUndone>,
}

/// One write taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// The entry that is taken back.
    pub entry: Entry,
    /// The write that does it.
    pub op: Op,
    /// The pair's link, as it stands now.
    pub link: Link,
}

/// A write that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotUndone {
    /// The entry that stays.
    pub entry: Entry,
    /// Why.
    pub why: Why,
}

/// Why a write is not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Why {
    /// Something newer was written there.
    Newer,
    /// The item is no longer there, or is there again.
    Gone,
    /// It would mail somebody.
    WouldMail,
    /// The pair is no longer linked.
    Unlinked,
}

/// What is there now of what a run wrote.
#[derive(Clone, Debug, Default)]
pub struct Now {
    /// The items, by side and id.
    pub items: FlatMap<(Side, ItemId), Item>,
    /// The links, by Activity.
    pub links: FlatMap<ItemId, Link>,
    /// Activities whose event or task was removed, and made again since, as by another device.
    pub again: FlatSet<ItemId>,
    /// Activities that were removed, and in whose place another one was made for their event since.
    pub instead: FlatSet<ItemId>,
}

/// Plans the undo of `entries`, all of one run: the last write first. `silently`: nobody gets mail
/// of a change of an event (see [`Context::is_silent`](super::context::Context::is_silent)).
#[must_use]
pub fn undo(account: &Account, silently: bool, entries: &[Entry], now: &Now) -> Undo {
    let mut undo = Undo::default();
    let mut last_first: Vec<&Entry> = entries.iter().filter(|entry| !entry.corrects).collect();
    flat::sort_by_key(&mut last_first, |entry| std::cmp::Reverse(entry.nth));
    for entry in last_first {
        let is_again = match (entry.side, entry.what) {
            (Side::Exchange, What::Deleted) => now.again.contains(&entry.activity),
            (Side::Creatio, What::Deleted) => now.instead.contains(&entry.activity),
            (Side::Exchange | Side::Creatio, _) => false,
        };
        let back = match now.links.get(&entry.activity) {
            None => Err(Why::Unlinked),
            Some(_) if is_again => Err(Why::Gone),
            // it would stand there a second time
            Some(link) if entry.side == Side::Creatio && link.is_superseded() => Err(Why::Gone),
            Some(link) => {
                let item = now.items.get(&(entry.side, entry.id.clone()));
                back(account, silently, entry, item, link).map(|op| Back {
                    entry: entry.clone(),
                    op,
                    link: link.clone(),
                })
            }
        };
        match back {
            Ok(step) => undo.steps.push(step),
            Err(why) => undo.refused.push(NotUndone { entry: entry.clone(), why }),
        }
    }
    undo
}

fn back(account: &Account, silently: bool, entry: &Entry, item: Option<&Item>, link: &Link) -> Result<Op, Why> {
    match (entry.what, item) {
        (What::Created, Some(item)) => uncreate(entry, item, link),
        (What::Updated, Some(item)) => restore(entry, item, link, silently),
        (What::Status(Some(before), after), Some(item)) if item.facts.status == Some(after) => {
            let none = Patch { record: item.record.clone(), fields: FlatSet::new() };
            Ok(Op::Update(Box::new(Update { status: Some(before), ..Update::of(item, none) })))
        }
        (What::Status(..), Some(_)) => Err(Why::Newer),
        (What::Deleted, None) => recreate(account, entry, link),
        (What::Deleted, Some(_)) | (What::Created | What::Updated | What::Status(..), None) => Err(Why::Gone),
    }
}

/// The fields in which `item` is no longer what was written: not those of which the server itself
/// kept something else, and nobody edited since.
fn newer(entry: &Entry, after: &Record, item: &Item, link: &Link) -> FlatSet<Field> {
    let edited = merge::differences(&link.halves[entry.side].base, &item.record);
    let servers = link.halves[entry.side].unkept.difference(&edited).copied().collect();
    &merge::differences(after, &item.record) - &servers
}

/// Removes what was created, if it still is what was created.
fn uncreate(entry: &Entry, item: &Item, link: &Link) -> Result<Op, Why> {
    let newer = entry.after.as_ref().is_none_or(|after| {
        // the server's own answer to an invitation is no edit
        newer(entry, after, item, link).into_iter().any(|field| field != Field::Response)
    });
    match () {
        // a person who canceled it has said what becomes of it
        () if newer || item.facts.canceled => Err(Why::Newer),
        () if item.facts.attendees > 0 => Err(Why::WouldMail),
        () => Ok(Op::Delete {
            id: item.id.clone(),
            container: item.container.clone(),
            version: item.version.clone(),
            cancels: false,
        }),
    }
}

/// Writes back the fields as they were, if they still are as they were written.
fn restore(entry: &Entry, item: &Item, link: &Link, silently: bool) -> Result<Op, Why> {
    let (Some(before), Some(after)) = (&entry.before, &entry.after) else { return Err(Why::Newer) };
    let fields: FlatSet<Field> = entry.fields.iter().copied().collect();
    if !newer(entry, after, item, link).is_disjoint(&fields) {
        return Err(Why::Newer);
    }
    let mailed = [Field::Title, Field::When, Field::Place, Field::Body].iter().any(|field| fields.contains(field));
    // who was invited or taken off knows of it, as the organizer does of an answer; and what a text
    // said before may be for nobody else
    let read = fields.contains(&Field::People) || fields.contains(&Field::Body);
    let known = (read && item.facts.attendees > 0) || fields.contains(&Field::Response);
    if entry.side == Side::Exchange && (known || mailed && item.facts.attendees > 0 && !silently) {
        return Err(Why::WouldMail);
    }
    let mut record = item.record.clone();
    for field in &fields {
        merge::copy(*field, before, &mut record);
    }
    let tells = if silently { SendInvitations::Nobody } else { SendInvitations::All };
    Ok(Op::Update(Box::new(Update { tells, ..Update::of(item, Patch { record, fields }) })))
}

/// Creates again what was removed. Only items without attendees were ever removed by us.
fn recreate(account: &Account, entry: &Entry, link: &Link) -> Result<Op, Why> {
    let Some(mut record) = entry.before.clone() else { return Err(Why::Gone) };
    let generation = link.generation + 1;
    if let Record::Meeting(meeting) = &mut record {
        meeting.people.clear();
    }
    let facts = match entry.side {
        Side::Creatio => Facts { mark: None, transaction: None, ..entry.facts.clone() },
        Side::Exchange => Facts {
            mark: Some(identity::mark(&entry.activity, account, generation)),
            transaction: identity::knows_transactions(record.kind())
                .then(|| identity::transaction(&entry.activity, account, generation)),
            involves_me: true,
            ..Facts::default()
        },
    };
    let (id, container) = match entry.side {
        Side::Creatio => (Some(entry.id.clone()), ContainerId::from(ACTIVITIES)),
        Side::Exchange => (None, link.halves.exchange.container.clone()),
    };
    Ok(Op::Create(Box::new(Create { id, container, record, facts })))
}

/// The history of a write that takes something back, as the `nth` of the undo that began at `run`:
/// before it goes out, and once it is confirmed.
#[must_use]
pub fn recorded(step: &Back, run: Instant, nth: usize, written: Option<&Written>) -> Option<Entry> {
    let Entry { side, after, .. } = &step.entry;
    let mut before = step.link.clone();
    if let Some(after) = after {
        before.halves[*side].base = after.clone();
    }
    let action = Action {
        step: Step::Leave,
        title: String::new(),
        writes: vec![(*side, step.op.clone())],
        before: Some(before),
        after: step.link.clone(),
    };
    let outcomes = written.map(|written| vec![Ok(written.clone())]);
    let entry = history::entries(run, nth, &action, outcomes.as_deref(), &step.link).pop()?;
    Some(Entry { undoes: Some((step.entry.run, step.entry.nth)), ..entry })
}

/// The link of a pair after a write was taken back: both sides keep what they have now, and that is
/// no edit. Of the fields `unheld` what is read says nothing: those stay as they were agreed on.
#[must_use]
pub fn rested(step: &Back, written: Option<&Item>, other: Option<&Item>, unheld: &Pair<Vec<Field>>) -> Link {
    let side = step.entry.side;
    let mut link = Link { state: LinkState::Undone, ..step.link.clone() };
    if matches!(step.op, Op::Create(_)) {
        link.generation += 1;
    }
    for (side, item) in [(side, written), (side.other(), other)] {
        if let Some(item) = item {
            link.halves[side].replace_id(item.id.clone());
            link.halves[side].container = item.container.clone();
            link.halves[side].set_version(item.version.clone());
            let agreed = std::mem::replace(&mut link.halves[side].base, item.record.clone());
            for field in &unheld[side] {
                merge::copy(*field, &agreed, &mut link.halves[side].base);
            }
            link.halves[side].facts = item.facts.clone();
        }
    }
    link
}
