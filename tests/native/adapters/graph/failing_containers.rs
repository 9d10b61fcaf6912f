//! One calendar or list in trouble never stops the rest: it is named, nothing in it counts as gone,
//! and it is read on from where it was read to.

use crate::support::graph_setup::{NOW, checked, default, mailbox, quirks, scope, titles};
use crate::support::memory::everything;
use crate::support::sandbox_scenario::SandboxScenario;
use crate::support::world::World;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::engine::held::Reason;
use schedule_sync::error::Error;
use schedule_sync::graph::Graph;
use schedule_sync::model::lookup::Lookup;
use schedule_sync::model::{Container, Kind, Listing, Original, Record, Side};
use schedule_sync::ports::Replica;
use serde_json::{Value, json};
use std::rc::Rc;

fn own(containers: &[Container], kind: Kind) -> Vec<Container> {
    containers.iter().filter(|container| container.own && container.kind == kind).cloned().collect()
}

/// A world and a replica whose talk is not checked against Microsoft's description, in which no
/// page of HTML stands.
fn unchecked(seed: Seed) -> (Rc<World>, Graph<World>) {
    let world = Rc::new(World::new(seed, NOW));
    (world.clone(), Graph::new(world, mailbox()))
}

/// What is said of containers that could not be read.
fn unread(listing: &Listing) -> Vec<&str> {
    listing.malformed.iter().filter(|bad| bad.is_container()).map(|bad| bad.reason.as_str()).collect()
}

/// A quirk of one container.
fn of(name: &str, quirk: &str, value: &Value) -> Value {
    json!({quirk: {name: value}})
}

#[test]
fn a_container_in_trouble_is_named_and_the_rest_goes_on() {
    for kind in [Kind::Meeting, Kind::Task] {
        for (quirk, value, code) in [
            ("endless", json!("same"), "pages without end"),
            ("endless", json!("fresh"), "pages without end"),
            ("broken", json!(500), "ErrorInternalServerTransientError"),
            ("broken", json!(400), "ErrorInvalidRequest"),
            ("broken", json!(403), "ErrorInvalidRequest"),
            ("broken", json!(504), "the server is too slow"),
            ("html", json!(500), "status 500"),
            ("html", json!(200), ""),
        ] {
            let (world, graph) = unchecked(Seed::Demo);
            let all = block_on(graph.observe(&scope(), None)).unwrap();
            let bad = own(&all.containers, kind).remove(0);
            for cursor in [None, all.cursor.as_ref()] {
                quirks(&world, of(&bad.name, quirk, &value));
                let told = block_on(graph.observe(&scope(), cursor)).unwrap();
                let named = unread(&told);
                assert_eq!(named.len(), 1, "{quirk} {value} {kind:?}: {named:?}");
                assert!(named[0].starts_with(&format!("{}: {code}", bad.name)), "{quirk} {value}: {named:?}");
                assert!(!told.complete.contains(&bad.id) && told.removed.is_empty(), "nothing in it is gone");
                assert!(told.items.iter().all(|item| item.container != bad.id));
                if cursor.is_none() {
                    let rest = all.items.iter().filter(|item| item.container != bad.id).count();
                    assert_eq!(told.items.len(), rest, "the rest is read");
                    continue;
                }
                // it is read on from where it was read to
                quirks(&world, json!({}));
                let next = block_on(graph.observe(&scope(), told.cursor.as_ref())).unwrap();
                assert!(next.complete.is_empty() && unread(&next).is_empty(), "{quirk} {value} {kind:?}");
            }
        }
    }
}

#[test]
fn many_empty_pages_are_followed() {
    let (world, graph, _checked) = checked(Seed::Demo);
    let all = block_on(graph.observe(&scope(), None)).unwrap();
    quirks(&world, json!({"blankPages": 300}));
    let told = block_on(graph.observe(&scope(), None)).unwrap();
    assert_eq!((titles(&told), unread(&told).len()), (titles(&all), 0));
}

