//! The Creatio replica writes: creations, changes, removals, participants; conflicts and lost
//! replies; against the sandbox in process.

use crate::support::creatio_setup::{id, observe, post, row, start, switch};
use crate::support::world::World;
use chrono::TimeDelta;
use sandbox::Seed;
use schedule_sync::creatio::Creatio;
use schedule_sync::creatio::client::access::{ServiceSetting, Transport};
use schedule_sync::creatio::client::installation::Installation;
use schedule_sync::error::Result;
use schedule_sync::flat::FlatSet;
use schedule_sync::model::lookup::Lookup;
use schedule_sync::model::op::{Create, Op, Outcome, Refusal, Update, Written};
use schedule_sync::model::{
    Body, ContactId, Facts, Field, Importance, Instant, Item, ItemId, Meeting, Patch, Person, Record, Reminder,
    Response, Role, Side, Status, Task, TaskWhen, When,
};
use schedule_sync::ports::{Clock, Credentials, Http, NoResponse, Replica, Request, Secret};
use serde_json::{Value, json};
use std::{cell::RefCell, rc::Rc};

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn meeting(title: &str) -> Meeting {
    Meeting {
        title: title.to_owned(),
        when: When::Timed { start: at("2026-03-05T10:00:00Z"), end: at("2026-03-05T11:00:00Z") },
        place: "Room 'A' & B".to_owned(),
        body: Body::from_html("<p>one</p><script>x</script><p>two</p>"),
        importance: Importance::High,
        reminder: Reminder::Before(20),
        people: Vec::new(),
        response: Response::InDoubt,
    }
}

fn task() -> Task {
    Task {
        title: "a task".to_owned(),
        when: TaskWhen::Timed { start: at("2026-03-05T10:00:00Z"), due: at("2026-03-06T10:00:00Z") },
        body: Body::from_text("a < b"),
        importance: Importance::Low,
        reminder: Some(at("2026-03-05T08:00:00Z")),
        status: Status::InProgress,
    }
}

fn create(n: u32, record: Record) -> Op {
    Op::Create(Box::new(Create { id: Some(id(n)), container: "activities".into(), record, facts: Facts::default() }))
}

/// A change of `item` that makes its record `record` in `fields`.
fn update(item: &Item, record: &Record, fields: &[Field]) -> Update {
    Update::of(item, Patch { record: record.clone(), fields: fields.iter().copied().collect() })
}

fn delete(item: &Item) -> Op {
    Op::Delete {
        id: item.id.clone(),
        container: item.container.clone(),
        version: item.version.clone(),
        cancels: item.facts.calls_off(),
    }
}

fn apply<P: Http + Clock + Credentials>(creatio: &Creatio<P>, ops: &[Op]) -> Vec<Outcome> {
    pollster::block_on(creatio.apply(ops))
}

/// The one item that an apply wrote.
fn one(creatio: &Creatio<World>, op: Op) -> Item {
    match apply(creatio, &[op]).pop() {
        Some(Ok(Written { item: Some(item), .. })) => *item,
        other => panic!("{other:?}"),
    }
}

fn read(creatio: &Creatio<World>, n: u32) -> Option<Item> {
    let clue = Lookup::Id { id: id(n), container: "activities".into() };
    pollster::block_on(creatio.find(&[clue])).unwrap().remove(0).items.pop()
}

fn by_hand(world: &World, method: &str, path: &str, body: Value) {
    let (status, reply) = world.by_hand(Side::Creatio, method, path, Some(body).filter(|body| !body.is_null()));
    assert!(status < 300, "{reply}");
}

/// A Contact of the sandbox with this name and address.
fn contact(world: &World, name: &str) -> ContactId {
    let address = format!("{name}@fabrikam.example");
    let (status, row) = world.by_hand(Side::Creatio, "POST", "Contact", Some(json!({"Name": name, "Email": address})));
    assert_eq!(status, 201, "{row}");
    row["Id"].as_str().unwrap().into()
}

