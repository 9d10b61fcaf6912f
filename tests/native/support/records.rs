//! Meetings and tasks for the tests of replicas, and what a record shows a person.

use crate::support::memory::at;
use chrono::Duration;
use schedule_sync::model::{
    Body, Field, Importance, Meeting, Record, Reminder, Response, Side, Status, Task, TaskWhen, When,
};

/// A meeting with something in every field that every side has.
pub(crate) fn plain_meeting(title: &str) -> Meeting {
    Meeting {
        title: title.to_owned(),
        when: When::Timed { start: at("2026-03-05T10:00:00Z"), end: at("2026-03-05T11:00:00Z") },
        place: "Room 'A' & B".to_owned(),
        body: Body::from_text("one\ntwo <b>"),
        importance: Importance::High,
        reminder: Reminder::Before(20),
        people: Vec::new(),
        response: Response::InDoubt,
    }
}

/// A task as that side has it, with something in every field.
pub(crate) fn plain_task_of(side: Side, title: &str) -> Task {
    let days = TaskWhen::Days { start: None, due: Some("2026-03-06".parse().unwrap()) };
    let timed = TaskWhen::Timed { start: at("2026-03-05T10:00:00Z"), due: at("2026-03-06T10:00:00Z") };
    Task {
        title: title.to_owned(),
        when: if side == Side::Creatio { timed } else { days },
        body: Body::from_text("a < b"),
        importance: Importance::Low,
        reminder: Some(at("2026-03-05T08:00:00Z")),
        status: Status::InProgress,
    }
}

/// A task of the mailbox, as a record.
pub(crate) fn plain_task(title: &str) -> Record {
    Record::Task(plain_task_of(Side::Exchange, title))
}

/// A value as a person reads it, alike on both sides.
pub(crate) fn shown(record: &Record, field: Field) -> String {
    let days = |day: chrono::NaiveDate| at(&format!("{day}T00:00:00Z")) - Duration::hours(3);
    match (record, field) {
        (record, Field::Title) if record.title().is_empty() => "(no subject)".to_owned(),
        (record, Field::Title) => record.title().chars().take(500).collect(),
        (Record::Meeting(meeting), Field::When) => match meeting.when {
            When::Timed { start, end } => format!("{start} {end}"),
            When::AllDay { first, end } => format!("{} {}", days(first), days(end)),
        },
        (Record::Task(task), Field::When) => match task.when {
            TaskWhen::Timed { due, .. } => (due + Duration::hours(3)).date_naive().to_string(),
            TaskWhen::Days { due, .. } => due.map(|day| day.to_string()).unwrap_or_default(),
        },
        (Record::Meeting(meeting), Field::Place) => meeting.place.clone(),
        (Record::Meeting(meeting), Field::Body) => meeting.body.text.clone(),
        (Record::Task(task), Field::Body) => task.body.text.clone(),
        _ => String::new(),
    }
}
