//! A meeting: an Activity shown in the schedule, or a calendar event. Each side holds it in its own
//! normal form; what a value of one side means on the other is the engine's `project`, not this
//! module's.

use super::{Body, Day, Instant, Person, Response};
use serde::{Deserialize, Serialize};

/// The fields of a meeting that both sides have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Title; subject. Empty on Exchange is allowed.
    pub title: String,
    /// When it is: start, end and all-day are one field.
    pub when: When,
    /// Location as text.
    pub place: String,
    /// Notes; body.
    pub body: Body,
    /// Priority; importance.
    pub importance: Importance,
    /// The user's own reminder.
    pub reminder: Reminder,
    /// Participants other than the user; attendees other than the mailbox's owner. In normal order
    /// (see [`Person`]).
    pub people: Vec<Person>,
    /// The user's own answer.
    pub response: Response,
}

/// When a meeting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// From an instant to an instant, `start <= end`. The only form that Creatio has.
    Timed {
        /// First instant.
        start: Instant,
        /// End, exclusive.
        end: Instant,
    },
    /// Whole days, in no zone, `first < end`. Only on Exchange.
    AllDay {
        /// First day.
        first: Day,
        /// The day after the last.
        end: Day,
    },
}

/// Priority of an Activity, importance of an event or task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Importance {
    /// Low.
    Low,
    /// Medium; normal.
    #[default]
    Normal,
    /// High.
    High,
}

/// A meeting's reminder: flag and time are one field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reminder {
    /// None.
    #[default]
    Off,
    /// So many minutes before the start. Negative: after it (Creatio allows any time).
    Before(i64),
}
