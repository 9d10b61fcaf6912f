//! What change tracking may do to a client, switched on.

use super::*;

/// One round, page by page, with the page size as it comes: the items of each page, and the next round's link.
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
        assert_eq!(client.send("GET", &path(&lost), None, &[]).status, 404);
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
