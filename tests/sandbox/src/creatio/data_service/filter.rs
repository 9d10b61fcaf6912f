//! What a filter of DataService means against a row (docs/facts/creatio.md, "Filters"), straight
//! from its JSON. Null follows the database: nothing compares with it, only an equality with an
//! empty parameter finds it. Weeks begin on Monday here. What is not here is refused, never passed.

use crate::creatio::schema::{Column, Entity};
use crate::creatio::store::Store;
use crate::creatio::value::{Row, Value};
use chrono::{DateTime, Datelike, Days, Duration, Months, NaiveDate, NaiveDateTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use serde_json::Value as Json;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Who asks, and when.
pub(crate) struct Viewer {
    pub(crate) user: Uuid,
    pub(crate) contact: Uuid,
    pub(crate) zone: Tz,
    pub(crate) now: DateTime<Utc>,
}

/// A row of which nothing is known: by it a filter is read where there are no rows.
static NOBODY: Row = Row::empty();

/// A question about the rows of one entity.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) store: &'a Store,
    pub(crate) viewer: &'a Viewer,
    pub(crate) entity: &'static Entity,
}

/// The right side of a comparison: a value, or a stretch of time.
enum Right {
    /// An empty parameter.
    Null,
    Value(Value),
    Period(DateTime<Utc>, DateTime<Utc>),
}

impl<'a> Asked<'a> {
    /// The rows that pass; all where there is no filter.
    ///
    /// # Errors
    /// What is wrong with the filter, however many rows there are.
    pub(crate) fn select(&self, filter: &Json) -> Result<Vec<(Uuid, &'a Row)>, String> {
        if filter.is_null() {
            return Ok(self.store.rows(self.entity.name).collect());
        }
        self.holds(filter, &NOBODY)?;
        let mut found = Vec::new();
        for (id, row) in self.store.among(self.entity.name, self.narrowed(filter)) {
            if self.holds(filter, row)? {
                found.push((id, row));
            }
        }
        Ok(found)
    }