fn person(contact: &ContactId, name: &str, role: Role, response: Response) -> Person {
    let address = schedule_sync::model::Address::parse(&format!("{name}@fabrikam.example"));
    let addresses = address.into_iter().collect();
    Person { addresses, contact: Some(contact.clone()), name: name.to_owned(), role, response }
}

#[test]
fn what_is_created_is_read_back_the_same() {
    let (world, creatio) = start(Seed::Empty);
    let mut facts = Facts { uid: Some("uid-1".into()), status: Some(Status::Completed), ..Facts::default() };
    for (n, record) in [(1, Record::Meeting(meeting("m"))), (2, Record::Task(task()))] {
        let op =
            Create { id: Some(id(n)), container: "activities".into(), record: record.clone(), facts: facts.clone() };
        let item = one(&creatio, Op::Create(Box::new(op)));
        assert_eq!((&item.id, &item.record), (&id(n), &record));
        assert_eq!(item.facts.uid.as_ref().map(schedule_sync::model::Uid::as_str), Some("uid-1"));
        assert!(item.facts.involves_me && item.facts.owner.as_ref() == Some(&creatio.site().contact));
        if let Record::Meeting(read) = &item.record {
            assert_eq!(item.facts.status, Some(Status::Completed));
            assert_eq!(read.body.html, "<p>one</p><p>two</p>");
        }
        assert_eq!(read(&creatio, n).as_ref(), Some(&item));
        facts.status = None;
    }
    let (_, row) = world.by_hand(Side::Creatio, "GET", &format!("Activity({})", id(1)), None);
    assert_eq!(row["ActivityCategoryId"], "42c74c49-58e6-df11-971b-001d60e938c6");
}

#[test]
fn what_another_device_created_of_what_it_saw_is_not_taken_for_what_was_written() {
    let whole = meeting("m");
    let mut seen = meeting("m");
    seen.body = Body::from_text("as the other one saw it");
    let mut moved = meeting("m");
    moved.place = "elsewhere".to_owned();
    for (there, told) in [(whole, None), (seen, Some(Refusal::Unknown)), (moved, Some(Refusal::Unknown))] {
        let (_, creatio) = start(Seed::Empty);
        one(&creatio, create(1, Record::Meeting(there.clone())));
        let outcome = apply(&creatio, &[create(1, Record::Meeting(meeting("m")))]).remove(0);
        assert_eq!(outcome.err(), told, "{there:?}");
        assert_eq!(read(&creatio, 1).unwrap().record, Record::Meeting(there), "it stays");
    }
}

#[test]
fn what_was_created_and_is_gone_when_it_is_read_back_was_created() {
    let (world, creatio) = start(Seed::Empty);
    let none = json!({"status": 200, "body": {"value": []}});
    world.faults(json!([{"method": "GET", "path": "Activity\\?", "times": 9, "then": none}]));
    let Ok(Written { id: made, item, .. }) = apply(&creatio, &[create(1, Record::Meeting(meeting("m")))]).remove(0)
    else {
        panic!("it is said not to have been created");
    };
    assert_eq!((made, item), (id(1), None));
}

#[test]
fn a_change_writes_its_fields_and_no_others() {
    let (world, creatio) = start(Seed::Empty);
    let item = one(&creatio, create(1, Record::Meeting(meeting("m"))));
    by_hand(
        &world,
        "PATCH",
        &format!("Activity({})", id(1)),
        json!({"DetailedResult": "kept", "Location": "elsewhere"}),
    );
    let mut wanted = meeting("new");
    wanted.when = When::Timed { start: at("2026-03-07T10:00:00Z"), end: at("2026-03-07T10:30:00Z") };
    wanted.importance = Importance::Low;
    // the place was changed meanwhile, but it is not to be written: the change goes on
    let fields = [Field::Title, Field::When, Field::Importance];
    let item = one(&creatio, Op::Update(Box::new(update(&item, &Record::Meeting(wanted.clone()), &fields))));
    wanted.place = "elsewhere".to_owned();
    assert_eq!(item.record, Record::Meeting(wanted));
    let (_, row) = world.by_hand(Side::Creatio, "GET", &format!("Activity({})", id(1)), None);
    assert_eq!(row["DetailedResult"], "kept");
}

