//! Which unlinked items are one: by mark, by UID, by the built-in sync's note, by what they look
//! like. Never guessed.

use crate::support::memory::{LIST, at, item, meeting, task, title};
use crate::support::moment::{Moment, linked, pair, seen};
use schedule_sync::engine::account::Account;
use schedule_sync::engine::context::{Elsewhere, Seen};
use schedule_sync::engine::identity;
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::engine::matches::Match;
use schedule_sync::engine::matching::{candidates, find, is_made_for, outdated};
use schedule_sync::model::{
    Instant, Item, ItemId, Malformed, Mark, Occurrence, Original, Pair, Record, Side, Task, TaskWhen, Uid, When,
};

/// An event with a UID and a title of its own, so that nothing is matched by how it looks.
fn event(id: &str) -> Item {
    let mut one = Item { id: id.into(), ..pair().exchange };
    one.facts.uid = Some(format!("uid-{id}").as_str().into());
    *title(&mut one) = format!("Event {id}");
    one
}

fn activity(id: &str) -> Item {
    Item { id: id.into(), ..pair().creatio }
}

fn mark(activity: &str, generation: u32) -> Mark {
    identity::mark(&activity.into(), &Moment::new().account, generation)
}

/// The event that we made for an Activity.
fn made(id: &str, activity: &str) -> Item {
    let mut one = copied(id, activity);
    one.facts.transaction = Some(identity::transaction(&activity.into(), &Moment::new().account, 0));
    one
}

/// A copy of such an event: it has the mark, but no transaction.
fn copied(id: &str, activity: &str) -> Item {
    let mut one = event(id);
    one.facts.mark = Some(mark(activity, 0));
    one
}

fn noted(id: &str, activity: &str) -> Item {
    let mut one = event(id);
    one.facts.local = Some(activity.into());
    one
}

fn a_task(id: &str, activity: Option<&str>, created: Option<Instant>) -> Item {
    let mut one = item(Side::Exchange, id, Record::Task(task(&format!("Task {id}"), "2026-03-12")));
    (one.facts.mark, one.facts.created) = (activity.map(|activity| mark(activity, 0)), created);
    one
}

fn task_of_creatio(id: &str, name: &str) -> Item {
    let when = TaskWhen::Timed { start: at("2026-03-12T09:00:00Z"), due: at("2026-03-12T18:00:00Z") };
    item(Side::Creatio, id, Record::Task(Task { when, ..task(name, "2026-03-12") }))
}

/// A link of an Activity to an item.
fn link_to(activity: &str, item: &Item) -> Link {
    let mut link = linked(Side::Exchange).0.with_ids(Pair { creatio: activity.into(), exchange: item.id.clone() });
    link.halves.exchange.facts = item.facts.clone();
    link
}

fn found<const N: usize>(seen: &Seen, unlinked: [&Item; N]) -> Vec<(String, Match)> {
    let found = find(&Moment::new().context(), seen, &unlinked);
    found.events.into_iter().map(|(id, found)| (id.as_str().to_owned(), found)).collect()
}

fn is(id: &str, found: Match) -> Vec<(String, Match)> {
    vec![(id.to_owned(), found)]
}

fn with(activity: &str) -> Match {
    Match::With(activity.into())
}

#[test]
fn a_mark_tells_what_an_event_is_unless_it_is_a_copy_or_another_sites() {
    let mut elsewhere = made("e", "a");
    elsewhere.facts.mark = Some(Mark { site: "another".into(), ..mark("a", 0) });
    let mut later = made("e", "a");
    later.facts.mark = Some(mark("a", 1));
    let moved = |mut item: Item| {
        item.facts.uid = event("old").facts.uid;
        item
    };
    type Change = fn(&mut Seen);
    let none: Change = |_| {};
    let here: Change = |seen| drop(seen.items.creatio.insert("a".into(), activity("a")));
    let alive: Change = |seen| seen.links.push(link_to("a", &event("old")));
    let lost: Change = |seen| {
        seen.links.push(link_to("a", &event("old")));
        seen.gone.exchange.insert("old".into());
    };
    let odd: Change = |seen| {
        let bad = |id: &str| Malformed { id: Some(id.into()), container: None, reason: String::new() };
        seen.malformed.creatio.push(bad("a"));
    };
    for (what, item, change, expected) in [
        ("the Activity is there", made("e", "a"), here, with("a")),
        ("it is gone", made("e", "a"), none, Match::Orphan("a".into())),
        ("it can't be understood", made("e", "a"), odd, Match::Copy),
        ("another can't be understood", event("e"), odd, Match::New),
        ("it has another event of the same UID", moved(made("e", "a")), alive, Match::Copy),
        ("it has another event, of another UID", made("e", "a"), alive, Match::New),
        ("its event is gone", moved(made("e", "a")), lost, Match::Relink("a".into())),
        ("its event is gone, of another UID", made("e", "a"), lost, Match::New),
        ("a copy, and it is there", copied("e", "a"), here, Match::New),
        ("a copy, and it is gone", copied("e", "a"), none, Match::New),
        ("a copy, and it has its event", copied("e", "a"), alive, Match::New),
        ("a copy, and its event is gone", copied("e", "a"), lost, Match::New),
        ("a transaction of another generation", later, alive, Match::New),
        ("another installation's", elsewhere, here, Match::New),
    ] {
        let mut seen = seen([], [&item]);
        change(&mut seen);
        assert_eq!(found(&seen, [&item]), is("e", expected), "{what}");
    }
}

