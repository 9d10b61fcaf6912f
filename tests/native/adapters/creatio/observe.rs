//! The Creatio replica reads: full, by delta, directly; against the sandbox in process.

use crate::support::creatio_setup::{id, observe, post, row, scope, start, switch};
use crate::support::world::World;
use chrono::TimeDelta;
use sandbox::{Sandbox, Seed};
use schedule_sync::creatio::Creatio;
use schedule_sync::error::Error;
use schedule_sync::model::lookup::Lookup;
use schedule_sync::model::op::{Create, Op, Update};
use schedule_sync::model::{Cursor, Facts, Field, Item, ItemId, Patch, Record, Response, Side};
use schedule_sync::ports::Replica;
use serde_json::{Value, json};

fn ids(items: &[Item]) -> Vec<ItemId> {
    let mut ids: Vec<ItemId> = items.iter().map(|item| item.id.clone()).collect();
    ids.sort();
    ids
}

fn find(creatio: &Creatio<World>, clues: &[Lookup]) -> Vec<Vec<ItemId>> {
    let found = pollster::block_on(creatio.find(clues)).unwrap();
    found.iter().map(|found| ids(&found.items)).collect()
}

#[test]
fn a_full_reading_has_every_item_of_the_window() {
    let (world, creatio) = start(Seed::Empty);
    let listing = observe(&creatio, None);
    assert_eq!((listing.items.len(), listing.cursor.is_some(), listing.complete.len()), (0, false, 1));
    post(&world, row(1, "inside", 2));
    post(
        &world,
        json!({"Id": id(2), "Title": "too early", "StartDate": "2026-01-30T10:00:00Z", "DueDate": "2026-02-01T00:00:00Z"}),
    );
    post(
        &world,
        json!({"Id": id(3), "Title": "a task", "StartDate": "2026-01-30T10:00:00Z", "DueDate": "2026-02-01T00:00:01Z"}),
    );
    let mut email = row(4, "mail", 2);
    email["TypeId"] = json!("e2831dec-cfc0-df11-b00f-001d60e938c6");
    post(&world, email);
    let mut backwards = row(5, "backwards", 2);
    backwards["DueDate"] = json!("2026-03-02T09:00:00Z");
    post(&world, backwards);
    let listing = observe(&creatio, None);
    assert_eq!(ids(&listing.items), [id(1), id(3)]);
    let bad = listing.malformed.iter().map(|bad| (bad.id.clone(), bad.reason.as_str())).collect::<Vec<_>>();
    assert_eq!(bad, [(Some(id(5)), "DueDate: before StartDate")]);
    assert!(listing.items.iter().all(|item| item.facts.involves_me && item.stamp.is_some()));
    assert!(listing.now.is_some());
}

#[test]
fn pages_that_never_end_stop_the_reading() {
    let (world, creatio) = start(Seed::Empty);
    let page = |n: u32| {
        let mut row = row(n, "x", 2);
        row["ModifiedOn"] = json!("2026-03-02T09:00:00Z");
        row
    };
    let body = json!({"value": (0..200).map(page).collect::<Vec<_>>()});
    world.faults(json!([{"path": "Activity\\?", "times": 99, "then": {"status": 200, "body": body}}]));
    let result = pollster::block_on(creatio.observe(&scope(), None));
    assert!(matches!(result, Err(Error::Unreadable { .. })), "{result:?}");
    assert!(world.requests() < 10);
    // links that lead on for ever, to the same page or to ever new ones
    for (pages, most) in [("same", 10), ("new", 150)] {
        let (world, creatio) = start(Seed::Empty);
        post(&world, row(1, "x", 2));
        switch(&world, json!({"pages": pages}));
        let from = world.requests();
        let result = pollster::block_on(creatio.observe(&scope(), None));
        assert!(matches!(result, Err(Error::Unreadable { .. })), "{pages}: {result:?}");
        let sent = world.requests() - from;
        assert!(sent < most, "{pages}: {sent}");
    }
}

