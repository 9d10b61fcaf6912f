//! Whether and when a call that failed is sent again: pure, so that it can be tabulated. It waits
//! for nobody and asks no clock.

use super::Repeat;
use crate::model::Instant;
use chrono::DateTime;

/// How often one call is sent at most.
pub const ATTEMPTS: u32 = 5;
/// Milliseconds that are waited before the second attempt where the server names no time; doubled
/// for each further one.
const FIRST_WAIT: u64 = 1_000;
/// The same after a server said that it is throttling, but not for how long (docs/facts/ews.md,
/// "Codes").
const THROTTLED_WAIT: u64 = 10_000;
/// The longest wait of our own choice, in milliseconds.
const LONGEST_WAIT: u64 = 60_000;
/// A server that asks for more milliseconds than this is not waited for: the next run comes later.
const PATIENCE: u64 = 300_000;

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallFailure {
    /// No reply came: whether it was carried out is not known.
    Lost,
    /// The server said in its reply that it carried nothing out, being too busy (EWS:
    /// `ErrorServerBusy`).
    Throttled {
        /// Milliseconds that it asks to wait.
        after: Option<u64>,
    },
    /// The server answered with this status.
    Status {
        /// The HTTP status.
        status: u16,
        /// Milliseconds that it asks to wait (see [`asked`]).
        after: Option<u64>,
    },
}

/// Milliseconds to wait before a call is sent again; `None`: it is not. `attempt` counts from 1;
/// `jitter` are up to so many more milliseconds, so that many clients don't come back at once.
#[must_use]
pub fn again(attempt: u32, repeat: Repeat, failure: CallFailure, jitter: u64) -> Option<u64> {
    let (attempts, after) = match (failure, repeat) {
        // it was surely not carried out
        (
            CallFailure::Status { status: 429, after } | CallFailure::Throttled { after },
            Repeat::Safe | Repeat::Never,
        ) => (ATTEMPTS, after),
        (CallFailure::Status { status: 503 | 504, after }, Repeat::Safe) => (ATTEMPTS, after),
        // mostly it is the request that the server can't cope with: once more, no oftener
        (CallFailure::Status { status: 500 | 502, after }, Repeat::Safe) => (2, after),
        (CallFailure::Lost, Repeat::Safe) => (ATTEMPTS, None),
        (CallFailure::Status { .. } | CallFailure::Lost, Repeat::Safe | Repeat::Never) => return None,
    };
    if attempt >= attempts || after.is_some_and(|ms| ms > PATIENCE) {
        return None;
    }
    let first = if matches!(failure, CallFailure::Throttled { .. }) { THROTTLED_WAIT } else { FIRST_WAIT };
    let own = first.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(LONGEST_WAIT);
    Some(after.unwrap_or(own) + jitter)
}

/// The milliseconds that a `Retry-After` header asks to wait: seconds, which Graph also writes with
/// a fraction (`2.128`, rounded up to whole seconds: docs/facts/graph.md, "Limits"), or an HTTP
/// date.
#[must_use]
pub fn wait(header: &str, now: Instant) -> Option<u64> {
    let header = header.trim();
    if let Some(seconds) = seconds(header) {
        return Some(seconds.saturating_mul(1_000));
    }
    let at = DateTime::parse_from_rfc2822(header).ok()?;
    Some(u64::try_from(at.signed_duration_since(now).num_milliseconds()).unwrap_or(0))
}

/// A decimal number of seconds, rounded up; a negative one is none, an absurd one the most there
/// is. The standard parser of such numbers would cost the wasm 12 kB.
fn seconds(text: &str) -> Option<u64> {
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !are_digits(whole) || !are_digits(fraction) {
        return None;
    }
    let more = u64::from(fraction.bytes().any(|digit| digit != b'0'));
    Some(if is_negative { 0 } else { whole.parse::<u64>().unwrap_or(u64::MAX).saturating_add(more) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn status(status: u16) -> CallFailure {
        CallFailure::Status { status, after: None }
    }

    #[test]
    fn what_may_be_repeated_is_repeated_and_nothing_else() {
        let asks = |status, ms| CallFailure::Status { status, after: Some(ms) };
        for (attempt, repeat, failure, wait) in [
            (1, Repeat::Safe, status(429), Some(1_007)),
            (2, Repeat::Safe, status(503), Some(2_007)),
            (4, Repeat::Safe, status(504), Some(8_007)),
            (5, Repeat::Safe, status(429), None),
            (1, Repeat::Safe, asks(429, 3_000), Some(3_007)),
            (1, Repeat::Safe, asks(429, 300_001), None),
            (1, Repeat::Never, status(429), Some(1_007)),
            (2, Repeat::Never, CallFailure::Throttled { after: None }, Some(20_007)),
            (1, Repeat::Never, CallFailure::Throttled { after: Some(300_000) }, Some(300_007)),
            (1, Repeat::Never, status(503), None),
            (1, Repeat::Never, status(500), None),
            (1, Repeat::Never, CallFailure::Lost, None),
            (1, Repeat::Safe, CallFailure::Lost, Some(1_007)),
            (1, Repeat::Safe, status(500), Some(1_007)),
            (2, Repeat::Safe, status(500), None),
            (1, Repeat::Safe, status(404), None),
            (1, Repeat::Safe, status(200), None),
        ] {
            assert_eq!(again(attempt, repeat, failure, 7), wait, "{attempt} {repeat:?} {failure:?}");
        }
    }

    #[test]
    fn servers_ask_in_seconds_fractions_and_dates() {
        // 1994-11-06T08:49:37Z
        let now = DateTime::from_timestamp(784_111_777, 0).unwrap_or_default();
        for (header, ms) in [
            ("3", Some(3_000)),
            ("2.128", Some(3_000)),
            ("2.000", Some(2_000)),
            ("2.", Some(2_000)),
            ("99999999999999999999999", Some(u64::MAX)),
            (" 0 ", Some(0)),
            ("-4", Some(0)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10_000)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("soon", None),
            ("NaN", None),
            (".", None),
            ("-", None),
            ("1.5s", None),
        ] {
            assert_eq!(wait(header, now), ms, "{header}");
        }
    }
}
