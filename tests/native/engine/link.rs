//! What a link tells of its pair by itself.

use crate::support::memory::at;
use crate::support::moment::linked;
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::model::{Kind, Occurrence, Original, Pair, Record, Side, Status};

#[test]
fn an_imported_meeting_whose_status_nobody_touched_is_due_at_its_end() {
    type Change = fn(&mut Link);
    let rows: [(&str, Change, bool); 9] = [
        ("imported", |_| {}, true),
        ("exported", |link| link.made = Some(Side::Exchange), false),
        ("both were there", |link| link.made = None, false),
        ("begun", |link| link.halves.creatio.facts.status = Some(Status::InProgress), false),
        ("of unknown status", |link| link.halves.creatio.facts.status = None, false),
        ("a process's", |link| link.halves.creatio.facts.process = true, false),
        ("asleep", |link| link.state = LinkState::Asleep, false),
        ("undone", |link| link.state = LinkState::Undone, false),
        (
            "a task",
            |link| link.halves.creatio.base = Record::Task(crate::support::memory::task("Offer", "2026-03-12")),
            false,
        ),
    ];
    for (what, change, due) in rows {
        let (mut link, _) = linked(Side::Creatio);
        change(&mut link);
        assert_eq!(link.due(), due.then(|| at("2026-03-12T11:00:00Z")), "{what}");
    }
}

#[test]
fn a_link_knows_its_kind_its_series_and_the_place_of_what_is_not_there_yet() {
    let (mut link, _) = linked(Side::Creatio);
    assert_eq!((link.kind(), link.series()), (Kind::Meeting, None));
    let original = Original::At(at("2026-03-12T10:00:00Z"));
    link.halves.exchange.facts.occurrence = Some(Occurrence { master: "master".into(), original });
    assert_eq!(link.series(), Some(&"master".into()));
    let [one, other] = ["a", "b"].map(|id| Link::foreseen(&id.into()));
    assert!(one != other && one != "a".into(), "no item has this id, and each has its own");
}

#[test]
fn a_link_is_stored_in_its_form_of_before_it_had_halves() {
    // as written by the engine of 30 November 2026, commit d84c5f0
    let stored = include_str!("link/stored.json");
    let link: Link = serde_json::from_str(stored).unwrap();
    let Pair { creatio, exchange } = &link.halves;
    assert_eq!((creatio.id().as_str(), exchange.id().as_str()), ("a", "e"));
    assert_eq!((creatio.container.as_str(), exchange.container.as_str()), ("activities", "calendar"));
    assert_eq!((creatio.spelled_version().as_str(), exchange.spelled_version().as_str()), ("1", "2"));
    assert_eq!([&creatio.base, &exchange.base].map(Record::title), ["Call", "Call on the phone"]);
    assert!(creatio.facts.involves_me && exchange.facts.has_unmapped_content);
    assert_eq!((exchange.unkept.len(), link.state, link.generation), (1, LinkState::Pending(Side::Exchange), 3));
    let json: serde_json::Value = serde_json::from_str(stored).unwrap();
    assert_eq!(serde_json::to_value(&link).unwrap(), json, "and written as it was");
}
