//! Tests of ring 3 in a real browser (`wasm-pack test --headless`): the store, fetch, zones, the
//! lock, errors and the one class.
#![cfg(target_arch = "wasm32")]
// a test says what it expects by panicking
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use chrono::{TimeZone, Utc};
use js_sys::{Object, Reflect};
use schedule_sync::engine::account::Account;
use schedule_sync::engine::answer::{Answer, Answers, Choice};
use schedule_sync::engine::change::StateChange;
use schedule_sync::engine::commit::Commit;
use schedule_sync::engine::history::{Entry, What};
use schedule_sync::engine::link::{Half, ItemRef, Link, LinkKey, LinkState, Memory};
use schedule_sync::engine::settings::{Extent, Settings};
use schedule_sync::engine::{held::Reason, state::State};
use schedule_sync::error::Error;
use schedule_sync::flat::FlatSet;
use schedule_sync::model::{
    Body, ContainerId, Facts, Importance, Instant, ItemId, Meeting, Occurrence, Original, Pair, Record, Reminder,
    Response, Side, Status, Task, TaskWhen, When, Zone,
};
use schedule_sync::ports::{Http, Store};
use schedule_sync::run::Report;
use schedule_sync::run::commit::commit;
use schedule_sync::run::record::{Cause, RunOutcome, RunRecord};
use schedule_sync::web::error::to_js;
use schedule_sync::web::facade::ScheduleSync;
use schedule_sync::web::fetch::Fetch;
use schedule_sync::web::request_counter::{RequestCounter, SharedDatabase};
use schedule_sync::web::store::{self, IdbStore};
use schedule_sync::web::zone::IntlZone;
use schedule_sync::web::{clock, host, lock};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// A name that no earlier run of these tests has used.
fn fresh(name: &str) -> String {
    format!("{name}-{}-{}", js_sys::Date::now(), js_sys::Math::random())
}

fn link(activity: &str, exchange: &str, master: Option<&str>) -> Link {
    let record = Record::Task(Task {
        title: "Title".to_owned(),
        when: TaskWhen::Days { start: None, due: "2026-03-29".parse().ok() },
        body: Body::from_text("line\nline"),
        importance: Importance::High,
        reminder: None,
        status: Status::Waiting,
    });
    let occurrence =
        master.map(|master| Occurrence { master: master.into(), original: Original::At(at("2026-03-29T10:00:00Z")) });
    Link {
        halves: Pair {
            creatio: half(activity, "activities", &record, Facts::default()),
            exchange: half(exchange, "list", &record, Facts { occurrence, ..Facts::default() }),
        },
        made: Some(Side::Exchange),
        generation: 3,
        state: LinkState::Pending(Side::Creatio),
        unsettled: false,
        former: None,
        memory: Memory::default(),
    }
}

fn half(id: &str, container: &str, base: &Record, facts: Facts) -> Half {
    Half {
        item: ItemRef::of(id.into(), format!("v{id}").as_str().into()),
        container: container.into(),
        base: base.clone(),
        facts,
        unkept: FlatSet::new(),
    }
}

/// The link of an imported meeting that ends at `end`, and whose status nobody touched.
fn ending(activity: &str, end: &str) -> Link {
    let end = at(end);
    let record = Record::Meeting(Meeting {
        title: "Title".to_owned(),
        when: When::Timed { start: end - chrono::Duration::hours(1), end },
        place: String::new(),
        body: Body::default(),
        importance: Importance::Normal,
        reminder: Reminder::Off,
        people: Vec::new(),
        response: Response::InDoubt,
    });
    let mut link = link(activity, activity, None);
    link.halves.creatio.facts.status = Some(Status::NotStarted);
    Link { made: Some(Side::Creatio), state: LinkState::Alive, ..link }
        .with_base(Pair { creatio: record.clone(), exchange: record })
}

fn entry(run: &str, nth: usize) -> Entry {
    Entry {
        run: at(run),
        nth,
        side: Side::Creatio,
        what: What::Created,
        id: "a".into(),
        container: "activities".into(),
        activity: "a".into(),
        fields: Vec::new(),
        before: None,
        after: None,
        facts: Facts::default(),
        undoes: None,
        corrects: false,
    }
}

async fn account(instance: &str, address: &str) -> IdbStore {
    IdbStore::new(&store::open(instance).await.unwrap(), address)
}

