//! Mails counted: who would have been mailed, by which request, why.

use super::*;

fn who(names: &str) -> Value {
    names.split_whitespace().map(|name| json!({"emailAddress": {"address": name}})).collect()
}

/// Rows of `GET /sandbox/mails` as `VERB reason: recipients`.
fn told(client: &mut Client) -> Vec<String> {
    let rows = client.control("GET", "mails", &Value::Null, 200);
    let row = |row: &Value| {
        let recipients = row["recipients"].as_array().unwrap().iter().map(|one| one.as_str().unwrap());
        let recipients = recipients.collect::<Vec<_>>().join(" ");
        assert!(row["path"].as_str().unwrap().starts_with(EVENTS), "{row}");
        format!("{} {}: {recipients}", row["method"].as_str().unwrap(), row["reason"].as_str().unwrap())
    };
    rows.as_array().unwrap().iter().map(row).collect()
}

#[test]
fn who_is_mailed() {
    let mut client = Client::new(Seed::Empty);
    let event = client.create(EVENTS, &with(meeting(), json!({"attendees": who("a b demo@contoso.example")})));
    let url = path(&event);
    let mut expected = vec!["POST invitation: a b".to_owned()];
    let rows = [
        (json!({"showAs": "free", "categories": [], "reminderMinutesBeforeStart": 5}), vec![]),
        (json!({"subject": "a"}), vec!["PATCH update: a b"]),
        (json!({"body": {"contentType": "text", "content": "x"}}), vec!["PATCH update: a b"]),
        (json!({"attendees": who("a B")}), vec![]),
        (json!({"attendees": who("a c")}), vec!["PATCH invitation: c", "PATCH cancellation: B"]),
        (
            json!({"location": {"displayName": "x"}, "attendees": who("a")}),
            vec!["PATCH update: a", "PATCH cancellation: c"],
        ),
    ];
    for (body, mails) in rows {
        client.patch(&url, &body);
        expected.extend(mails.into_iter().map(str::to_owned));
        assert_eq!(told(&mut client), expected, "{body}");
    }
    assert_eq!(client.send("POST", &format!("{url}/cancel"), Some(&json!({"Comment": "sorry"})), &[]).status, 202);
    let other = client.create(EVENTS, &with(meeting(), json!({"attendees": who("d")})));
    client.delete(&path(&other));
    let alone = client.create(EVENTS, &meeting());
    client.delete(&path(&alone));
    expected.extend(["POST cancellation: a", "POST invitation: d", "DELETE cancellation: d"].map(str::to_owned));
    assert_eq!(told(&mut client), expected);
    assert!(client.sandbox.graph.mails().iter().all(|mail| mail.from == "demo@contoso.example"));
    client.control("POST", "reset", &json!({"seed": "empty"}), 204);
    assert_eq!(told(&mut client), Vec::<String>::new());
}

#[test]
fn a_refused_or_lost_request_mails_only_if_it_was_carried_out() {
    let mut client = Client::new(Seed::Empty);
    let event = client.create(EVENTS, &with(meeting(), json!({"attendees": who("a")})));
    let stale = client.send("PATCH", &path(&event), Some(&json!({"subject": "x"})), &["If-Match: W/\"old\""]);
    assert_eq!((stale.status, told(&mut client).len()), (412, 1));
    for (when, mails) in [("before", 1), ("after", 2)] {
        client.control("POST", "faults", &json!([{"method": "PATCH", "then": {"drop": when}}]), 204);
        let request = http::Request::patch(path(&event)).header("authorization", format!("Bearer {}", client.token));
        let request = request.body(br#"{"subject": "y"}"#.to_vec()).unwrap();
        assert!(client.sandbox.handle(Server::Graph, &request).response.is_none());
        assert_eq!(told(&mut client).len(), mails, "{when}");
    }
}
