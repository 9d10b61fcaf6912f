//! From tokens to a small tree of blocks and runs of text, by the rules of the HTML standard for
//! trees (§13.2.6) as far as they decide which text is there, in which order, and where its lines
//! end: scopes, implied ends, tables and what lies wrongly in them, SVG and MathML. What is bold or
//! a link is no element here but a style of a run, so that nothing which a person crossed can cross
//! a block.

use super::token::{Tag, Token, Tokens, is_space};
use crate::flat::FlatMap;
use crate::model::text::is_void;
use std::rc::Rc;
use std::sync::LazyLock;

/// Blocks inside each other that the tree holds; what lies deeper is flattened to lines.
const DEEPEST: usize = 100;
/// Blocks that a table brings with it at least: itself, a section, a row and a cell.
const TABLE: usize = 4;
/// Open elements that are kept; those deeper end a line and nothing else. Browsers stop at about as
/// many.
const MOST_OPEN: usize = 500;
/// Open formatting elements of one kind that count, as in the standard.
const MOST_ALIKE: usize = 3;

/// A piece of the content of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text of one style.
    Run(String, Style),
    /// The end of a line.
    Break,
    /// A line across.
    Rule,
    /// A block: the name that it is written with, and what is in it.
    Block(&'static str, Vec<Piece>),
}

/// How a run of text looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    /// The address of the link that it is.
    pub(super) link: Option<Rc<str>>,
    /// Which of [`MARKS`].
    pub(super) marks: u8,
}

/// The elements that a style is written with, each a bit of [`Style::marks`].
pub(super) const MARKS: [&str; 7] = ["b", "i", "u", "s", "code", "sub", "sup"];

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Its content.
    pub(super) nodes: Vec<Piece>,
    /// It has something beside text and its form: pictures, tables, other media, fields; or
    /// something that never ends and hides what follows.
    pub(super) rich: bool,
    /// It has a tag or comment of HTML.
    pub(super) marked: bool,
    /// It has characters that are no text (see [`crate::model::text::is_void`]).
    pub(super) void: bool,
}

/// How an open element behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// The document.
    Root,
    /// A block without rules of its own.
    Plain,
    /// A paragraph.
    Paragraph,
    /// A heading.
    Heading,
    /// A list, which bounds the search for items.
    List,
    /// An item of one.
    Item,
    /// A term or its description.
    Definition,
    /// Text as it stands.
    Verbatim,
    /// A form.
    Form,
    /// A form that was closed while elements in it were open.
    Ended,
    /// A button.
    Button,
    /// An applet, a marquee.
    Fence,
    /// A table.
    Table,
    /// A part of its rows.
    Section,
    /// A row.
    Row,
    /// A cell.
    Cell,
    /// The caption.
    Caption,
    /// Something that shows no text of its own: an object.
    Object,
    /// A template.
    Template,
    /// A field to choose from.
    Select,
    /// SVG or MathML.
    Foreign,
    /// HTML inside them.
    Island,
}

impl Class {
    /// Whether text in it belongs in front of the table.
    const fn is_table(self) -> bool {
        matches!(self, Self::Table | Self::Section | Self::Row)
    }

    /// Whether no search for an element in scope goes beyond it.
    const fn bounds(self) -> bool {
        matches!(
            self,
            Self::Root
                | Self::Fence
                | Self::Table
                | Self::Cell
                | Self::Caption
                | Self::Object
                | Self::Template
                | Self::Select
                | Self::Island
        )
    }

    /// Whether formatting does not leave it.
    const fn fences(self) -> bool {
        matches!(self, Self::Fence | Self::Object | Self::Template)
    }

    /// Whether its content is not for people.
    const fn hides(self) -> bool {
        matches!(self, Self::Object | Self::Template | Self::Select | Self::Foreign | Self::Island)
    }
}

/// Elements that are followed while they are open.
struct Element {
    /// What they are called.
    names: &'static str,
    class: Class,
    /// What they are written as; nothing: only their content is.
    written: &'static str,
}

