//! The environment: what stands between a caller and the emulators, alike for all: clock, log,
//! faults, tokens. It knows nothing of OData or Graph.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A request with its whole body.
pub type Request = http::Request<Vec<u8>>;
/// A response with its whole body.
pub type Response = http::Response<Vec<u8>>;

/// Which server a request is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Server {
    /// OData, sign-in and the page.
    Creatio,
    /// Microsoft Graph.
    Graph,
    /// EWS of an Exchange Server.
    Exchange,
}

/// What a sandbox is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Seed {
    /// Two users with a mailbox each, all lookups, no items.
    Empty,
    /// A working month of a sales manager.
    Demo,
}

/// What the caller gets.
#[derive(Debug)]
pub struct Reply {
    /// `None`: the connection ends without an answer (a fault with `drop`).
    pub response: Option<Response>,
    /// How long the answer is held back, in milliseconds.
    pub delay_ms: u64,
    /// The connection ends in the middle of the body (a fault with `close`).
    pub cut: bool,
}

impl Reply {
    /// An answer without faults.
    #[must_use]
    pub fn whole(response: Response) -> Self {
        Self { response: Some(response), delay_ms: 0, cut: false }
    }
}

/// One row of `GET /sandbox/log`.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Who was called.
    pub server: Server,
    /// The verb.
    pub method: String,
    /// Path with query, as called; a batch part's is completed to the full path.
    pub path: String,
    /// The status answered; 0 where a fault dropped the reply.
    pub status: u16,
    /// Bytes of the request's body.
    #[serde(rename = "in")]
    pub bytes_in: usize,
    /// Bytes of the response's body.
    #[serde(rename = "out")]
    pub bytes_out: usize,
    /// `None` for a request; for a part of a batch, the number of that batch (1 is the first since
    /// the reset).
    pub batch: Option<u32>,
    /// Of a request to Exchange: the operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
}

/// One fault of `POST /sandbox/faults`: the next `times` requests that match get `then`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Fault {
    /// Which server; absent: all.
    pub server: Option<Server>,
    /// Which verb; absent: every verb.
    pub method: Option<String>,
    /// A regular expression over path and query; absent: every path.
    #[serde(default)]
    pub path: Pattern,
    /// A regular expression over the operation of a request to Exchange; absent: every request, of
    /// other servers too.
    pub operation: Option<Pattern>,
    /// How often it applies; absent: once.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens.
    pub then: Then,
}

fn once() -> u32 {
    1
}

/// What a fault does. With a status the emulator is not asked; otherwise it is, and its reply is
/// delayed, dropped or cut.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Then {
    /// Answer with this status in place of the emulator.
    pub status: Option<u16>,
    /// Headers of that answer.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Body of that answer: text as it is, anything else as JSON.
    pub body: Option<serde_json::Value>,
    /// Hold the reply back.
    #[serde(default)]
    pub delay_ms: u64,
    /// Give no reply: `before` the emulator acts, or `after` it has acted.
    pub drop: Option<Drop>,
    /// End the connection in the middle of the body. A batch part so treated is missing from the
    /// batch's reply.
    #[serde(default)]
    pub close: bool,
}

/// When a reply is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Drop {
    /// The request never arrives.
    Before,
    /// The request is carried out, its reply lost.
    After,
}

/// A regular expression that is read from JSON.
#[derive(Clone, Debug)]
pub struct Pattern(regex::Regex);

