//! The ports: the questions that ring 2 asks of the world. Ring 3 answers them in a browser, the
//! tests natively. No answer here decides anything.
// the crate is single-threaded in the browser; no future of ours has to be `Send`
#![allow(async_fn_in_trait)]

use crate::engine::change::StateChange;
use crate::engine::containers::Renamed;
use crate::engine::history::Entry;
use crate::engine::link::{Link, LinkKey, State};
use crate::engine::settings::Settings;
use crate::error::Result;
use crate::model::person::Roll;
use crate::model::record::copy;
use crate::model::{
    Address, ContactId, Container, ContainerId, Cursor, Facts, Field, GroupId, Instant, Item, ItemId, Kind, Listing,
    Malformed, Mark, Patch, Person, Record, Side, Uid, Version, Window,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// A request with its whole body. The address is absolute.
pub type Request = http::Request<Vec<u8>>;
/// A response with its whole body.
pub type Response = http::Response<Vec<u8>>;

/// No response came, or only a part of one. Whether the server acted on the request is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost;

/// Sends requests.
pub trait Http {
    /// Sends one request and waits for the whole response.
    ///
    /// # Errors
    /// [`Lost`] if none came.
    async fn send(&self, request: Request) -> Result<Response, Lost>;

    /// Counts `requests` that are about to go to `side`, over all runs and tabs of the user; the
    /// milliseconds that they have to wait to stay within what its server takes (see
    /// [`Budget`](crate::http::budget::Budget)). A world that keeps no count lets all of them go.
    async fn book(&self, side: Side, requests: u32) -> u64 {
        let _ = (side, requests);
        0
    }
}

/// Tells and spends time.
pub trait Clock {
    /// This device's clock, which may be wrong.
    fn now(&self) -> Instant;

    /// Waits so many milliseconds.
    async fn sleep(&self, ms: u64);
}

/// A text that never shows in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Signs requests. Asked for every request, so that a rotated token or cookie is used at once.
pub trait Keys {
    /// The headers that let the user in at `side` (`Authorization`; `BPMCSRF`). `renew`: those
    /// given last were refused.
    ///
    /// # Errors
    /// `SignedOut` if the user has to sign in first.
    async fn headers(&self, side: Side, renew: bool) -> Result<Vec<(String, Secret)>>;

    /// New headers after the server challenged those given last: the token has to be asked for with
    /// `claims`, a JSON text (continuous access evaluation, docs/facts/graph.md, "Challenges"). A
    /// world whose tokens know no claims just renews them.
    ///
    /// # Errors
    /// As above.
    async fn challenged(&self, side: Side, claims: &str) -> Result<Vec<(String, Secret)>> {
        let _ = claims;
        self.headers(side, true).await
    }

    /// By whose sign-in the keys to `side` are: an opaque name that is another after every sign-in,
    /// told without asking the server. `None`: it can't be told.
    async fn holder(&self, _side: Side) -> Option<String> {
        None
    }
}

/// What a reading covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The window.
    pub window: Window,
    /// Which calendars are read.
    pub calendars: Choice,
    /// Which task lists are read.
    pub lists: Choice,
}

impl Scope {
    /// Whether `container` is to be read.
    #[must_use]
    pub fn takes(&self, container: &Container) -> bool {
        match container.kind {
            Kind::Meeting => self.calendars.takes(container),
            Kind::Task => self.lists.takes(container),
        }
    }
}

/// Which containers of one kind are read. A container that is named but not there is left out of
/// the listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// All that the mailbox owns.
    pub own: bool,
    /// The default one.
    pub default: bool,
    /// Those named.
    pub named: Vec<ContainerId>,
}

impl Choice {
    /// Whether `container` is to be read.
    #[must_use]
    pub fn takes(&self, container: &Container) -> bool {
        (self.own && container.own) || (self.default && container.default) || self.named.contains(&container.id)
    }
}

/// A question for particular items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clue {
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

/// What answers a clue.
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
    /// clue is not known.
    pub refused: Option<String>,
}

