//! Fields → the JSON of an insert or a change of `Activity`. Pure. Participants are not written
//! here: they are rows of their own.

use crate::creatio::activity::lookups::{
    CATEGORY_MEETING, CATEGORY_TO_DO, LONGEST_UID, TYPE_TASK, priority_id, status_id,
};
use crate::creatio::client::query::{RowBody, date};
use crate::flat::FlatSet;
use crate::model::html::sanitise;
use crate::model::op::{Create, Update};
use crate::model::{ContactId, Field, Instant, Record, Reminder, TaskWhen, Uid, When};
use chrono::TimeDelta;
use serde_json::Value;

/// The fields that columns of `Activity` hold.
const COLUMNS: [Field; 7] =
    [Field::Title, Field::When, Field::Place, Field::Body, Field::Importance, Field::Reminder, Field::Status];

/// The body that creates an Activity.
///
/// # Errors
/// What Creatio has no column for, in words.
pub(in crate::creatio) fn creation(op: &Create, me: &ContactId) -> Result<RowBody, String> {
    let mut body = RowBody::new();
    let (category, shown) = match &op.record {
        Record::Meeting(_) => (CATEGORY_MEETING, true),
        Record::Task(_) => (CATEGORY_TO_DO, false),
    };
    set(&mut body, "ShowInScheduler", shown);
    set(&mut body, "TypeId", TYPE_TASK);
    set(&mut body, "ActivityCategoryId", category);
    set(&mut body, "OwnerId", me.as_str());
    set(&mut body, "AuthorId", me.as_str());
    if let Some(id) = &op.id {
        set(&mut body, "Id", id.as_str());
    }
    if let Some(uid) = op.facts.uid.as_ref().filter(|uid| fits(uid)) {
        set(&mut body, "GlobalActivityID", uid.as_str());
    }
    if let Some(status) = op.facts.status {
        set(&mut body, "StatusId", status_id(status));
    }
    for field in COLUMNS {
        write(&op.record, field, &mut body)?;
    }
    Ok(body)
}

/// The body that changes an Activity; empty if no column is to be written.
///
/// # Errors
/// What Creatio has no column for, in words.
pub(in crate::creatio) fn change(op: &Update) -> Result<RowBody, String> {
    let mut body = RowBody::new();
    for field in op.patch.fields.iter().filter(|field| COLUMNS.contains(field)) {
        write(&op.patch.record, *field, &mut body)?;
    }
    if op.patch.fields.contains(&Field::When)
        && let Some(at) = reminder(&op.patch.record)
    {
        // unset, the server would move the old one along (docs/facts/creatio.md, "Saving")
        set(&mut body, "RemindToOwnerDate", date(at));
    }
    if let Some(uid) = op.uid.as_ref().filter(|uid| fits(uid)) {
        set(&mut body, "GlobalActivityID", uid.as_str());
    }
    if let Some(status) = op.status {
        set(&mut body, "StatusId", status_id(status));
    }
    if let Some(owner) = &op.owner {
        set(&mut body, "OwnerId", owner.as_str());
    }
    Ok(body)
}

/// The body that writes the times of a record once more, as far as `fields` are them; empty if none
/// is.
pub(in crate::creatio) fn times(record: &Record, fields: &FlatSet<Field>) -> RowBody {
    let mut body = RowBody::new();
    for (name, at) in ["StartDate", "DueDate", "RemindToOwnerDate"].into_iter().zip(moments(record, fields)) {
        if let Some(at) = at {
            set(&mut body, name, date(at));
        }
    }
    body
}

/// Start, end and reminder, as far as `fields` write them.
pub(in crate::creatio) fn moments(record: &Record, fields: &FlatSet<Field>) -> [Option<Instant>; 3] {
    let has = |field| fields.contains(&field);
    let span = span(record).filter(|_| has(Field::When));
    let reminder = reminder(record).filter(|_| has(Field::When) || has(Field::Reminder));
    [span.map(|span| span.0), span.map(|span| span.1), reminder]
}

/// Whether `GlobalActivityID` holds a UID whole: one that is cut would be another's.
pub(in crate::creatio) fn fits(uid: &Uid) -> bool {
    uid.as_str().encode_utf16().count() <= LONGEST_UID
}

