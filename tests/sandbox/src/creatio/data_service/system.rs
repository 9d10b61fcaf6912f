//! System settings: `QuerySysSettings` and `PostSysSettingsValues`. Which ones there are, and their
//! values for all users, is a switch; what users save for themselves lies in the store. Values for
//! all are never written here: no client of this sandbox may.

use super::super::Visit;
use super::super::store::Store;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// One system setting.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SystemSetting {
    /// Each user may have a value of their own.
    pub personal: bool,
    /// The value for all.
    pub value: Json,
    /// Most characters of a text: longer ones are cut, as a column would.
    pub size: usize,
}

impl Default for SystemSetting {
    fn default() -> Self {
        Self { personal: false, value: Json::Null, size: usize::MAX }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    sys_settings_name_collection: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Post {
    #[serde(default)]
    is_personal: bool,
    sys_settings_values: Map<String, Json>,
}

/// The values of settings, as the user has them.
pub(super) fn query(store: &Store, visit: &Visit<'_>, body: Json) -> Result<Json, String> {
    let query: Query = serde_json::from_value(body).map_err(|error| error.to_string())?;
    let mut values = Map::new();
    let mut missing = Vec::new();
    for code in query.sys_settings_name_collection {
        match visit.switched.settings.get(&code) {
            Some(setting) => {
                let own = store.personal.get(&(visit.contact, code.clone()));
                let value = own.map_or_else(|| setting.value.clone(), |text| json!(text));
                values.insert(code.clone(), json!({"code": code, "value": value, "dataValueType": 1}));
            }
            None => missing.push(code),
        }
    }
    Ok(json!({"success": true, "values": values, "notFoundSettings": missing}))
}

/// Saves values of the user; which were taken.
pub(super) fn post(store: &mut Store, visit: &Visit<'_>, body: Json) -> Result<Json, String> {
    let post: Post = serde_json::from_value(body).map_err(|error| error.to_string())?;
    let mut result = Map::new();
    for (code, value) in post.sys_settings_values {
        let setting = visit.switched.settings.get(&code).filter(|setting| setting.personal && post.is_personal);
        if let (Some(setting), Some(text)) = (setting, value.as_str()) {
            let text = text.chars().take(setting.size).collect();
            store.personal.insert((visit.contact, code.clone()), text);
            result.insert(code, json!(true));
        } else {
            result.insert(code, json!(false));
        }
    }
    Ok(json!({"success": true, "saveResult": result}))
}
