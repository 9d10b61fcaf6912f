//! What is looked at and written to: containers, windows, groups, private items.

use crate::support::memory::{CALENDAR, LIST, at, item, meeting, task};
use crate::support::moment::{Moment, container, linked, pair, seen, the_meeting, the_task};
use schedule_sync::engine::context::{Elsewhere, Seen};
use schedule_sync::engine::scope::{
    adopts, awake, exports, import, imports, imports_from, in_window, is_past, masked, reading, target,
};
use schedule_sync::engine::settings::{Block, Extent, FieldDirection, Private, Settings};
use schedule_sync::model::scope::ContainerChoice;
use schedule_sync::model::{
    Body, Container, ContainerId, Day, Facts, Importance, Item, Kind, Occurrence, Original, Record, Reminder, Side,
    Status, Task, TaskWhen, When,
};

fn ids<const N: usize>(list: [&str; N]) -> Vec<ContainerId> {
    list.map(ContainerId::from).to_vec()
}

fn chosen<const N: usize>(on: bool, list: [&str; N]) -> Block<ContainerId> {
    Block { on, scope: Extent::Chosen, chosen: ids(list) }
}

#[test]
fn a_block_takes_all_or_its_choice_and_nothing_when_it_is_off() {
    for (block, all, names, choice) in [
        (Block { scope: Extent::All, ..chosen(true, ["a"]) }, true, false, ids([])),
        (Block { scope: Extent::All, ..chosen(false, ["a"]) }, false, false, ids([])),
        (chosen(true, ["a"]), false, true, ids(["a"])),
        (chosen(true, []), false, false, ids([])),
        (chosen(true, ["b"]), false, false, ids(["b"])),
        (chosen(false, ["a"]), false, false, ids([])),
    ] {
        let found = (block.takes_all(), block.names(&"a".into()), block.choice().to_vec());
        assert_eq!(found, (all, names, choice), "{block:?}");
    }
}

#[test]
fn both_sides_are_read_where_something_comes_from_goes_to_or_lies() {
    type Change = fn(&mut Settings);
    let choice = |own, default, named: &[&str]| ContainerChoice {
        own,
        default,
        named: named.iter().map(|id| (*id).into()).collect(),
    };
    let rows: [(&str, Change, ContainerChoice); 6] = [
        ("everything", |_| {}, choice(true, true, &["old"])),
        ("import only", |s| s.export.on = false, choice(true, false, &["old"])),
        ("export only", |s| s.import_meetings.on = false, choice(false, true, &["old"])),
        ("a choice", |s| s.import_meetings = chosen(true, ["a"]), choice(false, true, &["a", "old"])),
        ("exports elsewhere", |s| s.targets.calendar = Some("team".into()), choice(true, false, &["old", "team"])),
        (
            "a target, but no export",
            |s| (s.targets.calendar, s.export.on) = (Some("team".into()), false),
            choice(true, false, &["old"]),
        ),
    ];
    for (what, change, expected) in rows {
        let moment = Moment::with(change);
        let window = moment.context().window;
        let scope = reading(&moment.settings, window, &[ContainerId::from("old")].into());
        assert_eq!((scope.calendars, scope.window), (expected, window), "{what}");
    }
    let moment = Moment::with(|s| s.targets.list = Some("team".into()));
    let scope = reading(&moment.settings, moment.context().window, &[].into());
    assert_eq!((scope.lists, scope.calendars.default), (choice(true, false, &["team"]), true));
}

#[test]
fn all_means_those_that_the_mailbox_owns_and_others_are_imported_by_name() {
    let (mine, shared) = (container("a", Kind::Meeting), Container { own: false, ..container("a", Kind::Meeting) });
    for (block, own, other) in [
        (Block { on: true, scope: Extent::All, chosen: vec![] }, true, false),
        (Block { on: false, scope: Extent::All, chosen: vec![] }, false, false),
        (chosen(true, ["a"]), true, true),
        (chosen(true, ["b"]), false, false),
        (chosen(false, ["a"]), false, false),
    ] {
        let moment = Moment::with(|settings| settings.import_meetings = block.clone());
        let found = (imports_from(&moment.settings, &mine), imports_from(&moment.settings, &shared));
        assert_eq!(found, (own, other), "{block:?}");
        assert!(imports_from(&moment.settings, &container("list", Kind::Task)), "tasks have a block of their own");
    }
    let moment = Moment::with(|settings| settings.import_tasks.on = false);
    assert!(import(&moment.settings, Kind::Meeting).on && !import(&moment.settings, Kind::Task).on);
}

