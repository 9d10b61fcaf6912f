//! Both replicas and the store in memory: the simplest correct ones, for the engine's rows and
//! laws.

use schedule_sync::engine::account::Account;
use schedule_sync::engine::commit::Commit;
use schedule_sync::engine::containers::{self, Renamed};
use schedule_sync::engine::context::Words;
use schedule_sync::engine::held::Held;
use schedule_sync::engine::history::Entry;
use schedule_sync::engine::link::{Link, LinkKey};
use schedule_sync::engine::merge;
use schedule_sync::engine::settings::{Block, Settings};
use schedule_sync::engine::state::State;
use schedule_sync::error::{Error, Result};
use schedule_sync::flat::FlatMap;
use schedule_sync::model::lookup::{Found, Lookup};
use schedule_sync::model::membership::Membership;
use schedule_sync::model::op::{Op, Outcome, Refusal, Written};
use schedule_sync::model::scope::Scope;
use schedule_sync::model::{
    Address, Body, ContactId, Container, ContainerId, Cursor, Facts, Field, FieldValue, GroupId, Importance, Instant,
    Item, ItemId, Kind, Listing, Meeting, Occurrence, Original, Pair, Person, Record, Reminder, Response, SeriesSet,
    Side, Status, Task, TaskWhen, Version, When, Window,
};
use schedule_sync::ports::{Clock, Directory, Events, Progress, Replica, Store};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    task::Poll,
};

/// The user's Contact.
pub(crate) const ME: &str = "me";
/// The default calendar.
pub(crate) const CALENDAR: &str = "calendar";
/// The default task list.
pub(crate) const LIST: &str = "list";

/// One side in memory.
pub(crate) struct Memory {
    side: Side,
    /// What it holds.
    pub(crate) items: RefCell<FlatMap<ItemId, Item>>,
    changes: RefCell<FlatMap<ItemId, u64>>,
    clock: Cell<u64>,
    /// Writes that were carried out.
    pub(crate) writes: Cell<usize>,
    /// The next writes get these outcomes after (`true`) or before they are carried out.
    pub(crate) faults: RefCell<Vec<(Refusal, bool)>>,
    /// So many writes go through before the next of those.
    pub(crate) spared: Cell<usize>,
    /// Who has which address.
    pub(crate) people: RefCell<FlatMap<Address, ContactId>>,
    /// Further calendars of the mailbox.
    pub(crate) more: RefCell<Vec<ContainerId>>,
    /// Events get their UID only some time after they were created.
    pub(crate) late_uids: Cell<bool>,
    /// What the server makes of what is written to it.
    pub(crate) makes: RefCell<Option<Makes>>,
    /// Events that are the masters of series, as they were by themselves.
    masters: RefCell<FlatMap<ItemId, Item>>,
    /// The questions for marks and UIDs that the server refuses, with its code.
    pub(crate) refuses: RefCell<Option<&'static str>>,
    /// The names of those that are called otherwise than by their ids.
    pub(crate) names: RefCell<FlatMap<ContainerId, String>>,
    /// How many times a reading lets whoever else is ready go on first; with `None` it never ends.
    pub(crate) pauses: Cell<Option<usize>>,
    /// Every write that was asked for, in order; both sides may share one.
    pub(crate) log: Rc<RefCell<Vec<Deed>>>,
}

/// What a write does, for tests of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// It creates or changes something.
    Writes,
    /// It removes something.
    Removes,
}

/// Makes something else of a record that is written, given the one that was there (`None` for a
/// creation).
pub(crate) type Makes = Box<dyn FnMut(Option<&Record>, &mut Record)>;

pub(crate) fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

impl Memory {
    pub(crate) fn new(side: Side) -> Self {
        Self {
            side,
            items: RefCell::default(),
            changes: RefCell::default(),
            clock: Cell::new(1),
            writes: Cell::new(0),
            faults: RefCell::default(),
            spared: Cell::new(0),
            people: RefCell::default(),
            more: RefCell::default(),
            names: RefCell::default(),
            pauses: Cell::new(Some(0)),
            log: Rc::default(),
            masters: RefCell::default(),
            refuses: RefCell::default(),
            late_uids: Cell::default(),
            makes: RefCell::default(),
        }
    }

