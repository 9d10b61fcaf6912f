//! What only the Exchange Server's replica does: folders by class, series from views, states that
//! are lost, who gets mail, answers to invitations, whose tasks and whose mailbox it is. Against
//! the sandbox; all that is said is checked against Microsoft's schema.

use crate::support::ews_setup::{enveloped, mailbox, of, quirks};
use crate::support::graph_setup::{default, meeting, scope, titles};
use crate::support::memory::everything;
use crate::support::sandbox_scenario::SandboxScenario;
use crate::support::served_mailbox::{ServedMailbox, ZONE, named, single, update, wall};
use crate::support::world::COLLEAGUE_THERE;
use chrono::TimeDelta;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::engine::held::Reason;
use schedule_sync::error::Error;
use schedule_sync::ews::{Ews, EwsMailbox};
use schedule_sync::model::lookup::Lookup;
use schedule_sync::model::op::{Create, Op, Refusal, SendInvitations, Update};
use schedule_sync::model::scope::Scope;
use schedule_sync::model::{Facts, Field, ItemId, Kind, Mark, Meeting, Record, Response, Role, Side, When};
use schedule_sync::ports::Replica;
use serde_json::{Value, json};
use std::rc::Rc;

#[test]
fn folders_are_told_by_their_class_wherever_they_lie() {
    let served = ServedMailbox::new(Seed::Demo);
    let containers = block_on(served.ews.containers()).unwrap();
    let told: Vec<_> = containers.iter().map(|one| (one.kind, one.name.as_str(), one.default, one.own)).collect();
    assert_eq!(
        told,
        [
            (Kind::Meeting, "Calendar", true, true),
            (Kind::Meeting, "Командировки", false, true),
            (Kind::Meeting, "Birthdays", false, false),
            (Kind::Task, "Tasks", true, true),
            (Kind::Task, "Поручения", false, true),
            (Kind::Task, "Project plan", false, true),
        ],
        "not those in Deleted Items"
    );
    assert!(containers.iter().all(|one| one.writable && one.owner == served.world.mailbox));
}

#[test]
fn a_quiet_run_asks_for_folders_and_changes_only() {
    let served = ServedMailbox::new(Seed::Demo);
    let first = served.observe(None);
    assert!(!first.items.is_empty() && first.malformed.is_empty(), "{:?}", first.malformed);
    let from = served.world.log(0).len();
    let second = served.observe(first.cursor.as_ref());
    assert!(second.items.is_empty() && second.complete.is_empty() && second.removed.is_empty());
    let asked = ["GetItem", "FindItem", "SyncFolderItems"].map(|operation| served.asked(from, operation));
    assert_eq!(asked, [0, 0, first.complete.len()]);
}

