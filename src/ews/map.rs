//! From EWS's XML to the model: one element becomes content, a series' master, or malformed with a
//! reason. It never fails as a whole, sends nothing, and decides nothing beyond what a value means:
//! an unknown word of an enumeration is its harmless default, only an unusable id, start or end
//! costs the item.

use super::properties::Path;
use super::xml::XmlElement;
use super::{EwsMailbox, time, uid};
use crate::engine::identity;
use crate::model::time::{day_of_midnight, local};
use crate::model::{
    Address, Body, Container, ContainerId, Day, Facts, Importance, Instant, Item, ItemId, Kind, Malformed, Mark,
    Meeting, Occurrence, Original, Person, Record, Reminder, Response, Role, Status, Task, TaskWhen, Uid, Version,
    When, online, person, text,
};
use chrono::Duration;

/// What one element is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EwsReading {
    /// An item. Of an occurrence the series' master is not told by the element:
    /// [`Occurrence::master`] is empty until somebody asks for it.
    Content(Box<Item>),
    /// The master of a series, which is no item of its own: its occurrences are.
    Master(ItemId, Option<Uid>),
    /// It can't be used.
    Malformed(Malformed),
}

/// The longest id that is taken for one: Exchange's have some 150 characters (docs/facts/ews.md,
/// "Ids").
const LONGEST_ID: usize = 512;

/// The kind of an item's element; `None` of what is neither event nor task.
#[must_use]
pub fn kind(node: &XmlElement) -> Option<Kind> {
    match node.name.as_str() {
        "CalendarItem" => Some(Kind::Meeting),
        "Task" => Some(Kind::Task),
        _ => None,
    }
}

/// The id of an item's element.
#[must_use]
pub fn id(node: &XmlElement) -> Option<ItemId> {
    node.at("ItemId")
        .and_then(|id| id.attribute("Id"))
        .filter(|id| !id.is_empty() && id.len() <= LONGEST_ID)
        .map(ItemId::from)
}

/// The version of an item's element.
pub(super) fn version(node: &XmlElement) -> Version {
    Version::new(node.at("ItemId").and_then(|id| id.attribute("ChangeKey")).unwrap_or_default())
}

/// Reads `node`, an item of `kind` that lies in `container`.
#[must_use]
pub fn read(kind: Kind, node: &XmlElement, mailbox: &EwsMailbox, container: &ContainerId) -> EwsReading {
    let id = id(node);
    let read = match (&id, kind) {
        (None, _) => Err("ItemId: missing".to_owned()),
        (Some(_), _) if self::kind(node) != Some(kind) => Err(format!("no {kind:?}").to_lowercase()),
        (Some(id), Kind::Meeting) => event(id, node, mailbox, container),
        (Some(id), Kind::Task) => task(id, node, mailbox, container).map(|item| EwsReading::Content(Box::new(item))),
    };
    read.unwrap_or_else(|reason| EwsReading::Malformed(Malformed { id, container: Some(container.clone()), reason }))
}

/// UID and mark of an item's element, whatever else is wrong with it.
pub(super) fn traces(node: &XmlElement) -> (Option<Uid>, Option<Mark>) {
    (node.say("UID").and_then(uid::read), extended(node, Path::Mark).and_then(Mark::parse))
}

/// The folder, if it is a calendar or task list: by its class, whatever its element is called
/// (docs/facts/ews.md, "Folders").
pub(super) fn folder(node: &XmlElement, defaults: &[ContainerId], mailbox: &EwsMailbox) -> Option<Container> {
    let id: ContainerId = node.at("FolderId")?.attribute("Id").filter(|id| !id.is_empty())?.into();
    let class = node.say("FolderClass").unwrap_or_default().to_ascii_lowercase();
    let is_of = |name: &str| class == name || class.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    let kind = match node.name.as_str() {
        "SearchFolder" => return None,
        _ if is_of("ipf.appointment") => Kind::Meeting,
        _ if is_of("ipf.task") => Kind::Task,
        "CalendarFolder" if class.is_empty() => Kind::Meeting,
        "TasksFolder" if class.is_empty() => Kind::Task,
        _ => return None,
    };
    let hidden = extended(node, Path::Hidden).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let writable =
        ["CreateContents", "Modify"].iter().all(|right| node.is(&format!("EffectiveRights/{right}")) != Some(false));
    let made = is_of("ipf.appointment.birthday") || is_of("ipf.appointment.holiday");
    (!hidden).then(|| Container {
        default: defaults.contains(&id),
        id,
        kind,
        name: node.say("DisplayName").unwrap_or_default().to_owned(),
        owner: mailbox.address.as_str().to_owned(),
        own: writable && !made,
        writable,
    })
}

