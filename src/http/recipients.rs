//! A write that a server refuses for one of the people in it: alike for both kinds of mailbox. One
//! bad address must not keep a meeting back.

use crate::model::Person;

/// Whether a server's code says that one of the people can't be written to.
#[must_use]
pub fn blames_people(code: &str) -> bool {
    ["ErrorInvalidRecipients", "ErrorInvalidSmtpAddress"].iter().any(|own| code.eq_ignore_ascii_case(own))
}

/// Those of `new` whom a server's `message` names; all of them, if it names none: who is at fault
/// is not known then.
#[must_use]
pub fn blamed(message: &str, new: Vec<Person>) -> Vec<Person> {
    let message = message.to_lowercase();
    let is_named = |one: &Person| one.addresses.iter().any(|address| message.contains(address.as_str()));
    if new.iter().any(is_named) { new.into_iter().filter(is_named).collect() } else { new }
}
