//! A record: the mapped fields of an item of either kind, the names of those fields, and patches.

use super::{Meeting, Task};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Meeting or task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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
}

/// The names of the mapped fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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

/// A change of some fields of one record: what it shall be, and which fields of it are to be written. The others are context
/// (a reminder in minutes needs the start) and must not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// The whole record as it shall be, in the target side's normal form.
    pub record: Record,
    /// The fields to write.
    pub fields: BTreeSet<Field>,
}
