//! The two sides, and pairs of what each has. Direction is a value: no function exists once per
//! side.

use serde::{Deserialize, Serialize};
use std::{
    fmt,
    ops::{Index, IndexMut},
};

/// One of the two sides that are kept in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Side {
    /// The CRM: activities.
    Creatio,
    /// The mailbox: events and tasks, in Microsoft 365 or on an Exchange Server.
    Exchange,
}

impl Side {
    /// Both sides, in the order in which they are worked off.
    pub const BOTH: [Self; 2] = [Self::Creatio, Self::Exchange];

    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Creatio => Self::Exchange,
            Self::Exchange => Self::Creatio,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Creatio => "creatio",
            Self::Exchange => "exchange",
        })
    }
}

/// One value per side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Pair<T> {
    /// Creatio's.
    pub creatio: T,
    /// Exchange's.
    pub exchange: T,
}

impl<T> Pair<T> {
    /// A pair made by asking `of` for each side.
    pub fn of(mut of: impl FnMut(Side) -> T) -> Self {
        Self { creatio: of(Side::Creatio), exchange: of(Side::Exchange) }
    }

    /// The same pair seen by reference.
    pub fn as_ref(&self) -> Pair<&T> {
        Pair { creatio: &self.creatio, exchange: &self.exchange }
    }

    /// Each side's value through `f`.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Pair<U> {
        Pair { creatio: f(self.creatio), exchange: f(self.exchange) }
    }

    /// Two pairs side by side.
    pub fn zip<U>(self, other: Pair<U>) -> Pair<(T, U)> {
        Pair { creatio: (self.creatio, other.creatio), exchange: (self.exchange, other.exchange) }
    }
}

impl<T> Index<Side> for Pair<T> {
    type Output = T;

    fn index(&self, side: Side) -> &T {
        match side {
            Side::Creatio => &self.creatio,
            Side::Exchange => &self.exchange,
        }
    }
}

impl<T> IndexMut<Side> for Pair<T> {
    fn index_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Creatio => &mut self.creatio,
            Side::Exchange => &mut self.exchange,
        }
    }
}
