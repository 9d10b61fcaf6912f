//! A page yet to be read: which, how much is asked of the server for it, and what the answer turns
//! out to be.

use super::cursor::Chain;
use super::endpoints;
use super::reader::{self, Reader};
use crate::error::Error;
use crate::http::{Call, Fault, odata};
use crate::model::{ContainerId, Kind, Side, Span};
use crate::ports::HttpResponse;
use chrono::Duration;

/// Rows of a page that are asked for: what did not work is tried with the next.
const SIZES: [u16; 3] = [200, 50, 10];
/// Into so many pieces a span is cut that is too much for the server.
const PIECES: i32 = 4;
/// Spans of fewer days are not cut any more.
const SHORTEST: i64 = 90;

/// A page yet to be read.
#[derive(Clone)]
pub(super) struct PageRequest {
    /// What it is of.
    pub(super) container: ContainerId,
    /// Calendar or list.
    pub(super) kind: Kind,
    /// How the container is read.
    pub(super) reader: &'static dyn Reader,
    /// Which of the container's chains it belongs to.
    pub(super) chain: usize,
    /// Which full reading of the container it belongs to, from 1 on; 0: what changed since the last
    /// time.
    pub(super) attempt: u8,
    /// The path of the page.
    pub(super) path: String,
    /// Where its chain begins.
    origin: Origin,
    /// Which of [`SIZES`].
    size: usize,
    /// It is asked for by itself: what goes wrong is not another part's fault.
    pub(super) apart: bool,
}

/// A calendar or task list that is read.
#[derive(Clone, Copy)]
pub(super) struct ContainerRef<'a> {
    /// Which of the two.
    pub(super) kind: Kind,
    /// Its id.
    pub(super) container: &'a ContainerId,
}

/// Where a chain begins.
#[derive(Clone, PartialEq)]
enum Origin {
    /// At a link of the last run. It is gone back to once, if a later page is lost.
    Link(String),
    /// As before, and it has been gone back to.
    LinkAgain,
    /// It reads this span in full.
    Span(Span),
}

impl PageRequest {
    /// What changed since `chain` was last read; nothing of a way that does not track changes.
    pub(super) fn on(number: usize, chain: &Chain) -> Option<Self> {
        let link = chain.link.clone()?;
        Some(Self {
            container: chain.container.clone(),
            kind: chain.kind,
            reader: reader::best(chain.kind),
            chain: number,
            attempt: 0,
            path: link.clone(),
            origin: Origin::Link(link),
            size: 0,
            apart: false,
        })
    }

    /// The beginning of a full reading of `span`.
    pub(super) fn full(
        of: ContainerRef<'_>,
        reader: &'static dyn Reader,
        chain: usize,
        span: Span,
        attempt: u8,
    ) -> Self {
        Self {
            container: of.container.clone(),
            kind: of.kind,
            reader,
            chain,
            attempt,
            path: reader.first(of.container, span),
            origin: Origin::Span(span),
            size: 0,
            apart: false,
        }
    }

    /// The request.
    pub(super) fn call(&self) -> Call {
        endpoints::page(self.kind, &self.path, SIZES.get(self.size).copied().unwrap_or(1))
    }

    /// The page after this one.
    pub(super) fn next(self, path: String) -> Self {
        Self { path, ..self }
    }

    /// The beginning of the same chain, if only a later page of it is lost, for the first time
    /// (docs/facts/graph.md, "Lost chains").
    pub(super) fn again(&self) -> Option<Self> {
        match &self.origin {
            Origin::Link(link) if *link != self.path => {
                Some(Self { path: link.clone(), origin: Origin::LinkAgain, ..self.clone() })
            }
            Origin::Link(_) | Origin::LinkAgain | Origin::Span(_) => None,
        }
    }

    /// The same page with fewer rows.
    pub(super) fn smaller(&self) -> Option<Self> {
        (self.size + 1 < SIZES.len()).then(|| Self { size: self.size + 1, ..self.clone() })
    }

    /// The same page by itself, unless it was.
    pub(super) fn by_itself(&self) -> Option<Self> {
        (!self.apart).then(|| Self { apart: true, ..self.clone() })
    }

