//! What the switches of `POST /sandbox/creatio` make of an installation.

use crate::client::Client;
use sandbox::{Response, Seed};
use serde_json::{Value as Json, json};

const MOSCOW: i64 = 3;

/// A request to any address: status, media type and JSON of the reply.
fn ask(client: &mut Client, method: &str, path: &str, body: &Json) -> (u16, String, Json) {
    let mut request = client.request(method, "").body(body.to_string().into_bytes()).unwrap();
    *request.uri_mut() = path.parse().unwrap();
    let response: Response = client.send(&request);
    let kind = response.headers().get("content-type").map_or("", |kind| kind.to_str().unwrap()).to_owned();
    (response.status().as_u16(), kind, serde_json::from_slice(response.body()).unwrap_or(Json::Null))
}

fn query(client: &mut Client, operation: &str, body: &Json) -> Json {
    let (status, _, reply) = ask(client, "POST", &format!("/0/DataService/json/SyncReply/{operation}"), body);
    assert_eq!(status, 200);
    reply
}

fn select(filters: &Json, columns: &[&str]) -> Json {
    let columns: serde_json::Map<String, Json> = columns
        .iter()
        .map(|path| ((*path).to_owned(), json!({"expression": {"expressionType": 0, "columnPath": path}})))
        .collect();
    json!({"rootSchemaName": "Activity", "operationType": 0, "columns": {"items": columns}, "filters": filters})
}

fn compare(path: &str, comparison: u8, kind: u8, value: &Json) -> Json {
    json!({"filterType": 1, "comparisonType": comparison, "isEnabled": true,
        "leftExpression": {"expressionType": 0, "columnPath": path},
        "rightExpression": {"expressionType": 2, "parameter": {"dataValueType": kind, "value": value}}})
}

#[test]
fn the_host_decides_the_base() {
    for (host, base, other) in [("framework", "/0", ""), ("net", "", "/0")] {
        let mut client = Client::new(Seed::Empty);
        client.control("creatio", &json!({"host": host}), 204);
        assert_eq!(ask(&mut client, "GET", &format!("{base}/odata/Contact"), &Json::Null).0, 200, "{host}");
        let (status, kind, _) = ask(&mut client, "GET", &format!("{other}/odata/Contact"), &Json::Null);
        assert_eq!((status, kind.as_str()), (404, "text/html"), "{host}");
        let parts = json!({"requests": [{"id": "1", "method": "GET", "url": "Contact?$top=1"}]});
        let (status, _, reply) = ask(&mut client, "POST", &format!("{base}/odata/$batch"), &parts);
        assert_eq!((status, &reply["responses"][0]["status"]), (200, &json!(200)), "{host}");
        let link = format!("http://localhost:8080{base}/odata/$metadata#Contact");
        assert_eq!(reply["responses"][0]["body"]["@odata.context"], link.as_str());
    }
}

#[test]
fn a_local_clock_marks_the_users_wall_clock_as_utc() {
    for (clock, read, filter, write) in [
        (json!("utc"), 0, 0, 0),
        (json!("local"), MOSCOW, MOSCOW, MOSCOW),
        (json!({"read": "local", "filter": "utc", "write": "utc"}), MOSCOW, 0, 0),
        (json!({"read": "utc", "filter": "utc", "write": "local"}), 0, 0, MOSCOW),
    ] {
        let mut client = Client::new(Seed::Empty);
        client.control("creatio", &json!({"clock": clock}), 204);
        let body = json!({"Title": "x", "StartDate": "2026-11-25T10:00:00Z", "DueDate": "2026-11-25T11:00:00Z"});
        client.activity(&body);
        let held = client.sandbox.creatio.rows("Activity").remove(0);
        assert_eq!(held["StartDate"], format!("2026-11-25T{:02}:00:00Z", 10 - write), "{clock}");
        let told = client.column("Activity", "StartDate").remove(0);
        assert_eq!(told, format!("2026-11-25T{:02}:00:00Z", 10 - write + read), "{clock}");
        let at = format!("2026-11-25T{:02}:00:00Z", 10 - write + filter);
        let found = client.column(&format!("Activity?$filter=StartDate eq {at} and Title ne '{at}'"), "Title");
        assert_eq!(found.len(), 1, "{clock}");
    }
}

