//! What a value of one side is on the other: cut, translated, and kept where it can't be carried.

use crate::support::memory::{ME, at, item, meeting, task};
use crate::support::memory_scenario::guest;
use crate::support::moment::{Moment, seen};
use schedule_sync::engine::context::{Context, Seen};
use schedule_sync::engine::project::{LONGEST_LINE, guest as participant, instants, invitation, project, shadows};
use schedule_sync::flat::FlatMap;
use schedule_sync::model::time::Fixed;
use schedule_sync::model::{
    Address, Day, Instant, Meeting, Pair, Person, Record, Reminder, Response, Side, Status, Task, TaskWhen, When, Zone,
};

/// 9 o'clock on the day of the meeting, and that meeting an hour later.
fn call() -> Meeting {
    meeting("Call", "2026-03-12T10:00:00Z")
}

/// What `change` makes of the call on side `from`, on the other side, where `there` is what stands
/// there now.
fn over(from: Side, one: Meeting, there: Option<Meeting>) -> Meeting {
    let moment = Moment::new();
    let (record, there) = (Record::Meeting(one), there.map(Record::Meeting));
    match project(&moment.context(), &Seen::default(), from, &record, there.as_ref()) {
        Record::Meeting(meeting) => meeting,
        Record::Task(_) => panic!("a task"),
    }
}

#[test]
fn a_title_is_filled_in_cut_and_brought_back_whole() {
    let long = |first: char, count: usize| std::iter::repeat_n(first, count).collect::<String>();
    let full = LONGEST_LINE;
    let (none, tail) = ("(no subject)".to_owned(), long('x', full) + "tail");
    for (from, text, there, expected) in [
        (Side::Exchange, "Call".to_owned(), None, "Call".to_owned()),
        (Side::Exchange, String::new(), None, none.clone()),
        (Side::Exchange, String::new(), Some("Call".to_owned()), none.clone()),
        (Side::Exchange, tail.clone(), Some("Call".to_owned()), long('x', full)),
        (Side::Creatio, none.clone(), Some(String::new()), String::new()),
        (Side::Creatio, none.clone(), Some("Call".to_owned()), none.clone()),
        (Side::Creatio, none.clone(), None, none),
        (Side::Creatio, "Call".to_owned(), Some(String::new()), "Call".to_owned()),
        (Side::Creatio, long('x', full), Some(tail.clone()), tail.clone()),
        (Side::Creatio, long('y', full), Some(tail.clone()), long('y', full) + "tail"),
        (Side::Creatio, long('x', full - 1), Some(tail), long('x', full - 1)),
        (Side::Creatio, long('x', full), None, long('x', full)),
    ] {
        let there_now = there.as_ref().map(|title| Meeting { title: title.clone(), ..call() });
        let title = over(from, Meeting { title: text.clone(), ..call() }, there_now).title;
        assert_eq!(title, expected, "{from} {text} {there:?}");
    }
    let place = over(Side::Exchange, Meeting { place: long('x', full + 1), ..call() }, None).place;
    assert_eq!(place.len(), full, "a place too");
}

fn all_day(first: &str, end: &str) -> When {
    When::AllDay { first: first.parse().unwrap(), end: end.parse().unwrap() }
}

fn timed(start: &str, end: &str) -> When {
    When::Timed { start: at(start), end: at(end) }
}

