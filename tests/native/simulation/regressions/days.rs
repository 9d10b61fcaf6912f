//! Days of what is no series any more: in another mailbox of the user, and as devices see them that
//! have no links.

use super::super::history::{History, Move, Options, USUAL};
use super::super::people::{Deed, Kind, What};
use super::super::switches::Switches;
use super::{create, edit, run, turned};
use schedule_sync::engine::settings::Private;
use schedule_sync::model::Side::{Creatio, Exchange};

/// What each is about, and the history.
pub(super) fn all() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let series = create(Exchange, Kind::Series);
    let unite = Move::Deed(Deed::Single { tag: 0 });
    let between = Options { second: true, between: true, ..USUAL };
    let both = Options { devices: 2, ..between };
    let pair = Options { devices: 2, private: Private::Full, ..USUAL };
    let private = create(Exchange, Kind::Private);
    let recur = Move::Deed(Deed::Repeat { tag: 0 });
    let later = edit(Exchange, What::When, 16);
    let undo = Move::Undo { device: 0 };
    // participants can't be read
    let failing = Move::Switch(Box::new(Switches::named(&["creatio failing"], 2)));
    let all_day = Move::Deed(Deed::Create { tag: 0, side: Exchange, kind: Kind::AllDay, value: 11 });
    let moved = vec![all_day, run(0), edit(Exchange, What::When, 14)];
    let forgotten = vec![series.clone(), run(0), unite.clone(), later, recur.clone(), Move::Forget { device: 0 }];
    vec![
        ("a browser that lost its store knows the days of a series that got another time", history(USUAL, forgotten)),
        (
            "days that a person puts beside those that went to the user's other mailbox are not asked for",
            history(
                between,
                vec![
                    create(Creatio, Kind::Meeting),
                    run(0),
                    recur.clone(),
                    run(0),
                    run(1),
                    unite.clone(),
                    Move::Deed(Deed::Away(Box::new(Deed::Repeat { tag: 0 }))),
                ],
            ),
        ),
        (
            "days that went to the user's other mailbox stay there as long as their Activities do",
            history(between, vec![series.clone(), run(0), run(1), unite.clone()]),
        ),
        (
            "a device without links exports no day again that only the other mailbox still has",
            history(both, vec![series.clone(), run(0), run(2), unite.clone()]),
        ),
        (
            "days of a series are not exported again beside the event that is left, while that rests",
            history(
                USUAL,
                vec![
                    series.clone(),
                    run(0),
                    Move::Forget { device: 0 },
                    unite.clone(),
                    run(0),
                    Move::Undo { device: 0 },
                ],
            ),
        ),
        (
            "an Activity that was made again at rest, on the day before its event was moved, is of that event's day",
            history(USUAL, [moved.clone(), vec![undo.clone(), undo.clone(), recur.clone()]].concat()),
        ),
        (
            "a device that knew an event before it was made again knows the series that it became",
            history(
                Options { devices: 2, ..USUAL },
                vec![
                    create(Creatio, Kind::Meeting),
                    run(1),
                    run(0),
                    Move::Undo { device: 1 },
                    Move::Undo { device: 1 },
                    recur.clone(),
                ],
            ),
        ),
        (
            "a pair that was taken back while no participants could be read goes on to rest",
            history(USUAL, [moved, vec![failing, run(0), undo, recur.clone()]].concat()),
        ),
        (
            "days of a series live while a server does not expand it",
            history(
                USUAL,
                vec![series, run(0), turned(&["graph unexpanded series"]), Move::Pass { minutes: 1500 }, run(0)],
            ),
        ),
        (
            "a device without links knows the Activity that is left of a private series",
            history(pair, vec![private.clone(), recur.clone(), run(1), unite]),
        ),
        (
            "a device without links knows the Activity of a private event that became a series",
            history(pair, vec![private, run(1), recur]),
        ),
    ]
}
