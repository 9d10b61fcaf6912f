//! The rules as rows: conditions, what follows, and the words of the rules that say so. First match
//! wins, in the order of the rules' precedence. Written from the rules alone, without a look at the
//! engine; not code that decides anything in the product. Where the rules are silent, the row says
//! "our reading".

use super::case::{
    Bond::{self, Alive, Asleep, None as Unlinked, Tombstone},
    Case, Clash,
    Fate::{self, Absent, Canceled, Edited, Gone, New, Reopened, Same},
    Made, Notify, Private, Removal, Way,
};
use schedule_sync::engine::held::Reason;
use schedule_sync::model::Side::{Creatio, Exchange};
use schedule_sync::model::{Field, Side};
use std::fmt;

/// One condition on a case; a row holds where all of its conditions do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Is {
    Link(&'static [Bond]),
    Creatio(&'static [Fate]),
    Exchange(&'static [Fate]),
    Made(&'static [Made]),
    Import(bool),
    Export(bool),
    CreatioRule(Removal),
    ExchangeRule(Removal),
    Private(&'static [Private]),
    Organizer(bool),
    Attendees(bool),
    Owner(bool),
    Single(bool),
    Past(bool),
    InWindow(bool),
    Container(bool),
    Process(bool),
    Completed(bool),
    Notify(&'static [Notify]),
    Way(&'static [Way]),
    Goes(bool),
    Elsewhere(bool),
    Between(bool),
    Narrowed(bool),
}

impl Is {
    fn holds(self, case: &Case) -> bool {
        match self {
            Self::Link(bonds) => bonds.contains(&case.bond),
            Self::Creatio(fates) => fates.contains(&case.creatio),
            Self::Exchange(fates) => fates.contains(&case.exchange),
            Self::Made(made) => made.contains(&case.made),
            Self::Import(on) => case.import == on,
            Self::Export(on) => case.export == on,
            Self::CreatioRule(rule) => case.creatio_rule == rule,
            Self::ExchangeRule(rule) => case.exchange_rule == rule,
            Self::Private(private) => private.contains(&case.private),
            Self::Organizer(user) => case.organizer == user,
            Self::Attendees(some) => case.attendees == some,
            Self::Owner(user) => case.owner == user,
            Self::Single(single) => case.single == single,
            Self::Past(past) => case.past == past,
            Self::InWindow(inside) => case.in_window == inside,
            Self::Container(readable) => case.container == readable,
            Self::Process(process) => case.process == process,
            Self::Completed(completed) => case.completed == completed,
            Self::Notify(notify) => notify.contains(&case.notify),
            Self::Way(ways) => ways.contains(&case.way),
            Self::Goes(goes) => case.goes() == goes,
            Self::Elsewhere(elsewhere) => case.elsewhere == elsewhere,
            Self::Between(between) => case.between == between,
            Self::Narrowed(narrowed) => case.narrowed == narrowed,
        }
    }
}

fn any<T: fmt::Debug>(values: &[T]) -> String {
    values.iter().map(|value| format!("{value:?}").to_lowercase()).collect::<Vec<_>>().join(" or ")
}

impl fmt::Display for Is {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let either = |is: bool, yes: &'static str, no: &'static str| if is { yes } else { no };
        match *self {
            Self::Link(bonds) => write!(f, "link {}", any(bonds)),
            Self::Creatio(fates) => write!(f, "Creatio {}", any(fates)),
            Self::Exchange(fates) => write!(f, "Exchange {}", any(fates)),
            Self::Made(made) => write!(f, "made {}", any(made)),
            Self::Import(on) => write!(f, "import {}", either(on, "on", "off")),
            Self::Export(on) => write!(f, "export {}", either(on, "on", "off")),
            Self::CreatioRule(rule) => write!(f, "rule {}", any(&[rule])),
            Self::ExchangeRule(rule) => write!(f, "rule {}", any(&[rule])),
            Self::Private(&[Private::No]) => f.write_str("not private"),
            Self::Private(private) => write!(f, "private, shown as {}", any(private)),
            Self::Organizer(user) => write!(f, "organizer {}", either(user, "the user", "somebody else")),
            Self::Attendees(some) => f.write_str(either(some, "attendees", "no attendees")),
            Self::Owner(user) => write!(f, "owner {}", either(user, "the user", "somebody else")),
            Self::Single(single) => f.write_str(either(single, "single", "an occurrence")),
            Self::Past(past) => f.write_str(either(past, "ended", "not ended")),
            Self::InWindow(inside) => f.write_str(either(inside, "in the window", "outside the window")),
            Self::Container(readable) => f.write_str(either(readable, "calendar readable", "calendar missing")),
            Self::Process(process) => f.write_str(either(process, "of a process", "of no process")),
            Self::Completed(completed) => f.write_str(either(completed, "completed", "not completed")),
            Self::Notify(notify) => write!(f, "notify {}", any(notify)),
            Self::Way(ways) => write!(f, "field map {}", any(ways)),
            Self::Goes(goes) => f.write_str(either(goes, "the edit may go over", "the edit may not go over")),
            Self::Elsewhere(other) => {
                f.write_str(either(other, "imported from another mailbox", "in no other mailbox"))
            }
            Self::Between(on) => write!(f, "from mailbox to mailbox {}", either(on, "on", "off")),
            Self::Narrowed(on) => f.write_str(either(on, "only one's own, and it is not", "exported whosever it is")),
        }
    }
}

/// What follows for an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Nothing is written; the link is afterwards in one of these states.
    Nothing(&'static [Bond]),
    /// Nothing is written but, at most, the user's own participant row.
    OwnAnswer(&'static [Bond]),
    /// The item is created on the side; the pair lives.
    Create(Side),
    /// The delete rule of the side says it.
    DeleteRule(Side),
    /// The Activity becomes Canceled; a tombstone stays.
    Mark,
    /// The item is deleted on the side; a tombstone stays.
    Delete(Side),
    /// Nothing is written, the user is asked.
    Ask,
    /// The table of fields says it, field by field.
    Fields,
}

impl fmt::Display for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing(bonds) => write!(f, "nothing; link {}", any(bonds)),
            Self::OwnAnswer(bonds) => write!(f, "the user's own response at most; link {}", any(bonds)),
            Self::Create(side) => write!(f, "create in {side:?}"),
            Self::DeleteRule(side) => write!(f, "delete rule for {side:?}"),
            Self::Mark => f.write_str("status Canceled; link tombstone"),
            Self::Delete(side) => write!(f, "delete in {side:?}; link tombstone"),
            Self::Ask => f.write_str("held and asked"),
            Self::Fields => f.write_str("by field"),
        }
    }
}

/// A row: conditions, what follows, why.
pub(crate) struct Row<T: 'static, R> {
    pub(crate) when: &'static [T],
    pub(crate) then: R,
    /// The words of the rules, or "our reading: …".
    pub(crate) says: &'static str,
}

const fn row<T, R>(when: &'static [T], then: R, says: &'static str) -> Row<T, R> {
    Row { when, then, says }
}

/// What becomes of an item.
pub(crate) const ITEM: &[Row<Is, Then>] = &[
    // scope and sleep
    row(
        &[Is::Link(&[Unlinked]), Is::InWindow(false)],
        Then::Nothing(&[Unlinked]),
        "One window for both sides: from date to horizon",
    ),
    row(
        &[Is::Link(&[Tombstone]), Is::Creatio(&[Same, Edited, Gone, Canceled])],
        Then::Nothing(&[Tombstone]),
        "the link stays as a tombstone from which nothing is created",
    ),
    row(
        &[Is::Link(&[Tombstone]), Is::InWindow(false)],
        Then::Nothing(&[Tombstone, Asleep]),
        "our reading: what is outside the window wakes when it comes back",
    ),
    row(
        &[Is::Creatio(&[Gone, Canceled]), Is::Exchange(&[Gone, Canceled])],
        Then::Nothing(&[Tombstone, Asleep]),
        "gone, gone: tombstone",
    ),
    row(
        &[Is::InWindow(false)],
        Then::Nothing(&[Asleep]),
        "An item that leaves the scope keeps its link, asleep: nothing is written, deleted or re-created",
    ),
    row(
        &[Is::Link(&[Asleep]), Is::Creatio(&[Gone, Canceled])],
        Then::Nothing(&[Asleep, Tombstone]),
        "asleep: nothing is written, deleted or re-created",
    ),
    row(
        &[Is::Link(&[Asleep]), Is::Exchange(&[Gone, Canceled])],
        Then::Nothing(&[Asleep, Tombstone]),
        "asleep: nothing is written, deleted or re-created",
    ),
    row(
        &[Is::Exchange(&[Gone]), Is::Container(false)],
        Then::Nothing(&[Asleep]),
        "A missing container … put links to sleep",
    ),
    row(
        &[Is::Exchange(&[Gone]), Is::Past(true)],
        Then::Nothing(&[Asleep]),
        "items that end in the past (retention, archive), put links to sleep",
    ),
    // Canceled, and never linked
    row(
        &[Is::Link(&[Unlinked]), Is::Creatio(&[Canceled])],
        Then::Nothing(&[Unlinked, Tombstone, Asleep]),
        "Canceled is an end state: not exported, not revived",
    ),
    row(
        &[Is::Link(&[Unlinked]), Is::Exchange(&[Canceled]), Is::Creatio(&[Absent])],
        Then::Nothing(&[Unlinked]),
        "Cancelled by the organizer = gone on Exchange",
    ),
    row(
        &[Is::Link(&[Unlinked]), Is::Exchange(&[Canceled]), Is::Creatio(&[New])],
        Then::Nothing(&[Unlinked, Tombstone, Asleep, Alive]),
        "our reading: without a base nothing is marked, deleted or created again",
    ),
    // direction
    row(
        &[Is::Link(&[Unlinked]), Is::Import(false), Is::Export(false)],
        Then::Nothing(&[Unlinked, Alive]),
        "Import on: Exchange creates and updates in Creatio. Export on: Creatio creates and updates on Exchange",
    ),
    row(
        &[Is::Import(false), Is::Export(false)],
        Then::Nothing(&[Alive, Asleep, Tombstone]),
        "Import on: Exchange creates and updates in Creatio. Export on: Creatio creates and updates on Exchange",
    ),
    row(
        &[Is::Creatio(&[New]), Is::Exchange(&[Absent]), Is::Export(false)],
        Then::Nothing(&[Unlinked]),
        "Export on: Creatio creates and updates on Exchange",
    ),
    row(
        &[Is::Creatio(&[Absent]), Is::Exchange(&[New]), Is::Import(false)],
        Then::Nothing(&[Unlinked]),
        "Import on: Exchange creates and updates in Creatio",
    ),
    row(
        &[Is::Import(false), Is::Exchange(&[Gone, Canceled])],
        Then::Nothing(&[Asleep]),
        "a deletion on the target puts the pair to sleep",
    ),
    row(
        &[Is::Export(false), Is::Creatio(&[Gone, Canceled]), Is::Exchange(&[Same, Edited])],
        Then::Nothing(&[Asleep]),
        "a deletion on the target puts the pair to sleep",
    ),
    row(
        &[Is::Creatio(&[New]), Is::Exchange(&[Absent]), Is::Narrowed(true)],
        Then::Nothing(&[Unlinked]),
        "A check box narrows to \"where I am the owner or a participant\"",
    ),
    row(
        &[Is::Creatio(&[New]), Is::Exchange(&[Absent]), Is::Elsewhere(true), Is::Between(false)],
        Then::Nothing(&[Unlinked]),
        "what was imported from one mailbox is exported to another only with a check box (off)",
    ),
    // private
    row(&[Is::Private(&[Private::Skip]), Is::Link(&[Unlinked])], Then::Nothing(&[Unlinked, Asleep]), "Private: skip"),
    row(
        &[Is::Private(&[Private::Skip])],
        Then::Nothing(&[Asleep]),
        "our reading: a pair whose event is skipped leaves the scope, asleep",
    ),
    row(
        &[Is::Private(&[Private::Busy, Private::Full]), Is::Creatio(&[Gone, Canceled])],
        Then::Nothing(&[Asleep, Tombstone]),
        "edits or deletion of the placeholder never reach Exchange",
    ),
    // writer
    row(
        &[Is::Owner(false), Is::Creatio(&[Same, Edited, Reopened]), Is::Exchange(&[Gone, Canceled])],
        Then::OwnAnswer(&[Asleep, Tombstone]),
        "Only the writer's account applies it; elsewhere the user's own response becomes Declined",
    ),
    row(
        &[Is::Owner(false), Is::Creatio(&[Gone, Canceled]), Is::Exchange(&[Same, Edited])],
        Then::DeleteRule(Exchange),
        "Every other account that links to it … puts nothing back",
    ),
    // the 3×3 table
    row(
        &[
            Is::Creatio(&[Edited, Reopened]),
            Is::Exchange(&[Gone, Canceled]),
            Is::Export(true),
            Is::Goes(true),
            Is::Private(&[Private::No]),
            Is::Single(true),
            Is::Organizer(true),
            Is::Attendees(false),
        ],
        Then::Create(Exchange),
        "edited, gone: revive on Exchange. Revive only single items that the user organizes, without attendees",
    ),
    row(
        &[Is::Creatio(&[Reopened]), Is::Exchange(&[Gone, Canceled])],
        Then::Nothing(&[Tombstone, Asleep]),
        "our reading: who takes Canceled back does not want it set again",
    ),
    row(
        &[Is::Creatio(&[Same, Edited]), Is::Exchange(&[Gone, Canceled]), Is::Elsewhere(true)],
        Then::Nothing(&[Tombstone]),
        "Only the writer's account applies it, and only when no other link of that Activity lives",
    ),
    row(
        &[Is::Creatio(&[Same, Edited]), Is::Exchange(&[Gone, Canceled])],
        Then::DeleteRule(Creatio),
        "same, gone: delete rule for Creatio; (Revive) otherwise the deletion wins",
    ),
    row(
        &[
            Is::Creatio(&[Gone]),
            Is::Exchange(&[Edited]),
            Is::Import(true),
            Is::Goes(true),
            Is::Single(true),
            Is::Organizer(true),
            Is::Attendees(false),
        ],
        Then::Create(Creatio),
        "gone, edited: revive in Creatio. Revive only single items that the user organizes, without attendees",
    ),
    row(
        &[Is::Creatio(&[Gone, Canceled]), Is::Exchange(&[Same, Edited])],
        Then::DeleteRule(Exchange),
        "gone, same: delete rule for Exchange; (Revive) otherwise the deletion wins; a person's Canceled counts as gone",
    ),
    row(
        &[Is::Creatio(&[New]), Is::Exchange(&[Absent])],
        Then::Create(Exchange),
        "Unlinked: only in Creatio → create on Exchange",
    ),
    row(
        &[Is::Creatio(&[Absent]), Is::Exchange(&[New])],
        Then::Create(Creatio),
        "Unlinked: only on Exchange → create in Creatio",
    ),
    row(
        &[Is::Link(&[Asleep]), Is::Creatio(&[Same]), Is::Exchange(&[Same])],
        Then::Nothing(&[Asleep, Alive]),
        "It wakes when it comes back",
    ),
    row(&[], Then::Fields, "same, edited: update; edited, edited: merge; matched: adopt (merge without base)"),
];

/// The delete rule for Creatio.
pub(crate) const CREATIO_DELETE: &[Row<Is, Then>] = &[
    row(&[Is::CreatioRule(Removal::Leave)], Then::Nothing(&[Tombstone]), "After … leave the link stays as a tombstone"),
    row(&[Is::Process(true)], Then::Ask, "the status is never … canceled and the row never deleted by us: needs you"),
    row(
        &[Is::CreatioRule(Removal::Mark), Is::Completed(true)],
        Then::Nothing(&[Tombstone]),
        "A Completed Activity is never marked",
    ),
    row(&[Is::CreatioRule(Removal::Mark)], Then::Mark, "mark (status Canceled; default)"),
    row(
        &[Is::Creatio(&[Edited]), Is::Goes(true), Is::Completed(true)],
        Then::Nothing(&[Tombstone]),
        "A Completed Activity is never marked; our reading: nor is an edited one deleted",
    ),
    row(
        &[Is::Creatio(&[Edited]), Is::Goes(true)],
        Then::Mark,
        "otherwise the deletion wins, the edit stays on the canceled Activity, and the user is told",
    ),
    row(&[Is::CreatioRule(Removal::Delete)], Then::Delete(Creatio), "delete"),
];

/// The delete rule for Exchange.
pub(crate) const EXCHANGE_DELETE: &[Row<Is, Then>] = &[
    row(
        &[Is::ExchangeRule(Removal::Leave)],
        Then::Nothing(&[Tombstone]),
        "After … leave the link stays as a tombstone",
    ),
    row(
        &[Is::Attendees(true), Is::Organizer(true), Is::Past(true)],
        Then::Nothing(&[Tombstone]),
        "A meeting that has ended mails nobody: no … cancellation …, and no question about one; … left, with a note",
    ),
    row(
        &[Is::Made(&[Made::OnExchange]), Is::Attendees(false), Is::Owner(true), Is::Exchange(&[Same])],
        Then::Delete(Exchange),
        "It deletes without asking only an event or task that we created, without attendees, whose last known Owner was the user",
    ),
    row(&[], Then::Ask, "everything else is held and asked; our reading: an edit that nobody has seen too"),
];

/// Where a field was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    OnlyCreatio,
    OnlyExchange,
    /// On both, differently.
    Both,
    /// On both, alike.
    Alike,
}

/// One condition on a field of a case.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Of {
    Changed(&'static [Where]),
    Field(&'static [Field]),
    Rule(&'static [Clash]),
    Item(Is),
}

impl Of {
    fn holds(self, case: &Case, field: Field, place: Where) -> bool {
        match self {
            Self::Changed(places) => places.contains(&place),
            Self::Field(fields) => fields.contains(&field),
            Self::Rule(rules) => rules.contains(&case.clash),
            Self::Item(is) => is.holds(case),
        }
    }
}

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(places) => write!(f, "changed {}", any(places)),
            Self::Field(fields) => write!(f, "field {}", any(fields)),
            Self::Rule(rules) => write!(f, "conflict {}", any(rules)),
            Self::Item(is) => write!(f, "{is}"),
        }
    }
}

