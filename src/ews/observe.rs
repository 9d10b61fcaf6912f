//! Reading the mailbox, folder by folder: what changed since the state of the last reading, or
//! everything. Change tracking knows series by their masters alone, so that a changed one has its
//! occurrences read from the calendar's view; that of a whole window, since a view can't be
//! narrowed.

use super::fetch::{Got, Walk, refused};
use super::map::{self, EwsReading};
use super::series::{self, MastersByUid};
use super::view::Unread;
use super::wire::{Verdict, verdict};
use super::xml::XmlElement;
use super::{Ews, uid};
use crate::error::{Error, Result};
use crate::flat::{self, FlatMap, FlatSet};
use crate::json;
use crate::model::scope::Scope;
use crate::model::{
    Container, Cursor, Instant, Item, ItemId, Kind, Listing, Malformed, SeriesSet, Side, Span, Uid, Window,
};
use crate::ports::{Clock, Credentials, Http};
use chrono::Duration;
use serde::{Deserialize, Serialize};

/// Days of the longest calendar view that we ask for; Exchange refuses more than two years
/// (docs/facts/ews.md, "Views").
const LONGEST: i64 = 700;

/// Where a reading goes on: each folder's state. The window belongs to it: what lay outside of
/// another one was never told.
#[derive(Serialize, Deserialize)]
struct EwsCursor {
    window: Window,
    states: FlatMap<String, String>,
}

/// See [`crate::ports::Replica::observe`].
pub(super) async fn observe<P: Http + Clock + Credentials>(
    ews: &Ews<P>,
    scope: &Scope,
    cursor: Option<&Cursor>,
) -> Result<Listing> {
    let cursor: Option<EwsCursor> = cursor.and_then(|cursor| json::parse(cursor.0.as_bytes()).ok());
    let known = cursor.filter(|cursor| cursor.window == scope.window).map(|cursor| cursor.states).unwrap_or_default();
    let mut states = FlatMap::new();
    let mut listing = Listing { containers: ews.containers().await?, ..Listing::default() };
    let chosen: Vec<Container> = listing.containers.iter().filter(|one| scope.takes(one)).cloned().collect();
    ews.shut.borrow_mut().clear();
    ews.most.set(0);
    let mut trouble = Trouble::default();
    for container in &chosen {
        let since = known.get(container.id.as_str()).map(String::as_str);
        let mut reading = FolderReading::new(ews, scope, container);
        match reading.read(since).await {
            Ok(state) => {
                trouble.answered(reading.shut.is_none());
                states.extend(state.map(|state| (container.id.as_str().to_owned(), state)));
                // where the user may nothing, nothing of ours can lie
                if let Some(why) = reading.shut.as_ref().filter(|code| verdict(code) != Verdict::Forbidden) {
                    ews.shut.borrow_mut().insert(container.id.clone(), why.clone());
                }
                reading.into(&mut listing);
            }
            Err(error) => {
                let why = trouble.failed(error)?;
                listing.malformed.push(Malformed::container(container, None, &why));
                ews.shut.borrow_mut().insert(container.id.clone(), why);
            }
        }
    }
    trouble.end()?;
    // an item that moved from one folder to another is told by both
    let there: FlatSet<&ItemId> = listing.items.iter().map(|item| &item.id).collect();
    listing.removed.retain(|id| !there.contains(id));
    flat::sort(&mut listing.removed);
    listing.removed.dedup();
    let cursor = EwsCursor { window: scope.window, states };
    listing.cursor = json::text_of(&cursor).ok().map(Cursor);
    listing.now = ews.caller.server_time();
    Ok(listing)
}

/// Failures of single folders. One folder that can't be read costs that folder only; but where
/// nothing answers it is no folder's fault.
#[derive(Default)]
struct Trouble {
    /// Some folder was read.
    any: bool,
    /// The folder before was not read for want of any reply.
    silent: bool,
    /// Why the first folder was not read, unless the server said so in its own words.
    first: Option<Error>,
}

impl Trouble {
    fn answered(&mut self, is_read: bool) {
        self.silent = false;
        self.any |= is_read;
    }

    /// Takes in why a folder could not be read: in short, for people.
    fn failed(&mut self, error: Error) -> Result<String> {
        let silent = matches!(error, Error::Network(_));
        let why = if silent && !self.silent { Some(error.code().to_owned()) } else { refused(&error) };
        let Some(why) = why else { return Err(error) };
        self.silent = silent;
        if !why.starts_with("Error") {
            self.first.get_or_insert(error);
        }
        Ok(why)
    }

    /// The end of the reading.
    fn end(self) -> Result<()> {
        self.first.filter(|_| !self.any).map_or(Ok(()), Err)
    }
}