/// The UID of an Activity that two mailboxes of the user have is that of one of the two events.
#[test]
fn the_uid_that_another_mailbox_gave_an_activity_makes_no_copy_of_our_event() {
    let there = |uid: &str| Elsewhere { uids: [uid.into()].into(), ..Elsewhere::default() };
    let mut named = activity("a");
    named.facts.uid = Some("theirs".into());
    for (what, item, elsewhere, expected) in [
        ("nobody else has it", made("e", "a"), None, Match::New),
        ("another mailbox has that event", made("e", "a"), Some(there("theirs")), with("a")),
        ("another mailbox has another event", made("e", "a"), Some(there("another")), Match::New),
        ("a copy, and another mailbox has that event", copied("e", "a"), Some(there("theirs")), Match::New),
    ] {
        let mut seen = seen([&named], [&item]);
        seen.elsewhere.extend(elsewhere.map(|there| ("a".into(), there)));
        assert_eq!(found(&seen, [&item]), is("e", expected), "{what}");
    }
}

/// A UID that we gave on an Exchange Server tells of which mailbox it is to one that knows nothing
/// of the other.
#[test]
fn a_uid_that_spells_a_transaction_tells_of_which_mailbox_it_is() {
    let account = Moment::new().account;
    let there = Account { mailbox: "another@example.com".into(), ..account.clone() };
    let given = |account: &Account| {
        let id = identity::transaction(&"a".into(), account, 0).replace('-', "").to_uppercase();
        Uid::new(format!("{}{}{id}", identity::GLOBAL_OBJECT, identity::GIVEN))
    };
    let (here, there, foreign) = (given(&account), given(&there), Uid::new("foreign"));
    for (what, of_activity, of_event, make, expected) in [
        ("that of the other mailbox", &there, &foreign, made as fn(&str, &str) -> Item, with("a")),
        ("that of the other mailbox, a copy", &there, &foreign, copied, Match::New),
        ("the event has ours", &foreign, &here, made, with("a")),
        ("both have ours", &here, &here, made, with("a")),
        ("that of our first event, a copy", &here, &foreign, made, Match::New),
        ("neither says so", &foreign, &Uid::new("other"), made, Match::New),
    ] {
        let (mut named, mut item) = (activity("a"), make("e", "a"));
        (named.facts.uid, item.facts.uid) = (Some(of_activity.clone()), Some(of_event.clone()));
        assert_eq!(found(&seen([&named], [&item]), [&item]), is("e", expected), "{what}");
    }
}

#[test]
fn an_event_that_was_marked_before_its_activity_was_created_again_waits_for_it() {
    let account = &Moment::new().account;
    let revived = |generation| {
        let mut one = event("e");
        let activity = identity::activity(&one, account, generation);
        one.facts.mark = Some(mark(activity.as_str(), generation));
        (one, activity)
    };
    let (item, activity_of) = revived(1);
    assert_eq!(found(&seen([], [&item]), [&item]), is("e", Match::Orphan(activity_of.clone())), "not there yet");
    let here = activity(activity_of.as_str());
    assert_eq!(found(&seen([&here], [&item]), [&item]), is("e", Match::With(activity_of.clone())));
    let first = activity(identity::activity(&item, account, 0).as_str());
    assert_eq!(found(&seen([&first], [&item]), [&item]), is("e", Match::With(first.id.clone())), "the first is there");
    let mut copy = item.clone();
    copy.facts.uid = Some("uid-copy".into());
    assert_eq!(found(&seen([], [&copy]), [&copy]), is("e", Match::New), "a copy has another UID");
    let mut of_another = item.clone();
    of_another.facts.mark = Some(mark(activity_of.as_str(), 2));
    assert_eq!(found(&seen([], [&of_another]), [&of_another]), is("e", Match::New), "not of that generation");
}

