//! Time as the product uses it: UTC instants, days without a zone, windows, and the one question a
//! zone must answer. No clock and no zone database: "now" is a parameter, and offsets come from
//! whoever implements [`Zone`].

use chrono::{DateTime, Datelike, Duration, Months, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

/// A point in time (UTC).
pub type Instant = DateTime<Utc>;
/// A calendar day, in no zone.
pub type Day = NaiveDate;

/// A time zone, as far as the engine needs one.
pub trait Zone {
    /// Seconds that local time is ahead of UTC at `at` (negative west of Greenwich).
    fn offset(&self, at: Instant) -> i32;

    /// The name by which a server knows the zone: a Windows id (`Russian Standard Time`) or an IANA
    /// name.
    fn name(&self) -> &str;
}

/// The IANA name of the zone that Windows, and with it Exchange, knows by `name`; `None` if it
/// knows none: all 139 of CLDR are known.
#[must_use]
pub fn windows(name: &str) -> Option<&'static str> {
    name.parse::<windows_timezones::WindowsTimezone>().ok().map(|zone| zone.tzdb_id())
}

/// Seconds that the zone which Windows knows by `name` is ahead of UTC outside summer time.
#[must_use]
pub fn standard(name: &str) -> Option<i32> {
    let description = name.parse::<windows_timezones::WindowsTimezone>().ok()?.description();
    // "(UTC+05:30) …"; "(UTC) …"
    let offset = description.strip_prefix("(UTC")?.split_once(')')?.0;
    let Some((hours, minutes)) = offset.split_once(':') else { return offset.is_empty().then_some(0) };
    let (west, hours) = (hours.starts_with('-'), hours.get(1..)?.parse::<i32>().ok()?);
    let ahead = hours * 3_600 + minutes.parse::<i32>().ok()? * 60;
    Some(if west { -ahead } else { ahead })
}

/// The day whose midnight is nearest to what a clock shows: of an all-day item the midnight of its
/// own zone, as another zone's clock shows it.
#[must_use]
pub fn nearest(wall: NaiveDateTime) -> Day {
    (wall + Duration::hours(12)).date()
}

/// The farthest that a zone is behind UTC and ahead of it.
const BEHIND: Duration = Duration::hours(12);
const AHEAD: Duration = Duration::hours(14);
/// By how much at most the clocks of one zone are put forward or back.
const CLOCK_CHANGE: Duration = Duration::hours(1);

/// The day of which `at` is the midnight, in a zone that is not told: the user's, if it is (about)
/// midnight there; else the one zone that has midnight then. Where there are two it is the midnight
/// that is nearer on the user's clock.
#[must_use]
pub fn day_of_midnight(at: Instant, user: &dyn Zone) -> Day {
    let shown = local(user, at);
    let near = nearest(shown);
    let (today, since) = (at.date_naive(), at.time() - NaiveTime::MIN);
    let is_users = (near.and_time(NaiveTime::MIN) - shown).abs() <= CLOCK_CHANGE;
    match (since <= BEHIND, Duration::days(1) - since <= AHEAD) {
        _ if is_users => near,
        (true, false) => today,
        (false, true) => today.succ_opt().unwrap_or(today),
        (true, true) | (false, false) => near,
    }
}

/// The local wall-clock time at `at`.
#[must_use]
pub fn local(zone: &dyn Zone, at: Instant) -> NaiveDateTime {
    at.naive_utc() + Duration::seconds(i64::from(zone.offset(at)))
}

/// The instant at which a wall clock in `zone` shows `time`. In the hour that summer time skips,
/// the clock is taken as not yet put forward; in the hour that winter time repeats, the first of
/// the two.
#[must_use]
pub fn instant(zone: &dyn Zone, time: NaiveDateTime) -> Instant {
    let utc = time.and_utc();
    let before = zone.offset(utc - Duration::hours(24));
    let after = zone.offset(utc + Duration::hours(24));
    let with = |offset: i32| utc - Duration::seconds(i64::from(offset));
    [before, after]
        .into_iter()
        .map(with)
        .find(|candidate| local(zone, *candidate) == time)
        .unwrap_or_else(|| with(before))
}

/// The first instant of `day` in `zone`.
#[must_use]
pub fn midnight(zone: &dyn Zone, day: Day) -> Instant {
    instant(zone, day.and_time(NaiveTime::MIN))
}

/// What a run looks at: items that touch `from..to`, occurrences of a series only up to
/// `series_to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Items that end before this are not looked at.
    pub from: Instant,
    /// Items that start at or after this are not looked at.
    pub to: Instant,
    /// Occurrences of a series that start at or after this are not looked at.
    pub series_to: Instant,
}

