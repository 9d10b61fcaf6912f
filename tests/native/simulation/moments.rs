//! Every moment of a run: a person writes the very field that the run writes, to the very side, at
//! each of its awaits in turn. Whoever is faster, nothing that a person wrote is lost.

use super::history::{History, Move, Options, Trouble, USUAL};
use super::people::{Deed, Kind, What};
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

/// What was broken in any of these moments; `is_busy`: the person has written another field there
/// since the run began.
fn broken(home: Home, (side, kind, is_new): (Side, Kind, bool), is_busy: bool) -> Vec<String> {
    let played = |nth: usize| {
        let mut moves = before(side, kind, is_new);
        let deed = edit(side, 3);
        let trouble = if is_busy {
            let earlier = Deed::Edit { tag: 0, side, what: What::Body, value: 4 };
            let both = [Trouble::Meanwhile { nth: 2, deed: earlier }, Trouble::Meanwhile { nth: nth - 2, deed }];
            Trouble::Several(both.into())
        } else {
            Trouble::Meanwhile { nth, deed }
        };
        moves.push(Move::Run { device: 0, trouble });
        let history = History { options: Options { ..USUAL }, moves };
        let broken = play(&history, Manner::at(home, false)).broken;
        broken
            .into_iter()
            .map(move |one| format!("{home:?}, {kind:?}, new {is_new}, busy {is_busy}, to {side}, {nth}: {}", one.what))
    };
    MOMENTS.flat_map(played).collect()
}

#[test]
fn what_a_person_writes_at_any_moment_of_a_run_is_kept() {
    let mut all = Vec::new();
    for home in [Home::Cloud, Home::Server] {
        for side in Side::BOTH {
            for kind in [Kind::Meeting, Kind::Task] {
                for is_new in [true, false] {
                    all.extend(broken(home, (side, kind, is_new), false));
                }
                all.extend(broken(home, (side, kind, false), true));
            }
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}