#[test]
fn a_series_is_its_occurrences_in_the_window() {
    let served = ServedMailbox::new(Seed::Empty);
    let series = served.series("стендап");
    let first = served.observe(None);
    let items = named(&first, "стендап");
    assert_eq!(items.len(), 18, "to the first of the month after three");
    for item in &items {
        let occurrence = item.facts.occurrence.as_ref().unwrap();
        assert_eq!(occurrence.master.as_str(), series);
        assert!(item.facts.uid.as_ref().is_some_and(|uid| uid == items[0].facts.uid.as_ref().unwrap()));
    }
    // by the wall clock of its zone, over the change to summer time
    let When::Timed { start, .. } = meeting(items[4]).when else { panic!("all day") };
    assert_eq!(start.to_rfc3339(), "2026-03-31T08:00:00+00:00");

    // one is changed, moved, one is deleted: the series is told again, and nothing else
    let (changed, moved, gone) = (items[1].id.clone(), items[2].id.clone(), items[3].id.clone());
    served.hand("PATCH", &format!("me/events/{changed}"), json!({"subject": "итоги"}));
    let (start, end) = (wall("2026-03-18T15:00:00"), wall("2026-03-18T15:30:00"));
    served.hand("PATCH", &format!("me/events/{moved}"), json!({"start": start, "end": end}));
    served.hand("DELETE", &format!("me/events/{gone}"), Value::Null);
    served.event(single("apart", "2026-03-20"));
    let second = served.observe(first.cursor.as_ref());
    assert!(second.complete.is_empty() && second.removed.is_empty(), "{:?}", second.removed);
    assert_eq!((second.items.len(), second.series.len()), (18, 1), "17 of the series, and one apart");
    let set = &second.series[0];
    assert!(set.master.as_str() == series && set.present.len() == 17 && !set.present.contains(&gone));
    let item = second.items.iter().find(|item| item.id == moved).unwrap();
    let original = item.facts.occurrence.as_ref().unwrap().original;
    assert_eq!(original, schedule_sync::model::Original::At("2026-03-17T09:00:00Z".parse().unwrap()));
    let clue = Lookup::Id { id: gone, container: item.container.clone() };
    assert!(block_on(served.ews.find(&[clue])).unwrap()[0].is_absent());

    // a direct read tells the series too
    let clue = Lookup::Id { id: moved, container: item.container.clone() };
    let found = block_on(served.ews.find(&[clue])).unwrap().remove(0).items.remove(0);
    assert_eq!(found.facts.occurrence.unwrap().master.as_str(), series);

    served.hand("DELETE", &format!("me/events/{series}"), Value::Null);
    let third = served.observe(second.cursor.as_ref());
    assert!(third.removed.iter().any(|id| id.as_str() == series), "a series deleted whole is told by its master");
}

#[test]
fn an_event_that_becomes_a_series_is_read_as_one() {
    let served = ServedMailbox::new(Seed::Empty);
    let id = served.event(single("one", "2026-03-10"));
    let first = served.observe(None);
    assert_eq!(titles(&first), ["one"]);
    let rule = json!({"pattern": {"type": "daily", "interval": 1},
        "range": {"type": "numbered", "startDate": "2026-03-10", "numberOfOccurrences": 3, "recurrenceTimeZone": ZONE}});
    served.hand("PATCH", &format!("me/events/{id}"), json!({"recurrence": rule}));
    let second = served.observe(first.cursor.as_ref());
    assert_eq!(titles(&second), ["one"; 3]);
    assert!(
        second.items.iter().all(|item| item.facts.occurrence.as_ref().is_some_and(|one| one.master.as_str() == id))
    );
}

#[test]
fn occurrences_of_one_series_are_written_one_after_the_other() {
    let served = ServedMailbox::new(Seed::Empty);
    served.series("s");
    let listing = served.observe(None);
    let ops: Vec<Op> = (1..5)
        .map(|n| update(&listing.items[n], |meeting| meeting.place = format!("room {n}"), &[Field::Place]))
        .collect();
    for (n, outcome) in (1..).zip(block_on(served.ews.apply(&ops))) {
        let item = outcome.unwrap().item.unwrap();
        assert_eq!(
            (meeting(&item).place.as_str(), item.facts.occurrence.is_some()),
            (format!("room {n}").as_str(), true)
        );
    }
    // all-day in the zone of the series, which can't be written
    let op = update(
        &listing.items[6],
        |meeting| {
            meeting.when = When::AllDay { first: "2026-04-14".parse().unwrap(), end: "2026-04-15".parse().unwrap() }
        },
        &[Field::When],
    );
    let item = served.apply(op).unwrap().item.unwrap();
    assert_eq!(
        meeting(&item).when,
        When::AllDay { first: "2026-04-14".parse().unwrap(), end: "2026-04-15".parse().unwrap() }
    );
}

