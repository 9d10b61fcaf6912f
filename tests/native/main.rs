//! Native tests of the rings 1 and 2, against the sandbox in process.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)] // a test says what it expects by panicking

mod memory;
mod trips;
