//! The arrows point inward: no module names one of an outer ring, and ring 1 knows neither time,
//! chance nor the network.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules from the innermost on, each with what it may name beside itself.
const MAY_NAME: [(&str, &[&str]); 10] = [
    ("model", &[]),
    ("error", &["model"]),
    // the engine's values speak of writes in the ports' words; it calls no port
    ("engine", &["model", "ports"]),
    ("ports", &["model", "error", "engine"]),
    ("http", &["model", "error", "ports"]),
    ("creatio", &["model", "error", "ports", "engine", "http"]),
    ("graph", &["model", "error", "ports", "engine", "http"]),
    ("ews", &["model", "error", "ports", "engine", "http"]),
    ("exchange", &["model", "error", "ports", "graph", "ews"]),
    ("run", &["model", "error", "ports", "engine"]),
];

/// What no file of the rings 1 and 2 may hold, and what none of ring 1 may.
const NOWHERE: [&str; 6] = ["wasm_bindgen", "js_sys", "web_sys", "gloo", "Utc::now", "SystemTime"];
const NOT_IN_RING_ONE: [&str; 4] = ["async ", ".await", "Instant::now", "rand"];

fn files(root: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let inner = path.strip_prefix(root).unwrap().components().next().unwrap();
                let module = Path::new(&inner).with_extension("").to_string_lossy().into_owned();
                found.push((module, path));
            }
        }
    }
    found
}

/// The code of a file, without comments and strings' whereabouts mattering little.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Crate modules that a text names.
fn named(text: &str) -> Vec<String> {
    text.split("crate::")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .collect()
}

#[test]
fn arrows_point_inward() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (module, path) in files(&root).into_iter().filter(|(module, _)| module != "lib" && module != "web") {
        let Some((_, may)) = MAY_NAME.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{module} is in no ring"));
            continue;
        };
        let text = code(&path);
        for name in named(&text).into_iter().filter(|name| *name != module && !may.contains(&name.as_str())) {
            wrong.push(format!("{} names {name}", path.display()));
        }
        let ring_one = matches!(module.as_str(), "model" | "engine");
        let banned = NOWHERE.iter().chain(NOT_IN_RING_ONE.iter().filter(|_| ring_one));
        wrong.extend(banned.filter(|word| text.contains(**word)).map(|word| format!("{}: {word}", path.display())));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_check_sees_an_arrow_outward() {
    assert_eq!(named("use crate::run::Report;\nlet x = crate::model::Side::Creatio;"), ["run", "model"]);
}
