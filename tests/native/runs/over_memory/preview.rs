//! What a person sees before anything is written, and what they leave out: whole runs over two
//! sides in memory.

use crate::support::memory::{ME, at, everything, item, meeting, title, with};
use crate::support::memory_scenario::{MemoryScenario, activity, event, guest, linked, set};
use crate::support::moment::the_meeting;
use crate::support::runs;
use pollster::block_on;
use schedule_sync::engine::containers;
use schedule_sync::engine::link::LinkState;
use schedule_sync::engine::preview::{LeftOut, RowKind, looks_personal};
use schedule_sync::engine::settings::{Conflict, Notify, Settings};
use schedule_sync::error::Error;
use schedule_sync::flat::FlatSet;
use schedule_sync::model::{Address, Container, ContainerId, ItemId, Kind, Record, Side};
use schedule_sync::run::{self, Ended, PreparedRun, Report};

/// A run that nobody looks at; `None`: it waits for a person to see what it would write.
fn unattended(scenario: &MemoryScenario) -> Option<Report> {
    scenario.with(|parts| match block_on(run::run(parts)).unwrap() {
        Ended::Written(report) => Some(report),
        Ended::Unseen(_) => None,
    })
}

fn previewed<T>(scenario: &MemoryScenario, look: impl FnOnce(&PreparedRun) -> T) -> T {
    scenario.with(|parts| look(&block_on(run::plan(parts)).unwrap()))
}

/// The person leaves out all of a preview whose titles begin so, and wants the rest.
fn apply_without(scenario: &MemoryScenario, left_out: &str) -> Report {
    scenario.with(|parts| {
        let planned = block_on(run::plan(parts)).unwrap();
        let resting = planned
            .rows()
            .filter(|row| row.record.title().starts_with(left_out))
            .map(|row| row.activity.clone())
            .collect();
        let left_out = LeftOut { resting, ..LeftOut::default() };
        assert!(!left_out.resting.is_empty(), "there is a row of that");
        block_on(run::apply::apply(parts, planned.without(&left_out).approved())).unwrap()
    })
}

/// The titles on a side, in order.
fn titles(scenario: &MemoryScenario, side: Side) -> Vec<String> {
    let items = scenario.side(side).items.borrow();
    let mut titles: Vec<String> =
        items.values().filter(|item| !item.facts.canceled).map(|item| item.record.title().to_owned()).collect();
    titles.sort();
    titles
}

/// Both sides are compared in full by the next run.
fn next_day(scenario: &MemoryScenario) {
    scenario.clock.0.set(scenario.clock.0.get() + chrono::Duration::hours(25));
}

fn wake(scenario: &MemoryScenario) -> usize {
    let resting = block_on(run::answer::resting(&scenario.store)).unwrap();
    let ids = resting.into_iter().map(|one| one.activity).collect();
    block_on(run::answer::wake(&scenario.store, ids)).unwrap()
}

#[test]
fn nothing_is_written_before_a_person_has_seen_it_once() {
    let scenario = MemoryScenario::new(&everything());
    scenario.exchange.put(event("e", "Call"));
    assert!(unattended(&scenario).is_none());
    assert!(unattended(&scenario).is_none(), "however often it is tried");
    assert_eq!((scenario.creatio.writes.get(), scenario.exchange.writes.get()), (0, 0));
    assert!(scenario.store.state.borrow().is_none(), "nor is anything remembered");
    scenario.with(|parts| block_on(runs::run_seen(parts)).unwrap());
    assert_eq!(titles(&scenario, Side::Creatio), ["Call"]);
    scenario.exchange.put(event("f", "Lunch"));
    assert!(unattended(&scenario).is_some_and(|report| report.counts.creatio.created == 1));
}

