//! Third phase: single items are read, of which the listings tell too little to decide on.

use super::{Gather, activity, matters, people};
use crate::engine::action::ACTIVITIES;
use crate::engine::decide;
use crate::engine::link::{Link, LinkKey, LinkState};
use crate::engine::merge::differences;
use crate::engine::state::State;
use crate::error::Result;
use crate::model::lookup::{Found, Lookup};
use crate::model::{ContainerId, Item, ItemId, Person, Side};
use crate::ports::{Replica, Store};
use crate::run::World;

impl<W: World> Gather<'_, W> {
    /// The third phase. How the chosen groups stood, if export is limited to groups.
    pub(super) async fn direct_reads(&mut self, state: &State) -> Result<Option<String>> {
        self.edits().await?;
        self.reopened();
        self.again(state).await?;
        self.answered(state).await?;
        self.due().await?;
        self.pending().await?;
        self.unsettled().await?;
        self.converted().await?;
        self.formers().await?;
        self.members(state).await
    }

    /// Events and tasks that a listing shows edited are read directly: a listing may be late, and
    /// show one as it was before our own last write.
    pub(super) async fn edits(&mut self) -> Result<()> {
        let items = &self.seen.items.exchange;
        let edited = |link: &&Link| {
            let item = items.get(link.halves.exchange.id());
            matters(link)
                && item.is_some_and(|item| {
                    link.halves.exchange.version() != Some(&item.version)
                        && !differences(&link.halves.exchange.base, &item.record).is_empty()
                })
        };
        let lookup = |link: &Link| {
            let item = items.get(link.halves.exchange.id())?;
            Some(Lookup::Id { id: item.id.clone(), container: item.container.clone() })
        };
        let lookups: Vec<Lookup> = self.links.values().filter(edited).filter_map(lookup).collect();
        if lookups.is_empty() {
            return Ok(());
        }
        for (lookup, found) in lookups.iter().zip(self.world.exchange().find(&lookups).await?) {
            let Lookup::Id { id, .. } = lookup else { continue };
            match found.items.into_iter().next() {
                Some(mut item) => {
                    if let Some(listed) = self.seen.items.exchange.get(id) {
                        item.complete_people(listed);
                    }
                    self.seen.items.exchange.insert(id.clone(), item);
                }
                None if found.malformed.is_empty() && found.refused.is_none() => {
                    self.seen.items.exchange.remove(id);
                    self.suspects.exchange.insert(id.clone());
                }
                // that it is there is sure; what it holds is told as far as the listing does
                None => {}
            }
        }
        Ok(())
    }

    /// Of an Activity that is no longer Canceled it must be known whether its counterpart is still
    /// there.
    pub(super) fn reopened(&mut self) {
        let items = &self.seen.items;
        let woken = self.links.values().filter(|link| {
            link.state == LinkState::Tombstone
                && !items.exchange.contains_key(link.halves.exchange.id())
                && decide::reopened(link, items.creatio.get(link.halves.creatio.id()))
        });
        self.suspects.exchange.extend(woken.map(|link| link.halves.exchange.id().clone()).collect::<Vec<_>>());
    }

    /// Items whose step the last run did not finish, or which could not be understood, are read
    /// again.
    pub(super) async fn again(&mut self, state: &State) -> Result<()> {
        let mut keys = Vec::new();
        for side in Side::BOTH {
            for (id, _) in &state.again[side] {
                keys.push(LinkKey::Item(side, id.clone()));
            }
        }
        if keys.is_empty() {
            return Ok(());
        }
        let links = self.world.store().links(&keys).await?;
        for side in Side::BOTH {
            let linked = links.iter().filter(|link| matters(link)).map(|link| link.halves[side].id());
            let unread = linked.filter(|id| !self.seen.items[side].contains_key(id));
            let asked = unread.filter(|id| state.again[side].iter().any(|(again, _)| again == *id));
            self.suspects[side].extend(asked.cloned());
        }
        self.know(links);
        for side in Side::BOTH {
            let lookups: Vec<Lookup> = state.again[side]
                .iter()
                .filter(|(id, _)| !self.seen.items[side].contains_key(id) && !self.suspects[side].contains(id))
                .filter(|(id, _)| !self.is_pending(side, id))
                .map(|(id, container)| Lookup::Id { id: id.clone(), container: container.clone() })
                .collect();
            self.read(side, &lookups).await?;
        }
        Ok(())
    }

    /// Items that a person answered about are read again, with their counterparts.
    pub(super) async fn answered(&mut self, state: &State) -> Result<()> {
        let mut keys: Vec<LinkKey> = state.answers.items().map(|(side, id)| LinkKey::Item(side, id.clone())).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let links = self.world.store().links(&keys).await?;
        keys.clear();
        for side in Side::BOTH {
            let unlinked = state.answers.items().filter(|(s, _)| *s == side).filter_map(|(_, id)| {
                let linked = links.iter().any(|link| *link.halves[side].id() == *id);
                let asked = state.questions.iter().find(|question| question.is_about(id));
                let container = asked.and_then(|question| question.container.clone()).or_else(|| {
                    let container = self.seen.containers.iter().find(|container| container.default);
                    if side == Side::Creatio {
                        Some(ContainerId::from(ACTIVITIES))
                    } else {
                        Some(container?.id.clone())
                    }
                })?;
                (!linked).then(|| Lookup::Id { id: id.clone(), container })
            });
            let linked = links.iter().map(|link| Lookup::Id {
                id: link.halves[side].id().clone(),
                container: link.halves[side].container.clone(),
            });
            let lookups: Vec<Lookup> = unlinked
                .chain(linked)
                .filter(|lookup| match lookup {
                    Lookup::Id { id, .. } => !self.seen.items[side].contains_key(id) && !self.is_pending(side, id),
                    Lookup::Uid(_) | Lookup::Mark(_) | Lookup::MarkedTask(_) | Lookup::Look(_) => false,
                })
                .collect();
            self.read(side, &lookups).await?;
        }
        self.know(links);
        Ok(())
    }

    /// Meetings that ended since the last run; whether somebody touched the status only a direct
    /// read tells.
    pub(super) async fn due(&mut self) -> Result<()> {
        let links = self.world.store().links(&[LinkKey::Due(self.context.now)]).await?;
        self.seen.due = links.iter().map(|link| link.halves.creatio.id().clone()).collect();
        let unread = |id: &ItemId| !self.seen.items.creatio.contains_key(id) && !self.suspects.creatio.contains(id);
        let lookups: Vec<Lookup> = self.seen.due.iter().filter(|id| unread(id)).cloned().map(activity).collect();
        self.read(Side::Creatio, &lookups).await?;
        let new = links.into_iter().filter(|link| !self.links.contains_key(link.halves.creatio.id())).collect();
        self.know(new);
        Ok(())
    }

    /// Creations that were never confirmed are looked for by what was to be created.
    pub(super) async fn pending(&mut self) -> Result<()> {
        for side in Side::BOTH {
            let waiting: Vec<Link> = self
                .links
                .values()
                .filter(|link| link.state == LinkState::Pending(side))
                .filter(|link| !self.seen.items[side].contains_key(link.halves[side].id()))
                .cloned()
                .collect();
            let lookups: Vec<Lookup> = waiting.iter().map(|link| trace(side, link)).collect();
            if lookups.is_empty() {
                continue;
            }
            let found = match side {
                Side::Creatio => self.world.creatio().find(&lookups).await?,
                Side::Exchange => self.world.exchange().find(&lookups).await?,
            };
            for (mut link, mut found) in waiting.into_iter().zip(found) {
                self.unanswered(link.halves.creatio.id(), &found);
                // a former item of the other kind, or a copy of it, bears the same mark
                found.items.retain(|item| side == Side::Creatio || is_awaited(&link, item));
                let absent = found.is_absent();
                match oldest(found.items) {
                    Some(item) => {
                        link.halves[side].replace_id(item.id.clone());
                        link.halves[side].container = item.container.clone();
                        self.seen.items[side].insert(item.id.clone(), item);
                    }
                    None if absent => {
                        self.seen.gone[side].insert(link.halves[side].id().clone());
                    }
                    // something is there that can't be understood: nothing is created beside it
                    None => continue,
                }
                self.links.insert(link.halves.creatio.id().clone(), link);
            }
        }
        self.sources().await
    }

    /// What was never created is tried again from its source, which no listing may tell of by now.
    pub(super) async fn sources(&mut self) -> Result<()> {
        for side in Side::BOTH {
            let lookups: Vec<Lookup> = self
                .links
                .values()
                .filter(|link| link.state == LinkState::Pending(side.other()))
                .map(|link| (link.halves[side].id(), &link.halves[side].container))
                .filter(|(id, _)| !self.seen.items[side].contains_key(id) && !self.seen.gone[side].contains(id))
                .map(|(id, container)| Lookup::Id { id: id.clone(), container: container.clone() })
                .collect();
            self.read(side, &lookups).await?;
        }
        Ok(())
    }

    /// Of pairs that are not settled, both sides are read as soon as one is: of one alone the merge
    /// would take the base for what the other holds. A look-up may be the first to read it.
    pub(super) async fn unsettled(&mut self) -> Result<()> {
        for side in Side::BOTH {
            let read = |side: Side, id: &ItemId| {
                self.seen.items[side].contains_key(id)
                    || self.seen.gone[side].contains(id)
                    || self.suspects[side].contains(id)
            };
            let lookups: Vec<Lookup> = self
                .links
                .values()
                .filter(|link| link.unsettled && matters(link))
                .filter(|link| {
                    !read(side, link.halves[side].id()) && read(side.other(), link.halves[side.other()].id())
                })
                .map(|link| Lookup::Id {
                    id: link.halves[side].id().clone(),
                    container: link.halves[side].container.clone(),
                })
                .collect();
            self.read(side, &lookups).await?;
        }
        Ok(())
    }

    /// Whether a conversion would lose something, only a direct read of the event or task tells.
    pub(super) async fn converted(&mut self) -> Result<()> {
        let other = |link: &&Link| {
            let item = self.seen.items.creatio.get(link.halves.creatio.id());
            matters(link) && item.is_some_and(|item| item.record.kind() != link.kind())
        };
        let lookup = |link: &Link| Lookup::Id {
            id: link.halves.exchange.id().clone(),
            container: link.halves.exchange.container.clone(),
        };
        let lookups: Vec<Lookup> = self.links.values().filter(other).map(lookup).collect();
        self.read(Side::Exchange, &lookups).await
    }

    /// What a conversion has still to remove is read directly: it goes only as it was.
    pub(super) async fn formers(&mut self) -> Result<()> {
        let lookup = |link: &Link| Lookup::Id {
            id: link.halves.exchange.id().clone(),
            container: link.halves.exchange.container.clone(),
        };
        let lookups: Vec<Lookup> = self.links.values().flat_map(Link::formers).map(lookup).collect();
        self.read(Side::Exchange, &lookups).await
    }

    /// Activities from which participants are gone are read once more: an attendee is taken off an
    /// event only after that.
    pub(super) async fn left(&mut self) -> Result<()> {
        let fewer = |link: &&Link| {
            let now =
                self.seen.items.creatio.get(link.halves.creatio.id()).map_or(&[][..], |item| people(&item.record));
            let gone = |one: &Person| !now.iter().any(|other| other.is(one));
            link.state == LinkState::Alive
                && link.halves.exchange.facts.attendees > 0
                && self.seen.items.creatio.contains_key(link.halves.creatio.id())
                && people(&link.halves.creatio.base).iter().any(gone)
        };
        let lookups: Vec<Lookup> =
            self.links.values().filter(fewer).map(|link| activity(link.halves.creatio.id().clone())).collect();
        if lookups.is_empty() {
            return Ok(());
        }
        let found = self.world.creatio().find(&lookups).await?.into_iter().flat_map(|found| found.items);
        self.seen.items.creatio.extend(found.map(|item| (item.id.clone(), item)));
        Ok(())
    }

    pub(super) fn is_pending(&self, side: Side, id: &ItemId) -> bool {
        self.links.values().any(|link| *link.halves[side].id() == *id && link.state == LinkState::Pending(side))
    }

    /// Notes that a question about the item `id` is refused for good.
    pub(super) fn unanswered(&mut self, id: &ItemId, found: &Found) {
        if let Some(code) = &found.refused {
            self.seen.unanswered.insert(id.clone(), code.clone());
        }
    }

    /// Reads what `lookups` ask for; a linked item that is not found by its id is gone, unless a
    /// series is found by it.
    pub(super) async fn read(&mut self, side: Side, lookups: &[Lookup]) -> Result<()> {
        let is_foreseen = |lookup: &Lookup| lookup.id().is_some_and(Link::is_foreseen);
        let (foreseen, asked): (Vec<Lookup>, Vec<Lookup>) = lookups.iter().cloned().partition(is_foreseen);
        // what no server has given an id is nowhere
        self.seen.gone[side].extend(foreseen.iter().filter_map(Lookup::id).cloned());
        if asked.is_empty() {
            return Ok(());
        }
        let found = match side {
            Side::Creatio => self.world.creatio().find(&asked).await?,
            Side::Exchange => self.world.exchange().find(&asked).await?,
        };
        for (lookup, found) in asked.iter().zip(found) {
            if let Lookup::Id { id, .. } = lookup {
                if found.is_absent() {
                    self.seen.gone[side].insert(id.clone());
                } else if found.series {
                    self.seen.series.insert(id.clone());
                }
                self.unanswered(id, &found);
            }
            self.take(side, found);
        }
        Ok(())
    }

    /// Takes in what a direct read found, where no listing told of it.
    pub(super) fn take(&mut self, side: Side, found: Found) {
        for item in found.items {
            let known = self.seen.items[side].entry(item.id.clone()).or_insert_with(|| item.clone());
            // a listing does not tell our mark
            known.facts.mark = known.facts.mark.take().or(item.facts.mark);
            known.facts.transaction = known.facts.transaction.take().or(item.facts.transaction);
            known.facts.has_unmapped_content |= item.facts.has_unmapped_content; // nor a checklist
        }
        for bad in found.malformed {
            if !self.seen.malformed[side].contains(&bad) {
                self.seen.malformed[side].push(bad);
            }
        }
    }
}

/// By what a creation that was never confirmed is found.
fn trace(side: Side, link: &Link) -> Lookup {
    match side {
        Side::Creatio => activity(link.halves.creatio.id().clone()),
        Side::Exchange => Lookup::Mark(link.halves.creatio.id().clone()),
    }
}

/// Whether `item`, which bears the mark of `link`'s Activity, is what was to be created for that:
/// it is of that kind, and of no earlier generation.
fn is_awaited(link: &Link, item: &Item) -> bool {
    let later = item.facts.mark.as_ref().is_some_and(|mark| mark.generation >= link.generation);
    later && item.record.kind() == link.kind()
}

/// Of several items created for one Activity the oldest is it.
fn oldest(items: Vec<Item>) -> Option<Item> {
    items.into_iter().min_by_key(|item| (item.facts.created, item.id.clone()))
}
