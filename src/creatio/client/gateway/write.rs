//! Writes of rows. One that depends on what was seen goes to the DataService, which alone
//! can heed that; where the user may not use it, the row is read in the same batch, right before it
//! is written over, and what was lost by that is told.

use crate::creatio::client::access::Transport;
use crate::creatio::client::data_service::{self, Affected, ServiceQuery};
use crate::creatio::client::gateway::PARTS;
use crate::creatio::client::query::{Condition, Query, RowChange, RowWrite};
use crate::creatio::client::times::{TimeSemantics, doubled, is_ambiguous};
use crate::creatio::client::{odata, reply};
use crate::creatio::{Creatio, SIDE};
use crate::error::Error;
use crate::http::{Call, Fault, NoReply, PartAnswer};
use crate::model::Instant;
use crate::ports::{Clock, Credentials, Http, HttpResponse};
use chrono::DateTime;
use http::Method;
use serde_json::Value;
use std::collections::BTreeMap;

/// What came of a write that was answered.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::creatio) enum WriteEffect {
    /// It was carried out.
    Row {
        /// The row as it was left, where the answer tells.
        left: Option<Value>,
    },
    /// It depends on what was seen, and met no such row.
    Nothing,
    /// It was carried out over a row that had changed since it was seen.
    Changed {
        /// That row.
        over: Value,
        /// The row as it was left, where the answer tells.
        left: Option<Value>,
    },
}

/// What became of a write.
pub(in crate::creatio) type WriteResult = Result<Result<WriteEffect, Fault>, NoReply>;

