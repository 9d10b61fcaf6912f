//! Each promise is seen to be broken by a bug that is planted for it: a history in which it holds,
//! and doesn't with the bug.

use super::bug::Bug;
use super::history::{History, Move, Options, Trouble, USUAL};
use super::people::{Deed, Kind, What};
use super::promises::Promise;
use super::{Home, Manner, play};
use schedule_sync::engine::settings::{Conflict, CreatioDelete};
use schedule_sync::model::Side::{Creatio, Exchange};

const fn run() -> Move {
    Move::Run { device: 0, trouble: Trouble::Nothing }
}

/// The promise, the bug, and a history that shows it.
fn rows() -> Vec<(Promise, Bug, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let create = |side, kind| Move::Deed(Deed::Create { tag: 0, side, kind, value: 1 });
    let edit = |side, value| Move::Deed(Deed::Edit { tag: 0, side, what: What::Title, value });
    let edited = || history(USUAL, vec![create(Creatio, Kind::Meeting), run(), edit(Creatio, 2)]);
    let leave = Options { creatio_delete: CreatioDelete::Leave, ..USUAL };
    let newer = Options { conflict: Conflict::Creatio, ..USUAL };
    let clash = |options| {
        let edits = [edit(Creatio, 2), edit(Exchange, 3)];
        history(options, [create(Creatio, Kind::Meeting), run()].into_iter().chain(edits).collect())
    };
    vec![
        (Promise::Ends, Bug::Panics, edited()),
        (Promise::Ends, Bug::Waits, edited()),
        (Promise::Runs, Bug::Fails, edited()),
        (Promise::Finished, Bug::Delays, edited()),
        (Promise::Quiet, Bug::Fidgets, edited()),
        (Promise::Mails, Bug::Invites, edited()),
        (Promise::Once, Bug::Doubles, edited()),
        (Promise::Kept, Bug::ForgetsHistory, clash(newer)),
        (Promise::Alive, Bug::Deletes, history(USUAL, vec![create(Exchange, Kind::Meeting), run(), edit(Creatio, 2)])),
        (
            Promise::Gone,
            Bug::ForgetsTombstones,
            history(
                leave,
                vec![create(Creatio, Kind::Task), run(), Move::Deed(Deed::Remove { tag: 0, side: Exchange })],
            ),
        ),
        (Promise::InStep, Bug::Omits, edited()),
        (Promise::Discreet, Bug::Tells, history(USUAL, vec![create(Exchange, Kind::Private)])),
        (Promise::Answers, Bug::ForgetsAnswers, clash(USUAL)),
    ]
}

#[test]
fn each_promise_notices_its_planted_bug() {
    for (promise, bug, history) in rows() {
        let broken = |bug| play(&history, Manner { home: Home::Cloud, check: false, bug }).broken;
        let without = broken(None);
        assert!(without.iter().all(|one| one.promise != promise), "without a bug: {without:?}");
        let with = broken(Some(bug));
        assert!(with.iter().any(|one| one.promise == promise), "{promise:?} does not notice {bug:?}: {with:?}");
    }
}

#[test]
fn no_promise_is_left_out() {
    let promises = [
        Promise::Ends,
        Promise::Runs,
        Promise::Finished,
        Promise::Quiet,
        Promise::Mails,
        Promise::Once,
        Promise::Kept,
        Promise::Alive,
        Promise::Gone,
        Promise::InStep,
        Promise::Discreet,
        Promise::Answers,
    ];
    let rows = rows();
    for promise in promises {
        assert!(rows.iter().any(|(planted, ..)| *planted == promise), "nothing is planted for {promise:?}");
    }
}
