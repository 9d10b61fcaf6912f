//! Notes and bodies: a text with its markup.

use super::html;
use super::text::lines;
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
