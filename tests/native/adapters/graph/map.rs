//! What each shape of Graph's JSON means: rows.

use crate::support::graph_setup::{mailbox, meeting, task};
use crate::support::world::MAILBOX;
use schedule_sync::graph::map::{self, GraphReading};
use schedule_sync::model::{
    Importance, Item, ItemId, Kind, Original, Reminder, Response, Role, Status, TaskWhen, When,
};
use serde_json::{Value, json};

fn base() -> Value {
    json!({
        "id": "e1", "@odata.etag": "W/\"1\"", "subject": " A \u{a0} b ", "type": "singleInstance",
        "start": {"dateTime": "2026-03-02T10:00:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-03-02T11:00:00.0000000", "timeZone": "UTC"},
        "isOrganizer": true, "lastModifiedDateTime": "2026-03-01T00:00:00Z"
    })
}

/// `base` with `members` in place of its own; null takes one away.
fn with(mut base: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        if value.is_null() {
            base.as_object_mut().unwrap().remove(name);
        } else {
            base[name] = value.clone();
        }
    }
    base
}

fn read(kind: Kind, value: &Value) -> GraphReading {
    map::read(kind, value, &mailbox(), &"c".into())
}

fn content(kind: Kind, value: &Value) -> Item {
    let read = read(kind, value);
    let GraphReading::Content(item) = read else { panic!("{read:?}") };
    *item
}

fn event(members: Value) -> Item {
    content(Kind::Meeting, &with(base(), members))
}

#[test]
fn a_body_is_content_a_tombstone_or_malformed_with_a_reason() {
    let zoned = |time: &str, zone: &str| json!({"dateTime": time, "timeZone": zone});
    for (members, read_as) in [
        (json!({}), "content"),
        (json!({"subject": null, "lastModifiedDateTime": "soon", "importance": "urgent"}), "content"),
        (json!({"@removed": {"reason": "deleted"}}), "tombstone e1"),
        (json!({"@removed": {"reason": "changed"}, "start": null}), "tombstone e1"),
        (json!({"type": "seriesMaster"}), "master e1"),
        (json!({"type": "occurrence", "seriesMasterId": "m", "subject": null}), "skeleton e1 of m"),
        (json!({"id": null}), "malformed id: missing"),
        (json!({"id": ""}), "malformed id: missing"),
        (json!({"start": null}), "malformed start: missing"),
        (json!({"end": {"timeZone": "UTC"}}), "malformed end.dateTime: missing"),
        (
            json!({"start": zoned("2026-02-30T10:00:00", "UTC")}),
            "malformed start.dateTime: no date and time of the calendar",
        ),
        (
            json!({"start": zoned("2026-03-02T10:00:00", "Mars")}),
            "malformed start.timeZone: neither UTC nor the user's zone",
        ),
        (json!({"start": zoned("2026-03-02T11:00:01", "UTC")}), "malformed end: before the start"),
        (json!({"isAllDay": true}), "malformed end: not after the start"),
        (json!({"attendees": "all"}), "malformed attendees: expected a sequence"),
    ] {
        let value = with(base(), members);
        let read = match read(Kind::Meeting, &value) {
            GraphReading::Content(_) => "content".to_owned(),
            GraphReading::Master(id) => format!("master {id}"),
            GraphReading::Skeleton { id, master } => format!("skeleton {id} of {master}"),
            GraphReading::Tombstone(id) => format!("tombstone {id}"),
            GraphReading::Malformed(malformed) => format!("malformed {}", malformed.reason),
        };
        assert_eq!(read, read_as, "{value}");
    }
}

#[test]
fn timed_events_are_instants_and_whole_days_are_dates() {
    let berlin = |time: &str| json!({"dateTime": time, "timeZone": "w. europe standard time"});
    let timed = event(json!({"start": berlin("2026-03-28T10:00:00"), "end": berlin("2026-03-29T10:00:00")}));
    let (start, end) = ("2026-03-28T09:00:00Z".parse().unwrap(), "2026-03-29T08:00:00Z".parse().unwrap());
    assert_eq!(meeting(&timed).when, When::Timed { start, end }, "across the change to summer time");

    let midnight =
        |day: &str| json!({"dateTime": format!("{day}T00:00:00.0000000"), "timeZone": "Tokyo Standard Time"});
    let days = event(json!({"isAllDay": true, "start": midnight("2026-03-02"), "end": midnight("2026-03-04")}));
    let (first, end) = ("2026-03-02".parse().unwrap(), "2026-03-04".parse().unwrap());
    assert_eq!(meeting(&days).when, When::AllDay { first, end });
}