/// What follows for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// The value of the side goes to the other one.
    From(Side),
    /// Nothing is written.
    Stays,
    /// Nothing is written; the user is asked whether people shall get a mail.
    AskMail,
    /// Nothing is written; the user is asked which value it shall be.
    AskClash,
    /// Nothing is written; the record is shown under "needs you".
    NeedsYou,
    /// The value of Exchange goes over, and the one that is lost is named.
    PutBack,
    /// Nothing is written; the organizer's text is told.
    OwnNotes,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::From(side) => write!(f, "value of {side:?}"),
            Self::Stays => f.write_str("stays"),
            Self::AskMail => f.write_str("held: would mail"),
            Self::AskClash => f.write_str("held: clash"),
            Self::NeedsYou => f.write_str("held: needs you"),
            Self::PutBack => f.write_str("value of Exchange; named what was lost"),
            Self::OwnNotes => f.write_str("held: own notes"),
        }
    }
}

/// The fields of which an attendee gets a mail.
const MAILED: &[Field] = &[Field::Title, Field::When, Field::Place, Field::Body];
/// The fields that belong to the organizer.
const ORGANIZERS: &[Field] = &[Field::Title, Field::When, Field::Place];
/// The user's notes.
const NOTES: &[Field] = &[Field::Body];
/// Wherever a write would mail people.
const MAILING: &[Notify] = &[Notify::Never, Notify::Ask, Notify::Always];
/// The two kinds of change that Creatio's value would settle.
const CREATIO_WINS: &[Clash] = &[Clash::Creatio, Clash::NewestIsCreatio];

