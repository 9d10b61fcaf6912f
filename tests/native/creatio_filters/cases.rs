//! The table of stored filters: what each becomes, and whom it selects of a dozen activities.

use super::*;

/// What is expected of a stored filter.
enum Want {
    /// This `$filter`, and these activities.
    Odata(&'static str, &'static [u32]),
    /// Only the server can evaluate it, for this reason; and selects these.
    Server(&'static str, &'static [u32]),
    /// It can't be read: nobody, and this is named.
    Nothing(&'static str),
}

use Want::{Nothing, Odata, Server};

/// Times are Moscow's, where it is Monday, 2 March 2026, 12:00.
fn fill(stage: &Stage) -> (String, String) {
    let mine = stage.contact.to_string();
    let other = stage.world.beside(COLLEAGUE).contact();
    let firm = stage.add("Account", json!({"Name": "Fabrikam"}));
    let anna = stage.add("Contact", json!({"Name": "Anna", "Email": "anna@fabrikam.example", "AccountId": firm}));
    let rows = [
        json!({"Title": "Budget talk", "StartDate": "2026-03-02T10:00:00Z", "Location": "Room 5", "ShowInScheduler": true}),
        json!({"Title": "O'Neil visits", "StartDate": "2026-03-01T20:30:00Z", "StatusId": COMPLETED, "PriorityId": HIGH}),
        json!({"Title": "Call Anna", "StartDate": "2026-03-02T21:30:00Z", "OwnerId": other, "ContactId": anna}),
        json!({"Title": "Report", "StartDate": "2026-02-26T09:00:00Z", "StatusId": IN_PROGRESS, "AccountId": firm}),
        json!({"Title": "Budget review", "StartDate": "2026-03-10T09:00:00Z", "ShowInScheduler": true}),
        json!({"Title": "Trade fair", "StartDate": "2026-04-15T09:00:00Z", "RemindToOwner": true,
            "RemindToOwnerDate": "2026-04-15T08:45:00Z"}),
        json!({"Title": "Audit", "StartDate": "2025-11-05T09:00:00Z", "StatusId": COMPLETED}),
        json!({"Title": "Audit", "StartDate": "2027-01-10T09:00:00Z", "OwnerId": other}),
        json!({"Title": "Budget mail", "StartDate": "2026-03-02T09:00:00Z", "TypeId": EMAIL}),
        json!({"Title": "50% off_all", "StartDate": "2026-03-02T08:30:00Z", "Location": "Room 6"}),
        json!({"Title": "Lunch", "StartDate": "2026-03-02T09:15:00Z", "ShowInScheduler": true}),
        json!({"Title": "Holidays", "StartDate": "2026-08-01T09:00:00Z", "AuthorId": other}),
    ];
    for (n, mut row) in rows.into_iter().enumerate() {
        let n = u32::try_from(n + 1).unwrap();
        row["Id"] = json!(id(n));
        let start: Instant = row["StartDate"].as_str().unwrap().parse().unwrap();
        row["DueDate"] = json!(start + chrono::Duration::minutes(10 * i64::from(n)));
        stage.add("Activity", row);
    }
    (mine, other)
}

fn cases(anyone: &str) -> Vec<(&'static str, Value, Want)> {
    let start = |comparison, right| all([compare("StartDate", comparison, right)]);
    let title = |comparison, value| all([compare("Title", comparison, text(value))]);
    vec![
        // groups
        ("an empty group", all([]), Odata("", &[])),
    ]
}

#[test]
fn every_stored_filter_selects_what_it_says() {
    let stage = Stage::new();
    let (_, other) = fill(&stage);
    let mut n = 0;
    for (name, filter, want) in cases(&other) {
        for (encoding, stored) in [("compact", filter.clone()), ("classic", classic(&filter))] {
            check(&stage, &format!("{name}, {encoding}"), &stored, &want);
        }
        n += 1;
    }
    assert!(n >= 60, "{n}");
}

fn check(stage: &Stage, name: &str, stored: &Value, want: &Want) {
    let bytes = stored.to_string().into_bytes();
    let set = |members: &[u32]| members.iter().copied().collect::<BTreeSet<u32>>();
    let read = stage.read(&bytes);
    let members = stage.members(&stage.group(&bytes, name.len() % 2 == 0));
    println!("{name}: {:?}\n   {members:?}", read.as_ref().map(|filter| filter.odata.clone()));
}