fn event(id: &ItemId, node: &XmlElement, mailbox: &EwsMailbox, container: &ContainerId) -> Result<EwsReading, String> {
    let kind = node.say("CalendarItemType").unwrap_or_default();
    let uid = node.say("UID").and_then(uid::read);
    if kind == "RecurringMaster" {
        return Ok(EwsReading::Master(id.clone(), uid));
    }
    let clocks = EventTimes::of(node)?;
    let when = clocks.when(node, mailbox)?;
    let series = matches!(kind, "Occurrence" | "Exception");
    let organized_by_other = is_foreign(node, mailbox);
    let (body, online) = body(node);
    let record = Record::Meeting(Meeting {
        title: text::line(node.say("Subject").unwrap_or_default()),
        when,
        place: text::line(node.say("Location").unwrap_or_default()),
        body,
        importance: importance(node.say("Importance")),
        reminder: match (node.is("ReminderIsSet"), node.say("ReminderMinutesBeforeStart").map(str::parse)) {
            (Some(true), Some(Ok(minutes))) => Reminder::Before(minutes),
            _ => Reminder::Off,
        },
        people: people(node, organized_by_other, mailbox),
        response: if organized_by_other { response(node.say("MyResponseType")) } else { Response::Confirmed },
    });
    let facts = Facts {
        occurrence: series.then(|| clocks.occurrence(node, when, mailbox)),
        day: if series { None } else { clocks.day_of_series(node, mailbox) },
        // an occurrence shows what its series carries
        mark: extended(node, Path::Mark).and_then(Mark::parse).filter(|_| !series),
        series_mark: extended(node, Path::Mark).and_then(Mark::parse).filter(|_| series),
        local: extended(node, Path::Local).and_then(ItemId::guid),
        transaction: uid.as_ref().filter(|_| !series).and_then(identity::transaction_in),
        uid,
        organized_by_other,
        attendees: others(node, mailbox).count(),
        canceled: node.is("IsCancelled") == Some(true),
        online,
        ..facts(node)
    };
    Ok(EwsReading::Content(Box::new(item(id, container, node, record, facts))))
}

fn task(id: &ItemId, node: &XmlElement, mailbox: &EwsMailbox, container: &ContainerId) -> Result<Item, String> {
    let zone = mailbox.zone.as_ref();
    let day = |name: &str| part(node, name, |text| time::day(text, zone));
    let is_set = node.is("ReminderIsSet") == Some(true);
    let record = Record::Task(Task {
        title: text::line(node.say("Subject").unwrap_or_default()),
        when: TaskWhen::Days { start: day("StartDate")?, due: day("DueDate")? },
        body: body(node).0,
        importance: importance(node.say("Importance")),
        reminder: part(node, "ReminderDueBy", time::instant)?.filter(|_| is_set),
        status: status(node),
    });
    let facts = Facts {
        mark: extended(node, Path::Mark).and_then(Mark::parse),
        recurring: node.is("IsRecurring") == Some(true) || node.at("Recurrence").is_some(),
        involves_me: !is_given_away(node),
        ..facts(node)
    };
    Ok(item(id, container, node, record, facts))
}

fn item(id: &ItemId, container: &ContainerId, node: &XmlElement, record: Record, facts: Facts) -> Item {
    Item {
        id: id.clone(),
        version: version(node),
        container: container.clone(),
        stamp: node.say("LastModifiedTime").and_then(time::instant),
        record,
        facts,
    }
}

/// The facts that both kinds have.
fn facts(node: &XmlElement) -> Facts {
    Facts {
        private: matches!(node.say("Sensitivity"), Some("Private" | "Confidential")),
        has_unmapped_content: node.is("HasAttachments") == Some(true),
        involves_me: true,
        created: node.say("DateTimeCreated").and_then(time::instant),
        ..Facts::default()
    }
}

