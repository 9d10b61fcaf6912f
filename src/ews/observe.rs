//! Reading the mailbox, folder by folder: what changed since the state of the last reading, or everything. Change tracking knows series by their
//! masters alone, so that a changed one has its occurrences read from the calendar's view; that of a whole window, since a view can't be narrowed.

use super::fetch::{Got, Walk};
use super::map::{self, Reading};
use super::series::{self, Masters};
use super::xml::Node;
use super::{Ews, uid};
use crate::error::{Error, Result};
use crate::model::{Container, Cursor, Instant, Item, ItemId, Kind, Listing, Malformed, SeriesSet, Side, Uid, Window};
use crate::ports::{Clock, Http, Keys, Scope};
use chrono::Duration;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Days of the longest calendar view that we ask for; Exchange refuses more than two years (facts §3).
const LONGEST: i64 = 700;

/// Where a reading goes on: each folder's state. The window belongs to it: what lay outside of another one was never told.
#[derive(Serialize, Deserialize)]
struct Place {
    window: Window,
    states: BTreeMap<String, String>,
}

/// See [`crate::ports::Replica::observe`].
pub(super) async fn observe<P: Http + Clock + Keys>(
    ews: &Ews<P>,
    scope: &Scope,
    cursor: Option<&Cursor>,
) -> Result<Listing> {
    let place: Option<Place> = cursor.and_then(|cursor| serde_json::from_str(&cursor.0).ok());
    let known = place.filter(|place| place.window == scope.window).map(|place| place.states).unwrap_or_default();
    let mut states = BTreeMap::new();
    let mut listing = Listing { containers: ews.containers().await?, ..Listing::default() };
    let chosen: Vec<Container> = listing.containers.iter().filter(|one| scope.takes(one)).cloned().collect();
    for container in &chosen {
        let mut reading = Folder { ews, scope, container, items: Vec::new(), masters: Masters::new(), full: false };
        let since = known.get(container.id.as_str()).map(String::as_str);
        if let Some(state) = reading.read(since, &mut listing).await? {
            states.insert(container.id.as_str().to_owned(), state);
        }
    }
    // an item that moved from one folder to another is told by both
    let there: BTreeSet<&ItemId> = listing.items.iter().map(|item| &item.id).collect();
    listing.removed.retain(|id| !there.contains(id));
    listing.removed.sort();
    listing.removed.dedup();
    let place = Place { window: scope.window, states };
    listing.cursor = serde_json::to_string(&place).ok().map(Cursor);
    listing.now = ews.caller.told();
    Ok(listing)
}

/// A folder that can't be read costs that folder only, and nothing in it counts as changed or gone; it is begun anew next time.
fn closed(why: &str, listing: &mut Listing) -> Option<String> {
    let reason = format!("a container can't be read: {why}");
    listing.malformed.push(Malformed { id: None, container: None, reason });
    None
}

/// The reading of one folder.
struct Folder<'a, P> {
    ews: &'a Ews<P>,
    scope: &'a Scope,
    container: &'a Container,
    items: Vec<Item>,
    masters: Masters,
    /// Everything in the window is read.
    full: bool,
}