#[test]
fn whole_days_are_midnights_in_creatio_and_nothing_else_is() {
    let days = all_day("2026-03-12", "2026-03-14");
    let midnights = timed("2026-03-12T00:00:00Z", "2026-03-14T00:00:00Z");
    let hours = timed("2026-03-12T10:00:00Z", "2026-03-12T11:00:00Z");
    for (what, from, when, there, expected) in [
        ("days come", Side::Exchange, days, None, midnights),
        ("hours come", Side::Exchange, hours, Some(midnights), hours),
        ("midnights come", Side::Exchange, midnights, None, midnights),
        ("new ones go", Side::Creatio, midnights, None, days),
        ("they stay whole days", Side::Creatio, midnights, Some(all_day("2026-03-01", "2026-03-02")), days),
        ("what is timed stays so", Side::Creatio, midnights, Some(hours), midnights),
        ("hours go", Side::Creatio, hours, Some(days), hours),
    ] {
        let meeting = |when| Meeting { when, ..call() };
        assert_eq!(over(from, meeting(when), there.map(meeting)).when, expected, "{what}");
    }
    for (start, end) in [
        ("2026-03-12T00:00:00Z", "2026-03-12T11:00:00Z"),
        ("2026-03-12T10:00:00Z", "2026-03-13T00:00:00Z"),
        ("2026-03-12T00:00:00Z", "2026-03-12T00:00:00Z"),
    ] {
        let when = timed(start, end);
        assert_eq!(over(Side::Creatio, Meeting { when, ..call() }, None).when, when, "{start} {end}");
    }
}

/// The dates of an all-day event after an edit in Creatio, by a user who has moved from Moscow to
/// Greenwich since it was read.
#[test]
fn an_all_day_event_moves_by_the_days_that_its_activity_was_moved() {
    let base = Pair {
        creatio: Record::Meeting(Meeting { when: timed("2026-03-11T21:00:00Z", "2026-03-13T21:00:00Z"), ..call() }),
        exchange: Record::Meeting(Meeting { when: all_day("2026-03-12", "2026-03-14"), ..call() }),
    };
    for (what, start, end, expected) in [
        ("a day later", "2026-03-12T21:00:00Z", "2026-03-14T21:00:00Z", all_day("2026-03-13", "2026-03-15")),
        ("earlier", "2026-03-01T21:00:00Z", "2026-03-03T21:00:00Z", all_day("2026-03-02", "2026-03-04")),
        ("longer", "2026-03-11T21:00:00Z", "2026-03-20T21:00:00Z", all_day("2026-03-12", "2026-03-21")),
        (
            "an hour later",
            "2026-03-11T22:00:00Z",
            "2026-03-13T22:00:00Z",
            timed("2026-03-11T22:00:00Z", "2026-03-13T22:00:00Z"),
        ),
        (
            "to no length",
            "2026-03-11T21:00:00Z",
            "2026-03-11T21:00:00Z",
            timed("2026-03-11T21:00:00Z", "2026-03-11T21:00:00Z"),
        ),
    ] {
        let now = Pair {
            creatio: Record::Meeting(Meeting { when: timed(start, end), ..call() }),
            exchange: base.exchange.clone(),
        };
        let moment = Moment::new();
        let shadows = shadows(&moment.context(), &Seen::default(), now.as_ref(), Some(base.as_ref()));
        let Record::Meeting(there) = shadows.exchange else { panic!("a task") };
        assert_eq!(there.when, expected, "{what}");
    }
}

/// Greenwich, whose clocks go forward on 29 March 2026.
struct Greenwich;

impl Zone for Greenwich {
    fn offset(&self, at_instant: Instant) -> i32 {
        if at_instant < at("2026-03-29T01:00:00Z") { 0 } else { 3600 }
    }

    fn name(&self) -> &'static str {
        "GMT Standard Time"
    }
}

#[test]
fn a_change_of_the_clocks_on_the_way_is_no_part_of_a_day() {
    let activity = |start: &str, end: &str| Record::Meeting(Meeting { when: timed(start, end), ..call() });
    // read in Moscow, in winter and in summer
    let base = |day: &str, next: &str| Pair {
        creatio: activity(&format!("{day}T21:00:00Z"), &format!("{next}T21:00:00Z")),
        exchange: Record::Meeting(Meeting { when: all_day("2026-03-12", "2026-03-13"), ..call() }),
    };
    let (winter, summer) = (base("2026-03-11", "2026-03-12"), base("2026-04-11", "2026-04-12"));
    let (later, earlier) = (all_day("2026-04-12", "2026-04-13"), all_day("2026-02-09", "2026-02-10"));
    for (what, base, start, end, expected) in [
        ("by the clock on the wall", &winter, "2026-04-11T20:00:00Z", "2026-04-12T20:00:00Z", later),
        ("by whole days", &winter, "2026-04-11T21:00:00Z", "2026-04-12T21:00:00Z", later),
        ("back by the clock on the wall", &summer, "2026-03-11T22:00:00Z", "2026-03-12T22:00:00Z", earlier),
    ] {
        let now = Pair { creatio: activity(start, end), exchange: base.exchange.clone() };
        let moment = Moment::new();
        let context = Context { zone: &Greenwich, ..moment.context() };
        let shadows = shadows(&context, &Seen::default(), now.as_ref(), Some(base.as_ref()));
        let Record::Meeting(there) = shadows.exchange else { panic!("a task") };
        assert_eq!(there.when, expected, "{what}");
    }
}

