//! What a mailbox on an Exchange Server has beyond what every mailbox of the sandbox has: Deleted
//! Items, sync states, a password; and the visit of one request to it.

use super::folders;
use super::item::Item;
use super::quirks::Quirks;
use super::soap::Call;
use super::sync::States;
use super::times::Clock;
use super::xml::Element;
use crate::environment::Environment;
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
    pub(crate) environment: &'a mut Environment,
}

impl Visit<'_> {
    /// How times are told.
    pub(crate) fn clock(&self) -> &Clock {
        &self.call.clock
    }

    /// Whether a folder may not be read or written.
    pub(crate) fn is_denied(&self, folder: &str) -> bool {
        let is_it = |name: &String| self.quirks.denied.contains(name) || self.quirks.locked.contains(name);
        self.name_of(folder).as_ref().is_some_and(is_it)
    }

    /// Whether a question about a folder fails.
    pub(crate) fn is_broken(&self, folder: &str) -> bool {
        self.name_of(folder).is_some_and(|name| self.quirks.broken.contains(&name))
    }

    /// Whether the request names a broken folder, or an item that lies in one.
    pub(crate) fn asks_of_broken(&self) -> bool {
        !self.quirks.broken.is_empty() && self.names_broken(&self.call.operation)
    }

    fn names_broken(&self, element: &Element) -> bool {
        let id = element.attribute("Id").unwrap_or_default();
        let is_folder = matches!(element.name.as_str(), "FolderId" | "DistinguishedFolderId");
        let tree = || folders::tree(self.mailbox).into_iter();
        let named = is_folder
            && self.call.operation.name != "GetFolder"
            && tree().any(|own| (own.id == id || own.known == Some(id)) && self.quirks.broken.contains(&own.name));
        let item = element.name == "ItemId"
            && self
                .find(element)
                .is_ok_and(|(spot, _)| self.item(spot).is_some_and(|item| self.is_broken(item.folder())));
        named || item || element.children.iter().any(|child| self.names_broken(child))
    }

    fn name_of(&self, folder: &str) -> Option<String> {
        folders::tree(self.mailbox).into_iter().find(|own| own.id == folder).map(|own| own.name)
    }
}
