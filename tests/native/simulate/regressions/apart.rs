//! Those of accounts and devices that know nothing of each other: two mailboxes of one user, two
//! devices at once, rights that are lost for a time.

use super::{create, run};
use crate::chance::Chance;
use crate::simulate::history::{Direction, History, Move, Options, USUAL};
use crate::simulate::people::Kind::Meeting;
use crate::simulate::switches::Switches;
use schedule_sync::model::Side::Creatio;

/// From now on these switches are on, and no others.
fn switched(names: &[&'static str]) -> Move {
    Move::Switch(Box::new(Switches::named(&mut Chance::new(1), names)))
}

/// What each is about, and the history.
pub(super) fn all() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let mailboxes = Options { second: true, ..USUAL };
    vec![
        (
            "what one mailbox has is known there although its UID is that of the other's event",
            history(
                mailboxes,
                vec![
                    switched(&["graph late UIDs", "exchange late UIDs"]),
                    create(Creatio, Meeting),
                    run(1),
                    Move::Forget { device: 1 },
                ],
            ),
        ),
        (
            "so it is where nothing is imported",
            history(
                Options { direction: Direction::Export, ..mailboxes },
                vec![
                    switched(&["graph late UIDs", "exchange late UIDs"]),
                    create(Creatio, Meeting),
                    run(1),
                    Move::Forget { device: 1 },
                ],
            ),
        ),
    ]
}
