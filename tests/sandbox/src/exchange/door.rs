//! The web server in front of EWS: what it lets in, what it answers by itself, what it adds
//! (docs/facts/ews.md, "Replies", "Browsers"). No reply has CORS headers.

use super::quirks::{Breakage, Front};
use super::soap::{self, Fault, Trouble};
use crate::environment::{Environment, Request, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};

/// Cookies and headers of Creatio, which must not come here.
const CREATIO: &[&str] = &["BPMLOADER", ".ASPXAUTH", "BPMCSRF", "UserName", "UserType", "BPMSESSIONID"];

/// Remembers what came that was meant for Creatio, by name.
pub(crate) fn note_strays(request: &Request, strays: &mut Vec<String>) {
    let cookies = request.headers().get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    for name in cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.split('=').next()) {
        let name = name.trim();
        // its own cookies may come back
        if !["exchangecookie", "X-BackEndCookie"].contains(&name) {
            strays.push(format!("cookie {name}"));
        }
    }
    let headers = request.headers().keys().map(HeaderName::as_str);
    strays.extend(
        headers
            .filter(|own| CREATIO.iter().any(|name| name.eq_ignore_ascii_case(own)) || *own == "forceusesession")
            .map(|name| format!("header {name}")),
    );
}

/// An answer without SOAP.
pub(crate) fn page(status: StatusCode) -> Response {
    let mut response = Response::new(format!("<html><body><h2>{status}</h2></body></html>").into_bytes());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

/// 401 with the ways to sign in, which a browser would ask for in a dialog of its own.
pub(crate) fn unauthorized() -> Response {
    let mut response = page(StatusCode::UNAUTHORIZED);
    for way in ["Negotiate", "NTLM", "Basic realm=\"localhost\""] {
        response.headers_mut().append(header::WWW_AUTHENTICATE, HeaderValue::from_static(way));
    }
    response
}

/// What answers a whole request that asks of a broken folder; nothing where only its message fails.
pub(crate) fn broken(breakage: Breakage) -> Option<Response> {
    match breakage {
        Breakage::Message => None,
        Breakage::Fault => {
            let trouble = Trouble::broken();
            Some(soap::fault(Fault::new(trouble.code, trouble.message)))
        }
        Breakage::Page => Some(page(StatusCode::INTERNAL_SERVER_ERROR)),
        Breakage::Timeout => Some(page(StatusCode::GATEWAY_TIMEOUT)),
    }
}

/// What answers in place of EWS, before it.
pub(crate) fn front(front: Front) -> Option<Response> {
    match front {
        Front::Open | Front::Half => None,
        Front::Unauthorized => Some(unauthorized()),
        Front::Forbidden => Some(page(StatusCode::FORBIDDEN)),
        Front::Unavailable => Some(page(StatusCode::SERVICE_UNAVAILABLE)),
        Front::Form => {
            let form = "<!DOCTYPE html><html><body><form action=\"/owa/auth.owa\" method=\"post\"><input name=\"username\"></form></body></html>";
            let mut response = page(StatusCode::OK);
            *response.body_mut() = form.as_bytes().to_vec();
            Some(response)
        }
        Front::Redirect => {
            let mut response = page(StatusCode::FOUND);
            response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/owa/auth/logon.aspx"));
            Some(response)
        }
    }
}

/// Refuses what the service takes from nobody: another content type, a body without a length.
pub(crate) fn transport(request: &Request) -> Option<Response> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/xml")) {
        return Some(page(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    request.headers().contains_key(header::TRANSFER_ENCODING).then(|| page(StatusCode::LENGTH_REQUIRED))
}

/// User and password of `Authorization: Basic`, UTF-8.
pub(crate) fn basic(request: &Request) -> Option<(String, String)> {
    let line = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let pair = String::from_utf8(unbase64(line.strip_prefix("Basic ")?)?).ok()?;
    let (user, password) = pair.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn unbase64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().trim_end_matches('=');
    let alphabet = crate::graph::base64::STANDARD;
    let sextets =
        text.bytes().map(|byte| alphabet.iter().position(|own| *own == byte)).collect::<Option<Vec<usize>>>()?;
    let (mut bytes, mut word, mut bits) = (Vec::new(), 0_usize, 0);
    for sextet in sextets {
        (word, bits) = ((word << 6 | sextet) & 0xffff, bits + 6);
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(word >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// A reply on its way: with the cookies of Exchange; or only half of it.
pub(crate) fn sent(mut response: Response, front: Front, environment: &Environment) -> Response {
    let cookie = format!("exchangecookie={}; path=/; HttpOnly", environment.instance().simple());
    for cookie in [cookie.as_str(), "X-BackEndCookie=sandbox; path=/EWS; secure; HttpOnly"] {
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    if front == Front::Half {
        let half = response.body().len() / 2;
        response.body_mut().truncate(half);
    }
    response
}
