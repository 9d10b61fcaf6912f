//! What OData's times mean in this installation (docs/facts/creatio.md, "Clocks"): before 8.3.2
//! many show the user's wall clock and mark it `Z`. Everything behind this module is true UTC.

use super::schema::{ENTITIES, Kind};
use super::switches::{Clock, Clocks};
use super::value::{instant, stamp};
use crate::graph::zones;
use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;
use regex::{Captures, Regex};
use serde_json::Value as Json;
use std::sync::OnceLock;

/// How one user's times are spelled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spelling {
    /// The zone of the user's profile.
    pub(crate) zone: Tz,
    read: Clock,
    filter: Clock,
    write: Clock,
}

impl Spelling {
    /// For a user in `zone`.
    pub(crate) fn new(clocks: Clocks, zone: Tz) -> Self {
        let [read, filter, write] = clocks.each();
        Self { zone, read, filter, write }
    }

    /// A reply that holds true UTC as it is told.
    pub(crate) fn told(&self, json: &mut Json) {
        if self.read == Clock::Local {
            each_time(json, &|at| self.marked(at));
        }
    }

    /// A body that was heard, in true UTC.
    pub(crate) fn heard(&self, json: &mut Json) {
        if self.write == Clock::Local {
            each_time(json, &|at| self.meant(at));
        }
    }

    /// A query option that was heard, in true UTC.
    pub(crate) fn asked(&self, text: &str) -> String {
        static LITERAL: OnceLock<Regex> = OnceLock::new();
        #[allow(clippy::expect_used)] // it always compiles
        let literal = LITERAL.get_or_init(|| Regex::new(r"'[^']*'|\d{4}-\d\d-\d\dT[\d:.]+Z").expect("an expression"));
        let meant = |found: &Captures<'_>| {
            let text = found.get(0).map_or("", |text| text.as_str());
            instant(text).map_or_else(|| text.to_owned(), |at| stamp(self.meant(at)))
        };
        if self.filter == Clock::Local { literal.replace_all(text, meant).into_owned() } else { text.to_owned() }
    }

    /// The wall clock at `at`, as if it were UTC.
    fn marked(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        at.with_timezone(&self.zone).naive_local().and_utc()
    }

    /// The instant at which the wall clock shows `at`.
    fn meant(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        zones::instant(at.naive_utc(), self.zone)
    }
}

/// Changes every time in the date columns of `json`, however deep.
fn each_time(json: &mut Json, change: &impl Fn(DateTime<Utc>) -> DateTime<Utc>) {
    match json {
        Json::Array(values) => values.iter_mut().for_each(|value| each_time(value, change)),
        Json::Object(members) => {
            for (name, value) in members.iter_mut() {
                let at = value.as_str().filter(|_| is_date(name)).and_then(instant).filter(|at| at.year() > 1);
                match at {
                    Some(at) => *value = Json::from(stamp(change(at))),
                    None => each_time(value, change),
                }
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn is_date(name: &str) -> bool {
    ENTITIES.iter().flat_map(|entity| entity.columns()).any(|column| column.kind == Kind::Date && column.name == name)
}
