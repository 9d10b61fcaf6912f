//! Graph's addresses and preferences, as calls: nothing else spells a path (`openapi.yaml`).

use crate::http::{
    Call, Envelope, Repeat,
    odata::{address, literal, segment},
};
use crate::model::{ContainerId, Instant, ItemId, Kind, Span, Version};
use serde_json::{Value, json};

/// The extended property that carries our mark on events.
pub(super) const PROPERTY: &str = "String {5d0c9f5e-3c51-4f0e-9a6b-7e2d1c84b3a7} Name ScheduleSyncMark";
/// The extended property that our marks are found by: an extended property can only be compared
/// whole (docs/facts/graph.md, "Marks"), and of a mark the generation is not known to whoever looks
/// for it.
pub(super) const FINGERPRINT: &str = "String {5d0c9f5e-3c51-4f0e-9a6b-7e2d1c84b3a7} Name ScheduleSyncActivity";
/// The extended property in which Creatio's built-in sync notes the Activity of an event
/// (docs/facts/creatio.md, "Built-in links").
pub(super) const LOCAL: &str = "String {00020329-0000-0000-C000-000000000046} Name LocalId";
/// One id format everywhere, on every call (docs/facts/graph.md, "Ids").
const IMMUTABLE: &str = "IdType=\"ImmutableId\"";
/// Times of events in UTC, whatever the mailbox is set to. Not asked for of To Do, which shifts
/// days by it (docs/facts/graph.md, "Task days").
const UTC: &str = "outlook.timezone=\"UTC\"";

/// The `$batch` of Graph.
pub(super) fn envelope() -> Envelope {
    Envelope { max: 20, headers: Vec::new(), root: "/", tells_order: true }
}

/// The user.
pub(super) fn me() -> Call {
    read(Kind::Meeting, address("me", &[("$select", "id,mail,userPrincipalName,proxyAddresses")]))
}

/// The containers of a kind.
pub(super) fn containers(kind: Kind) -> Call {
    match kind {
        Kind::Meeting => read(kind, address("me/calendars", &[("$top", "100")])),
        Kind::Task => read(kind, address("me/todo/lists", &[("$top", "100")])),
    }
}

/// The first page of a full round over a calendar from `from` to `to`.
pub(super) fn view_delta(calendar: &ContainerId, span: Span) -> String {
    windowed(&format!("{}/calendarView/delta", holder(Kind::Meeting, calendar)), span, &[])
}

/// The first page of a calendar from `from` to `to`, without change tracking.
pub(super) fn view(calendar: &ContainerId, span: Span) -> String {
    windowed(&format!("{}/calendarView", holder(Kind::Meeting, calendar)), span, &[("$top", "50")])
}

/// The first page of a full round over a list.
pub(super) fn task_delta(list: &ContainerId) -> String {
    format!("{}/tasks/delta", holder(Kind::Task, list))
}

/// The ids of what lies in a calendar between two instants, and no more of it.
pub(super) fn lying(calendar: &ContainerId, span: Span) -> Call {
    let path = format!("{}/calendarView", holder(Kind::Meeting, calendar));
    read(Kind::Meeting, windowed(&path, span, &[("$select", "id"), ("$top", "100")]))
}

/// The occurrences of a series between two instants, with content.
pub(super) fn instances(master: &ItemId, span: Span) -> Call {
    let path = format!("{}/instances", path_of(Kind::Meeting, &ContainerId::from(""), master));
    read(Kind::Meeting, windowed(&path, span, &[("$top", "100")]))
}

fn windowed(path: &str, span: Span, more: &[(&str, &str)]) -> String {
    let text = |at: Instant| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let (from, to) = (text(span.from), text(span.to));
    let window = [("startDateTime", from.as_str()), ("endDateTime", to.as_str())];
    address(path, &[&window, more].concat())
}

/// A page of what is of a kind by its path, or by the address that the server gave, taken relative
/// to the service. What is preferred, the number of rows as a hint to the server, is not part of a
/// link: it is said on every page (docs/facts/graph.md, "Delta").
pub(super) fn page(kind: Kind, path: &str, rows: u16) -> Call {
    Call::get(path).with("Prefer", format!("{}, odata.maxpagesize={rows}", preferred(kind)))
}

/// One item with its mark.
pub(super) fn item(kind: Kind, container: &ContainerId, id: &ItemId) -> Call {
    let path = path_of(kind, container, id);
    let whole = match kind {
        Kind::Meeting => address(&path, &[("$expand", &expansion())]),
        Kind::Task => address(&path, &[("$expand", "linkedResources,checklistItems")]),
    };
    read(kind, whole)
}

/// An event without its mark: for a series' master.
pub(super) fn master(id: &ItemId) -> Call {
    read(Kind::Meeting, path_of(Kind::Meeting, &ContainerId::from(""), id))
}

/// The events of a calendar with this UID.
pub(super) fn with_uid(calendar: &ContainerId, uid: &str) -> Call {
    events(calendar, &format!("iCalUId eq {}", literal(uid)))
}

/// The events of a calendar that bear a mark with this fingerprint, of whatever generation.
pub(super) fn with_mark(calendar: &ContainerId, fingerprint: &str) -> Call {
    let (id, value) = (literal(FINGERPRINT), literal(fingerprint));
    events(calendar, &format!("singleValueExtendedProperties/any(ep: ep/id eq {id} and ep/value eq {value})"))
}

