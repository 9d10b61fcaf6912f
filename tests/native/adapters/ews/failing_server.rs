//! What an Exchange Server does that it should not: it refuses what is asked, tells of one folder
//! or one span nothing at all, ends no list, keeps other values than were written, deletes nothing,
//! or has moved what is to be deleted. Each costs what it costs, by name, and nothing else.

use crate::support::ews_setup::quirks;
use crate::support::graph_setup::{meeting, titles};
use crate::support::memory::everything;
use crate::support::records::{plain_meeting, plain_task};
use crate::support::sandbox_scenario::SandboxScenario;
use crate::support::served_mailbox::{ServedMailbox, named, single, update};
use crate::support::world::World;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::settings::Extent;
use schedule_sync::model::lookup::{Found, Lookup};
use schedule_sync::model::op::{Create, Op, Refusal};
use schedule_sync::model::{
    Body, ContainerId, Facts, Field, Importance, Item, ItemId, Kind, Mark, Meeting, Record, Reminder, Uid, When,
};
use schedule_sync::ports::Replica;
use serde_json::json;

const CODE: &str = "ErrorInternalServerError";

fn at(text: &str) -> schedule_sync::model::Instant {
    text.parse().unwrap()
}

/// A new meeting as the engine exports it: with a mark and a transaction of its own.
fn create(served: &ServedMailbox, n: u32, meeting: Meeting) -> Op {
    let mark = Mark { site: "site".into(), activity: ItemId::new(format!("a{n}")), generation: 1 };
    let facts = Facts { mark: Some(mark), transaction: Some(format!("t{n}")), ..Facts::default() };
    Op::Create(Box::new(Create { id: None, container: served.calendar(), record: Record::Meeting(meeting), facts }))
}

fn delete(item: &Item) -> Op {
    let (id, container, version) = (item.id.clone(), item.container.clone(), item.version.clone());
    Op::Delete { id, container, version, cancels: false }
}

fn find(served: &ServedMailbox, clue: Lookup) -> Found {
    block_on(served.ews.find(&[clue])).unwrap().remove(0)
}

fn by_id(item: &Item) -> Lookup {
    Lookup::Id { id: item.id.clone(), container: item.container.clone() }
}

/// Another calendar of the mailbox, by its id.
fn calendar(world: &World, name: &str) -> String {
    let sandbox = &mut *world.sandbox.borrow_mut();
    sandbox.exchange.add_calendar_of(world.mailbox, name, &mut sandbox.environment).unwrap()
}

fn moved(world: &World, event: &str, calendar: &str) -> String {
    let sandbox = &mut *world.sandbox.borrow_mut();
    sandbox.exchange.move_event_of(world.mailbox, (event, calendar), &mut sandbox.environment).unwrap()
}

#[test]
fn a_search_that_is_refused_is_made_in_another_way() {
    for refused in ["binary", "restricted"] {
        let served = ServedMailbox::new(Seed::Empty);
        quirks(&served.world, json!({"refusedSearches": refused}));
        let made = served.apply(create(&served, 1, plain_meeting("one"))).unwrap().item.unwrap();
        // as if the reply had been lost: it is not made again
        let again = served.apply(create(&served, 1, plain_meeting("one"))).unwrap();
        assert_eq!(again.id, made.id, "{refused}");
        let foreign = served.event(single("theirs", "2026-03-09"));
        let listing = served.observe(None);
        let theirs = listing.items.iter().find(|item| item.id.as_str() == foreign).unwrap();
        for (clue, id) in [
            (Lookup::Uid(made.facts.uid.clone().unwrap()), Some(&made.id)),
            (Lookup::Uid(theirs.facts.uid.clone().unwrap()), Some(&theirs.id)),
            (Lookup::Uid(Uid::from("nobody@calendar.example")), None),
            (Lookup::Mark("a1".into()), Some(&made.id)),
            (Lookup::Mark("a2".into()), None),
        ] {
            let found = find(&served, clue.clone());
            assert_eq!(found.items.first().map(|item| &item.id), id, "{refused} {clue:?}");
            assert_eq!((found.refused.clone(), found.is_absent()), (None, id.is_none()), "{refused} {clue:?}");
        }
    }
}

