//! Liveness: one thing is wrong for good, and the rest is in step within a few runs all the same;
//! retries have an end, and nobody starves.

use super::history::{History, Move, USUAL};
use super::people::{Deed, Kind, What};
use super::promises::{Broken, Promise};
use super::{Home, Manner, Stage, switches};
use sandbox::exchange;
use schedule_sync::model::Side;
use serde_json::{Value, json};
use std::num::NonZeroUsize;

/// Runs after which the rest is in step.
const RUNS: usize = 4;
/// The most requests of a run that has nothing else to do than to meet with the trouble again.
const REQUESTS: usize = 60;
/// The most minutes that such a run waits.
const MINUTES: u64 = 15;
/// The tag of what is in trouble; the rest has other tags.
const SICK: usize = 9;

/// What is wrong for good.
struct Trouble {
    what: &'static str,
    home: Home,
    /// What the thing in trouble is.
    item: (Side, Kind),
    /// What is done to it once both sides are in step, if anything.
    edit: Option<Side>,
    /// How the servers behave from then on.
    sets: fn(&Stage, &str),
    devices: usize,
}

/// A fault that never ends.
fn always(stage: &Stage, mut fault: Value) {
    fault["times"] = 1_000_000.into();
    stage.world.faults(json!([fault]));
}

fn troubles() -> Vec<Trouble> {
    let meeting = (Side::Exchange, Kind::Meeting);
    vec![
        Trouble {
            what: "the calendar's event takes no change: 412",
            home: Home::Cloud,
            item: meeting,
            edit: Some(Side::Creatio),
            sets: |stage, id| {
                always(stage, json!({"server": "graph", "method": "PATCH", "path": id, "then": {"status": 412}}))
            },
            devices: 1,
        },
        Trouble {
            what: "the Activity takes no change: 500",
            home: Home::Cloud,
            item: (Side::Creatio, Kind::Task),
            edit: Some(Side::Exchange),
            sets: |stage, id| {
                always(stage, json!({"server": "creatio", "method": "PATCH", "path": id, "then": {"status": 500}}))
            },
            devices: 1,
        },
        Trouble {
            what: "one part of each batch is refused: 429",
            home: Home::Cloud,
            item: meeting,
            edit: Some(Side::Creatio),
            sets: |stage, id| {
                let busy = json!({"status": 429, "headers": {"Retry-After": "2"}});
                always(stage, json!({"server": "graph", "method": "PATCH", "path": id, "then": busy}));
            },
            devices: 1,
        },
        Trouble {
            what: "the task list can't be read: 500",
            home: Home::Cloud,
            item: (Side::Exchange, Kind::Task),
            edit: None,
            sets: |stage, _| always(stage, json!({"server": "graph", "path": "/tasks", "then": {"status": 500}})),
            devices: 1,
        },
        Trouble {
            what: "what the service tells is always late, and comes in small pages",
            home: Home::Cloud,
            item: meeting,
            edit: Some(Side::Exchange),
            sets: |stage, _| {
                stage.world.sandbox.borrow_mut().graph.set_quirks(&sandbox::graph::Quirks {
                    stale_reads: 2,
                    replays: true,
                    page_size: NonZeroUsize::new(1),
                    ..sandbox::graph::Quirks::default()
                });
            },
            devices: 2,
        },
        Trouble {
            what: "the item can't be read, and stops the rest of its batch",
            home: Home::Server,
            item: meeting,
            edit: None,
            sets: |stage, id| {
                let quirks = exchange::Quirks { corrupt: vec![id.to_owned()], ..exchange::Quirks::default() };
                stage.world.sandbox.borrow_mut().exchange.set_quirks(&quirks);
            },
            devices: 1,
        },
        Trouble {
            what: "the server stops each batch after one item",
            home: Home::Server,
            item: meeting,
            edit: Some(Side::Creatio),
            sets: |stage, _| {
                let quirks = exchange::Quirks { batch: NonZeroUsize::new(1), ..exchange::Quirks::default() };
                stage.world.sandbox.borrow_mut().exchange.set_quirks(&quirks);
            },
            devices: 2,
        },
    ]
}

/// What the rest suffers from the trouble.
fn suffers(trouble: &Trouble) -> Vec<String> {
    let history = History { options: super::Options { devices: trouble.devices, ..USUAL }, moves: Vec::new() };
    let mut stage = Stage::new(&history, Manner::at(trouble.home, false));
    let (side, kind) = trouble.item;
    stage.step(&Move::Deed(Deed::Create { tag: SICK, side, kind, value: SICK }));
    let mut broken = Vec::new();
    stage.round(&mut broken);
    stage.round(&mut broken);
    if let Some(side) = trouble.edit {
        stage.step(&Move::Deed(Deed::Edit { tag: SICK, side, what: What::Title, value: 90 }));
    }
    // the side on which it is in trouble is the one that a change goes to
    let target = trouble.edit.map_or(side, Side::other);
    let rows = stage.people.borrow().rows(target);
    let id = rows.iter().find(|row| row.tag == Some(SICK)).map(|row| row.id.clone()).unwrap();
    for (tag, side, kind) in [
        (0, Side::Creatio, Kind::Meeting),
        (1, Side::Creatio, Kind::Task),
        (2, Side::Exchange, Kind::Meeting),
        (3, Side::Exchange, Kind::AllDay),
        (4, Side::Creatio, Kind::AllDay),
    ] {
        stage.step(&Move::Deed(Deed::Create { tag, side, kind, value: tag }));
    }
    (trouble.sets)(&stage, &id);
    for _ in 0..RUNS {
        stage.round(&mut broken);
    }
    // by now only the trouble itself is met again
    let (from, slept) = (stage.world.requests(), stage.world.slept.get());
    let reports = stage.round(&mut broken);
    let requests = (stage.world.requests() - from) / stage.devices.len();
    let minutes = (stage.world.slept.get() - slept) / 60_000;
    stage.world.faults(json!([]));
    switches::Switches::default().apply(&mut stage.world.sandbox.borrow_mut());
    if requests > REQUESTS || minutes > MINUTES {
        let what = format!("{requests} requests and {minutes} minutes for what can't be done");
        broken.push(Broken { promise: Promise::Finished, what });
    }
    stage.judged(&reports, Vec::new(), &mut broken);
    let sick = format!("tag {SICK}");
    // that it is not finished is the trouble itself
    let of_the_rest = |one: &&Broken| !one.what.contains(&sick) && !one.what.starts_with("not finished");
    broken.iter().filter(of_the_rest).map(|one| format!("{:?}: {}", one.promise, one.what)).collect()
}

#[test]
fn one_thing_that_is_wrong_for_good_never_stops_the_rest() {
    let mut failed = Vec::new();
    for trouble in &troubles() {
        let all = suffers(trouble);
        if !all.is_empty() {
            failed.push(format!("{}\n  => {}", trouble.what, all.join("\n  => ")));
        }
    }
    assert!(failed.is_empty(), "{} troubles stop the rest:\n{}", failed.len(), failed.join("\n"));
}
