//! How many requests a run costs: one HTTP exchange counts as one, whatever parts a batch has.

use crate::support::{memory::everything, sandbox_scenario::SandboxScenario};
use sandbox::Seed;
use serde_json::json;

/// Half as many events and half as many Activities, without participants, on days of their own.
fn fill(scenario: &SandboxScenario, items: usize) {
    for n in 0..items / 2 {
        let at = |minute: usize| format!("2026-04-{:02}T{:02}:{minute:02}:00", 1 + n % 28, 6 + n / 28 % 12);
        let time = |minute| json!({"dateTime": at(minute), "timeZone": "UTC"});
        let event = json!({"subject": format!("Event {n}"), "start": time(0), "end": time(30)});
        scenario.graph("POST", "me/events", Some(event));
        let row = json!({"Title": format!("Activity {n}"), "StartDate": at(0) + "Z", "DueDate": at(30) + "Z",
            "ShowInScheduler": true});
        scenario.odata("POST", "Activity", Some(row));
    }
}

/// What the run costs that `scenario` makes next.
fn cost(scenario: &SandboxScenario) -> usize {
    let before = scenario.world.requests();
    scenario.run();
    scenario.world.requests() - before
}

#[test]
fn a_run_costs_few_requests() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    fill(&scenario, 1000);
    let first = cost(&scenario);
    let second = cost(&scenario);
    let quiet = cost(&scenario);
    let new = json!({"Title": "One more", "StartDate": "2026-04-01T06:00:00Z", "DueDate": "2026-04-01T07:00:00Z",
        "ShowInScheduler": true});
    scenario.odata("POST", "Activity", Some(new));
    let one_new = cost(&scenario);
    let id = scenario.event("Event 3")["id"].as_str().unwrap().to_owned();
    scenario.graph("PATCH", &format!("me/events/{id}"), Some(json!({"subject": "Another title"})));
    let one_edited = cost(&scenario);
    assert_eq!(scenario.store.links.borrow().len(), 1001);
    assert!(first <= 70, "of a thousand items: {first}");
    assert!(second <= 4, "right after: {second}");
    assert!(quiet <= 2, "{quiet}");
    assert!(one_new <= 5 && one_edited <= 5, "{one_new}, {one_edited}");
}
