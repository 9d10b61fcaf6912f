//! Creatio: an installation on .NET Framework (base `/0`) with true UTC, behaving as `../shared/creatio.md` says.
//!
//! One user is signed in by opening the page; others of the seed may sign in by name. There are no rights but one switch
//! ([`Switches`]): every user reads and writes every row that it doesn't hide. Read `odata.rs` for addresses and verbs, `write.rs` and `effects.rs` for saving.

mod batch;
mod effects;
mod error;
mod filter;
mod metadata;
mod odata;
mod query;
mod schema;
mod seed;
mod session;
mod store;
mod value;
mod write;

use crate::desk::{Desk, Request, Response, Seed};
use chrono::{DateTime, Utc};
use error::{empty, reply, unknown};
use http::{HeaderValue, Method, StatusCode, header};
use schema::Entity;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use session::{Denial, Sessions};
use std::collections::{BTreeMap, BTreeSet};
use store::Store;
use uuid::Uuid;
use write::{Author, Insert};

/// IIS refuses a longer query: `maxQueryString` of its request filtering, whose default is 2,048. (creatio.md §1.6 only
/// says that or-chains must be short.)
const LONGEST_QUERY: usize = 2048;

/// A Creatio installation in memory.
pub struct Creatio {
    store: Store,
    sessions: Sessions,
    hidden: Hidden,
}

/// How the installation differs from a plain one. What is not named stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Switches {
    /// Activities that rights hide.
    pub hidden: Option<Hidden>,
}

/// Activities by id, and from whom they are hidden.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Hidden {
    /// From everybody.
    All(BTreeSet<Uuid>),
    /// From the users of these names.
    From(BTreeMap<String, BTreeSet<Uuid>>),
}

impl Default for Hidden {
    fn default() -> Self {
        Self::All(BTreeSet::new())
    }
}

