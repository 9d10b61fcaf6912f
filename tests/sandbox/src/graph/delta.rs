//! Change tracking: rounds of pages that end in a token for the next round (docs/facts/graph.md,
//! "Delta", "Lost chains", "Tasks"). A token remembers a feed and the number of the last change it
//! has told; nothing is remembered about what a client got. What the service may do to a client
//! besides is [`super::quirks`]'s.

use super::answer::{Answer, Fail, Outcome};
use super::call::{Call, Query};
use super::event::{Event, Window};
use super::mailbox::Mailbox;
use super::quirks::Quirks;
use super::shape::{Object, put};
use super::view::{self, View, with_context};
use crate::environment::Environment;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::Arc;

/// The page size where the client names none.
const PAGE: usize = 50;

/// What is tracked.
#[derive(Clone)]
pub(crate) enum Feed {
    /// A calendar in a window.
    Events(String, Window),
    /// The task lists.
    Lists,
    /// The tasks of a list.
    Tasks(String),
}

/// What a link leads to.
#[derive(Clone)]
pub(crate) enum Token {
    /// The rest of a round, from an item on; then the token of the next round.
    Page(Round, usize, String),
    /// A round of what changed after a change.
    Round(Feed, Told),
}

/// What a round tells.
#[derive(Clone)]
pub(crate) struct Round {
    items: Arc<Vec<Value>>,
    /// Of a calendar: the window.
    window: Option<Window>,
    /// Pages without items that are still to come first.
    blanks: usize,
}

/// The tokens that the server still knows, oldest first.
#[derive(Default)]
pub(crate) struct Tokens(VecDeque<(String, Token)>);

