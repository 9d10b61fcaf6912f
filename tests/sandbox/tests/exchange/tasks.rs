//! Tasks: their days, and status, percent and completion, which hang together.

use crate::soap::{Client, Node, create_task, delete, field, get, mark, update};
use sandbox::Seed;
use serde_json::json;

const NEVER: (&str, &str) = ("NeverOverwrite", "");
const ALL: &str = "item:Subject item:Importance item:ReminderIsSet item:ReminderDueBy item:ItemClass task:DueDate task:StartDate task:Status task:PercentComplete task:CompleteDate task:IsComplete task:Owner task:DelegationState *id";

fn make(client: &mut Client, inner: &str) -> Node {
    client.ok(&create_task(inner)).first("Task").clone()
}

#[test]
fn what_is_written_is_read() {
    let mut client = Client::new(Seed::Empty);
    let inner = format!(
        "<t:Subject>offer</t:Subject><t:Body BodyType=\"Text\">a &lt; b</t:Body><t:Importance>Low</t:Importance><t:ReminderDueBy>2026-11-27T08:00:00Z</t:ReminderDueBy>\
         <t:ReminderIsSet>true</t:ReminderIsSet>{}<t:DueDate>2026-11-28T00:00:00Z</t:DueDate><t:PercentComplete>66.7</t:PercentComplete><t:StartDate>2026-11-27T00:00:00Z</t:StartDate>",
        mark("id", "x")
    );
    let id = make(&mut client, &inner).id();
    let read = client.get(&id, &format!("{ALL} item:Body"));
    let rows = [
        ("Subject", "offer"),
        ("Importance", "Low"),
        ("ReminderDueBy", "2026-11-27T08:00:00Z"),
        ("ReminderIsSet", "true"),
        ("DueDate", "2026-11-28T00:00:00Z"),
        ("StartDate", "2026-11-27T00:00:00Z"),
        ("PercentComplete", "66.7"),
        ("Status", "InProgress"),
        ("Owner", "Мария Орлова"),
        ("Value", "x"),
        ("IsComplete", "false"),
    ];
    rows.iter().for_each(|(name, value)| assert_eq!(read.text(name), *value, "{name}"));
    assert!(read.text("Body").contains("a &lt; b"));
}

#[test]
fn status_percent_and_completion_hang_together() {
    let mut client = Client::new(Seed::Empty);
    let mut id = make(&mut client, "<t:Subject>a</t:Subject>").id();
    let set = |name: &str, value: &str| (format!("task:{name}"), format!("<t:{name}>{value}</t:{name}>"));
    let rows = [
        (set("Status", "Completed"), ["Completed", "100", "2026-11-18T00:00:00Z", "true"]),
        (set("Status", "InProgress"), ["InProgress", "0", "", "false"]),
        (set("PercentComplete", "40"), ["InProgress", "40", "", "false"]),
        (set("Status", "WaitingOnOthers"), ["WaitingOnOthers", "40", "", "false"]),
        (set("PercentComplete", "100"), ["Completed", "100", "2026-11-18T00:00:00Z", "true"]),
        (("task:CompleteDate".to_owned(), String::new()), ["NotStarted", "0", "", "false"]),
        (set("CompleteDate", "2026-11-10T00:00:00Z"), ["Completed", "100", "2026-11-10T00:00:00Z", "true"]),
        (set("Status", "NotStarted"), ["NotStarted", "0", "", "false"]),
        (set("PercentComplete", "5"), ["InProgress", "5", "", "false"]),
    ];
    for ((name, element), expected) in rows {
        id = client.ok(&update(&id, NEVER, &field("Task", &name, &element))).first("Task").id();
        let read = client.get(&id, ALL);
        assert_eq!(
            ["Status", "PercentComplete", "CompleteDate", "IsComplete"].map(|name| read.text(name)),
            expected.map(str::to_owned),
            "{element}"
        );
    }
    // a person's edit counts alike
    let path = format!(
        "me/todo/lists/{}/tasks/{}",
        client.hand("GET", "me/todo/lists", json!(null))["value"][0]["id"].as_str().unwrap(),
        Node::read(&id.replace("t:", "")).at("Id")
    );
    client.hand("PATCH", &path, json!({"status": "completed"}));
    let read = client.get(&id, ALL);
    assert_eq!(
        (read.text("PercentComplete").as_str(), read.text("CompleteDate").as_str()),
        ("100", "2026-11-18T00:00:00Z")
    );
}

