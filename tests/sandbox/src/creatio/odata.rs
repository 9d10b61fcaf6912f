//! One OData request, alone or in a batch: addresses and verbs (docs/facts/creatio.md, "Addresses",
//! "Verbs").

use super::error::{self, Refusal, empty, odata, reply, unknown};
use super::query::{Navigation, Query, entity_json, navigation};
use super::schema::{Column, Entity, Kind};
use super::store::Store;
use super::switches::Pages;
use super::value::{Row, Value};
use super::write::{self, Author, Insert};
use super::{Visit, metadata, rewrites};
use crate::environment::{Environment, Request, Response};
use chrono::Duration;
use http::{HeaderValue, Method, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

/// The service root, below the workspace's base.
pub(crate) const ROOT: &str = "/odata";

/// What an address means.
enum Target {
    Service,
    Metadata,
    Set(&'static Entity),
    Count(&'static Entity),
    Row(&'static Entity, Uuid),
    Property(&'static Entity, Uuid, String),
    Raw(&'static Entity, Uuid, String),
    Unknown,
}

/// Answers one request.
pub(crate) fn serve(store: &mut Store, visit: Visit<'_>, request: &Request, environment: &mut Environment) -> Response {
    let delay = i64::from(visit.switched.stale);
    let mut behind;
    let store = if delay == 0 {
        store
    } else if *request.method() == Method::GET {
        behind = store.as_of(environment.now() - Duration::seconds(delay));
        &mut behind
    } else {
        store.remember(environment.now());
        store
    };
    let call = Call { store, visit, request, environment };
    call.answer().unwrap_or_else(|refusal| refusal.response(visit.switched))
}

struct Call<'a> {
    store: &'a mut Store,
    visit: Visit<'a>,
    request: &'a Request,
    environment: &'a mut Environment,
}

impl Call<'_> {
    fn answer(mut self) -> Result<Response, Refusal> {
        let target = target(self.request.uri().path())?;
        self.may(&target)?;
        if self.is_raw(&target) {
            return Ok(error::runtime_page());
        }
        match (self.request.method().as_str(), target) {
            ("GET", Target::Service) => Ok(odata(StatusCode::OK, &metadata::service(&self.root()))),
            ("GET", Target::Metadata) => Ok(reply(
                StatusCode::OK,
                "application/xml; charset=utf-8",
                metadata::document(self.visit.switched).into_bytes(),
            )),
            ("GET", Target::Set(entity)) => self.list(entity, None),
            ("GET", Target::Count(entity)) => {
                let query = self.query(entity)?;
                let (_, count) = query.page_of(entity, self.store);
                Ok(reply(StatusCode::OK, "text/plain", count.to_string().into_bytes()))
            }
            ("GET", Target::Row(entity, id)) => {
                self.row(entity, id)?;
                self.one(entity, id, StatusCode::OK)
            }
            ("GET", Target::Property(entity, id, name)) => self.property(entity, id, &name),
            ("GET", Target::Raw(entity, id, name)) => self.raw(entity, id, &name),
            ("POST", Target::Set(entity)) => self.create(entity),
            ("PATCH", Target::Row(entity, id)) => self.change(entity, id),
            ("DELETE", Target::Row(entity, id)) => {
                write::delete(self.store, entity, id)?;
                Ok(empty(StatusCode::NO_CONTENT))
            }
            ("PUT", Target::Property(entity, id, name)) => self.put_stream(entity, id, &name),
            (method, _) => Ok(unknown(&format!("{method} {}", self.request.uri().path()))),
        }
    }

    /// Refuses writes to what only the server writes, and to rows that the user's rights hide.
    fn may(&self, target: &Target) -> Result<(), Refusal> {
        let (entity, id) = match target {
            Target::Set(entity) | Target::Count(entity) => (entity, None),
            Target::Row(entity, id) | Target::Property(entity, id, _) | Target::Raw(entity, id, _) => {
                (entity, Some(*id))
            }
            Target::Service | Target::Metadata | Target::Unknown => return Ok(()),
        };
        if self.visit.switched.blocked.contains(entity.name) {
            return Err(Refusal::restricted());
        }
        if self.visit.switched.failing.contains(entity.name) {
            return Err(Refusal::timeout());
        }
        let is_hidden = id.is_some_and(|id| self.store.is_veiled(entity, id));
        let is_write = *self.request.method() != Method::GET;
        if is_write && (entity.is_servers_own() || is_hidden) { Err(Refusal::denied(entity.name)) } else { Ok(()) }
    }

    /// Whether an error's page is all that comes of this address.
    fn is_raw(&self, target: &Target) -> bool {
        match target {
            Target::Set(entity)
            | Target::Count(entity)
            | Target::Row(entity, _)
            | Target::Property(entity, ..)
            | Target::Raw(entity, ..) => self.visit.switched.raw.contains(entity.name),
            Target::Service | Target::Metadata | Target::Unknown => false,
        }
    }

    /// A link to the rows of this page once more, if pages never end.
    fn endless(&self, entity: &Entity) -> Option<String> {
        let query = self.request.uri().query().unwrap_or_default();
        let query = match self.visit.switched.pages {
            Pages::Finite => return None,
            Pages::Same => query.to_owned(),
            Pages::New => {
                let (rest, last) = query.rsplit_once("&again=").unwrap_or((query, "0"));
                format!("{rest}&again={}", last.parse::<u64>().unwrap_or(0) + 1)
            }
        };
        Some(format!("{}/{}?{query}", self.root(), entity.name))
    }

    /// A collection: a whole set, or the rows that refer to one row by a lookup.
    fn list(&self, entity: &'static Entity, of: Option<(&Column, Uuid)>) -> Result<Response, Refusal> {
        let mut query = self.query(entity)?;
        let asked = query.limit(self.visit.switched.page);
        let (rows, matches) = match of {
            Some((column, id)) => {
                let ids = self.store.referring(entity.name, column.name, id);
                let rows = self.store.among(entity.name, Some(ids.into_iter().collect()));
                query.page(rows.into_iter(), self.store)
            }
            None => query.page_of(entity, self.store),
        };
        let values: Vec<_> = rows.into_iter().map(|row| query.shown(entity, row, self.store)).collect();
        let mut body = Map::new();
        body.insert("@odata.context".into(), json!(format!("{}/$metadata#{}", self.root(), entity.name)));
        if query.count {
            body.insert("@odata.count".into(), json!(matches));
        }
        let next = query.next(asked, matches).map(|next| format!("{}/{}?{next}", self.root(), entity.name));
        if let Some(next) = self.endless(entity).or(next) {
            body.insert("@odata.nextLink".into(), json!(next));
        }
        body.insert("value".into(), json!(values));
        self.told(StatusCode::OK, body)
    }

    /// A reply, with times as this installation spells them, if the server has the memory for it
    /// (docs/facts/creatio.md, "Queries").
    fn told(&self, status: StatusCode, body: Map<String, Json>) -> Result<Response, Refusal> {
        let mut body = Json::Object(body);
        self.visit.spelling.told(&mut body);
        self.visit.switched.mask(&mut body);
        let response = odata(status, &body);
        let limit = self.visit.switched.memory;
        if limit > 0 && response.body().len() > limit && *self.request.method() == Method::GET {
            return Err(Refusal::out_of_memory());
        }
        Ok(response)
    }

    fn query(&self, entity: &'static Entity) -> Result<Query, Refusal> {
        let mut query = Query::parse(entity, self.request.uri().query(), &self.visit)?;
        query.hide(entity, self.visit.switched);
        Ok(query)
    }

    /// The address of the service as the caller knows it, for links.
    fn root(&self) -> String {
        let host = self.request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        format!("http://{}{}{ROOT}", host.unwrap_or("localhost"), self.visit.switched.host.base())
    }

    fn one(&self, entity: &'static Entity, id: Uuid, status: StatusCode) -> Result<Response, Refusal> {
        let row = self.row(entity, id)?;
        let context = format!("{}/$metadata#{}/$entity", self.root(), entity.name);
        let mut body = Map::from_iter([("@odata.context".to_owned(), json!(context))]);
        if *self.request.method() == Method::GET {
            body.extend(self.query(entity)?.shown(entity, row, self.store));
        } else {
            body.extend(entity_json(entity, row));
        }
        self.told(status, body)
    }

    fn property(&self, entity: &'static Entity, id: Uuid, name: &str) -> Result<Response, Refusal> {
        let row = self.row(entity, id)?;
        match (entity.property(name), navigation(entity, name)) {
            (Some(column), _) if column.kind == Kind::Binary => Ok(stream(row, column)),
            (Some(column), _) => {
                let context = format!("{}/$metadata#{}({id})/{name}", self.root(), entity.name);
                Ok(odata(StatusCode::OK, &json!({"@odata.context": context, "value": row.shown(column)})))
            }
            (None, Some(Navigation::One(column, target))) => match row.guid(column.name) {
                Some(id) => self.one(target, id, StatusCode::OK),
                None => Ok(empty(StatusCode::NO_CONTENT)),
            },
            (None, Some(Navigation::Many(child, column))) => self.list(child, Some((column, id))),
            (None, None) => Ok(unknown(&format!("the property {}", self.request.uri().path()))),
        }
    }

    fn raw(&self, entity: &'static Entity, id: Uuid, name: &str) -> Result<Response, Refusal> {
        let row = self.row(entity, id)?;
        match entity.property(name) {
            Some(column) if column.kind == Kind::Binary => Ok(stream(row, column)),
            Some(column) => {
                let shown = row.shown(column);
                let text = shown.as_str().map_or_else(|| shown.to_string(), str::to_owned);
                Ok(reply(StatusCode::OK, "text/plain; charset=utf-8", text.into_bytes()))
            }
            None => Ok(unknown(&format!("the property {}", self.request.uri().path()))),
        }
    }

    fn create(&mut self, entity: &'static Entity) -> Result<Response, Refusal> {
        let mut changes = self.body(entity)?;
        rewrites::apply(&self.visit.switched.rewrites, entity, &mut changes, true);
        let fresh = self.environment.fresh_id();
        let author = self.author();
        let id = write::insert(self.store, entity, (&changes, fresh), (author, Insert::Created))?;
        let mut response = self.one(entity, id, StatusCode::CREATED)?;
        if let Ok(location) = HeaderValue::try_from(format!("{}/{}({id})", self.root(), entity.name)) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        Ok(response)
    }

    /// PATCH is an upsert (docs/facts/creatio.md, "Verbs").
    fn change(&mut self, entity: &'static Entity, id: Uuid) -> Result<Response, Refusal> {
        let mut changes = self.body(entity)?;
        let author = self.author();
        let is_new = self.store.get(entity, id).is_none();
        rewrites::apply(&self.visit.switched.rewrites, entity, &mut changes, is_new);
        if !is_new {
            write::update(self.store, entity, (&changes, id), author)?;
        } else {
            changes.insert("Id", Some(Value::Guid(id)));
            write::insert(self.store, entity, (&changes, id), (author, Insert::Upserted))?;
        }
        Ok(empty(StatusCode::NO_CONTENT))
    }

    fn put_stream(&mut self, entity: &'static Entity, id: Uuid, name: &str) -> Result<Response, Refusal> {
        let column = entity.column(name).filter(|column| column.kind == Kind::Binary);
        let column = column.ok_or_else(|| Refusal::invalid(format!("'{name}' is no stream.")))?;
        let bytes = Value::Bytes(self.request.body().clone());
        let author = self.author();
        write::update(self.store, entity, (&[(column.name, Some(bytes))].into(), id), author)?;
        Ok(empty(StatusCode::NO_CONTENT))
    }

    fn row(&self, entity: &'static Entity, id: Uuid) -> Result<&Row, Refusal> {
        self.store.get(entity, id).ok_or_else(|| write::no_row(entity, id))
    }

    fn body(&self, entity: &'static Entity) -> Result<write::Changes, Refusal> {
        let body = serde_json::from_slice(self.request.body()).map(|mut body| {
            self.visit.spelling.heard(&mut body);
            body
        });
        match body {
            Ok(Json::Object(body)) => {
                if let Some(name) = body.keys().find(|name| self.lacks(entity, name)) {
                    return Err(Refusal::invalid(write::no_property(entity, name)));
                }
                write::changes(entity, &body).map_err(Refusal::invalid)
            }
            Ok(_) => Err(Refusal::invalid("The body must be a JSON object.")),
            Err(error) => Err(Refusal::invalid(format!("The body is no JSON: {error}."))),
        }
    }

    fn lacks(&self, entity: &'static Entity, property: &str) -> bool {
        entity.property(property).is_some_and(|column| self.visit.switched.lacks(entity.name, column.name))
    }

    fn author(&mut self) -> Author {
        Author { contact: self.visit.contact, at: self.store.stamp(self.environment.now()) }
    }
}

fn stream(row: &Row, column: &Column) -> Response {
    match row.get(column.name) {
        Some(Value::Bytes(bytes)) => reply(StatusCode::OK, "application/octet-stream", bytes.clone()),
        _ => empty(StatusCode::NO_CONTENT),
    }
}

/// Reads `Set`, `Set(guid)`, `Set/guid` (as the batch samples spell it), and what may follow.
fn target(path: &str) -> Result<Target, Refusal> {
    let path = percent_decode_str(path).decode_utf8_lossy();
    let rest = path.split_once(ROOT).map_or("", |(_, rest)| rest).trim_matches('/');
    let mut parts = rest.split('/');
    let first = parts.next().unwrap_or_default();
    let (name, key) = match first.split_once('(') {
        Some((name, key)) => (name, Some(key.trim_end_matches(')'))),
        None => (first, None),
    };
    let Some(entity) = Entity::named(name) else {
        return Ok(match rest {
            "" => Target::Service,
            "$metadata" => Target::Metadata,
            _ => Target::Unknown,
        });
    };
    let mut parts: Vec<&str> = parts.collect();
    let key = match (key, parts.first()) {
        (None, Some(part)) if Uuid::parse_str(part).is_ok() => Some(parts.remove(0)),
        (key, _) => key,
    };
    let Some(key) = key else {
        return Ok(match parts.as_slice() {
            [] => Target::Set(entity),
            ["$count"] => Target::Count(entity),
            _ => Target::Unknown,
        });
    };
    let id = Uuid::parse_str(key).map_err(|_| Refusal::invalid(format!("The key '{key}' is no Edm.Guid.")))?;
    Ok(match parts.as_slice() {
        [] => Target::Row(entity, id),
        [name] => Target::Property(entity, id, (*name).to_owned()),
        [name, "$value"] => Target::Raw(entity, id, (*name).to_owned()),
        _ => Target::Unknown,
    })
}
