//! JSON → tree. Members that are not needed are ignored; names are taken in the spelling of the
//! stored filters and in that of DataService (`filterType`, `FilterType`). What is disabled is
//! skipped unread.

use crate::creatio::groups::filters::{
    ColumnKind, Comparison, FilterNode, FilterOperand, FilterTest, Leaf, Obstacle, TextTest, column,
};
use crate::json;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use serde_json::{Map, Value};

type JsonObject = Map<String, Value>;

/// Groups in each other: far above what people build.
const DEPTH: usize = 40;

/// Reads a stored filter; `None`: it has no condition.
pub(in crate::creatio) fn tree(stored: &Value) -> Result<Option<FilterNode>, Obstacle> {
    node(stored, String::new(), 0)
}

fn node(value: &Value, at: String, depth: usize) -> Result<Option<FilterNode>, Obstacle> {
    let bad = |why| Err(Obstacle { at: at.clone(), column: String::new(), why });
    let Some(object) = value.as_object() else { return bad("an object is expected") };
    if object.contains_key("_isFilter") || text(object, "logicalOperation").is_some() {
        return bad("an encoding of old versions");
    }
    match get(object, "isEnabled") {
        Some(Value::Bool(false)) => return Ok(None),
        Some(Value::Bool(true)) | None => {}
        Some(_) => return bad("isEnabled is no flag"),
    }
    if flag(object, "isNot") {
        return Ok(Some(FilterNode::Foreign(Obstacle { at, column: String::new(), why: "a negation" })));
    }
    let schema = text(object, "rootSchemaName").unwrap_or("Activity");
    match filter_type(object) {
        Some(_) if schema != "Activity" => bad("a filter of other records than activities"),
        Some(6) if depth >= DEPTH => bad("too many groups in each other"),
        Some(6) => group(object, at, depth),
        Some(kind @ 1..=4) => leaf(object, kind, at).map(Some),
        Some(5) => Ok(Some(FilterNode::Foreign(foreign(object, at, "a condition on related records")))),
        Some(7) => Ok(Some(FilterNode::Foreign(foreign(object, at, "a segment")))),
        Some(_) | None => bad("an unknown kind of condition"),
    }
}

/// The kind of a node by its number, else by its class (docs/facts/creatio.md, "Filters"); `None`
/// if there is none, or if the two differ.
fn filter_type(object: &JsonObject) -> Option<u64> {
    let class = match text(object, "className") {
        Some("Terrasoft.CompareFilter") => Some(1),
        Some("Terrasoft.IsNullFilter") => Some(2),
        Some("Terrasoft.BetweenFilter") => Some(3),
        Some("Terrasoft.InFilter") => Some(4),
        Some("Terrasoft.ExistsFilter") => Some(5),
        Some("Terrasoft.FilterGroup") => Some(6),
        Some(_) | None => None,
    };
    match (number(object, "filterType"), class) {
        (Some(number), Some(class)) if number != class => None,
        (number, class) => number.or(class),
    }
}

fn group(object: &JsonObject, at: String, depth: usize) -> Result<Option<FilterNode>, Obstacle> {
    let bad = |why| Err(Obstacle { at: at.clone(), column: String::new(), why });
    let any = match get(object, "logicalOperation").map(Value::as_u64) {
        Some(Some(1)) => true,
        Some(Some(0)) | None => false,
        Some(_) => return bad("neither AND nor OR"),
    };
    // a group without the member is no empty group: that would select everything
    let Some(items) = get(object, "items").and_then(Value::as_object) else { return bad("items are missing") };
    let mut parts = Vec::new();
    for (key, item) in items {
        let dot = if at.is_empty() { "" } else { "." };
        parts.extend(node(item, format!("{at}{dot}items.{key}"), depth + 1)?);
    }
    Ok((!parts.is_empty()).then_some(FilterNode::Group { any, parts }))
}

