//! Errors as JavaScript sees them: an `Error` with a stable `code`, and the `side` concerned.
#![cfg(target_arch = "wasm32")]

use crate::error::Error;
use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/**
 * What a rejected call of {@link ScheduleSync} throws: choose the text by `code`, never show
 * `message`.
 */
export interface EngineError extends Error {
    code: "no-reply" | "signed-out" | "forbidden" | "busy" | "server-error" | "unreadable" | "foreign-link" | "cursor-lost"
        | "store" | "store-full" | "zone" | "settings" | "elsewhere" | "stopped" | "outdated" | "running";
    side?: "creatio" | "exchange";
    /**
     * `elsewhere`: the Creatio or mailbox that is to be synchronised, and the one that was found.
     */
    names?: { meant: string; found: string };
}
"#;

/// `error` as a JavaScript `Error`.
#[must_use]
pub fn to_js(error: &Error) -> JsValue {
    let js = js_sys::Error::new(&error.to_string());
    set(&js, "code", error.code());
    if let Some(side) = error.side() {
        set(&js, "side", &side.to_string());
    }
    if let Error::Elsewhere { meant, found, .. } = error {
        let names = js_sys::Object::new();
        set(&names, "meant", meant);
        set(&names, "found", found);
        // as below
        let _ = Reflect::set(&js, &"names".into(), &names);
    }
    js.into()
}

fn set(target: &JsValue, key: &str, value: &str) {
    // a fresh object is extensible: setting can't fail
    let _ = Reflect::set(target, &key.into(), &value.into());
}

/// What JavaScript passed can't be understood.
pub(super) fn invalid_input(what: &impl std::fmt::Display) -> Error {
    Error::Settings(what.to_string())
}
