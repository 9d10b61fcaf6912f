//! The one way to rows of Creatio: questions and writes go out by the service that their entity is
//! reached by, spelled as it and this installation want them, and replies come in with their times
//! in true UTC, in one spelling. A stored filter's bytes don't pass here: they are no rows.

mod write;

pub(in crate::creatio) use crate::creatio::client::gateway::write::{WriteAnswer, WriteEffect, WriteResult};

use crate::creatio::client::access::{PROBE_ENTITY, Transport};
use crate::creatio::client::query::Query;
use crate::creatio::client::times::{TimeSemantics, TimesByDirection, from_wire, rewrite_filter, to_wire};
use crate::creatio::client::{data_service, odata, reply};
use crate::creatio::{Creatio, SIDE};
use crate::error::{Error, Result};
use crate::http::{
    Call, Endless, Envelope, Fault, NoReply, Pages, PartAnswer, Payload,
    odata::{Page, value},
    pages,
};
use crate::ports::{Clock, Credentials, Http, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Milliseconds that are waited before each further look for a write that does not show yet: reads
/// may be answered by a copy of the database that is some seconds behind.
pub(in crate::creatio) const PATIENCE: [u64; 3] = [500, 1_500, 4_000];

/// Most parts of one batch (docs/facts/creatio.md, "Batches").
pub(in crate::creatio) const PARTS: usize = 100;

/// How times of activities are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::creatio) enum TimeSource {
    /// By OData, which means this.
    Odata(TimeSemantics),
    /// By the DataService, on the wall clock.
    Wall,
}

