//! The three-way merge of a linked pair, field by field: which side's value goes over, what both agree on, what clashes.

use super::link::Reason;
use super::settings::Conflict;
use super::{Context, Seen, project};
use crate::model::{Field, Instant, Kind, Meeting, Pair, Person, Record, Side, Task, person};
use chrono::Duration;
use std::collections::BTreeSet;

/// How a field of a pair may flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Both ways.
    Both,
    /// From this side only. Edits on the other stay until this side changes the field.
    From(Side),
    /// The field belongs to this side: edits on the other are put back.
    Owned(Side),
    /// Not at all.
    Off,
}

impl Flow {
    /// Whether a value of `side` may go to the other.
    #[must_use]
    pub fn lets(self, side: Side) -> bool {
        match self {
            Self::Both => true,
            Self::From(source) | Self::Owned(source) => source == side,
            Self::Off => false,
        }
    }
}

/// What becomes of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merged {
    /// Nothing changed, or what changed stays where it is.
    Kept,
    /// Both have the same now.
    Agreed,
    /// This side's value goes to the other.
    Took(Side),
    /// Both changed it differently, and nobody may decide but a person.
    Clash,
}

/// The outcome of a merge.
#[derive(Clone, Debug)]
pub struct Merge {
    /// Each side's record as it shall be.
    pub target: Pair<Record>,
    /// The fields to write on each side.
    pub writes: Pair<BTreeSet<Field>>,
    /// The base once the writes are confirmed.
    pub base: Pair<Record>,
    /// Fields that wait for a person.
    pub clashes: Vec<Field>,
    /// Fields in which this side's value was overruled: (field, loser).
    pub overruled: Vec<(Field, Side)>,
}

/// Merges the two sides of a link. `flow` says how each field may flow; `stamps` are the servers' stamps of the two items.
#[must_use]
pub fn merge(
    context: &Context<'_>,
    seen: &Seen,
    (base, now): (Pair<&Record>, Pair<&Record>),
    (flow, stamps): (&dyn Fn(Field) -> Flow, Pair<Option<Instant>>),
) -> Merge {
    let mut shadow = project::shadows(context, seen, now);
    for side in Side::BOTH {
        keep_people(base[side], now[side], &mut shadow[side]);
    }
    let edited = Pair::of(|side| differences(base[side], now[side]));
    let unlike = Pair::of(|side| differences(now[side], &shadow[side]));
    let mut merge = Merge {
        target: now.map(Clone::clone),
        writes: Pair::default(),
        base: base.map(Clone::clone),
        clashes: Vec::new(),
        overruled: Vec::new(),
    };
    for &field in fields(now.creatio.kind()) {
        let changed = Pair::of(|side| edited[side].contains(&field));
        let alike = !unlike.creatio.contains(&field) || !unlike.exchange.contains(&field);
        match settle(context.settings.rules.conflict, flow(field), (changed, alike), stamps) {
            Merged::Kept => {}
            Merged::Agreed => {
                for side in Side::BOTH {
                    copy(field, now[side], &mut merge.base[side]);
                }
            }
            Merged::Took(side) => {
                let other = side.other();
                if changed[other] {
                    merge.overruled.push((field, other));
                }
                copy(field, now[side], &mut merge.base[side]);
                copy(field, &shadow[other], &mut merge.base[other]);
                copy(field, &shadow[other], &mut merge.target[other]);
                if unlike[other].contains(&field) {
                    merge.writes[other].insert(field);
                }
            }
            Merged::Clash => merge.clashes.push(field),
        }
    }
    merge
}

/// People merge per person: whom this side added stays, whom it removed stays away, in what comes over from the other side.
fn keep_people(base: &Record, now: &Record, coming: &mut Record) {
    let (Record::Meeting(base), Record::Meeting(now), Record::Meeting(coming)) = (base, now, coming) else { return };
    let among = |list: &[Person], one: &Person| list.iter().any(|other| other.is(one));
    let kept = coming.people.iter().filter(|one| !among(&base.people, one) || among(&now.people, one)).cloned();
    let added = now.people.iter().filter(|one| !among(&base.people, one)).cloned();
    coming.people = person::normal(kept.chain(added).collect::<Vec<_>>());
}

