//! Just enough HTML: a reader of tags and texts, the text a person would see, and an allow-list writer that sanitises.
//! It is no parser of documents: it never builds a tree, and what it does not know it leaves out.

/// A piece of markup.
enum Piece<'a> {
    /// Raw text with entities.
    Text(&'a str),
    /// A tag: name in lower case, closing or not, and its raw attributes.
    Tag { name: String, closing: bool, attributes: &'a str },
}

/// Elements whose content is not for people.
const HIDDEN: [&str; 13] = [
    "head", "script", "style", "title", "template", "noscript", "iframe", "object", "embed", "svg", "math", "textarea",
    "select",
];
/// Elements that begin a new line.
const BLOCKS: [&str; 25] = [
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "blockquote",
    "pre",
    "section",
    "article",
    "header",
    "footer",
    "dl",
    "dt",
    "dd",
    "body",
];
/// Elements that the sanitiser lets through, without attributes (but for a link's address).
const ALLOWED: [&str; 31] = [
    "p",
    "div",
    "br",
    "span",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "ul",
    "ol",
    "li",
    "a",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "pre",
    "code",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "td",
    "th",
    "sub",
];
/// The longest name of an entity that is looked for.
const LONGEST_ENTITY: usize = 10;
/// Elements inside each other that the sanitiser lets through; markup that goes deeper was not written by a person.
const DEEPEST: usize = 100;
/// Elements that have no closing tag.
const VOID: [&str; 2] = ["br", "hr"];

/// The text that a person sees in `markup`, in normal form (see [`super::text::lines`]).
#[must_use]
pub fn text(markup: &str) -> String {
    let mut seen = String::with_capacity(markup.len());
    visible(markup, |piece| match piece {
        // a line break in the source is white space, only an element ends a line
        Piece::Text(raw) => seen.extend(decode(raw).chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c })),
        Piece::Tag { name, .. } if BLOCKS.contains(&name.as_str()) => seen.push('\n'),
        Piece::Tag { name, .. } if matches!(name.as_str(), "td" | "th") => seen.push(' '),
        Piece::Tag { .. } => {}
    });
    super::text::lines(&seen)
}

/// Whether `markup` holds what an Activity's notes can't carry: images, tables, embedded objects.
#[must_use]
pub fn is_rich(markup: &str) -> bool {
    let mut rich = false;
    pieces(markup, |piece| {
        if let Piece::Tag { name, .. } = piece {
            rich |= matches!(name.as_str(), "img" | "table" | "object" | "video" | "svg");
        }
    });
    rich
}

/// `markup` with nothing in it but harmless elements and texts; unclosed elements are closed.
#[must_use]
pub fn sanitise(markup: &str) -> String {
    let mut clean = String::with_capacity(markup.len());
    let mut open: Vec<String> = Vec::new();
    visible(markup, |piece| match piece {
        Piece::Text(raw) => escape_into(&decode(raw), &mut clean),
        Piece::Tag { name, .. } if !ALLOWED.contains(&name.as_str()) => {}
        Piece::Tag { closing: false, .. } if open.len() >= DEEPEST => {}
        Piece::Tag { name, closing: false, attributes } => {
            clean.push('<');
            clean.push_str(&name);
            if name == "a"
                && let Some(address) = link(attributes)
            {
                clean.push_str(" href=\"");
                escape_into(&address, &mut clean);
                clean.push('"');
            }
            clean.push('>');
            if !VOID.contains(&name.as_str()) {
                open.push(name);
            }
        }
        Piece::Tag { name, closing: true, .. } => {
            if let Some(at) = open.iter().rposition(|n| *n == name) {
                for inner in open.drain(at..).rev() {
                    clean.push_str("</");
                    clean.push_str(&inner);
                    clean.push('>');
                }
            }
        }
    });
    for name in open.iter().rev() {
        clean.push_str("</");
        clean.push_str(name);
        clean.push('>');
    }
    clean
}

/// Plain text as markup: escaped, a line break for each line's end.
#[must_use]
pub fn from_text(text: &str) -> String {
    let mut markup = String::with_capacity(text.len());
    for (n, line) in text.lines().enumerate() {
        if n > 0 {
            markup.push_str("<br>");
        }
        escape_into(line, &mut markup);
    }
    markup
}

/// Calls `each` for every piece that is not inside a hidden element.
fn visible<'a>(markup: &'a str, mut each: impl FnMut(Piece<'a>)) {
    let mut hidden: Option<(String, usize)> = None;
    pieces(markup, |piece| match (&mut hidden, piece) {
        (None, Piece::Tag { name, closing: false, attributes }) if HIDDEN.contains(&name.as_str()) => {
            if !attributes.trim_end().ends_with('/') {
                hidden = Some((name, 1));
            }
        }
        (None, piece) => each(piece),
        (Some((inside, depth)), Piece::Tag { name, closing, .. }) if *inside == name => {
            *depth = if closing { *depth - 1 } else { *depth + 1 };
            if *depth == 0 {
                hidden = None;
            }
        }
        (Some(_), Piece::Text(_) | Piece::Tag { .. }) => {}
    });
}

