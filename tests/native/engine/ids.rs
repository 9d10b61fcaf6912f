//! Ids that follow from what an item is: the same for every colleague, device and repeated run,
//! another for anything else.

use crate::support::memory::{item, task};
use crate::support::moment::{Moment, pair, seen};
use schedule_sync::engine::account::Account;
use schedule_sync::engine::identity;
use schedule_sync::engine::identity::{
    activity, aliases, copied, first_generation, is_ours, knows_transactions, mark, series_wide, single_day,
    transaction,
};
use schedule_sync::engine::original::first_of;
use schedule_sync::model::{Item, Kind, Mark, Occurrence, Original, Record, Side, Uid};

/// A global object id, of an occurrence on a day (or with zeros: of the whole series).
fn global(day: &str) -> String {
    format!("040000008200E00074C5B7101A82E008{day}E0A1B2C3D4E5F60000000000000000001000000011223344")
}

fn colleague() -> Account {
    Account { mailbox: "colleague@contoso.example".to_owned(), contact: "colleague".into(), ..Moment::new().account }
}

fn with(change: impl FnOnce(&mut Item)) -> Item {
    let mut event = pair().exchange;
    event.facts.uid = Some(global("00000000").as_str().into());
    change(&mut event);
    event
}

fn original(day: &str) -> Option<Occurrence> {
    Some(Occurrence { master: "master".into(), original: Original::On(day.parse().unwrap()) })
}

#[test]
fn colleagues_meet_in_one_activity_for_each_occurrence_and_generation() {
    let (mine, theirs) = (Moment::new().account, colleague());
    let plain = activity(&with(|_| {}), &mine, 0);
    assert_eq!(plain.as_str(), "4e053507-16be-57da-9bf3-969b3005afe1", "never to be changed");
    type Change = fn(&mut Item);
    // what is another, and whether a colleague's account gives it the same id as the user's
    let rows: [(&str, Change, bool, bool); 9] = [
        ("the copy in another mailbox", |one| one.id = "copy".into(), true, true),
        (
            "in the spelling of another server",
            |one| one.facts.uid = Some(global("00000000").to_lowercase().as_str().into()),
            true,
            true,
        ),
        ("a single day of a series", |one| one.facts.uid = Some(global("07EA030D").as_str().into()), false, true),
        ("an occurrence", |one| one.facts.occurrence = original("2026-03-12"), false, true),
        ("the next occurrence", |one| one.facts.occurrence = original("2026-03-19"), false, true),
        ("another meeting", |one| one.facts.uid = Some("other".into()), false, true),
        ("a private one", |one| one.facts.private = true, false, false),
        ("one without a UID", |one| one.facts.uid = None, false, false),
        ("a task", |one| one.record = Record::Task(task("Call", "2026-03-12")), false, false),
    ];
    let (mut ids, mut own) = (vec![plain.clone()], Vec::new());
    for (what, change, same, shared) in rows {
        let one = with(change);
        let id = activity(&one, &mine, 0);
        assert_eq!((id == plain, activity(&one, &theirs, 0) == id), (same, shared), "{what}");
        assert!(is_ours(&id), "{what}");
        let new = !same && (shared || what == "a task");
        ids.extend((0..3).filter(|_| new).map(|generation| activity(&one, &mine, generation)));
        own.extend((!shared).then_some(id));
    }
    own.dedup();
    assert_eq!(own.len(), 1, "named by the mailbox and the item alone");
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "no two are alike");
}

/// Two colleagues were asked to single days of one series; a third has the whole of it.
#[test]
fn a_single_day_of_a_series_meets_the_colleagues_occurrence_of_that_day() {
    let account = Moment::new().account;
    let zone = Moment::new().zone;
    let day = |text: &str| with(|one| one.facts.uid = Some(global(text).as_str().into()));
    let (twelfth, thirteenth) = (day("07EA030C"), day("07EA030D"));
    assert_ne!(activity(&twelfth, &account, 0), activity(&thirteenth, &account, 0));
    assert_eq!(single_day(&twelfth), "2026-03-12".parse().ok());
    assert_eq!(activity(&twelfth, &account, 0), activity(&twelfth, &colleague(), 0));
    // Exchange Server tells the day beside the UID
    let told = with(|one| one.facts.day = "2026-03-12".parse().ok());
    assert_eq!(activity(&told, &account, 0), activity(&twelfth, &account, 0));
    let occurrence = |at: &str| {
        with(|one| {
            let original = Original::At(at.parse().unwrap());
            one.facts.occurrence = Some(Occurrence { master: "master".into(), original });
        })
    };
    let (own, next) = (occurrence("2026-03-12T10:00:00Z"), occurrence("2026-03-19T10:00:00Z"));
    assert_eq!(single_day(&own), None);
    let met = |one: &Item, other: &Item| aliases(&zone, &account, one).contains(&activity(other, &account, 0));
    assert!(met(&own, &twelfth) && met(&twelfth, &own), "whoever is first");
    assert!(!met(&next, &twelfth) && !met(&thirteenth, &own) && !met(&own, &thirteenth));
    // an event that became a series, and a series that became an event
    let single = with(|_| {});
    assert!(met(&own, &single) && met(&single, &own) && !met(&single, &next));
    // what is private is met by the user's own devices alone
    let private = |one: &Item| {
        let mut private = Item { id: "master".into(), ..one.clone() };
        private.facts.private = true;
        private
    };
    let (hidden, alone) = (private(&own), private(&single));
    assert!(met(&hidden, &alone) && met(&alone, &hidden) && !met(&alone, &private(&next)) && !met(&hidden, &single));
    assert!(!aliases(&zone, &colleague(), &hidden).contains(&activity(&alone, &account, 0)));
    // an all-day one has the same id for both by construction
    let mut all_day = with(|one| one.facts.occurrence = original("2026-03-12"));
    assert_eq!(activity(&all_day, &account, 0), activity(&twelfth, &account, 0));
    all_day.facts.uid = Some("foreign@example.com".into());
    assert_ne!(activity(&all_day, &account, 0), activity(&twelfth, &account, 0));
}

