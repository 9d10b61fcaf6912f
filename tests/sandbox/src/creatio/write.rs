//! Inserts, updates and deletes of any entity: reading a body, defaults, required columns,
//! references, stamps. What only an Activity's save does is `effects.rs`'s.

use super::effects;
use super::error::Refusal;
use super::query::navigation;
use super::schema::{Column, Entity, Kind, Preset};
use super::store::Store;
use super::value::{self, Row, Value};
use chrono::{DateTime, Duration, NaiveTime, Utc};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a body sets, by column name; `None` empties the cell.
pub(crate) type Changes = BTreeMap<&'static str, Option<Value>>;

/// Whose save it is, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Author {
    /// The contact of the user.
    pub(crate) contact: Uuid,
    /// The time to stamp.
    pub(crate) at: DateTime<Utc>,
}

/// How strict an insert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Insert {
    /// A POST: every required column is checked.
    Created,
    /// A PATCH to an unknown id (docs/facts/creatio.md, "Verbs"). Required texts are not checked:
    /// whether a real installation checks them is not known, and the ghost row that appears
    /// otherwise is what a client has to cope with.
    Upserted,
    /// The sandbox puts in what a server already holds: nothing is required, and given stamps are
    /// kept.
    Loaded,
}

/// Reads the body of a write. Annotations and navigation objects are ignored
/// (docs/facts/creatio.md, "Values").
///
/// # Errors
/// An unknown property, or a value of the wrong type.
pub(crate) fn changes(entity: &'static Entity, body: &Map<String, Json>) -> Result<Changes, String> {
    let mut changes = Changes::new();
    for (name, json) in body {
        if let Some(column) = entity.property(name) {
            changes.insert(column.name, value::read(column, json)?);
        } else if !name.contains('@') && navigation(entity, name).is_none() {
            return Err(no_property(entity, name));
        }
    }
    Ok(changes)
}

/// Inserts a row; without an id in the changes it gets `fresh`.
///
/// # Errors
/// A duplicate id, a required column left empty, a reference to nothing, a text too long: all 500.
pub(crate) fn insert(
    store: &mut Store,
    entity: &'static Entity,
    (changes, fresh): (&Changes, Uuid),
    (author, how): (Author, Insert),
) -> Result<Uuid, Refusal> {
    let id = match changes.get("Id") {
        Some(Some(Value::Guid(id))) => *id,
        _ => fresh,
    };
    if store.get(entity, id).is_some() || store.is_veiled(entity, id) {
        return Err(Refusal::database(format!(
            "Violation of PRIMARY KEY constraint 'PK_{name}_Id'. Cannot insert duplicate key in object 'dbo.{name}'. \
             The duplicate key value is ({id}).",
            name = entity.name
        )));
    }
    let mut row = Row::default();
    for column in entity.columns() {
        row.set(column.name, changes.get(column.name).cloned().unwrap_or_else(|| preset(column, author)));
    }
    row.set("Id", Some(Value::Guid(id)));
    let kept = |column: &str| how == Insert::Loaded && matches!(changes.get(column), Some(Some(_)));
    for (on, by) in [("CreatedOn", "CreatedBy"), ("ModifiedOn", "ModifiedBy")] {
        if !kept(on) {
            row.set(on, Some(Value::Date(author.at)));
        }
        if !kept(by) {
            row.set(by, Some(Value::Guid(author.contact)));
        }
    }
    effects::before(store, entity, &mut row, None);
    check(store, entity, &row, |column| match how {
        Insert::Created => true,
        Insert::Upserted => !matches!(column.kind, Kind::Text(_)),
        Insert::Loaded => false,
    })?;
    if how != Insert::Loaded {
        effects::let_finish(store, entity, (None, &row))?;
    }
    store.put(entity, id, row);
    effects::after(store, entity, id, None, author)?;
    Ok(id)
}