#[test]
fn what_waits_to_be_confirmed_is_the_item_that_bears_its_mark() {
    let pending = |item: &Item, state| {
        let ids = Pair { creatio: "a".into(), exchange: Link::foreseen(&"a".into()) };
        vec![Link { state, ..link_to("a", item) }.with_ids(ids)]
    };
    let (exchange, creatio) = (LinkState::Pending(Side::Exchange), LinkState::Pending(Side::Creatio));
    let relink = || Match::Relink("a".into());
    for (what, item, state, expected) in [
        ("a task", a_task("x", Some("a"), Some(at("2026-03-01T09:00:00Z"))), exchange, relink()),
        ("an event", made("x", "a"), exchange, relink()),
        ("a copy of the event", copied("x", "a"), exchange, Match::New),
        ("an event, the Activity waits", made("x", "a"), creatio, Match::Copy),
        ("an event of a pair that lives", made("x", "a"), LinkState::Alive, Match::Copy),
    ] {
        let seen = Seen { links: pending(&item, state), ..seen([], [&item]) };
        assert_eq!(found(&seen, [&item]), is("x", expected), "{what}");
    }
    // its id is known already: it is looked for by that
    let known = Link { state: exchange, ..link_to("a", &event("old")) };
    let item = made("x", "a");
    let seen = Seen { links: vec![known], ..seen([], [&item]) };
    assert_eq!(found(&seen, [&item]), is("x", Match::Copy));
}

#[test]
fn of_two_tasks_for_one_activity_the_older_stays() {
    let [early, late] = ["2026-03-01T09:00:00Z", "2026-03-02T09:00:00Z"].map(|text| Some(at(text)));
    let relink = || Match::Relink("a".into());
    let surplus = || Match::Surplus("a".into());
    for (what, of_link, of_new, expected) in [
        ("the new one is older", ("m", late), ("x", early), relink()),
        ("the new one is younger", ("m", early), ("x", late), surplus()),
        ("alike, by their ids", ("m", early), ("a", early), relink()),
        ("alike, by their ids", ("m", early), ("x", early), surplus()),
    ] {
        let (old, new) = (a_task(of_link.0, Some("a"), of_link.1), a_task(of_new.0, Some("a"), of_new.1));
        let seen = Seen { links: vec![link_to("a", &old)], ..seen([], [&old, &new]) };
        assert_eq!(found(&seen, [&new]), is(of_new.0, expected), "{what}");
    }
    let (older, younger) = (a_task("x", Some("a"), early), a_task("m", Some("a"), late));
    let seen = seen([&task_of_creatio("a", "Other")], [&older, &younger]);
    let expected = [is("m", surplus()), is("x", with("a"))].concat();
    assert_eq!(found(&seen, [&older, &younger]), expected, "neither is linked yet");
    assert_eq!(found(&seen, [&younger, &older]), expected, "in any order");
}

/// A server that knows no transactions lets two devices create one event at the same time.
#[test]
fn of_two_events_of_one_transaction_the_older_stays() {
    let times = ["2026-03-01T09:00:00Z", "2026-03-01T09:09:59Z", "2026-03-01T09:10:00Z"];
    let [early, late, later] = times.map(|text| Some(at(text)));
    let of = |id: &str, created| {
        let mut one = made(id, "a");
        one.facts.created = created;
        one.facts.uid = Some("of the transaction".into());
        one
    };
    let surplus = || Match::Surplus("a".into());
    let elsewhere = |one: Item| Item { container: "elsewhere".into(), ..one };
    for (what, old, new, there, expected) in [
        ("the new one is older", of("m", late), of("x", early), true, Match::Relink("a".into())),
        ("the new one is younger", of("m", early), of("x", late), true, surplus()),
        ("it was made later", of("m", early), of("x", later), true, Match::Copy),
        ("it was made before", of("m", later), of("x", early), true, Match::Copy),
        ("nobody knows when", of("m", None), of("x", None), true, Match::Copy),
        ("in another calendar", of("m", early), elsewhere(of("x", late)), true, Match::Copy),
        ("the first was not read", of("m", early), of("x", late), false, Match::Copy),
        ("the first is of no transaction", Item { id: "m".into(), ..event("m") }, of("x", late), true, Match::New),
        ("a copy of it", of("m", early), copied("x", "a"), true, Match::New),
        ("a copy with the transaction", of("m", early), Item { id: "x".into(), ..made("x", "a") }, true, Match::New),
    ] {
        let mut seen = Seen { links: vec![link_to("a", &old)], ..seen([], [&new]) };
        if there {
            seen.items.exchange.insert("m".into(), old);
        }
        assert_eq!(found(&seen, [&new]), is("x", expected), "{what}");
    }
    let (older, younger, copy) = (of("x", early), of("m", late), copied("c", "a"));
    let seen = seen([&activity("a")], [&older, &younger, &copy]);
    let expected = [is("c", Match::New), is("m", surplus()), is("x", with("a"))].concat();
    assert_eq!(found(&seen, [&older, &younger, &copy]), expected, "none is linked yet");
    let (older, later) = (of("x", early), of("m", later));
    let seen = crate::support::moment::seen([&activity("a")], [&older, &later]);
    let expected = [is("m", Match::Copy), is("x", with("a"))].concat();
    assert_eq!(found(&seen, [&older, &later]), expected, "a copy that a person made of it");
}

