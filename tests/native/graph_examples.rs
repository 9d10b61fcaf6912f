//! Real input: every event, task, delta and error body of Microsoft's documentation goes through the reader and becomes content, a series,
//! a tombstone, or malformed with a reason. The counts are printed.
#![allow(clippy::print_stdout)] // counts and skips are to be seen

use crate::graph_setup::{Known, mailbox};
use chrono_tz::Tz;
use schedule_sync::graph::Mailbox;
use schedule_sync::graph::map::{self, Reading};
use schedule_sync::http::odata;
use schedule_sync::model::Kind;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

/// The items in one example: kind and body.
fn items(body: &Value) -> Vec<(Kind, Value)> {
    let rows = body.get("value").and_then(Value::as_array).cloned().unwrap_or_else(|| vec![body.clone()]);
    rows.into_iter().filter_map(|row| Some((kind(&row)?, row))).collect()
}

/// What a body is, told by members that only its kind has.
fn kind(row: &Value) -> Option<Kind> {
    let has = |names: &[&str]| names.iter().any(|name| row.get(name).is_some());
    if has(&["bodyLastModifiedDateTime", "dueDateTime"]) || (has(&["status"]) && has(&["title"])) {
        Some(Kind::Task)
    } else if has(&["start", "iCalUId", "isOrganizer", "seriesMasterId", "isOnlineMeeting", "@removed"]) {
        Some(Kind::Meeting)
    } else {
        None
    }
}

#[test]
fn every_example_becomes_something() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/graph/examples");
    if !folder.is_dir() {
        println!("SKIPPED: no {} here, so Microsoft's examples were not read", folder.display());
        return;
    }
    // the documentation's mailboxes are in Seattle
    let mailbox = Mailbox { zone: Rc::new(Known(Tz::America__Los_Angeles, "Pacific Standard Time")), ..mailbox() };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let example: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let body = example.pointer("/response/body").or_else(|| example.get("json"));
        for (kind, item) in body.map(items).unwrap_or_default() {
            let word = match map::read(kind, &item, &mailbox, &"c".into()) {
                Reading::Content(read) => {
                    assert!(
                        Some(read.id.as_str()) == item["id"].as_str() && !read.version.as_str().is_empty(),
                        "{path:?}"
                    );
                    "content"
                }
                Reading::Master(_) => "series",
                Reading::Skeleton { .. } => "occurrence without content",
                Reading::Tombstone(_) => "tombstone",
                Reading::Malformed(malformed) => {
                    assert!(!malformed.reason.is_empty(), "{path:?}");
                    *reasons.entry(malformed.reason).or_default() += 1;
                    "malformed"
                }
            };
            *counts.entry(word).or_default() += 1;
        }
        if let Some(error) = body.filter(|body| body.get("error").is_some()) {
            let mut response = http::Response::new(error.to_string().into_bytes());
            *response.status_mut() = http::StatusCode::BAD_REQUEST;
            assert!(odata::refusal(&response).detail().contains(": "), "{path:?}");
            *counts.entry("error").or_default() += 1;
        }
    }
    println!("Microsoft's examples: {counts:?}; malformed for {reasons:?}");
    for word in ["content", "series", "tombstone", "malformed", "error"] {
        assert!(counts.contains_key(word), "no {word} among {counts:?}");
    }
}
