//! Query options of a collection, and the page of rows that they select (docs/facts/creatio.md,
//! "Queries").

use super::Visit;
use super::error::Refusal;
use super::filter::{self, Expression, Path};
use super::schema::{Column, Entity, Kind};
use super::store::{CHANGED, Store};
use super::switches::Switched;
use super::value::Row;
use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value as Json, json};
use std::cmp::Ordering;
use uuid::Uuid;

/// `MaxEntityRowCount`: no query gives more rows (docs/facts/creatio.md, "Queries").
const ROW_CAP: usize = 20_000;

/// `ODataMaxExpansionDepth` (docs/facts/creatio.md, "Queries").
const EXPANSION_DEPTH: usize = 2;

/// What a query asks for.
#[derive(Debug, Default)]
pub(crate) struct Query {
    filter: Option<Expression>,
    select: Option<Vec<String>>,
    order: Vec<(Path, bool)>,
    top: Option<usize>,
    skip: usize,
    /// The number of all matches is wanted too.
    pub(crate) count: bool,
    expand: Vec<Vec<String>>,
    /// Properties that this installation does not have.
    hidden: Vec<String>,
    /// As asked.
    text: String,
}

impl Query {
    /// Leaves out what the installation does not have.
    pub(crate) fn hide(&mut self, entity: &'static Entity, switched: &Switched) {
        let lacking = entity.columns().filter(|column| switched.lacks(entity.name, column.name));
        self.hidden = lacking.map(Column::property).collect();
    }

    /// Gives at most `page` rows (0: as many as are asked for); what was asked for.
    pub(crate) fn limit(&mut self, page: usize) -> Option<usize> {
        let asked = self.top;
        if page > 0 {
            self.top = Some(asked.unwrap_or(page).min(page));
        }
        asked
    }

    /// The options of the next page, if `asked` rows of `matches` don't fit into this one.
    pub(crate) fn next(&self, asked: Option<usize>, matches: usize) -> Option<String> {
        let (given, wanted) = (self.top?, asked.unwrap_or(ROW_CAP));
        let more = given < wanted && self.skip + given < matches;
        more.then(|| {
            let kept =
                self.text.split('&').filter(|option| !option.starts_with("$skip") && !option.starts_with("$top"));
            let kept = kept.collect::<Vec<_>>().join("&");
            let top = asked.map_or_else(String::new, |asked| format!("&$top={}", asked - given));
            format!("{kept}&$skip={}{top}", self.skip + given)
        })
    }

    /// Reads the part of the URL after `?`.
    ///
    /// # Errors
    /// 400, and the filter's own.
    pub(crate) fn parse(entity: &'static Entity, text: Option<&str>, visit: &Visit<'_>) -> Result<Self, Refusal> {
        let mut query = Self { text: text.unwrap_or_default().to_owned(), ..Self::default() };
        for option in text.unwrap_or_default().split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            let (name, value) = (decoded(name), decoded(value));
            match name.as_str() {
                "$filter" => query.filter = Some(filter::parse(entity, &visit.spelling.asked(&value))?),
                "$select" => query.select = selection(entity, &value, visit.switched)?,
                "$orderby" => query.order = order(entity, &value)?,
                "$top" => query.top = Some(number(&name, &value)?),
                "$skip" => query.skip = number(&name, &value)?,
                "$count" => query.count = value == "true",
                "$expand" => query.expand = expansions(entity, &value)?,
                "$format" => {}
                _ if name.starts_with('$') => {
                    return Err(Refusal::invalid(format!("The query option '{name}' is not supported.")));
                }
                _ => {}
            }
        }
        Ok(query)
    }

    /// As [`Query::page`], of a whole entity. A page by last change looks no further than it
    /// reaches: then there is at most one more match than it shows.
    pub(crate) fn page_of<'a>(&self, entity: &Entity, store: &'a Store) -> (Vec<&'a Row>, usize) {
        let by_change =
            matches!(self.order.as_slice(), [(first, false), (then, false)] if first.is(CHANGED) && then.is("Id"));
        let since = self.filter.as_ref().and_then(Expression::since).unwrap_or(DateTime::<Utc>::MIN_UTC);
        let rows = if by_change && !self.count { store.changed_since(entity, since) } else { None };
        match rows {
            Some(rows) => {
                let fits = |row: &Row| self.filter.as_ref().is_none_or(|filter| filter.holds(row, store));
                let most = self.skip.saturating_add(self.most()).saturating_add(1);
                let mut found: Vec<_> = rows.map(|(_, row)| row).filter(|row| fits(row)).take(most).collect();
                let matches = found.len();
                found.truncate(most - 1);
                (found.into_iter().skip(self.skip).collect(), matches)
            }
            None => self.page(self.candidates(entity, store).into_iter(), store),
        }
    }

    /// The most rows of a page.
    fn most(&self) -> usize {
        self.top.unwrap_or(ROW_CAP).min(ROW_CAP)
    }

    /// The rows of an entity that may match.
    fn candidates<'a>(&self, entity: &Entity, store: &'a Store) -> Vec<(Uuid, &'a Row)> {
        store.among(entity.name, self.filter.as_ref().and_then(|filter| filter.narrowed(entity, store)))
    }

    /// The rows of this page, and how many match in all.
    pub(crate) fn page<'a>(&self, rows: impl Iterator<Item = (Uuid, &'a Row)>, store: &Store) -> (Vec<&'a Row>, usize) {
        let mut rows: Vec<&Row> = rows
            .map(|(_, row)| row)
            .filter(|row| self.filter.as_ref().is_none_or(|filter| filter.holds(row, store)))
            .collect();
        let matches = rows.len();
        rows.sort_by(|a, b| {
            self.order.iter().fold(Ordering::Equal, |order, (path, descending)| {
                order.then_with(|| {
                    let order = path.value(a, store).partial_cmp(&path.value(b, store)).unwrap_or(Ordering::Equal);
                    if *descending { order.reverse() } else { order }
                })
            })
        });
        (rows.into_iter().skip(self.skip).take(self.most()).collect(), matches)
    }

    /// One row as this query shows it.
    pub(crate) fn shown(&self, entity: &'static Entity, row: &Row, store: &Store) -> Map<String, Json> {
        let mut object = entity_json(entity, row);
        object.retain(|name, _| !self.hidden.contains(name));
        if let Some(select) = &self.select {
            object.retain(|name, _| select.iter().any(|s| s == name.split('@').next().unwrap_or(name)));
        }
        for names in &self.expand {
            expand(&mut object, entity, (row, store), names);
        }
        object
    }
}

