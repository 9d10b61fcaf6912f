//! SOAP as EWS speaks it: one envelope around a request, and around a reply one message per item
//! that was asked about, in order. What a server's code means for who asked is a table here; what
//! it means for an item is said where it is used.

use super::xml::XmlElement;
use crate::http::{CallFailure, Fault};
use crate::ports::HttpResponse;
use http::header::CONTENT_TYPE;

/// The namespaces that requests name.
const NAMESPACES: [(&str, &str); 3] = [
    ("xmlns:s", "http://schemas.xmlsoap.org/soap/envelope/"),
    ("xmlns:m", "http://schemas.microsoft.com/exchange/services/2006/messages"),
    ("xmlns:t", "http://schemas.microsoft.com/exchange/services/2006/types"),
];
/// The lowest version of the protocol that has all that is asked for, and that every supported
/// server speaks (docs/facts/ews.md, "Versions").
const VERSION: &str = "Exchange2013_SP1";
/// Bytes of the longest reply that says nothing but no.
const LONGEST_NO: usize = 1 << 16;
/// Characters of a server's text that are kept.
const LONGEST: usize = 200;

/// The whole text of a request. `zone`: in which dates without a zone are read.
pub(super) fn envelope(body: XmlElement, zone: Option<&str>) -> String {
    let version = XmlElement::new("t:RequestServerVersion").with("Version", VERSION);
    let zone = zone.map(|id| {
        XmlElement::new("t:TimeZoneContext").holding([XmlElement::new("t:TimeZoneDefinition").with("Id", id)])
    });
    let parts = [
        XmlElement::new("s:Header").holding(std::iter::once(version).chain(zone)),
        XmlElement::new("s:Body").holding([body]),
    ];
    let envelope = NAMESPACES.into_iter().fold(XmlElement::new("s:Envelope"), |node, (name, uri)| node.with(name, uri));
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>{}", envelope.holding(parts).write())
}

/// What a server's word means for who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is done.
    Fine,
    /// Nothing was done: too much was asked in too short a time.
    Busy,
    /// It could not be done now, or only in part.
    Later,
    /// The rest of a batch was left, for another item's sake.
    Skipped,
    /// The item has changed since.
    Stale,
    /// It is not there, or not for this user.
    Gone,
    /// The place to go on from is no longer known.
    CursorLost,
    /// The user may not.
    Forbidden,
    /// This server has no such mailbox, or no longer: it was moved or closed.
    NoMailbox,
    /// Anything else: trying again would not help.
    Refused,
}

/// Codes with a meaning of their own (docs/facts/ews.md, "Codes"). The list of codes is open: what
/// is not here is a refusal.
const CODES: [(Verdict, &[&str]); 9] = [
    (Verdict::Fine, &["NoError"]),
    (Verdict::Busy, &["ErrorServerBusy", "ErrorExceededConnectionCount", "ErrorTooManyObjectsOpened"]),
    (
        Verdict::Later,
        &[
            "ErrorTimeoutExpired",
            "ErrorInternalServerTransientError",
            "ErrorMailboxStoreUnavailable",
            "ErrorMailboxMoveInProgress",
            "ErrorConnectionFailed",
            "ErrorADUnavailable",
        ],
    ),
    (Verdict::Skipped, &["ErrorBatchProcessingStopped"]),
    (
        Verdict::Stale,
        &[
            "ErrorIrresolvableConflict",
            "ErrorStaleObject",
            "ErrorChangeKeyRequired",
            "ErrorChangeKeyRequiredForWriteOperations",
        ],
    ),
    (
        Verdict::Gone,
        &[
            "ErrorItemNotFound",
            "ErrorInvalidId",
            "ErrorInvalidIdMalformed",
            "ErrorInvalidIdEmpty",
            "ErrorInvalidIdNotAnItemAttachmentId",
            "ErrorInvalidIdMonikerTooLong",
            "ErrorInvalidIdStoreObjectIdTooLong",
            "ErrorInvalidChangeKey",
            "ErrorCalendarOccurrenceIsDeletedFromRecurrence",
            "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange",
        ],
    ),
    (Verdict::CursorLost, &["ErrorInvalidSyncStateData", "ErrorSyncFolderNotFound"]),
    (Verdict::Forbidden, &["ErrorAccessDenied"]),
    (
        Verdict::NoMailbox,
        &["ErrorNonExistentMailbox", "ErrorMissingEmailAddress", "ErrorMailboxHasNoDatabase", "ErrorAccountDisabled"],
    ),
];

