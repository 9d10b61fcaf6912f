//! Microsoft Graph v1.0, as far as calendars and To Do need it: what docs/facts/graph.md says of
//! it, oddities included. Mailboxes lie in memory; requests and replies are plain HTTP values. It
//! knows nothing of the engine's types.
//!
//! A request is taken apart (`call`), led to its resource here, served from the mailbox (`mailbox`,
//! `event`, `series`, `todo`, with `change` for writes, `view` for reads, `delta` for tracking),
//! and answered (`answer`).

pub mod answer;
pub(crate) mod base64;
mod batch;
mod call;
pub(crate) mod change;
mod deleted;
mod delta;
pub(crate) mod event;
pub(crate) mod filter;
pub(crate) mod html;
mod load;
pub(crate) mod mailbox;
mod online;
mod people;
pub(crate) mod post;
pub(crate) mod quirks;
pub(crate) mod recurrence;
mod seed;
pub(crate) mod series;
pub(crate) mod shape;
pub(crate) mod shelf;
mod storing;
mod throttle;
pub(crate) mod todo;
mod view;
pub(crate) mod zones;

use crate::environment::{Environment, Request, Response, Seed};
use answer::{Answer, Fail, Outcome, Trace};
use call::Call;
use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use mailbox::Mailbox;
pub use people::People;
use post::Letter;
pub use post::{Mail, Reason};
pub use quirks::{Endless, Quirks, Timeouts};
use serde_json::Value;
use shape::CALENDAR;
use std::collections::BTreeMap;
pub use storing::Storing;
pub use throttle::{RetryAfter, Throttle};

/// The account whose mailbox every seed has.
pub const ACCOUNT: &str = "demo@contoso.example";
/// The account of a second mailbox, which every seed has too.
pub const COLLEAGUE: &str = "dmitry.volkov@contoso.example";

/// A Microsoft 365 tenant's mailboxes in memory.
pub struct Graph {
    /// By account.
    mailboxes: BTreeMap<String, Mailbox>,
    /// What was mailed since the reset, oldest first.
    mails: Vec<Mail>,
    /// Letters to mailboxes that are elsewhere.
    abroad: Vec<Letter>,
    /// While a batch is served: how many of its parts were before.
    part: Option<usize>,
    /// While a person works in a mailbox past all sign-in: its account.
    hands: Option<String>,
}

/// The zones that the mailboxes know by a name of Windows, each with the IANA zone that it stands
/// for.
pub fn zones() -> impl Iterator<Item = (&'static str, chrono_tz::Tz)> {
    zones::WINDOWS.iter().copied()
}

impl Graph {
    /// Mailboxes filled with `seed`.
    #[must_use]
    pub fn new(seed: Seed, now: DateTime<Utc>) -> Self {
        Self::of(vec![seed::mailbox(seed, now), seed::colleague(now)])
    }

    /// These mailboxes.
    pub(crate) fn of(mailboxes: Vec<Mailbox>) -> Self {
        let mailboxes = mailboxes.into_iter().map(|mailbox| (mailbox.account.clone(), mailbox)).collect();
        Self { mailboxes, mails: Vec::new(), abroad: Vec::new(), part: None, hands: None }
    }

    /// Whether there is a mailbox of this address.
    #[must_use]
    pub fn has(&self, account: &str) -> bool {
        self.mailboxes.contains_key(account)
    }

    /// The mailbox of an account.
    pub(crate) fn mailbox(&self, account: &str) -> Option<&Mailbox> {
        self.mailboxes.get(account)
    }

    /// The mailbox of an account, to be written to.
    pub(crate) fn mailbox_mut(&mut self, account: &str) -> Option<&mut Mailbox> {
        self.mailboxes.get_mut(account)
    }

    /// A request of a person who works in the mailbox of `account` and needs no token, with a path
    /// like `me/events`: the status and the JSON of the reply.
    pub(crate) fn by_hand(
        &mut self,
        account: &str,
        (method, path): (&str, &str),
        body: Option<&Value>,
        environment: &mut Environment,
    ) -> (u16, Value) {
        let path = format!("/v1.0/{}", path.trim_start_matches('/').replace(' ', "%20"));
        let bytes = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let request = http::Request::builder().method(method).uri(path).header("host", "hands").body(bytes);
        let Ok(request) = request else { return (400, Value::Null) };
        self.hands = Some(account.to_owned());
        let response = self.handle(&request, environment);
        self.hands = None;
        (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or(Value::Null))
    }

