//! Rows as Creatio's OData spells them (docs/facts/creatio.md, "Values"): flat lookups `XId`, a
//! zero GUID, the year 1 and `""` for what is empty. They give up those spellings here and nothing
//! else: what a value means is `map`'s.

use crate::model::{Address, ContactId, Instant, ItemId};
use chrono::{DateTime, Datelike};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected},
};
use uuid::Uuid;

/// A GUID that may be empty, in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Guid(pub(super) Option<String>);

impl Guid {
    /// Its text, if it is not empty.
    pub(super) fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// As a Contact.
    pub(super) fn contact(&self) -> Option<ContactId> {
        self.0.clone().map(ContactId::new)
    }

    /// As an Activity.
    pub(super) fn item(&self) -> Option<ItemId> {
        self.0.clone().map(ItemId::new)
    }
}

impl<'de> Deserialize<'de> for Guid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()) else {
            return Ok(Self(None));
        };
        let guid = Uuid::parse_str(&text).map_err(|_| Error::invalid_value(Unexpected::Other("text"), &"a GUID"))?;
        Ok(Self((!guid.is_nil()).then(|| guid.to_string())))
    }
}

/// A point in time that may be empty, with the text that spelled it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp {
    /// The instant.
    pub(super) at: Option<Instant>,
    /// As read.
    pub(super) text: String,
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()) else {
            return Ok(Self::default());
        };
        let at = DateTime::parse_from_rfc3339(&text)
            .map_err(|_| Error::invalid_value(Unexpected::Other("text"), &"a date with its offset"))?
            .to_utc();
        Ok(Self { at: (at.year() > 1).then_some(at), text })
    }
}

/// A text that may be null.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}

/// `Activity`: what is mapped of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Activity {
    pub(super) id: Guid,
    #[serde(deserialize_with = "text")]
    pub(super) title: String,
    pub(super) start_date: Stamp,
    pub(super) due_date: Stamp,
    #[serde(default, deserialize_with = "text")]
    pub(super) notes: String,
    #[serde(default, deserialize_with = "text")]
    pub(super) location: String,
    pub(super) show_in_scheduler: bool,
    pub(super) type_id: Guid,
    pub(super) status_id: Guid,
    pub(super) priority_id: Guid,
    pub(super) owner_id: Guid,
    #[serde(default)]
    pub(super) author_id: Guid,
    pub(super) remind_to_owner: bool,
    pub(super) remind_to_owner_date: Stamp,
    #[serde(rename = "GlobalActivityID", default, deserialize_with = "text")]
    pub(super) global_activity_id: String,
    #[serde(default)]
    pub(super) process_element_id: Guid,
    #[serde(default, deserialize_with = "text")]
    pub(super) allowed_result: String,
    pub(super) created_on: Stamp,
    pub(super) modified_on: Stamp,
}

impl Activity {
    /// The columns to select.
    pub(super) const COLUMNS: &'static str = "Id,Title,StartDate,DueDate,Notes,Location,ShowInScheduler,TypeId,StatusId,\
        PriorityId,OwnerId,AuthorId,RemindToOwner,RemindToOwnerDate,GlobalActivityID,ProcessElementId,AllowedResult,CreatedOn,ModifiedOn";
}

/// `Activity`: what tells whether it has changed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Trace {
    pub(super) id: Guid,
    /// Of a participant's row: the Activity; empty otherwise.
    #[serde(default)]
    pub(super) activity_id: Guid,
    #[serde(default)]
    pub(super) created_on: Stamp,
    #[serde(default)]
    pub(super) start_date: Stamp,
    #[serde(default)]
    pub(super) due_date: Stamp,
    pub(super) modified_on: Stamp,
}

/// `ActivityParticipant`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Participant {
    pub(super) id: Guid,
    pub(super) activity_id: Guid,
    pub(super) participant_id: Guid,
    #[serde(default)]
    pub(super) role_id: Guid,
    #[serde(default)]
    pub(super) invite_response_id: Guid,
    #[serde(default)]
    pub(super) modified_by_id: Guid,
    #[serde(default)]
    pub(super) modified_on: Stamp,
}

impl Participant {
    /// The columns to select.
    pub(super) const COLUMNS: &'static str =
        "Id,ActivityId,ParticipantId,RoleId,InviteResponseId,ModifiedById,ModifiedOn";
}

/// `Contact`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Contact {
    pub(super) id: Guid,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "text")]
    email: String,
}

impl Contact {
    /// Its address, if it has one.
    pub(super) fn address(&self) -> Option<Address> {
        Address::parse(&self.email)
    }
}

/// `ContactCommunication`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Communication {
    pub(super) contact_id: Guid,
    #[serde(default, deserialize_with = "text")]
    number: String,
}

impl Communication {
    /// The address, if it is one.
    pub(super) fn address(&self) -> Option<Address> {
        Address::parse(&self.number)
    }
}

/// A lookup's row: the columns that tell what a customer's own row means.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Meaning {
    pub(super) id: Guid,
    /// `ActivityStatus`.
    #[serde(default)]
    pub(super) finish: bool,
    /// `ActivityParticipantRole`.
    #[serde(default, deserialize_with = "text")]
    pub(super) code: String,
    /// `MailServer`.
    #[serde(default)]
    pub(super) type_id: Guid,
}

/// `ActivityFolder`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ActivityFolder {
    pub(super) id: Guid,
    #[serde(default, deserialize_with = "text")]
    pub(super) name: String,
    #[serde(default)]
    pub(super) parent_id: Guid,
    #[serde(default)]
    pub(super) folder_type_id: Guid,
}

/// `ActivityInFolder`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct FolderMember {
    pub(super) activity_id: Guid,
}

/// `MailboxSyncSettings`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MailboxSettingsRow {
    pub(super) id: Guid,
    #[serde(default)]
    pub(super) mail_server_id: Guid,
    #[serde(default, deserialize_with = "text")]
    pub(super) sender_email_address: String,
    #[serde(default)]
    pub(super) is_shared: bool,
    #[serde(default)]
    pub(super) exchange_auto_sync_activity: bool,
}

impl From<&Participant> for Trace {
    fn from(row: &Participant) -> Self {
        Self {
            id: row.id.clone(),
            activity_id: row.activity_id.clone(),
            created_on: Stamp::default(),
            start_date: Stamp::default(),
            due_date: Stamp::default(),
            modified_on: row.modified_on.clone(),
        }
    }
}
