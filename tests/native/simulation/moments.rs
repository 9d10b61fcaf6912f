//! Every moment of a run: a person writes the very field that the run writes, to the very side, at
//! each of its awaits in turn. Whoever is faster, nothing that a person wrote is lost.

use super::history::{History, Move, Options, Trouble, USUAL};
use super::people::{Deed, Kind, What};
use super::switches::Switches;
use super::{Home, Manner, play};
use schedule_sync::model::Side;

/// The awaits of these runs from the last readings before they decide to their end.
const MOMENTS: std::ops::Range<usize> = 12..34;

const fn edit(side: Side, value: usize) -> Deed {
    Deed::Edit { tag: 0, side, what: What::Title, value }
}

/// A run that writes to `side` what a person wrote on the other, a new item or an edit of one.
fn before(side: Side, kind: Kind, is_new: bool) -> Vec<Move> {
    let create = Move::Deed(Deed::Create { tag: 0, side: side.other(), kind, value: 1 });
    let run = Move::Run { device: 0, trouble: Trouble::Nothing };
    if is_new { vec![create] } else { vec![create, run, Move::Deed(edit(side.other(), 2))] }
}

/// What else there is in the run.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Circumstance {
    Nothing,
    /// The person has written another field there since the run began.
    Busy,
    /// What Creatio answers is behind; the number chooses by how much.
    Behind(u64),
}

/// A run in which the person writes.
#[derive(Clone, Copy, Debug)]
struct Case {
    home: Home,
    /// Where the run and the person write.
    side: Side,
    kind: Kind,
    is_new: bool,
    circumstance: Circumstance,
}

/// What was broken in any of the moments of `case`.
fn broken(case: Case) -> Vec<String> {
    let Case { home, side, kind, is_new, circumstance } = case;
    let played = |nth: usize| {
        let mut moves = before(side, kind, is_new);
        let deed = edit(side, 3);
        let meanwhile = |nth| Trouble::Meanwhile { nth, deed: deed.clone() };
        let trouble = match circumstance {
            Circumstance::Nothing => meanwhile(nth),
            Circumstance::Busy => {
                let earlier = Deed::Edit { tag: 0, side, what: What::Body, value: 4 };
                let both = [Trouble::Meanwhile { nth: 2, deed: earlier }, meanwhile(nth - 2)];
                Trouble::Several(both.into())
            }
            Circumstance::Behind(seed) => {
                moves.push(Move::Switch(Box::new(Switches::named(&["creatio stale reads"], seed))));
                meanwhile(nth)
            }
        };
        moves.push(Move::Run { device: 0, trouble });
        let history = History { options: Options { ..USUAL }, moves };
        let broken = play(&history, Manner::at(home, false)).broken;
        broken.into_iter().map(move |one| format!("{case:?}, {nth}: {}", one.what))
    };
    MOMENTS.flat_map(played).collect()
}

#[test]
fn what_a_person_writes_at_any_moment_of_a_run_is_kept() {
    let mut all = Vec::new();
    for home in [Home::Cloud, Home::Server] {
        for side in Side::BOTH {
            for kind in [Kind::Meeting, Kind::Task] {
                let case = Case { home, side, kind, is_new: false, circumstance: Circumstance::Nothing };
                all.extend(broken(Case { is_new: true, ..case }));
                all.extend(broken(case));
                all.extend(broken(Case { circumstance: Circumstance::Busy, ..case }));
            }
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn what_a_person_writes_is_kept_though_readings_are_behind() {
    let mut all = Vec::new();
    for home in [Home::Cloud, Home::Server] {
        for kind in [Kind::Meeting, Kind::Task] {
            // a minute, and five seconds
            for circumstance in [Circumstance::Behind(1), Circumstance::Behind(2)] {
                all.extend(broken(Case { home, side: Side::Creatio, kind, is_new: false, circumstance }));
            }
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}
