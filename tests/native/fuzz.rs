//! Histories that a fuzzer spells: libFuzzer writes bytes, they choose what the generator of the
//! simulation chooses, and what they reach in the engine decides what is tried next. The crate is
//! `tests/fuzz`; its corpus is played by `prove.rs` without a fuzzer.
#![no_main]
// what the modules offer to tests
#![allow(dead_code, unused_imports, unused_macros, unreachable_pub)]

mod chance;
mod decide;
mod ews_setup;
mod graph_limits;
mod graph_setup;
mod joined;
mod laws;
mod memory;
mod moment;
mod simulate;
mod spine;
mod trips;
mod world;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // what is known to be wrong is no news
    match simulate::spelled("fuzzed", bytes) {
        Err(failure) if failure.known.is_none() => panic!("{}", failure.told),
        Ok(_) | Err(_) => {}
    }
});
