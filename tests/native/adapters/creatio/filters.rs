//! Stored filters of dynamic groups: what they become in OData, and which activities they select;
//! in the classic and the compact encoding, and what is neither. The sandbox evaluates `$filter`
//! and DataService's filters by code of its own.

mod cases;
mod odd;
mod random;
mod times;
mod values;

use crate::support::creatio_setup::NOW;
use crate::support::world::{COLLEAGUE, CREATIO, World};
use sandbox::Seed;
use schedule_sync::creatio::groups::filters::{self, Filter, Obstacle, Viewer};
use schedule_sync::creatio::{Creatio, Site};
use schedule_sync::flat::FlatSet;
use schedule_sync::model::time::Fixed;
use schedule_sync::model::{ContactId, GroupId, Instant, Side, Window};
use schedule_sync::ports::{Credentials, Directory, Http};
use serde_json::{Value, json};
use std::rc::Rc;

const DYNAMIC: &str = "65ca0946-0084-4874-b117-c13199af3b95";
const EMAIL: &str = "e2831dec-cfc0-df11-b00f-001d60e938c6";
const NOT_STARTED: &str = "384d4b84-58e6-df11-971b-001d60e938c6";
const IN_PROGRESS: &str = "394d4b84-58e6-df11-971b-001d60e938c6";
const COMPLETED: &str = "4bdbb88f-58e6-df11-971b-001d60e938c6";
const HIGH: &str = "d625a9fc-7ee6-df11-971b-001d60e938c6";

/// A signed-in user, her replica, and what a filter must know of her: in Moscow, where it is noon.
struct Stage {
    world: Rc<World>,
    creatio: Creatio<World>,
    contact: ContactId,
    user: String,
    zone: Rc<Fixed>,
}

impl Stage {
    fn new() -> Self {
        let world = Rc::new(World::new(Seed::Empty, NOW));
        let (_, users) = world.by_hand(Side::Creatio, "GET", "SysAdminUnit?$filter=Name eq 'Supervisor'", None);
        let text = |name: &str| users["value"][0][name].as_str().unwrap().to_owned();
        let (contact, user) = (ContactId::new(text("ContactId")), text("Id"));
        let zone = Rc::new(Fixed { seconds: 3 * 3600, name: "Russian Standard Time".to_owned() });
        let site = Site {
            base: CREATIO.trim_end_matches("/odata").to_owned(),
            id: "site".into(),
            contact: contact.clone(),
            zone: zone.clone(),
        };
        let creatio = Creatio::new(Rc::clone(&world), site).with_user(&user, "ru-RU");
        Self { world, creatio, contact, user, zone }
    }

    fn read(&self, stored: &[u8]) -> Result<Filter, Obstacle> {
        let date = |at: Instant| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        filters::read(
            stored,
            &Viewer {
                contact: &self.contact,
                user: Some(&self.user),
                zone: &*self.zone,
                now: NOW.parse().unwrap(),
                week: chrono::Weekday::Mon,
                date: &date,
            },
        )
    }

    /// A row by hand; its id.
    fn add(&self, set: &str, body: Value) -> String {
        let (status, row) = self.world.by_hand(Side::Creatio, "POST", set, Some(body));
        assert_eq!(status, 201, "{row}");
        row["Id"].as_str().unwrap().to_owned()
    }

    /// A request past the product, with any body, to any address below the workspace.
    fn request(&self, method: &str, path: &str, body: Vec<u8>) -> (u16, Vec<u8>) {
        let base = CREATIO.trim_end_matches("/odata");
        let mut request = http::Request::builder().method(method).uri(format!("{base}/{path}"));
        for (name, secret) in pollster::block_on(self.world.headers(Side::Creatio, false)).unwrap() {
            request = request.header(name, secret.0);
        }
        let response = pollster::block_on(self.world.send(request.body(body).unwrap())).unwrap();
        (response.status().as_u16(), response.into_body())
    }

