//! Checks requests and replies of EWS against Microsoft's schemas, with xmllint (Debian:
//! libxml2-utils): a second opinion on `grammar` and on everything that replies hold. The schemas
//! know no envelope: what lies in its body is cut out as it is. Faults have no schema.

use crate::Sandbox;
use crate::environment::Server;
use quick_xml::events::Event;
use quick_xml::reader::Reader;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

/// What was said to and by EWS in a watched sandbox.
#[derive(Clone, Default)]
pub struct Payloads(Arc<Mutex<Collected>>);

#[derive(Default)]
struct Collected {
    requests: BTreeSet<String>,
    replies: BTreeSet<String>,
    refused: usize,
}

/// What a check has come to.
#[derive(Debug, Default)]
pub struct Report {
    /// Different requests and replies that were checked.
    pub checked: usize,
    /// Requests that don't fit, each with its beginning.
    pub requests: Vec<String>,
    /// Replies that don't fit.
    pub replies: Vec<String>,
    /// Requests that the server refused with `ErrorSchemaValidation`; they are not checked.
    pub refused: usize,
}

impl Report {
    /// Whether something was checked, and everything fitted.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.checked > 0 && self.requests.is_empty() && self.replies.is_empty() && self.refused == 0
    }
}

/// Has every request to EWS and every reply collected from now on.
pub fn watch(sandbox: &mut Sandbox) -> Payloads {
    let payloads = Payloads::default();
    let kept = payloads.clone();
    sandbox.environment.watch(Box::new(move |server, request, response| {
        if let (Server::Exchange, Ok(mut kept)) = (server, kept.0.lock()) {
            let (asked, told) = (payload(request.body()), payload(response.body()));
            let is_refusal = response.status().is_server_error() && contains(response.body(), b"ErrorSchemaValidation");
            kept.refused += usize::from(is_refusal);
            kept.requests.extend(asked.filter(|_| !is_refusal));
            kept.replies.extend(told.filter(|_| response.status().is_success()));
        }
    }));
    payloads
}

fn contains(body: &[u8], word: &[u8]) -> bool {
    body.windows(word.len()).any(|part| part == word)
}

impl Payloads {
    /// Checks all that was collected against the schemas in `folder`, many at once.
    ///
    /// # Errors
    /// Why nothing could be checked: no schemas, no xmllint.
    pub fn check(&self, folder: &Path) -> Result<Report, String> {
        let kept = self.0.lock().map_err(|error| error.to_string())?;
        let all: Vec<&String> = kept.requests.iter().chain(&kept.replies).collect();
        let faults = validate(folder, &all)?;
        let mut report = Report { checked: all.len(), refused: kept.refused, ..Report::default() };
        for (index, fault) in faults.into_iter().enumerate() {
            let of = if index < kept.requests.len() { &mut report.requests } else { &mut report.replies };
            of.extend(fault);
        }
        Ok(report)
    }
}

/// For each payload what doesn't fit, if anything.
///
/// # Errors
/// Why nothing could be checked.
pub fn validate(folder: &Path, payloads: &[&String]) -> Result<Vec<Option<String>>, String> {
    let schema = folder.join("ews-all.xsd");
    if !schema.is_file() {
        return Err(format!("no {}", schema.display()));
    }
    let place = Place::new()?;
    let file = |index: usize| place.0.join(format!("{index}.xml"));
    for (index, payload) in payloads.iter().enumerate() {
        std::fs::write(file(index), payload).map_err(|error| error.to_string())?;
    }
    let mut told = String::new();
    // a command line takes some hundred names
    for part in (0..payloads.len()).collect::<Vec<_>>().chunks(500) {
        let mut command = Command::new("xmllint");
        command.args(["--noout", "--nonet", "--schema"]).arg(&schema).args(part.iter().map(|index| file(*index)));
        let output =
            command.output().map_err(|error| format!("no xmllint (Debian: apt-get install libxml2-utils): {error}"))?;
        told.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    let judge = |(index, payload): (usize, &&String)| {
        let name = file(index).display().to_string();
        if told.lines().any(|line| line == format!("{name} validates")) {
            return None;
        }
        let why: Vec<&str> = told.lines().filter_map(|line| line.strip_prefix(&format!("{name}:"))).take(3).collect();
        let start: String = payload.chars().take(300).collect();
        Some(format!("{} in {start}", why.join("; ")))
    };
    Ok(payloads.iter().enumerate().map(judge).collect())
}

/// A folder of its own, which goes when this is dropped.
struct Place(PathBuf);

impl Place {
    fn new() -> Result<Self, String> {
        let name = format!("sandbox-ews-{}-{}", std::process::id(), uuid::Uuid::new_v4().simple());
        let place = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&place).map_err(|error| error.to_string())?;
        Ok(Self(place))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What lies in the body of an envelope, with the namespaces that it needs; `None` for a fault, and
/// for what is no envelope.
#[must_use]
pub fn payload(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let mut reader = Reader::from_str(text);
    let mut spaces: Vec<(String, String)> = Vec::new();
    let (mut depth, mut in_body, mut begin) = (0_usize, false, None);
    loop {
        let at = usize::try_from(reader.buffer_position()).ok()?;
        let event = reader.read_event().ok()?;
        match &event {
            Event::Start(tag) | Event::Empty(tag) => {
                let name = tag.local_name().into_inner().to_owned();
                if depth < 2 {
                    for attribute in tag.attributes().flatten() {
                        let key = attribute.key.into_inner();
                        if key == "xmlns" || key.starts_with("xmlns:") {
                            spaces.retain(|(own, _)| own != key);
                            spaces.push((key.to_owned(), attribute.value.to_string()));
                        }
                    }
                    in_body |= depth == 1 && name == "Body";
                } else if depth == 2 && in_body {
                    if name == "Fault" {
                        return None;
                    }
                    begin = begin.or_else(|| {
                        let own: Vec<String> =
                            tag.attributes().flatten().map(|one| one.key.into_inner().to_owned()).collect();
                        Some((at, at + 1 + tag.name().into_inner().len(), own))
                    });
                }
                depth += usize::from(matches!(event, Event::Start(_)));
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Eof => return None,
            Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
        let is_done = depth == 2 && matches!(event, Event::End(_) | Event::Empty(_));
        if let (true, Some((from, name, own))) = (is_done && in_body, &begin) {
            let end = usize::try_from(reader.buffer_position()).ok()?;
            let mut out = text.get(*from..*name)?.to_owned();
            for (key, value) in spaces.iter().filter(|(key, _)| !own.contains(key)) {
                let _ = write!(out, " {key}=\"{value}\"");
            }
            out.push_str(text.get(*name..end)?);
            return Some(out);
        }
    }
}