#[test]
fn only_uid_or_status_can_be_written() {
    let (_, creatio) = start(Seed::Empty);
    let item = one(&creatio, create(1, Record::Meeting(meeting("m"))));
    let op = Update { uid: Some("u".into()), status: Some(Status::Canceled), ..update(&item, &item.record, &[]) };
    let written = one(&creatio, Op::Update(Box::new(op)));
    assert_eq!((written.record, written.facts.canceled), (item.record.clone(), true));
    // by now another UID stands there: it is not written over, whatever the version
    let item = read(&creatio, 1).unwrap();
    let stale = Update { uid: Some("v".into()), version: "old".into(), ..update(&item, &item.record, &[]) };
    assert_eq!(apply(&creatio, &[Op::Update(Box::new(stale))]), [Err(Refusal::Stale)]);
}

#[test]
fn a_status_is_only_written_over_what_was_seen() {
    let (world, creatio) = start(Seed::Empty);
    let item = one(&creatio, create(1, Record::Meeting(meeting("m"))));
    world.pass(TimeDelta::seconds(1));
    let cancel = |item: &Item| {
        Op::Update(Box::new(Update { status: Some(Status::Canceled), ..update(item, &item.record, &[]) }))
    };
    by_hand(&world, "PATCH", &format!("Activity({})", id(1)), json!({"Location": "a person was here"}));
    assert_eq!(apply(&creatio, &[cancel(&item)]), [Err(Refusal::Stale)]);
    let item = read(&creatio, 1).unwrap();
    assert!(one(&creatio, cancel(&item)).facts.canceled);
}

#[test]
fn what_has_changed_or_gone_is_left_alone() {
    let (world, creatio) = start(Seed::Empty);
    let items: Vec<Item> = (1..=4).map(|n| one(&creatio, create(n, Record::Meeting(meeting("m"))))).collect();
    world.pass(TimeDelta::seconds(1));
    for n in [1, 2] {
        by_hand(&world, "PATCH", &format!("Activity({})", id(n)), json!({"Title": "a person's"}));
    }
    for n in [3, 4] {
        by_hand(&world, "DELETE", &format!("Activity({})", id(n)), Value::Null);
    }
    let title = |n: usize| Op::Update(Box::new(update(&items[n], &Record::Meeting(meeting("ours")), &[Field::Title])));
    let before = world.log(0).len();
    let outcomes = apply(&creatio, &[title(0), delete(&items[1]), title(2), delete(&items[3])]);
    assert_eq!(outcomes, [Err(Refusal::Stale), Err(Refusal::Stale), Err(Refusal::Gone), Err(Refusal::Gone)]);
    let wrote = |line: &String| line.starts_with("PATCH") || line.starts_with("DELETE");
    assert!(!world.log(before).iter().any(wrote));
    assert_eq!(observe(&creatio, None).items.len(), 2);
}

#[test]
fn what_goes_in_the_very_moment_is_gone() {
    for (method, told) in [("PATCH", Err(Refusal::Gone)), ("DELETE", Ok(()))] {
        let (world, creatio) = start(Seed::Empty);
        let item = one(&creatio, create(1, Record::Meeting(meeting("m"))));
        world.faults(json!([{"method": method, "then": {"status": 404}}]));
        let change = Op::Update(Box::new(update(&item, &Record::Meeting(meeting("new")), &[Field::Title])));
        let op = if method == "PATCH" { change } else { delete(&item) };
        assert_eq!(apply(&creatio, &[op]).remove(0).map(|_| ()), told, "{method}");
    }
}

