//! Bad input: replies of both servers in which one item is not as it should be. It costs that item
//! only: it is listed with its id, its side and what is wrong, everything else syncs, and the run
//! after it was mended syncs it. The items are real ones of the sandbox, altered on the wire.

mod fuzz;

use crate::support::graph_setup::NOW;
use crate::support::joined::Joined;
use crate::support::memory::{MemoryStore, everything};
use crate::support::runs;
use crate::support::world::World;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::engine::held::{Held, Reason};
use schedule_sync::error::Result;
use schedule_sync::model::{Instant, Side, html};
use schedule_sync::ports::{Clock, Credentials, Http, HttpResponse, NoResponse, Request, Secret, Store};
use schedule_sync::run::Report;
use serde_json::{Value, json};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// Stands for half of a surrogate pair, which no [`Value`] can hold: replaced in the bytes.
const HALF: &str = "HALF-OF-A-PAIR";

/// What is done to an item of a reply.
type Alter = Rc<dyn Fn(&mut Value)>;

/// The line to both servers, on which replies are altered.
struct Line {
    world: Rc<World>,
    alter: RefCell<Option<(Target, Alter)>>,
    /// Items altered so far in replies by themselves, and in those of batches.
    altered: Cell<(usize, usize)>,
}

/// Which objects of a reply are altered.
#[derive(Clone)]
enum Target {
    /// The one with this id.
    Item(String),
    /// The lists that hold participants of this Activity.
    Participants(String),
}

impl Target {
    fn is(&self, value: &Value) -> bool {
        match self {
            Self::Item(id) => value["id"] == id.as_str() || value["Id"] == id.as_str(),
            Self::Participants(id) => {
                value.as_array().is_some_and(|rows| rows.iter().any(|row| row["ActivityId"] == id.as_str()))
            }
        }
    }
}

/// Alters what `target` means anywhere in `value`; how often.
fn alter(value: &mut Value, target: &Target, change: &dyn Fn(&mut Value)) -> usize {
    if target.is(value) {
        change(value);
        return 1;
    }
    match value {
        Value::Array(list) => list.iter_mut().map(|one| alter(one, target, change)).sum(),
        Value::Object(members) => members.values_mut().map(|one| alter(one, target, change)).sum(),
        _ => 0,
    }
}

impl Http for Line {
    async fn send(&self, request: Request) -> Result<HttpResponse, NoResponse> {
        let batch = request.uri().path().ends_with("$batch");
        let mut response = self.world.send(request).await?;
        let slot = self.alter.borrow().clone();
        if let (Some((target, change)), Ok(mut body)) = (slot, serde_json::from_slice(response.body())) {
            let count = alter(&mut body, &target, change.as_ref());
            let (single, parts) = self.altered.get();
            self.altered.set(if batch { (single, parts + count) } else { (single + count, parts) });
            *response.body_mut() = body.to_string().replace(HALF, "\\ud800").into_bytes();
        }
        Ok(response)
    }
}

impl Clock for Line {
    fn now(&self) -> Instant {
        self.world.now()
    }

    async fn sleep(&self, ms: u64) {
        self.world.sleep(ms).await;
    }
}

impl Credentials for Line {
    async fn headers(&self, side: Side, renew: bool) -> Result<Vec<(String, Secret)>> {
        self.world.headers(side, renew).await
    }

    async fn holder(&self, side: Side) -> Option<String> {
        self.world.holder(side).await
    }
}

/// Both servers, and a user whose replies are altered.
struct Bench {
    world: Rc<World>,
    joined: Joined<Line>,
    store: MemoryStore,
    list: String,
}

/// Which item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Meeting,
    Task,
}

impl Bench {
    fn new() -> Self {
        let world = Rc::new(World::new(Seed::Empty, NOW));
        let line = Line { world: Rc::clone(&world), alter: RefCell::default(), altered: Cell::default() };
        let joined = Joined::new(&world, Rc::new(line));
        let lists = world.by_hand(Side::Exchange, "GET", "me/todo/lists", None).1;
        let list = lists["value"][0]["id"].as_str().unwrap().to_owned();
        let bench = Self { world, joined, store: MemoryStore::default(), list };
        block_on(bench.store.save_settings(&everything())).unwrap();
        bench
    }

