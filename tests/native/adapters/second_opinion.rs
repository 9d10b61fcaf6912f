//! A second, independent opinion: our OData client against a server that nobody here wrote
//! (`tests/second_opinion/server.mjs`). It holds what the sandbox holds, by the sandbox's own
//! `$metadata`; both must tell the client the same. Skipped, loudly, where the npm packages are not
//! installed.

#![allow(clippy::print_stdout)] // a skipped test says so

use crate::support::creatio_setup::scope;
use crate::support::world::{CREATIO, World};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE};
use sandbox::Seed;
use schedule_sync::creatio::{ACTIVITIES, Creatio, Site};
use schedule_sync::error::Result;
use schedule_sync::flat::FlatMap;
use schedule_sync::model::lookup::Lookup;
use schedule_sync::model::op::{Create, Op, Outcome, Refusal, Update};
use schedule_sync::model::time::Fixed;
use schedule_sync::model::{Address, Facts, Field, Instant, Item, ItemId, Patch, Record, Side, Version};
use schedule_sync::ports::{Clock, Credentials, Directory, Http, HttpResponse, NoResponse, Replica, Request, Secret};
use serde_json::{Value, json};
use std::{
    cell::Cell,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    rc::Rc,
    sync::atomic::{AtomicUsize, Ordering},
};

const NOW: &str = "2026-03-02T09:00:00Z";
/// The other server, running.
struct Other {
    process: Child,
    port: u16,
    folder: PathBuf,
    /// Requests sent to it.
    sent: Cell<usize>,
}

impl Other {
    /// A server with the rows that `world` holds, the rows of `more` activities added; `None` where
    /// its packages are not installed.
    fn start(world: &World, more: &[Value]) -> Option<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        if !root.join("node_modules/@sap-ux/fe-mockserver-core").is_dir() {
            println!(
                "SKIPPED: no node_modules/@sap-ux/fe-mockserver-core here (npm ci), so no second opinion was heard"
            );
            return None;
        }
        static NTH: AtomicUsize = AtomicUsize::new(0);
        let nth = NTH.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("schedule-sync-opinion-{}-{nth}", std::process::id()));
        std::fs::create_dir_all(folder.join("data")).unwrap();
        let request = http::Request::get(format!("{CREATIO}/$metadata"));
        let metadata = pollster::block_on(world.send(request.body(Vec::new()).unwrap())).unwrap();
        std::fs::write(folder.join("metadata.xml"), metadata.body()).unwrap();
        let (_, sets) = world.by_hand(Side::Creatio, "GET", "", None);
        for set in sets["value"].as_array().unwrap().iter().map(|set| set["name"].as_str().unwrap()) {
            let (_, body) = world.by_hand(Side::Creatio, "GET", set, None);
            let mut rows = body["value"].as_array().unwrap().clone();
            rows.extend(more.iter().filter(|_| set == "Activity").cloned());
            std::fs::write(folder.join("data").join(format!("{set}.json")), json!(rows).to_string()).unwrap();
        }
        let script = root.join("tests/second_opinion/server.mjs");
        let mut node = Command::new("node");
        node.arg(script).arg(&folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = node.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("it did not start: {line:?}"));
        Some(Self { process, port, folder, sent: Cell::new(0) })
    }

    /// The client for it, in the name of the user of `world`.
    fn client(self: &Rc<Self>, contact: &str) -> Creatio<Self> {
        Creatio::new(Rc::clone(self), site(&format!("http://127.0.0.1:{}/0", self.port), contact))
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

impl Http for Other {
    async fn send(&self, request: Request) -> Result<HttpResponse, NoResponse> {
        self.sent.set(self.sent.get() + 1);
        let (parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().unwrap();
        let mut text = format!("{} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n", parts.method);
        for (name, value) in &parts.headers {
            text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
        }
        text.push_str(&format!("{CONTENT_LENGTH}: {}\r\n\r\n", body.len()));
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).map_err(|_| NoResponse)?;
        stream.write_all(&[text.as_bytes(), &body].concat()).map_err(|_| NoResponse)?;
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).map_err(|_| NoResponse)?;
        let end = reply.windows(4).position(|four| four == b"\r\n\r\n").ok_or(NoResponse)?;
        let head = String::from_utf8_lossy(&reply[..end]).into_owned();
        let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
        let kind = head.lines().find_map(|line| line.strip_prefix("Content-Type: ")).unwrap_or_default().to_owned();
        let now: Instant = NOW.parse().unwrap();
        let response =
            http::Response::builder().status(status).header(CONTENT_TYPE, kind).header(DATE, now.to_rfc2822());
        response.body(reply[end + 4..].to_vec()).map_err(|_| NoResponse)
    }
}

impl Clock for Other {
    fn now(&self) -> Instant {
        NOW.parse().unwrap()
    }