#[test]
fn a_state_that_is_lost_costs_a_full_reading_of_its_folder() {
    let served = ServedMailbox::new(Seed::Demo);
    let first = served.observe(None);
    served.world.sandbox.borrow_mut().exchange.expire_states();
    let second = served.observe(first.cursor.as_ref());
    assert_eq!(titles(&second), titles(&first));
    assert_eq!(second.complete.len(), first.complete.len());
    // no state is of any use: that is an error, and no circle
    quirks(&served.world, json!({"invalidStates": true, "pageSize": 1}));
    let error = block_on(served.ews.observe(&scope(), second.cursor.as_ref())).err();
    assert_eq!(error, Some(Error::CursorLost(Side::Exchange)));
}

#[test]
fn another_window_is_read_in_full_and_a_long_one_in_pieces() {
    let served = ServedMailbox::new(Seed::Empty);
    served.event(single("old", "2012-03-03"));
    served.event(single("new", "2026-03-03"));
    let first = served.observe(None);
    assert_eq!(titles(&first), ["new"]);
    let mut long: Scope = scope();
    long.window.from = "2010-01-01T00:00:00Z".parse().unwrap();
    let from = served.world.log(0).len();
    let second = block_on(served.ews.observe(&long, first.cursor.as_ref())).unwrap();
    assert_eq!((titles(&second), second.complete.len()), (vec!["new", "old"], first.complete.len()));
    assert!(served.asked(from, "FindItem") >= 9, "two years at a time");
}

#[test]
fn a_view_that_is_cut_is_read_in_halves() {
    let served = ServedMailbox::new(Seed::Empty);
    for day in 10..30 {
        served.event(single("single", &format!("2026-03-{day}")));
    }
    served.series("series");
    let whole = served.observe(None);
    quirks(&served.world, json!({"findLimit": 3}));
    let cut = served.observe(None);
    assert_eq!((titles(&cut), cut.malformed.len()), (titles(&whole), 0));
    // more at one time than fits into any half: what is shown is read, and nothing else of the
    // folder counts as gone
    for n in 0..4 {
        served.event(single(&format!("at one time {n}"), "2026-03-10"));
    }
    let crowded = served.observe(whole.cursor.as_ref());
    assert_eq!((titles(&crowded).len(), crowded.malformed.len()), (4, 0), "what changed is read by id");
    let crowded = served.observe(None);
    assert_eq!((crowded.malformed.len(), crowded.complete.len()), (1, 1), "the list alone is whole");
    assert!(crowded.malformed[0].is_container() && crowded.malformed[0].reason.contains("2026-03-10"));
    let shown = titles(&crowded);
    assert_eq!(shown.len(), whole.items.len() + 1, "three of the six at one time are shown");
}

#[test]
fn a_folder_that_cannot_be_read_costs_only_itself() {
    let served = ServedMailbox::new(Seed::Demo);
    let all = served.observe(None);
    quirks(&served.world, json!({"denied": ["Командировки"]}));
    let less = served.observe(all.cursor.as_ref());
    assert_eq!(less.complete.len(), 0);
    assert!(less.removed.is_empty() && less.items.is_empty());
}

#[test]
fn the_mailbox_has_to_be_the_signed_in_users() {
    let served = ServedMailbox::new(Seed::Empty);
    assert_eq!(
        block_on(served.ews.identify(None)).unwrap(),
        block_on(schedule_sync::ports::Credentials::holder(served.world.as_ref(), Side::Exchange))
    );
    let other = Ews::new(Rc::clone(&served.world), EwsMailbox { ..of(COLLEAGUE_THERE.1) });
    let error = block_on(other.identify(None)).err();
    let (meant, found) = (COLLEAGUE_THERE.1.to_owned(), "?".to_owned());
    assert_eq!(error, Some(Error::Elsewhere { side: Side::Exchange, meant, found }));
    quirks(&served.world, json!({"noMailbox": true}));
    assert_eq!(block_on(served.ews.identify(None)).err().map(|error| error.code()), Some("forbidden"));
}

