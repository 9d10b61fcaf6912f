//! From steps to writes: what is sent for each step, and the link that stands once it is confirmed. Creations and removals have files of their
//! own.

mod creation;
mod holding;
mod removal;

pub use creation::create;
pub use holding::held;
pub use removal::{orphan, superseded, surplus};

pub(in crate::engine) use holding::named;
use holding::{hold, waiting};

use super::answer::Choice;
use super::decide::{self, Fate, Step};
use super::link::{Held, Link, LinkState, Reason};
use super::merge::{self, Merge, Rule};
use super::plan::Action;
use super::{Context, Seen, claim, identity};
use crate::model::{Facts, Field, Instant, Item, ItemId, Kind, Pair, Patch, Record, Side, Status};
use crate::ports::{Op, Tells, Update};
use std::collections::BTreeSet;

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

    /// The action of an adoption, made of the bare link where nothing was to be written.
    pub fn adopting(&mut self, title: &str) -> Option<&mut Action> {
        if self.action.is_none() {
            let (after, title) = (self.links.pop()?, title.to_owned());
            self.action = Some(Action { step: Step::Adopt, title, writes: Vec::new(), before: None, after });
        }
        self.action.as_mut()
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
    match step {
        Step::Rest => rest(link, fates),
        Step::Sleep => with_state(link, fates, LinkState::Asleep),
        Step::Leave => left(link, fates),
        Step::Bury => with_state(link, fates, LinkState::Tombstone),
        Step::Update(_) | Step::Merge => merged(context, seen, link, (step, fates)),
        Step::Delete(side) => removal::delete(context, link, side, fates),
        Step::Revive(side) => creation::revive(context, seen, link, (side, fates)),
        Step::Convert(side) => creation::convert(context, seen, link, (side, fates)),
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

/// In step: only what was learned of versions and facts is kept, if it is new.
fn rest(link: &Link, fates: Pair<Fate<'_>>) -> Planned {
    if link.state == LinkState::Tombstone {
        return Planned::default();
    }
    let after = Link { unsettled: is_unsettled(link, fates), ..informed(link, fates) };
    if after == *link { Planned::default() } else { Planned::link(after) }
}

fn with_state(link: &Link, fates: Pair<Fate<'_>>, state: LinkState) -> Planned {
    let unsettled = is_unsettled(link, fates);
    if link.state == state && link.unsettled == unsettled {
        return Planned::default();
    }
    Planned::link(Link { state, unsettled, ..informed(link, fates) })
}

/// Whether a side differs from the base though nothing is written: a field that is off, an edit of what sleeps.
fn is_unsettled(link: &Link, fates: Pair<Fate<'_>>) -> bool {
    Side::BOTH.into_iter().any(|side| {
        fates[side].item().map_or(link.unsettled, |item| !merge::differences(&link.base[side], &item.record).is_empty())
    })
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
    let mut merge = merge::merge(context, seen, (link.base.as_ref(), now), (flows, rule));
    leave(seen, link, &mut merge, now);
    let awake = Link { state: LinkState::Alive, ..informed(link, fates) };
    let mut planned = written(awake, (step, Some(link)), &merge, now);
    planned.held = waiting(context, link, &merge, now);
    planned
}

/// What a person wants left is no edit any more.
fn leave(seen: &Seen, link: &Link, merge: &mut Merge, now: Pair<&Record>) {
    let left = |reason| seen.answers.to([&link.ids.creatio, &link.ids.exchange], reason) == Some(Choice::Leave);
    let waits = merge.waits.extract_if(.., |(_, reason)| left(*reason)).map(|(field, _)| field);
    let mut fields: Vec<Field> = waits.collect();
    if left(Reason::Clash) {
        fields.append(&mut merge.clashes);
    }
    for field in fields {
        for side in Side::BOTH {
            merge::copy(field, now[side], &mut merge.base[side]);
        }
    }
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
    let joins = flows.joins && context.settings.fields.response.lets(Side::Exchange);
    if joins && !items.creatio.facts.mine && now.creatio.kind() == Kind::Meeting {
        // somebody else's Activity for the same meeting: the user joins it as a participant, with their own answer
        merge::copy(Field::Response, now.exchange, &mut merge.target.creatio);
        merge::copy(Field::Response, now.exchange, &mut merge.base.creatio);
        merge.writes.creatio.insert(Field::Response);
    }
    let planned = written(link.clone(), (Step::Adopt, None), &merge, now);
    let mut planned = creation::labelled(context, seen, items.exchange, planned);
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
            let update = update(&after, side, now[side], patch);
            (side, Op::Update(Box::new(Update { tells: merge.tells, ..update })))
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
        tells: Tells::All,
    }
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
