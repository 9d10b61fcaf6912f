//! The table of entity sets: docs/facts/creatio.md, from "Activity" to "People", spelled with the
//! builders below. It holds the columns that the page names and leaves out those of products (Lead,
//! Case, …), which no client may assume, and those with secrets.

use super::Preset::{CurrentContact, Id, MonthAgo, Now, Number, True};
use super::{Column, Entity, Kind, Preset};

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, required: false, cascade: false, preset: Preset::Empty }
}
const fn text(name: &'static str, size: usize) -> Column {
    column(name, Kind::Text(size))
}
const fn flag(name: &'static str) -> Column {
    column(name, Kind::Bool)
}
const fn int(name: &'static str) -> Column {
    column(name, Kind::Int)
}
const fn date(name: &'static str) -> Column {
    column(name, Kind::Date)
}
const fn guid(name: &'static str) -> Column {
    column(name, Kind::Guid)
}
const fn lookup(name: &'static str, target: &'static str) -> Column {
    column(name, Kind::Lookup(target))
}
const fn binary(name: &'static str) -> Column {
    column(name, Kind::Binary)
}

/// Unlimited text.
const MAX: usize = usize::MAX;

/// What every entity has.
pub(super) static BASE: &[Column] = &[
    guid("Id"),
    date("CreatedOn"),
    lookup("CreatedBy", "Contact"),
    date("ModifiedOn"),
    lookup("ModifiedBy", "Contact"),
    int("ProcessListeners"),
];

/// Ids of stock rows that code needs by name (docs/facts/creatio.md, "Lookups").
pub(crate) mod stock {
    pub(crate) const TASK: &str = "fbe0acdc-cfc0-df11-b00f-001d60e938c6";
    pub(crate) const TO_DO: &str = "f51c4643-58e6-df11-971b-001d60e938c6";
    pub(crate) const NOT_STARTED: &str = "384d4b84-58e6-df11-971b-001d60e938c6";
    pub(crate) const MEDIUM: &str = "ab96fa02-7fe6-df11-971b-001d60e938c6";
    pub(crate) const RESPONSIBLE: &str = "53fc4a92-b0ea-e111-96c4-00165d094c12";
    pub(crate) const PARTICIPANT: &str = "1a8324e8-a6e1-df11-971b-001d60e938c6";
    pub(crate) const IN_DOUBT: &str = "50e89724-522d-446e-be91-12548b8c834d";
    pub(crate) const GENERAL: &str = "9dc5f6e6-2a61-4de8-a059-de30f4e74f24";
    pub(crate) const SEARCH: &str = "65ca0946-0084-4874-b117-c13199af3b95";
    pub(crate) const WEEK: &str = "2d480351-94b7-4cad-b02f-885730c7eb3e";
    pub(crate) const EXCHANGE: &str = "3490bd45-4f4d-4613-aa06-454546f3342a";
    pub(crate) const OFFICE_365: &str = "4bde7ec8-061f-46a3-ab24-49f5ec9cce8b";
    pub(crate) const EMAIL_ADDRESS: &str = "ee1c85c3-cfcb-df11-9b2a-001d60e938c6";
}

