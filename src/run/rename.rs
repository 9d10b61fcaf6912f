//! Containers that got other ids since the last run: settings and links follow before anything is decided, else a whole calendar would seem
//! to be gone.

use super::Ends;
use crate::engine::containers::{self, Renamed};
use crate::engine::link::State;
use crate::engine::settings::Settings;
use crate::error::Result;
use crate::ports::{Clock, Commit, Directory, Events, Replica, Store};

/// Has `settings`, `state` and the stored links name the containers by their new ids. A run that ends in between does it again.
///
/// # Errors
/// If the store fails.
pub async fn follow<C: Replica + Directory, X: Replica, S: Store, K: Clock, E: Events>(
    ends: &Ends<'_, C, X, S, K, E>,
    (settings, state): (&mut Settings, &mut State),
    renamed: &Renamed,
) -> Result<()> {
    let put = containers::rename_in_links(ends.store.all().await?, renamed);
    ends.store.commit(&Commit { put, ..Commit::default() }).await?;
    let before = settings.clone();
    containers::rename_in_settings(settings, renamed);
    if *settings != before {
        ends.store.save_settings(settings).await?;
        state.settings = Some(settings.clone());
    }
    state.holding = std::mem::take(&mut state.holding)
        .into_iter()
        .map(|mut id| {
            containers::rename(&mut id, renamed);
            id
        })
        .collect();
    Ok(())
}
