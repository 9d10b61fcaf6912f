//! The rows of all entities, in memory, and which Activities a request must not see. It checks
//! nothing and knows no rule of saving: `write.rs` does.
//!
//! Rows are found by their id, by the columns that [`INDEXED`] names, and in the order of their
//! last change, without looking at all.

use super::schema::Entity;
use super::value::{Row, Value};
use chrono::{DateTime, Duration, SubsecRound, Utc};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// All rows, by entity and id; a set is listed in the order of its ids unless a query says
/// otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    tables: Tables,
    stamped: DateTime<Utc>,
    /// Values of system settings that users saved for themselves, by contact and code.
    pub(crate) personal: BTreeMap<(Uuid, String), String>,
    /// Rows taken out while somebody is served who may not see them.
    veiled: BTreeMap<(&'static str, Uuid), Row>,
    /// Of each indexed column: the rows that hold a value, and maybe some that don't any more or
    /// can't be seen.
    index: BTreeMap<(&'static str, &'static str), BTreeMap<Key, BTreeSet<Uuid>>>,
    /// The rows of each entity by their last change; maybe some that can't be seen.
    changed: BTreeMap<&'static str, BTreeSet<(DateTime<Utc>, Uuid)>>,
    /// Whether there is no such index: of rows as they were.
    is_bare: bool,
    /// All rows as they were until that time: before each write, as far as it was remembered.
    past: Vec<(DateTime<Utc>, Tables)>,
}

/// Rows by entity and id.
type Tables = BTreeMap<&'static str, BTreeMap<Uuid, Row>>;

/// The columns by which clients look rows up, whatever their number.
const INDEXED: [(&str, &str); 2] = [("Activity", "GlobalActivityID"), ("ActivityParticipant", "Activity")];

/// The column that holds when a row was last changed.
pub(crate) const CHANGED: &str = "ModifiedOn";

/// A value that rows are looked up by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Guid(Uuid),
    Text(String),
}

impl Key {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Guid(id) => Some(Self::Guid(*id)),
            // an empty text is held by rows that have no cell
            Value::Text(text) if !text.is_empty() => Some(Self::Text(text.clone())),
            Value::Text(_) | Value::Bool(_) | Value::Int(_) | Value::Date(_) | Value::Bytes(_) => None,
        }
    }
}

/// How long past rows are remembered.
const MEMORY: Duration = Duration::minutes(30);

/// The entities whose rows can be hidden.
const VEILED: [&str; 2] = ["Activity", "Contact"];

impl Store {
    /// One row.
    pub(crate) fn get(&self, entity: &Entity, id: Uuid) -> Option<&Row> {
        self.tables.get(entity.name)?.get(&id)
    }

    /// One row by the entity's name, for callers that follow a known lookup.
    pub(crate) fn find(&self, entity: &str, id: Uuid) -> Option<&Row> {
        self.tables.get(entity)?.get(&id)
    }

    /// All rows of an entity.
    pub(crate) fn rows(&self, entity: &str) -> impl Iterator<Item = (Uuid, &Row)> {
        self.tables.get(entity).into_iter().flatten().map(|(id, row)| (*id, row))
    }

    /// The ids of the rows whose lookup `column` is `target`.
    pub(crate) fn referring(&self, entity: &str, column: &str, target: Uuid) -> Vec<Uuid> {
        let refers = |row: &Row| row.guid(column) == Some(target);
        match self.holding(entity, column, &Value::Guid(target)) {
            Some(ids) => ids.into_iter().filter(|id| self.find(entity, *id).is_some_and(refers)).collect(),
            None => self.rows(entity).filter(|(_, row)| refers(row)).map(|(id, _)| id).collect(),
        }
    }

    /// The ids of all rows that may hold a value in a column, where that is known without looking
    /// at them.
    pub(crate) fn holding(&self, entity: &str, column: &str, value: &Value) -> Option<BTreeSet<Uuid>> {
        if let ("Id", Value::Guid(id)) = (column, value) {
            return Some(BTreeSet::from([*id]));
        }
        let (entity, column) = INDEXED.iter().find(|known| **known == (entity, column)).filter(|_| !self.is_bare)?;
        let key = Key::of(value)?;
        Some(self.index.get(&(*entity, *column)).and_then(|keys| keys.get(&key)).cloned().unwrap_or_default())
    }

