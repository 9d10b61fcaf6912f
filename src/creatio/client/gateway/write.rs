//! Writes of rows. One that depends on what was seen goes to the DataService, which alone
//! can heed that; where the user may not use it, or it compares stamps otherwise, the row is read
//! in the same batch, right before it is written over, and what was lost by that is told. Such a
//! write is never sent again without a look of its own; nor at all where it may have been carried
//! out, since that look would show what it wrote itself.

use crate::creatio::activity::wire::MILLIS;
use crate::creatio::client::access::{PROBE_ENTITY, Transport};
use crate::creatio::client::data_service::{self, Affected, ServiceQuery};
use crate::creatio::client::gateway::PARTS;
use crate::creatio::client::query::{Condition, Query, RowChange, RowWrite};
use crate::creatio::client::times::{TimeSemantics, doubled, is_ambiguous};
use crate::creatio::client::{odata, reply};
use crate::creatio::{Creatio, SIDE};
use crate::error::Error;
use crate::http::{Call, Fault, NoReply, PartAnswer, Repeat};
use crate::model::Instant;
use crate::ports::{Clock, Credentials, Http};
use chrono::{DateTime, SubsecRound};
use serde_json::Value;

/// What came of a write that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::creatio) enum WriteEffect {
    /// It was carried out.
    Done,
    /// It depends on what was seen, and met no such row.
    Nothing,
}

/// The answer to a write, which may be a refusal; or none.
pub(in crate::creatio) type WriteAnswer = Result<Result<WriteEffect, Fault>, NoReply>;

/// What became of a write.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::creatio) struct WriteResult {
    /// What was answered.
    pub(in crate::creatio) answer: WriteAnswer,
    /// The row right before it, if that had changed since it was seen: it went over that if it was
    /// carried out.
    pub(in crate::creatio) over: Option<Value>,
    /// The row as it was left, where the answer tells.
    pub(in crate::creatio) left: Option<Value>,
}

