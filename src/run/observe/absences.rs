//! Fourth phase: an absence is believed only once the item has been asked for by its id, and by
//! its mark and UID in the whole mailbox, where it may have moved.

use super::Gather;
use crate::engine::link::Link;
use crate::error::Result;
use crate::model::lookup::Lookup;
use crate::model::{ItemId, Side};
use crate::ports::Replica;
use crate::run::World;

impl<W: World> Gather<'_, W> {
    /// Suspects are read directly. What is not found by id is looked for by mark and UID in the
    /// whole mailbox, where it may have moved.
    pub(super) async fn confirm(&mut self) -> Result<()> {
        for side in Side::BOTH {
            let suspects: Vec<ItemId> = std::mem::take(&mut self.suspects[side]).into_iter().collect();
            let lookups: Vec<Lookup> = self
                .links
                .values()
                .filter(|link| {
                    suspects.contains(link.halves[side].id()) && !self.seen.gone[side].contains(link.halves[side].id())
                })
                .map(|link| Lookup::Id {
                    id: link.halves[side].id().clone(),
                    container: link.halves[side].container.clone(),
                })
                .collect();
            self.read(side, &lookups).await?;
            if side == Side::Exchange {
                self.trace(&suspects).await?;
            }
        }
        Ok(())
    }

    /// Looks for events and tasks that are not found by their ids. One of which a series is found,
    /// or of which nothing can be told, is not gone.
    pub(super) async fn trace(&mut self, suspects: &[ItemId]) -> Result<()> {
        let lost = self.links.values().filter(|link| {
            suspects.contains(link.halves.exchange.id()) && self.seen.gone.exchange.contains(link.halves.exchange.id())
        });
        let (ids, lookups): (Vec<ItemId>, Vec<Lookup>) =
            lost.filter_map(|link| Some((link.halves.exchange.id().clone(), moved(link)?))).unzip();
        if lookups.is_empty() {
            return Ok(());
        }
        for (id, found) in ids.into_iter().zip(self.world.exchange().find(&lookups).await?) {
            if found.series {
                self.seen.series.insert(id.clone());
            }
            if found.series || found.refused.is_some() {
                self.seen.gone.exchange.remove(&id);
            }
            self.unanswered(&id, &found);
            self.take(Side::Exchange, found);
        }
        Ok(())
    }
}

/// By what an item is found that is no longer under its id. An occurrence goes nowhere alone: mark
/// and UID are those of its series.
fn moved(link: &Link) -> Option<Lookup> {
    if link.halves.exchange.facts.occurrence.is_some() {
        return None;
    }
    if link.made == Some(Side::Exchange) || link.halves.exchange.facts.mark.is_some() {
        return Some(Lookup::Mark(link.halves.creatio.id().clone()));
    }
    link.halves.exchange.facts.uid.clone().map(Lookup::Uid)
}