#[test]
fn a_span_in_days_is_from_midnight_to_midnight_of_the_users_zone() {
    let zone = Fixed { seconds: 3 * 3600, name: "Russian Standard Time".to_owned() };
    assert_eq!(
        instants(&zone, all_day("2026-03-12", "2026-03-13")),
        (at("2026-03-11T21:00:00Z"), at("2026-03-12T21:00:00Z"))
    );
    let hours = timed("2026-03-12T10:00:00Z", "2026-03-12T11:00:00Z");
    assert_eq!(instants(&zone, hours), (at("2026-03-12T10:00:00Z"), at("2026-03-12T11:00:00Z")));
}

#[test]
fn a_reminder_that_is_past_is_never_created_and_changes_none() {
    let (off, before) = (Reminder::Off, Reminder::Before);
    // a meeting an hour from now, and one that begins now
    let (soon, begun) = ("2026-03-10T10:00:00Z", "2026-03-10T09:00:00Z");
    for (what, from, start, reminder, there, expected) in [
        ("new", Side::Exchange, soon, before(59), None, before(59)),
        ("past", Side::Exchange, soon, before(60), None, off),
        ("past, and another there", Side::Exchange, soon, before(60), Some(before(15)), before(15)),
        ("past, and none there", Side::Exchange, soon, before(60), Some(off), off),
        ("off", Side::Exchange, soon, off, Some(before(15)), off),
        ("another there", Side::Creatio, soon, before(30), Some(before(15)), before(30)),
        ("after the start", Side::Creatio, soon, before(-10), None, before(0)),
        ("after the start", Side::Exchange, soon, before(-10), None, before(-10)),
        ("at the start, now", Side::Creatio, begun, before(-10), None, off),
        ("longer than time is", Side::Exchange, soon, before(i64::MAX), Some(before(15)), before(15)),
    ] {
        let meeting = |reminder| Meeting { reminder, ..meeting("Call", start) };
        let found = over(from, meeting(reminder), there.map(meeting)).reminder;
        assert_eq!(found, expected, "{what}: {from} {reminder:?} {there:?}");
    }
    for (at_hour, there, expected) in [
        (Some("2026-03-10T09:00:01Z"), None, Some("2026-03-10T09:00:01Z")),
        (Some("2026-03-10T09:00:01Z"), Some(None), Some("2026-03-10T09:00:01Z")),
        (Some("2026-03-10T09:00:00Z"), None, None),
        (Some("2026-03-10T09:00:00Z"), Some(Some("2026-03-11T09:00:00Z")), Some("2026-03-11T09:00:00Z")),
        (Some("2026-03-10T09:00:00Z"), Some(None), None),
        (None, Some(Some("2026-03-11T09:00:00Z")), None),
    ] {
        let with = |reminder: Option<&str>| Task { reminder: reminder.map(at), ..task("Offer", "2026-03-12") };
        for from in Side::BOTH {
            let found = task_over(from, with(at_hour), there.map(with)).reminder;
            assert_eq!(found, expected.map(at), "{from}: {at_hour:?} {there:?}");
        }
    }
}

fn task_over(from: Side, one: Task, there: Option<Task>) -> Task {
    let moment = Moment::new();
    let context: Context<'_> = moment.context();
    let (record, there) = (Record::Task(one), there.map(Record::Task));
    match project(&context, &Seen::default(), from, &record, there.as_ref()) {
        Record::Task(task) => task,
        Record::Meeting(_) => panic!("a meeting"),
    }
}

