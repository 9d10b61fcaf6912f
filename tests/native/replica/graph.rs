//! Graph takes part, meetings and To Do, against the sandbox in process: as a service at its best, and under every switch that makes trouble.
//! All that is said is checked against Microsoft's description.
#![allow(clippy::print_stdout)] // under which switch a case failed is to be seen

use super::{Loss, Rig, conforms, facts, meant, of};
use crate::graph_limits::quirks;
use crate::graph_setup::{Checked, checked, default, mailbox};
use crate::world::World;
use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::graph::{Graph, Mailbox};
use schedule_sync::model::{
    Address, Body, ContainerId, Day, Importance, Instant, ItemId, Kind, Meeting, Person, Record, Reminder, Response,
    Role, Side, Status, Task, TaskWhen, When, Window, Zone,
};
use schedule_sync::ports::{Choice, Create, Keys, Op, Scope};
use serde_json::{Value, json};
use std::rc::Rc;

/// What challenges ask for, where tokens are challenged.
const CLAIMS: &str = "{\"access_token\":{\"nbf\":{\"essential\":true}}}";

const STATUSES: [(Status, &str); 5] = [
    (Status::NotStarted, "notStarted"),
    (Status::InProgress, "inProgress"),
    (Status::Completed, "completed"),
    (Status::Waiting, "waitingOnOthers"),
    (Status::Deferred, "deferred"),
];

const IMPORTANCE: [(Importance, &str); 3] =
    [(Importance::Low, "low"), (Importance::Normal, "normal"), (Importance::High, "high")];

/// How a service that makes trouble tells what happened.
#[derive(Clone, Copy, Default)]
struct Manner {
    /// See [`Rig::lag`].
    lag: usize,
    /// Not [`Rig::exact`].
    talkative: bool,
}

/// An empty mailbox of a user in Berlin, and its replica.
struct Post {
    world: Rc<World>,
    graph: Graph<World>,
    mailbox: Mailbox,
    calendar: ContainerId,
    list: ContainerId,
    switches: Value,
    manner: Manner,
    _checked: Checked,
}

impl Post {
    fn new(switches: &Value, manner: Manner) -> Self {
        let (world, graph, checked) = checked(Seed::Empty);
        let containers = block_on(graph.containers()).unwrap();
        let container = |kind| default(&containers, kind).id;
        let (calendar, list) = (container(Kind::Meeting), container(Kind::Task));
        quirks(&world, switches.clone());
        Self { world, graph, mailbox: mailbox(), calendar, list, switches: switches.clone(), manner, _checked: checked }
    }