#[test]
fn what_we_create_bears_our_mark_and_a_uid_of_ours() {
    let served = ServedMailbox::new(Seed::Empty);
    let containers = block_on(served.ews.containers()).unwrap();
    let mark = |n: u32| Mark { site: "site".into(), activity: "a1".into(), generation: n };
    let id = "1f0e9a6b-7e2d-5c84-b3a7-5d0c9f5e3c51";
    for kind in [Kind::Meeting, Kind::Task] {
        let meeting = Record::Meeting(Meeting {
            when: When::Timed {
                start: "2026-03-05T10:00:00Z".parse().unwrap(),
                end: "2026-03-05T11:00:00Z".parse().unwrap(),
            },
            ..crate::support::records::plain_meeting("ours")
        });
        let record = if kind == Kind::Meeting { meeting } else { crate::support::records::plain_task("ours") };
        let facts = Facts { mark: Some(mark(2)), transaction: Some(id.to_owned()), ..Facts::default() };
        let container = default(&containers, kind).id;
        let create = Op::Create(Box::new(Create { id: None, container, record, facts }));
        let item = served.apply(create).unwrap().item.unwrap();
        assert_eq!(item.facts.mark, Some(mark(2)));
        assert_eq!(item.facts.transaction.is_some(), kind == Kind::Meeting);
    }
    let found = block_on(served.ews.find(&[Lookup::Mark("a1".into()), Lookup::Mark("a2".into())])).unwrap();
    assert_eq!(found.iter().map(|found| found.items.len()).collect::<Vec<_>>(), [2, 0], "whatever the generation");
    // a person's copy has the mark, but a UID of its own
    let event = found[0].items.iter().find(|item| item.record.kind() == Kind::Meeting).unwrap().clone();
    let marks =
        served.hand("GET", &format!("me/events/{}", event.id), Value::Null)["singleValueExtendedProperties"].clone();
    let mut copy = single("ours", "2026-03-05");
    copy["singleValueExtendedProperties"] = if marks.is_null() {
        json!([{"id": "String {5d0c9f5e-3c51-4f0e-9a6b-7e2d1c84b3a7} Name ScheduleSyncMark", "value": "site/a1/2"},
            {"id": "String {5d0c9f5e-3c51-4f0e-9a6b-7e2d1c84b3a7} Name ScheduleSyncActivity", "value": "site/a1"}])
    } else {
        marks
    };
    served.event(copy);
    let found = block_on(served.ews.find(&[Lookup::Mark("a1".into())])).unwrap().remove(0).items;
    let events: Vec<_> = found.iter().filter(|item| item.record.kind() == Kind::Meeting).collect();
    assert_eq!(events.iter().filter(|item| item.facts.transaction.is_some()).count(), 1);
    assert_eq!(events.len(), 2);
    // found again by its UID, and by no other
    let uid = event.facts.uid.unwrap();
    let found = block_on(served.ews.find(&[Lookup::Uid(uid)])).unwrap().remove(0).items;
    assert_eq!(found.iter().map(|item| &item.id).collect::<Vec<_>>(), [&event.id]);
}

