//! The user's answers to invitations, written to the emulator: each is given once, whatever becomes
//! of the reply, and mails the organizer alone.

use crate::support::graph_setup::{checked, meeting, scope};
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::model::lookup::Lookup;
use schedule_sync::model::op::{Op, Refusal, Update};
use schedule_sync::model::{Field, Item, Patch, Record, Reminder, Response};
use schedule_sync::ports::Replica;
use serde_json::json;

/// An update of an invitation that answers it, and writes `more`.
fn answer(item: &Item, response: Response, more: &[Field]) -> Op {
    let mut record = item.record.clone();
    if let Record::Meeting(one) = &mut record {
        one.response = response;
        one.reminder = Reminder::Before(45);
    }
    let fields = more.iter().copied().chain([Field::Response]).collect();
    Op::Update(Box::new(Update::of(item, Patch { record, fields })))
}

#[test]
fn an_answer_is_given_once_and_only_the_organizer_hears_of_it() {
    for (response, more) in [
        (Response::Confirmed, &[][..]),
        (Response::Declined, &[Field::Reminder]),
        (Response::Confirmed, &[Field::Reminder]),
    ] {
        for lost in [false, true] {
            let (world, graph, _checked) = checked(Seed::Demo);
            let items = block_on(graph.observe(&scope(), None)).unwrap().items;
            let open = |item: &&Item| item.facts.organized_by_other && meeting(item).response == Response::InDoubt;
            let item = items.iter().find(open).expect("an invitation that is not answered");
            let mails = || world.sandbox.borrow().graph.mails().len();
            let before = mails();
            let op = answer(item, response, more);
            if lost {
                world.faults(
                    json!([{"server": "graph", "method": "POST", "path": "events", "then": {"drop": "after"}}]),
                );
                assert_eq!(block_on(graph.apply(std::slice::from_ref(&op))), [Err(Refusal::Unknown)]);
            }
            assert!(block_on(graph.apply(std::slice::from_ref(&op))).remove(0).is_ok(), "{response:?} {more:?} {lost}");
            let clue = Lookup::Id { id: item.id.clone(), container: item.container.clone() };
            let now = block_on(graph.find(&[clue])).unwrap().remove(0).items.remove(0);
            assert_eq!(meeting(&now).response, response);
            assert_eq!(meeting(&now).reminder == Reminder::Before(45), !more.is_empty());
            assert_eq!(mails(), before + 1, "{response:?} {more:?} {lost}");
        }
    }
}
