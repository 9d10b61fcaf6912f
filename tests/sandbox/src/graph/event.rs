//! The event as the mailbox holds it: its defaults and what each written member does to it
//! (docs/facts/graph.md, "Times", "All-day", "Bodies"). Who may write, and what mails follow, is
//! [`super::change`]'s.

use super::answer::Fail;
use super::filter::at;
use super::html;
use super::mailbox::{Mailbox, Stamp};
use super::recurrence::Rule;
use super::series::Series;
use super::shape::{Access, EVENT, Object, member, put};
use super::zones::{self, Moment, NEVER};
use crate::environment::Environment;
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// An event, an exception or a series.
#[derive(Clone)]
pub(crate) struct Event {
    /// Id of its calendar.
    pub(crate) calendar: String,
    /// As Graph answers it in UTC, without the extended properties.
    pub(crate) body: Object,
    /// Extended properties.
    pub(crate) marks: Vec<Value>,
    pub(crate) span: Span,
    /// What makes it a series master.
    pub(crate) series: Option<Series>,
    /// Number of its last change; a series' also counts those of its occurrences.
    pub(crate) changed: u64,
}

/// When an event is. An all-day event lies from midnight to midnight in its own zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Moment,
    pub(crate) to: Moment,
    pub(crate) all_day: bool,
}

/// From when (inclusive) to when (exclusive) a view looks.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) start: DateTime<Utc>,
    pub(crate) end: DateTime<Utc>,
}

impl Span {
    /// Whether any of it lies in a window.
    pub(crate) fn meets(&self, window: Window) -> bool {
        let (from, to) = (self.from.utc(), self.to.utc());
        from < window.end && (to > window.start || (from == to && from >= window.start))
    }

    /// The day it begins on, as a zone has it.
    pub(crate) fn day(&self, tz: Tz) -> NaiveDate {
        if self.all_day { self.from.wall.date() } else { self.from.utc().with_timezone(&tz).date_naive() }
    }

    /// Whether it is possible.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn check(&self) -> Result<(), String> {
        if !self.all_day {
            let is_ordered = self.from.utc() <= self.to.utc();
            return if is_ordered {
                Ok(())
            } else {
                Err("The end of an event must not be before its start.".to_owned())
            };
        }
        let is_whole = self.from.is_midnight() && self.to.is_midnight() && self.from.tz == self.to.tz;
        if is_whole && self.from.wall < self.to.wall {
            return Ok(());
        }
        Err("An all-day event must begin and end at midnight in the same time zone and last at least a day.".to_owned())
    }

    /// Writes start, end, isAllDay and the creation zones into a body.
    pub(crate) fn write(&self, body: &mut Object) {
        let time = |moment: &Moment| if self.all_day { moment.wall } else { moment.utc().naive_utc() };
        body.insert("isAllDay".to_owned(), self.all_day.into());
        body.insert("originalStartTimeZone".to_owned(), self.from.name.clone().into());
        body.insert("originalEndTimeZone".to_owned(), self.to.name.clone().into());
        body.insert("start".to_owned(), zones::zoned(time(&self.from), "UTC"));
        body.insert("end".to_owned(), zones::zoned(time(&self.to), "UTC"));
    }
}

impl Event {
    /// An event with the server's defaults: busy, normal, a reminder 15 minutes before, the
    /// mailbox's owner as organizer.
    pub(crate) fn new(mailbox: &mut Mailbox, calendar: &str, span: Span, environment: &mut Environment) -> Self {
        let id = mailbox.id(environment);
        let uid = global_id(&mailbox.unique(environment), environment.now());
        let stamp = mailbox.stamp(environment);
        let own = json!({
            "@odata.etag": "", "id": id, "createdDateTime": stamp.time(), "lastModifiedDateTime": "", "changeKey": "",
            "iCalUId": uid, "webLink": web_link(&id), "location": location(&Value::Null),
            "organizer": {"emailAddress": {"name": mailbox.owner, "address": mailbox.account}},
        });
        let body = [own, plain(), quiet()].iter().filter_map(Value::as_object).flat_map(Clone::clone).collect();
        let calendar = calendar.to_owned();
        let mut event = Self { calendar, body, marks: Vec::new(), span, series: None, changed: 0 };
        event.span.clone().write(&mut event.body);
        event.touch(&stamp);
        event
    }

    /// An event as a client creates it; `input` fits [`EVENT`].
    ///
    /// # Errors
    /// 400 for values that Exchange refuses.
    pub(crate) fn create(
        mailbox: &mut Mailbox,
        calendar: &str,
        input: &Object,
        environment: &mut Environment,
    ) -> Result<Self, Fail> {
        let moment = |name: &str| {
            let value = input.get(name).filter(|value| value.is_object());
            let value = value.ok_or_else(|| Fail::property(format!("{name} is missing.")))?;
            Moment::read(value).map_err(|why| Fail::property(format!("{name}: {why}")))
        };
        let span = Span { from: moment("start")?, to: moment("end")?, all_day: false };
        let mut event = Self::new(mailbox, calendar, span, environment);
        event.assign(input)?;
        Ok(event)
    }