fn leaf(object: &JsonObject, filter_type: u64, at: String) -> Result<FilterNode, Obstacle> {
    let left = get(object, "leftExpression").and_then(Value::as_object);
    let name = left.and_then(|left| text(left, "columnPath")).unwrap_or_default().to_owned();
    let obstacle = |why| Obstacle { at: at.clone(), column: name.clone(), why };
    let Some(left) = left else { return Err(obstacle("the column is missing")) };
    match number(left, "expressionType") {
        Some(0) | None => {}
        Some(1) => return Ok(FilterNode::Foreign(obstacle("a function of a column"))),
        Some(3) => return Ok(FilterNode::Foreign(obstacle("an aggregate"))),
        Some(4) => return Ok(FilterNode::Foreign(obstacle("arithmetic"))),
        Some(_) => return Err(obstacle("an unknown kind of expression")),
    }
    if name.contains('[') {
        return Ok(FilterNode::Foreign(obstacle("a condition on related records")));
    }
    let path: Vec<String> = name.split('.').map(str::to_owned).collect();
    let plain = |part: &String| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if !path.iter().all(plain) {
        return Err(obstacle("no name of a column"));
    }
    let test = match test(object, filter_type) {
        Ok(test) => test,
        Err(NotPlain::Foreign(why)) => return Ok(FilterNode::Foreign(obstacle(why))),
        Err(NotPlain::Bad(why)) => return Err(obstacle(why)),
    };
    let Some(kind) = kind(object, &path, &test) else {
        return Ok(FilterNode::Foreign(obstacle("a column of unknown type")));
    };
    let trim = flag(object, "trimDateTimeParameterToDate");
    Ok(FilterNode::Leaf(Leaf { at, path, kind, trim, test }))
}