/// The reading of one folder.
struct FolderReading<'a, P> {
    ews: &'a Ews<P>,
    scope: &'a Scope,
    container: &'a Container,
    /// What it tells.
    listing: Listing,
    items: Vec<Item>,
    masters: MastersByUid,
    /// Everything in the window is read.
    full: bool,
    /// Why nothing in it can be read, if so.
    shut: Option<String>,
    /// Parts of its window can't be read.
    partly: bool,
}

impl<'a, P: Http + Clock + Credentials> FolderReading<'a, P> {
    fn new(ews: &'a Ews<P>, scope: &'a Scope, container: &'a Container) -> Self {
        Self {
            ews,
            scope,
            container,
            listing: Listing::default(),
            items: Vec::new(),
            masters: MastersByUid::new(),
            full: false,
            shut: None,
            partly: false,
        }
    }

    /// Adds what it tells to `listing`.
    fn into(self, listing: &mut Listing) {
        listing.items.extend(self.listing.items);
        listing.removed.extend(self.listing.removed);
        listing.series.extend(self.listing.series);
        listing.malformed.extend(self.listing.malformed);
        listing.complete.extend(self.listing.complete);
    }

    /// A folder that can't be read is begun anew next time.
    fn close(&mut self, why: String) -> Option<String> {
        self.listing = Listing::default();
        self.listing.malformed.push(Malformed::container(self.container, None, &why));
        self.shut = Some(why);
        None
    }

    /// Reads what changed since `since`; where to go on, unless all of it is to be read anew.
    async fn read(&mut self, since: Option<&str>) -> Result<Option<String>> {
        let (kind, folder) = (self.container.kind, &self.container.id);
        let mut walk = self.ews.walk(kind, folder, since).await?;
        self.full = since.is_none();
        if matches!(walk, Walk::Lost) && !self.full {
            walk = self.ews.walk(kind, folder, None).await?;
            self.full = true;
        }
        let (changed, gone, state) = match walk {
            Walk::Told { changed, gone, state } => (changed, gone, state),
            Walk::Lost => return Err(Error::CursorLost(Side::Exchange)),
            Walk::Closed(code) => return Ok(self.close(code)),
        };
        if !self.full {
            self.listing.removed.extend(gone);
        }
        match self.container.kind {
            Kind::Task => drop(self.take_all(&changed).await?),
            Kind::Meeting => {
                if let Some(why) = self.calendar(changed).await? {
                    return Ok(self.close(why));
                }
            }
        }
        let masters = std::mem::take(&mut self.masters);
        let lost = series::fill(self.ews, &mut self.items, masters).await?;
        self.listing.malformed.extend(lost);
        self.listing.items.append(&mut self.items);
        if self.partly {
            // what lies in the other parts is told; from the same place all of it is told once more
            return Ok(since.filter(|_| !self.full).map(str::to_owned));
        }
        if self.full {
            self.listing.complete.push(self.container.id.clone());
        }
        Ok(Some(state))
    }

    /// Reads what changed in a calendar: all of its window, or the changed single events and the
    /// whole of each changed series. Why nothing of it can be had, if so.
    async fn calendar(&mut self, changed: Vec<XmlElement>) -> Result<Option<String>> {
        let is_master = |node: &XmlElement| node.say("CalendarItemType") == Some("RecurringMaster");
        let (masters, singles): (Vec<XmlElement>, Vec<XmlElement>) = changed.into_iter().partition(is_master);
        let mut masters: Vec<(ItemId, Option<Uid>)> =
            masters.iter().filter_map(|node| Some((map::id(node)?, node.say("UID").and_then(uid::read)))).collect();
        if !self.full {
            // one that became a series since is known as one only now
            masters.extend(self.take_all(&singles).await?);
            if masters.is_empty() {
                return Ok(None);
            }
        }
        for (master, uid) in &masters {
            if let Some(uid) = uid {
                series::note(&mut self.masters, uid, master);
            }
        }
        let nameless = masters.iter().any(|(_, uid)| uid.is_none());
        let until = if self.full { self.scope.window.to } else { self.scope.window.series_to };
        let mut listed: Vec<XmlElement> = Vec::new();
        let mut unread: Vec<Unread> = Vec::new();
        let spans = self.spans(until);
        for span in &spans {
            let view = self.ews.view(&self.container.id, *span).await?;
            listed.extend(view.shown);
            unread.extend(view.unread);
        }
        if let (true, Some(first)) = (listed.is_empty() && is_all(&unread, &spans), unread.first()) {
            return Ok(Some(first.why.clone()));
        }
        self.partly = !unread.is_empty();
        let named = unread.iter().map(|one| Malformed::container(self.container, Some(&one.part()), &one.why));
        self.listing.malformed.extend(named);
        let mut seen = FlatSet::new();
        listed.retain(|node| map::id(node).is_none_or(|id| seen.insert(id)));
        let mut unexpanded: FlatSet<ItemId> =
            listed.iter().filter(|node| is_master(node)).filter_map(map::id).collect();
        // a server that has shown an occurrence expands series
        if !listed.iter().any(|node| matches!(node.say("CalendarItemType"), Some("Occurrence" | "Exception"))) {
            let silent: Vec<ItemId> =
                masters.iter().map(|(id, _)| id.clone()).filter(|id| !unexpanded.contains(id)).collect();
            let span = Span { from: self.scope.window.from, to: until };
            let folds = !unexpanded.is_empty();
            unexpanded.extend(series::untold(self.ews, &self.container.id, span, &silent, folds).await?);
        }
        if !self.full {
            // of a server that tells no UIDs in a view every occurrence is read
            listed.retain(|node| match (node.say("CalendarItemType"), node.say("UID").and_then(uid::read)) {
                (Some("Occurrence" | "Exception"), Some(uid)) => nameless || self.masters.contains_key(&uid),
                (Some("Occurrence" | "Exception"), None) => true,
                (Some(_) | None, _) => false,
            });
        }
        let (items, bad) = (self.items.len(), self.listing.malformed.len());
        let unexpanded: FlatSet<ItemId> =
            self.take_all(&listed).await?.into_iter().map(|(id, _)| id).chain(unexpanded).collect();
        let (folded, masters): (Vec<_>, Vec<_>) = masters.into_iter().partition(|(id, _)| unexpanded.contains(id));
        for (master, _) in folded {
            let bad = self.malformed(Some(&master), "a series whose occurrences the server does not tell");
            self.listing.malformed.push(bad);
        }
        if !self.partly {
            self.sets(masters, items, bad);
        }
        Ok(None)
    }

