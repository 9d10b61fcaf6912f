//! The hands of a person who works in a mailbox of the sandbox past the product, as Graph spells
//! it: the same on both kinds of server.

use super::{meant, of};
use crate::support::world::World;
use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use pollster::block_on;
use schedule_sync::model::{
    Body, ContainerId, Day, Importance, Instant, ItemId, Kind, Meeting, Record, Reminder, Response, Side, Status, Task,
    TaskWhen, When,
};
use schedule_sync::ports::Credentials;
use serde_json::{Value, json};
use std::rc::Rc;

/// What challenges ask for, where tokens are challenged.
pub(super) const CLAIMS: &str = "{\"access_token\":{\"nbf\":{\"essential\":true}}}";

const STATUSES: [(Status, &str); 5] = [
    (Status::NotStarted, "notStarted"),
    (Status::InProgress, "inProgress"),
    (Status::Completed, "completed"),
    (Status::Waiting, "waitingOnOthers"),
    (Status::Deferred, "deferred"),
];

const IMPORTANCE: [(Importance, &str); 3] =
    [(Importance::Low, "low"), (Importance::Normal, "normal"), (Importance::High, "high")];

/// A person in a mailbox.
pub(super) struct Hands {
    pub(super) world: Rc<World>,
    /// The default list of tasks.
    pub(super) list: ContainerId,
}

impl Hands {
    /// A request of a person, who waits, or signs in as wanted, if told to.
    pub(super) fn hand(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        loop {
            let (status, reply) = self.world.by_hand(Side::Exchange, method, path, body.clone());
            match status {
                429 => self.world.pass(TimeDelta::minutes(1)),
                401 => drop(block_on(self.world.challenged(Side::Exchange, CLAIMS)).unwrap()),
                _ => return (status, reply),
            }
        }
    }

    /// The address of an item, and the item, if it is there.
    pub(super) fn place(&self, id: &ItemId) -> (String, Option<Value>) {
        let event = format!("me/events/{id}");
        let paths = [event.clone(), format!("me/todo/lists/{}/tasks/{id}", self.list)];
        let mut found = paths.into_iter().map(|path| (self.hand("GET", &path, None), path));
        let found = found.find(|((status, _), _)| *status == 200);
        found.map_or((event, None), |((_, value), path)| (path, Some(value)))
    }

    pub(super) fn put(&self, record: &Record) -> ItemId {
        let path = match record.kind() {
            Kind::Meeting => "me/events".to_owned(),
            Kind::Task => format!("me/todo/lists/{}/tasks", self.list),
        };
        let (status, value) = self.hand("POST", &path, Some(row(record)));
        assert_eq!(status, 201, "{value}");
        value["id"].as_str().unwrap().into()
    }

    pub(super) fn edit(&self, id: &ItemId, record: &Record) {
        let (status, value) = self.hand("PATCH", &self.place(id).0, Some(row(record)));
        assert_eq!(status, 200, "{value}");
    }

    pub(super) fn remove(&self, id: &ItemId) {
        assert_eq!(self.hand("DELETE", &self.place(id).0, None).0, 204);
    }

    pub(super) fn holds(&self, id: &ItemId) -> Option<Record> {
        let row = self.place(id).1?;
        self.lives(&row).then(|| record(&row))
    }

    /// Whether a task or event is in a list or calendar: what is in Deleted Items is still found by
    /// its id.
    fn lives(&self, row: &Value) -> bool {
        let events = self.hand("GET", "me/events?$top=500", None).1;
        let mut ids = events["value"].as_array().into_iter().flatten().map(|event| &event["id"]);
        row.get("subject").is_none() || ids.any(|id| *id == row["id"] || *id == row["seriesMasterId"])
    }

    pub(super) fn count(&self) -> usize {
        let paths = ["me/events?$top=500".to_owned(), format!("me/todo/lists/{}/tasks?$top=500", self.list)];
        // where there is no To Do there are no tasks
        paths.iter().filter_map(|path| Some(self.hand("GET", path, None).1["value"].as_array()?.len())).sum()
    }
}

