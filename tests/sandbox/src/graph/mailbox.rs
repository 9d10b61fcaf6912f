//! One mailbox: calendars, events, task lists, tasks; its ids, versions and the trace of its
//! changes. Items lie in it as JSON objects, as Graph would answer them in UTC. What requests mean
//! is decided elsewhere.

use super::answer::Fail;
use super::base64::{STANDARD, URL_SAFE, base64};
use super::deleted::Deleted;
use super::delta::Tokens;
use super::event::Event;
use super::load;
use super::post::Letter;
use super::quirks::{Memory, Quirks};
use super::shape::Object;
use super::shelf::{self, Shelf};
use super::throttle::Gate;
use super::todo::{Task, TaskList};
use super::zones;
use crate::environment::Environment;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

/// A mailbox and its owner.
pub(crate) struct Mailbox {
    pub(crate) account: String,
    pub(crate) owner: String,
    /// Windows id.
    pub(crate) zone: &'static str,
    pub(crate) calendars: Vec<Object>,
    pub(crate) events: Shelf<Event>,
    pub(crate) lists: Vec<TaskList>,
    pub(crate) tasks: Shelf<Task>,
    pub(crate) deleted: Deleted,
    pub(crate) tombs: Vec<Tomb>,
    pub(crate) tokens: Tokens,
    pub(crate) quirks: Quirks,
    pub(crate) memory: Memory,
    gate: Gate,
    /// Letters that the last request wrote, until they are delivered.
    pub(crate) outbox: Vec<Letter>,
    /// Tells ids of the seed from ids of later items, which count anew.
    pub(crate) scope: &'static str,
    changes: u64,
}

/// The trace of something deleted, for delta rounds.
#[derive(Clone)]
pub(crate) struct Tomb {
    /// Id of the calendar or list it was in; empty for a list itself.
    pub(crate) container: String,
    pub(crate) id: String,
    pub(crate) change: u64,
}

/// One write: its time, its version, its place in the order of changes.
#[derive(Clone)]
pub(crate) struct Stamp {
    pub(crate) at: DateTime<Utc>,
    pub(crate) key: String,
    pub(crate) change: u64,
}

/// Where an event id leads: to a stored event, or to an occurrence of a stored series by its
/// original day.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) index: usize,
    pub(crate) day: Option<NaiveDate>,
}

impl Mailbox {
    /// A mailbox without anything in it.
    pub(crate) fn new(account: &str, owner: &str, zone: &'static str) -> Self {
        Self {
            account: account.to_owned(),
            owner: owner.to_owned(),
            zone,
            calendars: Vec::new(),
            events: Shelf::default(),
            lists: Vec::new(),
            tasks: Shelf::default(),
            deleted: Deleted::default(),
            tombs: Vec::new(),
            tokens: Tokens::default(),
            quirks: Quirks::default(),
            memory: Memory::default(),
            gate: Gate::default(),
            outbox: Vec::new(),
            scope: "seed",
            changes: 0,
        }
    }

    /// What change tracking needs of it as it is now.
    pub(crate) fn snapshot(&self) -> Self {
        Self {
            events: self.events.clone(),
            lists: self.lists.clone(),
            tasks: self.tasks.clone(),
            tombs: self.tombs.clone(),
            quirks: self.quirks.clone(),
            changes: self.changes,
            ..Self::new(&self.account, &self.owner, self.zone)
        }
    }

    /// The number of the last change.
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    /// A value that nothing else in the mailbox has.
    pub(crate) fn unique(&self, environment: &mut Environment) -> Uuid {
        Uuid::new_v5(
            &Uuid::NAMESPACE_OID,
            format!("{}/{}/{}", self.account, self.scope, environment.number()).as_bytes(),
        )
    }

