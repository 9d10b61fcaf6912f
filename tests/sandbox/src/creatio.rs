//! Creatio: an installation on .NET Framework (base `/0`) with true UTC, behaving as
//! `docs/facts/creatio.md` says; [`Switches`] make it another.
//!
//! One user is signed in by opening the page; others of the seed may sign in by name. There are no
//! rights but one switch: every user reads and writes every row that it doesn't hide. Read
//! `odata.rs` and `data_service.rs` for addresses and verbs, `write.rs` and `effects.rs` for
//! saving.

mod batch;
mod clock;
mod data_service;
mod effects;
mod error;
mod filter;
mod metadata;
mod odata;
mod query;
mod rewrites;
mod schema;
mod seed;
mod session;
mod store;
mod switches;
mod value;
mod write;

use crate::environment::{Environment, Request, Response, Seed};
use crate::graph::zones;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clock::Spelling;
pub use data_service::system::SystemSetting;
use error::{empty, reply, unknown};
use http::{HeaderValue, Method, StatusCode, header};
pub use rewrites::{Rewrite, Rewrites};
use schema::Entity;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use session::{Denial, Sessions};
use store::Store;
use switches::Switched;
pub use switches::{Access, Clock, Clocks, Hidden, Host, Pages, Session, Switches};
use uuid::Uuid;
use write::{Author, Insert};

/// IIS refuses a longer query: `maxQueryString` of its request filtering, whose default is 2,048.
/// (docs/facts/creatio.md, "Queries")
const LONGEST_QUERY: usize = 2048;

/// A Creatio installation in memory.
pub struct Creatio {
    store: Store,
    sessions: Sessions,
    switched: Switched,
}

