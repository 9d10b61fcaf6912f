//! What a person sees of a plan before it is carried out, and what they leave out of it. What is in
//! the plan is decided elsewhere.

use crate::engine::action::{Action, Planned, Step};
use crate::engine::context::Seen;
use crate::engine::field_policy::tells_attendees;
use crate::engine::link::{Half, Link, LinkState};
use crate::engine::plan::Plan;
use crate::flat::FlatSet;
use crate::model::op::{Op, SendInvitations};
use crate::model::person::Roll;
use crate::model::{Container, ContainerId, Field, ItemId, Person, Record, Side, Status};
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
    /// It is there a second time.
    Twice,
    /// It has ended, and becomes Completed.
    Complete,
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
    /// The organizer of somebody else's meeting gets the user's answer.
    pub answers: bool,
    /// The step that is carried out; `None`: the two are linked, and nothing is written.
    pub action: Option<&'a Action>,
}

/// The lines of a plan, in the order in which it is carried out. A mark or UID of ours on what is
/// linked already, which no person would see, has none.
pub fn rows<'a>(plan: &'a Plan, seen: &'a Seen) -> impl Iterator<Item = Row<'a>> {
    let shown = plan.actions.iter().filter(|action| is_shown(action));
    let acted: FlatSet<&ItemId> = shown.clone().map(|action| action.after.halves.creatio.id()).collect();
    let linked = adopted(plan, seen).into_iter().filter(move |link| !acted.contains(link.halves.creatio.id()));
    let linked = linked.map(|link| Row::of(link, RowKind::Link, None));
    shown.map(row).chain(linked)
}

/// Whether a person would see what an action does.
fn is_shown(action: &Action) -> bool {
    let is_visible = |op: &Op| match op {
        Op::Create(_) | Op::Delete { .. } => true,
        Op::Update(update) => update.status.is_some() || !update.patch.fields.is_empty(),
    };
    action.step == Step::Adopt || action.writes.iter().any(|(_, op)| is_visible(op))
}

