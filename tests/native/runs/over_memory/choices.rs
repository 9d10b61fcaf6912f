//! What the settings choose: whole runs over two sides in memory, under one setting after another.

use crate::support::memory::{ME, at, concerned, everything, item, meeting, task, with};
use crate::support::memory_scenario::{Trip, activity, event, guest, linked, said, set};
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
                    let trip = Trip::new(&everything());
                    trip.side(editor).put(thing(editor, kind));
                    trip.settle();
                    set(&trip, &with(|settings| settings.fields = map(field, way)));
                    let before = trip.only(editor.other()).record;
                    trip.side(editor).edit(&trip.only(editor).id, |item| item.record = rewritten(&item.record));
                    trip.settle();
                    let written = differences(&before, &trip.only(editor.other()).record);
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
                    set(&trip, &everything());
                    trip.settle();
                    assert!(
                        differences(&before, &trip.only(editor.other()).record).contains(&field),
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
            let trip = Trip::new(&off);
            let mut whole = thing(from, Kind::Meeting);
            whole.record = rewritten(&whole.record);
            trip.side(from).put(whole.clone());
            trip.settle();
            let copied = trip.only(from.other()).record;
            assert!(differences(&copied, &whole.record).contains(&field), "{field} from {from}");
            set(&trip, &everything());
            trip.settle();
            let mut there = trip.only(from.other()).record;
            copy(Field::Response, &whole.record, &mut there);
            assert!(!differences(&there, &whole.record).contains(&field), "{field} from {from}, on again");
        }
        let off = with(|settings| settings.fields = map(Field::When, FieldDirection::Off));
        let trip = Trip::new(&off);
        trip.side(from).put(thing(from, Kind::Meeting));
        trip.settle();
        assert!(trip.side(from.other()).ids().is_empty(), "without its time nothing is created");
    }
}

#[test]
fn an_edit_of_a_field_that_is_off_brings_nothing_back() {
    let trip = Trip::new(&with(|settings| settings.fields = map(Field::Body, FieldDirection::Off)));
    trip.creatio.put(activity("a", "Call"));
    trip.settle();
    trip.creatio.edit(&"a".into(), |item| {
        let Record::Meeting(one) = &mut item.record else { panic!() };
        one.body = Body::from_text("mine");
    });
    trip.exchange.remove(&trip.only(Side::Exchange).id);
    let report = trip.settle();
    assert!(trip.exchange.ids().is_empty() && trip.only(Side::Creatio).facts.canceled);
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

fn people(trip: &Trip, side: Side) -> Vec<String> {
    let Record::Meeting(one) = trip.only(side).record else { panic!() };
    one.people.iter().map(|person| person.addresses[0].as_str().to_owned()).collect()
}

fn invite(trip: &Trip, list: &[&str]) {
    let people = list.iter().map(|address| known(address)).collect();
    trip.creatio.edit(&trip.only(Side::Creatio).id, |item| {
        let Record::Meeting(one) = &mut item.record else { panic!() };
        one.people = people;
    });
}

/// A meeting that began in Creatio with these participants, whose Contacts are known.
fn exported(notify: Notify, list: &[&str]) -> (Trip, Report) {
    let trip = Trip::new(&with(|settings| settings.rules.notify = notify));
    for address in [ANNA, BORIS] {
        trip.creatio.people.borrow_mut().insert(Address::parse(address).unwrap(), address.into());
    }
    trip.creatio.put(activity("a", "Call"));
    invite(&trip, list);
    let report = trip.settle();
    (trip, report)
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
        let (trip, report) = exported(notify, &[ANNA, BORIS]);
        let expected: Vec<(Reason, String)> = held.iter().map(|reason| (*reason, names.clone())).collect();
        assert_eq!((reasons(&report), report.notes.clone()), (expected.clone(), notes), "{notify:?}");
        let invited: &[&str] = if notify == Notify::Always { &[ANNA, BORIS] } else { &[] };
        assert_eq!(people(&trip, Side::Exchange), invited, "{notify:?}");
        let again = trip.run();
        assert_eq!(
            (reasons(&again), again.notes.clone()),
            (expected, vec![]),
            "{notify:?}: what is asked stays held, a note is told once"
        );
        set(&trip, &with(|settings| (settings.rules.notify, settings.rules.months) = (notify, 11)));
        assert_eq!(trip.run().notes, [], "{notify:?}: nor by a full comparison");
        let Some(reason) = held else { continue };
        for (choice, invited) in [(Choice::Allow, &[ANNA, BORIS][..]), (Choice::Leave, &[])] {
            let (trip, report) = exported(notify, &[ANNA, BORIS]);
            said(&trip, &report, reason, choice);
            let report = trip.settle();
            assert_eq!(people(&trip, Side::Exchange), invited, "{notify:?} {choice:?}");
            assert!(report.held.is_empty(), "{notify:?} {choice:?}: {:?}", report.held);
            assert_eq!(people(&trip, Side::Creatio).len(), 2);
        }
    }
}

