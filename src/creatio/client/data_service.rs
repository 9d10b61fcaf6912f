//! How the DataService is asked, what Creatio's own pages read and write by (docs/facts/creatio.md,
//! "DataService"): numeric enumerations, paths by lookups, times on the wall clock of the user's
//! profile. Its rows become rows as OData spells them, with true UTC, so that everything behind
//! `gateway` reads one spelling. Pure.
//!
//! A wall clock shows one hour twice a year: a time in it is read as the first of the two, and a
//! filter is made wider there.

use crate::creatio::client::query::{Condition, Operand, Query, RowChange, RowWrite, Sign, date};
use crate::creatio::client::reply::accept;
use crate::creatio::client::times::{doubled, in_order, is_date};
use crate::http::{
    Call, Fault, Repeat,
    odata::{Page, brief, parse},
};
use crate::model::time::{instant, local};
use crate::model::{Instant, Zone};
use crate::ports::HttpResponse;
use chrono::{NaiveDateTime, SubsecRound, TimeDelta};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The address of its queries below the workspace.
const ROOT: &str = "DataService/json/SyncReply/";
/// The type of a query in a batch.
const CONTRACT: &str = "Terrasoft.Nui.ServiceModel.DataContract.";
/// Properties whose names end with `Id` and are columns of that name.
const NO_LOOKUPS: [&str; 4] = ["Id", "LocalId", "RemoteId", "ProcessElementId"];
/// The alias of a count.
const COUNT: &str = "count";

/// A query of the DataService: its kind, which is its address too, and its body.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::creatio) struct ServiceQuery {
    kind: &'static str,
    body: Value,
}

impl ServiceQuery {
    /// As a request by itself. Writes leave the same if they are carried out twice: they have ids,
    /// values and conditions of ours.
    pub(in crate::creatio) fn call(self) -> Call {
        Call::post(format!("{ROOT}{}", self.kind), self.body, Repeat::Safe)
    }

    /// Queries as one request, each carried out whatever becomes of the others; the reply is read
    /// by [`results`].
    pub(in crate::creatio) fn batch(asks: &[Self]) -> Call {
        let item = |ask: &Self| {
            let mut item = json!({"__type": format!("{CONTRACT}{}", ask.kind)});
            if let (Some(item), Some(body)) = (item.as_object_mut(), ask.body.as_object()) {
                item.extend(body.clone());
            }
            item
        };
        let items: Vec<Value> = asks.iter().map(item).collect();
        let body = json!({"items": items, "continueIfError": true});
        Call::post(format!("{ROOT}BatchQuery"), body, Repeat::Safe)
    }
}

/// What a write came to: rows that it met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::creatio) struct Affected(pub(in crate::creatio) u64);

/// The column that a property of OData is.
fn column(property: &str) -> &str {
    if NO_LOOKUPS.contains(&property) { property } else { property.strip_suffix("Id").unwrap_or(property) }
}

/// The question as a query.
pub(in crate::creatio) fn select(query: &Query<'_>, zone: &dyn Zone) -> ServiceQuery {
    let path = |path: &str| json!({"expressionType": 0, "columnPath": path});
    let mut columns = Map::new();
    if query.count {
        let count =
            json!({"expressionType": 1, "functionType": 2, "aggregationType": 1, "functionArgument": path("Id")});
        columns.insert(COUNT.to_owned(), json!({ "expression": count }));
    }
    for property in query.select.split(',').filter(|property| !property.is_empty() && !query.count) {
        columns.insert(property.to_owned(), json!({"expression": path(column(property))}));
    }
    for (position, order) in query.order.split(',').filter(|order| !order.is_empty() && !query.count).enumerate() {
        let (property, direction) = order.strip_suffix(" desc").map_or((order, 1), |property| (property, 2));
        let ordered = columns.entry(property).or_insert_with(|| json!({"expression": path(column(property))}));
        if let Some(ordered) = ordered.as_object_mut() {
            ordered.insert("orderDirection".to_owned(), json!(direction));
            ordered.insert("orderPosition".to_owned(), json!(position));
        }
    }
    let mut body = json!({
        "rootSchemaName": query.set, "operationType": 0, "allColumns": false, "columns": {"items": columns},
        "filters": whole(&query.filter, query.set, zone),
    });
    if query.top > 0
        && let Some(body) = body.as_object_mut()
    {
        body.insert("isPageable".to_owned(), json!(true));
        body.insert("rowCount".to_owned(), json!(query.top));
        body.insert("rowsOffset".to_owned(), json!(query.skip));
    }
    ServiceQuery { kind: "SelectQuery", body }
}

