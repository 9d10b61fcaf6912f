//! Texts and their normal forms: what is compared is the text a person sees, never its markup or
//! white space.

/// Whether `c` is no text: what servers and formats drop, replace or refuse, each in its own way
/// (control characters, the two that XML does not have). Everywhere it counts as a space, and
/// nowhere it is written.
#[must_use]
pub fn is_void(c: char) -> bool {
    c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

/// Whether `c` ends a line of plain text.
#[must_use]
pub const fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// `text` in normal form: each line's runs of white space (no-break and zero-width ones too) made
/// one space and its ends trimmed, empty lines left out, lines parted by `\n`.
#[must_use]
pub fn lines(text: &str) -> String {
    text.split(is_line_end).map(line).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// One line in normal form: titles and places.
#[must_use]
pub fn line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || is_void(c) || matches!(c, '\u{200B}' | '\u{FEFF}'))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
