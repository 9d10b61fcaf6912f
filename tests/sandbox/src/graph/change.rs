//! Writes to events: create, change, delete, cancel, answer; who may, and whom Exchange mails
//! (docs/facts/graph.md, "Transactions", "Mail", "Answers").

use super::answer::{Answer, Fail, Outcome};
use super::call::Call;
use super::event::Event;
use super::filter::at;
use super::mailbox::{Mailbox, Place, Stamp};
use super::post::{Letter, Mail, Reason};
use super::shape::{Access, EVENT, Object, Unknown, member, object};
use super::shelf;
use super::storing::Storing;
use super::view;
use super::zones;
use crate::environment::Environment;
use http::StatusCode;
use serde_json::{Value, json};

/// Members whose change is mailed to the attendees of a meeting, whether or not the value differs.
const MAILED: &[&str] = &["subject", "body", "start", "end", "isAllDay", "location", "locations", "recurrence"];

/// `POST …/events`.
pub(crate) fn create(
    mailbox: &mut Mailbox,
    call: &Call,
    calendar: Option<&str>,
    environment: &mut Environment,
) -> Outcome {
    let calendar = writable(mailbox, calendar)?;
    let mut input = read(call)?;
    mailbox.quirks.people.store(&mut input)?;
    if let Some(known) = input.get("transactionId").filter(|id| !id.is_null()) {
        let same = known.as_str().and_then(|known| mailbox.events.position(shelf::TRANSACTION, known));
        if let Some(event) = same.and_then(|index| mailbox.events.get(index)) {
            return Ok(created(call, event));
        }
        if mailbox.quirks.remembers_transactions && mailbox.deleted.knows(known) {
            let message = "Your request can't be completed. The TransactionId was already used for another event.";
            return Err(Fail::new(StatusCode::CONFLICT, "ErrorDuplicateTransactionId", message));
        }
    }
    let event = Event::create(mailbox, &calendar, &mailbox.quirks.storing.stored(&input), environment)?;
    let answer = created(call, &event);
    mailbox.events.push(event.clone());
    let place = Place { index: mailbox.events.len() - 1, day: None };
    mail(mailbox, cause(call), (place, &event), [(Reason::Invitation, event.attendees())]);
    Ok(answer)
}

/// The answer to a create: times in the zone that was sent (docs/facts/graph.md, "Times").
fn created(call: &Call, event: &Event) -> Answer {
    let zone = &event.span.from;
    let body = view::event(event, &view::View::in_zone(call, &zone.name, zone.tz));
    Answer::created(view::with_context(call, "users/events/$entity", body), call.item("me/events", event.id()))
}

/// `PATCH` of an event or an occurrence, which becomes an exception.
pub(crate) fn update(mailbox: &mut Mailbox, call: &Call, place: Place, environment: &mut Environment) -> Outcome {
    let mut event = mailbox.at(place).ok_or_else(Fail::not_found)?;
    writable(mailbox, Some(&event.calendar))?;
    let mut input = read(call)?;
    call.matches(event.etag())?;
    mailbox.quirks.people.store(&mut input)?;
    may_write(&event, &input)?;
    let (before, storing) = (event.attendees(), mailbox.quirks.storing.clone());
    let old = view::event(&event, &view::View::plain(call));
    if storing.keeps_old {
        return Ok(answered(call, &storing, old));
    }
    event.assign(&storing.stored(&input))?;
    if let (Some(day), Some(master)) = (place.day, mailbox.events.get(place.index)) {
        if input.get("recurrence").is_some_and(|recurrence| !recurrence.is_null()) {
            return Err(Fail::invalid("An occurrence of a series can't have a recurrence."));
        }
        if !master.may_move(day, &event.span) {
            return Err(Fail::new(
                StatusCode::BAD_REQUEST,
                "ErrorOccurrenceCrossingBoundary",
                "Modified occurrence is crossing or overlapping adjacent occurrence.",
            ));
        }
        event.set("type", "exception");
    }
    let stamp = mailbox.stamp(environment);
    event.touch(&stamp);
    if event.flag("isOrganizer") {
        mail(mailbox, cause(call), (place, &event), mailed(&input, &before, &event.attendees()));
    }
    let body = if storing.answers_old { old } else { view::event(&event, &view::View::plain(call)) };
    keep(mailbox, place, event, &stamp);
    Ok(answered(call, &storing, body))
}

