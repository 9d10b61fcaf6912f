//! Rows: what only the server can evaluate, and what can't be read.

use super::cases::Case;
use super::cases::Want::{Nothing, Server};
use super::values::ALL;
use super::*;

const PARTICIPANT: &str = "[ActivityParticipant:Activity].Id";
const RELATED: &str = "items.k1 ([ActivityParticipant:Activity].Id): a condition on related records";
const FUNCTION: &str = "items.k1: a function of a column";

fn with(mut filter: Value, name: &str, value: Value) -> Value {
    filter[name] = value;
    filter
}

pub(crate) fn related(other: &str) -> Vec<Case> {
    let participant = |comparison, inner: &[Value]| exists(PARTICIPANT, comparison, "ActivityParticipant", inner);
    let them = || within("Participant", 3, &[lookup(other)]);
    let mut sub = all([]);
    sub["rootSchemaName"] = json!("ActivityParticipant");
    let count = json!({"filterType": 1, "comparisonType": 8, "isEnabled": true, "isAggregative": true, "subFilters": sub,
        "leftExpression": {"expressionType": 3, "functionType": 2, "aggregationType": 1, "columnPath": PARTICIPANT,
            "subFilters": sub},
        "rightExpression": parameter(4, json!(2))});
    vec![
        ("exists", all([participant(15, &[])]), Server(RELATED, ALL)),
        ("exists, of a participant", all([participant(15, &[them()])]), Server(RELATED, &[3, 8])),
        ("not exists", all([participant(16, &[them()])]), Server(RELATED, &[1, 2, 4, 5, 6, 7, 10, 11, 12])),
        (
            "exists beside what OData can say",
            all([compare("Title", 3, text("Audit")), participant(15, &[them()])]),
            Server("items.k2 ([ActivityParticipant:Activity].Id): a condition on related records", &[8]),
        ),
        ("an aggregate", all([count]), Server("items.k1 ([ActivityParticipant:Activity].Id): an aggregate", &[3])),
    ]
}

pub(crate) fn parts() -> Vec<Case> {
    let part = |number, kind, value| {
        all([
            json!({"filterType": 1, "comparisonType": 3, "isEnabled": true, "rightExpression": parameter(kind, value),
            "leftExpression": {"expressionType": 1, "functionType": 3, "datePartType": number,
                "functionArgument": column("StartDate")}}),
        ])
    };
    let negated = with(all([compare("Title", 3, text("Audit"))]), "isNot", json!(true));
    vec![
        ("day of the month", part(1, 4, json!(10)), Server(FUNCTION, &[5, 8])),
        ("week", part(2, 4, json!(9)), Server(FUNCTION, &[2, 4])),
        ("month", part(3, 4, json!(3)), Server(FUNCTION, &[1, 2, 3, 5, 10, 11])),
        ("year", part(4, 4, json!(2027)), Server(FUNCTION, &[8])),
        ("weekday", part(5, 4, json!(1)), Server(FUNCTION, &[1, 10, 11])),
        ("hour", part(6, 4, json!(12)), Server(FUNCTION, &[4, 5, 6, 7, 8, 11, 12])),
        ("hour and minute", part(7, 9, json!("\"2020-01-01T12:15:00.000\"")), Server(FUNCTION, &[11])),
        (
            "two columns",
            all([compare("StartDate", 5, column("CreatedOn"))]),
            Server("items.k1 (StartDate): a comparison of two columns", &[2, 4, 7, 10]),
        ),
        ("a negation", negated, Server("a negation", &[1, 2, 3, 4, 5, 6, 10, 11, 12])),
        (
            "the order of texts",
            all([compare("Title", 5, text("B"))]),
            Server("items.k1 (Title): the order of texts depends on the database", &[7, 8, 10]),
        ),
        (
            "a text where a lookup stands",
            all([compare("Owner", 3, text("me"))]),
            Server("items.k1 (Owner): a column of unknown type", &[]),
        ),
    ]
}

