//! A calendar's view of a span of time, each occurrence of a series by itself. A view that is cut
//! is asked for in halves (docs/facts/ews.md, "Views"), and so is one that is refused, down to the
//! days of which nothing can be had: they cost themselves only.

use super::fetch::{FoundItems, missing, newest, refused};
use super::wire::Verdict;
use super::xml::XmlElement;
use super::{Ews, endpoints, map};
use crate::error::{Error, Result};
use crate::flat::{self, FlatSet};
use crate::model::{ContainerId, Instant, ItemId, Side, Span};
use crate::ports::{Clock, Credentials, Http};
use chrono::Duration;
use std::collections::VecDeque;

/// A view that is cut is not halved below this.
const SHORTEST_CUT: Duration = Duration::minutes(1);
/// A view that is refused is not halved below this.
const SHORTEST_REFUSED: Duration = Duration::days(1);
/// So many refusals before anything was shown mean the calendar, not one of its days.
const FIRST_REFUSALS: usize = 15;
/// So many refusals are asked for in one view; what is left then is not tried.
const REFUSALS: usize = 60;

/// So many looks at halves of what is cut are taken in one view; what is left then is not tried.
const LOOKS: usize = 400;
/// Why not all of a part could be had.
const CROWDED: &str = "more items at one time than a view shows";

/// What was seen of a span.
#[derive(Default)]
pub(super) struct SpanView {
    /// The items, as listed.
    pub(super) shown: Vec<XmlElement>,
    /// Parts of which not all could be had, by start.
    pub(super) unread: Vec<Unread>,
}

/// A part of a span of which not all could be had.
#[derive(Clone, Debug)]
pub(super) struct Unread {
    /// From when on.
    pub(super) from: Instant,
    /// Up to when.
    pub(super) to: Instant,
    /// The server's code, or what is wrong.
    pub(super) why: String,
}

impl Unread {
    /// Its days, for people.
    pub(super) fn part(&self) -> String {
        format!("{} – {}", self.from.date_naive(), self.to.date_naive())
    }
}

/// One look at a part.
enum Glance {
    /// All that lies there.
    Whole(Vec<XmlElement>),
    /// Only the first of what lies there.
    Cut(Vec<XmlElement>),
    /// Nothing: the folder is gone, or not for this user.
    Closed(String),
    /// Nothing.
    Refused(String, Option<Error>),
}

/// A part that is still to be read, or was looked at already.
struct Part {
    from: Instant,
    to: Instant,
    known: Option<Glance>,
}

impl<P: Http + Clock + Credentials> Ews<P> {
    /// What lies in a calendar between two times.
    ///
    /// # Errors
    /// What stops a run; what kept all of it from being told.
    pub(super) async fn view(&self, folder: &ContainerId, span: Span) -> Result<SpanView> {
        let mut view = SpanView::default();
        let mut open = VecDeque::from([Part { from: span.from, to: span.to, known: None }]);
        let (mut answered, mut refusals, mut looks, mut last) = (false, 0, 0, (String::new(), None));
        while let Some(Part { from, to, known }) = open.pop_front() {
            if looks >= LOOKS || refusals >= REFUSALS || (refusals >= FIRST_REFUSALS && !answered) {
                let why = if looks >= LOOKS { CROWDED } else { last.0.as_str() };
                view.unread.push(Unread { from, to, why: why.to_owned() });
                continue;
            }
            let half = from + (to - from) / 2;
            let glance = match known {
                Some(glance) => glance,
                None => self.glance(folder, Span { from, to }).await?,
            };
            answered |= matches!(glance, Glance::Whole(_) | Glance::Cut(_));
            match glance {
                Glance::Whole(items) => view.shown.extend(items),
                Glance::Cut(items) if items.len() < self.most.get() => view.shown.extend(items),
                Glance::Cut(items) => {
                    looks += 2;
                    let earlier = self.glance(folder, Span { from, to: half }).await?;
                    let later = self.glance(folder, Span { from: half, to }).await?;
                    let shows = |glance: &Glance| matches!(glance, Glance::Cut(some) if ids(some) == ids(&items));
                    // neither half shows anything else: so it would go on
                    if (shows(&earlier) && shows(&later)) || to - from <= SHORTEST_CUT {
                        view.shown.extend(items);
                        view.unread.push(Unread { from, to, why: CROWDED.to_owned() });
                        continue;
                    }
                    open.extend([
                        Part { from, to: half, known: Some(earlier) },
                        Part { from: half, to, known: Some(later) },
                    ]);
                }
                Glance::Closed(why) => view.unread.push(Unread { from, to, why }),
                Glance::Refused(why, error) => {
                    refusals += 1;
                    last = (why.clone(), error.or(last.1));
                    if to - from <= SHORTEST_REFUSED {
                        view.unread.push(Unread { from, to, why });
                    } else {
                        let halves = [(from, half), (half, to)];
                        open.extend(halves.map(|(from, to)| Part { from, to, known: None }));
                    }
                }
            }
        }
        match last.1 {
            // no word of the server about anything in this calendar
            Some(error) if !answered => Err(error),
            Some(_) | None => {
                view.shown = newest(view.shown);
                view.unread = joined(view.unread);
                Ok(view)
            }
        }
    }

    async fn glance(&self, folder: &ContainerId, span: Span) -> Result<Glance> {
        let messages = match self.ask(&endpoints::view(folder, span)).await {
            Ok(messages) => messages,
            Err(error) => return refused(&error).map(|why| Glance::Refused(why, Some(error.clone()))).ok_or(error),
        };
        let message = messages.first().ok_or_else(missing)?;
        match message.verdict() {
            Verdict::Fine => {}
            Verdict::Gone | Verdict::Forbidden => return Ok(Glance::Closed(message.code.clone())),
            Verdict::Busy | Verdict::NoMailbox => {
                message.success().map_err(|fault| fault.error(Side::Exchange))?;
            }
            Verdict::Later | Verdict::Skipped | Verdict::Stale | Verdict::CursorLost | Verdict::Refused => {
                return Ok(Glance::Refused(message.code.clone(), None));
            }
        }
        let FoundItems { items, is_last, .. } = FoundItems::of(message)?;
        self.most.set(self.most.get().max(items.len()));
        // where nothing lies nothing was cut off
        Ok(if is_last || items.is_empty() { Glance::Whole(items) } else { Glance::Cut(items) })
    }
}

/// The ids of items.
fn ids(items: &[XmlElement]) -> FlatSet<ItemId> {
    items.iter().filter_map(map::id).collect()
}

/// `parts` by start, those that touch one another as one.
fn joined(mut parts: Vec<Unread>) -> Vec<Unread> {
    flat::sort_by_key(&mut parts, |part| part.from);
    let mut joined: Vec<Unread> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(before) if before.to >= part.from && before.why == part.why => before.to = before.to.max(part.to),
            Some(_) | None => joined.push(part),
        }
    }
    joined
}
