//! Rows → items: what Creatio's columns mean (docs/rules.md, "Fields"). Pure; a row that can't be
//! an item becomes malformed, with the column and the reason, never the value.

use crate::creatio::ACTIVITIES;
use crate::creatio::activity::lookups;
use crate::creatio::activity::wire::{Activity, Contact, Meaning, Participant};
use crate::creatio::client::rows::malformed;
use crate::flat::FlatMap;
use crate::model::person::normal;
use crate::model::text::line;
use crate::model::{
    Address, Body, ContactId, Facts, Instant, Item, Malformed, Meeting, Person, Record, Reminder, Response, Role,
    Status, Task, TaskWhen, Uid, Version, When,
};

/// What lookups of this installation mean beyond the stock rows.
#[derive(Clone, Debug, Default)]
pub(in crate::creatio) struct Lookups {
    /// Each `ActivityStatus`: whether it ends an Activity.
    finished: FlatMap<String, bool>,
    /// The role `OptionalParticipant`, whose id is not the same everywhere.
    optional: Option<String>,
}

impl Lookups {
    /// From the rows of `ActivityStatus` and `ActivityParticipantRole`.
    pub(in crate::creatio) fn new(statuses: Vec<Meaning>, roles: &[Meaning]) -> Self {
        let optional = roles.iter().find(|role| role.code == "OptionalParticipant");
        Self {
            finished: statuses.into_iter().filter_map(|row| Some((row.id.0?, row.finish))).collect(),
            optional: optional.and_then(|role| role.id.0.clone()),
        }
    }

    /// The status that an `ActivityStatus` means; one of the customer's own by whether it is final.
    fn status(&self, id: Option<&str>) -> Status {
        let Some(id) = id else { return Status::NotStarted };
        lookups::status(id).unwrap_or(match self.finished.get(id) {
            Some(true) => Status::Completed,
            Some(false) | None => Status::InProgress,
        })
    }

    fn role(&self, id: Option<&str>) -> Role {
        if id.is_some() && id == self.optional.as_deref() { Role::Optional } else { Role::Required }
    }

    /// The `ActivityParticipantRole` for a role.
    pub(in crate::creatio) fn role_id(&self, role: Role) -> &str {
        match role {
            Role::Required => lookups::ROLE_PARTICIPANT,
            Role::Optional => self.optional.as_deref().unwrap_or(lookups::ROLE_PARTICIPANT),
        }
    }
}

/// What is known of a Contact.
#[derive(Clone, Debug, Default)]
pub(in crate::creatio) struct Card {
    /// The name shown.
    pub(in crate::creatio) name: String,
    /// All addresses.
    pub(in crate::creatio) addresses: Vec<Address>,
}

impl From<&Contact> for Card {
    fn from(row: &Contact) -> Self {
        Self { name: row.name.clone(), addresses: row.address().into_iter().collect() }
    }
}

/// What the reading of a row needs to know beside it.
pub(in crate::creatio) struct RowContext<'a> {
    /// The user's Contact.
    pub(in crate::creatio) me: &'a ContactId,
    /// The lookups.
    pub(in crate::creatio) lookups: &'a Lookups,
    /// Contacts that were read.
    pub(in crate::creatio) cards: &'a FlatMap<ContactId, Card>,
}

