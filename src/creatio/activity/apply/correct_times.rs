//! Times that the server took otherwise than they were meant: what times in bodies mean only a
//! write tells (docs/facts/creatio.md, "Clocks"). The first one that shows it is written again at
//! once, and from then on it is known.

use crate::creatio::Creatio;
use crate::creatio::activity::apply::{ActivityWriteStage, SET, StoredActivities, UNKNOWN, Work, unconfirmed};
use crate::creatio::activity::compose::{moments, times};
use crate::creatio::client::access::Transport;
use crate::creatio::client::gateway::WriteResult;
use crate::creatio::client::query::{RowChange, RowWrite};
use crate::creatio::client::times::TimeSemantics;
use crate::flat::FlatSet;
use crate::model::op::{Op, Refusal};
use crate::model::time::{instant, local};
use crate::model::{Field, Instant, Record, Zone};
use crate::ports::{Clock, Credentials, Http};

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// Writes times again that were misunderstood; whether there were any. What can't be written
    /// again is settled.
    pub(super) async fn correct_times(&self, works: &mut [Work<'_>], held: &StoredActivities) -> bool {
        if self.installation.access.way(SET) == Transport::DataService {
            return false;
        }
        let Some(assumed) = self.installation.findings().map(|found| found.clocks.write) else { return false };
        let mut changes = Vec::new();
        let mut again = Vec::new();
        let mut news = false;
        for work in works.iter_mut() {
            let sent = matches!(work.stage, ActivityWriteStage::Done | ActivityWriteStage::Doubtful(_));
            let (true, Some(id), Some((record, fields))) = (sent, work.op.id(), written_columns(work.op)) else {
                continue;
            };
            let Some(item) = held.items.get(id) else { continue };
            let taken_by = |assumed| {
                let pairs = moments(record, &fields).into_iter().zip(moments(&item.record, &fields));
                misunderstood(assumed, &*self.site.zone, pairs)
            };
            // an earlier attempt at this creation, before it was known, whose correction was lost;
            // nobody has touched it since
            let is_late = matches!(work.op, Op::Create(_)) && item.stamp == item.facts.created;
            let is_new = taken_by(assumed);
            if is_new || (is_late && taken_by(assumed.other())) {
                let seen = item.stamp.filter(|_| !matches!(work.op, Op::Create(_)));
                let row_write = RowWrite::Update { id: id.to_string(), body: times(record, &fields), seen };
                changes.push(RowChange { set: SET, row_write });
                again.push(work);
                news |= is_new;
            }
        }
        if changes.is_empty() || (news && !self.installation.correct(assumed.other())) {
            return false;
        }
        for (work, WriteResult { answer, over, .. }) in again.into_iter().zip(self.write(&changes).await) {
            let lost = over.and_then(|row| self.replaced(row, work.seen.as_ref()));
            work.replaced = work.replaced.take().or(lost);
            work.left = None;
            match unconfirmed(answer) {
                None => {}
                Some(why) if why == UNKNOWN => work.stage = ActivityWriteStage::Settled(Refusal::Unknown),
                Some(why) => work.stage = ActivityWriteStage::Settled(Refusal::Rejected(why)),
            }
        }
        true
    }
}

/// The record that `op` writes, and which of its fields.
fn written_columns(op: &Op) -> Option<(&Record, FlatSet<Field>)> {
    match op {
        Op::Create(create) => Some((&create.record, [Field::When, Field::Reminder].into())),
        Op::Update(update) => Some((&update.patch.record, update.patch.fields.clone())),
        Op::Delete { .. } => None,
    }
}

/// Whether each time is held as it is if the server takes bodies otherwise than was assumed, and
/// not all as they were meant.
fn misunderstood(
    assumed: TimeSemantics,
    zone: &dyn Zone,
    pairs: impl Iterator<Item = (Option<Instant>, Option<Instant>)>,
) -> bool {
    let taken = |meant: Instant| match assumed {
        TimeSemantics::Utc => instant(zone, meant.naive_utc()),
        TimeSemantics::Local => local(zone, meant).and_utc(),
    };
    let pairs: Vec<_> = pairs.filter_map(|(meant, held)| Some((meant?, held?))).collect();
    let differ = pairs.iter().any(|(meant, held)| meant != held);
    differ && pairs.iter().all(|(meant, held)| taken(*meant) == *held)
}
