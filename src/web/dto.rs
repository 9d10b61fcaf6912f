//! What crosses to JavaScript, as plain objects with types in TypeScript. The names are
//! JavaScript's; nothing here has behaviour.
#![cfg(target_arch = "wasm32")]

use crate::creatio::client::access::Transport;
use crate::creatio::client::installation::Installation;
use crate::creatio::client::times::TimeSemantics;
use crate::creatio::{MailKind, SettingsPlace};
use crate::engine::action::Note;
use crate::engine::answer::{self, Answer};
use crate::engine::held::{Held, HeldField, Reason};
use crate::engine::history::{self, Entry, What};
use crate::engine::preview::{self, Row, RowKind};
use crate::engine::settings::{
    Block, Conflict, CreatioDelete, ExchangeDelete, Extent, FieldDirection, FieldMap, Notify, Private, Rules, Targets,
};
use crate::engine::undo;
use crate::exchange::is_silent;
use crate::model::record::{self, Record};
use crate::model::time::MOST_HORIZON_MONTHS;
use crate::model::{ContainerId, Day, Field, FieldValue, GroupId, Instant, ItemId, Kind, Person, Side, Status};
use crate::ports::{Phase, Progress};
use crate::run;
use crate::run::record::{Cause, RunOutcome, RunRecord};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// The page that the engine runs in: whose Creatio, which user.
#[derive(Clone, Debug, Deserialize, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PageContext {
    /// The Creatio installation; a copied database, a reset sandbox have another. Names the local
    /// store.
    pub instance: String,
    /// Absolute address of Creatio's workspace, without a slash at the end:
    /// `https://crm.example/0`.
    pub base: String,
    /// Absolute address of Graph with its version: `https://graph.microsoft.com/v1.0`.
    pub graph: String,
    /// Absolute address at which this page reaches the Exchange Server's EWS: a path of Creatio's
    /// own origin that a proxy forwards, as EWS lets no other origin in. Without it accounts on an
    /// Exchange Server can't be synchronized.
    #[tsify(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<String>,
    /// The user.
    pub user: Party,
    /// The user's Contact.
    pub contact: Party,
    /// The zone of the user's profile: a Windows id or an IANA name.
    pub time_zone: String,
    /// The culture of the user's profile, `ru-RU`.
    pub culture: String,
}

/// A user or a Contact.
#[derive(Clone, Debug, Deserialize, Serialize, Tsify)]
pub struct Party {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// The settings of one mailbox account, as on the page.
#[derive(Clone, Debug, Deserialize, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct AccountSettings {
    /// Import meetings; the choice is of calendars, by id.
    pub import_meetings: BlockSettings,
    /// Import tasks; the choice is of task lists, by id.
    pub import_tasks: BlockSettings,
    /// Export activities; the choice is of groups, by id.
    pub export: BlockSettings,
    /// Run by itself.
    pub automatic: bool,
    /// Items that end before this day are left alone: `2026-11-30`.
    pub from: String,
    /// What is seldom changed.
    pub advanced: Advanced,
}

/// The part of the settings that is seldom changed.
#[derive(Clone, Debug, Deserialize, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Advanced {
    /// Who wins when both sides changed the same field differently.
    pub conflict: Conflict,
    /// What a deletion in the mailbox does to the Activity.
    pub creatio_delete: CreatioDelete,
    /// What a deletion in Creatio does to the event or task.
    pub exchange_delete: ExchangeDelete,
    /// What is imported of private items.
    pub private: Private,
    /// Whether what would mail people is done.
    pub notify: Notify,
    /// Export only Activities of which the user is Owner or participant.
    pub only_mine: bool,
    /// Export to this mailbox what was imported from another one of the user's.
    pub between: bool,
    /// An imported meeting whose status nobody changed becomes Completed after its end.
    pub completes: bool,
    /// Months ahead that single items are looked at.
    pub months: u32,
    /// Months ahead that occurrences of a series are looked at.
    pub series_months: u32,
    /// The calendar that meetings are exported to, by id; none: the default one.
    #[tsify(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// The list that tasks are exported to, by id; none: the default one.
    #[tsify(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
}

/// The settings of an account, and what is to be known about them.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct Kept {
    /// As they work.
    pub settings: AccountSettings,
    /// Where they are kept, or will be once they are saved.
    pub place: SettingsPlace,
    /// What the administrator has fixed, by path: `automatic`, `importMeetings.on`.
    pub locked: Vec<String>,
    /// The fields that don't go both ways.
    pub fields: Vec<FieldWay>,
}