    async fn sleep(&self, _ms: u64) {}
}

impl Credentials for Other {
    async fn headers(&self, _side: Side, _renew: bool) -> Result<Vec<(String, Secret)>> {
        Ok(Vec::new())
    }
}

fn site(base: &str, contact: &str) -> Site {
    Site { base: base.to_owned(), id: "site".into(), contact: contact.into(), zone: Rc::new(Fixed::utc()) }
}

/// Both have the same items.
fn same(ours: &[Item], theirs: &[Item]) {
    let theirs = by_id(theirs.to_vec());
    for item in ours {
        assert_eq!(Some(item), theirs.get(&item.id));
    }
    let more: Vec<&Item> = theirs.values().filter(|item| !ours.iter().any(|own| own.id == item.id)).collect();
    assert!(more.is_empty(), "{more:?}");
}

/// The items by id.
fn by_id(items: Vec<Item>) -> FlatMap<ItemId, Item> {
    items.into_iter().map(|item| (item.id.clone(), item)).collect()
}

#[test]
fn both_servers_tell_the_same_month() {
    let world = Rc::new(World::new(Seed::Demo, NOW));
    // of a filter over two lookups with alternatives of one of them that server selects nothing:
    // nobody has a second address here
    let (_, second) =
        world.by_hand(Side::Creatio, "GET", "ContactCommunication?$filter=contains(Number,'@corp.')", None);
    for row in second["value"].as_array().unwrap() {
        let path = format!("ContactCommunication({})", row["Id"].as_str().unwrap());
        assert_eq!(world.by_hand(Side::Creatio, "DELETE", &path, None).0, 204);
    }
    let contact = world.contact();
    let Some(other) = Other::start(&world, &[]).map(Rc::new) else { return };
    let base = CREATIO.trim_end_matches("/odata");
    let (ours, theirs) = (Creatio::new(Rc::clone(&world), site(base, &contact)), other.client(&contact));
    let one = pollster::block_on(ours.observe(&scope(), None)).unwrap();
    let two = pollster::block_on(theirs.observe(&scope(), None)).unwrap();
    assert!(one.items.len() > 20 && two.cursor.is_some());
    same(&one.items, &two.items);
    assert_eq!((one.malformed, one.complete), (two.malformed, two.complete));
    // a delta with nothing in it
    let quiet = pollster::block_on(theirs.observe(&scope(), two.cursor.as_ref())).unwrap();
    assert_eq!((quiet.items.len(), quiet.complete.len()), (0, 0));

    let clues: Vec<Lookup> = one.items.iter().map(|item| Lookup::Mark(item.id.clone())).collect();
    let found =
        |found: Vec<schedule_sync::model::lookup::Found>| by_id(found.into_iter().flat_map(|one| one.items).collect());
    let told = found(pollster::block_on(theirs.find(&clues)).unwrap());
    assert_eq!(told, found(pollster::block_on(ours.find(&clues)).unwrap()));
    let nobody = Lookup::Mark(ItemId::new("99999999-9999-4999-8999-999999999999"));
    assert!(pollster::block_on(theirs.find(&[nobody])).unwrap()[0].is_absent());

    let (_, contacts) = world.by_hand(Side::Creatio, "GET", "Contact?$select=Email", None);
    let emails = contacts["value"].as_array().unwrap().iter().filter_map(|row| Address::parse(row["Email"].as_str()?));
    let emails: Vec<Address> = emails.collect();
    assert!(emails.len() > 3);
    let (a, b) = (pollster::block_on(theirs.people(&emails)), pollster::block_on(ours.people(&emails)));
    assert_eq!(a, b);
    assert_eq!(pollster::block_on(theirs.accounts()), pollster::block_on(ours.accounts()));
}

