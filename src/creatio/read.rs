//! Reads activities whole: rows, their participants, the participants' addresses, and what lookups mean; each in one batch however many
//! activities there are.

use super::map::{self, Card, Context, Lookups};
use super::query::{Query, Test};
use super::stock::COMMUNICATION_EMAIL;
use super::wire::{Activity, Communication, Contact, Guid, Meaning, Participant};
use super::{ACTIVITIES, Creatio};
use crate::error::Result;
use crate::http::odata::understand;
use crate::model::{ContactId, Item, ItemId, Malformed};
use crate::ports::{Clock, Http, Keys};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Activities as read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Those understood.
    pub(super) items: Vec<Item>,
    /// Those not.
    pub(super) malformed: Vec<Malformed>,
    /// Their participants' rows.
    pub(super) participants: Vec<Participant>,
}

impl<P: Http + Clock + Keys> Creatio<P> {
    /// The activities with these ids, wherever they are in time; those that are not there are left out.
    pub(super) async fn read(&self, ids: &[ItemId]) -> Result<Reading> {
        if ids.is_empty() {
            return Ok(Reading::default());
        }
        loop {
            let select = self.columns();
            let query = Query { set: "Activity", select: &select, ..Query::default() };
            let rows = query.any(ids.iter().map(Test::id));
            match self.ask([rows, participants(ids), self.statuses(), self.roles()]).await {
                Ok([rows, participants, statuses, roles]) => {
                    self.learn(statuses, roles);
                    return self.completed(rows, participants).await;
                }
                Err(error) if self.explained(&error).await? => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// What these rows of `Activity` are.
    pub(super) async fn complete(&self, rows: Vec<Value>) -> Result<Reading> {
        let ids: Vec<ItemId> = rows.iter().filter_map(row_id).collect();
        let [participants, statuses, roles] = self.ask([participants(&ids), self.statuses(), self.roles()]).await?;
        self.learn(statuses, roles);
        self.completed(rows, participants).await
    }

    async fn completed(&self, rows: Vec<Value>, participants: Vec<Value>) -> Result<Reading> {
        let (participants, mut malformed) =
            understood::<Participant>(participants, "ActivityId", "ActivityParticipant.");
        let (rows, bad) = understood::<Activity>(rows, "Id", "");
        let broken: BTreeSet<ItemId> = malformed.iter().filter_map(|m| m.id.clone()).collect();
        malformed.extend(bad);
        let mut of: BTreeMap<&str, Vec<&Participant>> = BTreeMap::new();
        for row in &participants {
            of.entry(row.activity_id.as_str().unwrap_or_default()).or_default().push(row);
        }
        let meetings = rows.iter().filter(|row| row.show_in_scheduler).filter_map(|row| of.get(row.id.as_str()?));
        self.look_up(meetings.flatten().filter_map(|row| row.participant_id.contact()).collect()).await?;
        let (lookups, cards) = (self.lookups(), self.cards.borrow());
        let context = Context { me: &self.site.contact, lookups: &lookups, cards: &cards };
        let mut items = Vec::with_capacity(rows.len());
        for row in rows.into_iter().filter(|row| row.id.item().is_none_or(|id| !broken.contains(&id))) {
            let participants = of.get(row.id.as_str().unwrap_or_default()).map_or(&[][..], Vec::as_slice);
            match map::item(row, participants, &context) {
                Ok(item) => items.push(item),
                Err(bad) => malformed.push(bad),
            }
        }
        drop(of);
        Ok(Reading { items, malformed, participants })
    }

    /// The rows that each group of calls gives, all groups in as few requests as possible, every page followed to its end.
    pub(super) async fn ask<const N: usize>(&self, groups: [Vec<Query<'_>>; N]) -> Result<[Vec<Value>; N]> {
        let sizes = groups.each_ref().map(Vec::len);
        let queries: Vec<Query<'_>> = groups.into_iter().flatten().collect();
        let mut pages = queries.iter().zip(self.pages(&queries).await?);
        let mut rows = [const { Vec::new() }; N];
        for (rows, size) in rows.iter_mut().zip(sizes) {
            for (query, page) in pages.by_ref().take(size) {
                self.follow(query.set, page, rows).await?;
            }
        }
        Ok(rows)
    }

    /// Makes sure that what can be known of these Contacts is known.
    async fn look_up(&self, mut contacts: BTreeSet<ContactId>) -> Result<()> {
        contacts.retain(|id| *id != self.site.contact && !self.cards.borrow().contains_key(id));
        if contacts.is_empty() {
            return Ok(());
        }
        let people = Query { set: "Contact", select: "Id,Name,Email", ..Query::default() };
        let email = Test::row("CommunicationType", COMMUNICATION_EMAIL);
        let numbers =
            Query { set: "ContactCommunication", select: "ContactId,Number", filter: email, ..Query::default() };
        let people = people.any(contacts.iter().map(Test::id));
        let numbers = numbers.any(contacts.iter().map(|id| Test::row("Contact", id)));
        let [people, numbers] = self.ask([people, numbers]).await?;
        let mut cards = self.cards.borrow_mut();
        for contact in contacts {
            cards.entry(contact).or_default();
        }
        for row in understood::<Contact>(people, "Id", "Contact.").0 {
            if let Some(contact) = row.id.contact() {
                cards.insert(contact, Card::from(&row));
            }
        }
        for row in understood::<Communication>(numbers, "ContactId", "ContactCommunication.").0 {
            let card = row.contact_id.contact().and_then(|contact| cards.get_mut(&contact));
            if let (Some(card), Some(address)) = (card, row.address()) {
                card.addresses.push(address);
            }
        }
        Ok(())
    }

    /// The question for the statuses, if they are not known yet.
    fn statuses(&self) -> Vec<Query<'static>> {
        self.meanings("ActivityStatus", "Id,Finish")
    }

    /// The question for the roles, if they are not known yet.
    fn roles(&self) -> Vec<Query<'static>> {
        self.meanings("ActivityParticipantRole", "Id,Code")
    }

    fn meanings(&self, set: &'static str, select: &'static str) -> Vec<Query<'static>> {
        let unknown = self.lookups.borrow().is_none();
        unknown.then(|| Query { set, select, ..Query::default() }).into_iter().collect()
    }

    fn learn(&self, statuses: Vec<Value>, roles: Vec<Value>) {
        let mut lookups = self.lookups.borrow_mut();
        if lookups.is_none() {
            let (statuses, _) = understood::<Meaning>(statuses, "Id", "ActivityStatus.");
            let (roles, _) = understood::<Meaning>(roles, "Id", "ActivityParticipantRole.");
            *lookups = Some(Rc::new(Lookups::new(statuses, &roles)));
        }
    }

    /// What lookups mean, as far as it was read.
    pub(super) fn lookups(&self) -> Rc<Lookups> {
        self.lookups.borrow().clone().unwrap_or_default()
    }
}

/// The questions for the participants of these activities.
fn participants(ids: &[ItemId]) -> Vec<Query<'static>> {
    let query = Query { set: "ActivityParticipant", select: Participant::COLUMNS, ..Query::default() };
    query.any(ids.iter().map(|id| Test::row("Activity", id)))
}

/// The rows that could be read; of the others, the Activity whose id stands in `id`, and what is wrong with it.
pub(super) fn understood<T: DeserializeOwned>(rows: Vec<Value>, id: &str, set: &str) -> (Vec<T>, Vec<Malformed>) {
    let (mut good, mut bad) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let item = guid_at(&row, id);
        match understand(row) {
            Ok(row) => good.push(row),
            Err(reason) => bad.push(malformed(item, &format!("{set}{reason}"))),
        }
    }
    (good, bad)
}

/// An activity that can't be understood.
pub(super) fn malformed(id: Option<ItemId>, reason: &str) -> Malformed {
    Malformed { id, container: Some(ACTIVITIES.into()), reason: reason.to_owned() }
}

/// The id of a row of `Activity`, whatever else is wrong with it.
pub(super) fn row_id(row: &Value) -> Option<ItemId> {
    guid_at(row, "Id")
}

fn guid_at(row: &Value, name: &str) -> Option<ItemId> {
    understand::<Guid>(row.get(name)?.clone()).ok()?.item()
}
