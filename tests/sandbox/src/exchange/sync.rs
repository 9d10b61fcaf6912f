//! `SyncFolderItems` and the states that it gives out (docs/facts/ews.md, "Changes"). A state
//! remembers what its client was told of a folder; a round tells what is otherwise now, newest
//! first. It has no calendaring logic: a series is one item.

use super::account::Visit;
use super::item::{self, Item};
use super::property::Shape;
use super::soap::{Served, Trouble};
use super::xml::{Element, m, t};
use crate::graph::base64::{STANDARD, base64};
use crate::graph::mailbox::Mailbox;
use crate::graph::quirks::digest;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use uuid::Uuid;

/// What a client was told of a folder: versions by id.
type Told = Arc<BTreeMap<String, u64>>;

/// The states of a mailbox.
#[derive(Default)]
pub(crate) struct States {
    /// Folder, what was told, and what the round before told, by state.
    known: BTreeMap<String, (String, Told, Vec<String>)>,
    /// Names of the states of a folder, oldest first.
    order: BTreeMap<String, VecDeque<String>>,
    /// As the mailbox was at the last rounds, by folder, oldest first.
    past: BTreeMap<String, VecDeque<Arc<Past>>>,
    /// As it was when stale reads were switched on.
    at_first: Option<Arc<Past>>,
}

/// The items of a mailbox at a moment.
pub(crate) struct Past {
    mailbox: Mailbox,
    trash: Vec<Item>,
}

/// One thing that a round tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Create(String),
    Update(String),
    Delete(String),
}

impl Change {
    fn id(&self) -> &String {
        match self {
            Self::Create(id) | Self::Update(id) | Self::Delete(id) => id,
        }
    }
}

/// A round under way.
pub(crate) struct Round {
    folder: String,
    told: Told,
    state: Option<String>,
    /// All that there is to tell.
    pub(crate) changes: Vec<Change>,
}

impl States {
    /// Forgets all of them, as when a mailbox is moved or restored.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Begins to remember how the mailbox was.
    pub(crate) fn remember(&mut self, past: Option<Past>) {
        self.past.clear();
        self.at_first = past.map(Arc::new);
    }
}

impl Past {
    /// How a mailbox is now.
    pub(crate) fn of(mailbox: &Mailbox, trash: &[Item]) -> Self {
        let mut copy = mailbox.snapshot();
        copy.calendars.clone_from(&mailbox.calendars);
        Self { mailbox: copy, trash: trash.to_vec() }
    }
}

