//! The Exchange side: a mailbox in Microsoft 365, reached through Graph, or on an Exchange Server,
//! through EWS. To a run both are one. Which of the two an account has is read in Creatio
//! (`MailKind`) and chosen in `web`, and the page signs in by it.

use crate::creatio::MailKind;
use crate::error::Result;
#[cfg(feature = "ews")]
use crate::ews::Ews;
use crate::flat::FlatSet;
use crate::graph::Graph;
use crate::model::lookup::{Found, Lookup};
use crate::model::op::{Op, Outcome};
use crate::model::scope::Scope;
use crate::model::{Address, Container, Cursor, Item, Listing};
use crate::ports::{Clock, Credentials, Http, Replica};

/// A mailbox of either kind.
pub enum Exchange<P> {
    /// In Microsoft 365.
    Cloud(Graph<P>),
    /// On an Exchange Server.
    #[cfg(feature = "ews")]
    Server(Ews<P>),
}

/// Whether a server of this kind leaves it to the writer who gets mail of a change (see
/// [`Account::silent`](crate::engine::account::Account::silent)).
#[must_use]
pub const fn is_silent(kind: MailKind) -> bool {
    match kind {
        MailKind::Microsoft365 | MailKind::Imap => false,
        MailKind::Exchange => true,
    }
}

impl<P> Exchange<P> {
    /// See [`is_silent`].
    pub const fn is_silent(&self) -> bool {
        match self {
            Self::Cloud(_) => is_silent(MailKind::Microsoft365),
            #[cfg(feature = "ews")]
            Self::Server(_) => is_silent(MailKind::Exchange),
        }
    }
}

impl<P: Http + Clock + Credentials> Exchange<P> {
    /// The calendars, then the task lists, default ones first.
    ///
    /// # Errors
    /// What stops a run.
    pub async fn containers(&self) -> Result<Vec<Container>> {
        match self {
            Self::Cloud(graph) => graph.containers().await,
            #[cfg(feature = "ews")]
            Self::Server(ews) => ews.containers().await,
        }
    }
}

impl<P: Http + Clock + Credentials> Replica for Exchange<P> {
    async fn identify(&self, known: Option<&str>) -> Result<Option<String>> {
        match self {
            Self::Cloud(graph) => graph.identify(known).await,
            #[cfg(feature = "ews")]
            Self::Server(ews) => ews.identify(known).await,
        }
    }

    async fn own(&self, known: FlatSet<Address>) -> Result<FlatSet<Address>> {
        match self {
            Self::Cloud(graph) => graph.own(known).await,
            #[cfg(feature = "ews")]
            Self::Server(ews) => ews.own(known).await,
        }
    }

    async fn observe(&self, scope: &Scope, cursor: Option<&Cursor>) -> Result<Listing> {
        match self {
            Self::Cloud(graph) => graph.observe(scope, cursor).await,
            #[cfg(feature = "ews")]
            Self::Server(ews) => ews.observe(scope, cursor).await,
        }
    }

    async fn find(&self, lookups: &[Lookup]) -> Result<Vec<Found>> {
        match self {
            Self::Cloud(graph) => graph.find(lookups).await,
            #[cfg(feature = "ews")]
            Self::Server(ews) => ews.find(lookups).await,
        }
    }

    async fn marks(&self, items: &[&Item]) -> Result<Vec<Found>> {
        match self {
            Self::Cloud(graph) => graph.marks(items).await,
            #[cfg(feature = "ews")]
            Self::Server(ews) => ews.marks(items).await,
        }
    }

    async fn apply(&self, ops: &[Op]) -> Vec<Outcome> {
        match self {
            Self::Cloud(graph) => graph.apply(ops).await,
            #[cfg(feature = "ews")]
            Self::Server(ews) => ews.apply(ops).await,
        }
    }
}