fn activities(links: Vec<Link>) -> Vec<String> {
    let mut ids: Vec<String> = links.into_iter().map(|link| link.halves.creatio.id().to_string()).collect();
    ids.sort();
    ids
}

#[wasm_bindgen_test]
async fn settings_and_state_are_kept_per_account() {
    let instance = fresh("settings");
    let (demo, other) =
        (account(&instance, "demo@contoso.example").await, account(&instance, "other@contoso.example").await);
    assert_eq!(demo.settings().await.unwrap(), None);
    let mut settings = Settings::first("2026-11-30".parse().unwrap());
    settings.import_meetings.on = true;
    settings.import_meetings.scope = Extent::Chosen;
    settings.import_meetings.chosen = vec![ContainerId::new("a calendar")];
    demo.save_settings(&settings).await.unwrap();
    // another connection, as after a reload
    assert_eq!(account(&instance, "demo@contoso.example").await.settings().await.unwrap(), Some(settings));
    assert_eq!(other.settings().await.unwrap(), None);

    let state = State::new(&Account {
        site: "site".into(),
        mailbox: "demo@contoso.example".to_owned(),
        contact: "me".into(),
        silent: false,
    });
    let ended =
        |state: &State, known: &Answers| StateChange::Ended { known: known.clone(), state: state.clone().into() };
    let put = async |change| demo.commit(&Commit { state: Some(change), ..Commit::default() }).await.unwrap();
    put(ended(&state, &Answers::default())).await;
    assert_eq!(demo.state().await.unwrap(), Some(state.clone()));
    assert_eq!(other.state().await.unwrap(), None);

    // an answer moves no cursor, and the run that went on meanwhile does not lose it
    let answer = Answer { side: Side::Creatio, id: "a".into(), reason: Reason::Clash, choice: Choice::Leave };
    let moved = State { links: 7, ..state };
    futures_util::join!(put(StateChange::Answered(vec![answer.clone()])), put(ended(&moved, &Answers::default())));
    let mut answers = Answers::default();
    answers.add(answer);
    let whole = State { answers: answers.clone(), ..moved.clone() };
    assert_eq!(demo.state().await.unwrap(), Some(whole));
    put(ended(&moved, &answers)).await;
    assert_eq!(demo.state().await.unwrap(), Some(moved), "one that was carried out is over");
}

#[wasm_bindgen_test]
async fn settings_that_are_kept_elsewhere_are_renamed_there() {
    let store = account(&fresh("renamed"), "demo@contoso.example").await;
    let mut settings = Settings::first("2026-11-30".parse().unwrap());
    settings.targets.calendar = Some("old".into());
    store.save_settings(&settings).await.unwrap();
    let renamed = [("old".into(), "new".into())];
    let told: Rc<RefCell<Vec<(ContainerId, ContainerId)>>> = Rc::default();
    let hears = Rc::clone(&told);
    let rename: store::Rename = Rc::new(move |renamed| {
        hears.borrow_mut().extend(renamed);
        Box::pin(async { Ok(()) })
    });
    let outside = store.clone().with_settings(store::Outside { settings: settings.clone(), rename });
    outside.rename_in_settings(&renamed).await.unwrap();
    assert_eq!(*told.borrow(), renamed);
    assert_eq!(store.settings().await.unwrap(), Some(settings), "those in the browser don't count");
    store.rename_in_settings(&renamed).await.unwrap();
    assert_eq!(store.settings().await.unwrap().unwrap().targets.calendar, Some("new".into()));
}

#[wasm_bindgen_test]
async fn links_of_other_accounts_are_found_by_activity() {
    let instance = fresh("elsewhere");
    let demo = account(&instance, "demo@contoso.example").await;
    assert_eq!(activities(demo.elsewhere(&["a1".into()]).await.unwrap()), Vec::<String>::new());
    for (address, activity) in
        [("demo@contoso.example", "a1"), ("b@contoso.example", "a2"), ("c@contoso.example", "a3")]
    {
        let store = account(&instance, address).await;
        let whose = Account { site: "site".into(), mailbox: address.to_owned(), contact: "me".into(), silent: false };
        let (known, state) = (Answers::default(), Box::new(State::new(&whose)));
        let state = Some(StateChange::Ended { known, state });
        store.commit(&Commit { put: vec![link(activity, "e", None)], state, ..Commit::default() }).await.unwrap();
    }
    let all: Vec<ItemId> = ["a1", "a2", "a3", "a4"].map(ItemId::from).into();
    let others = |names: &[&str]| demo.clone().beside(names.iter().map(|name| (*name).to_owned()).collect());
    let both = others(&["b@contoso.example", "c@contoso.example", "never@contoso.example"]);
    assert_eq!(activities(both.elsewhere(&all).await.unwrap()), ["a2", "a3"]);
    assert_eq!(activities(both.elsewhere(&all[2..]).await.unwrap()), ["a3"]);
    let own = others(&["b@contoso.example"]);
    assert_eq!(activities(own.elsewhere(&all).await.unwrap()), ["a2"], "of this user, not of all who used the browser");
}

