//! What a link tells of its pair by itself.

use crate::memory::at;
use crate::moment::linked;
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::model::{Kind, Occurrence, Original, Record, Side, Status};

#[test]
fn an_imported_meeting_whose_status_nobody_touched_is_due_at_its_end() {
    type Change = fn(&mut Link);
    let rows: [(&str, Change, bool); 9] = [
        ("imported", |_| {}, true),
        ("exported", |link| link.made = Some(Side::Exchange), false),
        ("both were there", |link| link.made = None, false),
        ("begun", |link| link.facts.creatio.status = Some(Status::InProgress), false),
        ("of unknown status", |link| link.facts.creatio.status = None, false),
        ("a process's", |link| link.facts.creatio.process = true, false),
        ("asleep", |link| link.state = LinkState::Asleep, false),
        ("undone", |link| link.state = LinkState::Undone, false),
        ("a task", |link| link.base.creatio = Record::Task(crate::memory::task("Offer", "2026-03-12")), false),
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
    link.facts.exchange.occurrence = Some(Occurrence { master: "master".into(), original });
    assert_eq!(link.series(), Some(&"master".into()));
    let [one, other] = ["a", "b"].map(|id| Link::foreseen(&id.into()));
    assert!(one != other && one != "a".into(), "no item has this id, and each has its own");
}
