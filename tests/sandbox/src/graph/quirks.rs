//! What Graph may do to a client by its own documentation and by reports (docs/facts/graph.md,
//! "Delta", "Tasks", "Limits", "Challenges"), switched on for tests: change tracking that tells
//! items again, late, in any order, on small or empty pages, or forgets where it was; timeouts;
//! limits; challenges. All of it is a function of the mailbox's history: the same requests give the
//! same replies. Reading an item by its id is always current.

use super::answer::{Answer, Fail};
use super::call::Call;
use super::delta::Feed;
use super::event::Window;
use super::mailbox::Mailbox;
use super::people::People;
use super::shape::put;
use super::storing::Storing;
use super::throttle::Throttle;
use crate::environment::Environment;
use chrono::{DateTime, Duration, Utc};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::num::{NonZeroU16, NonZeroUsize};
use std::sync::Arc;

/// How mailboxes behave. The default is a service at its best.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Quirks {
    /// Every round tells again what the round before it told, as it is now; and every round with an
    /// item tells one item twice, on its first and its last page.
    pub replays: bool,
    /// For so many further rounds of a calendar or list (its page requests aside) delta shows it as
    /// it was.
    pub stale_reads: usize,
    /// Items come in an order that says nothing: occurrences before their series, new before old.
    pub shuffled_order: bool,
    /// Items per page of a round, whatever the client prefers.
    pub page_size: Option<NonZeroUsize>,
    /// Every round begins with a page without items.
    pub empty_pages: bool,
    /// Rounds tell occurrences with all their members, in place of the few that the service is
    /// reported to tell.
    pub whole_occurrences: bool,
    /// So many tokens of pages and rounds are kept; the oldest are forgotten.
    pub tokens: Option<NonZeroUsize>,
    /// What of calendars takes too long.
    pub timeouts: Timeouts,
    /// What the mailbox takes at once and in a time.
    pub throttle: Throttle,
    /// Tokens that were not issued with these claims are challenged (JSON, as a text).
    pub claims: Option<String>,
    /// There is no To Do, as in some national clouds.
    pub no_to_do: bool,
    /// Deleted events are forgotten at once, where the service keeps them in Deleted Items with
    /// their ids.
    pub forgets_deleted: bool,
    /// Deleted tasks are still found by their ids.
    pub keeps_deleted_tasks: bool,
    /// The transaction of a deleted event is not taken a second time: 409
    /// `ErrorDuplicateTransactionId`.
    pub remembers_transactions: bool,
    /// What is made of values on storing.
    pub storing: Box<Storing>,
    /// Every round begins with so many further pages without items.
    pub blank_pages: usize,
    /// Calendars and lists, by name, whose pages lead on for ever.
    pub endless: BTreeMap<String, Endless>,
    /// Calendars and lists, by name, of which every question is answered with this status.
    pub broken: BTreeMap<String, u16>,
    /// Calendars and lists, by name, of which every question is answered with this status and a
    /// page of HTML, which a batch carries as it is, so that its whole envelope is no JSON.
    pub html: BTreeMap<String, u16>,
    /// Views and rounds tell series by their masters alone.
    pub unexpanded: bool,
    /// For so many minutes after their creation events have no `iCalUId`.
    pub late_uids: u16,
    /// Bodies of tasks don't tell how they are formatted.
    pub plain_bodies: bool,
    /// What it does with addresses.
    pub people: People,
}

/// How pages lead on for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Endless {
    /// Each by its own link.
    Same,
    /// Each by a link that there was not before, to the same items.
    Fresh,
}

/// The page that stands where JSON should be (see [`Quirks::html`]).
pub(crate) const HTML: &str = "<html><body>The service is unavailable.</body></html>";

/// What change tracking over a calendar does not manage in time: 504 `UnknownError` without a
/// message. The default manages everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Timeouts {
    /// Pages of more items than this.
    pub items: Option<NonZeroUsize>,
    /// Windows of more days than this.
    pub days: Option<NonZeroU16>,
    /// Everything.
    pub always: bool,
}

impl Timeouts {
    /// Refuses a page of a round over `window`, if it takes too long.
    ///
    /// # Errors
    /// 504.
    pub(crate) fn check(&self, window: Window, page: usize) -> Result<(), Fail> {
        let days = (window.end - window.start).num_days();
        let is_long = self.days.is_some_and(|most| days > i64::from(most.get()));
        let is_big = self.items.is_some_and(|most| page > most.get());
        if !(self.always || is_long || is_big) {
            return Ok(());
        }
        Err(Fail::new(StatusCode::GATEWAY_TIMEOUT, "UnknownError", ""))
    }
}

/// What a mailbox remembers in order to give stale reads.
#[derive(Default)]
pub(crate) struct Memory {
    /// As it was when stale reads were switched on.
    at_first: Option<Arc<Mailbox>>,
    /// As it was at the last rounds, by container, oldest first.
    rounds: BTreeMap<String, VecDeque<Arc<Mailbox>>>,
}