#[wasm_bindgen_test]
async fn links_are_found_by_either_id_and_by_series() {
    let store = account(&fresh("links"), "demo@contoso.example").await;
    let links = vec![link("a1", "e1", Some("m")), link("a2", "e2", Some("m")), link("a3", "e3", None)];
    store.commit(&Commit { put: links.clone(), ..Commit::default() }).await.unwrap();
    let item = |side, id: &str| LinkKey::Item(side, ItemId::new(id));
    for (keys, found) in [
        (vec![item(Side::Creatio, "a1")], vec!["a1"]),
        (vec![item(Side::Exchange, "e3")], vec!["a3"]),
        (vec![item(Side::Exchange, "a1")], vec![]),
        (vec![LinkKey::Series("m".into())], vec!["a1", "a2"]),
        (vec![item(Side::Creatio, "a1"), item(Side::Exchange, "e1"), LinkKey::Series("m".into())], vec!["a1", "a2"]),
        (vec![], vec![]),
    ] {
        assert_eq!(activities(store.links(&keys).await.unwrap()), found, "{keys:?}");
    }
    assert_eq!(store.links(&[item(Side::Creatio, "a1")]).await.unwrap(), vec![links[0].clone()]);

    let moved = link("a1", "e9", None);
    let commit = Commit { drop: vec!["a2".into()], put: vec![moved.clone()], ..Commit::default() };
    store.commit(&commit).await.unwrap();
    assert_eq!(activities(store.all().await.unwrap()), ["a1", "a3"]);
    assert_eq!(activities(store.links(&[item(Side::Exchange, "e1")]).await.unwrap()), Vec::<String>::new());
    assert_eq!(store.links(&[item(Side::Exchange, "e9")]).await.unwrap(), vec![moved]);
}

#[wasm_bindgen_test]
async fn links_are_found_when_they_are_due() {
    let instance = fresh("due");
    let store = account(&instance, "demo@contoso.example").await;
    let other = account(&instance, "other@contoso.example").await;
    let put =
        vec![ending("past", "2026-03-01T10:00:00Z"), ending("now", "2026-03-02T10:00:00Z"), link("task", "t", None)];
    store.commit(&Commit { put, ..Commit::default() }).await.unwrap();
    for (until, found) in [
        ("2026-02-28T10:00:00Z", vec![]),
        ("2026-03-01T10:00:00Z", vec!["past"]),
        ("2026-03-02T10:00:00Z", vec!["now", "past"]),
    ] {
        let due = [LinkKey::Due(at(until))];
        assert_eq!(activities(store.links(&due).await.unwrap()), found, "{until}");
        assert_eq!(activities(other.links(&due).await.unwrap()), Vec::<String>::new());
    }
}

#[wasm_bindgen_test]
async fn the_history_is_kept_in_order_and_forgotten_in_time() {
    let instance = fresh("history");
    let store = account(&instance, "demo@contoso.example").await;
    let (old, new) = ("2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z");
    let history = vec![entry(old, 0), entry(new, 1), entry(new, 0), entry(new, 10)];
    store.commit(&Commit { history, ..Commit::default() }).await.unwrap();
    let told = |entries: Vec<Entry>| entries.into_iter().map(|e| (e.run, e.nth)).collect::<Vec<_>>();
    let all = told(store.recent(100).await.unwrap());
    assert_eq!(all, [(at(new), 0), (at(new), 1), (at(new), 10), (at(old), 0)]);
    for (least, many) in [(0, 0), (1, 3), (3, 3), (4, 4)] {
        assert_eq!(store.recent(least).await.unwrap().len(), many, "{least}");
    }
    assert_eq!(told(store.entries(at(old)).await.unwrap()), [(at(old), 0)]);
    assert_eq!(told(store.entries(at(new)).await.unwrap()), all[..3]);
    assert!(store.entries(at("2026-03-01T10:00:00.001Z")).await.unwrap().is_empty());
    let unwritten = vec![(at(new), 1)];
    let forget = Some(at("2026-03-01T11:00:00Z"));
    store.commit(&Commit { unwritten, forget, ..Commit::default() }).await.unwrap();
    assert_eq!(told(store.recent(100).await.unwrap()), [(at(new), 0), (at(new), 10)]);
    assert!(account(&instance, "other@contoso.example").await.recent(100).await.unwrap().is_empty());
}