    /// A dynamic group of `ActivityFolder`, or of `FolderTree`, with this filter.
    fn group(&self, stored: &[u8], tree: bool) -> GroupId {
        let (set, column, body) = if tree {
            ("FolderTree", "FilterData", json!({"Name": "G", "EntitySchemaName": "Activity"}))
        } else {
            ("ActivityFolder", "SearchData", json!({"Name": "G", "FolderTypeId": DYNAMIC}))
        };
        let id = self.add(set, body);
        let (status, _) = self.request("PUT", &format!("odata/{set}({id})/{column}"), stored.to_vec());
        assert_eq!(status, 204);
        GroupId::new(id)
    }

    /// The numbers of the activities in the group, or why it could not be evaluated.
    fn members(&self, group: &GroupId) -> Result<FlatSet<u32>, String> {
        let mut told = pollster::block_on(self.creatio.members(std::slice::from_ref(group), &wide())).unwrap();
        match told.failed.pop() {
            Some((id, why)) => {
                assert_eq!((&id, told.members.len()), (group, 0));
                Err(why)
            }
            None => Ok(told.members.iter().map(|id| number(id.as_str())).collect()),
        }
    }

    /// The numbers of the activities that the sandbox's DataService selects, e-mails aside.
    fn direct(&self, filter: &Value) -> Result<FlatSet<u32>, String> {
        let no_email = compare("Type", 4, lookup(EMAIL));
        let query = json!({"rootSchemaName": "Activity", "columns": {"items": {"Id": {"expression": {"columnPath": "Id"}}}},
            "filters": all([filter.clone(), no_email])});
        let (_, body) = self.request("POST", "DataService/json/SyncReply/SelectQuery", query.to_string().into_bytes());
        let body: Value = serde_json::from_slice(&body).unwrap();
        let Some(rows) = body["rows"].as_array() else { return Err(body["responseStatus"]["Message"].to_string()) };
        Ok(rows.iter().map(|row| number(row["Id"].as_str().unwrap())).collect())
    }
}

fn id(n: u32) -> String {
    format!("aaaaaaaa-0000-4000-8000-{n:012}")
}

/// The number that an id was made from.
fn number(id: &str) -> u32 {
    id.rsplit('-').next().unwrap().parse().unwrap()
}

fn column(path: &str) -> Value {
    json!({"expressionType": 0, "columnPath": path})
}

fn parameter(kind: u64, value: Value) -> Value {
    json!({"expressionType": 2, "parameter": {"dataValueType": kind, "value": value}})
}

fn text(value: &str) -> Value {
    parameter(1, json!(value))
}

fn lookup(id: &str) -> Value {
    parameter(10, json!({"Id": id, "value": id, "Name": "any", "displayValue": "any"}))
}

/// A time on the user's clock: JSON in JSON.
fn date(wall: &str) -> Value {
    parameter(7, json!(format!("\"{wall}\"")))
}

fn macros(number: u64) -> Value {
    json!({"expressionType": 1, "functionType": 1, "macrosType": number})
}

fn macros_of(number: u64, count: i64) -> Value {
    json!({"expressionType": 1, "functionType": 1, "macrosType": number, "functionArgument": parameter(4, json!(count))})
}

fn compare(path: &str, comparison: u64, right: Value) -> Value {
    let mut filter = json!({"filterType": 1, "comparisonType": comparison, "isEnabled": true,
        "leftExpression": column(path), "rightExpression": right});
    if let Some(kind) = right_type(&filter["rightExpression"]) {
        filter["dataValueType"] = json!(kind);
    }
    filter
}

fn right_type(right: &Value) -> Option<u64> {
    right["parameter"]["dataValueType"].as_u64()
}

fn trimmed(mut filter: Value) -> Value {
    filter["trimDateTimeParameterToDate"] = json!(true);
    filter
}

fn within(path: &str, comparison: u64, values: &[Value]) -> Value {
    json!({"filterType": 4, "comparisonType": comparison, "isEnabled": true, "dataValueType": right_type(&values[0]),
        "referenceSchemaName": if right_type(&values[0]) == Some(10) { json!("Any") } else { Value::Null },
        "leftExpression": column(path), "rightExpressions": values})
}

