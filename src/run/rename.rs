//! Containers that got other ids since the last run: settings and links follow before anything is
//! decided, else a whole calendar would seem to be gone.

use crate::engine::commit::Commit;
use crate::engine::containers::{self, Renamed};
use crate::engine::settings::Settings;
use crate::engine::state::State;
use crate::error::Result;
use crate::model::{ContainerId, Side};
use crate::ports::Store;
use crate::run::World;

/// Has `settings`, `state` and the stored links name the containers by their new ids. A run that
/// ends in between does it again.
///
/// # Errors
/// If the store fails, or what keeps the settings.
pub async fn follow<W: World>(world: &W, settings: &mut Settings, state: &mut State, renamed: &Renamed) -> Result<()> {
    let put = containers::rename_in_links(world.store().all().await?, renamed);
    world.store().commit(&Commit { put, ..Commit::default() }).await?;
    let before = settings.clone();
    containers::rename_in_settings(settings, renamed);
    if *settings != before {
        world.store().rename_in_settings(renamed).await?;
        state.settings = Some(settings.clone());
    }
    state.holding = std::mem::take(&mut state.holding).into_iter().map(|id| followed(id, renamed)).collect();
    let again = std::mem::take(&mut state.again[Side::Exchange]);
    state.again[Side::Exchange] = again.into_iter().map(|(id, at)| (id, followed(at, renamed))).collect();
    Ok(())
}

/// The id that a container has now.
fn followed(mut id: ContainerId, renamed: &Renamed) -> ContainerId {
    containers::rename(&mut id, renamed);
    id
}
