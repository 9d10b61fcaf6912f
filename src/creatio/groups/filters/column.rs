//! What the columns of `Activity` hold (docs/facts/creatio.md, "Activity"). A stored condition does
//! not always say, and OData addresses a lookup otherwise than a text. Columns that are not here
//! are judged by the condition's own data type.

use crate::creatio::groups::filters::ColumnKind;

/// What the column `name` of `Activity` holds, if it is a stock one.
pub(in crate::creatio) fn kind(name: &str) -> Option<ColumnKind> {
    Some(match name {
        "Id" | "ProcessElementId" => ColumnKind::Guid,
        "Type" | "ActivityCategory" | "Status" | "Priority" | "Owner" | "Author" | "Organizer" | "Contact"
        | "Account" | "TimeZone" | "Result" | "CreatedBy" | "ModifiedBy" | "OwnerRole" => ColumnKind::Lookup,
        "Title"
        | "Notes"
        | "Location"
        | "DetailedResult"
        | "DurationInMnutesAndHours"
        | "GlobalActivityID"
        | "UserEmailAddress"
        | "AllowedResult"
        | "Body"
        | "Sender"
        | "Recepient"
        | "CopyRecepient"
        | "BlindCopyRecepient"
        | "MailHash"
        | "HeaderProperties" => ColumnKind::Text,
        "DurationInMinutes" | "ProcessListeners" => ColumnKind::Number,
        "ShowInScheduler" | "RemindToOwner" | "RemindToAuthor" | "IsNeedProcess" | "CreatedByInvCRM" | "IsHtmlBody" => {
            ColumnKind::Bool
        }
        "StartDate" | "DueDate" | "CreatedOn" | "ModifiedOn" | "RemindToOwnerDate" | "RemindToAuthorDate"
        | "RemoteCreatedOn" | "SendDate" => ColumnKind::Date,
        _ => return None,
    })
}
