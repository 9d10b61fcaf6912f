//! What the server, or something before it, may do to a client.

use crate::soap::{Client, create, create_task, delete, envelope, field, get, hour, mark, sync, update, view};
use sandbox::Seed;
use serde_json::json;

const NEVER: (&str, &str) = ("NeverOverwrite", "SendToNone");
const SHORT: &str = "item:Subject calendar:Start calendar:CalendarItemType";

#[test]
fn a_busy_server_says_how_long() {
    let mut client = Client::new(Seed::Empty);
    for (back_off, told) in [(json!(300_000), "300000"), (json!(null), "")] {
        client.quirks(json!({"busy": {"times": 1, "backOff": back_off}}));
        let (status, reply) = client.ask(&sync("calendar", "", 10, ""));
        assert_eq!(
            (status, reply.text("ResponseCode").as_str(), reply.text("Value").as_str()),
            (500, "ErrorServerBusy", told)
        );
        client.round("calendar", "", 10);
    }
    client.quirks(json!({"busy": {"times": 2, "backOff": 1000, "byItem": true}}));
    for _ in 0..2 {
        let (status, reply) = client.ask(&get("<t:ItemId Id=\"A\"/>", ""));
        assert_eq!(
            (status, reply.text("ResponseCode").as_str(), reply.first("Value").at("Name")),
            (200, "ErrorServerBusy", "BackOffMilliseconds")
        );
    }
    client.round("calendar", "", 10);
}

#[test]
fn something_else_may_answer() {
    let mut client = Client::new(Seed::Empty);
    let body = envelope("", &sync("calendar", "", 10, ""));
    let rows = [("form", 200), ("redirect", 302), ("forbidden", 403), ("unavailable", 503), ("unauthorized", 401)];
    for (front, status) in rows {
        client.quirks(json!({"front": front}));
        let response = client.post(&[], &body).response.unwrap();
        assert_eq!(response.status().as_u16(), status, "{front}");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    }
    client.quirks(json!({}));
    let whole = client.post(&[], &body).response.unwrap().body().len();
    client.quirks(json!({"front": "half"}));
    let half = client.post(&[], &body).response.unwrap();
    assert!(half.status() == 200 && half.body().len() < whole && !half.body().ends_with(b"</s:Envelope>"));
    client.quirks(json!({"noMailbox": true}));
    assert_eq!(client.codes(&sync("calendar", "", 10, "")), ["ErrorNonExistentMailbox"]);
}

#[test]
fn states_are_lost() {
    let mut client = Client::new(Seed::Empty);
    client.create("a", &hour("2026-11-20T10:00:00Z"));
    let (_, state) = client.round("calendar", "", 10);
    client.quirks(json!({"invalidStates": true}));
    assert_eq!(client.codes(&sync("calendar", &state, 10, "")), ["ErrorInvalidSyncStateData"]);
    client.quirks(json!({"states": 1}));
    client.create("b", &hour("2026-11-20T10:00:00Z"));
    let (_, next) = client.round("calendar", &state, 10);
    assert_eq!(
        client.codes(&sync("calendar", &state, 10, "")),
        ["ErrorInvalidSyncStateData"],
        "the older one is forgotten"
    );
    assert_eq!(client.round("calendar", &next, 10).0.len(), 0);
}

#[test]
fn rounds_are_late_cut_mixed_and_told_again() {
    let mut client = Client::new(Seed::Empty);
    let kinds = |client: &mut Client, state: &str| {
        let (told, state) = client.round("calendar", state, 10);
        (told.into_iter().map(|(kind, _)| kind).collect::<Vec<_>>(), state)
    };
    client.quirks(json!({"staleReads": 2}));
    let id = client.create("a", &hour("2026-11-20T10:00:00Z")).id();
    let (first, state) = kinds(&mut client, "");
    let (second, state) = kinds(&mut client, &state);
    let (third, state) = kinds(&mut client, &state);
    assert_eq!([first.len(), second.len(), third.len()], [0, 0, 1]);
    assert_eq!(client.get(&id, "item:Subject").text("Subject"), "a", "by its id it is always there");

    client.quirks(json!({"replays": true, "readFlags": true}));
    assert_eq!(kinds(&mut client, &state).0, ["Update", "ReadFlagChange"]);

    client.quirks(json!({"pageSize": 1, "emptyPages": true}));
    client.create("b", &hour("2026-11-20T10:00:00Z"));
    let reply = client.ok(&sync("calendar", "", 10, ""));
    assert_eq!((reply.first("Changes").children.len(), reply.text("IncludesLastItemInRange").as_str()), (0, "false"));
    let reply = client.ok(&sync("calendar", &reply.text("SyncState"), 10, ""));
    assert_eq!((reply.first("Changes").children.len(), reply.text("IncludesLastItemInRange").as_str()), (1, "false"));
    assert_eq!(kinds(&mut client, "").0, ["Create", "Create"]);

    client.quirks(json!({}));
    let ids =
        |client: &mut Client| client.round("calendar", "", 10).0.iter().map(|(_, node)| node.id()).collect::<Vec<_>>();
    for name in ["c", "d", "e", "f"] {
        client.create(name, &hour("2026-11-20T10:00:00Z"));
    }
    let mut usual = ids(&mut client);
    client.quirks(json!({"shuffledOrder": true}));
    let mut mixed = ids(&mut client);
    assert_ne!(usual, mixed);
    usual.sort();
    mixed.sort();
    assert_eq!(usual, mixed);
}

