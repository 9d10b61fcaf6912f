//! `DeleteItem` and `MoveItem` (docs/facts/ews.md, "Removing"): what leaves its folder, and where
//! it goes.

use super::account::Visit;
use super::folders;
use super::item::{Item, Spot};
use super::soap::{Served, Trouble};
use super::write::PATH;
use super::xml::{Element, m};
use crate::graph::change;
use crate::graph::mailbox::Place;
use crate::graph::post::Reason;

impl Visit<'_> {
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
        if self.quirks.idle_deletes {
            return Ok(Vec::new());
        }
        let keeps = call.operation.attribute("DeleteType") == Some("MoveToDeletedItems");
        self.remove(spot, item, keeps);
        Ok(Vec::new())
    }

    /// Takes an item away; `keeps`: into Deleted Items, usually under another id. An occurrence is
    /// never kept.
    pub(crate) fn remove(&mut self, spot: Spot, item: Item, keeps: bool) {
        match spot {
            Spot::Event(index, day) => change::remove(self.mailbox, Place { index, day }, self.environment),
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
            let lasting = self.quirks.lasting_ids;
            let moved = if lasting {
                item.laid(&trash, self.mailbox, self.environment)
            } else {
                item.moved(&trash, self.mailbox, self.environment)
            };
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
        let moved = item.moved(&folder.id, self.mailbox, self.environment);
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
