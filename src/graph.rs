//! The mailbox in Microsoft 365, through Microsoft Graph: calendars and To Do lists as one replica
//! (docs/facts/graph.md). It reads, finds and writes items; what to write is not decided here, and
//! series' rules are never written.
//!
//! `wire` spells Graph's JSON, `map` reads it, `compose` writes it, `endpoints` knows the
//! addresses; `observe`, `find` and `apply` are the three questions of [`Replica`].

mod alive;
mod apply;
pub mod cloud;
mod compose;
mod cursor;
mod endpoints;
mod fetch;
mod find;
mod listing;
pub mod map;
mod marks;
mod observe;
mod reader;
mod respond;
mod time;
mod wire;

use crate::error::{Error, Result};
use crate::flat::{self, FlatMap, FlatSet};
use crate::http::{Call, Caller, Fault, Pages, PartAnswer, odata, pages};
use crate::json;
use crate::model::lookup::{Found, Lookup};
use crate::model::op::{Op, Outcome};
use crate::model::scope::Scope;
use crate::model::{
    Address, Aliases, Container, ContainerId, Cursor, Instant, Item, ItemId, Kind, Listing, Side, SiteId, Zone,
};
use crate::ports::{Clock, Credentials, Http, HttpResponse, Replica};
use chrono::Duration;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{cell::RefCell, rc::Rc};

/// Rows of a page of containers or found items, which is a hint to the server.
const ROWS: u16 = 200;
/// Requests to one mailbox that Graph carries out at the same time (docs/facts/graph.md, "Limits").
const MOST_AT_ONCE: usize = 4;
/// How many of them a replica uses, so that a second tab or the settings page find room.
const AT_ONCE: usize = 2;

/// Which mailbox it is, and how its items are read and marked.
#[derive(Clone)]
pub struct GraphMailbox {
    /// The root of Graph, `https://graph.microsoft.com/v1.0`; another host in national clouds.
    pub base: String,
    /// The owner's address, who is never their own attendee.
    pub address: Address,
    /// The owner's further addresses, as far as they are known.
    pub aliases: Aliases,
    /// The Creatio installation whose marks are looked for.
    pub site: SiteId,
    /// The address of an Activity's page without its id at the end, for the link on tasks.
    pub deep_link: String,
    /// The zone of the user's Creatio profile: new events are written in it, task dates are days of
    /// it.
    pub zone: Rc<dyn Zone>,
}

impl GraphMailbox {
    /// Whether an address is the owner's.
    fn is_own(&self, address: &Address) -> bool {
        *address == self.address || self.aliases.has(address)
    }
}

/// The replica.
pub struct Graph<P> {
    caller: Caller<P>,
    mailbox: GraphMailbox,
    /// What kind each container is, as far as it was read: ids don't tell.
    kinds: RefCell<FlatMap<ContainerId, Kind>>,
    /// What the last reading told to live.
    recent: RefCell<RecentReading>,
}

/// What a reading told to live, so that it need not be asked for again right after.
#[derive(Default)]
struct RecentReading {
    items: FlatSet<ItemId>,
    at: Instant,
}

/// So many minutes a reading is right about what lives.
const FRESH: Duration = Duration::minutes(2);

impl<P: Http + Clock + Credentials> Graph<P> {
    /// The replica of `mailbox`.
    pub fn new(world: Rc<P>, mailbox: GraphMailbox) -> Self {
        let caller = Caller::new(world, Side::Exchange, &mailbox.base).at_once(AT_ONCE);
        Self { caller, mailbox, kinds: RefCell::default(), recent: RefCell::default() }
    }

    /// The same replica with up to `requests` under way at the same time, at most the four that
    /// Graph allows; two unless told.
    #[must_use]
    pub fn at_once(self, requests: usize) -> Self {
        Self { caller: self.caller.at_once(requests.clamp(1, MOST_AT_ONCE)), ..self }
    }

    /// The addresses of the signed-in user: `mail`, `userPrincipalName`, then those under which the
    /// mailbox gets mail besides.
    ///
    /// # Errors
    /// What stops a run.
    pub async fn me(&self) -> Result<Vec<Address>> {
        let response = self.caller.send(&endpoints::me()).await?;
        let user: wire::User = understood(odata::read(&response))?;
        let names = [user.mail, user.user_principal_name].into_iter().flatten();
        // "SMTP:" marks the main one of several, "smtp:" the others; other kinds are no e-mail
        // addresses
        let others = user.proxy_addresses.into_iter().flatten().filter_map(|proxy| {
            let (kind, address) = proxy.split_once(':')?;
            kind.eq_ignore_ascii_case("smtp").then(|| address.to_owned())
        });
        Ok(names.chain(others).filter_map(|text| Address::parse(&text)).collect())
    }

    /// See [`Replica::identify`].
    async fn identified(&self, known: Option<&str>) -> Result<Option<String>> {
        let holder = self.caller.holder().await;
        if holder.is_some() && holder.as_deref() == known {
            return Ok(holder);
        }
        let addresses = self.me().await?;
        if addresses.contains(&self.mailbox.address) {
            self.mailbox.aliases.learn(addresses);
            // a page may know it only now that it was asked for credentials
            return Ok(self.caller.holder().await);
        }
        let meant = self.mailbox.address.as_str().to_owned();
        let found = addresses.first().map_or_else(|| "?".to_owned(), |address| address.as_str().to_owned());
        Err(Error::Elsewhere { side: Side::Exchange, meant, found })
    }

