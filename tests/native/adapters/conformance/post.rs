//! The rig of a mailbox on either kind of server, against the sandbox in process: what the two
//! kinds have in common. How a server is troubled is a [`Server`]'s.

use super::hands::{Hands, refused};
use super::{Loss, Rig, facts};
use crate::support::graph_setup::default;
use crate::support::world::World;
use chrono::TimeDelta;
use schedule_sync::model::op::{Create, Op};
use schedule_sync::model::scope::{ContainerChoice, Scope};
use schedule_sync::model::{Container, ContainerId, ItemId, Kind, Person, Record, Side, Window, Zone};
use schedule_sync::ports::Replica;
use serde_json::{Value, json};
use std::rc::Rc;

/// How a server that makes trouble tells what happened.
#[derive(Clone, Copy, Default)]
pub(super) struct Manner {
    /// See [`Rig::lag`].
    pub(super) lag: usize,
    /// Not [`Rig::exact`].
    pub(super) talkative: bool,
}

/// What one kind of server does its own way.
pub(super) trait Server: Sized {
    type Replica: Replica;

    /// The replica under test.
    fn replica(&self) -> &Self::Replica;
    /// Has the server behave like this.
    fn switch(&self, world: &World, switches: &Value);
    /// See [`Rig::spoil`].
    fn spoil(&self, post: &Post<Self>, id: &ItemId) -> bool;
    /// The faults by which the replies to all writes are lost; `drop` says when.
    fn loses(&self, drop: &str) -> Value;
    /// See [`Rig::guest`].
    fn guest(&self, name: &str) -> Option<Person>;
}

/// An empty mailbox of a user in Berlin, and its replica.
pub(super) struct Post<S> {
    pub(super) world: Rc<World>,
    pub(super) server: S,
    zone: Rc<dyn Zone>,
    pub(super) calendar: ContainerId,
    pub(super) hands: Hands,
    pub(super) switches: Value,
    manner: Manner,
}

impl<S: Server> Post<S> {
    /// The mailbox with these `containers`, whose server makes trouble from now on.
    pub(super) fn new(
        (world, server, zone): (Rc<World>, S, Rc<dyn Zone>),
        containers: &[Container],
        (switches, manner): (&Value, Manner),
    ) -> Self {
        let container = |kind| default(containers, kind).id;
        let (calendar, list) = (container(Kind::Meeting), container(Kind::Task));
        server.switch(&world, switches);
        let hands = Hands { world: Rc::clone(&world), list };
        Self { world, server, zone, calendar, hands, switches: switches.clone(), manner }
    }
}

impl<S: Server> Rig for Post<S> {
    type Replica = S::Replica;

    fn replica(&self) -> &S::Replica {
        self.server.replica()
    }

    fn side(&self) -> Side {
        Side::Exchange
    }

    fn zone(&self) -> &dyn Zone {
        self.zone.as_ref()
    }

    fn scope(&self) -> Scope {
        let own = ContainerChoice { own: true, ..ContainerChoice::default() };
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
        self.server.spoil(self, id)
    }

    fn refused(&self) -> Option<Record> {
        Some(refused())
    }

    fn lose(&self, loss: Loss) {
        let drop = if loss == Loss::After { "after" } else { "before" };
        self.world.faults(self.server.loses(drop));
    }

    fn mend(&self) {
        self.world.faults(json!([]));
    }

    fn guest(&self, name: &str) -> Option<Person> {
        self.server.guest(name)
    }

    /// Answers to others' invitations are tested by themselves (`graph::respond`, `ews::replica`):
    /// who organizes can't answer.
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
