//! Finding particular activities, whatever the window: a direct read, so that an absence is sure (as far as the user may see).

use super::Creatio;
use super::query::{Query, Test};
use super::read::{malformed, row_id};
use crate::error::Result;
use crate::model::{Item, ItemId, Malformed, Uid};
use crate::ports::{Clock, Clue, Found, Http, Keys};
use std::collections::BTreeSet;
use uuid::Uuid;

impl<P: Http + Clock + Keys> Creatio<P> {
    /// See [`Replica::find`](crate::ports::Replica::find).
    pub(super) async fn found(&self, clues: &[Clue]) -> Result<Vec<Found>> {
        let mut ids: BTreeSet<ItemId> = BTreeSet::new();
        let mut uids: BTreeSet<&Uid> = BTreeSet::new();
        for clue in clues {
            match clue {
                // whatever a mark says: what is no GUID is no Activity
                Clue::Id { id, .. } | Clue::Mark(id) => {
                    ids.extend(Uuid::parse_str(id.as_str()).is_ok().then(|| id.clone()));
                }
                Clue::Uid(uid) => {
                    uids.insert(uid);
                }
            }
        }
        ids.extend(self.with_uids(&uids).await?);
        let reading = self.read(&ids.into_iter().collect::<Vec<_>>()).await?;
        let nameless = reading.malformed.iter().find(|bad| bad.id.is_none());
        let answers = |clue: &Clue, item: &Item| match clue {
            Clue::Id { id, .. } | Clue::Mark(id) => item.id == *id,
            Clue::Uid(uid) => item.facts.uid.as_ref() == Some(uid),
        };
        let told = |clue: &Clue| {
            let mut found = Found {
                items: reading.items.iter().filter(|item| answers(clue, item)).cloned().collect(),
                malformed: reading.malformed.iter().filter(|bad| is_meant(clue, bad)).cloned().collect(),
                ..Found::default()
            };
            if let (true, Some(bad)) = (found.is_absent(), nameless) {
                // whose row it is can't be told: it may be this one's, which must not look absent
                found.malformed.push(malformed(named(clue), &bad.reason));
            }
            found
        };
        Ok(clues.iter().map(told).collect())
    }

    /// The ids of the activities that have one of these UIDs.
    async fn with_uids(&self, uids: &BTreeSet<&Uid>) -> Result<Vec<ItemId>> {
        if self.lore.reach.is_lacking("GlobalActivityID") {
            return Ok(Vec::new());
        }
        let query = Query { set: "Activity", select: "Id", ..Query::default() };
        let [rows] = self.ask([query.any(uids.iter().map(|uid| Test::text("GlobalActivityID", uid)))]).await?;
        Ok(rows.iter().filter_map(row_id).collect())
    }
}

/// The activity that `clue` names.
fn named(clue: &Clue) -> Option<ItemId> {
    match clue {
        Clue::Id { id, .. } | Clue::Mark(id) => Some(id.clone()),
        Clue::Uid(_) => None,
    }
}

/// Whether an activity that can't be understood may be the one that `clue` asks for: with a UID any may be, since its own can't be read.
fn is_meant(clue: &Clue, bad: &Malformed) -> bool {
    match clue {
        Clue::Id { id, .. } | Clue::Mark(id) => bad.id.as_ref() == Some(id),
        Clue::Uid(_) => true,
    }
}
