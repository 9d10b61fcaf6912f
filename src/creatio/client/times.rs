//! What a time that OData marks `Z` means. Before 8.3.2 many installations show the wall clock of
//! the user's profile and call it UTC (docs/facts/creatio.md, "Clocks"), and the three directions
//! need not agree. Pure: everything behind this module is true UTC.
//!
//! The hour that a zone has twice a year can't be told apart on a wall clock: a time in it is read
//! as the first of the two, but for an end that would be before its start, and a filter is made
//! wider there, so that nothing is overlooked.

use crate::creatio::client::query::date;
use crate::model::time::{instant, local};
use crate::model::{Instant, Zone};
use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a time means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum TimeSemantics {
    /// UTC.
    #[default]
    Utc,
    /// The wall clock of the user's profile.
    Local,
}

impl TimeSemantics {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Utc => Self::Local,
            Self::Local => Self::Utc,
        }
    }
}

/// What times mean, by direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimesByDirection {
    /// In replies.
    pub read: TimeSemantics,
    /// In filters.
    pub filter: TimeSemantics,
    /// In bodies.
    pub write: TimeSemantics,
}

impl TimesByDirection {
    /// The same in all directions.
    #[must_use]
    pub const fn all(clock: TimeSemantics) -> Self {
        Self { read: clock, filter: clock, write: clock }
    }
}

/// The date columns of all entity sets that we read or write.
const DATES: [&str; 6] =
    ["StartDate", "DueDate", "RemindToOwnerDate", "CreatedOn", "ModifiedOn", "ImportActivitiesFrom"];

/// Whether a property is a date.
pub(in crate::creatio) fn is_date(name: &str) -> bool {
    DATES.contains(&name)
}

/// Changes every time in `json`, however deep, from what the server says to what it means.
pub(in crate::creatio) fn from_wire(clock: TimeSemantics, zone: &dyn Zone, json: &mut Value) {
    if clock == TimeSemantics::Local {
        each(json, &|at| instant(zone, at.naive_utc()));
        order(zone, json);
    }
}

