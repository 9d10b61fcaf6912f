//! The envelope: a request taken out of it, a reply put into it, a fault in place of one
//! (docs/facts/ews.md, "Requests", "Replies"). It knows no operation.

use super::grammar;
use super::times::Clock;
use super::xml::{self, Element, Space, Spot, m, t};
use crate::environment::{Request, Response};
use crate::graph::zones;
use http::{HeaderValue, StatusCode, header};

/// The build that replies tell of: Exchange Server 2019.
const BUILD: [(&str, &str); 5] = [
    ("MajorVersion", "15"),
    ("MinorVersion", "2"),
    ("MajorBuildNumber", "1544"),
    ("MinorBuildNumber", "11"),
    ("Version", "V2017_07_11"),
];

/// One request to EWS.
pub(crate) struct Call {
    /// The child of the envelope's body.
    pub(crate) operation: Element,
    /// How times are told.
    pub(crate) clock: Clock,
    /// The name of its `TimeZoneContext`.
    pub(crate) zone: Option<String>,
    /// Whether it asked for the rules of 2010 and later; without a version it gets those of 2007.
    pub(crate) modern: bool,
}

/// A refusal of a whole request.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// What `MessageXml` holds.
    pub(crate) more: Vec<Element>,
}

impl Fault {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), more: Vec::new() }
    }

    fn schema((spot, violation): (Spot, String)) -> Self {
        let more =
            vec![t("LineNumber").say(spot.line), t("LinePosition").say(spot.column), t("Violation").say(&violation)];
        Self { code: "ErrorSchemaValidation", message: "The request failed schema validation.".to_owned(), more }
    }

    /// `ErrorServerBusy`, with the time to wait where it is told.
    pub(crate) fn busy(back_off: Option<u64>) -> Self {
        let message = "The server cannot service this request right now. Try again later.";
        let more = back_off.map(wait).into_iter().collect();
        Self { code: "ErrorServerBusy", message: message.to_owned(), more }
    }
}

/// The milliseconds to wait, as `MessageXml` tells them.
pub(crate) fn wait(back_off: u64) -> Element {
    t("Value").with("Name", "BackOffMilliseconds").say(back_off)
}

impl Call {
    /// Takes a request out of its envelope and checks it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(request: &Request, odd: bool) -> Result<Self, Fault> {
        let start = Spot { line: 1, column: 1 };
        let text = std::str::from_utf8(request.body())
            .map_err(|_| Fault::schema((start, "Invalid character in the given encoding.".to_owned())))?;
        let envelope = xml::read(text.trim_start_matches('\u{feff}')).map_err(Fault::schema)?;
        let part = |name: &str| envelope.children.iter().find(|child| child.space == Space::Soap && child.name == name);
        let is_envelope = envelope.space == Space::Soap && envelope.name == "Envelope";
        let Some(body) = part("Body").filter(|_| is_envelope) else {
            return Err(Fault::schema((envelope.spot, "The element 'Envelope' with a 'Body' is expected.".to_owned())));
        };
        let [operation] = body.children.as_slice() else {
            return Err(Fault::schema((body.spot, "The element 'Body' must hold one element.".to_owned())));
        };
        if operation.space != Space::Messages || !grammar::knows(&operation.name) {
            let what = format!("The element 'Body' has invalid child element '{}'.", operation.name);
            return Err(Fault::schema((operation.spot, what)));
        }
        let headers = part("Header").map(|header| header.children.as_slice()).unwrap_or_default();
        let (version, zone) = read_headers(headers)?;
        grammar::check(operation).map_err(Fault::schema)?;
        let tz = match &zone {
            None => None,
            Some(name) => {
                Some(zones::zone(name).ok_or_else(|| Fault::new("ErrorTimeZone", "The time zone is not valid."))?)
            }
        };
        let modern = version.is_some_and(|version| !version.starts_with("Exchange2007"));
        Ok(Self { operation: operation.clone(), clock: Clock { zone: tz, odd }, zone, modern })
    }
}

