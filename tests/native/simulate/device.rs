//! A device of the user: both replicas over the one world, a store of its own, a clock that may be wrong, and a fuse by which a run is struck at
//! any of its awaits: cut off, answered by nobody, refused, or interrupted by people.

use crate::joined::Joined;
use crate::memory::Shelf;
use crate::world::{World, breath};
use chrono::Duration;
use futures_util::future;
use schedule_sync::engine::containers::Renamed;
use schedule_sync::engine::history::Entry;
use schedule_sync::engine::link::{Link, LinkKey, State};
use schedule_sync::engine::settings::Settings;
use schedule_sync::error::Result;
use schedule_sync::model::{Instant, ItemId, Side};
use schedule_sync::ports::{Clock, Commit, Http, Keys, Lost, Request, Response, Secret, Store};
use schedule_sync::run::{self, Report};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What strikes a run at one of its awaits.
pub(crate) enum Blow {
    /// The tab is closed: what was asked for is done before (`true`) or never, and the run never goes on.
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

/// Counts awaits, and strikes at one.
#[derive(Default)]
pub(crate) struct Fuse {
    blow: RefCell<Option<(usize, Blow)>>,
    /// Whether every await lets the other device go on first.
    pub(crate) yields: Cell<bool>,
    crashed: Cell<bool>,
    /// Awaits so far.
    pub(crate) awaits: Cell<usize>,
}

impl Fuse {
    /// Strikes at the `nth` await from now on.
    pub(crate) fn set(&self, nth: usize, blow: Blow) {
        *self.blow.borrow_mut() = Some((nth, blow));
        self.crashed.set(false);
    }

    pub(crate) fn clear(&self) {
        *self.blow.borrow_mut() = None;
        self.crashed.set(false);
    }

