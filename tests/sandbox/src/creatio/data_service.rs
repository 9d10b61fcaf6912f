//! The DataService (docs/facts/creatio.md, "DataService"): what Creatio's own pages read and write
//! by. Numeric enumerations, wall-clock times without zone, and HTTP 200 even for what was refused.
// a JSON value that is asked for a member it lacks is null, it does not panic
#![allow(clippy::indexing_slicing)]

pub(crate) mod filter;
pub(crate) mod system;

use super::Visit;
use super::error::{Refusal, reply, unknown};
use super::rewrites;
use super::schema::{Column, Entity, Kind};
use super::store::Store;
use super::value::{Row, Value};
use super::write::{self, Author, Insert};
use crate::environment::{Environment, Request, Response, Server};
use crate::graph::zones;
use chrono::Duration;
use filter::{Asked, Viewer, reach};
use http::{StatusCode, Uri};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

/// Both spellings of the address, below the workspace's base.
const ROOTS: [&str; 2] = ["/DataService/json/SyncReply/", "/DataService/json/reply/"];

/// Whether an address is the DataService's.
pub(crate) fn is_address(path: &str) -> bool {
    ROOTS.iter().any(|root| path.starts_with(root))
}

/// Whether an address is one of a query that writes rows. A batch may hold anything.
pub(crate) fn is_write(path: &str) -> bool {
    ["InsertQuery", "UpdateQuery", "DeleteQuery", "BatchQuery"].iter().any(|kind| path.ends_with(kind))
}

/// One query of any kind.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    root_schema_name: String,
    #[serde(default)]
    columns: Items,
    #[serde(default)]
    column_values: Items,
    #[serde(default)]
    filters: Json,
    #[serde(default)]
    row_count: Option<i64>,
    #[serde(default)]
    rows_offset: usize,
}

#[derive(Default, Deserialize)]
struct Items {
    #[serde(default)]
    items: Map<String, Json>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch {
    items: Vec<Json>,
    #[serde(default)]
    continue_if_error: bool,
}

/// Answers one request.
pub(crate) fn serve(store: &mut Store, visit: Visit<'_>, request: &Request, environment: &mut Environment) -> Response {
    let path = request.uri().path();
    let operation = path.rsplit('/').next().unwrap_or_default();
    let body = match serde_json::from_slice::<Json>(request.body()) {
        Ok(body) => body,
        Err(error) => return told(&refused(&format!("The body is no JSON: {error}."))),
    };
    let viewer = viewer(store, &visit, environment);
    let mut service = Service { store, visit, viewer };
    match operation {
        "SelectQuery" | "InsertQuery" | "UpdateQuery" | "DeleteQuery" => {
            told(&service.one(operation, body, environment))
        }
        "QuerySysSettings" => told(&system::query(service.store, &visit, body).unwrap_or_else(|why| refused(&why))),
        "PostSysSettingsValues" => told(&system::post(service.store, &visit, body).unwrap_or_else(|why| refused(&why))),
        "BatchQuery" => told(&service.batch(body, request, environment)),
        _ => unknown(&format!("{} {path}", request.method())),
    }
}

fn told(body: &Json) -> Response {
    reply(StatusCode::OK, "application/json; charset=utf-8", body.to_string().into_bytes())
}

fn refused(message: &str) -> Json {
    json!({"responseStatus": {"ErrorCode": "Exception", "Message": message, "Errors": []}, "rowsAffected": -1,
        "nextPrcElReady": false, "success": false})
}

struct Service<'a> {
    store: &'a mut Store,
    visit: Visit<'a>,
    viewer: Viewer,
}

/// What filters need to know of the user.
fn viewer(store: &Store, visit: &Visit<'_>, environment: &Environment) -> Viewer {
    let unit = store.rows("SysAdminUnit").find(|(_, row)| row.guid("Contact") == Some(visit.contact));
    let user = unit.map(|(id, _)| id).unwrap_or_default();
    Viewer { user, contact: visit.contact, zone: visit.spelling.zone, now: environment.now() }
}

