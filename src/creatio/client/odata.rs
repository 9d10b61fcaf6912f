//! How OData 4 is asked: addresses with filters, and bodies. Lookups are filtered by navigation
//! path (`Owner/Id`), dates and GUIDs stand bare (docs/facts/creatio.md, "Values"). Pure.

use crate::creatio::client::query::{Condition, Operand, Query, RowChange, RowWrite, Sign, date};
use crate::http::{
    Call, Repeat,
    odata::{address, literal},
};
use serde_json::Value;

/// Most characters of an address: servers and proxies commonly stop at 2,048
/// (docs/facts/creatio.md, "Queries").
pub(in crate::creatio) const LONGEST: usize = 2_000;
/// Most alternatives of one filter.
const ALTERNATIVES: usize = 20;

/// The question as a call; the reply is a [`Page`](crate::http::odata::Page).
pub(in crate::creatio) fn call(query: &Query<'_>) -> Call {
    let number = |n: usize| if n == 0 { String::new() } else { n.to_string() };
    let (top, skip) = (number(query.top), number(query.skip));
    let filter = spelled(&query.filter);
    let options: &[(&str, &str)] = if query.count {
        &[("$select", "Id"), ("$filter", &filter), ("$top", "1"), ("$count", "true")]
    } else {
        &[("$select", query.select), ("$filter", &filter), ("$orderby", query.order), ("$top", &top), ("$skip", &skip)]
    };
    Call::get(address(query.set, options))
}

/// The write as a call. What it depends on has no spelling here (docs/facts/creatio.md, "Verbs").
pub(in crate::creatio) fn write(RowChange { set, row_write }: &RowChange) -> Call {
    match row_write {
        RowWrite::Insert(body) => Call::post(*set, Value::Object(body.clone()), Repeat::Safe),
        RowWrite::Update { id, body, .. } => Call::patch(format!("{set}({id})"), Value::Object(body.clone())),
        RowWrite::Delete { id, .. } => Call::delete(format!("{set}({id})")),
    }
}

/// The condition as a `$filter`; empty if it is none.
fn spelled(test: &Condition) -> String {
    let joined = |parts: &[Condition], word: &str| {
        let parts = parts.iter().map(within).filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(word)
    };
    match test {
        Condition::Is(path, sign, operand) => {
            let (suffix, value) = match operand {
                Operand::Guid(id) => ("", id.clone()),
                Operand::Row(id) => ("/Id", id.clone()),
                Operand::Text(text) => ("", literal(text)),
                Operand::At(at) => ("", date(*at)),
            };
            format!("{}{suffix} {} {value}", path.replace('.', "/"), operator(*sign))
        }
        Condition::All(parts) => joined(parts, " and "),
        Condition::Any(parts) => joined(parts, " or "),
        Condition::Odata(text) => text.clone(),
    }
}

/// The condition as a part of another one.
fn within(test: &Condition) -> String {
    match test {
        Condition::All(parts) | Condition::Any(parts) if parts.len() > 1 => format!("({})", spelled(test)),
        Condition::Odata(text) if !text.is_empty() => format!("({text})"),
        Condition::Is(..) | Condition::All(_) | Condition::Any(_) | Condition::Odata(_) => spelled(test),
    }
}

const fn operator(sign: Sign) -> &'static str {
    match sign {
        Sign::Eq => "eq",
        Sign::Ne => "ne",
        Sign::Lt => "lt",
        Sign::Gt => "gt",
        Sign::Ge => "ge",
    }
}

impl Query<'_> {
    /// The questions for rows of which one of `terms` holds, beside the filter: as few as their
    /// length allows.
    pub(in crate::creatio) fn any(&self, terms: impl IntoIterator<Item = Condition>) -> Vec<Self> {
        let with = |terms: &[Condition]| Query {
            filter: self.filter.clone().and(Condition::Any(terms.to_vec())),
            ..self.clone()
        };
        let mut queries = Vec::new();
        let mut chain: Vec<Condition> = Vec::new();
        for term in terms {
            chain.push(term);
            let is_long = || call(&with(&chain)).path.len() > LONGEST;
            if chain.len() > 1 && (chain.len() > ALTERNATIVES || is_long()) {
                let last = chain.split_off(chain.len() - 1);
                queries.push(with(&chain));
                chain = last;
            }
        }
        if !chain.is_empty() {
            queries.push(with(&chain));
        }
        queries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_chains_are_split() {
        let query = Query { set: "Activity", select: "Id", filter: Condition::text("a", "1"), ..Query::default() };
        let ids = |n: usize| (0..n).map(|n| Condition::id(format!("{n:036}")));
        let uids = |n: usize| (0..n).map(|n| Condition::text("GlobalActivityID", format!("{n:0150}")));
        for (what, queries, lens) in [
            ("none", query.any([]), 0),
            ("one", query.any(ids(1)), 1),
            ("twenty", query.any(ids(20)), 1),
            ("twenty-one", query.any(ids(21)), 2),
            ("long ones", query.any(uids(20)), 2),
        ] {
            assert_eq!(queries.len(), lens, "{what}");
            assert!(queries.iter().all(|query| call(query).path.len() <= LONGEST), "{what}");
        }
        let paths: Vec<String> = query.any(ids(2)).iter().map(|query| call(query).path).collect();
        let zeros = "0".repeat(35);
        let chain = format!("(Id%20eq%20{zeros}0%20or%20Id%20eq%20{zeros}1)");
        assert_eq!(paths, [format!("Activity?$select=Id&$filter=a%20eq%20'1'%20and%20{chain}")]);
    }
}
