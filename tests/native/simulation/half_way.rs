//! Whole steps that break half-way: every scenario is played once undisturbed, and then again with
//! each of its requests failing, once or three times in a row, in each way that a network and a
//! server have. When it is quiet again both sides must show what they show undisturbed.

use crate::simulation::{
    MOSCOW,
    device::{Device, InjectedFault},
};
use crate::support::graph_setup::NOW;
use crate::support::memory::everything;
use crate::support::random::Random;
use crate::support::world::{ME_THERE, World, reads};
use chrono::Duration;
use futures_util::FutureExt;
use sandbox::{Sandbox, Seed, Server};
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::settings::{Conflict, CreatioDelete};
use schedule_sync::flat::FlatSet;
use schedule_sync::model::Side;
use schedule_sync::run::Report;
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
};

/// One user's device and the two servers.
struct Stage {
    world: Rc<World>,
    device: Device,
}

/// What people do, and nobody disturbs.
struct Scenario {
    name: &'static str,
    /// What there is before, in step.
    before: fn(&Stage),
    /// What is done then, and works through while it breaks.
    deed: fn(&Stage),
}

/// How one run is disturbed.
#[derive(Clone, Debug)]
enum Strike {
    /// Requests like this one of the undisturbed run, so many of them.
    Request { fault: Value, times: u32 },
    /// The tab is closed at this await, before or after what was asked for is done.
    Crash { nth: usize, done: bool },
}

/// What both sides show in the end, and what a person is told.
#[derive(Debug, PartialEq, Eq)]
struct Picture {
    rows: Vec<String>,
    held: Vec<Reason>,
    mails: usize,
}

impl Stage {
    fn new(there: bool) -> Self {
        let world = if there {
            let sandbox = Sandbox::new(Seed::Empty, NOW.parse().ok());
            World::over(Rc::new(RefCell::new(sandbox)), ME_THERE)
        } else {
            World::new(Seed::Empty, NOW)
        };
        let world = Rc::new(world);
        let mut settings = everything();
        settings.rules.conflict = Conflict::Creatio;
        settings.rules.creatio_delete = CreatioDelete::Mark;
        let device = Device::new(&world, &settings, (MOSCOW, None));
        Self { world, device }
    }

