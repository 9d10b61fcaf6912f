//! Tree → `$filter` (docs/facts/creatio.md, "Filter translation"). Lookups are addressed by
//! navigation path, dates and GUIDs stand bare. A row whose column is empty is never selected by a
//! comparison, `≠` included, as in the database; OData's own answer is not relied on, it is said.

use super::period::{self, Period};
use super::{Comparison, Kind, Leaf, Node, Obstacle, Operand, Test, TextTest, Viewer};
use crate::http::odata::literal;
use crate::model::time::instant;

/// The whole filter; empty if there is no condition.
pub(super) fn filter(tree: Option<&Node>, viewer: &Viewer<'_>) -> Result<String, Obstacle> {
    tree.map_or_else(|| Ok(String::new()), |node| Ok(written(node, viewer)?.text))
}

/// A condition as written, and whether it binds less than a comparison.
struct Written {
    text: String,
    loose: bool,
}

impl Written {
    fn tight(text: String) -> Self {
        Self { text, loose: false }
    }

    fn inner(self) -> String {
        if self.loose { format!("({})", self.text) } else { self.text }
    }
}

fn written(node: &Node, viewer: &Viewer<'_>) -> Result<Written, Obstacle> {
    match node {
        Node::Foreign(obstacle) => Err(obstacle.clone()),
        Node::Leaf(leaf) => condition(leaf, viewer),
        Node::Group { any, parts } => {
            let parts = parts.iter().map(|part| written(part, viewer)).collect::<Result<Vec<_>, _>>()?;
            Ok(joined(parts, if *any { " or " } else { " and " }))
        }
    }
}

/// One part stands for itself.
fn joined(mut parts: Vec<Written>, join: &str) -> Written {
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return only;
    }
    let parts: Vec<String> = parts.into_iter().map(Written::inner).collect();
    Written { text: parts.join(join), loose: true }
}

fn all(parts: impl IntoIterator<Item = String>) -> Written {
    joined(parts.into_iter().map(Written::tight).collect(), " and ")
}

fn any(parts: impl IntoIterator<Item = String>) -> Written {
    joined(parts.into_iter().map(Written::tight).collect(), " or ")
}

fn condition(leaf: &Leaf, viewer: &Viewer<'_>) -> Result<Written, Obstacle> {
    let place = place(leaf);
    match &leaf.test {
        Test::Null(empty) => null(leaf, &place, *empty),
        Test::In { not: false, values } => {
            let equal = |value| compared(leaf, (&place, Comparison::Equal), value, viewer);
            Ok(joined(values.iter().map(equal).collect::<Result<_, _>>()?, " or "))
        }
        Test::In { not: true, values } => {
            let unequal = |value| Ok(format!("{place} ne {}", spelled(leaf, value, viewer)?));
            let parts = values.iter().map(unequal).collect::<Result<Vec<_>, _>>()?;
            Ok(all(filled(leaf).into_iter().chain(parts)))
        }
        Test::Compare(comparison, value) => compared(leaf, (&place, *comparison), value, viewer),
        Test::Between(from, to) => {
            let from = compared(leaf, (&place, Comparison::GreaterOrEqual), from, viewer)?;
            let to = compared(leaf, (&place, Comparison::LessOrEqual), to, viewer)?;
            Ok(joined(vec![from, to], " and "))
        }
    }
}

/// The address of the column: `Owner/Account/Name`, of a lookup `Owner/Id`.
fn place(leaf: &Leaf) -> String {
    let mut place = leaf.path.join("/");
    if leaf.kind == Kind::Lookup {
        place.push_str("/Id");
    }
    place
}

/// The condition that there is a value to compare at all: for what would hold of nothing too.
fn filled(leaf: &Leaf) -> Option<String> {
    match (leaf.kind, leaf.path.split_last()) {
        (Kind::Lookup, _) => Some(format!("{} ne null", place(leaf))),
        (_, Some((_, hops))) if !hops.is_empty() => Some(format!("{}/Id ne null", hops.join("/"))),
        (Kind::Guid | Kind::Number | Kind::Date, _) => Some(format!("{} ne null", place(leaf))),
        // Creatio keeps no nulls in these (docs/facts/creatio.md, "Values")
        (Kind::Text | Kind::Bool, _) => None,
    }
}

fn null(leaf: &Leaf, place: &str, empty: bool) -> Result<Written, Obstacle> {
    let comparison = if empty { "eq" } else { "ne" };
    match (leaf.kind, empty) {
        (Kind::Guid | Kind::Lookup | Kind::Date | Kind::Number, _) => {
            Ok(Written::tight(format!("{place} {comparison} null")))
        }
        // an empty text is "", and null only where a lookup on the way is empty
        (Kind::Text, true) => Ok(any([format!("{place} eq null"), format!("{place} eq ''")])),
        (Kind::Text, false) => Ok(all([format!("{place} ne null"), format!("{place} ne ''")])),
        (Kind::Bool, _) => Err(leaf.obstacle("a flag is never empty")),
    }
}

