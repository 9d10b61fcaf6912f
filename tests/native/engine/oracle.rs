//! The decision table, enumerated: every case is put before the engine, and what it would do is
//! compared with what the rules say, row by row. The rows (`rows`) were written from the rules
//! alone; `docs/decision-table.md` is printed from them.

mod case;
mod cases;
mod rows;
mod stage;
mod table;

use crate::support::random::share;
use case::{Bond, Case, Edit, Fate, Notify};
use rows::{CREATIO_DELETE, EXCHANGE_DELETE, Then, Value, Where};
use schedule_sync::engine::held::Reason;
use schedule_sync::flat::{FlatMap, FlatSet};
use schedule_sync::model::{Field, Pair, Side};
use stage::{Effects, Write};

/// What the rules say of a case.
#[derive(Debug)]
struct Verdict {
    writes: Pair<Write>,
    /// The link is in one of these states afterwards.
    links: Vec<Bond>,
    held: FlatSet<Reason>,
    /// The user's own response may be written to Creatio.
    answer: bool,
    /// The rows that say so.
    because: Vec<&'static str>,
}

impl Verdict {
    fn quiet(links: &[Bond]) -> Self {
        Self {
            writes: Pair::default(),
            links: links.to_vec(),
            held: FlatSet::new(),
            answer: false,
            because: Vec::new(),
        }
    }

    fn write(side: Side, write: Write, link: Bond) -> Self {
        let mut verdict = Self::quiet(&[link]);
        verdict.writes[side] = write;
        verdict
    }
}

fn verdict(case: &Case) -> Verdict {
    let row = rows::item(rows::ITEM, case);
    let mut because = vec![row.says];
    let mut then = row.then;
    if let Then::DeleteRule(side) = then {
        let row = rows::item(if side == Side::Creatio { CREATIO_DELETE } else { EXCHANGE_DELETE }, case);
        because.push(row.says);
        then = row.then;
    }
    let mut verdict = match then {
        Then::Nothing(links) => Verdict::quiet(links),
        Then::OwnAnswer(links) => Verdict { answer: true, ..Verdict::quiet(links) },
        Then::Create(side) => Verdict::write(side, Write::Create, Bond::Alive),
        Then::Mark => Verdict::write(Side::Creatio, Write::Mark, Bond::Tombstone),
        Then::Delete(side) => Verdict::write(side, Write::Delete, Bond::Tombstone),
        Then::Ask => {
            let reason =
                if row.then == Then::DeleteRule(Side::Creatio) { Reason::Process } else { Reason::DeleteAsked };
            Verdict { held: FlatSet::from([reason]), ..Verdict::quiet(&[case.bond]) }
        }
        Then::Fields => fields(case),
        Then::DeleteRule(_) => panic!("a delete rule that leads to itself"),
    };
    // what does not wake a tombstone leaves it one
    if case.bond == Bond::Tombstone && matches!(then, Then::Nothing(_) | Then::OwnAnswer(_)) {
        verdict.links.push(Bond::Tombstone);
    }
    // "the edit stays on the canceled Activity, and the user is told"
    if case.creatio == Fate::Edited && case.goes() && matches!(then, Then::Mark | Then::Delete(Side::Creatio)) {
        verdict.held.insert(Reason::NotRevived);
    }
    // "never (default): export creates the event without attendees; … not a question | ask: held,
    // with who would be mailed"; "a meeting that has ended mails nobody"; "one inviter"; our
    // reading: in the user's name nobody is invited to somebody else's Activity
    let invites = case.attendees && case.owner && !case.past && !case.elsewhere;
    if invites && then == Then::Create(Side::Exchange) && case.notify == Notify::Ask {
        verdict.held.insert(Reason::WouldInvite);
    }
    because.append(&mut verdict.because);
    Verdict { because, ..verdict }
}

/// Where each changed field was changed.
fn changes(case: &Case) -> FlatMap<Field, Where> {
    let (creatio, exchange) = (case.changed(Side::Creatio), case.changed(Side::Exchange));
    match (creatio, exchange) {
        (Some(one), Some(other)) if one == other => {
            FlatMap::from([(one, if case.edit == Edit::Alike { Where::Alike } else { Where::Both })])
        }
        (one, other) => {
            let one = one.map(|field| (field, Where::OnlyCreatio));
            one.into_iter().chain(other.map(|field| (field, Where::OnlyExchange))).collect()
        }
    }
}

