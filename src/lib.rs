//! Schedule Sync: keeps Creatio's activities and an Exchange mailbox in step, inside a Creatio
//! page.
//!
//! Three rings; an inner ring never names an outer one:
//!
//! 1. [`model`] is what the product speaks of; [`error`] is what stops a run; [`engine`] decides.
//!    All are pure: no async, no clock, no randomness, no I/O.
//! 2. [`ports`] are the questions to the world; `http` turns endpoints into answers; `creatio` is
//!    one replica, `graph` and `ews` are the other, for the two kinds of mailbox, which `exchange`
//!    makes one for a run; `run` is one run: observe, plan, apply, fold. All of it is generic over
//!    the ports.
//! 3. `web` (wasm32 only) answers the ports in a browser and is what a page calls.

pub mod creatio;
pub mod engine;
pub mod error;
#[cfg(feature = "ews")]
pub mod ews;
pub mod exchange;
pub mod flat;
pub mod graph;
pub mod http;
pub mod json;
pub mod model;
pub mod ports;
pub mod run;
#[cfg(target_arch = "wasm32")]
pub mod web;

/// The version of this engine, as in `Cargo.toml`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The version of this engine, for the page.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
#[must_use]
pub fn version() -> String {
    VERSION.to_owned()
}