    /// A request of a person, who waits, or signs in as wanted, if told to.
    fn hand(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
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
    fn place(&self, id: &ItemId) -> (String, Option<Value>) {
        let event = format!("me/events/{id}");
        let paths = [event.clone(), format!("me/todo/lists/{}/tasks/{id}", self.list)];
        let mut found = paths.into_iter().map(|path| (self.hand("GET", &path, None), path));
        let found = found.find(|((status, _), _)| *status == 200);
        found.map_or((event, None), |((_, value), path)| (path, Some(value)))
    }

    /// Every item of a round of `path` by a client that meets no trouble, as one page.
    fn round(&self, path: &str) -> Value {
        let (_, mut page) = self.hand("GET", path, None);
        let mut items = page["value"].as_array().unwrap().clone();
        while let Some(next) = page["@odata.nextLink"].as_str() {
            let path = next.split_once("/v1.0/").unwrap().1.to_owned();
            page = self.hand("GET", &path, None).1;
            items.extend(page["value"].as_array().unwrap().clone());
        }
        page["value"] = json!(items);
        page
    }
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

/// The day of a task: midnight in UTC, or in the user's zone (facts §4).
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

impl Rig for Post {
    type Replica = Graph<World>;

    fn replica(&self) -> &Graph<World> {
        &self.graph
    }

    fn side(&self) -> Side {
        Side::Exchange
    }

    fn zone(&self) -> &dyn Zone {
        self.mailbox.zone.as_ref()
    }

    fn scope(&self) -> Scope {
        let own = Choice { own: true, ..Choice::default() };
        let window = Window::at("2026-03-02T09:00:00Z".parse().unwrap(), "2026-01-01".parse().unwrap(), self.zone());
        Scope { window, calendars: own.clone(), lists: own }
    }

    fn create(&self, n: u32, record: Record) -> Op {
        let container = if record.kind() == Kind::Meeting { &self.calendar } else { &self.list }.clone();
        Op::Create(Box::new(Create { id: None, container, record, facts: facts(Side::Exchange, n) }))
    }

    fn put(&self, _n: u32, record: &Record) -> ItemId {
        let path = match record.kind() {
            Kind::Meeting => "me/events".to_owned(),
            Kind::Task => format!("me/todo/lists/{}/tasks", self.list),
        };
        let (status, value) = self.hand("POST", &path, Some(row(record)));
        assert_eq!(status, 201, "{value}");
        value["id"].as_str().unwrap().into()
    }

    fn edit(&self, id: &ItemId, record: &Record) {
        let (status, value) = self.hand("PATCH", &self.place(id).0, Some(row(record)));
        assert_eq!(status, 200, "{value}");
    }

    fn remove(&self, id: &ItemId) {
        assert_eq!(self.hand("DELETE", &self.place(id).0, None).0, 204);
    }

    fn holds(&self, id: &ItemId) -> Option<Record> {
        self.place(id).1.as_ref().map(record)
    }

    fn count(&self) -> usize {
        let paths = ["me/events?$top=500".to_owned(), format!("me/todo/lists/{}/tasks?$top=500", self.list)];
        paths.iter().map(|path| self.hand("GET", path, None).1["value"].as_array().unwrap().len()).sum()
    }

    /// Of an event that has lost its start, on the way: the sandbox holds none such.
    fn spoil(&self, id: &ItemId) -> bool {
        quirks(&self.world, json!({}));
        let path = format!("me/calendars/{}/calendarView/delta", self.calendar);
        let mut page =
            self.round(&format!("{path}?startDateTime=2025-12-30T23:00:00Z&endDateTime=2027-04-02T00:00:00Z"));
        let (path, alone) = self.place(id);
        let mut alone = alone.unwrap();
        quirks(&self.world, self.switches.clone());
        let spoilt = page["value"].as_array_mut().unwrap().iter_mut().filter(|item| item["id"] == id.as_str());
        for value in spoilt.chain([&mut alone]) {
            value.as_object_mut().unwrap().remove("start");
        }
        let told = |path: &str, body: &Value| json!({"server": "graph", "method": "GET", "path": path, "times": 99, "then": {"status": 200, "body": body}});
        let path = path.replace('=', "(=|%3D)");
        self.world.faults(json!([told("calendarView/delta", &page), told(&path, &alone)]));
        true
    }

    /// An hour that ends before it begins.
    fn refused(&self) -> Option<Record> {
        let [start, end] = ["2026-03-05T10:00:00Z", "2026-03-05T09:00:00Z"].map(|text| text.parse().unwrap());
        Some(Record::Meeting(Meeting { when: When::Timed { start, end }, ..super::meeting("backwards") }))
    }

    fn lose(&self, loss: Loss) {
        let drop = if loss == Loss::After { "after" } else { "before" };
        let lost = |method: &str| json!({"server": "graph", "method": method, "path": "/(events|tasks)", "times": 99, "then": {"drop": drop}});
        self.world.faults(json!([lost("POST"), lost("PATCH"), lost("DELETE")]));
    }

    fn mend(&self) {
        self.world.faults(json!([]));
    }

    fn guest(&self, name: &str) -> Option<Person> {
        Some(Person {
            addresses: vec![Address::parse(&format!("{name}@fabrikam.example")).unwrap()],
            contact: None,
            name: name.to_owned(),
            role: Role::Required,
            response: Response::InDoubt,
        })
    }

    /// Answers to others' invitations are tested by themselves (`graph_respond`).
    fn answers(&self) -> bool {
        false
    }

    fn pass(&self) {
        self.world.pass(TimeDelta::minutes(3));
    }

    fn lag(&self) -> usize {
        self.manner.lag
    }

    fn exact(&self) -> bool {
        !self.manner.talkative
    }
}

#[test]
fn graph_conforms() {
    conforms(|| Post::new(&json!({}), Manner::default()));
}

#[test]
fn graph_conforms_however_its_rounds_are_cut() {
    for switches in [
        json!({"emptyPages": true, "pageSize": 1}),
        json!({"shuffledOrder": true, "pageSize": 3}),
        json!({"timeouts": {"items": 10, "days": 60}}),
    ] {
        println!("under {switches}");
        conforms(|| Post::new(&switches, Manner::default()));
    }
}

#[test]
fn graph_conforms_however_late_and_often_it_tells() {
    let (late, talkative) = (Manner { lag: 2, talkative: false }, Manner { lag: 0, talkative: true });
    for (switches, manner) in [
        (json!({"replays": true}), talkative),
        (json!({"staleReads": 2, "shuffledOrder": true}), late),
        (json!({"replays": true, "staleReads": 1, "pageSize": 2}), Manner { lag: 1, talkative: true }),
        (json!({"tokens": 1}), talkative),
        (json!({"timeouts": {"always": true}}), talkative),
    ] {
        println!("under {switches}");
        conforms(|| Post::new(&switches, manner));
    }
}

#[test]
fn graph_conforms_within_its_limits() {
    for spelling in ["seconds", "fraction", "date", "hidden", "absent"] {
        let switches = json!({"throttle": {"atOnce": 4, "retryAfter": spelling}});
        println!("under {switches}");
        conforms(|| Post::new(&switches, Manner::default()));
    }
}

#[test]
fn graph_conforms_whatever_tokens_are_wanted() {
    conforms(|| Post::new(&json!({"claims": CLAIMS}), Manner::default()));
}
