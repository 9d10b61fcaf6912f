//! The tests of the engine alone, without replicas and sandbox: they build and run in seconds, for
//! `npm run mutants`. `cargo test` leaves this target out, for `main.rs` has all of them.
#![cfg(not(target_arch = "wasm32"))]
// a test says what it expects by panicking
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::wildcard_enum_match_arm)] // a generator names the cases that it treats apart
#![allow(dead_code, unused_imports)] // what the modules offer to those that are not here

#[path = "../engine/mod.rs"]
mod engine;
#[path = "../runs"]
mod runs {
    mod over_memory;
}
#[path = "../support"]
mod support {
    pub(crate) mod memory;
    pub(crate) mod memory_scenario;
    pub(crate) mod moment;
    pub(crate) mod random;
    pub(crate) mod records;
    pub(crate) mod runs;
}
