//! A device of the user: both replicas over the one world, a store of its own, a clock that may be
//! wrong, and an injector by which a run is struck at any of its awaits: cut off, answered by
//! nobody, refused, or interrupted by people.

use crate::simulation::{
    bug::{Bug, Saboteur},
    history::{Abode, MOSCOW},
};
use crate::support::joined::Joined;
use crate::support::memory::MemoryStore;
use crate::support::runs;
use crate::support::world::{World, breath};
use chrono::Duration;
use futures_util::future;
use schedule_sync::engine::commit::Commit;
use schedule_sync::engine::containers::Renamed;
use schedule_sync::engine::held::{Held, Reason};
use schedule_sync::engine::history::Entry;
use schedule_sync::engine::link::{Link, LinkKey, LinkState};
use schedule_sync::engine::settings::Settings;
use schedule_sync::engine::state::State;
use schedule_sync::engine::{
    self,
    answer::{Answer, Choice},
};
use schedule_sync::error::Result;
use schedule_sync::flat::{FlatMap, FlatSet};
use schedule_sync::model::{Instant, ItemId, Side};
use schedule_sync::ports::{
    Clock, Credentials, Events, Http, HttpResponse, NoResponse, Progress, Request, Secret, Store,
};
use schedule_sync::run::{self, Report, answer, undo};
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

/// What strikes a run at one of its awaits.
pub(crate) enum InjectedFault {
    /// The tab is closed: what was asked for is done before (`true`) or never, and the run never
    /// goes on.
    Crash(bool),
    /// No reply comes; the server has acted (`true`) or has not.
    Lose(bool),
    /// The server answers so in place of what it would, with this `Retry-After`.
    Status(u16, Option<u32>),
    /// The body ends in the middle.
    Cut,
    /// People do something meanwhile.
    Meanwhile(Box<dyn FnOnce()>),
}

/// Counts awaits, and strikes at some.
#[derive(Default)]
pub(crate) struct FaultInjector {
    /// Those to come, each with the awaits from the one before.
    planned: RefCell<VecDeque<(usize, InjectedFault)>>,
    /// Awaits of the run so far, and of the last run that was played.
    passed: Cell<usize>,
    pub(crate) last: Cell<usize>,
    /// Whether every await lets the other device go on first.
    pub(crate) yields: Cell<bool>,
    crashed: Cell<bool>,
    /// Awaits so far.
    pub(crate) awaits: Cell<usize>,
}

impl FaultInjector {
    /// Strikes at the `nth` await from the last fault on, or from now.
    pub(crate) fn add(&self, nth: usize, fault: InjectedFault) {
        self.planned.borrow_mut().push_back((nth, fault));
    }

    pub(crate) fn clear(&self) {
        self.planned.borrow_mut().clear();
        self.crashed.set(false);
        self.last.set(self.passed.replace(0));
    }

    /// An await: what strikes it. What only a server can do is kept for the next request.
    async fn next_fault(&self, request: bool) -> Option<InjectedFault> {
        self.awaits.set(self.awaits.get() + 1);
        if self.yields.get() {
            breath().await;
        }
        self.passed.set(self.passed.get() + 1);
        let due = {
            let mut planned = self.planned.borrow_mut();
            let fits = match planned.front_mut() {
                Some((0, InjectedFault::Crash(_) | InjectedFault::Meanwhile(_))) => true,
                Some((0, InjectedFault::Lose(_) | InjectedFault::Status(..) | InjectedFault::Cut)) => request,
                Some((left, _)) => {
                    *left -= 1;
                    false
                }
                None => false,
            };
            if fits { planned.pop_front().map(|(_, fault)| fault) } else { None }
        };
        match due {
            Some(InjectedFault::Meanwhile(act)) => {
                act();
                None
            }
            other => other,
        }
    }

    async fn end(&self) {
        self.crashed.set(true);
        future::pending::<()>().await;
    }

    /// An await at which only a crash means anything: `act` is what is asked for.
    async fn around<T>(&self, act: impl Future<Output = T>) -> T {
        match self.next_fault(false).await {
            Some(InjectedFault::Crash(done)) => {
                if done {
                    act.await;
                }
                self.end().await;
                unreachable!("nobody polls a run that crashed")
            }
            _ => act.await,
        }
    }
}

/// The line to both servers.
pub(crate) struct Line {
    world: Rc<World>,
    injector: Rc<FaultInjector>,
    /// How far the device's clock is off.
    pub(crate) skew: Cell<Duration>,
}

