//! The law of questions: from any state, one answer to everything that is asked leaves nothing
//! asked; and whoever answers one question at a time, in any order, comes to an end, and is asked
//! nothing twice. Judged over whole runs of pairs on which people did many things at once.

use crate::support::memory::{at, everything, item, meeting, title};
use crate::support::memory_scenario::{MemoryScenario, guest};
use crate::support::moment::the_meeting;
use crate::support::random::{Random, share};
use pollster::block_on;
use schedule_sync::engine::answer::{Answer, Choice, choices};
use schedule_sync::engine::held::{Held, Reason};
use schedule_sync::engine::settings::{Conflict, Notify};
use schedule_sync::flat::FlatSet;
use schedule_sync::model::{Address, Body, Importance, Item, Person, Record, Response, Side, Task, TaskWhen, When};
use schedule_sync::ports::Store;
use schedule_sync::run::answer::answer;

const ANNA: &str = "anna@fabrikam.example";
const BORIS: &str = "boris@fabrikam.example";

fn known(address: &str) -> Person {
    Person { contact: Some(address.into()), name: address.to_owned(), ..guest(address) }
}

/// One thing that a person does.
type Deed = fn(&mut Item);

/// What a person may do to an Activity.
const IN_CREATIO: [Deed; 10] = [
    |item| *title(item) = "From Creatio".to_owned(),
    |item| moved(item, 2),
    |item| the_meeting(item).place = "There".to_owned(),
    |item| the_meeting(item).body = Body::from_text("Inside: they pay too much"),
    |item| the_meeting(item).importance = Importance::High,
    |item| the_meeting(item).people.push(known(ANNA)),
    |item| the_meeting(item).people.clear(),
    |item| (the_meeting(item).response, item.facts.answered_by_me) = (Response::Declined, true),
    |item| item.facts.process = true,
    |item| {
        let when = TaskWhen::Timed { start: at("2026-03-12T10:00:00Z"), due: at("2026-03-12T11:00:00Z") };
        item.record = Record::Task(Task { when, ..crate::support::memory::task("Now a task", "2026-03-12") });
    },
];

/// And to an event.
const IN_OUTLOOK: [Deed; 6] = [
    |item| *title(item) = "From Outlook".to_owned(),
    |item| moved(item, 3),
    |item| the_meeting(item).place = "Elsewhere".to_owned(),
    |item| the_meeting(item).body = Body::from_html("<table><tr><td>Prices</td></tr></table>"),
    |item| the_meeting(item).body = Body::from_text("What the organizer says"),
    |item| {
        the_meeting(item).people.push(guest("carol@fabrikam.example"));
        item.facts.attendees = the_meeting(item).people.len();
    },
];

fn moved(item: &mut Item, hours: i64) {
    if let When::Timed { start, end } = &mut the_meeting(item).when {
        (*start, *end) = (*start + chrono::Duration::hours(hours), *end + chrono::Duration::hours(hours));
    }
}

/// Some pairs in step, to which people then did the same things.
fn state(seed: u64) -> MemoryScenario {
    let mut random = Random::new(seed);
    let mut settings = everything();
    settings.rules.notify = random.pick(&[Notify::Never, Notify::Ask, Notify::Ask, Notify::Always]);
    settings.rules.conflict = random.pick(&[Conflict::Ask, Conflict::Ask, Conflict::Newest, Conflict::Creatio]);
    let scenario = MemoryScenario::new(&settings);
    for address in [ANNA, BORIS, "carol@fabrikam.example"] {
        scenario.creatio.people.borrow_mut().insert(Address::parse(address).unwrap(), address.into());
    }
    let pairs = if random.one_in(6) { 12 } else { 1 };
    let (from, foreign, ended) = (random.pick(&Side::BOTH), random.one_in(4), random.one_in(8));
    let (noted, invited) = (random.one_in(2), random.one_in(2));
    for n in 0..pairs {
        let start = if ended { "2026-03-09T10:00:00Z" } else { "2026-03-12T10:00:00Z" };
        let mut one = item(from, &format!("{from}{n}"), Record::Meeting(meeting(&format!("Call {n}"), start)));
        if noted {
            the_meeting(&mut one).body = Body::from_text("As it was");
        }
        if invited {
            the_meeting(&mut one).people = vec![if from == Side::Creatio { known(BORIS) } else { guest(BORIS) }];
            one.facts.attendees = usize::from(from == Side::Exchange);
        }
        one.facts.organized_by_other = foreign && from == Side::Exchange;
        scenario.side(from).put(one);
    }
    scenario.run();
    scenario.run();
    let removed = random.one_in(6).then(|| random.pick(&Side::BOTH));
    let here: Vec<Deed> = IN_CREATIO.into_iter().filter(|_| random.one_in(4)).collect();
    let there: Vec<Deed> = IN_OUTLOOK.into_iter().filter(|_| random.one_in(4)).collect();
    for (side, deeds) in [(Side::Creatio, here), (Side::Exchange, there)] {
        for id in scenario.side(side).ids() {
            if removed == Some(side) {
                scenario.side(side).remove(&id);
            } else {
                scenario.side(side).edit(&id, |item| {
                    deeds.iter().for_each(|deed| {
                        if item.record.kind() == meetings() {
                            deed(item)
                        }
                    })
                });
            }
        }
    }
    scenario
}

