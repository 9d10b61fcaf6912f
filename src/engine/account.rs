//! The account: which two ends a synchronization joins.

use crate::engine::settings::Notify;
use crate::model::{ContactId, SiteId};

/// The two ends that an account joins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The Creatio installation.
    pub site: SiteId,
    /// The mailbox's id: its address.
    pub mailbox: String,
    /// The user's Contact.
    pub contact: ContactId,
    /// The mailbox's server leaves it to the writer who gets mail of a change (Exchange Server);
    /// Microsoft 365 doesn't.
    pub silent: bool,
}

impl Account {
    /// Whether nobody gets mail of a change of an event, under this notify rule.
    #[must_use]
    pub fn writes_silently(&self, notify: Notify) -> bool {
        self.silent && notify == Notify::Never
    }
}
