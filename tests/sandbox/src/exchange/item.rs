//! Items of a mailbox as EWS sees them: calendar items and tasks, in their folders or in Deleted
//! Items; and what their ids lead to (docs/facts/ews.md, "Ids", "Series"). How they are told is
//! `calendar`'s and `task`'s.

use super::account::Visit;
use super::soap::Trouble;
use super::xml::{Element, t};
use crate::environment::Environment;
use crate::graph::event::Event;
use crate::graph::mailbox::{Mailbox, Place, Stamp};
use crate::graph::recurrence::Rule;
use crate::graph::shelf;
use crate::graph::todo::Task;
use chrono::{Duration, NaiveDate};
use serde_json::Value;

/// The member of a task in which an Exchange mailbox keeps its extended properties.
pub(crate) const MARKS: &str = "singleValueExtendedProperties";

/// An item, apart from where it lies.
#[derive(Clone)]
pub(crate) enum Item {
    Event(Box<Event>),
    Task(Box<Task>),
}

/// Where an item lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    /// In a calendar: the index of its event, and the original day of an occurrence.
    Event(usize, Option<NaiveDate>),
    /// In a folder of tasks.
    Task(usize),
    /// In Deleted Items.
    Trash(usize),
}

impl Item {
    /// The text of its JSON.
    pub(crate) fn text(&self) -> String {
        let body = match self {
            Self::Event(event) => &event.body,
            Self::Task(task) => &task.body,
        };
        Value::Object(body.clone()).to_string()
    }

    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Event(event) => event.id(),
            Self::Task(task) => task.body.get("id").and_then(Value::as_str).unwrap_or_default(),
        }
    }

    pub(crate) fn change_key(&self) -> &str {
        match self {
            Self::Event(event) => event.text("changeKey"),
            Self::Task(task) => {
                let tag = task.body.get("@odata.etag").and_then(Value::as_str).unwrap_or_default();
                tag.trim_start_matches("W/").trim_matches('"')
            }
        }
    }

    /// The id of its folder.
    pub(crate) fn folder(&self) -> &str {
        match self {
            Self::Event(event) => &event.calendar,
            Self::Task(task) => &task.list,
        }
    }

    /// The number of its last change; a series' counts those of its occurrences.
    pub(crate) fn changed(&self) -> u64 {
        match self {
            Self::Event(event) => event.changed,
            Self::Task(task) => task.changed,
        }
    }

    pub(crate) fn marks(&self) -> Vec<Value> {
        match self {
            Self::Event(event) => event.marks.clone(),
            Self::Task(task) => task.body.get(MARKS).and_then(Value::as_array).cloned().unwrap_or_default(),
        }
    }

    pub(crate) fn set_marks(&mut self, marks: Vec<Value>) {
        match self {
            Self::Event(event) => event.marks = marks,
            Self::Task(task) => {
                task.body.insert(MARKS.to_owned(), marks.into());
            }
        }
    }

    /// The element that it is, and the class of its own properties.
    pub(crate) fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::Event(_) => ("CalendarItem", "calendar"),
            Self::Task(_) => ("Task", "task"),
        }
    }

    /// Its `ItemId`.
    pub(crate) fn item_id(&self) -> Element {
        t("ItemId").with("Id", self.id()).with("ChangeKey", self.change_key())
    }

    /// Its element with nothing but its id: what writes answer.
    pub(crate) fn short(&self) -> Element {
        t(self.names().0).hold([self.item_id()])
    }

    fn touch(&mut self, stamp: &Stamp) {
        match self {
            Self::Event(event) => event.touch(stamp),
            Self::Task(task) => task.touch(stamp),
        }
    }

    /// The same item in another folder: with another id (docs/facts/ews.md, "Ids").
    pub(crate) fn moved(mut self, folder: &str, mailbox: &mut Mailbox, environment: &mut Environment) -> Self {
        let id = mailbox.id(environment);
        match &mut self {
            Self::Event(event) => event.set("id", id),
            Self::Task(task) => {
                task.body.insert("id".to_owned(), id.into());
            }
        }
        self.laid(folder, mailbox, environment)
    }

    /// The same item in another folder, under the same id.
    pub(crate) fn laid(mut self, folder: &str, mailbox: &mut Mailbox, environment: &mut Environment) -> Self {
        match &mut self {
            Self::Event(event) => folder.clone_into(&mut event.calendar),
            Self::Task(task) => folder.clone_into(&mut task.list),
        }
        let stamp = mailbox.stamp(environment);
        self.touch(&stamp);
        self
    }
}

