//! The Graph replica writing to the emulator: creations that survive lost replies, changes that
//! keep what they don't write, versions.

use crate::support::graph_setup::{Checked, LINK, checked, default, meeting, scope, task};
use crate::support::world::World;
use chrono::TimeDelta;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::graph::Graph;
use schedule_sync::model::lookup::Lookup;
use schedule_sync::model::op::{Create, Op, Outcome, Refusal, Update, Written};
use schedule_sync::model::{
    Address, Body, ContainerId, Facts, Field, Importance, Item, Kind, Mark, Meeting, Patch, Person, Record, Reminder,
    Response, Role, Side, Status, Task, TaskWhen, When,
};
use schedule_sync::ports::Replica;
use serde_json::{Value, json};
use std::rc::Rc;

/// A mailbox in Microsoft 365 with its replica.
struct CloudMailbox {
    world: Rc<World>,
    graph: Graph<World>,
    calendar: ContainerId,
    list: ContainerId,
    _checked: Checked,
}

impl CloudMailbox {
    fn new() -> Self {
        let (world, graph, checked) = checked(Seed::Empty);
        let containers = block_on(graph.containers()).unwrap();
        let container = |kind| default(&containers, kind).id;
        Self { calendar: container(Kind::Meeting), list: container(Kind::Task), world, graph, _checked: checked }
    }

    fn apply(&self, ops: &[Op]) -> Vec<Outcome> {
        block_on(self.graph.apply(ops))
    }

    fn one(&self, op: Op) -> Outcome {
        self.apply(&[op]).remove(0)
    }

    fn create(&self, record: Record) -> Op {
        let container = if record.kind() == Kind::Meeting { &self.calendar } else { &self.list }.clone();
        let mark = Mark { site: "site".into(), activity: "a1".into(), generation: 1 };
        let facts = Facts { mark: Some(mark), transaction: Some("t-1".to_owned()), ..Facts::default() };
        Op::Create(Box::new(Create { id: None, container, record, facts }))
    }

    /// Creates `record` and reads it.
    fn created(&self, record: Record) -> Item {
        let written = self.one(self.create(record)).unwrap();
        self.read(&written)
    }

    fn read(&self, written: &Written) -> Item {
        let clue = Lookup::Id { id: written.id.clone(), container: written.container.clone() };
        block_on(self.graph.find(&[clue])).unwrap().remove(0).items.remove(0)
    }

    fn marked(&self) -> Vec<Item> {
        block_on(self.graph.find(&[Lookup::Mark("a1".into())])).unwrap().remove(0).items
    }

    fn by_hand(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, body) = self.world.by_hand(Side::Exchange, method, path, body);
        assert!(status < 300, "{method} {path}: {status} {body}");
        body
    }

    fn event(&self, item: &Item) -> String {
        format!("me/events/{}", item.id)
    }

    fn task(&self, item: &Item) -> String {
        format!("me/todo/lists/{}/tasks/{}", self.list, item.id)
    }

    fn fault(&self, path: &str, then: Value) {
        self.world.faults(json!([{"server": "graph", "method": "POST", "path": path, "then": then}]));
    }
}

fn a_meeting() -> Meeting {
    Meeting {
        title: "Review".to_owned(),
        when: When::Timed {
            start: "2026-03-28T10:00:00Z".parse().unwrap(),
            end: "2026-03-29T10:00:00Z".parse().unwrap(),
        },
        place: "Room 1".to_owned(),
        body: Body::from_html("<p>one</p><p>two</p>"),
        importance: Importance::High,
        reminder: Reminder::Before(30),
        people: Vec::new(),
        response: Response::Confirmed,
    }
}

fn a_task() -> Task {
    Task {
        title: "Call".to_owned(),
        when: TaskWhen::Days { start: "2026-03-04".parse().ok(), due: "2026-03-05".parse().ok() },
        body: Body::from_text("first\nsecond"),
        importance: Importance::Low,
        reminder: "2026-03-05T08:15:00Z".parse().ok(),
        status: Status::InProgress,
    }
}

