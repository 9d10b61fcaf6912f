//! The administrator's policy: the system setting [`CODE`], JSON as `docs/policy.schema.json` has
//! it. It sets defaults for what a user has not saved yet, fixes values whatever the user saved,
//! and says which way each field goes. Pure.
//!
//! A policy is laid over the settings as JSON, so every member of [`Settings`] can have a default
//! and a lock without being named here; what `Settings` doesn't know, or can't take, is a fault
//! with its path. The price: `Settings` must say all its members when it is serialised.

use crate::creatio::client::access::ServiceSetting;
use crate::creatio::client::installation::Overrides;
use crate::engine::settings::Settings;
use crate::error::{Error, Result};
use crate::json::{self, understand};
use crate::model::Day;
use chrono::Days;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The code of the system setting, which the package brings.
pub const CODE: &str = "ScheduleSyncPolicy";

impl Moved {
    /// The name of the installation at `address`: its own, or the one that it had before.
    #[must_use]
    pub fn name<'a>(moved: Option<&'a Self>, address: &'a str) -> &'a str {
        let bare = |address: &str| address.trim_end_matches('/').to_lowercase();
        moved
            .filter(|moved| bare(&moved.address) == bare(address))
            .map_or(address, |moved| moved.was.trim_end_matches('/'))
    }
}

type Object = Map<String, Value>;

/// A policy that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    defaults: Object,
    locks: Object,
    clock: Overrides,
    connection: ServiceSetting,
    site: Option<Moved>,
}

/// An installation that has moved to another address: what was synchronised before goes on under
/// the identity that it had. A copy of its database, which has the same policy, has another address
/// and stays a stranger.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// The address that it has now, as the browser names it: `https://crm.example`.
    pub address: String,
    /// The address under which it was synchronised first.
    pub was: String,
}

/// The member that says how many days before today syncing begins, where a date would age.
const DAYS_BACK: &str = "daysBack";