/// Merges two items that were found to be one, without a base: what is alike is agreed on, anything else goes by the conflict rule.
/// People and responses are never written by an adoption.
#[must_use]
pub fn adopt(
    context: &Context<'_>,
    seen: &Seen,
    now: Pair<&Record>,
    (flow, stamps): (&dyn Fn(Field) -> Flow, Pair<Option<Instant>>),
) -> Merge {
    // a base that differs from both sides wherever they differ: every such field is edited on both
    let base = project::shadows(context, seen, now);
    let quiet = |field| match field {
        Field::People | Field::Response => Flow::Off,
        Field::Title
        | Field::When
        | Field::Place
        | Field::Body
        | Field::Importance
        | Field::Reminder
        | Field::Status => flow(field),
    };
    let mut merged = merge(context, seen, (base.as_ref(), now), (&quiet, stamps));
    for field in [Field::People, Field::Response] {
        for side in Side::BOTH {
            copy(field, now[side], &mut merged.base[side]);
        }
    }
    merged
}

/// The rule for one field (rules, "Merge is per field").
#[must_use]
pub fn settle(
    rule: Conflict,
    flow: Flow,
    (changed, alike): (Pair<bool>, bool),
    stamps: Pair<Option<Instant>>,
) -> Merged {
    match (changed.creatio, changed.exchange) {
        (false, false) => Merged::Kept,
        (true, true) | (true, false) | (false, true) if alike => Merged::Agreed,
        (true, true) => match flow {
            Flow::Off => Merged::Kept,
            Flow::From(side) | Flow::Owned(side) => Merged::Took(side),
            Flow::Both => clash(rule, stamps),
        },
        (creatio, _) => {
            let side = if creatio { Side::Creatio } else { Side::Exchange };
            match flow {
                flow if flow.lets(side) => Merged::Took(side),
                Flow::Owned(owner) => Merged::Took(owner),
                Flow::Both | Flow::From(_) | Flow::Off => Merged::Kept,
            }
        }
    }
}

/// Stamps nearer than this don't tell which change is newer.
const TOO_CLOSE: Duration = Duration::minutes(2);

fn clash(rule: Conflict, stamps: Pair<Option<Instant>>) -> Merged {
    match rule {
        Conflict::Ask => Merged::Clash,
        Conflict::Creatio => Merged::Took(Side::Creatio),
        Conflict::Exchange => Merged::Took(Side::Exchange),
        Conflict::Newest => match (stamps.creatio, stamps.exchange) {
            (Some(creatio), Some(exchange)) if (creatio - exchange).abs() >= TOO_CLOSE => {
                Merged::Took(if creatio > exchange { Side::Creatio } else { Side::Exchange })
            }
            (Some(_) | None, Some(_) | None) => Merged::Clash,
        },
    }
}

/// The mapped fields of a kind, in the order in which a person reads them.
#[must_use]
pub const fn fields(kind: Kind) -> &'static [Field] {
    use Field::{Body, Importance, People, Place, Reminder, Response, Status, Title, When};
    match kind {
        Kind::Meeting => &[Title, When, Place, Body, Importance, Reminder, People, Response],
        Kind::Task => &[Title, When, Body, Importance, Reminder, Status],
    }
}

/// The fields in which two records differ; of different kinds: all.
#[must_use]
pub fn differences(one: &Record, other: &Record) -> BTreeSet<Field> {
    let unlike: Vec<(Field, bool)> = match (one, other) {
        (Record::Meeting(a), Record::Meeting(b)) => {
            let Meeting { title, when, place, body, importance, reminder, people, response } = a;
            vec![
                (Field::Title, *title != b.title),
                (Field::When, *when != b.when),
                (Field::Place, *place != b.place),
                (Field::Body, *body != b.body),
                (Field::Importance, *importance != b.importance),
                (Field::Reminder, *reminder != b.reminder),
                (Field::People, !same_people(people, &b.people)),
                (Field::Response, *response != b.response),
            ]
        }
        (Record::Task(a), Record::Task(b)) => {
            let Task { title, when, body, importance, reminder, status } = a;
            vec![
                (Field::Title, *title != b.title),
                (Field::When, *when != b.when),
                (Field::Body, *body != b.body),
                (Field::Importance, *importance != b.importance),
                (Field::Reminder, *reminder != b.reminder),
                (Field::Status, *status != b.status),
            ]
        }
        (Record::Meeting(_), Record::Task(_)) | (Record::Task(_), Record::Meeting(_)) => {
            return fields(one.kind()).iter().copied().collect();
        }
    };
    unlike.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect()
}

