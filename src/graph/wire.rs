//! The members of Graph's resources that the engine reads, spelled as Graph spells them
//! (`openapi.yaml`). Everything is optional, since Graph leaves out and nulls at will; what a
//! member means is `map`'s.

use serde::Deserialize;

/// An event.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Event {
    pub(super) id: Option<String>,
    #[serde(rename = "@odata.etag")]
    pub(super) etag: Option<String>,
    pub(super) change_key: Option<String>,
    #[serde(rename = "iCalUId")]
    pub(super) uid: Option<String>,
    pub(super) transaction_id: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) series_master_id: Option<String>,
    pub(super) original_start: Option<String>,
    pub(super) original_start_time_zone: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) body: Option<ItemBody>,
    pub(super) start: Option<ZonedTime>,
    pub(super) end: Option<ZonedTime>,
    pub(super) is_all_day: Option<bool>,
    pub(super) location: Option<Location>,
    pub(super) importance: Option<String>,
    pub(super) sensitivity: Option<String>,
    pub(super) is_reminder_on: Option<bool>,
    pub(super) reminder_minutes_before_start: Option<i64>,
    pub(super) attendees: Option<Vec<Attendee>>,
    pub(super) organizer: Option<Recipient>,
    pub(super) is_organizer: Option<bool>,
    pub(super) response_status: Option<ResponseStatus>,
    pub(super) is_cancelled: Option<bool>,
    pub(super) is_online_meeting: Option<bool>,
    pub(super) has_attachments: Option<bool>,
    pub(super) created_date_time: Option<String>,
    pub(super) last_modified_date_time: Option<String>,
    pub(super) single_value_extended_properties: Option<Vec<ExtendedProperty>>,
}

/// A task of a To Do list.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TodoTask {
    pub(super) id: Option<String>,
    #[serde(rename = "@odata.etag")]
    pub(super) etag: Option<String>,
    pub(super) title: Option<String>,
    pub(super) body: Option<ItemBody>,
    pub(super) importance: Option<String>,
    pub(super) status: Option<String>,
    pub(super) start_date_time: Option<ZonedTime>,
    pub(super) due_date_time: Option<ZonedTime>,
    pub(super) is_reminder_on: Option<bool>,
    pub(super) reminder_date_time: Option<ZonedTime>,
    /// Only whether there is one matters.
    pub(super) recurrence: Option<serde::de::IgnoredAny>,
    pub(super) has_attachments: Option<bool>,
    pub(super) checklist_items: Option<Vec<serde::de::IgnoredAny>>,
    pub(super) linked_resources: Option<Vec<LinkedResource>>,
    pub(super) created_date_time: Option<String>,
    pub(super) last_modified_date_time: Option<String>,
}

/// `dateTimeTimeZone`: a wall time and the name of its zone.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ZonedTime {
    pub(super) date_time: Option<String>,
    pub(super) time_zone: Option<String>,
}

/// `itemBody`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ItemBody {
    pub(super) content_type: Option<String>,
    pub(super) content: Option<String>,
}

/// `location`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Location {
    pub(super) display_name: Option<String>,
}

/// `emailAddress`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EmailAddress {
    pub(super) name: Option<String>,
    pub(super) address: Option<String>,
}

/// `recipient`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Recipient {
    pub(super) email_address: Option<EmailAddress>,
}

/// `attendee`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Attendee {
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) status: Option<ResponseStatus>,
    pub(super) email_address: Option<EmailAddress>,
}

/// `responseStatus`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ResponseStatus {
    pub(super) response: Option<String>,
}

/// `singleValueLegacyExtendedProperty`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ExtendedProperty {
    pub(super) id: Option<String>,
    pub(super) value: Option<String>,
}

/// `linkedResource`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct LinkedResource {
    pub(super) external_id: Option<String>,
}

/// `calendar`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Calendar {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) is_default_calendar: Option<bool>,
    pub(super) can_edit: Option<bool>,
    pub(super) owner: Option<EmailAddress>,
}

/// `todoTaskList`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TodoTaskList {
    pub(super) id: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) is_owner: Option<bool>,
    pub(super) wellknown_list_name: Option<String>,
}

/// `user`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct User {
    pub(super) mail: Option<String>,
    pub(super) user_principal_name: Option<String>,
    pub(super) proxy_addresses: Option<Vec<String>>,
}