impl<P: Http + Clock + Credentials> Creatio<P> {
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
        let unsent = || Err(NoReply { error: Error::Network(SIDE), maybe: false });
        let mut results: Vec<WriteResult> = changes.iter().map(|_| unsent()).collect();
        let mut note = |at: usize, answer: WriteResult| {
            if let Some(slot) = results.get_mut(at) {
                *slot = answer;
            }
        };
        let mut missed = Vec::new();
        let depends = access.conditional() != Some(false);
        let sent = these(&service).into_iter().cloned().map(|change| if depends { change } else { change.anyway() });
        let sent: Vec<RowChange> = sent.collect();
        for (at, answer) in service.iter().zip(self.write_by_service(&sent.iter().collect::<Vec<_>>()).await) {
            let is_detour = changes.get(*at).is_some_and(|change| access.way(change.set) == Transport::Odata);
            match &answer {
                answer if is_detour && is_closed(answer) => {
                    access.found_conditional(false);
                    odata.push(*at);
                    continue;
                }
                Ok(Ok(WriteEffect::Row { .. })) if depends => access.found_conditional(true),
                Ok(Ok(WriteEffect::Nothing)) => missed.push(*at),
                Ok(_) | Err(_) => {}
            }
            note(*at, answer);
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
        let anyway: Vec<RowChange> = these(&direct).into_iter().map(|change| change.clone().anyway()).collect();
        for (at, answer) in direct.iter().zip(self.write_by_service(&anyway.iter().collect::<Vec<_>>()).await) {
            note(*at, answer);
        }
        odata.extend(detoured);
        for (at, answer) in odata.iter().zip(self.write_by_odata(&these(&odata)).await) {
            note(*at, answer);
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

    /// After a request without reply no further one is begun.
    async fn write_by_service(&self, changes: &[&RowChange]) -> Vec<WriteResult> {
        let mut results: Vec<WriteResult> = Vec::with_capacity(changes.len());
        let mut broken: Option<NoReply> = None;
        for chunk in changes.chunks(PARTS / 2) {
            match &broken {
                Some(silence) => results.extend(chunk.iter().map(|_| Err(silence.clone()))),
                None => match self.asked_to_write(chunk).await {
                    Ok(answers) => results.extend(answers),
                    Err(error) => {
                        let maybe = matches!(error, Error::Network(_));
                        results.extend(chunk.iter().map(|_| Err(NoReply { error: error.clone(), maybe })));
                        broken = Some(NoReply { error, maybe: false });
                    }
                },
            }
        }
        results
    }

    /// One request for all of `changes`. What an Activity became is read in it, right after: by
    /// that a later reading tells what somebody has changed since.
    async fn asked_to_write(&self, changes: &[&RowChange]) -> Result<Vec<WriteResult>, Error> {
        let zone = &*self.site.zone;
        let columns = self.columns();
        let mut asks: Vec<ServiceQuery> = changes.iter().map(|change| data_service::write(change, zone)).collect();
        let looks: BTreeMap<usize, usize> = (0..changes.len())
            .filter(|at| changes.get(*at).is_some_and(|change| is_left(change)))
            .zip(asks.len()..)
            .collect();
        for at in looks.keys() {
            let id = changes.get(*at).and_then(|change| change.row_write.id()).unwrap_or_default();
            let query = Query {
                set: crate::creatio::client::gateway::PROBE_ENTITY,
                select: &columns,
                filter: Condition::id(id),
                ..Query::default()
            };
            asks.push(data_service::select(&query, zone));
        }
        if let ([ask], [change]) = (asks.as_slice(), changes) {
            let response = self.service.send(&ask.clone().call()).await?;
            return Ok(vec![Ok(data_service::affected(&response).map(|rows| met(change, rows, None)))]);
        }
        let response = self.service.send(&ServiceQuery::batch(&asks)).await?;
        let mut results = match data_service::results(&response) {
            Ok(results) => results,
            Err(fault) => return Ok(changes.iter().map(|_| Ok(Err(fault.clone()))).collect()),
        };
        let detail = "no sure answer to a part of a batch".to_owned();
        let unsure = NoReply { error: Error::Unreadable { side: SIDE, detail }, maybe: true };
        let mut answer = |(nth, change): (usize, &&RowChange)| match results.affected(nth) {
            // whether the others were kept when one failed is not known: what the server holds
            // decides
            Some(Ok(rows)) if !results.failed || rows == Affected(0) => {
                let look = looks.get(&nth).and_then(|look| results.page(*look, zone));
                let left = look.and_then(Result::ok).and_then(|page| page.value.into_iter().next());
                Ok(Ok(met(change, rows, left)))
            }
            Some(Ok(_)) | None => Err(unsure.clone()),
            Some(Err(fault)) => Ok(Err(fault)),
        };
        Ok(changes.iter().enumerate().map(&mut answer).collect())
    }

    /// What depends on what was seen is looked at right before, in the same batch, and an Activity
    /// right after too: those come first, so that none is parted.
    async fn write_by_odata(&self, changes: &[&RowChange]) -> Vec<WriteResult> {
        let columns = self.columns();
        let look = |change: &RowChange| {
            let select =
                if change.set == crate::creatio::client::gateway::PROBE_ENTITY { &columns } else { "Id,ModifiedOn" };
            let query = Query { set: change.set, select, ..Query::default() };
            let path = format!("{}({})", change.set, change.row_write.id().unwrap_or_default());
            let call = odata::call(&query);
            Call { path: call.path.replacen(change.set, &path, 1), ..call }
        };
        let (pairs, others): (Vec<usize>, Vec<usize>) =
            (0..changes.len()).partition(|at| changes.get(*at).is_some_and(|change| change.row_write.seen().is_some()));
        let change = |at: &usize| changes.get(*at).copied();
        let looked = |change: &RowChange| {
            let left = is_left(change).then(|| look(change));
            [look(change), odata::write(change)].into_iter().chain(left)
        };
        // no look is parted from its write
        let groups = pairs.chunks(PARTS / 3).map(|part| part.iter().filter_map(change).flat_map(looked).collect());
        let mut groups: Vec<Vec<Call>> = groups.collect();
        let rest: Vec<Call> = others.iter().filter_map(change).map(odata::write).collect();
        match groups.last_mut() {
            Some(last) if last.len() + rest.len() <= PARTS => last.extend(rest),
            Some(_) | None => groups.push(rest),
        }
        let (mut calls, mut answers) = (Vec::new(), Vec::new());
        for group in groups {
            answers.extend(self.batch(&group).await);
            calls.extend(group);
        }
        // a row is not looked at once more: it may show our own write by now
        let mut answers = self.apart(&calls, answers, |call| call.method != Method::GET).await.into_iter().peekable();
        let mut results: Vec<(usize, WriteResult)> = Vec::with_capacity(changes.len());
        for at in pairs {
            let (Some(look), Some(answer)) = (answers.next(), answers.next()) else { break };
            let over = change(&at).and_then(|change| changed(look, change.row_write.seen()?));
            let left = answers.next_if(|_| change(&at).is_some_and(is_left));
            let left = || reply::row(left.as_ref()?.as_ref().ok()?).ok();
            let met = || match over.clone() {
                Some(over) => WriteEffect::Changed { over, left: left() },
                None => WriteEffect::Row { left: left() },
            };
            results.push((at, answer.map(|response| carried_out(&response).map(|()| met()))));
        }
        for (at, answer) in others.into_iter().zip(answers) {
            let is_new = change(&at).is_some_and(|change| matches!(change.row_write, RowWrite::Insert(_)));
            let met = |response: &HttpResponse| WriteEffect::Row { left: reply::row(response).ok().filter(|_| is_new) };
            results.push((at, answer.map(|response| carried_out(&response).map(|()| met(&response)))));
        }
        results.sort_by_key(|(at, _)| *at);
        results.into_iter().map(|(_, results)| results).collect()
    }
}

fn carried_out(response: &HttpResponse) -> Result<(), Fault> {
    reply::accept(response)
}

/// The row of `look`, if it is not as it was seen.
fn changed(look: PartAnswer, seen: Instant) -> Option<Value> {
    let row = reply::row(&look.ok()?).ok()?;
    (stamp(&row)? != seen).then_some(row)
}

fn stamp(row: &Value) -> Option<Instant> {
    Some(DateTime::parse_from_rfc3339(row.get("ModifiedOn")?.as_str()?).ok()?.to_utc())
}

fn met(change: &RowChange, rows: Affected, left: Option<Value>) -> WriteEffect {
    if rows == Affected(0) && change.row_write.id().is_some() {
        WriteEffect::Nothing
    } else {
        WriteEffect::Row { left }
    }
}

/// Whether what a change leaves is read together with it.
fn is_left(change: &RowChange) -> bool {
    change.set == crate::creatio::client::gateway::PROBE_ENTITY
        && change.row_write.seen().is_some()
        && matches!(change.row_write, RowWrite::Update { .. })
}

/// Whether an answer tells that the service itself is closed to the user, or not there: then
/// nothing was carried out.
fn is_closed(answer: &WriteResult) -> bool {
    match answer {
        Ok(Err(fault)) => matches!(fault.status(), Some(403..=405 | 501)),
        Err(silence) => matches!(silence.error, Error::Forbidden { .. }),
        Ok(Ok(_)) => false,
    }
}
