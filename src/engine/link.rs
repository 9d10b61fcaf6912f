//! Links: which two items are one, what both sides last agreed on, and what else is remembered of
//! the pair.
//!
//! The base is a *pair* of records, each in its side's own normal form (ADR 0002): a side is edited
//! if its value differs from its own half. What one side can't hold (the tail of a long title,
//! "waiting on others", an all-day event's dates) so never looks like an edit.

use crate::flat::FlatSet;
use crate::model::{
    Address, ContainerId, Facts, Field, Instant, Item, ItemId, Kind, Pair, Record, Side, Status, Version, When,
};
use serde::{Deserialize, Serialize};

/// What the ids begin with that stand for those which no server has given yet.
const FORESEEN: &str = "pending:";

/// One linked pair. It is stored as [`StoredLink`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredLink", into = "StoredLink")]
pub struct Link {
    /// Its two items, and what is remembered of each.
    pub halves: Pair<Half>,
    /// The side whose item we created; `None` if both were there.
    pub made: Option<Side>,
    /// Rises with each confirmed loss of the counterpart.
    pub generation: u32,
    /// Whether and how it lives.
    pub state: LinkState,
    /// A side has values that are not agreed on (a clash, an edit that waits or may not go over):
    /// both are read whenever one of them changes, since a listing then tells of that one only.
    pub unsettled: bool,
    /// While the item on Exchange is replaced by one of the other kind: the pair as it was, until
    /// the new item is there and the old one is gone.
    pub former: Option<Box<Link>>,
    /// What is remembered of it beside the base.
    pub memory: Memory,
}

/// An item, as a link knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemRef {
    /// It was read or written, and had this version then.
    Known {
        /// Its id.
        id: ItemId,
        /// The version last seen or written.
        version: Version,
    },
    /// It is to be created, or nobody could read it yet.
    Expected {
        /// The id that it has or is to get; made up where only the server gives one
        /// ([`Link::foreseen`]).
        id: ItemId,
    },
}

impl ItemRef {
    /// The item `id` with the version that a server told of it, which is empty where it told none.
    #[must_use]
    pub fn of(id: ItemId, version: Version) -> Self {
        if version.as_str().is_empty() { Self::Expected { id } } else { Self::Known { id, version } }
    }

    const fn id(&self) -> &ItemId {
        match self {
            Self::Known { id, .. } | Self::Expected { id } => id,
        }
    }

    const fn version(&self) -> Option<&Version> {
        match self {
            Self::Known { version, .. } => Some(version),
            Self::Expected { .. } => None,
        }
    }
}

/// What a link remembers of the item on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Half {
    /// The item.
    pub item: ItemRef,
    /// Where it lies, or is to lie.
    pub container: ContainerId,
    /// What both sides last agreed on, in the form of this one: what we read from it or wrote to
    /// it.
    pub base: Record,
    /// What else was known of it.
    pub facts: Facts,
    /// Fields of which it holds something else than was written to it, the second time too: the
    /// server's own value, which is no edit.
    pub unkept: FlatSet<Field>,
}

impl Half {
    /// An item as it was read, or is to be.
    #[must_use]
    pub fn of(item: &Item) -> Self {
        Self {
            item: ItemRef::of(item.id.clone(), item.version.clone()),
            container: item.container.clone(),
            base: item.record.clone(),
            facts: item.facts.clone(),
            unkept: FlatSet::new(),
        }
    }

    /// An item that nobody has read: it is to be created, or is gone.
    #[must_use]
    pub fn unread(id: ItemId, container: ContainerId, base: Record, facts: Facts) -> Self {
        Self { item: ItemRef::Expected { id }, container, base, facts, unkept: FlatSet::new() }
    }

    /// The id of the item.
    #[must_use]
    pub const fn id(&self) -> &ItemId {
        self.item.id()
    }

    /// The version last seen or written; `None` if nobody could read it yet.
    #[must_use]
    pub const fn version(&self) -> Option<&Version> {
        self.item.version()
    }

    /// The version as writes and the store spell it: empty if there is none.
    #[must_use]
    pub fn spelled_version(&self) -> Version {
        self.version().cloned().unwrap_or_else(|| Version::new(""))
    }

    /// Takes another item in place of this one; gives the id of the one before.
    pub fn replace_id(&mut self, new: ItemId) -> ItemId {
        match &mut self.item {
            ItemRef::Known { id, .. } | ItemRef::Expected { id } => std::mem::replace(id, new),
        }
    }