#[test]
fn where_there_is_nothing_to_see_nobody_has_to_look_and_what_comes_later_is_seen_first() {
    let off = Settings::first("2026-03-01".parse().unwrap());
    let scenario = MemoryScenario::new(&off);
    scenario.exchange.put(event("e", "Call"));
    assert!(unattended(&scenario).is_some(), "nothing is on");
    scenario.with(|parts| block_on(runs::run_seen(parts)).unwrap());
    set(&scenario, &everything());
    assert!(unattended(&scenario).is_none(), "that was nothing, and this is something");
    assert_eq!(scenario.creatio.writes.get(), 0);
}

#[test]
fn what_is_left_out_stays_out_until_a_person_wakes_it() {
    for from in Side::BOTH {
        let scenario = MemoryScenario::new(&everything());
        let (side, id) = (scenario.side(from), ItemId::new("x"));
        for (name, id) in [("Theatre", "x"), ("Call", "y")] {
            side.put(if from == Side::Exchange { event(id, name) } else { activity(id, name) });
        }
        let report = apply_without(&scenario, "Theatre");
        assert_eq!((titles(&scenario, from.other()), report.resting), (vec!["Call".to_owned()], 1), "{from}");
        scenario.settle();
        side.edit(&id, |item| *title(item) = "Theatre, later".to_owned());
        scenario.settle();
        next_day(&scenario);
        scenario.settle();
        assert_eq!(titles(&scenario, from.other()), ["Call"], "{from}: an edit is no word to create it");
        assert_eq!(wake(&scenario), 1, "{from}");
        assert_eq!(scenario.settle().resting, 0, "{from}");
        assert_eq!(titles(&scenario, from.other()), ["Call", "Theatre, later"], "{from}");
        side.edit(&id, |item| *title(item) = "Theatre at last".to_owned());
        scenario.settle();
        assert_eq!(titles(&scenario, from.other()), ["Call", "Theatre at last"], "{from}: and is in step as any other");
    }
}

#[test]
fn a_series_that_is_left_out_stays_out_with_its_later_occurrences() {
    let scenario = MemoryScenario::new(&everything());
    scenario.exchange.put(event("s", "Theatre"));
    let days = ["2026-03-12T10:00:00Z", "2026-03-19T10:00:00Z"].map(at);
    scenario.exchange.recur(&"s".into(), &days);
    scenario.exchange.put(event("y", "Call"));
    apply_without(&scenario, "Theatre");
    assert_eq!(titles(&scenario, Side::Creatio), ["Call"]);
    let mut later = scenario.exchange.items.borrow()[&"s-0319".into()].clone();
    later.id = "s-0326".into();
    let start = at("2026-03-26T10:00:00Z");
    the_meeting(&mut later).when = schedule_sync::model::When::Timed { start, end: start + chrono::Duration::hours(1) };
    if let Some(occurrence) = &mut later.facts.occurrence {
        occurrence.original = schedule_sync::model::Original::At(start);
    }
    scenario.exchange.put(later);
    let report = scenario.settle();
    assert_eq!((titles(&scenario, Side::Creatio), report.held.len()), (vec!["Call".to_owned()], 0));
    next_day(&scenario);
    assert_eq!(scenario.settle().resting, 3);
    assert_eq!(wake(&scenario), 3);
    scenario.settle();
    assert_eq!(titles(&scenario, Side::Creatio), ["Call", "Theatre", "Theatre", "Theatre"]);
}

#[test]
fn a_change_that_is_left_out_is_no_edit_any_more_and_the_next_one_goes_over() {
    let scenario = linked(Side::Exchange);
    scenario.exchange.edit(&"e".into(), |item| *title(item) = "Visit".to_owned());
    apply_without(&scenario, "Visit");
    next_day(&scenario);
    assert_eq!(scenario.settle().resting, 1);
    assert_eq!(titles(&scenario, Side::Creatio), ["Call"]);
    scenario.exchange.edit(&"e".into(), |item| the_meeting(item).place = "Room 1".to_owned());
    scenario.settle();
    let mut there = scenario.only(Side::Creatio);
    assert_eq!(the_meeting(&mut there).place, "Room 1");
}

