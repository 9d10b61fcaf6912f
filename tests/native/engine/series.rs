//! Series whose pattern was changed: which new occurrence takes the place of which old one, and
//! what has none.

use crate::support::moment::{Moment, linked, pair, seen};
use schedule_sync::engine::context::Seen;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::identity;
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::engine::matches::Match;
use schedule_sync::engine::matching::find;
use schedule_sync::model::{Item, Mark, Occurrence, Original, Pair, Record, Side, When};

/// The occurrence `id` of the series `master`, on a day.
fn occurrence(id: &str, master: &str, original: Original) -> Item {
    let mut one = Item { id: id.into(), ..pair().exchange };
    one.facts.uid = Some(format!("uid-{id}").as_str().into());
    one.facts.occurrence = Some(Occurrence { master: master.into(), original });
    crate::support::moment::the_meeting(&mut one).title = format!("{master} {id}");
    one
}

fn on(day: &str) -> Original {
    Original::On(day.parse().unwrap())
}

fn link_to(activity: &str, item: &Item) -> Link {
    let (link, _) = linked(Side::Creatio);
    let mut link = link.with_ids(Pair { creatio: activity.into(), exchange: item.id.clone() });
    link.halves.exchange.facts = item.facts.clone();
    link
}

/// Old occurrences by Activity (and whether they are gone), new ones, what each new one is, and
/// Activities that have none any more.
type Row<'a> = (&'a str, Vec<(&'a str, Item, bool)>, Vec<Item>, Vec<(&'a str, Match)>, Vec<&'a str>);

#[test]
fn activities_go_over_to_the_new_occurrences_in_order() {
    let [mon, tue, wed, thu, fri] = ["02", "03", "04", "05", "06"].map(|day| on(&format!("2026-03-{day}")));
    let evening = Original::At("2026-03-02T18:00:00Z".parse().unwrap());
    let old = |id: &'static str, original| occurrence(id, "m", original);
    let relink = |activity: &str| Match::Relink(activity.into());
    let rows: [Row<'_>; 10] = [
        (
            "in the order of their days, whatever their ids are",
            vec![("a", old("z", mon), true), ("b", old("y", wed), true)],
            vec![old("2", tue), old("1", thu)],
            vec![("2", relink("a")), ("1", relink("b"))],
            vec![],
        ),
        (
            "the same day first",
            vec![("a", old("x", mon), true), ("b", old("y", wed), true)],
            vec![old("1", wed), old("2", fri)],
            vec![("1", relink("b")), ("2", relink("a"))],
            vec![],
        ),
        (
            "the hour of a day changed, and others live",
            vec![("a", old("x", mon), true), ("b", old("y", wed), false)],
            vec![old("1", evening)],
            vec![("1", relink("a"))],
            vec![],
        ),
        (
            "one deleted, another added: the pattern is as it was",
            vec![("a", old("x", mon), true), ("b", old("y", wed), false)],
            vec![old("1", fri)],
            vec![("1", Match::New)],
            vec![],
        ),
        (
            "some days of the week are others",
            vec![("a", old("x", mon), true), ("b", old("y", wed), true), ("c", old("z", fri), false)],
            vec![old("1", tue), old("2", thu)],
            vec![("1", relink("a")), ("2", relink("b"))],
            vec![],
        ),
        (
            "one deleted, and one that was never linked",
            vec![("a", old("x", mon), true), ("c", old("z", fri), false)],
            vec![old("1", tue)],
            vec![("1", Match::New)],
            vec![],
        ),
        (
            "fewer than before",
            vec![("a", old("x", mon), true), ("b", old("y", wed), true)],
            vec![old("1", tue)],
            vec![("1", relink("a"))],
            vec!["b"],
        ),
        (
            "more than before",
            vec![("a", old("x", mon), true)],
            vec![old("1", tue), old("2", thu)],
            vec![("1", relink("a")), ("2", Match::Added)],
            vec![],
        ),
        ("all deleted", vec![("a", old("x", mon), true)], vec![], vec![], vec![]),
        (
            "another series",
            vec![("a", old("x", mon), true)],
            vec![occurrence("1", "other", tue)],
            vec![("1", Match::New)],
            vec![],
        ),
    ];
    for (what, before, new, matched, orphaned) in rows {
        let mut seen: Seen = seen([], []);
        for (activity, item, gone) in before {
            seen.links.push(link_to(activity, &item));
            if gone {
                seen.gone.exchange.insert(item.id);
            }
        }
        let unlinked: Vec<&Item> = new.iter().collect();
        let found = find(&Moment::new().context(), &seen, &unlinked);
        let expected = matched.into_iter().map(|(id, found)| (id.into(), found)).collect();
        assert_eq!(found.events, expected, "{what}");
        assert_eq!(found.orphaned, orphaned.into_iter().map(Into::into).collect(), "{what}");
    }
}