/// And Exchange's.
const EXCHANGE_WINS: &[Clash] = &[Clash::Exchange, Clash::NewestIsExchange];
/// The user's own answer to an invitation.
const ANSWER: &[Field] = &[Field::Response];
/// Private, and in Creatio nevertheless.
const SHOWN: &[Private] = &[Private::Busy, Private::Full];
/// What would mail somebody is asked about first; not so under "never" where it can be written
/// without mail (EWS can write silently: *never* then really writes without mail).
const ASKING: &[Notify] = &[Notify::Never, Notify::Ask];
/// An answer is there to be heard. Our reading: it is asked about wherever the mailbox is.
const ANSWERING: &[Notify] = &[Notify::Never, Notify::Silently, Notify::Ask];

/// What becomes of a field that was changed somewhere.
pub(crate) const FIELD: &[Row<Of, Value>] = &[
    row(
        &[Of::Item(Is::Way(&[Way::Off]))],
        Value::Stays,
        "Fields are a table that the administrator can turn off or make one-way",
    ),
    row(
        &[Of::Item(Is::Import(false)), Of::Item(Is::Export(false))],
        Value::Stays,
        "our reading: one-way against the account's only direction is off",
    ),
    // the user's own answer
    row(
        &[Of::Field(ANSWER), Of::Item(Is::Private(SHOWN)), Of::Changed(&[Where::OnlyCreatio])],
        Value::Stays,
        "A private pair is one-way, Exchange → Creatio",
    ),
    row(&[Of::Field(ANSWER), Of::Changed(&[Where::Alike])], Value::Stays, "Alike on both: agreed"),
    row(
        &[Of::Field(ANSWER), Of::Changed(&[Where::OnlyExchange]), Of::Item(Is::Import(true))],
        Value::From(Exchange),
        "Every other account … writes nothing but its own participant row (response)",
    ),
    row(
        &[Of::Field(ANSWER), Of::Changed(&[Where::OnlyExchange])],
        Value::Stays,
        "Import on: Exchange creates and updates in Creatio",
    ),
    row(
        &[Of::Field(ANSWER), Of::Item(Is::Private(SHOWN)), Of::Item(Is::Import(true))],
        Value::AskClash,
        "A private pair is one-way; a person's own text stays and is named",
    ),
    row(&[Of::Field(ANSWER), Of::Item(Is::Private(SHOWN))], Value::Stays, "A private pair is one-way"),
    row(
        &[Of::Field(ANSWER), Of::Item(Is::Export(false)), Of::Changed(&[Where::OnlyCreatio])],
        Value::Stays,
        "Export on: Creatio creates and updates on Exchange",
    ),
    row(
        &[Of::Field(ANSWER), Of::Item(Is::Export(false))],
        Value::From(Exchange),
        "stay as they are until the source changes the same field",
    ),
    row(
        &[Of::Field(ANSWER), Of::Item(Is::Past(true)), Of::Changed(&[Where::OnlyCreatio])],
        Value::Stays,
        "A meeting that has ended mails nobody: … left, with a note",
    ),
    row(
        &[Of::Field(ANSWER), Of::Item(Is::Past(true)), Of::Item(Is::Import(false))],
        Value::Stays,
        "A meeting that has ended mails nobody: … left, with a note",
    ),
    row(
        &[Of::Field(ANSWER), Of::Item(Is::Past(true)), Of::Rule(CREATIO_WINS)],
        Value::Stays,
        "A meeting that has ended mails nobody: … left, with a note",
    ),
    row(
        &[Of::Field(ANSWER), Of::Changed(&[Where::OnlyCreatio]), Of::Item(Is::Notify(ANSWERING))],
        Value::AskMail,
        "The user's own answer, set by the user, → accept / decline / tentative under the notify rule",
    ),
    row(
        &[Of::Field(ANSWER), Of::Item(Is::Import(false)), Of::Item(Is::Notify(ANSWERING))],
        Value::AskMail,
        "The user's own answer, set by the user, → accept / decline / tentative under the notify rule",
    ),
    row(
        &[Of::Field(ANSWER), Of::Rule(CREATIO_WINS), Of::Item(Is::Notify(ANSWERING))],
        Value::AskMail,
        "The user's own answer, set by the user, → accept / decline / tentative under the notify rule",
    ),
    row(
        &[Of::Field(ANSWER), Of::Changed(&[Where::OnlyCreatio])],
        Value::From(Creatio),
        "accept / decline / tentative; always",
    ),
    row(
        &[Of::Field(ANSWER), Of::Item(Is::Import(false))],
        Value::From(Creatio),
        "accept / decline / tentative; always",
    ),
    row(&[Of::Field(ANSWER), Of::Rule(CREATIO_WINS)], Value::From(Creatio), "accept / decline / tentative; always"),
    row(
        &[Of::Field(ANSWER), Of::Rule(EXCHANGE_WINS)],
        Value::From(Exchange),
        "Differently: a clash, settled by the conflict rule",
    ),
    row(&[Of::Field(ANSWER)], Value::AskClash, "Differently: a clash, settled by the conflict rule"),
    row(
        &[
            Of::Item(Is::Private(&[Private::Busy])),
            Of::Item(Is::Link(&[Unlinked])),
            Of::Field(&[Field::Title, Field::Body, Field::Place, Field::Reminder, Field::Importance]),
            Of::Item(Is::Import(true)),
            Of::Item(Is::Owner(true)),
        ],
        Value::AskClash,
        "a person's own text stays and is named",
    ),
    row(&[Of::Changed(&[Where::Alike])], Value::Stays, "Alike on both: agreed"),
    // what is matched in these cases bears the id that we gave it when we imported it
    row(
        &[
            Of::Item(Is::Link(&[Unlinked])),
            Of::Item(Is::Way(&[Way::Out])),
            Of::Field(&[Field::Title, Field::Body, Field::Place, Field::Reminder, Field::Importance]),
            Of::Changed(&[Where::Both]),
        ],
        Value::Stays,
        "our reading: what we made without a field takes nothing in it from the other side",
    ),
    // private
    row(
        &[
            Of::Item(Is::Private(&[Private::Busy])),
            Of::Field(&[Field::Title, Field::Body, Field::Place, Field::Reminder, Field::Importance]),
        ],
        Value::Stays,
        "busy only (default: neutral title, times only)",
    ),
    row(
        &[Of::Item(Is::Private(&[Private::Busy, Private::Full])), Of::Changed(&[Where::OnlyCreatio])],
        Value::Stays,
        "A private pair is one-way, Exchange → Creatio: edits … of the placeholder never reach Exchange",
    ),
    row(
        &[
            Of::Item(Is::Private(&[Private::Busy, Private::Full])),
            Of::Item(Is::Import(true)),
            Of::Item(Is::Owner(true)),
            Of::Changed(&[Where::Both]),
        ],
        Value::AskClash,
        "a person's own text stays and is named",
    ),
    row(
        &[
            Of::Item(Is::Private(&[Private::Busy, Private::Full])),
            Of::Item(Is::Import(true)),
            Of::Item(Is::Owner(true)),
        ],
        Value::From(Exchange),
        "A private pair is one-way, Exchange → Creatio",
    ),
    row(
        &[Of::Item(Is::Private(&[Private::Busy, Private::Full]))],
        Value::Stays,
        "A private pair is one-way, Exchange → Creatio",
    ),
    // writer
    row(
        &[Of::Item(Is::Owner(false)), Of::Changed(&[Where::OnlyExchange])],
        Value::Stays,
        "Every other account that links to it writes nothing but its own participant row (response), and puts nothing back",
    ),
    row(
        &[Of::Item(Is::Owner(false)), Of::Field(&[Field::Reminder])],
        Value::Stays,
        "Activities of others go out one-way, without reminder",
    ),
    row(
        &[Of::Item(Is::Owner(false)), Of::Item(Is::Organizer(false))],
        Value::Stays,
        "if the user is not the organizer, title, time, place, body and attendees belong to Exchange",
    ),
    row(
        &[Of::Item(Is::Owner(false)), Of::Item(Is::Export(false))],
        Value::Stays,
        "Export on: Creatio creates and updates on Exchange",
    ),
    row(
        &[
            Of::Item(Is::Owner(false)),
            Of::Item(Is::Past(true)),
            Of::Item(Is::Attendees(true)),
            Of::Field(MAILED),
            Of::Item(Is::Notify(MAILING)),
        ],
        Value::Stays,
        "A meeting that has ended mails nobody: … left, with a note",
    ),
    row(
        &[Of::Item(Is::Owner(false)), Of::Item(Is::Attendees(true)), Of::Field(MAILED), Of::Item(Is::Notify(ASKING))],
        Value::AskMail,
        "Changes to an event that has attendees … would mail: held with the number of people",
    ),
    row(&[Of::Item(Is::Owner(false))], Value::From(Creatio), "Activities of others go out one-way"),
    // organizer
    row(
        &[Of::Item(Is::Organizer(false)), Of::Field(NOTES), Of::Changed(&[Where::OnlyCreatio])],
        Value::Stays,
        "The notes of such an Activity are the user's as soon as they wrote in them: they are never overwritten and never sent",
    ),
    row(
        &[Of::Item(Is::Organizer(false)), Of::Field(NOTES), Of::Changed(&[Where::Both]), Of::Item(Is::Import(true))],
        Value::OwnNotes,
        "a changed body of the organizer is then told, and can be taken over",
    ),
    row(
        &[
            Of::Item(Is::Organizer(false)),
            Of::Field(ORGANIZERS),
            Of::Item(Is::Import(true)),
            Of::Changed(&[Where::OnlyExchange]),
        ],
        Value::From(Exchange),
        "title, time, place and attendees belong to Exchange",
    ),
    row(
        &[Of::Item(Is::Organizer(false)), Of::Field(ORGANIZERS), Of::Item(Is::Import(true))],
        Value::PutBack,
        "the writer's run puts a Creatio edit of them back, and names it under \"needs you\" with the value that was lost",
    ),
    row(
        &[Of::Item(Is::Organizer(false)), Of::Field(NOTES), Of::Item(Is::Import(true))],
        Value::From(Exchange),
        "our reading: a body in which the user has written nothing follows the organizer's",
    ),
    row(&[Of::Item(Is::Organizer(false)), Of::Field(MAILED)], Value::Stays, "edits on its target stay as they are"),
    // process
    row(
        &[
            Of::Item(Is::Process(true)),
            Of::Field(&[Field::Status]),
            Of::Changed(&[Where::Both]),
            Of::Item(Is::Export(true)),
        ],
        Value::From(Creatio),
        "our reading: the status of a process's Activity is Creatio's own",
    ),
    row(
        &[
            Of::Item(Is::Process(true)),
            Of::Field(&[Field::Status]),
            Of::Changed(&[Where::OnlyExchange, Where::Both]),
            Of::Item(Is::Import(true)),
        ],
        Value::NeedsYou,
        "the status is never completed or canceled … it appears under \"needs you\"",
    ),
    row(
        &[Of::Item(Is::Process(true)), Of::Field(&[Field::Status]), Of::Changed(&[Where::OnlyExchange, Where::Both])],
        Value::Stays,
        "the status is never completed or canceled",
    ),
    // one side changed it
    row(
        &[Of::Changed(&[Where::OnlyExchange]), Of::Item(Is::Import(true))],
        Value::From(Exchange),
        "Changed on one side: that side",
    ),
    row(&[Of::Changed(&[Where::OnlyExchange])], Value::Stays, "edits on its target stay as they are"),
    row(
        &[Of::Changed(&[Where::OnlyCreatio]), Of::Item(Is::Export(false))],
        Value::Stays,
        "edits on its target stay as they are",
    ),
    row(
        &[
            Of::Changed(&[Where::OnlyCreatio]),
            Of::Item(Is::Past(true)),
            Of::Item(Is::Attendees(true)),
            Of::Field(MAILED),
            Of::Item(Is::Notify(MAILING)),
        ],
        Value::Stays,
        "A meeting that has ended mails nobody: … left, with a note",
    ),
    row(
        &[
            Of::Changed(&[Where::OnlyCreatio]),
            Of::Item(Is::Attendees(true)),
            Of::Field(MAILED),
            Of::Item(Is::Notify(ASKING)),
        ],
        Value::AskMail,
        "Changes to an event that has attendees (time, place, cancel) … would mail: held; our reading: title and body too",
    ),
    row(&[Of::Changed(&[Where::OnlyCreatio])], Value::From(Creatio), "Changed on one side: that side"),
    // both did
    row(
        &[Of::Item(Is::Export(false))],
        Value::From(Exchange),
        "stay as they are until the source changes the same field (the loser goes to the history)",
    ),
    row(
        &[
            Of::Item(Is::Import(false)),
            Of::Item(Is::Past(true)),
            Of::Item(Is::Attendees(true)),
            Of::Field(MAILED),
            Of::Item(Is::Notify(MAILING)),
        ],
        Value::Stays,
        "A meeting that has ended mails nobody: … left, with a note",
    ),
    row(
        &[
            Of::Rule(CREATIO_WINS),
            Of::Item(Is::Past(true)),
            Of::Item(Is::Attendees(true)),
            Of::Field(MAILED),
            Of::Item(Is::Notify(MAILING)),
        ],
        Value::Stays,
        "A meeting that has ended mails nobody: … left, with a note",
    ),
    row(
        &[Of::Item(Is::Import(false)), Of::Item(Is::Attendees(true)), Of::Field(MAILED), Of::Item(Is::Notify(ASKING))],
        Value::AskMail,
        "Changes to an event that has attendees … would mail: held",
    ),
    row(
        &[Of::Item(Is::Import(false))],
        Value::From(Creatio),
        "stay as they are until the source changes the same field (the loser goes to the history)",
    ),
    row(
        &[Of::Rule(CREATIO_WINS), Of::Item(Is::Attendees(true)), Of::Field(MAILED), Of::Item(Is::Notify(ASKING))],
        Value::AskMail,
        "Changes to an event that has attendees … would mail: held",
    ),
    row(&[Of::Rule(CREATIO_WINS)], Value::From(Creatio), "Differently: a clash, settled by the conflict rule"),
    row(&[Of::Rule(EXCHANGE_WINS)], Value::From(Exchange), "Differently: a clash, settled by the conflict rule"),
    row(
        &[Of::Rule(&[Clash::Ask, Clash::NewestUnknown])],
        Value::AskClash,
        "missing, less than 2 minutes apart, or not attributable to the field → ask",
    ),
];

