//! Series whose pattern was changed: which new occurrence takes the place of which old one, and what has none.

use crate::moment::{Moment, linked, pair, seen};
use schedule_sync::engine::Seen;
use schedule_sync::engine::link::Link;
use schedule_sync::engine::matching::{Match, find};
use schedule_sync::model::{Item, Occurrence, Original, Pair, Side};

/// The occurrence `id` of the series `master`, on a day.
fn occurrence(id: &str, master: &str, original: Original) -> Item {
    let mut one = Item { id: id.into(), ..pair().exchange };
    one.facts.uid = Some(format!("uid-{id}").as_str().into());
    one.facts.occurrence = Some(Occurrence { master: master.into(), original });
    crate::moment::the_meeting(&mut one).title = format!("{master} {id}");
    one
}

fn on(day: &str) -> Original {
    Original::On(day.parse().unwrap())
}

fn link_to(activity: &str, item: &Item) -> Link {
    let (link, _) = linked(Side::Creatio);
    let mut link = Link { ids: Pair { creatio: activity.into(), exchange: item.id.clone() }, ..link };
    link.facts.exchange = item.facts.clone();
    link
}

/// Old occurrences by Activity (and whether they are gone), new ones, what each new one is, and Activities that have none any more.
type Row<'a> = (&'a str, Vec<(&'a str, Item, bool)>, Vec<Item>, Vec<(&'a str, Match)>, Vec<&'a str>);

#[test]
fn activities_go_over_to_the_new_occurrences_in_order() {
    let [mon, tue, wed, thu, fri] = ["02", "03", "04", "05", "06"].map(|day| on(&format!("2026-03-{day}")));
    let evening = Original::At("2026-03-02T18:00:00Z".parse().unwrap());
    let old = |id: &'static str, original| occurrence(id, "m", original);
    let relink = |activity: &str| Match::Relink(activity.into());
    let rows: [Row<'_>; 8] = [
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
