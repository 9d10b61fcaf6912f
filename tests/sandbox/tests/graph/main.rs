//! The Graph emulator, through HTTP values, every exchange checked against Microsoft's description.
// a test fails by panicking
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout, clippy::string_slice)]

#[path = "../client/mod.rs"]
mod client;
mod door;
mod events;
mod lists;
mod load;
mod mails;
mod people;
mod quirks;
mod series;

use client::{Client, each, items, now};
use sandbox::{Seed, Server};
use serde_json::{Value, json};

const EVENTS: &str = "/v1.0/me/events";
const DELTA: &str = "/v1.0/me/calendarView/delta?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z";
const VIEW: &str = "/v1.0/me/calendarView?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z&$top=100";

fn at(start: &str, end: &str) -> Value {
    json!({"start": {"dateTime": start, "timeZone": "UTC"}, "end": {"dateTime": end, "timeZone": "UTC"}})
}

fn with(mut base: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("no object") };
    base.as_object_mut().unwrap().extend(more);
    base
}

fn meeting() -> Value {
    with(at("2026-11-20T10:00:00", "2026-11-20T11:00:00"), json!({"subject": "a"}))
}

fn path(event: &Value) -> String {
    format!("{EVENTS}/{}", event["id"].as_str().unwrap())
}

fn weekly(start: &str, more: Value) -> Value {
    let range = with(json!({"type": "noEnd", "startDate": start, "recurrenceTimeZone": "UTC"}), more);
    let pattern = json!({"type": "weekly", "interval": 1, "daysOfWeek": ["friday"]});
    with(
        at(&format!("{start}T10:00:00"), &format!("{start}T11:00:00")),
        json!({"subject": "s", "recurrence": {"pattern": pattern, "range": range}}),
    )
}
