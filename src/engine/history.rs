//! History: every confirmed write with what was there before and after, in full. What a conflict
//! overruled stands in `before` of the write that overruled it. Kept 30 days; never part of a log.

use crate::engine::action::Action;
use crate::engine::link::Link;
use crate::flat::{self, FlatMap, FlatSet};
use crate::model::op::{Op, Outcome, Refusal, Written};
use crate::model::{ContainerId, Facts, Field, Instant, ItemId, Record, Side, Status};
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
    /// The write that this one took back: its run and its place there.
    #[serde(default)]
    pub undoes: Option<(Instant, usize)>,
    /// It tries once more what an earlier write of the same run did not come to, and is taken back
    /// with that.
    #[serde(default)]
    pub corrects: bool,
}

/// How many writes of each run are taken back; what an undo took back that was undone itself stands
/// again.
#[must_use]
pub fn taken_back(entries: &[Entry]) -> FlatMap<Instant, usize> {
    let mut latest_first: Vec<&Entry> = entries.iter().filter(|entry| entry.undoes.is_some()).collect();
    flat::sort_by_key(&mut latest_first, |entry| std::cmp::Reverse((entry.run, entry.nth)));
    let mut back: FlatSet<(Instant, usize)> = FlatSet::new();
    for entry in latest_first {
        if !back.contains(&(entry.run, entry.nth)) {
            back.extend(entry.undoes);
        }
    }
    let mut counts = FlatMap::new();
    for (run, _) in back {
        *counts.entry(run).or_default() += 1;
    }
    counts
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

/// The entries of one action's writes, numbered on from `from`; of outcomes that are known only
/// writes that were confirmed, or may have been carried out, have one. `link` is the pair
/// afterwards. They are noted before the writes go out: what a write overrules is kept even if the
/// run ends with it, or no answer ever tells what became of it.
#[must_use]
pub fn entries(run: Instant, from: usize, action: &Action, outcomes: Option<&[Outcome]>, link: &Link) -> Vec<Entry> {
    let numbered = action.writes.iter().enumerate();
    numbered
        .filter_map(|(n, (side, op))| {
            let written = match outcomes.map(|outcomes| outcomes.get(n)) {
                Some(Some(Ok(written))) => Some(written),
                None | Some(Some(Err(Refusal::Unknown))) => None,
                Some(Some(Err(_)) | None) => return None,
            };
            entry(&RecordedWrite { run, nth: from + n, side: *side, op, written }, action, link)
        })
        .collect()
}

/// A write of an action, with its place in the history.
struct RecordedWrite<'a> {
    run: Instant,
    nth: usize,
    side: Side,
    op: &'a Op,
    /// What came of it, once that is known.
    written: Option<&'a Written>,
}

fn entry(write: &RecordedWrite<'_>, action: &Action, link: &Link) -> Option<Entry> {
    let RecordedWrite { run, nth, side, op, written } = *write;
    let known = action.before.as_ref().unwrap_or(link);
    let replaced = written.and_then(|written| written.replaced.as_deref()).cloned();
    let (what, fields, before, after) = match op {
        Op::Create(create) => (What::Created, Vec::new(), None, Some(create.record.clone())),
        Op::Update(update) => {
            let fields: Vec<Field> = update.patch.fields.iter().copied().collect();
            let what = match update.status {
                Some(status) => What::Status(update.facts.status, status),
                // a mark or UID of ours: nothing that a person wrote
                None if fields.is_empty() => return None,
                None => What::Updated,
            };
            (what, fields, replaced.or_else(|| Some(update.before.clone())), Some(update.patch.record.clone()))
        }
        Op::Delete { .. } => {
            (What::Deleted, Vec::new(), replaced.or_else(|| Some(known.halves[side].base.clone())), None)
        }
    };
    Some(Entry {
        run,
        nth,
        side,
        what,
        id: written.map_or_else(|| link.halves[side].id().clone(), |written| written.id.clone()),
        container: written.map_or_else(|| link.halves[side].container.clone(), |written| written.container.clone()),
        activity: link.halves.creatio.id().clone(),
        fields,
        before,
        after,
        facts: known.halves[side].facts.clone(),
        undoes: None,
        corrects: false,
    })
}
