//! `FindItem`: views of a calendar, pages of any folder, restrictions (docs/facts/ews.md, "Views",
//! "Searches").

use super::account::Visit;
use super::calendar::series_uid;
use super::folders::Folder;
use super::item::Item;
use super::property::{self, Path, Shape};
use super::quirks::Searches;
use super::soap::{Served, Trouble};
use super::times;
use super::xml::{Element, m, t};
use crate::graph::base64::{STANDARD, base64};
use crate::graph::event::{Event, Window};
use chrono::{DateTime, Months, Utc};
use std::cell::RefCell;

/// `PidLidCleanGlobalObjectId`, which every event has: by it a UID is searched for, since
/// `calendar:UID` can't be (MS-OXOCAL).
const GLOBAL_OBJECT: &str = "Binary {6ed8da90-450b-101b-98da-00aa003f1305} Id 0x0023";
/// What one reply holds at most (`EWSFindCountLimit`).
const LIMIT: usize = 1000;

/// A property of an item whose value has been found out.
type Known = (Path, Option<String>);

/// The part of a list that a reply shows.
pub(crate) struct Page {
    pub(crate) from: usize,
    pub(crate) size: usize,
    total: usize,
    indexed: bool,
}

impl Page {
    /// The page that a view asks for, of a list of so many.
    ///
    /// # Errors
    /// `ErrorInvalidIndexedPagingParameters`.
    pub(crate) fn read(view: Option<&Element>, total: usize, limit: usize) -> Result<Self, Trouble> {
        let number = |name: &str| view.and_then(|view| view.attribute(name)).map(|text| text.parse::<usize>().ok());
        let wrong = || {
            Trouble::new("ErrorInvalidIndexedPagingParameters", "Offset and MaxEntriesReturned must not be negative.")
        };
        if view.is_some_and(|view| view.attribute("BasePoint") == Some("End")) {
            return Err(Trouble::new("ErrorInvalidOperation", "The sandbox has no pages from the end."));
        }
        let size =
            number("MaxEntriesReturned").map_or(Ok(limit), |size| size.filter(|size| *size > 0).ok_or_else(wrong))?;
        let from = number("Offset").map_or(Ok(0), |from| from.ok_or_else(wrong))?;
        Ok(Self { from, size: size.min(limit), total, indexed: view.is_some() })
    }

    /// The `RootFolder` of a page that shows so many. `endless`: it is never the last.
    pub(crate) fn root(&self, shown: usize, endless: bool) -> Element {
        let next = self.from + shown;
        let root = m("RootFolder");
        let root = if self.indexed { root.with("IndexedPagingOffset", next) } else { root };
        root.with("TotalItemsInView", self.total).with("IncludesLastItemInRange", next >= self.total && !endless)
    }
}

