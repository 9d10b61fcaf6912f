//! Prints the rows as a page that a person can review, and checks that the page in `docs/` is what
//! the rows say.

use super::rows::{CREATIO_DELETE, EXCHANGE_DELETE, FIELD, ITEM, Row};
use std::fmt::Display;

const HEAD: &str = "# The decision table

Printed from the rows in `tests/native/engine/oracle/rows.rs`, which were written from the rules
alone and are checked against the engine in every combination of their conditions. Don't edit:
change the rows, then run `UPDATE_TABLE=1 cargo test --test native oracle`.

In each table the first row whose conditions all hold decides. The last column says it after the
rules; where they leave a case open, it says \"our reading\". *Made*: `onexchange`, we created the
event or task; `imported`, we created the Activity; `neither`, both were there. *Canceled* in
Creatio: a person set that status; on Exchange: the organizer cancelled. *Reopened*: a person took
Canceled back. *Gone* is always confirmed, by the listing and by a direct read. A task counts as
ended when it is completed.
";

fn table<T: Display, R: Display>(title: &str, rows: &[Row<T, R>]) -> String {
    let lines: Vec<String> = rows
        .iter()
        .enumerate()
        .map(|(n, row)| {
            let when: Vec<String> = row.when.iter().map(ToString::to_string).collect();
            let when = if when.is_empty() { "anything else".to_owned() } else { when.join("; ") };
            format!("| {} | {when} | {} | {} |", n + 1, row.then, row.says)
        })
        .collect();
    format!("\n## {title}\n| # | where | what | why |\n|---|---|---|---|\n{}\n", lines.join("\n"))
}

fn page() -> String {
    let tables = [
        table("An item", ITEM),
        table("The delete rule for Creatio", CREATIO_DELETE),
        table("The delete rule for Exchange", EXCHANGE_DELETE),
        table("A field that was changed", FIELD),
    ];
    format!("{HEAD}{}", tables.concat())
}

#[test]
fn the_page_says_what_the_rows_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/decision-table.md");
    if std::env::var_os("UPDATE_TABLE").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page(), "docs/decision-table.md is out of date: UPDATE_TABLE=1 cargo test --test native oracle");
}
