//! Laws of the engine. Each says for which settings it holds, and is broken by a bug that a test
//! plants. They are judged on courses: up to 40 things on both sides, changed at random by people,
//! planned and applied in any order until it is quiet.

mod asking;
mod bench;
mod bug;
mod course;
mod histories;

use crate::support::memory::concerned_fields;
use crate::support::random::{share, shrink};
use crate::support::records::shown;
use bench::is_users;
use bug::Bug;
use course::{Course, FIELDS, Known, Look, Phase, Piece};
use schedule_sync::engine::action::Step;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::link::LinkState;
use schedule_sync::engine::settings::{Conflict, CreatioDelete, ExchangeDelete, FieldDirection, Private, Settings};
use schedule_sync::flat::{FlatMap, FlatSet};
use schedule_sync::model::op::{Op, SendInvitations, Update};
use schedule_sync::model::{Field, Item, ItemId, Record, Side, Status};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A law: its name, the settings for which it holds, what it says, and the bug that breaks it.
struct Law {
    name: &'static str,
    holds: fn(&Settings) -> bool,
    /// How a phase breaks it, if it does.
    broken: fn(&Phase<'_>) -> Option<String>,
    bug: Bug,
}

const LAWS: [Law; 13] = [
    Law {
        name: "it is quiet after two rounds, three with revivals",
        holds: always,
        broken: restless,
        bug: Bug::Forgets,
    },
    Law { name: "what flows both ways is alike on both sides", holds: both_ways, broken: apart, bug: Bug::OmitsTitles },
    Law { name: "no edit is lost", holds: always, broken: lost, bug: Bug::PutsBack },
    Law {
        name: "nothing is deleted that the rules don't let be deleted",
        holds: always,
        broken: deleted,
        bug: Bug::Deletes,
    },
    Law { name: "nothing is there twice", holds: always, broken: twice, bug: Bug::Doubles },
    Law { name: "one-way never writes the source", holds: one_way, broken: source_written, bug: Bug::BothWays },
    Law {
        name: "the order of what is seen changes nothing",
        holds: always,
        broken: order_matters,
        bug: Bug::MindsOrder,
    },
    Law { name: "the guard holds what is too much", holds: always, broken: too_much, bug: Bug::Unguarded },
    Law { name: "nobody is mailed", holds: always, broken: mailed, bug: Bug::Mails },
    Law { name: "where nobody gets mail, nothing waits for it", holds: always, broken: waiting, bug: Bug::Asks },
    Law { name: "there are no more writes than changes", holds: always, broken: too_busy, bug: Bug::Busy },
    Law { name: "a field that is off is written nowhere", holds: always, broken: off_written, bug: Bug::Unmapped },
    Law { name: "what is private stays private", holds: discreet, broken: told, bug: Bug::Tells },
];

fn always(_: &Settings) -> bool {
    true
}

fn both_ways(settings: &Settings) -> bool {
    settings.export.on && settings.import_meetings.on
}

fn one_way(settings: &Settings) -> bool {
    !both_ways(settings)
}

fn discreet(settings: &Settings) -> bool {
    settings.rules.private != Private::Full
}

fn restless(phase: &Phase<'_>) -> Option<String> {
    let writing = phase.rounds.iter().filter(|plan| !plan.actions.is_empty()).count();
    let revives = |plan: &schedule_sync::engine::plan::Plan| {
        plan.actions.iter().any(|action| matches!(action.step, Step::Revive(_) | Step::Convert(_)))
    };
    let most = if phase.rounds.iter().any(revives) { 3 } else { 2 };
    if writing > most {
        return Some(format!("{writing} rounds write, not {most}"));
    }
    let quiet = phase.last.actions.is_empty() && phase.last.links.is_empty() && phase.last.drop.is_empty();
    (!quiet).then(|| {
        format!("still to be done: {}, {} links, {} to drop", phase.last, phase.last.links.len(), phase.last.drop.len())
    })
}

/// Whether a person is asked about any of these ids.
fn asked(phase: &Phase<'_>, ids: [&ItemId; 2]) -> bool {
    phase.last.held.iter().chain(&phase.held).any(|held| held.id.as_ref().is_some_and(|id| ids.contains(&id)))
}

fn apart(phase: &Phase<'_>) -> Option<String> {
    for link in phase.links.1.values().filter(|link| link.state == LinkState::Alive) {
        let ids = [link.halves.creatio.id(), link.halves.exchange.id()];
        let (Some(creatio), Some(exchange)) = (phase.after.creatio.get(ids[0]), phase.after.exchange.get(ids[1]))
        else {
            continue;
        };
        let special = exchange.facts.private || exchange.facts.recurring || creatio.facts.email || !is_users(creatio);
        if special || creatio.facts.canceled || asked(phase, ids) {
            continue;
        }
        // the tail of a title that an Activity can't hold is kept on Exchange
        let tail =
            exchange.record.title().strip_prefix(creatio.record.title()).is_some_and(|tail| tail.ends_with("xxx"));
        // notes of somebody else's meeting are the user's as soon as they wrote in them
        let noted = |field: &Field| *field == Field::Body && exchange.facts.organized_by_other;
        let differs = |field: &Field| {
            let goes = !noted(field) && phase.settings.fields.of(*field) == FieldDirection::Both;
            goes && shown(&creatio.record, *field) != shown(&exchange.record, *field)
                && !(*field == Field::Title && tail)
        };
        if let Some(field) = FIELDS.into_iter().find(differs) {
            return Some(format!("{field} of {} differs", *link.halves.creatio.id()));
        }
        let alike = match (&creatio.record, &exchange.record) {
            _ if phase.settings.fields.importance == FieldDirection::Off => true,
            (Record::Meeting(a), Record::Meeting(b)) => {
                a.importance == b.importance || exchange.facts.organized_by_other
            }
            (Record::Task(a), Record::Task(b)) => {
                let open = |status| {
                    if matches!(status, Status::Waiting | Status::Deferred) { Status::NotStarted } else { status }
                };
                a.importance == b.importance && open(a.status) == open(b.status)
            }
            (Record::Meeting(_), Record::Task(_)) | (Record::Task(_), Record::Meeting(_)) => false,
        };
        if !alike {
            return Some(format!("importance, status or kind of {} differs", *link.halves.creatio.id()));
        }
    }
    None
}

fn lost(phase: &Phase<'_>) -> Option<String> {
    for (tag, known) in phase.known {
        let its: Vec<&Item> = Side::BOTH
            .into_iter()
            .flat_map(|side| phase.after[side].values().filter(move |item| phase.tags[side].get(&item.id) == Some(tag)))
            .collect();
        for (field, live) in &known.live {
            let there = |value: &String| its.iter().any(|item| shown(&item.record, *field) == *value);
            let missing: Vec<&String> = live.iter().filter(|value| !there(value)).collect();
            let excused = may_give_way(phase, known) && missing.iter().all(|value| is_recorded(phase, (*field, value)));
            if !missing.is_empty() && !excused {
                return Some(format!("{field} {missing:?} of tag {tag} is nowhere"));
            }
        }
    }
    None
}

/// Whether the rules let a value give way: to another, to its owner's (also of an Activity of
/// somebody else, which only goes out), or to a deletion. Under "ask" no value of two gives way
/// unasked.
fn may_give_way(phase: &Phase<'_>, known: &Known) -> bool {
    let ruled = phase.settings.rules.conflict != Conflict::Ask || one_way(phase.settings);
    let removed = known.removed.creatio || known.removed.exchange || known.converted;
    ruled || removed || matches!(known.look, Look::Foreign | Look::Private | Look::Others)
}

fn is_recorded(phase: &Phase<'_>, (field, value): (Field, &str)) -> bool {
    let mut records = phase.history.iter().flat_map(|entry| entry.before.iter().chain(&entry.after));
    records.any(|record| shown(record, field) == value)
}

fn deleted(phase: &Phase<'_>) -> Option<String> {
    let rules = phase.settings.rules;
    for side in Side::BOTH {
        for (id, item) in phase.before[side].iter().filter(|(_, item)| !item.facts.canceled) {
            let after = phase.after[side].get(id);
            let Some(known) = phase.tags[side].get(id).and_then(|tag| phase.known.get(tag)) else { continue };
            let dropped = after.is_none();
            if !dropped && !after.is_some_and(|item| item.facts.canceled) {
                continue;
            }
            let allowed = match side {
                Side::Creatio => {
                    // an edit stays on the canceled Activity, whatever the rule
                    let rule = match rules.creatio_delete {
                        CreatioDelete::Delete => dropped || known.edited.creatio,
                        CreatioDelete::Mark => !dropped,
                        CreatioDelete::Leave => false,
                    };
                    known.removed.exchange
                        && rule
                        && phase.settings.import_meetings.on
                        && is_users(item)
                        && !item.facts.process
                        && (dropped || item.facts.status != Some(Status::Completed))
                }
                Side::Exchange => {
                    let ours = known.side == Side::Creatio && known.look != Look::Twin;
                    let gone = known.removed.creatio && rules.exchange_delete == ExchangeDelete::Delete;
                    let deletes = gone && (ours || known.edited.creatio) && known.look != Look::Others;
                    dropped
                        && (deletes || (known.converted && (ours || known.edited.creatio)))
                        && phase.settings.export.on
                        && item.facts.attendees == 0
                }
            };
            if !allowed {
                return Some(format!("{id} is gone from {side}"));
            }
        }
    }
    None
}

fn twice(phase: &Phase<'_>) -> Option<String> {
    for side in Side::BOTH {
        let mut count: FlatMap<&str, usize> = FlatMap::new();
        for item in phase.after[side].values().filter(|item| !item.facts.canceled && !item.facts.private) {
            let body = match &item.record {
                Record::Meeting(meeting) => &meeting.body.text,
                Record::Task(task) => &task.body.text,
            };
            if let Some(tag) = body.split_whitespace().next() {
                *count.entry(tag).or_default() += 1;
            }
        }
        if let Some((tag, n)) = count.into_iter().find(|(_, n)| *n > 1) {
            return Some(format!("{tag} is there {n} times on {side}"));
        }
    }
    None
}

fn source_written(phase: &Phase<'_>) -> Option<String> {
    let source = if phase.settings.export.on { Side::Creatio } else { Side::Exchange };
    let writes = phase.rounds.iter().flat_map(|plan| &plan.actions).flat_map(|action| &action.writes);
    let mut wrong = writes.filter(|(side, op)| {
        // what makes a creation repeatable is no change that a person would see
        let marks = matches!(op, Op::Update(update) if update.patch.fields.is_empty() && update.status.is_none());
        *side == source && !marks
    });
    wrong.next().map(|(side, op)| format!("{side}: {op:?}"))
}

fn order_matters(phase: &Phase<'_>) -> Option<String> {
    let first = phase.rounds.first().unwrap_or(&phase.last);
    let keys =
        |plan: &schedule_sync::engine::plan::Plan| plan.to_string().lines().map(str::to_owned).collect::<FlatSet<_>>();
    (keys(first) != keys(&phase.mixed)).then(|| format!("{first}\nor {}", phase.mixed))
}

fn too_much(phase: &Phase<'_>) -> Option<String> {
    let links = phase.links.0.len();
    let most = (links / 10).clamp(10, 50);
    for plan in &phase.rounds {
        let deletions = plan.actions.iter().filter(|action| matches!(action.step, Step::Delete(_))).count();
        let moves =
            |(_, op): &(Side, Op)| matches!(op, Op::Update(update) if update.patch.fields.contains(&Field::When));
        let moved = plan.actions.iter().filter(|action| action.writes.iter().any(moves)).count();
        let others = plan.actions.iter().filter(|action| {
            action.step == Step::Create(Side::Exchange) && !action.after.halves.exchange.facts.involves_me
        });
        if deletions > most || moved > most || others.count() > 50 {
            return Some(format!("{deletions} deletions and {moved} moves of {links}"));
        }
        let empty = Side::BOTH.into_iter().any(|side| phase.before[side].is_empty());
        if empty && links > 3 && deletions > 0 {
            return Some("deletions although one side is empty".to_owned());
        }
    }
    None
}

fn mailed(phase: &Phase<'_>) -> Option<String> {
    let writes = phase.rounds.iter().flat_map(|plan| &plan.actions).flat_map(|action| &action.writes);
    let mut wrong = writes.filter(|(side, op)| {
        let tells = |update: &Update| !phase.silent || update.tells != SendInvitations::Nobody;
        let invited = |id: &ItemId| phase.before.exchange.get(id).is_some_and(|item| item.facts.attendees > 0);
        let silent = |field: &Field| matches!(field, Field::Importance | Field::Reminder);
        *side == Side::Exchange
            && match op {
                Op::Create(create) => matches!(&create.record, Record::Meeting(meeting) if !meeting.people.is_empty()),
                Op::Update(update) => tells(update) && invited(&update.id) && !update.patch.fields.iter().all(silent),
                Op::Delete { id, .. } => invited(id),
            }
    });
    wrong.next().map(|(_, op)| format!("{op:?}"))
}

fn waiting(phase: &Phase<'_>) -> Option<String> {
    // that the last attendee is taken off is asked in any case
    let waits = phase.last.held.iter().filter(|held| held.reason == Reason::WouldMail);
    let mut waits = waits.filter(|held| concerned_fields(held) != [Field::People]);
    waits.next().filter(|_| phase.silent).map(|held| format!("{:?} of {:?}", held.fields, held.id))
}

fn too_busy(phase: &Phase<'_>) -> Option<String> {
    let first = phase.rounds.first()?;
    let of = |side: Side, id: &ItemId| phase.tags[side].get(id);
    let idle = first.actions.iter().find(|action| {
        let tag = of(Side::Creatio, action.after.halves.creatio.id())
            .or_else(|| of(Side::Exchange, action.after.halves.exchange.id()));
        tag.is_none_or(|tag| !phase.touched.contains(tag))
    });
    if let Some(action) = idle {
        return Some(format!("nobody touched {}: {:?}", *action.after.halves.creatio.id(), action.step));
    }
    let (steps, changes) = (first.actions.len(), phase.touched.len());
    (steps > changes).then(|| format!("{steps} steps for {changes} changed things"))
}

fn off_written(phase: &Phase<'_>) -> Option<String> {
    let off = |field: &Field| phase.settings.fields.of(*field) == FieldDirection::Off;
    let blank = |record: &Record, field: Field| matches!(shown(record, field).as_str(), "" | "(no subject)");
    let writes = phase.rounds.iter().flat_map(|plan| &plan.actions).flat_map(|action| &action.writes);
    let mut wrong = writes.filter(|(_, op)| match op {
        Op::Create(create) => FIELDS.iter().any(|field| off(field) && !blank(&create.record, *field)),
        Op::Update(update) => update.patch.fields.iter().any(off),
        Op::Delete { .. } => false,
    });
    wrong.next().map(|(side, op)| format!("{side}: {op:?}"))
}

fn told(phase: &Phase<'_>) -> Option<String> {
    for (tag, known) in phase.known.iter().filter(|(_, known)| known.look == Look::Private) {
        let its = phase.after.creatio.values().filter(|item| phase.tags.creatio.get(&item.id) == Some(tag));
        for item in its {
            if phase.settings.rules.private == Private::Skip {
                return Some(format!("tag {tag} is private, and in Creatio"));
            }
            let own = known.edited.creatio;
            let neutral =
                if phase.settings.fields.title == FieldDirection::Off { "(no subject)" } else { "Private meeting" };
            if !own && shown(&item.record, Field::Title) != neutral {
                return Some(format!("the title of tag {tag} is private, and in Creatio"));
            }
        }
        let wrote = |plan: &schedule_sync::engine::plan::Plan| {
            plan.actions.iter().any(|action| {
                let ours = phase.tags.exchange.get(action.after.halves.exchange.id()) == Some(tag);
                ours && action.writes.iter().any(|(side, _)| *side == Side::Exchange)
            })
        };
        if phase.rounds.iter().any(wrote) {
            return Some(format!("tag {tag} is private, and was written to on Exchange"));
        }
    }
    None
}

/// What a course came to.
#[derive(Default)]
pub(crate) struct Judged {
    /// How often the engine planned.
    pub(crate) plans: usize,
    /// How many of which steps were planned, and how much was held why.
    pub(crate) census: FlatMap<String, usize>,
    /// The laws that it breaks, and how.
    broken: Vec<(&'static str, String)>,
}

/// How many of which steps a phase had, and how much was held why.
fn counted(phase: &Phase<'_>, census: &mut FlatMap<String, usize>) {
    let steps = phase.rounds.iter().flat_map(|plan| &plan.actions).map(|action| format!("step {:?}", action.step));
    let held = phase.held.iter().chain(phase.rounds.iter().chain([&phase.last]).flat_map(|plan| &plan.held));
    for what in steps.chain(held.map(|held| format!("held {:?}", held.reason))) {
        *census.entry(what).or_default() += 1;
    }
}

/// Judges a course.
fn judged(course: &Course, bug: Option<Bug>) -> Judged {
    let mut broken = Vec::new();
    let mut census = FlatMap::new();
    let mut plans = 0;
    let caught = catch_unwind(AssertUnwindSafe(|| {
        plans = course.play(bug, |phase| {
            counted(phase, &mut census);
            for law in LAWS.iter().filter(|law| (law.holds)(phase.settings)) {
                if let Some(how) = (law.broken)(phase) {
                    broken.push((law.name, how));
                }
            }
        });
    }));
    if caught.is_err() {
        broken.push(("no panic", "it panicked".to_owned()));
    }
    Judged { plans, census, broken }
}

/// What both sides show after each phase, and the writes to each, from `side`'s view.
fn view(course: &Course, bug: Option<Bug>, side: Side) -> Vec<String> {
    let mut view = Vec::new();
    course.play(bug, |phase| {
        for side in [side, side.other()] {
            for (id, item) in &phase.after[side] {
                let values: Vec<String> = FIELDS.iter().map(|field| shown(&item.record, *field)).collect();
                view.push(format!("{:?} {values:?}", phase.tags[side].get(id)));
            }
            let writes = phase.rounds.iter().flat_map(|plan| &plan.actions).flat_map(|action| &action.writes);
            // the UID of an exported event goes into its Activity: that has no counterpart
            let seen =
                writes.filter(|(to, op)| *to == side && !matches!(op, Op::Update(update) if update.uid.is_some()));
            view.push(format!("{} writes", seen.count()));
        }
        view.sort();
    });
    view
}

/// With the sides swapped, what a course comes to is swapped: where the two differ, if they do.
/// Holds for plain meetings under settings that are the same for both sides.
fn lopsided(seed: u64, bug: Option<Bug>) -> Option<String> {
    let course = Course::new(seed).symmetric();
    let (one, other) = (view(&course, bug, Side::Creatio), view(&course.mirrored(), bug, Side::Exchange));
    (one != other).then(|| format!("course seed {seed}: {one:#?}\nmirrored: {other:#?}"))
}

/// Judges the course of a seed.
///
/// # Errors
/// The seed, the shrunk course and what it broke.
pub(crate) fn judge(seed: u64) -> Result<Judged, String> {
    let course = Course::new(seed);
    let whole = judged(&course, None);
    let Some((law, _)) = whole.broken.first() else { return Ok(whole) };
    let breaks = |pieces: &[Piece]| judged(&course.with(pieces), None).broken.iter().any(|(name, _)| name == law);
    let pieces = shrink(&course.pieces, breaks);
    let how = judged(&course.with(&pieces), None).broken;
    let pieces: Vec<String> = pieces.iter().map(|piece| format!("  {piece:?}")).collect();
    let rules = &course.settings.rules;
    let ways = (course.settings.import_meetings.on, course.settings.export.on, course.settings.fields);
    Err(format!("course seed {seed}: import, export {ways:?}, {rules:?}\n{}\n  => {how:?}", pieces.join("\n")))
}

#[test]
fn laws_hold() {
    let failed: Vec<String> = (0..4_000).step_by(share()).filter_map(|seed| judge(seed).err()).collect();
    assert!(failed.is_empty(), "{} courses break a law:\n{}", failed.len(), failed.join("\n\n"));
}

#[test]
fn swapped_sides_give_the_mirrored_outcome() {
    let failed: Vec<String> = (0..1_000).step_by(share()).filter_map(|seed| lopsided(seed, None)).collect();
    assert!(failed.is_empty(), "{} of 1000, the first:\n{}", failed.len(), failed[0]);
    assert!(
        (0..1_000).any(|seed| lopsided(seed, Some(Bug::Biased)).is_some()),
        "a bias towards Creatio goes unnoticed"
    );
}

#[test]
fn each_law_notices_its_planted_bug() {
    for law in &LAWS {
        let broken = |seed, bug| judged(&Course::new(seed), bug).broken.iter().any(|(name, _)| *name == law.name);
        let noticed = (0..3_000).any(|seed| broken(seed, Some(law.bug)) && !broken(seed, None));
        assert!(noticed, "{} does not notice {:?}", law.name, law.bug);
    }
}
