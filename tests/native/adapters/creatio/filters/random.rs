//! The law of the translation: whatever the filter and whatever the activities, `$filter` selects
//! whom the server itself selects.

use super::*;
use crate::support::random::Random;
use schedule_sync::flat::FlatSet;

const ROWS: u32 = 40;
const FILTERS: usize = 400;

/// Activities with few values each, so that conditions meet them, at all hours of three weeks.
fn fill(stage: &Stage, random: &mut Random) -> Vec<String> {
    let other = stage.world.beside(COLLEAGUE).contact();
    let anna = stage.add("Contact", json!({"Name": "Anna", "Email": "anna@fabrikam.example"}));
    let people = vec![stage.contact.to_string(), other, anna.clone()];
    for n in 1..=ROWS {
        let start: Instant = NOW.parse().unwrap();
        let start = start + chrono::Duration::minutes(30 * (i64::try_from(random.below(1000)).unwrap() - 500));
        let mut row = json!({"Id": id(n), "StartDate": start, "DueDate": start + chrono::Duration::minutes(30),
            "Title": random.pick(&["Budget", "budget talk", "O'Neil", "50% off", "Ы"]),
            "OwnerId": random.pick(&people), "StatusId": random.pick(&[NOT_STARTED, IN_PROGRESS, COMPLETED]),
            "ShowInScheduler": random.one_in(2)});
        if random.one_in(2) {
            row["ContactId"] = json!(anna);
        }
        if random.one_in(3) {
            row["Location"] = json!("Room 5");
        }
        if random.one_in(3) {
            row["RemindToOwner"] = json!(true);
            row["RemindToOwnerDate"] = json!(start);
        }
        stage.add("Activity", row);
    }
    people
}

fn part(random: &mut Random, people: &[String], depth: usize) -> Value {
    let filter = if depth > 0 && random.one_in(3) {
        let parts: Vec<Value> = (0..random.below(4)).map(|_| part(random, people, depth - 1)).collect();
        group(u64::from(random.one_in(2)), parts)
    } else {
        leaf(random, people)
    };
    if random.one_in(12) { disabled(filter) } else { filter }
}

fn leaf(random: &mut Random, people: &[String]) -> Value {
    let equal = [3, 4];
    match random.below(8) {
        0 => {
            let word = random.pick(&["Budget", "budget", "'", "%", "", "f", "Ы", "Room 5"]);
            let column = random.pick(&["Title", "Location", "Owner.Name", "Contact.Email", "Status.Name"]);
            compare(column, random.pick(&[3, 4, 9, 10, 11, 12, 13, 14]), text(word))
        }
        1 => {
            let column = random.pick(&["Owner", "Contact", "Author"]);
            let values: Vec<Value> = (0..=random.below(2)).map(|_| lookup(&random.pick(people))).collect();
            within(column, random.pick(&equal), &values)
        }
        2 => compare(random.pick(&["Owner", "Contact"]), random.pick(&equal), macros(2)),
        3 => {
            let column = random.pick(&["Owner", "Contact", "Account", "Location", "RemindToOwnerDate", "Title"]);
            null(column, random.one_in(2))
        }
        4 => {
            let column = random.pick(&["ShowInScheduler", "RemindToOwner", "Status.Finish"]);
            compare(column, random.pick(&equal), parameter(12, json!(random.one_in(2))))
        }
        5 => timed(random),
        6 => {
            let day = |random: &mut Random| {
                date(&format!("2026-03-{:02}T{:02}:30:00.000", 1 + random.below(9), random.below(24)))
            };
            let filter = between(random.pick(&["StartDate", "DueDate"]), day(random), day(random));
            if random.one_in(2) { trimmed(filter) } else { filter }
        }
        _ => within("Status", random.pick(&equal), &[lookup(random.pick(&[NOT_STARTED, IN_PROGRESS, COMPLETED]))]),
    }
}

fn timed(random: &mut Random) -> Value {
    let column = random.pick(&["StartDate", "DueDate", "RemindToOwnerDate"]);
    let right = match random.below(3) {
        0 => macros(random.pick(&(3..=23).collect::<Vec<u64>>())),
        1 => macros_of(random.pick(&[24, 25, 26, 27]), i64::try_from(random.below(5)).unwrap()),
        _ => date(&format!("2026-03-{:02}T{:02}:00:00.000", 1 + random.below(9), random.below(24))),
    };
    let filter = compare(column, random.pick(&[3, 4, 5, 6, 7, 8]), right);
    if random.one_in(2) { trimmed(filter) } else { filter }
}

#[test]
fn a_translation_selects_whom_the_server_selects() {
    let stage = Stage::new();
    let mut random = Random::new(20_260_302);
    let people = fill(&stage, &mut random);
    let (mut translated, mut telling) = (0, 0);
    for n in 0..FILTERS {
        let filter = part(&mut random, &people, 3);
        let direct = stage.direct(&filter).unwrap();
        let Ok(odata) = stage.read(filter.to_string().as_bytes()).unwrap().odata else { continue };
        let path = schedule_sync::http::odata::address("odata/Activity", &[("$select", "Id"), ("$filter", &odata)]);
        if path.len() > 2_000 {
            continue;
        }
        let (status, body) = stage.request("GET", &path, Vec::new());
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(status, 200, "{n}: {odata}: {body}");
        let rows = body["value"].as_array().unwrap();
        let found: FlatSet<u32> = rows.iter().map(|row| number(row["Id"].as_str().unwrap())).collect();
        assert_eq!(found, direct, "{n}: {filter}\n{odata}");
        translated += 1;
        telling += usize::from(!found.is_empty() && found.len() < ROWS as usize);
    }
    assert!(translated > FILTERS * 9 / 10, "{translated}");
    assert!(telling > FILTERS / 3, "{telling}");
}
