//! DataService's `SelectQuery` (creatio.md §1.10), as far as a client needs it to evaluate a filter: root schema, columns, filters, order by
//! columns, paging. What a filter means is `select/filter.rs`'s, which knows nothing of OData.

mod filter;

use filter::Asked;
pub(crate) use filter::Viewer;

use super::error::reply;
use super::schema::{Column, Entity, Kind};
use super::store::Store;
use super::value::{Row, Value};
use crate::desk::{Request, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The address of the service.
pub(crate) const SELECT: &str = "/0/DataService/json/SyncReply/SelectQuery";

/// No query gives more rows (creatio.md §1.6).
const ROW_CAP: usize = 20_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    root_schema_name: String,
    #[serde(default)]
    columns: Columns,
    #[serde(default)]
    filters: Json,
    #[serde(default = "unlimited")]
    row_count: i64,
    #[serde(default)]
    rows_offset: usize,
}

#[derive(Default, Deserialize)]
struct Columns {
    items: BTreeMap<String, Selected>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Selected {
    expression: Expression,
    #[serde(default)]
    order_direction: u8,
    #[serde(default)]
    order_position: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expression {
    column_path: String,
}

const fn unlimited() -> i64 {
    -1
}

/// Answers one query of a user. A query that fails is 200 all the same.
pub(crate) fn serve(store: &Store, viewer: &Viewer, request: &Request) -> Response {
    let body = answer(store, viewer, request.body()).unwrap_or_else(|message| {
        json!({"rowConfig": null, "rows": null, "rowsAffected": -1, "nextPrcElReady": false, "success": false,
            "responseStatus": {"ErrorCode": "Exception", "Message": message, "Errors": []}})
    });
    reply(StatusCode::OK, "application/json; charset=utf-8", body.to_string().into_bytes())
}

fn answer(store: &Store, viewer: &Viewer, body: &[u8]) -> Result<Json, String> {
    let query: Query = serde_json::from_slice(body).map_err(|error| format!("The query can't be read: {error}"))?;
    let entity = Entity::named(&query.root_schema_name).ok_or("The schema was not found.")?;
    let asked = Asked { store, viewer, entity };
    if !query.filters.is_null() {
        // a filter that can't be read is refused however many rows there are
        asked.holds(&query.filters, &Row::default())?;
    }
    let mut rows = Vec::new();
    for (_, row) in store.rows(entity.name) {
        if query.filters.is_null() || asked.holds(&query.filters, row)? {
            rows.push(row);
        }
    }
    let mut columns = Vec::new();
    let mut missing = Vec::new();
    for (alias, selected) in &query.columns.items {
        match entity.column(&selected.expression.column_path) {
            Some(column) => columns.push((alias, column, selected)),
            None => missing.push(alias),
        }
    }
    let mut order: Vec<_> = columns.iter().filter(|(_, _, selected)| selected.order_direction > 0).collect();
    order.sort_by_key(|(_, _, selected)| selected.order_position);
    rows.sort_by(|a, b| {
        order.iter().fold(std::cmp::Ordering::Equal, |order, (_, column, selected)| {
            let next = a.comparable(column).partial_cmp(&b.comparable(column)).unwrap_or(order);
            order.then(if selected.order_direction == 2 { next.reverse() } else { next })
        })
    });
    let count = usize::try_from(query.row_count).unwrap_or(ROW_CAP).min(ROW_CAP);
    let shown = |row: &&Row| -> Map<String, Json> {
        columns.iter().map(|(alias, column, _)| ((*alias).clone(), cell(row, column, (store, viewer)))).collect()
    };
    let rows: Vec<_> = rows.iter().skip(query.rows_offset).take(count).map(shown).collect();
    let config: Map<String, Json> = columns
        .iter()
        .map(|(alias, column, _)| ((*alias).clone(), json!({"dataValueType": data_type(column)})))
        .collect();
    Ok(json!({"rowConfig": config, "rowsAffected": rows.len(), "rows": rows, "notFoundColumns": missing,
        "nextPrcElReady": false, "success": true}))
}

/// A cell as DataService shows it: a lookup with its text, an empty one as `""`, a time on the user's clock, as JSON in JSON.
fn cell(row: &Row, column: &Column, (store, viewer): (&Store, &Viewer)) -> Json {
    match row.comparable(column) {
        Some(Value::Guid(id)) => match column.target() {
            Some(target) => {
                let name = store.get(target, id).map(|row| row.text("Name")).unwrap_or_default();
                json!({"value": id, "displayValue": name})
            }
            None => json!(id),
        },
        Some(Value::Date(at)) => {
            let wall = at.with_timezone(&viewer.zone).naive_local();
            json!(format!("\"{}\"", wall.format("%Y-%m-%dT%H:%M:%S%.3f")))
        }
        Some(Value::Text(text)) => json!(text),
        Some(Value::Bool(flag)) => json!(flag),
        Some(Value::Int(number)) => json!(number),
        Some(Value::Bytes(_)) | None => json!(""),
    }
}

const fn data_type(column: &Column) -> u8 {
    match column.kind {
        Kind::Guid => 0,
        Kind::Lookup(_) => 10,
        Kind::Text(_) => 1,
        Kind::Bool => 12,
        Kind::Int => 4,
        Kind::Date => 7,
        Kind::Binary => 13,
    }
}