impl WriteResult {
    /// Where nothing more is told than the answer.
    const fn bare(answer: WriteAnswer) -> Self {
        Self { answer, over: None, left: None }
    }
}

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// Whether a write is sure to heed what was seen: it needs no look before it.
    pub(in crate::creatio) fn is_guarded(&self, write: &RowWrite) -> bool {
        let is_plain = match write {
            RowWrite::Insert(body) | RowWrite::Update { body, .. } => !is_ambiguous(&*self.site.zone, body),
            RowWrite::Delete { .. } => true,
        };
        is_plain && write.seen().is_some() && self.installation.access.conditional() == Some(true)
    }

    /// Carries out writes; what became of each, in order.
    pub(in crate::creatio) async fn write(&self, changes: &[RowChange]) -> Vec<WriteResult> {
        let access = &self.installation.access;
        // the DataService takes wall clocks only, which show one hour twice a year
        let is_ambiguous = |change: &RowChange| match &change.row_write {
            RowWrite::Insert(body) | RowWrite::Update { body, .. } => is_ambiguous(&*self.site.zone, body),
            RowWrite::Delete { .. } => false,
        };
        let tells = changes.iter().any(is_ambiguous)
            && self.clocks().await.is_ok_and(|clocks| clocks.write == TimeSemantics::Utc);
        let by_service = |change: &RowChange| {
            let heeds = change.row_write.seen().is_some() && access.conditional() != Some(false);
            access.way(change.set) == Transport::DataService || (heeds && !(tells && is_ambiguous(change)))
        };
        let (service, mut odata): (Vec<usize>, Vec<usize>) =
            (0..changes.len()).partition(|at| changes.get(*at).is_some_and(by_service));
        let these = |indices: &[usize]| indices.iter().filter_map(|at| changes.get(*at)).collect::<Vec<_>>();
        let unsent = || WriteResult::bare(Err(NoReply { error: Error::Network(SIDE), maybe: false }));
        let mut results: Vec<WriteResult> = changes.iter().map(|_| unsent()).collect();
        let mut note = |at: usize, result: WriteResult| {
            if let Some(slot) = results.get_mut(at) {
                *slot = result;
            }
        };
        let mut missed = Vec::new();
        let depends = access.conditional() != Some(false);
        for (at, result) in service.iter().zip(self.write_by_service(&these(&service), depends).await) {
            let is_detour = changes.get(*at).is_some_and(|change| access.way(change.set) == Transport::Odata);
            match &result.answer {
                answer if is_detour && is_closed(answer) => {
                    access.found_conditional(false);
                    odata.push(*at);
                    continue;
                }
                Ok(Ok(WriteEffect::Done)) if depends => access.found_conditional(true),
                Ok(Ok(WriteEffect::Nothing)) => missed.push(*at),
                Ok(_) | Err(_) => {}
            }
            note(*at, result);
        }
        let plain = self.unlike(changes, missed).await;
        // a stamp that the server compares otherwise is no use to any write, but for one of the
        // hour that a wall clock shows twice
        let seen = |at: &usize| changes.get(*at).and_then(|change| change.row_write.seen());
        if plain.iter().filter_map(seen).any(|at| doubled(&*self.site.zone, at).is_none()) {
            access.found_conditional(false);
        }
        let (direct, detoured): (Vec<usize>, Vec<usize>) = plain
            .into_iter()
            .partition(|at| changes.get(*at).is_some_and(|change| access.way(change.set) == Transport::DataService));
        for (at, result) in direct.iter().zip(self.write_by_service(&these(&direct), false).await) {
            note(*at, result);
        }
        odata.extend(detoured);
        for (at, result) in odata.iter().zip(self.write_by_odata(&these(&odata)).await) {
            note(*at, result);
        }
        results
    }

    /// Which of the changes at `missed`, each of which depends on a stamp and met no row, are of
    /// rows that have this stamp all the same, and are not found by it: the server compares it
    /// otherwise, since the zones of the site and of the profile differ, or since the wall clock
    /// shows this hour twice. A row that a question finds by its stamp has changed in truth, and
    /// the readings are behind; so the row itself is read last.
    async fn unlike(&self, changes: &[RowChange], missed: Vec<usize>) -> Vec<usize> {
        let zone = &*self.site.zone;
        let mut unlike = Vec::new();
        for part in missed.chunks(PARTS) {
            let these: Vec<(usize, &RowChange)> = part.iter().filter_map(|at| Some((*at, changes.get(*at)?))).collect();
            let asks: Vec<ServiceQuery> =
                these.iter().map(|(_, change)| data_service::select_met(change, zone)).collect();
            let Ok(response) = self.service.send(&ServiceQuery::batch(&asks)).await else { break };
            let Ok(mut found) = data_service::results(&response) else { break };
            let look = |(_, change): &(usize, &RowChange)| {
                let filter = Condition::id(change.row_write.id().unwrap_or_default());
                Query { set: change.set, select: "Id,ModifiedOn", filter, ..Query::default() }
            };
            let Ok(rows) = self.pages(&these.iter().map(look).collect::<Vec<_>>()).await else { break };
            for (nth, ((at, change), row)) in these.into_iter().zip(rows).enumerate() {
                let is_missed = matches!(found.page(nth, zone), Some(Ok(page)) if page.value.is_empty());
                let is_same = row.value.first().and_then(stamp).is_some_and(|at| Some(at) == change.row_write.seen());
                if is_same && is_missed {
                    unlike.push(at);
                }
            }
        }
        unlike
    }

    /// Whether the service `heeds` what was seen. After a request without reply no further one is
    /// begun.
    async fn write_by_service(&self, changes: &[&RowChange], heeds: bool) -> Vec<WriteResult> {
        let mut results: Vec<WriteResult> = Vec::with_capacity(changes.len());
        let mut broken: Option<NoReply> = None;
        // no limit is known for this service: as many writes as OData takes, with looks beside
        for chunk in changes.chunks(PARTS) {
            match &broken {
                Some(silence) => results.extend(chunk.iter().map(|_| WriteResult::bare(Err(silence.clone())))),
                None => match self.asked_to_write(chunk, heeds).await {
                    Ok(told) => results.extend(told),
                    Err(error) => {
                        let maybe = matches!(error, Error::Network(_) | Error::Busy(_));
                        let silence = NoReply { error: error.clone(), maybe };
                        results.extend(chunk.iter().map(|_| WriteResult::bare(Err(silence.clone()))));
                        broken = Some(NoReply { error, maybe: false });
                    }
                },
            }
        }
        results
    }

    /// One request for all of `changes`. What an Activity became is read in it, right after: by
    /// that a later reading tells what somebody has changed since.
    async fn asked_to_write(&self, changes: &[&RowChange], heeds: bool) -> Result<Vec<WriteResult>, Error> {
        let zone = &*self.site.zone;
        let columns = self.columns();
        let look = |change: &RowChange| {
            let filter = Condition::id(change.row_write.id().unwrap_or_default());
            data_service::select(&Query { filter, ..whole(change, &columns) }, zone)
        };
        let mut asks: Vec<ServiceQuery> = Vec::new();
        let mut places = Vec::new();
        for change in changes {
            asks.extend(looks_first(change, heeds).then(|| look(change)));
            places.push(asks.len());
            asks.push(if heeds {
                data_service::write(change, zone)
            } else {
                data_service::write(&(*change).clone().anyway(), zone)
            });
            asks.extend(is_left(change).then(|| look(change)));
        }
        let met = |change: &RowChange, rows: Affected| match rows {
            Affected(0) if change.row_write.id().is_some() => WriteEffect::Nothing,
            Affected(_) => WriteEffect::Done,
        };
        if let ([ask], [change]) = (asks.as_slice(), changes) {
            let response = self.service.send(&ask.clone().call()).await?;
            let effect = data_service::affected(&response).map(|rows| met(change, rows));
            return Ok(vec![WriteResult::bare(Ok(effect))]);
        }
        let batch = ServiceQuery::batch(&asks);
        let is_blind = changes.iter().any(|change| looks_first(change, heeds));
        let repeat = if is_blind { Repeat::Never } else { batch.repeat };
        let response = self.service.send(&Call { repeat, ..batch }).await?;
        let mut replies = match data_service::results(&response) {
            Ok(replies) => replies,
            Err(fault) => return Ok(vec![WriteResult::bare(Ok(Err(fault))); changes.len()]),
        };
        let detail = "no sure answer to a part of a batch".to_owned();
        let unsure = NoReply { error: Error::Unreadable { side: SIDE, detail }, maybe: true };
        let mut result = |(change, place): (&&RowChange, usize)| {
            let answer = match replies.affected(place) {
                // whether the others were kept when one failed is not known: what the server holds
                // decides
                Some(Ok(rows)) if !replies.failed || rows == Affected(0) => Ok(Ok(met(change, rows))),
                Some(Ok(_)) | None => Err(unsure.clone()),
                Some(Err(fault)) => Ok(Err(fault)),
            };
            let mut row = |at: Option<usize>| replies.page(at?, zone)?.ok()?.value.into_iter().next();
            let before = row(place.checked_sub(1).filter(|_| looks_first(change, heeds)));
            let over = before.and_then(|row| changed(row, change.row_write.seen()?));
            let left = row(Some(place + 1).filter(|_| is_left(change) && answer == Ok(Ok(WriteEffect::Done))));
            WriteResult { answer, over, left }
        };
        Ok(changes.iter().zip(places).map(&mut result).collect())
    }

    /// What depends on what was seen is looked at right before, in the same batch, and an Activity
    /// right after too.
    async fn write_by_odata(&self, changes: &[&RowChange]) -> Vec<WriteResult> {
        let columns = self.columns();
        let look = |change: &RowChange| {
            let path = format!("{}({})", change.set, change.row_write.id().unwrap_or_default());
            let call = odata::call(&whole(change, &columns));
            Call { path: call.path.replacen(change.set, &path, 1), ..call }
        };
        let together = |change: &&RowChange| {
            let write = odata::write(change);
            if change.row_write.seen().is_none() {
                return vec![write];
            }
            let write = Call { repeat: Repeat::Never, ..write.following() };
            let left = is_left(change).then(|| look(change).following());
            [look(change), write].into_iter().chain(left).collect()
        };
        let calls: Vec<Call> = changes.iter().flat_map(together).collect();
        let mut answers = self.batch(&calls).await.into_iter();
        let row = |answer: Option<PartAnswer>| reply::row(&answer?.ok()?).ok();
        let result = |change: &&RowChange| {
            let over = change.row_write.seen().and_then(|seen| changed(row(answers.next())?, seen));
            let answer = answers.next()?;
            let left = if is_left(change) { answers.next() } else { None };
            let is_new = matches!(change.row_write, RowWrite::Insert(_));
            let left = row(left.or_else(|| Some(answer.clone()).filter(|_| is_new)));
            let answer = answer.map(|response| reply::accept(&response).map(|()| WriteEffect::Done));
            let left = left.filter(|_| answer == Ok(Ok(WriteEffect::Done)));
            Some(WriteResult { answer, over, left })
        };
        changes.iter().filter_map(result).collect()
    }
}

