//! What installations of Creatio really do: stamps of the future, bulk loads, rows that are refused
//! once, rights by role, values rewritten on saving, reads that are behind.

use crate::support::creatio_setup::{id, observe, post, row, start, switch};
use crate::support::memory::everything;
use crate::support::office::Office;
use crate::support::runs;
use crate::support::sandbox_scenario::SandboxScenario;
use crate::support::world::{COLLEAGUE, World};
use chrono::TimeDelta;
use pollster::block_on;
use sandbox::{Sandbox, Seed};
use schedule_sync::creatio::Creatio;
use schedule_sync::engine::held::Reason;
use schedule_sync::flat::FlatSet;
use schedule_sync::model::lookup::{Look, Lookup};
use schedule_sync::model::op::{Create, Op, Refusal, Update};
use schedule_sync::model::{
    Body, Facts, Field, Importance, Instant, Item, ItemId, Meeting, Patch, Record, Reminder, Response, Side, Uid, When,
};
use schedule_sync::ports::Replica;
use serde_json::{Value, json};
use std::rc::Rc;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// Puts activities in that were last saved at `modified`.
fn load(world: &World, numbers: impl IntoIterator<Item = u32>, modified: &str) {
    let mut sandbox = world.sandbox.borrow_mut();
    let Sandbox { creatio, environment, .. } = &mut *sandbox;
    for n in numbers {
        let mut row = row(n, "x", 1 + n % 28);
        row["ModifiedOn"] = json!(modified);
        creatio.load_activity(row, environment).unwrap();
    }
}

/// The bytes of Creatio's replies since the `from`th row of the log, batches' parts not counted
/// twice.
fn bytes(world: &World, from: usize) -> usize {
    let sandbox = world.sandbox.borrow();
    sandbox.environment.log().iter().skip(from).filter(|row| row.batch.is_none()).map(|row| row.bytes_out).sum()
}

/// A sandbox whose user lives by UTC, and the replica of that user.
fn utc_start() -> (Rc<World>, Creatio<World>) {
    let (world, creatio) = start(Seed::Empty);
    let units = world.sandbox.borrow().creatio.rows("SysAdminUnit");
    for unit in units {
        let id = uuid::Uuid::parse_str(unit["Id"].as_str().unwrap()).unwrap();
        let sandbox = &mut *world.sandbox.borrow_mut();
        sandbox.creatio.save_row(("SysAdminUnit", id), &json!({"TimeZoneId": "UTC"}), &sandbox.environment).unwrap();
    }
    (world, creatio)
}

/// The services by which an installation is reached, as its switches.
fn services() -> [Value; 3] {
    [json!({}), json!({"dataservice": "forbidden"}), json!({"odata": "forbidden"})]
}

#[test]
fn a_bulk_load_is_read_again_once_and_not_by_every_quiet_run() {
    for service in services() {
        // more than are read by their stamps cost a full reading once
        let sizes: &[u32] = if service == json!({}) { &[300, 2_100] } else { &[300] };
        for &many in sizes {
            let (world, creatio) = utc_start();
            switch(&world, service.clone());
            load(&world, 0..many, "2026-03-02T08:59:59Z");
            let mut cursor = observe(&creatio, None).cursor;
            for nth in 0..4 {
                world.pass(TimeDelta::minutes(5));
                let from = world.log(0).len();
                let listing = observe(&creatio, cursor.as_ref());
                let what = format!("{service}, {many}, run {nth}");
                if nth > 0 {
                    assert_eq!((listing.items.len(), listing.complete.len()), (0, 0), "{what}");
                    assert!(bytes(&world, from) < 3_000, "{what}: {} bytes", bytes(&world, from));
                }
                cursor = listing.cursor;
            }
        }
    }
}

