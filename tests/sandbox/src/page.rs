//! The page at `/` and the files it loads, from the folder of the built page. Opening the page
//! signs the browser in and tells the page who the user is, as Creatio's own pages know it from
//! their globals.

use http::{HeaderValue, Method, StatusCode, header};
use percent_encoding::percent_decode_str;
use sandbox::{Request, Response, Sandbox};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// What `index.html` holds where the page's context belongs.
const PLACEHOLDER: &str = "<!--sandbox-->";

/// The built page.
pub(crate) struct Page {
    folder: PathBuf,
    graph_port: u16,
    policy: Option<HeaderValue>,
}

impl Page {
    /// The page in `folder`, which may talk to Graph on `graph_port`.
    pub(crate) fn new(folder: PathBuf, graph_port: u16) -> Self {
        let policy = format!(
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
             connect-src 'self' http://localhost:{graph_port}; require-trusted-types-for 'script'; \
             trusted-types schedule-sync lit-html dompurify"
        );
        Self { folder, graph_port, policy: HeaderValue::try_from(policy).ok() }
    }

    /// Answers a request for the page or one of its files; `None` where there is no such file.
    pub(crate) fn serve(&self, request: &Request, sandbox: &Mutex<Sandbox>) -> Option<Response> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return None;
        }
        let path = request.uri().path();
        let mut response = if matches!(path, "/" | "/index.html") {
            self.index(request, sandbox)
        } else {
            file(request, &std::fs::read(self.locate(path)?).ok()?, media_type(path))
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(policy) = &self.policy {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
        }
        Some(response)
    }

    fn index(&self, request: &Request, sandbox: &Mutex<Sandbox>) -> Response {
        let Ok(html) = std::fs::read_to_string(self.folder.join("index.html")) else {
            let body = "The page is not built, or SANDBOX_WWW names another folder.\n";
            let mut response = typed("text/plain; charset=utf-8", body.as_bytes().to_vec());
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            return response;
        };
        let mut guard = sandbox.lock().unwrap_or_else(PoisonError::into_inner);
        let Sandbox { creatio, environment, .. } = &mut *guard;
        let cookies = creatio.sign_in(environment);
        let mut context = json!({"instance": environment.instance(), "base": creatio.base(), "sandbox": true,
            "graph": format!("http://localhost:{}/v1.0", self.graph_port), "exchange": "/ews/Exchange.asmx", "culture": culture(request)});
        if let (Some(context), Some(user)) = (context.as_object_mut(), creatio.page_context().as_object()) {
            context.extend(user.clone());
        }
        drop(guard);
        // Inside a script element only "<" could end the JSON early.
        let data = context.to_string().replace('<', "\\u003c");
        let block = format!("<script type=\"application/json\" id=\"creatio-context\">{data}</script>");
        let mut response = typed("text/html; charset=utf-8", html.replacen(PLACEHOLDER, &block, 1).into_bytes());
        for cookie in cookies {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }

    /// The file that a path names, if it lies in the folder.
    fn locate(&self, path: &str) -> Option<PathBuf> {
        let path = percent_decode_str(path).decode_utf8().ok()?;
        let file = self.folder.join(path.trim_start_matches('/')).canonicalize().ok()?;
        let folder = self.folder.canonicalize().ok()?;
        (file.starts_with(folder) && file.is_file()).then_some(file)
    }
}

/// A file with its tag, or 304 where the browser has it.
fn file(request: &Request, bytes: &[u8], media_type: &'static str) -> Response {
    let tag = format!("\"{}\"", Uuid::new_v5(&Uuid::NAMESPACE_OID, bytes).simple());
    let known = request.headers().get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response = typed(media_type, if known { Vec::new() } else { bytes.to_vec() });
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn typed(media_type: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

fn media_type(path: &str) -> &'static str {
    match Path::new(path).extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "json" | "map" => "application/json; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The culture that the query asks for.
fn culture(request: &Request) -> String {
    let options = request.uri().query().unwrap_or_default().split('&');
    let wanted = options.filter_map(|option| option.split_once('=')).find(|(name, _)| *name == "culture");
    let wanted = wanted.map(|(_, value)| percent_decode_str(value).decode_utf8_lossy().into_owned());
    wanted.filter(|culture| !culture.is_empty()).unwrap_or_else(|| "en-US".to_owned())
}
