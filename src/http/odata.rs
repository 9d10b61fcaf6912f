//! What the OData dialects of Creatio and Graph have in common: addresses, literals, pages, and the
//! many shapes of an error.

use super::Fault;
use crate::http::repair_json::repair_json;
use crate::json::{self, NotUnderstood};
use crate::model::Instant;
use crate::ports::HttpResponse;
use chrono::DateTime;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

/// What a query keeps as it is: enough to keep filters short, nothing that ends or splits a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b',')
    .remove(b'/')
    .remove(b':')
    .remove(b'\'')
    .remove(b'*')
    .remove(b'@');

/// What a path segment keeps as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// `path` with query options, percent-encoded; those without a value are left out.
#[must_use]
pub fn address(path: &str, options: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    let mut sign = '?';
    for (name, value) in options.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(sign);
        address.push_str(name);
        address.push('=');
        address.extend(utf8_percent_encode(value, QUERY));
        sign = '&';
    }
    address
}

/// `text` as one segment of a path.
#[must_use]
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// `text` as a literal of a filter.
#[must_use]
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// One page of a collection. It is the last if it has no link; an empty page is not
/// (docs/facts/graph.md, "Delta").
#[derive(Clone, Debug, Deserialize)]
pub struct Page {
    /// The rows.
    #[serde(skip)]
    pub value: Vec<Value>,
    /// The address of the next page.
    #[serde(rename = "@odata.nextLink", default)]
    pub next: Option<String>,
    /// The number of all rows, where it was asked for.
    #[serde(rename = "@odata.count", default)]
    pub count: Option<u64>,
    /// The address for the next delta (Graph).
    #[serde(rename = "@odata.deltaLink", default)]
    pub delta: Option<String>,
}

impl Page {
    /// The page that `body` is. Its rows are as they were told: each is read by itself, so that one
    /// that can't be understood costs no other.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn of(mut body: Value) -> Result<Self, Fault> {
        let rows = body.get_mut("value").map(Value::take);
        let page: Self = json::understand(&body).map_err(unreadable)?;
        match rows {
            Some(Value::Array(value)) => Ok(Self { value, ..page }),
            Some(_) => Err(Fault::Unreadable("value: expected a sequence".to_owned())),
            None => Err(Fault::Unreadable(".: missing field `value`".to_owned())),
        }
    }
}

/// The page in a successful reply.
///
/// # Errors
/// The server's refusal, or what can't be read.
pub fn page(response: &HttpResponse) -> Result<Page, Fault> {
    Page::of(body(response)?)
}

/// The JSON of a successful reply.
///
/// # Errors
/// The server's refusal, or what is no JSON.
pub fn body(response: &HttpResponse) -> Result<Value, Fault> {
    accept(response)?;
    value(response.body())
}

/// Reads a successful JSON reply.
///
/// # Errors
/// The server's refusal, or what can't be read.
pub fn read<T: DeserializeOwned>(response: &HttpResponse) -> Result<T, Fault> {
    accept(response)?;
    parse(response.body())
}

/// Lets a success pass whose body does not matter.
///
/// # Errors
/// The server's refusal.
pub fn accept(response: &HttpResponse) -> Result<(), Fault> {
    if response.status().is_success() { Ok(()) } else { Err(refusal(response)) }
}

/// The refusal in a reply that is no success.
#[must_use]
pub fn refusal(response: &HttpResponse) -> Fault {
    let (code, message) = match json::value(response.body()) {
        Ok(body) => (code(&body), deepest(&body)),
        Err(_) => (String::new(), String::new()),
    };
    Fault::Refused { status: response.status().as_u16(), code: brief(&code), message: brief(&message) }
}

/// Reads JSON bytes as a server sends them: some of its texts may be cut in two
/// ([`repair_json`](crate::http::repair_json)).
///
/// # Errors
/// `Unreadable`.
pub fn value(bytes: &[u8]) -> Result<Value, Fault> {
    let read = json::value(bytes);
    match if read.is_err() { repair_json(bytes) } else { None } {
        Some(mended) => json::value(mended.as_bytes()),
        None => read,
    }
    .map_err(unreadable)
}

