//! Mails that nobody regrets, texts that nobody loses: whole runs over two sides in memory.

use crate::support::memory::{account, at, everything, item, meeting, title};
use crate::support::memory_scenario::{MemoryScenario, activity, another_browser, event, guest, linked, said};
use crate::support::moment::the_meeting;
use crate::support::{memory::with, memory_scenario::set};
use pollster::block_on;
use schedule_sync::engine::action::Note;
use schedule_sync::engine::answer::Choice;
use schedule_sync::engine::held::{HeldField, Reason};
use schedule_sync::engine::identity;
use schedule_sync::engine::link::{Link, LinkState, Memory};
use schedule_sync::engine::settings::{Block, Extent, FieldDirection, Notify, Settings};
use schedule_sync::model::{Address, Body, Field, FieldValue, Item, Pair, Person, Record, Response, Side};
use schedule_sync::run::{self, Report, Told};

const ANNA: &str = "anna@fabrikam.example";
const INSIDE: &str = "They pay too much";

fn known(address: &str) -> Person {
    Person { contact: Some(address.into()), name: address.to_owned(), ..guest(address) }
}

fn reasons(report: &Report) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = report.held.iter().map(|held| held.reason).collect();
    reasons.sort();
    reasons
}

/// The text on the event, and who is invited to it.
fn there(scenario: &MemoryScenario) -> (String, usize) {
    let mut event = scenario.only(Side::Exchange);
    let meeting = the_meeting(&mut event);
    (meeting.body.text.clone(), meeting.people.len())
}

/// An Activity with a participant and notes.
fn visit(start: &str) -> Item {
    let mut one = item(Side::Creatio, "a", Record::Meeting(meeting("Visit", start)));
    the_meeting(&mut one).people = vec![known(ANNA)];
    the_meeting(&mut one).body = Body::from_text(INSIDE);
    one
}

fn office(settings: &Settings) -> MemoryScenario {
    let scenario = MemoryScenario::new(settings);
    scenario.creatio.people.borrow_mut().insert(Address::parse(ANNA).unwrap(), ANNA.into());
    scenario
}

fn exported(notify: Notify) -> (MemoryScenario, Report) {
    let scenario = office(&with(|settings| settings.rules.notify = notify));
    scenario.creatio.put(visit("2026-03-12T10:00:00Z"));
    let report = scenario.settle();
    (scenario, report)
}

#[test]
fn notes_reach_nobody_who_is_invited_without_a_word() {
    let (scenario, _) = exported(Notify::Never);
    assert_eq!(there(&scenario), (INSIDE.to_owned(), 0), "an event of the user's alone has the text");

    let (scenario, report) = exported(Notify::Always);
    assert_eq!((there(&scenario), reasons(&report)), ((String::new(), 1), vec![Reason::InsideNotes]));
    assert_eq!(
        report.held[0].fields[0].values.creatio,
        Some(FieldValue::Text(INSIDE.to_owned())),
        "the person sees the text"
    );
    for (choice, text) in [(Choice::Allow, INSIDE), (Choice::Leave, "")] {
        let (scenario, report) = exported(Notify::Always);
        said(&scenario, &report, Reason::InsideNotes, choice);
        assert_eq!((scenario.settle().held.len(), there(&scenario).0.as_str()), (0, text), "{choice:?}");
        scenario.creatio.edit(&"a".into(), |item| the_meeting(item).body = Body::from_text("And more"));
        assert_eq!(reasons(&scenario.settle()), [Reason::InsideNotes], "{choice:?}: another text is another question");
        assert_eq!(there(&scenario).0, text);
    }
    let open = with(|settings| (settings.rules.notify, settings.fields.body) = (Notify::Always, FieldDirection::Open));
    let scenario = office(&open);
    scenario.creatio.put(visit("2026-03-12T10:00:00Z"));
    assert_eq!(
        (scenario.settle().held.len(), there(&scenario)),
        (0, (INSIDE.to_owned(), 1)),
        "the administrator says so"
    );
}

