//! What a decision may depend on: the account's settings and the moment, and everything that a run
//! has seen before it decides. Plain values; nothing here decides.

use crate::engine::account::Account;
use crate::engine::answer::Answers;
use crate::engine::held::Reason;
use crate::engine::link::Link;
use crate::engine::settings::Settings;
use crate::flat::{FlatMap, FlatSet};
use crate::model::{Address, ContactId, Container, Instant, Item, ItemId, Malformed, Pair, Uid, Window, Zone};

/// What a decision may depend on, beside the items.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The account's settings.
    pub settings: &'a Settings,
    /// The user's zone (of the Creatio profile).
    pub zone: &'a dyn Zone,
    /// Now, by Creatio's server.
    pub now: Instant,
    /// What the run looks at.
    pub window: Window,
    /// Who is synchronised.
    pub account: &'a Account,
    /// Texts that the engine puts into items, in the user's language.
    pub words: &'a Words,
}

impl Context<'_> {
    /// Whether nobody gets mail of a change of an event: the notify rule says never, and the
    /// mailbox can do without.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.account.writes_silently(self.settings.rules.notify)
    }
}

/// Texts that the engine puts into items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The title of an item without one.
    pub no_subject: String,
    /// The title of a private item shown as busy.
    pub private: String,
}

/// Everything that a run has seen, before it decides.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Items that were read, newest reading of each.
    pub items: Pair<FlatMap<ItemId, Item>>,
    /// Linked ids that are surely absent: by a complete listing or a hint, *and* by a direct read.
    pub gone: Pair<FlatSet<ItemId>>,
    /// Linked ids of Exchange under which a series is found now: such an event is no item any more,
    /// and not gone either.
    pub series: FlatSet<ItemId>,
    /// Items about which the server refuses a question for good, by the id of the one for which it
    /// was asked: the server's code. Whether their counterpart is there is not known.
    pub unanswered: FlatMap<ItemId, String>,
    /// Links to any of these.
    pub links: Vec<Link>,
    /// Items that could not be understood.
    pub malformed: Pair<Vec<Malformed>>,
    /// Containers of Exchange.
    pub containers: Vec<Container>,
    /// Contacts by address.
    pub people: FlatMap<Address, ContactId>,
    /// The user's own addresses in the mailbox, beside the one that names it.
    pub own: FlatSet<Address>,
    /// The Activities of the chosen groups; `None` if export is not limited to groups.
    pub members: Option<FlatSet<ItemId>>,
    /// How many links there are in all.
    pub total: usize,
    /// Sides that were read completely and had no item at all.
    pub empty: Pair<bool>,
    /// No Activity of Creatio can be read at all, although pairs live: rights were lost, or
    /// somebody removed the only ones. What was seen of that side tells nothing.
    pub unreadable: bool,
    /// Both sides were compared in full: a first run, a changed setting, once a day.
    pub full: bool,
    /// When this browser last compared both sides in full; `None`: its store is new, or was lost.
    pub compared: Option<Instant>,
    /// A person sees the plan, and it is carried out as they have seen it.
    pub previewed: bool,
    /// Since when the notify rule is "always"; `None` under another rule.
    pub always: Option<Always>,
    /// The settings of the last run, where they were others.
    pub before: Option<Settings>,
    /// What a person said of things held.
    pub answers: Answers,
    /// What was held before, and nobody has answered yet.
    pub guarded: FlatSet<(ItemId, Reason)>,
    /// Deletions of the last 24 hours that nobody was asked about, before this run.
    pub deletions: usize,
    /// Activities whose meeting ended and whose status nobody touched, by id.
    pub due: FlatSet<ItemId>,
    /// Unlinked Activities that were made for something that Exchange has: with the UID of a
    /// series, for an occurrence of it; for what can't be understood now; or by us, for an event or
    /// task that is another's counterpart. They are never exported as new.
    pub occurring: FlatSet<ItemId>,
    /// Unlinked Activities of which Exchange has something by their mark or UID, linked or not:
    /// only such a one may be the second of an event.
    pub named: FlatSet<ItemId>,
    /// Unlinked Activities that must have had a counterpart on Exchange, by an id of ours or a UID,
    /// of which nothing is found there.
    pub lost: FlatSet<ItemId>,
    /// Activities that are or were linked in other accounts of the same user.
    pub elsewhere: FlatMap<ItemId, Elsewhere>,
}

impl Seen {
    /// Whether the UID of `activity` is that of its event in another mailbox of the user: of one in
    /// this mailbox it then tells nothing.
    #[must_use]
    pub fn is_named_elsewhere(&self, activity: &Item) -> bool {
        let there = self.elsewhere.get(&activity.id);
        there.zip(activity.facts.uid.as_ref()).is_some_and(|(there, uid)| there.uids.contains(uid))
    }
}

/// What other accounts of the same user have to do with an Activity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// It was imported from one of their mailboxes.
    pub imported: bool,
    /// One of their mailboxes has its counterpart.
    pub lives: bool,
    /// One of them exported or imported it before this account did: people are invited from there.
    pub first: bool,
    /// The UIDs of its counterparts in their mailboxes.
    pub uids: FlatSet<Uid>,
    /// The Activity that one of them made in its place, when it was gone.
    pub instead: Option<ItemId>,
}

/// Since when the notify rule is "always".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Always {
    /// When it was chosen, as far as is known.
    pub since: Instant,
    /// This is the first run under it: what it finds edited may have been so before.
    pub is_new: bool,
}