/// Every entity set, in the order of the service document.
pub(crate) static ENTITIES: &[Entity] = &[
    Entity {
        name: "Activity",
        own: &[
            text("Title", 500).required(),
            date("StartDate").required().or(Now),
            date("DueDate").required().or(Now),
            text("Notes", MAX),
            text("Location", 500),
            flag("ShowInScheduler"),
            lookup("Type", "ActivityType").or(Id(stock::TASK)),
            lookup("ActivityCategory", "ActivityCategory").required().or(Id(stock::TO_DO)),
            lookup("Status", "ActivityStatus").required().or(Id(stock::NOT_STARTED)),
            lookup("Priority", "ActivityPriority").required().or(Id(stock::MEDIUM)),
            lookup("Owner", "Contact").required().or(CurrentContact),
            lookup("Author", "Contact").or(CurrentContact),
            lookup("Organizer", "Contact").or(CurrentContact),
            flag("RemindToOwner"),
            date("RemindToOwnerDate"),
            flag("RemindToAuthor"),
            date("RemindToAuthorDate"),
            lookup("Contact", "Contact"),
            lookup("Account", "Account"),
            lookup("TimeZone", "TimeZone"),
            lookup("Result", "ActivityResult"),
            text("DetailedResult", MAX),
            int("DurationInMinutes"),
            text("DurationInMnutesAndHours", 50),
            text("GlobalActivityID", 250),
            date("RemoteCreatedOn"),
            text("UserEmailAddress", 250),
            guid("ProcessElementId"),
            flag("IsNeedProcess"),
            text("AllowedResult", MAX),
            flag("CreatedByInvCRM"),
            text("Body", MAX),
            flag("IsHtmlBody"),
            text("Sender", 500),
            text("Recepient", MAX),
            text("CopyRecepient", MAX),
            text("BlindCopyRecepient", MAX),
            date("SendDate"),
            text("MailHash", 250),
            text("HeaderProperties", MAX),
        ],
    },
    Entity {
        name: "ActivityParticipant",
        own: &[
            lookup("Activity", "Activity").required().cascade(),
            lookup("Participant", "Contact").required(),
            lookup("Role", "ActivityParticipantRole").or(Id(stock::PARTICIPANT)),
            lookup("InviteResponse", "ParticipantResponse").or(Id(stock::IN_DOUBT)),
            flag("InviteParticipant").or(True),
            flag("ReadMark"),
            text("Description", 500),
        ],
    },
    Entity {
        name: "ActivityFolder",
        own: &[
            text("Name", 250).required(),
            text("Description", MAX),
            lookup("Parent", "ActivityFolder"),
            lookup("FolderType", "FolderType").required().or(Id(stock::GENERAL)),
            binary("SearchData"),
            int("OptimizationType"),
            guid("FolderEmbeddedProcessId"),
            flag("Synchronize"),
        ],
    },
    Entity {
        name: "ActivityInFolder",
        own: &[
            lookup("Activity", "Activity").required().cascade(),
            lookup("Folder", "ActivityFolder").required().cascade(),
        ],
    },
    Entity {
        name: "FolderTree",
        own: &[
            text("Name", 250).required(),
            text("Description", MAX),
            lookup("Parent", "FolderTree"),
            text("EntitySchemaName", 250),
            binary("FilterData"),
        ],
    },
    Entity {
        name: "Contact",
        own: &[
            text("Name", 250).required(),
            text("Surname", 250),
            text("GivenName", 250),
            text("MiddleName", 250),
            lookup("Account", "Account"),
            lookup("Owner", "Contact").or(CurrentContact),
            text("Email", 250),
            text("Phone", 250),
            text("MobilePhone", 250),
            text("JobTitle", 250),
            text("Notes", MAX),
        ],
    },
    Entity {
        name: "ContactCommunication",
        own: &[
            lookup("Contact", "Contact").required().cascade(),
            lookup("CommunicationType", "CommunicationType").required(),
            text("Number", 250).required(),
            text("SearchNumber", 250),
            int("Position"),
        ],
    },
    Entity {
        name: "Account",
        own: &[
            text("Name", 250).required(),
            lookup("Owner", "Contact").or(CurrentContact),
            text("Phone", 250),
            text("Web", 250),
        ],
    },
    Entity { name: "ActivityType", own: &[text("Name", 250).required(), text("Description", 250), text("Code", 50)] },
    Entity {
        name: "ActivityCategory",
        own: &[text("Name", 250).required(), text("Description", 250), lookup("ActivityType", "ActivityType")],
    },
    Entity {
        name: "ActivityStatus",
        own: &[text("Name", 250).required(), text("Description", 250), flag("Finish"), text("Color", 50)],
    },
    Entity { name: "ActivityPriority", own: &[text("Name", 250).required(), text("Description", 250)] },
    Entity { name: "ActivityResult", own: &[text("Name", 250).required(), text("Description", 250)] },
    Entity {
        name: "ActivityParticipantRole",
        own: &[text("Name", 250).required(), text("Description", 250), text("Code", 50)],
    },
    Entity { name: "ParticipantResponse", own: &[text("Name", 250).required(), text("Description", 250)] },
    Entity {
        name: "MailboxSyncSettings",
        own: &[
            lookup("SysAdminUnit", "SysAdminUnit").required(),
            lookup("MailServer", "MailServer").required(),
            text("UserName", 250),
            text("SenderEmailAddress", 250).required(),
            text("MailboxName", 250),
            text("SenderDisplayValue", 250),
            flag("IsShared"),
            flag("IsDefault"),
            flag("EnableMailSynhronization"),
            flag("SendEmailsViaThisAccount"),
            date("LoadEmailsFromDate"),
            date("LastSyncDate"),
            flag("SynchronizationStopped"),
            text("LastError", MAX),
            int("RetryCounter"),
            lookup("MailSyncPeriod", "MailSyncPeriod").or(Id(stock::WEEK)),
            flag("ExchangeAutoSynchronization"),
            int("ExchangeSyncInterval"),
            int("ContactSyncInterval"),
            flag("ExchangeAutoSyncActivity"),
            int("SyncDateMinutesOffset").or(Number(5)),
        ],
    },
    Entity {
        name: "MailServer",
        own: &[
            text("Name", 250).required(),
            text("Address", 250),
            int("Port"),
            lookup("Type", "MailServerType"),
            text("ExchangeEmailAddress", 250),
            flag("IsExchengeAutodiscover"),
            int("SubscriptionTtl"),
        ],
    },
    Entity { name: "MailServerType", own: &[text("Name", 250).required()] },
    Entity { name: "MailSyncPeriod", own: &[text("Name", 250).required()] },
    Entity {
        name: "ActivitySyncSettings",
        own: &[
            lookup("MailboxSyncSettings", "MailboxSyncSettings").required().cascade(),
            flag("ImportAppointments"),
            flag("ImportAppointmentsAll").or(True),
            flag("ImpAppointmentsFromCalendars"),
            text("ImportAppointmentsCalendars", MAX),
            flag("ImportTasks"),
            flag("ImportTasksAll").or(True),
            flag("ImportTasksFromFolders"),
            text("ImportTasksFolders", MAX),
            flag("ExportActivities"),
            flag("ExportActivitiesAll").or(True),
            flag("ExportActivitiesSelected"),
            flag("ExportActivitiesFromGroups"),
            text("ExportActivitiesGroups", MAX),
            flag("ExportAppointments"),
            flag("ExportTasks").or(True),
            flag("ExportActivitiesFromScheduler"),
            date("ImportActivitiesFrom").or(MonthAgo),
            lookup("ActivitySyncPeriod", "MailSyncPeriod"),
            date("AppointmentLastSyncDate"),
            date("TaskLastSyncDate"),
        ],
    },
    Entity {
        name: "SysSyncMetaData",
        own: &[
            text("SyncSchemaName", 250),
            text("RemoteItemName", 250),
            int("SchemaOrder"),
            text("RemoteId", 500),
            guid("LocalId"),
            guid("RemoteStoreId"),
            guid("CreatedInStoreId"),
            guid("ModifiedInStoreId"),
            date("Version"),
            int("LocalState"),
            int("RemoteState"),
            flag("IsLocalDeleted"),
            flag("IsRemoteDeleted"),
            text("ExtraParameters", MAX),
        ],
    },
    Entity { name: "FolderType", own: &[text("Name", 250).required(), text("Description", 250)] },
    Entity { name: "CommunicationType", own: &[text("Name", 250).required(), text("Description", 250)] },
    Entity { name: "TimeZone", own: &[text("Name", 250).required(), text("Code", 250), text("Offset", 50)] },
    Entity {
        name: "SysAdminUnit",
        own: &[
            text("Name", 250).required(),
            lookup("Contact", "Contact"),
            text("TimeZoneId", 250),
            flag("Active").or(True),
            text("Email", 250),
            text("DateTimeFormat", 50),
            int("SysAdminUnitTypeValue").or(Number(4)),
        ],
    },
];