/// How OData takes batches: to the end, whatever fails on the way (docs/facts/creatio.md,
/// "Batches").
pub(in crate::creatio) fn envelope() -> Envelope {
    let headers = vec![("Prefer", "continue-on-error".to_owned())];
    Envelope { max: PARTS, headers, root: "", tells_order: false }
}

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// The first page that each question gives, in as few requests as possible. What OData keeps
    /// from the user is asked of the DataService.
    ///
    /// # Errors
    /// The first question that neither answers.
    pub(in crate::creatio) async fn pages(&self, queries: &[Query<'_>]) -> Result<Vec<Page>> {
        self.each_page(queries).await?.into_iter().collect()
    }

    /// As [`Creatio::pages`], with what keeps each question from being answered by itself.
    ///
    /// # Errors
    /// What keeps all of them from being answered.
    pub(in crate::creatio) async fn each_page(&self, queries: &[Query<'_>]) -> Result<Vec<Result<Page>>> {
        let mut answers = self.by_their_ways(queries).await?;
        let access = &self.installation.access;
        let barred = |answer: &Result<Page>, query: &Query<'_>| {
            answer.as_ref().err().is_some_and(is_barred) && query.has_detour() && access.has_detour(query.set)
        };
        let detours: Vec<usize> = (0..queries.len())
            .filter(|at| answers.get(*at).zip(queries.get(*at)).is_some_and(|(answer, query)| barred(answer, query)))
            .collect();
        let again: Vec<Query<'_>> = detours.iter().filter_map(|at| queries.get(*at)).cloned().collect();
        let again_answers = match self.by_service(&again).await {
            Ok(answers) => answers,
            // neither: what OData said stands
            Err(Error::Forbidden { .. } | Error::Server { .. } | Error::Unreadable { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        for ((at, query), again_answer) in detours.into_iter().zip(&again).zip(again_answers) {
            // a question that is wrong in itself was let in all the same
            let open = matches!(again_answer, Ok(_) | Err(Error::Server { status: 400, .. }));
            access.detour(query.set, open);
            if let (Some(answer), true) = (answers.get_mut(at), open) {
                *answer = again_answer;
            }
        }
        Ok(answers)
    }

    /// Adds the rows of `page`, of the entity set `set`, and of the pages after it to `rows`.
    pub(in crate::creatio) async fn follow(&self, set: &str, mut page: Page, rows: &mut Vec<Value>) -> Result<()> {
        let mut guard = Pages::default();
        loop {
            let passed = guard.pass(page.next.as_deref(), page.value.iter().map(pages::telling));
            rows.append(&mut page.value);
            let Some(next) = page.next.take() else { return Ok(()) };
            passed.map_err(|it| endless(set, it))?;
            // a link of the server spells times the server's way already
            let clocks = self.clocks().await?;
            let response = self.taken(clocks, self.odata.send(&Call::get(next)).await?);
            page = reply::page(&response).map_err(|fault| fault.error(SIDE))?;
        }
    }

    async fn by_their_ways(&self, queries: &[Query<'_>]) -> Result<Vec<Result<Page>>> {
        let way = |query: &&Query<'_>| self.installation.access.way(query.set) == Transport::DataService;
        let (service, odata): (Vec<Query<'_>>, Vec<Query<'_>>) = queries.iter().cloned().partition(|query| way(&query));
        let (service, odata) = (self.by_service(&service).await?, self.by_odata(&odata).await?);
        let (mut service, mut odata) = (service.into_iter(), odata.into_iter());
        let answer = |query| if way(&query) { service.next() } else { odata.next() };
        Ok(queries.iter().filter_map(answer).collect())
    }

    /// One answer for each question; an error if none at all was answered.
    async fn by_odata(&self, queries: &[Query<'_>]) -> Result<Vec<Result<Page>>> {
        let calls: Vec<Call> = queries.iter().map(odata::call).collect();
        let read = |response: &HttpResponse| reply::page(response).map_err(|fault| fault.error(SIDE));
        Ok(match calls.as_slice() {
            [] => Vec::new(),
            [call] => {
                let clocks = self.clocks().await?;
                let sent = self.odata.send(&self.with_times(clocks, call)).await;
                vec![sent.and_then(|response| read(&self.taken(clocks, response)))]
            }
            calls => {
                let read =
                    |answer: PartAnswer| answer.map_err(|silence| silence.error).and_then(|response| read(&response));
                self.batch(calls).await.into_iter().map(read).collect()
            }
        })
    }

    /// As above.
    pub(in crate::creatio) async fn by_service(&self, queries: &[Query<'_>]) -> Result<Vec<Result<Page>>> {
        let zone = &*self.site.zone;
        let read = |page: Result<Page, Fault>| page.map_err(|fault| fault.error(SIDE));
        let mut pages = Vec::new();
        for chunk in queries.chunks(PARTS) {
            let asks: Vec<_> = chunk.iter().map(|query| data_service::select(query, zone)).collect();
            if let ([ask], []) = asks.split_at(1.min(asks.len())) {
                let response = self.service.send(&ask.clone().call()).await?;
                pages.push(read(data_service::page(&response, zone)));
                continue;
            }
            let response = self.service.send(&data_service::ServiceQuery::batch(&asks)).await?;
            let mut results = data_service::results(&response).map_err(|fault| fault.error(SIDE))?;
            let missing = || Err(Fault::Unreadable("no answer to a part of a batch".to_owned()));
            pages.extend((0..asks.len()).map(|nth| read(results.page(nth, zone).unwrap_or_else(missing))));
        }
        Ok(pages)
    }

    /// Sends OData calls in batches; one answer for each, in order.
    pub(in crate::creatio) async fn batch(&self, calls: &[Call]) -> Vec<PartAnswer> {
        if calls.is_empty() {
            return Vec::new();
        }
        let clocks = match self.clocks().await {
            Ok(clocks) => clocks,
            Err(error) => {
                let unsent = |_| Err(NoReply { error: error.clone(), maybe: false });
                return calls.iter().map(unsent).collect();
            }
        };
        let calls: Vec<Call> = calls.iter().map(|call| self.with_times(clocks, call)).collect();
        let answers = self.odata.batch(&envelope(), &calls).await;
        answers.into_iter().map(|answer| answer.map(|response| self.taken(clocks, response))).collect()
    }

    /// A call as the server has to be told it.
    fn with_times(&self, clocks: TimesByDirection, call: &Call) -> Call {
        let mut call = call.clone();
        call.path = rewrite_filter(clocks.filter, &*self.site.zone, &call.path);
        if let Payload::Json(body) = &mut call.body {
            to_wire(clocks.write, &*self.site.zone, body);
        }
        call
    }

    /// A reply as it is meant; one that is no JSON stays as it is.
    fn taken(&self, clocks: TimesByDirection, response: HttpResponse) -> HttpResponse {
        if clocks.read == TimeSemantics::Utc {
            return response;
        }
        match value(response.body()) {
            Ok(mut body) => {
                from_wire(clocks.read, &*self.site.zone, &mut body);
                response.map(|_| body.to_string().into_bytes())
            }
            Err(_) => response,
        }
    }

    /// What times mean in this installation's OData, found out the first time that it matters.
    pub(in crate::creatio) async fn clocks(&self) -> Result<TimesByDirection> {
        if let Some(found) = self.installation.findings() {
            return Ok(found.clocks);
        }
        let found = self.probe().await?;
        self.installation.learn(found);
        Ok(self.installation.findings().unwrap_or(found).clocks)
    }

    /// How the times that activities are told with came about: stamps of another origin are no
    /// place to go on from.
    pub(in crate::creatio) async fn time_source(&self) -> Result<TimeSource> {
        // the first question of all: which service answers it, and which columns are there
        if self.installation.access.try_first() {
            loop {
                let select = self.columns();
                let query = Query { set: PROBE_ENTITY, select: &select, top: 1, ..Query::default() };
                match self.pages(&[query]).await {
                    Err(error) if self.explained(&error).await? => {}
                    // the reading itself will show it
                    Err(Error::Server { .. } | Error::Unreadable { .. }) | Ok(_) => break,
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(match self.installation.access.way(PROBE_ENTITY) {
            Transport::DataService => TimeSource::Wall,
            Transport::Odata => TimeSource::Odata(self.clocks().await?.read),
        })
    }
}

/// Pages of the entity set `set` that lead on for ever.
pub(in crate::creatio) fn endless(set: &str, endless: Endless) -> Error {
    Error::Unreadable { side: SIDE, detail: format!("{set}: {endless}") }
}

/// What OData says of an entity that it keeps from this user: the operation or the table is closed
/// to it, or it is not there (docs/facts/creatio.md, "Access").
const fn is_barred(error: &Error) -> bool {
    matches!(error, Error::Forbidden { .. } | Error::Server { status: 404, .. })
}