/// The question for all of a row that a change needs to know.
fn whole<'a>(change: &RowChange, columns: &'a str) -> Query<'a> {
    let select = if change.set == PROBE_ENTITY { columns } else { "Id,ModifiedOn" };
    Query { set: change.set, select, ..Query::default() }
}

/// `row`, if it is not as it was seen.
fn changed(row: Value, seen: Instant) -> Option<Value> {
    (stamp(&row)? != seen).then_some(row)
}

fn stamp(row: &Value) -> Option<Instant> {
    Some(DateTime::parse_from_rfc3339(row.get("ModifiedOn")?.as_str()?).ok()?.to_utc().trunc_subsecs(MILLIS))
}

/// Whether a write by the DataService, which does or does not heed stamps, needs a look of its own.
const fn looks_first(change: &RowChange, heeds: bool) -> bool {
    !heeds && change.row_write.seen().is_some()
}

/// Whether what a change leaves is read together with it.
fn is_left(change: &RowChange) -> bool {
    change.set == PROBE_ENTITY
        && change.row_write.seen().is_some()
        && matches!(change.row_write, RowWrite::Update { .. })
}

/// Whether an answer tells that the service itself is closed to the user, or not there: then
/// nothing was carried out.
fn is_closed(answer: &WriteAnswer) -> bool {
    match answer {
        Ok(Err(fault)) => matches!(fault.status(), Some(403..=405 | 501)),
        Err(silence) => matches!(silence.error, Error::Forbidden { .. }),
        Ok(Ok(_)) => false,
    }
}