#[test]
fn only_a_global_object_id_with_a_date_tells_a_day() {
    let long = "040000008200E00074C5B7101A82E008";
    for (uid, expected) in [
        (global("07EA030C"), Some("2026-03-12")),
        (global("07ea030c").to_lowercase(), Some("2026-03-12")),
        (global("00000000"), None),
        (global("07EA0D0C"), None),
        (long.to_owned(), None),
        ("0123456789012345678901234567890107EA030C".to_owned(), None),
    ] {
        let one = with(|one| one.facts.uid = Some(uid.as_str().into()));
        assert_eq!(single_day(&one), expected.map(|day| day.parse().unwrap()), "{uid}");
    }
}

#[test]
fn creatios_own_ids_are_not_ours() {
    assert!(!is_ours(&"0f7a3f5e-9c1d-4b7a-8f3e-2d1c0b9a8f7e".into()), "random");
    assert!(!is_ours(&"a".into()));
}

#[test]
fn the_instances_date_is_no_part_of_the_series_uid() {
    let wide = global("00000000");
    for (uid, expected) in [
        (global("07EA030C"), wide.clone()),
        (global("07EA030C").to_lowercase(), wide.clone()),
        (wide.clone(), wide),
        (
            "0123456789012345678901234567890123456789012345".to_owned(),
            "0123456789012345678901234567890123456789012345".to_owned(),
        ),
        ("a@b".to_owned(), "a@b".to_owned()),
    ] {
        assert_eq!(series_wide(&Uid::new(uid.as_str())), expected, "{uid}");
    }
}

#[test]
fn what_had_a_counterpart_once_begins_with_the_generation_after_it() {
    let ours = activity(&pair().exchange, &Moment::new().account, 0);
    for (side, id, uid, expected) in [
        (Side::Creatio, "a", None, 0),
        (Side::Creatio, "a", Some("uid"), 1),
        (Side::Creatio, ours.as_str(), None, 1),
        (Side::Creatio, ours.as_str(), Some("uid"), 1),
        (Side::Exchange, "e", Some("uid"), 0),
    ] {
        let mut one = item(side, id, pair().creatio.record);
        one.facts.uid = uid.map(Into::into);
        assert_eq!(first_generation(side, &one), expected, "{side} {id} {uid:?}");
    }
}

#[test]
fn an_export_has_the_same_transaction_when_repeated_and_another_after_a_loss() {
    let (mine, theirs) = (Moment::new().account, colleague());
    let first = transaction(&"a".into(), &mine, 0);
    assert_eq!(first, transaction(&"a".into(), &mine, 0));
    for other in [
        transaction(&"a".into(), &mine, 1),
        transaction(&"b".into(), &mine, 0),
        transaction(&"a".into(), &theirs, 0),
        transaction(&"a".into(), &Account { site: "copy".into(), ..mine.clone() }, 0),
    ] {
        assert_ne!(first, other);
    }
    assert_eq!(mark(&"a".into(), &mine, 2), Mark { site: mine.site.clone(), activity: "a".into(), generation: 2 });
    assert!(knows_transactions(Kind::Meeting) && !knows_transactions(Kind::Task));
}

/// A mark of another installation, for an Activity that is here too, tells that one is a copy of
/// the other.
#[test]
fn a_copied_installation_is_known_by_its_marks() {
    let moment = Moment::new();
    let ours = identity::activity(&pair().exchange, &moment.account, 0);
    for (site, activity, marked, expected) in [
        ("copy", "a", "a", true),
        ("site", "a", "a", false),
        ("copy", "b", "a", false),                     // that Activity is not here
        ("copy", ours.as_str(), ours.as_str(), false), // our ids are the same everywhere
    ] {
        let mut items = pair();
        items.creatio.id = activity.into();
        items.exchange.facts.mark = Some(Mark { site: site.into(), activity: marked.into(), generation: 0 });
        let found =
            copied(&moment.account, &seen([&items.creatio], [&items.exchange])).map(|site| site.as_str().to_owned());
        assert_eq!(found, expected.then(|| "copy".to_owned()), "{site} {activity} {marked}");
    }
}

#[test]
fn what_was_made_in_place_of_a_tasks_activity_is_told_by_its_name() {
    let account = Moment::new().account;
    let one = item(Side::Exchange, "t", Record::Task(task("Offer", "2026-03-12")));
    let first = activity(&one, &account, 0);
    let again = identity::again(&first);
    let twice = identity::again(&again);
    for (what, id, generation, is_known) in [
        ("made again", &again, 1, true),
        ("and once more", &twice, 2, true),
        ("known of a later generation", &again, 2, true),
        ("never made again", &again, 0, false),
        ("made again once only", &twice, 1, false),
        ("the first", &first, 2, false),
        ("another's", &identity::again(&"a".into()), 2, false),
    ] {
        let found = first_of(id, &one, generation, &account);
        assert_eq!(found, is_known.then(|| first.clone()), "{what}");
    }
    let event = pair().exchange;
    let again = identity::again(&activity(&event, &account, 0));
    assert_eq!(first_of(&again, &event, 1, &account), None, "a meeting's is named otherwise");
}
