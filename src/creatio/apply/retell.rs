//! Times that the server took otherwise than they were meant: what times in bodies mean only a write tells (creatio.md §1.5). The first one that
//! shows it is written again at once, and from then on it is known.

use super::{Held, Stage, address, joined, target};
use crate::creatio::Creatio;
use crate::creatio::clock::Clock as Mode;
use crate::creatio::write::{json, moments, times};
use crate::http::Call;
use crate::model::time::{instant, local};
use crate::model::{Field, Instant, Record, Zone};
use crate::ports::{Clock, Http, Keys, Op};
use std::collections::BTreeSet;

impl<P: Http + Clock + Keys> Creatio<P> {
    /// Writes times again that were misunderstood; whether there were any. What can't be written again is settled.
    pub(super) async fn retell(&self, ops: &[Op], stages: &mut [Stage], held: &Held) -> bool {
        let Some(assumed) = self.lore.findings().map(|found| found.clocks.write) else { return false };
        let mut calls = Vec::new();
        let mut places = Vec::new();
        for (place, (op, stage)) in ops.iter().zip(stages.iter()).enumerate() {
            let sent = matches!(stage, Stage::Done | Stage::Doubtful(_));
            let (true, Some(id), Some((record, fields))) = (sent, target(op), told(op)) else { continue };
            let Some(item) = held.items.get(id) else { continue };
            let pairs = moments(record, &fields).into_iter().zip(moments(&item.record, &fields));
            if misunderstood(assumed, &*self.site.zone, pairs) {
                calls.push(Call::patch(address(id), json(times(record, &fields))));
                places.push(place);
            }
        }
        if calls.is_empty() || !self.lore.correct(assumed.other()) {
            return false;
        }
        let answers = self.batch(&calls).await;
        for (place, answer) in places.into_iter().zip(answers) {
            if let (Err(refusal), Some(stage)) = (joined(answer), stages.get_mut(place)) {
                *stage = Stage::Settled(refusal);
            }
        }
        true
    }
}

/// The record that `op` writes, and which of its fields.
fn told(op: &Op) -> Option<(&Record, BTreeSet<Field>)> {
    match op {
        Op::Create(create) => Some((&create.record, [Field::When, Field::Reminder].into())),
        Op::Update(update) => Some((&update.patch.record, update.patch.fields.clone())),
        Op::Delete { .. } => None,
    }
}

/// Whether each time is held as it is if the server takes bodies otherwise than was assumed, and not all as they were meant.
fn misunderstood(
    assumed: Mode,
    zone: &dyn Zone,
    pairs: impl Iterator<Item = (Option<Instant>, Option<Instant>)>,
) -> bool {
    let taken = |meant: Instant| match assumed {
        Mode::Utc => instant(zone, meant.naive_utc()),
        Mode::Local => local(zone, meant).and_utc(),
    };
    let pairs: Vec<_> = pairs.filter_map(|(meant, held)| Some((meant?, held?))).collect();
    let differ = pairs.iter().any(|(meant, held)| meant != held);
    differ && pairs.iter().all(|(meant, held)| taken(*meant) == *held)
}
