//! The marks of many events are looked up in one listing of their calendar, and say the same as
//! each event by its id.

use crate::support::graph_setup::{checked, mailbox, scope};
use crate::support::world::World;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::flat::FlatMap;
use schedule_sync::graph::Graph;
use schedule_sync::model::lookup::{Found, Lookup};
use schedule_sync::model::op::{Create, Op};
use schedule_sync::model::{Facts, Item, Listing, Mark, Record, Side};
use schedule_sync::ports::Replica;
use serde_json::{Value, json};
use std::rc::Rc;

fn put(world: &World, day: usize, more: Value) -> String {
    let time = |hour: &str| json!({"dateTime": format!("2026-03-{day:02}T{hour}:00:00"), "timeZone": "UTC"});
    let mut body = json!({"subject": "e", "start": time("10"), "end": time("11")});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (status, row) = world.by_hand(Side::Exchange, "POST", "me/events", Some(body));
    assert_eq!(status, 201, "{row}");
    row["id"].as_str().unwrap().to_owned()
}

/// What is said of an item that was asked for.
#[derive(Debug, PartialEq)]
struct Said {
    is_absent: bool,
    is_series: bool,
    mark: Option<Mark>,
    series_mark: Option<Mark>,
    transaction: Option<String>,
}

impl Said {
    fn of(found: &Found) -> Self {
        let facts = found.items.first().map(|item| item.facts.clone()).unwrap_or_default();
        Self {
            is_absent: found.is_absent(),
            is_series: found.series,
            mark: facts.mark,
            series_mark: facts.series_mark,
            transaction: facts.transaction,
        }
    }
}

/// A calendar of events of every sort, listed, and what became of some since.
fn filled() -> (Rc<World>, Graph<World>, Listing) {
    let (world, graph, _checked) = checked(Seed::Empty);
    let weekly = |on: &str, from: &str| {
        json!({"recurrence": {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [on]},
            "range": {"type": "noEnd", "startDate": from}}})
    };
    put(&world, 3, weekly("tuesday", "2026-03-03"));
    let ids: Vec<String> = (4..29).map(|day| put(&world, day, json!({}))).collect();
    let midnight = |day: &str| json!({"dateTime": format!("2026-03-{day}T00:00:00"), "timeZone": "UTC"});
    put(&world, 9, json!({"isAllDay": true, "start": midnight("09"), "end": midnight("10")}));
    let listing = block_on(graph.observe(&scope(), None)).unwrap();
    let sample = listing.items.iter().find(|item| item.id.as_str() == ids[0]).unwrap().clone();
    let mark = Mark { site: mailbox().site, activity: "a".into(), generation: 2 };
    let facts = Facts { mark: Some(mark), transaction: Some("t".to_owned()), involves_me: true, ..Facts::default() };
    let Record::Meeting(_) = &sample.record else { panic!("{sample:?}") };
    let create = Create { id: None, container: sample.container.clone(), record: sample.record.clone(), facts };
    let made = block_on(graph.apply(&[Op::Create(Box::new(create))])).remove(0).unwrap();
    let listing = block_on(graph.observe(&scope(), None)).unwrap();
    assert!(listing.items.iter().any(|item| item.id == made.id));
    // a listing may be late: one is gone by now, and one is a series
    assert_eq!(world.by_hand(Side::Exchange, "DELETE", &format!("me/events/{}", ids[1]), None).0, 204);
    let (status, row) =
        world.by_hand(Side::Exchange, "PATCH", &format!("me/events/{}", ids[2]), Some(weekly("friday", "2026-03-06")));
    assert_eq!(status, 200, "{row}");
    world.pass(chrono::TimeDelta::minutes(10));
    (world, graph, listing)
}

#[test]
fn many_marks_are_one_listing_and_the_same_as_by_their_ids() {
    for refused in [false, true] {
        let (world, graph, listing) = filled();
        if refused {
            let body = json!({"error": {"code": "ErrorInvalidRequest", "message": "no such filter"}});
            world.faults(json!([{"path": "start/dateTime", "times": 9, "then": {"status": 400, "body": body}}]));
        }
        let items: Vec<&Item> = listing.items.iter().collect();
        let singles = items.iter().filter(|item| item.facts.occurrence.is_none()).count();
        assert!(singles > 25);
        let from = world.log(0).len();
        let marks = block_on(graph.marks(&items)).unwrap();
        let alone = |line: &&String| line.starts_with("GET /v1.0/me/events/");
        let by_id = world.log(from).iter().filter(alone).count();
        let expected = if refused { items.len() } else { items.len() - singles + 2 };
        assert_eq!(by_id, expected, "occurrences, what is gone, and what is a series by now");
        let ids: Vec<Lookup> =
            items.iter().map(|item| Lookup::Id { id: item.id.clone(), container: item.container.clone() }).collect();
        let found = block_on(graph.find(&ids)).unwrap();
        let told: FlatMap<_, _> = items.iter().map(|item| item.id.clone()).zip(marks.iter().map(Said::of)).collect();
        let known: FlatMap<_, _> = items.iter().map(|item| item.id.clone()).zip(found.iter().map(Said::of)).collect();
        assert_eq!(told, known);
        assert_eq!(told.values().filter(|said| said.mark.is_some()).count(), 1);
    }
}
