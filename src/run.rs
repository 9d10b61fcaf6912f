//! One run: observe, plan, apply, fold. Reads as the algorithm; what is decided is the engine's,
//! what is asked of the world are the ports'.

use crate::engine::action::Note;
use crate::engine::context::{Always, Context, Seen};
use crate::engine::held::Held;
use crate::engine::history::{self, Entry};
use crate::engine::link::{Link, LinkState};
use crate::engine::plan::Plan;
use crate::engine::preview::{self, LeftOut, Row};
use crate::engine::settings::{Notify, Settings};
use crate::engine::state::State;
use crate::engine::{containers, planner, scope};
use crate::error::{Error, Result};
use crate::flat::FlatSet;
use crate::model::{Container, ContainerId, Cursor, Instant, ItemId, Pair};
use crate::ports::{Clock, Events, Phase, Progress, Replica, Store};
use crate::run::observe::Readings;
use serde::{Deserialize, Serialize};
use std::{future::poll_fn, pin::pin, task::Poll};

pub mod answer;
pub mod apply;
pub mod commit;
pub mod observe;
pub mod record;
pub mod rename;
pub mod trust;
pub mod undo;
pub mod world;

pub use world::World;

/// What a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Confirmed writes, by the side that was written to.
    pub counts: Pair<Counts>,
    /// All that waits for a person or could not be done, from earlier runs too.
    pub held: Vec<Held>,
    /// Steps that were not finished; the next run does.
    pub unfinished: usize,
    /// What a person is told without being asked.
    #[serde(default)]
    pub notes: Vec<Told>,
    /// Pairs that rest: undone, or left by a person.
    #[serde(default)]
    pub resting: usize,
    /// The user stopped the run while it was writing: `counts` tells what had been written by then.
    #[serde(default)]
    pub stopped: bool,
    /// The name of the run in the history; `None` if it had nothing to write.
    #[serde(default)]
    pub name: Option<Instant>,
}

/// What a person is told without being asked, and of how many items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What.
    pub note: Note,
    /// Of how many.
    pub count: usize,
}

/// Confirmed writes on one side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Items created.
    pub created: usize,
    /// Items changed.
    pub updated: usize,
    /// Items deleted, or marked as canceled.
    pub deleted: usize,
}

/// How a run ended.
pub enum Ended {
    /// Everything that can be done without a person is done.
    Written(Report),
    /// Nothing is written: no person has seen yet what synchronizing this account writes. Once they
    /// have, [`apply::apply`] carries it out.
    Unseen(Box<PreparedRun>),
}

/// A plan with all that carrying it out needs.
pub struct PreparedRun {
    /// The plan.
    pub plan: Plan,
    /// The state once the plan is carried out; its `again` and `held` are still those before.
    state: State,
    /// What was looked at, for [`apply`].
    seen: Seen,
    now: Instant,
    /// What was stored when it was made, if a person is to see it: what was done since, the plan
    /// does not know.
    basis: Option<State>,
    /// When it was made, by the clock of the device.
    made: Instant,
}

/// Minutes for which a plan that a person has seen stands: later both sides may be others.
const STANDS_MINUTES: i64 = 30;

impl PreparedRun {
    /// What a person sees of it, line by line.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        preview::rows(&self.plan, &self.seen)
    }

    /// What is left out where calendars and lists are no longer imported: their rows, as far as
    /// `settings` don't cover them any more. The others rest, with those of `resting`.
    #[must_use]
    pub fn left_out(
        &self,
        resting: FlatSet<ItemId>,
        containers: &FlatSet<ContainerId>,
        settings: &Settings,
    ) -> LeftOut {
        let is_covered = |id: &ContainerId| {
            let covers = |container: &Container| scope::imports_from(settings, container);
            self.containers().iter().any(|container| container.id == *id && covers(container))
        };
        let mut left_out = LeftOut { resting, ..LeftOut::default() };
        for row in self.rows().filter(|row| row.is_imported() && containers.contains(row.container)) {
            let into = if is_covered(row.container) { &mut left_out.resting } else { &mut left_out.uncovered };
            into.insert(row.activity.clone());
        }
        left_out
    }

    /// What the history will tell of a line once it is carried out.
    #[must_use]
    pub fn entries(&self, row: &Row<'_>) -> Vec<Entry> {
        row.action.map_or_else(Vec::new, |action| {
            let before = action.before.as_ref().unwrap_or(&action.after);
            history::entries(self.now, 0, action, None, before)
        })
    }

    /// The calendars and lists of the mailbox.
    #[must_use]
    pub fn containers(&self) -> &[Container] {
        &self.seen.containers
    }

    /// The same without what a person leaves out of it.
    #[must_use]
    pub fn without(mut self, left_out: &LeftOut) -> Self {
        preview::leave_out(&mut self.plan, &self.seen, left_out);
        self
    }

    /// The same, seen by a person: from now on this account is synchronized without one, if
    /// anything of it is.
    #[must_use]
    pub fn approved(mut self) -> Self {
        self.state.approved |= self.state.settings.as_ref().is_some_and(Settings::does_anything);
        self
    }

    /// Whether a person has to see it first.
    fn is_unseen(&self) -> bool {
        !self.state.approved && self.rows().next().is_some()
    }
}