#[test]
fn batches_are_stopped_and_items_are_corrupt() {
    let mut client = Client::new(Seed::Empty);
    let ids: Vec<String> =
        ["a", "b", "c"].iter().map(|name| client.create(name, &hour("2026-11-20T10:00:00Z")).id()).collect();
    let all = ids.concat();
    client.quirks(json!({"batch": 2}));
    assert_eq!(client.codes(&get(&all, "")), ["NoError", "NoError", "ErrorBatchProcessingStopped"]);
    let more = create("SendToNone", &hour("2026-11-20T10:00:00Z"));
    let item = more.split("<m:Items>").nth(1).unwrap().split("</m:Items>").next().unwrap().to_owned();
    assert_eq!(
        client.codes(&more.replace(&item, &item.repeat(3))),
        ["NoError", "NoError", "ErrorBatchProcessingStopped"]
    );
    assert_eq!(
        client.codes(&delete(&all, "HardDelete", "SendMeetingCancellations=\"SendToNone\"")),
        ["NoError", "NoError", "ErrorBatchProcessingStopped"]
    );
    let corrupt = crate::soap::Node::read(&ids[2].replace("t:", "")).at("Id").to_owned();
    client.quirks(json!({"corrupt": [corrupt]}));
    assert_eq!(
        client.codes(&get(&format!("{}{}", ids[2], ids[2]), "")),
        ["ErrorItemCorrupt", "ErrorBatchProcessingStopped"]
    );
}

#[test]
fn folders_are_closed() {
    let mut client = Client::new(Seed::Empty);
    let id = client.create("a", &hour("2026-11-20T10:00:00Z")).id();
    client.quirks(json!({"denied": ["Calendar"]}));
    let whole = view("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "", "");
    for operation in [
        sync("calendar", "", 10, ""),
        get(&id, ""),
        whole,
        update(&id, NEVER, &field("CalendarItem", "item:Subject", "<t:Subject>b</t:Subject>")),
    ] {
        assert_eq!(client.codes(&operation), ["ErrorAccessDenied"], "{operation}");
    }
    assert_eq!(client.codes(&create("SendToNone", &hour("2026-11-20T10:00:00Z"))), ["ErrorCreateItemAccessDenied"]);
    assert_eq!(client.codes(&create_task("")), ["NoError"]);
}

const WEEKLY: &str = "<t:Start>2026-11-03T10:00:00Z</t:Start><t:End>2026-11-03T11:00:00Z</t:End><t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Tuesday</t:DaysOfWeek></t:WeeklyRecurrence>\
    <t:NoEndRecurrence><t:StartDate>2026-11-03</t:StartDate></t:NoEndRecurrence></t:Recurrence>";

#[test]
fn views_may_tell_less() {
    let mut client = Client::new(Seed::Empty);
    client.create("s", WEEKLY);
    client.create("a", &hour("2026-11-20T10:00:00Z"));
    client.quirks(json!({"skeletalSeries": true, "findLimit": 4}));
    let reply = client.ok(&view("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "", SHORT));
    let told: Vec<usize> = reply.all("CalendarItem").iter().map(|item| item.children.len()).collect();
    assert_eq!((told, reply.first("RootFolder").at("IncludesLastItemInRange")), (vec![3, 3, 3, 4], "false"));
}

#[test]
fn a_foreign_server_differs() {
    let mut client = Client::new(Seed::Empty);
    client.foreign = true;
    let master = client.create("s", &format!("{}{WEEKLY}", mark("id", "1")));
    client.quirks(json!({"foreign": {"restarts": true, "twice": true, "digits": true, "unexpanded": true, "unlocked": true, "silent": true, "wordless": true, "vague": true}}));
    let (told, state) = client.round("calendar", "made-up", 10);
    assert_eq!(told[0].0, "Create");
    let read = client.get(&master.id(), "calendar:Start calendar:MyResponseType calendar:Recurrence *id");
    assert_eq!(
        (read.all("ExtendedProperty").len(), read.text("Start").as_str(), read.text("MyResponseType").as_str()),
        (2, "2026-11-03T10:00:00.000000000Z", "")
    );
    assert_eq!(
        (read.text("StartDate").as_str(), read.first("ExtendedFieldURI").at("PropertySetId")),
        ("2026-11-03T00:00:00.000000Z", crate::soap::SET)
    );
    let seen = |client: &mut Client, start: &str| {
        client.ok(&view(start, "2026-12-01T00:00:00Z", "", SHORT)).all("CalendarItem").len()
    };
    assert_eq!((seen(&mut client, "2026-11-01T00:00:00Z"), seen(&mut client, "2026-11-10T00:00:00Z")), (1, 0));
    let second = client
        .get(
            &format!(
                "<t:OccurrenceItemId RecurringMasterId=\"{}\" InstanceIndex=\"2\"/>",
                master.first("ItemId").at("Id")
            ),
            "",
        )
        .id();
    let keyless = format!("{}\"/>", second.split("\" ChangeKey").next().unwrap());
    client.ok(&update(&keyless, NEVER, &field("CalendarItem", "item:Subject", "<t:Subject>b</t:Subject>")));
    assert_eq!(client.round("calendar", &state, 10).0.len(), 0, "a changed occurrence shows in no sync");
    let (_, reply) = client.ask(&get("<t:ItemId Id=\"AAMkAD=\"/>", ""));
    assert_eq!((reply.text("ResponseCode").as_str(), reply.text("MessageText").as_str()), ("ErrorItemNotFound", ""));
}

#[test]
fn what_no_quirk_is_called_is_refused() {
    let mut client = Client::new(Seed::Empty);
    let request = http::Request::post("/sandbox/exchange").body(br#"{"buzy": 1}"#.to_vec()).unwrap();
    let response = client.sandbox.handle(sandbox::Server::Exchange, &request).response.unwrap();
    assert_eq!(response.status(), 400);
}