/// Where a person makes a series of one of two such events, the other goes, whichever is linked.
#[test]
fn of_two_events_of_one_transaction_that_stays_of_which_a_person_made_a_series() {
    let single = |created: &str| {
        let mut one = made("s", "a");
        (one.facts.created, one.facts.uid) = (Some(at(created)), Some("of the transaction".into()));
        one
    };
    let occurrence = {
        let mut one = single("2026-03-01T09:05:00Z");
        let original = Original::At(at("2026-03-12T10:00:00Z"));
        one.facts.occurrence = Some(Occurrence { master: "m".into(), original });
        (one.facts.series_mark, one.facts.transaction) = (one.facts.mark.take(), None);
        Item { id: "o".into(), ..one }
    };
    let elsewhere = |one: Item| Item { container: "elsewhere".into(), ..one };
    let copied = || {
        let mut one = single("2026-03-01T09:00:00Z");
        one.facts.uid = Some("of a copy".into());
        one
    };
    for (what, single, of_single, of_occurrence) in [
        ("older", single("2026-03-01T09:00:00Z"), Match::Surplus("a".into()), Match::Relink("a".into())),
        ("younger", single("2026-03-01T09:09:00Z"), Match::Surplus("a".into()), Match::Relink("a".into())),
        ("made later", single("2026-03-01T09:15:00Z"), Match::Copy, Match::New),
        ("elsewhere", elsewhere(single("2026-03-01T09:00:00Z")), Match::Copy, Match::New),
        ("a copy", copied(), Match::New, Match::New),
    ] {
        let seen = |first: &Item| Seen {
            links: vec![link_to("a", first)],
            ..crate::support::moment::seen([&activity("a")], [&single, &occurrence])
        };
        assert_eq!(found(&seen(&occurrence), [&single]), is("s", of_single), "{what}: the occurrence is linked");
        assert_eq!(found(&seen(&single), [&occurrence]), is("o", of_occurrence), "{what}: the single one is linked");
    }
    let single = single("2026-03-01T09:00:00Z");
    let seen = seen([&activity("a")], [&single, &occurrence]);
    let expected = [is("o", with("a")), is("s", Match::Surplus("a".into()))].concat();
    assert_eq!(found(&seen, [&single, &occurrence]), expected, "neither is linked yet");
}

/// An Activity that was exported as a single event, that became a series: where no link tells, its
/// UID, the mark of the series, its day and its age do.
#[test]
fn an_exported_activity_without_a_link_is_that_of_its_day_else_of_the_first_one() {
    let at_start = |one: Item, start: &str| {
        let mut one = one;
        crate::support::moment::the_meeting(&mut one).when =
            When::Timed { start: at(start), end: at(start) + chrono::Duration::hours(1) };
        one
    };
    let day = |id: &str, day: &str| {
        let mut one = event(id);
        let original = Original::At(at(&format!("{day}T10:00:00Z")));
        one.facts.occurrence = Some(Occurrence { master: "m".into(), original });
        one.facts.uid = Some("of the series".into());
        at_start(one, &format!("{day}T10:00:00Z"))
    };
    let days = || [day("o1", "2026-04-02"), day("o2", "2026-04-09")];
    let named = || {
        let mut one = activity("a");
        one.facts.uid = Some("of the series".into());
        one
    };
    let [first, second] = days();
    let both = |one: Match, two: Match| [is("o1", one), is("o2", two)].concat();
    let none = || both(Match::New, Match::New);
    let marked = |one: Item| {
        let mut one = one;
        one.facts.series_mark = Some(mark("a", 0));
        one
    };
    let unnamed = at_start(activity("a"), "2026-03-12T10:00:00Z");
    for (what, one, first, expected) in [
        ("on a day", at_start(named(), "2026-04-09T10:00:00Z"), first.clone(), both(Match::New, with("a"))),
        ("on none", at_start(named(), "2026-03-12T10:00:00Z"), first.clone(), both(with("a"), Match::New)),
        ("known by the mark alone", unnamed.clone(), marked(first.clone()), both(with("a"), Match::New)),
        ("of another event", unnamed, first.clone(), none()),
    ] {
        let seen = seen([&one], [&first, &second]);
        assert_eq!(found(&seen, [&first, &second]), expected, "{what}");
    }
    let begun = |mut seen: Seen| {
        let other = day("o0", "2026-03-26");
        let mut link = link_to("b", &other);
        link.halves.exchange.facts = other.facts;
        seen.links.push(link);
        seen
    };
    let late = at_start(named(), "2026-03-12T10:00:00Z");
    let seen_begun = begun(seen([&late], [&first, &second]));
    assert_eq!(found(&seen_begun, [&first, &second]), none(), "the first one is another's");

    // another device made one for the day while it could not be read
    let own = identity::activity(&first, &Moment::new().account, 0);
    let created = |one: Item, at_: &str| {
        let mut one = one;
        one.facts.created = Some(at(at_));
        one
    };
    let made = created(at_start(activity(own.as_str()), "2026-04-02T10:00:00Z"), "2026-03-02T00:00:00Z");
    for (when, expected) in [("2026-03-01T00:00:00Z", "a"), ("2026-03-03T00:00:00Z", own.as_str())] {
        let exported = created(at_start(named(), "2026-04-02T10:00:00Z"), when);
        let seen = seen([&exported, &made], [&first]);
        assert_eq!(found(&seen, [&first]), is("o1", with(expected)), "the older one, of {when}");
    }
}

