//! What a run needs of the world, as one parameter. What each part promises is said in `ports`.

use crate::engine::account::Account;
use crate::engine::context::Words;
use crate::model::Zone;
use crate::ports::{Clock, Directory, Events, Replica, Store};

/// Everything that a run needs of the world.
pub trait World {
    /// Creatio.
    type Creatio: Replica + Directory;
    /// The mailbox.
    type Exchange: Replica;
    /// The local store of this account.
    type Store: Store;
    /// The clock of this device.
    type Clock: Clock;
    /// Who hears how the run goes.
    type Events: Events;

    /// Creatio.
    fn creatio(&self) -> &Self::Creatio;
    /// The mailbox.
    fn exchange(&self) -> &Self::Exchange;
    /// The local store of this account.
    fn store(&self) -> &Self::Store;
    /// The clock of this device.
    fn clock(&self) -> &Self::Clock;
    /// Who hears how the run goes.
    fn events(&self) -> &Self::Events;
    /// The user's zone.
    fn zone(&self) -> &dyn Zone;
    /// Who is synchronized.
    fn account(&self) -> &Account;
    /// Texts in the user's language.
    fn words(&self) -> &Words;
}

/// A world put together from parts that somebody else holds.
pub struct Parts<'a, C, X, S, K, E> {
    /// Creatio.
    pub creatio: &'a C,
    /// The mailbox.
    pub exchange: &'a X,
    /// The local store of this account.
    pub store: &'a S,
    /// The clock of this device.
    pub clock: &'a K,
    /// Who hears how the run goes.
    pub events: &'a E,
    /// The user's zone.
    pub zone: &'a dyn Zone,
    /// Who is synchronized.
    pub account: &'a Account,
    /// Texts in the user's language.
    pub words: &'a Words,
}

impl<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events> World for Parts<'_, C, X, S, K, E> {
    type Creatio = C;
    type Exchange = X;
    type Store = S;
    type Clock = K;
    type Events = E;

    fn creatio(&self) -> &C {
        self.creatio
    }

    fn exchange(&self) -> &X {
        self.exchange
    }

    fn store(&self) -> &S {
        self.store
    }

    fn clock(&self) -> &K {
        self.clock
    }

    fn events(&self) -> &E {
        self.events
    }

    fn zone(&self) -> &dyn Zone {
        self.zone
    }

    fn account(&self) -> &Account {
        self.account
    }

    fn words(&self) -> &Words {
        self.words
    }
}
