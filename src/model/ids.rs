//! Identifiers as types of their own, so that none is mistaken for another. They are opaque texts, compared to the letter.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The identifier spelled `text`.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// Its spelling.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

id!(
    /// An item on its side: the Activity's `Id` (a lower-case GUID), or the event's or task's id in the mailbox.
    ItemId
);
id!(
    /// A calendar or task list of the mailbox. Creatio has one container, named `activities`.
    ContainerId
);
id!(
    /// The version of an item that a server gave: an etag, or `ModifiedOn` as read. It is compared, never ordered.
    Version
);
id!(
    /// An iCalendar UID as the server spells it (`iCalUId`; in Creatio `GlobalActivityID`).
    Uid
);
id!(
    /// A Contact of Creatio (a lower-case GUID).
    ContactId
);
id!(
    /// A group of activities (a lower-case GUID).
    GroupId
);
id!(
    /// A Creatio installation; a copied database has another.
    SiteId
);

impl ItemId {
    /// The GUID that `text` is, in whatever spelling.
    #[must_use]
    pub fn guid(text: &str) -> Option<Self> {
        let text = text.trim().trim_matches(['{', '}']).to_ascii_lowercase();
        let is_guid = text.len() == 36 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        is_guid.then_some(Self(text))
    }
}

/// An e-mail address in normal form (trimmed, lower case). `Debug` and `Display` hide it: addresses stay out of logs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(String);

impl Address {
    /// The normal form of `text`; `None` if it is no address at all (no `@` with something on both sides).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let (name, host) = text.split_once('@')?;
        (!name.is_empty() && !host.is_empty() && !text.contains(char::is_whitespace)).then_some(Self(text))
    }

    /// The address itself, for requests.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_spelling_and_stay_hidden() {
        for (text, normal) in [
            (" Anna@Fabrikam.Example ", Some("anna@fabrikam.example")),
            ("anna", None),
            ("@fabrikam.example", None),
            ("anna@", None),
            ("an na@fabrikam.example", None),
        ] {
            assert_eq!(Address::parse(text).as_ref().map(Address::as_str), normal, "{text}");
        }
        assert_eq!(format!("{:?}", Address::parse("a@b")), "Some(Address(…))");
    }
}
