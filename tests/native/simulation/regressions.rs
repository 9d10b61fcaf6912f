//! Histories that once broke a promise, shrunk. They are always played.

mod apart;
mod asked;
mod clashes;
mod days;
mod devices;
mod late;
mod lost_store;
mod moved;
mod refused;
mod revived;
mod twins;
mod unconfirmed;
mod unlinked_days;

use super::history::{Abode, Direction, History, Move, Options, Trouble, USUAL, told};
use super::people::{Deed, Kind, What};
use super::switches::Switches;
use chrono_tz::Tz;
use schedule_sync::engine::settings::{Conflict, FieldDirection, FieldMap};
use schedule_sync::model::Side;

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

/// These switches are on, and Creatio's readings are five seconds behind.
fn late(names: &[&str]) -> Move {
    let mut switches = Switches::named(names, 1);
    switches.creatio.insert("stale".to_owned(), 5.into());
    Move::Switch(Box::new(switches))
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
    all.extend(kept());
    let others = [
        apart::all(),
        asked::all(),
        clashes::all(),
        days::all(),
        devices::all(),
        late::all(),
        lost_store::all(),
        moved::all(),
        refused::all(),
        revived::all(),
        twins::all(),
        unconfirmed::all(),
        unlinked_days::all(),
    ];
    all.extend(others.into_iter().flatten());
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
            "an edit in the moment in which an Activity gets the UID of its event is told by the next run",
            history(
                Options { devices: 2, ..USUAL },
                vec![
                    meanwhile(1, 15, Deed::Create { tag: 0, side: Creatio, kind: Meeting, value: 1 }),
                    meanwhile(1, 13, Deed::Edit { tag: 0, side: Creatio, what: Place, value: 2 }),
                    meanwhile(0, 14, Deed::Edit { tag: 0, side: Exchange, what: Place, value: 9 }),
                ],
            ),
        ),
        (
            "what Creatio made of notes, seen late by two devices, is no edit",
            history(
                Options { devices: 2, direction: Direction::Import, ..USUAL },
                vec![
                    run(1),
                    create(Exchange, Meeting),
                    late(&["creatio adds to notes"]),
                    Move::Together { seed: 14_547_824_086_775_730_296 },
                ],
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
