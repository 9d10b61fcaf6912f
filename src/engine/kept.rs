//! What a server keeps of what is written to it (docs/rules.md, "What a server keeps"). A value
//! that a reply or a read shows to be another than the one that was written is the server's, not a
//! person's edit: it is written once more, then named, and never goes back to where the written
//! value came from.
//!
//! Not here: values that a server moves by itself with a write, which are folded as read back
//! (`fold`).

use crate::engine::action::{Action, Step};
use crate::engine::fate::Fate;
use crate::engine::folded::{Folded, both};
use crate::engine::held::{Held, HeldField, Reason};
use crate::engine::link::Link;
use crate::flat::FlatSet;
use crate::model::op::{Op, Outcome, Refusal, SendInvitations, Update};
use crate::model::record::{copy, differences};
use crate::model::{Field, Instant, Item, Pair, Patch, Record, Side};
use chrono::Duration;

/// What a server makes of a creation by itself, it has made within this time.
const SETTLING_TIME: Duration = Duration::seconds(10);

/// The fields that `op` wrote and that the server, by the `item` which it then held, made something
/// else of. People and answers are not among them: they merge per person, and servers add to them.
#[must_use]
pub fn unkept(op: &Op, item: &Item) -> FlatSet<Field> {
    let Some(Patch { record, fields }) = op.patch() else { return FlatSet::new() };
    if record.kind() != item.record.kind() {
        return FlatSet::new();
    }
    let own = |field: &Field| fields.contains(field) && !matches!(field, Field::People | Field::Response);
    differences(&record, &item.record).into_iter().filter(own).collect()
}

/// What is believed of the outcome of `op`. A creation may be answered with an item that another
/// device made by the same transaction and that somebody has edited since: what differs is theirs
/// and not the server's, so that nothing is confirmed, and the next run merges the two.
pub fn believed(op: &Op, outcome: Outcome) -> Outcome {
    let edited_since =
        |item: &Item| changed_after(item).is_some_and(|after| after > SETTLING_TIME) && !unkept(op, item).is_empty();
    let is_met = matches!(op, Op::Create(_))
        && outcome.as_ref().is_ok_and(|written| written.item.as_deref().is_some_and(edited_since));
    if is_met { Err(Refusal::Unknown) } else { outcome }
}

/// Whether nobody has changed `item` since it was made.
pub(super) fn is_untouched(item: &Item) -> bool {
    changed_after(item).is_some_and(|after| after <= SETTLING_TIME)
}

/// Whether nobody has changed the Activity since the event or task was made for it.
pub(super) fn is_as_sent(items: Pair<&Item>) -> bool {
    let times = items.creatio.stamp.zip(items.exchange.facts.created);
    times.is_some_and(|(changed, created)| changed - created <= SETTLING_TIME)
}

/// How long after its creation `item` was last changed.
fn changed_after(item: &Item) -> Option<Duration> {
    item.facts.created.zip(item.stamp).map(|(created, changed)| changed - created)
}

/// Takes into `link` what the server holds of the fields that `op` wrote on `side`: they are in
/// step as they are there.
pub(super) fn confirm(link: &mut Link, side: Side, op: &Op, item: &Item) {
    let lost = unkept(op, item);
    for field in op.patch().into_iter().flat_map(|patch| patch.fields) {
        link.halves[side].unkept.remove(&field);
    }
    for field in &lost {
        copy(*field, &item.record, &mut link.halves[side].base);
    }
    link.halves[side].unkept.extend(lost);
}

/// Takes into `link` what the server made of a creation whose reply was lost: nobody has changed
/// `item` since it was made, so that whatever differs from what was to be written is the server's.
pub(super) fn as_made(link: &mut Link, side: Side, item: &Item) {
    if link.halves[side].base.kind() != item.record.kind() {
        return;
    }
    for field in differences(&link.halves[side].base, &item.record) {
        if !matches!(field, Field::People | Field::Response) {
            copy(field, &item.record, &mut link.halves[side].base);
            link.halves[side].unkept.insert(field);
        }
    }
}

/// Whether a server made something else of what `action` wrote.
#[must_use]
pub fn is_lost(action: &Action, outcomes: &[Outcome]) -> bool {
    action.writes.iter().zip(outcomes).any(|((_, op), outcome)| {
        let item = outcome.as_ref().ok().and_then(|written| written.item.as_deref());
        item.is_some_and(|item| !unkept(op, item).is_empty())
    })
}

