//! Base 64, as ids, versions and challenges are spelled.

pub(crate) const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
pub(crate) const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `bytes` in letters of `alphabet`; `padding` (`=` or nothing) fills the last group of four.
pub(crate) fn base64(bytes: &[u8], alphabet: &[u8; 64], padding: &str) -> String {
    let sextets = bytes.chunks(3).flat_map(|chunk| {
        let word = (0..3).fold(0_u32, |word, i| word << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
        (0..=chunk.len()).map(move |i| (word >> (18 - 6 * i)) as usize & 63)
    });
    let letters: String = sextets.filter_map(|i| alphabet.get(i)).map(|byte| char::from(*byte)).collect();
    let missing = (3 - bytes.len() % 3) % 3;
    letters + &padding.repeat(missing)
}
