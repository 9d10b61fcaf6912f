//! What Creatio tells beside its activities: people, groups, mail accounts, first settings; against
//! the sandbox in process.

use crate::support::creatio_setup::{id, observe, post, replica, row, start, switch};
use crate::support::world::{COLLEAGUE, MAILBOX, World};
use sandbox::{Sandbox, Seed};
use schedule_sync::creatio::{Creatio, Group, MailKind};
use schedule_sync::flat::FlatMap;
use schedule_sync::model::{Address, ContactId, GroupId, Item, Side};
use schedule_sync::ports::Directory;
use serde_json::{Value, json};
use std::rc::Rc;

const DYNAMIC: &str = "65ca0946-0084-4874-b117-c13199af3b95";
const FAVOURITE: &str = "80c0c97d-51a7-4e32-a89e-d5f827705be4";

fn add(world: &World, set: &str, body: Value) -> String {
    let (status, row) = world.by_hand(Side::Creatio, "POST", set, Some(body));
    assert_eq!(status, 201, "{row}");
    row["Id"].as_str().unwrap().to_owned()
}

#[test]
fn people_are_known_by_any_of_their_addresses() {
    let (world, creatio) = start(Seed::Empty);
    let anna = add(&world, "Contact", json!({"Name": "Anna", "Email": "anna@fabrikam.example"}));
    let email = "ee1c85c3-cfcb-df11-9b2a-001d60e938c6";
    let second = json!({"ContactId": anna, "CommunicationTypeId": email, "Number": "O'Anna@Home.example"});
    add(&world, "ContactCommunication", second);
    let twins: Vec<String> =
        (0..3).map(|_| add(&world, "Contact", json!({"Name": "Twin", "Email": "twin@fabrikam.example"}))).collect();
    let addresses: Vec<Address> =
        ["nobody@x.example", "o'anna@home.example", "anna@fabrikam.example", "twin@fabrikam.example"]
            .iter()
            .filter_map(|text| Address::parse(text))
            .collect();
    let before = world.requests();
    let found = pollster::block_on(creatio.people(&addresses)).unwrap();
    assert_eq!(world.requests() - before, 1);
    let told: Vec<(&str, &ContactId)> = found.iter().map(|(address, contact)| (address.as_str(), contact)).collect();
    let (anna, twin) = (ContactId::new(anna), ContactId::new(twins.iter().min().unwrap().clone()));
    let all = [("o'anna@home.example", &anna), ("anna@fabrikam.example", &anna), ("twin@fabrikam.example", &twin)];
    assert_eq!(told, all);
    assert_eq!(pollster::block_on(creatio.people(&[])), Ok(Vec::new()));
}

#[test]
fn groups_and_their_members() {
    let (world, creatio) = start(Seed::Empty);
    let upper = add(&world, "ActivityFolder", json!({"Name": "A"}));
    let lower = add(&world, "ActivityFolder", json!({"Name": "B", "ParentId": upper}));
    let dynamic = add(&world, "ActivityFolder", json!({"Name": "C", "FolderTypeId": DYNAMIC}));
    add(&world, "ActivityFolder", json!({"Name": "D", "FolderTypeId": FAVOURITE}));
    let group = |id: &str, name: &str, parent: Option<&str>, dynamic| Group {
        id: id.into(),
        name: name.to_owned(),
        parent: parent.map(GroupId::new),
        dynamic,
    };
    let groups = pollster::block_on(creatio.groups()).unwrap();
    let all =
        [group(&upper, "A", None, false), group(&lower, "B", Some(&upper), false), group(&dynamic, "C", None, true)];
    assert_eq!(groups, all);

    for n in 0..1_100 {
        post(&world, row(n, "x", 5));
        if n > 0 {
            add(&world, "ActivityInFolder", json!({"ActivityId": id(n), "FolderId": upper}));
        }
    }
    add(&world, "ActivityInFolder", json!({"ActivityId": id(1), "FolderId": lower}));
    let missing = "99999999-9999-4999-8999-999999999999";
    for (groups, members, failed) in [
        (vec![lower.as_str()], 1, vec![]),
        (vec![&lower, &upper], 1_099, vec![]),
        (vec![&dynamic, missing, &lower], 1, vec![dynamic.as_str(), missing]),
        (vec![], 0, vec![]),
    ] {
        let ids: Vec<GroupId> = groups.iter().map(|id| GroupId::new(*id)).collect();
        let told = pollster::block_on(creatio.members(&ids, &crate::support::creatio_setup::scope().window)).unwrap();
        let names: Vec<&str> = told.failed.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!((told.members.len(), names), (members, failed), "{groups:?}");
        assert!(!told.members.contains(&id(0)));
    }
}

