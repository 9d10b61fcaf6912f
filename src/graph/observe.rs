//! Reading the mailbox: every container in scope by its delta chains, to their ends. The first
//! batch asks for the containers and for what all chains of last time have to tell, so that a quiet
//! run is one request. What the pages hold is `listing`'s.

use super::cursor::{self, Chain};
use super::fetch::{ContainerRef, PageOutcome, PageRequest};
use super::listing::{self, ContainerPages};
use super::reader::{self, Reader};
use super::{Graph, alive, endpoints};
use crate::error::{Error, Result};
use crate::flat::{FlatMap, FlatSet};
use crate::http::{Call, NoReply, Pages, PartAnswer, odata, pages};
use crate::model::scope::Scope;
use crate::model::{Container, ContainerId, Cursor, Kind, Listing, Malformed, Side};
use crate::ports::{Clock, Credentials, Http};

/// Full readings of one container that may be lost in one run: a chain can be in the middle, too
/// (docs/facts/graph.md, "Lost chains").
const LOSSES: u8 = 1;

/// What has been read.
#[derive(Default)]
struct ReadSoFar {
    pages_of: FlatMap<ContainerId, ContainerPages>,
    chains: Vec<Chain>,
    /// Where the last reading ended: a container that can't be read now is read on from there.
    before: Vec<Chain>,
    malformed: Vec<Malformed>,
    /// Containers that were given up.
    closed: FlatSet<ContainerId>,
    /// The guard of each chain of a full or partial reading.
    guards: FlatMap<(ContainerId, usize, u8), Pages>,
    /// The first failure that cost a container.
    failure: Option<Error>,
    /// The first number that no chain has.
    numbers: usize,
    /// How many full readings of a container were lost.
    losses: FlatMap<ContainerId, u8>,
    /// The containers that are read.
    chosen: FlatMap<ContainerId, Container>,
}

/// See [`crate::ports::Replica::observe`].
pub(super) async fn observe<P: Http + Clock + Credentials>(
    graph: &Graph<P>,
    scope: &Scope,
    cursor: Option<&Cursor>,
) -> Result<Listing> {
    let chains = cursor::chains(cursor, &scope.window);
    let fetches: Vec<PageRequest> =
        chains.iter().enumerate().filter_map(|(number, chain)| PageRequest::on(number, chain)).collect();
    let questions = [endpoints::containers(Kind::Meeting), endpoints::containers(Kind::Task)];
    let calls: Vec<Call> = questions.into_iter().chain(fetches.iter().map(PageRequest::call)).collect();
    let mut answers = graph.batch(&calls).await.into_iter();
    let (containers, lacks_to_do) = graph.listed(answers.by_ref()).await?;
    let answers: Vec<PartAnswer> = answers.collect();

    let chosen: Vec<&Container> = containers.iter().filter(|container| scope.takes(container)).collect();
    let mut progress = ReadSoFar {
        chosen: chosen.iter().map(|container| (container.id.clone(), (*container).clone())).collect(),
        before: chains.clone(),
        numbers: chains.len(),
        ..ReadSoFar::default()
    };
    if lacks_to_do {
        // lists that are not told today may be tomorrow, and what was deleted in them meanwhile is
        // told by where they were read to
        progress.chains.extend(chains.iter().filter(|chain| chain.kind == Kind::Task).cloned());
    }
    let is_chosen = |fetch: &PageRequest| chosen.iter().any(|container| container.id == fetch.container);
    let replies = fetches.into_iter().zip(answers).filter(|(fetch, _)| is_chosen(fetch));
    let mut open = progress.turn(graph, scope, replies)?;
    for Container { id, kind, .. } in &chosen {
        let mut known = chains.iter().filter(|chain| chain.container == *id);
        match known.next().map(|first| first.link.is_some() && known.all(|chain| chain.link.is_some())) {
            None => {
                open.extend(progress.begin(scope, ContainerRef { kind: *kind, container: id }, reader::best(*kind)))
            }
            Some(false) => {
                open.extend(progress.begin(scope, ContainerRef { kind: *kind, container: id }, reader::plain(*kind)))
            }
            Some(true) => {}
        }
    }
    while !open.is_empty() {
        let (apart, together): (Vec<PageRequest>, Vec<PageRequest>) = open.into_iter().partition(|fetch| fetch.apart);
        let calls: Vec<Call> = together.iter().map(PageRequest::call).collect();
        let mut answers = graph.batch(&calls).await;
        for fetch in &apart {
            let sent = graph.caller.send(&fetch.call()).await;
            answers.push(sent.map_err(|error| NoReply { error, maybe: false }));
        }
        open = progress.turn(graph, scope, together.into_iter().chain(apart).zip(answers))?;
    }
    // where nothing at all could be read it is not the containers' fault
    if let (true, Some(error)) = (progress.pages_of.is_empty(), progress.failure) {
        return Err(error);
    }
    let mut listing = listing::listing(graph, scope, progress.pages_of).await?;
    listing.malformed.append(&mut progress.malformed);
    listing.containers = containers;
    listing.lacking.extend(lacks_to_do.then_some(Kind::Task));
    listing.cursor = cursor::cursor(progress.chains, &scope.window);
    listing.now = graph.caller.server_time();
    Ok(listing)
}