    /// The same span in pieces, with the smallest pages; their chains are numbered from `chain` on.
    pub(super) fn pieces(&self, chain: usize) -> Option<Vec<Self>> {
        let Origin::Span(span) = self.origin else { return None };
        if !self.reader.is_timed() || span.length() < Duration::days(SHORTEST) {
            return None;
        }
        let cut = |n: i32| span.from + span.length() / PIECES * n;
        let spans = (0..PIECES).map(|n| Span { from: cut(n), to: if n + 1 == PIECES { span.to } else { cut(n + 1) } });
        let of = ContainerRef { kind: self.kind, container: &self.container };
        let piece =
            |(nth, span)| Self { size: self.size, ..Self::full(of, self.reader, chain + nth, span, self.attempt) };
        Some(spans.enumerate().map(piece).collect())
    }
}

/// What a page turned out to be.
pub(super) enum PageOutcome {
    /// A page.
    Page(odata::Page),
    /// The server no longer knows the chain.
    Lost,
    /// It was too much for the server, again and again.
    Slow(Error),
    /// The container can't be read; the server's code.
    Closed(String),
    /// The page can't be had: the server failed at it, refuses it, or sends something else.
    Broken(Error),
    /// The server answers nothing at all.
    Failed(Error),
}

impl PageOutcome {
    /// What `response` is.
    pub(super) fn of(response: &HttpResponse) -> Self {
        let fault = match odata::page(response) {
            Ok(page) => return Self::Page(page),
            Err(fault) => fault,
        };
        match (response.status().as_u16(), &fault) {
            (410, _) => Self::Lost,
            (400..=499, _) if names_a_lost_chain(response.body()) => Self::Lost,
            (403 | 404, Fault::Refused { code, .. }) => Self::Closed(code.clone()),
            (503 | 504, _) => Self::Slow(fault.error(Side::Exchange)),
            (401 | 429, _) => Self::Failed(fault.error(Side::Exchange)),
            _ => Self::Broken(fault.error(Side::Exchange)),
        }
    }
}

/// The codes of a lost chain, on whichever level of the error, in any case (docs/facts/graph.md,
/// "Lost chains").
fn names_a_lost_chain(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).to_ascii_lowercase();
    ["syncstatenotfound", "syncstateinvalid", "resyncrequired"].iter().any(|code| text.contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn full(days: i64) -> PageRequest {
        let from = DateTime::from_timestamp(0, 0).unwrap_or_default();
        let span = Span { from, to: from + Duration::days(days) };
        let of = ContainerRef { kind: Kind::Meeting, container: &"c".into() };
        PageRequest::full(of, reader::best(Kind::Meeting), 0, span, 1)
    }

    #[test]
    fn less_is_asked_step_by_step() {
        let sizes: Vec<u16> = std::iter::successors(Some(full(400)), PageRequest::smaller)
            .filter_map(|fetch| SIZES.get(fetch.size).copied())
            .collect();
        assert_eq!(sizes, SIZES);
        let spans = |fetch: &PageRequest| {
            let pieces = fetch.pieces(7).unwrap_or_default();
            let span = |piece: &PageRequest| match piece.origin {
                Origin::Span(span) => (piece.chain, span.length().num_days()),
                Origin::Link(_) | Origin::LinkAgain => (piece.chain, 0),
            };
            pieces.iter().map(span).collect::<Vec<_>>()
        };
        assert_eq!(spans(&full(400)), [(7, 100), (8, 100), (9, 100), (10, 100)]);
        assert_eq!(spans(&full(89)), []);
        let first = full(401).pieces(0).unwrap_or_default();
        assert!(first.iter().zip(first.iter().skip(1)).all(|(a, b)| match (&a.origin, &b.origin) {
            (Origin::Span(one), Origin::Span(next)) => one.to == next.from,
            _ => false,
        }));
    }

    #[test]
    fn a_chain_goes_back_to_its_link_once() {
        let chain = Chain { container: "c".into(), kind: Kind::Task, link: Some("me/x".to_owned()) };
        let first = PageRequest::on(0, &chain).unwrap_or_else(|| full(1));
        assert!(first.again().is_none(), "the link itself is lost");
        let later = first.next("me/y".to_owned());
        let again = later.again().unwrap_or_else(|| full(1));
        assert_eq!(again.path, "me/x");
        assert!(again.next("me/z".to_owned()).again().is_none());
        assert!(full(9).next("me/y".to_owned()).again().is_none());
    }
}
