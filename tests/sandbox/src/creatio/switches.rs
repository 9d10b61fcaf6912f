//! How an installation differs from a plain one: `POST /sandbox/creatio`. Switches are data here;
//! who has to heed one asks.

use super::data_service::system::SystemSetting;
use super::rewrites::{self, Rewrites};
use super::schema::Entity;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What is to be set. What is not named stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Switches {
    /// Activities and Contacts that rights hide.
    pub hidden: Option<Hidden>,
    /// Entities of which rights hide every row: a user who lost them gets 200 with nothing
    /// (docs/facts/creatio.md, "Access").
    pub emptied: Option<BTreeSet<String>>,
    /// Properties whose values rights hide: they read as empty.
    pub masked: Option<BTreeSet<String>>,
    /// What the site runs on.
    pub host: Option<Host>,
    /// What OData's times mean.
    pub clock: Option<Clocks>,
    /// Whether users have the system operation `CanUseODataService` (docs/facts/creatio.md,
    /// "Access").
    pub odata: Option<Access>,
    /// Whether the DataService answers.
    #[serde(rename = "dataservice")]
    pub data_service: Option<Access>,
    /// Entity sets that OData does not reach (`DisableODataSystemTablesAccess`).
    pub blocked: Option<BTreeSet<String>>,
    /// Columns that this installation does not have, by entity.
    pub without: Option<BTreeMap<String, BTreeSet<String>>>,
    /// The version, `8.1.3`: before 8.1 errors say nothing, before 7.16.1 a batch is
    /// `multipart/mixed` only (docs/facts/creatio.md, "Batches", "Errors").
    pub version: Option<String>,
    /// What became of all sessions.
    pub session: Option<Session>,
    /// `MaxMemoryUsageToGetDataViaEntityCollection`: a page of more bytes is refused
    /// (docs/facts/creatio.md, "Queries"); 0: no limit.
    pub memory: Option<usize>,
    /// Rows per page before a `@odata.nextLink` comes; 0: none comes.
    pub page: Option<usize>,
    /// The system settings that there are, by code; the package brings `ScheduleSyncSettings` and
    /// `ScheduleSyncPolicy`.
    pub settings: Option<BTreeMap<String, SystemSetting>>,
    /// What the installation makes of values that a save through a service brings, though it
    /// answers success.
    pub rewrites: Option<Rewrites>,
    /// Entity sets for which every request fails with 500.
    pub failing: Option<BTreeSet<String>>,
    /// Entity sets of which OData answers an error's page (500); in a `$batch` the page stands raw,
    /// so that the envelope is no JSON.
    pub raw: Option<BTreeSet<String>>,
    /// Whether pages end.
    pub pages: Option<Pages>,
    /// Reads are answered by a copy of the database that is so many seconds behind; 0: by the
    /// database itself.
    pub stale: Option<u32>,
}

/// Whether and how the pages of a collection end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pages {
    /// They do.
    #[default]
    Finite,
    /// Each has a link to itself.
    Same,
    /// Each has a new link to the same rows.
    New,
}

/// Rows by id, and from whom they are hidden.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Hidden {
    /// From everybody.
    All(BTreeSet<Uuid>),
    /// From the users of these names.
    From(BTreeMap<String, BTreeSet<Uuid>>),
}

impl Default for Hidden {
    fn default() -> Self {
        Self::All(BTreeSet::new())
    }
}

/// What the site runs on: it decides the workspace's base path (docs/facts/creatio.md,
/// "Addresses").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Host {
    /// .NET Framework: `/0`.
    #[default]
    Framework,
    /// .NET: no prefix.
    Net,
}

impl Host {
    /// The base path of the workspace.
    #[must_use]
    pub const fn base(self) -> &'static str {
        match self {
            Self::Framework => "/0",
            Self::Net => "",
        }
    }
}

/// Whether something may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// It may.
    #[default]
    Allowed,
    /// It may not.
    Forbidden,
    /// Of the DataService: it may be read by, and not written.
    Readonly,
}

/// What a time that ends with `Z` means (docs/facts/creatio.md, "Clocks").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// UTC.
    #[default]
    Utc,
    /// The wall clock of the user's profile.
    Local,
}

/// [`Clock`] for each direction, or one for all.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub enum Clocks {
    /// Everywhere the same.
    All(Clock),
    /// One for each direction.
    Each {
        /// In replies.
        read: Clock,
        /// In `$filter`.
        filter: Clock,
        /// In bodies.
        write: Clock,
    },
}

impl Default for Clocks {
    fn default() -> Self {
        Self::All(Clock::Utc)
    }
}

