//! Applying writes, in four steps that each cost few requests however many writes there are: read what is to be written over, write
//! activities, write participants, read back. Creatio has no If-Match (creatio.md §1.3): a version is compared just before the write.

mod retell;

use super::people::Wish;
use super::query::accept;
use super::read::Reading;
use super::wire::Participant;
use super::write::{change, creation, json};
use super::{ACTIVITIES, Creatio};
use crate::error::Error;
use crate::http::{Answer, Call, Repeat, Silence};
use crate::model::record::differences;
use crate::model::{Field, Instant, Item, ItemId};
use crate::ports::{Clock, Create, Http, Keys, Op, Outcome, Refusal, Update, Written};
use std::collections::{BTreeMap, BTreeSet};

/// How far one write has come.
#[derive(Clone, Debug)]
enum Stage {
    /// Nothing was sent yet.
    Planned,
    /// It may or may not have been carried out; the server's refusal, if there was one.
    Doubtful(Option<String>),
    /// The server confirmed it.
    Done,
    /// It is decided.
    Settled(Refusal),
}

impl<P: Http + Clock + Keys> Creatio<P> {
    /// See [`Replica::apply`](crate::ports::Replica::apply).
    pub(super) async fn applied(&self, ops: &[Op]) -> Vec<Outcome> {
        let (mut stages, born) = self.checked(ops).await;
        self.write(ops, &mut stages).await;
        // created or not, changed or not: from here on what the server holds decides
        let mut before = self.held(ops, &stages).await;
        if let Ok(held) = &before
            && self.retell(ops, &mut stages, held).await
        {
            before = self.held(ops, &stages).await;
        }
        if let Ok(before) = &before {
            for (op, stage) in ops.iter().zip(&mut stages) {
                settle(op, stage, before);
            }
            self.lay_ghosts(&mut stages, ops, (&born, before)).await;
        }
        let after = match before {
            Ok(before) if self.write_people(ops, &mut stages, &before).await => self.held(ops, &stages).await,
            before => before,
        };
        ops.iter().zip(stages).map(|(op, stage)| outcome(op, stage, after.as_ref().ok())).collect()
    }

    /// Compares versions; what must not be written is settled. With it, when the activities to be written over were created.
    async fn checked(&self, ops: &[Op]) -> (Vec<Stage>, Births) {
        let ids: BTreeSet<ItemId> =
            ops.iter().filter(|op| !matches!(op, Op::Create(_))).filter_map(target).cloned().collect();
        let reading = self.read(&ids.into_iter().collect::<Vec<_>>()).await.map(Held::new);
        let stage = |op: &Op| match (&reading, op) {
            (_, Op::Create(_)) => Stage::Planned,
            (Err(_), Op::Update(_) | Op::Delete { .. }) => Stage::Settled(Refusal::NotSent),
            (Ok(held), Op::Update(_) | Op::Delete { .. }) => guard(op, held).map_or(Stage::Planned, Stage::Settled),
        };
        let stages = ops.iter().map(stage).collect();
        let born = reading.iter().flat_map(|held| &held.items).map(|(id, item)| (id.clone(), item.facts.created));
        (stages, born.collect())
    }

    /// Removes what a change created because its Activity was deleted meanwhile: a PATCH is an upsert (creatio.md §1.3).
    async fn lay_ghosts(&self, stages: &mut [Stage], ops: &[Op], (born, held): (&Births, &Held)) {
        let mut calls = Vec::new();
        for (op, stage) in ops.iter().zip(stages) {
            let Op::Update(update) = op else { continue };
            let created = |item: &Item| item.facts.created;
            let (then, now) = (born.get(&update.id).copied().flatten(), held.items.get(&update.id).and_then(created));
            if matches!(stage, Stage::Done) && then.is_some() && now > then {
                calls.push(Call::delete(address(&update.id)));
                *stage = Stage::Settled(Refusal::Gone);
            }
        }
        // a ghost that stays after all has no link and is seen as new by the next run
        self.batch(&calls).await;
    }

    /// Writes activities.
    async fn write(&self, ops: &[Op], stages: &mut [Stage]) {
        let mut calls = Vec::new();
        let mut places = Vec::new();
        for (place, (op, stage)) in ops.iter().zip(stages.iter_mut()).enumerate() {
            if !matches!(stage, Stage::Planned) {
                continue;
            }
            match self.call(op) {
                Ok(Some(call)) => {
                    calls.push(call);
                    places.push(place);
                }
                Ok(None) => *stage = Stage::Done,
                Err(reason) => *stage = Stage::Settled(Refusal::Rejected(reason)),
            }
        }
        let answers = self.batch(&calls).await;
        for (place, answer) in places.into_iter().zip(answers) {
            if let (Some(op), Some(stage)) = (ops.get(place), stages.get_mut(place)) {
                *stage = answered(op, answer);
            }
        }
    }

