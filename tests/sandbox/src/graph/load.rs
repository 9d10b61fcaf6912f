//! Raw bodies put in as the server would hold them, read-only members included: test data and real
//! examples. What the server could not hold is refused with the reason; members that it does not
//! know are left out.

use super::event::{Event, Span, location};
use super::filter::at;
use super::mailbox::Mailbox;
use super::recurrence::Rule;
use super::shape::{EVENT, LINK, Object, STEP, TASK, Unknown, object, put, sort};
use super::shelf;
use super::todo::Task;
use super::zones::{self, Moment, zone};
use crate::environment::Environment;
use chrono::{DateTime, NaiveDate};
use serde_json::Value;

/// Puts an event into a calendar.
///
/// # Errors
/// Why it can't be held.
pub(crate) fn event(
    mailbox: &mut Mailbox,
    calendar: &str,
    raw: &Value,
    environment: &mut Environment,
) -> Result<(), String> {
    let input = given(raw)?;
    let known = object(EVENT, raw, Unknown::Drop)?;
    check_stamps(&known)?;
    let span = span(&known)?;
    let id = own_id(&known)?;
    // an occurrence goes by an id of its series, too; others are found without a look at all series
    let is_single = known.get("seriesMasterId").is_none_or(Value::is_null);
    let is_there = |id| mailbox.events.position(shelf::ID, id).is_some() || (!is_single && mailbox.find(id).is_some());
    if id.is_some_and(is_there) {
        return Err("the mailbox already has an event with this id".to_owned());
    }
    let mut event = Event::new(mailbox, calendar, span, environment);
    fill(&mut event.body, &known, &["start", "end", "recurrence", "singleValueExtendedProperties", "type"]);
    if let Some(etag) = input.get("@odata.etag").filter(|etag| etag.is_string()) {
        event.set("@odata.etag", etag.clone());
    }
    event.marks = known.get("singleValueExtendedProperties").and_then(Value::as_array).cloned().unwrap_or_default();
    complete(&mut event, &known);
    place(mailbox, event, &known)
}

/// Members that hang together: location and locations, preview and body.
fn complete(event: &mut Event, known: &Object) {
    if let Some(given) = known.get("location").filter(|given| given.is_object()) {
        event.set("location", location(given));
    }
    if known.get("bodyPreview").is_none_or(Value::is_null) {
        let preview =
            event.body.get("body").map(|body| super::html::preview(body["content"].as_str().unwrap_or_default()));
        event.set("bodyPreview", preview.unwrap_or_default());
    }
}

/// Where a loaded event belongs: by itself, as a series, or into its series. An instance whose
/// master is not there is kept by itself, in full, as it came.
fn place(mailbox: &mut Mailbox, mut event: Event, known: &Object) -> Result<(), String> {
    let kind = known.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(recurrence) = known.get("recurrence").filter(|recurrence| recurrence.is_object()) {
        let name = event.span.from.name.clone();
        event.recur(Some(Rule::read(recurrence, &name)?));
        mailbox.events.push(event);
        return Ok(());
    }
    if kind == "seriesMaster" {
        return Err("a series master without a recurrence".to_owned());
    }
    let master = event.text("seriesMasterId").to_owned();
    if !kind.is_empty() {
        event.set("type", kind.clone());
    }
    let index = mailbox.events.position(shelf::ID, &master);
    let master = index.and_then(|index| mailbox.events.get_mut(index)).filter(|own| own.series.is_some());
    let Some(master) = master else {
        mailbox.events.push(event);
        return Ok(());
    };
    let original = known.get("originalStart").and_then(Value::as_str).and_then(zones::query_instant);
    let change = event.changed;
    let Some(series) = &mut master.series else { return Ok(()) };
    let start = original.unwrap_or_else(|| event.span.from.utc());
    let day = start.with_timezone(&series.rule.tz).date_naive();
    if series.rule.dates(day).last() != Some(&day) {
        return Err("the series has no occurrence on that day".to_owned());
    }
    series.names.insert(day, event.id().to_owned());
    if kind == "exception" {
        series.exceptions.insert(day, event);
    }
    master.changed = change;
    Ok(())
}

/// Puts a task into a list.
///
/// # Errors
/// Why it can't be held.
pub(crate) fn task(
    mailbox: &mut Mailbox,
    list: &str,
    raw: &Value,
    environment: &mut Environment,
) -> Result<(), String> {
    let input = given(raw)?;
    let known = object(TASK, raw, Unknown::Drop)?;
    check_stamps(&known)?;
    let id = own_id(&known)?;
    if id.is_some_and(|id| mailbox.tasks.position(shelf::ID, id).is_some()) {
        return Err("the mailbox already has a task with this id".to_owned());
    }
    if !["title", "status", "body", "dueDateTime"].iter().any(|name| known.contains_key(*name)) {
        return Err("nothing in it makes it a task".to_owned());
    }
    let times = ["startDateTime", "dueDateTime", "completedDateTime", "reminderDateTime"];
    for name in times {
        if let Some(value) = known.get(name).filter(|value| !value.is_null()) {
            moment(value).map_err(|why| format!("{name}: {why}"))?;
        }
    }
    if let Some(recurrence) = known.get("recurrence").filter(|recurrence| recurrence.is_object()) {
        Rule::read(recurrence, "UTC")?;
    }
    let mut task = Task::new(mailbox, list, &Object::new(), environment)?;
    fill(&mut task.body, &known, &["linkedResources", "checklistItems"]);
    if let Some(etag) = input.get("@odata.etag").filter(|etag| etag.is_string()) {
        task.body.insert("@odata.etag".to_owned(), etag.clone());
    }
    task.links = parts(mailbox, input, "linkedResources", environment)?;
    task.steps = parts(mailbox, input, "checklistItems", environment)?;
    mailbox.tasks.push(task);
    Ok(())
}