    /// The ids of all rows that may pass a filter, where that is known without looking at them.
    fn narrowed(&self, filter: &Json) -> Option<BTreeSet<Uuid>> {
        if filter["isEnabled"] == false {
            return None;
        }
        let rights = match filter["filterType"].as_u64()? {
            6 if filter["isNot"] != true => {
                let enabled = |item: &&Json| item["isEnabled"] != false;
                let mut sets = filter["items"].as_object()?.values().filter(enabled).map(|item| self.narrowed(item));
                return if filter["logicalOperation"] == 1 {
                    let sets = sets.collect::<Option<Vec<_>>>().filter(|sets| !sets.is_empty())?;
                    Some(sets.into_iter().flatten().collect())
                } else {
                    sets.by_ref().flatten().min_by_key(BTreeSet::len)
                };
            }
            1 if filter["comparisonType"] == 3 => std::slice::from_ref(&filter["rightExpression"]),
            4 if filter["comparisonType"] == 3 => filter["rightExpressions"].as_array()?.as_slice(),
            _ => return None,
        };
        let left = &filter["leftExpression"];
        let column = left["columnPath"].as_str().filter(|_| left["expressionType"].as_u64().unwrap_or(0) == 0)?;
        // the id behind a lookup is the lookup's own value
        let column = column.strip_suffix(".Id").unwrap_or(column);
        let sets = rights.iter().map(|right| {
            let is_parameter = right["expressionType"].as_u64() == Some(2);
            match self.right(right, false).ok().filter(|_| is_parameter)? {
                Right::Value(value) => self.store.holding(self.entity.name, column, &value),
                Right::Null | Right::Period(..) => None,
            }
        });
        Some(sets.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// Does the row pass? Every condition is looked at, so that a wrong one shows.
    ///
    /// # Errors
    /// What is wrong with the filter.
    fn holds(&self, filter: &Json, row: &'a Row) -> Result<bool, String> {
        self.part(filter, row).map(|held| held.unwrap_or(true))
    }

    /// `None`: there is no condition.
    fn part(&self, filter: &Json, row: &'a Row) -> Result<Option<bool>, String> {
        if filter["isEnabled"] == false {
            return Ok(None);
        }
        match filter["filterType"].as_u64() {
            Some(6) => self.group(filter, row),
            Some(1) => self.compare(filter, row).map(Some),
            Some(2) => {
                let empty = match self.left(&filter["leftExpression"], row)? {
                    None => true,
                    Some(Value::Text(text)) => text.is_empty(),
                    Some(_) => false,
                };
                Ok(Some(empty == (filter["comparisonType"] == 1)))
            }
            Some(3) => {
                let left = self.left(&filter["leftExpression"], row)?;
                let trim = filter["trimDateTimeParameterToDate"] == true;
                let low = self.right(&filter["rightLessExpression"], trim)?;
                let high = self.right(&filter["rightGreaterExpression"], trim)?;
                Ok(Some(left.is_some_and(|left| passes(8, &left, &low) && passes(6, &left, &high))))
            }
            Some(4) => {
                let left = self.left(&filter["leftExpression"], row)?;
                let list = filter["rightExpressions"].as_array().filter(|list| !list.is_empty());
                let list = list.ok_or("An in-filter without values.")?;
                let list = list.iter().map(|right| self.right(right, false)).collect::<Result<Vec<_>, _>>()?;
                let found = |left: &Value| list.iter().any(|right| passes(3, left, right));
                Ok(Some(left.is_some_and(|left| found(&left) == (filter["comparisonType"] == 3))))
            }
            Some(5) => {
                let path = text(&filter["leftExpression"]["columnPath"])?;
                let there = !self.related(path, row, &filter["subFilters"])?.0.is_empty();
                Ok(Some(there == (filter["comparisonType"] == 15)))
            }
            other => Err(format!("Filters of type {other:?} are not known.")),
        }
    }

    fn group(&self, filter: &Json, row: &'a Row) -> Result<Option<bool>, String> {
        if filter["rootSchemaName"].as_str().is_some_and(|name| name != self.entity.name) {
            return Err("The filter is of another schema.".to_owned());
        }
        let items = filter["items"].as_object().ok_or("A group without items.")?;
        let mut held = Vec::new();
        for item in items.values() {
            held.extend(self.part(item, row)?);
        }
        let any = filter["logicalOperation"] == 1;
        let held = (!held.is_empty()).then(|| if any { held.contains(&true) } else { !held.contains(&false) });
        Ok(held.map(|held| held != (filter["isNot"] == true)))
    }

    fn compare(&self, filter: &Json, row: &'a Row) -> Result<bool, String> {
        let comparison = filter["comparisonType"].as_u64().ok_or("A comparison without operator.")?;
        let left = self.left(&filter["leftExpression"], row)?;
        let is_part = filter["leftExpression"]["functionType"] == 3;
        let right = match &filter["rightExpression"] {
            right if right["expressionType"] == 0 => self.left(right, row)?.map(Right::Value),
            // of an hour and minute, the day does not matter
            right if is_part && right["parameter"]["dataValueType"] == 9 => {
                let wall = wall(text(&right["parameter"]["value"])?)?;
                Some(Right::Value(Value::Int(minutes(wall))))
            }
            right => Some(self.right(right, filter["trimDateTimeParameterToDate"] == true)?),
        };
        Ok(match (left, right) {
            (left, Some(Right::Null)) => comparison == 3 && left.is_none(),
            (Some(left), Some(right)) => passes(comparison, &left, &right),
            _ => false,
        })
    }

    /// The left side: a column, a part of a date, an aggregate.
    fn left(&self, expression: &Json, row: &'a Row) -> Result<Option<Value>, String> {
        match (expression["expressionType"].as_u64().unwrap_or(0), expression["functionType"].as_u64()) {
            (0, _) => {
                let (rows, column) = self.reach(text(&expression["columnPath"])?, row)?;
                Ok(rows.first().and_then(|row| row.comparable(column)))
            }
            (1, Some(3)) => {
                let Some(Value::Date(at)) = self.left(&expression["functionArgument"], row)? else { return Ok(None) };
                let wall = at.with_timezone(&self.viewer.zone).naive_local();
                let part = match expression["datePartType"].as_u64() {
                    Some(1) => i64::from(wall.day()),
                    Some(2) => i64::from(wall.iso_week().week()),
                    Some(3) => i64::from(wall.month()),
                    Some(4) => i64::from(wall.year()),
                    Some(5) => i64::from(wall.weekday().number_from_monday()),
                    Some(6) => i64::from(wall.hour()),
                    Some(7) => minutes(wall),
                    other => return Err(format!("The date part {other:?} is not known.")),
                };
                Ok(Some(Value::Int(part)))
            }
            (3, Some(2)) => {
                let (rows, column) = self.related(text(&expression["columnPath"])?, row, &expression["subFilters"])?;
                if expression["aggregationType"] != 1 {
                    return Err("Only counts are aggregated here.".to_owned());
                }
                let count = rows.iter().filter(|row| row.comparable(column).is_some()).count();
                Ok(Some(Value::Int(i64::try_from(count).unwrap_or(i64::MAX))))
            }
            other => Err(format!("The expression {other:?} is not known.")),
        }
    }

    /// The related rows that a path leads to and that pass a filter of their own.
    fn related(&self, path: &str, row: &'a Row, filter: &Json) -> Result<(Vec<&'a Row>, &'static Column), String> {
        let (rows, column) = self.reach(path, row)?;
        let end = self.end(path)?;
        let inner = Asked { entity: end, ..*self };
        let mut passed = Vec::new();
        for row in rows {
            if filter.is_null() || inner.holds(filter, row)? {
                passed.push(row);
            }
        }
        Ok((passed, column))
    }

    /// The entity that holds the last column of a path.
    fn end(&self, path: &str) -> Result<&'static Entity, String> {
        let mut at = self.entity;
        let parts: Vec<&str> = path.split('.').collect();
        for part in parts.iter().take(parts.len().saturating_sub(1)) {
            at = match back(part)? {
                Some((child, _)) => child,
                None => at.column(part).and_then(Column::target).ok_or_else(|| not_found(path, self.entity))?,
            };
        }
        Ok(at)
    }

    /// The rows that a path leads to, and the column of them that it names.
    fn reach(&self, path: &str, row: &'a Row) -> Result<(Vec<&'a Row>, &'static Column), String> {
        let mut rows = vec![row];
        let mut at = self.entity;
        let (hops, last) = path.rsplit_once('.').unwrap_or(("", path));
        for part in hops.split('.').filter(|part| !part.is_empty()) {
            if let Some((child, column)) = back(part)? {
                let of = |row: &&Row| row.guid("Id").map(|id| self.store.referring(child.name, column.name, id));
                let ids: Vec<Uuid> = rows.iter().filter_map(of).flatten().collect();
                rows = ids.into_iter().filter_map(|id| self.store.get(child, id)).collect();
                at = child;
            } else {
                let column = at.column(part).ok_or_else(|| not_found(path, self.entity))?;
                let target = column.target().ok_or_else(|| not_found(path, self.entity))?;
                rows = rows.into_iter().filter_map(|row| self.store.get(target, row.guid(column.name)?)).collect();
                at = target;
            }
        }
        Ok((rows, at.column(last).ok_or_else(|| not_found(path, self.entity))?))
    }

    fn right(&self, expression: &Json, trim: bool) -> Result<Right, String> {
        if expression["expressionType"] == 1 && expression["functionType"] == 1 {
            return self.macros(expression);
        }
        let parameter = &expression["parameter"];
        let value = &parameter["value"];
        if value.is_null() {
            return Ok(Right::Null);
        }
        Ok(Right::Value(match parameter["dataValueType"].as_u64() {
            Some(0 | 10 | 11 | 16) => {
                let id = [&value["value"], &value["Id"], value].into_iter().find_map(Json::as_str);
                Value::Guid(Uuid::parse_str(id.unwrap_or_default()).map_err(|_| "A value is no Guid.")?)
            }
            Some(1 | 27..=30) => Value::Text(text(value)?.to_owned()),
            Some(4) => Value::Int(value.as_i64().ok_or("A value is no number.")?),
            Some(12) => Value::Bool(value.as_bool().ok_or("A value is no flag.")?),
            Some(7..=9) => {
                let wall = wall(text(value)?)?;
                if trim {
                    return Ok(self.days(wall.date(), 0, 1));
                }
                Value::Date(self.at(wall))
            }
            other => return Err(format!("Values of type {other:?} are not known.")),
        }))
    }

    fn macros(&self, expression: &Json) -> Result<Right, String> {
        let Viewer { user, contact, zone, now } = self.viewer;
        let wall = now.with_timezone(zone).naive_local();
        let today = wall.date();
        let since_monday = i64::from(today.weekday().num_days_from_monday());
        let count = expression["functionArgument"]["parameter"]["value"].as_i64();
        let hour = wall.date().and_hms_opt(wall.hour(), 0, 0).unwrap_or(wall);
        let start = *now - (wall - hour);
        let hours = |from: i64, to: i64| Right::Period(start + Duration::hours(from), start + Duration::hours(to));
        let number = expression["macrosType"].as_i64().ok_or("A macro without number.")?;
        Ok(match (number, count) {
            (1, _) => Right::Value(Value::Guid(*user)),
            (2, _) => Right::Value(Value::Guid(*contact)),
            (3..=5, _) => self.days(today, number - 4, number - 3),
            (6..=8, _) => self.days(today, 7 * (number - 7) - since_monday, 7 * (number - 6) - since_monday),
            (9..=11, _) => self.months(today, 1, number - 10),
            (12..=14, _) => self.months(today, 3, number - 13),
            (15..=17, _) => self.months(today, 6, number - 16),
            (18 | 19, _) => self.months(today, 12, number - 19),
            (23, _) => self.months(today, 12, 1),
            (20..=22, _) => hours(number - 21, number - 20),
            (24, Some(count)) => self.days(today, 1, count + 1),
            (25, Some(count)) => self.days(today, -count, 0),
            (26, Some(count)) => hours(1, count + 1),
            (27, Some(count)) => hours(-count, 0),
            _ => return Err(format!("The macro {number} is not known.")),
        })
    }

    fn days(&self, day: NaiveDate, from: i64, to: i64) -> Right {
        let at = |n: i64| self.at((day + Duration::days(n)).into());
        Right::Period(at(from), at(to))
    }

    fn months(&self, day: NaiveDate, length: u32, n: i64) -> Right {
        let into = day.month0() % length;
        let first = (day - Days::new(u64::from(day.day0()))) - Months::new(into);
        let at = |n: i64| {
            let months = Months::new(length * u32::try_from(n.unsigned_abs()).unwrap_or(0));
            self.at(if n < 0 { first - months } else { first + months }.into())
        };
        Right::Period(at(n), at(n + 1))
    }

    /// The instant of a wall-clock time of the user; in the hour that summer time skips, as if it
    /// had not begun.
    fn at(&self, wall: NaiveDateTime) -> DateTime<Utc> {
        let found = self.viewer.zone.from_local_datetime(&wall).earliest();
        let before = |zone: &Tz| zone.from_local_datetime(&(wall - Duration::hours(3))).earliest();
        let found = found.or_else(|| Some(before(&self.viewer.zone)? + Duration::hours(3)));
        found.map_or_else(|| wall.and_utc(), |at| at.with_timezone(&Utc))
    }
}

/// `[Schema:Column]`: the rows that refer here.
fn back(part: &str) -> Result<Option<(&'static Entity, &'static Column)>, String> {
    let Some(inner) = part.strip_prefix('[').and_then(|part| part.strip_suffix(']')) else { return Ok(None) };
    let (entity, column) = inner.split_once(':').ok_or("A reverse path without column.")?;
    let entity = Entity::named(entity).ok_or("A reverse path to no schema.")?;
    Ok(Some((entity, entity.column(column).ok_or("A reverse path by no column.")?)))
}

fn not_found(path: &str, entity: &Entity) -> String {
    format!("Column by path {path} not found in schema {}.", entity.name)
}

fn text(value: &Json) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "A text is missing.".to_owned())
}

