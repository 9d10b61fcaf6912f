//! Real input: every reply of Microsoft's documentation to an operation that we use, and the
//! recordings of a foreign server, go through the reader and become content, a series, a tombstone,
//! or malformed with a reason. The counts are printed.
#![allow(clippy::print_stdout)] // counts and skips are to be seen

use crate::support::ews_setup::{mailbox, shared};
use crate::support::graph_setup::Known;
use chrono_tz::Tz;
use schedule_sync::ews::EwsMailbox;
use schedule_sync::ews::map::{self, EwsReading};
use schedule_sync::ews::wire;
use schedule_sync::ews::xml::XmlElement;
use schedule_sync::flat::FlatMap;
use schedule_sync::http::Fault;
use schedule_sync::model::{Item, ItemId, Kind, Meeting, Original, Record, Reminder, TaskWhen, When};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The operations that we use.
const OURS: [&str; 9] = [
    "CreateItem",
    "DeleteItem",
    "Fault",
    "FindFolder",
    "FindItem",
    "GetFolder",
    "GetItem",
    "SyncFolderItems",
    "UpdateItem",
];

/// What was read of a folder of replies.
#[derive(Default)]
struct Counts {
    words: FlatMap<&'static str, usize>,
    reasons: FlatMap<String, usize>,
    items: Vec<Item>,
}

impl Counts {
    fn count(&mut self, word: &'static str) {
        *self.words.entry(word).or_default() += 1;
    }

    /// Reads a reply.
    fn take(&mut self, path: &Path, mailbox: &EwsMailbox) {
        let mut response = http::Response::new(std::fs::read(path).unwrap());
        response.headers_mut().insert("Content-Type", "text/xml".parse().unwrap());
        match wire::messages(&response) {
            Ok(messages) => {
                self.count("reply");
                for message in &messages {
                    if message.code == "NoError" {
                        self.walk(&message.body, mailbox);
                    } else {
                        assert!(message.code.starts_with("Error"), "{path:?}: {}", message.code);
                        self.count("refusal");
                    }
                }
            }
            Err(Fault::Refused { code, .. } | Fault::Forbidden(code)) => {
                assert!(!code.is_empty(), "{path:?}");
                self.count("fault");
            }
            Err(fault) => panic!("{path:?}: {fault:?}"),
        }
    }

    /// Every item, tombstone and folder anywhere in `node`.
    fn walk(&mut self, node: &XmlElement, mailbox: &EwsMailbox) {
        for child in &node.children {
            if node.name == "Delete" {
                assert!(map::id(node).is_some());
                return self.count("tombstone");
            }
            match (map::kind(child), child.name.as_str()) {
                (Some(kind), _) => self.item(kind, child, mailbox),
                (None, "Folder" | "CalendarFolder" | "TasksFolder" | "ContactsFolder" | "SearchFolder") => {
                    self.count("folder");
                }
                (
                    None,
                    "Message" | "MeetingRequest" | "MeetingCancellation" | "MeetingResponse" | "Contact" | "Item",
                ) => {
                    assert_eq!(map::kind(child), None);
                    self.count("item of no kind of ours");
                }
                (None, _) => self.walk(child, mailbox),
            }
        }
    }

    fn item(&mut self, kind: Kind, node: &XmlElement, mailbox: &EwsMailbox) {
        match map::read(kind, node, mailbox, &"c".into()) {
            EwsReading::Content(item) => {
                assert_eq!(Some(&item.id), map::id(node).as_ref());
                self.items.push(*item);
                self.count("content");
            }
            EwsReading::Master(id, _) => {
                assert_eq!(Some(id), map::id(node));
                self.count("series");
            }
            EwsReading::Malformed(bad) => {
                assert!(!bad.reason.is_empty());
                *self.reasons.entry(bad.reason).or_default() += 1;
                self.count("malformed");
            }
        }
    }
}

fn replies(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_string_lossy().contains("response.xml"));
    paths.sort();
    paths
}

#[test]
fn every_example_becomes_something() {
    let Some(folder) = shared("examples") else { return };
    // the documentation's mailboxes are in Seattle
    let mailbox = EwsMailbox { zone: Rc::new(Known(Tz::America__Los_Angeles, "Pacific Standard Time")), ..mailbox() };
    let mut counts = Counts::default();
    let ours = |path: &PathBuf| OURS.iter().any(|name| path.to_string_lossy().contains(&format!("-{name}-response")));
    let paths: Vec<PathBuf> = replies(&folder).into_iter().filter(ours).collect();
    for path in &paths {
        counts.take(path, &mailbox);
    }
    println!("Microsoft's {} replies: {:?}; malformed for {:?}", paths.len(), counts.words, counts.reasons);
    for word in ["content", "series", "tombstone", "malformed", "fault", "folder"] {
        assert!(counts.words.contains_key(word), "no {word} among {:?}", counts.words);
    }
    assert_eq!(counts.words["reply"] + counts.words["fault"], paths.len());
}

#[test]
fn a_foreign_servers_deviations_are_survived() {
    let Some(folder) = shared("gromox-recordings") else { return };
    let mailbox = mailbox();
    let mut counts = Counts::default();
    let paths = replies(&folder);
    for path in paths.iter().filter(|path| !path.to_string_lossy().contains("SyncFolderHierarchy")) {
        counts.take(path, &mailbox);
    }
    println!("{} recorded replies: {:?}; malformed for {:?}", paths.len(), counts.words, counts.reasons);
    for word in ["content", "series", "tombstone", "refusal", "fault", "folder"] {
        assert!(counts.words.contains_key(word), "no {word} among {:?}", counts.words);
    }
    let meeting = |title: &str| -> (Meeting, Item) {
        let found = counts.items.iter().find(|item| item.record.title() == title).unwrap();
        let Record::Meeting(meeting) = &found.record else { panic!("a task") };
        (meeting.clone(), found.clone())
    };
    let at = |text: &str| text.parse().unwrap();
    // nine digits of a second, a property told twice, a zone in an attribute
    let (single, item) = meeting("Single & first");
    assert_eq!(single.when, When::Timed { start: at("2026-11-24T09:00:00Z"), end: at("2026-11-24T10:00:00Z") });
    assert_eq!((single.place.as_str(), single.reminder), ("HQ", Reminder::Before(15)));
    assert_eq!(single.body.text, "Zürich – <plain> & more");
    assert!(item.stamp.is_some() && item.facts.mark.is_none() && !item.facts.organized_by_other);
    // in capitals, as Graph tells it
    let uid = item.facts.uid.unwrap();
    assert!(uid.as_str().starts_with("040000008200E00074C5B7101A82E008") && !uid.as_str().contains('d'));
    let (day, _) = meeting("All day");
    assert_eq!(day.when, When::AllDay { first: "2026-11-25".parse().unwrap(), end: "2026-11-26".parse().unwrap() });
    let (_, occurrence) = meeting("Weekly");
    let place = occurrence.facts.occurrence.unwrap();
    assert_eq!((place.master, place.original), (ItemId::from(""), Original::At(at("2026-12-08T13:00:00Z"))));
    let tasks = counts.items.iter().filter_map(|item| match &item.record {
        Record::Task(task) => Some(task),
        Record::Meeting(_) => None,
    });
    let days = TaskWhen::Days { start: "2026-11-27".parse().ok(), due: "2026-11-28".parse().ok() };
    assert!(tasks.filter(|task| task.title == "Call back").all(|task| task.when == days));
}
