//! Microsoft To Do: lists, tasks, their links and steps (docs/facts/graph.md, "Tasks"). Due and
//! start are days; ids are not for ever.

use super::answer::{Answer, Fail, Outcome};
use super::call::Call;
use super::deleted;
use super::filter::at;
use super::mailbox::{Mailbox, Stamp};
use super::shape::{LINK, Object, STEP, TASK, TASK_LIST, Unknown, object};
use super::shelf;
use super::storing::Storing;
use super::view::{self, View, with_context};
use super::zones::{self, Moment};
use crate::environment::Environment;
use chrono::NaiveTime;
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// A list of tasks.
#[derive(Clone)]
pub(crate) struct TaskList {
    pub(crate) body: Object,
    pub(crate) changed: u64,
}

/// A task, without its links and steps.
#[derive(Clone)]
pub(crate) struct Task {
    /// Id of its list.
    pub(crate) list: String,
    pub(crate) body: Object,
    pub(crate) links: Vec<Value>,
    pub(crate) steps: Vec<Value>,
    pub(crate) changed: u64,
}

const EXPANDABLE: &[&str] = &["linkedResources", "checklistItems"];

/// `GET /me/todo/lists`.
pub(crate) fn lists(mailbox: &Mailbox, call: &Call) -> Outcome {
    let view = View::read(call, TASK_LIST, &[])?;
    let lists = mailbox.lists.iter().map(|list| Value::Object(list.body.clone())).collect();
    view::collection(call, lists, TASK_LIST, |item| view.project(item, &[]))
}

/// `GET /me/todo/lists/{id}`.
pub(crate) fn list(mailbox: &Mailbox, call: &Call, id: &str) -> Outcome {
    let view = View::read(call, TASK_LIST, &[])?;
    let list = find_list(mailbox, id)?;
    Ok(Answer::ok(with_context(call, "users/todo/lists/$entity", view.project(Value::Object(list.body.clone()), &[]))))
}

/// The list of an id, or 404.
pub(crate) fn find_list<'m>(mailbox: &'m Mailbox, id: &str) -> Result<&'m TaskList, Fail> {
    mailbox.lists.iter().find(|list| list.body.get("id").is_some_and(|own| own == id)).ok_or_else(Fail::not_found)
}

/// `GET …/tasks`.
pub(crate) fn tasks(mailbox: &Mailbox, call: &Call, list: &str) -> Outcome {
    let view = View::read(call, TASK, EXPANDABLE)?;
    let own = mailbox.tasks.iter().filter(|task| task.list == list);
    view::collection(call, own.map(|task| full(task, call)).collect(), TASK, |item| view.project(item, &[]))
}

/// A task with its links, which list and single answers carry where there are any, and with its
/// steps where asked for.
fn full(task: &Task, call: &Call) -> Value {
    let mut body = task.body.clone();
    let expand = call.query.get("$expand").unwrap_or_default();
    if !task.links.is_empty() || expand.contains("linkedResources") {
        body.insert("linkedResources".to_owned(), task.links.clone().into());
    }
    if expand.contains("checklistItems") {
        body.insert("checklistItems".to_owned(), task.steps.clone().into());
    }
    Value::Object(body)
}

/// `POST …/tasks`.
pub(crate) fn create(mailbox: &mut Mailbox, call: &Call, list: &str, environment: &mut Environment) -> Outcome {
    let input = object(TASK, &Value::Object(call.body()?), Unknown::Refuse).map_err(invalid)?;
    let stored = mailbox.quirks.storing.stored(&input);
    let task = Task::new(mailbox, list, &stored, environment).map_err(invalid)?;
    let id = task.body.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let answer = with_context(call, "users/todo/lists/tasks/$entity", full(&task, call));
    mailbox.tasks.push(task);
    Ok(Answer::created(answer, call.item(&format!("me/todo/lists/{list}/tasks"), &id)))
}