    fn tamper(&self, with: Option<(Target, Alter)>) {
        *self.joined.line.alter.borrow_mut() = with;
    }

    fn run(&self) -> Result<Report> {
        let report = block_on(runs::run(&self.joined.parts(&self.store)));
        self.world.pass(chrono::Duration::minutes(5));
        report
    }

    fn ask(&self, side: Side, (method, path): (&str, &str), body: Option<Value>) -> Value {
        let (status, reply) = self.world.by_hand(side, method, path, body);
        assert!((200..300).contains(&status), "by hand {method} {path}: {status} {reply}");
        reply
    }

    /// A person makes an item; its id.
    fn create(&self, side: Side, kind: Kind, title: &str) -> String {
        let utc = |time: &str| json!({"dateTime": time, "timeZone": "UTC"});
        let (path, body) = match (side, kind) {
            (Side::Creatio, _) => (
                "Activity".to_owned(),
                json!({"Title": title, "StartDate": "2026-03-12T10:00:00Z", "DueDate": "2026-03-12T11:00:00Z",
                    "ShowInScheduler": kind == Kind::Meeting}),
            ),
            (Side::Exchange, Kind::Meeting) => (
                "me/events".to_owned(),
                json!({"subject": title, "start": utc("2026-03-12T10:00:00"), "end": utc("2026-03-12T11:00:00")}),
            ),
            (Side::Exchange, Kind::Task) => (
                format!("me/todo/lists/{}/tasks", self.list),
                json!({"title": title, "dueDateTime": utc("2026-03-12T00:00:00")}),
            ),
        };
        let made = self.ask(side, ("POST", &path), Some(body));
        made[if side == Side::Creatio { "Id" } else { "id" }].as_str().unwrap().to_owned()
    }

    fn retitle(&self, (side, kind): (Side, Kind), id: &str, title: &str) {
        let (path, body) = match (side, kind) {
            (Side::Creatio, _) => (format!("Activity({id})"), json!({"Title": title})),
            (Side::Exchange, Kind::Meeting) => (format!("me/events/{id}"), json!({"subject": title})),
            (Side::Exchange, Kind::Task) => {
                (format!("me/todo/lists/{}/tasks/{id}", self.list), json!({"title": title}))
            }
        };
        self.ask(side, ("PATCH", &path), Some(body));
    }

    /// The titles of the items on a side, canceled ones left out, in order.
    fn titles(&self, side: Side, kind: Kind) -> Vec<String> {
        let path = match (side, kind) {
            (Side::Creatio, _) => "Activity?$top=100".to_owned(),
            (Side::Exchange, Kind::Meeting) => "me/events?$top=100".to_owned(),
            (Side::Exchange, Kind::Task) => format!("me/todo/lists/{}/tasks?$top=100", self.list),
        };
        let rows = self.ask(side, ("GET", &path), None);
        let canceled = |row: &&Value| row["StatusId"] == "201cfba8-58e6-df11-971b-001d60e938c6";
        let title =
            |row: &Value| ["Title", "subject", "title"].iter().find_map(|name| row[*name].as_str().map(str::to_owned));
        let mut titles: Vec<String> =
            rows["value"].as_array().unwrap().iter().filter(|row| !canceled(row)).filter_map(title).collect();
        titles.sort();
        titles
    }
}

