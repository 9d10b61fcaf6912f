//! Creatio takes part, against the sandbox in process: over OData and over the DataService, on
//! every host, whatever its times mean and rights hide.
#![allow(clippy::print_stdout)] // a failure says of which installation it is

use super::{Loss, Rig, conforms, facts, meant, of};
use crate::support::creatio_setup::id;
use crate::support::graph_setup::Known;
use crate::support::world::{CREATIO, World};
use chrono::{TimeDelta, Utc};
use chrono_tz::Tz;
use sandbox::{Sandbox, Seed};
use schedule_sync::creatio::{Creatio, Site};
use schedule_sync::model::op::{Create, Op};
use schedule_sync::model::scope::{ContainerChoice, Scope};
use schedule_sync::model::{
    Address, Body, Importance, Instant, ItemId, Meeting, Person, Record, Reminder, Response, Role, Side, Status, Task,
    TaskWhen, When, Window, Zone,
};
use serde_json::{Value, json};
use std::rc::Rc;
use uuid::Uuid;

const STATUSES: [(Status, &str); 4] = [
    (Status::NotStarted, "384d4b84-58e6-df11-971b-001d60e938c6"),
    (Status::InProgress, "394d4b84-58e6-df11-971b-001d60e938c6"),
    (Status::Completed, "4bdbb88f-58e6-df11-971b-001d60e938c6"),
    (Status::Canceled, "201cfba8-58e6-df11-971b-001d60e938c6"),
];

const PRIORITIES: [(Importance, &str); 3] = [
    (Importance::Low, "ac96fa02-7fe6-df11-971b-001d60e938c6"),
    (Importance::Normal, "ab96fa02-7fe6-df11-971b-001d60e938c6"),
    (Importance::High, "d625a9fc-7ee6-df11-971b-001d60e938c6"),
];

/// An installation in a zone with summer time, and the replica of its user.
struct Installation {
    world: Rc<World>,
    creatio: Creatio<World>,
    zone: Rc<Known>,
    /// Activities that rights hide from the user.
    hidden: usize,
    /// Whether its DataService takes writes.
    heeds: bool,
}

impl Installation {
    /// One that is as `switches` say, spelled as for `POST /sandbox/creatio`; `hidden` activities
    /// are kept from the user.
    fn new(switches: &Value, hidden: u32) -> Self {
        let world = Rc::new(World::new(Seed::Empty, "2026-03-02T09:00:00Z"));
        let zone = Rc::new(Known(Tz::Europe__Berlin, "W. Europe Standard Time"));
        let contact = world.contact();
        let unit = world.sandbox.borrow().creatio.rows("SysAdminUnit").remove(0);
        let workspace = CREATIO.trim_end_matches("/odata");
        let base = if switches["host"] == "net" { workspace.trim_end_matches("/0") } else { workspace };
        let site =
            Site { base: base.to_owned(), id: "site".into(), contact: contact.as_str().into(), zone: zone.clone() };
        let heeds = switches["dataservice"].is_null();
        let hidden_rows = usize::try_from(hidden).unwrap();
        let creatio = Creatio::new(Rc::clone(&world), site);
        let installation = Self { creatio, world, zone, hidden: hidden_rows, heeds };
        installation.save("SysAdminUnit", unit["Id"].as_str().unwrap(), &json!({"TimeZoneId": installation.zone.1}));
        for n in 0..hidden {
            let [record, _] = super::samples(&installation);
            installation.save("Activity", id(50_000 + n).as_str(), &row(&record));
        }
        let mut switches = switches.clone();
        if hidden > 0 {
            switches["hidden"] = (0..hidden).map(|n| json!(id(50_000 + n))).collect();
        }
        let switches = serde_json::from_value(switches).unwrap();
        installation.with(|sandbox| sandbox.creatio.switch(switches)).unwrap();
        installation
    }

    fn with<T>(&self, act: impl FnOnce(&mut Sandbox) -> T) -> T {
        act(&mut self.world.sandbox.borrow_mut())
    }

    fn save(&self, entity: &str, id: &str, row: &Value) {
        let id = Uuid::parse_str(id).unwrap();
        self.with(|sandbox| sandbox.creatio.save_row((entity, id), row, &sandbox.environment)).unwrap();
    }
}