/// Whether two lists name the same people with the same role and answer; names and further addresses don't matter.
fn same_people(one: &[Person], other: &[Person]) -> bool {
    one.len() == other.len()
        && one.iter().all(|a| other.iter().any(|b| a.is(b) && a.role == b.role && a.response == b.response))
}

/// Copies one field from `from` into `into`. Records of different kinds, or without that field, stay as they are.
pub fn copy(field: Field, from: &Record, into: &mut Record) {
    match (from, into) {
        (Record::Meeting(from), Record::Meeting(into)) => match field {
            Field::Title => into.title.clone_from(&from.title),
            Field::When => into.when = from.when,
            Field::Place => into.place.clone_from(&from.place),
            Field::Body => into.body.clone_from(&from.body),
            Field::Importance => into.importance = from.importance,
            Field::Reminder => into.reminder = from.reminder,
            Field::People => into.people.clone_from(&from.people),
            Field::Response => into.response = from.response,
            Field::Status => {}
        },
        (Record::Task(from), Record::Task(into)) => match field {
            Field::Title => into.title.clone_from(&from.title),
            Field::When => into.when = from.when,
            Field::Body => into.body.clone_from(&from.body),
            Field::Importance => into.importance = from.importance,
            Field::Reminder => into.reminder = from.reminder,
            Field::Status => into.status = from.status,
            Field::Place | Field::People | Field::Response => {}
        },
        (Record::Meeting(_), Record::Task(_)) | (Record::Task(_), Record::Meeting(_)) => {}
    }
}

/// The flow of each field of a pair (rules, "Who writes", "Fields").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flows {
    /// Exchange's values may go to Creatio.
    pub inward: bool,
    /// Creatio's values may go to Exchange.
    pub outward: bool,
    /// Somebody else organizes the event.
    pub foreign: bool,
    /// A recurring task.
    pub recurring: bool,
    /// A business process owns the Activity.
    pub process: bool,
    /// The event's or task's body has what an Activity can't carry, and a new body would lose it.
    pub rich: bool,
    /// Writing title, time, place, body or people would mail somebody (graph/facts.md §3; for title and body reports differ, and the
    /// promise that nobody is mailed unasked comes first).
    pub mails: bool,
}

impl Flows {
    /// How `field` may flow.
    #[must_use]
    pub fn of(self, field: Field) -> Flow {
        let inward = self.inward && !(self.process && field == Field::Status);
        let outward = self.outward
            && !match field {
                Field::Title | Field::When | Field::Place => self.foreign || self.recurring || self.mails,
                Field::Body => self.foreign || self.recurring || self.mails || self.rich,
                Field::Importance => self.foreign || self.recurring,
                Field::Reminder => self.recurring,
                // inviting people and answering for the user mail somebody: never without being asked
                Field::People | Field::Response => true,
                Field::Status => false,
            };
        let owned =
            self.foreign && matches!(field, Field::Title | Field::When | Field::Place | Field::Body | Field::People);
        match (inward, outward) {
            (true, true) => Flow::Both,
            (true, false) if owned => Flow::Owned(Side::Exchange),
            (true, false) => Flow::From(Side::Exchange),
            (false, true) => Flow::From(Side::Creatio),
            (false, false) => Flow::Off,
        }
    }

    /// The fields among `edited` (in Creatio) that don't go out until a person says so, with the reason.
    #[must_use]
    pub fn held(self, edited: &BTreeSet<Field>) -> Vec<(Reason, Vec<Field>)> {
        let asked =
            |fields: &[Field]| fields.iter().copied().filter(|field| edited.contains(field)).collect::<Vec<_>>();
        let ours = self.outward && !self.foreign && !self.recurring;
        let reasons = [
            (Reason::WouldMail, self.mails, asked(&[Field::Title, Field::When, Field::Place, Field::Body])),
            (Reason::RichBody, self.rich && !self.mails, asked(&[Field::Body])),
        ];
        let due = reasons.into_iter().filter(|(_, applies, fields)| ours && *applies && !fields.is_empty());
        due.map(|(reason, _, fields)| (reason, fields)).collect()
    }
}
