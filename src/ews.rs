//! The mailbox on an Exchange Server, through EWS: calendars and task folders as one replica
//! (docs/facts/ews.md). It reads, finds and writes items; what to write is not decided here, and
//! series' rules are never written. One request is under way at a time: a mailbox is given little,
//! and a second one only prolongs the wait (docs/facts/ews.md, "Load").
//!
//! `xml` and `wire` spell SOAP, `map` reads it, `compose` writes it, `endpoints` knows the
//! operations and `properties` what they name; `fetch`, `search` and `view` ask for many things at
//! once, so that a bad one costs only itself; `observe`, `find` and `apply` are the three questions
//! of [`Replica`].

mod apply;
mod compose;
mod endpoints;
mod fetch;
mod find;
mod folders;
pub mod map;
mod observe;
mod properties;
mod search;
mod series;
mod time;
mod uid;
mod view;
pub mod wire;
pub mod xml;

use crate::error::{Error, Result};
use crate::flat::{FlatMap, FlatSet};
use crate::http::{Call, Caller};
use crate::model::lookup::{Found, Lookup};
use crate::model::op::{Op, Outcome};
use crate::model::scope::Scope;
use crate::model::{Address, Aliases, ContainerId, Cursor, Kind, Listing, Side, SiteId, Zone};
use crate::ports::{Clock, Credentials, Http, Replica};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wire::Message;

/// Which mailbox it is, and how its items are read and marked.
#[derive(Clone)]
pub struct EwsMailbox {
    /// The absolute address of the service, `https://…/EWS/Exchange.asmx`: from a page, a path of
    /// Creatio's own origin that a proxy forwards.
    pub endpoint: String,
    /// The owner's address, who is never their own attendee.
    pub address: Address,
    /// The owner's further addresses, as far as they are known.
    pub aliases: Aliases,
    /// The Creatio installation whose marks are looked for.
    pub site: SiteId,
    /// The zone of the user's Creatio profile: new events are written in it, task dates are days of
    /// it.
    pub zone: Rc<dyn Zone>,
}

impl EwsMailbox {
    /// Whether an address is the owner's.
    fn is_own(&self, address: &Address) -> bool {
        *address == self.address || self.aliases.has(address)
    }
}

/// The replica.
pub struct Ews<P> {
    caller: Caller<P>,
    mailbox: EwsMailbox,
    /// What kind each container is, as far as it was read: ids don't tell.
    kinds: RefCell<FlatMap<ContainerId, Kind>>,
    /// Containers that the last reading could not read, with the reason: nothing is known of what
    /// lies there, and nothing is asked of them.
    shut: RefCell<FlatMap<ContainerId, String>>,
    /// The most items that a view has shown in this reading: the server cuts none that shows fewer.
    most: Cell<usize>,
}

impl<P: Http + Clock + Credentials> Ews<P> {
    /// The replica of `mailbox`.
    pub fn new(world: Rc<P>, mailbox: EwsMailbox) -> Self {
        let caller = Caller::new(world, Side::Exchange, &mailbox.endpoint)
            .with("Accept", "text/xml")
            // routes to the mailbox's server where one has several; elsewhere it costs nothing
            // (docs/facts/ews.md, "Browsers")
            .with("X-AnchorMailbox", mailbox.address.as_str())
            .judging(wire::judge)
            .explaining(wire::explain);
        Self { caller, mailbox, kinds: RefCell::default(), shut: RefCell::default(), most: Cell::default() }
    }

    /// Sends `call`; what the server says to each thing that was asked.
    async fn ask(&self, call: &Call) -> Result<Vec<Message>> {
        let response = self.caller.send(call).await?;
        wire::messages(&response).map_err(|fault| fault.error(Side::Exchange))
    }

    /// See [`Replica::identify`]: the calendar of the signed-in user has to be the one of the
    /// mailbox with the address that is meant. EWS does not tell whose it is otherwise.
    async fn identified(&self, known: Option<&str>) -> Result<Option<String>> {
        let holder = self.caller.holder().await;
        if holder.is_some() && holder.as_deref() == known {
            return Ok(holder);
        }
        let messages = self.ask(&endpoints::whose(&self.mailbox.address)).await?;
        let id = |message: &Message| {
            message.body.at("Folders")?.children.first()?.at("FolderId")?.attribute("Id").map(str::to_owned)
        };
        let mut messages = messages.iter();
        let own = messages
            .next()
            .map(|message| message.success().map_err(|fault| fault.error(Side::Exchange)).map(|_| id(message)));
        let meant = messages.next().and_then(id);
        match own.transpose()?.flatten() {
            Some(own) if meant.as_ref() == Some(&own) => {
                self.learn().await?;
                Ok(self.caller.holder().await)
            }
            Some(_) | None => {
                let meant = self.mailbox.address.as_str().to_owned();
                Err(Error::Elsewhere { side: Side::Exchange, meant, found: "?".to_owned() })
            }
        }
    }
}

/// The user's further addresses. EWS has no question for them; `ResolveNames` with the contact's
/// data tells those that the directory shows, and a server that refuses it, or knows no directory,
/// tells none.
impl<P: Http + Clock + Credentials> Ews<P> {
    async fn learn(&self) -> Result<()> {
        let own = &self.mailbox.address;
        self.mailbox.aliases.learn([own.clone()]);
        let response = match self.caller.send(&endpoints::resolve(own)).await {
            Ok(response) => response,
            Err(Error::Server { .. } | Error::Forbidden { .. } | Error::Unreadable { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        for message in wire::messages(&response).unwrap_or_default() {
            let found = message.body.at("ResolutionSet").map(|set| &set.children);
            let resolutions = found.into_iter().flatten().filter_map(|one| {
                let main = one.say("Mailbox/EmailAddress").and_then(Address::parse);
                let listed = one.at("Contact/EmailAddresses").map(|list| list.all("Entry")).into_iter().flatten();
                let all: Vec<Address> =
                    main.into_iter().chain(listed.filter_map(|entry| Address::parse(&entry.text))).collect();
                // a name may find others, too
                all.contains(own).then_some(all)
            });
            resolutions.for_each(|all| self.mailbox.aliases.learn(all));
        }
        Ok(())
    }
}

impl<P: Http + Clock + Credentials> Replica for Ews<P> {
    async fn identify(&self, known: Option<&str>) -> Result<Option<String>> {
        self.identified(known).await
    }

    async fn own(&self, known: FlatSet<Address>) -> Result<FlatSet<Address>> {
        self.mailbox.aliases.learn(known);
        if self.mailbox.aliases.all().is_empty() {
            self.learn().await?;
        }
        Ok(self.mailbox.aliases.all())
    }

    async fn observe(&self, scope: &Scope, cursor: Option<&Cursor>) -> Result<Listing> {
        observe::observe(self, scope, cursor).await
    }

    async fn find(&self, lookups: &[Lookup]) -> Result<Vec<Found>> {
        find::find(self, lookups).await
    }

    async fn apply(&self, ops: &[Op]) -> Vec<Outcome> {
        apply::apply(self, ops).await
    }
}
