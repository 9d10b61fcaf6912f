//! The three-way merge of a linked pair, field by field: which side's value goes over, what both agree on, what clashes. People merge per
//! person (`people`).

use super::link::Reason;
use super::people::{self, People};
use super::settings::{Conflict, FieldMap, Notify};
use super::{Context, Seen, project};
pub use crate::model::record::{copy, differences, fields};
use crate::model::{Field, Instant, Meeting, Pair, Person, Record, Side};
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
    /// From this side only, and never over an edit on the other (a private event's placeholder).
    Under(Side),
    /// Not at all.
    Off,
}

impl Flow {
    /// Whether a value of `side` may go to the other.
    #[must_use]
    pub fn lets(self, side: Side) -> bool {
        match self {
            Self::Both => true,
            Self::From(source) | Self::Owned(source) | Self::Under(source) => source == side,
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
    /// A value would go over, but not without a person's word.
    Waits(Reason),
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
    /// Fields that both changed differently, which wait for a person.
    pub clashes: Vec<Field>,
    /// Fields whose value waits for a person's word before it goes over.
    pub waits: Vec<(Field, Reason)>,
    /// The people who would be invited or taken off, by the reason for which that waits.
    pub people: Vec<(Reason, Vec<Person>)>,
}

/// Merges the two sides of a link. `flow` says how each field may flow; `stamps` are the servers' stamps of the two items.
#[must_use]
pub fn merge(
    context: &Context<'_>,
    seen: &Seen,
    (base, now): (Pair<&Record>, Pair<&Record>),
    (flows, rule): (Flows, Rule),
) -> Merge {
    let shadow = project::shadows(context, seen, (now, Some(base)));
    let edited = Pair::of(|side| differences(base[side], now[side]));
    let unlike = Pair::of(|side| differences(now[side], &shadow[side]));
    let mut merge = Merge {
        target: now.map(Clone::clone),
        writes: Pair::default(),
        base: base.map(Clone::clone),
        clashes: Vec::new(),
        waits: Vec::new(),
        people: Vec::new(),
    };
    let mapped = fields(now.creatio.kind()).iter().filter(|field| **field != Field::People);
    for &field in mapped {
        let changed = Pair::of(|side| edited[side].contains(&field));
        let alike = !unlike.creatio.contains(&field) || !unlike.exchange.contains(&field);
        let settled = settle(rule.about(edited.as_ref(), flows), flows.of(field), (changed, alike));
        match waits(flows, field, (settled, changed.exchange)) {
            Merged::Kept => {}
            Merged::Agreed => {
                for side in Side::BOTH {
                    copy(field, now[side], &mut merge.base[side]);
                }
            }
            Merged::Took(side) => {
                let other = side.other();
                copy(field, now[side], &mut merge.base[side]);
                copy(field, &shadow[other], &mut merge.base[other]);
                copy(field, &shadow[other], &mut merge.target[other]);
                if unlike[other].contains(&field) {
                    merge.writes[other].insert(field);
                }
            }
            Merged::Clash => merge.clashes.push(field),
            Merged::Waits(reason) => merge.waits.push((field, reason)),
        }
    }
    merge_people(context, seen, (base, now), (flows, &mut merge));
    merge
}

/// Merges the people of two meetings into `merge`.
fn merge_people(
    context: &Context<'_>,
    seen: &Seen,
    (base, now): (Pair<&Record>, Pair<&Record>),
    (flows, merge): (Flows, &mut Merge),
) {
    let (Some(base), Some(was)) = (meetings(base), meetings(now)) else { return };
    let People { target, base, waits } = people::merge(context, seen, (base, was), flows);
    for side in Side::BOTH {
        if let (Record::Meeting(one), Record::Meeting(old)) = (&mut merge.target[side], &mut merge.base[side]) {
            one.people.clone_from(&target[side]);
            old.people.clone_from(&base[side]);
        }
        if differences(now[side], &merge.target[side]).contains(&Field::People) {
            merge.writes[side].insert(Field::People);
        }
    }
    merge.waits.extend(waits.iter().map(|(reason, _)| (Field::People, *reason)));
    merge.people = waits;
}

const fn meetings<'a>(pair: Pair<&'a Record>) -> Option<Pair<&'a Meeting>> {
    match (pair.creatio, pair.exchange) {
        (Record::Meeting(creatio), Record::Meeting(exchange)) => Some(Pair { creatio, exchange }),
        (Record::Task(_), _) | (_, Record::Task(_)) => None,
    }
}

