//! Histories that once broke a promise, shrunk. They are always played.

use super::history::{Direction, History, Move, Options, Trouble};
use super::people::{Deed, Kind, What};
use schedule_sync::engine::settings::{Conflict, CreatioDelete, ExchangeDelete};
use schedule_sync::model::Side;
use serde_json::json;

const USUAL: Options = Options {
    direction: Direction::Both,
    conflict: Conflict::Ask,
    creatio_delete: CreatioDelete::Mark,
    exchange_delete: ExchangeDelete::Delete,
    devices: 1,
    colleague: false,
};

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

/// What each is about, and the history.
pub(crate) fn all() -> Vec<(&'static str, History)> {
    use Kind::{Invited, Meeting, Task};
    use Side::{Creatio, Exchange};
    use What::{Body, Place, Title};
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
    ]
}
