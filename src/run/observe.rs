//! The first half of a run: both sides are read, and everything is looked up that the engine needs to decide. Nothing is decided here but
//! what to look up: an absence is never believed before a direct read has confirmed it.

use super::Ends;
use crate::engine::actions::ACTIVITIES;
use crate::engine::link::{Held, Link, LinkKey, LinkState, Reason, State};
use crate::engine::settings::{Extent, Settings};
use crate::engine::{Context, Seen, decide, identity, matching, scope};
use crate::error::Result;
use crate::model::{ContainerId, Cursor, Instant, Item, ItemId, Kind, Listing, Pair, Person, Record, Side, Window};
use crate::ports::{Clock, Clue, Directory, Events, Found, Replica, Scope, Store};
use futures_util::future;
use std::collections::{BTreeMap, BTreeSet};

/// What was seen, and where the next reading goes on.
pub struct Observed {
    /// All that the engine decides on.
    pub seen: Seen,
    /// The next cursors.
    pub cursors: Pair<Option<Cursor>>,
    /// Creatio's clock.
    pub now: Option<Instant>,
    /// What could not be looked up.
    pub held: Vec<Held>,
    /// Whether both sides were read in full.
    pub full: bool,
    /// The containers that hold links, if all links were read.
    pub holding: BTreeSet<ContainerId>,
}

struct Gather<'a, C, X, S, K, E> {
    ends: &'a Ends<'a, C, X, S, K, E>,
    context: Context<'a>,
    seen: Seen,
    links: BTreeMap<ItemId, Link>,
    suspects: Pair<BTreeSet<ItemId>>,
    held: Vec<Held>,
}

/// Reads both sides at the same time, from the cursors on where there are any.
///
/// # Errors
/// What stops a run.
pub async fn read<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events>(
    ends: &Ends<'_, C, X, S, K, E>,
    scope: &Scope,
    cursors: &Pair<Option<Cursor>>,
) -> Result<Pair<Listing>> {
    let creatio = ends.creatio.observe(scope, cursors.creatio.as_ref());
    let exchange = ends.exchange.observe(scope, cursors.exchange.as_ref());
    let (creatio, exchange) = future::join(creatio, exchange).await;
    Ok(Pair { creatio: creatio?, exchange: exchange? })
}

/// Looks up what `listings`, read from `cursors` on, leave open.
///
/// # Errors
/// What stops a run.
pub async fn observe<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events>(
    ends: &Ends<'_, C, X, S, K, E>,
    settings: &Settings,
    window: Window,
    (state, cursors, listings): (&State, &Pair<Option<Cursor>>, Pair<Listing>),
) -> Result<Observed> {
    let now = listings.creatio.now.unwrap_or_else(|| ends.clock.now());
    let context = Context { settings, zone: ends.zone, now, window, account: ends.account, words: ends.words };
    let mut gather = Gather {
        ends,
        context,
        seen: Seen { total: state.links, ..Seen::default() },
        links: BTreeMap::new(),
        suspects: Pair::default(),
        held: Vec::new(),
    };
    let full = Side::BOTH.into_iter().all(|side| cursors[side].is_none());
    let ended = listings.as_ref().map(|listing| listing.cursor.clone());
    gather.seen.full = full;
    gather.seen.answers = state.answers.clone();
    gather.seen.guarded = state.held.iter().filter_map(|held| Some((held.id.clone()?, held.reason))).collect();
    gather.seen.deletions = recent(state, now);
    gather.listed(listings, state, full).await?;
    gather.reopened();
    gather.again(state).await?;
    gather.answered(state).await?;
    gather.due().await?;
    gather.pending().await?;
    gather.unsettled().await?;
    gather.members(settings).await?;
    gather.confirm().await?;
    gather.marks().await?;
    gather.candidates().await?;
    gather.origins().await?;
    gather.confirm().await?;
    gather.people().await?;
    let holding = gather.links.values().map(|link| link.containers.exchange.clone()).collect();
    gather.seen.links = gather.links.into_values().collect();
    Ok(Observed { seen: gather.seen, cursors: ended, now: Some(now), held: gather.held, full, holding })
}