#[test]
fn a_list_of_calendars_without_end_is_an_error_that_says_so() {
    let (world, graph) = unchecked(Seed::Empty);
    let page = json!({"value": [], "@odata.nextLink": format!("{}/me/calendars?x=1", crate::support::world::GRAPH)});
    world.faults(
        json!([{"server": "graph", "path": "me/calendars\\?", "times": 9, "then": {"status": 200, "body": page}}]),
    );
    let error = block_on(graph.observe(&scope(), None)).unwrap_err();
    assert!(
        matches!(&error, Error::Unreadable { detail, .. } if detail == "the calendars: pages without end"),
        "{error}"
    );
}

#[test]
fn a_search_that_one_calendar_refuses_leaves_it_open_what_is_there() {
    let (world, graph, _checked) = checked(Seed::Demo);
    let all = block_on(graph.observe(&scope(), None)).unwrap();
    let names = own(&all.containers, Kind::Meeting);
    quirks(&world, of(&names[0].name, "broken", &json!(400)));
    let found = block_on(graph.find(&[Lookup::Uid("u".into()), Lookup::Mark("a".into())])).unwrap();
    for found in found {
        assert_eq!((found.refused.as_deref(), found.is_absent()), (Some("ErrorInvalidRequest"), false));
    }
}

#[test]
fn a_run_with_a_calendar_that_always_fails_syncs_the_rest_and_says_so() {
    let scenario = SandboxScenario::new(Seed::Demo, &everything());
    scenario.settle();
    let calendars = scenario.graph("GET", "me/calendars", None);
    let name = calendars["value"][0]["name"].as_str().unwrap().to_owned();
    quirks(&scenario.world, of(&name, "broken", &json!(500)));
    let list = scenario.list();
    scenario.graph("POST", &format!("me/todo/lists/{list}/tasks"), Some(json!({"title": "new"})));
    let report = scenario.run();
    assert_eq!((report.counts.creatio.created, report.counts.creatio.deleted), (1, 0), "{report:?}");
    let named = report.held.iter().find(|held| held.reason == Reason::Unreadable).unwrap();
    assert_eq!(named.detail, format!("{name}: ErrorInternalServerTransientError"));
}

#[test]
fn a_task_deleted_in_a_round_without_lists_is_not_forgotten() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    let list = scenario.list();
    let path = format!("me/todo/lists/{list}/tasks");
    let id = scenario.graph("POST", &path, Some(json!({"title": "t"})))["id"].as_str().unwrap().to_owned();
    scenario.settle();
    scenario.world.by_hand(Side::Exchange, "DELETE", &format!("{path}/{id}"), None);
    let refusal = json!({"error": {"code": "ErrorAccessDenied", "message": "m"}});
    scenario
        .world
        .faults(json!([{"server": "graph", "path": "todo/lists\\?", "then": {"status": 403, "body": refusal}}]));
    scenario.run();
    scenario.run();
    assert_eq!(scenario.activity("t")["StatusId"], "201cfba8-58e6-df11-971b-001d60e938c6", "canceled");
}

/// A series of every Tuesday.
fn weekly() -> Value {
    json!({
        "subject": "weekly",
        "start": {"dateTime": "2026-03-03T10:00:00", "timeZone": "UTC"},
        "end": {"dateTime": "2026-03-03T11:00:00", "timeZone": "UTC"},
        "recurrence": {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]},
            "range": {"type": "noEnd", "startDate": "2026-03-03"}},
    })
}

#[test]
fn series_that_a_view_does_not_expand_are_expanded() {
    let read = |switches: &Value| {
        let (world, graph, _checked) = checked(Seed::Empty);
        world.by_hand(Side::Exchange, "POST", "me/events", Some(weekly()));
        quirks(&world, switches.clone());
        let told = block_on(graph.observe(&scope(), None)).unwrap();
        let originals: Vec<Original> =
            told.items.iter().map(|i| i.facts.occurrence.as_ref().unwrap().original).collect();
        (originals, told.series.len(), told.malformed.len())
    };
    let whole = read(&json!({}));
    assert!(whole.0.len() > 10, "{whole:?}");
    assert_eq!(read(&json!({"unexpanded": true})), whole);
    // also without change tracking
    let (slow, fast) = (read(&json!({"unexpanded": true, "timeouts": {"always": true}})), whole.0.len());
    assert_eq!((slow.0.len(), slow.2), (fast, 0));
}

