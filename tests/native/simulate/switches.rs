//! The switches of the sandbox as a simulation turns them: every way in which a server is not at its best. A switch more is a line more in [`SWITCHES`].

use crate::chance::Chance;
use crate::simulate::people::CLAIMS;
use sandbox::graph::{self, RetryAfter};
use sandbox::{Sandbox, exchange};
use serde_json::{Map, Value, json};
use std::num::{NonZeroU16, NonZeroUsize};

/// How all servers behave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Switches {
    graph: graph::Quirks,
    exchange: exchange::Quirks,
    /// As `POST /sandbox/creatio` takes them; what is not named is as it is at an installation at its best.
    creatio: Map<String, Value>,
    /// Those that are on.
    pub(crate) on: Vec<&'static str>,
}

/// One switch: its name, and how it is turned on.
pub(crate) struct Switch {
    pub(crate) name: &'static str,
    turn: fn(&mut Switches, &mut Chance),
}

const fn switch(name: &'static str, turn: fn(&mut Switches, &mut Chance)) -> Switch {
    Switch { name, turn }
}

fn some(chance: &mut Chance, numbers: &[usize]) -> Option<NonZeroUsize> {
    NonZeroUsize::new(chance.pick(numbers))
}

/// Every switch.
pub(crate) const SWITCHES: &[Switch] = &[
    switch("graph replays", |all, _| all.graph.replays = true),
    switch("graph stale reads", |all, chance| all.graph.stale_reads = 1 + chance.below(2)),
    switch("graph shuffled order", |all, _| all.graph.shuffled_order = true),
    switch("graph page size", |all, chance| all.graph.page_size = some(chance, &[1, 2, 3])),
    switch("graph empty pages", |all, _| all.graph.empty_pages = true),
    switch("graph whole occurrences", |all, _| all.graph.whole_occurrences = true),
    switch("graph tokens", |all, chance| all.graph.tokens = some(chance, &[1, 4, 8])),
    switch("graph timeouts by items", |all, chance| all.graph.timeouts.items = some(chance, &[9, 10, 50])),
    switch("graph timeouts by days", |all, chance| all.graph.timeouts.days = NonZeroU16::new(chance.pick(&[60, 110]))),
    switch("graph always times out", |all, _| all.graph.timeouts.always = true),
    switch("graph takes few at once", |all, chance| all.graph.throttle.at_once = some(chance, &[2, 4, 8])),
    switch("graph takes few in a time", |all, chance| {
        all.graph.throttle.per_ten_minutes = some(chance, &[40, 150]);
    }),
    switch("graph spells waits", |all, chance| {
        let ways = [RetryAfter::Fraction, RetryAfter::Date, RetryAfter::Hidden, RetryAfter::Absent];
        all.graph.throttle.retry_after = chance.pick(&ways);
    }),
    switch("graph claims", |all, _| all.graph.claims = Some(CLAIMS.to_owned())),
    switch("graph has no To Do", |all, _| all.graph.no_to_do = true),
    switch("exchange replays", |all, _| all.exchange.replays = true),
    switch("exchange stale reads", |all, chance| all.exchange.stale_reads = 1 + chance.below(2)),
    switch("exchange shuffled order", |all, _| all.exchange.shuffled_order = true),
    switch("exchange page size", |all, chance| all.exchange.page_size = some(chance, &[1, 2, 3])),
    switch("exchange empty pages", |all, _| all.exchange.empty_pages = true),
    switch("exchange batch", |all, chance| all.exchange.batch = some(chance, &[1, 2, 3])),
    switch("exchange find limit", |all, chance| all.exchange.find_limit = some(chance, &[1, 2, 5])),
    switch("exchange read flags", |all, _| all.exchange.read_flags = true),
    switch("exchange skeletal series", |all, _| all.exchange.skeletal_series = true),
    switch("exchange busy", |all, chance| {
        all.exchange.busy.times = 1 + u32::try_from(chance.below(3)).unwrap();
        all.exchange.busy.by_item = chance.one_in(2);
    }),
    switch("exchange states", |all, chance| all.exchange.states = some(chance, &[1, 4])),
    switch("exchange invalid states", |all, _| all.exchange.invalid_states = true),
    switch("creatio pages", |all, chance| set(all, "page", chance.pick(&[1, 2, 5]).into())),
    switch("creatio lost rights", |all, _| set(all, "emptied", json!(["Activity"]))),
    switch("creatio dataservice", |all, chance| {
        set(all, "dataservice", chance.pick(&["forbidden", "readonly"]).into());
    }),
];

fn set(all: &mut Switches, name: &str, value: Value) {
    all.creatio.insert(name.to_owned(), value);
}

impl Switches {
    /// Some of the switches with these numbers are on.
    pub(crate) fn draw(chance: &mut Chance, numbers: &[usize]) -> Self {
        let mut drawn = Self::default();
        for switch in numbers.iter().map(|n| &SWITCHES[*n]) {
            if chance.one_in(2) {
                (switch.turn)(&mut drawn, chance);
                drawn.on.push(switch.name);
            }
        }
        drawn
    }

    /// The servers behave so from now on.
    pub(crate) fn apply(&self, sandbox: &mut Sandbox) {
        sandbox.graph.set_quirks(&self.graph);
        sandbox.exchange.set_quirks(&self.exchange);
        let mut creatio = json!({"page": 0, "emptied": [], "dataservice": "allowed"});
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
        (switch.turn)(&mut all, &mut Chance::new(1));
        assert_ne!(format!("{all:?}"), format!("{:?}", Switches::default()), "{}", switch.name);
    }
}