impl ReadSoFar {
    /// Begins a full reading of a container, in place of whatever was read of it; its first pages.
    fn begin(&mut self, scope: &Scope, of: ContainerRef<'_>, reader: &'static dyn Reader) -> Vec<PageRequest> {
        let ContainerRef { kind, container } = of;
        let attempt = self.pages_of.get(container).map_or(1, |pages| pages.attempt.saturating_add(1));
        self.pages_of.insert(container.clone(), ContainerPages { kind, attempt, chains: FlatMap::new() });
        self.chains.retain(|chain| chain.container != *container);
        let spans = cursor::spans(&scope.window);
        let most = if reader.is_timed() { spans.len() } else { 1 };
        let numbers = self.numbers..;
        self.numbers += most;
        numbers
            .zip(spans)
            .take(most)
            .map(|(number, span)| PageRequest::full(of, reader, number, span, attempt))
            .collect()
    }

    /// Takes in the answers to `fetches`; the pages to be read next.
    fn turn<P: Http + Clock + Credentials>(
        &mut self,
        graph: &Graph<P>,
        scope: &Scope,
        fetches: impl Iterator<Item = (PageRequest, PartAnswer)>,
    ) -> Result<Vec<PageRequest>> {
        let mut next: Vec<PageRequest> = Vec::new();
        for (fetch, answer) in fetches {
            if self.is_superseded(&fetch) {
                continue;
            }
            let turn = match answer {
                // what is asked for by itself is told so where the server gave it up
                Err(NoReply { error: error @ Error::Busy(_), .. }) if fetch.apart => PageOutcome::Broken(error),
                answer => PageOutcome::of(&graph.answered(Some(answer))?),
            };
            match turn {
                PageOutcome::Page(page) => next.extend(self.page(graph, fetch, page)?),
                PageOutcome::Lost => next.extend(self.lost(scope, &fetch)?),
                PageOutcome::Slow(error) => match self.eased(scope, &fetch) {
                    Some(easier) => next.extend(easier),
                    None => self.give_up(&fetch.container, error),
                },
                PageOutcome::Closed(code) => self.close(&fetch.container, &code),
                PageOutcome::Broken(error) => match fetch.by_itself() {
                    Some(apart) => next.push(apart),
                    None => self.give_up(&fetch.container, error),
                },
                PageOutcome::Failed(error) => return Err(error),
            }
        }
        next.retain(|fetch| !self.is_superseded(fetch));
        Ok(next)
    }

    /// Whether the container was given up, or is being read anew.
    fn is_superseded(&self, fetch: &PageRequest) -> bool {
        self.closed.contains(&fetch.container)
            || self.pages_of.get(&fetch.container).is_some_and(|pages| pages.attempt > fetch.attempt)
    }

