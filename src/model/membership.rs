//! Which Activities are in the groups that a user has chosen.

use super::{GroupId, ItemId};
use crate::flat::FlatSet;

/// Activities of groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// The Activities that are in at least one of the groups.
    pub members: FlatSet<ItemId>,
    /// Groups that could not be evaluated, with the reason: they have no members.
    pub failed: Vec<(GroupId, String)>,
}
