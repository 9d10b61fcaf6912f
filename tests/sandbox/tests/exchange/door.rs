//! Who and what is let in, and what the way there strips.

use crate::soap::{Client, basic, envelope, get, hour, sync};
use sandbox::exchange::{ACCOUNT, COLLEAGUE, PASSWORD};
use sandbox::{Seed, Server};
use serde_json::json;

const FOLDER: &str = "<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id=\"calendar\"/></m:FolderIds></m:GetFolder>";

#[test]
fn a_request_needs_a_name_and_a_password_or_a_token() {
    let mut client = Client::new(Seed::Empty);
    let body = envelope("", FOLDER);
    let token = client.sandbox.environment.issue_token(ACCOUNT);
    let cloud = client.sandbox.environment.issue_token("demo@contoso.example");
    let rows = [
        (basic(ACCOUNT, PASSWORD), 200),
        (basic("Demo@Corp.Contoso.example", PASSWORD), 200),
        (basic("CONTOSO\\demo", PASSWORD), 200),
        (basic(ACCOUNT, "wrong"), 401),
        (basic("nobody", PASSWORD), 401),
        ("Basic !!".to_owned(), 401),
        (format!("Bearer {token}"), 200),
        ("Bearer made-up".to_owned(), 401),
        (format!("Bearer {cloud}"), 500),
        (String::new(), 401),
    ];
    for (authorization, status) in rows {
        let response = client.post(&[("Authorization", &authorization)], &body).response.unwrap();
        assert_eq!(response.status().as_u16(), status, "{authorization}");
        let ways: Vec<_> = response.headers().get_all("www-authenticate").iter().collect();
        assert_eq!(ways.len(), if status == 401 { 3 } else { 0 });
        let cors = response.headers().keys().any(|name| name.as_str().starts_with("access-control"));
        assert!(!cors, "EWS has no CORS");
        if status == 500 {
            assert!(
                String::from_utf8_lossy(response.body()).contains("ErrorNonExistentMailbox"),
                "the mailbox is in the cloud"
            );
        }
    }
    client.control("POST", "password", &json!({"account": ACCOUNT, "password": "Пароль:1"}));
    assert_eq!(client.post(&[], &body).response.unwrap().status(), 401);
    let changed = basic(ACCOUNT, "Пароль:1");
    assert_eq!(client.post(&[("Authorization", &changed)], &body).response.unwrap().status(), 200);
}

#[test]
fn only_a_post_of_xml_to_its_path_is_served() {
    let mut client = Client::new(Seed::Empty);
    let body = envelope("", FOLDER);
    for (method, headers, status) in [
        ("POST", vec![], 200),
        ("POST", vec![("Content-Type", "text/plain")], 415),
        ("POST", vec![("Transfer-Encoding", "chunked")], 411),
        ("GET", vec![], 405),
        ("OPTIONS", vec![], 405),
        ("OPTIONS", vec![("Authorization", "")], 401),
    ] {
        let response = client.send(method, &headers, &body).response.unwrap();
        assert_eq!(response.status().as_u16(), status, "{method} {headers:?}");
    }
    let request = http::Request::post("/EWS/Other.asmx").body(Vec::new()).unwrap();
    assert_eq!(client.sandbox.handle(Server::Exchange, &request).response.unwrap().status(), 404);
    let log = client.control("GET", "log", &json!(null));
    let row = &log.as_array().unwrap()[0];
    assert_eq!(
        (&row["server"], &row["operation"], &row["path"]),
        (&json!("exchange"), &json!("GetFolder"), &json!("/EWS/Exchange.asmx"))
    );
}

#[test]
fn the_path_on_creatios_origin_leaves_creatio_behind() {
    let mut client = Client::new(Seed::Empty);
    let request = |client: &mut Client, method: &str, path: &str| {
        let request = http::Request::builder().method(method).uri(path).header("Content-Type", "text/xml");
        let request = request.header("Authorization", basic(ACCOUNT, PASSWORD));
        let request = request.header("Cookie", "BPMLOADER=a; .ASPXAUTH=b; BPMCSRF=c").header("BPMCSRF", "c");
        let request = request.body(envelope("", FOLDER).into_bytes()).unwrap();
        client.sandbox.handle(Server::Creatio, &request).response.unwrap()
    };
    let response = request(&mut client, "POST", "/ews/Exchange.asmx");
    assert_eq!((response.status().as_u16(), response.headers().contains_key("set-cookie")), (200, false));
    assert_eq!(client.sandbox.exchange.strays(), Vec::<String>::new().as_slice());
    assert_eq!(request(&mut client, "GET", "/ews/Exchange.asmx").status(), 405);
    assert_eq!(request(&mut client, "POST", "/ews/Services.wsdl").status(), 404);
    // past the proxy they arrive, and are noted
    let direct = client
        .post(&[("Cookie", "BPMCSRF=c; exchangecookie=1"), ("BPMCSRF", "c")], &envelope("", FOLDER))
        .response
        .unwrap();
    assert_eq!(direct.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(client.control("GET", "strays", &json!(null)), json!(["cookie BPMCSRF", "header bpmcsrf"]));
}

#[test]
fn faults_strike_by_operation() {
    let mut client = Client::new(Seed::Empty);
    client.control(
        "POST",
        "faults",
        &json!([{"server": "exchange", "operation": "^GetItem$", "then": {"status": 502}}]),
    );
    let (status, _) = client.ask(FOLDER);
    assert_eq!(status, 200);
    let body = envelope("", &get("<t:ItemId Id=\"AAA\"/>", ""));
    assert_eq!(client.post(&[], &body).response.unwrap().status(), 502);
    assert_eq!(client.post(&[], &body).response.unwrap().status(), 200);
}

#[test]
fn hands_and_loads_reach_either_server() {
    let mut client = Client::new(Seed::Empty);
    client.create("a", &hour("2026-11-20T10:00:00Z"));
    let rows = client.control("GET", &format!("hands/{ACCOUNT}/me/events"), &json!(null));
    assert_eq!(rows["value"][0]["subject"], "a");
    let zoned = |time: &str| json!({"dateTime": time, "timeZone": "UTC"});
    let event = json!({"subject": "b", "start": zoned("2026-11-20T10:00:00"), "end": zoned("2026-11-20T11:00:00")});
    for account in [ACCOUNT, COLLEAGUE, "demo@contoso.example"] {
        let loaded = client.control("POST", "load", &json!({"account": account, "events": [event], "tasks": [{"title": "c", "percentComplete": 40, "status": "inProgress"}]}));
        assert_eq!(loaded, json!({"loaded": 2, "refused": []}), "{account}");
        let rows = client.control("GET", &format!("hands/{account}/me/events"), &json!(null));
        assert_eq!(
            rows["value"].as_array().unwrap().iter().filter(|row| row["subject"] == "b").count(),
            1,
            "{account}"
        );
    }
    let reply = client.ok(&sync("tasks", "", 10, "task:PercentComplete"));
    assert_eq!(reply.text("PercentComplete"), "40");
    client.control("POST", "reset", &json!({"seed": "empty"}));
    assert_eq!(client.round("calendar", "", 10).0.len(), 0);
}