#[test]
fn who_comes_later_under_never_is_told_once_and_nobody_is_asked() {
    let (trip, _) = exported(Notify::Never, &[]);
    invite(&trip, &[ANNA]);
    let report = trip.run();
    assert_eq!((reasons(&report), report.notes.clone()), (vec![], vec![Told { note: Note::Uninvited, count: 1 }]));
    assert_eq!(people(&trip, Side::Exchange), Vec::<String>::new());
    set(&trip, &with(|settings| settings.rules.months = 11));
    let report = trip.run();
    assert_eq!((reasons(&report), report.notes.clone()), (vec![], vec![]), "by a full comparison neither");
}

#[test]
fn who_is_not_invited_brings_no_deleted_event_back() {
    let (trip, _) = exported(Notify::Never, &[ANNA]);
    trip.exchange.remove(&trip.only(Side::Exchange).id);
    let report = trip.settle();
    assert!(trip.exchange.ids().is_empty() && trip.only(Side::Creatio).facts.canceled);
    assert!(report.held.is_empty(), "{:?}", report.held);
}

#[test]
fn the_user_and_people_without_an_address_are_nobodys_attendees() {
    let (trip, report) = exported(Notify::Always, &[ANNA, "demo@contoso.example"]);
    assert_eq!(people(&trip, Side::Exchange), [ANNA]);
    assert!(report.held.is_empty());
}

#[test]
fn somebody_elses_activity_invites_nobody() {
    let trip = Trip::new(&with(|settings| settings.rules.notify = Notify::Always));
    let mut others = activity("a", "Call");
    others.facts.owner = Some("somebody".into());
    if let Record::Meeting(one) = &mut others.record {
        one.people = vec![known(ANNA)];
    }
    trip.creatio.put(others);
    assert!(trip.settle().held.is_empty());
    assert!(people(&trip, Side::Exchange).is_empty());
}

#[test]
fn an_attendee_is_taken_off_by_the_notify_rule_and_never_all_unasked() {
    for (notify, left, held, after) in [
        (Notify::Always, &[ANNA][..], None, &[ANNA][..]),
        (Notify::Always, &[], Some("2"), &[ANNA, BORIS]),
        (Notify::Ask, &[ANNA], Some("1"), &[ANNA, BORIS]),
    ] {
        let (trip, _) = exported(Notify::Always, &[ANNA, BORIS]);
        set(&trip, &with(|settings| settings.rules.notify = notify));
        invite(&trip, left);
        let report = trip.settle();
        assert_eq!(people(&trip, Side::Exchange), after, "{notify:?} {left:?}");
        assert_eq!(
            reasons(&report),
            held.iter().map(|n| (Reason::WouldMail, (*n).to_owned())).collect::<Vec<_>>(),
            "{notify:?}"
        );
        if held.is_some() {
            said(&trip, &report, Reason::WouldMail, Choice::Allow);
            let report = trip.settle();
            assert_eq!(people(&trip, Side::Exchange), left, "{notify:?}, allowed");
            assert!(report.held.is_empty(), "{:?}", report.held);
        }
    }
}

#[test]
fn who_can_no_longer_be_read_stays_invited() {
    let (trip, _) = exported(Notify::Always, &[ANNA, BORIS]);
    trip.creatio.people.borrow_mut().remove(&Address::parse(BORIS).unwrap());
    invite(&trip, &[ANNA]);
    trip.settle();
    assert_eq!(people(&trip, Side::Exchange), [ANNA, BORIS]);
}

