//! Those of what one device does while another is not yet told of it.

use super::{create, edit, meanwhile, remove, run};
use crate::simulation::history::{History, Move, Options, Trouble, USUAL, told};
use crate::simulation::people::{
    Deed,
    Kind::{self, Invited, Meeting, Task},
    What::{Body, Title, When},
};
use sandbox::graph::Quirks;
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
            "a clash goes on to wait where one side is read for what bears the same mark",
            history(
                pair,
                vec![
                    create(Creatio, Task),
                    Move::Together { seed: 2 },
                    edit(Exchange, Body, 12),
                    run(1),
                    edit(Exchange, Body, 14),
                    Move::Forget { device: 1 },
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
