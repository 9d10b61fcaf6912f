//! From steps to writes: what is sent for each step, and the link that stands once it is confirmed.

use super::answer::Choice;
use super::decide::{self, Fate, Step};
use super::link::{Held, Link, LinkState, Reason};
use super::merge::{self, Merge, Rule};
use super::plan::{Action, is_edited};
use super::settings::CreatioDelete;
use super::{Context, Seen, claim, identity, project, scope};
use crate::model::show::show;
use crate::model::{
    ContainerId, Facts, Field, Instant, Item, ItemId, Kind, Pair, Patch, Record, Reminder, Side, Status, Version,
};
use crate::ports::{Create, Op, Update};
use std::collections::{BTreeMap, BTreeSet};

/// Creatio's one container.
pub const ACTIVITIES: &str = "activities";

/// What one pair or item contributes to a plan.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// The step with writes, if it has any.
    pub action: Option<Action>,
    /// Links to put without a write.
    pub links: Vec<Link>,
    /// Links to drop.
    pub drop: Vec<ItemId>,
    /// What waits for a person.
    pub held: Vec<Held>,
}

impl Planned {
    /// Nothing but a link to put.
    fn link(link: Link) -> Self {
        Self { links: vec![link], ..Self::default() }
    }

    /// Nothing but a link to drop.
    #[must_use]
    pub fn dropped(link: &Link) -> Self {
        Self { drop: vec![link.ids.creatio.clone()], ..Self::default() }
    }

    /// Nothing but an item that is held.
    #[must_use]
    pub fn held(context: &Context<'_>, side: Side, item: &Item, reason: Reason) -> Self {
        let held = Held {
            side,
            id: Some(item.id.clone()),
            title: item.record.title().to_owned(),
            reason,
            detail: String::new(),
            fields: Vec::new(),
            values: Vec::new(),
            since: context.now,
        };
        Self { held: vec![held], ..Self::default() }
    }
}

/// Carries out the step of a linked pair.
#[must_use]
pub fn linked(context: &Context<'_>, seen: &Seen, link: &Link, (step, fates): (Step, Pair<Fate<'_>>)) -> Planned {
    let mut planned = carried_out(context, seen, link, (step, fates));
    if matches!(step, Step::Rest | Step::Update(_) | Step::Merge) {
        planned.held.extend(uninvited(context, link, fates.creatio.item()));
    }
    planned
}

fn carried_out(context: &Context<'_>, seen: &Seen, link: &Link, (step, fates): (Step, Pair<Fate<'_>>)) -> Planned {
    match step {
        Step::Rest => rest(link, fates),
        Step::Sleep => with_state(link, fates, LinkState::Asleep),
        Step::Leave => left(link, fates),
        Step::Bury => with_state(link, fates, LinkState::Tombstone),
        Step::Update(_) | Step::Merge => merged(context, seen, link, (step, fates)),
        Step::Delete(side) => delete(context, link, side, fates),
        Step::Revive(side) => revive(context, seen, link, (side, fates)),
        Step::Convert(side) => convert(context, seen, link, (side, fates)),
        Step::Hold(reason) => {
            let mut planned = hold(context, link, fates, reason);
            // as long as it waits, both sides are read whenever one of them is
            let waits = Link { unsettled: true, ..link.clone() };
            planned.links.extend((waits != *link).then_some(waits));
            planned
        }
        Step::Create(_) | Step::Adopt => Planned::default(), // steps of unlinked items
    }
}

/// The note that an exported meeting was created without its participants, who would have been mailed; it stays as long as that is so.
fn uninvited(context: &Context<'_>, link: &Link, item: Option<&Item>) -> Option<Held> {
    let item = item?;
    let alone = link.made == Some(Side::Exchange) && link.facts.exchange.attendees == 0;
    match &item.record {
        Record::Meeting(meeting) if alone && link.state == LinkState::Alive && !meeting.people.is_empty() => {
            Planned::held(context, Side::Creatio, item, Reason::NotInvited).held.pop()
        }
        Record::Meeting(_) | Record::Task(_) => None,
    }
}

