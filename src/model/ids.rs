//! Identifiers as types of their own, so that none is mistaken for another. They are opaque texts,
//! compared to the letter.

use super::text::is_void;
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
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
    /// An item on its side: the Activity's `Id` (a lower-case GUID), or the event's or task's id in
    /// the mailbox.
    ItemId
);
id!(
    /// A calendar or task list of the mailbox. Creatio has one container, named `activities`.
    ContainerId
);
id!(
    /// The version of an item that a server gave: an etag, or `ModifiedOn` as read. It is compared,
    /// never ordered.
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

/// An e-mail address in normal form: lower case, without what programs put around it. `Debug` hides
/// it: addresses stay out of logs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Address(String);

impl Address {
    /// The normal form of `text`: without a name before it, quotes, brackets, `mailto:` or `smtp:`,
    /// and a stop at its end. `None` if it is no e-mail address that can be written to (the address
    /// of a directory, `/o=…/cn=…`, or anything else without one `@` inside).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut text = text.rsplit_once('<').map_or(text, |(_, inside)| inside.split('>').next().unwrap_or(inside));
        loop {
            let before = text.len();
            let loose = |c: char| c.is_whitespace() || is_void(c) || "\"'`“”‘’„«»<>;,\u{200B}\u{FEFF}".contains(c);
            text = text.trim_matches(loose).trim_end_matches('.');
            for kind in ["mailto:", "smtp:"] {
                if text.get(..kind.len()).is_some_and(|own| own.eq_ignore_ascii_case(kind)) {
                    text = text.get(kind.len()..).unwrap_or_default();
                }
            }
            if text.len() == before {
                break;
            }
        }
        // what follows `?` in a link is no part of it
        let text = text.split('?').next().unwrap_or(text).to_lowercase();
        let (name, host) = text.split_once('@')?;
        let fits = |c: char| !c.is_whitespace() && !is_void(c) && !"\"()<>[],;:\\".contains(c);
        let is_host = !host.contains(['@', '/', '\'', '=']) && host.split('.').all(|label| !label.is_empty());
        // an address of the directory, wrapped up (IMCEAEX) or not, is nobody's mail address
        let is_directory = name.starts_with('/') || name.starts_with("imceaex-");
        (!name.is_empty() && is_host && !is_directory && text.chars().all(fits)).then_some(Self(text))
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
            ("'anna@fabrikam.example'", Some("anna@fabrikam.example")),
            ("\"Anna\" <Anna@fabrikam.example>;", Some("anna@fabrikam.example")),
            ("<mailto:anna@fabrikam.example?subject=x>", Some("anna@fabrikam.example")),
            ("SMTP:anna@fabrikam.example.", Some("anna@fabrikam.example")),
            ("smtp:'anna@fabrikam.example' ;", Some("anna@fabrikam.example")),
            ("Reed, John <j.o'reed+x@fabrikam.example>", Some("j.o'reed+x@fabrikam.example")),
            ("анна@почта.рф", Some("анна@почта.рф")),
            ("/o=First/ou=Exchange/cn=Recipients/cn=anna", None),
            ("/O=FIRST/CN=anna@fabrikam.example", None),
            ("IMCEAEX-_O=FIRST_CN=anna@fabrikam.example", None),
            ("X500:/o=First/cn=anna", None),
            ("a@b@c.example", None),
            ("anna@fabrikam..example", None),
            ("anna@fabrikam.example;boris@fabrikam.example", None),
            ("", None),
            ("<>", None),
        ] {
            assert_eq!(Address::parse(text).as_ref().map(Address::as_str), normal, "{text}");
        }
        assert_eq!(format!("{:?}", Address::parse("a@b")), "Some(Address(…))");
    }
}