fn null(path: &str, empty: bool) -> Value {
    json!({"filterType": 2, "comparisonType": if empty { 1 } else { 2 }, "isNull": empty, "isEnabled": true,
        "leftExpression": column(path)})
}

fn between(path: &str, low: Value, high: Value) -> Value {
    json!({"filterType": 3, "comparisonType": 0, "isEnabled": true, "leftExpression": column(path),
        "rightLessExpression": low, "rightGreaterExpression": high})
}

fn exists(path: &str, comparison: u64, schema: &str, inner: &[Value]) -> Value {
    let mut sub = all(inner.iter().cloned());
    sub["rootSchemaName"] = json!(schema);
    json!({"filterType": 5, "comparisonType": comparison, "isEnabled": true, "isAggregative": true,
        "leftExpression": column(path), "subFilters": sub})
}

fn group(operation: u64, parts: impl IntoIterator<Item = Value>) -> Value {
    let items: serde_json::Map<String, Value> =
        parts.into_iter().enumerate().map(|(n, part)| (format!("k{}", n + 1), part)).collect();
    json!({"filterType": 6, "logicalOperation": operation, "isEnabled": true, "items": items})
}

fn all(parts: impl IntoIterator<Item = Value>) -> Value {
    group(0, parts)
}

fn any(parts: impl IntoIterator<Item = Value>) -> Value {
    group(1, parts)
}

fn disabled(mut filter: Value) -> Value {
    filter["isEnabled"] = json!(false);
    filter
}

/// The same filter in the classic encoding: with the names of classes, keys and captions.
fn classic(filter: &Value) -> Value {
    let mut filter = filter.clone();
    let class = match filter["filterType"].as_u64() {
        Some(1) => "Terrasoft.CompareFilter",
        Some(2) => "Terrasoft.IsNullFilter",
        Some(3) => "Terrasoft.BetweenFilter",
        Some(4) => "Terrasoft.InFilter",
        Some(5) => "Terrasoft.ExistsFilter",
        Some(6) => "Terrasoft.FilterGroup",
        _ => return filter,
    };
    filter["className"] = json!(class);
    filter["key"] = json!("0b1f0c3e");
    filter["leftExpressionCaption"] = json!("What people read");
    if let Some(items) = filter["items"].as_object_mut() {
        for item in items.values_mut() {
            *item = classic(item);
        }
    }
    filter
}

/// A window that holds all activities of these tests.
fn wide() -> Window {
    let at = |text: &str| text.parse().unwrap();
    Window { from: at("2000-01-01T00:00:00Z"), to: at("2100-01-01T00:00:00Z"), series_to: at("2100-01-01T00:00:00Z") }
}

/// What lies outside of the window is no member that anybody asks for.
#[test]
fn members_of_both_kinds_of_groups_lie_in_the_window() {
    let stage = Stage::new();
    let fixed = stage.add("ActivityFolder", json!({"Name": "F"}));
    let dynamic = stage.group(all([]).to_string().as_bytes(), false);
    for (n, year) in [(1, 2020), (2, 2026)] {
        let mut row = crate::support::creatio_setup::row(n, "x", 5);
        (row["StartDate"], row["DueDate"]) =
            (json!(format!("{year}-03-05T10:00:00Z")), json!(format!("{year}-03-05T11:00:00Z")));
        crate::support::creatio_setup::post(&stage.world, row);
        stage.add("ActivityInFolder", json!({"ActivityId": crate::support::creatio_setup::id(n), "FolderId": fixed}));
    }
    let window = crate::support::creatio_setup::scope().window;
    for group in [GroupId::new(fixed), dynamic] {
        let told = pollster::block_on(stage.creatio.members(std::slice::from_ref(&group), &window)).unwrap();
        assert_eq!(told.members, [crate::support::creatio_setup::id(2)].into(), "{group}: {:?}", told.failed);
    }
}
