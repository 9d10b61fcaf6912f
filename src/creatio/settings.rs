//! What the settings page needs to know of Creatio: mail accounts, and the built-in sync's settings as first values. All of it is
//! only read (rules, "Settings"), and no column with a password or token is ever selected.

use super::query::Query;
use super::read::understood;
use super::stock::{SERVER_OFFICE_365, SERVER_TYPE_EXCHANGE};
use super::wire::{Mailbox, Meaning, Stamp};
use super::{Creatio, SIDE};
use crate::error::{Error, Result};
use crate::http::odata::understand;
use crate::model::{Address, Instant};
use crate::ports::{Clock, Http, Keys};
use serde::Deserialize;

/// A mail account of the user in Creatio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAccount {
    /// The id of its `MailboxSyncSettings`.
    pub id: String,
    /// Its address.
    pub address: Address,
    /// What serves it.
    pub kind: MailKind,
    /// Several users share it.
    pub shared: bool,
    /// The built-in sync of activities is on for it.
    pub built_in: bool,
}

/// What serves a mail account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKind {
    /// Microsoft 365.
    Microsoft365,
    /// An Exchange Server.
    Exchange,
    /// Anything else: mail only.
    Imap,
}

/// What the user had set for the built-in sync (creatio.md §2.5); lists are its JSON texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FirstSettings {
    /// Import meetings.
    pub import_appointments: bool,
    /// All of them.
    pub import_appointments_all: bool,
    /// Those of chosen calendars.
    pub imp_appointments_from_calendars: bool,
    /// The chosen calendars.
    pub import_appointments_calendars: Option<String>,
    /// Import tasks.
    pub import_tasks: bool,
    /// All of them.
    pub import_tasks_all: bool,
    /// Those of chosen folders.
    pub import_tasks_from_folders: bool,
    /// The chosen folders.
    pub import_tasks_folders: Option<String>,
    /// Export activities.
    pub export_activities: bool,
    /// All of them.
    pub export_activities_all: bool,
    /// Those of chosen groups.
    pub export_activities_from_groups: bool,
    /// The chosen groups.
    pub export_activities_groups: Option<String>,
    /// The date from which on activities are imported.
    #[serde(deserialize_with = "date")]
    pub import_activities_from: Option<Instant>,
}

fn date<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Instant>, D::Error> {
    Ok(Stamp::deserialize(deserializer)?.at)
}

impl<P: Http + Clock + Keys> Creatio<P> {
    /// The user's own mail accounts.
    ///
    /// # Errors
    /// What stops a run.
    pub async fn accounts(&self) -> Result<Vec<MailAccount>> {
        let mine = format!("SysAdminUnit/Contact/Id eq {}", self.site.contact);
        let select = "Id,MailServerId,SenderEmailAddress,IsShared,ExchangeAutoSyncActivity";
        let mailboxes = Query { set: "MailboxSyncSettings", select, filter: &mine, ..Query::default() };
        let servers = Query { set: "MailServer", select: "Id,TypeId", ..Query::default() };
        let [mailboxes, servers] = self.ask([vec![mailboxes.call()], vec![servers.call()]]).await?;
        let servers = understood::<Meaning>(servers, "Id", "MailServer.").0;
        let kind = |id: Option<&str>| {
            let server = servers.iter().find(|server| server.id.as_str() == id);
            match server.and_then(|server| server.type_id.as_str()) {
                _ if id == Some(SERVER_OFFICE_365) => MailKind::Microsoft365,
                Some(SERVER_TYPE_EXCHANGE) => MailKind::Exchange,
                Some(_) | None => MailKind::Imap,
            }
        };
        let mailboxes = understood::<Mailbox>(mailboxes, "Id", "MailboxSyncSettings.").0;
        let account = |row: Mailbox| {
            Some(MailAccount {
                kind: kind(row.mail_server_id.as_str()),
                id: row.id.0?,
                address: Address::parse(&row.sender_email_address)?,
                shared: row.is_shared,
                built_in: row.exchange_auto_sync_activity,
            })
        };
        Ok(mailboxes.into_iter().filter_map(account).collect())
    }

    /// What the user had set for the built-in sync of the mail account `id`, if anything.
    ///
    /// # Errors
    /// What stops a run.
    pub async fn first_settings(&self, id: &str) -> Result<Option<FirstSettings>> {
        let filter = format!("MailboxSyncSettings/Id eq {id}");
        let select = "ImportAppointments,ImportAppointmentsAll,ImpAppointmentsFromCalendars,ImportAppointmentsCalendars,\
            ImportTasks,ImportTasksAll,ImportTasksFromFolders,ImportTasksFolders,ExportActivities,ExportActivitiesAll,\
            ExportActivitiesFromGroups,ExportActivitiesGroups,ImportActivitiesFrom";
        let query = Query { set: "ActivitySyncSettings", select, filter: &filter, top: 1, ..Query::default() };
        let [rows] = self.ask([vec![query.call()]]).await?;
        let unreadable = |detail| Error::Unreadable { side: SIDE, detail };
        rows.into_iter().next().map(|row| understand(row).map_err(unreadable)).transpose()
    }
}
