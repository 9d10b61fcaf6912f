//! People through both real replicas, on mailboxes of both kinds: one person is one, under whatever
//! address a server stores or tells them, and nobody falls off an Activity or an event for an
//! address.

use crate::support::memory::{concerned, everything};
use crate::support::sandbox_scenario::SandboxScenario;
use sandbox::{Seed, graph::People};
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::settings::Notify;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PARTICIPANT: &str = "1a8324e8-a6e1-df11-971b-001d60e938c6";

fn both(play: impl Fn(&SandboxScenario)) {
    let mut settings = everything();
    settings.rules.notify = Notify::Always;
    for scenario in [SandboxScenario::new(Seed::Empty, &settings), SandboxScenario::there(Seed::Empty, &settings)] {
        play(&scenario);
    }
}

fn behave(scenario: &SandboxScenario, people: People) {
    let mut sandbox = scenario.world.sandbox.borrow_mut();
    sandbox.graph.set_quirks(&sandbox::graph::Quirks { people: people.clone(), ..Default::default() });
    sandbox.exchange.set_quirks(&sandbox::exchange::Quirks { people, ..Default::default() });
}

fn contact(scenario: &SandboxScenario, name: &str) -> String {
    let address = format!("{}@fabrikam.example", name.to_lowercase());
    scenario.odata("POST", "Contact", Some(json!({"Name": name, "Email": address})))["Id"].as_str().unwrap().to_owned()
}

/// An Activity with these participants.
fn activity(scenario: &SandboxScenario, title: &str, people: &[&String]) -> String {
    let times = json!({"Title": title, "StartDate": "2026-03-12T10:00:00Z", "DueDate": "2026-03-12T11:00:00Z", "ShowInScheduler": true});
    let id = scenario.odata("POST", "Activity", Some(times))["Id"].as_str().unwrap().to_owned();
    for one in people {
        let participant = json!({"ActivityId": id, "ParticipantId": one, "RoleId": PARTICIPANT});
        scenario.odata("POST", "ActivityParticipant", Some(participant));
    }
    id
}

