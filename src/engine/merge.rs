//! The three-way merge of a linked pair, field by field: which side's value goes over, what both
//! agree on, what clashes. People merge per person (`people`).

use crate::engine::context::{Context, Seen};
use crate::engine::field_policy::{Direction, FieldPolicy};
use crate::engine::held::Reason;
use crate::engine::people::{self, People};
use crate::engine::permissions::Notes;
use crate::engine::project;
use crate::engine::settings::Conflict;
use crate::flat::{self, FlatSet};
use crate::model::op::SendInvitations;
use crate::model::record::may_be_made_of;
pub use crate::model::record::{copy, differences, fields};
use crate::model::{Body, Field, Instant, Meeting, Pair, Person, Record, Side, Status};
use chrono::Duration;

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
    pub writes: Pair<FlatSet<Field>>,
    /// The base once the writes are confirmed.
    pub base: Pair<Record>,
    /// Fields that both changed differently, which wait for a person.
    pub clashes: Vec<Field>,
    /// Fields whose value waits for a person's word before it goes over.
    pub waits: Vec<(Field, Reason)>,
    /// The people who would be invited or taken off, by the reason for which that waits.
    pub people: Vec<(Reason, Vec<Person>)>,
    /// Who is not invited, without a question.
    pub uninvited: Vec<Person>,
    /// Fields whose change stays in Creatio without a question, since the meeting has ended.
    pub left: FlatSet<Field>,
    /// Fields that belong to the organizer, and were edited in Creatio.
    pub put_back: FlatSet<Field>,
    /// Fields in which an event or task that is adopted stands as its server made it of what we
    /// sent.
    pub unkept: FlatSet<Field>,
    /// Who gets mail of what is written to Exchange.
    pub tells: SendInvitations,
}

impl Merge {
    /// Both sides keep what they have in a field, and that is no edit.
    fn agree(&mut self, field: Field, now: Pair<&Record>) {
        for side in Side::BOTH {
            copy(field, now[side], &mut self.base[side]);
        }
    }
}

/// What both sides of a link last agreed on, and what they hold now.
#[derive(Clone, Copy)]
pub struct Compared<'a> {
    /// What they agreed on, each in its side's form.
    pub base: Pair<&'a Record>,
    /// What they hold.
    pub now: Pair<&'a Record>,
}

