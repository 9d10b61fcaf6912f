//! The caller: makes a [`Call`] a request, signs it, sends it, and sends it again where that is
//! safe and may help. It does not read bodies.

use super::retry::{self, CallFailure};
use super::{Call, Endpoint, Fault, Payload, claims, odata};
use crate::error::{Error, Result};
use crate::model::{Instant, Side};
use crate::ports::{Clock, Credentials, Http, HttpResponse, Request, Secret};
use http::{
    Uri,
    header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER},
    uri::Authority,
};
use std::{cell::Cell, rc::Rc};

/// Calls one service of one side.
pub struct Caller<P> {
    port: Rc<P>,
    side: Side,
    base: String,
    headers: Vec<(&'static str, String)>,
    /// Batches that may be under way at the same time.
    lanes: usize,
    server_time: Cell<Option<Instant>>,
    /// What a part of a batch said of the credentials.
    doubted: Cell<Renewal>,
    /// What in a reply tells that it is no answer at all.
    judge: fn(&HttpResponse) -> Option<Fault>,
    /// What in a reply tells how it failed, where its status does not.
    explain: fn(&HttpResponse) -> Option<CallFailure>,
}

/// How new credentials are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Renewal {
    /// Not at all: those there are will do.
    #[default]
    Not,
    /// Those there are were refused.
    Anew,
    /// They were challenged for these claims.
    Claims(String),
}

