//! Those of accounts and devices that know nothing of each other: two mailboxes of one user, two
//! devices at once, rights that are lost for a time.

use super::{create, edit, run, turned};
use crate::simulation::{
    history::{Direction, History, Move, Options, Trouble, USUAL},
    people::{
        Deed,
        Kind::{self, AllDay, Meeting, Private, Shared, Task},
        What,
    },
};
use schedule_sync::engine::settings::{Conflict, CreatioDelete, ExchangeDelete, FieldDirection, FieldMap};
use schedule_sync::model::Side::{self, Creatio, Exchange};
use serde_json::json;

/// What each is about, and the history.
pub(super) fn all() -> Vec<(&'static str, History)> {
    let history = |options: Options, moves: Vec<Move>| History { options, moves };
    let pair = Options { devices: 2, ..USUAL };
    let colleagues = Options { colleague: true, ..pair };
    let mailboxes = Options { second: true, ..USUAL };
    let both = Options { devices: 2, ..mailboxes };
    vec![
        (
            "what one mailbox has is known there by a browser that knows nothing of the other",
            history(both, [unsaid(AllDay, 2), vec![Move::Forget { device: 2 }]].concat()),
        ),
        (
            "so it is once both have lost what they knew",
            history(
                mailboxes,
                [unsaid(Meeting, 1), vec![Move::Forget { device: 1 }, Move::Forget { device: 0 }]].concat(),
            ),
        ),
        (
            "what one mailbox has is known there although its UID is that of the other's event",
            history(
                mailboxes,
                vec![
                    turned(&["graph late UIDs", "exchange late UIDs"]),
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
                    turned(&["graph late UIDs", "exchange late UIDs"]),
                    create(Creatio, Meeting),
                    run(1),
                    Move::Forget { device: 1 },
                ],
            ),
        ),
        (
            "what was imported into the other mailbox and is canceled by a person's word here is gone there",
            history(
                Options { direction: Direction::Import, ..both },
                vec![
                    create(Exchange, AllDay),
                    Move::Deed(Deed::Create { tag: 1, side: Exchange, kind: AllDay, value: 2 }),
                    run(1),
                    run(2),
                    Move::Answer { device: 2, seed: 76_333_946_560_330_575 },
                ],
            ),
        ),
        (
            "what the other mailbox has is left without a counterpart here if a person says so",
            history(
                mailboxes,
                vec![
                    create(Creatio, Meeting),
                    run(1),
                    Move::Forget { device: 1 },
                    run(0),
                    Move::Answer { device: 0, seed: 13_413_676_147_558_932_652 },
                ],
            ),
        ),
        (
            "two devices that import at once from a Creatio whose reads are late make one Activity",
            history(
                pair,
                vec![
                    turned(&["creatio stale reads"]),
                    create(Exchange, Meeting),
                    Move::Together { seed: 11_123_340_386_251_510_992 },
                ],
            ),
        ),
        (
            "what was taken back on one device and made again by another is not made a third time",
            history(
                pair,
                vec![
                    turned(&["graph late UIDs", "exchange late UIDs"]),
                    create(Creatio, AllDay),
                    run(0),
                    Move::Undo { device: 0 },
                    run(1),
                    Move::Undo { device: 0 },
                ],
            ),
        ),
        (
            "an event whose UID is told late is there once for a device that sees the UID first",
            history(
                pair,
                vec![
                    turned(&["graph late UIDs", "exchange late UIDs", "creatio adds to titles"]),
                    create(Exchange, Meeting),
                    run(1),
                ],
            ),
        ),
        (
            "what is edited while no Activity can be read is there once, also for a browser that lost its store since",
            history(
                USUAL,
                vec![
                    create(Exchange, AllDay),
                    turned(&["creatio lost rights"]),
                    run(0),
                    edit(Exchange, What::Title, 15),
                    run(0),
                    edit(Exchange, What::Title, 17),
                    Move::Forget { device: 0 },
                ],
            ),
        ),
        (
            "a colleague who is told the UID first makes the Activity that stays",
            history(
                Options { devices: 1, ..colleagues },
                vec![
                    turned(&["graph late UIDs", "exchange late UIDs"]),
                    create(Exchange, Shared),
                    run(0),
                    edit(Exchange, What::Title, 5),
                    run(1),
                ],
            ),
        ),
        (
            "what two devices made again in one generation, and one took back, is one thing",
            history(
                pair,
                vec![
                    create(Creatio, Meeting),
                    run(1),
                    run(0),
                    Move::Undo { device: 1 },
                    edit(Creatio, What::Title, 2),
                    run(0),
                    Move::Undo { device: 0 },
                ],
            ),
        ),
        (
            "of two events that devices made at once the other goes when a person makes one a series",
            history(
                Options {
                    conflict: Conflict::Ask,
                    creatio_delete: CreatioDelete::Leave,
                    fields: FieldMap { title: FieldDirection::In, ..USUAL.fields },
                    only_mine: true,
                    completes: false,
                    months: [1, 1],
                    second: true,
                    ..pair
                },
                vec![
                    create(Exchange, Private),
                    Move::Deed(Deed::Create { tag: 2, side: Creatio, kind: Meeting, value: 16 }),
                    Move::Together { seed: 16_597_519_534_404_097_417 },
                    Move::Deed(Deed::Repeat { tag: 2 }),
                ],
            ),
        ),
        (
            "an own copy of an Activity that can be read again is not kept beside it",
            history(
                colleagues,
                vec![create(Exchange, Shared), run(0), turned(&["creatio lost rights"]), run(2), run(2)],
            ),
        ),
        (
            "what a colleague made where the Activity of a series could not be read goes once it can be",
            history(
                Options { creatio_delete: CreatioDelete::Leave, groups: true, devices: 1, ..colleagues },
                vec![
                    create(Exchange, Shared),
                    run(0),
                    turned(&["creatio lost rights"]),
                    Move::Deed(Deed::Repeat { tag: 0 }),
                    run(1),
                ],
            ),
        ),
        (
            "so is none that another device made",
            history(
                colleagues,
                vec![create(Exchange, Shared), run(2), turned(&["creatio lost rights"]), run(1), run(1)],
            ),
        ),
        (
            "what was removed since its Activity could not be read comes back with that",
            history(USUAL, removed(Meeting)),
        ),
        ("so does a task", history(USUAL, removed(Task))),
        ("so does what only goes out", history(Options { direction: Direction::Export, ..USUAL }, removed(Meeting))),
        (
            "what was left since its Activity could not be read is in step with that again",
            history(Options { exchange_delete: ExchangeDelete::Leave, ..USUAL }, removed(Meeting)),
        ),
        (
            "what was left without its Activity by a browser that lost its store is in step with that again",
            history(USUAL, left_alone(&[])),
        ),
        ("what either got until then is asked about", history(USUAL, left_alone(&[edit(Exchange, What::Title, 7)]))),
        (
            "what differs and was left while no Activity can be read is not asked about again",
            history(
                USUAL,
                vec![
                    create(Creatio, Meeting),
                    run(0),
                    edit(Creatio, What::Title, 4),
                    Move::Forget { device: 0 },
                    run(0),
                    turned(&["creatio lost rights"]),
                    Move::Answer { device: 0, seed: 16_369_824_944_993_809_254 },
                ],
            ),
        ),
        (
            "notes that do not go out are not written over by what the server put in their place",
            history(
                Options { fields: FieldMap { body: FieldDirection::In, ..USUAL.fields }, ..pair },
                vec![turned(&["graph adds a footer", "exchange adds a footer"]), create(Creatio, Meeting), run(0)],
            ),
        ),
        (
            "nor are they once the event was written to in another field",
            history(
                Options { fields: FieldMap { body: FieldDirection::In, ..USUAL.fields }, ..pair },
                vec![
                    turned(&["graph adds a footer", "exchange adds a footer"]),
                    create(Creatio, Meeting),
                    run(0),
                    edit(Creatio, What::When, 5),
                    run(0),
                ],
            ),
        ),
        (
            "what a server made of an exported event is named again where its store is lost",
            history(
                USUAL,
                vec![
                    turned(&["graph adds a footer", "graph writes capitals", "exchange adds a footer"]),
                    create(Creatio, Meeting),
                    run(0),
                    Move::Forget { device: 0 },
                ],
            ),
        ),
        (
            "an Activity whose event was taken back stays if an edit of it may not go over",
            history(
                Options { fields: FieldMap { title: FieldDirection::In, ..USUAL.fields }, ..USUAL },
                vec![create(Creatio, AllDay), run(0), Move::Undo { device: 0 }, edit(Creatio, What::Title, 4)],
            ),
        ),
        (
            "what is private rests as it is shown, once a run was taken back",
            history(
                USUAL,
                vec![
                    create(Exchange, Private),
                    run(0),
                    Move::Pass { minutes: 45_000 },
                    run(0),
                    Move::Undo { device: 0 },
                ],
            ),
        ),
        (
            "an Activity that was revived while it could not be read is there once",
            history(USUAL, revived(Creatio, Meeting, &[])),
        ),
        (
            "a task that was revived while it could not be read is there once",
            history(USUAL, revived(Creatio, Task, &[])),
        ),
        (
            "an imported meeting that was revived while it could not be read is there once",
            history(pair, revived(Exchange, Meeting, &[])),
        ),
        (
            "a second device knows the first Activity of one that was revived",
            history(pair, revived(Creatio, Meeting, &[run(1)])),
        ),
        (
            "a browser that lost its store knows the first Activity of one that was revived",
            history(USUAL, revived(Creatio, Meeting, &[Move::Forget { device: 0 }])),
        ),
        (
            "what was sent before its event had a UID, and can't be read, is not sent under that too",
            history(
                USUAL,
                vec![
                    turned(&["graph late UIDs", "exchange late UIDs", "creatio lost rights"]),
                    run(0),
                    create(Exchange, Meeting),
                    unanswered(),
                    run(0),
                ],
            ),
        ),
        (
            "what an Activity left in another mailbox belongs to the one that was made in its place",
            history(
                Options { exchange_delete: ExchangeDelete::Leave, between: true, ..both },
                vec![
                    create(Creatio, Meeting),
                    run(0),
                    run(1),
                    edit(Creatio, What::Place, 2),
                    run(2),
                    run(1),
                    Move::Deed(Deed::Remove { tag: 0, side: Creatio }),
                    run(2),
                ],
            ),
        ),
    ]
}