    /// The spans of the window up to `until`.
    fn spans(&self, until: Instant) -> Vec<Span> {
        Window { to: until, ..self.scope.window }.spans(Duration::days(LONGEST))
    }

    /// Tells of each series that was read whole which of its occurrences live; one that can't be
    /// understood does.
    fn sets(&mut self, masters: Vec<(ItemId, Option<Uid>)>, items: usize, bad: usize) {
        for (master, uid) in masters {
            let of = |item: &&Item| item.facts.occurrence.is_some() && (uid.is_none() || item.facts.uid == uid);
            let read = self.items.iter().skip(items).filter(of).map(|item| item.id.clone());
            let unread = self.listing.malformed.iter().skip(bad).filter_map(|bad| bad.id.clone());
            let present = read.chain(unread).collect();
            self.listing.series.push(SeriesSet { master, present });
        }
    }

    /// Reads the items that `listed` names; those that turn out to be masters of series.
    async fn take_all(&mut self, listed: &[XmlElement]) -> Result<Vec<(ItemId, Option<Uid>)>> {
        let kind = self.container.kind;
        let (mut masters, mut ids) = (Vec::new(), Vec::new());
        for node in listed {
            match (map::kind(node), map::id(node)) {
                (Some(kind_told), Some(id)) if kind_told == kind => ids.push(id),
                // a message in a calendar, a note among tasks
                (_, Some(_)) => {}
                (_, None) => {
                    let bad = self.malformed(None, "ItemId: missing");
                    self.listing.malformed.push(bad);
                }
            }
        }
        for (id, got) in ids.iter().zip(self.ews.items(kind, &ids).await?) {
            match got {
                Got::Item(node) => match map::read(kind, &node, &self.ews.mailbox, &self.container.id) {
                    EwsReading::Content(item) => self.take(*item),
                    EwsReading::Master(id, uid) => masters.push((id, uid)),
                    EwsReading::Malformed(bad) => {
                        self.listing.malformed.push(Malformed { id: bad.id.or_else(|| Some(id.clone())), ..bad });
                    }
                },
                Got::Gone if self.full => {}
                Got::Gone => self.listing.removed.push(id.clone()),
                Got::Bad(reason) => {
                    let bad = self.malformed(Some(id), &reason);
                    self.listing.malformed.push(bad);
                }
            }
        }
        Ok(masters)
    }

    fn take(&mut self, item: Item) {
        if self.scope.window.takes(&item, self.ews.mailbox.zone.as_ref()) {
            self.items.push(item);
        } else if !self.full {
            // it may have been in the window before
            self.listing.removed.push(item.id);
        }
    }

    fn malformed(&self, id: Option<&ItemId>, reason: &str) -> Malformed {
        Malformed { id: id.cloned(), container: Some(self.container.id.clone()), reason: reason.to_owned() }
    }
}

/// Whether the parts `unread` are all there is of `spans`.
fn is_all(unread: &[Unread], spans: &[Span]) -> bool {
    let length = |from: Instant, to: Instant| to - from;
    let missing: Duration = unread.iter().map(|one| length(one.from, one.to)).sum();
    missing >= spans.iter().map(|span| span.length()).sum()
}
