//! Connections: HTTP on one side, [`Sandbox::handle`] on the other. It carries out what a reply
//! says about delay, silence and cutting off; it decides nothing.

use crate::page::Page;
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper_util::rt::TokioIo;
use sandbox::{Reply, Request, Response, Sandbox, Server};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::Sleep;

/// What all connections share.
pub(crate) struct Shared {
    /// Locked only while a request is answered: replies are delayed and sent outside.
    pub(crate) sandbox: Mutex<Sandbox>,
    /// The page and its files.
    pub(crate) page: Page,
}

/// Serves every connection to `listener`, each in a task of its own.
pub(crate) async fn listen(listener: TcpListener, server: Server, shared: Arc<Shared>) {
    loop {
        // A failed accept is the peer's matter (or a passing shortage of descriptors): the next one
        // may succeed.
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let service = hyper::service::service_fn(|request| answer(server, peer, request, Arc::clone(&shared)));
            // An error is a connection that ended early, which faults ask for and clients do.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Answers one request; an error makes hyper end the connection without a reply.
async fn answer(
    server: Server,
    peer: SocketAddr,
    request: http::Request<Incoming>,
    shared: Arc<Shared>,
) -> io::Result<http::Response<Payload>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes().to_vec();
    let request = Request::from_parts(parts, body);
    let reply = reply(server, peer, &request, &shared);
    if reply.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(reply.delay_ms)).await;
    }
    match reply.response {
        Some(response) => Ok(sent(response, reply.cut)),
        None => Err(io::Error::other("the reply is dropped")),
    }
}

fn reply(server: Server, peer: SocketAddr, request: &Request, shared: &Shared) -> Reply {
    let path = request.uri().path();
    if path.starts_with("/sandbox/") && !peer.ip().to_canonical().is_loopback() {
        let mut refused = Response::new(Vec::new());
        *refused.status_mut() = http::StatusCode::FORBIDDEN;
        return Reply::whole(refused);
    }
    let emulated = ["/sandbox/", "/0/", "/odata", "/DataService/", "/rest/", "/ServiceModel/", "/Login/", "/ews/"]
        .iter()
        .any(|start| path.starts_with(start));
    if server == Server::Creatio
        && !emulated
        && let Some(response) = shared.page.serve(request, &shared.sandbox)
    {
        return Reply::whole(response);
    }
    let mut sandbox = shared.sandbox.lock().unwrap_or_else(PoisonError::into_inner);
    let mut reply = sandbox.handle(server, request);
    if let (Some(response), Ok(now)) = (&mut reply.response, date(sandbox.environment.now())) {
        response.headers_mut().entry(http::header::DATE).or_insert(now);
    }
    reply
}

/// The servers' clock as an HTTP date: it may be set to another time than the machine's.
fn date(now: chrono::DateTime<chrono::Utc>) -> Result<http::HeaderValue, http::header::InvalidHeaderValue> {
    http::HeaderValue::try_from(now.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

fn sent(response: Response, cut: bool) -> http::Response<Payload> {
    let (mut parts, body) = response.into_parts();
    let bytes = Bytes::from(body);
    if !cut {
        return http::Response::from_parts(parts, Payload { bytes: Some(bytes), cut: None });
    }
    parts.headers.insert(http::header::CONTENT_LENGTH, bytes.len().into());
    let half = bytes.slice(..bytes.len() / 2);
    // The pause lets what was written leave before the connection ends.
    let pause = Box::pin(tokio::time::sleep(Duration::from_millis(50)));
    http::Response::from_parts(parts, Payload { bytes: Some(half), cut: Some(pause) })
}

/// A body that is whole, or ends with an error after a pause.
pub(crate) struct Payload {
    bytes: Option<Bytes>,
    cut: Option<Pin<Box<Sleep>>>,
}

impl Body for Payload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(bytes) = self.bytes.take().filter(|bytes| !bytes.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.cut.as_mut().map(|pause| pause.as_mut().poll(cx)) {
            None => Poll::Ready(None),
            Some(Poll::Pending) => Poll::Pending,
            Some(Poll::Ready(())) => Poll::Ready(Some(Err(io::Error::other("the reply is cut off")))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.cut.is_none() && self.bytes.as_ref().is_none_or(Bytes::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.cut, &self.bytes) {
            (Some(_), _) => SizeHint::default(),
            (None, bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
        }
    }
}
