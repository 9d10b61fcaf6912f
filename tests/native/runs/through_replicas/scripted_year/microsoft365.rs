//! A mailbox of the sandbox's Microsoft 365 as its owner uses it: Outlook and To Do, past the
//! product.

use super::{Calendar, Entry, Shape};
use crate::support::world::World;
use schedule_sync::model::Side;
use serde_json::{Value, json};

/// The mailbox of a world's user, whose zone has this name.
pub(super) struct Microsoft365<'a> {
    pub(super) world: &'a World,
    pub(super) zone: &'a str,
}

impl Microsoft365<'_> {
    fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, reply) = self.world.by_hand(Side::Exchange, method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {reply}");
        reply
    }

    fn rows(&self, path: &str) -> Vec<Value> {
        self.ask("GET", path, None)["value"].as_array().unwrap().clone()
    }

    fn wall(&self, time: &str) -> Value {
        json!({"dateTime": time, "timeZone": self.zone})
    }

    pub(super) fn lists(&self) -> Vec<String> {
        self.rows("me/todo/lists").iter().map(|list| list["id"].as_str().unwrap().to_owned()).collect()
    }

    pub(super) fn task(&self, title: &str) -> (String, Value) {
        let tasks = |list: String| {
            let rows = self.rows(&format!("me/todo/lists/{list}/tasks?$top=100&$expand=linkedResources"));
            rows.into_iter().map(move |task| (list.clone(), task))
        };
        let mut found: Vec<_> =
            self.lists().into_iter().flat_map(tasks).filter(|(_, task)| task["title"] == title).collect();
        assert_eq!(found.len(), 1, "one task {title}");
        found.remove(0)
    }
}

/// Every week from this day on, to the last day, if any.
fn weekly(day: &str, last: Option<&str>, zone: &str) -> Value {
    let weekday = day.parse::<chrono::NaiveDate>().unwrap().format("%A").to_string().to_lowercase();
    let mut range = json!({"type": "noEnd", "startDate": day, "recurrenceTimeZone": zone});
    if let Some(last) = last {
        range["type"] = "endDate".into();
        range["endDate"] = last.into();
    }
    json!({"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [weekday]}, "range": range})
}

impl Calendar for Microsoft365<'_> {
    fn make(&self, Entry { title, start, end, zone, kind, invites }: Entry) -> String {
        let wall = |time: &str| json!({"dateTime": time, "timeZone": zone});
        let mut body = json!({"subject": title, "start": wall(start), "end": wall(end)});
        body["isAllDay"] = matches!(kind, Shape::Days | Shape::WeeklyDays(_)).into();
        let day = start.get(..10).unwrap();
        match kind {
            Shape::Once | Shape::Days => {}
            Shape::Online => {
                body["isOnlineMeeting"] = true.into();
                body["onlineMeetingProvider"] = "teamsForBusiness".into();
            }
            Shape::Weekly(last) => body["recurrence"] = weekly(day, last, zone),
            Shape::WeeklyDays(last) => body["recurrence"] = weekly(day, Some(last), zone),
        }
        if let Some(who) = invites {
            body["attendees"] = json!([{"type": "required", "emailAddress": {"address": who, "name": who}}]);
        }
        self.ask("POST", "me/events", Some(body))["id"].as_str().unwrap().to_owned()
    }

    fn repeat(&self, id: &str, day: &str, last: &str) {
        let rule = json!({"recurrence": weekly(day, Some(last), self.zone)});
        self.ask("PATCH", &format!("me/events/{id}"), Some(rule));
    }

    fn stop_repeating(&self, series: &str) {
        self.ask("PATCH", &format!("me/events/{series}"), Some(json!({"recurrence": null})));
    }

    fn occurrences(&self, series: &str) -> Vec<(String, String)> {
        let window = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z&$top=100";
        let rows = self.rows(&format!("me/events/{series}/instances?{window}"));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        rows.iter().map(|row| (text(&row["id"]), text(&row["start"]["dateTime"]))).collect()
    }

    fn rename(&self, id: &str, title: &str) {
        self.ask("PATCH", &format!("me/events/{id}"), Some(json!({"subject": title})));
    }

    fn shift(&self, id: &str, start: &str, end: &str) {
        self.ask("PATCH", &format!("me/events/{id}"), Some(json!({"start": self.wall(start), "end": self.wall(end)})));
    }

    fn delete(&self, id: &str) {
        self.ask("DELETE", &format!("me/events/{id}"), None);
    }

    fn call_off(&self, id: &str) {
        self.ask("POST", &format!("me/events/{id}/cancel"), Some(json!({"comment": ""})));
    }

    fn cut(&self, series: &str, last: &str) {
        let mut rule = self.ask("GET", &format!("me/events/{series}"), None)["recurrence"].clone();
        rule["range"]["type"] = "endDate".into();
        rule["range"]["endDate"] = last.into();
        self.ask("PATCH", &format!("me/events/{series}"), Some(json!({"recurrence": rule})));
    }

    fn text(&self, title: &str) -> (String, String) {
        let rows = self.rows("me/events?$top=500");
        let row = rows.iter().find(|row| row["subject"] == title).unwrap();
        (title.to_owned(), row["body"]["content"].as_str().unwrap().to_owned())
    }

    fn move_task(&self, title: &str) {
        let (from, task) = self.task(title);
        let to = self.lists().into_iter().find(|list| *list != from).unwrap();
        let kept = ["title", "body", "importance", "status", "dueDateTime", "startDateTime"];
        let mut copy: serde_json::Map<String, Value> =
            kept.iter().filter_map(|name| Some(((*name).to_owned(), task.get(*name)?.clone()))).collect();
        let links = task["linkedResources"].as_array().cloned().unwrap_or_default().into_iter().map(|mut link| {
            link.as_object_mut().unwrap().remove("id");
            link
        });
        copy.insert("linkedResources".to_owned(), links.collect());
        self.ask("POST", &format!("me/todo/lists/{to}/tasks"), Some(copy.into()));
        self.ask("DELETE", &format!("me/todo/lists/{from}/tasks/{}", task["id"].as_str().unwrap()), None);
    }

    fn rename_task(&self, title: &str, to: &str) {
        let (list, task) = self.task(title);
        let path = format!("me/todo/lists/{list}/tasks/{}", task["id"].as_str().unwrap());
        self.ask("PATCH", &path, Some(json!({"title": to})));
    }

    fn all(&self) -> Vec<(String, String)> {
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let events = self.rows("me/events?$top=500").into_iter();
        let events = events.map(|row| (text(&row, "subject"), row["start"].to_string()));
        let tasks =
            self.lists().into_iter().flat_map(|list| self.rows(&format!("me/todo/lists/{list}/tasks?$top=500")));
        events.chain(tasks.map(|row| (text(&row, "title"), row["dueDateTime"].to_string()))).collect()
    }

    fn mailed(&self) -> Vec<String> {
        let sandbox = self.world.sandbox.borrow();
        let all = sandbox.graph.mails().iter().chain(sandbox.exchange.mails());
        let own = all.filter(|mail| mail.from == self.world.mailbox);
        own.map(|mail| serde_json::to_value(mail.reason).unwrap().as_str().unwrap().to_owned()).collect()
    }
}
