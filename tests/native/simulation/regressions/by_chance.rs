//! Those that were found by chance.

use super::{BAGHDAD, DATELINE, SAO_TOME, create, edit, meanwhile, remove, run};
use crate::simulation::{
    history::{Direction, History, Move, Options, Trouble, USUAL, told},
    people::{
        Deed,
        Kind::{self, Invited, Meeting, Task},
        What::{self, Body, Place, Title, When},
    },
};
use sandbox::graph::Quirks;
use schedule_sync::engine::settings::{
    Conflict, CreatioDelete, ExchangeDelete, FieldDirection, FieldMap, Notify, Private,
};
use schedule_sync::model::Side::{Creatio, Exchange};
use serde_json::json;

/// What each is about, and the history.
pub(super) fn all() -> Vec<(&'static str, History)> {
    let parts = [
        clashes_and_revivals(),
        creations_that_were_refused(),
        what_was_never_confirmed(),
        late_readings(),
        several_devices(),
        what_moved_over(),
        what_a_person_is_asked(),
    ];
    parts.into_iter().flatten().collect()
}

/// What clashes, goes one way or is revived.
fn clashes_and_revivals() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    vec![
        (
            "a clash is remembered although only one side tells of a change",
            history(
                USUAL,
                vec![
                    create(Creatio, Meeting),
                    run(0),
                    edit(Creatio, Body, 2),
                    edit(Creatio, Place, 5),
                    edit(Exchange, Place, 6),
                ],
            ),
        ),
        (
            "a clash of an adoption is remembered",
            history(
                USUAL,
                vec![
                    create(Creatio, Meeting),
                    run(0),
                    edit(Exchange, Place, 5),
                    Move::Forget { device: 0 },
                    run(0),
                    edit(Creatio, Title, 10),
                ],
            ),
        ),
        (
            "what would mail is asked by a second device too, not overwritten",
            history(pair, vec![create(Exchange, Invited), run(0), edit(Creatio, Title, 5)]),
        ),
        (
            "an edited Activity is not deleted",
            history(
                Options { creatio_delete: CreatioDelete::Delete, ..USUAL },
                vec![create(Exchange, Invited), run(0), edit(Creatio, Place, 2), remove(Exchange)],
            ),
        ),
        (
            "what was canceled here and edited there is not lost",
            history(
                USUAL,
                vec![create(Creatio, Task), run(0), edit(Exchange, Title, 7), Move::Deed(Deed::Cancel { tag: 0 })],
            ),
        ),
        (
            "one-way, what the source lost and somebody edited on the target is not lost",
            history(
                Options { direction: Direction::Export, ..USUAL },
                vec![create(Creatio, Meeting), run(0), edit(Exchange, Title, 4), remove(Creatio)],
            ),
        ),
        (
            "what one device revives the other does not export",
            history(
                pair,
                vec![
                    create(Creatio, Meeting),
                    run(0),
                    run(1),
                    edit(Exchange, Place, 4),
                    remove(Creatio),
                    run(0),
                    run(1),
                ],
            ),
        ),
        (
            "a device whose base is of before a revival adopts what another device revived",
            history(
                Options { conflict: Conflict::Newest, ..pair },
                vec![
                    create(Creatio, Meeting),
                    run(0),
                    run(1),
                    edit(Creatio, Place, 4),
                    remove(Exchange),
                    run(1),
                    edit(Exchange, Title, 5),
                    edit(Creatio, Body, 6),
                    run(0),
                    run(1),
                ],
            ),
        ),
    ]
}

