//! What an Exchange Server, or something before it, may do to a client (docs/facts/ews.md,
//! "Replies", "Changes", "Codes"), switched on for tests; and how a server that is not Microsoft's
//! differs (docs/facts/ews.md, "Foreign server"). All of it is a function of what was asked before:
//! the same requests give the same replies.

use crate::graph::People;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::num::NonZeroUsize;

/// How the server behaves. The default is a server at its best.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Quirks {
    /// The next requests are refused with `ErrorServerBusy`.
    pub busy: Busy,
    /// What answers in place of EWS.
    pub front: Front,
    /// All sync states are invalid: those that are given out too, as while a mailbox is moved.
    pub invalid_states: bool,
    /// So many states of each folder are known, the oldest are forgotten.
    pub states: Option<NonZeroUsize>,
    /// For so many further calls of `SyncFolderItems` (of a folder, from its beginning or its end)
    /// it shows the folder as it was. `GetItem` and `FindItem` are always current.
    pub stale_reads: usize,
    /// Changes come in an order that says nothing.
    pub shuffled_order: bool,
    /// Changes of one reply, whatever the client asks for.
    pub page_size: Option<NonZeroUsize>,
    /// A first round begins with a reply without changes that isn't the last.
    pub empty_pages: bool,
    /// A round tells again, as updates, what the round before told.
    pub replays: bool,
    /// With each change comes a `ReadFlagChange` of the same item.
    pub read_flags: bool,
    /// Items of one reply of `FindItem` (usually 1000).
    pub find_limit: Option<NonZeroUsize>,
    /// A batch is stopped after so many items: the others get `ErrorBatchProcessingStopped`.
    pub batch: Option<NonZeroUsize>,
    /// Ids of items that can't be read: `ErrorItemCorrupt`, and the rest of their batch is stopped.
    pub corrupt: Vec<String>,
    /// Names of folders that may not be read or written, and that are not listed either.
    pub denied: Vec<String>,
    /// Names of folders that are listed, and may not be read or written all the same: somebody
    /// else's, whose rights were taken back.
    pub locked: Vec<String>,
    /// Names of folders of which every question fails, though they are listed.
    pub broken: Vec<String>,
    /// How a question about a broken folder fails.
    pub breakage: Breakage,
    /// Views that meet one of these spans are refused with `ErrorInternalServerError`.
    pub broken_spans: Vec<BrokenSpan>,
    /// Searches that are refused for good.
    pub refused_searches: Searches,
    /// Every page says that it is not the last.
    pub endless: bool,
    /// Names of folders whose changes are told again and again, each time with a new state.
    pub circling: Vec<String>,
    /// Pages of `FindItem` begin with the first item, wherever they shall begin.
    pub first_pages: bool,
    /// Nothing is deleted by `DeleteItem`, which says `NoError` all the same.
    pub idle_deletes: bool,
    /// What is deleted keeps its id in Deleted Items, where `GetItem` goes on answering for it.
    pub lasting_ids: bool,
    /// Bodies are kept as text: asked for as HTML they come empty.
    pub plain_bodies: bool,
    /// For so many minutes after it was made an event has no UID.
    pub late_uids: u32,
    /// What becomes of values that are written.
    pub stored: Stored,
    /// A `CalendarView` tells of occurrences no more than their ids, times and kind.
    pub skeletal_series: bool,
    /// The mailbox was moved or disabled: `ErrorNonExistentMailbox`.
    pub no_mailbox: bool,
    /// What an answer by `DeclineItem` leaves in the calendar: usually nothing, the meeting goes to
    /// Deleted Items.
    pub declined_stay: bool,
    /// An answer to an invitation deletes the meeting and makes it anew, with another id, as
    /// Microsoft says of the accept, decline and tentative responses of Exchange 2007 and 2010 (EWS
    /// Managed API 2.0, "Responding to meeting invitations").
    pub answers_renew: bool,
    /// What it does with addresses.
    pub people: People,
    /// How the server differs from Microsoft's.
    pub foreign: Foreign,
}

/// How often, and how, the server is busy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Busy {
    /// So many requests.
    pub times: u32,
    /// Milliseconds to wait; absent: not told.
    pub back_off: Option<u64>,
    /// Told by each item in place of a fault.
    pub by_item: bool,
}

/// What stands before EWS, or in its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Front {
    /// EWS itself.
    #[default]
    Open,
    /// A form to sign in, 200 with HTML.
    Form,
    /// The way to a form, 302.
    Redirect,
    /// 403: the policy of the organisation blocks the browser (docs/facts/ews.md, "Browsers").
    Forbidden,
    /// 503 with a page of the web server.
    Unavailable,
    /// Replies end in the middle, though the connection says that they are whole.
    Half,
    /// 401 to everybody, though the password is right (docs/facts/ews.md, "Codes").
    Unauthorized,
}

/// How grommunio's gromox differs (docs/facts/ews.md, "Foreign server"). The default differs in
/// nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Foreign {
    /// A state that it doesn't know begins anew, with creates, in place of an error.
    pub restarts: bool,
    /// Extended properties come twice, with both names of their set.
    pub twice: bool,
    /// Nine digits of a second; days with a time.
    pub digits: bool,
    /// A `CalendarView` tells series by their masters, and only where the first occurrence lies in
    /// it.
    pub unexpanded: bool,
    /// Change keys are not looked at.
    pub unlocked: bool,
    /// A change of an occurrence shows in no sync.
    pub silent: bool,
    /// The text of an error is empty.
    pub wordless: bool,
    /// `MyResponseType` and `IsOrganizer` are missing.
    pub vague: bool,
}

/// How a question about a broken folder fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Breakage {
    /// Its message says `ErrorInternalServerError`; other folders of the request are answered.
    #[default]
    Message,
    /// A fault with that code answers the whole request.
    Fault,
    /// 500 with a page of the web server answers the whole request.
    Page,
    /// 504 of something before the server answers the whole request: it never came to an end.
    Timeout,
}

/// A span of time of which no view can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokenSpan {
    /// From when on.
    pub from: DateTime<Utc>,
    /// Up to when.
    pub to: DateTime<Utc>,
}

/// Searches by `FindItem` that are refused for good with `ErrorInvalidRestriction`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Searches {
    /// None.
    #[default]
    Open,
    /// Those that compare a property of type `Binary` (docs/facts/ews.md, "Searches").
    Binary,
    /// Those with any restriction.
    Restricted,
    /// Everything but views of a calendar.
    All,
}

/// How values are changed while they are stored. The reply to the write tells nothing of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Stored {
    /// Subjects and places are cut at 255 characters, of which the last is "…".
    pub cut: bool,
    /// The wall times of an event are kept, and their zone is said to be UTC.
    pub utc: bool,
    /// Reminders are off.
    pub no_reminder: bool,
    /// A line is added to bodies.
    pub footer: bool,
    /// Importance is normal.
    pub plain_importance: bool,
    /// Something is set before subjects.
    pub subject: bool,
    /// Places are written in capitals.
    pub place: bool,
    /// Entities in subjects are decoded.
    pub entities: bool,
    /// Updates are taken with `NoError`, and change nothing.
    pub keeps_old: bool,
}