#[test]
fn the_users_own_answer_and_reminder() {
    for (members, answer) in [
        (json!({"responseStatus": {"response": "organizer"}}), Response::Confirmed),
        (json!({"responseStatus": {"response": "Accepted"}, "isOrganizer": false}), Response::Confirmed),
        (json!({"responseStatus": {"response": "declined"}, "isOrganizer": false}), Response::Declined),
        (json!({"responseStatus": {"response": "tentativelyAccepted"}, "isOrganizer": false}), Response::InDoubt),
        (json!({"responseStatus": {"response": "none"}, "isOrganizer": false}), Response::InDoubt),
        (json!({"responseStatus": {"response": "none"}}), Response::Confirmed),
        (json!({"isOrganizer": null}), Response::InDoubt),
    ] {
        assert_eq!(meeting(&event(members.clone())).response, answer, "{members}");
    }
    for (members, reminder) in [
        (json!({"isReminderOn": true, "reminderMinutesBeforeStart": 15}), Reminder::Before(15)),
        (json!({"isReminderOn": false, "reminderMinutesBeforeStart": 15}), Reminder::Off),
        (json!({}), Reminder::Off),
    ] {
        assert_eq!(meeting(&event(members)).reminder, reminder);
    }
}

#[test]
fn people_are_the_others_and_the_organizer_of_a_foreign_meeting() {
    let someone = |address: &str, kind: &str, response: &str| json!({"emailAddress": {"address": address, "name": "N"}, "type": kind, "status": {"response": response}});
    let item = event(json!({
        "isOrganizer": false,
        "organizer": {"emailAddress": {"address": "Boss@x.example", "name": "Boss"}},
        "attendees": [
            someone(&MAILBOX.to_uppercase(), "required", "accepted"),
            someone("zoe@x.example", "Optional", "declined"),
            someone("room@x.example", "resource", "accepted"),
            someone("boss@x.example", "required", "none"),
            someone("/O=EXCHANGELABS/CN=X", "required", "none"),
        ],
    }));
    let people = &meeting(&item).people;
    let told: Vec<_> = people.iter().map(|p| (p.addresses[0].as_str(), p.role, p.response)).collect();
    assert_eq!(
        told,
        [
            ("boss@x.example", Role::Required, Response::Confirmed),
            ("room@x.example", Role::Required, Response::Confirmed),
            ("zoe@x.example", Role::Optional, Response::Declined),
        ]
    );
    assert_eq!((item.facts.organized_by_other, item.facts.attendees), (true, 4));

    let own = event(json!({"organizer": {"emailAddress": {"address": MAILBOX}}, "attendees": []}));
    assert_eq!((meeting(&own).people.len(), own.facts.organized_by_other, own.facts.attendees), (0, false, 0));
}

#[test]
fn the_join_block_is_no_part_of_the_body() {
    let line = "_".repeat(80);
    let join = "<a href='https://teams.microsoft.com/l/meetup-join/x'>Join</a>";
    let html = format!("<html><body><p>Agenda</p><div>{line}</div><div>{join}</div></body></html>");
    let item = event(json!({"isOnlineMeeting": true, "body": {"contentType": "html", "content": html}}));
    assert_eq!((meeting(&item).body.text.as_str(), item.facts.online), ("Agenda", true));
    let plain = event(json!({"body": {"contentType": "Text", "content": "a < b\r\n\r\nc"}}));
    assert_eq!((meeting(&plain).body.text.as_str(), plain.facts.online), ("a < b\nc", false));
}

