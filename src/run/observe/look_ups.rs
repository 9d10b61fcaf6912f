//! Fifth phase: what unlinked items could belong to, and what else is known of an Activity. Only
//! looked up here; matched by the engine.

use super::{Gather, activity, matters, people};
use crate::engine::context::{Context, Elsewhere};
use crate::engine::link::{Half, Link, LinkKey, LinkState};
use crate::engine::{identity, matching, original, scope};
use crate::error::Result;
use crate::flat::{self, FlatMap, FlatSet};
use crate::model::lookup::Lookup;
use crate::model::{Item, ItemId, Kind, Side, Uid};
use crate::ports::{Directory, Replica, Store};
use crate::run::World;

impl<W: World> Gather<'_, W> {
    /// The fifth phase.
    pub(super) async fn look_ups(&mut self) -> Result<()> {
        self.marks().await?;
        self.candidates().await?;
        self.elsewhere().await?;
        self.origins().await?;
        self.without_uid().await?;
        self.early().await?;
        self.seconds().await?;
        self.originals().await?;
        self.unsettled().await?;
        self.confirm().await?;
        self.left().await?;
        self.outdated().await?;
        self.elsewhere().await?;
        self.unchanged();
        self.people().await
    }

    /// Unlinked items of Exchange may carry our mark, which only a direct read tells.
    pub(super) async fn marks(&mut self) -> Result<()> {
        let linked: FlatSet<&ItemId> = self.links.values().map(|link| link.halves.exchange.id()).collect();
        let unlinked: Vec<&Item> = self
            .seen
            .items
            .exchange
            .values()
            .filter(|item| !linked.contains(&item.id) && item.facts.mark.is_none() && !item.facts.canceled)
            .filter(|item| scope::in_window(&self.context, item))
            .collect();
        if unlinked.is_empty() {
            return Ok(());
        }
        let found = self.world.exchange().marks(&unlinked).await?;
        let ids: Vec<ItemId> = unlinked.iter().map(|item| item.id.clone()).collect();
        for (id, found) in ids.iter().zip(found) {
            if found.is_absent() || found.series {
                // a listing may be late: what is gone by now, or a series, is no new item
                self.seen.items.exchange.remove(id);
            }
            self.unanswered(id, &found);
            // what is told of by the listing alone may bear a mark all the same
            if let Some(bad) = found.malformed.first() {
                self.seen.unanswered.insert(id.clone(), bad.reason.clone());
            }
            for found in found.items {
                if let Some(item) = self.seen.items.exchange.get_mut(&found.id) {
                    item.facts.mark = found.facts.mark;
                    item.facts.series_mark = found.facts.series_mark;
                    item.facts.local = found.facts.local;
                    item.facts.transaction = found.facts.transaction.or(item.facts.transaction.take());
                }
            }
        }
        Ok(())
    }

    /// Activities that an unlinked item could stand for, linked ones too.
    pub(super) async fn candidates(&mut self) -> Result<()> {
        let linked: FlatSet<&ItemId> = self.links.values().map(|link| link.halves.exchange.id()).collect();
        let unlinked = self.seen.items.exchange.values().filter(|item| !linked.contains(&item.id));
        let mut lookups = FlatSet::new();
        let mut uids = FlatSet::new();
        let mut looks = FlatSet::new();
        for item in unlinked.filter(|item| scope::imports(&self.context, &self.seen, item) || item.facts.mark.is_some())
        {
            lookups.extend(matching::candidates(&self.context, item));
            uids.extend(matching::activity_uid(&item.facts));
            // a full reading tells of every Activity that could be meant
            looks.extend(matching::looks(&self.context, &self.seen, item).filter(|_| !self.seen.full));
        }
        let keys: Vec<LinkKey> = lookups.iter().map(|id| LinkKey::Item(Side::Creatio, id.clone())).collect();
        let links = self.world.store().links(&keys).await?;
        for link in links.iter().filter(|link| matters(link)) {
            if !self.seen.items.exchange.contains_key(link.halves.exchange.id()) {
                self.suspects.exchange.insert(link.halves.exchange.id().clone());
            }
        }
        let known: FlatSet<ItemId> = links.iter().map(|link| link.halves.creatio.id().clone()).collect();
        self.know(links);
        let lookups: Vec<Lookup> = lookups
            .into_iter()
            .filter(|id| !known.contains(id) && !self.seen.items.creatio.contains_key(id))
            .map(activity)
            .chain(uids.into_iter().map(Lookup::Uid))
            .chain(looks.into_iter().map(Lookup::Look))
            .collect();
        if lookups.is_empty() {
            return Ok(());
        }
        for found in self.world.creatio().find(&lookups).await? {
            self.take(Side::Creatio, found);
        }
        let keys: Vec<LinkKey> =
            self.seen.items.creatio.keys().map(|id| LinkKey::Item(Side::Creatio, id.clone())).collect();
        let more = self.world.store().links(&keys).await?;
        let more = more.into_iter().filter(|link| !self.links.contains_key(link.halves.creatio.id())).collect();
        self.know(more);
        Ok(())
    }

    /// Unlinked Activities that bear an id of ours or a UID: another device, a colleague, or a run
    /// whose store was lost, made them for an event or task, which is looked for before they are
    /// exported, or asked about.
    pub(super) async fn origins(&mut self) -> Result<()> {
        let unlinked = self.unlinked();
        let mut lookups: Vec<Lookup> = Vec::new();
        let mut askers: Vec<ItemId> = Vec::new();
        let beside = self.beside();
        let asked = |item: &&Item| {
            scope::exports(&self.context, &self.seen, item)
                || scope::stands_in(&self.context, &self.seen, item)
                || beside.contains(&item.id)
        };
        for item in unlinked.filter(asked) {
            // what names its event in another mailbox of the user does not find the one in this
            let is_marked = identity::is_ours(&item.id) || self.seen.is_named_elsewhere(item);
            lookups.extend(is_marked.then(|| Lookup::Mark(item.id.clone())));
            // a task has no UID, and a listing may be late to tell of the one that bears its mark,
            // or told of it while the Activity could not be read
            let is_old = self.seen.compared.is_none_or(|last| item.facts.created.is_none_or(|created| created <= last));
            let is_task = is_old && item.record.kind() == Kind::Task;
            lookups.extend((is_task && !is_marked).then(|| Lookup::MarkedTask(item.id.clone())));
            lookups.extend(item.facts.uid.clone().map(Lookup::Uid));
            askers.resize(lookups.len(), item.id.clone());
        }
        if lookups.is_empty() {
            return Ok(());
        }
        let found = self.world.exchange().find(&lookups).await?;
        let ids =
            found.iter().flat_map(|found| &found.items).map(|item| LinkKey::Item(Side::Exchange, item.id.clone()));
        let links = self.world.store().links(&ids.collect::<Vec<_>>()).await?;
        self.know(links);
        // a UID alone finds what is left of a series too, which the Activity of another day is not
        let stands = |item: &Item, asker: &ItemId| {
            !identity::is_ours(asker) || matching::candidates(&self.context, item).contains(asker)
        };
        let linked: FlatSet<&ItemId> = self.links.values().map(|link| link.halves.exchange.id()).collect();
        let is_its_day = |item: &Item, asker: &ItemId| {
            self.seen.items.creatio.get(asker).is_some_and(|one| matching::is_of_day(&self.context, one, item))
        };
        // it is of the asker's day, and another's counterpart, even if that pair rests
        let rivals =
            |item: &Item, asker: &ItemId| linked.contains(&item.id) && (stands(item, asker) || is_its_day(item, asker));
        let known: FlatSet<&ItemId> = found
            .iter()
            .zip(&askers)
            .filter(|(found, asker)| {
                let there = found.items.iter().any(|item| rivals(item, asker) || stands(item, asker));
                there || found.series || (found.items.is_empty() && !found.is_absent())
            })
            .map(|(_, asker)| asker)
            .collect();
        let named: Vec<ItemId> = known.iter().map(|id| (*id).clone()).collect();
        // what it was made for is there, but is no item, or can't be understood, or is another's
        let occurring: FlatSet<ItemId> = found
            .iter()
            .zip(&askers)
            .filter(|(found, asker)| {
                found.series
                    || !found.malformed.is_empty()
                    || identity::is_ours(asker) && found.items.iter().any(|item| rivals(item, asker))
            })
            .map(|(_, asker)| asker.clone())
            .collect();
        let had_one = |id: &ItemId| {
            let item = self.seen.items.creatio.get(id);
            identity::is_ours(id) || item.is_some_and(|item| item.facts.uid.is_some())
        };
        let lost: Vec<ItemId> =
            askers.iter().filter(|asker| !known.contains(asker) && had_one(asker)).cloned().collect();
        self.seen.lost.extend(lost);
        self.seen.named.extend(named);
        self.seen.occurring.extend(occurring);
        for (found, asker) in found.into_iter().zip(askers) {
            self.unanswered(&asker, &found);
            self.take(Side::Exchange, found);
        }
        Ok(())
    }

    /// The Activities that were read and have no link.
    fn unlinked(&self) -> impl Iterator<Item = &Item> {
        self.seen.items.creatio.values().filter(|item| !self.links.contains_key(&item.id))
    }

    /// Unlinked Activities that bear the UID of an event which has another Activity: one of the two
    /// may be the second one of it, also while nothing is exported, and whosever the first is.
    fn beside(&self) -> FlatSet<ItemId> {
        let unlinked = self.unlinked();
        let named: Vec<&Item> = unlinked.filter(|item| item.facts.uid.is_some() && !item.facts.canceled).collect();
        if named.is_empty() {
            return FlatSet::new();
        }
        let linked = self.links.values().filter(|link| matters(link));
        let uids: FlatSet<Uid> =
            linked.filter_map(|link| matching::activity_uid(&link.halves.exchange.facts)).collect();
        let known = named.into_iter().filter(|item| item.facts.uid.as_ref().is_some_and(|uid| uids.contains(uid)));
        known.map(|item| item.id.clone()).collect()
    }

    /// Unlinked Activities of ours without a UID: nothing on Exchange is found by them, so that a
    /// link alone tells that its event could have been what they were made for, which is read.
    pub(super) async fn without_uid(&mut self) -> Result<()> {
        let unlinked = self.unlinked();
        let asked = |item: &&Item| {
            let own = item.facts.owner.as_ref() == Some(&self.context.account.contact);
            own && identity::is_ours(&item.id) && item.facts.uid.is_none() && !item.facts.canceled
        };
        let asked: FlatSet<&ItemId> = unlinked.filter(asked).map(|item| &item.id).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let mut named = FlatSet::new();
        let mut lookups = Vec::new();
        for link in self.links.values().filter(|link| matters(link)) {
            let event = link.halves.exchange.remembered();
            let names = matching::candidates(&self.context, &event);
            let found: Vec<ItemId> = names.into_iter().filter(|id| asked.contains(id)).collect();
            if !found.is_empty() && !self.seen.items.exchange.contains_key(&event.id) {
                lookups.push(Lookup::Id { id: event.id, container: event.container });
            }
            named.extend(found);
        }
        self.seen.named.extend(named);
        self.read(Side::Exchange, &lookups).await
    }

    /// Of a pair whose base is of an earlier generation than the mark, both sides are read: it is
    /// adopted anew.
    pub(super) async fn outdated(&mut self) -> Result<()> {
        let marks = self.seen.items.exchange.values().filter_map(|item| item.facts.mark.as_ref());
        let ours = marks.filter(|mark| mark.site == self.context.account.site);
        let later = ours.filter(|mark| {
            let link = self.links.get(&mark.activity);
            link.is_some_and(|link| link.generation < mark.generation)
                && !self.seen.items.creatio.contains_key(&mark.activity)
                && !self.seen.gone.creatio.contains(&mark.activity)
        });
        let mut lookups: Vec<Lookup> = later.map(|mark| activity(mark.activity.clone())).collect();
        // one in whose place another device has created another may be there all the same
        let replaced = |link: &&Link| {
            let mark =
                self.seen.items.exchange.get(link.halves.exchange.id()).and_then(|item| item.facts.mark.as_ref());
            let id = link.halves.creatio.id();
            mark.is_some_and(|mark| mark.activity != *id && mark.generation > link.generation)
                && !self.seen.items.creatio.contains_key(id)
                && !self.seen.gone.creatio.contains(id)
        };
        lookups.extend(self.links.values().filter(replaced).map(|link| activity(link.halves.creatio.id().clone())));
        self.read(Side::Creatio, &lookups).await
    }

    /// Which Activities other accounts of the user have made in place of those that are gone.
    pub(super) async fn successors(&mut self) -> Result<()> {
        let gone = self
            .links
            .values()
            .filter(|link| matters(link) || self.is_left(link))
            .filter(|link| self.seen.gone.creatio.contains(link.halves.creatio.id()));
        let firsts = gone.map(|link| (first(link).clone(), link.halves.creatio.id().clone()));
        let firsts: FlatMap<ItemId, ItemId> = firsts.collect();
        if firsts.is_empty() {
            return Ok(());
        }
        let asked: Vec<ItemId> = firsts.keys().cloned().collect();
        let mut made = FlatMap::new();
        for link in self.world.store().successors(&asked).await? {
            if let Some(gone) =
                firsts.get(first(&link)).filter(|gone| matters(&link) && **gone != *link.halves.creatio.id())
            {
                made.insert(gone.clone(), link.halves.creatio.id().clone());
            }
        }
        let unread = made.values().filter(|id| !self.seen.items.creatio.contains_key(id)).cloned();
        let lookups: Vec<Lookup> = unread.map(activity).collect();
        self.read(Side::Creatio, &lookups).await?;
        made.extend(self.named_as_first(&made).await?);
        made.extend(self.made_again(&made).await?);
        for (gone, made) in made {
            self.seen.elsewhere.entry(gone).or_default().instead = Some(made);
        }
        Ok(())
    }

    /// Whether the event or task is there of a pair that was buried since its Activity was not
    /// found.
    fn is_left(&self, link: &Link) -> bool {
        let item = self.seen.items.exchange.get(link.halves.exchange.id());
        link.state == LinkState::Tombstone && link.memory.vanished && item.is_some_and(|item| !item.facts.canceled)
    }

    /// What an account of which this browser has no link has made in place of what was exported and
    /// is gone: it bears the UID of that. Those of which it is known already are not asked for.
    async fn named_as_first(&mut self, known: &FlatMap<ItemId, ItemId>) -> Result<FlatMap<ItemId, ItemId>> {
        let gone = self.links.values().filter(|link| {
            let id = link.halves.creatio.id();
            let was_exported = link.made == Some(Side::Exchange) || link.memory.instead.is_some();
            let is_known =
                known.contains_key(id) || self.seen.elsewhere.get(id).is_some_and(|one| one.instead.is_some());
            was_exported && !is_known && matters(link) && self.seen.gone.creatio.contains(id)
        });
        // the days of what is a series now have its UID too, and each an Activity of its own
        let single = gone.filter(|link| {
            let event = &link.halves.exchange;
            event.facts.occurrence.is_none() && !self.seen.series.contains(event.id())
        });
        let gone: FlatMap<ItemId, Uid> = single
            .filter_map(|link| Some((link.halves.creatio.id().clone(), link.halves.creatio.facts.uid.clone()?)))
            .collect();
        let lookups: Vec<Lookup> = gone.values().cloned().map(Lookup::Uid).collect();
        let found = self.rivals(&lookups).await?;
        let item = |id: &ItemId| self.seen.items.creatio.get(id).filter(|item| !item.facts.canceled);
        let Context { zone, account, .. } = self.context;
        // one that was made for a day of a series is no successor, though they share the UID
        let is_a_day = |item: &Item| identity::aliases(zone, account, item).contains(&item.id);
        let is_free = |id: &&ItemId| identity::is_ours(id) && !self.links.contains_key(*id);
        let free: Vec<&Item> = found.iter().filter(is_free).filter_map(item).filter(|item| !is_a_day(item)).collect();
        let made = gone.into_iter().filter_map(|(gone, uid)| {
            let named = free.iter().filter(|item| item.id != gone && item.facts.uid.as_ref() == Some(&uid));
            named.map(|item| item.id.clone()).min().map(|made| (gone, made))
        });
        Ok(made.collect())
    }

    /// The same of tasks: the id of what is made in place of one follows from that.
    async fn made_again(&mut self, known: &FlatMap<ItemId, ItemId>) -> Result<FlatMap<ItemId, ItemId>> {
        let gone = self.links.values().filter(|link| {
            let id = link.halves.creatio.id();
            let is_known = known.contains_key(id);
            link.kind() == Kind::Task && !is_known && matters(link) && self.seen.gone.creatio.contains(id)
        });
        let made: FlatMap<ItemId, ItemId> =
            gone.map(|link| (link.halves.creatio.id().clone(), identity::again(link.halves.creatio.id()))).collect();
        let lookups: Vec<Lookup> = made.values().cloned().map(activity).collect();
        self.rivals(&lookups).await?;
        let is_free = |id: &ItemId| {
            let lives = self.seen.items.creatio.get(id).is_some_and(|item| !item.facts.canceled);
            lives && !self.links.contains_key(id)
        };
        Ok(made.into_iter().filter(|(_, made)| is_free(made)).collect())
    }

    /// Of an event that was imported before its server told the UID, the Activity is looked up that
    /// others made for it since.
    pub(super) async fn early(&mut self) -> Result<()> {
        let account = self.context.account;
        let linked = self.links.values().filter(|link| matters(link) && link.memory.instead.is_none());
        let named = linked.filter_map(|link| original::early(&self.seen, link, account)).flat_map(|item| {
            let id = Some(identity::activity(item, account, 0));
            let unread = id.filter(|id| !self.seen.items.creatio.contains_key(id));
            unread.map(activity).into_iter().chain(matching::activity_uid(&item.facts).map(Lookup::Uid))
        });
        let lookups: Vec<Lookup> = named.collect();
        self.rivals(&lookups).await.map(drop)
    }

    /// Of an event that has two Activities, about which a person was asked, both are read.
    pub(super) async fn seconds(&mut self) -> Result<()> {
        let asked = |link: &&Link| matters(link) && original::is_asked(&self.seen, link.halves.creatio.id());
        let unread = |link: &&Link| !self.seen.items.exchange.contains_key(link.halves.exchange.id());
        let lookup = |link: &Link| Lookup::Id {
            id: link.halves.exchange.id().clone(),
            container: link.halves.exchange.container.clone(),
        };
        let lookups: Vec<Lookup> = self.links.values().filter(asked).filter(unread).map(lookup).collect();
        self.read(Side::Exchange, &lookups).await?;
        let asked = |link: &&Link| matters(link) && original::is_asked(&self.seen, link.halves.creatio.id());
        let event = |link: &Link| self.seen.items.exchange.get(link.halves.exchange.id());
        let lookups = self.links.values().filter(asked).filter_map(event).flat_map(|item| {
            let names = matching::candidates(&self.context, item).into_iter().map(activity);
            names.chain(matching::activity_uid(&item.facts).map(Lookup::Uid))
        });
        let lookups: Vec<Lookup> = lookups.collect();
        let found = self.rivals(&lookups).await?;
        self.seen.named.extend(found.into_iter().filter(|id| !self.links.contains_key(id)));
        Ok(())
    }

    /// Reads the Activities that `lookups` ask for, with their links.
    pub(super) async fn rivals(&mut self, lookups: &[Lookup]) -> Result<Vec<ItemId>> {
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
        self.know(links.into_iter().filter(|link| !self.links.contains_key(link.halves.creatio.id())).collect());
        Ok(ids)
    }

    /// Where an Activity is there for which another one stands in, that and what both were made for
    /// are read: it is not needed any more.
    pub(super) async fn originals(&mut self) -> Result<()> {
        let found = |link: &&Link| {
            let first = original::found(&self.context, &self.seen, link);
            matters(link) && first.is_some_and(|first| !self.links.contains_key(&first))
        };
        let standing: Vec<Link> = self.links.values().filter(found).cloned().collect();
        for side in Side::BOTH {
            self.read_unknown(side, &standing).await?;
        }
        Ok(())
    }

    /// Which Activities other accounts of the user have links to, where that makes a difference:
    /// those that could be exported or bear a mark here, those whose counterpart is gone, and those
    /// with participants, whom one account invites.
    pub(super) async fn elsewhere(&mut self) -> Result<()> {
        let unlinked = self.unlinked();
        let marks = self.seen.items.exchange.values().filter_map(|item| item.facts.mark.as_ref());
        let marked: FlatSet<&ItemId> = marks.map(|mark| &mark.activity).collect();
        // what another mailbox was imported from is no loss of this one, whatever is exported
        let exported = unlinked
            .filter(|item| {
                marked.contains(&item.id)
                    || scope::exports(&self.context, &self.seen, item)
                    || scope::stands_in(&self.context, &self.seen, item)
            })
            .map(|item| &item.id);
        let gone = self.links.values().filter(|link| {
            let canceled =
                self.seen.items.exchange.get(link.halves.exchange.id()).is_some_and(|item| item.facts.canceled);
            canceled || self.seen.gone.exchange.contains(link.halves.exchange.id())
        });
        // people are invited from one account only
        let shared = self.links.values().filter(|link| {
            let item = self.seen.items.creatio.get(link.halves.creatio.id());
            let others = item.is_some_and(|item| !people(&item.record).is_empty());
            others
                && self.context.settings.export.on
                && !link.memory.carried
                && !link.halves.exchange.facts.organized_by_other
        });
        let asked = exported.chain(gone.chain(shared).map(|link| link.halves.creatio.id()));
        let asked: FlatSet<ItemId> = asked.cloned().collect();
        if !asked.is_empty() {
            let asked: Vec<ItemId> = asked.into_iter().collect();
            let mut elsewhere: FlatMap<ItemId, Elsewhere> = FlatMap::new();
            let mut followed = FlatSet::new();
            for link in self.world.store().elsewhere(&asked).await? {
                followed.extend(link.memory.instead.clone());
                let own = self.links.get(link.halves.creatio.id());
                let first = (matters(&link) || matches!(link.state, LinkState::Pending(_)))
                    && own.is_none_or(|own| is_earlier(&link, own));
                let there = elsewhere.entry(link.halves.creatio.id().clone()).or_default();
                there.imported |= link.made == Some(Side::Creatio);
                there.lives |= matters(&link);
                there.first |= first;
                there.uids.extend(link.halves.exchange.facts.uid.clone());
            }
            self.seen.elsewhere.extend(elsewhere);
            self.buried(followed).await?;
        }
        self.successors().await
    }

    /// The pairs of the Activities `followed`, in place of which another account made others, that
    /// were buried here before that: what was left of them on Exchange is the counterpart of those.
    async fn buried(&mut self, followed: FlatSet<ItemId>) -> Result<()> {
        let keys: Vec<LinkKey> = followed.into_iter().map(|id| LinkKey::Item(Side::Creatio, id)).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let mut links = self.world.store().links(&keys).await?;
        links.retain(|link| link.state == LinkState::Tombstone && link.memory.vanished);
        for side in Side::BOTH {
            self.read_unknown(side, &links).await?;
        }
        self.know(links.into_iter().filter(|link| !self.links.contains_key(link.halves.creatio.id())).collect());
        Ok(())
    }

    /// Reads the items of `links` on `side` of which nothing is known yet.
    async fn read_unknown(&mut self, side: Side, links: &[Link]) -> Result<()> {
        let is_known = |id: &ItemId| self.seen.items[side].contains_key(id) || self.seen.gone[side].contains(id);
        let halves = links.iter().map(|link| &link.halves[side]).filter(|half| !is_known(half.id()));
        let lookup = |half: &Half| Lookup::Id { id: half.id().clone(), container: half.container.clone() };
        let lookups: Vec<Lookup> = halves.map(lookup).collect();
        self.read(side, &lookups).await
    }

    /// An event of the version that is linked has the people that it had, however few one answer
    /// tells of.
    pub(super) fn unchanged(&mut self) {
        for link in self.links.values() {
            if let Some(item) = self.seen.items.exchange.get_mut(link.halves.exchange.id())
                && link.halves.exchange.version() == Some(&item.version)
            {
                item.facts.attendees = item.facts.attendees.max(link.halves.exchange.facts.attendees);
                item.record.complete_people(&link.halves.exchange.base);
            }
        }
    }

    /// The Contacts behind the addresses of everybody who could come over.
    pub(super) async fn people(&mut self) -> Result<()> {
        let settings = self.context.settings;
        if !scope::import(settings, Kind::Meeting).on && !settings.export.on {
            return Ok(());
        }
        let touched = self
            .links
            .values()
            .filter(|link| self.seen.items.creatio.contains_key(link.halves.creatio.id()))
            .map(|link| &link.halves.exchange.base);
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
        flat::sort(&mut addresses);
        addresses.dedup();
        if !addresses.is_empty() {
            self.seen.people = self.world.creatio().people(&addresses).await?.into_iter().collect();
        }
        Ok(())
    }
}

/// The Activity for which that of `link` stands in, or itself.
fn first(link: &Link) -> &ItemId {
    link.memory.instead.as_ref().unwrap_or(link.halves.creatio.id())
}

/// Whether another account had a counterpart of the Activity before this one: its event or task is
/// the older.
fn is_earlier(other: &Link, own: &Link) -> bool {
    let age = |link: &Link| {
        (
            link.halves.exchange.facts.created.is_none(),
            link.halves.exchange.facts.created,
            link.halves.exchange.id().clone(),
        )
    };
    age(other) < age(own)
}
