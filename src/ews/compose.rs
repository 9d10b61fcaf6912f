//! From the model to EWS: the properties that a write sends, and none besides, in the order of the
//! schema, which servers insist on (docs/facts/ews.md, "Requests").

use super::properties::Path;
use super::xml::XmlElement;
use super::{EwsMailbox, time, uid};
use crate::flat;
use crate::model::time::midnight;
use crate::model::{
    Address, Day, Facts, Field, Importance, ItemId, Mark, Meeting, Patch, Person, Record, Reminder, Role, Status, Task,
    Version, When,
};
use chrono::{Duration, NaiveTime};

/// A property and its value; `None` clears it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) path: Path,
    pub(super) value: Option<XmlElement>,
}

/// A change of one item.
pub(super) struct ItemChange<'a> {
    pub(super) id: &'a ItemId,
    /// The version on which it rests.
    pub(super) version: &'a Version,
    pub(super) members: Vec<Member>,
}

/// The order of the schema; extended properties stand between those of every item and those of its
/// kind.
const ORDER: [Path; 23] = [
    Path::Field("item:Subject"),
    Path::Field("item:Sensitivity"),
    Path::Field("item:Body"),
    Path::Field("item:Importance"),
    Path::Field("item:ReminderDueBy"),
    Path::Field("item:ReminderIsSet"),
    Path::Field("item:ReminderMinutesBeforeStart"),
    Path::Mark,
    Path::Fingerprint,
    Path::Field("calendar:UID"),
    Path::Field("calendar:Start"),
    Path::Field("calendar:End"),
    Path::Field("calendar:IsAllDayEvent"),
    Path::Field("calendar:LegacyFreeBusyStatus"),
    Path::Field("calendar:Location"),
    Path::Field("calendar:RequiredAttendees"),
    Path::Field("calendar:OptionalAttendees"),
    Path::Field("calendar:Resources"),
    Path::Field("calendar:StartTimeZone"),
    Path::Field("calendar:EndTimeZone"),
    Path::Field("task:DueDate"),
    Path::Field("task:StartDate"),
    Path::Field("task:Status"),
];

/// What an update needs of the stored item to leave intact what it does not write.
#[derive(Debug, Default)]
pub(super) struct StoredItemParts {
    /// The body to send for the patch's, the join block included.
    pub(super) body: Option<String>,
    /// The stored item, as the server gave it.
    pub(super) item: XmlElement,
    /// How far the wall clock of the stored item's own zone is ahead of UTC.
    pub(super) ahead: Option<Duration>,
    /// It is an occurrence: zones are its series'.
    pub(super) occurrence: bool,
}

/// The properties of a new item. `facts` has the mark and the transaction that it gets.
pub(super) fn creation(record: &Record, facts: &Facts, mailbox: &EwsMailbox) -> Vec<Member> {
    let patch = Patch::whole(record);
    let mut members = members(&patch, &StoredItemParts::default(), mailbox);
    // what is empty says nothing in a creation
    members.retain(|member| member.value.is_some());
    members.push(field("item:Sensitivity", Some("Normal".to_owned())));
    if record.kind() == crate::model::Kind::Meeting {
        let shown = if facts.free { "Free" } else { "Busy" };
        members.push(field("calendar:LegacyFreeBusyStatus", Some(shown.to_owned())));
        members.extend(facts.transaction.as_deref().map(|text| field("calendar:UID", Some(uid::of(text)))));
    }
    members.extend(facts.mark.iter().flat_map(marks));
    ordered(members)
}

/// The properties of a change, in which the fields of `patch` are written.
pub(super) fn members(patch: &Patch, kept: &StoredItemParts, mailbox: &EwsMailbox) -> Vec<Member> {
    let write = |field: &Field| match &patch.record {
        Record::Meeting(meeting) => of_meeting(meeting, *field, kept, mailbox),
        Record::Task(task) => of_task(task, *field, kept, mailbox),
    };
    ordered(patch.fields.iter().flat_map(write).collect())
}

/// Our mark: itself, and what it is found by.
pub(super) fn marks(mark: &Mark) -> [Member; 2] {
    let property = |path: Path, value: String| {
        let node = XmlElement::new("t:ExtendedProperty").holding([path.node(), XmlElement::text("t:Value", value)]);
        Member { path, value: Some(node) }
    };
    [property(Path::Mark, mark.to_string()), property(Path::Fingerprint, mark.fingerprint())]
}