impl Http for Line {
    async fn send(&self, request: Request) -> Result<HttpResponse, NoResponse> {
        match self.injector.next_fault(true).await {
            None | Some(InjectedFault::Meanwhile(_)) => self.world.send(request).await,
            Some(InjectedFault::Crash(done)) => {
                if done {
                    let _ = self.world.send(request).await;
                }
                self.injector.end().await;
                Err(NoResponse)
            }
            Some(InjectedFault::Lose(done)) => {
                if done {
                    let _ = self.world.send(request).await;
                }
                Err(NoResponse)
            }
            Some(InjectedFault::Status(status, after)) => {
                let mut response = http::Response::builder().status(status);
                if let Some(seconds) = after {
                    response = response.header("Retry-After", seconds.to_string());
                }
                Ok(response.body(b"<html>a gateway</html>".to_vec()).unwrap())
            }
            Some(InjectedFault::Cut) => {
                let mut response = self.world.send(request).await?;
                let half = response.body().len() / 2;
                response.body_mut().truncate(half);
                Ok(response)
            }
        }
    }
}

impl Clock for Line {
    fn now(&self) -> Instant {
        self.world.now() + self.skew.get()
    }

    async fn sleep(&self, ms: u64) {
        self.injector.around(self.world.sleep(ms)).await;
    }
}

impl Credentials for Line {
    async fn headers(&self, side: Side, renew: bool) -> Result<Vec<(String, Secret)>> {
        self.injector.around(self.world.headers(side, renew)).await
    }

    async fn challenged(&self, side: Side, claims: &str) -> Result<Vec<(String, Secret)>> {
        self.injector.around(self.world.challenged(side, claims)).await
    }

    async fn holder(&self, side: Side) -> Option<String> {
        self.world.holder(side).await
    }
}

/// The device's store.
struct Kept {
    memory: Rc<MemoryStore>,
    injector: Rc<FaultInjector>,
    /// Every entry of the history that was ever committed.
    written: RefCell<Vec<Entry>>,
    /// What is wrong with it, in a test of the promises.
    bug: Option<Bug>,
}

impl Store for Kept {
    async fn settings(&self) -> Result<Option<Settings>> {
        self.injector.around(self.memory.settings()).await
    }

    async fn save_settings(&self, settings: &Settings) -> Result<()> {
        self.memory.save_settings(settings).await
    }

    async fn rename_in_settings(&self, renamed: &Renamed) -> Result<()> {
        self.memory.rename_in_settings(renamed).await
    }

    async fn state(&self) -> Result<Option<State>> {
        let mut state = self.injector.around(self.memory.state()).await?;
        if self.bug == Some(Bug::ForgetsAnswers) {
            state.iter_mut().for_each(|state| state.answers = Default::default());
        }
        Ok(state)
    }

    async fn links(&self, keys: &[LinkKey]) -> Result<Vec<Link>> {
        self.injector.around(self.memory.links(keys)).await
    }

    async fn elsewhere(&self, activities: &[ItemId]) -> Result<Vec<Link>> {
        self.injector.around(self.memory.elsewhere(activities)).await
    }

    async fn successors(&self, activities: &[ItemId]) -> Result<Vec<Link>> {
        // the same read of the store, which nobody can strike by itself
        self.memory.successors(activities).await
    }

    async fn all(&self) -> Result<Vec<Link>> {
        self.injector.around(self.memory.all()).await
    }

    async fn name_run(&self, now: Instant) -> Result<Instant> {
        self.injector.around(self.memory.name_run(now)).await
    }

    async fn entries(&self, run: Instant) -> Result<Vec<Entry>> {
        self.injector.around(self.memory.entries(run)).await
    }

    async fn recent(&self, least: usize) -> Result<Vec<Entry>> {
        self.injector.around(self.memory.recent(least)).await
    }

    async fn commit(&self, commit: &Commit) -> Result<()> {
        let act = async {
            self.written.borrow_mut().extend(commit.history.iter().cloned());
            let mut commit = commit.clone();
            match self.bug {
                Some(Bug::ForgetsTombstones) => {
                    let (kept, lost) = commit.put.into_iter().partition(|link| link.state != LinkState::Tombstone);
                    commit.put = kept;
                    let lost: Vec<Link> = lost;
                    commit.drop.extend(lost.into_iter().map(|link| link.halves.creatio.id().clone()));
                }
                Some(Bug::ForgetsHistory) => self.written.borrow_mut().clear(),
                Some(_) | None => {}
            }
            self.memory.commit(&commit).await
        };
        self.injector.around(act).await
    }
}