impl Hidden {
    /// What a user does not see.
    fn from(&self, user: &str) -> Vec<Uuid> {
        let ids = match self {
            Self::All(ids) => Some(ids),
            Self::From(users) => users.get(user),
        };
        ids.into_iter().flatten().copied().collect()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Login {
    user_name: String,
    user_password: String,
}

impl Creatio {
    /// An installation filled with `seed`.
    #[must_use]
    pub fn new(seed: Seed, now: DateTime<Utc>) -> Self {
        Self { store: seed::fill(seed, now), sessions: Sessions::default(), hidden: Hidden::default() }
    }

    /// Empties it and fills it with `seed`; sessions stay, switches don't.
    pub fn reset(&mut self, seed: Seed, now: DateTime<Utc>) {
        self.store = seed::fill(seed, now);
        self.hidden = Hidden::default();
    }

    /// Sets switches, until a reset.
    ///
    /// # Errors
    /// The name of a user who isn't there.
    pub fn switch(&mut self, switches: Switches) -> Result<(), String> {
        if let Some(Hidden::From(users)) = &switches.hidden
            && let Some(name) = users.keys().find(|name| self.contact_of(name).is_none())
        {
            return Err(format!("there is no user {name}"));
        }
        self.hidden = switches.hidden.unwrap_or_else(|| std::mem::take(&mut self.hidden));
        Ok(())
    }

    /// Puts one Activity row in as OData shows it: given stamps are kept, what is missing gets the server's defaults, the
    /// participants that a save would add are added. Annotations and expanded lookups are ignored.
    ///
    /// # Errors
    /// The reason why the row can't be held: no object, an unknown column, a wrong type, an id that exists, a lookup to
    /// nothing.
    pub fn load_activity(&mut self, row: Json, desk: &mut Desk) -> Result<(), String> {
        self.load_row("Activity", &row, desk)
    }

    /// As [`Creatio::load_activity`], for any entity set.
    ///
    /// # Errors
    /// The same, and an entity set that isn't there.
    pub fn load_row(&mut self, entity: &str, row: &Json, desk: &mut Desk) -> Result<(), String> {
        let entity = Entity::named(entity).ok_or_else(|| format!("there is no entity {entity}"))?;
        let row = row.as_object().ok_or("a row must be a JSON object")?;
        let changes = write::changes(entity, row)?;
        let author = Author { contact: seed::id("Contact", seed::USER), at: self.store.stamp(desk.now()) };
        let fresh = desk.fresh_id();
        let loaded = write::insert(&mut self.store, entity, (&changes, fresh), (author, Insert::Loaded));
        loaded.map(|_| ()).map_err(|refusal| refusal.message)
    }

    /// Signs in as Supervisor, as opening the page does: the values of the `Set-Cookie` headers.
    pub fn sign_in(&mut self, desk: &mut Desk) -> Vec<HeaderValue> {
        self.sessions.open(seed::USER, desk)
    }

    /// What a Creatio page knows about its user: `{"timeZone", "contact": {"id", "name"}, "user": {"id", "name"}}`, the time
    /// zone by its Windows id.
    #[must_use]
    pub fn page_context(&self) -> Json {
        let unit = self.store.rows("SysAdminUnit").find(|(_, row)| row.text("Name") == seed::USER);
        let zone = unit.map(|(_, row)| row.text("TimeZoneId")).unwrap_or_default();
        let contact = unit.and_then(|(_, row)| row.guid("Contact")).unwrap_or_default();
        let name = self.store.find("Contact", contact).map(|row| row.text("Name")).unwrap_or_default();
        json!({"timeZone": zone, "contact": {"id": contact, "name": name},
            "user": {"id": unit.map(|(id, _)| id), "name": seed::USER}})
    }

    /// Answers one request. The reply's `Date` is the desk's time, by which a client learns the server's clock.
    pub fn handle(&mut self, request: &Request, desk: &mut Desk) -> Response {
        let mut response = self.answer(request, desk);
        if let Ok(date) = HeaderValue::try_from(desk.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string()) {
            response.headers_mut().insert(header::DATE, date);
        }
        response
    }

    fn answer(&mut self, request: &Request, desk: &mut Desk) -> Response {
        let path = request.uri().path();
        match (request.method(), path) {
            (&Method::POST, "/ServiceModel/AuthService.svc/Login") => self.login(request, desk),
            (&Method::GET, session::LOGIN_PAGE) => session::login_page(),
            _ if request.uri().query().is_some_and(|query| query.len() > LONGEST_QUERY) => too_long(),
            _ if path == odata::ROOT || path.starts_with("/0/odata/") => self.odata(request, desk),
            (method, path) => unknown(&format!("{method} {path}")),
        }
    }

    fn odata(&mut self, request: &Request, desk: &mut Desk) -> Response {
        let user = self.sessions.user(request);
        let hidden = user.map(|user| self.hidden.from(user)).unwrap_or_default();
        // A reset may have taken the user of an open session away.
        let contact = user.and_then(|user| self.contact_of(user).ok_or(Denial::SignedOut));
        let contact = match contact {
            Ok(contact) => contact,
            Err(denial) => return denial.response(request),
        };
        self.store.veil(&hidden);
        let response = if request.method() == Method::POST && request.uri().path() == "/0/odata/$batch" {
            batch::serve(&mut self.store, contact, request, desk)
        } else {
            odata::serve(&mut self.store, contact, request, desk)
        };
        self.store.unveil();
        response
    }

    /// The contact of a user.
    fn contact_of(&self, user: &str) -> Option<Uuid> {
        let mut units = self.store.rows("SysAdminUnit");
        units.find(|(_, row)| row.text("Name") == user).and_then(|(_, row)| row.guid("Contact"))
    }

    /// Forms login: the password of every user is the user's name.
    fn login(&mut self, request: &Request, desk: &mut Desk) -> Response {
        match serde_json::from_slice::<Login>(request.body()) {
            Ok(login) if login.user_password == login.user_name && self.contact_of(&login.user_name).is_some() => {
                session::login_reply(Some(self.sessions.open(&login.user_name, desk)))
            }
            Ok(_) => session::login_reply(None),
            Err(_) => empty(StatusCode::BAD_REQUEST),
        }
    }
}

fn too_long() -> Response {
    let body = "<!DOCTYPE html><html><head><title>IIS 10.0 Detailed Error - 404.15 - Not Found</title></head>\
                <body><h2>HTTP Error 404.15 - Not Found</h2><p>The request filtering module is configured to deny a \
                request where the query string is too long.</p></body></html>";
    reply(StatusCode::NOT_FOUND, "text/html", body.as_bytes().to_vec())
}
