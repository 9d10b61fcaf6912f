//! Histories: what happens in a simulation, one move after another, all of it from one source of
//! choices. What exists in a history at all is drawn first, then how often each of it comes (swarm
//! testing, Groce and others 2012): a history in which everything may happen hardly ever has much
//! of one thing.

use crate::simulation::people::{Deed, Kind, OCCURRENCES, What, occurrence};
use crate::simulation::switches::{SWITCHES, Switches};
use crate::support::moment::BOTH_WAYS;
use crate::support::random::Random;
use chrono_tz::Tz;
use sandbox::graph::{Quirks, Throttle};
use schedule_sync::engine::settings::{
    Block, Conflict, CreatioDelete, ExchangeDelete, Extent, FieldDirection, FieldMap, Notify, Private, Rules, Settings,
};
use schedule_sync::flat::FlatSet;
use schedule_sync::model::record::fields;
use schedule_sync::model::{self, Field, Side};
use std::num::NonZeroUsize;

/// Which ways items flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Both,
    Import,
    Export,
}

/// A zone in which somebody lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Abode {
    pub(crate) tz: Tz,
    /// By which the servers know it.
    pub(crate) name: &'static str,
}

/// Where everybody lives who lives nowhere else.
pub(crate) const MOSCOW: Abode = Abode { tz: Tz::Europe__Moscow, name: "Russian Standard Time" };

/// What is drawn once for a history: the settings, which a move may change, and who takes part,
/// which none does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) direction: Direction,
    pub(crate) conflict: Conflict,
    pub(crate) creatio_delete: CreatioDelete,
    pub(crate) exchange_delete: ExchangeDelete,
    pub(crate) notify: Notify,
    pub(crate) private: Private,
    pub(crate) fields: FieldMap,
    pub(crate) only_mine: bool,
    pub(crate) between: bool,
    pub(crate) completes: bool,
    /// Months ahead: of single items, and of occurrences.
    pub(crate) months: [u32; 2],
    /// Only activities of a group are exported; whatever people make in Creatio, they put there.
    pub(crate) groups: bool,
    /// The user's devices.
    pub(crate) devices: usize,
    /// A colleague of the user imports the meetings to which he is invited: the device after the
    /// user's.
    pub(crate) colleague: bool,
    /// The user has a mailbox of the other kind too, which the last device synchronises.
    pub(crate) second: bool,
    /// Where the user lives, and where the colleague does.
    pub(crate) zone: Abode,
    pub(crate) colleagues_zone: Abode,
}

/// What holds unless a history says otherwise.
pub(crate) const USUAL: Options = Options {
    direction: Direction::Both,
    conflict: Conflict::Ask,
    creatio_delete: CreatioDelete::Mark,
    exchange_delete: ExchangeDelete::Delete,
    notify: Notify::Never,
    private: Private::Busy,
    fields: BOTH_WAYS,
    only_mine: false,
    between: false,
    completes: true,
    months: [12, 3],
    groups: false,
    devices: 1,
    colleague: false,
    second: false,
    zone: MOSCOW,
    colleagues_zone: MOSCOW,
};

/// A setting that a history may have, and a move may change.
type Setting = fn(&mut Options, &mut Random);

/// Every setting. A new one has a line here, a member of [`Options`], its usual value in [`USUAL`],
/// and its place in [`Options::settings`].
const SETTINGS: &[Setting] = &[
    |options, random| options.direction = random.pick(&[Direction::Import, Direction::Export, Direction::Both]),
    |options, random| {
        options.conflict = random.pick(&[Conflict::Newest, Conflict::Creatio, Conflict::Exchange, Conflict::Ask]);
    },
    |options, random| {
        options.creatio_delete = random.pick(&[CreatioDelete::Delete, CreatioDelete::Leave, CreatioDelete::Mark]);
    },
    |options, random| options.exchange_delete = random.pick(&[ExchangeDelete::Leave, ExchangeDelete::Delete]),
    |options, random| options.notify = random.pick(&[Notify::Ask, Notify::Always, Notify::Never]),
    |options, random| options.private = random.pick(&[Private::Skip, Private::Full, Private::Busy]),
    |options, random| {
        let of_either = [model::Kind::Meeting, model::Kind::Task].into_iter().flat_map(fields);
        let fields: Vec<Field> = of_either.copied().collect::<FlatSet<Field>>().into_iter().collect();
        *options.fields.of_mut(random.pick(&fields)) =
            random.pick(&[FieldDirection::In, FieldDirection::Out, FieldDirection::Off, FieldDirection::Both]);
    },
    |options, _| options.only_mine = !options.only_mine,
    |options, _| options.between = !options.between,
    |options, _| options.completes = !options.completes,
    |options, random| options.months = [random.pick(&[1, 2, 12, 36]), random.pick(&[1, 3, 36])],
    |options, _| options.groups = !options.groups,
];

