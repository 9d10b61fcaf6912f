//! How many requests a server takes in a time, and how many of them are used up: pure, kept by a
//! world over runs and tabs ([`Http::book`](crate::ports::Http::book)). It waits for nobody.

use crate::model::Instant;
use serde::{Deserialize, Serialize};

/// Requests that one application may send to one mailbox in a [`SPAN`] (docs/facts/graph.md,
/// "Limits"). Parts of batches count one by one, and so do repetitions.
pub const MOST: u32 = 10_000;
/// Seconds of the sliding window in which they are counted.
const SPAN: i64 = 600;
/// Seconds that are counted together: a slot is used up until its last second has left the window.
const SLOT: i64 = 15;

/// The requests of the last ten minutes, and those that are to go out soon.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Budget {
    /// Number of the slot since 1970, and its requests; in order.
    slots: Vec<(i64, u32)>,
}

impl Budget {
    /// Counts `requests` at the first moment from `now` on at which they fit; the milliseconds
    /// until then.
    pub fn book(&mut self, now: Instant, requests: u32) -> u64 {
        let second = now.timestamp();
        // what is booked far ahead was booked by a clock that was wrong
        self.slots.retain(|(slot, _)| leaves(*slot) > second && *slot * SLOT <= second + 2 * SPAN);
        let leaving = self.slots.iter().map(|(slot, _)| leaves(*slot));
        let fits = |at: &i64| self.used(*at).saturating_add(requests) <= MOST;
        let at = std::iter::once(second).chain(leaving).find(fits).unwrap_or(second);
        self.count(at.div_euclid(SLOT), requests);
        u64::try_from(at - second).unwrap_or(0) * 1_000
    }

    /// Requests that still count at the second `at`.
    fn used(&self, at: i64) -> u32 {
        self.slots.iter().filter(|(slot, _)| leaves(*slot) > at).fold(0, |sum, (_, n)| sum.saturating_add(*n))
    }

    fn count(&mut self, slot: i64, requests: u32) {
        match self.slots.binary_search_by_key(&slot, |(slot, _)| *slot) {
            Ok(at) => {
                if let Some((_, n)) = self.slots.get_mut(at) {
                    *n = n.saturating_add(requests);
                }
            }
            Err(at) => self.slots.insert(at, (slot, requests)),
        }
    }
}

/// The second at which the requests of `slot` no longer count.
const fn leaves(slot: i64) -> i64 {
    (slot + 1) * SLOT + SPAN
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Duration};

    #[test]
    fn what_does_not_fit_waits_until_it_does() {
        let start = DateTime::from_timestamp(1_500, 0).unwrap_or_default();
        let mut budget = Budget::default();
        for (after, requests, wait) in [
            (0, 20, 0),
            (0, 9_980, 0),
            (1, 1, 614_000),    // until the first slot has left
            (300, 20, 315_000), // behind the one that waits
            (615, 9_979, 0),
            (616, 1, 614_000),
            (20_000, 10_000, 0),
        ] {
            let now = start + Duration::seconds(after);
            assert_eq!(budget.book(now, requests), wait, "{requests} after {after} s: {budget:?}");
        }
    }

    #[test]
    fn in_no_ten_minutes_there_are_more_than_the_server_takes() {
        let mut budget = Budget::default();
        let mut sent: Vec<(i64, u32)> = Vec::new();
        let mut now = DateTime::from_timestamp(7, 0).unwrap_or_default();
        for n in 0..4_000_u32 {
            let requests = 1 + n * 7 % 20;
            let wait = budget.book(now, requests);
            now += Duration::milliseconds(i64::try_from(wait).unwrap_or(0));
            sent.push((now.timestamp(), requests));
            now += Duration::milliseconds(300);
        }
        for (at, _) in &sent {
            let within = sent.iter().filter(|(other, _)| (at - SPAN..=*at).contains(other));
            let sum: u32 = within.map(|(_, n)| n).sum();
            assert!(sum <= MOST, "{sum} at {at}");
        }
    }

    #[test]
    fn a_clock_that_was_wrong_blocks_nothing() {
        let mut budget = Budget::default();
        let later = DateTime::from_timestamp(1_000_000, 0).unwrap_or_default();
        budget.book(later, MOST);
        assert_eq!(budget.book(DateTime::from_timestamp(0, 0).unwrap_or_default(), 20), 0);
    }
}
