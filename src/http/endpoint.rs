//! A question to a server as a value: how it is asked and how its reply is read. Nothing here
//! sends.

use crate::error::Error;
use crate::model::Side;
use crate::ports::HttpResponse;
use http::Method;

/// One question to a server and the reading of its reply.
pub trait Endpoint {
    /// What the reply tells.
    type Reply;

    /// The request.
    fn request(&self) -> Call;

    /// Reads the reply to [`Endpoint::request`].
    ///
    /// # Errors
    /// A [`Fault`] if it is not the answer.
    fn reply(&self, response: &HttpResponse) -> Result<Self::Reply, Fault>;
}

/// A request as a value, not yet signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The verb.
    pub method: Method,
    /// Path with query, percent-encoded, below the service root (a leading `/` makes no difference;
    /// empty: the root itself); or a whole link that the server gave.
    pub path: String,
    /// Headers of this call, beside those that every call has.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Payload,
    /// Whether it may be sent again when its reply is lost.
    pub repeat: Repeat,
    /// In a batch it goes together with the call before it: it is carried out after that, where the
    /// service can be told so only if that succeeded, and neither is sent again without the other.
    pub follows: bool,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// None.
    Empty,
    /// JSON.
    Json(serde_json::Value),
    /// Text of another type.
    Text {
        /// Its `Content-Type`.
        mime: &'static str,
        /// The text.
        text: String,
    },
}

/// Whether a call that may have been carried out is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Carried out twice it leaves what once leaves: reads, deletions, writes of given values,
    /// creations with an id of ours.
    Safe,
    /// A second time would make a second thing, mail a second time, or go over what the first time
    /// wrote as if that were somebody else's.
    Never,
}

impl Call {
    /// A read.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, Payload::Empty, Repeat::Safe)
    }

    /// A removal.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path, Payload::Empty, Repeat::Safe)
    }

    /// A change of members to given values.
    pub fn patch(path: impl Into<String>, body: serde_json::Value) -> Self {
        Self::new(Method::PATCH, path, Payload::Json(body), Repeat::Safe)
    }

    /// A creation or action; `repeat` says whether it may be sent twice.
    pub fn post(path: impl Into<String>, body: serde_json::Value, repeat: Repeat) -> Self {
        Self::new(Method::POST, path, Payload::Json(body), repeat)
    }

    /// The same call with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same call, which in a batch follows the one before it.
    #[must_use]
    pub const fn following(mut self) -> Self {
        self.follows = true;
        self
    }

    fn new(method: Method, path: impl Into<String>, body: Payload, repeat: Repeat) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body, repeat, follows: false }
    }
}

/// Why a reply is not the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The server refused.
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its code; may be empty.
        code: String,
        /// Its deepest message, cut short.
        message: String,
    },
    /// The session or token is no longer accepted.
    SignedOut,
    /// The user may not do this; the server's reason, cut short.
    Forbidden(String),
    /// The place to go on from is no longer known.
    CursorLost,
    /// The body is not what it should be: path of the member, and what was expected.
    Unreadable(String),
}

impl Fault {
    /// The status of a refusal.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::SignedOut | Self::Forbidden(_) | Self::CursorLost | Self::Unreadable(_) => None,
        }
    }

    /// What the server said, for people: its code and message.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Refused { status, code, message } => match (code.as_str(), message.as_str()) {
                ("", "") => format!("status {status}"),
                ("", text) | (text, "") => text.to_owned(),
                (code, message) => format!("{code}: {message}"),
            },
            Self::SignedOut => "signed out".to_owned(),
            Self::CursorLost => "the cursor is no longer known".to_owned(),
            Self::Forbidden(detail) | Self::Unreadable(detail) => detail.clone(),
        }
    }

    /// What it means for a run that can't do without the answer.
    #[must_use]
    pub fn error(&self, side: Side) -> Error {
        match self {
            Self::SignedOut | Self::Refused { status: 401, .. } => Error::SignedOut(side),
            Self::Forbidden(_) | Self::Refused { status: 403, .. } => Error::Forbidden { side, detail: self.detail() },
            Self::Refused { status: 429 | 503 | 504, .. } => Error::Busy(side),
            Self::Refused { status, .. } => Error::Server { side, status: *status, detail: self.detail() },
            Self::CursorLost => Error::CursorLost(side),
            Self::Unreadable(detail) => Error::Unreadable { side, detail: detail.clone() },
        }
    }
}
