//! The switches of the sandbox as a simulation turns them: every way in which a server is not at
//! its best. A switch more is a line more in [`SWITCHES`].

use crate::simulation::people::{ADDED, CLAIMS, FOOTER, LABEL};
use crate::support::random::Random;
use chrono::{DateTime, Duration, Utc};
use sandbox::{
    Sandbox,
    exchange::{self, Breakage, BrokenSpan, Searches},
    graph::{self, Endless, RetryAfter},
};
use serde_json::{Map, Value, json};
use std::num::{NonZeroU16, NonZeroUsize};

/// How all servers behave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Switches {
    pub(crate) graph: graph::Quirks,
    exchange: exchange::Quirks,
    /// As `POST /sandbox/creatio` takes them; what is not named is as it is at an installation at
    /// its best.
    pub(crate) creatio: Map<String, Value>,
    /// Those that are on.
    pub(crate) on: Vec<&'static str>,
}

/// One switch: its name, and how it is turned on.
pub(crate) struct Switch {
    pub(crate) name: &'static str,
    turn: fn(&mut Switches, &mut Random),
}

const fn switch(name: &'static str, turn: fn(&mut Switches, &mut Random)) -> Switch {
    Switch { name, turn }
}

fn some(random: &mut Random, numbers: &[usize]) -> Option<NonZeroUsize> {
    NonZeroUsize::new(random.pick(numbers))
}

/// Every switch.
pub(crate) const SWITCHES: &[Switch] = &[
    switch("graph replays", |all, _| all.graph.replays = true),
    switch("graph stale reads", |all, random| all.graph.stale_reads = 1 + random.below(2)),
    switch("graph shuffled order", |all, _| all.graph.shuffled_order = true),
    switch("graph page size", |all, random| all.graph.page_size = some(random, &[1, 2, 3])),
    switch("graph empty pages", |all, _| all.graph.empty_pages = true),
    switch("graph whole occurrences", |all, _| all.graph.whole_occurrences = true),
    switch("graph tokens", |all, random| all.graph.tokens = some(random, &[1, 4, 8])),
    switch("graph timeouts by items", |all, random| all.graph.timeouts.items = some(random, &[9, 10, 50])),
    switch("graph timeouts by days", |all, random| all.graph.timeouts.days = NonZeroU16::new(random.pick(&[60, 110]))),
    switch("graph always times out", |all, _| all.graph.timeouts.always = true),
    switch("graph takes few at once", |all, random| all.graph.throttle.at_once = some(random, &[2, 4, 8])),
    switch("graph takes few in a time", |all, random| {
        all.graph.throttle.per_ten_minutes = some(random, &[40, 150]);
    }),
    switch("graph spells waits", |all, random| {
        let ways = [RetryAfter::Fraction, RetryAfter::Date, RetryAfter::Hidden, RetryAfter::Absent];
        all.graph.throttle.retry_after = random.pick(&ways);
    }),
    switch("graph claims", |all, _| all.graph.claims = Some(CLAIMS.to_owned())),
    switch("graph has no To Do", |all, _| all.graph.no_to_do = true),
    switch("graph forgets what is deleted", |all, _| all.graph.forgets_deleted = true),
    switch("graph keeps deleted tasks", |all, _| all.graph.keeps_deleted_tasks = true),
    switch("graph remembers transactions", |all, _| all.graph.remembers_transactions = true),
    switch("graph blank pages", |all, random| all.graph.blank_pages = 1 + random.below(4)),
    switch("graph endless pages", |all, random| {
        all.graph.endless.insert(random.pick(CONTAINERS).to_owned(), Endless::Same);
    }),
    switch("graph broken container", |all, random| {
        all.graph.broken.insert(random.pick(CONTAINERS).to_owned(), random.pick(&[400, 500, 504]));
    }),
    switch("graph answers a page", |all, random| {
        all.graph.html.insert(random.pick(CONTAINERS).to_owned(), random.pick(&[200, 502]));
    }),
    switch("graph unexpanded series", |all, _| all.graph.unexpanded = true),
    switch("graph late UIDs", |all, _| all.graph.late_uids = LATE),
    switch("graph labels titles", |all, _| all.graph.storing.label = Some(LABEL.to_owned())),
    switch("graph adds a footer", |all, _| all.graph.storing.footer = Some(format!("<p>{FOOTER}</p>"))),
    switch("graph writes capitals", |all, _| all.graph.storing.capitals = true),
    switch("graph stores one importance", |all, random| {
        all.graph.storing.importance = Some(random.pick(&["low", "normal"]).to_owned());
    }),
    switch("graph stores no reminder", |all, _| all.graph.storing.no_reminder = true),
    switch("graph answers old values", |all, _| all.graph.storing.answers_old = true),
    switch("graph answers nothing", |all, _| all.graph.storing.silent = true),
    switch("graph keeps what is deleted", |all, _| all.graph.storing.keeps_deleted = true),
    switch("graph plain bodies", |all, _| all.graph.plain_bodies = true),
    switch("exchange replays", |all, _| all.exchange.replays = true),
    switch("exchange stale reads", |all, random| all.exchange.stale_reads = 1 + random.below(2)),
    switch("exchange shuffled order", |all, _| all.exchange.shuffled_order = true),
    switch("exchange page size", |all, random| all.exchange.page_size = some(random, &[1, 2, 3])),
    switch("exchange empty pages", |all, _| all.exchange.empty_pages = true),
    switch("exchange batch", |all, random| all.exchange.batch = some(random, &[1, 2, 3])),
    switch("exchange find limit", |all, random| all.exchange.find_limit = some(random, &[1, 2, 5])),
    switch("exchange read flags", |all, _| all.exchange.read_flags = true),
    switch("exchange skeletal series", |all, _| all.exchange.skeletal_series = true),
    switch("exchange busy", |all, random| {
        all.exchange.busy.times = 1 + u32::try_from(random.below(3)).unwrap();
        all.exchange.busy.by_item = random.one_in(2);
    }),
    switch("exchange states", |all, random| all.exchange.states = some(random, &[1, 4])),
    switch("exchange invalid states", |all, _| all.exchange.invalid_states = true),
    switch("exchange broken folder", |all, random| {
        all.exchange.broken = vec![random.pick(CONTAINERS).to_owned()];
        let ways = [Breakage::Message, Breakage::Fault, Breakage::Page, Breakage::Timeout];
        all.exchange.breakage = random.pick(&ways);
    }),
    switch("exchange broken spans", |all, random| {
        let from: DateTime<Utc> = random.pick(&["2026-03-13T06:00:00Z", "2026-04-01T00:00:00Z"]).parse().unwrap();
        all.exchange.broken_spans = vec![BrokenSpan { from, to: from + Duration::days(2) }];
    }),
    switch("exchange refused searches", |all, random| {
        all.exchange.refused_searches = random.pick(&[Searches::Binary, Searches::Restricted, Searches::All]);
    }),
    switch("exchange endless pages", |all, _| all.exchange.endless = true),
    switch("exchange labels subjects", |all, _| all.exchange.stored.subject = true),
    switch("exchange adds a footer", |all, _| all.exchange.stored.footer = true),
    switch("exchange stores one importance", |all, _| all.exchange.stored.plain_importance = true),
    switch("exchange stores no reminder", |all, _| all.exchange.stored.no_reminder = true),
    switch("exchange keeps what is deleted", |all, _| all.exchange.idle_deletes = true),
    switch("exchange lasting ids", |all, _| all.exchange.lasting_ids = true),
    switch("exchange plain bodies", |all, _| all.exchange.plain_bodies = true),
    switch("exchange late UIDs", |all, _| all.exchange.late_uids = LATE.into()),
    switch("creatio pages", |all, random| set(all, "page", random.pick(&[1, 2, 5]).into())),
    switch("creatio lost rights", |all, _| set(all, "emptied", json!(["Activity"]))),
    switch("creatio failing", |all, random| set(all, "failing", json!([random.pick(ENTITIES)]))),
    switch("creatio answers a page", |all, random| set(all, "raw", json!([random.pick(ENTITIES)]))),
    switch("creatio endless pages", |all, _| set(all, "pages", "same".into())),
    switch("creatio stale reads", |all, random| set(all, "stale", random.pick(&[5, 60]).into())),
    switch("creatio capitals", |all, _| rewrite(all, "Title", json!({"capital": true}))),
    switch("creatio adds to titles", |all, _| rewrite(all, "Title", json!({"adds": ADDED}))),
    switch("creatio adds to notes", |all, _| rewrite(all, "Notes", json!({"adds": format!("<p>{FOOTER}</p>")}))),
    switch("creatio dataservice", |all, random| {
        set(all, "dataservice", random.pick(&["forbidden", "readonly"]).into());
    }),
];

