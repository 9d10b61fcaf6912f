//! `$filter`: what an expression means against a row. Reading one from text is `filter/parse.rs`'s.
//!
//! Null follows the database: an empty lookup or date is null and equals only null (and, for
//! lookups, the zero GUID); empty text is not null. Text is compared by case, as PostgreSQL does;
//! docs/facts/creatio.md, "Filter translation" leaves that open, and a client that depends on the
//! other answer should be seen.

mod parse;

use super::error::Refusal;
use super::schema::{Column, Entity, Kind};
use super::store::{CHANGED, Store};
use super::value::{Row, Value};
use chrono::{DateTime, Utc};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use uuid::Uuid;

pub(crate) use parse::parse;

/// A path to a value: lookups to follow, then the column to read.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    hops: Vec<&'static Column>,
    leaf: &'static Column,
}

impl Path {
    /// Reads `Owner/Id`, `Participant/Email`, `Title`.
    ///
    /// # Errors
    /// 500 for a flat lookup column, as Creatio answers (docs/facts/creatio.md, "Values"); 400 for
    /// anything else that is no value.
    pub(crate) fn resolve(entity: &'static Entity, text: &str) -> Result<Self, Refusal> {
        let mut at = entity;
        let mut hops = Vec::new();
        let mut names = text.split('/').peekable();
        while let Some(name) = names.next() {
            let column = match (at.column(name), at.property(name)) {
                (Some(column), _) => column,
                (None, Some(_)) => {
                    let path = text.replace('/', ".");
                    let message = format!("Column by path {path} not found in schema {}.", entity.name);
                    return Err(Refusal::failed(message, "Terrasoft.Common.ItemNotFoundException"));
                }
                (None, None) => {
                    let message = format!(
                        "Could not find a property named '{name}' on type 'Terrasoft.Configuration.OData.{}'.",
                        at.name
                    );
                    return Err(Refusal::invalid(message));
                }
            };
            match (names.peek().is_some(), column.target()) {
                (true, Some(target)) => {
                    hops.push(column);
                    at = target;
                }
                (false, None) if column.kind != Kind::Binary => return Ok(Self { hops, leaf: column }),
                _ => break,
            }
        }
        Err(Refusal::invalid(format!("The path '{text}' does not lead to a value.")))
    }

    /// The value that the path leads to from `row`; `None` is null, also where a lookup on the way
    /// is empty.
    pub(crate) fn value(&self, row: &Row, store: &Store) -> Option<Value> {
        let mut at = row;
        for (place, hop) in self.hops.iter().enumerate() {
            let id = at.guid(hop.name)?;
            if place + 1 == self.hops.len() && self.leaf.name == "Id" {
                return Some(Value::Guid(id));
            }
            at = store.get(hop.target()?, id)?;
        }
        at.comparable(self.leaf)
    }

    /// Whether it is just this column.
    pub(crate) fn is(&self, column: &str) -> bool {
        self.hops.is_empty() && self.leaf.name == column
    }

    /// The ids of all rows of `entity` in which the path may lead to a value, where that is known.
    fn holding(&self, value: &Value, entity: &Entity, store: &Store) -> Option<BTreeSet<Uuid>> {
        let column = match self.hops.as_slice() {
            [] => self.leaf.name,
            [hop] if self.leaf.name == "Id" => hop.name,
            _ => return None,
        };
        store.holding(entity.name, column, value)
    }
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// A function that is known to work (docs/facts/creatio.md, "Queries"), and the two that change
/// case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Contains,
    StartsWith,
    EndsWith,
    ToLower,
    ToUpper,
}

/// An expression whose operands fit each other.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    Or(Vec<Self>),
    And(Vec<Self>),
    Not(Box<Self>),
    Compare(Operator, Box<Self>, Box<Self>),
    Call(Function, Vec<Self>),
    Path(Path),
    Literal(Option<Value>),
}

