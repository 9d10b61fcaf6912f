//! The Graph replica reading the emulator: full and delta rounds, what they cost, what they say of
//! absence; direct reads.

use crate::support::graph_setup::{checked, default, meeting, scope, titles};
use crate::support::world::World;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::error::Error;
use schedule_sync::graph::Graph;
use schedule_sync::model::lookup::Lookup;
use schedule_sync::model::scope::{ContainerChoice, Scope};
use schedule_sync::model::{Item, Kind, Listing, Original, Side};
use schedule_sync::ports::Replica;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

fn observe(graph: &Graph<World>, before: Option<&Listing>) -> Listing {
    block_on(graph.observe(&scope(), before.and_then(|listing| listing.cursor.as_ref()))).unwrap()
}

/// A timed event of an hour, made by a person.
fn event(world: &World, subject: &str, start: &str) -> String {
    let end = start.replace(":00:00", ":45:00");
    let time = |text: &str| json!({"dateTime": text, "timeZone": "UTC"});
    let body = json!({"subject": subject, "start": time(start), "end": time(&end)});
    let (status, row) = world.by_hand(Side::Exchange, "POST", "me/events", Some(body));
    assert_eq!(status, 201, "{row}");
    row["id"].as_str().unwrap().to_owned()
}

fn series(world: &World, subject: &str) -> String {
    let time = |text: &str| json!({"dateTime": text, "timeZone": "UTC"});
    let body = json!({
        "subject": subject, "start": time("2026-03-03T10:00:00"), "end": time("2026-03-03T10:30:00"),
        "recurrence": {
            "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]},
            "range": {"type": "noEnd", "startDate": "2026-03-03"},
        },
    });
    let (status, row) = world.by_hand(Side::Exchange, "POST", "me/events", Some(body));
    assert_eq!(status, 201, "{row}");
    row["id"].as_str().unwrap().to_owned()
}

fn patch(world: &World, id: &str, body: Value) {
    let (status, row) = world.by_hand(Side::Exchange, "PATCH", &format!("me/events/{id}"), Some(body));
    assert_eq!(status, 200, "{row}");
}

fn delete(world: &World, id: &str) {
    assert_eq!(world.by_hand(Side::Exchange, "DELETE", &format!("me/events/{id}"), None).0, 204);
}

fn clue(item: &Item) -> Lookup {
    Lookup::Id { id: item.id.clone(), container: item.container.clone() }
}

#[test]
fn a_first_reading_tells_everything_of_what_the_mailbox_owns() {
    let (world, graph, _checked) = checked(Seed::Demo);
    let listing = observe(&graph, None);
    let own: Vec<_> = listing.containers.iter().filter(|container| container.own).map(|c| c.id.clone()).collect();
    let mut complete = listing.complete.clone();
    let mut sorted = own.clone();
    complete.sort();
    sorted.sort();
    assert_eq!(complete, sorted);
    assert!(listing.containers.iter().any(|container| !container.own && container.kind == Kind::Meeting));
    assert!(listing.malformed.is_empty() && listing.removed.is_empty(), "{:?}", listing.malformed);
    assert!(listing.items.iter().all(|item| own.contains(&item.container) && !item.version.as_str().is_empty()));
    assert!(listing.items.iter().any(|item| item.facts.private) && listing.items.iter().any(|item| item.facts.online));
    assert!(listing.items.iter().any(|item| item.facts.organized_by_other));
    assert!(listing.items.iter().any(|item| item.record.kind() == Kind::Task));
    let scope = scope();
    for item in listing.items.iter().filter(|item| item.facts.occurrence.is_some()) {
        let Original::At(at) = item.facts.occurrence.as_ref().unwrap().original else { continue };
        assert!(at < scope.window.series_to && !item.record.title().is_empty());
    }
    assert_eq!(listing.series.len(), 1);
    let occurrences = listing.items.iter().filter(|item| item.facts.occurrence.is_some()).count();
    assert_eq!(listing.series[0].present.len(), occurrences);
    assert_eq!(world.requests(), 2, "the containers, then all first pages together");
}

#[test]
fn a_quiet_reading_is_one_request() {
    let (world, graph, _checked) = checked(Seed::Demo);
    let first = observe(&graph, None);
    let before = world.requests();
    let quiet = observe(&graph, Some(&first));
    assert_eq!(world.requests() - before, 1);
    assert!(quiet.items.is_empty() && quiet.removed.is_empty() && quiet.complete.is_empty() && quiet.series.is_empty());
    assert_eq!(quiet.containers, first.containers);
    assert!(world.log(0).iter().all(|row| row.starts_with("GET") || row.ends_with("$batch")));
}