/// The names of the containers in which everything happens, at either server of mailboxes.
const CONTAINERS: &[&str] = &["Calendar", "Tasks"];
/// Minutes without a UID. A move takes three: an event that a run saw with a UID is older when a
/// switch is turned, and never loses it.
const LATE: u16 = 5;
/// Entities of Creatio of which a run asks.
const ENTITIES: &[&str] = &["Activity", "ActivityParticipant", "Contact"];

/// Has Creatio make this of what is written to a property of Activities.
fn rewrite(all: &mut Switches, name: &str, how: Value) {
    let rewrites = all.creatio.entry("rewrites").or_insert_with(|| json!({"Activity": {}}));
    rewrites["Activity"][name] = how;
}

fn set(all: &mut Switches, name: &str, value: Value) {
    all.creatio.insert(name.to_owned(), value);
}

impl Switches {
    /// Some of the switches with these numbers are on.
    pub(crate) fn draw(random: &mut Random, numbers: &[usize]) -> Self {
        let mut drawn = Self::default();
        for switch in numbers.iter().map(|n| &SWITCHES[*n]) {
            if random.one_in(2) {
                (switch.turn)(&mut drawn, random);
                drawn.on.push(switch.name);
            }
        }
        drawn
    }

    /// The switches of these names are on, each as `seed` has it, and the rest is off.
    pub(crate) fn named(names: &[&str], seed: u64) -> Self {
        let mut named = Self::default();
        for name in names {
            let switch = SWITCHES.iter().find(|switch| switch.name == *name);
            let switch = switch.unwrap_or_else(|| panic!("no switch is named {name}"));
            (switch.turn)(&mut named, &mut Random::new(seed));
            named.on.push(switch.name);
        }
        named
    }

    /// The servers behave so from now on.
    pub(crate) fn apply(&self, sandbox: &mut Sandbox) {
        sandbox.graph.set_quirks(&self.graph);
        sandbox.exchange.set_quirks(&self.exchange);
        let mut creatio = json!({"rewrites": {}, "page": 0, "emptied": [], "dataservice": "allowed", "failing": [], "raw": [],
            "pages": "finite", "stale": 0});
        for (name, value) in &self.creatio {
            creatio[name] = value.clone();
        }
        sandbox.creatio.switch(serde_json::from_value(creatio).unwrap()).unwrap();
    }
}

#[test]
fn every_switch_changes_something() {
    for switch in SWITCHES {
        let mut all = Switches::default();
        (switch.turn)(&mut all, &mut Random::new(1));
        assert_ne!(format!("{all:?}"), format!("{:?}", Switches::default()), "{}", switch.name);
    }
}