    fn makes(&self, before: Option<&Record>, record: &mut Record) {
        if let Some(makes) = self.makes.borrow_mut().as_mut() {
            makes(before, record);
        }
    }

    fn tick(&self) -> u64 {
        self.clock.set(self.clock.get() + 1);
        self.clock.get()
    }

    /// What a person does: puts an item there, or changes it.
    pub(crate) fn put(&self, mut item: Item) {
        let tick = self.tick();
        item.version = Version::new(format!("v{tick}"));
        self.changes.borrow_mut().insert(item.id.clone(), tick);
        self.items.borrow_mut().insert(item.id.clone(), item);
    }

    /// What a person does: changes an item.
    pub(crate) fn edit(&self, id: &ItemId, change: impl FnOnce(&mut Item)) {
        let mut item = self.items.borrow()[id].clone();
        change(&mut item);
        self.put(item);
    }

    /// What a person does: removes an item.
    pub(crate) fn remove(&self, id: &ItemId) {
        let tick = self.tick();
        self.items.borrow_mut().remove(id);
        self.changes.borrow_mut().insert(id.clone(), tick);
    }

    /// What a person does: makes an event a series. It keeps its id, as the master; its occurrences
    /// have others.
    pub(crate) fn recur(&self, id: &ItemId, starts: &[Instant]) {
        let master = self.items.borrow()[id].clone();
        self.remove(id);
        self.changes.borrow_mut().remove(id);
        for start in starts {
            let mut one = Item { id: ItemId::new(format!("{id}-{}", start.format("%m%d"))), ..master.clone() };
            one.facts.occurrence = Some(Occurrence { master: id.clone(), original: Original::At(*start) });
            (one.facts.mark, one.facts.transaction) = (None, None);
            if let Record::Meeting(meeting) = &mut one.record {
                meeting.when = When::Timed { start: *start, end: *start + chrono::Duration::hours(1) };
            }
            self.put(one);
        }
        self.masters.borrow_mut().insert(id.clone(), master);
    }

    /// What a person does: makes a series a single event again, its first one.
    pub(crate) fn unite(&self, id: &ItemId) {
        let master = self.masters.borrow_mut().remove(id).unwrap();
        let of = |item: &&Item| item.facts.occurrence.as_ref().is_some_and(|one| one.master == *id);
        let occurrences: Vec<ItemId> = self.items.borrow().values().filter(of).map(|item| item.id.clone()).collect();
        for one in occurrences {
            self.items.borrow_mut().remove(&one);
            self.changes.borrow_mut().remove(&one);
        }
        self.put(master);
    }

    /// The series of which anything `changed`, with their living occurrences.
    fn series(&self, changed: impl Fn(&ItemId) -> bool) -> Vec<SeriesSet> {
        let items = self.items.borrow();
        let of = |master: &ItemId| {
            let own = items.values().filter(|item| item.facts.occurrence.as_ref().is_some_and(|o| o.master == *master));
            own.map(|item| item.id.clone()).collect::<Vec<_>>()
        };
        let masters = self.masters.borrow();
        let sets = masters.keys().map(|master| SeriesSet { master: master.clone(), present: of(master) });
        sets.filter(|set| set.present.iter().any(&changed)).collect()
    }

    pub(crate) fn ids(&self) -> Vec<ItemId> {
        self.items.borrow().keys().cloned().collect()
    }

    fn containers(&self) -> Vec<Container> {
        let one = |id: &str, kind| Container {
            owner: String::new(),
            id: id.into(),
            kind,
            name: id.to_owned(),
            own: true,
            default: true,
            writable: true,
        };
        match self.side {
            Side::Creatio => vec![],
            Side::Exchange => {
                let more = self.more.borrow();
                let names = self.names.borrow();
                let name = |id: &ContainerId| names.get(id).cloned().unwrap_or_else(|| id.to_string());
                let more = more.iter().map(|id| Container {
                    default: false,
                    name: name(id),
                    ..one(id.as_str(), Kind::Meeting)
                });
                [one(CALENDAR, Kind::Meeting), one(LIST, Kind::Task)].into_iter().chain(more).collect()
            }
        }
    }