/// The item that an Activity and its participants are.
pub(in crate::creatio) fn item(
    row: Activity,
    participants: &[&Participant],
    context: &RowContext<'_>,
) -> Result<Item, Malformed> {
    let id = row.id.item();
    let malformed = |reason: &str| malformed(row.id.item(), reason);
    let (start, due) = match (row.start_date.at, row.due_date.at) {
        (None, _) => return Err(malformed("StartDate: empty")),
        (_, None) => return Err(malformed("DueDate: empty")),
        (Some(start), Some(due)) if start > due => return Err(malformed("DueDate: before StartDate")),
        (Some(start), Some(due)) => (start, due),
    };
    let status = context.lookups.status(row.status_id.as_str());
    let own = own(participants, context.me);
    let owner = row.owner_id.contact();
    let facts = Facts {
        uid: (!row.global_activity_id.is_empty()).then(|| Uid::new(row.global_activity_id.clone())),
        canceled: status == Status::Canceled,
        status: Some(status),
        involves_me: owner.as_ref() == Some(context.me) || own.is_some(),
        process: row.process_element_id.as_str().is_some() || !row.allowed_result.is_empty(),
        answered_by_me: own.is_some_and(|own| own.modified_by_id.as_str() == Some(context.me.as_str())),
        email: row.type_id.as_str() == Some(lookups::TYPE_EMAIL),
        created: row.created_on.at,
        author: row.author_id.contact(),
        owner,
        ..Facts::default()
    };
    let record = if row.show_in_scheduler {
        Record::Meeting(Meeting {
            title: line(&row.title),
            when: When::Timed { start, end: due },
            place: line(&row.location),
            body: Body::from_notes(&row.notes),
            importance: lookups::importance(row.priority_id.as_str()),
            reminder: reminder(&row, start),
            people: people(participants, facts.owner.as_ref(), context),
            response: own.map_or(Response::InDoubt, |own| lookups::response(own.invite_response_id.as_str())),
        })
    } else {
        Record::Task(Task {
            title: line(&row.title),
            when: TaskWhen::Timed { start, due },
            body: Body::from_notes(&row.notes),
            importance: lookups::importance(row.priority_id.as_str()),
            reminder: row.remind_to_owner_date.at.filter(|_| row.remind_to_owner),
            status,
        })
    };
    Ok(Item {
        id: id.ok_or_else(|| malformed("Id: empty"))?,
        version: Version::new(row.modified_on.spelled()),
        container: ACTIVITIES.into(),
        stamp: row.modified_on.at,
        record,
        facts,
    })
}

/// The user's own row.
pub(in crate::creatio) fn own<'a>(participants: &[&'a Participant], me: &ContactId) -> Option<&'a Participant> {
    participants.iter().copied().find(|row| row.participant_id.as_str() == Some(me.as_str()))
}

/// Whether a row is a participant in the sense of [`Meeting::people`]: neither the user, nor the
/// Owner, nor who is responsible.
pub(in crate::creatio) fn is_guest(row: &Participant, owner: Option<&ContactId>, me: &ContactId) -> bool {
    let contact = row.participant_id.as_str();
    contact.is_some()
        && contact != Some(me.as_str())
        && contact != owner.map(ContactId::as_str)
        && row.role_id.as_str() != Some(lookups::ROLE_RESPONSIBLE)
}

fn people(participants: &[&Participant], owner: Option<&ContactId>, context: &RowContext<'_>) -> Vec<Person> {
    let guests = participants.iter().filter(|row| is_guest(row, owner, context.me));
    normal(guests.filter_map(|row| {
        let contact = row.participant_id.contact()?;
        let card = context.cards.get(&contact).cloned().unwrap_or_default();
        Some(Person {
            addresses: card.addresses,
            contact: Some(contact),
            name: card.name,
            role: context.lookups.role(row.role_id.as_str()),
            response: lookups::response(row.invite_response_id.as_str()),
        })
    }))
}

