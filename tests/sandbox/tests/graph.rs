//! The Graph emulator, through HTTP values, every exchange checked against Microsoft's description.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)] // a test fails by panicking

mod client;

use client::{Client, each, items, now};
use sandbox::{Seed, Server};
use serde_json::{Value, json};

const EVENTS: &str = "/v1.0/me/events";
const DELTA: &str = "/v1.0/me/calendarView/delta?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z";
const VIEW: &str = "/v1.0/me/calendarView?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z&$top=100";

fn at(start: &str, end: &str) -> Value {
    json!({"start": {"dateTime": start, "timeZone": "UTC"}, "end": {"dateTime": end, "timeZone": "UTC"}})
}

fn with(mut base: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("no object") };
    base.as_object_mut().unwrap().extend(more);
    base
}

fn meeting() -> Value {
    with(at("2026-11-20T10:00:00", "2026-11-20T11:00:00"), json!({"subject": "a"}))
}

fn path(event: &Value) -> String {
    format!("{EVENTS}/{}", event["id"].as_str().unwrap())
}

fn weekly(start: &str, more: Value) -> Value {
    let range = with(json!({"type": "noEnd", "startDate": start, "recurrenceTimeZone": "UTC"}), more);
    let pattern = json!({"type": "weekly", "interval": 1, "daysOfWeek": ["friday"]});
    with(
        at(&format!("{start}T10:00:00"), &format!("{start}T11:00:00")),
        json!({"subject": "s", "recurrence": {"pattern": pattern, "range": range}}),
    )
}

#[test]
fn the_door() {
    let mut client = Client::new(Seed::Empty);
    let good = client.token.clone();
    for (token, status) in [("", 401), ("nonsense", 401), (good.as_str(), 200)] {
        client.token = token.to_owned();
        let got = client.send("GET", "/v1.0/me", None, &[]);
        assert_eq!(got.status, status);
        assert_eq!(got.headers["access-control-allow-origin"], "*");
        assert!(got.headers["access-control-expose-headers"].to_str().unwrap().contains("Retry-After"));
        assert_eq!(got.headers.contains_key("www-authenticate"), status == 401);
    }
    client.token = client.sandbox.desk.issue_token("nobody@contoso.example");
    assert_eq!(client.send("GET", "/v1.0/me", None, &[]).body["error"]["code"], "MailboxNotEnabledForRESTAPI");
    client.token = good;
    let got = client.send("GET", "/v1.0/me/nowhere?a=1", None, &["client-request-id: mine"]);
    assert_eq!((got.status, &got.headers["client-request-id"]), (501, &"mine".parse().unwrap()));
    assert!(got.body["error"]["message"].as_str().unwrap().contains("GET /v1.0/me/nowhere?a=1"));
    let got = client.send("OPTIONS", EVENTS, None, &["Access-Control-Request-Headers: authorization,prefer"]);
    assert_eq!(
        (got.status, &got.headers["access-control-allow-headers"]),
        (200, &"authorization,prefer".parse().unwrap())
    );
    let log: Vec<_> = client.sandbox.desk.log().iter().map(|row| row.status).collect();
    assert_eq!(log, [401, 401, 200, 404, 501]);
}

#[test]
fn seeds() {
    for (seed, calendars, lists, events, tasks) in [(Seed::Empty, 1, 1, 0, 0), (Seed::Demo, 3, 3, 28, 9)] {
        let mut client = Client::new(seed);
        let all = client.get("/v1.0/me/calendars");
        assert_eq!(items(&all).len(), calendars);
        assert_eq!(
            (&all["value"][0]["isDefaultCalendar"], &all["value"][0]["name"]),
            (&json!(true), &json!("Calendar"))
        );
        let all = client.get("/v1.0/me/todo/lists");
        assert_eq!((items(&all).len(), &all["value"][0]["wellknownListName"]), (lists, &json!("defaultList")));
        let mut found = 0;
        for list in each(items(&all), "id") {
            found += items(&client.get(&format!("/v1.0/me/todo/lists/{list}/tasks"))).len();
        }
        assert_eq!(found, tasks);
        assert_eq!(client.pages(EVENTS, 50).0.len(), events);
        let settings = client.get("/v1.0/me/mailboxSettings");
        assert_eq!(settings["timeZone"], "Russian Standard Time");
        assert_eq!(client.get("/v1.0/me")["mail"], "demo@contoso.example");
    }
    let ids = |mut client: Client| each(&client.pages(EVENTS, 50).0, "id");
    assert_eq!(ids(Client::new(Seed::Demo)), ids(Client::new(Seed::Demo)));
}

#[test]
fn a_created_event_has_the_defaults_of_the_server() {
    let mut client = Client::new(Seed::Empty);
    let event = client.create(EVENTS, &with(meeting(), json!({"transactionId": "t", "location": {"displayName": "L"}, "body": {"contentType": "html", "content": "<b>x</b> &amp; y"}})));
    let expected = json!({"showAs": "busy", "sensitivity": "normal", "importance": "normal", "type": "singleInstance",
        "isReminderOn": true, "reminderMinutesBeforeStart": 15, "isOrganizer": true, "bodyPreview": "x & y"});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&event[name], value, "{name}");
    }
    assert!(event["body"]["content"].as_str().unwrap().starts_with("<html>\r\n<head>\r\n<meta "));
    assert_eq!(event["start"], json!({"dateTime": "2026-11-20T10:00:00.0000000", "timeZone": "UTC"}));
    assert_eq!(event["locations"][0]["displayName"], "L");
    assert!(event["id"].as_str().unwrap().ends_with('=') && event["iCalUId"].as_str().unwrap().len() == 112);
    assert_eq!(event["@odata.etag"], format!("W/\"{}\"", event["changeKey"].as_str().unwrap()));
    let again = client.create(EVENTS, &with(meeting(), json!({"transactionId": "t"})));
    assert_eq!(again["id"], event["id"]);
    client.delete(&path(&event));
    assert_ne!(client.create(EVENTS, &with(meeting(), json!({"transactionId": "t"})))["id"], event["id"]);
    assert_eq!(client.send("GET", &path(&event), None, &[]).body["error"]["code"], "ErrorItemNotFound");
}