    fn carry_out(&self, op: &Op) -> Outcome {
        match op {
            Op::Create(create) => {
                let tick = self.tick();
                let again = self
                    .items
                    .borrow()
                    .values()
                    .find(|item| {
                        create.facts.transaction.is_some() && item.facts.transaction == create.facts.transaction
                    })
                    .cloned();
                if let Some(item) = again {
                    return Ok(written(&item));
                }
                let id = create.id.clone().unwrap_or_else(|| ItemId::new(format!("e{tick}")));
                if let Some(item) = self.items.borrow().get(&id) {
                    // as a creation that is repeated after its reply was lost
                    let same = item.record == create.record;
                    return if same { Ok(written(item)) } else { Err(Refusal::Rejected("duplicate key".to_owned())) };
                }
                let mut facts = create.facts.clone();
                if self.side == Side::Exchange {
                    facts.uid = Some(format!("uid-{tick}").as_str().into()).filter(|_| !self.late_uids.get());
                    facts.involves_me = true;
                    facts.attendees = people(&create.record);
                }
                let mut item = Item {
                    id,
                    version: Version::new("new"),
                    container: create.container.clone(),
                    stamp: None,
                    record: create.record.clone(),
                    facts,
                };
                self.makes(None, &mut item.record);
                self.put(item.clone());
                Ok(written(&self.items.borrow()[&item.id]))
            }
            Op::Update(update) => {
                let Some(mut item) = self.items.borrow().get(&update.id).cloned() else { return Err(Refusal::Gone) };
                if item.version != update.version
                    && merge::differences(&item.record, &update.before)
                        .intersection(&update.patch.fields)
                        .next()
                        .is_some()
                {
                    return Err(Refusal::Stale);
                }
                let before = item.record.clone();
                for field in &update.patch.fields {
                    merge::copy(*field, &update.patch.record, &mut item.record);
                }
                if !update.patch.fields.is_empty() {
                    self.makes(Some(&before), &mut item.record);
                }
                if let Some(status) = update.status {
                    item.facts.status = Some(status);
                    item.facts.canceled = status == Status::Canceled;
                }
                if self.side == Side::Exchange && update.patch.fields.contains(&Field::People) {
                    item.facts.attendees = people(&item.record);
                }
                if update.owner.is_some() {
                    item.facts.owner.clone_from(&update.owner);
                }
                if update.mark.is_some() {
                    item.facts.mark.clone_from(&update.mark);
                }
                if update.uid.is_some() {
                    item.facts.uid.clone_from(&update.uid);
                }
                self.put(item.clone());
                Ok(written(&self.items.borrow()[&item.id]))
            }
            Op::Delete { id, version, .. } => {
                match self.items.borrow().get(id) {
                    None => return Err(Refusal::Gone),
                    Some(item) if item.version != *version => return Err(Refusal::Stale),
                    Some(_) => {}
                }
                self.remove(id);
                Ok(Written {
                    id: id.clone(),
                    container: CALENDAR.into(),
                    version: Version::new(""),
                    item: None,
                    replaced: None,
                    missing: None,
                })
            }
        }
    }
}

/// How many people a meeting has beside the user.
fn people(record: &Record) -> usize {
    match record {
        Record::Meeting(meeting) => meeting.people.len(),
        Record::Task(_) => 0,
    }
}

fn written(item: &Item) -> Written {
    Written {
        id: item.id.clone(),
        container: item.container.clone(),
        version: item.version.clone(),
        item: Some(Box::new(item.clone())),
        replaced: None,
        missing: None,
    }
}

/// An item as a delta tells it: without our mark and the built-in sync's.
fn unmarked(item: &Item) -> Item {
    let mut item = item.clone();
    (item.facts.mark, item.facts.local) = (None, None);
    item
}

impl Replica for Memory {
    async fn identify(&self, _known: Option<&str>) -> Result<Option<String>> {
        Ok(None)
    }

