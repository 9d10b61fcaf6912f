//! Wall times and zones: `dateTimeTimeZone` in, UTC in the mailbox, any zone out (facts §3).
//! Windows names come from a short table, IANA names from chrono-tz; other names are unknown here, as they are to Exchange.

use chrono::{DateTime, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// The Windows zones that the sandbox knows, each with its IANA name (CLDR `windowsZones`, territory 001).
pub(crate) const WINDOWS: &[(&str, Tz)] = &[
    ("UTC", Tz::UTC),
    ("Dateline Standard Time", Tz::Etc__GMTPlus12),
    ("Hawaiian Standard Time", Tz::Pacific__Honolulu),
    ("Alaskan Standard Time", Tz::America__Anchorage),
    ("Pacific Standard Time", Tz::America__Los_Angeles),
    ("US Mountain Standard Time", Tz::America__Phoenix),
    ("Mountain Standard Time", Tz::America__Denver),
    ("Central Standard Time", Tz::America__Chicago),
    ("Eastern Standard Time", Tz::America__New_York),
    ("Atlantic Standard Time", Tz::America__Halifax),
    ("Newfoundland Standard Time", Tz::America__St_Johns),
    ("E. South America Standard Time", Tz::America__Sao_Paulo),
    ("Argentina Standard Time", Tz::America__Argentina__Buenos_Aires),
    ("Azores Standard Time", Tz::Atlantic__Azores),
    ("GMT Standard Time", Tz::Europe__London),
    ("Greenwich Standard Time", Tz::Atlantic__Reykjavik),
    ("W. Europe Standard Time", Tz::Europe__Berlin),
    ("Central Europe Standard Time", Tz::Europe__Budapest),
    ("Central European Standard Time", Tz::Europe__Warsaw),
    ("Romance Standard Time", Tz::Europe__Paris),
    ("GTB Standard Time", Tz::Europe__Bucharest),
    ("E. Europe Standard Time", Tz::Europe__Chisinau),
    ("FLE Standard Time", Tz::Europe__Kiev),
    ("Kaliningrad Standard Time", Tz::Europe__Kaliningrad),
    ("Israel Standard Time", Tz::Asia__Jerusalem),
    ("Egypt Standard Time", Tz::Africa__Cairo),
    ("South Africa Standard Time", Tz::Africa__Johannesburg),
    ("Turkey Standard Time", Tz::Europe__Istanbul),
    ("Russian Standard Time", Tz::Europe__Moscow),
    ("Belarus Standard Time", Tz::Europe__Minsk),
    ("Arab Standard Time", Tz::Asia__Riyadh),
    ("Iran Standard Time", Tz::Asia__Tehran),
    ("Russia Time Zone 3", Tz::Europe__Samara),
    ("Arabian Standard Time", Tz::Asia__Dubai),
    ("Georgian Standard Time", Tz::Asia__Tbilisi),
    ("Caucasus Standard Time", Tz::Asia__Yerevan),
    ("Ekaterinburg Standard Time", Tz::Asia__Yekaterinburg),
    ("West Asia Standard Time", Tz::Asia__Tashkent),
    ("Pakistan Standard Time", Tz::Asia__Karachi),
    ("India Standard Time", Tz::Asia__Kolkata),
    ("Nepal Standard Time", Tz::Asia__Kathmandu),
    ("Central Asia Standard Time", Tz::Asia__Bishkek),
    ("Omsk Standard Time", Tz::Asia__Omsk),
    ("N. Central Asia Standard Time", Tz::Asia__Novosibirsk),
    ("SE Asia Standard Time", Tz::Asia__Bangkok),
    ("North Asia Standard Time", Tz::Asia__Krasnoyarsk),
    ("China Standard Time", Tz::Asia__Shanghai),
    ("Singapore Standard Time", Tz::Asia__Singapore),
    ("North Asia East Standard Time", Tz::Asia__Irkutsk),
    ("Tokyo Standard Time", Tz::Asia__Tokyo),
    ("Korea Standard Time", Tz::Asia__Seoul),
    ("Yakutsk Standard Time", Tz::Asia__Yakutsk),
    ("Cen. Australia Standard Time", Tz::Australia__Adelaide),
    ("AUS Eastern Standard Time", Tz::Australia__Sydney),
    ("Vladivostok Standard Time", Tz::Asia__Vladivostok),
    ("Magadan Standard Time", Tz::Asia__Magadan),
    ("Russia Time Zone 11", Tz::Asia__Kamchatka),
    ("New Zealand Standard Time", Tz::Pacific__Auckland),
];

/// The zone of a Windows or IANA name.
pub(crate) fn zone(name: &str) -> Option<Tz> {
    let windows = WINDOWS.iter().find(|(windows, _)| windows.eq_ignore_ascii_case(name)).map(|(_, tz)| *tz);
    windows.or_else(|| name.parse().ok())
}

/// A wall time in a named zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) wall: NaiveDateTime,
    pub(crate) name: String,
    pub(crate) tz: Tz,
}

