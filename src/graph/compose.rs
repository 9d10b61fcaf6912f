//! From the model to Graph's JSON: the members that a write sends, and none besides
//! (docs/facts/graph.md, "Mail": a member that is sent again unchanged mails attendees, drops
//! locations, or undoes somebody's edit).

use super::{GraphMailbox, endpoints, time};
use crate::model::{
    Address, Day, Facts, Field, Importance, Mark, Meeting, Patch, Person, Record, Reminder, Role, Status, Task, When,
};
use serde_json::{Map, Value, json};

/// Members of a JSON object.
type Members = Map<String, Value>;

/// What an update needs of the stored item to leave intact what it does not write.
#[derive(Debug, Default)]
pub(super) struct StoredEventParts {
    /// The body to send for the patch's, the join block included.
    pub(super) body: Option<String>,
    /// The stored attendees, as Graph gave them.
    pub(super) attendees: Vec<Value>,
}

/// The body of a creation. `facts` has the mark and the transaction that the item gets.
pub(super) fn creation(record: &Record, facts: &Facts, mailbox: &GraphMailbox) -> Value {
    let patch = Patch::whole(record);
    let mut members = members(&patch, &StoredEventParts::default(), mailbox);
    // an empty member says nothing in a creation, and attendees that nobody asked for would get
    // mail
    members.retain(|name, value| !(value.is_null() || name == "attendees" && value == &json!([])));
    match record {
        Record::Meeting(_) => {
            let shown = if facts.free { "free" } else { "busy" };
            members.insert("showAs".to_owned(), json!(shown));
            members.insert("sensitivity".to_owned(), json!("normal"));
            if let Some(transaction) = &facts.transaction {
                members.insert("transactionId".to_owned(), json!(transaction));
            }
            if let Some(mark) = &facts.mark {
                members.insert("singleValueExtendedProperties".to_owned(), properties(mark));
            }
        }
        Record::Task(_) => {
            if let Some(mark) = &facts.mark {
                members.insert("linkedResources".to_owned(), json!([resource(mark, mailbox)]));
            }
        }
    }
    Value::Object(members)
}

/// The members of a change, in which the fields of `patch` are written.
pub(super) fn members(patch: &Patch, kept: &StoredEventParts, mailbox: &GraphMailbox) -> Members {
    let mut members = Members::new();
    for field in &patch.fields {
        let written = match &patch.record {
            Record::Meeting(meeting) => of_meeting(meeting, *field, kept, mailbox),
            Record::Task(task) => of_task(task, *field, kept, mailbox),
        };
        if let Value::Object(written) = written {
            members.extend(written);
        }
    }
    members
}

/// Our mark as extended properties of an event: itself, and what it is found by.
pub(super) fn properties(mark: &Mark) -> Value {
    json!([
        {"id": endpoints::PROPERTY, "value": mark.to_string()},
        {"id": endpoints::FINGERPRINT, "value": mark.fingerprint()},
    ])
}

/// Our mark as a linked resource of a task, which the user sees as a link to the Activity.
pub(super) fn resource(mark: &Mark, mailbox: &GraphMailbox) -> Value {
    json!({
        "applicationName": "Creatio",
        "displayName": "Creatio",
        "externalId": mark.to_string(),
        "webUrl": format!("{}{}", mailbox.deep_link, mark.activity),
    })
}

fn of_meeting(meeting: &Meeting, field: Field, kept: &StoredEventParts, mailbox: &GraphMailbox) -> Value {
    let zone = mailbox.zone.as_ref();
    match field {
        Field::Title => json!({"subject": meeting.title}),
        Field::When => match meeting.when {
            When::Timed { start, end } => {
                json!({"isAllDay": false, "start": time::zoned(start, zone), "end": time::zoned(end, zone)})
            }
            When::AllDay { first, end } => {
                json!({"isAllDay": true, "start": time::midnight(first, zone), "end": time::midnight(end, zone)})
            }
        },
        Field::Place => json!({"location": {"displayName": meeting.place}}),
        Field::Body => html(kept.body.as_deref().unwrap_or(&meeting.body.html)),
        Field::Importance => importance(meeting.importance),
        Field::Reminder => match meeting.reminder {
            Reminder::Before(minutes @ 0..) => json!({"isReminderOn": true, "reminderMinutesBeforeStart": minutes}),
            Reminder::Before(_) | Reminder::Off => json!({"isReminderOn": false}),
        },
        Field::People => json!({"attendees": attendees(&meeting.people, &kept.attendees, mailbox)}),
        Field::Status | Field::Response => Value::Null,
    }
}

fn of_task(task: &Task, field: Field, kept: &StoredEventParts, mailbox: &GraphMailbox) -> Value {
    let zone = mailbox.zone.as_ref();
    match field {
        Field::Title => json!({"title": task.title}),
        Field::When => {
            let (start, due) = task.when.days(zone);
            let date = |day: Option<Day>| day.map(|day| time::midnight(day, zone));
            json!({"startDateTime": date(start), "dueDateTime": date(due)})
        }
        Field::Body => html(kept.body.as_deref().unwrap_or(&task.body.html)),
        Field::Importance => importance(task.importance),
        Field::Reminder => match task.reminder {
            Some(at) => json!({"isReminderOn": true, "reminderDateTime": time::utc(at)}),
            None => json!({"isReminderOn": false}),
        },
        Field::Status => status(task.status).map_or(Value::Null, |word| json!({"status": word})),
        Field::Place | Field::People | Field::Response => Value::Null,
    }
}

/// The attendees to send: `people`, those who are on the event already as they stand there (a room
/// stays a room), and the stored ones that the model can't tell (without an address, the owner).
fn attendees(people: &[Person], stored: &[Value], mailbox: &GraphMailbox) -> Vec<Value> {
    let address =
        |attendee: &Value| attendee.pointer("/emailAddress/address").and_then(Value::as_str).and_then(Address::parse);
    let kept = stored.iter().filter(|attendee| {
        address(attendee).is_none_or(|address| {
            mailbox.is_own(&address) || people.iter().any(|person| person.addresses.contains(&address))
        })
    });
    let known: Vec<Address> = stored.iter().filter_map(address).collect();
    let new = people.iter().filter(|person| !person.addresses.iter().any(|address| known.contains(address)));
    let kept = kept.map(|attendee| json!({"emailAddress": attendee.get("emailAddress"), "type": attendee.get("type")}));
    kept.chain(new.filter_map(invitation)).collect()
}

fn invitation(person: &Person) -> Option<Value> {
    let kind = match person.role {
        Role::Required => "required",
        Role::Optional => "optional",
    };
    let address = person.addresses.first()?.as_str();
    let name = if person.name.is_empty() { address } else { &person.name };
    Some(json!({"emailAddress": {"address": address, "name": name}, "type": kind}))
}

fn html(markup: &str) -> Value {
    json!({"body": {"contentType": "html", "content": markup}})
}

fn importance(importance: Importance) -> Value {
    json!({"importance": match importance {
        Importance::Low => "low",
        Importance::Normal => "normal",
        Importance::High => "high",
    }})
}

/// To Do's word; it has none for a canceled task, whose status then stays.
fn status(status: Status) -> Option<&'static str> {
    Some(match status {
        Status::NotStarted => "notStarted",
        Status::InProgress => "inProgress",
        Status::Completed => "completed",
        Status::Waiting => "waitingOnOthers",
        Status::Deferred => "deferred",
        Status::Canceled => return None,
    })
}
