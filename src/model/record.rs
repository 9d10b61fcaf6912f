//! A record: the mapped fields of an item of either kind, the names of those fields, and patches.

use super::person::{self, Roll};
use super::{Facts, Meeting, Person, Task};
use crate::flat::FlatSet;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Meeting or task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Kind {
    /// Shown in the schedule; calendar event.
    Meeting,
    /// Not shown in the schedule; To Do task.
    Task,
}

/// The mapped fields of one item on one side, in that side's normal form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Record {
    /// A meeting.
    Meeting(Meeting),
    /// A task.
    Task(Task),
}

impl Record {
    /// Which kind it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Meeting(_) => Kind::Meeting,
            Self::Task(_) => Kind::Task,
        }
    }

    /// The title, for people.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Meeting(meeting) => &meeting.title,
            Self::Task(task) => &task.title,
        }
    }

    /// Whether others take part; in a task nobody does.
    #[must_use]
    pub const fn has_people(&self) -> bool {
        match self {
            Self::Meeting(meeting) => !meeting.people.is_empty(),
            Self::Task(_) => false,
        }
    }

    /// The text of the body.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Meeting(meeting) => &meeting.body.text,
            Self::Task(task) => &task.body.text,
        }
    }

    /// The people; a task has none.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        match self {
            Self::Meeting(meeting) => &meeting.people,
            Self::Task(_) => &[],
        }
    }

    /// It without some of its people.
    #[must_use]
    pub fn without(&self, some: &[Person]) -> Self {
        let mut record = self.clone();
        if let (Self::Meeting(meeting), false) = (&mut record, some.is_empty()) {
            let roll = Roll::of(some);
            meeting.people.retain(|one| !roll.has(one));
        }
        record
    }

    /// Adds the people of `other` that it lacks.
    pub fn complete_people(&mut self, other: &Self) {
        if let (Self::Meeting(own), Self::Meeting(other)) = (self, other) {
            let roll = Roll::of(&own.people);
            let more: Vec<Person> = other.people.iter().filter(|one| !roll.has(one)).cloned().collect();
            own.people = person::normal(own.people.drain(..).chain(more));
        }
    }

    /// The place; a task has none.
    #[must_use]
    pub fn place(&self) -> &str {
        match self {
            Self::Meeting(meeting) => &meeting.place,
            Self::Task(_) => "",
        }
    }
}

/// The names of the mapped fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Field {
    /// Title; subject.
    Title,
    /// Start, end, all-day; start and due day.
    When,
    /// Location.
    Place,
    /// Notes; body.
    Body,
    /// Priority; importance.
    Importance,
    /// Reminder, flag and time.
    Reminder,
    /// Status of a task.
    Status,
    /// Participants; attendees.
    People,
    /// The user's own answer.
    Response,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Title => "title",
            Self::When => "when",
            Self::Place => "place",
            Self::Body => "body",
            Self::Importance => "importance",
            Self::Reminder => "reminder",
            Self::Status => "status",
            Self::People => "people",
            Self::Response => "response",
        })
    }
}

/// A change of some fields of one record: what it shall be, and which fields of it are to be
/// written. The others are context (a reminder in minutes needs the start) and must not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// The whole record as it shall be, in the target side's normal form.
    pub record: Record,
    /// The fields to write.
    pub fields: FlatSet<Field>,
}

impl Patch {
    /// All that a new item of a mailbox is written with: everything but the user's own answer,
    /// which is an action.
    #[must_use]
    pub fn whole(record: &Record) -> Self {
        let written = fields(record.kind()).iter().copied().filter(|field| *field != Field::Response);
        Self { record: record.clone(), fields: written.collect() }
    }

    /// Whether two records agree in every field that this patch writes, and in whether there is
    /// anybody who would hear of it.
    #[must_use]
    pub fn agree(&self, one: &Record, other: &Record) -> bool {
        let heard =
            |field: &Field| matches!(field, Field::Title | Field::When | Field::Place | Field::Body | Field::People);
        let alike = !self.fields.iter().any(heard) || one.has_people() == other.has_people();
        differences(one, other).is_disjoint(&self.fields) && alike
    }

    /// The fields that can be written as such to an item of Exchange with `facts`: of a recurring
    /// task its status only (docs/facts/graph.md, "Recurring tasks"), and an answer to an
    /// invitation is no field but an action.
    #[must_use]
    pub fn writable(&self, facts: &Facts) -> FlatSet<Field> {
        let fields = self.fields.iter().copied();
        fields
            .filter(|field| !facts.recurring || *field == Field::Status)
            .filter(|field| *field != Field::Response)
            .collect()
    }
}