fn update(item: &Item, record: Record, fields: &[Field]) -> Update {
    Update::of(item, Patch { record, fields: fields.iter().copied().collect() })
}

fn delete(item: &Item) -> Op {
    Op::Delete {
        id: item.id.clone(),
        container: item.container.clone(),
        version: item.version.clone(),
        cancels: item.facts.calls_off(),
    }
}

fn renamed(item: &Item, title: &str) -> Update {
    let record = match item.record.clone() {
        Record::Meeting(meeting) => Record::Meeting(Meeting { title: title.to_owned(), ..meeting }),
        Record::Task(task) => Record::Task(Task { title: title.to_owned(), ..task }),
    };
    update(item, record, &[Field::Title])
}

fn op(update: Update) -> Op {
    Op::Update(Box::new(update))
}

#[test]
fn what_is_created_is_read_back_the_same() {
    let cloud = CloudMailbox::new();
    let days = Meeting {
        when: When::AllDay { first: "2026-03-29".parse().unwrap(), end: "2026-03-31".parse().unwrap() },
        reminder: Reminder::Before(-5),
        ..a_meeting()
    };
    for (record, read_as) in [
        (Record::Meeting(a_meeting()), Record::Meeting(a_meeting())),
        (Record::Meeting(days.clone()), Record::Meeting(Meeting { reminder: Reminder::Off, ..days })),
        (Record::Task(a_task()), Record::Task(a_task())),
        (
            Record::Task(Task { when: TaskWhen::Days { start: None, due: None }, reminder: None, ..a_task() }),
            Record::Task(Task { when: TaskWhen::Days { start: None, due: None }, reminder: None, ..a_task() }),
        ),
    ] {
        let Op::Create(mut create) = cloud.create(record) else { unreachable!() };
        create.facts.transaction = Some(format!("{:?}", cloud.world.requests()));
        let written = cloud.one(Op::Create(create)).unwrap();
        let told = written.item.clone().unwrap();
        let read = cloud.read(&written);
        assert_eq!((&told.record, &read.record), (&read_as, &read_as));
        assert_eq!((&written.version, &told.facts.mark), (&read.version, &read.facts.mark));
        assert_eq!(read.facts.mark.unwrap().to_string(), "site/a1/1");
    }
    assert_eq!(cloud.marked().len(), 4);
    let raw = cloud.by_hand("GET", &format!("me/todo/lists/{}/tasks", cloud.list), None);
    assert_eq!(raw["value"][0]["linkedResources"][0]["webUrl"], format!("{LINK}a1"));
    let raw = cloud.by_hand("GET", "me/events?$orderby=start/dateTime", None);
    let first = &raw["value"][0];
    assert_eq!(
        (&first["showAs"], &first["originalStartTimeZone"]),
        (&json!("busy"), &json!("W. Europe Standard Time"))
    );
    assert_eq!(first["attendees"], json!([]));
    assert!(cloud.world.sandbox.borrow().graph.mails().is_empty());
}

#[test]
fn a_lost_reply_to_a_creation_leaves_one_item() {
    let cloud = CloudMailbox::new();
    let mut event = cloud.create(Record::Meeting(a_meeting()));
    let mut task = cloud.create(Record::Task(a_task()));
    for op in [&mut event, &mut task] {
        let Op::Create(create) = op else { unreachable!() };
        create.facts.mark = Some(Mark { site: "site".into(), activity: "a1".into(), generation: 0 });
    }
    // the part's own reply is lost, then that of the whole batch
    for path in ["events$", "batch$"] {
        cloud.fault(path, json!({"drop": "after"}));
        assert!(cloud.one(event.clone()).is_ok(), "{path}");
        assert_eq!(cloud.marked().len(), 1, "{path}");
    }
    cloud.fault("tasks$", json!({"drop": "after"}));
    assert_eq!(cloud.one(task.clone()), Err(Refusal::Unknown));
    let found = cloud.marked();
    assert_eq!(found.iter().filter(|item| item.record.kind() == Kind::Task).count(), 1, "it is found by its mark");
    cloud.fault("batch$", json!({"drop": "after"}));
    let both = cloud.apply(&[event, task]);
    assert!(both[0].is_ok(), "repeated alone: {:?}", both[0]);
}

