//! Participants: the changes of their rows that make them what a record says. Pure. The user's own
//! row carries only the user's answer; the Owner's row is the server's.

use crate::creatio::activity::lookups::{ROLE_PARTICIPANT, response_id};
use crate::creatio::activity::map::{RowContext, is_guest, own};
use crate::creatio::activity::wire::Participant;
use crate::creatio::client::query::{RowBody, RowChange, RowWrite};
use crate::flat::{FlatMap, FlatSet};
use crate::model::op::Op;
use crate::model::{ContactId, Field, ItemId, Person, Record, Response};
use serde_json::{Value, json};
use uuid::Uuid;

/// What the participants of one Activity shall be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::creatio) struct Wish<'a> {
    /// The people beside the user and the Owner.
    people: Option<&'a [Person]>,
    /// The user's own answer.
    response: Option<Response>,
}

impl<'a> Wish<'a> {
    /// What `op` wishes; `None` if it leaves participants alone.
    pub(in crate::creatio) fn of(op: &'a Op) -> Option<Self> {
        let (record, people, response) = match op {
            Op::Create(create) => (&create.record, true, true),
            Op::Update(update) => {
                let fields = &update.patch.fields;
                (&update.patch.record, fields.contains(&Field::People), fields.contains(&Field::Response))
            }
            Op::Delete { .. } => return None,
        };
        let Record::Meeting(meeting) = record else { return None };
        let new = matches!(op, Op::Create(_));
        let wish = Self {
            people: (people && !(new && meeting.people.is_empty())).then_some(meeting.people.as_slice()),
            response: (response && !(new && meeting.response == Response::InDoubt)).then_some(meeting.response),
        };
        (wish != Self::default()).then_some(wish)
    }

    /// The changes that fulfil it where `rows` are the participants' rows now; none: it is
    /// fulfilled.
    pub(in crate::creatio) fn changes(
        &self,
        activity: &ItemId,
        rows: &[&Participant],
        owner: Option<&ContactId>,
        context: &RowContext<'_>,
    ) -> Vec<Seat> {
        let RowContext { me, lookups, .. } = *context;
        let mut changes: Vec<Seat> = Vec::new();
        if let Some(people) = self.people {
            let guests = rows.iter().filter(|row| is_guest(row, owner, me));
            let contacts: FlatSet<&str> =
                people.iter().filter_map(|person| person.contact.as_ref()).map(ContactId::as_str).collect();
            let wanted = |row: &Participant| row.participant_id.as_str().is_some_and(|id| contacts.contains(id));
            let mut there: FlatMap<&str, &Participant> = FlatMap::new();
            for row in rows {
                there.entry(row.participant_id.as_str().unwrap_or_default()).or_insert(row);
            }
            changes.extend(guests.filter(|row| !wanted(row)).filter_map(|row| {
                let row_write = RowWrite::Delete { id: row.id.0.clone()?, seen: row.modified_on.at };
                Some(Seat { contact: row.participant_id.contact()?, change: RowChange { set: SET, row_write } })
            }));
            changes.extend(people.iter().filter_map(|person| {
                let contact = person.contact.as_ref().filter(|contact| *contact != me)?;
                let row = there.get(contact.as_str()).copied();
                let (role, response) = (lookups.role_id(person.role), response_id(person.response));
                let change = match row {
                    None => Some(added(activity, contact, role, response)),
                    Some(row) if !is_guest(row, owner, me) => None,
                    Some(row) => {
                        let same =
                            row.role_id.as_str() == Some(role) && row.invite_response_id.as_str() == Some(response);
                        let body = json!({"RoleId": role, "InviteResponseId": response});
                        if same { None } else { changed(row, body) }
                    }
                };
                Some(Seat { contact: contact.clone(), change: change? })
            }));
        }
        if let Some(response) = self.response.map(response_id) {
            let change = match own(rows, me) {
                None => Some(added(activity, me, ROLE_PARTICIPANT, response)),
                Some(row) if row.invite_response_id.as_str() == Some(response) => None,
                Some(row) => changed(row, json!({"InviteResponseId": response})),
            };
            changes.extend(change.map(|change| Seat { contact: me.clone(), change }));
        }
        changes
    }
}

const SET: &str = "ActivityParticipant";

/// The change of one participant's row.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::creatio) struct Seat {
    /// Whose row it is.
    pub(in crate::creatio) contact: ContactId,
    /// What is done to it.
    pub(in crate::creatio) change: RowChange,
}

/// The change of a row, as long as it is as it was read.
fn changed(row: &Participant, body: Value) -> Option<RowChange> {
    let row_write = RowWrite::Update { id: row.id.0.clone()?, body: members(body), seen: row.modified_on.at };
    Some(RowChange { set: SET, row_write })
}

fn members(body: Value) -> RowBody {
    match body {
        Value::Object(body) => body,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => RowBody::new(),
    }
}

/// The creation of a row whose id follows from Activity and Contact, so that a repeated one makes
/// no second row.
fn added(activity: &ItemId, contact: &ContactId, role: &str, response: &str) -> RowChange {
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{activity}/{contact}").as_bytes());
    let body = json!({"Id": id, "ActivityId": activity, "ParticipantId": contact, "RoleId": role,
        "InviteResponseId": response});
    RowChange { set: SET, row_write: RowWrite::Insert(members(body)) }
}