#[wasm_bindgen_test]
async fn runs_of_all_tabs_are_remembered_by_account() {
    let instance = fresh("records");
    let (first, second) =
        (account(&instance, "demo@contoso.example").await, account(&instance, "demo@contoso.example").await);
    let record = |minute: u32, result| {
        let began = Utc.with_ymd_and_hms(2026, 3, 2, 10, minute, 0).unwrap();
        RunRecord::of(Cause::Person, began, began, result)
    };
    let (done, failed) = (Report::default(), Error::Busy(Side::Exchange));
    let (one, other) =
        futures_util::join!(first.remember(record(0, Ok(Some(&done)))), second.remember(record(1, Err(&failed))));
    assert!(one.is_ok() && other.is_ok());
    let mut codes: Vec<RunOutcome> = first.records().await.unwrap().into_iter().map(|record| record.outcome).collect();
    codes.sort_by_key(|outcome| *outcome == RunOutcome::Done);
    assert_eq!(codes, [RunOutcome::Failed { code: "busy".to_owned(), side: Some(Side::Exchange) }, RunOutcome::Done]);
    assert!(account(&instance, "other@contoso.example").await.records().await.unwrap().is_empty());
    assert_eq!(first.state().await.unwrap(), None, "it stands beside the state");
}

#[wasm_bindgen_test]
async fn runs_of_all_tabs_have_names_of_their_own() {
    let instance = fresh("names");
    let (first, second) =
        (account(&instance, "demo@contoso.example").await, account(&instance, "demo@contoso.example").await);
    // a run of an engine that did not note its name
    let now = at("2026-03-02T10:00:00Z");
    first.commit(&Commit { history: vec![entry("2026-03-02T10:00:00Z", 0)], ..Commit::default() }).await.unwrap();
    let mut names = vec![now];
    for _ in 0..5 {
        let (one, other) = futures_util::join!(first.name_run(now), second.name_run(now));
        names.extend([one.unwrap(), other.unwrap()]);
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 11, "{names:?}");
    let later = at("2026-03-02T11:00:00Z");
    assert_eq!(second.name_run(later).await.unwrap(), later);
    let other = account(&instance, "other@contoso.example").await;
    assert_eq!(other.name_run(now).await.unwrap(), now, "another mailbox");
}

/// Has the browser find no room for entries of the history, or for anything, until it is dropped.
struct Full(JsValue);

impl Full {
    /// `how`: the body of a function in the place of `IDBObjectStore.put`, which knows the real one
    /// as `put`.
    fn begin(how: &str) -> Self {
        let prototype = Reflect::get(&js_sys::global(), &"IDBObjectStore".into()).unwrap();
        let prototype = Reflect::get(&prototype, &"prototype".into()).unwrap();
        let put = Reflect::get(&prototype, &"put".into()).unwrap();
        let make = format!("return function (...given) {{ {how}; return put.apply(this, given); }}");
        let made = js_sys::Function::new_with_args("put", &make).call1(&JsValue::NULL, &put).unwrap();
        Reflect::set(&prototype, &"put".into(), &made).unwrap();
        Self(put)
    }
}

impl Drop for Full {
    fn drop(&mut self) {
        let prototype = Reflect::get(&js_sys::global(), &"IDBObjectStore".into()).unwrap();
        let prototype = Reflect::get(&prototype, &"prototype".into()).unwrap();
        Reflect::set(&prototype, &"put".into(), &self.0).unwrap();
    }
}

