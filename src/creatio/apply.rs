//! Applying writes, in four steps that each cost few requests however many writes there are: read what is to be written over, write
//! activities, write participants, read back. A version is compared before a write, and again by the write itself where `door` can have that; where it
//! can't, what was written over in between is told.

mod retell;

use super::door::{Met, Told};
use super::map::{self, Context};
use super::people::Wish;
use super::query::{Change, Deed};
use super::read::Reading;
use super::wire::Participant;
use super::write::{change, creation};
use super::{ACTIVITIES, Creatio};
use crate::error::Error;
use crate::http::Silence;
use crate::http::odata::understand;
use crate::model::record::differences;
use crate::model::{Field, Item, ItemId, Record, Version};
use crate::ports::{Clock, Create, Http, Keys, Op, Outcome, Refusal, Update, Written};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The entity.
const SET: &str = "Activity";

/// How far one write has come.
#[derive(Clone, Debug)]
enum Stage {
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
    stage: Stage,
    /// What it is written over, as it was seen right before.
    seen: Option<Item>,
    /// What it was written over, if that was not what was seen.
    replaced: Option<Box<Record>>,
}

impl<P: Http + Clock + Keys> Creatio<P> {
    /// See [`Replica::apply`](crate::ports::Replica::apply).
    pub(super) async fn applied(&self, ops: &[Op]) -> Vec<Outcome> {
        // by which service, and with which columns; what the servers refuse shows below
        let _ = self.tongue().await;
        let mut works = self.checked(ops).await;
        self.carry_out(&mut works).await;
        self.once_more(&mut works).await;
        // created or not, changed or not: from here on what the server holds decides
        let mut before = self.held(&works).await;
        if let Ok(held) = &before
            && self.retell(&mut works, held).await
        {
            before = self.held(&works).await;
        }
        if let Ok(before) = &before {
            for work in &mut works {
                settle(work.op, &mut work.stage, before);
            }
            self.lay_ghosts(&mut works, before).await;
        }
        let after = match before {
            Ok(before) if self.write_people(&mut works, &before).await => self.held(&works).await,
            before => before,
        };
        works.into_iter().map(|work| outcome(work, after.as_ref().ok())).collect()
    }