    async fn observe(&self, _scope: &Scope, cursor: Option<&Cursor>) -> Result<Listing> {
        match self.pauses.get() {
            None => std::future::pending().await,
            Some(times) => {
                for _ in 0..times {
                    breath().await;
                }
            }
        }
        let since = cursor.map_or(0, |cursor| cursor.0.parse().unwrap());
        let items = self.items.borrow();
        let changes = self.changes.borrow();
        let changed = |id: &ItemId| changes.get(id).is_some_and(|tick| *tick > since);
        let containers = self.containers();
        Ok(Listing {
            items: items.values().filter(|item| cursor.is_none() || changed(&item.id)).map(unmarked).collect(),
            removed: changes.keys().filter(|id| !items.contains_key(*id) && changed(id)).cloned().collect(),
            complete: match (cursor, self.side) {
                (Some(_), _) => vec![],
                (None, Side::Creatio) => vec!["activities".into()],
                (None, Side::Exchange) => containers.iter().map(|c| c.id.clone()).collect(),
            },
            series: self.series(|id| cursor.is_none() || changed(id)),
            containers,
            cursor: Some(Cursor(self.clock.get().to_string())),
            ..Listing::default()
        })
    }

    async fn find(&self, clues: &[Lookup]) -> Result<Vec<Found>> {
        let (items, masters) = (self.items.borrow(), self.masters.borrow());
        Ok(clues
            .iter()
            .map(|clue| {
                let is = |item: &Item| match clue {
                    Lookup::Id { id, .. } => item.id == *id,
                    Lookup::Uid(uid) => item.facts.uid.as_ref() == Some(uid),
                    Lookup::Mark(activity) | Lookup::MarkedTask(activity) => {
                        item.facts.mark.as_ref().is_some_and(|mark| mark.activity == *activity)
                    }
                    Lookup::Look(look) => {
                        let same = match &item.record {
                            Record::Meeting(one) => one.when == When::Timed { start: look.start, end: look.end },
                            Record::Task(one) => one.when == TaskWhen::Timed { start: look.start, due: look.end },
                        };
                        self.side == Side::Creatio && same && item.record.title().eq_ignore_ascii_case(&look.title)
                    }
                };
                let searches = matches!(clue, Lookup::Uid(_) | Lookup::Mark(_) | Lookup::MarkedTask(_));
                let refused = self.refuses.borrow().filter(|_| searches).map(str::to_owned);
                let items = items.values().filter(|item| refused.is_none() && is(item)).cloned().collect();
                Found { items, series: refused.is_none() && masters.values().any(is), refused, ..Found::default() }
            })
            .collect())
    }

    async fn apply(&self, ops: &[Op]) -> Vec<Outcome> {
        ops.iter()
            .map(|op| {
                let spared = self.spared.get() > 0;
                self.spared.set(self.spared.get().saturating_sub(1));
                let fault = if spared { None } else { self.faults.borrow_mut().pop() };
                self.log.borrow_mut().push(if matches!(op, Op::Delete { .. }) { Deed::Removes } else { Deed::Writes });
                if let Some((refusal, false)) = fault {
                    return Err(refusal);
                }
                let outcome = self.carry_out(op);
                self.writes.set(self.writes.get() + usize::from(outcome.is_ok()));
                fault.map_or(outcome, |(refusal, _)| Err(refusal))
            })
            .collect()
    }
}

impl Directory for Memory {
    async fn people(&self, addresses: &[Address]) -> Result<Vec<(Address, ContactId)>> {
        let people = self.people.borrow();
        Ok(addresses.iter().filter_map(|a| Some((a.clone(), people.get(a)?.clone()))).collect())
    }

    async fn members(&self, _groups: &[GroupId], _window: &Window) -> Result<Membership> {
        Ok(Membership::default())
    }
}

/// The store in memory.
#[derive(Default)]
pub(crate) struct MemoryStore {
    pub(crate) settings: RefCell<Option<Settings>>,
    pub(crate) state: RefCell<Option<State>>,
    pub(crate) links: RefCell<FlatMap<ItemId, Link>>,
    pub(crate) history: RefCell<Vec<Entry>>,
    /// Links of the user's other accounts.
    pub(crate) elsewhere: RefCell<Vec<Link>>,
    /// The last name that was given to a run.
    pub(crate) named: Cell<Option<Instant>>,
    /// How many entries of history there is room for, beside everything else; any number if it is
    /// not set.
    pub(crate) room: Cell<Option<usize>>,
}

