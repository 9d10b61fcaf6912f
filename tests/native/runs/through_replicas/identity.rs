//! Identity checks: a store, a mark or a token of another Creatio or mailbox stops a run before
//! anything is written, with both names; a run of the right one asks for them once.

use crate::support::graph_setup::{Checked, checked};
use crate::support::joined::Joined;
use crate::support::memory::{MemoryStore, everything};
use crate::support::memory_scenario::{MemoryScenario, event};
use crate::support::runs;
use crate::support::world::{COLLEAGUE, MAILBOX, ME, World, reads};
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::creatio::settings::policy::{Moved, Policy};
use schedule_sync::engine::state::State;
use schedule_sync::error::{Error, Result};
use schedule_sync::model::{Mark, Side};
use schedule_sync::ports::Store;
use schedule_sync::run::{Report, trust};
use serde_json::json;
use std::rc::Rc;

/// A browser with its store, and the servers that it reaches.
struct Browser {
    world: Rc<World>,
    store: MemoryStore,
    _checked: Checked,
}

impl Browser {
    fn new() -> Self {
        let (world, _, checked) = checked(Seed::Empty);
        let browser = Self { world, store: MemoryStore::default(), _checked: checked };
        block_on(browser.store.save_settings(&everything())).unwrap();
        browser
    }

    /// A run of [`ME`] on the installation `site`, with the credentials of `line`; what was asked
    /// of the servers.
    fn run(&self, site: &str, line: &Rc<World>) -> (Result<Report>, Vec<String>) {
        let from = self.world.log(0).len();
        let joined = Joined::on(site, &self.world, Rc::clone(line));
        let begun = self.world.log(0).len();
        let report = block_on(runs::run(&joined.parts(&self.store)));
        self.world.pass(chrono::Duration::minutes(5));
        assert!(begun >= from);
        (report, self.world.log(begun))
    }
}

fn names_asked(log: &[String]) -> usize {
    log.iter().filter(|row| row.starts_with("GET /v1.0/me?")).count()
}

#[test]
fn a_token_of_another_mailbox_reads_and_writes_nothing() {
    let browser = Browser::new();
    browser.world.by_hand(Side::Creatio, "POST", "Activity", Some(json!({"Title": "x"})));
    let theirs = Rc::new(browser.world.beside((ME.0, COLLEAGUE.1)));
    let (report, asked) = browser.run("site", &theirs);
    let elsewhere = Error::Elsewhere { side: Side::Exchange, meant: MAILBOX.to_owned(), found: COLLEAGUE.1.to_owned() };
    assert_eq!(report.as_ref().err(), Some(&elsewhere));
    assert_eq!((names_asked(&asked), asked.iter().filter(|row| row.contains("/v1.0/")).count()), (1, 1), "{asked:?}");
    assert!(!elsewhere.to_string().contains('@'), "names are for the page, not for the log");
    let (report, _) = browser.run("site", &browser.world);
    assert_eq!(report.map(|report| report.counts.exchange.created), Ok(1));
    // a sign-in later on, into the wrong mailbox
    let (report, asked) = browser.run("site", &theirs);
    assert_eq!((report.err(), names_asked(&asked)), (Some(elsewhere), 1));
}

#[test]
fn the_right_mailbox_is_asked_for_its_name_once_per_sign_in() {
    let browser = Browser::new();
    for asked in [1, 0, 0] {
        let (report, log) = browser.run("site", &browser.world);
        assert!(report.is_ok() && names_asked(&log) == asked, "{log:?}");
    }
    let again = Rc::new(browser.world.beside(ME));
    let (report, log) = browser.run("site", &again);
    assert!(report.is_ok() && names_asked(&log) == 1, "{log:?}");
}