/// A wall-clock time: JSON in JSON; anything else is refused as the server does
/// (docs/facts/creatio.md, "Clocks").
fn wall(value: &str) -> Result<NaiveDateTime, String> {
    let inner: String = serde_json::from_str(value).map_err(|_| "value cannot be null (Parameter 'value')")?;
    let inner = inner.trim_end_matches('Z');
    let day = || inner.parse::<NaiveDate>().map(NaiveDateTime::from);
    inner.parse().or_else(|_| day()).map_err(|_| "A value is no date.".to_owned())
}

fn minutes(wall: NaiveDateTime) -> i64 {
    i64::from(wall.hour() * 60 + wall.minute())
}

/// One comparison by its number.
fn passes(comparison: u64, left: &Value, right: &Right) -> bool {
    let right = match (left, right) {
        (Value::Date(at), Right::Period(start, end)) => {
            return match comparison {
                3 => start <= at && at < end,
                4 => at < start || end <= at,
                5 => at < start,
                6 => at < end,
                7 => end <= at,
                8 => start <= at,
                _ => false,
            };
        }
        (_, Right::Period(..) | Right::Null) => return false,
        (_, Right::Value(right)) => right,
    };
    let order = left.partial_cmp(right);
    let texts = |test: fn(&str, &str) -> bool| match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(test(left, right)),
        _ => None,
    };
    match comparison {
        3 => left == right,
        4 => left != right,
        5 => order == Some(Ordering::Less),
        6 => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        7 => order == Some(Ordering::Greater),
        8 => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        9 | 10 => texts(|left, right| left.starts_with(right)) == Some(comparison == 9),
        11 | 12 => texts(|left, right| left.contains(right)) == Some(comparison == 11),
        13 | 14 => texts(|left, right| left.ends_with(right)) == Some(comparison == 13),
        _ => false,
    }
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