/// Two devices count losses each for itself: one may make the event again in a generation that
/// another knows, and took back.
#[test]
fn an_event_of_a_known_generation_is_the_original_once_the_first_one_was_taken_back() {
    let first = event("first");
    let (undone, alive) = (LinkState::Undone, LinkState::Alive);
    let (unnamed, mut named) = (activity("a"), activity("a"));
    named.facts.uid.clone_from(&first.facts.uid);
    for (what, state, is_gone, item, expected) in [
        ("made again", undone, true, made("x", "a"), Match::Relink("a".into())),
        ("a copy without the transaction", undone, true, copied("x", "a"), Match::New),
        ("the first is there", undone, false, made("x", "a"), Match::New),
        ("a person removed the first", alive, true, made("x", "a"), Match::New),
    ] {
        // the Activity keeps the UID of the first one
        for activity in [&unnamed, &named] {
            let link = Link { state, ..link_to("a", &first) };
            let mut seen = Seen { links: vec![link], ..seen([activity], [&item]) };
            seen.gone.exchange.extend(is_gone.then(|| first.id.clone()));
            assert_eq!(found(&seen, [&item]), is("x", expected.clone()), "{what}");
        }
    }
}

/// So may one that knows of the first loss alone, where what was made again is gone as well.
#[test]
fn an_event_of_a_later_generation_is_the_original_where_the_one_that_was_made_again_is_gone() {
    let first = event("first");
    let again = |mut item: Item, generation: u32| {
        item.facts.mark = Some(mark("a", generation));
        item.facts.transaction =
            item.facts.transaction.map(|_| identity::transaction(&"a".into(), &Moment::new().account, generation));
        item
    };
    for (what, generation, is_gone, item, expected) in [
        ("made again", 1, true, made("x", "a"), Match::Relink("a".into())),
        ("a copy without the transaction", 1, true, copied("x", "a"), Match::New),
        ("the one that was made again is there", 1, false, made("x", "a"), Match::New),
        ("a copy of the first one", 0, true, made("x", "a"), Match::New),
    ] {
        let item = again(item, generation);
        let link = Link { generation, ..link_to("a", &first) };
        let mut seen = Seen { links: vec![link], ..seen([&activity("a")], [&item]) };
        seen.gone.exchange.extend(is_gone.then(|| first.id.clone()));
        assert_eq!(found(&seen, [&item]), is("x", expected), "{what}");
    }
}

/// An exported event that became a series: its occurrences show the mark of the series, which
/// finds the Activity where no UID does.
#[test]
fn the_mark_of_a_series_finds_the_activity_of_that_day_which_has_no_event_yet() {
    let shown = |day: &str, site: &str| {
        let mut one = event("e");
        let original = Original::At(at(&format!("{day}T10:00:00Z")));
        one.facts.occurrence = Some(Occurrence { master: "m".into(), original });
        one.facts.series_mark = Some(Mark { site: site.into(), activity: "a".into(), generation: 0 });
        one
    };
    let pending = |ids: &str| {
        let mut link = link_to("a", &event(ids));
        link.state = LinkState::Pending(Side::Exchange);
        link
    };
    let site = Moment::new().account.site;
    let day = "2026-03-12";
    for (what, event, links, expected) in [
        ("that day", shown(day, site.as_str()), vec![], with("a")),
        ("another day", shown("2026-03-19", site.as_str()), vec![], Match::New),
        ("another installation's mark", shown(day, "elsewhere"), vec![], Match::New),
        ("it has its event", shown(day, site.as_str()), vec![link_to("a", &event("old"))], Match::New),
        (
            "its creation was not confirmed",
            shown(day, site.as_str()),
            vec![pending("pending:a")],
            Match::Relink("a".into()),
        ),
    ] {
        let seen = Seen { links, ..seen([&activity("a")], []) };
        assert_eq!(found(&seen, [&event]), is("e", expected), "{what}");
    }
}