impl Moment {
    /// The moment `at` as the wall clock of zone `name` shows it; an unknown name counts as UTC.
    pub(crate) fn of(at: DateTime<Utc>, name: &str) -> Self {
        let (name, tz) = zone(name).map_or(("UTC", Tz::UTC), |tz| (name, tz));
        Self { wall: at.with_timezone(&tz).naive_local(), name: name.to_owned(), tz }
    }

    /// Reads a `dateTimeTimeZone`. A missing zone is UTC; an offset inside the value wins over the zone.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(value: &Value) -> Result<Self, String> {
        let text = value["dateTime"].as_str().ok_or("dateTime is missing")?;
        let name = value["timeZone"].as_str().unwrap_or("UTC");
        let tz = zone(name).ok_or_else(|| format!("the time zone '{name}' is not known"))?;
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self { wall: at.with_timezone(&tz).naive_local(), name: name.to_owned(), tz });
        }
        let wall = wall(text).ok_or_else(|| format!("'{text}' is no date and time"))?;
        Ok(Self { wall, name: name.to_owned(), tz })
    }

    /// The instant; a wall time that the zone skips is the first after the gap, one that it has twice is the earlier.
    pub(crate) fn utc(&self) -> DateTime<Utc> {
        instant(self.wall, self.tz)
    }

    /// Whether it is the first moment of a day.
    pub(crate) fn is_midnight(&self) -> bool {
        self.wall.time() == NaiveTime::MIN
    }
}

/// A wall time without zone: `yyyy-MM-ddTHH:mm[:ss[.f…]]` or a date.
pub(crate) fn wall(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim_end_matches('Z');
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .or_else(|| text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN)))
}

/// The instant of a wall time in a zone.
pub(crate) fn instant(wall: NaiveDateTime, tz: Tz) -> DateTime<Utc> {
    match tz.from_local_datetime(&wall) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
        LocalResult::None => instant(wall + Duration::minutes(30), tz),
    }
}

/// An ISO 8601 instant as query options carry it: the offset inside decides, none means UTC (facts §1.2).
pub(crate) fn query_instant(text: &str) -> Option<DateTime<Utc>> {
    // a `+` of an offset that was not escaped arrives as a space
    let text = text.replace(' ', "+");
    DateTime::parse_from_rfc3339(&text)
        .map(|at| at.with_timezone(&Utc))
        .ok()
        .or_else(|| wall(&text).map(|wall| wall.and_utc()))
}

/// A `dateTimeTimeZone` as Graph writes it: seven fractional digits, no offset.
pub(crate) fn zoned(wall: NaiveDateTime, name: &str) -> Value {
    json!({"dateTime": wall.format("%Y-%m-%dT%H:%M:%S%.6f0").to_string(), "timeZone": name})
}

/// A time stamp as Graph writes it.
pub(crate) fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6f0Z").to_string()
}

/// The stamp that stands for "never".
pub(crate) const NEVER: &str = "0001-01-01T00:00:00Z";