/// Why a condition is no plain test.
enum NotPlain {
    /// OData has no words for it.
    Foreign(&'static str),
    /// It can't be read.
    Bad(&'static str),
}

fn test(object: &JsonObject, filter_type: u64) -> Result<FilterTest, NotPlain> {
    let comparison = number(object, "comparisonType");
    match filter_type {
        1 => {
            let comparison = comparison.and_then(operator).ok_or(NotPlain::Bad("an unknown comparison"))?;
            Ok(FilterTest::Compare(comparison, right(object, "rightExpression")?))
        }
        2 => match (comparison, get(object, "isNull").and_then(Value::as_bool)) {
            (Some(1), Some(true) | None) | (None, Some(true)) => Ok(FilterTest::Null(true)),
            (Some(2), Some(false) | None) | (None, Some(false)) => Ok(FilterTest::Null(false)),
            _ => Err(NotPlain::Bad("neither empty nor filled")),
        },
        3 => match comparison {
            // the names are not directions: the "less" one is the lower bound
            // (docs/facts/creatio.md, "Filters")
            Some(0) => {
                Ok(FilterTest::Between(right(object, "rightLessExpression")?, right(object, "rightGreaterExpression")?))
            }
            Some(_) | None => Err(NotPlain::Bad("an unknown comparison")),
        },
        _ => {
            let not = match comparison {
                Some(3) => false,
                Some(4) => true,
                Some(_) | None => return Err(NotPlain::Bad("an unknown comparison")),
            };
            let list = get(object, "rightExpressions").and_then(Value::as_array);
            let list = list.filter(|list| !list.is_empty()).ok_or(NotPlain::Bad("the values are missing"))?;
            let values = list.iter().map(|value| operand(value.as_object(), object)).collect::<Result<_, _>>()?;
            Ok(FilterTest::In { not, values })
        }
    }
}

const fn operator(number: u64) -> Option<Comparison> {
    Some(match number {
        3 => Comparison::Equal,
        4 => Comparison::NotEqual,
        5 => Comparison::Less,
        6 => Comparison::LessOrEqual,
        7 => Comparison::Greater,
        8 => Comparison::GreaterOrEqual,
        9 => Comparison::Text(TextTest::Starts, false),
        10 => Comparison::Text(TextTest::Starts, true),
        11 => Comparison::Text(TextTest::Contains, false),
        12 => Comparison::Text(TextTest::Contains, true),
        13 => Comparison::Text(TextTest::Ends, false),
        14 => Comparison::Text(TextTest::Ends, true),
        _ => return None,
    })
}

fn right(object: &JsonObject, name: &str) -> Result<FilterOperand, NotPlain> {
    operand(get(object, name).and_then(Value::as_object), object)
}

/// The right side of a condition.
fn operand(expression: Option<&JsonObject>, condition: &JsonObject) -> Result<FilterOperand, NotPlain> {
    let expression = expression.ok_or(NotPlain::Bad("the value is missing"))?;
    match number(expression, "expressionType") {
        Some(2) => value(expression, condition),
        Some(1) if number(expression, "functionType") == Some(1) => macros(expression),
        Some(0) => Err(NotPlain::Foreign("a comparison of two columns")),
        Some(1) => Err(NotPlain::Foreign("a function as value")),
        Some(3 | 4) => Err(NotPlain::Foreign("a computed value")),
        Some(_) | None => Err(NotPlain::Bad("the value is missing")),
    }
}

fn macros(expression: &JsonObject) -> Result<FilterOperand, NotPlain> {
    let macros = number(expression, "macrosType").ok_or(NotPlain::Bad("a macro without its number"))?;
    match macros {
        1 => Ok(FilterOperand::User),
        2 => Ok(FilterOperand::Contact),
        3..=23 => Ok(FilterOperand::Period { macros, count: None }),
        24..=27 => {
            let argument = get(expression, "functionArgument").and_then(Value::as_object);
            let parameter = argument.and_then(|argument| get(argument, "parameter")).and_then(Value::as_object);
            let count = parameter.and_then(|parameter| number(parameter, "value"));
            let count = count.and_then(|count| u32::try_from(count).ok()).filter(|count| *count <= 100_000);
            Ok(FilterOperand::Period {
                macros,
                count: Some(count.ok_or(NotPlain::Bad("a macro without its number of units"))?),
            })
        }
        _ => Err(NotPlain::Foreign("a macro that OData has no words for")),
    }
}

/// A literal value; its type stands beside it, else at the condition.
fn value(expression: &JsonObject, condition: &JsonObject) -> Result<FilterOperand, NotPlain> {
    let missing = NotPlain::Bad("the value is missing");
    let Some(parameter) = get(expression, "parameter").and_then(Value::as_object) else { return Err(missing) };
    let Some(value) = get(parameter, "value").filter(|value| !value.is_null()) else { return Err(missing) };
    let kind = number(parameter, "dataValueType").or_else(|| number(condition, "dataValueType"));
    let misfit = NotPlain::Bad("the value does not fit its type");
    match kind {
        Some(0 | 10 | 11 | 16) => guid(value).map(FilterOperand::Guid).ok_or(misfit),
        Some(1 | 27..=30) => value.as_str().map(|text| FilterOperand::Text(text.to_owned())).ok_or(misfit),
        Some(4) => value.as_i64().map(|number| FilterOperand::Number(number.to_string())).ok_or(misfit),
        Some(5 | 6) => value.as_number().map(|number| FilterOperand::Number(number.to_string())).ok_or(misfit),
        Some(7 | 8) => {
            let wall = value.as_str().and_then(wall).ok_or(misfit)?;
            let utc = text(parameter, "dateValue").and_then(|text| DateTime::parse_from_rfc3339(text).ok());
            Ok(FilterOperand::Date { wall, utc: utc.map(|utc| utc.to_utc()) })
        }
        Some(12) => value.as_bool().map(FilterOperand::Bool).ok_or(misfit),
        Some(_) => Err(NotPlain::Foreign("a value of a type that OData has no words for")),
        None => Err(NotPlain::Bad("the type of the value is missing")),
    }
}

/// A filled id: bare, or in an object with any further columns.
fn guid(value: &Value) -> Option<String> {
    let inner = value.as_object().and_then(|object| object.get("value").or_else(|| object.get("Id")));
    let id = uuid::Uuid::parse_str(inner.unwrap_or(value).as_str()?).ok()?;
    (!id.is_nil()).then(|| id.to_string())
}

/// A wall-clock time: JSON in the text, so quotes within quotes (docs/facts/creatio.md, "Filters");
/// with or without time. The server takes a `Z` for decoration.
fn wall(value: &str) -> Option<NaiveDateTime> {
    let value: String = json::parse(value.as_bytes()).ok()?;
    let value = value.trim_end_matches('Z');
    value.parse().ok().or_else(|| Some(value.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN)))
}

/// What the column holds: as the stock schema says, else as the condition does. Where the two
/// differ, or neither says, it is not known.
fn kind(object: &JsonObject, path: &[String], test: &FilterTest) -> Option<ColumnKind> {
    let stock = match path {
        [name] => column::kind(name),
        [.., last] if last == "Id" => Some(ColumnKind::Guid),
        _ => None,
    };
    let values: Vec<&FilterOperand> = match test {
        FilterTest::Compare(_, value) => vec![value],
        FilterTest::In { values, .. } => values.iter().collect(),
        FilterTest::Between(from, to) => vec![from, to],
        FilterTest::Null(_) => Vec::new(),
    };
    let (own, beside) = (number(object, "dataValueType"), type_beside(object));
    let is = |types: &[u64]| [own, beside].into_iter().flatten().any(|number| types.contains(&number));
    let is_lookup = text(object, "referenceSchemaName").is_some() || is(&[10, 11, 16]);
    let given = match values.first() {
        _ if is_lookup && stock != Some(ColumnKind::Guid) => Some(ColumnKind::Lookup),
        None => own.and_then(of_type),
        // of a lookup that a GUID is compared with, the condition itself says that it is one
        Some(FilterOperand::Guid(_)) => (own == Some(0)).then_some(ColumnKind::Guid),
        // a date may mean a column without time, which OData spells in no known way
        Some(FilterOperand::Date { .. } | FilterOperand::Period { .. }) => (!is(&[8])).then_some(ColumnKind::Date),
        Some(FilterOperand::Text(_)) => Some(ColumnKind::Text),
        Some(FilterOperand::Number(_)) => Some(ColumnKind::Number),
        Some(FilterOperand::Bool(_)) => Some(ColumnKind::Bool),
        Some(FilterOperand::User | FilterOperand::Contact) => Some(ColumnKind::Lookup),
    };
    let fits = |kind: ColumnKind| values.iter().all(|value| holds(kind, value));
    match (stock, given) {
        // both hold a GUID: where it stands is the schema's business
        (Some(stock @ (ColumnKind::Lookup | ColumnKind::Guid)), Some(ColumnKind::Guid | ColumnKind::Lookup)) => {
            Some(stock)
        }
        (Some(stock), Some(given)) => (stock == given).then_some(stock),
        (stock, given) => stock.or(given),
    }
    .filter(|kind| fits(*kind))
}

const fn of_type(number: u64) -> Option<ColumnKind> {
    Some(match number {
        10 | 11 | 16 => ColumnKind::Lookup,
        1 | 27..=30 => ColumnKind::Text,
        4..=6 => ColumnKind::Number,
        7 => ColumnKind::Date,
        12 => ColumnKind::Bool,
        _ => return None,
    })
}

/// The data type that stands beside the first value of a condition.
fn type_beside(object: &JsonObject) -> Option<u64> {
    let list = get(object, "rightExpressions").and_then(Value::as_array).and_then(|list| list.first());
    let expression = ["rightExpression", "rightLessExpression"].iter().find_map(|name| get(object, name)).or(list)?;
    number(get(expression.as_object()?, "parameter")?.as_object()?, "dataValueType")
}

/// Whether a column of this kind can be compared with `value`.
const fn holds(kind: ColumnKind, value: &FilterOperand) -> bool {
    matches!(
        (kind, value),
        (ColumnKind::Guid | ColumnKind::Lookup, FilterOperand::Guid(_) | FilterOperand::User | FilterOperand::Contact)
            | (ColumnKind::Text, FilterOperand::Text(_))
            | (ColumnKind::Number, FilterOperand::Number(_))
            | (ColumnKind::Bool, FilterOperand::Bool(_))
            | (ColumnKind::Date, FilterOperand::Date { .. } | FilterOperand::Period { .. })
    )
}

/// A member by its name in camel case, or in Pascal case.
fn get<'a>(object: &'a JsonObject, name: &str) -> Option<&'a Value> {
    let pascal = || {
        let mut letters = name.chars();
        let first = letters.next()?.to_ascii_uppercase();
        object.get(&std::iter::once(first).chain(letters).collect::<String>())
    };
    object.get(name).or_else(pascal).filter(|value| !value.is_null())
}

fn text<'a>(object: &'a JsonObject, name: &str) -> Option<&'a str> {
    get(object, name)?.as_str()
}

fn number(object: &JsonObject, name: &str) -> Option<u64> {
    get(object, name)?.as_u64()
}

fn flag(object: &JsonObject, name: &str) -> bool {
    get(object, name).and_then(Value::as_bool).unwrap_or(false)
}

fn foreign(object: &JsonObject, at: String, why: &'static str) -> Obstacle {
    let left = get(object, "leftExpression").and_then(Value::as_object);
    let column = left.and_then(|left| text(left, "columnPath")).unwrap_or_default().to_owned();
    Obstacle { at, column, why }
}
