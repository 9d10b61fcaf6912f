//! Asking for much at once: items by id, changes of a folder. What can be told of one thing never
//! depends on another: a batch that can't be read is asked for in halves, down to the one at fault.

use super::wire::{Message, Verdict};
use super::xml::XmlElement;
use super::{Ews, endpoints, map};
use crate::error::{Error, Result};
use crate::flat::FlatSet;
use crate::http::{Call, Endless, Pages};
use crate::model::{ContainerId, ItemId, Kind, Side};
use crate::ports::{Clock, Credentials, Http};

/// Items of a batch (docs/facts/ews.md, "Load").
pub(super) const BATCH: usize = 20;

/// What became of one id.
pub(super) enum Got {
    /// The item.
    Item(XmlElement),
    /// It is not there.
    Gone,
    /// It can't be told: the server's code, or what is wrong.
    Bad(String),
}

/// What a folder's changes turned out to be.
pub(super) enum Walk {
    /// All of them, and where to go on.
    Told {
        /// New and changed items, newest reading of each, as listed.
        changed: Vec<XmlElement>,
        /// Items that are gone from it.
        gone: Vec<ItemId>,
        /// Where to go on.
        state: String,
    },
    /// The server no longer knows the state.
    Lost,
    /// The folder can't be read; the server's code, or what is wrong.
    Closed(String),
}

impl<P: Http + Clock + Credentials> Ews<P> {
    /// The items `ids`, one answer for each, in order.
    pub(super) async fn items(&self, kind: Kind, ids: &[ItemId]) -> Result<Vec<Got>> {
        self.each(ids, |ids| endpoints::items(kind, ids)).await
    }

    /// What `call` asks of each of `ids`, one answer for each, in order.
    pub(super) async fn each(&self, ids: &[ItemId], call: impl Fn(&[ItemId]) -> Call) -> Result<Vec<Got>> {
        let mut got = Vec::with_capacity(ids.len());
        let mut open: Vec<&[ItemId]> = ids.chunks(BATCH).rev().collect();
        while let Some(part) = open.pop() {
            let messages = match self.ask(&call(part)).await {
                Ok(messages) => messages,
                Err(error) => match (part.len(), trouble(&error)) {
                    (_, None) => return Err(error),
                    (0 | 1, Some(reason)) => {
                        got.push(Got::Bad(reason));
                        continue;
                    }
                    (many, Some(_)) => {
                        let (first, second) = part.split_at(many / 2);
                        open.extend([second, first]);
                        continue;
                    }
                },
            };
            let mut messages = messages.into_iter();
            for (at, _) in part.iter().enumerate() {
                let message = messages.next();
                let is_skipped = message.as_ref().is_none_or(|message| message.verdict() == Verdict::Skipped);
                if let (true, Some((_, rest))) = (is_skipped && part.len() > 1, part.split_at_checked(at)) {
                    // the rest of the batch was left: one by one
                    open.extend(rest.chunks(1).rev());
                    break;
                }
                got.push(one(message)?);
            }
        }
        Ok(got)
    }

    /// What changed in a folder since `state`; everything in it without one.
    pub(super) async fn walk(&self, kind: Kind, folder: &ContainerId, state: Option<&str>) -> Result<Walk> {
        let mut state = state.map(str::to_owned);
        let (mut changed, mut gone): (Vec<XmlElement>, Vec<ItemId>) = (Vec::new(), Vec::new());
        let mut guard = Pages::default();
        loop {
            let messages = self.ask(&endpoints::changes(kind, folder, state.as_deref())).await?;
            let message = messages.into_iter().next().ok_or_else(missing)?;
            match message.verdict() {
                Verdict::Fine => {}
                Verdict::CursorLost => return Ok(Walk::Lost),
                Verdict::Gone | Verdict::Forbidden | Verdict::Refused => return Ok(Walk::Closed(message.code)),
                Verdict::Busy | Verdict::Later | Verdict::Skipped | Verdict::Stale | Verdict::NoMailbox => {
                    message.success().map_err(|fault| fault.error(Side::Exchange))?;
                }
            }
            let next = message.body.say("SyncState").ok_or_else(|| unreadable("SyncState: missing"))?.to_owned();
            let is_last = message.body.is("IncludesLastItemInRange") != Some(false);
            let mut changes = message.body.children.into_iter().filter(|child| child.name == "Changes");
            let changes = changes.next().unwrap_or_default().children;
            // from the same place the same would be told for ever
            let is_last = is_last || (changes.is_empty() && state.as_ref() == Some(&next));
            if let Err(endless) = guard.pass((!is_last).then_some(next.as_str()), changes.iter().map(telling)) {
                return Ok(Walk::Closed(endless.to_string()));
            }
            state = Some(next);
            for change in changes {
                take(change, &mut changed, &mut gone);
            }
            if is_last {
                return Ok(Walk::Told { changed: newest(changed), gone, state: state.unwrap_or_default() });
            }
        }
    }
}

/// What a change tells of which item, so that one that is told again is known.
fn telling(change: &XmlElement) -> (String, Option<(String, String)>) {
    let item = of_item(change).or_else(|| of_item(change.children.first()?));
    (change.name.clone(), item)
}

