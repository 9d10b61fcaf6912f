//! Writes: `CreateItem`, `UpdateItem`, `DeleteItem`, `MoveItem` (ews/facts.md §3); whom they mail, and what they need to be told.
//! Each item of a batch is served by itself; a write gives a new change key.

use super::account::Visit;
use super::calendar::{self, Times};
use super::folders::{self, Folder};
use super::item::{Item, Spot};
use super::property::{self, Path};
use super::recurrence;
use super::soap::{Served, Trouble};
use super::task;
use super::view::stop;
use super::xml::{Element, m};
use crate::graph::answer::Fail;
use crate::graph::change;
use crate::graph::event::Event;
use crate::graph::mailbox::Place;
use crate::graph::post::Reason;
use crate::graph::shape::Object;
use crate::graph::todo::Task;
use serde_json::Value;

/// The path that mails are told with.
pub(crate) const PATH: &str = "/EWS/Exchange.asmx";

/// What a request sets of one item.
#[derive(Default)]
struct Edit<'e> {
    times: Times<'e>,
    recurrence: Option<&'e Element>,
    /// The lists of people that are replaced.
    people: Vec<(&'e str, Option<&'e Element>)>,
    members: Object,
    /// Extended properties, and what becomes of them.
    marks: Vec<(String, Option<String>)>,
}

impl<'e> Edit<'e> {
    fn set(&mut self, element: &'e Element) -> Result<(), Trouble> {
        self.times.take(element);
        match element.name.as_str() {
            "Recurrence" => self.recurrence = Some(element),
            name if calendar::PEOPLE.iter().any(|(list, _)| *list == name) => self.people.push((name, Some(element))),
            _ => {
                if let Some((key, value)) = calendar::mark(element)? {
                    self.marks.push((key, Some(value)));
                }
                self.members.extend(calendar::member(element)?.map(|(name, value)| (name.to_owned(), value)));
            }
        }
        Ok(())
    }

    fn clear(&mut self, path: &'e Path) -> Result<(), Trouble> {
        match path {
            Path::Extended(key) => self.marks.push((key.clone(), None)),
            Path::Field(_, name) if calendar::PEOPLE.iter().any(|(list, _)| list == name) => {
                self.people.push((name, None))
            }
            Path::Field(_, name) => {
                let (name, value) = calendar::without(name)?;
                self.members.insert(name.to_owned(), value);
            }
        }
        Ok(())
    }

    /// The members that it writes into an event, as the mailbox reads them from a client.
    fn input(&self, before: Option<&Event>, context: &str) -> Result<Object, Trouble> {
        let mut input = self.members.clone();
        if before.is_none() || !self.times.is_empty() {
            input.extend(calendar::spelled(&self.times.span(before.map(|event| &event.span), context)?));
        }
        if let Some(element) = self.recurrence {
            let zone = input.get("start").and_then(|start| start["timeZone"].as_str());
            let zone = zone.or(before.map(|event| event.span.from.name.as_str())).unwrap_or(context);
            input.insert("recurrence".to_owned(), recurrence::read(element, zone)?);
        }
        if !self.people.is_empty() {
            let empty = Vec::new();
            let known =
                before.and_then(|event| event.body.get("attendees")).and_then(Value::as_array).unwrap_or(&empty);
            input.insert("attendees".to_owned(), calendar::people(known, &self.people).into());
        }
        Ok(input)
    }

    fn mark(&self, item: &mut Item) {
        let mut marks = item.marks();
        self.marks.iter().for_each(|(key, value)| property::set(&mut marks, key, value.as_deref()));
        item.set_marks(marks);
    }
}

/// A refusal of the mailbox, as EWS tells it.
fn trouble(fail: Fail) -> Trouble {
    let code = match fail.code {
        "ErrorAccessDenied" => "ErrorAccessDenied",
        "ErrorItemNotFound" => "ErrorItemNotFound",
        _ if fail.message.contains("recurrence") => "ErrorCalendarInvalidRecurrence",
        _ if fail.message.contains("must not be before its start") => "ErrorCalendarEndDateIsEarlierThanStartDate",
        _ => "ErrorCalendarInvalidPropertyValue",
    };
    Trouble::new(code, fail.message)
}

