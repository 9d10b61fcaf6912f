//! Those of creations that a server refused, and tasks that two devices made at once.

use super::{create, edit, meanwhile, run};
use crate::simulation::history::{Direction, History, Move, Options, Trouble, USUAL, told};
use crate::simulation::people::{
    Deed,
    Kind::{Invited, Meeting, Task},
    What::{Body, Title, When},
};
use schedule_sync::engine::settings::{Conflict, CreatioDelete, ExchangeDelete};
use schedule_sync::model::Side::{Creatio, Exchange};
use serde_json::json;

/// What each is about, and the history.
pub(super) fn all() -> Vec<(&'static str, History)> {
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
