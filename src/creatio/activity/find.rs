//! Finding particular activities, whatever the window: a direct read, so that an absence is sure
//! (as far as the user may see).

use crate::creatio::Creatio;
use crate::creatio::activity::compose::fits;
use crate::creatio::activity::fetch::ReadActivities;
use crate::creatio::client::gateway::PATIENCE;
use crate::creatio::client::query::{Condition, Query, Sign, no_email};
use crate::creatio::client::rows::{malformed, row_id};
use crate::error::Result;
use crate::flat::FlatSet;
use crate::model::lookup::{Found, Look, Lookup};
use crate::model::text::line;
use crate::model::{Instant, Item, ItemId, Malformed, Record, TaskWhen, Uid, When};
use crate::ports::{Clock, Credentials, Http};
use chrono::{DurationRound, TimeDelta};
use serde_json::Value;
use uuid::Uuid;

/// What is said of an activity that reads do not show yet.
const LATE: &str = "CreatioLate";

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// See [`Replica::find`](crate::ports::Replica::find).
    pub(in crate::creatio) async fn found(&self, lookups: &[Lookup]) -> Result<Vec<Found>> {
        let mut ids: FlatSet<ItemId> = FlatSet::new();
        let mut uids: FlatSet<&Uid> = FlatSet::new();
        let mut looks: FlatSet<&Look> = FlatSet::new();
        for lookup in lookups {
            match lookup {
                // whatever a mark says: what is no GUID is no Activity
                Lookup::Id { id, .. } | Lookup::Mark(id) | Lookup::MarkedTask(id) => {
                    ids.extend(Uuid::parse_str(id.as_str()).is_ok().then(|| id.clone()));
                }
                // one that no column holds is found nowhere
                Lookup::Uid(uid) => uids.extend(fits(uid).then_some(uid)),
                Lookup::Look(look) => {
                    looks.insert(look);
                }
            }
        }
        ids.extend(self.with_uids(&uids).await?);
        ids.extend(self.with_looks(&looks).await?);
        let ids: Vec<ItemId> = ids.into_iter().collect();
        let mut reading = self.read(&ids).await?;
        for wait in PATIENCE {
            if !ids.iter().any(|id| self.is_late(id, &reading)) {
                break;
            }
            self.odata.pause(wait).await;
            reading = self.read(&ids).await?;
        }
        let nameless = reading.malformed.iter().find(|bad| bad.id.is_none());
        let answers = |lookup: &Lookup, item: &Item| match lookup {
            Lookup::Id { id, .. } | Lookup::Mark(id) | Lookup::MarkedTask(id) => item.id == *id,
            Lookup::Uid(uid) => item.facts.uid.as_ref() == Some(uid),
            Lookup::Look(look) => !item.facts.email && shows(look, item),
        };
        let matches = |lookup: &Lookup| {
            let mut found = Found {
                items: reading.items.iter().filter(|item| answers(lookup, item)).cloned().collect(),
                malformed: reading.malformed.iter().filter(|bad| is_meant(lookup, bad)).cloned().collect(),
                ..Found::default()
            };
            if let (true, Some(bad)) = (found.is_absent(), nameless) {
                // whose row it is can't be told: it may be this one's, which must not look absent
                found.malformed.push(malformed(named(lookup), &bad.reason));
            }
            if named(lookup).is_some_and(|id| self.is_late(&id, &reading)) {
                // it was created a moment ago: whether it is gone the next run sees
                found.refused = Some(LATE.to_owned());
            }
            found
        };
        Ok(lookups.iter().map(matches).collect())
    }

    /// Whether `reading` lacks an activity that was created a moment ago and that no read has
    /// shown, as if a copy of the database answered that is behind.
    fn is_late(&self, id: &ItemId, reading: &ReadActivities) -> bool {
        let there = reading.items.iter().any(|item| item.id == *id)
            || reading.malformed.iter().any(|bad| bad.id.as_ref() == Some(id));
        !there && self.installation.is_recent(id, self.now())
    }

    /// The ids of the activities that look so. Titles are compared here: how a database compares
    /// letters is its own affair.
    async fn with_looks(&self, looks: &FlatSet<&Look>) -> Result<Vec<ItemId>> {
        let minute = TimeDelta::minutes(1);
        let within = |column, at: Instant| {
            let from = to_the_minute(at);
            [Condition::at(column, Sign::Ge, from), Condition::at(column, Sign::Lt, from + minute)]
        };
        let span =
            |look: &&Look| Condition::All([within("StartDate", look.start), within("DueDate", look.end)].concat());
        let query = Query { set: "Activity", select: "Id,Title", filter: no_email("Type"), ..Query::default() };
        let [rows] = self.ask([query.any(looks.iter().map(span))]).await?;
        let titles: FlatSet<String> = looks.iter().map(|look| spelled(&look.title)).collect();
        let alike =
            |row: &&Value| row.get("Title").and_then(Value::as_str).is_some_and(|t| titles.contains(&spelled(t)));
        Ok(rows.iter().filter(alike).filter_map(row_id).collect())
    }

    /// The ids of the activities that have one of these UIDs.
    async fn with_uids(&self, uids: &FlatSet<&Uid>) -> Result<Vec<ItemId>> {
        if self.installation.access.is_lacking("GlobalActivityID") {
            return Ok(Vec::new());
        }
        let query = Query { set: "Activity", select: "Id", ..Query::default() };
        let [rows] = self.ask([query.any(uids.iter().map(|uid| Condition::text("GlobalActivityID", uid)))]).await?;
        Ok(rows.iter().filter_map(row_id).collect())
    }
}

/// The activity that `lookup` names.
fn named(lookup: &Lookup) -> Option<ItemId> {
    match lookup {
        Lookup::Id { id, .. } | Lookup::Mark(id) | Lookup::MarkedTask(id) => Some(id.clone()),
        Lookup::Uid(_) | Lookup::Look(_) => None,
    }
}

/// Whether an activity that can't be understood may be the one that `lookup` asks for: with a UID
/// any may be, since its own can't be read.
fn is_meant(lookup: &Lookup, bad: &Malformed) -> bool {
    match lookup {
        Lookup::Id { id, .. } | Lookup::Mark(id) | Lookup::MarkedTask(id) => bad.id.as_ref() == Some(id),
        Lookup::Uid(_) | Lookup::Look(_) => true,
    }
}

/// Whether an activity looks so.
fn shows(look: &Look, item: &Item) -> bool {
    let span = match &item.record {
        Record::Meeting(meeting) => match meeting.when {
            When::Timed { start, end } => Some((start, end)),
            When::AllDay { .. } => None, // never in Creatio
        },
        Record::Task(task) => match task.when {
            TaskWhen::Timed { start, due } => Some((start, due)),
            TaskWhen::Days { .. } => None,
        },
    };
    let same = |(start, end): (Instant, Instant)| {
        to_the_minute(start) == to_the_minute(look.start) && to_the_minute(end) == to_the_minute(look.end)
    };
    spelled(item.record.title()) == spelled(&look.title) && span.is_some_and(same)
}

/// A title as it is compared.
fn spelled(title: &str) -> String {
    line(title).to_lowercase()
}

fn to_the_minute(at: Instant) -> Instant {
    at.duration_trunc(TimeDelta::minutes(1)).unwrap_or(at)
}