/// All of them.
static ELEMENTS: [Element; 30] = [
    Element {
        names: "address article aside center details dialog div fieldset figcaption \
            figure footer header hgroup main nav search section summary",
        class: Class::Plain,
        written: "div",
    },
    Element { names: "blockquote", class: Class::Plain, written: "blockquote" },
    Element { names: "dir menu", class: Class::Plain, written: "ul" },
    Element { names: "dl", class: Class::Plain, written: "dl" },
    Element { names: "p", class: Class::Paragraph, written: "p" },
    Element { names: "h1", class: Class::Heading, written: "h1" },
    Element { names: "h2", class: Class::Heading, written: "h2" },
    Element { names: "h3", class: Class::Heading, written: "h3" },
    Element { names: "h4", class: Class::Heading, written: "h4" },
    Element { names: "h5", class: Class::Heading, written: "h5" },
    Element { names: "h6", class: Class::Heading, written: "h6" },
    Element { names: "ul", class: Class::List, written: "ul" },
    Element { names: "ol", class: Class::List, written: "ol" },
    Element { names: "li", class: Class::Item, written: "li" },
    Element { names: "dt", class: Class::Definition, written: "dt" },
    Element { names: "dd", class: Class::Definition, written: "dd" },
    Element { names: "pre listing xmp plaintext", class: Class::Verbatim, written: "pre" },
    Element { names: "form", class: Class::Form, written: "div" },
    Element { names: "button", class: Class::Button, written: "" },
    Element { names: "applet marquee", class: Class::Fence, written: "" },
    Element { names: "table", class: Class::Table, written: "table" },
    Element { names: "thead", class: Class::Section, written: "thead" },
    Element { names: "tbody tfoot", class: Class::Section, written: "tbody" },
    Element { names: "tr", class: Class::Row, written: "tr" },
    Element { names: "td", class: Class::Cell, written: "td" },
    Element { names: "th", class: Class::Cell, written: "th" },
    Element { names: "caption", class: Class::Caption, written: "caption" },
    Element { names: "object", class: Class::Object, written: "" },
    Element { names: "template", class: Class::Template, written: "" },
    Element { names: "select", class: Class::Select, written: "" },
];
/// Formatting elements, by which of [`MARKS`] they are.
const FORMATS: [&str; 7] = ["b strong", "i em cite var", "u ins", "s strike del", "code tt kbd samp", "sub", "sup"];

/// Names that are treated alike.
#[derive(Clone, Copy, Debug)]
enum NameList {
    /// Elements that hold text in which no tag counts, and that is not for people.
    Raw,
    /// Elements that are shown, and that no note can carry.
    Rich,
    /// Other names of HTML: what bears none of all these names is no tag to a writer of plain text.
    Other,
    /// What belongs in no SVG and no MathML, and ends it.
    Breakout,
    /// Elements of SVG and MathML in which HTML may stand.
    Island,
    /// The tags of which a table is made.
    TablePart,
}

impl NameList {
    const ALL: [Self; 6] = [Self::Raw, Self::Rich, Self::Other, Self::Breakout, Self::Island, Self::TablePart];

    /// Them, separated by spaces.
    const fn names(self) -> &'static str {
        match self {
            Self::Raw => "style script noframes iframe noembed noscript title textarea",
            Self::Rich => {
                "img image table object embed applet video audio canvas svg math iframe input select textarea"
            }
            Self::Other => {
                "a abbr acronym area base bdi bdo big body br col colgroup data datalist dfn font frame frameset head \
    hr html label legend link map mark meta meter nobr optgroup option output param picture progress q \
    ruby small source span time track wbr"
            }
            Self::Breakout => {
                "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li \
    listing menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var"
            }
            Self::Island => "foreignobject desc title mi mo mn ms mtext",
            Self::TablePart => "caption col colgroup tbody td tfoot th thead tr",
        }
    }
}

