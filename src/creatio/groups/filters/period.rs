//! The stretches of time that date macros mean (docs/facts/creatio.md, "Filters"), in the user's
//! zone: from an instant on, up to but without another.
//!
//! "Previous" and "next" leave the current unit out, whatever their number: so previous 1 day is
//! yesterday, as previous month is the month before this one. No source says it of the macros with
//! a number; it is the reading that all their relatives have.

use crate::creatio::groups::filters::Viewer;
use crate::model::time::{local, midnight};
use crate::model::{Day, Span};
use chrono::{Datelike, Days, Duration, Months, NaiveTime, Timelike};

/// The day of the user's calendar that holds the wall-clock time `day`.
pub(in crate::creatio) fn day(viewer: &Viewer<'_>, day: Day) -> Option<Span> {
    days(viewer, day, day.succ_opt()?)
}

/// What the macro `number` means; `count` is its argument. `None`: it is no stretch of time.
pub(in crate::creatio) fn of(viewer: &Viewer<'_>, number: u64, count: Option<u32>) -> Option<Span> {
    let today = local(viewer.zone, viewer.now).date();
    match (number, count) {
        (3..=5, None) => units(viewer, number - 3, |n| shift(today, n)),
        (6..=8, None) => {
            let into = i64::from(today.weekday().days_since(viewer.week));
            units(viewer, number - 6, |n| shift(today, 7 * n - into))
        }
        (9..=11, None) => units(viewer, number - 9, |n| month(today, 1, n)),
        (12..=14, None) => units(viewer, number - 12, |n| month(today, 3, n)),
        (15..=17, None) => units(viewer, number - 15, |n| month(today, 6, n)),
        (18 | 19, None) => units(viewer, number - 18, |n| month(today, 12, n)),
        (23, None) => units(viewer, 2, |n| month(today, 12, n)),
        (20..=22, None) => {
            let before = i64::try_from(number - 20).ok()? - 1;
            hours(viewer, before, before + 1)
        }
        (24, Some(count)) => days(viewer, shift(today, 1)?, shift(today, i64::from(count) + 1)?),
        (25, Some(count)) => days(viewer, shift(today, -i64::from(count))?, today),
        (26, Some(count)) => hours(viewer, 1, i64::from(count) + 1),
        (27, Some(count)) => hours(viewer, -i64::from(count), 0),
        _ => None,
    }
}

/// The previous (0), current (1) or next (2) unit; `first` gives the first day of the unit so many
/// units from the current one.
fn units(viewer: &Viewer<'_>, which: u64, first: impl Fn(i64) -> Option<Day>) -> Option<Span> {
    let which = i64::try_from(which).ok()? - 1;
    days(viewer, first(which)?, first(which + 1)?)
}

fn days(viewer: &Viewer<'_>, from: Day, to: Day) -> Option<Span> {
    Some(Span { from: midnight(viewer.zone, from), to: midnight(viewer.zone, to) })
}

fn shift(day: Day, days: i64) -> Option<Day> {
    let count = Days::new(days.unsigned_abs());
    if days < 0 { day.checked_sub_days(count) } else { day.checked_add_days(count) }
}

/// The first day of the unit of `length` months that lies `n` units from the one that holds `day`.
fn month(day: Day, length: u32, n: i64) -> Option<Day> {
    let first = day.with_day(1)?.with_month(day.month0() / length * length + 1)?;
    let months = Months::new(u32::try_from(n.unsigned_abs()).ok()?.checked_mul(length)?);
    if n < 0 { first.checked_sub_months(months) } else { first.checked_add_months(months) }
}

/// From the start of the hour `from` hours away to that of the hour `to` hours away, by the user's
/// clock.
fn hours(viewer: &Viewer<'_>, from: i64, to: i64) -> Option<Span> {
    let time = local(viewer.zone, viewer.now).time();
    let start = viewer.now - (time - NaiveTime::from_hms_opt(time.hour(), 0, 0)?);
    let at = |hours: i64| start.checked_add_signed(Duration::try_hours(hours)?);
    Some(Span { from: at(from)?, to: at(to)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ContactId, Instant, Zone};
    use chrono::Weekday;

    /// New York in 2026: summer time begins on 8 March at 07:00 UTC.
    struct NewYork;

    impl Zone for NewYork {
        fn offset(&self, at: Instant) -> i32 {
            let summer = at >= chrono::DateTime::from_timestamp(1_772_953_200, 0).unwrap_or_default();
            if summer { -4 * 3600 } else { -5 * 3600 }
        }

        fn name(&self) -> &'static str {
            "Eastern Standard Time"
        }
    }

    #[test]
    fn weeks_begin_where_the_culture_says_and_days_are_local_ones() {
        let contact = ContactId::new("x");
        for (now, week, number, count, from, to) in [
            ("2026-03-08T06:30:00Z", Weekday::Sun, 4, None, "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
            ("2026-03-08T06:30:00Z", Weekday::Sun, 7, None, "2026-03-08T05:00:00Z", "2026-03-15T04:00:00Z"),
            ("2026-03-08T06:30:00Z", Weekday::Mon, 7, None, "2026-03-02T05:00:00Z", "2026-03-09T04:00:00Z"),
            ("2026-03-08T06:30:00Z", Weekday::Sat, 6, None, "2026-02-28T05:00:00Z", "2026-03-07T05:00:00Z"),
            // 23:30 of the day before, locally
            ("2026-03-08T04:30:00Z", Weekday::Sun, 4, None, "2026-03-07T05:00:00Z", "2026-03-08T05:00:00Z"),
            ("2026-03-08T06:30:00Z", Weekday::Sun, 22, None, "2026-03-08T07:00:00Z", "2026-03-08T08:00:00Z"),
            ("2026-03-08T06:30:00Z", Weekday::Sun, 24, Some(1), "2026-03-09T04:00:00Z", "2026-03-10T04:00:00Z"),
            ("2026-12-31T12:00:00Z", Weekday::Sun, 23, None, "2027-01-01T04:00:00Z", "2028-01-01T04:00:00Z"),
        ] {
            let now = now.parse().unwrap_or_default();
            let viewer =
                Viewer { contact: &contact, user: None, zone: &NewYork, now, week, date: &|at| at.to_rfc3339() };
            let expected = Some(Span { from: from.parse().unwrap_or_default(), to: to.parse().unwrap_or_default() });
            assert_eq!(of(&viewer, number, count), expected, "{number} at {now}, weeks from {week}");
        }
        let viewer = Viewer {
            contact: &contact,
            user: None,
            zone: &NewYork,
            now: Instant::default(),
            week: Weekday::Mon,
            date: &|at| at.to_rfc3339(),
        };
        assert_eq!(of(&viewer, 24, None), None);
        assert_eq!(of(&viewer, 37, None), None);
    }
}
