//! Bodies: what Exchange makes of the text or HTML that a client writes, and of HTML when a client
//! wants text. It is no HTML parser: it treats tags as brackets, which is enough for bodies that
//! people and clients send.

use serde_json::{Value, json};

/// How much of a body `bodyPreview` holds, in characters.
const PREVIEW: usize = 255;

/// A body as it is stored: always HTML, in a document with head and meta (docs/facts/graph.md,
/// "Bodies").
pub(crate) fn stored(content: &str, is_text: bool) -> Value {
    let inner = if is_text {
        let lines = escape(content).replace("\r\n", "\n").replace('\n', "<br>\r\n");
        if lines.is_empty() { lines } else { format!("<div class=\"PlainText\">{lines}</div>") }
    } else {
        content.to_owned()
    };
    if inner.trim().is_empty() {
        return json!({"contentType": "html", "content": ""});
    }
    json!({"contentType": "html", "content": document(&inner)})
}

fn document(inner: &str) -> String {
    const META: &str = "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">";
    let lower = inner.to_ascii_lowercase();
    if !lower.contains("<html") {
        return format!("<html>\r\n<head>\r\n{META}</head>\r\n<body>\r\n{inner}\r\n</body>\r\n</html>\r\n");
    }
    match inner.split_once("<head>") {
        Some((before, after)) if !lower.contains("charset=") => format!("{before}<head>\r\n{META}{after}"),
        Some(_) | None => inner.to_owned(),
    }
}

/// `document` with `block` at the end of its body.
pub(crate) fn append(document: &str, block: &str) -> String {
    match document.rsplit_once("</body>") {
        Some((before, after)) => format!("{before}{block}</body>{after}"),
        None => format!("{document}{block}"),
    }
}

/// The text of HTML: tags go, breaks and ends of blocks become line ends, white space is folded.
pub(crate) fn text(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        fold(&mut out, before);
        let (tag, after) = after.split_once('>').unwrap_or((after, ""));
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        rest = after;
        match (name.to_ascii_lowercase().as_str(), tag.starts_with('/')) {
            ("style" | "script" | "title", false) => {
                rest = after
                    .split_once("</")
                    .map_or("", |(_, after)| after)
                    .split_once('>')
                    .map_or("", |(_, after)| after);
            }
            ("br" | "hr", _) => out.push('\n'),
            ("p" | "div" | "tr" | "li" | "h1" | "h2" | "h3", true) => out.push('\n'),
            _ => {}
        }
    }
    fold(&mut out, rest);
    let lines: Vec<_> = out.lines().map(str::trim).collect();
    lines.join("\r\n").trim().to_owned()
}

/// The beginning of a body's text.
pub(crate) fn preview(content: &str) -> String {
    text(content).chars().take(PREVIEW).collect()
}

fn fold(out: &mut String, text: &str) {
    for c in unescape(text).chars() {
        if !c.is_whitespace() || c == '\u{a0}' {
            out.push(if c == '\u{a0}' { ' ' } else { c });
        } else if !out.ends_with([' ', '\n']) && !out.is_empty() {
            out.push(' ');
        }
    }
}

/// Text as HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn unescape(text: &str) -> String {
    [("&nbsp;", "\u{a0}"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}
