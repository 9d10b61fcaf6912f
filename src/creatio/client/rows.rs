//! Rows of Creatio one by one: a row that can't be understood costs its item alone. Pure.

use crate::creatio::ACTIVITIES;
use crate::creatio::activity::wire::Guid;
use crate::json::understand;
use crate::model::{ItemId, Malformed};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The rows that could be read; of the others, the Activity whose id stands in `id`, and what is
/// wrong with it.
pub(in crate::creatio) fn understood<T: DeserializeOwned>(
    rows: Vec<Value>,
    id: &str,
    set: &str,
) -> (Vec<T>, Vec<Malformed>) {
    let (mut good, mut bad) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let item = guid_at(&row, id);
        match understand(&row) {
            Ok(row) => good.push(row),
            Err(reason) => bad.push(malformed(item, &format!("{set}{reason}"))),
        }
    }
    (good, bad)
}

/// An activity that can't be understood.
pub(in crate::creatio) fn malformed(id: Option<ItemId>, reason: &str) -> Malformed {
    Malformed { id, container: Some(ACTIVITIES.into()), reason: reason.to_owned() }
}

/// The id of a row of `Activity`, whatever else is wrong with it.
pub(in crate::creatio) fn row_id(row: &Value) -> Option<ItemId> {
    guid_at(row, "Id")
}

fn guid_at(row: &Value, name: &str) -> Option<ItemId> {
    understand::<Guid>(row.get(name)?).ok()?.item()
}
