//! How a container is read: the ways that Graph offers, behind one interface, so that another
//! (events/delta, docs/facts/graph.md, "Events delta") can take the place of one of them. A way is
//! only addresses and what may be expected of its pages; who reads pages is `observe`.

use super::endpoints;
use crate::model::{ContainerId, Kind, Span};

/// One way of reading.
pub(super) trait Reader {
    /// The path of the first page of a full reading of a container, of the part `span` where the
    /// way knows time.
    fn first(&self, container: &ContainerId, span: Span) -> String;

    /// Whether it reads by time: then a long window is read in pieces, and a piece that is too much
    /// for the server in smaller ones.
    fn is_timed(&self) -> bool;

    /// Whether its last page leads to what will have changed by then. Otherwise every reading is
    /// full.
    fn tracks(&self) -> bool;

    /// What is less for the server to do, if this is too much.
    fn easier(&self) -> Option<&'static dyn Reader>;
}

/// `calendarView/delta`: occurrences without content, their masters, tombstones
/// (docs/facts/graph.md, "Delta").
struct ViewDelta;
/// `calendarView`: occurrences with content, no masters, no changes (docs/facts/graph.md,
/// "Listing").
struct CalendarView;
/// `tasks/delta` (docs/facts/graph.md, "Tasks").
struct TaskDelta;
/// `tasks`.
struct Tasks;

/// The way in which containers of `kind` are read first.
pub(super) fn best(kind: Kind) -> &'static dyn Reader {
    match kind {
        Kind::Meeting => &ViewDelta,
        Kind::Task => &TaskDelta,
    }
}

/// The way that asks least of the server.
pub(super) fn plain(kind: Kind) -> &'static dyn Reader {
    match kind {
        Kind::Meeting => &CalendarView,
        Kind::Task => &Tasks,
    }
}

impl Reader for ViewDelta {
    fn first(&self, container: &ContainerId, span: Span) -> String {
        endpoints::view_delta(container, span)
    }

    fn is_timed(&self) -> bool {
        true
    }

    fn tracks(&self) -> bool {
        true
    }

    fn easier(&self) -> Option<&'static dyn Reader> {
        Some(&CalendarView)
    }
}

impl Reader for CalendarView {
    fn first(&self, container: &ContainerId, span: Span) -> String {
        endpoints::view(container, span)
    }

    fn is_timed(&self) -> bool {
        true
    }

    fn tracks(&self) -> bool {
        false
    }

    fn easier(&self) -> Option<&'static dyn Reader> {
        None
    }
}

impl Reader for TaskDelta {
    fn first(&self, container: &ContainerId, _: Span) -> String {
        endpoints::task_delta(container)
    }

    fn is_timed(&self) -> bool {
        false
    }

    fn tracks(&self) -> bool {
        true
    }

    fn easier(&self) -> Option<&'static dyn Reader> {
        Some(&Tasks)
    }
}

impl Reader for Tasks {
    fn first(&self, container: &ContainerId, _: Span) -> String {
        endpoints::tasks(container).path
    }

    fn is_timed(&self) -> bool {
        false
    }

    fn tracks(&self) -> bool {
        false
    }

    fn easier(&self) -> Option<&'static dyn Reader> {
        None
    }
}
