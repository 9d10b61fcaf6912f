//! The simulation and what breaks half-way, without the other tests. `cargo test` leaves this
//! target out, for `main.rs` has all of them.
#![cfg(not(target_arch = "wasm32"))]
// a test says what it expects by panicking
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::wildcard_enum_match_arm)] // a generator names the cases that it treats apart
#![allow(dead_code, unused_imports)] // what the modules offer to those that are not here

#[path = "../engine"]
mod engine {
    pub(crate) mod laws;
}
#[path = "../runs"]
mod runs {
    mod through_replicas {
        mod shared_days;
    }
}
#[path = "../simulation/mod.rs"]
mod simulation;
#[path = "../support/mod.rs"]
mod support;
