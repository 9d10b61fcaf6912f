//! What a reading of the mailbox covers: the window, and which calendars and lists.

use super::{Container, ContainerId, Kind, Window};
use serde::{Deserialize, Serialize};

/// What a reading covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The window.
    pub window: Window,
    /// Which calendars are read.
    pub calendars: ContainerChoice,
    /// Which task lists are read.
    pub lists: ContainerChoice,
}

impl Scope {
    /// Whether `container` is to be read.
    #[must_use]
    pub fn takes(&self, container: &Container) -> bool {
        match container.kind {
            Kind::Meeting => self.calendars.takes(container),
            Kind::Task => self.lists.takes(container),
        }
    }
}

/// Which containers of one kind are read. A container that is named but not there is left out of
/// the listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerChoice {
    /// All that the mailbox owns.
    pub own: bool,
    /// The default one.
    pub default: bool,
    /// Those named.
    pub named: Vec<ContainerId>,
}

impl ContainerChoice {
    /// Whether `container` is to be read.
    #[must_use]
    pub fn takes(&self, container: &Container) -> bool {
        (self.own && container.own) || (self.default && container.default) || self.named.contains(&container.id)
    }
}