#[test]
fn stamps_of_the_future_blind_no_reading_and_are_not_read_again_for_ever() {
    for service in services() {
        let sizes: &[u32] = if service == json!({}) { &[1, 2_100] } else { &[1] };
        for &many in sizes {
            let (world, creatio) = utc_start();
            switch(&world, service.clone());
            let hand = json!({"odata": "allowed"});
            load(&world, 10..10 + many, "2029-01-01T00:00:00Z");
            load(&world, 1..2, "2026-03-02T08:00:00Z");
            world.pass(TimeDelta::minutes(30));
            let mut cursor = observe(&creatio, None).cursor;
            for title in ["edited", "edited again"] {
                world.pass(TimeDelta::minutes(5));
                let edit = json!({"Title": title});
                let path = format!("Activity({})", id(1));
                switch(&world, hand.clone());
                assert_eq!(world.by_hand(Side::Creatio, "PATCH", &path, Some(edit)).0, 204);
                switch(&world, service.clone());
                let listing = observe(&creatio, cursor.as_ref());
                let told: Vec<&str> = listing.items.iter().map(|item| item.record.title()).collect();
                assert_eq!((told, listing.complete.len()), (vec![title], 0), "{service}, {many}");
                cursor = listing.cursor;
            }
            // a new one with such a stamp is told once
            load(&world, 9_000..9_001, "2029-01-01T00:00:00Z");
            let mut told = Vec::new();
            for _ in 0..3 {
                world.pass(TimeDelta::minutes(5));
                let listing = observe(&creatio, cursor.as_ref());
                told.push(listing.items.iter().filter(|item| item.id == id(9_000)).count());
                cursor = listing.cursor;
            }
            assert_eq!(told, [1, 0, 0], "{service}, {many}");
        }
    }
}

#[test]
fn rows_that_come_and_go_between_two_readings_are_told_without_a_full_one() {
    let (world, creatio) = utc_start();
    load(&world, 0..20, "2026-03-01T00:00:00Z");
    let mut cursor = observe(&creatio, None).cursor;
    // created in the very second of the reading, and edited later: it is counted once
    post(&world, row(100, "new", 5));
    for (minutes, edit) in [(0, None), (1, None), (1, Some("edited")), (6, Some("edited late"))] {
        world.pass(TimeDelta::minutes(minutes));
        if let Some(title) = edit {
            let path = format!("Activity({})", id(100));
            world.by_hand(Side::Creatio, "PATCH", &path, Some(json!({"Title": title})));
        }
        let listing = observe(&creatio, cursor.as_ref());
        assert!(listing.complete.is_empty(), "{minutes} {edit:?}");
        cursor = listing.cursor;
    }
}

fn meeting(title: &str) -> Meeting {
    Meeting {
        title: title.to_owned(),
        when: When::Timed { start: at("2026-03-05T10:00:00Z"), end: at("2026-03-05T11:00:00Z") },
        place: "Room".to_owned(),
        body: Body::from_text("notes"),
        importance: Importance::High,
        reminder: Reminder::Before(20),
        people: Vec::new(),
        response: Response::InDoubt,
    }
}

fn create(n: u32, meeting: Meeting, facts: Facts) -> Op {
    let record = Record::Meeting(meeting);
    Op::Create(Box::new(Create { id: Some(id(n)), container: "activities".into(), record, facts }))
}

/// The one item that an apply wrote.
fn one(creatio: &Creatio<World>, op: Op) -> Item {
    let mut told = block_on(creatio.apply(&[op]));
    *told.remove(0).unwrap().item.unwrap()
}

#[test]
fn a_uid_that_no_column_holds_is_neither_cut_nor_refused() {
    for (length, held) in [(250, true), (251, false), (3_000, false)] {
        let (_, creatio) = utc_start();
        let uid = Uid::new("ё".repeat(length));
        let facts = Facts { uid: Some(uid.clone()), ..Facts::default() };
        let item = one(&creatio, create(1, meeting("m"), facts));
        assert_eq!(item.facts.uid, held.then_some(uid.clone()), "{length}");
        let other = one(&creatio, create(2, meeting("n"), Facts::default()));
        let fill = Update { uid: Some(uid.clone()), ..Update::of(&other, patch(&other.record, &[])) };
        assert_eq!(one(&creatio, Op::Update(Box::new(fill))).facts.uid, held.then_some(uid.clone()), "{length}");
        let found = block_on(creatio.find(&[Lookup::Uid(uid)])).unwrap().remove(0);
        assert_eq!(found.items.len(), if held { 2 } else { 0 }, "{length}");
    }
}

