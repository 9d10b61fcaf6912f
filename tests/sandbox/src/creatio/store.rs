//! The rows of all entities, in memory, and which Activities a request must not see. It checks nothing and knows no rule of saving: `write.rs` does.

use super::schema::Entity;
use super::value::Row;
use chrono::{DateTime, Duration, SubsecRound, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

/// All rows, by entity and id; a set is listed in the order of its ids unless a query says otherwise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    tables: BTreeMap<&'static str, BTreeMap<Uuid, Row>>,
    stamped: DateTime<Utc>,
    /// Values of system settings that users saved for themselves, by contact and code.
    pub(crate) personal: BTreeMap<(Uuid, String), String>,
    /// Rows taken out while somebody is served who may not see them.
    veiled: BTreeMap<(&'static str, Uuid), Row>,
}

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
        self.rows(entity).filter(|(_, row)| row.guid(column) == Some(target)).map(|(id, _)| id).collect()
    }

    /// Puts a row in the place of whatever had its id.
    pub(crate) fn put(&mut self, entity: &Entity, id: Uuid, row: Row) {
        self.tables.entry(entity.name).or_default().insert(id, row);
    }

    /// Takes a row out.
    pub(crate) fn remove(&mut self, entity: &Entity, id: Uuid) -> Option<Row> {
        self.tables.get_mut(entity.name)?.remove(&id)
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

    /// The time of a write: now, in microseconds, and later than any earlier write's.
    pub(crate) fn stamp(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.stamped = now.trunc_subsecs(6).max(self.stamped + Duration::microseconds(1));
        self.stamped
    }
}
