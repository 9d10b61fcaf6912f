//! Those of fields that clash or go one way, and pairs that are revived.

use super::{create, edit, remove, run};
use crate::simulation::history::{Direction, History, Move, Options, USUAL};
use crate::simulation::people::{
    Deed,
    Kind::{Invited, Meeting, Task},
    What::{Body, Place, Title},
};
use schedule_sync::engine::settings::{Conflict, CreatioDelete};
use schedule_sync::model::Side::{Creatio, Exchange};

/// What each is about, and the history.
pub(super) fn all() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
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
            "a device whose base is of before a revival adopts what another device revived",
            history(
                Options { conflict: Conflict::Newest, ..pair },
                vec![
                    create(Creatio, Meeting),
                    run(0),
                    run(1),
                    edit(Creatio, Place, 4),
                    remove(Exchange),
                    run(1),
                    edit(Exchange, Title, 5),
                    edit(Creatio, Body, 6),
                    run(0),
                    run(1),
                ],
            ),
        ),
    ]
}
