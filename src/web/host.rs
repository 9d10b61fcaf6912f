//! What the page that hosts the engine knows and a worker does not: cookies, tokens. It answers by callbacks. And time.
#![cfg(target_arch = "wasm32")]

use crate::error::{Error, Result};
use crate::model::{Instant, Side};
use crate::ports::{Clock, Keys, Secret};
use js_sys::{Date, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the page that hosts the engine does for it. */
export interface Host {
    /** The headers that let the user in at `side`. `renew`: those given last were refused. Rejects if the user has to sign in first. */
    headers(side: "creatio" | "exchange", renew: boolean): Promise<Record<string, string>>;
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
    fn headers(this: &Host, side: &str, renew: bool) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn event(this: &Host, event: &JsValue) -> Result<(), JsValue>;
}

impl Host {
    /// Tells the page; one that fails to listen does not disturb the run.
    pub fn tell(&self, event: &JsValue) {
        let _ = self.event(event);
    }
}

/// [`Keys`] by the host's `headers`.
pub struct HostKeys(pub Host);

impl Keys for HostKeys {
    async fn headers(&self, side: Side, renew: bool) -> Result<Vec<(String, Secret)>> {
        let signed_out = |_| Error::SignedOut(side);
        let asked = self.0.headers(&side.to_string(), renew).map_err(signed_out)?;
        let headers = JsFuture::from(asked).await.map_err(signed_out)?;
        let pairs = Object::entries(&Object::from(headers));
        Ok(pairs
            .iter()
            .filter_map(|pair| {
                let pair = js_sys::Array::from(&pair);
                Some((pair.get(0).as_string()?, Secret(pair.get(1).as_string()?)))
            })
            .collect())
    }
}

/// The browser's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrowserClock;

impl Clock for BrowserClock {
    fn now(&self) -> Instant {
        #[allow(clippy::cast_possible_truncation)] // whole milliseconds, within an i64 for 292 million years
        Instant::from_timestamp_millis(Date::now() as i64).unwrap_or_default()
    }

    async fn sleep(&self, ms: u64) {
        // the browser counts in an i32: longer waits than 24 days are cut
        let ms = u32::try_from(ms.min(i32::MAX as u64)).unwrap_or_default();
        gloo_timers::future::TimeoutFuture::new(ms).await;
    }
}
