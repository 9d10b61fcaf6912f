use crate::client::{Client, cookies};
use sandbox::{Sandbox, Seed, Server};
use serde_json::{Value as Json, json};

fn login(sandbox: &mut Sandbox, password: &str) -> sandbox::Response {
    let body = json!({"UserName": "Supervisor", "UserPassword": password}).to_string();
    let request = http::Request::post("/ServiceModel/AuthService.svc/Login").body(body.into_bytes()).unwrap();
    sandbox.handle(Server::Creatio, &request).response.unwrap()
}

#[test]
fn signs_in_with_four_cookies() {
    let mut sandbox = Sandbox::new(Seed::Empty, None);
    let response = login(&mut sandbox, "Supervisor");
    let body: Json = serde_json::from_slice(response.body()).unwrap();
    assert_eq!((response.status().as_u16(), &body["Code"]), (200, &json!(0)));
    let set: Vec<&str> = response.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    for (name, hidden) in [("BPMLOADER", true), (".ASPXAUTH", true), ("BPMCSRF", false), ("UserName", false)] {
        let cookie = set.iter().find(|cookie| cookie.starts_with(&format!("{name}="))).unwrap();
        assert_eq!(cookie.contains("HttpOnly"), hidden, "{cookie}");
        assert!(cookie.contains("path=/") && cookie.contains("SameSite=Lax"), "{cookie}");
    }
    let refused = login(&mut sandbox, "wrong");
    let body: Json = serde_json::from_slice(refused.body()).unwrap();
    assert_eq!((refused.status().as_u16(), &body["Code"], cookies(&refused).len()), (200, &json!(1), 0));
}

#[test]
fn asks_for_session_and_csrf() {
    // header to leave out, method, extra header, status
    let rows = [
        ("", "GET", "", 200),
        ("", "POST", "", 201),
        ("bpmcsrf", "GET", "", 200),
        ("bpmcsrf", "POST", "", 403),
        ("bpmcsrf", "PATCH", "", 403),
        ("cookie", "GET", "", 302),
        ("cookie", "GET", "ForceUseSession", 401),
        ("cookie", "POST", "ForceUseSession", 401),
    ];
    for (left_out, method, extra, expected) in rows {
        let mut client = Client::new(Seed::Empty);
        let mut request = client.request(method, "Account").body(br#"{"Name":"Fabrikam"}"#.to_vec()).unwrap();
        request.headers_mut().remove(left_out);
        if !extra.is_empty() {
            request.headers_mut().insert(http::HeaderName::try_from(extra).unwrap(), "true".parse().unwrap());
        }
        let response = client.send(&request);
        assert_eq!(response.status().as_u16(), expected, "{method} without {left_out:?}");
        if expected == 302 {
            assert_eq!(response.headers()["location"], "/Login/NuiLogin.aspx");
        }
    }
}

#[test]
fn the_csrf_header_must_equal_cookie_and_session() {
    let mut client = Client::new(Seed::Empty);
    let mut write = |from: &str, to: &str| {
        let mut request = client.request("POST", "Account").body(br#"{"Name":"Fabrikam"}"#.to_vec()).unwrap();
        let cookie = request.headers()["cookie"].to_str().unwrap().replace(from, to);
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        client.send(&request).status().as_u16()
    };
    assert_eq!(write("BPMCSRF=", "BPMCSRF="), 201);
    assert_eq!(write("BPMCSRF=", "BPMCSRF=x"), 403);
    assert_eq!(write("BPMCSRF=", "Other="), 403);
}

#[test]
fn tells_the_servers_time() {
    let mut client = Client::new(Seed::Empty);
    let request = client.request("GET", "Account").body(Vec::new()).unwrap();
    assert_eq!(client.send(&request).headers()["date"], "Mon, 23 Nov 2026 10:00:00 GMT");
}

#[test]
fn a_batch_without_csrf_is_refused_whole() {
    let mut client = Client::new(Seed::Empty);
    let body = br#"{"requests":[{"id":"1","method":"GET","url":"Account"}]}"#.to_vec();
    let mut request = client.request("POST", "$batch").body(body).unwrap();
    request.headers_mut().insert("BPMCSRF", "other".parse().unwrap());
    assert_eq!(client.send(&request).status().as_u16(), 403);
    assert_eq!(client.sandbox.environment.log().last().unwrap().batch, None);
}

#[test]
fn sessions_survive_a_reset_and_rows_do_not() {
    let mut client = Client::new(Seed::Empty);
    client.activity(&json!({"Title": "before"}));
    let instance = client.sandbox.environment.instance();
    client.sandbox.reset(Seed::Demo);
    assert_ne!(client.sandbox.environment.instance(), instance);
    let titles = client.column("Activity", "Title");
    assert!(titles.len() > 20 && !titles.contains(&"before".to_owned()));
    client.activity(&json!({"Title": "after"}));
}

#[test]
fn what_is_not_emulated_is_named() {
    let mut client = Client::new(Seed::Empty);
    for (method, path) in [
        ("GET", "/0/rest/RightsService/GetCanExecuteOperation"),
        ("GET", "/0/odata/FolderTreeFavorite"),
        ("PUT", "/0/odata/Activity(00000000-0000-0000-0000-000000000001)"),
        ("GET", "/nowhere"),
    ] {
        let mut request = client.request(method, "").body(Vec::new()).unwrap();
        *request.uri_mut() = path.parse().unwrap();
        let response = client.send(&request);
        assert_eq!(response.status().as_u16(), 501, "{path}");
        assert!(String::from_utf8_lossy(response.body()).contains(path), "{path}");
    }
}

#[test]
fn too_long_a_query_is_not_found() {
    let mut client = Client::new(Seed::Empty);
    for (length, expected) in [(2048, 200), (2049, 404)] {
        let path = format!("Activity?$top=1&x={}", "a".repeat(length - "$top=1&x=".len()));
        assert_eq!(client.call("GET", &path, &Json::Null).0, expected, "{length}");
    }
}
