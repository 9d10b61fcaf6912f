//! Query options, pages, tasks.

use super::*;

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
    assert_eq!(client.pages(EVENTS, 7).0.len(), 24);
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
