//! Where the user's settings are kept, what they begin with, and what the administrator says;
//! against the sandbox in process.

use crate::support::creatio_setup::{id, start};
use crate::support::memory::MemoryStore;
use crate::support::world::{COLLEAGUE, MAILBOX, World};
use sandbox::Seed;
use schedule_sync::creatio::client::access::{ServiceSetting, Transport};
use schedule_sync::creatio::settings::document;
use schedule_sync::creatio::settings::policy::{Moved, Policy};
use schedule_sync::creatio::{Creatio, FirstSettings, Keeper, SettingsPlace};
use schedule_sync::engine::settings::{
    Conflict, CreatioDelete, ExchangeDelete, Extent, FieldDirection, Notify, Private, Settings,
};
use schedule_sync::error::Error;
use schedule_sync::model::{Day, Side};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn today() -> Day {
    "2026-03-02".parse().unwrap()
}

fn first() -> Settings {
    Settings::first(today())
}

fn switch(world: &World, settings: Value) {
    let mut sandbox = world.sandbox.borrow_mut();
    sandbox.creatio.switch(serde_json::from_value(json!({"settings": settings})).unwrap()).unwrap();
}

#[test]
fn settings_of_a_mailbox_are_one_value_among_others() {
    let mut mine = first();
    mine.automatic = true;
    mine.import_meetings.chosen = vec!["AAMk".into()];
    let text = document::write("", "a@x", &mine).unwrap();
    let text = document::write(&text, "b@x", &first()).unwrap();
    assert_eq!(document::read(&text, "a@x"), Ok(Some(mine.clone())));
    assert_eq!(document::read(&text, "b@x"), Ok(Some(first())));
    assert_eq!(document::read(&text, "c@x"), Ok(None));
    assert_eq!(document::read(" ", "a@x"), Ok(None));

    // what a newer engine has put there outlives an older one
    let mut newer: Value = serde_json::from_str(&text).unwrap();
    newer["mailboxes"]["a@x"]["novelty"] = json!({"x": 1});
    newer["novelty"] = json!(2);
    let text = document::write(&newer.to_string(), "a@x", &first()).unwrap();
    let back: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&back["mailboxes"]["a@x"]["novelty"]["x"], &back["novelty"]), (&json!(1), &json!(2)));
    assert_eq!(document::read(&text, "a@x"), Ok(Some(first())));
}

#[test]
fn settings_that_cannot_be_read_are_named_and_never_written_over() {
    let good: Value = serde_json::from_str(&document::write("", "a@x", &first()).unwrap()).unwrap();
    let with = |at: &str, value: Value| {
        let mut text = good.clone();
        *text.pointer_mut(at).unwrap() = value;
        text.to_string()
    };
    for (text, told) in [
        ("{".to_owned(), "expected a JSON object"),
        ("[]".to_owned(), "expected a JSON object"),
        (json!({"mailboxes": []}).to_string(), "mailboxes: expected an object"),
        (with("/version", json!(2)), "version: of a newer engine, reload the page"),
        (with("/mailboxes/a@x", json!("off")), ".: expected struct Settings"),
        (with("/mailboxes/a@x/importMeetings/on", json!("yes")), "importMeetings.on: expected a boolean"),
        (with("/mailboxes/a@x/from", json!("soon")), "from: not readable"),
        (
            with("/mailboxes/a@x/rules/conflict", json!("coin")),
            "rules.conflict: expected one of `newest`, `creatio`, `exchange`, `ask`",
        ),
    ] {
        let told = Err(Error::Settings(format!("ScheduleSyncSettings: {told}")));
        assert_eq!(document::read(&text, "a@x").map(|_| ()), told, "{text}");
        assert_eq!(document::write(&text, "a@x", &first()).map(|_| ()), told, "{text}");
    }
    // another mailbox's trouble is not this one's
    assert_eq!(document::read(&with("/mailboxes/a@x", json!("off")), "b@x"), Ok(None));
}

