//! What change tracking may do to a client, switched on.

use super::*;

/// One round, page by page, with the page size as it comes: the items of each page, and the next
/// round's link.
fn round(client: &mut Client, link: &str) -> (Vec<Vec<Value>>, String) {
    let (mut pages, mut next) = (Vec::new(), link.to_owned());
    loop {
        let body = client.get(&next);
        pages.push(items(&body).to_vec());
        match body["@odata.nextLink"].as_str() {
            Some(link) => next = link.to_owned(),
            None => return (pages, body["@odata.deltaLink"].as_str().unwrap().to_owned()),
        }
    }
}

fn subjects(pages: &[Vec<Value>]) -> String {
    each(pages.iter().flatten(), "subject").join(" ")
}

fn named(n: usize) -> Value {
    with(meeting(), json!({"subject": n.to_string()}))
}

#[test]
fn refused_switches() {
    let mut client = Client::new(Seed::Empty);
    let rows = [
        (json!({}), 204),
        (json!({"replays": true, "staleReads": 2, "shuffledOrder": true, "pageSize": 3}), 204),
        (json!({"replay": true}), 400),
        (json!({"staleReads": -1}), 400),
        (json!({"pageSize": 0}), 400),
        (json!({"emptyPages": true, "tokens": 9, "timeouts": {"items": 50, "days": 200}, "noToDo": true}), 204),
        (json!({"throttle": {"atOnce": 4, "perTenMinutes": 10000, "retryAfter": "date"}, "claims": "{}"}), 204),
        (json!({"throttle": {"retryAfter": "soon"}}), 400),
    ];
    for (body, status) in rows {
        client.control("POST", "graph", &body, status);
    }
}

#[test]
fn replays() {
    let mut client = Client::new(Seed::Empty);
    client.control("POST", "graph", &json!({"replays": true}), 204);
    for n in 0..3 {
        client.create(EVENTS, &named(n));
    }
    let (first, link) = round(&mut client, DELTA);
    let sizes: Vec<_> = first.iter().map(Vec::len).collect();
    assert_eq!((subjects(&first), sizes), ("0 1 2 0".to_owned(), vec![3, 1]), "one item on two pages");
    let event = client.create(EVENTS, &named(3));
    let (second, link) = round(&mut client, &link);
    assert_eq!(subjects(&second), "0 1 2 3 0", "the first round's again");
    client.delete(&path(&event));
    let (third, link) = round(&mut client, &link);
    assert_eq!(subjects(&third), "- -", "what is gone is told as gone");
    let (fourth, link) = round(&mut client, &link);
    assert_eq!(subjects(&fourth), "- -");
    assert_eq!(round(&mut client, &link).0.concat().len(), 0, "it ends when nothing happens");
    client.control("POST", "graph", &json!({}), 204);
    client.create(EVENTS, &named(4));
    assert_eq!(subjects(&round(&mut client, &link).0), "4");
}

#[test]
fn stale_reads() {
    for late in 0..3 {
        let mut client = Client::new(Seed::Empty);
        let kept = client.create(EVENTS, &named(0));
        let lost = client.create(EVENTS, &named(1));
        let (_, mut link) = round(&mut client, DELTA);
        client.control("POST", "graph", &json!({"staleReads": late}), 204);
        client.patch(&path(&kept), &json!({"subject": "new"}));
        client.delete(&path(&lost));
        assert_eq!(client.get(&path(&kept))["subject"], "new", "by id it is current");
        assert_eq!(client.send("GET", &path(&lost), None, &[]).status, 200, "from Deleted Items");
        let rounds: Vec<_> = (0..4)
            .map(|_| {
                let (pages, next) = round(&mut client, &link);
                link = next;
                subjects(&pages)
            })
            .collect();
        let expected: Vec<_> = (0..4).map(|n| if n == late { "new -" } else { "" }).collect();
        assert_eq!(rounds, expected, "{late}");
    }
    // a full round shows the calendar whole, as it was; other containers have rounds of their own
    let mut client = Client::new(Seed::Empty);
    let kept = client.create(EVENTS, &named(0));
    client.control("POST", "graph", &json!({"staleReads": 1}), 204);
    client.patch(&path(&kept), &json!({"subject": "new"}));
    let list = client.get("/v1.0/me/todo/lists")["value"][0]["id"].as_str().unwrap().to_owned();
    let tasks = format!("/v1.0/me/todo/lists/{list}/tasks");
    client.create(&tasks, &json!({"title": "t"}));
    for (events, titles) in [("0", 0), ("new", 1)] {
        assert_eq!(subjects(&round(&mut client, DELTA).0), events);
        assert_eq!(round(&mut client, &format!("{tasks}/delta")).0.concat().len(), titles);
    }
    client.control("POST", "reset", &json!({"seed": "empty"}), 204);
    client.create(EVENTS, &named(1));
    assert_eq!(subjects(&round(&mut client, DELTA).0), "1", "a reset ends it");
}