#[test]
fn a_removal_that_is_left_out_does_not_come_later() {
    for gone in Side::BOTH {
        let scenario = linked(gone);
        let id = scenario.only(gone).id;
        scenario.side(gone).remove(&id);
        apply_without(&scenario, "Call");
        next_day(&scenario);
        scenario.settle();
        assert_eq!(titles(&scenario, gone.other()), ["Call"], "gone {gone}");
        assert_eq!(titles(&scenario, gone), Vec::<String>::new(), "nor does it come back {gone}");
    }
}

#[test]
fn two_that_are_found_to_be_one_stay_two_if_a_person_leaves_that_out() {
    let scenario = MemoryScenario::new(&everything());
    scenario.exchange.put(event("e", "Call"));
    scenario.creatio.put(activity("a", "Call"));
    previewed(&scenario, |planned| {
        let kinds: Vec<RowKind> = planned.rows().map(|row| row.kind).collect();
        assert_eq!(kinds, [RowKind::Link], "a person sees that, whether anything is written or not");
    });
    apply_without(&scenario, "Call");
    scenario.exchange.edit(&"e".into(), |item| *title(item) = "Another call".to_owned());
    scenario.settle();
    next_day(&scenario);
    scenario.settle();
    assert_eq!(titles(&scenario, Side::Creatio), ["Call"]);
    assert_eq!(scenario.store.links.borrow().values().next().unwrap().state, LinkState::Undone);
}

#[test]
fn a_preview_tells_who_would_be_mailed() {
    let anna = "anna@fabrikam.example";
    for (notify, mailed) in [(Notify::Never, 0), (Notify::Always, 1)] {
        let scenario = MemoryScenario::new(&with(|settings| settings.rules.notify = notify));
        scenario.creatio.people.borrow_mut().insert(Address::parse(anna).unwrap(), anna.into());
        // before "always" was chosen nobody is invited without a question
        scenario.creatio.put(activity("old", "Old"));
        scenario.settle();
        let mut visit = item(Side::Creatio, "a", Record::Meeting(meeting("Visit", "2026-03-12T10:00:00Z")));
        the_meeting(&mut visit).people =
            vec![schedule_sync::model::Person { contact: Some(anna.into()), ..guest(anna) }];
        scenario.creatio.put(visit);
        previewed(&scenario, |planned| {
            let rows: Vec<_> = planned.rows().collect();
            assert_eq!(rows.len(), 1);
            let names: Vec<&str> = rows[0].mailed.iter().map(schedule_sync::model::Person::shown).collect();
            assert_eq!(names, vec![anna; mailed], "{notify:?}: an invitation");
        });
        scenario.settle();
        scenario.creatio.edit(&"a".into(), |item| *title(item) = "Visit, at last".to_owned());
        previewed(&scenario, |planned| {
            let told: usize = planned.rows().map(|row| row.mailed.len()).sum();
            assert_eq!(told, mailed, "{notify:?}: a change");
        });
    }
}

#[test]
fn others_activities_are_told_apart() {
    let scenario = MemoryScenario::new(&everything());
    for (id, mine) in [("a", true), ("b", false)] {
        let mut one = activity(id, id);
        one.facts.involves_me = mine;
        one.facts.owner = Some(if mine { ME.into() } else { "somebody".into() });
        scenario.creatio.put(one);
    }
    previewed(&scenario, |planned| {
        let others: Vec<(&str, bool)> = planned.rows().map(|row| (row.record.title(), row.is_of_others)).collect();
        assert_eq!(others, [("a", false), ("b", true)]);
    });
}

#[test]
fn what_the_settings_no_longer_cover_is_left_without_a_trace() {
    let scenario = MemoryScenario::new(&everything());
    scenario.exchange.put(event("e", "Call"));
    scenario.with(|parts| {
        let planned = block_on(run::plan(parts)).unwrap();
        let uncovered = planned.rows().map(|row| row.activity.clone()).collect();
        let left_out = LeftOut { uncovered, ..LeftOut::default() };
        block_on(run::apply::apply(parts, planned.without(&left_out).approved())).unwrap();
    });
    assert_eq!((scenario.creatio.writes.get(), scenario.store.links.borrow().is_empty()), (0, true));
}

