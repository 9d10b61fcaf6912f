//! Raw bodies put in as the server would hold them, Microsoft's examples among them.

use super::*;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

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
        let result = client.sandbox.graph.load_event(raw.clone(), &mut client.sandbox.environment);
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
    let environment = &mut client.sandbox.environment;
    assert_eq!(
        client.sandbox.graph.load_task(json!({"title": "t", "importance": "High", "id": "T="}), environment),
        Ok(())
    );
    assert!(client.sandbox.graph.load_task(json!({"title": "t", "id": "T="}), environment).is_err());
    assert!(
        client
            .sandbox
            .graph
            .load_task(json!({"title": "t", "dueDateTime": {"dateTime": "datetime-value"}}), environment)
            .is_err()
    );
}

/// Every event and task of Microsoft's examples goes in or is refused with a reason, and what went
/// in is answered as Microsoft describes it.
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
            let (graph, environment) = (&mut client.sandbox.graph, &mut client.sandbox.environment);
            let (result, n) = match kind {
                [true, _] => (graph.load_task(item.clone(), environment), 0),
                [_, true] => (graph.load_event(item.clone(), environment), 1),
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
    assert_eq!(now(), client.sandbox.environment.now());
}

/// The marks that the built-in sync of Creatio leaves on what it makes (docs/facts/creatio.md,
/// "Built-in links").
#[test]
fn marks_of_the_built_in_sync() {
    let mut client = Client::new(Seed::Empty);
    let name = |name: &str| format!("String {{00020329-0000-0000-C000-000000000046}} Name {name}");
    let marks = json!([{"id": name("LocalId"), "value": "c0ffee"}, {"id": name("RemoteId"), "value": "r"}]);
    let marked = with(meeting(), json!({"id": "M=", "singleValueExtendedProperties": marks}));
    let load = json!({"events": [marked, with(meeting(), json!({"id": "N="}))]});
    assert_eq!(client.control("POST", "load", &load, 200)["loaded"], 2);
    let escape = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let expand = escape(&format!("singleValueExtendedProperties($filter=id eq '{}')", name("LocalId")));
    let one = client.get(&format!("{EVENTS}/M%3D?$expand={expand}"));
    assert_eq!(one["singleValueExtendedProperties"], json!([{"id": name("LocalId"), "value": "c0ffee"}]));
    let any = format!("singleValueExtendedProperties/any(ep: ep/id eq '{}' and ep/value eq 'c0ffee')", name("LocalId"));
    for (query, ids) in [
        (format!("$expand={expand}"), vec!["M=", "N="]),
        (format!("$expand={expand}&$filter={}", escape(&any)), vec!["M="]),
    ] {
        let list = client.get(&format!("{EVENTS}?{query}"));
        assert_eq!(each(items(&list), "id"), ids, "{query}");
        assert_eq!(list["value"][0]["singleValueExtendedProperties"][0]["value"], "c0ffee");
    }
    client.patch(&format!("{EVENTS}/M%3D"), &json!({"subject": "kept"}));
    assert_eq!(items(&client.get(&format!("{EVENTS}?$filter={}", escape(&any)))).len(), 1);
}
