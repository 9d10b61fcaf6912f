//! What unlinked items of Exchange were found to be.

use crate::flat::{FlatMap, FlatSet};
use crate::model::ItemId;

/// What an unlinked Exchange item was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// Nobody's counterpart: new.
    New,
    /// The counterpart of this unlinked Activity.
    With(ItemId),
    /// The counterpart of this linked Activity, whose former counterpart is gone: the link moves
    /// over.
    Relink(ItemId),
    /// Another copy of something that is linked already: left alone.
    Copy,
    /// We made it for an Activity that is gone: never a new item.
    Orphan(ItemId),
    /// A second task for this Activity, born of a lost reply or a second device.
    Surplus(ItemId),
    /// A new occurrence of a series whose pattern was changed, beyond those that took an old one's
    /// place.
    Added,
    /// Several could be meant.
    Ambiguous,
}

/// What matching found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matches {
    /// What each unlinked Exchange item stands for.
    pub events: FlatMap<ItemId, Match>,
    /// Activities that could be the counterpart of several, or one of several: they are left alone.
    pub rivals: FlatSet<ItemId>,
    /// Activities of occurrences that a changed pattern has no place for.
    pub orphaned: FlatSet<ItemId>,
    /// Linked Activities whose event became a series or a single event, that has an older one.
    pub second: FlatSet<ItemId>,
}
