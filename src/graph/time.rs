//! Graph's `dateTimeTimeZone`, both ways. No zone database: UTC and the user's own zone are
//! understood, which is all that Graph answers with when it is asked as we ask (no
//! `outlook.timezone` preference, so UTC; a create's reply repeats the zone sent).

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

/// The day that a date means, of an all-day event or a task (docs/facts/graph.md, "All-day", "Task
/// days"): midnight is the date as it stands, never converted; any other time is a midnight of the
/// zone in which it was written, told as an instant. Of a zone by a name that is not known, it is
/// the nearest midnight on its own clock.
pub(super) fn day(value: &ZonedTime, user: &dyn Zone) -> Result<Day, Flaw> {
    let text = value.date_time.as_deref().ok_or("dateTime: missing")?;
    let written = clock(text)?;
    if written.time() == NaiveTime::MIN {
        return Ok(written.date());
    }
    Ok(instant(value, user).map_or_else(|_| time::nearest(written), |at| time::day_of_midnight(at, user)))
}

/// Whether it is at least a day from `start` to `end`, be it one of summer time's.
pub(super) fn is_a_day(start: &ZonedTime, end: &ZonedTime) -> bool {
    let shown = |time: &ZonedTime| clock(time.date_time.as_deref()?).ok();
    shown(start).zip(shown(end)).is_some_and(|(start, end)| end - start >= chrono::Duration::hours(23))
}

/// The day of which `at` is the midnight, in the zone that Windows knows by `zone`, else in one
/// that is not told. In summer time a zone is an hour from where it is usually.
pub(super) fn day_of(at: Instant, zone: Option<&str>, user: &dyn Zone) -> Day {
    let own = zone.filter(|name| !name.eq_ignore_ascii_case(user.name())).and_then(time::standard);
    let shown = |ahead: i32| at.naive_utc() + chrono::Duration::seconds(i64::from(ahead));
    own.map_or_else(|| time::day_of_midnight(at, user), |ahead| time::nearest(shown(ahead)))
}

/// What a clock shows that says `text`, whatever zone stands behind it.
fn clock(text: &str) -> Result<NaiveDateTime, Flaw> {
    let zoned = DateTime::parse_from_rfc3339(text).map(|at| at.naive_local());
    zoned.map_or_else(|_| wall(text.trim_end_matches('Z')), |wall| within(Some(wall)))
}

/// A time stamp with an offset; seconds may be left out.
pub(super) fn stamp(text: &str) -> Option<Instant> {
    let at = DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc));
    at.or_else(|| wall(text.strip_suffix('Z')?).ok().map(|wall| wall.and_utc()))
}

/// `at` as Graph is told it: the user's wall time, so that Outlook shows a sane zone; UTC where the
/// wall time is ambiguous or the zone has no name that Graph knows.
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
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    within(forms.into_iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()))
}

fn within(wall: Option<NaiveDateTime>) -> Result<NaiveDateTime, Flaw> {
    wall.filter(|wall| YEARS.contains(&wall.year())).ok_or("dateTime: no date and time of the calendar")
}

/// Whether Graph takes a zone by `name`: one of Windows, or one that looks like the IANA's;
/// `tzone://…` and home-made names it refuses.
pub(super) fn known(name: &str) -> bool {
    time::windows(name).is_some() || (name.contains('/') && !name.contains(':'))
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
            // midnights of Moscow, Tokyo, Delhi, London in summer, New York and Los Angeles
            ("2024-10-23T21:00:00Z", "2024-10-24"),
            ("2024-10-23T15:00Z", "2024-10-24"),
            ("2024-10-23T18:30:00.0000000", "2024-10-24"),
            ("2024-10-23T23:00:00.0000000", "2024-10-24"),
            ("2024-10-24T04:00:00Z", "2024-10-24"),
            ("2024-10-24T08:00:00.0000000", "2024-10-24"),
            ("2024-10-24T00:00:00+09:00", "2024-10-24"),
            ("2024-10-24T00:00:00Z", "2024-10-24"),
            ("2024-10-24T00:00Z", "2024-10-24"),
        ] {
            assert_eq!(day(&given(text, Some("UTC")), &moscow()), Ok(day_read.parse().unwrap()), "{text}");
        }
        // made in Tokyo, and read by somebody in Seattle
        let seattle = Fixed { seconds: -25_200, name: "Pacific Standard Time".to_owned() };
        let there = given("2026-10-23T15:00Z", Some("UTC"));
        assert_eq!(day(&there, &seattle), Ok("2026-10-24".parse().unwrap()));
        // of a zone that is not known the clock is taken as it stands
        let custom = given("2024-10-23T22:00:00", Some("tzone://Microsoft/Custom"));
        assert_eq!(day(&custom, &moscow()), Ok("2024-10-24".parse().unwrap()));
    }

    #[test]
    fn an_original_midnight_is_found_in_the_organizers_zone() {
        for (at, zone, found) in [
            ("2026-03-04T15:00:00Z", Some("Tokyo Standard Time"), "2026-03-05"),
            ("2026-03-04T11:00:00Z", Some("New Zealand Standard Time"), "2026-03-05"),
            ("2026-03-04T10:00:00Z", Some("Line Islands Standard Time"), "2026-03-05"),
            ("2026-03-05T11:00:00Z", Some("UTC-11"), "2026-03-05"),
            // in summer time
            ("2026-07-04T22:00:00Z", Some("W. Europe Standard Time"), "2026-07-05"),
            ("2026-07-05T07:00:00Z", Some("Pacific Standard Time"), "2026-07-05"),
            // a zone without a name, and the user's own
            ("2026-03-04T15:00:00Z", None, "2026-03-05"),
            ("2026-03-04T18:30:00Z", Some("tzone://Microsoft/Custom"), "2026-03-05"),
            ("2026-03-04T21:00:00Z", Some("Russian Standard Time"), "2026-03-05"),
        ] {
            assert_eq!(day_of(stamp(at).unwrap(), zone, &moscow()), found.parse().unwrap(), "{at} {zone:?}");
        }
    }

    #[test]
    fn the_zones_of_windows_and_no_others_are_known() {
        for name in [
            "UTC",
            "UTC-11",
            "UTC-02",
            "UTC+12",
            "UTC+13",
            "Russia Time Zone 3",
            "Russia Time Zone 10",
            "Central Standard Time (Mexico)",
            "Pacific Standard Time (Mexico)",
            "W. Europe Standard Time",
            "Europe/Moscow",
        ] {
            assert!(known(name), "{name}");
        }
        for name in ["Kamchatka Standard Time", "Mid-Atlantic Standard Time", "", "tzone://Microsoft/Custom", "UTC+25"]
        {
            assert!(!known(name), "{name}");
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