impl Visit<'_> {
    /// `FindItem`, in each of the named folders.
    pub(crate) fn find_item(&self) -> Vec<Served> {
        let operation = &self.call.operation;
        let folders = operation.child("ParentFolderIds").map(|ids| ids.children.as_slice()).unwrap_or_default();
        folders.iter().map(|folder| self.folder(folder).and_then(|folder| self.find_in(&folder))).collect()
    }

    fn find_in(&self, folder: &Folder) -> Served {
        let operation = &self.call.operation;
        let shape = Shape::read(operation.child("ItemShape"))?;
        if operation.attribute("Traversal") != Some("Shallow") || operation.child("QueryString").is_some() {
            return Err(Trouble::new(
                "ErrorInvalidOperation",
                "The sandbox has shallow searches only, and no query strings.",
            ));
        }
        self.searches(operation)?;
        let limit = self.quirks.find_limit.map_or(LIMIT, std::num::NonZeroUsize::get);
        let (found, page) = match operation.child("CalendarView") {
            Some(view) => {
                let found = self.calendar_view(folder, view)?;
                let page = Page::read(None, found.len(), limit)?;
                let most = view
                    .attribute("MaxEntriesReturned")
                    .and_then(|most| most.parse::<usize>().ok())
                    .filter(|most| *most > 0);
                (found, Page { size: most.map_or(page.size, |most| most.min(page.size)), ..page })
            }
            None => {
                let mut found = match operation.child("Restriction") {
                    Some(restriction) => self.restricted(&folder.id, restriction),
                    None => self.items(&folder.id),
                };
                self.sort(&mut found, operation.child("SortOrder"))?;
                let page = Page::read(operation.child("IndexedPageItemView"), found.len(), limit)?;
                let from = if self.quirks.first_pages { 0 } else { page.from };
                (found, Page { from, ..page })
            }
        };
        let is_view = operation.child("CalendarView").is_some();
        let mut told = Vec::new();
        for item in found.iter().skip(page.from).take(page.size) {
            let mut element = self.summary(item, &shape)?;
            let is_occurrence =
                matches!(item, Item::Event(event) if matches!(event.text("type"), "occurrence" | "exception"));
            if is_view && is_occurrence && self.quirks.skeletal_series {
                element
                    .children
                    .retain(|child| ["ItemId", "Start", "End", "CalendarItemType"].contains(&child.name.as_str()));
            }
            told.push(element);
        }
        let root = page.root(told.len(), self.quirks.endless);
        Ok(vec![root.hold([t("Items").hold(told)])])
    }

    /// Whether the server searches for this at all.
    fn searches(&self, operation: &Element) -> Result<(), Trouble> {
        let restriction = operation.child("Restriction");
        let refused = self.quirks.refused_searches;
        let is_refused = match restriction {
            _ if operation.child("CalendarView").is_some() => false,
            Some(restriction) if refused == Searches::Binary => names_binary(restriction),
            Some(_) => refused >= Searches::Restricted,
            None => refused == Searches::All,
        };
        if is_refused {
            let message = "Constant Value of type Binary is not supported";
            return Err(Trouble::new("ErrorInvalidRestriction", message));
        }
        Ok(())
    }

    /// Single events, occurrences and exceptions that overlap a window, by start.
    fn calendar_view(&self, folder: &Folder, view: &Element) -> Result<Vec<Item>, Trouble> {
        let operation = &self.call.operation;
        if !folder.is_calendar() {
            return Err(Trouble::new(
                "ErrorCalendarFolderIsInvalidForCalendarView",
                "CalendarView can only be used for calendar folders.",
            ));
        }
        if operation.child("Restriction").is_some() || operation.child("SortOrder").is_some() {
            return Err(Trouble::new(
                "ErrorInvalidRestriction",
                "Restrictions and sort order may not be specified for a CalendarView.",
            ));
        }
        let at = |name: &str| {
            view.attribute(name).and_then(times::parse).map(|time| time.utc(self.clock().tz())).unwrap_or_default()
        };
        let window = Window { start: at("StartDate"), end: at("EndDate") };
        if window.end < window.start {
            return Err(Trouble::new(
                "ErrorCalendarEndDateIsEarlierThanStartDate",
                "EndDate is earlier than StartDate.",
            ));
        }
        if window.start.checked_add_months(Months::new(24)).is_some_and(|most| window.end > most) {
            return Err(Trouble::new(
                "ErrorCalendarViewRangeTooBig",
                "The specified view range exceeds the maximum range of two years.",
            ));
        }
        if self.quirks.broken_spans.iter().any(|span| span.from < window.end && span.to > window.start) {
            return Err(Trouble::broken());
        }
        let own = self.mailbox.events.iter().filter(|event| event.calendar == folder.id);
        let mut found: Vec<_> = own
            .flat_map(|event| match event.series {
                Some(_) if !self.quirks.foreign.unexpanded => event.occurrences(window),
                Some(_) | None if event.span.meets(window) => vec![event.clone()],
                Some(_) | None => Vec::new(),
            })
            .collect();
        found.sort_by_key(|event| (event.span.from.utc(), event.id().to_owned()));
        Ok(found.into_iter().map(|event| Item::Event(Box::new(event))).collect())
    }

    fn sort(&self, found: &mut [Item], order: Option<&Element>) -> Result<(), Trouble> {
        let orders = order.map(|order| order.children.as_slice()).unwrap_or_default();
        for order in orders.iter().rev() {
            let path = property::path(order.children.first().ok_or_else(Trouble::not_found)?)?;
            found.sort_by_cached_key(|item| self.value(item, &path).map(|value| comparable(&value)));
            if order.attribute("Order") == Some("Descending") {
                found.reverse();
            }
        }
        Ok(())
    }

    /// The items of a folder for which a restriction holds. Only these are copied where it asks for
    /// extended properties alone: a search for a few of many is asked often.
    fn restricted(&self, folder: &str, restriction: &Element) -> Vec<Item> {
        let holds_for = |value: &dyn Fn(&Path) -> Option<String>| {
            let known = RefCell::new(Vec::new());
            holds(restriction, &|path: &Path| once(path, value, &known))
        };
        if !names_extended_only(restriction) {
            let mut found = self.items(folder);
            found.retain(|item| holds_for(&|path| self.value(item, path)));
            return found;
        }
        let of_event = |event: &Event| holds_for(&|path| self.event_value(event, path));
        let events = self.mailbox.events.iter().filter(|event| event.calendar == folder && of_event(event));
        let events = events.map(|event| Item::Event(Box::new(event.clone())));
        let tasks = self.mailbox.tasks.iter().filter(|task| task.list == folder);
        let trash = self.account.trash.iter().filter(|item| item.folder() == folder).cloned();
        let others = tasks.map(|task| Item::Task(Box::new(task.clone()))).chain(trash);
        events.chain(others.filter(|item| holds_for(&|path| self.value(item, path)))).collect()
    }

    /// The text of an extended property of an event.
    fn event_value(&self, event: &Event, path: &Path) -> Option<String> {
        match path {
            Path::Extended(key) if property::is_same(key, GLOBAL_OBJECT) => {
                self.has_uid(event).then(|| global(&series_uid(event.text("iCalUId"))))?
            }
            Path::Extended(key) => property::value(&event.marks, key).map(str::to_owned),
            Path::Field(..) => None,
        }
    }

    /// The text of a property of an item, for restrictions and orders.
    fn value(&self, item: &Item, path: &Path) -> Option<String> {
        match path {
            Path::Extended(key) => match item {
                Item::Event(event) => self.event_value(event, path),
                Item::Task(_) if property::is_same(key, GLOBAL_OBJECT) => None,
                Item::Task(_) => property::value(&item.marks(), key).map(str::to_owned),
            },
            Path::Field(_, name) => self.property(item, name, true).map(|element| match element.attribute("Id") {
                Some(id) if element.text.is_empty() => id.to_owned(),
                _ => element.text,
            }),
        }
    }
}

