//! Exchange Server through EWS, as far as calendars and tasks need it: what docs/facts/ews.md says
//! of it, oddities included.
//!
//! Its mailboxes are of the same kind as Graph's and follow the same rules of series, zones,
//! invitations; people can work in them by the same hands ([`Exchange::by_hand`]). What is
//! Exchange's own (folders, Deleted Items, sync states, its SOAP) is here. It knows nothing of the
//! engine's types.
//!
//! A request is let in here, taken out of its envelope and checked (`soap`, `grammar`, `xml`), led
//! to its operation, served (`folders`, `sync`, `find`, `view` for reads, `write` with `edit`,
//! `remove`, `respond` for writes) and told (`calendar`, `task`, `property`, `times`,
//! `recurrence`).

mod account;
mod calendar;
mod door;
mod edit;
mod find;
mod folders;
mod grammar;
mod item;
mod people;
mod property;
mod quirks;
mod recurrence;
mod remove;
mod respond;
pub mod schema;
mod seed;
mod soap;
mod stored;
mod sync;
mod task;
mod times;
mod view;
mod write;
mod xml;

use crate::environment::{Environment, Request, Response, Seed};
use crate::graph::mailbox::Mailbox;
use crate::graph::shelf;
use crate::graph::{Graph, Mail};
use account::{Account, Visit};
use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
pub use quirks::{Breakage, BrokenSpan, Busy, Foreign, Front, Quirks, Searches, Stored};
use serde_json::Value;
use soap::{Call, Fault, Trouble};
use std::collections::BTreeMap;
use sync::Past;

/// The account of the first user's mailbox, which every seed has.
pub const ACCOUNT: &str = "demo@corp.contoso.example";
/// The account of a second mailbox, which every seed has too.
pub const COLLEAGUE: &str = "dmitry.volkov@corp.contoso.example";
/// The password of every account, until it is changed.
pub const PASSWORD: &str = "sandbox";
/// The path of EWS.
pub const PATH: &str = "/EWS/Exchange.asmx";

/// An Exchange Server's mailboxes in memory.
pub struct Exchange {
    /// The mailboxes, and their people's hands.
    mailboxes: Graph,
    /// The rest of each mailbox, by account.
    accounts: BTreeMap<String, Account>,
    quirks: Quirks,
    /// Names of headers and cookies that were not meant for Exchange.
    strays: Vec<String>,
}

impl Exchange {
    /// Mailboxes filled with `seed`.
    #[must_use]
    pub fn new(seed: Seed, now: DateTime<Utc>) -> Self {
        let accounts = [ACCOUNT, COLLEAGUE].into_iter().map(|account| (account.to_owned(), Account::new(PASSWORD)));
        let mailboxes = vec![seed::mailbox(seed, now), seed::colleague(now)];
        Self {
            mailboxes: Graph::of(mailboxes),
            accounts: accounts.collect(),
            quirks: Quirks::default(),
            strays: Vec::new(),
        }
    }

    /// Empties them and fills them with `seed`; passwords stay.
    pub fn reset(&mut self, seed: Seed, now: DateTime<Utc>) {
        let passwords: Vec<_> =
            self.accounts.iter().map(|(name, account)| (name.clone(), account.password.clone())).collect();
        *self = Self::new(seed, now);
        for (name, password) in passwords {
            self.accounts.insert(name, Account::new(&password));
        }
    }

    /// Whether there is a mailbox of this address.
    #[must_use]
    pub fn has(&self, account: &str) -> bool {
        self.accounts.contains_key(account)
    }

    /// What lies in Deleted Items of a mailbox, each as the text of its JSON.
    #[must_use]
    pub fn deleted(&self, account: &str) -> Vec<String> {
        let trash = self.accounts.get(account).map(|account| account.trash.as_slice()).unwrap_or_default();
        trash.iter().map(item::Item::text).collect()
    }

    /// Has the server behave like this, until a reset; what isn't named is off.
    pub fn set_quirks(&mut self, quirks: &Quirks) {
        self.quirks = quirks.clone();
        for (name, account) in &mut self.accounts {
            let mailbox = self.mailboxes.mailbox(name).filter(|_| quirks.stale_reads > 0);
            let past = mailbox.map(|mailbox| Past::of(mailbox, &account.trash));
            account.states.remember(past);
        }
    }