    /// An await: what strikes it. What only a server can do is kept for the next request.
    async fn burn(&self, request: bool) -> Option<Blow> {
        self.awaits.set(self.awaits.get() + 1);
        if self.yields.get() {
            breath().await;
        }
        let due = {
            let mut slot = self.blow.borrow_mut();
            let fits = match &mut *slot {
                Some((0, Blow::Crash(_) | Blow::Meanwhile(_))) => true,
                Some((0, Blow::Lose(_) | Blow::Status(..) | Blow::Cut)) => request,
                Some((left, _)) => {
                    *left -= 1;
                    false
                }
                None => false,
            };
            if fits { slot.take().map(|(_, blow)| blow) } else { None }
        };
        match due {
            Some(Blow::Meanwhile(act)) => {
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
        match self.burn(false).await {
            Some(Blow::Crash(done)) => {
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
    fuse: Rc<Fuse>,
    /// How far the device's clock is off.
    pub(crate) skew: Cell<Duration>,
}

impl Http for Line {
    async fn send(&self, request: Request) -> Result<Response, Lost> {
        match self.fuse.burn(true).await {
            None | Some(Blow::Meanwhile(_)) => self.world.send(request).await,
            Some(Blow::Crash(done)) => {
                if done {
                    let _ = self.world.send(request).await;
                }
                self.fuse.end().await;
                Err(Lost)
            }
            Some(Blow::Lose(done)) => {
                if done {
                    let _ = self.world.send(request).await;
                }
                Err(Lost)
            }
            Some(Blow::Status(status, after)) => {
                let mut response = http::Response::builder().status(status);
                if let Some(seconds) = after {
                    response = response.header("Retry-After", seconds.to_string());
                }
                Ok(response.body(b"<html>a gateway</html>".to_vec()).unwrap())
            }
            Some(Blow::Cut) => {
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
        self.fuse.around(self.world.sleep(ms)).await;
    }
}

impl Keys for Line {
    async fn headers(&self, side: Side, renew: bool) -> Result<Vec<(String, Secret)>> {
        self.fuse.around(self.world.headers(side, renew)).await
    }

    async fn challenged(&self, side: Side, claims: &str) -> Result<Vec<(String, Secret)>> {
        self.fuse.around(self.world.challenged(side, claims)).await
    }

    async fn holder(&self, side: Side) -> Option<String> {
        self.world.holder(side).await
    }
}

/// The device's store.
struct Kept {
    shelf: Rc<Shelf>,
    fuse: Rc<Fuse>,
    /// Every entry of the history that was ever committed.
    written: RefCell<Vec<Entry>>,
}

impl Store for Kept {
    async fn settings(&self) -> Result<Option<Settings>> {
        self.fuse.around(self.shelf.settings()).await
    }

    async fn save_settings(&self, settings: &Settings) -> Result<()> {
        self.shelf.save_settings(settings).await
    }

    async fn rename_in_settings(&self, renamed: &Renamed) -> Result<()> {
        self.shelf.rename_in_settings(renamed).await
    }

    async fn state(&self) -> Result<Option<State>> {
        self.fuse.around(self.shelf.state()).await
    }

    async fn links(&self, keys: &[LinkKey]) -> Result<Vec<Link>> {
        self.fuse.around(self.shelf.links(keys)).await
    }

    async fn elsewhere(&self, activities: &[ItemId]) -> Result<Vec<Link>> {
        self.fuse.around(self.shelf.elsewhere(activities)).await
    }

    async fn all(&self) -> Result<Vec<Link>> {
        self.fuse.around(self.shelf.all()).await
    }

    async fn name_run(&self, now: Instant) -> Result<Instant> {
        self.fuse.around(self.shelf.name_run(now)).await
    }

    async fn entries(&self, run: Instant) -> Result<Vec<Entry>> {
        self.fuse.around(self.shelf.entries(run)).await
    }

    async fn recent(&self, least: usize) -> Result<Vec<Entry>> {
        self.fuse.around(self.shelf.recent(least)).await
    }

    async fn commit(&self, commit: &Commit) -> Result<()> {
        let act = async {
            self.written.borrow_mut().extend(commit.history.iter().cloned());
            self.shelf.commit(commit).await
        };
        self.fuse.around(act).await
    }
}

/// One device.
pub(crate) struct Device {
    joined: Joined<Line>,
    store: Kept,
    pub(crate) line: Rc<Line>,
    pub(crate) fuse: Rc<Fuse>,
}

impl Device {
    /// A device of the user of `world`, with an empty store.
    pub(crate) fn new(world: &Rc<World>, settings: &Settings) -> Self {
        Self::over(world, settings, Rc::default())
    }

    /// A device that keeps everything in `shelf`, which others may share.
    pub(crate) fn over(world: &Rc<World>, settings: &Settings, shelf: Rc<Shelf>) -> Self {
        let fuse = Rc::new(Fuse::default());
        let line = Rc::new(Line { world: Rc::clone(world), fuse: Rc::clone(&fuse), skew: Cell::default() });
        *shelf.settings.borrow_mut() = Some(settings.clone());
        Self {
            joined: Joined::new(world, Rc::clone(&line)),
            store: Kept { shelf, fuse: Rc::clone(&fuse), written: RefCell::default() },
            line,
            fuse,
        }
    }

    /// One run, to be polled.
    pub(crate) async fn run(&self) -> Result<Report> {
        run::run(&self.joined.ends(&self.store)).await
    }

    /// All that its runs wrote down, even what was forgotten since.
    pub(crate) fn history(&self) -> Vec<Entry> {
        self.store.written.borrow().clone()
    }

    /// The links that it has.
    pub(crate) fn links(&self) -> Vec<Link> {
        self.store.shelf.links.borrow().values().cloned().collect()
    }

    /// The browser's data is cleared; settings lie elsewhere.
    pub(crate) fn forget(&self) {
        self.store.shelf.links.borrow_mut().clear();
        *self.store.shelf.state.borrow_mut() = None;
    }

    /// Whether the run that was polled last has crashed.
    pub(crate) fn has_crashed(&self) -> bool {
        self.fuse.crashed.get()
    }
}