fn patch(record: &Record, fields: &[Field]) -> Patch {
    Patch { record: record.clone(), fields: fields.iter().copied().collect() }
}

fn utc(time: &str) -> Value {
    json!({"dateTime": time, "timeZone": "UTC"})
}

/// A mailbox with an event to which a Contact of Creatio is invited.
fn invited() -> SandboxScenario {
    let scenario = SandboxScenario::new(Seed::Empty, &everything());
    for name in ["Anna", "Boris"] {
        let address = format!("{}@fabrikam.example", name.to_lowercase());
        scenario.odata("POST", "Contact", Some(json!({"Name": name, "Email": address})));
    }
    let attendee =
        |name: &str| json!({"type": "required", "emailAddress": {"address": format!("{name}@fabrikam.example")}});
    let body = json!({"subject": "Plan", "start": utc("2026-03-12T10:00:00"), "end": utc("2026-03-12T11:00:00"),
        "attendees": [attendee("anna"), attendee("boris")]});
    scenario.graph("POST", "me/events", Some(body));
    scenario
}

/// How many participants the one Activity has, the Owner among them.
fn participants(scenario: &SandboxScenario) -> usize {
    scenario.world.sandbox.borrow().creatio.rows("ActivityParticipant").len()
}

#[test]
fn people_who_are_refused_once_are_named_and_there_after_the_next_run() {
    for service in services() {
        let by_service = service["odata"] == "forbidden";
        for (times, there) in if by_service { [(2, 1), (1, 2)] } else { [(4, 1), (3, 2)] } {
            let scenario = invited();
            let switch = |switches: &Value| {
                let switches = serde_json::from_value(switches.clone()).unwrap();
                scenario.world.sandbox.borrow_mut().creatio.switch(switches).unwrap();
            };
            switch(&service);
            let body =
                json!({"error": {"message": "An error", "innererror": {"message": "Execution Timeout Expired."}}});
            let path = "(odata/ActivityParticipant$|InsertQuery)";
            let failed = json!({"rowsAffected": -1, "success": false,
                "responseStatus": {"ErrorCode": "x", "Message": "Execution Timeout Expired."}});
            let then =
                if by_service { json!({"status": 200, "body": failed}) } else { json!({"status": 500, "body": body}) };
            let faults = json!([{"server": "creatio", "method": "POST", "path": path, "times": times, "then": then}]);
            if by_service {
                // the Activity's own insert passes
                let sandbox = Rc::clone(&scenario.world.sandbox);
                scenario.world.intervene(&["\"Participant\":{\"expressionType\":2"], move || {
                    sandbox.borrow_mut().environment.set_faults(serde_json::from_value(faults).unwrap());
                });
            } else {
                scenario.world.faults(faults);
            }
            let report = scenario.run();
            let held: Vec<_> = report.held.iter().map(|held| (held.reason, held.detail.as_str())).collect();
            assert_eq!(held, [(Reason::Rejected, "CreatioBusy")], "{service} {times} {:#?}", scenario.writes(0));
            assert_eq!((report.counts.creatio.created, participants(&scenario)), (1, there), "{service}");
            let report = scenario.run();
            assert_eq!((report.held.len(), participants(&scenario)), (0, 3), "{service}: {:?}", report.held);
            scenario.settle();
        }
    }
}