    /// Notes the version that was seen or written, empty where the server told none; gives the one
    /// before.
    pub fn set_version(&mut self, version: Version) -> Option<Version> {
        let before = self.version().cloned();
        self.item = ItemRef::of(self.id().clone(), version);
        before
    }

    /// The item as far as it is remembered: names follow from it, and nothing is decided on it.
    #[must_use]
    pub fn remembered(&self) -> Item {
        Item {
            id: self.id().clone(),
            container: self.container.clone(),
            version: self.spelled_version(),
            stamp: None,
            record: self.base.clone(),
            facts: self.facts.clone(),
        }
    }
}

/// What is remembered of a pair beside its base: what nobody can read off the two items.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// An edit in Creatio of what belongs to the organizer: it was put back, and a person has not
    /// said yet whether Creatio shall keep it.
    pub put_back: Option<PutBack>,
    /// Participants who were not invited, without a question: told once, and asked about under
    /// another notify rule.
    pub uninvited: FlatSet<Address>,
    /// What would mail was there before "always" was chosen, and waits: it is asked about as
    /// before.
    pub waited: bool,
    /// Fields whose change stays in Creatio since the meeting has ended: told once.
    pub left: FlatSet<Field>,
    /// Another account of the user exported the Activity first: people are invited from there.
    pub carried: bool,
    /// The side on which the text on the event was written; `None`: the side that the pair began
    /// on.
    pub text: Option<Side>,
    /// The pair was buried since its Activity was not found: where that is seen again it never was
    /// gone.
    pub vanished: bool,
    /// The Activity in place of which this one was made, since it seemed to be gone or could not be
    /// read.
    pub instead: Option<ItemId>,
    /// The item on this side was created, and could not be read since: what it differs in from what
    /// was written is the server's, as long as nobody has changed it.
    pub unread: Option<Side>,
    /// The id that was meant for its Activity was taken when it was last tried, by one that could
    /// not be read: if it is so again, the user gets one of their own.
    pub taken: bool,
    /// The pair rested, and was woken or is covered by other settings: it is decided as if it were
    /// new.
    pub anew: bool,
    /// A person left it out of a preview: it rests until they wake it, whoever edits it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub declined: bool,
}

/// What a person wrote in Creatio, and what was put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutBack {
    /// The Activity as the person left it.
    pub record: Record,
    /// The fields that were put back.
    pub fields: FlatSet<Field>,
}

impl Memory {
    /// Whether nothing is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How a link lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkState {
    /// In step.
    #[default]
    Alive,
    /// Out of scope: nothing is written, deleted or re-created until it comes back.
    Asleep,
    /// One side is gone and the other was dealt with: nothing is ever created from it.
    Tombstone,
    /// The item on this side was to be created, and no confirmation came.
    Pending(Side),
    /// A person took back what we wrote, or wants it left: it rests as both sides are, until one of
    /// them is edited.
    Undone,
}

impl Link {
    /// The ids of both items.
    #[must_use]
    pub fn ids(&self) -> Pair<&ItemId> {
        self.halves.as_ref().map(Half::id)
    }

    /// What both sides last agreed on, each in its own form.
    #[must_use]
    pub fn base(&self) -> Pair<&Record> {
        self.halves.as_ref().map(|half| &half.base)
    }

    /// The same pair with `ids` for those of its items.
    #[must_use]
    pub fn with_ids(mut self, ids: Pair<ItemId>) -> Self {
        self.halves = self.halves.zip(ids).map(|(mut half, id)| {
            half.replace_id(id);
            half
        });
        self
    }

    /// The same pair with `base` for what both sides agree on.
    #[must_use]
    pub fn with_base(mut self, base: Pair<Record>) -> Self {
        self.halves = self.halves.zip(base).map(|(half, base)| Half { base, ..half });
        self
    }

