//! Whether store, marks and credentials belong to the two ends that are meant: the first thing
//! that a run asks (docs/rules.md, "Identity checks"). A copied database, or a token of another
//! mailbox, would make one user's items another's.

use crate::engine::account::Account;
use crate::engine::change::StateChange;
use crate::engine::commit::Commit;
use crate::engine::context::Seen;
use crate::engine::identity;
use crate::engine::state::State;
use crate::error::{Error, Result};
use crate::flat::FlatSet;
use crate::model::{Side, SiteId};
use crate::ports::{Replica, Store};
use crate::run::World;

/// The state of the account, once its store and the credentials are known to be of the ends that
/// are meant.
///
/// # Errors
/// `Elsewhere` if one is not; what else stops a run.
pub async fn identified<W: World>(world: &W) -> Result<State> {
    let account = world.account();
    let mut state = world.store().state().await?.unwrap_or_else(|| State::new(account));
    same(Side::Creatio, account.site.as_str(), state.site.as_str())?;
    same(Side::Exchange, &account.mailbox, state.mailbox.as_deref().unwrap_or(&account.mailbox))?;
    world.creatio().identify(None).await?;
    state.mailbox = Some(account.mailbox.clone());
    let known = state.holder.take();
    state.holder = world.exchange().identify(known.as_deref()).await?;
    if state.holder.is_none() || state.holder != known {
        // another sign-in may know more, or fewer
        state.addresses = FlatSet::new();
    }
    state.addresses = world.exchange().own(std::mem::take(&mut state.addresses)).await?;
    Ok(state)
}

/// Has the state of an account that was kept under the name `from` go on under `to`: the
/// administrator says that they are one installation.
///
/// # Errors
/// What the store refuses.
pub async fn moved<S: Store>(store: &S, from: &SiteId, to: &SiteId) -> Result<()> {
    let state = store.state().await?.filter(|state| state.site == *from && from != to);
    if state.is_none() {
        return Ok(());
    }
    store.commit(&Commit { state: Some(StateChange::Moved(to.clone())), ..Commit::default() }).await
}

/// Checks the marks that were read: one of another installation, for an Activity that this one has
/// too, tells that one is a copy of the other.
///
/// # Errors
/// `Elsewhere` if there is such a mark.
pub fn marks(account: &Account, seen: &Seen) -> Result<()> {
    match identity::copied(account, seen) {
        Some(site) => same(Side::Creatio, account.site.as_str(), site.as_str()),
        None => Ok(()),
    }
}

fn same(side: Side, meant: &str, found: &str) -> Result<()> {
    if meant == found {
        return Ok(());
    }
    Err(Error::Elsewhere { side, meant: meant.to_owned(), found: found.to_owned() })
}