#[test]
fn notes_come_off_an_event_before_somebody_is_invited_to_it() {
    let (scenario, report) = exported(Notify::Ask);
    assert_eq!(reasons(&report), [Reason::WouldInvite, Reason::InsideNotes], "asked at once");
    assert_eq!(there(&scenario), (INSIDE.to_owned(), 0));
    said(&scenario, &report, Reason::WouldInvite, Choice::Allow);
    scenario.settle();
    assert_eq!(there(&scenario), (String::new(), 1), "only that was allowed");
    for (choice, text) in [(Choice::Allow, INSIDE), (Choice::Leave, "")] {
        let (scenario, report) = exported(Notify::Ask);
        said(&scenario, &report, Reason::WouldInvite, Choice::Allow);
        said(&scenario, &report, Reason::InsideNotes, choice);
        assert_eq!((scenario.settle().held.len(), there(&scenario)), (0, (text.to_owned(), 1)), "{choice:?}");
        let mut activity = scenario.only(Side::Creatio);
        assert_eq!(the_meeting(&mut activity).body.text, INSIDE, "{choice:?}: in Creatio it stays");
    }
    // attendees who were added in Outlook
    let (scenario, _) = exported(Notify::Never);
    scenario.exchange.edit(&scenario.only(Side::Exchange).id, |item| {
        the_meeting(item).people = vec![guest(ANNA)];
        item.facts.attendees = 1;
    });
    scenario.settle();
    scenario.creatio.edit(&"a".into(), |item| the_meeting(item).body = Body::from_text("And more"));
    assert_eq!(reasons(&scenario.settle()), [Reason::WouldMail, Reason::InsideNotes]);
}

#[test]
fn a_meeting_that_has_ended_mails_nobody_and_asks_nothing() {
    for notify in [Notify::Never, Notify::Ask, Notify::Always] {
        let scenario = office(&with(|settings| settings.rules.notify = notify));
        scenario.creatio.put(visit("2026-03-09T10:00:00Z"));
        let report = scenario.settle();
        assert_eq!((report.held.len(), there(&scenario).1), (0, 0), "{notify:?}");
        assert_eq!(report.notes, [Told { note: Note::Uninvited, count: 1 }], "{notify:?}");
    }
    for notify in [Notify::Never, Notify::Ask, Notify::Always] {
        let (scenario, _) = exported(Notify::Always);
        set(&scenario, &with(|settings| settings.rules.notify = notify));
        scenario.run();
        scenario.clock.0.set(at("2026-03-12T12:00:00Z"));
        scenario.creatio.edit(&"a".into(), |item| *title(item) = "Visit, done".to_owned());
        let report = scenario.settle();
        assert_eq!(scenario.only(Side::Exchange).record.title(), "Visit", "{notify:?}");
        assert_eq!(report.notes, [Told { note: Note::Ended, count: 1 }], "{notify:?}");
        assert!(!reasons(&report).contains(&Reason::WouldMail), "{notify:?}: {:?}", report.held);
        scenario.creatio.remove(&"a".into());
        let report = scenario.settle();
        assert_eq!((scenario.exchange.ids().len(), report.held.len()), (1, 0), "{notify:?}: nothing is called off");
    }
}

