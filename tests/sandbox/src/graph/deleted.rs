//! Deleted Items. What is deleted moves there, and with immutable ids it keeps its id: a reader
//! still finds it by that, and by nothing else, for no calendar, list, view or delta tells it
//! (docs/facts/graph.md, "Deleted Items").

use super::answer::{Answer, Fail, Outcome};
use super::call::Call;
use super::change;
use super::event::Event;
use super::mailbox::{Mailbox, Stamp};
use super::todo::{self, Task};
use super::view;
use crate::environment::Environment;
use chrono::NaiveDate;
use http::StatusCode;

/// What was deleted since the last reset, newest version of each.
#[derive(Default)]
pub(crate) struct Deleted {
    events: Vec<Event>,
    tasks: Vec<Task>,
}

impl Deleted {
    /// Takes in an event that has just been deleted: the move gives it another version.
    pub(crate) fn take_event(&mut self, mut event: Event, stamp: &Stamp) {
        event.touch(stamp);
        self.events.push(event);
    }

    /// As above, for a task.
    pub(crate) fn take_task(&mut self, mut task: Task, stamp: &Stamp) {
        task.touch(stamp);
        self.tasks.push(task);
    }

    /// Whether an event of this transaction was deleted.
    pub(crate) fn knows(&self, transaction: &serde_json::Value) -> bool {
        self.events.iter().any(|event| event.body.get("transactionId") == Some(transaction))
    }

    fn find(&self, id: &str) -> Option<(usize, Option<NaiveDate>)> {
        self.events.iter().enumerate().find_map(|(index, event)| {
            if event.id() == id { Some((index, None)) } else { event.day_of(id).map(|day| (index, Some(day))) }
        })
    }
}

/// A request for an event that no calendar holds.
pub(crate) fn event(
    mailbox: &mut Mailbox,
    call: &Call,
    id: &str,
    rest: &[&str],
    environment: &mut Environment,
) -> Outcome {
    let (index, day) = mailbox.deleted.find(id).ok_or_else(Fail::not_found)?;
    let stored = mailbox.deleted.events.get(index).ok_or_else(Fail::not_found)?;
    let mut event =
        day.map_or_else(|| Some(stored.clone()), |day| stored.occurrence(day)).ok_or_else(Fail::not_found)?;
    match (call.method().as_str(), rest) {
        ("GET", []) => view::one(call, &event),
        ("GET", ["instances"]) => view::instances(call, &event),
        ("PATCH", []) => {
            let input = change::read(call)?;
            call.matches(event.etag())?;
            change::may_write(&event, &input)?;
            event.assign(&input)?;
            let stamp = mailbox.stamp(environment);
            event.touch(&stamp);
            let answer = view::event(&event, &view::View::plain(call));
            if let (None, Some(stored)) = (day, mailbox.deleted.events.get_mut(index)) {
                *stored = event;
            }
            Ok(Answer::ok(view::with_context(call, "users/events/$entity", answer)))
        }
        ("DELETE", []) | ("POST", ["cancel"]) => Err(undeletable()),
        _ => Err(Fail::not_found()),
    }
}

/// A request for a task that its list does not hold.
pub(crate) fn task(mailbox: &Mailbox, call: &Call, list: &str, id: &str) -> Outcome {
    let is_it = |task: &&Task| task.list == list && task.body.get("id").is_some_and(|own| own == id);
    let task = mailbox.deleted.tasks.iter().find(is_it).ok_or_else(Fail::not_found)?;
    match call.method().as_str() {
        "GET" => todo::shown(call, task),
        "DELETE" => Err(undeletable()),
        _ => Err(Fail::not_found()),
    }
}

fn undeletable() -> Fail {
    Fail::new(StatusCode::FORBIDDEN, "ErrorCannotDeleteObject", "Object cannot be deleted.")
}