#[test]
fn exports_go_to_the_container_chosen_for_their_kind_if_it_can_be_written() {
    let all = vec![
        Container { default: false, ..container("other", Kind::Meeting) },
        container(CALENDAR, Kind::Meeting),
        container("team", Kind::Meeting),
        Container { writable: false, ..container("read-only", Kind::Meeting) },
        container(LIST, Kind::Task),
    ];
    for (chosen, calendar) in [
        (None, Some(CALENDAR)),
        (Some("team"), Some("team")),
        (Some("read-only"), None),
        (Some(LIST), None),
        (Some("missing"), None),
    ] {
        let moment = Moment::with(|settings| settings.targets.calendar = chosen.map(Into::into));
        let seen = Seen { containers: all.clone(), ..Seen::default() };
        let found = |kind| target(&moment.context(), &seen, kind).map(|one| one.id.as_str().to_owned());
        assert_eq!(found(Kind::Meeting).as_deref(), calendar, "{chosen:?}");
        assert_eq!(found(Kind::Task).as_deref(), Some(LIST), "{chosen:?}");
    }
}

fn day(text: &str) -> Option<Day> {
    Some(text.parse().unwrap())
}

/// A task of these days, or of these times in Creatio.
fn due(when: TaskWhen) -> Item {
    item(Side::Exchange, "t", Record::Task(Task { when, ..task("Offer", "2026-03-12") }))
}

#[test]
fn the_window_holds_what_touches_it() {
    let timed = |start: &str| item(Side::Exchange, "e", Record::Meeting(meeting("Call", start)));
    let all_day = |first: &str, end: &str| {
        let mut one = timed("2026-03-12T10:00:00Z");
        the_meeting(&mut one).when = When::AllDay { first: first.parse().unwrap(), end: end.parse().unwrap() };
        one
    };
    let occurrence = |start: &str| {
        let mut one = timed(start);
        one.facts.occurrence = Some(Occurrence { master: "m".into(), original: Original::At(at(start)) });
        one
    };
    let days = |start, due_day| due(TaskWhen::Days { start, due: due_day });
    let times = |start: &str, end: &str| due(TaskWhen::Timed { start: at(start), due: at(end) });
    let undated = |status| {
        let mut one = days(None, None);
        the_task(&mut one).status = status;
        one
    };
    for (what, item, held) in [
        ("before", timed("2026-02-28T23:00:00Z"), false),
        ("on the edge", timed("2026-02-28T23:30:00Z"), true),
        ("at the horizon", timed("2027-03-31T23:00:00Z"), true),
        ("beyond", timed("2027-04-01T00:00:00Z"), false),
        ("an occurrence", occurrence("2026-06-30T23:00:00Z"), true),
        ("a far occurrence", occurrence("2026-07-01T00:00:00Z"), false),
        ("a day before", all_day("2026-02-27", "2026-03-01"), false),
        ("a day on the edge", all_day("2026-02-27", "2026-03-02"), true),
        ("a task's last day", days(day("2026-02-01"), day("2026-03-01")), true),
        ("a task of before", days(day("2026-02-01"), day("2026-02-28")), false),
        ("due only, before", days(None, day("2026-02-28")), false),
        ("due only", days(None, day("2026-03-01")), true),
        ("begins only", days(day("2027-03-31"), None), true),
        ("begins beyond", days(day("2027-04-01"), None), false),
        ("times", times("2026-03-01T09:00:00Z", "2026-03-01T18:00:00Z"), true),
        ("times of before", times("2026-02-01T09:00:00Z", "2026-02-28T18:00:00Z"), false),
        ("undated and open", undated(Status::InProgress), true),
        ("undated and done", undated(Status::Completed), false),
    ] {
        let moment = Moment::with(|settings| settings.from = "2026-03-01".parse().unwrap());
        assert_eq!(in_window(&moment.context(), &item), held, "{what}");
    }
}

#[test]
fn a_meeting_is_past_at_its_end_and_a_task_once_it_is_completed() {
    let meeting = |start: &str| Record::Meeting(meeting("Call", start));
    let with = |status| Record::Task(Task { status, ..task("Offer", "2026-03-01") });
    for (record, past) in [
        (meeting("2026-03-10T08:00:00Z"), true),
        (meeting("2026-03-10T08:00:01Z"), false),
        (with(Status::Completed), true),
        (with(Status::InProgress), false),
    ] {
        assert_eq!(is_past(&Moment::new().context(), &record), past, "{record:?}");
    }
}

