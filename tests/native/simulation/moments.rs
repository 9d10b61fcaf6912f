//! Every moment of a run: a person writes the very field that the run writes, to either side, at
//! each of its awaits in turn. Whoever is faster, nothing that a person wrote is lost; and once
//! another field was edited on the other side, the next run brings both over: what only a full
//! comparison would find is not waited for.

use super::history::{History, Move, Options, Trouble, USUAL};
use super::people::{Deed, Kind, What};
use super::promises::{Broken, Promise};
use super::switches::Switches;
use super::{Home, Manner, Stage, play_judged};
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
    /// Where the run writes what is new or edited.
    side: Side,
    /// Where the person writes.
    hand: Side,
    kind: Kind,
    is_new: bool,
    circumstance: Circumstance,
}

/// What was broken in any of the moments of `case`.
fn broken(case: Case) -> Vec<String> {
    let Case { home, side, hand, kind, is_new, circumstance } = case;
    let played = |nth: usize| {
        let mut moves = before(side, kind, is_new);
        let deed = edit(hand, 3);
        let meanwhile = |nth| Trouble::Meanwhile { nth, deed: deed.clone() };
        let trouble = match circumstance {
            Circumstance::Nothing => meanwhile(nth),
            Circumstance::Busy => {
                let earlier = Deed::Edit { tag: 0, side: hand, what: What::Body, value: 4 };
                let both = [Trouble::Meanwhile { nth: 2, deed: earlier }, meanwhile(nth - 2)];
                Trouble::Several(both.into())
            }
            Circumstance::Behind(seed) => {
                moves.push(Move::Switch(Box::new(Switches::named(&["creatio stale reads"], seed))));
                meanwhile(nth)
            }
        };
        moves.push(Move::Run { device: 0, trouble });
        moves.push(Move::Deed(Deed::Edit { tag: 0, side: hand.other(), what: What::When, value: 5 }));
        let history = History { options: Options { ..USUAL }, moves };
        let broken = play_judged(&history, Manner::at(home, false), after_a_run).broken;
        broken.into_iter().map(move |one| format!("{case:?}, {nth}: {}", one.what))
    };
    MOMENTS.flat_map(played).collect()
}

/// What is broken once the device has run, with no full comparison.
fn after_a_run(stage: &Stage) -> Vec<Broken> {
    let mut broken = Vec::new();
    let report = stage.calm(&stage.devices[0], &mut broken);
    stage.judged(&[report], Vec::new(), &mut broken);
    // a write that no reading shows yet is seen to by the run after
    broken.retain(|one| one.promise != Promise::Finished);
    broken
}

#[test]
fn what_a_person_writes_at_any_moment_of_a_run_is_kept() {
    let mut all = Vec::new();
    for home in [Home::Cloud, Home::Server] {
        for side in Side::BOTH {
            for kind in [Kind::Meeting, Kind::Task] {
                let case = Case { home, side, hand: side, kind, is_new: false, circumstance: Circumstance::Nothing };
                for hand in Side::BOTH {
                    all.extend(broken(Case { hand, is_new: true, ..case }));
                    all.extend(broken(Case { hand, ..case }));
                }
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
                let (side, hand) = (Side::Creatio, Side::Creatio);
                all.extend(broken(Case { home, side, hand, kind, is_new: false, circumstance }));
            }
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}
