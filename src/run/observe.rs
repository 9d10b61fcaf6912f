//! The first half of a run: both sides are read, and everything is looked up that the engine needs
//! to decide. Nothing is decided here but what to look up.
//!
//! A listing is only a hint; what is decided on is read directly. Five phases, in this order:
//!
//! | phase | needs | gives |
//! |---|---|---|
//! | listings ([`read`]) | cursors | what has changed on both sides, or all of the window |
//! | stored links | the listings | the links they touch; suspects: what they hint to be absent |
//! absent |
//! | direct reads | links, what the last run left open | items read by id, mark or UID |
//! | confirmed absences | suspects | what is gone, and what has only moved |
//! | look-ups | unlinked items | counterparts, people, other accounts' links |
//!
//! What a look-up reads may raise further suspects: their absence is confirmed in the same way.

mod absences;
mod direct_reads;
mod look_ups;
mod members;
mod stored_links;

use crate::engine::action::ACTIVITIES;
use crate::engine::context::{Context, Seen};
use crate::engine::held::Held;
use crate::engine::link::{Link, LinkState};
use crate::engine::settings::Settings;
use crate::engine::state::State;
use crate::error::Result;
use crate::flat::{FlatMap, FlatSet};
use crate::model::lookup::Lookup;
use crate::model::scope::Scope;
use crate::model::{ContainerId, Cursor, Instant, Item, ItemId, Kind, Listing, Malformed, Pair, Side, Window};
use crate::model::{Person, Record};
use crate::ports::{Clock, Replica};
use crate::run::World;
use futures_util::future;

/// What was seen, and where the next reading goes on.
pub struct Observed {
    /// All that the engine decides on.
    pub seen: Seen,
    /// The next cursors.
    pub cursors: Pair<Option<Cursor>>,
    /// Creatio's clock.
    pub now: Option<Instant>,
    /// What could not be looked up.
    pub held: Vec<Held>,
    /// Whether both sides were read in full.
    pub full: bool,
    /// The containers that hold links, if all links were read.
    pub holding: FlatSet<ContainerId>,
    /// How the chosen groups stood, if export is limited to groups and that can be told.
    pub membership: Option<String>,
}

struct Gather<'a, W> {
    world: &'a W,
    context: Context<'a>,
    seen: Seen,
    links: FlatMap<ItemId, Link>,
    suspects: Pair<FlatSet<ItemId>>,
    held: Vec<Held>,
}

/// Reads both sides at the same time, from the cursors on where there are any.
///
/// # Errors
/// What stops a run.
pub async fn read<W: World>(world: &W, scope: &Scope, cursors: &Pair<Option<Cursor>>) -> Result<Pair<Listing>> {
    let creatio = world.creatio().observe(scope, cursors.creatio.as_ref());
    let exchange = world.exchange().observe(scope, cursors.exchange.as_ref());
    let (creatio, exchange) = future::join(creatio, exchange).await;
    Ok(Pair { creatio: creatio?, exchange: exchange? })
}

/// What the last run left, and what has been read since.
pub struct Readings<'a> {
    /// The state after the last run.
    pub state: &'a State,
    /// Where the listings were read from.
    pub cursors: &'a Pair<Option<Cursor>>,
    /// What both sides told.
    pub listings: Pair<Listing>,
}

/// Looks up what the listings leave open.
///
/// # Errors
/// What stops a run.
pub async fn observe<W: World>(
    world: &W,
    settings: &Settings,
    window: Window,
    readings: Readings<'_>,
) -> Result<Observed> {
    let Readings { state, cursors, listings } = readings;
    let now = listings.creatio.now.unwrap_or_else(|| world.clock().now());
    let context = Context { settings, zone: world.zone(), now, window, account: world.account(), words: world.words() };
    let mut gather = Gather {
        world,
        context,
        seen: Seen { total: state.links, ..Seen::default() },
        links: FlatMap::new(),
        suspects: Pair::default(),
        held: Vec::new(),
    };
    let full = Side::BOTH.into_iter().all(|side| cursors[side].is_none());
    let ended = Pair::of(|side| {
        // what has not even an id can only be found again by reading from the same place
        let nameless = listings[side].malformed.iter().any(Malformed::is_nameless);
        if nameless { cursors[side].clone() } else { listings[side].cursor.clone() }
    });
    gather.seen.full = full;
    gather.seen.compared = state.compared;
    gather.seen.own = state.addresses.clone();
    gather.seen.answers = state.answers.clone();
    gather.seen.guarded = state.held.iter().filter_map(|held| Some((held.id.clone()?, held.reason))).collect();
    gather.seen.deletions = recent(state, now);
    gather.stored_links(listings, state).await?;
    let membership = gather.direct_reads(state).await?;
    gather.confirm().await?;
    gather.look_ups().await?;
    let holding = gather.links.values().map(|link| link.halves.exchange.container.clone()).collect();
    gather.seen.links = gather.links.into_values().collect();
    Ok(Observed { seen: gather.seen, cursors: ended, now: Some(now), held: gather.held, full, holding, membership })
}

/// Whether `item` is an event by itself: the id of one that was a series is that of the series.
fn is_single(item: &Item) -> bool {
    item.record.kind() == Kind::Meeting && item.facts.occurrence.is_none()
}

/// Whether an absence on either side of this link means anything.
const fn matters(link: &Link) -> bool {
    match link.state {
        LinkState::Alive | LinkState::Asleep | LinkState::Undone => true,
        LinkState::Tombstone | LinkState::Pending(_) => false,
    }
}

/// Deletions of the last 24 hours.
fn recent(state: &State, now: Instant) -> usize {
    let since = now - chrono::Duration::hours(24);
    state.deletions.iter().filter(|(at, _)| *at > since).map(|(_, count)| count).sum()
}

/// The people of a meeting.
fn people(record: &Record) -> &[Person] {
    match record {
        Record::Meeting(meeting) => &meeting.people,
        Record::Task(_) => &[],
    }
}

/// A direct read of the Activity `id`.
fn activity(id: ItemId) -> Lookup {
    Lookup::Id { id, container: ContainerId::from(ACTIVITIES) }
}
