//! Values and rows: what a cell holds, and how it is spelled in OData's JSON
//! (docs/facts/creatio.md, "Values").
//!
//! A cell that is empty is absent from its row, whatever the server shows for it: a zero GUID, the
//! year 1, `""`, `false` or 0. This module knows no entity and no request.

use super::schema::{Column, Kind};
use chrono::{DateTime, Datelike, SubsecRound, Utc};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What one cell holds when it isn't empty. Only values of one variant are ever compared.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(crate) enum Value {
    Guid(Uuid),
    Text(String),
    Bool(bool),
    Int(i64),
    Date(DateTime<Utc>),
    Bytes(Vec<u8>),
}

impl Value {
    /// The value, or `None` for what stands for "empty": a zero GUID, an empty text, a date in the
    /// year 1.
    pub(crate) fn filled(self) -> Option<Self> {
        let empty = match &self {
            Self::Guid(id) => id.is_nil(),
            Self::Text(text) => text.is_empty(),
            Self::Date(at) => at.year() <= 1,
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Bool(_) | Self::Int(_) => false,
        };
        (!empty).then_some(self)
    }
}

/// The filled cells of one row, by column name (`Owner`, not `OwnerId`).
#[derive(Clone, Debug, Default)]
pub(crate) struct Row(BTreeMap<&'static str, Value>);

impl Row {
    /// A row with no cell filled.
    pub(crate) const fn empty() -> Self {
        Self(BTreeMap::new())
    }

    /// Fills or empties a cell.
    pub(crate) fn set(&mut self, column: &'static str, value: Option<Value>) {
        match value.and_then(Value::filled) {
            Some(value) => self.0.insert(column, value),
            None => self.0.remove(column),
        };
    }

    /// What the cell holds, if anything.
    pub(crate) fn get(&self, column: &str) -> Option<&Value> {
        self.0.get(column)
    }

    /// The GUID in a cell.
    pub(crate) fn guid(&self, column: &str) -> Option<Uuid> {
        match self.get(column)? {
            Value::Guid(id) => Some(*id),
            Value::Text(_) | Value::Bool(_) | Value::Int(_) | Value::Date(_) | Value::Bytes(_) => None,
        }
    }

    /// The time in a cell.
    pub(crate) fn date(&self, column: &str) -> Option<DateTime<Utc>> {
        match self.get(column)? {
            Value::Date(at) => Some(*at),
            Value::Text(_) | Value::Bool(_) | Value::Int(_) | Value::Guid(_) | Value::Bytes(_) => None,
        }
    }

    /// The text in a cell; `""` where there is none.
    pub(crate) fn text(&self, column: &str) -> &str {
        match self.get(column) {
            Some(Value::Text(text)) => text,
            Some(Value::Guid(_) | Value::Bool(_) | Value::Int(_) | Value::Date(_) | Value::Bytes(_)) | None => "",
        }
    }

    /// The cell as the database compares it: an empty GUID or date is null, an empty text, number
    /// or flag is not.
    pub(crate) fn comparable(&self, column: &Column) -> Option<Value> {
        self.get(column.name).cloned().or(match column.kind {
            Kind::Text(_) => Some(Value::Text(String::new())),
            Kind::Bool => Some(Value::Bool(false)),
            Kind::Int => Some(Value::Int(0)),
            Kind::Guid | Kind::Lookup(_) | Kind::Date | Kind::Binary => None,
        })
    }

    /// The cell as OData shows it.
    pub(crate) fn shown(&self, column: &Column) -> Json {
        match self.comparable(column) {
            Some(Value::Guid(id)) => json!(id.to_string()),
            Some(Value::Text(text)) => json!(text),
            Some(Value::Bool(flag)) => json!(flag),
            Some(Value::Int(number)) => json!(number),
            Some(Value::Date(at)) => json!(stamp(at)),
            Some(Value::Bytes(_)) => Json::Null,
            None if column.kind == Kind::Date => json!("0001-01-01T00:00:00Z"),
            None => json!(Uuid::nil().to_string()),
        }
    }
}

/// A time as OData shows it: true UTC, six digits after the second where there is a fraction
/// (docs/facts/creatio.md, "Clocks").
pub(crate) fn stamp(at: DateTime<Utc>) -> String {
    let form = if at.timestamp_subsec_micros() == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S%.6fZ" };
    at.format(form).to_string()
}

/// A time with its offset, cut to microseconds.
pub(crate) fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.with_timezone(&Utc).trunc_subsecs(6))
}

/// Reads the JSON of a body into a cell of `column`; null empties it.
///
/// # Errors
/// What is wrong with the value.
pub(crate) fn read(column: &Column, json: &Json) -> Result<Option<Value>, String> {
    let wrong = || {
        let name = column.property();
        format!("Cannot convert the value of property '{name}' to the expected type '{}'.", column.kind.edm())
    };
    let value = match (column.kind, json) {
        (Kind::Binary, _) => return Err(format!("The stream property '{}' must not be in a body.", column.name)),
        (_, Json::Null) => return Ok(None),
        (Kind::Guid | Kind::Lookup(_), Json::String(text)) => Value::Guid(Uuid::parse_str(text).map_err(|_| wrong())?),
        (Kind::Date, Json::String(text)) => Value::Date(instant(text).ok_or_else(wrong)?),
        (Kind::Text(_), Json::String(text)) => Value::Text(text.clone()),
        (Kind::Bool, Json::Bool(flag)) => Value::Bool(*flag),
        (Kind::Int, Json::Number(number)) => Value::Int(number.as_i64().ok_or_else(wrong)?),
        _ => return Err(wrong()),
    };
    Ok(value.filled())
}
