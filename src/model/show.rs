//! Values of fields as short texts, for people to compare: in a conflict, in the history. Neutral
//! in language; the page gives names to fields.

use super::{Field, Person, Record, Reminder, TaskWhen, When};

/// The value of `field` in `record`; empty if the kind has no such field.
#[must_use]
pub fn show(field: Field, record: &Record) -> String {
    match record {
        Record::Meeting(meeting) => match field {
            Field::Title => meeting.title.clone(),
            Field::When => match meeting.when {
                When::Timed { start, end } => format!("{} – {}", start.to_rfc3339(), end.to_rfc3339()),
                When::AllDay { first, end } => format!("{first} – {}", end.pred_opt().unwrap_or(end)),
            },
            Field::Place => meeting.place.clone(),
            Field::Body => meeting.body.text.clone(),
            Field::Importance => format!("{:?}", meeting.importance).to_lowercase(),
            Field::Reminder => match meeting.reminder {
                Reminder::Off => "–".to_owned(),
                Reminder::Before(minutes) => format!("−{minutes} min"),
            },
            Field::People => people(&meeting.people),
            Field::Response => format!("{:?}", meeting.response).to_lowercase(),
            Field::Status => String::new(),
        },
        Record::Task(task) => match field {
            Field::Title => task.title.clone(),
            Field::When => match task.when {
                TaskWhen::Timed { start, due } => format!("{} – {}", start.to_rfc3339(), due.to_rfc3339()),
                TaskWhen::Days { start, due } => {
                    let day = |day: Option<super::Day>| day.map_or_else(|| "–".to_owned(), |day| day.to_string());
                    format!("{} – {}", day(start), day(due))
                }
            },
            Field::Body => task.body.text.clone(),
            Field::Importance => format!("{:?}", task.importance).to_lowercase(),
            Field::Reminder => task.reminder.map_or_else(|| "–".to_owned(), |at| at.to_rfc3339()),
            Field::Status => format!("{:?}", task.status),
            Field::Place | Field::People | Field::Response => String::new(),
        },
    }
}

fn people(list: &[Person]) -> String {
    let name = |one: &Person| {
        let address = one.addresses.first().map_or("", |address| address.as_str());
        if one.name.is_empty() { address.to_owned() } else { one.name.clone() }
    };
    list.iter().map(name).collect::<Vec<_>>().join(", ")
}
