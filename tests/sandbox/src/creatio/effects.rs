//! What the platform does on its own when a row is saved (docs/facts/creatio.md, "Saving",
//! "People"): an Activity's type, duration, reminders and participants; the search form of an
//! address; what a process does not let happen to its step.

use super::error::Refusal;
use super::schema::{Entity, stock};
use super::store::Store;
use super::value::{Row, Value};
use super::write::{self, Author, Changes, Insert};
use uuid::Uuid;

/// Completes a row that is about to be stored. `edit` is the row before an update, and what the
/// update sets.
pub(crate) fn before(store: &Store, entity: &Entity, row: &mut Row, edit: Option<(&Row, &Changes)>) {
    match entity.name {
        "Activity" => {
            complete_type(store, row);
            if let Some((before, changes)) = edit {
                move_reminders(row, before, changes);
            }
            measure(row);
        }
        "ContactCommunication" => {
            let search = row.text("Number").to_lowercase();
            row.set("SearchNumber", Some(Value::Text(search)));
        }
        _ => {}
    }
}

/// What throws when a process is touched behind its back.
const PROCESS: &str = "Terrasoft.Core.Process.ProcessException";

/// Whether the row is the step of a running process (docs/facts/creatio.md, "Activity").
fn is_of_process(entity: &Entity, row: &Row) -> bool {
    entity.name == "Activity" && ["ProcessElementId", "AllowedResult"].iter().any(|name| row.get(name).is_some())
}

/// Lets an Activity of a process be finished only with a result, by which the process goes on.
///
/// # Errors
/// 500 without a result.
pub(crate) fn let_finish(store: &Store, entity: &Entity, (before, row): (Option<&Row>, &Row)) -> Result<(), Refusal> {
    let is_final = |row: &Row| {
        let status = row.guid("Status").and_then(|id| store.find("ActivityStatus", id));
        status.is_some_and(|status| status.get("Finish") == Some(&Value::Bool(true)))
    };
    let is_finished = is_final(row) && !before.is_some_and(is_final);
    if is_of_process(entity, row) && is_finished && row.get("Result").is_none() {
        let message = "The activity is part of a business process: fill in the result in order to complete it.";
        return Err(Refusal::failed(message, PROCESS));
    }
    Ok(())
}

/// Keeps the Activities of processes from being deleted.
///
/// # Errors
/// 500 for such a row.
pub(crate) fn let_go(entity: &Entity, row: &Row) -> Result<(), Refusal> {
    if is_of_process(entity, row) {
        return Err(Refusal::failed("The activity is part of a business process and can't be deleted.", PROCESS));
    }
    Ok(())
}

/// Brings the participants of an Activity that was just stored in step with its owner and its
/// contact.
///
/// # Errors
/// Those of inserting a participant.
pub(crate) fn after(
    store: &mut Store,
    entity: &Entity,
    id: Uuid,
    before: Option<&Row>,
    author: Author,
) -> Result<(), Refusal> {
    if entity.name != "Activity" {
        return Ok(());
    }
    let now = |column| store.get(entity, id).and_then(|row| row.guid(column));
    let then = |column| before.and_then(|row: &Row| row.guid(column));
    let (owner, contact) = (now("Owner"), now("Contact"));
    let (old_owner, old_contact) = (then("Owner"), then("Contact"));
    // A new row has no participants yet: they need not be looked for.
    let there = before.map(|_| store.referring("ActivityParticipant", "Activity", id)).unwrap_or_default();
    if owner != old_owner {
        let responsible = Uuid::parse_str(stock::RESPONSIBLE).ok();
        remove_participants(store, &there, |row| {
            let participant = row.guid("Participant");
            participant == owner || participant == old_owner && row.guid("Role") == responsible
        });
        if let Some(owner) = owner {
            add_participant(store, id, (owner, stock::RESPONSIBLE), author)?;
        }
    }
    if contact == old_contact || contact == owner || takes_part(store, &there, contact) {
        return Ok(());
    }
    contact.map_or(Ok(()), |contact| add_participant(store, id, (contact, stock::PARTICIPANT), author))
}

/// The type follows from the category where it is empty.
fn complete_type(store: &Store, row: &mut Row) {
    if row.get("Type").is_none() {
        let category = row.guid("ActivityCategory").and_then(|id| store.find("ActivityCategory", id));
        row.set("Type", category.and_then(|category| category.get("ActivityType")).cloned());
    }
}

/// A reminder that the same request doesn't set moves with the start.
fn move_reminders(row: &mut Row, before: &Row, changes: &Changes) {
    let (Some(from), Some(to)) = (before.date("StartDate"), row.date("StartDate")) else { return };
    for column in ["RemindToOwnerDate", "RemindToAuthorDate"] {
        if let (false, Some(at)) = (changes.contains_key(column), row.date(column)) {
            row.set(column, Some(Value::Date(at + (to - from))));
        }
    }
}

fn measure(row: &mut Row) {
    if let (Some(start), Some(due)) = (row.date("StartDate"), row.date("DueDate")) {
        row.set("DurationInMinutes", Some(Value::Int((due - start).num_minutes())));
    }
}

fn takes_part(store: &Store, participants: &[Uuid], contact: Option<Uuid>) -> bool {
    let mut rows = participants.iter().filter_map(|id| store.find("ActivityParticipant", *id));
    rows.any(|row| row.guid("Participant") == contact)
}

fn remove_participants(store: &mut Store, participants: &[Uuid], which: impl Fn(&Row) -> bool) {
    let Some(entity) = Entity::named("ActivityParticipant") else { return };
    for id in participants {
        if store.get(entity, *id).is_some_and(&which) {
            store.remove(entity, *id);
        }
    }
}

fn add_participant(
    store: &mut Store,
    activity: Uuid,
    (contact, role): (Uuid, &str),
    author: Author,
) -> Result<(), Refusal> {
    let Some(entity) = Entity::named("ActivityParticipant") else { return Ok(()) };
    let changes = Changes::from([
        ("Activity", Some(Value::Guid(activity))),
        ("Participant", Some(Value::Guid(contact))),
        ("Role", Uuid::parse_str(role).ok().map(Value::Guid)),
    ]);
    // One row per activity, contact and moment: the id needs no source of randomness.
    let id = Uuid::new_v5(&activity, format!("{contact}/{}", author.at).as_bytes());
    write::insert(store, entity, (&changes, id), (author, Insert::Created)).map(|_| ())
}