/// What a bad item costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cost {
    /// It is listed with its id, and this in the reason.
    Listed(&'static str),
    /// It is listed, but its id can't be told.
    Nameless(&'static str),
    /// Nothing: what can't be read means its harmless default.
    Nothing,
}

/// One row: what is bad, and what it costs.
struct Bad {
    what: &'static str,
    kind: Kind,
    cost: Cost,
    change: fn(&mut Value),
    /// The participants are what is bad.
    people: bool,
    /// There is very much of it.
    big: bool,
}

const fn bad(kind: Kind, what: &'static str, cost: Cost, change: fn(&mut Value)) -> Bad {
    Bad { what, kind, cost, change, people: false, big: false }
}

const fn big(kind: Kind, what: &'static str, cost: Cost, change: fn(&mut Value)) -> Bad {
    Bad { big: true, ..bad(kind, what, cost, change) }
}

fn remove(value: &mut Value, name: &str) {
    value.as_object_mut().unwrap().remove(name);
}

fn megabyte() -> String {
    format!("<html><body><div>{}</div></body></html>", "<p>one &amp; <b>the</b> same line</p>\n".repeat(30_000))
}

fn crowd() -> Value {
    let one = |n: usize| {
        json!({"type": "required", "status": {"response": "none"},
            "emailAddress": {"name": format!("Guest {n}"), "address": format!("guest{n}@fabrikam.example")}})
    };
    (0..10_000).map(one).collect()
}

fn on_exchange() -> Vec<Bad> {
    use Cost::{Listed, Nameless, Nothing};
    use Kind::{Meeting, Task};
    vec![
        bad(Meeting, "no start", Listed("start: missing"), |event| remove(event, "start")),
        bad(Meeting, "an impossible date", Listed("start.dateTime"), |event| {
            event["start"]["dateTime"] = json!("2026-02-30T10:00:00.0000000");
        }),
        bad(Meeting, "a date beyond all calendars", Listed("dateTime"), |event| {
            event["start"]["dateTime"] = json!("-262143-01-01T00:00:00");
            event["end"]["dateTime"] = json!("+262142-12-31T23:59:59");
        }),
        bad(Meeting, "a number for a date", Listed("start.dateTime"), |event| event["start"]["dateTime"] = json!(7)),
        bad(Meeting, "an unknown zone", Listed("start.timeZone"), |event| {
            event["start"]["timeZone"] = json!("Nowhere Standard Time");
        }),
        bad(Meeting, "an end before the start", Listed("end: before"), |event| {
            event["end"]["dateTime"] = json!("2026-03-11T10:00:00");
        }),
        bad(Meeting, "a word for a flag", Listed("isAllDay"), |event| event["isAllDay"] = json!("maybe")),
        bad(Meeting, "a word for attendees", Listed("attendees"), |event| event["attendees"] = json!("everybody")),
        bad(Meeting, "a word for minutes", Listed("reminder"), |event| {
            event["reminderMinutesBeforeStart"] = json!("soon");
        }),
        bad(Meeting, "a list for a body", Listed("body"), |event| event["body"] = json!(["html", 3])),
        bad(Meeting, "all minutes there are", Nothing, |event| {
            event["isReminderOn"] = json!(true);
            event["reminderMinutesBeforeStart"] = json!(i64::MAX);
        }),
        bad(Meeting, "words nobody knows", Nothing, |event| {
            for name in ["importance", "sensitivity", "showAs", "type"] {
                event[name] = json!("unheardOf");
            }
            event["responseStatus"] = json!({"response": "perhaps", "time": "never"});
            event["body"]["contentType"] = json!("markdown");
        }),
        bad(Meeting, "members of other times", Nothing, |event| {
            event["lastModifiedDateTime"] = json!("yesterday");
            event["createdDateTime"] = json!("");
            event["somethingNew"] = json!({"deep": [1, 2, {"er": null}]});
        }),
        big(Meeting, "a body of a megabyte", Nothing, |event| {
            event["body"] = json!({"contentType": "html", "content": megabyte()});
        }),
        big(Meeting, "ten thousand attendees", Nothing, |event| event["attendees"] = crowd()),
        bad(Meeting, "half of a pair", Nothing, |event| event["location"] = json!({"displayName": HALF})),
        bad(Meeting, "NUL", Nothing, |event| {
            event["location"] = json!({"displayName": "Room\u{0}1"});
            event["body"] = json!({"contentType": "html", "content": "<p>a\u{0}b &#0; c</p>"});
        }),
        bad(Meeting, "no id", Nameless("id: missing"), |event| remove(event, "id")),
        bad(Meeting, "a number for an id", Nameless("id: missing"), |event| event["id"] = json!(7)),
        bad(Meeting, "nothing at all", Nameless("id: missing"), |event| *event = Value::Null),
        bad(Meeting, "a text in its place", Nameless("id: missing"), |event| *event = json!("event")),
        bad(Task, "an impossible date", Listed("dueDateTime.dateTime"), |task| {
            task["dueDateTime"]["dateTime"] = json!("2026-13-01T00:00:00.0000000");
        }),
        bad(Task, "a number for a title", Listed("title"), |task| task["title"] = json!(7)),
        bad(Task, "a text for a body", Listed("body"), |task| task["body"] = json!("text")),
        bad(Task, "a reminder without a date", Nothing, |task| task["isReminderOn"] = json!(true)),
        bad(Task, "words nobody knows", Nothing, |task| {
            task["status"] = json!("pondering");
            task["importance"] = json!("cosmic");
        }),
        big(Task, "a body of a megabyte", Nothing, |task| {
            task["body"] = json!({"contentType": "html", "content": megabyte()});
        }),
        bad(Task, "half of a pair", Nothing, |task| {
            task["body"] = json!({"contentType": "text", "content": HALF});
        }),
        bad(Task, "NUL", Nothing, |task| task["body"] = json!({"contentType": "text", "content": "a\u{0}b"})),
        bad(Task, "no id", Nameless("id: missing"), |task| remove(task, "id")),
        bad(Task, "nothing at all", Nameless("id: missing"), |task| *task = Value::Null),
    ]
}

fn in_creatio() -> Vec<Bad> {
    use Cost::{Listed, Nameless, Nothing};
    use Kind::{Meeting, Task};
    let people = |what, cost, change| Bad { people: true, ..bad(Meeting, what, cost, change) };
    let mut rows = Vec::new();
    for kind in [Meeting, Task] {
        rows.extend([
            bad(kind, "an empty date", Listed("StartDate"), |row| row["StartDate"] = json!("0001-01-01T00:00:00Z")),
            bad(kind, "an impossible date", Listed("DueDate"), |row| row["DueDate"] = json!("2026-02-30T10:00:00Z")),
            bad(kind, "no due date", Listed("DueDate"), |row| row["DueDate"] = Value::Null),
            bad(kind, "a due date before the start", Listed("DueDate"), |row| {
                row["DueDate"] = json!("2026-03-11T10:00:00Z");
            }),
            bad(kind, "a number for a title", Listed("Title"), |row| row["Title"] = json!(7)),
            bad(kind, "no GUID", Listed("OwnerId"), |row| row["OwnerId"] = json!("Anna")),
            bad(kind, "a word for a flag", Listed("RemindToOwner"), |row| row["RemindToOwner"] = json!("maybe")),
            bad(kind, "lookups nobody knows", Nothing, |row| {
                for name in ["StatusId", "PriorityId"] {
                    row[name] = json!("5b9e1f0c-0000-4000-8000-000000000001");
                }
            }),
            big(kind, "notes of a megabyte", Nothing, |row| row["Notes"] = json!(megabyte())),
            bad(kind, "half of a pair", Nothing, |row| row["Notes"] = json!(HALF)),
            bad(kind, "NUL", Nothing, |row| row["Notes"] = json!("<p>a\u{0}b &#0; c</p>")),
            bad(kind, "an id that is none", Nameless("Id"), |row| row["Id"] = json!("seven")),
            bad(kind, "nothing at all", Nameless(""), |row| *row = Value::Null),
        ]);
    }
    rows.extend([
        people("a participant's word for a GUID", Listed("ParticipantId"), |rows| {
            rows[0]["ParticipantId"] = json!("Anna")
        }),
        people("a participant of nothing", Nameless("ActivityId"), |rows| rows[0]["ActivityId"] = json!("nothing")),
        Bad {
            people: true,
            ..big(Meeting, "ten thousand participants", Nothing, |rows| {
                let row = rows[0].clone();
                let guest = |n: usize| {
                    let mut row = row.clone();
                    row["Id"] = json!(format!("5b9e1f0c-0000-4000-8000-1{n:011}"));
                    row["ParticipantId"] = json!(format!("5b9e1f0c-0000-4000-8000-2{n:011}"));
                    row["RoleId"] = Value::Null;
                    row
                };
                rows.as_array_mut().unwrap().extend((0..10_000).map(guest));
            })
        },
    ]);
    rows
}

/// When the bad item comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// It is new, and both sides are read in full.
    First,
    /// It was linked, and changed since.
    Delta,
    /// It was linked, and both sides are compared in full.
    Compare,
}