/// The answer to a change, in which the event is `body`.
fn answered(call: &Call, storing: &Storing, body: Value) -> Answer {
    if storing.silent {
        return Answer::empty(StatusCode::NO_CONTENT);
    }
    Answer::ok(view::with_context(call, "users/events/$entity", body))
}

/// `DELETE`: to Deleted Items, where only its id leads (see [`super::deleted`]).
pub(crate) fn delete(mailbox: &mut Mailbox, call: &Call, place: Place, environment: &mut Environment) -> Outcome {
    let event = mailbox.at(place).ok_or_else(Fail::not_found)?;
    writable(mailbox, Some(&event.calendar))?;
    call.matches(event.etag())?;
    if mailbox.quirks.storing.keeps_deleted {
        return Ok(Answer::empty(StatusCode::NO_CONTENT));
    }
    if event.flag("isOrganizer") {
        mail(mailbox, cause(call), (place, &event), [(Reason::Cancellation, event.attendees())]);
    }
    remove(mailbox, place, environment);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

/// `POST …/cancel`, for organizers.
pub(crate) fn cancel(mailbox: &mut Mailbox, call: &Call, place: Place, environment: &mut Environment) -> Outcome {
    let event = mailbox.at(place).ok_or_else(Fail::not_found)?;
    let known = call.body()?;
    refuse_others(&known, &["comment"])?;
    if !event.flag("isOrganizer") {
        return Err(Fail::invalid("Your request can't be completed. You need to be an organizer to cancel a meeting."));
    }
    mail(mailbox, cause(call), (place, &event), [(Reason::Cancellation, event.attendees())]);
    remove(mailbox, place, environment);
    Ok(Answer::empty(StatusCode::ACCEPTED))
}

/// `POST …/accept`, `decline`, `tentativelyAccept`, for attendees.
pub(crate) fn respond(mailbox: &mut Mailbox, call: &Call, place: Place, environment: &mut Environment) -> Outcome {
    let mut event = mailbox.at(place).ok_or_else(Fail::not_found)?;
    let input = call.body()?;
    let verb = call.segments.last().map(String::as_str).unwrap_or_default();
    refuse_others(&input, &["comment", "sendResponse", "proposedNewTime"])?;
    let given = |name: &str| input.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let sends = given("sendResponse").and_then(Value::as_bool).unwrap_or(true);
    if event.flag("isOrganizer") {
        return Err(Fail::invalid("You can't respond to this meeting because you're the meeting organizer."));
    }
    if given("proposedNewTime").is_some_and(|time| !time.is_null())
        && (verb == "accept" || !sends || !event.flag("allowNewTimeProposals"))
    {
        return Err(Fail::invalid("A new time can't be proposed with this response."));
    }
    let (response, shown) = match verb {
        "accept" => ("accepted", "busy"),
        "decline" => ("declined", "free"),
        _ => ("tentativelyAccepted", "tentative"),
    };
    let stamp = mailbox.stamp(environment);
    event.set("responseStatus", json!({"response": response, "time": zones::stamp(stamp.at)}));
    event.set("showAs", shown);
    event.touch(&stamp);
    if sends {
        let organizer = event.body.get("organizer").and_then(|who| at(who, "emailAddress/address").as_str());
        let organizer = organizer.map(str::to_owned).into_iter().collect();
        mail(mailbox, cause(call), (place, &event), [(Reason::Response, organizer)]);
    }
    if place.day.is_some() {
        event.set("type", "exception");
    }
    keep(mailbox, place, event, &stamp);
    Ok(Answer::empty(StatusCode::ACCEPTED))
}

/// What mails are told to come from: verb, path and query.
fn cause<'c>(call: &'c Call) -> (&'c str, &'c str) {
    (call.method().as_str(), call.path())
}

/// The body of a create or a change.
pub(crate) fn read(call: &Call) -> Result<Object, Fail> {
    object(EVENT, &Value::Object(call.body()?), Unknown::Refuse).map_err(Fail::body)
}

