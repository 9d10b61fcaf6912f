//! Reading through everything that Graph may do to a client: each switch of the sandbox, and the
//! same mailbox told in the end.

use crate::support::graph_setup::{checked, default, quirks, scope, titles};
use crate::support::memory::everything;
use crate::support::sandbox_scenario::SandboxScenario;
use crate::support::world::World;
use pollster::block_on;
use sandbox::{Sandbox, Seed};
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::settings::Extent;
use schedule_sync::error::Error;
use schedule_sync::flat::FlatSet;
use schedule_sync::graph::Graph;
use schedule_sync::model::{Kind, Listing, Side};
use schedule_sync::ports::Replica;
use serde_json::json;

fn observe(graph: &Graph<World>, before: Option<&Listing>) -> Listing {
    block_on(graph.observe(&scope(), before.and_then(|listing| listing.cursor.as_ref()))).unwrap()
}

/// The items of a listing as a text each, but for what plain views don't tell; in order.
fn told(listing: &Listing) -> FlatSet<String> {
    listing.items.iter().map(|item| format!("{} {} {:?}", item.id, item.container, item.record)).collect()
}

fn rename(world: &World, subject: &str) -> String {
    let (_, rows) = world.by_hand(Side::Exchange, "GET", "me/events?$filter=subject eq 'Day off'&$select=id", None);
    let id = rows["value"][0]["id"].as_str().unwrap().to_owned();
    let (status, _) =
        world.by_hand(Side::Exchange, "PATCH", &format!("me/events/{id}"), Some(json!({"subject": subject})));
    assert_eq!(status, 200);
    id
}

/// Under each of these the first reading tells everything, and the second what changed since.
#[test]
fn the_same_mailbox_is_told_under_every_switch() {
    let (_, calm, _checked) = checked(Seed::Demo);
    let all = told(&observe(&calm, None));
    for (switches, tracked) in [
        (json!({"emptyPages": true}), true),
        (json!({"wholeOccurrences": true, "pageSize": 4}), true),
        (json!({"pageSize": 1}), true),
        (json!({"pageSize": 2, "shuffledOrder": true, "replays": true, "emptyPages": true}), true),
        (json!({"timeouts": {"items": 50}}), true),
        (json!({"timeouts": {"items": 10}}), true),
        (json!({"timeouts": {"items": 10, "days": 110}}), true),
        (json!({"timeouts": {"items": 10, "days": 60}, "pageSize": 3}), true),
        (json!({"timeouts": {"items": 9}}), false),
        (json!({"timeouts": {"always": true}}), false),
        (json!({"throttle": {"atOnce": 2, "retryAfter": "fraction"}, "pageSize": 5}), true),
    ] {
        let (world, graph, _checked) = checked(Seed::Demo);
        quirks(&world, switches.clone());
        let first = observe(&graph, None);
        assert_eq!(told(&first), all, "{switches}");
        assert!(first.malformed.is_empty() && first.removed.is_empty(), "{switches}: {:?}", first.malformed);
        let own = first.containers.iter().filter(|container| container.own).count();
        assert_eq!(first.complete.len(), own, "{switches}");

        let id = rename(&world, "renamed");
        let second = observe(&graph, Some(&first));
        assert!(titles(&second).contains(&"renamed"), "{switches}");
        assert!(second.items.iter().any(|item| item.id.as_str() == id), "{switches}");
        let calendars = first.containers.iter().filter(|one| one.own && one.kind == Kind::Meeting);
        let again = calendars.filter(|one| second.complete.contains(&one.id)).count();
        assert_eq!(again == 0, tracked, "{switches}: without change tracking every reading is full");
    }
}

#[test]
fn a_later_page_that_is_lost_costs_its_chain_and_no_full_reading() {
    let (world, graph, _checked) = checked(Seed::Demo);
    let first = observe(&graph, None);
    rename(&world, "renamed");
    quirks(&world, json!({"pageSize": 1, "replays": true}));
    let gone = json!({"error": {"code": "SyncStateNotFound", "message": "m"}});
    let calendar = default(&first.containers, Kind::Meeting).id.as_str().replace('=', "%3D");
    for (times, complete) in [(1, 0), (2, 1)] {
        world.faults(json!([
            {"server": "graph", "path": format!("{calendar}/calendarView/delta.*skiptoken"), "times": times,
                "then": {"status": 410, "body": gone}}
        ]));
        let second = observe(&graph, Some(&first));
        assert!(titles(&second).contains(&"renamed"));
        assert_eq!(second.complete.len(), complete, "{times}");
        world.faults(json!([]));
    }
}

