//! What a person sees of an item on either server, spelled alike, so that both sides can be
//! compared. It knows the servers' JSON, not the engine.

use crate::simulation::people::What;
use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;
use schedule_sync::model::Side;
use serde_json::Value;

/// One item as shown.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) side: Side,
    pub(crate) id: String,
    /// The number that its body carries, by which the same thing is known everywhere.
    pub(crate) tag: Option<usize>,
    pub(crate) task: bool,
    pub(crate) canceled: bool,
    /// By which the server tells one state of it from another.
    pub(crate) version: String,
    title: String,
    when: String,
    place: String,
    body: String,
}

impl Row {
    pub(crate) fn fields(&self) -> impl Iterator<Item = What> + use<> {
        let task = self.task;
        [What::Title, What::When, What::Place, What::Body]
            .into_iter()
            .filter(move |what| !(task && *what == What::Place))
    }

    /// The day on which it starts, in UTC.
    pub(crate) fn day(&self) -> Option<NaiveDate> {
        self.when.get(..10)?.parse().ok()
    }

    pub(crate) fn value(&self, what: What) -> &str {
        match what {
            What::Title => &self.title,
            What::When => &self.when,
            What::Place => &self.place,
            What::Body => &self.body,
        }
    }
}

/// The rows of a collection, as a person in `tz` reads them.
pub(crate) fn rows(side: Side, reply: &Value, tz: Tz) -> Vec<Row> {
    let rows = reply["value"].as_array().unwrap();
    rows.iter().map(|row| if side == Side::Creatio { activity(row, tz) } else { outlook(row, tz) }).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The words of a body between its tags.
fn words(markup: &str) -> String {
    let mut inside = false;
    let plain: String = markup
        .chars()
        .map(|c| {
            let shown = !inside && c != '<';
            inside = c == '<' || (inside && c != '>');
            if shown { c } else { ' ' }
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn tag(body: &str) -> Option<usize> {
    body.split(' ').find_map(|word| word.strip_prefix("tag")?.strip_suffix('x')?.parse().ok())
}

fn instant(value: &Value) -> NaiveDateTime {
    let text = value.as_str().unwrap_or_default();
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.naive_utc())
        .or_else(|_| text.get(..19).unwrap_or_default().parse())
        .unwrap_or_default()
}

/// The instant at which a clock in `tz` shows `wall`; where it is skipped, the first one after.
pub(crate) fn instant_of(wall: NaiveDateTime, tz: Tz) -> NaiveDateTime {
    match tz.from_local_datetime(&wall) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.naive_utc(),
        LocalResult::None => instant_of(wall + chrono::Duration::minutes(30), tz),
    }
}

fn activity(row: &Value, tz: Tz) -> Row {
    let body = words(&text(&row["Notes"]));
    let task = row["ShowInScheduler"] == false;
    let (start, due) = (instant(&row["StartDate"]), instant(&row["DueDate"]));
    Row {
        side: Side::Creatio,
        id: text(&row["Id"]),
        tag: tag(&body),
        task,
        version: text(&row["ModifiedOn"]),
        canceled: row["StatusId"] == "201cfba8-58e6-df11-971b-001d60e938c6",
        title: text(&row["Title"]),
        when: if task { tz.from_utc_datetime(&due).date_naive().to_string() } else { format!("{start} {due}") },
        place: text(&row["Location"]),
        body,
    }
}

fn outlook(row: &Value, tz: Tz) -> Row {
    let body = words(&text(&row["body"]["content"]));
    let task = row.get("subject").is_none();
    let when = if task {
        row["dueDateTime"]["dateTime"].as_str().and_then(|at| at.get(..10)).unwrap_or_default().to_owned()
    } else {
        let at = |name: &str| {
            let at = instant(&row[name]["dateTime"]);
            if row["isAllDay"] == true { instant_of(at.date().and_time(NaiveTime::MIN), tz) } else { at }
        };
        format!("{} {}", at("start"), at("end"))
    };
    Row {
        side: Side::Exchange,
        id: text(&row["id"]),
        tag: tag(&body),
        task,
        version: text(&row["@odata.etag"]),
        canceled: row["isCancelled"] == true,
        title: text(if task { &row["title"] } else { &row["subject"] }),
        when,
        place: text(&row["location"]["displayName"]),
        body,
    }
}
