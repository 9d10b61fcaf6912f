//! What is remembered of each run beside its writes: when it was, what began it, how it ended. The
//! page's status and its list of runs follow from it; no decision rests on it.

use super::{Counts, Report, Told};
use crate::engine::history::KEPT_DAYS;
use crate::error::Error;
use crate::model::{Instant, Pair, Side};
use serde::{Deserialize, Serialize};

/// What began a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum Cause {
    /// A person.
    Person,
    /// The page, by itself.
    Automatic,
    /// A person's answers to what was held.
    Answers,
    /// A person who had seen the preview.
    Preview,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunOutcome {
    /// Everything was done that could be.
    Done,
    /// It waits for a person to see its preview.
    Unseen,
    /// The user stopped it.
    Stopped,
    /// It failed.
    Failed {
        /// The stable word for the kind of error ([`Error::code`]).
        code: String,
        /// The side concerned, if it is one.
        side: Option<Side>,
    },
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// When it began, by the clock of the device.
    pub began: Instant,
    /// When it ended.
    pub ended: Instant,
    /// What began it.
    pub cause: Cause,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Under which name the history has its writes; `None`: it wrote nothing.
    pub name: Option<Instant>,
    /// What it wrote.
    pub counts: Pair<Counts>,
    /// Steps left for the next run.
    pub unfinished: usize,
    /// What a person was told without being asked.
    pub notes: Vec<Told>,
    /// For how many runs by themselves it stands that had nothing to do, one right after the other.
    pub times: usize,
}

impl RunRecord {
    /// The record of a run that has just ended with `result`.
    #[must_use]
    pub fn of(cause: Cause, began: Instant, ended: Instant, result: Result<Option<&Report>, &Error>) -> Self {
        let nothing = Report::default();
        let (report, outcome) = match result {
            Ok(Some(report)) if report.stopped => (report, RunOutcome::Stopped),
            Ok(Some(report)) => (report, RunOutcome::Done),
            Ok(None) => (&nothing, RunOutcome::Unseen),
            Err(Error::Stopped) => (&nothing, RunOutcome::Stopped),
            Err(error) => (&nothing, RunOutcome::Failed { code: error.code().to_owned(), side: error.side() }),
        };
        Self {
            began,
            ended,
            cause,
            outcome,
            name: report.name,
            counts: report.counts,
            unfinished: report.unfinished,
            notes: report.notes.clone(),
            times: 1,
        }
    }

    /// Whether both sides were in step when it ended, as far as it was up to the run.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.outcome == RunOutcome::Done
    }

    /// Whether nobody needs to know of it by itself.
    fn is_quiet(&self) -> bool {
        self.cause == Cause::Automatic && self.is_good() && self.name.is_none() && self.notes.is_empty()
    }
}

/// The most runs that are remembered of an account.
const MOST: usize = 300;

/// Adds a run to those remembered, the newest last. Of runs by themselves that had nothing to do,
/// one right after the other, one record tells; what is too old goes.
pub fn remember(records: &mut Vec<RunRecord>, new: RunRecord) {
    let since = new.ended - chrono::Duration::days(KEPT_DAYS);
    match records.last_mut() {
        Some(last) if last.is_quiet() && new.is_quiet() => {
            last.times += new.times;
            last.ended = new.ended;
        }
        // it waits no more, or waits anew
        Some(last) if last.outcome == RunOutcome::Unseen => *last = new,
        Some(_) | None => records.push(new),
    }
    records.retain(|record| record.ended > since);
    records.drain(..records.len().saturating_sub(MOST));
}