#[test]
fn a_server_that_forgets_its_tokens_costs_full_readings_only() {
    let (world, graph, _checked) = checked(Seed::Demo);
    let all = observe(&graph, None);
    quirks(&world, json!({"tokens": 3}));
    let mut last = all.clone();
    for _ in 0..3 {
        last = observe(&graph, Some(&last));
        assert!(last.removed.is_empty() && last.malformed.is_empty());
    }
    // so few that a chain of pages never comes to its end
    quirks(&world, json!({"tokens": 1, "pageSize": 2}));
    let lost = block_on(graph.observe(&scope(), None));
    assert_eq!(lost.err(), Some(Error::CursorLost(Side::Exchange)));
    quirks(&world, json!({}));
    assert_eq!(told(&observe(&graph, None)), told(&all));
}

#[test]
fn a_busy_calendar_of_somebody_else_costs_itself_only() {
    let (world, graph, _checked) = checked(Seed::Demo);
    let all = observe(&graph, None);
    let shared = all.containers.iter().find(|one| one.kind == Kind::Meeting && !one.own).unwrap();
    let mut with_shared = scope();
    with_shared.calendars.named.push(shared.id.clone());
    let path = format!("{}/calendarView", shared.id.as_str().replace('=', "%3D"));
    let busy = json!([{"server": "graph", "path": path, "times": 999, "then": {"status": 503}}]);
    world.faults(busy);
    let rest = block_on(graph.observe(&with_shared, None)).unwrap();
    assert_eq!((told(&rest), rest.malformed.len()), (told(&all), 1));
    assert!(!rest.complete.contains(&shared.id), "nothing in it counts as gone");
}

#[test]
fn blanked_private_items_of_a_shared_calendar_are_private() {
    let (_, graph, _checked) = checked(Seed::Demo);
    let all = observe(&graph, None);
    let shared = all.containers.iter().find(|one| one.kind == Kind::Meeting && !one.own).unwrap();
    assert!(!shared.writable);
    let mut with_shared = scope();
    with_shared.calendars.named.push(shared.id.clone());
    let listing = block_on(graph.observe(&with_shared, None)).unwrap();
    let private: Vec<_> =
        listing.items.iter().filter(|item| item.container == shared.id && item.facts.private).collect();
    assert_eq!(private.len(), 1, "so that nothing of it but its times is taken over, and nothing written back");
}

#[test]
fn a_cloud_without_to_do_has_no_lists_and_says_why() {
    let (world, graph, _checked) = checked(Seed::Demo);
    quirks(&world, json!({"noToDo": true}));
    let listing = observe(&graph, None);
    assert!(listing.containers.iter().all(|one| one.kind == Kind::Meeting) && !listing.items.is_empty());
    assert_eq!(listing.lacking, [Kind::Task]);
    quirks(&world, json!({}));
    let listing = observe(&graph, None);
    assert!(listing.lacking.is_empty() && listing.containers.iter().any(|one| one.kind == Kind::Task));
    let closed = json!({"error": {"code": "ErrorAccessDenied", "message": "m"}});
    world.faults(json!([{"server": "graph", "path": "todo/lists\\?", "then": {"status": 403, "body": closed}}]));
    assert_eq!(observe(&graph, None).lacking, [Kind::Task], "no licence, no consent");
    let invalid = json!({"error": {"code": "ErrorInvalidRequest", "message": "m"}});
    world.faults(json!([{"server": "graph", "path": "todo/lists\\?", "then": {"status": 400, "body": invalid}}]));
    assert!(block_on(graph.observe(&scope(), None)).is_err(), "another refusal is a fault of ours");
}

#[test]
fn only_what_is_in_the_window_is_asked_for() {
    let (world, graph, _checked) = checked(Seed::Empty);
    let listing = observe(&graph, None);
    let calendar = default(&listing.containers, Kind::Meeting);
    let log = world.log(0);
    let asked = log.iter().find(|row| row.contains("calendarView/delta")).unwrap();
    assert!(asked.contains("startDateTime=2026-01-29T23:00:00Z&endDateTime=2027-04-"), "{asked}");
    assert!(asked.contains(&calendar.id.as_str().replace('=', "%3D")));
}

