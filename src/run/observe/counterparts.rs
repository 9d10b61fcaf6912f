//! What an unlinked item could belong to: groups, marks, Activities of the same identity, Contacts.
//! Only looked up here, matched by the engine.

use super::{Gather, matters};
use crate::engine::action::ACTIVITIES;
use crate::engine::held::{Held, Reason};
use crate::engine::link::{Link, LinkKey};
use crate::engine::settings::{Extent, Settings};
use crate::engine::state::State;
use crate::engine::{identity, matching, scope};
use crate::error::Result;
use crate::model::lookup::Lookup;
use crate::model::time::local;
use crate::model::{ContainerId, Item, ItemId, Kind, Person, Record, Side};
use crate::ports::{Directory, Replica, Store};
use crate::run::World;
use std::collections::BTreeSet;

impl<W: World> Gather<'_, W> {
    /// The Activities of the chosen groups that touch the window; those that no listing told of are
    /// read, since joining a group changes no Activity. They are asked for in a full comparison, on
    /// a new day, when the groups changed, and when an unlinked Activity did: which may be in one
    /// now. How the groups stood, for the next run.
    pub(super) async fn members(&mut self, settings: &Settings, state: &State) -> Result<Option<String>> {
        if !settings.export.on || settings.export.scope != Extent::Chosen {
            return Ok(None);
        }
        let groups = settings.export.choice();
        let today = local(self.context.zone, self.context.now).date();
        let told = self.world.creatio().membership(groups).await?.map(|told| format!("{today} {told}"));
        let unlinked = self.seen.items.creatio.keys().any(|id| !self.links.contains_key(id));
        if !self.seen.full && !unlinked && told.is_some() && told == state.membership {
            self.held.extend(state.held.iter().filter(|held| held.reason == Reason::Group).cloned());
            self.seen.members = Some(BTreeSet::new());
            return Ok(told);
        }
        let membership = self.world.creatio().members(groups, &self.context.window).await?;
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
            self.world.store().links(&unseen).await?.into_iter().map(|link| link.ids.creatio).collect();
        let lookups: Vec<Lookup> = unseen
            .into_iter()
            .filter_map(|key| match key {
                LinkKey::Item(_, id) if !linked.contains(&id) => Some(activity(id)),
                LinkKey::Item(..) | LinkKey::Series(_) | LinkKey::Due(_) => None,
            })
            .collect();
        self.read(Side::Creatio, &lookups).await?;
        self.seen.members = Some(membership.members);
        Ok(told)
    }

    /// Unlinked items of Exchange may carry our mark, which only a direct read tells.
    pub(super) async fn marks(&mut self) -> Result<()> {
        let linked: BTreeSet<&ItemId> = self.links.values().map(|link| &link.ids.exchange).collect();
        let unlinked: Vec<&Item> = self
            .seen
            .items
            .exchange
            .values()
            .filter(|item| !linked.contains(&item.id) && item.facts.mark.is_none() && !item.facts.canceled)
            .filter(|item| scope::in_window(&self.context, item))
            .collect();
        let lookups: Vec<Lookup> =
            unlinked.iter().map(|item| Lookup::Id { id: item.id.clone(), container: item.container.clone() }).collect();
        if lookups.is_empty() {
            return Ok(());
        }
        for (lookup, found) in lookups.iter().zip(self.world.exchange().find(&lookups).await?) {
            let Lookup::Id { id, .. } = lookup else { continue };
            if found.is_absent() || found.series {
                // a listing may be late: what is gone by now, or a series, is no new item
                self.seen.items.exchange.remove(id);
            }
            self.unanswered(id, &found);
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
        let linked: BTreeSet<&ItemId> = self.links.values().map(|link| &link.ids.exchange).collect();
        let unlinked = self.seen.items.exchange.values().filter(|item| !linked.contains(&item.id));
        let mut lookups = BTreeSet::new();
        let mut uids = BTreeSet::new();
        let mut looks = BTreeSet::new();
        for item in unlinked.filter(|item| scope::imports(&self.context, &self.seen, item) || item.facts.mark.is_some())
        {
            lookups.extend(matching::candidates(&self.context, item));
            uids.extend(matching::activity_uid(item));
            // a full reading tells of every Activity that could be meant
            looks.extend(matching::looks(&self.context, &self.seen, item).filter(|_| !self.seen.full));
        }
        let keys: Vec<LinkKey> = lookups.iter().map(|id| LinkKey::Item(Side::Creatio, id.clone())).collect();
        let links = self.world.store().links(&keys).await?;
        for link in links.iter().filter(|link| matters(link)) {
            if !self.seen.items.exchange.contains_key(&link.ids.exchange) {
                self.suspects.exchange.insert(link.ids.exchange.clone());
            }
        }
        let known: BTreeSet<ItemId> = links.iter().map(|link| link.ids.creatio.clone()).collect();
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
        let more = more.into_iter().filter(|link| !self.links.contains_key(&link.ids.creatio)).collect();
        self.know(more);
        Ok(())
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
            let mark = self.seen.items.exchange.get(&link.ids.exchange).and_then(|item| item.facts.mark.as_ref());
            let id = &link.ids.creatio;
            mark.is_some_and(|mark| mark.activity != *id && mark.generation > link.generation)
                && !self.seen.items.creatio.contains_key(id)
                && !self.seen.gone.creatio.contains(id)
        };
        lookups.extend(self.links.values().filter(replaced).map(|link| activity(link.ids.creatio.clone())));
        self.read(Side::Creatio, &lookups).await
    }

    /// Unlinked Activities that bear an id of ours or a UID: another device, a colleague, or a run
    /// whose store was lost, made them for an event or task, which is looked for before they are
    /// exported, or asked about.
    pub(super) async fn origins(&mut self) -> Result<()> {
        let unlinked = self.seen.items.creatio.values().filter(|item| !self.links.contains_key(&item.id));
        let mut lookups: Vec<Lookup> = Vec::new();
        let mut askers: Vec<ItemId> = Vec::new();
        let asked = |item: &&Item| {
            scope::exports(&self.context, &self.seen, item) || scope::stands_in(&self.context, &self.seen, item)
        };
        for item in unlinked.filter(asked) {
            // what names its event in another mailbox of the user does not find the one in this
            let is_marked = identity::is_ours(&item.id) || self.seen.is_named_elsewhere(item);
            lookups.extend(is_marked.then(|| Lookup::Mark(item.id.clone())));
            // a task has no UID, and a listing may be late to tell of the one that bears its mark
            let is_task = self.seen.first && item.record.kind() == Kind::Task;
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
        let linked: BTreeSet<&ItemId> = self.links.values().map(|link| &link.ids.exchange).collect();
        let is_its_day = |item: &Item, asker: &ItemId| {
            self.seen.items.creatio.get(asker).is_some_and(|one| matching::is_of_day(&self.context, one, item))
        };
        // it is of the asker's day, and another's counterpart, even if that pair rests
        let rivals =
            |item: &Item, asker: &ItemId| linked.contains(&item.id) && (stands(item, asker) || is_its_day(item, asker));
        let known: BTreeSet<&ItemId> = found
            .iter()
            .zip(&askers)
            .filter(|(found, asker)| {
                let there = found.items.iter().any(|item| rivals(item, asker) || stands(item, asker));
                there || found.series || (found.items.is_empty() && !found.is_absent())
            })
            .map(|(_, asker)| asker)
            .collect();
        let named: Vec<ItemId> = known.iter().map(|id| (*id).clone()).collect();
        // what it was made for is there, but is no item, or another's
        let occurring: BTreeSet<ItemId> = found
            .iter()
            .zip(&askers)
            .filter(|(found, asker)| {
                found.series || identity::is_ours(asker) && found.items.iter().any(|item| rivals(item, asker))
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

    /// The Contacts behind the addresses of everybody who could come over.
    pub(super) async fn people(&mut self) -> Result<()> {
        let settings = self.context.settings;
        if !scope::import(settings, Kind::Meeting).on && !settings.export.on {
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
            self.seen.people = self.world.creatio().people(&addresses).await?.into_iter().collect();
        }
        Ok(())
    }
}

/// The people of a meeting.
pub(super) fn people(record: &Record) -> &[Person] {
    match record {
        Record::Meeting(meeting) => &meeting.people,
        Record::Task(_) => &[],
    }
}

pub(super) fn activity(id: ItemId) -> Lookup {
    Lookup::Id { id, container: ContainerId::from(ACTIVITIES) }
}