#[test]
fn people_whose_reply_was_lost_are_done_and_not_refused() {
    let scenario = invited();
    scenario
        .world
        .faults(json!([{"server": "creatio", "method": "POST", "path": "odata/ActivityParticipant$", "times": 1,
        "then": {"drop": "after"}}]));
    let report = scenario.run();
    assert_eq!((report.held.len(), report.unfinished, participants(&scenario)), (0, 0, 3), "{:?}", report.held);
    scenario.settle();
}

#[test]
fn people_are_completed_after_a_run_that_ended_before_they_were_written() {
    for path in ["ActivityParticipant", "(batch|BatchQuery)"] {
        let scenario = invited();
        // the Activity is created; nothing is heard of it, and nothing comes after it
        let created = Rc::clone(&scenario.world.sandbox);
        scenario.world.intervene(&["\"method\":\"POST\""], move || {
            let faults = json!([{"server": "creatio", "method": "POST", "path": "odata/Activity$", "times": 9, "then": {"drop": "after"}},
                {"server": "creatio", "path": path, "times": 99, "then": {"drop": "after"}}]);
            created.borrow_mut().environment.set_faults(serde_json::from_value(faults).unwrap());
        });
        let report = block_on(runs::run(&scenario.joined.parts(&scenario.store)));
        assert!(report.is_ok_and(|report| report.unfinished == 1), "{path}");
        scenario.world.faults(json!([]));
        scenario.world.pass(TimeDelta::minutes(5));
        scenario.run();
        scenario.run();
        assert_eq!(
            (scenario.world.sandbox.borrow().creatio.rows("Activity").len(), participants(&scenario)),
            (1, 3),
            "{path}"
        );
        scenario.settle();
    }
}

/// The Activities that there are, whoever may read them, but for a letter.
fn all_rows(office: &Office) -> Vec<Value> {
    let mut rows = office.world.sandbox.borrow().creatio.rows("Activity");
    rows.retain(|row| row["Title"] != "a letter");
    rows
}

/// Rights on every Activity that are lost for a time are another thing than one that is somebody
/// else's: the shared one is waited for.
#[test]
fn nobody_gets_an_own_activity_while_nothing_at_all_can_be_read() {
    let office = Office::new();
    office.invite();
    office.report(0);
    let switch = |switches: Value| {
        let switches = serde_json::from_value(switches).unwrap();
        office.world.sandbox.borrow_mut().creatio.switch(switches).unwrap();
    };
    switch(json!({"emptied": ["Activity"]}));
    for _ in 0..3 {
        let report = office.report(1);
        assert_eq!((report.held.len(), report.unfinished), (0, 1), "{:?}", report.held);
        assert_eq!(all_rows(&office).len(), 1);
    }
    switch(json!({"emptied": []}));
    let report = office.report(1);
    assert_eq!((report.held.len(), report.unfinished, all_rows(&office).len()), (0, 0, 1), "{:?}", report.held);
}