impl<P: Http + Clock + Keys> Folder<'_, P> {
    /// Reads what changed since `since`; where to go on, unless the folder can't be read.
    async fn read(&mut self, since: Option<&str>, listing: &mut Listing) -> Result<Option<String>> {
        let of = (self.container.kind, &self.container.id);
        let mut walk = self.ews.walk(of, since).await?;
        self.full = since.is_none();
        if matches!(walk, Walk::Lost) && !self.full {
            walk = self.ews.walk(of, None).await?;
            self.full = true;
        }
        let (changed, gone, state) = match walk {
            Walk::Told { changed, gone, state } => (changed, gone, state),
            Walk::Lost => return Err(Error::CursorLost(Side::Exchange)),
            Walk::Closed(code) => return Ok(closed(&code, listing)),
        };
        if !self.full {
            listing.removed.extend(gone);
        }
        let is_read = match self.container.kind {
            Kind::Task => self.take_all(&changed, listing).await.map(|_| true)?,
            Kind::Meeting => self.calendar(changed, listing).await?,
        };
        if !is_read {
            return Ok(closed("more items at one time than a view shows", listing));
        }
        let masters = std::mem::take(&mut self.masters);
        let lost = series::fill(self.ews, &mut self.items, masters).await?;
        listing.malformed.extend(lost);
        listing.items.append(&mut self.items);
        if self.full {
            listing.complete.push(self.container.id.clone());
        }
        Ok(Some(state))
    }

    /// Reads what changed in a calendar: all of its window, or the changed single events and the whole of each changed series. Not if a view of it
    /// can't be had.
    async fn calendar(&mut self, changed: Vec<Node>, listing: &mut Listing) -> Result<bool> {
        let is_master = |node: &Node| node.say("CalendarItemType") == Some("RecurringMaster");
        let (told, singles): (Vec<Node>, Vec<Node>) = changed.into_iter().partition(is_master);
        let mut masters: Vec<(ItemId, Option<Uid>)> =
            told.iter().filter_map(|node| Some((map::id(node)?, node.say("UID").and_then(uid::read)))).collect();
        if !self.full {
            // one that became a series since is known as one only now
            masters.extend(self.take_all(&singles, listing).await?);
            if masters.is_empty() {
                return Ok(true);
            }
        }
        for (master, uid) in &masters {
            if let Some(uid) = uid {
                series::note(&mut self.masters, uid, master);
            }
        }
        let nameless = masters.iter().any(|(_, uid)| uid.is_none());
        let until = if self.full { self.scope.window.to } else { self.scope.window.series_to };
        let mut listed: Vec<Node> = Vec::new();
        for span in self.spans(until) {
            let Some(shown) = self.ews.view(&self.container.id, span).await? else { return Ok(false) };
            listed.extend(shown);
        }
        let mut seen = BTreeSet::new();
        listed.retain(|node| map::id(node).is_none_or(|id| seen.insert(id)));
        if !self.full {
            // of a server that tells no UIDs in a view every occurrence is read
            listed.retain(|node| match (node.say("CalendarItemType"), node.say("UID").and_then(uid::read)) {
                (Some("Occurrence" | "Exception"), Some(uid)) => nameless || self.masters.contains_key(&uid),
                (Some("Occurrence" | "Exception"), None) => true,
                (Some(_) | None, _) => false,
            });
        }
        let from = (self.items.len(), listing.malformed.len());
        self.take_all(&listed, listing).await?;
        self.sets(masters, from, listing);
        Ok(true)
    }

    /// The spans of the window up to `until`.
    fn spans(&self, until: Instant) -> Vec<(Instant, Instant)> {
        Window { to: until, ..self.scope.window }.spans(Duration::days(LONGEST))
    }

    /// Tells of each series that was read whole which of its occurrences live; one that can't be understood does.
    fn sets(&self, masters: Vec<(ItemId, Option<Uid>)>, (items, bad): (usize, usize), listing: &mut Listing) {
        for (master, uid) in masters {
            let of = |item: &&Item| item.facts.occurrence.is_some() && (uid.is_none() || item.facts.uid == uid);
            let read = self.items.iter().skip(items).filter(of).map(|item| item.id.clone());
            let unread = listing.malformed.iter().skip(bad).filter_map(|bad| bad.id.clone());
            let present = read.chain(unread).collect();
            listing.series.push(SeriesSet { master, present });
        }
    }

    /// Reads the items that `listed` names; those that turn out to be masters of series.
    async fn take_all(&mut self, listed: &[Node], listing: &mut Listing) -> Result<Vec<(ItemId, Option<Uid>)>> {
        let kind = self.container.kind;
        let (mut masters, mut ids) = (Vec::new(), Vec::new());
        for node in listed {
            match (map::kind(node), map::id(node)) {
                (Some(told), Some(id)) if told == kind => ids.push(id),
                // a message in a calendar, a note among tasks
                (_, Some(_)) => {}
                (_, None) => listing.malformed.push(self.malformed(None, "ItemId: missing")),
            }
        }
        for (id, got) in ids.iter().zip(self.ews.items(kind, &ids).await?) {
            match got {
                Got::Item(node) => match map::read(kind, &node, &self.ews.mailbox, &self.container.id) {
                    Reading::Content(item) => self.take(*item, listing),
                    Reading::Master(id, uid) => masters.push((id, uid)),
                    Reading::Malformed(bad) => {
                        listing.malformed.push(Malformed { id: bad.id.or_else(|| Some(id.clone())), ..bad });
                    }
                },
                Got::Gone if self.full => {}
                Got::Gone => listing.removed.push(id.clone()),
                Got::Bad(reason) => listing.malformed.push(self.malformed(Some(id), &reason)),
            }
        }
        Ok(masters)
    }

    fn take(&mut self, item: Item, listing: &mut Listing) {
        if self.scope.window.takes(&item, self.ews.mailbox.zone.as_ref()) {
            self.items.push(item);
        } else if !self.full {
            // it may have been in the window before
            listing.removed.push(item.id);
        }
    }

    fn malformed(&self, id: Option<&ItemId>, reason: &str) -> Malformed {
        Malformed { id: id.cloned(), container: Some(self.container.id.clone()), reason: reason.to_owned() }
    }
}
