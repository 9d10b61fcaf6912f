//! What a reader gets to see: projection by `$select` and `$expand`, zones, text bodies; filtered,
//! ordered and paged lists.

use super::answer::{Answer, Fail, Outcome};
use super::call::{Call, Query};
use super::event::{Event, Window};
use super::filter::{self, Filter};
use super::html;
use super::mailbox::Mailbox;
use super::shape::{EVENT, Member, Object, PROPERTY, member, put};
use super::zones;
use chrono::Duration;
use chrono_tz::Tz;
use serde_json::{Value, json};

/// The default page of a list (docs/facts/graph.md, "Listing").
const PAGE: usize = 10;
/// The widest window of a calendar view, in days (docs/facts/graph.md, "Delta").
const WIDEST: i64 = 1825;

/// How one reader wants items.
#[derive(Default)]
pub(crate) struct View {
    select: Option<Vec<String>>,
    /// Name and inner `$filter` of what is expanded.
    expand: Vec<(String, Option<Filter>)>,
    zone: Option<(String, Tz)>,
    text: bool,
}

impl View {
    /// As the request's options say.
    ///
    /// # Errors
    /// 400 for names that `shape` lacks and for what can't be expanded (`expandable` can).
    pub(crate) fn read(call: &Call, shape: &[Member], expandable: &[&str]) -> Result<Self, Fail> {
        let select = call
            .query
            .get("$select")
            .map(|names| names.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>());
        if let Some(name) = select.iter().flatten().find(|name| member(shape, name).is_none()) {
            return Err(filter::unknown(name));
        }
        let parts = split(call.query.get("$expand").unwrap_or_default());
        let expand = parts.into_iter().map(|part| expansion(part, expandable)).collect::<Result<_, _>>()?;
        Ok(Self { select, expand, ..Self::plain(call) }.zoned(call))
    }

    /// Every member, in UTC.
    pub(crate) fn plain(call: &Call) -> Self {
        Self { text: call.prefer.text, ..Self::default() }
    }

    /// Every member, in the zone that `Prefer` asks for.
    pub(crate) fn preferred(call: &Call) -> Self {
        Self::plain(call).zoned(call)
    }

    /// Every member, in a zone.
    pub(crate) fn in_zone(call: &Call, name: &str, tz: Tz) -> Self {
        Self { zone: Some((name.to_owned(), tz)), ..Self::plain(call) }
    }

    fn zoned(self, call: &Call) -> Self {
        Self { zone: call.prefer.zone.clone(), ..self }
    }

    fn expands(&self, name: &str) -> Option<&Option<Filter>> {
        self.expand.iter().find(|(own, _)| own == name).map(|(_, filter)| filter)
    }

    fn selects(&self, name: &str) -> bool {
        self.select.as_ref().is_some_and(|names| names.iter().any(|own| own == name))
    }

    /// One item, complete with what may be expanded, as this reader wants it. `extra` members come
    /// only when asked for.
    pub(crate) fn project(&self, item: Value, extra: &[&str]) -> Value {
        let Value::Object(item) = item else { return item };
        let all_day = item.get("isAllDay").is_some_and(|all_day| all_day == true);
        let mut shown = Object::new();
        for (name, value) in item {
            let filter = self.expands(&name);
            let wanted = filter.is_some()
                || name == "id"
                || name.starts_with('@')
                || self.selects(&name)
                || (self.select.is_none() && !extra.contains(&name.as_str()));
            if !wanted {
                continue;
            }
            let value = match filter {
                Some(Some(filter)) => {
                    value.as_array().into_iter().flatten().filter(|one| filter.holds(one)).cloned().collect()
                }
                Some(None) | None => value,
            };
            if name != "singleValueExtendedProperties" || value != json!([]) {
                shown.insert(name, value);
            }
        }
        self.localize(&mut shown, all_day);
        Value::Object(shown)
    }

    fn localize(&self, item: &mut Object, all_day: bool) {
        if let Some((name, tz)) = &self.zone {
            for (_, time) in item.iter_mut().filter(|(key, _)| matches!(key.as_str(), "start" | "end")) {
                let wall = time["dateTime"].as_str().and_then(zones::wall);
                // all-day events are from midnight to midnight in whatever zone is asked for
                // (docs/facts/graph.md, "All-day")
                if let Some(wall) = wall {
                    let local = if all_day { wall } else { wall.and_utc().with_timezone(tz).naive_local() };
                    *time = zones::zoned(local, name);
                }
            }
        }
        if let (true, Some(body)) = (self.text, item.get_mut("body")) {
            let text = html::text(body["content"].as_str().unwrap_or_default());
            *body = json!({"contentType": "text", "content": text});
        }
    }
}