/// Merges the two sides of a link. `policy` says in which direction each
/// field may go, `rule` what becomes of a clash.
#[must_use]
pub fn merge(
    context: &Context<'_>,
    seen: &Seen,
    compared: Compared<'_>,
    policy: FieldPolicy,
    rule: ClashRule,
) -> Merge {
    let Compared { base, now } = compared;
    let shadow = project::shadows(context, seen, now, Some(base));
    let edited = Pair::of(|side| differences(base[side], now[side]));
    let unlike = Pair::of(|side| differences(now[side], &shadow[side]));
    let mut merge = Merge {
        target: now.map(Clone::clone),
        writes: Pair::default(),
        base: base.map(Clone::clone),
        clashes: Vec::new(),
        waits: Vec::new(),
        people: Vec::new(),
        uninvited: Vec::new(),
        left: FlatSet::new(),
        put_back: FlatSet::new(),
        unkept: FlatSet::new(),
        tells: SendInvitations::All,
    };
    merge_people(context, seen, compared, policy, &mut merge);
    let crowd = policy.mails || merge.writes.exchange.contains(&Field::People) && merge.target.exchange.has_people();
    let invites = merge.people.iter().any(|(reason, _)| *reason == Reason::WouldInvite);
    let mapped = fields(now.creatio.kind()).iter().filter(|field| **field != Field::People);
    for &field in mapped {
        let mut changed = Pair::of(|side| edited[side].contains(&field));
        if field == Field::Body && policy.foreign {
            changed.creatio = is_noted(base, now, policy);
        }
        let alike = !unlike.creatio.contains(&field) || !unlike.exchange.contains(&field);
        let direction = policy.of(field);
        let rule = if field == Field::Body && policy.yields { yielding(rule) } else { rule };
        let by_rule = settle(rule.about(edited.as_ref(), policy), direction, changed, alike);
        let is_stored_so = policy.adopts && !alike && is_stored_so(field, now, policy);
        merge.unkept.extend(is_stored_so.then_some(field));
        let is_no_edit = policy.adopts && empties(by_rule, field, now, policy) || is_stored_so;
        let settled = if is_no_edit { Merged::Agreed } else { by_rule };
        if direction == Direction::Owned(Side::Exchange) && settled == Merged::Took(Side::Exchange) && changed.creatio {
            merge.put_back.insert(field);
        }
        let mut reasons = asked(policy, field, crowd, settled, rule.answer);
        if invites && (settled == Merged::Clash || !reasons.is_empty()) {
            // it waits, and who would be invited may be by the time it goes
            reasons = asked(policy, field, true, settled, rule.answer);
        }
        match waits(policy, field, settled, changed.exchange, &reasons) {
            Merged::Kept if settled == Merged::Took(Side::Creatio) => {
                merge.left.insert(field);
                if rule.answer.is_some() {
                    // a person chose what may not go any more: both rest as they are
                    merge.agree(field, now);
                }
            }
            Merged::Kept => {}
            Merged::Agreed => merge.agree(field, now),
            Merged::Took(side) => {
                let other = side.other();
                copy(field, now[side], &mut merge.base[side]);
                copy(field, &shadow[other], &mut merge.base[other]);
                copy(field, &shadow[other], &mut merge.target[other]);
                if unlike[other].contains(&field) {
                    merge.writes[other].insert(field);
                }
            }
            // notes of one's own and the organizer's new text are another question than two edits
            Merged::Clash if field == Field::Body && policy.foreign && !policy.private => {
                merge.waits.push((field, Reason::OwnNotes));
            }
            Merged::Clash => {
                merge.clashes.push(field);
                merge.waits.extend(reasons.iter().map(|reason| (field, *reason)));
            }
            Merged::Waits(reason) if reasons.is_empty() => merge.waits.push((field, reason)),
            Merged::Waits(_) => merge.waits.extend(reasons.iter().map(|reason| (field, *reason))),
        }
    }
    // a text that was edited in Outlook since is nobody's inside note
    let inside = policy.inside && !edited.exchange.contains(&Field::Body);
    keep_inside(&mut merge, now, FieldPolicy { inside, ..policy });
    // in the order in which a person reads them
    flat::sort_by_key(&mut merge.waits, |(field, _)| *field == Field::People);
    merge.tells = policy.tells(&merge.writes.exchange);
    merge
}

/// Everything for which Creatio's value of a field waits, where it may go: of a clash all is asked
/// at once that its value would wait for.
fn asked(policy: FieldPolicy, field: Field, crowd: bool, settled: Merged, answer: Option<Side>) -> Vec<Reason> {
    let may_go = match settled {
        Merged::Took(Side::Creatio) => true,
        Merged::Clash => answer != Some(Side::Exchange) && policy.of(field).lets(Side::Creatio),
        Merged::Kept | Merged::Agreed | Merged::Took(Side::Exchange) | Merged::Waits(_) => false,
    };
    if may_go { policy.asks(field, crowd) } else { Vec::new() }
}

/// Whether a field, once it flows, would be emptied by an adoption: by the source to which it
/// belongs, or, where it may not flow yet, as soon as other settings let it. What we made without
/// it may have a text of the server's, such as a footer, in its place.
fn empties(merged: Merged, field: Field, now: Pair<&Record>, policy: FieldPolicy) -> bool {
    let is_text = matches!(field, Field::Title | Field::Place | Field::Body);
    let is_nobodys = |side: Side| side == Side::Exchange && is_text && policy.untouched || is_bare(field, now[side]);
    match (merged, policy.of(field)) {
        (Merged::Took(side), Direction::From(source)) => {
            side == source && (is_nobodys(side) || is_made_without(field, now[side], side, policy))
        }
        (Merged::Kept, Direction::Off) => Side::BOTH.into_iter().any(is_nobodys),
        (Merged::Took(_) | Merged::Kept | Merged::Agreed | Merged::Clash | Merged::Waits(_), _) => false,
    }
}