/// `members` in the order in which a change sends them: servers work them off one after the other,
/// and cut times to midnight as long as the item is all-day (exchangecalendar, pull request 287).
/// So what it is comes before when it is.
pub(super) fn stepwise(members: Vec<Member>) -> Vec<Member> {
    let mut members = ordered(members);
    let is_all_day = |member: &Member| member.path == Path::Field("calendar:IsAllDayEvent");
    let is_start = |member: &Member| member.path == Path::Field("calendar:Start");
    if let (Some(all_day), Some(start)) = (members.iter().position(is_all_day), members.iter().position(is_start))
        && let Some(moved) = members.get_mut(start..=all_day)
    {
        moved.rotate_right(1);
    }
    members
}

/// `members` in the order of the schema.
pub(super) fn ordered(mut members: Vec<Member>) -> Vec<Member> {
    flat::sort_by_key(&mut members, |member| ORDER.iter().position(|path| *path == member.path).unwrap_or(ORDER.len()));
    members
}

fn of_meeting(meeting: &Meeting, of: Field, kept: &StoredItemParts, mailbox: &EwsMailbox) -> Vec<Member> {
    match of {
        Field::Title => vec![text("item:Subject", &meeting.title)],
        Field::When => when(meeting.when, kept, mailbox),
        Field::Place => vec![text("calendar:Location", &meeting.place)],
        Field::Body => vec![body(kept.body.as_deref().unwrap_or(&meeting.body.html))],
        Field::Importance => vec![importance(meeting.importance)],
        Field::Reminder => match meeting.reminder {
            Reminder::Before(minutes @ 0..) => vec![
                field("item:ReminderIsSet", Some("true".to_owned())),
                field("item:ReminderMinutesBeforeStart", Some(minutes.to_string())),
            ],
            Reminder::Before(_) | Reminder::Off => vec![field("item:ReminderIsSet", Some("false".to_owned()))],
        },
        Field::People => people(&meeting.people, &kept.item, mailbox),
        Field::Status | Field::Response => Vec::new(),
    }
}

fn of_task(task: &Task, of: Field, kept: &StoredItemParts, mailbox: &EwsMailbox) -> Vec<Member> {
    match of {
        Field::Title => vec![text("item:Subject", &task.title)],
        Field::When => {
            let (start, due) = task.when.days(mailbox.zone.as_ref());
            vec![field("task:DueDate", due.map(time::date)), field("task:StartDate", start.map(time::date))]
        }
        Field::Body => vec![body(kept.body.as_deref().unwrap_or(&task.body.html))],
        Field::Importance => vec![importance(task.importance)],
        Field::Reminder => match task.reminder {
            Some(at) => vec![
                field("item:ReminderDueBy", Some(time::utc(at))),
                field("item:ReminderIsSet", Some("true".to_owned())),
            ],
            None => vec![field("item:ReminderIsSet", Some("false".to_owned()))],
        },
        // percent and date of completion follow from it (docs/facts/ews.md, "Tasks")
        Field::Status => {
            status(task.status).map(|word| field("task:Status", Some(word.to_owned()))).into_iter().collect()
        }
        Field::Place | Field::People | Field::Response => Vec::new(),
    }
}

/// Both ends in one request, so that neither passes the other on the way (docs/facts/ews.md,
/// "Updating"). An all-day item begins at midnight of its own zone, which is the user's, but for an
/// occurrence.
fn when(when: When, kept: &StoredItemParts, mailbox: &EwsMailbox) -> Vec<Member> {
    let zone = mailbox.zone.as_ref();
    let begin = |day: Day| match kept.ahead.filter(|_| kept.occurrence) {
        Some(ahead) => day.and_time(NaiveTime::MIN).and_utc() - ahead,
        None => midnight(zone, day),
    };
    let (start, end, all_day) = match when {
        When::Timed { start, end } => (start, end, false),
        When::AllDay { first, end } => (begin(first), begin(end), true),
    };
    let mut members = vec![
        field("calendar:Start", Some(time::utc(start))),
        field("calendar:End", Some(time::utc(end))),
        field("calendar:IsAllDayEvent", Some(all_day.to_string())),
    ];
    // without a zone that it knows nothing comes this far
    let id = time::windows(zone).filter(|_| !kept.occurrence);
    for uri in ["calendar:StartTimeZone", "calendar:EndTimeZone"] {
        members.extend(id.map(|id| Member { path: Path::Field(uri), value: Some(element(uri).with("Id", id)) }));
    }
    members
}