impl Default for Pattern {
    fn default() -> Self {
        #[allow(clippy::expect_used)] // an empty pattern always compiles
        Self(regex::Regex::new("").expect("an empty pattern"))
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        regex::Regex::new(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// Sees every request to an emulator and its reply, batch parts and faults' replies included:
/// schema checks hang here.
pub type Watcher = Box<dyn FnMut(Server, &Request, &Response) + Send>;

/// Clock, log, faults and tokens of one sandbox.
pub struct Environment {
    fixed: Option<DateTime<Utc>>,
    skew: Duration,
    log: Vec<Row>,
    batches: u32,
    faults: Vec<Fault>,
    delay_ms: u64,
    /// How long every answer is held back, in milliseconds: the way to the server and back.
    latency_ms: u64,
    /// Mailbox and claims by token.
    tokens: BTreeMap<String, (String, Option<String>)>,
    instance: uuid::Uuid,
    sequence: u64,
    watchers: Vec<Watcher>,
}

impl Environment {
    /// An environment with a fixed clock, or the machine's.
    #[must_use]
    pub fn new(fixed: Option<DateTime<Utc>>) -> Self {
        Self {
            fixed,
            skew: Duration::zero(),
            log: Vec::new(),
            batches: 0,
            faults: Vec::new(),
            delay_ms: 0,
            latency_ms: 0,
            tokens: BTreeMap::new(),
            instance: instance(fixed, 0),
            sequence: 0,
            watchers: Vec::new(),
        }
    }

    /// The servers' time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.fixed.unwrap_or_else(Utc::now) + self.skew
    }

    /// Sets the servers' time, which goes on from there.
    pub fn set_clock(&mut self, now: DateTime<Utc>) {
        self.skew += now - self.now();
    }

    /// Moves the servers' time on (or back).
    pub fn pass(&mut self, time: Duration) {
        self.skew += time;
    }

    /// A number that no earlier call gave: for ids, etags and tokens. It survives a reset.
    pub fn number(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// An id as servers make them at random (version 4); a fixed clock repeats it.
    pub fn fresh_id(&mut self) -> uuid::Uuid {
        let number = self.number().to_be_bytes();
        random_looking(uuid::Uuid::new_v5(&self.instance, &number))
    }

    /// The id of this life of the sandbox; a reset changes it.
    #[must_use]
    pub fn instance(&self) -> uuid::Uuid {
        self.instance
    }

    /// Clears log, faults, latency and batches and begins a new life.
    pub fn reset(&mut self) {
        self.latency_ms = 0;
        self.log.clear();
        self.faults.clear();
        self.batches = 0;
        let n = self.number();
        self.instance = instance(self.fixed, n);
    }

    /// Replaces the faults.
    pub fn set_faults(&mut self, faults: Vec<Fault>) {
        self.faults = faults;
    }

    /// Holds every answer back so long, a batch's as a whole, until a reset.
    pub fn set_latency(&mut self, ms: u64) {
        self.latency_ms = ms;
    }

    /// Takes the faults away: what they were.
    pub fn lift_faults(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.faults)
    }

    /// The log since the reset, oldest first; a batch stands before its parts.
    #[must_use]
    pub fn log(&self) -> &[Row] {
        &self.log
    }

    /// Has `watcher` see every request and reply from now on.
    pub fn watch(&mut self, watcher: Watcher) {
        self.watchers.push(watcher);
    }

    /// Gives out an access token for a mailbox.
    pub fn issue_token(&mut self, account: &str) -> String {
        self.issue_token_with(account, None)
    }

    /// As [`Environment::issue_token`], for a client that was challenged for these claims.
    pub fn issue_token_with(&mut self, account: &str, claims: Option<String>) -> String {
        let token = format!("sandbox-token-{}-{}", self.number(), self.instance.simple());
        self.tokens.insert(token.clone(), (account.to_owned(), claims));
        token
    }

    /// The mailbox that the bearer token of `request` was issued for.
    #[must_use]
    pub fn account_of(&self, request: &Request) -> Option<&str> {
        self.token_of(request).map(|(account, _)| account.as_str())
    }

    /// The claims that the bearer token of `request` was issued with.
    #[must_use]
    pub fn claims_of(&self, request: &Request) -> Option<&String> {
        self.token_of(request).and_then(|(_, claims)| claims.as_ref())
    }

    fn token_of(&self, request: &Request) -> Option<&(String, Option<String>)> {
        let header = request.headers().get(http::header::AUTHORIZATION)?.to_str().ok()?;
        self.tokens.get(header.strip_prefix("Bearer ")?)
    }

    /// Makes every token worthless, as when a session is revoked.
    pub fn revoke_tokens(&mut self) {
        self.tokens.clear();
    }

    /// A number for a new batch, to be given to [`Environment::serve`] with each of its parts.
    pub fn begin_batch(&mut self) -> u32 {
        self.batches += 1;
        self.batches
    }

    /// Has `answer` serve one request, or one part of batch `batch`, through faults, log and
    /// watchers. The emulators call this for the parts of a batch, with the full path
    /// (`/0/odata/…`, `/v1.0/…`); a part whose reply has no response is left out of the batch's
    /// reply. Delays of parts add up to the outer request's.
    pub fn serve(
        &mut self,
        server: Server,
        batch: Option<u32>,
        request: &Request,
        answer: impl FnOnce(&mut Self) -> Response,
    ) -> Reply {
        let path = request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned();
        let quiet = request.method() == http::Method::OPTIONS || is_static(server, &path);
        let operation = if server == Server::Exchange { operation(request.body()) } else { None };
        let called = (request.method().as_str(), path.as_str(), operation.as_deref().unwrap_or_default());
        let then = if quiet { None } else { self.strike(server, called) };
        let row = self.log.len();
        if !quiet {
            self.log.push(Row {
                server,
                method: request.method().as_str().to_owned(),
                path,
                status: 0,
                bytes_in: request.body().len(),
                bytes_out: 0,
                batch,
                operation,
            });
        }
        let then = then.unwrap_or_default();
        if batch.is_none() {
            self.delay_ms = if quiet { 0 } else { self.latency_ms };
        }
        self.delay_ms += then.delay_ms;
        let response = match (then.drop, then.status) {
            (Some(Drop::Before), _) => None,
            (Some(Drop::After), _) => {
                answer(self);
                None
            }
            (None, Some(status)) => Some(made(status, &then)),
            (None, None) => Some(answer(self)),
        };
        if let (Some(response), false) = (&response, quiet) {
            if let Some(row) = self.log.get_mut(row) {
                row.status = response.status().as_u16();
                row.bytes_out = response.body().len();
            }
            let mut watchers = std::mem::take(&mut self.watchers);
            for watcher in &mut watchers {
                watcher(server, request, response);
            }
            self.watchers = watchers;
        }
        let response = if then.close && batch.is_some() { None } else { response };
        Reply { response, delay_ms: self.delay_ms, cut: then.close }
    }

    fn strike(&mut self, server: Server, (method, path, operation): (&str, &str, &str)) -> Option<Then> {
        let fault = self.faults.iter_mut().find(|fault| {
            fault.times > 0
                && fault.server.is_none_or(|s| s == server)
                && fault.method.as_deref().is_none_or(|m| m.eq_ignore_ascii_case(method))
                && fault.path.0.is_match(path)
                && fault.operation.as_ref().is_none_or(|pattern| pattern.0.is_match(operation))
        })?;
        fault.times -= 1;
        Some(fault.then.clone())
    }
}

/// The operation of a request to EWS: the first element in the body of its envelope.
fn operation(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, after) = text.split_once("Body>").or_else(|| text.split_once("Body ")?.1.split_once('>'))?;
    let name = after.trim_start().strip_prefix('<')?;
    let name = name.split([' ', '>', '/', '\r', '\n', '\t']).next()?;
    Some(name.rsplit(':').next().unwrap_or(name).to_owned())
}

/// The page and its files are neither logged nor struck by faults.
fn is_static(server: Server, path: &str) -> bool {
    let services = ["/0/", "/odata", "/DataService/", "/rest/", "/ServiceModel/"];
    server == Server::Creatio && !services.iter().any(|service| path.starts_with(service))
}

fn made(status: u16, then: &Then) -> Response {
    let mut response = Response::new(match &then.body {
        None => Vec::new(),
        Some(serde_json::Value::String(text)) => text.clone().into_bytes(),
        Some(other) => other.to_string().into_bytes(),
    });
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    if matches!(&then.body, Some(body) if !body.is_string()) {
        response.headers_mut().insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    }
    for (name, value) in &then.headers {
        if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// The same id, marked as random: programs tell by the version which ids follow from a name.
pub(crate) fn random_looking(id: uuid::Uuid) -> uuid::Uuid {
    uuid::Builder::from_random_bytes(id.into_bytes()).into_uuid()
}

/// Fixed clocks give fixed instance ids, so that a seeded test repeats to the byte.
fn instance(fixed: Option<DateTime<Utc>>, n: u64) -> uuid::Uuid {
    match fixed {
        Some(at) => uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, format!("{at}/{n}").as_bytes()),
        None => uuid::Uuid::new_v4(),
    }
}