#[test]
fn a_personal_system_setting_keeps_a_text_for_one_user() {
    let (world, creatio) = start(Seed::Empty);
    let code = document::CODE;
    let read =
        |creatio: &Creatio<World>| pollster::block_on(creatio.system_settings([code, "ScheduleSyncPolicy"])).unwrap();
    let save = |text: &str| pollster::block_on(creatio.save_personal(code, text)).unwrap();
    assert_eq!(read(&creatio), [None, None]);
    assert!(!save("x"), "it is not there");
    for (setting, text, kept) in [
        (json!({"personal": true}), "{\"a\": \"Ы\"}", true),
        (json!({"personal": false}), "x", false),
        (json!({"personal": true, "size": 250}), &*"y".repeat(251), false),
        (json!({"personal": true, "size": 250}), &*"y".repeat(250), true),
    ] {
        switch(&world, json!({code: setting, "ScheduleSyncPolicy": {"value": "{}"}}));
        assert_eq!(save(text), kept, "{setting}");
    }
    assert_eq!(read(&creatio), [Some("y".repeat(250)), Some("{}".to_owned())]);
    let their_world = std::rc::Rc::new(world.beside(COLLEAGUE));
    let theirs = Creatio::new(their_world, creatio.site().clone());
    assert_eq!(read(&theirs), [Some(String::new()), Some("{}".to_owned())]);

    world.faults(json!([{"path": "PostSysSettingsValues", "times": 1, "then": {"status": 403}},
        {"path": "PostSysSettingsValues", "times": 1, "then": {"status": 403}}]));
    assert!(!save("x"), "the user may not");
    world.faults(json!([{"path": "QuerySysSettings", "times": 9, "then": {"status": 500}}]));
    assert!(matches!(pollster::block_on(creatio.system_settings([code])), Err(Error::Server { .. })));
    world.faults(json!([{"path": "QuerySysSettings", "times": 9, "then": {"status": 401}}]));
    assert_eq!(pollster::block_on(creatio.system_settings([code])), Err(Error::SignedOut(Side::Creatio)));
    world.faults(json!([{"path": "QuerySysSettings", "times": 9, "then": {"status": 404}}]));
    assert_eq!(pollster::block_on(creatio.system_settings([code])), Ok([None]), "an installation without the service");
}

#[test]
fn what_the_user_had_for_the_built_in_sync_comes_first() {
    let (world, creatio) = start(Seed::Empty);
    let accounts = pollster::block_on(creatio.accounts()).unwrap();
    let (_, rows) = world.by_hand(Side::Creatio, "GET", "ActivitySyncSettings", None);
    let row =
        rows["value"].as_array().unwrap().iter().find(|row| row["MailboxSyncSettingsId"] == accounts[0].id.as_str());
    let row = row.unwrap()["Id"].as_str().unwrap().to_owned();
    let entry = |id: &str, path: &str| json!({"Id": id, "Name": "any", "ParentId": null, "Path": path, "Other": 1});
    let calendars = json!([entry("1", "AAMk/A+b="), entry("2", "no id!"), {"Name": "empty"}]).to_string();
    let groups = json!([entry(&id(7).to_string().to_uppercase(), "x"), entry("nonsense", "nonsense")]).to_string();
    let change = json!({"ImportAppointments": true, "ImpAppointmentsFromCalendars": true, "ImportAppointmentsAll": false,
        "ImportAppointmentsCalendars": calendars, "ImportTasks": true, "ImportTasksFolders": "[{broken",
        "ExportActivities": true, "ExportActivitiesFromGroups": true, "ExportActivitiesGroups": groups,
        "ImportActivitiesFrom": "2026-01-14T21:00:00Z"});
    let before = world.log(0).len();
    world.by_hand(Side::Creatio, "PATCH", &format!("ActivitySyncSettings({row})"), Some(change));
    let read = pollster::block_on(creatio.first_settings(&accounts[0].id)).unwrap().unwrap();
    let settings = read.settings(today());
    let block = |on, scope, chosen: &[&str]| json!({"on": on, "scope": scope, "chosen": chosen});
    let told = serde_json::to_value(&settings).unwrap();
    assert_eq!(told["importMeetings"], block(true, "chosen", &["AAMk-A_b="]), "translated; what is no id is left out");
    assert_eq!(told["importTasks"], block(true, "all", &[]), "a broken list is an empty choice");
    assert_eq!(told["export"], block(true, "chosen", &[&id(7).to_string()]));
    assert_eq!((settings.from.to_string().as_str(), settings.automatic), ("2026-01-15", false));
    // only the person wrote
    let wrote: Vec<String> = world.log(before).into_iter().filter(|line| !line.starts_with("GET")).collect();
    assert!(wrote.len() == 1 && wrote[0].starts_with("PATCH"), "{wrote:?}");
    assert_eq!(FirstSettings::default().settings(today()), first());
}