#[test]
fn whoever_may_not_read_the_shared_activity_gets_one_of_their_own() {
    for service in [json!({}), json!({"dataservice": "forbidden"}), json!({"odata": "forbidden"})] {
        let office = Office::new();
        // where nothing at all can be read, nobody gets an own one
        office.world.with_letter();
        office.invite();
        office.report(0);
        let shared = all_rows(&office)[0]["Id"].as_str().unwrap().to_owned();
        let mut switches = service.clone();
        switches["hidden"] = json!({COLLEAGUE.0: [shared]});
        office.world.sandbox.borrow_mut().creatio.switch(serde_json::from_value(switches).unwrap()).unwrap();
        // another device may have made it just now, where reads are late: it is looked for once
        // more
        let report = office.report(1);
        assert_eq!((report.held.len(), report.unfinished), (0, 1), "{service}: {:?}", report.held);
        assert_eq!(all_rows(&office).len(), 1, "{service}");
        let report = office.report(1);
        assert_eq!((report.held.len(), report.counts.creatio.created), (0, 1), "{service}: {:?}", report.held);
        let rows = all_rows(&office);
        assert_eq!(rows.len(), 2, "{service}");
        let own = rows.iter().find(|row| row["Id"] != *shared).unwrap();
        assert_eq!(
            (&own["Title"], &own["OwnerId"]),
            (&json!("Plan"), &json!(office.accounts[1].0.account.contact.as_str()))
        );
        assert!(office.accounts[1].1.links.borrow().contains_key(&ItemId::new(own["Id"].as_str().unwrap())));
        assert_eq!(office.accounts[1].1.links.borrow().len(), 1);
        // neither a second run nor a lost store makes another one
        let from = office.world.log(0).len();
        office.report(1);
        assert_eq!(office.world.writes(from), Vec::<String>::new(), "{service}");
        let (joined, store) = &office.accounts[1];
        store.links.borrow_mut().clear();
        *store.state.borrow_mut() = None;
        block_on(runs::run(&joined.parts(store))).unwrap();
        office.world.pass(TimeDelta::minutes(5));
        let report = office.report(1);
        assert_eq!((all_rows(&office).len(), report.held.len()), (2, 0), "{service}: {:?}", report.held);
        assert_eq!(store.links.borrow().len(), 1, "{service}");
    }
}

#[test]
fn an_id_that_is_taken_is_told_apart_from_other_refusals() {
    let (world, creatio) = utc_start();
    post(&world, row(1, "hidden", 9));
    post(&world, row(2, "readable", 9));
    switch(&world, json!({"hidden": [id(1)]}));
    let ops = [1, 2].map(|n| create(n, meeting("m"), Facts::default()));
    let long = create(3, meeting(&"x".repeat(501)), Facts::default());
    let told = block_on(creatio.apply(&[ops[0].clone(), ops[1].clone(), long]));
    let told: Vec<_> = told.into_iter().map(|told| told.map(|_| ()).unwrap_err()).collect();
    let rejected = |word: &str| Refusal::Rejected(word.to_owned());
    assert_eq!(told, [Refusal::Taken, rejected("CreatioTaken"), rejected("CreatioTooLong")]);
}

#[test]
fn what_the_installation_made_of_a_write_is_told() {
    for service in services() {
        for (property, rewrite, field) in [
            ("Title", json!({"cut": 5}), Field::Title),
            ("Title", json!({"keeps": true}), Field::Title),
            ("Title", json!({"capital": true}), Field::Title),
            ("Notes", json!({"adds": "<p>footer</p>"}), Field::Body),
            ("Notes", json!({"decoded": true}), Field::Body),
            ("RemindToOwner", json!({"fixed": false}), Field::Reminder),
            ("StartDate", json!({"fixed": "2026-03-05T09:00:00Z"}), Field::When),
            ("Location", json!({"keeps": true}), Field::Place),
            ("PriorityId", json!({"fixed": "ac96fa02-7fe6-df11-971b-001d60e938c6"}), Field::Importance),
        ] {
            let what = format!("{service} {property} {rewrite}");
            let (world, creatio) = utc_start();
            let mut switches = service.clone();
            switch(&world, switches.clone());
            let plain = Meeting { body: Body::from_text("a &lt; b"), ..meeting("as it is") };
            let item = one(&creatio, create(1, plain, Facts::default()));
            switches["rewrites"] = json!({"Activity": {property: rewrite}});
            switch(&world, switches);
            let wanted = Meeting {
                body: Body::from_text("c &lt; d"),
                place: "Hall".to_owned(),
                importance: Importance::Normal,
                reminder: Reminder::Before(10),
                ..meeting("changed by us")
            };
            let fields = [Field::Title, Field::Body, Field::Reminder, Field::When, Field::Place, Field::Importance];
            let change = Update::of(&item, patch(&Record::Meeting(wanted.clone()), &fields));
            let told = one(&creatio, Op::Update(Box::new(change)));
            let held = schedule_sync::model::record::differences(&Record::Meeting(wanted), &told.record);
            assert!(held.contains(&field), "{what}: {held:?}");
            let found = block_on(creatio.find(&[Lookup::Id { id: id(1), container: "activities".into() }])).unwrap();
            assert_eq!(found[0].items, [told], "{what}");
        }
    }
}