    /// Empties them and fills them with `seed`.
    pub fn reset(&mut self, seed: Seed, now: DateTime<Utc>) {
        *self = Self::new(seed, now);
    }

    /// Puts one event into the default calendar of [`ACCOUNT`] as it is, read-only members
    /// included.
    ///
    /// # Errors
    /// The reason why the event can't be held.
    pub fn load_event(&mut self, event: Value, environment: &mut Environment) -> Result<(), String> {
        self.load_event_of(ACCOUNT, event, environment)
    }

    /// As [`Graph::load_event`], for the mailbox of any account. Nobody is mailed, and no copies
    /// are made.
    ///
    /// # Errors
    /// The reason why the event can't be held.
    pub fn load_event_of(&mut self, account: &str, event: Value, environment: &mut Environment) -> Result<(), String> {
        let mailbox = self.mailboxes.get_mut(account).ok_or("there is no such mailbox")?;
        let calendar = view::id_of(mailbox, None).map_err(|fail| fail.message)?;
        load::event(mailbox, &calendar, &event, environment)
    }

    /// Puts one task into the default list of [`ACCOUNT`] as it is, read-only members included.
    ///
    /// # Errors
    /// The reason why the task can't be held.
    pub fn load_task(&mut self, task: Value, environment: &mut Environment) -> Result<(), String> {
        self.load_task_of(ACCOUNT, task, environment)
    }

    /// As [`Graph::load_task`], for the mailbox of any account.
    ///
    /// # Errors
    /// The reason why the task can't be held.
    pub fn load_task_of(&mut self, account: &str, task: Value, environment: &mut Environment) -> Result<(), String> {
        let mailbox = self.mailboxes.get_mut(account).ok_or("there is no such mailbox")?;
        let list = mailbox.lists.first().and_then(|list| list.body.get("id")).and_then(Value::as_str);
        let list = list.ok_or("there is no list")?.to_owned();
        load::task(mailbox, &list, &task, environment)
    }

    /// The mails that Exchange would have sent since the reset, oldest first, of all mailboxes.
    #[must_use]
    pub fn mails(&self) -> &[Mail] {
        &self.mails
    }

    /// Delivers what the last request posted.
    pub(crate) fn deliver(&mut self, environment: &mut Environment) {
        let posted: Vec<_> = self.mailboxes.values_mut().flat_map(|mailbox| mailbox.outbox.drain(..)).collect();
        for letter in posted {
            self.receive(&letter, environment);
            self.mails.push(letter.mail.clone());
            if letter.mail.recipients.iter().any(|address| !self.mailboxes.contains_key(&address.to_lowercase())) {
                self.abroad.push(letter);
            }
        }
    }

    /// Puts a letter into the mailboxes of those of its recipients who are here.
    pub(crate) fn receive(&mut self, letter: &Letter, environment: &mut Environment) {
        for address in &letter.mail.recipients {
            if let Some(mailbox) = self.mailboxes.get_mut(&address.to_lowercase()) {
                post::receive(mailbox, letter, environment);
            }
        }
    }

    /// Takes the letters that go elsewhere.
    pub(crate) fn take_abroad(&mut self) -> Vec<Letter> {
        std::mem::take(&mut self.abroad)
    }

    /// Has the mailboxes behave like this in every mailbox, until a reset; what isn't named is off.
    pub fn set_quirks(&mut self, quirks: &Quirks) {
        for mailbox in self.mailboxes.values_mut() {
            mailbox.behave(quirks);
        }
    }

    /// Makes every delta and page token unknown, as when the server's cache has dropped them.
    pub fn expire_tokens(&mut self) {
        for mailbox in self.mailboxes.values_mut() {
            mailbox.tokens.clear();
        }
    }

    /// Gives every calendar and task list another id, as was reported of real mailboxes
    /// (docs/facts/graph.md, "Calendars"); what lies in them stays.
    pub fn renumber_containers(&mut self, environment: &mut Environment) {
        for mailbox in self.mailboxes.values_mut() {
            mailbox.renumber(environment);
        }
    }

