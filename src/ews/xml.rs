//! XML as a small tree: replies are read into it, requests are written from it. Names are read
//! without their prefix, which differs from server to server, and without their namespace: no two
//! elements of EWS differ by that alone, and namespaces are what servers and their samples get
//! wrong (docs/facts/ews.md, "Replies"). What could make a small reply big, or send us elsewhere,
//! is refused: document types, and with them entities of its own.

use crate::model::html::escape_character;
use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};

/// Bytes of the largest reply that is read: a batch of bodies has a few megabytes.
const LARGEST: usize = 32 << 20;
/// Elements of a reply, and how deep they may lie in one another; those of Exchange stay below a
/// hundredth and a fifth of it.
const MOST: usize = 400_000;
const DEEPEST: usize = 100;
/// Attributes of one element that are read.
const ATTRIBUTES: usize = 16;

/// An element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XmlElement {
    /// Its name: as read without prefix, for writing with it.
    pub name: String,
    /// Its attributes.
    pub attributes: Vec<(String, String)>,
    /// The text directly in it.
    pub text: String,
    /// The elements in it.
    pub children: Vec<XmlElement>,
}

impl XmlElement {
    /// An empty element.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// An element that holds a text.
    #[must_use]
    pub fn text(name: &str, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::new(name) }
    }

    /// The same with one more attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// The same with more elements in it.
    #[must_use]
    pub fn holding(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// The elements in it that are called `name`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element that `path` leads to, names parted by `/`.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('/').try_fold(self, |node, name| node.children.iter().find(|child| child.name == name))
    }

    /// The text of the element that `path` leads to, white space at its ends left out; `None` if
    /// there is none.
    #[must_use]
    pub fn say(&self, path: &str) -> Option<&str> {
        self.at(path).map(|node| node.text.trim()).filter(|text| !text.is_empty())
    }

    /// Whether the element that `path` leads to says so; `None` if it is not there.
    #[must_use]
    pub fn is(&self, path: &str) -> Option<bool> {
        self.say(path).map(|text| matches!(text, "true" | "1"))
    }

    /// The attribute `name`.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The root of the document that `bytes` are. What is no UTF-8 becomes U+FFFD, as do characters
    /// that XML does not have.
    ///
    /// # Errors
    /// What is wrong with it, without any of its text.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > LARGEST {
            return Err(format!("more than {} MB", LARGEST >> 20));
        }
        if bytes.starts_with(&[0xFE, 0xFF]) || bytes.starts_with(&[0xFF, 0xFE]) {
            return Err("no UTF-8".to_owned());
        }
        let text = String::from_utf8_lossy(bytes);
        let mut reader = Reader::from_str(text.trim_start_matches('\u{FEFF}'));
        let mut open = vec![Self::default()];
        let mut count = 0;
        loop {
            let event = reader.read_event().map_err(|_| flaw(reader.error_position()))?;
            match event {
                Event::Start(tag) => open.push(Self::read(&tag)?),
                Event::Empty(tag) => {
                    let leaf = Self::read(&tag)?;
                    last(&mut open)?.children.push(leaf);
                }
                Event::End(_) => {
                    let closed = open.pop().ok_or("an end without a beginning")?;
                    last(&mut open)?.children.push(closed);
                }
                Event::Text(text) => last(&mut open)?.text.push_str(&text),
                Event::CData(text) => last(&mut open)?.text.push_str(&text),
                Event::GeneralRef(entity) => last(&mut open)?.text.push(meant(&entity)?),
                Event::DocType(_) => return Err("a document type, which is never read".to_owned()),
                Event::Decl(declaration) => match declaration.encoding() {
                    Some(Ok(name)) if !name.eq_ignore_ascii_case("utf-8") => return Err("no UTF-8".to_owned()),
                    Some(_) | None => {}
                },
                Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
            count += 1;
            if count > MOST || open.len() > DEEPEST {
                return Err("more elements than any reply has".to_owned());
            }
        }
        let mut document = open.pop().filter(|_| open.is_empty()).ok_or("it ends in the middle")?;
        let root = document.children.pop().ok_or("no element")?;
        if document.children.is_empty() { Ok(root) } else { Err("more than one root".to_owned()) }
    }

    fn read(tag: &BytesStart<'_>) -> Result<Self, String> {
        let mut node = Self::new(tag.local_name().as_ref());
        for attribute in tag.attributes().with_checks(false).take(ATTRIBUTES) {
            let attribute = attribute.map_err(|_| "an attribute that can't be read")?;
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| "an attribute that can't be read")?;
            node.attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
        }
        Ok(node)
    }

    /// The element as text.
    #[must_use]
    pub fn write(&self) -> String {
        let mut text = String::new();
        self.write_to(&mut text);
        text
    }

    fn write_to(&self, to: &mut String) {
        to.push('<');
        to.push_str(&self.name);
        for (name, value) in &self.attributes {
            to.push(' ');
            to.push_str(name);
            to.push_str("=\"");
            escape(value, to);
            to.push('"');
        }
        if self.children.is_empty() && self.text.is_empty() {
            to.push_str("/>");
            return;
        }
        to.push('>');
        escape(&self.text, to);
        for child in &self.children {
            child.write_to(to);
        }
        to.push_str("</");
        to.push_str(&self.name);
        to.push('>');
    }
}

fn last(open: &mut [XmlElement]) -> Result<&mut XmlElement, String> {
    open.last_mut().ok_or_else(|| "an end without a beginning".to_owned())
}

/// Where the parser found a flaw; what it says of it may quote the reply.
fn flaw(at: u64) -> String {
    format!("no XML: see byte {at}")
}

/// The character that a reference means: text comes in several pieces, with references between them
/// (docs/facts/ews.md, "XML").
fn meant(entity: &BytesRef<'_>) -> Result<char, String> {
    if entity.is_char_ref() {
        // `&#0;` and halves of surrogate pairs are no characters, but no reason to lose the reply
        return Ok(entity.resolve_char_ref().ok().flatten().unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    match entity.as_ref() as &str {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err("an entity that is not declared".to_owned()),
    }
}

/// Appends `text` as content or attribute; for characters that XML does not have
/// (docs/facts/ews.md, "XML") stands a space, as they count everywhere.
fn escape(text: &str, to: &mut String) {
    for c in text.chars() {
        match c {
            // as they are, attributes would lose them
            '\t' => to.push_str("&#x9;"),
            '\n' => to.push_str("&#xA;"),
            '\r' => to.push_str("&#xD;"),
            c => escape_character(c, to),
        }
    }
}