/// A field that does not go both ways.
#[derive(Clone, Copy, Debug, Serialize, Tsify)]
pub struct FieldWay {
    /// Which.
    pub field: Field,
    /// Where it goes: to Creatio only, to the mailbox only, nowhere.
    pub way: FieldDirection,
}

impl From<crate::creatio::StoredSettings> for Kept {
    fn from(crate::creatio::StoredSettings { settings, place, locked, .. }: crate::creatio::StoredSettings) -> Self {
        let way = |field: Field| {
            (settings.fields.of(field) != FieldDirection::Both)
                .then(|| FieldWay { field, way: settings.fields.of(field) })
        };
        let mut all = record::fields(Kind::Meeting).to_vec();
        all.extend(record::fields(Kind::Task).iter().filter(|field| !record::fields(Kind::Meeting).contains(field)));
        let fields = all.into_iter().filter_map(way).collect();
        Self { settings: settings.into(), place, locked, fields }
    }
}

/// How this Creatio is reached and what its times mean.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct InstallationInfo {
    /// By which service activities are read and written.
    #[tsify(optional)]
    pub transport: Option<Transport>,
    /// Whether changes depend on what was seen; not known before the first change.
    #[tsify(optional)]
    pub conditional: Option<bool>,
    /// What times of OData mean, in replies, filters and bodies; not asked for where OData is not
    /// used.
    pub clocks: Vec<TimeSemantics>,
    /// Whether that was seen, or only assumed.
    pub sure: bool,
    /// What OData keeps from this user, and the other service gives.
    pub detours: Vec<String>,
    /// Columns of activities that this Creatio does not have.
    pub lacking: Vec<String>,
}

impl From<&Installation> for InstallationInfo {
    fn from(installation: &Installation) -> Self {
        let access = &installation.access;
        let is_odata = access.transport() == Some(Transport::Odata);
        let found = installation.findings().filter(|_| is_odata);
        Self {
            transport: access.transport(),
            conditional: access.conditional(),
            clocks: found
                .map(|found| vec![found.clocks.read, found.clocks.filter, found.clocks.write])
                .unwrap_or_default(),
            sure: found.is_some_and(|found| found.sure),
            detours: access.detours(),
            lacking: access.lacking(),
        }
    }
}

/// One block of the settings.
#[derive(Clone, Debug, Deserialize, Serialize, Tsify)]
pub struct BlockSettings {
    /// The switch.
    pub on: bool,
    /// All, or those chosen.
    pub scope: Extent,
    /// The chosen ones, by id. Kept while the block is off.
    pub chosen: Vec<String>,
}

/// How far a run is.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct SyncEvent {
    /// What it is doing.
    pub phase: Phase,
    /// Steps done in this phase.
    pub done: usize,
    /// Steps there are in this phase; 0 while it is not known.
    pub total: usize,
}

impl From<Progress> for SyncEvent {
    fn from(Progress { phase, done, total }: Progress) -> Self {
        Self { phase, done, total }
    }
}

/// A mailbox of the user.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MailboxAccount {
    /// The address, which names the account everywhere.
    pub address: String,
    /// What serves it.
    #[tsify(type = "\"microsoft365\" | \"exchange\"")]
    pub kind: &'static str,
    /// Several users share it.
    pub shared: bool,
    /// Creatio's built-in sync of activities is on for it.
    pub built_in: bool,
    /// Who gets mail of a change is left to the writer, so that nobody has to.
    pub silent: bool,
}

impl MailboxAccount {
    /// An account as Creatio knows it; `None` if it holds no calendar.
    #[must_use]
    pub fn of(from: &crate::creatio::MailAccount) -> Option<Self> {
        let kind = match from.kind {
            MailKind::Microsoft365 => "microsoft365",
            MailKind::Exchange => "exchange",
            MailKind::Imap => return None,
        };
        Some(Self {
            address: from.address.as_str().to_owned(),
            kind,
            shared: from.shared,
            built_in: from.built_in,
            silent: is_silent(from.kind),
        })
    }
}

/// A group of activities.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct GroupInfo {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The id of the group above it.
    #[tsify(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Its members follow from a filter.
    pub dynamic: bool,
}

impl From<crate::creatio::Group> for GroupInfo {
    fn from(crate::creatio::Group { id, name, parent, dynamic }: crate::creatio::Group) -> Self {
        Self { id: id.to_string(), name, parent: parent.as_ref().map(GroupId::to_string), dynamic }
    }
}