#[test]
fn a_status_that_creatio_lacks_is_kept_on_the_way_back() {
    use Side::{Creatio, Exchange};
    use Status::{Canceled, Completed, Deferred, InProgress, NotStarted, Waiting};
    for (from, status, there, expected) in [
        (Exchange, Waiting, None, NotStarted),
        (Exchange, Deferred, Some(InProgress), NotStarted),
        (Exchange, InProgress, Some(Completed), InProgress),
        (Creatio, NotStarted, Some(Waiting), Waiting),
        (Creatio, NotStarted, Some(Deferred), Deferred),
        (Creatio, NotStarted, Some(Completed), NotStarted),
        (Creatio, InProgress, Some(Waiting), InProgress),
        (Creatio, Canceled, Some(InProgress), InProgress),
        (Creatio, Canceled, None, NotStarted),
    ] {
        let with = |status| Task { status, ..task("Offer", "2026-03-12") };
        assert_eq!(task_over(from, with(status), there.map(with)).status, expected, "{from} {status:?} {there:?}");
    }
}

fn days(start: Option<&str>, due: Option<&str>) -> TaskWhen {
    let day = |text: &str| text.parse::<Day>().unwrap();
    TaskWhen::Days { start: start.map(day), due: due.map(day) }
}

fn hours(start: &str, due: &str) -> TaskWhen {
    TaskWhen::Timed { start: at(&format!("{start}:00Z")), due: at(&format!("{due}:00Z")) }
}

#[test]
fn a_task_has_days_in_to_do_and_times_in_creatio() {
    use Side::{Creatio, Exchange};
    let (none, twelfth) = (days(None, None), hours("2026-03-12T10:00", "2026-03-12T11:00"));
    let today = hours("2026-03-10T10:00", "2026-03-10T11:00");
    let only = |due| days(None, Some(due));
    let both = |start, due| days(Some(start), Some(due));
    for (what, from, when, there, expected) in [
        ("new", Creatio, twelfth, None, both("2026-03-12", "2026-03-12")),
        ("it has no start there", Creatio, twelfth, Some(only("2026-03-01")), only("2026-03-12")),
        (
            "it has a start there",
            Creatio,
            twelfth,
            Some(both("2026-03-01", "2026-03-01")),
            both("2026-03-12", "2026-03-12"),
        ),
        (
            "several days",
            Creatio,
            hours("2026-03-12T10:00", "2026-03-13T11:00"),
            Some(only("2026-03-12")),
            both("2026-03-12", "2026-03-13"),
        ),
        ("it has no day there, and is today's", Creatio, today, Some(none), none),
        ("it has no day there, and is another day's", Creatio, twelfth, Some(none), only("2026-03-12")),
        ("it has a day there, and is today's", Creatio, today, Some(only("2026-03-12")), only("2026-03-10")),
        ("due only", Exchange, only("2026-03-12"), None, hours("2026-03-12T09:00", "2026-03-12T18:00")),
        ("begun only", Exchange, days(Some("2026-03-12"), None), None, hours("2026-03-12T09:00", "2026-03-12T18:00")),
        ("both", Exchange, both("2026-03-12", "2026-03-13"), None, hours("2026-03-12T09:00", "2026-03-13T18:00")),
        ("no day", Exchange, none, None, hours("2026-03-10T09:00", "2026-03-10T18:00")),
        ("no day, and times there", Exchange, none, Some(twelfth), twelfth),
        ("another day", Exchange, only("2026-03-20"), Some(twelfth), hours("2026-03-20T10:00", "2026-03-20T11:00")),
        (
            "due before it begins",
            Exchange,
            both("2026-03-14", "2026-03-12"),
            None,
            hours("2026-03-12T09:00", "2026-03-12T18:00"),
        ),
        (
            "due at an earlier hour than it begins",
            Exchange,
            only("2026-03-20"),
            Some(hours("2026-03-12T10:00", "2026-03-12T08:00")),
            hours("2026-03-20T10:00", "2026-03-20T10:00"),
        ),
        (
            "another due day, of a task that begins before it is due in Creatio alone",
            Exchange,
            only("2026-03-20"),
            Some(hours("2026-03-12T10:00", "2026-03-14T11:00")),
            hours("2026-03-12T10:00", "2026-03-20T11:00"),
        ),
        (
            "due before it begins in Creatio alone",
            Exchange,
            only("2026-03-11"),
            Some(hours("2026-03-12T10:00", "2026-03-14T11:00")),
            hours("2026-03-11T10:00", "2026-03-11T11:00"),
        ),
        (
            "another first day, of a task that is due in Creatio alone",
            Exchange,
            days(Some("2026-03-20"), None),
            Some(hours("2026-03-12T10:00", "2026-03-14T11:00")),
            hours("2026-03-20T10:00", "2026-03-20T11:00"),
        ),
    ] {
        let with = |when| Task { when, ..task("Offer", "2026-03-12") };
        assert_eq!(task_over(from, with(when), there.map(with)).when, expected, "{what}: {from}");
    }
}

