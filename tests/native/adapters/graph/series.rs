//! Series of Microsoft 365 through whole runs: what Exchange allows of single occurrences, and what
//! is told when it does not.

use crate::support::memory::everything;
use crate::support::sandbox_scenario::SandboxScenario;
use sandbox::Seed;
use schedule_sync::engine::held::Reason;
use serde_json::{Value, json};

/// A weekly series, imported; the Activity of its second occurrence.
fn second(scenario: &SandboxScenario) -> Value {
    let time = |hour: u8| json!({"dateTime": format!("2026-03-03T{hour:02}:00:00"), "timeZone": "UTC"});
    let recurrence = json!({"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]},
        "range": {"type": "noEnd", "startDate": "2026-03-03"}});
    let series = json!({"subject": "Weekly", "start": time(10), "end": time(11), "recurrence": recurrence});
    scenario.graph("POST", "me/events", Some(series));
    scenario.settle();
    let on = |row: &Value| row["StartDate"].as_str().unwrap().starts_with("2026-03-10");
    scenario.activities().into_iter().find(on).unwrap()
}

#[test]
fn an_occurrence_that_may_not_move_so_far_is_told_and_costs_nothing_else() {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    let id = second(&scenario)["Id"].as_str().unwrap().to_owned();
    let all = scenario.activities().len();
    let far = json!({"StartDate": "2026-03-18T10:00:00Z", "DueDate": "2026-03-18T11:00:00Z"});
    scenario.odata("PATCH", &format!("Activity({id})"), Some(far));
    let report = scenario.run();
    let told: Vec<_> = report.held.iter().map(|held| (held.reason, held.detail.as_str())).collect();
    assert_eq!(told, [(Reason::Rejected, "ErrorOccurrenceCrossingBoundary")]);
    assert_eq!((report.unfinished, scenario.activities().len()), (0, all));
    let from = scenario.logged();
    let again = scenario.run();
    assert_eq!(
        (scenario.writes(from), again.held),
        (vec![], report.held),
        "it is told until it is settled, and not tried again"
    );

    let near = json!({"StartDate": "2026-03-11T10:00:00Z", "DueDate": "2026-03-11T11:00:00Z"});
    scenario.odata("PATCH", &format!("Activity({id})"), Some(near));
    assert_eq!(scenario.settle().held, []);
    let moved = scenario.graph(
        "GET",
        "me/calendarView?startDateTime=2026-03-11T00:00:00Z&endDateTime=2026-03-12T00:00:00Z",
        None,
    );
    assert_eq!(moved["value"][0]["type"], "exception");
}
