//! Texts and their normal forms: what is compared is the text a person sees, never its markup or white space.

use super::html;
use serde::{Deserialize, Serialize};

/// Notes or a body: compared by its text alone, carried with its markup.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Body {
    /// The text a person sees, in normal form ([`lines`]).
    pub text: String,
    /// The markup it came in, or the plain text as markup. Not sanitised: whoever writes it to a page or to Creatio does that.
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
        Self { text: html::text(markup), html: markup.to_owned(), rich: html::is_rich(markup) }
    }

    /// A body from plain text.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self { text: lines(text), html: html::from_text(text), rich: false }
    }
}

/// `text` in normal form: each line's runs of white space (no-break and zero-width ones too) made one space and its ends trimmed, empty lines
/// left out, lines parted by `\n`.
#[must_use]
pub fn lines(text: &str) -> String {
    text.split(['\n', '\r', '\u{2028}', '\u{2029}'])
        .map(line)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

/// One line in normal form: titles and places.
#[must_use]
pub fn line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{200B}' | '\u{FEFF}'))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