#[test]
fn an_event_that_became_a_series_is_a_series_by_its_id_and_its_uid() {
    let (world, graph, _checked) = checked(Seed::Empty);
    let series = world.by_hand(Side::Exchange, "POST", "me/events", Some(weekly())).1;
    let container = own(&block_on(graph.containers()).unwrap(), Kind::Meeting)[0].id.clone();
    let id = series["id"].as_str().unwrap().into();
    for clue in [Lookup::Id { id, container }, Lookup::Uid(series["iCalUId"].as_str().unwrap().into())] {
        let found = block_on(graph.find(&[clue])).unwrap().remove(0);
        assert_eq!((found.series, found.items.len(), found.is_absent()), (true, 0, false));
    }
}

#[test]
fn a_series_of_which_nobody_tells_the_days_is_named() {
    let (world, graph, _checked) = checked(Seed::Empty);
    let series = world.by_hand(Side::Exchange, "POST", "me/events", Some(weekly())).1;
    quirks(&world, json!({"unexpanded": true}));
    world.faults(json!([{"server": "graph", "path": "/instances", "times": 99, "then": {"status": 400}}]));
    let told = block_on(graph.observe(&scope(), None)).unwrap();
    let named: Vec<_> = told.malformed.iter().map(|bad| bad.id.as_ref().map_or("", |id| id.as_str())).collect();
    assert_eq!((told.items.len(), named), (0, vec![series["id"].as_str().unwrap()]));
}

#[test]
fn an_all_day_series_of_an_organizer_in_the_east_keeps_its_days() {
    for zone in
        ["Tokyo Standard Time", "India Standard Time", "New Zealand Standard Time", "Pacific Standard Time", "UTC"]
    {
        let (world, graph, _checked) = checked(Seed::Empty);
        let midnight = |day: &str| json!({"dateTime": format!("{day}T00:00:00"), "timeZone": zone});
        let body = json!({
            "subject": "s", "isAllDay": true, "start": midnight("2026-03-03"), "end": midnight("2026-03-04"),
            "recurrence": {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]},
                "range": {"type": "noEnd", "startDate": "2026-03-03"}},
        });
        world.by_hand(Side::Exchange, "POST", "me/events", Some(body));
        let first = block_on(graph.observe(&scope(), None)).unwrap();
        let moved = first.items.iter().find(|item| {
            item.facts.occurrence.as_ref().unwrap().original == Original::On("2026-03-17".parse().unwrap())
        });
        let moved = moved.unwrap_or_else(|| panic!("{zone}: each is on its own day"));
        let patch = json!({"isAllDay": true, "start": midnight("2026-03-18"), "end": midnight("2026-03-19")});
        let told = world.by_hand(Side::Exchange, "PATCH", &format!("me/events/{}", moved.id), Some(patch));
        assert_eq!(told.0, 200, "{}", told.1);
        let next = block_on(graph.observe(&scope(), first.cursor.as_ref())).unwrap();
        let again = next.items.iter().find(|item| item.id == moved.id).unwrap();
        assert_eq!(again.facts.occurrence, moved.facts.occurrence, "{zone}: moved by a day it is the same occurrence");
    }
}

#[test]
fn holidays_and_birthdays_are_not_the_users_own() {
    let (world, graph, _checked) = checked(Seed::Empty);
    {
        let sandbox = &mut *world.sandbox.borrow_mut();
        sandbox.graph.subscribe(&mut sandbox.environment).unwrap();
    }
    let told = block_on(graph.observe(&scope(), None)).unwrap();
    assert!(told.items.is_empty(), "{:?}", titles(&told));
    let names: Vec<_> = told.containers.iter().filter(|c| !c.own && c.kind == Kind::Meeting).collect();
    assert_eq!(names.len(), 2 + shared(&world), "{names:?}");
    assert!(names.iter().all(|container| !container.writable));
}

