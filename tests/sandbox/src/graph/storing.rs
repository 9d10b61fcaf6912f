//! What the service makes of values that it is given to store: what it holds afterwards is not what
//! was written.

use super::shape::{Object, put};
use serde::Deserialize;
use serde_json::{Value, json};
use std::num::NonZeroUsize;

/// Changes of values on storing. The default stores what it is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Storing {
    /// The wall time is kept, and its zone said to be UTC.
    pub utc: bool,
    /// Reminders are stored off.
    pub no_reminder: bool,
    /// This is put below every body, once.
    pub footer: Option<String>,
    /// This importance in place of any other.
    pub importance: Option<String>,
    /// This place in place of any other that is not empty.
    pub place: Option<String>,
    /// This is put in front of every title, once.
    pub label: Option<String>,
    /// Titles and places of more characters are cut, and end with `…`.
    pub longest: Option<NonZeroUsize>,
    /// Titles and places begin with a capital letter.
    pub capitals: bool,
    /// Entities in titles and places are decoded.
    pub decoded: bool,
    /// A change says that it was carried out, and the old values are kept.
    pub keeps_old: bool,
    /// A change is carried out and answered with the values as they were before.
    pub answers_old: bool,
    /// A change is answered 204, without a body.
    pub silent: bool,
    /// A deletion says that it was carried out, and nothing is deleted.
    pub keeps_deleted: bool,
}

impl Storing {
    /// What of `input`, an event's or a task's members, is stored.
    pub(crate) fn stored(&self, input: &Object) -> Object {
        input.iter().map(|(name, value)| (name.clone(), self.member(name, value))).collect()
    }

    fn member(&self, name: &str, value: &Value) -> Value {
        match name {
            "subject" | "title" => {
                let label = self.label.as_deref().unwrap_or_default();
                self.line(value).map_or_else(
                    || value.clone(),
                    |line| json!(self.cut(if line.starts_with(label) { line } else { format!("{label}{line}") })),
                )
            }
            "location" => {
                let mut location = value.clone();
                if let Some(line) = value.get("displayName").and_then(|name| self.line(name)) {
                    let line = self.place.clone().filter(|_| !line.is_empty()).unwrap_or(line);
                    put(&mut location, "displayName", self.cut(line));
                }
                location
            }
            "start" | "end" if self.utc && value.is_object() => {
                let mut time = value.clone();
                put(&mut time, "timeZone", "UTC");
                time
            }
            "isReminderOn" if self.no_reminder => json!(false),
            "importance" => self.importance.as_ref().map_or_else(|| value.clone(), |word| json!(word)),
            "body" => match (&self.footer, value["content"].as_str()) {
                (Some(footer), Some(content)) if !content.contains(footer.as_str()) => {
                    let mut body = value.clone();
                    put(&mut body, "content", format!("{content}{footer}"));
                    body
                }
                (Some(_) | None, _) => value.clone(),
            },
            _ => value.clone(),
        }
    }

    /// A line as it is stored, but for its length.
    fn line(&self, value: &Value) -> Option<String> {
        let mut line = value.as_str()?.to_owned();
        if self.decoded {
            line = line.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        }
        let mut letters = line.chars();
        match letters.next() {
            Some(first) if self.capitals => Some(first.to_uppercase().chain(letters).collect()),
            Some(_) | None => Some(line),
        }
    }

    fn cut(&self, line: String) -> String {
        match self.longest {
            Some(most) if line.chars().count() > most.get() => line.chars().take(most.get() - 1).chain(['…']).collect(),
            Some(_) | None => line,
        }
    }
}
