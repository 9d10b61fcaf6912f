//! Those of what moved from one link, mailbox or day to another.

use super::{create, edit, meanwhile, remove, run};
use crate::simulation::history::{Direction, History, Move, Options, Trouble, USUAL};
use crate::simulation::people::{
    Deed,
    Kind::{self, Meeting},
    What::{Body, Place, When},
};
use sandbox::graph::Quirks;
use schedule_sync::engine::settings::{Conflict, CreatioDelete};
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