/// The row that a person would leave who wants `record`.
fn row(record: &Record) -> Value {
    let (shown, title, body, importance) = match record {
        Record::Meeting(meeting) => (true, &meeting.title, &meeting.body, meeting.importance),
        Record::Task(task) => (false, &task.title, &task.body, task.importance),
    };
    let mut row = json!({"ShowInScheduler": shown, "Title": title, "Notes": body.html,
        "PriorityId": of(&PRIORITIES, importance)});
    let (start, due, reminder) = match record {
        Record::Meeting(Meeting { when: When::Timed { start, end }, reminder, .. }) => {
            let at = match reminder {
                Reminder::Before(minutes) => Some(*start - TimeDelta::minutes(*minutes)),
                Reminder::Off => None,
            };
            (*start, *end, at)
        }
        Record::Task(Task { when: TaskWhen::Timed { start, due }, reminder, .. }) => (*start, *due, *reminder),
        Record::Meeting(_) | Record::Task(_) => panic!("days"),
    };
    row["StartDate"] = json!(start);
    row["DueDate"] = json!(due);
    row["RemindToOwner"] = json!(reminder.is_some());
    row["RemindToOwnerDate"] = json!(reminder);
    match record {
        Record::Meeting(meeting) => row["Location"] = json!(meeting.place),
        Record::Task(task) => row["StatusId"] = json!(of(&STATUSES, task.status)),
    }
    row
}

/// What a row of the server means, as these tests understand it.
fn record(row: &Value) -> Record {
    let at = |name: &str| row[name].as_str().unwrap().parse::<chrono::DateTime<Utc>>().unwrap();
    let text = |name: &str| row[name].as_str().unwrap().to_owned();
    let (start, due): (Instant, Instant) = (at("StartDate"), at("DueDate"));
    let reminder = (row["RemindToOwner"] == true).then(|| at("RemindToOwnerDate"));
    let (title, body) = (text("Title"), Body::from_html(&text("Notes")));
    let importance = meant(&PRIORITIES, &row["PriorityId"]);
    if row["ShowInScheduler"] == true {
        let reminder = reminder.map_or(Reminder::Off, |at| Reminder::Before((start - at).num_minutes()));
        let when = When::Timed { start, end: due };
        let (people, response) = (Vec::new(), Response::InDoubt);
        Record::Meeting(Meeting { title, when, place: text("Location"), body, importance, reminder, people, response })
    } else {
        let status = meant(&STATUSES, &row["StatusId"]);
        Record::Task(Task { title, when: TaskWhen::Timed { start, due }, body, importance, reminder, status })
    }
}

impl Rig for Installation {
    type Replica = Creatio<World>;

    fn replica(&self) -> &Creatio<World> {
        &self.creatio
    }

    fn side(&self) -> Side {
        Side::Creatio
    }

    fn zone(&self) -> &dyn Zone {
        self.zone.as_ref()
    }

    fn scope(&self) -> Scope {
        let window = Window::at("2026-03-02T09:00:00Z".parse().unwrap(), "2026-01-01".parse().unwrap(), self.zone());
        Scope { window, calendars: ContainerChoice::default(), lists: ContainerChoice::default() }
    }

    fn create(&self, n: u32, record: Record) -> Op {
        let facts = facts(Side::Creatio, n);
        Op::Create(Box::new(Create { id: Some(id(1_000 + n)), container: "activities".into(), record, facts }))
    }

    fn put(&self, n: u32, record: &Record) -> ItemId {
        self.save("Activity", id(n).as_str(), &row(record));
        id(n)
    }

    fn edit(&self, id: &ItemId, record: &Record) {
        self.save("Activity", id.as_str(), &row(record));
    }

    fn remove(&self, id: &ItemId) {
        let id = Uuid::parse_str(id.as_str()).unwrap();
        self.with(|sandbox| sandbox.creatio.remove_row("Activity", id)).unwrap();
    }

    fn holds(&self, id: &ItemId) -> Option<Record> {
        let id = Uuid::parse_str(id.as_str()).unwrap();
        self.with(|sandbox| sandbox.creatio.row("Activity", id)).as_ref().map(record)
    }