/// In step: only what was learned of versions and facts is kept, if it is new.
fn rest(link: &Link, fates: Pair<Fate<'_>>) -> Planned {
    if link.state == LinkState::Tombstone {
        return Planned::default();
    }
    let mut after = informed(link, fates);
    after.unsettled &= Side::BOTH.into_iter().any(|side| fates[side].item().is_none());
    if after == *link { Planned::default() } else { Planned::link(after) }
}

fn with_state(link: &Link, fates: Pair<Fate<'_>>, state: LinkState) -> Planned {
    if link.state == state { Planned::default() } else { Planned::link(Link { state, ..informed(link, fates) }) }
}

/// Both rest as they are: what differs is no edit any more.
fn left(link: &Link, fates: Pair<Fate<'_>>) -> Planned {
    let mut after = Link { state: LinkState::Undone, ..informed(link, fates) };
    for side in Side::BOTH {
        if let Some(item) = fates[side].item() {
            after.base[side] = item.record.clone();
        }
    }
    Planned::link(after)
}

/// The link with the versions and facts of what was read.
fn informed(link: &Link, fates: Pair<Fate<'_>>) -> Link {
    let state = if link.state == LinkState::Undone { LinkState::Undone } else { LinkState::Alive };
    let mut after = Link { state, ..link.clone() };
    for side in Side::BOTH {
        if let Some(item) = fates[side].item() {
            after.versions[side] = item.version.clone();
            after.containers[side] = item.container.clone();
            after.facts[side] = known(&link.facts[side], &item.facts);
        }
    }
    after
}

/// Facts as read, with what only a direct read tells kept from before.
fn known(before: &Facts, read: &Facts) -> Facts {
    Facts {
        mark: read.mark.clone().or_else(|| before.mark.clone()),
        transaction: read.transaction.clone().or_else(|| before.transaction.clone()),
        ..read.clone()
    }
}

fn merged(context: &Context<'_>, seen: &Seen, link: &Link, (step, fates): (Step, Pair<Fate<'_>>)) -> Planned {
    let flows = decide::flows(context, seen, link, fates);
    let now = Pair::of(|side| fates[side].item().map_or(&link.base[side], |item| &item.record));
    let stamps = Pair::of(|side| fates[side].item().and_then(|item| item.stamp));
    let rule = rule(context, seen, link, stamps);
    let merge = merge::merge(context, seen, (link.base.as_ref(), now), (flows, rule));
    let awake = Link { state: LinkState::Alive, ..informed(link, fates) };
    let mut planned = written(awake, (step, Some(link)), &merge, now);
    planned.held = waiting(context, link, &merge, now);
    planned
}

/// By what a clash of this pair is settled.
fn rule(context: &Context<'_>, seen: &Seen, link: &Link, stamps: Pair<Option<Instant>>) -> Rule {
    let answer = match seen.answers.to([&link.ids.creatio, &link.ids.exchange], Reason::Clash) {
        Some(Choice::Take(side)) => Some(side),
        Some(Choice::Allow | Choice::Leave) | None => None,
    };
    // since it was asked, other fields of the two were written, by which the stamps no longer tell of this one
    let asked = seen.guarded.contains(&(link.ids.creatio.clone(), Reason::Clash));
    let stamps = if asked { Pair::default() } else { stamps };
    Rule { answer, conflict: context.settings.rules.conflict, stamps }
}

/// Links two items that were found to be one.
#[must_use]
pub fn adopt(context: &Context<'_>, seen: &Seen, items: Pair<&Item>) -> Planned {
    if !claim::claims(context, items) {
        return adopted(context, seen, items);
    }
    let own = claim::owned(context, items.creatio);
    let mut planned = adopted(context, seen, Pair { creatio: &own, exchange: items.exchange });
    claim::claim(context, &mut planned, items.creatio);
    planned
}

