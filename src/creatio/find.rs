//! Finding particular activities, whatever the window: a direct read, so that an absence is sure (as far as the user may see).

use super::query::Query;
use super::read::row_id;
use super::{Creatio, SIDE};
use crate::error::{Error, Result};
use crate::http::odata::literal;
use crate::model::{Item, ItemId, Malformed, Uid};
use crate::ports::{Clock, Clue, Found, Http, Keys};
use std::collections::BTreeSet;

impl<P: Http + Clock + Keys> Creatio<P> {
    /// See [`Replica::find`](crate::ports::Replica::find).
    pub(super) async fn found(&self, clues: &[Clue]) -> Result<Vec<Found>> {
        let mut ids: BTreeSet<ItemId> = BTreeSet::new();
        let mut uids: BTreeSet<&Uid> = BTreeSet::new();
        for clue in clues {
            match clue {
                Clue::Id { id, .. } | Clue::Mark(id) => {
                    ids.insert(id.clone());
                }
                Clue::Uid(uid) => {
                    uids.insert(uid);
                }
            }
        }
        ids.extend(self.with_uids(&uids).await?);
        let reading = self.read(&ids.into_iter().collect::<Vec<_>>()).await?;
        if let Some(bad) = reading.malformed.iter().find(|bad| bad.id.is_none()) {
            // whose it is can't be told: left out, some item would look absent
            return Err(Error::Unreadable { side: SIDE, detail: bad.reason.clone() });
        }
        let answers = |clue: &Clue, item: &Item| match clue {
            Clue::Id { id, .. } | Clue::Mark(id) => item.id == *id,
            Clue::Uid(uid) => item.facts.uid.as_ref() == Some(uid),
        };
        let told = |clue: &Clue| Found {
            items: reading.items.iter().filter(|item| answers(clue, item)).cloned().collect(),
            malformed: reading.malformed.iter().filter(|bad| is_meant(clue, bad)).cloned().collect(),
        };
        Ok(clues.iter().map(told).collect())
    }

    /// The ids of the activities that have one of these UIDs.
    async fn with_uids(&self, uids: &BTreeSet<&Uid>) -> Result<Vec<ItemId>> {
        let query = Query { set: "Activity", select: "Id", ..Query::default() };
        let calls = query.any(uids.iter().map(|uid| format!("GlobalActivityID eq {}", literal(uid.as_str()))));
        let [rows] = self.ask([calls]).await?;
        Ok(rows.iter().filter_map(row_id).collect())
    }
}

/// Whether an activity that can't be understood may be the one that `clue` asks for: with a UID any may be, since its own can't be read.
fn is_meant(clue: &Clue, bad: &Malformed) -> bool {
    match clue {
        Clue::Id { id, .. } | Clue::Mark(id) => bad.id.as_ref() == Some(id),
        Clue::Uid(_) => true,
    }
}
