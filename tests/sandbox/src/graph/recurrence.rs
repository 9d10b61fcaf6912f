//! Recurrence rules: which days a series falls on. Times of day are the series' own
//! ([`super::series`]).

use super::shape::{DAYS, INDEXES};
use super::zones;
use chrono::{Datelike, Duration, Months, NaiveDate, Weekday};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// A rule never looks at more periods than this, so that one with no days ends.
const PERIODS: u32 = 20_000;

/// A `patternedRecurrence`, read.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    kind: Period,
    interval: u32,
    days: Vec<Weekday>,
    first_day: Weekday,
    day_of_month: u32,
    month: u32,
    index: usize,
    pub(crate) start: NaiveDate,
    end: Option<NaiveDate>,
    count: Option<usize>,
    /// Zone in which the days are days.
    pub(crate) tz: Tz,
    pub(crate) zone: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Period {
    Day,
    Week,
    MonthDay,
    MonthWeekday,
    YearDay,
    YearWeekday,
}

impl Rule {
    /// Reads a `patternedRecurrence` whose words are already in their own case; `zone` is used if
    /// it names none.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub(crate) fn read(value: &Value, zone: &str) -> Result<Self, String> {
        let (pattern, range) = (&value["pattern"], &value["range"]);
        let kind = match pattern["type"].as_str() {
            Some("daily") => Period::Day,
            Some("weekly") => Period::Week,
            Some("absoluteMonthly") => Period::MonthDay,
            Some("relativeMonthly") => Period::MonthWeekday,
            Some("absoluteYearly") => Period::YearDay,
            Some("relativeYearly") => Period::YearWeekday,
            _ => return Err("recurrence.pattern.type is missing".to_owned()),
        };
        let whole = |object: &Value, name: &str| object[name].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        let days = pattern["daysOfWeek"].as_array().into_iter().flatten();
        let own = range["recurrenceTimeZone"].as_str().filter(|name| !name.is_empty()).unwrap_or(zone);
        let start = date(&range["startDate"]).ok_or("recurrence.range.startDate is missing or no date")?;
        let (end, count) = match range["type"].as_str() {
            Some("noEnd") => (None, None),
            Some("endDate") => {
                (Some(date(&range["endDate"]).ok_or("recurrence.range.endDate is missing or no date")?), None)
            }
            Some("numbered") => (None, Some(whole(range, "numberOfOccurrences") as usize)),
            _ => return Err("recurrence.range.type is missing".to_owned()),
        };
        let rule = Self {
            kind,
            interval: whole(pattern, "interval"),
            days: days.filter_map(|day| day.as_str().and_then(|day| day.parse().ok())).collect(),
            first_day: pattern["firstDayOfWeek"].as_str().and_then(|d| d.parse().ok()).unwrap_or(Weekday::Sun),
            day_of_month: whole(pattern, "dayOfMonth"),
            month: whole(pattern, "month"),
            index: INDEXES.iter().position(|i| pattern["index"] == *i).unwrap_or(0),
            start,
            end,
            count,
            tz: zones::zone(own).unwrap_or(Tz::UTC),
            zone: own.to_owned(),
        };
        rule.check()?;
        Ok(rule)
    }

    fn check(&self) -> Result<(), String> {
        let uses = |periods: &[Period]| periods.contains(&self.kind);
        let by_date = uses(&[Period::MonthDay, Period::YearDay]) && !(1..=31).contains(&self.day_of_month);
        let by_month = uses(&[Period::YearDay, Period::YearWeekday]) && !(1..=12).contains(&self.month);
        let by_weekday = uses(&[Period::Week, Period::MonthWeekday, Period::YearWeekday]) && self.days.is_empty();
        let faults = [
            (self.interval == 0, "recurrence.pattern.interval must be at least 1"),
            (by_date, "recurrence.pattern.dayOfMonth must be between 1 and 31"),
            (by_month, "recurrence.pattern.month must be between 1 and 12"),
            (by_weekday, "recurrence.pattern.daysOfWeek is missing"),
            (self.count == Some(0), "recurrence.range.numberOfOccurrences must be at least 1"),
            (self.end.is_some_and(|end| end < self.start), "recurrence.range.endDate is before its startDate"),
        ];
        faults.iter().find(|(is, _)| *is).map_or(Ok(()), |(_, why)| Err((*why).to_owned()))
    }

    /// The rule as Graph answers it: unused members as 0, `first`, 0001-01-01 (docs/facts/graph.md,
    /// "Series").
    pub(crate) fn write(&self) -> Value {
        let kind = match self.kind {
            Period::Day => "daily",
            Period::Week => "weekly",
            Period::MonthDay => "absoluteMonthly",
            Period::MonthWeekday => "relativeMonthly",
            Period::YearDay => "absoluteYearly",
            Period::YearWeekday => "relativeYearly",
        };
        let word = |day: &Weekday| DAYS.get(day.num_days_from_sunday() as usize).copied().unwrap_or_default();
        let mut pattern = json!({
            "type": kind, "interval": self.interval, "month": self.month, "dayOfMonth": self.day_of_month,
            "firstDayOfWeek": word(&self.first_day), "index": INDEXES.get(self.index),
        });
        if let (false, Some(pattern)) = (self.days.is_empty(), pattern.as_object_mut()) {
            pattern.insert("daysOfWeek".to_owned(), self.days.iter().map(word).collect());
        }
        let range = match (self.end, self.count) {
            (Some(_), _) => "endDate",
            (None, Some(_)) => "numbered",
            (None, None) => "noEnd",
        };
        let end = self.end.map_or_else(|| "0001-01-01".to_owned(), |end| end.to_string());
        json!({"pattern": pattern, "range": {
            "type": range, "startDate": self.start.to_string(), "endDate": end,
            "recurrenceTimeZone": self.zone, "numberOfOccurrences": self.count.unwrap_or(0),
        }})
    }

    /// The days of the series up to and including `until`, in order.
    pub(crate) fn dates(&self, until: NaiveDate) -> Vec<NaiveDate> {
        let last = self.end.map_or(until, |end| end.min(until));
        let mut dates = Vec::new();
        for period in 0..PERIODS {
            let Some((first, candidates)) = self.period(period) else { break };
            if first > last {
                break;
            }
            for day in candidates {
                if day >= self.start && day <= last && self.count.is_none_or(|count| dates.len() < count) {
                    dates.push(day);
                }
            }
        }
        dates
    }

    /// Days of the `n`th period, in order, and a day that none of them is before.
    fn period(&self, n: u32) -> Option<(NaiveDate, Vec<NaiveDate>)> {
        let step = n.checked_mul(self.interval)?;
        match self.kind {
            Period::Day => {
                let day = self.start.checked_add_signed(Duration::days(step.into()))?;
                Some((day, vec![day]))
            }
            Period::Week => {
                let monday = self.start.week(self.first_day).checked_first_day()?;
                let first = monday.checked_add_signed(Duration::weeks(step.into()))?;
                Some((first, first.iter_days().take(7).filter(|day| self.days.contains(&day.weekday())).collect()))
            }
            Period::MonthDay | Period::MonthWeekday => {
                self.month(self.start.with_day(1)?.checked_add_months(Months::new(step))?)
            }
            Period::YearDay | Period::YearWeekday => {
                let first = NaiveDate::from_ymd_opt(self.start.year(), self.month, 1)?;
                self.month(first.checked_add_months(Months::new(step.checked_mul(12)?))?)
            }
        }
    }

    /// The day of the month that begins with `first`: by number (the last one where the month is
    /// shorter) or by weekday.
    fn month(&self, first: NaiveDate) -> Option<(NaiveDate, Vec<NaiveDate>)> {
        let days: Vec<_> = first.iter_days().take_while(|day| day.month() == first.month()).collect();
        let day = if matches!(self.kind, Period::MonthDay | Period::YearDay) {
            days.get(self.day_of_month as usize - 1).or(days.last()).copied()
        } else {
            let fitting: Vec<_> = days.iter().filter(|day| self.days.contains(&day.weekday())).collect();
            if self.index == INDEXES.len() - 1 { fitting.last() } else { fitting.get(self.index) }.map(|day| **day)
        };
        Some((first, day.into_iter().collect()))
    }

    /// The rule with another first day.
    pub(crate) fn starting(&self, start: NaiveDate) -> Self {
        Self { start, ..self.clone() }
    }
}

fn date(value: &Value) -> Option<NaiveDate> {
    value.as_str()?.parse().ok()
}
