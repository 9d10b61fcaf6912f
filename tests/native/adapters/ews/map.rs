//! What the elements of EWS mean: rows of what a server may say and what is read of it.

use crate::support::ews_setup::{mailbox, messages};
use schedule_sync::ews::map::{self, EwsReading};
use schedule_sync::ews::xml::XmlElement;
use schedule_sync::model::{
    Body, Importance, Item, ItemId, Kind, Mark, Meeting, Original, Record, Reminder, Response, Role, Status, Task,
    TaskWhen, When,
};

/// The element `inner` of an item of `kind`.
fn node(kind: Kind, inner: &str) -> XmlElement {
    let name = if kind == Kind::Meeting { "t:CalendarItem" } else { "t:Task" };
    let item = format!("<{name}><t:ItemId Id=\"i\" ChangeKey=\"k\"/>{inner}</{name}>");
    let message = "<m:X><m:ResponseMessages><m:Y ResponseClass=\"Success\"><m:Items>";
    let all = messages(&format!("{message}{item}</m:Items></m:Y></m:ResponseMessages></m:X>"));
    all[0].body.at("Items").unwrap().children[0].clone()
}

const TIMES: &str = "<t:Start>2026-03-05T10:00:00Z</t:Start><t:End>2026-03-05T11:00:00Z</t:End>";

fn item(kind: Kind, inner: &str) -> Item {
    match map::read(kind, &node(kind, inner), &mailbox(), &"c".into()) {
        EwsReading::Content(item) => *item,
        other => panic!("{other:?}"),
    }
}

fn event(inner: &str) -> (Meeting, Item) {
    let item = item(Kind::Meeting, &format!("{TIMES}{inner}"));
    let Record::Meeting(meeting) = &item.record else { panic!("a task") };
    (meeting.clone(), item)
}

fn task(inner: &str) -> (Task, Item) {
    let item = item(Kind::Task, inner);
    let Record::Task(task) = &item.record else { panic!("a meeting") };
    (task.clone(), item)
}