#[test]
fn a_search_that_is_refused_in_every_way_costs_what_it_was_asked_for() {
    let served = ServedMailbox::new(Seed::Empty);
    let made = served.apply(create(&served, 1, plain_meeting("one"))).unwrap().item.unwrap();
    quirks(&served.world, json!({"refusedSearches": "all"}));
    let code = "ErrorInvalidRestriction".to_owned();
    let clues = [Lookup::Uid(made.facts.uid.clone().unwrap()), Lookup::Mark("a1".into()), by_id(&made)];
    for (clue, refused) in clues.into_iter().zip([Some(code.clone()), Some(code.clone()), None]) {
        let found = find(&served, clue.clone());
        assert!(found.refused == refused && !found.is_absent(), "{clue:?}: {found:?}");
    }
    assert_eq!(served.apply(create(&served, 2, plain_meeting("two"))), Err(Refusal::Rejected(code)), "and it is named");
    let title = update(&made, |meeting| meeting.title = "1".to_owned(), &[Field::Title]);
    assert!(served.apply(title).is_ok(), "what asks nothing is done");
    // nor does a search that the server fails at cost more
    quirks(&served.world, json!({}));
    served.world.faults(json!([{"operation": "FindItem", "times": 99, "then": {"status": 500}}]));
    let found = find(&served, Lookup::Uid(made.facts.uid.unwrap()));
    assert!(found.refused.is_some() && !found.is_absent(), "{found:?}");
}

#[test]
fn exports_and_deletions_are_finished_where_no_binary_property_is_searched_for() {
    let scenario = SandboxScenario::there(Seed::Empty, &everything());
    quirks(&scenario.world, json!({"refusedSearches": "binary"}));
    for n in 1..=3 {
        let row = json!({"Title": format!("out {n}"), "StartDate": "2026-03-05T10:00:00Z", "DueDate": "2026-03-05T11:00:00Z", "ShowInScheduler": true});
        scenario.odata("POST", "Activity", Some(row));
    }
    let report = scenario.settle();
    assert_eq!((report.unfinished, report.held.len(), scenario.events().len()), (0, 0, 3), "{:?}", report.held);
    let gone = scenario.event("out 2")["id"].as_str().unwrap().to_owned();
    scenario.graph("DELETE", &format!("me/events/{gone}"), None);
    let report = scenario.settle();
    assert!(report.held.is_empty(), "{:?}", report.held);
    assert_eq!(scenario.activity("out 2")["StatusId"], "201cfba8-58e6-df11-971b-001d60e938c6", "canceled");
}

#[test]
fn a_folder_of_which_nothing_can_be_told_costs_only_itself() {
    for breakage in ["message", "fault", "page", "timeout"] {
        let served = ServedMailbox::new(Seed::Demo);
        let whole = served.observe(None);
        let there = served.apply(create(&served, 1, plain_meeting("ours"))).unwrap().item.unwrap();
        let broken = "Командировки";
        let container = whole.containers.iter().find(|one| one.name == broken).unwrap().id.clone();
        let inside = whole.items.iter().find(|item| item.container == container).unwrap();
        quirks(&served.world, json!({"broken": [broken], "breakage": breakage}));
        for cursor in [None, whole.cursor.as_ref()] {
            let less = served.observe(cursor);
            assert_eq!(less.malformed.len(), 1, "{breakage}: {:?}", less.malformed);
            assert!(less.malformed[0].is_container() && less.malformed[0].reason.starts_with(broken), "{breakage}");
            assert!(less.removed.is_empty() && !less.complete.contains(&container), "{breakage}");
            assert!(less.items.iter().any(|item| item.id == there.id), "{breakage}: the rest is told");
            let full = whole.complete.len() - 1;
            assert_eq!(less.complete.len(), if cursor.is_none() { full } else { 0 }, "{breakage}");
        }
        // what lies there is not gone, whatever leads to it; what lies elsewhere is found
        let clues = [by_id(inside), Lookup::Uid(inside.facts.uid.clone().unwrap()), Lookup::Mark("a1".into())];
        let found = block_on(served.ews.find(&clues)).unwrap();
        assert!(found.iter().all(|found| !found.is_absent()), "{breakage}: {found:?}");
        assert_eq!((found[0].malformed.len(), found[1].refused.is_some()), (1, true), "{breakage}");
        assert_eq!((found[2].items.len(), &found[2].refused), (1, &None), "{breakage}");
        quirks(&served.world, json!({}));
        let mended = served.observe(None);
        assert_eq!((mended.malformed.len(), mended.complete.len()), (0, whole.complete.len()), "{breakage}");
    }
}

