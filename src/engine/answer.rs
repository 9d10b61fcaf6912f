//! Answers: what a person said of something that was held. An answer holds for the named item and reason, until it is carried out.

use super::link::Reason;
use crate::model::{ItemId, Side};
use serde::{Deserialize, Serialize};

/// What a person chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// Do what was held.
    Allow,
    /// This side's value wins (a clash).
    Take(Side),
    /// Leave it as it is: the pair rests until a person edits one of the two.
    Leave,
}

/// All answers that are still to be carried out, by the Activity (or, for an item without one, by its own id) and the reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(Vec<Answer>);

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The item that was held, on the side where it was shown.
    pub side: Side,
    /// Its id.
    pub id: ItemId,
    /// Why it was held.
    pub reason: Reason,
    /// What was chosen.
    pub choice: Choice,
}

impl Answers {
    /// Takes in an answer, in place of an earlier one to the same question.
    pub fn add(&mut self, answer: Answer) {
        self.0.retain(|old| (old.side, &old.id, old.reason) != (answer.side, &answer.id, answer.reason));
        self.0.push(answer);
    }

    /// The choice for an item and reason, whichever side it was shown on.
    #[must_use]
    pub fn to(&self, ids: [&ItemId; 2], reason: Reason) -> Option<Choice> {
        self.0.iter().find(|answer| answer.reason == reason && ids.contains(&&answer.id)).map(|answer| answer.choice)
    }

    /// Whether an item may be done although it was held for `reason`.
    #[must_use]
    pub fn allow(&self, ids: [&ItemId; 2], reason: Reason) -> bool {
        self.to(ids, reason) == Some(Choice::Allow)
    }

    /// The items that are answered about: they are read again.
    pub fn items(&self) -> impl Iterator<Item = (Side, &ItemId)> {
        self.0.iter().map(|answer| (answer.side, &answer.id))
    }

    /// The answers about items that `seen` doesn't know: those were not carried out.
    #[must_use]
    pub fn unsettled(&self, seen: impl Fn(&ItemId) -> bool) -> Self {
        Self(self.0.iter().filter(|answer| !seen(&answer.id)).cloned().collect())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Answers {
    /// The answers after a run that had read `known` and leaves `left`, where these are the stored ones: what was answered meanwhile stays.
    #[must_use]
    pub fn merged(&self, known: &Self, left: &Self) -> Self {
        let is_settled = |answer: &&Answer| known.0.contains(answer) && !left.0.contains(answer);
        let mut merged = Self(self.0.iter().filter(|answer| !is_settled(answer)).cloned().collect());
        let is_newer = |stored: &&Answer| !known.0.contains(stored);
        for answer in left.0.iter().filter(|answer| !known.0.contains(answer)) {
            let is_same_question =
                |stored: &Answer| (stored.side, &stored.id, stored.reason) == (answer.side, &answer.id, answer.reason);
            if !self.0.iter().filter(is_newer).any(is_same_question) {
                merged.add(answer.clone());
            }
        }
        merged
    }
}