impl Service<'_> {
    fn one(&mut self, operation: &str, body: Json, environment: &mut Environment) -> Json {
        let answer = serde_json::from_value::<Query>(body).map_err(|error| error.to_string()).and_then(|query| {
            let name = query.root_schema_name.as_str();
            let entity = Entity::named(name).ok_or_else(|| format!("Schema {name} not found."))?;
            if self.visit.switched.failing.contains(entity.name) {
                return Err(Refusal::timeout().message);
            }
            if self.visit.switched.stale > 0 && operation != "SelectQuery" {
                self.store.remember(environment.now());
            }
            match operation {
                "SelectQuery" if self.visit.switched.stale > 0 => self.select_late(entity, &query, environment),
                "SelectQuery" => self.select(entity, &query),
                "InsertQuery" => self.insert(entity, &query, environment),
                "UpdateQuery" => self.update(entity, &query, environment),
                _ => self.delete(entity, &query),
            }
        });
        answer.unwrap_or_else(|message| refused(&message))
    }

    /// The queries of a batch in order, each through log and faults. A reply that gets lost ends
    /// the batch there.
    fn batch(&mut self, body: Json, outer: &Request, environment: &mut Environment) -> Json {
        let number = environment.begin_batch();
        let batch: Batch = match serde_json::from_value(body) {
            Ok(batch) => batch,
            Err(error) => return refused(&error.to_string()),
        };
        let mut results = Vec::new();
        let mut failed = false;
        for item in batch.items {
            let kind = item["__type"].as_str().and_then(|kind| kind.rsplit('.').next()).unwrap_or_default().to_owned();
            let path = outer.uri().path().replace("BatchQuery", &kind);
            let mut request = Request::new(item.to_string().into_bytes());
            *request.method_mut() = http::Method::POST;
            *request.uri_mut() = path.parse().unwrap_or_else(|_| Uri::from_static("/"));
            let served = environment.serve(Server::Creatio, Some(number), &request, |environment| {
                told(&self.one(&kind, item, environment))
            });
            let Some(response) = served.response else { break };
            let result = serde_json::from_slice::<Json>(response.body()).unwrap_or_else(|_| refused("it failed"));
            let is_bad = result["success"] == false;
            failed |= is_bad;
            results.push(result);
            if is_bad && !batch.continue_if_error {
                break;
            }
        }
        json!({"queryResults": results, "hasErrors": failed, "success": !failed})
    }

    /// As the copy of the database tells it that is behind.
    fn select_late(&self, entity: &'static Entity, query: &Query, environment: &Environment) -> Result<Json, String> {
        let at = environment.now() - Duration::seconds(i64::from(self.visit.switched.stale));
        let viewer = viewer(self.store, &self.visit, environment);
        Service { store: &mut self.store.as_of(at), visit: self.visit, viewer }.select(entity, query)
    }

    fn select(&self, entity: &'static Entity, query: &Query) -> Result<Json, String> {
        let mut rows: Vec<&Row> = self.asked(entity).select(&query.filters)?.into_iter().map(|(_, row)| row).collect();
        let mut config = Map::new();
        let mut absent = Vec::new();
        let mut shown: Vec<(&String, &str)> = Vec::new();
        let mut orders: Vec<(i64, i64, &str)> = Vec::new();
        for (alias, column) in &query.columns.items {
            let expression = &column["expression"];
            if expression["functionType"] == 2 && expression["aggregationType"] == 1 {
                return Ok(json!({"rowConfig": {alias: {"dataValueType": 4}}, "rows": [{alias: rows.len()}],
                    "notFoundColumns": [], "rowsAffected": 1, "nextPrcElReady": false, "success": true}));
            }
            let path = expression["columnPath"].as_str().unwrap_or_default();
            match filter::column(entity, path).filter(|column| !self.visit.switched.lacks(entity.name, column.name)) {
                Some(found) => {
                    config.insert(alias.clone(), described(found));
                    shown.push((alias, path));
                    if let Some(direction @ 1..=2) = column["orderDirection"].as_i64() {
                        orders.push((column["orderPosition"].as_i64().unwrap_or(0), direction, path));
                    }
                }
                None => absent.push(alias.clone()),
            }
        }
        orders.sort_unstable();
        rows.sort_by(|a, b| self.compare(entity, &orders, (a, b)));
        let count = query.row_count.and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0);
        let page = rows.into_iter().skip(query.rows_offset).take(count.unwrap_or(20_000));
        let rows: Vec<Json> = page
            .map(|row| shown.iter().map(|(alias, path)| ((*alias).clone(), self.cell(entity, row, path))).collect())
            .map(Json::Object)
            .collect();
        let affected = rows.len();
        let mut body = json!({"rowConfig": config, "rows": rows, "notFoundColumns": absent, "rowsAffected": affected,
            "nextPrcElReady": false});
        self.visit.switched.mask(&mut body);
        let limit = self.visit.switched.memory;
        if limit > 0 && body.to_string().len() > limit {
            return Err(Refusal::out_of_memory().message);
        }
        Ok(body)
    }

    fn compare(
        &self,
        entity: &'static Entity,
        orders: &[(i64, i64, &str)],
        (a, b): (&Row, &Row),
    ) -> std::cmp::Ordering {
        let mut order = std::cmp::Ordering::Equal;
        for (_, direction, path) in orders {
            let of = |row| reach(entity, path, row, self.store);
            let by = of(a).partial_cmp(&of(b)).unwrap_or(std::cmp::Ordering::Equal);
            order = order.then(if *direction == 2 { by.reverse() } else { by });
        }
        order
    }

    /// A cell as the DataService shows it: lookups with their name, times on the wall clock, `""`
    /// for what is empty.
    fn cell(&self, entity: &'static Entity, row: &Row, path: &str) -> Json {
        let column = filter::column(entity, path);
        let target = column.and_then(Column::target);
        match (reach(entity, path, row, self.store), target) {
            (Some(Value::Guid(id)), Some(target)) => {
                let name = self.store.get(target, id).map_or("", |row| row.text("Name"));
                json!({"value": id, "displayValue": name, "primaryImageValue": ""})
            }
            (Some(Value::Guid(id)), None) => json!(id),
            (Some(Value::Text(text)), _) => json!(text),
            (Some(Value::Bool(flag)), _) => json!(flag),
            (Some(Value::Int(number)), _) => json!(number),
            (Some(Value::Date(at)), _) => {
                let wall = at.with_timezone(&self.visit.spelling.zone).naive_local();
                json!(wall.format("%Y-%m-%dT%H:%M:%S%.3f").to_string())
            }
            // a stored filter is shown as the text that it is
            (Some(Value::Bytes(bytes)), _) => json!(String::from_utf8_lossy(&bytes)),
            (None, _) => json!(""),
        }
    }

    fn insert(
        &mut self,
        entity: &'static Entity,
        query: &Query,
        environment: &mut Environment,
    ) -> Result<Json, String> {
        self.may_write(entity)?;
        let mut changes = self.values(entity, query)?;
        rewrites::apply(&self.visit.switched.rewrites, entity, &mut changes, true);
        let fresh = Uuid::new_v5(&environment.instance(), &environment.number().to_be_bytes());
        let author = self.author(environment);
        let id = write::insert(self.store, entity, (&changes, fresh), (author, Insert::Created));
        let id = id.map_err(|refusal| refusal.message)?;
        Ok(json!({"id": id, "rowsAffected": 1, "nextPrcElReady": false, "success": true}))
    }

    fn update(
        &mut self,
        entity: &'static Entity,
        query: &Query,
        environment: &mut Environment,
    ) -> Result<Json, String> {
        self.may_write(entity)?;
        let mut changes = self.values(entity, query)?;
        rewrites::apply(&self.visit.switched.rewrites, entity, &mut changes, false);
        let ids = self.matching(entity, query)?;
        let author = self.author(environment);
        for id in &ids {
            write::update(self.store, entity, (&changes, *id), author).map_err(|refusal| refusal.message)?;
        }
        Ok(json!({"rowsAffected": ids.len(), "nextPrcElReady": false, "success": true}))
    }

    fn delete(&mut self, entity: &'static Entity, query: &Query) -> Result<Json, String> {
        self.may_write(entity)?;
        let ids = self.matching(entity, query)?;
        for id in &ids {
            write::delete(self.store, entity, *id).map_err(|refusal| refusal.message)?;
        }
        Ok(json!({"rowsAffected": ids.len(), "nextPrcElReady": false, "success": true}))
    }

    /// A write that names no rows is refused: it would meet all of them.
    fn matching(&self, entity: &'static Entity, query: &Query) -> Result<Vec<Uuid>, String> {
        if query.filters.is_null() {
            return Err("Filters are empty.".to_owned());
        }
        Ok(self.asked(entity).select(&query.filters)?.into_iter().map(|(id, _)| id).collect())
    }

    fn asked(&self, entity: &'static Entity) -> Asked<'_> {
        Asked { store: self.store, viewer: &self.viewer, entity }
    }

    fn may_write(&self, entity: &Entity) -> Result<(), String> {
        if entity.is_servers_own() { Err(Refusal::denied(entity.name).message) } else { Ok(()) }
    }

    /// What the columns' values set.
    fn values(&self, entity: &'static Entity, query: &Query) -> Result<write::Changes, String> {
        let mut body = Map::new();
        for (name, expression) in &query.column_values.items {
            let column = entity.column(name).filter(|column| !self.visit.switched.lacks(entity.name, column.name));
            let column = column.ok_or_else(|| format!("Column by path {name} not found in schema {}.", entity.name))?;
            let mut value = expression["parameter"]["value"].clone();
            if column.kind == Kind::Date && !value.is_null() {
                value = json!(wall(&value)?.map(|wall| zones::instant(wall, self.visit.spelling.zone)));
            }
            body.insert(column.property(), value);
        }
        write::changes(entity, &body)
    }

    fn author(&mut self, environment: &Environment) -> Author {
        Author { contact: self.visit.contact, at: self.store.stamp(environment.now()) }
    }
}

/// A time of a parameter: a JSON text inside the JSON, plain ISO is rejected
/// (docs/facts/creatio.md, "Clocks").
pub(crate) fn wall(value: &Json) -> Result<Option<chrono::NaiveDateTime>, String> {
    let text = value.as_str().unwrap_or_default();
    if text.is_empty() {
        return Ok(None);
    }
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let wall = inner.and_then(|text| chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok());
    wall.map(Some).ok_or_else(|| "The string was not recognized as a valid DateTime.".to_owned())
}

fn described(column: &Column) -> Json {
    let number = |number: u32| json!({"dataValueType": number});
    match column.kind {
        Kind::Guid => number(0),
        Kind::Lookup(target) => json!({"dataValueType": 10, "isLookup": true, "referenceSchemaName": target}),
        Kind::Text(_) => number(1),
        Kind::Bool => number(12),
        Kind::Int => number(4),
        Kind::Date => number(7),
        Kind::Binary => number(13),
    }
}