fn reminder(row: &Activity, start: Instant) -> Reminder {
    match row.remind_to_owner_date.at {
        Some(at) if row.remind_to_owner => Reminder::Before((start - at).num_seconds().div_euclid(60)),
        Some(_) | None => Reminder::Off,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::understand;
    use serde_json::{Value, json};

    const ME: &str = "11111111-1111-1111-1111-111111111111";
    const ANNA: &str = "22222222-2222-2222-2222-222222222222";
    const BORIS: &str = "33333333-3333-3333-3333-333333333333";
    const OPTIONAL: &str = "44444444-4444-4444-4444-444444444444";
    const ZERO: &str = "00000000-0000-0000-0000-000000000000";

    fn merged(mut row: Value, more: &Value) -> Value {
        if let (Some(row), Some(more)) = (row.as_object_mut(), more.as_object()) {
            row.extend(more.clone());
        }
        row
    }

    fn activity(more: &Value) -> Value {
        let row = json!({"Id": "AAAAAAAA-0000-0000-0000-000000000001", "Title": " Call \u{a0}Anna ",
            "StartDate": "2026-03-02T09:00:00Z", "DueDate": "2026-03-02T10:00:00.000000Z", "Notes": "<p>a</p>b",
            "Location": "Room\n1", "ShowInScheduler": true, "TypeId": lookups::TYPE_TASK, "StatusId": lookups::status_id(Status::NotStarted),
            "PriorityId": lookups::priority_id(Importance::High), "OwnerId": ME, "RemindToOwner": true,
            "RemindToOwnerDate": "2026-03-02T08:45:00Z", "GlobalActivityID": "", "ProcessElementId": ZERO,
            "AllowedResult": "", "CreatedOn": "2026-03-01T00:00:00Z", "ModifiedOn": "2026-03-01T00:00:00.123456Z"});
        merged(row, more)
    }

    use crate::model::Importance;

    fn read(row: Value, participants: &[(&str, &str, Response)]) -> Result<Item, String> {
        let row: Activity = understand(&row).map_err(|reason| reason.to_string())?;
        let lookups =
            Lookups { finished: [("own-final".to_owned(), true)].into(), optional: Some(OPTIONAL.to_owned()) };
        let card = |name: &str| Card {
            name: name.to_owned(),
            addresses: Address::parse(&format!("{name}@x.example")).into_iter().collect(),
        };
        let cards = [(ANNA.into(), card("anna")), (BORIS.into(), card("boris"))].into();
        let me = ME.into();
        let rows: Vec<Participant> = participants
            .iter()
            .map(|(contact, role, response)| {
                understand(&json!({"Id": ZERO, "ActivityId": ZERO, "ParticipantId": contact, "RoleId": role,
                    "InviteResponseId": lookups::response_id(*response)}))
            })
            .collect::<Result<_, _>>()
            .map_err(|reason| reason.to_string())?;
        let rows: Vec<&Participant> = rows.iter().collect();
        item(row, &rows, &RowContext { me: &me, lookups: &lookups, cards: &cards })
            .map_err(|malformed| malformed.reason)
    }

    fn meeting(row: Value, participants: &[(&str, &str, Response)]) -> Option<Meeting> {
        match read(row, participants).ok()?.record {
            Record::Meeting(meeting) => Some(meeting),
            Record::Task(_) => None,
        }
    }

    #[test]
    fn a_meeting_has_normal_fields() {
        let item = read(activity(&json!({})), &[]);
        let Ok(item) = item else { unreachable!("{item:?}") };
        assert_eq!(item.id.as_str(), "aaaaaaaa-0000-0000-0000-000000000001");
        assert_eq!(item.version.as_str(), "2026-03-01T00:00:00.123Z", "as both services tell it");
        let Record::Meeting(meeting) = &item.record else { unreachable!("{item:?}") };
        assert_eq!((meeting.title.as_str(), meeting.place.as_str()), ("Call Anna", "Room 1"));
        assert_eq!((meeting.body.text.as_str(), meeting.importance), ("a\nb", Importance::High));
        assert_eq!((meeting.reminder, meeting.response), (Reminder::Before(15), Response::InDoubt));
        assert!(item.facts.involves_me && !item.facts.process && !item.facts.email && item.facts.uid.is_none());
    }

    #[test]
    fn reminders_are_minutes_before_the_start() {
        for (more, reminder) in [
            (json!({"RemindToOwner": false}), Reminder::Off),
            (json!({"RemindToOwnerDate": "0001-01-01T00:00:00Z"}), Reminder::Off),
            (json!({"RemindToOwnerDate": "2026-03-02T09:00:00Z"}), Reminder::Before(0)),
            (json!({"RemindToOwnerDate": "2026-03-02T09:05:00Z"}), Reminder::Before(-5)),
            (json!({"RemindToOwnerDate": "2026-03-02T09:00:30Z"}), Reminder::Before(-1)),
        ] {
            assert_eq!(meeting(activity(&more), &[]).map(|m| m.reminder), Some(reminder), "{more}");
        }
    }

    #[test]
    fn people_are_neither_the_user_nor_the_owner() {
        let rows = [
            (ME, lookups::ROLE_RESPONSIBLE, Response::Declined),
            (BORIS, OPTIONAL, Response::Confirmed),
            (ANNA, lookups::ROLE_PARTICIPANT, Response::InDoubt),
        ];
        let people_of = |row: Value| {
            let meeting = meeting(row, &rows)?;
            let people = meeting.people.into_iter().map(|p| (p.name, p.role, p.response)).collect::<Vec<_>>();
            Some((people, meeting.response))
        };
        let anna = ("anna".to_owned(), Role::Required, Response::InDoubt);
        let boris = ("boris".to_owned(), Role::Optional, Response::Confirmed);
        assert_eq!(people_of(activity(&json!({}))), Some((vec![anna.clone(), boris], Response::Declined)));
        assert_eq!(people_of(activity(&json!({"OwnerId": BORIS}))), Some((vec![anna], Response::Declined)));
    }

    #[test]
    fn an_answer_is_the_users_if_the_user_gave_it() {
        let me = ME.into();
        let context = RowContext { me: &me, lookups: &Lookups::default(), cards: &FlatMap::new() };
        for (who, by, answered) in [(ME, ME, true), (ME, ANNA, false), (ANNA, ANNA, false), (ANNA, ME, false)] {
            let participant = json!({"Id": ZERO, "ActivityId": ZERO, "ParticipantId": who, "ModifiedById": by});
            let (row, participant) = (understand(&activity(&json!({}))), understand(&participant));
            let (Ok(row), Ok(participant)) = (row, participant) else { unreachable!("{who} {by}") };
            let item: Result<Item, Malformed> = item(row, &[&participant], &context);
            assert_eq!(item.map(|item| item.facts.answered_by_me), Ok(answered), "{who} {by}");
        }
    }

    #[test]
    fn tasks_and_facts() {
        for (more, status, canceled) in [
            (json!({}), Status::NotStarted, false),
            (json!({"StatusId": lookups::status_id(Status::Completed)}), Status::Completed, false),
            (json!({"StatusId": lookups::status_id(Status::Canceled)}), Status::Canceled, true),
            (json!({"StatusId": ANNA}), Status::InProgress, false),
            (json!({"StatusId": ZERO}), Status::NotStarted, false),
        ] {
            let item = read(activity(&merged(json!({"ShowInScheduler": false}), &more)), &[]);
            let Ok(Item { record: Record::Task(task), facts, .. }) = item else { unreachable!("{item:?}") };
            assert_eq!((task.status, facts.status, facts.canceled), (status, Some(status), canceled), "{more}");
        }
        let lookups = Lookups { finished: [(ANNA.to_owned(), true)].into(), optional: None };
        assert_eq!(lookups.status(Some(ANNA)), Status::Completed);
        for (more, process, email, mine) in [
            (json!({"ProcessElementId": ANNA}), true, false, true),
            (json!({"AllowedResult": "[]"}), true, false, true),
            (json!({"TypeId": lookups::TYPE_EMAIL}), false, true, true),
            (json!({"OwnerId": ANNA}), false, false, false),
        ] {
            let facts = read(activity(&more), &[]).map(|item| item.facts);
            let facts = facts.map(|facts| (facts.process, facts.email, facts.involves_me));
            assert_eq!(facts, Ok((process, email, mine)), "{more}");
        }
    }

    #[test]
    fn what_is_no_item_says_why() {
        for (more, reason) in [
            (json!({"StartDate": "0001-01-01T00:00:00Z"}), "StartDate: empty"),
            (json!({"DueDate": null}), "DueDate: empty"),
            (json!({"DueDate": "2026-03-02T08:59:59Z"}), "DueDate: before StartDate"),
            (json!({"DueDate": "tomorrow"}), "DueDate: expected a date with its offset"),
            (json!({"OwnerId": "Anna"}), "OwnerId: expected a GUID"),
            (json!({"ShowInScheduler": "yes"}), "ShowInScheduler: expected a boolean"),
            (json!({"Id": ZERO}), "Id: empty"),
        ] {
            assert_eq!(read(activity(&more), &[]).err().as_deref(), Some(reason), "{more}");
        }
    }
}
