//! One user of Creatio with a mailbox in Microsoft 365 and another on an Exchange Server: both are
//! synchronised, each with settings of its own, and what comes from one does not echo from the
//! other.

use crate::support::ews_setup::Valid;
use crate::support::graph_setup::{NOW, watch};
use crate::support::joined::Joined;
use crate::support::memory::{MemoryStore, everything};
use crate::support::runs;
use crate::support::world::{COLLEAGUE, ME, ME_THERE, World};
use pollster::block_on;
use sandbox::{Sandbox, Seed};
use schedule_sync::engine::settings::Settings;
use schedule_sync::model::Side;
use schedule_sync::ports::Store;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;

/// One of the user's accounts.
struct Account {
    world: Rc<World>,
    joined: Joined<World>,
    store: MemoryStore,
}

impl Account {
    fn new(world: World, settings: &Settings) -> Self {
        let world = Rc::new(world);
        let joined = Joined::new(&world, Rc::clone(&world));
        let store = MemoryStore::default();
        block_on(store.save_settings(settings)).unwrap();
        Self { world, joined, store }
    }

    fn titles(&self) -> Vec<String> {
        titles(&self.world, Side::Exchange, "me/events?$top=100", "subject")
    }
}

fn titles(world: &World, side: Side, path: &str, member: &str) -> Vec<String> {
    let (_, reply) = world.by_hand(side, "GET", path, None);
    let rows = reply["value"].as_array().unwrap().iter().filter(|row| row["StatusId"] != CANCELED);
    let mut titles: Vec<String> = rows.map(|row| row[member].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

const CANCELED: &str = "201cfba8-58e6-df11-971b-001d60e938c6";

/// The user, with both accounts.
struct User {
    accounts: [Account; 2],
}

impl User {
    fn new(sandbox: &Rc<RefCell<Sandbox>>, settings: [Settings; 2]) -> Self {
        let [cloud, server] = settings;
        let account = |who, settings: &Settings| Account::new(World::over(Rc::clone(sandbox), who), settings);
        Self { accounts: [account(ME, &cloud), account(ME_THERE, &server)] }
    }

    /// Both accounts run, one after the other, as often as is said; each knows what the other has
    /// links to.
    fn run(&self, times: usize) {
        for nth in 0..2 * times {
            let (own, other) = (&self.accounts[nth % 2], &self.accounts[(nth + 1) % 2]);
            *own.store.elsewhere.borrow_mut() = other.store.links.borrow().values().cloned().collect();
            let report = block_on(runs::run(&own.joined.parts(&own.store))).unwrap();
            assert_eq!(report.unfinished, 0, "{report:?}");
            own.world.pass(chrono::Duration::minutes(5));
        }
    }

    /// The same, and then once more without a single write.
    fn settle(&self) {
        self.run(3);
        let from = self.accounts[0].world.log(0).len();
        self.run(1);
        assert_eq!(self.accounts[0].world.writes(from), Vec::<String>::new());
    }

    fn activities(&self) -> Vec<String> {
        titles(&self.accounts[0].world, Side::Creatio, "Activity?$top=100", "Title")
    }
}

fn event(title: &str, hour: u32) -> Value {
    let at = |hour: u32| json!({"dateTime": format!("2026-03-10T{hour:02}:00:00"), "timeZone": "UTC"});
    json!({"subject": title, "start": at(hour), "end": at(hour + 1)})
}

fn put(world: &World, body: Value) -> String {
    let (status, reply) = world.by_hand(Side::Exchange, "POST", "me/events", Some(body));
    assert_eq!(status, 201, "{reply}");
    reply["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_was_imported_from_one_mailbox_is_no_loss_of_the_other_which_exports_nothing() {
    let sandbox = Rc::new(RefCell::new(Sandbox::new(Seed::Empty, NOW.parse().ok())));
    let mut settings = everything();
    settings.export.on = false;
    let user = User::new(&sandbox, [settings.clone(), settings]);
    let [cloud, server] = &user.accounts;
    put(&cloud.world, event("of the cloud", 8));
    put(&server.world, event("of the server", 10));
    user.settle();
    assert_eq!(user.activities(), ["of the cloud", "of the server"]);
    for account in &user.accounts {
        let held = block_on(account.store.state()).unwrap().map(|state| state.held).unwrap_or_default();
        assert!(held.is_empty(), "{held:?}");
    }
}

#[test]
fn what_comes_from_one_mailbox_goes_to_the_other_only_if_wanted() {
    for between in [false, true] {
        let sandbox = Rc::new(RefCell::new(Sandbox::new(Seed::Empty, NOW.parse().ok())));
        let mut settings = everything();
        settings.rules.between = between;
        let user = User::new(&sandbox, [settings.clone(), settings]);
        let [cloud, server] = &user.accounts;
        let (_graph, _ews) = (watch(&cloud.world), Valid::watch(&cloud.world));
        put(&cloud.world, event("of the cloud", 8));
        put(&server.world, event("of the server", 10));
        let row = json!({"Title": "of Creatio", "ShowInScheduler": true, "StartDate": "2026-03-10T12:00:00Z", "DueDate": "2026-03-10T13:00:00Z"});
        assert_eq!(cloud.world.by_hand(Side::Creatio, "POST", "Activity", Some(row)).0, 201);
        user.settle();
        assert_eq!(user.activities(), ["of Creatio", "of the cloud", "of the server"], "each once, {between}");
        let own = |title: &'static str| {
            if between { vec!["of Creatio", "of the cloud", "of the server"] } else { vec!["of Creatio", title] }
        };
        assert_eq!(cloud.titles(), own("of the cloud"), "{between}");
        assert_eq!(server.titles(), own("of the server"), "{between}");
    }
}

#[test]
fn one_meeting_in_both_mailboxes_is_one_activity() {
    let sandbox = Rc::new(RefCell::new(Sandbox::new(Seed::Empty, NOW.parse().ok())));
    let user = User::new(&sandbox, [everything(), everything()]);
    let [cloud, server] = &user.accounts;
    let (_graph, _ews) = (watch(&cloud.world), Valid::watch(&cloud.world));
    let colleague = cloud.world.beside(COLLEAGUE);
    let guests =
        [cloud, server].map(|account| json!({"type": "required", "emailAddress": {"address": account.world.mailbox}}));
    let invitation = |title: &str, hour: u32| {
        let mut body = event(title, hour);
        body["attendees"] = json!(guests);
        body
    };
    put(&colleague, invitation("single", 8));
    let mut series = invitation("weekly", 10);
    series["recurrence"] = json!({"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]},
        "range": {"type": "numbered", "startDate": "2026-03-10", "numberOfOccurrences": 3, "recurrenceTimeZone": "UTC"}});
    put(&colleague, series);
    user.settle();
    assert_eq!([cloud.titles(), server.titles()], [["single", "weekly"]; 2], "both were invited");
    assert_eq!(user.activities(), ["single", "weekly", "weekly", "weekly"]);
    assert!(user.accounts.iter().all(|account| account.store.links.borrow().len() == 4));
}

#[test]
fn each_account_has_settings_of_its_own() {
    let sandbox = Rc::new(RefCell::new(Sandbox::new(Seed::Empty, NOW.parse().ok())));
    let mut quiet = everything();
    quiet.import_meetings.on = false;
    quiet.export.on = false;
    let user = User::new(&sandbox, [everything(), quiet]);
    let [cloud, server] = &user.accounts;
    put(&cloud.world, event("of the cloud", 8));
    put(&server.world, event("of the server", 10));
    user.settle();
    assert_eq!(user.activities(), ["of the cloud"]);
    assert_eq!(server.titles(), ["of the server"]);
}