/// `GET`, `PATCH`, `DELETE` of one task. No `If-Match` is documented for tasks: it is not looked
/// at.
pub(crate) fn task(mailbox: &mut Mailbox, call: &Call, list: &str, id: &str, environment: &mut Environment) -> Outcome {
    let Ok(index) = index_of(mailbox, list, id) else { return deleted::task(mailbox, call, list, id) };
    let storing = mailbox.quirks.storing.clone();
    match call.method().as_str() {
        "DELETE" if storing.keeps_deleted => return Ok(Answer::empty(StatusCode::NO_CONTENT)),
        "PATCH" if storing.keeps_old => {
            let task = mailbox.tasks.get(index).ok_or_else(Fail::not_found)?;
            return Ok(answered(call, &storing, full(task, call)));
        }
        _ => {}
    }
    let stamp = if call.method() == Method::GET { None } else { Some(mailbox.stamp(environment)) };
    match (call.method().as_str(), stamp) {
        ("DELETE", Some(stamp)) => {
            let task = mailbox.tasks.remove(index);
            mailbox.bury(list, id, stamp.change);
            if mailbox.quirks.keeps_deleted_tasks {
                mailbox.deleted.take_task(task, &stamp);
            }
            Ok(Answer::empty(StatusCode::NO_CONTENT))
        }
        ("PATCH", Some(stamp)) => {
            let given = call.body()?;
            refuse_recurrence(&given)?;
            if let Some(part) = EXPANDABLE.iter().find(|part| given.contains_key(**part)) {
                return Err(invalid(format!("{part} can't be changed together with the task that has them")));
            }
            let input = object(TASK, &Value::Object(given), Unknown::Refuse).map_err(invalid)?;
            let task = mailbox.tasks.get_mut(index).ok_or_else(Fail::not_found)?;
            let old = full(task, call);
            let mut changed = task.body.clone();
            assign(&mut changed, &storing.stored(&input), &stamp).map_err(invalid)?;
            task.body = changed;
            task.touch(&stamp);
            Ok(answered(call, &storing, if storing.answers_old { old } else { full(task, call) }))
        }
        _ => {
            let task = mailbox.tasks.get(index).ok_or_else(Fail::not_found)?;
            shown(call, task)
        }
    }
}

/// One task for a reader.
pub(crate) fn shown(call: &Call, task: &Task) -> Outcome {
    let view = View::read(call, TASK, EXPANDABLE)?;
    let body = view.project(full(task, call), &[]);
    Ok(Answer::ok(with_context(call, "users/todo/lists/tasks/$entity", body)))
}

/// The answer to a change, in which the task is `body`.
fn answered(call: &Call, storing: &Storing, body: Value) -> Answer {
    if storing.silent {
        return Answer::empty(StatusCode::NO_CONTENT);
    }
    Answer::ok(with_context(call, "users/todo/lists/tasks/$entity", body))
}

/// `GET` and `POST` of a task's links or steps (`part` is the path's last name).
pub(crate) fn parts(mailbox: &mut Mailbox, call: &Call, path: [&str; 3], environment: &mut Environment) -> Outcome {
    let [list, id, part] = path;
    let index = index_of(mailbox, list, id)?;
    let shape = if part == "linkedResources" { LINK } else { STEP };
    if call.method() == Method::GET {
        let task = mailbox.tasks.get(index).ok_or_else(Fail::not_found)?;
        let items = if part == "linkedResources" { task.links.clone() } else { task.steps.clone() };
        return view::collection(call, items, shape, |item| item);
    }
    let input = object(shape, &Value::Object(call.body()?), Unknown::Refuse).map_err(invalid)?;
    let stamp = mailbox.stamp(environment);
    let item = sub_item(mailbox, input, part, &stamp, environment);
    let task = mailbox.tasks.get_mut(index).ok_or_else(Fail::not_found)?;
    if part == "linkedResources" { &mut task.links } else { &mut task.steps }.push(item.clone());
    task.touch(&stamp);
    let address = call.address(&call.segments.join("/"));
    Ok(Answer::created(with_context(call, &format!("users/todo/lists/tasks/{part}/$entity"), item), address))
}

/// A link or step with an id of its own.
fn sub_item(mailbox: &Mailbox, input: Object, part: &str, stamp: &Stamp, environment: &mut Environment) -> Value {
    let mut item = Object::new();
    if part == "checklistItems" {
        item.insert("createdDateTime".to_owned(), stamp.time().into());
        item.insert("isChecked".to_owned(), false.into());
    }
    item.insert("id".to_owned(), mailbox.unique(environment).to_string().into());
    item.extend(input);
    Value::Object(item)
}

fn index_of(mailbox: &Mailbox, list: &str, id: &str) -> Result<usize, Fail> {
    let index = mailbox.tasks.position(shelf::ID, id);
    let is_there = |index: &usize| mailbox.tasks.get(*index).is_some_and(|task| task.list == list);
    index.filter(is_there).ok_or_else(Fail::not_found)
}

fn invalid(why: String) -> Fail {
    Fail::new(StatusCode::BAD_REQUEST, "invalidRequest", why)
}

/// A PATCH with a recurrence fails, as it does in the real service (docs/facts/graph.md, "Recurring
/// tasks").
fn refuse_recurrence(input: &Object) -> Result<(), Fail> {
    match input.get("recurrence").filter(|recurrence| recurrence.is_object()) {
        None => Ok(()),
        Some(recurrence) => {
            let date = at(recurrence, "range/startDate").as_str().unwrap_or_default();
            Err(invalid(format!(
                "Invalid JSON, Error converting value \"{date}\" to type 'Microsoft.OData.Edm.Date'. Path 'recurrence.range.startDate'."
            )))
        }
    }
}

