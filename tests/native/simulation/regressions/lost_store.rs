//! Those of what stood on one side twice, since two devices, or one that lost its store, knew
//! different parts of what had happened.

use super::{create, edit, meanwhile, remove, run};
use crate::simulation::{
    history::{Abode, History, Move, Options, Trouble, USUAL},
    people::{
        Deed,
        Kind::{AllDay, Meeting, Private},
        What,
    },
};
use chrono_tz::Tz;
use schedule_sync::engine::settings::{self, Conflict, CreatioDelete, FieldDirection, FieldMap};
use schedule_sync::model::Side::{Creatio, Exchange};
use serde_json::json;

const YAKUTSK: Abode = Abode { tz: Tz::Asia__Yakutsk, name: "Yakutsk Standard Time" };
const HOVD: Abode = Abode { tz: Tz::Asia__Hovd, name: "W. Mongolia Standard Time" };

/// What each is about, and the history.
pub(super) fn all() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    let recur = Move::Deed(Deed::Repeat { tag: 0 });
    let cut = |device: usize, nth: usize| Move::Run { device, trouble: Trouble::Cut { nth } };
    vec![
        (
            "a private event that became a series, whose first day went before a second device saw it, is there once",
            history(
                Options {
                    creatio_delete: CreatioDelete::Leave,
                    private: settings::Private::Full,
                    fields: FieldMap { when: FieldDirection::In, ..USUAL.fields },
                    between: true,
                    completes: false,
                    groups: true,
                    ..pair
                },
                vec![
                    create(Exchange, Private),
                    run(1),
                    recur.clone(),
                    meanwhile(0, 18, Deed::Remove { tag: 1000, side: Exchange }),
                ],
            ),
        ),
        (
            "an event that a device without the loss made again is that of the pair where the later one is gone",
            history(
                Options { only_mine: true, between: true, months: [2, 1], groups: true, ..pair },
                vec![
                    create(Creatio, Meeting),
                    cut(1, 10),
                    cut(0, 9),
                    remove(Exchange),
                    edit(Creatio, What::Place, 12),
                    run(1),
                    edit(Creatio, What::When, 13),
                    remove(Exchange),
                ],
            ),
        ),
        (
            "an event of which only the listing tells, which may bear a mark, is not taken for new",
            history(
                Options {
                    conflict: Conflict::Creatio,
                    creatio_delete: CreatioDelete::Delete,
                    fields: FieldMap { status: FieldDirection::Out, ..USUAL.fields },
                    between: true,
                    months: [36, 1],
                    ..pair
                },
                vec![
                    create(Creatio, Meeting),
                    Move::Run {
                        device: 0,
                        trouble: Trouble::Several(vec![
                            Trouble::Status { nth: 12, status: 502, after: None },
                            Trouble::Status { nth: 23, status: 502, after: Some(400) },
                        ]),
                    },
                    Move::Forget { device: 0 },
                    edit(Creatio, What::Title, 9),
                    Move::Run {
                        device: 1,
                        trouble: Trouble::Several(vec![
                            Trouble::Lose { nth: 27, done: true },
                            Trouble::Fault(json!([{"times": 3, "then": {"status": 412}, "path": "/events"}])),
                            Trouble::Lose { nth: 0, done: false },
                            Trouble::Status { nth: 29, status: 412, after: None },
                        ]),
                    },
                ],
            ),
        ),
        (
            "an Activity that gave way to another one is not brought back beside it",
            history(
                Options {
                    conflict: Conflict::Newest,
                    creatio_delete: CreatioDelete::Leave,
                    notify: settings::Notify::Always,
                    private: settings::Private::Full,
                    months: [36, 3],
                    groups: true,
                    ..pair
                },
                vec![
                    create(Exchange, AllDay),
                    Move::Together { seed: 14_573_788_349_569_125_288 },
                    Move::Undo { device: 1 },
                    Move::Pass { minutes: 45_000 },
                    edit(Exchange, What::When, 3),
                    Move::Run {
                        device: 0,
                        trouble: Trouble::Several(vec![
                            Trouble::Status { nth: 17, status: 404, after: None },
                            Trouble::Fault(json!([{
                                "times": 1, "then": {"drop": "after"}, "server": "creatio",
                                "method": "DELETE", "path": "/Activity$",
                            }])),
                        ]),
                    },
                    Move::Undo { device: 0 },
                    edit(Exchange, What::Body, 6),
                    Move::Together { seed: 13_254_680_950_033_862_157 },
                    Move::Run { device: 1, trouble: Trouble::Status { nth: 18, status: 504, after: None } },
                    Move::Undo { device: 1 },
                ],
            ),
        ),
        (
            "an Activity whose event became a series without its day is asked about where its store is lost",
            history(
                Options {
                    only_mine: true,
                    completes: false,
                    months: [12, 36],
                    zone: HOVD,
                    colleagues_zone: HOVD,
                    ..USUAL
                },
                vec![
                    create(Exchange, AllDay),
                    run(0),
                    edit(Exchange, What::When, 9),
                    cut(0, 5),
                    Move::Undo { device: 0 },
                    Move::Forget { device: 0 },
                    recur,
                ],
            ),
        ),
        (
            "an event that a browser without links finds, and can't read for a while, is not made a second time",
            history(
                Options {
                    only_mine: true,
                    between: true,
                    groups: true,
                    zone: YAKUTSK,
                    colleagues_zone: YAKUTSK,
                    ..pair
                },
                vec![
                    create(Creatio, Meeting),
                    Move::Run { device: 0, trouble: Trouble::Stop { nth: 2 } },
                    Move::Run {
                        device: 1,
                        trouble: Trouble::Several(vec![Trouble::Cut { nth: 27 }, Trouble::Cut { nth: 15 }]),
                    },
                ],
            ),
        ),
    ]
}
