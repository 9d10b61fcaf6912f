//! Both servers in process, both replicas and one user: what whole runs through them are played on.
//! What Graph is asked and answers is checked against Microsoft's description throughout.

use crate::support::ews_setup::Valid;
use crate::support::graph_setup::{Checked, NOW, checked};
use crate::support::joined::Joined;
use crate::support::memory::MemoryStore;
use crate::support::runs;
use crate::support::world::{ME_THERE, World};
use pollster::block_on;
use sandbox::{Sandbox, Seed};
use schedule_sync::engine::settings::Settings;
use schedule_sync::model::Side;
use schedule_sync::ports::Store;
use schedule_sync::run::Report;
use serde_json::Value;
use std::{cell::RefCell, rc::Rc};

/// Both servers, both replicas, one user.
pub(crate) struct SandboxScenario {
    pub(crate) world: Rc<World>,
    pub(crate) joined: Joined<World>,
    pub(crate) store: MemoryStore,
    _checked: Checked,
    _valid: Option<Valid>,
}

impl SandboxScenario {
    pub(crate) fn new(seed: Seed, settings: &Settings) -> Self {
        let (world, _, checked) = checked(seed);
        let joined = Joined::new(&world, Rc::clone(&world));
        let scenario = Self { world, joined, store: MemoryStore::default(), _checked: checked, _valid: None };
        scenario.save(settings);
        scenario
    }

    /// The same with the mailbox on the Exchange Server: what it is asked and answers is checked
    /// against Microsoft's schema.
    pub(crate) fn there(seed: Seed, settings: &Settings) -> Self {
        let sandbox = Rc::new(RefCell::new(Sandbox::new(seed, NOW.parse().ok())));
        let world = Rc::new(World::over(sandbox, ME_THERE));
        let valid = Some(Valid::watch(&world));
        let joined = Joined::new(&world, Rc::clone(&world));
        let scenario = Self { world, joined, store: MemoryStore::default(), _checked: Checked::none(), _valid: valid };
        scenario.save(settings);
        scenario
    }

    pub(crate) fn save(&self, settings: &Settings) {
        block_on(self.store.save_settings(settings)).unwrap();
    }

    /// A run of which a person has seen the plan.
    pub(crate) fn run(&self) -> Report {
        let parts = self.joined.parts(&self.store);
        let report = block_on(runs::run_seen(&parts)).unwrap();
        self.world.pass(chrono::Duration::minutes(5));
        report
    }

    /// The log rows since `from` that write, batches themselves left out.
    pub(crate) fn writes(&self, from: usize) -> Vec<String> {
        self.world.writes(from)
    }

    pub(crate) fn logged(&self) -> usize {
        self.world.log(0).len()
    }

    /// Runs, then checks that a second run reads only.
    pub(crate) fn settle(&self) -> Report {
        let report = self.run();
        let from = self.logged();
        self.run();
        assert_eq!(self.writes(from), Vec::<String>::new(), "a second run writes nothing");
        report
    }

    pub(crate) fn activities(&self) -> Vec<Value> {
        let rows = self.world.by_hand(Side::Creatio, "GET", "Activity?$orderby=Title&$top=1000", None).1;
        rows["value"].as_array().unwrap().clone()
    }

    pub(crate) fn activity(&self, title: &str) -> Value {
        let mut rows = self.activities();
        rows.retain(|row| row["Title"] == title);
        assert_eq!(rows.len(), 1, "one activity {title}");
        rows.remove(0)
    }

    pub(crate) fn graph(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, reply) = self.world.by_hand(Side::Exchange, method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {reply}");
        reply
    }

    pub(crate) fn odata(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, reply) = self.world.by_hand(Side::Creatio, method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {reply}");
        reply
    }

    pub(crate) fn events(&self) -> Vec<Value> {
        self.graph("GET", "me/events?$top=500", None)["value"].as_array().unwrap().clone()
    }

    pub(crate) fn event(&self, subject: &str) -> Value {
        let mut rows = self.events();
        rows.retain(|row| row["subject"] == subject);
        assert_eq!(rows.len(), 1, "one event {subject}");
        rows.remove(0)
    }

    pub(crate) fn tasks(&self) -> Vec<Value> {
        let list = self.list();
        self.graph("GET", &format!("me/todo/lists/{list}/tasks?$top=500"), None)["value"].as_array().unwrap().clone()
    }

    pub(crate) fn list(&self) -> String {
        self.graph("GET", "me/todo/lists", None)["value"][0]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn task(&self, title: &str) -> Value {
        let mut rows = self.tasks();
        rows.retain(|row| row["title"] == title);
        assert_eq!(rows.len(), 1, "one task {title}");
        rows.remove(0)
    }
}