fn adopted(context: &Context<'_>, seen: &Seen, items: Pair<&Item>) -> Planned {
    let link = fresh(context, items);
    let fates = items.map(|item| Fate::Same(Some(item)));
    let flows = decide::flows(context, seen, &link, fates);
    let now = items.map(|item| &item.record);
    if now.creatio.kind() != now.exchange.kind() {
        return Planned::held(context, Side::Exchange, items.exchange, Reason::Ambiguous);
    }
    let rule = rule(context, seen, &link, items.map(|item| item.stamp));
    let mut merge = merge::adopt(context, seen, now, (flows, rule));
    if flows.joins && !items.creatio.facts.mine && now.creatio.kind() == Kind::Meeting {
        // somebody else's Activity for the same meeting: the user joins it as a participant, with their own answer
        merge::copy(Field::Response, now.exchange, &mut merge.target.creatio);
        merge::copy(Field::Response, now.exchange, &mut merge.base.creatio);
        merge.writes.creatio.insert(Field::Response);
    }
    let mut planned = written(link.clone(), (Step::Adopt, None), &merge, now);
    planned.held = waiting(context, &link, &merge, now);
    planned
}

/// A link of two items that both are there, before anything was agreed on.
fn fresh(context: &Context<'_>, items: Pair<&Item>) -> Link {
    let ours = items.exchange.facts.mark.as_ref().is_some_and(|mark| mark.activity == items.creatio.id);
    let theirs = identity::activity(items.exchange, context.account, 0) == items.creatio.id;
    Link {
        ids: items.map(|item| item.id.clone()),
        containers: items.map(|item| item.container.clone()),
        base: items.map(|item| item.record.clone()),
        versions: items.map(|item| item.version.clone()),
        facts: items.map(|item| item.facts.clone()),
        made: if ours {
            Some(Side::Exchange)
        } else if theirs {
            Some(Side::Creatio)
        } else {
            None
        },
        generation: items.exchange.facts.mark.as_ref().map_or(0, |mark| mark.generation),
        state: LinkState::Alive,
        unsettled: false,
    }
}

/// The action that writes what a merge says, or just the link if it says nothing.
fn written(link: Link, (step, before): (Step, Option<&Link>), merge: &Merge, now: Pair<&Record>) -> Planned {
    let unsettled = Side::BOTH.into_iter().any(|side| merge.base[side] != merge.target[side]);
    let after = Link { base: merge.base.clone(), unsettled, ..link };
    let writes: Vec<(Side, Op)> = Side::BOTH
        .into_iter()
        .filter(|side| !merge.writes[*side].is_empty())
        .map(|side| {
            let patch = Patch { record: merge.target[side].clone(), fields: merge.writes[side].clone() };
            (side, Op::Update(Box::new(update(&after, side, now[side], patch))))
        })
        .collect();
    if writes.is_empty() {
        return if before == Some(&after) { Planned::default() } else { Planned::link(after) };
    }
    let action =
        Action { step, title: merge.target.creatio.title().to_owned(), writes, before: before.cloned(), after };
    Planned { action: Some(action), ..Planned::default() }
}

/// An update of the item of `link` on `side`, as it was read.
pub(super) fn update(link: &Link, side: Side, before: &Record, patch: Patch) -> Update {
    Update {
        id: link.ids[side].clone(),
        container: link.containers[side].clone(),
        version: link.versions[side].clone(),
        before: before.clone(),
        patch,
        uid: None,
        owner: None,
        status: None,
        mark: None,
        facts: link.facts[side].clone(),
    }
}