/// Splits at commas that are in no parentheses.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0;
    let parts = text.split(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn expansion(part: &str, expandable: &[&str]) -> Result<(String, Option<Filter>), Fail> {
    let (name, options) = part.split_once('(').map_or((part, None), |(name, rest)| (name, rest.strip_suffix(')')));
    if !expandable.contains(&name) {
        return Err(Fail::new(http::StatusCode::BAD_REQUEST, "BadRequest", format!("Could not expand '{name}'.")));
    }
    let inner = options.map(|options| {
        let filter = options
            .strip_prefix("$filter=")
            .ok_or_else(|| Fail::invalid(format!("'{options}' can't be used in $expand.")))?;
        Filter::read(filter, PROPERTY)
    });
    Ok((name.to_owned(), inner.transpose()?))
}

/// Members of an event that come only when they are selected or expanded.
const EXTRA: &[&str] = &["singleValueExtendedProperties", "cancelledOccurrences", "exceptionOccurrences"];
const EXPANDABLE: &[&str] = &["singleValueExtendedProperties", "exceptionOccurrences"];

/// One event for a reader.
pub(crate) fn event(event: &Event, view: &View) -> Value {
    view.project(full(event), EXTRA)
}

fn full(event: &Event) -> Value {
    let mut body = event.body.clone();
    body.insert("singleValueExtendedProperties".to_owned(), event.marks.clone().into());
    if let Some(series) = &event.series {
        let gone = series.deleted.iter().map(|day| format!("OID.{}.{day}", event.id()));
        body.insert("cancelledOccurrences".to_owned(), gone.collect::<Vec<_>>().into());
        let exceptions = series.exceptions.values().map(|exception| Value::Object(exception.body.clone()));
        body.insert("exceptionOccurrences".to_owned(), exceptions.collect());
    }
    Value::Object(body)
}

/// `body` with the annotation that tells its type.
pub(crate) fn with_context(call: &Call, context: &str, body: Value) -> Value {
    let mut answer = json!({"@odata.context": call.address(&format!("$metadata#{context}"))});
    if let (Some(answer), Value::Object(body)) = (answer.as_object_mut(), body) {
        answer.extend(body);
    }
    answer
}

/// `GET` of one event.
pub(crate) fn one(call: &Call, found: &Event) -> Outcome {
    let view = View::read(call, EVENT, EXPANDABLE)?;
    Ok(Answer::ok(with_context(call, "users/events/$entity", event(found, &view))))
}

/// A list of events: filtered, ordered, paged.
pub(crate) fn events(call: &Call, found: impl Iterator<Item = Event>) -> Outcome {
    let view = View::read(call, EVENT, EXPANDABLE)?;
    collection(call, found.map(|event| full(&event)).collect(), EVENT, |item| view.project(item, EXTRA))
}

/// `GET …/events`: singles and masters of a calendar, no occurrences.
pub(crate) fn of_calendar(mailbox: &Mailbox, call: &Call, calendar: Option<&str>) -> Outcome {
    let id = id_of(mailbox, calendar)?;
    events(call, mailbox.events.iter().filter(|event| event.calendar == id).cloned())
}

/// `GET …/calendarView`: singles, occurrences, exceptions, no masters.
pub(crate) fn calendar_view(mailbox: &Mailbox, call: &Call, calendar: Option<&str>) -> Outcome {
    let id = id_of(mailbox, calendar)?;
    let window = window(&call.query)?;
    let own = mailbox.events.iter().filter(|event| event.calendar == id);
    let mut found: Vec<_> = own
        .flat_map(|event| match event.series {
            Some(_) if mailbox.quirks.unexpanded => {
                event.occurrences(window).first().map(|_| event.clone()).into_iter().collect()
            }
            Some(_) => event.occurrences(window),
            None if event.span.meets(window) => vec![event.clone()],
            None => Vec::new(),
        })
        .collect();
    found.sort_by_key(|event| event.span.from.utc());
    events(call, found.into_iter())
}

/// `GET …/instances` of a series.
pub(crate) fn instances(call: &Call, master: &Event) -> Outcome {
    if master.series.is_none() {
        return Err(Fail::invalid("The event is not a series master."));
    }
    events(call, master.occurrences(window(&call.query)?).into_iter())
}

/// `startDateTime` and `endDateTime`.
pub(crate) fn window(query: &Query) -> Result<Window, Fail> {
    let window = Window { start: query.instant("startDateTime")?, end: query.instant("endDateTime")? };
    if window.end <= window.start {
        return Err(Fail::invalid("The end of the time window must be after its start."));
    }
    if window.end - window.start > Duration::days(WIDEST) {
        let message = format!("The requested time range of a calendar view is over the maximum of {WIDEST} days.");
        return Err(Fail::invalid(message));
    }
    Ok(window)
}

/// The id of a calendar, or 404.
pub(crate) fn id_of(mailbox: &Mailbox, calendar: Option<&str>) -> Result<String, Fail> {
    let calendar = mailbox.calendar(calendar).ok_or_else(Fail::not_found)?;
    Ok(calendar.get("id").and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// A list of items of `shape`: `$filter`, `$orderby`, `$count`, `$skip`, `$top` and
/// `odata.maxpagesize`.
pub(crate) fn collection(call: &Call, items: Vec<Value>, shape: &[Member], show: impl Fn(Value) -> Value) -> Outcome {
    let query = &call.query;
    if query.get("$search").is_some() {
        return Err(Fail::missing("$search"));
    }
    let mut items = items;
    if let Some(text) = query.get("$filter") {
        let filter = Filter::read(text, shape)?;
        items.retain(|item| filter.holds(item));
    }
    for key in query.get("$orderby").map(|keys| keys.split(',').rev().collect::<Vec<_>>()).unwrap_or_default() {
        let (path, way) = key.trim().split_once(' ').unwrap_or((key.trim(), "asc"));
        if member(shape, path.split('/').next().unwrap_or_default()).is_none() {
            return Err(filter::unknown(path));
        }
        let is_down = way.trim() == "desc";
        items.sort_by(|a, b| {
            let order = filter::order(filter::at(a, path), filter::at(b, path));
            if is_down { order.reverse() } else { order }
        });
    }
    let size = query.number("$top")?.or(call.prefer.page).unwrap_or(PAGE).max(1);
    let skip = query.number("$skip")?.unwrap_or(0);
    let count = items.len();
    let mut answer = json!({});
    if query.get("$count") == Some("true") {
        put(&mut answer, "@odata.count", count);
    }
    put(&mut answer, "value", items.into_iter().skip(skip).take(size).map(show).collect::<Value>());
    if skip + size < count {
        put(&mut answer, "@odata.nextLink", call.link(&query.with("$skip", &(skip + size).to_string())));
    }
    Ok(Answer::ok(with_context(call, &call.segments.join("/"), answer)))
}
