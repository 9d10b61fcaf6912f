//! The proof alone: laws, simulations and what they stand on, for `npm run prove`. `cargo test`
//! leaves this target out, for `main.rs` has all of it.
#![cfg(not(target_arch = "wasm32"))]
// a test says what it expects by panicking
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::wildcard_enum_match_arm)] // a generator names the cases that it treats apart
#![allow(dead_code, unused_imports)] // what the modules offer to those that are not here

#[path = "../engine"]
mod engine {
    pub(crate) mod laws;
}
#[path = "../simulation/mod.rs"]
mod simulation;
#[path = "../support/mod.rs"]
mod support;
