//! Reads activities whole: rows, their participants, the participants' addresses, and what lookups
//! mean; each in one batch however many activities there are.

use crate::creatio::Creatio;
use crate::creatio::activity::lookups::COMMUNICATION_EMAIL;
use crate::creatio::activity::map::{self, Card, Lookups, RowContext};
use crate::creatio::activity::wire::{Activity, Communication, Contact, Meaning, Participant};
use crate::creatio::client::query::{Condition, Query};
use crate::creatio::client::refusal::refused;
use crate::creatio::client::rows::{row_id, understood};
use crate::error::Result;
use crate::flat::{FlatMap, FlatSet};
use crate::model::{ContactId, Item, ItemId, Malformed};
use crate::ports::{Clock, Credentials, Http};
use serde_json::Value;
use std::rc::Rc;

/// Activities as read.
#[derive(Debug, Default)]
pub(in crate::creatio) struct ReadActivities {
    /// Those understood.
    pub(in crate::creatio) items: Vec<Item>,
    /// Those not.
    pub(in crate::creatio) malformed: Vec<Malformed>,
    /// Their participants' rows.
    pub(in crate::creatio) participants: Vec<Participant>,
}

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// The activities with these ids, wherever they are in time; those that are not there are left
    /// out.
    pub(in crate::creatio) async fn read(&self, ids: &[ItemId]) -> Result<ReadActivities> {
        if ids.is_empty() {
            return Ok(ReadActivities::default());
        }
        loop {
            let select = self.columns();
            let query = Query { set: "Activity", select: &select, ..Query::default() };
            let rows = query.any(ids.iter().map(Condition::id));
            let [rows, participants, statuses, roles] =
                self.ask_each([rows, self.participants(ids), self.statuses(), self.roles()]).await?;
            match rows {
                Ok(rows) => {
                    self.learn(statuses?, roles?);
                    let participants = self.spared("ActivityParticipant", participants)?;
                    return self.completed(rows, participants).await;
                }
                Err(error) if self.explained(&error).await? => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// What these rows of `Activity` are.
    pub(in crate::creatio) async fn complete(&self, rows: Vec<Value>) -> Result<ReadActivities> {
        let ids: Vec<ItemId> = rows.iter().filter_map(row_id).collect();
        let [participants, statuses, roles, contacts] =
            self.ask_each([self.participants(&ids), self.statuses(), self.roles(), contacts()]).await?;
        self.learn(statuses?, roles?);
        self.spared("Contact", contacts)?;
        let participants = self.spared("ActivityParticipant", participants)?;
        self.completed(rows, participants).await
    }

    /// The rows of a set that a listing can do without: while it can't be read, that is noted, and
    /// what is known of people says nothing.
    pub(in crate::creatio) fn spared(&self, set: &'static str, rows: Result<Vec<Value>>) -> Result<Vec<Value>> {
        match rows {
            Err(error) if self.is_listing.get() => match refused(&error) {
                Some(why) => {
                    self.unread.borrow_mut().insert(set, why);
                    Ok(Vec::new())
                }
                None => Err(error),
            },
            rows => rows,
        }
    }

    /// The questions for the participants of these activities, if they can be read.
    fn participants(&self, ids: &[ItemId]) -> Vec<Query<'static>> {
        if self.unread.borrow().contains_key("ActivityParticipant") {
            return Vec::new();
        }
        let query = Query { set: "ActivityParticipant", select: Participant::COLUMNS, ..Query::default() };
        query.any(ids.iter().map(|id| Condition::row("Activity", id)))
    }

    async fn completed(&self, rows: Vec<Value>, participants: Vec<Value>) -> Result<ReadActivities> {
        let (participants, mut malformed) =
            understood::<Participant>(participants, "ActivityId", "ActivityParticipant.");
        let (rows, bad) = understood::<Activity>(rows, "Id", "");
        let broken: FlatSet<ItemId> = malformed.iter().filter_map(|m| m.id.clone()).collect();
        malformed.extend(bad);
        let mut of: FlatMap<&str, Vec<&Participant>> = FlatMap::new();
        for row in &participants {
            of.entry(row.activity_id.as_str().unwrap_or_default()).or_default().push(row);
        }
        let meetings = rows.iter().filter(|row| row.show_in_scheduler).filter_map(|row| of.get(row.id.as_str()?));
        self.look_up(meetings.flatten().filter_map(|row| row.participant_id.contact()).collect()).await?;
        let (lookups, cards) = (self.lookups(), self.cards.borrow());
        let context = RowContext { me: &self.site.contact, lookups: &lookups, cards: &cards };
        let mut items = Vec::with_capacity(rows.len());
        for row in rows.into_iter().filter(|row| row.id.item().is_none_or(|id| !broken.contains(&id))) {
            let participants = of.get(row.id.as_str().unwrap_or_default()).map_or(&[][..], Vec::as_slice);
            match map::item(row, participants, &context) {
                Ok(item) => items.push(item),
                Err(bad) => malformed.push(bad),
            }
        }
        drop(of);
        Ok(ReadActivities { items, malformed, participants })
    }

    /// The rows that each group of calls gives, all groups in as few requests as possible, every
    /// page followed to its end.
    pub(in crate::creatio) async fn ask<const N: usize>(&self, groups: [Vec<Query<'_>>; N]) -> Result<[Vec<Value>; N]> {
        let mut all = [const { Vec::new() }; N];
        for (all, rows) in all.iter_mut().zip(self.ask_each(groups).await?) {
            *all = rows?;
        }
        Ok(all)
    }

    /// As [`Creatio::ask`], with what keeps each group from being answered by itself.
    pub(in crate::creatio) async fn ask_each<const N: usize>(
        &self,
        groups: [Vec<Query<'_>>; N],
    ) -> Result<[Result<Vec<Value>>; N]> {
        let sizes = groups.each_ref().map(Vec::len);
        let queries: Vec<Query<'_>> = groups.into_iter().flatten().collect();
        let mut pages = queries.iter().zip(self.each_page(&queries).await?);
        let mut all = [const { Ok(Vec::new()) }; N];
        for (all, size) in all.iter_mut().zip(sizes) {
            let mut rows = Vec::new();
            let mut trouble = None;
            for (query, page) in pages.by_ref().take(size) {
                let followed = match page {
                    Ok(page) if trouble.is_none() => self.follow(query.set, page, &mut rows).await,
                    Ok(_) => Ok(()),
                    Err(error) => Err(error),
                };
                trouble = trouble.or(followed.err());
            }
            *all = trouble.map_or(Ok(rows), Err);
        }
        Ok(all)
    }

    /// Makes sure that what can be known of these Contacts is known.
    async fn look_up(&self, mut contacts: FlatSet<ContactId>) -> Result<()> {
        contacts.retain(|id| *id != self.site.contact && !self.cards.borrow().contains_key(id));
        if contacts.is_empty() {
            return Ok(());
        }
        let people = Query { set: "Contact", select: "Id,Name,Email", ..Query::default() };
        let email = Condition::row("CommunicationType", COMMUNICATION_EMAIL);
        let numbers =
            Query { set: "ContactCommunication", select: "ContactId,Number", filter: email, ..Query::default() };
        let people = people.any(contacts.iter().map(Condition::id));
        let numbers = numbers.any(contacts.iter().map(|id| Condition::row("Contact", id)));
        if self.unread.borrow().contains_key("Contact") {
            return Ok(());
        }
        let [people, numbers] = self.ask_each([people, numbers]).await?;
        let (people, numbers) = (self.spared("Contact", people)?, self.spared("Contact", numbers)?);
        if self.unread.borrow().contains_key("Contact") {
            return Ok(());
        }
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
    pub(in crate::creatio) fn lookups(&self) -> Rc<Lookups> {
        self.lookups.borrow().clone().unwrap_or_default()
    }
}

/// The questions that show whether it can be read who people are.
pub(in crate::creatio) fn contacts() -> Vec<Query<'static>> {
    ["Contact", "ContactCommunication"].map(|set| Query { set, select: "Id", top: 1, ..Query::default() }).into()
}