#[test]
fn the_uid_is_that_of_one_activity_of_the_same_kind() {
    let holder = |id: &str, uid: &str| {
        let mut one = activity(id);
        one.facts.uid = Some(uid.into());
        one
    };
    let mut a_task = task_of_creatio("t", "Offer");
    a_task.facts.uid = Some("uid-e".into());
    let mut occurrence = event("e");
    occurrence.facts.occurrence =
        Some(Occurrence { master: "m".into(), original: Original::At(at("2026-03-12T10:00:00Z")) });
    let mut another = occurrence.clone();
    another.facts.occurrence =
        Some(Occurrence { master: "m".into(), original: Original::At(at("2026-03-19T10:00:00Z")) });
    another.id = "f".into();
    let ours = identity::activity(&another, &Moment::new().account, 0);
    let mut before = occurrence.clone();
    before.facts.occurrence =
        Some(Occurrence { master: "m".into(), original: Original::At(at("2026-03-12T08:00:00Z")) });
    let earlier = identity::activity(&before, &Moment::new().account, 0);
    let canceled = || {
        let mut one = holder(earlier.as_str(), "uid-e");
        one.facts.canceled = true;
        one
    };
    let single = |day: &str| {
        let mut one = event("e");
        one.facts.day = day.parse().ok();
        one
    };
    let later = |id: &str, uid: &str| {
        let mut one = holder(id, uid);
        crate::support::moment::the_meeting(&mut one).when = meeting("Call", "2026-03-20T10:00:00Z").when;
        one
    };
    for (what, event, seen, expected) in [
        ("one", event("e"), seen([&holder("a", "uid-e"), &holder("b", "uid-x")], []), with("a")),
        ("two", event("e"), seen([&holder("a", "uid-e"), &holder("b", "uid-e")], []), Match::Ambiguous),
        ("none", event("e"), seen([&holder("a", "uid-x"), &activity("b")], []), Match::New),
        ("of another kind", event("e"), seen([&a_task], []), Match::New),
        (
            "exported as the event that became a series",
            occurrence.clone(),
            seen([&holder("a", "uid-e")], []),
            with("a"),
        ),
        (
            "made for another occurrence",
            occurrence.clone(),
            seen([&holder(ours.as_str(), "uid-e")], [&another]),
            Match::New,
        ),
        (
            "made for its day when the series had another time",
            occurrence.clone(),
            seen([&holder(earlier.as_str(), "uid-e")], [&another]),
            with(earlier.as_str()),
        ),
        ("canceled since", occurrence.clone(), seen([&canceled()], []), Match::New),
        ("on another day", occurrence.clone(), seen([&later(earlier.as_str(), "uid-e")], []), Match::New),
        ("of another series", occurrence, seen([&holder(earlier.as_str(), "uid-x")], []), Match::New),
        ("a single day of a series, with its UID", single("2026-03-12"), seen([&holder("a", "uid-e")], []), with("a")),
        ("another day of it", single("2026-03-13"), seen([&later("a", "uid-e")], []), Match::New),
    ] {
        assert_eq!(found(&seen, [&event]), is("e", expected), "{what}");
    }
    let of_another_day = seen([&holder("a", "uid-e")], []);
    assert_eq!(found(&of_another_day, [&another]), is("f", Match::New), "an occurrence has its series' UID");
    let linked = Seen { links: vec![link_to("a", &event("old"))], ..seen([&holder("a", "uid-e")], []) };
    assert_eq!(found(&linked, [&event("e")]), is("e", Match::Copy), "it has its event");
}

/// An Activity was made for a day of a series, which is a single event since that was moved.
#[test]
fn an_activity_of_an_earlier_time_is_made_for_the_event_of_its_day_and_uid() {
    let moment = Moment::new();
    let single = event("e");
    let mut day = single.clone();
    day.facts.occurrence = Some(Occurrence { master: "e".into(), original: Original::At(at("2026-03-12T08:00:00Z")) });
    let id = identity::activity(&day, &moment.account, 0);
    let bearing = |uid: &str| {
        let mut one = activity(id.as_str());
        one.facts.uid = Some(uid.into());
        one
    };
    let later = |mut one: Item| {
        crate::support::moment::the_meeting(&mut one).when = meeting("Call", "2026-03-20T10:00:00Z").when;
        one
    };
    for (what, activity, full, expected) in [
        ("it is", bearing("uid-e"), true, true),
        ("another event may bear its name", bearing("uid-e"), false, false),
        ("of another event", bearing("uid-x"), true, false),
        ("of another day", later(bearing("uid-e")), true, false),
    ] {
        let seen = Seen { full, ..seen([&activity], [&single]) };
        assert_eq!(is_made_for(&moment.context(), &seen, &activity, &single), expected, "{what}");
    }
}

/// A colleague, another device or an earlier run made the Activity when the server showed the same
/// meeting as something else.
#[test]
fn an_activity_that_was_made_for_the_same_meeting_in_another_shape_is_met() {
    let account = &Moment::new().account;
    let global = |day: &str| format!("040000008200E00074C5B7101A82E008{day}E0A1B2C3D4E5F600000000000000001000000011");
    let shaped = |day: &str, original: Option<&str>| {
        let mut one = event("e");
        one.facts.uid = Some(global(day).as_str().into());
        one.facts.occurrence = original.map(|text| Occurrence { master: "m".into(), original: Original::At(at(text)) });
        one
    };
    let single = shaped("00000000", None);
    let of_day = shaped("07EA030C", None);
    let occurrence = shaped("07EA030C", Some("2026-03-12T10:00:00Z"));
    let next = shaped("07EA0313", Some("2026-03-19T10:00:00Z"));
    for (what, item, made_for, met) in [
        ("an occurrence, and a colleague's single day", &occurrence, &of_day, true),
        ("a single day, and a colleague's occurrence", &of_day, &occurrence, true),
        ("an event that became a series", &occurrence, &single, true),
        ("another occurrence of that", &next, &single, false),
        ("a series that became an event", &single, &occurrence, true),
        ("another day", &next, &of_day, false),
    ] {
        let id = identity::activity(made_for, account, 0);
        let seen = seen([&activity(id.as_str())], []);
        let expected = if met { Match::With(id.clone()) } else { Match::New };
        assert_eq!(found(&seen, [item]), is("e", expected), "{what}");
        let elsewhere = Seen { links: vec![link_to(id.as_str(), &event("old"))], ..seen };
        let expected = if met { Match::Copy } else { Match::New };
        assert_eq!(found(&elsewhere, [item]), is("e", expected), "{what}, with an event of its own");
    }
}

