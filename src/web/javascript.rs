//! Values from JavaScript and to it, by the one door for [JSON](crate::json).
#![cfg(target_arch = "wasm32")]

use crate::error::{Error, Result};
use crate::json;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tsify::{Ts, Tsify};

/// What JavaScript passed, as its type.
///
/// # Errors
/// `Settings`: what can't be understood.
pub(super) fn taken<T: DeserializeOwned + Tsify>(passed: &Ts<T>) -> Result<T> {
    let unlike = |reason: String| Error::Settings(reason);
    let value: Value = serde_wasm_bindgen::from_value(passed.js_value()).map_err(|_| unlike("no JSON".to_owned()))?;
    json::understand(&value).map_err(|reason| unlike(reason.to_string()))
}

/// `what` for JavaScript.
///
/// # Errors
/// `Store`: it can't be told.
pub(super) fn told<T: Serialize + Tsify>(what: &T) -> Result<Ts<T>> {
    let untold = |reason: String| Error::Store(reason);
    let value = json::value_of(what).map_err(|reason| untold(reason.to_string()))?;
    // what is not there is `undefined`, as its type says
    let told = value.serialize(&serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true));
    told.map(Ts::new_unchecked).map_err(|reason| untold(reason.to_string()))
}
