//! Those of meetings that have two Activities: made under two names, before and after it was
//! reshaped, or by two mailboxes of one user.

use super::{create, edit, remove, run, turned};
use crate::simulation::{
    history::{Direction, History, Move, Options, USUAL},
    people::{
        Deed,
        Kind::{AllDay, Invited, Meeting, Series, Shared},
        What,
    },
};
use schedule_sync::engine::settings::{ExchangeDelete, FieldDirection, FieldMap};
use schedule_sync::model::Side::{self, Creatio, Exchange};

/// What each is about, and the history.
pub(super) fn all() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let recur = Move::Deed(Deed::Repeat { tag: 0 });
    let unite = Move::Deed(Deed::Single { tag: 0 });
    let import = Options { direction: Direction::Import, ..USUAL };
    vec![
        (
            "an imported event that became a series is there once where a lost store and lost rights hid its Activity",
            history(USUAL, blind(create(Exchange, Meeting), &recur)),
        ),
        ("so is one with guests", history(USUAL, blind(create(Exchange, Invited), &recur))),
        ("so is an exported one", history(USUAL, blind(create(Creatio, Meeting), &recur))),
        ("so is an exported one, while nothing is exported any more", history(USUAL, no_longer_exported(&recur))),
        ("so is a series that became a single event", history(import, blind(create(Exchange, Series), &unite))),
        (
            "neither is exported by a browser that lost its store once more",
            history(
                USUAL,
                [
                    blind(create(Exchange, Meeting), &recur),
                    vec![turned(&[]), Move::Forget { device: 0 }, run(0), run(0)],
                ]
                .concat(),
            ),
        ),
        (
            "what was written meanwhile in the second Activity is asked about",
            history(
                USUAL,
                [blind(create(Exchange, Meeting), &recur), vec![edit_first(Creatio, What::Title, 7), turned(&[])]]
                    .concat(),
            ),
        ),
        (
            "an event that was moved and became a series before a second device saw it is there once",
            history(
                Options { devices: 2, ..USUAL },
                vec![create(Exchange, AllDay), run(0), edit(Exchange, What::When, 3), recur, run(1)],
            ),
        ),
        (
            "of an early Activity that was edited, and the one in which colleagues meet, a person is asked which stays",
            history(
                Options { colleague: true, fields: FieldMap { people: FieldDirection::In, ..USUAL.fields }, ..USUAL },
                vec![
                    turned(&["graph late UIDs", "exchange late UIDs"]),
                    create(Exchange, Shared),
                    run(0),
                    edit(Exchange, What::Title, 5),
                    run(1),
                    edit(Creatio, What::Title, 11),
                ],
            ),
        ),
        (
            "what is revived from two mailboxes of one user is one Activity",
            history(
                Options { second: true, exchange_delete: ExchangeDelete::Leave, ..USUAL },
                vec![
                    create(Creatio, Meeting),
                    run(1),
                    run(0),
                    remove(Creatio),
                    edit(Exchange, What::When, 16),
                    Move::Deed(Deed::Away(Box::new(Deed::Edit {
                        tag: 0,
                        side: Exchange,
                        what: What::Title,
                        value: 18,
                    }))),
                ],
            ),
        ),
    ]
}

/// An edit of the first occurrence of what became a series.
const fn edit_first(side: Side, what: What, value: usize) -> Move {
    Move::Deed(Deed::Edit { tag: 1000, side, what, value })
}

/// [`blind`], of an event that was exported, after which the user only imports.
fn no_longer_exported(reshape: &Move) -> Vec<Move> {
    let mut moves = blind(create(Creatio, Meeting), reshape);
    let import = Options { direction: Direction::Import, ..USUAL };
    moves.insert(2, Move::Settings(Box::new(import)));
    moves
}

/// Something is synchronised and reshaped, and a device that lost its store reads it while nobody
/// may read Activities.
fn blind(made: Move, reshaped: &Move) -> Vec<Move> {
    vec![made, run(0), reshaped.clone(), turned(&["creatio lost rights"]), Move::Forget { device: 0 }, run(0)]
}
