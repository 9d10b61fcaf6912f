//! The user's own answer to an invitation: not a member to be written but an action of its own,
//! which mails the organizer (docs/facts/graph.md, "Answers").

use super::endpoints;
use crate::http::Call;
use crate::model::op::Update;
use crate::model::{Field, Record, Response};

/// The action that gives the answer of `update`, if it has one.
pub(super) fn call(update: &Update) -> Option<Call> {
    let Record::Meeting(meeting) = &update.patch.record else { return None };
    let action = match meeting.response {
        Response::Confirmed => "accept",
        Response::Declined => "decline",
        Response::InDoubt => "tentativelyAccept",
    };
    update.patch.fields.contains(&Field::Response).then(|| endpoints::respond(&update.id, action))
}
