use crate::client::{Client, NOW};
use sandbox::Seed;
use serde_json::{Value as Json, json};

const A: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const ZERO: &str = "00000000-0000-0000-0000-000000000000";

/// The role codes and names of an activity's participants.
fn people(client: &mut Client, activity: &str) -> Vec<String> {
    let path = format!(
        "ActivityParticipant?$filter=Activity/Id eq {activity}&$expand=Role,Participant&$orderby=Role/Code desc"
    );
    let body = client.get(&path);
    let rows = body["value"].as_array().unwrap().iter();
    rows.map(|row| {
        format!("{} {}", row["Role"]["Code"].as_str().unwrap(), row["Participant"]["Name"].as_str().unwrap())
    })
    .collect()
}

fn contact(client: &mut Client, name: &str) -> String {
    let (status, body) = client.call("POST", "Contact", &json!({"Name": name}));
    assert_eq!(status, 201);
    body["Id"].as_str().unwrap().to_owned()
}

#[test]
fn fills_defaults() {
    let mut client = Client::new(Seed::Empty);
    let request = client.request("POST", "Activity").body(br#"{"Title":"x"}"#.to_vec()).unwrap();
    let response = client.send(&request);
    let row: Json = serde_json::from_slice(response.body()).unwrap();
    let location = response.headers()["location"].to_str().unwrap();
    assert_eq!(location, format!("http://localhost:8080/0/odata/Activity({})", row["Id"].as_str().unwrap()));
    let me = client.column("SysAdminUnit", "ContactId").remove(0);
    for (property, expected) in [
        ("TypeId", "fbe0acdc-cfc0-df11-b00f-001d60e938c6"),
        ("ActivityCategoryId", "f51c4643-58e6-df11-971b-001d60e938c6"),
        ("StatusId", "384d4b84-58e6-df11-971b-001d60e938c6"),
        ("PriorityId", "ab96fa02-7fe6-df11-971b-001d60e938c6"),
        ("OwnerId", &me),
        ("AuthorId", &me),
        ("CreatedById", &me),
    ] {
        assert_eq!(row[property], expected, "{property}");
    }
    assert_eq!((&row["StartDate"], &row["DurationInMinutes"]), (&row["CreatedOn"], &json!(0)));
    let me = json!(me);
    let id = client.activity(&json!({"Title": "mine", "ContactId": me, "CreatedOn": "2020-01-01T00:00:00Z",
        "ModifiedOn": "2020-01-01T00:00:00Z"}));
    assert_eq!(people(&mut client, &id), ["Responsible Supervisor"], "the owner takes part once");
    let row = client.get(&format!("Activity({id})"));
    assert!(row["CreatedOn"].as_str() > Some(NOW) && row["ModifiedOn"] == row["CreatedOn"], "stamps are the server's");
    let call = "e52bd583-7825-e011-8165-00155d043204";
    let id = client.activity(&json!({"Title": "y", "ActivityCategoryId": call, "TypeId": null}));
    assert_eq!(client.get(&format!("Activity({id})/Type"))["Code"], "Call", "the type follows the category");
}

#[test]
fn answers_writes() {
    let other = "22222222-0000-4000-8000-000000000000";
    // method, path, body, status, part of the reply
    let rows = [
        ("POST", "Activity".to_owned(), json!({"Id": A, "Title": "again"}), 500, "PRIMARY KEY"),
        ("POST", "Activity".to_owned(), json!({"Title": ""}), 500, "Title"),
        ("POST", "Activity".to_owned(), json!({"Title": "x", "OwnerId": null}), 500, "Owner"),
        ("POST", "Activity".to_owned(), json!({"Title": "x", "OwnerId": other}), 500, "FOREIGN KEY"),
        ("POST", "Activity".to_owned(), json!({"Title": "x".repeat(501)}), 500, "truncated"),
        ("POST", "Activity".to_owned(), json!({"Title": "x", "Foo": 1}), 400, "'Foo' does not exist"),
        ("POST", "Activity".to_owned(), json!({"Title": 1}), 400, "'Title'"),
        ("POST", "Activity".to_owned(), json!({"Title": "x", "StartDate": "2026-11-23"}), 400, "'StartDate'"),
        ("POST", "Activity".to_owned(), json!([]), 400, "object"),
        ("POST", "ActivityFolder".to_owned(), json!({"Name": "x", "SearchData": "e30="}), 400, "stream"),
        ("POST", "ActivityParticipant".to_owned(), json!({"ParticipantId": other}), 500, "Activity"),
        ("PATCH", format!("Activity({A})"), json!({"Title": "new"}), 204, ""),
        ("PATCH", format!("Activity({A})"), json!({"Title": ""}), 500, "Title"),
        ("PATCH", format!("Activity({A})"), json!({"StatusId": ZERO}), 500, "Status"),
        ("PATCH", format!("Activity({A})"), json!({"OwnerID": ZERO}), 400, "OwnerID"),
        ("DELETE", format!("Activity({A})"), Json::Null, 204, ""),
        ("DELETE", format!("Activity({other})"), Json::Null, 404, other),
    ];
    for (method, path, body, status, part) in rows {
        let mut client = Client::new(Seed::Empty);
        client.activity(&json!({"Id": A, "Title": "old"}));
        let (found, reply) = client.call(method, &path, &body);
        assert_eq!(found, status, "{method} {path} {body}: {reply}");
        assert!(reply.to_string().contains(part), "{method} {path} {body}: {reply}");
        if status == 500 {
            assert!(reply["error"]["innererror"]["internalexception"]["message"].is_string(), "{reply}");
        }
    }
}

#[test]
fn a_patch_changes_and_clears() {
    let mut client = Client::new(Seed::Empty);
    let anna = contact(&mut client, "Anna");
    client.activity(&json!({"Id": A, "Title": "x", "ContactId": anna, "Location": "Room", "RemindToOwnerDate": NOW}));
    let before = client.get(&format!("Activity({A})"));
    let patch = json!({"ContactId": null, "Location": null, "RemindToOwnerDate": "0001-01-01T00:00:00Z",
        "Owner": {"Name": "ignored"}, "Status@odata.bind": "ignored", "CreatedOn": "2020-01-01T00:00:00Z"});
    assert_eq!(client.call("PATCH", &format!("Activity({A})"), &patch).0, 204);
    let after = client.get(&format!("Activity({A})"));
    assert_eq!((&after["ContactId"], &after["Location"]), (&json!(ZERO), &json!("")));
    assert_eq!(after["RemindToOwnerDate"], "0001-01-01T00:00:00Z");
    assert_eq!((&after["OwnerId"], &after["CreatedOn"]), (&before["OwnerId"], &before["CreatedOn"]));
    assert!(after["ModifiedOn"].as_str() > before["ModifiedOn"].as_str(), "later although the clock stands still");
    assert_eq!(client.call("PATCH", &format!("Activity({A})"), &json!({"ContactId": anna})).0, 204);
    assert_eq!(client.call("PATCH", &format!("Activity({A})"), &json!({"ContactId": ZERO})).0, 204);
    assert_eq!(client.get(&format!("Activity({A})"))["ContactId"], ZERO);
}

#[test]
fn a_patch_to_an_unknown_id_makes_a_ghost() {
    let mut client = Client::new(Seed::Empty);
    assert_eq!(client.call("PATCH", &format!("Activity({A})"), &json!({"Location": "Room"})).0, 204);
    let row = client.get(&format!("Activity({A})"));
    assert_eq!((&row["Title"], &row["Location"]), (&json!(""), &json!("Room")));
    assert_eq!(people(&mut client, A), ["Responsible Supervisor"]);
}

#[test]
fn saving_brings_participants_in_step() {
    let mut client = Client::new(Seed::Empty);
    let (anna, ivan) = (contact(&mut client, "Anna"), contact(&mut client, "Ivan"));
    client.activity(&json!({"Id": A, "Title": "x", "ContactId": anna}));
    assert_eq!(people(&mut client, A), ["Responsible Supervisor", "Participant Anna"]);
    let rows = client.get("ActivityParticipant");
    let row = &rows["value"][0];
    assert_eq!(
        (&row["InviteResponseId"], &row["InviteParticipant"]),
        (&json!("50e89724-522d-446e-be91-12548b8c834d"), &json!(true))
    );
    let steps = [
        (json!({"Title": "same people"}), vec!["Responsible Supervisor", "Participant Anna"]),
        (json!({"OwnerId": ivan}), vec!["Responsible Ivan", "Participant Anna"]),
        (json!({"OwnerId": anna}), vec!["Responsible Anna"]),
        (json!({"ContactId": ivan}), vec!["Responsible Anna", "Participant Ivan"]),
        (json!({"ContactId": null}), vec!["Responsible Anna", "Participant Ivan"]),
    ];
    for (patch, expected) in steps {
        assert_eq!(client.call("PATCH", &format!("Activity({A})"), &patch).0, 204);
        assert_eq!(people(&mut client, A), expected, "{patch}");
    }
    assert_eq!(client.call("DELETE", &format!("Activity({A})"), &Json::Null).0, 204);
    assert_eq!(client.get("ActivityParticipant")["value"], json!([]));
}

#[test]
fn moving_the_start_moves_the_reminder() {
    let base = json!({"Id": A, "Title": "x", "StartDate": "2026-11-23T10:00:00Z", "DueDate": "2026-11-23T11:00:00Z",
        "RemindToOwner": true, "RemindToOwnerDate": "2026-11-23T09:45:00Z"});
    let rows = [
        (json!({"StartDate": "2026-11-24T10:00:00Z"}), "2026-11-24T09:45:00Z", -1380),
        (
            json!({"StartDate": "2026-11-24T10:00:00Z", "DueDate": "2026-11-24T10:30:00Z", "RemindToOwnerDate": "2026-11-24T09:00:00Z"}),
            "2026-11-24T09:00:00Z",
            30,
        ),
        (json!({"DueDate": "2026-11-23T12:00:00Z"}), "2026-11-23T09:45:00Z", 120),
    ];
    for (patch, reminder, minutes) in rows {
        let mut client = Client::new(Seed::Empty);
        client.activity(&base);
        assert_eq!(client.call("PATCH", &format!("Activity({A})"), &patch).0, 204);
        let row = client.get(&format!("Activity({A})"));
        assert_eq!(
            (&row["RemindToOwnerDate"], &row["DurationInMinutes"]),
            (&json!(reminder), &json!(minutes)),
            "{patch}"
        );
    }
}

#[test]
fn deletes_only_what_nothing_needs() {
    let mut client = Client::new(Seed::Empty);
    let anna = contact(&mut client, "Anna");
    client.activity(&json!({"Id": A, "Title": "x", "ContactId": anna}));
    assert_eq!(client.call("DELETE", &format!("Contact({anna})"), &Json::Null).0, 500);
    assert_eq!(client.call("DELETE", &format!("Activity({A})"), &Json::Null).0, 204);
    assert_eq!(client.call("DELETE", &format!("Contact({anna})"), &Json::Null).0, 204);
}

#[test]
fn loads_rows_as_they_are() {
    let mut client = Client::new(Seed::Empty);
    let raw = json!({"@odata.context": "x", "Id": A, "Title": "old", "CreatedOn": "2020-01-01T00:00:00Z", "ContactId": ZERO,
        "ModifiedOn": "2021-02-03T04:05:06.000007Z", "RemindToOwnerDate": "0001-01-01T00:00:00Z", "Owner": {"Name": "x"}});
    let rows = [
        (raw.clone(), None),
        (raw, Some("PRIMARY KEY")),
        (json!("text"), Some("object")),
        (json!({"Title": "x", "Colour": "red"}), Some("Colour")),
        (json!({"Title": 5}), Some("Title")),
        (json!({"StatusId": A}), Some("Status")),
    ];
    for (row, refusal) in rows {
        let result = client.sandbox.creatio.load_activity(row.clone(), &mut client.sandbox.environment);
        match refusal {
            None => assert_eq!(result, Ok(()), "{row}"),
            Some(part) => assert!(result.as_ref().is_err_and(|reason| reason.contains(part)), "{row}: {result:?}"),
        }
    }
    let row = client.get(&format!("Activity({A})"));
    assert_eq!(
        (&row["CreatedOn"], &row["ModifiedOn"]),
        (&json!("2020-01-01T00:00:00Z"), &json!("2021-02-03T04:05:06.000007Z"))
    );
    assert_eq!(row["StatusId"], "384d4b84-58e6-df11-971b-001d60e938c6");
    assert_eq!(people(&mut client, A), ["Responsible Supervisor"]);
}