#[test]
fn people_are_contacts_in_creatio_and_addresses_on_the_event_without_the_user() {
    let address = |text: &str| Address::parse(text).unwrap();
    let known: FlatMap<_, _> =
        [(address("anna@fabrikam.example"), "anna".into()), (address("me@home.example"), ME.into())].into();
    let seen = Seen { people: known, ..seen([], []) };
    let answered = |text: &str| Person { response: Response::Confirmed, name: "N".to_owned(), ..guest(text) };
    let moment = Moment::new();
    let context = moment.context();
    let anna = participant(&context, &seen, &answered("anna@fabrikam.example")).unwrap();
    assert_eq!((anna.contact, anna.response, anna.name.as_str()), (Some("anna".into()), Response::Confirmed, "N"));
    assert_eq!(participant(&context, &seen, &guest("nobody@fabrikam.example")), None, "no Contact is known");
    assert_eq!(participant(&context, &seen, &guest("me@home.example")), None, "nobody is their own guest");

    let mut boris = Person { contact: Some("boris".into()), ..answered("boris@fabrikam.example") };
    boris.addresses.push(address("boris@home.example"));
    let invited = invitation(&context, &boris).unwrap();
    assert_eq!(invited.addresses, [address("boris@fabrikam.example")], "one mail");
    assert_eq!((invited.contact, invited.response, invited.name.as_str()), (None, Response::InDoubt, "N"));
    boris.addresses.push(address("Demo@Contoso.example"));
    assert_eq!(invitation(&context, &boris), None, "one of the addresses is the mailbox");
    boris.addresses.clear();
    assert_eq!(invitation(&context, &boris), None, "there is no address");

    let mut crowd = item(Side::Exchange, "e", Record::Meeting(call())).record;
    if let Record::Meeting(one) = &mut crowd {
        one.people = ["anna@fabrikam.example", "nobody@fabrikam.example", "me@home.example"].map(guest).to_vec();
    }
    let contacts = |record: Record| match record {
        Record::Meeting(one) => one.people.into_iter().map(|one| one.contact).collect::<Vec<_>>(),
        Record::Task(_) => panic!("a task"),
    };
    assert_eq!(contacts(project(&context, &seen, Side::Exchange, &crowd, None)), [Some("anna".into())]);
    assert_eq!(contacts(project(&context, &seen, Side::Creatio, &crowd, None)).len(), 3);
}