/// Every setting, with a value that is not its first: a lock fixes it, a default is only where one
/// begins.
#[test]
fn every_setting_has_a_default_and_a_lock() {
    let whole = serde_json::to_value(first()).unwrap();
    let mut settings = Vec::new();
    leaves("", &whole, &mut settings);
    for (path, value) in settings {
        let other = other(&path, &value);
        let part = path.rsplit('.').fold(other.clone(), |inner, name| json!({name: inner}));
        let at = |settings: &Settings| pointed(&serde_json::to_value(settings).unwrap(), &path);
        let lock = Policy::read(&json!({"version": 1, "locks": part}).to_string(), today()).unwrap();
        assert_eq!((at(&lock.fix(&first())), lock.locked()), (other.clone(), vec![path.clone()]));
        assert_eq!(at(&lock.begin(&first())), value, "{path}: a lock is no default");
        let default = Policy::read(&json!({"defaults": part}).to_string(), today()).unwrap();
        assert_eq!((at(&default.begin(&first())), default.locked()), (other, Vec::new()));
        assert_eq!(default.fix(&first()), first(), "{path}: a default fixes nothing");
    }
}

fn leaves(at: &str, value: &Value, found: &mut Vec<(String, Value)>) {
    match value.as_object() {
        Some(object) => object.iter().for_each(|(name, inner)| {
            let dot = if at.is_empty() { "" } else { "." };
            leaves(&format!("{at}{dot}{name}"), inner, found);
        }),
        None => found.push((at.to_owned(), value.clone())),
    }
}

fn pointed(value: &Value, path: &str) -> Value {
    value.pointer(&format!("/{}", path.replace('.', "/"))).cloned().unwrap()
}

/// Another value of the same setting.
fn other(path: &str, value: &Value) -> Value {
    match value {
        Value::Bool(flag) => json!(!flag),
        Value::Number(number) => json!(number.as_u64().unwrap() + 1),
        Value::Array(_) => json!(["x"]),
        Value::Null => json!("x"),
        Value::String(_) => match path.rsplit('.').next().unwrap() {
            "scope" => json!("chosen"),
            "from" => json!("2025-12-24"),
            "conflict" | "notify" => json!("ask"),
            "creatioDelete" | "exchangeDelete" => json!("leave"),
            "private" => json!("full"),
            _ => json!("off"),
        },
        Value::Object(_) => unreachable!(),
    }
}

#[test]
fn a_policy_begins_and_fixes() {
    let text = json!({"$schema": "policy.schema.json", "version": 1,
        "defaults": {"importMeetings": {"on": true}, "from": {"daysBack": 7}},
        "locks": {"export": {"on": false}, "rules": {"conflict": "creatio"}}});
    let policy = Policy::read(&text.to_string(), today()).unwrap();
    let begun = policy.begin(&first());
    assert!(begun.import_meetings.on && begun.import_meetings.scope == Extent::All);
    assert_eq!(begun.from.to_string(), "2026-02-23");
    let mut saved = first();
    saved.export.on = true;
    saved.export.chosen = vec!["g".into()];
    let fixed = policy.fix(&saved);
    assert_eq!((fixed.export.on, fixed.export.chosen.len(), fixed.rules.conflict), (false, 1, Conflict::Creatio));
    assert!(!fixed.import_meetings.on, "what the user saved stays");
    assert_eq!(policy.locked(), ["export.on", "rules.conflict"]);
    for none in ["", "  ", "{}", r#"{"version": 1}"#] {
        let policy = Policy::read(none, today()).unwrap();
        assert_eq!((policy.fix(&saved), policy.begin(&first()), policy.locked()), (saved.clone(), first(), vec![]));
    }
}