#[test]
fn a_store_of_another_site_or_mailbox_reads_and_writes_nothing() {
    let browser = Browser::new();
    let state = |change: fn(&mut State)| {
        let mut state = State::new(&Joined::new(&browser.world, Rc::clone(&browser.world)).account);
        change(&mut state);
        *browser.store.state.borrow_mut() = Some(state);
    };
    state(|state| state.site = "copy".into());
    let (report, asked) = browser.run("site", &browser.world);
    let elsewhere = |side, meant: &str, found: &str| {
        Some(Error::Elsewhere { side, meant: meant.to_owned(), found: found.to_owned() })
    };
    assert_eq!((report.err(), asked), (elsewhere(Side::Creatio, "site", "copy"), vec![]));
    state(|state| state.mailbox = Some("other@contoso.example".to_owned()));
    let (report, asked) = browser.run("site", &browser.world);
    assert_eq!((report.err(), asked), (elsewhere(Side::Exchange, MAILBOX, "other@contoso.example"), vec![]));
    // a store of before mailboxes were kept
    state(|state| state.mailbox = None);
    assert!(browser.run("site", &browser.world).0.is_ok());
}

#[test]
fn a_copy_of_the_database_writes_nothing_to_the_mailbox() {
    let browser = Browser::new();
    browser.world.by_hand(
        Side::Creatio,
        "POST",
        "Activity",
        Some(json!({"Title": "x", "StartDate": "2026-03-12T10:00:00Z", "DueDate": "2026-03-12T11:00:00Z",
            "ShowInScheduler": true})),
    );
    assert!(browser.run("site", &browser.world).0.is_ok());
    // the same rows under another address, a browser that has never been there
    let copy = Browser { store: MemoryStore::default(), world: Rc::clone(&browser.world), _checked: Checked::none() };
    block_on(copy.store.save_settings(&everything())).unwrap();
    let (report, asked) = copy.run("test-site", &browser.world);
    let found = Error::Elsewhere { side: Side::Creatio, meant: "test-site".to_owned(), found: "site".to_owned() };
    assert_eq!(report.err(), Some(found));
    assert!(asked.iter().all(|row| reads(row)), "{asked:?}");
}

#[test]
fn an_installation_that_moved_goes_on_where_it_was() {
    let browser = Browser::new();
    let row = |title: &str| {
        json!({"Title": title, "StartDate": "2026-03-12T10:00:00Z", "DueDate": "2026-03-12T11:00:00Z",
            "ShowInScheduler": true})
    };
    browser.world.by_hand(Side::Creatio, "POST", "Activity", Some(row("x")));
    assert!(browser.run("https://old.example", &browser.world).0.is_ok());
    // under the new address a browser has another store: nothing is known but the marks
    let anew = Browser { store: MemoryStore::default(), world: Rc::clone(&browser.world), _checked: Checked::none() };
    block_on(anew.store.save_settings(&everything())).unwrap();
    assert!(matches!(anew.run("https://new.example", &browser.world).0, Err(Error::Elsewhere { .. })));
    let policy = r#"{"site": {"address": "https://new.example", "was": "https://old.example"}}"#;
    let policy = Policy::read(policy, "2026-03-02".parse().unwrap()).unwrap();
    let name = Moved::name(policy.moved(), "https://new.example");
    browser.world.by_hand(Side::Creatio, "POST", "Activity", Some(row("y")));
    let (report, _) = anew.run(name, &browser.world);
    assert_eq!(report.map(|report| report.counts.exchange.created), Ok(1), "x is known by its mark");
    // a store that had begun under the new address goes on, too
    let begun = |site: &str| {
        let mut state = State::new(&Joined::new(&browser.world, Rc::clone(&browser.world)).account);
        state.site = site.into();
        *anew.store.state.borrow_mut() = Some(state);
    };
    for (site, known) in [("https://new.example", true), ("https://copy.example", false)] {
        begun(site);
        block_on(trust::moved(&anew.store, &"https://new.example".into(), &name.into())).unwrap();
        assert_eq!(anew.run(name, &browser.world).0.is_ok(), known, "{site}");
    }
}

#[test]
fn a_mark_of_an_installation_with_other_activities_is_void() {
    let scenario = MemoryScenario::new(&everything());
    let mut marked = event("e", "Call");
    marked.facts.mark = Some(Mark { site: "elsewhere".into(), activity: "theirs".into(), generation: 0 });
    scenario.exchange.put(marked);
    assert_eq!(scenario.run().counts.creatio.created, 1);
}
