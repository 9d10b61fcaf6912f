//! Texts and their normal forms: what is compared is the text a person sees, never its markup or
//! white space.

use super::html;
use serde::{Deserialize, Serialize};

/// Notes or a body: compared by its text alone, carried with its markup.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Body {
    /// The text a person sees, in normal form ([`lines`]).
    pub text: String,
    /// The markup it came in, or the plain text as markup; its text is `text`. Not sanitised
    /// (whoever writes it to a page or to Creatio does that), but where it has characters that not
    /// every server carries.
    pub html: String,
    /// Whether the markup has what the other side can't carry (images, tables).
    pub rich: bool,
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Body {}

impl Body {
    /// A body from markup.
    #[must_use]
    pub fn from_html(markup: &str) -> Self {
        Self::of(markup, &html::Document::read(markup))
    }

    /// A body from notes that may be either: markup, or plain text, of which programs that know
    /// nothing of markup make notes. Without any tag of HTML it is plain text, whose lines end
    /// where it says.
    #[must_use]
    pub fn from_notes(notes: &str) -> Self {
        let document = html::Document::read(notes);
        if document.is_marked() { Self::of(notes, &document) } else { Self::from_text(&html::untagged(notes)) }
    }

    /// A body from plain text.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self { text: lines(text), html: html::from_text(text), rich: false }
    }

    fn of(markup: &str, document: &html::Document) -> Self {
        let html = if document.has_void() { document.markup() } else { markup.to_owned() };
        Self { text: document.text(), html, rich: document.is_rich() }
    }
}

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