#[test]
fn what_may_not_be_used_is_refused() {
    let page = "text/html; charset=utf-8";
    for (switches, path, expected) in [
        (json!({"odata": "forbidden"}), "/0/odata/Contact", (403, page)),
        (json!({"blocked": ["Contact"]}), "/0/odata/Contact", (403, "application/json; odata.metadata=minimal")),
        (json!({"blocked": ["Contact"]}), "/0/odata/Activity", (200, "application/json; odata.metadata=minimal")),
        (json!({"session": "unauthorized"}), "/0/odata/Contact", (401, "")),
        (json!({"session": "redirect"}), "/0/odata/Contact", (302, "")),
        (json!({"session": "html"}), "/0/odata/Contact", (200, page)),
        (json!({"session": "json"}), "/0/odata/Contact", (200, "application/json; charset=utf-8")),
        (json!({"memory": 100}), "/0/odata/Contact", (500, "application/json; odata.metadata=minimal")),
        (
            json!({"without": {"Activity": ["Location"]}}),
            "/0/odata/Activity?$select=Location",
            (400, "application/json; odata.metadata=minimal"),
        ),
        (
            json!({"without": {"Activity": ["Location"]}}),
            "/0/odata/Activity?$select=Id",
            (200, "application/json; odata.metadata=minimal"),
        ),
    ] {
        let mut client = Client::new(Seed::Empty);
        client.control("creatio", &switches, 204);
        let (status, kind, _) = ask(&mut client, "GET", path, &Json::Null);
        assert_eq!((status, kind.as_str()), expected, "{switches} {path}");
    }
    let mut client = Client::new(Seed::Empty);
    client.control("creatio", &json!({"version": "7.16.0"}), 204);
    assert_eq!(ask(&mut client, "POST", "/0/odata/$batch", &json!({"requests": []})).0, 415);
    let (_, body) = client.call("GET", "Contact?$filter=Owner eq 1", &Json::Null);
    assert_eq!((&body["Message"], &body["error"]), (&json!("An error has occurred."), &Json::Null));
    for bad in [json!({"blocked": ["Nothing"]}), json!({"version": "new"}), json!({"clock": "stopped"})] {
        client.control("creatio", &bad, 400);
    }
}

#[test]
fn a_limited_page_links_to_the_next() {
    let mut client = Client::new(Seed::Demo);
    let whole = client.column("Activity?$orderby=Id&$top=17&$filter=Title ne 'a%26b'", "Id");
    client.control("creatio", &json!({"page": 5}), 204);
    let mut path = "Activity?$orderby=Id&$top=17&$filter=Title ne 'a%26b'".to_owned();
    let mut rows: Vec<Json> = Vec::new();
    loop {
        let page = client.get(&path);
        rows.extend(page["value"].as_array().unwrap().iter().map(|row| row["Id"].clone()));
        let Some(next) = page["@odata.nextLink"].as_str() else { break };
        path = next.split_once("/0/odata/").unwrap().1.to_owned();
    }
    assert_eq!(rows, whole);
}

#[test]
fn the_data_service_reads_and_writes() {
    let mut client = Client::new(Seed::Empty);
    client.control("creatio", &json!({"odata": "forbidden"}), 204);
    let value =
        |kind: u8, value: Json| json!({"expressionType": 2, "parameter": {"dataValueType": kind, "value": value}});
    let id = "aaaaaaaa-0000-4000-8000-000000000001";
    let insert = json!({"rootSchemaName": "Activity", "operationType": 1, "columnValues": {"items": {
        "Id": value(0, json!(id)), "Title": value(1, json!("Ы")), "StartDate": value(7, json!("\"2026-11-25T10:00:00.000\"")),
        "DueDate": value(7, json!("\"2026-11-25T11:00:00.000\""))}}});
    let reply = query(&mut client, "InsertQuery", &insert);
    assert_eq!((&reply["success"], &reply["id"]), (&json!(true), &json!(id)));
    assert_eq!(query(&mut client, "InsertQuery", &insert)["success"], false, "a second time");
    assert_eq!(client.sandbox.creatio.rows("Activity")[0]["StartDate"], "2026-11-25T07:00:00Z");

    let me = compare("Id", 3, 0, &json!(id));
    let reply = query(
        &mut client,
        "SelectQuery",
        &select(&me, &["Title", "StartDate", "Owner", "Contact", "Owner.Name", "Nothing"]),
    );
    let row = &reply["rows"][0];
    assert_eq!((&row["Title"], &row["StartDate"]), (&json!("Ы"), &json!("2026-11-25T10:00:00.000")));
    assert_eq!(
        (&row["Owner"]["displayValue"], &row["Contact"], &row["Owner.Name"]),
        (&json!("Supervisor"), &json!(""), &json!("Supervisor"))
    );
    assert_eq!(
        (&reply["notFoundColumns"], &reply["rowConfig"]["Owner"]["isLookup"]),
        (&json!(["Nothing"]), &json!(true))
    );

    let titled = |title: &str| {
        json!({"rootSchemaName": "Activity", "operationType": 2, "filters": me,
        "columnValues": {"items": {"Title": value(1, json!(title))}}})
    };
    let typed = |kind: &str, mut query: Json| {
        query["__type"] = json!(format!("Terrasoft.Nui.ServiceModel.DataContract.{kind}"));
        query
    };
    let delete = json!({"rootSchemaName": "Activity", "operationType": 3, "filters": me});
    let batch = |goes_on: bool| {
        json!({"continueIfError": goes_on, "items": [typed("UpdateQuery", titled("b")),
        typed("UpdateQuery", titled(&"x".repeat(501))), typed("DeleteQuery", delete.clone())]})
    };
    for (goes_on, results, left) in [(false, 2, 1), (true, 3, 0)] {
        let reply = query(&mut client, "BatchQuery", &batch(goes_on));
        assert_eq!(reply["queryResults"].as_array().unwrap().len(), results);
        assert_eq!((client.sandbox.creatio.rows("Activity").len(), &reply["hasErrors"]), (left, &json!(true)));
    }
    assert_eq!(query(&mut client, "DeleteQuery", &delete)["rowsAffected"], 0);
    assert_eq!(
        query(&mut client, "DeleteQuery", &json!({"rootSchemaName": "Activity"}))["success"],
        false,
        "no filter"
    );
}

