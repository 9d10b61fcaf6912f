//! What was deleted in Microsoft 365 keeps its id in Deleted Items and is still found by it: it
//! counts as gone all the same.

use crate::support::graph_setup::{checked, default, mailbox, quirks, scope};
use crate::support::memory::everything;
use crate::support::sandbox_scenario::SandboxScenario;
use crate::support::world::World;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::engine::answer::{Answer, Choice};
use schedule_sync::engine::held::Reason;
use schedule_sync::graph::Graph;
use schedule_sync::model::lookup::{Found, Lookup};
use schedule_sync::model::op::{Op, Refusal, Update};
use schedule_sync::model::{Container, Field, Item, ItemId, Kind, Patch, Record, Side};
use schedule_sync::ports::Replica;
use schedule_sync::run;
use serde_json::{Value, json};

/// The status of an Activity that was called off.
const CANCELED: &str = "201cfba8-58e6-df11-971b-001d60e938c6";

fn event(world: &World, subject: &str, start: &str, more: Value) -> String {
    let time = |hour: &str| json!({"dateTime": format!("{start}T{hour}:00:00"), "timeZone": "UTC"});
    let mut body = json!({"subject": subject, "start": time("10"), "end": time("11")});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (status, row) = world.by_hand(Side::Exchange, "POST", "me/events", Some(body));
    assert_eq!(status, 201, "{row}");
    row["id"].as_str().unwrap().to_owned()
}

fn by_id(graph: &Graph<World>, ids: &[(&str, Kind)]) -> Vec<Found> {
    let containers = block_on(graph.containers()).unwrap();
    let clue =
        |(id, kind): &(&str, Kind)| Lookup::Id { id: ItemId::from(*id), container: default(&containers, *kind).id };
    block_on(graph.find(&ids.iter().map(clue).collect::<Vec<_>>())).unwrap()
}

fn delete(world: &World, path: &str) -> u16 {
    world.by_hand(Side::Exchange, "DELETE", path, None).0
}

#[test]
fn an_event_in_deleted_items_answers_by_its_id_and_is_not_found() {
    let (world, graph, _checked) = checked(Seed::Empty);
    let midnight = |day: &str| json!({"dateTime": format!("{day}T00:00:00"), "timeZone": "Tokyo Standard Time"});
    let days = json!({"isAllDay": true, "start": midnight("2026-03-07"), "end": midnight("2026-03-08")});
    let weekly = json!({"recurrence": {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]},
        "range": {"type": "noEnd", "startDate": "2026-03-03"}}});
    let more = [("timed", "2026-03-05", json!({})), ("days", "2026-03-07", days), ("series", "2026-03-03", weekly)];
    let ids = more.map(|(subject, start, more)| event(&world, subject, start, more));
    let first = block_on(graph.observe(&scope(), None)).unwrap();
    let occurrence = first.items.iter().find(|item| item.facts.occurrence.is_some()).unwrap().id.clone();
    let asked = ids.iter().map(String::as_str).chain([occurrence.as_str()]).map(|id| (id, Kind::Meeting));
    let asked: Vec<_> = asked.collect();
    let fresh = Graph::new(world.clone(), mailbox());
    let seen = |graph: &Graph<World>| {
        let found = by_id(graph, &asked);
        found.iter().map(|found| found.items.len() + usize::from(found.series)).collect::<Vec<_>>()
    };
    assert_eq!((seen(&graph), seen(&fresh)), (vec![1; 4], vec![1; 4]));

    for id in &ids {
        let path = format!("me/events/{id}");
        assert_eq!(delete(&world, &path), 204);
        assert_eq!(world.by_hand(Side::Exchange, "GET", &path, None).0, 200, "it is in Deleted Items");
        let (status, body) = world.by_hand(Side::Exchange, "DELETE", &path, None);
        assert_eq!((status, body["error"]["code"].as_str()), (403, Some("ErrorCannotDeleteObject")));
    }
    let next = block_on(graph.observe(&scope(), first.cursor.as_ref())).unwrap();
    assert!(next.removed.contains(&ItemId::from(ids[0].as_str())) && next.items.is_empty());
    assert_eq!((seen(&graph), seen(&fresh)), (vec![0; 4], vec![0; 4]), "told by a listing or not");
    quirks(&world, json!({"forgetsDeleted": true}));
    let last = format!("me/events/{}", event(&world, "forgotten", "2026-03-09", json!({})));
    delete(&world, &last);
    assert_eq!(world.by_hand(Side::Exchange, "GET", &last, None).0, 404);
}

