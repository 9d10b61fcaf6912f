//! Activities that are steps of a process: kept, finished only with a result, never deleted.

use crate::client::Client;
use sandbox::Seed;
use serde_json::{Value as Json, json};

const ELEMENT: &str = "aaaaaaaa-2222-3333-4444-555555555555";
const ALLOWED: &str = "{\"d8ad3c35-1e8c-4fb5-a2ba-a7b4a3a0c5a1\":\"Completed\"}";

/// The id of a status.
fn status(client: &mut Client, name: &str) -> String {
    client.column(&format!("ActivityStatus?$filter=Name eq '{name}'"), "Id").remove(0)
}

#[test]
fn a_step_is_finished_with_a_result_only() {
    let mut client = Client::new(Seed::Empty);
    let result = client.column("ActivityResult", "Id").remove(0);
    let (done, canceled, going) =
        (status(&mut client, "Completed"), status(&mut client, "Canceled"), status(&mut client, "In progress"));
    let rows = [
        (json!({"ProcessElementId": ELEMENT}), json!({"StatusId": done}), 500),
        (json!({"AllowedResult": ALLOWED}), json!({"StatusId": done}), 500),
        (json!({"ProcessElementId": ELEMENT}), json!({"StatusId": canceled}), 500),
        (json!({"ProcessElementId": ELEMENT}), json!({"StatusId": going, "Title": "b"}), 204),
        (json!({"ProcessElementId": ELEMENT}), json!({"StatusId": done, "ResultId": result}), 204),
        (json!({"ProcessElementId": ELEMENT, "ResultId": result}), json!({"StatusId": done}), 204),
        (json!({}), json!({"StatusId": done}), 204),
    ];
    for (own, change, expected) in rows {
        let mut body = json!({"Title": "a"});
        body.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        let id = client.activity(&body);
        let row = format!("Activity({id})");
        for (name, value) in own.as_object().unwrap() {
            assert_eq!(&client.get(&row)[name], value);
        }
        let (status, told) = client.call("PATCH", &row, &change);
        assert_eq!(status, expected, "{own} {change} {told}");
        if expected == 500 {
            let message = &told["error"]["innererror"]["internalexception"]["message"];
            assert!(message.as_str().unwrap().contains("result"), "{told}");
            assert_ne!(client.get(&row)["StatusId"], change["StatusId"]);
        }
        assert_eq!(client.call("DELETE", &row, &Json::Null).0, if own == json!({}) { 204 } else { 500 }, "{own}");
    }
    assert_eq!(client.column("Activity", "Id").len(), 6);
    let born_done = json!({"Title": "c", "ProcessElementId": ELEMENT, "StatusId": done});
    assert_eq!(client.call("POST", "Activity", &born_done).0, 500);
    // what the server holds already is taken as it is, and then goes on as before
    let told = client.control("load", &json!({"activities": [born_done]}), 200);
    assert_eq!(told["loaded"], 1, "{told}");
    let id = client.column("Activity?$filter=Title eq 'c'", "Id").remove(0);
    assert_eq!(client.call("PATCH", &format!("Activity({id})"), &json!({"Title": "d"})).0, 204);
}