    pub(crate) fn id(&self) -> &str {
        self.text("id")
    }

    pub(crate) fn etag(&self) -> &str {
        self.text("@odata.etag")
    }

    /// A member that is a text; empty where it isn't.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A member that is a flag; false where it isn't.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.body.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.body.insert(name.to_owned(), value.into());
    }

    /// Gives it a new version.
    pub(crate) fn touch(&mut self, stamp: &Stamp) {
        self.set("@odata.etag", stamp.etag());
        self.set("changeKey", stamp.key.clone());
        self.set("lastModifiedDateTime", stamp.time());
        self.changed = stamp.change;
    }

    /// E-mail addresses of the attendees.
    pub(crate) fn attendees(&self) -> Vec<String> {
        let all = self.body.get("attendees").and_then(Value::as_array).into_iter().flatten();
        all.filter_map(|one| at(one, "emailAddress/address").as_str().map(str::to_owned)).collect()
    }

    /// Writes the members of `input`, which fits [`EVENT`].
    ///
    /// # Errors
    /// 400 for values that Exchange refuses.
    pub(crate) fn assign(&mut self, input: &Object) -> Result<(), Fail> {
        for (name, value) in input {
            match name.as_str() {
                "start" | "end" | "isAllDay" | "recurrence" | "isOnlineMeeting" | "onlineMeetingProvider" => {}
                "body" => self.assign_body(value),
                "subject" => self.set(name, value.as_str().unwrap_or_default()),
                "categories" => self.set(name, value.as_array().cloned().unwrap_or_default()),
                "attendees" => self.set(name, value.as_array().into_iter().flatten().map(attendee).collect::<Value>()),
                "location" => self.assign_locations(std::slice::from_ref(value)),
                "locations" if input.contains_key("location") => {}
                "locations" => self.assign_locations(value.as_array().map(Vec::as_slice).unwrap_or_default()),
                "singleValueExtendedProperties" => self.assign_marks(value)?,
                "reminderMinutesBeforeStart" if value.as_i64().is_none_or(|minutes| minutes < 0) => {
                    return Err(Fail::property("reminderMinutesBeforeStart must not be negative."));
                }
                _ if member(EVENT, name).is_some_and(|member| member.2 == Access::Server) => {}
                _ if value.is_null() => return Err(Fail::property(format!("{name} must not be null."))),
                _ => self.set(name, value.clone()),
            }
        }
        self.assign_times(input)?;
        self.assign_online(input);
        Ok(())
    }

    fn assign_body(&mut self, value: &Value) {
        let content = value["content"].as_str().unwrap_or_default();
        self.keep_online(content);
        self.set(
            "bodyPreview",
            if value["contentType"] == "html" { html::preview(content) } else { content.chars().take(255).collect() },
        );
        self.set("body", html::stored(content, value["contentType"] != "html"));
    }

    fn assign_locations(&mut self, values: &[Value]) {
        let known: Vec<_> = values.iter().filter(|value| value.is_object()).map(location).collect();
        let named: Vec<_> = known.iter().filter(|value| value["displayName"] != "").cloned().collect();
        let names: Vec<_> = named.iter().filter_map(|value| value["displayName"].as_str()).collect();
        let first = match named.as_slice() {
            [] => location(&known.first().cloned().unwrap_or_default()),
            [only] => only.clone(),
            [first, ..] => {
                let mut all = first.clone();
                put(&mut all, "displayName", names.join("; "));
                all
            }
        };
        self.set("location", first);
        self.set("locations", named);
    }

    fn assign_marks(&mut self, value: &Value) -> Result<(), Fail> {
        for mark in value.as_array().into_iter().flatten() {
            let id = mark["id"].as_str().unwrap_or_default();
            if id.split_whitespace().count() < 4 {
                return Err(Fail::new(
                    http::StatusCode::BAD_REQUEST,
                    "ErrorInvalidProperty",
                    format!("The property id '{id}' is invalid."),
                ));
            }
            self.marks.retain(|own| own["id"] != mark["id"]);
            if !mark["value"].is_null() {
                self.marks.push(mark.clone());
            }
        }
        Ok(())
    }

    /// Start, end, all-day and recurrence go together.
    fn assign_times(&mut self, input: &Object) -> Result<(), Fail> {
        if ["start", "end", "isAllDay", "recurrence"].iter().all(|name| !input.contains_key(*name)) {
            return Ok(());
        }
        let all_day = input.get("isAllDay").and_then(Value::as_bool).unwrap_or(self.span.all_day);
        let both = input.contains_key("start") && input.contains_key("end");
        if all_day != self.span.all_day && !both {
            return Err(Fail::property("isAllDay can only be changed together with start and end."));
        }
        let read = |name: &str, own: &Moment| match input.get(name) {
            None => Ok(own.clone()),
            Some(value) => Moment::read(value).map_err(|why| Fail::property(format!("{name}: {why}"))),
        };
        let span = Span { from: read("start", &self.span.from)?, to: read("end", &self.span.to)?, all_day };
        span.check().map_err(Fail::property)?;
        let moved = span.from != self.span.from;
        self.span = span;
        self.span.clone().write(&mut self.body);
        match (input.get("recurrence"), &self.series) {
            (Some(Value::Null), _) => self.recur(None),
            (Some(recurrence), _) => {
                let rule = Rule::read(recurrence, &self.span.from.name).map_err(Fail::property)?;
                if rule.start != self.span.day(rule.tz) && rule.start != self.span.from.wall.date() {
                    return Err(Fail::property(
                        "The start date of the recurrence range is not the date of the event's start.",
                    ));
                }
                self.recur(Some(rule));
            }
            // another time makes the exceptions of a series void (docs/facts/graph.md, "Series")
            (None, Some(series)) if moved => self.recur(Some(series.rule.starting(self.span.day(series.rule.tz)))),
            (None, _) => {}
        }
        Ok(())
    }

    /// Makes it a series, or a single event.
    pub(crate) fn recur(&mut self, rule: Option<Rule>) {
        self.set("type", if rule.is_some() { "seriesMaster" } else { "singleInstance" });
        self.set("recurrence", rule.as_ref().map_or(Value::Null, Rule::write));
        self.series = rule.map(Series::new);
    }
}