impl Options {
    fn draw(random: &mut Random) -> Self {
        let mut options = USUAL;
        options.devices = if random.one_in(3) { 2 } else { 1 };
        options.colleague = random.one_in(4);
        options.second = random.one_in(5);
        let zones: Vec<Abode> = sandbox::graph::zones().map(|(name, tz)| Abode { tz, name }).collect();
        if random.one_in(2) {
            options.zone = random.pick(&zones);
        }
        options.colleagues_zone = if random.one_in(2) { random.pick(&zones) } else { options.zone };
        for setting in SETTINGS {
            if random.one_in(2) {
                setting(&mut options, random);
            }
        }
        options
    }

    /// The same with one setting more that is drawn.
    fn changed(mut self, random: &mut Random) -> Self {
        random.pick(SETTINGS)(&mut self, random);
        self
    }

    /// The settings of the colleague.
    pub(crate) fn colleagues(&self) -> Settings {
        Self { direction: Direction::Import, groups: false, ..*self }.settings(None)
    }

    /// The settings that all devices share; `group` is the one whose activities are exported if
    /// only a group's are.
    pub(crate) fn settings(&self, group: Option<&str>) -> Settings {
        let mut settings = Settings::first("2026-03-02".parse().unwrap());
        let on = self.direction != Direction::Export;
        settings.import_meetings.on = on;
        settings.import_tasks.on = on;
        settings.export = Block { on: self.direction != Direction::Import, ..Block::default() };
        if let (true, Some(group)) = (self.groups, group) {
            settings.export.scope = Extent::Chosen;
            settings.export.chosen = vec![group.into()];
        }
        settings.rules = Rules {
            conflict: self.conflict,
            creatio_delete: self.creatio_delete,
            exchange_delete: self.exchange_delete,
            notify: self.notify,
            private: self.private,
            only_mine: self.only_mine,
            between: self.between,
            completes: self.completes,
            months: self.months[0],
            series_months: self.months[1],
        };
        settings.fields = self.fields;
        settings
    }

    /// How many devices there are in all.
    fn all_devices(&self) -> usize {
        self.devices + usize::from(self.colleague) + usize::from(self.second)
    }
}

/// What strikes a run; `nth` counts its awaits, from the last fault on where there are several.
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
    /// The user stops it, once it has asked so often whether to stop.
    Stop {
        nth: usize,
    },
    /// A fault of the sandbox, as `POST /sandbox/faults` spells it: it reaches the parts of
    /// batches.
    Fault(serde_json::Value),
    /// One after another.
    Several(Vec<Self>),
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
    /// Graph makes trouble from now on, in each of its ways, and the Exchange Server as far as it
    /// can.
    Quirks(Box<Quirks>),
    /// The servers behave like this from now on.
    Switch(Box<Switches>),
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
    /// A person answers everything that a device asks: what, follows from `seed`.
    Answer {
        device: usize,
        seed: u64,
    },
    /// A person takes back what a device wrote last.
    Undo {
        device: usize,
    },
    /// The user changes the settings.
    Settings(Box<Options>),
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

    /// Whether a switch of the sandbox with this name is ever on.
    pub(crate) fn turns(&self, name: &str) -> bool {
        let is_on = |one: &Move| matches!(one, Move::Switch(switches) if switches.on.contains(&name));
        self.moves.iter().any(is_on)
    }

    pub(crate) fn new(seed: u64) -> Self {
        Self::drawn(Random::new(seed))
    }

    /// The history that follows from choices.
    pub(crate) fn drawn(mut random: Random) -> Self {
        let options = Options::draw(&mut random);
        let most = random.pick(&[8, 16, 16, 30, 60]);
        let length = 1 + random.below(most);
        let swarm = Swarm::draw(&mut random, &options);
        let mut maker = Maker { random, options, swarm, tags: 0, values: 0, series: FlatSet::new(), then: Vec::new() };
        let mut moves = Vec::new();
        while moves.len() < length && !maker.random.is_spent() {
            let next = maker.next();
            moves.push(next);
            moves.append(&mut maker.then);
        }
        Self { options, moves }
    }
}

