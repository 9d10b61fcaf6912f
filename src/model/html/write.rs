//! Markup of the few forms that are read as the tree that they were written from: blocks hold what
//! they may, styles lie in one order, and nothing but the address of a link is an attribute.

use super::tree::{MARKS, Piece, Style};
use crate::model::text::is_void;

/// The markup of `nodes`.
pub(super) fn markup(nodes: &[Piece]) -> String {
    let mut to = String::new();
    content(nodes, "", &mut to);
    to
}

/// Writes what is in a block.
fn content(nodes: &[Piece], block: &str, to: &mut String) {
    let mut now = Style::default();
    for node in nodes {
        match node {
            Piece::Run(text, style) => {
                turn(&now, style, to);
                now.clone_from(style);
                escape(text, to);
            }
            Piece::Break => to.push_str("<br>"),
            Piece::Rule => {
                turn(&now, &Style::default(), to);
                now = Style::default();
                to.push_str("<hr>");
            }
            Piece::Block(name, inside) => {
                turn(&now, &Style::default(), to);
                now = Style::default();
                let name = fitting(name, inside, block);
                open(name, to);
                content(inside, name, to);
                close(name, to);
            }
        }
    }
    turn(&now, &Style::default(), to);
}

/// What a block is written as, so that no reader moves or ends it: a paragraph or heading holds no
/// block, and an item lies in a list.
fn fitting(name: &'static str, inside: &[Piece], outside: &str) -> &'static str {
    let holds_blocks = || inside.iter().any(|node| matches!(node, Piece::Block(..) | Piece::Rule));
    let fits = match name {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => !holds_blocks(),
        "li" => matches!(outside, "ul" | "ol"),
        "dt" | "dd" => outside == "dl",
        _ => true,
    };
    if fits { name } else { "div" }
}

/// Closes what the next run does not have, and opens what it has besides.
fn turn(from: &Style, into: &Style, to: &mut String) {
    if from == into {
        return;
    }
    let names = |style: &Style| -> Vec<&'static str> {
        let marks = MARKS.iter().enumerate().filter(|(bit, _)| style.marks & (1 << bit) != 0).map(|(_, name)| *name);
        style.link.iter().map(|_| "a").chain(marks).collect()
    };
    let (before, after) = (names(from), names(into));
    let same = before.iter().zip(&after).take_while(|(one, other)| one == other).count();
    let same = if from.link == into.link { same } else { 0 };
    for name in before.iter().skip(same).rev() {
        close(name, to);
    }
    for name in after.iter().skip(same) {
        match &into.link {
            Some(address) if *name == "a" => {
                to.push_str("<a href=\"");
                escape(address, to);
                to.push_str("\">");
            }
            Some(_) | None => open(name, to),
        }
    }
}

fn open(name: &str, to: &mut String) {
    to.push('<');
    to.push_str(name);
    to.push('>');
}

fn close(name: &str, to: &mut String) {
    to.push_str("</");
    to.push_str(name);
    to.push('>');
}

/// Appends `text` as text, or as the value of an attribute.
pub(super) fn escape(text: &str, to: &mut String) {
    text.chars().for_each(|c| escape_character(c, to));
}

/// Appends a character as text, or in the value of an attribute, of HTML or XML; a space for one
/// that is none.
pub(crate) fn escape_character(c: char, to: &mut String) {
    match c {
        '&' => to.push_str("&amp;"),
        '<' => to.push_str("&lt;"),
        '>' => to.push_str("&gt;"),
        '"' => to.push_str("&quot;"),
        c if is_void(c) => to.push(' '),
        c => to.push(c),
    }
}