const fn meetings() -> schedule_sync::model::Kind {
    schedule_sync::model::Kind::Meeting
}

/// What a person can answer to.
fn asked(scenario: &MemoryScenario) -> Vec<Held> {
    scenario.run();
    let held = block_on(scenario.store.state()).unwrap().unwrap().held;
    held.into_iter().filter(|held| !choices(held.reason).is_empty()).collect()
}

fn reply(scenario: &MemoryScenario, held: &Held, choice: Choice) {
    let Held { side, id, reason, .. } = held;
    let said = Answer { side: *side, id: id.clone().unwrap(), reason: *reason, choice };
    block_on(answer(&scenario.store, vec![said])).unwrap();
}

fn told(held: &[Held]) -> Vec<(Reason, String, Vec<String>)> {
    let fields = |held: &Held| held.fields.iter().map(|held| held.field.to_string()).collect();
    held.iter().map(|held| (held.reason, held.id.as_ref().unwrap().to_string(), fields(held))).collect()
}

#[test]
fn one_answer_to_everything_that_is_asked_leaves_nothing_asked() {
    let mut pairs: FlatSet<(Reason, Reason)> = FlatSet::new();
    for seed in (0..2_000).step_by(share()) {
        let (scenario, mut random) = (state(seed), Random::new(!seed));
        let questions = asked(&scenario);
        for one in &questions {
            pairs.extend(questions.iter().filter(|other| other.id == one.id).map(|other| (one.reason, other.reason)));
            reply(&scenario, one, random.pick(choices(one.reason)));
        }
        for round in 0..3 {
            let left = asked(&scenario);
            assert!(left.is_empty(), "seed {seed}, round {round}: {:?}\nafter {:?}", told(&left), told(&questions));
        }
        let before = (scenario.creatio.writes.get(), scenario.exchange.writes.get());
        scenario.run();
        assert_eq!((scenario.creatio.writes.get(), scenario.exchange.writes.get()), before, "seed {seed}: it is quiet");
    }
    use Reason::{
        Clash, ConvertAsked, DeleteAsked, InsideNotes, ManyDeletions, ManyMoves, OwnNotes, PutBack, RichBody,
        WouldInvite, WouldMail,
    };
    for both in [
        (Clash, WouldMail),
        (Clash, RichBody),
        (Clash, InsideNotes),
        (Clash, WouldInvite),
        (Clash, ManyMoves),
        (WouldMail, InsideNotes),
        (WouldMail, RichBody),
        (WouldMail, WouldInvite),
        (WouldInvite, InsideNotes),
        (PutBack, OwnNotes),
        (PutBack, WouldMail),
        (ConvertAsked, ConvertAsked),
        (DeleteAsked, DeleteAsked),
        (ManyDeletions, ManyDeletions),
    ] {
        // a share of the seeds need not meet all of them
        assert!(share() > 1 || pairs.contains(&both), "{both:?} was never asked together");
    }
}

#[test]
fn one_answer_at_a_time_in_any_order_ends_and_nothing_is_asked_twice() {
    for seed in (0..800).step_by(share()) {
        let (scenario, mut random) = (state(seed), Random::new(!seed));
        let mut answered: FlatSet<(Reason, String, Vec<String>, Vec<String>)> = FlatSet::new();
        for n in 0.. {
            let left = asked(&scenario);
            if left.is_empty() {
                break;
            }
            assert!(n < 150, "seed {seed}: {:?}", told(&left));
            let one = random.pick(&left);
            let values = one.fields.iter().map(|held| format!("{:?}", held.values)).collect();
            let (reason, id, fields) = told(std::slice::from_ref(&one)).remove(0);
            assert!(answered.insert((reason, id, fields, values)), "seed {seed}: asked again: {:?}", told(&[one]));
            reply(&scenario, &one, random.pick(choices(reason)));
        }
    }
}
