//! How Exchange limits one application in one mailbox (docs/facts/graph.md, "Limits"), switched on:
//! parts of a batch that are too many at once, and requests that are too many in ten minutes. Every
//! part of a batch counts; what is refused counts too.

use super::answer::Fail;
use chrono::{DateTime, Duration, Utc};
use http::{StatusCode, header};
use serde::Deserialize;
use std::collections::VecDeque;
use std::num::NonZeroUsize;

/// The span in which requests are counted.
const SPAN: Duration = Duration::minutes(10);

/// What a mailbox takes. The default takes everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct Throttle {
    /// Parts of one batch that are served; the others are told to come again.
    pub at_once: Option<NonZeroUsize>,
    /// Requests in ten minutes.
    pub per_ten_minutes: Option<NonZeroUsize>,
    /// How the wait is told.
    pub retry_after: RetryAfter,
}

/// The spelling of `Retry-After`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RetryAfter {
    /// Whole seconds.
    #[default]
    Seconds,
    /// Seconds with a fraction.
    Fraction,
    /// An HTTP date.
    Date,
    /// Whole seconds, in a header that a page of another origin may not read; in a batch it is
    /// JSON, and so can be read.
    Hidden,
    /// Not at all.
    Absent,
}

/// What a mailbox remembers in order to limit.
#[derive(Default)]
pub(crate) struct Gate {
    /// When the requests of the last ten minutes came.
    came: VecDeque<DateTime<Utc>>,
}

impl Gate {
    /// Lets a request in, or doesn't. `part`: how many parts of its batch were before it.
    ///
    /// # Errors
    /// 429.
    pub(crate) fn admit(&mut self, throttle: &Throttle, part: Option<usize>, now: DateTime<Utc>) -> Result<(), Fail> {
        while self.came.front().is_some_and(|at| *at + SPAN <= now) {
            self.came.pop_front();
        }
        self.came.push_back(now);
        if throttle.at_once.is_some_and(|most| part.is_some_and(|part| part >= most.get())) {
            let message = "Application is over its MailboxConcurrency limit.";
            return Err(refusal("ApplicationThrottled", message, (throttle.retry_after, 2, now)));
        }
        match (throttle.per_ten_minutes, self.came.front()) {
            (Some(most), Some(first)) if self.came.len() > most.get() => {
                let wait = (*first + SPAN - now).num_seconds().max(1);
                Err(refusal("TooManyRequests", "Too many requests.", (throttle.retry_after, wait, now)))
            }
            _ => Ok(()),
        }
    }
}

fn refusal(code: &'static str, message: &str, (spelling, seconds, now): (RetryAfter, i64, DateTime<Utc>)) -> Fail {
    let fail = Fail::new(StatusCode::TOO_MANY_REQUESTS, code, message);
    let told = match spelling {
        RetryAfter::Seconds | RetryAfter::Hidden => seconds.to_string(),
        RetryAfter::Fraction => format!("{}.128", seconds - 1),
        RetryAfter::Date => (now + Duration::seconds(seconds)).format("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        RetryAfter::Absent => return fail,
    };
    let fail = fail.with(header::RETRY_AFTER, told);
    if spelling == RetryAfter::Hidden {
        return fail.with(header::ACCESS_CONTROL_EXPOSE_HEADERS, super::answer::exposed_without("Retry-After"));
    }
    fail
}
