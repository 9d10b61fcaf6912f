//! A closer look at single pairs, where a listing does not tell all that a decision needs.

use super::counterparts::{activity, people};
use super::{Gather, matters};
use crate::engine::context::Elsewhere;
use crate::engine::link::{Link, LinkKey, LinkState};
use crate::engine::merge::differences;
use crate::engine::{identity, matching, original, scope};
use crate::error::Result;
use crate::model::lookup::Lookup;
use crate::model::{ItemId, Pair, Person, Side};
use crate::ports::{Replica, Store};
use crate::run::World;
use std::collections::{BTreeMap, BTreeSet};

impl<W: World> Gather<'_, W> {
    /// Events and tasks that a listing shows edited are read directly: a listing may be late, and
    /// show one as it was before our own last write.
    pub(super) async fn edits(&mut self) -> Result<()> {
        let items = &self.seen.items.exchange;
        let edited = |link: &&Link| {
            let item = items.get(&link.ids.exchange);
            matters(link)
                && item.is_some_and(|item| {
                    item.version != link.versions.exchange && !differences(&link.base.exchange, &item.record).is_empty()
                })
        };
        let lookup = |link: &Link| {
            let item = items.get(&link.ids.exchange)?;
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

    /// An event of the version that is linked has the people that it had, however few one answer
    /// tells of.
    pub(super) fn unchanged(&mut self) {
        for link in self.links.values() {
            if let Some(item) = self.seen.items.exchange.get_mut(&link.ids.exchange)
                && item.version == link.versions.exchange
            {
                item.facts.attendees = item.facts.attendees.max(link.facts.exchange.attendees);
                item.record.complete_people(&link.base.exchange);
            }
        }
    }

    /// Whether a conversion would lose something, only a direct read of the event or task tells.
    pub(super) async fn converted(&mut self) -> Result<()> {
        let other = |link: &&Link| {
            let item = self.seen.items.creatio.get(&link.ids.creatio);
            matters(link) && item.is_some_and(|item| item.record.kind() != link.kind())
        };
        let lookup =
            |link: &Link| Lookup::Id { id: link.ids.exchange.clone(), container: link.containers.exchange.clone() };
        let lookups: Vec<Lookup> = self.links.values().filter(other).map(lookup).collect();
        self.read(Side::Exchange, &lookups).await
    }

    /// Of an event that was imported before its server told the UID, the Activity is looked up that
    /// others made for it since.
    pub(super) async fn early(&mut self) -> Result<()> {
        let account = self.context.account;
        let linked = self.links.values().filter(|link| matters(link) && link.memory.instead.is_none());
        let named = linked.filter_map(|link| original::early(&self.seen, link, account)).flat_map(|item| {
            let id = Some(identity::activity(item, account, 0));
            let unread = id.filter(|id| !self.seen.items.creatio.contains_key(id));
            unread.map(activity).into_iter().chain(matching::activity_uid(item).map(Lookup::Uid))
        });
        let lookups: Vec<Lookup> = named.collect();
        self.rivals(&lookups).await.map(drop)
    }

    /// Of an event that has two Activities, about which a person was asked, both are read.
    pub(super) async fn seconds(&mut self) -> Result<()> {
        let asked = |link: &&Link| matters(link) && original::is_asked(&self.seen, &link.ids.creatio);
        let unread = |link: &&Link| !self.seen.items.exchange.contains_key(&link.ids.exchange);
        let lookup =
            |link: &Link| Lookup::Id { id: link.ids.exchange.clone(), container: link.containers.exchange.clone() };
        let lookups: Vec<Lookup> = self.links.values().filter(asked).filter(unread).map(lookup).collect();
        self.read(Side::Exchange, &lookups).await?;
        let asked = |link: &&Link| matters(link) && original::is_asked(&self.seen, &link.ids.creatio);
        let event = |link: &Link| self.seen.items.exchange.get(&link.ids.exchange);
        let lookups = self.links.values().filter(asked).filter_map(event).flat_map(|item| {
            let names = matching::candidates(&self.context, item).into_iter().map(activity);
            names.chain(matching::activity_uid(item).map(Lookup::Uid))
        });
        let lookups: Vec<Lookup> = lookups.collect();
        let found = self.rivals(&lookups).await?;
        self.seen.named.extend(found.into_iter().filter(|id| !self.links.contains_key(id)));
        Ok(())
    }

    /// Reads the Activities that `lookups` ask for, with their links.
    async fn rivals(&mut self, lookups: &[Lookup]) -> Result<Vec<ItemId>> {
        if lookups.is_empty() {
            return Ok(Vec::new());
        }
        let mut ids = Vec::new();
        for found in self.world.creatio().find(lookups).await? {
            ids.extend(found.items.iter().map(|item| item.id.clone()));
            self.take(Side::Creatio, found);
        }
        let keys: Vec<LinkKey> = ids.iter().map(|id| LinkKey::Item(Side::Creatio, id.clone())).collect();
        let links = self.world.store().links(&keys).await?;
        self.know(links.into_iter().filter(|link| !self.links.contains_key(&link.ids.creatio)).collect());
        Ok(ids)
    }

    /// Where an Activity is there for which another one stands in, that and what both were made for
    /// are read: it is not needed any more.
    pub(super) async fn originals(&mut self) -> Result<()> {
        let found = |link: &&Link| {
            let first = original::found(&self.context, &self.seen, link);
            matters(link) && first.is_some_and(|first| !self.links.contains_key(&first))
        };
        let standing: Vec<&Link> = self.links.values().filter(found).collect();
        let lookup = |side: Side, link: &Link| Lookup::Id {
            id: link.ids[side].clone(),
            container: link.containers[side].clone(),
        };
        let known =
            |side: Side, id: &ItemId| self.seen.items[side].contains_key(id) || self.seen.gone[side].contains(id);
        let lookups = Pair::of(|side| {
            let unread = standing.iter().filter(|link| !known(side, &link.ids[side]));
            unread.map(|link| lookup(side, link)).collect::<Vec<Lookup>>()
        });
        for side in Side::BOTH {
            self.read(side, &lookups[side]).await?;
        }
        Ok(())
    }

    /// What a conversion has still to remove is read directly: it goes only as it was.
    pub(super) async fn formers(&mut self) -> Result<()> {
        let lookup =
            |link: &Link| Lookup::Id { id: link.ids.exchange.clone(), container: link.containers.exchange.clone() };
        let lookups: Vec<Lookup> = self.links.values().flat_map(Link::formers).map(lookup).collect();
        self.read(Side::Exchange, &lookups).await
    }

    /// Activities from which participants are gone are read once more: an attendee is taken off an
    /// event only after that.
    pub(super) async fn left(&mut self) -> Result<()> {
        let fewer = |link: &&Link| {
            let now = self.seen.items.creatio.get(&link.ids.creatio).map_or(&[][..], |item| people(&item.record));
            let gone = |one: &Person| !now.iter().any(|other| other.is(one));
            link.state == LinkState::Alive
                && link.facts.exchange.attendees > 0
                && self.seen.items.creatio.contains_key(&link.ids.creatio)
                && people(&link.base.creatio).iter().any(gone)
        };
        let lookups: Vec<Lookup> =
            self.links.values().filter(fewer).map(|link| activity(link.ids.creatio.clone())).collect();
        if lookups.is_empty() {
            return Ok(());
        }
        let found = self.world.creatio().find(&lookups).await?.into_iter().flat_map(|found| found.items);
        self.seen.items.creatio.extend(found.map(|item| (item.id.clone(), item)));
        Ok(())
    }

    /// Which Activities other accounts of the user have links to, where that makes a difference:
    /// those that could be exported or bear a mark here, those whose counterpart is gone, and those
    /// with participants, whom one account invites.
    pub(super) async fn elsewhere(&mut self) -> Result<()> {
        let unlinked = self.seen.items.creatio.values().filter(|item| !self.links.contains_key(&item.id));
        let marks = self.seen.items.exchange.values().filter_map(|item| item.facts.mark.as_ref());
        let marked: BTreeSet<&ItemId> = marks.map(|mark| &mark.activity).collect();
        let exported = unlinked
            .filter(|item| marked.contains(&item.id) || scope::exports(&self.context, &self.seen, item))
            .map(|item| &item.id);
        let gone = self.links.values().filter(|link| {
            let canceled = self.seen.items.exchange.get(&link.ids.exchange).is_some_and(|item| item.facts.canceled);
            canceled || self.seen.gone.exchange.contains(&link.ids.exchange)
        });
        // people are invited from one account only
        let shared = self.links.values().filter(|link| {
            let item = self.seen.items.creatio.get(&link.ids.creatio);
            let others = item.is_some_and(|item| !people(&item.record).is_empty());
            others && self.context.settings.export.on && !link.memory.carried && !link.facts.exchange.organized_by_other
        });
        let asked = exported.chain(gone.chain(shared).map(|link| &link.ids.creatio));
        let asked: BTreeSet<ItemId> = asked.cloned().collect();
        if !asked.is_empty() {
            let asked: Vec<ItemId> = asked.into_iter().collect();
            let mut told: BTreeMap<ItemId, Elsewhere> = BTreeMap::new();
            for link in self.world.store().elsewhere(&asked).await? {
                let own = self.links.get(&link.ids.creatio);
                let first = (matters(&link) || matches!(link.state, LinkState::Pending(_)))
                    && own.is_none_or(|own| is_earlier(&link, own));
                let there = told.entry(link.ids.creatio.clone()).or_default();
                there.imported |= link.made == Some(Side::Creatio);
                there.lives |= matters(&link);
                there.first |= first;
                there.uids.extend(link.facts.exchange.uid.clone());
            }
            self.seen.elsewhere.extend(told);
        }
        self.successors().await
    }

    /// Which Activities other accounts of the user have made in place of those that are gone.
    async fn successors(&mut self) -> Result<()> {
        let gone =
            self.links.values().filter(|link| matters(link) && self.seen.gone.creatio.contains(&link.ids.creatio));
        let firsts = gone.map(|link| (first(link).clone(), link.ids.creatio.clone()));
        let firsts: BTreeMap<ItemId, ItemId> = firsts.collect();
        if firsts.is_empty() {
            return Ok(());
        }
        let asked: Vec<ItemId> = firsts.keys().cloned().collect();
        let mut made = BTreeMap::new();
        for link in self.world.store().successors(&asked).await? {
            if let Some(gone) = firsts.get(first(&link)).filter(|gone| matters(&link) && **gone != link.ids.creatio) {
                made.insert(gone.clone(), link.ids.creatio);
            }
        }
        let unread = made.values().filter(|id| !self.seen.items.creatio.contains_key(id)).cloned();
        let lookups: Vec<Lookup> = unread.map(activity).collect();
        self.read(Side::Creatio, &lookups).await?;
        for (gone, made) in made {
            self.seen.elsewhere.entry(gone).or_default().instead = Some(made);
        }
        Ok(())
    }
}

/// The Activity for which that of `link` stands in, or itself.
fn first(link: &Link) -> &ItemId {
    link.memory.instead.as_ref().unwrap_or(&link.ids.creatio)
}

/// Whether another account had a counterpart of the Activity before this one: its event or task is
/// the older.
fn is_earlier(other: &Link, own: &Link) -> bool {
    let age =
        |link: &Link| (link.facts.exchange.created.is_none(), link.facts.exchange.created, link.ids.exchange.clone());
    age(other) < age(own)
}
