//! Character references, as the HTML standard reads them (§13.2.5.72–84): every name, with and
//! without `;` where it allows that, and numbers.

/// Every named reference that the standard has, sorted: the name, ` ` or (where it may lack its
/// `;`) `?`, and what it means. A line break, which is white space in markup, stands as a space.
const NAMES: &str = include_str!("entities.txt");
/// Bytes of the longest name.
const LONGEST: usize = 31;
/// What the numbers from 128 to 159 mean, which are Windows-1252 to every browser; a space for
/// those that stay what they are.
const WINDOWS: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/// Where a reference stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReferencePlace {
    /// In text.
    Text,
    /// In the value of an attribute, where `?a=1&copy=2` is an address.
    Attribute,
}

/// `raw` with its references replaced; what is none stays.
pub(super) fn decode(raw: &str, place: ReferencePlace) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, from)) = rest.split_once('&') {
        text.push_str(before);
        rest = match from.strip_prefix('#') {
            Some(number) => match numeric(number) {
                Some((c, after)) => {
                    text.push(c);
                    after
                }
                None => {
                    text.push('&');
                    from
                }
            },
            None => match named(from, place) {
                Some((meaning, after)) => {
                    text.push_str(meaning);
                    after
                }
                None => {
                    text.push('&');
                    from
                }
            },
        };
    }
    text.push_str(rest);
    text
}

/// The character of the number that `text` begins with, and what follows it.
fn numeric(text: &str) -> Option<(char, &str)> {
    let (digits, radix) = text.strip_prefix(['x', 'X']).map_or((text, 10), |hex| (hex, 16));
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let (digits, after) = digits.split_at(end);
    if digits.is_empty() {
        return None;
    }
    let code = digits
        .chars()
        .filter_map(|c| c.to_digit(radix))
        .fold(0_u32, |code, digit| code.saturating_mul(radix).saturating_add(digit));
    let windows = code.checked_sub(0x80).and_then(|at| WINDOWS.chars().nth(usize::try_from(at).ok()?));
    let c = match windows.filter(|c| *c != ' ') {
        Some(c) => c,
        None => char::from_u32(code).filter(|c| *c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER),
    };
    Some((c, after.strip_prefix(';').unwrap_or(after)))
}

/// The meaning of the longest name that `text` begins with, and what follows it.
fn named(text: &str, place: ReferencePlace) -> Option<(&'static str, &str)> {
    let end =
        text.bytes().take(LONGEST + 1).position(|b| !b.is_ascii_alphanumeric()).unwrap_or(text.len().min(LONGEST));
    let word = text.get(..end)?;
    let after = text.get(end..)?;
    if let (Some((meaning, _)), Some(after)) = (lookup(word), after.strip_prefix(';')) {
        return Some((meaning, after));
    }
    (2..=end).rev().find_map(|length| {
        let (meaning, bare) = lookup(word.get(..length)?)?;
        let after = text.get(length..)?;
        let continues = after.starts_with(|c: char| c == '=' || c.is_ascii_alphanumeric());
        (bare && !(place == ReferencePlace::Attribute && continues)).then_some((meaning, after))
    })
}

/// What a name means, and whether it may lack its `;`.
fn lookup(name: &str) -> Option<(&'static str, bool)> {
    let (mut low, mut high) = (0, NAMES.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = NAMES.as_bytes().get(..middle)?.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let line = NAMES.get(start..)?.split('\n').next()?;
        let own = line.get(..line.bytes().position(|b| !b.is_ascii_alphanumeric())?)?;
        match own.cmp(name) {
            std::cmp::Ordering::Less => low = start + line.len() + 1,
            std::cmp::Ordering::Greater => high = start,
            std::cmp::Ordering::Equal => {
                let mut rest = line.get(own.len()..)?.chars();
                let bare = rest.next()? == '?';
                return Some((rest.as_str(), bare));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_mean_what_the_standard_says() {
        for (raw, text) in [
            ("M&uuml;ller M&uumlller M&Uuml", "Müller Müller MÜ"),
            ("20&deg; 20&deg 20&degC", "20° 20° 20°C"),
            ("&notin; &notit; &not; &CounterClockwiseContourIntegral;", "∉ ¬it; ¬ ∳"),
            ("&hellip;&hellip &unknown; &; & &&amp;&amp", "…&hellip &unknown; &; & &&&"),
            ("&#128;&#130;&#x9F;&#129;&#150", "€‚Ÿ\u{81}–"),
            ("&#65&#x42;&#x43 &#; &#x; &#xg", "ABC &#; &#x; &#xg"),
            ("&#0;&#xD800;&#x110000;&#99999999999;", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
            ("&NotEqualTilde;&fjlig;&quest;&NewLine;.", "≂\u{338}fj? ."),
            ("&zwnj;&AMP;&LT&ampx", "\u{200C}&<&x"),
        ] {
            assert_eq!(decode(raw, ReferencePlace::Text), text, "{raw}");
        }
        for (raw, text) in [("?a&copy=1&reg;&lt", "?a&copy=1®<"), ("&copyx&copy", "&copyx©"), ("&copy;=", "©=")] {
            assert_eq!(decode(raw, ReferencePlace::Attribute), text, "{raw}");
        }
    }

    #[test]
    fn every_name_is_found() {
        let names: Vec<&str> =
            NAMES.lines().map(|line| line.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("")).collect();
        assert_eq!(names.len(), 2125);
        for name in names {
            assert!(lookup(name).is_some(), "{name}");
            assert_ne!(decode(&format!("&{name};"), ReferencePlace::Text), format!("&{name};"), "{name}");
        }
    }
}