/// Creations that a server refused, and tasks that two devices made at once.
fn creations_that_were_refused() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    let struck = |fault| Move::Run { device: 0, trouble: Trouble::Fault(fault) };
    let crashed = |nth, done| Move::Run { device: 0, trouble: Trouble::Crash { nth, done } };
    vec![
        (
            "a creation refused half-way makes no second item",
            history(
                USUAL,
                vec![
                    create(Exchange, Meeting),
                    struck(json!([{"method": "PATCH", "times": 2, "then": {"status": 412}}])),
                ],
            ),
        ),
        (
            "a creation of a task refused half-way makes no second task",
            history(
                USUAL,
                vec![
                    create(Exchange, Task),
                    struck(json!([{"method": "POST", "path": "/Activity", "times": 3, "then": {"status": 412}}])),
                ],
            ),
        ),
        (
            "a task made twice by two devices at once is there once in the end",
            history(pair, vec![create(Creatio, Task), Move::Together { seed: 335_271_140_849_423_722 }]),
        ),
        (
            "two devices that mend at once don't remove both",
            history(
                Options { creatio_delete: CreatioDelete::Delete, ..pair },
                vec![
                    create(Creatio, Task),
                    Move::Together { seed: 442_163_943_042_856_119 },
                    Move::Together { seed: 9_631_099_774_606_792_321 },
                ],
            ),
        ),
        (
            "what a write overrules is written down before",
            history(
                Options { direction: Direction::Import, conflict: Conflict::Exchange, ..USUAL },
                vec![
                    create(Exchange, Meeting),
                    run(0),
                    edit(Creatio, Title, 2),
                    edit(Exchange, Title, 3),
                    crashed(16, true),
                ],
            ),
        ),
        (
            "a task whose creation in Creatio was refused is not exported as a second one",
            history(
                Options { conflict: Conflict::Creatio, ..pair },
                vec![
                    create(Exchange, Task),
                    struck(json!([{"method": "POST", "path": "/Activity$", "times": 1, "then": {"status": 412}}])),
                ],
            ),
        ),
        (
            "what a person canceled is not there again after a month",
            history(
                Options { conflict: Conflict::Newest, creatio_delete: CreatioDelete::Leave, ..USUAL },
                vec![
                    create(Exchange, Invited),
                    run(0),
                    Move::Deed(Deed::Cancel { tag: 0 }),
                    Move::Pass { minutes: 45_000 },
                ],
            ),
        ),
        (
            "of two tasks made at once the one that a person edited is asked about",
            history(
                Options { conflict: Conflict::Newest, creatio_delete: CreatioDelete::Leave, ..pair },
                vec![
                    create(Creatio, Task),
                    told(false, 2, true, 3),
                    Move::Together { seed: 17_614_092_297_809_086_703 },
                    edit(Exchange, When, 3),
                    Move::Run {
                        device: 1,
                        trouble: Trouble::Fault(
                            json!([{"times": 3, "then": {"drop": "before"}, "server": "creatio", "method": "DELETE", "path": "/tasks"}]),
                        ),
                    },
                ],
            ),
        ),
        (
            "of two tasks made at once one goes, or is asked about, when the base is lost",
            history(
                Options {
                    conflict: Conflict::Newest,
                    creatio_delete: CreatioDelete::Leave,
                    exchange_delete: ExchangeDelete::Leave,
                    ..pair
                },
                vec![
                    create(Creatio, Task),
                    Move::Together { seed: 8_092_840_722_333_222_764 },
                    edit(Creatio, Body, 4),
                    Move::Forget { device: 0 },
                ],
            ),
        ),
        (
            "export only, of two tasks made at once the edited one is asked about",
            history(
                Options { direction: Direction::Export, creatio_delete: CreatioDelete::Leave, ..pair },
                vec![
                    create(Creatio, Task),
                    Move::Together { seed: 17_513_235_046_673_234_831 },
                    edit(Exchange, When, 7),
                ],
            ),
        ),
        (
            "of two tasks made at once the one that is edited in mid-run is asked about",
            history(
                Options { conflict: Conflict::Newest, creatio_delete: CreatioDelete::Leave, ..pair },
                vec![
                    Move::Revoke,
                    create(Creatio, Task),
                    Move::Together { seed: 15_837_701_480_296_118_524 },
                    meanwhile(1, 7, Deed::Edit { tag: 0, side: Exchange, what: When, value: 2 }),
                ],
            ),
        ),
    ]
}