impl Visit<'_> {
    /// The name of the zone that wall times of the request are of.
    fn context(&self) -> &str {
        self.call.zone.as_deref().unwrap_or("UTC")
    }

    /// Serves the items of a batch, one after the other, until it is stopped.
    fn batch(&mut self, items: &[Element], mut serve: impl FnMut(&mut Self, &Element) -> Served) -> Vec<Served> {
        let most = self.quirks.batch.map_or(usize::MAX, std::num::NonZeroUsize::get);
        let one = |(index, item)| if index < most { serve(self, item) } else { Err(stop()) };
        items.iter().enumerate().map(one).collect()
    }

    /// `CreateItem`.
    pub(crate) fn create_item(&mut self) -> Vec<Served> {
        let call = self.call;
        let items = call.operation.child("Items").map(|items| items.children.as_slice()).unwrap_or_default();
        self.batch(items, |visit, item| match item.name.as_str() {
            "CalendarItem" => visit.create_event(item),
            "Task" => visit.create_task(item),
            "AcceptItem" | "TentativelyAcceptItem" | "DeclineItem" => visit.answer(item),
            "CancelCalendarItem" => visit.call_off(item),
            name => {
                Err(Trouble::new("ErrorInvalidItemForOperationCreateItem", format!("The sandbox makes no {name}.")))
            }
        })
    }

    /// The folder that new items go to.
    fn destination(&self, fits: impl Fn(&Folder) -> bool, known: &str) -> Result<Option<Folder>, Trouble> {
        let folder = match self.call.operation.child("SavedItemFolderId") {
            Some(target) => self.target(target).map_err(|trouble| match trouble.code {
                "ErrorFolderNotFound" => Trouble::new("ErrorSavedItemFolderNotFound", trouble.message),
                _ => trouble,
            })?,
            None => folders::tree(self.mailbox)
                .into_iter()
                .find(|folder| folder.known == Some(known))
                .ok_or_else(Trouble::not_found)?,
        };
        if self.quirks.denied.contains(&folder.name) {
            return Err(Trouble::new("ErrorCreateItemAccessDenied", "Cannot create an item in the folder."));
        }
        Ok(fits(&folder).then_some(folder))
    }

    fn create_event(&mut self, item: &Element) -> Served {
        let call = self.call;
        let sending = call.operation.attribute("SendMeetingInvitations");
        let sending = sending.ok_or_else(|| {
            Trouble::new(
                "ErrorSendMeetingInvitationsRequired",
                "The SendMeetingInvitations attribute is required for calendar items.",
            )
        })?;
        let folder = self.destination(Folder::is_calendar, "calendar")?;
        let folder = folder.ok_or_else(|| {
            Trouble::new(
                "ErrorCannotCreateCalendarItemInNonCalendarFolder",
                "Cannot create a calendar item in a non-calendar folder.",
            )
        })?;
        let mut edit = Edit::default();
        item.children.iter().try_for_each(|element| edit.set(element))?;
        let input = edit.input(None, self.context())?;
        let mut event = Event::create(self.mailbox, &folder.id, &input, self.desk).map_err(trouble)?;
        if let Some(uid) = item.text_of("UID").filter(|uid| !uid.is_empty()) {
            event.set("iCalUId", uid);
        }
        let mut item = Item::Event(Box::new(event));
        edit.mark(&mut item);
        let Item::Event(event) = &item else { return Err(Trouble::not_found()) };
        self.mailbox.events.push(Event::clone(event));
        if sending != "SendToNone" {
            let place = Place { index: self.mailbox.events.len() - 1, day: None };
            change::mail(self.mailbox, ("CreateItem", PATH), (place, event), [(Reason::Invitation, event.attendees())]);
        }
        Ok(vec![m("Items").hold([item.short()])])
    }

    fn create_task(&mut self, item: &Element) -> Served {
        let folder = self.destination(Folder::is_tasks, "tasks")?;
        let folder = folder.ok_or_else(|| {
            Trouble::new("ErrorCannotCreateTaskInNonTaskFolder", "Cannot create a task in a non-task folder.")
        })?;
        let mut task = Task::new(self.mailbox, &folder.id, &Object::new(), self.desk)
            .map_err(|why| Trouble::new("ErrorItemSave", why))?;
        let (zone, now) = (self.context().to_owned(), self.desk.now());
        let mut edit = Edit::default();
        for element in &item.children {
            task::write(&mut task.body, element, (&zone, now))?;
            edit.marks.extend(calendar::mark(element)?.map(|(key, value)| (key, Some(value))));
        }
        task::check(&task.body)?;
        let mut item = Item::Task(Box::new(task));
        edit.mark(&mut item);
        if let Item::Task(task) = &item {
            self.mailbox.tasks.push(Task::clone(task));
        }
        Ok(vec![m("Items").hold([item.short()])])
    }

    /// `UpdateItem`.
    pub(crate) fn update_item(&mut self) -> Vec<Served> {
        let call = self.call;
        let items = call.operation.child("ItemChanges").map(|items| items.children.as_slice()).unwrap_or_default();
        self.batch(items, Self::update_one)
    }

    fn update_one(&mut self, change: &Element) -> Served {
        let id = change.children.first().ok_or_else(Trouble::not_found)?;
        let (spot, key) = self.find(id)?;
        let item = self.item(spot).ok_or_else(Trouble::not_found)?;
        self.check_key(key, &item)?;
        let updates = change.child("Updates").map(|updates| updates.children.as_slice()).unwrap_or_default();
        let updates = updates.iter().map(|update| read_update(update, &item)).collect::<Result<Vec<_>, _>>()?;
        let updated = match item {
            Item::Event(event) => self.update_event((spot, *event), &updates)?,
            Item::Task(task) => self.update_task((spot, *task), &updates)?,
        };
        let count = super::xml::t("Count").say(0);
        Ok(vec![m("Items").hold([updated.short()]), m("ConflictResults").hold([count])])
    }

    /// Whether the client has seen the item as it is. What `AutoResolve` could merge, the sandbox does not: it takes any other change for a conflict.
    fn check_key(&self, key: Option<&str>, item: &Item) -> Result<(), Trouble> {
        let overwrites = self.call.operation.attribute("ConflictResolution") == Some("AlwaysOverwrite");
        match key {
            _ if overwrites || self.quirks.foreign.unlocked => Ok(()),
            None => Err(Trouble::new(
                "ErrorChangeKeyRequiredForWriteOperations",
                "A change key is required for this operation.",
            )),
            Some(key) if key == item.change_key() => Ok(()),
            Some(_) => {
                let message = "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.";
                Err(Trouble::new("ErrorIrresolvableConflict", message))
            }
        }
    }

    fn update_event(&mut self, (spot, before): (Spot, Event), updates: &[Update]) -> Result<Item, Trouble> {
        let call = self.call;
        let sending = call.operation.attribute("SendMeetingInvitationsOrCancellations");
        let needed = || {
            Trouble::new(
                "ErrorSendMeetingInvitationsOrCancellationsRequired",
                "The SendMeetingInvitationsOrCancellations attribute is required for calendar items.",
            )
        };
        let sending = sending.ok_or_else(needed)?;
        let Spot::Event(index, day) = spot else {
            return Err(Trouble::new(
                "ErrorCalendarCannotUpdateDeletedItem",
                "A deleted calendar item can't be updated.",
            ));
        };
        let mut edit = Edit::default();
        for update in updates {
            match update {
                Update::Set(element) => edit.set(element)?,
                Update::Clear(path) => edit.clear(path)?,
            }
        }
        let sets_series =
            edit.recurrence.is_some() || edit.members.contains_key("recurrence") || edit.times.zones != [None, None];
        if day.is_some() && sets_series {
            return Err(Trouble::new(
                "ErrorInvalidPropertySet",
                "Set action is invalid for this property of an occurrence.",
            ));
        }
        let input = edit.input(Some(&before), self.context())?;
        change::may_write(&before, &input).map_err(trouble)?;
        let (place, known) = (Place { index, day }, before.attendees());
        let mut event = before;
        event.assign(&input).map_err(trouble)?;
        if let (Some(day), Some(master)) = (day, self.mailbox.events.get(index)) {
            if !master.may_move(day, &event.span) {
                let message = "Modified occurrence is crossing or overlapping adjacent occurrence.";
                return Err(Trouble::new("ErrorCalendarInvalidPropertyValue", message));
            }
            event.set("type", "exception");
        }
        let mut item = Item::Event(Box::new(event));
        edit.mark(&mut item);
        let stamp = self.mailbox.stamp(self.desk);
        let Item::Event(event) = &mut item else { return Err(Trouble::not_found()) };
        event.touch(&stamp);
        if event.flag("isOrganizer") {
            let [(update, _), come, gone] = change::mailed(&input, &known, &event.attendees());
            match sending {
                "SendToNone" => {}
                "SendOnlyToChanged" | "SendToChangedAndSaveCopy" => {
                    change::mail(self.mailbox, ("UpdateItem", PATH), (place, event), [come, gone])
                }
                _ => {
                    // all are mailed, whatever has changed
                    let comes = |one: &String| come.1.iter().any(|other| other.eq_ignore_ascii_case(one));
                    let stay = event.attendees().into_iter().filter(|one| !comes(one)).collect();
                    change::mail(self.mailbox, ("UpdateItem", PATH), (place, event), [(update, stay), come, gone]);
                }
            }
        }
        change::keep(self.mailbox, place, Event::clone(event), &stamp);
        Ok(item)
    }

    fn update_task(&mut self, (spot, task): (Spot, Task), updates: &[Update]) -> Result<Item, Trouble> {
        let (zone, now) = (self.context().to_owned(), self.desk.now());
        let mut body = task.body.clone();
        let mut edit = Edit::default();
        for update in updates {
            match update {
                Update::Set(element) => {
                    task::write(&mut body, element, (&zone, now))?;
                    edit.marks.extend(calendar::mark(element)?.map(|(key, value)| (key, Some(value))));
                }
                Update::Clear(Path::Extended(key)) => edit.marks.push((key.clone(), None)),
                Update::Clear(Path::Field(_, name)) => task::clear(&mut body, name, now)?,
            }
        }
        task::check(&body)?;
        let mut item = Item::Task(Box::new(Task { body, ..task }));
        edit.mark(&mut item);
        let stamp = self.mailbox.stamp(self.desk);
        if let Item::Task(task) = &mut item {
            task.touch(&stamp);
        }
        self.put(spot, item.clone());
        Ok(item)
    }

    /// Puts a changed task, or anything in Deleted Items, back.
    fn put(&mut self, spot: Spot, item: Item) {
        match (spot, item) {
            (Spot::Task(index), Item::Task(task)) => {
                if let Some(own) = self.mailbox.tasks.get_mut(index) {
                    *own = *task;
                }
            }
            (Spot::Trash(index), item) => {
                if let Some(own) = self.account.trash.get_mut(index) {
                    *own = item;
                }
            }
            (Spot::Event(..) | Spot::Task(_), _) => {}
        }
    }

    /// `DeleteItem`.
    pub(crate) fn delete_item(&mut self) -> Vec<Served> {
        let call = self.call;
        let items = call.operation.child("ItemIds").map(|items| items.children.as_slice()).unwrap_or_default();
        self.batch(items, Self::delete_one)
    }

    fn delete_one(&mut self, id: &Element) -> Served {
        let call = self.call;
        let (spot, _) = self.find(id)?;
        let item = self.item(spot).ok_or_else(Trouble::not_found)?;
        match &item {
            Item::Event(event) => {
                let sending = call.operation.attribute("SendMeetingCancellations");
                let sending = sending.ok_or_else(|| {
                    Trouble::new(
                        "ErrorSendMeetingCancellationsRequired",
                        "The SendMeetingCancellations attribute is required for calendar items.",
                    )
                })?;
                if let (true, true, Spot::Event(index, day)) =
                    (event.flag("isOrganizer"), sending != "SendToNone", spot)
                {
                    let to = [(Reason::Cancellation, event.attendees())];
                    change::mail(self.mailbox, ("DeleteItem", PATH), (Place { index, day }, event), to);
                }
            }
            Item::Task(_) if call.operation.attribute("AffectedTaskOccurrences").is_none() => {
                let message = "The AffectedTaskOccurrences attribute is required for tasks.";
                return Err(Trouble::new("ErrorAffectedTaskOccurrencesRequired", message));
            }
            Item::Task(_) => {}
        }
        let keeps = call.operation.attribute("DeleteType") == Some("MoveToDeletedItems");
        self.remove(spot, item, keeps);
        Ok(Vec::new())
    }

    /// Takes an item away; `keeps`: into Deleted Items, under another id. An occurrence is never kept.
    pub(crate) fn remove(&mut self, spot: Spot, item: Item, keeps: bool) {
        match spot {
            Spot::Event(index, day) => change::remove(self.mailbox, Place { index, day }, self.desk),
            Spot::Task(index) => {
                self.mailbox.tasks.remove(index);
            }
            Spot::Trash(index) => {
                self.account.trash.remove(index);
                return;
            }
        }
        if keeps && !matches!(spot, Spot::Event(_, Some(_))) {
            let trash = folders::usual(self.mailbox, "deleteditems");
            let moved = item.moved(&trash, self.mailbox, self.desk);
            self.account.trash.push(moved);
        }
    }

    /// `MoveItem`: under another id.
    pub(crate) fn move_item(&mut self) -> Vec<Served> {
        let call = self.call;
        let items = call.operation.child("ItemIds").map(|items| items.children.as_slice()).unwrap_or_default();
        self.batch(items, Self::move_one)
    }

    fn move_one(&mut self, id: &Element) -> Served {
        let call = self.call;
        let (spot, _) = self.find(id)?;
        let item = self.item(spot).ok_or_else(Trouble::not_found)?;
        let target = call.operation.child("ToFolderId").ok_or_else(Trouble::not_found)?;
        let folder = self.target(target).map_err(|trouble| Trouble::new("ErrorToFolderNotFound", trouble.message))?;
        if matches!(spot, Spot::Event(_, Some(_))) {
            return Err(Trouble::new(
                "ErrorCalendarCannotMoveOrCopyOccurrence",
                "An occurrence can't be moved to another folder.",
            ));
        }
        self.remove(spot, item.clone(), false);
        let moved = item.moved(&folder.id, self.mailbox, self.desk);
        let short = moved.short();
        match moved {
            moved if folder.known == Some("deleteditems") => self.account.trash.push(moved),
            Item::Event(event) if folder.is_calendar() => self.mailbox.events.push(*event),
            Item::Task(task) if folder.is_tasks() => self.mailbox.tasks.push(*task),
            Item::Event(_) | Item::Task(_) => {
                return Err(Trouble::new("ErrorInvalidOperation", "The sandbox keeps items in folders of their kind."));
            }
        }
        Ok(vec![m("Items").hold([short])])
    }
}

