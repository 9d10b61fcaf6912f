//! The join block that online meetings keep in their body (docs/facts/graph.md, "Bodies"; hybrid
//! meetings on an Exchange Server have the same): found, cut off for reading, and put back for
//! writing, since a body written without it would disable the meeting.

use super::Body;

/// Fewest underscores of the line that opens a block.
const LINE: usize = 16;
/// What only a join block (or a pasted invitation) holds.
const MARKERS: [&str; 7] = [
    "teams.microsoft.com/l/meetup-join",
    "teams.microsoft.com/meet/",
    "teams.live.com/meet/",
    "teams.microsoft.us/l/meetup-join",
    "aka.ms/jointeamsmeeting",
    "meet.lync.com/",
    "join.skype.com/",
];
/// Elements that a cut never takes along: they hold the whole body.
const FRAME: [&str; 2] = ["<body", "<html"];

/// A body parted from its join block.
#[derive(Debug, PartialEq, Eq)]
pub enum Parted<'a> {
    /// No block.
    Plain,
    /// What a person wrote, and the block to the end.
    Block {
        /// What a person wrote.
        own: &'a str,
        /// The block, with all that follows.
        block: &'a str,
    },
    /// It must have a block, but not one that can be told from the text: such a body is not to be
    /// written.
    Unclear,
}

/// Parts `body` (markup or plain text). `online`: the server says that it is an online meeting.
#[must_use]
pub fn part(body: &str, online: bool) -> Parted<'_> {
    let lower = body.to_ascii_lowercase();
    let marker = MARKERS.iter().filter_map(|marker| lower.find(marker)).min();
    let lines = lines(body);
    let line = match marker {
        Some(marker) => lines.iter().rfind(|at| **at < marker),
        None if online => lines.first(),
        None => None,
    };
    match (line, marker) {
        (Some(line), _) => {
            let (own, block) = body.split_at_checked(opening(body, *line)).unwrap_or((body, ""));
            Parted::Block { own, block }
        }
        (None, Some(_)) if online => Parted::Unclear,
        (None, _) => Parted::Plain,
    }
}

/// The body of `content` without its join block, and whether it has one. `plain`: it is no markup.
#[must_use]
pub fn body(content: &str, plain: bool, online: bool) -> (Body, bool) {
    let (own, block) = match part(content, online) {
        Parted::Plain => (content, false),
        Parted::Block { own, .. } => (own, true),
        Parted::Unclear => (content, true),
    };
    (if plain { Body::from_text(own) } else { Body::from_html(own) }, block)
}

/// `own` (markup) with the join block of `stored` put after it; `None` if `stored` has one that
/// can't be told from the text.
#[must_use]
pub fn splice(own: &str, stored: &str, online: bool) -> Option<String> {
    match part(stored, online) {
        Parted::Plain => Some(own.to_owned()),
        Parted::Block { block, .. } => Some(format!("{own}\n{block}")),
        Parted::Unclear => None,
    }
}

/// Where the lines of underscores begin.
fn lines(body: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = body.get(from..).and_then(|rest| rest.find("________________")).map(|at| from + at) {
        let length = body.get(at..).map_or(LINE, |rest| rest.bytes().take_while(|b| *b == b'_').count());
        found.push(at);
        from = at + length;
    }
    found
}

/// The place before the elements that open right before `line`, so that a cut leaves none of them
/// half.
fn opening(body: &str, line: usize) -> usize {
    let mut at = line;
    while let Some(before) = body.get(..at).map(str::trim_end) {
        let Some(tag) = before.rfind('<').and_then(|tag| before.get(tag..)) else { break };
        let lower = tag.to_ascii_lowercase();
        let opens = tag.ends_with('>') && tag.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic);
        if !opens || lower.starts_with("<br") || FRAME.iter().any(|frame| lower.starts_with(frame)) {
            break;
        }
        at = before.len() - tag.len();
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEPARATOR: &str = "________________________________________________________________________________";
    const JOIN: &str = "<a href=\"https://teams.microsoft.com/l/meetup-join/19%3ameeting\">Join</a>";

    #[test]
    fn the_block_begins_with_the_element_of_its_line() {
        let own = "<html><body>\r\n<div>Agenda</div>\r\n";
        let block = format!("<div style=\"w\"><span>{SEPARATOR}</span>\r\n</div><div>{JOIN}</div></body></html>");
        let body = format!("{own}{block}");
        for online in [true, false] {
            assert_eq!(part(&body, online), Parted::Block { own, block: &block });
        }
    }

    #[test]
    fn what_is_no_block_is_not_cut() {
        let above = format!("<p>{SEPARATOR}</p><p>mine</p>");
        let block = format!("<div>{SEPARATOR}<br>{JOIN}</div><div>{SEPARATOR}</div>");
        let both = format!("{above}{block}");
        let pasted = format!("<p>{JOIN}</p>");
        let foot = format!("{SEPARATOR}\nMicrosoft Teams");
        let plain = format!("mine\n{foot}");
        for (body, online, parted) in [
            (both.as_str(), true, Parted::Block { own: &above, block: &block }),
            (above.as_str(), false, Parted::Plain),
            (pasted.as_str(), false, Parted::Plain),
            (pasted.as_str(), true, Parted::Unclear),
            (plain.as_str(), true, Parted::Block { own: "mine\n", block: &foot }),
            ("", true, Parted::Plain),
        ] {
            assert_eq!(part(body, online), parted, "{body} {online}");
        }
    }

    #[test]
    fn a_spliced_body_parts_into_the_new_text_and_the_old_block() {
        let stored = format!("<body><p>old</p><div>{SEPARATOR}</div>{JOIN}</body>");
        let spliced = splice("<p>new</p>", &stored, true).unwrap_or_default();
        assert_eq!(spliced, format!("<p>new</p>\n<div>{SEPARATOR}</div>{JOIN}</body>"));
        assert_eq!(splice("<p>new</p>", JOIN, true), None);
        assert_eq!(splice("<p>new</p>", "<p>old</p>", true).as_deref(), Some("<p>new</p>"));
    }
}