/// What two devices revive, colleagues put back, or no reply ever confirmed.
fn what_was_never_confirmed() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    let struck = |fault| Move::Run { device: 0, trouble: Trouble::Fault(fault) };
    vec![
        (
            "two devices that revive at once make one",
            history(
                Options { creatio_delete: CreatioDelete::Leave, colleague: true, ..pair },
                vec![
                    create(Exchange, Kind::AllDay),
                    Move::Run {
                        device: 1,
                        trouble: Trouble::Fault(
                            json!([{"times": 1, "then": {"drop": "before"}, "server": "graph", "method": "GET", "path": "/events"}]),
                        ),
                    },
                    edit(Creatio, Body, 4),
                    remove(Exchange),
                    Move::Together { seed: 6_043_452_426_832_031_272 },
                ],
            ),
        ),
        (
            "two devices that revive at once make one, after a lost session",
            history(
                Options { colleague: true, ..pair },
                vec![
                    create(Creatio, Meeting),
                    Move::Deed(Deed::Create { tag: 1, side: Exchange, kind: Meeting, value: 2 }),
                    Move::Run { device: 0, trouble: Trouble::Status { nth: 20, status: 401, after: Some(400) } },
                    edit(Creatio, Title, 3),
                    remove(Exchange),
                    Move::Together { seed: 11_620_574_573_978_477_517 },
                ],
            ),
        ),
        (
            "what a colleague's run puts back, after trouble, is in the history",
            history(
                Options { creatio_delete: CreatioDelete::Delete, colleague: true, ..pair },
                vec![
                    create(Exchange, Kind::Shared),
                    Move::Run { device: 2, trouble: Trouble::Status { nth: 2, status: 500, after: Some(2) } },
                    edit(Creatio, Title, 3),
                ],
            ),
        ),
        (
            "what a colleague's run puts back is in the history",
            history(
                Options { exchange_delete: ExchangeDelete::Leave, colleague: true, ..USUAL },
                vec![create(Exchange, Kind::Shared), run(1), edit(Creatio, When, 2)],
            ),
        ),
        (
            "what was never confirmed and is in the past by now is let go",
            history(
                pair,
                vec![
                    create(Exchange, Invited),
                    run(1),
                    Move::Run { device: 0, trouble: Trouble::Lose { nth: 6, done: true } },
                    remove(Creatio),
                    Move::Pass { minutes: 45_000 },
                    Move::Deed(Deed::Create { tag: 1, side: Exchange, kind: Invited, value: 4 }),
                ],
            ),
        ),
        (
            "what was never confirmed and was removed later is let go",
            history(
                Options { creatio_delete: CreatioDelete::Leave, ..USUAL },
                vec![
                    create(Exchange, Meeting),
                    Move::Run { device: 0, trouble: Trouble::Lose { nth: 15, done: true } },
                    Move::Pass { minutes: 45_000 },
                    remove(Creatio),
                    Move::Deed(Deed::Create { tag: 1, side: Creatio, kind: Meeting, value: 5 }),
                ],
            ),
        ),
        (
            "what was throttled and is in the past by now is let go",
            history(
                Options {
                    conflict: Conflict::Exchange,
                    creatio_delete: CreatioDelete::Delete,
                    colleague: true,
                    ..USUAL
                },
                vec![
                    create(Exchange, Meeting),
                    Move::Deed(Deed::Create { tag: 1, side: Creatio, kind: Meeting, value: 3 }),
                    struck(
                        json!([{"times": 1, "then": {"status": 503, "headers": {"Retry-After": "2"}}, "server": "graph", "path": "/Activity"}]),
                    ),
                    remove(Creatio),
                    Move::Pass { minutes: 45_000 },
                ],
            ),
        ),
        (
            "of two tasks made at once whose Activity was removed the second is asked about",
            history(
                Options { conflict: Conflict::Creatio, exchange_delete: ExchangeDelete::Leave, ..pair },
                vec![
                    told(true, 1, true, 3),
                    meanwhile(0, 9, Deed::Create { tag: 0, side: Creatio, kind: Task, value: 1 }),
                    run(1),
                    edit(Exchange, Title, 3),
                    Move::Together { seed: 7_791_831_551_583_569_967 },
                    remove(Creatio),
                ],
            ),
        ),
    ]
}

