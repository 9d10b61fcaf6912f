//! Days of a series, and the single event that it was or is, which no link tells to be one: links
//! were lost, belong to another device, or to an Activity that could not be read for a time.

use super::apart::unanswered;
use super::{create, edit, run, turned};
use crate::simulation::{
    history::{Abode, Direction, History, Move, Options, Trouble, USUAL},
    people::{
        Deed,
        Kind::{AllDay, Meeting, Series, Shared, Task},
        What,
    },
};
use chrono_tz::Tz;
use schedule_sync::engine::settings::{Conflict, CreatioDelete, ExchangeDelete, FieldDirection, FieldMap};
use schedule_sync::model::Side::{Creatio, Exchange};

const YEKATERINBURG: Abode = Abode { tz: Tz::Asia__Yekaterinburg, name: "Ekaterinburg Standard Time" };
const LA_PAZ: Abode = Abode { tz: Tz::America__La_Paz, name: "SA Western Standard Time" };
const ANCHORAGE: Abode = Abode { tz: Tz::America__Anchorage, name: "Alaskan Standard Time" };

/// What each is about, and the history.
pub(super) fn all() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    let shared = Options { colleague: true, ..USUAL };
    let chosen = Options { groups: true, ..USUAL };
    let recur = || Move::Deed(Deed::Repeat { tag: 0 });
    let unite = || Move::Deed(Deed::Single { tag: 0 });
    let forget = || Move::Forget { device: 0 };
    let no_rights = || turned(&["creatio lost rights"]);
    let month = || Move::Pass { minutes: 45_000 };
    let day = |value: usize| Move::Deed(Deed::Create { tag: 0, side: Creatio, kind: AllDay, value });
    let late_uids = || turned(&["exchange late UIDs", "graph late UIDs"]);
    let undo = || Move::Undo { device: 1 };
    vec![
        (
            "a day of what is a single event again takes the place of no Activity that a person removed",
            history(
                Options { conflict: Conflict::Creatio, creatio_delete: CreatioDelete::Leave, groups: true, ..USUAL },
                vec![
                    create(Creatio, Meeting),
                    run(0),
                    recur(),
                    run(0),
                    unite(),
                    forget(),
                    run(0),
                    Move::Deed(Deed::Remove { tag: 0, side: Creatio }),
                ],
            ),
        ),
        (
            "an exported Activity whose event was moved before it became a series is its first occurrence, unlinked",
            history(USUAL, vec![day(1), run(0), edit(Exchange, What::When, 2), recur(), forget()]),
        ),
        (
            "so is one that was itself moved before that: a person is asked for the time",
            history(
                Options { conflict: Conflict::Newest, zone: ANCHORAGE, colleagues_zone: ANCHORAGE, ..pair },
                vec![day(6), run(0), edit(Creatio, What::When, 10), forget(), recur()],
            ),
        ),
        (
            "what another device imports of a series whose first Activity is gone takes the place of no other day",
            history(
                Options {
                    conflict: Conflict::Exchange,
                    exchange_delete: ExchangeDelete::Leave,
                    fields: FieldMap { reminder: FieldDirection::Out, ..USUAL.fields },
                    between: true,
                    months: [36, 1],
                    colleague: true,
                    second: true,
                    zone: YEKATERINBURG,
                    colleagues_zone: LA_PAZ,
                    ..pair
                },
                vec![
                    Move::Deed(Deed::Away(Box::new(Deed::Create { tag: 1, side: Creatio, kind: Meeting, value: 2 }))),
                    run(0),
                    Move::Deed(Deed::Remove { tag: 1, side: Creatio }),
                    Move::Deed(Deed::Repeat { tag: 1 }),
                    run(1),
                    Move::Deed(Deed::Edit { tag: 1, side: Creatio, what: What::Title, value: 6 }),
                ],
            ),
        ),
        (
            "a meeting that was imported before its UID was told and became a series has one Activity for its day",
            history(
                Options { devices: 2, ..shared },
                vec![turned(&["exchange late UIDs", "graph late UIDs"]), create(Exchange, Shared), run(1), recur()],
            ),
        ),
        (
            "an undo brings back no day beside what another device made of the single event",
            history(pair, vec![create(Exchange, Series), run(1), unite(), undo(), run(0), month(), undo()]),
        ),
        (
            "of two Activities of which neither user could read the other's, the older stays when both are one event",
            history(shared, vec![create(Exchange, Shared), no_rights(), run(0), recur(), run(1), run(1), unite()]),
        ),
        (
            "the first day of a series gives way to the Activity that was exported and could not be read",
            history(USUAL, vec![late_uids(), create(Creatio, Meeting), run(0), recur(), forget(), no_rights(), run(0)]),
        ),
        (
            "so it does for a browser that lost its store a second time",
            history(
                USUAL,
                vec![late_uids(), create(Creatio, Meeting), run(0), recur(), forget(), no_rights(), run(0), forget()],
            ),
        ),
        (
            "so it does after the meeting: a person is asked about the second one",
            history(
                USUAL,
                vec![
                    late_uids(),
                    create(Creatio, Meeting),
                    run(0),
                    month(),
                    recur(),
                    forget(),
                    no_rights(),
                    run(0),
                    forget(),
                ],
            ),
        ),
        (
            "a task whose Activity could not be read in a browser's first run is exported no second time",
            history(
                USUAL,
                vec![
                    create(Creatio, Task),
                    run(0),
                    forget(),
                    no_rights(),
                    Move::Run { device: 0, trouble: Trouble::Stop { nth: 2 } },
                ],
            ),
        ),
        (
            "the Activity of a day is that of the single event which its series became, also once that was moved",
            history(
                USUAL,
                vec![
                    create(Exchange, Meeting),
                    no_rights(),
                    recur(),
                    run(0),
                    unite(),
                    forget(),
                    unanswered(),
                    edit(Exchange, What::When, 33),
                ],
            ),
        ),
        (
            "an edit that may not go over wakes no pair that was taken back",
            history(
                chosen,
                vec![
                    create(Creatio, Meeting),
                    run(0),
                    Move::Undo { device: 0 },
                    Move::Settings(Box::new(Options { direction: Direction::Import, ..chosen })),
                    run(0),
                    edit(Creatio, What::Title, 8),
                    run(0),
                    Move::Pass { minutes: 1500 },
                ],
            ),
        ),
    ]
}
