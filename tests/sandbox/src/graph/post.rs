//! The post: the mails that Exchange sends about meetings, and what they do to the mailboxes of the
//! tenant that they reach (docs/facts/graph.md, "Mail"): an attendee's copy appears, follows, is
//! cancelled; the organizer's list of attendees learns the answers.
//!
//! A copy changes only by a mail, as in the real service: who is not mailed about a change doesn't
//! learn of it, and an answer that isn't sent doesn't reach the organizer. Marks (extended
//! properties) and personal members don't travel.

use super::change::keep;
use super::event::Event;
use super::filter::at;
use super::mailbox::{Mailbox, Place};
use super::series::Series;
use super::shape::{Access, EVENT, member, put};
use super::view;
use super::zones::{self, NEVER};
use crate::environment::Environment;
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Value, json};

/// Why somebody is mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// They become attendees.
    Invitation,
    /// Something that attendees see has changed.
    Update,
    /// The meeting is gone, or they are no longer attendees.
    Cancellation,
    /// An attendee answers the organizer.
    Response,
}

/// A mail that Exchange would have sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// The mailbox in whose name it goes out.
    pub from: String,
    /// The verb of the request that caused it; of Exchange, the operation.
    pub method: String,
    /// Path and query of that request.
    pub path: String,
    /// Addresses.
    pub recipients: Vec<String>,
    /// Why.
    pub reason: Reason,
}

/// A mail and the meeting that it tells of, as it is after the write.
#[derive(Clone)]
pub(crate) struct Letter {
    pub(crate) mail: Mail,
    /// The iCalUId of the single event or the whole series.
    pub(crate) uid: String,
    /// The original day, where it is about one occurrence.
    pub(crate) day: Option<NaiveDate>,
    pub(crate) event: Event,
}

/// Server's members that an attendee's copy has from the organizer's event.
const TOLD: &[&str] = &["bodyPreview", "onlineMeeting", "originalStartTimeZone", "originalEndTimeZone", "organizer"];

/// Puts a letter into the mailbox of one of its recipients.
pub(crate) fn receive(mailbox: &mut Mailbox, letter: &Letter, environment: &mut Environment) {
    match letter.mail.reason {
        Reason::Invitation | Reason::Update => follow(mailbox, letter, environment),
        Reason::Cancellation => strike(mailbox, letter, environment),
        Reason::Response => tally(mailbox, letter, environment),
    }
}

/// Where the meeting of a letter lies in a mailbox, as the organizer's event or as an attendee's
/// copy.
fn locate(mailbox: &Mailbox, letter: &Letter, organizes: bool) -> Option<Place> {
    let held = |uid: &str| {
        mailbox.events.iter().position(|event| event.text("iCalUId") == uid && event.flag("isOrganizer") == organizes)
    };
    match (held(&letter.uid), letter.day) {
        (Some(index), Some(day)) => {
            let is_series = mailbox.events.get(index).is_some_and(|event| event.series.is_some());
            is_series.then_some(Place { index, day: Some(day) })
        }
        (Some(index), None) => Some(Place { index, day: None }),
        // who is invited to one occurrence only has it as an event by itself
        (None, Some(_)) => held(letter.event.text("iCalUId")).map(|index| Place { index, day: None }),
        (None, None) => None,
    }
}

/// Brings the attendee's copy in step, or makes one.
fn follow(mailbox: &mut Mailbox, letter: &Letter, environment: &mut Environment) {
    let Some(place) = locate(mailbox, letter, false) else {
        let copy = copy(mailbox, letter, environment);
        mailbox.events.extend(copy);
        return;
    };
    if let (Some(day), Some(series)) =
        (place.day, mailbox.events.get_mut(place.index).and_then(|event| event.series.as_mut()))
    {
        // an occurrence that the attendee has deleted comes back with its update
        series.deleted.remove(&day);
    }
    let Some(mut event) = mailbox.at(place) else { return };
    let stamp = mailbox.stamp(environment);
    tell(&mut event, &letter.event);
    if place.day.is_some() {
        event.set("type", "exception");
    }
    event.touch(&stamp);
    keep(mailbox, place, event, &stamp);
}

