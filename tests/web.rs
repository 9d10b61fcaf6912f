//! Tests of ring 3 in a real browser (`wasm-pack test --headless`).
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_engine_names_its_version() {
    assert!(!schedule_sync::VERSION.is_empty());
}
