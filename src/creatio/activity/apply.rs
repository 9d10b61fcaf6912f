//! Applying writes, in four steps that each cost few requests however many writes there are: read
//! what is to be written over, write activities, write participants, read back. A version is
//! compared by the write itself where `gateway` can have that, and before it where that is not
//! sure; where it can't, what was written over in between is told. What the answer to a write tells
//! is not read again.

mod correct_times;

use crate::creatio::activity::compose::{change, creation, fits};
use crate::creatio::activity::fetch::ReadActivities;
use crate::creatio::activity::map::{self, RowContext};
use crate::creatio::activity::participants::{Seat, Wish};
use crate::creatio::activity::wire::Participant;
use crate::creatio::client::gateway::{PATIENCE, WriteAnswer, WriteEffect, WriteResult};
use crate::creatio::client::query::{RowChange, RowWrite};
use crate::creatio::client::refusal::{TAKEN, is_taken, word};
use crate::creatio::{ACTIVITIES, Creatio};
use crate::error::Error;
use crate::flat::{FlatMap, FlatSet};
use crate::http::NoReply;
use crate::json::understand;
use crate::model::op::{Create, Missing, Op, Outcome, Refusal, Update, Written};
use crate::model::person::normal;
use crate::model::record::{copy, differences, may_be_made_of};
use crate::model::{ContactId, Facts, Field, Instant, Item, ItemId, Person, Record, Status, Version};
use crate::ports::{Clock, Credentials, Http};
use chrono::DateTime;
use serde_json::Value;

/// The entity.
const SET: &str = "Activity";

/// How far one write has come.
#[derive(Clone, Debug)]
enum ActivityWriteStage {
    /// Nothing was sent yet.
    Planned,
    /// It may or may not have been carried out; the server's refusal, if there was one.
    Doubtful(Option<String>),
    /// It depends on what was seen, and met no such row.
    Missed,
    /// The server confirmed it.
    Done,
    /// It is decided.
    Settled(Refusal),
}

/// One write under way.
#[derive(Debug)]
struct Work<'a> {
    op: &'a Op,
    stage: ActivityWriteStage,
    /// What it is written over, as it was seen right before, or by the decision.
    seen: Option<Item>,
    /// What it was written over, if that was not what was seen.
    replaced: Option<Box<Record>>,
    /// The Activity as the write left it, where the answer told it, or a reading
    /// before the participants were written; as long as nothing of ours has changed it since.
    left: Option<Box<Item>>,
    /// The answer told the Activity as it was before the write.
    is_behind: bool,
    /// Whose rows of participants were not confirmed, and why.
    unsure: FlatMap<ContactId, String>,
}

