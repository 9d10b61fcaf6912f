//! Calendar items: their properties as EWS tells them (docs/facts/ews.md, "Times", "All-day",
//! "Organizer"), and what a request's `CalendarItem` means in the mailbox's own members.

use super::account::Visit;
use super::item::days;
use super::property;
use super::recurrence;
use super::soap::Trouble;
use super::times::{self, definition};
use super::xml::{Element, t};
use crate::graph::event::{Event, Span};
use crate::graph::filter::at;
use crate::graph::shape::{Object, put};
use crate::graph::zones::{self, Moment, NEVER};
use chrono::{DateTime, Duration, Months, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// The answers of EWS and of the mailbox.
const RESPONSES: &[(&str, &str)] = &[
    ("Organizer", "organizer"),
    ("Accept", "accepted"),
    ("Decline", "declined"),
    ("Tentative", "tentativelyAccepted"),
    ("NoResponseReceived", "notResponded"),
    ("Unknown", "none"),
];
const SHOWN: &[(&str, &str)] = &[
    ("Free", "free"),
    ("Tentative", "tentative"),
    ("Busy", "busy"),
    ("OOF", "oof"),
    ("WorkingElsewhere", "workingElsewhere"),
    ("NoData", "unknown"),
];
const SORTS: &[(&str, &str)] = &[
    ("Single", "singleInstance"),
    ("Occurrence", "occurrence"),
    ("Exception", "exception"),
    ("RecurringMaster", "seriesMaster"),
];
/// The lists of people, and how the mailbox calls those in them.
pub(crate) const PEOPLE: &[(&str, &str)] =
    &[("RequiredAttendees", "required"), ("OptionalAttendees", "optional"), ("Resources", "resource")];

fn word(table: &[(&'static str, &str)], own: &str) -> &'static str {
    table.iter().find(|(_, value)| *value == own).map_or("Unknown", |(word, _)| *word)
}

impl Visit<'_> {
    /// A property that only calendar items have, or have in a way of their own.
    pub(crate) fn event_property(&self, event: &Event, name: &str, in_list: bool) -> Option<Element> {
        let clock = self.clock();
        let kind = event.text("type");
        let is_of_series = matches!(kind, "occurrence" | "exception");
        let response = at_text(event, "responseStatus", "response");
        let value = match name {
            "ItemClass" => "IPM.Appointment".to_owned(),
            // the copy of a cancelled meeting says so in front
            "Subject" if event.flag("isCancelled") => format!("Canceled: {}", event.text("subject")),
            "Subject" => Some(event.text("subject")).filter(|text| !text.is_empty())?.to_owned(),
            "ReminderIsSet" => event.flag("isReminderOn").to_string(),
            "ReminderMinutesBeforeStart" => event.body.get("reminderMinutesBeforeStart")?.to_string(),
            "ReminderDueBy" => clock.at(event.span.from.utc()),
            "UID" if self.has_uid(event) => series_uid(event.text("iCalUId")),
            "RecurrenceId" | "OriginalStart" if is_of_series => {
                clock.at(zones::query_instant(event.text("originalStart"))?)
            }
            // a single day of somebody's series, to which alone the user was asked (MS-OXOCAL, the
            // instance date of a global object id)
            "RecurrenceId" => clock.at(day_of_series(event)?),
            "DateTimeStamp" => clock.at(zones::query_instant(event.text("lastModifiedDateTime"))?),
            "Start" => clock.at(event.span.from.utc()),
            "End" => clock.at(event.span.to.utc()),
            "IsAllDayEvent" => event.span.all_day.to_string(),
            "LegacyFreeBusyStatus" | "IntendedFreeBusyStatus" => word(SHOWN, event.text("showAs")).to_owned(),
            "Location" => Some(at_text(event, "location", "displayName")).filter(|text| !text.is_empty())?.to_owned(),
            "IsMeeting" => is_meeting(event).to_string(),
            "IsCancelled" => event.flag("isCancelled").to_string(),
            "IsRecurring" => (is_of_series || kind == "seriesMaster").to_string(),
            "IsResponseRequested" => event.flag("responseRequested").to_string(),
            "CalendarItemType" => word(SORTS, kind).to_owned(),
            "MyResponseType" | "IsOrganizer" if self.quirks.foreign.vague => return None,
            "MyResponseType" => word(RESPONSES, response).to_owned(),
            "IsOrganizer" => event.flag("isOrganizer").to_string(),
            "Organizer" => return Some(organizer(event, in_list)),
            "RequiredAttendees" | "OptionalAttendees" | "Resources" => return self.attendees(event, name),
            "AppointmentReplyTime" => {
                let time = at_text(event, "responseStatus", "time");
                clock.at(zones::query_instant(time).filter(|_| time != NEVER && !event.flag("isOrganizer"))?)
            }
            "AppointmentSequenceNumber" => "0".to_owned(),
            "AppointmentState" => state(event).to_string(),
            "Duration" => format!("PT{}M", (event.span.to.utc() - event.span.from.utc()).num_minutes()),
            "TimeZone" => event.span.from.name.clone(),
            "Recurrence" => {
                let rule = &event.series.as_ref()?.rule;
                return recurrence::write(&rule.write(), rule.tz, clock);
            }
            "FirstOccurrence" | "LastOccurrence" | "ModifiedOccurrences" | "DeletedOccurrences" => {
                return self.occurrences(event, name);
            }
            "StartTimeZone" if self.call.modern => return Some(definition(name, &event.span.from.name)),
            "EndTimeZone" if self.call.modern => return Some(definition(name, &event.span.to.name)),
            "AllowNewTimeProposal" => event.flag("allowNewTimeProposals").to_string(),
            "IsOnlineMeeting" => event.flag("isOnlineMeeting").to_string(),
            "StartWallClock" => format!("{}", event.span.from.wall.format("%Y-%m-%dT%H:%M:%S")),
            "EndWallClock" => format!("{}", event.span.to.wall.format("%Y-%m-%dT%H:%M:%S")),
            "StartTimeZoneId" => event.span.from.name.clone(),
            "EndTimeZoneId" => event.span.to.name.clone(),
            "JoinOnlineMeetingUrl" => {
                Some(at_text(event, "onlineMeeting", "joinUrl")).filter(|url| !url.is_empty())?.to_owned()
            }
            _ => return None,
        };
        Some(t(name).say(value))
    }

    /// Whether the event has a UID by now.
    pub(crate) fn has_uid(&self, event: &Event) -> bool {
        let made = zones::query_instant(event.text("createdDateTime"));
        let late = Duration::minutes(self.quirks.late_uids.into());
        late.is_zero() || made.is_none_or(|made| self.environment.now() >= made + late)
    }

    fn attendees(&self, event: &Event, list: &str) -> Option<Element> {
        let kind = PEOPLE.iter().find(|(name, _)| *name == list)?.1;
        let all = event.body.get("attendees").and_then(Value::as_array).into_iter().flatten();
        let own = all.filter(|one| one["type"] == kind).map(|one| {
            let status = &one["status"];
            let response = word(RESPONSES, status["response"].as_str().unwrap_or("none"));
            let time = status["time"].as_str().filter(|time| *time != NEVER).and_then(zones::query_instant);
            let mut email = one["emailAddress"].clone();
            let told = self.quirks.people.told(at(&email, "address").as_str().unwrap_or_default()).to_owned();
            put(&mut email, "address", told);
            t("Attendee")
                .hold([mailbox(&email), t("ResponseType").say(response)])
                .hold(time.map(|time| t("LastResponseTime").say(self.clock().at(time))))
        });
        let own: Vec<Element> = own.collect();
        (!own.is_empty()).then(|| t(list).hold(own))
    }

    /// What a master tells of its occurrences.
    fn occurrences(&self, event: &Event, name: &str) -> Option<Element> {
        let series = event.series.as_ref()?;
        let clock = self.clock();
        let info = |element: &str, one: &Event| {
            let original = zones::query_instant(one.text("originalStart")).unwrap_or_else(|| one.span.from.utc());
            let id = t("ItemId").with("Id", one.id()).with("ChangeKey", one.text("changeKey"));
            let time = |name: &str, at: DateTime<Utc>| t(name).say(clock.at(at));
            t(element).hold([
                id,
                time("Start", one.span.from.utc()),
                time("End", one.span.to.utc()),
                time("OriginalStart", original),
            ])
        };
        let living = || days(&series.rule, 1000).into_iter().filter(|day| !series.deleted.contains(day));
        match name {
            "ModifiedOccurrences" => {
                let all: Vec<Element> = series.exceptions.values().map(|one| info("Occurrence", one)).collect();
                (!all.is_empty()).then(|| t(name).hold(all))
            }
            "DeletedOccurrences" => {
                let start = |day: &chrono::NaiveDate| clock.at(event.span_on(*day, &series.rule).from.utc());
                let all: Vec<Element> = series
                    .deleted
                    .iter()
                    .map(|day| t("DeletedOccurrence").hold([t("Start").say(start(day))]))
                    .collect();
                (!all.is_empty()).then(|| t(name).hold(all))
            }
            "FirstOccurrence" => living().next().and_then(|day| event.occurrence(day)).map(|one| info(name, &one)),
            _ if at_text(event, "recurrence", "range/type") == "noEnd" => None,
            _ => living().next_back().and_then(|day| event.occurrence(day)).map(|one| info(name, &one)),
        }
    }
}

fn at_text<'e>(event: &'e Event, member: &str, path: &str) -> &'e str {
    event.body.get(member).and_then(|value| at(value, path).as_str()).unwrap_or_default()
}

/// The global object id of the series: without the day of an instance (docs/facts/ews.md, "Ids").
pub(crate) fn series_uid(uid: &str) -> String {
    match (uid.get(..32), uid.get(40..)) {
        (Some(class), Some(rest)) if class.eq_ignore_ascii_case("040000008200E00074C5B7101A82E008") => {
            format!("{class}00000000{rest}")
        }
        _ => uid.to_owned(),
    }
}

/// When the pattern of its series has the single event begin that is one day of it, by the date
/// bytes of its UID.
fn day_of_series(event: &Event) -> Option<DateTime<Utc>> {
    let uid = event.text("iCalUId");
    let number = |from: usize, to: usize| u32::from_str_radix(uid.get(from..to)?, 16).ok();
    let year = i32::try_from(number(32, 36)?).ok().filter(|_| series_uid(uid) != uid)?;
    let day = NaiveDate::from_ymd_opt(year, number(36, 38)?, number(38, 40)?)?;
    let from = &event.span.from;
    Some(Moment { wall: day.and_time(from.wall.time()), ..from.clone() }.utc())
}

/// Whether it is a meeting: with others.
pub(crate) fn is_meeting(event: &Event) -> bool {
    !event.flag("isOrganizer") || !event.attendees().is_empty()
}

/// Bits: it is a meeting, it was received, it was cancelled.
fn state(event: &Event) -> u8 {
    u8::from(is_meeting(event)) | u8::from(!event.flag("isOrganizer")) << 1 | u8::from(event.flag("isCancelled")) << 2
}

fn mailbox(address: &Value) -> Element {
    let text = |name: &str| address[name].as_str().unwrap_or_default();
    let address = Some(text("address")).filter(|address| !address.is_empty());
    t("Mailbox").hold([t("Name").say(text("name"))]).hold(address.map(|own| t("EmailAddress").say(own))).hold([
        t("RoutingType").say("SMTP"),
        t("MailboxType").say(if text("address").ends_with("contoso.example") { "Mailbox" } else { "OneOff" }),
    ])
}

/// Lists tell the organizer's name only.
fn organizer(event: &Event, in_list: bool) -> Element {
    let empty = Value::Null;
    let address = event.body.get("organizer").map_or(&empty, |who| &who["emailAddress"]);
    let mut who = mailbox(address);
    if in_list {
        who.children.truncate(1);
    }
    t("Organizer").hold([who])
}

/// The member of the mailbox, and its value, that a property of a request means; `None` for those
/// that go together (times, people, marks).
///
/// # Errors
/// A property that clients don't set.
pub(crate) fn member(element: &Element) -> Result<Option<(&'static str, Value)>, Trouble> {
    let text = element.text.as_str();
    let is_true = matches!(text, "true" | "1");
    let own = |table: &[(&str, &'static str)]| {
        table.iter().find(|(word, _)| *word == text).map(|(_, own)| *own).unwrap_or_default()
    };
    Ok(Some(match element.name.as_str() {
        "Subject" => ("subject", text.into()),
        "Sensitivity" => ("sensitivity", text.to_lowercase().into()),
        "Body" => (
            "body",
            json!({"contentType": element.attribute("BodyType").unwrap_or("HTML").to_lowercase(), "content": text}),
        ),
        "Categories" => ("categories", element.children.iter().map(|name| Value::from(name.text.as_str())).collect()),
        "Importance" => ("importance", text.to_lowercase().into()),
        "ReminderIsSet" => ("isReminderOn", is_true.into()),
        "ReminderMinutesBeforeStart" => ("reminderMinutesBeforeStart", text.parse::<i64>().unwrap_or_default().into()),
        "LegacyFreeBusyStatus" => ("showAs", own(SHOWN).into()),
        "Location" => ("location", json!({"displayName": text})),
        "IsResponseRequested" => ("responseRequested", is_true.into()),
        "AllowNewTimeProposal" => ("allowNewTimeProposals", is_true.into()),
        "Start" | "End" | "IsAllDayEvent" | "StartTimeZone" | "EndTimeZone" | "Recurrence" | "ExtendedProperty"
        | "RequiredAttendees" | "OptionalAttendees" | "Resources" | "ItemClass" | "UID" => return Ok(None),
        name => {
            return Err(Trouble::new("ErrorInvalidPropertySet", format!("Set action is invalid for property {name}.")));
        }
    }))
}

/// What a property that is taken away becomes.
///
/// # Errors
/// A property that can't be taken away.
pub(crate) fn without(name: &str) -> Result<(&'static str, Value), Trouble> {
    Ok(match name {
        "Subject" => ("subject", "".into()),
        "Body" => ("body", json!({"contentType": "text", "content": ""})),
        "Categories" => ("categories", json!([])),
        "Location" => ("location", json!({"displayName": ""})),
        "Recurrence" => ("recurrence", Value::Null),
        "ReminderIsSet" => ("isReminderOn", false.into()),
        _ => {
            return Err(Trouble::new(
                "ErrorInvalidPropertyDelete",
                format!("Delete action is invalid for property {name}."),
            ));
        }
    })
}

/// The attendees after the lists of a request took the place of those before.
pub(crate) fn people(before: &[Value], lists: &[(&str, Option<&Element>)]) -> Vec<Value> {
    let kind = |list: &str| PEOPLE.iter().find(|(name, _)| *name == list).map_or("required", |(_, kind)| *kind);
    let replaced: Vec<&str> = lists.iter().map(|(list, _)| kind(list)).collect();
    let kept = before.iter().filter(|one| !replaced.iter().any(|kind| one["type"] == *kind)).cloned();
    let given = lists.iter().filter_map(|(list, people)| Some((kind(list), (*people)?))).flat_map(|(kind, people)| {
        people.children.iter().map(move |one| {
            let text = |name: &str| one.child("Mailbox").and_then(|mailbox| mailbox.text_of(name)).unwrap_or_default();
            let address = text("EmailAddress");
            let same = |own: &&Value| {
                at(own, "emailAddress/address").as_str().is_some_and(|own| own.eq_ignore_ascii_case(address))
            };
            // who stays keeps the answer
            let status = before.iter().find(same).map_or(Value::Null, |own| own["status"].clone());
            let name = if text("Name").is_empty() { address } else { text("Name") };
            json!({"type": kind, "emailAddress": {"name": name, "address": address}, "status": status})
        })
    });
    kept.chain(given).collect()
}

/// The times that a request gives, as far as it gives them.
#[derive(Default)]
pub(crate) struct Times<'e> {
    pub(crate) start: Option<&'e Element>,
    pub(crate) end: Option<&'e Element>,
    pub(crate) all_day: Option<bool>,
    pub(crate) zones: [Option<&'e Element>; 2],
    /// Start, end and whether it is all-day, in the order in which they came.
    steps: Vec<Step>,
}

/// One of the times of a request.
#[derive(Clone, Copy)]
enum Step {
    Start,
    End,
    AllDay(bool),
}

impl<'e> Times<'e> {
    /// Takes over an element, if it is a time.
    pub(crate) fn take(&mut self, element: &'e Element) {
        let is_true = matches!(element.text.as_str(), "true" | "1");
        self.steps.extend(match element.name.as_str() {
            "Start" => Some(Step::Start),
            "End" => Some(Step::End),
            "IsAllDayEvent" => Some(Step::AllDay(is_true)),
            _ => None,
        });
        match element.name.as_str() {
            "Start" => self.start = Some(element),
            "End" => self.end = Some(element),
            "IsAllDayEvent" => self.all_day = Some(is_true),
            "StartTimeZone" => self.zones[0] = Some(element),
            "EndTimeZone" => self.zones[1] = Some(element),
            _ => {}
        }
    }

    /// Whether the request gives any.
    pub(crate) fn is_empty(&self) -> bool {
        self.start.is_none() && self.end.is_none() && self.all_day.is_none() && self.zones == [None, None]
    }

    /// When the item is then. `context` is the request's zone.
    ///
    /// # Errors
    /// A zone that is not known, times in the wrong order, a missing one, more than five years.
    pub(crate) fn span(&self, before: Option<&Span>, context: &str) -> Result<Span, Trouble> {
        let all_day = self.all_day.unwrap_or_else(|| before.is_some_and(|before| before.all_day));
        let from = moment(self.start, self.zones[0], (before.map(|before| &before.from), context))?;
        // an end without a zone of its own is in the zone of the start
        let zone = self.zones[1].or(self.zones[0].filter(|_| before.is_none()));
        let to = moment(self.end, zone, (before.map(|before| &before.to), context))?;
        let mut span = Span { from, to, all_day };
        if let Some(before) = before {
            span = self.stepwise(before, span);
        }
        if all_day {
            widen(&mut span);
        }
        if span.to.utc() < span.from.utc() {
            let message = "EndDate is earlier than StartDate";
            return Err(Trouble::new("ErrorCalendarEndDateIsEarlierThanStartDate", message));
        }
        if span.from.utc().checked_add_months(Months::new(60)).is_some_and(|most| span.to.utc() > most) {
            return Err(Trouble::new(
                "ErrorCalendarDurationIsTooLong",
                "The calendar item lasts longer than five years.",
            ));
        }
        Ok(span)
    }
}

impl Times<'_> {
    /// What a change leaves of `meant` where its properties are worked off one after the other, as
    /// they came: what is set while the item is all-day is cut to midnight at once.
    fn stepwise(&self, before: &Span, meant: Span) -> Span {
        let anew = |old: &Moment, zone: &Moment| Moment { wall: old.wall, ..zone.clone() };
        let mut span =
            Span { from: anew(&before.from, &meant.from), to: anew(&before.to, &meant.to), all_day: before.all_day };
        for step in self.steps.iter().copied() {
            match step {
                Step::Start => span.from.wall = meant.from.wall,
                Step::End => span.to.wall = meant.to.wall,
                Step::AllDay(is) => span.all_day = is,
            }
            if span.all_day {
                for (end, days) in [(&mut span.from, 0), (&mut span.to, 1)] {
                    let days = if end.is_midnight() { 0 } else { days };
                    end.wall = (end.wall.date() + Duration::days(days)).and_time(NaiveTime::MIN);
                }
            }
        }
        span
    }
}

/// Makes the ends of an all-day item midnights of its zone.
fn widen(span: &mut Span) {
    span.to = Moment::of(span.to.utc(), &span.from.name);
    span.from.wall = span.from.wall.date().and_time(NaiveTime::MIN);
    if !span.to.is_midnight() || span.to.wall <= span.from.wall {
        span.to.wall = (span.to.wall.date() + Duration::days(1)).and_time(NaiveTime::MIN);
    }
}

/// One end of an item: a time given anew, or the old wall time in a zone given anew
/// (docs/facts/ews.md, "Updating").
fn moment(
    time: Option<&Element>,
    zone: Option<&Element>,
    (before, context): (Option<&Moment>, &str),
) -> Result<Moment, Trouble> {
    let name = match zone.and_then(|zone| zone.attribute("Id")) {
        Some(name) => name.to_owned(),
        None => before.map_or_else(|| context.to_owned(), |before| before.name.clone()),
    };
    let tz: Tz =
        zones::zone(&name).ok_or_else(|| Trouble::new("ErrorTimeZone", "The specified time zone isn't valid."))?;
    let given = time.and_then(|time| times::parse(&time.text));
    let wall = match (given, before) {
        // without a zone, a wall time is of the item's zone
        (Some(given), _) => given.wall(tz),
        (None, Some(before)) => before.wall,
        (None, None) => return Err(Trouble::new("ErrorRequiredPropertyMissing", "Start and End are required.")),
    };
    Ok(Moment { wall, name, tz })
}

/// Start, end and all-day as the mailbox reads them from a client.
pub(crate) fn spelled(span: &Span) -> Object {
    let time = |moment: &Moment| zones::zoned(moment.wall, &moment.name);
    let all = json!({"start": time(&span.from), "end": time(&span.to), "isAllDay": span.all_day});
    all.as_object().cloned().unwrap_or_default()
}

/// The extended property that an element of an item sets.
///
/// # Errors
/// As [`property::given`].
pub(crate) fn mark(element: &Element) -> Result<Option<(String, String)>, Trouble> {
    if element.is("ExtendedProperty") { property::given(element).map(Some) } else { Ok(None) }
}