#[wasm_bindgen_test]
async fn a_browser_without_room_forgets_old_history_and_keeps_every_link() {
    let full = "throw new DOMException('no room', 'QuotaExceededError')";
    let run = at("2026-03-20T10:00:00Z");
    let new = || Commit {
        put: vec![link("a", "e", None)],
        history: vec![entry("2026-03-20T10:00:00Z", 0)],
        ..Commit::default()
    };
    let old = ["2026-03-01T10:00:00Z", "2026-03-19T10:00:00Z"].map(|run| entry(run, 0));
    // how the browser says it, how many entries stay
    for (how, stay) in [
        (format!("if (this.name === 'history') {full}"), 0),
        (format!("globalThis.refused ??= 0; if (this.name === 'history' && globalThis.refused++ < 1) {full}"), 2),
        (format!("globalThis.often ??= 0; if (this.name === 'history' && globalThis.often++ < 2) {full}"), 1),
    ] {
        let store = account(&fresh("full"), "demo@contoso.example").await;
        store.commit(&Commit { history: old.to_vec(), ..Commit::default() }).await.unwrap();
        let limit = Full::begin(&how);
        commit(&store, run, &new()).await.unwrap();
        drop(limit);
        assert_eq!(activities(store.all().await.unwrap()), ["a"], "{how}");
        assert_eq!(store.recent(100).await.unwrap().len(), stay, "{how}");
    }
    let store = account(&fresh("full"), "demo@contoso.example").await;
    let limit = Full::begin(full);
    assert_eq!(commit(&store, run, &new()).await, Err(Error::StoreFull));
    drop(limit);
    // a browser may also say it once the request is under way: here one that fails for another
    // reason is told so
    let error = js_sys::Function::new_no_args(
        "const real = Object.getOwnPropertyDescriptor(IDBRequest.prototype, 'error');
        const told = { configurable: true, get: () => new DOMException('no room', 'QuotaExceededError') };
        Object.defineProperty(IDBRequest.prototype, 'error', told);
        return () => Object.defineProperty(IDBRequest.prototype, 'error', real)",
    );
    let restore = error.call0(&JsValue::NULL).unwrap().unchecked_into::<js_sys::Function>();
    store.commit(&new()).await.unwrap();
    let limit = Full::begin("return this.add(...given)");
    let told = store.commit(&new()).await;
    restore.call0(&JsValue::NULL).unwrap();
    assert_eq!(told, Err(Error::StoreFull));
    drop(limit);
}

#[wasm_bindgen_test]
async fn a_store_of_a_newer_engine_stops_this_one() {
    let instance = fresh("newer");
    let mut request = idb::Factory::new().unwrap().open(&format!("schedule-sync/{instance}"), Some(1_000_000)).unwrap();
    request.on_upgrade_needed(|_| {});
    request.await.unwrap().close();
    let error = store::open(&instance).await.unwrap_err();
    assert!(matches!(&error, Error::Store(why) if why.contains("reload the page")), "{error:?}");
}

#[wasm_bindgen_test]
async fn an_open_store_gives_way_to_a_newer_engine() {
    let instance = fresh("gives-way");
    let store = account(&instance, "demo@contoso.example").await;
    let mut request = idb::Factory::new().unwrap().open(&format!("schedule-sync/{instance}"), Some(2)).unwrap();
    request.on_upgrade_needed(|_| {});
    request.await.unwrap().close();
    assert!(matches!(store.settings().await, Err(Error::Store(why)) if why.contains("reload the page")));
}

#[wasm_bindgen_test]
fn offsets_are_those_of_the_zone_on_that_day() {
    for (zone, instant, seconds) in [
        ("Russian Standard Time", "2026-07-01T00:00:00Z", 10_800),
        ("W. Europe Standard Time", "2026-03-29T00:59:59Z", 3_600),
        ("W. Europe Standard Time", "2026-03-29T01:00:00Z", 7_200),
        ("W. Europe Standard Time", "2026-10-25T00:59:59Z", 7_200),
        ("W. Europe Standard Time", "2026-10-25T01:00:00Z", 3_600),
        ("Eastern Standard Time", "2026-03-08T06:59:59Z", -18_000),
        ("Eastern Standard Time", "2026-03-08T07:00:00Z", -14_400),
        ("Australia/Lord_Howe", "2026-04-04T14:59:59Z", 39_600),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z", 37_800),
        ("Asia/Kathmandu", "2026-01-01T00:00:00Z", 20_700),
        ("America/St_Johns", "2026-01-01T00:00:00Z", -12_600),
        ("UTC", "2026-01-01T00:00:00Z", 0),
        ("Russia Time Zone 3", "2026-01-01T00:00:00Z", 14_400),
    ] {
        let zone_of = IntlZone::new(zone).unwrap();
        assert_eq!(zone_of.offset(at(instant)), seconds, "{zone} at {instant}");
        assert_eq!(zone_of.offset(at(instant)), seconds, "{zone} at {instant}, the second time");
    }
    assert_eq!(IntlZone::new("Russian Standard Time").unwrap().name(), "Russian Standard Time");
    assert_eq!(IntlZone::new("Russian Standard Time").unwrap().iana(), "Europe/Moscow");
}

