//! What Graph is asked to bear: requests counted, at once and in ten minutes; waits heeded however
//! they are told; parts of a batch that were refused sent again alone.

use crate::support::graph_setup::{NOW, checked, mailbox, quirks};
use crate::support::memory::everything;
use crate::support::sandbox_scenario::SandboxScenario;
use crate::support::world::World;
use pollster::block_on;
use sandbox::{Seed, Server};
use schedule_sync::graph::Graph;
use schedule_sync::http::budget;
use schedule_sync::model::Side;
use schedule_sync::model::lookup::{Found, Lookup};
use schedule_sync::ports::Replica;
use serde_json::json;
use std::rc::Rc;

/// Requests to Graph from the log's row `from` on, batches as one.
fn to_graph(world: &World, from: usize) -> usize {
    let sandbox = world.sandbox.borrow();
    sandbox.environment.log().iter().skip(from).filter(|row| row.server == Server::Graph && row.batch.is_none()).count()
}

/// Activities of the user's own, one an hour, made in Creatio.
fn activities(scenario: &SandboxScenario, count: i64) {
    let start = chrono::DateTime::parse_from_rfc3339("2026-03-03T06:00:00Z").unwrap();
    for n in 0..count {
        let at =
            |minutes| (start + chrono::Duration::minutes(60 * n + minutes)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let row = json!({"Title": format!("a{n}"), "StartDate": at(0), "DueDate": at(30), "ShowInScheduler": true});
        scenario.odata("POST", "Activity", Some(row));
    }
}

#[test]
fn a_thousand_new_events_are_few_requests() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    activities(&scenario, 1_000);
    scenario.world.breathes.set(true);
    let from = scenario.logged();
    let report = scenario.run();
    assert_eq!((report.counts.exchange.created, report.unfinished), (1_000, 0));
    let requests = to_graph(&scenario.world, from);
    assert!(requests <= 60, "{requests} requests to Graph");
    assert_eq!(scenario.world.under_way.get().1, 2, "two at once, never more");
}

#[test]
fn the_second_of_two_quiet_runs_is_four_requests() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    activities(&scenario, 3);
    scenario.settle();
    scenario.run();
    let before = scenario.world.requests();
    scenario.run();
    let requests = scenario.world.requests() - before;
    assert!(requests <= 4, "{requests} requests");
}

#[test]
fn as_many_at_once_as_told_and_never_more_than_four() {
    for (told, most) in [(1, 1), (3, 3), (9, 4)] {
        let (world, graph, _checked) = checked(Seed::Empty);
        let graph: Graph<World> = graph.at_once(told);
        world.breathes.set(true);
        assert!(block_on(graph.find(&nobodies(0, 120))).unwrap().iter().all(Found::is_absent));
        assert_eq!(world.under_way.get(), (0, most), "{told}");
    }
}

#[test]
fn refused_parts_are_sent_again_alone_however_the_wait_is_told() {
    for spelling in ["seconds", "fraction", "date", "hidden", "absent"] {
        let scenario = SandboxScenario::new(Seed::Empty, &everything());
        activities(&scenario, 20);
        quirks(&scenario.world, json!({"throttle": {"atOnce": 4, "retryAfter": spelling}}));
        let from = scenario.logged();
        let report = scenario.run();
        assert_eq!((report.counts.exchange.created, report.unfinished), (20, 0), "{spelling}");
        let log = scenario.world.log(from);
        let posts = log.iter().filter(|row| row.starts_with("POST") && row.ends_with("/events")).count();
        assert_eq!(posts, 20 + 16 + 12 + 8 + 4, "{spelling}: only what was refused");
        quirks(&scenario.world, json!({}));
        assert_eq!(scenario.events().len(), 20, "{spelling}");
        scenario.settle();
    }
}

#[test]
fn a_told_wait_is_heeded_and_a_hidden_one_guessed() {
    for (spelling, requests) in [("seconds", 2), ("fraction", 2), ("hidden", 3), ("absent", 3)] {
        let (world, graph, _checked) = checked(Seed::Empty);
        quirks(&world, json!({"throttle": {"perTenMinutes": 6, "retryAfter": spelling}}));
        for _ in 0..6 {
            assert_eq!(world.by_hand(Side::Exchange, "GET", "me", None).0, 200);
        }
        // in three seconds there is room again
        world.pass(chrono::Duration::seconds(597));
        let from = world.log(0).len();
        assert!(block_on(graph.me()).is_ok(), "{spelling}");
        assert_eq!(to_graph(&world, from), requests, "{spelling}");
        assert!((3_000..4_000).contains(&world.slept.get()), "{spelling}: {}", world.slept.get());
    }
}

#[test]
fn the_budget_of_ten_minutes_is_kept_over_runs() {
    // so many requests that checking them against the description would take minutes
    let world = Rc::new(World::new(Seed::Empty, NOW));
    quirks(&world, json!({"throttle": {"perTenMinutes": budget::MOST}}));
    for run in 0..3_u32 {
        // each run has a replica of its own; the count is the world's
        let graph = Graph::new(world.clone(), mailbox());
        let found = block_on(graph.find(&nobodies(run * 4_000, 4_000))).unwrap();
        assert!(found.iter().all(Found::is_absent));
    }
    let throttled = world.sandbox.borrow().environment.log().iter().filter(|row| row.status == 429).count();
    assert_eq!(throttled, 0, "the server never has to refuse");
    assert!(world.slept.get() > 300_000, "what did not fit has waited: {}", world.slept.get());
}

/// Ids that no item has.
fn nobodies(from: u32, count: u32) -> Vec<Lookup> {
    let clue = |n: u32| Lookup::Id { id: format!("x{n}").as_str().into(), container: "c".into() };
    (from..from + count).map(clue).collect()
}