/// What `code` means.
pub(super) fn verdict(code: &str) -> Verdict {
    let known = CODES.iter().find(|(_, codes)| codes.contains(&code));
    known.map_or(Verdict::Refused, |(verdict, _)| *verdict)
}

/// A server's word: about one item of a batch, or about a whole request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Its code; `NoError` of a success.
    pub code: String,
    /// Milliseconds that the server asks to wait.
    pub wait: Option<u64>,
    /// What it tells.
    pub body: XmlElement,
}

impl Message {
    fn of(body: XmlElement) -> Self {
        let said = body.say("ResponseCode").unwrap_or_default();
        let failed = match body.attribute("ResponseClass") {
            Some("Error") => true,
            // a success with a remark, or what was left of a batch
            Some("Warning") => verdict(said) != Verdict::Refused,
            Some(_) | None => false,
        };
        let code = if failed && !said.is_empty() {
            said
        } else if failed {
            "Error"
        } else {
            "NoError"
        };
        Self { code: brief(code), wait: wait(&body), body }
    }

    /// What it means.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        verdict(&self.code)
    }

    /// What it means for somebody who can't do without it.
    ///
    /// # Errors
    /// The refusal, if it is one.
    pub fn success(&self) -> Result<&XmlElement, Fault> {
        match fault(&self.code) {
            None => Ok(&self.body),
            Some(fault) => Err(fault),
        }
    }
}

/// The messages of a reply.
///
/// # Errors
/// The fault that stands in their place; what can't be read.
pub fn messages(response: &HttpResponse) -> Result<Vec<Message>, Fault> {
    if is_page(response) {
        return Err(page());
    }
    let root = XmlElement::parse(response.body()).map_err(Fault::Unreadable)?;
    if let Some(message) = soap_fault(&root) {
        return Err(fault(&message.code).unwrap_or_else(|| Fault::Unreadable("a fault without a code".to_owned())));
    }
    let mut body = root.children.into_iter().find(|child| child.name == "Body").unwrap_or_default();
    let reply = body.children.pop().ok_or_else(|| Fault::Unreadable("Envelope/Body: empty".to_owned()))?;
    let listed = reply.children.into_iter().find(|child| child.name == "ResponseMessages");
    let listed = listed.ok_or_else(|| Fault::Unreadable("ResponseMessages: missing".to_owned()))?;
    Ok(listed.children.into_iter().map(Message::of).collect())
}

/// The version of the server that a reply tells, for logs: never branched on (docs/facts/ews.md,
/// "Versions").
#[must_use]
pub fn version(response: &HttpResponse) -> Option<String> {
    let root = XmlElement::parse(response.body()).ok()?;
    let info = root.at("Header/ServerVersionInfo")?;
    let number = |name: &str| info.attribute(name).and_then(|text| text.parse::<u32>().ok());
    let parts = ["MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber"].map(number);
    Some(parts.into_iter().flatten().map(|part| part.to_string()).collect::<Vec<_>>().join("."))
}

/// What is wrong with a reply that is no success.
pub(super) fn judge(response: &HttpResponse) -> Option<Fault> {
    let status = response.status().as_u16();
    if response.status().is_success() {
        return None;
    }
    let message = XmlElement::parse(response.body()).ok().as_ref().and_then(soap_fault);
    Some(match message.and_then(|message| fault(&message.code)) {
        Some(fault) => fault,
        None if is_page(response) && status < 400 => page(),
        // a proxy's word: what was asked took Exchange too long, which something else may not
        None if status == 504 => Fault::Unreadable("status 504".to_owned()),
        None => Fault::Refused { status, code: String::new(), message: String::new() },
    })
}

