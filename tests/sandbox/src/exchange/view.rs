//! Items as replies tell them: which properties, in what order, cut or whole; and `GetItem`. What a
//! property of a calendar item or a task is, `calendar` and `task` say; here are those that both
//! have.

use super::account::Visit;
use super::item::Item;
use super::property::{self, Shape};
use super::recurrence::capital;
use super::soap::{Served, Trouble};
use super::xml::{Element, m, t};
use crate::graph::filter::at;
use crate::graph::html;
use crate::graph::shape::Object;
use crate::graph::zones;
use serde_json::Value;

/// What comes with `Default` and `AllProperties`.
const USUAL: &[&str] =
    &["Subject", "Start", "End", "Location", "DueDate", "Status", "PercentComplete", "HasAttachments"];
const ALL: &[&str] = &[
    "ParentFolderId",
    "ItemClass",
    "Subject",
    "Sensitivity",
    "Body",
    "DateTimeReceived",
    "Size",
    "Categories",
    "Importance",
    "IsDraft",
    "DateTimeCreated",
    "ReminderDueBy",
    "ReminderIsSet",
    "ReminderMinutesBeforeStart",
    "HasAttachments",
    "LastModifiedName",
    "LastModifiedTime",
];

/// Properties that only `GetItem` tells.
const SINGLE: &[&str] = &[
    "Body",
    "RequiredAttendees",
    "OptionalAttendees",
    "Resources",
    "Recurrence",
    "FirstOccurrence",
    "LastOccurrence",
    "ModifiedOccurrences",
    "DeletedOccurrences",
];
/// Texts that lists cut, and how long they are then.
const CUT: &[&str] = &["Subject", "Location", "JoinOnlineMeetingUrl"];
const CUT_AT: usize = 255;

