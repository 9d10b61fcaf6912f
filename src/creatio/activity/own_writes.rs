//! What our own writes left of Activities and their participants' rows, so that the next listing
//! need not tell of it again. Kept between a listing and the end of its run. Sends nothing.

use crate::creatio::activity::wire::Participant;
use crate::flat::FlatMap;
use crate::model::op::{Op, Written};
use crate::model::record::{copy, differences};
use crate::model::{Item, ItemId, Record, Span, TaskWhen, When};

/// What our own writes left since the last listing.
#[derive(Debug, Default)]
pub(in crate::creatio) struct OwnWrites {
    /// The Activities, by id, and their `ModifiedOn`; none where something else was found than was
    /// decided on: that is to be told again.
    pub(in crate::creatio) activities: FlatMap<String, String>,
    /// The participants' rows, by id, and theirs.
    pub(in crate::creatio) participants: FlatMap<String, String>,
    /// When each Activity took place before the first write; `None`: it was not there.
    before: FlatMap<ItemId, Option<Span>>,
    /// When each takes place after the last; `None`: it is not there.
    after: FlatMap<ItemId, Option<Span>>,
}

impl OwnWrites {
    /// Notes a write that was confirmed: what was `seen` of what it was written over, and the
    /// participants' rows that were read after it.
    pub(in crate::creatio) fn note<'a>(
        &mut self,
        op: &Op,
        written: &Written,
        seen: Option<&Item>,
        rows: impl IntoIterator<Item = &'a Participant>,
    ) {
        let id = &written.id;
        let left = match (op, &written.item) {
            (Op::Delete { .. }, _) => None,
            (Op::Create(_) | Op::Update(_), Some(item)) => span(&item.record),
            // what became of it nobody has seen
            (Op::Create(_) | Op::Update(_), None) => return,
        };
        self.before.entry(id.clone()).or_insert_with(|| seen.and_then(|seen| span(&seen.record)));
        self.after.insert(id.clone(), left);
        let is_decided = written.item.as_ref().is_some_and(|item| is_as_decided(op, seen, item));
        let version = if is_decided { written.version.as_str() } else { "" };
        self.activities.insert(id.to_string(), version.to_owned());
        let row = |row: &Participant| Some((row.id.as_str()?.to_owned(), row.modified_on.spelled()));
        self.participants.extend(rows.into_iter().filter_map(row));
    }

    /// How many Activities there are now `inside` of a window of which there were `count`.
    pub(in crate::creatio) fn counted(&self, count: u64, inside: impl Fn(Span) -> bool) -> u64 {
        let of = |spans: &FlatMap<ItemId, Option<Span>>| {
            let inside = spans.values().filter_map(|span| *span).filter(|span| inside(*span));
            u64::try_from(inside.count()).unwrap_or_default()
        };
        (count + of(&self.after)).saturating_sub(of(&self.before))
    }
}

/// Whether `item` is what was decided on with `op` in it, and nobody's edit beside that.
fn is_as_decided(op: &Op, seen: Option<&Item>, item: &Item) -> bool {
    match op {
        Op::Create(create) => differences(&create.record, &item.record).is_empty(),
        Op::Update(update) => {
            let mut record = update.before.clone();
            for field in &update.patch.fields {
                copy(*field, &update.patch.record, &mut record);
            }
            seen.is_some_and(|seen| seen.version == update.version) && differences(&record, &item.record).is_empty()
        }
        Op::Delete { .. } => true,
    }
}

/// When an Activity takes place.
fn span(record: &Record) -> Option<Span> {
    let (from, to) = match record {
        Record::Meeting(meeting) => match meeting.when {
            When::Timed { start, end } => (start, end),
            When::AllDay { .. } => return None,
        },
        Record::Task(task) => match task.when {
            TaskWhen::Timed { start, due } => (start, due),
            TaskWhen::Days { .. } => return None,
        },
    };
    Some(Span { from, to })
}