#[test]
fn a_delta_tells_changes_and_hints_of_absence() {
    let (world, graph, _checked) = checked(Seed::Empty);
    let changed = event(&world, "changed", "2026-03-03T10:00:00");
    let deleted = event(&world, "deleted", "2026-03-04T10:00:00");
    let moved = event(&world, "moved", "2026-03-05T10:00:00");
    let margin = event(&world, "to the margin", "2026-03-05T12:00:00");
    event(&world, "too early", "2026-01-30T12:00:00");
    let first = observe(&graph, None);
    assert_eq!(titles(&first), ["changed", "deleted", "moved", "to the margin"]);

    patch(&world, &changed, json!({"subject": "changed twice"}));
    delete(&world, &deleted);
    let to = |day: &str| {
        let time = |hour| json!({"dateTime": format!("{day}T{hour}:00:00"), "timeZone": "UTC"});
        json!({"start": time("10"), "end": time("11")})
    };
    patch(&world, &moved, to("2025-01-01"));
    patch(&world, &margin, to("2026-01-30"));
    let second = observe(&graph, Some(&first));
    assert_eq!(titles(&second), ["changed twice"]);
    let mut gone = [deleted.as_str(), &moved, &margin];
    gone.sort_unstable();
    assert_eq!(second.removed.iter().map(|id| id.as_str()).collect::<Vec<_>>(), gone);
    assert!(second.complete.is_empty());

    let by_title = |title: &str| first.items.iter().find(|item| item.record.title() == title).unwrap();
    let found = block_on(graph.find(&[clue(by_title("deleted")), clue(by_title("moved"))])).unwrap();
    assert_eq!(
        found.iter().map(|found| found.items.len()).collect::<Vec<_>>(),
        [0, 1],
        "gone, and moved out of the window"
    );
}

#[test]
fn pages_are_followed_to_their_end() {
    let (world, graph, _checked) = checked(Seed::Empty);
    for n in 0..401 {
        event(&world, &format!("{n:03}"), "2026-03-03T10:00:00");
    }
    let listing = observe(&graph, None);
    assert_eq!(listing.items.len(), 401);
    assert_eq!(world.requests() - 401, 4, "one for the containers, three for the pages");
}

#[test]
fn a_deleted_occurrence_is_missing_from_its_series() {
    let (world, graph, _checked) = checked(Seed::Empty);
    let master = series(&world, "weekly");
    let first = observe(&graph, None);
    let set = &first.series[0];
    assert_eq!((set.master.as_str(), first.items.len()), (master.as_str(), set.present.len()));
    assert!(first.items.iter().all(|item| item.record.title() == "weekly"));
    let last = first.items.iter().map(|item| item.facts.occurrence.as_ref().unwrap().original).max().unwrap();
    assert!(last < Original::At(scope().window.series_to));

    let gone = &first.items[3];
    let moved = &first.items[1];
    delete(&world, gone.id.as_str());
    let time = |hour| json!({"dateTime": format!("2026-03-11T{hour}:00:00"), "timeZone": "UTC"});
    patch(&world, moved.id.as_str(), json!({"subject": "once", "start": time("10"), "end": time("11")}));
    let second = observe(&graph, Some(&first));
    let present = &second.series[0].present;
    assert!(!present.contains(&gone.id) && present.contains(&moved.id));
    assert_eq!(present.len() + 1, set.present.len());
    let exception = second.items.iter().find(|item| item.id == moved.id).unwrap();
    assert_eq!(exception.facts.occurrence, moved.facts.occurrence, "it keeps the place that the pattern gave it");
    assert_eq!(exception.record.title(), "once");
    let found = block_on(graph.find(&[clue(gone), clue(moved)])).unwrap();
    assert_eq!((found[0].items.len(), found[1].items[0].record.title()), (0, "once"));
}

#[test]
fn a_lost_cursor_costs_a_full_reading_and_no_error() {
    let (world, graph, _checked) = checked(Seed::Demo);
    let first = observe(&graph, None);
    world.sandbox.borrow_mut().graph.expire_tokens();
    let second = observe(&graph, Some(&first));
    assert_eq!(titles(&second), titles(&first));
    assert_eq!(second.complete.len(), first.complete.len());
    // spelled otherwise, and for one container only
    let list = default(&first.containers, Kind::Task).id;
    let body = json!({"error": {"code": "", "message": "m", "innerError": {"code": "ResyncRequired"}}});
    world.faults(json!([{"server": "graph", "path": "tasks/delta", "then": {"status": 400, "body": body}}]));
    let third = observe(&graph, Some(&second));
    assert_eq!(third.complete, [list]);
}