    fn ask(&self, side: Side, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, reply) = self.world.by_hand(side, method, path, body);
        assert!((200..300).contains(&status), "by hand {method} {path}: {status} {reply}");
        reply
    }

    fn all(&self, side: Side, path: &str) -> Vec<Value> {
        self.ask(side, "GET", &format!("{path}?$top=200"), None)["value"].as_array().unwrap().clone()
    }

    fn activities(&self) -> Vec<Value> {
        self.all(Side::Creatio, "Activity")
    }

    fn tasks(&self) -> String {
        let lists = self.all(Side::Exchange, "me/todo/lists");
        format!("me/todo/lists/{}/tasks", lists[0]["id"].as_str().unwrap())
    }

    /// The path of the only item on a side.
    fn only(&self, side: Side) -> String {
        let of = |path: &str, rows: Vec<Value>| {
            rows.into_iter().map(|row| format!("{path}/{}", row["id"].as_str().unwrap())).collect::<Vec<_>>()
        };
        let found: Vec<String> = match side {
            Side::Creatio => {
                self.activities().iter().map(|row| format!("Activity({})", row["Id"].as_str().unwrap())).collect()
            }
            Side::Exchange => {
                let tasks = self.tasks();
                [of("me/events", self.all(side, "me/events")), of(&tasks, self.all(side, &tasks))].concat()
            }
        };
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    }

    fn change(&self, side: Side, body: Value) {
        self.ask(side, "PATCH", &self.only(side), Some(body));
    }

    fn remove(&self, side: Side) {
        self.ask(side, "DELETE", &self.only(side), None);
    }

    /// A run that nothing disturbs.
    fn run(&self) -> Report {
        let report = self.device.run().now_or_never().unwrap().unwrap();
        self.world.pass(Duration::minutes(5));
        report
    }

    /// A run that may fail.
    fn struck(&self) {
        let done = self.device.run().now_or_never();
        assert!(done.is_some() || self.device.has_crashed(), "a run waits for nothing");
        self.device.injector.clear();
        self.world.pass(Duration::minutes(5));
    }

    fn picture(&self, report: &Report) -> Picture {
        let text = |row: &Value, names: &[&str]| -> String {
            names.iter().map(|name| format!("{} | ", row.pointer(name).unwrap_or(&Value::Null))).collect()
        };
        let mut rows: Vec<String> = self
            .activities()
            .iter()
            .map(|row| {
                text(row, &["/Title", "/StartDate", "/DueDate", "/Location", "/Notes", "/StatusId", "/ShowInScheduler"])
            })
            .collect();
        let people = self.all(Side::Creatio, "ActivityParticipant");
        rows.extend(people.iter().map(|row| text(row, &["/ParticipantId", "/RoleId", "/InviteResponseId"])));
        for event in self.all(Side::Exchange, "me/events") {
            let names =
                ["/subject", "/start/dateTime", "/end/dateTime", "/location/displayName", "/body/content", "/type"];
            rows.push(text(&event, &names));
            if event["type"] == "seriesMaster" {
                let window = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z&$top=50";
                let path = format!("me/events/{}/instances?{window}", event["id"].as_str().unwrap());
                let all = self.ask(Side::Exchange, "GET", &path, None)["value"].as_array().unwrap().clone();
                rows.extend(all.iter().map(|one| text(one, &names)));
            }
        }
        for task in self.all(Side::Exchange, &self.tasks()) {
            rows.push(text(&task, &["/title", "/dueDateTime/dateTime", "/status", "/body/content"]));
        }
        rows.sort();
        let mut held: Vec<Reason> = report.held.iter().map(|held| held.reason).collect();
        held.sort();
        let sandbox = self.world.sandbox.borrow();
        Picture { rows, held, mails: sandbox.graph.mails().len() + sandbox.exchange.mails().len() }
    }
}

fn utc(time: &str) -> Value {
    json!({"dateTime": format!("2026-03-{time}:00"), "timeZone": "UTC"})
}

fn activity(task: bool) -> Value {
    json!({"Title": "Call", "Notes": "Notes", "StartDate": "2026-03-12T10:00:00Z", "DueDate": "2026-03-12T11:00:00Z",
        "ShowInScheduler": !task})
}

fn event() -> Value {
    json!({"subject": "Call", "body": {"contentType": "html", "content": "<p>Notes</p>"}, "start": utc("12T10:00"),
        "end": utc("12T11:00")})
}

fn weekly() -> Value {
    json!({"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["thursday"]},
        "range": {"type": "numbered", "startDate": "2026-03-12", "numberOfOccurrences": 3}})
}

fn post_activity(stage: &Stage) {
    stage.ask(Side::Creatio, "POST", "Activity", Some(activity(false)));
}

fn post_task(stage: &Stage) {
    stage.ask(Side::Creatio, "POST", "Activity", Some(activity(true)));
}

fn post_event(stage: &Stage) {
    stage.ask(Side::Exchange, "POST", "me/events", Some(event()));
}

fn post_to_do(stage: &Stage) {
    let body =
        json!({"title": "Call", "body": {"contentType": "text", "content": "Notes"}, "dueDateTime": utc("12T00:00")});
    stage.ask(Side::Exchange, "POST", &stage.tasks(), Some(body));
}

fn post_series(stage: &Stage) {
    let mut series = event();
    series["recurrence"] = weekly();
    stage.ask(Side::Exchange, "POST", "me/events", Some(series));
}

/// A pair in step of which the given item was the first.
macro_rules! in_step {
    ($post:ident) => {
        |stage| {
            $post(stage);
            stage.run();
        }
    };
}

fn rename(side: Side, stage: &Stage) {
    let is_task = stage.only(side).contains("/tasks/");
    stage.change(
        side,
        match side {
            Side::Creatio => json!({"Title": "Visit", "Notes": "Other"}),
            Side::Exchange if is_task => json!({"title": "Visit"}),
            Side::Exchange => json!({"subject": "Visit", "location": {"displayName": "Room"}}),
        },
    );
}