#[test]
fn a_run_goes_on_beside_a_folder_of_which_nothing_can_be_told() {
    let scenario = SandboxScenario::there(Seed::Empty, &everything());
    let other = calendar(&scenario.world, "Projects");
    scenario.graph("POST", &format!("me/calendars/{other}/events"), Some(single("there", "2026-03-10")));
    scenario.settle();
    let kept = scenario.activity("there");
    for breakage in ["message", "fault", "page", "timeout"] {
        quirks(&scenario.world, json!({"broken": ["Projects"], "breakage": breakage}));
        scenario.graph("POST", "me/events", Some(single(breakage, "2026-03-11")));
        let report = scenario.run();
        let named: Vec<_> = report.held.iter().filter(|held| held.reason == Reason::Unreadable).collect();
        assert_eq!(named.len(), 1, "{breakage}: {:?}", report.held);
        assert!(named[0].detail.starts_with("Projects"), "{breakage}: {}", named[0].detail);
        assert_eq!(scenario.activity(breakage)["Title"], breakage, "the rest goes on");
        assert_eq!(scenario.activity("there")["StatusId"], kept["StatusId"], "nothing in it counts as gone");
    }
    quirks(&scenario.world, json!({}));
    assert!(scenario.settle().held.is_empty(), "and no longer than it lasts");
}

#[test]
fn a_span_of_which_nothing_can_be_told_costs_only_itself() {
    let served = ServedMailbox::new(Seed::Empty);
    for day in ["2026-03-10", "2026-03-20", "2026-06-10"] {
        served.event(single(day, day));
    }
    served.series("series");
    let whole = served.observe(None);
    let span = |from: &str, to: &str| json!({"from": from, "to": to});
    quirks(&served.world, json!({"brokenSpans": [span("2026-03-20T00:00:00Z", "2026-03-20T12:00:00Z")]}));
    let from = served.world.log(0).len();
    let less = served.observe(None);
    assert!(served.asked(from, "FindItem") < 30, "{}", served.asked(from, "FindItem"));
    assert_eq!(less.malformed.len(), 1, "the smallest part: {:?}", less.malformed);
    assert!(
        less.malformed[0].is_container() && less.malformed[0].reason.contains("2026-03-20"),
        "{:?}",
        less.malformed
    );
    assert!(less.malformed[0].reason.ends_with(CODE));
    assert_eq!(less.items.len(), whole.items.len() - 1, "all else is told");
    assert!(named(&less, "2026-03-20").is_empty() && less.series.is_empty());
    assert_eq!(less.complete.len(), 1, "the list of tasks");
    // a changed series is told as far as it can be, and told again once all of it can be
    let occurrence = named(&whole, "series")[1].id.clone();
    served.hand("PATCH", &format!("me/events/{occurrence}"), json!({"subject": "changed"}));
    let delta = served.observe(whole.cursor.as_ref());
    assert_eq!((named(&delta, "changed").len(), delta.series.len(), delta.removed.len()), (1, 0, 0));
    quirks(&served.world, json!({}));
    let again = served.observe(delta.cursor.as_ref());
    assert_eq!((named(&again, "changed").len(), again.series.len(), again.malformed.len()), (1, 1, 0));
    // no span at all: the calendar is named once, after few questions
    quirks(&served.world, json!({"brokenSpans": [span("2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z")]}));
    let from = served.world.log(0).len();
    let none = served.observe(None);
    assert!(served.asked(from, "FindItem") < 20, "{}", served.asked(from, "FindItem"));
    assert_eq!((none.malformed.len(), none.items.len(), none.complete.len()), (1, 0, 1), "{:?}", none.malformed);
}

#[test]
fn a_view_at_which_the_server_fails_is_asked_for_in_halves() {
    let served = ServedMailbox::new(Seed::Empty);
    served.event(single("a", "2026-03-10"));
    // each is sent twice
    served.world.faults(json!([{"operation": "FindItem", "times": 2, "then": {"status": 500}}]));
    let listing = served.observe(None);
    assert_eq!((listing.items.len(), listing.malformed.len()), (1, 0), "{:?}", listing.malformed);
}