#[test]
fn nobody_is_mailed_but_for_what_concerns_those_invited() {
    let served = ServedMailbox::new(Seed::Empty);
    let guest = json!([{"type": "required", "emailAddress": {"address": "guest@fabrikam.example", "name": "G"}}]);
    let mut body = single("with a guest", "2026-03-10");
    body["attendees"] = guest;
    served.event(body);
    let begun = served.reasons().len();
    let read =
        || served.observe(None).items.into_iter().find(|item| item.record.title().starts_with("with a guest")).unwrap();
    let mailed = |op: Op| {
        let before = served.reasons().len();
        served.apply(op).unwrap();
        served.reasons().split_off(before)
    };
    let item = read();
    assert_eq!((item.facts.attendees, item.facts.organized_by_other), (1, false));
    let low = update(&item, |meeting| meeting.importance = schedule_sync::model::Importance::Low, &[Field::Importance]);
    assert_eq!(mailed(low), Vec::<String>::new(), "a reminder, an importance concern the user alone");
    let later = |meeting: &mut Meeting| {
        meeting.when = When::Timed {
            start: "2026-03-11T10:00:00Z".parse().unwrap(),
            end: "2026-03-11T11:00:00Z".parse().unwrap(),
        };
    };
    assert_eq!(mailed(update(&read(), later, &[Field::When])), ["update"]);
    let alone = |meeting: &mut Meeting| meeting.people.clear();
    assert_eq!(mailed(update(&read(), alone, &[Field::People])), ["cancellation"], "who is taken off");
    assert_eq!(read().facts.attendees, 0);
    let title = |meeting: &mut Meeting| meeting.title = "with a guest no more".to_owned();
    assert_eq!(mailed(update(&read(), title, &[Field::Title])), Vec::<String>::new());
    let more = |meeting: &mut Meeting| {
        meeting.people = vec![schedule_sync::model::Person {
            addresses: vec![schedule_sync::model::Address::parse("anna@fabrikam.example").unwrap()],
            contact: None,
            name: "Anna".to_owned(),
            role: Role::Optional,
            response: Response::InDoubt,
        }];
    };
    assert_eq!(mailed(update(&read(), more, &[Field::People])), ["invitation"]);
    let item = read();
    assert_eq!(meeting(&item).people[0].role, Role::Optional);
    let gone = Op::Delete {
        id: item.id.clone(),
        container: item.container.clone(),
        version: item.version.clone(),
        cancels: true,
    };
    assert_eq!(mailed(gone), ["cancellation"]);
    assert_eq!(begun, 1, "the person's own invitation");
}

#[test]
fn what_is_to_be_silent_mails_nobody_whatever_it_is() {
    let served = ServedMailbox::new(Seed::Empty);
    let mut body = single("with guests", "2026-03-10");
    let guest =
        |name: &str| json!({"type": "required", "emailAddress": {"address": format!("{name}@fabrikam.example")}});
    body["attendees"] = json!([guest("anna"), guest("ben")]);
    served.event(body);
    let begun = served.reasons().len();
    let read = || served.observe(None).items.into_iter().find(|item| item.record.title() == "with guests").unwrap();
    let told = |tells: SendInvitations, op: Op| {
        let Op::Update(update) = op else { panic!("{op:?}") };
        served.apply(Op::Update(Box::new(Update { tells, ..*update }))).unwrap();
    };
    told(SendInvitations::Nobody, update(&read(), |meeting| meeting.place = "Room 2".to_owned(), &[Field::Place]));
    let fewer =
        |meeting: &mut Meeting| meeting.people.retain(|one| one.addresses[0].as_str() == "ben@fabrikam.example");
    told(SendInvitations::Nobody, update(&read(), fewer, &[Field::People]));
    assert_eq!(served.reasons().len(), begun);
    let item = read();
    assert_eq!((meeting(&item).place.as_str(), item.facts.attendees), ("Room 2", 1), "written all the same");
    // an invitation that a person allowed, together with a change that mails nobody
    let moved = |meeting: &mut Meeting| {
        meeting.place = "Room 3".to_owned();
        let mut more = meeting.people[0].clone();
        more.addresses = vec![schedule_sync::model::Address::parse("carl@fabrikam.example").unwrap()];
        meeting.people.push(more);
    };
    told(SendInvitations::Invited, update(&item, moved, &[Field::Place, Field::People]));
    assert_eq!(served.reasons().split_off(begun), ["invitation"], "and no update to the other");
}