/// Calls `each` for every text and tag of `markup`, in order; comments and declarations are left out.
fn pieces<'a>(markup: &'a str, mut each: impl FnMut(Piece<'a>)) {
    let mut rest = markup;
    while !rest.is_empty() {
        let Some((before, from)) = split_at_tag(rest) else {
            each(Piece::Text(rest));
            return;
        };
        if !before.is_empty() {
            each(Piece::Text(before));
        }
        if let Some(comment) = from.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let inner = from.get(1..).unwrap_or_default();
        let (tag, after) = end_of_tag(inner);
        rest = after;
        let (closing, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let end = tag.find(|c: char| !c.is_ascii_alphanumeric() && c != ':' && c != '-').unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(end);
        if !name.is_empty() {
            each(Piece::Tag { name: name.to_ascii_lowercase(), closing, attributes });
        }
    }
}

/// Splits before the first `<` that begins a tag, comment or declaration; any other `<` is text.
fn split_at_tag(markup: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let at = from + markup.get(from..)?.find('<')?;
        let next = markup.get(at + 1..)?.chars().next()?;
        if next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?') {
            return Some(markup.split_at(at));
        }
        from = at + 1;
    }
}

/// Splits what follows a `<` into the tag's inside and the rest after its `>`; a `>` in a quoted attribute does not end it.
fn end_of_tag(inner: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in inner.char_indices() {
        match (quote, c) {
            (None, '>') => return (inner.get(..at).unwrap_or_default(), inner.get(at + 1..).unwrap_or_default()),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None | Some(_), _) => {}
        }
    }
    // never closed: the rest is a broken tag, or an unclosed quote
    inner.split_once('>').unwrap_or((inner, ""))
}

/// The address of a link, if it is of a harmless kind.
fn link(attributes: &str) -> Option<String> {
    let lower = attributes.to_ascii_lowercase();
    let at = lower.find("href")?;
    let value = attributes.get(at + 4..)?.trim_start().strip_prefix('=')?.trim_start();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split(quote).next()?,
        _ => value.split(char::is_whitespace).next()?,
    };
    let address = decode(value).trim().to_owned();
    let kind = address.to_ascii_lowercase();
    ["http://", "https://", "mailto:", "tel:"].iter().any(|k| kind.starts_with(k)).then_some(address)
}

fn escape_into(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            // Creatio takes no NUL; the normal form of a text has a space for it
            '\0' => into.push(' '),
            c => into.push(c),
        }
    }
}

/// `raw` with its entities replaced; what is no entity stays.
fn decode(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, from)) = rest.split_once('&') {
        text.push_str(before);
        let end = from.bytes().take(LONGEST_ENTITY + 1).position(|b| b == b';');
        let entity = end.and_then(|end| Some((from.get(..end)?, from.get(end + 1..)?)));
        match entity.and_then(|(name, after)| Some((character(name)?, after))) {
            Some((c, after)) => {
                text.push(c);
                rest = after;
            }
            None => {
                text.push('&');
                rest = from;
            }
        }
    }
    text.push_str(rest);
    text
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{A0}',
        "ndash" => '–',
        "mdash" => '—',
        "laquo" => '«',
        "raquo" => '»',
        "hellip" => '…',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "bull" => '•',
        "middot" => '·',
        "copy" => '©',
        "reg" => '®',
        "euro" => '€',
        "shy" => '\u{AD}',
        _ => return None,
    })
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
        ] {
            assert_eq!(text(markup), seen, "{markup}");
        }
    }

    #[test]
    fn the_sanitiser_lets_only_harmless_markup_through() {
        for (markup, clean) in [
            ("<p onclick=x()>a</p>", "<p>a</p>"),
            ("<img src=x onerror=y()>b", "b"),
            ("<a href=\"javascript:x()\">c</a>", "<a>c</a>"),
            ("<a href='https://x.example/?a=1&amp;b=2'>d</a>", "<a href=\"https://x.example/?a=1&amp;b=2\">d</a>"),
            ("<svg><script>x</script></svg>e", "e"),
            ("<b>unclosed <i>both", "<b>unclosed <i>both</i></b>"),
            ("</p>stray", "stray"),
            ("<b><i>x</b></i>", "<b><i>x</i></b>"),
            ("a < b", "a &lt; b"),
            ("<scr<script>ipt>x", "ipt&gt;x"),
        ] {
            assert_eq!(sanitise(markup), clean, "{markup}");
            assert_eq!(sanitise(&sanitise(markup)), sanitise(markup), "twice: {markup}");
        }
    }
}
