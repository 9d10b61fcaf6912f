//! Filters of the DataService against rows (creatio.md §4): groups, compare, in, is-null, between. What is not here is refused, never passed.

use super::super::clock::Spelling;
use super::super::schema::{Column, Entity};
use super::super::store::Store;
use super::super::value::{Row, Value};
use super::wall;
use crate::graph::zones;
use serde_json::Value as Json;
use std::cmp::Ordering;
use uuid::Uuid;

/// A filter that was understood.
#[derive(Debug)]
pub(crate) enum Filter {
    /// All of these.
    All(Vec<Self>),
    /// One of these.
    Any(Vec<Self>),
    /// None of it.
    Not(Box<Self>),
    /// A column's value compared with another; `None` is empty.
    Compare(&'static Entity, String, i64, Option<Value>),
}

impl Filter {
    /// Reads a filter over the rows of `entity`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(entity: &'static Entity, json: &Json, spelling: &Spelling) -> Result<Self, String> {
        if json.is_null() || json["isEnabled"] == false {
            return Ok(Self::All(Vec::new()));
        }
        let path = || {
            let path = json["leftExpression"]["columnPath"].as_str().unwrap_or_default().to_owned();
            match column(entity, &path) {
                Some(_) => Ok(path),
                None => Err(format!("Column by path {path} not found in schema {}.", entity.name)),
            }
        };
        let comparison = json["comparisonType"].as_i64().unwrap_or(3);
        let compared = |comparison: i64, value: &Json| -> Result<Self, String> {
            Ok(Self::Compare(entity, path()?, comparison, parameter(value, spelling)?))
        };
        match json["filterType"].as_i64() {
            Some(6) => Self::group(entity, json, spelling),
            Some(1) => compared(comparison, &json["rightExpression"]),
            Some(2) => {
                let empty = Self::Compare(entity, path()?, 3, None);
                Ok(if comparison == 2 { Self::Not(Box::new(empty)) } else { empty })
            }
            // the names are not directions: "less" is the lower bound (creatio.md §4.2)
            Some(3) => Ok(Self::All(vec![
                compared(8, &json["rightLessExpression"])?,
                compared(6, &json["rightGreaterExpression"])?,
            ])),
            Some(4) => {
                let values = json["rightExpressions"].as_array().ok_or("rightExpressions are missing")?;
                let any = values.iter().map(|value| compared(3, value)).collect::<Result<_, _>>()?;
                let any = Self::Any(any);
                Ok(if comparison == 4 { Self::Not(Box::new(any)) } else { any })
            }
            other => Err(format!("The sandbox does not emulate the filter type {other:?}.")),
        }
    }

    fn group(entity: &'static Entity, json: &Json, spelling: &Spelling) -> Result<Self, String> {
        let items = json["items"].as_object().ok_or("items are missing")?.values();
        let enabled = items.filter(|item| item["isEnabled"] != false);
        let parts: Vec<Self> = enabled.map(|item| Self::read(entity, item, spelling)).collect::<Result<_, _>>()?;
        Ok(if json["logicalOperation"] == 1 && !parts.is_empty() { Self::Any(parts) } else { Self::All(parts) })
    }

    /// Whether a row is selected.
    pub(crate) fn holds(&self, row: &Row, store: &Store) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(row, store)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(row, store)),
            Self::Not(part) => !part.holds(row, store),
            Self::Compare(entity, path, comparison, value) => {
                compare(*comparison, reach(entity, path, row, store).as_ref(), value.as_ref())
            }
        }
    }
}

/// What a comparison of values comes to; with an empty one nothing but "equal" can be true, as in SQL.
fn compare(comparison: i64, left: Option<&Value>, right: Option<&Value>) -> bool {
    let (Some(left), Some(right)) = (left, right) else { return comparison == 3 && left.is_none() && right.is_none() };
    let order = left.partial_cmp(right);
    let text = |holds: fn(&str, &str) -> bool| match (left, right) {
        (Value::Text(left), Value::Text(right)) => holds(left, right),
        _ => false,
    };
    match comparison {
        3 => order == Some(Ordering::Equal),
        4 => order != Some(Ordering::Equal),
        5 => order == Some(Ordering::Less),
        6 => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        7 => order == Some(Ordering::Greater),
        8 => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        9 => text(|a, b| a.starts_with(b)),
        10 => text(|a, b| !a.starts_with(b)),
        11 => text(|a, b| a.contains(b)),
        12 => text(|a, b| !a.contains(b)),
        13 => text(|a, b| a.ends_with(b)),
        14 => text(|a, b| !a.ends_with(b)),
        _ => false,
    }
}

/// The value of a parameter.
fn parameter(expression: &Json, spelling: &Spelling) -> Result<Option<Value>, String> {
    if expression["expressionType"] != 2 {
        return Err("The sandbox emulates parameters only.".to_owned());
    }
    let parameter = &expression["parameter"];
    let value = &parameter["value"];
    let wrong = || "A parameter does not fit its type.".to_owned();
    if value.is_null() {
        return Ok(None);
    }
    let found = match parameter["dataValueType"].as_i64() {
        Some(0 | 10 | 11) => {
            let id = value.as_str().or_else(|| value["value"].as_str()).ok_or_else(wrong)?;
            Value::Guid(Uuid::parse_str(id).map_err(|_| wrong())?)
        }
        Some(4) => Value::Int(value.as_i64().ok_or_else(wrong)?),
        Some(12) => Value::Bool(value.as_bool().ok_or_else(wrong)?),
        Some(7..=9) => Value::Date(zones::instant(wall(value)?.ok_or_else(wrong)?, spelling.zone)),
        _ => Value::Text(value.as_str().ok_or_else(wrong)?.to_owned()),
    };
    // an empty text is a value here: columns hold it
    Ok(if found == Value::Text(String::new()) { Some(found) } else { found.filled() })
}

/// The column that a path with dots leads to (`Owner`, `Activity.Type.Id`).
pub(crate) fn column(entity: &'static Entity, path: &str) -> Option<&'static Column> {
    let mut at = entity;
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        let column = at.column(name)?;
        match names.peek() {
            None => return Some(column),
            Some(_) => at = column.target()?,
        }
    }
    None
}

/// The value that a path leads to from `row`; `None` where it, or a lookup on the way, is empty.
pub(crate) fn reach(entity: &'static Entity, path: &str, row: &Row, store: &Store) -> Option<Value> {
    let (mut at, mut row) = (entity, row);
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        let column = at.column(name)?;
        if names.peek().is_none() {
            return row.comparable(column);
        }
        let id = row.guid(column.name)?;
        at = column.target()?;
        row = store.get(at, id)?;
    }
    None
}