#[test]
fn an_occurrence_lives_where_a_view_shows_its_series_in_its_place() {
    let (world, graph, _checked) = checked(Seed::Empty);
    let weekly = json!({"recurrence": {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]},
        "range": {"type": "noEnd", "startDate": "2026-03-03"}}});
    let series = event(&world, "series", "2026-03-03", weekly);
    let items = block_on(graph.observe(&scope(), None)).unwrap().items;
    let occurrence = items.iter().find(|item| item.facts.occurrence.is_some()).unwrap().id.clone();
    quirks(&world, json!({"unexpanded": true}));
    let found =
        || by_id(&Graph::new(world.clone(), mailbox()), &[(occurrence.as_str(), Kind::Meeting)]).remove(0).items;
    assert_eq!(found().len(), 1);
    assert_eq!(delete(&world, &format!("me/events/{series}")), 204);
    assert_eq!(found(), [], "it went with its series");
}

#[test]
fn an_event_that_lies_in_another_calendar_than_it_was_seen_in_lives_there() {
    let (world, graph, _checked) = checked(Seed::Demo);
    let containers = block_on(graph.containers()).unwrap();
    let other = |one: &&Container| one.kind == Kind::Meeting && one.own && !one.default;
    let calendar = containers.iter().find(other).unwrap().id.as_str();
    let time = |hour: &str| json!({"dateTime": format!("2026-03-05T{hour}:00:00"), "timeZone": "UTC"});
    let body = json!({"subject": "e", "start": time("10"), "end": time("11")});
    let path = format!("me/calendars/{calendar}/events");
    let event = world.by_hand(Side::Exchange, "POST", &path, Some(body)).1;
    let found = by_id(&graph, &[(event["id"].as_str().unwrap(), Kind::Meeting)]).remove(0);
    let places: Vec<&str> = found.items.iter().map(|item| item.container.as_str()).collect();
    assert_eq!(places, [calendar]);
}

#[test]
fn a_deleted_task_that_still_answers_is_not_found() {
    let (world, graph, _checked) = checked(Seed::Empty);
    quirks(&world, json!({"keepsDeletedTasks": true}));
    let list = default(&block_on(graph.containers()).unwrap(), Kind::Task).id;
    let path = format!("me/todo/lists/{list}/tasks");
    let task = world.by_hand(Side::Exchange, "POST", &path, Some(json!({"title": "t"}))).1;
    let id = task["id"].as_str().unwrap();
    let found = |graph: &Graph<World>| by_id(graph, &[(id, Kind::Task)]).remove(0).items.len();
    assert_eq!(found(&graph), 1);
    assert_eq!(delete(&world, &format!("{path}/{id}")), 204);
    assert_eq!(world.by_hand(Side::Exchange, "GET", &format!("{path}/{id}"), None).0, 200);
    assert_eq!(found(&graph), 0);
}

#[test]
fn whether_many_live_is_few_requests_and_of_those_just_listed_none() {
    let (world, graph, _checked) = checked(Seed::Empty);
    let ids: Vec<String> = (1..=20).map(|day| event(&world, "e", &format!("2026-03-{day:02}"), json!({}))).collect();
    let asked: Vec<(&str, Kind)> = ids.iter().map(|id| (id.as_str(), Kind::Meeting)).collect();
    let count = || {
        let from = world.requests();
        assert!(by_id(&graph, &asked).iter().all(|found| found.items.len() == 1));
        // the containers are one of them
        world.requests() - from - 1
    };
    assert_eq!(count(), 2, "one for the events, one for the calendar's view of their days");
    block_on(graph.observe(&scope(), None)).unwrap();
    assert_eq!(count(), 1);
    world.pass(chrono::TimeDelta::minutes(10));
    assert_eq!(count(), 2, "a listing of some minutes ago tells nothing of now");
}

#[test]
fn a_calendar_that_cannot_be_read_leaves_it_open_whether_an_event_lives() {
    let (world, graph, _checked) = checked(Seed::Empty);
    let id = event(&world, "e", "2026-03-05", json!({}));
    world.faults(json!([{"server": "graph", "path": "calendarView", "times": 9,
        "then": {"status": 500, "body": {"error": {"code": "ErrorInternalServerError", "message": ""}}}}]));
    let found = by_id(&graph, &[(&id, Kind::Meeting)]).remove(0);
    assert!(found.items.is_empty() && !found.is_absent());
    assert_eq!(found.malformed[0].reason, "ErrorInternalServerError");
}

