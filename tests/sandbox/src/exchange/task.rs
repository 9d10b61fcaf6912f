//! Tasks: their properties as EWS tells them, what a request's `Task` means in the mailbox's own
//! members, and how status, percent and completion hang together (docs/facts/ews.md, "Tasks").

use super::account::Visit;
use super::recurrence::{self, capital};
use super::soap::Trouble;
use super::times;
use super::xml::{Element, t};
use crate::graph::filter::at;
use crate::graph::recurrence::Rule;
use crate::graph::shape::Object;
use crate::graph::todo::Task;
use crate::graph::zones::{self, wall};
use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};

/// Members that only tasks on an Exchange Server have.
const PERCENT: &str = "percentComplete";
const OWNER: &str = "owner";
const DELEGATION: &str = "delegationState";

fn status(body: &Object) -> &str {
    body.get("status").and_then(Value::as_str).unwrap_or("notStarted")
}

fn day_of(body: &Object, member: &str) -> Option<NaiveDate> {
    let text = body.get(member)?["dateTime"].as_str()?;
    wall(text).map(|wall| wall.date())
}

impl Visit<'_> {
    /// A property that only tasks have, or have in a way of their own.
    pub(crate) fn task_property(&self, task: &Task, name: &str) -> Option<Element> {
        let (clock, body) = (self.clock(), &task.body);
        let text = |member: &str| body.get(member).and_then(Value::as_str);
        let day = |member: &str| day_of(body, member).map(|day| clock.midnight(day));
        let value = match name {
            "ItemClass" => "IPM.Task".to_owned(),
            "Subject" => text("title").filter(|title| !title.is_empty())?.to_owned(),
            "ReminderIsSet" => body.get("isReminderOn").is_some_and(|on| on == true).to_string(),
            "ReminderDueBy" => clock.at(wall(at(body.get("reminderDateTime")?, "dateTime").as_str()?)?.and_utc()),
            "CompleteDate" => day("completedDateTime")?,
            "DelegationState" => text(DELEGATION).unwrap_or("NoMatch").to_owned(),
            "DueDate" => day("dueDateTime")?,
            "StartDate" => day("startDateTime")?,
            "IsComplete" => (status(body) == "completed").to_string(),
            "IsRecurring" => body.get("recurrence").is_some_and(Value::is_object).to_string(),
            "IsTeamTask" => false.to_string(),
            "IsAssignmentEditable" | "ChangeCount" => "0".to_owned(),
            "Owner" => text(OWNER).unwrap_or(&self.mailbox.owner).to_owned(),
            "PercentComplete" => percent(body).to_string(),
            "Status" => capital(status(body)),
            "StatusDescription" => capital(status(body)),
            "Recurrence" => {
                let rule =
                    Rule::read(body.get("recurrence").filter(|rule| rule.is_object())?, self.mailbox.zone).ok()?;
                return recurrence::write(&rule.write(), rule.tz, clock);
            }
            _ => return None,
        };
        Some(t(name).say(value))
    }
}

/// How much of it is done: bound to the status at both ends.
fn percent(body: &Object) -> f64 {
    let kept = body.get(PERCENT).and_then(Value::as_f64).unwrap_or_default();
    match status(body) {
        "completed" => 100.0,
        "notStarted" => 0.0,
        _ if kept < 100.0 => kept,
        _ => 0.0,
    }
}