/// Creatio's value may go nowhere any more: chosen, it stays where it is, and both rest.
#[test]
fn a_clash_of_a_meeting_that_has_ended_is_answered_once() {
    for choice in [Choice::Take(Side::Creatio), Choice::Take(Side::Exchange), Choice::Leave] {
        let (scenario, _) = exported(Notify::Always);
        set(&scenario, &with(|settings| settings.rules.notify = Notify::Ask));
        scenario.run();
        scenario.clock.0.set(at("2026-03-12T12:00:00Z"));
        scenario.creatio.edit(&"a".into(), |item| *title(item) = "Ours".to_owned());
        let event = scenario.only(Side::Exchange).id;
        scenario.exchange.edit(&event, |item| *title(item) = "Theirs".to_owned());
        let scenario = another_browser(scenario);
        set(&scenario, &with(|settings| settings.rules.notify = Notify::Ask));
        said(&scenario, &scenario.settle(), Reason::Clash, choice);
        let reasons = reasons(&scenario.settle());
        assert!(!reasons.contains(&Reason::Clash), "{choice:?}: {reasons:?}");
        assert_eq!(scenario.only(Side::Exchange).record.title(), "Theirs", "{choice:?}: nobody gets mail");
        let kept = if choice == Choice::Take(Side::Exchange) { "Theirs" } else { "Ours" };
        assert_eq!(scenario.only(Side::Creatio).record.title(), kept, "{choice:?}");
    }
}

#[test]
fn always_is_for_what_comes_after_it_was_chosen() {
    let dated = |created: &str| {
        let mut one = visit("2026-03-12T10:00:00Z");
        the_meeting(&mut one).body = Body::default();
        one.facts.created = Some(at(created));
        one
    };
    for (created, invited) in [("2026-03-10T08:00:00Z", 0), ("2026-03-10T09:30:00Z", 1)] {
        let scenario = office(&with(|settings| settings.rules.notify = Notify::Always));
        scenario.run();
        scenario.creatio.put(dated(created));
        let report = scenario.settle();
        assert_eq!((there(&scenario).1, report.held.len()), (invited, 1 - invited), "{created}");
        scenario.creatio.edit(&"a".into(), |item| item.stamp = Some(at("2026-03-10T10:00:00Z")));
        assert_eq!(
            (scenario.settle().held.len(), there(&scenario).1),
            (1 - invited, invited),
            "{created}: a later stamp changes nothing"
        );
    }
    for before in [Notify::Never, Notify::Ask] {
        let (scenario, _) = exported(before);
        set(&scenario, &with(|settings| settings.rules.notify = Notify::Always));
        let report = scenario.settle();
        assert_eq!(
            reasons(&report),
            [Reason::WouldInvite, Reason::InsideNotes],
            "{before:?}: the backlog is asked about"
        );
        assert_eq!(there(&scenario).1, 0, "{before:?}");
    }
}

#[test]
fn only_the_account_that_exported_first_invites() {
    for notify in [Notify::Never, Notify::Ask, Notify::Always] {
        let (first, _) = exported(Notify::Never);
        let second = office(&with(|settings| settings.rules.notify = notify));
        let neighbour = first.store.links.borrow()[&"a".into()].clone();
        second.store.elsewhere.borrow_mut().push(neighbour);
        second.creatio.put(visit("2026-03-12T10:00:00Z"));
        let report = second.settle();
        assert_eq!((there(&second).1, report.held.len(), report.notes.len()), (0, 0, 0), "{notify:?}");
        second.store.elsewhere.borrow_mut().clear();
        second.creatio.edit(&"a".into(), |item| *title(item) = "Visit 2".to_owned());
        assert_eq!((second.settle().held.len(), there(&second).1), (0, 0), "{notify:?}: nor later");
    }
}

/// Somebody else's meeting, imported.
fn invitation() -> MemoryScenario {
    let scenario = MemoryScenario::new(&everything());
    let mut invitation = event("e", "Plan");
    (invitation.facts.organized_by_other, invitation.facts.attendees) = (true, 3);
    the_meeting(&mut invitation).body = Body::from_text("Agenda");
    scenario.exchange.put(invitation);
    scenario.settle();
    scenario
}