#[test]
fn a_read_that_is_behind_neither_loses_what_was_written_nor_tells_the_old() {
    for service in services() {
        for behind in [1, 4] {
            let what = format!("{service}, {behind} s");
            let (world, creatio) = utc_start();
            let mut switches = service.clone();
            switches["stale"] = json!(behind);
            switch(&world, switches);
            let item = one(&creatio, create(1, meeting("new"), Facts::default()));
            let change = Update::of(&item, patch(&Record::Meeting(meeting("newer")), &[Field::Title]));
            assert_eq!(one(&creatio, Op::Update(Box::new(change))).record.title(), "newer", "{what}");
            one(&creatio, create(2, meeting("second"), Facts::default()));
            switch(&world, json!({"stale": 30}));
            one_more(&world, &creatio, 3);
            let clue = |n| Lookup::Id { id: id(n), container: "activities".into() };
            let found = block_on(creatio.find(&[clue(3), clue(9)])).unwrap();
            assert_eq!((found[0].is_absent(), found[1].is_absent()), (false, true), "{what}");
            world.pass(TimeDelta::minutes(2));
            let found = block_on(creatio.find(&[clue(3)])).unwrap();
            assert_eq!(found[0].items.len(), 1, "{what}");
        }
    }
}

#[test]
fn what_a_read_has_shown_and_somebody_removes_at_once_is_gone_at_once() {
    for service in services() {
        let (world, creatio) = utc_start();
        switch(&world, service.clone());
        let item = one(&creatio, create(1, meeting("short-lived"), Facts::default()));
        one(&creatio, create(2, meeting("changed"), Facts::default()));
        let found = block_on(creatio.find(&[Lookup::Id { id: id(2), container: "activities".into() }])).unwrap();
        let change = Update::of(&found[0].items[0], patch(&Record::Meeting(meeting("newer")), &[Field::Title]));
        one(&creatio, Op::Update(Box::new(change)));
        switch(&world, json!({"odata": "allowed"}));
        for n in [1, 2] {
            world.by_hand(Side::Creatio, "DELETE", &format!("Activity({})", id(n)), None);
        }
        switch(&world, service.clone());
        let clue = |n| Lookup::Id { id: id(n), container: item.container.clone() };
        let found = block_on(creatio.find(&[clue(1), clue(2)])).unwrap();
        assert_eq!((found[0].is_absent(), found[1].is_absent()), (true, true), "{service}");
    }
}

/// Creates an Activity that no reading shows yet.
fn one_more(_: &World, creatio: &Creatio<World>, n: u32) {
    let told = block_on(creatio.apply(&[create(n, meeting("late"), Facts::default())]));
    assert!(told[0].is_ok(), "{told:?}");
}

#[test]
fn activities_are_found_by_how_they_look() {
    for service in services() {
        let (world, creatio) = utc_start();
        for (n, title, day) in
            [(1, "Call  Anna", 5), (2, "call anna", 5), (3, "Call Anna", 6), (4, "Other", 5), (5, "Call Anna", 5)]
        {
            post(&world, row(n, title, day));
        }
        let mut mail = row(6, "Call Anna", 5);
        mail["TypeId"] = json!("e2831dec-cfc0-df11-b00f-001d60e938c6");
        post(&world, mail);
        world.by_hand(
            Side::Creatio,
            "PATCH",
            &format!("Activity({})", id(5)),
            Some(json!({"DueDate": "2026-03-05T11:30:00Z"})),
        );
        switch(&world, service.clone());
        let look = |title: &str, day: &str| {
            Lookup::Look(Look {
                title: title.to_owned(),
                start: at(&format!("2026-03-{day}T10:00:30Z")),
                end: at(&format!("2026-03-{day}T11:00:00Z")),
            })
        };
        let clues = [look("CALL Anna", "05"), look("Call Anna", "06"), look("Nobody", "05"), look("Call Anna", "07")];
        block_on(creatio.find(&clues[3..])).unwrap();
        let before = world.requests();
        let found = block_on(creatio.find(&clues)).unwrap();
        let told: Vec<FlatSet<ItemId>> =
            found.iter().map(|found| found.items.iter().map(|item| item.id.clone()).collect()).collect();
        assert_eq!(told, [FlatSet::from([id(1), id(2)]), FlatSet::from([id(3)]), FlatSet::new(), FlatSet::new()]);
        assert!(world.requests() - before <= 2, "{service}");
    }
}