/// Merges two items that were found to be one, without a base: what is alike is agreed on, anything else goes by the conflict rule.
/// People and responses are never written by an adoption.
#[must_use]
pub fn adopt(context: &Context<'_>, seen: &Seen, now: Pair<&Record>, (flows, rule): (Flows, Rule)) -> Merge {
    // a base that differs from both sides wherever they differ: every such field is edited on both
    let base = project::shadows(context, seen, (now, None));
    let quiet = Flows { adopts: true, ..flows };
    let mut merged = merge(context, seen, (base.as_ref(), now), (quiet, rule));
    for field in [Field::People, Field::Response] {
        for side in Side::BOTH {
            copy(field, now[side], &mut merged.base[side]);
        }
    }
    merged
}

/// What would go out waits where it would mail somebody, or lose something; what was changed on Exchange, where a process owns it.
fn waits(flows: Flows, field: Field, (merged, changed): (Merged, bool)) -> Merged {
    match (merged, flows.asks(field)) {
        (Merged::Took(Side::Creatio), Some(reason)) => Merged::Waits(reason),
        (Merged::Kept, _) if changed && flows.withholds(field) => Merged::Waits(Reason::Process),
        (merged, _) => merged,
    }
}

/// By what a clash is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What a person chose for this pair, before everything else.
    pub answer: Option<Side>,
    /// The setting.
    pub conflict: Conflict,
    /// The servers' stamps of the two items.
    pub stamps: Pair<Option<Instant>>,
}

impl Rule {
    /// The rule for a field, where so much was edited on the two sides: a stamp is that of the item's last change, and tells of a field only if
    /// nothing else was changed there. What is newer by another field's stamp may be the older of the two.
    fn about(self, edited: Pair<&BTreeSet<Field>>, flows: Flows) -> Self {
        let newer = if self.stamps.creatio > self.stamps.exchange { Side::Creatio } else { Side::Exchange };
        // in an adoption nobody is taken to have edited people and answers
        let counts = |field: &&Field| !(flows.adopts && matches!(field, Field::People | Field::Response));
        let several = edited[newer].iter().filter(counts).count() > 1;
        if several { Self { stamps: Pair::default(), ..self } } else { self }
    }
}

/// The rule for one field (rules, "Merge is per field").
#[must_use]
pub fn settle(rule: Rule, flow: Flow, (changed, alike): (Pair<bool>, bool)) -> Merged {
    match (changed.creatio, changed.exchange) {
        (false, false) => Merged::Kept,
        (true, true) | (true, false) | (false, true) if alike => Merged::Agreed,
        (true, true) => match flow {
            Flow::Off => Merged::Kept,
            Flow::From(side) | Flow::Owned(side) => Merged::Took(side),
            Flow::Under(side) if rule.answer == Some(side) => Merged::Took(side),
            Flow::Under(_) => Merged::Clash,
            Flow::Both => clash(rule),
        },
        (creatio, _) => {
            let side = if creatio { Side::Creatio } else { Side::Exchange };
            match flow {
                flow if flow.lets(side) => Merged::Took(side),
                Flow::Owned(owner) => Merged::Took(owner),
                Flow::Both | Flow::From(_) | Flow::Under(_) | Flow::Off => Merged::Kept,
            }
        }
    }
}

/// Stamps nearer than this don't tell which change is newer.
const TOO_CLOSE: Duration = Duration::minutes(2);