/// What does not hold of a row in a reading.
fn judge(side: Side, row: &Bad, reading: Reading) -> Vec<String> {
    let begun = std::time::Instant::now();
    let bench = Bench::new();
    let kind = row.kind;
    let ids = ["a good", "the bad", "z good"].map(|title| bench.create(side, kind, title));
    let mut wrong = Vec::new();
    let mut expect = |holds: bool, what: String| {
        if !holds {
            let what: String = what.chars().take(300).collect();
            wrong.push(format!("{side} {:?} {reading:?}: {what}", row.what));
        }
    };
    let mark = if reading == Reading::First { "" } else { "!" };
    if reading != Reading::First {
        expect(bench.run().is_ok(), "the first run".to_owned());
        for (id, title) in ids.iter().zip(["a good!", "the bad!", "z good!"]) {
            bench.retitle((side, kind), id, title);
        }
    }
    if reading == Reading::Compare {
        let mut settings = everything();
        settings.from = "2026-02-20".parse().unwrap();
        block_on(bench.store.save_settings(&settings)).unwrap();
    }
    let id = ids[1].clone();
    let target = if row.people { Target::Participants(id.clone()) } else { Target::Item(id.clone()) };
    bench.tamper(Some((target, Rc::new(row.change))));
    let report = bench.run();
    let held = report.as_ref().map(|report| report.held.clone()).unwrap_or_default();
    expect(report.is_ok(), format!("the run stops: {report:?}"));
    expect(bench.joined.line.altered.get() != (0, 0), "nothing was altered".to_owned());
    let listed = |fits: &dyn Fn(&Held) -> bool| {
        held.iter().any(|held| held.reason == Reason::Malformed && held.side == side && fits(held))
    };
    let there = bench.titles(side.other(), kind);
    let good: Vec<String> = [format!("a good{mark}"), format!("z good{mark}")].into();
    let all: Vec<String> = [format!("a good{mark}"), format!("the bad{mark}"), format!("z good{mark}")].into();
    match row.cost {
        Cost::Listed(reason) => expect(
            listed(&|held| held.id.as_ref().is_some_and(|own| own.as_str() == id) && held.detail.contains(reason)),
            format!("it is not listed: {held:?}"),
        ),
        Cost::Nameless(reason) => {
            expect(listed(&|held| held.detail.contains(reason)), format!("it is not listed: {held:?}"));
        }
        Cost::Nothing => {
            expect(held.is_empty() && there == all, format!("it costs something: {held:?} {there:?}"));
        }
    }
    expect(good.iter().all(|title| there.contains(title)), format!("the others are not synced: {there:?}"));
    expect(bench.titles(side, kind) == all, format!("it is written or removed: {:?}", bench.titles(side, kind)));
    bench.tamper(None);
    let report = bench.run();
    expect(report.as_ref().is_ok_and(|report| report.held.is_empty()), format!("held when mended: {report:?}"));
    expect(bench.titles(side.other(), kind) == all, format!("not synced: {:?}", bench.titles(side.other(), kind)));
    expect(bench.titles(side, kind) == all, "written when mended".to_owned());
    expect(begun.elapsed().as_secs() < 60, format!("it takes {:?}", begun.elapsed()));
    wrong
}

