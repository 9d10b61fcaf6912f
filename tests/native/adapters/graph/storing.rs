//! A server that keeps something else than it was given: every creation and change tells what is
//! stored now, and asks for it only where the reply did not say it.

use crate::support::graph_setup::{NOW, checked, default, mailbox, quirks, scope};
use crate::support::records::{plain_meeting, plain_task};
use crate::support::world::World;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::graph::Graph;
use schedule_sync::model::lookup::Lookup;
use schedule_sync::model::op::{Create, Op, Update, Written};
use schedule_sync::model::{Facts, Field, Item, Kind, Mark, Patch, Record, Reminder, Side};
use schedule_sync::ports::Replica;
use serde_json::json;
use std::rc::Rc;

/// Switches under which a meeting is stored otherwise than written: what to set, and in which field
/// it shows.
fn ways() -> Vec<(serde_json::Value, Field)> {
    vec![
        (json!({"utc": true}), Field::When),
        (json!({"noReminder": true}), Field::Reminder),
        (json!({"footer": "<p>Sent by the company</p>"}), Field::Body),
        (json!({"importance": "normal"}), Field::Importance),
        (json!({"place": "Building 1"}), Field::Place),
        (json!({"label": "[External] "}), Field::Title),
        (json!({"longest": 9}), Field::Title),
        (json!({"capitals": true}), Field::Title),
        (json!({"decoded": true}), Field::Title),
    ]
}

fn record(kind: Kind) -> Record {
    let title = "a &lt;long&gt; title";
    match (kind, plain_task(title)) {
        (Kind::Task, task) => task,
        (Kind::Meeting, _) => Record::Meeting(plain_meeting(title)),
    }
}

fn creation(graph: &Graph<World>, kind: Kind) -> Op {
    let container = default(&block_on(graph.containers()).unwrap(), kind).id;
    let mark = Mark { site: "site".into(), activity: "a1".into(), generation: 1 };
    let facts = Facts { mark: Some(mark), transaction: Some("t-1".to_owned()), ..Facts::default() };
    Op::Create(Box::new(Create { id: None, container, record: record(kind), facts }))
}

fn stored(graph: &Graph<World>, written: &Written) -> Item {
    let clue = Lookup::Id { id: written.id.clone(), container: written.container.clone() };
    block_on(graph.find(&[clue])).unwrap().remove(0).items.remove(0)
}

/// Sends one write; what it tells, and in how many requests.
fn sent(world: &World, graph: &Graph<World>, op: Op) -> (Written, usize) {
    let from = world.requests();
    let written = block_on(graph.apply(&[op])).remove(0).unwrap();
    (written, world.requests() - from)
}

#[test]
fn every_write_tells_what_the_server_made_of_it() {
    for (storing, field) in ways() {
        for kind in [Kind::Meeting, Kind::Task] {
            if kind == Kind::Task && matches!(field, Field::When | Field::Place) {
                continue;
            }
            let (world, graph, _checked) = checked(Seed::Empty);
            quirks(&world, json!({"storing": storing}));
            let wanted = record(kind);
            let (made, _) = sent(&world, &graph, creation(&graph, kind));
            let told = made.item.as_ref().unwrap();
            assert_eq!(told.record, stored(&graph, &made).record, "{storing} {kind:?}");
            let whole = Patch::whole(&wanted);
            assert!(!whole.agree(&told.record, &wanted), "{storing} {kind:?} shows");

            let patch = Patch { record: wanted.clone(), fields: [field].into() };
            let (changed, _) = sent(&world, &graph, Op::Update(Box::new(Update::of(told, patch.clone()))));
            let told = changed.item.unwrap();
            assert!(!patch.agree(&told.record, &wanted), "{storing} {kind:?}: it was not kept, and that is told");
        }
    }
}

#[test]
fn what_a_reply_does_not_tell_is_read_right_after_and_only_then() {
    for (storing, requests, kept) in [
        (json!({}), 1, true),
        (json!({"silent": true}), 2, true),
        (json!({"answersOld": true}), 2, true),
        (json!({"keepsOld": true}), 2, false),
        (json!({"keepsOld": true, "silent": true}), 2, false),
    ] {
        for kind in [Kind::Meeting, Kind::Task] {
            // a change that is answered without a body is not in Microsoft's description
            let world = Rc::new(World::new(Seed::Empty, NOW));
            let graph = Graph::new(world.clone(), mailbox());
            let (made, created) = sent(&world, &graph, creation(&graph, kind));
            assert_eq!(created, 1);
            let item = *made.item.unwrap();
            quirks(&world, json!({"storing": storing}));
            let mut new = item.record.clone();
            match &mut new {
                Record::Meeting(meeting) => meeting.reminder = Reminder::Before(45),
                Record::Task(task) => task.importance = schedule_sync::model::Importance::High,
            }
            let field = if kind == Kind::Meeting { Field::Reminder } else { Field::Importance };
            let patch = Patch { record: new.clone(), fields: [field].into() };
            let (written, count) = sent(&world, &graph, Op::Update(Box::new(Update::of(&item, patch))));
            // a task is looked at before it is written
            let looks = usize::from(kind == Kind::Task);
            assert_eq!(count, requests + looks, "{storing} {kind:?}");
            let expected = if kept { &new } else { &item.record };
            assert_eq!(&written.item.unwrap().record, expected, "{storing} {kind:?}");
        }
    }
}

#[test]
fn an_answer_to_an_invitation_is_told_as_it_is_kept() {
    let (world, graph, _checked) = checked(Seed::Demo);
    let items = block_on(graph.observe(&scope(), None)).unwrap().items;
    let invited =
        items.into_iter().find(|item| item.facts.organized_by_other && item.facts.occurrence.is_none()).unwrap();
    let mut record = invited.record.clone();
    if let Record::Meeting(meeting) = &mut record {
        meeting.response = schedule_sync::model::Response::Declined;
    }
    let patch = Patch { record: record.clone(), fields: [Field::Response].into() };
    let (written, _) = sent(&world, &graph, Op::Update(Box::new(Update::of(&invited, patch.clone()))));
    assert!(patch.agree(&written.item.unwrap().record, &record));
}

#[test]
fn a_zone_that_nobody_knows_is_named_and_nothing_is_written_in_utc() {
    use schedule_sync::model::time::Fixed;
    let (world, _, _checked) = checked(Seed::Empty);
    for (name, known) in
        [("Kamchatka Standard Time", false), ("", false), ("Russia Time Zone 3", true), ("UTC+12", true)]
    {
        let zone = Rc::new(Fixed { seconds: 14_400, name: name.to_owned() });
        let graph = Graph::new(world.clone(), schedule_sync::graph::GraphMailbox { zone, ..mailbox() });
        let told = block_on(graph.apply(&[creation(&graph, Kind::Task)])).remove(0);
        match told {
            Ok(_) => assert!(known, "{name}"),
            Err(schedule_sync::model::op::Refusal::Rejected(why)) => {
                assert!(!known && why.contains(name), "{name}: {why}")
            }
            Err(other) => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(world.by_hand(Side::Exchange, "GET", "me/events", None).1["value"], json!([]));
}