/// What a run came to.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct RunReport {
    /// What was written to Creatio.
    pub creatio: WriteCounts,
    /// What was written to the mailbox.
    pub exchange: WriteCounts,
    /// What waits for a person, from earlier runs too; without what could not be understood.
    pub held: Vec<HeldItem>,
    /// What could not be understood.
    pub malformed: Vec<HeldItem>,
    /// Steps that were not finished; the next run does.
    pub unfinished: usize,
    /// What a person is told without being asked.
    pub notes: Vec<RunNote>,
    /// Pairs that rest: undone, or left by a person.
    pub resting: usize,
    /// The user stopped the run while it was writing; what had been written by then is counted.
    pub stopped: bool,
}

/// What a person is told without being asked, and of how many items: the page has a text for each.
#[derive(Clone, Copy, Debug, Serialize, Tsify)]
pub struct RunNote {
    /// What.
    pub note: Note,
    /// Of how many.
    pub count: usize,
}

/// How an account stands, as its store tells: in every tab, and after the page was loaded anew.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct AccountStanding {
    /// Its runs, the newest first.
    pub runs: Vec<RunInfo>,
    /// A person has seen what synchronizing it writes: it may run by itself.
    pub approved: bool,
    /// Pairs that rest: undone, left out, or left by a person.
    pub resting: usize,
}

/// What is remembered of a run beside its writes.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RunInfo {
    /// When it began, in ISO 8601.
    #[tsify(type = "string")]
    pub began: Instant,
    /// When it ended, in ISO 8601.
    #[tsify(type = "string")]
    pub ended: Instant,
    /// What began it.
    pub cause: Cause,
    /// How it ended; `unseen`: it waits for a person to see its preview.
    #[tsify(type = "\"done\" | \"unseen\" | \"stopped\" | \"failed\"")]
    pub outcome: &'static str,
    /// Of one that failed, what went wrong: see `EngineError`.
    #[tsify(optional, type = "EngineError[\"code\"]")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The side concerned, if it is one.
    #[tsify(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// Its name in the history; nothing: it wrote nothing.
    #[tsify(optional, type = "string")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Instant>,
    /// What was written to Creatio.
    pub creatio: WriteCounts,
    /// What was written to the mailbox.
    pub exchange: WriteCounts,
    /// Steps left for the next run.
    pub unfinished: usize,
    /// What a person was told without being asked.
    pub notes: Vec<RunNote>,
    /// For how many runs by themselves it stands that had nothing to do.
    pub times: usize,
}

/// A pair that rests.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct RestingPair {
    /// The id of its Activity.
    pub activity: String,
    /// The Activity's title.
    pub title: String,
    /// What it is.
    pub kind: Kind,
}

/// What a run would write, for a person to see before it does.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct Preview {
    /// What is done, item by item.
    pub rows: Vec<PreviewRow>,
    /// What waits for a person.
    pub held: Vec<HeldItem>,
    /// The calendars and lists that the rows name.
    pub containers: Vec<ContainerInfo>,
}

/// What is done with one item or pair.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PreviewRow {
    /// The id of the Activity, which it may get only now: it names the row.
    pub activity: String,
    /// What is done.
    pub change: RowKind,
    /// Where; nothing: on both sides, or only in our memory.
    #[tsify(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// What it is.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// When it is.
    #[tsify(optional)]
    pub when: Option<FieldValue>,
    /// The calendar or list of its event or task, by id.
    pub container: String,
    /// The series that it is an occurrence of.
    #[tsify(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// It goes out, and is an Activity of others.
    pub of_others: bool,
    /// Who gets mail of it.
    pub mailed: Vec<Person>,
    /// The organizer gets the user's answer.
    pub answers: bool,
    /// What is written.
    pub writes: Vec<Write>,
}

/// How a run ended: it wrote, or showed what it would write since nobody has seen that of this
/// account yet.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum RunEnd {
    /// What it came to.
    Report(RunReport),
    /// What it would write.
    Preview(Preview),
}

/// Confirmed writes on one side.
#[derive(Clone, Copy, Debug, Serialize, Tsify)]
pub struct WriteCounts {
    /// Items created.
    pub created: usize,
    /// Items changed.
    pub updated: usize,
    /// Items deleted, or marked as canceled.
    pub deleted: usize,
}

