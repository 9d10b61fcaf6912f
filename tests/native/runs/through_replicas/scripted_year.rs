//! A scripted year of a calendar: what people do to series, invitations, weeks off, Teams meetings
//! and tasks, on both sides. After each deed a run brings both in step, the next one finds nothing
//! to do, nobody is mailed but whom a person wanted to, and nothing is there twice.
//!
//! The script is `tests/scripted_year.json`; `tests/e2e/scripted_year.test.mjs` plays the same one
//! in the browser. Here it speaks to an abstract [`Calendar`], so that another kind of mailbox can
//! live through the same year.

mod exchange_server;
mod microsoft365;

use crate::support::memory::everything;
use crate::support::sandbox_scenario::SandboxScenario;
use crate::support::world::{COLLEAGUE, COLLEAGUE_THERE};
use exchange_server::ExchangeServer;
use microsoft365::Microsoft365;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::engine::answer::{Answer, Choice};
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::settings::{Notify, Settings};
use schedule_sync::flat::{FlatMap, FlatSet};
use schedule_sync::model::{ItemId, Side};
use schedule_sync::run;
use serde::Deserialize;
use serde_json::{Value, json};
use std::cell::RefCell;

/// The role of a participant.
const PARTICIPANT: &str = "1a8324e8-a6e1-df11-971b-001d60e938c6";
const CONFIRMED: &str = "7098c892-34e3-4a3e-af08-c1a139f63220";
const CANCELED: &str = "201cfba8-58e6-df11-971b-001d60e938c6";

/// A person's meeting, in wall times of the zone with this name of Windows.
#[derive(Clone, Copy)]
struct Entry<'a> {
    title: &'a str,
    start: &'a str,
    end: &'a str,
    zone: &'a str,
    kind: Shape<'a>,
    /// Who is invited to it.
    invites: Option<&'a str>,
}

