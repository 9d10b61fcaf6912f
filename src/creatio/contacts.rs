//! The directory: who has an address, and whether there is anything to be read. Groups are
//! `groups`'.

use crate::creatio::Creatio;
use crate::creatio::activity::lookups::COMMUNICATION_EMAIL;
use crate::creatio::activity::wire::{Communication, Contact};
use crate::creatio::client::query::{Condition, Query};
use crate::creatio::client::rows::understood;
use crate::error::Result;
use crate::flat::{FlatMap, FlatSet};
use crate::model::{Address, ContactId};
use crate::ports::{Clock, Credentials, Http};

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// See [`Directory::is_readable`](crate::ports::Directory::is_readable). No condition: every
    /// installation has e-mails and other people's activities, beside what is synchronised.
    pub(in crate::creatio) async fn shows_any(&self) -> Result<bool> {
        let any = Query { set: "Activity", select: "Id", top: 1, ..Query::default() };
        let [rows] = self.ask([vec![any]]).await?;
        Ok(!rows.is_empty())
    }

    /// See [`Directory::people`](crate::ports::Directory::people). Of several Contacts the one with
    /// the least id is chosen.
    pub(in crate::creatio) async fn contacts_of(&self, addresses: &[Address]) -> Result<Vec<(Address, ContactId)>> {
        if self.unread.borrow().contains_key("Contact") {
            // the listing has said so, and what is known of people says nothing
            return Ok(Vec::new());
        }
        let email = Condition::row("CommunicationType", COMMUNICATION_EMAIL);
        let numbers =
            Query { set: "ContactCommunication", select: "ContactId,Number", filter: email, ..Query::default() };
        let people = Query { set: "Contact", select: "Id,Email", ..Query::default() };
        let named = |column: &'static str| addresses.iter().map(move |a| Condition::text(column, a.as_str()));
        // addresses are searched in lower case there (docs/facts/creatio.md, "People")
        let [people, numbers] = self.ask([people.any(named("Email")), numbers.any(named("SearchNumber"))]).await?;
        let people = understood::<Contact>(people, "Id", "Contact.").0;
        let numbers = understood::<Communication>(numbers, "ContactId", "ContactCommunication.").0;
        let people = people.iter().map(|row| (row.address(), row.id.contact()));
        let numbers = numbers.iter().map(|row| (row.address(), row.contact_id.contact()));
        let mut found: FlatMap<Address, FlatSet<ContactId>> = FlatMap::new();
        for (address, contact) in people.chain(numbers) {
            if let (Some(address), Some(contact)) = (address, contact) {
                found.entry(address).or_default().insert(contact);
            }
        }
        let first = |address: &Address| Some((address.clone(), found.get(address)?.first()?.clone()));
        Ok(addresses.iter().filter_map(first).collect())
    }
}
