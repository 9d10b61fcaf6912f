//! What crosses to JavaScript, as plain objects with types in TypeScript. The names are JavaScript's; nothing here has behaviour.
#![cfg(target_arch = "wasm32")]

use crate::creatio::MailKind;
use crate::engine::link::{Held, Reason};
use crate::engine::settings::{Block, Extent, Rules};
use crate::model::{ContainerId, Day, GroupId, Instant, ItemId, Kind, Side};
use crate::ports::{Phase, Progress};
use crate::run;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// The page that the engine runs in: whose Creatio, which user.
#[derive(Clone, Debug, Deserialize, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    /// The Creatio installation; a copied database, a reset sandbox have another. Names the local store.
    pub instance: String,
    /// Absolute address of Creatio's workspace, without a slash at the end: `https://crm.example/0`.
    pub base: String,
    /// Absolute address of Graph with its version: `https://graph.microsoft.com/v1.0`.
    pub graph: String,
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
pub struct Settings {
    /// Import meetings; the choice is of calendars, by id.
    pub import_meetings: Choice,
    /// Import tasks; the choice is of task lists, by id.
    pub import_tasks: Choice,
    /// Export activities; the choice is of groups, by id.
    pub export: Choice,
    /// Run by itself.
    pub automatic: bool,
    /// Items that end before this day are left alone: `2026-11-30`.
    pub from: String,
}

/// One block of the settings.
#[derive(Clone, Debug, Deserialize, Serialize, Tsify)]
pub struct Choice {
    /// The switch.
    pub on: bool,
    /// All, or those chosen.
    #[tsify(type = "\"all\" | \"chosen\"")]
    pub scope: Extent,
    /// The chosen ones, by id. Kept while the block is off.
    pub chosen: Vec<String>,
}

/// How far a run is.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct SyncEvent {
    /// What it is doing.
    #[tsify(type = "\"reading\" | \"planning\" | \"writing\"")]
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
pub struct Account {
    /// The address, which names the account everywhere.
    pub address: String,
    /// What serves it.
    #[tsify(type = "\"microsoft365\" | \"exchange\"")]
    pub kind: &'static str,
    /// Several users share it.
    pub shared: bool,
    /// Creatio's built-in sync of activities is on for it.
    pub built_in: bool,
}

impl Account {
    /// An account as Creatio knows it; `None` if it holds no calendar.
    #[must_use]
    pub fn of(from: &crate::creatio::MailAccount) -> Option<Self> {
        let kind = match from.kind {
            MailKind::Microsoft365 => "microsoft365",
            MailKind::Exchange => "exchange",
            MailKind::Imap => return None,
        };
        Some(Self { address: from.address.as_str().to_owned(), kind, shared: from.shared, built_in: from.built_in })
    }
}

/// A group of activities.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct Group {
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

impl From<crate::creatio::Group> for Group {
    fn from(crate::creatio::Group { id, name, parent, dynamic }: crate::creatio::Group) -> Self {
        Self { id: id.to_string(), name, parent: parent.as_ref().map(GroupId::to_string), dynamic }
    }
}

/// What a run came to.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct Report {
    /// What was written to Creatio.
    pub creatio: Counts,
    /// What was written to the mailbox.
    pub exchange: Counts,
    /// What waits for a person, from earlier runs too; without what could not be understood.
    pub held: Vec<HeldItem>,
    /// What could not be understood.
    pub malformed: Vec<HeldItem>,
    /// Steps that were not finished; the next run does.
    pub unfinished: usize,
}

/// Confirmed writes on one side.
#[derive(Clone, Copy, Debug, Serialize, Tsify)]
pub struct Counts {
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
    #[tsify(type = "\"creatio\" | \"exchange\"")]
    pub side: Side,
    /// Its id.
    #[tsify(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its title; empty where it could not be read.
    pub title: String,
    /// Why: the page has a text for each.
    pub reason: WhyHeld,
    /// More about it: the server's code, the path of a member.
    pub detail: String,
    /// When it was first held, in ISO 8601.
    #[tsify(type = "string")]
    pub since: Instant,
}

/// Why something is held, as TypeScript's type: a reason without a text is then an error of the page's build.
#[derive(Clone, Copy, Debug, Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // each is the engine's Reason of the same name
pub enum WhyHeld {
    Malformed,
    Rejected,
    Clash,
    Ambiguous,
    WouldMail,
    NotInvited,
    ManyOfOthers,
    RichBody,
    Process,
    DeleteAsked,
    ConvertAsked,
    NotRevived,
    ManyDeletions,
    ManyMoves,
    SideEmpty,
    Group,
    NoTarget,
}