/// Something that a run did not do, and why.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct HeldItem {
    /// Where a person would find it.
    pub side: Side,
    /// Its id.
    #[tsify(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its title; empty where it could not be read.
    pub title: String,
    /// Why: the page has a text for each.
    pub reason: Reason,
    /// What a server or a reader said of it: a code, the path of a member; empty where nobody did.
    pub detail: String,
    /// How many people a yes would mail, as far as is known.
    pub mails: usize,
    /// The fields concerned, with what both sides have in them; none: the whole item.
    pub fields: Vec<HeldField>,
    /// What a person can answer; none where only they themselves can do something about it.
    pub choices: Vec<Saying>,
    /// When it was first held, in ISO 8601.
    #[tsify(type = "string")]
    pub since: Instant,
}

/// What a person says of something held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Saying {
    /// Do it.
    Allow,
    /// Creatio's value.
    Creatio,
    /// The mailbox's value.
    Exchange,
    /// Leave it as it is.
    Leave,
}

/// An answer to something held.
#[derive(Clone, Debug, Deserialize, Serialize, Tsify)]
pub struct Reply {
    /// The side on which it was shown.
    pub side: Side,
    /// Its id.
    pub id: String,
    /// Why it was held.
    pub reason: Reason,
    /// What is said.
    pub choice: Saying,
}

/// One run of the history.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct Run {
    /// When it began, in ISO 8601: its name.
    #[tsify(type = "string")]
    pub run: Instant,
    /// What it wrote, in order.
    pub writes: Vec<Write>,
    /// How many of these writes are taken back.
    pub undone: usize,
    /// It is the undo of another run.
    pub undo: bool,
}

/// One write of the history.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct Write {
    /// The side written to.
    pub side: Side,
    /// What was done.
    #[tsify(type = "\"created\" | \"updated\" | \"canceled\" | \"completed\" | \"reopened\" | \"deleted\"")]
    pub what: &'static str,
    /// The item's title.
    pub title: String,
    /// The fields written, with their values.
    pub fields: Vec<Change>,
}

/// A field before and after a write.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct Change {
    /// Which field.
    pub field: Field,
    /// What was there; nothing for something created.
    #[tsify(optional)]
    pub before: Option<FieldValue>,
    /// What was written; nothing for something deleted.
    #[tsify(optional)]
    pub after: Option<FieldValue>,
}

/// What undoing a run would do, or did.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct UndoPlan {
    /// Writes that are taken back.
    pub back: Vec<Write>,
    /// Writes that stay, and why.
    pub stays: Vec<Stays>,
}

/// A write that is not taken back.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct Stays {
    /// The write.
    pub write: Write,
    /// Why: the page has a text for each.
    pub why: undo::Why,
}

/// How an undo ended.
#[derive(Clone, Copy, Debug, Serialize, Tsify)]
pub struct Undone {
    /// Writes taken back.
    pub done: usize,
    /// Writes that stay.
    pub stays: usize,
}

impl From<Saying> for answer::Choice {
    fn from(from: Saying) -> Self {
        match from {
            Saying::Allow => Self::Allow,
            Saying::Creatio => Self::Take(Side::Creatio),
            Saying::Exchange => Self::Take(Side::Exchange),
            Saying::Leave => Self::Leave,
        }
    }
}

impl From<Reply> for Answer {
    fn from(Reply { side, id, reason, choice }: Reply) -> Self {
        Self { side, id: ItemId::new(id), reason, choice: choice.into() }
    }
}

impl From<answer::Choice> for Saying {
    fn from(from: answer::Choice) -> Self {
        match from {
            answer::Choice::Allow => Self::Allow,
            answer::Choice::Take(Side::Creatio) => Self::Creatio,
            answer::Choice::Take(Side::Exchange) => Self::Exchange,
            answer::Choice::Leave => Self::Leave,
        }
    }
}

/// The entries of a history, run by run, as they come.
#[must_use]
pub fn runs(entries: &[Entry]) -> Vec<Run> {
    let back = history::taken_back(entries);
    entries
        .chunk_by(|a, b| a.run == b.run)
        .filter_map(|entries| {
            let Entry { run, undoes, .. } = entries.first()?;
            Some(Run {
                run: *run,
                writes: entries.iter().map(Write::from).collect(),
                undone: back.get(run).copied().unwrap_or_default(),
                undo: undoes.is_some(),
            })
        })
        .collect()
}

