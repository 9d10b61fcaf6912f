//! What Graph may do to a client by its own documentation and by reports (facts §1, §4, §5, §8), switched on for tests: change tracking that
//! tells items again, late, in any order, on small or empty pages, or forgets where it was; timeouts; limits; challenges. All of it is a function of the mailbox's history: the same requests give the same
//! replies. Reading an item by its id is always current.

use super::answer::Fail;
use super::delta::Feed;
use super::event::Window;
use super::mailbox::Mailbox;
use super::people::People;
use super::throttle::Throttle;
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
    /// Every round tells again what the round before it told, as it is now; and every round with an item tells one item
    /// twice, on its first and its last page.
    pub replays: bool,
    /// For so many further rounds of a calendar or list (its page requests aside) delta shows it as it was.
    pub stale_reads: usize,
    /// Items come in an order that says nothing: occurrences before their series, new before old.
    pub shuffled_order: bool,
    /// Items per page of a round, whatever the client prefers.
    pub page_size: Option<NonZeroUsize>,
    /// Every round begins with a page without items.
    pub empty_pages: bool,
    /// Rounds tell occurrences with all their members, in place of the few that the service is reported to tell.
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
    /// What it does with addresses.
    pub people: People,
}

/// What change tracking over a calendar does not manage in time: 504 `UnknownError` without a message. The default manages everything.
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

impl Quirks {
    /// Puts the items of a round into the order, and the number, in which they are told. `round` tells rounds apart.
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
