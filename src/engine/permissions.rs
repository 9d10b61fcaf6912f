//! What a person has said of one item or pair: the one place that knows what an answer means there.
//! It doesn't tell whether the question still stands; answers that no longer count never get here.

use crate::engine::answer::{Answers, Choice};
use crate::engine::context::{Context, Seen};
use crate::engine::held::Reason;
use crate::engine::link::Link;
use crate::engine::settings::FieldDirection;
use crate::model::{Item, ItemId, Side};

/// The answers to what was asked of one item or pair.
#[derive(Clone, Copy)]
pub struct Permissions<'a> {
    answers: &'a Answers,
    /// By either of these a person was asked.
    ids: [&'a ItemId; 2],
}

/// What may mail people, by a person's word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MayMail {
    /// People may get mail of a change.
    pub change: bool,
    /// People may be invited.
    pub invitation: bool,
}

/// Whether the notes of an Activity may go to people who are invited (docs/rules.md, "Inside notes
/// stay inside").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notes {
    /// Not without a person's word, who has seen them.
    #[default]
    Asked,
    /// They may.
    Open,
    /// A person wants them left out.
    Left,
}

impl<'a> Permissions<'a> {
    /// Of whatever has one of these ids.
    #[must_use]
    pub const fn of(answers: &'a Answers, ids: [&'a ItemId; 2]) -> Self {
        Self { answers, ids }
    }

    /// Of a linked pair.
    #[must_use]
    pub const fn of_pair(seen: &'a Seen, link: &'a Link) -> Self {
        Self::of(&seen.answers, [link.halves.creatio.id(), link.halves.exchange.id()])
    }

    /// Of an item that is in no pair.
    #[must_use]
    pub const fn of_item(seen: &'a Seen, item: &'a Item) -> Self {
        Self::of(&seen.answers, [&item.id, &item.id])
    }

    /// What was chosen where it was held for `reason`.
    #[must_use]
    pub fn said(self, reason: Reason) -> Option<Choice> {
        self.answers.to(self.ids, reason)
    }

    /// Whether it may be done although it was held for `reason`.
    #[must_use]
    pub fn allows(self, reason: Reason) -> bool {
        self.said(reason) == Some(Choice::Allow)
    }

    /// Whether it is to be left as it is, for `reason`.
    #[must_use]
    pub fn leaves(self, reason: Reason) -> bool {
        self.said(reason) == Some(Choice::Leave)
    }

    /// The side whose value was taken, where it was held for `reason`.
    #[must_use]
    pub fn taken(self, reason: Reason) -> Option<Side> {
        match self.said(reason) {
            Some(Choice::Take(side)) => Some(side),
            Some(Choice::Allow | Choice::Leave) | None => None,
        }
    }

    /// What may mail people.
    #[must_use]
    pub fn mail(self) -> MayMail {
        MayMail { change: self.allows(Reason::WouldMail), invitation: self.allows(Reason::WouldInvite) }
    }

    /// Whether the notes may go to people who are invited.
    #[must_use]
    pub fn notes(self, context: &Context<'_>) -> Notes {
        match self.said(Reason::InsideNotes) {
            _ if context.settings.fields.body == FieldDirection::Open => Notes::Open,
            Some(Choice::Allow) => Notes::Open,
            Some(Choice::Leave) => Notes::Left,
            Some(Choice::Take(_)) | None => Notes::Asked,
        }
    }

    /// Whether it has been said what is to become of a pair whose Activity seems to be gone, for
    /// whichever reason that was asked.
    #[must_use]
    pub fn decide_loss(self) -> bool {
        let allowed = [Reason::SideEmpty, Reason::ManyDeletions].into_iter().any(|reason| self.allows(reason));
        allowed || self.said(Reason::DeleteAsked).is_some()
    }
}