#[test]
fn facts_that_the_rules_ask_for() {
    let mark =
        json!([{"id": "String {5D0C9F5E-3C51-4F0E-9A6B-7E2D1C84B3A7} name ScheduleSyncMark", "value": "site/a/1"}]);
    let item = event(json!({
        "iCalUId": "u", "transactionId": "t", "sensitivity": "Confidential", "isCancelled": true, "hasAttachments": true,
        "createdDateTime": "2026-01-01T00:00:00Z", "singleValueExtendedProperties": mark, "importance": "HIGH",
        "location": {"displayName": " Room\n1 "}, "@odata.etag": "W/\\\"x\\\"",
    }));
    let facts = &item.facts;
    assert_eq!((facts.uid.as_ref().unwrap().as_str(), facts.transaction.as_deref()), ("u", Some("t")));
    assert!(
        facts.private && facts.canceled && facts.has_unmapped_content && facts.involves_me && facts.created.is_some()
    );
    assert_eq!(facts.mark.as_ref().unwrap().to_string(), "site/a/1");
    assert_eq!((meeting(&item).importance, meeting(&item).place.as_str()), (Importance::High, "Room 1"));
    assert_eq!((item.version.as_str(), item.container.as_str()), ("W/\"x\"", "c"));
    let other = json!([{"id": "String {5d0c9f5e-3c51-4f0e-9a6b-7e2d1c84b3a8} Name Other", "value": "site/a/1"}]);
    assert_eq!(event(json!({"singleValueExtendedProperties": other})).facts.mark, None);
    for (note, local) in [
        ("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", Some("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
        ("{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}", Some("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
        ("no id of an Activity", None),
        ("", None),
    ] {
        let note = json!([{"id": "String {00020329-0000-0000-c000-000000000046} Name localid", "value": note}]);
        let item = event(json!({"singleValueExtendedProperties": note}));
        assert_eq!((item.facts.local.as_ref().map(ItemId::as_str), item.facts.mark), (local, None));
    }
    assert_eq!(event(json!({"@odata.etag": null, "changeKey": "k"})).version.as_str(), "W/\"k\"");
}

#[test]
fn occurrences_keep_the_place_that_the_pattern_gave_them() {
    let at = |text: &str| Original::At(text.parse().unwrap());
    let on = |text: &str| Original::On(text.parse().unwrap());
    let days = json!({"dateTime": "2026-03-04T00:00:00", "timeZone": "UTC"});
    let next = json!({"dateTime": "2026-03-05T00:00:00", "timeZone": "UTC"});
    for (members, original) in [
        (json!({"type": "occurrence"}), at("2026-03-02T10:00:00Z")),
        (json!({"type": "exception", "originalStart": "2026-03-01T10:00:00Z"}), at("2026-03-01T10:00:00Z")),
        (json!({"type": "exception", "isAllDay": true, "start": days, "end": next}), on("2026-03-04")),
        (
            json!({"type": "exception", "isAllDay": true, "start": days, "end": next, "originalStart": "2026-03-02T23:00:00Z"}),
            on("2026-03-03"),
        ),
    ] {
        let item = event(with(members, json!({"seriesMasterId": "m", "transactionId": "t"})));
        let occurrence = item.facts.occurrence.unwrap();
        assert_eq!((occurrence.master.as_str(), occurrence.original), ("m", original));
        assert_eq!(item.facts.transaction, None, "that is its series'");
    }
}

#[test]
fn a_skeleton_gets_its_masters_content_but_not_its_mark() {
    let master =
        with(base(), json!({"id": "m", "type": "seriesMaster", "recurrence": {}, "singleValueExtendedProperties": []}));
    let skeleton = with(base(), json!({"id": "o", "type": "occurrence", "seriesMasterId": "m", "subject": null}));
    let whole = map::filled(&skeleton, &master);
    assert!(whole.get("singleValueExtendedProperties").is_none());
    let item = content(Kind::Meeting, &whole);
    assert_eq!((item.id.as_str(), item.record.title()), ("o", "A b"));
}

#[test]
fn tasks_have_days_and_a_real_reminder() {
    let utc = |time: &str| json!({"dateTime": time, "timeZone": "UTC"});
    let item = content(
        Kind::Task,
        &json!({
            "id": "t", "@odata.etag": "W/\"1\"", "title": "T", "status": "waitingOnOthers", "importance": "low",
            "startDateTime": utc("2026-03-01T00:00:00.0000000"), "dueDateTime": utc("2026-03-01T23:00:00.0000000"),
            "isReminderOn": true, "reminderDateTime": utc("2026-03-01T08:30:00"),
            "recurrence": {"pattern": {"type": "daily"}}, "checklistItems": [{"id": "1"}],
            "linkedResources": [{"externalId": "site/a/0"}, {"externalId": "other"}, {"externalId": "site/a/2"}],
        }),
    );
    let read = task(&item);
    let (start, due) = (Some("2026-03-01".parse().unwrap()), Some("2026-03-02".parse().unwrap()));
    assert_eq!(read.when, TaskWhen::Days { start, due });
    assert_eq!((read.status, read.importance), (Status::Waiting, Importance::Low));
    assert_eq!(read.reminder, Some("2026-03-01T08:30:00Z".parse().unwrap()));
    assert!(item.facts.recurring && item.facts.has_unmapped_content && item.facts.involves_me);
    assert_eq!(item.facts.mark.unwrap().generation, 2);
    let bare = content(Kind::Task, &json!({"id": "t"}));
    assert_eq!(task(&bare).when, TaskWhen::Days { start: None, due: None });
    assert!(!bare.facts.recurring && !bare.facts.has_unmapped_content);
    let broken = json!({"id": "t", "dueDateTime": {"dateTime": "2026-13-01T00:00:00", "timeZone": "UTC"}});
    assert!(matches!(read_task(&broken), GraphReading::Malformed(_)));
}

fn read_task(value: &Value) -> GraphReading {
    read(Kind::Task, value)
}
