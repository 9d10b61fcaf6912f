//! The first half of a run: both sides are read, and everything is looked up that the engine needs
//! to decide. Nothing is decided here but what to look up: an absence is never believed before a
//! direct read has confirmed it.

mod closer;
mod counterparts;
mod reads;

use crate::engine::context::{Context, Seen};
use crate::engine::held::{Held, Reason};
use crate::engine::link::{Link, LinkKey, LinkState};
use crate::engine::scope;
use crate::engine::settings::Settings;
use crate::engine::state::State;
use crate::error::Result;
use crate::model::scope::Scope;
use crate::model::{ContainerId, Cursor, Instant, Item, ItemId, Kind, Listing, Malformed, Pair, Side, Window};
use crate::ports::{Clock, Directory, Replica, Store};
use crate::run::World;
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
    /// How the chosen groups stood, if export is limited to groups and that can be told.
    pub membership: Option<String>,
}

struct Gather<'a, W> {
    world: &'a W,
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
pub async fn read<W: World>(world: &W, scope: &Scope, cursors: &Pair<Option<Cursor>>) -> Result<Pair<Listing>> {
    let creatio = world.creatio().observe(scope, cursors.creatio.as_ref());
    let exchange = world.exchange().observe(scope, cursors.exchange.as_ref());
    let (creatio, exchange) = future::join(creatio, exchange).await;
    Ok(Pair { creatio: creatio?, exchange: exchange? })
}

/// Looks up what `listings`, read from `cursors` on, leave open.
///
/// # Errors
/// What stops a run.
pub async fn observe<W: World>(
    world: &W,
    settings: &Settings,
    window: Window,
    (state, cursors, listings): (&State, &Pair<Option<Cursor>>, Pair<Listing>),
) -> Result<Observed> {
    let now = listings.creatio.now.unwrap_or_else(|| world.clock().now());
    let context = Context { settings, zone: world.zone(), now, window, account: world.account(), words: world.words() };
    let mut gather = Gather {
        world,
        context,
        seen: Seen { total: state.links, ..Seen::default() },
        links: BTreeMap::new(),
        suspects: Pair::default(),
        held: Vec::new(),
    };
    let full = Side::BOTH.into_iter().all(|side| cursors[side].is_none());
    let ended = Pair::of(|side| {
        // what has not even an id can only be found again by reading from the same place
        let nameless = listings[side].malformed.iter().any(Malformed::is_nameless);
        if nameless { cursors[side].clone() } else { listings[side].cursor.clone() }
    });
    gather.seen.full = full;
    gather.seen.first = state.compared.is_none();
    gather.seen.own = state.addresses.clone();
    gather.seen.answers = state.answers.clone();
    gather.seen.guarded = state.held.iter().filter_map(|held| Some((held.id.clone()?, held.reason))).collect();
    gather.seen.deletions = recent(state, now);
    gather.listed(listings, state, full).await?;
    gather.seen.unreadable = gather.seen.empty.creatio
        && gather.links.values().any(Link::has_activity)
        && !world.creatio().is_readable().await?;
    gather.edits().await?;
    gather.reopened();
    gather.again(state).await?;
    gather.answered(state).await?;
    gather.due().await?;
    gather.pending().await?;
    gather.unsettled().await?;
    gather.converted().await?;
    gather.formers().await?;
    gather.left().await?;
    let membership = gather.members(settings, state).await?;
    gather.confirm().await?;
    gather.marks().await?;
    gather.candidates().await?;
    gather.elsewhere().await?;
    gather.origins().await?;
    gather.early().await?;
    gather.seconds().await?;
    gather.originals().await?;
    gather.confirm().await?;
    gather.outdated().await?;
    gather.elsewhere().await?;
    gather.unchanged();
    gather.people().await?;
    let holding = gather.links.values().map(|link| link.containers.exchange.clone()).collect();
    gather.seen.links = gather.links.into_values().collect();
    Ok(Observed { seen: gather.seen, cursors: ended, now: Some(now), held: gather.held, full, holding, membership })
}

impl<W: World> Gather<'_, W> {
    /// Takes in both listings and the links that they touch; who is missing becomes a suspect.
    async fn listed(&mut self, listings: Pair<Listing>, state: &State, full: bool) -> Result<()> {
        let mut keys = Vec::new();
        let any_complete = Side::BOTH.into_iter().any(|side| !listings[side].complete.is_empty());
        for side in Side::BOTH {
            let listing = &listings[side];
            let ids = listing.items.iter().map(|item| &item.id).chain(&listing.removed).chain(&state.fresh[side]);
            keys.extend(ids.map(|id| LinkKey::Item(side, id.clone())));
            // a series that is deleted whole is told by its master alone, and one that became a
            // single event by that
            let singles = listing.items.iter().filter(|item| is_single(item)).map(|item| &item.id);
            let masters = listing.series.iter().map(|set| &set.master).chain(&listing.removed).chain(singles);
            keys.extend(masters.map(|master| LinkKey::Series(master.clone())));
            // an event that became a series is its master
            keys.extend(listing.series.iter().map(|set| LinkKey::Item(side, set.master.clone())));
            // a reading that only became a full one because rows are missing is the very case
            let whole = full || listing.containers.iter().all(|container| listing.complete.contains(&container.id));
            self.seen.empty[side] = !listing.complete.is_empty() && listing.items.is_empty() && whole;
        }
        let links =
            if any_complete { self.world.store().all().await? } else { self.world.store().links(&keys).await? };
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
        let singles: BTreeSet<&ItemId> =
            listing.items.iter().filter(|item| is_single(item)).map(|item| &item.id).collect();
        let series: BTreeMap<&ItemId, BTreeSet<&ItemId>> =
            listing.series.iter().map(|set| (&set.master, set.present.iter().collect())).collect();
        for link in self.links.values().filter(|link| matters(link)) {
            let id = &link.ids[side];
            let dropped = side == Side::Exchange
                && link.series().is_some_and(|master| {
                    removed.contains(master)
                        || singles.contains(master)
                        || series.get(master).is_some_and(|present| !present.contains(id))
                });
            let unlisted = complete.contains(&link.containers[side]);
            let turned = side == Side::Exchange && series.contains_key(id);
            if !there.contains(id) && (unlisted || dropped || turned || removed.contains(id) || fresh.contains(id)) {
                self.suspects[side].insert(id.clone());
            }
        }
    }
}

/// Whether `item` is an event by itself: the id of one that was a series is that of the series.
fn is_single(item: &Item) -> bool {
    item.record.kind() == Kind::Meeting && item.facts.occurrence.is_none()
}

/// Whether an absence on either side of this link means anything.
const fn matters(link: &Link) -> bool {
    match link.state {
        LinkState::Alive | LinkState::Asleep | LinkState::Undone => true,
        LinkState::Tombstone | LinkState::Pending(_) => false,
    }
}

/// Deletions of the last 24 hours.
fn recent(state: &State, now: Instant) -> usize {
    let since = now - chrono::Duration::hours(24);
    state.deletions.iter().filter(|(at, _)| *at > since).map(|(_, count)| count).sum()
}