/// Whether a plan that a person has seen may be carried out: nothing was stored or set since it was
/// made, and that was not long ago. Asked while no other run can begin.
///
/// # Errors
/// `Outdated`; `Store` if it fails.
pub async fn stands<W: World>(world: &W, planned: &PreparedRun) -> Result<()> {
    let age = world.clock().now() - planned.made;
    let is_young = age < chrono::Duration::minutes(STANDS_MINUTES) && age >= chrono::Duration::zero();
    let settings = world.store().settings().await?;
    let is_set_so = settings.is_none() || settings == planned.state.settings;
    let is_same = world.store().state().await? == planned.basis;
    if is_young && is_set_so && is_same { Ok(()) } else { Err(Error::Outdated) }
}

/// Hours after which both sides are compared in full again.
const COMPARE_HOURS: i64 = 24;

/// Runs once, without anybody who has seen the plan: everything that can be done without a person
/// is done, but for the first time. A plan that a person has seen goes to [`apply::apply`] as it
/// is.
///
/// # Errors
/// What keeps a run from beginning or going on. Whatever was confirmed before is kept, and the next
/// run finishes the rest.
pub async fn run<W: World>(world: &W) -> Result<Ended> {
    let planned = unless_stopped(world.events(), decide(world, false)).await?;
    if planned.is_unseen() {
        return Ok(Ended::Unseen(Box::new(planned)));
    }
    apply::apply(world, planned).await.map(Ended::Written)
}

/// Reads both sides and decides; writes nothing, so that a stop ends it at once. The plan is for a
/// person to see: it has any number of new items in it.
///
/// # Errors
/// As [`run`]; `Stopped` if the user wants it to stop.
pub async fn plan<W: World>(world: &W) -> Result<PreparedRun> {
    unless_stopped(world.events(), decide(world, true)).await
}

/// Does `work`, which writes nothing to a server, until it is done or the user wants it to stop.
/// What it waits for then is left.
///
/// # Errors
/// `Stopped`; what `work` fails with.
pub async fn unless_stopped<T, E: Events>(events: &E, work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut work = pin!(work);
    let mut stopped = pin!(events.stopped());
    poll_fn(|context| {
        if events.stop() || stopped.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(Error::Stopped));
        }
        work.as_mut().poll(context)
    })
    .await
}

/// The plan of a run; `previewed`: a person sees it before it is carried out.
async fn decide<W: World>(world: &W, previewed: bool) -> Result<PreparedRun> {
    world.events().progress(Progress { phase: Phase::Reading, done: 0, total: 0 });
    let device = world.clock().now();
    let today = crate::model::time::local(world.zone(), device).date();
    let mut settings = world.store().settings().await?.unwrap_or_else(|| Settings::first(today));
    let mut state = trust::identified(world).await?;
    let due = state.compared.is_none_or(|at| device - at >= chrono::Duration::hours(COMPARE_HOURS) || device < at);
    let window = settings.window(device, world.zone());
    let cursors: Pair<Option<Cursor>> =
        if due || state.settings.as_ref() != Some(&settings) { Pair::default() } else { state.cursors.clone() };
    let mut listings = observe::read(world, &scope::reading(&settings, window, &state.holding), &cursors).await?;
    let renamed = containers::renamed(&state.containers, &listings.exchange.containers);
    if !renamed.is_empty() {
        rename::follow(world, &mut settings, &mut state, &renamed).await?;
        let scope = scope::reading(&settings, window, &state.holding);
        listings.exchange = world.exchange().observe(&scope, cursors.exchange.as_ref()).await?;
    }
    let needed = state.holding.iter().chain(containers::named(&settings)).collect();
    state.containers = containers::remembered(&state.containers, &listings.exchange.containers, &needed);
    let fields = settings.fields.without(&listings.creatio.unheld);
    let able = Settings { fields, ..settings.clone() };
    let mut observed =
        observe::observe(world, &able, window, Readings { state: &state, cursors: &cursors, listings }).await?;
    trust::marks(world.account(), &observed.seen)?;
    world.events().progress(Progress { phase: Phase::Planning, done: 0, total: 0 });
    let now = observed.now.unwrap_or(device);
    let before = state.clone();
    let is_new = state.always.is_none();
    state.always = (settings.rules.notify == Notify::Always).then(|| state.always.unwrap_or(now));
    observed.seen.previewed = previewed || !state.approved;
    observed.seen.always = state.always.map(|since| Always { since, is_new });
    observed.seen.before = state.settings.take().filter(|before| *before != settings);
    let context =
        Context { settings: &able, zone: world.zone(), now, window, account: world.account(), words: world.words() };
    let mut plan = planner::plan(&context, &observed.seen);
    plan.held.extend(observed.held);
    let basis = if observed.seen.previewed { world.store().state().await? } else { None };
    if plan.disbelieves {
        // both sides are compared as they would have been now, as soon as something can be read
        let cursors = Pair { creatio: None, ..before.cursors.clone() };
        return Ok(PreparedRun {
            plan,
            state: State { cursors, ..before },
            seen: observed.seen,
            now,
            basis,
            made: device,
        });
    }
    state.cursors = observed.cursors;
    state.membership = observed.membership;
    if observed.full {
        state.compared = Some(device);
        state.holding = observed.holding;
        let rests = |link: &&Link| link.state == LinkState::Undone;
        state.resting = observed.seen.links.iter().filter(rests).map(|link| link.halves.creatio.id().clone()).collect();
    }
    state.links = observed.seen.total;
    state.settings = Some(settings);
    Ok(PreparedRun { plan, state, seen: observed.seen, now, basis, made: device })
}
