//! Histories: what happens in a simulation, one move after another, all of it from one seed.

use crate::chance::Chance;
use crate::simulate::people::{CLAIMS, Deed, Kind, OCCURRENCES, What, occurrence};
use sandbox::graph::{Quirks, RetryAfter, Throttle, Timeouts};
use schedule_sync::engine::settings::{Block, Conflict, CreatioDelete, ExchangeDelete, Settings};
use schedule_sync::model::Side;
use std::collections::BTreeSet;
use std::num::{NonZeroU16, NonZeroUsize};

/// Which ways items flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Both,
    Import,
    Export,
}

/// What holds for a whole history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) direction: Direction,
    pub(crate) conflict: Conflict,
    pub(crate) creatio_delete: CreatioDelete,
    pub(crate) exchange_delete: ExchangeDelete,
    /// The user's devices.
    pub(crate) devices: usize,
    /// A colleague of the user imports the meetings to which he is invited: the device after the user's.
    pub(crate) colleague: bool,
}

impl Options {
    /// The settings of the colleague.
    pub(crate) fn colleagues(&self) -> Settings {
        Self { direction: Direction::Import, ..*self }.settings()
    }

    /// The settings that all devices share.
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::first("2026-03-02".parse().unwrap());
        let on = self.direction != Direction::Export;
        settings.import_meetings.on = on;
        settings.import_tasks.on = on;
        settings.export = Block { on: self.direction != Direction::Import, ..Block::default() };
        settings.rules.conflict = self.conflict;
        settings.rules.creatio_delete = self.creatio_delete;
        settings.rules.exchange_delete = self.exchange_delete;
        settings
    }
}

/// What strikes a run; `nth` counts its awaits.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    Nothing,
    Crash {
        nth: usize,
        done: bool,
    },
    Lose {
        nth: usize,
        done: bool,
    },
    Status {
        nth: usize,
        status: u16,
        after: Option<u32>,
    },
    Cut {
        nth: usize,
    },
    Meanwhile {
        nth: usize,
        deed: Deed,
    },
    /// A fault of the sandbox, as `POST /sandbox/faults` spells it: it reaches the parts of batches.
    Fault(serde_json::Value),
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) enum Move {
    Deed(Deed),
    Run {
        device: usize,
        trouble: Trouble,
    },
    /// Two devices run at the same time, their awaits interleaved.
    Together {
        seed: u64,
    },
    Pass {
        minutes: i64,
    },
    /// Graph makes trouble from now on, in each of its ways.
    Quirks(Quirks),
    /// Graph's calendars and lists have other ids.
    Renumber,
    /// Graph forgets its delta tokens.
    Expire,
    /// The user's token ends.
    Revoke,
    /// A device loses its store.
    Forget {
        device: usize,
    },
    /// A device's clock jumps.
    Skew {
        device: usize,
        minutes: i64,
    },
}

/// A whole history.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) options: Options,
    pub(crate) moves: Vec<Move>,
}

impl History {
    /// The same with other moves.
    pub(crate) fn with(&self, moves: &[Move]) -> Self {
        Self { options: self.options, moves: moves.to_vec() }
    }

    pub(crate) fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let options = Options {
            direction: chance.pick(&[
                Direction::Both,
                Direction::Both,
                Direction::Both,
                Direction::Import,
                Direction::Export,
            ]),
            conflict: chance.pick(&[Conflict::Ask, Conflict::Newest, Conflict::Creatio, Conflict::Exchange]),
            creatio_delete: chance.pick(&[
                CreatioDelete::Mark,
                CreatioDelete::Mark,
                CreatioDelete::Delete,
                CreatioDelete::Leave,
            ]),
            exchange_delete: chance.pick(&[ExchangeDelete::Delete, ExchangeDelete::Delete, ExchangeDelete::Leave]),
            devices: if chance.one_in(3) { 2 } else { 1 },
            colleague: chance.one_in(4),
        };
        let length = 3 + chance.below(14);
        let mut maker = Maker { chance, options, tags: 0, values: 0, series: BTreeSet::new() };
        let moves = (0..length).map(|_| maker.next()).collect();
        Self { options, moves }
    }
}

struct Maker {
    chance: Chance,
    options: Options,
    tags: usize,
    values: usize,
    /// Tags that are series.
    series: BTreeSet<usize>,
}

/// Graph tells its changes again, late, in any order and in small pages.
pub(crate) fn told(replays: bool, late: usize, shuffled: bool, page: usize) -> Move {
    Move::Quirks(Quirks {
        replays,
        stale_reads: late,
        shuffled_order: shuffled,
        page_size: NonZeroUsize::new(page),
        empty_pages: replays,
        throttle: Throttle { at_once: NonZeroUsize::new(8).filter(|_| shuffled), ..Throttle::default() },
        ..Quirks::default()
    })
}

impl Maker {
    fn next(&mut self) -> Move {
        match self.chance.below(27) {
            0..=9 => Move::Deed(self.deed()),
            10..=18 => Move::Run { device: self.device(), trouble: self.trouble() },
            19 if self.options.devices > 1 => Move::Together { seed: self.chance.number() },
            19 => Move::Skew { device: 0, minutes: self.chance.pick(&[-3000, -200, 200, 3000]) },
            20 => Move::Pass { minutes: self.chance.pick(&[1, 60, 1500, 5_000, 45_000]) },
            21 => Move::Expire,
            22 => Move::Revoke,
            23 | 24 => Move::Quirks(self.quirks()),
            25 => Move::Renumber,
            _ => Move::Forget { device: self.device() },
        }
    }

