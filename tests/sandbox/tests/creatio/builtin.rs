//! Traces of the built-in sync: its link table and its switch.

use crate::client::Client;
use sandbox::Seed;
use serde_json::{Value as Json, json};

const ACTIVITY: &str = "11111111-2222-3333-4444-555555555555";

#[test]
fn its_links_are_read_and_not_written() {
    let mut client = Client::new(Seed::Empty);
    let row = json!({"SyncSchemaName": "Activity", "RemoteItemName": "ExchangeAppointment", "SchemaOrder": 0,
        "RemoteId": "040000008200E00074C5B7101A82E008_2026_11_24", "LocalId": ACTIVITY, "Version": "2026-11-20T10:00:00Z",
        "LocalState": 0, "RemoteState": 2, "IsLocalDeleted": false, "ExtraParameters": "{\"Title\":\"x\"}"});
    let load = json!({"rows": {"SysSyncMetaData": [row, {"RemoteId": 5}], "Nothing": [{}]}});
    let told = client.control("load", &load, 200);
    assert_eq!((&told["loaded"], told["refused"].as_array().unwrap().len()), (&json!(1), 2), "{told}");
    let found = client.get(&format!("SysSyncMetaData?$filter=LocalId eq {ACTIVITY}"));
    let found = &found["value"][0];
    for (name, value) in row.as_object().unwrap() {
        assert_eq!(&found[name], value, "{name}");
    }
    let me = client.column("SysAdminUnit?$filter=Name eq 'Supervisor'", "ContactId").remove(0);
    assert_eq!(found["CreatedById"], me, "whose calendar it is");
    let own = format!("SysSyncMetaData({})", found["Id"].as_str().unwrap());
    for (verb, path) in [("POST", "SysSyncMetaData"), ("PATCH", own.as_str()), ("DELETE", own.as_str())] {
        assert_eq!(client.call(verb, path, &json!({"RemoteId": "y"})).0, 403, "{verb}");
    }
    assert_eq!(client.call("GET", "SysSyncMetaData/$count", &Json::Null).1, json!(1));
    client.control("load", &json!({"links": []}), 400);
}

#[test]
fn its_switch_is_each_mailboxes_own() {
    let mut client = Client::new(Seed::Empty);
    let flags = "MailboxSyncSettings?$orderby=SenderEmailAddress desc";
    assert_eq!(client.column(flags, "ExchangeAutoSyncActivity"), ["false", "false"]);
    let first = client.column(flags, "Id").remove(0);
    let (status, _) =
        client.call("PATCH", &format!("MailboxSyncSettings({first})"), &json!({"ExchangeAutoSyncActivity": true}));
    assert_eq!(status, 204);
    assert_eq!(client.column(flags, "ExchangeAutoSyncActivity"), ["true", "false"]);
}