impl<P: Http + Clock + Credentials> Caller<P> {
    /// A caller for the service whose absolute root is `base`.
    pub fn new(port: Rc<P>, side: Side, base: &str) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        let headers = vec![("Accept", "application/json".to_owned())];
        Self {
            port,
            side,
            base,
            headers,
            lanes: 1,
            server_time: Cell::default(),
            doubted: Cell::default(),
            judge: |_| None,
            explain: |_| None,
        }
    }

    /// The same caller, sending up to so many batches at the same time; one unless told.
    #[must_use]
    pub const fn at_once(mut self, lanes: usize) -> Self {
        self.lanes = lanes;
        self
    }

    /// The same caller, sending one more header with every call; one of the same name is replaced.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The same caller, taking no reply for an answer of which `judge` says that it is none,
    /// whatever its status.
    #[must_use]
    pub fn judging(mut self, judge: fn(&HttpResponse) -> Option<Fault>) -> Self {
        self.judge = judge;
        self
    }

    /// The same caller, repeating calls by what `explain` finds in a reply about its failure, where
    /// it finds anything: a service that tells it in the body only.
    #[must_use]
    pub fn explaining(mut self, explain: fn(&HttpResponse) -> Option<CallFailure>) -> Self {
        self.explain = explain;
        self
    }

    /// The side it calls.
    #[must_use]
    pub const fn side(&self) -> Side {
        self.side
    }

    /// How many batches it may have under way.
    pub(super) const fn lanes(&self) -> usize {
        self.lanes
    }

    /// Whose sign-in the credentials come from (see [`Credentials::holder`]).
    pub async fn holder(&self) -> Option<String> {
        self.port.holder(self.side).await
    }

    /// The server's clock at its last reply, if it told.
    #[must_use]
    pub fn server_time(&self) -> Option<Instant> {
        self.server_time.get()
    }

    /// The server's clock at its last reply; this device's, if it told none.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.server_time.get().unwrap_or_else(|| self.port.now())
    }

    /// Asks `endpoint` and reads the answer.
    ///
    /// # Errors
    /// As [`Caller::send`], or what the endpoint made of the reply.
    pub async fn ask<E: Endpoint>(&self, endpoint: &E) -> Result<E::Reply> {
        let response = self.send(&endpoint.request()).await?;
        endpoint.reply(&response).map_err(|fault| fault.error(self.side))
    }

    /// Sends `call` until there is a reply that another attempt would not better. The reply may be
    /// a refusal (404, 412, 500 …).
    ///
    /// # Errors
    /// `Network` (the call may have been carried out), `SignedOut`, `Busy`, `ForeignLink`; what
    /// [`Caller::judging`] says.
    pub async fn send(&self, call: &Call) -> Result<HttpResponse> {
        self.settled(self.send_all(call, 1).await?)
    }

    /// As [`Caller::send`], for a call that the server counts as so many `requests`, and without
    /// what is made of the reply (see [`Caller::settled`]).
    pub(super) async fn send_all(&self, call: &Call, requests: u32) -> Result<HttpResponse> {
        let (mut renew, mut renewed) = (self.doubted.take(), false);
        let mut attempt = 1;
        loop {
            self.pause(self.port.book(self.side, requests).await).await;
            let sent = self.port.send(self.signed(call, std::mem::take(&mut renew)).await?).await;
            let failure = match &sent {
                Ok(response) => {
                    self.server_time.set(odata::date(response).or(self.server_time.get()));
                    if let (true, Some(better)) = (!renewed, self.renewal(response)) {
                        (renew, renewed) = (better, true);
                        continue;
                    }
                    self.failure(response)
                }
                Err(_) => CallFailure::Lost,
            };
            match (retry::again(attempt, call.repeat, failure, self.jitter()), sent) {
                (Some(wait), _) => self.pause(wait).await,
                (None, Ok(response)) => return Ok(response),
                (None, Err(_)) => return Err(Error::Network(self.side)),
            }
            attempt += 1;
        }
    }

    /// The path below the service's root that a link of the server leads to: for parts of a batch,
    /// and for keeping.
    ///
    /// # Errors
    /// `ForeignLink` if it leads elsewhere.
    pub fn below(&self, link: &str) -> Result<String> {
        let path = |address: &str| Some(address.parse::<Uri>().ok()?.path().to_owned());
        let whole = self.target(link)?;
        let below = || {
            let root = format!("{}/", path(&self.base)?.trim_end_matches('/'));
            let uri: Uri = whole.parse().ok()?;
            uri.path_and_query()?.as_str().strip_prefix(&root).map(str::to_owned)
        };
        below().ok_or(Error::ForeignLink(self.side))
    }

    /// Waits `ms` milliseconds: for those that repeat parts of a batch, or read again.
    pub(crate) async fn pause(&self, ms: u64) {
        if ms > 0 {
            self.port.sleep(ms).await;
        }
    }

    /// How a reply failed, if it did, with the wait that it asks for.
    pub(super) fn failure(&self, response: &HttpResponse) -> CallFailure {
        if let Some(explained) = (self.explain)(response) {
            return explained;
        }
        let after = response.headers().get(RETRY_AFTER).and_then(|header| header.to_str().ok());
        let now = self.now();
        CallFailure::Status {
            status: response.status().as_u16(),
            after: after.and_then(|header| retry::wait(header, now)),
        }
    }

    /// Up to 255 milliseconds that differ from client to client.
    pub(super) fn jitter(&self) -> u64 {
        u64::from(self.port.now().timestamp_subsec_micros() & 0xFF)
    }

    /// How the credentials may be made better after this reply: a token ran out or was challenged,
    /// or `BPMCSRF` was rotated (docs/facts/creatio.md, "Sessions").
    fn renewal(&self, response: &HttpResponse) -> Option<Renewal> {
        match (response.status().as_u16(), self.side) {
            (401, _) | (403, Side::Creatio) => Some(claims::challenge(response).map_or(Renewal::Anew, Renewal::Claims)),
            _ => None,
        }
    }

    /// Has the next request signed with better credentials, if this reply to a part of a batch
    /// refuses those that it was sent with.
    pub(super) fn doubt(&self, response: &HttpResponse) -> bool {
        let renewal = self.renewal(response).filter(|_| response.status().as_u16() == 401);
        let doubts = renewal.is_some();
        if let Some(renewal) = renewal {
            self.doubted.set(renewal);
        }
        doubts
    }

    /// The reply, unless it is no answer at all.
    pub(super) fn settled(&self, response: HttpResponse) -> Result<HttpResponse> {
        match response.status().as_u16() {
            // the credentials would go along to wherever it leads
            300..=399 if self.side == Side::Exchange => Err(Error::ForeignLink(self.side)),
            401 => Err(Error::SignedOut(self.side)),
            429 | 503 => Err(Error::Busy(self.side)),
            504 => Err((self.judge)(&response).map_or(Error::Busy(self.side), |fault| fault.error(self.side))),
            _ => (self.judge)(&response).map_or(Ok(response), |fault| Err(fault.error(self.side))),
        }
    }

    async fn keys(&self, renewal: Renewal) -> Result<Vec<(String, Secret)>> {
        match renewal {
            Renewal::Not => self.port.headers(self.side, false).await,
            Renewal::Anew => self.port.headers(self.side, true).await,
            Renewal::Claims(claims) => self.port.challenged(self.side, &claims).await,
        }
    }

    async fn signed(&self, call: &Call, renewal: Renewal) -> Result<Request> {
        let mut request = ::http::Request::builder().method(call.method.clone()).uri(self.target(&call.path)?);
        for (name, value) in self.headers.iter().chain(&call.headers) {
            request = request.header(*name, value);
        }
        for (name, secret) in self.keys(renewal).await? {
            let unfit = |_| Error::Settings(format!("the keys for {} can't be sent", self.side));
            let mut value = HeaderValue::try_from(secret.0).map_err(unfit)?;
            // so that nobody who prints a request prints the credentials
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        let body = match &call.body {
            Payload::Empty => Vec::new(),
            Payload::Json(value) => {
                request = request.header(CONTENT_TYPE, "application/json; charset=utf-8");
                value.to_string().into_bytes()
            }
            Payload::Text { mime, text } => {
                request = request.header(CONTENT_TYPE, *mime);
                text.clone().into_bytes()
            }
        };
        request.body(body).map_err(|_| Error::Settings(format!("no request can be made for {}", self.side)))
    }

    /// The absolute address of `path`, of the root itself if it is empty; a whole link must lead to
    /// the service's own host, since the credentials go there.
    fn target(&self, path: &str) -> Result<String> {
        if path.is_empty() {
            return Ok(self.base.clone());
        }
        if !path.contains("://") || path.find("://") > path.find(['/', '?', '(']) {
            return Ok(format!("{}/{}", self.base, path.trim_start_matches('/')));
        }
        match (origin(path), origin(&self.base)) {
            (Some(link), Some(own)) if link == own => Ok(path.to_owned()),
            _ => Err(Error::ForeignLink(self.side)),
        }
    }
}