/// How many calendars others share with the user.
fn shared(world: &World) -> usize {
    let rows = world.by_hand(Side::Exchange, "GET", "me/calendars?$top=99", None).1;
    let own = |row: &&Value| row["owner"]["address"] == crate::support::world::MAILBOX;
    let rows = rows["value"].as_array().unwrap();
    rows.len() - rows.iter().filter(own).count()
}

#[test]
fn a_body_whose_formatting_is_not_told_is_taken_for_what_it_looks_like() {
    let (world, graph) = unchecked(Seed::Empty);
    let list = default(&block_on(graph.containers()).unwrap(), Kind::Task).id;
    let texts = [
        "a < b",
        "one\ntwo",
        "mail <ann@x.example>",
        "1 <2> 3",
        "<p>one</p><p>two</p>",
        "one<br>two",
        "x &amp; <b>y</b>",
    ];
    for (n, text) in texts.iter().enumerate() {
        let kind = if n < 4 { "text" } else { "html" };
        let body = json!({"title": format!("{n}"), "body": {"contentType": kind, "content": text}});
        world.by_hand(Side::Exchange, "POST", &format!("me/todo/lists/{list}/tasks"), Some(body));
    }
    let read = || {
        let told = block_on(graph.observe(&scope(), None)).unwrap();
        let text = |record: &Record| match record {
            Record::Task(task) => (task.title.clone(), task.body.text.clone()),
            Record::Meeting(_) => panic!("a meeting"),
        };
        let mut texts: Vec<_> = told.items.iter().map(|item| text(&item.record)).collect();
        texts.sort();
        texts
    };
    let told = read();
    quirks(&world, json!({"plainBodies": true}));
    assert_eq!(read(), told);
}

#[test]
fn an_event_gets_its_uid_late_and_two_may_share_one() {
    let (world, graph, _checked) = checked(Seed::Demo);
    quirks(&world, json!({"lateUids": 30}));
    let time = |hour: &str| json!({"dateTime": format!("2026-03-05T{hour}:00:00"), "timeZone": "UTC"});
    let body = json!({"subject": "late", "start": time("10"), "end": time("11")});
    let id = world.by_hand(Side::Exchange, "POST", "me/events", Some(body)).1["id"].as_str().unwrap().to_owned();
    let uid = || {
        let told = block_on(graph.observe(&scope(), None)).unwrap();
        told.items.iter().find(|item| item.record.title() == "late").unwrap().facts.uid.clone()
    };
    assert_eq!(uid(), None);
    world.pass(chrono::TimeDelta::minutes(31));
    let late = uid().unwrap();
    let copy = {
        let sandbox = &mut *world.sandbox.borrow_mut();
        sandbox.graph.copy_event(&id, &mut sandbox.environment).unwrap()
    };
    let mut found: Vec<_> = block_on(graph.find(&[Lookup::Uid(late)])).unwrap().remove(0).items;
    found.sort_by_key(|item| item.id.as_str() != id);
    assert_eq!(found.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), [id.as_str(), copy.as_str()]);
    assert_ne!(found[0].container, found[1].container);
}

#[test]
fn a_creation_whose_event_was_deleted_meanwhile_succeeds_the_next_time() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    quirks(&scenario.world, json!({"remembersTransactions": true}));
    let row = json!({"Title": "a", "StartDate": "2026-03-05T10:00:00Z", "DueDate": "2026-03-05T11:00:00Z", "ShowInScheduler": true});
    scenario.odata("POST", "Activity", Some(row));
    scenario.world.faults(
        json!([{"server": "graph", "method": "POST", "path": "events$", "times": 9, "then": {"drop": "after"}}]),
    );
    scenario.run();
    scenario.world.faults(json!([]));
    let made = scenario.event("a");
    scenario.graph("DELETE", &format!("me/events/{}", made["id"].as_str().unwrap()), None);
    let refused = scenario.run();
    assert_eq!(refused.counts.exchange.created, 0, "the service knows the transaction: {refused:?}");
    scenario.run();
    scenario.settle();
    assert_ne!(scenario.event("a")["transactionId"], made["transactionId"]);
}