/// The attendees to send: `people`, those who are on the event already as they stand there (a room
/// stays a room), and the stored ones that the model can't tell (without an address, the owner).
fn people(people: &[Person], stored: &XmlElement, mailbox: &EwsMailbox) -> Vec<Member> {
    let address = |attendee: &XmlElement| attendee.say("Mailbox/EmailAddress").and_then(Address::parse);
    let listed = |name: &'static str| stored.at(name).map(|list| list.all("Attendee")).into_iter().flatten();
    let known: Vec<Address> = LISTS.into_iter().flat_map(|(name, _)| listed(name)).filter_map(address).collect();
    let stays = |attendee: &&XmlElement| {
        address(attendee).is_none_or(|address| {
            mailbox.is_own(&address) || people.iter().any(|person| person.addresses.contains(&address))
        })
    };
    let is_new = |person: &&Person| !person.addresses.iter().any(|address| known.contains(address));
    let list = |(name, role): (&'static str, Option<Role>)| {
        let kept = listed(name).filter(stays).filter_map(again);
        let new = people.iter().filter(is_new).filter(|person| Some(person.role) == role).filter_map(invitation);
        let all: Vec<XmlElement> = kept.chain(new).collect();
        let uri = uri_of(name);
        Member { path: Path::Field(uri), value: (!all.is_empty()).then(|| element(uri).holding(all)) }
    };
    LISTS.into_iter().filter(|(name, role)| role.is_some() || stored.at(name).is_some()).map(list).collect()
}

/// The lists of attendees, with the role of who is added to them.
const LISTS: [(&str, Option<Role>); 3] =
    [("RequiredAttendees", Some(Role::Required)), ("OptionalAttendees", Some(Role::Optional)), ("Resources", None)];

fn uri_of(list: &str) -> &'static str {
    match list {
        "RequiredAttendees" => "calendar:RequiredAttendees",
        "OptionalAttendees" => "calendar:OptionalAttendees",
        _ => "calendar:Resources",
    }
}

/// A stored attendee as it is sent again.
fn again(attendee: &XmlElement) -> Option<XmlElement> {
    let mailbox = attendee.at("Mailbox")?;
    let parts = ["Name", "EmailAddress", "RoutingType"]
        .into_iter()
        .filter_map(|name| mailbox.say(name).map(|value| XmlElement::text(&format!("t:{name}"), value)));
    Some(XmlElement::new("t:Attendee").holding([XmlElement::new("t:Mailbox").holding(parts)]))
}

fn invitation(person: &Person) -> Option<XmlElement> {
    let address = person.addresses.first()?.as_str();
    let name = if person.name.is_empty() { address } else { &person.name };
    let mailbox = XmlElement::new("t:Mailbox")
        .holding([XmlElement::text("t:Name", name), XmlElement::text("t:EmailAddress", address)]);
    Some(XmlElement::new("t:Attendee").holding([mailbox]))
}

fn body(markup: &str) -> Member {
    let uri = "item:Body";
    let value =
        (!markup.is_empty()).then(|| XmlElement { text: markup.to_owned(), ..element(uri).with("BodyType", "HTML") });
    Member { path: Path::Field(uri), value }
}

fn importance(importance: Importance) -> Member {
    let word = match importance {
        Importance::Low => "Low",
        Importance::Normal => "Normal",
        Importance::High => "High",
    };
    field("item:Importance", Some(word.to_owned()))
}

/// EWS's word; it has none for a canceled task, whose status then stays.
const fn status(status: Status) -> Option<&'static str> {
    Some(match status {
        Status::NotStarted => "NotStarted",
        Status::InProgress => "InProgress",
        Status::Completed => "Completed",
        Status::Waiting => "WaitingOnOthers",
        Status::Deferred => "Deferred",
        Status::Canceled => return None,
    })
}

/// A text; an empty one is cleared, since an empty element says nothing (docs/facts/ews.md,
/// "Updating").
fn text(uri: &'static str, text: &str) -> Member {
    field(uri, (!text.is_empty()).then(|| text.to_owned()))
}

fn field(uri: &'static str, value: Option<String>) -> Member {
    Member { path: Path::Field(uri), value: value.map(|text| XmlElement { text, ..element(uri) }) }
}

/// The element that holds the property `uri`.
fn element(uri: &str) -> XmlElement {
    XmlElement::new(&format!("t:{}", uri.split(':').next_back().unwrap_or(uri)))
}

#[cfg(test)]
mod tests {
    use super::{ORDER, Path};
    use crate::ews::properties::read_of;
    use crate::model::Kind;

    /// What we only write: a fingerprint is what others look for, how an event shows is set once,
    /// and the zones of an event are read as its wall clocks.
    const ONLY_WRITTEN: [Path; 4] = [
        Path::Fingerprint,
        Path::Field("calendar:LegacyFreeBusyStatus"),
        Path::Field("calendar:StartTimeZone"),
        Path::Field("calendar:EndTimeZone"),
    ];

    /// Else an item would be compared without what was written to it.
    #[test]
    fn whatever_is_written_is_read_but_what_is_named() {
        let read: Vec<Path> = [Kind::Meeting, Kind::Task].into_iter().flat_map(read_of).collect();
        for path in ORDER {
            assert_eq!(read.contains(&path), !ONLY_WRITTEN.contains(&path), "{path:?}");
        }
    }
}