/// The mapped fields of a kind, in the order in which a person reads them.
#[must_use]
pub const fn fields(kind: Kind) -> &'static [Field] {
    use Field::{Body, Importance, People, Place, Reminder, Response, Status, Title, When};
    match kind {
        Kind::Meeting => &[Title, When, Place, Body, Importance, Reminder, People, Response],
        Kind::Task => &[Title, When, Body, Importance, Reminder, Status],
    }
}

/// The fields in which two records differ; of different kinds: all.
#[must_use]
pub fn differences(one: &Record, other: &Record) -> FlatSet<Field> {
    let unlike: Vec<(Field, bool)> = match (one, other) {
        (Record::Meeting(a), Record::Meeting(b)) => {
            let Meeting { title, when, place, body, importance, reminder, people, response } = a;
            vec![
                (Field::Title, *title != b.title),
                (Field::When, *when != b.when),
                (Field::Place, *place != b.place),
                (Field::Body, *body != b.body),
                (Field::Importance, *importance != b.importance),
                (Field::Reminder, *reminder != b.reminder),
                (Field::People, !same_people(people, &b.people)),
                (Field::Response, *response != b.response),
            ]
        }
        (Record::Task(a), Record::Task(b)) => {
            let Task { title, when, body, importance, reminder, status } = a;
            vec![
                (Field::Title, *title != b.title),
                (Field::When, *when != b.when),
                (Field::Body, *body != b.body),
                (Field::Importance, *importance != b.importance),
                (Field::Reminder, *reminder != b.reminder),
                (Field::Status, *status != b.status),
            ]
        }
        (Record::Meeting(_), Record::Task(_)) | (Record::Task(_), Record::Meeting(_)) => {
            return fields(one.kind()).iter().copied().collect();
        }
    };
    unlike.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect()
}

/// Whether two lists name the same people with the same role and answer; names and further
/// addresses don't matter.
fn same_people(one: &[Person], other: &[Person]) -> bool {
    let roll = Roll::of(other);
    one.len() == other.len() && one.iter().all(|a| roll.same(a).any(|b| a.role == b.role && a.response == b.response))
}

/// Whether the value of a field in `stored` may be what a server made of the one in `sent`, so that
/// it need not be an edit: of two texts one holds the other then, but for capital letters and a
/// text that was cut to nothing; of what has few values any will do.
#[must_use]
pub fn may_be_made_of(field: Field, sent: &Record, stored: &Record) -> bool {
    let holds = |sent: &str, stored: &str| {
        let (sent, stored) = (sent.to_lowercase(), stored.to_lowercase());
        let is_cut = !stored.is_empty() && sent.contains(&stored);
        is_cut || stored.contains(&sent)
    };
    match field {
        Field::Title => holds(sent.title(), stored.title()),
        Field::Place => holds(sent.place(), stored.place()),
        Field::Body => holds(sent.text(), stored.text()),
        Field::Importance | Field::Reminder => true,
        Field::When | Field::Status | Field::People | Field::Response => false,
    }
}

/// Copies one field from `from` into `into`. Records of different kinds, or without that field,
/// stay as they are.
pub fn copy(field: Field, from: &Record, into: &mut Record) {
    match (from, into) {
        (Record::Meeting(from), Record::Meeting(into)) => match field {
            Field::Title => into.title.clone_from(&from.title),
            Field::When => into.when = from.when,
            Field::Place => into.place.clone_from(&from.place),
            Field::Body => into.body.clone_from(&from.body),
            Field::Importance => into.importance = from.importance,
            Field::Reminder => into.reminder = from.reminder,
            Field::People => into.people.clone_from(&from.people),
            Field::Response => into.response = from.response,
            Field::Status => {}
        },
        (Record::Task(from), Record::Task(into)) => match field {
            Field::Title => into.title.clone_from(&from.title),
            Field::When => into.when = from.when,
            Field::Body => into.body.clone_from(&from.body),
            Field::Importance => into.importance = from.importance,
            Field::Reminder => into.reminder = from.reminder,
            Field::Status => into.status = from.status,
            Field::Place | Field::People | Field::Response => {}
        },
        (Record::Meeting(_), Record::Task(_)) | (Record::Task(_), Record::Meeting(_)) => {}
    }
}
