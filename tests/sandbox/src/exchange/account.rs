//! What a mailbox on an Exchange Server has beyond what every mailbox of the sandbox has: Deleted Items, sync states, a password; and the visit
//! of one request to it.

use super::folders;
use super::item::Item;
use super::quirks::Quirks;
use super::soap::Call;
use super::sync::States;
use super::times::Clock;
use crate::desk::Desk;
use crate::graph::mailbox::Mailbox;

/// The rest of a mailbox.
pub(crate) struct Account {
    pub(crate) password: String,
    /// What was deleted and can be found again, newest last.
    pub(crate) trash: Vec<Item>,
    pub(crate) states: States,
}

impl Account {
    pub(crate) fn new(password: &str) -> Self {
        Self { password: password.to_owned(), trash: Vec::new(), states: States::default() }
    }
}

/// One request to one mailbox.
pub(crate) struct Visit<'a> {
    pub(crate) mailbox: &'a mut Mailbox,
    pub(crate) account: &'a mut Account,
    pub(crate) quirks: &'a Quirks,
    pub(crate) call: &'a Call,
    pub(crate) desk: &'a mut Desk,
}

impl Visit<'_> {
    /// How times are told.
    pub(crate) fn clock(&self) -> &Clock {
        &self.call.clock
    }

    /// Whether a folder may not be read or written.
    pub(crate) fn is_denied(&self, folder: &str) -> bool {
        let tree = folders::tree(self.mailbox);
        let name = tree.iter().find(|own| own.id == folder).map(|own| &own.name);
        name.is_some_and(|name| self.quirks.denied.contains(name))
    }
}
