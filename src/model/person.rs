//! People of a meeting: participants in Creatio, attendees on Exchange. A person is known by e-mail addresses.

use super::{Address, ContactId};
use serde::{Deserialize, Serialize};

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

/// `people` in normal order, each once (of two entries of one person the first stays).
#[must_use]
pub fn normal(people: impl IntoIterator<Item = Person>) -> Vec<Person> {
    let mut list: Vec<Person> = Vec::new();
    for mut person in people {
        person.addresses.sort();
        person.addresses.dedup();
        if !list.iter().any(|p| p.is(&person)) {
            list.push(person);
        }
    }
    list.sort();
    list
}
