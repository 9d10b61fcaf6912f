//! Questions and answers: what a person is asked about something that was held, and what they said
//! of it. An answer counts until its step is written, or what it was asked about was edited again;
//! so no sequence of answers brings the same question back.

use crate::engine::held::Reason;
use crate::flat::FlatSet;
use crate::model::{ContainerId, ItemId, Side};
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

/// What can be answered to a reason; nothing where only a person themselves can do something about
/// it.
#[must_use]
pub const fn choices(reason: Reason) -> &'static [Choice] {
    match reason {
        Reason::Clash => &[Choice::Take(Side::Creatio), Choice::Take(Side::Exchange), Choice::Leave],
        Reason::WouldMail
        | Reason::WouldInvite
        | Reason::RichBody
        | Reason::DeleteAsked
        | Reason::ConvertAsked
        | Reason::InsideNotes
        | Reason::NotKept
        | Reason::SecondActivity
        | Reason::Series => &[Choice::Allow, Choice::Leave],
        Reason::LostCounterpart => &[Choice::Allow, Choice::Take(Side::Exchange), Choice::Leave],
        Reason::LostOrigin => &[Choice::Take(Side::Exchange), Choice::Leave],
        Reason::OwnNotes => &[Choice::Take(Side::Exchange), Choice::Leave],
        Reason::PutBack => &[Choice::Take(Side::Creatio), Choice::Leave],
        Reason::Ambiguous
        | Reason::ManyOfOthers
        | Reason::ManyDeletions
        | Reason::ManyMoves
        | Reason::ManyCreations
        | Reason::SideEmpty
        | Reason::SecondTask
        | Reason::Rejected => &[Choice::Allow],
        Reason::Malformed
        | Reason::NotInvited
        | Reason::Process
        | Reason::NotRevived
        | Reason::Group
        | Reason::NoToDo
        | Reason::Unreadable
        | Reason::Unanswered
        | Reason::NoTarget
        | Reason::Overlooked => &[],
    }
}

/// Whether a reason tells what became of a write or a reading: an answer to it has the item tried
/// again, once, and what then becomes of it is told anew.
const fn is_outcome(reason: Reason) -> bool {
    matches!(reason, Reason::Rejected | Reason::NotKept | Reason::Malformed | Reason::Unreadable | Reason::Unanswered)
}

/// Whether it is asked for this reason what becomes of the counterpart of something that is gone.
const fn is_about_loss(reason: Reason) -> bool {
    matches!(reason, Reason::DeleteAsked | Reason::ManyDeletions | Reason::SideEmpty)
}

/// A question, with what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The ids of the items in question, on either side.
    pub(super) ids: Vec<ItemId>,
    /// Why it is held.
    pub reason: Reason,
    /// Where the item lies, if it has no link that tells.
    #[serde(default)]
    pub container: Option<ContainerId>,
    /// What it is about, a digest of each part: a value of a field, a person, or the whole pair.
    pub(super) about: FlatSet<String>,
}

impl Question {
    /// Whether it asks what `other` asks, whatever that was about by then.
    #[must_use]
    pub fn repeats(&self, other: &Self) -> bool {
        self.asks(other.reason) && other.ids.iter().any(|id| self.is_about(id))
    }

    /// Whether it asks what is asked for `reason`: whether what is gone on one side goes on the
    /// other too is one question, for whichever reason it is asked.
    #[must_use]
    pub fn asks(&self, reason: Reason) -> bool {
        self.reason == reason || [self.reason, reason].into_iter().all(is_about_loss)
    }

    /// Whether it is about this item, on whichever side.
    #[must_use]
    pub fn is_about(&self, id: &ItemId) -> bool {
        self.ids.contains(id)
    }
}

/// All answers that are still to be carried out, by the Activity (or, for an item without one, by
/// its own id) and the reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(Vec<Given>);

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

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Given {
    #[serde(flatten)]
    answer: Answer,
    /// What it was asked about; `None`: what is asked when it is first heeded.
    #[serde(default)]
    about: Option<FlatSet<String>>,
    /// A run has heeded it: it counts whenever its item is read, but is no reason to read it.
    #[serde(default)]
    heeded: bool,
}

impl Given {
    /// Whether `question` is the one that was answered, with nothing new in it.
    fn answers(&self, question: &Question) -> bool {
        self.answer.reason == question.reason
            && question.is_about(&self.answer.id)
            && self.about.as_ref().is_none_or(|about| question.about.is_subset(about))
    }
}

