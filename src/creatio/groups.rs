//! Groups of activities: the trees of `ActivityFolder` and, since Freedom UI, of `FolderTree`
//! (docs/facts/creatio.md, "Groups"), and who is in them. Static membership is read, a dynamic
//! group's filter evaluated: by `$filter` as far as that goes, else by the server itself with the
//! stored JSON. A group whose filter neither of them takes has no members and is named with the
//! condition at fault.

pub mod filters;

use self::filters::{Filter, Viewer};
use super::Creatio;
use crate::creatio::activity::lookups::{FOLDER_DYNAMIC, FOLDER_STATIC};
use crate::creatio::activity::wire::{ActivityFolder, FolderMember};
use crate::creatio::client::access::Transport;
use crate::creatio::client::odata::LONGEST;
use crate::creatio::client::query::{Condition, Query, date, in_window, in_window_of, no_email};
use crate::creatio::client::refusal::refused;
use crate::creatio::client::rows::{row_id, understood};
use crate::creatio::client::{data_service, odata, reply};
use crate::error::Result;
use crate::flat::FlatMap;
use crate::http::{Call, Pages, pages};
use crate::json;
use crate::model::membership::Membership;
use crate::model::{GroupId, ItemId, Window};
use crate::ports::{Clock, Credentials, Http};
use chrono::Weekday;
use serde::Deserialize;
use serde_json::Value;

/// Rows of one page of members.
const PAGE: usize = 1_000;

/// A group of activities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name, for people.
    pub name: String,
    /// The group above it.
    pub parent: Option<GroupId>,
    /// Its members follow from a filter.
    pub dynamic: bool,
}

/// A question that may have more rows than one page.
struct OpenQuery {
    filter: Condition,
    /// Rows that were read.
    skip: usize,
    guard: Pages,
}

/// What a group's members follow from.
#[derive(Clone, Copy)]
enum MemberRule {
    /// Rows of `ActivityInFolder`.
    Rows,
    /// The filter in this column of this set.
    Filter(&'static str, &'static str),
}

