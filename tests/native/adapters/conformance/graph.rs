//! Graph takes part, meetings and To Do, against the sandbox in process: as a service at its best,
//! and under every switch that makes trouble. All that is said is checked against Microsoft's
//! description.
#![allow(clippy::print_stdout)] // under which switch a case failed is to be seen

use super::conforms;
use super::hands::CLAIMS;
use super::post::{Manner, Post, Server};
use crate::support::graph_setup::{Checked, checked, mailbox, quirks};
use crate::support::world::World;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::graph::Graph;
use schedule_sync::model::{Address, ItemId, Person, Response, Role};
use serde_json::{Value, json};

/// Microsoft 365.
struct Cloud {
    graph: Graph<World>,
    _checked: Checked,
}

/// Its mailbox, under these switches.
fn post(switches: &Value, manner: Manner) -> Post<Cloud> {
    let (world, graph, checked) = checked(Seed::Empty);
    let containers = block_on(graph.containers()).unwrap();
    let cloud = Cloud { graph, _checked: checked };
    Post::new((world, cloud, mailbox().zone), &containers, (switches, manner))
}

/// Every item of a round of `path` by a client that meets no trouble, as one page.
fn round(post: &Post<Cloud>, path: &str) -> Value {
    let (_, mut page) = post.hands.hand("GET", path, None);
    let mut items = page["value"].as_array().unwrap().clone();
    while let Some(next) = page["@odata.nextLink"].as_str() {
        let path = next.split_once("/v1.0/").unwrap().1.to_owned();
        page = post.hands.hand("GET", &path, None).1;
        items.extend(page["value"].as_array().unwrap().clone());
    }
    page["value"] = json!(items);
    page
}

impl Server for Cloud {
    type Replica = Graph<World>;

    fn replica(&self) -> &Graph<World> {
        &self.graph
    }

    fn switch(&self, world: &World, switches: &Value) {
        quirks(world, switches.clone());
    }

    /// Of an event that has lost its start, on the way: the sandbox holds none such.
    fn spoil(&self, post: &Post<Self>, id: &ItemId) -> bool {
        quirks(&post.world, json!({}));
        let path = format!("me/calendars/{}/calendarView/delta", post.calendar);
        let mut page =
            round(post, &format!("{path}?startDateTime=2025-12-30T23:00:00Z&endDateTime=2027-04-02T00:00:00Z"));
        let (path, alone) = post.hands.place(id);
        let mut alone = alone.unwrap();
        quirks(&post.world, post.switches.clone());
        let spoilt = page["value"].as_array_mut().unwrap().iter_mut().filter(|item| item["id"] == id.as_str());
        for value in spoilt.chain([&mut alone]) {
            value.as_object_mut().unwrap().remove("start");
        }
        let told = |path: &str, body: &Value| json!({"server": "graph", "method": "GET", "path": path, "times": 99, "then": {"status": 200, "body": body}});
        let path = path.replace('=', "(=|%3D)");
        post.world.faults(json!([told("calendarView/delta", &page), told(&path, &alone)]));
        true
    }

    fn loses(&self, drop: &str) -> Value {
        let lost = |method: &str| json!({"server": "graph", "method": method, "path": "/(events|tasks)", "times": 99, "then": {"drop": drop}});
        json!([lost("POST"), lost("PATCH"), lost("DELETE")])
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
}

#[test]
fn graph_conforms() {
    conforms(|| post(&json!({}), Manner::default()));
}

#[test]
fn graph_conforms_however_its_rounds_are_cut() {
    for switches in [
        json!({"emptyPages": true, "pageSize": 1}),
        json!({"shuffledOrder": true, "pageSize": 3}),
        json!({"timeouts": {"items": 10, "days": 60}}),
    ] {
        println!("under {switches}");
        conforms(|| post(&switches, Manner::default()));
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
        conforms(|| post(&switches, manner));
    }
}

#[test]
fn graph_conforms_within_its_limits() {
    for spelling in ["seconds", "fraction", "date", "hidden", "absent"] {
        let switches = json!({"throttle": {"atOnce": 4, "retryAfter": spelling}});
        println!("under {switches}");
        conforms(|| post(&switches, Manner::default()));
    }
}

#[test]
fn graph_conforms_within_its_budget() {
    let switches = json!({"throttle": {"perTenMinutes": 100, "retryAfter": "seconds"}});
    conforms(|| post(&switches, Manner::default()));
}

#[test]
fn graph_conforms_with_meetings_where_there_is_no_to_do() {
    conforms(|| post(&json!({"noToDo": true}), Manner::default()));
}

#[test]
fn graph_conforms_where_occurrences_are_told_whole() {
    conforms(|| post(&json!({"wholeOccurrences": true}), Manner::default()));
}

#[test]
fn graph_conforms_whatever_tokens_are_wanted() {
    conforms(|| post(&json!({"claims": CLAIMS}), Manner::default()));
}
