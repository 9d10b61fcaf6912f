//! Rows as Creatio's OData spells them (docs/facts/creatio.md, "Values"): flat lookups `XId`, a
//! zero GUID, the year 1 and `""` for what is empty. They give up those spellings here and nothing
//! else: what a value means is `map`'s.

use crate::creatio::client::query::date;
use crate::model::{Address, ContactId, Instant, ItemId};
use chrono::{DateTime, Datelike, SubsecRound};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected},
};
use uuid::Uuid;

/// A GUID that may be empty, in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::creatio) struct Guid(pub(in crate::creatio) Option<String>);

impl Guid {
    /// Its text, if it is not empty.
    pub(in crate::creatio) fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// As a Contact.
    pub(in crate::creatio) fn contact(&self) -> Option<ContactId> {
        self.0.clone().map(ContactId::new)
    }

    /// As an Activity.
    pub(in crate::creatio) fn item(&self) -> Option<ItemId> {
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

/// Digits of a second that both services tell.
pub(in crate::creatio) const MILLIS: u16 = 3;

/// A point in time that may be empty, in whole milliseconds, with the text that spelled it: of the
/// same row OData tells smaller parts of a second, and the `DataService` does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::creatio) struct Stamp {
    /// The instant.
    pub(in crate::creatio) at: Option<Instant>,
    /// As read.
    pub(in crate::creatio) text: String,
}

impl Stamp {
    /// As both services agree on it; what is empty as it was read.
    pub(in crate::creatio) fn spelled(&self) -> String {
        self.at.map_or_else(|| self.text.clone(), date)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()) else {
            return Ok(Self::default());
        };
        let at = DateTime::parse_from_rfc3339(&text)
            .map_err(|_| Error::invalid_value(Unexpected::Other("text"), &"a date with its offset"))?
            .to_utc()
            .trunc_subsecs(MILLIS);
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
pub(in crate::creatio) struct Activity {
    pub(in crate::creatio) id: Guid,
    #[serde(deserialize_with = "text")]
    pub(in crate::creatio) title: String,
    pub(in crate::creatio) start_date: Stamp,
    pub(in crate::creatio) due_date: Stamp,
    #[serde(default, deserialize_with = "text")]
    pub(in crate::creatio) notes: String,
    #[serde(default, deserialize_with = "text")]
    pub(in crate::creatio) location: String,
    pub(in crate::creatio) show_in_scheduler: bool,
    pub(in crate::creatio) type_id: Guid,
    pub(in crate::creatio) status_id: Guid,
    pub(in crate::creatio) priority_id: Guid,
    pub(in crate::creatio) owner_id: Guid,
    #[serde(default)]
    pub(in crate::creatio) author_id: Guid,
    pub(in crate::creatio) remind_to_owner: bool,
    pub(in crate::creatio) remind_to_owner_date: Stamp,
    #[serde(rename = "GlobalActivityID", default, deserialize_with = "text")]
    pub(in crate::creatio) global_activity_id: String,
    #[serde(default)]
    pub(in crate::creatio) process_element_id: Guid,
    #[serde(default, deserialize_with = "text")]
    pub(in crate::creatio) allowed_result: String,
    pub(in crate::creatio) created_on: Stamp,
    pub(in crate::creatio) modified_on: Stamp,
}

impl Activity {
    /// The columns to select.
    pub(in crate::creatio) const COLUMNS: &'static str = "Id,Title,StartDate,DueDate,Notes,Location,ShowInScheduler,TypeId,StatusId,\
        PriorityId,OwnerId,AuthorId,RemindToOwner,RemindToOwnerDate,GlobalActivityID,ProcessElementId,AllowedResult,CreatedOn,ModifiedOn";
}

/// `Activity`: what tells whether it has changed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::creatio) struct RowStamp {
    pub(in crate::creatio) id: Guid,
    /// Of a participant's row: the Activity; empty otherwise.
    #[serde(default)]
    pub(in crate::creatio) activity_id: Guid,
    #[serde(default)]
    pub(in crate::creatio) created_on: Stamp,
    #[serde(default)]
    pub(in crate::creatio) start_date: Stamp,
    #[serde(default)]
    pub(in crate::creatio) due_date: Stamp,
    pub(in crate::creatio) modified_on: Stamp,
}

/// `ActivityParticipant`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::creatio) struct Participant {
    pub(in crate::creatio) id: Guid,
    pub(in crate::creatio) activity_id: Guid,
    pub(in crate::creatio) participant_id: Guid,
    #[serde(default)]
    pub(in crate::creatio) role_id: Guid,
    #[serde(default)]
    pub(in crate::creatio) invite_response_id: Guid,
    #[serde(default)]
    pub(in crate::creatio) modified_by_id: Guid,
    #[serde(default)]
    pub(in crate::creatio) modified_on: Stamp,
}

impl Participant {
    /// The columns to select.
    pub(in crate::creatio) const COLUMNS: &'static str =
        "Id,ActivityId,ParticipantId,RoleId,InviteResponseId,ModifiedById,ModifiedOn";
}

/// `Contact`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::creatio) struct Contact {
    pub(in crate::creatio) id: Guid,
    #[serde(default, deserialize_with = "text")]
    pub(in crate::creatio) name: String,
    #[serde(default, deserialize_with = "text")]
    email: String,
}

impl Contact {
    /// Its address, if it has one.
    pub(in crate::creatio) fn address(&self) -> Option<Address> {
        Address::parse(&self.email)
    }
}

/// `ContactCommunication`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::creatio) struct Communication {
    pub(in crate::creatio) contact_id: Guid,
    #[serde(default, deserialize_with = "text")]
    number: String,
}

impl Communication {
    /// The address, if it is one.
    pub(in crate::creatio) fn address(&self) -> Option<Address> {
        Address::parse(&self.number)
    }
}

/// A lookup's row: the columns that tell what a customer's own row means.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::creatio) struct Meaning {
    pub(in crate::creatio) id: Guid,
    /// `ActivityStatus`.
    #[serde(default)]
    pub(in crate::creatio) finish: bool,
    /// `ActivityParticipantRole`.
    #[serde(default, deserialize_with = "text")]
    pub(in crate::creatio) code: String,
    /// `MailServer`.
    #[serde(default)]
    pub(in crate::creatio) type_id: Guid,
}

/// `ActivityFolder`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::creatio) struct ActivityFolder {
    pub(in crate::creatio) id: Guid,
    #[serde(default, deserialize_with = "text")]
    pub(in crate::creatio) name: String,
    #[serde(default)]
    pub(in crate::creatio) parent_id: Guid,
    #[serde(default)]
    pub(in crate::creatio) folder_type_id: Guid,
}

/// `ActivityInFolder`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::creatio) struct FolderMember {
    pub(in crate::creatio) activity_id: Guid,
}

/// `MailboxSyncSettings`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::creatio) struct MailboxSettingsRow {
    pub(in crate::creatio) id: Guid,
    #[serde(default)]
    pub(in crate::creatio) mail_server_id: Guid,
    #[serde(default, deserialize_with = "text")]
    pub(in crate::creatio) sender_email_address: String,
    #[serde(default)]
    pub(in crate::creatio) is_shared: bool,
    #[serde(default)]
    pub(in crate::creatio) exchange_auto_sync_activity: bool,
}

impl From<&Participant> for RowStamp {
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
