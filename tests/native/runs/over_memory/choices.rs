//! What the settings choose: whole runs over two sides in memory, under one setting after another.

use crate::support::memory::{ME, at, concerned, everything, item, meeting, task, with};
use crate::support::memory_scenario::{MemoryScenario, activity, event, guest, linked, said, set};
use schedule_sync::engine::action::Note;
use schedule_sync::engine::answer::Choice;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::engine::settings::{FieldDirection, FieldMap, Notify};
use schedule_sync::model::record::{copy, differences, fields};
use schedule_sync::model::{
    Address, Body, Field, Importance, Item, Kind, Person, Record, Reminder, Response, Side, Status, TaskWhen, When,
};
use schedule_sync::run::{Report, Told};

const ANNA: &str = "anna@fabrikam.example";
const BORIS: &str = "boris@fabrikam.example";

fn reasons(report: &Report) -> Vec<(Reason, String)> {
    report.held.iter().map(|held| (held.reason, concerned(held))).collect()
}

fn map(field: Field, to: FieldDirection) -> FieldMap {
    let mut map = FieldMap::default();
    *map.of_mut(field) = to;
    map
}

/// A record with another value in every field but people and response.
fn rewritten(record: &Record) -> Record {
    let mut new = record.clone();
    match &mut new {
        Record::Meeting(one) => {
            one.title = "new title".to_owned();
            if let When::Timed { start, end } = one.when {
                one.when =
                    When::Timed { start: start + chrono::Duration::hours(1), end: end + chrono::Duration::hours(1) };
            }
            one.place = "new place".to_owned();
            one.body = Body::from_text("new body");
            one.importance = Importance::High;
            one.reminder = Reminder::Before(30);
        }
        Record::Task(one) => {
            one.title = "new title".to_owned();
            one.when = match one.when {
                TaskWhen::Timed { start, due } => {
                    TaskWhen::Timed { start: start + chrono::Duration::days(1), due: due + chrono::Duration::days(1) }
                }
                TaskWhen::Days { start, due } => TaskWhen::Days { start, due: due.and_then(|day| day.succ_opt()) },
            };
            one.body = Body::from_text("new body");
            one.importance = Importance::High;
            one.reminder = Some(at("2026-03-11T08:00:00Z"));
            one.status = Status::InProgress;
        }
    }
    new
}

fn thing(side: Side, kind: Kind) -> Item {
    let record = match kind {
        Kind::Meeting => Record::Meeting(meeting("Call", "2026-03-12T10:00:00Z")),
        Kind::Task => {
            let mut one = task("Call", "2026-03-12");
            if side == Side::Creatio {
                one.when = TaskWhen::Timed { start: at("2026-03-12T06:00:00Z"), due: at("2026-03-12T07:00:00Z") };
            }
            Record::Task(one)
        }
    };
    item(side, "x", record)
}

/// Every field × way × kind × editing side: a field crosses only the way it may, all others cross;
/// turned on again, the edit is there.
#[test]
fn a_field_goes_the_way_that_it_is_mapped() {
    for kind in [Kind::Meeting, Kind::Task] {
        for &field in fields(kind).iter().filter(|field| !matches!(field, Field::People | Field::Response)) {
            for way in [FieldDirection::Both, FieldDirection::In, FieldDirection::Out, FieldDirection::Off] {
                for editor in Side::BOTH {
                    let name = format!("{kind:?} {field} {way:?} edited on {editor}");
                    let scenario = MemoryScenario::new(&everything());
                    scenario.side(editor).put(thing(editor, kind));
                    scenario.settle();
                    set(&scenario, &with(|settings| settings.fields = map(field, way)));
                    let before = scenario.only(editor.other()).record;
                    scenario.side(editor).edit(&scenario.only(editor).id, |item| item.record = rewritten(&item.record));
                    scenario.settle();
                    let written = differences(&before, &scenario.only(editor.other()).record);
                    assert_eq!(written.contains(&field), way.lets(editor), "{name}");
                    assert_eq!(
                        written.len(),
                        fields(kind)
                            .iter()
                            .filter(|f| **f == field || !matches!(f, Field::People | Field::Response))
                            .count()
                            - usize::from(!way.lets(editor)),
                        "{name}: the others"
                    );
                    set(&scenario, &everything());
                    scenario.settle();
                    assert!(
                        differences(&before, &scenario.only(editor.other()).record).contains(&field),
                        "{name}: on again"
                    );
                }
            }
        }
    }
}