    /// Answers one request.
    pub fn handle(&mut self, request: &Request, environment: &mut Environment) -> Response {
        if request.method() == Method::OPTIONS {
            return answer::preflight(request);
        }
        let trace = Trace::new(request, environment.number(), environment.now());
        let call = match Call::new(request) {
            Ok(call) => call,
            Err(fail) => return answer::response(Err(fail), &trace, ""),
        };
        let mut garbled = None;
        let outcome = match call.segments.as_slice() {
            [only] if only == "$batch" && request.method() == Method::POST => {
                let admitted = self.authorize(request, environment).map(|_| ());
                self.part = Some(0);
                let served = admitted.and_then(|()| {
                    batch::serve(&call, request, environment, |part, environment| self.handle(part, environment))
                });
                self.part = None;
                served
            }
            _ => {
                let part = self.part;
                self.part = part.map(|part| part + 1);
                self.authorize(request, environment)
                    .and_then(|mailbox| mailbox.admit(part, environment.now()).map(|()| mailbox))
                    .and_then(|mailbox| {
                        mailbox.spare(&call)?;
                        garbled = mailbox.garbles(&call);
                        let single = call.method() == Method::GET
                            && matches!(call.segments.as_slice(), [.., events, _] if canonical(events) == "events");
                        let answer = route(mailbox, &call, environment)
                            .map(|answer| mailbox.quirks.people.tell(answer, single))?;
                        Ok(mailbox.finish(&call, answer, environment))
                    })
            }
        };
        self.deliver(environment);
        let mut response = answer::response(outcome, &trace, &call.prefer.applied);
        match garbled.and_then(|status| StatusCode::from_u16(status).ok()) {
            Some(status) => answer::garble(&mut response, status),
            None => answer::unquote(&mut response),
        }
        response
    }

    /// Gives every mailbox the calendars of holidays and birthdays.
    ///
    /// # Errors
    /// Why one can't be held.
    pub fn subscribe(&mut self, environment: &mut Environment) -> Result<(), String> {
        self.mailboxes.values_mut().try_for_each(|mailbox| mailbox.subscribe(environment))
    }

    /// Puts a copy of an event of [`ACCOUNT`], its `iCalUId` included, into another of its
    /// calendars; the copy's id.
    ///
    /// # Errors
    /// Why that can't be.
    pub fn copy_event(&mut self, id: &str, environment: &mut Environment) -> Result<String, String> {
        self.mailboxes.get_mut(ACCOUNT).ok_or("there is no such mailbox")?.copy(id, environment)
    }

    /// The mailbox of the request's token.
    fn authorize(&mut self, request: &Request, environment: &Environment) -> Result<&mut Mailbox, Fail> {
        let account = self.hands.as_deref().or_else(|| environment.account_of(request)).ok_or_else(|| {
            let message = if request.headers().contains_key(http::header::AUTHORIZATION) {
                "Access token validation failure."
            } else {
                "Access token is empty."
            };
            Fail::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
        })?;
        let mailbox = self.mailboxes.get_mut(account).ok_or_else(|| {
            let message = "The mailbox is either inactive, soft-deleted, or is hosted on-premise.";
            Fail::new(StatusCode::NOT_FOUND, "MailboxNotEnabledForRESTAPI", message)
        })?;
        match &mailbox.quirks.claims {
            Some(claims) if environment.claims_of(request) != Some(claims) => Err(answer::insufficient(claims)),
            Some(_) | None => Ok(mailbox),
        }
    }
}

/// Names of path segments, in their own case; any case is taken.
const NAMES: &[&str] = &[
    "me",
    "mailboxSettings",
    "calendars",
    "calendar",
    "events",
    "calendarView",
    "delta",
    "instances",
    "accept",
    "decline",
    "tentativelyAccept",
    "cancel",
    "todo",
    "lists",
    "tasks",
    "linkedResources",
    "checklistItems",
];

fn canonical(segment: &str) -> &str {
    let bare = segment.strip_suffix("()").unwrap_or(segment);
    NAMES.iter().find(|name| name.eq_ignore_ascii_case(bare)).copied().unwrap_or(segment)
}

/// Leads a request to its resource.
fn route(mailbox: &mut Mailbox, call: &Call, environment: &mut Environment) -> Outcome {
    let path: Vec<_> = call.segments.iter().map(|segment| canonical(segment)).collect();
    match (call.method().as_str(), path.as_slice()) {
        ("GET", ["me"]) => Ok(Answer::ok(view::with_context(call, "users/$entity", mailbox.user()))),
        ("GET", ["me", "mailboxSettings"]) => {
            Ok(Answer::ok(view::with_context(call, "users/mailboxSettings", mailbox.settings())))
        }
        ("GET", ["me", "calendars"]) => {
            let view = view::View::read(call, CALENDAR, &[])?;
            let all = mailbox.calendars.iter().map(|calendar| Value::Object(calendar.clone())).collect();
            view::collection(call, all, CALENDAR, |item| view.project(item, &[]))
        }
        (_, ["me", "todo", rest @ ..]) => todo_route(mailbox, call, rest, environment),
        (_, ["me", "calendar", rest @ ..]) => calendar_route(mailbox, call, (None, rest), environment),
        (_, ["me", "calendars", id, rest @ ..]) => calendar_route(mailbox, call, (Some(id), rest), environment),
        (_, ["me", rest @ ..]) if matches!(rest, ["events" | "calendarView", ..]) => {
            calendar_route(mailbox, call, (None, rest), environment)
        }
        _ => Err(lacking(call)),
    }
}