/// The user's wish to stop: heard once it was asked for so often.
#[derive(Default)]
pub(crate) struct Ears {
    left: Cell<Option<usize>>,
}

impl Ears {
    /// The run is to stop when it asks for the `nth` time; or it is not.
    pub(crate) fn set(&self, nth: Option<usize>) {
        self.left.set(nth);
    }
}

impl Events for Ears {
    fn progress(&self, _progress: Progress) {}

    fn stop(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.map(|left| left.saturating_sub(1)));
        left == Some(0)
    }
}

/// What a person said of something held.
pub(crate) struct Said {
    pub(crate) held: Held,
    /// The item linked to it.
    pub(crate) counterpart: Option<ItemId>,
    pub(crate) choice: Choice,
}

/// A question to a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Question {
    /// The item.
    pub(crate) id: ItemId,
    /// Why it waits.
    pub(crate) reason: Reason,
    /// The item linked to it, at whose loss another may take its place: about that nobody was
    /// asked.
    pub(crate) counterpart: Option<ItemId>,
}

/// What was done on a device, by name and number.
pub(crate) type Counts = FlatMap<String, usize>;

/// One device.
pub(crate) struct Device {
    joined: Joined<Line>,
    store: Kept,
    pub(crate) line: Rc<Line>,
    pub(crate) injector: Rc<FaultInjector>,
    pub(crate) ears: Ears,
    bug: Option<Bug>,
    /// What its runs planned, and how they were answered and undone.
    pub(crate) counts: RefCell<Counts>,
}

impl Device {
    /// A device of the user of `world`, who lives in `zone`, with an empty store.
    pub(crate) fn new(world: &Rc<World>, settings: &Settings, (zone, bug): (Abode, Option<Bug>)) -> Self {
        Self::with(world, settings, (Rc::default(), zone, bug))
    }

    /// A device that keeps everything in `memory`, which others may share.
    pub(crate) fn over(world: &Rc<World>, settings: &Settings, memory: Rc<MemoryStore>) -> Self {
        Self::with(world, settings, (memory, MOSCOW, None))
    }

    fn with(
        world: &Rc<World>,
        settings: &Settings,
        (memory, zone, bug): (Rc<MemoryStore>, Abode, Option<Bug>),
    ) -> Self {
        let injector = Rc::new(FaultInjector::default());
        let line = Rc::new(Line { world: Rc::clone(world), injector: Rc::clone(&injector), skew: Cell::default() });
        *memory.settings.borrow_mut() = Some(settings.clone());
        Self {
            joined: Joined::within((zone.tz, zone.name), "site", world, Rc::clone(&line)),
            store: Kept { memory, injector: Rc::clone(&injector), written: RefCell::default(), bug },
            line,
            injector,
            ears: Ears::default(),
            bug,
            counts: RefCell::default(),
        }
    }

    /// One run, to be polled.
    pub(crate) async fn run(&self) -> Result<Report> {
        let (creatio, exchange) = self.joined.replicas();
        if let Some(bug) = self.bug {
            let (creatio, exchange) =
                (Saboteur::new(creatio, Side::Creatio, bug), Saboteur::new(exchange, Side::Exchange, bug));
            return runs::run(&self.joined.through((&creatio, &exchange), &self.store, &self.ears)).await;
        }
        let parts = self.joined.through((creatio, exchange), &self.store, &self.ears);
        // as `run::run` does it; the plan is to be counted
        let planned = run::plan(&parts).await?;
        for action in &planned.plan.actions {
            self.count(format!("step {:?}", action.step));
        }
        run::apply::apply(&parts, planned.approved()).await
    }

    fn count(&self, what: String) {
        *self.counts.borrow_mut().entry(what).or_default() += 1;
    }

    /// What it asks that a person can answer.
    pub(crate) fn questions(&self) -> FlatSet<Question> {
        let links = self.links();
        let asked = |held: &Held| {
            Some(Question { id: held.id.clone()?, reason: held.reason, counterpart: counterpart(&links, held) })
        };
        self.held().iter().filter(|held| !choices(held.reason).is_empty()).filter_map(asked).collect()
    }

    /// What it holds.
    fn held(&self) -> Vec<Held> {
        self.store.memory.state.borrow().as_ref().map(|state| state.held.clone()).unwrap_or_default()
    }

