//! A moment: what single decisions of the engine are looked at in, without a run.

use crate::support::memory::{CALENDAR, LIST, account, at, everything, item, meeting, words};
use schedule_sync::engine::account::Account;
use schedule_sync::engine::context::{Context, Seen, Words};
use schedule_sync::engine::field_policy::FieldPolicy;
use schedule_sync::engine::link::{Half, Link, LinkState, Memory};
use schedule_sync::engine::permissions::{MayMail, Notes};
use schedule_sync::engine::plan::Plan;
use schedule_sync::engine::planner;
use schedule_sync::engine::settings::{FieldDirection, FieldMap, Notify, Settings};
use schedule_sync::model::time::Fixed;
use schedule_sync::model::{Container, Item, Kind, Meeting, Pair, Record, Side, Task};

/// Every field goes both ways.
pub(crate) const BOTH_WAYS: FieldMap = FieldMap {
    title: FieldDirection::Both,
    when: FieldDirection::Both,
    place: FieldDirection::Both,
    body: FieldDirection::Both,
    importance: FieldDirection::Both,
    reminder: FieldDirection::Both,
    status: FieldDirection::Both,
    people: FieldDirection::Both,
    response: FieldDirection::Both,
};

/// Nothing about the pair is special.
pub(crate) const FREE: FieldPolicy = FieldPolicy {
    inward: true,
    outward: true,
    private: false,
    joins: true,
    own: true,
    adopts: false,
    made: None,
    untouched: false,
    as_sent: false,
    foreign: false,
    recurring: false,
    process: false,
    rich: false,
    mails: false,
    silent: false,
    answered: false,
    fields: BOTH_WAYS,
    notify: Notify::Never,
    may_mail: MayMail { change: false, invitation: false },
    ended: false,
    carried: false,
    inside: false,
    notes: Notes::Asked,
    yields: false,
};

/// 10 March 2026, 9 o'clock UTC, and everything that a decision may depend on beside the items.
pub(crate) struct Moment {
    pub(crate) settings: Settings,
    pub(crate) account: Account,
    pub(crate) zone: Fixed,
    words: Words,
}

impl Moment {
    /// With everything switched on, but for what `change` changes.
    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = everything();
        change(&mut settings);
        Self { settings, account: account(), zone: Fixed::utc(), words: words() }
    }

    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn context(&self) -> Context<'_> {
        let now = at("2026-03-10T09:00:00Z");
        let (settings, zone) = (&self.settings, &self.zone);
        let window = settings.window(now, zone);
        Context { settings, zone, now, window, account: &self.account, words: &self.words }
    }

    pub(crate) fn plan(&self, seen: &Seen) -> Plan {
        planner::plan(&self.context(), seen)
    }
}

/// The default calendar and list.
pub(crate) fn containers() -> Vec<Container> {
    [(CALENDAR, Kind::Meeting), (LIST, Kind::Task)].map(|(id, kind)| container(id, kind)).to_vec()
}

/// A container of the user's own.
pub(crate) fn container(id: &str, kind: Kind) -> Container {
    Container {
        id: id.into(),
        kind,
        name: id.to_owned(),
        owner: String::new(),
        own: true,
        default: id == CALENDAR || id == LIST,
        writable: true,
    }
}

/// What was seen where these items were read.
pub(crate) fn seen<const C: usize, const X: usize>(creatio: [&Item; C], exchange: [&Item; X]) -> Seen {
    let items = Pair { creatio: creatio.to_vec(), exchange: exchange.to_vec() };
    Seen {
        items: items.map(|list| list.into_iter().map(|item| (item.id.clone(), item.clone())).collect()),
        containers: containers(),
        ..Seen::default()
    }
}

/// What was seen of one linked pair of which both items were read.
pub(crate) fn seen_pair(link: &Link, items: &Pair<Item>) -> Seen {
    Seen { links: vec![link.clone()], total: 1, ..seen([&items.creatio], [&items.exchange]) }
}

/// A meeting that both sides have, alike: the Activity `a` and the event `e`.
pub(crate) fn pair() -> Pair<Item> {
    let record = Record::Meeting(meeting("Call", "2026-03-12T10:00:00Z"));
    Pair { creatio: item(Side::Creatio, "a", record.clone()), exchange: item(Side::Exchange, "e", record) }
}

/// A link of two items that are in step.
pub(crate) fn link(items: &Pair<Item>, made: Option<Side>) -> Link {
    let items = items.as_ref();
    Link {
        halves: items.map(Half::of),
        made,
        generation: 0,
        state: LinkState::Alive,
        unsettled: false,
        former: None,
        memory: Memory::default(),
    }
}

/// Such a meeting, in step, that began on the side which didn't `made` it.
pub(crate) fn linked(made: Side) -> (Link, Pair<Item>) {
    let items = pair();
    (link(&items, Some(made)), items)
}

/// The meeting of an item, to be changed.
pub(crate) fn the_meeting(item: &mut Item) -> &mut Meeting {
    match &mut item.record {
        Record::Meeting(meeting) => meeting,
        Record::Task(_) => panic!("a task"),
    }
}

/// The task of an item, to be changed.
pub(crate) fn the_task(item: &mut Item) -> &mut Task {
    match &mut item.record {
        Record::Task(task) => task,
        Record::Meeting(_) => panic!("a meeting"),
    }
}
