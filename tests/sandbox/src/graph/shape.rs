//! The shapes of what a client may send and a mailbox can hold: member names, types and who may
//! write them. One table serves the check of requests, the loading of raw bodies and the names that
//! `$select` may use. It is spelled by hand, not read from Microsoft's description, which checks
//! the result from outside.

use serde_json::{Map, Value};

/// A JSON object.
pub(crate) type Object = Map<String, Value>;

/// The type of a member.
pub(crate) enum Kind {
    Text,
    Flag,
    Whole,
    Real,
    /// One of these words; any case is taken, this one is kept.
    Choice(&'static [&'static str]),
    Object(&'static [Member]),
    List(&'static Kind),
    /// Held as it comes.
    Any,
}

/// Who may write a member.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// The owner of the mailbox, also on a copy of somebody else's meeting.
    Personal,
    /// The organizer.
    Shared,
    /// The server; clients' values are passed over.
    Server,
}

/// A member: name, type, who may write it.
pub(crate) struct Member(pub(crate) &'static str, pub(crate) Kind, pub(crate) Access);

/// What happens to members that the table lacks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// The value is refused.
    Refuse,
    /// They are left out.
    Drop,
}

use Access::{Personal, Server, Shared};
use Kind::{Any, Choice, Flag, List, Object as Of, Real, Text, Whole};