impl Visit<'_> {
    /// What is otherwise than a state says: creates and updates by version, newest first, then
    /// deletes.
    ///
    /// # Errors
    /// `ErrorInvalidSyncStateData`: the state is not of this folder, or is not known any more.
    pub(crate) fn begin_round(
        &self,
        folder: &str,
        state: Option<&str>,
        versions: &BTreeMap<String, u64>,
    ) -> Result<Round, Trouble> {
        let state = state.filter(|state| !state.is_empty());
        let known = state.map(|state| self.account.states.known.get(state).filter(|(own, ..)| own == folder));
        let (told, before) = match known {
            None => (Told::default(), Vec::new()),
            Some(Some((_, told, before))) if !self.quirks.invalid_states => (Arc::clone(told), before.clone()),
            Some(_) if self.quirks.foreign.restarts => (Told::default(), Vec::new()),
            Some(_) => {
                return Err(Trouble::new(
                    "ErrorInvalidSyncStateData",
                    "Synchronization state data is corrupt or otherwise invalid.",
                ));
            }
        };
        let again = |id: &String| self.quirks.replays && before.contains(id);
        let mut news: Vec<(&String, u64)> = versions
            .iter()
            .filter(|(id, version)| told.get(*id) != Some(version) || again(id))
            .map(|(id, version)| (id, *version))
            .collect();
        news.sort_by_key(|(_, version)| std::cmp::Reverse(*version));
        let news = news
            .into_iter()
            .map(|(id, _)| if told.contains_key(id) { Change::Update(id.clone()) } else { Change::Create(id.clone()) });
        let gone = told.keys().filter(|id| !versions.contains_key(*id)).cloned().map(Change::Delete);
        let mut changes: Vec<Change> = news.chain(gone).collect();
        if self.quirks.shuffled_order {
            changes.sort_by_key(|change| change.id().bytes().rev().collect::<Vec<u8>>());
        }
        Ok(Round { folder: folder.to_owned(), told, state: state.map(str::to_owned), changes })
    }

    /// The state after a round that told its changes, or those of them that are in it still.
    /// What is told again later is what the last page of a round told.
    pub(crate) fn end_round(&mut self, round: Round, versions: BTreeMap<String, u64>, is_last: bool) -> String {
        if let (true, Some(state)) = (round.changes.is_empty(), &round.state)
            && self.account.states.known.contains_key(state)
        {
            return state.clone();
        }
        let mut told = BTreeMap::clone(&round.told);
        for change in &round.changes {
            match change {
                Change::Create(id) | Change::Update(id) => {
                    told.insert(id.clone(), versions.get(id).copied().unwrap_or_default());
                }
                Change::Delete(id) => {
                    told.remove(id);
                }
            }
        }
        let name = self.state_name(told.len());
        let told_last = round.changes.iter().filter(|_| is_last);
        let ids = told_last.map(|change| change.id().clone()).collect();
        let states = &mut self.account.states;
        states.known.insert(name.clone(), (round.folder.clone(), Arc::new(told), ids));
        let order = states.order.entry(round.folder).or_default();
        order.push_back(name.clone());
        let over = self.quirks.states.map_or(0, |most| order.len().saturating_sub(most.get()));
        let forgotten: Vec<String> = order.drain(..over).collect();
        forgotten.iter().for_each(|name| {
            states.known.remove(name);
        });
        name
    }

    /// An opaque text, longer than 500 characters, that grows with what it stands for
    /// (docs/facts/ews.md, "Changes").
    fn state_name(&mut self, items: usize) -> String {
        let first = self.mailbox.unique(self.environment);
        let parts = (0..24 + items / 4).map(|n| Uuid::new_v5(&first, &n.to_be_bytes()));
        let bytes: Vec<u8> = parts.flat_map(Uuid::into_bytes).collect();
        format!("H4sIAAAAAAAEA{}", base64(&bytes, STANDARD, "="))
    }

    /// `SyncFolderItems`.
    pub(crate) fn sync_items(&mut self) -> Vec<Served> {
        vec![self.sync_items_once()]
    }

    fn sync_items_once(&mut self) -> Served {
        let call = self.call;
        let operation = &call.operation;
        let shape = Shape::read(operation.child("ItemShape"))?;
        let target = operation.child("SyncFolderId").ok_or_else(Trouble::not_found)?;
        let missing = |trouble: Trouble| {
            if trouble.code == "ErrorFolderNotFound" {
                Trouble::new("ErrorSyncFolderNotFound", "The folder to synchronize could not be found.")
            } else {
                trouble
            }
        };
        let folder = self.target(target).map_err(missing)?;
        if matches!(folder.known, Some("todosearch" | "searchfolders")) {
            return Err(Trouble::new("ErrorInvalidOperation", "A search folder can't be synchronized."));
        }
        let past = self.recall(&folder.id);
        let shown = past
            .as_deref()
            .map_or_else(|| self.items(&folder.id), |past| item::items(&past.mailbox, &past.trash, &folder.id));
        let ignored = operation.child("Ignore").map(|ids| ids.children.as_slice()).unwrap_or_default();
        let ignored: Vec<&str> = ignored.iter().filter_map(|id| id.attribute("Id")).collect();
        let shown: Vec<&Item> = shown.iter().filter(|item| !ignored.contains(&item.id())).collect();
        let versions: BTreeMap<String, u64> =
            shown.iter().map(|item| (item.id().to_owned(), self.version(item))).collect();
        let circles = self.quirks.circling.contains(&folder.name);
        let state = operation.text_of("SyncState").filter(|_| !circles);
        let mut round = self.begin_round(&folder.id, state, &versions)?;
        let asked =
            operation.text_of("MaxChangesReturned").and_then(|number| number.parse::<usize>().ok()).unwrap_or(1);
        let is_first = operation.text_of("SyncState").is_none_or(str::is_empty);
        let most = if self.quirks.empty_pages && is_first {
            0
        } else {
            self.quirks.page_size.map_or(asked, |size| size.get().min(asked))
        };
        let is_last = round.changes.len() <= most && !(most == 0 && is_first);
        round.changes.truncate(most);
        let by_id: BTreeMap<&str, &&Item> = shown.iter().map(|item| (item.id(), item)).collect();
        let mut told = Vec::new();
        for change in &round.changes {
            let item = by_id.get(change.id().as_str());
            told.push(match (change, item) {
                (Change::Create(_), Some(item)) => t("Create").hold([self.summary(item, &shape)?]),
                (Change::Update(_), Some(item)) => t("Update").hold([self.summary(item, &shape)?]),
                (Change::Delete(id), _) | (Change::Create(id) | Change::Update(id), None) => {
                    t("Delete").hold([t("ItemId").with("Id", id)])
                }
            });
            if let (true, Some(item)) = (self.quirks.read_flags, item) {
                told.push(t("ReadFlagChange").hold([item.item_id(), t("IsRead").say(true)]));
            }
        }
        let state = self.end_round(round, versions, is_last);
        Ok(vec![
            m("SyncState").say(state),
            m("IncludesLastItemInRange").say(is_last && !self.quirks.endless && !circles),
            m("Changes").hold(told),
        ])
    }

    /// What tells whether an item has changed.
    fn version(&self, item: &Item) -> u64 {
        match item {
            Item::Event(event) if self.quirks.foreign.silent && event.series.is_some() => {
                let stamps = ["@odata.etag", "changeKey", "lastModifiedDateTime"];
                let members = event.body.iter().filter(|(name, _)| !stamps.contains(&name.as_str()));
                let text: String = members.map(|(name, value)| format!("{name}{value}")).collect();
                digest(text.bytes())
            }
            Item::Event(_) | Item::Task(_) => item.changed(),
        }
    }

    /// Begins a call: the past mailbox that it shall show, if not the present one.
    fn recall(&mut self, folder: &str) -> Option<Arc<Past>> {
        let first = Arc::clone(self.account.states.at_first.as_ref()?);
        let now = Arc::new(Past::of(self.mailbox, &self.account.trash));
        let late = self.quirks.stale_reads;
        let past = self
            .account
            .states
            .past
            .entry(folder.to_owned())
            .or_insert_with(|| std::iter::repeat_n(first, late).collect());
        past.push_back(now);
        past.pop_front()
    }

    /// An item as lists tell it: texts cut, without what only `GetItem` tells.
    ///
    /// # Errors
    /// A property that the class lacks, or that lists don't tell.
    pub(crate) fn summary(&self, item: &Item, shape: &Shape) -> Result<Element, Trouble> {
        self.told(item, shape, true)
    }
}