/// What a name of an element stands for.
#[derive(Default)]
struct NameMeaning {
    /// The element, if it is followed.
    element: Option<&'static Element>,
    /// Which of [`MARKS`].
    mark: Option<usize>,
    /// The lists that it is in, each a bit.
    lists: u8,
}

/// All names that mean something: a text has many tags, and each is looked up.
static MEANINGS: LazyLock<FlatMap<&'static str, NameMeaning>> = LazyLock::new(|| {
    let mut meanings: FlatMap<&'static str, NameMeaning> = FlatMap::new();
    for element in &ELEMENTS {
        for name in element.names.split_ascii_whitespace() {
            meanings.entry(name).or_default().element.get_or_insert(element);
        }
    }
    for (mark, names) in FORMATS.iter().enumerate() {
        for name in names.split(' ') {
            meanings.entry(name).or_default().mark.get_or_insert(mark);
        }
    }
    for list in NameList::ALL {
        for name in list.names().split_ascii_whitespace() {
            meanings.entry(name).or_default().lists |= 1 << list as u8;
        }
    }
    meanings
});

/// What a link may lead to.
const SCHEMES: [&str; 4] = ["http://", "https://", "mailto:", "tel:"];

/// Where content goes.
#[derive(Clone, Copy, Debug)]
struct Insertion {
    /// Into the open element at this place.
    at: usize,
    /// In front of it, if it is a table.
    before: bool,
}

/// An open element.
#[derive(Debug)]
struct OpenElement {
    name: String,
    class: Class,
    written: &'static str,
    /// Nothing in it is for people.
    hidden: bool,
    /// It lies too deep, and is no block.
    flat: bool,
    /// Its content goes where it would go itself.
    through: bool,
    /// Line ends in it are line ends.
    verbatim: bool,
    /// Where it goes itself.
    host: Insertion,
    children: Vec<Piece>,
    /// What lay wrongly in a table.
    before: Vec<Piece>,
}

/// An entry of the list of formatting elements.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Active {
    /// One of [`MARKS`].
    Mark(usize),
    /// A link; without an address if it leads nowhere harmless.
    Link(Option<Rc<str>>),
    /// A cell or its like begins.
    Fence,
}

struct Builder {
    open: Vec<OpenElement>,
    /// Elements that were too many to be followed.
    beyond: usize,
    active: Vec<Active>,
    /// A form is open, as the standard counts it.
    form: bool,
    /// Something came that is no declaration.
    begun: bool,
    /// A declaration came first: then a table ends a paragraph, which it does not where nothing is
    /// declared.
    strict: bool,
    read: Tree,
}

/// Reads `markup`.
pub(super) fn read(markup: &str) -> Tree {
    let root = OpenElement {
        name: String::new(),
        class: Class::Root,
        written: "",
        hidden: false,
        flat: false,
        through: false,
        verbatim: false,
        host: Insertion { at: 0, before: false },
        children: Vec::new(),
        before: Vec::new(),
    };
    let read = Tree::default();
    let mut builder =
        Builder { open: vec![root], beyond: 0, active: Vec::new(), form: false, begun: false, strict: false, read };
    let mut tokens = Tokens::of(markup);
    while let Some(token) = tokens.next(matches!(builder.top(), Class::Foreign | Class::Island)) {
        match token {
            Token::Text(text) => builder.text(&text),
            Token::Start(tag) => builder.start(&tag, &mut tokens),
            Token::End(name) => builder.end(&name),
            Token::Comment => builder.read.marked = true,
            Token::Doctype => {
                builder.strict |= !builder.begun;
                builder.read.marked = true;
            }
        }
    }
    builder.pop_to(1);
    let nodes = builder.open.pop().map(|root| root.children).unwrap_or_default();
    Tree { nodes, rich: builder.read.rich || tokens.cut, ..builder.read }
}

/// Whether `name` is one of `list`.
fn is_of(name: &str, list: NameList) -> bool {
    MEANINGS.get(name).is_some_and(|meaning| meaning.lists & (1 << list as u8) != 0)
}

