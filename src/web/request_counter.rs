//! The count of requests to a mailbox, in IndexedDB: kept over runs, and shared by all tabs of the
//! user. What counts is [`Budget`]'s. A store that fails costs the count, never a run.
#![cfg(target_arch = "wasm32")]

use crate::http::budget::Budget;
use crate::json;
use crate::web::clock::now;
use crate::web::store;
use idb::{Database, TransactionMode};
use js_sys::Array;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// The connection to the database of one installation, once it is open.
pub type SharedDatabase = Rc<RefCell<Option<Rc<Database>>>>;

/// The count for one mailbox.
#[derive(Clone)]
pub struct RequestCounter {
    database: SharedDatabase,
    account: String,
}

impl RequestCounter {
    /// The count for `account` in `database`.
    #[must_use]
    pub fn new(database: &SharedDatabase, account: &str) -> Self {
        Self { database: Rc::clone(database), account: account.to_owned() }
    }

    /// See [`crate::ports::Http::book`].
    pub async fn book(&self, requests: u32) -> u64 {
        let open = self.database.borrow().clone();
        match open {
            Some(database) => self.written(&database, requests).await.unwrap_or(0),
            None => 0,
        }
    }

    /// Reads and writes in one transaction, so that no other tab counts in between.
    async fn written(&self, database: &Database, requests: u32) -> Result<u64, idb::Error> {
        let transaction = database.transaction(&[store::STATES], TransactionMode::ReadWrite)?;
        let states = transaction.object_store(store::STATES)?;
        let key = JsValue::from(Array::of2(&self.account.as_str().into(), &"requests".into()));
        let text = states.get(key.clone())?.await?.and_then(|text| text.as_string());
        let mut budget: Budget = text.and_then(|text| json::parse(text.as_bytes()).ok()).unwrap_or_default();
        let wait = budget.book(now(), requests);
        if let Ok(text) = json::text_of(&budget) {
            states.put(&JsValue::from_str(&text), Some(&key))?;
        }
        transaction.commit()?.await?;
        Ok(wait)
    }
}
