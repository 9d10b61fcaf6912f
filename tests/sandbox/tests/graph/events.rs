//! Creating, changing and answering events; whom Exchange mails.

use super::*;

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
    assert_eq!(client.send("GET", &path(&event), None, &[]).status, 200, "it is in Deleted Items");
    assert_eq!(client.send("GET", &path(&json!({"id": "none"})), None, &[]).body["error"]["code"], "ErrorItemNotFound");
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
    let mails: Vec<_> = client.sandbox.graph.mails().iter().map(|mail| mail.recipients.join(" ")).collect();
    assert_eq!(mails, ["anna.petrova@fabrikam.example", "anna.petrova@fabrikam.example"]);
    let shared = client.get("/v1.0/me/calendars?$filter=canEdit%20eq%20false");
    let shared = format!("/v1.0/me/calendars/{}/events", items(&shared)[0]["id"].as_str().unwrap());
    assert_eq!(client.send("POST", &shared, Some(&meeting()), &[]).status, 403);
}

#[test]
fn an_event_is_found_by_id_and_transaction_whatever_went_before_it() {
    let mut client = Client::new(Seed::Empty);
    let made = |client: &mut Client, name: &str| {
        let event = with(meeting(), json!({"subject": name, "transactionId": name}));
        let event = client.create(EVENTS, &event);
        (event["id"].as_str().unwrap().to_owned(), path(&event))
    };
    let events = ["a", "b", "c"].map(|name| made(&mut client, name));
    client.delete(&events[0].1);
    client.patch(&events[2].1, &json!({"subject": "d"}));
    let seen = events[1..].iter().map(|(_, path)| client.get(path)["subject"].as_str().unwrap().to_owned());
    assert_eq!(seen.collect::<Vec<_>>(), ["b", "d"]);
    assert_eq!(made(&mut client, "c").0, events[2].0, "the same transaction gives the event that is there");
    assert_ne!(made(&mut client, "a").0, events[0].0, "that of a deleted one makes another");
    assert_eq!(items(&client.get(EVENTS)).len(), 3);
}