/// Has the browser name no offsets of zones, until it is dropped.
struct NoOffsets(JsValue);

impl NoOffsets {
    fn begin() -> Self {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into()).unwrap();
        let format = Reflect::get(&intl, &"DateTimeFormat".into()).unwrap();
        let make = "return function (culture, options) {
            if (options.timeZoneName === 'longOffset') throw new RangeError('longOffset');
            return new format(culture, options);
        }";
        let older = js_sys::Function::new_with_args("format", make).call1(&JsValue::NULL, &format).unwrap();
        Reflect::set(&intl, &"DateTimeFormat".into(), &older).unwrap();
        Self(format)
    }
}

impl Drop for NoOffsets {
    fn drop(&mut self) {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into()).unwrap();
        Reflect::set(&intl, &"DateTimeFormat".into(), &self.0).unwrap();
    }
}

#[wasm_bindgen_test]
fn an_unknown_zone_is_never_another_one() {
    for zone in ["", " ", "no such zone", "Kamchatka Standard Time", "Mid-Atlantic Standard Time", "Mars/Olympus_Mons"]
    {
        assert!(IntlZone::new(zone).is_none(), "{zone:?}");
        let context = context(&fresh("zone"), "http://127.0.0.1:9/0");
        Reflect::set(&context, &"timeZone".into(), &zone.into()).unwrap();
        let Err(error) = ScheduleSync::new(tsify::Ts::new_unchecked(context), silent_host()) else {
            panic!("an engine in the zone {zone:?}");
        };
        assert_eq!(Reflect::get(&error, &"code".into()).unwrap().as_string().as_deref(), Some("zone"), "{zone:?}");
    }
    let _older = NoOffsets::begin();
    assert!(IntlZone::new("Russian Standard Time").is_none(), "a browser without the means");
}

#[wasm_bindgen_test]
async fn fetch_brings_whole_responses_or_says_that_they_are_lost() {
    let location = Reflect::get(&js_sys::global(), &"location".into()).unwrap();
    let origin = Reflect::get(&location, &"origin".into()).unwrap().as_string().unwrap();
    let fetch = Fetch::new(&format!("{origin}/0"));
    let get = |address: &str| http::Request::get(address).body(Vec::new()).unwrap();
    let response = fetch.send(get(&format!("{origin}/"))).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers().get("content-type").unwrap().to_str().unwrap().contains("text/html"));
    assert!(response.body().windows(5).any(|bytes| bytes == b"<html" || bytes == b"<HTML"), "the body is there");
    let missing = fetch.send(get(&format!("{origin}/no-such-file"))).await.unwrap();
    assert_eq!(missing.status(), 404, "an error status is an answer");
    let posted = http::Request::post(format!("{origin}/no-such-file")).body(b"{}".to_vec()).unwrap();
    assert!(fetch.send(posted).await.unwrap().status().is_client_error());
    assert!(fetch.send(get("http://127.0.0.1:9/")).await.is_err(), "nobody listens there");
}

/// Has every request hang, and counts in `globalThis.hanging` those that were begun and given up,
/// until it is dropped.
struct Hanging(JsValue);

