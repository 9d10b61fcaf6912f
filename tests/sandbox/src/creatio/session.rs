//! Sign-in: sessions, the four cookies and the CSRF rule (docs/facts/creatio.md, "Sessions").
//! Sessions outlive a reset.

use super::error::{empty, reply};
use super::switches::Session as Shape;
use crate::environment::{Environment, Request, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where a browser without session is sent.
pub(crate) const LOGIN_PAGE: &str = "/Login/NuiLogin.aspx";

static FORCE: HeaderName = HeaderName::from_static("forceusesession");
static CSRF: HeaderName = HeaderName::from_static("bpmcsrf");

#[derive(Debug)]
struct Session {
    user: String,
    csrf: String,
}

/// Why a request is not let in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Denial {
    /// It belongs to no session.
    SignedOut,
    /// It writes without the token that only the site's own pages know.
    Forged,
}

impl Denial {
    /// The reply: 403, or 401 for a client that forces the use of its session, or the way to the
    /// login page.
    pub(crate) fn response(self, request: &Request) -> Response {
        let forced = request.headers().get(&FORCE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
        match self {
            Self::Forged => empty(StatusCode::FORBIDDEN),
            Self::SignedOut if forced => empty(StatusCode::UNAUTHORIZED),
            Self::SignedOut => redirect(),
        }
    }
}

/// The reply to everybody whose session is lost in this way (docs/facts/creatio.md, "Sessions").
pub(crate) fn lost(session: Shape) -> Option<Response> {
    Some(match session {
        Shape::Kept => return None,
        Shape::Unauthorized => empty(StatusCode::UNAUTHORIZED),
        Shape::Redirect => redirect(),
        Shape::Html => login_page(),
        Shape::Json => {
            let body = json!({"Message": "Authentication failed.", "StackTrace": null, "ExceptionType": "System.InvalidOperationException"});
            reply(StatusCode::OK, "application/json; charset=utf-8", body.to_string().into_bytes())
        }
    })
}

fn redirect() -> Response {
    let mut response = empty(StatusCode::FOUND);
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static(LOGIN_PAGE));
    response
}

/// The open sessions, by the value of their `.ASPXAUTH` cookie.
#[derive(Debug, Default)]
pub(crate) struct Sessions(BTreeMap<String, Session>);

impl Sessions {
    /// Opens a session for `user` and gives the cookies to set.
    pub(crate) fn open(&mut self, user: &str, environment: &mut Environment) -> Vec<HeaderValue> {
        let mut secret =
            || Uuid::new_v5(&environment.instance(), &environment.number().to_be_bytes()).simple().to_string();
        let (loader, ticket, csrf) = (secret(), secret(), secret());
        let cookies = [
            format!("BPMLOADER={loader}; path=/; HttpOnly; SameSite=Lax"),
            format!(".ASPXAUTH={ticket}; path=/; HttpOnly; SameSite=Lax"),
            format!("BPMCSRF={csrf}; path=/; SameSite=Lax"),
            format!("UserName={}; path=/; SameSite=Lax", codes(user)),
        ];
        self.0.insert(ticket, Session { user: user.to_owned(), csrf });
        cookies.into_iter().filter_map(|cookie| HeaderValue::try_from(cookie).ok()).collect()
    }

    /// The user whose request it is.
    ///
    /// # Errors
    /// No session, or a write without the CSRF header.
    pub(crate) fn user(&self, request: &Request) -> Result<&str, Denial> {
        let session = cookie(request, ".ASPXAUTH").and_then(|ticket| self.0.get(ticket)).ok_or(Denial::SignedOut)?;
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        let header = request.headers().get(&CSRF).and_then(|value| value.to_str().ok());
        let genuine = header == Some(session.csrf.as_str()) && header == cookie(request, "BPMCSRF");
        if reads || genuine { Ok(&session.user) } else { Err(Denial::Forged) }
    }
}

/// The reply of `AuthService.svc/Login`: 200 in any case, code 0 for success
/// (docs/facts/creatio.md, "Sessions").
pub(crate) fn login_reply(cookies: Option<Vec<HeaderValue>>) -> Response {
    let message = if cookies.is_some() { "" } else { "Incorrect login or password" };
    let exception = cookies.is_none().then(|| json!({"Message": message, "Type": "System.Security.SecurityException"}));
    let body = json!({"Code": i32::from(cookies.is_none()), "Message": message, "Exception": exception,
        "PasswordChangeUrl": null, "RedirectUrl": null});
    let mut response = reply(StatusCode::OK, "application/json; charset=utf-8", body.to_string().into_bytes());
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The page that a browser without session lands on.
pub(crate) fn login_page() -> Response {
    let body = "<!DOCTYPE html><html><head><title>Creatio | Login</title></head>\
                <body data-page=\"NuiLogin\"><p>Open / to sign in as Supervisor.</p></body></html>";
    reply(StatusCode::OK, "text/html; charset=utf-8", body.as_bytes().to_vec())
}

fn cookie<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request
        .headers()
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// The cookie `UserName` holds the codes of the letters.
fn codes(user: &str) -> String {
    user.chars().map(|c| u32::from(c).to_string()).collect::<Vec<_>>().join("%7C")
}