/// A run whose creations in Creatio are carried out and answered by nobody.
pub(super) fn unanswered() -> Move {
    let fault =
        json!([{"times": 9, "then": {"drop": "after"}, "server": "creatio", "method": "POST", "path": "/Activity$"}]);
    Move::Run { device: 0, trouble: Trouble::Fault(fault) }
}

/// The first export of what was made in Creatio fails, so that it bears the UID of its event in the
/// `other` mailbox before it has one here.
fn unsaid(kind: Kind, other: usize) -> Vec<Move> {
    let fault = json!([{"times": 9, "then": {"status": 504}, "server": "graph", "method": "POST", "path": "/events"}]);
    vec![create(Creatio, kind), Move::Run { device: 0, trouble: Trouble::Fault(fault) }, run(other), run(0)]
}

/// What was made in Creatio is synchronised, and then nobody may read Activities for a time.
fn removed(kind: Kind) -> Vec<Move> {
    vec![
        create(Creatio, kind),
        run(0),
        turned(&["creatio lost rights"]),
        run(0),
        turned(&[]),
        run(0),
        edit(Creatio, What::Title, 4),
    ]
}

/// A browser that lost its store asks about an event while nobody may read Activities, of which one
/// was edited; a person leaves the event, and then this happens.
fn left_alone(then: &[Move]) -> Vec<Move> {
    let mut moves = vec![
        create(Creatio, Meeting),
        run(0),
        edit(Creatio, What::Title, 3),
        turned(&["creatio lost rights"]),
        Move::Forget { device: 0 },
        run(0),
        Move::Answer { device: 0, seed: 6_189_638_816_581_183_895 },
        run(0),
    ];
    moves.extend(then.iter().cloned());
    moves
}

/// All devices have a thing, its counterpart is edited while nobody may read Activities, and then
/// this happens.
fn revived(side: Side, kind: Kind, then: &[Move]) -> Vec<Move> {
    let edited = edit(Exchange, What::Title, 6);
    let mut moves = vec![create(side, kind), run(0), edited, turned(&["creatio lost rights"]), run(0)];
    moves.extend(then.iter().cloned());
    moves
}
