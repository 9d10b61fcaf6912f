//! The envelope `multipart/mixed` of a batch (docs/facts/creatio.md, "Batches"): requests as
//! `application/http`, change sets nested. A change set is an atomicity group.
// a JSON value that is asked for a member it lacks is null, it does not panic
#![allow(clippy::indexing_slicing)]

use super::Part;
use crate::creatio::error::reply as answer;
use crate::environment::Response;
use http::StatusCode;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The requests in a body of this media type, in order; each has its place as id, those without a
/// `Content-ID` too.
///
/// # Errors
/// What can't be read.
pub(super) fn parts(media_type: &str, body: &[u8]) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let text = String::from_utf8_lossy(body).replace("\r\n", "\n");
    collect(media_type, &text, None, &mut parts)?;
    Ok(parts)
}

fn collect(media_type: &str, text: &str, group: Option<&str>, parts: &mut Vec<Part>) -> Result<(), String> {
    let boundary = media_type.split(';').find_map(|part| part.trim().strip_prefix("boundary="));
    let boundary = boundary.ok_or("The batch has no boundary.")?.trim_matches('"');
    let (_, inside) = text.split_once(&format!("--{boundary}\n")).ok_or("The batch has no parts.")?;
    let end = format!("--{boundary}--");
    let inside = inside.split_once(&end).ok_or("The batch has no end.")?.0;
    for piece in inside.split(&format!("--{boundary}\n")) {
        let (head, body) = piece.split_once("\n\n").ok_or("A part has no body.")?;
        let headers = headers(head);
        let kind = headers.get("content-type").map_or("", String::as_str);
        if kind.starts_with("multipart/mixed") {
            collect(kind, body, Some(kind), parts)?;
        } else if kind == "application/http" {
            let id = headers.get("content-id").cloned().unwrap_or_else(|| parts.len().to_string());
            parts.push(request(id, body, group)?);
        } else {
            return Err(format!("A part is of the type '{kind}'."));
        }
    }
    Ok(())
}

fn headers(text: &str) -> BTreeMap<String, String> {
    let pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned())).collect()
}

fn request(id: String, text: &str, group: Option<&str>) -> Result<Part, String> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let (first, rest) = head.trim_start().split_once('\n').unwrap_or((head.trim(), ""));
    let mut words = first.split(' ');
    let (Some(method), Some(url)) = (words.next(), words.next()) else {
        return Err("A part has no request line.".to_owned());
    };
    let body = Some(body.trim()).filter(|body| !body.is_empty());
    let body = body.map(|body| serde_json::from_str::<Json>(body).map_err(|error| error.to_string())).transpose()?;
    let (method, url, atomicity_group) = (method.to_owned(), url.to_owned(), group.map(str::to_owned));
    Ok(Part { id, method, url, atomicity_group, headers: headers(rest), body })
}

/// The replies in the same envelope.
pub(super) fn reply(replies: &[Json]) -> Response {
    let mut text = String::new();
    for reply in replies {
        let status = reply["status"].as_u64().unwrap_or_default();
        let id = reply["id"].as_str().unwrap_or_default();
        let body = if reply["body"].is_null() { String::new() } else { reply["body"].to_string() };
        // writing to a text does not fail
        let _ = write!(
            text,
            "--batchresponse\r\nContent-Type: application/http\r\nContent-ID: {id}\r\n\r\nHTTP/1.1 {status}\r\n\
             Content-Type: application/json; odata.metadata=minimal\r\n\r\n{body}\r\n"
        );
    }
    text.push_str("--batchresponse--\r\n");
    answer(StatusCode::OK, "multipart/mixed; boundary=batchresponse", text.into_bytes())
}