/// Groups limit what goes over; those that are chosen, beside the id of a static one.
fn grouped(filter: Option<&Value>) -> (SandboxScenario, String) {
    let mut settings = everything();
    settings.export.scope = schedule_sync::engine::settings::Extent::Chosen;
    let scenario = SandboxScenario::new(Seed::Empty, &settings);
    let group = scenario.odata("POST", "ActivityFolder", Some(json!({"Name": "G"})))["Id"].as_str().unwrap().to_owned();
    settings.export.chosen.push(group.as_str().into());
    if let Some(filter) = filter {
        let folder = json!({"Name": "D", "FolderTypeId": "65ca0946-0084-4874-b117-c13199af3b95"});
        let dynamic = scenario.odata("POST", "ActivityFolder", Some(folder))["Id"].as_str().unwrap().to_owned();
        let path = format!("ActivityFolder({dynamic})/SearchData");
        scenario.odata("PUT", &path, Some(filter.clone()));
        settings.export.chosen.push(dynamic.as_str().into());
    }
    scenario.save(&settings);
    (scenario, group)
}

fn join(scenario: &SandboxScenario, n: u32, group: &str) {
    scenario.odata("POST", "ActivityInFolder", Some(json!({"ActivityId": id(n), "FolderId": group})));
}

#[test]
fn members_outside_the_window_are_never_read_and_a_quiet_run_asks_for_no_members() {
    let (scenario, group) = grouped(None);
    for n in 0..60 {
        let mut old = row(n, "old", 5);
        (old["StartDate"], old["DueDate"]) = (json!("2020-03-05T10:00:00Z"), json!("2020-03-05T11:00:00Z"));
        scenario.odata("POST", "Activity", Some(old));
        join(&scenario, n, &group);
    }
    scenario.odata("POST", "Activity", Some(row(100, "in it", 12)));
    scenario.odata("POST", "Activity", Some(row(101, "not yet in it", 12)));
    join(&scenario, 100, &group);
    scenario.settle();
    let titles = |scenario: &SandboxScenario| {
        let events = scenario.events();
        events.iter().map(|event| event["subject"].as_str().unwrap().to_owned()).collect::<FlatSet<_>>()
    };
    assert_eq!(titles(&scenario), ["in it".to_owned()].into());
    let from = scenario.logged();
    scenario.run();
    let log = scenario.world.log(from);
    let about = |what: &str| log.iter().filter(|row| row.contains(what)).count();
    let whole = about("Activity?$select=Id,Title");
    assert_eq!((whole, about("ActivityInFolder?$select=ActivityId")), (0, 0), "{log:#?}");
    // joining changes no Activity
    join(&scenario, 101, &group);
    scenario.settle();
    assert_eq!(titles(&scenario), ["in it".to_owned(), "not yet in it".to_owned()].into());
    // a new one that is in none is left alone, and put in afterwards goes over
    scenario.odata("POST", "Activity", Some(row(102, "later", 12)));
    scenario.settle();
    join(&scenario, 102, &group);
    scenario.settle();
    assert_eq!(titles(&scenario).len(), 3);
}

