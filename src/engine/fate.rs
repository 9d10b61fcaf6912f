//! What became of a linked pair since both sides were in step.

use crate::engine::context::{Context, Seen};
use crate::engine::link::Link;
use crate::model::{Facts, Item, Pair, Record, Side};

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

/// One linked pair, with all that a decision about it may depend on.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// The settings and the moment.
    pub context: &'a Context<'a>,
    /// Everything that the run has seen.
    pub seen: &'a Seen,
    /// The link.
    pub link: &'a Link,
    /// What became of its items.
    pub fates: Pair<Fate<'a>>,
}

impl<'a> Case<'a> {
    /// The item of `side` as read now, if it was.
    #[must_use]
    pub fn item(&self, side: Side) -> Option<&'a Item> {
        self.fates[side].item()
    }

    /// What `side` holds: as read now, else as it was in step.
    #[must_use]
    pub fn record(&self, side: Side) -> &'a Record {
        self.item(side).map_or(&self.link.halves[side].base, |item| &item.record)
    }

    /// The facts of `side`: as read now, else as they were.
    #[must_use]
    pub fn facts(&self, side: Side) -> &'a Facts {
        self.item(side).map_or(&self.link.halves[side].facts, |item| &item.facts)
    }
}
