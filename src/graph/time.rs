//! Graph's `dateTimeTimeZone`, both ways. No zone database: UTC and the user's own zone are understood, which is all that Graph
//! answers with when it is asked as we ask (no `outlook.timezone` preference, so UTC; a create's reply repeats the zone sent).

use super::wire::ZonedTime;
use crate::model::time::{self, Zone};
use crate::model::{Day, Instant};
use chrono::{DateTime, Datelike, NaiveDateTime, NaiveTime, SubsecRound, Utc};
use serde_json::{Value, json};

/// Names under which Graph means UTC.
const UTC: [&str; 5] = ["UTC", "Etc/UTC", "Etc/GMT", "Coordinated Universal Time", "tzone://Microsoft/Utc"];

/// The years of both servers' calendars; chrono reads more, and its arithmetic ends with them.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

/// What is wrong with a time: the member of it, and what was expected.
pub(super) type Flaw = &'static str;

/// The instant that `value` means.
pub(super) fn instant(value: &ZonedTime, user: &dyn Zone) -> Result<Instant, Flaw> {
    let text = value.date_time.as_deref().ok_or("dateTime: missing")?;
    if let Some(at) = stamp(text) {
        return Ok(at);
    }
    let wall = wall(text)?;
    let name = value.time_zone.as_deref().ok_or("timeZone: missing")?;
    if UTC.iter().any(|utc| utc.eq_ignore_ascii_case(name)) {
        Ok(wall.and_utc())
    } else if name.eq_ignore_ascii_case(user.name()) {
        Ok(time::instant(user, wall))
    } else {
        Err("timeZone: neither UTC nor the user's zone")
    }
}

/// The date that an all-day event's start or end is written with: never converted (facts §3).
pub(super) fn date(value: &ZonedTime) -> Result<Day, Flaw> {
    let text = value.date_time.as_deref().ok_or("dateTime: missing")?;
    Ok(wall(text.trim_end_matches('Z'))?.date())
}

/// The day that a task's date means (facts §4): midnight is the date as it stands; any other time is an instant, which falls on a
/// day of the user's.
pub(super) fn day(value: &ZonedTime, user: &dyn Zone) -> Result<Day, Flaw> {
    let text = value.date_time.as_deref().ok_or("dateTime: missing")?;
    match wall(text.trim_end_matches('Z')) {
        Ok(wall) if wall.time() == NaiveTime::MIN => Ok(wall.date()),
        Ok(_) | Err(_) => Ok(time::local(user, instant(value, user)?).date()),
    }
}

/// A time stamp with an offset.
pub(super) fn stamp(text: &str) -> Option<Instant> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc))
}

/// `at` as Graph is told it: the user's wall time, so that Outlook shows a sane zone; UTC where the wall time is ambiguous or the
/// zone has no name that Graph knows.
pub(super) fn zoned(at: Instant, user: &dyn Zone) -> Value {
    let at = at.trunc_subsecs(0);
    let wall = time::local(user, at);
    if known(user.name()) && time::instant(user, wall) == at { written(wall, user.name()) } else { utc(at) }
}

/// `at` in UTC.
pub(super) fn utc(at: Instant) -> Value {
    written(at.naive_utc(), "UTC")
}

/// Midnight of `day`, as a date is told.
pub(super) fn midnight(day: Day, user: &dyn Zone) -> Value {
    written(day.and_time(NaiveTime::MIN), if known(user.name()) { user.name() } else { "UTC" })
}

fn written(wall: NaiveDateTime, zone: &str) -> Value {
    json!({"dateTime": wall.format("%Y-%m-%dT%H:%M:%S").to_string(), "timeZone": zone})
}

fn wall(text: &str) -> Result<NaiveDateTime, Flaw> {
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
        .into_iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .filter(|wall| YEARS.contains(&wall.year()))
        .ok_or("dateTime: no date and time of the calendar")
}

/// Whether `name` looks like a Windows or IANA name, which Graph takes; `tzone://…` and home-made names it refuses.
fn known(name: &str) -> bool {
    name == "UTC" || name.ends_with(" Standard Time") || (name.contains('/') && !name.contains(':'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test says what it expects by panicking
    use super::*;
    use crate::model::time::Fixed;

    fn moscow() -> Fixed {
        Fixed { seconds: 10_800, name: "Russian Standard Time".to_owned() }
    }

    fn given(text: &str, zone: Option<&str>) -> ZonedTime {
        ZonedTime { date_time: Some(text.to_owned()), time_zone: zone.map(str::to_owned) }
    }

    #[test]
    fn times_are_read_in_utc_and_in_the_users_zone() {
        for (text, zone, read) in [
            ("2025-03-01T10:00:00.0000000", Some("UTC"), Ok("2025-03-01T10:00:00Z")),
            ("2025-03-01T10:00:00", Some("tzone://Microsoft/Utc"), Ok("2025-03-01T10:00:00Z")),
            ("2025-03-01T10:00", Some("etc/utc"), Ok("2025-03-01T10:00:00Z")),
            ("2025-03-01T10:00:00.0000000", Some("Russian Standard Time"), Ok("2025-03-01T07:00:00Z")),
            ("2025-03-01T10:00:00+02:00", None, Ok("2025-03-01T08:00:00Z")),
            ("2025-03-01T10:00:00", Some("tzone://Microsoft/Custom"), Err("timeZone: neither UTC nor the user's zone")),
            ("2025-03-01T10:00:00", None, Err("timeZone: missing")),
            ("2025-02-30T10:00:00", Some("UTC"), Err("dateTime: no date and time of the calendar")),
            ("soon", Some("UTC"), Err("dateTime: no date and time of the calendar")),
        ] {
            assert_eq!(instant(&given(text, zone), &moscow()), read.map(|at| stamp(at).unwrap()), "{text} {zone:?}");
        }
    }

    #[test]
    fn a_tasks_date_is_the_date_or_the_users_day() {
        for (text, day_read) in [
            ("2024-10-24T00:00:00.0000000", "2024-10-24"),
            ("2024-10-23T21:00:00.0000000", "2024-10-24"),
            ("2024-10-23T20:59:59.0000000", "2024-10-23"),
        ] {
            assert_eq!(day(&given(text, Some("UTC")), &moscow()), Ok(day_read.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn times_are_written_in_the_users_zone_if_graph_can_know_it() {
        let at = stamp("2025-03-01T10:00:00.75Z").unwrap();
        for (zone, written) in [
            ("Russian Standard Time", json!({"dateTime": "2025-03-01T13:00:00", "timeZone": "Russian Standard Time"})),
            ("Europe/Moscow", json!({"dateTime": "2025-03-01T13:00:00", "timeZone": "Europe/Moscow"})),
            ("(UTC+03:00) Moscow", json!({"dateTime": "2025-03-01T10:00:00", "timeZone": "UTC"})),
        ] {
            assert_eq!(zoned(at, &Fixed { seconds: 10_800, name: zone.to_owned() }), written);
        }
    }
}