#[test]
fn removals() {
    let (_, creatio) = start(Seed::Empty);
    let item = one(&creatio, create(1, Record::Task(task())));
    let outcomes = apply(&creatio, &[delete(&item)]);
    assert!(matches!(outcomes.as_slice(), [Ok(Written { item: None, .. })]), "{outcomes:?}");
    assert_eq!(read(&creatio, 1), None);
}

#[test]
fn participants_become_what_the_record_says() {
    let (world, creatio) = start(Seed::Empty);
    let (anna, boris) = (contact(&world, "anna"), contact(&world, "boris"));
    let mut wanted = meeting("m");
    wanted.people = vec![person(&anna, "anna", Role::Required, Response::Confirmed)];
    wanted.response = Response::Confirmed;
    let item = one(&creatio, create(1, Record::Meeting(wanted.clone())));
    assert_eq!(item.record, Record::Meeting(wanted.clone()));
    for (people, response) in [
        (vec![person(&anna, "anna", Role::Optional, Response::Declined)], Response::Confirmed),
        (
            vec![
                person(&anna, "anna", Role::Optional, Response::Declined),
                person(&boris, "boris", Role::Required, Response::InDoubt),
            ],
            Response::Declined,
        ),
        (vec![person(&boris, "boris", Role::Required, Response::InDoubt)], Response::InDoubt),
        (vec![], Response::InDoubt),
    ] {
        let item = read(&creatio, 1).unwrap();
        (wanted.people, wanted.response) = (people, response);
        let op = update(&item, &Record::Meeting(wanted.clone()), &[Field::People, Field::Response]);
        assert_eq!(one(&creatio, Op::Update(Box::new(op))).record, Record::Meeting(wanted.clone()));
    }
    let (_, rows) =
        world.by_hand(Side::Creatio, "GET", &format!("ActivityParticipant?$filter=Activity/Id%20eq%20{}", id(1)), None);
    assert_eq!(rows["value"].as_array().unwrap().len(), 1); // the Owner
}

#[test]
fn the_answer_to_somebody_elses_meeting_joins_it() {
    let (world, creatio) = start(Seed::Empty);
    let anna = contact(&world, "anna");
    let mut foreign = row(1, "hers", 5);
    foreign["OwnerId"] = json!(anna);
    post(&world, foreign);
    let item = read(&creatio, 1).unwrap();
    assert!(!item.facts.involves_me);
    let Record::Meeting(mut wanted) = item.record.clone() else { panic!("{item:?}") };
    wanted.response = Response::Declined;
    let op = update(&item, &Record::Meeting(wanted.clone()), &[Field::Response]);
    let item = one(&creatio, Op::Update(Box::new(op)));
    assert_eq!((item.record, item.facts.involves_me, item.facts.owner), (Record::Meeting(wanted), true, Some(anna)));
}

#[test]
fn neither_the_user_nor_the_owner_is_written_as_a_participant() {
    let (world, creatio) = start(Seed::Empty);
    let (anna, boris) = (contact(&world, "anna"), contact(&world, "boris"));
    let mut foreign = row(1, "hers", 5);
    foreign["OwnerId"] = json!(anna);
    post(&world, foreign);
    let item = read(&creatio, 1).unwrap();
    let Record::Meeting(mut wanted) = item.record.clone() else { panic!("{item:?}") };
    let required = |contact: &ContactId, name| person(contact, name, Role::Required, Response::Confirmed);
    let me = creatio.site().contact.clone();
    wanted.people = vec![required(&anna, "anna"), required(&me, "me"), required(&boris, "boris")];
    let op = update(&item, &Record::Meeting(wanted.clone()), &[Field::People]);
    let before = world.log(0).len();
    let item = one(&creatio, Op::Update(Box::new(op)));
    wanted.people = vec![required(&boris, "boris")];
    assert_eq!((item.record, item.facts.involves_me), (Record::Meeting(wanted), false));
    assert!(!world.log(before).iter().any(|line| line.starts_with("PATCH")));
}