/// How a reply failed, where EWS tells more of it than its status: the whole request was refused
/// for now, or for good.
pub(super) fn explain(response: &HttpResponse) -> Option<CallFailure> {
    // nearly every reply is longer than a refusal, or has no such word: it is read once, by who
    // asked
    let busy = CODES.iter().find(|(verdict, _)| *verdict == Verdict::Busy).map_or(&[][..], |(_, codes)| codes);
    let is_long = response.body().len() > LONGEST_NO;
    if response.status().is_success() && (is_long || !busy.iter().any(|code| holds(response.body(), code.as_bytes()))) {
        return None;
    }
    let root = XmlElement::parse(response.body()).ok()?;
    let messages = match soap_fault(&root) {
        Some(messages) => vec![messages],
        None => messages(response).ok()?,
    };
    let wait = messages.iter().filter_map(|message| message.wait).max().filter(|ms| *ms > 0);
    let all = |verdict| messages.iter().all(|message| message.verdict() == verdict);
    match response.status().as_u16() {
        _ if messages.is_empty() => None,
        _ if all(Verdict::Busy) => Some(CallFailure::Throttled { after: wait }),
        200..=299 => None,
        _ if all(Verdict::Later) => Some(CallFailure::Status { status: 503, after: wait }),
        // our own mistake, or the user's lack of rights: a second time would be no better
        _ => Some(CallFailure::Status { status: 400, after: None }),
    }
}

/// What a code means for somebody who can't do without the answer; `None` of a success.
fn fault(code: &str) -> Option<Fault> {
    let refused = |status| Fault::Refused { status, code: code.to_owned(), message: String::new() };
    Some(match verdict(code) {
        Verdict::Fine => return None,
        Verdict::Busy => refused(503),
        Verdict::CursorLost => Fault::CursorLost,
        Verdict::Forbidden => Fault::Forbidden(code.to_owned()),
        Verdict::NoMailbox => Fault::Forbidden(format!("{code}: the mailbox is closed, or moved to Microsoft 365")),
        Verdict::Later | Verdict::Skipped | Verdict::Stale | Verdict::Gone | Verdict::Refused => refused(500),
    })
}

/// The SOAP fault in a document; its code and wait stand in namespaces that differ from place to
/// place (docs/facts/ews.md, "Replies").
fn soap_fault(root: &XmlElement) -> Option<Message> {
    let fault = root.at("Body/Fault")?;
    let detail = fault.at("detail").or_else(|| fault.at("Detail"));
    let code = detail.and_then(|detail| detail.say("ResponseCode"));
    // without a detail the code of the fault itself: `a:ErrorSchemaValidation`, or only whose fault
    // it is
    let plain = fault.say("faultcode").or_else(|| fault.say("Code/Value")).unwrap_or("Fault");
    let code = code.unwrap_or_else(|| plain.rsplit(':').next().unwrap_or(plain));
    Some(Message { code: brief(code), wait: detail.and_then(wait), body: XmlElement::default() })
}

/// The milliseconds that `BackOffMilliseconds` asks to wait.
fn wait(node: &XmlElement) -> Option<u64> {
    let values = node.at("MessageXml").map(|xml| &xml.children).into_iter().flatten();
    let mut named = values.filter(|value| value.attribute("Name") == Some("BackOffMilliseconds"));
    named.next()?.text.trim().parse().ok()
}

/// Whether a page for people stands in the place of a reply.
fn is_page(response: &HttpResponse) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let begins = String::from_utf8_lossy(response.body().get(..64).unwrap_or(response.body())).to_ascii_lowercase();
    let begins = begins.trim_start();
    kind.to_ascii_lowercase().contains("html") || begins.starts_with("<!doctype html") || begins.starts_with("<html")
}

fn page() -> Fault {
    Fault::Unreadable("a web page in place of a SOAP reply: a sign-in form or a proxy is in the way".to_owned())
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// A server's word, cut short, without what no code has.
fn brief(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')).take(LONGEST).collect()
}
