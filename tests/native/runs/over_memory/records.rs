//! What is remembered of runs beside their writes.

use crate::support::memory::at;
use schedule_sync::engine::action::Note;
use schedule_sync::error::Error;
use schedule_sync::model::{Pair, Side};
use schedule_sync::run::record::{Cause, RunOutcome, RunRecord, remember};
use schedule_sync::run::{Counts, Report, Told};

fn record(minute: i64, cause: Cause, result: Result<Option<&Report>, &Error>) -> RunRecord {
    let began = at("2026-03-10T09:00:00Z") + chrono::Duration::minutes(minute);
    RunRecord::of(cause, began, began + chrono::Duration::seconds(2), result)
}

fn wrote() -> Report {
    let counts = Pair { creatio: Counts { created: 2, ..Counts::default() }, exchange: Counts::default() };
    Report { counts, name: Some(at("2026-03-10T09:00:00Z")), ..Report::default() }
}

#[test]
fn a_run_is_remembered_by_how_it_ended() {
    let done = wrote();
    let stopped = Report { stopped: true, ..wrote() };
    let failed = Error::Busy(Side::Exchange);
    let outcome = |result| record(0, Cause::Person, result).outcome;
    assert_eq!(outcome(Ok(Some(&done))), RunOutcome::Done);
    assert_eq!(outcome(Ok(Some(&stopped))), RunOutcome::Stopped);
    assert_eq!(outcome(Ok(None)), RunOutcome::Unseen);
    assert_eq!(outcome(Err(&Error::Stopped)), RunOutcome::Stopped);
    assert_eq!(
        outcome(Err(&failed)),
        RunOutcome::Failed { code: "busy".to_owned(), side: Some(Side::Exchange) },
        "a code and a side, and nothing that a server said"
    );
    let of = record(0, Cause::Person, Ok(Some(&wrote())));
    assert_eq!((of.counts.creatio.created, of.name, of.is_good()), (2, wrote().name, true));
}

#[test]
fn runs_by_themselves_that_had_nothing_to_do_are_one_record() {
    let quiet = Report::default();
    let told = Report { notes: vec![Told { note: Note::Uninvited, count: 1 }], ..Report::default() };
    let mut records = Vec::new();
    let mut next = 0;
    let mut add = |cause, result: Result<Option<&Report>, &Error>| {
        next += 5;
        remember(&mut records, record(next, cause, result));
        records.len()
    };
    assert_eq!(add(Cause::Automatic, Ok(Some(&quiet))), 1);
    assert_eq!(add(Cause::Automatic, Ok(Some(&quiet))), 1);
    assert_eq!(add(Cause::Automatic, Ok(Some(&wrote()))), 2, "one that wrote stands by itself");
    assert_eq!(add(Cause::Automatic, Ok(Some(&quiet))), 3);
    assert_eq!(add(Cause::Person, Ok(Some(&quiet))), 4, "and one that a person began");
    assert_eq!(add(Cause::Automatic, Ok(Some(&told))), 5, "and one that told something");
    assert_eq!(add(Cause::Automatic, Err(&Error::Busy(Side::Creatio))), 6, "and one that failed");
    assert_eq!(add(Cause::Automatic, Err(&Error::Busy(Side::Creatio))), 7);
    assert_eq!((records[0].times, records[0].ended - records[0].began), (2, chrono::Duration::seconds(302)));
}

#[test]
fn a_run_that_waited_for_a_look_is_told_only_while_it_waits() {
    let mut records = Vec::new();
    for (minute, result) in [(0, Ok(None)), (5, Ok(None)), (10, Ok(Some(&wrote())))] {
        remember(&mut records, record(minute, Cause::Person, result));
        assert_eq!((records.len(), records[0].began.timestamp() / 60 % 60), (1, minute));
    }
}

#[test]
fn what_is_too_old_or_too_much_is_forgotten() {
    let mut records = Vec::new();
    for minute in 0..400 {
        remember(&mut records, record(minute, Cause::Person, Ok(Some(&wrote()))));
    }
    assert_eq!((records.len(), records[0].began), (300, at("2026-03-10T10:40:00Z")));
    remember(&mut records, record(31 * 24 * 60, Cause::Person, Ok(Some(&wrote()))));
    assert_eq!(records.len(), 1);
}
