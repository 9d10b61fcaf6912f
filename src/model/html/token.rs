//! The tokenizer of the HTML standard (§13.2.5), as far as texts and tags go: comments,
//! declarations and processing instructions are passed over as it says, and what it drops (a tag
//! that never ends) is dropped.

use super::entity::{ReferencePlace, decode};

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Text, its references replaced.
    Text(String),
    /// A start tag.
    Start(Tag),
    /// An end tag: its name.
    End(String),
    /// A comment, or what counts as one.
    Comment,
    /// The declaration of a document.
    Doctype,
}

/// A start tag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tag {
    /// In lower case.
    pub(super) name: String,
    /// Those of [`KEPT`] that it has: names in lower case and values; of two with one name the
    /// first counts.
    pub(super) attributes: Vec<(String, String)>,
    /// It ends with `/>`.
    pub(super) closed: bool,
}

impl Tag {
    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// The attributes that make a difference to anybody here: an address, and those by which SVG and
/// MathML are told from HTML.
const KEPT: [&str; 5] = ["href", "encoding", "color", "face", "size"];

/// The tokens of a text.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// Something began that never ends, and took all that follows with it.
    pub(super) cut: bool,
}

impl<'a> Tokens<'a> {
    /// Of `markup`.
    pub(super) const fn of(markup: &'a str) -> Self {
        Self { rest: markup, cut: false }
    }

    /// The next token. `foreign`: the element that is open belongs to SVG or MathML, where
    /// `<![CDATA[` means what it means in XML.
    pub(super) fn next(&mut self, foreign: bool) -> Option<Token> {
        if self.rest.is_empty() {
            return None;
        }
        let text = self.rest.get(..beginning(self.rest)).unwrap_or(self.rest);
        if !text.is_empty() {
            self.skip(text.len());
            return Some(Token::Text(decode(text, ReferencePlace::Text)));
        }
        let inner = self.rest.get(1..).unwrap_or_default();
        if let Some(comment) = inner.strip_prefix("!--") {
            self.rest = after_comment(comment).unwrap_or_else(|| self.end());
            return Some(Token::Comment);
        }
        if let (Some(data), true) = (inner.strip_prefix("![CDATA["), foreign) {
            let (data, after) = data.split_once("]]>").unwrap_or_else(|| (data, self.end()));
            self.rest = after;
            return Some(Token::Text(data.to_owned()));
        }
        let (closing, tag) = inner.strip_prefix('/').map_or((false, inner), |tag| (true, tag));
        if tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let Some((tag, after)) = tag_of(tag) else {
                self.rest = self.end();
                return None;
            };
            self.rest = after;
            return Some(if closing { Token::End(tag.name) } else { Token::Start(tag) });
        }
        // an instruction, `</` before anything but a letter
        self.rest = inner.split_once('>').map_or_else(|| self.end(), |(_, after)| after);
        let declares = inner.get(..8).is_some_and(|word| word.eq_ignore_ascii_case("!doctype"));
        Some(if declares { Token::Doctype } else { Token::Comment })
    }

    /// The text up to the end tag of the element `name`, which holds nothing but text; the tag is
    /// passed over.
    pub(super) fn raw(&mut self, name: &str) -> &'a str {
        let rest = self.rest;
        let end = if name == "script" { end_of_script(rest) } else { end_tag(rest, 0, name) };
        let Some(end) = end else {
            self.rest = self.end();
            return rest;
        };
        let (text, tag) = rest.split_at(end);
        self.rest = match tag_of(tag.get(2..).unwrap_or_default()) {
            Some((_, after)) => after,
            None => self.end(),
        };
        text
    }

    /// All that is left.
    pub(super) const fn all(&mut self) -> &'a str {
        let rest = self.rest;
        self.rest = "";
        rest
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// What follows something that never ends.
    const fn end(&mut self) -> &'a str {
        self.cut = true;
        ""
    }
}

/// Where the first tag, comment or declaration of `text` begins; any other `<` is text.
fn beginning(text: &str) -> usize {
    let bytes = text.as_bytes();
    let opens = |at: usize| match bytes.get(at + 1) {
        Some(b'/') => bytes.get(at + 2).is_some(),
        Some(next) => next.is_ascii_alphabetic() || matches!(next, b'!' | b'?'),
        None => false,
    };
    let mut places = bytes.iter().enumerate().filter(|(_, b)| **b == b'<').map(|(at, _)| at);
    places.find(|at| opens(*at)).unwrap_or(text.len())
}

