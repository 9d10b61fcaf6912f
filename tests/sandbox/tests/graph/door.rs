//! Who gets in, what is there, and several requests in one.

use super::*;

#[test]
fn the_door() {
    let mut client = Client::new(Seed::Empty);
    let good = client.token.clone();
    for (token, status) in [("", 401), ("nonsense", 401), (good.as_str(), 200)] {
        client.token = token.to_owned();
        let got = client.send("GET", "/v1.0/me", None, &[]);
        assert_eq!(got.status, status);
        assert_eq!(got.headers["access-control-allow-origin"], "*");
        assert!(got.headers["access-control-expose-headers"].to_str().unwrap().contains("Retry-After"));
        assert_eq!(got.headers.contains_key("www-authenticate"), status == 401);
    }
    client.token = client.sandbox.environment.issue_token("nobody@contoso.example");
    assert_eq!(client.send("GET", "/v1.0/me", None, &[]).body["error"]["code"], "MailboxNotEnabledForRESTAPI");
    client.token = good;
    let got = client.send("GET", "/v1.0/me/nowhere?a=1", None, &["client-request-id: mine"]);
    assert_eq!((got.status, &got.headers["client-request-id"]), (501, &"mine".parse().unwrap()));
    assert!(got.body["error"]["message"].as_str().unwrap().contains("GET /v1.0/me/nowhere?a=1"));
    let got = client.send("OPTIONS", EVENTS, None, &["Access-Control-Request-Headers: authorization,prefer"]);
    assert_eq!(
        (got.status, &got.headers["access-control-allow-headers"]),
        (200, &"authorization,prefer".parse().unwrap())
    );
    let log: Vec<_> = client.sandbox.environment.log().iter().map(|row| row.status).collect();
    assert_eq!(log, [401, 401, 200, 404, 501]);
}

#[test]
fn seeds() {
    for (seed, calendars, lists, events, tasks) in [(Seed::Empty, 1, 1, 0, 0), (Seed::Demo, 3, 3, 24, 9)] {
        let mut client = Client::new(seed);
        let all = client.get("/v1.0/me/calendars");
        assert_eq!(items(&all).len(), calendars);
        assert_eq!(
            (&all["value"][0]["isDefaultCalendar"], &all["value"][0]["name"]),
            (&json!(true), &json!("Calendar"))
        );
        let all = client.get("/v1.0/me/todo/lists");
        assert_eq!((items(&all).len(), &all["value"][0]["wellknownListName"]), (lists, &json!("defaultList")));
        let mut found = 0;
        for list in each(items(&all), "id") {
            found += items(&client.get(&format!("/v1.0/me/todo/lists/{list}/tasks"))).len();
        }
        assert_eq!(found, tasks);
        assert_eq!(client.pages(EVENTS, 50).0.len(), events);
        let settings = client.get("/v1.0/me/mailboxSettings");
        assert_eq!(settings["timeZone"], "Russian Standard Time");
        assert_eq!(client.get("/v1.0/me")["mail"], "demo@contoso.example");
    }
    let ids = |mut client: Client| each(&client.pages(EVENTS, 50).0, "id");
    assert_eq!(ids(Client::new(Seed::Demo)), ids(Client::new(Seed::Demo)));
}

