//! Two mailboxes and the meetings that their owners share.

use super::*;

const DEMO: &str = "demo@contoso.example";
const DMITRY: &str = "dmitry.volkov@contoso.example";

/// The attendee's copies, by subject.
fn copies(client: &mut Client) -> Vec<Value> {
    client.become_user(DMITRY);
    let found = client.get(EVENTS)["value"].as_array().unwrap().clone();
    client.become_user(DEMO);
    found
}

fn invites(more: Value) -> Value {
    let who =
        json!([{"emailAddress": {"address": DMITRY, "name": "D"}}, {"emailAddress": {"address": "x@else.example"}}]);
    with(with(meeting(), json!({"attendees": who, "transactionId": "t"})), more)
}

#[test]
fn each_has_a_mailbox() {
    for seed in [Seed::Empty, Seed::Demo] {
        let mut client = Client::new(seed);
        client.become_user(DMITRY);
        assert_eq!(client.get("/v1.0/me")["mail"], DMITRY);
        assert_eq!(each(items(&client.get("/v1.0/me/calendars")), "name"), ["Calendar"]);
        assert_eq!(each(items(&client.get("/v1.0/me/todo/lists")), "wellknownListName"), ["defaultList"]);
        assert!(copies(&mut client).is_empty());
    }
    let mut client = Client::new(Seed::Empty);
    let load = json!({"account": DMITRY, "events": [meeting()], "tasks": [{"title": "t"}]});
    assert_eq!(client.control("POST", "load", &load, 200)["loaded"], 2);
    let nobody = json!({"account": "nobody@contoso.example", "events": [meeting()]});
    assert_eq!(client.control("POST", "load", &nobody, 200)["refused"][0]["index"], 0);
    assert_eq!((items(&client.get(EVENTS)).len(), copies(&mut client).len()), (0, 1));
}

#[test]
fn a_copy_appears_follows_and_is_cancelled() {
    let mut client = Client::new(Seed::Empty);
    let event = client.create(EVENTS, &invites(json!({"subject": "s", "categories": ["mine"]})));
    let copy = copies(&mut client).remove(0);
    assert_ne!(copy["id"], event["id"]);
    for name in ["iCalUId", "subject", "organizer", "start", "end"] {
        assert_eq!(copy[name], client.get(&path(&event))[name], "{name}");
    }
    let rows = [
        ("isOrganizer", json!(false)),
        ("categories", json!([])),
        ("showAs", json!("tentative")),
        ("isCancelled", json!(false)),
    ];
    for (name, value) in &rows {
        assert_eq!(&copy[name], value, "{name}");
    }
    assert_eq!(copy["responseStatus"]["response"], "notResponded");
    assert_eq!(copy["attendees"].as_array().unwrap().len(), 2);
    assert!(copy.get("transactionId").is_none());

    let later = at("2026-11-20T12:00:00", "2026-11-20T13:00:00");
    let changes = [
        (json!({"subject": "new", "location": {"displayName": "here"}}), "new", "10:00"),
        (later, "new", "12:00"),
        (json!({"showAs": "oof"}), "new", "12:00"),
        (json!({"importance": "high"}), "new", "12:00"),
    ];
    for (change, subject, hour) in changes {
        client.patch(&path(&event), &change);
        let found = copies(&mut client);
        let start = found[0]["start"]["dateTime"].as_str().unwrap();
        assert_eq!((found.len(), &found[0]["id"]), (1, &copy["id"]), "{change}");
        assert_eq!((&found[0]["subject"], start.contains(hour)), (&json!(subject), true), "{change}");
        assert_eq!((&found[0]["showAs"], &found[0]["importance"]), (&json!("tentative"), &json!("normal")), "{change}");
    }
    client.patch(&path(&event), &json!({"attendees": [{"emailAddress": {"address": "x@else.example"}}]}));
    assert_eq!(copies(&mut client)[0]["isCancelled"], true);
    client.patch(&path(&event), &json!({"attendees": [{"emailAddress": {"address": DMITRY.to_uppercase()}}]}));
    assert_eq!(copies(&mut client)[0]["isCancelled"], false);
    client.delete(&path(&event));
    assert_eq!((copies(&mut client).len(), &copies(&mut client)[0]["isCancelled"]), (1, &json!(true)));
}

