//! The properties of items and folders: how each is named in a request, and which are read. What is
//! written of them is `compose`'s (docs/facts/ews.md, "Extended properties").

use super::xml::XmlElement;
use crate::model::Kind;

/// The set of our own named properties, the same as in Microsoft 365: a mailbox that moves there
/// keeps its marks.
const OURS: &str = "5d0c9f5e-3c51-4f0e-9a6b-7e2d1c84b3a7";

/// Which property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Path {
    /// One that EWS has a name for.
    Field(&'static str),
    /// Our mark.
    Mark,
    /// What our mark is found by.
    Fingerprint,
    /// The note of Creatio's built-in sync.
    Local,
    /// What an event is found by in place of its UID.
    GlobalObject,
    /// Whose task it is.
    Ownership,
    /// Whether a folder is hidden.
    Hidden,
}

/// What is read of every item.
const COMMON: [Path; 8] = [
    Path::Field("item:ParentFolderId"),
    Path::Field("item:Subject"),
    Path::Field("item:Sensitivity"),
    Path::Field("item:Body"),
    Path::Field("item:Importance"),
    Path::Field("item:ReminderIsSet"),
    Path::Field("item:HasAttachments"),
    Path::Field("item:DateTimeCreated"),
];
/// What is read of an event beside that.
const OF_MEETING: [Path; 23] = [
    Path::Field("item:ReminderMinutesBeforeStart"),
    Path::Field("item:LastModifiedTime"),
    Path::Field("calendar:UID"),
    Path::Field("calendar:RecurrenceId"),
    Path::Field("calendar:Start"),
    Path::Field("calendar:End"),
    Path::Field("calendar:OriginalStart"),
    Path::Field("calendar:IsAllDayEvent"),
    Path::Field("calendar:Location"),
    Path::Field("calendar:IsMeeting"),
    Path::Field("calendar:IsCancelled"),
    Path::Field("calendar:CalendarItemType"),
    Path::Field("calendar:MyResponseType"),
    Path::Field("calendar:Organizer"),
    Path::Field("calendar:RequiredAttendees"),
    Path::Field("calendar:OptionalAttendees"),
    Path::Field("calendar:Resources"),
    Path::Field("calendar:IsOnlineMeeting"),
    Path::Field("calendar:StartWallClock"),
    Path::Field("calendar:EndWallClock"),
    Path::Field("calendar:IsOrganizer"),
    Path::Mark,
    Path::Local,
];
/// What is read of a task beside that.
const OF_TASK: [Path; 12] = [
    Path::Field("item:LastModifiedTime"),
    Path::Field("item:ReminderDueBy"),
    Path::Field("task:DueDate"),
    Path::Field("task:StartDate"),
    Path::Field("task:Status"),
    Path::Field("task:PercentComplete"),
    Path::Field("task:IsComplete"),
    Path::Field("task:IsRecurring"),
    Path::Field("task:Owner"),
    Path::Field("task:DelegationState"),
    Path::Mark,
    Path::Ownership,
];

/// All that is read of an item of `kind`.
pub(super) fn read_of(kind: Kind) -> Vec<Path> {
    let own = match kind {
        Kind::Meeting => &OF_MEETING[..],
        Kind::Task => &OF_TASK[..],
    };
    [&COMMON, own].concat()
}

impl Path {
    /// The element that names the property.
    pub(super) fn node(self) -> XmlElement {
        let named = |name: &str| {
            let node = XmlElement::new("t:ExtendedFieldURI").with("PropertySetId", OURS);
            node.with("PropertyName", name).with("PropertyType", "String")
        };
        match self {
            Self::Field(uri) => XmlElement::new("t:FieldURI").with("FieldURI", uri),
            Self::Mark => named("ScheduleSyncMark"),
            // what our marks are found by: of a mark the generation is not known to whoever looks
            // for it
            Self::Fingerprint => named("ScheduleSyncActivity"),
            // in which Creatio's built-in sync notes the Activity of an event
            // (docs/facts/creatio.md, "Built-in links")
            Self::Local => XmlElement::new("t:ExtendedFieldURI")
                .with("DistinguishedPropertySetId", "PublicStrings")
                .with("PropertyName", "LocalId")
                .with("PropertyType", "String"),
            // `PidLidCleanGlobalObjectId`: a search takes no UID (MS-OXOCAL)
            Self::GlobalObject => XmlElement::new("t:ExtendedFieldURI")
                .with("DistinguishedPropertySetId", "Meeting")
                .with("PropertyId", "35")
                .with("PropertyType", "Binary"),
            // `PidLidTaskOwnership`: 1 is the copy of who gave the task to somebody else
            // (MS-OXOTASK)
            Self::Ownership => XmlElement::new("t:ExtendedFieldURI")
                .with("DistinguishedPropertySetId", "Task")
                .with("PropertyId", "33065")
                .with("PropertyType", "Integer"),
            // `PidTagAttributeHidden`
            Self::Hidden => {
                XmlElement::new("t:ExtendedFieldURI").with("PropertyTag", "0x10f4").with("PropertyType", "Boolean")
            }
        }
    }

    /// Whether `uri`, as a server spells it, names this property: by the set's id or name, the name
    /// in any case (docs/facts/ews.md, "Extended properties").
    pub(super) fn is(self, uri: &XmlElement) -> bool {
        let own = self.node();
        let same = |name: &str| match (own.attribute(name), uri.attribute(name)) {
            (Some(own), Some(theirs)) => own.eq_ignore_ascii_case(theirs),
            _ => false,
        };
        let public = "00020329-0000-0000-c000-000000000046";
        let set = same("PropertySetId")
            || same("DistinguishedPropertySetId")
            || (own.attribute("DistinguishedPropertySetId") == Some("PublicStrings")
                && uri.attribute("PropertySetId").is_some_and(|id| id.eq_ignore_ascii_case(public)));
        same("PropertyTag") || (set && (same("PropertyName") || same("PropertyId")))
    }
}
