//! What rules ask of an item beside its record; nobody merges it.

use super::{ContactId, Day, Instant, ItemId, SiteId, Status, Uid};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Facts of an item. What a side does not know stays at its default, which is the harmless answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Exchange: `iCalUId`. Creatio: `GlobalActivityID`, if filled.
    pub uid: Option<Uid>,
    /// Exchange: for occurrences, which one of which series.
    pub occurrence: Option<Occurrence>,
    /// Exchange: of an item that is no occurrence the day of somebody's series that it is, where
    /// the server tells it beside the UID (EWS: `RecurrenceId`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<Day>,
    /// Exchange: our mark on it (extended property; linkedResource). Only filled by
    /// `Replica::find`, since a delta does not carry it.
    pub mark: Option<Mark>,
    /// Exchange: of an occurrence our mark on its series, which was a single event when we made it.
    /// It says nothing of which occurrence stands for the Activity. Like `mark` only filled by
    /// `Replica::find`; no link keeps it.
    #[serde(skip)]
    pub series_mark: Option<Mark>,
    /// Exchange: the Activity that Creatio's built-in sync noted on an event
    /// (docs/facts/creatio.md, "Built-in links"). Like `mark` only filled by `Replica::find`; a
    /// copy of the event carries it along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local: Option<ItemId>,
    /// Exchange: the `transactionId` it was created with.
    pub transaction: Option<String>,
    /// Exchange: somebody else organizes it; the user holds an attendee's copy.
    #[serde(rename = "foreign")]
    pub organized_by_other: bool,
    /// Exchange: how many attendees it has beside the user; what a change would mail to.
    pub attendees: usize,
    /// Exchange: sensitivity private or confidential.
    pub private: bool,
    /// Exchange: canceled by its organizer. Creatio: status Canceled.
    pub canceled: bool,
    /// Exchange: the body has an online-meeting block, which is no part of `record`'s body and must
    /// be kept on writing.
    pub online: bool,
    /// Exchange: it has what an Activity can't carry and a removal would lose: attachments,
    /// checklist, recurrence.
    #[serde(rename = "laden")]
    pub has_unmapped_content: bool,
    /// Exchange: a recurring task, read-mostly: only its status is written.
    pub recurring: bool,
    /// Creatio: the status of an Activity of either kind.
    pub status: Option<Status>,
    /// Creatio: the Activity's Owner.
    pub owner: Option<ContactId>,
    /// Creatio: who made the Activity; its Owner at first, if our engine did.
    pub author: Option<ContactId>,
    /// Creatio: the user is Owner or participant. Exchange: it is not a task that was given to
    /// somebody else.
    #[serde(rename = "mine")]
    pub involves_me: bool,
    /// Exchange: a new event is shown as free: the Activity is somebody else's. Only written, never
    /// read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub free: bool,
    /// Creatio: filled by a business process (`ProcessElementId`, `AllowedResult`).
    pub process: bool,
    /// Creatio: an e-mail, which is never touched.
    pub email: bool,
    /// Creatio: the user's own row of participants was last written by the user (`ModifiedBy`): the
    /// answer is the user's.
    #[serde(rename = "answered")]
    pub answered_by_me: bool,
    /// When it was created.
    pub created: Option<Instant>,
}

impl Facts {
    /// Exchange: whether its removal tells others: the user organizes it, and they are invited.
    #[must_use]
    pub const fn calls_off(&self) -> bool {
        self.attendees > 0 && !self.organized_by_other
    }
}

/// An occurrence's place in its series.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Occurrence {
    /// The series master's id.
    pub master: ItemId,
    /// The start that the pattern gives it, whatever it was moved to.
    pub original: Original,
}

/// The start that a series' pattern gives an occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Original {
    /// Of a timed series.
    At(Instant),
    /// Of an all-day series.
    On(Day),
}

/// Our mark on an Exchange item that we created: which Activity of which site it stands for, in
/// which generation of the link. A copy of the item carries it along, so it is a hint until the
/// rules of matching confirm it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The Creatio installation.
    pub site: SiteId,
    /// The Activity.
    pub activity: ItemId,
    /// Rises with each confirmed loss of the counterpart.
    pub generation: u32,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.site, self.activity, self.generation)
    }
}

impl Mark {
    /// What is the same in all generations: by this a mark is looked for.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("{}/{}", self.site, self.activity)
    }

    /// The mark that [`Display`](fmt::Display) wrote as `text`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.rsplitn(3, '/');
        let generation = parts.next()?.parse().ok()?;
        let activity = parts.next().filter(|part| !part.is_empty())?;
        let site = parts.next().filter(|part| !part.is_empty())?;
        Some(Self { site: site.into(), activity: activity.into(), generation })
    }
}