pub(crate) const DAYS: &[&str] = &["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
pub(crate) const INDEXES: &[&str] = &["first", "second", "third", "fourth", "last"];
pub(crate) const PATTERNS: &[&str] =
    &["daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"];
const IMPORTANCE: Kind = Choice(&["low", "normal", "high"]);
const RESPONSES: Kind = Choice(&["none", "organizer", "tentativelyAccepted", "accepted", "declined", "notResponded"]);
const PROVIDERS: Kind = Choice(&["unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness"]);

const ZONED: &[Member] = &[Member("dateTime", Text, Shared), Member("timeZone", Text, Shared)];
const EMAIL: &[Member] = &[Member("name", Text, Shared), Member("address", Text, Shared)];
const RECIPIENT: &[Member] = &[Member("emailAddress", Of(EMAIL), Shared)];
const RESPONSE: &[Member] = &[Member("response", RESPONSES, Shared), Member("time", Text, Shared)];
const SLOT: &[Member] = &[Member("start", Of(ZONED), Shared), Member("end", Of(ZONED), Shared)];
const ATTENDEE: &[Member] = &[
    Member("type", Choice(&["required", "optional", "resource"]), Shared),
    Member("status", Of(RESPONSE), Shared),
    Member("emailAddress", Of(EMAIL), Shared),
    Member("proposedNewTime", Of(SLOT), Shared),
];
const ADDRESS: &[Member] = &[
    Member("street", Text, Shared),
    Member("city", Text, Shared),
    Member("state", Text, Shared),
    Member("countryOrRegion", Text, Shared),
    Member("postalCode", Text, Shared),
];
const COORDINATES: &[Member] = &[
    Member("accuracy", Real, Shared),
    Member("altitude", Real, Shared),
    Member("altitudeAccuracy", Real, Shared),
    Member("latitude", Real, Shared),
    Member("longitude", Real, Shared),
];
const LOCATION_TYPES: &[&str] = &[
    "default",
    "conferenceRoom",
    "homeAddress",
    "businessAddress",
    "geoCoordinates",
    "streetAddress",
    "hotel",
    "restaurant",
    "localBusiness",
    "postalAddress",
];
const LOCATION: &[Member] = &[
    Member("displayName", Text, Shared),
    Member("locationType", Choice(LOCATION_TYPES), Shared),
    Member("locationUri", Text, Shared),
    Member("locationEmailAddress", Text, Shared),
    Member("uniqueId", Text, Shared),
    Member("uniqueIdType", Choice(&["unknown", "locationStore", "directory", "private", "bing"]), Shared),
    Member("address", Of(ADDRESS), Shared),
    Member("coordinates", Of(COORDINATES), Shared),
];
const BODY: &[Member] = &[Member("contentType", Choice(&["text", "html"]), Shared), Member("content", Text, Shared)];
const PATTERN: &[Member] = &[
    Member("type", Choice(PATTERNS), Shared),
    Member("interval", Whole, Shared),
    Member("month", Whole, Shared),
    Member("dayOfMonth", Whole, Shared),
    Member("daysOfWeek", List(&Choice(DAYS)), Shared),
    Member("firstDayOfWeek", Choice(DAYS), Shared),
    Member("index", Choice(INDEXES), Shared),
];
const RANGE: &[Member] = &[
    Member("type", Choice(&["endDate", "noEnd", "numbered"]), Shared),
    Member("startDate", Text, Shared),
    Member("endDate", Text, Shared),
    Member("recurrenceTimeZone", Text, Shared),
    Member("numberOfOccurrences", Whole, Shared),
];
const RECURRENCE: &[Member] = &[Member("pattern", Of(PATTERN), Shared), Member("range", Of(RANGE), Shared)];
const PHONE: &[Member] = &[
    Member("number", Text, Shared),
    Member("type", Any, Shared),
    Member("region", Text, Shared),
    Member("language", Text, Shared),
];
const MEETING: &[Member] = &[
    Member("joinUrl", Text, Shared),
    Member("conferenceId", Text, Shared),
    Member("quickDial", Text, Shared),
    Member("phones", List(&Of(PHONE)), Shared),
    Member("tollFreeNumbers", List(&Text), Shared),
    Member("tollNumber", Text, Shared),
];
/// A single-value extended property.
pub(crate) const PROPERTY: &[Member] = &[Member("id", Text, Shared), Member("value", Text, Shared)];

/// The event.
pub(crate) const EVENT: &[Member] = &[
    Member("id", Text, Server),
    Member("createdDateTime", Text, Server),
    Member("lastModifiedDateTime", Text, Server),
    Member("changeKey", Text, Server),
    Member("categories", List(&Text), Personal),
    Member("transactionId", Text, Shared),
    Member("originalStartTimeZone", Text, Server),
    Member("originalEndTimeZone", Text, Server),
    Member("originalStart", Text, Server),
    Member("iCalUId", Text, Server),
    Member("reminderMinutesBeforeStart", Whole, Personal),
    Member("isReminderOn", Flag, Personal),
    Member("hasAttachments", Flag, Server),
    Member("subject", Text, Shared),
    Member("bodyPreview", Text, Server),
    Member("importance", IMPORTANCE, Shared),
    Member("sensitivity", Choice(&["normal", "personal", "private", "confidential"]), Personal),
    Member("isAllDay", Flag, Shared),
    Member("isCancelled", Flag, Server),
    Member("isDraft", Flag, Server),
    Member("isOrganizer", Flag, Server),
    Member("responseRequested", Flag, Shared),
    Member("seriesMasterId", Text, Server),
    Member("showAs", Choice(&["unknown", "free", "tentative", "busy", "oof", "workingElsewhere"]), Personal),
    Member("type", Choice(&["singleInstance", "occurrence", "exception", "seriesMaster"]), Server),
    Member("webLink", Text, Server),
    Member("onlineMeetingUrl", Text, Server),
    Member("isOnlineMeeting", Flag, Shared),
    Member("onlineMeetingProvider", PROVIDERS, Shared),
    Member("allowNewTimeProposals", Flag, Shared),
    Member("hideAttendees", Flag, Shared),
    Member("responseStatus", Of(RESPONSE), Server),
    Member("body", Of(BODY), Shared),
    Member("start", Of(ZONED), Shared),
    Member("end", Of(ZONED), Shared),
    Member("location", Of(LOCATION), Shared),
    Member("locations", List(&Of(LOCATION)), Shared),
    Member("recurrence", Of(RECURRENCE), Shared),
    Member("attendees", List(&Of(ATTENDEE)), Shared),
    Member("organizer", Of(RECIPIENT), Server),
    Member("onlineMeeting", Of(MEETING), Server),
    Member("singleValueExtendedProperties", List(&Of(PROPERTY)), Personal),
    Member("cancelledOccurrences", List(&Text), Server),
    Member("exceptionOccurrences", Any, Server),
];

/// A link from a task to the record it stands for.
pub(crate) const LINK: &[Member] = &[
    Member("id", Text, Server),
    Member("webUrl", Text, Shared),
    Member("applicationName", Text, Shared),
    Member("displayName", Text, Shared),
    Member("externalId", Text, Shared),
];
/// A step of a task.
pub(crate) const STEP: &[Member] = &[
    Member("id", Text, Server),
    Member("displayName", Text, Shared),
    Member("createdDateTime", Text, Shared),
    Member("checkedDateTime", Text, Shared),
    Member("isChecked", Flag, Shared),
];
/// The to-do task.
pub(crate) const TASK: &[Member] = &[
    Member("id", Text, Server),
    Member("createdDateTime", Text, Server),
    Member("lastModifiedDateTime", Text, Server),
    Member("bodyLastModifiedDateTime", Text, Server),
    Member("hasAttachments", Flag, Server),
    Member("importance", IMPORTANCE, Shared),
    Member("isReminderOn", Flag, Shared),
    Member("status", Choice(&["notStarted", "inProgress", "completed", "waitingOnOthers", "deferred"]), Shared),
    Member("title", Text, Shared),
    Member("categories", List(&Text), Shared),
    Member("body", Of(BODY), Shared),
    Member("startDateTime", Of(ZONED), Shared),
    Member("dueDateTime", Of(ZONED), Shared),
    Member("completedDateTime", Of(ZONED), Shared),
    Member("reminderDateTime", Of(ZONED), Shared),
    Member("recurrence", Of(RECURRENCE), Shared),
    Member("linkedResources", List(&Of(LINK)), Shared),
    Member("checklistItems", List(&Of(STEP)), Shared),
];
/// The calendar.
pub(crate) const CALENDAR: &[Member] = &[
    Member("id", Text, Server),
    Member("name", Text, Shared),
    Member("color", Any, Shared),
    Member("hexColor", Text, Server),
    Member("isDefaultCalendar", Flag, Server),
    Member("changeKey", Text, Server),
    Member("canShare", Flag, Server),
    Member("canViewPrivateItems", Flag, Server),
    Member("canEdit", Flag, Server),
    Member("allowedOnlineMeetingProviders", List(&PROVIDERS), Server),
    Member("defaultOnlineMeetingProvider", PROVIDERS, Server),
    Member("isTallyingResponses", Flag, Server),
    Member("isRemovable", Flag, Server),
    Member("owner", Of(EMAIL), Server),
];
/// The list of tasks.
pub(crate) const TASK_LIST: &[Member] = &[
    Member("id", Text, Server),
    Member("displayName", Text, Shared),
    Member("isOwner", Flag, Server),
    Member("isShared", Flag, Server),
    Member("wellknownListName", Text, Server),
];

/// The member `name` of a shape.
pub(crate) fn member<'a>(shape: &'a [Member], name: &str) -> Option<&'a Member> {
    shape.iter().find(|member| member.0 == name)
}