#[test]
fn answers_are_given_to_the_organizer_once() {
    let served = ServedMailbox::new(Seed::Empty);
    let colleague = served.world.beside(COLLEAGUE_THERE);
    for (title, wanted) in [("yes", Response::Confirmed), ("no", Response::Declined)] {
        let mut body = single(title, "2026-03-10");
        body["attendees"] = json!([{"type": "required", "emailAddress": {"address": served.world.mailbox}}]);
        let (status, _) = colleague.by_hand(Side::Exchange, "POST", "me/events", Some(body));
        assert_eq!(status, 201);
        let listing = served.observe(None);
        let item = named(&listing, title)[0];
        assert!(item.facts.organized_by_other && meeting(item).response == Response::InDoubt, "{title}");
        assert_eq!(meeting(item).people.len(), 1, "the organizer");
        let before = served.reasons().len();
        let op = update(item, |meeting| meeting.response = wanted, &[Field::Response]);
        let written = served.apply(op.clone()).unwrap();
        assert_eq!(served.reasons().split_off(before), ["response"], "{title}");
        if wanted == Response::Confirmed {
            assert_eq!(meeting(&written.item.unwrap()).response, wanted);
            // as if the reply had been lost
            assert!(served.apply(op).is_ok());
            assert_eq!(served.reasons().len(), before + 1, "{title}: not a second time");
        }
    }
}

#[test]
fn a_meeting_that_is_made_anew_by_the_answer_is_known_by_its_new_id() {
    let served = ServedMailbox::new(Seed::Empty);
    let colleague = served.world.beside(COLLEAGUE_THERE);
    let mut body = single("yes", "2026-03-10");
    body["attendees"] = json!([{"type": "required", "emailAddress": {"address": served.world.mailbox}}]);
    assert_eq!(colleague.by_hand(Side::Exchange, "POST", "me/events", Some(body)).0, 201);
    quirks(&served.world, json!({"answersRenew": true}));
    let listing = served.observe(None);
    let item = named(&listing, "yes")[0];
    let written =
        served.apply(update(item, |meeting| meeting.response = Response::Confirmed, &[Field::Response])).unwrap();
    let after = served.observe(None);
    let there = named(&after, "yes");
    assert_eq!((there.len(), &there[0].id), (1, &written.id));
    assert_ne!(written.id, item.id);
    assert_eq!(written.item.as_deref(), Some(there[0]));
}

#[test]
fn a_task_of_somebody_else_is_known_as_such() {
    let served = ServedMailbox::new(Seed::Empty);
    for (title, state) in [("mine", "NoMatch"), ("theirs", "Accepted")] {
        let task = json!({"title": title, "owner": "somebody", "delegationState": state});
        let sandbox = &mut *served.world.sandbox.borrow_mut();
        sandbox.exchange.load_task_of(served.world.mailbox, task, &mut sandbox.environment).unwrap();
    }
    let listing = served.observe(None);
    let mine: Vec<_> = listing.items.iter().map(|item| (item.record.title(), item.facts.involves_me)).collect();
    assert_eq!(mine.iter().filter(|(title, mine)| (*title == "mine") == *mine).count(), 2, "{mine:?}");
}

#[test]
fn a_task_of_somebody_else_is_not_imported() {
    let scenario = SandboxScenario::there(Seed::Empty, &everything());
    for (title, state) in [("mine", "NoMatch"), ("theirs", "Accepted")] {
        let task = json!({"title": title, "owner": "somebody", "delegationState": state});
        let sandbox = &mut *scenario.world.sandbox.borrow_mut();
        sandbox.exchange.load_task_of(scenario.world.mailbox, task, &mut sandbox.environment).unwrap();
    }
    scenario.settle();
    let titles: Vec<Value> = scenario.activities().into_iter().map(|mut row| row["Title"].take()).collect();
    assert_eq!(titles, ["mine"]);
}

