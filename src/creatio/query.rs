//! Questions to Creatio's OData: addresses with filters that stay short enough, and how replies are told apart from log-in pages.
//! Lookups are filtered by navigation path (`Owner/Id`), dates and GUIDs stand bare (creatio.md §1.4).

use super::stock::TYPE_EMAIL;
use crate::http::odata::{Page, address, brief, parse, refusal};
use crate::http::{Call, Fault};
use crate::model::{Instant, Window};
use crate::ports::Response;
use ::http::StatusCode;
use chrono::SecondsFormat;
use serde::de::DeserializeOwned;

/// Most characters of path and query: servers and proxies commonly stop at 2,048 (creatio.md §1.6, "URL length").
const LONGEST: usize = 2_000;
/// Most alternatives of one filter.
const ALTERNATIVES: usize = 20;

/// A question for rows of one entity set.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Query<'a> {
    /// The entity set.
    pub(super) set: &'a str,
    /// `$select`.
    pub(super) select: &'a str,
    /// `$filter`; empty: all rows.
    pub(super) filter: &'a str,
    /// `$orderby`.
    pub(super) order: &'a str,
    /// `$top`; 0: no limit.
    pub(super) top: usize,
    /// `$skip`.
    pub(super) skip: usize,
}

impl Query<'_> {
    /// The question as a call.
    pub(super) fn call(&self) -> Call {
        let number = |n: usize| if n == 0 { String::new() } else { n.to_string() };
        let (top, skip) = (number(self.top), number(self.skip));
        let options = [
            ("$select", self.select),
            ("$filter", self.filter),
            ("$orderby", self.order),
            ("$top", top.as_str()),
            ("$skip", skip.as_str()),
        ];
        Call::get(address(self.set, &options))
    }

    /// The question for how many rows there are; the reply is a [`Page`] with `count`.
    pub(super) fn count(&self) -> Call {
        let options = [("$select", "Id"), ("$filter", self.filter), ("$top", "1"), ("$count", "true")];
        Call::get(address(self.set, &options))
    }

    /// The question for rows of which one of `terms` holds, beside the filter: in as few calls as their length allows.
    pub(super) fn any(&self, terms: impl IntoIterator<Item = String>) -> Vec<Call> {
        let with = |terms: &[String]| {
            let any = terms.join(" or ");
            let filter = if self.filter.is_empty() { any } else { format!("{} and ({any})", self.filter) };
            Query { filter: &filter, ..*self }.call()
        };
        let mut calls = Vec::new();
        let mut chain: Vec<String> = Vec::new();
        for term in terms {
            chain.push(term);
            if chain.len() > 1 && (chain.len() > ALTERNATIVES || with(&chain).path.len() > LONGEST) {
                let last = chain.split_off(chain.len() - 1);
                calls.push(with(&chain));
                chain = last;
            }
        }
        if !chain.is_empty() {
            calls.push(with(&chain));
        }
        calls
    }
}

/// An instant as a literal of a filter or a value of a body.
pub(super) fn date(at: Instant) -> String {
    let form = match at.timestamp_subsec_nanos() {
        0 => SecondsFormat::Secs,
        nanos if nanos % 1_000_000 == 0 => SecondsFormat::Millis,
        nanos if nanos % 1_000 == 0 => SecondsFormat::Micros,
        // a server counts in hundreds of nanoseconds, and reads no more digits
        _ => return format!("{}Z", at.format("%Y-%m-%dT%H:%M:%S%.9f").to_string().trim_end_matches("00")),
    };
    at.to_rfc3339_opts(form, true)
}

/// The filter for activities that are no e-mails.
pub(super) fn no_email() -> String {
    format!("Type/Id ne {TYPE_EMAIL}")
}

/// The filter for activities that touch `window` (see [`Window::holds`]; nothing in Creatio is known to be an occurrence).
pub(super) fn in_window(window: &Window) -> String {
    let (from, to) = (date(window.from), date(window.to));
    format!(
        "{} and StartDate lt {to} and (DueDate gt {from} or (StartDate ge {from} and DueDate ge {from}))",
        no_email()
    )
}

/// Reads a page of rows.
pub(super) fn page<T: DeserializeOwned>(response: &Response) -> Result<Page<T>, Fault> {
    accept(response)?;
    parse(response.body()).map_err(|fault| match refusal(response) {
        // a success that is an error all the same: creatio.md §1.8, shape 3
        Fault::Refused { message, .. } if !message.is_empty() => Fault::Unreadable(message),
        Fault::Refused { .. } | Fault::SignedOut | Fault::Forbidden(_) | Fault::CursorLost | Fault::Unreadable(_) => {
            fault
        }
    })
}

/// Lets a success pass; tells refusals, lost sessions and missing permissions apart (creatio.md §1.2, §1.8).
pub(super) fn accept(response: &Response) -> Result<(), Fault> {
    match stop(response) {
        Some(fault) => Err(fault),
        None if response.status().is_success() => Ok(()),
        None => Err(refused(response)),
    }
}

