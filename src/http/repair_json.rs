//! JSON that servers send although it is none: bytes that are no UTF-8, and halves of surrogate
//! pairs (an emoji cut in two). Each becomes U+FFFD, so that one bad character does not cost a
//! whole page. Nothing else is mended.

/// `bytes` with every such place replaced; `None` if there is nothing to mend.
#[must_use]
pub fn repair_json(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut mended = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    let mut changed = matches!(text, std::borrow::Cow::Owned(_));
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        mended.push_str(before);
        let (escape, after) = match (unit(from), from.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => from.split_at(12),
            (Some(0xD800..=0xDFFF), _) => {
                changed = true;
                ("\\uFFFD", from.get(6..).unwrap_or_default())
            }
            // any other escape: its backslash and the character after it belong together
            (Some(_) | None, _) => from.split_at(from.chars().take(2).map(char::len_utf8).sum()),
        };
        mended.push_str(escape);
        rest = after;
    }
    mended.push_str(rest);
    changed.then_some(mended)
}

/// The UTF-16 unit of the `\uXXXX` that `text` begins with.
fn unit(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_broken_is_mended() {
        for (text, mended) in [
            (r#"{"a":"plain \" \\ \n é"}"#, None),
            (r#"{"a":"\ud83d\ude00"}"#, None),
            (r#"{"a":"\ud83d"}"#, Some(r#"{"a":"\uFFFD"}"#)),
            (r#"{"a":"\ude00 b"}"#, Some(r#"{"a":"\uFFFD b"}"#)),
            (r#"{"a":"\ud83d\ud83d\ude00"}"#, Some(r#"{"a":"\uFFFD\ud83d\ude00"}"#)),
            (r#"{"a":"\\ud83d"}"#, None),
            (r"\", None),
            (r"\u12", None),
        ] {
            assert_eq!(repair_json(text.as_bytes()).as_deref(), mended, "{text}");
        }
        assert_eq!(repair_json(b"\"\xff\"").as_deref(), Some("\"\u{FFFD}\""));
    }
}
