//! What an installation makes of the values that a save brings: business rules, processes and
//! columns that keep, cut or rewrite them, and answer success all the same. Data; whoever saves for
//! a service applies it.

use super::schema::{Column, Entity, Kind};
use super::value::{self, Value};
use super::write::Changes;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What becomes of the values of one property.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rewrite {
    /// A change leaves the old value.
    pub keeps: bool,
    /// A text is cut after so many characters.
    pub cut: Option<usize>,
    /// Every save sets this value, whatever it brings.
    pub fixed: Option<Json>,
    /// This text is added at the end, unless it is there.
    pub adds: String,
    /// The first letter becomes a capital.
    pub capital: bool,
    /// References of HTML (`&amp;`) become the characters that they stand for.
    pub decoded: bool,
}

/// Rewrites by entity and property (`{"Activity": {"Title": {"cut": 20}}}`).
pub type Rewrites = BTreeMap<String, BTreeMap<String, Rewrite>>;

/// The first name that is no entity, no property or no value for it.
pub(crate) fn misnamed(rewrites: &Rewrites) -> Option<String> {
    let wrong = |(entity, columns): (&String, &BTreeMap<String, Rewrite>)| {
        let Some(found) = Entity::named(entity) else { return Some(format!("there is no entity {entity}")) };
        columns.iter().find_map(|(name, rewrite)| match found.property(name) {
            None => Some(format!("there is no property {name} of {entity}")),
            Some(column) => rewrite.fixed.as_ref().and_then(|fixed| value::read(column, fixed).err()),
        })
    };
    rewrites.iter().find_map(wrong)
}

/// Makes of `changes` what the installation makes of them; `is_new`: of a row that is created.
pub(crate) fn apply(rewrites: &Rewrites, entity: &'static Entity, changes: &mut Changes, is_new: bool) {
    for (name, rewrite) in rewrites.get(entity.name).into_iter().flatten() {
        let Some(column) = entity.property(name) else { continue };
        if rewrite.keeps && !is_new {
            changes.remove(column.name);
        }
        if let Some(Ok(fixed)) = rewrite.fixed.as_ref().map(|fixed| value::read(column, fixed)) {
            changes.insert(column.name, fixed);
        }
        if let Some(Some(Value::Text(text))) = changes.get_mut(column.name) {
            *text = written(rewrite, column, text);
        }
    }
}

/// What is stored of a text.
fn written(rewrite: &Rewrite, column: &Column, text: &str) -> String {
    let mut text = text.to_owned();
    if rewrite.decoded {
        for (reference, meant) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&nbsp;", "\u{a0}"), ("&amp;", "&")]
        {
            text = text.replace(reference, meant);
        }
    }
    if rewrite.capital {
        let mut letters = text.chars();
        text = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    }
    if !text.ends_with(&rewrite.adds) {
        text.push_str(&rewrite.adds);
    }
    let most = match column.kind {
        Kind::Text(size) => rewrite.cut.unwrap_or(size),
        Kind::Guid | Kind::Lookup(_) | Kind::Bool | Kind::Int | Kind::Date | Kind::Binary => return text,
    };
    text.chars().take(most).collect()
}
