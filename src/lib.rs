//! Schedule Sync: keeps Creatio's activities and an Exchange mailbox in step.

/// The version of this engine, as in `Cargo.toml`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The version of this engine, for the page.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
#[must_use]
pub fn version() -> String {
    VERSION.to_owned()
}