impl Expression {
    /// Does the row pass?
    pub(crate) fn holds(&self, row: &Row, store: &Store) -> bool {
        match self {
            Self::Or(parts) => parts.iter().any(|part| part.holds(row, store)),
            Self::And(parts) => parts.iter().all(|part| part.holds(row, store)),
            Self::Not(part) => !part.holds(row, store),
            Self::Compare(operator, left, right) => {
                compare(*operator, left.value(row, store).as_ref(), right.value(row, store).as_ref())
            }
            Self::Call(..) | Self::Path(_) | Self::Literal(_) => self.value(row, store) == Some(Value::Bool(true)),
        }
    }

    /// The ids of all rows of `entity` that may pass, where that is known without looking at them.
    pub(crate) fn narrowed(&self, entity: &Entity, store: &Store) -> Option<BTreeSet<Uuid>> {
        match self {
            Self::Or(parts) => {
                let sets: Option<Vec<_>> = parts.iter().map(|part| part.narrowed(entity, store)).collect();
                Some(sets?.into_iter().flatten().collect())
            }
            Self::And(parts) => parts.iter().filter_map(|part| part.narrowed(entity, store)).min_by_key(BTreeSet::len),
            Self::Compare(Operator::Eq, left, right) => match (&**left, &**right) {
                (Self::Path(path), Self::Literal(Some(value))) | (Self::Literal(Some(value)), Self::Path(path)) => {
                    path.holding(value, entity, store)
                }
                _ => None,
            },
            Self::Compare(..) | Self::Not(_) | Self::Call(..) | Self::Path(_) | Self::Literal(_) => None,
        }
    }

    /// From when on all rows that pass were last changed, as far as the expression says.
    pub(crate) fn since(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::And(parts) => parts.iter().filter_map(Self::since).max(),
            Self::Compare(Operator::Ge | Operator::Gt, left, right) => match (&**left, &**right) {
                (Self::Path(path), Self::Literal(Some(Value::Date(at)))) if path.is(CHANGED) => Some(*at),
                _ => None,
            },
            Self::Compare(..) | Self::Or(_) | Self::Not(_) | Self::Call(..) | Self::Path(_) | Self::Literal(_) => None,
        }
    }

    fn value(&self, row: &Row, store: &Store) -> Option<Value> {
        match self {
            Self::Literal(value) => value.clone(),
            Self::Path(path) => path.value(row, store),
            Self::Call(function, arguments) => {
                let mut texts = arguments.iter().map(|argument| match argument.value(row, store) {
                    Some(Value::Text(text)) => Some(text),
                    _ => None,
                });
                let subject = texts.next()??;
                Some(match function {
                    Function::ToLower => Value::Text(subject.to_lowercase()),
                    Function::ToUpper => Value::Text(subject.to_uppercase()),
                    Function::Contains => Value::Bool(subject.contains(&texts.next()??)),
                    Function::StartsWith => Value::Bool(subject.starts_with(&texts.next()??)),
                    Function::EndsWith => Value::Bool(subject.ends_with(&texts.next()??)),
                })
            }
            Self::Or(_) | Self::And(_) | Self::Not(_) | Self::Compare(..) => Some(Value::Bool(self.holds(row, store))),
        }
    }
}

/// Null equals null and nothing else; it is neither before nor after anything.
fn compare(operator: Operator, left: Option<&Value>, right: Option<&Value>) -> bool {
    let order = match (left, right) {
        (Some(left), Some(right)) => left.partial_cmp(right),
        (None, None) => return matches!(operator, Operator::Eq),
        (Some(_), None) | (None, Some(_)) => return matches!(operator, Operator::Ne),
    };
    match operator {
        Operator::Eq => order == Some(Ordering::Equal),
        Operator::Ne => order != Some(Ordering::Equal),
        Operator::Lt => order == Some(Ordering::Less),
        Operator::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Operator::Gt => order == Some(Ordering::Greater),
        Operator::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}
