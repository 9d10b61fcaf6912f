//! What a side said when it was read: items, hints of absence, what could not be understood, and
//! where to go on next time.

use super::{ContainerId, Field, Instant, Item, ItemId, Kind};
use serde::{Deserialize, Serialize};

/// Where the next reading goes on: the replica's own text, opaque to everybody else. Lost or
/// refused, the next reading is full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// One reading of a side.
///
/// What it does not mention is unchanged in the containers read by delta, and absent in those of
/// `complete`.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// New or changed items (in a complete container: all in the window), each once, the newest
    /// reading of it.
    pub items: Vec<Item>,
    /// Ids that the server hinted to be gone or outside the window: a hint, to be confirmed.
    pub removed: Vec<ItemId>,
    /// Series that were sent again whole.
    pub series: Vec<SeriesSet>,
    /// Items that could not be understood; they are neither changed nor gone.
    pub malformed: Vec<Malformed>,
    /// Containers whose every item in the window is in `items` (or `malformed`).
    pub complete: Vec<ContainerId>,
    /// The containers of the side, as listed in this reading.
    pub containers: Vec<Container>,
    /// Kinds that the side does not have for this user: a mailbox without To Do.
    pub lacking: Vec<Kind>,
    /// Fields that the side has no place for in this installation: what is read of them says
    /// nothing.
    pub unheld: Vec<Field>,
    /// Where to go on, once everything of this reading is worked off.
    pub cursor: Option<Cursor>,
    /// The server's clock at the reply, if it told.
    pub now: Option<Instant>,
}

/// All living occurrences of one series in the window, as one reading sent them: a linked one that
/// is missing is probably deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesSet {
    /// The series master.
    pub master: ItemId,
    /// Its occurrences and exceptions in the window.
    pub present: Vec<ItemId>,
}

/// An item that could not be understood, told so that a person can find it. Holds no text of the
/// item itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Malformed {
    /// Its id, if that much could be read.
    pub id: Option<ItemId>,
    /// Where it lies; `None` where a whole container is meant, which can't be read.
    pub container: Option<ContainerId>,
    /// What is wrong and where: the path of the member, and what was expected.
    pub reason: String,
}

impl Malformed {
    /// A container that can't be read, or a part of one: it costs that container only, and nothing
    /// in it counts as changed or gone. `part` says which part, if not all of it is meant; `why` is
    /// the server's code.
    #[must_use]
    pub fn container(container: &Container, part: Option<&str>, why: &str) -> Self {
        let name = &container.name;
        let reason = part.map_or_else(|| format!("{name}: {why}"), |part| format!("{name}, {part}: {why}"));
        Self { id: None, container: None, reason }
    }

    /// Whether a container is meant, or a part of one, which can't be read.
    #[must_use]
    pub const fn is_container(&self) -> bool {
        self.id.is_none() && self.container.is_none()
    }

    /// Whether it is an item of which not even the id is known: the place in the listing is all
    /// that leads to it.
    #[must_use]
    pub const fn is_nameless(&self) -> bool {
        self.id.is_none() && self.container.is_some()
    }
}

/// A calendar or task list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Its id.
    pub id: ContainerId,
    /// What it holds.
    pub kind: Kind,
    /// Its name, for people.
    pub name: String,
    /// The address of its owner, where the side tells.
    #[serde(default)]
    pub owner: String,
    /// The mailbox's own: neither shared by somebody, subscribed, nor made by the system (flagged
    /// mail).
    pub own: bool,
    /// New exports go here.
    pub default: bool,
    /// Items in it can be written.
    pub writable: bool,
}