/// Readings that are late, stores that are lost, and lists with another id.
fn late_readings() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    let crashed = |nth, done| Move::Run { device: 0, trouble: Trouble::Crash { nth, done } };
    vec![
        (
            "a listing that still shows what is gone makes nothing new",
            history(
                Options { conflict: Conflict::Creatio, creatio_delete: CreatioDelete::Leave, ..USUAL },
                vec![
                    create(Creatio, Task),
                    run(0),
                    told(false, 2, true, 1),
                    remove(Exchange),
                    Move::Forget { device: 0 },
                    meanwhile(0, 24, Deed::Create { tag: 1, side: Exchange, kind: Meeting, value: 6 }),
                ],
            ),
        ),
        (
            "what was imported by a run that was cut off does not come back once removed",
            history(
                Options { conflict: Conflict::Exchange, exchange_delete: ExchangeDelete::Leave, ..USUAL },
                vec![
                    create(Exchange, Meeting),
                    Move::Run { device: 0, trouble: Trouble::Cut { nth: 25 } },
                    run(0),
                    remove(Exchange),
                ],
            ),
        ),
        (
            "two devices, one of which reads late, lose no edit",
            history(
                Options { colleague: true, ..pair },
                vec![
                    create(Exchange, Task),
                    told(true, 1, false, 2),
                    edit(Exchange, When, 6),
                    Move::Together { seed: 14_554_451_669_404_674_202 },
                ],
            ),
        ),
        (
            "a task is there once although the store is lost, its list has another id and readings are late",
            history(
                USUAL,
                vec![
                    Move::Quirks(Box::new(Quirks {
                        stale_reads: 2,
                        throttle: sandbox::graph::Throttle {
                            per_ten_minutes: std::num::NonZeroUsize::new(40),
                            ..Default::default()
                        },
                        ..Quirks::default()
                    })),
                    create(Creatio, Task),
                    run(0),
                    Move::Forget { device: 0 },
                    Move::Renumber,
                    run(0),
                ],
            ),
        ),
        (
            "a second task of two that crashed is not imported",
            history(
                Options {
                    conflict: Conflict::Newest,
                    creatio_delete: CreatioDelete::Leave,
                    exchange_delete: ExchangeDelete::Leave,
                    ..pair
                },
                vec![
                    create(Creatio, Task),
                    told(false, 1, true, 1),
                    crashed(24, true),
                    Move::Run { device: 1, trouble: Trouble::Crash { nth: 25, done: true } },
                    run(1),
                    Move::Run {
                        device: 1,
                        trouble: Trouble::Fault(
                            json!([{"times": 2, "then": {"status": 429, "headers": {"Retry-After": "2"}}, "server": "graph", "method": "GET", "path": "delta"}]),
                        ),
                    },
                    run(0),
                ],
            ),
        ),
        (
            "an occurrence that a device met before its calendar got another id takes an edit",
            history(
                Options { colleague: true, ..pair },
                vec![
                    create(Exchange, Kind::Series),
                    Move::Run { device: 1, trouble: Trouble::Crash { nth: 13, done: true } },
                    Move::Deed(Deed::Edit { tag: 1000, side: Exchange, what: Title, value: 4 }),
                    Move::Renumber,
                    Move::Run { device: 1, trouble: Trouble::Status { nth: 16, status: 403, after: Some(400) } },
                    Move::Deed(Deed::Edit { tag: 1000, side: Creatio, what: When, value: 7 }),
                ],
            ),
        ),
        (
            "what another device imported of a series is not exported by one that was not yet told of it",
            history(
                Options { colleague: true, ..pair },
                vec![
                    create(Exchange, Kind::Series),
                    Move::Quirks(Box::new(Quirks {
                        stale_reads: 1,
                        page_size: std::num::NonZeroUsize::new(1),
                        ..Quirks::default()
                    })),
                    Move::Renumber,
                    run(0),
                ],
            ),
        ),
        (
            "an occurrence that is known by its own UID belongs to its series",
            history(
                Options { conflict: Conflict::Creatio, creatio_delete: CreatioDelete::Leave, ..pair },
                vec![
                    create(Exchange, Kind::Series),
                    Move::Quirks(Box::new(Quirks {
                        replays: true,
                        stale_reads: 1,
                        empty_pages: true,
                        whole_occurrences: true,
                        ..Quirks::default()
                    })),
                    Move::Renumber,
                    run(1),
                    run(0),
                ],
            ),
        ),
    ]
}