#[test]
fn a_full_reading_that_loses_its_pages_begins_again_once() {
    let (world, graph, _checked) = checked(Seed::Demo);
    let all = observe(&graph, None);
    let body = json!({"error": {"code": "SyncStateNotFound", "message": "m"}});
    for (times, read) in [(1, true), (2, false)] {
        let then = json!({"status": 410, "body": body});
        world.faults(json!([{"server": "graph", "path": "calendarView/delta", "times": times * 2, "then": then}]));
        match block_on(graph.observe(&scope(), None)) {
            Ok(listing) => assert_eq!((true, titles(&listing)), (read, titles(&all))),
            Err(error) => assert_eq!((false, error), (read, Error::CursorLost(Side::Exchange))),
        }
    }
}

#[test]
fn another_scope_reads_what_is_new_in_it() {
    let (_, graph, _checked) = checked(Seed::Demo);
    let first = observe(&graph, None);
    let shared = first.containers.iter().find(|c| c.kind == Kind::Meeting && !c.own).unwrap().id.clone();
    let calendars =
        ContainerChoice { default: true, named: vec![shared.clone(), "no such".into()], ..ContainerChoice::default() };
    let chosen = Scope { calendars, ..scope() };
    let second = block_on(graph.observe(&chosen, first.cursor.as_ref())).unwrap();
    assert_eq!(second.complete, std::slice::from_ref(&shared));
    assert!(!second.items.is_empty() && second.items.iter().all(|item| item.container == shared));

    let mut later = scope();
    later.window.to += chrono::Duration::days(31);
    let third = block_on(graph.observe(&later, first.cursor.as_ref())).unwrap();
    assert_eq!(third.complete.len(), first.complete.len(), "another window is read in full");
}

#[test]
fn windows_of_many_years_are_read_whole() {
    let (world, graph, _checked) = checked(Seed::Empty);
    let old = event(&world, "old", "2012-03-03T10:00:00");
    event(&world, "new", "2026-03-03T10:00:00");
    let mut long = scope();
    long.window.from = "2010-01-01T00:00:00Z".parse().unwrap();
    let first = block_on(graph.observe(&long, None)).unwrap();
    assert_eq!(titles(&first), ["new", "old"]);
    let time = |hour| json!({"dateTime": format!("2026-03-11T{hour}:00:00"), "timeZone": "UTC"});
    patch(&world, &old, json!({"start": time("10"), "end": time("11")}));
    let second = block_on(graph.observe(&long, first.cursor.as_ref())).unwrap();
    assert_eq!((titles(&second), second.removed.len()), (vec!["old"], 0), "moved from one piece to another, not gone");
    assert!(second.complete.is_empty());
}

#[test]
fn trouble_costs_what_it_concerns_and_no_more() {
    let (world, graph, _checked) = checked(Seed::Demo);
    let fault = |path: &str, status: u16| json!([{"server": "graph", "path": path, "times": 9, "then": {"status": status, "body": {"error": {"code": "X", "message": "m"}}}}]);
    let all = observe(&graph, None);

    world.faults(fault("todo/lists\\?", 404));
    let no_lists = observe(&graph, None);
    assert!(no_lists.containers.iter().all(|container| container.kind == Kind::Meeting) && !no_lists.items.is_empty());

    world.faults(fault("tasks/delta", 403));
    let closed = observe(&graph, None);
    assert!(closed.items.iter().all(|item| item.record.kind() == Kind::Meeting));
    assert_eq!((closed.containers.len(), closed.malformed.len()), (all.containers.len(), 2));

    let shared = all.containers.iter().find(|container| container.kind == Kind::Meeting && !container.own).unwrap();
    let failing = |status| fault(&format!("{}/calendarView", shared.id.as_str().replace('=', "%3D")), status);
    let mut with_shared = scope();
    with_shared.calendars.named.push(shared.id.clone());
    world.faults(failing(500));
    let rest = block_on(graph.observe(&with_shared, None)).unwrap();
    assert_eq!(
        (titles(&rest), rest.malformed.len()),
        (titles(&all), 1),
        "a shared calendar that fails costs itself only"
    );
    world.faults(json!([fault("calendarView", 500)[0], fault("tasks/delta", 500)[0]]));
    let error = block_on(graph.observe(&scope(), None)).err();
    assert_eq!(error.map(|error| error.code()), Some("server-error"), "where nothing can be read it ends the run");

    world.faults(json!([{"server": "graph", "path": "me/calendars\\?", "then": {"status": 429, "headers": {"Retry-After": "2.5"}}}]));
    let slept = world.slept.get();
    assert_eq!(titles(&observe(&graph, None)), titles(&all));
    assert!((3_000..4_000).contains(&(world.slept.get() - slept)));

    for link in ["nextLink", "deltaLink"] {
        let mut body = json!({"value": []});
        body[format!("@odata.{link}")] = "https://evil.example/v1.0/me/calendars?x".into();
        world.faults(json!([{"server": "graph", "path": "calendarView/delta", "then": {"status": 200, "body": body}}]));
        let error = block_on(graph.observe(&scope(), None)).err();
        assert_eq!(error, Some(Error::ForeignLink(Side::Exchange)), "{link}");
    }
}

