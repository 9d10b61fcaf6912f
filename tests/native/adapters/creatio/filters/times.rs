//! Rows: times, days, and stretches of time relative to now.

use super::cases::Case;
use super::cases::Want::{Odata, Server};
use super::*;

pub(crate) fn times() -> Vec<Case> {
    let start = |comparison, right| all([compare("StartDate", comparison, right)]);
    let at = |wall: &str| date(&format!("{wall}:00.000"));
    let both = |utc: &str| {
        let mut right = at("2026-03-02T13:00");
        right["parameter"]["dateValue"] = json!(utc);
        start(3, right)
    };
    vec![
        ("time =", start(3, at("2026-03-02T13:00")), Odata("StartDate eq 2026-03-02T10:00:00Z", &[1])),
        (
            "time ≠",
            start(4, at("2026-03-02T13:00")),
            Odata("StartDate ne null and StartDate ne 2026-03-02T10:00:00Z", &[2, 3, 4, 5, 6, 7, 8, 10, 11, 12]),
        ),
        ("time <", start(5, at("2026-03-02T12:15")), Odata("StartDate lt 2026-03-02T09:15:00Z", &[2, 4, 7, 10])),
        ("time ≤", start(6, at("2026-03-02T12:15")), Odata("StartDate le 2026-03-02T09:15:00Z", &[2, 4, 7, 10, 11])),
        ("time >", start(7, at("2026-08-01T12:00")), Odata("StartDate gt 2026-08-01T09:00:00Z", &[8])),
        ("time ≥", start(8, date("2026-08-01T12:00:00.000Z")), Odata("StartDate ge 2026-08-01T09:00:00Z", &[8, 12])),
        (
            "time between",
            all([between("StartDate", at("2026-03-02T11:30"), at("2026-03-02T13:00"))]),
            Odata("StartDate ge 2026-03-02T08:30:00Z and StartDate le 2026-03-02T10:00:00Z", &[1, 10, 11]),
        ),
        ("time and its UTC agree", both("2026-03-02T10:00:00.000Z"), Odata("StartDate eq 2026-03-02T10:00:00Z", &[1])),
        (
            "time and its UTC differ",
            both("2026-03-02T08:00:00.000Z"),
            Server("items.k1 (StartDate): a time of another zone", &[1]),
        ),
    ]
}

pub(crate) fn days() -> Vec<Case> {
    let day = |comparison| all([trimmed(compare("StartDate", comparison, date("2026-03-02T15:45:00.000")))]);
    let third = parameter(8, json!("\"2026-03-03\""));
    vec![
        (
            "day =",
            day(3),
            Odata("StartDate ge 2026-03-01T21:00:00Z and StartDate lt 2026-03-02T21:00:00Z", &[1, 10, 11]),
        ),
        (
            "day ≠",
            day(4),
            Odata("StartDate lt 2026-03-01T21:00:00Z or StartDate ge 2026-03-02T21:00:00Z", &[2, 3, 4, 5, 6, 7, 8, 12]),
        ),
        ("day <", day(5), Odata("StartDate lt 2026-03-01T21:00:00Z", &[2, 4, 7])),
        ("day ≤", day(6), Odata("StartDate lt 2026-03-02T21:00:00Z", &[1, 2, 4, 7, 10, 11])),
        ("day >", day(7), Odata("StartDate ge 2026-03-02T21:00:00Z", &[3, 5, 6, 8, 12])),
        ("day ≥", day(8), Odata("StartDate ge 2026-03-01T21:00:00Z", &[1, 3, 5, 6, 8, 10, 11, 12])),
        (
            "days between",
            all([trimmed(between("StartDate", date("2026-03-01T10:00:00.000"), third))]),
            Odata("StartDate ge 2026-02-28T21:00:00Z and StartDate lt 2026-03-03T21:00:00Z", &[1, 2, 3, 10, 11]),
        ),
    ]
}