/// The question for a page of the ids of activities that a stored filter selects; it stays as it
/// is, beside `filter`.
pub(in crate::creatio) fn select_stored(
    stored: &Value,
    filter: &Condition,
    top: usize,
    skip: usize,
    zone: &dyn Zone,
) -> ServiceQuery {
    let query = Query { set: "Activity", select: "Id", order: "Id", top, skip, ..Query::default() };
    let mut ask = select(&query, zone);
    let items = json!({"stored": stored, "ours": test(filter, zone)});
    if let Some(body) = ask.body.as_object_mut() {
        body.insert("filters".to_owned(), group(0, items, Some("Activity")));
    }
    ask
}

/// The write as a query. One that depends on a `ModifiedOn` meets no row if the row has another.
/// Stamps are told in milliseconds.
pub(in crate::creatio) fn write(RowChange { set, row_write }: &RowChange, zone: &dyn Zone) -> ServiceQuery {
    let kind = match row_write {
        RowWrite::Insert(_) => "InsertQuery",
        RowWrite::Update { .. } => "UpdateQuery",
        RowWrite::Delete { .. } => "DeleteQuery",
    };
    let operation = match row_write {
        RowWrite::Insert(_) => 1,
        RowWrite::Update { .. } => 2,
        RowWrite::Delete { .. } => 3,
    };
    let mut body =
        Map::from_iter([("rootSchemaName".to_owned(), json!(set)), ("operationType".to_owned(), json!(operation))]);
    match row_write {
        RowWrite::Insert(members) | RowWrite::Update { body: members, .. } => {
            let items: Map<String, Value> =
                members.iter().map(|(name, value)| (column(name).to_owned(), parameter(name, value, zone))).collect();
            body.insert("columnValues".to_owned(), json!({ "items": items }));
        }
        RowWrite::Delete { .. } => {}
    }
    if let Some(filters) = met_by(set, row_write, zone) {
        body.insert("filters".to_owned(), filters);
    }
    ServiceQuery { kind, body: Value::Object(body) }
}

/// The question for the row that a write would meet, by the very condition of the write.
pub(in crate::creatio) fn select_met(RowChange { set, row_write }: &RowChange, zone: &dyn Zone) -> ServiceQuery {
    let mut ask = select(&Query { set, select: "Id", ..Query::default() }, zone);
    if let (Some(body), Some(filters)) = (ask.body.as_object_mut(), met_by(set, row_write, zone)) {
        body.insert("filters".to_owned(), filters);
    }
    ask
}

/// Which row a write meets; nothing for one that creates it.
fn met_by(set: &str, row_write: &RowWrite, zone: &dyn Zone) -> Option<Value> {
    let mut items = Map::from_iter([("id".to_owned(), test(&Condition::id(row_write.id()?), zone))]);
    if let Some(seen) = row_write.seen() {
        let from = local(zone, seen).trunc_subsecs(3);
        items.insert("from".to_owned(), compare("ModifiedOn", 8, 7, date_literal(from)));
        items.insert("to".to_owned(), compare("ModifiedOn", 5, 7, date_literal(from + TimeDelta::milliseconds(1))));
    }
    Some(group(0, Value::Object(items), Some(set)))
}

/// A value of a body, as a parameter.
fn parameter(name: &str, value: &Value, zone: &dyn Zone) -> Value {
    let at = value.as_str().filter(|_| is_date(name)).and_then(|text| text.parse::<Instant>().ok());
    let (kind, value) = match (at, value) {
        (Some(at), _) => (7, date_literal(local(zone, at))),
        (None, Value::Bool(_)) => (12, value.clone()),
        (None, _) if name == column(name) && NO_LOOKUPS.contains(&name) => (0, value.clone()),
        (None, _) if name != column(name) => (10, value.clone()),
        (None, _) => (1, value.clone()),
    };
    json!({"expressionType": 2, "parameter": {"dataValueType": kind, "value": value}})
}