fn write(record: &Record, field: Field, body: &mut RowBody) -> Result<(), String> {
    let (title, notes, importance) = match record {
        Record::Meeting(meeting) => (&meeting.title, &meeting.body, meeting.importance),
        Record::Task(task) => (&task.title, &task.body, task.importance),
    };
    match (field, record) {
        (Field::Title, _) => set(body, "Title", title.as_str()),
        (Field::Body, _) => set(body, "Notes", sanitise(&notes.html)),
        (Field::Importance, _) => set(body, "PriorityId", priority_id(importance)),
        (Field::When, _) => {
            let (start, due) = span(record).ok_or("days have to be made times first")?;
            set(body, "StartDate", date(start));
            set(body, "DueDate", date(due));
        }
        (Field::Reminder, _) => {
            let at = reminder(record);
            set(body, "RemindToOwner", at.is_some());
            if let Some(at) = at {
                set(body, "RemindToOwnerDate", date(at));
            }
        }
        (Field::Place, Record::Meeting(meeting)) => set(body, "Location", meeting.place.as_str()),
        (Field::Status, Record::Task(task)) => set(body, "StatusId", status_id(task.status)),
        (Field::Place, Record::Task(_))
        | (Field::Status, Record::Meeting(_))
        | (Field::People | Field::Response, _) => {}
    }
    Ok(())
}

/// Start and end, if they are instants.
fn span(record: &Record) -> Option<(Instant, Instant)> {
    match record {
        Record::Meeting(meeting) => match meeting.when {
            When::Timed { start, end } => Some((start, end)),
            When::AllDay { .. } => None,
        },
        Record::Task(task) => match task.when {
            TaskWhen::Timed { start, due } => Some((start, due)),
            TaskWhen::Days { .. } => None,
        },
    }
}

/// When to remind, if at all.
fn reminder(record: &Record) -> Option<Instant> {
    match record {
        Record::Meeting(meeting) => match meeting.reminder {
            Reminder::Before(minutes) => span(record)?.0.checked_sub_signed(TimeDelta::try_minutes(minutes)?),
            Reminder::Off => None,
        },
        Record::Task(task) => task.reminder,
    }
}

fn set(body: &mut RowBody, name: &str, value: impl Into<Value>) {
    body.insert(name.to_owned(), value.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Body, Day, Facts, Importance, Meeting, Patch, Response, Status, Task};
    use serde_json::json;

    fn at(hour: u32) -> Instant {
        let day = Day::from_ymd_opt(2026, 3, 5).unwrap_or_default();
        day.and_hms_opt(hour, 0, 0).unwrap_or_default().and_utc()
    }

    fn meeting(reminder: Reminder) -> Record {
        Record::Meeting(Meeting {
            title: "t".to_owned(),
            when: When::Timed { start: at(10), end: at(11) },
            place: "p".to_owned(),
            body: Body::from_text("n"),
            importance: Importance::Normal,
            reminder,
            people: Vec::new(),
            response: Response::Confirmed,
        })
    }

    fn task(reminder: Option<Instant>) -> Record {
        Record::Task(Task {
            title: "t".to_owned(),
            when: TaskWhen::Timed { start: at(10), due: at(11) },
            body: Body::default(),
            importance: Importance::Normal,
            reminder,
            status: Status::Deferred,
        })
    }

    #[test]
    fn each_field_has_its_columns_and_a_move_takes_the_reminder_along() {
        let span = [("StartDate", "2026-03-05T10:00:00Z"), ("DueDate", "2026-03-05T11:00:00Z")];
        let span = |more: Value| {
            span.iter().fold(more, |mut all, (name, value)| {
                insert(&mut all, name, value);
                all
            })
        };
        for (record, field, columns) in [
            (meeting(Reminder::Off), Field::When, span(json!({}))),
            (meeting(Reminder::Before(60)), Field::When, span(json!({"RemindToOwnerDate": "2026-03-05T09:00:00Z"}))),
            (task(Some(at(7))), Field::When, span(json!({"RemindToOwnerDate": "2026-03-05T07:00:00Z"}))),
            (meeting(Reminder::Off), Field::Reminder, json!({"RemindToOwner": false})),
            (
                task(Some(at(7))),
                Field::Reminder,
                json!({"RemindToOwner": true, "RemindToOwnerDate": "2026-03-05T07:00:00Z"}),
            ),
            (task(None), Field::Status, json!({"StatusId": status_id(Status::NotStarted)})),
            (meeting(Reminder::Off), Field::Status, json!({})),
            (meeting(Reminder::Off), Field::Place, json!({"Location": "p"})),
            (task(None), Field::Place, json!({})),
            (meeting(Reminder::Off), Field::People, json!({})),
            (meeting(Reminder::Off), Field::Response, json!({})),
        ] {
            let op = Update {
                id: "1".into(),
                container: "activities".into(),
                version: "v".into(),
                before: record.clone(),
                patch: Patch { record, fields: [field].into() },
                uid: None,
                owner: None,
                status: None,
                mark: None,
                facts: Facts::default(),
                tells: crate::model::op::SendInvitations::All,
            };
            assert_eq!(change(&op).map(Value::Object), Ok(columns), "{field} of {:?}", op.before.kind());
        }
    }

    fn insert(all: &mut Value, name: &str, value: &str) {
        if let Some(members) = all.as_object_mut() {
            members.insert(name.to_owned(), json!(value));
        }
    }
}