/// Whether an element of HTML is called so.
fn is_known(name: &str) -> bool {
    let lists = [NameList::Raw, NameList::Rich, NameList::Other];
    element(name).is_some() || mark(name).is_some() || lists.into_iter().any(|list| is_of(name, list))
}

/// The element called `name`, if it is followed.
fn element(name: &str) -> Option<&'static Element> {
    MEANINGS.get(name)?.element
}

fn mark(name: &str) -> Option<usize> {
    MEANINGS.get(name)?.mark
}

/// The address of a link, if it is of a harmless kind; browsers leave out line ends and tabs in it.
fn address(text: &str) -> Option<Rc<str>> {
    let text: String = text.chars().filter(|c| !c.is_control() && !is_void(*c)).collect();
    let text = text.trim();
    let kind = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    SCHEMES.iter().any(|scheme| kind.starts_with(scheme)).then(|| text.into())
}

impl Builder {
    fn top(&self) -> Class {
        self.open.last().map_or(Class::Root, |open| open.class)
    }

    /// The place of the innermost element that is `wanted`, unless one that is `bound` lies nearer.
    fn within(&self, wanted: impl Fn(&OpenElement) -> bool, bound: impl Fn(&OpenElement) -> bool) -> Option<usize> {
        for (at, open) in self.open.iter().enumerate().rev() {
            if wanted(open) {
                return Some(at);
            }
            if bound(open) {
                return None;
            }
        }
        None
    }

    /// The element called `name` in scope.
    fn scoped(&self, name: &str) -> Option<usize> {
        self.within(|open| open.name == name, |open| open.class.bounds())
    }

    /// The paragraph in scope, which a button ends.
    fn paragraph(&self) -> Option<usize> {
        self.within(|open| open.class == Class::Paragraph, |open| open.class.bounds() || open.class == Class::Button)
    }

    /// The element called `name` in the scope of tables.
    fn tabled(&self, name: &str) -> Option<usize> {
        self.within(|open| open.name == name, |open| matches!(open.class, Class::Table | Class::Template | Class::Root))
    }

    /// The innermost part of a table that is open: it says by which rules a tag is read.
    fn part(&self) -> (usize, Class) {
        let is_part = |open: &OpenElement| {
            let bounds = matches!(open.class, Class::Cell | Class::Caption | Class::Template | Class::Root);
            open.class.is_table() || bounds || open.class == Class::Island
        };
        let at = self.within(is_part, |_| false).unwrap_or(0);
        (at, self.open.get(at).map_or(Class::Root, |open| open.class))
    }

    /// The choice that is open, unless a template is open in it.
    fn select(&self) -> Option<usize> {
        self.within(|open| open.class == Class::Select, |open| matches!(open.class, Class::Template | Class::Root))
    }

    /// Where content goes now.
    fn host(&self) -> Insertion {
        let at = self.open.len().saturating_sub(1);
        match self.open.last() {
            Some(open) if open.through => open.host,
            Some(open) if open.class.is_table() => self.before_table(),
            Some(_) | None => Insertion { at, before: false },
        }
    }

    /// In front of the innermost table.
    fn before_table(&self) -> Insertion {
        let at = self.within(|open| open.class == Class::Table, |_| false).unwrap_or(0);
        match self.open.get(at) {
            Some(table) if table.through => table.host,
            Some(_) | None => Insertion { at, before: true },
        }
    }

    fn content(&mut self, host: Insertion) -> Option<&mut Vec<Piece>> {
        let open = self.open.get_mut(host.at)?;
        Some(if host.before { &mut open.before } else { &mut open.children })
    }

    /// Adds a node where content goes now, if it is for people.
    fn add(&mut self, node: Piece) {
        let host = self.host();
        if self.open.last().is_some_and(|open| !open.hidden)
            && let Some(content) = self.content(host)
        {
            content.push(node);
        }
    }