/// What a merge leaves to a person.
fn waiting(context: &Context<'_>, link: &Link, merge: &Merge, now: Pair<&Record>) -> Vec<Held> {
    let about = |reason, fields: Vec<Field>| Held {
        side: Side::Creatio,
        id: Some(link.ids.creatio.clone()),
        title: now.creatio.title().to_owned(),
        reason,
        detail: String::new(),
        fields,
        values: Vec::new(),
        since: context.now,
    };
    let clash = (!merge.clashes.is_empty()).then(|| Held {
        values: merge.clashes.iter().map(|field| now.map(|record| show(*field, record))).collect(),
        ..about(Reason::Clash, merge.clashes.clone())
    });
    let mut reasons: BTreeMap<Reason, Vec<Field>> = BTreeMap::new();
    for (field, reason) in &merge.waits {
        reasons.entry(*reason).or_default().push(*field);
    }
    clash.into_iter().chain(reasons.into_iter().map(|(reason, fields)| about(reason, fields))).collect()
}

fn hold(context: &Context<'_>, link: &Link, fates: Pair<Fate<'_>>, reason: Reason) -> Planned {
    held(context, link, Pair::of(|side| fates[side].item()), reason)
}

/// Holds a pair; it is shown on the side where a person finds it.
#[must_use]
pub fn held(context: &Context<'_>, link: &Link, items: Pair<Option<&Item>>, reason: Reason) -> Planned {
    let side = if items.exchange.is_some() && items.creatio.is_none() { Side::Exchange } else { Side::Creatio };
    let title = items[side].map_or(&link.base[side], |item| &item.record).title().to_owned();
    let held = Held {
        side,
        id: Some(link.ids[side].clone()),
        title,
        reason,
        detail: String::new(),
        fields: Vec::new(),
        values: Vec::new(),
        since: context.now,
    };
    Planned { held: vec![held], ..Planned::default() }
}

/// The delete rule: Creatio marks (or deletes), Exchange moves to Deleted Items; the link stays as a tombstone.
fn delete(context: &Context<'_>, link: &Link, side: Side, fates: Pair<Fate<'_>>) -> Planned {
    let informed = informed(link, fates);
    // an edit stays on the canceled Activity, whatever the rule
    let edited = is_edited(fates.creatio);
    let marks = side == Side::Creatio && (edited || context.settings.rules.creatio_delete == CreatioDelete::Mark);
    let now = fates[side].item().map_or(&link.base[side], |item| &item.record);
    let op = if marks {
        let none = Patch { record: now.clone(), fields: BTreeSet::new() };
        let update = Update { status: Some(Status::Canceled), ..update(&informed, side, now, none) };
        Op::Update(Box::new(update))
    } else {
        Op::Delete {
            id: link.ids[side].clone(),
            container: informed.containers[side].clone(),
            version: informed.versions[side].clone(),
        }
    };
    let held =
        if side == Side::Creatio && edited { hold(context, link, fates, Reason::NotRevived).held } else { Vec::new() };
    let action = Action {
        step: Step::Delete(side),
        title: now.title().to_owned(),
        writes: vec![(side, op)],
        before: Some(as_read(link, side, now)),
        after: Link { state: LinkState::Tombstone, ..informed },
    };
    Planned { action: Some(action), held, ..Planned::default() }
}

/// Creates on the other side what `item` of side `from` is, in this generation.
#[must_use]
pub fn create(context: &Context<'_>, seen: &Seen, (from, item): (Side, &Item), generation: u32) -> Planned {
    let side = from.other();
    let Some(creation) = creation(context, seen, (from, item), generation) else {
        return Planned::held(context, from, item, Reason::NoTarget);
    };
    let after = pending(side, item, &creation, generation);
    let mut planned = Planned::default();
    if let (Side::Exchange, Record::Meeting(meeting)) = (side, &item.record)
        && !meeting.people.is_empty()
    {
        planned = Planned::held(context, from, item, Reason::NotInvited);
    }
    planned.action = Some(Action {
        step: Step::Create(side),
        title: item.record.title().to_owned(),
        writes: remark(context, (from, item), &after)
            .into_iter()
            .chain([(side, Op::Create(Box::new(creation)))])
            .collect(),
        before: None,
        after,
    });
    planned
}

