//! What one action came to, once its writes are answered.

use crate::engine::held::Held;
use crate::engine::link::Link;
use crate::model::{ContainerId, ItemId, Side};

/// What one action came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// The link to put.
    pub put: Option<Link>,
    /// Links to drop, by Activity.
    pub drop: Vec<ItemId>,
    /// Items that the next run must read again.
    pub again: Vec<(Side, ItemId, ContainerId)>,
    /// What a person has to see.
    pub held: Vec<Held>,
    /// Whether every write was confirmed.
    pub done: bool,
}

/// Both items of a pair, to be read again.
pub(super) fn both(link: &Link) -> Vec<(Side, ItemId, ContainerId)> {
    Side::BOTH
        .into_iter()
        .map(|side| (side, link.halves[side].id().clone(), link.halves[side].container.clone()))
        .collect()
}