#[test]
fn order_and_page_size() {
    let run = |switches: &Value| {
        let mut client = Client::new(Seed::Empty);
        client.control("POST", "graph", switches, 204);
        for n in 0..6 {
            client.create(EVENTS, &named(n));
        }
        client.create(EVENTS, &weekly("2026-11-06", json!({})));
        round(&mut client, DELTA).0
    };
    let plain = run(&json!({}));
    assert_eq!((plain.len(), plain[0].len()), (1, 11));
    let shuffled = run(&json!({"shuffledOrder": true}));
    let ids = |pages: &[Vec<Value>]| each(pages.iter().flatten(), "id");
    assert_ne!(ids(&shuffled), ids(&plain));
    assert_eq!(ids(&shuffled), ids(&run(&json!({"shuffledOrder": true}))), "the same every time");
    let sorted = |pages: &[Vec<Value>]| ids(pages).into_iter().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(sorted(&shuffled), sorted(&plain));
    let small = run(&json!({"pageSize": 2}));
    assert_eq!((small.len(), small.iter().map(Vec::len).max()), (6, Some(2)));
    assert_eq!(ids(&small), ids(&plain));
}

#[test]
fn occurrences_are_told_in_full_only_if_told_to() {
    for full in [false, true] {
        let mut client = Client::new(Seed::Empty);
        client.control("POST", "graph", &json!({"wholeOccurrences": full}), 204);
        client.create(EVENTS, &weekly("2026-11-20", json!({})));
        let (pages, _) = round(&mut client, DELTA);
        let told = pages.concat();
        let occurrences: Vec<_> = told.iter().filter(|item| item["type"] == "occurrence").collect();
        assert!(
            occurrences.len() == 2 && occurrences.iter().all(|one| one.get("subject").is_some() == full),
            "{told:?}"
        );
    }
}

