//! [`Store`] in IndexedDB: one database per Creatio installation, every record under its account.
//!
//! Records are kept as JSON texts: what is looked up by lies beside them as keys. So a member that
//! an engine adds needs no new version of the database; only a change of keys or of meaning does.
#![cfg(target_arch = "wasm32")]

use crate::engine::commit::Commit;
use crate::engine::containers::{self, Renamed};
use crate::engine::history::Entry;
use crate::engine::link::{Link, LinkKey};
use crate::engine::settings::Settings;
use crate::engine::state::State;
use crate::error::{Error, Result};
use crate::flat::{self, FlatMap};
use crate::json;
use crate::model::{ContainerId, Instant, ItemId, Side};
use crate::ports::Store;
use crate::run::record::{self, RunRecord};
use futures_util::future::LocalBoxFuture;
use idb::builder::{DatabaseBuilder, IndexBuilder, ObjectStoreBuilder};
use idb::{Database, KeyPath, KeyRange, Query, Transaction, TransactionMode};
use js_sys::{Array, Object, Reflect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::IdbTransaction;

/// Raised with every change of keys or meaning. An older engine that meets a newer database stops.
const VERSION: u32 = 1;
const LINKS: &str = "links";
const SETTINGS: &str = "settings";
/// Where states lie, and what is counted of an account.
pub(super) const STATES: &str = "states";
const BY_EXCHANGE: &str = "exchange";
const BY_SERIES: &str = "series";
const BY_DUE: &str = "due";
const HISTORY: &str = "history";
/// Under which key beside an account's the name of its last run lies among the states.
const RUN: &str = "run";
/// The same of what is remembered of its runs.
const RECORDS: &str = "runs";

/// The store of one account.
#[derive(Clone)]
pub struct IdbStore {
    database: Rc<Database>,
    account: String,
    /// The user's other accounts.
    others: Vec<String>,
    /// What counts instead of the settings in the database.
    outside: Option<Outside>,
}

/// Settings that count whatever is saved in this browser: they are kept in Creatio, or fixed by a
/// policy.
#[derive(Clone)]
pub struct Outside {
    /// The settings.
    pub settings: Settings,
    /// Has those name containers by their new ids, where they are kept.
    pub rename: Rename,
}

/// See [`Outside::rename`].
pub type Rename = Rc<dyn Fn(Vec<(ContainerId, ContainerId)>) -> LocalBoxFuture<'static, Result<()>>>;

/// Opens the database of the Creatio installation `instance`, and makes it where it is not there.
///
/// # Errors
/// `Store` if the browser refuses, or if a newer engine has been here.
pub async fn open(instance: &str) -> Result<Rc<Database>> {
    let links = ObjectStoreBuilder::new(LINKS)
        .key_path(Some(KeyPath::new_array(["account", "activity"])))
        .add_index(IndexBuilder::new(BY_EXCHANGE.to_owned(), KeyPath::new_array(["account", "exchange"])))
        .add_index(IndexBuilder::new(BY_SERIES.to_owned(), KeyPath::new_array(["account", "series"])))
        .add_index(IndexBuilder::new(BY_DUE.to_owned(), KeyPath::new_array(["account", "due"])));
    let history = ObjectStoreBuilder::new(HISTORY).key_path(Some(KeyPath::new_array(["account", "run", "nth"])));
    let opened = DatabaseBuilder::new(&format!("schedule-sync/{instance}"))
        .version(VERSION)
        .add_object_store(links)
        .add_object_store(ObjectStoreBuilder::new(SETTINGS))
        .add_object_store(ObjectStoreBuilder::new(STATES))
        .add_object_store(history)
        .build()
        .await;
    let mut database = opened.map_err(|error| if is_version_error(&error) { newer() } else { failed(error) })?;
    // a newer engine in another tab waits for this connection to close
    database.on_version_change(|event| {
        if let Some(database) = event.target().and_then(|target| Database::try_from(target).ok()) {
            database.close();
        }
    });
    Ok(Rc::new(database))
}

impl IdbStore {
    /// The store of `account` in `database`.
    #[must_use]
    pub fn new(database: &Rc<Database>, account: &str) -> Self {
        Self { database: Rc::clone(database), account: account.to_owned(), others: Vec::new(), outside: None }
    }

    /// The same store, telling the settings of `outside` whatever is saved in it.
    #[must_use]
    pub fn with_settings(mut self, outside: Outside) -> Self {
        self.outside = Some(outside);
        self
    }

    /// The same store, of a user who has `others` beside this account. The browser may hold those
    /// of other users, too.
    #[must_use]
    pub fn beside(mut self, others: Vec<String>) -> Self {
        self.others = others;
        self
    }

    fn begin(&self, store: &str, mode: TransactionMode) -> Result<Transaction> {
        // a connection that was closed for a newer engine begins no transaction
        self.database.transaction(&[store], mode).map_err(|_| newer())
    }

    /// The record that `store` has for the account.
    async fn read<T: DeserializeOwned>(&self, store: &str) -> Result<Option<T>> {
        let transaction = self.begin(store, TransactionMode::ReadOnly)?;
        let request = transaction.object_store(store).map_err(failed)?.get(JsValue::from_str(&self.account));
        let text = request.map_err(failed)?.await.map_err(failed)?;
        text.map(|text| parse(&text)).transpose()
    }

    /// What is remembered of the runs of the account, the newest last.
    ///
    /// # Errors
    /// `Store` if it fails or belongs to a newer engine.
    pub async fn records(&self) -> Result<Vec<RunRecord>> {
        let transaction = self.begin(STATES, TransactionMode::ReadOnly)?;
        self.recorded(&transaction).await
    }

    /// Remembers a run.
    ///
    /// # Errors
    /// As [`Self::records`].
    pub async fn remember(&self, record: RunRecord) -> Result<()> {
        let transaction = self.begin(STATES, TransactionMode::ReadWrite)?;
        let mut records = self.recorded(&transaction).await?;
        record::remember(&mut records, record);
        let text = JsValue::from_str(&serialise(&records)?);
        let states = transaction.object_store(STATES).map_err(failed)?;
        states.put(&text, Some(&self.key(RECORDS))).map_err(failed)?;
        done(transaction).await
    }

    async fn recorded(&self, transaction: &Transaction) -> Result<Vec<RunRecord>> {
        let states = transaction.object_store(STATES).map_err(failed)?;
        let text = states.get(self.key(RECORDS)).map_err(failed)?.await.map_err(failed)?;
        // a record of another version that can't be read is no reason to tell nothing any more
        Ok(text.and_then(|text| parse(&text).ok()).unwrap_or_default())
    }

    /// Those links that `query` finds in the index, or without one among all links.
    async fn select(&self, index: Option<&str>, queries: Vec<Query>) -> Result<Vec<Link>> {
        let transaction = self.begin(LINKS, TransactionMode::ReadOnly)?;
        let store = transaction.object_store(LINKS).map_err(failed)?;
        // every request is sent before the first answer is awaited: a transaction ends when it has
        // nothing to do
        let mut requests = Vec::with_capacity(queries.len());
        for query in queries {
            requests.push(match index {
                Some(index) => {
                    store.index(index).map_err(failed)?.get_all(Some(query), None).map_err(failed)?.into_future()
                }
                None => store.get_all(Some(query), None).map_err(failed)?.into_future(),
            });
        }
        let mut links = Vec::new();
        for rows in futures_util::future::join_all(requests).await {
            for row in rows.map_err(failed)? {
                links.push(parse(&Reflect::get(&row, &"link".into()).unwrap_or_default())?);
            }
        }
        Ok(links)
    }

    fn key(&self, id: &str) -> JsValue {
        Array::of2(&self.account.as_str().into(), &id.into()).into()
    }

    fn row(&self, link: &Link) -> Result<JsValue> {
        let row = Object::new();
        let series = link.series().map(ItemId::as_str);
        let text = serialise(link)?;
        let members = [
            ("account", Some(self.account.as_str())),
            ("activity", Some(link.halves.creatio.id().as_str())),
            ("exchange", Some(link.halves.exchange.id().as_str())),
            ("series", series),
            ("link", Some(text.as_str())),
        ];
        for (name, value) in members {
            if let Some(value) = value {
                set(&row, name, &value.into());
            }
        }
        if let Some(due) = link.due() {
            set(&row, "due", &millis(due).into());
        }
        Ok(row.into())
    }

    fn entry_row(&self, entry: &Entry) -> Result<JsValue> {
        let row = Object::new();
        set(&row, "account", &self.account.as_str().into());
        set(&row, "run", &millis(entry.run).into());
        set(&row, "nth", &(entry.nth as f64).into());
        set(&row, "entry", &serialise(entry)?.into());
        Ok(row.into())
    }

    /// The history in a range of keys, in their order.
    async fn past(&self, range: &KeyRange) -> Result<Vec<Entry>> {
        let transaction = self.begin(HISTORY, TransactionMode::ReadOnly)?;
        let store = transaction.object_store(HISTORY).map_err(failed)?;
        let all = store.get_all(Some(range.clone().into()), None).map_err(failed)?.await.map_err(failed)?;
        all.iter().map(|row| parse(&Reflect::get(row, &"entry".into()).unwrap_or_default())).collect()
    }

    /// The keys of the whole history, oldest first.
    async fn keys(&self, transaction: &Transaction) -> Result<Vec<PastKey>> {
        let store = transaction.object_store(HISTORY).map_err(failed)?;
        let keys = store.get_all_keys(Some(self.up_to(f64::MAX)?.into()), None).map_err(failed)?;
        let keys = keys.await.map_err(failed)?;
        Ok(keys.iter().filter_map(|key| Some(PastKey { run: Array::from(key).get(1).as_f64()? })).collect())
    }

    /// All keys of the history from the run `first` to the run `last`, both included.
    fn bounds(&self, first: f64, last: f64) -> Result<KeyRange> {
        // an array sorts after every number
        let end = Array::of3(&self.account.as_str().into(), &last.into(), &Array::new());
        KeyRange::bound(&self.numbered(first), &end, None, None).map_err(failed)
    }

    /// All keys of the account whose second part is a number up to `last`.
    fn up_to(&self, last: f64) -> Result<KeyRange> {
        let (first, end) = (self.numbered(f64::MIN), self.numbered(last));
        KeyRange::bound(&first, &end, None, None).map_err(failed)
    }

    fn numbered(&self, number: f64) -> JsValue {
        Array::of2(&self.account.as_str().into(), &number.into()).into()
    }

    async fn write<T: Serialize>(&self, store: &str, value: &T) -> Result<()> {
        let transaction = self.begin(store, TransactionMode::ReadWrite)?;
        let text = JsValue::from_str(&serialise(value)?);
        let key = JsValue::from_str(&self.account);
        transaction.object_store(store).map_err(failed)?.put(&text, Some(&key)).map_err(failed)?;
        done(transaction).await
    }
}

impl Store for IdbStore {
    async fn settings(&self) -> Result<Option<Settings>> {
        match &self.outside {
            Some(outside) => Ok(Some(outside.settings.clone())),
            None => self.read(SETTINGS).await,
        }
    }

    async fn save_settings(&self, settings: &Settings) -> Result<()> {
        self.write(SETTINGS, settings).await
    }

    async fn rename_in_settings(&self, renamed: &Renamed) -> Result<()> {
        if let Some(outside) = &self.outside {
            return (outside.rename)(renamed.to_vec()).await;
        }
        let Some(mut settings) = self.settings().await? else { return Ok(()) };
        containers::rename_in_settings(&mut settings, renamed);
        self.save_settings(&settings).await
    }

    async fn state(&self) -> Result<Option<State>> {
        self.read(STATES).await
    }

    async fn links(&self, keys: &[LinkKey]) -> Result<Vec<Link>> {
        let mut queries: FlatMap<Option<&str>, Vec<Query>> = FlatMap::new();
        for key in keys {
            let (index, query): (Option<&str>, Query) = match key {
                LinkKey::Item(Side::Creatio, id) => (None, self.key(id.as_str()).into()),
                LinkKey::Item(Side::Exchange, id) => (Some(BY_EXCHANGE), self.key(id.as_str()).into()),
                LinkKey::Series(master) => (Some(BY_SERIES), self.key(master.as_str()).into()),
                LinkKey::Due(now) => (Some(BY_DUE), self.up_to(millis(*now))?.into()),
            };
            queries.entry(index).or_default().push(query);
        }
        let mut found = FlatMap::new();
        for (index, queries) in queries {
            for link in self.select(index, queries).await? {
                found.insert(link.halves.creatio.id().clone(), link);
            }
        }
        Ok(found.into_values().collect())
    }

    async fn elsewhere(&self, activities: &[ItemId]) -> Result<Vec<Link>> {
        let keys = self.others.iter().flat_map(|other| {
            activities
                .iter()
                .map(|id| Query::from(JsValue::from(Array::of2(&other.as_str().into(), &id.as_str().into()))))
        });
        self.select(None, keys.collect()).await
    }

    async fn successors(&self, activities: &[ItemId]) -> Result<Vec<Link>> {
        let ranges = self.others.iter().map(|other| {
            let [first, end] =
                [JsValue::from_str(""), Array::new().into()].map(|end| Array::of2(&other.as_str().into(), &end));
            Ok(KeyRange::bound(&first, &end, None, None).map_err(failed)?.into())
        });
        let links = self.select(None, ranges.collect::<Result<_>>()?).await?;
        let is_asked = |link: &Link| link.memory.instead.as_ref().is_some_and(|instead| activities.contains(instead));
        Ok(links.into_iter().filter(is_asked).collect())
    }

    async fn all(&self) -> Result<Vec<Link>> {
        // an array sorts after every text
        let end = Array::of2(&self.account.as_str().into(), &Array::new());
        let range = KeyRange::bound(&self.key(""), &end, None, None).map_err(failed)?;
        self.select(None, vec![range.into()]).await
    }

    async fn name_run(&self, now: Instant) -> Result<Instant> {
        let transaction =
            self.database.transaction(&[STATES, HISTORY], TransactionMode::ReadWrite).map_err(|_| newer())?;
        let states = transaction.object_store(STATES).map_err(failed)?;
        let key = self.key(RUN);
        let last = states.get(key.clone()).map_err(failed)?.await.map_err(failed)?.and_then(|last| last.as_f64());
        let last = match last {
            Some(last) => Some(last),
            // nothing was named yet, or by an engine that did not note it
            None => self.keys(&transaction).await?.last().map(|key| key.run),
        };
        let name = last.map_or(millis(now), |last| millis(now).max(last + 1.0));
        states.put(&name.into(), Some(&key)).map_err(failed)?;
        done(transaction).await?;
        #[allow(clippy::cast_possible_truncation)] // whole milliseconds, see `millis`
        Ok(Instant::from_timestamp_millis(name as i64).unwrap_or(now))
    }

    async fn entries(&self, run: Instant) -> Result<Vec<Entry>> {
        let run = millis(run);
        self.past(&self.bounds(run, run)?).await
    }

    async fn recent(&self, least: usize) -> Result<Vec<Entry>> {
        let transaction = self.begin(HISTORY, TransactionMode::ReadOnly)?;
        let keys = self.keys(&transaction).await?;
        let Some(first) = keys.get(keys.len().saturating_sub(least)) else { return Ok(Vec::new()) };
        let mut entries = self.past(&self.bounds(first.run, f64::MAX)?).await?;
        flat::sort_by_key(&mut entries, |entry| (std::cmp::Reverse(entry.run), entry.nth));
        Ok(entries)
    }

    async fn commit(&self, commit: &Commit) -> Result<()> {
        let transaction =
            self.database.transaction(&[LINKS, STATES, HISTORY], TransactionMode::ReadWrite).map_err(|_| newer())?;
        if let Some(change) = &commit.state {
            let states = transaction.object_store(STATES).map_err(failed)?;
            let key = JsValue::from_str(&self.account);
            let stored = states.get(key.clone()).map_err(failed)?.await.map_err(failed)?;
            let stored = stored.map(|text| parse(&text)).transpose()?;
            if let Some(state) = change.made_to(stored) {
                states.put(&JsValue::from_str(&serialise(&state)?), Some(&key)).map_err(failed)?;
            }
        }
        let history = transaction.object_store(HISTORY).map_err(failed)?;
        if let Some(before) = commit.forget {
            history.delete(Query::from(self.up_to(millis(before))?)).map_err(failed)?;
        }
        for (run, nth) in &commit.unwritten {
            let key = Array::of3(&self.account.as_str().into(), &millis(*run).into(), &(*nth as f64).into());
            history.delete(JsValue::from(key)).map_err(failed)?;
        }
        for entry in &commit.history {
            history.put(&self.entry_row(entry)?, None).map_err(failed)?;
        }
        let links = transaction.object_store(LINKS).map_err(failed)?;
        for id in &commit.drop {
            links.delete(self.key(id.as_str())).map_err(failed)?;
        }
        for link in &commit.put {
            links.put(&self.row(link)?, None).map_err(failed)?;
        }
        done(transaction).await
    }
}

/// The key of an entry of the history.
struct PastKey {
    /// The run, in milliseconds since 1970.
    run: f64,
}

/// Sets a member of a fresh object, which can't fail.
fn set(row: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(row, &name.into(), value);
}

/// An instant as a key: milliseconds since 1970.
#[allow(clippy::cast_precision_loss)] // exact for some 280,000 years
fn millis(at: Instant) -> f64 {
    at.timestamp_millis() as f64
}

/// Waits until all of a transaction is written.
async fn done(transaction: Transaction) -> Result<()> {
    let inner = IdbTransaction::from(transaction);
    let result = Transaction::from(inner.clone()).commit().map_err(failed)?.await.map_err(failed)?;
    if result.is_committed() {
        return Ok(());
    }
    // only the transaction itself tells why it was given up as a whole
    if inner.error().is_some_and(|error| error.name() == FULL) {
        return Err(Error::StoreFull);
    }
    Err(Error::Store("the write was not carried out".to_owned()))
}

/// The name of the exception by which a browser says that there is no room.
const FULL: &str = "QuotaExceededError";

/// Whether the browser says that there is no room.
fn is_full(error: &idb::Error) -> bool {
    // what fails a transaction is told by the request in it; each other error shows the name of its
    // exception
    if let idb::Error::UnexpectedJsType(_, request) = error {
        let error = Reflect::get(request, &"error".into()).unwrap_or_default();
        let name = if error.is_object() { Reflect::get(&error, &"name".into()).unwrap_or_default() } else { error };
        return name.as_string().as_deref() == Some(FULL);
    }
    error.to_string().contains(FULL)
}

fn serialise<T: Serialize>(value: &T) -> Result<String> {
    json::text_of(value).map_err(|error| Error::Store(error.to_string()))
}

fn parse<T: DeserializeOwned>(text: &JsValue) -> Result<T> {
    json::parse(text.as_string().unwrap_or_default().as_bytes())
        .map_err(|reason| Error::Store(format!("a record can't be read: {reason}")))
}

/// Whether the database has a higher version than the one asked for.
fn is_version_error(error: &idb::Error) -> bool {
    matches!(error, idb::Error::DomException(exception) if exception.name() == "VersionError")
}

fn newer() -> Error {
    Error::Store("it belongs to a newer version; reload the page".to_owned())
}

#[allow(clippy::needless_pass_by_value)] // as map_err hands it over
fn failed(error: idb::Error) -> Error {
    if is_full(&error) { Error::StoreFull } else { Error::Store(error.to_string()) }
}