    /// Adds what the edge of an element is that is flattened.
    fn add_edge(&mut self, host: Insertion, class: Class) {
        let Some(content) = self.content(host) else { return };
        if class == Class::Cell {
            add_run(content, " ", &Style::default(), false);
        } else {
            content.push(Piece::Break);
        }
    }

    fn text(&mut self, text: &str) {
        self.begun |= !text.chars().all(is_space);
        let Some(open) = self.open.last() else { return };
        let (verbatim, flat) = (open.verbatim, open.flat);
        // white space between the parts of a table is nothing
        if open.hidden || (open.class.is_table() && text.chars().all(is_space)) {
            return;
        }
        self.read.void |= text.contains(|c| is_void(c) && !is_space(c));
        let first = open.class == Class::Verbatim && open.children.is_empty();
        let text = if first { text.strip_prefix('\n').unwrap_or(text) } else { text };
        let style = self.style();
        let host = self.host();
        let Some(content) = self.content(host) else { return };
        for (nth, line) in text.split(|c| verbatim && matches!(c, '\n' | '\r')).enumerate() {
            if nth > 0 {
                content.push(Piece::Break);
            }
            // NUL is nothing in HTML
            let line: String = line.chars().filter(|c| *c != '\0').map(|c| if is_void(c) { ' ' } else { c }).collect();
            add_run(content, &line, &style, verbatim && !flat);
        }
    }

    /// How text looks now.
    fn style(&self) -> Style {
        let mut style = Style::default();
        for active in &self.active {
            match active {
                Active::Mark(mark) => style.marks |= 1 << mark,
                Active::Link(link) => style.link.clone_from(link),
                Active::Fence => {}
            }
        }
        style
    }

    fn push(&mut self, name: &str, class: Class, written: &'static str) {
        let Some(parent) = self.open.last() else { return };
        if self.open.len() >= MOST_OPEN {
            self.beyond += 1;
            self.add(Piece::Break);
            return;
        }
        let own_place = matches!(class, Class::Section | Class::Row | Class::Cell | Class::Caption);
        let at = self.open.len() - 1;
        let host = if parent.class.is_table() && !own_place && !parent.through {
            self.before_table()
        } else if parent.through {
            parent.host
        } else {
            Insertion { at, before: false }
        };
        let room = if class == Class::Table { TABLE } else { 1 };
        let flat = parent.flat || self.open.len() + room > DEEPEST + 1;
        let hidden = parent.hidden || class.hides();
        let verbatim = parent.verbatim || class == Class::Verbatim;
        if flat && !hidden {
            self.add_edge(host, class);
        }
        let open = OpenElement {
            name: name.to_owned(),
            class,
            written,
            hidden,
            flat,
            through: flat || (written.is_empty() && !hidden),
            verbatim,
            host,
            children: Vec::new(),
            before: Vec::new(),
        };
        self.open.push(open);
    }

    /// Closes the innermost element.
    fn pop(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let hidden = open.hidden;
        let Some(content) = self.content(open.host).filter(|_| !hidden) else { return };
        for node in open.before {
            match node {
                Piece::Run(text, style) => add_run(content, &text, &style, open.verbatim),
                Piece::Break | Piece::Rule | Piece::Block(..) => content.push(node),
            }
        }
        if open.flat {
            self.add_edge(open.host, open.class);
        } else if !open.written.is_empty() {
            content.push(Piece::Block(open.written, open.children));
        }
    }

    /// Closes everything from the place `at` on.
    fn pop_to(&mut self, at: usize) {
        while self.open.len() > at.max(1) {
            self.pop();
        }
        while self.top() == Class::Ended {
            self.pop();
        }
    }

    fn close_paragraph(&mut self) {
        if let Some(at) = self.paragraph() {
            self.pop_to(at);
        }
    }

    /// Closes the innermost elements whose end tags may be left out.
    fn imply_ends(&mut self) {
        while matches!(self.top(), Class::Paragraph | Class::Item | Class::Definition) {
            self.pop();
        }
    }