impl From<&Entry> for Write {
    fn from(entry: &Entry) -> Self {
        let record = entry.after.as_ref().or(entry.before.as_ref());
        let what = match entry.what {
            What::Created => "created",
            What::Updated => "updated",
            What::Status(_, Status::Canceled) => "canceled",
            What::Status(_, Status::Completed) => "completed",
            What::Status(..) => "reopened",
            What::Deleted => "deleted",
        };
        let all = || record.map_or_else(Vec::new, |record| record::fields(record.kind()).to_vec());
        let named = if matches!(entry.what, What::Created | What::Deleted) { all() } else { entry.fields.clone() };
        let value = |field: Field, record: Option<&Record>| record.and_then(|record| FieldValue::of(field, record));
        let change = |field: Field| Change {
            field,
            before: value(field, entry.before.as_ref()),
            after: value(field, entry.after.as_ref()),
        };
        let fields = named.into_iter().map(change).filter(|change| change.before != change.after).collect();
        Self { side: entry.side, what, title: record.map_or_else(String::new, |r| r.title().to_owned()), fields }
    }
}

impl From<undo::Undo> for UndoPlan {
    fn from(undo::Undo { steps, refused }: undo::Undo) -> Self {
        Self {
            back: steps.iter().map(|step| Write::from(&step.entry)).collect(),
            stays: refused
                .iter()
                .map(|refused| Stays { write: Write::from(&refused.entry), why: refused.why })
                .collect(),
        }
    }
}

impl From<run::Told> for RunNote {
    fn from(run::Told { note, count }: run::Told) -> Self {
        Self { note, count }
    }
}

impl From<RunRecord> for RunInfo {
    fn from(from: RunRecord) -> Self {
        let RunRecord { began, ended, cause, outcome, name, counts, unfinished, notes, times } = from;
        let (outcome, code, side) = match outcome {
            RunOutcome::Done => ("done", None, None),
            RunOutcome::Unseen => ("unseen", None, None),
            RunOutcome::Stopped => ("stopped", None, None),
            RunOutcome::Failed { code, side } => ("failed", Some(code), side),
        };
        let notes = notes.into_iter().map(RunNote::from).collect();
        let (creatio, exchange) = (counts.creatio.into(), counts.exchange.into());
        Self { began, ended, cause, outcome, code, side, name, creatio, exchange, unfinished, notes, times }
    }
}

impl From<run::Report> for RunReport {
    fn from(run::Report { counts, held, unfinished, notes, resting, stopped, name: _ }: run::Report) -> Self {
        let (malformed, held): (Vec<_>, Vec<_>) = held.into_iter().partition(|one| one.reason == Reason::Malformed);
        let items = |list: Vec<Held>| list.into_iter().map(HeldItem::from).collect();
        let (held, malformed) = (items(held), items(malformed));
        let notes = notes.into_iter().map(RunNote::from).collect();
        let (creatio, exchange) = (counts.creatio.into(), counts.exchange.into());
        Self { creatio, exchange, held, malformed, unfinished, notes, resting, stopped }
    }
}

impl From<run::answer::Resting> for RestingPair {
    fn from(run::answer::Resting { activity, title, kind }: run::answer::Resting) -> Self {
        Self { activity: activity.to_string(), title, kind }
    }
}

impl Preview {
    /// What a person sees of a plan of the mailbox `account`.
    #[must_use]
    pub fn of(from: &run::PreparedRun, account: &str) -> Self {
        Self {
            rows: from.rows().map(|row| PreviewRow::of(from, row)).collect(),
            held: from.plan.held.iter().cloned().map(HeldItem::from).collect(),
            containers: from.containers().iter().map(|one| ContainerInfo::of(one.clone(), account)).collect(),
        }
    }
}

impl PreviewRow {
    fn of(run: &run::PreparedRun, row: Row<'_>) -> Self {
        Self {
            activity: row.activity.to_string(),
            change: row.kind,
            side: row.side,
            kind: row.record.kind(),
            title: row.record.title().to_owned(),
            when: FieldValue::of(Field::When, row.record),
            container: row.container.to_string(),
            series: row.series.map(ItemId::to_string),
            of_others: row.is_of_others,
            answers: row.answers,
            writes: run.entries(&row).iter().map(Write::from).collect(),
            mailed: row.mailed,
        }
    }
}

impl From<run::Counts> for WriteCounts {
    fn from(run::Counts { created, updated, deleted }: run::Counts) -> Self {
        Self { created, updated, deleted }
    }
}

impl From<Held> for HeldItem {
    fn from(from: Held) -> Self {
        let Held { side, id, title, reason, detail, mails, fields, since } = from;
        Self {
            side,
            id: id.as_ref().map(ItemId::to_string),
            title,
            reason,
            detail,
            mails,
            fields,
            choices: answer::choices(reason).iter().map(|choice| Saying::from(*choice)).collect(),
            since,
        }
    }
}