/// What one device does while another is not yet told of it.
fn several_devices() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    let struck = |fault| Move::Run { device: 0, trouble: Trouble::Fault(fault) };
    let crashed = |nth, done| Move::Run { device: 0, trouble: Trouble::Crash { nth, done } };
    vec![
        (
            "what was edited while it slept is a clash once it wakes",
            history(
                Options { creatio_delete: CreatioDelete::Delete, exchange_delete: ExchangeDelete::Leave, ..USUAL },
                vec![
                    create(Creatio, Task),
                    run(0),
                    edit(Creatio, When, 2),
                    edit(Exchange, When, 3),
                    Move::Quirks(Box::new(Quirks { stale_reads: 1, no_to_do: true, ..Quirks::default() })),
                    run(0),
                ],
            ),
        ),
        (
            "what one device began to revive the other leaves to it",
            history(
                pair,
                vec![
                    create(Exchange, Kind::AllDay),
                    run(1),
                    Move::Deed(Deed::Create { tag: 1, side: Exchange, kind: Invited, value: 4 }),
                    edit(Exchange, Title, 6),
                    remove(Creatio),
                    Move::Run { device: 1, trouble: Trouble::Crash { nth: 25, done: false } },
                ],
            ),
        ),
        (
            "a task whose list got another id before a run was whole takes an edit",
            history(
                Options { conflict: Conflict::Exchange, ..USUAL },
                vec![
                    crashed(16, false),
                    create(Exchange, Task),
                    told(true, 2, false, 1),
                    crashed(27, true),
                    Move::Renumber,
                    edit(Exchange, Title, 2),
                    Move::Run { device: 0, trouble: Trouble::Cut { nth: 25 } },
                ],
            ),
        ),
        (
            "an event whose calendar got another id before a run was whole takes an edit",
            history(
                Options { conflict: Conflict::Creatio, creatio_delete: CreatioDelete::Leave, ..USUAL },
                vec![
                    create(Creatio, Meeting),
                    crashed(24, true),
                    crashed(28, true),
                    edit(Creatio, When, 4),
                    told(true, 2, true, 3),
                    Move::Renumber,
                    struck(json!([{"times": 3, "then": {"close": true}, "method": "GET", "path": "/tasks$"}])),
                ],
            ),
        ),
        (
            "the task that another device made in place of a refused one is no second one",
            history(
                Options { conflict: Conflict::Exchange, ..pair },
                vec![
                    create(Creatio, Task),
                    struck(json!([{"times": 1, "then": {"status": 412}, "method": "POST", "path": "/tasks"}])),
                ],
            ),
        ),
        (
            "what was written into a task in the very moment it was deleted is in the history",
            history(
                Options { conflict: Conflict::Exchange, creatio_delete: CreatioDelete::Delete, ..pair },
                vec![
                    create(Creatio, Task),
                    run(0),
                    remove(Creatio),
                    meanwhile(0, 18, Deed::Edit { tag: 0, side: Exchange, what: Title, value: 3 }),
                ],
            ),
        ),
        (
            "two devices that create one event at the same time leave one",
            history(
                Options { conflict: Conflict::Creatio, ..pair },
                vec![create(Creatio, Meeting), Move::Together { seed: 11_433_475_030_883_076_378 }],
            ),
        ),
        (
            "what was written into an event in the very moment it was deleted is to be found",
            history(
                Options { conflict: Conflict::Newest, ..pair },
                vec![
                    create(Creatio, Meeting),
                    run(1),
                    Move::Revoke,
                    Move::Run { device: 0, trouble: Trouble::Status { nth: 27, status: 503, after: Some(2) } },
                    Move::Deed(Deed::Cancel { tag: 0 }),
                    Move::Revoke,
                    Move::Pass { minutes: 5000 },
                    meanwhile(1, 29, Deed::Edit { tag: 0, side: Exchange, what: Body, value: 3 }),
                ],
            ),
        ),
        (
            "a link that moved over and was revived is kept once",
            history(
                Options { exchange_delete: ExchangeDelete::Leave, ..pair },
                vec![
                    create(Exchange, Meeting),
                    run(1),
                    run(0),
                    remove(Exchange),
                    edit(Creatio, Body, 5),
                    meanwhile(1, 12, Deed::Remove { tag: 0, side: Creatio }),
                ],
            ),
        ),
    ]
}