    /// Gives an account another password.
    ///
    /// # Errors
    /// There is no such account.
    pub fn set_password(&mut self, account: &str, password: &str) -> Result<(), String> {
        let own = self.accounts.get_mut(account).ok_or_else(|| format!("there is no mailbox {account}"))?;
        password.clone_into(&mut own.password);
        Ok(())
    }

    /// Makes every sync state that was given out invalid, as when a mailbox is moved or restored.
    pub fn expire_states(&mut self) {
        self.accounts.values_mut().for_each(|account| account.states.clear());
    }

    /// One request of a person or another program to the mailbox of `account`, past EWS: as to
    /// Graph, with a path like `me/events`. Ids are those of EWS. It is not logged. The status and
    /// the JSON of the reply.
    pub fn by_hand(
        &mut self,
        account: &str,
        (method, path): (&str, &str),
        body: Option<&Value>,
        environment: &mut Environment,
    ) -> (u16, Value) {
        self.mailboxes.by_hand(account, (method, path), body, environment)
    }

    /// Puts an event into the default calendar of an account as it is, spelled as Graph spells it,
    /// read-only members included. Nobody is mailed.
    ///
    /// # Errors
    /// The reason why the event can't be held.
    pub fn load_event_of(&mut self, account: &str, event: Value, environment: &mut Environment) -> Result<(), String> {
        self.mailboxes.load_event_of(account, event, environment)
    }

    /// Puts a task into the default folder of an account, spelled as Graph spells it; besides
    /// `percentComplete`, `owner`, `delegationState`, and `singleValueExtendedProperties` as an
    /// event has them.
    ///
    /// # Errors
    /// The reason why the task can't be held.
    pub fn load_task_of(&mut self, account: &str, task: Value, environment: &mut Environment) -> Result<(), String> {
        let own: Vec<(&str, Value)> = ["percentComplete", "owner", "delegationState", item::MARKS]
            .into_iter()
            .filter_map(|name| Some((name, task.get(name)?.clone())))
            .collect();
        self.mailboxes.load_task_of(account, task, environment)?;
        let loaded = self.mailboxes.mailbox_mut(account).and_then(|mailbox| mailbox.tasks.last_mut());
        loaded
            .into_iter()
            .for_each(|task| task.body.extend(own.iter().map(|(name, value)| ((*name).to_owned(), value.clone()))));
        Ok(())
    }

    /// A person moves an event into another calendar: it gets another id there. The new id.
    ///
    /// # Errors
    /// There is no such mailbox or event.
    pub fn move_event_of(
        &mut self,
        account: &str,
        (event, calendar): (&str, &str),
        environment: &mut Environment,
    ) -> Result<String, String> {
        let mailbox = self.mailboxes.mailbox_mut(account).ok_or("no such mailbox")?;
        let index = mailbox.events.position(shelf::ID, event).ok_or("no such event")?;
        let moving = item::Item::Event(Box::new(mailbox.events.remove(index)));
        Ok(settle(moving.moved(calendar, mailbox, environment), mailbox))
    }

    /// A person makes another calendar in the mailbox of `account`. Its id.
    ///
    /// # Errors
    /// There is no such mailbox.
    pub fn add_calendar_of(
        &mut self,
        account: &str,
        name: &str,
        environment: &mut Environment,
    ) -> Result<String, String> {
        let mailbox = self.mailboxes.mailbox_mut(account).ok_or("no such mailbox")?;
        Ok(mailbox.add_calendar(name, None, environment))
    }

    /// Another program puts a copy of an event into another calendar, with the same UID. The copy's
    /// id.
    ///
    /// # Errors
    /// There is no such mailbox or event.
    pub fn twin_event_of(
        &mut self,
        account: &str,
        (event, calendar): (&str, &str),
        environment: &mut Environment,
    ) -> Result<String, String> {
        let mailbox = self.mailboxes.mailbox_mut(account).ok_or("no such mailbox")?;
        let index = mailbox.events.position(shelf::ID, event);
        let own = index.and_then(|index| mailbox.events.get(index)).ok_or("no such event")?.clone();
        Ok(settle(item::Item::Event(Box::new(own)).moved(calendar, mailbox, environment), mailbox))
    }

    /// The mails that Exchange would have sent since the reset, oldest first, of all mailboxes.
    /// `method` is the operation that caused it.
    #[must_use]
    pub fn mails(&self) -> &[Mail] {
        self.mailboxes.mails()
    }

    /// The mailboxes, for mails that come from elsewhere and go there.
    pub(crate) fn post(&mut self) -> &mut Graph {
        &mut self.mailboxes
    }