#[test]
fn times_and_zones() {
    let mut client = Client::new(Seed::Empty);
    let zoned = |zone: &str| json!({"start": {"dateTime": "2026-07-01T12:00", "timeZone": zone}, "end": {"dateTime": "2026-07-01T13:00:00.5", "timeZone": zone}});
    for (zone, utc) in
        [("Pacific Standard Time", "19"), ("Europe/Moscow", "09"), ("UTC", "12"), ("W. Europe Standard Time", "10")]
    {
        let event = client.create(EVENTS, &zoned(zone));
        assert_eq!(
            event["start"],
            json!({"dateTime": "2026-07-01T12:00:00.0000000", "timeZone": zone}),
            "a POST answers in the zone sent"
        );
        let read = client.get(&path(&event));
        assert_eq!(read["start"]["dateTime"], format!("2026-07-01T{utc}:00:00.0000000"), "{zone}");
        assert_eq!(read["originalStartTimeZone"], zone);
        let got = client.send(
            "GET",
            &path(&event),
            None,
            &["Prefer: outlook.timezone=\"Tokyo Standard Time\", IdType=\"ImmutableId\""],
        );
        assert_eq!(got.body["start"]["timeZone"], "Tokyo Standard Time");
        assert!(got.headers["preference-applied"].to_str().unwrap().contains("ImmutableId"));
    }
    let day = json!({"isAllDay": true, "start": {"dateTime": "2026-11-20T00:00:00", "timeZone": "Tokyo Standard Time"},
        "end": {"dateTime": "2026-11-21T00:00:00", "timeZone": "Tokyo Standard Time"}});
    let event = client.create(EVENTS, &day);
    let got = client.send("GET", &path(&event), None, &["Prefer: outlook.timezone=\"Pacific Standard Time\""]);
    assert_eq!(
        got.body["start"],
        json!({"dateTime": "2026-11-20T00:00:00.0000000", "timeZone": "Pacific Standard Time"})
    );
    let tokyo = "/v1.0/me/calendarView?startDateTime=2026-11-20T15:00:00Z&endDateTime=2026-11-21T00:00:00Z";
    assert!(items(&client.get(tokyo)).is_empty(), "the stored zone's real instants are filtered");
}

#[test]
fn refused_events() {
    let mut client = Client::new(Seed::Empty);
    let day = |start: &str, end: &str| with(at(start, end), json!({"isAllDay": true}));
    let rows = [
        (with(meeting(), json!({"subjekt": "a"})), "RequestBodyRead"),
        (with(meeting(), json!({"importance": "urgent"})), "RequestBodyRead"),
        (with(meeting(), json!({"isAllDay": "yes"})), "RequestBodyRead"),
        (with(meeting(), json!({"location": {"name": "x"}})), "RequestBodyRead"),
        (json!({"subject": "no times"}), "ErrorPropertyValidationFailure"),
        (at("2026-02-30T10:00:00", "2026-03-01T10:00:00"), "ErrorPropertyValidationFailure"),
        (at("2026-11-20T10:00:00", "2026-11-20T09:00:00"), "ErrorPropertyValidationFailure"),
        (day("2026-11-20T10:00:00", "2026-11-21T10:00:00"), "ErrorPropertyValidationFailure"),
        (day("2026-11-20T00:00:00", "2026-11-20T00:00:00"), "ErrorPropertyValidationFailure"),
        (
            with(meeting(), json!({"start": {"dateTime": "2026-11-20T10:00:00", "timeZone": "Mars"}})),
            "ErrorPropertyValidationFailure",
        ),
        (
            with(meeting(), json!({"recurrence": weekly("2026-11-27", json!({}))["recurrence"]})),
            "ErrorPropertyValidationFailure",
        ),
        (
            with(meeting(), json!({"singleValueExtendedProperties": [{"id": "x", "value": "y"}]})),
            "ErrorInvalidProperty",
        ),
    ];
    for (body, code) in rows {
        let got = client.send("POST", EVENTS, Some(&body), &[]);
        assert_eq!((got.status, &got.body["error"]["code"]), (400, &json!(code)), "{body}");
    }
    assert!(items(&client.get(EVENTS)).is_empty());
}

#[test]
fn changed_events() {
    let mut client = Client::new(Seed::Empty);
    let event = client.create(EVENTS, &with(meeting(), json!({"categories": ["x"]})));
    let url = path(&event);
    let changed = client.patch(&url, &json!({"location": {"displayName": "here"}}));
    assert_eq!((&changed["categories"], &changed["locations"][0]["displayName"]), (&json!(["x"]), &json!("here")));
    assert_ne!(changed["@odata.etag"], event["@odata.etag"]);
    let stale = format!("If-Match: {}", event["@odata.etag"].as_str().unwrap());
    let fresh = format!("If-Match: {}", changed["@odata.etag"].as_str().unwrap());
    for (verb, body) in [("PATCH", Some(json!({"subject": "b"}))), ("DELETE", None)] {
        let got = client.send(verb, &url, body.as_ref(), &[&stale]);
        assert_eq!((got.status, &got.body["error"]["code"]), (412, &json!("ErrorIrresolvableConflict")), "{verb}");
    }
    for (body, status) in [
        (json!({"transactionId": "t"}), 400),
        (json!({"isAllDay": true}), 400),
        (json!({"end": {"dateTime": "2026-11-20T09:00:00", "timeZone": "UTC"}}), 400),
        (json!({"showAs": null}), 400),
    ] {
        assert_eq!(client.send("PATCH", &url, Some(&body), &[]).status, status, "{body}");
    }
    assert_eq!(client.send("DELETE", &url, None, &[&fresh]).status, 204);
}

