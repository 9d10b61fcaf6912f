//! `SyncFolderItems`: rounds, states, what shows in them.

use crate::soap::{Client, create_task, delete, field, hour, sync, update};
use sandbox::Seed;
use serde_json::json;

const NEVER: (&str, &str) = ("NeverOverwrite", "SendToNone");

fn told(client: &mut Client, state: &str) -> (Vec<String>, String) {
    let (told, state) = client.round("calendar", state, 2);
    let subject = |client: &mut Client, id: &str| client.get(id, "item:Subject").text("Subject");
    let rows = told
        .into_iter()
        .map(|(kind, node)| if kind == "Delete" { kind } else { format!("{kind} {}", subject(client, &node.id())) });
    (rows.collect(), state)
}

#[test]
fn a_round_tells_what_changed_newest_first() {
    let mut client = Client::new(Seed::Empty);
    let ids: Vec<String> =
        ["a", "b", "c", "d", "e"].iter().map(|name| client.create(name, &hour("2026-11-20T10:00:00Z")).id()).collect();
    let (first, state) = told(&mut client, "");
    assert_eq!(first, ["Create e", "Create d", "Create c", "Create b", "Create a"]);
    assert!(state.len() > 500);
    let (quiet, same) = told(&mut client, &state);
    assert_eq!((quiet.len(), &same), (0, &state));
    client.ok(&update(&ids[0], NEVER, &field("CalendarItem", "item:Subject", "<t:Subject>A</t:Subject>")));
    client.ok(&delete(&ids[1], "HardDelete", "SendMeetingCancellations=\"SendToNone\""));
    client.create("f", &hour("2026-11-20T10:00:00Z"));
    let (second, state) = told(&mut client, &state);
    assert_eq!(second, ["Create f", "Update A", "Delete"], "own writes come back");
    // an older state can be asked again: it tells the same
    let (third, _) = told(&mut client, &state);
    assert_eq!(third.len(), 0);
}

#[test]
fn a_round_that_is_cut_off_goes_on() {
    let mut client = Client::new(Seed::Empty);
    for name in ["a", "b", "c"] {
        client.create(name, &hour("2026-11-20T10:00:00Z"));
    }
    let reply = client.ok(&sync("calendar", "", 1, ""));
    assert_eq!((reply.text("IncludesLastItemInRange").as_str(), reply.all("Create").len()), ("false", 1));
    // what changes in the meantime is told as new where it was not told before
    let id = client.create("d", &hour("2026-11-20T10:00:00Z")).id();
    client.ok(&update(&id, NEVER, &field("CalendarItem", "item:Subject", "<t:Subject>D</t:Subject>")));
    let (rest, _) = told(&mut client, &reply.text("SyncState"));
    assert_eq!(rest, ["Create D", "Create b", "Create a"]);
}

#[test]
fn states_belong_to_a_folder() {
    let mut client = Client::new(Seed::Demo);
    let (_, state) = client.round("calendar", "", 500);
    let (_, tasks) = client.round("tasks", "", 500);
    let truncated = &state[..state.len() - 1];
    for (folder, given) in [("calendar", "made-up"), ("calendar", truncated), ("tasks", &state), ("calendar", &tasks)] {
        assert_eq!(client.codes(&sync(folder, given, 10, "")), ["ErrorInvalidSyncStateData"], "{folder}");
    }
    assert_eq!(client.codes(&sync("todosearch", "", 10, "")), ["ErrorInvalidOperation"]);
    assert_eq!(client.codes(&sync("favorites", "", 10, "")), ["ErrorSyncFolderNotFound"]);
    client.control("POST", "expire", &json!(null));
    assert_eq!(client.codes(&sync("calendar", &state, 10, "")), ["ErrorInvalidSyncStateData"]);
}

#[test]
fn a_round_tells_some_properties_and_cuts_texts() {
    let mut client = Client::new(Seed::Empty);
    let long = "x".repeat(300);
    client.create(&long, &format!("{}{}", crate::soap::mark("id", &long), hour("2026-11-20T10:00:00Z")));
    let reply = client.ok(&sync(
        "calendar",
        "",
        10,
        "item:Subject calendar:Start calendar:CalendarItemType item:ItemClass *id",
    ));
    assert_eq!(
        (reply.text("Subject").len(), reply.text("Value").len(), reply.text("CalendarItemType").as_str()),
        (255, 255, "Single")
    );
    for name in ["item:Body", "calendar:RequiredAttendees", "calendar:Recurrence"] {
        assert_eq!(client.codes(&sync("calendar", "", 10, name)), ["ErrorInvalidPropertyRequest"], "{name}");
    }
}

#[test]
fn people_and_programs_are_seen_alike() {
    let mut client = Client::new(Seed::Empty);
    let zoned = |time: &str| json!({"dateTime": time, "timeZone": "UTC"});
    let row = client.hand(
        "POST",
        "me/events",
        json!({"subject": "p", "start": zoned("2026-11-20T10:00:00"), "end": zoned("2026-11-20T11:00:00")}),
    );
    let path = format!("me/events/{}", row["id"].as_str().unwrap());
    let (first, state) = told(&mut client, "");
    client.hand("PATCH", &path, json!({"subject": "q"}));
    let (second, state) = told(&mut client, &state);
    client.hand("DELETE", &path, json!(null));
    let (third, _) = told(&mut client, &state);
    assert_eq!(
        [first, second, third],
        [vec!["Create p".to_owned()], vec!["Update q".to_owned()], vec!["Delete".to_owned()]]
    );
    client.ok(&create_task("<t:Subject>t</t:Subject>"));
    assert_eq!(client.round("tasks", "", 10).0.len(), 1);
}
