//! Those of readings that are late, stores that are lost, and lists with another id.

use super::{create, edit, meanwhile, remove, run, turned};
use crate::simulation::history::{Abode, History, Move, Options, Trouble, USUAL, told};
use crate::simulation::people::{
    Deed,
    Kind::{self, Meeting, Task},
    What::{Title, When},
};
use chrono_tz::Tz;
use sandbox::graph::Quirks;
use schedule_sync::engine::settings::{Conflict, CreatioDelete, ExchangeDelete};
use schedule_sync::model::Side::{Creatio, Exchange};
use serde_json::json;

const WARSAW: Abode = Abode { tz: Tz::Europe__Warsaw, name: "Central European Standard Time" };

/// What each is about, and the history.
pub(super) fn all() -> Vec<(&'static str, History)> {
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
            "the UID of an event that is told late is written to no Activity that is gone",
            history(
                USUAL,
                vec![
                    turned(&["exchange late UIDs", "graph late UIDs"]),
                    create(Exchange, Meeting),
                    run(0),
                    remove(Creatio),
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
            "a list that gets another id twice, with a run in between that does not end, keeps its links",
            history(
                Options {
                    conflict: Conflict::Exchange,
                    only_mine: true,
                    between: true,
                    months: [2, 36],
                    zone: WARSAW,
                    colleagues_zone: WARSAW,
                    ..pair
                },
                vec![
                    create(Exchange, Task),
                    Move::Run { device: 0, trouble: Trouble::Stop { nth: 1 } },
                    Move::Renumber,
                    Move::Together { seed: 16_683_809_044_148_445_525 },
                    Move::Renumber,
                    Move::Undo { device: 1 },
                    Move::Run { device: 0, trouble: Trouble::Status { nth: 27, status: 403, after: Some(2) } },
                    Move::Renumber,
                ],
            ),
        ),
    ]
}
