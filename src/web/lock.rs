//! A lock that all tabs of one origin share (Web Locks). The browser frees it when its worker or
//! tab ends, however that ends.
#![cfg(target_arch = "wasm32")]

use crate::error::{Error, Result};
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"])]
    fn request(name: &str, options: &JsValue, callback: &JsValue) -> Result<Promise, JsValue>;
}

/// A lock that is held until this is dropped.
#[must_use = "the lock is free as soon as this is dropped"]
pub struct HeldLock {
    release: Option<Function>,
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        resolve(self.release.as_ref(), &JsValue::UNDEFINED);
    }
}

/// Takes the lock `name`, or tells at once that somebody else holds it.
///
/// # Errors
/// `Running` if it is held; `Store` if the browser has no Web Locks (an insecure page).
pub async fn take(name: &str) -> Result<HeldLock> {
    let (granted, grant) = deferred();
    let (ended, release) = deferred();
    let callback = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        let got = !lock.is_null();
        resolve(grant.as_ref(), &JsValue::from_bool(got));
        if got { ended.into() } else { JsValue::UNDEFINED }
    });
    let options = Object::new();
    let no_locks = |_| Error::Store("this page has no Web Locks; it must be served by https".to_owned());
    Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE).map_err(no_locks)?;
    let asked = request(name, &options, &callback).map_err(no_locks)?;
    // the request itself ends when the lock does; it is awaited only to learn of its refusal
    let first = JsFuture::from(Promise::race(&Array::of2(&granted, &asked))).await.map_err(no_locks)?;
    if first.is_truthy() { Ok(HeldLock { release }) } else { Err(Error::Running) }
}

/// A promise, and the function that resolves it.
fn deferred() -> (Promise, Option<Function>) {
    let mut resolver = None;
    let promise = Promise::new(&mut |resolve, _| resolver = Some(resolve));
    (promise, resolver)
}

fn resolve(resolver: Option<&Function>, value: &JsValue) {
    if let Some(resolver) = resolver {
        // resolving a promise never throws
        let _ = resolver.call1(&JsValue::UNDEFINED, value);
    }
}
