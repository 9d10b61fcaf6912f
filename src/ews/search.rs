//! Looking for items by a property of theirs, in many folders at once. A folder that refuses the
//! question costs that folder only; another way to ask is tried, since some servers search by no
//! property of type `Binary` (docs/facts/ews.md, "Searches").

use super::fetch::{BATCH, FoundItems, missing, refused};
use super::properties::Path;
use super::wire::{Message, Verdict};
use super::xml::XmlElement;
use super::{Ews, endpoints, map, uid};
use crate::error::Result;
use crate::flat::{FlatMap, FlatSet};
use crate::http::Pages;
use crate::model::{ContainerId, ItemId, Kind, Side};
use crate::ports::{Clock, Credentials, Http};

/// One way to tell the items that are looked for.
pub(super) struct SearchWay {
    /// By which property.
    pub(super) path: Path,
    /// Its values, of which each item has one.
    pub(super) values: Vec<String>,
}

/// What a search came to.
#[derive(Default)]
pub(super) struct Sought {
    /// The items, by kind.
    pub(super) found: FlatSet<(Kind, ItemId)>,
    /// A folder can't be searched, in no way: the server's code. What lies there is not known.
    pub(super) refused: Option<String>,
}

/// Whether a folder answers.
enum Standing {
    /// It does.
    Open,
    /// It is gone, or not for this user: nothing of ours lies there.
    Closed,
    /// It does not.
    Refused,
}

impl<P: Http + Clock + Credentials> Ews<P> {
    /// Looks in `folders` for the items that each of `ways` tells. A folder that refuses the first
    /// is asked the next, and in the end for all of its items, to compare them here.
    ///
    /// # Errors
    /// What stops a run.
    pub(super) async fn sought(&self, folders: &[ContainerId], ways: &[SearchWay]) -> Result<Sought> {
        let mut sought = Sought::default();
        let ways: Vec<&SearchWay> = ways.iter().filter(|way| !way.values.is_empty()).collect();
        let Some(first) = ways.first() else { return Ok(sought) };
        let mut open: Vec<ContainerId> = Vec::new();
        for folder in folders {
            match self.shut.borrow().get(folder) {
                Some(code) => sought.refused = Some(code.clone()),
                None => open.push(folder.clone()),
            }
        }
        let mut codes = FlatMap::new();
        for way in &ways {
            codes = self.searched(&open, way, &mut sought.found).await?;
            open = codes.keys().cloned().collect();
        }
        for (folder, code) in codes {
            match self.compared(&folder, first).await? {
                Some(found) => sought.found.extend(found),
                None => sought.refused = Some(code),
            }
        }
        Ok(sought)
    }

    /// Asks `folders` for the items that have one of the values of `way`; the code of each folder
    /// that refuses.
    async fn searched(
        &self,
        folders: &[ContainerId],
        way: &SearchWay,
        found: &mut FlatSet<(Kind, ItemId)>,
    ) -> Result<FlatMap<ContainerId, String>> {
        let mut codes: FlatMap<ContainerId, String> = FlatMap::new();
        for values in way.values.chunks(BATCH) {
            let asked = folders.iter().filter(|folder| !codes.contains_key(folder)).cloned().collect();
            let mut open: Vec<(Vec<ContainerId>, usize)> = vec![(asked, 0)];
            let mut guards: FlatMap<ContainerId, Pages> = FlatMap::new();
            while let Some((part, offset)) = open.pop() {
                if part.is_empty() {
                    continue;
                }
                let messages = match self.ask(&endpoints::with_value(&part, way.path, values, offset)).await {
                    Ok(messages) => messages,
                    Err(error) => {
                        let Some(code) = refused(&error) else { return Err(error) };
                        match part.as_slice() {
                            // one of them is at fault
                            [_, _, ..] => open.extend(part.into_iter().map(|folder| (vec![folder], offset))),
                            _ => codes.extend(part.into_iter().map(|folder| (folder, code.clone()))),
                        }
                        continue;
                    }
                };
                let mut more: FlatMap<usize, Vec<ContainerId>> = FlatMap::new();
                for (index, folder) in part.into_iter().enumerate() {
                    let message = messages.get(index).ok_or_else(missing)?;
                    match standing(message)? {
                        Standing::Open => {
                            let page = FoundItems::of(message)?;
                            found.extend(page.items.iter().filter_map(named));
                            match page.pass(offset, guards.entry(folder.clone()).or_default()) {
                                Ok(Some(next)) => more.entry(next).or_default().push(folder),
                                Ok(None) => {}
                                Err(endless) => drop(codes.insert(folder, endless.to_string())),
                            }
                        }
                        Standing::Closed => {}
                        Standing::Refused => drop(codes.insert(folder, message.code.clone())),
                    }
                }
                open.extend(more.into_iter().map(|(next, folders)| (folders, next)));
            }
        }
        Ok(codes)
    }

    /// The items of `folder` that have one of the values of `way`, found by reading that property
    /// of all of them; `None` if they are not told either.
    async fn compared(&self, folder: &ContainerId, way: &SearchWay) -> Result<Option<FlatSet<(Kind, ItemId)>>> {
        let (mut found, mut guard, mut offset) = (FlatSet::new(), Pages::default(), 0);
        loop {
            let messages = match self.ask(&endpoints::all(folder, way.path, offset)).await {
                Ok(messages) => messages,
                Err(error) if refused(&error).is_some() => return Ok(None),
                Err(error) => return Err(error),
            };
            let message = messages.first().ok_or_else(missing)?;
            match standing(message)? {
                Standing::Open => {}
                Standing::Closed => return Ok(Some(found)),
                Standing::Refused => return Ok(None),
            }
            let page = FoundItems::of(message)?;
            let has = |node: &&XmlElement| value(node, way.path).is_some_and(|value| way.values.contains(&value));
            found.extend(page.items.iter().filter(has).filter_map(named));
            match page.pass(offset, &mut guard) {
                Ok(Some(next)) => offset = next,
                Ok(None) => return Ok(Some(found)),
                // what comes after these pages is not told
                Err(_) => return Ok(None),
            }
        }
    }
}

/// What a folder's message says of it; what stops a run is an error.
fn standing(message: &Message) -> Result<Standing> {
    Ok(match message.verdict() {
        Verdict::Fine => Standing::Open,
        Verdict::Gone | Verdict::Forbidden => Standing::Closed,
        Verdict::Busy | Verdict::NoMailbox => {
            return message.success().map(|_| Standing::Open).map_err(|fault| fault.error(Side::Exchange));
        }
        Verdict::Later | Verdict::Skipped | Verdict::Stale | Verdict::CursorLost | Verdict::Refused => {
            Standing::Refused
        }
    })
}

fn named(node: &XmlElement) -> Option<(Kind, ItemId)> {
    Some((map::kind(node)?, map::id(node)?))
}

/// The value by which an item would be found under `path`, as far as a list tells it.
fn value(node: &XmlElement, path: Path) -> Option<String> {
    match path {
        Path::GlobalObject => node.say("UID").and_then(uid::read).as_ref().and_then(uid::global),
        Path::Field(_) | Path::Mark | Path::Fingerprint | Path::Local | Path::Ownership | Path::Hidden => {
            map::extended(node, path).map(str::to_owned)
        }
    }
}