impl Answers {
    /// Takes in an answer, in place of an earlier one to the same question.
    pub fn add(&mut self, answer: Answer) {
        self.give(Given { answer, about: None, heeded: false });
    }

    /// Takes in an answer to what was asked as `questions` tell.
    pub fn add_to(&mut self, questions: &[Question], answer: Answer) {
        let same = |question: &&Question| question.reason == answer.reason && question.is_about(&answer.id);
        let about = questions.iter().find(same).map(|question| question.about.clone());
        self.give(Given { answer, about, heeded: false });
    }

    fn give(&mut self, given: Given) {
        let new = &given.answer;
        self.0.retain(|Given { answer: old, .. }| (old.side, &old.id, old.reason) != (new.side, &new.id, new.reason));
        self.0.push(given);
    }

    /// The choice for an item and reason, whichever side it was shown on.
    #[must_use]
    pub fn to(&self, ids: [&ItemId; 2], reason: Reason) -> Option<Choice> {
        let answers = self.0.iter().map(|given| &given.answer);
        answers.filter(|answer| answer.reason == reason).find(|answer| ids.contains(&&answer.id)).map(|one| one.choice)
    }

    /// Whether an item may be done although it was held for `reason`.
    #[must_use]
    pub fn allow(&self, ids: [&ItemId; 2], reason: Reason) -> bool {
        self.to(ids, reason) == Some(Choice::Allow)
    }

    /// The items that are answered about and were not read since: they are read again.
    pub fn items(&self) -> impl Iterator<Item = (Side, &ItemId)> {
        self.0.iter().filter(|given| !given.heeded).map(|given| (given.answer.side, &given.answer.id))
    }

    /// The answers that count where `questions` are asked: those to one that stands as it was
    /// answered. An answer to what is no longer asked, or is asked about something else by now,
    /// counts no more.
    #[must_use]
    pub fn counting(&self, questions: &[Question]) -> Self {
        let count = |given: &Given| {
            let question = questions.iter().find(|question| given.answers(question));
            let about = question.map(|question| given.about.clone().unwrap_or_else(|| question.about.clone()));
            (about.is_some() || is_outcome(given.answer.reason)).then(|| Given { about, ..given.clone() })
        };
        Self(self.0.iter().filter_map(count).collect())
    }

    /// Whether `question` is answered.
    #[must_use]
    pub fn settle(&self, question: &Question) -> bool {
        self.0.iter().any(|given| given.answers(question))
    }

    /// The answers after a run in which those of `counting` counted: of what was `read` they stay,
    /// to be heeded whenever it is read again, unless they are `done`; of what was not read all
    /// stay as they are.
    #[must_use]
    pub fn after(&self, counting: &Self, read: impl Fn(&ItemId) -> bool, done: impl Fn(&ItemId) -> bool) -> Self {
        let stays = |given: &Given| {
            let Answer { side, id, reason, .. } = &given.answer;
            if !read(id) {
                return Some(given.clone());
            }
            let same =
                |other: &&Given| (other.answer.side, &other.answer.id, other.answer.reason) == (*side, id, *reason);
            let counted = counting.0.iter().find(same)?;
            let settled = done(id) || is_outcome(*reason);
            (!settled).then(|| Given { heeded: true, ..counted.clone() })
        };
        Self(self.0.iter().filter_map(stays).collect())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Answers {
    /// The answers after a run that had read `known` and leaves `left`, where these are the stored
    /// ones: what was answered meanwhile stays.
    #[must_use]
    pub fn merged(&self, known: &Self, left: &Self) -> Self {
        let is_settled = |answer: &&Given| known.0.contains(answer) && !left.0.contains(answer);
        let mut merged = Self(self.0.iter().filter(|answer| !is_settled(answer)).cloned().collect());
        let is_newer = |stored: &&Given| !known.0.contains(stored);
        for answer in left.0.iter().filter(|answer| !known.0.contains(answer)) {
            let name = |given: &Given| (given.answer.side, given.answer.id.clone(), given.answer.reason);
            let is_same_question = |stored: &Given| name(stored) == name(answer);
            if !self.0.iter().filter(is_newer).any(is_same_question) {
                merged.give(answer.clone());
            }
        }
        merged
    }
}