#[test]
fn an_unreadable_policy_is_named_by_the_path_of_the_fault() {
    for (text, told) in [
        ("{\n\"locks\": {,}", "no JSON, line 2"),
        ("7", "expected an object"),
        (r#"{"version": 2}"#, "version: expected 1"),
        (r#"{"clock": {"raed": "utc"}}"#, "clock.raed: "),
        (r#"{"clock": {"read": "moscow"}}"#, "clock.read: "),
        (r#"{"connection": {"transport": "soap"}}"#, "connection.transport: "),
        (r#"{"connection": {"conditional": "yes"}}"#, "connection.conditional: expected a boolean"),
        (r#"{"site": {"address": "https://crm.example"}}"#, "site"),
        (r#"{"site": {"address": 1, "was": "https://old.example"}}"#, "site.address: expected a string"),
        (r#"{"lock": {}}"#, "lock: no such member"),
        (r#"{"locks": true}"#, "locks: expected an object"),
        (r#"{"locks": {"importMeeting": {"on": true}}}"#, "locks.importMeeting: no such setting"),
        (r#"{"locks": {"importMeetings": true}}"#, "locks.importMeetings: expected an object"),
        (r#"{"locks": {"importMeetings": {"off": true}}}"#, "locks.importMeetings.off: no such setting"),
        (r#"{"locks": {"importMeetings": {"on": "yes"}}}"#, "locks.importMeetings.on: expected a boolean"),
        (r#"{"defaults": {"automatic": 1}}"#, "defaults.automatic: expected a boolean"),
        (
            r#"{"defaults": {"rules": {"private": "hide"}}}"#,
            "defaults.rules.private: expected one of `skip`, `busy`, `full`",
        ),
        (r#"{"defaults": {"from": "soon"}}"#, "defaults.from: not readable"),
        (r#"{"defaults": {"from": {"daysBack": -1}}}"#, "defaults.from.daysBack: expected a number of days"),
        (r#"{"defaults": {"from": {"weeksBack": 1}}}"#, "defaults.from.daysBack: expected a number of days"),
        (r#"{"fields": {"colour": "off"}}"#, "locks.fields"),
    ] {
        let error = Policy::read(text, today()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("settings: ScheduleSyncPolicy: {told}")), "{text}: {error}");
    }
}

#[test]
fn an_installation_that_moved_keeps_its_name_and_a_copy_of_it_does_not() {
    let text = r#"{"site": {"address": "https://New.example/", "was": "https://old.example"},
        "connection": {"transport": "dataservice", "conditional": false}}"#;
    let policy = Policy::read(text, today()).unwrap();
    let connection = ServiceSetting { transport: Some(Transport::DataService), conditional: Some(false) };
    assert_eq!(policy.connection(), connection);
    let name = |address: &str| Moved::name(policy.moved(), address).to_owned();
    assert_eq!(name("https://new.example"), "https://old.example");
    assert_eq!(name("https://copy.example"), "https://copy.example");
    assert_eq!(Moved::name(None, "https://new.example"), "https://new.example");
}

fn keep<T>(
    world: &std::rc::Rc<World>,
    store: &MemoryStore,
    work: impl AsyncFnOnce(Keeper<'_, World, MemoryStore>) -> T,
) -> T {
    let (_, users) = world.by_hand(Side::Creatio, "GET", "SysAdminUnit?$filter=Name%20eq%20'Supervisor'", None);
    let site = schedule_sync::creatio::Site {
        base: crate::support::world::CREATIO.trim_end_matches("/odata").to_owned(),
        id: "site".into(),
        contact: users["value"][0]["ContactId"].as_str().unwrap().into(),
        zone: std::rc::Rc::new(schedule_sync::model::time::Fixed::utc()),
    };
    let creatio = Creatio::new(std::rc::Rc::clone(world), site);
    pollster::block_on(work(Keeper { creatio: &creatio, store, mailbox: MAILBOX, today: today() }))
}

#[test]
fn settings_are_kept_in_creatio_or_else_in_this_browser() {
    let (world, _) = start(Seed::Empty);
    let (here, there) = (MemoryStore::default(), MemoryStore::default());
    let read = |store: &MemoryStore| keep(&world, store, async |keeper| keeper.read().await).unwrap();
    let save =
        |store: &MemoryStore, settings: &Settings| keep(&world, store, async |keeper| keeper.save(settings).await);
    let mut one = first();
    one.import_tasks.on = true;

    // without the package: in this browser, and only there
    let kept = read(&here);
    assert_eq!((kept.place, kept.own.clone(), kept.settings), (SettingsPlace::Browser, kept.own.clone(), kept.own));
    assert_eq!(save(&here, &one), Ok(SettingsPlace::Browser));
    assert_eq!((read(&here).own, read(&there).own == one), (one.clone(), false));

    // with it: what is in the browser counts until it is saved anew, then all devices have it
    switch(&world, json!({"ScheduleSyncSettings": {"personal": true}}));
    assert_eq!((read(&here).place, read(&there).place), (SettingsPlace::Browser, SettingsPlace::Creatio));
    one.import_meetings.on = true;
    assert_eq!(save(&here, &one), Ok(SettingsPlace::Creatio));
    assert_eq!((read(&there).own, read(&here).place), (one.clone(), SettingsPlace::Creatio));

    // it no longer takes values: the older ones are not hidden by newer ones that only this browser
    // has
    switch(&world, json!({"ScheduleSyncSettings": {"personal": false}}));
    assert!(matches!(save(&here, &first()), Err(Error::Settings(_))));
    assert_eq!(read(&here).own, one);

    // the value is broken: named, nothing written
    let broken = json!({"mailboxes": {MAILBOX: {"from": 1}}}).to_string();
    switch(&world, json!({"ScheduleSyncSettings": {"value": broken, "personal": true}}));
    world.sandbox.borrow_mut().reset(Seed::Empty);
    switch(&world, json!({"ScheduleSyncSettings": {"value": broken, "personal": true}}));
    let error = keep(&world, &there, async |keeper| keeper.read().await).unwrap_err();
    assert!(error.to_string().starts_with("settings: ScheduleSyncSettings: "), "{error}");
    assert!(!error.to_string().contains('@'), "{error}");
    assert_eq!(save(&there, &one), Err(error));
    assert_eq!(*there.settings.borrow(), None);
}

#[test]
fn a_policy_counts_whatever_was_saved_and_an_unreadable_one_stops() {
    let (world, _) = start(Seed::Empty);
    let store = MemoryStore::default();
    let read = || keep(&world, &store, async |keeper| keeper.read().await);
    let policy = |policy: Value| switch(&world, json!({"ScheduleSyncPolicy": {"value": policy.to_string()}}));
    policy(json!({"defaults": {"importTasks": {"on": true}}, "locks": {"automatic": true}}));
    let kept = read().unwrap();
    assert!(kept.settings.import_tasks.on && kept.settings.automatic && !kept.own.automatic);
    assert_eq!(kept.locked, ["automatic"]);
    // the form saves what it shows; the user's own value outlives the lock
    let mut shown = kept.settings;
    shown.import_tasks.on = false;
    assert_eq!(keep(&world, &store, async |keeper| keeper.save(&shown).await), Ok(SettingsPlace::Browser));
    let kept = read().unwrap();
    assert!(!kept.settings.import_tasks.on, "a default is only where one begins");
    assert!(kept.settings.automatic && !kept.own.automatic);
    policy(json!({}));
    assert!(!read().unwrap().settings.automatic);
    policy(json!({"locks": {"automatic": "on"}}));
    let error = Error::Settings("ScheduleSyncPolicy: locks.automatic: expected a boolean".to_owned());
    assert_eq!(read(), Err(error));
    world.faults(json!([{"path": "QuerySysSettings", "times": 9, "then": {"status": 500}}]));
    assert!(matches!(read(), Err(Error::Server { .. })), "whether there is a policy is not known");
}

#[test]
fn the_built_in_tables_may_be_kept_from_the_user() {
    let (world, _) = start(Seed::Empty);
    world.faults(json!([{"path": "(MailboxSyncSettings|\\$batch)", "times": 9, "then": {"status": 403}}]));
    let kept = keep(&world, &MemoryStore::default(), async |keeper| keeper.read().await).unwrap();
    assert_eq!(kept.own, first());
}

/// What a setting may be: serde names it to whoever says anything else.
fn words<T: DeserializeOwned>() -> Vec<String> {
    let error = serde_json::from_value::<T>(json!("else")).err().unwrap().to_string();
    error.split('`').skip(1).step_by(2).skip(1).map(str::to_owned).collect()
}

/// The published schema names every setting there is, and takes what the policy takes.
#[test]
fn the_schema_of_the_policy_is_up_to_date() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut paths = Vec::new();
    leaves("", &serde_json::to_value(first()).unwrap(), &mut paths);
    for (path, _) in paths {
        let at = match path.split_once('.') {
            Some(("fields", field)) => format!("/properties/fields/properties/{field}"),
            _ => format!("/$defs/settings/properties/{}", path.replace('.', "/properties/")),
        };
        assert!(schema.pointer(&at).is_some(), "{path} is not in docs/policy.schema.json");
    }
    for (at, words) in [
        ("way", words::<FieldDirection>()),
        ("settings/properties/importMeetings/properties/scope", words::<Extent>()),
        ("settings/properties/importTasks/properties/scope", words::<Extent>()),
        ("settings/properties/export/properties/scope", words::<Extent>()),
        ("settings/properties/rules/properties/conflict", words::<Conflict>()),
        ("settings/properties/rules/properties/creatioDelete", words::<CreatioDelete>()),
        ("settings/properties/rules/properties/exchangeDelete", words::<ExchangeDelete>()),
        ("settings/properties/rules/properties/private", words::<Private>()),
        ("settings/properties/rules/properties/notify", words::<Notify>()),
    ] {
        assert_eq!(schema.pointer(&format!("/$defs/{at}/enum")), Some(&json!(words)), "{at}");
    }
}
