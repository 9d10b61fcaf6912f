//! The stored filter of a dynamic group: its JSON becomes a tree, and the tree an OData `$filter`
//! (docs/facts/creatio.md, "Filters"). Pure.
//!
//! A filter never selects more than it says. What OData can't express is left to the server, which
//! is asked with the stored JSON itself; what can't be read selects nothing. So every doubt ends in
//! an [`Obstacle`] that names the condition, never in a condition left out.

mod column;
mod parse;
mod period;
mod write;

use crate::json;
use crate::model::{ContactId, Instant, Zone};
use chrono::Weekday;
use serde_json::Value;
use std::fmt;

/// For whom and when a filter is evaluated.
pub struct Viewer<'a> {
    /// The user's Contact.
    pub contact: &'a ContactId,
    /// The user's id (`SysAdminUnit`), if it is known.
    pub user: Option<&'a str>,
    /// The zone of the user's profile: days, weeks and wall-clock times are its.
    pub zone: &'a dyn Zone,
    /// Creatio's clock.
    pub now: Instant,
    /// The first day of the user's weeks.
    pub week: Weekday,
    /// How an instant is spelled in a filter: it depends on the installation
    /// (docs/facts/creatio.md, "Clocks").
    pub date: &'a dyn Fn(Instant) -> String,
}

/// A stored filter that could be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// It as it was stored, for a `SelectQuery`.
    pub stored: Value,
    /// The same as `$filter`, empty if it has no condition at all; or the first condition that
    /// `$filter` can't express.
    pub odata: Result<String, Obstacle>,
}

/// The condition at fault, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// Its place in the JSON, by the names of members; empty: the whole.
    pub at: String,
    /// Its column, if it has one.
    pub column: String,
    /// What is wrong with it, in English; holds no value of the filter.
    pub why: &'static str,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.at.as_str(), self.column.as_str()) {
            ("", "") => f.write_str(self.why),
            (at, "") => write!(f, "{at}: {}", self.why),
            (at, column) => write!(f, "{at} ({column}): {}", self.why),
        }
    }
}

/// Reads a stored filter over `Activity`, in the classic or the compact encoding, and puts it into
/// OData's words as far as they go.
///
/// # Errors
/// What is no such filter: the group has no members then.
pub fn read(stored: &[u8], viewer: &Viewer<'_>) -> Result<Filter, Obstacle> {
    let whole = |why| Obstacle { at: String::new(), column: String::new(), why };
    let bytes = stored.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(stored);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(whole("no filter is stored"));
    }
    let mut stored = json::value(bytes).map_err(|_| whole("no JSON"))?;
    if let Value::String(text) = &stored {
        stored = json::value(text.as_bytes()).map_err(|_| whole("no JSON"))?;
    }
    let tree = parse::tree(&stored)?;
    let odata = write::filter(tree.as_ref(), viewer);
    Ok(Filter { stored, odata })
}

/// A part of a filter that has a condition and is enabled.
#[derive(Debug)]
enum FilterNode {
    /// All of its parts hold, or any.
    Group { any: bool, parts: Vec<Self> },
    /// A condition on one column.
    Leaf(Leaf),
    /// A condition that is well formed, as far as can be told, but has no translation.
    Foreign(Obstacle),
}

/// A condition on one column.
#[derive(Debug)]
struct Leaf {
    /// Its place in the JSON.
    at: String,
    /// The column: lookups to follow, then the column to read.
    path: Vec<String>,
    /// What the column holds.
    kind: ColumnKind,
    /// Only the days of times are compared.
    trim: bool,
    test: FilterTest,
}

impl Leaf {
    fn obstacle(&self, why: &'static str) -> Obstacle {
        Obstacle { at: self.at.clone(), column: self.path.join("."), why }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ColumnKind {
    Guid,
    Lookup,
    Text,
    Number,
    Bool,
    /// A date with time.
    Date,
}

/// What is asked of a column.
#[derive(Debug)]
enum FilterTest {
    Compare(Comparison, FilterOperand),
    /// One of these values, or none of them.
    In {
        not: bool,
        values: Vec<FilterOperand>,
    },
    /// Empty, or filled.
    Null(bool),
    /// From the first to the second, both included.
    Between(FilterOperand, FilterOperand),
}

/// How a column is compared with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// A text function, plain or negated.
    Text(TextTest, bool),
}

/// How texts are compared beyond equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TextTest {
    Starts,
    Contains,
    Ends,
}

/// A value that a column is compared with.
#[derive(Clone, Debug, PartialEq)]
enum FilterOperand {
    Guid(String),
    Text(String),
    /// Spelled as JSON and OData both spell it.
    Number(String),
    Bool(bool),
    /// A time on the clocks of the user's zone; and the same as UTC, where that stands beside it.
    Date {
        wall: chrono::NaiveDateTime,
        utc: Option<Instant>,
    },
    /// The current user.
    User,
    /// The current user's Contact.
    Contact,
    /// A stretch of time relative to now, by the number of its macro, and how many units of it.
    Period {
        macros: u64,
        count: Option<u32>,
    },
}
