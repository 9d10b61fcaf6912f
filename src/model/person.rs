//! People of a meeting: participants in Creatio, attendees on Exchange. A person is known by e-mail
//! addresses.

use super::{Address, ContactId};
use crate::flat::{self, FlatMap, FlatSet};
use serde::{Deserialize, Serialize};
use std::{cell::RefCell, rc::Rc};

/// One participant or attendee.
///
/// Lists of people are in normal order: by first address, then contact, then name; so equal lists
/// are equal values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Person {
    /// All known addresses, sorted; none for a Contact without e-mail. As read from Exchange
    /// exactly one; in a base also the one that we sent, in whose place a server stored another.
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
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
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
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
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
    /// The name that people know them by; the address of one without a name.
    #[must_use]
    pub fn shown(&self) -> &str {
        let address = self.addresses.first().map_or("", Address::as_str);
        if self.name.is_empty() { address } else { &self.name }
    }

    /// Whether this is the same person as `other`: a shared address, or the same Contact.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.addresses.iter().any(|a| other.addresses.contains(a))
            || (self.contact.is_some() && self.contact == other.contact)
    }
}

/// The further addresses of a mailbox's owner, who is never their own attendee: learned by one
/// reading, and known to all that share it.
#[derive(Clone, Default)]
pub struct Aliases(Rc<RefCell<FlatSet<Address>>>);

impl Aliases {
    /// Takes in what a server, or an earlier run, told.
    pub fn learn(&self, addresses: impl IntoIterator<Item = Address>) {
        self.0.borrow_mut().extend(addresses);
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn has(&self, address: &Address) -> bool {
        self.0.borrow().contains(address)
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> FlatSet<Address> {
        self.0.borrow().clone()
    }
}

/// The people of a list, by all that they are known by: thousands are found as fast as a few.
pub struct Roll<'a> {
    addresses: FlatMap<&'a Address, Vec<&'a Person>>,
    contacts: FlatMap<&'a ContactId, Vec<&'a Person>>,
}

impl<'a> Roll<'a> {
    /// Of `people`.
    #[must_use]
    pub fn of(people: &'a [Person]) -> Self {
        let mut roll = Self { addresses: FlatMap::new(), contacts: FlatMap::new() };
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

/// `now` as one person each, with the addresses by which `before` knows them too: by a shared
/// address; else by their name, if there only one was called so and is not there under their
/// address any more. So who was stored under another address than we sent, or got another one,
/// stays who they are.
#[must_use]
pub fn recognised(before: &[Person], now: &[Person]) -> Vec<Person> {
    let (known, there) = (Roll::of(before), Roll::of(now));
    let missing = by_name(before.iter().filter(|one| !there.has(one)));
    let new = by_name(now.iter().filter(|one| !known.has(one)));
    let list = now.iter().map(|one| {
        let mut whole = one.clone();
        known.same(one).for_each(|old| join(&mut whole, old));
        let name = name_of(one).filter(|_| !known.has(one));
        let namesakes = name.and_then(|name| Some((missing.get(&name)?.as_slice(), new.get(&name)?.as_slice())));
        if let Some(([old], [_])) = namesakes {
            join(&mut whole, old);
        }
        whole
    });
    normal(list)
}

/// Those of `sent` whom a server holds, with the addresses that it `stored` in place of theirs: who
/// stands there in nobody's place whom it held `before` is who was sent and is missing, by name, or
/// if there is one of each only.
#[must_use]
pub fn kept(sent: &[Person], before: &[Person], stored: &[Person]) -> Vec<Person> {
    let (known, there) = (Roll::of(before), Roll::of(stored));
    let named = recognised(sent, stored);
    let named = Roll::of(&named);
    let meant = Roll::of(sent);
    let lost: FlatSet<&Person> = sent.iter().filter(|one| !there.has(one) && !named.has(one)).collect();
    let unnamed = |one: &&Person| !meant.has(one) && !known.has(one) && !named.same(one).any(|known| meant.has(known));
    let strange: Vec<&Person> = stored.iter().filter(unnamed).collect();
    let list = sent.iter().filter_map(|one| {
        let mut whole = one.clone();
        named.same(one).for_each(|stored| join(&mut whole, stored));
        match (lost.len(), strange.as_slice()) {
            _ if !lost.contains(one) || known.has(one) => {}
            (1, [other]) => join(&mut whole, other),
            _ => return None,
        }
        Some(whole)
    });
    normal(list)
}

/// People by what they are called.
fn by_name<'a>(people: impl Iterator<Item = &'a Person>) -> FlatMap<String, Vec<&'a Person>> {
    let mut names: FlatMap<String, Vec<&Person>> = FlatMap::new();
    for person in people {
        if let Some(name) = name_of(person) {
            names.entry(name).or_default().push(person);
        }
    }
    names
}

/// What a person is called, to compare; an address is no name.
fn name_of(person: &Person) -> Option<String> {
    (!person.name.is_empty() && Address::parse(&person.name).is_none()).then(|| person.name.to_lowercase())
}

/// Gives `whole` the addresses of `other`.
fn join(whole: &mut Person, other: &Person) {
    whole.addresses.extend(other.addresses.iter().cloned());
    flat::sort(&mut whole.addresses);
    whole.addresses.dedup();
}

/// `people` in normal order, each once (of two entries of one person the first stays).
#[must_use]
pub fn normal(people: impl IntoIterator<Item = Person>) -> Vec<Person> {
    let mut list: Vec<Person> = Vec::new();
    let (mut addresses, mut contacts) = (FlatSet::new(), FlatSet::new());
    for mut person in people {
        flat::sort(&mut person.addresses);
        person.addresses.dedup();
        let known = person.addresses.iter().any(|address| addresses.contains(address))
            || person.contact.as_ref().is_some_and(|contact| contacts.contains(contact));
        if !known {
            addresses.extend(person.addresses.iter().cloned());
            contacts.extend(person.contact.clone());
            list.push(person);
        }
    }
    flat::sort(&mut list);
    list
}