impl Visit<'_> {
    /// `GetItem`.
    pub(crate) fn get_item(&self) -> Vec<Served> {
        let operation = &self.call.operation;
        let shape = Shape::read(operation.child("ItemShape"));
        let ids = operation.child("ItemIds").map(|ids| ids.children.as_slice()).unwrap_or_default();
        let mut stopped = false;
        let one = |(index, id): (usize, &Element)| {
            if stopped || self.quirks.batch.is_some_and(|most| index >= most.get()) {
                return Err(stop());
            }
            let (spot, _) = self.find(id)?;
            let item = self.item(spot).ok_or_else(Trouble::not_found)?;
            if self.quirks.corrupt.iter().any(|corrupt| corrupt == item.id()) {
                stopped = true;
                return Err(Trouble::new("ErrorItemCorrupt", "The item is corrupt."));
            }
            Ok(vec![m("Items").hold([self.told(&item, &shape.clone()?, false)?])])
        };
        ids.iter().enumerate().map(one).collect()
    }

    /// An item as a shape wants it.
    ///
    /// # Errors
    /// A property that the class lacks, or that a list doesn't tell.
    pub(crate) fn told(&self, item: &Item, shape: &Shape, in_list: bool) -> Result<Element, Trouble> {
        let (element, class) = item.names();
        let names = shape.names((element, class), USUAL, ALL)?;
        let asked = shape
            .paths
            .iter()
            .any(|path| matches!(path, property::Path::Field(_, name) if SINGLE.contains(&name.as_str())));
        if in_list && asked {
            return Err(Trouble::new("ErrorInvalidPropertyRequest", "Property is not valid for this operation."));
        }
        let names = names.iter().filter(|name| *name != "ItemId" && !(in_list && SINGLE.contains(&name.as_str())));
        let mut parts = vec![item.item_id()];
        let mut extended = self.extended(item, shape, in_list);
        for name in names {
            // extended properties have a place among the others
            let is_before = super::grammar::place(element, name) < super::grammar::place(element, "ExtendedProperty");
            if !is_before {
                parts.append(&mut extended);
            }
            parts.extend(self.property_as(item, name, (shape.text, in_list)));
        }
        parts.append(&mut extended);
        Ok(t(element).hold(parts))
    }

    fn extended(&self, item: &Item, shape: &Shape, in_list: bool) -> Vec<Element> {
        let marks = item.marks();
        let both = self.quirks.foreign.twice;
        let told = shape.extended().filter_map(|key| {
            let value = property::value(&marks, key)?;
            let value = if in_list { value.chars().take(CUT_AT).collect() } else { value.to_owned() };
            Some(property::told(key, &value, both))
        });
        told.flat_map(|element| std::iter::repeat_n(element, if both { 2 } else { 1 })).collect()
    }

    /// One property of an item; what it lacks is none.
    pub(crate) fn property(&self, item: &Item, name: &str, in_list: bool) -> Option<Element> {
        self.property_as(item, name, (false, in_list))
    }

    fn property_as(&self, item: &Item, name: &str, (as_text, in_list): (bool, bool)) -> Option<Element> {
        let mut element = match item {
            Item::Event(event) => {
                let own = self.event_property(event, name, in_list);
                own.or_else(|| self.common(item, &event.body, (name, as_text)))
            }
            Item::Task(task) => {
                self.task_property(task, name).or_else(|| self.common(item, &task.body, (name, as_text)))
            }
        }?;
        if in_list && CUT.contains(&name) {
            element.text = element.text.chars().take(CUT_AT).collect();
        }
        Some(element)
    }

    /// What calendar items and tasks have alike.
    fn common(&self, item: &Item, body: &Object, (name, as_text): (&str, bool)) -> Option<Element> {
        let text = |member: &str| body.get(member).and_then(Value::as_str).unwrap_or_default();
        let stamp = |member: &str| zones::query_instant(text(member)).map(|at| self.clock().at(at));
        let value = match name {
            "ParentFolderId" => return Some(t("ParentFolderId").with("Id", item.folder())),
            "Sensitivity" => {
                body.get("sensitivity").and_then(Value::as_str).map_or_else(|| "Normal".to_owned(), capital)
            }
            // a text that nobody makes HTML of
            "Body" if self.quirks.plain_bodies && self.asks_for_html() => return Some(told_text("")),
            "Body" if self.quirks.plain_bodies => return Some(told_text(&told_body(body, true).text)),
            "Body" => return Some(told_body(body, as_text)),
            "DateTimeReceived" | "DateTimeCreated" => stamp("createdDateTime")?,
            "Size" => (text("subject").len() + told_body(body, false).text.len() + 512).to_string(),
            "Categories" => {
                let names =
                    body.get("categories").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
                let names: Vec<Element> = names.map(|name| t("String").say(name)).collect();
                return (!names.is_empty()).then(|| t("Categories").hold(names));
            }
            "Importance" => capital(text("importance")),
            "IsDraft" | "IsAssociated" => false.to_string(),
            "HasAttachments" => body.get("hasAttachments").is_some_and(|has| has == true).to_string(),
            "LastModifiedName" => self.mailbox.owner.clone(),
            "LastModifiedTime" => stamp("lastModifiedDateTime")?,
            _ => return None,
        };
        Some(t(name).say(value))
    }
}

impl Visit<'_> {
    /// Whether the request wants bodies as HTML and nothing else.
    fn asks_for_html(&self) -> bool {
        let shape = self.call.operation.child("ItemShape");
        shape.and_then(|shape| shape.text_of("BodyType")) == Some("HTML")
    }
}

fn told_text(content: &str) -> Element {
    t("Body").with("BodyType", "Text").with("IsTruncated", false).say(content)
}

/// A batch that is stopped.
pub(crate) fn stop() -> Trouble {
    Trouble::new("ErrorBatchProcessingStopped", "The batch processing of items has been stopped.")
}

fn told_body(body: &Object, as_text: bool) -> Element {
    let empty = Value::Null;
    let given = body.get("body").unwrap_or(&empty);
    let content = given["content"].as_str().unwrap_or_default();
    let is_html = given["contentType"] != "text";
    let (kind, content) = match (is_html, as_text) {
        (true, true) => ("Text", html::text(content)),
        (true, false) => ("HTML", content.to_owned()),
        (false, true) => ("Text", content.to_owned()),
        (false, false) => ("HTML", at(&html::stored(content, true), "content").as_str().unwrap_or_default().to_owned()),
    };
    t("Body").with("BodyType", kind).with("IsTruncated", false).say(content)
}
