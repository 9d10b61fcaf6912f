//! A client of the sandbox in process, for its own tests: sends, checks every exchange with Graph
//! against Microsoft's description, and hands back status and JSON.
// a test fails by panicking
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing)]
#![allow(dead_code, unreachable_pub)] // each test binary uses a part of it

use chrono::{DateTime, TimeZone, Utc};
use sandbox::openapi::Description;
use sandbox::{Request, Response, Sandbox, Seed, Server};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// The folder that holds Microsoft's descriptions, if this machine has it.
pub fn shared() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    if folder.join("graph/openapi.yaml").exists() {
        return Some(folder);
    }
    println!("SKIPPED: ../shared is absent, nothing is checked against Microsoft's description of Graph");
    None
}

/// Microsoft's description of Graph, read once.
pub fn description() -> Option<Arc<Description>> {
    static ONCE: OnceLock<Option<Arc<Description>>> = OnceLock::new();
    let load = || Some(Arc::new(Description::load(&shared()?.join("graph/openapi.yaml")).unwrap()));
    ONCE.get_or_init(load).clone()
}

/// A Wednesday.
pub fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 18, 9, 0, 0).unwrap()
}

/// A sandbox, a token for it and the description.
pub struct Client {
    pub sandbox: Sandbox,
    pub token: String,
    description: Option<Arc<Description>>,
}

/// A reply: status, headers, body.
pub struct Got {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Value,
}

impl Client {
    pub fn new(seed: Seed) -> Self {
        let mut sandbox = Sandbox::new(seed, Some(now()));
        let token = sandbox.environment.issue_token("demo@contoso.example");
        Self { sandbox, token, description: description() }
    }

    /// Sends a request to Graph; `headers` are lines like `Prefer: …`.
    pub fn send(&mut self, method: &str, path: &str, body: Option<&Value>, headers: &[&str]) -> Got {
        let path = path.strip_prefix("http://graph.test").unwrap_or(path);
        let mut request = http::Request::builder().method(method).uri(path).header("host", "graph.test");
        request = request.header("authorization", format!("Bearer {}", self.token));
        for line in headers {
            let (name, value) = line.split_once(": ").unwrap();
            request = request.header(name, value);
        }
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let request = request.body(bytes).unwrap();
        let response = self.sandbox.handle(Server::Graph, &request).response.unwrap();
        self.check(&request, &response);
        let body = response.body();
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(body).unwrap() };
        Got { status: response.status().as_u16(), headers: response.headers().clone(), body }
    }

    fn check(&self, request: &Request, response: &Response) {
        let Some(description) = &self.description else { return };
        let mut violations = description.check_response(request, response);
        if response.status().is_success() {
            violations.extend(description.check_request(request));
        }
        assert!(violations.is_empty(), "{violations:#?}");
        let lacks = description.lacks(request).filter(|_| response.status().is_success());
        assert_eq!(lacks, None, "served, but not described");
    }

    /// Has the requests from now on come from the owner of another mailbox.
    pub fn become_user(&mut self, account: &str) {
        self.token = self.sandbox.environment.issue_token(account);
    }

    /// A control request, which must have this status: the JSON of its reply.
    pub fn control(&mut self, method: &str, path: &str, body: &Value, status: u16) -> Value {
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = http::Request::builder().method(method).uri(format!("/sandbox/{path}")).body(bytes).unwrap();
        let response = self.sandbox.handle(Server::Graph, &request).response.unwrap();
        let told = String::from_utf8_lossy(response.body()).into_owned();
        assert_eq!(response.status().as_u16(), status, "{method} {path} {body}: {told}");
        serde_json::from_str(&told).unwrap_or(Value::Null)
    }

    pub fn get(&mut self, path: &str) -> Value {
        let got = self.send("GET", path, None, &[]);
        assert_eq!(got.status, 200, "GET {path}: {}", got.body);
        got.body
    }

    /// POST that must create something.
    pub fn create(&mut self, path: &str, body: &Value) -> Value {
        let got = self.send("POST", path, Some(body), &[]);
        assert_eq!(got.status, 201, "POST {path}: {}", got.body);
        got.body
    }

    pub fn patch(&mut self, path: &str, body: &Value) -> Value {
        let got = self.send("PATCH", path, Some(body), &[]);
        assert_eq!(got.status, 200, "PATCH {path}: {}", got.body);
        got.body
    }

    pub fn delete(&mut self, path: &str) {
        assert_eq!(self.send("DELETE", path, None, &[]).status, 204, "DELETE {path}");
    }

    /// All items of a list or round, page by page, and the link that ends a round.
    pub fn pages(&mut self, path: &str, size: usize) -> (Vec<Value>, String) {
        let prefer = format!("Prefer: odata.maxpagesize={size}");
        let (mut items, mut next) = (Vec::new(), path.to_owned());
        loop {
            let got = self.send("GET", &next, None, &[&prefer]);
            assert_eq!(got.status, 200, "GET {next}: {}", got.body);
            let page = got.body["value"].as_array().unwrap();
            assert!(page.len() <= size);
            items.extend(page.iter().cloned());
            match got.body["@odata.nextLink"].as_str() {
                Some(link) => next = link.to_owned(),
                None => return (items, got.body["@odata.deltaLink"].as_str().unwrap_or_default().to_owned()),
            }
        }
    }
}

/// The values of one member.
pub fn each<'v>(items: impl IntoIterator<Item = &'v Value>, name: &str) -> Vec<String> {
    items.into_iter().map(|item| item[name].as_str().unwrap_or("-").to_owned()).collect()
}

/// The items of a list's answer.
pub fn items(body: &Value) -> &[Value] {
    body["value"].as_array().map(Vec::as_slice).unwrap_or_default()
}