    /// Names of Creatio's cookies and headers that came along, which no proxy may let through
    /// (docs/facts/ews.md, "Browsers").
    #[must_use]
    pub fn strays(&self) -> &[String] {
        &self.strays
    }

    /// Answers one request.
    pub fn handle(&mut self, request: &Request, environment: &mut Environment) -> Response {
        door::note_strays(request, &mut self.strays);
        if !request.uri().path().eq_ignore_ascii_case(PATH) {
            return door::page(StatusCode::NOT_FOUND);
        }
        if let Some(response) = door::front(self.quirks.front) {
            return response;
        }
        let Some(account) = self.authorize(request, environment) else { return door::unauthorized() };
        if request.method() != Method::POST {
            return door::page(StatusCode::METHOD_NOT_ALLOWED);
        }
        if let Some(refused) = door::transport(request) {
            return refused;
        }
        let response = match Call::read(request, self.quirks.foreign.digits) {
            Ok(call) => self.serve(&account, &call, environment),
            Err(fault) => soap::fault(fault),
        };
        self.mailboxes.deliver(environment);
        door::sent(response, self.quirks.front, environment)
    }

    /// The account that a request signs in as, by token or by password.
    fn authorize(&self, request: &Request, environment: &Environment) -> Option<String> {
        if let Some(account) = environment.account_of(request) {
            return Some(account.to_owned());
        }
        let (user, password) = door::basic(request)?;
        let is_user = |account: &str| {
            let local = account.split('@').next().unwrap_or_default();
            user.eq_ignore_ascii_case(account) || user.eq_ignore_ascii_case(&format!("CONTOSO\\{local}"))
        };
        let found = self.accounts.iter().find(|(name, account)| is_user(name) && account.password == password);
        found.map(|(name, _)| name.clone())
    }

    /// Has an operation serve a request.
    fn serve(&mut self, account: &str, call: &Call, environment: &mut Environment) -> Response {
        let name = call.operation.name.clone();
        let (Some(mailbox), Some(own)) = (self.mailboxes.mailbox_mut(account), self.accounts.get_mut(account)) else {
            return soap::fault(Fault::new(
                "ErrorNonExistentMailbox",
                "The SMTP address has no mailbox associated with it.",
            ));
        };
        let always = match name.as_str() {
            "GetItem" | "CreateItem" | "UpdateItem" | "MoveItem" => Some("Items"),
            _ => None,
        };
        let refused = |trouble: Trouble| soap::envelope(soap::reply(&name, vec![Err(trouble)], always));
        if self.quirks.no_mailbox {
            return refused(Trouble::new(
                "ErrorNonExistentMailbox",
                "The SMTP address has no mailbox associated with it.",
            ));
        }
        if self.quirks.busy.times > 0 {
            self.quirks.busy.times -= 1;
            let fault = Fault::busy(self.quirks.busy.back_off);
            let by_item = self.quirks.busy.by_item;
            return if by_item {
                refused(Trouble { code: fault.code, message: fault.message, more: fault.more })
            } else {
                soap::fault(fault)
            };
        }
        let mut visit = Visit { mailbox, account: own, quirks: &self.quirks, call, environment };
        if visit.asks_of_broken()
            && let Some(response) = door::broken(self.quirks.breakage)
        {
            return response;
        }
        let mut served = match name.as_str() {
            "FindFolder" => visit.find_folder(),
            "GetFolder" => visit.get_folder(),
            "SyncFolderHierarchy" => visit.sync_hierarchy(),
            "SyncFolderItems" => visit.sync_items(),
            "FindItem" => visit.find_item(),
            "GetItem" => visit.get_item(),
            "CreateItem" => visit.create_item(),
            "UpdateItem" => visit.update_item(),
            "DeleteItem" => visit.delete_item(),
            "MoveItem" => visit.move_item(),
            _ => visit.resolve_names(),
        };
        if self.quirks.foreign.wordless {
            served.iter_mut().filter_map(|one| one.as_mut().err()).for_each(|trouble| trouble.message.clear());
        }
        soap::envelope(soap::reply(&name, served, always))
    }
}

/// Puts an event that was moved or copied into its mailbox; its id.
fn settle(moved: item::Item, mailbox: &mut Mailbox) -> String {
    let id = moved.id().to_owned();
    if let item::Item::Event(event) = moved {
        mailbox.events.push(*event);
    }
    id
}