#[test]
fn a_new_item_has_what_may_cross_and_the_rest_once_it_may() {
    for from in Side::BOTH {
        for &field in
            fields(Kind::Meeting).iter().filter(|field| !matches!(field, Field::People | Field::Response | Field::When))
        {
            let off = with(|settings| settings.fields = map(field, FieldDirection::Off));
            let scenario = MemoryScenario::new(&off);
            let mut whole = thing(from, Kind::Meeting);
            whole.record = rewritten(&whole.record);
            scenario.side(from).put(whole.clone());
            scenario.settle();
            let copied = scenario.only(from.other()).record;
            assert!(differences(&copied, &whole.record).contains(&field), "{field} from {from}");
            set(&scenario, &everything());
            scenario.settle();
            let mut there = scenario.only(from.other()).record;
            copy(Field::Response, &whole.record, &mut there);
            assert!(!differences(&there, &whole.record).contains(&field), "{field} from {from}, on again");
        }
        let off = with(|settings| settings.fields = map(Field::When, FieldDirection::Off));
        let scenario = MemoryScenario::new(&off);
        scenario.side(from).put(thing(from, Kind::Meeting));
        scenario.settle();
        assert!(scenario.side(from.other()).ids().is_empty(), "without its time nothing is created");
    }
}

#[test]
fn an_edit_of_a_field_that_is_off_brings_nothing_back() {
    let scenario = MemoryScenario::new(&with(|settings| settings.fields = map(Field::Body, FieldDirection::Off)));
    scenario.creatio.put(activity("a", "Call"));
    scenario.settle();
    scenario.creatio.edit(&"a".into(), |item| {
        let Record::Meeting(one) = &mut item.record else { panic!() };
        one.body = Body::from_text("mine");
    });
    scenario.exchange.remove(&scenario.only(Side::Exchange).id);
    let report = scenario.settle();
    assert!(scenario.exchange.ids().is_empty() && scenario.only(Side::Creatio).facts.canceled);
    assert!(report.held.is_empty(), "{:?}", report.held);
}