    /// Forgets formatting that began in a cell or its like.
    fn clear_active(&mut self) {
        while self.active.pop().is_some_and(|active| active != Active::Fence) {}
    }

    /// Ends the last formatting element that is `wanted`, in this cell.
    fn inactivate(&mut self, wanted: impl Fn(&Active) -> bool) {
        let last = self.active.iter().rposition(|active| wanted(active) || *active == Active::Fence);
        if let Some(at) = last.filter(|at| self.active.get(*at).is_some_and(wanted)) {
            self.active.remove(at);
        }
    }

    fn activate(&mut self, active: Active) {
        let since = self.active.iter().rposition(|active| *active == Active::Fence).map_or(0, |at| at + 1);
        let alike = |own: &&Active| **own == active;
        if self.active.iter().skip(since).filter(alike).count() < MOST_ALIKE {
            self.active.push(active);
        }
    }

    fn start(&mut self, tag: &Tag, tokens: &mut Tokens<'_>) {
        let name = tag.name.as_str();
        self.begun = true;
        self.read.marked |= is_known(name);
        self.read.rich |= is_of(name, NameList::Rich);
        if self.top() == Class::Foreign {
            let font = name == "font" && ["color", "face", "size"].iter().any(|name| tag.attribute(name).is_some());
            if !font && !is_of(name, NameList::Breakout) {
                return self.foreign(tag);
            }
            self.leave_foreign();
        }
        if self.select().is_some() && !self.in_select(tag, tokens) {
            return;
        }
        if !self.in_table(tag) {
            self.in_body(tag, tokens);
        }
    }

    /// Opens an element of SVG or MathML.
    fn foreign(&mut self, tag: &Tag) {
        if tag.closed {
            return;
        }
        let html = tag.name == "annotation-xml"
            && tag.attribute("encoding").is_some_and(|encoding| {
                ["text/html", "application/xhtml+xml"].iter().any(|kind| encoding.eq_ignore_ascii_case(kind))
            });
        let class = if html || is_of(&tag.name, NameList::Island) { Class::Island } else { Class::Foreign };
        self.push(&tag.name, class, "");
    }

    /// Closes SVG and MathML down to the HTML that holds them.
    fn leave_foreign(&mut self) {
        while self.top() == Class::Foreign {
            self.pop();
        }
    }

    /// A start tag where a choice is open: whether it goes on to be read by the other rules.
    fn in_select(&mut self, tag: &Tag, tokens: &mut Tokens<'_>) -> bool {
        let Some(at) = self.select() else { return true };
        match tag.name.as_str() {
            "select" => self.pop_to(at),
            "input" | "keygen" | "textarea" => {
                self.pop_to(at);
                return true;
            }
            "script" => drop(tokens.raw("script")),
            "template" => return true,
            name if (is_of(name, NameList::TablePart) || name == "table")
                && self.open.iter().take(at).any(|open| open.class == Class::Table) =>
            {
                self.pop_to(at);
                return true;
            }
            _ => {}
        }
        false
    }

    /// A start tag by the rules of tables: whether it was one of theirs.
    fn in_table(&mut self, tag: &Tag) -> bool {
        let name = tag.name.as_str();
        let is_part = is_of(name, NameList::TablePart);
        let is_cell = matches!(name, "td" | "th");
        loop {
            let (at, class) = self.part();
            match (class, name) {
                (Class::Cell | Class::Caption, _) if is_part => self.close_cell(at),
                (Class::Row, _) if is_cell => {
                    self.pop_to(at + 1);
                    return self.open_cell(name);
                }
                (Class::Row, _) if is_part => self.pop_to(at),
                (Class::Section, _) if is_cell => {
                    self.pop_to(at + 1);
                    self.open_part("tr");
                }
                (Class::Section, _) if name == "tr" => {
                    self.pop_to(at + 1);
                    return self.open_part(name);
                }
                (Class::Section, _) if is_part => self.pop_to(at),
                (Class::Table, _) if is_cell || name == "tr" => {
                    self.pop_to(at + 1);
                    self.open_part("tbody");
                }
                (Class::Table, _) if name == "caption" => {
                    self.pop_to(at + 1);
                    return self.open_cell(name);
                }
                (Class::Table, _) if is_part => {
                    self.pop_to(at + 1);
                    return self.open_part(name);
                }
                (Class::Table | Class::Section | Class::Row, _) if name == "table" => {
                    let table = self.within(|open| open.class == Class::Table, |_| false).unwrap_or(at);
                    self.pop_to(table);
                }
                (Class::Table | Class::Section | Class::Row, _) => return name == "form",
                // parts of a table outside of one are nothing
                _ => return is_part,
            }
        }
    }