#[test]
fn days_are_days_of_the_requests_zone() {
    let mut client = Client::new(Seed::Empty);
    let id = make(&mut client, "<t:DueDate>2026-11-27T23:00:00Z</t:DueDate>").id();
    assert_eq!(client.get(&id, ALL).text("DueDate"), "2026-11-27T00:00:00Z", "of UTC where none is named");
    client
        .headers
        .push_str("<t:TimeZoneContext><t:TimeZoneDefinition Id=\"W. Europe Standard Time\"/></t:TimeZoneContext>");
    let id = make(&mut client, "<t:DueDate>2026-11-27T23:00:00Z</t:DueDate>").id();
    assert_eq!(client.get(&id, ALL).text("DueDate"), "2026-11-28T00:00:00+01:00");
    client.headers = client.headers.replace("W. Europe", "Pacific");
    assert_eq!(client.get(&id, ALL).text("DueDate"), "2026-11-28T00:00:00-08:00", "a day, whoever asks");
}

#[test]
fn what_is_wrong_with_a_write_has_a_code() {
    let mut client = Client::new(Seed::Empty);
    let id = make(&mut client, "<t:Subject>a</t:Subject>").id();
    let edit = |name: &str, value: &str| {
        update(&id, NEVER, &field("Task", &format!("task:{name}"), &format!("<t:{name}>{value}</t:{name}>")))
    };
    let rows = [
        (
            create_task("<t:DueDate>2026-11-27T00:00:00Z</t:DueDate><t:StartDate>2026-11-28T00:00:00Z</t:StartDate>"),
            "ErrorInvalidValueForProperty",
        ),
        (create_task("<t:CompleteDate>2026-12-27T00:00:00Z</t:CompleteDate>"), "ErrorInvalidValueForProperty"),
        (create_task("<t:IsComplete>true</t:IsComplete>"), "ErrorInvalidPropertySet"),
        (
            create_task("").replace(
                "<m:Items>",
                "<m:SavedItemFolderId><t:DistinguishedFolderId Id=\"calendar\"/></m:SavedItemFolderId><m:Items>",
            ),
            "ErrorCannotCreateTaskInNonTaskFolder",
        ),
        (edit("PercentComplete", "101"), "ErrorInvalidValueForProperty"),
        (get(&id, "calendar:Start"), "ErrorInvalidPropertyRequest"),
        (
            delete(&id, "MoveToDeletedItems", "SendMeetingCancellations=\"SendToNone\""),
            "ErrorAffectedTaskOccurrencesRequired",
        ),
        (
            delete(
                &id,
                "MoveToDeletedItems",
                "SendMeetingCancellations=\"SendToNone\" AffectedTaskOccurrences=\"AllOccurrences\"",
            ),
            "NoError",
        ),
        (get(&id, ""), "ErrorItemNotFound"),
    ];
    for (operation, code) in rows {
        assert_eq!(client.codes(&operation), [code], "{operation}");
    }
    assert_eq!(client.round("deleteditems", "", 10).0.len(), 1);
}

#[test]
fn a_task_of_another_owner_says_so() {
    let mut client = Client::new(Seed::Empty);
    let task = json!({"title": "t", "owner": "Somebody Else", "delegationState": "Owned"});
    client.control("POST", "load", &json!({"account": client.account, "tasks": [task]}));
    let (told, _) = client.round("tasks", "", 10);
    let read = client.get(&told[0].1.id(), ALL);
    assert_eq!((read.text("Owner").as_str(), read.text("DelegationState").as_str()), ("Somebody Else", "Owned"));
}