#[test]
fn people_who_came_and_left_on_both_sides_are_merged() {
    let (trip, _) = exported(Notify::Always, &[ANNA]);
    let carol = "carol@fabrikam.example";
    trip.creatio.people.borrow_mut().insert(Address::parse(carol).unwrap(), carol.into());
    trip.exchange.edit(&trip.only(Side::Exchange).id, |item| {
        let Record::Meeting(one) = &mut item.record else { panic!() };
        one.people.push(guest(carol));
        item.facts.attendees = 2;
    });
    invite(&trip, &[ANNA, BORIS]);
    assert!(trip.settle().held.is_empty());
    for side in Side::BOTH {
        assert_eq!(people(&trip, side), [ANNA, BORIS, carol], "{side}");
    }
}

#[test]
fn what_would_mail_says_how_many_and_is_done_where_it_always_may_be() {
    for notify in [Notify::Never, Notify::Ask, Notify::Always] {
        let (trip, _) = exported(Notify::Always, &[ANNA, BORIS]);
        set(&trip, &with(|settings| settings.rules.notify = notify));
        trip.creatio.edit(&"a".into(), |item| {
            let Record::Meeting(one) = &mut item.record else { panic!() };
            (one.place, one.importance) = ("Here".to_owned(), Importance::High);
        });
        let report = trip.settle();
        let Record::Meeting(event) = trip.only(Side::Exchange).record else { panic!() };
        assert_eq!(event.importance, Importance::High, "only the part that mails is held");
        assert_eq!(event.place == "Here", notify == Notify::Always);
        let held: &[(Reason, String)] =
            if notify == Notify::Always { &[] } else { &[(Reason::WouldMail, "2".to_owned())] };
        assert_eq!(reasons(&report), held, "{notify:?}");
        trip.creatio.remove(&"a".into());
        let report = trip.settle();
        assert_eq!(
            reasons(&report),
            [(Reason::DeleteAsked, "2".to_owned())],
            "a deletion with attendees is always asked about"
        );
    }
}

#[test]
fn a_change_that_is_left_is_asked_about_no_more() {
    let (trip, _) = exported(Notify::Always, &[ANNA]);
    set(&trip, &everything());
    let place = |text: &'static str| {
        trip.creatio.edit(&"a".into(), |item| {
            let Record::Meeting(one) = &mut item.record else { panic!() };
            one.place = text.to_owned();
        });
        trip.settle()
    };
    let report = place("Here");
    said(&trip, &report, Reason::WouldMail, Choice::Leave);
    assert!(trip.settle().held.is_empty());
    assert_eq!(reasons(&place("There")), [(Reason::WouldMail, "1".to_owned())], "the next change is another question");
}

/// An invitation from somebody else, imported; then the user answers it in Creatio.
fn answer(notify: Notify, own: bool, answer: Response) -> (Trip, Report) {
    let trip = Trip::new(&with(|settings| settings.rules.notify = notify));
    let mut invitation = event("e", "Call");
    (invitation.facts.organized_by_other, invitation.facts.attendees) = (true, 3);
    trip.exchange.put(invitation);
    trip.settle();
    trip.creatio.edit(&trip.only(Side::Creatio).id, |item| {
        let Record::Meeting(one) = &mut item.record else { panic!() };
        one.response = answer;
        item.facts.answered_by_me = own;
    });
    let report = trip.settle();
    (trip, report)
}

#[test]
fn the_users_own_answer_goes_to_the_organizer_by_the_notify_rule() {
    let given = |trip: &Trip| match trip.only(Side::Exchange).record {
        Record::Meeting(one) => one.response,
        Record::Task(_) => panic!(),
    };
    for response in [Response::Confirmed, Response::Declined] {
        let (trip, report) = answer(Notify::Always, true, response);
        assert_eq!((given(&trip), reasons(&report)), (response, vec![]));
        for notify in [Notify::Never, Notify::Ask] {
            let (trip, report) = answer(notify, true, response);
            assert_eq!(
                (given(&trip), reasons(&report)),
                (Response::InDoubt, vec![(Reason::WouldMail, "1".to_owned())])
            );
            said(&trip, &report, Reason::WouldMail, Choice::Allow);
            assert_eq!((trip.settle().held.len(), given(&trip)), (0, response));
        }
        let (trip, report) = answer(Notify::Always, false, response);
        assert_eq!((given(&trip), reasons(&report)), (Response::InDoubt, vec![]), "somebody else set it");
    }
}