fn row(action: &Action) -> Row<'_> {
    let completes = |op: &Op| matches!(op, Op::Update(update) if update.status == Some(Status::Completed));
    let (kind, side) = match action.step {
        Step::Create(side) => (RowKind::Create, Some(side)),
        Step::Update(side) if action.writes.iter().all(|(_, op)| completes(op)) => (RowKind::Complete, Some(side)),
        Step::Update(side) => (RowKind::Update, Some(side)),
        Step::Delete(side) if is_of_another(action) => (RowKind::Twice, Some(side)),
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

/// Whether an action removes what stands beside a pair, or gave way to another one.
fn is_of_another(action: &Action) -> bool {
    let is_beside = |(side, op): &(Side, Op)| {
        let own = action.before.as_ref().map(|before| before.halves[*side].id());
        op.id().is_some() && op.id() != own
    };
    action.after.is_superseded() || action.writes.iter().any(is_beside)
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

    /// Whether it brings something new into Creatio.
    #[must_use]
    pub fn is_imported(&self) -> bool {
        (self.kind, self.side) == (RowKind::Create, Some(Side::Creatio))
    }
}

/// Who gets mail of this write to Exchange, beside the organizer of somebody else's meeting.
fn mailed(action: &Action, op: &Op) -> Vec<Person> {
    let told: Vec<Person> = match op {
        Op::Update(update) if update.tells == SendInvitations::Nobody => return Vec::new(),
        Op::Update(update) if update.facts.calls_off() => {
            let tells =
                update.tells == SendInvitations::All && update.patch.fields.iter().any(|field| tells_attendees(*field));
            let stay = Roll::of(update.patch.record.people());
            let is_off = |one: &&Person| update.patch.fields.contains(&Field::People) && !stay.has(one);
            update.before.people().iter().filter(|one| tells || is_off(one)).cloned().collect()
        }
        Op::Delete { cancels: true, .. } => {
            action.before.as_ref().map_or_else(Vec::new, |before| before.halves.exchange.base.people().to_vec())
        }
        Op::Create(_) | Op::Update(_) | Op::Delete { .. } => Vec::new(),
    };
    told.into_iter().chain(op.newcomers()).collect()
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

/// Takes out of a plan what a person leaves out of it, with what it asks and tells of that.
pub fn leave_out(plan: &mut Plan, seen: &Seen, left_out: &LeftOut) {
    let LeftOut { resting, uncovered } = left_out;
    let is_left = |link: &Link| [resting, uncovered].into_iter().any(|ids| ids.contains(link.halves.creatio.id()));
    let links = plan.actions.iter().map(|action| &action.after).chain(&plan.links).filter(|link| is_left(link));
    let ids: FlatSet<ItemId> = links.flat_map(|link| Side::BOTH.map(|side| link.halves[side].id().clone())).collect();
    plan.held.retain(|held| held.id.as_ref().is_none_or(|id| !ids.contains(id)));
    plan.questions.retain(|question| !ids.iter().any(|id| question.is_about(id)));
    plan.notes.values_mut().for_each(|activities| activities.retain(|id| !ids.contains(id)));
    let adopted: FlatSet<ItemId> =
        adopted(plan, seen).into_iter().map(|link| link.halves.creatio.id().clone()).collect();
    for link in plan.links.iter_mut().filter(|link| {
        let id = link.halves.creatio.id();
        adopted.contains(id) && resting.contains(id)
    }) {
        decline(link);
    }
    plan.links.retain(|link| {
        let id = link.halves.creatio.id();
        !(adopted.contains(id) && uncovered.contains(id))
    });
    let (left, kept): (Vec<Action>, Vec<Action>) =
        std::mem::take(&mut plan.actions).into_iter().partition(|action| is_left(&action.after));
    plan.actions = kept;
    for action in left.iter().filter(|action| resting.contains(action.after.halves.creatio.id())) {
        let Some(link) = at_rest(seen, action) else { continue };
        let before = action.before.as_ref().map(|before| before.halves.creatio.id());
        plan.drop.retain(|id| before != Some(id));
        plan.links.retain(|other| other.halves.creatio.id() != link.halves.creatio.id());
        plan.links.push(link);
    }
}

/// Puts a new pair to rest until a person wakes it.
fn decline(link: &mut Link) {
    link.state = LinkState::Undone;
    link.memory.declined = true;
    link.memory.anew = false;
}

/// What is planned for an occurrence of a series that a person left out: it rests as those do.
#[must_use]
pub(super) fn left_out(seen: &Seen, mut planned: Planned) -> Planned {
    if let Some(link) = planned.action.as_ref().and_then(|action| at_rest(seen, action)) {
        return Planned::put(link);
    }
    planned.links.iter_mut().filter(|link| link.state == LinkState::Alive).for_each(decline);
    planned
}

/// The pair of an action that a person leaves out, as both sides are; `None` where nothing of the
/// pair changes by that: the action is about another item, or only removes what is left of a
/// conversion.
fn at_rest(seen: &Seen, action: &Action) -> Option<Link> {
    if action.after.is_superseded() {
        // it gave way already, and stays beside the other one
        return Some(action.after.clone());
    }
    let creates = action.writes.iter().any(|(_, op)| matches!(op, Op::Create(_)));
    let Some(before) = &action.before else {
        let mut link = as_found(seen, action, &action.after);
        decline(&mut link);
        return Some(link);
    };
    let is_rest_of_conversion = matches!(action.step, Step::Convert(_)) && !creates;
    if is_rest_of_conversion || !creates && is_of_another(action) {
        return None;
    }
    let mut link = as_found(seen, action, before);
    let rested = before.state != LinkState::Alive;
    link.state = LinkState::Undone;
    link.memory.anew = false;
    link.memory.declined |= creates && rested;
    Some(link)
}

/// `link` with each side as it was read.
fn as_found(seen: &Seen, action: &Action, link: &Link) -> Link {
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
            None => {
                *half = found.clone();
                // what was edited and waits is no edit any more; of what is private only that is
                // remembered which may be seen
                if let Some(item) = seen.items[side].get(found.id()).filter(|item| !item.facts.private) {
                    half.base = item.record.clone();
                }
            }
        }
    }
    link
}

/// Beginnings of words by which people name what is of their private life, in the languages of our
/// users.
const PERSONAL: &[&str] = &["личн", "семь", "семей", "домашн", "дети", "детск", "особист", "родин", "сімей"];

/// The same of English: whole words, since longer ones mean something else.
const PERSONAL_WORDS: &[&str] = &["personal", "private", "family", "kids", "children", "home"];

/// Whether the name of a calendar or list says that it is of the user's private life. The default
/// one never is: it is the calendar that colleagues see.
#[must_use]
pub fn looks_personal(container: &Container) -> bool {
    let name = container.name.to_lowercase();
    let mut words = name.split(|letter: char| !letter.is_alphabetic());
    let is_personal =
        |word: &str| PERSONAL_WORDS.contains(&word) || PERSONAL.iter().any(|beginning| word.starts_with(beginning));
    !container.default && words.any(is_personal)
}