#[test]
fn a_policy_names_only_what_it_changes() {
    let read: FieldMap = serde_json::from_str(r#"{"body": "off", "people": "in"}"#).unwrap();
    assert_eq!(read, FieldMap { body: FieldDirection::Off, people: FieldDirection::In, ..FieldMap::default() });
}

/// A participant with a Contact.
fn known(address: &str) -> Person {
    Person { contact: Some(address.into()), name: address.to_owned(), ..guest(address) }
}

fn people(scenario: &MemoryScenario, side: Side) -> Vec<String> {
    let Record::Meeting(one) = scenario.only(side).record else { panic!() };
    one.people.iter().map(|person| person.addresses[0].as_str().to_owned()).collect()
}

fn invite(scenario: &MemoryScenario, list: &[&str]) {
    let people = list.iter().map(|address| known(address)).collect();
    scenario.creatio.edit(&scenario.only(Side::Creatio).id, |item| {
        let Record::Meeting(one) = &mut item.record else { panic!() };
        one.people = people;
    });
}

/// A meeting that began in Creatio with these participants, whose Contacts are known.
fn exported(notify: Notify, list: &[&str]) -> (MemoryScenario, Report) {
    let scenario = MemoryScenario::new(&with(|settings| settings.rules.notify = notify));
    for address in [ANNA, BORIS] {
        scenario.creatio.people.borrow_mut().insert(Address::parse(address).unwrap(), address.into());
    }
    scenario.creatio.put(activity("a", "Call"));
    invite(&scenario, list);
    let report = scenario.settle();
    (scenario, report)
}

#[test]
fn participants_of_an_export_are_invited_by_the_notify_rule() {
    let names = format!("2: {ANNA}, {BORIS}");
    let note = Told { note: Note::Uninvited, count: 1 };
    for (notify, held, notes) in [
        (Notify::Never, None, vec![note]),
        (Notify::Ask, Some(Reason::WouldInvite), vec![]),
        (Notify::Always, None, vec![]),
    ] {
        let (scenario, report) = exported(notify, &[ANNA, BORIS]);
        let expected: Vec<(Reason, String)> = held.iter().map(|reason| (*reason, names.clone())).collect();
        assert_eq!((reasons(&report), report.notes.clone()), (expected.clone(), notes), "{notify:?}");
        let invited: &[&str] = if notify == Notify::Always { &[ANNA, BORIS] } else { &[] };
        assert_eq!(people(&scenario, Side::Exchange), invited, "{notify:?}");
        let again = scenario.run();
        assert_eq!(
            (reasons(&again), again.notes.clone()),
            (expected, vec![]),
            "{notify:?}: what is asked stays held, a note is told once"
        );
        set(&scenario, &with(|settings| (settings.rules.notify, settings.rules.months) = (notify, 11)));
        assert_eq!(scenario.run().notes, [], "{notify:?}: nor by a full comparison");
        let Some(reason) = held else { continue };
        for (choice, invited) in [(Choice::Allow, &[ANNA, BORIS][..]), (Choice::Leave, &[])] {
            let (scenario, report) = exported(notify, &[ANNA, BORIS]);
            said(&scenario, &report, reason, choice);
            let report = scenario.settle();
            assert_eq!(people(&scenario, Side::Exchange), invited, "{notify:?} {choice:?}");
            assert!(report.held.is_empty(), "{notify:?} {choice:?}: {:?}", report.held);
            assert_eq!(people(&scenario, Side::Creatio).len(), 2);
        }
    }
}

#[test]
fn who_comes_later_under_never_is_told_once_and_nobody_is_asked() {
    let (scenario, _) = exported(Notify::Never, &[]);
    invite(&scenario, &[ANNA]);
    let report = scenario.run();
    assert_eq!((reasons(&report), report.notes.clone()), (vec![], vec![Told { note: Note::Uninvited, count: 1 }]));
    assert_eq!(people(&scenario, Side::Exchange), Vec::<String>::new());
    set(&scenario, &with(|settings| settings.rules.months = 11));
    let report = scenario.run();
    assert_eq!((reasons(&report), report.notes.clone()), (vec![], vec![]), "by a full comparison neither");
}

#[test]
fn who_is_not_invited_brings_no_deleted_event_back() {
    let (scenario, _) = exported(Notify::Never, &[ANNA]);
    scenario.exchange.remove(&scenario.only(Side::Exchange).id);
    let report = scenario.settle();
    assert!(scenario.exchange.ids().is_empty() && scenario.only(Side::Creatio).facts.canceled);
    assert!(report.held.is_empty(), "{:?}", report.held);
}

#[test]
fn the_user_and_people_without_an_address_are_nobodys_attendees() {
    let (scenario, report) = exported(Notify::Always, &[ANNA, "demo@contoso.example"]);
    assert_eq!(people(&scenario, Side::Exchange), [ANNA]);
    assert!(report.held.is_empty());
}

#[test]
fn somebody_elses_activity_invites_nobody() {
    let scenario = MemoryScenario::new(&with(|settings| settings.rules.notify = Notify::Always));
    let mut others = activity("a", "Call");
    others.facts.owner = Some("somebody".into());
    if let Record::Meeting(one) = &mut others.record {
        one.people = vec![known(ANNA)];
    }
    scenario.creatio.put(others);
    assert!(scenario.settle().held.is_empty());
    assert!(people(&scenario, Side::Exchange).is_empty());
}

#[test]
fn an_attendee_is_taken_off_by_the_notify_rule_and_never_all_unasked() {
    for (notify, left, held, after) in [
        (Notify::Always, &[ANNA][..], None, &[ANNA][..]),
        (Notify::Always, &[], Some("2"), &[ANNA, BORIS]),
        (Notify::Ask, &[ANNA], Some("1"), &[ANNA, BORIS]),
    ] {
        let (scenario, _) = exported(Notify::Always, &[ANNA, BORIS]);
        set(&scenario, &with(|settings| settings.rules.notify = notify));
        invite(&scenario, left);
        let report = scenario.settle();
        assert_eq!(people(&scenario, Side::Exchange), after, "{notify:?} {left:?}");
        assert_eq!(
            reasons(&report),
            held.iter().map(|n| (Reason::WouldMail, (*n).to_owned())).collect::<Vec<_>>(),
            "{notify:?}"
        );
        if held.is_some() {
            said(&scenario, &report, Reason::WouldMail, Choice::Allow);
            let report = scenario.settle();
            assert_eq!(people(&scenario, Side::Exchange), left, "{notify:?}, allowed");
            assert!(report.held.is_empty(), "{:?}", report.held);
        }
    }
}

#[test]
fn who_can_no_longer_be_read_stays_invited() {
    let (scenario, _) = exported(Notify::Always, &[ANNA, BORIS]);
    scenario.creatio.people.borrow_mut().remove(&Address::parse(BORIS).unwrap());
    invite(&scenario, &[ANNA]);
    scenario.settle();
    assert_eq!(people(&scenario, Side::Exchange), [ANNA, BORIS]);
}

#[test]
fn people_who_came_and_left_on_both_sides_are_merged() {
    let (scenario, _) = exported(Notify::Always, &[ANNA]);
    let carol = "carol@fabrikam.example";
    scenario.creatio.people.borrow_mut().insert(Address::parse(carol).unwrap(), carol.into());
    scenario.exchange.edit(&scenario.only(Side::Exchange).id, |item| {
        let Record::Meeting(one) = &mut item.record else { panic!() };
        one.people.push(guest(carol));
        item.facts.attendees = 2;
    });
    invite(&scenario, &[ANNA, BORIS]);
    assert!(scenario.settle().held.is_empty());
    for side in Side::BOTH {
        assert_eq!(people(&scenario, side), [ANNA, BORIS, carol], "{side}");
    }
}

#[test]
fn what_would_mail_says_how_many_and_is_done_where_it_always_may_be() {
    for notify in [Notify::Never, Notify::Ask, Notify::Always] {
        let (scenario, _) = exported(Notify::Always, &[ANNA, BORIS]);
        set(&scenario, &with(|settings| settings.rules.notify = notify));
        scenario.creatio.edit(&"a".into(), |item| {
            let Record::Meeting(one) = &mut item.record else { panic!() };
            (one.place, one.importance) = ("Here".to_owned(), Importance::High);
        });
        let report = scenario.settle();
        let Record::Meeting(event) = scenario.only(Side::Exchange).record else { panic!() };
        assert_eq!(event.importance, Importance::High, "only the part that mails is held");
        assert_eq!(event.place == "Here", notify == Notify::Always);
        let held: &[(Reason, String)] =
            if notify == Notify::Always { &[] } else { &[(Reason::WouldMail, "2".to_owned())] };
        assert_eq!(reasons(&report), held, "{notify:?}");
        scenario.creatio.remove(&"a".into());
        let report = scenario.settle();
        assert_eq!(
            reasons(&report),
            [(Reason::DeleteAsked, "2".to_owned())],
            "a deletion with attendees is always asked about"
        );
    }
}

#[test]
fn a_change_that_is_left_is_asked_about_no_more() {
    let (scenario, _) = exported(Notify::Always, &[ANNA]);
    set(&scenario, &everything());
    let place = |text: &'static str| {
        scenario.creatio.edit(&"a".into(), |item| {
            let Record::Meeting(one) = &mut item.record else { panic!() };
            one.place = text.to_owned();
        });
        scenario.settle()
    };
    let report = place("Here");
    said(&scenario, &report, Reason::WouldMail, Choice::Leave);
    assert!(scenario.settle().held.is_empty());
    assert_eq!(reasons(&place("There")), [(Reason::WouldMail, "1".to_owned())], "the next change is another question");
}

