//! XML as a tree, read and written. Names have one of the namespaces that EWS uses; everything of
//! another one is [`Space::Other`]. It knows nothing of what elements mean; document types are
//! refused, as Exchange does.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;
use std::fmt::Write as _;

/// A namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Space {
    /// `s:`, the envelope.
    Soap,
    /// `m:`, operations and what only they have.
    Messages,
    /// `t:`, everything else.
    Types,
    /// `e:`, what a fault tells.
    Errors,
    /// No namespace.
    None,
    /// Another one.
    Other,
}

impl Space {
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Soap, "s", "http://schemas.xmlsoap.org/soap/envelope/"),
        (Self::Messages, "m", "http://schemas.microsoft.com/exchange/services/2006/messages"),
        (Self::Types, "t", "http://schemas.microsoft.com/exchange/services/2006/types"),
        (Self::Errors, "e", "http://schemas.microsoft.com/exchange/services/2006/errors"),
    ];

    fn of(found: &ResolveResult) -> Self {
        match found {
            ResolveResult::Unbound => Self::None,
            ResolveResult::Unknown(_) => Self::Other,
            ResolveResult::Bound(Namespace(uri)) => {
                Self::ALL.iter().find(|(_, _, own)| own == uri).map_or(Self::Other, |(space, _, _)| *space)
            }
        }
    }

    /// The prefix that replies have for it, with its colon.
    fn prefix(self) -> &'static str {
        match self {
            Self::Soap => "s:",
            Self::Messages => "m:",
            Self::Types => "t:",
            Self::Errors => "e:",
            Self::None | Self::Other => "",
        }
    }
}

/// Where in a text something begins; both count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// An element with what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) space: Space,
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    /// All text that stands in it directly.
    pub(crate) text: String,
    pub(crate) spot: Spot,
}

/// An element of the types' namespace.
pub(crate) fn t(name: &str) -> Element {
    Element::new(Space::Types, name)
}

/// An element of the messages' namespace.
pub(crate) fn m(name: &str) -> Element {
    Element::new(Space::Messages, name)
}

impl Element {
    /// An empty element.
    pub(crate) fn new(space: Space, name: &str) -> Self {
        let (attributes, children) = (Vec::new(), Vec::new());
        Self { space, name: name.to_owned(), attributes, children, text: String::new(), spot: Spot::default() }
    }

    /// With a text in it.
    pub(crate) fn say(mut self, text: impl ToString) -> Self {
        self.text = text.to_string();
        self
    }

    /// With an attribute.
    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.attributes.push((name.to_owned(), value.to_string()));
        self
    }

    /// With these in it, after what is.
    pub(crate) fn hold(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    /// Whether it is that element of the types or the messages.
    pub(crate) fn is(&self, name: &str) -> bool {
        matches!(self.space, Space::Types | Space::Messages) && self.name == name
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The first child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.is(name))
    }

    /// The text of the first child of that name.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// Writes it as a document, with the namespaces at its root.
    pub(crate) fn document(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
        self.write(&mut out, true);
        out
    }

    fn write(&self, out: &mut String, is_root: bool) {
        let prefix = self.space.prefix();
        let _ = write!(out, "<{prefix}{}", self.name);
        if is_root {
            for (_, prefix, uri) in Space::ALL {
                let _ = write!(out, " xmlns:{prefix}=\"{uri}\"");
            }
        }
        for (name, value) in &self.attributes {
            let _ = write!(out, " {name}=\"{}\"", escape(value));
        }
        if self.children.is_empty() && self.text.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        out.push_str(&escape(&self.text));
        self.children.iter().for_each(|child| child.write(out, false));
        let _ = write!(out, "</{prefix}{}>", self.name);
    }
}

/// Text as it stands in XML. Control characters become references, which XML 1.0 forbids and
/// Exchange sends (docs/facts/ews.md, "XML").
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            c if c.is_control() && c != '\n' && c != '\t' => {
                let _ = write!(out, "&#x{:X};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Reads a document.
///
/// # Errors
/// Where it is no XML, and why.
pub(crate) fn read(text: &str) -> Result<Element, (Spot, String)> {
    let mut reader = NsReader::from_str(text);
    let mut lines = Lines { text, at: 0, spot: Spot { line: 1, column: 1 } };
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let spot = lines.to(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
        let wrong = |why: String| (spot, why);
        let (space, event) = reader.read_resolved_event().map_err(|error| wrong(error.to_string()))?;
        let closed = match event {
            Event::Start(start) => {
                open.push(begun(Space::of(&space), &start, spot).map_err(wrong)?);
                None
            }
            Event::Empty(start) => Some(begun(Space::of(&space), &start, spot).map_err(wrong)?),
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                add(&mut open, &text.xml10_content());
                None
            }
            Event::CData(text) => {
                add(&mut open, &text.xml10_content());
                None
            }
            Event::GeneralRef(name) => {
                let c = match name.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    Ok(None) => quick_xml::escape::resolve_predefined_entity(&name.xml10_content())
                        .ok_or_else(|| wrong("Reference to an undeclared entity.".to_owned()))?
                        .to_owned(),
                    Err(error) => return Err(wrong(error.to_string())),
                };
                add(&mut open, &c);
                None
            }
            Event::DocType(_) => {
                return Err(wrong("For security reasons DTD is prohibited in this XML document.".to_owned()));
            }
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => None,
            Event::Eof => break,
        };
        match (closed, open.last_mut()) {
            (Some(element), Some(parent)) => parent.children.push(element),
            (Some(element), None) => root = Some(element),
            (None, _) => {}
        }
    }
    if open.is_empty() { root } else { None }.ok_or((lines.spot, "Unexpected end of file has occurred.".to_owned()))
}

fn add(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn begun(space: Space, start: &BytesStart, spot: Spot) -> Result<Element, String> {
    let mut element = Element::new(space, start.local_name().into_inner());
    element.spot = spot;
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let name = attribute.key.into_inner();
        if name != "xmlns" && !name.contains(':') {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
            element.attributes.push((name.to_owned(), value.into_owned()));
        }
    }
    Ok(element)
}

/// Counts lines and columns while reading goes on.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    spot: Spot,
}

impl Lines<'_> {
    fn to(&mut self, position: usize) -> Spot {
        let passed = self.text.get(self.at..position).unwrap_or_default();
        for c in passed.chars() {
            self.spot = if c == '\n' {
                Spot { line: self.spot.line + 1, column: 1 }
            } else {
                Spot { column: self.spot.column + 1, ..self.spot }
            };
        }
        self.at += passed.len();
        self.spot
    }
}
