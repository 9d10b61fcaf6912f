//! What a person sees of a plan before it is carried out, and what they leave out of it. What is in
//! the plan is decided elsewhere.

use crate::engine::action::{Action, Planned, Step};
use crate::engine::context::Seen;
use crate::engine::field_policy::tells_attendees;
use crate::engine::link::{Half, Link, LinkState, Memory};
use crate::engine::plan::Plan;
use crate::flat::FlatSet;
use crate::model::op::{Op, SendInvitations};
use crate::model::{Container, ContainerId, Field, ItemId, Person, Record, Side};
use serde::{Deserialize, Serialize};

/// What is done with an item or a pair, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum RowKind {
    /// It is new on this side.
    Create,
    /// It was changed on the other side.
    Update,
    /// It was changed on both sides.
    Merge,
    /// It is gone on the other side.
    Delete,
    /// It was deleted here, and changed on the other side since.
    Revive,
    /// Both are there, and are found to be one.
    Link,
    /// It became a task or a meeting on the other side.
    Convert,
}

/// One line of a preview: what is done with one item or pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The Activity, or the id that it will have: by it the row is named.
    pub activity: &'a ItemId,
    /// What is done.
    pub kind: RowKind,
    /// The side that it is done to; `None`: to both, or to none.
    pub side: Option<Side>,
    /// The item, as Creatio has it or will have it.
    pub record: &'a Record,
    /// The calendar or list in which its event or task lies or will lie.
    pub container: &'a ContainerId,
    /// The series master of which its event is an occurrence.
    pub series: Option<&'a ItemId>,
    /// It goes out, and neither belongs to the user nor has them among its participants.
    pub is_of_others: bool,
    /// Who gets mail of it.
    pub mailed: Vec<Person>,
    /// The organizer gets the user's answer.
    pub answers: bool,
    /// The step that is carried out; `None`: the two are linked, and nothing is written.
    pub action: Option<&'a Action>,
}

/// The lines of a plan, in the order in which it is carried out. A mark or UID of ours, which no
/// person would see, has none.
pub fn rows<'a>(plan: &'a Plan, seen: &'a Seen) -> impl Iterator<Item = Row<'a>> {
    let seen_actions = plan.actions.iter().filter(|action| action.writes.iter().any(|(_, op)| is_visible(op)));
    let acted: FlatSet<&ItemId> = seen_actions.clone().map(|action| action.after.halves.creatio.id()).collect();
    let linked = adopted(plan, seen).into_iter().filter(move |link| !acted.contains(link.halves.creatio.id()));
    let linked = linked.map(|link| Row::of(link, RowKind::Link, None));
    seen_actions.map(row).chain(linked)
}

fn row(action: &Action) -> Row<'_> {
    let (kind, side) = match action.step {
        Step::Create(side) => (RowKind::Create, Some(side)),
        Step::Update(side) => (RowKind::Update, Some(side)),
        Step::Delete(side) => (RowKind::Delete, Some(side)),
        Step::Revive(side) => (RowKind::Revive, Some(side)),
        Step::Convert(side) => (RowKind::Convert, Some(side)),
        Step::Adopt => (RowKind::Link, None),
        Step::Merge | Step::Rest | Step::Sleep | Step::Bury | Step::Leave | Step::Hold(_) => (RowKind::Merge, None),
    };
    let writes = || action.writes.iter().filter(|(side, _)| *side == Side::Exchange).map(|(_, op)| op);
    let answers = |op: &Op| {
        matches!(op, Op::Update(update) if update.patch.fields.contains(&Field::Response))
            && action.after.halves.exchange.facts.organized_by_other
    };
    Row {
        mailed: writes().flat_map(|op| mailed(action, op)).collect(),
        answers: writes().any(answers),
        action: Some(action),
        ..Row::of(&action.after, kind, side)
    }
}

impl<'a> Row<'a> {
    fn of(link: &'a Link, kind: RowKind, side: Option<Side>) -> Self {
        let Half { container, facts, .. } = &link.halves.exchange;
        let goes_out = (kind, side) == (RowKind::Create, Some(Side::Exchange));
        Self {
            activity: link.halves.creatio.id(),
            kind,
            side,
            record: &link.halves.creatio.base,
            container,
            series: link.series(),
            is_of_others: goes_out && !facts.involves_me,
            mailed: Vec::new(),
            answers: false,
            action: None,
        }
    }
}

/// Whether a person would see that it was written.
fn is_visible(op: &Op) -> bool {
    match op {
        Op::Create(_) | Op::Delete { .. } => true,
        Op::Update(update) => update.status.is_some() || !update.patch.fields.is_empty(),
    }
}

