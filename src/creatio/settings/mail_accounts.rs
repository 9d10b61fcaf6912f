//! What the settings page needs to know of Creatio: mail accounts, and the built-in sync's settings
//! as first values. All of it is only read (docs/rules.md, "Settings"), and no column with a
//! password or token is ever selected.

use crate::creatio::activity::wire::{MailboxSettingsRow, Meaning, Stamp};
use crate::creatio::client::query::{Condition, Query};
use crate::creatio::client::rows::understood;
use crate::creatio::{Creatio, SIDE};
use crate::engine::settings::{Block, Extent, Settings};
use crate::error::{Error, Result};
use crate::json::{self, NotUnderstood, understand};
use crate::model::{Address, ContainerId, Day, GroupId, Instant};
use crate::ports::{Clock, Credentials, Http};
use chrono::Duration;
use serde::Deserialize;

/// `MailServer` Office 365 (docs/facts/creatio.md, "Lookups").
const SERVER_OFFICE_365: &str = "4bde7ec8-061f-46a3-ab24-49f5ec9cce8b";
/// `MailServerType` Exchange.
const SERVER_TYPE_EXCHANGE: &str = "3490bd45-4f4d-4613-aa06-454546f3342a";

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

/// What the user had set for the built-in sync (docs/facts/creatio.md, "Built-in settings"); lists
/// are its JSON texts.
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

/// One entry of a list as the server writes it; other members don't matter (docs/facts/creatio.md,
/// "Built-in settings").
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BuiltInSetting {
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    id: Option<String>,
}

impl FirstSettings {
    /// The same as our settings. Running by itself is not taken over: the built-in sync may still
    /// do so. A list that can't be read is an empty choice, which means nothing.
    #[must_use]
    pub fn settings(&self, today: Day) -> Settings {
        let block = |on, from| (on, if from { Extent::Chosen } else { Extent::All });
        let containers = |(on, scope), list: &Option<String>| Block {
            on,
            scope,
            chosen: entries(list.as_deref()).filter_map(|entry| graph_id(&entry.path?).map(ContainerId::new)).collect(),
        };
        let groups = |(on, scope), list: &Option<String>| {
            let group = |entry: BuiltInSetting| uuid::Uuid::parse_str(&entry.id.or(entry.path)?).ok();
            let chosen = entries(list.as_deref()).filter_map(group).map(|id| GroupId::new(id.to_string())).collect();
            Block { on, scope, chosen }
        };
        let first = Settings::first(today);
        Settings {
            import_meetings: containers(
                block(self.import_appointments, self.imp_appointments_from_calendars),
                &self.import_appointments_calendars,
            ),
            import_tasks: containers(
                block(self.import_tasks, self.import_tasks_from_folders),
                &self.import_tasks_folders,
            ),
            export: groups(
                block(self.export_activities, self.export_activities_from_groups),
                &self.export_activities_groups,
            ),
            // a date without time is midnight of some zone: its noon lies in that day in all of
            // them
            from: self.import_activities_from.map_or(first.from, |at| (at + Duration::hours(12)).date_naive()),
            ..first
        }
    }
}

fn entries(list: Option<&str>) -> impl Iterator<Item = BuiltInSetting> {
    json::parse::<Vec<BuiltInSetting>>(list.unwrap_or_default().as_bytes()).unwrap_or_default().into_iter()
}

/// The id that Graph gives the folder with this EWS id: the same, in the URL's alphabet of base64.
/// A folder that Graph does not have under it is not read, and its box is not ticked: the user is
/// asked again.
fn graph_id(ews: &str) -> Option<String> {
    let is_id = !ews.is_empty() && ews.chars().all(|c| c.is_ascii_alphanumeric() || "+/=-_".contains(c));
    is_id.then(|| ews.replace('/', "-").replace('+', "_"))
}

fn date<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Instant>, D::Error> {
    Ok(Stamp::deserialize(deserializer)?.at)
}

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// The user's own mail accounts.
    ///
    /// # Errors
    /// What stops a run.
    pub async fn accounts(&self) -> Result<Vec<MailAccount>> {
        let mine = Condition::row("SysAdminUnit.Contact", &self.site.contact);
        let select = "Id,MailServerId,SenderEmailAddress,IsShared,ExchangeAutoSyncActivity";
        let mailboxes = Query { set: "MailboxSyncSettings", select, filter: mine, ..Query::default() };
        let servers = Query { set: "MailServer", select: "Id,TypeId", ..Query::default() };
        let [mailboxes, servers] = self.ask([vec![mailboxes], vec![servers]]).await?;
        let servers = understood::<Meaning>(servers, "Id", "MailServer.").0;
        let kind = |id: Option<&str>| {
            let server = servers.iter().find(|server| server.id.as_str() == id);
            match server.and_then(|server| server.type_id.as_str()) {
                _ if id == Some(SERVER_OFFICE_365) => MailKind::Microsoft365,
                Some(SERVER_TYPE_EXCHANGE) => MailKind::Exchange,
                Some(_) | None => MailKind::Imap,
            }
        };
        let mailboxes = understood::<MailboxSettingsRow>(mailboxes, "Id", "MailboxSyncSettings.").0;
        let account = |row: MailboxSettingsRow| {
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
        let filter = Condition::row("MailboxSyncSettings", id);
        let select = "ImportAppointments,ImportAppointmentsAll,ImpAppointmentsFromCalendars,ImportAppointmentsCalendars,\
            ImportTasks,ImportTasksAll,ImportTasksFromFolders,ImportTasksFolders,ExportActivities,ExportActivitiesAll,\
            ExportActivitiesFromGroups,ExportActivitiesGroups,ImportActivitiesFrom";
        let query = Query { set: "ActivitySyncSettings", select, filter, top: 1, ..Query::default() };
        let [rows] = self.ask([vec![query]]).await?;
        let unreadable = |reason: NotUnderstood| Error::Unreadable { side: SIDE, detail: reason.to_string() };
        rows.first().map(|row| understand(row).map_err(unreadable)).transpose()
    }
}