    /// What was read of the container of `fetch` so far.
    fn pages(&mut self, fetch: &PageRequest) -> &mut ContainerPages {
        let fresh = || ContainerPages { kind: fetch.kind, attempt: fetch.attempt, chains: FlatMap::new() };
        self.pages_of.entry(fetch.container.clone()).or_insert_with(fresh)
    }

    /// Takes in one page; the one after it, if it is not the last.
    fn page<P: Http + Clock + Credentials>(
        &mut self,
        graph: &Graph<P>,
        fetch: PageRequest,
        mut page: odata::Page,
    ) -> Result<Option<PageRequest>> {
        let guard = self.guards.entry((fetch.container.clone(), fetch.chain, fetch.attempt)).or_default();
        if let Err(endless) = guard.pass(page.next.as_deref(), page.value.iter().map(pages::telling)) {
            let detail = endless.to_string();
            self.give_up(&fetch.container, Error::Unreadable { side: Side::Exchange, detail });
            return Ok(None);
        }
        self.pages(&fetch).chains.entry(fetch.chain).or_default().append(&mut page.value);
        let link = match (page.next, page.delta, fetch.reader.tracks()) {
            (Some(link), _, _) => return Ok(Some(fetch.next(graph.caller.below(&link)?))),
            (None, Some(link), _) => Some(graph.caller.below(&link)?),
            (None, None, false) => None,
            (None, None, true) => {
                let detail = "a delta without a link to go on".to_owned();
                return Err(Error::Unreadable { side: Side::Exchange, detail });
            }
        };
        self.chains.push(Chain { link, container: fetch.container, kind: fetch.kind });
        Ok(None)
    }

    /// What to read in place of a lost page: its chain once more, or else the whole container.
    fn lost(&mut self, scope: &Scope, fetch: &PageRequest) -> Result<Vec<PageRequest>> {
        if let Some(again) = fetch.again() {
            self.pages(fetch).chains.remove(&fetch.chain);
            self.guards.remove(&(fetch.container.clone(), fetch.chain, fetch.attempt));
            return Ok(vec![again]);
        }
        let losses = self.losses.entry(fetch.container.clone()).or_default();
        *losses += u8::from(fetch.attempt > 0);
        if *losses > LOSSES {
            return Err(Error::CursorLost(Side::Exchange));
        }
        Ok(self.begin(scope, ContainerRef { kind: fetch.kind, container: &fetch.container }, fetch.reader))
    }

    /// What to read in place of a page that was too much for the server (docs/facts/graph.md,
    /// "Delta"): smaller pages, then a smaller window, then without change tracking.
    fn eased(&mut self, scope: &Scope, fetch: &PageRequest) -> Option<Vec<PageRequest>> {
        if let Some(smaller) = fetch.smaller() {
            return Some(vec![smaller]);
        }
        let of = ContainerRef { kind: fetch.kind, container: &fetch.container };
        if fetch.attempt == 0 {
            return Some(self.begin(scope, of, fetch.reader));
        }
        if let Some(pieces) = fetch.pieces(self.numbers) {
            self.numbers += pieces.len();
            self.pages(fetch).chains.remove(&fetch.chain);
            return Some(pieces);
        }
        Some(self.begin(scope, of, fetch.reader.easier()?))
    }

    /// Gives up a container at which the server failed.
    fn give_up(&mut self, container: &ContainerId, error: Error) {
        let slow = || "the server is too slow".to_owned();
        let code = alive::code(&error).unwrap_or_else(slow);
        self.close(container, &code);
        self.failure.get_or_insert(error);
    }

    /// Gives up a container that can't be read: it costs that container only, nothing in it counts
    /// as changed or gone, and it is read on from where it was read to before.
    fn close(&mut self, container: &ContainerId, code: &str) {
        self.pages_of.remove(container);
        self.closed.insert(container.clone());
        self.chains.retain(|chain| chain.container != *container);
        self.chains.extend(self.before.iter().filter(|chain| chain.container == *container).cloned());
        self.malformed.extend(self.chosen.get(container).map(|container| Malformed::container(container, None, code)));
    }
}