/// What moved from one link, mailbox or day to another.
fn what_moved_over() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    let struck = |fault| Move::Run { device: 0, trouble: Trouble::Fault(fault) };
    let crashed = |nth, done| Move::Run { device: 0, trouble: Trouble::Crash { nth, done } };
    vec![
        (
            "what one device revives while another imports it is there once",
            history(
                Options { conflict: Conflict::Creatio, creatio_delete: CreatioDelete::Delete, colleague: true, ..pair },
                vec![
                    run(1),
                    create(Exchange, Meeting),
                    run(0),
                    edit(Exchange, When, 3),
                    remove(Creatio),
                    Move::Together { seed: 8_023_503_598_539_758_177 },
                ],
            ),
        ),
        (
            "what one device created of an old reading is compared with what the other saw",
            history(
                Options { colleague: true, ..pair },
                vec![
                    Move::Together { seed: 17_549_281_425_317_669_612 },
                    Move::Quirks(Box::new(Quirks {
                        stale_reads: 1,
                        page_size: std::num::NonZeroUsize::new(1),
                        empty_pages: true,
                        whole_occurrences: true,
                        ..Quirks::default()
                    })),
                    create(Exchange, Meeting),
                    crashed(29, false),
                    Move::Expire,
                    edit(Exchange, Body, 3),
                    Move::Together { seed: 7_991_990_331_882_531_613 },
                ],
            ),
        ),
        (
            "what is removed in the very moment it was imported does not come back",
            history(
                Options { direction: Direction::Import, conflict: Conflict::Exchange, ..USUAL },
                vec![run(0), create(Exchange, Kind::AllDay), meanwhile(0, 22, Deed::Remove { tag: 0, side: Creatio })],
            ),
        ),
        (
            "a time that was set in the very moment of the deletion is to be found",
            history(
                Options { direction: Direction::Export, conflict: Conflict::Exchange, ..pair },
                vec![
                    create(Creatio, Meeting),
                    run(1),
                    Move::Together { seed: 3_110_692_303_104_873_067 },
                    remove(Creatio),
                    meanwhile(0, 24, Deed::Edit { tag: 0, side: Exchange, what: When, value: 4 }),
                ],
            ),
        ),
        (
            "a listing that is late is no edit",
            history(
                USUAL,
                vec![
                    create(Exchange, Meeting),
                    Move::Quirks(Box::new(Quirks {
                        replays: true,
                        stale_reads: 1,
                        shuffled_order: true,
                        page_size: std::num::NonZeroUsize::new(3),
                        ..Quirks::default()
                    })),
                    struck(json!([{"server": "creatio", "path": "/tasks$", "then": {"status": 429}}])),
                    edit(Creatio, Place, 4),
                    struck(json!([{"server": "creatio", "path": "/events", "times": 2, "then": {"status": 412}}])),
                    Move::Pass { minutes: 45_000 },
                    crashed(22, true),
                ],
            ),
        ),
        (
            "a series whose UID its Activity does not bear yet has its Activity on the first day",
            history(
                Options { colleague: true, ..USUAL },
                vec![
                    run(0),
                    Move::Revoke,
                    create(Creatio, Meeting),
                    crashed(22, false),
                    Move::Deed(Deed::Repeat { tag: 0 }),
                ],
            ),
        ),
        (
            "a series whose UID is that of the other mailbox has its Activity on the first day",
            history(
                Options { between: true, second: true, ..Options { devices: 2, ..USUAL } },
                vec![create(Creatio, Meeting), run(2), run(1), Move::Deed(Deed::Repeat { tag: 0 })],
            ),
        ),
    ]
}

