//! A mailbox on the Exchange Server with its replica, and what is done with it.

use crate::support::ews_setup::{Valid, mailbox};
use crate::support::graph_setup::{NOW, default, scope};
use crate::support::world::{ME_THERE, World};
use pollster::block_on;
use sandbox::{Sandbox, Seed};
use schedule_sync::ews::Ews;
use schedule_sync::model::op::{Op, Outcome, Update};
use schedule_sync::model::{Cursor, Field, Item, Kind, Listing, Meeting, Patch, Record, Side};
use schedule_sync::ports::Replica;
use serde_json::{Value, json};
use std::{cell::RefCell, rc::Rc};

/// A mailbox on the server and its replica.
pub(crate) struct ServedMailbox {
    pub(crate) world: Rc<World>,
    pub(crate) ews: Ews<World>,
    _valid: Option<Valid>,
}

impl ServedMailbox {
    pub(crate) fn new(seed: Seed) -> Self {
        let served = Self::unchecked(seed);
        Self { _valid: Some(Valid::watch(&served.world)), ..served }
    }

    /// One whose requests the server is made to refuse: those are not checked.
    pub(crate) fn unchecked(seed: Seed) -> Self {
        let sandbox = Sandbox::new(seed, NOW.parse().ok());
        let world = Rc::new(World::over(Rc::new(RefCell::new(sandbox)), ME_THERE));
        let ews = Ews::new(Rc::clone(&world), mailbox());
        Self { world, ews, _valid: None }
    }

    pub(crate) fn observe(&self, cursor: Option<&Cursor>) -> Listing {
        block_on(self.ews.observe(&scope(), cursor)).unwrap()
    }

    pub(crate) fn hand(&self, method: &str, path: &str, body: Value) -> Value {
        let body = Some(body).filter(|body| !body.is_null());
        let (status, reply) = self.world.by_hand(Side::Exchange, method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {reply}");
        reply
    }

    pub(crate) fn event(&self, body: Value) -> String {
        self.hand("POST", "me/events", body)["id"].as_str().unwrap().to_owned()
    }

    /// A weekly series from a Tuesday on.
    pub(crate) fn series(&self, title: &str) -> String {
        self.event(json!({"subject": title, "start": wall("2026-03-03T10:00:00"), "end": wall("2026-03-03T10:30:00"),
            "recurrence": {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]},
                "range": {"type": "noEnd", "startDate": "2026-03-03", "recurrenceTimeZone": ZONE}}}))
    }

    pub(crate) fn apply(&self, op: Op) -> Outcome {
        block_on(self.ews.apply(&[op])).remove(0)
    }

    pub(crate) fn calendar(&self) -> schedule_sync::model::ContainerId {
        default(&block_on(self.ews.containers()).unwrap(), Kind::Meeting).id
    }

    pub(crate) fn reasons(&self) -> Vec<String> {
        let sandbox = self.world.sandbox.borrow();
        let own = sandbox.exchange.mails().iter().filter(|mail| mail.from == self.world.mailbox);
        own.map(|mail| serde_json::to_value(mail.reason).unwrap().as_str().unwrap().to_owned()).collect()
    }

    /// How often an operation was asked since the `from`th row of the log.
    pub(crate) fn asked(&self, from: usize, operation: &str) -> usize {
        self.world.log(from).iter().filter(|row| row.ends_with(&format!("#{operation}"))).count()
    }
}

/// The zone of the mailbox.
pub(crate) const ZONE: &str = "W. Europe Standard Time";

pub(crate) fn wall(time: &str) -> Value {
    json!({"dateTime": time, "timeZone": ZONE})
}

pub(crate) fn single(title: &str, day: &str) -> Value {
    json!({"subject": title, "start": wall(&format!("{day}T10:00:00")), "end": wall(&format!("{day}T11:00:00"))})
}

pub(crate) fn update(item: &Item, change: impl FnOnce(&mut Meeting), fields: &[Field]) -> Op {
    let mut record = item.record.clone();
    if let Record::Meeting(meeting) = &mut record {
        change(meeting);
    }
    Op::Update(Box::new(Update::of(item, Patch { record, fields: fields.iter().copied().collect() })))
}

pub(crate) fn named<'a>(listing: &'a Listing, title: &str) -> Vec<&'a Item> {
    listing.items.iter().filter(|item| item.record.title() == title).collect()
}