/// Who gets mail of this write to Exchange, beside the organizer of somebody else's meeting.
fn mailed(action: &Action, op: &Op) -> Vec<Person> {
    let invited = op.newcomers();
    let attendees = match op {
        Op::Update(update) if update.tells == SendInvitations::Nobody => return Vec::new(),
        Op::Update(update) if update.tells == SendInvitations::All && update.facts.calls_off() => {
            let tells = update.patch.fields.iter().any(|field| tells_attendees(*field));
            if tells { update.before.people() } else { &[] }
        }
        Op::Delete { cancels: true, .. } => {
            action.before.as_ref().map_or(&[][..], |before| before.halves.exchange.base.people())
        }
        Op::Create(_) | Op::Update(_) | Op::Delete { .. } => &[],
    };
    attendees.iter().cloned().chain(invited).collect()
}

/// The pairs that a plan links without a write.
fn adopted<'a>(plan: &'a Plan, seen: &Seen) -> Vec<&'a Link> {
    let known: FlatSet<&ItemId> = seen.links.iter().map(|link| link.halves.creatio.id()).collect();
    let is_new = |link: &&Link| link.state == LinkState::Alive && !known.contains(link.halves.creatio.id());
    plan.links.iter().filter(is_new).collect()
}

/// What a person leaves out of a plan, by the names of the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// These rest: what was new until a person wakes it, also if one of the two is edited; a pair
    /// that is linked until then.
    pub resting: FlatSet<ItemId>,
    /// The settings no longer cover these, which a person has seen to: nothing is remembered of
    /// them.
    pub uncovered: FlatSet<ItemId>,
}

/// Takes out of a plan what a person leaves out of it.
pub fn leave_out(plan: &mut Plan, seen: &Seen, left_out: &LeftOut) {
    let LeftOut { resting: rows, uncovered } = left_out;
    plan.actions.retain(|action| !uncovered.contains(action.after.halves.creatio.id()));
    plan.links.retain(|link| !uncovered.contains(link.halves.creatio.id()));
    let is_left = |link: &Link| rows.contains(link.halves.creatio.id());
    let adopted: FlatSet<ItemId> = adopted(plan, seen)
        .into_iter()
        .filter(|link| is_left(link))
        .map(|link| link.halves.creatio.id().clone())
        .collect();
    for link in plan.links.iter_mut().filter(|link| adopted.contains(link.halves.creatio.id())) {
        link.state = LinkState::Undone;
        link.memory.declined = true;
    }
    let (left, kept): (Vec<Action>, Vec<Action>) =
        std::mem::take(&mut plan.actions).into_iter().partition(|action| is_left(&action.after));
    plan.actions = kept;
    for action in left {
        let before = action.before.as_ref().map(|before| before.halves.creatio.id());
        plan.drop.retain(|id| before != Some(id));
        plan.links.retain(|link| link.halves.creatio.id() != action.after.halves.creatio.id());
        plan.links.extend(at_rest(&action));
    }
}

/// The creation of an occurrence of a series that a person left out: it rests as those do.
#[must_use]
pub(super) fn left_out(planned: Planned) -> Planned {
    match planned.action.as_ref().and_then(at_rest) {
        Some(link) => Planned::put(link),
        None => planned,
    }
}

/// The pair of an action that a person leaves out, as both sides are; `None` if the action is about
/// another item than those of its pair.
fn at_rest(action: &Action) -> Option<Link> {
    let Some(before) = &action.before else {
        let memory = Memory { declined: true, ..action.after.memory.clone() };
        return Some(as_found(action, &Link { state: LinkState::Undone, memory, ..action.after.clone() }));
    };
    let is_theirs = |(side, op): &(Side, Op)| op.id().is_none_or(|id| id == before.halves[*side].id());
    let creates = action.writes.iter().any(|(_, op)| matches!(op, Op::Create(_)));
    (creates || action.writes.iter().all(is_theirs))
        .then(|| as_found(action, &Link { state: LinkState::Undone, ..before.clone() }))
}

/// `link` with each side as the action found it.
fn as_found(action: &Action, link: &Link) -> Link {
    let mut link = Link { unsettled: false, ..link.clone() };
    for side in Side::BOTH {
        let (found, half) = (&action.after.halves[side], &mut link.halves[side]);
        match action.writes.iter().find(|(to, _)| *to == side).map(|(_, op)| op) {
            Some(Op::Update(update)) => {
                half.base = update.before.clone();
                half.facts = update.facts.clone();
                half.set_version(update.version.clone());
            }
            // it is not there, or stays as it was
            Some(Op::Create(_) | Op::Delete { .. }) => {}
            None => *half = found.clone(),
        }
    }
    link
}

/// Beginnings of words by which people name what is of their private life, in the languages of our
/// users.
const PERSONAL: &[&str] = &[
    "личн",
    "семь",
    "семей",
    "домашн",
    "дети",
    "детск",
    "особист",
    "родин",
    "сімей",
    "personal",
    "private",
    "family",
    "kids",
    "children",
    "home",
];

/// Whether the name of a calendar or list says that it is of the user's private life. The default
/// one never is: it is the calendar that colleagues see.
#[must_use]
pub fn looks_personal(container: &Container) -> bool {
    let name = container.name.to_lowercase();
    let mut words = name.split(|letter: char| !letter.is_alphabetic());
    !container.default && words.any(|word| PERSONAL.iter().any(|beginning| word.starts_with(beginning)))
}
