//! System settings of Creatio, through DataService: read for the user who asks (a personal value
//! before the one for all), and written as personal values. What their values mean is `document`'s
//! and `policy`'s.

use crate::creatio::client::reply;
use crate::creatio::{Creatio, SIDE};
use crate::error::{Error, Result};
use crate::flat::FlatMap;
use crate::http::{Call, Fault, Repeat, odata};
use crate::ports::{Clock, Credentials, Http};
use serde::Deserialize;
use serde_json::{Map, Value, json};

const QUERY: &str = "DataService/json/SyncReply/QuerySysSettings";
const POST: &str = "DataService/json/SyncReply/PostSysSettingsValues";

/// The reply to a query; a setting that is not there is in `notFoundSettings`, or left out.
#[derive(Deserialize)]
struct SettingValues {
    #[serde(default)]
    success: Option<bool>,
    #[serde(default)]
    values: Option<FlatMap<String, Setting>>,
}

#[derive(Deserialize)]
struct Setting {
    #[serde(default)]
    value: Value,
}

/// The reply to a write: which settings took their value.
#[derive(Deserialize)]
struct Saved {
    #[serde(default)]
    success: Option<bool>,
    #[serde(default, rename = "saveResult")]
    result: Map<String, Value>,
}

impl<P: Http + Clock + Credentials> Creatio<P> {
    /// The texts of these system settings, in their order; `None` for one that is not there. An
    /// installation without the service has none.
    ///
    /// # Errors
    /// What keeps them from being read: whether there is a setting is then not known.
    pub async fn system_settings<const N: usize>(&self, codes: [&str; N]) -> Result<[Option<String>; N]> {
        let call = Call::post(QUERY, json!({"sysSettingsNameCollection": codes.as_slice()}), Repeat::Safe);
        let response = self.service.send(&call).await?;
        if matches!(response.status().as_u16(), 404 | 405 | 501) {
            return Ok([const { None }; N]);
        }
        let read = reply::accept(&response).and_then(|()| odata::parse::<SettingValues>(response.body()));
        let found = read.map_err(|fault| fault.error(SIDE))?;
        let Some(mut values) = found.values.filter(|_| found.success != Some(false)) else {
            return Err(Fault::Unreadable("values: missing".to_owned()).error(SIDE));
        };
        Ok(codes.map(|code| match values.remove(code)?.value {
            Value::String(text) => Some(text),
            Value::Null => Some(String::new()),
            // a setting of another type: its reader tells what is wrong with it
            other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => Some(other.to_string()),
        }))
    }

    /// Gives a system setting a value for this user alone, and reads it back. `false`: it did not
    /// take the value (it is not there, not personal, too short, or the user may not).
    ///
    /// # Errors
    /// No reply, or the session is lost: whether it took the value is not known.
    pub async fn save_personal(&self, code: &str, text: &str) -> Result<bool> {
        let body = json!({"isPersonal": true, "sysSettingsValues": {code: text}});
        let response = self.service.send(&Call::post(POST, body, Repeat::Safe)).await?;
        let saved = reply::accept(&response).and_then(|()| odata::parse::<Saved>(response.body()));
        let saved = match saved {
            Ok(saved) => saved,
            Err(Fault::SignedOut) => return Err(Error::SignedOut(SIDE)),
            Err(Fault::Refused { .. } | Fault::Forbidden(_) | Fault::CursorLost | Fault::Unreadable(_)) => {
                return Ok(false);
            }
        };
        if saved.success == Some(false) || saved.result.get(code) == Some(&Value::Bool(false)) {
            return Ok(false);
        }
        let [back] = self.system_settings([code]).await?;
        Ok(back.as_deref() == Some(text))
    }
}
