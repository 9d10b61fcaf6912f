//! Online meetings: the join block lives in the body, and with it the meeting (docs/facts/graph.md,
//! "Bodies").

use super::event::Event;
use super::html;
use super::shape::Object;
use serde_json::{Value, json};

impl Event {
    /// Makes a Teams meeting of it once; that can't be taken back by this member
    /// (docs/facts/graph.md, "Bodies").
    pub(crate) fn assign_online(&mut self, input: &Object) {
        let wanted = input.get("isOnlineMeeting").is_some_and(|wanted| wanted == true);
        if !wanted || self.flag("isOnlineMeeting") {
            return;
        }
        let number: String = self.id().chars().filter(char::is_ascii_alphanumeric).rev().take(24).collect();
        let url = format!("https://teams.microsoft.com/l/meetup-join/19%3ameeting_{number}%40thread.v2/0");
        let content = self.body.get("body").and_then(|body| body["content"].as_str()).unwrap_or_default();
        let content = if content.is_empty() { "<html><head></head><body></body></html>" } else { content };
        let content = html::append(content, &join_block(&url));
        self.set("isOnlineMeeting", true);
        self.set("onlineMeetingProvider", "teamsForBusiness");
        self.set("onlineMeeting", json!({"joinUrl": url}));
        self.set("bodyPreview", html::preview(&content));
        self.set("body", html::stored(&content, false));
    }

    /// Without the join block in its new body, the meeting is no longer online.
    pub(crate) fn keep_online(&mut self, content: &str) {
        let joins = self.body.get("onlineMeeting").and_then(|meeting| meeting["joinUrl"].as_str());
        if joins.is_some_and(|url| !content.contains(url)) {
            self.set("isOnlineMeeting", false);
            self.set("onlineMeetingProvider", "unknown");
            self.set("onlineMeeting", Value::Null);
        }
    }
}

/// The block that Teams puts at the end of a body.
fn join_block(url: &str) -> String {
    let line = "_".repeat(80);
    format!(
        "<br>\r\n<div style=\"width:100%\"><span style=\"white-space:nowrap; color:#5F5F5F; opacity:.36\">{line}</span></div>\r\n\
         <div class=\"me-email-text\" lang=\"en-US\" style=\"color:#252424; font-family:'Segoe UI',Helvetica,Arial,sans-serif\">\r\n\
         <div style=\"margin-top:24px; margin-bottom:20px\"><span style=\"font-size:24px; color:#252424\">Microsoft Teams meeting</span></div>\r\n\
         <div style=\"margin-bottom:20px\"><div style=\"margin-top:0px; font-weight:bold\">Join on your computer, mobile app or room device</div>\r\n\
         <a href=\"{url}\" target=\"_blank\" class=\"me-email-headline\" style=\"font-size:14px\">Click here to join the meeting</a></div>\r\n\
         </div>\r\n<div style=\"width:100%\"><span style=\"white-space:nowrap; color:#5F5F5F; opacity:.36\">{line}</span></div>"
    )
}