fn clash(rule: Rule) -> Merged {
    if let Some(side) = rule.answer {
        return Merged::Took(side);
    }
    match rule.conflict {
        Conflict::Ask => Merged::Clash,
        Conflict::Creatio => Merged::Took(Side::Creatio),
        Conflict::Exchange => Merged::Took(Side::Exchange),
        Conflict::Newest => match (rule.stamps.creatio, rule.stamps.exchange) {
            (Some(creatio), Some(exchange)) if (creatio - exchange).abs() >= TOO_CLOSE => {
                Merged::Took(if creatio > exchange { Side::Creatio } else { Side::Exchange })
            }
            (Some(_) | None, Some(_) | None) => Merged::Clash,
        },
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
    /// The event or task is private: its placeholder in Creatio says nothing back.
    pub private: bool,
    /// The Activity's Owner is the user.
    pub own: bool,
    /// The two are linked only now: people and responses are never written by that.
    pub adopts: bool,
    /// The user's own answer may go to Creatio, where every participant writes their own row.
    pub joins: bool,
    /// The event's or task's body has what an Activity can't carry, and a new body would lose it.
    pub rich: bool,
    /// Writing title, time, place or body would mail somebody (graph/facts.md §3; for title and body reports differ, and the
    /// promise that nobody is mailed unasked comes first).
    pub mails: bool,
    /// The user has given the answer that stands in Creatio.
    pub answered: bool,
    /// Which way each field goes, by setting.
    pub fields: FieldMap,
    /// What is done that would mail somebody, by setting.
    pub notify: Notify,
    /// What a person has allowed for this pair.
    pub word: Word,
}

/// What a person has allowed for a pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// That people get mail of a change.
    pub mail: bool,
    /// That people are invited.
    pub invite: bool,
}

impl Flows {
    /// How `field` may flow.
    #[must_use]
    pub fn of(self, field: Field) -> Flow {
        if self.adopts && matches!(field, Field::People | Field::Response) {
            return Flow::Off;
        }
        let way = self.fields.of(field);
        let inward = way.lets(Side::Exchange)
            && match field {
                Field::Response => self.joins,
                Field::Status => self.inward && !self.process,
                Field::Title
                | Field::When
                | Field::Place
                | Field::Body
                | Field::Importance
                | Field::Reminder
                | Field::People => self.inward,
            };
        let outward = way.lets(Side::Creatio)
            && self.outward
            && !self.private
            && match field {
                Field::Title | Field::When | Field::Place | Field::Body | Field::Importance => {
                    !self.foreign && !self.recurring
                }
                // what somebody else's Activity reminds of is theirs
                Field::Reminder => !self.recurring && self.own,
                // in the user's name people are invited to the user's own meetings, and answers given that the user gave
                Field::People => !self.foreign && self.own,
                Field::Response => self.foreign && self.answered,
                Field::Status => true,
            };
        let owned =
            self.foreign && matches!(field, Field::Title | Field::When | Field::Place | Field::Body | Field::People);
        match (inward, outward) {
            (true, true) => Flow::Both,
            (true, false) if self.private => Flow::Under(Side::Exchange),
            (true, false) if owned => Flow::Owned(Side::Exchange),
            (true, false) => Flow::From(Side::Exchange),
            (false, true) => Flow::From(Side::Creatio),
            (false, false) => Flow::Off,
        }
    }

    /// Why a value of `field` would not go to Exchange without a person's word, if it may go at all.
    #[must_use]
    pub fn asks(self, field: Field) -> Option<Reason> {
        let mails = match field {
            Field::Title | Field::When | Field::Place | Field::Body => self.mails,
            Field::Response => true, // the organizer
            Field::Importance | Field::Reminder | Field::Status | Field::People => false,
        };
        match () {
            () if mails && !self.may_mail() => Some(Reason::WouldMail),
            () if self.rich && field == Field::Body => Some(Reason::RichBody),
            () => None,
        }
    }

    /// Whether `field` would come from Exchange if a process did not own it.
    fn withholds(self, field: Field) -> bool {
        self.process && field == Field::Status && self.inward && self.fields.of(field).lets(Side::Exchange)
    }

    fn may_mail(self) -> bool {
        self.notify == Notify::Always || self.word.mail
    }

    /// Why nobody is invited without a person's word, if so.
    #[must_use]
    pub fn invites(self) -> Option<Reason> {
        match self.notify {
            Notify::Never | Notify::Ask if self.word.invite => None,
            Notify::Never => Some(Reason::NotInvited),
            Notify::Ask => Some(Reason::WouldInvite),
            Notify::Always => None,
        }
    }

    /// Why no attendees are taken off without a person's word, if so; `all` of them never are.
    #[must_use]
    pub fn uninvites(self, all: bool) -> Option<Reason> {
        let may = if all { self.word.mail } else { self.may_mail() };
        (!may).then_some(Reason::WouldMail)
    }
}