#[test]
fn what_is_exported() {
    type Change = fn(&mut Moment, &mut Seen, &mut Item);
    let rows: [(&str, Change, bool); 18] = [
        ("all", |_, _, _| {}, true),
        ("export is off", |m, _, _| m.settings.export.on = false, false),
        ("its time may not go there", |m, _, _| m.settings.fields.when = FieldDirection::In, false),
        ("its time may go there", |m, _, _| m.settings.fields.when = FieldDirection::Out, true),
        ("another's", |_, _, item| item.facts.involves_me = false, true),
        (
            "another's, narrowed",
            |m, _, item| (m.settings.rules.only_mine, item.facts.involves_me) = (true, false),
            false,
        ),
        ("one's own, narrowed", |m, _, _| m.settings.rules.only_mine = true, true),
        ("imported elsewhere", |_, seen, item| elsewhere(seen, item, true), false),
        ("linked elsewhere", |_, seen, item| elsewhere(seen, item, false), true),
        (
            "imported elsewhere, and wanted",
            |m, seen, item| {
                elsewhere(seen, item, true);
                m.settings.rules.between = true;
            },
            true,
        ),
        ("an e-mail", |_, _, item| item.facts.email = true, false),
        ("canceled", |_, _, item| item.facts.canceled = true, false),
        ("no calendar at all", |_, seen, _| seen.containers.retain(|one| one.kind == Kind::Task), false),
        ("no list", |_, seen, _| seen.containers.retain(|one| one.kind == Kind::Meeting), true),
        ("too late", |_, _, item| item.record = Record::Meeting(meeting("Call", "2028-03-12T10:00:00Z")), false),
        ("no group", |m, _, _| m.settings.export.scope = Extent::Chosen, false),
        ("of a group", |m, seen, _| grouped(m, seen, "a"), true),
        ("of no chosen group", |m, seen, _| grouped(m, seen, "b"), false),
    ];
    for (what, change, expected) in rows {
        let mut moment = Moment::new();
        let mut item = pair().creatio;
        let mut seen = seen([&item], []);
        change(&mut moment, &mut seen, &mut item);
        assert_eq!(exports(&moment.context(), &seen, &item), expected, "{what}");
    }
}

fn elsewhere(seen: &mut Seen, item: &Item, imported: bool) {
    seen.elsewhere =
        [(item.id.clone(), Elsewhere { imported, lives: true, first: false, ..Elsewhere::default() })].into();
}

fn grouped(moment: &mut Moment, seen: &mut Seen, member: &str) {
    moment.settings.export.scope = Extent::Chosen;
    seen.members = Some([member.into()].into());
}

#[test]
fn what_is_imported() {
    type Change = fn(&mut Moment, &mut Seen, &mut Item);
    let rows: [(&str, Change, bool); 13] = [
        ("all", |_, _, _| {}, true),
        ("assigned to somebody else", |_, _, item| item.facts.involves_me = false, false),
        ("import is off", |m, _, _| m.settings.import_meetings.on = false, false),
        ("tasks are off", |m, _, _| m.settings.import_tasks.on = false, true),
        ("its time may not come", |m, _, _| m.settings.fields.when = FieldDirection::Out, false),
        ("cancelled", |_, _, item| item.facts.canceled = true, false),
        ("too early", |_, _, item| item.record = Record::Meeting(meeting("Call", "2026-01-12T10:00:00Z")), false),
        ("private", |_, _, item| item.facts.private = true, true),
        ("private, in full", |m, _, item| private(m, item, Private::Full), true),
        ("private, and skipped", |m, _, item| private(m, item, Private::Skip), false),
        ("public, where private is skipped", |m, _, _| m.settings.rules.private = Private::Skip, true),
        ("of a calendar that is not there", |_, _, item| item.container = "elsewhere".into(), false),
        ("of a calendar that is shared", |_, seen, _| seen.containers[0].own = false, false),
    ];
    for (what, change, expected) in rows {
        let mut moment = Moment::new();
        let mut item = pair().exchange;
        let mut seen = seen([], [&item]);
        change(&mut moment, &mut seen, &mut item);
        assert_eq!(imports(&moment.context(), &seen, &item), expected, "{what}");
    }
}

fn private(moment: &mut Moment, item: &mut Item, rule: Private) {
    (moment.settings.rules.private, item.facts.private) = (rule, true);
}

