//! The world of one account, as a browser is it: network, time, and what only the hosting page
//! knows (cookies, tokens, whether anybody watches), which it tells by callbacks.
#![cfg(target_arch = "wasm32")]

use crate::error::{Error, Result};
use crate::model::{Instant, Side};
use crate::ports::{Clock, Credentials, Events, Http, HttpResponse, NoResponse, Progress, Request, Secret};
use crate::web::clock::now;
use crate::web::dto::SyncEvent;
use crate::web::fetch::Fetch;
use crate::web::request_counter::{RequestCounter, SharedDatabase};
use js_sys::{Array, Object, Promise};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use tsify::Tsify;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the page that hosts the engine does for it. */
export interface Host {
    /**
     * The headers that let the user in at `side`; there into the mailbox `account`. `renew`: those
     * given last were refused. `claims`: what they have to be asked for with, as JSON, after a
     * challenge of continuous access evaluation. Rejects if the user has to sign in first.
     */
    headers(
        side: "creatio" | "exchange",
        renew: boolean,
        account: string,
        claims?: string,
    ): Promise<Record<string, string>>;
    /**
     * By whose sign-in the headers for the mailbox `account` are: an opaque name that is another
     * after every sign-in. Without it, or where it can't be told, the mailbox is asked for its name
     * in every run.
     */
    holder?(account: string): Promise<string | undefined>;
    /** Hears what a run is doing. */
    event(event: SyncEvent): void;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The host page's callbacks.
    #[wasm_bindgen(typescript_type = "Host")]
    #[derive(Clone)]
    pub type Host;

    #[wasm_bindgen(method, catch)]
    fn headers(this: &Host, side: &str, renew: bool, account: &str, claims: Option<&str>) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn holder(this: &Host, account: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn event(this: &Host, event: &JsValue) -> Result<(), JsValue>;
}

/// Whether the user wants the run to stop, and who waits for that.
#[derive(Default)]
pub struct Stop {
    wanted: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

impl Stop {
    /// Tells whether the user wants it, now.
    pub fn set(&self, wanted: bool) {
        self.wanted.set(wanted);
        if wanted {
            self.waiting.take().into_iter().for_each(Waker::wake);
        }
    }
}

/// The world of one account.
pub struct BrowserHost {
    fetch: Fetch,
    host: Host,
    /// The address of the mailbox; empty where only Creatio is asked.
    account: String,
    request_counter: RequestCounter,
    stop: Rc<Stop>,
}

impl BrowserHost {
    /// The world of `account`, reached by `fetch` and `host`, its requests counted in `database`;
    /// `stop` tells whether the user wants its run to stop.
    #[must_use]
    pub fn new(fetch: Fetch, host: Host, account: &str, database: &SharedDatabase, stop: Rc<Stop>) -> Self {
        Self { fetch, host, account: account.to_owned(), request_counter: RequestCounter::new(database, account), stop }
    }
}

impl Http for BrowserHost {
    async fn send(&self, request: Request) -> Result<HttpResponse, NoResponse> {
        self.fetch.send(request).await
    }

    async fn book(&self, side: Side, requests: u32) -> u64 {
        match side {
            Side::Creatio => 0,
            Side::Exchange => self.request_counter.book(requests).await,
        }
    }
}

impl Credentials for BrowserHost {
    async fn headers(&self, side: Side, renew: bool) -> Result<Vec<(String, Secret)>> {
        self.ask(side, renew, None).await
    }

    async fn challenged(&self, side: Side, claims: &str) -> Result<Vec<(String, Secret)>> {
        self.ask(side, true, Some(claims)).await
    }

    async fn holder(&self, side: Side) -> Option<String> {
        match side {
            Side::Creatio => None,
            Side::Exchange => JsFuture::from(self.host.holder(&self.account).ok()?).await.ok()?.as_string(),
        }
    }
}

impl BrowserHost {
    /// Asks the host for headers.
    async fn ask(&self, side: Side, renew: bool, claims: Option<&str>) -> Result<Vec<(String, Secret)>> {
        let signed_out = |_| Error::SignedOut(side);
        let asked = self.host.headers(&side.to_string(), renew, &self.account, claims).map_err(signed_out)?;
        let headers = JsFuture::from(asked).await.map_err(signed_out)?;
        let pairs = Object::entries(&Object::from(headers));
        let pair = |pair: JsValue| {
            let pair = Array::from(&pair);
            Some((pair.get(0).as_string()?, Secret(pair.get(1).as_string()?)))
        };
        Ok(pairs.iter().filter_map(pair).collect())
    }
}

impl Clock for BrowserHost {
    fn now(&self) -> Instant {
        now()
    }

    async fn sleep(&self, ms: u64) {
        // the browser counts in an i32: longer waits than 24 days are cut
        let ms = u32::try_from(ms.min(i32::MAX as u64)).unwrap_or_default();
        gloo_timers::future::TimeoutFuture::new(ms).await;
    }
}

impl Events for BrowserHost {
    fn progress(&self, progress: Progress) {
        if let Ok(event) = SyncEvent::from(progress).into_ts() {
            // a page that fails to listen does not disturb the run
            let _ = self.host.event(&event.js_value());
        }
    }

    fn stop(&self) -> bool {
        self.stop.wanted.get()
    }

    async fn stopped(&self) {
        poll_fn(|context| {
            if self.stop.wanted.get() {
                return Poll::Ready(());
            }
            self.stop.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