/// Puts in order the start and end of every row in `json`.
fn order(zone: &dyn Zone, json: &mut Value) {
    match json {
        Value::Array(rows) => rows.iter_mut().for_each(|row| order(zone, row)),
        Value::Object(row) => {
            in_order(zone, row);
            row.values_mut().for_each(|value| order(zone, value));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// An end that was read as the first of two and so lies before its start is the second.
pub(in crate::creatio) fn in_order(zone: &dyn Zone, row: &mut Map<String, Value>) {
    let at = |name: &str| row.get(name)?.as_str()?.parse::<Instant>().ok();
    let (Some(start), Some(due)) = (at("StartDate"), at("DueDate")) else { return };
    if let Some(twice) = doubled(zone, due).filter(|_| due < start) {
        row.insert("DueDate".to_owned(), Value::from(date(due + twice)));
    }
}

/// Whether a wall clock can't tell one of the times of `body`.
pub(in crate::creatio) fn is_ambiguous(zone: &dyn Zone, body: &Map<String, Value>) -> bool {
    let times = body.iter().filter(|(name, _)| is_date(name));
    let mut times = times.filter_map(|(_, value)| value.as_str()?.parse::<Instant>().ok());
    times.any(|at| doubled(zone, at).is_some())
}

/// Changes every time in `json` to how the server has to be told it.
pub(in crate::creatio) fn to_wire(clock: TimeSemantics, zone: &dyn Zone, json: &mut Value) {
    if clock == TimeSemantics::Local {
        each(json, &|at| local(zone, at).and_utc());
    }
}

fn each(json: &mut Value, change: &dyn Fn(Instant) -> Instant) {
    match json {
        Value::Array(values) => values.iter_mut().for_each(|value| each(value, change)),
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                let at =
                    value.as_str().filter(|_| is_date(name)).and_then(|text| DateTime::parse_from_rfc3339(text).ok());
                match at.filter(|at| at.year() > 1) {
                    Some(at) => *value = Value::from(date(change(at.to_utc()))),
                    None => each(value, change),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// An address with the times of its filter as the server has to be told them; texts in quotes are
/// left alone.
pub(in crate::creatio) fn rewrite_filter(clock: TimeSemantics, zone: &dyn Zone, address: &str) -> String {
    if clock == TimeSemantics::Utc {
        return address.to_owned();
    }
    let mut rewritten = String::with_capacity(address.len());
    for (n, part) in address.split('\'').enumerate() {
        if n > 0 {
            rewritten.push('\'');
        }
        if n % 2 == 1 { rewritten.push_str(part) } else { rewrite(zone, part, &mut rewritten) }
    }
    rewritten
}

/// Copies `part` with its times changed.
fn rewrite(zone: &dyn Zone, part: &str, rewritten: &mut String) {
    let ends = |c: char| !(c.is_ascii_digit() || matches!(c, '-' | 'T' | ':' | '.' | 'Z'));
    let mut rest = part;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        // the digits of an escape belong to the escape
        let at = if rest.get(..at).is_some_and(|before| before.ends_with('%')) { (at + 2).min(rest.len()) } else { at };
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        rewritten.push_str(before);
        let end = from.find(ends).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        match DateTime::parse_from_rfc3339(word) {
            Ok(at) => rewritten.push_str(&date(wall(zone, at.to_utc(), before).and_utc())),
            Err(_) => rewritten.push_str(word),
        }
        rest = after;
    }
    rewritten.push_str(rest);
}

/// The wall clock at `at`, as a bound: one that the zone has twice is moved out, by the operator
/// that stands before it.
fn wall(zone: &dyn Zone, at: Instant, before: &str) -> NaiveDateTime {
    let wall = local(zone, at);
    let Some(twice) = doubled(zone, at) else { return wall };
    let is_after = |operator: &str| before.ends_with(operator);
    match (["ge%20", "gt%20"].into_iter().any(is_after), ["le%20", "lt%20"].into_iter().any(is_after)) {
        (true, _) => wall - twice,
        (_, true) => wall + twice,
        (false, false) => wall,
    }
}

/// How much the clocks are put back, if the wall clock at `at` is one that the zone has twice.
pub(in crate::creatio) fn doubled(zone: &dyn Zone, at: Instant) -> Option<TimeDelta> {
    let hours = TimeDelta::hours(3);
    let back = TimeDelta::seconds(i64::from(zone.offset(at - hours) - zone.offset(at + hours)));
    let wall = local(zone, at);
    let again = back > TimeDelta::zero() && (local(zone, at + back) == wall || local(zone, at - back) == wall);
    again.then_some(back)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Two hours ahead until 2026-10-25T01:00:00Z, then one.
    struct Berlin;

    impl Zone for Berlin {
        fn offset(&self, at: Instant) -> i32 {
            let change = "2026-10-25T01:00:00Z".parse::<Instant>().unwrap_or_default();
            if at < change { 7_200 } else { 3_600 }
        }

        fn name(&self) -> &str {
            "W. Europe Standard Time"
        }
    }

    #[test]
    fn rows_and_bodies_change_their_dates_only() {
        let utc = json!({"value": [{"StartDate": "2026-10-24T10:00:00Z", "ModifiedOn": "2026-10-26T10:00:00.123456Z",
            "DueDate": "0001-01-01T00:00:00Z", "Title": "2026-10-24T10:00:00Z"}]});
        let wall = json!({"value": [{"StartDate": "2026-10-24T12:00:00Z", "ModifiedOn": "2026-10-26T11:00:00.123456Z",
            "DueDate": "0001-01-01T00:00:00Z", "Title": "2026-10-24T10:00:00Z"}]});
        for (clock, expected) in [(TimeSemantics::Utc, &utc), (TimeSemantics::Local, &wall)] {
            let (mut out, mut back) = (utc.clone(), expected.clone());
            to_wire(clock, &Berlin, &mut out);
            from_wire(clock, &Berlin, &mut back);
            assert_eq!((&out, &back), (expected, &utc), "{clock:?}");
        }
    }

    #[test]
    fn filters_change_their_times_and_are_wider_in_the_doubled_hour() {
        for (filter, expected) in [
            ("A?$filter=a%20ge%202026-10-24T10:00:00Z", "A?$filter=a%20ge%202026-10-24T12:00:00Z"),
            ("A?$filter=T%20eq%20'2026-10-24T10:00:00Z'", "A?$filter=T%20eq%20'2026-10-24T10:00:00Z'"),
            ("A?$filter=Id%20eq%2020261024-0000&$top=20", "A?$filter=Id%20eq%2020261024-0000&$top=20"),
            ("a%20ge%202026-10-25T00:30:00Z%20and", "a%20ge%202026-10-25T01:30:00Z%20and"),
            ("a%20lt%202026-10-25T01:30:00Z", "a%20lt%202026-10-25T03:30:00Z"),
            ("a%20ge%202026-10-25T02:00:00Z", "a%20ge%202026-10-25T03:00:00Z"),
        ] {
            assert_eq!(rewrite_filter(TimeSemantics::Local, &Berlin, filter), expected);
            assert_eq!(rewrite_filter(TimeSemantics::Utc, &Berlin, filter), filter);
        }
    }
}