pub(crate) fn compared_periods() -> Vec<Case> {
    let start = |comparison| all([trimmed(compare("StartDate", comparison, macros(4)))]);
    vec![
        (
            "not today",
            start(4),
            Odata("StartDate lt 2026-03-01T21:00:00Z or StartDate ge 2026-03-02T21:00:00Z", &[2, 3, 4, 5, 6, 7, 8, 12]),
        ),
        ("before today", start(5), Odata("StartDate lt 2026-03-01T21:00:00Z", &[2, 4, 7])),
        ("until today", start(6), Odata("StartDate lt 2026-03-02T21:00:00Z", &[1, 2, 4, 7, 10, 11])),
        ("after today", start(7), Odata("StartDate ge 2026-03-02T21:00:00Z", &[3, 5, 6, 8, 12])),
        ("from today", start(8), Odata("StartDate ge 2026-03-01T21:00:00Z", &[1, 3, 5, 6, 8, 10, 11, 12])),
        (
            "from yesterday to tomorrow",
            all([between("StartDate", macros(3), macros(5))]),
            Odata("StartDate ge 2026-02-28T21:00:00Z and StartDate lt 2026-03-03T21:00:00Z", &[1, 2, 3, 10, 11]),
        ),
    ]
}

/// Each period by its macro: its first instant, the one after its last, and who starts in it.
pub(crate) fn periods() -> Vec<(&'static str, Value, [&'static str; 2], &'static [u32])> {
    let nine = [
        ("yesterday", macros(3), ["2026-02-28T21", "2026-03-01T21"], &[2][..]),
        ("today", macros(4), ["2026-03-01T21", "2026-03-02T21"], &[1, 10, 11]),
        ("tomorrow", macros(5), ["2026-03-02T21", "2026-03-03T21"], &[3]),
        ("previous week", macros(6), ["2026-02-22T21", "2026-03-01T21"], &[2, 4]),
        ("current week", macros(7), ["2026-03-01T21", "2026-03-08T21"], &[1, 3, 10, 11]),
        ("next week", macros(8), ["2026-03-08T21", "2026-03-15T21"], &[5]),
        ("previous month", macros(9), ["2026-01-31T21", "2026-02-28T21"], &[4]),
        ("current month", macros(10), ["2026-02-28T21", "2026-03-31T21"], &[1, 2, 3, 5, 10, 11]),
        ("next month", macros(11), ["2026-03-31T21", "2026-04-30T21"], &[6]),
        ("previous quarter", macros(12), ["2025-09-30T21", "2025-12-31T21"], &[7]),
        ("current quarter", macros(13), ["2025-12-31T21", "2026-03-31T21"], &[1, 2, 3, 4, 5, 10, 11]),
        ("next quarter", macros(14), ["2026-03-31T21", "2026-06-30T21"], &[6]),
        ("previous half-year", macros(15), ["2025-06-30T21", "2025-12-31T21"], &[7]),
        ("current half-year", macros(16), ["2025-12-31T21", "2026-06-30T21"], &[1, 2, 3, 4, 5, 6, 10, 11]),
        ("next half-year", macros(17), ["2026-06-30T21", "2026-12-31T21"], &[12]),
        ("previous year", macros(18), ["2024-12-31T21", "2025-12-31T21"], &[7]),
        ("current year", macros(19), ["2025-12-31T21", "2026-12-31T21"], &[1, 2, 3, 4, 5, 6, 10, 11, 12]),
        ("next year", macros(23), ["2026-12-31T21", "2027-12-31T21"], &[8]),
        ("previous hour", macros(20), ["2026-03-02T08", "2026-03-02T09"], &[10]),
        ("current hour", macros(21), ["2026-03-02T09", "2026-03-02T10"], &[11]),
        ("next hour", macros(22), ["2026-03-02T10", "2026-03-02T11"], &[1]),
        ("next 8 days", macros_of(24, 8), ["2026-03-02T21", "2026-03-10T21"], &[3, 5]),
        ("previous 4 days", macros_of(25, 4), ["2026-02-25T21", "2026-03-01T21"], &[2, 4]),
        ("next 2 hours", macros_of(26, 2), ["2026-03-02T10", "2026-03-02T12"], &[1]),
        ("previous 1 hour", macros_of(27, 1), ["2026-03-02T08", "2026-03-02T09"], &[10]),
    ];
    nine.into_iter().collect()
}
