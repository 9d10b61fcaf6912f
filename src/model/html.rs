//! HTML, read once, by the rules of its standard: the text that a person would see, and markup that
//! can do no harm. Both are written from the same small tree, and the markup is of so few forms
//! that it is read as the very tree that it was written from: its text is the text.
//!
//! `token` and `entity` are the standard's tokenizer, `tree` is its tree as far as text and lines
//! go, `write` makes markup of it.

mod entity;
mod token;
mod tree;
mod write;

#[cfg(feature = "ews")]
pub(crate) use write::escape_character;

use tree::Piece;

/// Markup that was read.
#[derive(Debug)]
pub struct Document(tree::Tree);

impl Document {
    /// Reads `markup`.
    #[must_use]
    pub fn read(markup: &str) -> Self {
        Self(tree::read(markup))
    }

    /// The text that a person sees in it, in normal form (see [`super::text::lines`]).
    #[must_use]
    pub fn text(&self) -> String {
        let mut seen = String::new();
        show(&self.0.nodes, &mut seen);
        super::text::lines(&seen)
    }

    /// It as markup with nothing in it but harmless elements and texts. Its [`text`] is that of the
    /// document, and sanitised again it is itself.
    #[must_use]
    pub fn markup(&self) -> String {
        write::markup(&self.0.nodes)
    }

    /// Whether it holds what an Activity's notes can't carry: pictures, tables, embedded objects,
    /// something that hides all that follows.
    #[must_use]
    pub const fn is_rich(&self) -> bool {
        self.0.rich
    }

    /// Whether it has a tag or comment of HTML. Without one it may be plain text.
    #[must_use]
    pub const fn is_marked(&self) -> bool {
        self.0.marked
    }

    /// Whether its text has characters that not every server carries (see
    /// [`super::text::is_void`]).
    #[must_use]
    pub const fn has_void(&self) -> bool {
        self.0.void
    }
}

/// The text that a person sees in `markup`, in normal form (see [`super::text::lines`]).
#[must_use]
pub fn text(markup: &str) -> String {
    Document::read(markup).text()
}

/// Whether `markup` holds what an Activity's notes can't carry (see [`Document::is_rich`]).
#[must_use]
pub fn is_rich(markup: &str) -> bool {
    Document::read(markup).is_rich()
}

/// `markup` with nothing in it but harmless elements and texts (see [`Document::markup`]).
#[must_use]
pub fn sanitise(markup: &str) -> String {
    Document::read(markup).markup()
}

/// Plain text as markup: escaped, a line break for each line's end.
#[must_use]
pub fn from_text(text: &str) -> String {
    let mut markup = String::with_capacity(text.len());
    let text = text.replace("\r\n", "\n");
    for (nth, line) in text.split(super::text::is_line_end).enumerate() {
        if nth > 0 {
            markup.push_str("<br>");
        }
        write::escape(line, &mut markup);
    }
    markup
}

/// Text that has no tags, its references replaced.
#[must_use]
pub fn untagged(text: &str) -> String {
    entity::decode(text, entity::ReferencePlace::Text)
}

/// Appends the text of `nodes`.
fn show(nodes: &[Piece], seen: &mut String) {
    for node in nodes {
        match node {
            Piece::Run(text, _) => seen.push_str(text),
            Piece::Break | Piece::Rule => seen.push('\n'),
            Piece::Block(name, content) => {
                let edge = if matches!(*name, "td" | "th") { ' ' } else { '\n' };
                seen.push(edge);
                show(content, seen);
                seen.push(edge);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_a_person_sees() {
        for (markup, seen) in [
            ("plain", "plain"),
            ("<p>a</p><p>b</p>", "a\nb"),
            ("<html><head><meta charset=x><style>p{}</style></head><body>\r\n<p>a\r\n b</p></body></html>", "a b"),
            ("a<br>b<BR/>c", "a\nb\nc"),
            ("a &amp; b &lt;c&gt; &#1055;&#x41; &unknown; & x", "a & b <c> ПA &unknown; & x"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("<a href=\"x>y\">link</a>", "link"),
            ("<!-- no --><b>yes</b>", "yes"),
            ("<script>bad()</script>good", "good"),
            ("a&nbsp;&nbsp;b", "a b"),
            ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
            ("<p unclosed", ""),
            ("", ""),
            ("<section>a</section><section>b</section>", "a\nb"),
            ("<dl><dt>a<dd>b</dl>c", "a\nb\nc"),
            ("a</br>b", "a\nb"),
            ("a</div>b", "ab"),
            ("<head><title>no</title>yes", "yes"),
            ("<script>if (a < \"<script\") {}</script>yes", "yes"),
            ("<embed>a<svg><svg></svg></svg>b", "ab"),
            ("<svg><circle><p>yes", "yes"),
            ("<!-- a --!>yes", "yes"),
            ("<p title=a\"b>yes", "yes"),
            ("<pre>a\nb</pre>", "a\nb"),
            ("<table>a<tr><td>b</table>c", "a\nb\nc"),
        ] {
            assert_eq!(text(markup), seen, "{markup}");
        }
    }

    #[test]
    fn what_lies_deep_is_flattened_to_lines() {
        for levels in [99, 150, 700] {
            let deep = "<div>a".repeat(levels);
            let lines = vec!["a"; levels].join("\n");
            let clean = sanitise(&deep);
            assert_eq!((text(&deep), text(&clean)), (lines.clone(), lines), "{levels}");
            assert!(clean.matches("<div>").count() <= 100, "{levels}");
        }
    }

    #[test]
    fn the_sanitiser_lets_only_harmless_markup_through() {
        for (markup, clean) in [
            ("<p onclick=x()>a</p>", "<p>a</p>"),
            ("<img src=x onerror=y()>b", "b"),
            ("<a href=\"javascript:x()\">c</a>", "c"),
            (
                "<a data-href='https://no.example' href='https://x.example/?a=1&amp;b=2'>d</a>",
                "<a href=\"https://x.example/?a=1&amp;b=2\">d</a>",
            ),
            ("<svg><script>x</script></svg>e", "e"),
            ("<b>unclosed <i>both", "<b>unclosed <i>both</i></b>"),
            ("</p>stray", "<p></p>stray"),
            ("<b><i>x</b></i>", "<b><i>x</i></b>"),
            ("a < b", "a &lt; b"),
            ("<scr<script>ipt>x", "ipt&gt;x"),
            ("<p>a<div>b", "<p>a</p><div>b</div>"),
            ("<li>a", "<div>a</div>"),
            ("a\nb<pre>c\n d</pre>", "a b<pre>c<br> d</pre>"),
        ] {
            assert_eq!(sanitise(markup), clean, "{markup}");
            assert_eq!(sanitise(&sanitise(markup)), sanitise(markup), "twice: {markup}");
        }
    }
}