#[test]
fn batches() {
    let mut client = Client::new(Seed::Empty);
    let kind = json!({"Content-Type": "application/json"});
    let parts = json!({"requests": [
        {"id": "a", "method": "POST", "url": "/me/events", "headers": kind, "body": meeting()},
        {"id": "b", "method": "GET", "url": "me/events?$top=1", "dependsOn": ["a"]},
        {"id": "c", "method": "GET", "url": "/me/events/none"},
        {"id": "d", "method": "GET", "url": "/me/calendars", "dependsOn": ["c"]},
        {"id": "e", "method": "GET", "url": "/me/calendars"},
    ]});
    let faults = json!([{"path": "^/v1.0/me/calendars$", "then": {"status": 429, "headers": {"Retry-After": "2"}}}]);
    let faults = http::Request::post("/sandbox/faults").body(faults.to_string().into_bytes()).unwrap();
    client.sandbox.handle(Server::Graph, &faults);
    let got = client.send("POST", "/v1.0/$batch", Some(&parts), &[]);
    let replies = got.body["responses"].as_array().unwrap();
    let shown: Vec<_> =
        replies.iter().map(|reply| format!("{} {}", reply["id"].as_str().unwrap(), reply["status"])).collect();
    assert_eq!(shown, ["e 429", "d 424", "c 404", "b 200", "a 201"]);
    assert_eq!(replies[0]["headers"]["Retry-After"], "2");
    assert_eq!(replies[3]["body"]["value"][0]["subject"], "a");
    let rows: Vec<_> =
        client.sandbox.environment.log().iter().map(|row| (row.path.as_str(), row.status, row.batch)).collect();
    assert_eq!(rows[0], ("/v1.0/$batch", 200, None));
    assert_eq!(rows[1..3], [("/v1.0/me/events", 201, Some(1)), ("/v1.0/me/events?$top=1", 200, Some(1))]);
    let part = |id: &str| json!({"id": id, "method": "GET", "url": "/me"});
    let many: Vec<_> = (0..21).map(|n| part(&n.to_string())).collect();
    for bad in [
        json!(many),
        json!([part("a"), part("A")]),
        json!([{"id": "1", "method": "GET", "url": "https://graph.test/v1.0/me"}]),
        json!([{"id": "1", "method": "POST", "url": "/me/events", "body": {}}]),
        json!([{"id": "1", "method": "POST", "url": "/$batch", "headers": kind, "body": {}}]),
        json!([{"id": "1", "method": "GET", "url": "/me", "dependsOn": ["2"]}]),
    ] {
        assert_eq!(client.send("POST", "/v1.0/$batch", Some(&json!({"requests": bad})), &[]).status, 400, "{bad}");
    }
}

#[test]
fn a_part_without_a_reply_is_left_out() {
    let mut client = Client::new(Seed::Empty);
    let faults = json!([{"path": "/events", "then": {"drop": "after"}}]);
    let faults = http::Request::post("/sandbox/faults").body(faults.to_string().into_bytes()).unwrap();
    client.sandbox.handle(Server::Graph, &faults);
    let part = json!({"id": "1", "method": "POST", "url": "/me/events", "headers": {"content-type": "application/json"}, "body": meeting()});
    let got = client.send(
        "POST",
        "/v1.0/$batch",
        Some(&json!({"requests": [part, {"id": "2", "method": "GET", "url": "/me"}]})),
        &[],
    );
    assert_eq!(each(got.body["responses"].as_array().unwrap(), "id"), ["2"]);
    assert_eq!(items(&client.get(EVENTS)).len(), 1);
}

#[test]
fn every_reply_takes_the_latency_once_until_a_reset() {
    let mut client = Client::new(Seed::Empty);
    client.control("POST", "latency", &json!({"ms": 100}), 204);
    let part = |id: &str| json!({"id": id, "method": "GET", "url": "/me"});
    let body = json!({"requests": [part("1"), part("2")]}).to_string().into_bytes();
    let token = format!("Bearer {}", client.token);
    let batch = http::Request::post("/v1.0/$batch").header("authorization", &token).body(body).unwrap();
    assert_eq!(client.sandbox.handle(Server::Graph, &batch).delay_ms, 100, "a batch of two");
    let single = http::Request::get("/v1.0/me").header("authorization", &token).body(Vec::new()).unwrap();
    assert_eq!(client.sandbox.handle(Server::Graph, &single).delay_ms, 100);
    client.control("POST", "reset", &json!({"seed": "empty"}), 204);
    assert_eq!(client.sandbox.handle(Server::Graph, &single).delay_ms, 0);
}
