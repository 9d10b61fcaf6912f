//! Times as EWS spells them: instants with a zone, wall times without one, days that may carry a
//! zone (docs/facts/ews.md, "Times", "Tasks").

use super::xml::{Element, t};
use crate::graph::zones;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

/// An `xs:dateTime` of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// With `Z` or an offset.
    At(DateTime<Utc>),
    /// Without: what clock it is of depends on the item and the request.
    Wall(NaiveDateTime),
}

impl Given {
    /// The wall time in `tz`; one that came without a zone is taken to be of it.
    pub(crate) fn wall(self, tz: Tz) -> NaiveDateTime {
        match self {
            Self::At(at) => at.with_timezone(&tz).naive_local(),
            Self::Wall(wall) => wall,
        }
    }

    /// The instant; one that came without a zone is taken to be of `tz`.
    pub(crate) fn utc(self, tz: Tz) -> DateTime<Utc> {
        match self {
            Self::At(at) => at,
            Self::Wall(wall) => zones::instant(wall, tz),
        }
    }
}

/// Reads an `xs:dateTime`.
pub(crate) fn parse(text: &str) -> Option<Given> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(Given::At(at.with_timezone(&Utc)));
    }
    let wall = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
    Some(Given::Wall(wall))
}

/// Reads an `xs:date`, whose zone says nothing here.
pub(crate) fn day(text: &str) -> Option<NaiveDate> {
    let (day, zone) = (text.get(..10)?, text.get(10..)?);
    let is_zone = zone.is_empty() || zone == "Z" || (zone.len() == 6 && zone.starts_with(['+', '-']));
    day.parse().ok().filter(|_| is_zone)
}

/// How times are told to a request.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    /// Of its `TimeZoneContext`; without one, times are UTC and say `Z`.
    pub(crate) zone: Option<Tz>,
    /// Nine digits of a second and days with a time, as another server writes them.
    pub(crate) odd: bool,
}

impl Clock {
    /// The zone that wall times of the request are of, where nothing nearer says so.
    pub(crate) fn tz(&self) -> Tz {
        self.zone.unwrap_or(Tz::UTC)
    }

    /// An instant.
    pub(crate) fn at(&self, at: DateTime<Utc>) -> String {
        match self.zone {
            None if self.odd => at.format("%Y-%m-%dT%H:%M:%S%.9fZ").to_string(),
            None => at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            Some(tz) => at.with_timezone(&tz).format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        }
    }

    /// The first moment of a day, in the request's zone: how tasks tell their days
    /// (docs/facts/ews.md, "Tasks").
    pub(crate) fn midnight(&self, day: NaiveDate) -> String {
        self.at(zones::instant(day.and_time(NaiveTime::MIN), self.tz()))
    }

    /// A day of a recurrence, with the offset that the zone of the item has on it.
    pub(crate) fn day(&self, day: NaiveDate, tz: Tz) -> String {
        if self.odd {
            return format!("{day}T00:00:00.000000Z");
        }
        let offset = tz.offset_from_utc_datetime(&day.and_time(NaiveTime::MIN)).fix();
        if offset.local_minus_utc() == 0 { format!("{day}Z") } else { format!("{day}{offset}") }
    }
}

/// A time zone as items tell it: its id, its name, and its offset outside of summer time.
pub(crate) fn definition(element: &str, name: &str) -> Element {
    let tz = zones::zone(name).unwrap_or(Tz::UTC);
    let winter = NaiveDate::from_ymd_opt(2026, 1, 15).unwrap_or_default().and_time(NaiveTime::MIN);
    let seconds = tz.offset_from_utc_datetime(&winter).fix().local_minus_utc();
    let sign = if seconds > 0 { "-" } else { "" };
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() % 3600 / 60);
    let standard = format!("trule:Microsoft/Registry/{name}/1-Standard");
    let period =
        t("Period").with("Bias", format!("{sign}PT{hours}H{minutes}M")).with("Name", "Standard").with("Id", &standard);
    let to = |kind: &str, what: &str| t("Transition").hold([t("To").with("Kind", kind).say(what)]);
    let group = t("TransitionsGroup").with("Id", "0").hold([to("Period", &standard)]);
    let shown = format!("(UTC{}{hours:02}:{minutes:02}) {name}", if seconds < 0 { "-" } else { "+" });
    t(element).with("Id", name).with("Name", shown).hold([
        t("Periods").hold([period]),
        t("TransitionsGroups").hold([group]),
        t("Transitions").hold([to("Group", "0")]),
    ])
}