/// One change of a property.
enum Update<'e> {
    Set(&'e Element),
    Clear(Path),
}

/// Reads a change, which must be of one property that the class has.
fn read_update<'e>(update: &'e Element, item: &Item) -> Result<Update<'e>, Trouble> {
    let (name, class) = item.names();
    let uri = update.children.first().ok_or_else(Trouble::not_found)?;
    let path = property::path(uri)?;
    if let Path::Field(of, property) = &path
        && ((of != class && of != "item") || super::grammar::place(name, property).is_none())
    {
        return Err(Trouble::new("ErrorInvalidPropertyRequest", "Property is not valid for this object type."));
    }
    match update.name.as_str() {
        "DeleteItemField" => Ok(Update::Clear(path)),
        "SetItemField" => {
            let holder = update.children.get(1).ok_or_else(Trouble::not_found)?;
            let [element] = holder.children.as_slice() else {
                return Err(Trouble::new(
                    "ErrorIncorrectUpdatePropertyCount",
                    "An object within a change description must contain one and only one property to modify.",
                ));
            };
            let fits = match &path {
                Path::Field(_, property) => element.name == *property,
                Path::Extended(key) => calendar::mark(element)?.is_some_and(|(own, _)| property::is_same(&own, key)),
            };
            if !fits || (holder.name != name && holder.name != "Item") {
                return Err(Trouble::new(
                    "ErrorUpdatePropertyMismatch",
                    "The property to modify does not match the path.",
                ));
            }
            Ok(Update::Set(element))
        }
        _ => Err(Trouble::new("ErrorInvalidPropertyAppend", "Append action is invalid for this property.")),
    }
}
