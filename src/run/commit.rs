//! Commits of what servers have confirmed: they must not fail for want of room, for what is not
//! kept of a write looks like somebody's edit or is done a second time. So history is given up for
//! them, the oldest first.

use crate::engine::commit::Commit;
use crate::error::{Error, Result};
use crate::model::Instant;
use crate::ports::Store;

/// Days of history that are kept as long as giving up the older ones is enough.
const SPARED_DAYS: i64 = 7;

/// Writes a change of the run named `run`. Where there is no room for it, the history of earlier
/// runs goes, first what is older than a week; at last the change is written without its own.
///
/// # Errors
/// Whatever the store refuses; `StoreFull` if not even links and state have room.
pub async fn commit<S: Store>(store: &S, run: Instant, commit: &Commit) -> Result<()> {
    let mut written = store.commit(commit).await;
    for before in [run - chrono::Duration::days(SPARED_DAYS), run] {
        if written != Err(Error::StoreFull) {
            return written;
        }
        // by itself, for a store may count what is removed only once that is done
        store.commit(&Commit { forget: Some(before), ..Commit::default() }).await?;
        written = store.commit(commit).await;
    }
    if written != Err(Error::StoreFull) {
        return written;
    }
    store.commit(&Commit { history: Vec::new(), ..commit.clone() }).await
}