impl Found {
    /// Whether nothing answers the clue.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        self.items.is_empty() && self.malformed.is_empty() && !self.series && self.refused.is_none()
    }
}

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

impl Op {
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
    pub status: Option<crate::model::Status>,
    /// Creatio: make this Contact the Owner.
    pub owner: Option<ContactId>,
    /// Exchange: set our mark.
    pub mark: Option<Mark>,
    /// Exchange: what was known of the item: an online-meeting block to be kept, a recurring task.
    pub facts: Facts,
    /// Exchange: who gets mail of it.
    pub tells: Tells,
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
            tells: Tells::All,
        }
    }
}

/// Who gets mail of a change of an event, if the server leaves that to the writer. Microsoft 365
/// doesn't: there it is always `All`. The organizer gets every answer to an invitation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tells {
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
    /// It may or may not have been carried out: the next run finds out.
    Unknown,
    /// It was not sent, or surely not carried out: the next run does it.
    NotSent,
}

impl Refusal {
    /// Of a write of times while the user's zone is one that the mailbox does not know by `name`:
    /// in UTC days would begin at another hour than the user's.
    #[must_use]
    pub fn zone(name: &str) -> Self {
        Self::Rejected(format!("the time zone {name} is not known"))
    }
}

/// One side: everything that can be asked of it and done to it.
pub trait Replica {
    /// Makes sure that the keys lead to the end that is meant, before anything is read. `known` is
    /// what the last call gave: the server is asked only if the sign-in is another since, or can't
    /// be told.
    ///
    /// # Errors
    /// `Elsewhere` with both names; what else stops a run.
    async fn identify(&self, known: Option<&str>) -> Result<Option<String>>;

    /// The user's own addresses there. `known` is what the last call gave: the server is asked only
    /// if that is nothing. A side whose people are Contacts has none.
    ///
    /// # Errors
    /// What stops a run.
    async fn own(&self, known: BTreeSet<Address>) -> Result<BTreeSet<Address>> {
        Ok(known)
    }

    /// Reads the side: in full, or what changed since `cursor`. A cursor that the server no longer
    /// knows, or that was made for another scope, costs a full reading, never an error.
    ///
    /// # Errors
    /// What stops a run; malformed items don't.
    async fn observe(&self, scope: &Scope, cursor: Option<&Cursor>) -> Result<Listing>;

    /// Reads particular items directly, marks included, whatever the window: for each clue, in
    /// order, what answers it. Nothing is a sure sign of absence (as far as the user may see).
    ///
    /// # Errors
    /// What stops a run: a clue that can't be answered must not look like an absent item.
    async fn find(&self, clues: &[Clue]) -> Result<Vec<Found>>;

    /// Carries out writes, batched; one outcome for each, in order. Never repeats what is not safe
    /// to repeat.
    async fn apply(&self, ops: &[Op]) -> Vec<Outcome>;
}

/// What Creatio knows of people and groups, beside its activities.
pub trait Directory {
    /// The Contacts that have these addresses; an address nobody has is left out. Of several
    /// Contacts with one address, one is chosen, always the same.
    ///
    /// # Errors
    /// What stops a run.
    async fn people(&self, addresses: &[Address]) -> Result<Vec<(Address, ContactId)>>;

    /// The Activities that are in these groups and touch `window`.
    ///
    /// # Errors
    /// What stops a run; a group that can't be evaluated is named in the answer.
    async fn members(&self, groups: &[GroupId], window: &Window) -> Result<Membership>;

    /// A text that is another once somebody has put Activities into these groups, taken some out,
    /// or changed what a group selects; asked for by every run, it must be cheap. That an Activity
    /// joins a group because it was edited itself, or because a day has passed, it does not tell.
    /// `None`: it can't be told, and the members have to be asked for.
    ///
    /// # Errors
    /// What stops a run.
    async fn membership(&self, groups: &[GroupId]) -> Result<Option<String>> {
        let _ = groups;
        Ok(None)
    }

