//! The people of a pair, merged per person: who came on one side comes on the other, who left goes
//! there too. What would mail somebody (an invitation, a person taken off an event) waits by
//! itself, and everybody else is merged all the same.
//!
//! A person is the same on both sides by an address or by the Contact behind it. Attendees without
//! a Contact stay on the event, participants without an address stay in Creatio.

use crate::engine::context::{Context, Seen};
use crate::engine::field_policy::{Direction, FieldPolicy, Mailing};
use crate::engine::held::Reason;
use crate::engine::project;
use crate::flat::FlatSet;
use crate::model::person::{self, Roll};
use crate::model::{ContactId, Field, Meeting, Pair, Person, Side};

/// The outcome of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct People {
    /// Each side's people as they shall be.
    pub target: Pair<Vec<Person>>,
    /// The base once that is written: without whom nobody has agreed on yet.
    pub base: Pair<Vec<Person>>,
    /// Who waits for a person's word, and why.
    pub waits: Vec<(Reason, Vec<Person>)>,
    /// Who is not invited, without a question.
    pub uninvited: Vec<Person>,
    /// Participants of somebody else's meeting who were taken off in Creatio, and come back.
    pub back: Vec<Person>,
}

/// Merges the people of two meetings.
#[must_use]
pub fn merge(
    context: &Context<'_>,
    seen: &Seen,
    base: Pair<&Meeting>,
    now: Pair<&Meeting>,
    policy: FieldPolicy,
) -> People {
    // who is known by another address, too, is known by all of them
    let there = person::recognised(&base.exchange.people, &now.exchange.people);
    let base = base.map(|one| Crowd::of(seen, &one.people));
    let now = Pair { creatio: Crowd::of(seen, &now.creatio.people), exchange: Crowd::of(seen, &there) };
    let lists = Lists { context, seen, base, now };
    let direction = policy.of(Field::People);
    let inward = direction.lets(Side::Exchange);
    let back = if direction == Direction::Owned(Side::Exchange) { lists.missed() } else { Vec::new() };
    let mut creatio = if inward { lists.coming() } else { lists.now.creatio.list.to_vec() };
    if !back.is_empty() {
        creatio = person::normal(creatio.into_iter().chain(back.iter().cloned()));
    }
    let (mut invited, mut removed) = (Vec::new(), Vec::new());
    let (mut waits, mut uninvited) = (Vec::new(), Vec::new());
    if direction.lets(Side::Creatio) {
        (invited, removed) = (lists.invited(), lists.removed());
        uninvited = stay(&mut invited, policy.invites(), &mut waits);
        let nobody_left = invited.is_empty() && removed.len() == lists.now.exchange.list.len();
        stay(&mut removed, policy.uninvites(nobody_left), &mut waits);
    }
    let gone = Roll::of(&removed);
    let after = |list: &[Person]| {
        let stays = list.iter().filter(|one| !gone.has(one));
        person::normal(stays.chain(&invited).cloned())
    };
    let exchange = after(lists.now.exchange.list);
    let base = Pair {
        creatio: lists.agreed(&creatio, &exchange),
        exchange: if inward { exchange.clone() } else { after(lists.base.exchange.list) },
    };
    People { target: Pair { creatio, exchange }, base, waits, uninvited, back }
}

/// Takes out of `list` whom nothing is done about: to what waits, if a person is asked; else they
/// come back.
fn stay(list: &mut Vec<Person>, mailing: Mailing, waits: &mut Vec<(Reason, Vec<Person>)>) -> Vec<Person> {
    match mailing {
        Mailing::Goes => Vec::new(),
        Mailing::Waits(_) if list.is_empty() => Vec::new(),
        Mailing::Waits(reason) => {
            waits.push((reason, std::mem::take(list)));
            Vec::new()
        }
        Mailing::Stays => std::mem::take(list),
    }
}