/// The person has all of a preview carried out after `meanwhile`.
fn apply_after(scenario: &MemoryScenario, meanwhile: impl FnOnce()) -> Result<Report, Error> {
    scenario.with(|parts| {
        let planned = block_on(run::plan(parts)).unwrap();
        meanwhile();
        block_on(async {
            run::stands(parts, &planned).await?;
            run::apply::apply(parts, planned.approved()).await
        })
    })
}

#[test]
fn what_was_done_since_makes_a_preview_void() {
    let scenario = linked(Side::Exchange);
    scenario.exchange.put(event("f", "Lunch"));
    assert_eq!(apply_after(&scenario, || drop(scenario.run())), Err(Error::Outdated), "another run");
    scenario.exchange.put(event("g", "Dinner"));
    let other = with(|settings| settings.export.on = false);
    assert_eq!(apply_after(&scenario, || set(&scenario, &other)), Err(Error::Outdated), "other settings");
    let later = scenario.clock.0.get() + chrono::Duration::minutes(31);
    assert_eq!(apply_after(&scenario, || scenario.clock.0.set(later)), Err(Error::Outdated), "half an hour");
    assert!(apply_after(&scenario, || ()).is_ok_and(|report| report.counts.creatio.created == 1));
}

#[test]
fn what_is_left_out_asks_nothing_and_tells_nothing() {
    let scenario = MemoryScenario::new(&with(|settings| settings.rules.notify = Notify::Ask));
    let anna = "anna@fabrikam.example";
    scenario.creatio.people.borrow_mut().insert(Address::parse(anna).unwrap(), anna.into());
    let mut visit = item(Side::Creatio, "a", Record::Meeting(meeting("Visit", "2026-03-12T10:00:00Z")));
    the_meeting(&mut visit).people = vec![schedule_sync::model::Person { contact: Some(anna.into()), ..guest(anna) }];
    scenario.creatio.put(visit);
    let report = apply_without(&scenario, "Visit");
    assert_eq!((report.held.len(), report.notes.len(), report.resting), (0, 0, 1), "{:?}", report.held);
    next_day(&scenario);
    assert_eq!(scenario.settle().held.len(), 0);
}

#[test]
fn whoever_is_taken_off_is_told_of() {
    let scenario = MemoryScenario::new(&with(|settings| settings.rules.notify = Notify::Always));
    let people = ["anna@fabrikam.example", "boris@fabrikam.example"];
    let known = |address: &str| schedule_sync::model::Person { contact: Some(address.into()), ..guest(address) };
    for address in people {
        scenario.creatio.people.borrow_mut().insert(Address::parse(address).unwrap(), address.into());
    }
    scenario.creatio.put(activity("old", "Old"));
    scenario.settle();
    let mut visit = item(Side::Creatio, "a", Record::Meeting(meeting("Visit", "2026-03-12T10:00:00Z")));
    the_meeting(&mut visit).people = people.map(known).to_vec();
    scenario.creatio.put(visit);
    scenario.settle();
    scenario.creatio.edit(&"a".into(), |item| the_meeting(item).people.truncate(1));
    previewed(&scenario, |planned| {
        let names: Vec<String> = planned
            .rows()
            .flat_map(|row| row.mailed.iter().map(|one| one.shown().to_owned()).collect::<Vec<_>>())
            .collect();
        assert_eq!(names, [people[1]]);
    });
}

