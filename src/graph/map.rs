//! From Graph's JSON to the model: one body becomes content, a series' master, an occurrence to be
//! filled from it, a tombstone, or malformed with a reason. It never fails as a whole, sends
//! nothing, and decides nothing beyond what a value means: an unknown word of an enumeration is its
//! harmless default, only an unusable id, start or end costs the item.

use super::wire::{self, Event, TodoTask, ZonedTime};
use super::{GraphMailbox, endpoints, time};
use crate::json;
use crate::model::{
    Address, Body, Container, ContainerId, Facts, Importance, Item, ItemId, Kind, Malformed, Mark, Meeting, Occurrence,
    Original, Person, Record, Reminder, Response, Role, Status, Task, TaskWhen, Uid, Version, When, online, person,
    text,
};
use serde_json::Value;

/// What one JSON body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GraphReading {
    /// An item.
    Content(Box<Item>),
    /// The master of a series, which is no item of its own: its occurrences are.
    Master(ItemId),
    /// An occurrence that a delta sent without its content (docs/facts/graph.md, "Delta"): see
    /// [`filled`].
    Skeleton {
        /// Its id.
        id: ItemId,
        /// The master that has the content.
        master: ItemId,
    },
    /// A hint that the item is gone or out of the window.
    Tombstone(ItemId),
    /// It can't be used.
    Malformed(Malformed),
}

/// Reads `value`, an item of `kind` that lies in `container`.
#[must_use]
pub fn read(kind: Kind, value: &Value, mailbox: &GraphMailbox, container: &ContainerId) -> GraphReading {
    let id = value.get("id").and_then(Value::as_str).and_then(known_id);
    if let (Some(id), Some(_)) = (&id, value.get("@removed")) {
        return GraphReading::Tombstone(id.clone());
    }
    let read = match (kind, &id) {
        (_, None) => Err("id: missing".to_owned()),
        (Kind::Meeting, Some(id)) => event(id, value, mailbox, container),
        (Kind::Task, Some(id)) => task(id, value, mailbox, container).map(|item| GraphReading::Content(Box::new(item))),
    };
    read.unwrap_or_else(|reason| GraphReading::Malformed(Malformed { id, container: Some(container.clone()), reason }))
}

/// The longest id that is taken for one: Exchange's have some 150 characters, and one that fills an
/// address would cost a whole batch.
const LONGEST_ID: usize = 500;

/// The item that `text` names, if it can be an id at all.
fn known_id(text: &str) -> Option<ItemId> {
    (!text.is_empty() && text.len() <= LONGEST_ID).then(|| ItemId::from(text))
}

