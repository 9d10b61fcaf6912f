//! What became of a linked item since both sides were in step.

use crate::model::Item;

/// What became of a linked item on one side since both were in step.
#[derive(Clone, Copy, Debug)]
pub enum Fate<'a> {
    /// Nothing that matters; the reading, if it was read.
    Same(Option<&'a Item>),
    /// Its mapped fields differ from the base; fields that the settings turn off don't count.
    Edited(&'a Item),
    /// It is surely absent, or canceled.
    Gone(Option<&'a Item>),
}

impl<'a> Fate<'a> {
    /// The reading, if there is one.
    #[must_use]
    pub const fn item(self) -> Option<&'a Item> {
        match self {
            Self::Same(item) | Self::Gone(item) => item,
            Self::Edited(item) => Some(item),
        }
    }
}