#[test]
fn notes_in_somebody_elses_meeting_are_neither_overwritten_nor_sent() {
    let notes = |scenario: &MemoryScenario| the_meeting(&mut scenario.only(Side::Creatio)).body.text.clone();
    let agenda = |scenario: &MemoryScenario, text: &str| {
        scenario.exchange.edit(&"e".into(), |item| the_meeting(item).body = Body::from_text(text));
        scenario.settle()
    };
    let scenario = invitation();
    agenda(&scenario, "Agenda 2");
    assert_eq!(notes(&scenario), "Agenda 2", "nobody wrote anything: the organizer's text follows");
    scenario.creatio.edit(&scenario.only(Side::Creatio).id, |item| the_meeting(item).body = Body::from_text("Mine"));
    assert!(scenario.settle().held.is_empty());
    assert_eq!((notes(&scenario).as_str(), there(&scenario).0.as_str()), ("Mine", "Agenda 2"));
    let report = agenda(&scenario, "Agenda 3");
    assert_eq!((reasons(&report), notes(&scenario).as_str()), (vec![Reason::OwnNotes], "Mine"), "it is told");
    said(&scenario, &report, Reason::OwnNotes, Choice::Leave);
    assert!(scenario.settle().held.is_empty());
    let report = agenda(&scenario, "Agenda 4");
    assert_eq!((reasons(&report), notes(&scenario).as_str()), (vec![Reason::OwnNotes], "Mine"), "and still the user's");
    said(&scenario, &report, Reason::OwnNotes, Choice::Take(Side::Exchange));
    assert!(scenario.settle().held.is_empty());
    assert_eq!(notes(&scenario), "Agenda 4", "taken over");
}

#[test]
fn what_was_put_back_is_named_until_it_is_kept_or_left() {
    for (choice, after) in [(Choice::Take(Side::Creatio), "My plan"), (Choice::Leave, "Plan")] {
        let scenario = invitation();
        scenario.creatio.edit(&scenario.only(Side::Creatio).id, |item| *title(item) = "My plan".to_owned());
        let report = scenario.settle();
        assert_eq!(scenario.only(Side::Creatio).record.title(), "Plan", "put back");
        assert_eq!(reasons(&report), [Reason::PutBack]);
        let values = Pair { creatio: "My plan", exchange: "Plan" };
        let values = values.map(|text| Some(FieldValue::Text(text.to_owned())));
        assert_eq!(report.held[0].fields, [HeldField { field: Field::Title, values }]);
        set(&scenario, &with(|settings| settings.rules.months = 11));
        assert_eq!(reasons(&scenario.settle()), [Reason::PutBack], "a full comparison forgets nothing");
        said(&scenario, &report, Reason::PutBack, choice);
        assert!(scenario.settle().held.is_empty(), "{choice:?}");
        assert_eq!(
            (scenario.only(Side::Creatio).record.title(), scenario.only(Side::Exchange).record.title()),
            (after, "Plan")
        );
    }
}

#[test]
fn whoever_deletes_a_colleagues_meeting_in_outlook_does_not_come() {
    let scenario = MemoryScenario::new(&everything());
    let shared = event("e", "Plan");
    let mut theirs = activity("a", "Plan");
    theirs.id = identity::activity(&shared, &account(), 0);
    theirs.facts.owner = Some("boss".into());
    scenario.creatio.put(theirs);
    scenario.exchange.put(shared);
    scenario.settle();
    scenario.exchange.remove(&"e".into());
    scenario.settle();
    let mut after = scenario.only(Side::Creatio);
    assert!(!after.facts.canceled, "it is not canceled for everybody");
    assert_eq!(the_meeting(&mut after).response, Response::Declined);
}

/// A first run that was undone: what it created is gone again.
fn undone(from: Side) -> MemoryScenario {
    let scenario = linked(from);
    let history = block_on(scenario.store.history()).unwrap();
    let run = history[0].run;
    scenario.with(|parts| block_on(run::undo::undo(parts, run)).unwrap());
    assert!(scenario.side(from.other()).ids().is_empty());
    assert_eq!(scenario.settle().resting, 1, "they are counted");
    scenario
}

