//! What a request sets and takes away of one item: of a new one, or, one change for each property,
//! of one that there is (docs/facts/ews.md, "Updating"). What the properties are, `calendar` and
//! `task` say; who writes them, `write`.

use super::calendar::{self, Times};
use super::grammar;
use super::item::Item;
use super::property::{self, Path};
use super::recurrence;
use super::soap::Trouble;
use super::xml::Element;
use crate::graph::answer::Fail;
use crate::graph::event::Event;
use crate::graph::shape::Object;
use serde_json::Value;

/// What a request sets of one item.
#[derive(Default)]
pub(crate) struct Edit<'e> {
    pub(crate) times: Times<'e>,
    pub(crate) recurrence: Option<&'e Element>,
    /// The lists of people that are replaced.
    people: Vec<(&'e str, Option<&'e Element>)>,
    pub(crate) members: Object,
    /// Extended properties, and what becomes of them.
    pub(crate) marks: Vec<(String, Option<String>)>,
}

impl<'e> Edit<'e> {
    /// Takes over an element of an item.
    ///
    /// # Errors
    /// A property that clients don't set.
    pub(crate) fn set(&mut self, element: &'e Element) -> Result<(), Trouble> {
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

    /// Takes a property away.
    ///
    /// # Errors
    /// One that can't be taken away.
    pub(crate) fn clear(&mut self, path: &'e Path) -> Result<(), Trouble> {
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
    ///
    /// # Errors
    /// Times or a recurrence that are not possible.
    pub(crate) fn input(&self, before: Option<&Event>, context: &str) -> Result<Object, Trouble> {
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

    /// Writes the extended properties.
    pub(crate) fn mark(&self, item: &mut Item) {
        let mut marks = item.marks();
        self.marks.iter().for_each(|(key, value)| property::set(&mut marks, key, value.as_deref()));
        item.set_marks(marks);
    }
}

/// A refusal of the mailbox, as EWS tells it.
pub(crate) fn trouble(fail: Fail) -> Trouble {
    let code = match fail.code {
        "ErrorAccessDenied" => "ErrorAccessDenied",
        "ErrorItemNotFound" => "ErrorItemNotFound",
        "ErrorInvalidRecipients" => "ErrorInvalidRecipients",
        _ if fail.message.contains("recurrence") => "ErrorCalendarInvalidRecurrence",
        _ if fail.message.contains("must not be before its start") => "ErrorCalendarEndDateIsEarlierThanStartDate",
        _ => "ErrorCalendarInvalidPropertyValue",
    };
    Trouble::new(code, fail.message)
}
/// One change of a property.
pub(crate) enum Update<'e> {
    Set(&'e Element),
    Clear(Path),
}

/// Reads a change, which must be of one property that the class has.
///
/// # Errors
/// It isn't.
pub(crate) fn read_update<'e>(update: &'e Element, item: &Item) -> Result<Update<'e>, Trouble> {
    let (name, class) = item.names();
    let uri = update.children.first().ok_or_else(Trouble::not_found)?;
    let path = property::path(uri)?;
    if let Path::Field(of, property) = &path
        && ((of != class && of != "item") || grammar::place(name, property).is_none())
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
