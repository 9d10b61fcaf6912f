//! Links that the built-in sync made: its table tells which meeting of the mailbox an Activity
//! stands for (docs/facts/creatio.md, "Built-in links"). They are adopted by giving the Activity
//! the UID of that meeting; matching does the rest. The table is only read, and done without where
//! it is kept from the user.

use crate::creatio::Creatio;
use crate::creatio::activity::wire::Guid;
use crate::creatio::client::query::{Condition, Query};
use crate::creatio::client::refusal::refused;
use crate::creatio::client::rows::understood;
use crate::error::Result;
use crate::flat::FlatMap;
use crate::model::{Item, ItemId, Kind, Uid};
use crate::ports::{Clock, Credentials, Http};
use serde::Deserialize;

/// `SysSyncMetaData`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BuiltInLinkRow {
    local_id: Guid,
    #[serde(default)]
    remote_id: Option<String>,
}

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// Gives the meetings among `items` that have no UID the one that the built-in sync noted for
    /// this user.
    pub(in crate::creatio) async fn adopt(&self, items: &mut [Item]) -> Result<()> {
        let lacks = |item: &&mut Item| item.record.kind() == Kind::Meeting && item.facts.uid.is_none();
        let mut open: Vec<&mut Item> = items.iter_mut().filter(lacks).collect();
        if open.is_empty() {
            return Ok(());
        }
        let query = Query { set: "SysSyncMetaData", select: "LocalId,RemoteId", order: "Id", ..Query::default() };
        let of_meetings =
            Condition::text("SyncSchemaName", "Activity").and(Condition::text("RemoteItemName", "ExchangeAppointment"));
        let mine = of_meetings.and(Condition::row("CreatedBy", &self.site.contact));
        let rows = match self.all(&query, vec![mine]).await {
            Ok(rows) => rows,
            Err(error) if refused(&error).is_some() => return Ok(()),
            Err(error) => return Err(error),
        };
        let rows = understood::<BuiltInLinkRow>(rows, "LocalId", "SysSyncMetaData.").0;
        let noted = rows.into_iter().filter_map(|row| Some((row.local_id.item()?, uid(&row.remote_id?)?)));
        let noted: FlatMap<ItemId, Uid> = noted.collect();
        for item in &mut open {
            item.facts.uid = noted.get(&item.id).cloned();
        }
        Ok(())
    }
}

/// The UID in a remote id; an occurrence's has its day behind it (`…_2026_11_24`), and no UID of
/// its own.
fn uid(remote: &str) -> Option<Uid> {
    let mut parts = remote.rsplit('_').map(|part| part.chars().all(|c| c.is_ascii_digit()).then_some(part.len()));
    let dated =
        [Some(2), Some(2), Some(4)].iter().all(|length| parts.next() == Some(*length)) && parts.next().is_some();
    (!remote.is_empty() && !dated).then(|| Uid::new(remote))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn occurrences_have_no_uid_of_their_own() {
        for (remote, has) in [
            ("040000008200E00074C5B7101A82E008", true),
            ("040000008200E00074C5B7101A82E008_2026_11_24", false),
            ("a_b_2026_11_24", false),
            ("meeting_2026", true),
            ("2026_11_24", true),
            ("", false),
        ] {
            assert_eq!(uid(remote).is_some(), has, "{remote}");
        }
    }
}