#[test]
fn a_server_that_ends_no_list_is_read_to_its_end() {
    let served = ServedMailbox::new(Seed::Demo);
    let whole = served.observe(None);
    quirks(&served.world, json!({"endless": true}));
    let from = served.world.log(0).len();
    let told = served.observe(None);
    assert_eq!((titles(&told), told.malformed.len()), (titles(&whole), 0), "{:?}", told.malformed.first());
    assert!(served.world.log(from).len() < 200, "{}", served.world.log(from).len());
    let item = served.apply(create(&served, 1, plain_meeting("one"))).unwrap().item.unwrap();
    assert_eq!(find(&served, Lookup::Mark("a1".into())).items[0].id, item.id);
}

#[test]
fn a_calendar_whose_rights_were_taken_back_is_named_and_holds_nothing_back() {
    let served = ServedMailbox::new(Seed::Demo);
    let whole = served.observe(None);
    quirks(&served.world, json!({"locked": ["Командировки"]}));
    let less = served.observe(None);
    assert_eq!((less.malformed.len(), less.complete.len()), (1, whole.complete.len() - 1));
    assert!(less.malformed[0].reason.ends_with("ErrorAccessDenied"), "{:?}", less.malformed);
    assert!(find(&served, Lookup::Mark("nobody".into())).is_absent(), "nothing of ours is there");
}

#[test]
fn a_removal_that_did_nothing_is_no_removal() {
    let served = ServedMailbox::new(Seed::Empty);
    served.event(single("stays", "2026-03-10"));
    served.apply(create(&served, 1, plain_meeting("ours"))).unwrap();
    let listing = served.observe(None);
    let [stays, ours] = ["stays", "ours"].map(|title| named(&listing, title)[0]);
    quirks(&served.world, json!({"idleDeletes": true}));
    assert!(matches!(served.apply(delete(stays)), Err(Refusal::Rejected(why)) if why.starts_with("NoError")));
    // one that is kept under its id in Deleted Items is removed, for the writer, for a second one
    // and for every reader
    quirks(&served.world, json!({"lastingIds": true}));
    assert!(served.apply(delete(stays)).is_ok());
    assert_eq!(served.apply(delete(stays)), Err(Refusal::Gone));
    assert!(find(&served, by_id(stays)).is_absent(), "it lives in no calendar");
    assert!(served.apply(delete(ours)).is_ok());
    assert!(find(&served, by_id(ours)).is_absent() && find(&served, Lookup::Mark("a1".into())).is_absent());
}

#[test]
fn an_event_that_somebody_moved_is_deleted_where_it_is() {
    for (late, is_read) in [(false, true), (true, true), (false, false), (true, false)] {
        let scenario = SandboxScenario::there(Seed::Empty, &everything());
        scenario.world.with_letter();
        let mut settings = everything();
        if !is_read {
            settings.import_meetings.scope = Extent::Chosen;
            scenario.save(&settings);
        }
        let row = json!({"Title": "out", "StartDate": "2026-03-05T10:00:00Z", "DueDate": "2026-03-05T11:00:00Z", "ShowInScheduler": true});
        scenario.odata("POST", "Activity", Some(row));
        scenario.settle();
        let other = calendar(&scenario.world, "Projects");
        let event = scenario.event("out")["id"].as_str().unwrap().to_owned();
        let activity = scenario.activity("out")["Id"].as_str().unwrap().to_owned();
        scenario.odata("DELETE", &format!("Activity({activity})"), None);
        if late {
            let (other, event) = (other.clone(), event.clone());
            let (sandbox, mailbox) = (std::rc::Rc::clone(&scenario.world.sandbox), scenario.world.mailbox);
            scenario.world.intervene(&["<m:DeleteItem"], move || {
                let sandbox = &mut *sandbox.borrow_mut();
                drop(sandbox.exchange.move_event_of(mailbox, (&event, &other), &mut sandbox.environment).unwrap());
            });
        } else {
            moved(&scenario.world, &event, &other);
        }
        scenario.run();
        scenario.run();
        let report = scenario.run();
        assert!(report.held.is_empty(), "{late} {is_read}: {:?}", report.held);
        let left =
            scenario.graph("GET", &format!("me/calendars/{other}/events"), None)["value"].as_array().unwrap().len();
        assert_eq!((left, scenario.events().len()), (0, 0), "{late} {is_read}: never left there without a word");
    }
}

