//! Ids of Creatio's stock rows (docs/facts/creatio.md, "Lookups") and what they mean. Customers add
//! rows of their own: what is not here has a meaning only by its other columns (`Lookups`).

use crate::model::{Importance, Response, Status};

/// `ActivityType` Task.
pub(in crate::creatio) const TYPE_TASK: &str = "fbe0acdc-cfc0-df11-b00f-001d60e938c6";
/// `ActivityType` E-mail: never touched.
pub(in crate::creatio) const TYPE_EMAIL: &str = "e2831dec-cfc0-df11-b00f-001d60e938c6";
/// `ActivityCategory` To do.
pub(in crate::creatio) const CATEGORY_TO_DO: &str = "f51c4643-58e6-df11-971b-001d60e938c6";
/// `ActivityCategory` Meeting.
pub(in crate::creatio) const CATEGORY_MEETING: &str = "42c74c49-58e6-df11-971b-001d60e938c6";
/// `ActivityParticipantRole` Participant.
pub(in crate::creatio) const ROLE_PARTICIPANT: &str = "1a8324e8-a6e1-df11-971b-001d60e938c6";
/// `ActivityParticipantRole` Responsible.
pub(in crate::creatio) const ROLE_RESPONSIBLE: &str = "53fc4a92-b0ea-e111-96c4-00165d094c12";
/// `FolderType` General: a static group.
pub(in crate::creatio) const FOLDER_STATIC: &str = "9dc5f6e6-2a61-4de8-a059-de30f4e74f24";
/// `FolderType` Search: a dynamic group.
pub(in crate::creatio) const FOLDER_DYNAMIC: &str = "65ca0946-0084-4874-b117-c13199af3b95";
/// `CommunicationType` E-mail.
pub(in crate::creatio) const COMMUNICATION_EMAIL: &str = "ee1c85c3-cfcb-df11-9b2a-001d60e938c6";

/// Characters that `GlobalActivityID` holds, as UTF-16 counts them (docs/facts/creatio.md,
/// "Activity").
pub(in crate::creatio) const LONGEST_UID: usize = 250;

const NOT_STARTED: &str = "384d4b84-58e6-df11-971b-001d60e938c6";
const IN_PROGRESS: &str = "394d4b84-58e6-df11-971b-001d60e938c6";
const COMPLETED: &str = "4bdbb88f-58e6-df11-971b-001d60e938c6";
const CANCELED: &str = "201cfba8-58e6-df11-971b-001d60e938c6";

const LOW: &str = "ac96fa02-7fe6-df11-971b-001d60e938c6";
const MEDIUM: &str = "ab96fa02-7fe6-df11-971b-001d60e938c6";
const HIGH: &str = "d625a9fc-7ee6-df11-971b-001d60e938c6";

const CONFIRMED: &str = "7098c892-34e3-4a3e-af08-c1a139f63220";
const DECLINED: &str = "cc256758-4051-4021-9c51-216e37635c46";
const IN_DOUBT: &str = "50e89724-522d-446e-be91-12548b8c834d";

/// The status that a stock `ActivityStatus` means.
pub(in crate::creatio) fn status(id: &str) -> Option<Status> {
    Some(match id {
        NOT_STARTED => Status::NotStarted,
        IN_PROGRESS => Status::InProgress,
        COMPLETED => Status::Completed,
        CANCELED => Status::Canceled,
        _ => return None,
    })
}

/// The stock `ActivityStatus` for a status; those that only To Do has are "Not started"
/// (docs/rules.md, "Fields").
pub(in crate::creatio) const fn status_id(status: Status) -> &'static str {
    match status {
        Status::NotStarted | Status::Waiting | Status::Deferred => NOT_STARTED,
        Status::InProgress => IN_PROGRESS,
        Status::Completed => COMPLETED,
        Status::Canceled => CANCELED,
    }
}

/// The importance that an `ActivityPriority` means; a customer's own is normal.
pub(in crate::creatio) fn importance(id: Option<&str>) -> Importance {
    match id {
        Some(LOW) => Importance::Low,
        Some(HIGH) => Importance::High,
        Some(_) | None => Importance::Normal,
    }
}

/// The stock `ActivityPriority` for an importance.
pub(in crate::creatio) const fn priority_id(importance: Importance) -> &'static str {
    match importance {
        Importance::Low => LOW,
        Importance::Normal => MEDIUM,
        Importance::High => HIGH,
    }
}

/// The answer that a `ParticipantResponse` means.
pub(in crate::creatio) fn response(id: Option<&str>) -> Response {
    match id {
        Some(CONFIRMED) => Response::Confirmed,
        Some(DECLINED) => Response::Declined,
        Some(_) | None => Response::InDoubt,
    }
}

/// The stock `ParticipantResponse` for an answer.
pub(in crate::creatio) const fn response_id(response: Response) -> &'static str {
    match response {
        Response::Confirmed => CONFIRMED,
        Response::Declined => DECLINED,
        Response::InDoubt => IN_DOUBT,
    }
}
