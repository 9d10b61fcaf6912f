//! Tree → `$filter` (docs/facts/creatio.md, "Filter translation"). Lookups are addressed by
//! navigation path, dates and GUIDs stand bare. A row whose column is empty is never selected by a
//! comparison, `≠` included, as in the database; OData's own answer is not relied on, it is said.

use crate::creatio::groups::filters::period;
use crate::creatio::groups::filters::{
    ColumnKind, Comparison, FilterNode, FilterOperand, FilterTest, Leaf, Obstacle, TextTest, Viewer,
};
use crate::http::odata::literal;
use crate::model::Span;
use crate::model::time::instant;

/// The whole filter; empty if there is no condition.
pub(in crate::creatio) fn filter(tree: Option<&FilterNode>, viewer: &Viewer<'_>) -> Result<String, Obstacle> {
    tree.map_or_else(|| Ok(String::new()), |node| Ok(written(node, viewer)?.text))
}

/// A condition as written, and whether it binds less than a comparison.
struct FilterText {
    text: String,
    loose: bool,
}

impl FilterText {
    fn tight(text: String) -> Self {
        Self { text, loose: false }
    }

    fn inner(self) -> String {
        if self.loose { format!("({})", self.text) } else { self.text }
    }
}

fn written(node: &FilterNode, viewer: &Viewer<'_>) -> Result<FilterText, Obstacle> {
    match node {
        FilterNode::Foreign(obstacle) => Err(obstacle.clone()),
        FilterNode::Leaf(leaf) => condition(leaf, viewer),
        FilterNode::Group { any, parts } => {
            let parts = parts.iter().map(|part| written(part, viewer)).collect::<Result<Vec<_>, _>>()?;
            Ok(joined(parts, if *any { " or " } else { " and " }))
        }
    }
}

/// One part stands for itself.
fn joined(mut parts: Vec<FilterText>, join: &str) -> FilterText {
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return only;
    }
    let parts: Vec<String> = parts.into_iter().map(FilterText::inner).collect();
    FilterText { text: parts.join(join), loose: true }
}

fn all(parts: impl IntoIterator<Item = String>) -> FilterText {
    joined(parts.into_iter().map(FilterText::tight).collect(), " and ")
}

fn any(parts: impl IntoIterator<Item = String>) -> FilterText {
    joined(parts.into_iter().map(FilterText::tight).collect(), " or ")
}

fn condition(leaf: &Leaf, viewer: &Viewer<'_>) -> Result<FilterText, Obstacle> {
    let column = column(leaf);
    match &leaf.test {
        FilterTest::Null(empty) => null(leaf, &column, *empty),
        FilterTest::In { not: false, values } => {
            let equal = |value| compared(leaf, &column, Comparison::Equal, value, viewer);
            Ok(joined(values.iter().map(equal).collect::<Result<_, _>>()?, " or "))
        }
        FilterTest::In { not: true, values } => {
            let unequal = |value| Ok(format!("{column} ne {}", spelled(leaf, value, viewer)?));
            let parts = values.iter().map(unequal).collect::<Result<Vec<_>, _>>()?;
            Ok(all(filled(leaf).into_iter().chain(parts)))
        }
        FilterTest::Compare(comparison, value) => compared(leaf, &column, *comparison, value, viewer),
        FilterTest::Between(from, to) => {
            let from = compared(leaf, &column, Comparison::GreaterOrEqual, from, viewer)?;
            let to = compared(leaf, &column, Comparison::LessOrEqual, to, viewer)?;
            Ok(joined(vec![from, to], " and "))
        }
    }
}

/// The address of the column: `Owner/Account/Name`, of a lookup `Owner/Id`.
fn column(leaf: &Leaf) -> String {
    let mut column = leaf.path.join("/");
    if leaf.kind == ColumnKind::Lookup {
        column.push_str("/Id");
    }
    column
}

/// The condition that there is a value to compare at all: for what would hold of nothing too.
fn filled(leaf: &Leaf) -> Option<String> {
    match (leaf.kind, leaf.path.split_last()) {
        (ColumnKind::Lookup, _) => Some(format!("{} ne null", column(leaf))),
        (_, Some((_, hops))) if !hops.is_empty() => Some(format!("{}/Id ne null", hops.join("/"))),
        (ColumnKind::Guid | ColumnKind::Number | ColumnKind::Date, _) => Some(format!("{} ne null", column(leaf))),
        // Creatio keeps no nulls in these (docs/facts/creatio.md, "Values")
        (ColumnKind::Text | ColumnKind::Bool, _) => None,
    }
}

fn null(leaf: &Leaf, column: &str, empty: bool) -> Result<FilterText, Obstacle> {
    let comparison = if empty { "eq" } else { "ne" };
    match (leaf.kind, empty) {
        (ColumnKind::Guid | ColumnKind::Lookup | ColumnKind::Date | ColumnKind::Number, _) => {
            Ok(FilterText::tight(format!("{column} {comparison} null")))
        }
        // an empty text is "", and null only where a lookup on the way is empty
        (ColumnKind::Text, true) => Ok(any([format!("{column} eq null"), format!("{column} eq ''")])),
        (ColumnKind::Text, false) => Ok(all([format!("{column} ne null"), format!("{column} ne ''")])),
        (ColumnKind::Bool, _) => Err(leaf.obstacle("a flag is never empty")),
    }
}