/// A time as the service takes it: JSON in JSON, without zone.
fn date_literal(wall: NaiveDateTime) -> Value {
    json!(format!("\"{}\"", wall.format("%Y-%m-%dT%H:%M:%S%.3f")))
}

/// The condition of a whole query.
fn whole(condition: &Condition, set: &str, zone: &dyn Zone) -> Value {
    group(0, json!({"0": test(condition, zone)}), Some(set))
}

fn group(operation: u8, items: Value, set: Option<&str>) -> Value {
    let mut group = json!({"filterType": 6, "logicalOperation": operation, "isEnabled": true, "items": items});
    if let (Some(group), Some(set)) = (group.as_object_mut(), set) {
        group.insert("rootSchemaName".to_owned(), json!(set));
    }
    group
}

fn test(condition: &Condition, zone: &dyn Zone) -> Value {
    let parts = |operation, parts: &[Condition]| {
        let items: Map<String, Value> =
            parts.iter().enumerate().map(|(n, part)| (n.to_string(), test(part, zone))).collect();
        group(operation, Value::Object(items), None)
    };
    match condition {
        Condition::All(tests) => parts(0, tests),
        Condition::Any(tests) => parts(1, tests),
        // it has no spelling here: it selects nothing rather than too much
        Condition::Odata(_) => test(&Condition::id(uuid::Uuid::nil()), zone),
        Condition::Is(path, Sign::Ne, operand) => {
            let (kind, value) = literal(Sign::Ne, operand, zone);
            let empty = json!({"filterType": 2, "comparisonType": 1, "isEnabled": true, "isNull": true,
                "leftExpression": {"expressionType": 0, "columnPath": path}});
            group(1, json!({"0": compare(path, 4, kind, value), "1": empty}), None)
        }
        Condition::Is(path, sign, operand) => {
            let (kind, value) = literal(*sign, operand, zone);
            compare(path, number(*sign), kind, value)
        }
    }
}

fn compare(path: &str, comparison: u8, kind: u8, value: Value) -> Value {
    json!({"filterType": 1, "comparisonType": comparison, "isEnabled": true, "trimDateTimeParameterToDate": false,
        "leftExpression": {"expressionType": 0, "columnPath": path},
        "rightExpression": {"expressionType": 2, "parameter": {"dataValueType": kind, "value": value}}})
}

const fn number(sign: Sign) -> u8 {
    match sign {
        Sign::Eq => 3,
        Sign::Ne => 4,
        Sign::Lt => 5,
        Sign::Gt => 7,
        Sign::Ge => 8,
    }
}

/// The type and value of a parameter. A wall clock that the zone has twice is moved out, so that
/// nothing is overlooked; so is what lies between two milliseconds.
fn literal(sign: Sign, operand: &Operand, zone: &dyn Zone) -> (u8, Value) {
    match operand {
        Operand::Guid(id) => (0, json!(id)),
        Operand::Row(id) => (10, json!(id)),
        Operand::Text(text) => (1, json!(text)),
        Operand::At(at) => {
            let twice = doubled(zone, *at).unwrap_or_default();
            let (wall, whole) = (local(zone, *at), local(zone, *at).trunc_subsecs(3));
            let rest = if wall > whole { TimeDelta::milliseconds(1) } else { TimeDelta::zero() };
            let wall = match sign {
                Sign::Ge | Sign::Gt => whole - twice,
                Sign::Lt => whole + rest + twice,
                Sign::Eq | Sign::Ne => whole,
            };
            (7, date_literal(wall))
        }
    }
}

/// A reply, as far as it is known. HTTP says nothing of success, and reads don't set `success`
/// reliably: they are told by their rows.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ServiceReply {
    rows: Option<Vec<Map<String, Value>>>,
    not_found_columns: Vec<String>,
    rows_affected: Option<i64>,
    success: Option<bool>,
    response_status: Option<Value>,
    error_info: Option<Value>,
}

impl ServiceReply {
    fn says_something(&self) -> bool {
        [&self.response_status, &self.error_info].into_iter().flatten().any(|said| !said.is_null())
    }

    /// What the server says of a failure.
    fn fault(&self) -> Fault {
        let said = |names: [&str; 2]| {
            let each = [&self.response_status, &self.error_info].into_iter().flatten();
            let texts = each.flat_map(|body| names.map(|name| body.get(name).and_then(Value::as_str)));
            brief(texts.flatten().find(|text| !text.is_empty()).unwrap_or_default())
        };
        let (code, message) = (said(["ErrorCode", "errorCode"]), said(["Message", "message"]));
        // a refusal is an answer: the status is what it would have been
        Fault::Refused { status: 500, code, message }
    }

