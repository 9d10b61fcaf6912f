//! Changes of an account's state: what a run, a person's answer or an administrator does to the
//! part that is theirs. Each is made to what the store holds when it is written, not to what was
//! read before: several tabs write to one store.

use crate::engine::answer::{Answer, Answers};
use crate::engine::containers;
use crate::engine::link::Link;
use crate::engine::state::State;
use crate::model::{ContainerId, ItemId, Side, SiteId};

/// A change of the state of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateChange {
    /// A run came to its end.
    Ended {
        /// The answers that it had read: of these, those that `state` no longer has were carried
        /// out.
        known: Answers,
        /// The state as the run leaves it.
        state: Box<State>,
    },
    /// A person answered. An account that has never run has asked nothing.
    Answered(Vec<Answer>),
    /// This Activity's pair rests, since what a run wrote of it was taken back.
    Rested(ItemId),
    /// A person woke these pairs: both sides of each are read in the next run, whatever a listing
    /// tells.
    Woken(Vec<Link>),
    /// The installation has moved to this name.
    Moved(SiteId),
    /// Containers got other ids, which the links have by now: one that changes again before a run
    /// comes to its end is followed from there.
    Renamed(Vec<(ContainerId, ContainerId)>),
}

impl StateChange {
    /// The state after this change, if `stored` is the one before.
    #[must_use]
    pub fn made_to(&self, stored: Option<State>) -> Option<State> {
        match self {
            Self::Ended { known, state } => {
                let stored = stored.map(|stored| stored.answers).unwrap_or_default();
                Some(State { answers: stored.merged(known, &state.answers), ..(**state).clone() })
            }
            Self::Answered(answers) => stored.map(|mut stored| {
                answers.iter().cloned().for_each(|answer| stored.answers.add_to(&stored.questions, answer));
                stored
            }),
            Self::Rested(activity) => stored.map(|mut stored| {
                stored.resting.insert(activity.clone());
                stored
            }),
            Self::Woken(links) => stored.map(|mut stored| {
                for (link, side) in links.iter().flat_map(|link| Side::BOTH.map(|side| (link, side))) {
                    stored.again[side].insert((link.halves[side].id().clone(), link.halves[side].container.clone()));
                }
                stored
            }),
            Self::Moved(site) => stored.map(|stored| State { site: site.clone(), ..stored }),
            Self::Renamed(renamed) => stored.map(|mut stored| {
                containers::rename_in_state(&mut stored, renamed);
                stored
            }),
        }
    }
}
