//! The browser's clock.
#![cfg(target_arch = "wasm32")]

use crate::model::Instant;
use js_sys::Date;

/// The browser's clock.
#[must_use]
pub fn now() -> Instant {
    // whole milliseconds, within an i64 for 292 million years
    #[allow(clippy::cast_possible_truncation)]
    Instant::from_timestamp_millis(Date::now() as i64).unwrap_or_default()
}