/// Another device has converted it; here the pair is still of the old kind, and the old item is
/// there.
#[test]
fn an_item_of_the_other_kind_and_a_later_generation_takes_the_place_of_the_linked_one() {
    let mut later = a_task("t", Some("a"), None);
    later.facts.mark = Some(mark("a", 1));
    for (what, item, expected) in [
        ("a later one", later, Match::Relink("a".into())),
        ("of the same generation", a_task("t", Some("a"), None), Match::Surplus("a".into())),
    ] {
        let seen = Seen { links: vec![link_to("a", &event("b"))], ..seen([&activity("a")], [&item, &event("b")]) };
        assert_eq!(found(&seen, [&item]), is("t", expected), "{what}");
    }
}

#[test]
fn the_built_in_syncs_note_names_the_activity_unless_a_copy_carried_it_along() {
    let mut marked = noted("e", "a");
    marked.facts.mark = Some(mark("gone", 0));
    let mut occurrence = noted("e", "a");
    occurrence.facts.occurrence =
        Some(Occurrence { master: "m".into(), original: Original::At(at("2026-03-12T10:00:00Z")) });
    let here = || seen([&activity("a")], []);
    let malformed = Malformed { id: Some("a".into()), container: None, reason: String::new() };
    let mut odd = seen([], []);
    odd.malformed.creatio.push(malformed);
    let alive = Seen { links: vec![link_to("a", &event("old"))], ..here() };
    let mut lost = alive.clone();
    lost.gone.exchange.insert("old".into());
    for (what, event, seen, expected) in [
        ("it is there", noted("e", "a"), here(), with("a")),
        ("it is not there", noted("e", "x"), here(), Match::New),
        ("it can't be understood", noted("e", "a"), odd, Match::Copy),
        ("it has another event: a copy", noted("e", "a"), alive, Match::New),
        ("its event is gone", noted("e", "a"), lost, Match::Relink("a".into())),
        ("of another kind", noted("e", "t"), seen([&task_of_creatio("t", "Offer")], []), Match::New),
        ("our mark is the later word", marked, here(), Match::New),
        ("an occurrence shows its series' note", occurrence, here(), Match::New),
    ] {
        assert_eq!(found(&seen, [&event]), is("e", expected), "{what}");
    }
}

#[test]
fn of_several_for_one_activity_the_original_stays_and_copies_are_what_they_are() {
    let by = |mut one: Item, created: &str| {
        one.facts.created = Some(at(created));
        one
    };
    let (early, late) = ("2026-03-01T09:00:00Z", "2026-03-02T09:00:00Z");
    let of_uid = |mut one: Item, uid: &str| {
        one.facts.uid = Some(uid.into());
        one
    };
    for (what, first, second, copy) in [
        (
            "the one that we made, though it is younger",
            by(made("x", "a"), late),
            by(copied("m", "a"), early),
            Match::New,
        ),
        ("the older of two notes", by(noted("x", "a"), early), by(noted("m", "a"), late), Match::New),
        (
            "two of one UID, noted both",
            of_uid(by(noted("x", "a"), early), "uid"),
            of_uid(by(noted("m", "a"), late), "uid"),
            Match::Copy,
        ),
    ] {
        let seen = seen([&activity("a")], [&first, &second]);
        let expected = [is("m", copy), is("x", with("a"))].concat();
        assert_eq!(found(&seen, [&first, &second]), expected, "{what}");
        assert_eq!(found(&seen, [&second, &first]), expected, "{what}, in any order");
    }
    let shared = identity::activity(&of_uid(event("x"), "uid"), &Moment::new().account, 0);
    let [first, second] = [("x", early), ("m", late)].map(|(id, created)| of_uid(by(event(id), created), "uid"));
    let seen = seen([&activity(shared.as_str())], [&first, &second]);
    let expected = [is("m", Match::Copy), is("x", with(shared.as_str()))].concat();
    assert_eq!(found(&seen, [&first, &second]), expected, "one meeting in two calendars");
}

