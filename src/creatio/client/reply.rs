//! What Creatio's services answer: log-in pages, missing permissions and refusals told apart from
//! answers (docs/facts/creatio.md, "Sessions", "Errors"). Pure.

use crate::http::{
    Fault,
    odata::{Page, brief, refusal, value},
};
use crate::ports::HttpResponse;
use http::StatusCode;
use serde_json::Value;

/// Reads a page of rows.
pub(in crate::creatio) fn page(response: &HttpResponse) -> Result<Page, Fault> {
    accept(response)?;
    value(response.body()).and_then(Page::of).map_err(|fault| match refusal(response) {
        // a success that is an error all the same, of a set that is not there:
        // docs/facts/creatio.md, "Errors", shape 3
        Fault::Refused { code, message, .. } if !message.is_empty() => Fault::Refused { status: 404, code, message },
        Fault::Refused { .. } | Fault::SignedOut | Fault::Forbidden(_) | Fault::CursorLost | Fault::Unreadable(_) => {
            fault
        }
    })
}

/// Reads one row.
pub(in crate::creatio) fn row(response: &HttpResponse) -> Result<Value, Fault> {
    accept(response)?;
    value(response.body())
}

/// Lets a success pass; tells refusals, lost sessions and missing permissions apart
/// (docs/facts/creatio.md, "Sessions", "Errors").
pub(in crate::creatio) fn accept(response: &HttpResponse) -> Result<(), Fault> {
    match stop(response) {
        Some(fault) => Err(fault),
        None if response.status().is_success() => Ok(()),
        None => Err(refused(response)),
    }
}

/// What a reply says of the session or the user's rights as a whole, if it does: then it answers
/// nothing.
pub(in crate::creatio) fn stop(response: &HttpResponse) -> Option<Fault> {
    if response.status().is_redirection() || response.status() == StatusCode::UNAUTHORIZED {
        return Some(Fault::SignedOut);
    }
    if let Some(markup) = markup(response) {
        // a success that is a page is the log-in; an error's page is an error
        let signed_out = (response.status().is_success() || is_login(&markup)).then_some(Fault::SignedOut);
        return denied(&title(&markup)).or(signed_out);
    }
    // a success that is an error all the same: docs/facts/creatio.md, "Errors", shape 3
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
fn refused(response: &HttpResponse) -> Fault {
    match (refusal(response), markup(response)) {
        (Fault::Refused { status, code, .. }, Some(markup)) => Fault::Refused { status, code, message: title(&markup) },
        (fault, _) => fault,
    }
}

/// The reply as a page of a web site, if it is one.
fn markup(response: &HttpResponse) -> Option<String> {
    let kind = response.headers().get(::http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let xml = kind.is_some_and(|kind| kind.starts_with("application/xml"));
    let html = kind.is_some_and(|kind| kind.starts_with("text/html")) || (response.body().starts_with(b"<") && !xml);
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
    fn lost_sessions_and_missing_permissions_are_no_answers() {
        let forbidden = |text: &str| Fault::Forbidden(text.to_owned());
        let refused = Fault::Refused { status: 500, code: String::new(), message: "deep".to_owned() };
        let page = |status, title: &str| Fault::Refused { status, code: String::new(), message: title.to_owned() };
        let absent = Fault::Refused { status: 404, code: String::new(), message: "No resource".to_owned() };
        let html = "text/html; charset=utf-8";
        for (status, kind, body, fault) in [
            (200, "application/json", r#"{"value":[]}"#, None),
            (302, "", "", Some(Fault::SignedOut)),
            (200, html, "<title>Login</title>", Some(Fault::SignedOut)),
            (200, "", "<!DOCTYPE html>", Some(Fault::SignedOut)),
            (200, html, "<title>No permission for OData</title>", Some(forbidden("No permission for OData"))),
            (200, "", r#"{"Message":"Authentication failed."}"#, Some(Fault::SignedOut)),
            (200, "", r#"{"Message":"No resource"}"#, Some(absent)),
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
            assert_eq!(super::page(&reply).err(), fault, "{status} {body}");
        }
    }
}