    fn page(self, zone: &dyn Zone) -> Result<Page, Fault> {
        if self.rows.is_none() || (self.success == Some(false) && self.says_something()) {
            return Err(if self.says_something() { self.fault() } else { missing() });
        }
        if !self.not_found_columns.is_empty() {
            let message = format!("columns not found: {}", brief(&self.not_found_columns.join(", ")));
            return Err(Fault::Refused { status: 400, code: String::new(), message });
        }
        let rows = self.rows.unwrap_or_default();
        let count = rows.first().and_then(|row| row.get(COUNT)?.as_u64());
        let value = rows.into_iter().map(|row| spelled(row, zone)).collect();
        Ok(Page { value, next: None, count, delta: None })
    }

    fn affected(&self) -> Result<Affected, Fault> {
        match (self.success, self.rows_affected) {
            (Some(true), Some(rows)) => Ok(Affected(u64::try_from(rows).unwrap_or(0))),
            (Some(false), _) => Err(self.fault()),
            (Some(true) | None, _) => Err(Fault::Unreadable("rowsAffected: missing".to_owned())),
        }
    }
}

fn missing() -> Fault {
    Fault::Unreadable("rows: missing".to_owned())
}

/// A row as OData would spell it.
fn spelled(row: Map<String, Value>, zone: &dyn Zone) -> Value {
    let cell = |name: &str, value: Value| match value {
        Value::Object(mut lookup) => lookup.remove("value").unwrap_or_default(),
        Value::String(text) if is_date(name) => {
            // the text may be a JSON text once more (docs/facts/creatio.md, "Clocks")
            match text.trim_matches('"').parse::<NaiveDateTime>() {
                Ok(wall) => json!(date(instant(zone, wall))),
                Err(_) => json!(text),
            }
        }
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => other,
    };
    let mut row = row.into_iter().map(|(name, value)| (name.clone(), cell(&name, value))).collect();
    in_order(zone, &mut row);
    Value::Object(row)
}

/// The page of a reply to a question.
pub(in crate::creatio) fn page(response: &HttpResponse, zone: &dyn Zone) -> Result<Page, Fault> {
    accept(response)?;
    parse::<ServiceReply>(response.body())?.page(zone)
}

/// The rows that the reply to a write says that it met.
pub(in crate::creatio) fn affected(response: &HttpResponse) -> Result<Affected, Fault> {
    accept(response)?;
    parse::<ServiceReply>(response.body())?.affected()
}

/// The columns of those asked for that the reply says are not there.
pub(in crate::creatio) fn not_found(response: &HttpResponse) -> Result<Vec<String>, Fault> {
    accept(response)?;
    Ok(parse::<ServiceReply>(response.body())?.not_found_columns)
}

/// The replies to the queries of a batch, in their order; those after the last one that was
/// answered are missing.
#[derive(Debug)]
pub(in crate::creatio) struct Results {
    replies: Vec<ServiceReply>,
    /// One of them failed: whether the others were kept is the server's business, and has to be
    /// looked up.
    pub(in crate::creatio) failed: bool,
}

impl Results {
    /// The page of the `nth` reply.
    pub(in crate::creatio) fn page(&mut self, nth: usize, zone: &dyn Zone) -> Option<Result<Page, Fault>> {
        Some(std::mem::take(self.replies.get_mut(nth)?).page(zone))
    }

    /// The rows that the `nth` write met.
    pub(in crate::creatio) fn affected(&self, nth: usize) -> Option<Result<Affected, Fault>> {
        Some(self.replies.get(nth)?.affected())
    }
}

/// Reads the reply to a batch.
pub(in crate::creatio) fn results(response: &HttpResponse) -> Result<Results, Fault> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Batch {
        query_results: Option<Vec<ServiceReply>>,
        #[serde(flatten)]
        own: ServiceReply,
    }
    accept(response)?;
    let batch: Batch = parse(response.body())?;
    let failed = batch.own.success != Some(true);
    match batch.query_results {
        Some(replies) => Ok(Results { replies, failed }),
        None => Err(batch.own.fault()),
    }
}
