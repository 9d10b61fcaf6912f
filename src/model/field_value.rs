//! Values of fields for people to compare: in a conflict, in the history. They cross to the page as
//! they are, which writes them in the user's language and zone.

use super::{Day, Field, Importance, Instant, Person, Record, Reminder, Response, Status, TaskWhen, When};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The value of one field of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum FieldValue {
    /// A title, a place, the text of a body.
    Text(String),
    /// From an instant to another, both UTC.
    Times {
        /// Start.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "string"))]
        start: Instant,
        /// End, or due.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "string"))]
        end: Instant,
    },
    /// Whole days, the last one included; a task of To Do may have only one of the two, or none.
    Days {
        /// The first day.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "string | undefined"))]
        first: Option<Day>,
        /// The last day.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "string | undefined"))]
        last: Option<Day>,
    },
    /// Minutes before the start of a meeting at which it reminds; `None`: off.
    Before(Option<i64>),
    /// The instant at which a task reminds; `None`: off.
    Reminds(#[cfg_attr(target_arch = "wasm32", tsify(type = "string | undefined"))] Option<Instant>),
    /// Priority; importance.
    Importance(Importance),
    /// Status of a task.
    Status(Status),
    /// The user's own answer.
    Response(Response),
    /// Participants; attendees.
    People(Vec<Person>),
}

impl FieldValue {
    /// The value of `field` in `record`; `None` if its kind has no such field.
    #[must_use]
    pub fn of(field: Field, record: &Record) -> Option<Self> {
        Some(match record {
            Record::Meeting(meeting) => match field {
                Field::Title => Self::Text(meeting.title.clone()),
                Field::When => match meeting.when {
                    When::Timed { start, end } => Self::Times { start, end },
                    When::AllDay { first, end } => {
                        Self::Days { first: Some(first), last: Some(end.pred_opt().unwrap_or(end)) }
                    }
                },
                Field::Place => Self::Text(meeting.place.clone()),
                Field::Body => Self::Text(meeting.body.text.clone()),
                Field::Importance => Self::Importance(meeting.importance),
                Field::Reminder => Self::Before(match meeting.reminder {
                    Reminder::Off => None,
                    Reminder::Before(minutes) => Some(minutes),
                }),
                Field::People => Self::People(meeting.people.clone()),
                Field::Response => Self::Response(meeting.response),
                Field::Status => return None,
            },
            Record::Task(task) => match field {
                Field::Title => Self::Text(task.title.clone()),
                Field::When => match task.when {
                    TaskWhen::Timed { start, due } => Self::Times { start, end: due },
                    TaskWhen::Days { start, due } => Self::Days { first: start, last: due },
                },
                Field::Body => Self::Text(task.body.text.clone()),
                Field::Importance => Self::Importance(task.importance),
                Field::Reminder => Self::Reminds(task.reminder),
                Field::Status => Self::Status(task.status),
                Field::Place | Field::People | Field::Response => return None,
            },
        })
    }
}

/// The value as a text that never changes: questions are told apart by it.
impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = |day: &Option<Day>| day.map_or_else(|| "–".to_owned(), |day| day.to_string());
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Times { start, end } => write!(f, "{} – {}", start.to_rfc3339(), end.to_rfc3339()),
            Self::Days { first, last } => write!(f, "{} – {}", day(first), day(last)),
            Self::Before(Some(minutes)) => write!(f, "−{minutes} min"),
            Self::Reminds(Some(at)) => f.write_str(&at.to_rfc3339()),
            Self::Before(None) | Self::Reminds(None) => f.write_str("–"),
            Self::Importance(importance) => f.write_str(&format!("{importance:?}").to_lowercase()),
            Self::Status(status) => write!(f, "{status:?}"),
            Self::Response(response) => f.write_str(&format!("{response:?}").to_lowercase()),
            Self::People(people) => {
                let names: Vec<&str> = people.iter().map(Person::shown).collect();
                f.write_str(&names.join(", "))
            }
        }
    }
}
