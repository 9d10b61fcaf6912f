//! People of a meeting: participants in Creatio, attendees on Exchange. A person is known by e-mail addresses.

use super::{Address, ContactId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One participant or attendee.
///
/// Lists of people are in normal order: by first address, then contact, then name; so equal lists are equal values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Person {
    /// All known addresses, sorted; exactly one on Exchange, none for a Contact without e-mail.
    pub addresses: Vec<Address>,
    /// The Contact; always there in Creatio, never on Exchange.
    pub contact: Option<ContactId>,
    /// The name shown; never compared.
    pub name: String,
    /// Required or optional.
    pub role: Role,
    /// Their answer.
    pub response: Response,
}

/// Part of a person in a meeting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Participant; required (and resource) attendee.
    #[default]
    Required,
    /// OptionalParticipant; optional attendee.
    Optional,
}

/// An answer to an invitation, as far as both sides can tell it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Response {
    /// Confirmed; accepted, organizer.
    Confirmed,
    /// Declined.
    Declined,
    /// In doubt; tentative, not answered.
    #[default]
    InDoubt,
}

impl Person {
    /// Whether this is the same person as `other`: a shared address, or the same Contact.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.addresses.iter().any(|a| other.addresses.contains(a))
            || (self.contact.is_some() && self.contact == other.contact)
    }
}

/// The people of a list, by all that they are known by: thousands are found as fast as a few.
pub struct Roll<'a> {
    addresses: BTreeMap<&'a Address, Vec<&'a Person>>,
    contacts: BTreeMap<&'a ContactId, Vec<&'a Person>>,
}

impl<'a> Roll<'a> {
    /// Of `people`.
    #[must_use]
    pub fn of(people: &'a [Person]) -> Self {
        let mut roll = Self { addresses: BTreeMap::new(), contacts: BTreeMap::new() };
        for person in people {
            for address in &person.addresses {
                roll.addresses.entry(address).or_default().push(person);
            }
            if let Some(contact) = &person.contact {
                roll.contacts.entry(contact).or_default().push(person);
            }
        }
        roll
    }

    /// Those who are the same as `person` (see [`Person::is`]).
    pub fn same(&self, person: &Person) -> impl Iterator<Item = &'a Person> {
        let addresses = person.addresses.iter().filter_map(|address| self.addresses.get(address));
        let contact = person.contact.as_ref().and_then(|contact| self.contacts.get(contact));
        addresses.chain(contact).flatten().copied()
    }

    /// Whether `person` is among them.
    #[must_use]
    pub fn has(&self, person: &Person) -> bool {
        self.same(person).next().is_some()
    }
}

/// `people` in normal order, each once (of two entries of one person the first stays).
#[must_use]
pub fn normal(people: impl IntoIterator<Item = Person>) -> Vec<Person> {
    let mut list: Vec<Person> = Vec::new();
    let (mut addresses, mut contacts) = (BTreeSet::new(), BTreeSet::new());
    for mut person in people {
        person.addresses.sort();
        person.addresses.dedup();
        let known = person.addresses.iter().any(|address| addresses.contains(address))
            || person.contact.as_ref().is_some_and(|contact| contacts.contains(contact));
        if !known {
            addresses.extend(person.addresses.iter().cloned());
            contacts.extend(person.contact.clone());
            list.push(person);
        }
    }
    list.sort();
    list
}