    /// Compares versions; what must not be written is settled.
    async fn checked<'a>(&self, ops: &'a [Op]) -> Vec<Work<'a>> {
        let existing = ops.iter().filter(|op| !matches!(op, Op::Create(_)));
        let reading = self.reread(existing.filter_map(target)).await;
        let work = |op: &'a Op| {
            let (seen, stage) = match (&reading, op) {
                (_, Op::Create(_)) => (None, Stage::Planned),
                (Err(_), Op::Update(_) | Op::Delete { .. }) => (None, Stage::Settled(Refusal::NotSent)),
                (Ok(held), Op::Update(_) | Op::Delete { .. }) => {
                    let seen = target(op).and_then(|id| held.items.get(id)).cloned();
                    (seen, guard(op, held).map_or(Stage::Planned, Stage::Settled))
                }
            };
            Work { op, stage, seen, replaced: None }
        };
        ops.iter().map(work).collect()
    }

    /// Carries out again what met no row as it was seen: somebody was faster. It goes on only if what is to be written is still as planned.
    async fn once_more(&self, works: &mut [Work<'_>]) {
        let missed = |work: &&mut Work<'_>| matches!(work.stage, Stage::Missed);
        let ids: Vec<ItemId> = works.iter_mut().filter(missed).filter_map(|work| target(work.op)).cloned().collect();
        if ids.is_empty() {
            return;
        }
        let reading = self.reread(ids.iter()).await;
        for work in works.iter_mut().filter(missed) {
            let Ok(held) = &reading else {
                work.stage = Stage::Settled(Refusal::Unknown);
                continue;
            };
            let now = target(work.op).and_then(|id| held.items.get(id)).cloned();
            work.stage = match (work.op, guard(work.op, held), &now) {
                // it may be our own deed whose reply was lost
                (Op::Delete { .. }, Some(Refusal::Gone), _) => Stage::Done,
                (Op::Update(update), _, Some(item)) if is_written(update, item) => Stage::Done,
                (_, Some(refusal), _) => Stage::Settled(refusal),
                (_, None, _) => Stage::Planned,
            };
            work.seen = now;
        }
        self.carry_out(works).await;
        for work in works.iter_mut().filter(missed) {
            work.stage = Stage::Settled(Refusal::Stale);
        }
    }

    /// Removes what a change created because its Activity was deleted meanwhile: a PATCH is an upsert (creatio.md §1.3).
    async fn lay_ghosts(&self, works: &mut [Work<'_>], held: &Held) {
        let mut changes = Vec::new();
        for work in works {
            let Op::Update(update) = work.op else { continue };
            let created = |item: &Item| item.facts.created;
            let (then, now) = (work.seen.as_ref().and_then(created), held.items.get(&update.id).and_then(created));
            if matches!(work.stage, Stage::Done) && then.is_some() && now > then {
                let deed = Deed::Delete { id: update.id.to_string(), seen: None };
                changes.push(Change { set: SET, deed });
                work.stage = Stage::Settled(Refusal::Gone);
            }
        }
        // a ghost that stays after all has no link and is seen as new by the next run
        self.write(&changes).await;
    }

    /// Writes the activities that are planned.
    async fn carry_out(&self, works: &mut [Work<'_>]) {
        let mut changes = Vec::new();
        let mut sent = Vec::new();
        for work in works.iter_mut().filter(|work| matches!(work.stage, Stage::Planned)) {
            match self.change(work) {
                Ok(Some(deed)) => {
                    changes.push(Change { set: SET, deed });
                    sent.push(work);
                }
                Ok(None) => work.stage = Stage::Done,
                Err(reason) => work.stage = Stage::Settled(Refusal::Rejected(reason)),
            }
        }
        for (work, told) in sent.into_iter().zip(self.write(&changes).await) {
            if let Ok(Ok(Met::Changed(row))) = &told {
                work.replaced = self.replaced(row.clone(), work.seen.as_ref());
            }
            work.stage = answered(work.op, told);
        }
    }

    /// What carries out a write; `None` if it writes no column.
    fn change(&self, work: &Work<'_>) -> Result<Option<Deed>, String> {
        let seen = work.seen.as_ref().and_then(|item| item.stamp);
        Ok(match work.op {
            Op::Create(create) => {
                create.id.as_ref().ok_or("an Activity needs an id of ours")?;
                Some(Deed::Insert(self.fitted(creation(create, &self.site.contact)?)))
            }
            Op::Update(update) => {
                let body = self.fitted(change(update)?);
                (!body.is_empty()).then(|| Deed::Update { id: update.id.to_string(), body, seen })
            }
            Op::Delete { id, .. } => Some(Deed::Delete { id: id.to_string(), seen }),
        })
    }

    /// The record that a row of `Activity` was which we wrote over; its participants as they were seen.
    fn replaced(&self, row: Value, seen: Option<&Item>) -> Option<Box<Record>> {
        let lookups = self.lookups();
        let context = Context { me: &self.site.contact, lookups: &lookups, cards: &BTreeMap::new() };
        let mut record = map::item(understand(row).ok()?, &[], &context).ok()?.record;
        if let (Record::Meeting(lost), Some(Record::Meeting(seen))) = (&mut record, seen.map(|item| &item.record)) {
            (lost.people, lost.response) = (seen.people.clone(), seen.response);
        }
        Some(Box::new(record))
    }

    /// Writes participants; whether there was anything to write.
    async fn write_people(&self, works: &mut [Work<'_>], before: &Held) -> bool {
        let lookups = self.lookups();
        let context = (&self.site.contact, &*lookups);
        let mut changes = Vec::new();
        let mut places = Vec::new();
        for (place, work) in works.iter().enumerate() {
            let (Stage::Done, Some(wish), Some(id)) = (&work.stage, Wish::of(work.op), target(work.op)) else {
                continue;
            };
            let Some(item) = before.items.get(id) else { continue };
            let rows = before.rows_of(id);
            for change in wish.changes(id, &rows, item.facts.owner.as_ref(), context) {
                changes.push(change);
                places.push(place);
            }
        }
        for (place, told) in places.into_iter().zip(self.write(&changes).await) {
            if let (Err(refusal), Some(work)) = (joined(told), works.get_mut(place)) {
                work.stage = Stage::Settled(refusal);
            }
        }
        !changes.is_empty()
    }

    async fn reread(&self, ids: impl Iterator<Item = &ItemId>) -> Result<Held, Error> {
        let ids: BTreeSet<ItemId> = ids.cloned().collect();
        Ok(Held::new(self.read(&ids.into_iter().collect::<Vec<_>>()).await?))
    }

    /// What the server holds of everything that was sent.
    async fn held(&self, works: &[Work<'_>]) -> Result<Held, Error> {
        let sent = works.iter().filter(|work| match work.stage {
            Stage::Done => !matches!(work.op, Op::Delete { .. }),
            Stage::Doubtful(_) => true,
            Stage::Planned | Stage::Missed | Stage::Settled(_) => false,
        });
        self.reread(sent.filter_map(|work| target(work.op))).await
    }
}

/// Activities as the server holds them.
struct Held {
    items: BTreeMap<ItemId, Item>,
    /// Those that are there and can't be understood.
    malformed: BTreeSet<ItemId>,
    participants: Vec<Participant>,
}

impl Held {
    fn new(reading: Reading) -> Self {
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

/// The Activity that `op` is about.
fn target(op: &Op) -> Option<&ItemId> {
    match op {
        Op::Create(create) => create.id.as_ref(),
        Op::Update(update) => Some(&update.id),
        Op::Delete { id, .. } => Some(id),
    }
}

/// Why `op` must not be written over what is there.
fn guard(op: &Op, held: &Held) -> Option<Refusal> {
    let id = target(op)?;
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
fn answered(op: &Op, told: Told) -> Stage {
    let met = match told {
        Ok(met) => met,
        Err(Silence { maybe: true, .. }) => return Stage::Doubtful(None),
        Err(Silence { maybe: false, .. }) => return Stage::Settled(Refusal::NotSent),
    };
    match (met, op) {
        (Ok(Met::Row | Met::Changed(_)), _) => Stage::Done,
        (Ok(Met::Nothing), _) => Stage::Missed,
        // it was there a moment ago: gone is what was wanted
        (Err(fault), Op::Delete { .. }) if fault.status() == Some(404) => Stage::Done,
        (Err(fault), Op::Update(_)) if fault.status() == Some(404) => Stage::Settled(Refusal::Gone),
        // throttled to the end
        (Err(fault), _) if matches!(fault.status(), Some(429 | 503 | 504)) => Stage::Settled(Refusal::NotSent),
        // a creation that was repeated after a lost reply is refused for its id
        (Err(fault), Op::Create(_)) => Stage::Doubtful(Some(fault.detail())),
        (Err(fault), Op::Update(_) | Op::Delete { .. }) => Stage::Settled(Refusal::Rejected(fault.detail())),
    }
}

/// What an answer to the write of a participant's row says of the whole write. The Activity itself is written by then, but to call it done
/// would make missing participants look like removed ones.
fn joined(told: Told) -> Result<(), Refusal> {
    match told.map_err(|_| Refusal::Unknown)? {
        Ok(Met::Row | Met::Changed(_)) => Ok(()),
        Ok(Met::Nothing) => Err(Refusal::Unknown),
        Err(fault) if matches!(fault.status(), Some(404 | 429 | 503 | 504)) => Err(Refusal::Unknown),
        Err(fault) => Err(Refusal::Rejected(format!("participants: {}", fault.detail()))),
    }
}

/// Decides what was in doubt by what is there.
fn settle(op: &Op, stage: &mut Stage, held: &Held) {
    let Stage::Doubtful(refusal) = stage else { return };
    let item = target(op).and_then(|id| held.items.get(id));
    let malformed = target(op).is_some_and(|id| held.malformed.contains(id));
    let refused = refusal.take();
    *stage = match (op, item, refused) {
        (Op::Create(create), Some(item), _) if is_ours(create, item) => {
            // another device may have made it of what it saw: the next run compares the two
            if is_whole(create, item) { Stage::Done } else { Stage::Settled(Refusal::Unknown) }
        }
        (Op::Create(_), _, Some(reason)) => Stage::Settled(Refusal::Rejected(reason)),
        (Op::Create(_), Some(_), None) => Stage::Settled(Refusal::Rejected("another Activity has this id".to_owned())),
        (Op::Create(_), None, None) if !malformed => Stage::Settled(Refusal::NotSent),
        (Op::Delete { .. }, None, _) if !malformed => Stage::Done,
        (Op::Delete { .. }, Some(_), _) => Stage::Settled(Refusal::NotSent),
        (Op::Update(update), Some(item), _) if is_written(update, item) => Stage::Done,
        (Op::Update(_), None, _) if !malformed => Stage::Settled(Refusal::Gone),
        (Op::Create(_) | Op::Update(_) | Op::Delete { .. }, _, _) => Stage::Settled(Refusal::Unknown),
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
        && (update.uid.is_none() || item.facts.uid == update.uid)
        && (update.status.is_none() || item.facts.status == update.status)
}

fn outcome(work: Work<'_>, held: Option<&Held>) -> Outcome {
    let Work { op, stage, replaced, .. } = work;
    let container = ACTIVITIES.into();
    match (stage, op, held) {
        // it was created, its participants may not have been: somebody has deleted it by now, which the next run sees to
        (Stage::Done | Stage::Settled(Refusal::Unknown), Op::Create(create), Some(held))
            if create.id.as_ref().is_some_and(|id| held.lacks(id)) =>
        {
            let id = create.id.clone().ok_or(Refusal::Unknown)?;
            Ok(Written { id, container, version: Version::new(""), item: None, replaced })
        }
        (Stage::Settled(refusal), _, _) => Err(refusal),
        (Stage::Planned | Stage::Missed, _, _) => Err(Refusal::NotSent),
        (Stage::Doubtful(_), _, _) | (Stage::Done, Op::Create(_) | Op::Update(_), None) => Err(Refusal::Unknown),
        (Stage::Done, Op::Delete { id, version, .. }, _) => {
            Ok(Written { id: id.clone(), container, version: version.clone(), item: None, replaced })
        }
        (Stage::Done, Op::Create(_) | Op::Update(_), Some(held)) => {
            let item = target(op).and_then(|id| held.items.get(id)).ok_or(Refusal::Unknown)?;
            let (id, version) = (item.id.clone(), item.version.clone());
            Ok(Written { id, container, version, item: Some(Box::new(item.clone())), replaced })
        }
    }
}
