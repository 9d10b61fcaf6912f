//! Those of what a person is asked, and what the history says of it.

use super::{BAGHDAD, DATELINE, SAO_TOME, create, edit, remove, run, turned};
use crate::simulation::history::{Direction, History, Move, Options, Trouble, USUAL};
use crate::simulation::people::{
    Deed,
    Kind::{self, Meeting, Task},
    What::{self, Title, When},
};
use schedule_sync::engine::settings::{Conflict, CreatioDelete, FieldDirection, FieldMap, Notify, Private};
use schedule_sync::model::Side::{Creatio, Exchange};

/// What each is about, and the history.
pub(super) fn all() -> Vec<(&'static str, History)> {
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
        (
            "what a person leaves while no Activity can be read stays as it then is on both sides",
            history(
                Options { notify: Notify::Ask, private: Private::Full, groups: true, ..USUAL },
                vec![
                    create(Exchange, Kind::Series),
                    run(0),
                    Move::Deed(Deed::Edit { tag: 1003, side: Exchange, what: Title, value: 7 }),
                    turned(&["creatio lost rights"]),
                    run(0),
                    Move::Answer { device: 0, seed: 18_420_246_470_687_733_713 },
                    run(0),
                ],
            ),
        ),
    ]
}