#[test]
fn exports_can_be_narrowed_to_ones_own() {
    for (only_mine, mine, exported) in [(false, false, true), (true, false, false), (true, true, true)] {
        let trip = Trip::new(&with(|settings| settings.rules.only_mine = only_mine));
        let mut others = activity("a", "Call");
        others.facts.owner = Some("somebody".into());
        others.facts.involves_me = mine;
        trip.creatio.put(others);
        trip.settle();
        assert_eq!(!trip.exchange.ids().is_empty(), exported, "{only_mine} {mine}");
    }
}

#[test]
fn exports_go_where_they_shall_or_nowhere() {
    let trip = Trip::new(&with(|settings| settings.targets.calendar = Some("team".into())));
    trip.creatio.put(activity("a", "Call"));
    assert_eq!(reasons(&trip.settle()), [(Reason::NoTarget, String::new())], "it is not there");
    trip.exchange.more.borrow_mut().push("team".into());
    set(
        &trip,
        &with(|settings| {
            settings.targets.calendar = Some("team".into());
            settings.from = "2026-03-02".parse().unwrap();
        }),
    );
    assert!(trip.settle().held.is_empty());
    assert_eq!(trip.only(Side::Exchange).container.as_str(), "team");
}

#[test]
fn an_ended_meeting_is_completed_if_that_is_wanted() {
    for (completes, status) in [(true, Status::Completed), (false, Status::NotStarted)] {
        let trip = linked(Side::Exchange);
        set(&trip, &with(|settings| settings.rules.completes = completes));
        trip.clock.0.set(at("2026-03-12T11:00:00Z"));
        trip.settle();
        assert_eq!(trip.only(Side::Creatio).facts.status, Some(status));
    }
}

#[test]
fn the_horizon_is_a_setting() {
    let late = || item(Side::Exchange, "e", Record::Meeting(meeting("Call", "2026-06-12T10:00:00Z")));
    for (months, imported) in [(12, 1), (2, 0), (3, 1)] {
        let trip = Trip::new(&with(|settings| settings.rules.months = months));
        trip.exchange.put(late());
        trip.settle();
        assert_eq!(trip.creatio.ids().len(), imported, "{months}");
    }
}

/// The link that another account of the user has to the only Activity.
fn neighbour(trip: &Trip, made: Option<Side>, state: LinkState) -> Link {
    let link = trip.shelf.links.borrow().values().next().unwrap().clone();
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
            let second = Trip::new(&with(|settings| settings.rules.between = between));
            second.creatio.put(first.only(Side::Creatio));
            second.shelf.elsewhere.borrow_mut().push(neighbour(&first, made, state));
            second.settle();
            assert_eq!(second.exchange.ids().len(), exported, "{made:?} {between} {state:?}");
        }
    }
}

#[test]
fn one_meeting_in_two_mailboxes_is_one_activity_and_lives_as_long_as_one_of_them() {
    let first = linked(Side::Exchange);
    for (state, canceled) in [(LinkState::Alive, false), (LinkState::Asleep, false), (LinkState::Tombstone, true)] {
        let second = Trip::new(&everything());
        second.creatio.put(first.only(Side::Creatio));
        second.exchange.put(Item { id: "copy".into(), ..first.only(Side::Exchange) });
        second.shelf.elsewhere.borrow_mut().push(neighbour(&first, Some(Side::Creatio), state));
        second.settle();
        second.only(Side::Creatio);
        assert_eq!(second.shelf.links.borrow().len(), 1, "the same iCalUId");
        second.exchange.remove(&"copy".into());
        second.settle();
        assert_eq!(second.only(Side::Creatio).facts.canceled, canceled, "{state:?}");
    }
}

#[test]
fn the_owner_of_what_is_imported_is_the_user() {
    let trip = linked(Side::Exchange);
    assert_eq!(trip.only(Side::Creatio).facts.owner, Some(ME.into()));
}