    /// The call that carries out `op`; `None` if it writes no column.
    fn call(&self, op: &Op) -> Result<Option<Call>, String> {
        Ok(match op {
            Op::Create(create) => {
                create.id.as_ref().ok_or("an Activity needs an id of ours")?;
                Some(Call::post("Activity", json(creation(create, &self.site.contact)?), Repeat::Safe))
            }
            Op::Update(update) => {
                let body = change(update)?;
                (!body.is_empty()).then(|| Call::patch(address(&update.id), json(body)))
            }
            Op::Delete { id, .. } => Some(Call::delete(address(id))),
        })
    }

    /// Writes participants; whether there was anything to write.
    async fn write_people(&self, ops: &[Op], stages: &mut [Stage], before: &Held) -> bool {
        let lookups = self.lookups();
        let context = (&self.site.contact, &*lookups);
        let mut calls = Vec::new();
        let mut places = Vec::new();
        for (place, (op, stage)) in ops.iter().zip(stages.iter()).enumerate() {
            let (Stage::Done, Some(wish), Some(id)) = (stage, Wish::of(op), target(op)) else { continue };
            let Some(item) = before.items.get(id) else { continue };
            let rows = before.rows_of(id);
            for call in wish.calls(id, &rows, item.facts.owner.as_ref(), context) {
                calls.push(call);
                places.push(place);
            }
        }
        let answers = self.batch(&calls).await;
        for (place, answer) in places.into_iter().zip(answers) {
            if let (Err(refusal), Some(stage)) = (joined(answer), stages.get_mut(place)) {
                *stage = Stage::Settled(refusal);
            }
        }
        !calls.is_empty()
    }

    /// What the server holds of everything that was sent.
    async fn held(&self, ops: &[Op], stages: &[Stage]) -> Result<Held, Error> {
        let sent = ops.iter().zip(stages).filter(|(op, stage)| match stage {
            Stage::Done => !matches!(op, Op::Delete { .. }),
            Stage::Doubtful(_) => true,
            Stage::Planned | Stage::Settled(_) => false,
        });
        let ids: BTreeSet<ItemId> = sent.filter_map(|(op, _)| target(op)).cloned().collect();
        Ok(Held::new(self.read(&ids.into_iter().collect::<Vec<_>>()).await?))
    }
}

/// When activities were created.
type Births = BTreeMap<ItemId, Option<Instant>>;

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

fn address(id: &ItemId) -> String {
    format!("Activity({id})")
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
fn answered(op: &Op, answer: Answer) -> Stage {
    let response = match answer {
        Ok(response) => response,
        Err(Silence { maybe: true, .. }) => return Stage::Doubtful(None),
        Err(Silence { maybe: false, .. }) => return Stage::Settled(Refusal::NotSent),
    };
    match (accept(&response), op) {
        (Ok(()), _) => Stage::Done,
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
fn joined(answer: Answer) -> Result<(), Refusal> {
    let response = answer.map_err(|_| Refusal::Unknown)?;
    match accept(&response) {
        Ok(()) => Ok(()),
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
        (Op::Create(create), Some(item), _) if is_ours(create, item) => Stage::Done,
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

/// Whether an Activity shows what an update wrote into its columns.
fn is_written(update: &Update, item: &Item) -> bool {
    let columns = update.patch.fields.iter().filter(|field| !matches!(field, Field::People | Field::Response));
    differences(&update.patch.record, &item.record).is_disjoint(&columns.copied().collect())
        && (update.uid.is_none() || item.facts.uid == update.uid)
        && (update.status.is_none() || item.facts.status == update.status)
}

fn outcome(op: &Op, stage: Stage, held: Option<&Held>) -> Outcome {
    match (stage, op, held) {
        (Stage::Settled(refusal), _, _) => Err(refusal),
        (Stage::Planned, _, _) => Err(Refusal::NotSent),
        (Stage::Doubtful(_), _, _) | (Stage::Done, Op::Create(_) | Op::Update(_), None) => Err(Refusal::Unknown),
        (Stage::Done, Op::Delete { id, version, .. }, _) => {
            Ok(Written { id: id.clone(), container: ACTIVITIES.into(), version: version.clone(), item: None })
        }
        (Stage::Done, Op::Create(_) | Op::Update(_), Some(held)) => {
            let item = target(op).and_then(|id| held.items.get(id)).ok_or(Refusal::Unknown)?;
            Ok(Written {
                id: item.id.clone(),
                container: ACTIVITIES.into(),
                version: item.version.clone(),
                item: Some(Box::new(item.clone())),
            })
        }
    }
}
