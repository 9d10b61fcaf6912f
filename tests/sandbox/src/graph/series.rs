//! Occurrences of a series: computed from the rule, stored only where they differ (exceptions) or
//! are gone.

use super::event::{Event, Span, Window};
use super::recurrence::Rule;
use super::zones::{self, Moment};
use chrono::{Duration, NaiveDate};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What makes an event a series. Days are original days, in the rule's zone.
#[derive(Clone)]
pub(crate) struct Series {
    pub(crate) rule: Rule,
    /// Occurrences that were changed on their own.
    pub(crate) exceptions: BTreeMap<NaiveDate, Event>,
    /// Occurrences that were deleted on their own.
    pub(crate) deleted: BTreeSet<NaiveDate>,
    /// Ids of occurrences that were loaded with one.
    pub(crate) names: BTreeMap<NaiveDate, String>,
}

impl Series {
    pub(crate) fn new(rule: Rule) -> Self {
        Self { rule, exceptions: BTreeMap::new(), deleted: BTreeSet::new(), names: BTreeMap::new() }
    }

    fn has(&self, day: NaiveDate) -> bool {
        !self.deleted.contains(&day) && self.rule.dates(day).last() == Some(&day)
    }
}

impl Event {
    /// The occurrences that a window shows, exceptions among them, in the order of their original
    /// days.
    pub(crate) fn occurrences(&self, window: Window) -> Vec<Self> {
        let Some(series) = &self.series else { return Vec::new() };
        let until = window.end.date_naive() + Duration::days(1);
        let until = series.exceptions.last_key_value().map_or(until, |(day, _)| until.max(*day));
        let margin = self.span.to.utc() - self.span.from.utc() + Duration::days(2);
        let near = (window.start - margin).date_naive();
        let days =
            series.rule.dates(until).into_iter().filter(|day| *day >= near || series.exceptions.contains_key(day));
        days.filter(|day| !series.deleted.contains(day))
            .filter_map(|day| self.spell(day))
            .filter(|occurrence| occurrence.span.meets(window))
            .collect()
    }

    /// The occurrence of an original day.
    pub(crate) fn occurrence(&self, day: NaiveDate) -> Option<Self> {
        if self.series.as_ref()?.has(day) { self.spell(day) } else { None }
    }

    /// The original day of an occurrence id of this series.
    pub(crate) fn day_of(&self, id: &str) -> Option<NaiveDate> {
        let series = self.series.as_ref()?;
        let named = series.names.iter().find(|(_, name)| *name == id).map(|(day, _)| *day);
        let spelled = || {
            let day = id.strip_prefix(self.id().trim_end_matches('='))?.strip_prefix('Q')?.strip_suffix("AAA=")?;
            NaiveDate::parse_from_str(day, "%Y%m%d").ok().filter(|day| !series.names.contains_key(day))
        };
        named.or_else(spelled).filter(|day| series.has(*day))
    }

    /// Whether an occurrence may move: not to or past the days of its neighbours
    /// (docs/facts/graph.md, "Series").
    pub(crate) fn may_move(&self, original: NaiveDate, to: &Span) -> bool {
        let Some(series) = &self.series else { return true };
        let day = to.day(series.rule.tz);
        let reach = original.max(day) + Duration::days(1000);
        let days: Vec<_> = series.rule.dates(reach).into_iter().filter(|day| !series.deleted.contains(day)).collect();
        let where_is =
            |day: &NaiveDate| series.exceptions.get(day).map_or(*day, |moved| moved.span.day(series.rule.tz));
        let before = days.iter().rev().find(|other| **other < original).map(where_is);
        let after = days.iter().find(|other| **other > original).map(where_is);
        before.is_none_or(|before| before < day) && after.is_none_or(|after| day < after)
    }

    fn spell(&self, day: NaiveDate) -> Option<Self> {
        let series = self.series.as_ref()?;
        if let Some(exception) = series.exceptions.get(&day) {
            return Some(exception.clone());
        }
        let name = series.names.get(&day).cloned();
        let id = name.unwrap_or_else(|| format!("{}Q{}AAA=", self.id().trim_end_matches('='), day.format("%Y%m%d")));
        let mut occurrence = Self { series: None, ..self.clone() };
        occurrence.span = self.span_on(day, &series.rule);
        occurrence.span.clone().write(&mut occurrence.body);
        occurrence.set("iCalUId", instance_uid(self.text("iCalUId"), day));
        occurrence.set("originalStart", zones::stamp(occurrence.span.from.utc()));
        occurrence.set("type", "occurrence");
        occurrence.set("seriesMasterId", self.id());
        occurrence.set("recurrence", Value::Null);
        occurrence.set("id", id);
        Some(occurrence)
    }

    /// The master's times of day on another day, by the wall clock of the rule's zone.
    pub(crate) fn span_on(&self, day: NaiveDate, rule: &Rule) -> Span {
        let (from, to) = (&self.span.from, &self.span.to);
        let local =
            |moment: &Moment| if self.span.all_day { moment.clone() } else { Moment::of(moment.utc(), &rule.zone) };
        let (from, to) = (local(from), local(to));
        let start = day.and_time(from.wall.time());
        let end = start + (to.wall - from.wall);
        Span { from: Moment { wall: start, ..from }, to: Moment { wall: end, ..to }, all_day: self.span.all_day }
    }
}

/// The iCalUId of one instance: that of the series with the instance date in its four date bytes.
pub(crate) fn instance_uid(series: &str, day: NaiveDate) -> String {
    use chrono::Datelike;
    match (series.get(..32), series.get(40..)) {
        (Some(class), Some(rest)) if class.eq_ignore_ascii_case("040000008200E00074C5B7101A82E008") => {
            format!("{class}{:04X}{:02X}{:02X}{rest}", day.year(), day.month(), day.day())
        }
        _ => series.to_owned(),
    }
}
