//! History: every confirmed write with what was there before and after, in full. What a conflict overruled stands in `before` of the write that
//! overruled it. Kept 30 days; never part of a log.

use super::link::Link;
use super::plan::Action;
use crate::model::{ContainerId, Facts, Field, Instant, ItemId, Record, Side, Status};
use crate::ports::{Op, Outcome};
use serde::{Deserialize, Serialize};

/// Days that history is kept.
pub const KEPT_DAYS: i64 = 30;

/// One confirmed write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The run: its beginning. Entries of one run stand in the order in which they were written.
    pub run: Instant,
    /// Its place among the run's writes, from 0.
    pub nth: usize,
    /// The side written to.
    pub side: Side,
    /// What was done.
    pub what: What,
    /// The item written.
    pub id: ItemId,
    /// Where it lies.
    pub container: ContainerId,
    /// The Activity of the pair.
    pub activity: ItemId,
    /// The fields written; for creations and deletions none is named, all are meant.
    pub fields: Vec<Field>,
    /// The item before; `None` for a creation.
    pub before: Option<Record>,
    /// The item after; `None` for a deletion.
    pub after: Option<Record>,
    /// What else was known of the item before.
    pub facts: Facts,
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// It was created.
    Created,
    /// Fields were written.
    Updated,
    /// The Activity's status was set: before, after.
    Status(Option<Status>, Status),
    /// It was removed.
    Deleted,
}

/// The entries of one action's confirmed writes; `link` is the pair afterwards.
#[must_use]
pub fn entries(run: Instant, action: &Action, (outcomes, link): (&[Outcome], &Link)) -> Vec<Entry> {
    let known = action.before.as_ref().unwrap_or(link);
    action
        .writes
        .iter()
        .zip(outcomes)
        .filter_map(|((side, op), outcome)| {
            let written = outcome.as_ref().ok()?;
            let entry = |what, fields, before, after| Entry {
                run,
                nth: 0,
                side: *side,
                what,
                id: written.id.clone(),
                container: written.container.clone(),
                activity: link.ids.creatio.clone(),
                fields,
                before,
                after,
                facts: known.facts[*side].clone(),
            };
            match op {
                Op::Create(create) => Some(entry(What::Created, Vec::new(), None, Some(create.record.clone()))),
                Op::Update(update) => {
                    let fields: Vec<Field> = update.patch.fields.iter().copied().collect();
                    let (before, after) = (Some(update.before.clone()), Some(update.patch.record.clone()));
                    match update.status {
                        Some(status) => Some(entry(What::Status(update.facts.status, status), fields, before, after)),
                        None if fields.is_empty() => None, // a mark or UID of ours: nothing that a person wrote
                        None => Some(entry(What::Updated, fields, before, after)),
                    }
                }
                Op::Delete { .. } => Some(entry(What::Deleted, Vec::new(), Some(known.base[*side].clone()), None)),
            }
        })
        .collect()
}