#[test]
fn an_online_meeting_lives_in_its_body() {
    let mut client = Client::new(Seed::Empty);
    let event = client.create(
        EVENTS,
        &with(meeting(), json!({"isOnlineMeeting": true, "body": {"contentType": "text", "content": "hello"}})),
    );
    let joined = event["onlineMeeting"]["joinUrl"].as_str().unwrap().to_owned();
    assert!(event["body"]["content"].as_str().unwrap().contains(&joined));
    assert_eq!(client.patch(&path(&event), &json!({"isOnlineMeeting": false}))["isOnlineMeeting"], true);
    let spliced = event["body"]["content"].as_str().unwrap().replace("hello", "bye");
    let kept = client.patch(&path(&event), &json!({"body": {"contentType": "html", "content": spliced}}));
    assert_eq!((&kept["isOnlineMeeting"], &kept["body"]["content"]), (&json!(true), &json!(spliced)));
    let lost = client.patch(&path(&event), &json!({"body": {"contentType": "html", "content": "bye"}}));
    assert_eq!((&lost["isOnlineMeeting"], &lost["onlineMeeting"]), (&json!(false), &Value::Null));
    let text = client.send("GET", &path(&event), None, &["Prefer: outlook.body-content-type=\"text\""]);
    assert_eq!(text.body["body"], json!({"contentType": "text", "content": "bye"}));
}

#[test]
fn copies_of_others_meetings() {
    let mut client = Client::new(Seed::Demo);
    let found = client.get("/v1.0/me/events?$filter=startswith(subject,'Invitation')");
    let url = path(&items(&found)[0]);
    for (body, status) in [
        (json!({"subject": "x"}), 403),
        (json!({"categories": ["x"], "showAs": "oof", "isReminderOn": false, "sensitivity": "private"}), 200),
        (
            json!({"singleValueExtendedProperties": [{"id": "String {00020329-0000-0000-C000-000000000046} Name a", "value": "y"}]}),
            200,
        ),
    ] {
        assert_eq!(client.send("PATCH", &url, Some(&body), &[]).status, status, "{body}");
    }
    assert_eq!(client.send("POST", &format!("{url}/cancel"), Some(&json!({"Comment": "c"})), &[]).status, 400);
    for (verb, body, status, response) in [
        ("accept", json!({"sendResponse": false}), 202, "accepted"),
        ("tentativelyAccept", json!({"Comment": "?", "SendResponse": true}), 202, "tentativelyAccepted"),
        (
            "accept",
            json!({"proposedNewTime": at("2026-11-20T10:00:00", "2026-11-20T11:00:00")}),
            400,
            "tentativelyAccepted",
        ),
        ("decline", json!({"reason": "x"}), 400, "tentativelyAccepted"),
        ("decline", json!({}), 202, "declined"),
    ] {
        assert_eq!(client.send("POST", &format!("{url}/{verb}"), Some(&body), &[]).status, status, "{verb} {body}");
        assert_eq!(client.get(&url)["responseStatus"]["response"], response);
    }
    let own = client.create(EVENTS, &meeting());
    assert_eq!(client.send("POST", &format!("{}/accept", path(&own)), Some(&json!({})), &[]).status, 400);
    let mails: Vec<_> = client.sandbox.graph.mails().into_iter().map(|mail| mail.recipients.join(" ")).collect();
    assert_eq!(mails, ["anna.petrova@fabrikam.example", "anna.petrova@fabrikam.example"]);
    let shared = client.get("/v1.0/me/calendars?$filter=canEdit%20eq%20false");
    let shared = format!("/v1.0/me/calendars/{}/events", items(&shared)[0]["id"].as_str().unwrap());
    assert_eq!(client.send("POST", &shared, Some(&meeting()), &[]).status, 403);
}

#[test]
fn who_is_mailed() {
    let mut client = Client::new(Seed::Empty);
    let who = |names: &str| {
        names.split_whitespace().map(|name| json!({"emailAddress": {"address": name}})).collect::<Vec<_>>()
    };
    let event = client.create(EVENTS, &with(meeting(), json!({"attendees": who("a b")})));
    let url = path(&event);
    let rows = [
        (json!({"showAs": "free", "categories": [], "reminderMinutesBeforeStart": 5}), ""),
        (json!({"subject": "a"}), "a b"),
        (json!({"attendees": who("a c")}), "c b"),
        (json!({"location": {"displayName": "x"}, "attendees": who("a")}), "a c"),
    ];
    let mut expected = vec!["a b".to_owned()];
    for (body, recipients) in rows {
        client.patch(&url, &body);
        expected.extend((!recipients.is_empty()).then(|| recipients.to_owned()));
    }
    assert_eq!(client.send("POST", &format!("{url}/cancel"), Some(&json!({"Comment": "sorry"})), &[]).status, 202);
    expected.push("a".to_owned());
    let mails: Vec<_> = client.sandbox.graph.mails().into_iter().map(|mail| mail.recipients.join(" ")).collect();
    assert_eq!(mails, expected);
}