impl Mailbox {
    /// Switches quirks on and off.
    pub(crate) fn behave(&mut self, quirks: &Quirks) {
        self.quirks = quirks.clone();
        let at_first = (quirks.stale_reads > 0).then(|| Arc::new(self.snapshot()));
        self.memory = Memory { at_first, rounds: BTreeMap::new() };
    }

    /// Begins a round: the past mailbox that it shall show, if not the present one.
    pub(crate) fn recall(&mut self, feed: &Feed) -> Option<Arc<Self>> {
        let first = Arc::clone(self.memory.at_first.as_ref()?);
        let (late, now) = (self.quirks.stale_reads, Arc::new(self.snapshot()));
        let unseen = || std::iter::repeat_n(first, late).collect();
        let rounds = self.memory.rounds.entry(feed.container().to_owned()).or_insert_with(unseen);
        rounds.push_back(now);
        rounds.pop_front()
    }
}

impl Mailbox {
    /// The name of the calendar or list that a request is about.
    fn asked(&self, call: &Call) -> Option<&str> {
        let words: Vec<&str> = call.segments.iter().map(String::as_str).collect();
        let container = match words.as_slice() {
            ["me", "calendars", id, ..] => self.calendar(Some(id))?.get("name"),
            ["me", "calendar" | "calendarView", ..] => self.calendar(None)?.get("name"),
            ["me", "todo", "lists", id, ..] => {
                let list = self.lists.iter().find(|list| list.body.get("id").is_some_and(|own| own == id))?;
                list.body.get("displayName")
            }
            _ => None,
        };
        container?.as_str()
    }

    /// The status of the HTML with which a request is answered, if it is.
    pub(crate) fn garbles(&self, call: &Call) -> Option<u16> {
        self.quirks.html.get(self.asked(call)?).copied()
    }

    /// Refuses a request for what is broken.
    ///
    /// # Errors
    /// The status that it is answered with for ever.
    pub(crate) fn spare(&self, call: &Call) -> Result<(), Fail> {
        let Some(status) = self.asked(call).and_then(|name| self.quirks.broken.get(name)) else { return Ok(()) };
        let code = match status {
            504 => "UnknownError",
            500.. => "ErrorInternalServerTransientError",
            _ => "ErrorInvalidRequest",
        };
        Err(Fail::new(StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), code, ""))
    }

    /// Makes an answer what these quirks make of it.
    pub(crate) fn finish(&self, call: &Call, mut answer: Answer, environment: &mut Environment) -> Answer {
        let Some(body) = &mut answer.body else { return answer };
        if let (Some(endless), true) =
            (self.asked(call).and_then(|name| self.quirks.endless.get(name)), body.get("value").is_some())
        {
            let query = match endless {
                Endless::Same => call.query.clone(),
                Endless::Fresh => call.query.with("$page", &environment.number().to_string()),
            };
            put(body, "@odata.nextLink", call.link(&query));
            body.as_object_mut().map(|body| body.remove("@odata.deltaLink"));
        }
        let now = environment.now();
        self.strip(body, now);
        for row in body.get_mut("value").and_then(Value::as_array_mut).into_iter().flatten() {
            self.strip(row, now);
        }
        answer
    }

    /// Takes away what an item does not tell.
    fn strip(&self, item: &mut Value, now: DateTime<Utc>) {
        let made = item["createdDateTime"].as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
        let late = Duration::minutes(i64::from(self.quirks.late_uids));
        let Some(members) = item.as_object_mut() else { return };
        if made.is_some_and(|made| made + late > now) {
            members.remove("iCalUId");
        }
        if self.quirks.plain_bodies && members.contains_key("title") {
            members.get_mut("body").and_then(Value::as_object_mut).map(|body| body.remove("contentType"));
        }
    }
}

impl Quirks {
    /// Puts the items of a round into the order, and the number, in which they are told. `round`
    /// tells rounds apart.
    pub(crate) fn arrange(&self, mut items: Vec<Value>, round: u64) -> Vec<Value> {
        if self.shuffled_order {
            items.sort_by_cached_key(|item| scatter(item["id"].as_str().unwrap_or_default(), round));
        }
        if let (true, Some(first)) = (self.replays, items.first().cloned()) {
            items.push(first);
        }
        items
    }

    /// The page size of a round of so many items, for a client that prefers `wanted`.
    pub(crate) fn page(&self, wanted: usize, items: usize) -> usize {
        let size = self.page_size.map_or(wanted, NonZeroUsize::get);
        // the item that is told twice must not be twice on one page
        if self.replays && items > 1 { size.min(items - 1) } else { size }
    }
}

/// A number that follows from an id and a round, and seems to follow from nothing.
fn scatter(id: &str, round: u64) -> u64 {
    digest(round.to_le_bytes().into_iter().chain(id.bytes()))
}

/// A number by which bytes are told from others (FNV-1a).
pub(crate) fn digest(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