#[test]
fn a_request_that_is_unfit_costs_only_the_write_at_fault() {
    let served = ServedMailbox::unchecked(Seed::Empty);
    let calendar = served.calendar();
    let create = |n: u32, title: &str| {
        let record = Record::Meeting(Meeting {
            when: When::Timed {
                start: "2026-03-05T10:00:00Z".parse().unwrap(),
                end: "2026-03-05T11:00:00Z".parse().unwrap(),
            },
            ..crate::support::records::plain_meeting(title)
        });
        let facts = Facts { transaction: Some(format!("t{n}")), ..Facts::default() };
        Op::Create(Box::new(Create { id: None, container: calendar.clone(), record, facts }))
    };
    // the first request is refused whole; one by one they go through
    let refusal = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault><faultcode>a:ErrorSchemaValidation</faultcode><faultstring>x</faultstring></s:Fault></s:Body></s:Envelope>";
    served.world.faults(json!([{"server": "exchange", "operation": "CreateItem", "times": 2,
        "then": {"status": 500, "headers": {"Content-Type": "text/xml"}, "body": refusal}}]));
    let told = block_on(served.ews.apply(&[create(1, "a"), create(2, "b"), create(3, "c")]));
    assert!(matches!(&told[0], Err(Refusal::Rejected(code)) if code == "ErrorSchemaValidation"), "{told:?}");
    assert!(told[1].is_ok() && told[2].is_ok(), "{told:?}");
}

#[test]
fn a_folder_that_tells_the_same_without_end_is_named_and_one_that_tells_it_long_is_not() {
    let page = |state: &str, changes: &str, last: bool| {
        let body = format!(
            "<m:SyncFolderItemsResponse><m:ResponseMessages><m:SyncFolderItemsResponseMessage ResponseClass=\"Success\">\
             <m:ResponseCode>NoError</m:ResponseCode><m:SyncState>{state}</m:SyncState>\
             <m:IncludesLastItemInRange>{last}</m:IncludesLastItemInRange><m:Changes>{changes}</m:Changes>\
             </m:SyncFolderItemsResponseMessage></m:ResponseMessages></m:SyncFolderItemsResponse>"
        );
        enveloped(&body)
    };
    let again = "<t:Delete><t:ItemId Id=\"gone\"/></t:Delete>";
    let fault = |times: usize, body: String| {
        let then = json!({"status": 200, "headers": {"Content-Type": "text/xml; charset=utf-8"}, "body": body});
        json!({"server": "exchange", "operation": "SyncFolderItems", "times": times, "then": then})
    };
    let served = ServedMailbox::unchecked(Seed::Empty);
    let read = || block_on(served.ews.observe(&scope(), None));
    // many pages without changes are right: a server looks through much that is not for this client
    for (changes, times, parts) in [(again, 90, true), ("", 90, true), (again, 150, false), ("", 150, true)] {
        // each page has a state of its own, as if it led on
        let page = |n: usize| fault(1, page(&format!("state{n}"), changes, n == times));
        served.world.faults((0..=times).map(page).collect());
        let told = read();
        served.world.faults(json!([]));
        let listing = told.unwrap();
        let named =
            listing.malformed.iter().filter(|bad| bad.is_container() && bad.reason.contains("pages without end"));
        assert_eq!(named.count(), usize::from(!parts), "{changes} {times}: {:?}", listing.malformed);
        assert_eq!(listing.complete.len(), if parts { 2 } else { 1 }, "{changes} {times}: the other folder is read");
    }
}

#[test]
fn a_run_names_a_folder_whose_changes_have_no_end_and_goes_on() {
    let scenario = SandboxScenario::there(Seed::Empty, &everything());
    let other = {
        let sandbox = &mut *scenario.world.sandbox.borrow_mut();
        sandbox.exchange.add_calendar_of(scenario.world.mailbox, "Projects", &mut sandbox.environment).unwrap()
    };
    scenario.graph("POST", &format!("me/calendars/{other}/events"), Some(single("there", "2026-03-10")));
    scenario.settle();
    let before = scenario.activity("there");
    scenario.graph("POST", "me/events", Some(single("beside", "2026-03-11")));
    quirks(&scenario.world, json!({"circling": ["Projects"]}));
    let report = scenario.run();
    let named: Vec<_> = report.held.iter().filter(|held| held.reason == Reason::Unreadable).collect();
    assert_eq!(named.len(), 1, "{:?}", report.held);
    assert!(named[0].detail.starts_with("Projects") && named[0].detail.ends_with("pages without end"));
    assert_eq!(scenario.activity("beside")["Title"], "beside", "the rest goes on");
    assert_eq!(scenario.activity("there")["StatusId"], before["StatusId"], "nothing in it counts as gone");
    quirks(&scenario.world, json!({}));
    assert!(scenario.settle().held.is_empty(), "and no longer than it lasts");
}