fn judged(side: Side, rows: &[Bad]) {
    let readings = [Reading::First, Reading::Delta, Reading::Compare];
    let all = rows.iter().flat_map(|row| readings.map(|reading| (row, reading)));
    // how much there is of it makes no difference to where it is read
    let each = all.filter(|(row, reading)| !row.big || *reading == Reading::Delta);
    let each = each.map(|(row, reading)| judge(side, row, reading));
    let wrong: Vec<String> = each.flatten().collect();
    assert!(wrong.is_empty(), "{} do not hold:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_bad_item_of_the_mailbox_costs_that_item_only() {
    judged(Side::Exchange, &on_exchange());
}

#[test]
fn a_bad_activity_costs_that_activity_only() {
    judged(Side::Creatio, &in_creatio());
}

#[test]
fn a_megabyte_of_nothing_but_beginnings_is_read_in_no_time() {
    let begun = std::time::Instant::now();
    for (one, ending) in [("&", ""), ("<b>", "</i>"), ("<", ""), ("<a '", "\">"), ("<!-", ""), ("</p", "&amp")] {
        let markup = one.repeat(1 << 18) + &ending.repeat(1 << 18);
        assert!(html::text(&markup).len() <= markup.len(), "{one}");
        assert!(html::sanitise(&markup).len() <= 6 * markup.len(), "{one}");
    }
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}