#[test]
fn a_lost_reply_leaves_exactly_one_and_is_told_truly() {
    let lost = |method: &str, path: &str, when: &str, times: u32| json!([{"method": method, "path": path, "times": times, "then": {"drop": when}}]);
    for (what, faults, create_is) in [
        ("the part's reply, once", lost("POST", "/Activity$", "after", 1), Ok(())),
        ("the part's reply, always", lost("POST", "/Activity$", "after", 99), Ok(())),
        ("the part never arrives", lost("POST", "/Activity$", "before", 99), Err(Refusal::NotSent)),
        ("the whole batch's reply, once", lost("POST", "batch", "after", 1), Ok(())),
        ("the server is gone", lost("POST", "batch", "after", 5), Ok(())),
        ("everything is gone", lost("POST", "batch", "before", 99), Err(Refusal::Unknown)),
    ] {
        let (world, creatio) = start(Seed::Empty);
        world.faults(faults);
        let outcomes = apply(&creatio, &[create(1, Record::Meeting(meeting("m")))]);
        let told = outcomes.into_iter().map(|outcome| outcome.map(|_| ())).collect::<Vec<_>>();
        assert_eq!(told.first(), Some(&create_is), "{what}");
        world.faults(json!([]));
        assert_eq!(read(&creatio, 1).is_some(), create_is.is_ok(), "{what}");
    }
}

#[test]
fn a_lost_reply_of_a_change_or_removal_is_settled_by_reading() {
    for (method, when, title, rest) in
        [("PATCH", "after", Ok(()), "new"), ("PATCH", "before", Err(Refusal::Unknown), "m")]
    {
        let (world, creatio) = start(Seed::Empty);
        let item = one(&creatio, create(1, Record::Meeting(meeting("m"))));
        world.faults(json!([{"method": method, "times": 99, "then": {"drop": when}}]));
        let op = update(&item, &Record::Meeting(meeting("new")), &[Field::Title]);
        let told = apply(&creatio, &[Op::Update(Box::new(op))]).remove(0).map(|_| ());
        assert_eq!((told, read(&creatio, 1).unwrap().record.title()), (title, rest), "{method} {when}");
    }
    for (when, told) in [("after", Ok(())), ("before", Err(Refusal::NotSent))] {
        let (world, creatio) = start(Seed::Empty);
        let item = one(&creatio, create(1, Record::Meeting(meeting("m"))));
        world.faults(json!([{"method": "DELETE", "times": 99, "then": {"drop": when}}]));
        assert_eq!(apply(&creatio, &[delete(&item)]).remove(0).map(|_| ()), told, "{when}");
        assert_eq!(read(&creatio, 1).is_none(), told.is_ok(), "{when}");
    }
}

#[test]
fn one_bad_write_costs_only_itself() {
    let (world, creatio) = start(Seed::Empty);
    post(&world, row(2, "somebody else's", 9));
    let long = "x".repeat(501);
    let days = Meeting {
        when: When::AllDay {
            first: at("2026-03-05T00:00:00Z").date_naive(),
            end: at("2026-03-06T00:00:00Z").date_naive(),
        },
        ..meeting("days")
    };
    let ops = [
        create(1, Record::Meeting(meeting("good"))),
        create(2, Record::Meeting(meeting("taken id"))),
        create(3, Record::Meeting(meeting(&long))),
        create(4, Record::Meeting(days)),
        create(5, Record::Meeting(meeting("good too"))),
    ];
    let before = world.requests();
    let told: Vec<_> = apply(&creatio, &ops).into_iter().map(|outcome| outcome.map(|written| written.id)).collect();
    // the very first question, the writes, the refused ones once more, the reading
    assert_eq!(world.requests() - before, 4);
    // no text of the database is told, but a word for it
    let rejected = |n: usize, part: &str| matches!(&told[n], Err(Refusal::Rejected(reason)) if reason.contains(part));
    assert_eq!((&told[0], &told[4]), (&Ok(id(1)), &Ok(id(5))));
    assert!(rejected(1, "CreatioTaken") && rejected(2, "CreatioTooLong") && rejected(3, "days"), "{told:?}");
    assert_eq!(read(&creatio, 2).unwrap().record.title(), "somebody else's");
}