#[derive(Clone, Copy)]
enum Shape<'a> {
    /// Once, at a time of day.
    Once,
    /// Whole days, the end exclusive.
    Days,
    /// Every week on the start's day, to the last day, if any.
    Weekly(Option<&'a str>),
    /// The same of whole days.
    WeeklyDays(&'a str),
    /// With a join block in the body.
    Online,
}

/// What people do in a mailbox, past the product.
trait Calendar {
    /// Makes a meeting; its id.
    fn make(&self, entry: Entry) -> String;
    /// Ids and starts (UTC) of the first occurrences of a series.
    fn occurrences(&self, series: &str) -> Vec<(String, String)>;
    fn rename(&self, id: &str, title: &str);
    fn shift(&self, id: &str, start: &str, end: &str);
    fn delete(&self, id: &str);
    /// Calls a meeting off, and tells those invited.
    fn call_off(&self, id: &str);
    /// Makes a single meeting that begins on this day a weekly series to the last day.
    fn repeat(&self, id: &str, day: &str, last: &str);
    /// Makes a series a single meeting on its first day.
    fn stop_repeating(&self, series: &str);
    /// Ends a series on a day.
    fn cut(&self, series: &str, last: &str);
    /// The texts of a meeting: its title and its body as stored.
    fn text(&self, title: &str) -> (String, String);
    /// Moves the task with this title to another list, as To Do does.
    fn move_task(&self, title: &str);
    fn rename_task(&self, title: &str, to: &str);
    /// Everything there is, as title and start.
    fn all(&self) -> Vec<(String, String)>;
    /// What was mailed from this mailbox: reasons.
    fn mailed(&self) -> Vec<String>;
}

/// The whole script.
#[derive(Deserialize)]
struct Script {
    /// Windows' name of the zone in which the mailbox's people live.
    zone: String,
    begins: String,
    from: schedule_sync::model::Day,
    steps: Vec<Step>,
}

/// Whose mailbox it is done in.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Who {
    #[default]
    Me,
    Colleague,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Made {
    Once,
    Days,
    Weekly(Option<String>),
    WeeklyDays(String),
    Online,
    /// The user is invited.
    Inviting,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Step {
    Deed(Deed),
    Look(Look),
}

/// What somebody does. Meetings go by names that the script gives them.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "camelCase", deny_unknown_fields)]
enum Deed {
    Make {
        #[serde(default)]
        who: Who,
        #[serde(rename = "as")]
        name: String,
        title: String,
        start: String,
        end: String,
        /// The zone of these times, if not the script's.
        zone: Option<String>,
        kind: Made,
        /// The user is invited.
        #[serde(default)]
        invites: bool,
    },
    Repeat {
        what: String,
        day: String,
        last: String,
    },
    StopRepeating {
        what: String,
    },
    /// Gives the nth occurrence of a series (from 0 on) a name.
    Occurrence {
        of: String,
        nth: usize,
        #[serde(rename = "as")]
        name: String,
    },
    Rename {
        what: String,
        title: String,
    },
    Shift {
        what: String,
        start: String,
        end: String,
    },
    Delete {
        what: String,
    },
    CallOff {
        who: Who,
        what: String,
    },
    Cut {
        what: String,
        last: String,
    },
    MoveTask {
        title: String,
    },
    RenameTask {
        title: String,
        to: String,
    },
    /// A new Activity.
    Activity {
        #[serde(rename = "as")]
        name: String,
        row: Value,
    },
    /// A change of the Activity with this title, of several the one that starts on this day.
    Edit {
        title: String,
        day: Option<String>,
        row: Value,
    },
    /// Gives the Activity with this title, that starts on this day, a name.
    Remember {
        title: String,
        day: String,
        #[serde(rename = "as")]
        name: String,
    },
    /// A new Contact with this address becomes a participant of an Activity.
    Attend {
        title: String,
        address: String,
    },
    /// The user begins anew in a second browser, which knows nothing: neither side has more or less
    /// after its first run.
    SecondBrowser,
    /// The user accepts an invitation, in Creatio.
    Accept {
        title: String,
    },
    /// The user allows what would mail.
    Allow {
        title: String,
    },
    Pass {
        days: i64,
    },
    /// A run, after which another one writes nothing, and nothing is there twice.
    Settle {
        after: String,
    },
}

/// What is to be seen.
#[derive(Deserialize)]
#[serde(tag = "see", rename_all = "camelCase", deny_unknown_fields)]
enum Look {
    /// When the living Activities with this title start: all of them, the first, some, some that
    /// there are not.
    Starts {
        title: String,
        is: Option<Vec<String>>,
        first: Option<String>,
        #[serde(default)]
        has: Vec<String>,
        #[serde(default)]
        lacks: Vec<String>,
    },
    /// Of a series just one occurrence is on this day, and it is called so.
    Exception { of: String, day: String, title: String },
    /// What the meeting's body in the mailbox holds.
    Text { title: String, has: Vec<String> },
    /// The Activity with this title, of several the one that starts on this day, is the one that
    /// got this name.
    Same {
        title: String,
        day: Option<String>,
        #[serde(rename = "as")]
        name: String,
    },
    /// There is one task with this title in the mailbox.
    Task { title: String },
    /// Nothing is asked of this item.
    Quiet { title: String },
    /// What was mailed from the mailbox so far.
    Mailed { is: Vec<String> },
}

/// The year's Creatio and mailboxes, and what was given a name.
struct Year<'a, M> {
    scenario: &'a SandboxScenario,
    mailbox: M,
    colleague: M,
    names: RefCell<FlatMap<String, String>>,
    /// Windows' name of the zone in which the mailbox's people live.
    zone: &'a str,
}

impl<M: Calendar> Year<'_, M> {
    fn of(&self, who: Who) -> &M {
        match who {
            Who::Me => &self.mailbox,
            Who::Colleague => &self.colleague,
        }
    }

    fn id(&self, name: &str) -> String {
        self.names.borrow()[name].clone()
    }

    fn name(&self, name: &str, id: impl Into<String>) {
        self.names.borrow_mut().insert(name.to_owned(), id.into());
    }

    fn act(&self, deed: &Deed) {
        match deed {
            Deed::Make { who, name, title, start, end, zone, kind, invites } => {
                let invited = *invites || matches!(kind, Made::Inviting);
                let kind = match kind {
                    Made::Once | Made::Inviting => Shape::Once,
                    Made::Days => Shape::Days,
                    Made::Weekly(last) => Shape::Weekly(last.as_deref()),
                    Made::WeeklyDays(last) => Shape::WeeklyDays(last),
                    Made::Online => Shape::Online,
                };
                let zone = zone.as_deref().unwrap_or(self.zone);
                let invites = invited.then_some(self.scenario.world.mailbox);
                self.name(name, self.of(*who).make(Entry { title, start, end, zone, kind, invites }));
            }
            Deed::Repeat { what, day, last } => self.mailbox.repeat(&self.id(what), day, last),
            Deed::StopRepeating { what } => self.mailbox.stop_repeating(&self.id(what)),
            Deed::Occurrence { of, nth, name } => {
                self.name(name, self.mailbox.occurrences(&self.id(of))[*nth].0.clone())
            }
            Deed::Rename { what, title } => self.mailbox.rename(&self.id(what), title),
            Deed::Shift { what, start, end } => self.mailbox.shift(&self.id(what), start, end),
            Deed::Delete { what } => self.mailbox.delete(&self.id(what)),
            Deed::CallOff { who, what } => self.of(*who).call_off(&self.id(what)),
            Deed::Cut { what, last } => self.mailbox.cut(&self.id(what), last),
            Deed::MoveTask { title } => self.mailbox.move_task(title),
            Deed::RenameTask { title, to } => self.mailbox.rename_task(title, to),
            Deed::Pass { days } => self.scenario.world.pass(chrono::Duration::days(*days)),
            Deed::Activity { name, row } => {
                let made = self.scenario.odata("POST", "Activity", Some(row.clone()));
                self.name(name, made["Id"].as_str().unwrap());
            }
            Deed::Edit { title, day, row } => {
                let id = self.activity(title, day.as_deref());
                self.scenario.odata("PATCH", &format!("Activity({id})"), Some(row.clone()));
            }
            Deed::Remember { title, day, name } => self.name(name, self.activity(title, Some(day))),
            Deed::Attend { title, address } => self.attend(title, address),
            Deed::SecondBrowser => self.second_browser(),
            Deed::Accept { title } => self.accept(title),
            Deed::Allow { title } => self.allow(title),
            Deed::Settle { after } => self.settle(after),
        }
    }

    fn look(&self, look: &Look) {
        match look {
            Look::Starts { title, is, first, has, lacks } => {
                let starts = self.starts(title);
                assert!(is.as_ref().is_none_or(|is| *is == starts), "{title}: {starts:?}");
                assert!(first.is_none() || first.as_ref() == starts.first(), "{title}: {starts:?}");
                for (list, there) in [(has, true), (lacks, false)] {
                    let wrong = list.iter().find(|start| starts.contains(start) != there);
                    assert_eq!(wrong, None, "{title}: {starts:?}");
                }
            }
            Look::Exception { of, day, title } => {
                let occurrences = self.mailbox.occurrences(&self.id(of));
                assert_eq!(occurrences.iter().filter(|(_, at)| at.starts_with(day)).count(), 1, "{day}");
                assert_eq!(self.starts(title).len(), 1, "{title}");
            }
            Look::Text { title, has } => {
                let (_, body) = self.mailbox.text(title);
                assert!(has.iter().all(|text| body.contains(text)), "{title}: {body}");
            }
            Look::Same { title, day, name } => {
                assert_eq!(self.activity(title, day.as_deref()), self.id(name), "{title}");
            }
            Look::Task { title } => {
                assert_eq!(self.mailbox.all().iter().filter(|(there, _)| there == title).count(), 1, "{title}");
            }
            Look::Quiet { title } => {
                let held = self.scenario.run().held;
                assert!(held.iter().all(|held| held.title != *title), "{title}: {held:?}");
            }
            Look::Mailed { is } => assert_eq!(self.mailbox.mailed(), *is),
        }
    }

    /// Runs twice: the second run writes nothing, and nothing is there twice.
    fn settle(&self, after: &str) {
        let report = self.scenario.settle();
        for all in [self.mailbox.all(), self.activities()] {
            let once: FlatSet<_> = all.iter().collect();
            assert_eq!(once.len(), all.len(), "{after}: something is there twice in {all:?}");
        }
        assert_eq!(report.unfinished, 0, "{after}");
    }

    /// Living Activities, as title and start.
    fn activities(&self) -> Vec<(String, String)> {
        let rows = self.scenario.activities().into_iter().filter(|row| row["StatusId"] != CANCELED);
        rows.map(|row| (row["Title"].as_str().unwrap().to_owned(), row["StartDate"].to_string())).collect()
    }

    fn starts(&self, title: &str) -> Vec<String> {
        let rows = self.scenario.activities().into_iter();
        let mut starts: Vec<String> = rows
            .filter(|row| row["Title"] == title && row["StatusId"] != CANCELED)
            .map(|row| row["StartDate"].as_str().unwrap().get(..16).unwrap().to_owned())
            .collect();
        starts.sort();
        starts
    }

    /// The id of the one Activity with this title, that starts on this day.
    fn activity(&self, title: &str, day: Option<&str>) -> String {
        let starts =
            |row: &Value| day.is_none_or(|day| row["StartDate"].as_str().is_some_and(|at| at.starts_with(day)));
        let mut rows = self.scenario.activities();
        rows.retain(|row| row["Title"] == title && starts(row));
        assert_eq!(rows.len(), 1, "one activity {title} {day:?}");
        rows[0]["Id"].as_str().unwrap().to_owned()
    }

    fn attend(&self, title: &str, address: &str) {
        let contact = self.scenario.odata("POST", "Contact", Some(json!({"Name": address, "Email": address})));
        let row =
            json!({"ActivityId": self.activity(title, None), "ParticipantId": contact["Id"], "RoleId": PARTICIPANT});
        self.scenario.odata("POST", "ActivityParticipant", Some(row));
    }

    fn second_browser(&self) {
        let sorted = |mut all: Vec<(String, String)>| {
            all.sort();
            all
        };
        let all = || [sorted(self.mailbox.all()), sorted(self.activities())];
        let before = all();
        let store = &self.scenario.store;
        drop((store.state.take(), store.links.take(), store.history.take()));
        self.settle("a second browser");
        assert_eq!(all(), before, "nothing is doubled, and nothing comes back");
    }

    fn accept(&self, title: &str) {
        let (activity, me) = (self.activity(title, None), self.scenario.world.contact());
        let rows = format!("ActivityParticipant?$filter=Activity/Id eq {activity} and Participant/Id eq {me}");
        let row = self.scenario.odata("GET", &rows, None)["value"][0]["Id"].as_str().unwrap().to_owned();
        self.scenario.odata(
            "PATCH",
            &format!("ActivityParticipant({row})"),
            Some(json!({"InviteResponseId": CONFIRMED})),
        );
    }

    fn allow(&self, title: &str) {
        let (id, reason) = (ItemId::from(self.activity(title, None).as_str()), Reason::WouldMail);
        let held = self.scenario.run().held;
        assert!(held.iter().any(|held| held.reason == reason && held.id.as_ref() == Some(&id)), "{title}: {held:?}");
        let answer = Answer { side: Side::Creatio, id, reason, choice: Choice::Allow };
        block_on(run::answer::answer(&self.scenario.store, vec![answer])).unwrap();
    }
}