#[test]
fn a_change_that_is_left_out_beside_one_that_waits_does_not_write_over_that_later() {
    let ask = with(|settings| settings.rules.conflict = Conflict::Ask);
    let scenario = MemoryScenario::new(&ask);
    scenario.exchange.put(event("e", "Call"));
    scenario.settle();
    scenario.exchange.edit(&"e".into(), |item| {
        *title(item) = "Theirs".to_owned();
        the_meeting(item).place = "Room 1".to_owned();
    });
    let id = scenario.only(Side::Creatio).id;
    scenario.creatio.edit(&id, |item| *title(item) = "Ours".to_owned());
    scenario.with(|parts| {
        let planned = block_on(run::plan(parts)).unwrap();
        let resting = planned.rows().map(|row| row.activity.clone()).collect();
        let left_out = LeftOut { resting, ..LeftOut::default() };
        block_on(run::apply::apply(parts, planned.without(&left_out).approved())).unwrap();
    });
    next_day(&scenario);
    scenario.settle();
    assert_eq!(titles(&scenario, Side::Creatio), ["Ours"]);
    assert_eq!(titles(&scenario, Side::Exchange), ["Theirs"]);
}

#[test]
fn what_is_woken_and_left_out_again_stays_out() {
    let scenario = MemoryScenario::new(&everything());
    scenario.exchange.put(event("e", "Theatre"));
    apply_without(&scenario, "Theatre");
    assert_eq!(wake(&scenario), 1);
    apply_without(&scenario, "Theatre");
    next_day(&scenario);
    assert_eq!(scenario.settle().resting, 1);
    assert_eq!(scenario.creatio.writes.get(), 0);
}

#[test]
fn a_left_out_event_that_becomes_a_series_stays_out_with_all_its_days() {
    let scenario = MemoryScenario::new(&everything());
    scenario.exchange.put(event("e", "Dentist"));
    apply_without(&scenario, "Dentist");
    scenario.exchange.recur(&"e".into(), &["2026-03-12T10:00:00Z", "2026-03-19T10:00:00Z"].map(at));
    let report = scenario.settle();
    next_day(&scenario);
    scenario.settle();
    assert_eq!((titles(&scenario, Side::Creatio), report.held.len()), (Vec::<String>::new(), 0));
}

#[test]
fn a_calendar_that_is_left_out_is_named_no_more_and_the_others_are() {
    let mut settings = everything();
    let scenario = MemoryScenario::new(&settings);
    scenario.exchange.more.borrow_mut().push("family".into());
    let mut theatre = event("t", "Theatre");
    theatre.container = "family".into();
    scenario.exchange.put(theatre);
    scenario.exchange.put(event("e", "Call"));
    scenario.with(|parts| {
        let planned = block_on(run::plan(parts)).unwrap();
        let family = [ContainerId::from("family")].into();
        let kept = planned.left_out(FlatSet::new(), &family, &settings);
        assert_eq!((kept.resting.len(), kept.uncovered.len()), (1, 0), "the settings could not be changed");
        containers::leave_out(&mut settings, &family, planned.containers());
        assert_eq!(settings.import_meetings.choice(), [ContainerId::from("calendar")]);
        assert!(settings.import_tasks.takes_all(), "lists are as they were");
        let gone = planned.left_out(FlatSet::new(), &family, &settings);
        assert_eq!((gone.resting.len(), gone.uncovered.len()), (0, 1));
        block_on(run::apply::apply(parts, planned.without(&gone).approved())).unwrap();
    });
    set(&scenario, &settings);
    next_day(&scenario);
    assert_eq!(scenario.settle().resting, 0);
    assert_eq!(titles(&scenario, Side::Creatio), ["Call"]);
}

#[test]
fn calendars_of_private_life_are_known_by_their_names() {
    let named = |name: &str, default: bool| Container {
        id: "c".into(),
        kind: Kind::Meeting,
        name: name.to_owned(),
        owner: String::new(),
        own: true,
        default,
        writable: true,
    };
    for name in ["Личное", "Семья", "Семейный календарь", "Family", "Private stuff", "Особистий"]
    {
        assert!(looks_personal(&named(name, false)), "{name}");
        assert!(!looks_personal(&named(name, true)), "{name}: the default one");
    }
    for name in ["Calendar", "Homepage relaunch", "Personalplanung", "Проекты", "Customers"] {
        assert!(!looks_personal(&named(name, false)), "{name}");
    }
}
