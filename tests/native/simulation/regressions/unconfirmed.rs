//! Those of creations that a run was cut off from, and of those that met what another device had
//! made by the same transaction.

use super::{create, edit, remove, run};
use crate::simulation::history::{History, Move, Options, Trouble, USUAL};
use crate::simulation::people::Kind::Meeting;
use crate::simulation::people::What::{Place, Title, When};
use crate::simulation::switches::Switches;
use sandbox::graph::Endless;
use schedule_sync::model::Side::{Creatio, Exchange};

/// Of the awaits of a run that exports one item, those around the creation and its confirmation.
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
        all.push((what, history(USUAL, cut_off(nth))));
    }
    for nth in 20..40 {
        let what = "what the run of another mailbox was cut off from looks like an edit there";
        all.push((what, history(Options { second: true, ..USUAL }, cut_off_there(nth))));
    }
    all
}

/// The run of another mailbox that writes an edit is cut off; a run of this one follows, and
/// somebody removes the Activity.
fn cut_off_there(nth: usize) -> Vec<Move> {
    vec![
        create(Creatio, Meeting),
        run(1),
        edit(Creatio, Place, 13),
        Move::Run { device: 1, trouble: Trouble::Crash { nth, done: true } },
        run(0),
        remove(Creatio),
    ]
}

/// No listing of the calendar comes to an end, and no UID is told yet: what another device made is
/// known by its transaction alone.
fn unread_calendar() -> Switches {
    let mut switches = Switches::named(&["graph late UIDs"], 1);
    switches.graph.endless = [("Calendar".to_owned(), Endless::Same)].into();
    switches
}

/// The run that exports an Activity is cut off; somebody edits the event, and removes it after the
/// next run.
fn cut_off(nth: usize) -> Vec<Move> {
    vec![
        create(Creatio, Meeting),
        Move::Run { device: 0, trouble: Trouble::Crash { nth, done: true } },
        edit(Exchange, Title, 11),
        run(0),
        remove(Exchange),
    ]
}