#[test]
fn answers_reach_the_organizer_if_they_are_sent() {
    let rows = [
        ("accept", json!({}), "accepted", "accepted"),
        ("decline", json!({"comment": "no"}), "declined", "declined"),
        ("tentativelyAccept", json!({"sendResponse": true}), "tentativelyAccepted", "tentativelyAccepted"),
        ("accept", json!({"sendResponse": false}), "accepted", "none"),
    ];
    for (verb, body, own, organizers) in rows {
        let mut client = Client::new(Seed::Empty);
        let event = client.create(EVENTS, &invites(json!({})));
        let copy = copies(&mut client).remove(0);
        client.become_user(DMITRY);
        assert_eq!(client.send("POST", &format!("{}/{verb}", path(&copy)), Some(&body), &[]).status, 202);
        assert_eq!(client.get(&path(&copy))["responseStatus"]["response"], own, "{verb}");
        client.become_user(DEMO);
        let after = client.get(&path(&event));
        assert_eq!(after["attendees"][0]["status"]["response"], organizers, "{verb} {body}");
        assert_eq!(after["attendees"][1]["status"]["response"], "none");
        assert_eq!(after["@odata.etag"] == event["@odata.etag"], organizers == "none");
        let mails = client.sandbox.graph.mails();
        assert_eq!((mails.len(), mails[0].from.as_str()), (1 + usize::from(organizers != "none"), DEMO));
    }
}

#[test]
fn a_removed_copy_stays_away_until_the_next_update() {
    let mut client = Client::new(Seed::Empty);
    let event = client.create(EVENTS, &invites(json!({})));
    let copy = copies(&mut client).remove(0);
    client.become_user(DMITRY);
    client.delete(&path(&copy));
    client.become_user(DEMO);
    assert_eq!((client.sandbox.graph.mails().len(), copies(&mut client).len()), (1, 0));
    client.patch(&path(&event), &json!({"subject": "again"}));
    assert_eq!(each(&copies(&mut client), "subject"), ["again"]);
}

#[test]
fn each_delta_shows_its_own() {
    let mut client = Client::new(Seed::Empty);
    let (_, own) = client.pages(DELTA, 50);
    client.become_user(DMITRY);
    let (_, theirs) = client.pages(DELTA, 50);
    client.become_user(DEMO);
    let event = client.create(EVENTS, &invites(json!({"subject": "shared"})));
    client.create(EVENTS, &meeting());
    let (round, own) = client.pages(&own, 50);
    assert_eq!(each(&round, "subject"), ["shared", "a"]);
    client.become_user(DMITRY);
    let (round, _) = client.pages(&theirs, 50);
    assert_eq!((each(&round, "subject"), round[0]["id"] == event["id"]), (vec!["shared".to_owned()], false));
    client.send("POST", &format!("{}/accept", path(&round[0])), Some(&json!({})), &[]);
    client.become_user(DEMO);
    assert_eq!(each(&client.pages(&own, 50).0, "subject"), ["shared"]);
}

/// The attendee's occurrences in November as `day type subject cancelled`.
fn seen(client: &mut Client) -> Vec<String> {
    client.become_user(DMITRY);
    let view = client.get(VIEW);
    client.become_user(DEMO);
    let line = |one: &Value| {
        let day = &one["start"]["dateTime"].as_str().unwrap()[8..10];
        let word = |name: &str| one[name].as_str().unwrap().to_owned();
        let end = if one["isCancelled"] == true { " cancelled" } else { "" };
        format!("{day} {} {}{end}", word("type"), word("subject"))
    };
    items(&view).iter().map(line).collect()
}