/// Some of many things, each with how often it comes.
struct Palette<T>(Vec<(T, usize)>);

impl<T: Clone> Palette<T> {
    /// Each of `all` with a chance of a half, and at least the first.
    fn draw(random: &mut Random, all: &[T]) -> Self {
        let mut drawn = Vec::new();
        for (n, one) in all.iter().enumerate() {
            if n == 0 || random.one_in(2) {
                drawn.push((one.clone(), 1 + random.below(8)));
            }
        }
        Self(drawn)
    }

    fn pick(&self, random: &mut Random) -> T {
        let mut left = random.below(self.0.iter().map(|(_, weight)| weight).sum());
        let hit = self.0.iter().find(|(_, weight)| {
            let hit = left < *weight;
            left = left.saturating_sub(*weight);
            hit
        });
        hit.map(|(one, _)| one.clone()).unwrap()
    }
}

/// The sorts of moves beside deeds and runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Pass,
    Together,
    Twins,
    Skew,
    Expire,
    Revoke,
    Switch,
    Renumber,
    Forget,
    Answer,
    Undo,
    Settings,
}

/// The kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TroubleKind {
    Crash,
    Lose,
    Status,
    Cut,
    Meanwhile,
    Stop,
    Fault,
}

/// The sorts of deeds to something that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Acts {
    Edit(What),
    Remove,
    Cancel,
    Repeat,
    Single,
}

/// What a history has, and how often each comes.
struct Swarm {
    /// Of ten moves that are neither, so many are deeds and runs.
    deeds: usize,
    runs: usize,
    others: usize,
    sorts: Palette<Sort>,
    troubles: Palette<TroubleKind>,
    /// Of ten runs so many are struck.
    struck: usize,
    /// The most troubles in one run.
    most: usize,
    kinds: Palette<Kind>,
    acts: Palette<Acts>,
    sides: Palette<Side>,
    /// The most things.
    things: usize,
    switches: Vec<usize>,
}

impl Swarm {
    fn draw(random: &mut Random, options: &Options) -> Self {
        use Acts::{Cancel, Edit, Remove, Repeat, Single};
        let mut sorts = vec![
            Sort::Pass,
            Sort::Skew,
            Sort::Expire,
            Sort::Revoke,
            Sort::Switch,
            Sort::Renumber,
            Sort::Forget,
            Sort::Answer,
            Sort::Undo,
            Sort::Settings,
        ];
        if options.devices > 1 {
            sorts.extend([Sort::Together, Sort::Twins]);
        }
        let troubles = [
            TroubleKind::Crash,
            TroubleKind::Lose,
            TroubleKind::Status,
            TroubleKind::Cut,
            TroubleKind::Meanwhile,
            TroubleKind::Stop,
            TroubleKind::Fault,
        ];
        let mut kinds = [Kind::Meeting, Kind::Task, Kind::AllDay, Kind::Invited, Kind::Series, Kind::Private];
        random.shuffle(&mut kinds);
        let mut sides = Side::BOTH;
        random.shuffle(&mut sides);
        let acts =
            [Edit(What::Title), Edit(What::When), Edit(What::Place), Edit(What::Body), Remove, Cancel, Repeat, Single];
        Self {
            deeds: 2 + random.below(8),
            runs: 2 + random.below(8),
            others: random.below(8),
            sorts: {
                random.shuffle(&mut sorts);
                Palette::draw(random, &sorts)
            },
            troubles: {
                let mut troubles = troubles;
                random.shuffle(&mut troubles);
                Palette::draw(random, &troubles)
            },
            struck: random.below(11),
            most: random.pick(&[1, 1, 2, 4]),
            kinds: Palette::draw(random, &kinds),
            acts: Palette::draw(random, &acts),
            sides: Palette::draw(random, &sides),
            things: random.pick(&[1, 2, 6, 12]),
            switches: (0..SWITCHES.len()).filter(|_| random.one_in(3)).collect(),
        }
    }
}

