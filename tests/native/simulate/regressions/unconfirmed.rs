//! Those of creations that a run was cut off from, and of those that met what another device had
//! made by the same transaction.

use super::{create, edit, remove, run};
use crate::simulate::history::{History, Move, Options, Trouble, USUAL};
use crate::simulate::people::Kind::Meeting;
use crate::simulate::people::What::{Title, When};
use crate::simulate::switches::Switches;
use sandbox::graph::Endless;
use schedule_sync::model::Side::{self, Creatio, Exchange};

/// Of the awaits of a run that creates one item, those around the creation and its confirmation.
const AWAITS: std::ops::Range<usize> = 26..34;

/// What each is about, and the history.
pub(super) fn all() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let mut all = vec![(
        "what another device created is not written over as it was when somebody has edited it since",
        history(
            Options { devices: 2, ..USUAL },
            vec![
                create(Creatio, Meeting),
                Move::Switch(Box::new(unread_calendar())),
                run(0),
                edit(Exchange, When, 14),
                run(1),
            ],
        ),
    )];
    for nth in AWAITS {
        let what = "what a run was cut off from, somebody edited and then removed stays away";
        all.push((what, history(USUAL, cut_off(Creatio, nth))));
        all.push((what, history(USUAL, cut_off(Exchange, nth))));
    }
    all
}

/// No listing of the calendar comes to an end, and no UID is told yet: what another device made is
/// known by its transaction alone.
fn unread_calendar() -> Switches {
    let mut switches = Switches::named(&["graph late UIDs"], 1);
    switches.graph.endless = [("Calendar".to_owned(), Endless::Same)].into();
    switches
}

/// The run that creates the counterpart of what began on `side` is cut off; somebody edits that,
/// and removes it after the next run.
fn cut_off(side: Side, nth: usize) -> Vec<Move> {
    let other = side.other();
    vec![
        create(side, Meeting),
        Move::Run { device: 0, trouble: Trouble::Crash { nth, done: true } },
        edit(other, Title, 11),
        run(0),
        remove(other),
    ]
}
