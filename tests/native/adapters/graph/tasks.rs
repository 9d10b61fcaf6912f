//! Tasks of To Do through whole runs: what is hung on them, and how they are known again.

use crate::support::memory::everything;
use crate::support::sandbox_scenario::SandboxScenario;
use sandbox::Seed;
use schedule_sync::engine::settings::Settings;
use serde_json::{Value, json};

const CANCELED: &str = "201cfba8-58e6-df11-971b-001d60e938c6";

fn lists(scenario: &SandboxScenario) -> Vec<String> {
    let lists = scenario.graph("GET", "me/todo/lists", None)["value"].as_array().unwrap().clone();
    lists.iter().map(|list| list["id"].as_str().unwrap().to_owned()).collect()
}

/// A person's task in the default list; with more members.
fn task(scenario: &SandboxScenario, title: &str, more: Value) -> Value {
    let mut body = json!({"title": title, "dueDateTime": {"dateTime": "2026-03-12T00:00:00", "timeZone": "UTC"}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    scenario.graph("POST", &format!("me/todo/lists/{}/tasks", lists(scenario)[0]), Some(body))
}

fn links(scenario: &SandboxScenario, task: &Value) -> Vec<Value> {
    let path = format!("me/todo/lists/{}/tasks/{}/linkedResources", lists(scenario)[0], task["id"].as_str().unwrap());
    scenario.graph("GET", &path, None)["value"].as_array().unwrap().clone()
}

/// To Do's way to move a task: another one in the other list, with all that hung on it.
fn moved(scenario: &SandboxScenario, task: &Value) {
    let lists = lists(scenario);
    let hung: Vec<Value> = links(scenario, task)
        .into_iter()
        .map(|mut link| {
            link.as_object_mut().unwrap().remove("id");
            link
        })
        .collect();
    let copy = json!({"title": task["title"], "dueDateTime": task["dueDateTime"], "linkedResources": hung});
    scenario.graph("POST", &format!("me/todo/lists/{}/tasks", lists[1]), Some(copy));
    scenario.graph("DELETE", &format!("me/todo/lists/{}/tasks/{}", lists[0], task["id"].as_str().unwrap()), None);
}

#[test]
fn an_imported_task_shows_the_way_to_its_activity_if_the_user_exports() {
    let recurring = json!({"recurrence": {"pattern": {"type": "daily", "interval": 1},
        "range": {"type": "noEnd", "startDate": "2026-03-12"}}});
    let import = Settings { export: Default::default(), ..everything() };
    for (settings, more, hung) in [(everything(), json!({}), 1), (everything(), recurring, 0), (import, json!({}), 0)] {
        let scenario = SandboxScenario::new(Seed::Empty, &settings);
        let task = task(&scenario, "Offer", more);
        let report = scenario.settle();
        assert_eq!((report.counts.creatio.created, report.counts.exchange.updated), (1, 0));
        let links = links(&scenario, &task);
        assert_eq!(links.len(), hung);
        for link in links {
            let id = scenario.activity("Offer")["Id"].as_str().unwrap().to_owned();
            assert_eq!(link["webUrl"], format!("{}{id}", crate::support::graph_setup::LINK));
            assert_eq!(
                (&link["applicationName"], &link["externalId"]),
                (&json!("Creatio"), &json!(format!("site/{id}/0")))
            );
        }
    }
}

#[test]
fn an_imported_task_that_moves_to_another_list_keeps_its_activity() {
    let scenario = SandboxScenario::new(Seed::Demo, &everything());
    let task = task(&scenario, "Offer", json!({}));
    scenario.settle();
    let id = scenario.activity("Offer")["Id"].clone();
    moved(&scenario, &task);
    let report = scenario.settle();
    assert_eq!((report.counts.creatio.created, report.counts.creatio.deleted), (0, 0), "{report:?}");
    let activity = scenario.activity("Offer");
    assert!(activity["Id"] == id && activity["StatusId"] != CANCELED);
}
