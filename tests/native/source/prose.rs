//! Comments and pages can be read as they stand: no line of them is wider than 100 columns, and
//! what they cite, pages, files and names in files, is in the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The widest line of a comment or of prose.
const WIDEST: usize = 100;
/// Where the sources and pages are.
const ROOTS: [&str; 6] = ["src", "tests", "www/src", ".tasks", "docs", "README.md"];
/// What is no text of ours.
const NOT_OURS: [&str; 2] = ["target", "node_modules"];
/// How a citation of a page begins: a heading of it in quotes may follow.
const CITED: &str = "docs/";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files below `path` with one of these endings.
fn files(path: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !NOT_OURS.contains(&name.as_ref()) {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|end| endings.iter().any(|ending| end == *ending)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn all(endings: &[&str]) -> Vec<PathBuf> {
    let found: Vec<PathBuf> = ROOTS.iter().flat_map(|part| files(&root().join(part), endings)).collect();
    assert!(found.len() > 10, "hardly any file with {endings:?} was found");
    found
}

/// Whether a line of code is nothing but a comment.
fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("//") || line.starts_with("/*") || line.starts_with("* ")
}

/// The lines of a page that are prose: no table, no code, nothing that is one long address.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    text.lines().enumerate().filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        let broken = line.trim().contains(' ');
        !fence && !in_code && broken && !line.starts_with('|') && !line.starts_with("    ")
    })
}

fn too_wide<'a>(path: &Path, lines: impl Iterator<Item = (usize, &'a str)>) -> Vec<String> {
    let wide = lines.filter(|(_, line)| line.chars().count() > WIDEST);
    wide.map(|(nth, line)| format!("{}:{}: {} columns", path.display(), nth + 1, line.chars().count())).collect()
}

#[test]
fn no_comment_is_wider_than_a_page() {
    let wide: Vec<String> = all(&["rs", "ts", "mjs"])
        .iter()
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            too_wide(path, text.lines().enumerate().filter(|(_, line)| is_comment(line)))
        })
        .collect();
    assert!(wide.is_empty(), "comments wider than {WIDEST} columns:\n{}", wide.join("\n"));
}

#[test]
fn no_prose_is_wider_than_a_page() {
    let wide: Vec<String> = all(&["md"])
        .iter()
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            too_wide(path, prose(&text))
        })
        .collect();
    assert!(wide.is_empty(), "prose wider than {WIDEST} columns:\n{}", wide.join("\n"));
}

/// A page that a comment cites, and the heading of it, if it names one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Citation {
    page: String,
    heading: Option<String>,
}

/// The citations in the comments of a source; a comment's lines are one text.
fn citations(source: &str) -> Vec<Citation> {
    let comment: Vec<&str> = source
        .lines()
        .map(|line| if is_comment(line) { line.trim_start().trim_start_matches(['/', '!', '*', ' ']) } else { "" })
        .collect();
    let text = comment.join(" ");
    let mut found = Vec::new();
    for part in text.split(CITED).skip(1) {
        let Some(end) = part.find(".md") else { continue };
        let name = part.get(..end).unwrap_or_default();
        if !name.chars().all(|c| c.is_alphanumeric() || "/-_".contains(c)) {
            continue;
        }
        let rest = part.get(end + 3..).unwrap_or_default().trim_start_matches('`');
        let quoted = rest.strip_prefix(", \"").and_then(|rest| rest.split('"').next());
        let heading = quoted.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        found.push(Citation { page: format!("{CITED}{name}.md"), heading });
    }
    found
}

/// The headings of a page.
fn headings(page: &str) -> BTreeSet<String> {
    page.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_matches(['#', ' ']).to_owned()).collect()
}

#[test]
fn what_a_comment_cites_is_in_the_repository() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in all(&["rs", "ts", "mjs"]) {
        for citation in citations(&fs::read_to_string(&path).unwrap()) {
            count += 1;
            let Ok(page) = fs::read_to_string(root().join(&citation.page)) else {
                wrong.push(format!("{} cites {}, which is not there", path.display(), citation.page));
                continue;
            };
            if let Some(heading) = citation.heading.filter(|heading| !headings(&page).contains(heading)) {
                wrong.push(format!("{} cites {}, which has no \"{heading}\"", path.display(), citation.page));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 100, "hardly anything is cited: {count}");
}

/// The pages that tell where things are.
const MAPS: [&str; 2] = ["docs/CONTRIBUTING.md", "docs/architecture.md"];
/// From where a path in them goes.
const FROM: [&str; 7] = ["", "src", "www/src", "tests", "tests/native", "tests/sandbox/src", "docs"];
/// How a path in them may leave off.
const ENDINGS: [&str; 4] = ["", ".rs", ".ts", ".mjs"];
/// What looks like a path in them and is none: what is built, and addresses of servers.
const NO_PATHS: [&str; 4] = ["target/", "www/dist", "~/", "tasks/delta"];

/// A path that a map names, and the names in brackets right after it, which are to be in the file.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    path: String,
    names: Vec<String>,
}