/// An Activity of a later generation does not follow from its event or task: that is marked with it, before it is created.
fn remark(context: &Context<'_>, (from, item): (Side, &Item), after: &Link) -> Option<(Side, Op)> {
    let needed = from == Side::Exchange && after.generation > 0;
    needed.then(|| {
        let mark = identity::mark(&after.ids.creatio, context.account, after.generation);
        let none = Patch { record: item.record.clone(), fields: BTreeSet::new() };
        let update = Update { mark: Some(mark), ..update(after, Side::Exchange, &item.record, none) };
        (Side::Exchange, Op::Update(Box::new(update)))
    })
}

/// The new item on the other side; `None` if there is nowhere to put it.
fn creation(context: &Context<'_>, seen: &Seen, (from, item): (Side, &Item), generation: u32) -> Option<Create> {
    let mut record = project::project(context, seen, from, (&item.record, None));
    let kind = record.kind();
    match from {
        Side::Exchange => Some(Create {
            id: Some(identity::activity(item, context.account, generation)),
            container: ContainerId::from(ACTIVITIES),
            facts: Facts {
                uid: item.facts.uid.clone(),
                status: Some(decide::first_status(context, item)),
                owner: Some(context.account.contact.clone()),
                mine: true,
                ..Facts::default()
            },
            record,
        }),
        Side::Creatio => {
            if let Record::Meeting(meeting) = &mut record {
                meeting.people.clear(); // whoever is invited is mailed
            }
            if !item.facts.mine {
                silence(&mut record);
            }
            Some(Create {
                id: None,
                container: scope::target(seen, kind)?.id.clone(),
                facts: Facts {
                    mark: Some(identity::mark(&item.id, context.account, generation)),
                    transaction: identity::knows_transactions(kind)
                        .then(|| identity::transaction(&item.id, context.account, generation)),
                    mine: item.facts.mine,
                    ..Facts::default()
                },
                record,
            })
        }
    }
}

/// Activities of others are exported without a reminder.
fn silence(record: &mut Record) {
    match record {
        Record::Meeting(meeting) => meeting.reminder = Reminder::Off,
        Record::Task(task) => task.reminder = None,
    }
}

/// The link of a creation that is not yet confirmed: `item` and what was created for it on `side`.
fn pending(side: Side, item: &Item, creation: &Create, generation: u32) -> Link {
    let id = creation.id.clone().unwrap_or_else(|| Link::foreseen(&item.id));
    let mut link = Link {
        ids: Pair::of(|s| if s == side { id.clone() } else { item.id.clone() }),
        containers: Pair::of(|s| if s == side { creation.container.clone() } else { item.container.clone() }),
        base: Pair::of(|s| if s == side { creation.record.clone() } else { item.record.clone() }),
        versions: Pair::of(|s| if s == side { Version::new("") } else { item.version.clone() }),
        facts: Pair::default(),
        made: Some(side),
        generation,
        state: LinkState::Pending(side),
        unsettled: false,
    };
    link.facts[side] = creation.facts.clone();
    link.facts[side.other()] = item.facts.clone();
    link
}

/// Creates again on `side` what was deleted there and edited on the other.
fn revive(context: &Context<'_>, seen: &Seen, link: &Link, (side, fates): (Side, Pair<Fate<'_>>)) -> Planned {
    let Some(item) = fates[side.other()].item() else { return Planned::default() };
    let mut planned = create(context, seen, (side.other(), item), link.generation + 1);
    if let Some(action) = &mut planned.action {
        action.step = Step::Revive(side);
        action.before = Some(link.clone());
    }
    if side == Side::Creatio && planned.action.is_some() {
        planned.drop.push(link.ids.creatio.clone()); // the new Activity has another id
    }
    planned
}