/// Who takes part beside the user.
fn participants(scenario: &SandboxScenario, activity: &str) -> Vec<String> {
    let me = scenario.joined.account.contact.as_str().to_owned();
    let rows = scenario.odata("GET", &format!("ActivityParticipant?$filter=Activity/Id eq {activity}"), None);
    let ids = rows["value"].as_array().unwrap().iter().map(|row| row["ParticipantId"].as_str().unwrap().to_owned());
    let mut ids: Vec<String> = ids.filter(|id| *id != me).collect();
    ids.sort();
    ids
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

fn addresses(event: &Value) -> Vec<String> {
    let all = event["attendees"].as_array().unwrap().iter();
    all.map(|one| one["emailAddress"]["address"].as_str().unwrap_or_default().to_owned()).collect()
}

/// An event of the user's with these attendees.
fn event(scenario: &SandboxScenario, subject: &str, attendees: &[&str]) -> Value {
    let attendees: Vec<Value> = attendees
        .iter()
        .map(|address| json!({"type": "required", "emailAddress": {"address": address, "name": address}}))
        .collect();
    let time = |hour: u32| json!({"dateTime": format!("2026-03-12T{hour}:00:00"), "timeZone": "UTC"});
    scenario.graph(
        "POST",
        "me/events",
        Some(json!({"subject": subject, "start": time(10), "end": time(11), "attendees": attendees})),
    )
}

fn rename(scenario: &SandboxScenario, from: &str, to: &str) {
    let id = scenario.event(from)["id"].as_str().unwrap().to_owned();
    scenario.graph("PATCH", &format!("me/events/{id}"), Some(json!({"subject": to})));
}

/// What was written since, but to the sandbox itself.
fn quiet(scenario: &SandboxScenario) {
    let from = scenario.logged();
    let report = scenario.run();
    assert_eq!((scenario.writes(from), report.held.len()), (vec![], 0), "{:?}", report.held);
}

#[test]
fn who_was_stored_under_another_address_is_who_was_invited() {
    both(|scenario| {
        let (sales, boris) = (contact(scenario, "Sales"), contact(scenario, "Boris"));
        let replaced = [("sales@fabrikam.example", "k.petrova@fabrikam.example")];
        let replaced: BTreeMap<String, String> = replaced.map(|(from, to)| (from.to_owned(), to.to_owned())).into();
        behave(scenario, People { replaced, ..People::default() });
        let row = activity(scenario, "Visit", &[&sales]);
        scenario.settle();
        assert_eq!(addresses(&scenario.event("Visit")), ["k.petrova@fabrikam.example"]);
        quiet(scenario);
        rename(scenario, "Visit", "Visit 2");
        scenario.settle();
        assert_eq!(participants(scenario, &row), std::slice::from_ref(&sales));
        // one more comes, and both stay
        let participant = json!({"ActivityId": row, "ParticipantId": boris, "RoleId": PARTICIPANT});
        scenario.odata("POST", "ActivityParticipant", Some(participant));
        scenario.odata("PATCH", &format!("Activity({row})"), Some(json!({"Title": "Visit 3"})));
        scenario.settle();
        let invited = sorted(addresses(&scenario.event("Visit 3")));
        assert_eq!(invited, ["boris@fabrikam.example", "k.petrova@fabrikam.example"]);
        assert_eq!(participants(scenario, &row), sorted(vec![sales, boris]));
        quiet(scenario);
    });
}

#[test]
fn however_an_address_is_spelled_nobody_falls_off() {
    both(|scenario| {
        let (anna, boris) = (contact(scenario, "Anna"), contact(scenario, "Boris"));
        let all = ["anna@fabrikam.example", "boris@fabrikam.example", "cc@fabrikam.example", "dd@fabrikam.example"];
        event(scenario, "Call", &all);
        let told = |list: &[(&str, &str)]| {
            let told = list.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
            behave(scenario, People { told, ..People::default() });
        };
        let odd = [("cc@fabrikam.example", "/o=First/ou=Exchange/cn=Recipients/cn=cc"), ("dd@fabrikam.example", "")];
        told(&odd);
        scenario.settle();
        let row = scenario.activity("Call")["Id"].as_str().unwrap().to_owned();
        let both = sorted(vec![anna, boris]);
        assert_eq!(participants(scenario, &row), both);
        let spelled = [
            ("anna@fabrikam.example", "'Anna@Fabrikam.example'"),
            ("boris@fabrikam.example", "smtp:boris@fabrikam.example.;"),
        ];
        told(&[&odd[..], &spelled[..]].concat());
        rename(scenario, "Call", "Call 2");
        scenario.settle();
        assert_eq!(participants(scenario, &row), both);
        quiet(scenario);
        // who can't be told stays on the event when somebody else comes
        let vera = contact(scenario, "Vera");
        scenario.odata(
            "POST",
            "ActivityParticipant",
            Some(json!({"ActivityId": row, "ParticipantId": vera, "RoleId": PARTICIPANT})),
        );
        scenario.odata("PATCH", &format!("Activity({row})"), Some(json!({"Title": "Call 3"})));
        scenario.settle();
        told(&[]);
        let call = scenario.event("Call 3");
        let names = call["attendees"].as_array().unwrap().iter().map(|one| one["emailAddress"]["name"].to_string());
        let invited = all.into_iter().chain(["Vera"]).map(|name| format!("\"{name}\"")).collect();
        assert_eq!(sorted(names.collect()), sorted(invited));
    });
}

#[test]
fn the_users_further_address_is_the_user() {
    both(|scenario| {
        let alias = "me.too@contoso.example";
        behave(scenario, People { aliases: vec![alias.to_owned()], ..People::default() });
        let own = scenario.odata("POST", "Contact", Some(json!({"Name": "Me too", "Email": alias})))["Id"]
            .as_str()
            .unwrap()
            .to_owned();
        event(scenario, "Mine", &[alias]);
        scenario.settle();
        let row = scenario.activity("Mine")["Id"].as_str().unwrap().to_owned();
        assert_eq!(participants(scenario, &row), Vec::<String>::new());
        activity(scenario, "Always", &[&own]);
        scenario.settle();
        assert_eq!(addresses(&scenario.event("Always")), Vec::<String>::new());
        // an edit of what nobody else is invited to waits for no word
        let mut settings = everything();
        settings.rules.notify = Notify::Ask;
        scenario.save(&settings);
        scenario.odata("PATCH", &format!("Activity({row})"), Some(json!({"Title": "Mine 1"})));
        assert_eq!(scenario.settle().held, []);
        assert_eq!(scenario.event("Mine 1")["subject"], "Mine 1");
        let other = activity(scenario, "Ours", &[&own]);
        scenario.odata("PATCH", &format!("Activity({row})"), Some(json!({"Title": "Mine 2"})));
        settings.rules.notify = Notify::Never;
        scenario.save(&settings);
        let report = scenario.settle();
        assert!(report.held.is_empty(), "{:?}", report.held);
        assert_eq!(scenario.event("Mine 2")["subject"], "Mine 2");
        assert_eq!(addresses(&scenario.event("Ours")), Vec::<String>::new());
        assert_eq!(participants(scenario, &other), [own]);
    });
}

#[test]
fn a_read_that_tells_fewer_attendees_takes_nobody_off() {
    both(|scenario| {
        let people = ["Anna", "Boris", "Vera"].map(|name| contact(scenario, name));
        event(scenario, "Call", &["anna@fabrikam.example", "boris@fabrikam.example", "vera@fabrikam.example"]);
        scenario.settle();
        behave(scenario, People { few: Some(1), ..People::default() });
        rename(scenario, "Call", "Call 2");
        scenario.settle();
        let row = scenario.activity("Call 2")["Id"].as_str().unwrap().to_owned();
        assert_eq!(participants(scenario, &row), sorted(people.to_vec()));
        scenario.odata("PATCH", &format!("Activity({row})"), Some(json!({"Location": "Hall"})));
        scenario.settle();
        assert_eq!(participants(scenario, &row), sorted(people.to_vec()));
        behave(scenario, People::default());
        assert_eq!(addresses(&scenario.event("Call 2")).len(), 3);
    });
}

/// What waits for a word has its event read whenever the Activity is edited.
#[test]
fn a_read_of_the_known_version_with_fewer_attendees_takes_nobody_off() {
    both(|scenario| {
        let mut settings = everything();
        settings.rules.notify = Notify::Ask;
        scenario.save(&settings);
        let people = ["Anna", "Boris", "Vera"].map(|name| contact(scenario, name));
        event(scenario, "Call", &["anna@fabrikam.example", "boris@fabrikam.example", "vera@fabrikam.example"]);
        scenario.settle();
        let row = scenario.activity("Call")["Id"].as_str().unwrap().to_owned();
        let edit = |change: Value| drop(scenario.odata("PATCH", &format!("Activity({row})"), Some(change)));
        edit(json!({"Location": "Hall"}));
        scenario.run();
        behave(scenario, People { few: Some(1), ..People::default() });
        edit(json!({"Title": "Call 2"}));
        scenario.run();
        assert_eq!(participants(scenario, &row), sorted(people.to_vec()));
        behave(scenario, People::default());
        assert_eq!(addresses(&scenario.event("Call")).len(), 3);
    });
}

#[test]
fn an_address_that_is_refused_costs_its_owner_only_and_is_named() {
    both(|scenario| {
        let (anna, bad) = (contact(scenario, "Anna"), contact(scenario, "Bad"));
        behave(scenario, People { refused: vec!["bad@fabrikam.example".to_owned()], ..People::default() });
        let row = activity(scenario, "Visit", &[&anna, &bad]);
        let report = scenario.run();
        assert_eq!(addresses(&scenario.event("Visit")), ["anna@fabrikam.example"]);
        let held: Vec<_> = report.held.iter().map(|held| (held.reason, concerned(held))).collect();
        assert_eq!(held, [(Reason::NotKept, "1: Bad".to_owned())]);
        scenario.settle();
        assert_eq!(participants(scenario, &row), sorted(vec![anna, bad]));
        let from = scenario.logged();
        scenario.run();
        assert_eq!(scenario.writes(from), Vec::<String>::new());
    });
}
