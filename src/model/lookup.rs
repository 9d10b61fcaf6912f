//! Questions for particular items, and what answers them. Neither says how a server is asked.

use super::{ContainerId, Instant, Item, ItemId, Malformed, Uid};

/// A question for particular items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The item with this id, wherever it now lies: in any calendar or list of the mailbox, but
    /// nowhere else. What was deleted does not answer, also where the server goes on finding it by
    /// its id (Deleted Items of Microsoft 365). `container` is where it was last seen (a task has
    /// no address without its list).
    Id {
        /// Its id.
        id: ItemId,
        /// Where it was last seen.
        container: ContainerId,
    },
    /// Items with this UID. Creatio: `GlobalActivityID`; Exchange: `iCalUId`, in every calendar.
    Uid(Uid),
    /// Items that carry our mark for this Activity, in every calendar and list. Creatio has no such
    /// items.
    Mark(ItemId),
    /// The same of tasks only, in every list: many of these cost no more than a few.
    MarkedTask(ItemId),
    /// Creatio: Activities that look like this to a person, linked or not, except e-mails. On
    /// Exchange nothing answers it.
    Look(Look),
}

impl Lookup {
    /// The id that it asks for, if it asks for one.
    #[must_use]
    pub const fn id(&self) -> Option<&ItemId> {
        match self {
            Self::Id { id, .. } => Some(id),
            Self::Uid(_) | Self::Mark(_) | Self::MarkedTask(_) | Self::Look(_) => None,
        }
    }
}

/// How an Activity looks to a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Look {
    /// Its title; letters are the same in both cases, and white space counts as in a record's
    /// title.
    pub title: String,
    /// When it starts, to the minute.
    pub start: Instant,
    /// When it ends, to the minute.
    pub end: Instant,
}

/// What answers a lookup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The items.
    pub items: Vec<Item>,
    /// Items that are there, but can't be understood.
    pub malformed: Vec<Malformed>,
    /// A living series has the id, the UID or the mark that was asked for. It is no item, and which
    /// of its occurrences are there is not told.
    pub series: bool,
    /// The server refuses this question for good: its code, cut short. Whether anything answers the
    /// lookup is not known.
    pub refused: Option<String>,
}

impl Found {
    /// Whether nothing answers the lookup.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        self.items.is_empty() && self.malformed.is_empty() && !self.series && self.refused.is_none()
    }
}
