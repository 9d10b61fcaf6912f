//! Reading the mailbox: every container in scope by its delta chains, to their ends. The first batch asks for the containers and for what
//! all chains of last time have to tell, so that a quiet run is one request. What the pages hold is `listing`'s.

use super::cursor::{self, Chain};
use super::listing::{self, Haul};
use super::{Graph, endpoints};
use crate::error::{Error, Result};
use crate::http::{Answer, Call, Fault, odata};
use crate::model::{Container, ContainerId, Cursor, Kind, Listing, Malformed, Side};
use crate::ports::{Clock, Http, Keys, Response, Scope};
use serde_json::Value;
use std::collections::BTreeMap;

/// A page yet to be read.
struct Fetch {
    container: ContainerId,
    kind: Kind,
    call: Call,
    /// Which of the container's chains it belongs to.
    chain: usize,
    /// See [`Haul::attempt`].
    attempt: u8,
}

/// Full readings of one container that a run tries: a chain can be lost in the middle, too (facts §1.4).
const ATTEMPTS: u8 = 2;

/// What a page turned out to be.
enum Turn {
    Page(odata::Page<Value>),
    /// The server no longer knows the chain.
    Lost,
    /// The container can't be read; the server's code.
    Closed(String),
    /// The server failed.
    Failed(Error),
}

/// What has been read.
#[derive(Default)]
struct Progress {
    hauls: BTreeMap<ContainerId, Haul>,
    chains: Vec<Chain>,
    malformed: Vec<Malformed>,
    /// Containers that are not the mailbox's own: they may fail without stopping the run.
    foreign: Vec<ContainerId>,
}

/// See [`crate::ports::Replica::observe`].
pub(super) async fn observe<P: Http + Clock + Keys>(
    graph: &Graph<P>,
    scope: &Scope,
    cursor: Option<&Cursor>,
) -> Result<Listing> {
    let chains = cursor::chains(cursor, &scope.window);
    let mut fetches: Vec<Fetch> = chains.iter().enumerate().map(Fetch::on).collect();
    let questions = [endpoints::containers(Kind::Meeting), endpoints::containers(Kind::Task)];
    let calls: Vec<Call> = questions.into_iter().chain(fetches.iter().map(|fetch| fetch.call.clone())).collect();
    let mut answers = graph.batch(&calls).await.into_iter();
    let containers = graph.listed(answers.by_ref()).await?;
    let answers: Vec<Answer> = answers.collect();

    let chosen: Vec<&Container> = containers.iter().filter(|container| scope.takes(container)).collect();
    let foreign = chosen.iter().filter(|container| !container.own).map(|container| container.id.clone()).collect();
    let mut progress = Progress { foreign, ..Progress::default() };
    let mut open = progress.turn(
        graph,
        scope,
        fetches
            .into_iter()
            .zip(answers)
            .filter(|(fetch, _)| chosen.iter().any(|container| container.id == fetch.container)),
    )?;
    for container in chosen.iter().filter(|container| !chains.iter().any(|chain| chain.container == container.id)) {
        open.extend(progress.begin(scope, container.kind, &container.id, 1));
    }
    while !open.is_empty() {
        fetches = std::mem::take(&mut open);
        let calls: Vec<Call> = fetches.iter().map(|fetch| fetch.call.clone()).collect();
        let answers = graph.batch(&calls).await;
        open = progress.turn(graph, scope, fetches.into_iter().zip(answers))?;
    }
    let mut listing = listing::listing(graph, scope, progress.hauls).await?;
    listing.malformed.append(&mut progress.malformed);
    listing.containers = containers;
    listing.cursor = cursor::cursor(progress.chains, &scope.window);
    listing.now = graph.caller.told();
    Ok(listing)
}

impl Scope {
    /// Whether `container` is to be read.
    fn takes(&self, container: &Container) -> bool {
        match container.kind {
            Kind::Meeting => self.calendars.takes(container),
            Kind::Task => self.lists.takes(container),
        }
    }
}

impl Fetch {
    /// What changed since `chain` was last read.
    fn on((place, chain): (usize, &Chain)) -> Self {
        let call = endpoints::page(chain.link.clone());
        Self { container: chain.container.clone(), kind: chain.kind, call, chain: place, attempt: 0 }
    }
}

