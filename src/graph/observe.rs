//! Reading the mailbox: every container in scope by its delta chains, to their ends. The first batch asks for the containers and for what
//! all chains of last time have to tell, so that a quiet run is one request. What the pages hold is `listing`'s.

use super::cursor::{self, Chain};
use super::listing::{self, Haul};
use super::{Graph, endpoints};
use crate::error::{Error, Result};
use crate::http::{Answer, Call, odata};
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
    /// Belongs to a full reading of the container.
    full: bool,
}

/// What a page turned out to be.
enum Turn {
    Page(odata::Page<Value>),
    /// The server no longer knows the chain.
    Lost,
    /// The container can't be read; the server's words.
    Closed(String),
}

/// What has been read.
#[derive(Default)]
struct Progress {
    hauls: BTreeMap<ContainerId, Haul>,
    chains: Vec<Chain>,
    malformed: Vec<Malformed>,
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
    let mut progress = Progress::default();
    let mut open = progress.turn(
        graph,
        scope,
        fetches
            .into_iter()
            .zip(answers)
            .filter(|(fetch, _)| chosen.iter().any(|container| container.id == fetch.container)),
    )?;
    for container in chosen.iter().filter(|container| !chains.iter().any(|chain| chain.container == container.id)) {
        open.extend(progress.begin(scope, container.kind, &container.id));
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
        Self { container: chain.container.clone(), kind: chain.kind, call, chain: place, full: false }
    }
}

impl Progress {
    /// Begins a full reading of a container, in place of whatever was read of it; its first pages.
    fn begin(&mut self, scope: &Scope, kind: Kind, container: &ContainerId) -> Vec<Fetch> {
        self.hauls.insert(container.clone(), Haul { kind, full: true, chains: BTreeMap::new() });
        self.chains.retain(|chain| chain.container != *container);
        let spans = cursor::spans(&scope.window);
        let one = if kind == Kind::Task { 1 } else { spans.len() };
        let fetch = |(chain, span)| {
            let call = endpoints::delta(kind, container, span);
            Fetch { container: container.clone(), kind, call, chain, full: true }
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
            let restarted = !fetch.full && self.hauls.get(&fetch.container).is_some_and(|haul| haul.full);
            if restarted {
                continue;
            }
            match turn(&graph.answered(Some(answer))?)? {
                Turn::Page(page) => next.extend(self.page(graph, fetch, page)?),
                Turn::Lost if fetch.full => return Err(Error::CursorLost(Side::Exchange)),
                Turn::Lost => {
                    next.retain(|other| other.container != fetch.container);
                    next.extend(self.begin(scope, fetch.kind, &fetch.container));
                }
                Turn::Closed(words) => self.close(&fetch.container, &words),
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
        let Fetch { container, kind, chain, full, .. } = fetch;
        let haul = self.hauls.entry(container.clone()).or_insert_with(|| Haul { kind, full, chains: BTreeMap::new() });
        haul.chains.entry(chain).or_default().append(&mut page.value);
        match (page.next, page.delta) {
            (Some(link), _) => {
                let call = endpoints::page(graph.caller.below(&link)?);
                Ok(Some(Fetch { container, kind, call, chain, full }))
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
    fn close(&mut self, container: &ContainerId, words: &str) {
        self.hauls.remove(container);
        self.chains.retain(|chain| chain.container != *container);
        self.malformed.push(Malformed { id: None, reason: format!("a container can't be read: {words}") });
    }
}

fn turn(response: &Response) -> Result<Turn> {
    let fault = match odata::read(response) {
        Ok(page) => return Ok(Turn::Page(page)),
        Err(fault) => fault,
    };
    match response.status().as_u16() {
        410 => Ok(Turn::Lost),
        400..=499 if names_a_lost_chain(response.body()) => Ok(Turn::Lost),
        403 | 404 => Ok(Turn::Closed(fault.detail())),
        _ => Err(fault.error(Side::Exchange)),
    }
}

/// The codes of a lost chain, on whichever level of the error, in any case (facts §1.4).
fn names_a_lost_chain(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    ["syncstatenotfound", "syncstateinvalid", "resyncrequired"].iter().any(|code| text.contains(code))
}