#[test]
fn a_group_that_is_not_there_stays_named_in_quiet_runs() {
    let mut settings = everything();
    settings.export.scope = schedule_sync::engine::settings::Extent::Chosen;
    settings.export.chosen = vec!["99999999-9999-4999-8999-999999999999".into()];
    let scenario = SandboxScenario::new(Seed::Empty, &settings);
    scenario.odata("POST", "Activity", Some(row(1, "x", 12)));
    for nth in 0..3 {
        let held = scenario.run().held;
        assert_eq!(held.iter().filter(|held| held.reason == Reason::Group).count(), 1, "{nth}: {held:?}");
    }
}

#[test]
fn a_set_that_cannot_be_read_is_named_and_the_rest_goes_on_without_losing_people() {
    for switches in [
        json!({"failing": ["ActivityParticipant"]}),
        json!({"failing": ["Contact"]}),
        json!({"raw": ["ActivityParticipant"]}),
        json!({"raw": ["Contact"]}),
        json!({"failing": ["ContactCommunication"]}),
    ] {
        for compared in [false, true] {
            let what = format!("{switches} {compared}");
            let scenario = invited();
            let set = |switches: &Value| {
                let switches = serde_json::from_value(switches.clone()).unwrap();
                scenario.world.sandbox.borrow_mut().creatio.switch(switches).unwrap();
            };
            set(&json!({"dataservice": "forbidden"}));
            scenario.settle();
            let attendees = || scenario.event("Plan")["attendees"].clone();
            let (before, seats) = (attendees(), participants(&scenario));
            set(&switches);
            if compared {
                scenario.world.pass(TimeDelta::hours(25));
            }
            let body =
                json!({"subject": "Second", "start": utc("2026-03-13T10:00:00"), "end": utc("2026-03-13T11:00:00")});
            scenario.graph("POST", "me/events", Some(body));
            let path = format!("Activity({})", scenario.activity("Plan")["Id"].as_str().unwrap());
            scenario.odata("PATCH", &path, Some(json!({"PriorityId": "d625a9fc-7ee6-df11-971b-001d60e938c6"})));
            let report = scenario.run();
            let named = report.held.iter().any(|held| held.id.is_none() && !held.detail.is_empty());
            let touched = compared || switches.to_string().contains("ActivityParticipant");
            assert!(named || !touched, "{what}: {:?}", report.held);
            assert_eq!(scenario.event("Plan")["importance"], "high", "{what}");
            assert_eq!((attendees(), participants(&scenario) >= seats), (before.clone(), true), "{what}");
            assert_eq!(scenario.world.sandbox.borrow().creatio.rows("Activity").len(), 2, "{what}");
            scenario.run();
            set(&json!({"failing": [], "raw": []}));
            scenario.run();
            let report = scenario.settle();
            assert_eq!(
                (attendees(), participants(&scenario), report.held.len()),
                (before, seats + 1, 0),
                "{what}: {:?}",
                report.held
            );
        }
    }
}

#[test]
fn an_activity_without_owner_is_nobodys_own() {
    let (world, _) = start(Seed::Empty);
    let me = world.contact();
    for (n, owner, mine) in [(1, Value::Null, false), (2, json!(me), true)] {
        let mut row = row(n, "from a queue", 5);
        row["OwnerId"] = owner.clone();
        let mut sandbox = world.sandbox.borrow_mut();
        let Sandbox { creatio, environment, .. } = &mut *sandbox;
        creatio.load_activity(row, environment).unwrap();
        drop(sandbox);
        let owner = owner.as_str().map(schedule_sync::model::ContactId::from);
        let items = observe_all(&world);
        let item = items.iter().find(|item| item.id == id(n)).unwrap();
        assert_eq!((&item.facts.owner, item.facts.involves_me), (&owner, mine), "{n}");
    }
}

fn observe_all(world: &Rc<World>) -> Vec<Item> {
    observe(&crate::support::creatio_setup::replica(Rc::clone(world), &world.contact()), None).items
}