impl Tokens {
    fn get(&self, name: &str) -> Option<&Token> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, token)| token)
    }

    fn keep(&mut self, name: String, token: Token, most: Option<NonZeroUsize>) {
        self.0.push_back((name, token));
        let over = most.map_or(0, |most| self.0.len().saturating_sub(most.get()));
        self.0.drain(..over);
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The numbers of the last changes that earlier rounds have told; 0 is none.
#[derive(Clone, Copy, Default)]
pub(crate) struct Told {
    /// By the round before the last.
    before: u64,
    /// By the last round.
    last: u64,
}

impl Feed {
    /// The id of what is tracked: a calendar, a list; empty for the lists themselves.
    pub(crate) fn container(&self) -> &str {
        match self {
            Self::Events(id, _) | Self::Tasks(id) => id,
            Self::Lists => "",
        }
    }

    /// The window of a calendar.
    fn window(&self) -> Option<Window> {
        match self {
            Self::Events(_, window) => Some(*window),
            Self::Tasks(_) | Self::Lists => None,
        }
    }
}

/// `…/calendarView/delta`.
pub(crate) fn calendar_view(
    mailbox: &mut Mailbox,
    call: &Call,
    calendar: Option<&str>,
    environment: &mut Environment,
) -> Outcome {
    call.query.refuse(&["$select", "$filter", "$expand", "$orderby", "$search", "$top", "$skip"])?;
    serve(mailbox, call, environment, |mailbox| {
        Ok(Feed::Events(view::id_of(mailbox, calendar)?, view::window(&call.query)?))
    })
}

/// To Do's delta takes `$select` (docs/facts/graph.md, "Tasks"), which nobody has needed yet.
fn refuse_for_tasks(call: &Call) -> Result<(), Fail> {
    call.query.refuse(&["$filter", "$expand", "$orderby"])?;
    if call.query.get("$select").is_some() { Err(Fail::missing("$select on delta")) } else { Ok(()) }
}

/// `…/todo/lists/delta`.
pub(crate) fn lists(mailbox: &mut Mailbox, call: &Call, environment: &mut Environment) -> Outcome {
    refuse_for_tasks(call)?;
    serve(mailbox, call, environment, |_| Ok(Feed::Lists))
}

/// `…/tasks/delta`.
pub(crate) fn tasks(mailbox: &mut Mailbox, call: &Call, list: &str, environment: &mut Environment) -> Outcome {
    refuse_for_tasks(call)?;
    serve(mailbox, call, environment, |_| Ok(Feed::Tasks(list.to_owned())))
}

fn serve(
    mailbox: &mut Mailbox,
    call: &Call,
    environment: &mut Environment,
    begin: impl FnOnce(&Mailbox) -> Result<Feed, Fail>,
) -> Outcome {
    let given = call.query.get("$skiptoken").or_else(|| call.query.get("$deltatoken"));
    let token = match given {
        None => Token::Round(begin(mailbox)?, Told::default()),
        Some(name) => mailbox.tokens.get(name).cloned().ok_or_else(gone)?,
    };
    let is_page = matches!(token, Token::Page(..));
    let (round, from, last) = match token {
        Token::Page(round, from, last) => (round, from, last),
        Token::Round(feed, told) => {
            let window = feed.window();
            let past = mailbox.recall(&feed);
            let shown = past.as_deref().unwrap_or(mailbox);
            let items = Arc::new(mailbox.quirks.arrange(changes(shown, &feed, told), told.last));
            let next = Told { before: told.last, last: shown.changes().max(told.last) };
            let round = Round { items, window, blanks: mailbox.quirks.blank_pages };
            (round, 0, keep(mailbox, environment, Token::Round(feed, next)))
        }
    };
    let wanted = call.prefer.page.unwrap_or(PAGE);
    if let Some(window) = round.window {
        mailbox.quirks.timeouts.check(window, wanted)?;
    }
    let is_blank = round.blanks > 0;
    let is_empty = (mailbox.quirks.empty_pages && !is_page) || is_blank;
    let size = if is_empty { 0 } else { mailbox.quirks.page(wanted, round.items.len()) };
    let view = View::preferred(call);
    let value: Vec<_> = round.items.iter().skip(from).take(size).map(|item| show(&view, item)).collect();
    // a full last page is followed by an empty one, as happens with the real service
    let more = is_empty || (!value.is_empty() && from + size <= round.items.len());
    let mut answer = json!({"value": value});
    if more {
        let next = keep(
            mailbox,
            environment,
            Token::Page(Round { blanks: round.blanks.saturating_sub(1), ..round }, from + size, last),
        );
        put(&mut answer, "@odata.nextLink", call.link(&Query::only("$skiptoken", &next)));
    } else {
        put(&mut answer, "@odata.deltaLink", call.link(&Query::only("$deltatoken", &last)));
    }
    let kind = if call.segments.iter().any(|s| s == "todo") { "todoTask" } else { "event" };
    Ok(Answer::ok(with_context(call, &format!("Collection({kind})"), answer)))
}

fn keep(mailbox: &mut Mailbox, environment: &mut Environment, token: Token) -> String {
    let name = mailbox.unique(environment).simple().to_string();
    mailbox.tokens.keep(name.clone(), token, mailbox.quirks.tokens);
    name
}

fn gone() -> Fail {
    let message = "The sync state generation is not found; continuationToken or deltaToken is no longer valid.";
    Fail::new(http::StatusCode::GONE, "SyncStateNotFound", message)
}

/// What a feed has to tell after what was told: everything that is there, if nothing was.
fn changes(mailbox: &Mailbox, feed: &Feed, told: Told) -> Vec<Value> {
    let since = if mailbox.quirks.replays { told.before } else { told.last };
    let is_first = told.last == 0;
    let container = feed.container();
    let mut items: Vec<_> = match feed {
        Feed::Events(_, window) => {
            let own = mailbox.events.iter().filter(|event| event.calendar == container && event.changed > since);
            own.flat_map(|event| tell(event, *window, is_first, &mailbox.quirks)).collect()
        }
        Feed::Lists => {
            let own = mailbox.lists.iter().filter(|list| list.changed > since);
            own.map(|list| Value::Object(list.body.clone())).collect()
        }
        Feed::Tasks(_) => {
            let own = mailbox.tasks.iter().filter(|task| task.list == container && task.changed > since);
            own.map(|task| Value::Object(task.body.clone())).collect()
        }
    };
    if !is_first {
        let tombs = mailbox.tombs.iter().filter(|tomb| tomb.container == container && tomb.change > since);
        items.extend(tombs.map(|tomb| removed(&tomb.id)));
    }
    items
}

/// One event's part in a round. A series tells its master and all its occurrences in the window, in
/// full or not; what is outside the window is told as removed, except in a first round.
fn tell(event: &Event, window: Window, is_first: bool, quirks: &Quirks) -> Vec<Value> {
    let in_full = quirks.whole_occurrences;
    let occurrences = event.occurrences(window);
    if occurrences.is_empty() && !(event.series.is_none() && event.span.meets(window)) {
        return if is_first { Vec::new() } else { vec![removed(event.id())] };
    }
    let whole = |event: &Event| {
        let mut item = Object::new();
        item.insert("@odata.type".to_owned(), "#microsoft.graph.event".into());
        item.extend(event.body.clone());
        Value::Object(item)
    };
    let mut told = vec![whole(event)];
    if quirks.unexpanded {
        return told;
    }
    let is_bare = |one: &Event| !in_full && one.text("type") == "occurrence";
    told.extend(occurrences.iter().map(|one| if is_bare(one) { skeleton(one) } else { whole(one) }));
    told
}

/// An occurrence in a delta round carries only this; the rest is its master's.
fn skeleton(occurrence: &Event) -> Value {
    let names = ["@odata.etag", "id", "seriesMasterId", "type", "start", "end", "isAllDay"];
    let mut item = Object::new();
    item.insert("@odata.type".to_owned(), "#microsoft.graph.event".into());
    item.extend(names.iter().filter_map(|name| Some(((*name).to_owned(), occurrence.body.get(*name)?.clone()))));
    Value::Object(item)
}

/// An item for a reader. What is known of an occurrence only to place its times is not shown.
fn show(view: &View, item: &Value) -> Value {
    let is_skeleton = item.get("seriesMasterId").is_some() && item.get("subject").is_none();
    view.project(item.clone(), if is_skeleton { &["isAllDay"] } else { &[] })
}

fn removed(id: &str) -> Value {
    json!({"@removed": {"reason": "deleted"}, "id": id})
}