impl TaskList {
    /// A list; `wellknown` is `defaultList`, `flaggedEmails` or `none`.
    pub(crate) fn new(mailbox: &mut Mailbox, name: &str, wellknown: &str, environment: &mut Environment) -> Self {
        let id = mailbox.id(environment);
        let stamp = mailbox.stamp(environment);
        let body = json!({
            "@odata.etag": stamp.etag(), "displayName": name, "isOwner": true, "isShared": false,
            "wellknownListName": wellknown, "id": id,
        });
        Self { body: body.as_object().cloned().unwrap_or_default(), changed: stamp.change }
    }
}

impl Task {
    /// A task with the server's defaults and what `input`, which fits [`TASK`], says.
    ///
    /// # Errors
    /// What is wrong with the input.
    pub(crate) fn new(
        mailbox: &mut Mailbox,
        list: &str,
        input: &Object,
        environment: &mut Environment,
    ) -> Result<Self, String> {
        let id = mailbox.id(environment);
        let stamp = mailbox.stamp(environment);
        let body = json!({
            "@odata.etag": "", "importance": "normal", "isReminderOn": false, "status": "notStarted", "title": "",
            "createdDateTime": stamp.time(), "lastModifiedDateTime": "", "hasAttachments": false, "categories": [], "id": id,
            "body": {"content": "", "contentType": "text"},
        });
        let mut body = body.as_object().cloned().unwrap_or_default();
        assign(&mut body, input, &stamp)?;
        let mut inline = |part: &str| -> Vec<Value> {
            let given = input.get(part).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
            given.map(|item| sub_item(mailbox, item.clone(), part, &stamp, environment)).collect()
        };
        let (links, steps) = (inline("linkedResources"), inline("checklistItems"));
        let mut task = Self { list: list.to_owned(), body, links, steps, changed: 0 };
        task.touch(&stamp);
        Ok(task)
    }

    /// Gives it a new version.
    pub(crate) fn touch(&mut self, stamp: &Stamp) {
        self.body.insert("@odata.etag".to_owned(), stamp.etag().into());
        self.body.insert("lastModifiedDateTime".to_owned(), stamp.time().into());
        self.changed = stamp.change;
    }
}

/// Writes the members of `input`, which fits [`TASK`], but for links and steps. Members that are
/// null are not answered.
fn assign(body: &mut Object, input: &Object, stamp: &Stamp) -> Result<(), String> {
    for (name, value) in input {
        match name.as_str() {
            "linkedResources"
            | "checklistItems"
            | "id"
            | "createdDateTime"
            | "lastModifiedDateTime"
            | "bodyLastModifiedDateTime"
            | "hasAttachments" => {}
            "importance" | "status" | "isReminderOn" | "categories" | "title" if value.is_null() => {
                return Err(format!("{name} must not be null"));
            }
            "body" => {
                let kind = value["contentType"].as_str().unwrap_or("text");
                body.insert(
                    name.clone(),
                    json!({"content": value["content"].as_str().unwrap_or_default(), "contentType": kind}),
                );
                body.insert("bodyLastModifiedDateTime".to_owned(), stamp.time().into());
            }
            _ if value.is_null() => {
                body.remove(name);
            }
            "startDateTime" | "dueDateTime" | "completedDateTime" => {
                body.insert(name.clone(), day(value).map_err(|why| format!("{name}: {why}"))?);
            }
            "reminderDateTime" => {
                let at = Moment::read(value).map_err(|why| format!("{name}: {why}"))?.utc();
                body.insert(name.clone(), zones::zoned(at.naive_utc(), "UTC"));
            }
            _ => {
                body.insert(name.clone(), value.clone());
            }
        }
    }
    complete(body, input, stamp);
    Ok(())
}

/// The day of a date and time, as the API truncates it: the day as written, at midnight, called UTC
/// (docs/facts/graph.md, "Task days").
fn day(value: &Value) -> Result<Value, String> {
    let moment = Moment::read(value)?;
    Ok(zones::zoned(moment.wall.date().and_time(NaiveTime::MIN), "UTC"))
}

/// Status and completion go together; the day of completion is always midnight UTC.
fn complete(body: &mut Object, input: &Object, stamp: &Stamp) {
    let is_complete = match (input.get("status"), input.get("completedDateTime")) {
        (Some(status), _) => status == "completed",
        (None, Some(at)) => !at.is_null(),
        (None, None) => return,
    };
    if !is_complete {
        body.remove("completedDateTime");
        if body.get("status").is_some_and(|status| status == "completed") {
            body.insert("status".to_owned(), "notStarted".into());
        }
        return;
    }
    body.insert("status".to_owned(), "completed".into());
    let today = zones::zoned(stamp.at.date_naive().and_time(NaiveTime::MIN), "UTC");
    body.entry("completedDateTime").or_insert(today);
}
