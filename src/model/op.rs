//! Writes to one item, and what becomes of them. Nothing here says how a server is written to.

use super::person::Roll;
use super::record::copy;
use super::{ContactId, ContainerId, Facts, Field, Item, ItemId, Mark, Patch, Person, Record, Status, Uid, Version};

/// A write to one item. All values are in the target side's normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Create an item.
    Create(Box<Create>),
    /// Write fields of an item, if it still has this version.
    Update(Box<Update>),
    /// Remove an item, if it still has this version. Exchange: to Deleted Items.
    Delete {
        /// Which.
        id: ItemId,
        /// Where it lies.
        container: ContainerId,
        /// The version on which the decision rests.
        version: Version,
        /// Exchange: a meeting of the user's own to which others are invited. It is called off,
        /// which tells them: a person has allowed that. Nobody is told of any other removal.
        cancels: bool,
    },
}

/// What is to be done about an operation once the item that it is about has been looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It may be written: what the decision rests on still stands.
    Write,
    /// It is there already: an earlier write, of which the reply was lost, was carried out.
    Written,
    /// It must not be written: the item has changed since it was decided on.
    Stale,
}

impl Op {
    /// The item that it is about; of a creation the id that it is to get, where we give it.
    #[must_use]
    pub const fn id(&self) -> Option<&ItemId> {
        match self {
            Self::Create(create) => create.id.as_ref(),
            Self::Update(update) => Some(&update.id),
            Self::Delete { id, .. } => Some(id),
        }
    }

    /// Where the item lies, or goes.
    #[must_use]
    pub const fn container(&self) -> &ContainerId {
        match self {
            Self::Create(create) => &create.container,
            Self::Update(update) => &update.container,
            Self::Delete { container, .. } => container,
        }
    }

    /// What is to be done, now that `item` was looked at and `version` is the one that it was to
    /// have.
    #[must_use]
    pub fn judge(&self, item: &Item, version: &Version) -> Judgement {
        let is_same = item.version == *version;
        match self {
            Self::Update(update) if is_same || update.patch.agree(&item.record, &update.before) => Judgement::Write,
            Self::Update(update) if update.patch.agree(&item.record, &update.patch.record) => Judgement::Written,
            Self::Delete { .. } if is_same => Judgement::Write,
            Self::Create(_) | Self::Update(_) | Self::Delete { .. } => Judgement::Stale,
        }
    }

    /// Whether it writes times, so that the user's zone matters.
    #[must_use]
    pub fn writes_times(&self) -> bool {
        match self {
            Self::Create(_) => true,
            Self::Update(update) => update.patch.fields.contains(&Field::When),
            Self::Delete { .. } => false,
        }
    }

    /// The fields that it writes, as they are to be; `None` if it writes none.
    #[must_use]
    pub fn patch(&self) -> Option<Patch> {
        match self {
            Self::Create(create) => Some(Patch::whole(&create.record)),
            Self::Update(update) => {
                let fields = update.patch.writable(&update.facts);
                Some(Patch { record: update.patch.record.clone(), fields })
            }
            Self::Delete { .. } => None,
        }
    }

    /// The item as it was right after this, of which `read` is a later reading: somebody has
    /// changed it since. What was written is as it was written, so that what differs from that is
    /// found to be an edit. People and answers merge per person, and are as read.
    #[must_use]
    pub fn as_written(&self, read: &Item, version: Version) -> Item {
        let mut item = Item { version, ..read.clone() };
        if let Some(patch) = self.patch().filter(|patch| patch.record.kind() == read.record.kind()) {
            for field in patch.fields {
                if !matches!(field, Field::People | Field::Response) {
                    copy(field, &patch.record, &mut item.record);
                }
            }
        }
        item
    }

    /// The people whom it would add.
    #[must_use]
    pub fn newcomers(&self) -> Vec<Person> {
        match self {
            Self::Create(create) => create.record.people().to_vec(),
            Self::Update(update) if update.patch.fields.contains(&Field::People) => {
                let there = Roll::of(update.before.people());
                update.patch.record.people().iter().filter(|one| !there.has(one)).cloned().collect()
            }
            Self::Update(_) | Self::Delete { .. } => Vec::new(),
        }
    }
}