impl From<Reason> for WhyHeld {
    fn from(from: Reason) -> Self {
        match from {
            Reason::Malformed => Self::Malformed,
            Reason::Rejected => Self::Rejected,
            Reason::Clash => Self::Clash,
            Reason::Ambiguous => Self::Ambiguous,
            Reason::WouldMail => Self::WouldMail,
            Reason::NotInvited => Self::NotInvited,
            Reason::ManyOfOthers => Self::ManyOfOthers,
            Reason::RichBody => Self::RichBody,
            Reason::Process => Self::Process,
            Reason::DeleteAsked => Self::DeleteAsked,
            Reason::ConvertAsked => Self::ConvertAsked,
            Reason::NotRevived => Self::NotRevived,
            Reason::ManyDeletions => Self::ManyDeletions,
            Reason::ManyMoves => Self::ManyMoves,
            Reason::SideEmpty => Self::SideEmpty,
            Reason::Group => Self::Group,
            Reason::NoTarget => Self::NoTarget,
        }
    }
}

impl From<run::Report> for Report {
    fn from(run::Report { counts, held, unfinished }: run::Report) -> Self {
        let (malformed, held): (Vec<_>, Vec<_>) = held.into_iter().partition(|one| one.reason == Reason::Malformed);
        let items = |list: Vec<Held>| list.into_iter().map(HeldItem::from).collect();
        let (held, malformed) = (items(held), items(malformed));
        Self { creatio: counts.creatio.into(), exchange: counts.exchange.into(), held, malformed, unfinished }
    }
}

impl From<run::Counts> for Counts {
    fn from(run::Counts { created, updated, deleted }: run::Counts) -> Self {
        Self { created, updated, deleted }
    }
}

impl From<Held> for HeldItem {
    fn from(from: Held) -> Self {
        let Held { side, id, title, reason, detail, fields: _, since } = from;
        Self { side, id: id.as_ref().map(ItemId::to_string), title, reason: reason.into(), detail, since }
    }
}

/// A calendar or task list.
#[derive(Clone, Debug, Serialize, Tsify)]
pub struct Container {
    /// Its id.
    pub id: String,
    /// What it holds.
    #[tsify(type = "\"meeting\" | \"task\"")]
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The mailbox's own: "all" means these.
    pub own: bool,
    /// New exports go here.
    pub default: bool,
    /// Items in it can be written.
    pub writable: bool,
}

impl From<crate::model::Container> for Container {
    fn from(from: crate::model::Container) -> Self {
        let crate::model::Container { id, kind, name, own, default, writable } = from;
        Self { id: id.to_string(), kind, name, own, default, writable }
    }
}

impl From<crate::engine::settings::Settings> for Settings {
    fn from(from: crate::engine::settings::Settings) -> Self {
        Self {
            import_meetings: Choice::of(&from.import_meetings, ContainerId::as_str),
            import_tasks: Choice::of(&from.import_tasks, ContainerId::as_str),
            export: Choice::of(&from.export, GroupId::as_str),
            automatic: from.automatic,
            from: from.from.to_string(),
        }
    }
}

impl Settings {
    /// The engine's settings; `rules` are those that the page does not show.
    ///
    /// # Errors
    /// What is wrong, if `from` is no day.
    pub fn into_engine(self, rules: Rules) -> Result<crate::engine::settings::Settings, chrono::ParseError> {
        Ok(crate::engine::settings::Settings {
            import_meetings: self.import_meetings.block(),
            import_tasks: self.import_tasks.block(),
            export: self.export.block(),
            automatic: self.automatic,
            from: self.from.parse::<Day>()?,
            rules,
        })
    }
}

impl Choice {
    fn of<T>(block: &Block<T>, text: impl Fn(&T) -> &str) -> Self {
        let chosen = block.chosen.iter().map(|one| text(one).to_owned()).collect();
        Self { on: block.on, scope: block.scope, chosen }
    }

    fn block<T: for<'a> From<&'a str>>(&self) -> Block<T> {
        let chosen = self.chosen.iter().map(|one| T::from(one.as_str())).collect();
        Block { on: self.on, scope: self.scope, chosen }
    }
}
