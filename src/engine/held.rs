//! What a run did not do and a person is told of, and why.

use crate::model::{Field, FieldValue, Instant, ItemId, Pair, Person, Record, Side};
use serde::{Deserialize, Serialize};

/// Something that a run did not do, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The item, on the side where it would be found by a person.
    pub side: Side,
    /// Its id; `None` where even that could not be read.
    pub id: Option<ItemId>,
    /// Its title, for the page only: never for logs.
    pub title: String,
    /// Why.
    pub reason: Reason,
    /// What a server or a reader said of it: a code, the path of a member; empty where nobody did.
    pub detail: String,
    /// How many people a yes would mail, as far as is known.
    #[serde(default)]
    pub mails: usize,
    /// The fields concerned; empty: the whole item.
    #[serde(deserialize_with = "fields")]
    pub fields: Vec<HeldField>,
    /// When it was first held.
    pub since: Instant,
}

impl Held {
    /// An item that is held as a whole.
    #[must_use]
    pub fn whole(side: Side, id: ItemId, title: impl Into<String>, reason: Reason, since: Instant) -> Self {
        Self { id: Some(id), title: title.into(), ..Self::nameless(side, reason, since) }
    }

    /// What has no id and no title: a part of a side, an item that could not be read.
    #[must_use]
    pub const fn nameless(side: Side, reason: Reason, since: Instant) -> Self {
        Self {
            side,
            id: None,
            title: String::new(),
            reason,
            detail: String::new(),
            mails: 0,
            fields: Vec::new(),
            since,
        }
    }
}

/// A field that is concerned, with what both sides have in it: nothing that a person wrote is
/// hidden from them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct HeldField {
    /// Which.
    pub field: Field,
    /// The values of both sides; of people those whom it concerns, on Creatio's side.
    pub values: Pair<Option<FieldValue>>,
}

impl HeldField {
    /// A field as both sides have it.
    #[must_use]
    pub fn of(field: Field, now: Pair<&Record>) -> Self {
        Self { field, values: now.map(|record| FieldValue::of(field, record)) }
    }

    /// These people of the meeting.
    #[must_use]
    pub const fn people(people: Vec<Person>) -> Self {
        Self { field: Field::People, values: Pair { creatio: Some(FieldValue::People(people)), exchange: None } }
    }

    /// The field alone.
    #[must_use]
    pub const fn bare(field: Field) -> Self {
        Self { field, values: Pair { creatio: None, exchange: None } }
    }
}

/// Reads the fields of a stored item; an earlier version named them, and kept values as texts apart
/// from them, until the next run.
fn fields<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<HeldField>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        Field(HeldField),
        Name(Field),
    }
    let stored = Vec::<Stored>::deserialize(from)?.into_iter();
    Ok(stored
        .map(|one| match one {
            Stored::Field(field) => field,
            Stored::Name(field) => HeldField::bare(field),
        })
        .collect())
}

/// Why something is held. The page has a text for each, which says what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Reason {
    /// The item could not be understood.
    Malformed,
    /// The server refused the write.
    Rejected,
    /// Both sides changed the same field, and the rule asks.
    Clash,
    /// Several items could be the counterpart.
    Ambiguous,
    /// It would mail people.
    WouldMail,
    /// The event was created without the Activity's participants, who would have been mailed.
    NotInvited,
    /// The Activity's participants would be invited.
    WouldInvite,
    /// Many activities of other people would be exported.
    ManyOfOthers,
    /// The body has what can't be carried, and would lose it.
    RichBody,
    /// A business process owns it.
    Process,
    /// The Activity is gone, and removing the event or task needs a person's word.
    DeleteAsked,
    /// The kind was changed, and converting would lose something.
    ConvertAsked,
    /// The deletion won over an edit, which stays on the canceled Activity.
    NotRevived,
    /// Too many deletions at once.
    ManyDeletions,
    /// Too many start times would change at once.
    ManyMoves,
    /// One side is suddenly empty.
    SideEmpty,
    /// Many items would be created, in a plan that nobody has seen.
    ManyCreations,
    /// A series was changed, and these occurrences have no successor.
    Series,
    /// A second task for the same Activity, edited since.
    SecondTask,
    /// A second Activity for the same event, edited since, or not this device's.
    SecondActivity,
    /// A group could not be evaluated.
    Group,
    /// The mailbox has no To Do: tasks are not synchronised.
    NoToDo,
    /// The target calendar or list can't be written, or is not there.
    NoTarget,
    /// A calendar or list, or a part of one, could not be read; nothing in it counts as gone.
    Unreadable,
    /// The server refused the search that the item waits for: whether its counterpart is there is
    /// not known.
    Unanswered,
    /// The server did not keep what was written to it, not the second time either.
    NotKept,
    /// Somebody else organizes the meeting: an edit in Creatio was put back.
    PutBack,
    /// The organizer changed the text of a meeting in which the user has notes of their own.
    OwnNotes,
    /// The notes of the Activity would go out to the people invited.
    InsideNotes,
    /// The Activity was exported once, and its event or task is nowhere to be found; why it went is
    /// not known.
    LostCounterpart,
    /// The Activity was imported once, and what it was made for is nowhere to be found; why it went
    /// is not known.
    LostOrigin,
    /// No rule decided on the item: a fault of this program, which leaves it alone.
    Overlooked,
}