/// Who asks, and what the installation is to that user.
#[derive(Clone, Copy)]
pub(crate) struct Visit<'a> {
    /// The user's contact.
    pub(crate) contact: Uuid,
    /// How times are spelled for the user.
    pub(crate) spelling: Spelling,
    /// The installation's switches.
    pub(crate) switched: &'a Switched,
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
        Self { store: seed::fill(seed, now), sessions: Sessions::default(), switched: Switched::default() }
    }

    /// Empties it and fills it with `seed`; sessions stay, switches don't.
    pub fn reset(&mut self, seed: Seed, now: DateTime<Utc>) {
        self.store = seed::fill(seed, now);
        self.switched = Switched::default();
    }

    /// Sets switches, until a reset.
    ///
    /// # Errors
    /// The name of a user or an entity that isn't there.
    pub fn switch(&mut self, switches: Switches) -> Result<(), String> {
        if let Some(Hidden::From(users)) = &switches.hidden
            && let Some(name) = users.keys().find(|name| self.contact_of(name).is_none())
        {
            return Err(format!("there is no user {name}"));
        }
        self.switched.set(switches)
    }

    /// Puts one Activity row in as OData shows it: given stamps are kept, what is missing gets the
    /// server's defaults, the participants that a save would add are added. Annotations and
    /// expanded lookups are ignored.
    ///
    /// # Errors
    /// The reason why the row can't be held: no object, an unknown column, a wrong type, an id that
    /// exists, a lookup to nothing.
    pub fn load_activity(&mut self, row: Json, environment: &mut Environment) -> Result<(), String> {
        self.load_row("Activity", &row, environment)
    }

    /// As [`Creatio::load_activity`], for any entity set.
    ///
    /// # Errors
    /// The same, and an entity set that isn't there.
    pub fn load_row(&mut self, entity: &str, row: &Json, environment: &mut Environment) -> Result<(), String> {
        let entity = Entity::named(entity).ok_or_else(|| format!("there is no entity {entity}"))?;
        let row = row.as_object().ok_or("a row must be a JSON object")?;
        let changes = write::changes(entity, row)?;
        let author = Author { contact: seed::id("Contact", seed::USER), at: self.store.stamp(environment.now()) };
        let fresh = environment.fresh_id();
        let loaded = write::insert(&mut self.store, entity, (&changes, fresh), (author, Insert::Loaded));
        loaded.map(|_| ()).map_err(|refusal| refusal.message)
    }

    /// What a person does in Creatio's own pages, past every service of it, in the name of the
    /// first user: saves a row, a new one if there is none with this id. Values are spelled as
    /// OData spells them in true UTC, whatever the switches say.
    ///
    /// # Errors
    /// The reason why the row can't be held.
    pub fn save_row(
        &mut self,
        (entity, id): (&str, Uuid),
        row: &Json,
        environment: &Environment,
    ) -> Result<(), String> {
        let entity = Entity::named(entity).ok_or_else(|| format!("there is no entity {entity}"))?;
        let mut changes = write::changes(entity, row.as_object().ok_or("a row must be a JSON object")?)?;
        let author = Author { contact: seed::id("Contact", seed::USER), at: self.store.stamp(environment.now()) };
        let saved = if self.store.get(entity, id).is_some() {
            write::update(&mut self.store, entity, (&changes, id), author)
        } else {
            changes.insert("Id", Some(value::Value::Guid(id)));
            write::insert(&mut self.store, entity, (&changes, id), (author, Insert::Created)).map(|_| ())
        };
        saved.map_err(|refusal| refusal.message)
    }

    /// As [`Creatio::save_row`]: deletes a row.
    ///
    /// # Errors
    /// The reason why it stays.
    pub fn remove_row(&mut self, entity: &str, id: Uuid) -> Result<(), String> {
        let entity = Entity::named(entity).ok_or_else(|| format!("there is no entity {entity}"))?;
        write::delete(&mut self.store, entity, id).map_err(|refusal| refusal.message)
    }

    /// The rows of an entity as they are held, spelled as OData spells them in true UTC; hidden
    /// ones too.
    #[must_use]
    pub fn rows(&self, entity: &str) -> Vec<Json> {
        let Some(entity) = Entity::named(entity) else { return Vec::new() };
        self.store.rows(entity.name).map(|(_, row)| Json::Object(query::entity_json(entity, row))).collect()
    }

    /// One of [`Creatio::rows`].
    #[must_use]
    pub fn row(&self, entity: &str, id: Uuid) -> Option<Json> {
        let entity = Entity::named(entity)?;
        Some(Json::Object(query::entity_json(entity, self.store.get(entity, id)?)))
    }

    /// Signs in as Supervisor, as opening the page does: the values of the `Set-Cookie` headers.
    pub fn sign_in(&mut self, environment: &mut Environment) -> Vec<HeaderValue> {
        self.sessions.open(seed::USER, environment)
    }

    /// What a Creatio page knows about its user:
    /// `{"timeZone", "contact": {"id", "name"}, "user": {"id", "name"}}`, the time zone by its
    /// Windows id.
    #[must_use]
    pub fn page_context(&self) -> Json {
        let unit = self.store.rows("SysAdminUnit").find(|(_, row)| row.text("Name") == seed::USER);
        let zone = unit.map(|(_, row)| row.text("TimeZoneId")).unwrap_or_default();
        let contact = unit.and_then(|(_, row)| row.guid("Contact")).unwrap_or_default();
        let name = self.store.find("Contact", contact).map(|row| row.text("Name")).unwrap_or_default();
        json!({"timeZone": zone, "contact": {"id": contact, "name": name},
            "user": {"id": unit.map(|(id, _)| id), "name": seed::USER}})
    }

    /// Answers one request. The reply's `Date` is the environment's time, by which a client learns
    /// the server's clock.
    pub fn handle(&mut self, request: &Request, environment: &mut Environment) -> Response {
        let mut response = self.answer(request, environment);
        if let Ok(date) = HeaderValue::try_from(environment.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string()) {
            response.headers_mut().insert(header::DATE, date);
        }
        response
    }

    /// The base path of the workspace.
    #[must_use]
    pub const fn base(&self) -> &'static str {
        self.switched.host.base()
    }

    fn answer(&mut self, request: &Request, environment: &mut Environment) -> Response {
        let path = request.uri().path();
        match (request.method(), path) {
            (&Method::POST, "/ServiceModel/AuthService.svc/Login") => return self.login(request, environment),
            (&Method::GET, session::LOGIN_PAGE) => return session::login_page(),
            _ if request.uri().query().is_some_and(|query| query.len() > LONGEST_QUERY) => return too_long(),
            _ => {}
        }
        let below = path.strip_prefix(self.base()).filter(|rest| rest.starts_with('/')).unwrap_or_default().to_owned();
        if below == odata::ROOT || below.starts_with("/odata/") {
            self.served(request, environment, |store, visit, environment| match (request.method(), below.as_str()) {
                _ if visit.switched.odata == Access::Forbidden => error::no_odata(),
                (&Method::POST, "/odata/$batch") => batch::serve(store, visit, request, environment),
                _ => odata::serve(store, visit, request, environment),
            })
        } else if data_service::is_address(&below) {
            self.served(request, environment, |store, visit, environment| match visit.switched.data_service {
                Access::Readonly if data_service::is_write(&below) => empty(StatusCode::FORBIDDEN),
                Access::Allowed | Access::Readonly => data_service::serve(store, visit, request, environment),
                Access::Forbidden => empty(StatusCode::FORBIDDEN),
            })
        } else if ["/odata", "/DataService/"]
            .iter()
            .any(|service| path.strip_prefix("/0").unwrap_or(path).starts_with(service))
        {
            // the other host's addresses: IIS and Kestrel know no such file
            error::no_page()
        } else {
            unknown(&format!("{} {path}", request.method()))
        }
    }

    /// Has `serve` answer a signed-in user, who does not see what rights hide.
    fn served(
        &mut self,
        request: &Request,
        environment: &mut Environment,
        serve: impl FnOnce(&mut Store, Visit<'_>, &mut Environment) -> Response,
    ) -> Response {
        if let Some(lost) = session::lost(self.switched.session) {
            return lost;
        }
        let user = self.sessions.user(request);
        // A reset may have taken the user of an open session away.
        let visitor = user.and_then(|user| Ok((user, self.contact_of(user).ok_or(Denial::SignedOut)?)));
        let (user, contact) = match visitor {
            Ok(visitor) => visitor,
            Err(denial) => return denial.response(request),
        };
        let spelling = Spelling::new(self.switched.clocks, self.zone_of(user));
        let hidden = self.switched.hidden_from(user);
        self.store.veil(&hidden);
        for entity in self.switched.emptied.iter().filter_map(|name| Entity::named(name)) {
            self.store.veil_all(entity);
        }
        let response = serve(&mut self.store, Visit { contact, spelling, switched: &self.switched }, environment);
        self.store.unveil();
        response
    }

    /// The zone of a user's profile.
    fn zone_of(&self, user: &str) -> Tz {
        let unit = self.store.rows("SysAdminUnit").find(|(_, row)| row.text("Name") == user);
        unit.and_then(|(_, row)| zones::zone(row.text("TimeZoneId"))).unwrap_or(Tz::UTC)
    }

    /// The contact of a user.
    fn contact_of(&self, user: &str) -> Option<Uuid> {
        let mut units = self.store.rows("SysAdminUnit");
        units.find(|(_, row)| row.text("Name") == user).and_then(|(_, row)| row.guid("Contact"))
    }

    /// Forms login: the password of every user is the user's name.
    fn login(&mut self, request: &Request, environment: &mut Environment) -> Response {
        match serde_json::from_slice::<Login>(request.body()) {
            Ok(login) if login.user_password == login.user_name && self.contact_of(&login.user_name).is_some() => {
                session::login_reply(Some(self.sessions.open(&login.user_name, environment)))
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