/// The writes that try once more what a server did not keep of `action`, each with the pair's link
/// as it now stands. None where trying again would mail people a second time.
#[must_use]
pub fn corrections(action: &Action, outcomes: &[Outcome], link: &Link) -> Vec<Action> {
    let each = action.writes.iter().zip(outcomes).filter_map(|((side, op), outcome)| {
        let item = outcome.as_ref().ok()?.item.as_deref()?;
        let fields = unkept(op, item);
        let record = op.patch()?.record;
        let is_mailed = match op {
            Op::Update(update) => update.tells != SendInvitations::Nobody,
            Op::Create(_) | Op::Delete { .. } => true,
        };
        let mails = *side == Side::Exchange && item.facts.attendees > 0 && is_mailed;
        (!fields.is_empty() && !mails).then(|| {
            let container = link.halves[*side].container.clone();
            let update =
                Update { container, tells: SendInvitations::Nobody, ..Update::of(item, Patch { record, fields }) };
            Action {
                step: Step::Update(*side),
                title: action.title.clone(),
                writes: vec![(*side, Op::Update(Box::new(update)))],
                before: Some(link.clone()),
                after: link.clone(),
            }
        })
    });
    each.collect()
}

/// Folds the outcome of a correction into `link`: what the server kept this time is in step as it
/// was meant, the rest stays as the server has it.
#[must_use]
pub fn corrected(link: &Link, correction: &Action, outcomes: &[Outcome], now: Instant) -> Folded {
    let mut link = link.clone();
    let (Some((side, op)), outcome) = (correction.writes.first(), outcomes.first()) else { return Folded::default() };
    match outcome {
        Some(Ok(written)) => {
            link.halves[*side].set_version(written.version.clone());
            if let (Some(Patch { record, fields }), Some(item)) = (op.patch(), &written.item) {
                for field in fields {
                    copy(field, &record, &mut link.halves[*side].base);
                }
                confirm(&mut link, *side, op, item);
            }
            let held = named(&link, &correction.title, now).into_iter().collect();
            Folded { put: Some(link), held, done: true, ..Folded::default() }
        }
        Some(Err(Refusal::Rejected(detail))) => {
            let held = named(&link, &correction.title, now).map(|held| Held { detail: detail.clone(), ..held });
            Folded { held: held.into_iter().collect(), done: true, ..Folded::default() }
        }
        // whoever was faster, or whatever became of it: the next run looks
        Some(Err(
            Refusal::Stale | Refusal::Gone | Refusal::Taken | Refusal::Spent | Refusal::Unknown | Refusal::NotSent,
        ))
        | None => Folded { again: both(&link), ..Folded::default() },
    }
}

/// The fields of a pair that a side did not keep, in the order in which a person reads them.
fn fields(link: &Link) -> Vec<Field> {
    let lost = |field: &&Field| Side::BOTH.into_iter().any(|side| link.halves[side].unkept.contains(field));
    crate::model::record::fields(link.kind()).iter().filter(lost).copied().collect()
}

/// What a person is told of a pair of which a side did not keep what was written, with what both
/// have.
#[must_use]
pub fn named(link: &Link, title: &str, now: Instant) -> Option<Held> {
    let fields = fields(link);
    (!fields.is_empty()).then(|| Held {
        fields: fields.into_iter().map(|field| HeldField::of(field, link.base())).collect(),
        ..Held::whole(Side::Creatio, link.halves.creatio.id().clone(), title, Reason::NotKept, now)
    })
}

/// What of `before` is still not kept, once both sides agree on the records of `base`: a field that
/// a person, or a write, has changed since is no longer the server's.
#[must_use]
pub fn left(before: &Link, base: &Pair<Record>) -> Pair<FlatSet<Field>> {
    let changed: FlatSet<Field> =
        Side::BOTH.into_iter().flat_map(|side| differences(&before.halves[side].base, &base[side])).collect();
    Pair::of(|side| before.halves[side].unkept.difference(&changed).copied().collect())
}

/// The writes that try again what is not kept of a pair at rest, since a person said so: of each
/// side the fields and the record that they shall be in, which is what the other side is here.
#[must_use]
pub fn again(link: &Link, fates: Pair<Fate<'_>>, shadows: &Pair<Record>) -> Option<Action> {
    let mut after = link.clone();
    let mut writes = Vec::new();
    for side in Side::BOTH {
        let Some(item) = fates[side].item() else { continue };
        let fields: FlatSet<Field> = std::mem::take(&mut after.halves[side].unkept);
        let fields = &fields & &differences(&item.record, &shadows[side]);
        for field in &fields {
            copy(*field, &shadows[side], &mut after.halves[side].base);
        }
        if !fields.is_empty() {
            let patch = Patch { record: shadows[side].clone(), fields };
            let update = Update { tells: SendInvitations::Nobody, ..Update::of(item, patch) };
            writes.push((side, Op::Update(Box::new(update))));
        }
    }
    let side = writes.first()?.0;
    let title = link.halves.creatio.base.title().to_owned();
    Some(Action { step: Step::Update(side), title, writes, before: Some(link.clone()), after })
}