/// A list of people, in which thousands are found as fast as a few.
struct Crowd<'a> {
    seen: &'a Seen,
    list: &'a [Person],
    roll: Roll<'a>,
    contacts: FlatSet<&'a ContactId>,
}

impl<'a> Crowd<'a> {
    fn of(seen: &'a Seen, list: &'a [Person]) -> Self {
        Self { seen, list, roll: Roll::of(list), contacts: list.iter().filter_map(|one| contact(seen, one)).collect() }
    }

    /// Whether `one` is among them: by an address, or by the Contact behind it.
    fn has(&self, one: &Person) -> bool {
        self.roll.has(one) || contact(self.seen, one).is_some_and(|contact| self.contacts.contains(contact))
    }
}

/// The Contact that a person is, if there is one.
fn contact<'a>(seen: &'a Seen, one: &'a Person) -> Option<&'a ContactId> {
    let behind = || one.addresses.iter().find_map(|address| seen.people.get(address));
    one.contact.as_ref().or_else(behind)
}

/// Both sides' people, before and now.
struct Lists<'a> {
    context: &'a Context<'a>,
    seen: &'a Seen,
    base: Pair<Crowd<'a>>,
    now: Pair<Crowd<'a>>,
}

impl Lists<'_> {
    /// Creatio's people with what came from Exchange: who came, who left, who answered.
    fn coming(&self) -> Vec<Person> {
        let changed = |one: &Person| {
            let before = self.base.exchange.roll.same(one).next();
            before.is_none_or(|old| old.role != one.role || old.response != one.response)
        };
        let arrive = self.now.exchange.list.iter().filter(|one| changed(one));
        let news: Vec<Person> = arrive.filter_map(|one| project::guest(self.context, self.seen, one)).collect();
        let coming = Roll::of(&news);
        let left = |one: &Person| self.base.exchange.has(one) && !self.now.exchange.has(one);
        let stays = self.now.creatio.list.iter().filter_map(|one| match coming.same(one).next() {
            Some(new) => Some(new.clone()),
            None => (!left(one)).then(|| one.clone()),
        });
        let added = news.iter().filter(|new| !self.now.creatio.roll.has(new) && !self.base.creatio.roll.has(new));
        person::normal(stays.chain(added.cloned()))
    }

    /// Attendees whose participant was taken off in Creatio, as participants.
    fn missed(&self) -> Vec<Person> {
        let guests =
            self.now.exchange.list.iter().filter(|one| self.base.creatio.has(one) && !self.now.creatio.has(one));
        guests.filter_map(|one| project::guest(self.context, self.seen, one)).collect()
    }

    /// Participants who came in Creatio and are not on the event yet, as attendees.
    fn invited(&self) -> Vec<Person> {
        let new = self.now.creatio.list.iter().filter(|one| {
            let known = self.base.creatio.roll.has(one) || self.base.exchange.has(one);
            !known && !self.now.exchange.has(one)
        });
        new.filter_map(|one| project::invited(self.context, self.seen, one)).collect()
    }

    /// Attendees whose participant left in Creatio, and whose Contact can still be read: one that
    /// can't may only be hidden.
    fn removed(&self) -> Vec<Person> {
        let left = |attendee: &&Person| {
            let readable = attendee.addresses.iter().any(|address| self.seen.people.contains_key(address));
            readable && self.base.creatio.has(attendee) && !self.now.creatio.has(attendee)
        };
        self.now.exchange.list.iter().filter(left).cloned().collect()
    }

    /// What is agreed on in Creatio: who waits to be invited is not part of it, who waits to be
    /// taken off still is.
    fn agreed(&self, creatio: &[Person], exchange: &[Person]) -> Vec<Person> {
        let (after, there) = (Roll::of(creatio), Crowd::of(self.seen, exchange));
        let here = creatio.iter().filter(|one| self.base.creatio.roll.has(one) || there.has(one));
        let waiting = self.base.creatio.list.iter().filter(|one| !after.has(one) && there.has(one));
        person::normal(here.chain(waiting).cloned())
    }
}