/// Scheme, host and port of an absolute address.
fn origin(address: &str) -> Option<(String, String, u16)> {
    let uri: Uri = address.parse().ok()?;
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let usual = if scheme == "https" { 443 } else { 80 };
    let authority: &Authority = uri.authority()?;
    let named = authority.as_str().contains('@');
    (!named).then(|| (scheme, authority.host().to_ascii_lowercase(), authority.port_u16().unwrap_or(usual)))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::http::Repeat;
    use crate::http::test_double::{Script, reply};

    #[test]
    fn keys_go_to_the_own_host_only() {
        let caller = Caller::new(Rc::new(Script::default()), Side::Exchange, "https://graph.example/v1.0/");
        let foreign = || Err(Error::ForeignLink(Side::Exchange));
        for (path, target) in [
            ("me/events", Ok("https://graph.example/v1.0/me/events")),
            ("/me/events?$top=1", Ok("https://graph.example/v1.0/me/events?$top=1")),
            ("A?$filter=x%20eq%20'http://y'", Ok("https://graph.example/v1.0/A?$filter=x%20eq%20'http://y'")),
            (
                "https://Graph.example:443/v1.0/next?$skiptoken=a",
                Ok("https://Graph.example:443/v1.0/next?$skiptoken=a"),
            ),
            ("http://graph.example/v1.0/next", foreign()),
            ("https://graph.example.evil.example/", foreign()),
            ("https://graph.example@evil.example/", foreign()),
            ("https://graph.example:444/", foreign()),
            ("", Ok("https://graph.example/v1.0")),
            ("//evil.example/x", Ok("https://graph.example/v1.0/evil.example/x")),
        ] {
            assert_eq!(caller.target(path), target.map(str::to_owned), "{path}");
        }
        for (link, path) in [
            ("https://graph.example/v1.0/me/events?$skiptoken=a%2Fb", Ok("me/events?$skiptoken=a%2Fb")),
            ("/me/events", Ok("me/events")),
            ("https://graph.example/beta/me/events", foreign()),
            ("https://other.example/v1.0/me/events", foreign()),
        ] {
            assert_eq!(caller.below(link), path.map(str::to_owned), "{link}");
        }
    }

    #[test]
    fn a_redirect_of_graph_is_not_followed() {
        for (side, known) in [(Side::Exchange, Err(Error::ForeignLink(Side::Exchange))), (Side::Creatio, Ok(302))] {
            let server = Rc::new(Script::new(vec![reply(302, "", &[("Location", "https://evil.example/")])]));
            let caller = Caller::new(Rc::clone(&server), side, "https://graph.example/v1.0");
            let got = pollster::block_on(caller.send(&Call::get("me"))).map(|response| response.status().as_u16());
            assert_eq!((got, server.sent.borrow().len()), (known, 1));
        }
    }

    #[test]
    fn keys_never_show() {
        let server = Rc::new(Script::new(vec![reply(200, "", &[])]));
        let caller = Caller::new(Rc::clone(&server), Side::Exchange, "https://graph.example/v1.0");
        assert!(pollster::block_on(caller.send(&Call::get("me"))).is_ok());
        let sent = server.sent.borrow();
        let shown = format!("{sent:?} {:?}", crate::ports::Secret("key".to_owned()));
        let is_sent = |request: &Request| request.headers().get("BPMCSRF").is_some_and(|key| key == "key");
        assert!(sent.iter().all(is_sent) && !shown.contains("key"), "{shown}");
    }

    #[test]
    fn a_call_is_sent_until_there_is_a_reply() {
        let (get, post) = (Call::get("x"), Call::post("x", serde_json::json!({}), Repeat::Never));
        let (busy, out) = (Err(Error::Busy(Side::Creatio)), Err(Error::SignedOut(Side::Creatio)));
        let lost = Err(Error::Network(Side::Creatio));
        for (call, replies, status, sent, waited) in [
            (&get, vec![reply(200, "", &[])], Ok(200), 1, 0),
            (&get, vec![None, reply(404, "", &[])], Ok(404), 2, 1_000),
            (&get, vec![reply(429, "", &[("Retry-After", "2.1")]), reply(200, "", &[])], Ok(200), 2, 3_000),
            (&get, vec![reply(503, "", &[]); 5], busy, 5, 15_000),
            (&get, vec![reply(401, "", &[]), reply(200, "", &[])], Ok(200), 2, 0),
            (&get, vec![reply(401, "", &[]); 2], out, 2, 0),
            (&get, vec![reply(403, "", &[]); 2], Ok(403), 2, 0),
            (&post, vec![None], lost, 1, 0),
            (&post, vec![reply(429, "", &[]), reply(500, "", &[])], Ok(500), 2, 1_000),
        ] {
            let server = Rc::new(Script::new(replies));
            let caller = Caller::new(Rc::clone(&server), Side::Creatio, "https://crm.example/0/odata");
            let got = pollster::block_on(caller.send(call)).map(|response| response.status().as_u16());
            assert_eq!((got, server.sent.borrow().len(), server.waited.get()), (status, sent, waited), "{call:?}");
            let refused = sent == 2 && waited == 0;
            assert_eq!(server.renewed.get(), u64::from(refused), "{call:?}");
        }
    }
}