/// The text of the element `name`, if it is there, through `read`.
fn part<T>(node: &XmlElement, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, String> {
    let flaw = || format!("{name}: no date and time of the calendar");
    node.say(name).map(|text| read(text).ok_or_else(flaw)).transpose()
}

/// An event's times: as instants, and what the wall clock of its own zone shows then.
pub(super) struct EventTimes {
    start: Instant,
    end: Instant,
    /// How far that clock is ahead of UTC, where the server tells.
    pub(super) ahead: Option<Duration>,
}

impl EventTimes {
    pub(super) fn of(node: &XmlElement) -> Result<Self, String> {
        let instant = |name: &str| part(node, name, time::instant)?.ok_or_else(|| format!("{name}: missing"));
        let (start, end) = (instant("Start")?, instant("End")?);
        let ahead = node.say("StartWallClock").and_then(time::wall).map(|wall| wall - start.naive_utc());
        Ok(Self { start, end, ahead })
    }

    /// The day of an all-day item that begins at `at`: in its own zone, else as the midnight of one
    /// that is not told (docs/facts/ews.md, "All-day").
    fn day(&self, at: Instant, date: Option<&str>, mailbox: &EwsMailbox) -> Day {
        let own = date.and_then(time::wall).or_else(|| self.ahead.map(|ahead| at.naive_utc() + ahead));
        own.map_or_else(|| day_of_midnight(at, mailbox.zone.as_ref()), time::nearest)
    }

    fn when(&self, node: &XmlElement, mailbox: &EwsMailbox) -> Result<When, String> {
        let Self { start, end, .. } = *self;
        if node.is("IsAllDayEvent") == Some(true) {
            let first = self.day(start, node.say("StartWallClock"), mailbox);
            let end = self.day(end, node.say("EndWallClock"), mailbox);
            let flaw = || "End: not after the start".to_owned();
            return if first < end { Ok(When::AllDay { first, end }) } else { Err(flaw()) };
        }
        if start <= end { Ok(When::Timed { start, end }) } else { Err("End: before the start".to_owned()) }
    }

    /// The day of somebody's series that an event is which is no occurrence here: the user was
    /// asked to that day alone. All of them have one UID (docs/facts/ews.md, "Ids").
    fn day_of_series(&self, node: &XmlElement, mailbox: &EwsMailbox) -> Option<Day> {
        let at = node.say("RecurrenceId").and_then(time::instant)?;
        if node.is("IsAllDayEvent") == Some(true) {
            return Some(self.day(at, None, mailbox));
        }
        let own = self.ahead.map(|ahead| at.naive_utc() + ahead);
        Some(own.unwrap_or_else(|| local(mailbox.zone.as_ref(), at)).date())
    }

    fn occurrence(&self, node: &XmlElement, when: When, mailbox: &EwsMailbox) -> Occurrence {
        let original = ["OriginalStart", "RecurrenceId"].iter().find_map(|name| node.say(name).and_then(time::instant));
        let original = original.unwrap_or(self.start);
        let original = match when {
            When::Timed { .. } => Original::At(original),
            When::AllDay { .. } => Original::On(self.day(original, None, mailbox)),
        };
        Occurrence { master: ItemId::from(""), original }
    }
}

/// Whether somebody else organizes the meeting: as the server says, else by the user's answer and
/// the organizer's address. What is no meeting has no answer (docs/facts/ews.md, "Organizer").
fn is_foreign(node: &XmlElement, mailbox: &EwsMailbox) -> bool {
    let organizer = node.say("Organizer/Mailbox/EmailAddress").and_then(Address::parse);
    let meeting = node.is("IsMeeting") != Some(false);
    if organizer.as_ref().is_some_and(|address| mailbox.is_own(address)) || !meeting {
        return false;
    }
    match (node.is("IsOrganizer"), node.say("MyResponseType")) {
        (Some(own), _) => !own && (organizer.is_some() || others(node, mailbox).next().is_some()),
        (None, Some("Accept" | "Tentative" | "Decline")) => true,
        (None, Some("NoResponseReceived")) => organizer.is_some(),
        (None, Some(_) | None) => false,
    }
}

/// Whether a task was given to somebody else, whose task it is now.
fn is_given_away(node: &XmlElement) -> bool {
    match extended(node, Path::Ownership).and_then(|text| text.trim().parse::<i32>().ok()) {
        Some(ownership) => ownership == 1,
        None => node.say("DelegationState").is_some_and(|state| !matches!(state, "NoMatch" | "Max")),
    }
}

/// The body without its join block, and whether it has one.
fn body(node: &XmlElement) -> (Body, bool) {
    let Some(body) = node.at("Body") else { return (Body::default(), false) };
    let plain = body.attribute("BodyType").is_some_and(|kind| kind.eq_ignore_ascii_case("text"));
    online::body(&body.text, plain, node.is("IsOnlineMeeting") == Some(true))
}

/// The attendees that have an address, without the mailbox's owner; in front of them the organizer
/// of a meeting of somebody else, who is coming.
fn people(node: &XmlElement, organized_by_other: bool, mailbox: &EwsMailbox) -> Vec<Person> {
    let organizer = node.at("Organizer").filter(|_| organized_by_other);
    let organizer = organizer.and_then(|node| someone(node, Role::Required, Response::Confirmed));
    let organizer = organizer.filter(|person| !person.addresses.iter().any(|address| mailbox.is_own(address)));
    let attendee = |(node, role): (&XmlElement, Role)| someone(node, role, response(node.say("ResponseType")));
    person::normal(organizer.into_iter().chain(others(node, mailbox).filter_map(attendee)))
}

/// The attendees other than the mailbox's owner; resources count as required.
fn others<'a>(node: &'a XmlElement, mailbox: &'a EwsMailbox) -> impl Iterator<Item = (&'a XmlElement, Role)> {
    let lists =
        [("RequiredAttendees", Role::Required), ("OptionalAttendees", Role::Optional), ("Resources", Role::Required)];
    let listed = lists.into_iter().flat_map(|(name, role)| {
        node.at(name).into_iter().flat_map(|list| list.all("Attendee")).map(move |attendee| (attendee, role))
    });
    let address = |node: &XmlElement| node.say("Mailbox/EmailAddress").and_then(Address::parse);
    let own = move |node: &XmlElement| address(node).is_some_and(|address| mailbox.is_own(&address));
    listed.filter(move |(attendee, _)| !own(attendee))
}