#[test]
fn a_series_without_a_loss_has_only_new_occurrences() {
    let mut seen = seen([], []);
    seen.links.push(link_to("a", &occurrence("x", "m", on("2026-03-02"))));
    let new = occurrence("1", "m", on("2026-03-03"));
    let found = find(&Moment::new().context(), &seen, &[&new]);
    assert_eq!(found.events, [("1".into(), Match::New)].into());
    assert!(found.orphaned.is_empty());
}

/// What `change` makes of two occurrences of one series that are gone, Monday's `a` and Wednesday's
/// `b`, and what comes of it.
fn after(change: impl FnOnce(&mut Seen), new: &[Item]) -> (Vec<(String, Match)>, Vec<String>) {
    let mut seen = seen([], []);
    for (activity, id, day) in [("a", "x", "2026-03-02"), ("b", "y", "2026-03-04")] {
        seen.links.push(link_to(activity, &occurrence(id, "m", on(day))));
        seen.gone.exchange.insert(id.into());
    }
    change(&mut seen);
    let unlinked: Vec<&Item> = new.iter().collect();
    let found = find(&Moment::new().context(), &seen, &unlinked);
    let events = found.events.into_iter().map(|(id, found)| (id.as_str().to_owned(), found)).collect();
    (events, found.orphaned.into_iter().map(|id| id.as_str().to_owned()).collect())
}

fn relinked(id: &str, activity: &str) -> (String, Match) {
    (id.to_owned(), Match::Relink(activity.into()))
}

#[test]
fn what_sleeps_or_is_at_its_end_tells_nothing_of_the_pattern() {
    for state in [LinkState::Tombstone, LinkState::Asleep] {
        for gone in [false, true] {
            let (events, orphaned) = after(
                |seen| {
                    let old = Link { state, ..link_to("0", &occurrence("old", "m", on("2026-02-23"))) };
                    seen.gone.exchange.extend(gone.then(|| old.halves.exchange.id().clone()));
                    seen.links.push(old);
                },
                &[occurrence("1", "m", on("2026-03-03")), occurrence("2", "m", on("2026-03-05"))],
            );
            assert_eq!(events, [relinked("1", "a"), relinked("2", "b")], "{state:?} {gone}");
            assert_eq!(orphaned, [""; 0]);
        }
    }
}

/// The day after a change, in a full comparison, nothing of it may go on unasked.
#[test]
fn the_rest_of_a_changed_series_goes_on_to_wait() {
    let (events, orphaned) = after(
        |seen| {
            seen.links.push(link_to("c", &occurrence("z", "m", on("2026-03-06"))));
            seen.guarded.extend([("a".into(), Reason::Series), ("1".into(), Reason::Series)]);
        },
        &[occurrence("1", "m", on("2026-03-09")), occurrence("2", "m", on("2026-03-11"))],
    );
    assert_eq!(events, [("1".to_owned(), Match::Added), ("2".to_owned(), Match::New)]);
    assert_eq!(orphaned, ["a"], "the other one was deleted");
}