/// The occurrence `skeleton` with the content of its master.
#[must_use]
pub fn filled(skeleton: &Value, master: &Value) -> Value {
    let mut whole = master.clone();
    if let (Some(whole), Some(own)) = (whole.as_object_mut(), skeleton.as_object()) {
        // the master's marks are not the occurrence's
        whole.retain(|name, _| !matches!(name.as_str(), "recurrence" | "singleValueExtendedProperties"));
        whole.entry("subject").or_insert(Value::Null);
        whole.extend(own.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    whole
}

/// A calendar of the mailbox.
pub(super) fn calendar(calendar: wire::Calendar, mailbox: &GraphMailbox) -> Option<Container> {
    let default = calendar.is_default_calendar == Some(true);
    let owner = address(calendar.owner.as_ref());
    Some(Container {
        id: calendar.id.filter(|id| !id.is_empty())?.as_str().into(),
        kind: Kind::Meeting,
        name: calendar.name.unwrap_or_default(),
        owner: owner.as_ref().map_or_else(String::new, |owner| owner.as_str().to_owned()),
        // of holidays, birthdays and what is subscribed to the mailbox is said to be the owner,
        // too, but it can't edit them (docs/facts/graph.md, "Calendars")
        own: default || (calendar.can_edit == Some(true) && owner.is_some_and(|owner| mailbox.is_own(&owner))),
        default,
        writable: calendar.can_edit == Some(true),
    })
}

/// A task list of the mailbox.
pub(super) fn list(list: wire::TodoTaskList) -> Option<Container> {
    let known = list.wellknown_list_name.unwrap_or_default();
    let flagged = known.eq_ignore_ascii_case("flaggedEmails");
    Some(Container {
        id: list.id.filter(|id| !id.is_empty())?.as_str().into(),
        kind: Kind::Task,
        name: list.display_name.unwrap_or_default(),
        owner: String::new(),
        own: list.is_owner == Some(true) && !flagged,
        default: known.eq_ignore_ascii_case("defaultList"),
        writable: !flagged,
    })
}

/// `item` with what `row` tells that it bears; `None`: by then it was no event of its own, or the
/// row can't be understood.
pub(super) fn with_marks(item: &Item, row: &Value) -> Option<Item> {
    let event: Event = json::understand(row).ok()?;
    if !event.kind.as_deref()?.eq_ignore_ascii_case("singleInstance") {
        return None;
    }
    let facts = Facts {
        mark: borne(&event, mark),
        series_mark: None,
        local: borne(&event, local),
        transaction: event.transaction_id.clone().filter(|id| !id.is_empty()),
        ..item.facts.clone()
    };
    Some(Item { facts, ..item.clone() })
}

/// What the first extended property of `event` says that `read` understands.
fn borne<T>(event: &Event, read: fn(&wire::ExtendedProperty) -> Option<T>) -> Option<T> {
    event.single_value_extended_properties.iter().flatten().find_map(read)
}

fn event(id: &ItemId, value: &Value, mailbox: &GraphMailbox, container: &ContainerId) -> Result<GraphReading, String> {
    let event: Event = json::understand(value).map_err(|reason| reason.to_string())?;
    let kind = event.kind.as_deref().unwrap_or_default().to_ascii_lowercase();
    let master = event.series_master_id.as_deref().and_then(known_id);
    match (kind.as_str(), master) {
        ("seriesmaster", _) => return Ok(GraphReading::Master(id.clone())),
        ("occurrence", Some(master)) if value.get("subject").is_none() => {
            return Ok(GraphReading::Skeleton { id: id.clone(), master });
        }
        _ => {}
    }
    let when = when(&event, mailbox)?;
    let occurrence = occurrence(&event, &kind, when, mailbox);
    // an occurrence shows what its series carries: mark and transaction are that one's
    let single = occurrence.is_none();
    let (marked, noted) = (borne(&event, mark), borne(&event, local));
    let organized_by_other =
        event.is_organizer == Some(false) && (event.organizer.is_some() || event.attendees.is_some());
    let (body, online) = body(event.body.as_ref(), event.is_online_meeting == Some(true));
    let people = people(&event, organized_by_other, mailbox);
    let attendees = others(&event, mailbox).count();
    let record = Record::Meeting(Meeting {
        title: text::line(event.subject.as_deref().unwrap_or_default()),
        when,
        place: text::line(event.location.as_ref().and_then(|l| l.display_name.as_deref()).unwrap_or_default()),
        body,
        importance: importance(event.importance.as_deref()),
        reminder: match (event.is_reminder_on, event.reminder_minutes_before_start) {
            (Some(true), Some(minutes)) => Reminder::Before(minutes),
            _ => Reminder::Off,
        },
        people,
        response: match response(event.response_status.as_ref()) {
            Response::InDoubt if event.is_organizer == Some(true) => Response::Confirmed,
            answer @ (Response::Confirmed | Response::Declined | Response::InDoubt) => answer,
        },
    });
    let facts = Facts {
        uid: event.uid.filter(|uid| !uid.is_empty() && uid.len() <= LONGEST_ID).map(Uid::new),
        occurrence,
        mark: marked.clone().filter(|_| single),
        series_mark: marked.filter(|_| !single),
        local: noted,
        transaction: event.transaction_id.filter(|id| single && !id.is_empty()),
        organized_by_other,
        attendees,
        private: is(event.sensitivity.as_deref(), &["private", "confidential"]),
        canceled: event.is_cancelled == Some(true),
        online,
        has_unmapped_content: event.has_attachments == Some(true),
        involves_me: true,
        created: event.created_date_time.as_deref().and_then(time::stamp),
        ..Facts::default()
    };
    Ok(GraphReading::Content(Box::new(Item {
        id: id.clone(),
        version: version(event.etag, event.change_key),
        container: container.clone(),
        stamp: event.last_modified_date_time.as_deref().and_then(time::stamp),
        record,
        facts,
    })))
}

fn task(id: &ItemId, value: &Value, mailbox: &GraphMailbox, container: &ContainerId) -> Result<Item, String> {
    let task: TodoTask = json::understand(value).map_err(|reason| reason.to_string())?;
    let zone = mailbox.zone.as_ref();
    let day = |name, time: &Option<ZonedTime>| part(name, time.as_ref(), |time| time::day(time, zone));
    let reminder = task.reminder_date_time.as_ref().filter(|_| task.is_reminder_on == Some(true));
    let recurring = task.recurrence.is_some();
    let record = Record::Task(Task {
        title: text::line(task.title.as_deref().unwrap_or_default()),
        when: TaskWhen::Days {
            start: day("startDateTime", &task.start_date_time)?,
            due: day("dueDateTime", &task.due_date_time)?,
        },
        body: body(task.body.as_ref(), false).0,
        importance: importance(task.importance.as_deref()),
        reminder: part("reminderDateTime", reminder, |time| time::instant(time, zone))?,
        status: status(task.status.as_deref()),
    });
    let facts = Facts {
        mark: task
            .linked_resources
            .iter()
            .flatten()
            .filter_map(|resource| Mark::parse(resource.external_id.as_deref()?))
            .max_by_key(|mark| mark.generation),
        has_unmapped_content: task.has_attachments == Some(true)
            || task.checklist_items.is_some_and(|items| !items.is_empty()),
        recurring,
        involves_me: true,
        created: task.created_date_time.as_deref().and_then(time::stamp),
        ..Facts::default()
    };
    Ok(Item {
        id: id.clone(),
        version: version(task.etag, None),
        container: container.clone(),
        stamp: task.last_modified_date_time.as_deref().and_then(time::stamp),
        record,
        facts,
    })
}

/// The member `name`, if it is there, through `read`.
fn part<T>(
    name: &str,
    value: Option<&ZonedTime>,
    read: impl FnOnce(&ZonedTime) -> Result<T, time::Flaw>,
) -> Result<Option<T>, String> {
    value.map(read).transpose().map_err(|flaw| format!("{name}.{flaw}"))
}

fn when(event: &Event, mailbox: &GraphMailbox) -> Result<When, String> {
    let missing = |name: &str| format!("{name}: missing");
    if event.is_all_day == Some(true) {
        let day = |time: &ZonedTime| time::day(time, mailbox.zone.as_ref());
        let first = part("start", event.start.as_ref(), day)?.ok_or_else(|| missing("start"))?;
        let end = part("end", event.end.as_ref(), day)?.ok_or_else(|| missing("end"))?;
        let lasts = event.start.as_ref().zip(event.end.as_ref()).is_some_and(|(start, end)| time::is_a_day(start, end));
        let is_right = first < end && lasts;
        return if is_right { Ok(When::AllDay { first, end }) } else { Err("end: not after the start".to_owned()) };
    }
    let instant = |time: &ZonedTime| time::instant(time, mailbox.zone.as_ref());
    let start = part("start", event.start.as_ref(), instant)?.ok_or_else(|| missing("start"))?;
    let end = part("end", event.end.as_ref(), instant)?.ok_or_else(|| missing("end"))?;
    if start <= end { Ok(When::Timed { start, end }) } else { Err("end: before the start".to_owned()) }
}

fn occurrence(event: &Event, kind: &str, when: When, mailbox: &GraphMailbox) -> Option<Occurrence> {
    let master = event.series_master_id.as_deref().and_then(known_id)?;
    if !matches!(kind, "occurrence" | "exception") {
        return None;
    }
    let original = event.original_start.as_deref();
    let original = match when {
        When::Timed { start, .. } => Original::At(original.and_then(time::stamp).unwrap_or(start)),
        When::AllDay { first, .. } => {
            // an occurrence that nobody moved is where it was; of another one the organizer's
            // midnight is told, as an instant
            let original = original.and_then(time::stamp).filter(|_| kind == "exception");
            let zone = event.original_start_time_zone.as_deref();
            Original::On(original.map_or(first, |at| time::day_of(at, zone, mailbox.zone.as_ref())))
        }
    };
    Some(Occurrence { master, original })
}

/// The body without its join block, and whether it has one.
fn body(body: Option<&wire::ItemBody>, online: bool) -> (Body, bool) {
    let content = body.and_then(|body| body.content.as_deref()).unwrap_or_default();
    let plain = body.is_some_and(|body| match body.content_type.as_deref() {
        Some(word) => word.eq_ignore_ascii_case("text"),
        None => !has_markup(content),
    });
    online::body(content, plain, online)
}

/// Whether a text whose formatting is not told is HTML: it has a tag.
fn has_markup(text: &str) -> bool {
    text.split('<').skip(1).any(|rest| {
        let name = rest.strip_prefix('/').unwrap_or(rest);
        let is_named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!');
        let tag = name.split('>').next().filter(|tag| tag.len() < name.len()).unwrap_or_default();
        let word: String = tag.chars().take_while(char::is_ascii_alphanumeric).collect();
        // an address in angle brackets is none
        is_named && !tag.contains('@') && (tag.starts_with("!--") || TAGS.contains(&word.to_ascii_lowercase().as_str()))
    })
}

/// Elements by which HTML is known.
const TAGS: [&str; 27] = [
    "a", "b", "body", "br", "div", "em", "font", "h1", "h2", "h3", "head", "hr", "html", "i", "img", "li", "meta",
    "ol", "p", "pre", "s", "span", "strong", "table", "td", "u", "ul",
];

/// The attendees that have an address, without the mailbox's owner; in front of them the organizer
/// of a meeting of somebody else, who is coming.
fn people(event: &Event, organized_by_other: bool, mailbox: &GraphMailbox) -> Vec<Person> {
    let organizer =
        event.organizer.as_ref().filter(|_| organized_by_other).and_then(|organizer| organizer.email_address.as_ref());
    let organizer = someone(organizer, Role::Required, Response::Confirmed);
    let organizer = organizer.filter(|person| !person.addresses.iter().any(|address| mailbox.is_own(address)));
    person::normal(organizer.into_iter().chain(others(event, mailbox).filter_map(attendee)))
}

/// The attendees other than the mailbox's owner.
fn others<'a>(event: &'a Event, mailbox: &'a GraphMailbox) -> impl Iterator<Item = &'a wire::Attendee> {
    event
        .attendees
        .iter()
        .flatten()
        .filter(|attendee| address(attendee.email_address.as_ref()).is_none_or(|address| !mailbox.is_own(&address)))
}

/// An attendee with an address; resources count as required.
fn attendee(attendee: &wire::Attendee) -> Option<Person> {
    let role = if is(attendee.kind.as_deref(), &["optional"]) { Role::Optional } else { Role::Required };
    someone(attendee.email_address.as_ref(), role, response(attendee.status.as_ref()))
}

fn someone(email: Option<&wire::EmailAddress>, role: Role, response: Response) -> Option<Person> {
    let name = email.and_then(|email| email.name.as_deref()).unwrap_or_default();
    Some(Person { addresses: vec![address(email)?], contact: None, name: text::line(name), role, response })
}

fn address(email: Option<&wire::EmailAddress>) -> Option<Address> {
    Address::parse(email?.address.as_deref()?)
}

fn response(status: Option<&wire::ResponseStatus>) -> Response {
    let word = status.and_then(|status| status.response.as_deref());
    if is(word, &["organizer", "accepted"]) {
        Response::Confirmed
    } else if is(word, &["declined"]) {
        Response::Declined
    } else {
        Response::InDoubt
    }
}

fn importance(word: Option<&str>) -> Importance {
    if is(word, &["low"]) {
        Importance::Low
    } else if is(word, &["high"]) {
        Importance::High
    } else {
        Importance::Normal
    }
}

fn status(word: Option<&str>) -> Status {
    match word.unwrap_or_default().to_ascii_lowercase().as_str() {
        "inprogress" => Status::InProgress,
        "completed" => Status::Completed,
        "waitingonothers" => Status::Waiting,
        "deferred" => Status::Deferred,
        _ => Status::NotStarted,
    }
}

/// Our mark, if `property` is ours.
fn mark(property: &wire::ExtendedProperty) -> Option<Mark> {
    Mark::parse(value(property, endpoints::PROPERTY)?)
}

/// The Activity that the built-in sync noted, if `property` is its.
fn local(property: &wire::ExtendedProperty) -> Option<ItemId> {
    ItemId::guid(value(property, endpoints::LOCAL)?)
}

/// What `property` holds, if it has this name. Exchange may give the name's case and the GUID's
/// back changed.
fn value<'a>(property: &'a wire::ExtendedProperty, name: &str) -> Option<&'a str> {
    property.value.as_deref().filter(|_| property.id.as_deref().is_some_and(|id| id.eq_ignore_ascii_case(name)))
}

fn version(etag: Option<String>, key: Option<String>) -> Version {
    // backslashes are JSON's quoting that slipped through (docs/facts/graph.md, "Versions")
    let etag = etag.or_else(|| key.map(|key| format!("W/\"{key}\""))).unwrap_or_default();
    Version::new(etag.replace('\\', ""))
}

fn is(word: Option<&str>, words: &[&str]) -> bool {
    word.is_some_and(|word| words.iter().any(|w| w.eq_ignore_ascii_case(word)))
}