const SCENARIOS: [Scenario; 22] = [
    Scenario { name: "a meeting is exported", before: |_| {}, deed: post_activity },
    Scenario { name: "a task is exported", before: |_| {}, deed: post_task },
    Scenario { name: "an event is imported", before: |_| {}, deed: post_event },
    Scenario { name: "a To Do task is imported", before: |_| {}, deed: post_to_do },
    Scenario {
        name: "a meeting is edited in Creatio",
        before: in_step!(post_activity),
        deed: |stage| rename(Side::Creatio, stage),
    },
    Scenario {
        name: "a meeting is edited on Exchange",
        before: in_step!(post_event),
        deed: |stage| rename(Side::Exchange, stage),
    },
    Scenario {
        name: "a task is edited in Creatio",
        before: in_step!(post_to_do),
        deed: |stage| rename(Side::Creatio, stage),
    },
    Scenario {
        name: "a task is edited on Exchange",
        before: in_step!(post_task),
        deed: |stage| rename(Side::Exchange, stage),
    },
    Scenario {
        name: "a meeting is edited on both sides",
        before: in_step!(post_event),
        deed: |stage| {
            rename(Side::Exchange, stage);
            stage.change(Side::Creatio, json!({"Notes": "Mine", "DueDate": "2026-03-12T12:00:00Z"}));
        },
    },
    Scenario {
        name: "a meeting is removed in Creatio",
        before: in_step!(post_activity),
        deed: |stage| stage.remove(Side::Creatio),
    },
    Scenario {
        name: "a meeting is removed on Exchange",
        before: in_step!(post_event),
        deed: |stage| stage.remove(Side::Exchange),
    },
    Scenario {
        name: "a task is removed in Creatio",
        before: in_step!(post_task),
        deed: |stage| stage.remove(Side::Creatio),
    },
    Scenario {
        name: "a task is removed on Exchange",
        before: in_step!(post_to_do),
        deed: |stage| stage.remove(Side::Exchange),
    },
    Scenario {
        name: "a pair is adopted by a browser without links",
        before: in_step!(post_activity),
        deed: |stage| {
            rename(Side::Exchange, stage);
            stage.device.forget();
        },
    },
    Scenario {
        name: "an event comes back for an edit",
        before: in_step!(post_activity),
        deed: |stage| {
            rename(Side::Creatio, stage);
            stage.remove(Side::Exchange);
        },
    },
    Scenario {
        name: "an Activity comes back for an edit",
        before: in_step!(post_event),
        deed: |stage| {
            rename(Side::Exchange, stage);
            stage.remove(Side::Creatio);
        },
    },
    Scenario {
        name: "a meeting becomes a task",
        before: in_step!(post_activity),
        deed: |stage| stage.change(Side::Creatio, json!({"ShowInScheduler": false})),
    },
    Scenario {
        name: "a task becomes a meeting",
        before: in_step!(post_task),
        deed: |stage| stage.change(Side::Creatio, json!({"ShowInScheduler": true})),
    },
    Scenario {
        name: "an occurrence is edited in Creatio",
        before: in_step!(post_series),
        deed: |stage| {
            let rows = stage.activities();
            let second = rows.iter().find(|row| row["StartDate"].as_str().unwrap().starts_with("2026-03-19")).unwrap();
            let path = format!("Activity({})", second["Id"].as_str().unwrap());
            stage.ask(Side::Creatio, "PATCH", &path, Some(json!({"Title": "Visit"})));
        },
    },
    Scenario {
        name: "an event becomes a series",
        before: in_step!(post_event),
        deed: |stage| stage.change(Side::Exchange, json!({"recurrence": weekly()})),
    },
    Scenario {
        name: "a series becomes an event",
        before: in_step!(post_series),
        deed: |stage| stage.change(Side::Exchange, json!({"recurrence": null})),
    },
    Scenario {
        name: "a private event is imported, and one that is over",
        before: |_| {},
        deed: |stage| {
            let mut private = event();
            private["sensitivity"] = "private".into();
            let mut over = event();
            (over["start"], over["end"]) = (utc("01T10:00"), utc("01T11:00"));
            stage.ask(Side::Exchange, "POST", "me/events", Some(private));
            stage.ask(Side::Exchange, "POST", "me/events", Some(over));
        },
    },
];