/// An invitation from somebody else, imported; then the user answers it in Creatio.
fn answer(notify: Notify, own: bool, answer: Response) -> (MemoryScenario, Report) {
    let scenario = MemoryScenario::new(&with(|settings| settings.rules.notify = notify));
    let mut invitation = event("e", "Call");
    (invitation.facts.organized_by_other, invitation.facts.attendees) = (true, 3);
    scenario.exchange.put(invitation);
    scenario.settle();
    scenario.creatio.edit(&scenario.only(Side::Creatio).id, |item| {
        let Record::Meeting(one) = &mut item.record else { panic!() };
        one.response = answer;
        item.facts.answered_by_me = own;
    });
    let report = scenario.settle();
    (scenario, report)
}

#[test]
fn the_users_own_answer_goes_to_the_organizer_by_the_notify_rule() {
    let given = |scenario: &MemoryScenario| match scenario.only(Side::Exchange).record {
        Record::Meeting(one) => one.response,
        Record::Task(_) => panic!(),
    };
    for response in [Response::Confirmed, Response::Declined] {
        let (scenario, report) = answer(Notify::Always, true, response);
        assert_eq!((given(&scenario), reasons(&report)), (response, vec![]));
        for notify in [Notify::Never, Notify::Ask] {
            let (scenario, report) = answer(notify, true, response);
            assert_eq!(
                (given(&scenario), reasons(&report)),
                (Response::InDoubt, vec![(Reason::WouldMail, "1".to_owned())])
            );
            said(&scenario, &report, Reason::WouldMail, Choice::Allow);
            assert_eq!((scenario.settle().held.len(), given(&scenario)), (0, response));
        }
        let (scenario, report) = answer(Notify::Always, false, response);
        assert_eq!((given(&scenario), reasons(&report)), (Response::InDoubt, vec![]), "somebody else set it");
    }
}