/// Puts an activity in that was last saved at `modified`.
fn load(world: &World, n: u32, modified: &str) {
    let mut row = row(n, "x", 2);
    row["ModifiedOn"] = json!(modified);
    let mut sandbox = world.sandbox.borrow_mut();
    let Sandbox { creatio, environment, .. } = &mut *sandbox;
    creatio.load_activity(row, environment).unwrap();
}

#[test]
fn one_bad_row_costs_only_its_activity() {
    let (world, creatio) = start(Seed::Empty);
    post(&world, row(1, "x", 5));
    post(&world, row(2, "x", 5));
    let body = json!({"value": [{"Id": 1, "ActivityId": id(1)}]});
    world.faults(json!([{"path": "ActivityParticipant\\?", "then": {"status": 200, "body": body}}]));
    let listing = observe(&creatio, None);
    assert_eq!(ids(&listing.items), [id(2)]);
    let bad = listing.malformed.iter().map(|bad| (bad.id.clone(), bad.reason.as_str())).collect::<Vec<_>>();
    assert_eq!(bad, [(Some(id(1)), "ActivityParticipant.Id: expected a string")]);
}

#[test]
fn a_long_list_is_read_to_its_end_in_few_requests() {
    let (world, creatio) = start(Seed::Empty);
    for n in 0..450 {
        load(&world, n, "2026-03-02T09:00:00.123456Z");
    }
    world.pass(TimeDelta::minutes(1));
    for n in 450..900 {
        post(&world, row(n, "x", 3));
        world.pass(TimeDelta::milliseconds(1));
    }
    let before = world.requests();
    let listing = observe(&creatio, None);
    assert_eq!(ids(&listing.items).len(), 900);
    let cost = world.requests() - before;
    assert!(cost <= 9, "{cost} requests, the very first question among them");
    let before = world.requests();
    assert_eq!(observe(&creatio, listing.cursor.as_ref()).items, []);
    assert_eq!(world.requests() - before, 1);
}

#[test]
fn a_delta_tells_changes_and_a_quiet_one_is_one_request() {
    let (world, creatio) = start(Seed::Demo);
    let mut cursor = observe(&creatio, None).cursor;
    let mut step = |what: &str, change: &dyn Fn(), told: &[ItemId], complete: bool| {
        world.pass(TimeDelta::seconds(30));
        change();
        let before = world.requests();
        let listing = observe(&creatio, cursor.as_ref());
        let cost = world.requests() - before;
        assert_eq!(!listing.complete.is_empty(), complete, "{what}");
        if complete {
            assert!(told.iter().all(|id| !listing.items.iter().any(|item| item.id == *id)), "{what}");
        } else {
            assert_eq!(ids(&listing.items), told, "{what}");
            assert!(if told.is_empty() { cost == 1 } else { cost <= 3 }, "{what}: {cost} requests");
        }
        cursor = listing.cursor;
    };
    let by_hand = |method: &str, path: String, body: Value| {
        let (status, reply) = world.by_hand(Side::Creatio, method, &path, Some(body).filter(|body| !body.is_null()));
        assert!(status < 300, "{reply}");
    };
    step("quiet", &|| {}, &[], false);
    step("created", &|| post(&world, row(1, "new", 5)), &[id(1)], false);
    step("quiet after it", &|| {}, &[], false);
    let out = json!({"StartDate": "2025-01-01T10:00:00Z", "DueDate": "2025-01-01T11:00:00Z", "Title": "moved"});
    step("edited", &|| by_hand("PATCH", format!("Activity({})", id(1)), json!({"Title": "newer"})), &[id(1)], false);
    let anna =
        world.by_hand(Side::Creatio, "GET", "Contact?$top=1&$filter=contains(Email,'@')", None).1["value"][0]["Id"]
            .clone();
    let joined = json!({"ActivityId": id(1), "ParticipantId": anna});
    step(
        "a participant joined",
        &|| by_hand("POST", "ActivityParticipant".to_owned(), joined.clone()),
        &[id(1)],
        false,
    );
    step("deleted", &|| by_hand("DELETE", format!("Activity({})", id(1)), Value::Null), &[id(1)], true);
    step("quiet after that", &|| {}, &[], false);
    step("created again", &|| post(&world, row(2, "new", 5)), &[id(2)], false);
    step("moved out of the window", &|| by_hand("PATCH", format!("Activity({})", id(2)), out.clone()), &[id(2)], true);
    let both = || {
        post(&world, row(3, "one comes", 5));
        by_hand("DELETE", format!("Activity({})", id(2)), Value::Null);
    };
    step("outside the window nothing counts", &both, &[id(3)], false);
}