#[test]
fn what_rests_is_listed_and_can_be_woken() {
    for from in Side::BOTH {
        let scenario = undone(from);
        let resting = block_on(run::answer::resting(&scenario.store)).unwrap();
        assert_eq!(resting.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["Call"], "{from}");
        let ids = resting.into_iter().map(|one| one.activity).collect();
        assert_eq!(block_on(run::answer::wake(&scenario.store, ids)).unwrap(), 1);
        let report = scenario.settle();
        assert_eq!((report.resting, report.held.len()), (0, 0), "{from}");
        assert_eq!(scenario.only(from.other()).record.title(), "Call", "{from}: created again");
        assert!(!scenario.only(Side::Creatio).facts.canceled, "{from}");
        assert!(scenario.store.links.borrow().values().all(|link| link.state == LinkState::Alive));
    }
}

#[test]
fn settings_that_newly_cover_or_leave_out_what_rests_decide_anew() {
    let none = with(|settings| {
        settings.import_meetings = Block { on: true, scope: Extent::Chosen, chosen: vec![] };
        settings.export.on = false;
    });
    for from in Side::BOTH {
        let scenario = undone(from);
        set(&scenario, &with(|settings| settings.rules.months = 11));
        assert_eq!(scenario.settle().resting, 1, "{from}: covered before as well");
        set(&scenario, &none);
        assert_eq!(scenario.settle().resting, 0, "{from}: left out");
        assert!(scenario.side(from.other()).ids().is_empty());
        set(&scenario, &everything());
        assert_eq!(scenario.settle().resting, 0, "{from}: covered again");
        assert_eq!(scenario.only(from.other()).record.title(), "Call", "{from}");
    }
}

#[test]
fn many_new_items_are_created_at_once_only_if_a_person_has_seen_them() {
    let many = || {
        let scenario = MemoryScenario::new(&everything());
        for n in 0..130 {
            scenario.exchange.put(event(&format!("e{n}"), &format!("Call {n}")));
        }
        scenario
    };
    let scenario = linked(Side::Exchange);
    for n in 0..130 {
        scenario.exchange.put(event(&format!("e{n}"), &format!("Call {n}")));
    }
    let report = scenario.run();
    assert_eq!((scenario.creatio.ids().len(), report.held.len()), (1, 130), "nobody has seen that");
    assert!(report.held.iter().all(|held| held.reason == Reason::ManyCreations));
    let scenario = many();
    let planned = scenario.with(|parts| block_on(run::plan(parts)).unwrap());
    assert_eq!((planned.rows().count(), scenario.creatio.ids().len()), (130, 0), "a preview writes nothing");
    let report = scenario.with(|parts| block_on(run::apply::apply(parts, planned)).unwrap());
    assert_eq!((scenario.creatio.ids().len(), report.held.len()), (130, 0));
}

#[test]
fn an_answer_is_void_once_what_was_asked_about_is_edited_again() {
    let (scenario, _) = exported(Notify::Always);
    set(&scenario, &everything());
    let place =
        |text: &'static str| scenario.creatio.edit(&"a".into(), |item| the_meeting(item).place = text.to_owned());
    place("Here");
    let report = scenario.settle();
    said(&scenario, &report, Reason::WouldMail, Choice::Allow);
    place("There");
    let report = scenario.run();
    assert!(reasons(&report).contains(&Reason::WouldMail), "nobody has allowed that: {:?}", report.held);
    let mut event = scenario.only(Side::Exchange);
    assert_eq!(the_meeting(&mut event).place, "");
}

#[test]
fn a_link_of_an_older_engine_remembers_nothing() {
    let link = linked(Side::Creatio).store.links.borrow().values().next().unwrap().clone();
    let mut json = serde_json::to_value(&link).unwrap();
    json.as_object_mut().unwrap().remove("memory");
    let read: Link = serde_json::from_value(json).unwrap();
    assert_eq!(read, Link { memory: Memory::default(), ..link });
}