    /// The kind of both items.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.halves.creatio.base.kind()
    }

    /// The series master that its event is an occurrence of.
    #[must_use]
    pub fn series(&self) -> Option<&ItemId> {
        self.halves.exchange.facts.occurrence.as_ref().map(|occurrence| &occurrence.master)
    }

    /// Whether the creation of one of the two is not confirmed.
    #[must_use]
    pub const fn is_pending(&self) -> bool {
        matches!(self.state, LinkState::Pending(_))
    }

    /// Whether its Activity was there for sure, and nothing has happened since.
    #[must_use]
    pub const fn has_activity(&self) -> bool {
        matches!(self.state, LinkState::Alive | LinkState::Pending(Side::Exchange))
    }

    /// Whether a person said what becomes of its event while its Activity was not found, which was
    /// never read: nothing was agreed on.
    #[must_use]
    pub fn is_unmet(&self) -> bool {
        let exported = self.made == Some(Side::Exchange);
        self.state == LinkState::Tombstone && exported && self.halves.creatio.version().is_none()
    }

    /// Whether its Activity gave way to another one, which has its event now.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        let activity = self.halves.creatio.id();
        let is_without_event = *self.halves.exchange.id() == Self::foreseen(activity);
        self.state == LinkState::Tombstone && self.made.is_some() && is_without_event
    }

    /// The pairs that it takes the place of, whose items on Exchange are still to be removed; the
    /// latest first.
    pub fn formers(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(self.former.as_deref(), |link| link.former.as_deref())
    }

    /// When the Activity of a meeting that we imported becomes Completed by itself: at its end, if
    /// nobody has touched the status.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        let untouched =
            self.halves.creatio.facts.status == Some(Status::NotStarted) && !self.halves.creatio.facts.process;
        match (&self.halves.creatio.base, self.state) {
            (Record::Meeting(meeting), LinkState::Alive) if untouched && self.made == Some(Side::Creatio) => {
                match meeting.when {
                    When::Timed { end, .. } => Some(end),
                    When::AllDay { .. } => None, // never in Creatio
                }
            }
            (Record::Meeting(_) | Record::Task(_), _) => None,
        }
    }

    /// The id that stands for an Exchange item whose id is not known yet: no server spells one so.
    #[must_use]
    pub fn foreseen(activity: &ItemId) -> ItemId {
        ItemId::new(format!("{FORESEEN}{activity}"))
    }

    /// Whether `id` stands for an Exchange item that no server has given an id yet.
    #[must_use]
    pub fn is_foreseen(id: &ItemId) -> bool {
        id.as_str().starts_with(FORESEEN)
    }
}

/// A link as it is stored, member by member: its form of before a link had halves, so that no store
/// has to be rewritten.
#[derive(Clone, Serialize, Deserialize)]
struct StoredLink {
    ids: Pair<ItemId>,
    containers: Pair<ContainerId>,
    base: Pair<Record>,
    versions: Pair<Version>,
    facts: Pair<Facts>,
    made: Option<Side>,
    generation: u32,
    state: LinkState,
    #[serde(default)]
    unsettled: bool,
    #[serde(default)]
    unkept: Pair<FlatSet<Field>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    former: Option<Box<Link>>,
    #[serde(default, skip_serializing_if = "Memory::is_empty")]
    memory: Memory,
}

impl From<StoredLink> for Link {
    fn from(stored: StoredLink) -> Self {
        let StoredLink { ids, containers, base, versions, facts, unkept, .. } = stored;
        let StoredLink { made, generation, state, unsettled, former, memory, .. } = stored;
        let halves = ids.zip(containers).zip(versions).zip(base).zip(facts).zip(unkept);
        let halves = halves.map(|(((((id, container), version), base), facts), unkept)| Half {
            item: ItemRef::of(id, version),
            container,
            base,
            facts,
            unkept,
        });
        Self { halves, made, generation, state, unsettled, former, memory }
    }
}

impl From<Link> for StoredLink {
    fn from(link: Link) -> Self {
        let Link { halves, made, generation, state, unsettled, former, memory } = link;
        let of = halves.as_ref();
        Self {
            ids: of.map(|half| half.id().clone()),
            containers: of.map(|half| half.container.clone()),
            base: of.map(|half| half.base.clone()),
            versions: of.map(Half::spelled_version),
            facts: of.map(|half| half.facts.clone()),
            unkept: of.map(|half| half.unkept.clone()),
            made,
            generation,
            state,
            unsettled,
            former,
            memory,
        }
    }
}

/// By what a link is looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKey {
    /// By the item on a side.
    Item(Side, ItemId),
    /// All links to occurrences of this series master.
    Series(ItemId),
    /// All links whose Activity became due for completion by then (see [`Link::due`]).
    Due(Instant),
}
