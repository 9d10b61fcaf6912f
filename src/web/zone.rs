//! [`Zone`] by the browser's `Intl`, so that no zone database is shipped.
#![cfg(target_arch = "wasm32")]

use crate::model::time::windows;
use crate::model::{Instant, Zone};
use js_sys::{Array, Date, Intl, Object, Reflect};
use std::cell::RefCell;
use std::collections::HashMap;
use wasm_bindgen::{JsCast, JsValue};

/// Offsets change on quarters of an hour only (the odd ones are older than any calendar here).
const STEP: i64 = 15 * 60;

/// The zone of a user's profile.
pub struct IntlZone {
    name: String,
    format: Intl::DateTimeFormat,
    /// Offsets already asked for, by the number of the quarter of an hour since 1970.
    known: RefCell<HashMap<i64, i32>>,
}

impl IntlZone {
    /// The zone that a server calls `name`: a Windows id or an IANA name. `None` for one that the
    /// browser does not know, and for every zone in a browser that can't name offsets: another one
    /// in its place would move days and local times.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let zone = Self { name: name.to_owned(), format: formatter(iana(name))?, known: RefCell::default() };
        zone.ask(0).map(|_| zone)
    }

    /// Its IANA name.
    #[must_use]
    pub fn iana(&self) -> &str {
        iana(&self.name)
    }

    fn ask(&self, seconds: i64) -> Option<i32> {
        // JavaScript counts milliseconds in floats; exact for 285 000 years
        #[allow(clippy::cast_precision_loss)]
        let date = Date::new(&JsValue::from_f64(seconds as f64 * 1000.0));
        let parts = self.format.format_to_parts(&date);
        parts
            .iter()
            .find_map(|part| {
                let text = |key: &str| Reflect::get(&part, &key.into()).ok()?.as_string();
                (text("type")? == "timeZoneName").then(|| text("value"))?
            })
            .and_then(|text| seconds_ahead(&text))
    }
}

impl Zone for IntlZone {
    fn offset(&self, at: Instant) -> i32 {
        let quarter = at.timestamp().div_euclid(STEP);
        if let Some(known) = self.known.borrow().get(&quarter) {
            return *known;
        }
        // a formatter that has told one offset tells all
        let offset = self.ask(quarter * STEP).unwrap_or(0);
        self.known.borrow_mut().insert(quarter, offset);
        offset
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// The IANA name for a Windows id; any other name as it is.
fn iana(name: &str) -> &str {
    windows(name).unwrap_or(name)
}

/// A formatter that names the offset of a zone; `None` if the browser does not know the zone.
fn formatter(zone: &str) -> Option<Intl::DateTimeFormat> {
    let options = Object::new();
    for (key, value) in [("timeZone", zone), ("timeZoneName", "longOffset")] {
        Reflect::set(&options, &key.into(), &value.into()).ok()?;
    }
    // the constructor of js-sys does not catch the RangeError for an unknown zone
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let constructor: js_sys::Function = Reflect::get(&intl, &"DateTimeFormat".into()).ok()?.dyn_into().ok()?;
    Reflect::construct(&constructor, &Array::of2(&"en-US".into(), &options)).ok()?.dyn_into().ok()
}

/// The seconds in `GMT`, `GMT+03:00`, `GMT-00:25:21`.
fn seconds_ahead(text: &str) -> Option<i32> {
    let text = text.strip_prefix("GMT")?;
    let (sign, digits) = match text.strip_prefix('-').or_else(|| text.strip_prefix('\u{2212}')) {
        Some(digits) => (-1, digits),
        None => (1, text.trim_start_matches('+')),
    };
    if digits.is_empty() {
        return Some(0);
    }
    let mut seconds = 0;
    for (part, unit) in digits.split(':').zip([3600, 60, 1]) {
        seconds += part.parse::<i32>().ok()? * unit;
    }
    Some(sign * seconds)
}