/// A task that is due on a day and has no start there was moved in Creatio, where it has both.
#[test]
fn a_day_that_nobody_chose_is_not_written_to_exchange() {
    let both = |start, due| days(Some(start), Some(due));
    let only = |due| days(None, Some(due));
    let (twelfth, moment) = (hours("2026-03-12T09:00", "2026-03-12T18:00"), Moment::new());
    let with = |when| Record::Task(Task { when, ..task("Offer", "2026-03-12") });
    for (what, there, moved, expected) in [
        ("due later", only("2026-03-12"), hours("2026-03-12T09:00", "2026-03-14T18:00"), only("2026-03-14")),
        (
            "due later, from another hour on",
            only("2026-03-12"),
            hours("2026-03-12T11:00", "2026-03-14T18:00"),
            only("2026-03-14"),
        ),
        ("moved as a whole", only("2026-03-12"), hours("2026-03-14T09:00", "2026-03-14T18:00"), only("2026-03-14")),
        (
            "begun earlier",
            only("2026-03-12"),
            hours("2026-03-10T09:00", "2026-03-12T18:00"),
            both("2026-03-10", "2026-03-12"),
        ),
        (
            "moved and longer",
            only("2026-03-12"),
            hours("2026-03-13T09:00", "2026-03-15T18:00"),
            both("2026-03-13", "2026-03-15"),
        ),
        (
            "it had a start",
            both("2026-03-12", "2026-03-12"),
            hours("2026-03-12T09:00", "2026-03-14T18:00"),
            both("2026-03-12", "2026-03-14"),
        ),
        ("it had no day", days(None, None), hours("2026-03-12T09:00", "2026-03-14T18:00"), only("2026-03-14")),
        (
            "it had a start only",
            days(Some("2026-03-12"), None),
            hours("2026-03-11T09:00", "2026-03-12T18:00"),
            days(Some("2026-03-11"), None),
        ),
    ] {
        let base = Pair { creatio: with(twelfth), exchange: with(there) };
        let now = Pair { creatio: with(moved), exchange: with(there) };
        let found = shadows(&moment.context(), &Seen::default(), now.as_ref(), Some(base.as_ref())).exchange;
        assert_eq!(found, with(expected), "{what}");
    }
}

/// A colleague in another zone imported an all-day meeting: its days are the same for everybody.
#[test]
fn whole_days_of_another_zone_are_the_same_days() {
    let day = all_day("2026-03-12", "2026-03-13");
    for (what, start, end, same) in [
        ("Tokyo", "2026-03-11T15:00:00Z", "2026-03-12T15:00:00Z", true),
        ("New York, on the day of the change", "2026-03-12T05:00:00Z", "2026-03-13T04:00:00Z", true),
        ("Kathmandu", "2026-03-11T18:15:00Z", "2026-03-12T18:15:00Z", true),
        ("Kiritimati", "2026-03-11T10:00:00Z", "2026-03-12T10:00:00Z", true),
        ("farther than any zone", "2026-03-11T09:00:00Z", "2026-03-12T09:00:00Z", false),
        ("no zone's midnight", "2026-03-11T15:05:00Z", "2026-03-12T15:05:00Z", false),
        ("another day", "2026-03-12T15:00:00Z", "2026-03-13T15:00:00Z", false),
        ("two days", "2026-03-11T15:00:00Z", "2026-03-13T15:00:00Z", false),
        ("some hours", "2026-03-11T15:00:00Z", "2026-03-11T18:00:00Z", false),
    ] {
        let with = |when| Record::Meeting(Meeting { when, ..call() });
        let now = Pair { creatio: with(timed(start, end)), exchange: with(day) };
        let moment = Moment::new();
        let found = |base: Option<Pair<&Record>>| shadows(&moment.context(), &Seen::default(), now.as_ref(), base);
        assert_eq!(found(None) == now, same, "{what}");
        // both were moved since, by two accounts that are in zones of their own
        let base = Pair {
            creatio: with(timed("2026-03-01T15:00:00Z", "2026-03-02T15:00:00Z")),
            exchange: with(all_day("2026-03-02", "2026-03-03")),
        };
        assert_eq!(found(Some(base.as_ref())) == now, same, "{what}, moved on both sides");
        let half = Pair { creatio: base.creatio.clone(), exchange: with(day) };
        let first = found(Some(half.as_ref())).exchange;
        assert_eq!(
            first == now.exchange,
            first == found(None).exchange && same && what == "Tokyo",
            "{what}, moved in Creatio alone"
        );
    }
}