#[test]
fn what_was_not_carried_out_is_told_apart() {
    let cloud = CloudMailbox::new();
    let body = json!({"error": {"code": "ErrorQuotaExceeded", "message": "m"}});
    for (path, then, times, refusal) in [
        ("tasks$", json!({"status": 403, "body": body}), 1, Refusal::Rejected("ErrorQuotaExceeded".to_owned())),
        ("tasks$", json!({"status": 400}), 1, Refusal::Rejected("status 400".to_owned())),
        ("tasks$", json!({"status": 503}), 9, Refusal::Unknown),
        ("tasks$", json!({"status": 429}), 9, Refusal::NotSent),
        ("batch$", json!({"status": 429}), 9, Refusal::NotSent),
        ("batch$", json!({"drop": "before"}), 9, Refusal::Unknown),
    ] {
        cloud.world.faults(json!([{"server": "graph", "method": "POST", "path": path, "times": times, "then": then}]));
        assert_eq!(cloud.one(cloud.create(Record::Task(a_task()))), Err(refusal), "{path} {then}");
    }
    cloud.world.faults(json!([]));
    assert!(cloud.marked().is_empty());
}

#[test]
fn a_change_writes_its_fields_and_nothing_else() {
    let cloud = CloudMailbox::new();
    let item = cloud.created(Record::Meeting(a_meeting()));
    cloud.by_hand(
        "PATCH",
        &cloud.event(&item),
        Some(json!({"location": {"displayName": "Room 1", "address": {"city": "Bonn"}}, "categories": ["x"]})),
    );
    let item = cloud.marked().remove(0);
    let days = When::AllDay { first: "2026-03-28".parse().unwrap(), end: "2026-03-29".parse().unwrap() };
    let new = Meeting {
        title: "New".to_owned(),
        when: days,
        reminder: Reminder::Off,
        place: "elsewhere".to_owned(),
        ..a_meeting()
    };
    let fields = [Field::Title, Field::When, Field::Reminder];
    let written = cloud.one(op(update(&item, Record::Meeting(new.clone()), &fields))).unwrap();
    let expected = Meeting { place: "Room 1".to_owned(), ..new };
    assert_eq!(cloud.read(&written).record, Record::Meeting(expected.clone()));
    assert_eq!(written.item.unwrap().record, Record::Meeting(expected));
    let raw = cloud.by_hand("GET", &cloud.event(&item), None);
    assert_eq!((&raw["location"]["address"]["city"], &raw["categories"]), (&json!("Bonn"), &json!(["x"])));

    let item = cloud.created(Record::Task(a_task()));
    let new = Task {
        status: Status::Completed,
        when: TaskWhen::Days { start: None, due: "2026-03-09".parse().ok() },
        ..a_task()
    };
    let written = cloud.one(op(update(&item, Record::Task(new.clone()), &[Field::Status, Field::When]))).unwrap();
    assert_eq!(cloud.read(&written).record, Record::Task(new));
}