impl Clocks {
    /// In replies, in filters, in bodies.
    pub(crate) const fn each(self) -> [Clock; 3] {
        match self {
            Self::All(clock) => [clock; 3],
            Self::Each { read, filter, write } => [read, filter, write],
        }
    }
}

/// What became of all sessions: the four shapes in which a lost one shows (docs/facts/creatio.md,
/// "Sessions").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Session {
    /// They are good.
    #[default]
    Kept,
    /// 401.
    Unauthorized,
    /// A redirect to the log-in page.
    Redirect,
    /// The log-in page with 200.
    Html,
    /// JSON with 200 that says so.
    Json,
}

/// The switches as they stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Switched {
    pub(crate) hidden: Hidden,
    pub(crate) emptied: BTreeSet<String>,
    masked: BTreeSet<String>,
    pub(crate) host: Host,
    pub(crate) clocks: Clocks,
    pub(crate) odata: Access,
    pub(crate) data_service: Access,
    pub(crate) blocked: BTreeSet<String>,
    without: BTreeMap<String, BTreeSet<String>>,
    version: String,
    pub(crate) session: Session,
    pub(crate) memory: usize,
    pub(crate) page: usize,
    pub(crate) settings: BTreeMap<String, SystemSetting>,
    pub(crate) rewrites: Rewrites,
    pub(crate) failing: BTreeSet<String>,
    pub(crate) raw: BTreeSet<String>,
    pub(crate) pages: Pages,
    pub(crate) stale: u32,
}

impl Switched {
    /// Sets what `switches` names.
    ///
    /// # Errors
    /// An entity or a version that isn't one.
    pub(crate) fn set(&mut self, switches: Switches) -> Result<(), String> {
        let tables = switches
            .blocked
            .iter()
            .chain(&switches.emptied)
            .chain(&switches.failing)
            .chain(&switches.raw)
            .flatten()
            .chain(switches.without.iter().flat_map(BTreeMap::keys));
        if let Some(name) = tables.into_iter().find(|name| Entity::named(name).is_none()) {
            return Err(format!("there is no entity {name}"));
        }
        if let Some(text) = switches.version.as_ref().filter(|text| parsed(text).is_none()) {
            return Err(format!("'{text}' is no version"));
        }
        if let Some(why) = switches.rewrites.as_ref().and_then(rewrites::misnamed) {
            return Err(why);
        }
        let Switches { hidden, host, clock, odata, data_service, blocked, without, version, .. } = switches;
        let Switches { session, memory, page, settings, emptied, masked, rewrites, failing, raw, pages, stale, .. } =
            switches;
        put(&mut self.rewrites, rewrites);
        put(&mut self.failing, failing);
        put(&mut self.raw, raw);
        put(&mut self.pages, pages);
        put(&mut self.stale, stale);
        put(&mut self.emptied, emptied);
        put(&mut self.masked, masked);
        put(&mut self.hidden, hidden);
        put(&mut self.host, host);
        put(&mut self.clocks, clock);
        put(&mut self.odata, odata);
        put(&mut self.data_service, data_service);
        put(&mut self.blocked, blocked);
        put(&mut self.without, without);
        put(&mut self.version, version);
        put(&mut self.session, session);
        put(&mut self.memory, memory);
        put(&mut self.page, page);
        put(&mut self.settings, settings);
        Ok(())
    }

    /// What a user does not see.
    pub(crate) fn hidden_from(&self, user: &str) -> Vec<Uuid> {
        let ids = match &self.hidden {
            Hidden::All(ids) => Some(ids),
            Hidden::From(users) => users.get(user),
        };
        ids.into_iter().flatten().copied().collect()
    }

    /// A reply without the values that rights hide.
    pub(crate) fn mask(&self, body: &mut Json) {
        match body {
            Json::Array(values) => values.iter_mut().for_each(|value| self.mask(value)),
            Json::Object(members) => {
                for (name, value) in members.iter_mut() {
                    if let (Json::String(text), true) = (&mut *value, self.masked.contains(name)) {
                        text.clear();
                    }
                    self.mask(value);
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }

    /// Whether the installation lacks a column.
    pub(crate) fn lacks(&self, entity: &str, column: &str) -> bool {
        self.without.get(entity).is_some_and(|columns| columns.contains(column))
    }

    /// Whether the version is older than this one.
    pub(crate) fn older_than(&self, version: [u32; 3]) -> bool {
        parsed(&self.version).is_some_and(|own| own < version)
    }
}

fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn parsed(text: &str) -> Option<[u32; 3]> {
    let mut parts = text.split('.').map(str::parse::<u32>);
    let mut next = || parts.next().unwrap_or(Ok(0)).ok();
    Some([next()?, next()?, next()?])
}
