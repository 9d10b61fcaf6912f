//! Questions to Creatio and writes to it, as values: `odata` and `data_service` spell them for the
//! two services that take them, `gateway` chooses. Properties are named as OData names them
//! (`OwnerId`), paths by lookups (`Activity.Type`). Pure.

use crate::creatio::activity::lookups::TYPE_EMAIL;
use crate::model::{Instant, Window};
use chrono::SecondsFormat;
use serde_json::{Map, Value};

/// Members of a row to be written, by the properties' names.
pub(in crate::creatio) type RowBody = Map<String, Value>;

/// A question for rows of one entity.
#[derive(Clone, Debug, Default)]
pub(in crate::creatio) struct Query<'a> {
    /// The entity.
    pub(in crate::creatio) set: &'a str,
    /// The properties, separated by commas.
    pub(in crate::creatio) select: &'a str,
    /// Which rows.
    pub(in crate::creatio) filter: Condition,
    /// Columns to order by, separated by commas; each may end with ` desc`.
    pub(in crate::creatio) order: &'a str,
    /// Most rows; 0: no limit.
    pub(in crate::creatio) top: usize,
    /// Rows to skip.
    pub(in crate::creatio) skip: usize,
    /// Not the rows, but how many there are.
    pub(in crate::creatio) count: bool,
}

/// A condition on a row.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::creatio) enum Condition {
    /// A column compared with a value.
    Is(&'static str, Sign, Operand),
    /// All of them; none is no condition.
    All(Vec<Condition>),
    /// At least one of them.
    Any(Vec<Condition>),
    /// A condition that only OData can be asked for, as it spells it.
    Odata(String),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::creatio) enum Sign {
    /// Equal.
    Eq,
    /// Not equal; an empty column is that, too.
    Ne,
    /// Less.
    Lt,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// What a column is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::creatio) enum Operand {
    /// A GUID, of a column that is no lookup.
    Guid(String),
    /// The row that a lookup leads to.
    Row(String),
    /// A text.
    Text(String),
    /// A point in time.
    At(Instant),
}

impl Default for Condition {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl Condition {
    /// The row with this id.
    pub(in crate::creatio) fn id(id: impl ToString) -> Self {
        Self::guid("Id", id)
    }

    /// A column that holds this GUID and is no lookup.
    pub(in crate::creatio) fn guid(column: &'static str, id: impl ToString) -> Self {
        Self::Is(column, Sign::Eq, Operand::Guid(id.to_string()))
    }

    /// A lookup that leads to this row.
    pub(in crate::creatio) fn row(path: &'static str, id: impl ToString) -> Self {
        Self::Is(path, Sign::Eq, Operand::Row(id.to_string()))
    }

    /// A column that holds this text.
    pub(in crate::creatio) fn text(column: &'static str, text: impl ToString) -> Self {
        Self::Is(column, Sign::Eq, Operand::Text(text.to_string()))
    }

    /// A date on one side of this one.
    pub(in crate::creatio) const fn at(column: &'static str, sign: Sign, at: Instant) -> Self {
        Self::Is(column, sign, Operand::At(at))
    }

    /// Whether only OData can be asked.
    fn is_odatas(&self) -> bool {
        match self {
            Self::Is(..) => false,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::is_odatas),
            Self::Odata(_) => true,
        }
    }

    /// Both.
    pub(in crate::creatio) fn and(self, other: Self) -> Self {
        let mut parts = Vec::new();
        for test in [self, other] {
            match test {
                Self::All(inner) => parts.extend(inner),
                test @ (Self::Is(..) | Self::Any(_) | Self::Odata(_)) => parts.push(test),
            }
        }
        Self::All(parts)
    }
}

impl Query<'_> {
    /// Whether both services can be asked.
    pub(in crate::creatio) fn has_detour(&self) -> bool {
        !self.filter.is_odatas()
    }
}

/// A write to one row.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::creatio) struct RowChange {
    /// The entity.
    pub(in crate::creatio) set: &'static str,
    /// What is done.
    pub(in crate::creatio) row_write: RowWrite,
}

/// What is done to a row. `seen`: its `ModifiedOn` on which the decision rests; if it has another,
/// it must stay as it is, as far as that can be had.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::creatio) enum RowWrite {
    /// It is created, with an id of ours.
    Insert(RowBody),
    /// Members are set.
    Update {
        /// Which.
        id: String,
        /// The members.
        body: RowBody,
        /// See above.
        seen: Option<Instant>,
    },
    /// It is deleted.
    Delete {
        /// Which.
        id: String,
        /// See above.
        seen: Option<Instant>,
    },
}

impl RowChange {
    /// The same, whatever is found there.
    pub(in crate::creatio) fn anyway(mut self) -> Self {
        match &mut self.row_write {
            RowWrite::Insert(_) => {}
            RowWrite::Update { seen, .. } | RowWrite::Delete { seen, .. } => *seen = None,
        }
        self
    }
}

impl RowWrite {
    /// The `ModifiedOn` on which it depends.
    pub(in crate::creatio) const fn seen(&self) -> Option<Instant> {
        match self {
            Self::Insert(_) => None,
            Self::Update { seen, .. } | Self::Delete { seen, .. } => *seen,
        }
    }

    /// The row that it is done to; a new one has its id in its members.
    pub(in crate::creatio) fn id(&self) -> Option<&str> {
        match self {
            Self::Insert(_) => None,
            Self::Update { id, .. } | Self::Delete { id, .. } => Some(id),
        }
    }
}

/// An instant as a literal of a filter or a value of a body.
pub(in crate::creatio) fn date(at: Instant) -> String {
    let form = match at.timestamp_subsec_nanos() {
        0 => SecondsFormat::Secs,
        nanos if nanos % 1_000_000 == 0 => SecondsFormat::Millis,
        nanos if nanos % 1_000 == 0 => SecondsFormat::Micros,
        // a server counts in hundreds of nanoseconds, and reads no more digits
        _ => return format!("{}Z", at.format("%Y-%m-%dT%H:%M:%S%.9f").to_string().trim_end_matches("00")),
    };
    at.to_rfc3339_opts(form, true)
}

/// The condition for activities that are no e-mails; `path` is that of the type.
pub(in crate::creatio) fn no_email(path: &'static str) -> Condition {
    Condition::Is(path, Sign::Ne, Operand::Row(TYPE_EMAIL.to_owned()))
}

/// The condition for activities that touch `window` (see [`Window::holds`]; nothing in Creatio is
/// known to be an occurrence).
pub(in crate::creatio) fn in_window(window: &Window) -> Condition {
    touching(window, "Type", "StartDate", "DueDate")
}

/// The same for rows that belong to an Activity.
pub(in crate::creatio) fn in_window_of(window: &Window) -> Condition {
    touching(window, "Activity.Type", "Activity.StartDate", "Activity.DueDate")
}

fn touching(window: &Window, kind: &'static str, start: &'static str, due: &'static str) -> Condition {
    let point = [Condition::at(start, Sign::Ge, window.from), Condition::at(due, Sign::Ge, window.from)];
    Condition::All(vec![
        no_email(kind),
        Condition::at(start, Sign::Lt, window.to),
        Condition::Any(vec![Condition::at(due, Sign::Gt, window.from), Condition::All(point.into())]),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_have_as_many_digits_as_a_server_reads() {
        for text in [
            "2026-03-05T10:00:00Z",
            "2026-03-05T10:00:00.120Z",
            "2026-03-05T10:00:00.123456Z",
            "2026-03-05T10:00:00.1234567Z",
        ] {
            assert_eq!(date(text.parse().unwrap_or_default()), text);
        }
    }
}