    /// Whether the user can read any Activity at all, whosever it is and whenever. Asked where a
    /// listing has none although pairs live. A world in which rights can't be lost says yes.
    ///
    /// # Errors
    /// What stops a run.
    async fn is_readable(&self) -> Result<bool> {
        Ok(true)
    }
}

/// Activities of groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// The Activities that are in at least one of the groups.
    pub members: std::collections::BTreeSet<ItemId>,
    /// Groups that could not be evaluated, with the reason: they have no members.
    pub failed: Vec<(GroupId, String)>,
}

/// Keeps settings, links and the state of one account, by key: a run with no changes must not read
/// all links.
pub trait Store {
    /// The account's settings, if any were saved.
    ///
    /// # Errors
    /// `Store` if it fails or belongs to a newer engine.
    async fn settings(&self) -> Result<Option<Settings>>;

    /// Saves the account's settings.
    ///
    /// # Errors
    /// As above.
    async fn save_settings(&self, settings: &Settings) -> Result<()>;

    /// Has the settings name containers by their new ids, wherever they are kept, as they are there
    /// now.
    ///
    /// # Errors
    /// As above; what else the place where they are kept refuses.
    async fn rename_in_settings(&self, renamed: &Renamed) -> Result<()>;

    /// The account's state, if it has ever run.
    ///
    /// # Errors
    /// As above.
    async fn state(&self) -> Result<Option<State>>;

    /// The links that any of `keys` names, each once, in no particular order.
    ///
    /// # Errors
    /// As above.
    async fn links(&self, keys: &[LinkKey]) -> Result<Vec<Link>>;

    /// The links that other accounts of the same user have to these Activities. An account whose
    /// store can't be read has none.
    ///
    /// # Errors
    /// As above.
    async fn elsewhere(&self, activities: &[ItemId]) -> Result<Vec<Link>>;

    /// All links.
    ///
    /// # Errors
    /// As above.
    async fn all(&self) -> Result<Vec<Link>>;

    /// A name for a run that begins at `now`: `now`, or just after the last name given. No two runs
    /// of an account get the same one, in whatever tabs they begin.
    ///
    /// # Errors
    /// As above.
    async fn name_run(&self, now: Instant) -> Result<Instant>;

    /// The history of one run, in the order in which it was written.
    ///
    /// # Errors
    /// As above.
    async fn entries(&self, run: Instant) -> Result<Vec<Entry>>;

    /// The newest part of the history: whole runs, newest first, each in the order in which it was
    /// written, until there are `least` entries.
    ///
    /// # Errors
    /// As above.
    async fn recent(&self, least: usize) -> Result<Vec<Entry>>;

    /// Writes a change, all of it or nothing. A link is kept under its Activity's id.
    ///
    /// # Errors
    /// As above; `StoreFull` if there is no room for it.
    async fn commit(&self, commit: &Commit) -> Result<()>;
}

/// A change of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// Links to drop, by their Activity's id; done first.
    pub drop: Vec<ItemId>,
    /// Links to put, in place of those with the same Activity.
    pub put: Vec<Link>,
    /// What changes in the state.
    pub state: Option<StateChange>,
    /// Entries of the history to add.
    pub history: Vec<Entry>,
    /// Entries of the history to take out again, by run and place: their writes were not confirmed.
    pub unwritten: Vec<(Instant, usize)>,
    /// Entries of runs before this are forgotten.
    pub forget: Option<Instant>,
}

/// Hears how a run goes on.
pub trait Events {
    /// A run has come so far.
    fn progress(&self, progress: Progress);

    /// Whether the user wants the run to stop; asked between batches.
    fn stop(&self) -> bool;

    /// Ends once the user wants the run to stop. A world in which nobody can never ends it.
    async fn stopped(&self) {
        std::future::pending().await
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Steps done in this phase.
    pub done: usize,
    /// Steps there are in this phase; 0 while it is not known.
    pub total: usize,
}

/// The phases of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Both sides are read.
    Reading,
    /// The plan is made.
    Planning,
    /// Writes go out.
    Writing,
}