#[test]
fn the_days_of_this_and_all_following_keep_their_activities() {
    let follows = |day: &str| occurrence(day, "new", on(day));
    let living = |seen: &mut Seen, day: &str| seen.links.push(link_to("z", &occurrence("z", "m", on(day))));
    let both = [relinked("2026-03-02", "a"), relinked("2026-03-04", "b")];
    let new = |id: &str| (id.to_owned(), Match::New);
    let days = [follows("2026-03-02"), follows("2026-03-04")];
    assert_eq!(after(|seen| living(seen, "2026-02-27"), &days).0, both);
    assert_eq!(after(|_| {}, &days).0, both, "from the first one on");
    let (events, orphaned) = after(|seen| living(seen, "2026-02-27"), &[follows("2026-03-02"), follows("2026-03-06")]);
    assert_eq!((events, orphaned), (vec![relinked("2026-03-02", "a"), new("2026-03-06")], vec![]), "other days");
    let apart = [new("2026-03-02"), new("2026-03-04")];
    assert_eq!(after(|seen| living(seen, "2026-03-06"), &days).0, apart, "the old one goes on");
    let at = |text: &str| Original::At(format!("2026-03-{text}:00:00Z").parse().unwrap());
    let other_hour = [occurrence("1", "new", at("02T10")), occurrence("2", "new", at("04T10"))];
    assert_eq!(after(|_| {}, &other_hour).0, [new("1"), new("2")], "at another time");
    let by_another = days.clone().map(|mut one| {
        one.facts.organized_by_other = true;
        one
    });
    assert_eq!(after(|_| {}, &by_another).0, apart, "somebody else's");
    let by = |name: &str| {
        days.clone().map(|mut one| {
            one.facts.organized_by_other = true;
            crate::support::moment::the_meeting(&mut one).people = vec![crate::support::memory_scenario::guest(name)];
            one
        })
    };
    let foreign = |seen: &mut Seen| {
        for link in &mut seen.links {
            link.halves.exchange.facts.organized_by_other = true;
            if let Record::Meeting(meeting) = &mut link.halves.exchange.base {
                meeting.people = vec![crate::support::memory_scenario::guest("anna@fabrikam.example")];
            }
        }
    };
    assert_eq!(after(foreign, &by("anna@fabrikam.example")).0, both, "the same organizer's");
    assert_eq!(after(foreign, &by("boris@fabrikam.example")).0, apart, "another one's");
    let known = |seen: &mut Seen| seen.links.push(link_to("n", &occurrence("n", "new", on("2026-03-09"))));
    assert_eq!(after(known, &days).0, apart, "a series that there was before");
}

/// The event `e` of the Activity `a`, on 12 March at 10, which is found to be a series now.
fn turned(new: &[Item]) -> Vec<(String, Match)> {
    let mut seen = seen([], []);
    seen.links.push(link_to("a", &pair().exchange));
    seen.series.insert("e".into());
    let unlinked: Vec<&Item> = new.iter().collect();
    let found = find(&Moment::new().context(), &seen, &unlinked);
    assert!(found.orphaned.is_empty());
    found.events.into_iter().map(|(id, found)| (id.as_str().to_owned(), found)).collect()
}

