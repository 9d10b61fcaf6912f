//! UIDs of events: as EWS tells them, as a search takes them, and those that we give (MS-OXOCAL,
//! "PidLidGlobalObjectId"; docs/facts/graph.md, "Ids"). An event that we create gets a UID that
//! follows from its transaction: by it the creation is found again, and the event told from its
//! copies, which take our mark along but get UIDs of their own. That is what Graph's
//! `transactionId` does there.

use crate::engine::identity::{self, GIVEN, GLOBAL_OBJECT};
use crate::model::Uid;
use uuid::Uuid;

/// What a foreign UID is wrapped in (MS-OXCICAL, "vCal-Uid").
const FOREIGN: &[u8] = b"vCal-Uid\x01\0\0\0";
/// The longest UID that is looked for.
const LONGEST: usize = 500;

/// The UID of the event that `transaction` creates.
pub(super) fn of(transaction: &str) -> String {
    let id =
        Uuid::parse_str(transaction).unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, transaction.as_bytes()));
    format!("{GLOBAL_OBJECT}{GIVEN}{}", id.simple().to_string().to_ascii_uppercase())
}

/// A UID in one spelling: global object ids are hexadecimal, and no server minds their case.
pub(super) fn read(text: &str) -> Option<Uid> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let global = text.get(..GLOBAL_OBJECT.len()).is_some_and(|start| start.eq_ignore_ascii_case(GLOBAL_OBJECT));
    Some(if global { Uid::new(text.to_ascii_uppercase()) } else { Uid::new(text) })
}

/// The global object id of events with this UID, of whichever instance, as a search compares it: in
/// base 64.
pub(super) fn global(uid: &Uid) -> Option<String> {
    let text = identity::series_wide(uid);
    let bytes = if text.starts_with(GLOBAL_OBJECT) { bytes(&text)? } else { foreign(&text)? };
    Some(base64(&bytes))
}

/// A foreign UID as Exchange keeps it.
fn foreign(text: &str) -> Option<Vec<u8>> {
    let mut id = bytes(GLOBAL_OBJECT)?;
    id.resize(id.len() + 20, 0);
    let size = u32::try_from(FOREIGN.len() + text.len() + 1).ok()?;
    id.extend(size.to_le_bytes());
    id.extend(FOREIGN.iter().chain(text.as_bytes()).chain(&[0]));
    Some(id)
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = (0..hex.len()).step_by(2).map(|at| hex.get(at..at + 2));
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for nth in 0..4 {
            let sextet = (word >> (18 - 6 * nth) & 63) as usize;
            text.push(if nth > chunk.len() { '=' } else { LETTERS.get(sextet).map_or('=', |l| char::from(*l)) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_ours_is_known_by_its_uid() {
        let transaction_id = "1f0e9a6b-7e2d-5c84-b3a7-5d0c9f5e3c51";
        let uid = of(transaction_id);
        assert_eq!(uid.len(), 112);
        let found = read(&uid.to_lowercase())
            .as_ref()
            .map(|uid| (identity::transaction_in(uid), global(uid).map(|id| id.len())));
        assert_eq!(found, Some((Some(transaction_id.to_owned()), Some(76))));
        assert_ne!(of("another"), of("a third"), "what is no UUID is hashed");
        for foreign in
            ["abc@google.example", &uid.replace("10000000", "10000001"), "040000008200E00074C5B7101A82E008", ""]
        {
            assert_eq!(read(foreign).as_ref().and_then(identity::transaction_in), None, "{foreign}");
        }
    }

    #[test]
    fn a_search_takes_the_global_object_id() {
        let known = concat!(
            "040000008200E00074C5B7101A82E008000000007069352667BBC901",
            "0000000000000000100000000C74ABD802575A41BC09B0E12352657B"
        );
        let instance = known.replacen("E00800000000", "E00807EA0B1A", 1);
        let id = "BAAAAIIA4AB0xbcQGoLgCAAAAABwaTUmZ7vJAQAAAAAAAAAAEAAAAAx0q9gCV1pBvAmw4SNSZXs=";
        let foreign = "BAAAAIIA4AB0xbcQGoLgCAAAAAAAAAAAAAAAAAAAAAAAAAAAEAAAAHZDYWwtVWlkAQAAAGFAYgA=";
        for (uid, id) in [(known, id), (&instance, id), ("a@b", foreign)] {
            assert_eq!(global(&Uid::from(uid)).as_deref(), Some(id), "{uid}");
        }
        assert_eq!([base64(b"M"), base64(b"Ma"), base64(b"Man")], ["TQ==", "TWE=", "TWFu"]);
    }
}