#[test]
fn filters_of_the_data_service() {
    let mut client = Client::new(Seed::Empty);
    for (title, start) in
        [("one", "2026-11-25T07:00:00Z"), ("two", "2026-11-26T07:00:00Z"), ("three", "2026-11-27T07:00:00Z")]
    {
        client.activity(&json!({"Title": title, "StartDate": start, "DueDate": start}));
    }
    let day = |day: u8| json!(format!("\"2026-11-{day}T10:00:00.000\""));
    let parameter =
        |kind: u8, value: Json| json!({"expressionType": 2, "parameter": {"dataValueType": kind, "value": value}});
    let column = |path: &str| json!({"expressionType": 0, "columnPath": path});
    let group = |operation: u8, items: &[Json]| {
        let items: serde_json::Map<String, Json> =
            items.iter().enumerate().map(|(n, item)| (format!("k{n}"), item.clone())).collect();
        json!({"filterType": 6, "logicalOperation": operation, "isEnabled": true, "items": items})
    };
    let title = |comparison, value: &str| compare("Title", comparison, 1, &json!(value));
    for (filter, expected) in [
        (Json::Null, vec!["one", "three", "two"]),
        (title(3, "one"), vec!["one"]),
        (title(4, "one"), vec!["three", "two"]),
        (title(9, "t"), vec!["three", "two"]),
        (title(11, "o"), vec!["one", "two"]),
        (title(13, "e"), vec!["one", "three"]),
        (compare("StartDate", 8, 7, &day(26)), vec!["three", "two"]),
        (compare("StartDate", 5, 7, &day(26)), vec!["one"]),
        (compare("Owner.Name", 3, 1, &json!("Supervisor")), vec!["one", "three", "two"]),
        (
            json!({"filterType": 2, "comparisonType": 1, "leftExpression": column("Contact")}),
            vec!["one", "three", "two"],
        ),
        (json!({"filterType": 2, "comparisonType": 2, "leftExpression": column("Contact")}), vec![]),
        (
            json!({"filterType": 3, "leftExpression": column("StartDate"), "rightLessExpression": parameter(7, day(25)),
            "rightGreaterExpression": parameter(7, day(26))}),
            vec!["one", "two"],
        ),
        (
            json!({"filterType": 4, "comparisonType": 3, "leftExpression": column("Title"),
            "rightExpressions": [parameter(1, json!("one")), parameter(1, json!("two"))]}),
            vec!["one", "two"],
        ),
        (group(1, &[title(3, "one"), title(3, "two")]), vec!["one", "two"]),
        (group(0, &[title(9, "t"), title(13, "e")]), vec!["three"]),
        (group(0, &[]), vec!["one", "three", "two"]),
    ] {
        let reply = query(&mut client, "SelectQuery", &select(&filter, &["Title"]));
        let mut titles: Vec<&str> =
            reply["rows"].as_array().unwrap().iter().map(|row| row["Title"].as_str().unwrap()).collect();
        titles.sort_unstable();
        assert_eq!(titles, expected, "{filter}");
    }
    for filter in [
        json!({"filterType": 5}),
        title(3, "one")["x"].clone(),
        compare("OwnerId", 3, 0, &json!("x")),
        compare("StartDate", 3, 7, &json!("2026-11-25T10:00:00")),
    ] {
        let reply = query(&mut client, "SelectQuery", &select(&filter, &["Title"]));
        assert_eq!(reply["rows"].is_array(), filter.is_null(), "{filter}");
    }
}
