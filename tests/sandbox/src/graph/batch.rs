//! `$batch`: up to 20 parts in one request, each through the environment on its own
//! (docs/facts/graph.md, "Batches").

use super::answer::{Answer, Fail, Outcome};
use super::call::Call;
use super::shape::{Object, put};
use crate::environment::{Environment, Reply, Request, Response, Server};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Parts in one batch.
const MOST: usize = 20;

/// Serves a batch; `answer` serves one part. Replies come in the order of the parts, or backwards
/// in every other batch, so that nobody relies on it.
///
/// # Errors
/// 400 where the envelope is not a batch.
pub(crate) fn serve(
    call: &Call,
    outer: &Request,
    environment: &mut Environment,
    mut answer: impl FnMut(&Request, &mut Environment) -> Response,
) -> Outcome {
    let body = call.body()?;
    let parts = check(&body)?;
    let number = environment.begin_batch();
    let mut statuses = BTreeMap::new();
    let mut replies = Vec::new();
    for part in parts {
        let id = part["id"].as_str().unwrap_or_default();
        let mut needs = part["dependsOn"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let fits = needs.all(|need| statuses.get(&need.to_lowercase()).is_some_and(|status| *status < 400));
        let reply = if fits {
            let request = request(part, outer)?;
            environment.serve(Server::Graph, Some(number), &request, |environment| answer(&request, environment))
        } else {
            Reply::whole(failed_dependency())
        };
        statuses.insert(id.to_lowercase(), reply.response.as_ref().map_or(500, |response| response.status().as_u16()));
        replies.extend(reply.response.map(|response| written(id, &response)));
    }
    if number % 2 == 1 {
        replies.reverse();
    }
    Ok(Answer::ok(json!({"responses": replies})))
}

/// The parts of a batch, if it is one.
fn check(body: &Object) -> Result<&[Value], Fail> {
    let refuse = |message: &str| Err(Fail::new(StatusCode::BAD_REQUEST, "BadRequest", message));
    let Some(Value::Array(parts)) = body.get("requests") else { return refuse("The batch has no requests.") };
    if parts.len() > MOST {
        return refuse("Number of batch request steps exceeds the maximum value of 20.");
    }
    let mut ids = Vec::new();
    for part in parts {
        let text = |name: &str| part[name].as_str().filter(|text| !text.is_empty());
        let (Some(id), Some(_), Some(url)) = (text("id"), text("method"), text("url")) else {
            return refuse("Every batch request step needs an id, a method and a url.");
        };
        if url.contains("://") || url.trim_start_matches('/').starts_with("$batch") {
            return refuse("The url of a batch request step must be relative and not another batch.");
        }
        if ids.contains(&id.to_lowercase()) {
            return refuse("The ids of batch request steps must be unique.");
        }
        let mut needs = part["dependsOn"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if !needs.all(|need| ids.contains(&need.to_lowercase())) {
            return refuse("A batch request step can only depend on earlier ones.");
        }
        let kind = part["headers"]
            .as_object()
            .into_iter()
            .flatten()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if part.get("body").is_some_and(|body| !body.is_null()) && kind.is_none() {
            return refuse("A batch request step with a body needs a Content-Type header.");
        }
        ids.push(id.to_lowercase());
    }
    Ok(parts)
}

/// One part as a request of its own, with the authorization of the outer one.
fn request(part: &Value, outer: &Request) -> Result<Request, Fail> {
    let url = part["url"].as_str().unwrap_or_default();
    let path = format!("/v1.0/{}", url.trim_start_matches('/'));
    let mut request = http::Request::builder().method(part["method"].as_str().unwrap_or_default()).uri(path);
    for (name, value) in part["headers"].as_object().into_iter().flatten() {
        if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(name), HeaderValue::try_from(value.as_str().unwrap_or_default()))
        {
            request = request.header(name, value);
        }
    }
    let host = outer.uri().authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    let host = host.or_else(|| outer.headers().get(http::header::HOST).cloned());
    for (name, value) in
        [(http::header::HOST, host), (http::header::AUTHORIZATION, outer.headers().get("authorization").cloned())]
    {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    let body = part.get("body").filter(|body| !body.is_null()).map(|body| body.to_string().into_bytes());
    request
        .body(body.unwrap_or_default())
        .map_err(|error| Fail::invalid(format!("A batch request step is malformed: {error}")))
}

fn failed_dependency() -> Response {
    let error = json!({"error": {"code": "FailedDependency", "message": "A request that this one depends on failed."}});
    let mut response = Response::new(error.to_string().into_bytes());
    *response.status_mut() = StatusCode::FAILED_DEPENDENCY;
    response
}

/// A response as a member of the batch's reply: headers as texts, the body as JSON.
fn written(id: &str, response: &Response) -> Value {
    let shown = |name: &str| !name.starts_with("access-control-");
    let headers: Object = response
        .headers()
        .iter()
        .filter(|(name, _)| shown(name.as_str()))
        .filter_map(|(name, value)| Some((canonical(name.as_str()), Value::from(value.to_str().ok()?))))
        .collect();
    let mut reply = json!({"id": id, "status": response.status().as_u16(), "headers": headers});
    if !response.body().is_empty() {
        let text = || Value::from(String::from_utf8_lossy(response.body()));
        put(&mut reply, "body", serde_json::from_slice(response.body()).unwrap_or_else(|_| text()));
    }
    reply
}

/// `retry-after` as `Retry-After`: in JSON, where names are told apart by case, Graph writes them
/// so.
fn canonical(name: &str) -> String {
    if matches!(name, "request-id" | "client-request-id") {
        return name.to_owned();
    }
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join("-")
}
