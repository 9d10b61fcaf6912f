//! The Exchange Server takes part, meetings and tasks, against the sandbox in process: as a server at its best, under every switch that makes
//! trouble, and as one that is not Microsoft's. All that is said is checked against Microsoft's schema.
#![allow(clippy::print_stdout)] // under which switch a case failed is to be seen

use super::hands::{Hands, refused};
use super::{Loss, Rig, conforms, facts};
use crate::ews_setup::{Valid, mailbox};
use crate::graph_setup::{NOW, default};
use crate::world::{ME_THERE, World};
use chrono::TimeDelta;
use pollster::block_on;
use sandbox::exchange::Quirks;
use sandbox::{Sandbox, Seed};
use schedule_sync::ews::{Ews, Mailbox};
use schedule_sync::model::{ContainerId, ItemId, Kind, Person, Record, Side, Window, Zone};
use schedule_sync::ports::{Choice, Create, Op, Scope};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;

/// How a server that makes trouble tells what happened.
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
    ews: Ews<World>,
    mailbox: Mailbox,
    calendar: ContainerId,
    hands: Hands,
    switches: Value,
    manner: Manner,
    _valid: Valid,
}

/// Has the server behave like this.
pub(crate) fn quirks(world: &World, switches: Value) {
    let quirks: Quirks = serde_json::from_value(switches).unwrap();
    world.sandbox.borrow_mut().exchange.set_quirks(&quirks);
}

impl Post {
    fn new(switches: &Value, manner: Manner) -> Self {
        let sandbox = Sandbox::new(Seed::Empty, NOW.parse().ok());
        let world = Rc::new(World::over(Rc::new(RefCell::new(sandbox)), ME_THERE));
        let valid = Valid::watch(&world);
        let ews = Ews::new(Rc::clone(&world), mailbox());
        let containers = block_on(ews.containers()).unwrap();
        let container = |kind| default(&containers, kind).id;
        let (calendar, list) = (container(Kind::Meeting), container(Kind::Task));
        quirks(&world, switches.clone());
        let hands = Hands { world: Rc::clone(&world), list };
        Self { world, ews, mailbox: mailbox(), calendar, hands, switches: switches.clone(), manner, _valid: valid }
    }
}

impl Rig for Post {
    type Replica = Ews<World>;

    fn replica(&self) -> &Ews<World> {
        &self.ews
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

    fn spoil(&self, id: &ItemId) -> bool {
        let mut switches = self.switches.clone();
        switches["corrupt"] = json!([id]);
        quirks(&self.world, switches);
        true
    }

    fn refused(&self) -> Option<Record> {
        Some(refused())
    }

    fn lose(&self, loss: Loss) {
        let drop = if loss == Loss::After { "after" } else { "before" };
        self.world.faults(json!([{"server": "exchange", "operation": "CreateItem|UpdateItem|DeleteItem", "times": 99, "then": {"drop": drop}}]));
    }

    fn mend(&self) {
        self.world.faults(json!([]));
    }

    /// People and answers of events are tested by themselves: who organizes can't answer (`ews_replica`).
    fn guest(&self, _name: &str) -> Option<Person> {
        None
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
fn ews_conforms() {
    conforms(|| Post::new(&json!({}), Manner::default()));
}

#[test]
fn ews_conforms_however_its_rounds_are_cut() {
    for switches in [
        json!({"emptyPages": true, "pageSize": 1}),
        json!({"shuffledOrder": true, "pageSize": 3, "readFlags": true}),
        json!({"findLimit": 160}),
        json!({"batch": 3}),
        json!({"skeletalSeries": true, "batch": 1}),
    ] {
        println!("under {switches}");
        conforms(|| Post::new(&switches, Manner::default()));
    }
}

#[test]
fn ews_conforms_however_late_and_often_it_tells() {
    let (late, talkative) = (Manner { lag: 2, talkative: false }, Manner { lag: 0, talkative: true });
    for (switches, manner) in [
        (json!({"replays": true}), talkative),
        (json!({"staleReads": 2, "shuffledOrder": true}), late),
        (json!({"states": 1}), talkative),
    ] {
        println!("under {switches}");
        conforms(|| Post::new(&switches, manner));
    }
}

#[test]
fn ews_conforms_though_it_is_busy_at_first() {
    for switches in [
        json!({"busy": {"times": 2, "backOff": 3000}}),
        json!({"busy": {"times": 2}}),
        json!({"busy": {"times": 2, "backOff": 3000, "byItem": true}}),
    ] {
        println!("under {switches}");
        conforms(|| Post::new(&switches, Manner::default()));
    }
}

#[test]
fn ews_conforms_on_a_server_that_is_not_microsofts() {
    let switches = json!({"foreign": {"restarts": true, "twice": true, "digits": true, "unexpanded": true, "unlocked": true, "silent": true, "wordless": true, "vague": true}});
    println!("under {switches}");
    conforms(|| Post::new(&switches, Manner::default()));
}