fn compared(
    leaf: &Leaf,
    column: &str,
    comparison: Comparison,
    value: &FilterOperand,
    viewer: &Viewer<'_>,
) -> Result<FilterText, Obstacle> {
    if leaf.kind == ColumnKind::Date {
        return dated(leaf, column, comparison, value, viewer);
    }
    let value = spelled(leaf, value, viewer)?;
    match (leaf.kind, comparison) {
        (_, Comparison::Equal) => Ok(FilterText::tight(format!("{column} eq {value}"))),
        (_, Comparison::NotEqual) => Ok(all(filled(leaf).into_iter().chain([format!("{column} ne {value}")]))),
        (ColumnKind::Number, order) => match sign(order) {
            Some(sign) => Ok(FilterText::tight(format!("{column} {sign} {value}"))),
            None => Err(leaf.obstacle("a number is not searched for text")),
        },
        (ColumnKind::Text, Comparison::Text(test, not)) => {
            let test = match test {
                TextTest::Starts => "startswith",
                TextTest::Contains => "contains",
                TextTest::Ends => "endswith",
            };
            let call = format!("{test}({column},{value})");
            if !not {
                return Ok(FilterText::tight(call));
            }
            // some servers let a bare `not` reach as far as the `and` behind it
            let parts = filled(leaf)
                .map(FilterText::tight)
                .into_iter()
                .chain([FilterText { text: format!("not {call}"), loose: true }]);
            Ok(joined(parts.collect(), " and "))
        }
        (ColumnKind::Text, _) => Err(leaf.obstacle("the order of texts depends on the database")),
        (ColumnKind::Guid | ColumnKind::Lookup | ColumnKind::Bool | ColumnKind::Date, _) => {
            Err(leaf.obstacle("a comparison that does not fit"))
        }
    }
}

/// The operator of an order; text functions have none.
const fn sign(comparison: Comparison) -> Option<&'static str> {
    Some(match comparison {
        Comparison::Equal => "eq",
        Comparison::NotEqual => "ne",
        Comparison::Less => "lt",
        Comparison::LessOrEqual => "le",
        Comparison::Greater => "gt",
        Comparison::GreaterOrEqual => "ge",
        Comparison::Text(..) => return None,
    })
}

/// A value in OData's words.
fn spelled(leaf: &Leaf, value: &FilterOperand, viewer: &Viewer<'_>) -> Result<String, Obstacle> {
    match value {
        FilterOperand::Guid(id) => Ok(id.clone()),
        FilterOperand::Text(text) => Ok(literal(text)),
        FilterOperand::Number(number) => Ok(number.clone()),
        FilterOperand::Bool(flag) => Ok(flag.to_string()),
        FilterOperand::Contact => Ok(viewer.contact.to_string()),
        FilterOperand::User => {
            viewer.user.map(str::to_owned).ok_or_else(|| leaf.obstacle("the id of the current user is not known"))
        }
        FilterOperand::Date { .. } | FilterOperand::Period { .. } => Err(leaf.obstacle("a time does not fit")),
    }
}

/// A comparison of times: with an instant, or with a stretch of time, in which a time lies, before
/// or after which it is.
fn dated(
    leaf: &Leaf,
    column: &str,
    comparison: Comparison,
    value: &FilterOperand,
    viewer: &Viewer<'_>,
) -> Result<FilterText, Obstacle> {
    let far = || leaf.obstacle("a time beyond the calendar");
    let period = match value {
        FilterOperand::Period { macros, count } => period::of(viewer, *macros, *count).ok_or_else(far)?,
        FilterOperand::Date { wall, utc } => {
            let at = instant(viewer.zone, *wall);
            if utc.is_some_and(|utc| utc != at) {
                // stored by somebody in another zone: sources differ on which of the two counts
                return Err(leaf.obstacle("a time of another zone"));
            }
            if !leaf.trim {
                let sign = sign(comparison).ok_or_else(|| leaf.obstacle("a time is not searched for text"))?;
                let value = (viewer.date)(at);
                let there = if comparison == Comparison::NotEqual { filled(leaf) } else { None };
                return Ok(all(there.into_iter().chain([format!("{column} {sign} {value}")])));
            }
            period::day(viewer, wall.date()).ok_or_else(far)?
        }
        FilterOperand::Guid(_)
        | FilterOperand::Text(_)
        | FilterOperand::Number(_)
        | FilterOperand::Bool(_)
        | FilterOperand::User
        | FilterOperand::Contact => return Err(leaf.obstacle("a time is expected")),
    };
    within(leaf, column, comparison, period, viewer)
}

fn within(
    leaf: &Leaf,
    column: &str,
    comparison: Comparison,
    period: Span,
    viewer: &Viewer<'_>,
) -> Result<FilterText, Obstacle> {
    let (start, end) = ((viewer.date)(period.from), (viewer.date)(period.to));
    Ok(match comparison {
        Comparison::Equal => all([format!("{column} ge {start}"), format!("{column} lt {end}")]),
        Comparison::NotEqual => any([format!("{column} lt {start}"), format!("{column} ge {end}")]),
        Comparison::Less => FilterText::tight(format!("{column} lt {start}")),
        Comparison::LessOrEqual => FilterText::tight(format!("{column} lt {end}")),
        Comparison::Greater => FilterText::tight(format!("{column} ge {end}")),
        Comparison::GreaterOrEqual => FilterText::tight(format!("{column} ge {start}")),
        Comparison::Text(..) => return Err(leaf.obstacle("a time is not searched for text")),
    })
}