/// What a person is asked, and what the history says of it.
fn what_a_person_is_asked() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    let crashed = |nth, done| Move::Run { device: 0, trouble: Trouble::Crash { nth, done } };
    vec![
        (
            "a text that could not flow when two were found to be one is not emptied once it may",
            history(
                Options {
                    direction: Direction::Export,
                    fields: FieldMap { body: FieldDirection::In, ..USUAL.fields },
                    ..USUAL
                },
                vec![
                    create(Creatio, Meeting),
                    run(0),
                    Move::Forget { device: 0 },
                    run(0),
                    Move::Settings(Box::new(Options {
                        direction: Direction::Import,
                        fields: FieldMap { body: FieldDirection::In, ..USUAL.fields },
                        conflict: Conflict::Exchange,
                        ..USUAL
                    })),
                ],
            ),
        ),
        (
            "an answer about a task that another device exported is heeded where it lies in a list",
            history(
                Options { fields: FieldMap { title: FieldDirection::Off, ..USUAL.fields }, ..pair },
                vec![create(Creatio, Kind::Task), run(1), remove(Creatio), edit(Exchange, What::Title, 7)],
            ),
        ),
        (
            "days of a series that is a single meeting now are no meetings of their own, whoever imported them",
            history(
                Options {
                    direction: Direction::Export,
                    creatio_delete: CreatioDelete::Delete,
                    colleague: true,
                    between: true,
                    completes: false,
                    zone: SAO_TOME,
                    colleagues_zone: SAO_TOME,
                    ..USUAL
                },
                vec![
                    create(Exchange, Kind::Shared),
                    Move::Deed(Deed::Repeat { tag: 0 }),
                    Move::Run {
                        device: 1,
                        trouble: Trouble::Several(vec![
                            Trouble::Meanwhile {
                                nth: 3,
                                deed: Deed::Edit { tag: 1000, side: Exchange, what: Title, value: 18 },
                            },
                            Trouble::Meanwhile { nth: 15, deed: Deed::Single { tag: 0 } },
                        ]),
                    },
                    Move::Forget { device: 1 },
                ],
            ),
        ),
        (
            "a question about the task that took another's place is answered as it was asked",
            history(
                Options { direction: Direction::Export, creatio_delete: CreatioDelete::Delete, ..pair },
                vec![
                    create(Creatio, Kind::Task),
                    Move::Together { seed: 4_001_329_305_594_640_300 },
                    edit(Creatio, When, 10),
                    Move::Together { seed: 2_024_891_854_054_467_683 },
                    edit(Exchange, What::Title, 16),
                    Move::Deed(Deed::Cancel { tag: 0 }),
                ],
            ),
        ),
        (
            "a day that the history names is one of the user's clock",
            history(
                Options { direction: Direction::Import, zone: DATELINE, colleagues_zone: DATELINE, ..USUAL },
                vec![create(Exchange, Task), crashed(25, true), crashed(24, true), edit(Creatio, When, 3)],
            ),
        ),
        (
            "what one browser made again for one mailbox another finds for the other mailbox",
            history(
                Options { second: true, ..pair },
                vec![
                    create(Creatio, Meeting),
                    run(2),
                    run(1),
                    remove(Creatio),
                    edit(Exchange, Title, 7),
                    Move::Deed(Deed::Away(Box::new(Deed::Edit { tag: 0, side: Exchange, what: Title, value: 8 }))),
                ],
            ),
        ),
        (
            "a person is asked about two tasks that nobody links any more, once their Activity is canceled",
            history(
                Options {
                    notify: Notify::Always,
                    private: Private::Skip,
                    fields: FieldMap { title: FieldDirection::Off, ..USUAL.fields },
                    between: true,
                    months: [2, 36],
                    groups: true,
                    zone: BAGHDAD,
                    colleagues_zone: BAGHDAD,
                    ..pair
                },
                vec![
                    run(0),
                    create(Creatio, Task),
                    Move::Together { seed: 3_346_717_597_520_245_275 },
                    Move::Forget { device: 1 },
                    Move::Deed(Deed::Cancel { tag: 0 }),
                    Move::Forget { device: 0 },
                ],
            ),
        ),
        (
            "an empty title is in the history as an event without one",
            history(
                Options { second: true, fields: FieldMap { title: FieldDirection::Off, ..USUAL.fields }, ..USUAL },
                vec![
                    create(Creatio, Meeting),
                    run(0),
                    Move::Deed(Deed::Repeat { tag: 0 }),
                    Move::Deed(Deed::Single { tag: 0 }),
                    remove(Creatio),
                ],
            ),
        ),
    ]
}