impl<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events> Gather<'_, C, X, S, K, E> {
    /// Takes in both listings and the links that they touch; who is missing becomes a suspect.
    async fn listed(&mut self, listings: Pair<Listing>, state: &State, full: bool) -> Result<()> {
        let mut keys = Vec::new();
        let any_complete = Side::BOTH.into_iter().any(|side| !listings[side].complete.is_empty());
        for side in Side::BOTH {
            let listing = &listings[side];
            let ids = listing.items.iter().map(|item| &item.id).chain(&listing.removed).chain(&state.fresh[side]);
            keys.extend(ids.map(|id| LinkKey::Item(side, id.clone())));
            // a series that is deleted whole is told by its master alone
            let masters = listing.series.iter().map(|set| &set.master).chain(&listing.removed);
            keys.extend(masters.map(|master| LinkKey::Series(master.clone())));
            self.seen.empty[side] = !listing.complete.is_empty() && listing.items.is_empty() && full;
        }
        let links = if any_complete { self.ends.store.all().await? } else { self.ends.store.links(&keys).await? };
        if any_complete {
            self.seen.total = links.len();
        }
        self.know(links);
        for side in Side::BOTH {
            self.suspect(side, &listings[side], &state.fresh[side]);
        }
        let Pair { creatio, exchange } = listings;
        self.lacking(&exchange.lacking);
        self.seen.containers = exchange.containers;
        for (side, items, malformed) in
            [(Side::Creatio, creatio.items, creatio.malformed), (Side::Exchange, exchange.items, exchange.malformed)]
        {
            self.seen.items[side] = items.into_iter().map(|item| (item.id.clone(), item)).collect();
            self.seen.malformed[side] = malformed;
        }
        Ok(())
    }

    /// A kind that is to be synchronised, and that the mailbox does not have.
    fn lacking(&mut self, kinds: &[Kind]) {
        let settings = self.context.settings;
        let wanted = |kind: &&Kind| scope::import(settings, **kind).on || settings.export.on;
        self.held.extend(kinds.iter().filter(wanted).map(|_| Held {
            side: Side::Exchange,
            id: None,
            title: String::new(),
            reason: Reason::NoToDo,
            detail: String::new(),
            fields: Vec::new(),
            values: Vec::new(),
            since: self.context.now,
        }));
    }

    fn know(&mut self, links: Vec<Link>) {
        self.links.extend(links.into_iter().map(|link| (link.ids.creatio.clone(), link)));
    }

    /// Linked items that a listing hints to be absent.
    fn suspect(&mut self, side: Side, listing: &Listing, fresh: &BTreeSet<ItemId>) {
        let there: BTreeSet<&ItemId> = listing
            .items
            .iter()
            .map(|item| &item.id)
            .chain(listing.malformed.iter().filter_map(|malformed| malformed.id.as_ref()))
            .collect();
        let removed: BTreeSet<&ItemId> = listing.removed.iter().collect();
        let complete: BTreeSet<&ContainerId> = listing.complete.iter().collect();
        let series: BTreeMap<&ItemId, BTreeSet<&ItemId>> =
            listing.series.iter().map(|set| (&set.master, set.present.iter().collect())).collect();
        for link in self.links.values().filter(|link| matters(link)) {
            let id = &link.ids[side];
            let dropped = side == Side::Exchange
                && link.series().is_some_and(|master| {
                    removed.contains(master) || series.get(master).is_some_and(|present| !present.contains(id))
                });
            let unlisted = complete.contains(&link.containers[side]);
            if !there.contains(id) && (unlisted || dropped || removed.contains(id) || fresh.contains(id)) {
                self.suspects[side].insert(id.clone());
            }
        }
    }

    /// Of an Activity that is no longer Canceled it must be known whether its counterpart is still there.
    fn reopened(&mut self) {
        let items = &self.seen.items;
        let woken = self.links.values().filter(|link| {
            link.state == LinkState::Tombstone
                && !items.exchange.contains_key(&link.ids.exchange)
                && decide::reopened(link, items.creatio.get(&link.ids.creatio))
        });
        self.suspects.exchange.extend(woken.map(|link| link.ids.exchange.clone()).collect::<Vec<_>>());
    }

    /// Items whose step the last run did not finish are read again.
    async fn again(&mut self, state: &State) -> Result<()> {
        let mut keys = Vec::new();
        for side in Side::BOTH {
            for (id, _) in &state.again[side] {
                keys.push(LinkKey::Item(side, id.clone()));
            }
        }
        if keys.is_empty() {
            return Ok(());
        }
        let links = self.ends.store.links(&keys).await?;
        self.know(links);
        for side in Side::BOTH {
            let clues: Vec<Clue> = state.again[side]
                .iter()
                .filter(|(id, _)| !self.seen.items[side].contains_key(id) && !self.suspects[side].contains(id))
                .filter(|(id, _)| !self.is_pending(side, id))
                .map(|(id, container)| Clue::Id { id: id.clone(), container: container.clone() })
                .collect();
            self.read(side, &clues).await?;
        }
        Ok(())
    }

    fn is_pending(&self, side: Side, id: &ItemId) -> bool {
        self.links.values().any(|link| link.ids[side] == *id && link.state == LinkState::Pending(side))
    }

    /// Reads by clue; a linked item that is not found by its id is gone.
    async fn read(&mut self, side: Side, clues: &[Clue]) -> Result<()> {
        if clues.is_empty() {
            return Ok(());
        }
        let found = match side {
            Side::Creatio => self.ends.creatio.find(clues).await?,
            Side::Exchange => self.ends.exchange.find(clues).await?,
        };
        for (clue, found) in clues.iter().zip(found) {
            if let (Clue::Id { id, .. }, true) = (clue, found.is_absent()) {
                self.seen.gone[side].insert(id.clone());
            }
            self.take(side, found);
        }
        Ok(())
    }

    /// Takes in what a direct read found, where no listing told of it.
    fn take(&mut self, side: Side, found: Found) {
        for item in found.items {
            let known = self.seen.items[side].entry(item.id.clone()).or_insert_with(|| item.clone());
            // a listing does not tell our mark
            known.facts.mark = known.facts.mark.take().or(item.facts.mark);
            known.facts.transaction = known.facts.transaction.take().or(item.facts.transaction);
        }
        for bad in found.malformed {
            if !self.seen.malformed[side].contains(&bad) {
                self.seen.malformed[side].push(bad);
            }
        }
    }

    /// Items that a person answered about are read again, with their counterparts.
    async fn answered(&mut self, state: &State) -> Result<()> {
        let mut keys: Vec<LinkKey> = state.answers.items().map(|(side, id)| LinkKey::Item(side, id.clone())).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let links = self.ends.store.links(&keys).await?;
        keys.clear();
        for side in Side::BOTH {
            let unlinked = state.answers.items().filter(|(s, _)| *s == side).filter_map(|(_, id)| {
                let linked = links.iter().any(|link| link.ids[side] == *id);
                let container = self.seen.containers.iter().find(|c| c.default)?;
                let place = if side == Side::Creatio { ContainerId::from(ACTIVITIES) } else { container.id.clone() };
                (!linked).then(|| Clue::Id { id: id.clone(), container: place })
            });
            let linked = links
                .iter()
                .map(|link| Clue::Id { id: link.ids[side].clone(), container: link.containers[side].clone() });
            let clues: Vec<Clue> = unlinked
                .chain(linked)
                .filter(|clue| match clue {
                    Clue::Id { id, .. } => !self.seen.items[side].contains_key(id) && !self.is_pending(side, id),
                    Clue::Uid(_) | Clue::Mark(_) => false,
                })
                .collect();
            self.read(side, &clues).await?;
        }
        self.know(links);
        Ok(())
    }

    /// Of pairs that are not settled, both sides are read as soon as one is.
    async fn unsettled(&mut self) -> Result<()> {
        for side in Side::BOTH {
            let read = |side: Side, id: &ItemId| {
                self.seen.items[side].contains_key(id)
                    || self.seen.gone[side].contains(id)
                    || self.suspects[side].contains(id)
            };
            let clues: Vec<Clue> = self
                .links
                .values()
                .filter(|link| link.unsettled && matters(link))
                .filter(|link| !read(side, &link.ids[side]) && read(side.other(), &link.ids[side.other()]))
                .map(|link| Clue::Id { id: link.ids[side].clone(), container: link.containers[side].clone() })
                .collect();
            self.read(side, &clues).await?;
        }
        Ok(())
    }

    /// Meetings that ended since the last run; whether somebody touched the status only a direct read tells.
    async fn due(&mut self) -> Result<()> {
        let links = self.ends.store.links(&[LinkKey::Due(self.context.now)]).await?;
        self.seen.due = links.iter().map(|link| link.ids.creatio.clone()).collect();
        let unread = |id: &ItemId| !self.seen.items.creatio.contains_key(id) && !self.suspects.creatio.contains(id);
        let clues: Vec<Clue> = self.seen.due.iter().filter(|id| unread(id)).cloned().map(activity).collect();
        self.read(Side::Creatio, &clues).await?;
        let new = links.into_iter().filter(|link| !self.links.contains_key(&link.ids.creatio)).collect();
        self.know(new);
        Ok(())
    }

    /// Creations that were never confirmed are looked for by what was to be created.
    async fn pending(&mut self) -> Result<()> {
        for side in Side::BOTH {
            let waiting: Vec<Link> = self
                .links
                .values()
                .filter(|link| link.state == LinkState::Pending(side))
                .filter(|link| !self.seen.items[side].contains_key(&link.ids[side]))
                .cloned()
                .collect();
            let clues: Vec<Clue> = waiting.iter().map(|link| trace(side, link)).collect();
            if clues.is_empty() {
                continue;
            }
            let found = match side {
                Side::Creatio => self.ends.creatio.find(&clues).await?,
                Side::Exchange => self.ends.exchange.find(&clues).await?,
            };
            for (mut link, found) in waiting.into_iter().zip(found) {
                let absent = found.is_absent();
                match oldest(found.items) {
                    Some(item) => {
                        link.ids[side] = item.id.clone();
                        link.containers[side] = item.container.clone();
                        self.seen.items[side].insert(item.id.clone(), item);
                    }
                    None if absent => {
                        self.seen.gone[side].insert(link.ids[side].clone());
                    }
                    None => continue, // something is there that can't be understood: nothing is created beside it
                }
                self.links.insert(link.ids.creatio.clone(), link);
            }
        }
        self.sources().await
    }

    /// What was never created is tried again from its source, which no listing may tell of by now.
    async fn sources(&mut self) -> Result<()> {
        for side in Side::BOTH {
            let clues: Vec<Clue> = self
                .links
                .values()
                .filter(|link| link.state == LinkState::Pending(side.other()))
                .map(|link| (&link.ids[side], &link.containers[side]))
                .filter(|(id, _)| !self.seen.items[side].contains_key(id) && !self.seen.gone[side].contains(id))
                .map(|(id, container)| Clue::Id { id: id.clone(), container: container.clone() })
                .collect();
            self.read(side, &clues).await?;
        }
        Ok(())
    }

    /// The Activities of the chosen groups; those that no listing told of are read, since joining a group changes no Activity.
    async fn members(&mut self, settings: &Settings) -> Result<()> {
        if !settings.export.on || settings.export.scope != Extent::Chosen {
            return Ok(());
        }
        let membership = self.ends.creatio.members(settings.export.choice()).await?;
        self.held.extend(membership.failed.into_iter().map(|(group, detail)| Held {
            side: Side::Creatio,
            id: Some(ItemId::new(group.as_str())),
            title: String::new(),
            reason: Reason::Group,
            detail,
            fields: Vec::new(),
            values: Vec::new(),
            since: self.context.now,
        }));
        let unseen: Vec<LinkKey> = membership
            .members
            .iter()
            .filter(|id| !self.seen.items.creatio.contains_key(id) && !self.links.contains_key(id))
            .map(|id| LinkKey::Item(Side::Creatio, id.clone()))
            .collect();
        let linked: BTreeSet<ItemId> =
            self.ends.store.links(&unseen).await?.into_iter().map(|link| link.ids.creatio).collect();
        let clues: Vec<Clue> = unseen
            .into_iter()
            .filter_map(|key| match key {
                LinkKey::Item(_, id) if !linked.contains(&id) => Some(activity(id)),
                LinkKey::Item(..) | LinkKey::Series(_) | LinkKey::Due(_) => None,
            })
            .collect();
        self.read(Side::Creatio, &clues).await?;
        self.seen.members = Some(membership.members);
        Ok(())
    }

    /// Suspects are read directly. What is not found by id is looked for by mark and UID in the whole mailbox, where it may have moved.
    async fn confirm(&mut self) -> Result<()> {
        for side in Side::BOTH {
            let suspects: Vec<ItemId> = std::mem::take(&mut self.suspects[side]).into_iter().collect();
            let clues: Vec<Clue> = self
                .links
                .values()
                .filter(|link| suspects.contains(&link.ids[side]) && !self.seen.gone[side].contains(&link.ids[side]))
                .map(|link| Clue::Id { id: link.ids[side].clone(), container: link.containers[side].clone() })
                .collect();
            self.read(side, &clues).await?;
            if side == Side::Exchange {
                let traces: Vec<Clue> = self
                    .links
                    .values()
                    .filter(|link| suspects.contains(&link.ids.exchange))
                    .filter(|link| self.seen.gone.exchange.contains(&link.ids.exchange))
                    .filter_map(moved)
                    .collect();
                self.read(side, &traces).await?;
            }
        }
        Ok(())
    }

    /// Unlinked items of Exchange may carry our mark, which only a direct read tells.
    async fn marks(&mut self) -> Result<()> {
        let linked: BTreeSet<&ItemId> = self.links.values().map(|link| &link.ids.exchange).collect();
        let unlinked: Vec<&Item> = self
            .seen
            .items
            .exchange
            .values()
            .filter(|item| !linked.contains(&item.id) && item.facts.mark.is_none() && !item.facts.canceled)
            .filter(|item| scope::in_window(&self.context, item))
            .collect();
        let clues: Vec<Clue> =
            unlinked.iter().map(|item| Clue::Id { id: item.id.clone(), container: item.container.clone() }).collect();
        if clues.is_empty() {
            return Ok(());
        }
        for found in self.ends.exchange.find(&clues).await?.into_iter().flat_map(|found| found.items) {
            if let Some(item) = self.seen.items.exchange.get_mut(&found.id) {
                item.facts.mark = found.facts.mark;
                item.facts.transaction = found.facts.transaction.or(item.facts.transaction.take());
            }
        }
        Ok(())
    }

    /// Activities that an unlinked item could stand for, linked ones too.
    async fn candidates(&mut self) -> Result<()> {
        let linked: BTreeSet<&ItemId> = self.links.values().map(|link| &link.ids.exchange).collect();
        let unlinked = self.seen.items.exchange.values().filter(|item| !linked.contains(&item.id));
        let mut clues = BTreeSet::new();
        let mut uids = BTreeSet::new();
        for item in unlinked.filter(|item| scope::imports(&self.context, &self.seen, item) || item.facts.mark.is_some())
        {
            clues.extend(matching::candidates(&self.context, item));
            uids.extend(item.facts.uid.clone().filter(|_| item.facts.occurrence.is_none()));
        }
        let keys: Vec<LinkKey> = clues.iter().map(|id| LinkKey::Item(Side::Creatio, id.clone())).collect();
        let links = self.ends.store.links(&keys).await?;
        for link in links.iter().filter(|link| matters(link)) {
            if !self.seen.items.exchange.contains_key(&link.ids.exchange) {
                self.suspects.exchange.insert(link.ids.exchange.clone());
            }
        }
        let known: BTreeSet<ItemId> = links.iter().map(|link| link.ids.creatio.clone()).collect();
        self.know(links);
        let clues: Vec<Clue> = clues
            .into_iter()
            .filter(|id| !known.contains(id) && !self.seen.items.creatio.contains_key(id))
            .map(activity)
            .chain(uids.into_iter().map(Clue::Uid))
            .collect();
        if clues.is_empty() {
            return Ok(());
        }
        for found in self.ends.creatio.find(&clues).await? {
            self.take(Side::Creatio, found);
        }
        let keys: Vec<LinkKey> =
            self.seen.items.creatio.keys().map(|id| LinkKey::Item(Side::Creatio, id.clone())).collect();
        let more = self.ends.store.links(&keys).await?;
        let more = more.into_iter().filter(|link| !self.links.contains_key(&link.ids.creatio)).collect();
        self.know(more);
        Ok(())
    }

    /// Unlinked Activities that bear an id of ours or a UID: another device, a colleague, or a run whose store was lost, made them for an
    /// event or task, which is looked for before they are exported.
    async fn origins(&mut self) -> Result<()> {
        let unlinked = self.seen.items.creatio.values().filter(|item| !self.links.contains_key(&item.id));
        let mut clues: Vec<Clue> = Vec::new();
        for item in unlinked.filter(|item| scope::exports(&self.context, &self.seen, item)) {
            clues.extend(identity::is_ours(&item.id).then(|| Clue::Mark(item.id.clone())));
            clues.extend(item.facts.uid.clone().map(Clue::Uid));
        }
        if clues.is_empty() {
            return Ok(());
        }
        let found = self.ends.exchange.find(&clues).await?;
        let ids =
            found.iter().flat_map(|found| &found.items).map(|item| LinkKey::Item(Side::Exchange, item.id.clone()));
        let links = self.ends.store.links(&ids.collect::<Vec<_>>()).await?;
        self.know(links);
        for found in found {
            self.take(Side::Exchange, found);
        }
        Ok(())
    }

    /// The Contacts behind the addresses of everybody who could come over.
    async fn people(&mut self) -> Result<()> {
        if !scope::import(self.context.settings, Kind::Meeting).on {
            return Ok(());
        }
        let touched = self
            .links
            .values()
            .filter(|link| self.seen.items.creatio.contains_key(&link.ids.creatio))
            .map(|link| &link.base.exchange);
        let mut addresses: Vec<_> = self
            .seen
            .items
            .exchange
            .values()
            .map(|item| &item.record)
            .chain(touched)
            .flat_map(people)
            .flat_map(|person| person.addresses.iter().cloned())
            .collect();
        addresses.sort();
        addresses.dedup();
        if !addresses.is_empty() {
            self.seen.people = self.ends.creatio.people(&addresses).await?.into_iter().collect();
        }
        Ok(())
    }
}