#[test]
fn what_our_own_writes_left_is_no_news_until_somebody_changes_it() {
    let (world, creatio) = start(Seed::Empty);
    post(&world, row(1, "theirs", 2));
    let listing = observe(&creatio, None);
    let theirs = &listing.items[0];
    let record = |title: &str| {
        let mut record = theirs.record.clone();
        if let Record::Meeting(meeting) = &mut record {
            meeting.title = title.to_owned();
            meeting.response = Response::Confirmed;
        }
        record
    };
    world.pass(TimeDelta::seconds(5));
    let create = |n| Create {
        id: Some(id(n)),
        container: theirs.container.clone(),
        record: record("ours"),
        facts: Facts::default(),
    };
    let change = Update::of(theirs, Patch { record: record("renamed"), fields: [Field::Title].into() });
    let ops = [Op::Create(Box::new(create(2))), Op::Create(Box::new(create(3))), Op::Update(Box::new(change))];
    assert!(pollster::block_on(creatio.apply(&ops)).iter().all(Result::is_ok));
    let cursor = creatio.moved(listing.cursor.as_ref().unwrap()).unwrap();
    world.pass(TimeDelta::seconds(5));
    let from = world.requests();
    let quiet = observe(&creatio, Some(&cursor));
    assert_eq!((ids(&quiet.items), quiet.complete.len(), world.requests() - from), (vec![], 0, 1));
    // without that, all three are told again
    assert_eq!(observe(&creatio, listing.cursor.as_ref()).items.len(), 3);
    world.by_hand(Side::Creatio, "PATCH", &format!("Activity({})", id(2)), Some(json!({"Title": "edited"})));
    assert_eq!(ids(&observe(&creatio, Some(&cursor)).items), [id(2)]);
    // one that goes again is missing in the count
    world.by_hand(Side::Creatio, "DELETE", &format!("Activity({})", id(3)), None);
    let whole = observe(&creatio, Some(&cursor));
    assert_eq!((ids(&whole.items), whole.complete.len()), (vec![id(1), id(2)], 1));
}

#[test]
fn a_cursor_of_another_scope_or_that_is_none_costs_a_full_reading() {
    let (world, creatio) = start(Seed::Empty);
    post(&world, row(1, "x", 5));
    let cursor = observe(&creatio, None).cursor;
    let mut other = scope();
    other.window.from += TimeDelta::days(1);
    for (scope, cursor, full) in
        [(scope(), cursor.clone(), false), (other, cursor, true), (scope(), Some(Cursor("nonsense".to_owned())), true)]
    {
        let listing = pollster::block_on(creatio.observe(&scope, cursor.as_ref())).unwrap();
        assert_eq!(!listing.complete.is_empty(), full, "{cursor:?}");
    }
}

