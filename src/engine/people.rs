//! The people of a pair, merged per person: who came on one side comes on the other, who left goes there too. What would mail somebody (an
//! invitation, a person taken off an event) waits by itself, and everybody else is merged all the same.
//!
//! A person is the same on both sides by an address or by the Contact behind it. Attendees without a Contact stay on the event, participants
//! without an address stay in Creatio.

use super::flows::Flows;
use super::link::Reason;
use super::{Context, Seen, project};
use crate::model::{Field, Meeting, Pair, Person, Side, person};

/// The outcome of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct People {
    /// Each side's people as they shall be.
    pub target: Pair<Vec<Person>>,
    /// The base once that is written: without whom nobody has agreed on yet.
    pub base: Pair<Vec<Person>>,
    /// Who waits for a person's word, and why.
    pub waits: Vec<(Reason, Vec<Person>)>,
}

/// Merges the people of two meetings.
#[must_use]
pub fn merge(
    context: &Context<'_>,
    seen: &Seen,
    (base, now): (Pair<&Meeting>, Pair<&Meeting>),
    flows: Flows,
) -> People {
    let lists = Lists { context, seen, base: base.map(|one| &*one.people), now: now.map(|one| &*one.people) };
    let flow = flows.of(Field::People);
    let inward = flow.lets(Side::Exchange);
    let creatio = if inward { lists.coming() } else { lists.now.creatio.to_vec() };
    let (mut invited, mut removed) = (Vec::new(), Vec::new());
    let mut waits = Vec::new();
    if flow.lets(Side::Creatio) {
        (invited, removed) = (lists.invited(), lists.removed());
        wait(&mut invited, flows.invites(), &mut waits);
        let nobody_left = invited.is_empty() && removed.len() == lists.now.exchange.len();
        wait(&mut removed, flows.uninvites(nobody_left), &mut waits);
    }
    let after = |list: &[Person]| {
        let stays = list.iter().filter(|one| !removed.iter().any(|gone| gone.is(one)));
        person::normal(stays.chain(&invited).cloned())
    };
    let exchange = after(lists.now.exchange);
    let base = Pair {
        creatio: lists.agreed(&creatio, &exchange),
        exchange: if inward { exchange.clone() } else { after(lists.base.exchange) },
    };
    People { target: Pair { creatio, exchange }, base, waits }
}

/// Moves `list` to what waits, if there is a `reason` why it does.
fn wait(list: &mut Vec<Person>, reason: Option<Reason>, waits: &mut Vec<(Reason, Vec<Person>)>) {
    if let (Some(reason), false) = (reason, list.is_empty()) {
        waits.push((reason, std::mem::take(list)));
    }
}

/// Both sides' people, before and now.
struct Lists<'a> {
    context: &'a Context<'a>,
    seen: &'a Seen,
    base: Pair<&'a [Person]>,
    now: Pair<&'a [Person]>,
}

impl Lists<'_> {
    /// Whether an attendee and a participant are the same person.
    fn same(&self, attendee: &Person, participant: &Person) -> bool {
        let contact = attendee.addresses.iter().find_map(|address| self.seen.people.get(address));
        attendee.is(participant) || (contact.is_some() && contact == participant.contact.as_ref())
    }

    fn attends(&self, attendees: &[Person], participant: &Person) -> bool {
        attendees.iter().any(|attendee| self.same(attendee, participant))
    }

    /// Creatio's people with what came from Exchange: who came, who left, who answered.
    fn coming(&self) -> Vec<Person> {
        let changed = |one: &Person| {
            let before = self.base.exchange.iter().find(|old| old.is(one));
            before.is_none_or(|old| old.role != one.role || old.response != one.response)
        };
        let arrives = |one: &Person| Some((changed(one), project::guest(self.context, self.seen, one)?));
        let arriving: Vec<(bool, Person)> = self.now.exchange.iter().filter_map(arrives).collect();
        let left = |one: &Person| self.attends(self.base.exchange, one) && !self.attends(self.now.exchange, one);
        let stays = self.now.creatio.iter().filter_map(|one| match arriving.iter().find(|(_, new)| new.is(one)) {
            Some((true, new)) => Some(new.clone()),
            Some((false, _)) => Some(one.clone()),
            None => (!left(one)).then(|| one.clone()),
        });
        let news = arriving
            .iter()
            .filter(|(changed, new)| *changed && !among(self.now.creatio, new) && !among(self.base.creatio, new));
        person::normal(stays.chain(news.map(|(_, new)| new.clone())))
    }

    /// Participants who came in Creatio and are not on the event yet, as attendees.
    fn invited(&self) -> Vec<Person> {
        let new = self.now.creatio.iter().filter(|one| {
            let known = among(self.base.creatio, one) || self.attends(self.base.exchange, one);
            !known && !self.attends(self.now.exchange, one)
        });
        new.filter_map(|one| project::invitation(self.context, one)).collect()
    }

    /// Attendees whose participant left in Creatio, and whose Contact can still be read: one that can't may only be hidden.
    fn removed(&self) -> Vec<Person> {
        let left = |attendee: &&Person| {
            let readable = attendee.addresses.iter().any(|address| self.seen.people.contains_key(address));
            let was = self.base.creatio.iter().any(|old| self.same(attendee, old));
            let is = self.now.creatio.iter().any(|one| self.same(attendee, one));
            readable && was && !is
        };
        self.now.exchange.iter().filter(left).cloned().collect()
    }

    /// What is agreed on in Creatio: who waits to be invited is not part of it, who waits to be taken off still is.
    fn agreed(&self, creatio: &[Person], exchange: &[Person]) -> Vec<Person> {
        let here = creatio.iter().filter(|one| among(self.base.creatio, one) || self.attends(exchange, one));
        let there = self.base.creatio.iter().filter(|one| !among(creatio, one) && self.attends(exchange, one));
        person::normal(here.chain(there).cloned())
    }
}

fn among(list: &[Person], one: &Person) -> bool {
    list.iter().any(|other| other.is(one))
}