/// A calendar or task list.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct ContainerInfo {
    /// Its id.
    pub id: String,
    /// What it holds.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The mailbox's own: "all" means these.
    pub own: bool,
    /// Somebody else's, shared with the user. What is neither that nor own the mailbox made itself:
    /// birthdays, flagged mail.
    pub shared: bool,
    /// New exports go here.
    pub default: bool,
    /// Items in it can be written.
    pub writable: bool,
    /// Its name says that it is of the user's private life.
    pub personal: bool,
}

impl ContainerInfo {
    /// A container of the mailbox `account`.
    #[must_use]
    pub fn of(from: crate::model::Container, account: &str) -> Self {
        let personal = preview::looks_personal(&from);
        let crate::model::Container { id, kind, name, owner, own, default, writable } = from;
        let is_others = match (kind, owner.as_str()) {
            // of lists no owner is told; those of others can be written, what the mailbox makes
            // itself can't
            (Kind::Task, "") => writable,
            (Kind::Meeting, "") => false,
            (Kind::Meeting | Kind::Task, owner) => !owner.eq_ignore_ascii_case(account),
        };
        Self { id: id.to_string(), kind, name, own, shared: !own && is_others, default, writable, personal }
    }
}

impl From<crate::engine::settings::Settings> for AccountSettings {
    fn from(from: crate::engine::settings::Settings) -> Self {
        Self {
            import_meetings: BlockSettings::of(&from.import_meetings, ContainerId::as_str),
            import_tasks: BlockSettings::of(&from.import_tasks, ContainerId::as_str),
            export: BlockSettings::of(&from.export, GroupId::as_str),
            automatic: from.automatic,
            from: from.from.to_string(),
            advanced: Advanced::of(from.rules, &from.targets),
        }
    }
}

impl AccountSettings {
    /// The engine's settings; `fields` is the map that an administrator set, which the page does
    /// not show.
    ///
    /// # Errors
    /// What is wrong, if `from` is no day.
    pub fn into_engine(self, fields: FieldMap) -> Result<crate::engine::settings::Settings, chrono::ParseError> {
        Ok(crate::engine::settings::Settings {
            import_meetings: self.import_meetings.block(),
            import_tasks: self.import_tasks.block(),
            export: self.export.block(),
            automatic: self.automatic,
            from: self.from.parse::<Day>()?,
            rules: self.advanced.rules(),
            targets: self.advanced.targets(),
            fields,
        })
    }
}

impl Advanced {
    fn of(rules: Rules, targets: &Targets) -> Self {
        let Rules { conflict, creatio_delete, exchange_delete, private, notify, .. } = rules;
        let Rules { only_mine, between, completes, months, series_months, .. } = rules;
        let text = |id: &Option<ContainerId>| id.as_ref().map(|id| id.as_str().to_owned());
        let (calendar, list) = (text(&targets.calendar), text(&targets.list));
        Self {
            conflict,
            creatio_delete,
            exchange_delete,
            private,
            notify,
            only_mine,
            between,
            completes,
            months,
            series_months,
            calendar,
            list,
        }
    }

    fn rules(&self) -> Rules {
        Rules {
            conflict: self.conflict,
            creatio_delete: self.creatio_delete,
            exchange_delete: self.exchange_delete,
            private: self.private,
            notify: self.notify,
            only_mine: self.only_mine,
            between: self.between,
            completes: self.completes,
            months: self.months.clamp(1, MOST_HORIZON_MONTHS),
            series_months: self.series_months.clamp(1, MOST_HORIZON_MONTHS),
        }
    }

    fn targets(&self) -> Targets {
        let id = |text: &Option<String>| text.as_deref().map(ContainerId::from);
        Targets { calendar: id(&self.calendar), list: id(&self.list) }
    }
}

impl BlockSettings {
    fn of<T>(block: &Block<T>, text: impl Fn(&T) -> &str) -> Self {
        let chosen = block.chosen.iter().map(|one| text(one).to_owned()).collect();
        Self { on: block.on, scope: block.scope, chosen }
    }

    fn block<T: for<'a> From<&'a str>>(&self) -> Block<T> {
        let chosen = self.chosen.iter().map(|one| T::from(one.as_str())).collect();
        Block { on: self.on, scope: self.scope, chosen }
    }
}
