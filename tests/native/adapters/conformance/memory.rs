//! The replicas in memory take part: what the engine's laws are tested against has to do what the
//! real sides do.

use super::{Loss, Rig, conforms, facts};
use crate::support::memory::{CALENDAR, LIST, Memory, item};
use schedule_sync::model::op::{Create, Op, Refusal};
use schedule_sync::model::scope::{ContainerChoice, Scope};
use schedule_sync::model::time::Fixed;
use schedule_sync::model::{ItemId, Kind, Person, Record, Side, Window, Zone};

struct InMemory {
    memory: Memory,
    side: Side,
    zone: Fixed,
}

impl InMemory {
    fn new(side: Side) -> Self {
        Self { memory: Memory::new(side), side, zone: Fixed { seconds: 3_600, name: "x".to_owned() } }
    }
}

impl Rig for InMemory {
    type Replica = Memory;

    fn replica(&self) -> &Memory {
        &self.memory
    }

    fn side(&self) -> Side {
        self.side
    }

    fn zone(&self) -> &dyn Zone {
        &self.zone
    }

    fn scope(&self) -> Scope {
        let window = Window::at("2026-03-02T09:00:00Z".parse().unwrap(), "2026-01-01".parse().unwrap(), &self.zone);
        Scope { window, calendars: ContainerChoice::default(), lists: ContainerChoice::default() }
    }

    fn create(&self, n: u32, record: Record) -> Op {
        let container = match (self.side, record.kind()) {
            (Side::Creatio, _) => "activities",
            (Side::Exchange, Kind::Meeting) => CALENDAR,
            (Side::Exchange, Kind::Task) => LIST,
        };
        let id = (self.side == Side::Creatio).then(|| ItemId::new(format!("a{n}")));
        Op::Create(Box::new(Create { id, container: container.into(), record, facts: facts(self.side, n) }))
    }

    fn put(&self, n: u32, record: &Record) -> ItemId {
        let item = item(self.side, &format!("p{n}"), record.clone());
        self.memory.put(item.clone());
        item.id
    }

    fn edit(&self, id: &ItemId, record: &Record) {
        self.memory.edit(id, |item| item.record = record.clone());
    }

    fn remove(&self, id: &ItemId) {
        self.memory.remove(id);
    }

    fn holds(&self, id: &ItemId) -> Option<Record> {
        self.memory.items.borrow().get(id).map(|item| item.record.clone())
    }

    fn count(&self) -> usize {
        self.memory.items.borrow().len()
    }

    fn spoil(&self, _id: &ItemId) -> bool {
        false
    }

    fn refused(&self) -> Option<Record> {
        None
    }

    fn lose(&self, loss: Loss) {
        self.memory.faults.borrow_mut().push((Refusal::Unknown, loss == Loss::After));
    }

    fn mend(&self) {
        self.memory.faults.borrow_mut().clear();
    }

    fn guest(&self, _name: &str) -> Option<Person> {
        None
    }

    fn pass(&self) {}
}

#[test]
fn the_replicas_in_memory_conform() {
    for side in Side::BOTH {
        conforms(|| InMemory::new(side));
    }
}