impl Work<'_> {
    /// Keeps the Activity as it was found right after the write, unless the reply told it, or the
    /// reading shows it as it was before. Where readings are behind, and the first one that is not
    /// shows something else than was written or could be made of it, somebody has written it since:
    /// it was left as written, and the next run finds that edit.
    fn keep(&mut self, held: &StoredActivities) {
        let found = self.op.id().and_then(|id| held.items.get(id));
        let Some(found) = found.filter(|_| self.left.is_none()) else { return };
        let seen = self.seen.as_ref();
        if seen.is_some_and(|seen| seen.version == found.version) {
            return;
        }
        let item = match (self.op, seen) {
            (Op::Update(update), Some(seen)) if self.is_behind && !is_written(update, found) => {
                written(update, seen, found)
            }
            (Op::Create(_) | Op::Update(_) | Op::Delete { .. }, _) => found.clone(),
        };
        self.left = Some(Box::new(item));
    }

    /// Whether the answer to an update told all that there is to know: the participants, which it
    /// does not tell, are left alone.
    fn is_told(&self) -> bool {
        let Self { op: Op::Update(_), stage: ActivityWriteStage::Done, left: Some(left), seen: Some(seen), .. } = self
        else {
            return false;
        };
        Wish::of(self.op).is_none() && left.record.kind() == seen.record.kind()
    }

    /// The Activity as the answer told it, if that is all there is to know.
    fn told(&self) -> Option<Item> {
        let (left, seen) = (self.left.as_ref()?, self.seen.as_ref().filter(|_| self.is_told())?);
        let mut item = (**left).clone();
        for field in [Field::People, Field::Response] {
            copy(field, &seen.record, &mut item.record);
        }
        item.facts.answered_by_me = seen.facts.answered_by_me;
        item.facts.involves_me |= seen.facts.involves_me;
        Some(item)
    }
}

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// See [`Replica::apply`](crate::ports::Replica::apply).
    pub(in crate::creatio) async fn applied(&self, ops: &[Op]) -> Vec<Outcome> {
        // by which service, and with which columns; what the servers refuse shows below
        let _ = self.time_source().await;
        let mut works = self.checked(ops).await;
        self.carry_out(&mut works).await;
        self.once_more(&mut works).await;
        // created or not, changed or not: from here on what the server holds decides
        let mut before = self.held(&works, is_late).await;
        if let Ok(held) = &before
            && self.correct_times(&mut works, held).await
        {
            before = self.held(&works, is_late).await;
        }
        let Ok(before) = before else {
            return works.into_iter().map(|work| outcome(work, None, None)).collect();
        };
        for work in &mut works {
            settle(work.op, &mut work.stage, &before);
            work.keep(&before);
        }
        self.delete_late_rows(&mut works, &before).await;
        let after = if self.write_people(&mut works, &before).await {
            let late =
                |work: &Work<'_>, held: &StoredActivities| work.unsure.is_empty() && !self.open(work, held).is_empty();
            self.held(&works, late).await.ok()
        } else {
            Some(before)
        };
        let missing: Vec<Option<Missing>> = works.iter().map(|work| self.missing(work, after.as_ref())).collect();
        let seen: Vec<Option<Item>> = works.iter_mut().map(|work| work.seen.take()).collect();
        let outcomes: Vec<Outcome> =
            works.into_iter().zip(missing).map(|(work, missing)| outcome(work, missing, after.as_ref())).collect();
        for ((op, outcome), seen) in ops.iter().zip(&outcomes).zip(&seen) {
            let Ok(written) = outcome else { continue };
            let rows = after.iter().flat_map(|held| held.rows_of(&written.id));
            self.own_writes.borrow_mut().note(op, written, seen.as_ref(), rows);
            match op {
                // what no read has shown yet may be missing in the next one; what was changed was
                // there before
                Op::Create(_) if after.as_ref().is_none_or(|held| held.lacks(&written.id)) => {
                    self.installation.wrote(&written.id, self.now());
                }
                Op::Create(_) | Op::Update(_) | Op::Delete { .. } => self.installation.removed(&written.id),
            }
        }
        outcomes
    }

    /// The changes of participants' rows that a confirmed work still needs.
    fn open(&self, work: &Work<'_>, held: &StoredActivities) -> Vec<Seat> {
        let lookups = self.lookups();
        let (ActivityWriteStage::Done, Some(wish), Some(id)) = (&work.stage, Wish::of(work.op), work.op.id()) else {
            return Vec::new();
        };
        let Some(item) = held.items.get(id) else { return Vec::new() };
        let context = RowContext { me: &self.site.contact, lookups: &lookups, cards: &FlatMap::new() };
        wish.changes(id, &held.rows_of(id), item.facts.owner.as_ref(), &context)
    }

    /// What of the participants was refused and is not there either; one that is there was written,
    /// whatever the answer was (a repeated creation is refused for its id). Where nobody can tell,
    /// all that is unsure.
    fn missing(&self, work: &Work<'_>, held: Option<&StoredActivities>) -> Option<Missing> {
        let open: Option<FlatSet<ContactId>> =
            held.map(|held| self.open(work, held).into_iter().map(|seat| seat.contact).collect());
        let is_missing = |contact: &ContactId| open.as_ref().is_none_or(|open| open.contains(contact));
        let mut missing = work.unsure.iter().filter(|(contact, _)| is_missing(contact)).peekable();
        let reason = missing.peek().map(|(_, why)| (*why).clone())?;
        let contacts: FlatSet<&ContactId> = missing.map(|(contact, _)| contact).collect();
        let wanted = match work.op {
            Op::Create(create) => &create.record,
            Op::Update(update) => &update.patch.record,
            Op::Delete { .. } => return None,
        };
        let all = people(wanted).iter().chain(work.seen.iter().flat_map(|item| people(&item.record)));
        let named = all.filter(|one| one.contact.as_ref().is_some_and(|contact| contacts.contains(contact)));
        let response = contacts.contains(&self.site.contact);
        Some(Missing { people: normal(named.cloned()), response, reason })
    }

    /// Compares versions; what must not be written is settled. What the write itself compares is
    /// not read.
    async fn checked<'a>(&self, ops: &'a [Op]) -> Vec<Work<'a>> {
        let planned: Vec<Option<Item>> = ops.iter().map(|op| self.as_decided(op)).collect();
        let unsure = ops.iter().zip(&planned).filter(|(op, seen)| seen.is_none() && !matches!(op, Op::Create(_)));
        let reading = self.reread(unsure.filter_map(|(op, _)| op.id())).await;
        let work = |(op, planned): (&'a Op, Option<Item>)| {
            let (seen, stage) = match (&reading, op) {
                (_, Op::Create(_)) => (None, ActivityWriteStage::Planned),
                _ if planned.is_some() => (planned, ActivityWriteStage::Planned),
                (Err(_), Op::Update(_) | Op::Delete { .. }) => (None, ActivityWriteStage::Settled(Refusal::NotSent)),
                (Ok(held), Op::Update(_) | Op::Delete { .. }) => {
                    let seen = op.id().and_then(|id| held.items.get(id)).cloned();
                    (seen, guard(op, held).map_or(ActivityWriteStage::Planned, ActivityWriteStage::Settled))
                }
            };
            Work { op, stage, seen, replaced: None, left: None, is_behind: false, unsure: FlatMap::new() }
        };
        ops.iter().zip(planned).map(work).collect()
    }

    /// What an update that is sure to be compared is written over, as its decision saw it.
    fn as_decided(&self, op: &Op) -> Option<Item> {
        let Op::Update(update) = op else { return None };
        let stamp = DateTime::parse_from_rfc3339(update.version.as_str()).ok()?.to_utc();
        let row_write = self.update(update, Some(stamp)).ok()??;
        self.is_guarded(&row_write).then(|| Item {
            id: update.id.clone(),
            container: update.container.clone(),
            version: update.version.clone(),
            stamp: Some(stamp),
            record: update.before.clone(),
            // when it was created nobody has looked: it may be another Activity of the same id
            facts: Facts { created: None, ..update.facts.clone() },
        })
    }

    /// Carries out again what met no row as it was seen: somebody was faster. It goes on only if
    /// what is to be written is still as planned.
    async fn once_more(&self, works: &mut [Work<'_>]) {
        let missed = |work: &&mut Work<'_>| matches!(work.stage, ActivityWriteStage::Missed);
        let ids: Vec<ItemId> = works.iter_mut().filter(missed).filter_map(|work| work.op.id()).cloned().collect();
        if ids.is_empty() {
            return;
        }
        let reading = self.reread(ids.iter()).await;
        for work in works.iter_mut().filter(missed) {
            let Ok(held) = &reading else {
                work.stage = ActivityWriteStage::Settled(Refusal::Unknown);
                continue;
            };
            let now = work.op.id().and_then(|id| held.items.get(id)).cloned();
            work.stage = match (work.op, guard(work.op, held), &now) {
                // it may be our own write whose reply was lost
                (Op::Delete { .. }, Some(Refusal::Gone), _) => ActivityWriteStage::Done,
                (Op::Update(update), _, Some(item)) if is_written(update, item) => ActivityWriteStage::Done,
                (_, Some(refusal), _) => ActivityWriteStage::Settled(refusal),
                (_, None, _) => ActivityWriteStage::Planned,
            };
            work.seen = now;
        }
        self.carry_out(works).await;
        for work in works.iter_mut().filter(missed) {
            work.stage = ActivityWriteStage::Settled(Refusal::Stale);
        }
    }

    /// Removes what a change created because its Activity was deleted meanwhile: a PATCH is an
    /// upsert (docs/facts/creatio.md, "Verbs"). What was changed since its creation stays: somebody
    /// has edited it, or it is what another device made, and the change was written over that.
    async fn delete_late_rows(&self, works: &mut [Work<'_>], held: &StoredActivities) {
        let mut changes = Vec::new();
        let mut late = Vec::new();
        for work in works.iter_mut().filter(|work| matches!(work.stage, ActivityWriteStage::Done)) {
            let Op::Update(update) = work.op else { continue };
            let then = work.seen.as_ref().and_then(|item| item.facts.created);
            let Some(Item { stamp, facts, .. }) = held.items.get(&update.id) else { continue };
            if then.is_some() && facts.created > then && facts.created == *stamp {
                let row_write = RowWrite::Delete { id: update.id.to_string(), seen: *stamp };
                changes.push(RowChange { set: SET, row_write });
                late.push(work);
            }
        }
        for (work, WriteResult { answer, over, .. }) in late.into_iter().zip(self.write(&changes).await) {
            work.replaced = over.and_then(|row| self.replaced(row, work.seen.as_ref()));
            // what was edited just now is there, or is to be found in the history; a ghost that
            // stays after all has no link and is seen as new by the next run
            if work.replaced.is_none() && answer != Ok(Ok(WriteEffect::Nothing)) {
                work.stage = ActivityWriteStage::Settled(Refusal::Gone);
            }
        }
    }

    /// Writes the activities that are planned.
    async fn carry_out(&self, works: &mut [Work<'_>]) {
        let mut changes = Vec::new();
        let mut sent = Vec::new();
        for work in works.iter_mut().filter(|work| matches!(work.stage, ActivityWriteStage::Planned)) {
            match self.change(work) {
                Ok(Some(row_write)) => {
                    changes.push(RowChange { set: SET, row_write });
                    sent.push(work);
                }
                Ok(None) => work.stage = ActivityWriteStage::Done,
                Err(reason) => work.stage = ActivityWriteStage::Settled(Refusal::Rejected(reason)),
            }
        }
        for (work, WriteResult { answer, over, left }) in sent.into_iter().zip(self.write(&changes).await) {
            work.replaced = over.and_then(|row| self.replaced(row, work.seen.as_ref()));
            if let Some(row) = left {
                // a copy of the database that is behind shows it as it was before
                let seen = work.seen.as_ref().and_then(|seen| seen.stamp);
                let told = self.left(row);
                work.is_behind = told.as_ref().is_some_and(|item| item.stamp <= seen);
                work.left = told.filter(|_| !work.is_behind);
            }
            work.stage = answered(work.op, answer);
        }
    }

    /// What carries out a write; `None` if it writes no column.
    fn change(&self, work: &Work<'_>) -> Result<Option<RowWrite>, String> {
        let seen = work.seen.as_ref().and_then(|item| item.stamp);
        Ok(match work.op {
            Op::Create(create) => {
                create.id.as_ref().ok_or("an Activity needs an id of ours")?;
                Some(RowWrite::Insert(self.fitted(creation(create, &self.site.contact)?)))
            }
            Op::Update(update) => self.update(update, seen)?,
            Op::Delete { id, .. } => Some(RowWrite::Delete { id: id.to_string(), seen }),
        })
    }

    /// What carries out an update of what was `seen`; `None` if it writes no column.
    fn update(&self, update: &Update, seen: Option<Instant>) -> Result<Option<RowWrite>, String> {
        let body = self.fitted(change(update)?);
        Ok((!body.is_empty()).then(|| RowWrite::Update { id: update.id.to_string(), body, seen }))
    }

    /// An Activity as the answer to a write tells it; `None` if that leaves out a column.
    fn left(&self, row: Value) -> Option<Box<Item>> {
        let whole = self.columns().split(',').all(|column| row.get(column).is_some());
        if whole { self.alone(row).map(Box::new) } else { None }
    }

    /// An Activity as a row of `Activity` alone tells it: without its participants.
    fn alone(&self, row: Value) -> Option<Item> {
        let lookups = self.lookups();
        let context = RowContext { me: &self.site.contact, lookups: &lookups, cards: &FlatMap::new() };
        map::item(understand(&row).ok()?, &[], &context).ok()
    }

    /// The record that a row of `Activity` was which we wrote over; its participants as they were
    /// seen.
    fn replaced(&self, row: Value, seen: Option<&Item>) -> Option<Box<Record>> {
        let mut record = self.alone(row)?.record;
        if let (Record::Meeting(lost), Some(Record::Meeting(seen))) = (&mut record, seen.map(|item| &item.record)) {
            (lost.people, lost.response) = (seen.people.clone(), seen.response);
        }
        Some(Box::new(record))
    }

    /// Writes participants; whether there was anything to write.
    async fn write_people(&self, works: &mut [Work<'_>], before: &StoredActivities) -> bool {
        let mut changes = Vec::new();
        let mut seats = Vec::new();
        for (index, work) in works.iter().enumerate() {
            for Seat { contact, change } in self.open(work, before) {
                changes.push(change);
                seats.push((index, contact));
            }
        }
        for ((index, contact), result) in seats.into_iter().zip(self.write(&changes).await) {
            if let (Some(why), Some(work)) = (unconfirmed(result.answer), works.get_mut(index)) {
                work.unsure.insert(contact, why);
            }
        }
        !changes.is_empty()
    }

    async fn reread(&self, ids: impl Iterator<Item = &ItemId>) -> Result<StoredActivities, Error> {
        let ids: FlatSet<ItemId> = ids.cloned().collect();
        Ok(StoredActivities::new(self.read(&ids.into_iter().collect::<Vec<_>>()).await?))
    }

    /// What the server holds of everything that was sent, as the answers told it, or else read, and
    /// again as long as a write that it confirmed does not show: reads may be answered by a copy of
    /// the database that is some seconds behind.
    async fn held(
        &self,
        works: &[Work<'_>],
        late: impl Fn(&Work<'_>, &StoredActivities) -> bool,
    ) -> Result<StoredActivities, Error> {
        let sent = || {
            works.iter().filter(|work| match work.stage {
                ActivityWriteStage::Done => !matches!(work.op, Op::Delete { .. }) && !work.is_told(),
                ActivityWriteStage::Doubtful(_) => true,
                ActivityWriteStage::Planned | ActivityWriteStage::Missed | ActivityWriteStage::Settled(_) => false,
            })
        };
        let mut held = self.reread(sent().filter_map(|work| work.op.id())).await?;
        for wait in PATIENCE {
            if !sent().any(|work| late(work, &held)) {
                break;
            }
            self.odata.pause(wait).await;
            held = self.reread(sent().filter_map(|work| work.op.id())).await?;
        }
        held.items.extend(works.iter().filter_map(Work::told).map(|item| (item.id.clone(), item)));
        Ok(held)
    }
}

/// Activities as the server holds them.
struct StoredActivities {
    items: FlatMap<ItemId, Item>,
    /// Those that are there and can't be understood.
    malformed: FlatSet<ItemId>,
    participants: Vec<Participant>,
}

impl StoredActivities {
    fn new(reading: ReadActivities) -> Self {
        Self {
            items: reading.items.into_iter().map(|item| (item.id.clone(), item)).collect(),
            malformed: reading.malformed.into_iter().filter_map(|bad| bad.id).collect(),
            participants: reading.participants,
        }
    }

    /// Whether this Activity is surely not there.
    fn lacks(&self, id: &ItemId) -> bool {
        !self.items.contains_key(id) && !self.malformed.contains(id)
    }

    fn rows_of(&self, id: &ItemId) -> Vec<&Participant> {
        self.participants.iter().filter(|row| row.activity_id.as_str() == Some(id.as_str())).collect()
    }
}

/// Why `op` must not be written over what is there.
fn guard(op: &Op, held: &StoredActivities) -> Option<Refusal> {
    let id = op.id()?;
    let Some(item) = held.items.get(id) else {
        return Some(if held.malformed.contains(id) { Refusal::Stale } else { Refusal::Gone });
    };
    let fresh = match op {
        Op::Create(_) => true,
        Op::Update(update) => item.version == update.version || untouched(update, item),
        Op::Delete { version, .. } => item.version == *version,
    };
    (!fresh).then_some(Refusal::Stale)
}

/// Whether what `update` writes over is still as its decision saw it.
fn untouched(update: &Update, item: &Item) -> bool {
    // a status ends an Activity: nothing at all may have changed
    let whole = update.status.is_none() || item.record == update.before;
    let free = update.uid.is_none() || item.facts.uid.is_none() || item.facts.uid == update.uid;
    whole && free && update.patch.agree(&item.record, &update.before)
}

/// What an answer says of `op`.
fn answered(op: &Op, answer: WriteAnswer) -> ActivityWriteStage {
    let effect = match answer {
        Ok(effect) => effect,
        Err(NoReply { maybe: true, .. }) => return ActivityWriteStage::Doubtful(None),
        Err(NoReply { maybe: false, .. }) => return ActivityWriteStage::Settled(Refusal::NotSent),
    };
    match (effect, op) {
        (Ok(WriteEffect::Done), _) => ActivityWriteStage::Done,
        (Ok(WriteEffect::Nothing), _) => ActivityWriteStage::Missed,
        // it was there a moment ago: gone is what was wanted
        (Err(fault), Op::Delete { .. }) if fault.status() == Some(404) => ActivityWriteStage::Done,
        (Err(fault), Op::Update(_)) if fault.status() == Some(404) => ActivityWriteStage::Settled(Refusal::Gone),
        // throttled to the end
        (Err(fault), _) if fault.status() == Some(429) => ActivityWriteStage::Settled(Refusal::NotSent),
        // a gateway says so of what the server behind it goes on with
        (Err(fault), _) if matches!(fault.status(), Some(503 | 504)) => ActivityWriteStage::Doubtful(None),
        // a creation that was repeated after a lost reply is refused for its id
        (Err(fault), Op::Create(_)) if is_taken(&fault) => ActivityWriteStage::Doubtful(Some(TAKEN.to_owned())),
        (Err(fault), Op::Create(_)) => ActivityWriteStage::Doubtful(Some(word(&fault))),
        (Err(fault), Op::Update(_) | Op::Delete { .. }) => ActivityWriteStage::Settled(Refusal::Rejected(word(&fault))),
    }
}

/// Why a change of an Activity or of a participant's row was not confirmed; `None` if it was.
fn unconfirmed(answer: WriteAnswer) -> Option<String> {
    match answer {
        Ok(Ok(WriteEffect::Done)) => None,
        Ok(Ok(WriteEffect::Nothing)) | Err(_) => Some(UNKNOWN.to_owned()),
        Ok(Err(fault)) if matches!(fault.status(), Some(404 | 429 | 503 | 504)) => Some(UNKNOWN.to_owned()),
        Ok(Err(fault)) => Some(word(&fault)),
    }
}

/// The word for a write of which it is not known whether it was carried out.
const UNKNOWN: &str = "CreatioUnknown";

/// Decides what was in doubt by what is there.
fn settle(op: &Op, stage: &mut ActivityWriteStage, held: &StoredActivities) {
    let ActivityWriteStage::Doubtful(refusal) = stage else { return };
    let item = op.id().and_then(|id| held.items.get(id));
    let malformed = op.id().is_some_and(|id| held.malformed.contains(id));
    let refused = refusal.take();
    *stage = match (op, item, refused) {
        (Op::Create(create), Some(item), _) if is_ours(create, item) => {
            // another device may have made it of what it saw: the next run compares the two
            if is_whole(create, item) {
                ActivityWriteStage::Done
            } else {
                ActivityWriteStage::Settled(Refusal::Unknown)
            }
        }
        (Op::Create(_), None, Some(reason)) if reason == TAKEN && !malformed => {
            ActivityWriteStage::Settled(Refusal::Taken)
        }
        (Op::Create(_), _, Some(reason)) => ActivityWriteStage::Settled(Refusal::Rejected(reason)),
        (Op::Create(_), Some(_), None) => ActivityWriteStage::Settled(Refusal::Rejected(TAKEN.to_owned())),
        (Op::Create(_), None, None) if !malformed => ActivityWriteStage::Settled(Refusal::NotSent),
        (Op::Delete { .. }, None, _) if !malformed => ActivityWriteStage::Done,
        (Op::Delete { .. }, Some(_), _) => ActivityWriteStage::Settled(Refusal::NotSent),
        (Op::Update(update), Some(item), _) if is_written(update, item) => ActivityWriteStage::Done,
        (Op::Update(_), None, _) if !malformed => ActivityWriteStage::Settled(Refusal::Gone),
        (Op::Create(_) | Op::Update(_) | Op::Delete { .. }, _, _) => ActivityWriteStage::Settled(Refusal::Unknown),
    };
}

/// Whether an Activity with the id of a creation came from that creation.
fn is_ours(create: &Create, item: &Item) -> bool {
    differences(&create.record, &item.record).is_disjoint(&[Field::Title, Field::When].into())
}

/// Whether an Activity shows all that its creation wrote into its columns.
fn is_whole(create: &Create, item: &Item) -> bool {
    let rows = [Field::People, Field::Response];
    differences(&create.record, &item.record).iter().all(|field| rows.contains(field))
}

/// Whether an Activity shows what an update wrote into its columns.
fn is_written(update: &Update, item: &Item) -> bool {
    let columns = update.patch.fields.iter().filter(|field| !matches!(field, Field::People | Field::Response));
    differences(&update.patch.record, &item.record).is_disjoint(&columns.copied().collect())
        && (update.uid.as_ref().is_none_or(|uid| !fits(uid)) || item.facts.uid == update.uid)
        && (update.status.is_none() || item.facts.status == update.status)
}

/// `seen` as `update` left it, in a version that nobody has read: with what was written, but where
/// `found`, which was read later, may be what the server made of it.
fn written(update: &Update, seen: &Item, found: &Item) -> Item {
    let mut record = seen.record.clone();
    for field in &update.patch.fields {
        let is_made = may_be_made_of(*field, &update.patch.record, &found.record);
        copy(*field, if is_made { &found.record } else { &update.patch.record }, &mut record);
    }
    let canceled = update.status.map_or(seen.facts.canceled, |status| status == Status::Canceled);
    let facts = Facts { status: update.status.or(seen.facts.status), canceled, ..seen.facts.clone() };
    Item { version: Version::new(""), stamp: None, record, facts, ..seen.clone() }
}

/// Whether the server confirmed a write that `held` does not show, as if it had been read before
/// it.
fn is_late(work: &Work<'_>, held: &StoredActivities) -> bool {
    match (&work.stage, work.op) {
        (ActivityWriteStage::Done, Op::Create(create)) => create.id.as_ref().is_some_and(|id| held.lacks(id)),
        (ActivityWriteStage::Done, Op::Update(update)) => held.items.get(&update.id).is_some_and(|item| {
            let as_before = work.seen.as_ref().is_some_and(|seen| seen.version == item.version);
            as_before && !is_written(update, item)
        }),
        (ActivityWriteStage::Done, Op::Delete { .. }) => false,
        (
            ActivityWriteStage::Planned
            | ActivityWriteStage::Doubtful(_)
            | ActivityWriteStage::Missed
            | ActivityWriteStage::Settled(_),
            _,
        ) => false,
    }
}

/// The people of a meeting.
fn people(record: &Record) -> &[Person] {
    match record {
        Record::Meeting(meeting) => &meeting.people,
        Record::Task(_) => &[],
    }
}

/// The Activity as a write left it, of which `read` is the last reading: what somebody has changed
/// since is left to the next run, which finds that it is an edit. Participants are as read.
fn since(left: Item, read: &Item) -> Item {
    let mut record = left.record;
    if record.kind() != read.record.kind() {
        return read.clone();
    }
    for field in [Field::People, Field::Response] {
        copy(field, &read.record, &mut record);
    }
    let status = |facts: &Facts| (facts.status, facts.canceled);
    let same = differences(&record, &read.record).is_empty() && status(&left.facts) == status(&read.facts);
    if left.version == read.version || same {
        return read.clone();
    }
    let facts = Facts { status: left.facts.status, canceled: left.facts.canceled, ..read.facts.clone() };
    Item { version: left.version, stamp: left.stamp, record, facts, ..read.clone() }
}

fn outcome(work: Work<'_>, missing: Option<Missing>, held: Option<&StoredActivities>) -> Outcome {
    let Work { op, stage, replaced, left, .. } = work;
    let container = ACTIVITIES.into();
    match (stage, op, held) {
        // it was created, its participants may not have been: somebody has deleted it by now, which
        // the next run sees to
        (ActivityWriteStage::Done | ActivityWriteStage::Settled(Refusal::Unknown), Op::Create(create), Some(held))
            if create.id.as_ref().is_some_and(|id| held.lacks(id)) =>
        {
            let id = create.id.clone().ok_or(Refusal::Unknown)?;
            Ok(Written { replaced, ..Written::bare(id, container, Version::new("")) })
        }
        // created it is in any case, and its people are looked after by the next run
        (ActivityWriteStage::Done, Op::Create(create), None) if missing.is_some() => {
            let id = create.id.clone().ok_or(Refusal::Unknown)?;
            Ok(Written { replaced, missing, ..Written::bare(id, container, Version::new("")) })
        }
        (ActivityWriteStage::Settled(refusal), _, _) => Err(refusal),
        (ActivityWriteStage::Planned | ActivityWriteStage::Missed, _, _) => Err(Refusal::NotSent),
        (ActivityWriteStage::Doubtful(_), _, _) | (ActivityWriteStage::Done, Op::Create(_) | Op::Update(_), None) => {
            Err(Refusal::Unknown)
        }
        (ActivityWriteStage::Done, Op::Delete { id, version, .. }, _) => {
            Ok(Written { replaced, missing, ..Written::bare(id.clone(), container, version.clone()) })
        }
        (ActivityWriteStage::Done, Op::Create(_) | Op::Update(_), Some(held)) => {
            let item = op.id().and_then(|id| held.items.get(id)).ok_or(Refusal::Unknown)?;
            let item = left.map_or_else(|| item.clone(), |left| since(*left, item));
            let (id, version) = (item.id.clone(), item.version.clone());
            Ok(Written { id, container, version, item: Some(Box::new(item)), replaced, missing })
        }
    }
}
