//! What is kept of an account between two runs, beside its links.

use crate::engine::account::Account;
use crate::engine::answer::{Answers, Question};
use crate::engine::held::Held;
use crate::engine::settings::Settings;
use crate::flat::FlatSet;
use crate::model::{Address, Container, ContainerId, Cursor, Instant, ItemId, Pair, SiteId};
use serde::{Deserialize, Serialize};

/// What is kept of an account between two runs, beside its links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The Creatio installation that the links belong to.
    pub site: SiteId,
    /// The mailbox that they belong to; `None` in a state of before it was kept.
    #[serde(default)]
    pub mailbox: Option<String>,
    /// By whose sign-in the mailbox was last found to be the one that is meant (see
    /// [`Replica::identify`](crate::ports::Replica::identify)).
    #[serde(default)]
    pub holder: Option<String>,
    /// The user's own addresses there, as that sign-in told them (see
    /// [`Replica::own`](crate::ports::Replica::own)).
    #[serde(default)]
    pub addresses: FlatSet<Address>,
    /// Where the next readings go on.
    pub cursors: Pair<Option<Cursor>>,
    /// Items whose step was not finished: the next run reads them again.
    pub again: Pair<FlatSet<(ItemId, ContainerId)>>,
    /// Items that the last run created: the next listing has to tell of them, or they were removed
    /// since.
    #[serde(default)]
    pub fresh: Pair<FlatSet<ItemId>>,
    /// Containers of Exchange that hold links: they are read whatever the settings say.
    pub holding: FlatSet<ContainerId>,
    /// The containers of Exchange, and the missing ones that are still needed: by them one that got
    /// another id is known.
    #[serde(default)]
    pub containers: Vec<Container>,
    /// What waits for a person, or can't be done.
    pub held: Vec<Held>,
    /// How many links there are.
    pub links: usize,
    /// A person has seen a plan of this account and had it carried out: before that, nothing is
    /// written. An account that ran before that was kept has been written to.
    #[serde(default = "ran_before")]
    pub approved: bool,
    /// The settings of the last run: after a change both sides are compared in full.
    pub settings: Option<Settings>,
    /// When both sides were last compared in full.
    pub compared: Option<Instant>,
    /// What a person said of things held, and was not carried out yet.
    #[serde(default)]
    pub answers: Answers,
    /// What each question of `held` was asked about: an answer to it counts for that.
    #[serde(default)]
    pub questions: Vec<Question>,
    /// When the first run began that saw the notify rule "always"; `None` under another rule.
    #[serde(default)]
    pub always: Option<Instant>,
    /// Activities of pairs that rest: undone or left by a person.
    #[serde(default)]
    pub resting: FlatSet<ItemId>,
    /// How the groups that limit export stood when their members were last asked for (see
    /// [`Directory::membership`](crate::ports::Directory::membership)).
    #[serde(default)]
    pub membership: Option<String>,
    /// Deletions of the last 24 hours that nobody was asked about, by run: the guard counts them
    /// together.
    #[serde(default)]
    pub deletions: Vec<(Instant, usize)>,
}

const fn ran_before() -> bool {
    true
}

impl State {
    /// The state of an account that has never run.
    #[must_use]
    pub fn new(account: &Account) -> Self {
        Self {
            site: account.site.clone(),
            mailbox: Some(account.mailbox.clone()),
            holder: None,
            addresses: FlatSet::new(),
            cursors: Pair::default(),
            again: Pair::default(),
            fresh: Pair::default(),
            holding: FlatSet::new(),
            containers: Vec::new(),
            held: Vec::new(),
            links: 0,
            approved: false,
            settings: None,
            compared: None,
            answers: Answers::default(),
            questions: Vec::new(),
            always: None,
            resting: FlatSet::new(),
            membership: None,
            deletions: Vec::new(),
        }
    }
}