/// Writes one property of a request into a task. `zone` is the request's, for its days.
///
/// # Errors
/// A property that clients don't set, or a value that it doesn't take.
pub(crate) fn write(body: &mut Object, element: &Element, (zone, now): (&str, DateTime<Utc>)) -> Result<(), Trouble> {
    let text = element.text.as_str();
    let mut set = |member: &str, value: Value| {
        body.insert(member.to_owned(), value);
    };
    let tz = zones::zone(zone).unwrap_or(chrono_tz::Tz::UTC);
    let instant = || times::parse(text).map(|given| given.utc(tz)).unwrap_or_default();
    let midnight = || {
        let day = times::parse(text).map(|given| given.wall(tz).date()).unwrap_or_default();
        zones::zoned(day.and_hms_opt(0, 0, 0).unwrap_or_default(), "UTC")
    };
    match element.name.as_str() {
        "Subject" => set("title", text.into()),
        "Sensitivity" | "Importance" => set(&element.name.to_lowercase(), text.to_lowercase().into()),
        "Body" => {
            let kind = element.attribute("BodyType").unwrap_or("HTML").to_lowercase();
            set("body", json!({"contentType": kind, "content": text}));
        }
        "Categories" => {
            set("categories", element.children.iter().map(|name| Value::from(name.text.as_str())).collect())
        }
        "ReminderIsSet" => set("isReminderOn", matches!(text, "true" | "1").into()),
        "ReminderDueBy" => set("reminderDateTime", zones::zoned(instant().naive_utc(), "UTC")),
        "DueDate" => set("dueDateTime", midnight()),
        "StartDate" => set("startDateTime", midnight()),
        "CompleteDate" if instant() > now => {
            return Err(Trouble::new("ErrorInvalidValueForProperty", "CompleteDate must not lie in the future."));
        }
        "CompleteDate" => {
            set("completedDateTime", midnight());
            become_status(body, "completed", now);
        }
        "Status" => become_status(body, &lower(text), now),
        "PercentComplete" => {
            let percent = text.parse::<f64>().unwrap_or_default();
            if !(0.0..=100.0).contains(&percent) {
                return Err(Trouble::new("ErrorInvalidValueForProperty", "PercentComplete must be between 0 and 100."));
            }
            set(PERCENT, percent.into());
            match (percent, status(body)) {
                (100.0, _) => become_status(body, "completed", now),
                (0.0, "completed" | "inProgress") => become_status(body, "notStarted", now),
                (_, "completed" | "notStarted") if percent > 0.0 => become_status(body, "inProgress", now),
                _ => {}
            }
        }
        "Recurrence" => set("recurrence", recurrence::read(element, zone)?),
        "ItemClass" | "ExtendedProperty" | "ActualWork" | "TotalWork" | "Mileage" | "BillingInformation"
        | "Companies" | "Contacts" => {}
        name => {
            return Err(Trouble::new("ErrorInvalidPropertySet", format!("Set action is invalid for property {name}.")));
        }
    }
    Ok(())
}

/// Takes a property away.
///
/// # Errors
/// One that can't be taken away.
pub(crate) fn clear(body: &mut Object, name: &str, now: DateTime<Utc>) -> Result<(), Trouble> {
    match name {
        "Subject" => body.insert("title".to_owned(), "".into()),
        "Body" => body.insert("body".to_owned(), json!({"contentType": "text", "content": ""})),
        "Categories" => body.insert("categories".to_owned(), json!([])),
        "DueDate" => body.remove("dueDateTime"),
        "StartDate" => body.remove("startDateTime"),
        "Recurrence" => body.remove("recurrence"),
        "ReminderDueBy" => body.remove("reminderDateTime"),
        "CompleteDate" => {
            become_status(body, "notStarted", now);
            None
        }
        _ => {
            return Err(Trouble::new(
                "ErrorInvalidPropertyDelete",
                format!("Delete action is invalid for property {name}."),
            ));
        }
    };
    Ok(())
}

/// Whether the days of a task go together.
///
/// # Errors
/// They don't.
pub(crate) fn check(body: &Object) -> Result<(), Trouble> {
    match (day_of(body, "startDateTime"), day_of(body, "dueDateTime")) {
        (Some(start), Some(due)) if start > due => {
            Err(Trouble::new("ErrorInvalidValueForProperty", "StartDate must not be after DueDate."))
        }
        _ => Ok(()),
    }
}

/// Another status, with what hangs on it: completion is dated by the server.
fn become_status(body: &mut Object, status: &str, now: DateTime<Utc>) {
    body.insert("status".to_owned(), status.into());
    if status == "completed" {
        let today = zones::zoned(now.date_naive().and_hms_opt(0, 0, 0).unwrap_or_default(), "UTC");
        body.entry("completedDateTime").or_insert(today);
    } else {
        body.remove("completedDateTime");
    }
}

/// Has a recurring task that was completed go on to its next day, under its id; what was completed
/// (docs/facts/ews.md, "Tasks"). At its end it is completed for good.
pub(crate) fn regenerate(body: &mut Object, zone: &str) -> Option<Object> {
    let rule = Rule::read(body.get("recurrence").filter(|rule| rule.is_object())?, zone).ok()?;
    if status(body) != "completed" {
        return None;
    }
    let mut done = body.clone();
    done.remove("recurrence");
    let last = day_of(body, "dueDateTime").unwrap_or(rule.start);
    let next = rule.dates(last + Duration::days(366 * 5)).into_iter().find(|day| *day > last);
    let Some(next) = next else {
        body.remove("recurrence");
        return None;
    };
    let later = next - last;
    for member in ["startDateTime", "dueDateTime"] {
        if let Some(day) = day_of(body, member) {
            body.insert(member.to_owned(), zones::zoned((day + later).and_time(NaiveTime::MIN), "UTC"));
        }
    }
    body.insert("status".to_owned(), "notStarted".into());
    body.remove("completedDateTime");
    Some(done)
}

fn lower(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().collect::<String>() + letters.as_str())
}