#[test]
fn an_all_day_event_that_gets_a_time_keeps_it() {
    let served = ServedMailbox::new(Seed::Empty);
    let day = |day: &str| day.parse().unwrap();
    let timed = When::Timed { start: at("2026-03-10T17:00:00Z"), end: at("2026-03-10T18:00:00Z") };
    let days = When::AllDay { first: day("2026-03-12"), end: day("2026-03-14") };
    let mut item =
        *served.apply(create(&served, 1, Meeting { when: days, ..plain_meeting("a") })).unwrap().item.unwrap();
    for when in [timed, days, timed, When::AllDay { first: day("2026-03-10"), end: day("2026-03-11") }] {
        item = *served.apply(update(&item, |meeting| meeting.when = when, &[Field::When])).unwrap().item.unwrap();
        assert_eq!(meeting(&item).when, when);
    }
}

#[test]
fn an_event_that_became_a_series_is_a_series_by_its_id_and_its_mark() {
    let served = ServedMailbox::new(Seed::Empty);
    let item = served.apply(create(&served, 1, plain_meeting("ours"))).unwrap().item.unwrap();
    let first = served.observe(None);
    let rule = json!({"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["thursday"]},
        "range": {"type": "noEnd", "startDate": "2026-03-05", "recurrenceTimeZone": "W. Europe Standard Time"}});
    served.hand("PATCH", &format!("me/events/{}", item.id), json!({"recurrence": rule}));
    for clue in [by_id(&item), Lookup::Mark("a1".into()), Lookup::Uid(item.facts.uid.clone().unwrap())] {
        let found = find(&served, clue.clone());
        assert!(found.series && found.items.is_empty(), "{clue:?}: {found:?}");
    }
    let second = served.observe(first.cursor.as_ref());
    assert_eq!(second.series[0].master, item.id);
    let of = second.items.iter().filter(|item| item.facts.occurrence.is_some());
    assert!(
        of.clone().count() > 3 && of.clone().all(|one| one.facts.mark.is_none()),
        "the series' mark is none of theirs"
    );
}

#[test]
fn a_series_that_the_server_does_not_expand_is_named() {
    let served = ServedMailbox::new(Seed::Empty);
    let series = served.series("weekly");
    served.event(single("single", "2026-03-10"));
    quirks(&served.world, json!({"foreign": {"unexpanded": true}}));
    let first = served.observe(None);
    assert_eq!((titles(&first), first.series.len()), (vec!["single"], 0));
    let named: Vec<_> = first.malformed.iter().filter_map(|bad| bad.id.as_ref()).map(ItemId::as_str).collect();
    assert_eq!(named, [series.as_str()], "{:?}", first.malformed);
    served.hand("PATCH", &format!("me/events/{series}"), json!({"subject": "changed"}));
    let second = served.observe(first.cursor.as_ref());
    assert_eq!((second.series.len(), second.malformed.len()), (0, 1), "{:?}", second.malformed);
}

