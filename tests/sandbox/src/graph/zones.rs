//! Wall times and zones: `dateTimeTimeZone` in, UTC in the mailbox, any zone out
//! (docs/facts/graph.md, "Times"). Windows names come from a table, IANA names from chrono-tz;
//! other names are unknown here, as they are to Exchange.

use chrono::{DateTime, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// The Windows zones, each with its IANA name (CLDR `windowsZones`, territory 001).
pub(crate) const WINDOWS: &[(&str, Tz)] = &[
    ("Dateline Standard Time", Tz::Etc__GMTPlus12),
    ("UTC-11", Tz::Etc__GMTPlus11),
    ("Aleutian Standard Time", Tz::America__Adak),
    ("Hawaiian Standard Time", Tz::Pacific__Honolulu),
    ("Marquesas Standard Time", Tz::Pacific__Marquesas),
    ("Alaskan Standard Time", Tz::America__Anchorage),
    ("UTC-09", Tz::Etc__GMTPlus9),
    ("Pacific Standard Time (Mexico)", Tz::America__Tijuana),
    ("UTC-08", Tz::Etc__GMTPlus8),
    ("Pacific Standard Time", Tz::America__Los_Angeles),
    ("US Mountain Standard Time", Tz::America__Phoenix),
    ("Mountain Standard Time (Mexico)", Tz::America__Mazatlan),
    ("Mountain Standard Time", Tz::America__Denver),
    ("Yukon Standard Time", Tz::America__Whitehorse),
    ("Central America Standard Time", Tz::America__Guatemala),
    ("Central Standard Time", Tz::America__Chicago),
    ("Easter Island Standard Time", Tz::Pacific__Easter),
    ("Central Standard Time (Mexico)", Tz::America__Mexico_City),
    ("Canada Central Standard Time", Tz::America__Regina),
    ("SA Pacific Standard Time", Tz::America__Bogota),
    ("Eastern Standard Time (Mexico)", Tz::America__Cancun),
    ("Eastern Standard Time", Tz::America__New_York),
    ("Haiti Standard Time", Tz::America__PortauPrince),
    ("Cuba Standard Time", Tz::America__Havana),
    ("US Eastern Standard Time", Tz::America__Indianapolis),
    ("Turks And Caicos Standard Time", Tz::America__Grand_Turk),
    ("Paraguay Standard Time", Tz::America__Asuncion),
    ("Atlantic Standard Time", Tz::America__Halifax),
    ("Venezuela Standard Time", Tz::America__Caracas),
    ("Central Brazilian Standard Time", Tz::America__Cuiaba),
    ("SA Western Standard Time", Tz::America__La_Paz),
    ("Pacific SA Standard Time", Tz::America__Santiago),
    ("Newfoundland Standard Time", Tz::America__St_Johns),
    ("Tocantins Standard Time", Tz::America__Araguaina),
    ("E. South America Standard Time", Tz::America__Sao_Paulo),
    ("SA Eastern Standard Time", Tz::America__Cayenne),
    ("Argentina Standard Time", Tz::America__Argentina__Buenos_Aires),
    ("Greenland Standard Time", Tz::America__Godthab),
    ("Montevideo Standard Time", Tz::America__Montevideo),
    ("Magallanes Standard Time", Tz::America__Punta_Arenas),
    ("Saint Pierre Standard Time", Tz::America__Miquelon),
    ("Bahia Standard Time", Tz::America__Bahia),
    ("UTC-02", Tz::Etc__GMTPlus2),
    ("Azores Standard Time", Tz::Atlantic__Azores),
    ("Cape Verde Standard Time", Tz::Atlantic__Cape_Verde),
    ("UTC", Tz::Etc__UTC),
    ("GMT Standard Time", Tz::Europe__London),
    ("Greenwich Standard Time", Tz::Atlantic__Reykjavik),
    ("Sao Tome Standard Time", Tz::Africa__Sao_Tome),
    ("Morocco Standard Time", Tz::Africa__Casablanca),
    ("W. Europe Standard Time", Tz::Europe__Berlin),
    ("Central Europe Standard Time", Tz::Europe__Budapest),
    ("Romance Standard Time", Tz::Europe__Paris),
    ("Central European Standard Time", Tz::Europe__Warsaw),
    ("W. Central Africa Standard Time", Tz::Africa__Lagos),
    ("Jordan Standard Time", Tz::Asia__Amman),
    ("GTB Standard Time", Tz::Europe__Bucharest),
    ("Middle East Standard Time", Tz::Asia__Beirut),
    ("Egypt Standard Time", Tz::Africa__Cairo),
    ("E. Europe Standard Time", Tz::Europe__Chisinau),
    ("Syria Standard Time", Tz::Asia__Damascus),
    ("West Bank Standard Time", Tz::Asia__Hebron),
    ("South Africa Standard Time", Tz::Africa__Johannesburg),
    ("FLE Standard Time", Tz::Europe__Kiev),
    ("Israel Standard Time", Tz::Asia__Jerusalem),
    ("South Sudan Standard Time", Tz::Africa__Juba),
    ("Kaliningrad Standard Time", Tz::Europe__Kaliningrad),
    ("Sudan Standard Time", Tz::Africa__Khartoum),
    ("Libya Standard Time", Tz::Africa__Tripoli),
    ("Namibia Standard Time", Tz::Africa__Windhoek),
    ("Arabic Standard Time", Tz::Asia__Baghdad),
    ("Turkey Standard Time", Tz::Europe__Istanbul),
    ("Arab Standard Time", Tz::Asia__Riyadh),
    ("Belarus Standard Time", Tz::Europe__Minsk),
    ("Russian Standard Time", Tz::Europe__Moscow),
    ("E. Africa Standard Time", Tz::Africa__Nairobi),
    ("Iran Standard Time", Tz::Asia__Tehran),
    ("Arabian Standard Time", Tz::Asia__Dubai),
    ("Astrakhan Standard Time", Tz::Europe__Astrakhan),
    ("Azerbaijan Standard Time", Tz::Asia__Baku),
    ("Russia Time Zone 3", Tz::Europe__Samara),
    ("Mauritius Standard Time", Tz::Indian__Mauritius),
    ("Saratov Standard Time", Tz::Europe__Saratov),
    ("Georgian Standard Time", Tz::Asia__Tbilisi),
    ("Volgograd Standard Time", Tz::Europe__Volgograd),
    ("Caucasus Standard Time", Tz::Asia__Yerevan),
    ("Afghanistan Standard Time", Tz::Asia__Kabul),
    ("West Asia Standard Time", Tz::Asia__Tashkent),
    ("Ekaterinburg Standard Time", Tz::Asia__Yekaterinburg),
    ("Pakistan Standard Time", Tz::Asia__Karachi),
    ("Qyzylorda Standard Time", Tz::Asia__Qyzylorda),
    ("India Standard Time", Tz::Asia__Kolkata),
    ("Sri Lanka Standard Time", Tz::Asia__Colombo),
    ("Nepal Standard Time", Tz::Asia__Kathmandu),
    ("Central Asia Standard Time", Tz::Asia__Bishkek),
    ("Bangladesh Standard Time", Tz::Asia__Dhaka),
    ("Omsk Standard Time", Tz::Asia__Omsk),
    ("Myanmar Standard Time", Tz::Asia__Rangoon),
    ("SE Asia Standard Time", Tz::Asia__Bangkok),
    ("Altai Standard Time", Tz::Asia__Barnaul),
    ("W. Mongolia Standard Time", Tz::Asia__Hovd),
    ("North Asia Standard Time", Tz::Asia__Krasnoyarsk),
    ("N. Central Asia Standard Time", Tz::Asia__Novosibirsk),
    ("Tomsk Standard Time", Tz::Asia__Tomsk),
    ("China Standard Time", Tz::Asia__Shanghai),
    ("North Asia East Standard Time", Tz::Asia__Irkutsk),
    ("Singapore Standard Time", Tz::Asia__Singapore),
    ("W. Australia Standard Time", Tz::Australia__Perth),
    ("Taipei Standard Time", Tz::Asia__Taipei),
    ("Ulaanbaatar Standard Time", Tz::Asia__Ulaanbaatar),
    ("Aus Central W. Standard Time", Tz::Australia__Eucla),
    ("Transbaikal Standard Time", Tz::Asia__Chita),
    ("Tokyo Standard Time", Tz::Asia__Tokyo),
    ("North Korea Standard Time", Tz::Asia__Pyongyang),
    ("Korea Standard Time", Tz::Asia__Seoul),
    ("Yakutsk Standard Time", Tz::Asia__Yakutsk),
    ("Cen. Australia Standard Time", Tz::Australia__Adelaide),
    ("AUS Central Standard Time", Tz::Australia__Darwin),
    ("E. Australia Standard Time", Tz::Australia__Brisbane),
    ("AUS Eastern Standard Time", Tz::Australia__Sydney),
    ("West Pacific Standard Time", Tz::Pacific__Port_Moresby),
    ("Tasmania Standard Time", Tz::Australia__Hobart),
    ("Vladivostok Standard Time", Tz::Asia__Vladivostok),
    ("Lord Howe Standard Time", Tz::Australia__Lord_Howe),
    ("Bougainville Standard Time", Tz::Pacific__Bougainville),
    ("Russia Time Zone 10", Tz::Asia__Srednekolymsk),
    ("Magadan Standard Time", Tz::Asia__Magadan),
    ("Norfolk Standard Time", Tz::Pacific__Norfolk),
    ("Sakhalin Standard Time", Tz::Asia__Sakhalin),
    ("Central Pacific Standard Time", Tz::Pacific__Guadalcanal),
    ("Russia Time Zone 11", Tz::Asia__Kamchatka),
    ("New Zealand Standard Time", Tz::Pacific__Auckland),
    ("UTC+12", Tz::Etc__GMTMinus12),
    ("Fiji Standard Time", Tz::Pacific__Fiji),
    ("Chatham Islands Standard Time", Tz::Pacific__Chatham),
    ("UTC+13", Tz::Etc__GMTMinus13),
    ("Tonga Standard Time", Tz::Pacific__Tongatapu),
    ("Samoa Standard Time", Tz::Pacific__Apia),
    ("Line Islands Standard Time", Tz::Pacific__Kiritimati),
];

/// The zone of a Windows or IANA name.
pub(crate) fn zone(name: &str) -> Option<Tz> {
    let windows = WINDOWS.iter().find(|(windows, _)| windows.eq_ignore_ascii_case(name)).map(|(_, iana)| *iana);
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

    /// Reads a `dateTimeTimeZone`. A missing zone is UTC; an offset inside the value wins over the
    /// zone.
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

    /// The instant; a wall time that the zone skips is the first after the gap, one that it has
    /// twice is the earlier.
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

/// An ISO 8601 instant as query options carry it: the offset inside decides, none means UTC
/// (docs/facts/graph.md, "Delta").
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_of_windows_is_known() {
        assert_eq!(WINDOWS.len(), 139);
        for (name, _) in WINDOWS {
            assert!(zone(name).is_some(), "{name}");
        }
        assert!(zone("Kamchatka Standard Time").is_none());
    }
}
