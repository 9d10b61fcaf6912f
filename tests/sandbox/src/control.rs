//! The control: `/sandbox/*`, the same on all ports. It drives the emulators and looks at what they
//! saw; no client of the emulated servers ever needs it.

use crate::Sandbox;
use crate::creatio::Switches;
use crate::environment::{Fault, Request, Response, Seed};
use crate::exchange;
use crate::graph::Quirks;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::PoisonError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    account: String,
    claims: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Password {
    account: String,
    password: String,
}

#[derive(Deserialize)]
struct Reset {
    seed: Seed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Time {
    now: chrono::DateTime<chrono::Utc>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Latency {
    ms: u64,
}

/// Raw server-side bodies for [`Sandbox`]'s `/sandbox/load`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Load {
    /// The mailbox that events and tasks go into; absent: the first user's.
    pub account: Option<String>,
    /// Graph events as the server holds them.
    pub events: Vec<Value>,
    /// Graph todoTasks as the server holds them.
    pub tasks: Vec<Value>,
    /// OData Activity rows.
    pub activities: Vec<Value>,
    /// OData rows of any entity set, by its name.
    pub rows: BTreeMap<String, Vec<Value>>,
}

/// Answers one control request.
pub fn handle(sandbox: &mut Sandbox, request: &Request) -> Response {
    match (request.method(), request.uri().path()) {
        (&Method::POST, "/sandbox/token") => with(request, |body: Token| {
            let token = sandbox.environment.issue_token_with(&body.account, body.claims);
            answer(StatusCode::OK, &json!({"access_token": token, "token_type": "Bearer", "expires_in": 3599}))
        }),
        (&Method::POST, "/sandbox/reset") => with(request, |body: Reset| {
            sandbox.reset(body.seed);
            empty(StatusCode::NO_CONTENT)
        }),
        (&Method::POST, "/sandbox/clock") => with(request, |body: Time| {
            sandbox.environment.set_clock(body.now);
            empty(StatusCode::NO_CONTENT)
        }),
        (&Method::POST, "/sandbox/load") => with(request, |body: Load| load(sandbox, body)),
        (&Method::GET, "/sandbox/log") => list(sandbox.environment.log()),
        (&Method::GET, "/sandbox/mails") => {
            let mails: Vec<_> = sandbox.graph.mails().iter().chain(sandbox.exchange.mails()).collect();
            list(&mails)
        }
        (&Method::GET, "/sandbox/findings") => match &sandbox.findings {
            Some(findings) => list(&[&*findings.lock().unwrap_or_else(PoisonError::into_inner)]),
            None => refuse(StatusCode::NOT_FOUND, "nothing is checked: SANDBOX_DESCRIPTION names no description"),
        },
        (&Method::GET, "/sandbox/strays") => list(sandbox.exchange.strays()),
        (&Method::POST, "/sandbox/exchange") => with(request, |quirks: exchange::Quirks| {
            sandbox.exchange.set_quirks(&quirks);
            empty(StatusCode::NO_CONTENT)
        }),
        (&Method::POST, "/sandbox/password") => {
            with(request, |body: Password| match sandbox.exchange.set_password(&body.account, &body.password) {
                Ok(()) => empty(StatusCode::NO_CONTENT),
                Err(reason) => refuse(StatusCode::BAD_REQUEST, &reason),
            })
        }
        (&Method::POST, "/sandbox/expire") => {
            sandbox.graph.expire_tokens();
            sandbox.exchange.expire_states();
            empty(StatusCode::NO_CONTENT)
        }
        (&Method::POST, "/sandbox/faults") => with(request, |body: Vec<Fault>| {
            sandbox.environment.set_faults(body);
            empty(StatusCode::NO_CONTENT)
        }),
        (&Method::POST, "/sandbox/latency") => with(request, |body: Latency| {
            sandbox.environment.set_latency(body.ms);
            empty(StatusCode::NO_CONTENT)
        }),
        (&Method::POST, "/sandbox/creatio") => {
            with(request, |switches: Switches| match sandbox.creatio.switch(switches) {
                Ok(()) => empty(StatusCode::NO_CONTENT),
                Err(reason) => refuse(StatusCode::BAD_REQUEST, &reason),
            })
        }
        (&Method::POST, "/sandbox/renumber") => {
            sandbox.graph.renumber_containers(&mut sandbox.environment);
            sandbox.exchange.post().renumber_containers(&mut sandbox.environment);
            empty(StatusCode::NO_CONTENT)
        }
        (&Method::POST, "/sandbox/graph") => with(request, |quirks: Quirks| {
            sandbox.graph.set_quirks(&quirks);
            empty(StatusCode::NO_CONTENT)
        }),
        (_, path) if path.starts_with("/sandbox/hands/") => hands(sandbox, request),
        (method, path) => refuse(StatusCode::NOT_FOUND, &format!("the sandbox has no control {method} {path}")),
    }
}

fn list(rows: &[impl Serialize]) -> Response {
    match serde_json::to_value(rows) {
        Ok(rows) => answer(StatusCode::OK, &rows),
        Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// `/sandbox/hands/{account}/me/…`: what a person does in a mailbox, as to Graph.
fn hands(sandbox: &mut Sandbox, request: &Request) -> Response {
    let path = request.uri().path_and_query().map(http::uri::PathAndQuery::as_str).unwrap_or_default();
    let Some((account, path)) = path.strip_prefix("/sandbox/hands/").and_then(|rest| rest.split_once('/')) else {
        return refuse(StatusCode::BAD_REQUEST, "the path is /sandbox/hands/{account}/me/…");
    };
    let account = percent_encoding::percent_decode_str(account).decode_utf8_lossy().into_owned();
    let body: Option<Value> = match request.body().as_slice() {
        [] => None,
        bytes => match serde_json::from_slice(bytes) {
            Ok(body) => Some(body),
            Err(error) => return refuse(StatusCode::BAD_REQUEST, &error.to_string()),
        },
    };
    let (status, told) = sandbox.by_hand(&account, (request.method().as_str(), path), body.as_ref());
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if told.is_null() { empty(status) } else { answer(status, &told) }
}

fn load(sandbox: &mut Sandbox, body: Load) -> Response {
    let Sandbox { creatio, graph, exchange, environment, .. } = sandbox;
    let mut results = Vec::new();
    let account = body.account.as_deref().unwrap_or(crate::graph::ACCOUNT);
    if exchange.has(account) {
        results.extend(body.events.into_iter().map(|event| exchange.load_event_of(account, event, environment)));
        results.extend(body.tasks.into_iter().map(|task| exchange.load_task_of(account, task, environment)));
    } else {
        results.extend(body.events.into_iter().map(|event| graph.load_event_of(account, event, environment)));
        results.extend(body.tasks.into_iter().map(|task| graph.load_task_of(account, task, environment)));
    }
    results.extend(body.activities.into_iter().map(|row| creatio.load_activity(row, environment)));
    for (entity, rows) in body.rows {
        results.extend(rows.into_iter().map(|row| creatio.load_row(&entity, &row, environment)));
    }
    let mut loaded = 0_usize;
    let mut refused = Vec::new();
    for (index, result) in results.into_iter().enumerate() {
        match result {
            Ok(()) => loaded += 1,
            Err(reason) => refused.push(json!({"index": index, "reason": reason})),
        }
    }
    answer(StatusCode::OK, &json!({"loaded": loaded, "refused": refused}))
}

fn with<T: serde::de::DeserializeOwned>(request: &Request, act: impl FnOnce(T) -> Response) -> Response {
    match serde_json::from_slice(request.body()) {
        Ok(body) => act(body),
        Err(error) => refuse(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(body.to_string().into_bytes());
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}

fn refuse(status: StatusCode, message: &str) -> Response {
    answer(status, &json!({"error": message}))
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}