impl Progress {
    /// Begins a full reading of a container, in place of whatever was read of it; its first pages.
    fn begin(&mut self, scope: &Scope, kind: Kind, container: &ContainerId, attempt: u8) -> Vec<Fetch> {
        self.hauls.insert(container.clone(), Haul { kind, attempt, chains: BTreeMap::new() });
        self.chains.retain(|chain| chain.container != *container);
        let spans = cursor::spans(&scope.window);
        let one = if kind == Kind::Task { 1 } else { spans.len() };
        let fetch = |(chain, span)| {
            let call = endpoints::delta(kind, container, span);
            Fetch { container: container.clone(), kind, call, chain, attempt }
        };
        spans.into_iter().take(one).enumerate().map(fetch).collect()
    }

    /// Takes in the answers to `fetches`; the pages to be read next.
    fn turn<P: Http + Clock + Keys>(
        &mut self,
        graph: &Graph<P>,
        scope: &Scope,
        fetches: impl Iterator<Item = (Fetch, Answer)>,
    ) -> Result<Vec<Fetch>> {
        let mut next: Vec<Fetch> = Vec::new();
        for (fetch, answer) in fetches {
            if self.hauls.get(&fetch.container).is_some_and(|haul| haul.attempt > fetch.attempt) {
                continue;
            }
            match turn(&graph.answered(Some(answer))?) {
                Turn::Page(page) => next.extend(self.page(graph, fetch, page)?),
                Turn::Lost if fetch.attempt < ATTEMPTS => {
                    next.retain(|other| other.container != fetch.container);
                    next.extend(self.begin(scope, fetch.kind, &fetch.container, fetch.attempt + 1));
                }
                Turn::Lost => return Err(Error::CursorLost(Side::Exchange)),
                Turn::Closed(code) => self.close(&fetch.container, &code),
                Turn::Failed(Error::Server { status, .. }) if self.foreign.contains(&fetch.container) => {
                    self.close(&fetch.container, &format!("status {status}"));
                }
                Turn::Failed(error) => return Err(error),
            }
        }
        next.retain(|fetch| self.hauls.contains_key(&fetch.container));
        Ok(next)
    }

    /// Takes in one page; the one after it, if it is not the last.
    fn page<P: Http + Clock + Keys>(
        &mut self,
        graph: &Graph<P>,
        fetch: Fetch,
        mut page: odata::Page<Value>,
    ) -> Result<Option<Fetch>> {
        let Fetch { container, kind, chain, attempt, .. } = fetch;
        let fresh = || Haul { kind, attempt, chains: BTreeMap::new() };
        let haul = self.hauls.entry(container.clone()).or_insert_with(fresh);
        haul.chains.entry(chain).or_default().append(&mut page.value);
        match (page.next, page.delta) {
            (Some(link), _) => {
                let call = endpoints::page(graph.caller.below(&link)?);
                Ok(Some(Fetch { container, kind, call, chain, attempt }))
            }
            (None, Some(link)) => {
                self.chains.push(Chain { link: graph.caller.below(&link)?, container, kind });
                Ok(None)
            }
            (None, None) => {
                let detail = "a delta without a link to go on".to_owned();
                Err(Error::Unreadable { side: Side::Exchange, detail })
            }
        }
    }

    /// Gives up a container that can't be read: it costs that container only, and nothing in it counts as changed or gone.
    fn close(&mut self, container: &ContainerId, code: &str) {
        self.hauls.remove(container);
        self.chains.retain(|chain| chain.container != *container);
        let reason = format!("a container can't be read: {code}");
        self.malformed.push(Malformed { id: None, container: None, reason });
    }
}

fn turn(response: &Response) -> Turn {
    let fault = match odata::read(response) {
        Ok(page) => return Turn::Page(page),
        Err(fault) => fault,
    };
    match (response.status().as_u16(), &fault) {
        (410, _) => Turn::Lost,
        (400..=499, _) if names_a_lost_chain(response.body()) => Turn::Lost,
        (403 | 404, Fault::Refused { code, .. }) => Turn::Closed(code.clone()),
        _ => Turn::Failed(fault.error(Side::Exchange)),
    }
}

/// The codes of a lost chain, on whichever level of the error, in any case (facts §1.4).
fn names_a_lost_chain(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    ["syncstatenotfound", "syncstateinvalid", "resyncrequired"].iter().any(|code| text.contains(code))
}
