//! Those of what two devices revive, colleagues put back, or no reply ever confirmed.

use super::{create, edit, meanwhile, remove, run};
use crate::simulation::history::{History, Move, Options, Trouble, USUAL, told};
use crate::simulation::people::{
    Deed,
    Kind::{self, Invited, Meeting, Task},
    What::{Body, Title, When},
};
use schedule_sync::engine::settings::{Conflict, CreatioDelete, ExchangeDelete};
use schedule_sync::model::Side::{Creatio, Exchange};
use serde_json::json;

/// What each is about, and the history.
pub(super) fn all() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    let mailboxes = Options { second: true, between: true, ..pair };
    let struck = |fault| Move::Run { device: 0, trouble: Trouble::Fault(fault) };
    vec![
        (
            "what another device makes again after an undo is no copy of what was taken back",
            history(
                pair,
                vec![
                    run(1),
                    create(Creatio, Kind::AllDay),
                    Move::Run {
                        device: 1,
                        trouble: Trouble::Several(vec![
                            Trouble::Status { nth: 13, status: 412, after: Some(400) },
                            Trouble::Status { nth: 10, status: 404, after: Some(400) },
                            Trouble::Lose { nth: 22, done: true },
                        ]),
                    },
                    run(0),
                    Move::Undo { device: 0 },
                    Move::Pass { minutes: 45_000 },
                ],
            ),
        ),
        ("a task that two mailboxes revive is one task", history(mailboxes, edited_in_both())),
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

/// A task is in both mailboxes of the user, and is edited in each. One browser has seen one of the
/// edits when it is removed in Creatio; the other has seen none, and knows one mailbox only.
fn edited_in_both() -> Vec<Move> {
    let there = Deed::Edit { tag: 0, side: Exchange, what: When, value: 8 };
    vec![
        create(Exchange, Task),
        run(0),
        run(1),
        run(2),
        Move::Deed(Deed::Away(Box::new(there))),
        edit(Exchange, When, 10),
        run(0),
        remove(Creatio),
    ]
}