/// `value` as an object of `shape`, with the words of enumerations in their own case. Annotations
/// (`@odata…`) are left out.
///
/// # Errors
/// The path of the first member that does not fit, and why.
pub(crate) fn object(shape: &'static [Member], value: &Value, unknown: Unknown) -> Result<Object, String> {
    let Value::Object(given) = value else { return Err(format!("an object is expected, not {}", sort(value))) };
    let mut read = Object::new();
    for (name, value) in given {
        match member(shape, name) {
            Some(Member(_, kind, _)) => {
                read.insert(name.clone(), fit(kind, value, unknown).map_err(|why| format!("{name}: {why}"))?);
            }
            None if unknown == Unknown::Drop || name.contains("@odata.") => {}
            None => return Err(format!("{name}: the property does not exist on the type")),
        }
    }
    Ok(read)
}

fn fit(kind: &'static Kind, value: &Value, unknown: Unknown) -> Result<Value, String> {
    match (kind, value) {
        (_, Value::Null) | (Any, _) | (Text, Value::String(_)) | (Flag, Value::Bool(_)) | (Real, Value::Number(_)) => {
            Ok(value.clone())
        }
        (Whole, Value::Number(number)) if number.as_i64().is_some_and(|n| i32::try_from(n).is_ok()) => {
            Ok(value.clone())
        }
        (Choice(words), Value::String(word)) => words
            .iter()
            .find(|w| w.eq_ignore_ascii_case(word))
            .map(|w| Value::from(*w))
            .ok_or_else(|| format!("'{word}' is not among the values of the type")),
        (Of(shape), Value::Object(_)) => object(shape, value, unknown).map(Value::Object),
        (List(kind), Value::Array(items)) => {
            items.iter().map(|item| fit(kind, item, unknown)).collect::<Result<_, _>>().map(Value::Array)
        }
        (Text | Flag | Whole | Real | Choice(_) | Of(_) | List(_), _) => Err(format!("{} does not fit", sort(value))),
    }
}

/// Sets a member of a value that is an object.
pub(crate) fn put(object: &mut Value, name: &str, value: impl Into<Value>) {
    if let Value::Object(object) = object {
        object.insert(name.to_owned(), value.into());
    }
}

/// What sort of JSON value it is, for messages.
pub(crate) fn sort(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
