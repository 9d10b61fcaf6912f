//! The one class that JavaScript sees. Each method clones what it needs before it awaits, so that calls may overlap.
#![cfg(target_arch = "wasm32")]

use crate::engine::settings::Settings;
use crate::error::{Error, Result};
use crate::model::time::local;
use crate::ports::{Clock, Store};
use crate::web::dto;
use crate::web::error::{misfit, to_js};
use crate::web::fetch::Fetch;
use crate::web::host::{BrowserClock, Host, HostKeys};
use crate::web::store::{self, IdbStore};
use crate::web::zone::IntlZone;
use idb::Database;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// The engine in a page: keeps one user's Creatio activities and mailboxes in step.
#[wasm_bindgen]
pub struct ScheduleSync {
    inner: Rc<Inner>,
}

struct Inner {
    context: dto::Context,
    host: Host,
    keys: HostKeys,
    fetch: Fetch,
    zone: IntlZone,
    database: RefCell<Option<Rc<Database>>>,
    stop: Cell<bool>,
}

#[wasm_bindgen]
impl ScheduleSync {
    /// An engine for the user of `context`, whose page answers by `host`.
    #[wasm_bindgen(constructor)]
    pub fn new(context: Ts<dto::Context>, host: Host) -> Result<ScheduleSync, JsValue> {
        let context = context.to_rust().map_err(|error| to_js(&misfit(&error)))?;
        let inner = Inner {
            fetch: Fetch::new(&context.base),
            zone: IntlZone::new(&context.time_zone),
            keys: HostKeys(host.clone()),
            host,
            context,
            database: RefCell::default(),
            stop: Cell::new(false),
        };
        Ok(Self { inner: Rc::new(inner) })
    }

    /// The settings of an account; the first ones, if none were saved.
    pub async fn settings(&self, account: String) -> Result<Ts<dto::Settings>, JsValue> {
        let inner = Rc::clone(&self.inner);
        let settings = inner.settings(&account).await.map_err(|error| to_js(&error))?;
        out(&dto::Settings::from(settings))
    }

    /// Saves the settings of an account.
    #[wasm_bindgen(js_name = saveSettings)]
    pub async fn save_settings(&self, account: String, settings: Ts<dto::Settings>) -> Result<(), JsValue> {
        let inner = Rc::clone(&self.inner);
        let settings: dto::Settings = settings.to_rust().map_err(|error| to_js(&misfit(&error)))?;
        inner.save_settings(&account, settings).await.map_err(|error| to_js(&error))
    }

    /// Asks the run that is going on to stop after its current batch.
    pub fn stop(&self) {
        self.inner.stop.set(true);
    }
}

impl Inner {
    async fn store(&self, account: &str) -> Result<IdbStore> {
        let open = self.database.borrow().clone();
        let database = match open {
            Some(database) => database,
            None => store::open(&self.context.instance).await?,
        };
        *self.database.borrow_mut() = Some(Rc::clone(&database));
        Ok(IdbStore::new(&database, account))
    }

    async fn settings(&self, account: &str) -> Result<Settings> {
        let saved = self.store(account).await?.settings().await?;
        Ok(saved.unwrap_or_else(|| Settings::first(local(&self.zone, BrowserClock.now()).date())))
    }

    async fn save_settings(&self, account: &str, settings: dto::Settings) -> Result<()> {
        let rules = self.settings(account).await?.rules;
        let settings = settings.into_engine(rules).map_err(|error| misfit(&error))?;
        self.store(account).await?.save_settings(&settings).await
    }
}

/// `value` as a JavaScript object.
fn out<T: Tsify + serde::Serialize>(value: &T) -> Result<Ts<T>, JsValue> {
    value.into_ts().map_err(|error| to_js(&Error::Store(error.to_string())))
}