/// The version and the zone's name that the headers ask for.
fn read_headers(headers: &[Element]) -> Result<(Option<String>, Option<String>), Fault> {
    let (mut version, mut zone) = (None, None);
    for header in headers {
        match (header.space, header.name.as_str()) {
            (Space::Types, "RequestServerVersion") => {
                grammar::check(header).map_err(Fault::schema)?;
                version = header.attribute("Version").map(str::to_owned);
            }
            (Space::Types, "TimeZoneContext") => {
                grammar::check(header).map_err(Fault::schema)?;
                zone = header.child("TimeZoneDefinition").and_then(|zone| zone.attribute("Id")).map(str::to_owned);
            }
            (Space::Types, "ExchangeImpersonation") => {
                return Err(Fault::new(
                    "ErrorImpersonateUserDenied",
                    "The account does not have permission to impersonate the requested user.",
                ));
            }
            _ => {}
        }
    }
    Ok((version, zone))
}

/// A refusal of one item of a request.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) more: Vec<Element>,
}

impl Trouble {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), more: Vec::new() }
    }

    pub(crate) fn not_found() -> Self {
        Self::new("ErrorItemNotFound", "The specified object was not found in the store.")
    }

    pub(crate) fn broken() -> Self {
        Self::new("ErrorInternalServerError", "An internal server error occurred. The operation failed.")
    }

    pub(crate) fn denied() -> Self {
        Self::new("ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    }
}

/// What serving one item comes to: what its message holds.
pub(crate) type Served = Result<Vec<Element>, Trouble>;

/// The messages of a reply to `operation`, in the order of the request's items. `always`: what a
/// message holds that tells of a trouble.
pub(crate) fn reply(operation: &str, served: Vec<Served>, always: Option<&str>) -> Element {
    let name = format!("{operation}ResponseMessage");
    let messages = served.into_iter().map(|served| match served {
        Ok(content) => m(&name).with("ResponseClass", "Success").hold([m("ResponseCode").say("NoError")]).hold(content),
        Err(trouble) => {
            let class = if trouble.code == "ErrorBatchProcessingStopped" { "Warning" } else { "Error" };
            let more = (!trouble.more.is_empty()).then(|| m("MessageXml").hold(trouble.more));
            m(&name)
                .with("ResponseClass", class)
                .hold([
                    m("MessageText").say(trouble.message),
                    m("ResponseCode").say(trouble.code),
                    m("DescriptiveLinkKey").say(0),
                ])
                .hold(more)
                .hold(always.map(m))
        }
    });
    m(&format!("{operation}Response")).hold([m("ResponseMessages").hold(messages)])
}

/// The reply in its envelope.
pub(crate) fn envelope(body: Element) -> Response {
    let info = BUILD.iter().fold(t("ServerVersionInfo"), |info, (name, value)| info.with(name, value));
    let soap = |name: &str| Element::new(Space::Soap, name);
    let envelope = soap("Envelope").hold([soap("Header").hold([info]), soap("Body").hold([body])]);
    xml_reply(StatusCode::OK, &envelope)
}

/// A fault in its envelope: 500.
pub(crate) fn fault(fault: Fault) -> Response {
    let plain = |name: &str| Element::new(Space::None, name);
    let error = |name: &str| Element::new(Space::Errors, name);
    let detail = plain("detail")
        .hold([error("ResponseCode").say(fault.code), error("Message").say(&fault.message)])
        .hold((!fault.more.is_empty()).then(|| t("MessageXml").hold(fault.more)));
    let soap = |name: &str| Element::new(Space::Soap, name);
    let code = plain("faultcode").say(format!("t:{}", fault.code));
    let fault = soap("Fault").hold([code, plain("faultstring").say(fault.message), detail]);
    xml_reply(StatusCode::INTERNAL_SERVER_ERROR, &soap("Envelope").hold([soap("Body").hold([fault])]))
}

fn xml_reply(status: StatusCode, envelope: &Element) -> Response {
    let mut response = Response::new(envelope.document().into_bytes());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
    response
}