#[test]
fn a_body_keeps_the_join_block() {
    let cloud = CloudMailbox::new();
    let block = format!(
        "<div>{}</div><div><a href=\"https://teams.microsoft.com/l/meetup-join/x\">Join</a></div>",
        "_".repeat(80)
    );
    let time = |hour| json!({"dateTime": format!("2026-03-11T{hour}:00:00"), "timeZone": "UTC"});
    let load = json!({
        "id": "teams", "subject": "T", "start": time("10"), "end": time("11"), "isOnlineMeeting": true,
        "body": {"contentType": "html", "content": format!("<p>old</p>{block}")},
    });
    {
        let sandbox = &mut *cloud.world.sandbox.borrow_mut();
        sandbox.graph.load_event(load, &mut sandbox.environment).unwrap();
    }
    let listing = block_on(cloud.graph.observe(&scope(), None)).unwrap();
    let item = listing.items.iter().find(|item| item.record.title() == "T").unwrap();
    assert_eq!((meeting(item).body.text.as_str(), item.facts.online), ("old", true));
    let new = Meeting { body: Body::from_text("new"), ..meeting(item).clone() };
    let written = cloud.one(op(update(item, Record::Meeting(new), &[Field::Body]))).unwrap();
    let raw = cloud.by_hand("GET", &cloud.event(item), None);
    assert!(raw["body"]["content"].as_str().unwrap().contains("meetup-join"), "{raw}");
    let read = cloud.read(&written);
    assert_eq!((meeting(&read).body.text.as_str(), read.facts.online), ("new", true));
}

#[test]
fn versions_guard_every_write() {
    let cloud = CloudMailbox::new();
    for record in [Record::Meeting(a_meeting()), Record::Task(a_task())] {
        let item = cloud.created(record);
        let path = if item.record.kind() == Kind::Meeting { cloud.event(&item) } else { cloud.task(&item) };
        // touched, but not where we write: the change goes on
        cloud.by_hand("PATCH", &path, Some(json!({"importance": "normal"})));
        let written = cloud.one(op(renamed(&item, "ours"))).unwrap();
        assert_eq!(cloud.read(&written).record.title(), "ours");
        // our own value is there already, as after a lost reply
        assert!(cloud.one(op(renamed(&item, "ours"))).is_ok());
        // touched where we write
        let name = if item.record.kind() == Kind::Meeting { "subject" } else { "title" };
        cloud.by_hand("PATCH", &path, Some(json!({name: "theirs"})));
        assert_eq!(cloud.one(op(renamed(&item, "ours again"))), Err(Refusal::Stale));
        assert_eq!(cloud.one(delete(&item)), Err(Refusal::Stale));
        let item = cloud.read(&written);
        assert_eq!(item.record.title(), "theirs");
        assert!(cloud.one(delete(&item)).is_ok());
        assert_eq!(cloud.one(delete(&item)), Err(Refusal::Gone));
        assert_eq!(cloud.one(op(renamed(&item, "late"))), Err(Refusal::Gone));
    }
}

#[test]
fn a_meeting_is_called_off_only_as_it_was_seen() {
    let cloud = CloudMailbox::new();
    let item = cloud.created(Record::Meeting(a_meeting()));
    let guests = json!([{"emailAddress": {"address": "ann@x.example", "name": "Ann"}, "type": "required"}]);
    cloud.by_hand("PATCH", &cloud.event(&item), Some(json!({"attendees": guests})));
    let old = cloud.marked().remove(0);
    assert!(old.facts.calls_off());
    cloud.by_hand("PATCH", &cloud.event(&item), Some(json!({"subject": "theirs"})));
    let mails = || cloud.world.sandbox.borrow().graph.mails().len();
    let before = mails();
    assert_eq!(cloud.one(delete(&old)), Err(Refusal::Stale));
    assert_eq!((mails(), cloud.marked().len()), (before, 1));
    let new = cloud.marked().remove(0);
    cloud.fault("cancel$", json!({"drop": "after"}));
    assert_eq!(cloud.one(delete(&new)), Err(Refusal::Unknown), "an action is never repeated");
    assert_eq!((mails(), cloud.marked().len()), (before + 1, 0));
    assert_eq!(cloud.one(delete(&new)), Err(Refusal::Gone));
}

#[test]
fn a_passing_conflict_is_tried_once_more() {
    let cloud = CloudMailbox::new();
    let item = cloud.created(Record::Meeting(a_meeting()));
    for (times, confirmed) in [(2, false), (1, true)] {
        let then = json!({"status": 412, "body": {"error": {"code": "ErrorIrresolvableConflict", "message": "m"}}});
        cloud
            .world
            .faults(json!([{"server": "graph", "method": "PATCH", "path": "events", "times": times, "then": then}]));
        let outcome = cloud.one(op(renamed(&item, "new")));
        assert_eq!(outcome.is_ok(), confirmed, "{outcome:?}");
    }
}

