//! The user's settings as one text, for the personal system setting [`CODE`]: the settings of each
//! mailbox under its address. Pure. What another version or another mailbox has put there stays as
//! it is; a text that can't be read is never written over.

use crate::engine::settings::Settings;
use crate::error::{Error, Result};
use crate::json::{self, understand};
use serde_json::{Map, Value, json};

/// The code of the system setting, which the package brings.
pub const CODE: &str = "ScheduleSyncSettings";

const MAILBOXES: &str = "mailboxes";

/// The settings of a mailbox in `text`, if it has any.
///
/// # Errors
/// `Settings`, with the path of what can't be read.
pub fn read(text: &str, mailbox: &str) -> Result<Option<Settings>> {
    let all = whole(text)?;
    let own = all.get(MAILBOXES).and_then(|mailboxes| mailboxes.get(mailbox));
    own.map(|own| understand(own).map_err(|reason| unreadable(&reason))).transpose()
}

/// `text` with the settings of a mailbox put in. Members that `settings` doesn't know stay.
///
/// # Errors
/// `Settings` if what is there can't be read: writing would lose it.
pub fn write(text: &str, mailbox: &str, settings: &Settings) -> Result<String> {
    read(text, mailbox)?;
    let mut all = whole(text)?;
    let fresh = json::value_of(settings).map_err(|error| unreadable(&error))?;
    let mailboxes = all.entry(MAILBOXES).or_insert_with(|| json!({}));
    let mailboxes = mailboxes.as_object_mut().ok_or_else(|| unreadable(&"mailboxes: expected an object"))?;
    let own = mailboxes.entry(mailbox).or_insert_with(|| json!({}));
    match (own.as_object_mut(), fresh) {
        (Some(own), Value::Object(fresh)) => own.extend(fresh),
        (_, fresh) => *own = fresh,
    }
    all.entry("version").or_insert_with(|| json!(1));
    Ok(Value::Object(all).to_string())
}

/// The whole text; an empty one is an empty object.
fn whole(text: &str) -> Result<Map<String, Value>> {
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    let Ok(Value::Object(all)) = json::value(text.as_bytes()) else {
        return Err(unreadable(&"expected a JSON object"));
    };
    match (all.get("version"), all.get(MAILBOXES)) {
        (Some(version), _) if version != 1 => Err(unreadable(&"version: of a newer engine, reload the page")),
        (_, Some(mailboxes)) if !mailboxes.is_object() => Err(unreadable(&"mailboxes: expected an object")),
        _ => Ok(all),
    }
}

fn unreadable(reason: &dyn std::fmt::Display) -> Error {
    Error::Settings(format!("{CODE}: {reason}"))
}
