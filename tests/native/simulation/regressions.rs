//! Histories that once broke a promise, shrunk. They are always played.

mod apart;
mod days;
mod once;
mod twins;
mod unconfirmed;

use super::history::{Abode, Direction, History, Move, Options, Trouble, USUAL, told};
use super::people::{Deed, Kind, What};
use super::switches::Switches;
use chrono_tz::Tz;
use sandbox::graph::Quirks;
use schedule_sync::engine::settings::{
    Conflict, CreatioDelete, ExchangeDelete, FieldDirection, FieldMap, Notify, Private,
};
use schedule_sync::model::Side;
use serde_json::json;

const DATELINE: Abode = Abode { tz: Tz::Etc__GMTPlus12, name: "Dateline Standard Time" };
const BAGHDAD: Abode = Abode { tz: Tz::Asia__Baghdad, name: "Arabic Standard Time" };
const SAO_TOME: Abode = Abode { tz: Tz::Africa__Sao_Tome, name: "Sao Tome Standard Time" };

const fn create(side: Side, kind: Kind) -> Move {
    Move::Deed(Deed::Create { tag: 0, side, kind, value: 1 })
}

const fn edit(side: Side, what: What, value: usize) -> Move {
    Move::Deed(Deed::Edit { tag: 0, side, what, value })
}

const fn remove(side: Side) -> Move {
    Move::Deed(Deed::Remove { tag: 0, side })
}

const fn run(device: usize) -> Move {
    Move::Run { device, trouble: Trouble::Nothing }
}

/// A run in which a person does something before its `nth` await.
const fn meanwhile(device: usize, nth: usize, deed: Deed) -> Move {
    Move::Run { device, trouble: Trouble::Meanwhile { nth, deed } }
}

/// From now on these switches of the servers are on, and no others.
fn turned(names: &[&str]) -> Move {
    Move::Switch(Box::new(Switches::named(names, 1)))
}

/// What each is about, and the history.
pub(crate) fn all() -> Vec<(&'static str, History)> {
    use Kind::Meeting;
    use Side::{Creatio, Exchange};
    use What::{Body, Place, Title};
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    let recur = Move::Deed(Deed::Repeat { tag: 0 });
    let unite = Move::Deed(Deed::Single { tag: 0 });
    let day = Move::Pass { minutes: 1500 };
    let import = Options { direction: Direction::Import, ..USUAL };
    let mut all = vec![
        (
            "an imported event with a person's notes that becomes a series is its first occurrence",
            history(
                import,
                vec![create(Exchange, Meeting), run(0), edit(Creatio, Body, 2), recur.clone(), run(0), day.clone()],
            ),
        ),
        (
            "so it is in the first full comparison after that",
            history(USUAL, vec![create(Exchange, Meeting), run(0), edit(Creatio, Body, 2), recur.clone(), day.clone()]),
        ),
        (
            "an exported event that becomes a series is its first occurrence",
            history(USUAL, vec![create(Creatio, Meeting), run(0), recur.clone(), run(0), day.clone()]),
        ),
        (
            "what was edited in Creatio before is written to that occurrence",
            history(USUAL, vec![create(Creatio, Meeting), run(0), edit(Creatio, Title, 2), recur.clone(), run(0)]),
        ),
        (
            "what was edited in Creatio after an event became a series is written to that occurrence",
            history(
                USUAL,
                vec![create(Exchange, Meeting), run(0), recur.clone(), edit(Creatio, Place, 2), run(0), day.clone()],
            ),
        ),
        (
            "an event becomes a series and a single event again",
            history(
                USUAL,
                vec![create(Creatio, Meeting), run(0), recur.clone(), run(0), unite.clone(), run(0), day.clone()],
            ),
        ),
        (
            "an event becomes a series and a single event again, before anybody looks",
            history(
                USUAL,
                vec![
                    create(Exchange, Meeting),
                    run(0),
                    edit(Creatio, Body, 2),
                    run(0),
                    recur.clone(),
                    unite.clone(),
                    run(0),
                ],
            ),
        ),
        (
            "a series that becomes a single event keeps the Activity of the day that stays",
            history(import, vec![create(Exchange, Kind::Series), run(0), unite.clone(), run(0), day.clone()]),
        ),
        (
            "a series becomes a single event, of which a full comparison tells",
            history(USUAL, vec![create(Exchange, Kind::Series), run(0), unite.clone(), day.clone()]),
        ),
        (
            "a browser that lost its store knows the Activity of an event that became a series",
            history(USUAL, vec![create(Exchange, Meeting), run(0), recur.clone(), Move::Forget { device: 0 }, run(0)]),
        ),
        (
            "a browser that lost its store knows the Activity that was exported as an event which became a series",
            history(USUAL, vec![create(Creatio, Meeting), run(0), recur.clone(), Move::Forget { device: 0 }, run(0)]),
        ),
        (
            "a browser that lost its store knows the Activity of the day that stays of a series",
            history(
                USUAL,
                vec![create(Exchange, Kind::Series), run(0), unite.clone(), Move::Forget { device: 0 }, run(0)],
            ),
        ),
        (
            "two devices agree on the occurrence that an event became",
            history(
                pair,
                vec![
                    create(Creatio, Meeting),
                    run(0),
                    run(1),
                    recur.clone(),
                    run(0),
                    run(1),
                    unite,
                    run(1),
                    run(0),
                    day,
                ],
            ),
        ),
        (
            "a late listing of an event that became a series, told again",
            history(
                USUAL,
                vec![create(Exchange, Meeting), run(0), told(true, 2, true, 1), recur, run(0), run(0), run(0)],
            ),
        ),
    ];
    all.extend(one_way());
    all.extend(broken());
    all.extend(kept());
    all.extend(apart::all());
    all.extend(days::all());
    all.extend(once::all());
    all.extend(twins::all());
    all.extend(unconfirmed::all());
    all
}

