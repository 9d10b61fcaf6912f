//! Courses: things are put on both sides, people change them, and rounds of plan and apply follow
//! until it is quiet. One seed names a course.

use crate::engine::laws::{
    bench::{Bench, Items},
    bug::Bug,
};
use crate::support::memory::{at, everything, item, meeting, task};
use crate::support::random::Random;
use crate::support::records::shown;
use chrono::Duration;
use schedule_sync::engine::held::Held;
use schedule_sync::engine::history::Entry;
use schedule_sync::engine::link::Link;
use schedule_sync::engine::plan::Plan;
use schedule_sync::engine::settings::{
    Conflict, CreatioDelete, ExchangeDelete, FieldDirection, FieldMap, Private, Settings,
};
use schedule_sync::flat::{FlatMap, FlatSet};
use schedule_sync::model::{
    Address, Body, Field, Importance, Item, ItemId, Pair, Person, Record, Reminder, Response, Role, Side, Status,
    TaskWhen, When,
};

/// What is special about a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Plain,
    Task,
    AllDay,
    LongTitle,
    NoTitle,
    Past,
    Far,
    Private,
    Foreign,
    Invited,
    Process,
    Others,
    Email,
    Rich,
    Waiting,
    Completed,
    /// The same on both sides, before anything is linked.
    Twin,
}

/// What a person does to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Title,
    When,
    Place,
    Body,
    Importance,
    Reminder,
    Status,
    Remove,
    Cancel,
    Kind,
}

/// One piece of a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Put { tag: usize, side: Side, look: Look },
    Edit { tag: usize, side: Side, change: Change, value: usize },
    Sync,
}

/// What people know of a thing.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) side: Side,
    pub(crate) look: Look,
    /// Values that somebody wrote and nobody replaced while seeing them.
    pub(crate) live: FlatMap<Field, FlatSet<String>>,
    /// Sides on which somebody removed or canceled it.
    pub(crate) removed: Pair<bool>,
    /// Sides on which somebody edited it.
    pub(crate) edited: Pair<bool>,
    /// Somebody made a task of a meeting or the other way round.
    pub(crate) converted: bool,
}

/// What happened from one quiet moment to the next; laws judge it.
pub(crate) struct Phase<'a> {
    pub(crate) settings: &'a Settings,
    /// The mailbox's server leaves it to the writer who gets mail.
    pub(crate) silent: bool,
    pub(crate) known: &'a FlatMap<usize, Known>,
    pub(crate) tags: &'a Pair<FlatMap<ItemId, usize>>,
    /// Tags that people touched in this phase.
    pub(crate) touched: &'a FlatSet<usize>,
    pub(crate) before: Pair<Items>,
    pub(crate) after: Pair<Items>,
    /// Links before and after.
    pub(crate) links: (FlatMap<ItemId, Link>, FlatMap<ItemId, Link>),
    /// The plans that were carried out.
    pub(crate) rounds: Vec<Plan>,
    /// The first plan again, from what was seen in another order.
    pub(crate) mixed: Plan,
    /// What would be done next.
    pub(crate) last: Plan,
    /// What folding held.
    pub(crate) held: Vec<Held>,
    /// All that was written down so far.
    pub(crate) history: &'a [Entry],
}

/// More rounds than any course needs.
const ROUNDS: usize = 6;

/// A whole course.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    pub(crate) settings: Settings,
    /// The mailbox's server leaves it to the writer who gets mail.
    silent: bool,
    pub(crate) pieces: Vec<Piece>,
    seed: u64,
}