    /// An item id in the form of Exchange: long, of the URL-safe alphabet, told apart by case,
    /// ending in `=`.
    pub(crate) fn id(&self, environment: &mut Environment) -> String {
        let own = Uuid::new_v5(&Uuid::NAMESPACE_OID, self.account.as_bytes());
        let own = base64(own.as_bytes(), URL_SAFE, "");
        format!("AAkALgAAAAAAHY{own}AAAAAB{}AAA=", base64(self.unique(environment).as_bytes(), URL_SAFE, ""))
    }

    /// Begins a write.
    pub(crate) fn stamp(&mut self, environment: &mut Environment) -> Stamp {
        self.changes += 1;
        let key = format!("{}==", base64(self.unique(environment).as_bytes(), STANDARD, ""));
        Stamp { at: environment.now(), key, change: self.changes }
    }

    /// The calendar of an id; no id is the default calendar, which stands first.
    pub(crate) fn calendar(&self, id: Option<&str>) -> Option<&Object> {
        match id {
            None => self.calendars.first(),
            Some(id) => self.calendars.iter().find(|calendar| calendar.get("id").is_some_and(|own| own == id)),
        }
    }

    /// Finds an event or an occurrence.
    pub(crate) fn find(&self, id: &str) -> Option<Place> {
        if let Some(index) = self.events.position(shelf::ID, id) {
            return Some(Place { index, day: None });
        }
        let mut series = self.events.iter().enumerate();
        series.find_map(|(index, event)| event.day_of(id).map(|day| Place { index, day: Some(day) }))
    }

    /// The event at a place; an occurrence is spelled out.
    pub(crate) fn at(&self, place: Place) -> Option<Event> {
        let event = self.events.get(place.index)?;
        match place.day {
            None => Some(event.clone()),
            Some(day) => event.occurrence(day),
        }
    }

    /// Lets a request in (see [`Gate::admit`]).
    ///
    /// # Errors
    /// 429.
    pub(crate) fn admit(&mut self, part: Option<usize>, now: DateTime<Utc>) -> Result<(), Fail> {
        self.gate.admit(&self.quirks.throttle, part, now)
    }

    /// Gives every calendar and list another id.
    pub(crate) fn renumber(&mut self, environment: &mut Environment) {
        let ids = |body: &Object| body.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let containers = self.calendars.iter().chain(self.lists.iter().map(|list| &list.body));
        let old: Vec<String> = containers.map(ids).collect();
        for old in old {
            let new = self.id(environment);
            let bodies = self.calendars.iter_mut().chain(self.lists.iter_mut().map(|list| &mut list.body));
            for body in bodies.filter(|body| ids(body) == old) {
                body.insert("id".to_owned(), new.clone().into());
            }
            // an exception of a series is an event by itself
            let places = self.events.iter_mut().flat_map(|event| {
                let exceptions = event.series.iter_mut().flat_map(|series| series.exceptions.values_mut());
                std::iter::once(&mut event.calendar).chain(exceptions.map(|exception| &mut exception.calendar))
            });
            for place in places.chain(self.tasks.iter_mut().map(|task| &mut task.list)).filter(|place| **place == old) {
                place.clone_from(&new);
            }
        }
    }

    /// Remembers a deletion.
    pub(crate) fn bury(&mut self, container: &str, id: &str, change: u64) {
        self.tombs.push(Tomb { container: container.to_owned(), id: id.to_owned(), change });
    }

    /// Adds a calendar of the mailbox's owner (`owner` `None`) or one that somebody shares without
    /// letting it be edited.
    pub(crate) fn add_calendar(
        &mut self,
        name: &str,
        owner: Option<(&str, &str)>,
        environment: &mut Environment,
    ) -> String {
        let id = self.id(environment);
        let stamp = self.stamp(environment);
        let is_default = self.calendars.is_empty();
        let is_own = owner.is_none();
        let (owner, address) = owner.unwrap_or((&self.owner, &self.account));
        let calendar = json!({
            "id": id, "name": name, "color": if is_default { "auto" } else { "lightGreen" },
            "hexColor": if is_default { "" } else { "#87D28E" }, "isDefaultCalendar": is_default, "changeKey": stamp.key,
            "canShare": is_own, "canViewPrivateItems": is_own, "canEdit": is_own,
            "allowedOnlineMeetingProviders": ["teamsForBusiness"], "defaultOnlineMeetingProvider": "teamsForBusiness",
            "isTallyingResponses": is_default, "isRemovable": !is_default,
            "owner": {"name": owner, "address": address},
        });
        self.calendars.extend(calendar.as_object().cloned());
        id
    }

