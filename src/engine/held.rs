//! What a run did not do and a person is told of, and why.

use crate::model::{Field, Instant, ItemId, Pair, Person, Side};
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
    /// More about it: the server's code, the path of the member.
    pub detail: String,
    /// The fields concerned; empty: the whole item.
    pub fields: Vec<Field>,
    /// What both sides have in those fields, where they clash: nothing that a person wrote is
    /// hidden from them.
    #[serde(default)]
    pub values: Vec<Pair<String>>,
    /// When it was first held.
    pub since: Instant,
}

/// Why something is held. The page has a text for each, which says what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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

/// Names that are listed.
const NAMES: usize = 20;

/// People by name, as many as a person reads.
pub(in crate::engine) fn named(people: &[Person]) -> String {
    let name = |one: &Person| match one.addresses.first() {
        Some(address) if one.name.is_empty() => address.as_str().to_owned(),
        Some(_) | None => one.name.clone(),
    };
    let names: Vec<String> = people.iter().take(NAMES).map(name).collect();
    let more = people.len().saturating_sub(NAMES);
    let more = if more > 0 { format!(" +{more}") } else { String::new() };
    format!("{}: {}{more}", people.len(), names.join(", "))
}