/// What follows the end of a comment of which `comment` is the inside and all after it.
fn after_comment(comment: &str) -> Option<&str> {
    if let Some(after) = comment.strip_prefix('>').or_else(|| comment.strip_prefix("->")) {
        return Some(after);
    }
    let dashes = comment.as_bytes().windows(2).enumerate().filter(|(_, two)| *two == b"--").map(|(at, _)| at + 2);
    dashes.filter_map(|at| comment.get(at..)).find_map(|end| end.strip_prefix('>').or_else(|| end.strip_prefix("!>")))
}

/// The tag whose inside begins `text`, and what follows it; `None` if it never ends.
fn tag_of(text: &str) -> Option<(Tag, &str)> {
    let end = text.find(|c: char| is_space(c) || matches!(c, '/' | '>'))?;
    let (name, mut rest) = text.split_at(end);
    let mut tag = Tag { name: name.to_ascii_lowercase(), ..Tag::default() };
    loop {
        rest = rest.trim_start_matches(is_space);
        if let Some(after) = rest.strip_prefix('>') {
            return Some((tag, after));
        }
        if let Some(after) = rest.strip_prefix('/') {
            if let Some(after) = after.strip_prefix('>') {
                tag.closed = true;
                return Some((tag, after));
            }
            rest = after;
            continue;
        }
        // a `=` in front belongs to the name
        let first = rest.chars().next()?.len_utf8();
        let end = rest.get(first..)?.find(|c: char| is_space(c) || matches!(c, '/' | '>' | '='))? + first;
        let (name, after) = rest.split_at(end);
        let (value, after) = match after.trim_start_matches(is_space).strip_prefix('=') {
            Some(value) => value_of(value.trim_start_matches(is_space))?,
            None => ("", after),
        };
        rest = after;
        let name = name.to_ascii_lowercase();
        if KEPT.contains(&name.as_str()) && tag.attribute(&name).is_none() {
            tag.attributes.push((name, decode(value, ReferencePlace::Attribute)));
        }
    }
}

/// The raw value of an attribute that `text` begins with, and what follows it.
fn value_of(text: &str) -> Option<(&str, &str)> {
    match text.chars().next()? {
        quote @ ('"' | '\'') => text.get(1..)?.split_once(quote),
        _ => Some(text.split_at(text.find(|c: char| is_space(c) || c == '>')?)),
    }
}

/// Where the next end tag of `name` begins in `text`, from `from` on.
fn end_tag(text: &str, from: usize, name: &str) -> Option<usize> {
    let mut from = from;
    loop {
        let at = from + text.get(from..)?.find("</")?;
        if is_tag(text.get(at + 2..)?, name) {
            return Some(at);
        }
        from = at + 2;
    }
}

/// Whether `text` begins with the name of a tag.
fn is_tag(text: &str, name: &str) -> bool {
    let own = text.get(..name.len()).is_some_and(|own| own.eq_ignore_ascii_case(name));
    own && text
        .get(name.len()..)
        .is_some_and(|after| after.starts_with(|c: char| is_space(c) || matches!(c, '/' | '>')))
}

/// Where a script ends: in it, `<!--` lets `<script` hide one `</script`.
fn end_of_script(text: &str) -> Option<usize> {
    const SCRIPT: &str = "script";
    let (mut escaped, mut inside) = (false, false);
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find(['<', '-'])?;
        let here = text.get(at..)?;
        from = at + 1;
        if here.starts_with("-->") {
            (escaped, inside) = (false, false);
        } else if here.starts_with("<!--") && !escaped {
            // the dashes may be those of the end, too
            escaped = true;
            from = at + 2;
        } else if let Some(tag) = here.strip_prefix("</").filter(|tag| is_tag(tag, SCRIPT)) {
            if !inside {
                return Some(text.len() - tag.len() - 2);
            }
            inside = false;
        } else if escaped && here.strip_prefix('<').is_some_and(|tag| is_tag(tag, SCRIPT)) {
            inside = true;
        }
    }
}

/// White space of the standard.
pub(super) const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{C}')
}