#[test]
fn the_last_resort_is_how_things_look_to_a_person() {
    type Change = fn(&mut Seen, &mut Item);
    let rows: [(&str, Change, Match); 8] = [
        ("alike", |_, _| {}, with("a")),
        ("but for capitals", |_, event| *title(event) = "CALL".to_owned(), with("a")),
        ("not the user's", |seen, _| change(seen, |one| one.facts.involves_me = false), Match::New),
        ("an e-mail", |seen, _| change(seen, |one| one.facts.email = true), Match::New),
        ("canceled", |seen, _| change(seen, |one| one.facts.canceled = true), Match::New),
        ("linked", |seen, _| seen.links.push(link_to("a", &event("old"))), Match::New),
        ("another title", |_, event| *title(event) = "Visit".to_owned(), Match::New),
        (
            "another hour",
            |seen, _| {
                change(seen, |one| {
                    one.record = Record::Meeting(crate::support::memory::meeting("Call", "2026-03-12T11:00:00Z"))
                })
            },
            Match::New,
        ),
    ];
    for (what, change, expected) in rows {
        let mut event = pair().exchange;
        let mut seen = seen([&activity("a")], []);
        change(&mut seen, &mut event);
        assert_eq!(found(&seen, [&event]), is("e", expected), "{what}");
    }
    let task = item(Side::Exchange, "e", Record::Task(task("Offer", "2026-03-12")));
    let seen = seen([&task_of_creatio("a", "Offer")], [&task]);
    assert_eq!((found(&seen, [&task]), task.container.as_str()), (is("e", with("a")), LIST));
}

fn change(seen: &mut Seen, change: impl FnOnce(&mut Item)) {
    change(seen.items.creatio.get_mut(&ItemId::from("a")).unwrap());
}

#[test]
fn look_alikes_of_several_are_reported_on_both_sides() {
    let alike = |id: &str| {
        let mut one = event(id);
        *title(&mut one) = "Call".to_owned();
        one
    };
    let (e, f) = (alike("e"), alike("f"));
    let both = seen([&activity("a"), &activity("b")], []);
    let find = |seen: &Seen, unlinked: &[&Item]| find(&Moment::new().context(), seen, unlinked);
    let found = find(&both, &[&e, &f]);
    assert_eq!(found.events, [("e".into(), Match::Ambiguous), ("f".into(), Match::Ambiguous)].into());
    assert_eq!(found.rivals, ["a".into(), "b".into()].into());

    let taken = find(&seen([&activity("a"), &activity("b")], []), &[&noted("n", "a"), &e]);
    assert_eq!(taken.events, [("e".into(), with("b")), ("n".into(), with("a"))].into(), "one is taken already");
    assert!(taken.rivals.is_empty());
}

#[test]
fn what_an_item_could_stand_for_is_looked_up() {
    let moment = Moment::new();
    let own = identity::activity(&event("e"), &moment.account, 0);
    // as which it was imported if its UID was told later, and as a day of what was a series then
    let early = identity::before_its_uid(&event("e"), &moment.account);
    let alias = identity::aliases(&moment.zone, &moment.account, &event("e")).remove(0);
    let mut marked = made("e", "a");
    marked.facts.local = Some("b".into());
    let mut nameless = event("e");
    nameless.facts.uid = None;
    for (item, expected) in [
        (event("e"), vec![own.clone(), early[0].clone(), early[1].clone(), alias.clone()]),
        (made("e", "a"), vec![own.clone(), early[0].clone(), early[1].clone(), "a".into(), alias.clone()]),
        (noted("e", "b"), vec![own.clone(), early[0].clone(), early[1].clone(), "b".into(), alias.clone()]),
        (marked, vec![own, early[0].clone(), early[1].clone(), "a".into(), alias]),
        (nameless.clone(), early.clone()),
    ] {
        assert_eq!(candidates(&moment.context(), &item), expected, "{:?}", item.facts);
    }
}

#[test]
fn a_later_mark_of_ours_outdates_the_base() {
    let other_site = Mark { site: "another".into(), ..mark("a", 5) };
    for (marked, expected) in [
        (Some(mark("a", 2)), None),
        (Some(mark("a", 3)), Some(3)),
        (Some(mark("a", 1)), None),
        (Some(mark("b", 3)), None),
        (Some(other_site), None),
        (None, None),
    ] {
        let (link, mut items) = linked(Side::Exchange);
        items.exchange.facts.mark.clone_from(&marked);
        let (link, seen) = (Link { generation: 2, ..link }, seen([], [&items.exchange]));
        assert_eq!(outdated(&Moment::new().context(), &seen, &link), expected, "{marked:?}");
    }
}

#[test]
fn a_match_tells_which_activity_it_is_about() {
    for (found, about) in [
        (with("a"), true),
        (Match::Relink("a".into()), true),
        (Match::Orphan("a".into()), true),
        (Match::Surplus("a".into()), true),
        (Match::New, false),
        (Match::Copy, false),
        (Match::Added, false),
        (Match::Ambiguous, false),
    ] {
        assert_eq!(found.activity(), about.then(|| ItemId::from("a")).as_ref(), "{found:?}");
    }
}