/// Resources of a calendar (`None`: the default one, or, for single events, any).
fn calendar_route(
    mailbox: &mut Mailbox,
    call: &Call,
    to: (Option<&str>, &[&str]),
    environment: &mut Environment,
) -> Outcome {
    let (calendar, rest) = to;
    let _ = view::id_of(mailbox, calendar)?;
    match (call.method().as_str(), rest) {
        ("GET", []) => {
            let view = view::View::read(call, CALENDAR, &[])?;
            let body = mailbox.calendar(calendar).cloned().ok_or_else(Fail::not_found)?;
            let body = view.project(Value::Object(body), &[]);
            Ok(Answer::ok(view::with_context(call, "users/calendars/$entity", body)))
        }
        ("GET", ["events"]) => view::of_calendar(mailbox, call, calendar),
        ("POST", ["events"]) => change::create(mailbox, call, calendar, environment),
        ("GET", ["calendarView"]) => view::calendar_view(mailbox, call, calendar),
        ("GET", ["calendarView", "delta"]) => delta::calendar_view(mailbox, call, calendar, environment),
        (verb, ["events", id, rest @ ..]) if *id != "delta" => {
            let Some(place) = mailbox.find(id) else {
                return match calendar {
                    None => deleted::event(mailbox, call, id, rest, environment),
                    Some(_) => Err(Fail::not_found()),
                };
            };
            let event = mailbox.at(place).ok_or_else(Fail::not_found)?;
            if calendar.is_some_and(|calendar| calendar != event.calendar) {
                return Err(Fail::not_found());
            }
            match (verb, rest) {
                ("GET", []) => view::one(call, &event),
                ("GET", ["instances"]) => view::instances(call, &event),
                ("PATCH", []) => change::update(mailbox, call, place, environment),
                ("DELETE", []) => change::delete(mailbox, call, place, environment),
                ("POST", ["cancel"]) => change::cancel(mailbox, call, place, environment),
                ("POST", ["accept" | "decline" | "tentativelyAccept"]) => {
                    change::respond(mailbox, call, place, environment)
                }
                _ => Err(lacking(call)),
            }
        }
        _ => Err(lacking(call)),
    }
}

/// Resources of To Do.
fn todo_route(mailbox: &mut Mailbox, call: &Call, rest: &[&str], environment: &mut Environment) -> Outcome {
    if mailbox.quirks.no_to_do {
        let message = "Resource not found for the segment 'todo'.";
        return Err(Fail::new(StatusCode::BAD_REQUEST, "BadRequest", message));
    }
    if let ["lists", id, ..] = rest
        && *id != "delta"
    {
        todo::find_list(mailbox, id)?;
    }
    match (call.method().as_str(), rest) {
        ("GET", ["lists"]) => todo::lists(mailbox, call),
        ("GET", ["lists", "delta"]) => delta::lists(mailbox, call, environment),
        ("GET", ["lists", list]) => todo::list(mailbox, call, list),
        ("GET", ["lists", list, "tasks"]) => todo::tasks(mailbox, call, list),
        ("POST", ["lists", list, "tasks"]) => todo::create(mailbox, call, list, environment),
        ("GET", ["lists", list, "tasks", "delta"]) => delta::tasks(mailbox, call, list, environment),
        ("GET" | "PATCH" | "DELETE", ["lists", list, "tasks", id]) => todo::task(mailbox, call, list, id, environment),
        ("GET" | "POST", ["lists", list, "tasks", id, part @ ("linkedResources" | "checklistItems")]) => {
            todo::parts(mailbox, call, [list, id, part], environment)
        }
        _ => Err(lacking(call)),
    }
}

/// 501 that names the path.
fn lacking(call: &Call) -> Fail {
    Fail::missing(&format!("{} {}", call.method(), call.path()))
}