impl Policy {
    /// Reads a policy; an empty text is none. `today` is the user's.
    ///
    /// # Errors
    /// `Settings`, with the path of the first fault.
    pub fn read(text: &str, today: Day) -> Result<Self> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let fault = |reason: &str| Error::Settings(format!("{CODE}: {reason}"));
        let whole: Value = serde_json::from_slice(text.as_bytes())
            .map_err(|error| fault(&format!("no JSON, line {}", error.line())))?;
        let Value::Object(mut whole) = whole else { return Err(fault("expected an object")) };
        let mut part = |name: &str| match whole.remove(name) {
            None => Ok(Object::new()),
            Some(Value::Object(part)) => Ok(part),
            Some(_) => Err(fault(&format!("{name}: expected an object"))),
        };
        let (defaults, mut locks, fields) = (part("defaults")?, part("locks")?, part("fields")?);
        let clock = understand(&Value::Object(part("clock")?)).map_err(|reason| fault(&format!("clock.{reason}")))?;
        let connection =
            understand(&Value::Object(part("connection")?)).map_err(|reason| fault(&format!("connection.{reason}")))?;
        let site = part("site")?;
        let site = (!site.is_empty()).then(|| understand::<Moved>(&Value::Object(site)));
        let site = site.transpose().map_err(|reason| fault(&format!("site.{reason}")))?;
        match whole.remove("version") {
            Some(version) if version != 1 => return Err(fault("version: expected 1")),
            Some(_) | None => {}
        }
        // the address of the schema, by which an editor helps
        whole.remove("$schema");
        if let Some(name) = whole.keys().next() {
            return Err(fault(&format!("{name}: no such member")));
        }
        if !fields.is_empty() && locks.insert("fields".to_owned(), Value::Object(fields)).is_some() {
            return Err(fault("locks.fields: set by fields already"));
        }
        let mut policy = Self { defaults, locks, clock, connection, site };
        let first = Settings::first(today);
        for (name, part) in [("defaults", &mut policy.defaults), ("locks", &mut policy.locks)] {
            dated(part, today).map_err(|reason| fault(&format!("{name}.{reason}")))?;
            laid(&first, part).map_err(|reason| fault(&format!("{name}.{reason}")))?;
        }
        Ok(policy)
    }

    /// What it says of the installation's times, where a probe would not find it out.
    #[must_use]
    pub const fn clock(&self) -> Overrides {
        self.clock
    }

    /// What it says of how the installation is reached, where a probe would not find it out.
    #[must_use]
    pub const fn connection(&self) -> ServiceSetting {
        self.connection
    }

    /// Where the installation was before it moved, if it says so.
    #[must_use]
    pub const fn moved(&self) -> Option<&Moved> {
        self.site.as_ref()
    }

    /// The settings of a user who has saved none: `first`, with the policy's defaults.
    #[must_use]
    pub fn begin(&self, first: &Settings) -> Settings {
        laid(first, &self.defaults).unwrap_or_else(|_| first.clone())
    }

    /// `settings` with what the policy fixes.
    #[must_use]
    pub fn fix(&self, settings: &Settings) -> Settings {
        laid(settings, &self.locks).unwrap_or_else(|_| settings.clone())
    }

    /// `saved`, but with the user's `own` value wherever this fixes one.
    #[must_use]
    pub fn keep(&self, saved: &Settings, own: &Settings) -> Settings {
        let (Ok(mut whole), Ok(own_whole)) = (json::value_of(saved), json::value_of(own)) else {
            return saved.clone();
        };
        for path in self.locked() {
            let at = format!("/{}", path.replace('.', "/"));
            if let (Some(slot), Some(value)) = (whole.pointer_mut(&at), own_whole.pointer(&at)) {
                slot.clone_from(value);
            }
        }
        understand(&whole).unwrap_or_else(|_| saved.clone())
    }

    /// The paths of what the policy fixes: `automatic`, `importMeetings.on`.
    #[must_use]
    pub fn locked(&self) -> Vec<String> {
        let mut paths = Vec::new();
        leaves("", &self.locks, &mut paths);
        paths
    }
}

fn leaves(at: &str, part: &Object, paths: &mut Vec<String>) {
    for (name, value) in part {
        match value {
            Value::Object(inner) => leaves(&format!("{at}{name}."), inner, paths),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                paths.push(format!("{at}{name}"));
            }
        }
    }
}

/// A first day that is told in days before today becomes a date.
fn dated(part: &mut Object, today: Day) -> Result<(), String> {
    let Some(Value::Object(from)) = part.get("from") else { return Ok(()) };
    let back = from.get(DAYS_BACK).and_then(Value::as_u64).filter(|_| from.len() == 1);
    let day = back.and_then(|back| today.checked_sub_days(Days::new(back)));
    let day = day.ok_or_else(|| format!("from.{DAYS_BACK}: expected a number of days"))?;
    part.insert("from".to_owned(), json!(day));
    Ok(())
}

/// `settings` with the members of `part` in place of theirs.
///
/// # Errors
/// The path of a member that settings don't have or can't take.
fn laid(settings: &Settings, part: &Object) -> Result<Settings, String> {
    if part.is_empty() {
        return Ok(settings.clone());
    }
    let mut whole = json::value_of(settings).map_err(|error| error.to_string())?;
    lay(&mut whole, part, "")?;
    understand(&whole).map_err(|reason| reason.to_string())
}

fn lay(under: &mut Value, part: &Object, at: &str) -> Result<(), String> {
    for (name, value) in part {
        let path = format!("{at}{name}");
        let Some(slot) = under.get_mut(name) else { return Err(format!("{path}: no such setting")) };
        match (slot.is_object(), value) {
            (true, Value::Object(inner)) => lay(slot, inner, &format!("{path}."))?,
            (true, _) => return Err(format!("{path}: expected an object")),
            (false, value) => *slot = value.clone(),
        }
    }
    Ok(())
}
