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
    let is_record = |record: &Record| differences(record, &item.record).is_empty();
    match op {
        Op::Create(create) => is_record(&create.record) && !item.facts.canceled,
        Op::Update(update) => {
            let mut record = update.before.clone();
            for field in &update.patch.fields {
                copy(*field, &update.patch.record, &mut record);
            }
            let is_of_version = seen.is_some_and(|seen| seen.version == update.version);
            let has_status = item.facts.status == update.status.or(update.facts.status);
            let has_owner = item.facts.owner.as_ref() == update.owner.as_ref().or(update.facts.owner.as_ref());
            is_of_version && is_record(&record) && has_status && has_owner
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::op::{Create, Update};
    use crate::model::{Body, Facts, Field, Importance, Meeting, Patch, Reminder, Response, Status, Version};
    use chrono::{DateTime, Duration};

    fn item(title: &str, version: &str) -> Item {
        let start = DateTime::from_timestamp(0, 0).unwrap_or_default();
        let when = When::Timed { start, end: start + Duration::hours(1) };
        let record = Record::Meeting(Meeting {
            title: title.to_owned(),
            when,
            place: String::new(),
            body: Body::default(),
            importance: Importance::default(),
            reminder: Reminder::Off,
            people: Vec::new(),
            response: Response::InDoubt,
        });
        let facts = Facts { status: Some(Status::NotStarted), owner: Some("me".into()), ..Facts::default() };
        Item { id: "a".into(), version: Version::new(version), container: "c".into(), stamp: None, record, facts }
    }

    /// The version that is noted of a write that left `left`.
    fn noted(op: &Op, seen: &Item, left: Item) -> String {
        let mut own = OwnWrites::default();
        let (id, version) = (left.id.clone(), left.version.clone());
        let written = Written { item: Some(Box::new(left)), ..Written::bare(id, "c".into(), version) };
        own.note(op, &written, Some(seen), []);
        own.activities.get("a").cloned().unwrap_or_default()
    }

    #[test]
    fn what_somebody_changed_beside_a_write_is_to_be_told_again() {
        let seen = item("old", "1");
        let patch = Patch { record: item("new", "").record, fields: [Field::Title].into() };
        let update = Op::Update(Box::new(Update::of(&seen, patch)));
        let left = item("new", "2");
        assert_eq!(noted(&update, &seen, left.clone()), "2");
        let facts = |facts: Facts| Item { facts, ..left.clone() };
        for (what, seen, left) in [
            ("another title", &seen, item("theirs", "2")),
            ("over another version", &item("old", "1b"), left.clone()),
            ("canceled", &seen, facts(Facts { status: Some(Status::Canceled), ..left.facts.clone() })),
            ("of another owner", &seen, facts(Facts { owner: Some("other".into()), ..left.facts.clone() })),
        ] {
            assert_eq!(noted(&update, seen, left), "", "{what}");
        }
        let (id, facts) = (Some(left.id.clone()), Facts::default());
        let create = Create { id, container: "c".into(), record: left.record.clone(), facts };
        let create = Op::Create(Box::new(create));
        assert_eq!(noted(&create, &seen, left.clone()), "2");
        let canceled = Item { facts: Facts { canceled: true, ..left.facts.clone() }, ..left.clone() };
        assert_eq!(noted(&create, &seen, canceled), "");
    }
}