#[test]
fn an_event_that_became_a_series_is_the_occurrence_of_its_day() {
    let at = |id: &str, text: &str| occurrence(id, "e", Original::At(format!("2026-03-{text}:00Z").parse().unwrap()));
    let new = |id: &str| (id.to_owned(), Match::New);
    assert_eq!(turned(&[at("1", "05T10:00"), at("2", "12T10:00")]), [new("1"), relinked("2", "a")]);
    assert_eq!(turned(&[at("1", "12T15:30"), at("2", "19T15:30")]), [relinked("1", "a"), new("2")], "at another hour");
    assert_eq!(turned(&[at("1", "13T10:00"), at("2", "20T10:00")]), [relinked("1", "a"), new("2")], "moved as well");
    assert_eq!(turned(&[]), [], "none of it in the window");
    let elsewhere = Item { id: "1".into(), ..at("1", "12T10:00") };
    let moved = |uid: &str| {
        let mut one = elsewhere.clone();
        one.facts.uid = Some(uid.into());
        one.facts.occurrence = Some(Occurrence {
            master: "m".into(),
            original: Original::At(crate::support::memory::at("2026-03-12T10:00:00Z")),
        });
        one
    };
    assert_eq!(turned(&[moved("uid-e")]), [relinked("1", "a")], "in another calendar, with the same UID");
    assert_eq!(turned(&[moved("other")]), [new("1")], "another series");
    let account = Moment::new().account;
    let marked = |mark| {
        let mut one = moved("other");
        one.facts.series_mark = Some(mark);
        one
    };
    let own = identity::mark(&"a".into(), &account, 1);
    assert_eq!(turned(&[marked(own.clone())]), [relinked("1", "a")], "made again by another device");
    let others = identity::mark(&"b".into(), &account, 1);
    assert_eq!(turned(&[marked(others)]), [new("1")], "made again for another Activity");
    let foreign = Mark { site: "another".into(), ..own.clone() };
    assert_eq!(turned(&[marked(foreign)]), [new("1")], "another installation's");
    assert_eq!(turned(&[marked(own), at("2", "12T10:00")]), [new("1"), relinked("2", "a")], "a copy beside it");
}

#[test]
fn a_series_that_became_an_event_keeps_the_activity_of_the_day_that_stays() {
    let single = |id: &str, day: &str| {
        let mut one = Item { id: id.into(), ..pair().exchange };
        crate::support::moment::the_meeting(&mut one).when =
            When::AllDay { first: day.parse().unwrap(), end: "2026-04-01".parse().unwrap() };
        one
    };
    let (events, orphaned) = after(|_| {}, &[single("m", "2026-03-04")]);
    assert_eq!((events, orphaned), (vec![relinked("m", "b")], vec![]), "the others are gone, and nobody is asked");
    assert_eq!(after(|_| {}, &[single("m", "2026-03-20")]).0, [relinked("m", "a")], "moved as well");
    assert_eq!(after(|_| {}, &[single("n", "2026-03-04")]).0, [("n".to_owned(), Match::New)], "another event");
}

/// Another device made Activities for the occurrences before this one saw that its event is a
/// series.
#[test]
fn an_event_that_became_a_series_keeps_its_activity_beside_a_newer_one() {
    let moment = Moment::new();
    let [old, new] =
        ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"].map(|text| Some(crate::support::memory::at(text)));
    let rows = [
        ("it is older", LinkState::Alive, [old, new], true),
        ("it sleeps", LinkState::Asleep, [old, new], true),
        ("it is newer", LinkState::Alive, [new, old], false),
        ("its age is not known", LinkState::Alive, [None, new], false),
        ("it has come to its end", LinkState::Tombstone, [old, new], false),
    ];
    for (what, state, [own, other], keeps) in rows {
        let (mut link, _) = linked(Side::Creatio);
        link.state = state;
        link.halves.creatio.facts.created = own;
        let days = ["13", "20"]
            .map(|day| occurrence(day, "e", Original::At(format!("2026-03-{day}T10:00:00Z").parse().unwrap())));
        let made = days.each_ref().map(|day| {
            let id = identity::activity(day, &moment.account, 0);
            let mut one = Item { id, ..pair().creatio };
            one.facts.created = other;
            one
        });
        let mut seen = seen([&made[0], &made[1]], [&days[0], &days[1]]);
        seen.links.push(link);
        seen.series.insert("e".into());
        let found = find(&moment.context(), &seen, &[&days[0], &days[1]]);
        let with = |nth: usize| Match::With(made[nth].id.clone());
        let first = if keeps { Match::Relink("a".into()) } else { with(0) };
        assert_eq!(found.events, [("13".into(), first), ("20".into(), with(1))].into(), "{what}");
    }
}