#[test]
fn containers_with_other_ids_are_the_same_containers() {
    let mut settings = everything();
    let scenario = SandboxScenario::new(Seed::Demo, &settings);
    let calendars = block_on(scenario.joined.exchange.containers()).unwrap();
    let second = calendars.iter().find(|one| one.kind == Kind::Meeting && one.own && !one.default).unwrap();
    settings.import_meetings.scope = Extent::Chosen;
    settings.import_meetings.chosen = vec![second.id.clone(), default(&calendars, Kind::Meeting).id];
    scenario.save(&settings);
    let held = scenario.settle().held.len();
    let (activities, events) = (scenario.activities(), scenario.events());
    let mut sandbox = scenario.world.sandbox.borrow_mut();
    let Sandbox { graph, environment, .. } = &mut *sandbox;
    graph.renumber_containers(environment);
    drop(sandbox);

    let from = scenario.logged();
    let report = scenario.run();
    assert_eq!(scenario.writes(from), Vec::<String>::new(), "nothing seems to be gone or new");
    assert_eq!((report.held.len(), scenario.activities(), scenario.events()), (held, activities, events));
    let second_subject = {
        let present = block_on(scenario.joined.exchange.containers()).unwrap();
        let again = present.iter().find(|one| one.kind == Kind::Meeting && one.own && !one.default).unwrap();
        assert_ne!(again.id, second.id);
        let path = format!("me/calendars/{}/events", again.id);
        let time = |hour: u8| json!({"dateTime": format!("2026-03-10T{hour:02}:00:00"), "timeZone": "UTC"});
        scenario.graph("POST", &path, Some(json!({"subject": "in the second", "start": time(8), "end": time(9)})));
        "in the second"
    };
    scenario.settle();
    assert_eq!(scenario.activity(second_subject)["Title"], second_subject, "the chosen calendar is still chosen");
}

/// The built-in sync noted its Activity on an event that no longer looks like it.
#[test]
fn what_the_built_in_sync_noted_is_adopted_from_the_mailbox() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    let row = json!({"Title": "Visit", "StartDate": "2026-03-12T10:00:00Z", "DueDate": "2026-03-12T11:00:00Z",
        "ShowInScheduler": true});
    let activity = scenario.odata("POST", "Activity", Some(row))["Id"].as_str().unwrap().to_owned();
    let name = |name: &str| format!("String {{00020329-0000-0000-C000-000000000046}} Name {name}");
    let time = |hour: u8| json!({"dateTime": format!("2026-03-12T{hour:02}:00:00.0000000"), "timeZone": "UTC"});
    let event = json!({"id": "M=", "subject": "Visit, moved", "start": time(12), "end": time(13),
        "singleValueExtendedProperties": [{"id": name("RemoteId"), "value": "r"},
            {"id": name("LocalId"), "value": activity.to_uppercase()}]});
    {
        let mut sandbox = scenario.world.sandbox.borrow_mut();
        let Sandbox { graph, environment, .. } = &mut *sandbox;
        graph.load_event(event, environment).unwrap();
    }
    let report = scenario.settle();
    assert_eq!((report.counts.creatio.created, report.counts.exchange.created), (0, 0));
    assert_eq!((scenario.activities().len(), scenario.events().len()), (1, 1));
    let link = scenario.store.links.borrow().values().next().unwrap().clone();
    assert_eq!((link.halves.creatio.id().as_str(), link.halves.exchange.id().as_str()), (activity.as_str(), "M="));
}

#[test]
fn without_to_do_tasks_are_off_and_the_reason_is_told() {
    let scenario = SandboxScenario::new(Seed::Demo, &everything());
    quirks(&scenario.world, json!({"noToDo": true}));
    let report = scenario.settle();
    let reasons: Vec<Reason> = report.held.iter().map(|held| held.reason).collect();
    assert_eq!(reasons.iter().filter(|reason| **reason == Reason::NoToDo).count(), 1, "{reasons:?}");
    assert!(!reasons.contains(&Reason::NoTarget), "nothing is said of each task");
    assert!(report.counts.creatio.created > 0 && report.counts.exchange.created > 0);
    quirks(&scenario.world, json!({}));
    let report = scenario.settle();
    assert!(report.held.iter().all(|held| held.reason != Reason::NoToDo));
}
