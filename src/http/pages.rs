//! The guard of every chain of pages: a server whose pages lead on for ever must not keep a run
//! going, while many pages without rows are right and are followed (docs/facts/graph.md, "Delta").
//! Pure: it sees what each page tells, and says when the chain leads nowhere.

use crate::flat::FlatSet;
use serde_json::Value;
use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

/// So many pages in a row may have rows, and none that was not told before.
const STALE: usize = 100;
/// So many pages in a row may have no rows at all.
const BLANK: usize = 5_000;

/// One chain of pages as far as it was read. It keeps a number of each link and row, not the text.
#[derive(Debug, Default)]
pub struct Pages {
    links: FlatSet<u64>,
    rows: FlatSet<u64>,
    stale: usize,
    blank: usize,
}

/// A chain of pages that leads nowhere: the same page again, or ever other ones with the same rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endless;

impl fmt::Display for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pages without end")
    }
}

impl Pages {
    /// Takes in a page: where it leads, `None` if it is the last, and what tells each of its rows
    /// from others.
    ///
    /// # Errors
    /// [`Endless`] if the page that it leads to need not be read any more.
    pub fn pass<T: Hash>(&mut self, next: Option<&str>, rows: impl IntoIterator<Item = T>) -> Result<(), Endless> {
        let (mut count, mut news) = (0, 0);
        for row in rows {
            count += 1;
            news += usize::from(self.rows.insert(number(&row)));
        }
        (self.stale, self.blank) = match (count, news) {
            (0, _) => (self.stale, self.blank + 1),
            (_, 0) => (self.stale + 1, 0),
            (_, _) => (0, 0),
        };
        let Some(next) = next else { return Ok(()) };
        let is_new = self.links.insert(number(&next));
        if is_new && self.stale < STALE && self.blank < BLANK { Ok(()) } else { Err(Endless) }
    }
}

/// What tells a row of JSON from others: its id with its version, and whether it is gone; the whole
/// of one that has no id.
#[must_use]
pub fn telling(row: &Value) -> String {
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    match text("id").or_else(|| text("Id")) {
        Some(id) => {
            let version = text("@odata.etag").or_else(|| text("ModifiedOn")).unwrap_or_default();
            format!("{id} {version} {}", row.get("@removed").is_some())
        }
        None => row.to_string(),
    }
}

fn number(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// How many pages are read of a chain, in which `page` gives each page's link and rows.
    fn read(page: impl Fn(usize) -> (Option<String>, Vec<usize>)) -> (usize, bool) {
        let mut pages = Pages::default();
        for nth in 0.. {
            let (next, rows) = page(nth);
            match pages.pass(next.as_deref(), rows) {
                Ok(()) if next.is_some() => {}
                ended => return (nth + 1, ended.is_ok()),
            }
        }
        (0, false)
    }

    #[test]
    fn a_chain_is_read_to_its_end_if_it_has_one() {
        let link = |nth: usize, last: usize| (nth < last).then(|| nth.to_string());
        // many full pages, many empty ones, and rows that are told again
        assert_eq!(read(|nth| (link(nth, 9_000), vec![nth])), (9_001, true));
        assert_eq!(read(|nth| (link(nth, 1_000), vec![])), (1_001, true));
        assert_eq!(read(|nth| (link(nth, 400), vec![nth / 60])), (401, true));
        assert_eq!(read(|_| (None, vec![1, 1, 1])), (1, true));
        // the same link, two links in turn, and ever new ones
        assert_eq!(read(|nth| (Some("x".to_owned()), vec![nth])), (2, false));
        assert_eq!(read(|nth| (Some((nth % 2).to_string()), vec![nth])), (3, false));
        assert_eq!(read(|nth| (Some(nth.to_string()), vec![1])), (STALE + 1, false));
        assert_eq!(read(|nth| (Some(nth.to_string()), vec![nth % 7])), (STALE + 7, false));
        assert_eq!(read(|nth| (Some(nth.to_string()), vec![])), (BLANK, false));
        // with empty pages in between
        let ends = read(|nth| (Some(nth.to_string()), if nth % 2 == 0 { vec![1] } else { vec![] })).1;
        assert!(!ends);
    }

    #[test]
    fn a_row_is_told_by_its_id_and_version() {
        let addresses = [
            json!({"id": "a", "@odata.etag": "1", "x": 1}),
            json!({"id": "a", "@odata.etag": "1", "x": 2}),
            json!({"id": "a", "@odata.etag": "2"}),
            json!({"id": "a", "@removed": {}}),
            json!({"Id": "b", "ModifiedOn": "1"}),
            json!({"x": 1}),
            json!({"x": 2}),
        ];
        let keys: FlatSet<String> = addresses.iter().map(telling).collect();
        assert_eq!(keys.len(), addresses.len() - 1);
    }
}