/// Id and version of an item, if it has an id: what tells it from others.
fn of_item(node: &XmlElement) -> Option<(String, String)> {
    let id = node.at("ItemId")?;
    let said = |name: &str| id.attribute(name).unwrap_or_default().to_owned();
    Some((said("Id"), said("ChangeKey")))
}

/// Takes in one change: what is told as new may be known, and what was gone may be back
/// (docs/facts/ews.md, "Changes").
fn take(change: XmlElement, changed: &mut Vec<XmlElement>, gone: &mut Vec<ItemId>) {
    match change.name.as_str() {
        "Create" | "Update" => {
            for item in change.children {
                if let Some(id) = map::id(&item) {
                    gone.retain(|other| *other != id);
                }
                changed.push(item);
            }
        }
        "Delete" => {
            if let Some(id) = map::id(&change) {
                changed.retain(|item| map::id(item).as_ref() != Some(&id));
                gone.push(id);
            }
        }
        // read or not is no field of ours
        _ => {}
    }
}

/// Each item once, as told last; what has no id stays, to be reported.
pub(super) fn newest(nodes: Vec<XmlElement>) -> Vec<XmlElement> {
    let mut seen = FlatSet::new();
    let mut last: Vec<XmlElement> =
        nodes.into_iter().rev().filter(|node| map::id(node).is_none_or(|id| seen.insert(id))).collect();
    last.reverse();
    last
}

/// What a batch's word about one item means for a reader; what stops a run is an error.
fn one(message: Option<Message>) -> Result<Got> {
    let Some(message) = message else { return Ok(Got::Bad("no answer".to_owned())) };
    Ok(match message.verdict() {
        Verdict::Fine => {
            let items = message.body.children.into_iter().find(|child| child.name == "Items").unwrap_or_default();
            items.children.into_iter().next().map_or(Got::Gone, Got::Item)
        }
        Verdict::Gone => Got::Gone,
        Verdict::Busy | Verdict::NoMailbox => {
            return message.success().map(|_| Got::Gone).map_err(|fault| fault.error(Side::Exchange));
        }
        Verdict::Later
        | Verdict::Skipped
        | Verdict::Stale
        | Verdict::CursorLost
        | Verdict::Forbidden
        | Verdict::Refused => Got::Bad(message.code),
    })
}

/// A page of found items.
pub(super) struct FoundItems {
    /// The items.
    pub(super) items: Vec<XmlElement>,
    /// Whether the server says that no more come.
    pub(super) is_last: bool,
    /// Where the server says that the next page begins.
    next: Option<usize>,
}

impl FoundItems {
    /// Reads a page.
    pub(super) fn of(message: &Message) -> Result<Self> {
        let body = message.success().map_err(|fault| fault.error(Side::Exchange))?;
        let root = body.at("RootFolder").ok_or_else(|| unreadable("RootFolder: missing"))?;
        Ok(Self {
            items: root.at("Items").map(|items| items.children.clone()).unwrap_or_default(),
            is_last: root.attribute("IncludesLastItemInRange") != Some("false"),
            next: root.attribute("IndexedPagingOffset").and_then(|text| text.parse().ok()),
        })
    }

    /// Where the next page begins, if one comes after this one, which begins at `from`. A server
    /// may show fewer items than it was asked for.
    fn next(&self, from: usize) -> Option<usize> {
        let next = self.next.filter(|next| *next > from).unwrap_or(from + self.items.len());
        // a page that shows nothing and leads no further is an end, whatever it says
        (!self.is_last && next > from).then_some(next)
    }

    /// Takes the page that begins at `from` into the guard of its chain: where to go on.
    ///
    /// # Errors
    /// [`Endless`] if the page that it leads to need not be read any more.
    pub(super) fn pass(&self, from: usize, guard: &mut Pages) -> std::result::Result<Option<usize>, Endless> {
        let next = self.next(from);
        let link = next.map(|next| next.to_string());
        guard.pass(link.as_deref(), self.items.iter().map(of_item)).map(|()| next)
    }
}

/// Why an answer may be one item's fault, if it may: it can't be read, or the server has a code for
/// it.
fn trouble(error: &Error) -> Option<String> {
    refused(error).filter(|detail| matches!(error, Error::Unreadable { .. }) || detail.starts_with("Error"))
}

/// Why the server did not answer, if that may lie in what was asked: another question may be
/// answered all the same.
pub(super) fn refused(error: &Error) -> Option<String> {
    let detail = match error {
        Error::Unreadable { detail, .. } => detail,
        // our own mistake
        Error::Server { detail, .. } if detail == "ErrorSchemaValidation" => return None,
        Error::Server { detail, .. } => detail,
        Error::Network(_)
        | Error::SignedOut(_)
        | Error::Forbidden { .. }
        | Error::Busy(_)
        | Error::ForeignLink(_)
        | Error::CursorLost(_)
        | Error::Store(_)
        | Error::Settings(_)
        | Error::Elsewhere { .. }
        | Error::Stopped
        | Error::StoreFull
        | Error::Zone
        | Error::Running
        | Error::Outdated => return None,
    };
    Some(detail.clone())
}

pub(super) fn missing() -> Error {
    unreadable("ResponseMessages: one is missing")
}

pub(super) fn unreadable(detail: &str) -> Error {
    Error::Unreadable { side: Side::Exchange, detail: detail.to_owned() }
}
