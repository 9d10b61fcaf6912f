//! The Exchange Server takes part, meetings and tasks, against the sandbox in process: as a server
//! at its best, under every switch that makes trouble, and as one that is not Microsoft's. All that
//! is said is checked against Microsoft's schema.
#![allow(clippy::print_stdout)] // under which switch a case failed is to be seen

use super::conforms;
use super::post::{Manner, Post, Server};
use crate::support::ews_setup::{Valid, mailbox, quirks};
use crate::support::graph_setup::NOW;
use crate::support::world::{ME_THERE, World};
use pollster::block_on;
use sandbox::{Sandbox, Seed};
use schedule_sync::ews::Ews;
use schedule_sync::model::{ItemId, Person};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;

/// An Exchange Server.
struct Own {
    ews: Ews<World>,
    _valid: Valid,
}

/// Its mailbox, under these switches.
fn post(switches: &Value, manner: Manner) -> Post<Own> {
    let sandbox = Sandbox::new(Seed::Empty, NOW.parse().ok());
    let world = Rc::new(World::over(Rc::new(RefCell::new(sandbox)), ME_THERE));
    let own = Own { ews: Ews::new(Rc::clone(&world), mailbox()), _valid: Valid::watch(&world) };
    let containers = block_on(own.ews.containers()).unwrap();
    Post::new((world, own, mailbox().zone), &containers, (switches, manner))
}

impl Server for Own {
    type Replica = Ews<World>;

    fn replica(&self) -> &Ews<World> {
        &self.ews
    }

    fn switch(&self, world: &World, switches: &Value) {
        quirks(world, switches.clone());
    }

    fn spoil(&self, post: &Post<Self>, id: &ItemId) -> bool {
        let mut switches = post.switches.clone();
        switches["corrupt"] = json!([id]);
        quirks(&post.world, switches);
        true
    }

    fn loses(&self, drop: &str) -> Value {
        json!([{"server": "exchange", "operation": "CreateItem|UpdateItem|DeleteItem", "times": 99, "then": {"drop": drop}}])
    }

    /// People of events are tested by themselves (`ews::replica`).
    fn guest(&self, _name: &str) -> Option<Person> {
        None
    }
}

#[test]
fn ews_conforms() {
    conforms(|| post(&json!({}), Manner::default()));
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
        conforms(|| post(&switches, Manner::default()));
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
        conforms(|| post(&switches, manner));
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
        conforms(|| post(&switches, Manner::default()));
    }
}

#[test]
fn ews_conforms_on_a_server_that_is_not_microsofts() {
    let switches = json!({"foreign": {"restarts": true, "twice": true, "digits": true, "unexpanded": true, "unlocked": true, "silent": true, "wordless": true, "vague": true}});
    println!("under {switches}");
    conforms(|| post(&switches, Manner::default()));
}
