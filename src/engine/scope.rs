//! What a run looks at and writes to: containers, windows, groups, private items. Nothing here
//! looks at a base or decides a write.

use crate::engine::context::{Context, Seen};
use crate::engine::identity;
use crate::engine::link::Link;
use crate::engine::project::instants;
use crate::engine::settings::{Block, Extent, Private, Settings};
use crate::flat::FlatSet;
use crate::model::scope::{ContainerChoice, Scope};
use crate::model::time::midnight;
use crate::model::{
    Body, Container, ContainerId, Facts, Importance, Item, Kind, Meeting, Pair, Record, Reminder, Side, Status, Task,
    TaskWhen,
};

/// What both replicas are asked to read: what is imported, what exports go to, and whatever holds
/// links.
#[must_use]
pub fn reading(settings: &Settings, window: crate::model::Window, holding: &FlatSet<ContainerId>) -> Scope {
    let choice = |block: &Block<ContainerId>, target: Option<&ContainerId>| ContainerChoice {
        own: block.takes_all(),
        default: settings.export.on && target.is_none(),
        named: block.choice().iter().chain(holding).chain(target.filter(|_| settings.export.on)).cloned().collect(),
    };
    Scope {
        window,
        calendars: choice(&settings.import_meetings, settings.targets.of(Kind::Meeting)),
        lists: choice(&settings.import_tasks, settings.targets.of(Kind::Task)),
    }
}

/// The settings' block for importing `kind`.
#[must_use]
pub const fn import(settings: &Settings, kind: Kind) -> &Block<ContainerId> {
    match kind {
        Kind::Meeting => &settings.import_meetings,
        Kind::Task => &settings.import_tasks,
    }
}

/// Whether a new item of `container` is imported.
#[must_use]
pub fn imports_from(settings: &Settings, container: &Container) -> bool {
    let block = import(settings, container.kind);
    (block.takes_all() && container.own) || block.names(&container.id)
}

/// Where new items of `kind` go on Exchange: the container chosen for them, else the default one,
/// if it can be written.
#[must_use]
pub fn target<'a>(context: &Context<'_>, seen: &'a Seen, kind: Kind) -> Option<&'a Container> {
    let chosen = context.settings.targets.of(kind);
    let meant = |container: &&Container| chosen.map_or(container.default, |id| container.id == *id);
    seen.containers.iter().filter(|container| container.kind == kind && container.writable).find(meant)
}

/// Whether items of side `from` can be created on the other: not where their time may not go there.
#[must_use]
pub const fn crosses(settings: &Settings, from: Side) -> bool {
    settings.fields.when.lets(from)
}

/// Whether `item` lies in the window.
#[must_use]
pub fn in_window(context: &Context<'_>, item: &Item) -> bool {
    let series = item.facts.occurrence.is_some();
    match &item.record {
        Record::Meeting(meeting) => {
            let (start, end) = instants(context.zone, meeting.when);
            context.window.holds(start, end, series)
        }
        Record::Task(task) => match task.when {
            TaskWhen::Timed { start, due } => context.window.holds(start, due.max(start), false),
            TaskWhen::Days { start: None, due: None } => task.status != Status::Completed,
            TaskWhen::Days { start, due } => {
                let first = start.or(due).map(|day| midnight(context.zone, day));
                let last = due.or(start).and_then(|day| day.succ_opt()).map(|day| midnight(context.zone, day));
                first.zip(last).is_some_and(|(first, last)| context.window.holds(first, last, false))
            }
        },
    }
}

/// Whether `record` ended before now: what is gone then may be retention or archive, not a person's
/// deletion.
#[must_use]
pub fn is_past(context: &Context<'_>, record: &Record) -> bool {
    match record {
        Record::Meeting(meeting) => instants(context.zone, meeting.when).1 <= context.now,
        Record::Task(task) => task.status == Status::Completed,
    }
}

/// Whether an unlinked item of Creatio is to be created on Exchange.
#[must_use]
pub fn exports(context: &Context<'_>, seen: &Seen, item: &Item) -> bool {
    let Settings { export, rules, .. } = context.settings;
    let imported = seen.elsewhere.get(&item.id).is_some_and(|there| there.imported);
    export.on
        && crosses(context.settings, Side::Creatio)
        && (!rules.only_mine || item.facts.involves_me)
        && (rules.between || !imported)
        && may_stand_alone(context, seen, item)
        && match export.scope {
            Extent::All => true,
            Extent::Chosen => seen.members.as_ref().is_some_and(|members| members.contains(&item.id)),
        }
}

