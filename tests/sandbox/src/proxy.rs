//! The path of Creatio's own origin that leads to EWS, as a reverse proxy in front of both would
//! offer it (docs/install.md): one path, POST only, without Creatio's cookies and `BPMCSRF` on the
//! way there, without Exchange's cookies on the way back.

use crate::environment::{Reply, Request, Response};
use crate::exchange;
use http::{HeaderValue, Method, StatusCode, Uri, header};

/// What its path begins with.
pub(crate) const BEFORE: &str = "/ews/";
const PATH: &str = "/ews/Exchange.asmx";

/// The request as it goes on to Exchange.
///
/// # Errors
/// The status with which another path or verb is refused.
pub(crate) fn forwarded(request: &Request) -> Result<Request, StatusCode> {
    if request.uri().path() != PATH {
        return Err(StatusCode::NOT_FOUND);
    }
    if request.method() != Method::POST {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let mut request = request.clone();
    *request.uri_mut() = Uri::from_static(exchange::PATH);
    for name in ["cookie", "bpmcsrf", "forceusesession", "origin", "referer"] {
        request.headers_mut().remove(name);
    }
    request.headers_mut().insert(header::HOST, HeaderValue::from_static("exchange.test"));
    Ok(request)
}

/// A refusal.
pub(crate) fn refused(status: StatusCode) -> Reply {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    Reply::whole(response)
}

/// The reply as it comes back.
pub(crate) fn returned(mut reply: Reply) -> Reply {
    if let Some(response) = &mut reply.response {
        response.headers_mut().remove(header::SET_COOKIE);
    }
    reply
}