/// Creates the new kind on `side`, then removes the old item there.
fn convert(context: &Context<'_>, seen: &Seen, link: &Link, (side, fates): (Side, Pair<Fate<'_>>)) -> Planned {
    let Some(item) = fates[side.other()].item() else { return Planned::default() };
    let mut planned = create(context, seen, (side.other(), item), link.generation + 1);
    if let Some(action) = &mut planned.action {
        action.step = Step::Convert(side);
        action.before = Some(as_read(link, side, fates[side].item().map_or(&link.base[side], |item| &item.record)));
        let old = informed(link, fates);
        action.writes.push((
            side,
            Op::Delete {
                id: old.ids[side].clone(),
                container: old.containers[side].clone(),
                version: old.versions[side].clone(),
            },
        ));
    }
    planned
}

/// A meeting that we imported has ended, and nobody touched its status: it becomes Completed.
#[must_use]
pub fn complete(link: &Link, item: Option<&Item>) -> Action {
    let mut after = link.clone();
    if let Some(item) = item {
        after.versions.creatio = item.version.clone();
    }
    let none = Patch { record: link.base.creatio.clone(), fields: BTreeSet::new() };
    let update = update(&after, Side::Creatio, &link.base.creatio, none);
    after.facts.creatio.status = Some(Status::Completed);
    Action {
        step: Step::Update(Side::Creatio),
        title: link.base.creatio.title().to_owned(),
        writes: vec![(Side::Creatio, Op::Update(Box::new(Update { status: Some(Status::Completed), ..update })))],
        before: Some(link.clone()),
        after,
    }
}

/// Removes an item of Exchange that stands a second time for the Activity of `link`.
#[must_use]
pub fn surplus(link: &Link, item: &Item) -> Action {
    let op = Op::Delete { id: item.id.clone(), container: item.container.clone(), version: item.version.clone() };
    Action {
        step: Step::Delete(Side::Exchange),
        title: item.record.title().to_owned(),
        writes: vec![(Side::Exchange, op)],
        before: Some(as_read(link, Side::Exchange, &item.record)),
        after: link.clone(),
    }
}

/// An item that we created for an Activity that is gone, after a person's word: it is removed, or left; either way nothing is created from it.
#[must_use]
pub fn orphan(activity: &ItemId, item: &Item, removed: bool) -> Planned {
    let link = Link {
        ids: Pair { creatio: activity.clone(), exchange: item.id.clone() },
        containers: Pair { creatio: ContainerId::from(ACTIVITIES), exchange: item.container.clone() },
        base: Pair::of(|_| item.record.clone()),
        versions: Pair { creatio: Version::new(""), exchange: item.version.clone() },
        facts: Pair { creatio: Facts::default(), exchange: item.facts.clone() },
        made: Some(Side::Exchange),
        generation: item.facts.mark.as_ref().map_or(0, |mark| mark.generation),
        state: LinkState::Tombstone,
        unsettled: false,
    };
    if removed { Planned { action: Some(surplus(&link, item)), ..Planned::default() } } else { Planned::link(link) }
}

/// The link as it was, with what `side` was read to hold: the history of a removal tells that.
fn as_read(link: &Link, side: Side, now: &Record) -> Link {
    let mut before = link.clone();
    before.base[side] = now.clone();
    before
}

/// What is still to be written once an export is confirmed: the event's UID goes into the Activity's free `GlobalActivityID`, so that
/// colleagues and other devices meet in it.
#[must_use]
pub fn follow_up(link: &Link) -> Option<(Side, Op)> {
    let uid = link.facts.exchange.uid.clone()?;
    let free = link.facts.creatio.uid.is_none() && link.made == Some(Side::Exchange) && link.facts.creatio.mine;
    let none = Patch { record: link.base.creatio.clone(), fields: BTreeSet::new() };
    free.then(|| {
        let update = Update { uid: Some(uid), ..update(link, Side::Creatio, &link.base.creatio, none) };
        (Side::Creatio, Op::Update(Box::new(update)))
    })
}
