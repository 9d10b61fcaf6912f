//! Second phase: the stored links that the listings touch, and which of their items the listings
//! hint to be absent.

use super::{Gather, is_single, matters};
use crate::engine::held::{Held, Reason};
use crate::engine::link::{Link, LinkKey};
use crate::engine::scope;
use crate::engine::state::State;
use crate::error::Result;
use crate::flat::{FlatMap, FlatSet};
use crate::model::{ContainerId, ItemId, Kind, Listing, Pair, Side};
use crate::ports::{Directory, Store};
use crate::run::World;

impl<W: World> Gather<'_, W> {
    /// The second phase. Whether Creatio shows no Activity at all is asked here as well: what was
    /// seen of it then tells nothing.
    pub(super) async fn stored_links(&mut self, listings: Pair<Listing>, state: &State) -> Result<()> {
        self.listed(listings, state).await?;
        self.seen.unreadable = self.seen.empty.creatio
            && self.links.values().any(Link::has_activity)
            && !self.world.creatio().is_readable().await?;
        Ok(())
    }

    /// Takes in both listings and the links that they touch; who is missing becomes a suspect.
    pub(super) async fn listed(&mut self, listings: Pair<Listing>, state: &State) -> Result<()> {
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
            let whole =
                self.seen.full || listing.containers.iter().all(|container| listing.complete.contains(&container.id));
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
    pub(super) fn lacking(&mut self, kinds: &[Kind]) {
        let settings = self.context.settings;
        let wanted = |kind: &&Kind| scope::import(settings, **kind).on || settings.export.on;
        self.held.extend(
            kinds.iter().filter(wanted).map(|_| Held::nameless(Side::Exchange, Reason::NoToDo, self.context.now)),
        );
    }

    pub(super) fn know(&mut self, links: Vec<Link>) {
        self.links.extend(links.into_iter().map(|link| (link.halves.creatio.id().clone(), link)));
    }

    /// Linked items that a listing hints to be absent.
    pub(super) fn suspect(&mut self, side: Side, listing: &Listing, fresh: &FlatSet<ItemId>) {
        let there: FlatSet<&ItemId> = listing
            .items
            .iter()
            .map(|item| &item.id)
            .chain(listing.malformed.iter().filter_map(|malformed| malformed.id.as_ref()))
            .collect();
        let removed: FlatSet<&ItemId> = listing.removed.iter().collect();
        let complete: FlatSet<&ContainerId> = listing.complete.iter().collect();
        let singles: FlatSet<&ItemId> =
            listing.items.iter().filter(|item| is_single(item)).map(|item| &item.id).collect();
        let series: FlatMap<&ItemId, FlatSet<&ItemId>> =
            listing.series.iter().map(|set| (&set.master, set.present.iter().collect())).collect();
        for link in self.links.values().filter(|link| matters(link)) {
            let id = link.halves[side].id();
            let dropped = side == Side::Exchange
                && link.series().is_some_and(|master| {
                    removed.contains(master)
                        || singles.contains(master)
                        || series.get(master).is_some_and(|present| !present.contains(id))
                });
            let unlisted = complete.contains(&link.halves[side].container);
            let turned = side == Side::Exchange && series.contains_key(id);
            if !there.contains(id) && (unlisted || dropped || turned || removed.contains(id) || fresh.contains(id)) {
                self.suspects[side].insert(id.clone());
            }
        }
    }
}