/// Fields that go one way, as a device sees them that adopts a pair.
fn one_way() -> Vec<(&'static str, History)> {
    use Kind::{Meeting, Series, Task};
    use Side::{Creatio, Exchange};
    let body = |way| Options { devices: 2, fields: FieldMap { body: way, ..USUAL.fields }, ..USUAL };
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    vec![
        (
            "a second device empties no notes that only Exchange may write, and does not have",
            history(body(FieldDirection::In), vec![create(Creatio, Meeting), run(0), run(1)]),
        ),
        (
            "a second device empties no body of a task that only Creatio may write, and does not have",
            history(body(FieldDirection::Out), vec![create(Exchange, Task), run(0), run(1)]),
        ),
        (
            "a second device empties no body of a series that only Creatio may write, and does not have",
            history(body(FieldDirection::Out), vec![create(Exchange, Series), run(0), run(1)]),
        ),
        (
            "a browser that lost its store empties no notes that only Exchange may write, and does not have",
            history(
                body(FieldDirection::In),
                vec![create(Creatio, Meeting), run(0), Move::Forget { device: 0 }, run(0)],
            ),
        ),
    ]
}

/// Values that were lost, things that came back, and sides that differed unasked.
fn kept() -> Vec<(&'static str, History)> {
    use Kind::{AllDay, Invited, Meeting, Series, Task};
    use Side::{Creatio, Exchange};
    use What::{Body, Place, Title};
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    let wins = Options { conflict: Conflict::Creatio, ..USUAL };
    let edit_day = |what, value| Move::Deed(Deed::Edit { tag: 1002, side: Exchange, what, value });
    vec![
        (
            "what is written in Creatio while a run reads back what it created there is kept",
            history(
                pair,
                vec![
                    Move::Together { seed: 11_268_181_444_635_101_908 },
                    create(Exchange, AllDay),
                    meanwhile(1, 28, Deed::Edit { tag: 0, side: Creatio, what: Place, value: 3 }),
                ],
            ),
        ),
        (
            "what a write finds edited in another field is in the history before it gives way",
            history(
                Options { direction: Direction::Export, ..wins },
                vec![
                    create(Creatio, Meeting),
                    run(0),
                    turned(&["exchange endless pages", "exchange replays", "graph endless pages"]),
                    edit(Exchange, Place, 11),
                    edit(Creatio, Title, 12),
                    run(0),
                    edit(Creatio, Place, 16),
                    run(0),
                ],
            ),
        ),
        (
            "nobody sees what is written into stale reads without a conditional write",
            history(
                Options { direction: Direction::Import, ..USUAL },
                vec![
                    create(Exchange, Task),
                    run(0),
                    edit(Exchange, Title, 3),
                    turned(&["creatio stale reads", "creatio dataservice"]),
                    meanwhile(0, 7, Deed::Edit { tag: 0, side: Creatio, what: Title, value: 20 }),
                ],
            ),
        ),
        (
            "a body of several paragraphs that gives way is in the history",
            history(
                wins,
                vec![
                    create(Exchange, Series),
                    turned(&["graph adds a footer", "exchange adds a footer"]),
                    run(0),
                    Move::Forget { device: 0 },
                    edit_day(Body, 18),
                ],
            ),
        ),
        (
            "titles that a person wants left after a lost store differ, and nobody is asked",
            history(
                USUAL,
                vec![
                    create(Exchange, Series),
                    run(0),
                    edit(Exchange, Title, 6),
                    Move::Forget { device: 0 },
                    run(0),
                    Move::Answer { device: 0, seed: 18_311_453_006_870_692_719 },
                ],
            ),
        ),
        (
            "an event whose creation no reply ever told may be created again after it was deleted",
            history(
                USUAL,
                vec![
                    create(Creatio, Meeting),
                    // every reply of the calendar is a page
                    Move::Switch(Box::new(Switches::named(&["graph answers a page"], 2))),
                    run(0),
                    remove(Exchange),
                ],
            ),
        ),
        (
            "what was taken back rests although its counterpart can't be read",
            history(
                USUAL,
                vec![create(Creatio, Task), run(0), turned(&["creatio endless pages"]), Move::Undo { device: 0 }],
            ),
        ),
        (
            "a title that is edited in Creatio after the meeting stays there, unasked",
            history(
                Options { conflict: Conflict::Newest, ..USUAL },
                vec![create(Exchange, Invited), run(0), Move::Pass { minutes: 45_000 }, edit(Creatio, Title, 9)],
            ),
        ),
        (
            "what Creatio made of a title, seen only by the next run, is no edit",
            history(
                USUAL,
                vec![
                    turned(&["creatio stale reads", "creatio adds to titles"]),
                    Move::Pass { minutes: 45_000 },
                    create(Exchange, Invited),
                    run(0),
                    run(0),
                ],
            ),
        ),
    ]
}

/// Those that were found by chance.
fn broken() -> Vec<(&'static str, History)> {
    use Kind::{Invited, Meeting, Task};
    use Side::{Creatio, Exchange};
    use What::{Body, Place, Title, When};
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    let struck = |fault| Move::Run { device: 0, trouble: Trouble::Fault(fault) };
    let crashed = |nth, done| Move::Run { device: 0, trouble: Trouble::Crash { nth, done } };
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