/// Whether what we made on `side` was made without the value that the other side has in a field,
/// since that goes the other way only. What stands in it there is a default, the server's, or what
/// a person wrote, which no adoption tells apart: it takes nothing from the other side. A device
/// that knows the pair brings over what a person wrote.
fn is_made_without(field: Field, there: &Record, side: Side, policy: FieldPolicy) -> bool {
    let is_unsent = policy.made == Some(side) && !policy.fields.of(field).lets(side.other());
    match (field, there) {
        // it is never made without a time
        (Field::When, _) => false,
        // no server sets another status than the first one by itself
        (Field::Status, Record::Task(task)) => is_unsent && task.status == Status::NotStarted,
        _ => is_unsent,
    }
}

/// Whether a field of the event or task is what the server made of the value that we sent, which
/// the Activity still has: nobody has changed either since. Where it can't be that, a person was as
/// quick as the server.
fn is_stored_so(field: Field, now: Pair<&Record>, policy: FieldPolicy) -> bool {
    let is_sent = policy.as_sent && policy.of(field).lets(Side::Creatio);
    is_sent && may_be_made_of(field, now.creatio, now.exchange)
}

/// Whether a text is empty. At the source of a field that goes one way this is how the pair was
/// made, and no edit: an adoption, which knows no base, takes nothing away by it.
fn is_bare(field: Field, source: &Record) -> bool {
    match field {
        Field::Title => source.title().is_empty(),
        Field::Place => source.place().is_empty(),
        Field::Body => source.text().is_empty(),
        Field::When | Field::Importance | Field::Reminder | Field::Status | Field::People | Field::Response => false,
    }
}

/// Whether the notes of somebody else's meeting are the user's: they wrote in them since, or the
/// two texts were never the same.
fn is_noted(base: Pair<&Record>, now: Pair<&Record>, policy: FieldPolicy) -> bool {
    let text = now.creatio.text();
    let edited = text != base.creatio.text() || base.creatio.text() != base.exchange.text();
    // an adoption has no base: an empty text is nobody's
    if policy.adopts { !text.is_empty() } else { edited }
}

/// The rule by which the organizer's text is taken over.
fn yielding(rule: ClashRule) -> ClashRule {
    ClashRule { answer: Some(Side::Exchange), ..rule }
}

/// The text of the Activity does not stand on an event to which somebody is invited: where that
/// begins, it is taken off it, unless a person or the administrator lets it go. What would be asked
/// about it then is asked together with who would be invited.
fn keep_inside(merge: &mut Merge, now: Pair<&Record>, policy: FieldPolicy) {
    let written = merge.writes.exchange.contains(&Field::Body);
    let inside = (policy.inside || written) && !merge.target.exchange.text().is_empty();
    if policy.mails || policy.foreign || !inside || policy.notes == Notes::Open {
        return;
    }
    let waits = merge.waits.contains(&(Field::Body, Reason::InsideNotes));
    if merge.writes.exchange.contains(&Field::People) && merge.target.exchange.has_people() {
        for record in [&mut merge.target.exchange, &mut merge.base.exchange, &mut merge.base.creatio] {
            *body(record) = Body::default();
        }
        if policy.notes == Notes::Left {
            copy(Field::Body, now.creatio, &mut merge.base.creatio);
        }
        merge.writes.exchange.insert(Field::Body);
    } else if merge.people.iter().all(|(reason, _)| *reason != Reason::WouldInvite) {
        return;
    }
    if !waits && policy.notes == Notes::Asked {
        merge.waits.push((Field::Body, Reason::InsideNotes));
    }
}

const fn body(record: &mut Record) -> &mut Body {
    match record {
        Record::Meeting(meeting) => &mut meeting.body,
        Record::Task(task) => &mut task.body,
    }
}

/// Merges the people of two meetings into `merge`.
fn merge_people(context: &Context<'_>, seen: &Seen, compared: Compared<'_>, policy: FieldPolicy, merge: &mut Merge) {
    let now = compared.now;
    let (Some(base), Some(was)) = (meetings(compared.base), meetings(now)) else { return };
    let People { target, base, waits, uninvited, back } = people::merge(context, seen, base, was, policy);
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
    merge.uninvited = uninvited;
    merge.put_back.extend((!back.is_empty()).then_some(Field::People));
}