impl Hanging {
    fn begin() -> Self {
        let fetch = Reflect::get(&js_sys::global(), &"fetch".into()).unwrap();
        let counts = js_sys::JSON::parse(r#"{"begun": 0, "aborted": 0}"#).unwrap();
        Reflect::set(&js_sys::global(), &"hanging".into(), &counts).unwrap();
        let hangs = js_sys::Function::new_with_args(
            "request",
            "hanging.begun += 1;
            return new Promise((_, reject) => request.signal.addEventListener('abort', () => {
                hanging.aborted += 1;
                reject(request.signal.reason);
            }))",
        );
        Reflect::set(&js_sys::global(), &"fetch".into(), &hangs).unwrap();
        Self(fetch)
    }

    fn count(&self, name: &str) -> f64 {
        let counts = Reflect::get(&js_sys::global(), &"hanging".into()).unwrap();
        Reflect::get(&counts, &name.into()).unwrap().as_f64().unwrap()
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        Reflect::set(&js_sys::global(), &"fetch".into(), &self.0).unwrap();
    }
}

/// Lets the browser do something else for a moment.
async fn moment() {
    gloo_timers::future::TimeoutFuture::new(20).await;
}

#[wasm_bindgen_test]
async fn a_request_that_hangs_is_lost_and_given_up() {
    let hanging = Hanging::begin();
    let fetch = Fetch::new("http://127.0.0.1:9/0").within(30);
    let request = http::Request::get("http://127.0.0.1:9/").body(Vec::new()).unwrap();
    assert!(fetch.send(request).await.is_err());
    assert_eq!((hanging.count("begun"), hanging.count("aborted")), (1.0, 1.0));
    // what rejects after that disturbs nobody
    moment().await;
}

#[wasm_bindgen_test]
async fn a_stop_ends_a_run_whose_requests_hang_and_frees_the_lock() {
    let hanging = Hanging::begin();
    let sync = engine(&fresh("stopped"), "http://127.0.0.1:9/0");
    for nth in ["the first", "the second, for which the lock was free"] {
        let (begun, aborted) = (hanging.count("begun"), hanging.count("aborted"));
        let stop = async {
            while hanging.count("begun") == begun {
                moment().await;
            }
            sync.stop();
        };
        let (ended, ()) = futures_util::join!(
            sync.run("demo@contoso.example".to_owned(), tsify::Ts::new_unchecked("person".into())),
            stop
        );
        let code = |error: JsValue| Reflect::get(&error, &"code".into()).unwrap().as_string().unwrap();
        assert_eq!(ended.map(|_| ()).map_err(code), Err("stopped".to_owned()), "{nth}");
        assert!(hanging.count("aborted") > aborted, "{nth}");
        // the browser frees the lock in a task of its own
        moment().await;
    }
}

#[wasm_bindgen_test]
async fn one_holds_the_lock_at_a_time() {
    let name = fresh("lock");
    let held = lock::take(&name).await.unwrap();
    assert!(matches!(lock::take(&name).await, Err(Error::Running)));
    assert!(lock::take(&fresh("another")).await.is_ok());
    drop(held);
    // the browser frees it in a task of its own
    gloo_timers::future::TimeoutFuture::new(20).await;
    assert!(lock::take(&name).await.is_ok());
}

/// The count of one mailbox as one tab keeps it.
async fn tab(instance: &str, address: &str) -> RequestCounter {
    let database: SharedDatabase = Rc::default();
    *database.borrow_mut() = Some(store::open(instance).await.unwrap());
    RequestCounter::new(&database, address)
}

#[wasm_bindgen_test]
async fn requests_of_all_tabs_count_together_per_mailbox() {
    let instance = fresh("meter");
    let (first, second) = (tab(&instance, "demo@contoso.example").await, tab(&instance, "demo@contoso.example").await);
    // tabs that count at the same time, until the most that is let through in ten minutes is
    // reached
    for _ in 0..30 {
        let waits = futures_util::join!(first.book(150), second.book(150));
        assert_eq!(waits, (0, 0));
    }
    assert_eq!(first.book(1_000).await, 0);
    assert!(second.book(1).await > 0, "10,000 of both tabs are through");
    assert_eq!(tab(&instance, "other@contoso.example").await.book(1).await, 0, "another mailbox");
    assert!(tab(&instance, "demo@contoso.example").await.book(1).await > 0, "a tab that is opened later");
    // without a store there is no count, and nobody waits
    assert_eq!(RequestCounter::new(&Rc::default(), "demo@contoso.example").book(20_000).await, 0);
}

#[wasm_bindgen_test]
fn errors_have_a_code_and_a_side() {
    let member = |error: &JsValue, key: &str| Reflect::get(error, &key.into()).unwrap().as_string();
    let signed_out = to_js(&Error::SignedOut(Side::Exchange));
    assert!(signed_out.is_instance_of::<js_sys::Error>());
    assert_eq!(member(&signed_out, "code").as_deref(), Some("signed-out"));
    assert_eq!(member(&signed_out, "side").as_deref(), Some("exchange"));
    let stopped = to_js(&Error::Stopped);
    assert_eq!((member(&stopped, "code").as_deref(), member(&stopped, "side")), (Some("stopped"), None));
}

#[wasm_bindgen_test]
fn the_clock_is_the_browsers() {
    let now = clock::now();
    assert!((now.timestamp_millis() - js_sys::Date::now() as i64).abs() < 1_000);
    assert!(now > Utc.with_ymd_and_hms(2020, 1, 1, 0, 0, 0).unwrap());
}

/// A context as the page gives it.
fn context(instance: &str, base: &str) -> JsValue {
    let json = format!(
        r#"{{"instance":"{instance}","base":"{base}","graph":"http://127.0.0.1:9/v1.0","user":{{"id":"u","name":"U"}},
            "contact":{{"id":"410006e1-ca4e-4502-a9ec-e54d922d2c00","name":"U"}},"timeZone":"Russian Standard Time","culture":"en-US"}}"#
    );
    js_sys::JSON::parse(&json).unwrap()
}