#[test]
fn a_series_is_shared_too() {
    let mut client = Client::new(Seed::Empty);
    let who = json!({"attendees": [{"emailAddress": {"address": DMITRY}}]});
    let master = client.create(EVENTS, &with(weekly("2026-11-06", json!({})), who.clone()));
    let instances =
        format!("{}/instances?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z", path(&master));
    let days = client.get(&instances)["value"].as_array().unwrap().clone();
    assert_eq!(seen(&mut client), ["06 occurrence s", "13 occurrence s", "20 occurrence s", "27 occurrence s"]);
    client.patch(&path(&days[1]), &with(at("2026-11-14T10:00:00", "2026-11-14T11:00:00"), json!({"subject": "moved"})));
    client.delete(&path(&days[2]));
    let expected = ["06 occurrence s", "14 exception moved", "20 exception s cancelled", "27 occurrence s"];
    assert_eq!(seen(&mut client), expected);
    // an answer to one occurrence makes it an exception for the organizer
    client.become_user(DMITRY);
    let theirs = client.get(VIEW)["value"].as_array().unwrap().clone();
    assert_eq!(theirs[1]["iCalUId"], days[1]["iCalUId"]);
    client.send("POST", &format!("{}/decline", path(&theirs[3])), Some(&json!({})), &[]);
    client.become_user(DEMO);
    let answered = client.get(&path(&days[3]));
    assert_eq!(
        (&answered["type"], &answered["attendees"][0]["status"]["response"]),
        (&json!("exception"), &json!("declined"))
    );
    client.patch(&path(&master), &json!({"subject": "t"}));
    assert_eq!(seen(&mut client)[..2], ["06 occurrence t", "14 exception moved"]);
    client.patch(&path(&master), &at("2026-11-06T15:00:00", "2026-11-06T16:00:00"));
    assert_eq!(seen(&mut client), ["06 occurrence t", "13 occurrence t", "20 occurrence t", "27 occurrence t"]);
    client.delete(&path(&master));
    assert_eq!(seen(&mut client)[3], "27 occurrence t cancelled");
}

#[test]
fn invited_to_one_occurrence_only() {
    let mut client = Client::new(Seed::Empty);
    let master = client.create(EVENTS, &weekly("2026-11-06", json!({})));
    let instances =
        format!("{}/instances?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z", path(&master));
    let days = client.get(&instances)["value"].as_array().unwrap().clone();
    client.patch(&path(&days[1]), &json!({"attendees": [{"emailAddress": {"address": DMITRY}}]}));
    assert_eq!(seen(&mut client), ["13 singleInstance s"]);
    client.patch(&path(&days[1]), &json!({"subject": "u"}));
    assert_eq!(seen(&mut client), ["13 singleInstance u"]);
    client.delete(&path(&days[1]));
    assert_eq!(seen(&mut client), ["13 singleInstance u cancelled"]);
    // invited to the whole of a series that has an exception already
    client.patch(&path(&days[2]), &json!({"subject": "v"}));
    client.patch(&path(&master), &json!({"attendees": [{"emailAddress": {"address": DMITRY}}]}));
    assert_eq!(
        seen(&mut client),
        ["06 occurrence s", "13 singleInstance u cancelled", "20 exception v", "27 occurrence s"]
    );
}

#[test]
fn what_the_attendee_did_to_single_occurrences() {
    let mut client = Client::new(Seed::Empty);
    let who = json!({"attendees": [{"emailAddress": {"address": DMITRY}}]});
    let master = client.create(EVENTS, &with(weekly("2026-11-06", json!({})), who));
    let days = client.get(&format!(
        "{}/instances?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z",
        path(&master)
    ));
    let days = items(&days);
    client.become_user(DMITRY);
    let theirs = client.get(VIEW)["value"].as_array().unwrap().clone();
    client.patch(&path(&theirs[0]), &json!({"categories": ["mine"]}));
    client.delete(&path(&theirs[1]));
    client.delete(&path(&theirs[2]));
    client.become_user(DEMO);
    assert_eq!(seen(&mut client), ["06 exception s", "27 occurrence s"]);
    // it survives an update of the series, but a removed occurrence comes back with an update of
    // its own
    client.patch(&path(&master), &json!({"location": {"displayName": "x"}}));
    client.patch(&path(&days[1]), &json!({"subject": "back"}));
    assert_eq!(seen(&mut client), ["06 exception s", "13 exception back", "27 occurrence s"]);
    client.become_user(DMITRY);
    assert_eq!(client.get(&path(&theirs[0]))["categories"], json!(["mine"]));
    client.become_user(DEMO);
    client.delete(&path(&master));
    let gone = ["06 exception s cancelled", "13 exception back cancelled", "27 occurrence s cancelled"];
    assert_eq!(seen(&mut client), gone);
}