#[test]
fn rounds_begin_with_an_empty_page() {
    let mut client = Client::new(Seed::Empty);
    client.control("POST", "graph", &json!({"emptyPages": true}), 204);
    client.create(EVENTS, &named(0));
    let (first, link) = round(&mut client, DELTA);
    assert_eq!(first.iter().map(Vec::len).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(round(&mut client, &link).0.concat().len(), 0);
}

#[test]
fn old_tokens_are_forgotten() {
    let mut client = Client::new(Seed::Empty);
    client.create(EVENTS, &named(0));
    client.create(EVENTS, &named(1));
    client.control("POST", "graph", &json!({"pageSize": 1, "tokens": 2}), 204);
    let first = client.get(DELTA);
    let second = client.get(first["@odata.nextLink"].as_str().unwrap());
    let (_, old) = (client.get(second["@odata.nextLink"].as_str().unwrap()), second["@odata.nextLink"].clone());
    client.get(DELTA);
    let lost = client.send("GET", old.as_str().unwrap(), None, &[]);
    assert_eq!((lost.status, &lost.body["error"]["code"]), (410, &json!("SyncStateNotFound")));
}

#[test]
fn what_takes_too_long() {
    for (timeouts, page, status) in [
        (json!({"items": 20}), 20, 200),
        (json!({"items": 20}), 21, 504),
        (json!({"days": 30}), 20, 200),
        (json!({"days": 29}), 20, 504),
        (json!({"always": true}), 1, 504),
    ] {
        let mut client = Client::new(Seed::Empty);
        client.control("POST", "graph", &json!({"timeouts": timeouts}), 204);
        let got = client.send("GET", DELTA, None, &[&format!("Prefer: odata.maxpagesize={page}")]);
        assert_eq!(got.status, status, "{timeouts}");
        assert_eq!(client.send("GET", VIEW, None, &[]).status, 200, "only change tracking is slow");
        if status == 504 {
            assert_eq!(
                (&got.body["error"]["code"], &got.body["error"]["message"]),
                (&json!("UnknownError"), &json!(""))
            );
        }
    }
}

#[test]
fn limits_and_how_the_wait_is_told() {
    for (spelling, told, readable) in [
        ("seconds", Some("2"), true),
        ("fraction", Some("1.128"), true),
        ("date", Some("Wed, 18 Nov 2026 09:00:02 GMT"), true),
        ("hidden", Some("2"), false),
        ("absent", None, true),
    ] {
        let mut client = Client::new(Seed::Empty);
        client.control("POST", "graph", &json!({"throttle": {"atOnce": 2, "retryAfter": spelling}}), 204);
        let part = |id: u8| json!({"id": id.to_string(), "method": "GET", "url": "/me"});
        let batch = json!({"requests": [part(0), part(1), part(2)]});
        for _ in 0..2 {
            let got = client.send("POST", "/v1.0/$batch", Some(&batch), &[]);
            let of = |id: &str| got.body["responses"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap();
            assert_eq!((&of("0")["status"], &of("1")["status"]), (&json!(200), &json!(200)), "every batch begins anew");
            let refused = of("2");
            assert_eq!(
                (&refused["status"], &refused["body"]["error"]["code"]),
                (&json!(429), &json!("ApplicationThrottled"))
            );
            assert_eq!(refused["headers"]["Retry-After"].as_str(), told);
        }
        client.control("POST", "graph", &json!({"throttle": {"perTenMinutes": 8, "retryAfter": spelling}}), 204);
        assert_eq!(client.send("GET", "/v1.0/me", None, &[]).status, 200, "seven before");
        assert_eq!(client.send("GET", "/v1.0/me", None, &[]).status, 200);
        let got = client.send("GET", "/v1.0/me", None, &[]);
        assert_eq!((got.status, got.headers.contains_key("retry-after")), (429, told.is_some()));
        let exposed = got.headers["access-control-expose-headers"].to_str().unwrap();
        assert_eq!(exposed.contains("Retry-After"), readable, "{spelling}");
        client.sandbox.environment.pass(chrono::Duration::minutes(10));
        assert_eq!(client.send("GET", "/v1.0/me", None, &[]).status, 200);
    }
}

#[test]
fn tokens_are_challenged() {
    let mut client = Client::new(Seed::Empty);
    client.control("POST", "graph", &json!({"claims": "{\"a\":1}"}), 204);
    let got = client.send("GET", "/v1.0/me", None, &[]);
    let challenge = got.headers["www-authenticate"].to_str().unwrap();
    assert_eq!(got.status, 401);
    assert!(challenge.contains("error=\"insufficient_claims\", claims=\"eyJhIjoxfQ==\""), "{challenge}");
    for (claims, status) in [("{}", 401), ("{\"a\":1}", 200)] {
        let token = client.control("POST", "token", &json!({"account": "demo@contoso.example", "claims": claims}), 200);
        client.token = token["access_token"].as_str().unwrap().to_owned();
        assert_eq!(client.send("GET", "/v1.0/me", None, &[]).status, status, "{claims}");
    }
}

#[test]
fn a_cloud_without_to_do() {
    let mut client = Client::new(Seed::Empty);
    client.control("POST", "graph", &json!({"noToDo": true}), 204);
    let got = client.send("GET", "/v1.0/me/todo/lists", None, &[]);
    assert_eq!((got.status, &got.body["error"]["code"]), (400, &json!("BadRequest")));
    assert_eq!(client.send("GET", EVENTS, None, &[]).status, 200);
}

#[test]
fn containers_get_other_ids() {
    let mut client = Client::new(Seed::Demo);
    let names = |client: &mut Client, path: &str| (each(items(&client.get(path)), "id"), client.get(path));
    let before = (names(&mut client, "/v1.0/me/calendars").0, names(&mut client, "/v1.0/me/todo/lists").0);
    let events = items(&client.get(&format!("{EVENTS}?$top=100"))).len();
    client.control("POST", "renumber", &Value::Null, 204);
    let after = (names(&mut client, "/v1.0/me/calendars").0, names(&mut client, "/v1.0/me/todo/lists").0);
    for (before, after) in [(before.0, after.0), (before.1, after.1)] {
        assert_eq!(before.len(), after.len());
        assert!(before.iter().all(|id| !after.contains(id)));
    }
    assert_eq!(items(&client.get(&format!("{EVENTS}?$top=100"))).len(), events, "what lies in them stays");
}

#[test]
fn exceptions_move_with_their_calendar() {
    let mut client = Client::new(Seed::Empty);
    let series = client.create(EVENTS, &weekly("2026-11-20", json!({})));
    let window = "startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z";
    let one = items(&client.get(&format!("{}/instances?{window}", path(&series))))[1].clone();
    client.patch(&path(&one), &json!({"subject": "exception"}));
    client.control("POST", "renumber", &Value::Null, 204);
    client.patch(&path(&one), &json!({"subject": "still one"}));
    assert_eq!(client.get(&path(&one))["subject"], "still one");
}

#[test]
fn what_is_deleted_keeps_its_id_and_nothing_lists_it() {
    for forgets in [false, true] {
        let mut client = Client::new(Seed::Empty);
        client.control("POST", "graph", &json!({"forgetsDeleted": forgets, "remembersTransactions": true}), 204);
        let mut body = named(0);
        body["transactionId"] = json!("t");
        let lost = client.create(EVENTS, &body);
        client.delete(&path(&lost));
        let [get, delete] = ["GET", "DELETE"].map(|verb| client.send(verb, &path(&lost), None, &[]).status);
        assert_eq!((get, delete), if forgets { (404, 404) } else { (200, 403) });
        assert_eq!(client.get(EVENTS)["value"], json!([]));
        let again = client.send("POST", EVENTS, Some(&body), &[]).status;
        assert_eq!(again, if forgets { 201 } else { 409 }, "a transaction that was forgotten is a new one");
    }
}

#[test]
fn values_are_changed_on_storing() {
    for (storing, member, stored) in [
        (json!({}), "/subject", json!("a &amp; b")),
        (json!({"capitals": true, "decoded": true}), "/subject", json!("A & b")),
        (json!({"longest": 4}), "/subject", json!("a &…")),
        (json!({"label": "[x] "}), "/subject", json!("[x] a &amp; b")),
        (json!({"utc": true}), "/start/dateTime", json!("2026-03-05T10:00:00.0000000")),
        (json!({"noReminder": true}), "/isReminderOn", json!(false)),
        (json!({"importance": "low"}), "/importance", json!("low")),
        (json!({"place": "here"}), "/location/displayName", json!("here")),
    ] {
        let mut client = Client::new(Seed::Empty);
        client.control("POST", "graph", &json!({"storing": storing}), 204);
        let time =
            |hour: &str| json!({"dateTime": format!("2026-03-05T{hour}:00:00"), "timeZone": "Russian Standard Time"});
        let event = client.create(
            EVENTS,
            &json!({"subject": "a &amp; b", "start": time("10"), "end": time("11"), "isReminderOn": true,
                "importance": "high", "location": {"displayName": "there"}}),
        );
        let held = client.get(&path(&event));
        assert_eq!(held.pointer(member), Some(&stored), "{storing}");
        let more = json!({"storing": {"keepsOld": true}});
        client.control("POST", "graph", &more, 204);
        assert_eq!(client.send("PATCH", &path(&event), Some(&json!({"subject": "new"})), &[]).status, 200);
        assert_eq!(client.get(&path(&event))["subject"], held["subject"], "kept as it was");
    }
}
