//! Containers that got other ids since the last run: settings and links follow before anything is
//! decided, else a whole calendar would seem to be gone.

use crate::engine::change::StateChange;
use crate::engine::commit::Commit;
use crate::engine::containers::{self, Renamed};
use crate::engine::settings::Settings;
use crate::engine::state::State;
use crate::error::Result;
use crate::ports::Store;
use crate::run::World;

/// Has `settings`, `state` and the stored links name the containers by their new ids. A run that
/// ends before the links do does it again; what they are called then is remembered with them.
///
/// # Errors
/// If the store fails, or what keeps the settings.
pub async fn follow<W: World>(world: &W, settings: &mut Settings, state: &mut State, renamed: &Renamed) -> Result<()> {
    let before = settings.clone();
    containers::rename_in_settings(settings, renamed);
    if *settings != before {
        world.store().rename_in_settings(renamed).await?;
    }
    let put = containers::rename_in_links(world.store().all().await?, renamed);
    let change = Some(StateChange::Renamed(renamed.to_vec()));
    world.store().commit(&Commit { put, state: change, ..Commit::default() }).await?;
    containers::rename_in_state(state, renamed);
    Ok(())
}
