//! `CreateItem` and `UpdateItem` (docs/facts/ews.md, "Creating", "Updating", "Who gets mail"): whom
//! they mail, and what they need to be told. Each item of a batch is served by itself; a write
//! gives a new change key.

use super::account::Visit;
use super::calendar;
use super::edit::{Edit, Update, read_update, trouble};
use super::folders::{self, Folder};
use super::item::{Item, Spot};
use super::property::Path;
use super::soap::{Served, Trouble};
use super::task;
use super::view::stop;
use super::xml::{Element, m};
use crate::graph::change;
use crate::graph::event::Event;
use crate::graph::mailbox::Place;
use crate::graph::post::Reason;
use crate::graph::shape::Object;
use crate::graph::todo::Task;

/// The path that mails are told with.
pub(crate) const PATH: &str = "/EWS/Exchange.asmx";

impl Visit<'_> {
    /// The name of the zone that wall times of the request are of.
    fn context(&self) -> &str {
        self.call.zone.as_deref().unwrap_or("UTC")
    }

    /// Serves the items of a batch, one after the other, until it is stopped.
    pub(crate) fn batch(
        &mut self,
        items: &[Element],
        mut serve: impl FnMut(&mut Self, &Element) -> Served,
    ) -> Vec<Served> {
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
        let mut input = edit.input(None, self.context())?;
        self.quirks.stored.event(&mut input);
        self.quirks.people.store(&mut input).map_err(trouble)?;
        let mut event = Event::create(self.mailbox, &folder.id, &input, self.environment).map_err(trouble)?;
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
        let mut task = Task::new(self.mailbox, &folder.id, &Object::new(), self.environment)
            .map_err(|why| Trouble::new("ErrorItemSave", why))?;
        let (zone, now) = (self.context().to_owned(), self.environment.now());
        let mut edit = Edit::default();
        for element in &item.children {
            task::write(&mut task.body, element, (&zone, now))?;
            edit.marks.extend(calendar::mark(element)?.map(|(key, value)| (key, Some(value))));
        }
        task::check(&task.body)?;
        self.quirks.stored.task(&mut task.body);
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
            item if self.quirks.stored.keeps_old => item,
            Item::Event(event) => self.update_event((spot, *event), &updates)?,
            Item::Task(task) => self.update_task((spot, *task), &updates)?,
        };
        let count = super::xml::t("Count").say(0);
        Ok(vec![m("Items").hold([updated.short()]), m("ConflictResults").hold([count])])
    }

    /// Whether the client has seen the item as it is. What `AutoResolve` could merge, the sandbox
    /// does not: it takes any other change for a conflict.
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
        let mut input = edit.input(Some(&before), self.context())?;
        self.quirks.stored.event(&mut input);
        self.quirks.people.store(&mut input).map_err(trouble)?;
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
        let stamp = self.mailbox.stamp(self.environment);
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
        let (zone, now) = (self.context().to_owned(), self.environment.now());
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
        self.quirks.stored.task(&mut body);
        let mut item = Item::Task(Box::new(Task { body, ..task }));
        edit.mark(&mut item);
        let stamp = self.mailbox.stamp(self.environment);
        if let Item::Task(task) = &mut item {
            task.touch(&stamp);
            let done = task::regenerate(&mut task.body, self.mailbox.zone);
            // what was completed stays, as a task by itself
            if let (Some(body), Spot::Task(_)) = (done, spot) {
                let done = Item::Task(Box::new(Task { body, ..Task::clone(task) }));
                if let Item::Task(done) = done.moved(&task.list, self.mailbox, self.environment) {
                    self.mailbox.tasks.push(*done);
                }
            }
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
}
