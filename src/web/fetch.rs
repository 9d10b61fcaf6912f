//! [`Http`] by the browser's `fetch`. The only file that names gloo-net. A request that nobody
//! waits for any longer is aborted, and its end is not awaited: gloo-net panics when `fetch`
//! rejects with anything but an `Error`.
#![cfg(target_arch = "wasm32")]

use crate::ports::{Http, HttpResponse, NoResponse, Request};
use futures_util::future::{self, Either};
use gloo_net::http::{Headers, RequestBuilder};
use gloo_timers::future::TimeoutFuture;
use http::StatusCode;
use http::header::AUTHORIZATION;
use js_sys::Uint8Array;
use std::pin::pin;
use web_sys::{AbortController, RequestCredentials, RequestRedirect};

/// Milliseconds after which a request counts as lost: longer than any of the servers works on one.
const LIMIT: u32 = 120_000;

/// Sends requests by `fetch`: with the user's cookies to Creatio, without any to everybody else.
#[derive(Clone, Debug)]
pub struct Fetch {
    creatio: String,
    limit: u32,
}

impl Fetch {
    /// Cookies go to the origin of `creatio`, an absolute address, only.
    #[must_use]
    pub fn new(creatio: &str) -> Self {
        Self { creatio: origin(creatio).to_owned(), limit: LIMIT }
    }

    /// The same, but that a request is lost after so many milliseconds.
    #[must_use]
    pub fn within(mut self, limit: u32) -> Self {
        self.limit = limit;
        self
    }

    /// Cookies and redirects: Creatio leads to its sign-in page; nobody else may lead a request,
    /// and the credentials in it, elsewhere. A request that is `signed` by a header goes to an
    /// Exchange Server behind a path of Creatio's origin: cookies are not meant for it, and without
    /// them the browser shows no dialog of its own for a password.
    fn fetch_policy(&self, address: &str, signed: bool) -> (RequestCredentials, RequestRedirect) {
        if origin(address) == self.creatio && !signed {
            (RequestCredentials::SameOrigin, RequestRedirect::Follow)
        } else {
            (RequestCredentials::Omit, RequestRedirect::Manual)
        }
    }
}

impl Http for Fetch {
    async fn send(&self, request: Request) -> Result<HttpResponse, NoResponse> {
        let (parts, body) = request.into_parts();
        let address = parts.uri.to_string();
        let headers = Headers::new();
        for (name, value) in &parts.headers {
            headers.append(name.as_str(), value.to_str().map_err(|_| NoResponse)?);
        }
        let (credentials, redirect) = self.fetch_policy(&address, parts.headers.contains_key(AUTHORIZATION));
        let builder = RequestBuilder::new(&address).method(parts.method).headers(headers);
        let aborting = Aborting(AbortController::new().map_err(|_| NoResponse)?);
        let builder = builder.credentials(credentials).redirect(redirect).abort_signal(Some(&aborting.0.signal()));
        let reply = async {
            let sent = if body.is_empty() {
                builder.send().await
            } else {
                builder.body(Uint8Array::from(body.as_slice())).map_err(|_| NoResponse)?.send().await
            };
            whole(sent.map_err(|_| NoResponse)?).await
        };
        match future::select(pin!(reply), TimeoutFuture::new(self.limit)).await {
            Either::Left((reply, _)) => reply,
            Either::Right(_) => Err(NoResponse),
        }
    }
}

/// Aborts a request when it is dropped; one that has ended does not mind.
struct Aborting(AbortController);

impl Drop for Aborting {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The response once its whole body is there; a body cut off is a lost response.
async fn whole(from: gloo_net::http::Response) -> Result<HttpResponse, NoResponse> {
    // a redirect that was not followed shows nothing, not even its status
    let status = if from.status() == 0 { StatusCode::FOUND.as_u16() } else { from.status() };
    let mut response = http::Response::builder().status(status);
    for (name, value) in from.headers().entries() {
        response = response.header(name, value);
    }
    response.body(from.binary().await.map_err(|_| NoResponse)?).map_err(|_| NoResponse)
}

/// Scheme, host and port of an absolute address.
fn origin(address: &str) -> &str {
    let host = address.find("://").map_or(0, |at| at + 3);
    let rest = address.get(host..).unwrap_or_default();
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    address.get(..host + end).unwrap_or(address)
}