    /// Opens a section or row; columns hold nothing.
    fn open_part(&mut self, name: &str) -> bool {
        if let Some(Element { class, written, .. }) = element(name) {
            self.push(name, *class, written);
        }
        true
    }

    /// Opens a cell or caption, which formatting does not leave.
    fn open_cell(&mut self, name: &str) -> bool {
        self.active.push(Active::Fence);
        self.open_part(name)
    }

    /// Closes the cell or caption at this place.
    fn close_cell(&mut self, at: usize) {
        self.pop_to(at);
        self.clear_active();
    }

    fn in_body(&mut self, tag: &Tag, tokens: &mut Tokens<'_>) {
        let name = tag.name.as_str();
        if is_of(name, NameList::Raw) {
            tokens.raw(name);
            return;
        }
        match name {
            "br" => return self.add(Piece::Break),
            "hr" => {
                self.close_paragraph();
                return self.add(Piece::Rule);
            }
            "svg" | "math" => return self.foreign(tag),
            "a" => {
                self.inactivate(|active| matches!(active, Active::Link(_)));
                return self.activate(Active::Link(tag.attribute("href").and_then(address)));
            }
            _ => {}
        }
        if let Some(mark) = mark(name) {
            return self.activate(Active::Mark(mark));
        }
        let Some(Element { class, written, .. }) = element(name) else { return };
        if *class == Class::Form && self.form {
            return;
        }
        self.make_room(name, *class);
        self.form |= *class == Class::Form;
        if class.fences() {
            self.active.push(Active::Fence);
        }
        let outside = self.open.len();
        self.push(name, *class, written);
        if matches!(name, "xmp" | "plaintext") {
            let text = if name == "xmp" { tokens.raw(name) } else { tokens.all() };
            self.text(text);
            self.pop_to(outside);
        }
    }

    /// Closes what an element of this class does not lie in.
    fn make_room(&mut self, name: &str, class: Class) {
        let passes = |open: &OpenElement| matches!(open.name.as_str(), "address" | "div" | "p" | "");
        let item = if matches!(class, Class::Item | Class::Definition) {
            self.within(|open| open.class == class, |open| open.class == Class::Root || !passes(open))
        } else if class == Class::Button {
            self.scoped(name)
        } else {
            None
        };
        if let Some(at) = item {
            self.pop_to(at);
        }
        let stays = matches!(class, Class::Button | Class::Fence | Class::Object | Class::Template | Class::Select);
        if !stays && (class != Class::Table || self.strict) {
            self.close_paragraph();
        }
        if class == Class::Heading && self.top() == Class::Heading {
            self.pop_to(self.open.len() - 1);
        }
    }

    fn end(&mut self, name: &str) {
        self.begun = true;
        self.read.marked |= is_known(name);
        if matches!(self.top(), Class::Foreign | Class::Island) {
            if matches!(name, "br" | "p") {
                self.leave_foreign();
            } else {
                let strange = |open: &OpenElement| matches!(open.class, Class::Foreign | Class::Island);
                let foreign = self.within(|open| open.name == name || !strange(open), |_| false);
                if let Some(at) = foreign.filter(|at| self.open.get(*at).is_some_and(strange)) {
                    return self.pop_to(at);
                }
            }
        }
        if self.beyond > 0 && element(name).is_some() {
            self.beyond -= 1;
            return self.add(Piece::Break);
        }
        if let Some(at) = self.select() {
            let tabled = (is_of(name, NameList::TablePart) || name == "table") && self.tabled(name).is_some();
            match name {
                "select" => return self.pop_to(at),
                "template" => {}
                _ if tabled => self.pop_to(at),
                _ => return,
            }
        }
        if !self.end_in_table(name) {
            self.end_in_body(name);
        }
    }

