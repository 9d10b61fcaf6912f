//! Real input: every example of Microsoft's documentation. What it shows of a reply goes through
//! the readers, and becomes content, a series, a tombstone, or malformed with a reason; the counts
//! are printed. What it shows of a request is `requests`'.
#![allow(clippy::print_stdout)] // counts and skips are to be seen

mod requests;

use crate::support::graph_setup::{Known, NOW, mailbox};
use crate::support::world::World;
use chrono_tz::Tz;
use pollster::block_on;
use requests::{BOTH, shape};
use sandbox::Seed;
use schedule_sync::flat::FlatMap;
use schedule_sync::graph::map::{self, GraphReading};
use schedule_sync::graph::{Graph, GraphMailbox};
use schedule_sync::http::odata;
use schedule_sync::model::Kind;
use serde_json::{Value, json};
use std::path::Path;
use std::rc::Rc;

/// One example: its file's name and what it holds.
type Example = (String, Value);

/// Microsoft's examples, in order; none, said aloud, where they are not.
fn examples() -> Vec<Example> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/graph/examples");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("SKIPPED: no {} here, so Microsoft's examples were not used", folder.display());
        return Vec::new();
    };
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != "index.json").collect();
    names.sort();
    let example = |name: &String| serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap();
    names.iter().map(|name| (name.clone(), example(name))).collect()
}

/// What of a reply the product has a use for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    Item(Kind),
    Container(Kind),
    /// A linked resource of a task.
    Link,
    User,
    Error,
}

/// What a body is, told by members that only its kind has.
fn used(row: &Value) -> Option<Use> {
    let has = |names: &[&str]| names.iter().any(|name| row.get(name).is_some());
    Some(if has(&["error"]) {
        Use::Error
    } else if has(&["wellknownListName"]) {
        Use::Container(Kind::Task)
    } else if has(&["canEdit"]) {
        Use::Container(Kind::Meeting)
    } else if has(&["externalId"]) {
        Use::Link
    } else if has(&["userPrincipalName"]) {
        Use::User
    } else if has(&["bodyLastModifiedDateTime", "dueDateTime"]) || (has(&["status"]) && has(&["title"])) {
        Use::Item(Kind::Task)
    } else if has(&["start", "iCalUId", "isOrganizer", "seriesMasterId", "isOnlineMeeting", "@removed"]) {
        Use::Item(Kind::Meeting)
    } else {
        return None;
    })
}

/// The rows of a reply's body; of a batch, of all its parts.
fn rows(body: &Value) -> Vec<Value> {
    if let Some(parts) = body.get("responses").and_then(Value::as_array) {
        return parts.iter().filter_map(|part| part.get("body")).flat_map(rows).collect();
    }
    match body.get("value") {
        Some(Value::Array(rows)) => rows.clone(),
        // the documentation puts one row there too
        Some(row) if row.is_object() => vec![row.clone()],
        Some(_) | None => vec![body.clone()],
    }
}

/// How often what came out.
#[derive(Default)]
struct Counts {
    words: FlatMap<&'static str, usize>,
    reasons: FlatMap<String, usize>,
}

impl Counts {
    fn one(&mut self, word: &'static str) {
        *self.words.entry(word).or_default() += 1;
    }

    fn item(&mut self, name: &str, kind: Kind, item: &Value) {
        // the documentation's mailboxes are in Seattle
        let mailbox =
            GraphMailbox { zone: Rc::new(Known(Tz::America__Los_Angeles, "Pacific Standard Time")), ..mailbox() };
        match map::read(kind, item, &mailbox, &"c".into()) {
            GraphReading::Content(read) => {
                let same = Some(read.id.as_str()) == item["id"].as_str();
                assert!(same && !read.version.as_str().is_empty(), "{name}");
                self.one("content");
            }
            GraphReading::Master(_) => self.one("series"),
            GraphReading::Skeleton { .. } => self.one("occurrence without content"),
            GraphReading::Tombstone(_) => self.one("tombstone"),
            GraphReading::Malformed(malformed) => {
                assert!(!malformed.reason.is_empty(), "{name}");
                *self.reasons.entry(malformed.reason).or_default() += 1;
                self.one("malformed");
            }
        }
    }