impl Store for MemoryStore {
    async fn settings(&self) -> Result<Option<Settings>> {
        Ok(self.settings.borrow().clone())
    }

    async fn save_settings(&self, settings: &Settings) -> Result<()> {
        *self.settings.borrow_mut() = Some(settings.clone());
        Ok(())
    }

    async fn rename_in_settings(&self, renamed: &Renamed) -> Result<()> {
        if let Some(settings) = &mut *self.settings.borrow_mut() {
            containers::rename_in_settings(settings, renamed);
        }
        Ok(())
    }

    async fn state(&self) -> Result<Option<State>> {
        Ok(self.state.borrow().clone())
    }

    async fn links(&self, keys: &[LinkKey]) -> Result<Vec<Link>> {
        let named = |link: &&Link| {
            keys.iter().any(|key| match key {
                LinkKey::Item(side, id) => *link.halves[*side].id() == *id,
                LinkKey::Series(master) => link.series() == Some(master),
                LinkKey::Due(now) => link.due().is_some_and(|due| due <= *now),
            })
        };
        Ok(self.links.borrow().values().filter(named).cloned().collect())
    }

    async fn elsewhere(&self, activities: &[ItemId]) -> Result<Vec<Link>> {
        let others = self.elsewhere.borrow();
        Ok(others.iter().filter(|link| activities.contains(link.halves.creatio.id())).cloned().collect())
    }

    async fn successors(&self, activities: &[ItemId]) -> Result<Vec<Link>> {
        let others = self.elsewhere.borrow();
        let instead = |link: &&Link| link.memory.instead.as_ref().is_some_and(|instead| activities.contains(instead));
        Ok(others.iter().filter(instead).cloned().collect())
    }

    async fn all(&self) -> Result<Vec<Link>> {
        Ok(self.links.borrow().values().cloned().collect())
    }

    async fn name_run(&self, now: Instant) -> Result<Instant> {
        let last = self.history.borrow().iter().map(|entry| entry.run).chain(self.named.get()).max();
        let name = last.map_or(now, |last| now.max(last + chrono::Duration::milliseconds(1)));
        self.named.set(Some(name));
        Ok(name)
    }

    async fn entries(&self, run: Instant) -> Result<Vec<Entry>> {
        Ok(self.history().await?.into_iter().filter(|entry| entry.run == run).collect())
    }

    async fn recent(&self, least: usize) -> Result<Vec<Entry>> {
        let all = self.history().await?;
        let mut parts = all.chunk_by(|one, next| one.run == next.run);
        let mut recent = Vec::new();
        while let (true, Some(part)) = (recent.len() < least, parts.next()) {
            recent.extend_from_slice(part);
        }
        Ok(recent)
    }

    async fn commit(&self, commit: &Commit) -> Result<()> {
        let mut kept = self.history.borrow().clone();
        let again: Vec<_> = commit.history.iter().map(|entry| (entry.run, entry.nth)).collect();
        kept.retain(|old| {
            let key = (old.run, old.nth);
            !commit.unwritten.contains(&key) && !again.contains(&key)
        });
        kept.extend(commit.history.iter().cloned());
        kept.retain(|entry| commit.forget.is_none_or(|before| entry.run >= before));
        let is_more = !commit.history.is_empty() || !commit.put.is_empty() || commit.state.is_some();
        if is_more && self.room.get().is_some_and(|room| kept.len() > room) {
            return Err(Error::StoreFull);
        }
        *self.history.borrow_mut() = kept;
        let mut links = self.links.borrow_mut();
        for id in &commit.drop {
            links.remove(id);
        }
        for link in &commit.put {
            links.insert(link.halves.creatio.id().clone(), link.clone());
        }
        if let Some(change) = &commit.state {
            let mut state = self.state.borrow_mut();
            *state = change.made_to(state.take());
        }
        Ok(())
    }
}

impl MemoryStore {
    /// The whole history, newest run first, each run's entries in the order in which they were
    /// written.
    pub(crate) async fn history(&self) -> Result<Vec<Entry>> {
        let mut entries = self.history.borrow().clone();
        entries.sort_by_key(|entry| (std::cmp::Reverse(entry.run), entry.nth));
        Ok(entries)
    }
}