struct Maker {
    random: Random,
    options: Options,
    swarm: Swarm,
    tags: usize,
    values: usize,
    /// Tags that are series.
    series: FlatSet<usize>,
    /// What follows the last move at once.
    then: Vec<Move>,
}

/// Graph tells its changes again, late, in any order and in small pages.
pub(crate) fn told(replays: bool, late: usize, shuffled: bool, page: usize) -> Move {
    Move::Quirks(Box::new(Quirks {
        replays,
        stale_reads: late,
        shuffled_order: shuffled,
        page_size: NonZeroUsize::new(page),
        empty_pages: replays,
        throttle: Throttle { at_once: NonZeroUsize::new(8).filter(|_| shuffled), ..Throttle::default() },
        ..Quirks::default()
    }))
}

impl Maker {
    fn next(&mut self) -> Move {
        let Swarm { deeds, runs, others, .. } = self.swarm;
        match self.random.below(deeds + runs + others) {
            n if n < deeds => Move::Deed(self.deed()),
            n if n < deeds + runs => Move::Run { device: self.device(), trouble: self.trouble() },
            _ => self.other(),
        }
    }

    fn other(&mut self) -> Move {
        match self.swarm.sorts.pick(&mut self.random) {
            Sort::Pass => Move::Pass { minutes: self.random.pick(&[1, 60, 1500, 5_000, 45_000]) },
            Sort::Together => Move::Together { seed: self.random.number() },
            Sort::Twins => self.twins(),
            Sort::Skew => Move::Skew { device: self.device(), minutes: self.random.pick(&[-3000, -200, 200, 3000]) },
            Sort::Expire => Move::Expire,
            Sort::Revoke => Move::Revoke,
            Sort::Switch => Move::Switch(Box::new(Switches::draw(&mut self.random, &self.swarm.switches))),
            Sort::Renumber => Move::Renumber,
            Sort::Forget => Move::Forget { device: self.device() },
            Sort::Answer => Move::Answer { device: self.device(), seed: self.random.number() },
            Sort::Undo => Move::Undo { device: self.device() },
            Sort::Settings => {
                self.options = self.options.changed(&mut self.random);
                Move::Settings(Box::new(self.options))
            }
        }
    }

    /// Two devices export one new task at the same time, and somebody edits one of the two tasks
    /// that may come of it before a run sees them both: by chance hardly ever all that happens.
    fn twins(&mut self) -> Move {
        self.values += 2;
        self.tags += 1;
        let (tag, value) = (self.tags - 1, self.values);
        let what = self.random.pick(&[What::Title, What::Body, What::When]);
        self.then.push(Move::Together { seed: self.random.number() });
        self.then.push(Move::Deed(Deed::Edit { tag, side: Side::Exchange, what, value }));
        for _ in 0..self.random.below(3) {
            self.then.push(Move::Run { device: self.random.below(2), trouble: Trouble::Nothing });
        }
        if self.random.one_in(2) {
            self.then.push(Move::Answer { device: self.random.below(2), seed: self.random.number() });
        }
        Move::Deed(Deed::Create { tag, side: Side::Creatio, kind: Kind::Task, value: value - 1 })
    }

    fn device(&mut self) -> usize {
        self.random.below(self.options.all_devices())
    }

    /// A deed, in the user's other mailbox now and then if there is one.
    fn deed(&mut self) -> Deed {
        let away = self.options.second && self.random.one_in(4);
        let deed = self.one();
        if away { Deed::Away(Box::new(deed)) } else { deed }
    }