/// A copy for the default calendar of an attendee who has not answered.
fn copy(mailbox: &mut Mailbox, letter: &Letter, environment: &mut Environment) -> Option<Event> {
    let source = &letter.event;
    let calendar = view::id_of(mailbox, None).ok()?;
    let mut event = Event::new(mailbox, &calendar, source.span.clone(), environment);
    event.set("iCalUId", source.text("iCalUId"));
    event.set("isOrganizer", false);
    event.set("showAs", "tentative");
    event.set("sensitivity", source.text("sensitivity"));
    event.set("responseStatus", json!({"response": "notResponded", "time": NEVER}));
    tell(&mut event, source);
    Some(event)
}

/// Writes what the organizer decides into a copy.
fn tell(copy: &mut Event, source: &Event) {
    let is_same_series = copy.body.get("recurrence") == source.body.get("recurrence") && copy.span == source.span;
    let travels = |name: &str| {
        let is_shared = member(EVENT, name).is_some_and(|member| member.2 == Access::Shared);
        is_shared && name != "transactionId" || TOLD.contains(&name)
    };
    for (name, value) in source.body.iter().filter(|(name, _)| travels(name)) {
        copy.set(name, value.clone());
    }
    copy.span = source.span.clone();
    copy.set("isCancelled", false);
    match &source.series {
        None => copy.recur(None),
        Some(_) if is_same_series && copy.series.is_some() => {}
        Some(series) => correct_times(copy, series),
    }
}

/// Makes a copy the series that the organizer has, with exceptions of its own ids.
fn correct_times(copy: &mut Event, series: &Series) {
    copy.recur(Some(series.rule.clone()));
    if let Some(own) = &mut copy.series {
        own.deleted.clone_from(&series.deleted);
    }
    for (day, source) in &series.exceptions {
        let Some(mut exception) = copy.occurrence(*day) else { continue };
        tell(&mut exception, source);
        exception.set("type", "exception");
        if let Some(own) = &mut copy.series {
            own.exceptions.insert(*day, exception);
        }
    }
}

/// Marks the attendee's copy as cancelled; it stays until the attendee removes it.
fn strike(mailbox: &mut Mailbox, letter: &Letter, environment: &mut Environment) {
    let Some(place) = locate(mailbox, letter, false) else { return };
    let Some(mut event) = mailbox.at(place) else { return };
    let stamp = mailbox.stamp(environment);
    let exceptions = event.series.iter_mut().flat_map(|series| series.exceptions.values_mut());
    exceptions.for_each(|exception| exception.set("isCancelled", true));
    event.set("isCancelled", true);
    event.set("showAs", "free");
    if place.day.is_some() {
        event.set("type", "exception");
    }
    event.touch(&stamp);
    keep(mailbox, place, event, &stamp);
}

/// Notes an attendee's answer in the organizer's event, which thereby gets a new version
/// (docs/facts/graph.md, "Versions").
fn tally(mailbox: &mut Mailbox, letter: &Letter, environment: &mut Environment) {
    let Some(place) = locate(mailbox, letter, true) else { return };
    let Some(mut event) = mailbox.at(place) else { return };
    let mut attendees = event.body.get("attendees").cloned().unwrap_or_default();
    let mut named = attendees.as_array_mut().into_iter().flatten().filter(|one| {
        at(one, "emailAddress/address").as_str().is_some_and(|address| address.eq_ignore_ascii_case(&letter.mail.from))
    });
    let Some(attendee) = named.next() else { return };
    let stamp = mailbox.stamp(environment);
    let response = letter.event.body.get("responseStatus").map(|status| status["response"].clone());
    put(attendee, "status", json!({"response": response.unwrap_or(Value::Null), "time": zones::stamp(stamp.at)}));
    event.set("attendees", attendees);
    if place.day.is_some() {
        event.set("type", "exception");
    }
    event.touch(&stamp);
    keep(mailbox, place, event, &stamp);
}