impl Course {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut settings = everything();
        settings.rules.conflict =
            random.pick(&[Conflict::Ask, Conflict::Newest, Conflict::Creatio, Conflict::Exchange]);
        settings.rules.creatio_delete =
            random.pick(&[CreatioDelete::Mark, CreatioDelete::Delete, CreatioDelete::Leave]);
        settings.rules.exchange_delete =
            random.pick(&[ExchangeDelete::Delete, ExchangeDelete::Delete, ExchangeDelete::Leave]);
        settings.rules.private = random.pick(&[Private::Busy, Private::Skip, Private::Full]);
        settings.fields = mapped(&mut Random::new(!seed));
        match random.below(6) {
            0 => settings.export.on = false,
            1 => {
                settings.import_meetings.on = false;
                settings.import_tasks.on = false;
            }
            _ => {}
        }
        // mostly few things, so that many courses fit into an hour; now and then as many as the
        // guard needs
        let most = if random.one_in(40) { 40 } else { 5 };
        let tags = random.below(most + 1);
        let mut pieces: Vec<Piece> = (0..tags).map(|tag| put(&mut random, tag)).collect();
        pieces.push(Piece::Sync);
        for phase in 0..1 + random.below(2) {
            if phase > 0 {
                pieces.push(Piece::Sync);
            }
            // now and then people do the same to everything
            let all = random.one_in(4).then(|| (random.pick(&Side::BOTH), change(&mut random)));
            let edits = if all.is_some() { tags } else { random.below(tags * 2 + 1) };
            for n in 0..edits {
                let value = pieces.len();
                pieces.push(match all {
                    Some((side, change)) => Piece::Edit { tag: n, side, change, value },
                    None => Piece::Edit {
                        tag: random.below(tags),
                        side: random.pick(&Side::BOTH),
                        change: change(&mut random),
                        value,
                    },
                });
            }
        }
        let silent = Random::new(seed.rotate_left(32)).one_in(2);
        Self { settings, silent, pieces, seed }
    }

    /// The same with other pieces.
    pub(crate) fn with(&self, pieces: &[Piece]) -> Self {
        Self { pieces: pieces.to_vec(), ..self.clone() }
    }

    /// The part of it that knows no difference between the sides: plain meetings, edited and not
    /// removed. What has no stamp can't be newer.
    pub(crate) fn symmetric(&self) -> Self {
        let mut course = self.clone();
        course.settings = Settings { rules: self.settings.rules, ..everything() };
        course.pieces.retain(|piece| match piece {
            Piece::Put { look, .. } => matches!(look, Look::Plain | Look::Past | Look::Far),
            Piece::Edit { change, .. } => {
                matches!(change, Change::Title | Change::When | Change::Place | Change::Body | Change::Importance)
            }
            Piece::Sync => true,
        });
        course
    }

    /// The same with the sides swapped.
    pub(crate) fn mirrored(&self) -> Self {
        let mut course = self.clone();
        course.settings.rules.conflict = match self.settings.rules.conflict {
            Conflict::Creatio => Conflict::Exchange,
            Conflict::Exchange => Conflict::Creatio,
            same @ (Conflict::Ask | Conflict::Newest) => same,
        };
        for piece in &mut course.pieces {
            if let Piece::Put { side, .. } | Piece::Edit { side, .. } = piece {
                *side = side.other();
            }
        }
        course
    }

    /// Plays it; `judge` looks at every phase. How often the engine planned.
    pub(crate) fn play(&self, bug: Option<Bug>, mut judge: impl FnMut(&Phase<'_>)) -> usize {
        let mut bench = Bench::new((self.settings.clone(), self.silent), bug, Random::new(self.seed));
        let (mut known, mut touched) = (FlatMap::new(), FlatSet::new());
        for piece in self.pieces.iter().chain([&Piece::Sync]) {
            match piece {
                Piece::Put { tag, side, look } => {
                    touched.insert(*tag);
                    known.insert(*tag, create(&mut bench, *tag, (*side, *look)));
                }
                Piece::Edit { tag, side, change, value } => {
                    touched.insert(*tag);
                    if let Some(known) = known.get_mut(tag) {
                        edit(&bench, known, (*tag, *side), (*change, *value));
                    }
                }
                Piece::Sync => {
                    sync(&mut bench, (&known, &touched), &mut judge);
                    touched.clear();
                }
            }
        }
        bench.plans
    }
}

fn put(random: &mut Random, tag: usize) -> Piece {
    use Look::{
        AllDay, Completed, Email, Far, Foreign, Invited, LongTitle, NoTitle, Others, Past, Plain, Private, Process,
        Rich, Task, Twin, Waiting,
    };
    let side = random.pick(&Side::BOTH);
    let common = [Plain, Plain, Plain, Task, Task, Past, Far, AllDay, LongTitle, Completed, Twin];
    let own: &[Look] = match side {
        Side::Creatio => &[Process, Others, Email],
        Side::Exchange => &[NoTitle, Private, Foreign, Invited, Rich, Waiting],
    };
    let look = if random.one_in(3) { random.pick(own) } else { random.pick(&common) };
    Piece::Put { tag, side, look }
}

fn change(random: &mut Random) -> Change {
    use Change::{Body, Cancel, Importance, Kind, Place, Reminder, Remove, Status, Title, When};
    random.pick(&[Title, Title, When, When, Place, Body, Importance, Reminder, Status, Remove, Remove, Cancel, Kind])
}