    fn count(&self) -> usize {
        self.with(|sandbox| sandbox.creatio.rows("Activity").len()) - self.hidden
    }

    fn spoil(&self, id: &ItemId) -> bool {
        self.save("Activity", id.as_str(), &json!({"DueDate": "2026-01-02T00:00:00Z"}));
        true
    }

    fn refused(&self) -> Option<Record> {
        Some(Record::Meeting(crate::support::records::plain_meeting(&"x".repeat(501))))
    }

    fn lose(&self, loss: Loss) {
        let drop = if loss == Loss::After { "after" } else { "before" };
        let lost = |method: &str, path: &str| json!({"server": "creatio", "method": method, "path": path, "times": 99, "then": {"drop": drop}});
        let part = |method| lost(method, "/odata/Activity");
        let service = lost("POST", "(Insert|Update|Delete)Query");
        self.world.faults(json!([part("POST"), part("PATCH"), part("DELETE"), service]));
    }

    fn mend(&self) {
        self.world.faults(json!([]));
    }

    fn guest(&self, name: &str) -> Option<Person> {
        let contact = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string();
        let address = format!("{name}@fabrikam.example");
        self.save("Contact", &contact, &json!({"Name": name, "Email": address}));
        Some(Person {
            addresses: Address::parse(&address).into_iter().collect(),
            contact: Some(contact.as_str().into()),
            name: name.to_owned(),
            role: Role::Required,
            response: Response::InDoubt,
        })
    }

    fn intervene(&self, id: &ItemId, record: &Record) -> bool {
        let (sandbox, id, row) = (Rc::clone(&self.world.sandbox), Uuid::parse_str(id.as_str()).unwrap(), row(record));
        self.world.intervene(&["UpdateQuery", "DeleteQuery", "\"PATCH\"", "\"DELETE\""], move || {
            let sandbox = &mut *sandbox.borrow_mut();
            sandbox.creatio.save_row(("Activity", id), &row, &sandbox.environment).unwrap();
        });
        true
    }

    fn heeds(&self) -> bool {
        self.heeds
    }

    fn pass(&self) {
        self.world.pass(TimeDelta::minutes(3));
    }
}

/// What times mean in OData, and how many activities rights hide.
fn settings() -> impl Iterator<Item = (Value, u32)> {
    let clocks = [
        json!("utc"),
        json!("local"),
        json!({"read": "local", "filter": "utc", "write": "utc"}),
        json!({"read": "utc", "filter": "local", "write": "local"}),
    ];
    clocks.into_iter().flat_map(|clock| [(clock.clone(), 0), (clock, 3)])
}

/// Every host with every setting, reached as `more` switches have it.
fn each_conforms(more: &Value) {
    for host in ["framework", "net"] {
        for (clock, hidden) in settings() {
            let mut switches = json!({"host": host, "clock": clock});
            switches.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            conform(&switches, hidden);
        }
    }
}

fn conform(switches: &Value, hidden: u32) {
    println!("{switches}, {hidden} hidden");
    conforms(|| Installation::new(switches, hidden));
}

#[test]
fn creatio_over_odata_conforms() {
    each_conforms(&json!({}));
}

#[test]
fn creatio_over_odata_without_data_service_conforms() {
    each_conforms(&json!({"dataservice": "forbidden"}));
    conform(&json!({"dataservice": "readonly"}), 3);
}

#[test]
fn creatio_over_data_service_conforms() {
    each_conforms(&json!({"odata": "forbidden"}));
    conform(&json!({"blocked": ["Activity"]}), 0);
    conform(&json!({"blocked": ["ActivityParticipant", "Contact"]}), 3);
}

#[test]
fn an_installation_that_lacks_columns_conforms() {
    let lacking = json!({"Activity": ["AllowedResult", "ProcessElementId", "Author"]});
    for switches in [json!({}), json!({"odata": "forbidden"}), json!({"version": "7.18.0", "dataservice": "forbidden"})]
    {
        let mut switches = switches.clone();
        switches["without"] = lacking.clone();
        conform(&switches, 0);
    }
}