#[test]
fn the_same_is_preferred_on_every_page_and_in_every_request() {
    let (world, graph, _checked) = checked(Seed::Demo);
    crate::support::graph_setup::quirks(&world, json!({"pageSize": 3}));
    let told: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let kept = Arc::clone(&told);
    world.sandbox.borrow_mut().environment.watch(Box::new(move |_, request, _| {
        let header = request.headers().get("prefer").map(|value| value.to_str().unwrap().to_owned());
        kept.lock().unwrap().push((request.uri().to_string(), header.unwrap_or_default()));
    }));
    let first = observe(&graph, None);
    observe(&graph, Some(&first));
    block_on(graph.find(&[clue(&first.items[0]), Lookup::Uid("u".into()), Lookup::Mark("a".into())])).unwrap();
    let told = told.lock().unwrap();
    let parts: Vec<_> = told.iter().filter(|(path, _)| !path.ends_with("$batch")).collect();
    let pages = |path: &str| parts.iter().filter(|(page, _)| page.contains(path)).count();
    assert!(pages("calendarView/delta?$skiptoken") > 3 && pages("deltatoken") > 3, "{parts:?}");
    for (path, preferred) in parts {
        assert!(preferred.starts_with("IdType=\"ImmutableId\""), "{path}: {preferred}");
        assert_eq!(preferred.contains("outlook.timezone=\"UTC\""), !path.contains("/todo/"), "{path}: {preferred}");
        assert_eq!(preferred.contains("odata.maxpagesize="), path.contains("/delta"), "{path}: {preferred}");
    }
}

#[test]
fn who_and_what_is_there() {
    let (_, graph, _checked) = checked(Seed::Demo);
    let me = block_on(graph.me()).unwrap();
    assert!(me.iter().any(|address| address.as_str() == crate::support::world::MAILBOX));
    let containers = block_on(graph.containers()).unwrap();
    let told: Vec<_> = containers.iter().map(|c| (c.kind, c.default, c.own, c.writable)).collect();
    let (calendar, list) = (Kind::Meeting, Kind::Task);
    assert_eq!(told[0], (calendar, true, true, true));
    assert!(told.contains(&(list, true, true, true)) && told.contains(&(list, false, false, false)), "{told:?}");
    assert!(told.iter().any(|(kind, _, own, writable)| *kind == calendar && !own && !writable), "{told:?}");
}

#[test]
fn items_are_found_by_uid_in_every_calendar() {
    let (_, graph, _checked) = checked(Seed::Demo);
    let all = observe(&graph, None);
    let second = all.items.iter().find(|item| {
        item.record.kind() == Kind::Meeting && item.container != default(&all.containers, Kind::Meeting).id
    });
    let second = second.unwrap();
    let found = block_on(graph.find(&[Lookup::Uid(second.facts.uid.clone().unwrap()), Lookup::Uid("nobody's".into())]))
        .unwrap();
    assert_eq!((found[0].items.len(), found[1].items.len()), (1, 0));
    assert_eq!((&found[0].items[0].id, &found[0].items[0].container), (&second.id, &second.container));
    assert_eq!(meeting(&found[0].items[0]).when, meeting(second).when);
    assert!(block_on(graph.find(&[])).unwrap().is_empty());
}
