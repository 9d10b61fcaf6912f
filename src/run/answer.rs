//! What a person says of held items and of pairs at rest. It is noted only; the next run carries it
//! out.

use crate::engine::answer::Answer;
use crate::engine::change::StateChange;
use crate::engine::commit::Commit;
use crate::engine::link::{Link, LinkKey, LinkState};
use crate::error::Result;
use crate::model::{ItemId, Kind, Side};
use crate::ports::Store;

/// Notes what a person said of things held; the next run carries it out.
///
/// # Errors
/// `Store` if it fails.
pub async fn answer<S: Store>(store: &S, answers: Vec<Answer>) -> Result<()> {
    store.commit(&Commit { state: Some(StateChange::Answered(answers)), ..Commit::default() }).await
}

/// A pair that rests: what a run wrote of it was taken back, or a person wants it left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resting {
    /// Its Activity.
    pub activity: ItemId,
    /// The Activity's title, for the page only.
    pub title: String,
    /// Meeting or task.
    pub kind: Kind,
}

/// The pairs that rest.
///
/// # Errors
/// `Store` if it fails.
pub async fn resting<S: Store>(store: &S) -> Result<Vec<Resting>> {
    let ids = store.state().await?.map(|state| state.resting).unwrap_or_default();
    let resting = at_rest(store, ids).await?.into_iter().map(|link| Resting {
        kind: link.kind(),
        title: link.halves.creatio.base.title().to_owned(),
        activity: link.halves.creatio.id().clone(),
    });
    Ok(resting.collect())
}

/// Wakes pairs that rest, by their Activities: the next run decides on them as if they were new.
/// How many there were.
///
/// # Errors
/// `Store` if it fails.
pub async fn wake<S: Store>(store: &S, activities: Vec<ItemId>) -> Result<usize> {
    let mut links = at_rest(store, activities).await?;
    for link in &mut links {
        link.memory.anew = true;
    }
    let woken = links.len();
    let state = Some(StateChange::Woken(links.clone()));
    store.commit(&Commit { put: links, state, ..Commit::default() }).await?;
    Ok(woken)
}

/// The links of these Activities, as far as they rest.
async fn at_rest<S: Store>(store: &S, activities: impl IntoIterator<Item = ItemId>) -> Result<Vec<Link>> {
    let keys: Vec<LinkKey> = activities.into_iter().map(|id| LinkKey::Item(Side::Creatio, id)).collect();
    let links = store.links(&keys).await?;
    Ok(links.into_iter().filter(|link| link.state == LinkState::Undone).collect())
}
