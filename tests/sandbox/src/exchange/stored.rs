//! What a server makes of values while it stores them, without a word in its reply (the switches of
//! [`Stored`]).

use super::quirks::Stored;
use crate::graph::shape::Object;
use serde_json::{Value, json};

/// Characters of a subject or place that are kept.
const LONGEST: usize = 255;
/// What is set before subjects.
const BEFORE: &str = "[Contoso] ";
/// What is added to bodies.
const FOOTER: &str = "<p>Confidential. Contoso Ltd.</p>";

impl Stored {
    /// Changes what is written into an event.
    pub(crate) fn event(&self, input: &mut Object) {
        self.text(input, "subject");
        if let Some(place) = input.get_mut("location").and_then(|place| place.get_mut("displayName")) {
            *place = self.place(place.as_str().unwrap_or_default()).into();
        }
        if self.no_reminder && input.contains_key("isReminderOn") {
            input.insert("isReminderOn".to_owned(), false.into());
        }
        if self.utc {
            for end in ["start", "end"] {
                if let Some(Value::String(zone)) = input.get_mut(end).and_then(|end| end.get_mut("timeZone")) {
                    "UTC".clone_into(zone);
                }
            }
        }
        self.common(input);
    }

    /// Changes a task that was written.
    pub(crate) fn task(&self, body: &mut Object) {
        self.text(body, "title");
        if self.no_reminder {
            body.insert("isReminderOn".to_owned(), false.into());
        }
        self.common(body);
    }

    fn common(&self, input: &mut Object) {
        if self.plain_importance && input.contains_key("importance") {
            input.insert("importance".to_owned(), "normal".into());
        }
        let content = input.get("body").and_then(|body| body["content"].as_str()).unwrap_or_default();
        if self.footer && input.contains_key("body") && !content.contains(FOOTER) {
            let content = format!("{content}{FOOTER}");
            input.insert("body".to_owned(), json!({"contentType": "html", "content": content}));
        }
    }

    fn text(&self, input: &mut Object, name: &str) {
        let Some(text) = input.get(name).and_then(Value::as_str) else { return };
        let mut text = text.to_owned();
        if self.entities {
            text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        }
        if self.subject && !text.starts_with(BEFORE) {
            text = format!("{BEFORE}{text}");
        }
        input.insert(name.to_owned(), self.short(&text).into());
    }

    fn place(&self, text: &str) -> String {
        self.short(&if self.place { text.to_uppercase() } else { text.to_owned() })
    }

    fn short(&self, text: &str) -> String {
        if !self.cut || text.chars().count() <= LONGEST {
            return text.to_owned();
        }
        text.chars().take(LONGEST - 1).chain(['…']).collect()
    }
}