/// Whether an unlinked item of Creatio stands for a meeting that would be imported: we made it for
/// that, it is the user's, and its UID tells whether the meeting is anywhere in the mailbox.
#[must_use]
pub fn stands_in(context: &Context<'_>, seen: &Seen, item: &Item) -> bool {
    identity::is_ours(&item.id)
        && item.facts.uid.is_some()
        && item.facts.owner.as_ref() == Some(&context.account.contact)
        && import(context.settings, item.record.kind()).on
        && may_stand_alone(context, seen, item)
}

/// Whether an unlinked item of Creatio is one that the mailbox can have, and has not.
fn may_stand_alone(context: &Context<'_>, seen: &Seen, item: &Item) -> bool {
    !item.facts.email
        && !item.facts.canceled
        // its event is an occurrence that is not told of yet, or is gone, or another's: never a new
        // one
        && !seen.occurring.contains(&item.id)
        && seen.containers.iter().any(|container| container.kind == item.record.kind())
        && in_window(context, item)
}

/// Whether what `before` covered can be told by what was looked up for `now`: the members of other
/// groups are not known.
#[must_use]
pub fn is_told(before: &Settings, now: &Settings) -> bool {
    let groups = |settings: &Settings| settings.export.choice().to_vec();
    groups(before).is_empty() || groups(before) == groups(now)
}

/// Whether an unlinked item of Exchange is to be created in Creatio.
#[must_use]
pub fn imports(context: &Context<'_>, seen: &Seen, item: &Item) -> bool {
    !item.facts.canceled
        && item.facts.involves_me
        && crosses(context.settings, Side::Exchange)
        && in_window(context, item)
        && !skipped(context, &item.facts)
        && seen
            .containers
            .iter()
            .any(|container| container.id == item.container && imports_from(context.settings, container))
}

/// Whether a linked pair is in scope on `side`; `item` is the reading, if there is one. What is out
/// of scope sleeps.
#[must_use]
pub fn awake(context: &Context<'_>, seen: &Seen, link: &Link, side: Side, item: Option<&Item>) -> bool {
    // the one in which it was read: a container may have got another id that nobody could follow
    let container = item.map_or(&link.halves[side].container, |item| &item.container);
    let listed = side == Side::Creatio || seen.containers.iter().any(|one| one.id == *container);
    let facts = item.map_or(&link.halves[side].facts, |item| &item.facts);
    let own = side == Side::Creatio || item.is_none_or(|item| item.facts.involves_me);
    listed && own && !facts.email && !skipped(context, facts) && item.is_none_or(|item| in_window(context, item))
}

/// Whether two unlinked items that are one may be linked: both are looked at and neither is at its
/// end.
#[must_use]
pub fn adopts(context: &Context<'_>, items: Pair<&Item>) -> bool {
    Side::BOTH.into_iter().all(|side| {
        let facts = &items[side].facts;
        in_window(context, items[side]) && !facts.canceled && !skipped(context, facts)
    })
}

/// Private, and nothing private is to be imported.
fn skipped(context: &Context<'_>, facts: &Facts) -> bool {
    facts.private && context.settings.rules.private == Private::Skip
}

/// What is seen of a private item under "busy only": its times.
#[must_use]
pub fn masked(context: &Context<'_>, item: &Item) -> Item {
    let mut item = item.clone();
    if !item.facts.private || context.settings.rules.private != Private::Busy {
        return item;
    }
    match &mut item.record {
        // a field that is new is named here, and what is seen of it decided
        Record::Meeting(Meeting { title, when: _, place, body, importance, reminder, people, response: _ }) => {
            title.clone_from(&context.words.private);
            place.clear();
            *body = Body::default();
            *importance = Importance::Normal;
            *reminder = Reminder::Off;
            people.clear();
        }
        Record::Task(Task { title, when: _, body, importance: _, reminder, status: _ }) => {
            title.clone_from(&context.words.private);
            *body = Body::default();
            *reminder = None;
        }
    }
    item
}