/// Pages, filters of dynamic groups, and writes.
#[test]
fn the_other_server_pages_and_takes_writes() {
    let world = Rc::new(World::new(Seed::Empty, NOW));
    let contact = world.contact();
    let many: Vec<Value> = (1..=450_u32).map(|n| activity(n, &contact)).collect();
    let Some(other) = Other::start(&world, &many).map(Rc::new) else { return };
    let creatio = other.client(&contact);
    let listing = pollster::block_on(creatio.observe(&scope(), None)).unwrap();
    assert_eq!((listing.items.len(), listing.malformed.len()), (450, 0));

    let mut record = listing.items[0].record.clone();
    let Record::Meeting(meeting) = &mut record else { panic!("{record:?}") };
    meeting.title = "Made here".to_owned();
    let (place, new) = (schedule_sync::model::ContainerId::from(ACTIVITIES), id(999));
    let create =
        Create { id: Some(new.clone()), container: place.clone(), record: record.clone(), facts: Facts::default() };
    let written = one(&creatio, Op::Create(Box::new(create))).unwrap();
    assert_eq!(written.id, new);
    let there =
        |id: &ItemId| pollster::block_on(creatio.find(&[Lookup::Mark(id.clone())])).unwrap().remove(0).items.pop();
    let made = there(&new).unwrap();
    assert_eq!(made.record.title(), "Made here");

    let mut changed = made.record.clone();
    let Record::Meeting(meeting) = &mut changed else { panic!("{changed:?}") };
    meeting.title = "Changed here".to_owned();
    let patch = Patch { record: changed, fields: [Field::Title].into() };
    let update = Update { id: new.clone(), container: place.clone(), ..Update::of(&made, patch) };
    let written = one(&creatio, Op::Update(Box::new(update))).unwrap();
    assert_eq!(there(&new).unwrap().record.title(), "Changed here");

    let delete = |version: &Version| Op::Delete {
        id: new.clone(),
        container: place.clone(),
        version: version.clone(),
        cancels: false,
    };
    assert_eq!(one(&creatio, delete(&Version::new("another"))), Err(Refusal::Stale));
    assert!(one(&creatio, delete(&written.version)).is_ok());
    assert_eq!(there(&new), None);
}

fn one(creatio: &Creatio<Other>, op: Op) -> Outcome {
    pollster::block_on(creatio.apply(&[op])).remove(0)
}

fn id(n: u32) -> ItemId {
    ItemId::new(format!("aaaaaaaa-0000-4000-8000-{n:012}"))
}

/// A meeting with every column that the client reads.
fn activity(n: u32, contact: &str) -> Value {
    json!({"Id": id(n), "Title": format!("Meeting {n}"), "StartDate": "2026-03-05T10:00:00Z", "DueDate": "2026-03-05T11:00:00Z",
        "ShowInScheduler": true, "Notes": "", "Location": "", "TypeId": "fbe0acdc-cfc0-df11-b00f-001d60e938c6",
        "StatusId": "384d4b84-58e6-df11-971b-001d60e938c6", "PriorityId": "ab96fa02-7fe6-df11-971b-001d60e938c6",
        "OwnerId": contact, "AuthorId": contact, "RemindToOwner": false, "GlobalActivityID": "", "AllowedResult": "",
        "CreatedOn": "2026-03-01T09:00:00Z", "ModifiedOn": format!("2026-03-01T09:{:02}:{:02}Z", n / 60, n % 60)})
}

/// What stored filters are translated to (`creatio::filters`) selects the same there.
#[test]
fn both_servers_understand_the_filters_alike() {
    let world = Rc::new(World::new(Seed::Demo, NOW));
    let contact = world.contact();
    let Some(other) = Other::start(&world, &[]).map(Rc::new) else { return };
    let completed = "4bdbb88f-58e6-df11-971b-001d60e938c6";
    let mut telling = 0;
    for filter in [
        format!("Owner/Id eq {contact} and Status/Id ne null and Status/Id ne {completed}"),
        format!("Status/Id eq {completed} or Status/Id eq 394d4b84-58e6-df11-971b-001d60e938c6"),
        "StartDate ge 2026-03-01T21:00:00Z and StartDate lt 2026-03-08T21:00:00Z".to_owned(),
        "StartDate lt 2026-03-01T21:00:00Z or StartDate ge 2026-03-08T21:00:00Z".to_owned(),
        "(contains(Title,'о') or startswith(Title,'C')) and ShowInScheduler eq true".to_owned(),
        "not contains(Title,'о')".to_owned(),
        // that server knows `not` only bare, and lets it reach to the end: ours stands in
        // parentheses where something follows
        "endswith(Title,'в') and not startswith(Title,'C')".to_owned(),
        "Title ne 'Audit' and ShowInScheduler eq false".to_owned(),
        "DurationInMinutes ge 30 and DurationInMinutes le 60".to_owned(),
        "Status/Finish eq true".to_owned(),
        "Contact/Id ne null and not contains(Contact/Email,'x@x')".to_owned(),
    ] {
        let path = schedule_sync::http::odata::address("Activity", &[("$select", "Id"), ("$filter", &filter)]);
        let (_, ours) = world.by_hand(Side::Creatio, "GET", &path, None);
        let request = http::Request::get(format!("http://127.0.0.1:{}/0/odata/{path}", other.port));
        let theirs = pollster::block_on(other.send(request.body(Vec::new()).unwrap())).unwrap();
        assert_eq!(theirs.status(), 200, "{filter}");
        let theirs: Value = serde_json::from_slice(theirs.body()).unwrap();
        let ids = |body: &Value| {
            let rows = body["value"].as_array().unwrap();
            rows.iter().map(|row| row["Id"].to_string()).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(ids(&ours), ids(&theirs), "{filter}");
        telling += usize::from(!ids(&ours).is_empty());
    }
    assert!(telling > 7, "{telling}");
}