fn compared(
    leaf: &Leaf,
    (place, comparison): (&str, Comparison),
    value: &Operand,
    viewer: &Viewer<'_>,
) -> Result<Written, Obstacle> {
    if leaf.kind == Kind::Date {
        return dated(leaf, (place, comparison), value, viewer);
    }
    let value = spelled(leaf, value, viewer)?;
    match (leaf.kind, comparison) {
        (_, Comparison::Equal) => Ok(Written::tight(format!("{place} eq {value}"))),
        (_, Comparison::NotEqual) => Ok(all(filled(leaf).into_iter().chain([format!("{place} ne {value}")]))),
        (Kind::Number, order) => match sign(order) {
            Some(sign) => Ok(Written::tight(format!("{place} {sign} {value}"))),
            None => Err(leaf.obstacle("a number is not searched for text")),
        },
        (Kind::Text, Comparison::Text(test, not)) => {
            let test = match test {
                TextTest::Starts => "startswith",
                TextTest::Contains => "contains",
                TextTest::Ends => "endswith",
            };
            let call = format!("{test}({place},{value})");
            if !not {
                return Ok(Written::tight(call));
            }
            // some servers let a bare `not` reach as far as the `and` behind it
            let parts = filled(leaf)
                .map(Written::tight)
                .into_iter()
                .chain([Written { text: format!("not {call}"), loose: true }]);
            Ok(joined(parts.collect(), " and "))
        }
        (Kind::Text, _) => Err(leaf.obstacle("the order of texts depends on the database")),
        (Kind::Guid | Kind::Lookup | Kind::Bool | Kind::Date, _) => {
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
fn spelled(leaf: &Leaf, value: &Operand, viewer: &Viewer<'_>) -> Result<String, Obstacle> {
    match value {
        Operand::Guid(id) => Ok(id.clone()),
        Operand::Text(text) => Ok(literal(text)),
        Operand::Number(number) => Ok(number.clone()),
        Operand::Bool(flag) => Ok(flag.to_string()),
        Operand::Contact => Ok(viewer.contact.to_string()),
        Operand::User => {
            viewer.user.map(str::to_owned).ok_or_else(|| leaf.obstacle("the id of the current user is not known"))
        }
        Operand::Date { .. } | Operand::Period { .. } => Err(leaf.obstacle("a time does not fit")),
    }
}

/// A comparison of times: with an instant, or with a stretch of time, in which a time lies, before
/// or after which it is.
fn dated(
    leaf: &Leaf,
    (place, comparison): (&str, Comparison),
    value: &Operand,
    viewer: &Viewer<'_>,
) -> Result<Written, Obstacle> {
    let far = || leaf.obstacle("a time beyond the calendar");
    let period = match value {
        Operand::Period { macros, count } => period::of(viewer, *macros, *count).ok_or_else(far)?,
        Operand::Date { wall, utc } => {
            let at = instant(viewer.zone, *wall);
            if utc.is_some_and(|utc| utc != at) {
                // stored by somebody in another zone: sources differ on which of the two counts
                return Err(leaf.obstacle("a time of another zone"));
            }
            if !leaf.trim {
                let sign = sign(comparison).ok_or_else(|| leaf.obstacle("a time is not searched for text"))?;
                let value = (viewer.date)(at);
                let there = if comparison == Comparison::NotEqual { filled(leaf) } else { None };
                return Ok(all(there.into_iter().chain([format!("{place} {sign} {value}")])));
            }
            period::day(viewer, wall.date()).ok_or_else(far)?
        }
        Operand::Guid(_)
        | Operand::Text(_)
        | Operand::Number(_)
        | Operand::Bool(_)
        | Operand::User
        | Operand::Contact => return Err(leaf.obstacle("a time is expected")),
    };
    within(leaf, (place, comparison), period, viewer)
}

fn within(
    leaf: &Leaf,
    (place, comparison): (&str, Comparison),
    (start, end): Period,
    viewer: &Viewer<'_>,
) -> Result<Written, Obstacle> {
    let (start, end) = ((viewer.date)(start), (viewer.date)(end));
    Ok(match comparison {
        Comparison::Equal => all([format!("{place} ge {start}"), format!("{place} lt {end}")]),
        Comparison::NotEqual => any([format!("{place} lt {start}"), format!("{place} ge {end}")]),
        Comparison::Less => Written::tight(format!("{place} lt {start}")),
        Comparison::LessOrEqual => Written::tight(format!("{place} lt {end}")),
        Comparison::Greater => Written::tight(format!("{place} ge {end}")),
        Comparison::GreaterOrEqual => Written::tight(format!("{place} ge {start}")),
        Comparison::Text(..) => return Err(leaf.obstacle("a time is not searched for text")),
    })
}