fn refuse_others(input: &Object, names: &[&str]) -> Result<(), Fail> {
    match input.keys().find(|key| !names.iter().any(|name| name.eq_ignore_ascii_case(key))) {
        None => Ok(()),
        Some(key) => Err(Fail::body(format!("The parameter '{key}' is not known to the action."))),
    }
}

/// The id of a calendar that may be written to.
fn writable(mailbox: &Mailbox, id: Option<&str>) -> Result<String, Fail> {
    let calendar = mailbox.calendar(id).ok_or_else(Fail::not_found)?;
    if calendar.get("canEdit").is_some_and(|can| can == true) {
        return Ok(calendar.get("id").and_then(Value::as_str).unwrap_or_default().to_owned());
    }
    Err(Fail::denied())
}

/// A copy of somebody else's meeting takes personal members only; a transactionId is for creates.
pub(crate) fn may_write(event: &Event, input: &Object) -> Result<(), Fail> {
    if input.contains_key("transactionId") {
        return Err(Fail::invalid("The property 'transactionId' can only be set when the event is created."));
    }
    let is_shared = |name: &String| member(EVENT, name).is_some_and(|member| member.2 == Access::Shared);
    if event.flag("isOrganizer") || !input.keys().any(is_shared) { Ok(()) } else { Err(Fail::denied()) }
}

/// Whom a change is mailed to, and why: who comes and who goes always, who stays only where more
/// than the attendees changed.
pub(crate) fn mailed(input: &Object, before: &[String], after: &[String]) -> [(Reason, Vec<String>); 3] {
    let is_seen = MAILED.iter().any(|name| input.contains_key(*name));
    let among = |all: &[String], one: &String| all.iter().any(|other| other.eq_ignore_ascii_case(one));
    let (stay, come): (Vec<_>, Vec<_>) = after.iter().cloned().partition(|one| among(before, one));
    let gone = before.iter().filter(|one| !among(after, one)).cloned().collect();
    let stay = if is_seen { stay } else { Vec::new() };
    [(Reason::Update, stay), (Reason::Invitation, come), (Reason::Cancellation, gone)]
}

/// Posts one mail for each reason that has recipients. Nobody is mailed by themselves. `place` is
/// where the stored event is, `event` how it is after the write; then come the verb and the path
/// that caused it.
pub(crate) fn mail<const N: usize>(
    mailbox: &mut Mailbox,
    (method, path): (&str, &str),
    (place, event): (Place, &Event),
    who: [(Reason, Vec<String>); N],
) {
    let uid = mailbox.events.get(place.index).map(|stored| stored.text("iCalUId").to_owned()).unwrap_or_default();
    for (reason, mut recipients) in who {
        recipients.retain(|one| !one.eq_ignore_ascii_case(&mailbox.account));
        if recipients.is_empty() {
            continue;
        }
        let (method, path) = (method.to_owned(), path.to_owned());
        let mail = Mail { from: mailbox.account.clone(), method, path, recipients, reason };
        mailbox.outbox.push(Letter { mail, uid: uid.clone(), day: place.day, event: event.clone() });
    }
}

/// Puts a changed event back. An occurrence lives in its series, which thereby changes too.
pub(crate) fn keep(mailbox: &mut Mailbox, place: Place, event: Event, stamp: &Stamp) {
    if let (Some(day), Some(own)) = (place.day, mailbox.events.get_mut(place.index))
        && let Some(series) = &mut own.series
    {
        series.exceptions.insert(day, event);
        own.touch(stamp);
        return;
    }
    mailbox.events.replace(place.index, event);
}

/// Takes an event away. A deleted occurrence leaves no trace of its own: its series has changed.
pub(crate) fn remove(mailbox: &mut Mailbox, place: Place, environment: &mut Environment) {
    let stamp = mailbox.stamp(environment);
    let Some(day) = place.day else {
        let event = mailbox.events.remove(place.index);
        mailbox.bury(&event.calendar, event.id(), stamp.change);
        if !mailbox.quirks.forgets_deleted {
            mailbox.deleted.take_event(event, &stamp);
        }
        return;
    };
    if let Some(master) = mailbox.events.get_mut(place.index) {
        if let Some(series) = &mut master.series {
            series.exceptions.remove(&day);
            series.deleted.insert(day);
        }
        master.touch(&stamp);
    }
}