/// All values of a row, streams as links (docs/facts/creatio.md, "Values").
pub(crate) fn entity_json(entity: &'static Entity, row: &Row) -> Map<String, Json> {
    let id = row.guid("Id").unwrap_or_default();
    entity
        .columns()
        .map(|column| match column.kind {
            Kind::Binary => (
                format!("{}@odata.mediaReadLink", column.name),
                json!(format!("{}({id})/{}", entity.name, column.name)),
            ),
            Kind::Guid | Kind::Lookup(_) | Kind::Text(_) | Kind::Bool | Kind::Int | Kind::Date => {
                (column.property(), row.shown(column))
            }
        })
        .collect()
}

/// Puts the rows that a navigation path leads to into `object`.
fn expand(object: &mut Map<String, Json>, entity: &'static Entity, (row, store): (&Row, &Store), names: &[String]) {
    let Some((name, deeper)) = names.split_first() else { return };
    let show = |entity: &'static Entity, row: &Row| {
        let mut inner = entity_json(entity, row);
        expand(&mut inner, entity, (row, store), deeper);
        Json::Object(inner)
    };
    let value = match navigation(entity, name) {
        Some(Navigation::One(column, target)) => {
            let found = row.guid(column.name).and_then(|id| store.get(target, id));
            found.map_or(Json::Null, |row| show(target, row))
        }
        Some(Navigation::Many(child, column)) => {
            let ids = row.guid("Id").map(|id| store.referring(child.name, column.name, id)).unwrap_or_default();
            ids.into_iter().filter_map(|id| store.get(child, id)).map(|row| show(child, row)).collect()
        }
        None => return,
    };
    object.insert(name.clone(), value);
}

/// Where a navigation property leads.
pub(crate) enum Navigation {
    /// Along a lookup.
    One(&'static Column, &'static Entity),
    /// Back from the rows that refer here by this lookup.
    Many(&'static Entity, &'static Column),
}

/// The navigation property of that name.
pub(crate) fn navigation(entity: &'static Entity, name: &str) -> Option<Navigation> {
    if let Some(column) = entity.column(name) {
        return column.target().map(|target| Navigation::One(column, target));
    }
    let (child, column, _) = entity.referrers().find(|(_, _, back)| back == name)?;
    Some(Navigation::Many(child, column))
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn number(name: &str, text: &str) -> Result<usize, Refusal> {
    text.parse().map_err(|_| Refusal::invalid(format!("Invalid value '{text}' for {name} query option found.")))
}

fn no_property(entity: &Entity, name: &str) -> Refusal {
    let kind = entity.name;
    Refusal::invalid(format!(
        "Could not find a property named '{name}' on type 'Terrasoft.Configuration.OData.{kind}'."
    ))
}

fn selection(entity: &'static Entity, text: &str, switched: &Switched) -> Result<Option<Vec<String>>, Refusal> {
    if text.trim() == "*" {
        return Ok(None);
    }
    let names = text.split(',').map(|name| {
        let name = name.trim();
        let column = entity.property(name).filter(|column| !switched.lacks(entity.name, column.name));
        let known = column.is_some() || navigation(entity, name).is_some();
        if known { Ok(name.to_owned()) } else { Err(no_property(entity, name)) }
    });
    names.collect::<Result<_, _>>().map(Some)
}

fn order(entity: &'static Entity, text: &str) -> Result<Vec<(Path, bool)>, Refusal> {
    let keys = text.split(',').map(|key| {
        let mut words = key.split_whitespace();
        let path = Path::resolve(entity, words.next().unwrap_or_default())?;
        match (words.next(), words.next()) {
            (None | Some("asc"), None) => Ok((path, false)),
            (Some("desc"), None) => Ok((path, true)),
            _ => Err(Refusal::invalid(format!("Syntax error in $orderby '{key}'."))),
        }
    });
    keys.collect()
}

fn expansions(entity: &'static Entity, text: &str) -> Result<Vec<Vec<String>>, Refusal> {
    if text.contains('(') {
        // docs/facts/creatio.md, "Queries": seen on a live site.
        return Err(Refusal::invalid("The query specified in the URI is not valid. Nested options in $expand."));
    }
    let mut expansions = Vec::new();
    for path in text.split(',') {
        let names: Vec<String> = path.trim().split('/').map(str::to_owned).collect();
        if names.len() > EXPANSION_DEPTH {
            let message = format!(
                "The request includes a $expand path which is too deep. The maximum depth allowed is {EXPANSION_DEPTH}."
            );
            return Err(Refusal::invalid(message));
        }
        let mut at = entity;
        for name in &names {
            at = match navigation(at, name).ok_or_else(|| no_property(at, name))? {
                Navigation::One(_, target) => target,
                Navigation::Many(child, _) => child,
            };
        }
        expansions.push(names);
    }
    Ok(expansions)
}