#[test]
fn recurrence_rules() {
    let rows = [
        (
            "2026-11-02",
            json!({"type": "daily", "interval": 3}),
            json!({"type": "numbered", "numberOfOccurrences": 3}),
            "02 05 08",
        ),
        ("2026-11-02", json!({"type": "daily", "interval": 10}), json!({"type": "noEnd"}), "02 12 22"),
        (
            "2026-11-03",
            json!({"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "tuesday"], "firstDayOfWeek": "monday"}),
            json!({"type": "endDate", "endDate": "2026-11-30"}),
            "03 16 17 30",
        ),
        (
            "2026-11-01",
            json!({"type": "weekly", "interval": 2, "daysOfWeek": ["sunday", "monday"], "firstDayOfWeek": "monday"}),
            json!({"type": "noEnd"}),
            "01 09 15 23 29",
        ),
        (
            "2026-09-30",
            json!({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31}),
            json!({"type": "noEnd"}),
            "30",
        ),
        (
            "2026-10-13",
            json!({"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["tuesday"], "index": "second"}),
            json!({"type": "noEnd"}),
            "10",
        ),
        (
            "2026-10-30",
            json!({"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["friday"], "index": "last"}),
            json!({"type": "noEnd"}),
            "27",
        ),
        (
            "2024-11-05",
            json!({"type": "absoluteYearly", "interval": 1, "dayOfMonth": 5, "month": 11}),
            json!({"type": "noEnd"}),
            "05",
        ),
        (
            "2025-11-27",
            json!({"type": "relativeYearly", "interval": 1, "daysOfWeek": ["thursday"], "index": "fourth", "month": 11}),
            json!({"type": "noEnd"}),
            "26",
        ),
        (
            "2025-11-05",
            json!({"type": "absoluteYearly", "interval": 2, "dayOfMonth": 5, "month": 11}),
            json!({"type": "noEnd"}),
            "",
        ),
    ];
    for (start, pattern, range, days) in rows {
        let mut client = Client::new(Seed::Empty);
        let recurrence = json!({"pattern": pattern, "range": with(range, json!({"startDate": start}))});
        let event =
            with(at(&format!("{start}T10:00:00"), &format!("{start}T11:00:00")), json!({"recurrence": recurrence}));
        let master = client.create(EVENTS, &event);
        assert_eq!(master["type"], "seriesMaster");
        let found = client.get(VIEW);
        let found: Vec<_> =
            items(&found).iter().map(|one| one["start"]["dateTime"].as_str().unwrap()[8..10].to_owned()).collect();
        assert_eq!(found.join(" "), days, "{pattern}");
        let instances = VIEW.replace("calendarView", &format!("events/{}/instances", master["id"].as_str().unwrap()));
        assert_eq!(items(&client.get(&instances)).len(), found.len());
    }
    for (pattern, range) in [
        (json!({"type": "daily", "interval": 0}), json!({"type": "noEnd"})),
        (json!({"type": "weekly", "interval": 1}), json!({"type": "noEnd"})),
        (json!({"type": "absoluteMonthly", "interval": 1}), json!({"type": "noEnd"})),
        (json!({"type": "daily", "interval": 1}), json!({"type": "numbered"})),
        (json!({"type": "daily", "interval": 1}), json!({"type": "endDate", "endDate": "2026-01-01"})),
        (json!({"type": "daily", "interval": 1}), json!({})),
    ] {
        let recurrence = json!({"pattern": pattern, "range": with(range, json!({"startDate": "2026-11-20"}))});
        let got = Client::new(Seed::Empty).send(
            "POST",
            EVENTS,
            Some(&with(meeting(), json!({"recurrence": recurrence}))),
            &[],
        );
        assert_eq!(got.status, 400, "{pattern}");
    }
}

#[test]
fn a_series_keeps_its_wall_clock_over_the_change_of_summer_time() {
    let mut client = Client::new(Seed::Empty);
    let zone = "W. Europe Standard Time";
    let recurrence = json!({"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["friday"]}, "range": {"type": "noEnd", "startDate": "2026-10-23"}});
    let event = json!({"start": {"dateTime": "2026-10-23T10:00:00", "timeZone": zone}, "end": {"dateTime": "2026-10-23T11:00:00", "timeZone": zone}, "recurrence": recurrence});
    client.create(EVENTS, &event);
    let view = client.get("/v1.0/me/calendarView?startDateTime=2026-10-20&endDateTime=2026-11-01");
    let starts: Vec<_> = items(&view).iter().map(|one| one["start"]["dateTime"].as_str().unwrap()).collect();
    assert_eq!(starts, ["2026-10-23T08:00:00.0000000", "2026-10-30T09:00:00.0000000"]);
}

#[test]
fn occurrences() {
    let mut client = Client::new(Seed::Empty);
    let master = client.create(EVENTS, &weekly("2026-11-06", json!({})));
    let view = client.get(VIEW);
    let all = items(&view);
    assert_eq!(all.len(), 4);
    let uid = all[1]["iCalUId"].as_str().unwrap();
    assert_eq!((&uid[32..40], &uid[40..]), ("07EA0B0D", &master["iCalUId"].as_str().unwrap()[40..]));
    let second = path(&all[1]);
    for (start, end, status) in [
        ("2026-11-20T08:00:00", "2026-11-20T09:00:00", 400),
        ("2026-11-06T12:00:00", "2026-11-06T13:00:00", 400),
        ("2026-11-14T10:00:00", "2026-11-14T11:00:00", 200),
    ] {
        let got = client.send("PATCH", &second, Some(&at(start, end)), &[]);
        assert_eq!(got.status, status, "{start}");
        assert!(status == 200 || got.body["error"]["code"] == "ErrorOccurrenceCrossingBoundary");
    }
    let moved = client.get(&second);
    assert_eq!(
        (&moved["type"], &moved["id"], &moved["seriesMasterId"]),
        (&json!("exception"), &all[1]["id"], &master["id"])
    );
    client.delete(&path(&all[2]));
    assert_eq!(client.send("GET", &path(&all[2]), None, &[]).status, 404);
    let days: Vec<_> = items(&client.get(VIEW))
        .iter()
        .map(|one| one["start"]["dateTime"].as_str().unwrap()[8..10].to_owned())
        .collect();
    assert_eq!(days, ["06", "14", "27"]);
    let exceptions = VIEW.replace("calendarView", &format!("events/{}/instances", master["id"].as_str().unwrap()));
    assert_eq!(items(&client.get(&format!("{exceptions}&$filter=type ne 'occurrence'").replace(' ', "%20"))).len(), 1);
    let gone = client.get(&format!("{}?$select=cancelledOccurrences", path(&master)));
    assert_eq!(gone["cancelledOccurrences"], json!([format!("OID.{}.2026-11-20", master["id"].as_str().unwrap())]));
    client.patch(&path(&master), &at("2026-11-06T12:00:00", "2026-11-06T13:00:00"));
    let found = client.get(VIEW);
    assert_eq!(each(items(&found), "type"), ["occurrence"; 4], "another time makes exceptions void");
}

#[test]
fn delta_rounds() {
    let mut client = Client::new(Seed::Empty);
    let (round, link) = client.pages(DELTA, 2);
    assert!(round.is_empty());
    let inside = client.create(EVENTS, &meeting());
    let outside = client.create(EVENTS, &at("2027-01-20T10:00:00", "2027-01-20T11:00:00"));
    let master = client.create(EVENTS, &weekly("2026-11-06", json!({})));
    let (round, link) = client.pages(&link, 3);
    assert_eq!(
        each(&round, "type"),
        ["singleInstance", "-", "seriesMaster", "occurrence", "occurrence", "occurrence", "occurrence"]
    );
    assert_eq!(round[1], json!({"id": outside["id"], "@removed": {"reason": "deleted"}}));
    let names: Vec<_> =
        round[3].as_object().unwrap().keys().map(String::as_str).filter(|name| *name != "@odata.type").collect();
    assert_eq!(names, ["@odata.etag", "id", "seriesMasterId", "type", "start", "end"]);
    // a deleted occurrence is only missing from the set that its series sends again
    client.delete(&path(&round[4]));
    let (round, link) = client.pages(&link, 50);
    assert_eq!(each(&round, "type"), ["seriesMaster", "occurrence", "occurrence", "occurrence"]);
    // an exception comes in full; what moves out of the window and what is deleted is removed
    client.patch(&path(&round[1]), &json!({"subject": "other"}));
    client.patch(&path(&inside), &at("2027-01-20T10:00:00", "2027-01-20T11:00:00"));
    let (round, link) = client.pages(&link, 50);
    assert_eq!(each(&round, "subject"), ["-", "s", "other", "-", "-"]);
    assert_eq!(round[0]["@removed"]["reason"], "deleted");
    client.delete(&path(&master));
    let (round, last) = client.pages(&link, 50);
    assert_eq!(round, [json!({"@removed": {"reason": "deleted"}, "id": master["id"]})]);
    assert_eq!(client.pages(&link, 50).0, round, "an older token still works");
    assert!(client.pages(&last, 50).0.is_empty());
    client.sandbox.graph.expire_tokens();
    let got = client.send("GET", &last, None, &[]);
    assert_eq!((got.status, &got.body["error"]["code"]), (410, &json!("SyncStateNotFound")));
}

#[test]
fn delta_pages_and_refusals() {
    let mut client = Client::new(Seed::Empty);
    let mark = json!([{"id": "String {00020329-0000-0000-C000-000000000046} Name a", "value": "y"}]);
    for _ in 0..4 {
        client.create(EVENTS, &with(meeting(), json!({"singleValueExtendedProperties": mark})));
    }
    let page = client.send("GET", DELTA, None, &["Prefer: odata.maxpagesize=4"]).body;
    assert!(page["value"][0].get("singleValueExtendedProperties").is_none());
    let next = page["@odata.nextLink"].as_str().unwrap();
    assert!(next.starts_with("http://graph.test/v1.0/me/calendarView/delta?$skiptoken="), "{next}");
    let page = client.get(next);
    assert!(items(&page).is_empty() && page["@odata.deltaLink"].is_string(), "a full page is followed by an empty one");
    for bad in [
        DELTA.replace("2026-12-01", "2036-12-01"),
        DELTA.replace("&endDateTime", "&end"),
        format!("{DELTA}&$select=id"),
        format!("{DELTA}&$expand=singleValueExtendedProperties"),
    ] {
        let got = client.send("GET", &bad, None, &[]);
        assert_eq!((got.status, &got.body["error"]["code"]), (400, &json!("ErrorInvalidRequest")), "{bad}");
    }
    let got = client.send(
        "GET",
        &DELTA.replace("delta?", "delta()?"),
        None,
        &["Prefer: outlook.timezone=\"Russian Standard Time\""],
    );
    assert_eq!(got.body["value"][0]["start"]["dateTime"], "2026-11-20T13:00:00.0000000");
}

#[test]
fn query_options() {
    let mut client = Client::new(Seed::Empty);
    let id = "String {00020329-0000-0000-C000-000000000046} Name CreatioId";
    for (n, subject) in ["Alpha", "Beta", "it's"].iter().enumerate() {
        let mark = json!([{"id": id, "value": n.to_string()}]);
        let start = format!("2026-11-2{n}T10:00:00");
        client.create(
            EVENTS,
            &with(at(&start, &start), json!({"subject": subject, "singleValueExtendedProperties": mark})),
        );
    }
    let any = |value: &str| format!("singleValueExtendedProperties/any(ep: ep/id eq '{id}' and ep/value eq '{value}')");
    let uid = items(&client.get(EVENTS))[0]["iCalUId"].as_str().unwrap().to_owned();
    let rows = [
        ("subject eq 'Beta'".to_owned(), "Beta"),
        ("subject eq 'it''s'".to_owned(), "it's"),
        ("startswith(subject, 'al')".to_owned(), "Alpha"),
        ("contains(subject,'ET') or not (subject ne 'Alpha')".to_owned(), "Alpha Beta"),
        (format!("iCalUId eq '{uid}'"), "Alpha"),
        ("start/dateTime ge '2026-11-21T10:00:00' and start/dateTime lt '2026-11-22T00:00'".to_owned(), "Beta"),
        ("createdDateTime ge 2026-01-01T00:00:00Z and isAllDay eq false".to_owned(), "Alpha Beta it's"),
        ("seriesMasterId eq null".to_owned(), "Alpha Beta it's"),
        (any("1"), "Beta"),
        (any("7"), ""),
    ];
    let escape =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    for (filter, subjects) in rows {
        let found = client.get(&format!("{EVENTS}?$filter={}", escape(&filter)));
        assert_eq!(each(items(&found), "subject").join(" "), subjects, "{filter}");
    }
    for bad in [
        "$filter=subjekt eq 'a'",
        "$filter=subject eq",
        "$filter=attendees/any(a: a/type eq 'x')",
        "$select=subjekt",
        "$orderby=subjekt",
        "$expand=calendars",
        "$top=x",
    ] {
        let got = client.send("GET", &format!("{EVENTS}?{}", bad.replace(' ', "%20")), None, &[]);
        assert_eq!(got.status, 400, "{bad}");
    }
    let expand = escape(&format!("singleValueExtendedProperties($filter=id eq '{id}')"));
    let found = client
        .get(&format!("{EVENTS}?$select=subject&$expand={expand}&$orderby=start/dateTime%20desc&$top=2&$count=true"));
    assert_eq!(
        (each(items(&found), "subject"), &found["@odata.count"]),
        (vec!["it's".to_owned(), "Beta".to_owned()], &json!(3))
    );
    let first: Vec<_> = items(&found)[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(first, ["@odata.etag", "id", "subject", "singleValueExtendedProperties"]);
    let rest = client.get(found["@odata.nextLink"].as_str().unwrap());
    assert_eq!(each(items(&rest), "subject"), ["Alpha"]);
    assert!(client.get(EVENTS)["value"][0].get("singleValueExtendedProperties").is_none());
}

#[test]
fn a_page_holds_ten() {
    let mut client = Client::new(Seed::Demo);
    let first = client.get(EVENTS);
    assert_eq!(items(&first).len(), 10);
    assert_eq!(client.pages(EVENTS, 7).0.len(), 28);
}

#[test]
fn tasks() {
    let mut client = Client::new(Seed::Empty);
    let list = client.get("/v1.0/me/todo/lists")["value"][0]["id"].as_str().unwrap().to_owned();
    let tasks = format!("/v1.0/me/todo/lists/{list}/tasks");
    let (none, link) = client.pages(&format!("{tasks}/delta"), 10);
    assert!(none.is_empty());
    let task = client.create(&tasks, &json!({
        "title": "t", "dueDateTime": {"dateTime": "2026-11-20T04:10:00", "timeZone": "Russian Standard Time"},
        "reminderDateTime": {"dateTime": "2026-11-20T09:00:00", "timeZone": "Russian Standard Time"}, "isReminderOn": true,
        "linkedResources": [{"applicationName": "Creatio", "externalId": "1", "webUrl": "https://crm.example/1"}],
    }));
    assert_eq!(task["dueDateTime"], json!({"dateTime": "2026-11-20T00:00:00.0000000", "timeZone": "UTC"}));
    assert_eq!(task["reminderDateTime"]["dateTime"], "2026-11-20T06:00:00.0000000");
    assert_eq!(task["linkedResources"][0]["externalId"], "1");
    let url = format!("{tasks}/{}", task["id"].as_str().unwrap());
    let rows = [
        (
            json!({"status": "completed"}),
            json!({"status": "completed", "completedDateTime": {"dateTime": "2026-11-18T00:00:00.0000000", "timeZone": "UTC"}}),
        ),
        (json!({"status": "inProgress"}), json!({"status": "inProgress", "completedDateTime": null})),
        (
            json!({"completedDateTime": {"dateTime": "2026-11-01T15:00:00", "timeZone": "UTC"}}),
            json!({"status": "completed", "completedDateTime": {"dateTime": "2026-11-01T00:00:00.0000000", "timeZone": "UTC"}}),
        ),
        (
            json!({"dueDateTime": null, "body": {"contentType": "text", "content": "b"}}),
            json!({"dueDateTime": null, "body": {"contentType": "text", "content": "b"}}),
        ),
    ];
    for (body, expected) in rows {
        let changed = client.patch(&url, &body);
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(changed.get(name).unwrap_or(&Value::Null), value, "{body}");
        }
    }
    let rule =
        json!({"pattern": {"type": "daily", "interval": 1}, "range": {"type": "noEnd", "startDate": "2025-09-23"}});
    for (verb, to, body) in [
        ("PATCH", &url, json!({"recurrence": rule})),
        ("PATCH", &url, json!({"titel": "x"})),
        ("POST", &tasks, json!({"title": "x", "status": "done"})),
        ("POST", &tasks, json!({"title": "x", "dueDateTime": {"dateTime": "datetime-value"}})),
    ] {
        let got = client.send(verb, to, Some(&body), &[]);
        assert_eq!((got.status, &got.body["error"]["code"]), (400, &json!("invalidRequest")), "{body}");
    }
    client.create(&format!("{url}/linkedResources"), &json!({"externalId": "2"}));
    client.create(&format!("{url}/checklistItems"), &json!({"displayName": "step"}));
    assert_eq!(items(&client.get(&format!("{url}/linkedResources"))).len(), 2);
    let one = client.get(&format!("{url}?$expand=linkedResources,checklistItems"));
    assert_eq!(
        (each(one["linkedResources"].as_array().unwrap(), "externalId"), &one["checklistItems"][0]["isChecked"]),
        (vec!["1".to_owned(), "2".to_owned()], &json!(false))
    );
    let all = client.get(&format!("{tasks}?$filter=status%20eq%20'completed'"));
    assert_eq!(all["value"][0]["linkedResources"][1]["externalId"], "2");
    let (round, link) = client.pages(&link, 10);
    assert_eq!(
        (each(&round, "id"), round[0].get("linkedResources")),
        (vec![task["id"].as_str().unwrap().to_owned()], None)
    );
    client.delete(&url);
    assert_eq!(client.pages(&link, 10).0, [json!({"@removed": {"reason": "deleted"}, "id": task["id"]})]);
    assert_eq!(client.pages("/v1.0/me/todo/lists/delta", 10).0.len(), 1);
    assert_eq!(client.send("GET", "/v1.0/me/todo/lists/none/tasks/delta", None, &[]).status, 404);
}

#[test]
fn batches() {
    let mut client = Client::new(Seed::Empty);
    let kind = json!({"Content-Type": "application/json"});
    let parts = json!({"requests": [
        {"id": "a", "method": "POST", "url": "/me/events", "headers": kind, "body": meeting()},
        {"id": "b", "method": "GET", "url": "me/events?$top=1", "dependsOn": ["a"]},
        {"id": "c", "method": "GET", "url": "/me/events/none"},
        {"id": "d", "method": "GET", "url": "/me/calendars", "dependsOn": ["c"]},
        {"id": "e", "method": "GET", "url": "/me/calendars"},
    ]});
    let faults = json!([{"path": "^/v1.0/me/calendars$", "then": {"status": 429, "headers": {"Retry-After": "2"}}}]);
    let faults = http::Request::post("/sandbox/faults").body(faults.to_string().into_bytes()).unwrap();
    client.sandbox.handle(Server::Graph, &faults);
    let got = client.send("POST", "/v1.0/$batch", Some(&parts), &[]);
    let replies = got.body["responses"].as_array().unwrap();
    let shown: Vec<_> =
        replies.iter().map(|reply| format!("{} {}", reply["id"].as_str().unwrap(), reply["status"])).collect();
    assert_eq!(shown, ["e 429", "d 424", "c 404", "b 200", "a 201"]);
    assert_eq!(replies[0]["headers"]["Retry-After"], "2");
    assert_eq!(replies[3]["body"]["value"][0]["subject"], "a");
    let rows: Vec<_> = client.sandbox.desk.log().iter().map(|row| (row.path.as_str(), row.status, row.batch)).collect();
    assert_eq!(rows[0], ("/v1.0/$batch", 200, None));
    assert_eq!(rows[1..3], [("/v1.0/me/events", 201, Some(1)), ("/v1.0/me/events?$top=1", 200, Some(1))]);
    let part = |id: &str| json!({"id": id, "method": "GET", "url": "/me"});
    let many: Vec<_> = (0..21).map(|n| part(&n.to_string())).collect();
    for bad in [
        json!(many),
        json!([part("a"), part("A")]),
        json!([{"id": "1", "method": "GET", "url": "https://graph.test/v1.0/me"}]),
        json!([{"id": "1", "method": "POST", "url": "/me/events", "body": {}}]),
        json!([{"id": "1", "method": "POST", "url": "/$batch", "headers": kind, "body": {}}]),
        json!([{"id": "1", "method": "GET", "url": "/me", "dependsOn": ["2"]}]),
    ] {
        assert_eq!(client.send("POST", "/v1.0/$batch", Some(&json!({"requests": bad})), &[]).status, 400, "{bad}");
    }
}

#[test]
fn a_part_without_a_reply_is_left_out() {
    let mut client = Client::new(Seed::Empty);
    let faults = json!([{"path": "/events", "then": {"drop": "after"}}]);
    let faults = http::Request::post("/sandbox/faults").body(faults.to_string().into_bytes()).unwrap();
    client.sandbox.handle(Server::Graph, &faults);
    let part = json!({"id": "1", "method": "POST", "url": "/me/events", "headers": {"content-type": "application/json"}, "body": meeting()});
    let got = client.send(
        "POST",
        "/v1.0/$batch",
        Some(&json!({"requests": [part, {"id": "2", "method": "GET", "url": "/me"}]})),
        &[],
    );
    assert_eq!(each(got.body["responses"].as_array().unwrap(), "id"), ["2"]);
    assert_eq!(items(&client.get(EVENTS)).len(), 1);
}

#[test]
fn loaded_bodies() {
    let mut client = Client::new(Seed::Empty);
    let event = with(
        meeting(),
        json!({"id": "AA=", "iCalUId": "uid", "showAs": "Busy", "@odata.etag": "W/\"e\"", "createdDateTime": "2020-01-01T00:00:00Z",
        "uid": "unknown members are dropped", "isOrganizer": false}),
    );
    let series = with(weekly("2026-11-06", json!({})), json!({"id": "M=", "type": "seriesMaster"}));
    let exception = with(
        at("2026-11-14T10:00:00", "2026-11-14T11:00:00"),
        json!({"id": "X=", "type": "exception", "seriesMasterId": "M=", "originalStart": "2026-11-13T10:00:00Z", "subject": "moved"}),
    );
    let lone = with(
        at("2026-11-15T10:00:00", "2026-11-15T11:00:00"),
        json!({"id": "L=", "type": "occurrence", "seriesMasterId": "Z="}),
    );
    let rows = [
        (event, None),
        (series, None),
        (exception, None),
        (lone, None),
        (json!([1]), Some("must be an object")),
        (json!({"id": "q", "@removed": {"reason": "deleted"}}), Some("deletion")),
        (json!({"subject": "a"}), Some("start is missing")),
        (with(meeting(), json!({"id": "AA="})), Some("already")),
        (at("2026-02-30T00:00:00", "2026-03-01T00:00:00"), Some("no date")),
        (at("2026-11-20T10:00:00", "2026-11-19T10:00:00"), Some("before its start")),
        (with(meeting(), json!({"sensitivity": "secret"})), Some("sensitivity")),
        (with(meeting(), json!({"createdDateTime": "yesterday"})), Some("no time stamp")),
        (with(meeting(), json!({"type": "seriesMaster"})), Some("without a recurrence")),
    ];
    let count = rows.len();
    for (raw, refused) in rows {
        let result = client.sandbox.graph.load_event(raw.clone(), &mut client.sandbox.desk);
        match refused {
            None => assert_eq!(result, Ok(()), "{raw}"),
            Some(why) => assert!(result.as_ref().is_err_and(|reason| reason.contains(why)), "{raw}: {result:?}"),
        }
    }
    assert_eq!(count, 13);
    let held = client.get("/v1.0/me/events/AA%3D");
    for (name, value) in [
        ("iCalUId", "uid"),
        ("showAs", "busy"),
        ("@odata.etag", "W/\"e\""),
        ("createdDateTime", "2020-01-01T00:00:00Z"),
    ] {
        assert_eq!(held[name], value);
    }
    let view = client.get(VIEW);
    assert_eq!(
        each(items(&view), "type"),
        ["occurrence", "exception", "occurrence", "singleInstance", "occurrence", "occurrence"]
    );
    assert_eq!(client.get("/v1.0/me/events/X=")["subject"], "moved");
    let (round, _) = client.pages(DELTA, 50);
    assert_eq!(round.len(), 7);
    let desk = &mut client.sandbox.desk;
    assert_eq!(client.sandbox.graph.load_task(json!({"title": "t", "importance": "High", "id": "T="}), desk), Ok(()));
    assert!(client.sandbox.graph.load_task(json!({"title": "t", "id": "T="}), desk).is_err());
    assert!(
        client
            .sandbox
            .graph
            .load_task(json!({"title": "t", "dueDateTime": {"dateTime": "datetime-value"}}), desk)
            .is_err()
    );
}

/// Every event and task of Microsoft's examples goes in or is refused with a reason, and what went in is answered as
/// Microsoft describes it.
#[test]
fn microsofts_examples() {
    let Some(folder) = client::shared() else { return };
    let mut files: Vec<_> =
        std::fs::read_dir(folder.join("graph/examples")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut client = Client::new(Seed::Empty);
    let (mut loaded, mut refused) = ([0, 0], Vec::new());
    for file in files {
        let example: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let url = example["request"]["url"].as_str().unwrap_or_default().to_lowercase();
        let body = &example["response"]["body"];
        let found = body["value"].as_array().map_or(std::slice::from_ref(body), Vec::as_slice);
        let kind = [
            url.contains("/tasks"),
            url.contains("/events") || url.contains("/calendarview") || url.contains("/instances"),
        ];
        let is_part =
            ["checklistitems", "linkedresources", "attachments", "extensions", "accept", "decline", "reminder"]
                .iter()
                .any(|part| url.contains(part));
        for item in found.iter().filter(|item| item.is_object() && !is_part) {
            let (graph, desk) = (&mut client.sandbox.graph, &mut client.sandbox.desk);
            let (result, n) = match kind {
                [true, _] => (graph.load_task(item.clone(), desk), 0),
                [_, true] => (graph.load_event(item.clone(), desk), 1),
                [false, false] => continue,
            };
            match result {
                Ok(()) => loaded[n] += 1,
                Err(reason) => refused.push(format!("{}: {reason}", file.file_name().unwrap().to_string_lossy())),
            }
        }
    }
    println!("Microsoft's examples: {} events and {} tasks loaded, {} refused", loaded[1], loaded[0], refused.len());
    refused.iter().for_each(|line| println!("  {line}"));
    assert!(loaded[1] >= 15 && loaded[0] >= 3, "{loaded:?} {refused:#?}");
    assert_eq!(client.pages(EVENTS, 50).0.len(), loaded[1]);
    let list = client.get("/v1.0/me/todo/lists")["value"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(client.pages(&format!("/v1.0/me/todo/lists/{list}/tasks"), 50).0.len(), loaded[0]);
    client.pages(&DELTA.replace("2026-11", "2017-01").replace("2026-12", "2021-12"), 20);
    assert_eq!(now(), client.sandbox.desk.now());
}
