//! Answers to invitations, and calling a meeting off: response objects of `CreateItem`
//! (docs/facts/ews.md, "Answers").

use super::account::Visit;
use super::item::{Item, Spot};
use super::soap::{Served, Trouble};
use super::write::PATH;
use super::xml::{Element, m};
use crate::graph::change;
use crate::graph::event::Event;
use crate::graph::filter::at;
use crate::graph::mailbox::Place;
use crate::graph::post::Reason;
use crate::graph::zones;
use serde_json::json;

/// By response object: the answer, how the time is shown, the refusals for who organizes and for
/// what is cancelled.
const ANSWERS: &[(&str, &str, &str, [&str; 2])] = &[
    ("AcceptItem", "accepted", "busy", ["ErrorCalendarIsOrganizerForAccept", "ErrorCalendarIsCancelledForAccept"]),
    (
        "TentativelyAcceptItem",
        "tentativelyAccepted",
        "tentative",
        ["ErrorCalendarIsOrganizerForTentative", "ErrorCalendarIsCancelledForTentative"],
    ),
    ("DeclineItem", "declined", "free", ["ErrorCalendarIsOrganizerForDecline", "ErrorCalendarIsCancelledForDecline"]),
];

impl Visit<'_> {
    /// `AcceptItem`, `TentativelyAcceptItem`, `DeclineItem`: mailed unless the disposition is
    /// `SaveOnly`. What is declined goes to Deleted Items.
    pub(crate) fn answer(&mut self, response: &Element) -> Served {
        let disposition = self.disposition()?;
        let known = ANSWERS.iter().find(|(name, ..)| response.is(name)).ok_or_else(Trouble::not_found)?;
        let (_, answer, shown, [organizer, cancelled]) = *known;
        let (spot, mut event) = self.meeting(response)?;
        let Spot::Event(index, day) = spot else { return Err(Trouble::not_found()) };
        if event.flag("isOrganizer") {
            return Err(Trouble::new(organizer, "You are the organizer of this meeting."));
        }
        if event.flag("isCancelled") {
            return Err(Trouble::new(cancelled, "The meeting has been cancelled."));
        }
        let stamp = self.mailbox.stamp(self.environment);
        event.set("responseStatus", json!({"response": answer, "time": zones::stamp(stamp.at)}));
        event.set("showAs", shown);
        if day.is_some() {
            event.set("type", "exception");
        }
        event.touch(&stamp);
        if self.quirks.answers_renew && day.is_none() {
            let old = (event.calendar.clone(), event.id().to_owned());
            self.mailbox.bury(&old.0, &old.1, stamp.change);
            let id = self.mailbox.id(self.environment);
            event.set("id", id);
        }
        let place = Place { index, day };
        if disposition != "SaveOnly" {
            let address = event.body.get("organizer").and_then(|who| at(who, "emailAddress/address").as_str());
            let to = [(Reason::Response, address.map(str::to_owned).into_iter().collect())];
            change::mail(self.mailbox, ("CreateItem", PATH), (place, &event), to);
        }
        let item = Item::Event(Box::new(event.clone()));
        let short = item.short();
        change::keep(self.mailbox, place, event, &stamp);
        if answer == "declined" && !self.quirks.declined_stay {
            self.remove(spot, item, true);
        }
        Ok(vec![m("Items").hold([short])])
    }

    /// `CancelCalendarItem`: mails the attendees and takes the meeting away.
    pub(crate) fn call_off(&mut self, response: &Element) -> Served {
        let disposition = self.disposition()?;
        let (spot, event) = self.meeting(response)?;
        let Spot::Event(index, day) = spot else { return Err(Trouble::not_found()) };
        if !event.flag("isOrganizer") {
            return Err(Trouble::new("ErrorCalendarIsNotOrganizer", "You must be the organizer to cancel a meeting."));
        }
        if disposition != "SaveOnly" {
            let to = [(Reason::Cancellation, event.attendees())];
            change::mail(self.mailbox, ("CreateItem", PATH), (Place { index, day }, &event), to);
        }
        let item = Item::Event(Box::new(event));
        let short = item.short();
        self.remove(spot, item, true);
        Ok(vec![m("Items").hold([short])])
    }

    fn disposition(&self) -> Result<&'static str, Trouble> {
        match self.call.operation.attribute("MessageDisposition") {
            Some("SaveOnly") => Ok("SaveOnly"),
            Some(_) => Ok("SendOnly"),
            None => Err(Trouble::new(
                "ErrorMessageDispositionRequired",
                "The MessageDisposition attribute is required for response objects.",
            )),
        }
    }

    /// The meeting that a response refers to.
    fn meeting(&self, response: &Element) -> Result<(Spot, Event), Trouble> {
        let missing = || Trouble::new("ErrorMissingInformationReferenceItemId", "The reference item id is missing.");
        let (spot, key) = self.find(response.child("ReferenceItemId").ok_or_else(missing)?)?;
        if key.is_none() {
            return Err(Trouble::new("ErrorChangeKeyRequired", "A change key is required for the reference item."));
        }
        match self.item(spot).ok_or_else(Trouble::not_found)? {
            Item::Event(event) => Ok((spot, *event)),
            Item::Task(_) => Err(Trouble::new("ErrorInvalidReferenceItem", "The reference item is no meeting.")),
        }
    }
}
