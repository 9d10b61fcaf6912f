//! The description itself: what it refuses, what it lets pass, what it says when it isn't there.
#![allow(clippy::unwrap_used, clippy::panic)] // a test fails by panicking

mod client;

use sandbox::{Request, Response};
use serde_json::{Value, json};
use std::path::Path;

fn request(method: &str, path: &str, body: Option<Value>) -> Request {
    let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    http::Request::builder().method(method).uri(path).body(bytes).unwrap()
}

fn response(status: u16, body: &Value) -> Response {
    let response = http::Response::builder().status(status).header("content-type", "application/json; charset=utf-8");
    response.body(body.to_string().into_bytes()).unwrap()
}

#[test]
fn requests_are_checked() {
    let Some(description) = client::description() else { return };
    let window = "startDateTime=2026-01-01&endDateTime=2026-02-01";
    let rows = [
        ("POST", "/v1.0/me/events".to_owned(), Some(json!({"subject": "a"})), true),
        ("POST", "/v1.0/me/events".to_owned(), Some(json!({"subjekt": "a"})), false),
        ("POST", "/v1.0/me/events".to_owned(), Some(json!({"subject": null, "location": null})), true),
        ("POST", "/v1.0/me/events".to_owned(), Some(json!({"isAllDay": "yes"})), false),
        ("POST", "/v1.0/me/events".to_owned(), Some(json!({"showAs": "Busy"})), false),
        ("POST", "/v1.0/me/events".to_owned(), Some(json!({"showAs": "busy"})), true),
        ("POST", "/v1.0/me/events".to_owned(), Some(json!({"location": {"displayname": "a"}})), false),
        ("POST", "/v1.0/me/events".to_owned(), Some(json!({"id": null})), false),
        ("POST", "/v1.0/me/events".to_owned(), None, false),
        ("PATCH", "/v1.0/me/events/AA%2FB=".to_owned(), Some(json!({"reminderMinutesBeforeStart": 1.5})), false),
        ("GET", format!("/v1.0/me/calendarView/delta?{window}"), None, true),
        ("GET", format!("/v1.0/me/calendarView/delta()?{window}"), None, true),
        ("GET", "/v1.0/me/calendarView/delta".to_owned(), None, false),
        ("GET", "/v1.0/me/calendarView/delta?%24deltatoken=x".to_owned(), None, true),
        ("GET", "/v1.0/me/events?$selct=id".to_owned(), None, false),
        ("GET", "/v1.0/me/events?$select=id&$top=3".to_owned(), None, true),
        (
            "POST",
            "/v1.0/$batch".to_owned(),
            Some(json!({"requests": [{"id": "1", "method": "GET", "url": "/me"}]})),
            true,
        ),
        (
            "POST",
            "/v1.0/$batch".to_owned(),
            Some(json!({"requests": [{"id": 1, "method": "GET", "url": "/me"}]})),
            false,
        ),
    ];
    for (method, path, body, fits) in rows {
        let violations = description.check_request(&request(method, &path, body.clone()));
        assert_eq!(violations.is_empty(), fits, "{method} {path} {body:?}: {violations:?}");
    }
}

#[test]
fn replies_are_checked() {
    let Some(description) = client::description() else { return };
    let one = "/v1.0/me/events/x";
    let rows = [
        ("GET", one, 200, json!({"@odata.etag": "W/\"a\"", "subject": null, "id": "x"}), true),
        ("GET", one, 200, json!({"attendees@odata.context": "a", "id": "x"}), true),
        ("GET", one, 200, json!({"subjects": "a"}), false),
        ("GET", one, 200, json!({"createdDateTime": "2026-01-01T00:00:00.1234567Z"}), true),
        ("GET", one, 200, json!({"createdDateTime": "2026-01-01"}), false),
        ("GET", one, 404, json!({"error": {"code": "ErrorItemNotFound", "message": "no"}}), true),
        ("GET", one, 404, json!({"error": "no"}), false),
        ("DELETE", one, 200, json!({"id": "x"}), false),
        (
            "GET",
            "/v1.0/me/calendarView/delta?$deltatoken=x",
            200,
            json!({"value": [{"id": "x", "@removed": {"reason": "deleted"}}]}),
            true,
        ),
        (
            "GET",
            "/v1.0/me/calendarView/delta?$deltatoken=x",
            200,
            json!({"value": [{"id": "x", "removed": {}}]}),
            false,
        ),
        ("GET", "/v1.0/me/todo/lists/x/tasks/y", 200, json!({"importance": null}), false),
    ];
    for (method, path, status, body, fits) in rows {
        let violations = description.check_response(&request(method, path, None), &response(status, &body));
        assert_eq!(violations.is_empty(), fits, "{method} {path} {status} {body}: {violations:?}");
    }
}

#[test]
fn paths_that_the_description_lacks_are_listed_by_name() {
    let Some(folder) = client::shared() else { return };
    let description = sandbox::openapi::Description::load(&folder.join("graph/openapi.yaml")).unwrap();
    for (method, path) in
        [("GET", "/v1.0/me/messages?$top=1"), ("DELETE", "/v1.0/me/calendarView"), ("GET", "/v1.0/me/events")]
    {
        assert!(description.check_request(&request(method, path, None)).is_empty());
    }
    let missing: Vec<_> = description.missing_paths().into_iter().collect();
    assert_eq!(missing, ["DELETE /v1.0/me/calendarView", "GET /v1.0/me/messages"]);
}

#[test]
fn a_file_that_is_absent_is_a_clear_error() {
    let error = sandbox::openapi::Description::load(Path::new("no/such/openapi.yaml")).err().unwrap();
    assert!(error.starts_with("no/such/openapi.yaml can't be read"), "{error}");
}

#[test]
fn a_watched_sandbox_tells_what_does_not_fit() {
    let Some(description) = client::description() else { return };
    let mut client = client::Client::new(sandbox::Seed::Empty);
    let findings = sandbox::openapi::watch(&mut client.sandbox, &description);
    let part = json!({"id": "1", "method": "POST", "url": "/me/events", "headers": {"Content-Type": "application/json"}, "body": {"subjekt": 1}});
    client.send("POST", "/v1.0/$batch", Some(&json!({"requests": [part]})), &[]);
    client.get("/v1.0/me/calendars");
    client.send("GET", "/v1.0/me/nowhere", None, &[]);
    let findings = findings.lock().unwrap();
    assert_eq!(findings.checked, 4);
    assert_eq!(findings.missing.iter().collect::<Vec<_>>(), ["GET /v1.0/me/nowhere"]);
    assert!(matches!(findings.violations.as_slice(), [one] if one.contains("subjekt")), "{findings:?}");
}
