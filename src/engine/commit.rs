//! A change of what is stored of an account: all of it is written, or nothing.

use crate::engine::change::StateChange;
use crate::engine::history::Entry;
use crate::engine::link::Link;
use crate::model::{Instant, ItemId};

/// A change of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// Links to drop, by their Activity's id; done first.
    pub drop: Vec<ItemId>,
    /// Links to put, in place of those with the same Activity.
    pub put: Vec<Link>,
    /// What changes in the state.
    pub state: Option<StateChange>,
    /// Entries of the history to add.
    pub history: Vec<Entry>,
    /// Entries of the history to take out again, by run and place: their writes were not confirmed.
    pub unwritten: Vec<(Instant, usize)>,
    /// Entries of runs before this are forgotten.
    pub forget: Option<Instant>,
}