    /// The calendars, then the task lists, default ones first.
    ///
    /// # Errors
    /// What stops a run. A mailbox without To Do has no lists.
    pub async fn containers(&self) -> Result<Vec<Container>> {
        let calls = [endpoints::containers(Kind::Meeting), endpoints::containers(Kind::Task)];
        let answers = self.batch(&calls).await;
        Ok(self.listed(answers.into_iter()).await?.0)
    }

    /// The containers, from the answers to the two questions for them; and whether there is no To
    /// Do.
    async fn listed(&self, mut answers: impl Iterator<Item = PartAnswer>) -> Result<(Vec<Container>, bool)> {
        let calendars = self.all(Kind::Meeting, "the calendars", self.answered(answers.next())?).await?;
        let lists = self.answered(answers.next())?;
        let lacks = lacks_to_do(&lists);
        let lists = if lacks { Vec::new() } else { self.all(Kind::Task, "the lists", lists).await? };
        let calendars = calendars.into_iter().filter_map(|row| map::calendar(read(&row)?, &self.mailbox));
        let mut containers: Vec<Container> = calendars.collect();
        containers.extend(lists.into_iter().filter_map(|row| map::list(read(&row)?)));
        flat::sort_by_key(&mut containers, |container| (container.kind, !container.default));
        *self.kinds.borrow_mut() = containers.iter().map(|c| (c.id.clone(), c.kind)).collect();
        Ok((containers, lacks))
    }

    /// The kind of each container; reads them if they were not read yet.
    async fn kinds(&self) -> Result<FlatMap<ContainerId, Kind>> {
        if self.kinds.borrow().is_empty() {
            self.containers().await?;
        }
        Ok(self.kinds.borrow().clone())
    }

    /// Every row of a collection that begins with the page `first`: of which kind it is, and its
    /// name for people.
    async fn all(&self, kind: Kind, name: &str, first: HttpResponse) -> Result<Vec<Value>> {
        let mut page = understood(odata::page(&first))?;
        let (mut rows, mut guard) = (Vec::new(), Pages::default());
        loop {
            let passed = guard.pass(page.next.as_deref(), page.value.iter().map(pages::telling));
            passed.map_err(|endless| {
                let detail = format!("{name}: {endless}");
                Error::Unreadable { side: Side::Exchange, detail }
            })?;
            rows.append(&mut page.value);
            let Some(link) = page.next.take() else { return Ok(rows) };
            let response = self.caller.send(&endpoints::page(kind, &self.caller.below(&link)?, ROWS)).await?;
            page = understood(odata::page(&response))?;
        }
    }

    /// Whether the last reading told, just now, that an item lives.
    fn tells(&self, id: &ItemId) -> bool {
        let recent = self.recent.borrow();
        self.caller.now() - recent.at < FRESH && recent.items.contains(id)
    }

    async fn batch(&self, calls: &[Call]) -> Vec<PartAnswer> {
        self.caller.batch(&endpoints::envelope(), calls).await
    }

    /// The reply to a part that a run can't do without.
    fn answered(&self, answer: Option<PartAnswer>) -> Result<HttpResponse> {
        match answer {
            Some(Ok(response)) => Ok(response),
            Some(Err(silence)) => Err(silence.error),
            None => Err(Error::Network(Side::Exchange)),
        }
    }
}

/// `read`, whose fault ends the run.
fn understood<T>(read: Result<T, Fault>) -> Result<T> {
    read.map_err(|fault| fault.error(Side::Exchange))
}

impl<P: Http + Clock + Credentials> Replica for Graph<P> {
    async fn identify(&self, known: Option<&str>) -> Result<Option<String>> {
        self.identified(known).await
    }

    async fn own(&self, known: FlatSet<Address>) -> Result<FlatSet<Address>> {
        self.mailbox.aliases.learn(known);
        if self.mailbox.aliases.all().is_empty() {
            self.mailbox.aliases.learn(self.me().await?);
        }
        Ok(self.mailbox.aliases.all())
    }

    async fn observe(&self, scope: &Scope, cursor: Option<&Cursor>) -> Result<Listing> {
        let listing = observe::observe(self, scope, cursor).await?;
        let items = listing.items.iter().map(|item| item.id.clone()).collect();
        self.recent.replace(RecentReading { items, at: self.caller.now() });
        Ok(listing)
    }

    async fn find(&self, lookups: &[Lookup]) -> Result<Vec<Found>> {
        find::find(self, lookups).await
    }

    async fn marks(&self, items: &[&Item]) -> Result<Vec<Found>> {
        marks::marks(self, items).await
    }

    async fn apply(&self, ops: &[Op]) -> Vec<Outcome> {
        // from now on what was read is no longer all that there is
        self.recent.take();
        apply::apply(self, ops).await
    }
}

/// Whether the answer to the question for lists says that there is no To Do: national clouds don't
/// have it (an unknown segment of the path), some licences neither (docs/facts/graph.md, "Tasks").
fn lacks_to_do(response: &HttpResponse) -> bool {
    let code = |fault: Fault| match fault {
        Fault::Refused { code, .. } => code,
        Fault::SignedOut | Fault::Forbidden(_) | Fault::CursorLost | Fault::Unreadable(_) => String::new(),
    };
    match response.status().as_u16() {
        403 | 404 | 501 => true,
        400 => code(odata::refusal(response)).eq_ignore_ascii_case("BadRequest"),
        _ => false,
    }
}

/// A row as its type; `None` for what is no such row.
fn read<T: DeserializeOwned>(row: &Value) -> Option<T> {
    json::understand(row).ok()
}