/// `path` with each of the parts in its braces: `a/{b,c}` is `a/b` and `a/c`.
fn spread(path: &str) -> Vec<String> {
    let braces = path.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    match braces {
        Some((before, (parts, after))) => {
            parts.split(',').flat_map(|part| spread(&format!("{before}{}{after}", part.trim()))).collect()
        }
        None => vec![path.to_owned()],
    }
}

/// What stands in backticks in `text`.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The paths that a map names, each with the names that follow it.
fn named(page: &str) -> Vec<Named> {
    let text = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = text.split('`').collect();
    let mut found = Vec::new();
    for (n, part) in parts.iter().enumerate().skip(1).step_by(2) {
        let spelled = part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "/_-.,{}~ ".contains(c));
        let is_alone = !part.contains(' ') || part.contains('{');
        let is_file = [".rs", ".ts", ".mjs"].iter().any(|ending| part.ends_with(ending));
        if !spelled || !is_alone || !(part.contains('/') || is_file) || NO_PATHS.iter().any(|no| part.starts_with(no)) {
            continue;
        }
        let after = parts[n + 1..].join("`");
        let brackets = after.strip_prefix(" (").and_then(|rest| rest.split(')').next()).unwrap_or_default();
        let is_name = |name: &&str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let names: Vec<String> = quoted(brackets).filter(is_name).map(str::to_owned).collect();
        found.extend(spread(part).into_iter().map(|path| Named { path, names: names.clone() }));
    }
    found
}

/// The files that `path` may mean: of a name alone every file of that name.
fn meant(path: &str) -> Vec<PathBuf> {
    if !path.contains('/') {
        return all(&["rs", "ts", "mjs"]).into_iter().filter(|file| file.ends_with(path)).collect();
    }
    let named = |from: &&str| ENDINGS.map(|ending| root().join(from).join(format!("{path}{ending}")));
    FROM.iter().flat_map(named).filter(|file| file.exists()).collect()
}

/// The text of a file, or of all files in a folder.
fn text_of(path: &Path) -> String {
    let inside = if path.is_dir() { files(path, &["rs", "ts", "mjs", "json"]) } else { vec![path.to_owned()] };
    inside.iter().map(|file| fs::read_to_string(file).unwrap()).collect::<Vec<_>>().join("\n")
}

/// Whether `text` has `name` as a word.
fn has(text: &str, name: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
}

#[test]
fn what_the_maps_name_is_in_the_repository() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for map in MAPS {
        for Named { path, names } in named(&fs::read_to_string(root().join(map)).unwrap()) {
            count += 1;
            let texts: Vec<String> = meant(&path).iter().map(|file| text_of(file)).collect();
            if texts.is_empty() {
                wrong.push(format!("{map} names {path}, which is not there"));
            }
            let missing = names.iter().filter(|name| !texts.is_empty() && !texts.iter().any(|text| has(text, name)));
            wrong.extend(missing.map(|name| format!("{map} names {name} in {path}, which has no such name")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 100, "hardly anything is named: {count}");
}

#[test]
fn the_checks_see_what_they_are_for() {
    let source = "/// As it is (`docs/facts/graph.md`, \"Deleted\n/// Items\"; docs/rules.md).\nlet a = \"docs/x.md\";";
    let page = |page: &str, heading: Option<&str>| Citation { page: page.into(), heading: heading.map(Into::into) };
    assert_eq!(citations(source), [page("docs/facts/graph.md", Some("Deleted Items")), page("docs/rules.md", None)]);
    let wide = "x ".repeat(60);
    assert_eq!(too_wide(Path::new("a"), prose(&format!("{wide}\n```\n{wide}\n```\n|{wide}"))).len(), 1);
    assert!(is_comment("    // so") && !is_comment("let so = 1; // so"));
    let map = "`a/{b,c}`, `d/e` (`One`, if it is\n`two`), `f/g` and (`no`), `h.rs`; `an npm/word`, `tasks/delta`";
    let one = |path: &str, names: &[&str]| Named {
        path: path.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    let paths = [one("a/b", &[]), one("a/c", &[]), one("d/e", &["One", "two"]), one("f/g", &[]), one("h.rs", &[])];
    assert_eq!(named(map), paths);
    assert!(meant("source/prose").len() == 1 && meant("source/verse").is_empty());
    assert!(has("fn meant()", "meant") && !has("fn meant()", "mean"));
}