const fn meetings(pair: Pair<&Record>) -> Option<Pair<&Meeting>> {
    match (pair.creatio, pair.exchange) {
        (Record::Meeting(creatio), Record::Meeting(exchange)) => Some(Pair { creatio, exchange }),
        (Record::Task(_), _) | (_, Record::Task(_)) => None,
    }
}

/// Merges two items that were found to be one, without a base: what is alike is agreed on, anything
/// else goes by the conflict rule. People and responses are never written by an adoption.
#[must_use]
pub fn adopt(context: &Context<'_>, seen: &Seen, now: Pair<&Record>, policy: FieldPolicy, rule: ClashRule) -> Merge {
    // a base that differs from both sides wherever they differ: every such field is edited on both
    let base = project::shadows(context, seen, now, None);
    let quiet = FieldPolicy { adopts: true, ..policy };
    let mut merged = merge(context, seen, Compared { base: base.as_ref(), now }, quiet, rule);
    for field in [Field::People, Field::Response] {
        for side in Side::BOTH {
            copy(field, now[side], &mut merged.base[side]);
        }
    }
    merged
}

/// What would go out waits where it would mail somebody, or lose or tell something; what was
/// changed on Exchange, where a process owns it. What would mail somebody of a meeting that has
/// ended stays.
fn waits(policy: FieldPolicy, field: Field, merged: Merged, changed: bool, reasons: &[Reason]) -> Merged {
    match (merged, reasons.first()) {
        (Merged::Took(Side::Creatio), _) if policy.leaves(field) => Merged::Kept,
        (Merged::Took(Side::Creatio), Some(reason)) => Merged::Waits(*reason),
        (Merged::Kept, _) if changed && policy.withholds(field) => Merged::Waits(Reason::Process),
        (merged, _) => merged,
    }
}

/// By what a clash is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClashRule {
    /// What a person chose for this pair, before everything else.
    pub answer: Option<Side>,
    /// The setting.
    pub conflict: Conflict,
    /// The servers' stamps of the two items.
    pub stamps: Pair<Option<Instant>>,
}

impl ClashRule {
    /// The rule for a field, where so much was edited on the two sides: a stamp is that of the
    /// item's last change, and tells of a field only if nothing else was changed there. What is
    /// newer by another field's stamp may be the older of the two.
    fn about(self, edited: Pair<&FlatSet<Field>>, policy: FieldPolicy) -> Self {
        let newer = if self.stamps.creatio > self.stamps.exchange { Side::Creatio } else { Side::Exchange };
        // in an adoption nobody is taken to have edited people and answers
        let counts = |field: &&Field| !(policy.adopts && matches!(field, Field::People | Field::Response));
        let several = edited[newer].iter().filter(counts).nth(1).is_some();
        if several { Self { stamps: Pair::default(), ..self } } else { self }
    }
}

/// The rule for one field (docs/rules.md, "Merge is per field").
#[must_use]
pub fn settle(rule: ClashRule, direction: Direction, changed: Pair<bool>, alike: bool) -> Merged {
    match (changed.creatio, changed.exchange) {
        (false, false) => Merged::Kept,
        (true, true) | (true, false) | (false, true) if alike => Merged::Agreed,
        (true, true) => match direction {
            Direction::Off => Merged::Kept,
            Direction::From(side) | Direction::Owned(side) => Merged::Took(side),
            Direction::Under(side) if rule.answer == Some(side) => Merged::Took(side),
            Direction::Under(_) => Merged::Clash,
            Direction::Both => clash(rule),
        },
        (creatio, _) => {
            let side = if creatio { Side::Creatio } else { Side::Exchange };
            match direction {
                direction if direction.lets(side) => Merged::Took(side),
                Direction::Owned(owner) => Merged::Took(owner),
                Direction::Both | Direction::From(_) | Direction::Under(_) | Direction::Off => Merged::Kept,
            }
        }
    }
}

/// Stamps nearer than this don't tell which change is newer.
const TOO_CLOSE: Duration = Duration::minutes(2);

fn clash(rule: ClashRule) -> Merged {
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
