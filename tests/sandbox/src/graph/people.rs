//! What servers do with the addresses of people (docs/facts/graph.md, "Addresses of people"),
//! switched on for tests, for mailboxes of both kinds.

use super::answer::{Answer, Fail};
use super::filter::at;
use super::shape::{Object, put};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// How addresses are stored and told. The default leaves them as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct People {
    /// In the place of these addresses others are stored: the primary ones of their owners.
    pub replaced: BTreeMap<String, String>,
    /// So these addresses are told of attendees: quoted, as one of a directory; empty: none is
    /// told.
    pub told: BTreeMap<String, String>,
    /// An event that is read by its id tells so many attendees only (Microsoft 365; an Exchange
    /// Server's lists tell none at all).
    pub few: Option<usize>,
    /// Addresses that no event is sent to: `ErrorInvalidRecipients`, and nothing of the request is
    /// carried out.
    pub refused: Vec<String>,
    /// Further addresses of the mailbox's owner.
    pub aliases: Vec<String>,
}

impl People {
    /// Makes of the attendees of a request what is stored.
    ///
    /// # Errors
    /// An address that is refused.
    pub(crate) fn store(&self, input: &mut Object) -> Result<(), Fail> {
        let given = input.get_mut("attendees").and_then(Value::as_array_mut).into_iter().flatten();
        for email in given.filter_map(|one| one.get_mut("emailAddress")) {
            let address = at(email, "address").as_str().unwrap_or_default().to_lowercase();
            if self.refused.contains(&address) {
                let message = format!("At least one recipient isn't valid: {address}");
                return Err(Fail::new(StatusCode::BAD_REQUEST, "ErrorInvalidRecipients", message));
            }
            if let Some(primary) = self.replaced.get(&address) {
                put(email, "address", primary.as_str());
            }
        }
        Ok(())
    }

    /// How an address is told.
    pub(crate) fn told<'a>(&'a self, address: &'a str) -> &'a str {
        self.told.get(&address.to_lowercase()).map_or(address, String::as_str)
    }

    /// `answer` with people as they are told; `single`: it is one event that was asked for by its
    /// id.
    pub(crate) fn tell(&self, mut answer: Answer, single: bool) -> Answer {
        if let Some(body) = &mut answer.body {
            if let (true, Some(few), Some(all)) =
                (single, self.few, body.get_mut("attendees").and_then(Value::as_array_mut))
            {
                all.truncate(few);
            }
            if !self.told.is_empty() {
                self.spell(body);
            }
        }
        answer
    }

    /// Spells the attendees of every event in `value`.
    fn spell(&self, value: &mut Value) {
        let all = value.get_mut("attendees").and_then(Value::as_array_mut).into_iter().flatten();
        for email in all.filter_map(|one| one.get_mut("emailAddress")) {
            let address = at(email, "address").as_str().unwrap_or_default().to_owned();
            match self.told(&address) {
                "" => {
                    email.as_object_mut().map(|members| members.remove("address"));
                }
                told => put(email, "address", told),
            }
        }
        value.get_mut("value").and_then(Value::as_array_mut).into_iter().flatten().for_each(|one| self.spell(one));
    }
}