/// Whether an absence on either side of this link means anything.
const fn matters(link: &Link) -> bool {
    match link.state {
        LinkState::Alive | LinkState::Asleep | LinkState::Undone => true,
        LinkState::Tombstone | LinkState::Pending(_) => false,
    }
}

fn activity(id: ItemId) -> Clue {
    Clue::Id { id, container: ContainerId::from(ACTIVITIES) }
}

/// Deletions of the last 24 hours.
fn recent(state: &State, now: Instant) -> usize {
    let since = now - chrono::Duration::hours(24);
    state.deletions.iter().filter(|(at, _)| *at > since).map(|(_, count)| count).sum()
}

/// By what a creation that was never confirmed is found.
fn trace(side: Side, link: &Link) -> Clue {
    match side {
        Side::Creatio => activity(link.ids.creatio.clone()),
        Side::Exchange => Clue::Mark(link.ids.creatio.clone()),
    }
}

/// By what an item is found that is no longer under its id.
fn moved(link: &Link) -> Option<Clue> {
    if link.made == Some(Side::Exchange) || link.facts.exchange.mark.is_some() {
        return Some(Clue::Mark(link.ids.creatio.clone()));
    }
    let single = link.facts.exchange.occurrence.is_none();
    link.facts.exchange.uid.clone().filter(|_| single).map(Clue::Uid)
}

/// Of several items created for one Activity the oldest is it.
fn oldest(items: Vec<Item>) -> Option<Item> {
    items.into_iter().min_by_key(|item| (item.facts.created, item.id.clone()))
}

fn people(record: &Record) -> &[Person] {
    match record {
        Record::Meeting(meeting) => &meeting.people,
        Record::Task(_) => &[],
    }
}