/// A thing on `side`, in that side's form. Its body carries its tag.
fn thing(tag: usize, (side, look): (Side, Look)) -> Item {
    let tasks = matches!(look, Look::Task | Look::Waiting | Look::Completed);
    let title = match look {
        Look::NoTitle => String::new(),
        Look::LongTitle if side == Side::Exchange => format!("t{tag}{}", "x".repeat(600)),
        _ => format!("t{tag}"),
    };
    let body = match look {
        Look::Rich => Body::from_html(&format!("<table><tr><td>tag{tag}</td></tr></table>")),
        _ => Body::from_text(&format!("tag{tag}")),
    };
    let record = if tasks {
        let mut task = task(&title, "2026-03-12");
        task.body = body;
        if side == Side::Creatio {
            task.when = TaskWhen::Timed { start: at("2026-03-12T06:00:00Z"), due: at("2026-03-12T09:00:00Z") };
        }
        task.status = match (look, side) {
            (Look::Completed, _) => Status::Completed,
            (Look::Waiting, Side::Exchange) => Status::Waiting,
            _ => Status::NotStarted,
        };
        Record::Task(task)
    } else {
        let start = match look {
            Look::Past => "2026-03-05T10:00:00Z",
            Look::Far => "2029-03-12T10:00:00Z",
            // not what any edit sets: somebody who puts the old time back has changed nothing
            _ => "2026-03-12T10:01:00Z",
        };
        let mut meeting = meeting(&title, start);
        meeting.body = body;
        if look == Look::AllDay {
            meeting.when = match side {
                Side::Exchange => {
                    When::AllDay { first: "2026-03-12".parse().unwrap(), end: "2026-03-14".parse().unwrap() }
                }
                Side::Creatio => When::Timed { start: at("2026-03-11T21:00:00Z"), end: at("2026-03-13T21:00:00Z") },
            };
        }
        if matches!(look, Look::Foreign | Look::Invited) {
            meeting.people = vec![Person {
                addresses: vec![Address::parse("anna@fabrikam.example").unwrap()],
                contact: None,
                name: String::new(),
                role: Role::Required,
                response: Response::InDoubt,
            }];
        }
        Record::Meeting(meeting)
    };
    let mut item = item(side, &format!("{side}-{tag}"), record);
    if side == Side::Creatio && look == Look::Completed {
        item.facts.status = Some(Status::Completed);
    }
    item.facts.process = look == Look::Process;
    item.facts.email = look == Look::Email;
    item.facts.private = look == Look::Private;
    item.facts.organized_by_other = look == Look::Foreign;
    item.facts.attendees = usize::from(matches!(look, Look::Foreign | Look::Invited));
    if look == Look::Others {
        item.facts.owner = Some("somebody".into());
        item.facts.involves_me = false;
    }
    item
}

fn create(bench: &mut Bench, tag: usize, (side, look): (Side, Look)) -> Known {
    let sides: &[Side] = if look == Look::Twin { &Side::BOTH } else { &[side] };
    let mut live: FlatMap<Field, FlatSet<String>> = FlatMap::new();
    for side in sides {
        let item = thing(tag, (*side, look));
        for field in FIELDS {
            live.entry(field).or_default().insert(shown(&item.record, field));
        }
        bench.tags[*side].insert(item.id.clone(), tag);
        bench.sides[*side].put(item);
    }
    Known { side, look, live, removed: Pair::default(), edited: Pair::default(), converted: false }
}

/// Now and then a field is off.
fn mapped(random: &mut Random) -> FieldMap {
    let map = FieldMap::default();
    match random.below(20) {
        0 => FieldMap { title: FieldDirection::Off, ..map },
        1 => FieldMap { place: FieldDirection::Off, ..map },
        2 => FieldMap { body: FieldDirection::Off, ..map },
        3 => FieldMap { importance: FieldDirection::Off, ..map },
        _ => map,
    }
}

/// The fields whose values are followed.
pub(crate) const FIELDS: [Field; 4] = [Field::Title, Field::When, Field::Place, Field::Body];

