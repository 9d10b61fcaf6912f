//! Recurrence, occurrences, and what delta rounds tell of them.

use super::*;

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