#[test]
fn a_series_that_began_before_the_window_is_named_where_the_server_does_not_tell_it() {
    let weekly = |title: &str, from: &str, range: serde_json::Value| {
        let mut body = single(title, from);
        let day: chrono::NaiveDate = from.parse().unwrap();
        let pattern =
            json!({"type": "weekly", "interval": 1, "daysOfWeek": [day.format("%A").to_string().to_lowercase()]});
        let mut range = range;
        range["startDate"] = from.into();
        range["recurrenceTimeZone"] = "W. Europe Standard Time".into();
        body["recurrence"] = json!({"pattern": pattern, "range": range});
        body
    };
    let all = |served: &ServedMailbox| {
        [
            ("old", "2025-09-02", json!({"type": "noEnd"})),
            ("counted", "2025-10-07", json!({"type": "numbered", "numberOfOccurrences": 60})),
            ("to a day", "2025-10-07", json!({"type": "endDate", "endDate": "2026-04-07"})),
            ("over", "2025-09-02", json!({"type": "endDate", "endDate": "2025-12-30"})),
            ("over by count", "2025-10-07", json!({"type": "numbered", "numberOfOccurrences": 12})),
            ("later", "2028-01-04", json!({"type": "noEnd"})),
        ]
        .map(|(title, from, range)| served.event(weekly(title, from, range)))
    };
    for beside in [false, true] {
        let served = ServedMailbox::new(Seed::Empty);
        let ids = all(&served);
        served.event(single("single", "2026-03-10"));
        // one that is shown as itself, or none
        let shown = beside.then(|| served.series("new"));
        quirks(&served.world, json!({"foreign": {"unexpanded": true}}));
        let listing = served.observe(None);
        let mut named: Vec<&str> =
            listing.malformed.iter().filter_map(|bad| bad.id.as_ref()).map(ItemId::as_str).collect();
        named.sort();
        let mut wanted: Vec<&str> = ids[..3].iter().chain(&shown).map(String::as_str).collect();
        wanted.sort();
        assert_eq!((titles(&listing), named), (vec!["single"], wanted), "{beside}: {:?}", listing.malformed);
        // a change of one of them tells of no other, and makes none of its days gone
        served.hand("PATCH", &format!("me/events/{}", ids[0]), json!({"subject": "changed"}));
        let second = served.observe(listing.cursor.as_ref());
        assert_eq!((second.series.len(), second.malformed.len()), (0, 1), "{beside}: {:?}", second.malformed);
    }
    // of a server that expands them nothing is named, nor is much asked
    for title in ["over", "later"] {
        let served = ServedMailbox::new(Seed::Empty);
        let (from, range) = match title {
            "over" => ("2025-09-02", json!({"type": "numbered", "numberOfOccurrences": 3})),
            _ => ("2028-01-04", json!({"type": "noEnd"})),
        };
        served.event(weekly(title, from, range));
        let at = served.world.log(0).len();
        let listing = served.observe(None);
        assert_eq!((listing.items.len(), listing.malformed.len()), (0, 0), "{title}: {:?}", listing.malformed);
        assert!(served.asked(at, "FindItem") <= 3, "{title}: {}", served.asked(at, "FindItem"));
    }
}

/// What becomes of the record of a write under a switch, as the write itself tells it.
fn told(switch: &str) -> (ServedMailbox, Item, Item) {
    let served = ServedMailbox::new(Seed::Empty);
    let before = *served.apply(create(&served, 9, plain_meeting("before"))).unwrap().item.unwrap();
    let title = format!("Q&amp;A {}", "x".repeat(300));
    let mine = Meeting {
        title,
        place: "Room 7".to_owned(),
        body: Body::from_text("text"),
        importance: Importance::High,
        reminder: Reminder::Before(20),
        when: When::Timed { start: at("2026-03-10T10:00:00Z"), end: at("2026-03-10T11:00:00Z") },
        ..plain_meeting("")
    };
    quirks(&served.world, json!({"stored": {switch: true}}));
    let made = *served.apply(create(&served, 1, mine.clone())).unwrap().item.unwrap();
    let fields = [Field::Title, Field::When, Field::Place, Field::Body, Field::Importance, Field::Reminder];
    let change = |meeting: &mut Meeting| {
        let (people, response) = (meeting.people.clone(), meeting.response);
        *meeting = Meeting { people, response, ..mine };
    };
    let changed = *served.apply(update(&before, change, &fields)).unwrap().item.unwrap();
    (served, made, changed)
}