const SEARCH_DATA: MemberRule = MemberRule::Filter("ActivityFolder", "SearchData");
const FILTER_DATA: MemberRule = MemberRule::Filter("FolderTree", "FilterData");

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// The static and dynamic groups of activities that the user may see.
    ///
    /// # Errors
    /// What stops a run.
    pub async fn groups(&self) -> Result<Vec<Group>> {
        let query =
            Query { set: "ActivityFolder", select: "Id,Name,ParentId,FolderTypeId", order: "Name", ..Query::default() };
        let [rows] = self.ask([vec![query]]).await?;
        let tree = Query {
            set: "FolderTree",
            select: "Id,Name,ParentId",
            filter: Condition::text("EntitySchemaName", "Activity"),
            order: "Name",
            ..Query::default()
        };
        let trees = self.trees(vec![tree]).await?;
        let group = |row: ActivityFolder, dynamic| {
            let parent = row.parent_id.0.map(GroupId::new);
            Some(Group { id: GroupId::new(row.id.0?), name: row.name, parent, dynamic })
        };
        let mut groups = Vec::new();
        for row in understood::<ActivityFolder>(rows, "Id", "ActivityFolder.").0 {
            match row.folder_type_id.as_str() {
                Some(FOLDER_DYNAMIC) => groups.extend(group(row, true)),
                Some(FOLDER_STATIC) => groups.extend(group(row, false)),
                Some(_) | None => {}
            }
        }
        groups.extend(trees.into_iter().filter_map(|row| group(row, true)));
        Ok(groups)
    }

    /// See [`Directory::members`](crate::ports::Directory::members).
    pub(in crate::creatio) async fn members_of(&self, groups: &[GroupId], window: &Window) -> Result<Membership> {
        let rules = self.rules(groups).await?;
        let mut membership = Membership::default();
        let mut fixed = Vec::new();
        for group in groups {
            match rules.get(group.as_str()) {
                None => membership.failed.push((group.clone(), "the group is not there".to_owned())),
                Some(MemberRule::Rows) => fixed.push(Condition::row("Folder", group)),
                Some(MemberRule::Filter(set, column)) => match self.filtered(set, column, group, window).await? {
                    Ok(members) => membership.members.extend(members),
                    Err(why) => membership.failed.push((group.clone(), why)),
                },
            }
        }
        let query = Query { set: "ActivityInFolder", select: "ActivityId", order: "Id", ..Query::default() };
        let fixed = fixed.into_iter().map(|folder| folder.and(in_window_of(window))).collect();
        let rows = self.all(&query, fixed).await?;
        let rows = understood::<FolderMember>(rows, "ActivityId", "ActivityInFolder.").0;
        membership.members.extend(rows.iter().filter_map(|row| row.activity_id.item()));
        Ok(membership)
    }

    /// See [`Directory::membership`](crate::ports::Directory::membership): how many rows tie
    /// Activities to these groups and when the last of them was saved, and when the groups
    /// themselves were.
    pub(in crate::creatio) async fn membership_of(&self, groups: &[GroupId]) -> Result<String> {
        let stamps = |set, filter: Condition, ids: &[GroupId]| {
            let query = Query { set, select: "Id,ModifiedOn", filter, order: "Id", ..Query::default() };
            query.any(ids.iter().map(Condition::id))
        };
        let rows = Query { set: "ActivityInFolder", select: "Id,ModifiedOn", ..Query::default() };
        let tied = rows.any(groups.iter().map(|group| Condition::row("Folder", group)));
        let newest = tied.iter().map(|query| Query { order: "ModifiedOn desc", top: 1, ..query.clone() });
        let counts = tied.iter().map(|query| Query { count: true, ..query.clone() });
        let mut queries = stamps("ActivityFolder", Condition::default(), groups);
        queries.extend(newest);
        let plain = queries.len();
        queries.extend(counts);
        let mut stamps = Vec::new();
        for (nth, (query, page)) in queries.iter().zip(self.pages(&queries).await?).enumerate() {
            if nth < plain {
                let mut rows = Vec::new();
                self.follow(query.set, page, &mut rows).await?;
                stamps.extend(rows.iter().map(stamp));
            } else {
                stamps.push(page.count.map(|count| count.to_string()).unwrap_or_default());
            }
        }
        let known = |group: &&GroupId| stamps.iter().any(|stamp| stamp.starts_with(group.as_str()));
        let others: Vec<GroupId> = groups.iter().filter(|group| !known(group)).cloned().collect();
        if !others.is_empty() {
            let query = Query { set: "FolderTree", select: "Id,ModifiedOn", order: "Id", ..Query::default() };
            let trees = match self.ask([query.any(others.iter().map(Condition::id))]).await {
                Ok([rows]) => rows,
                Err(error) if refused(&error).is_some() => Vec::new(),
                Err(error) => return Err(error),
            };
            stamps.extend(trees.iter().map(stamp));
        }
        Ok(stamps.join(";"))
    }

    /// What the members of these groups follow from, by the group's id; a group that is not there
    /// is left out.
    async fn rules(&self, groups: &[GroupId]) -> Result<FlatMap<String, MemberRule>> {
        let by_id = |groups: &[&GroupId]| groups.iter().map(Condition::id).collect::<Vec<_>>();
        let folders = Query { set: "ActivityFolder", select: "Id,Name,ParentId,FolderTypeId", ..Query::default() };
        let [folders] = self.ask([folders.any(by_id(&groups.iter().collect::<Vec<_>>()))]).await?;
        let mut rules = FlatMap::new();
        for row in understood::<ActivityFolder>(folders, "Id", "ActivityFolder.").0 {
            let rule = if row.folder_type_id.as_str() == Some(FOLDER_DYNAMIC) { SEARCH_DATA } else { MemberRule::Rows };
            rules.extend(row.id.0.map(|id| (id, rule)));
        }
        let others: Vec<&GroupId> = groups.iter().filter(|group| !rules.contains_key(group.as_str())).collect();
        let trees = Query {
            set: "FolderTree",
            select: "Id,Name,ParentId",
            filter: Condition::text("EntitySchemaName", "Activity"),
            ..Query::default()
        };
        let trees = self.trees(trees.any(by_id(&others))).await?;
        rules.extend(trees.into_iter().filter_map(|row| Some((row.id.0?, FILTER_DATA))));
        Ok(rules)
    }

    /// Rows of `FolderTree`; none where the installation has no such table, or keeps it from the
    /// user.
    async fn trees(&self, queries: Vec<Query<'_>>) -> Result<Vec<ActivityFolder>> {
        let rows = match self.ask([queries]).await {
            Ok([rows]) => rows,
            Err(error) if refused(&error).is_some() => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(understood::<ActivityFolder>(rows, "Id", "FolderTree.").0)
    }

    /// The activities that the filter of `group` selects, which is kept in `column` of `set`, or
    /// why it can't be evaluated.
    async fn filtered(
        &self,
        set: &str,
        column: &str,
        group: &GroupId,
        window: &Window,
    ) -> Result<Result<Vec<ItemId>, String>> {
        let stored = match self.stored(set, column, group).await {
            Ok(stored) => stored,
            Err(error) => return refused(&error).map(Err).ok_or(error),
        };
        let viewer = Viewer {
            contact: &self.site.contact,
            user: self.user.as_deref(),
            zone: &*self.site.zone,
            now: self.now(),
            week: self.week,
            date: &date,
        };
        match filters::read(&stored, &viewer) {
            Ok(filter) => self.selected(&filter, window).await,
            Err(obstacle) => Ok(Err(obstacle.to_string())),
        }
    }

    /// A stored filter: the bytes of a stream (docs/facts/creatio.md, "Values"), or what the
    /// DataService shows of them.
    async fn stored(&self, set: &str, column: &str, group: &GroupId) -> Result<Vec<u8>> {
        match self.installation.access.way(set) {
            Transport::Odata => {
                let response = self.odata.send(&Call::get(format!("{set}({group})/{column}"))).await?;
                reply::accept(&response).map_err(|fault| fault.error(super::SIDE))?;
                Ok(content(response.body()))
            }
            Transport::DataService => {
                let query = Query { set, select: column, filter: Condition::id(group), ..Query::default() };
                let [rows] = self.ask([vec![query]]).await?;
                let text = rows.first().and_then(|row| row.get(column)?.as_str()).unwrap_or_default();
                // JSON as it is, or in base64; what is neither is told as it stands
                let is_json = json::value(text.as_bytes()).is_ok();
                Ok(if is_json { text.into() } else { base64(text).unwrap_or_else(|| text.into()) })
            }
        }
    }

    async fn selected(&self, filter: &Filter, window: &Window) -> Result<Result<Vec<ItemId>, String>> {
        let way = self.installation.access.way("Activity");
        let mut trouble = match (&filter.odata, way) {
            (Ok(text), Transport::Odata) => match self.by_filter(text, window).await? {
                Ok(members) => return Ok(Ok(members)),
                Err(why) => why,
            },
            (Ok(_), Transport::DataService) => "OData is not open to the user".to_owned(),
            (Err(obstacle), _) => obstacle.to_string(),
        };
        match self.by_stored(&filter.stored, window).await {
            Ok(members) => Ok(Ok(members)),
            Err(error) => match refused(&error) {
                Some(why) => {
                    trouble.push_str("; ");
                    trouble.push_str(&why);
                    Ok(Err(trouble))
                }
                None => Err(error),
            },
        }
    }

    /// The activities that `filter` selects, e-mails aside, or why the server does not take it.
    async fn by_filter(&self, filter: &str, window: &Window) -> Result<Result<Vec<ItemId>, String>> {
        let query = Query { set: "Activity", select: "Id", order: "Id", top: PAGE, ..Query::default() };
        let own = Condition::Odata(filter.to_owned());
        // without the window more are told than are needed, which is better than none
        let wholes = [in_window(window), no_email("Type")].map(|test| test.and(own.clone()));
        let fits = |whole: &Condition| {
            let longest = Query { filter: whole.clone(), skip: usize::from(u16::MAX), ..query.clone() };
            odata::call(&longest).path.len() <= LONGEST
        };
        let Some(whole) = wholes.into_iter().find(fits) else {
            return Ok(Err("the filter is too long for an address".to_owned()));
        };
        match self.all(&query, vec![whole]).await {
            Ok(rows) => Ok(Ok(rows.iter().filter_map(row_id).collect())),
            Err(error) => refused(&error).map(Err).ok_or(error),
        }
    }

    /// The activities that the stored filter selects by the server's own judgement, e-mails aside.
    async fn by_stored(&self, stored: &Value, window: &Window) -> Result<Vec<ItemId>> {
        let zone = &*self.site.zone;
        let mut members = Vec::new();
        loop {
            let ask = data_service::select_stored(stored, &in_window(window), PAGE, members.len(), zone);
            let page = data_service::page(&self.service.send(&ask.call()).await?, zone);
            let rows = page.map_err(|fault| fault.error(super::SIDE))?.value;
            let read = rows.len();
            members.extend(rows.iter().filter_map(row_id));
            if read < PAGE {
                return Ok(members);
            }
        }
    }

    /// All rows for each of `filters`. The first pages come in one batch; only what is long costs
    /// further requests.
    pub(in crate::creatio) async fn all(&self, query: &Query<'_>, filters: Vec<Condition>) -> Result<Vec<Value>> {
        let begin = |filter| OpenQuery { filter, skip: 0, guard: Pages::default() };
        let mut open: Vec<OpenQuery> = filters.into_iter().map(begin).collect();
        let mut all = Vec::new();
        while !open.is_empty() {
            let page = |of: &OpenQuery| Query { filter: of.filter.clone(), skip: of.skip, top: PAGE, ..query.clone() };
            let replies = self.pages(&open.iter().map(page).collect::<Vec<_>>()).await?;
            let mut longer = Vec::new();
            for (page, mut of) in replies.into_iter().zip(open) {
                let before = all.len();
                self.follow(query.set, page, &mut all).await?;
                let rows = all.get(before..).unwrap_or_default();
                of.skip += rows.len();
                if rows.len() >= PAGE {
                    // a server may pass over how many rows it is asked to leave out
                    let passed = of.guard.pass(Some(&of.skip.to_string()), rows.iter().map(pages::telling));
                    passed.map_err(|endless| crate::creatio::client::gateway::endless(query.set, endless))?;
                    longer.push(of);
                }
            }
            open = longer;
        }
        Ok(all)
    }
}

