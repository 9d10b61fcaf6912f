//! Recurrences: EWS's elements to and from the rule that the mailbox keeps (docs/facts/ews.md,
//! "Series").

use super::soap::Trouble;
use super::times::{self, Clock};
use super::xml::{Element, t};
use crate::graph::shape::put;
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::{Value, json};

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// Words for several days.
const SETS: [(&str, &[usize]); 3] =
    [("Day", &[0, 1, 2, 3, 4, 5, 6]), ("Weekday", &[1, 2, 3, 4, 5]), ("WeekendDay", &[0, 6])];

/// The elements and the words of the patterns.
const PATTERNS: [(&str, &str); 6] = [
    ("DailyRecurrence", "daily"),
    ("WeeklyRecurrence", "weekly"),
    ("AbsoluteMonthlyRecurrence", "absoluteMonthly"),
    ("RelativeMonthlyRecurrence", "relativeMonthly"),
    ("AbsoluteYearlyRecurrence", "absoluteYearly"),
    ("RelativeYearlyRecurrence", "relativeYearly"),
];

/// Reads a `Recurrence` as the rule of a series whose days are days in `zone`.
///
/// # Errors
/// A pattern that the sandbox lacks.
pub(crate) fn read(element: &Element, zone: &str) -> Result<Value, Trouble> {
    let [pattern, range] = element.children.as_slice() else { return Err(invalid("The recurrence is incomplete.")) };
    let kind = PATTERNS.iter().find(|(name, _)| pattern.is(name)).map(|(_, kind)| *kind);
    let kind =
        kind.ok_or_else(|| Trouble::new("ErrorUnsupportedRecurrence", "The sandbox has no regenerating tasks."))?;
    let number = |of: &Element, name: &str| of.text_of(name).and_then(|text| text.parse::<u32>().ok());
    let mut rule = json!({"type": kind, "interval": number(pattern, "Interval").unwrap_or(1)});
    if let Some(days) = pattern.text_of("DaysOfWeek") {
        let days: Vec<String> = days.split_whitespace().flat_map(days_of).map(str::to_lowercase).collect();
        put(&mut rule, "daysOfWeek", days);
    }
    if let Some(day) = number(pattern, "DayOfMonth") {
        put(&mut rule, "dayOfMonth", day);
    }
    if let Some(month) = pattern.text_of("Month").and_then(|name| MONTHS.iter().position(|month| *month == name)) {
        put(&mut rule, "month", month + 1);
    }
    if let Some(index) = pattern.text_of("DayOfWeekIndex") {
        put(&mut rule, "index", index.to_lowercase());
    }
    put(&mut rule, "firstDayOfWeek", pattern.text_of("FirstDayOfWeek").unwrap_or("Sunday").to_lowercase());
    let day = |name: &str| range.text_of(name).and_then(times::day).map(|day| day.to_string());
    let mut span = json!({"type": "noEnd", "startDate": day("StartDate"), "recurrenceTimeZone": zone});
    if let Some(end) = day("EndDate") {
        put(&mut span, "type", "endDate");
        put(&mut span, "endDate", end);
    }
    if let Some(count) = number(range, "NumberOfOccurrences") {
        put(&mut span, "type", "numbered");
        put(&mut span, "numberOfOccurrences", count);
    }
    Ok(json!({"pattern": rule, "range": span}))
}

pub(crate) fn invalid(why: impl Into<String>) -> Trouble {
    Trouble::new("ErrorCalendarInvalidRecurrence", why)
}

/// The days that a word stands for.
fn days_of(word: &str) -> Vec<&'static str> {
    let set = SETS.iter().find(|(name, _)| *name == word).map(|(_, days)| days.to_vec());
    let set = set.unwrap_or_else(|| DAYS.iter().position(|day| *day == word).into_iter().collect());
    set.into_iter().filter_map(|day| DAYS.get(day).copied()).collect()
}

/// The `Recurrence` of a rule of the mailbox.
pub(crate) fn write(rule: &Value, tz: Tz, clock: &Clock) -> Option<Element> {
    let (pattern, range) = (&rule["pattern"], &rule["range"]);
    let (name, kind) = PATTERNS.iter().find(|(_, kind)| pattern["type"] == *kind)?;
    let part = |name: &str, text: String| t(name).say(text);
    let interval = || part("Interval", pattern["interval"].to_string());
    let days = || part("DaysOfWeek", words(pattern, kind.starts_with("relative")));
    let index = || part("DayOfWeekIndex", capital(pattern["index"].as_str().unwrap_or("first")));
    let of_month = || part("DayOfMonth", pattern["dayOfMonth"].to_string());
    let month = || {
        let month = pattern["month"].as_u64().and_then(|month| usize::try_from(month).ok()).unwrap_or(1);
        part("Month", MONTHS.get(month.max(1) - 1).copied().unwrap_or_default().to_owned())
    };
    let first = || part("FirstDayOfWeek", capital(pattern["firstDayOfWeek"].as_str().unwrap_or("sunday")));
    let parts = match *kind {
        "daily" => vec![interval()],
        "weekly" => vec![interval(), days(), first()],
        "absoluteMonthly" => vec![interval(), of_month()],
        "relativeMonthly" => vec![interval(), days(), index()],
        "absoluteYearly" => vec![of_month(), month()],
        _ => vec![days(), index(), month()],
    };
    let day = |name: &str| range[name].as_str().and_then(|text| text.parse::<NaiveDate>().ok());
    let start = t("StartDate").say(clock.day(day("startDate")?, tz));
    let range = match range["type"].as_str() {
        Some("endDate") => t("EndDateRecurrence").hold([start, t("EndDate").say(clock.day(day("endDate")?, tz))]),
        Some("numbered") => {
            t("NumberedRecurrence").hold([start, t("NumberOfOccurrences").say(&range["numberOfOccurrences"])])
        }
        _ => t("NoEndRecurrence").hold([start]),
    };
    Some(t("Recurrence").hold([t(name).hold(parts), range]))
}

/// The days of a pattern; a relative one has one word.
fn words(pattern: &Value, relative: bool) -> String {
    let given = pattern["daysOfWeek"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let given: Vec<usize> = given.filter_map(|day| DAYS.iter().position(|own| own.eq_ignore_ascii_case(day))).collect();
    let mut sorted = given.clone();
    sorted.sort_unstable();
    let set = SETS.iter().find(|(_, days)| relative && *days == sorted.as_slice());
    let names = || sorted.iter().filter_map(|day| DAYS.get(*day).copied()).collect::<Vec<_>>().join(" ");
    set.map_or_else(names, |(word, _)| (*word).to_owned())
}

/// A word with a capital letter.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}