/// Plays a scenario; what there is in the end.
fn play(scenario: &Scenario, there: bool, strike: Option<&Strike>) -> Result<Picture, String> {
    let played = catch_unwind(AssertUnwindSafe(|| {
        let stage = Stage::new(there);
        (scenario.before)(&stage);
        (scenario.deed)(&stage);
        match strike {
            None => {}
            Some(Strike::Crash { nth, done }) => {
                stage.device.injector.add(*nth, InjectedFault::Crash(*done));
                stage.struck();
            }
            Some(Strike::Request { fault, times }) => {
                stage.world.faults(json!([fault]));
                // what was left for the next run meets what is left of it
                for _ in 0..*times {
                    stage.struck();
                }
                stage.world.faults(json!([]));
            }
        }
        for wait in [5, 5, 25 * 60, 25 * 60, 25 * 60] {
            stage.world.pass(Duration::minutes(wait));
            stage.run();
        }
        let from = stage.world.log(0).len();
        let report = stage.run();
        let late = stage.world.writes(from);
        if late.is_empty() && report.unfinished == 0 {
            Ok(stage.picture(&report))
        } else {
            Err(format!("it does not come to rest: {late:?}, {} unfinished", report.unfinished))
        }
    }));
    played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("panic: {}", text.unwrap_or_default()))
    })
}

/// A request, and whether it only reads.
struct Asked {
    fault: Value,
    reads: bool,
}

/// The requests of the undisturbed run, each once, as faults that strike them; and how many awaits
/// it has.
fn requests(scenario: &Scenario, there: bool) -> (Vec<Asked>, usize) {
    let stage = Stage::new(there);
    (scenario.before)(&stage);
    (scenario.deed)(&stage);
    let (from, begun) = (stage.world.log(0).len(), stage.device.injector.awaits.get());
    stage.run();
    let awaits = stage.device.injector.awaits.get() - begun;
    let told = stage.world.log(from);
    let sandbox = stage.world.sandbox.borrow();
    let mut known = FlatSet::new();
    let rows = sandbox.environment.log().iter().skip(from).zip(told);
    let asked = rows
        .filter(|(_, told)| known.insert(told.clone()))
        .map(|(row, told)| {
            let mut fault = json!({"method": row.method, "path": format!("^{}$", regex_of(&row.path)),
            "server": match row.server {
                Server::Creatio => "creatio",
                Server::Graph => "graph",
                Server::Exchange => "exchange",
            }});
            if let Some(operation) = &row.operation {
                fault["operation"] = format!("^{operation}$").into();
            }
            Asked { fault, reads: reads(&told) }
        })
        .collect();
    (asked, awaits)
}

/// An expression for just this text.
fn regex_of(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_alphanumeric() { c.to_string() } else { format!("\\x{{{:x}}}", u32::from(c)) })
        .collect()
}

/// All the ways in which a scenario can break. A read that says "not there" of what is there is no
/// failure but a lie, which nothing survives.
fn strikes(scenario: &Scenario, there: bool) -> Vec<Strike> {
    let reading = [
        json!({"drop": "before"}),
        json!({"drop": "after"}),
        json!({"status": 429, "headers": {"Retry-After": "1"}}),
        json!({"status": 500}),
        json!({"status": 503}),
    ];
    let writing = [412, 404, 403, 400].map(|status| json!({"status": status}));
    let mut all = Vec::new();
    let (requests, awaits) = requests(scenario, there);
    for request in requests {
        for then in reading.iter().chain(writing.iter().filter(|_| !request.reads)) {
            for times in [1, 3] {
                let mut fault = request.fault.clone();
                (fault["times"], fault["then"]) = (times.into(), then.clone());
                all.push(Strike::Request { fault, times });
            }
        }
    }
    all.extend((0..awaits).flat_map(|nth| [false, true].map(|done| Strike::Crash { nth, done })));
    all
}

