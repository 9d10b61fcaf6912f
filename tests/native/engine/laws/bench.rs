//! The bench: the engine's plan, applied in memory without any port in between. It is as fast as
//! the engine itself, so that millions of plans can be judged. What the laws look at is recorded
//! here; nothing is judged.

use crate::engine::laws::bug::Bug;
use crate::support::memory::{CALENDAR, LIST, ME, Memory, account, at, words};
use crate::support::random::Random;
use futures_util::FutureExt;
use schedule_sync::engine::account::Account;
use schedule_sync::engine::actions::follow_up;
use schedule_sync::engine::context::{Context, Seen};
use schedule_sync::engine::held::{Held, Reason};
use schedule_sync::engine::history::{self, Entry};
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::engine::plan::Plan;
use schedule_sync::engine::settings::Settings;
use schedule_sync::engine::{fold, planner};
use schedule_sync::flat::{FlatMap, FlatSet};
use schedule_sync::model::op::{Op, Outcome};
use schedule_sync::model::time::Fixed;
use schedule_sync::model::{Address, Container, Item, ItemId, Kind, Pair, Side, Window};
use schedule_sync::ports::Replica;

/// The items of a side.
pub(crate) type Items = FlatMap<ItemId, Item>;

/// Both sides, the links, and a plan's way between them.
pub(crate) struct Bench {
    pub(crate) settings: Settings,
    /// The mailbox's server leaves it to the writer who gets mail.
    pub(crate) silent: bool,
    pub(crate) sides: Pair<Memory>,
    pub(crate) links: FlatMap<ItemId, Link>,
    /// Which thing an item is, over all its lives on both sides.
    pub(crate) tags: Pair<FlatMap<ItemId, usize>>,
    /// How often the engine has planned.
    pub(crate) plans: usize,
    /// What was written down.
    pub(crate) history: Vec<Entry>,
    /// What the last plan held.
    guarded: FlatSet<(ItemId, Reason)>,
    bug: Option<Bug>,
    random: Random,
}

impl Bench {
    pub(crate) fn new((settings, silent): (Settings, bool), bug: Option<Bug>, random: Random) -> Self {
        let sides = Pair::of(Memory::new);
        let (links, tags) = (FlatMap::new(), Pair::of(|_| FlatMap::new()));
        Self {
            settings,
            silent,
            sides,
            links,
            tags,
            plans: 0,
            history: Vec::new(),
            guarded: FlatSet::new(),
            bug,
            random,
        }
    }

    pub(crate) fn items(&self) -> Pair<Items> {
        Pair::of(|side| self.sides[side].items.borrow().clone())
    }

    /// All that there is, as a run sees it that reads both sides in full.
    fn seen(&self) -> Seen {
        let items = self.items();
        let container = |id: &str, kind| Container {
            owner: String::new(),
            id: id.into(),
            kind,
            name: String::new(),
            own: true,
            default: true,
            writable: true,
        };
        Seen {
            gone: Pair::of(|side| {
                let absent = |link: &&Link| {
                    link.state != LinkState::Tombstone && !items[side].contains_key(link.halves[side].id())
                };
                self.links.values().filter(absent).map(|link| link.halves[side].id().clone()).collect::<FlatSet<_>>()
            }),
            empty: Pair::of(|side| items[side].is_empty()),
            items,
            links: self.links.values().cloned().collect(),
            containers: vec![container(CALENDAR, Kind::Meeting), container(LIST, Kind::Task)],
            people: [(Address::parse("anna@fabrikam.example").unwrap(), "anna".into())].into(),
            total: self.links.len(),
            guarded: self.guarded.clone(),
            ..Seen::default()
        }
    }

    /// The engine's plan for what there is, with the bug that was planted, if any. `mixed`: what
    /// was seen comes in another order.
    pub(crate) fn plan(&mut self, mixed: bool) -> Plan {
        self.plans += 1;
        let mut seen = self.seen();
        if mixed {
            self.random.shuffle(&mut seen.links);
            self.random.shuffle(&mut seen.containers);
        }
        let mut settings = self.settings.clone();
        if let Some(bug) = self.bug {
            bug.mislead(&mut settings, &mut seen);
        }
        let zone = Fixed { seconds: 3 * 3600, name: "Russian Standard Time".to_owned() };
        let account = Account { silent: self.silent, ..account() };
        let (words, now) = (words(), at("2026-03-10T09:00:00Z"));
        let window = Window::at(now, settings.from, &zone);
        let context = Context { settings: &settings, zone: &zone, now, window, account: &account, words: &words };
        let mut plan = planner::plan(&context, &seen);
        if let Some(bug) = self.bug {
            bug.spoil(&mut plan, &seen);
        }
        plan
    }

    /// Carries a plan out, in any order; what the folds hold comes back.
    pub(crate) fn apply(&mut self, plan: &Plan) -> Vec<Held> {
        self.remember(plan);
        let mut actions = plan.actions.clone();
        self.random.shuffle(&mut actions);
        for id in &plan.drop {
            self.links.remove(id);
        }
        for link in &plan.links {
            self.put(link.clone());
        }
        let mut held = Vec::new();
        for action in &actions {
            let mut outcomes: Vec<Outcome> = Vec::new();
            for (side, op) in &action.writes {
                outcomes.push(self.write(*side, op));
                if outcomes.iter().any(Result::is_err) {
                    break;
                }
            }
            let folded = fold::fold(action, &outcomes, at("2026-03-10T09:00:00Z"));
            let link = folded.put.as_ref().unwrap_or(&action.after);
            self.history.extend(history::entries(at("2026-03-10T09:00:00Z"), 0, action, Some(&outcomes), link));
            for id in folded.drop {
                self.links.remove(&id);
            }
            held.extend(folded.held);
            if let Some(mut link) = folded.put.filter(|_| self.bug != Some(Bug::Forgets)) {
                if let Some((side, op)) = follow_up(&ME.into(), &link)
                    && let Ok(written) = self.write(side, &op)
                {
                    link.halves.creatio.set_version(written.version);
                    link.halves.creatio.facts.uid.clone_from(&link.halves.exchange.facts.uid);
                }
                self.put(link);
            }
        }
        held
    }

    /// What a plan holds is remembered, whether it writes anything or not.
    pub(crate) fn remember(&mut self, plan: &Plan) {
        self.guarded = plan.held.iter().filter_map(|held| Some((held.id.clone()?, held.reason))).collect();
    }

    fn write(&self, side: Side, op: &Op) -> Outcome {
        let outcomes = self.sides[side].apply(std::slice::from_ref(op)).now_or_never().unwrap();
        outcomes.into_iter().next().unwrap()
    }

    fn put(&mut self, link: Link) {
        for side in Side::BOTH {
            if let Some(tag) = self.tags[side].get(link.halves[side].id()).copied() {
                self.tags[side.other()].entry(link.halves[side.other()].id().clone()).or_insert(tag);
            }
        }
        self.links.insert(link.halves.creatio.id().clone(), link);
    }

    /// The item of a tag on a side, not canceled.
    pub(crate) fn find(&self, tag: usize, side: Side) -> Option<Item> {
        let items = self.sides[side].items.borrow();
        let mut its = items.values().filter(|item| self.tags[side].get(&item.id) == Some(&tag));
        its.find(|item| !item.facts.canceled).cloned()
    }
}

/// The user's Contact owns it.
pub(crate) fn is_users(item: &Item) -> bool {
    item.facts.owner.as_ref().is_none_or(|owner| owner.as_str() == ME)
}