    /// The rows among those of `ids`, or all where that is nothing, in the order of their ids.
    pub(crate) fn among(&self, entity: &str, ids: Option<BTreeSet<Uuid>>) -> Vec<(Uuid, &Row)> {
        match ids {
            Some(ids) => ids.into_iter().filter_map(|id| Some((id, self.find(entity, id)?))).collect(),
            None => self.rows(entity).collect(),
        }
    }

    /// The rows of an entity in the order of their last change and id, from a moment on, if that
    /// order is known.
    pub(crate) fn changed_since(
        &self,
        entity: &Entity,
        since: DateTime<Utc>,
    ) -> Option<impl Iterator<Item = (Uuid, &Row)>> {
        let changed = self.changed.get(entity.name).filter(|_| !self.is_bare)?;
        let rows = changed.range((since, Uuid::nil())..);
        Some(rows.filter_map(move |(_, id)| Some((*id, self.get(entity, *id)?))))
    }

    /// Puts a row in the place of whatever had its id.
    pub(crate) fn put(&mut self, entity: &Entity, id: Uuid, row: Row) {
        self.forget_change(entity, id);
        if let Some(at) = row.date(CHANGED) {
            self.changed.entry(entity.name).or_default().insert((at, id));
        }
        for (name, column) in INDEXED.iter().filter(|(name, _)| *name == entity.name) {
            if let Some(key) = row.get(column).and_then(Key::of) {
                self.index.entry((*name, *column)).or_default().entry(key).or_default().insert(id);
            }
        }
        self.tables.entry(entity.name).or_default().insert(id, row);
    }

    /// Takes a row out.
    pub(crate) fn remove(&mut self, entity: &Entity, id: Uuid) -> Option<Row> {
        self.forget_change(entity, id);
        self.tables.get_mut(entity.name)?.remove(&id)
    }

    fn forget_change(&mut self, entity: &Entity, id: Uuid) {
        let at = self.get(entity, id).and_then(|row| row.date(CHANGED));
        if let (Some(at), Some(changed)) = (at, self.changed.get_mut(entity.name)) {
            changed.remove(&(at, id));
        }
    }

    /// Remembers the rows as they are: something is about to be written.
    pub(crate) fn remember(&mut self, now: DateTime<Utc>) {
        self.past.retain(|(until, _)| *until > now - MEMORY);
        self.past.push((now, self.tables.clone()));
    }

    /// The rows as they were at that time.
    pub(crate) fn as_of(&self, at: DateTime<Utc>) -> Self {
        let then = self.past.iter().find(|(until, _)| *until > at).map(|(_, tables)| tables);
        Self { tables: then.unwrap_or(&self.tables).clone(), is_bare: true, ..Self::default() }
    }

    /// Takes rows out of sight until [`Store::unveil`].
    pub(crate) fn veil(&mut self, ids: &[Uuid]) {
        for entity in VEILED {
            let Some(table) = self.tables.get_mut(entity) else { continue };
            self.veiled.extend(ids.iter().filter_map(|id| Some(((entity, *id), table.remove(id)?))));
        }
    }

    /// Takes all rows of an entity out of sight, as above.
    pub(crate) fn veil_all(&mut self, entity: &'static Entity) {
        let rows = self.tables.remove(entity.name).unwrap_or_default();
        self.veiled.extend(rows.into_iter().map(|(id, row)| ((entity.name, id), row)));
    }

    /// Puts back what was veiled.
    pub(crate) fn unveil(&mut self) {
        for ((entity, id), row) in std::mem::take(&mut self.veiled) {
            self.tables.entry(entity).or_default().insert(id, row);
        }
    }

    /// Whether a row is there but out of sight.
    pub(crate) fn is_veiled(&self, entity: &Entity, id: Uuid) -> bool {
        self.veiled.contains_key(&(entity.name, id))
    }

    /// The time of a write: now, in microseconds, and later than any earlier write's. Where a
    /// test's clock stands still, still no two requests come within one millisecond: the
    /// DataService compares no finer.
    pub(crate) fn stamp(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.stamped = now.trunc_subsecs(6).max(self.stamped + Duration::microseconds(1_001));
        self.stamped
    }
}