/// Defaults that a client may change.
fn plain() -> Value {
    json!({
        "categories": [], "reminderMinutesBeforeStart": 15, "isReminderOn": true, "subject": "", "importance": "normal",
        "sensitivity": "normal", "isAllDay": false, "responseRequested": true, "showAs": "busy",
        "allowNewTimeProposals": true, "hideAttendees": false, "isOnlineMeeting": false,
        "onlineMeetingProvider": "unknown", "body": {"contentType": "html", "content": ""}, "start": null, "end": null,
        "locations": [], "recurrence": null, "attendees": [],
    })
}

/// Defaults that only the server changes.
fn quiet() -> Value {
    json!({
        "originalStartTimeZone": "", "originalEndTimeZone": "", "hasAttachments": false, "bodyPreview": "",
        "isCancelled": false, "isDraft": false, "isOrganizer": true, "seriesMasterId": null, "type": "singleInstance",
        "onlineMeetingUrl": null, "onlineMeeting": null, "responseStatus": {"response": "organizer", "time": NEVER},
    })
}

fn web_link(id: &str) -> String {
    format!("https://outlook.office365.com/owa/?itemid={}&exvsurl=1&path=/calendar/item", id.replace('=', "%3D"))
}

/// A location with what Exchange adds.
pub(crate) fn location(given: &Value) -> Value {
    let name = given["displayName"].as_str().unwrap_or_default();
    let mut location = json!({"displayName": name, "locationType": "default", "uniqueIdType": "unknown"});
    if !name.is_empty() {
        put(&mut location, "uniqueId", name);
        put(&mut location, "uniqueIdType", "private");
    }
    for (key, value) in
        given.as_object().into_iter().flatten().filter(|(key, value)| *key != "displayName" && !value.is_null())
    {
        put(&mut location, key, value.clone());
    }
    location
}

/// An attendee with what Exchange adds.
fn attendee(given: &Value) -> Value {
    let address = at(given, "emailAddress/address").as_str().unwrap_or_default();
    let name = at(given, "emailAddress/name").as_str().unwrap_or(address);
    let kind = given["type"].as_str().unwrap_or("required");
    let status =
        if given["status"].is_object() { given["status"].clone() } else { json!({"response": "none", "time": NEVER}) };
    json!({"type": kind, "status": status, "emailAddress": {"name": name, "address": address}})
}

/// A global object id: class, instance date (none), creation time as FILETIME, reserved, length,
/// data.
fn global_id(data: &uuid::Uuid, at: DateTime<Utc>) -> String {
    const SINCE_1601: i64 = 11_644_473_600;
    let ticks = (at.timestamp() + SINCE_1601) * 10_000_000;
    let ticks: String = ticks.to_le_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
    let data = data.simple().to_string().to_uppercase();
    format!("040000008200E00074C5B7101A82E00800000000{ticks}000000000000000010000000{data}")
}