pub(crate) fn broken_groups() -> Vec<Case> {
    let good = || compare("Title", 3, text("Audit"));
    vec![
        ("nothing at all", json!(null), Nothing("an object is expected")),
        ("a list", json!([]), Nothing("an object is expected")),
        ("an empty object", json!({}), Nothing("an unknown kind of condition")),
        ("no items", json!({"filterType": 6, "logicalOperation": 0}), Nothing("items are missing")),
        ("items as a list", json!({"filterType": 6, "items": []}), Nothing("items are missing")),
        ("neither and nor or", with(all([good()]), "logicalOperation", json!(2)), Nothing("neither AND nor OR")),
        (
            "a legacy filter",
            json!({"_isFilter": true, "logicalOperation": "Or", "metaPath": "x"}),
            Nothing("an encoding of old versions"),
        ),
        (
            "a legacy filter inside",
            all([json!({"logicalOperation": "And", "items": {}})]),
            Nothing("items.k1: an encoding of old versions"),
        ),
        (
            "of cases",
            with(all([]), "rootSchemaName", json!("Case")),
            Nothing("a filter of other records than activities"),
        ),
        (
            "a fault behind what only the server knows",
            all([exists(PARTICIPANT, 15, "ActivityParticipant", &[]), with(good(), "comparisonType", json!(0))]),
            Nothing("items.k2 (Title): an unknown comparison"),
        ),
    ]
}

pub(crate) fn broken_conditions() -> Vec<Case> {
    let bad = |name: &str, value: Value| all([with(compare("Title", 3, text("Audit")), name, value)]);
    let unknown = Nothing("items.k1: an unknown kind of condition");
    let misfit = || Nothing("items.k1 (Title): the value does not fit its type");
    let none =
        json!({"x": {"filterType": 4, "comparisonType": 4, "leftExpression": column("Owner"), "rightExpressions": []}});
    let nil = lookup("00000000-0000-0000-0000-000000000000");
    vec![
        ("an unknown type", bad("filterType", json!(8)), unknown),
        ("type none", bad("filterType", json!(0)), Nothing("items.k1: an unknown kind of condition")),
        ("no column", bad("leftExpression", json!(null)), Nothing("items.k1: the column is missing")),
        (
            "a column that would be a filter",
            bad("leftExpression", column("Title ne 'x' or Title")),
            Nothing("items.k1 (Title ne 'x' or Title): no name of a column"),
        ),
        ("no comparison", bad("comparisonType", json!(null)), Nothing("items.k1 (Title): an unknown comparison")),
        ("comparison 17", bad("comparisonType", json!(17)), Nothing("items.k1 (Title): an unknown comparison")),
        ("no value", bad("rightExpression", json!(null)), Nothing("items.k1 (Title): the value is missing")),
        (
            "a null value",
            bad("rightExpression", parameter(1, json!(null))),
            Nothing("items.k1 (Title): the value is missing"),
        ),
        ("a value of another type", bad("rightExpression", parameter(4, json!("Audit"))), misfit()),
        ("a bare date", bad("rightExpression", parameter(7, json!("2026-03-02"))), misfit()),
        (
            "an in-filter without values",
            with(all([]), "items", none),
            Nothing("items.x (Owner): the values are missing"),
        ),
        ("a zero id", all([within("Owner", 3, &[nil])]), Nothing("items.k1 (Owner): the value does not fit its type")),
        (
            "empty and filled at once",
            all([with(null("Title", true), "isNull", json!(false))]),
            Nothing("items.k1 (Title): neither empty nor filled"),
        ),
        (
            "the next days, but how many?",
            all([compare("StartDate", 3, macros(24))]),
            Nothing("items.k1 (StartDate): a macro without its number of units"),
        ),
        ("isEnabled as text", bad("isEnabled", json!("false")), Nothing("items.k1: isEnabled is no flag")),
    ]
}