/// The value of a property, found out once for all the alternatives of a restriction.
fn once(path: &Path, value: &dyn Fn(&Path) -> Option<String>, known: &RefCell<Vec<Known>>) -> Option<String> {
    if let Some((_, value)) = known.borrow().iter().find(|(own, _)| own == path) {
        return value.clone();
    }
    let value = value(path);
    known.borrow_mut().push((path.clone(), value.clone()));
    value
}

/// Whether an element names no other properties than extended ones.
fn names_extended_only(element: &Element) -> bool {
    element.name != "FieldURI" && element.name != "IndexedFieldURI" && element.children.iter().all(names_extended_only)
}

/// Whether a property of type `Binary` is named anywhere in an element.
fn names_binary(element: &Element) -> bool {
    element.attribute("PropertyType") == Some("Binary") || element.children.iter().any(names_binary)
}

/// The clean global object id behind a UID, in base 64; a UID that is none is wrapped in one
/// (MS-OXCICAL).
fn global(uid: &str) -> Option<String> {
    let hex = |text: &str| -> Option<Vec<u8>> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
    };
    const CLASS: &str = "040000008200E00074C5B7101A82E008";
    if uid.to_uppercase().starts_with(CLASS) {
        return Some(base64(&hex(uid)?, STANDARD, "="));
    }
    let mut id = hex(CLASS)?;
    id.extend([0; 20]);
    id.extend(u32::try_from(uid.len() + 13).ok()?.to_le_bytes());
    id.extend(b"vCal-Uid\x01\0\0\0".iter().chain(uid.as_bytes()).chain(&[0]));
    Some(base64(&id, STANDARD, "="))
}

/// Whether a restriction holds, given the values of properties.
pub(crate) fn holds(restriction: &Element, value: &dyn Fn(&Path) -> Option<String>) -> bool {
    restriction.children.iter().all(|expression| fits(expression, value))
}

fn fits(expression: &Element, value: &dyn Fn(&Path) -> Option<String>) -> bool {
    let parts = expression.children.as_slice();
    match expression.name.as_str() {
        "And" => return parts.iter().all(|part| fits(part, value)),
        "Or" => return parts.iter().any(|part| fits(part, value)),
        "Not" => return !parts.iter().all(|part| fits(part, value)),
        _ => {}
    }
    let Some(own) = parts.first().and_then(|uri| property::path(uri).ok()).and_then(|path| value(&path)) else {
        // what an item lacks is equal to nothing
        return expression.name == "IsNotEqualTo";
    };
    if expression.name == "Exists" {
        return true;
    }
    let constant = expression
        .child("Constant")
        .or_else(|| expression.child("FieldURIOrConstant").and_then(|either| either.child("Constant")));
    let Some(wanted) = constant.and_then(|constant| constant.attribute("Value")) else { return false };
    let order = comparable(&own).cmp(&comparable(wanted));
    match expression.name.as_str() {
        "IsEqualTo" => order.is_eq(),
        "IsNotEqualTo" => order.is_ne(),
        "IsGreaterThan" => order.is_gt(),
        "IsGreaterThanOrEqualTo" => order.is_ge(),
        "IsLessThan" => order.is_lt(),
        "IsLessThanOrEqualTo" => order.is_le(),
        _ => contains(expression.attribute("ContainmentMode"), &own.to_lowercase(), &wanted.to_lowercase()),
    }
}

fn contains(mode: Option<&str>, own: &str, wanted: &str) -> bool {
    match mode {
        Some("Substring" | "ExactPhrase") => own.contains(wanted),
        Some("Prefixed") => own.starts_with(wanted),
        Some("PrefixOnWords") => own.split_whitespace().any(|word| word.starts_with(wanted)),
        _ => own == wanted,
    }
}

/// A value that has an order: an instant, or a text.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Comparable {
    At(DateTime<Utc>),
    Text(String),
}

fn comparable(text: &str) -> Comparable {
    match times::parse(text) {
        Some(time) => Comparable::At(time.utc(chrono_tz::Tz::UTC)),
        None => Comparable::Text(text.to_owned()),
    }
}