/// A new item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    /// Creatio: the `Id` it gets. Exchange gives ids itself.
    pub id: Option<ItemId>,
    /// Where it goes; for Creatio its one container.
    pub container: ContainerId,
    /// Its fields. People on Exchange are only those that may be invited.
    pub record: Record,
    /// Creatio: the status of a meeting on creation is in `facts.status`, `GlobalActivityID` in
    /// `facts.uid`. Exchange: `facts.mark` is set on the item, `facts.transaction` makes the
    /// creation repeatable.
    pub facts: Facts,
}

/// A change of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Which.
    pub id: ItemId,
    /// Where it lies.
    pub container: ContainerId,
    /// The version on which the decision rests.
    pub version: Version,
    /// The fields as the decision saw them: after a version conflict the write may go on if the
    /// fields to be written still are so.
    pub before: Record,
    /// The fields to write. May be empty where only one of the members below is written.
    pub patch: Patch,
    /// Creatio: fill `GlobalActivityID`.
    pub uid: Option<Uid>,
    /// Creatio: set the status of an Activity of either kind (to Canceled, to Completed).
    pub status: Option<Status>,
    /// Creatio: make this Contact the Owner.
    pub owner: Option<ContactId>,
    /// Exchange: set our mark.
    pub mark: Option<Mark>,
    /// Exchange: what was known of the item: an online-meeting block to be kept, a recurring task.
    pub facts: Facts,
    /// Exchange: who gets mail of it.
    pub tells: SendInvitations,
}

impl Update {
    /// A change of `item`, as it was read, by `patch` and nothing else.
    #[must_use]
    pub fn of(item: &Item, patch: Patch) -> Self {
        Self {
            id: item.id.clone(),
            container: item.container.clone(),
            version: item.version.clone(),
            before: item.record.clone(),
            patch,
            uid: None,
            owner: None,
            status: None,
            mark: None,
            facts: item.facts.clone(),
            tells: SendInvitations::All,
        }
    }
}

/// Who gets mail of a change of an event, if the server leaves that to the writer. Microsoft 365
/// doesn't: there it is always `All`. The organizer gets every answer to an invitation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SendInvitations {
    /// Whomever it concerns.
    #[default]
    All,
    /// Only those whom it invites or takes off.
    Invited,
    /// Nobody.
    Nobody,
}

/// What became of a write.
pub type Outcome = Result<Written, Refusal>;

/// A write that the server confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The item's id.
    pub id: ItemId,
    /// Where it lies.
    pub container: ContainerId,
    /// Its version after the write.
    pub version: Version,
    /// The item as the server then held it, where its reply or a read told.
    pub item: Option<Box<Item>>,
    /// What was written over, if that was seen not to be what the decision rests on: somebody was
    /// faster, and the server can't make a write depend on what it finds. It goes to the history.
    pub replaced: Option<Box<Record>>,
    /// Creatio: what of the people could not be written, though the Activity was. The next run
    /// writes it: the base must not have it.
    pub missing: Option<Missing>,
}

impl Written {
    /// A write of which the reply tells no more than these.
    #[must_use]
    pub const fn bare(id: ItemId, container: ContainerId, version: Version) -> Self {
        Self { id, container, version, item: None, replaced: None, missing: None }
    }
}

/// Participants of an Activity whose rows are not as they were to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Who: as they were to be, or, if they were to go, as they are.
    pub people: Vec<Person>,
    /// The user's own answer is not there.
    pub response: bool,
    /// Why, as [`Refusal::Rejected`] tells it.
    pub reason: String,
}

/// A write that was not confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The item has changed since it was read: the next run decides anew.
    Stale,
    /// The item is not there.
    Gone,
    /// The server refused it: its code or deepest message, cut short. Trying again would not help.
    Rejected(String),
    /// Creatio: an Activity with the id of this creation is there, and the user may not read it.
    Taken,
    /// Exchange: an event of the transaction of this creation was there and has been deleted.
    Spent,
    /// It may or may not have been carried out: the next run finds out.
    Unknown,
    /// It was not sent, or surely not carried out: the next run does it.
    NotSent,
}

impl Refusal {
    /// Of an update of which the server lets no field be written.
    #[must_use]
    pub fn nothing_writable() -> Self {
        Self::Rejected("none of the fields can be written".to_owned())
    }

    /// Of a write of times while the user's zone is one that the mailbox does not know by `name`:
    /// in UTC days would begin at another hour than the user's.
    #[must_use]
    pub fn zone(name: &str) -> Self {
        Self::Rejected(format!("the time zone {name} is not known"))
    }
}