/// Plays one in `share` of all strikes in both kinds of mailboxes; those that did not end as
/// undisturbed.
fn broken(share: usize) -> (usize, Vec<String>) {
    let only = std::env::var("BREAKS_ONLY").unwrap_or_default();
    let (mut random, mut played, mut broken) = (Random::new(11), 0, Vec::new());
    for scenario in SCENARIOS.iter().filter(|scenario| scenario.name.contains(&only)) {
        for there in [false, true] {
            let expected = play(scenario, there, None).unwrap_or_else(|why| panic!("{}: {why}", scenario.name));
            for strike in strikes(scenario, there) {
                if !random.one_in(share) {
                    continue;
                }
                played += 1;
                let home = if there { "Exchange Server" } else { "Microsoft 365" };
                match play(scenario, there, Some(&strike)) {
                    Ok(shown) if shown == expected => {}
                    Ok(shown) => broken.push(format!(
                        "{} ({home}), {strike:?}:\n  {shown:#?}\n  in place of {expected:#?}",
                        scenario.name
                    )),
                    Err(why) => broken.push(format!("{} ({home}), {strike:?}: {why}", scenario.name)),
                }
            }
        }
    }
    (played, broken)
}

/// What broke once, each three times in a row: the scenario, whether the mailbox is on the Exchange
/// Server, a word of what was asked for, and what became of that.
fn once_broken() -> [(&'static str, bool, &'static str, Value); 12] {
    let (refused, lost) = (json!({"status": 500}), json!({"drop": "before"}));
    let private = "a private event is imported, and one that is over";
    let back = "an Activity comes back for an edit";
    [
        // what could be read again stayed named as unreadable, where Creatio could not be read
        ("a meeting is removed in Creatio", true, "SyncFolderItems", refused.clone()),
        ("a meeting is removed in Creatio", true, "GetItem", refused.clone()),
        ("a task is removed in Creatio", true, "GetItem", refused.clone()),
        // one removal was asked about for two reasons
        (back, true, "SyncFolderItems", refused.clone()),
        (back, true, "GetItem", refused.clone()),
        // an answer that was not written was taken for an edit
        (private, false, "UpdateQuery", lost.clone()),
        (private, true, "UpdateQuery", lost),
        (private, true, "UpdateQuery", refused.clone()),
        (private, true, "UpdateQuery", json!({"status": 412})),
        (private, true, "UpdateQuery", json!({"status": 403})),
        // what the server filled in was taken for an answer of the user's
        ("a meeting is exported", true, "GetItem", refused),
        // the answer was never written to an Activity that was found after its creation broke
        ("an event is imported", true, "20eq", json!({"status": 500})),
    ]
}

#[test]
fn what_broke_once_ends_as_if_nothing_had_happened() {
    for (name, there, word, then) in once_broken() {
        let scenario = SCENARIOS.iter().find(|scenario| scenario.name == name).unwrap();
        let strike = strikes(scenario, there).into_iter().find(|strike| match strike {
            Strike::Request { fault, times: 3 } => fault.to_string().contains(word) && fault["then"] == then,
            Strike::Request { .. } | Strike::Crash { .. } => false,
        });
        let strike = strike.unwrap_or_else(|| panic!("{name}: nothing is asked for with {word}"));
        let expected = play(scenario, there, None).unwrap();
        assert_eq!(play(scenario, there, Some(&strike)), Ok(expected), "{name}, {strike:?}");
    }
}

/// One in so many is played in a usual test run.
const SHARE: usize = 60;

#[test]
fn what_breaks_half_way_ends_as_if_nothing_had_happened() {
    let (played, broken) = broken(SHARE);
    assert!(played > 0 && broken.is_empty(), "{} of {played} broke:\n{}", broken.len(), broken.join("\n"));
}

#[test]
#[ignore = "takes minutes, `npm run prove` plays it; `BREAKS_ONLY` names a part of a scenario's name"]
fn whatever_breaks_half_way_ends_as_if_nothing_had_happened() {
    let (played, broken) = broken(1);
    assert!(played > 0 && broken.is_empty(), "{} of {played} broke:\n{}", broken.len(), broken.join("\n"));
}
