//! What can go wrong with a whole run, and what a person can do about it. Trouble with a single
//! item is no [`Error`]: it is a refusal or a malformed item of that run.

use crate::model::Side;

/// The result of a step of a run.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a run can't go on. `Display` is for the log: it holds no titles, addresses, tokens or
/// bodies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No reply: the network, or the server, is not there. Try again later.
    #[error("no reply from {0}")]
    Network(Side),
    /// The user's session or token is no longer accepted: sign in again.
    #[error("signed out of {0}")]
    SignedOut(Side),
    /// The user may not do this: ask the administrator.
    #[error("{side} forbids it: {detail}")]
    Forbidden {
        /// Who refused.
        side: Side,
        /// The server's code.
        detail: String,
    },
    /// The server asks to wait: the next automatic run comes later.
    #[error("{0} is busy")]
    Busy(Side),
    /// The server failed, or answered what it shouldn't.
    #[error("{side} answered {status}: {detail}")]
    Server {
        /// Who.
        side: Side,
        /// The HTTP status.
        status: u16,
        /// The server's code or deepest message, cut short.
        detail: String,
    },
    /// A reply could not be read at all.
    #[error("{side} sent a reply that can't be read: {detail}")]
    Unreadable {
        /// Who.
        side: Side,
        /// Path of the member, and what was expected.
        detail: String,
    },
    /// A reply led to another host; the token was not sent there.
    #[error("{0} named a link on another host")]
    ForeignLink(Side),
    /// The place from which the last reading would go on is no longer known to the server: read in
    /// full.
    #[error("{0} no longer knows the cursor")]
    CursorLost(Side),
    /// The local store failed, or belongs to a newer version of the engine (reload the page).
    #[error("the local store: {0}")]
    Store(String),
    /// There is no room left in the local store.
    #[error("the local store is full")]
    StoreFull,
    /// The time zone of the user's profile is missing or unknown: without it no day and no local
    /// time can be told.
    #[error("the time zone of the profile is not known")]
    Zone,
    /// Settings that can't be used: where and what.
    #[error("settings: {0}")]
    Settings(String),
    /// Store, mark or token belong to another Creatio or mailbox than the one that is to be
    /// synchronised: nothing was written. The two names are for the page only.
    #[error("{side} is another than the one that was meant")]
    Elsewhere {
        /// Which end it is.
        side: Side,
        /// The one that is to be synchronised.
        meant: String,
        /// The one that was found.
        found: String,
    },
    /// The user stopped the run.
    #[error("stopped")]
    Stopped,
    /// What a person saw of a run is no longer what it would do: something was done or set since.
    #[error("the preview is out of date")]
    Outdated,
    /// A run of this account is already going on.
    #[error("a run is already going on")]
    Running,
}

impl Error {
    /// A stable word for the kind of error, for the page to choose its text by.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Network(_) => "no-reply",
            Self::SignedOut(_) => "signed-out",
            Self::Forbidden { .. } => "forbidden",
            Self::Busy(_) => "busy",
            Self::Server { .. } => "server-error",
            Self::Unreadable { .. } => "unreadable",
            Self::ForeignLink(_) => "foreign-link",
            Self::CursorLost(_) => "cursor-lost",
            Self::Store(_) => "store",
            Self::StoreFull => "store-full",
            Self::Zone => "zone",
            Self::Settings(_) => "settings",
            Self::Elsewhere { .. } => "elsewhere",
            Self::Stopped => "stopped",
            Self::Outdated => "outdated",
            Self::Running => "running",
        }
    }

    /// The side concerned, if it is one.
    #[must_use]
    pub const fn side(&self) -> Option<Side> {
        match self {
            Self::Network(side)
            | Self::SignedOut(side)
            | Self::Busy(side)
            | Self::ForeignLink(side)
            | Self::CursorLost(side)
            | Self::Forbidden { side, .. }
            | Self::Server { side, .. }
            | Self::Elsewhere { side, .. }
            | Self::Unreadable { side, .. } => Some(*side),
            Self::Store(_)
            | Self::StoreFull
            | Self::Zone
            | Self::Settings(_)
            | Self::Stopped
            | Self::Outdated
            | Self::Running => None,
        }
    }
}