#[test]
fn mail_accounts_and_first_settings() {
    let (world, creatio) = start(Seed::Empty);
    let accounts = pollster::block_on(creatio.accounts()).unwrap();
    let [account] = accounts.as_slice() else { panic!("{accounts:?}") };
    assert_eq!((account.address.as_str(), account.kind), (MAILBOX, MailKind::Microsoft365));
    assert!(!account.shared && !account.built_in);
    let first = pollster::block_on(creatio.first_settings(&account.id)).unwrap().unwrap();
    assert!(!first.import_appointments && first.import_appointments_all && !first.export_activities);
    assert_eq!(first.import_activities_from.map(|at| at.to_rfc3339()).as_deref(), Some("2026-01-31T00:00:00+00:00"));
    assert_eq!(pollster::block_on(creatio.first_settings(id(1).as_str())), Ok(None));

    let server = json!({"Name": "On site", "TypeId": "3490bd45-4f4d-4613-aa06-454546f3342a"});
    let server = add(&world, "MailServer", server);
    let (_, users) = world.by_hand(Side::Creatio, "GET", "SysAdminUnit?$filter=Name%20eq%20'Supervisor'", None);
    let user = &users["value"][0]["Id"];
    add(
        &world,
        "MailboxSyncSettings",
        json!({"SysAdminUnitId": user, "MailServerId": server, "IsShared": true,
        "SenderEmailAddress": "team@contoso.example", "ExchangeAutoSyncActivity": true}),
    );
    let accounts = pollster::block_on(creatio.accounts()).unwrap();
    let team = accounts.iter().find(|account| account.address.as_str() == "team@contoso.example").unwrap();
    assert_eq!((team.kind, team.shared, team.built_in), (MailKind::Exchange, true, true));
    assert!(!world.log(0).iter().any(|line| line.contains("Password") || line.contains("Token")));
}

/// What the built-in sync noted, and its switch.
#[test]
fn links_of_the_built_in_sync_are_adopted() {
    let (world, creatio) = start(Seed::Empty);
    for n in 1..=4 {
        let mut row = row(n, "x", 5);
        if n == 4 {
            row["GlobalActivityID"] = json!("its own");
        }
        post(&world, row);
    }
    let theirs = world.beside(COLLEAGUE).contact();
    let link = |n: u32, remote: &str, more: Value| {
        let mut row = json!({"SyncSchemaName": "Activity", "RemoteItemName": "ExchangeAppointment", "LocalId": id(n),
            "RemoteId": remote});
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mut sandbox = world.sandbox.borrow_mut();
        let Sandbox { creatio, environment, .. } = &mut *sandbox;
        creatio.load_row("SysSyncMetaData", &row, environment).unwrap();
    };
    link(1, "0400AA", json!({}));
    link(2, "0400BB_2026_03_05", json!({}));
    link(3, "0400CC", json!({"CreatedById": theirs}));
    link(3, "task", json!({"RemoteItemName": "ExchangeTask"}));
    link(4, "0400DD", json!({}));
    let uids = |creatio: &Creatio<World>| {
        let listing = observe(creatio, None);
        let of = |item: Item| (item.id, item.facts.uid.map(|uid| uid.to_string()));
        listing.items.into_iter().map(of).collect::<FlatMap<_, _>>()
    };
    let told = uids(&creatio);
    let told: Vec<Option<&str>> = (1..=4).map(|n| told[&id(n)].as_deref()).collect();
    assert_eq!(told, [Some("0400AA"), None, None, Some("its own")]);
    // the table may be kept from the user: then it is asked for by the other service, and done
    // without if that refuses it too
    switch(&world, json!({"blocked": ["SysSyncMetaData"]}));
    assert_eq!(uids(&creatio)[&id(1)].as_deref(), Some("0400AA"));
    let anew = replica(Rc::clone(&world), &world.contact());
    switch(&world, json!({"dataservice": "forbidden"}));
    assert_eq!(uids(&anew)[&id(1)], None);
    assert!(!world.log(0).iter().any(|line| line.contains("SysSyncMetaData") && !line.starts_with("GET")));
}

#[test]
fn no_secret_is_ever_asked_for() {
    let (world, creatio) = start(Seed::Demo);
    let accounts = pollster::block_on(creatio.accounts()).unwrap();
    pollster::block_on(creatio.first_settings(&accounts[0].id)).unwrap();
    pollster::block_on(creatio.groups()).unwrap();
    observe(&creatio, None);
    for line in world.log(0).iter().filter(|line| line.contains("/odata/")) {
        let about = ["MailboxSyncSettings", "MailServer", "OAuth"].iter().any(|set| line.contains(set));
        let columns = line.contains("$select=") || !about;
        let secret = ["Password", "Token", "Secret", "$select=*"].iter().any(|word| line.contains(word));
        assert!(columns && !secret, "{line}");
    }
}
