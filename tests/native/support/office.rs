//! Two users of one Creatio, each with a mailbox of their own.

use crate::support::joined::Joined;
use crate::support::memory::{MemoryStore, everything};
use crate::support::runs;
use crate::support::world::{COLLEAGUE, ME, World};
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::model::Side;
use schedule_sync::ports::Store;
use schedule_sync::run;
use serde_json::{Value, json};
use std::rc::Rc;

/// Two users of one Creatio, each with an account.
pub(crate) struct Office {
    pub(crate) world: Rc<World>,
    pub(crate) accounts: [(Joined<World>, MemoryStore); 2],
}

impl Office {
    pub(crate) fn new() -> Self {
        let world = Rc::new(World::new(Seed::Empty, crate::support::graph_setup::NOW));
        let accounts = [ME, COLLEAGUE].map(|who| {
            let line = Rc::new(world.beside(who));
            let store = MemoryStore::default();
            block_on(store.save_settings(&everything())).unwrap();
            (Joined::new(&line, Rc::clone(&line)), store)
        });
        Self { world, accounts }
    }

    /// A run of the organizer (0) or the colleague (1); what it wrote.
    pub(crate) fn run(&self, whose: usize) -> Vec<String> {
        let from = self.world.log(0).len();
        self.report(whose);
        let log = self.world.log(from);
        log.into_iter().filter(|row| !row.starts_with("GET ") && !row.contains("$batch")).collect()
    }

    /// What such a run reports.
    pub(crate) fn report(&self, whose: usize) -> run::Report {
        let (joined, store) = &self.accounts[whose];
        let report = block_on(runs::run(&joined.parts(store))).unwrap();
        self.world.pass(chrono::Duration::minutes(5));
        report
    }

    pub(crate) fn activity(&self) -> Value {
        let rows = self.world.by_hand(Side::Creatio, "GET", "Activity", None).1;
        assert_eq!(rows["value"].as_array().unwrap().len(), 1, "one Activity for all");
        rows["value"][0].clone()
    }

    pub(crate) fn contact(&self, whose: usize) -> Value {
        json!(self.accounts[whose].0.account.contact.as_str())
    }

    pub(crate) fn participants(&self) -> Vec<Value> {
        let rows = self.world.by_hand(Side::Creatio, "GET", "ActivityParticipant", None).1;
        rows["value"].as_array().unwrap().iter().map(|row| row["ParticipantId"].clone()).collect()
    }

    /// The organizer invites the colleague, and nobody has a run yet.
    pub(crate) fn invite(&self) -> usize {
        let utc = |time: &str| json!({"dateTime": time, "timeZone": "UTC"});
        let body = json!({"subject": "Plan", "start": utc("2026-03-12T10:00:00"), "end": utc("2026-03-12T11:00:00"),
            "attendees": [{"type": "required", "emailAddress": {"address": COLLEAGUE.1, "name": COLLEAGUE.0}}]});
        let (status, _) = self.world.by_hand(Side::Exchange, "POST", "me/events", Some(body));
        assert_eq!(status, 201);
        self.mails()
    }

    pub(crate) fn mails(&self) -> usize {
        self.world.sandbox.borrow().graph.mails().len()
    }
}