#[test]
fn what_is_already_deleted_needs_no_removal_and_takes_no_change() {
    let (world, graph, _checked) = checked(Seed::Empty);
    let path = format!("me/events/{}", event(&world, "e", "2026-03-05", json!({})));
    let item: Item = block_on(graph.observe(&scope(), None)).unwrap().items.remove(0);
    let version = |text: Option<&str>| text.map_or_else(|| item.version.clone(), schedule_sync::model::Version::from);
    let removal = |cancels, known| Op::Delete {
        id: item.id.clone(),
        container: item.container.clone(),
        version: version(known),
        cancels,
    };
    delete(&world, &path);
    let now = world.by_hand(Side::Exchange, "GET", &path, None).1["@odata.etag"].as_str().unwrap().to_owned();
    let mut record = item.record.clone();
    if let Record::Meeting(meeting) = &mut record {
        meeting.title = "other".to_owned();
    }
    let update = Update::of(&item, Patch { record, fields: [Field::Title].into() });
    // with the version from before the deletion, and with the one that it has there
    let ops = [removal(false, None), removal(true, None), removal(false, Some(&now)), Op::Update(Box::new(update))];
    assert_eq!(block_on(graph.apply(&ops)), vec![Err(Refusal::Gone); 4]);
    assert_eq!(world.by_hand(Side::Exchange, "GET", &path, None).1["subject"], "e");
}

#[test]
fn a_removal_that_removes_nothing_is_named() {
    let (world, graph, _checked) = checked(Seed::Empty);
    event(&world, "e", "2026-03-05", json!({}));
    let list = default(&block_on(graph.containers()).unwrap(), Kind::Task).id;
    let path = format!("me/todo/lists/{list}/tasks");
    world.by_hand(Side::Exchange, "POST", &path, Some(json!({"title": "t"})));
    let items = block_on(graph.observe(&scope(), None)).unwrap().items;
    assert_eq!(items.len(), 2);
    let ops: Vec<Op> = items
        .iter()
        .map(|item| Op::Delete {
            id: item.id.clone(),
            container: item.container.clone(),
            version: item.version.clone(),
            cancels: false,
        })
        .collect();
    quirks(&world, json!({"storing": {"keepsDeleted": true}}));
    for told in block_on(graph.apply(&ops)) {
        assert!(matches!(&told, Err(Refusal::Rejected(why)) if why.contains("still there")), "{told:?}");
    }
    quirks(&world, json!({}));
    assert!(block_on(graph.apply(&ops)).iter().all(Result::is_ok));
}

#[test]
fn a_deletion_in_outlook_reaches_creatio_by_delta_and_by_the_daily_comparison() {
    for daily in [false, true] {
        let scenario = SandboxScenario::new(Seed::Empty, &everything());
        let id = event(&scenario.world, "e", "2026-03-05", json!({}));
        scenario.settle();
        assert_eq!(scenario.activities().len(), 1);
        delete(&scenario.world, &format!("me/events/{id}"));
        if daily {
            scenario.world.sandbox.borrow_mut().graph.expire_tokens();
            scenario.world.pass(chrono::TimeDelta::hours(25));
        }
        let report = scenario.settle();
        assert_eq!(report.counts.creatio.deleted, 1, "{daily}: {report:?}");
        assert_eq!(scenario.activity("e")["StatusId"], CANCELED);
    }
}

#[test]
fn an_edit_in_creatio_is_not_written_into_a_deleted_event() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    let id = event(&scenario.world, "e", "2026-03-05", json!({}));
    scenario.settle();
    let row = scenario.activity("e");
    delete(&scenario.world, &format!("me/events/{id}"));
    let path = format!("Activity({})", row["Id"].as_str().unwrap());
    scenario.odata("PATCH", &path, Some(json!({"Title": "edited"})));
    scenario.settle();
    let stored = scenario.graph("GET", &format!("me/events/{id}"), None);
    assert_eq!(stored["subject"], "e", "it stays as it was deleted");
    assert_eq!(scenario.event("edited")["isCancelled"], false, "the edit has revived it");
}

/// The service remembers the transaction of a deleted event and refuses it to the next one.
#[test]
fn an_event_is_made_anew_although_its_transaction_was_that_of_a_deleted_one() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    quirks(&scenario.world, json!({"remembersTransactions": true}));
    let row = json!({"Title": "e", "StartDate": "2026-03-12T10:00:00Z", "DueDate": "2026-03-12T11:00:00Z",
        "ShowInScheduler": true});
    scenario.odata("POST", "Activity", Some(row));
    scenario.settle();
    for nth in 1..=2 {
        delete(&scenario.world, &format!("me/events/{}", scenario.event("e")["id"].as_str().unwrap()));
        // without links every time it is the first loss that this browser sees
        scenario.store.links.borrow_mut().clear();
        *scenario.store.state.borrow_mut() = None;
        let held = scenario.settle().held.remove(0);
        assert_eq!(held.reason, Reason::LostCounterpart);
        let Some(id) = held.id else { panic!("it is a particular one") };
        let again = Answer { side: held.side, id, reason: held.reason, choice: Choice::Allow };
        block_on(run::answer::answer(&scenario.store, vec![again])).unwrap();
        scenario.run();
        assert_eq!(scenario.settle().held, [], "{nth}");
        assert_eq!(scenario.events().len(), 1, "{nth}");
    }
}