/// Changes a row. The id and the stamps in a body are ignored.
///
/// # Errors
/// As [`insert`]; 404 where there is no row.
pub(crate) fn update(
    store: &mut Store,
    entity: &'static Entity,
    (changes, id): (&Changes, Uuid),
    author: Author,
) -> Result<(), Refusal> {
    let before = store.get(entity, id).cloned().ok_or_else(|| no_row(entity, id))?;
    let mut row = before.clone();
    for (column, value) in changes {
        if !matches!(*column, "Id" | "CreatedOn" | "CreatedBy") {
            row.set(column, value.clone());
        }
    }
    row.set("ModifiedOn", Some(Value::Date(author.at)));
    row.set("ModifiedBy", Some(Value::Guid(author.contact)));
    effects::before(store, entity, &mut row, Some((&before, changes)));
    check(store, entity, &row, |column| changes.contains_key(column.name))?;
    effects::let_finish(store, entity, (Some(&before), &row))?;
    store.put(entity, id, row);
    effects::after(store, entity, id, Some(&before), author)
}

/// Deletes a row and what goes with it.
///
/// # Errors
/// 404 where there is no row; 500 where other rows refer to it, or a process needs it.
pub(crate) fn delete(store: &mut Store, entity: &'static Entity, id: Uuid) -> Result<(), Refusal> {
    let row = store.get(entity, id).ok_or_else(|| no_row(entity, id))?;
    effects::let_go(entity, row)?;
    let mut followers = Vec::new();
    for (child, column, _) in entity.referrers() {
        let ids = store.referring(child.name, column.name, id);
        if column.cascade {
            followers.extend(ids.into_iter().map(|id| (child, id)));
        } else if ids.iter().any(|other| *other != id) {
            return Err(Refusal::database(format!(
                "The DELETE statement conflicted with the REFERENCE constraint \"FK_{}_{}\".",
                child.name, column.name
            )));
        }
    }
    for (child, id) in followers {
        delete(store, child, id)?;
    }
    store.remove(entity, id);
    Ok(())
}

/// What is said of an unknown property in a body.
pub(crate) fn no_property(entity: &Entity, name: &str) -> String {
    format!(
        "The property '{name}' does not exist on type 'Terrasoft.Configuration.OData.{}'. \
         Make sure to only use property names that are defined by the type.",
        entity.name
    )
}

/// The refusal for an unknown key.
pub(crate) fn no_row(entity: &Entity, id: Uuid) -> Refusal {
    Refusal::missing(format!("The item with key '{id}' was not found in {}.", entity.name))
}

fn preset(column: &Column, author: Author) -> Option<Value> {
    match column.preset {
        Preset::Empty => None,
        Preset::True => Some(Value::Bool(true)),
        Preset::Number(number) => Some(Value::Int(number)),
        Preset::Id(id) => Uuid::parse_str(id).ok().map(Value::Guid),
        Preset::Now => Some(Value::Date(author.at)),
        Preset::MonthAgo => {
            let day = author.at.date_naive() - Duration::days(30);
            Some(Value::Date(day.and_time(NaiveTime::MIN).and_utc()))
        }
        Preset::CurrentContact => Some(Value::Guid(author.contact)),
    }
}

/// What the platform and the database check before a row is stored; `strict` tells which required
/// columns are looked at.
fn check(store: &Store, entity: &'static Entity, row: &Row, strict: impl Fn(&Column) -> bool) -> Result<(), Refusal> {
    for column in entity.columns() {
        if column.required && row.get(column.name).is_none() && strict(column) {
            let message = format!("{}: Field must be filled in. Schema: {}", column.name, entity.name);
            return Err(Refusal::failed(message, "Terrasoft.Common.ValidateException"));
        }
        if let Kind::Text(size) = column.kind
            && row.text(column.name).encode_utf16().take(size.saturating_add(1)).count() > size
        {
            return Err(Refusal::database(format!("String or binary data would be truncated ({}).", column.name)));
        }
        if let (Some(target), Some(id)) = (column.target(), row.guid(column.name))
            && store.get(target, id).is_none()
            && !store.is_veiled(target, id)
            && !(target.name == entity.name && row.guid("Id") == Some(id))
        {
            return Err(Refusal::database(format!(
                "The statement conflicted with the FOREIGN KEY constraint \"FK_{}_{}\": no {} with Id {id}.",
                entity.name, column.name, target.name
            )));
        }
    }
    Ok(())
}