fn script() -> Script {
    serde_json::from_str(include_str!("../../../scripted_year.json")).unwrap()
}

/// The script, lived through with these mailboxes.
fn live<M: Calendar>(script: &Script, scenario: &SandboxScenario, [mailbox, colleague]: [M; 2]) {
    let year = Year { scenario, mailbox, colleague, names: RefCell::default(), zone: &script.zone };
    for step in &script.steps {
        match step {
            Step::Deed(deed) => year.act(deed),
            Step::Look(look) => year.look(look),
        }
    }
}

fn settings(script: &Script) -> Settings {
    assert_eq!(script.begins, crate::support::graph_setup::NOW);
    let mut settings = everything();
    (settings.from, settings.rules.notify) = (script.from, Notify::default());
    settings
}

#[test]
fn a_year_is_lived_through_in_microsoft_365() {
    let script = script();
    let scenario = SandboxScenario::new(Seed::Demo, &settings(&script));
    let beside = scenario.world.beside(COLLEAGUE);
    live(&script, &scenario, [&*scenario.world, &beside].map(|world| Microsoft365 { world, zone: &script.zone }));
}

#[test]
fn a_year_is_lived_through_on_an_exchange_server() {
    let script = script();
    let scenario = SandboxScenario::there(Seed::Demo, &settings(&script));
    let beside = scenario.world.beside(COLLEAGUE_THERE);
    let hands = |world| ExchangeServer(Microsoft365 { world, zone: &script.zone });
    live(&script, &scenario, [hands(&*scenario.world), hands(&beside)]);
}