/// What the events of a calendar bear that begin in a span, and no more of them; of a series its
/// master only.
pub(super) fn marks(calendar: &ContainerId, span: Span) -> Call {
    let text = |at: Instant| at.format("%Y-%m-%dT%H:%M:%S").to_string();
    let filter = format!("start/dateTime ge '{}' and start/dateTime lt '{}'", text(span.from), text(span.to));
    let asked = [("$filter", filter.as_str()), ("$select", "id,type,transactionId"), ("$expand", &expansion())];
    let path = format!("{}/events", holder(Kind::Meeting, calendar));
    read(Kind::Meeting, address(&path, &[&asked[..], &[("$top", "500")]].concat()))
}

/// Every task of a list, with what is linked to it.
pub(super) fn tasks(list: &ContainerId) -> Call {
    let path = format!("{}/tasks", holder(Kind::Task, list));
    read(Kind::Task, address(&path, &[("$top", "100"), ("$expand", "linkedResources")]))
}

/// A creation; events are told apart by their `transactionId`, tasks by nothing
/// (docs/facts/graph.md, "Transactions").
pub(super) fn create(kind: Kind, container: &ContainerId, body: Value) -> Call {
    let path = holder(kind, container);
    let call = match kind {
        Kind::Meeting if body.get("transactionId").is_some() => {
            Call::post(format!("{path}/events"), body, Repeat::Safe)
        }
        Kind::Meeting => Call::post(format!("{path}/events"), body, Repeat::Never),
        Kind::Task => Call::post(format!("{path}/tasks"), body, Repeat::Never),
    };
    call.with("Prefer", IMMUTABLE)
}

/// A change of an item that still has `version`.
pub(super) fn change(kind: Kind, container: &ContainerId, id: &ItemId, version: &Version, body: Value) -> Call {
    matching(Call::patch(path_of(kind, container, id), body), kind, version)
}

/// The removal of an item that still has `version`.
pub(super) fn removal(kind: Kind, container: &ContainerId, id: &ItemId, version: &Version) -> Call {
    matching(Call::delete(path_of(kind, container, id)), kind, version)
}

/// The calling off of a meeting that the user organizes, which those invited are told of; it goes
/// to Deleted Items (docs/facts/graph.md, "Answers"). Exchange refuses it for what somebody else
/// organizes. No version guards an action: who asks for it has just looked.
pub(super) fn cancel(id: &ItemId) -> Call {
    let path = format!("{}/cancel", path_of(Kind::Meeting, &ContainerId::from(""), id));
    Call::post(path, json!({"comment": ""}), Repeat::Never).with("Prefer", IMMUTABLE)
}

/// The user's answer to an invitation, which the organizer gets by mail; the action is `accept`,
/// `decline` or `tentativelyAccept` (docs/facts/graph.md, "Answers").
pub(super) fn respond(id: &ItemId, action: &str) -> Call {
    let path = format!("{}/{action}", path_of(Kind::Meeting, &ContainerId::from(""), id));
    Call::post(path, json!({"sendResponse": true}), Repeat::Never).with("Prefer", IMMUTABLE)
}

/// What is linked to a task.
pub(super) fn links(list: &ContainerId, id: &ItemId) -> Call {
    read(Kind::Task, format!("{}/linkedResources", path_of(Kind::Task, list, id)))
}

/// A link to be hung on a task.
pub(super) fn link(list: &ContainerId, id: &ItemId, body: Value) -> Call {
    let path = format!("{}/linkedResources", path_of(Kind::Task, list, id));
    Call::post(path, body, Repeat::Never).with("Prefer", IMMUTABLE)
}

/// A filtered listing of a calendar's events, marks included.
fn events(calendar: &ContainerId, filter: &str) -> Call {
    let path = format!("{}/events", holder(Kind::Meeting, calendar));
    read(Kind::Meeting, address(&path, &[("$filter", filter), ("$expand", &expansion()), ("$top", "100")]))
}

/// Our mark and that of the built-in sync.
fn expansion() -> String {
    format!("singleValueExtendedProperties($filter=id eq {} or id eq {})", literal(PROPERTY), literal(LOCAL))
}

/// To Do gives etags but heeds none (docs/facts/graph.md, "Versions").
fn matching(call: Call, kind: Kind, version: &Version) -> Call {
    let call = call.with("Prefer", IMMUTABLE);
    match kind {
        Kind::Meeting if !version.as_str().is_empty() => call.with("If-Match", version.as_str()),
        Kind::Meeting | Kind::Task => call,
    }
}

fn read(kind: Kind, path: impl Into<String>) -> Call {
    Call::get(path).with("Prefer", preferred(kind))
}

/// What is preferred of every reading of a kind, single or page by page.
fn preferred(kind: Kind) -> String {
    match kind {
        Kind::Meeting => format!("{IMMUTABLE}, {UTC}"),
        Kind::Task => IMMUTABLE.to_owned(),
    }
}

fn holder(kind: Kind, container: &ContainerId) -> String {
    let id = segment(container.as_str());
    match kind {
        Kind::Meeting => format!("me/calendars/{id}"),
        Kind::Task => format!("me/todo/lists/{id}"),
    }
}

/// An event has an address of its own, a task only below its list.
fn path_of(kind: Kind, container: &ContainerId, id: &ItemId) -> String {
    let id = segment(id.as_str());
    match kind {
        Kind::Meeting => format!("me/events/{id}"),
        Kind::Task => format!("{}/tasks/{id}", holder(kind, container)),
    }
}