    /// Each of Graph's ways to make trouble, now and then; the first ones often.
    fn quirks(&mut self) -> Quirks {
        let chance = &mut self.chance;
        let spellings =
            [RetryAfter::Seconds, RetryAfter::Fraction, RetryAfter::Date, RetryAfter::Hidden, RetryAfter::Absent];
        Quirks {
            replays: chance.one_in(2),
            stale_reads: chance.below(3),
            shuffled_order: chance.one_in(2),
            page_size: NonZeroUsize::new(chance.below(4)),
            empty_pages: chance.one_in(2),
            whole_occurrences: chance.one_in(4),
            tokens: NonZeroUsize::new(chance.below(9)).filter(|_| chance.one_in(4)),
            timeouts: Timeouts {
                items: NonZeroUsize::new(chance.pick(&[9, 10, 50])).filter(|_| chance.one_in(6)),
                days: NonZeroU16::new(chance.pick(&[60, 110])).filter(|_| chance.one_in(6)),
                always: chance.one_in(10),
            },
            throttle: Throttle {
                at_once: NonZeroUsize::new(chance.pick(&[2, 4, 8])).filter(|_| chance.one_in(2)),
                per_ten_minutes: NonZeroUsize::new(chance.pick(&[40, 150])).filter(|_| chance.one_in(6)),
                retry_after: chance.pick(&spellings),
            },
            claims: chance.one_in(4).then(|| CLAIMS.to_owned()),
            no_to_do: chance.one_in(12),
            people: Default::default(),
        }
    }

    fn device(&mut self) -> usize {
        self.chance.below(self.options.devices + usize::from(self.options.colleague))
    }

    fn side(&mut self) -> Side {
        self.chance.pick(&Side::BOTH)
    }

    fn deed(&mut self) -> Deed {
        self.values += 1;
        let value = self.values;
        let side = self.side();
        let draw = self.chance.below(10);
        let mut tag = self.chance.below(self.tags);
        if self.series.contains(&tag) && !self.chance.one_in(4) {
            tag = occurrence(tag, self.chance.below(OCCURRENCES));
        }
        match draw {
            _ if self.tags == 0 => self.create(side, value),
            0..=2 if self.tags < 6 => self.create(side, value),
            8 => Deed::Remove { tag, side },
            9 if self.chance.one_in(3) => Deed::Cancel { tag },
            _ => {
                let what = self.chance.pick(&[What::Title, What::Title, What::When, What::Place, What::Body]);
                Deed::Edit { tag, side, what, value }
            }
        }
    }

    fn create(&mut self, side: Side, value: usize) -> Deed {
        self.tags += 1;
        let kinds = [Kind::Meeting, Kind::Meeting, Kind::Task, Kind::Task, Kind::AllDay, Kind::Invited, Kind::Series];
        let kind = match (self.chance.pick(&kinds), side) {
            (Kind::Invited | Kind::Series, Side::Creatio) => Kind::Meeting,
            (Kind::Invited, Side::Exchange) if self.options.colleague => Kind::Shared,
            (kind, _) => kind,
        };
        if kind == Kind::Series {
            self.series.insert(self.tags - 1);
        }
        Deed::Create { tag: self.tags - 1, side, kind, value }
    }

    fn trouble(&mut self) -> Trouble {
        let nth = self.chance.below(30);
        let done = self.chance.one_in(2);
        match self.chance.below(14) {
            0..=3 => Trouble::Crash { nth, done },
            4 => Trouble::Lose { nth, done },
            5 => {
                let status = self.chance.pick(&[429, 503, 500, 502, 504, 401, 403, 404, 412]);
                Trouble::Status { nth, status, after: self.chance.pick(&[None, Some(2), Some(400)]) }
            }
            6 => Trouble::Cut { nth },
            7 => Trouble::Meanwhile { nth, deed: self.deed() },
            8..=10 => Trouble::Fault(self.fault()),
            _ => Trouble::Nothing,
        }
    }

    fn fault(&mut self) -> serde_json::Value {
        use serde_json::json;
        let then = match self.chance.below(6) {
            0 => json!({"drop": "before"}),
            1 => json!({"drop": "after"}),
            2 => json!({"close": true}),
            3 => json!({"status": self.chance.pick(&[429, 503]), "headers": {"Retry-After": "2"}}),
            _ => json!({"status": self.chance.pick(&[429, 503, 500, 502, 504, 409, 412])}),
        };
        let mut fault = json!({"times": 1 + self.chance.below(3), "then": then});
        if self.chance.one_in(2) {
            fault["server"] = self.chance.pick(&["creatio", "graph"]).into();
        }
        if !self.chance.one_in(4) {
            fault["method"] = self.chance.pick(&["POST", "POST", "PATCH", "DELETE", "GET"]).into();
        }
        let paths = ["", "batch$", "/Activity", "/events", "/tasks", "/Activity$", "/events$", "/tasks$", "delta"];
        fault["path"] = self.chance.pick(&paths).into();
        json!([fault])
    }
}