    /// A person answers all that it asks, each as `random` says: what they said.
    pub(crate) fn answer(&self, random: &mut crate::support::random::Random) -> Vec<Said> {
        let links = self.links();
        let (mut answers, mut all) = (Vec::new(), Vec::new());
        for held in self.held() {
            let (Some(id), choices) = (held.id.clone(), choices(held.reason)) else { continue };
            if choices.is_empty() {
                continue;
            }
            let choice = random.pick(choices);
            self.count(format!("answer {choice:?} to {:?}", held.reason));
            answers.push(Answer { side: held.side, id, reason: held.reason, choice });
            all.push(Said { counterpart: counterpart(&links, &held), held, choice });
        }
        pollster::block_on(answer::answer(self.store.memory.as_ref(), answers)).unwrap();
        all
    }

    /// A person takes back what it wrote last: the items of those writes. Nothing where nothing was
    /// written, or a server fails.
    pub(crate) fn undo(&self) -> Vec<ItemId> {
        let history = self.store.memory.history.borrow().clone();
        let Some(run) = history.iter().map(|entry| entry.run).max() else { return Vec::new() };
        let parts = self.joined.through(self.joined.replicas(), &self.store, &self.ears);
        if let Ok(plan) = pollster::block_on(undo::preview(&parts, run)) {
            for refused in &plan.refused {
                self.count(format!("not undone {:?}", refused.why));
            }
            for step in &plan.steps {
                self.count(format!("undone {:?}", step.entry.what));
            }
        }
        let _ = pollster::block_on(undo::undo(&parts, run));
        let of_run: Vec<&Entry> = history.iter().filter(|entry| entry.run == run).collect();
        let linked = self
            .links()
            .into_iter()
            .filter(|link| of_run.iter().any(|entry| entry.activity == *link.halves.creatio.id()));
        let named = of_run.iter().flat_map(|entry| [entry.id.clone(), entry.activity.clone()]);
        named.chain(linked.map(|link| link.halves.exchange.id().clone())).collect()
    }

    /// The user changes the settings.
    pub(crate) fn set(&self, settings: &Settings) {
        *self.store.memory.settings.borrow_mut() = Some(settings.clone());
    }

    /// These are the links of the user's other account.
    pub(crate) fn learn(&self, elsewhere: Vec<Link>) {
        *self.store.memory.elsewhere.borrow_mut() = elsewhere;
    }

    /// All that its runs wrote down, even what was forgotten since.
    pub(crate) fn history(&self) -> Vec<Entry> {
        self.store.written.borrow().clone()
    }

    /// The links that it has.
    pub(crate) fn links(&self) -> Vec<Link> {
        self.store.memory.links.borrow().values().cloned().collect()
    }

    /// What it keeps beside its links.
    pub(crate) fn state(&self) -> Option<State> {
        self.store.memory.state.borrow().clone()
    }

    /// The browser's data is cleared; settings lie elsewhere.
    pub(crate) fn forget(&self) {
        self.store.memory.links.borrow_mut().clear();
        *self.store.memory.state.borrow_mut() = None;
    }

    /// Whether the run that was polled last has crashed.
    pub(crate) fn has_crashed(&self) -> bool {
        self.injector.crashed.get()
    }
}

/// The item that is linked to the one that is held.
fn counterpart(links: &[Link], held: &Held) -> Option<ItemId> {
    let link = links.iter().find(|link| Some(link.halves[held.side].id()) == held.id.as_ref())?;
    Some(link.halves[held.side.other()].id().clone())
}

/// What a person may say to a reason, as the page offers it.
pub(crate) const fn choices(reason: Reason) -> &'static [Choice] {
    match reason {
        // "Try again", which says nothing new where the server says the same
        Reason::Rejected | Reason::NotKept => &[],
        Reason::Malformed
        | Reason::Clash
        | Reason::Ambiguous
        | Reason::WouldMail
        | Reason::NotInvited
        | Reason::WouldInvite
        | Reason::ManyOfOthers
        | Reason::RichBody
        | Reason::Process
        | Reason::DeleteAsked
        | Reason::ConvertAsked
        | Reason::NotRevived
        | Reason::ManyDeletions
        | Reason::ManyMoves
        | Reason::SideEmpty
        | Reason::ManyCreations
        | Reason::Series
        | Reason::SecondTask
        | Reason::SecondActivity
        | Reason::Group
        | Reason::NoToDo
        | Reason::NoTarget
        | Reason::Unreadable
        | Reason::Unanswered
        | Reason::PutBack
        | Reason::OwnNotes
        | Reason::InsideNotes
        | Reason::LostCounterpart
        | Reason::LostOrigin
        | Reason::Overlooked => engine::answer::choices(reason),
    }
}