#[test]
fn a_search_follows_short_pages_and_gives_up_those_without_end() {
    let served = ServedMailbox::new(Seed::Empty);
    let marked = |n: u32| {
        let mark = Mark { site: "site".into(), activity: ItemId::new(format!("a{n}")), generation: 1 };
        let facts = Facts { mark: Some(mark), transaction: Some(format!("t{n}")), ..Facts::default() };
        let record = Record::Meeting(crate::support::records::plain_meeting(&format!("m{n}")));
        let op = Op::Create(Box::new(Create { id: None, container: served.calendar(), record, facts }));
        served.apply(op).unwrap().item.unwrap().id
    };
    let made: Vec<_> = (1..=5).map(marked).collect();
    let clues: Vec<Lookup> = (1..=6).map(|n| Lookup::Mark(ItemId::new(format!("a{n}")))).collect();
    for searches in ["open", "restricted"] {
        // one item a page, of which each is told only where it shall begin
        quirks(&served.world, json!({"findLimit": 1, "refusedSearches": searches}));
        let found = block_on(served.ews.find(&clues)).unwrap();
        let ids: Vec<_> = found.iter().flat_map(|found| &found.items).map(|item| item.id.clone()).collect();
        assert_eq!((ids, found[5].is_absent()), (made.clone(), true), "{searches}");
        quirks(&served.world, json!({"findLimit": 1, "refusedSearches": searches, "firstPages": true}));
        let from = served.world.log(0).len();
        let found = block_on(served.ews.find(&clues)).unwrap();
        assert!(served.asked(from, "FindItem") < 500, "{searches}: {}", served.asked(from, "FindItem"));
        assert!(found.iter().all(|found| !found.is_absent()), "{searches}: what was not told may be there");
    }
}

#[test]
fn a_zone_that_windows_does_not_know_is_refused_by_its_name_and_never_utc() {
    for name in ["Kamchatka Standard Time", "Nowhere Standard Time", "Europe/Berlin", "tzone://Microsoft/Custom", ""] {
        let zone = crate::support::graph_setup::Known(chrono_tz::Tz::Europe__Berlin, name);
        let served = ServedMailbox::new(Seed::Empty);
        let id = served.event(single("there", "2026-03-10"));
        let ews = Ews::new(Rc::clone(&served.world), EwsMailbox { zone: Rc::new(zone), ..mailbox() });
        let apply = |op: Op| block_on(ews.apply(&[op])).remove(0);
        let listing = served.observe(None);
        let item = listing.items.iter().find(|item| item.id.as_str() == id).unwrap();
        let refused = Err(Refusal::Rejected(format!("the time zone {name} is not known")));
        let from = served.world.log(0).len();
        let record = Record::Meeting(crate::support::records::plain_meeting("new"));
        let new = Create { id: None, container: served.calendar(), record, facts: Facts::default() };
        assert_eq!(apply(Op::Create(Box::new(new))), refused);
        let when = When::AllDay { first: "2026-03-12".parse().unwrap(), end: "2026-03-13".parse().unwrap() };
        assert_eq!(apply(update(item, |meeting| meeting.when = when, &[Field::When])), refused);
        assert_eq!(served.world.writes(from), Vec::<String>::new(), "{name}");
        assert!(apply(update(item, |meeting| meeting.title = "x".to_owned(), &[Field::Title])).is_ok(), "{name}");
    }
}

#[test]
fn one_request_is_under_way_at_a_time() {
    let served = ServedMailbox::new(Seed::Demo);
    served.world.breathes.set(true);
    served.observe(None);
    assert_eq!(served.world.under_way.get().1, 1);
    served.world.pass(TimeDelta::minutes(1));
}