/// A row's id and when it was saved, as the server tells them.
fn stamp(row: &Value) -> String {
    let member = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
    format!("{} {}", member("Id"), member("ModifiedOn"))
}

/// The first day of the weeks of a culture, as .NET has it for those that Creatio is sold in:
/// Monday but for a few.
pub(in crate::creatio) fn first_day(culture: &str) -> Weekday {
    match culture.to_lowercase().as_str() {
        "en-us" | "en-ca" | "es-mx" | "es-co" | "pt-br" | "he-il" | "ja-jp" | "ko-kr" | "zh-tw" | "hi-in" => {
            Weekday::Sun
        }
        "ar-sa" | "ar-ae" | "ar-eg" | "fa-ir" => Weekday::Sat,
        _ => Weekday::Mon,
    }
}

/// The content of a stream: the bytes themselves, or base64 in the JSON of a property.
fn content(body: &[u8]) -> Vec<u8> {
    #[derive(Deserialize)]
    struct Property {
        value: String,
    }
    let property = json::parse::<Property>(body).ok();
    property.and_then(|property| base64(&property.value)).unwrap_or_else(|| body.to_vec())
}

/// The bytes that a base64 text spells (RFC 4648, padding optional).
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for c in text.trim_end_matches('=').bytes() {
        let six = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xFF) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_comes_as_it_is_or_in_base64() {
        for (body, bytes) in [
            (&br#"{"filterType":6,"items":{}}"#[..], &br#"{"filterType":6,"items":{}}"#[..]),
            (br#"{"@odata.context":"x","value":"eyJhIjoxfQ=="}"#, br#"{"a":1}"#),
            (br#"{"value":"eyJhIjoxfQ"}"#, br#"{"a":1}"#),
            (br#"{"value":"no base64!"}"#, br#"{"value":"no base64!"}"#),
            (b"", b""),
        ] {
            assert_eq!(content(body), bytes);
        }
    }
}