fn fields(case: &Case) -> Verdict {
    let mut verdict = Verdict::quiet(&[Bond::Alive]);
    let mut written: Pair<FlatSet<Field>> = Pair::default();
    for (field, place) in changes(case) {
        let row = rows::field(case, field, place);
        verdict.because.push(row.says);
        match row.then {
            Value::From(Side::Creatio) if rows::waits(case, field).contains(&Reason::InsideNotes) => {
                verdict.held.insert(Reason::InsideNotes);
            }
            Value::From(side) => drop(written[side.other()].insert(field)),
            Value::Stays => {}
            Value::AskMail => verdict.held.extend(rows::waits(case, field)),
            Value::AskClash => {
                verdict.held.insert(Reason::Clash);
                if rows::goes_out(case, field) {
                    verdict.held.extend(rows::waits(case, field));
                }
            }
            Value::NeedsYou => drop(verdict.held.insert(Reason::Process)),
            Value::PutBack => {
                verdict.held.insert(Reason::PutBack);
                written.creatio.insert(field);
            }
            Value::OwnNotes => drop(verdict.held.insert(Reason::OwnNotes)),
        }
    }
    verdict.writes = written.map(|fields| if fields.is_empty() { Write::Nothing } else { Write::Update(fields) });
    verdict
}

/// What is wrong with what the engine would do, if anything is.
fn complaint(verdict: &Verdict, effects: &Effects) -> Option<&'static str> {
    let own_answer = Write::Update(FlatSet::from([Field::Response]));
    let creatio =
        verdict.writes.creatio == effects.writes.creatio || (verdict.answer && effects.writes.creatio == own_answer);
    [
        (effects.mails, "somebody gets a mail"),
        (!creatio, "the write to Creatio"),
        (verdict.writes.exchange != effects.writes.exchange, "the write to Exchange"),
        (!verdict.links.contains(&effects.link), "the link"),
        (verdict.held != effects.held, "what is held"),
    ]
    .into_iter()
    .find_map(|(wrong, what)| wrong.then_some(what))
}

/// Where the engine disagrees: by which rows, and the case with what was expected and found.
fn disagreements(cases: &[Case]) -> Vec<(String, String)> {
    let judge = |case: &Case| {
        let verdict = verdict(case);
        let (effects, plan) = stage::run(case);
        let wrong = complaint(&verdict, &effects)?;
        let key = format!("{wrong}: {}", verdict.because.join(" / "));
        Some((key, format!("{}\nexpected {verdict:?}\nfound {effects:?}\n{plan}", told(case))))
    };
    cases.iter().filter_map(judge).collect()
}

/// A case by what is not plain about it.
fn told(case: &Case) -> String {
    let parts = |case: &Case| format!("{case:?}").split(", ").map(str::to_owned).collect::<Vec<_>>();
    let plain = parts(&cases::PLAIN);
    parts(case).into_iter().filter(|part| !plain.contains(part)).collect::<Vec<_>>().join(", ")
}

#[test]
#[allow(clippy::print_stdout)] // how many cases were tried is part of the result
fn the_engine_does_what_the_rows_say_in_every_case() {
    let cases = cases::all(std::env::var("ORACLE_SLACK").map_or(0, |slack| slack.parse().unwrap()));
    assert!(cases.len() >= 100_000, "the enumeration has shrunk: {}", cases.len());
    let cases: Vec<Case> = cases.into_iter().step_by(share()).collect();
    println!("decision table: {} cases", cases.len());
    let part = cases.len().div_ceil(std::thread::available_parallelism().map_or(1, usize::from)).max(1);
    let found: Vec<(String, String)> = std::thread::scope(|scope| {
        let parts: Vec<_> = cases.chunks(part).map(|part| scope.spawn(|| disagreements(part))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    let mut complaints: FlatMap<String, (usize, String)> = FlatMap::new();
    for (key, first) in found {
        complaints.entry(key).or_insert((0, first)).0 += 1;
    }
    let report: Vec<String> = complaints.iter().map(|(key, (n, first))| format!("{n} cases, {key}\n{first}")).collect();
    assert!(report.is_empty(), "{}", report.join("\n"));
}
