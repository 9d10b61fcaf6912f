//! Replies: their status, body and the headers that every reply of graph.microsoft.com carries,
//! CORS among them (docs/facts/graph.md, "CORS").

use super::base64::{STANDARD, base64};
use super::quirks::HTML;
use crate::environment::{Request, Response};
use chrono::{DateTime, Utc};
use http::header::{self, HeaderMap, HeaderName};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

/// Headers that a page may read (docs/facts/graph.md, "CORS").
const EXPOSED: &str = "ETag, Location, Preference-Applied, Content-Range, request-id, client-request-id, \
    ReadWriteConsistencyToken, Retry-After, SdkVersion, WWW-Authenticate, x-ms-client-gcc-tenant, \
    X-Planner-Operationid, x-ms-permissions-recommendations";

/// [`EXPOSED`] but for one.
pub(crate) fn exposed_without(name: &str) -> String {
    let rest: Vec<&str> = EXPOSED.split(", ").filter(|exposed| !exposed.eq_ignore_ascii_case(name)).collect();
    rest.join(", ")
}

/// A reply that did what was asked.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Option<Value>,
    /// Header `Location`.
    pub(crate) location: Option<String>,
}

impl Answer {
    /// 200 with a body.
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body), location: None }
    }

    /// 201 with what was created.
    pub(crate) fn created(body: Value, location: String) -> Self {
        Self { status: StatusCode::CREATED, body: Some(body), location: Some(location) }
    }

    /// A status without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, body: None, location: None }
    }
}

/// A reply that refuses.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fail {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// Headers that the refusal has beside the usual ones.
    pub(crate) headers: Vec<(HeaderName, String)>,
}

/// What serving a request comes to.
pub(crate) type Outcome = Result<Answer, Fail>;

impl Fail {
    /// A refusal with `status`.
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), headers: Vec::new() }
    }

    /// The same refusal with one more header.
    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// 400 `ErrorInvalidRequest`: Exchange doesn't understand or doesn't allow it.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "ErrorInvalidRequest", message)
    }

    /// 400 `RequestBodyRead`: the body has a member that the type lacks, or of another type.
    pub(crate) fn body(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "RequestBodyRead", message)
    }

    /// 400 `ErrorPropertyValidationFailure`: the values don't go together.
    pub(crate) fn property(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "ErrorPropertyValidationFailure", message)
    }

    /// 403 `ErrorAccessDenied`.
    pub(crate) fn denied() -> Self {
        Self::new(StatusCode::FORBIDDEN, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    }

    /// 404 `ErrorItemNotFound`.
    pub(crate) fn not_found() -> Self {
        let message = "The specified object was not found in the store.";
        Self::new(StatusCode::NOT_FOUND, "ErrorItemNotFound", message)
    }

    /// 501 with the name of what the sandbox lacks.
    pub(crate) fn missing(what: &str) -> Self {
        let message = format!("The sandbox does not have {what}");
        Self::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
    }
}

/// Ids of one exchange, for the headers and for errors.
pub(crate) struct Trace {
    request_id: String,
    client_request_id: String,
    at: DateTime<Utc>,
}

impl Trace {
    /// Request number `n` at `at`; the client's own id is taken over if there is one.
    pub(crate) fn new(request: &Request, n: u64, at: DateTime<Utc>) -> Self {
        let request_id = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, format!("request/{n}").as_bytes()).to_string();
        let own = request.headers().get("client-request-id").and_then(|v| v.to_str().ok());
        let client_request_id = own.map_or_else(|| request_id.clone(), str::to_owned);
        Self { request_id, client_request_id, at }
    }
}

/// The response of an outcome; `applied` goes into `Preference-Applied`.
pub(crate) fn response(outcome: Outcome, trace: &Trace, applied: &str) -> Response {
    let (status, body, location, more) = match outcome {
        Ok(answer) => (answer.status, answer.body, answer.location, Vec::new()),
        Err(fail) => (fail.status, Some(error(&fail, trace)), None, fail.headers),
    };
    let mut response = Response::new(body.as_ref().map(|b| b.to_string().into_bytes()).unwrap_or_default());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if body.is_some() {
        let kind =
            "application/json; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8";
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    if status == StatusCode::UNAUTHORIZED && more.is_empty() {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    for (name, value) in more {
        put(headers, name, &value);
    }
    put(headers, header::LOCATION, location.as_deref().unwrap_or_default());
    put(headers, HeaderName::from_static("preference-applied"), applied);
    put(headers, HeaderName::from_static("request-id"), &trace.request_id);
    put(headers, HeaderName::from_static("client-request-id"), &trace.client_request_id);
    allow(headers);
    response
}

/// Makes a reply a page of HTML.
pub(crate) fn garble(response: &mut Response, status: StatusCode) {
    *response.status_mut() = status;
    *response.body_mut() = HTML.as_bytes().to_vec();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
}

/// Has a batch carry such pages as they are, not as texts.
pub(crate) fn unquote(response: &mut Response) {
    let quoted = Value::from(HTML).to_string();
    if let Ok(text) = std::str::from_utf8(response.body())
        && text.contains(&quoted)
    {
        *response.body_mut() = text.replace(&quoted, HTML).into_bytes();
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_str(value)) {
        headers.insert(name, value);
    }
}

/// 401 with the challenge of continuous access evaluation: a token is wanted that was issued with
/// `claims` (docs/facts/graph.md, "Challenges").
pub(crate) fn insufficient(claims: &str) -> Fail {
    let message = "Continuous access evaluation resulted in challenge with result: InteractionRequired";
    let challenge = format!(
        "Bearer realm=\"\", authorization_uri=\"https://login.contoso.example/common/oauth2/authorize\", \
         client_id=\"00000003-0000-0000-c000-000000000000\", error=\"insufficient_claims\", claims=\"{}\"",
        base64(claims.as_bytes(), STANDARD, "=")
    );
    Fail::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message).with(header::WWW_AUTHENTICATE, challenge)
}

/// Lets a page of any origin read a reply, as graph.microsoft.com does: for replies that faults put
/// in place of the emulator's too, or a browser would not see their status. What is there already
/// stays.
pub fn allow(headers: &mut HeaderMap) {
    headers.entry(header::ACCESS_CONTROL_ALLOW_ORIGIN).or_insert(HeaderValue::from_static("*"));
    headers.entry(header::ACCESS_CONTROL_EXPOSE_HEADERS).or_insert(HeaderValue::from_static(EXPOSED));
}

/// The answer to a preflight: any origin, the methods of Graph, whatever headers were asked for.
pub(crate) fn preflight(request: &Request) -> Response {
    let mut response = Response::new(Vec::new());
    let headers = response.headers_mut();
    allow(headers);
    let methods = HeaderValue::from_static("GET, POST, PATCH, PUT, DELETE, OPTIONS");
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    if let Some(asked) = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

fn error(fail: &Fail, trace: &Trace) -> Value {
    json!({"error": {
        "code": fail.code,
        "message": fail.message,
        "innerError": {
            "date": trace.at.format("%Y-%m-%dT%H:%M:%S").to_string(),
            "request-id": trace.request_id,
            "client-request-id": trace.client_request_id,
        },
    }})
}