    /// Reads a row as the product does that asks for it.
    fn row(&mut self, name: &str, row: &Value) -> bool {
        match used(row) {
            Some(Use::Item(kind)) => self.item(name, kind, row),
            Some(Use::Container(kind)) => {
                let lists = told(if kind == Kind::Task { "todo/lists\\?" } else { "me/calendars\\?" }, row);
                if lists.iter().any(|(there, id)| *there == kind && Some(id.as_str()) == row["id"].as_str()) {
                    self.one("container");
                } else {
                    assert!(["isOwner", "canEdit"].iter().any(|name| row[*name].is_string()), "{name}");
                    *self.reasons.entry("a flag in quotes".to_owned()).or_default() += 1;
                    self.one("malformed");
                }
            }
            Some(Use::User) => {
                let told = me(row);
                let names = [&row["mail"], &row["userPrincipalName"]].into_iter().filter_map(Value::as_str);
                assert!(names.map(str::to_lowercase).all(|address| told.contains(&address)), "{name}: {told:?}");
                self.one("user");
            }
            Some(Use::Link) => {
                let task = json!({"id": "t", "@odata.etag": "W/\"1\"", "title": "t", "linkedResources": [row]});
                let read = map::read(Kind::Task, &task, &mailbox(), &"c".into());
                assert!(matches!(read, GraphReading::Content(item) if item.facts.mark.is_none()), "{name}: not ours");
                self.one("link");
            }
            Some(Use::Error) => {
                let mut response = http::Response::new(row.to_string().into_bytes());
                *response.status_mut() = http::StatusCode::BAD_REQUEST;
                assert!(odata::refusal(&response).detail().contains(row["error"]["code"].as_str().unwrap()), "{name}");
                self.one("error");
            }
            None => return false,
        }
        true
    }
}

/// A replica whose server says what the documentation says, which does not always fit the
/// description.
fn told_anything() -> (Rc<World>, Graph<World>) {
    let world = Rc::new(World::new(Seed::Empty, NOW));
    (Rc::clone(&world), Graph::new(world, mailbox()))
}

/// The containers that the replica reads where the server tells of this one.
fn told(path: &str, row: &Value) -> Vec<(Kind, String)> {
    let (world, graph) = told_anything();
    let body = json!({"value": [row]});
    world.faults(json!([{"server": "graph", "path": path, "then": {"status": 200, "body": body}}]));
    let containers = block_on(graph.containers()).unwrap();
    containers.iter().map(|one| (one.kind, one.id.as_str().to_owned())).collect()
}

/// The addresses that the replica reads where the server says this of the user.
fn me(row: &Value) -> Vec<String> {
    let (world, graph) = told_anything();
    world.faults(json!([{"server": "graph", "path": "/me\\?", "then": {"status": 200, "body": row}}]));
    block_on(graph.me()).unwrap().iter().map(|address| address.as_str().to_owned()).collect()
}

#[test]
fn every_example_becomes_something() {
    let examples = examples();
    if examples.is_empty() {
        return;
    }
    let mut counts = Counts::default();
    let (mut read, mut bare, mut asking, mut apart) = (0, 0, 0, Vec::new());
    for (name, example) in &examples {
        let text = |at: &str| example.pointer(at).and_then(Value::as_str);
        let shape = text("/request/method").zip(text("/request/url")).map(|(method, url)| shape(method, url));
        let body = example.pointer("/response/body").or_else(|| example.get("json")).filter(|body| !body.is_null());
        match body {
            // it shows a request, or a reply that says all by its status
            None => bare += 1,
            Some(body) if body.get("requests").is_some() => asking += 1,
            Some(body) => {
                let some = rows(body).iter().filter(|row| counts.row(name, row)).count() > 0;
                let ours = shape.as_deref().is_some_and(|shape| BOTH.contains(&shape) && shape != "POST $batch");
                assert!(some || !ours, "{name}: the product asks for this, and can't read it");
                if some { read += 1 } else { apart.push(name.trim_end_matches(".json")) }
            }
        }
    }
    println!("Microsoft's examples: {:?}; malformed for {:?}", counts.words, counts.reasons);
    println!(
        "{} examples: {read} read, {bare} without a body, {asking} that only ask, {} of what the product never asks for: {apart:?}",
        examples.len(),
        apart.len()
    );
    assert_eq!(read + bare + asking + apart.len(), examples.len());
    for word in ["content", "series", "tombstone", "malformed", "error", "container", "user", "link"] {
        assert!(counts.words.contains_key(word), "no {word} among {:?}", counts.words);
    }
}
