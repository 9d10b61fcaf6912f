use crate::client::Client;
use sandbox::Seed;
use serde_json::{Value as Json, json};

const A: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const B: &str = "bbbbbbbb-0000-4000-8000-000000000002";

fn part(id: &str, method: &str, url: &str, body: Json) -> Json {
    let mut part = json!({"id": id, "method": method, "url": url, "headers": {"Content-Type": "application/json"}});
    if !body.is_null() {
        part["body"] = body;
    }
    part
}

fn grouped(mut part: Json, group: &str) -> Json {
    part["atomicityGroup"] = json!(group);
    part
}

/// `id=status` of each reply.
fn run(client: &mut Client, parts: &[Json], prefer: Option<&str>) -> Vec<String> {
    let mut request =
        client.request("POST", "$batch").body(json!({ "requests": parts }).to_string().into_bytes()).unwrap();
    if let Some(prefer) = prefer {
        request.headers_mut().insert("Prefer", prefer.parse().unwrap());
    }
    let response = client.send(&request);
    assert_eq!(response.status().as_u16(), 200);
    let body: Json = serde_json::from_slice(response.body()).unwrap();
    let replies = body["responses"].as_array().unwrap().iter();
    replies.map(|reply| format!("{}={}", reply["id"].as_str().unwrap(), reply["status"])).collect()
}

fn new(id: &str, key: &str) -> Json {
    part(id, "POST", "Activity", json!({"Id": key, "Title": id}))
}

#[test]
fn addresses_and_bodies() {
    let mut client = Client::new(Seed::Empty);
    let parts = [
        new("1", A),
        part("2", "PATCH", &format!("Activity({A})"), json!({"Location": "Room"})),
        part("3", "GET", &format!("/0/odata/Activity({A})?$select=Location"), Json::Null),
        part("4", "GET", &format!("http://localhost:8080/0/odata/Activity/{A}"), Json::Null),
        part("5", "GET", "Activity?$filter=Title eq '1'", Json::Null),
        part("6", "DELETE", &format!("Activity({A})"), Json::Null),
    ];
    let body = client.call("POST", "$batch", &json!({ "requests": parts })).1;
    let replies = body["responses"].as_array().unwrap();
    let statuses: Vec<&Json> = replies.iter().map(|reply| &reply["status"]).collect();
    assert_eq!(statuses, [201, 204, 200, 200, 200, 204]);
    assert_eq!(replies[0]["body"]["Title"], "1");
    assert!(replies[0]["headers"]["location"].as_str().unwrap().ends_with(&format!("/0/odata/Activity({A})")));
    assert!(replies[1].get("body").is_none());
    assert_eq!(replies[2]["body"]["Location"], "Room");
    assert_eq!(replies[4]["body"]["value"][0]["Id"], A);
}

#[test]
fn stops_at_the_first_error() {
    let missing = part("2", "DELETE", &format!("Activity({B})"), Json::Null);
    let rows = [
        (None, vec!["1=201", "2=404"], 1),
        (Some("continue-on-error"), vec!["1=201", "2=404", "3=201"], 2),
        (Some("odata.continue-on-error=true"), vec!["1=201", "2=404", "3=201"], 2),
        (Some("continue-on-error=false"), vec!["1=201", "2=404"], 1),
    ];
    for (prefer, expected, left) in rows {
        let mut client = Client::new(Seed::Empty);
        assert_eq!(run(&mut client, &[new("1", A), missing.clone(), new("3", B)], prefer), expected, "{prefer:?}");
        assert_eq!(client.get("Activity/$count"), json!(left));
    }
}

#[test]
fn a_group_holds_together() {
    let third = "cccccccc-0000-4000-8000-000000000003";
    let parts = [grouped(new("1", A), "g"), grouped(new("2", A), "g"), grouped(new("3", B), "g"), new("4", third)];
    for (prefer, expected, left) in [(None, vec!["2=500"], 0), (Some("continue-on-error"), vec!["2=500", "4=201"], 1)] {
        let mut client = Client::new(Seed::Empty);
        assert_eq!(run(&mut client, &parts, prefer), expected);
        assert_eq!(client.get("Activity/$count"), json!(left));
        assert_eq!(client.get("ActivityParticipant/$count"), json!(left));
    }
    let mut client = Client::new(Seed::Empty);
    let parts = [grouped(new("1", A), "g"), grouped(new("2", B), "g")];
    assert_eq!(run(&mut client, &parts, None), ["1=201", "2=201"]);
}

#[test]
fn takes_a_hundred_and_no_more() {
    let mut client = Client::new(Seed::Empty);
    let parts: Vec<Json> = (0..101).map(|n| part(&n.to_string(), "GET", "Account", Json::Null)).collect();
    assert_eq!(client.call("POST", "$batch", &json!({ "requests": parts })).0, 400);
    assert_eq!(run(&mut client, &parts[..100], None).len(), 100);
    for wrong in [json!({}), json!({"requests": [{"method": "GET"}]})] {
        assert_eq!(client.call("POST", "$batch", &wrong).0, 400, "{wrong}");
    }
}

#[test]
fn the_older_envelope_is_taken_too() {
    let mut client = Client::new(Seed::Empty);
    let body = format!(
        "--b\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\nGET Account HTTP/1.1\r\n\r\n\r\n\
         --b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n\
         --c\r\nContent-Type: application/http\r\nContent-ID: 2\r\n\r\nPOST Activity HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{{\"Id\": \"{A}\", \"Title\": \"x\"}}\r\n\
         --c\r\nContent-Type: application/http\r\nContent-ID: 3\r\n\r\nPOST Activity HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{{\"Id\": \"{B}\"}}\r\n\
         --c--\r\n--b--\r\n"
    );
    let (status, reply) = client.raw("POST", "$batch", "multipart/mixed; boundary=b", body.as_bytes());
    assert_eq!(status, 200);
    // the second of the set has no title: the set is undone, and only it is answered
    let statuses: Vec<&str> = reply.lines().filter(|line| line.starts_with("HTTP/1.1")).collect();
    assert_eq!(statuses, ["HTTP/1.1 200", "HTTP/1.1 500"], "{reply}");
    assert_eq!(client.get("Activity/$count"), json!(0));
}

#[test]
fn parts_are_logged_and_struck_by_faults() {
    let mut client = Client::new(Seed::Empty);
    let faults = json!([
        {"method": "POST", "path": "^/0/odata/Activity$", "times": 1, "then": {"drop": "after"}},
        {"method": "POST", "path": "^/0/odata/Activity$", "times": 1, "then": {"status": 503, "headers": {"Retry-After": "1"}}},
    ]);
    client.sandbox.environment.set_faults(serde_json::from_value(faults).unwrap());
    let parts = [new("1", A), new("2", B), new("3", B)];
    assert_eq!(run(&mut client, &parts, Some("continue-on-error")), ["2=503", "3=201"]);
    assert_eq!(client.get("Activity/$count"), json!(2), "the first was committed");
    let log = client.sandbox.environment.log();
    let rows: Vec<_> = log.iter().map(|row| (row.path.as_str(), row.batch, row.status)).collect();
    assert_eq!(
        rows[rows.len() - 5..],
        [
            ("/0/odata/$batch", None, 200),
            ("/0/odata/Activity", Some(1), 0),
            ("/0/odata/Activity", Some(1), 503),
            ("/0/odata/Activity", Some(1), 201),
            ("/0/odata/Activity/$count", None, 200),
        ]
    );
}