impl Visit<'_> {
    /// The item at a spot; an occurrence is spelled out.
    pub(crate) fn item(&self, spot: Spot) -> Option<Item> {
        match spot {
            Spot::Event(index, day) => self.mailbox.at(Place { index, day }).map(|event| Item::Event(Box::new(event))),
            Spot::Task(index) => self.mailbox.tasks.get(index).cloned().map(|task| Item::Task(Box::new(task))),
            Spot::Trash(index) => self.account.trash.get(index).cloned(),
        }
    }

    /// All items of a folder; series as one.
    pub(crate) fn items(&self, folder: &str) -> Vec<Item> {
        items(self.mailbox, &self.account.trash, folder)
    }

    /// Where the item of an `ItemId`, `OccurrenceItemId` or `RecurringMasterItemId` lies, and the
    /// change key that came with it.
    ///
    /// # Errors
    /// That there is none, and why.
    pub(crate) fn find<'e>(&self, id: &'e Element) -> Result<(Spot, Option<&'e str>), Trouble> {
        let key = id.attribute("ChangeKey").filter(|key| !key.is_empty());
        let spot = match id.name.as_str() {
            "OccurrenceItemId" => self.occurrence(id)?,
            "RecurringMasterItemId" => match self.spot(id.attribute("OccurrenceId").unwrap_or_default())? {
                Spot::Event(index, Some(_)) => Spot::Event(index, None),
                Spot::Event(..) | Spot::Task(_) | Spot::Trash(_) => {
                    return Err(Trouble::new(
                        "ErrorCalendarCannotUseIdForOccurrenceId",
                        "The id is not that of an occurrence.",
                    ));
                }
            },
            _ => self.spot(id.attribute("Id").unwrap_or_default())?,
        };
        let folder = self.item(spot).map(|item| item.folder().to_owned());
        if folder.as_ref().is_some_and(|folder| self.is_denied(folder)) {
            return Err(Trouble::denied());
        }
        if folder.is_some_and(|folder| self.is_broken(&folder)) {
            return Err(Trouble::broken());
        }
        Ok((spot, key))
    }

    fn spot(&self, id: &str) -> Result<Spot, Trouble> {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte)) {
            return Err(Trouble::new("ErrorInvalidIdMalformed", "Id is malformed."));
        }
        if let Some(place) = self.mailbox.find(id) {
            return Ok(Spot::Event(place.index, place.day));
        }
        let tasks = self.mailbox.tasks.position(shelf::ID, id);
        let trash = || self.account.trash.iter().position(|item| item.id() == id).map(Spot::Trash);
        tasks.map(Spot::Task).or_else(trash).ok_or_else(Trouble::not_found)
    }

    fn occurrence(&self, id: &Element) -> Result<Spot, Trouble> {
        let wrong = |code, message| Err(Trouble::new(code, message));
        let Spot::Event(index, None) = self.spot(id.attribute("RecurringMasterId").unwrap_or_default())? else {
            return wrong("ErrorCalendarCannotUseIdForRecurringMasterId", "The id is not that of a recurring master.");
        };
        let Some(series) = self.mailbox.events.get(index).and_then(|event| event.series.as_ref()) else {
            return wrong("ErrorCalendarCannotUseIdForRecurringMasterId", "The id is not that of a recurring master.");
        };
        let number = id.attribute("InstanceIndex").and_then(|number| number.parse::<usize>().ok()).unwrap_or_default();
        let Some(day) = number.checked_sub(1).and_then(|before| days(&series.rule, before + 1).get(before).copied())
        else {
            return wrong(
                "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange",
                "Occurrence index is out of recurrence range.",
            );
        };
        if series.deleted.contains(&day) {
            return wrong(
                "ErrorCalendarOccurrenceIsDeletedFromRecurrence",
                "Occurrence with this index was previously deleted from the recurrence.",
            );
        }
        Ok(Spot::Event(index, Some(day)))
    }
}

/// All items of a folder; series as one.
pub(crate) fn items(mailbox: &Mailbox, trash: &[Item], folder: &str) -> Vec<Item> {
    let events = mailbox.events.iter().filter(|event| event.calendar == folder).cloned();
    let tasks = mailbox.tasks.iter().filter(|task| task.list == folder).cloned();
    let own = events.map(|event| Item::Event(Box::new(event))).chain(tasks.map(|task| Item::Task(Box::new(task))));
    own.chain(trash.iter().filter(|item| item.folder() == folder).cloned()).collect()
}

/// At least the first `number` days of a rule, where it has so many.
pub(crate) fn days(rule: &Rule, number: usize) -> Vec<NaiveDate> {
    let mut years = 1;
    loop {
        let days = rule.dates(rule.start + Duration::days(366 * years));
        if days.len() >= number || years > 200 {
            return days;
        }
        years *= 2;
    }
}