/// A host that gives no credentials and hears nothing.
fn silent_host() -> host::Host {
    let host = Object::new();
    let headers = js_sys::Function::new_no_args("return Promise.resolve({})");
    Reflect::set(&host, &"headers".into(), &headers).unwrap();
    Reflect::set(&host, &"event".into(), &js_sys::Function::new_no_args("")).unwrap();
    JsValue::from(host).unchecked_into()
}

fn engine(instance: &str, base: &str) -> ScheduleSync {
    ScheduleSync::new(tsify::Ts::new_unchecked(context(instance, base)), silent_host()).unwrap()
}

/// Has every request answered by 404 until it is dropped: an installation without any of the
/// services.
struct NoServices(JsValue);

impl NoServices {
    fn begin() -> Self {
        let fetch = Reflect::get(&js_sys::global(), &"fetch".into()).unwrap();
        let none = js_sys::Function::new_no_args("return Promise.resolve(new Response('', { status: 404 }))");
        Reflect::set(&js_sys::global(), &"fetch".into(), &none).unwrap();
        Self(fetch)
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        Reflect::set(&js_sys::global(), &"fetch".into(), &self.0).unwrap();
    }
}

#[wasm_bindgen_test]
async fn the_first_settings_are_off_and_those_saved_come_back() {
    let _services = NoServices::begin();
    let instance = fresh("facade");
    let sync = engine(&instance, "http://127.0.0.1:9/0");
    assert_eq!(sync.zone(), "Europe/Moscow");
    let settings = sync.settings("demo@contoso.example".to_owned()).await.unwrap();
    let value = |settings: &tsify::Ts<_>| -> Value {
        let text = String::from(js_sys::JSON::stringify(&settings.js_value()).unwrap());
        serde_json::from_str(&text).unwrap()
    };
    let mut changed = value(&settings);
    let off = json!({"on": false, "scope": "all", "chosen": []});
    for (name, first) in [("importMeetings", &off), ("export", &off), ("automatic", &json!(false))] {
        assert_eq!(&changed[name], first, "{name}");
    }
    changed["importMeetings"] = json!({"on": true, "scope": "chosen", "chosen": ["c"]});
    let changed = tsify::Ts::new_unchecked(js_sys::JSON::parse(&changed.to_string()).unwrap());
    let place = sync.save_settings("demo@contoso.example".to_owned(), changed.clone()).await.unwrap();
    assert_eq!(place.js_value().as_string().as_deref(), Some("browser"));
    let again = engine(&instance, "http://127.0.0.1:9/0");
    assert_eq!(value(&again.settings("demo@contoso.example".to_owned()).await.unwrap()), value(&changed));
}

#[wasm_bindgen_test]
async fn what_does_not_fit_is_refused_with_a_code() {
    let _services = NoServices::begin();
    let code = |error: JsValue| Reflect::get(&error, &"code".into()).unwrap().as_string().unwrap();
    let Err(error) = ScheduleSync::new(tsify::Ts::new_unchecked(Object::new().into()), silent_host()) else {
        panic!("a context without members was taken");
    };
    assert_eq!(code(error), "settings");
    let sync = engine(&fresh("misfit"), "http://127.0.0.1:9/0");
    let settings = sync.settings("demo@contoso.example".to_owned()).await.unwrap().js_value();
    Reflect::set(&settings, &"from".into(), &"30.11.2026".into()).unwrap();
    let saved = sync.save_settings("demo@contoso.example".to_owned(), tsify::Ts::new_unchecked(settings)).await;
    assert_eq!(code(saved.unwrap_err()), "settings");
    assert_eq!(code(sync.containers("no address".to_owned()).await.unwrap_err()), "settings");
}
