//! Where a reading goes on: one delta chain per list, one or more per calendar (a calendar view
//! spans at most five years). The window belongs to it, since chains of another window tell nothing
//! about this one (docs/facts/graph.md, "Delta").

use crate::json;
use crate::model::{ContainerId, Cursor, Kind, Span, Window};
use chrono::Duration;
use serde::{Deserialize, Serialize};

/// Days of the longest calendar view that we ask for; Graph refuses more than 1825
/// (docs/facts/graph.md, "Delta").
const LONGEST: i64 = 1800;

/// One delta chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Chain {
    /// What it reads.
    pub(super) container: ContainerId,
    /// Calendar or list.
    pub(super) kind: Kind,
    /// The path, below the service's root, that tells what changed since; `None` of a container
    /// that is read without change tracking.
    pub(super) link: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct GraphCursor {
    window: Window,
    chains: Vec<Chain>,
}

/// The chains of `cursor`; none if it was made for another window or can't be read.
pub(super) fn chains(cursor: Option<&Cursor>, window: &Window) -> Vec<Chain> {
    let state: Option<GraphCursor> = cursor.and_then(|cursor| json::parse(cursor.0.as_bytes()).ok());
    state.filter(|state| state.window == *window).map(|state| state.chains).unwrap_or_default()
}

/// The cursor that holds `chains`.
pub(super) fn cursor(chains: Vec<Chain>, window: &Window) -> Option<Cursor> {
    json::text_of(&GraphCursor { window: *window, chains }).ok().map(Cursor)
}

/// The views that together cover `window`.
pub(super) fn spans(window: &Window) -> Vec<Span> {
    window.spans(Duration::days(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn window(days: i64) -> Window {
        let from = DateTime::from_timestamp(0, 0).unwrap_or_default();
        Window { from, to: from + Duration::days(days), series_to: from }
    }

    #[test]
    fn long_windows_are_read_in_pieces_without_gaps() {
        for (days, pieces) in [(30, 1), (1798, 1), (1799, 2), (10_000, 6)] {
            let spans = spans(&window(days));
            assert_eq!(spans.len(), pieces, "{days}");
            assert!(spans.windows(2).all(|pair| pair[0].to == pair[1].from));
            assert!(spans.iter().all(|span| span.length() <= Duration::days(LONGEST)));
        }
    }

    #[test]
    fn a_cursor_goes_on_in_its_own_window_only() {
        let chain = Chain { container: "c".into(), kind: Kind::Task, link: Some("me/x?$deltatoken=1".to_owned()) };
        let made = cursor(vec![chain.clone()], &window(30));
        assert_eq!(chains(made.as_ref(), &window(30)), [chain]);
        for (cursor, window) in [(made, window(31)), (Some(Cursor("{}".to_owned())), window(30)), (None, window(30))] {
            assert_eq!(chains(cursor.as_ref(), &window), []);
        }
    }
}