/// Reads JSON bytes. The reason names the member and what was expected there, never the value that
/// stood there.
///
/// # Errors
/// `Unreadable`.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    json::understand(&value(bytes)?).map_err(unreadable)
}

fn unreadable(reason: NotUnderstood) -> Fault {
    Fault::Unreadable(reason.to_string())
}

/// The server's clock, from the `Date` header.
#[must_use]
pub fn date(response: &HttpResponse) -> Option<Instant> {
    let date = response.headers().get(::http::header::DATE)?.to_str().ok()?;
    Some(DateTime::parse_from_rfc2822(date).ok()?.to_utc())
}

/// At most 200 characters of `text`.
#[must_use]
pub fn brief(text: &str) -> String {
    text.chars().take(200).collect()
}

/// The error's code, wherever the dialect puts it.
fn code(body: &Value) -> String {
    let code = ["/error/code", "/ExceptionType", "/code"].iter().find_map(|at| body.pointer(at)?.as_str());
    code.unwrap_or_default().to_owned()
}

/// The message of the innermost error that has one (docs/facts/creatio.md, "Errors").
fn deepest(body: &Value) -> String {
    const INNER: [&str; 5] = ["error", "innererror", "internalexception", "innerError", "InnerException"];
    const MESSAGE: [&str; 4] = ["message", "ExceptionMessage", "MessageDetail", "Message"];
    let own = MESSAGE.iter().find_map(|name| body.get(name)?.as_str()).unwrap_or_default();
    let inner = INNER.iter().find_map(|name| body.get(name).filter(|inner| inner.is_object())).map(deepest);
    inner.filter(|text| !text.is_empty()).unwrap_or_else(|| own.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_escaped() {
        for (path, options, whole) in [
            ("A", vec![], "A"),
            ("A", vec![("$top", "5"), ("$skip", "")], "A?$top=5"),
            ("A", vec![("$filter", "T eq 'a&b+c=#%'")], "A?$filter=T%20eq%20'a%26b%2Bc%3D%23%25'"),
            (
                "A",
                vec![("$select", "Id,Title"), ("$filter", "Owner/Id ne 1")],
                "A?$select=Id,Title&$filter=Owner/Id%20ne%201",
            ),
            ("A", vec![("$filter", "Ы")], "A?$filter=%D0%AB"),
        ] {
            assert_eq!(address(path, &options), whole);
        }
        assert_eq!(segment("AA/B+C=="), "AA%2FB%2BC%3D%3D");
        assert_eq!(literal("O'Neil"), "'O''Neil'");
    }

    #[test]
    fn refusals_tell_the_deepest_message() {
        for (body, expected) in [
            (r#"{"error":{"code":"500","message":"outer","innererror":{"message":"deep"}}}"#, "500: deep"),
            (r#"{"error":{"code":"","message":"m","innererror":{"internalexception":{"message":"x"}}}}"#, "x"),
            (r#"{"Message":"m","ExceptionMessage":"e","ExceptionType":"T"}"#, "T: e"),
            (r#"{"Message":"m","MessageDetail":"no resource"}"#, "no resource"),
            ("<html>", "status 400"),
        ] {
            let mut response = HttpResponse::new(body.as_bytes().to_vec());
            *response.status_mut() = ::http::StatusCode::BAD_REQUEST;
            assert_eq!(refusal(&response).detail(), expected, "{body}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_without_its_value() {
        #[derive(Debug, Deserialize)]
        struct Row {
            #[serde(rename = "Title")]
            _title: u8,
        }
        #[derive(Debug, Deserialize)]
        struct Rows {
            #[serde(rename = "value")]
            _value: Vec<Row>,
        }
        for (body, expected) in [
            (r#"{"value":[{"Title":"secret, expected u9"}]}"#, "value[0].Title: expected u8"),
            (r#"{"value":[{}]}"#, "value[0]: missing field `Title`"),
            (r#"{"value":["#, ".: EOF while parsing a list"),
            ("secret", ".: expected value"),
        ] {
            let fault = parse::<Rows>(body.as_bytes()).err();
            assert_eq!(fault.map(|f| f.detail()).as_deref(), Some(expected), "{body}");
        }
    }
}
