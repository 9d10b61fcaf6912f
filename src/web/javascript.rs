//! Values from JavaScript and to it, by the one door for [JSON](crate::json).
#![cfg(target_arch = "wasm32")]

use crate::error::Error;
use crate::json;
use crate::web::error::{invalid_input, to_js};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tsify::{Ts, Tsify};
use wasm_bindgen::JsValue;

/// What JavaScript passed, as its type.
///
/// # Errors
/// `settings`: what can't be understood.
pub(super) fn taken<T: DeserializeOwned + Tsify>(passed: &Ts<T>) -> Result<T, JsValue> {
    let value: Value =
        serde_wasm_bindgen::from_value(passed.js_value()).map_err(|_| to_js(&invalid_input(&"no JSON")))?;
    json::understand(&value).map_err(|reason| to_js(&invalid_input(&reason)))
}

/// `what` for JavaScript.
///
/// # Errors
/// `store`: it can't be told.
pub(super) fn told<T: Serialize + Tsify>(what: &T) -> Result<Ts<T>, JsValue> {
    let untold = |reason: String| to_js(&Error::Store(reason));
    let value = json::value_of(what).map_err(|reason| untold(reason.to_string()))?;
    // what is not there is `undefined`, as its type says
    let told = value.serialize(&serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true));
    told.map(Ts::new_unchecked).map_err(|reason| untold(reason.to_string()))
}