#[test]
fn marks_are_set_on_what_is_there() {
    let cloud = CloudMailbox::new();
    let mark = Mark { site: "site".into(), activity: "a2".into(), generation: 9 };
    for record in [Record::Meeting(a_meeting()), Record::Task(a_task())] {
        let item = cloud.created(record.clone());
        let mut bare = update(&item, record, &[]);
        bare.mark = Some(mark.clone());
        for _ in 0..2 {
            let written = cloud.one(op(bare.clone())).unwrap();
            assert_eq!(written.item.unwrap().facts.mark.as_ref(), Some(&mark));
        }
        let found = block_on(cloud.graph.find(&[Lookup::Mark("a2".into())])).unwrap().remove(0).items;
        assert_eq!(found.iter().filter(|found| found.id == item.id).count(), 1);
    }
    let tasks = cloud.by_hand("GET", &format!("me/todo/lists/{}/tasks", cloud.list), None);
    assert_eq!(
        tasks["value"][0]["linkedResources"].as_array().unwrap().len(),
        2,
        "ours of before, and the new one once"
    );
}

#[test]
fn a_recurring_task_takes_its_status_only() {
    let cloud = CloudMailbox::new();
    let recurrence = json!({
        "pattern": {"type": "daily", "interval": 1}, "range": {"type": "noEnd", "startDate": "2026-03-02"},
    });
    let due = json!({"dateTime": "2026-03-02T00:00:00", "timeZone": "UTC"});
    let body = json!({"title": "R", "recurrence": recurrence, "dueDateTime": due});
    cloud.by_hand("POST", &format!("me/todo/lists/{}/tasks", cloud.list), Some(body));
    let item = block_on(cloud.graph.observe(&scope(), None)).unwrap().items.remove(0);
    assert!(item.facts.recurring);
    assert!(matches!(cloud.one(op(renamed(&item, "new"))), Err(Refusal::Rejected(_))));
    let both = Task { title: "new".to_owned(), status: Status::InProgress, ..task(&item).clone() };
    let written = cloud.one(op(update(&item, Record::Task(both), &[Field::Title, Field::Status]))).unwrap();
    let read = cloud.read(&written);
    assert_eq!((task(&read).title.as_str(), task(&read).status), ("R", Status::InProgress));
}

#[test]
fn people_are_written_only_when_asked() {
    let cloud = CloudMailbox::new();
    let item = cloud.created(Record::Meeting(a_meeting()));
    let who = |address: &str| json!({"emailAddress": {"address": address, "name": address}, "type": "required"});
    let mut room = who("room@x.example");
    room["type"] = json!("resource");
    cloud.by_hand("PATCH", &cloud.event(&item), Some(json!({"attendees": [who("ann@x.example"), room]})));
    let item = cloud.marked().remove(0);
    let people = &meeting(&item).people;
    assert_eq!(people.len(), 2);
    let bob = Person {
        addresses: vec![Address::parse("bob@x.example").unwrap()],
        contact: None,
        name: "Bob".to_owned(),
        role: Role::Optional,
        response: Response::InDoubt,
    };
    let new = Meeting { people: vec![bob, people[1].clone()], ..meeting(&item).clone() };
    cloud.one(op(update(&item, Record::Meeting(new), &[Field::People]))).unwrap();
    let raw = cloud.by_hand("GET", &cloud.event(&item), None);
    let told: Vec<_> =
        raw["attendees"].as_array().unwrap().iter().map(|a| (&a["emailAddress"]["address"], &a["type"])).collect();
    assert_eq!(told, [(&json!("room@x.example"), &json!("resource")), (&json!("bob@x.example"), &json!("optional"))]);
}

