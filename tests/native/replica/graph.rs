//! Graph takes part, meetings and To Do, against the sandbox in process: as a service at its best, and under every switch that makes trouble.
//! All that is said is checked against Microsoft's description.
#![allow(clippy::print_stdout)] // under which switch a case failed is to be seen

use super::hands::{CLAIMS, Hands, refused};
use super::{Loss, Rig, conforms, facts};
use crate::graph_limits::quirks;
use crate::graph_setup::{Checked, checked, default, mailbox};
use crate::world::World;
use chrono::TimeDelta;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::graph::{Graph, Mailbox};
use schedule_sync::model::{Address, ContainerId, ItemId, Kind, Person, Record, Response, Role, Side, Window, Zone};
use schedule_sync::ports::{Choice, Create, Op, Scope};
use serde_json::{Value, json};
use std::rc::Rc;

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
    hands: Hands,
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
        let hands = Hands { world: Rc::clone(&world), list };
        Self {
            world,
            graph,
            mailbox: mailbox(),
            calendar,
            hands,
            switches: switches.clone(),
            manner,
            _checked: checked,
        }
    }

    /// Every item of a round of `path` by a client that meets no trouble, as one page.
    fn round(&self, path: &str) -> Value {
        let (_, mut page) = self.hands.hand("GET", path, None);
        let mut items = page["value"].as_array().unwrap().clone();
        while let Some(next) = page["@odata.nextLink"].as_str() {
            let path = next.split_once("/v1.0/").unwrap().1.to_owned();
            page = self.hands.hand("GET", &path, None).1;
            items.extend(page["value"].as_array().unwrap().clone());
        }
        page["value"] = json!(items);
        page
    }
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
        let container = if record.kind() == Kind::Meeting { &self.calendar } else { &self.hands.list }.clone();
        Op::Create(Box::new(Create { id: None, container, record, facts: facts(Side::Exchange, n) }))
    }

    fn put(&self, _n: u32, record: &Record) -> ItemId {
        self.hands.put(record)
    }

    fn edit(&self, id: &ItemId, record: &Record) {
        self.hands.edit(id, record);
    }

    fn remove(&self, id: &ItemId) {
        self.hands.remove(id);
    }

    fn holds(&self, id: &ItemId) -> Option<Record> {
        self.hands.holds(id)
    }

    fn count(&self) -> usize {
        self.hands.count()
    }

    /// Of an event that has lost its start, on the way: the sandbox holds none such.
    fn spoil(&self, id: &ItemId) -> bool {
        quirks(&self.world, json!({}));
        let path = format!("me/calendars/{}/calendarView/delta", self.calendar);
        let mut page =
            self.round(&format!("{path}?startDateTime=2025-12-30T23:00:00Z&endDateTime=2027-04-02T00:00:00Z"));
        let (path, alone) = self.hands.place(id);
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

    fn refused(&self) -> Option<Record> {
        Some(refused())
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

    fn runs(&self) -> usize {
        if self.switches["throttle"]["perTenMinutes"].is_null() { 1 } else { 10 }
    }

    fn has_tasks(&self) -> bool {
        self.switches["noToDo"] != json!(true)
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
fn graph_conforms_within_its_budget() {
    let switches = json!({"throttle": {"perTenMinutes": 100, "retryAfter": "seconds"}});
    conforms(|| Post::new(&switches, Manner::default()));
}

#[test]
fn graph_conforms_with_meetings_where_there_is_no_to_do() {
    conforms(|| Post::new(&json!({"noToDo": true}), Manner::default()));
}

#[test]
fn graph_conforms_where_occurrences_are_told_whole() {
    conforms(|| Post::new(&json!({"wholeOccurrences": true}), Manner::default()));
}

#[test]
fn graph_conforms_whatever_tokens_are_wanted() {
    conforms(|| Post::new(&json!({"claims": CLAIMS}), Manner::default()));
}
