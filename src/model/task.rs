//! A task: an Activity that is not shown in the schedule, or a task of a To Do list.

use super::time::{Zone, local};
use super::{Body, Day, Importance, Instant};
use serde::{Deserialize, Serialize};

/// The fields of a task that both sides have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Title.
    pub title: String,
    /// Start and due.
    pub when: TaskWhen,
    /// Notes; body.
    pub body: Body,
    /// Priority; importance.
    pub importance: Importance,
    /// The instant of the reminder; `None`: off.
    pub reminder: Option<Instant>,
    /// How far it is.
    pub status: Status,
}

/// When a task is. Creatio keeps instants, To Do keeps days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskWhen {
    /// Creatio's form; both are required there.
    Timed {
        /// `StartDate`.
        start: Instant,
        /// `DueDate`.
        due: Instant,
    },
    /// To Do's form.
    Days {
        /// `startDateTime`'s day.
        start: Option<Day>,
        /// `dueDateTime`'s day.
        due: Option<Day>,
    },
}

impl TaskWhen {
    /// Start and due as days; instants fall on days in `zone`.
    #[must_use]
    pub fn days(self, zone: &dyn Zone) -> (Option<Day>, Option<Day>) {
        let day = |at: Instant| Some(local(zone, at).date());
        match self {
            Self::Days { start, due } => (start, due),
            Self::Timed { start, due } => (day(start), day(due)),
        }
    }
}

/// Status of a task, and of an Activity of either kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Status {
    /// Not started.
    #[default]
    NotStarted,
    /// In progress.
    InProgress,
    /// Completed; every other final status of Creatio but Canceled.
    Completed,
    /// To Do only: waiting on others.
    Waiting,
    /// To Do only: deferred.
    Deferred,
    /// Creatio only: canceled, an end state.
    Canceled,
}