    /// Adds the calendars that the service itself keeps, owned by the mailbox's owner, who can't
    /// edit them; with an event each.
    ///
    /// # Errors
    /// Why one can't be held.
    pub(crate) fn subscribe(&mut self, environment: &mut Environment) -> Result<(), String> {
        for name in ["Holidays", "Birthdays"] {
            let id = self.add_calendar(name, None, environment);
            let flags = ["canShare", "canViewPrivateItems", "canEdit"].map(str::to_owned);
            for body in self.calendars.iter_mut().filter(|body| body.get("id").is_some_and(|own| *own == id)) {
                body.extend(flags.clone().map(|flag| (flag, Value::Bool(false))));
            }
            let day = environment.now().date_naive() + Duration::days(3);
            let time = |day: NaiveDate| json!({"dateTime": format!("{day}T00:00:00"), "timeZone": "UTC"});
            let end = day + Duration::days(1);
            let event = json!({"subject": name, "isAllDay": true, "start": time(day), "end": time(end)});
            load::event(self, &id, &event, environment)?;
        }
        Ok(())
    }

    /// Puts a copy of an event, its `iCalUId` included, into the last calendar that its owner may
    /// edit.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn copy(&mut self, id: &str, environment: &mut Environment) -> Result<String, String> {
        let place = self.find(id).ok_or("there is no such event")?;
        let mut event = self.at(place).ok_or("there is no such event")?;
        let is_open = |body: &&Object| body.get("canEdit").is_some_and(|can| can == true);
        let calendar = self.calendars.iter().rfind(is_open).and_then(|body| body.get("id")).and_then(Value::as_str);
        event.calendar = calendar.ok_or("there is no calendar to edit")?.to_owned();
        let copy = self.id(environment);
        event.set("id", copy.clone());
        let stamp = self.stamp(environment);
        event.touch(&stamp);
        self.events.push(event);
        Ok(copy)
    }

    /// The answer to `GET /me`.
    pub(crate) fn user(&self) -> Value {
        let (given, sur) = self.owner.split_once(' ').unwrap_or((&self.owner, ""));
        let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, self.account.as_bytes());
        let aliases = self.quirks.people.aliases.iter().map(|alias| format!("smtp:{alias}"));
        let proxies: Vec<String> = std::iter::once(format!("SMTP:{}", self.account)).chain(aliases).collect();
        json!({
            "proxyAddresses": proxies,
            "id": id.to_string(), "displayName": self.owner, "givenName": given, "surname": sur, "mail": self.account,
            "userPrincipalName": self.account, "businessPhones": [], "jobTitle": "Sales manager", "mobilePhone": null,
            "officeLocation": null, "preferredLanguage": "ru-RU",
        })
    }

    /// The answer to `GET /me/mailboxSettings`.
    pub(crate) fn settings(&self) -> Value {
        json!({
            "timeZone": self.zone, "dateFormat": "dd.MM.yyyy", "timeFormat": "H:mm", "userPurpose": "user",
            "language": {"locale": "ru-RU", "displayName": "Russian (Russia)"},
            "workingHours": {
                "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
                "startTime": "09:00:00.0000000", "endTime": "18:00:00.0000000", "timeZone": {"name": self.zone},
            },
        })
    }
}

impl Stamp {
    /// The version as `@odata.etag` has it.
    pub(crate) fn etag(&self) -> String {
        format!("W/\"{}\"", self.key)
    }

    /// The time as Graph writes it.
    pub(crate) fn time(&self) -> String {
        zones::stamp(self.at)
    }
}