/// Months ahead that single items are looked at (docs/rules.md, "Scope and direction").
pub const HORIZON_MONTHS: u32 = 12;
/// Months ahead that occurrences of a series are looked at.
pub const SERIES_HORIZON_MONTHS: u32 = 3;
/// The farthest horizon that counts.
pub const MOST_HORIZON_MONTHS: u32 = 36;

impl Window {
    /// The window of a run at `now` by a user in `zone` who syncs items from day `from` on. Its far
    /// edges are firsts of months, so that it moves once a month and not with every run.
    #[must_use]
    pub fn at(now: Instant, from: Day, zone: &dyn Zone) -> Self {
        Self::ahead(now, from, HORIZON_MONTHS, SERIES_HORIZON_MONTHS, zone)
    }

    /// The same with other horizons, in months from 1 to [`MOST_HORIZON_MONTHS`]: of single items,
    /// and of occurrences of a series (never beyond single items). What is beyond those limits
    /// counts as the limit, whoever set it: the user, or a policy.
    #[must_use]
    pub fn ahead(now: Instant, from: Day, single: u32, series: u32, zone: &dyn Zone) -> Self {
        let today = local(zone, now).date();
        let ahead = |months: u32| {
            let first = today.with_day(1).unwrap_or(today);
            let months = Months::new(months.clamp(1, MOST_HORIZON_MONTHS) + 1);
            midnight(zone, first.checked_add_months(months).unwrap_or(first))
        };
        Self { from: midnight(zone, from), to: ahead(single), series_to: ahead(series.min(single)) }
    }

    /// Whether something from `start` to `end` touches the window; `series` if it is an occurrence
    /// of a series.
    #[must_use]
    pub fn holds(&self, start: Instant, end: Instant, series: bool) -> bool {
        let to = if series { self.series_to } else { self.to };
        start < to && (end > self.from || (start == end && start >= self.from))
    }

    /// Spans of at most `longest` that together cover it without gaps, and a day more at either
    /// end: a server takes days by a zone of its own.
    #[must_use]
    pub fn spans(&self, longest: Duration) -> Vec<Span> {
        let (mut from, end) = (self.from - Duration::days(1), self.to + Duration::days(1));
        let mut spans = Vec::new();
        while from < end {
            let to = end.min(from + longest);
            spans.push(Span { from, to });
            from = to;
        }
        spans
    }
}

/// The time between two instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub from: Instant,
    /// Where it ends; this instant is no part of it.
    pub to: Instant,
}

impl Span {
    /// How long it is.
    #[must_use]
    pub fn length(self) -> Duration {
        self.to - self.from
    }
}

/// A zone that is always `seconds` ahead of UTC: for tests, and where nothing better is known.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// Seconds ahead of UTC.
    pub seconds: i32,
    /// Its name.
    pub name: String,
}

impl Fixed {
    /// UTC.
    #[must_use]
    pub fn utc() -> Self {
        Self { seconds: 0, name: "UTC".to_owned() }
    }
}

impl Zone for Fixed {
    fn offset(&self, _at: Instant) -> i32 {
        self.seconds
    }

    fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_midnight_of_any_zone_is_its_day_wherever_the_user_lives() {
        let day: Day = NaiveDate::from_ymd_opt(2026, 10, 24).unwrap_or_default();
        for users in -12..=14 {
            let user = Fixed { seconds: users * 3_600, name: String::new() };
            for minutes in (-12 * 60..=14 * 60).step_by(15) {
                let at = day.and_time(NaiveTime::MIN).and_utc() - Duration::minutes(minutes);
                // midnight at 11 hours behind UTC is midnight at 13 hours ahead of it, a day later
                let is_of_two = (-12 * 60..=-10 * 60).contains(&minutes) || minutes >= 12 * 60;
                // about midnight where the user lives it is theirs
                let apart = (minutes - i64::from(users) * 60).rem_euclid(24 * 60);
                let is_users = apart <= 60 || apart >= 23 * 60;
                if !is_of_two && !is_users {
                    assert_eq!(day_of_midnight(at, &user), day, "{minutes} minutes ahead, seen {users} hours ahead");
                }
            }
            let at = day.and_time(NaiveTime::MIN).and_utc() - Duration::hours(i64::from(users));
            for hours in [-1, 0, 1] {
                assert_eq!(day_of_midnight(at + Duration::hours(hours), &user), day, "their own, {users}");
            }
        }
        let seen = |at: &str, seconds| {
            day_of_midnight(at.parse().unwrap_or_default(), &Fixed { seconds, name: String::new() }).to_string()
        };
        // Auckland's or Honolulu's
        assert_eq!(seen("2026-10-23T11:00:00Z", 36_000), "2026-10-24");
        assert_eq!(seen("2026-10-23T11:00:00Z", -28_800), "2026-10-23");
    }
}