/// A person changes what they see.
fn edit(bench: &Bench, known: &mut Known, (tag, side): (usize, Side), (change, value): (Change, usize)) {
    let Some(item) = bench.find(tag, side) else { return };
    // two that were alike and are no more are two
    let linked = bench.links.values().any(|link| *link.halves[side].id() == item.id);
    if known.look == Look::Twin && !linked {
        return;
    }
    let before = item.record.clone();
    match change {
        Change::Remove => bench.sides[side].remove(&item.id),
        Change::Cancel if side == Side::Exchange => return,
        Change::Cancel => bench.sides[side].edit(&item.id, |item| {
            item.facts.canceled = true;
            item.facts.status = Some(Status::Canceled);
        }),
        Change::Kind if side == Side::Exchange => return,
        Change::Kind => {
            bench.sides[side].edit(&item.id, |item| item.record = other_kind(&item.record));
            known.converted = true;
        }
        _ => bench.sides[side].edit(&item.id, |item| rewrite(&mut item.record, (tag, side), (change, value))),
    }
    if matches!(change, Change::Remove | Change::Cancel) {
        known.removed[side] = true;
        for field in FIELDS {
            known.live.entry(field).or_default().remove(&shown(&before, field));
        }
        return;
    }
    known.edited[side] = true;
    let after = bench.find(tag, side).map(|item| item.record);
    for field in FIELDS {
        let (old, new) = (shown(&before, field), after.as_ref().map(|record| shown(record, field)).unwrap_or_default());
        if old != new {
            let live = known.live.entry(field).or_default();
            live.remove(&old);
            live.insert(new);
        }
    }
}

/// The same as the other kind: an Activity that is shown in the schedule no more, or from now on.
fn other_kind(record: &Record) -> Record {
    match record {
        Record::Meeting(one) => {
            let When::Timed { start, end } = one.when else { return record.clone() };
            let mut new = task(&one.title, "2026-03-12");
            new.when = TaskWhen::Timed { start, due: end };
            new.body = one.body.clone();
            Record::Task(new)
        }
        Record::Task(one) => {
            let TaskWhen::Timed { start, due } = one.when else { return record.clone() };
            let mut new = meeting(&one.title, "2026-03-12T10:00:00Z");
            new.when = When::Timed { start, end: due };
            new.body = one.body.clone();
            Record::Meeting(new)
        }
    }
}

fn rewrite(record: &mut Record, (tag, side): (usize, Side), (change, value): (Change, usize)) {
    let later = i64::try_from(value).unwrap();
    match record {
        Record::Meeting(meeting) => match change {
            Change::Title => meeting.title = format!("t{tag} v{value}"),
            Change::When => {
                let start = at("2026-03-12T06:00:00Z") + Duration::minutes(5 * later);
                meeting.when = When::Timed { start, end: start + Duration::hours(1) };
            }
            Change::Place => meeting.place = format!("p{value}"),
            Change::Body => meeting.body = Body::from_text(&format!("tag{tag} v{value}")),
            Change::Importance => meeting.importance = if value % 2 == 0 { Importance::High } else { Importance::Low },
            Change::Reminder => meeting.reminder = Reminder::Before(later),
            Change::Status | Change::Remove | Change::Cancel | Change::Kind => {}
        },
        Record::Task(task) => match change {
            Change::Title => task.title = format!("t{tag} v{value}"),
            Change::When => {
                let day = at("2026-03-12T06:00:00Z") + Duration::days(later);
                task.when = match side {
                    Side::Creatio => TaskWhen::Timed { start: day, due: day + Duration::hours(3) },
                    Side::Exchange => TaskWhen::Days { start: None, due: Some(day.date_naive()) },
                };
            }
            Change::Body => task.body = Body::from_text(&format!("tag{tag} v{value}")),
            Change::Importance => task.importance = if value % 2 == 0 { Importance::High } else { Importance::Low },
            Change::Reminder => task.reminder = Some(at("2026-03-12T06:00:00Z") + Duration::minutes(later)),
            Change::Status => task.status = if value % 2 == 0 { Status::InProgress } else { Status::Completed },
            Change::Place | Change::Remove | Change::Cancel | Change::Kind => {}
        },
    }
}

/// Rounds of plan and apply until nothing is planned.
fn sync(
    bench: &mut Bench,
    (known, touched): (&FlatMap<usize, Known>, &FlatSet<usize>),
    judge: &mut impl FnMut(&Phase<'_>),
) {
    let (before, links) = (bench.items(), bench.links.clone());
    let (mut rounds, mut held) = (Vec::new(), Vec::new());
    let mut next = bench.plan(false);
    let mixed = bench.plan(true);
    while rounds.len() < ROUNDS && !(next.actions.is_empty() && next.links.is_empty() && next.drop.is_empty()) {
        held.extend(bench.apply(&next));
        rounds.push(std::mem::replace(&mut next, bench.plan(false)));
    }
    bench.remember(&next);
    let after = bench.items();
    judge(&Phase {
        settings: &bench.settings,
        silent: bench.silent,
        known,
        tags: &bench.tags,
        touched,
        before,
        after,
        links: (links, bench.links.clone()),
        rounds,
        mixed,
        last: next,
        held,
        history: &bench.history,
    });
}
