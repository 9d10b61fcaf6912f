//! The stock rows of the lookups, with their ids (docs/facts/creatio.md, "Lookups"). Colours and
//! the rows without a published id are ours.

use super::{Seeder, id, id_of};
use crate::creatio::schema::stock;
use serde_json::{Value as Json, json};

const TASK: &str = stock::TASK;
const EMAIL: &str = "e2831dec-cfc0-df11-b00f-001d60e938c6";
const CALL: &str = "e1831dec-cfc0-df11-b00f-001d60e938c6";

/// Rows that have a name and an id only.
const NAMED: &[(&str, &[(&str, &str)])] = &[
    (
        "ActivityPriority",
        &[
            ("Low", "ac96fa02-7fe6-df11-971b-001d60e938c6"),
            ("Medium", stock::MEDIUM),
            ("High", "d625a9fc-7ee6-df11-971b-001d60e938c6"),
        ],
    ),
    (
        "ParticipantResponse",
        &[
            ("Confirmed", "7098c892-34e3-4a3e-af08-c1a139f63220"),
            ("Declined", "cc256758-4051-4021-9c51-216e37635c46"),
            ("In doubt", stock::IN_DOUBT),
        ],
    ),
    (
        "FolderType",
        &[
            ("General", stock::GENERAL),
            ("Search", stock::SEARCH),
            ("Favourite", "80c0c97d-51a7-4e32-a89e-d5f827705be4"),
            ("Recent", "c01ffb44-7407-e011-a646-16d83cab0980"),
            ("Mailbox", "99c2351c-f0f8-e111-9dba-00155d051801"),
            ("Root e-mail", "6e23fa26-5bee-e011-a86b-00155d04c01d"),
            ("Sub e-mail", "b97a5836-1cd0-e111-90c6-00155d054c03"),
        ],
    ),
    (
        "MailSyncPeriod",
        &[
            ("Week", stock::WEEK),
            ("One day", "560452ae-76cd-475e-bdd0-aac8e2ac7731"),
            ("Three days", "341eccde-6c76-4b3f-a647-84940adbe9d1"),
            ("All", "9f8663db-e39a-4559-a773-c343d1f3a9a3"),
        ],
    ),
    ("MailServerType", &[("Exchange", stock::EXCHANGE), ("IMAP", "844f0837-eaa0-4f40-b965-71f5db9eae6e")]),
];

const TYPES: &[(&str, &str)] =
    &[("Task", TASK), ("Email", EMAIL), ("Call", CALL), ("Visit", "e3831dec-cfc0-df11-b00f-001d60e938c6")];

/// Name, id, type.
const CATEGORIES: &[(&str, &str, &str)] = &[
    ("To do", stock::TO_DO, TASK),
    ("Meeting", "42c74c49-58e6-df11-971b-001d60e938c6", TASK),
    ("Paperwork", "2365ae4f-58e6-df11-971b-001d60e938c6", TASK),
    ("Call", "e52bd583-7825-e011-8165-00155d043204", CALL),
    ("Call (as task)", "03df85bf-6b19-4dea-8463-d5d49b80bb28", TASK),
    ("Email", "8038a396-7825-e011-8165-00155d043204", EMAIL),
];

/// Name, id, final.
const STATUSES: &[(&str, &str, bool)] = &[
    ("Not started", stock::NOT_STARTED, false),
    ("In progress", "394d4b84-58e6-df11-971b-001d60e938c6", false),
    ("Completed", "4bdbb88f-58e6-df11-971b-001d60e938c6", true),
    ("Canceled", "201cfba8-58e6-df11-971b-001d60e938c6", true),
];

/// Code, first part of the id. The id of `OptionalParticipant` is not published: clients find it by
/// its code.
const ROLES: &[(&str, &str)] =
    &[("Participant", "1a8324e8"), ("From", "6a6390c4"), ("To", "3a6893ce"), ("CC", "3c6893ce"), ("BCC", "ba1a7add")];

/// Windows id, name, offset.
const ZONES: &[(&str, &str, &str)] = &[
    ("UTC", "(UTC) Coordinated Universal Time", "UTC+00:00"),
    ("GMT Standard Time", "(UTC) Dublin, Edinburgh, Lisbon, London", "UTC+00:00"),
    ("W. Europe Standard Time", "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "UTC+01:00"),
    ("Kaliningrad Standard Time", "(UTC+02:00) Kaliningrad", "UTC+02:00"),
    ("Russian Standard Time", "(UTC+03:00) Moscow, St. Petersburg", "UTC+03:00"),
    ("Ekaterinburg Standard Time", "(UTC+05:00) Ekaterinburg", "UTC+05:00"),
    ("N. Central Asia Standard Time", "(UTC+07:00) Novosibirsk", "UTC+07:00"),
    ("Eastern Standard Time", "(UTC-05:00) Eastern Time (US & Canada)", "UTC-05:00"),
    ("Pacific Standard Time", "(UTC-08:00) Pacific Time (US & Canada)", "UTC-08:00"),
];

/// Adds every lookup.
pub(super) fn fill(seeder: &mut Seeder) {
    let mut add = |entity: &str, key: &str, body: Json| seeder.add(entity, id_of(key), &body);
    for (entity, rows) in NAMED {
        rows.iter().for_each(|(name, key)| add(entity, key, json!({ "Name": name })));
    }
    for (name, key) in TYPES {
        add("ActivityType", key, json!({"Name": name, "Code": name}));
    }
    for (name, key, kind) in CATEGORIES {
        add("ActivityCategory", key, json!({"Name": name, "ActivityTypeId": kind}));
    }
    for (name, key, last) in STATUSES {
        add("ActivityStatus", key, json!({"Name": name, "Finish": last}));
    }
    add("ActivityParticipantRole", stock::RESPONSIBLE, json!({"Name": "Responsible", "Code": "Responsible"}));
    for (code, start) in ROLES {
        let key = format!("{start}-a6e1-df11-971b-001d60e938c6");
        add("ActivityParticipantRole", &key, json!({"Name": code, "Code": code}));
    }
    let optional = id("ActivityParticipantRole", "OptionalParticipant").to_string();
    add("ActivityParticipantRole", &optional, json!({"Name": "Optional participant", "Code": "OptionalParticipant"}));
    for (code, name, offset) in ZONES {
        let key = id("TimeZone", code).to_string();
        add("TimeZone", &key, json!({"Name": name, "Code": code, "Offset": offset}));
    }
    for name in ["Phone", "Mobile phone"] {
        add("CommunicationType", &id("CommunicationType", name).to_string(), json!({ "Name": name }));
    }
    for name in ["Completed successfully", "Rescheduled", "No answer"] {
        add("ActivityResult", &id("ActivityResult", name).to_string(), json!({ "Name": name }));
    }
    let server =
        json!({"Name": "Office 365", "TypeId": stock::EXCHANGE, "ExchangeEmailAddress": "outlook.office365.com"});
    add("MailServer", stock::OFFICE_365, server);
}