/// Links or steps, each with an id.
fn parts(mailbox: &Mailbox, input: &Object, name: &str, environment: &mut Environment) -> Result<Vec<Value>, String> {
    let shape = if name == "linkedResources" { LINK } else { STEP };
    let given = input.get(name).and_then(Value::as_array).into_iter().flatten();
    given
        .map(|part| {
            let mut part = object(shape, part, Unknown::Drop)?;
            part.entry("id").or_insert_with(|| mailbox.unique(environment).to_string().into());
            Ok(Value::Object(part))
        })
        .collect()
}

/// The object, unless it is something else or the trace of a deletion.
fn given(raw: &Value) -> Result<&Object, String> {
    let Value::Object(input) = raw else { return Err(format!("an item must be an object, not {}", sort(raw))) };
    if input.contains_key("@removed") {
        return Err("the trace of a deletion (@removed) is no item".to_owned());
    }
    Ok(input)
}

fn own_id(known: &Object) -> Result<Option<&str>, String> {
    match known.get("id") {
        None | Some(Value::Null) => Ok(None),
        Some(id) => id.as_str().filter(|id| !id.is_empty()).map(Some).ok_or_else(|| "the id is empty".to_owned()),
    }
}

/// Members that are time stamps must be some.
fn check_stamps(known: &Object) -> Result<(), String> {
    let stamps = ["createdDateTime", "lastModifiedDateTime", "bodyLastModifiedDateTime", "originalStart"];
    let wrong = stamps.iter().find(|name| {
        let text = known.get(**name).and_then(Value::as_str);
        text.is_some_and(|text| DateTime::parse_from_rfc3339(text).is_err())
    });
    wrong.map_or(Ok(()), |name| Err(format!("{name} is no time stamp")))
}

/// Takes over given members; what is null where the default isn't stays the default.
fn fill(body: &mut Object, known: &Object, except: &[&str]) {
    for (name, value) in known.iter().filter(|(name, value)| !except.contains(&name.as_str()) && !value.is_null()) {
        body.insert(name.clone(), value.clone());
    }
}

/// When a raw event is. Its zones are those of its creation where it tells them and they are known.
fn span(known: &Object) -> Result<Span, String> {
    let read = |name: &str, original: &str| -> Result<Moment, String> {
        let value = known.get(name).filter(|value| value.is_object()).ok_or_else(|| format!("{name} is missing"))?;
        let moment = moment(value).map_err(|why| format!("{name}: {why}"))?;
        let original = known.get(original).and_then(Value::as_str).filter(|name| zone(name).is_some());
        Ok(original.map_or_else(|| moment.clone(), |zone| Moment::of(moment.utc(), zone)))
    };
    let all_day = known.get("isAllDay").is_some_and(|all_day| all_day == true);
    let span = if all_day {
        let plain =
            |name: &str| moment(known.get(name).unwrap_or(&Value::Null)).map_err(|why| format!("{name}: {why}"));
        let name = known.get("originalStartTimeZone").and_then(Value::as_str).filter(|name| zone(name).is_some());
        let (from, to) = (plain("start")?, plain("end")?);
        let (name, tz) = name.and_then(|name| Some((name.to_owned(), zone(name)?))).unwrap_or((from.name, from.tz));
        Span {
            from: Moment { wall: from.wall, name: name.clone(), tz },
            to: Moment { wall: to.wall, name, tz },
            all_day,
        }
    } else {
        Span { from: read("start", "originalStartTimeZone")?, to: read("end", "originalEndTimeZone")?, all_day }
    };
    span.check()?;
    Ok(span)
}

/// A `dateTimeTimeZone` of whatever zone name: an unknown one counts as UTC, as Exchange keeps
/// custom zones (docs/facts/graph.md, "Times").
fn moment(value: &Value) -> Result<Moment, String> {
    let mut value = value.clone();
    if at(&value, "timeZone").as_str().is_none_or(|name| zone(name).is_none()) {
        put(&mut value, "timeZone", "UTC");
    }
    let moment = Moment::read(&value)?;
    if moment.wall.date() < NaiveDate::from_ymd_opt(1601, 1, 1).unwrap_or_default() {
        return Err("the year is before 1601".to_owned());
    }
    Ok(moment)
}