    /// An end tag by the rules of tables: whether it was one of theirs.
    fn end_in_table(&mut self, name: &str) -> bool {
        let is_part = is_of(name, NameList::TablePart) || name == "table";
        loop {
            let (at, class) = self.part();
            match (class, name) {
                (Class::Cell | Class::Caption, _) if self.open.get(at).is_some_and(|open| open.name == name) => {
                    self.close_cell(at);
                    return true;
                }
                (Class::Cell, _) if is_part && !matches!(name, "td" | "th") && self.tabled(name).is_some() => {
                    self.close_cell(at);
                }
                (Class::Caption, _) if name == "table" => self.close_cell(at),
                (Class::Row | Class::Section | Class::Table, _)
                    if self.open.get(at).is_some_and(|open| open.name == name) =>
                {
                    self.pop_to(at);
                    return true;
                }
                (Class::Row, _)
                    if matches!(name, "table" | "tbody" | "thead" | "tfoot") && self.tabled(name).is_some() =>
                {
                    self.pop_to(at);
                }
                (Class::Section, _) if name == "table" => self.pop_to(at),
                _ => return is_part,
            }
        }
    }

    fn end_in_body(&mut self, name: &str) {
        match name {
            "br" => return self.add(Piece::Break),
            "p" => {
                match self.paragraph() {
                    Some(at) => self.pop_to(at),
                    // it stands for an empty one
                    None if self.open.last().is_some_and(|open| open.flat) => self.add(Piece::Break),
                    None => self.add(Piece::Block("p", Vec::new())),
                }
                return;
            }
            "a" => return self.inactivate(|active| matches!(active, Active::Link(_))),
            _ => {}
        }
        if let Some(mark) = mark(name) {
            return self.inactivate(|active| *active == Active::Mark(mark));
        }
        let Some(Element { class, .. }) = element(name) else { return };
        let class = *class;
        let found = if class == Class::Item {
            self.within(|open| open.name == name, |open| open.class.bounds() || open.class == Class::List)
        } else if class == Class::Heading {
            self.within(|open| open.class == Class::Heading, |open| open.class.bounds())
        } else if class == Class::Template {
            self.within(|open| open.class == Class::Template, |_| false)
        } else {
            self.scoped(name)
        };
        let Some(at) = found else { return };
        if class == Class::Form {
            self.form = false;
            self.imply_ends();
            let innermost = at + 1 == self.open.len();
            if let (false, Some(open)) = (innermost, self.open.get_mut(at)) {
                // what is open in it stays so
                (open.name, open.class) = (String::new(), Class::Ended);
                return;
            }
        }
        self.pop_to(at);
        if class.fences() {
            self.clear_active();
        }
    }
}

/// Adds a piece of a line: to the run before it, if that looks alike. White space between blocks is
/// nothing, and many spaces are one, unless the text is shown as it stands.
fn add_run(content: &mut Vec<Piece>, text: &str, style: &Style, verbatim: bool) {
    let at_edge = matches!(content.last(), Some(Piece::Block(..) | Piece::Break | Piece::Rule));
    if text.is_empty() || (at_edge && !verbatim && text.chars().all(|c| c == ' ')) {
        return;
    }
    if !matches!(content.last(), Some(Piece::Run(_, own)) if own == style) {
        content.push(Piece::Run(String::new(), style.clone()));
    }
    let Some(Piece::Run(run, _)) = content.last_mut() else { return };
    for c in text.chars() {
        if verbatim || c != ' ' || !run.ends_with(' ') {
            run.push(c);
        }
    }
}