#[test]
fn a_write_tells_what_the_server_made_of_it() {
    let long = format!("Q&amp;A {}", "x".repeat(300));
    for switch in ["cut", "utc", "noReminder", "footer", "plainImportance", "subject", "place", "entities", "keepsOld"]
    {
        let (served, made, changed) = told(switch);
        for item in [&made, &changed] {
            let meeting = meeting(item);
            match switch {
                "cut" => assert!(meeting.title.chars().count() == 255 && meeting.title.ends_with('…')),
                // Berlin's wall time
                "utc" => {
                    let (start, end) = (at("2026-03-10T11:00:00Z"), at("2026-03-10T12:00:00Z"));
                    assert_eq!(meeting.when, When::Timed { start, end });
                }
                "noReminder" => assert_eq!(meeting.reminder, Reminder::Off),
                "footer" => assert!(meeting.body.text.starts_with("text") && meeting.body.text.contains("Contoso")),
                "plainImportance" => assert_eq!(meeting.importance, Importance::Normal),
                "subject" => assert_eq!(meeting.title, format!("[Contoso] {long}")),
                "place" => assert_eq!(meeting.place, "ROOM 7"),
                "entities" => assert!(meeting.title.starts_with("Q&A ")),
                _ if item.id == changed.id => assert_eq!(meeting.title, "before"),
                _ => assert_eq!(meeting.title, long),
            }
        }
        // and so does a reading
        quirks(&served.world, json!({}));
        let listing = served.observe(None);
        for item in [&made, &changed] {
            let there = listing.items.iter().find(|there| there.id == item.id).unwrap();
            assert_eq!((&there.record, &there.version), (&item.record, &item.version), "{switch}");
        }
    }
    let served = ServedMailbox::new(Seed::Empty);
    quirks(&served.world, json!({"stored": {"noReminder": true, "subject": true, "plainImportance": true}}));
    let container = crate::support::graph_setup::default(&block_on(served.ews.containers()).unwrap(), Kind::Task).id;
    let new = Create { id: None, container, record: plain_task("a"), facts: Facts::default() };
    let item = served.apply(Op::Create(Box::new(new))).unwrap().item.unwrap();
    let Record::Task(task) = &item.record else { panic!("a meeting") };
    assert_eq!((task.title.as_str(), task.reminder, task.importance), ("[Contoso] a", None, Importance::Normal));
}

#[test]
fn a_body_that_is_kept_as_text_is_read() {
    let served = ServedMailbox::new(Seed::Empty);
    let mut body = single("text", "2026-03-10");
    body["body"] = json!({"contentType": "text", "content": "one\ntwo <b>"});
    served.event(body);
    for plain in [false, true] {
        quirks(&served.world, json!({"plainBodies": plain}));
        let listing = served.observe(None);
        assert_eq!(meeting(named(&listing, "text")[0]).body.text, "one\ntwo <b>", "{plain}");
    }
}

#[test]
fn a_uid_that_comes_late_or_twice_is_told_as_it_is() {
    let served = ServedMailbox::new(Seed::Empty);
    let other = calendar(&served.world, "Projects");
    let id = served.event(single("a", "2026-03-10"));
    quirks(&served.world, json!({"lateUids": 10}));
    assert_eq!(named(&served.observe(None), "a")[0].facts.uid, None);
    served.world.pass(chrono::TimeDelta::minutes(10));
    let listing = served.observe(None);
    let item = named(&listing, "a")[0];
    let uid = item.facts.uid.clone().unwrap();
    let twin = {
        let sandbox = &mut *served.world.sandbox.borrow_mut();
        sandbox.exchange.twin_event_of(served.world.mailbox, (&id, &other), &mut sandbox.environment).unwrap()
    };
    let found = find(&served, Lookup::Uid(uid));
    let mut ids: Vec<(&str, &ContainerId)> =
        found.items.iter().map(|item| (item.id.as_str(), &item.container)).collect();
    ids.sort();
    let other = ContainerId::from(other.as_str());
    let mut both = [(id.as_str(), &item.container), (twin.as_str(), &other)];
    both.sort();
    assert_eq!(ids, both);
}

#[test]
fn what_the_foreign_server_answered_is_read_whole() {
    let Some(folder) = crate::support::ews_setup::shared("gromox-recordings") else { return };
    for name in
        ["05-GetItem-single", "07-GetItem-allday", "12-GetItem-occurrence", "21-GetItem-task", "44-GetItem-after-43"]
    {
        let body = std::fs::read(folder.join(format!("{name}.response.xml"))).unwrap();
        let response = crate::support::ews_setup::whole(200, "text/xml", &String::from_utf8(body).unwrap());
        for message in schedule_sync::ews::wire::messages(&response).unwrap() {
            for node in &message.body.at("Items").unwrap().children {
                let kind = schedule_sync::ews::map::kind(node).unwrap();
                let read =
                    schedule_sync::ews::map::read(kind, node, &crate::support::ews_setup::mailbox(), &"c".into());
                assert!(!matches!(read, schedule_sync::ews::map::EwsReading::Malformed(_)), "{name}: {read:?}");
            }
        }
    }
}