#[test]
fn exports_can_be_narrowed_to_ones_own() {
    for (only_mine, mine, exported) in [(false, false, true), (true, false, false), (true, true, true)] {
        let scenario = MemoryScenario::new(&with(|settings| settings.rules.only_mine = only_mine));
        let mut others = activity("a", "Call");
        others.facts.owner = Some("somebody".into());
        others.facts.involves_me = mine;
        scenario.creatio.put(others);
        scenario.settle();
        assert_eq!(!scenario.exchange.ids().is_empty(), exported, "{only_mine} {mine}");
    }
}

#[test]
fn exports_go_where_they_shall_or_nowhere() {
    let scenario = MemoryScenario::new(&with(|settings| settings.targets.calendar = Some("team".into())));
    scenario.creatio.put(activity("a", "Call"));
    assert_eq!(reasons(&scenario.settle()), [(Reason::NoTarget, String::new())], "it is not there");
    scenario.exchange.more.borrow_mut().push("team".into());
    set(
        &scenario,
        &with(|settings| {
            settings.targets.calendar = Some("team".into());
            settings.from = "2026-03-02".parse().unwrap();
        }),
    );
    assert!(scenario.settle().held.is_empty());
    assert_eq!(scenario.only(Side::Exchange).container.as_str(), "team");
}

#[test]
fn an_ended_meeting_is_completed_if_that_is_wanted() {
    for (completes, status) in [(true, Status::Completed), (false, Status::NotStarted)] {
        let scenario = linked(Side::Exchange);
        set(&scenario, &with(|settings| settings.rules.completes = completes));
        scenario.clock.0.set(at("2026-03-12T11:00:00Z"));
        scenario.settle();
        assert_eq!(scenario.only(Side::Creatio).facts.status, Some(status));
    }
}

#[test]
fn the_horizon_is_a_setting() {
    let late = || item(Side::Exchange, "e", Record::Meeting(meeting("Call", "2026-06-12T10:00:00Z")));
    for (months, imported) in [(12, 1), (2, 0), (3, 1)] {
        let scenario = MemoryScenario::new(&with(|settings| settings.rules.months = months));
        scenario.exchange.put(late());
        scenario.settle();
        assert_eq!(scenario.creatio.ids().len(), imported, "{months}");
    }
}

/// The link that another account of the user has to the only Activity.
fn neighbour(scenario: &MemoryScenario, made: Option<Side>, state: LinkState) -> Link {
    let link = scenario.store.links.borrow().values().next().unwrap().clone();
    Link { made, state, ..link }
}

#[test]
fn what_was_imported_from_one_mailbox_goes_to_another_only_if_wanted() {
    let first = linked(Side::Exchange);
    for (made, between, exported) in [
        (Some(Side::Creatio), false, 0),
        (Some(Side::Creatio), true, 1),
        (Some(Side::Exchange), false, 1),
        (None, false, 1),
    ] {
        for state in [LinkState::Alive, LinkState::Asleep, LinkState::Tombstone] {
            let second = MemoryScenario::new(&with(|settings| settings.rules.between = between));
            second.creatio.put(first.only(Side::Creatio));
            second.store.elsewhere.borrow_mut().push(neighbour(&first, made, state));
            second.settle();
            assert_eq!(second.exchange.ids().len(), exported, "{made:?} {between} {state:?}");
        }
    }
}

#[test]
fn one_meeting_in_two_mailboxes_is_one_activity_and_lives_as_long_as_one_of_them() {
    let first = linked(Side::Exchange);
    for (state, canceled) in [(LinkState::Alive, false), (LinkState::Asleep, false), (LinkState::Tombstone, true)] {
        let second = MemoryScenario::new(&everything());
        second.creatio.put(first.only(Side::Creatio));
        second.exchange.put(Item { id: "copy".into(), ..first.only(Side::Exchange) });
        second.store.elsewhere.borrow_mut().push(neighbour(&first, Some(Side::Creatio), state));
        second.settle();
        second.only(Side::Creatio);
        assert_eq!(second.store.links.borrow().len(), 1, "the same iCalUId");
        second.exchange.remove(&"copy".into());
        second.settle();
        assert_eq!(second.only(Side::Creatio).facts.canceled, canceled, "{state:?}");
    }
}

#[test]
fn the_owner_of_what_is_imported_is_the_user() {
    let scenario = linked(Side::Exchange);
    assert_eq!(scenario.only(Side::Creatio).facts.owner, Some(ME.into()));
}