fn someone(node: &XmlElement, role: Role, response: Response) -> Option<Person> {
    let address = Address::parse(node.say("Mailbox/EmailAddress")?)?;
    let name = text::line(node.say("Mailbox/Name").unwrap_or_default());
    Some(Person { addresses: vec![address], contact: None, name, role, response })
}

fn response(word: Option<&str>) -> Response {
    match word {
        Some("Organizer" | "Accept") => Response::Confirmed,
        Some("Decline") => Response::Declined,
        Some(_) | None => Response::InDoubt,
    }
}

fn importance(word: Option<&str>) -> Importance {
    match word {
        Some("Low") => Importance::Low,
        Some("High") => Importance::High,
        Some(_) | None => Importance::Normal,
    }
}

/// The status; of a server that couples nothing, what percent and flag say where it is silent
/// (docs/facts/ews.md, "Tasks").
fn status(node: &XmlElement) -> Status {
    let percent = node.say("PercentComplete").and_then(|text| text.parse::<f64>().ok());
    let complete = node.is("IsComplete") == Some(true) || percent.is_some_and(|percent| percent >= 100.0);
    match node.say("Status") {
        Some("Completed") => Status::Completed,
        Some("InProgress") => Status::InProgress,
        Some("WaitingOnOthers") => Status::Waiting,
        Some("Deferred") => Status::Deferred,
        None if complete => Status::Completed,
        None if percent.is_some_and(|percent| percent > 0.0) => Status::InProgress,
        Some(_) | None => Status::NotStarted,
    }
}

/// The value of an extended property, which servers may tell twice and spell in several ways
/// (docs/facts/ews.md, "Extended properties").
pub(super) fn extended(node: &XmlElement, path: Path) -> Option<&str> {
    let is = |property: &&XmlElement| property.at("ExtendedFieldURI").is_some_and(|uri| path.is(uri));
    node.all("ExtendedProperty").find(is)?.say("Value")
}
