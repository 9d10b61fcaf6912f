//! Those of what stood on one side twice, since two devices, or one that lost its store, knew
//! different parts of what had happened.

use super::{create, meanwhile, run};
use crate::simulate::{
    history::{History, Move, Options, USUAL},
    people::{Deed, Kind::Private},
};
use schedule_sync::engine::settings::{self, CreatioDelete, FieldDirection, FieldMap};
use schedule_sync::model::Side::Exchange;

/// What each is about, and the history.
pub(super) fn all() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    let recur = Move::Deed(Deed::Repeat { tag: 0 });

    vec![(
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
                recur,
                meanwhile(0, 18, Deed::Remove { tag: 1000, side: Exchange }),
            ],
        ),
    )]
}