/// An hour that ends before it begins, which both kinds of server refuse.
pub(super) fn refused() -> Record {
    let [start, end] = ["2026-03-05T10:00:00Z", "2026-03-05T09:00:00Z"].map(|text| text.parse().unwrap());
    Record::Meeting(Meeting { when: When::Timed { start, end }, ..crate::support::records::plain_meeting("backwards") })
}

/// What a person would send who wants `record`.
fn row(record: &Record) -> Value {
    let zoned =
        |time: NaiveDateTime| json!({"dateTime": time.format("%Y-%m-%dT%H:%M:%S").to_string(), "timeZone": "UTC"});
    let day = |day: Day| zoned(day.and_time(NaiveTime::MIN));
    match record {
        Record::Meeting(meeting) => {
            let (start, end, all_day) = match meeting.when {
                When::Timed { start, end } => (zoned(start.naive_utc()), zoned(end.naive_utc()), false),
                When::AllDay { first, end } => (day(first), day(end), true),
            };
            let minutes = match meeting.reminder {
                Reminder::Before(minutes) => Some(minutes),
                Reminder::Off => None,
            };
            json!({"subject": meeting.title, "start": start, "end": end, "isAllDay": all_day,
                "location": {"displayName": meeting.place}, "importance": of(&IMPORTANCE, meeting.importance),
                "body": {"contentType": "html", "content": meeting.body.html},
                "isReminderOn": minutes.is_some(), "reminderMinutesBeforeStart": minutes.unwrap_or(15)})
        }
        Record::Task(task) => {
            let TaskWhen::Days { start, due } = task.when else { panic!("times") };
            json!({"title": task.title, "startDateTime": start.map(day), "dueDateTime": due.map(day),
                "body": {"contentType": "html", "content": task.body.html}, "status": of(&STATUSES, task.status),
                "importance": of(&IMPORTANCE, task.importance), "isReminderOn": task.reminder.is_some(),
                "reminderDateTime": task.reminder.map(|at| zoned(at.naive_utc()))})
        }
    }
}

/// The instant of a `dateTimeTimeZone` of the server, which says UTC.
fn at(value: &Value) -> Option<Instant> {
    let text = value["dateTime"].as_str()?;
    assert_eq!(value["timeZone"], "UTC");
    Some(format!("{text}Z").parse::<DateTime<Utc>>().unwrap())
}

/// The day of a task: midnight in UTC, or in the user's zone (docs/facts/graph.md, "Task days").
fn day(value: &Value) -> Option<Day> {
    let at = at(value)?;
    let day =
        if at.time() == NaiveTime::MIN { at.date_naive() } else { at.with_timezone(&Tz::Europe__Berlin).date_naive() };
    Some(day)
}

/// What an item of the server means, as these tests understand it.
fn record(value: &Value) -> Record {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let body = Body::from_html(&text(&value["body"]["content"]));
    let importance = meant(&IMPORTANCE, &value["importance"]);
    let reminds = value["isReminderOn"] == true;
    if value.get("subject").is_none() {
        return Record::Task(Task {
            title: text(&value["title"]),
            when: TaskWhen::Days { start: day(&value["startDateTime"]), due: day(&value["dueDateTime"]) },
            body,
            importance,
            reminder: at(&value["reminderDateTime"]).filter(|_| reminds),
            status: meant(&STATUSES, &value["status"]),
        });
    }
    let (start, end) = (at(&value["start"]).unwrap(), at(&value["end"]).unwrap());
    let days = When::AllDay { first: start.date_naive(), end: end.date_naive() };
    let minutes = value["reminderMinutesBeforeStart"].as_i64().unwrap();
    Record::Meeting(Meeting {
        title: text(&value["subject"]),
        when: if value["isAllDay"] == true { days } else { When::Timed { start, end } },
        place: text(&value["location"]["displayName"]),
        body,
        importance,
        reminder: if reminds { Reminder::Before(minutes) } else { Reminder::Off },
        people: Vec::new(),
        response: Response::InDoubt,
    })
}