#[test]
fn signed_out_in_the_middle_nothing_is_claimed() {
    let (world, creatio) = start(Seed::Empty);
    let item = one(&creatio, create(1, Record::Meeting(meeting("m"))));
    world.faults(json!([{"times": 99, "then": {"status": 401}}]));
    let op = update(&item, &Record::Meeting(meeting("new")), &[Field::Title]);
    let outcomes =
        apply(&creatio, &[create(2, Record::Meeting(meeting("n"))), Op::Update(Box::new(op)), delete(&item)]);
    assert_eq!(outcomes, [Err(Refusal::NotSent), Err(Refusal::NotSent), Err(Refusal::NotSent)]);
}

#[test]
fn a_thousand_creations_cost_tens_of_requests() {
    let (world, creatio) = start(Seed::Empty);
    let anna = contact(&world, "anna");
    let mut wanted = meeting("m");
    wanted.people = vec![person(&anna, "anna", Role::Required, Response::InDoubt)];
    let ops: Vec<Op> = (0..1_000).map(|n| create(n, Record::Meeting(wanted.clone()))).collect();
    let before = world.requests();
    let outcomes = apply(&creatio, &ops);
    assert!(outcomes.iter().all(Result::is_ok));
    let cost = world.requests() - before;
    assert!(cost <= 40, "{cost} requests");
}

/// What somebody does.
type Act = Box<dyn FnOnce(&World)>;

/// A world in which somebody acts just before a request that holds `PATCH` is sent.
struct InterruptedLine {
    world: Rc<World>,
    act: RefCell<Option<Act>>,
}

impl Http for InterruptedLine {
    async fn send(&self, request: Request) -> Result<schedule_sync::ports::HttpResponse, NoResponse> {
        if String::from_utf8_lossy(request.body()).contains("PATCH")
            && let Some(act) = self.act.take()
        {
            act(&self.world);
        }
        self.world.send(request).await
    }
}

impl Clock for InterruptedLine {
    fn now(&self) -> Instant {
        self.world.now()
    }
    async fn sleep(&self, ms: u64) {
        self.world.sleep(ms).await;
    }
}

impl Credentials for InterruptedLine {
    async fn headers(&self, side: Side, renew: bool) -> Result<Vec<(String, Secret)>> {
        self.world.headers(side, renew).await
    }
}

#[test]
fn an_upserts_ghost_is_laid() {
    let (world, creatio) = start(Seed::Empty);
    let item = one(&creatio, create(1, Record::Meeting(meeting("m"))));
    let act: Act = Box::new(|world| {
        world.pass(TimeDelta::seconds(5));
        by_hand(world, "DELETE", &format!("Activity({})", id(1)), Value::Null);
    });
    let interrupted = Rc::new(InterruptedLine { world: Rc::clone(&world), act: RefCell::new(Some(act)) });
    let other = Creatio::new(interrupted, creatio.site().clone());
    let op = update(&item, &Record::Meeting(meeting("new")), &[Field::Title]);
    assert_eq!(apply(&other, &[Op::Update(Box::new(op))]), [Err(Refusal::Gone)]);
    let there: FlatSet<ItemId> = observe(&creatio, None).items.into_iter().map(|item| item.id).collect();
    assert_eq!(there, FlatSet::new());
}

/// An installation whose DataService the user may not use, with one Activity: a write that depends
/// on what was seen has no way but OData.
fn start_by_odata_alone() -> (Rc<World>, Creatio<World>, Item) {
    let (world, creatio) = start(Seed::Empty);
    switch(&world, json!({"dataservice": "forbidden"}));
    let item = one(&creatio, create(1, Record::Meeting(meeting("m"))));
    (world, creatio, item)
}