fn reason(kind: Kind, inner: &str) -> String {
    match map::read(kind, &node(kind, inner), &mailbox(), &"c".into()) {
        EwsReading::Malformed(bad) => {
            assert_eq!((bad.id, bad.container), (Some("i".into()), Some("c".into())));
            bad.reason
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_event_is_read_whole() {
    let (meeting, item) = event(
        "<t:ParentFolderId Id=\"c\"/><t:Subject> A &amp; &#x42;\r\n c&#0;</t:Subject><t:Sensitivity>Private</t:Sensitivity>\
         <t:Body BodyType=\"HTML\">&lt;p&gt;one&lt;/p&gt;<![CDATA[<p>two</p>]]></t:Body><t:Importance>High</t:Importance>\
         <t:DateTimeCreated>2026-03-01T00:00:00Z</t:DateTimeCreated><t:ReminderIsSet>true</t:ReminderIsSet>\
         <t:ReminderMinutesBeforeStart>20</t:ReminderMinutesBeforeStart><t:HasAttachments>true</t:HasAttachments>\
         <t:LastModifiedTime>2026-03-02T00:00:00Z</t:LastModifiedTime><t:UID>abc@calendar.example</t:UID>\
         <t:Location>Room</t:Location><t:CalendarItemType>Single</t:CalendarItemType>",
    );
    assert_eq!(meeting.title, "A & B c\u{FFFD}");
    assert_eq!((meeting.body.clone(), meeting.place.as_str()), (Body::from_text("one\ntwo"), "Room"));
    assert_eq!((meeting.importance, meeting.reminder), (Importance::High, Reminder::Before(20)));
    assert_eq!((item.version.as_str(), item.facts.uid.unwrap().as_str()), ("k", "abc@calendar.example"));
    assert!(
        item.facts.private
            && item.facts.has_unmapped_content
            && item.facts.involves_me
            && item.facts.created < item.stamp
    );
}

#[test]
fn all_day_events_are_days_of_their_own_zone() {
    let day = |text: &str| text.parse().unwrap();
    for (start, end, walls, first, last) in [
        // Berlin, told by its wall clock, and by the user's zone alone
        (
            "2026-03-28T23:00:00Z",
            "2026-03-29T22:00:00Z",
            Some(("2026-03-29T00:00:00", "2026-03-30T00:00:00")),
            "2026-03-29",
            "2026-03-30",
        ),
        ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", None, "2026-03-29", "2026-03-30"),
        // Los Angeles, Auckland: not the user's days
        (
            "2026-03-05T08:00:00Z",
            "2026-03-06T08:00:00Z",
            Some(("2026-03-05T00:00:00", "2026-03-06T00:00:00")),
            "2026-03-05",
            "2026-03-06",
        ),
        (
            "2026-03-04T11:00:00Z",
            "2026-03-05T11:00:00Z",
            Some(("2026-03-05T00:00:00+13:00", "2026-03-06T00:00:00+13:00")),
            "2026-03-05",
            "2026-03-06",
        ),
        // Moscow and London, of which nothing is told: the nearest midnight
        // Moscow
        ("2026-03-04T21:00:00Z", "2026-03-05T21:00:00Z", None, "2026-03-05", "2026-03-06"),
        ("2026-03-05T00:00:00Z", "2026-03-06T00:00:00Z", None, "2026-03-05", "2026-03-06"),
        // two days over the end of summer time
        ("2026-10-23T22:00:00Z", "2026-10-25T23:00:00Z", None, "2026-10-24", "2026-10-26"),
    ] {
        let walls = walls.map_or_else(String::new, |(start, end)| {
            format!("<t:StartWallClock>{start}</t:StartWallClock><t:EndWallClock>{end}</t:EndWallClock>")
        });
        let inner =
            format!("<t:Start>{start}</t:Start><t:End>{end}</t:End><t:IsAllDayEvent>true</t:IsAllDayEvent>{walls}");
        let Record::Meeting(meeting) = item(Kind::Meeting, &inner).record else { panic!("a task") };
        assert_eq!(meeting.when, When::AllDay { first: day(first), end: day(last) }, "{start} {walls}");
    }
}

#[test]
fn an_occurrence_tells_its_place() {
    let at = |text: &str| Original::At(text.parse().unwrap());
    for (inner, original) in [
        (
            "<t:OriginalStart>2026-03-04T10:00:00Z</t:OriginalStart><t:CalendarItemType>Exception</t:CalendarItemType>",
            at("2026-03-04T10:00:00Z"),
        ),
        (
            "<t:RecurrenceId>2026-03-03T10:00:00Z</t:RecurrenceId><t:CalendarItemType>Exception</t:CalendarItemType>",
            at("2026-03-03T10:00:00Z"),
        ),
        ("<t:CalendarItemType>Occurrence</t:CalendarItemType>", at("2026-03-05T10:00:00Z")),
    ] {
        assert_eq!(event(inner).1.facts.occurrence.map(|one| one.original), Some(original), "{inner}");
    }
    // of an all-day one the day, though its zone had another offset then
    let all_day = "<t:Start>2026-03-29T22:00:00Z</t:Start><t:End>2026-03-30T22:00:00Z</t:End><t:OriginalStart>2026-03-23T23:00:00Z</t:OriginalStart>\
        <t:IsAllDayEvent>1</t:IsAllDayEvent><t:CalendarItemType>Exception</t:CalendarItemType><t:StartWallClock>2026-03-30T00:00:00</t:StartWallClock>";
    let original = item(Kind::Meeting, all_day).facts.occurrence.map(|one| one.original);
    assert_eq!(original, Some(Original::On("2026-03-24".parse().unwrap())));
    let master = "<t:UID>u</t:UID><t:CalendarItemType>RecurringMaster</t:CalendarItemType>";
    let read = map::read(Kind::Meeting, &node(Kind::Meeting, master), &mailbox(), &"c".into());
    assert_eq!(read, EwsReading::Master("i".into(), Some("u".into())));
}

#[test]
fn who_organizes_and_what_the_user_answered() {
    let organizer = |address: &str| {
        format!("<t:Organizer><t:Mailbox><t:EmailAddress>{address}</t:EmailAddress></t:Mailbox></t:Organizer>")
    };
    let (own, other) = (organizer("demo@corp.contoso.example"), organizer("anna@contoso.example"));
    let answer = |word: &str| format!("<t:MyResponseType>{word}</t:MyResponseType>");
    let is = |own: bool| format!("<t:IsOrganizer>{own}</t:IsOrganizer>");
    for (what, inner, foreign, response) in [
        ("a plain appointment", String::new(), false, Response::Confirmed),
        ("an own one", is(true), false, Response::Confirmed),
        ("an own meeting", format!("{}{own}", answer("Organizer")), false, Response::Confirmed),
        ("an own one nobody was told of", answer("NoResponseReceived"), false, Response::Confirmed),
        ("an invitation", format!("{}{other}{}", answer("NoResponseReceived"), is(false)), true, Response::InDoubt),
        ("an accepted one", format!("{}{other}{}", answer("Accept"), is(false)), true, Response::Confirmed),
        ("a declined one", format!("{}{other}", answer("Decline")), true, Response::Declined),
        ("a tentative one", format!("{}{other}{}", answer("Tentative"), is(false)), true, Response::InDoubt),
        ("an older server's", format!("{}{other}", answer("NoResponseReceived")), true, Response::InDoubt),
        ("no meeting", format!("<t:IsMeeting>false</t:IsMeeting>{}", is(false)), false, Response::Confirmed),
    ] {
        let (meeting, item) = event(&inner);
        assert_eq!((item.facts.organized_by_other, meeting.response), (foreign, response), "{what}");
        let anna = meeting.people.iter().any(|one| one.addresses[0].as_str() == "anna@contoso.example");
        assert_eq!(anna, foreign, "{what}: the organizer takes part");
    }
}

#[test]
fn people_are_those_with_an_address() {
    let attendee = |address: &str, answer: &str| {
        format!(
            "<t:Attendee><t:Mailbox><t:Name>N</t:Name><t:EmailAddress>{address}</t:EmailAddress></t:Mailbox><t:ResponseType>{answer}</t:ResponseType></t:Attendee>"
        )
    };
    let (meeting, item) = event(&format!(
        "<t:RequiredAttendees>{}{}</t:RequiredAttendees><t:OptionalAttendees>{}</t:OptionalAttendees><t:Resources>{}</t:Resources>",
        attendee("Boris@contoso.example", "Accept"),
        attendee("demo@corp.contoso.example", "Organizer"),
        attendee("clara@contoso.example", "Decline"),
        attendee("/o=Org/cn=Room", "Unknown"),
    ));
    let people: Vec<_> = meeting.people.iter().map(|one| (one.addresses[0].as_str(), one.role, one.response)).collect();
    assert_eq!(
        people,
        [
            ("boris@contoso.example", Role::Required, Response::Confirmed),
            ("clara@contoso.example", Role::Optional, Response::Declined)
        ]
    );
    assert_eq!(item.facts.attendees, 3, "with the room");
}

#[test]
fn marks_and_notes_are_found_however_they_are_spelled() {
    let property = |uri: &str, value: &str| {
        format!("<t:ExtendedProperty><t:ExtendedFieldURI {uri}/><t:Value>{value}</t:Value></t:ExtendedProperty>")
    };
    let ours = "PropertySetId=\"5D0C9F5E-3C51-4F0E-9A6B-7E2D1C84B3A7\" PropertyName=\"schedulesyncmark\" PropertyType=\"String\"";
    let both = "DistinguishedPropertySetId=\"PublicStrings\" PropertySetId=\"00020329-0000-0000-c000-000000000046\" PropertyName=\"localid\" PropertyType=\"String\"";
    let guid =
        "PropertySetId=\"00020329-0000-0000-C000-000000000046\" PropertyName=\"LocalId\" PropertyType=\"String\"";
    let name = "DistinguishedPropertySetId=\"PublicStrings\" PropertyName=\"LocalId\" PropertyType=\"String\"";
    let other =
        "PropertySetId=\"00020329-0000-0000-c000-000000000046\" PropertyName=\"crmActivityId\" PropertyType=\"String\"";
    let mark = Mark { site: "site".into(), activity: "a".into(), generation: 3 };
    let (_, item) = event(&[property(other, "x"), property(ours, "site/a/3"), property(ours, "site/a/3")].concat());
    assert_eq!((item.facts.mark, item.facts.local), (Some(mark), None));
    let activity = "0F8FAD5B-D9CB-469F-A165-70867728950E";
    for uri in [both, guid, name] {
        let (_, item) = event(&property(uri, &format!("{{{activity}}}")));
        assert_eq!(item.facts.local, Some(ItemId::from(activity.to_lowercase().as_str())), "{uri}");
    }
    let inherited = format!("{}<t:CalendarItemType>Occurrence</t:CalendarItemType>", property(ours, "site/a/3"));
    assert_eq!(event(&inherited).1.facts.mark, None, "the series' mark is not its occurrences'");
}

#[test]
fn an_event_of_ours_tells_its_transaction() {
    let id = "1f0e9a6b-7e2d-5c84-b3a7-5d0c9f5e3c51";
    let uid = format!("040000008200E00074C5B7101A82E008{}10000000{}", "0".repeat(40), id.replace('-', ""));
    let transaction = |uid: &str| event(&format!("<t:UID>{uid}</t:UID>")).1.facts.transaction;
    assert_eq!(transaction(&uid).as_deref(), Some(id));
    assert_eq!(transaction(&uid.replacen("E00800", "E00807", 1)), None, "another's, with a time of creation");
}

#[test]
fn a_task_is_read_whole() {
    let day = |text: &str| text.parse().ok();
    let (task, item) = task(
        "<t:Subject>Call</t:Subject><t:Body BodyType=\"Text\">a &lt; b</t:Body><t:Importance>Low</t:Importance>\
         <t:ReminderDueBy>2026-03-05T08:00:00Z</t:ReminderDueBy><t:ReminderIsSet>true</t:ReminderIsSet>\
         <t:DueDate>2026-03-06T23:00:00Z</t:DueDate><t:StartDate>2026-03-05T00:00:00Z</t:StartDate><t:Status>InProgress</t:Status>",
    );
    assert_eq!(
        task.when,
        TaskWhen::Days { start: day("2026-03-05"), due: day("2026-03-07") },
        "midnight in Berlin, and in UTC"
    );
    assert_eq!((task.body, task.importance), (Body::from_text("a < b"), Importance::Low));
    assert_eq!((task.reminder, task.status), ("2026-03-05T08:00:00Z".parse().ok(), Status::InProgress));
    assert!(item.facts.involves_me && !item.facts.recurring);
}

#[test]
fn status_and_percent_of_tasks() {
    for (inner, status) in [
        ("", Status::NotStarted),
        ("<t:Status>NotStarted</t:Status>", Status::NotStarted),
        ("<t:PercentComplete>0</t:PercentComplete><t:Status>Completed</t:Status>", Status::Completed),
        ("<t:Status>WaitingOnOthers</t:Status>", Status::Waiting),
        ("<t:Status>Deferred</t:Status>", Status::Deferred),
        ("<t:Status>Unheard</t:Status>", Status::NotStarted),
        ("<t:PercentComplete>66.7</t:PercentComplete>", Status::InProgress),
        ("<t:PercentComplete>10000</t:PercentComplete>", Status::Completed),
        ("<t:IsComplete>true</t:IsComplete>", Status::Completed),
    ] {
        assert_eq!(task(inner).0.status, status, "{inner}");
    }
}

#[test]
fn whose_task_it_is() {
    let ownership = |value: &str| {
        format!(
            "<t:ExtendedProperty><t:ExtendedFieldURI DistinguishedPropertySetId=\"Task\" PropertyId=\"33065\" PropertyType=\"Integer\"/><t:Value>{value}</t:Value></t:ExtendedProperty>"
        )
    };
    let state = |word: &str| format!("<t:DelegationState>{word}</t:DelegationState>");
    for (inner, mine) in [
        (String::new(), true),
        (ownership("0"), true),
        (ownership("1"), false),
        (ownership("2") + &state("Owned"), true),
        (state("NoMatch"), true),
        (state("Owned"), false),
        (state("OwnNew"), false),
    ] {
        assert_eq!(task(&inner).1.facts.involves_me, mine, "{inner}");
    }
    assert!(task("<t:IsRecurring>true</t:IsRecurring>").1.facts.recurring);
}

#[test]
fn what_cannot_be_used_says_why() {
    let times = |start: &str, end: &str| format!("<t:Start>{start}</t:Start><t:End>{end}</t:End>");
    for (kind, inner, why) in [
        (Kind::Meeting, String::new(), "Start: missing"),
        (Kind::Meeting, "<t:Start>2026-03-05T10:00:00Z</t:Start>".to_owned(), "End: missing"),
        (Kind::Meeting, times("soon", "2026-03-05T10:00:00Z"), "Start: no date and time of the calendar"),
        (Kind::Meeting, times("2026-03-05T10:00:00Z", "2026-03-05T09:00:00Z"), "End: before the start"),
        (
            Kind::Meeting,
            times("2026-03-05T23:00:00Z", "2026-03-05T23:00:00Z") + "<t:IsAllDayEvent>true</t:IsAllDayEvent>",
            "End: not after the start",
        ),
        (
            Kind::Task,
            "<t:DueDate>2026-02-30T00:00:00Z</t:DueDate>".to_owned(),
            "DueDate: no date and time of the calendar",
        ),
    ] {
        assert_eq!(reason(kind, &inner), why, "{inner}");
    }
    let long = node(Kind::Meeting, TIMES);
    let mut long = long;
    long.children[0].attributes[0].1 = "x".repeat(600);
    let read = map::read(Kind::Meeting, &long, &mailbox(), &"c".into());
    assert!(matches!(read, EwsReading::Malformed(bad) if bad.id.is_none() && bad.reason == "ItemId: missing"));
    let other = map::read(Kind::Task, &node(Kind::Meeting, TIMES), &mailbox(), &"c".into());
    assert!(matches!(other, EwsReading::Malformed(bad) if bad.reason == "no task"));
}