/// Lets whoever else is ready go on first.
async fn breath() {
    let mut waited = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// A clock that stands.
pub(crate) struct Standing(pub(crate) Cell<Instant>);

impl Clock for Standing {
    fn now(&self) -> Instant {
        self.0.get()
    }

    async fn sleep(&self, _ms: u64) {}
}

/// Nobody listens.
pub(crate) struct Silence;

impl Events for Silence {
    fn progress(&self, _progress: Progress) {}

    fn stop(&self) -> bool {
        false
    }
}

/// Settings with every block on.
pub(crate) fn everything() -> Settings {
    let mut settings = Settings::first("2026-03-01".parse().unwrap());
    settings.import_meetings.on = true;
    settings.import_tasks.on = true;
    settings.export = Block { on: true, ..Block::default() };
    settings
}

/// Those settings with what `change` changes.
pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = everything();
    change(&mut settings);
    settings
}

pub(crate) fn account() -> Account {
    Account { site: "site".into(), mailbox: "demo@contoso.example".to_owned(), contact: ME.into(), silent: false }
}

pub(crate) fn words() -> Words {
    Words { no_subject: "(no subject)".to_owned(), private: "Private meeting".to_owned() }
}

/// A meeting of an hour.
pub(crate) fn meeting(title: &str, start: &str) -> Meeting {
    let start = at(start);
    Meeting {
        title: title.to_owned(),
        when: When::Timed { start, end: start + chrono::Duration::hours(1) },
        place: String::new(),
        body: Body::default(),
        importance: Importance::Normal,
        reminder: Reminder::Off,
        people: vec![],
        response: Response::InDoubt,
    }
}

/// A task of To Do.
pub(crate) fn task(title: &str, due: &str) -> Task {
    Task {
        title: title.to_owned(),
        when: TaskWhen::Days { start: None, due: Some(due.parse().unwrap()) },
        body: Body::default(),
        importance: Importance::Normal,
        reminder: None,
        status: Status::NotStarted,
    }
}

/// An item of a side.
pub(crate) fn item(side: Side, id: &str, record: Record) -> Item {
    let facts = match side {
        Side::Creatio => {
            Facts { owner: Some(ME.into()), involves_me: true, status: Some(Status::NotStarted), ..Facts::default() }
        }
        Side::Exchange => Facts {
            uid: (record.kind() == Kind::Meeting).then(|| format!("uid-{id}").as_str().into()),
            involves_me: true,
            ..Facts::default()
        },
    };
    let container = match (side, record.kind()) {
        (Side::Creatio, _) => "activities",
        (Side::Exchange, Kind::Meeting) => CALENDAR,
        (Side::Exchange, Kind::Task) => LIST,
    };
    Item {
        id: id.into(),
        version: Version::new("v0"),
        container: ContainerId::from(container),
        stamp: None,
        record,
        facts,
    }
}

/// The title of an item, to be changed.
pub(crate) fn title(item: &mut Item) -> &mut String {
    match &mut item.record {
        Record::Meeting(meeting) => &mut meeting.title,
        Record::Task(task) => &mut task.title,
    }
}

/// When a meeting is.
pub(crate) fn when(item: &Item) -> When {
    match &item.record {
        Record::Meeting(meeting) => meeting.when,
        Record::Task(_) => panic!("a task"),
    }
}

/// Whom or what a held item concerns, in short: people by name, how many would be mailed, else what
/// a server said of it.
pub(crate) fn concerned(held: &Held) -> String {
    let people = held.fields.iter().find_map(|field| match &field.values {
        Pair { creatio: Some(FieldValue::People(people)), exchange: None } => Some(people),
        _ => None,
    });
    match people {
        Some(people) if held.mails == 0 => {
            let names: Vec<&str> = people.iter().map(Person::shown).collect();
            format!("{}: {}", people.len(), names.join(", "))
        }
        _ if held.mails > 0 => held.mails.to_string(),
        _ => held.detail.clone(),
    }
}

/// The fields that a held item concerns.
pub(crate) fn concerned_fields(held: &Held) -> Vec<Field> {
    held.fields.iter().map(|held| held.field).collect()
}
