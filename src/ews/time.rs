//! EWS's times, both ways (docs/facts/ews.md, "Times", "All-day", "Tasks"). No zone database:
//! instants come with their zone, and of an all-day item the wall clock of its own zone is asked
//! for; where a server does not tell it, days are found by rounding.

pub(super) use crate::model::time::nearest;
use crate::model::time::{self, Zone};
use crate::model::{Day, Instant};
use chrono::{DateTime, Datelike, NaiveDateTime, NaiveTime, SubsecRound, Utc};

/// The years of both servers' calendars; chrono reads more, and its arithmetic ends with them.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

/// Seconds of the steps in which zones are apart.
const QUARTER: i64 = 900;

/// The instant that `text` means: without a zone it is UTC, as for requests of our version.
pub(super) fn instant(text: &str) -> Option<Instant> {
    let zoned = DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc));
    let at = zoned.ok().or_else(|| wall(text).map(|wall| wall.and_utc()))?;
    YEARS.contains(&at.year()).then_some(at)
}

/// What a clock shows that says `text`, whatever zone stands behind it.
pub(super) fn wall(text: &str) -> Option<NaiveDateTime> {
    let zoned = DateTime::parse_from_rfc3339(text).map(|at| at.naive_local());
    let plain = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f");
    zoned.or_else(|_| plain()).ok().filter(|wall| YEARS.contains(&wall.year()))
}

/// The day that a task's date means: midnight in UTC is the date as it stands. Everything else is
/// an instant: a midnight of the zone in which it was made; or, if no zone is so far from UTC, a
/// time on a day of the user's.
pub(super) fn day(text: &str, user: &dyn Zone) -> Option<Day> {
    let at = instant(text)?;
    if at.time() == NaiveTime::MIN {
        return Some(at.date_naive());
    }
    let is_midnight = at.timestamp() % QUARTER == 0 && at.timestamp_subsec_nanos() == 0;
    Some(if is_midnight { time::day_of_midnight(at, user) } else { time::local(user, at).date() })
}

/// `at` as it is written.
pub(super) fn utc(at: Instant) -> String {
    at.trunc_subsecs(0).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A task's date as it is written: midnight without a zone, which means the user's together with
/// `TimeZoneContext`, and UTC's without.
pub(super) fn date(day: Day) -> String {
    format!("{}T00:00:00", day.format("%Y-%m-%d"))
}

/// The name of `zone`, if it is one that Windows knows: others Exchange refuses.
pub(super) fn windows(zone: &dyn Zone) -> Option<&str> {
    time::windows(zone.name()).map(|_| zone.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Fixed;

    #[test]
    fn instants_walls_and_days() {
        let moscow = Fixed { seconds: 10_800, name: "Russian Standard Time".to_owned() };
        let seattle = Fixed { seconds: -28_800, name: "Pacific Standard Time".to_owned() };
        for (text, at, shown, days) in [
            ("2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z", "2026-11-24T09:00:00", ["2026-11-24", "2026-11-24"]),
            ("2026-11-24T00:00:00.000000Z", "2026-11-24T00:00:00Z", "2026-11-24T00:00:00", ["2026-11-24"; 2]),
            ("2026-11-24T00:00:00+03:00", "2026-11-23T21:00:00Z", "2026-11-24T00:00:00", ["2026-11-24"; 2]),
            // midnights of Tokyo and Los Angeles
            ("2026-11-23T15:00:00Z", "2026-11-23T15:00:00Z", "2026-11-23T15:00:00", ["2026-11-24"; 2]),
            ("2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00", ["2026-11-24"; 2]),
            (
                "2026-11-23T22:30:00.7705115Z",
                "2026-11-23T22:30:00.7705115Z",
                "2026-11-23T22:30:00.7705115",
                ["2026-11-24", "2026-11-23"],
            ),
            ("2026-11-24T00:00:00", "2026-11-24T00:00:00Z", "2026-11-24T00:00:00", ["2026-11-24"; 2]),
        ] {
            assert_eq!(instant(text), at.parse().ok(), "{text}");
            assert_eq!(wall(text), shown.parse().ok(), "{text}");
            let read = [&moscow, &seattle].map(|zone| day(text, zone).map(|day| day.to_string()));
            assert_eq!(read, days.map(|day| Some(day.to_owned())), "{text}");
        }
        for text in ["", "soon", "2026-02-30T00:00:00Z", "2026-11-24", "+12026-01-01T00:00:00Z"] {
            assert_eq!((instant(text), wall(text)), (None, None), "{text}");
        }
    }

    #[test]
    fn a_day_is_the_one_whose_midnight_is_nearest() {
        for (text, day) in [
            ("2024-03-15T00:00:00", "2024-03-15"),
            ("2024-03-14T23:00:00", "2024-03-15"),
            ("2024-03-15T05:00:00", "2024-03-15"),
            ("2024-03-14T12:00:00", "2024-03-15"),
        ] {
            assert_eq!(wall(text).map(nearest).map(|day| day.to_string()).as_deref(), Some(day), "{text}");
        }
    }
}