/// What a reply says of the session or the user's rights as a whole, if it does: then it answers nothing.
pub(super) fn stop(response: &Response) -> Option<Fault> {
    if response.status().is_redirection() || response.status() == StatusCode::UNAUTHORIZED {
        return Some(Fault::SignedOut);
    }
    if let Some(markup) = markup(response) {
        // a success that is a page is the log-in; an error's page is an error
        let signed_out = (response.status().is_success() || is_login(&markup)).then_some(Fault::SignedOut);
        return denied(&title(&markup)).or(signed_out);
    }
    // a success that is an error all the same: creatio.md §1.8, shape 3
    let is_error = !response.status().is_success() || response.body().starts_with(br#"{"Message""#);
    if !is_error {
        return None;
    }
    match refusal(response) {
        Fault::Refused { message, .. } => denied(&message),
        Fault::SignedOut | Fault::Forbidden(_) | Fault::CursorLost | Fault::Unreadable(_) => None,
    }
}

/// The refusal in a reply; of a page, what its title says.
fn refused(response: &Response) -> Fault {
    match (refusal(response), markup(response)) {
        (Fault::Refused { status, code, .. }, Some(markup)) => Fault::Refused { status, code, message: title(&markup) },
        (fault, _) => fault,
    }
}

/// The reply as a page of a web site, if it is one.
fn markup(response: &Response) -> Option<String> {
    let kind = response.headers().get(::http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let html = kind.is_some_and(|kind| kind.starts_with("text/html")) || response.body().starts_with(b"<");
    html.then(|| String::from_utf8_lossy(response.body()).into_owned())
}

fn is_login(markup: &str) -> bool {
    ["NuiLogin", "/Login/"].iter().any(|mark| markup.contains(mark))
}

fn title(markup: &str) -> String {
    let after = markup.split_once("<title>").map_or("", |(_, after)| after);
    brief(after.split_once("</title>").map_or("", |(title, _)| title))
}

/// What a message that is no ordinary refusal means.
fn denied(message: &str) -> Option<Fault> {
    let lower = message.to_lowercase();
    let about = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if lower.contains("odata") && about(&["permission", "прав"]) {
        return Some(Fault::Forbidden(message.to_owned()));
    }
    about(&["authentication failed"]).then_some(Fault::SignedOut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_chains_are_split() {
        let query = Query { set: "Activity", select: "Id", filter: "a eq 1", ..Query::default() };
        let ids = |n: usize| (0..n).map(|n| format!("Id eq {n:036}"));
        let uids = |n: usize| (0..n).map(|n| format!("GlobalActivityID eq '{n:0150}'"));
        for (what, calls, lens) in [
            ("none", query.any([]), 0),
            ("one", query.any(ids(1)), 1),
            ("twenty", query.any(ids(20)), 1),
            ("twenty-one", query.any(ids(21)), 2),
            ("long ones", query.any(uids(20)), 2),
        ] {
            assert_eq!(calls.len(), lens, "{what}");
            assert!(calls.iter().all(|call| call.path.len() <= LONGEST), "{what}");
        }
        let paths: Vec<String> = query.any(ids(2)).into_iter().map(|call| call.path).collect();
        let zeros = "0".repeat(35);
        let chain = format!("(Id%20eq%20{zeros}0%20or%20Id%20eq%20{zeros}1)");
        assert_eq!(paths, [format!("Activity?$select=Id&$filter=a%20eq%201%20and%20{chain}")]);
    }

    #[test]
    fn instants_have_as_many_digits_as_a_server_reads() {
        for text in [
            "2026-03-05T10:00:00Z",
            "2026-03-05T10:00:00.120Z",
            "2026-03-05T10:00:00.123456Z",
            "2026-03-05T10:00:00.1234567Z",
        ] {
            assert_eq!(date(text.parse().unwrap_or_default()), text);
        }
    }

    #[test]
    fn lost_sessions_and_missing_permissions_are_no_answers() {
        let forbidden = |text: &str| Fault::Forbidden(text.to_owned());
        let refused = Fault::Refused { status: 500, code: String::new(), message: "deep".to_owned() };
        let page = |status, title: &str| Fault::Refused { status, code: String::new(), message: title.to_owned() };
        let html = "text/html; charset=utf-8";
        for (status, kind, body, fault) in [
            (200, "application/json", r#"{"value":[]}"#, None),
            (302, "", "", Some(Fault::SignedOut)),
            (200, html, "<title>Login</title>", Some(Fault::SignedOut)),
            (200, "", "<!DOCTYPE html>", Some(Fault::SignedOut)),
            (200, html, "<title>No permission for OData</title>", Some(forbidden("No permission for OData"))),
            (200, "", r#"{"Message":"Authentication failed."}"#, Some(Fault::SignedOut)),
            (200, "", r#"{"Message":"No resource"}"#, Some(Fault::Unreadable("No resource".to_owned()))),
            (500, "", r#"{"error":{"message":"o","innererror":{"message":"deep"}}}"#, Some(refused)),
            (500, "", r#"{"Message":"no permissions to use OData"}"#, Some(forbidden("no permissions to use OData"))),
            (403, html, "<title>no permissions to use OData</title>", Some(forbidden("no permissions to use OData"))),
            (401, "", "", Some(Fault::SignedOut)),
            (500, html, "<title>Runtime Error</title>", Some(page(500, "Runtime Error"))),
            (502, html, "<title>Bad gateway</title>", Some(page(502, "Bad gateway"))),
            (403, html, "<body data-page='NuiLogin'>", Some(Fault::SignedOut)),
        ] {
            let reply = ::http::Response::builder().status(status).header("Content-Type", kind);
            let reply = reply.body(body.as_bytes().to_vec()).unwrap_or_default();
            assert_eq!(super::page::<serde_json::Value>(&reply).err(), fault, "{status} {body}");
        }
    }
}