/// Somebody removes the Activity.
fn remove(world: &World) {
    world.pass(TimeDelta::seconds(5));
    by_hand(world, "DELETE", &format!("Activity({})", id(1)), Value::Null);
}

#[test]
fn what_somebody_writes_into_an_upserts_ghost_is_told() {
    let (world, creatio, item) = start_by_odata_alone();
    let (first, second) = (Rc::clone(&world), Rc::clone(&world));
    world.intervene(&["\"PATCH\""], move || {
        remove(&first);
        first.intervene(&["\"DELETE\""], move || save_as_a_colleague(&second));
    });
    assert_eq!(applied(&creatio, by_verb("PATCH", &item)), (Ok(Some("a colleague's".to_owned())), None));
}

#[test]
fn what_another_device_made_anew_is_no_upserts_ghost() {
    let (world, creatio, item) = start_by_odata_alone();
    let (other, again) = (Rc::clone(&world), Creatio::new(Rc::clone(&world), creatio.site().clone()));
    world.intervene(&["\"PATCH\""], move || {
        remove(&other);
        one(&again, create(1, Record::Meeting(meeting("theirs"))));
        other.pass(TimeDelta::seconds(1));
    });
    let told = (Ok(Some("theirs".to_owned())), Some("ours".to_owned()));
    assert_eq!(applied(&creatio, by_verb("PATCH", &item)), told);
}

/// A colleague saves the Activity with another title.
fn save_as_a_colleague(world: &World) {
    world.pass(TimeDelta::seconds(5));
    let sandbox = &mut *world.sandbox.borrow_mut();
    let (id, row) = (uuid::Uuid::parse_str(id(1).as_str()).unwrap(), json!({"Title": "a colleague's"}));
    sandbox.creatio.save_row(("Activity", id), &row, &sandbox.environment).unwrap();
}

/// The update or removal of `item`, by the verb that OData has for it.
fn by_verb(verb: &str, item: &Item) -> Op {
    if verb == "PATCH" {
        Op::Update(Box::new(update(item, &Record::Meeting(meeting("ours")), &[Field::Title])))
    } else {
        delete(item)
    }
}

/// What an apply of `op` tells to be lost, and the title that stands then.
fn applied(creatio: &Creatio<World>, op: Op) -> (std::result::Result<Option<String>, Refusal>, Option<String>) {
    let lost = |written: Written| written.replaced.map(|record| record.title().to_owned());
    let told = apply(creatio, &[op]).remove(0).map(lost);
    (told, read(creatio, 1).map(|item| item.record.title().to_owned()))
}

#[test]
fn what_is_saved_while_a_write_waits_to_be_sent_again_is_told_or_stays() {
    let (lost, none) = (|| Ok(Some("a colleague's".to_owned())), |refusal| Err(refusal));
    for (verb, then, told, stands) in [
        // surely not carried out: once more, with a look of its own
        ("PATCH", json!({"status": 429}), lost(), Some("ours")),
        ("PATCH", json!({"status": 401}), lost(), Some("ours")),
        ("DELETE", json!({"status": 429}), lost(), None),
        // it may have been carried out: the next look would show our own write
        ("PATCH", json!({"status": 503}), none(Refusal::Unknown), Some("a colleague's")),
        ("PATCH", json!({"status": 504}), none(Refusal::Unknown), Some("a colleague's")),
        ("DELETE", json!({"status": 503}), none(Refusal::NotSent), Some("a colleague's")),
        ("PATCH", json!({"drop": "before"}), none(Refusal::Unknown), Some("a colleague's")),
        ("PATCH", json!({"drop": "after"}), none(Refusal::Unknown), Some("a colleague's")),
        ("DELETE", json!({"drop": "before"}), none(Refusal::NotSent), Some("a colleague's")),
    ] {
        let what = format!("{verb} {then}");
        let (world, creatio, item) = start_by_odata_alone();
        world.faults(json!([{"server": "creatio", "method": verb, "path": "/odata/Activity", "then": then}]));
        let (first, second) = (Rc::clone(&world), Rc::clone(&world));
        world.intervene(&["\"PATCH\"", "\"DELETE\""], move || {
            first.intervene(&[""], move || save_as_a_colleague(&second));
        });
        assert_eq!(applied(&creatio, by_verb(verb, &item)), (told, stands.map(str::to_owned)), "{what}");
    }
}