#[test]
fn particular_activities_are_found_wherever_they_are() {
    let (world, creatio) = start(Seed::Empty);
    let uid = format!("04'00&{}", "x".repeat(100));
    post(
        &world,
        json!({"Id": id(1), "Title": "old", "StartDate": "2020-01-30T10:00:00Z", "DueDate": "2020-01-30T11:00:00Z"}),
    );
    let mut twin = row(2, "with a uid", 5);
    twin["GlobalActivityID"] = json!(uid);
    post(&world, twin);
    let clue = |n| Lookup::Id { id: id(n), container: "activities".into() };
    let clues = [clue(1), clue(9), Lookup::Uid(uid.as_str().into()), Lookup::Mark(id(2)), Lookup::Uid("none".into())];
    assert_eq!(find(&creatio, &clues), [vec![id(1)], vec![], vec![id(2)], vec![id(2)], vec![]]);
    let before = world.requests();
    find(&creatio, &(0..1_000).map(clue).collect::<Vec<_>>());
    assert!(world.requests() - before <= 3);
    // one that is there and can't be read must not look absent
    let mut backwards = row(3, "backwards", 5);
    backwards["DueDate"] = json!("2026-03-01T09:00:00Z");
    post(&world, backwards);
    let found = pollster::block_on(creatio.find(&[clue(3)])).unwrap().remove(0);
    assert!(!found.is_absent() && found.items.is_empty(), "{found:?}");
    assert_eq!(found.malformed[0].id, Some(id(3)));
}

#[test]
fn the_demo_seed_is_content() {
    let (_, creatio) = start(Seed::Demo);
    let listing = observe(&creatio, None);
    assert_eq!(listing.malformed, []);
    let meetings: Vec<_> = listing
        .items
        .iter()
        .filter_map(|item| match &item.record {
            Record::Meeting(meeting) => Some(meeting),
            Record::Task(_) => None,
        })
        .collect();
    assert!(!meetings.is_empty() && meetings.len() < listing.items.len());
    let people: Vec<_> = meetings.iter().flat_map(|meeting| &meeting.people).collect();
    assert!(people.iter().any(|person| !person.addresses.is_empty() && !person.name.is_empty()));
}

#[test]
fn what_stops_a_reading_is_told() {
    let busy = json!({"status": 503, "headers": {"Retry-After": "2"}});
    let html = json!({"status": 200, "headers": {"Content-Type": "text/html"}, "body": "<title>Login</title>"});
    for (times, then, code, slept) in [
        (4, busy.clone(), None, 8_000),
        (5, busy, Some("busy"), 8_000),
        (2, json!({"status": 401}), Some("signed-out"), 0),
        (1, json!({"status": 401}), None, 0),
        (1, json!({"status": 403}), None, 0),
        (2, json!({"status": 403}), Some("forbidden"), 0),
        (1, html, Some("signed-out"), 0),
        (99, json!({"status": 500}), Some("server-error"), 7_000),
        (2, json!({"status": 500}), None, 1_000),
        (1, json!({"drop": "before"}), None, 1_000),
    ] {
        let (world, creatio) = start(Seed::Empty);
        switch(&world, json!({"dataservice": "forbidden"}));
        world.faults(json!([{"path": "/odata/", "times": times, "then": then}]));
        let result = pollster::block_on(creatio.observe(&scope(), None));
        assert_eq!(result.err().map(|error| error.code()), code, "{times} {then}");
        assert_eq!(world.slept.get(), slept, "{times} {then}");
    }
}

#[test]
fn pages_shrink_to_the_servers_memory_and_its_links_are_followed() {
    for (switches, least) in [(json!({}), 1), (json!({"memory": 30_000}), 3), (json!({"page": 7}), 8)] {
        let (world, creatio) = start(Seed::Empty);
        for n in 0..60 {
            post(&world, row(n, "x", 1 + n % 28));
        }
        let told = world.sandbox.borrow_mut().creatio.switch(serde_json::from_value(switches.clone()).unwrap());
        assert_eq!(told, Ok(()));
        let before = world.log(0).len();
        let listing = observe(&creatio, None);
        assert_eq!(listing.items.len(), 60, "{switches}");
        let log = world.log(before);
        let pages =
            log.iter().filter(|row| row.contains("/Activity?$select=Id,Title") || row.contains("skiptoken")).count();
        assert!(pages >= least, "{switches}: {pages} pages, {log:#?}");
        for row in log {
            assert!(row.len() < 2_000, "{switches}: an address of {} characters", row.len());
        }
    }
}