#[test]
fn a_pair_is_awake_as_long_as_both_sides_are_looked_at() {
    type Change = fn(&mut Moment, &mut Seen, &mut Item);
    let (link, items) = linked(Side::Exchange);
    let rows: [(&str, Change, [bool; 2]); 7] = [
        ("in scope", |_, _, _| {}, [true, true]),
        ("somebody else's", |_, _, item| item.facts.involves_me = false, [true, false]),
        ("no calendar", |_, seen, _| seen.containers.clear(), [true, false]),
        ("read in another one", |_, _, item| item.container = "elsewhere".into(), [true, false]),
        ("an e-mail", |_, _, item| item.facts.email = true, [false, false]),
        ("private, and skipped", |m, _, item| private(m, item, Private::Skip), [false, false]),
        (
            "too late",
            |_, _, item| item.record = Record::Meeting(meeting("Call", "2028-03-12T10:00:00Z")),
            [false, false],
        ),
    ];
    for (what, change, expected) in rows {
        for (side, expected) in Side::BOTH.into_iter().zip(expected) {
            let mut moment = Moment::new();
            let mut item = items[side].clone();
            let mut seen = seen([], []);
            change(&mut moment, &mut seen, &mut item);
            assert_eq!(awake(&moment.context(), &seen, &link, side, Some(&item)), expected, "{what}, {side}");
            // unread, what was last known of it counts; when and whose it is counts once it is read
            let mut known = link.clone();
            known.halves[side].facts = item.facts.clone();
            let unread = expected || ["too late", "somebody else's", "read in another one"].contains(&what);
            assert_eq!(awake(&moment.context(), &seen, &known, side, None), unread, "{what}, {side}, unread");
        }
    }
    let mut moved = link;
    Side::BOTH.into_iter().for_each(|side| moved.halves[side].container = "elsewhere".into());
    let (moment, seen) = (Moment::new(), seen([], []));
    assert!(!awake(&moment.context(), &seen, &moved, Side::Exchange, None), "where it lies is not looked at");
    let read = awake(&moment.context(), &seen, &moved, Side::Exchange, Some(&items.exchange));
    assert!(read, "where it was read is looked at");
}

#[test]
fn only_what_is_looked_at_and_lives_is_adopted() {
    type Change = fn(&mut Moment, &mut Item);
    let rows: [(&str, Change, bool); 5] = [
        ("both", |_, _| {}, true),
        ("canceled", |_, item| item.facts.canceled = true, false),
        ("too late", |_, item| item.record = Record::Meeting(meeting("Call", "2028-03-12T10:00:00Z")), false),
        ("private", |_, item| item.facts.private = true, true),
        ("private, and skipped", |m, item| private(m, item, Private::Skip), false),
    ];
    for (what, change, expected) in rows {
        for side in Side::BOTH {
            let (mut moment, mut items) = (Moment::new(), pair());
            change(&mut moment, &mut items[side]);
            assert_eq!(adopts(&moment.context(), items.as_ref()), expected, "{what}, {side}");
        }
    }
}

#[test]
fn of_a_private_item_only_its_times_are_seen() {
    let mut whole = pair().exchange;
    let one = the_meeting(&mut whole);
    (one.place, one.body, one.importance) = ("Clinic".to_owned(), Body::from_text("Bring papers"), Importance::High);
    (one.reminder, one.people) =
        (Reminder::Before(15), vec![crate::support::memory_scenario::guest("doctor@fabrikam.example")]);
    let mut done = item(Side::Exchange, "t", Record::Task(task("Pills", "2026-03-12")));
    let one = the_task(&mut done);
    (one.body, one.reminder) = (Body::from_text("Two"), Some(at("2026-03-12T08:00:00Z")));
    for public in [whole, done] {
        let secret = Item { facts: Facts { private: true, ..public.facts.clone() }, ..public.clone() };
        for (rule, item, shown) in [
            (Private::Busy, &public, true),
            (Private::Busy, &secret, false),
            (Private::Full, &secret, true),
            (Private::Skip, &secret, true),
        ] {
            let seen = masked(&Moment::with(|settings| settings.rules.private = rule).context(), item);
            assert_eq!(seen == *item, shown, "{rule:?} {}", item.facts.private);
            if !shown {
                let bare = match &item.record {
                    Record::Meeting(one) => {
                        let mut bare = meeting("Private meeting", "2026-03-12T10:00:00Z");
                        bare.when = one.when;
                        Record::Meeting(bare)
                    }
                    Record::Task(one) => Record::Task(Task { when: one.when, ..task("Private meeting", "2026-03-12") }),
                };
                assert_eq!((&seen.record, &seen.facts), (&bare, &item.facts));
            }
        }
    }
}