    fn one(&mut self) -> Deed {
        self.values += 1;
        let value = self.values;
        let side = self.swarm.sides.pick(&mut self.random);
        if self.tags == 0 || (self.tags < self.swarm.things && self.random.one_in(3)) {
            return self.create(side, value);
        }
        let whole = self.random.below(self.tags);
        let is_series = self.series.contains(&whole);
        let tag =
            if is_series && !self.random.one_in(4) { occurrence(whole, self.random.below(OCCURRENCES)) } else { whole };
        match self.swarm.acts.pick(&mut self.random) {
            Acts::Edit(what) => Deed::Edit { tag, side, what, value },
            Acts::Remove => Deed::Remove { tag, side },
            Acts::Cancel => Deed::Cancel { tag },
            Acts::Repeat if !is_series => {
                self.series.insert(whole);
                Deed::Repeat { tag: whole }
            }
            Acts::Single if is_series => {
                self.series.remove(&whole);
                Deed::Single { tag: whole }
            }
            Acts::Repeat | Acts::Single => Deed::Edit { tag, side, what: What::Title, value },
        }
    }

    fn create(&mut self, side: Side, value: usize) -> Deed {
        self.tags += 1;
        let kind = match (self.swarm.kinds.pick(&mut self.random), side) {
            (Kind::Invited | Kind::Series | Kind::Private, Side::Creatio) => Kind::Meeting,
            (Kind::Invited, Side::Exchange) if self.options.colleague => Kind::Shared,
            (kind, _) => kind,
        };
        if kind == Kind::Series {
            self.series.insert(self.tags - 1);
        }
        Deed::Create { tag: self.tags - 1, side, kind, value }
    }

    fn trouble(&mut self) -> Trouble {
        if self.random.below(10) >= self.swarm.struck {
            return Trouble::Nothing;
        }
        match 1 + self.random.below(self.swarm.most) {
            1 => self.single_trouble(),
            many => Trouble::Several((0..many).map(|_| self.single_trouble()).collect()),
        }
    }

    fn single_trouble(&mut self) -> Trouble {
        let nth = self.random.below(30);
        let done = self.random.one_in(2);
        match self.swarm.troubles.pick(&mut self.random) {
            TroubleKind::Crash => Trouble::Crash { nth, done },
            TroubleKind::Lose => Trouble::Lose { nth, done },
            TroubleKind::Status => {
                let status = self.random.pick(&[429, 503, 500, 502, 504, 401, 403, 404, 412]);
                Trouble::Status { nth, status, after: self.random.pick(&[None, Some(2), Some(400)]) }
            }
            TroubleKind::Cut => Trouble::Cut { nth },
            TroubleKind::Meanwhile => Trouble::Meanwhile { nth, deed: self.deed() },
            TroubleKind::Stop => Trouble::Stop { nth: nth % 3 },
            TroubleKind::Fault => Trouble::Fault(self.fault()),
        }
    }

    fn fault(&mut self) -> serde_json::Value {
        use serde_json::json;
        let then = match self.random.below(6) {
            0 => json!({"drop": "before"}),
            1 => json!({"drop": "after"}),
            2 => json!({"close": true}),
            3 => json!({"status": self.random.pick(&[429, 503]), "headers": {"Retry-After": "2"}}),
            _ => json!({"status": self.random.pick(&[429, 503, 500, 502, 504, 409, 412])}),
        };
        let mut fault = json!({"times": 1 + self.random.below(3), "then": then});
        if self.random.one_in(2) {
            fault["server"] = self.random.pick(&["creatio", "graph"]).into();
        }
        if !self.random.one_in(4) {
            fault["method"] = self.random.pick(&["POST", "POST", "PATCH", "DELETE", "GET"]).into();
        }
        let paths = ["", "batch$", "/Activity", "/events", "/tasks", "/Activity$", "/events$", "/tasks$", "delta"];
        fault["path"] = self.random.pick(&paths).into();
        json!([fault])
    }
}
