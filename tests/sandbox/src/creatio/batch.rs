//! JSON `$batch` (docs/facts/creatio.md, "Batches"): at most 100 parts, in order, until one fails.
//!
//! An atomicity group whose member fails is rolled back, and only the failing member is answered: a
//! missing reply means "not executed". [`multipart`] reads and writes the older envelope, which no
//! client of ours sends.

mod multipart;

use super::Visit;
use super::error::{RUNTIME, Refusal, empty, odata};
use super::odata::{self, ROOT};
use super::store::Store;
use super::switches::Host;
use crate::environment::{Environment, Request, Response, Server};
use http::{Method, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// The most parts of one batch.
const MOST: usize = 100;

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    id: String,
    method: String,
    url: String,
    atomicity_group: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Json>,
}

/// Answers `POST odata/$batch`.
pub(crate) fn serve(store: &mut Store, visit: Visit<'_>, request: &Request, environment: &mut Environment) -> Response {
    let number = environment.begin_batch();
    let media_type = request.headers().get(header::CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    if media_type.starts_with(b"multipart/") {
        let parts = match multipart::parts(&String::from_utf8_lossy(media_type), request.body()) {
            Ok(parts) if parts.len() > MOST => Err(format!("The batch exceeds the maximum of {MOST} requests.")),
            parts => parts,
        };
        let parts = match parts {
            Ok(parts) => parts,
            Err(why) => return Refusal::invalid(why).response(visit.switched),
        };
        let run = Run { store, visit, outer: request, number, replies: Vec::new() };
        let replies = run.all(parts, environment);
        let json =
            request.headers().get(header::ACCEPT).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        return if json { odata(StatusCode::OK, &json!({"responses": replies})) } else { multipart::reply(&replies) };
    }
    if visit.switched.older_than([7, 16, 1]) {
        return empty(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let batch = match serde_json::from_slice::<Batch>(request.body()) {
        Ok(batch) if batch.requests.len() > MOST => {
            return Refusal::invalid(format!("The batch exceeds the maximum of {MOST} requests."))
                .response(visit.switched);
        }
        Ok(batch) => batch,
        Err(error) => return Refusal::invalid(format!("The batch can't be read: {error}.")).response(visit.switched),
    };
    let run = Run { store, visit, outer: request, number, replies: Vec::new() };
    let reply = odata(StatusCode::OK, &json!({"responses": run.all(batch.requests, environment)}));
    if visit.switched.raw.is_empty() {
        return reply;
    }
    // the page stands as it is where a JSON value should
    reply.map(|body| String::from_utf8_lossy(&body).replace(&json!(RUNTIME).to_string(), RUNTIME).into_bytes())
}

struct Run<'a> {
    store: &'a mut Store,
    visit: Visit<'a>,
    outer: &'a Request,
    number: u32,
    replies: Vec<Json>,
}

/// The atomicity group that is under way.
struct Group {
    name: String,
    before: Store,
    replies_before: usize,
    failed: bool,
}

impl Run<'_> {
    fn all(mut self, parts: Vec<Part>, environment: &mut Environment) -> Vec<Json> {
        let goes_on = prefers(self.outer, "continue-on-error");
        let mut group: Option<Group> = None;
        for part in parts {
            if group.as_ref().map(|group| &group.name) != part.atomicity_group.as_ref() {
                group = part.atomicity_group.clone().map(|name| Group {
                    name,
                    before: self.store.clone(),
                    replies_before: self.replies.len(),
                    failed: false,
                });
            }
            if group.as_ref().is_some_and(|group| group.failed) {
                continue;
            }
            let (status, reply) = self.one(&part, environment);
            let failed = status >= 400;
            if let (true, Some(group)) = (failed, group.as_mut()) {
                group.failed = true;
                *self.store = group.before.clone();
                self.replies.truncate(group.replies_before);
            }
            self.replies.extend(reply);
            if failed && !goes_on {
                break;
            }
        }
        self.replies
    }

    /// Carries out one part; its reply is missing where a fault took it.
    fn one(&mut self, part: &Part, environment: &mut Environment) -> (u16, Option<Json>) {
        let Some(request) = inner(part, self.outer, self.visit.switched.host) else {
            let refused = Refusal::invalid(format!("The request '{}' of the batch is malformed.", part.id));
            let refused = refused.response(self.visit.switched);
            return (refused.status().as_u16(), Some(shown(part, &refused)));
        };
        let served = environment.serve(Server::Creatio, Some(self.number), &request, |environment| {
            odata::serve(self.store, self.visit, &request, environment)
        });
        let status = served.response.as_ref().map_or(0, |response| response.status().as_u16());
        (status, served.response.map(|response| shown(part, &response)))
    }
}

/// The part as a request of its own, with its full path.
fn inner(part: &Part, outer: &Request, host: Host) -> Option<Request> {
    let relative = match part.url.split_once(ROOT) {
        Some((_, rest)) => rest,
        None => &part.url,
    };
    let path = format!("{}{ROOT}/{}", host.base(), relative.trim_start_matches('/')).replace(' ', "%20");
    let mut request = Request::new(part.body.as_ref().map(|body| body.to_string().into_bytes()).unwrap_or_default());
    *request.method_mut() = Method::from_bytes(part.method.to_ascii_uppercase().as_bytes()).ok()?;
    *request.uri_mut() = path.parse().ok()?;
    if let Some(host) = outer.headers().get(header::HOST) {
        request.headers_mut().insert(header::HOST, host.clone());
    }
    for (name, value) in &part.headers {
        let (name, value) = (http::HeaderName::try_from(name).ok()?, http::HeaderValue::try_from(value).ok()?);
        request.headers_mut().insert(name, value);
    }
    Some(request)
}

fn shown(part: &Part, response: &Response) -> Json {
    let headers = response.headers().iter();
    let headers: Map<String, Json> =
        headers.filter_map(|(name, value)| Some((name.to_string(), json!(value.to_str().ok()?)))).collect();
    let mut reply = Map::from_iter([
        ("id".to_owned(), json!(part.id)),
        ("status".to_owned(), json!(response.status().as_u16())),
        ("headers".to_owned(), Json::Object(headers)),
    ]);
    if let Some(group) = &part.atomicity_group {
        reply.insert("atomicityGroup".into(), json!(group));
    }
    if !response.body().is_empty() {
        let body = serde_json::from_slice(response.body());
        reply.insert("body".into(), body.unwrap_or_else(|_| json!(String::from_utf8_lossy(response.body()))));
    }
    Json::Object(reply)
}

fn prefers(request: &Request, preference: &str) -> bool {
    let values = request.headers().get_all("prefer").iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split([',', ';']))
        .any(|found| matches!(found.trim().trim_start_matches("odata."), p if p == preference || p == format!("{preference}=true")))
}