#[test]
fn what_a_write_went_over_is_told_though_its_answer_was_lost() {
    for (verb, stands) in [("PATCH", Some("ours")), ("DELETE", None)] {
        let (world, creatio, item) = start_by_odata_alone();
        world.faults(json!([{"method": verb, "path": "/odata/Activity", "then": {"drop": "after"}}]));
        let other = Rc::clone(&world);
        world.intervene(&["\"PATCH\"", "\"DELETE\""], move || save_as_a_colleague(&other));
        let told = Ok(Some("a colleague's".to_owned()));
        assert_eq!(applied(&creatio, by_verb(verb, &item)), (told, stands.map(str::to_owned)), "{verb}");
    }
}

#[test]
fn our_own_write_is_not_told_as_lost_where_the_look_before_it_failed() {
    let (world, creatio, item) = start_by_odata_alone();
    world.faults(json!([{"method": "GET", "path": "/odata/Activity\\(", "then": {"status": 429}}]));
    assert_eq!(applied(&creatio, by_verb("PATCH", &item)), (Ok(None), Some("ours".to_owned())));
}

#[test]
fn a_write_whose_batch_can_not_be_read_is_not_sent_again_without_its_look() {
    let (world, creatio, item) = start_by_odata_alone();
    let (first, second) = (Rc::clone(&world), Rc::clone(&world));
    world.intervene(&["\"DELETE\""], move || {
        let broken = json!({"status": 200, "body": "{\"responses\": ["});
        first.faults(json!([{"method": "POST", "path": "batch$", "then": broken}]));
        first.intervene(&["\"DELETE\""], move || save_as_a_colleague(&second));
    });
    assert_eq!(applied(&creatio, by_verb("DELETE", &item)), (Err(Refusal::NotSent), Some("m".to_owned())));
}

#[test]
fn what_a_service_that_compares_stamps_otherwise_writes_over_is_told() {
    for (verb, stands) in [("PATCH", Some("ours")), ("DELETE", None)] {
        for waits in [false, true] {
            let (world, creatio) = start(Seed::Empty);
            let installation = Rc::new(Installation::default());
            let connection = ServiceSetting { transport: Some(Transport::DataService), conditional: Some(false) };
            installation.access.direct(connection);
            let creatio = creatio.with_installation(installation);
            let item = one(&creatio, create(1, Record::Meeting(meeting("m"))));
            let (first, second) = (Rc::clone(&world), Rc::clone(&world));
            let save = move || save_as_a_colleague(&second);
            world.intervene(&["UpdateQuery", "DeleteQuery"], move || {
                if waits {
                    first.faults(json!([{"path": "Query$", "then": {"status": 429}}]));
                    first.intervene(&[""], save);
                } else {
                    save();
                }
            });
            let told = Ok(Some("a colleague's".to_owned()));
            assert_eq!(applied(&creatio, by_verb(verb, &item)), (told, stands.map(str::to_owned)), "{verb} {waits}");
            // nor is our own write told as lost where its reply was
            let item = one(&creatio, create(2, Record::Meeting(meeting("m"))));
            let lost = Rc::clone(&world);
            world.intervene(&["UpdateQuery", "DeleteQuery"], move || {
                lost.faults(json!([{"path": "Query$", "then": {"drop": "after"}}]));
            });
            let told = apply(&creatio, &[by_verb(verb, &item)]).remove(0);
            assert_eq!(told.map(|written| written.replaced), Ok(None), "{verb}");
        }
    }
}
