//! What a new account begins with, and what the settings name.

use crate::support::memory::at;
use schedule_sync::engine::settings::{
    Block, Conflict, CreatioDelete, ExchangeDelete, FieldDirection, FieldMap, Notify, Private, Settings, Targets,
};
use schedule_sync::model::record::fields;
use schedule_sync::model::time::Fixed;
use schedule_sync::model::{Kind, Side, Window};

#[test]
fn a_new_account_has_everything_off_and_looks_back_thirty_days() {
    let first = Settings::first("2026-03-10".parse().unwrap());
    assert!(!first.import_meetings.on && !first.import_tasks.on && !first.export.on && !first.automatic);
    assert_eq!(first.import_meetings, Block { on: false, ..Block::default() });
    assert_eq!(first.from, "2026-02-08".parse().unwrap());
    let rules = first.rules;
    assert_eq!((rules.conflict, rules.creatio_delete), (Conflict::Newest, CreatioDelete::Mark));
    assert_eq!(
        (rules.exchange_delete, rules.private, rules.notify),
        (ExchangeDelete::Delete, Private::Busy, Notify::Never)
    );
    assert_eq!((rules.only_mine, rules.between, rules.completes), (false, false, true));
    let zone = Fixed { seconds: 3 * 3600, name: "Russian Standard Time".to_owned() };
    let window = first.window(at("2026-03-10T09:00:00Z"), &zone);
    let (from, to, series_to) = ("2026-02-07T21:00:00Z", "2027-03-31T21:00:00Z", "2026-06-30T21:00:00Z");
    assert_eq!(window, Window { from: at(from), to: at(to), series_to: at(series_to) }, "twelve months, series three");
}

#[test]
fn no_horizon_lies_beyond_its_limits_whoever_set_it() {
    let zone = Fixed { seconds: 0, name: "UTC".to_owned() };
    let mut settings = Settings::first("2026-03-10".parse().unwrap());
    let mut ends = |single, series| {
        (settings.rules.months, settings.rules.series_months) = (single, series);
        let window = settings.window(at("2026-03-10T09:00:00Z"), &zone);
        [window.to, window.series_to].map(|end| end.format("%Y-%m-%d").to_string())
    };
    assert_eq!(ends(36, 36), ["2029-04-01", "2029-04-01"]);
    assert_eq!(ends(60, u32::MAX), ends(36, 36), "as a policy may say");
    assert_eq!(ends(0, 0), ["2026-05-01", "2026-05-01"]);
    assert_eq!(ends(0, 0), ends(1, 1));
}

#[test]
fn targets_are_chosen_by_kind() {
    let targets = Targets { calendar: Some("calendar".into()), list: Some("list".into()) };
    assert_eq!(targets.of(Kind::Meeting), Some(&"calendar".into()));
    assert_eq!(targets.of(Kind::Task), Some(&"list".into()));
    assert_eq!(Targets::default().of(Kind::Meeting), None);
}

#[test]
fn a_field_that_a_side_does_not_hold_goes_no_way_and_the_others_as_before() {
    let mut all: Vec<_> = fields(Kind::Meeting).iter().chain(fields(Kind::Task)).copied().collect();
    all.sort();
    all.dedup();
    for field in &all {
        let map = FieldMap { title: FieldDirection::In, ..FieldMap::default() }.without(&[*field]);
        for other in &all {
            let expected = if other == field {
                FieldDirection::Off
            } else {
                FieldMap { title: FieldDirection::In, ..FieldMap::default() }.of(*other)
            };
            assert_eq!(map.of(*other), expected, "{other} without {field}");
        }
    }
    assert_eq!(FieldMap::default().without(&all[..2]).without(&[]), FieldMap::default().without(&all[..2]));
}

#[test]
fn a_way_lets_values_go_from_its_side_and_each_field_has_its_own() {
    for (way, creatio, exchange) in [
        (FieldDirection::Both, true, true),
        (FieldDirection::In, false, true),
        (FieldDirection::Out, true, false),
        (FieldDirection::Off, false, false),
    ] {
        assert_eq!((way.lets(Side::Creatio), way.lets(Side::Exchange)), (creatio, exchange), "{way:?}");
    }
    for kind in [Kind::Meeting, Kind::Task] {
        for &field in fields(kind) {
            let mut map = FieldMap::default();
            *map.of_mut(field) = FieldDirection::Off;
            let off: Vec<_> = fields(kind).iter().filter(|other| map.of(**other) == FieldDirection::Off).collect();
            assert_eq!(off, [&field]);
        }
    }
}