#[test]
fn a_checklist_shows_on_a_direct_read() {
    let cloud = CloudMailbox::new();
    let item = cloud.created(Record::Task(a_task()));
    assert!(!item.facts.has_unmapped_content);
    cloud.by_hand("POST", &format!("{}/checklistItems", cloud.task(&item)), Some(json!({"displayName": "Prices"})));
    let clue = Lookup::Id { id: item.id.clone(), container: item.container.clone() };
    assert!(
        block_on(cloud.graph.find(&[clue])).unwrap()[0].items[0].facts.has_unmapped_content,
        "a conversion would lose it"
    );
}

/// What each write of a task is found by in a request.
const TASK_WRITES: &[&str] = &["\"PATCH\"", "\"DELETE\""];

/// A person gives the task at `path` another title.
fn edit_by_hand(world: &World, path: &str) {
    world.pass(TimeDelta::seconds(5));
    let (status, _) = world.by_hand(Side::Exchange, "PATCH", path, Some(json!({"title": "theirs"})));
    assert_eq!(status, 200);
}

/// What an apply by this verb to the task `item` tells to be lost, and the title that stands then.
fn applied(cloud: &CloudMailbox, item: &Item, verb: &str) -> (Result<Option<String>, Refusal>, Option<String>) {
    let op = if verb == "PATCH" { op(renamed(item, "ours")) } else { delete(item) };
    let told = cloud.one(op).map(|written| written.replaced.map(|record| record.title().to_owned()));
    let clue = Lookup::Id { id: item.id.clone(), container: item.container.clone() };
    let there = block_on(cloud.graph.find(&[clue])).unwrap().remove(0).items.pop();
    (told, there.map(|item| item.record.title().to_owned()))
}

#[test]
fn what_a_person_writes_while_the_write_of_a_task_waits_is_told_or_stays() {
    let theirs = || Some("theirs".to_owned());
    for (verb, then, told, stands) in [
        ("PATCH", json!({"status": 429}), Ok(theirs()), Some("ours")),
        ("DELETE", json!({"status": 429}), Ok(theirs()), None),
        ("PATCH", json!({"status": 503}), Err(Refusal::Stale), Some("theirs")),
        ("DELETE", json!({"status": 503}), Err(Refusal::Stale), Some("theirs")),
        ("PATCH", json!({"drop": "before"}), Err(Refusal::Stale), Some("theirs")),
        ("PATCH", json!({"drop": "after"}), Err(Refusal::Stale), Some("theirs")),
    ] {
        let cloud = CloudMailbox::new();
        let item = cloud.created(Record::Task(a_task()));
        let (first, second, path) = (Rc::clone(&cloud.world), Rc::clone(&cloud.world), cloud.task(&item));
        cloud.world.intervene(TASK_WRITES, move || {
            first.intervene(&[""], move || edit_by_hand(&second, &path));
        });
        cloud.world.faults(json!([{"server": "graph", "method": verb, "path": "tasks/", "then": then}]));
        assert_eq!(applied(&cloud, &item, verb), (told, stands.map(str::to_owned)), "{verb} {then}");
    }
}

#[test]
fn what_the_write_of_a_task_went_over_is_told_though_its_answer_was_lost() {
    let theirs = || Ok(Some("theirs".to_owned()));
    for (verb, is_edited, told, stands) in [
        ("PATCH", true, theirs(), Some("ours")),
        ("DELETE", true, theirs(), None),
        // our own write is not told as lost
        ("PATCH", false, Ok(None), Some("ours")),
        ("DELETE", false, Err(Refusal::Gone), None),
    ] {
        let cloud = CloudMailbox::new();
        let item = cloud.created(Record::Task(a_task()));
        let (world, path) = (Rc::clone(&cloud.world), cloud.task(&item));
        let faults = json!([{"server": "graph", "method": verb, "path": "tasks/", "then": {"drop": "after"}}]);
        cloud.world.intervene(TASK_WRITES, move || {
            if is_edited {
                edit_by_hand(&world, &path);
            }
            world.faults(faults);
        });
        assert_eq!(applied(&cloud, &item, verb), (told, stands.map(str::to_owned)), "{verb} {is_edited}");
    }
}