/// The row of the table that the case falls under.
pub(crate) fn item(table: &'static [Row<Is, Then>], case: &Case) -> &'static Row<Is, Then> {
    table.iter().find(|row| row.when.iter().all(|is| is.holds(case))).expect("the table covers every case")
}

/// What a value of Creatio's would wait for before it goes to Exchange, whatever else it waits for:
/// "everything that an item waits for is asked at once", and "inside notes stay inside".
pub(crate) fn waits(case: &Case, field: Field) -> Vec<Reason> {
    let others = case.attendees && case.organizer && MAILED.contains(&field);
    let mail = others && ASKING.contains(&case.notify) || ANSWER.contains(&field) && ANSWERING.contains(&case.notify);
    let notes = others && NOTES.contains(&field);
    let all = [(mail && !case.past, Reason::WouldMail), (notes, Reason::InsideNotes)];
    all.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
}

/// Whether Creatio's value of a field could be taken at all.
pub(crate) fn goes_out(case: &Case, field: Field) -> bool {
    let answer = ANSWER.contains(&field);
    case.export && case.way.lets(Creatio) && case.private == Private::No && (case.organizer || answer)
}

/// The row of the table of fields that the field falls under.
pub(crate) fn field(case: &Case, field: Field, place: Where) -> &'static Row<Of, Value> {
    // one-way is the direction of that field
    let import = case.import && case.way.lets(Exchange);
    let export = case.export && case.way.lets(Creatio);
    let case = Case { import, export, ..*case };
    FIELD
        .iter()
        .find(|row| row.when.iter().all(|of| of.holds(&case, field, place)))
        .expect("the table covers every field")
}
