//! The decision table, row by row: what each pair of fates comes to, under every direction, and how
//! a field is settled.

use crate::support::memory::{account, at, everything, item, meeting, title, words};
use crate::support::moment::{FREE, link};
use schedule_sync::engine::action::Step;
use schedule_sync::engine::context::{Context, Seen};
use schedule_sync::engine::decide;
use schedule_sync::engine::fate::{Case, Fate};
use schedule_sync::engine::field_policy::{Direction, FieldPolicy};
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::link::{Link, LinkState};
use schedule_sync::engine::merge::{ClashRule, Merged, settle};
use schedule_sync::engine::settings::{Conflict, CreatioDelete, ExchangeDelete, FieldDirection, FieldMap, Settings};
use schedule_sync::model::time::Fixed;
use schedule_sync::model::{Container, Field, Item, Kind, Pair, Record, Side, Status, Window};

fn pair_of_items() -> Pair<Item> {
    Pair::of(|side| item(side, "x", Record::Meeting(meeting("Call", "2026-03-12T10:00:00Z"))))
}

fn seen() -> Seen {
    let calendar = Container {
        owner: String::new(),
        id: crate::support::memory::CALENDAR.into(),
        kind: Kind::Meeting,
        name: String::new(),
        own: true,
        default: true,
        writable: true,
    };
    Seen { containers: vec![calendar], ..Seen::default() }
}

/// The step for `fates` ("same", "edited", "gone" per side).
fn step(settings: &Settings, link: &Link, items: &Pair<Item>, fates: (&str, &str)) -> Step {
    let (account, words, zone) = (account(), words(), Fixed::utc());
    let now = at("2026-03-10T09:00:00Z");
    let window = Window::at(now, settings.from, &zone);
    let context = Context { settings, zone: &zone, now, window, account: &account, words: &words };
    let mut edited = items.clone();
    for side in Side::BOTH {
        *title(&mut edited[side]) = "Visit".to_owned();
    }
    let fate = |word: &str, side: Side| match word {
        "same" => Fate::Same(None),
        "edited" => Fate::Edited(edited.as_ref()[side]),
        "gone" => Fate::Gone(None),
        other => panic!("{other}"),
    };
    let fates = Pair { creatio: fate(fates.0, Side::Creatio), exchange: fate(fates.1, Side::Exchange) };
    decide::linked(&Case { context: &context, seen: &seen(), link, fates })
}

#[test]
fn the_table() {
    use Side::{Creatio, Exchange};
    let items = pair_of_items();
    // creatio, exchange, what it is for an item that we created on Exchange, and for one that we
    // imported
    for (creatio, exchange, ours, imported) in [
        ("same", "same", Step::Rest, Step::Rest),
        ("same", "edited", Step::Update(Creatio), Step::Update(Creatio)),
        ("same", "gone", Step::Delete(Creatio), Step::Delete(Creatio)),
        ("edited", "same", Step::Update(Exchange), Step::Update(Exchange)),
        ("edited", "edited", Step::Merge, Step::Merge),
        ("edited", "gone", Step::Revive(Exchange), Step::Revive(Exchange)),
        ("gone", "same", Step::Delete(Exchange), Step::Hold(Reason::DeleteAsked)),
        ("gone", "edited", Step::Revive(Creatio), Step::Revive(Creatio)),
        ("gone", "gone", Step::Bury, Step::Bury),
    ] {
        for (made, expected) in [(Side::Exchange, ours), (Side::Creatio, imported)] {
            let link = link(&items, Some(made));
            assert_eq!(
                step(&everything(), &link, &items, (creatio, exchange)),
                expected,
                "{creatio} {exchange} {made}"
            );
            let dead = Link { state: LinkState::Tombstone, ..link };
            assert_eq!(step(&everything(), &dead, &items, (creatio, exchange)), Step::Rest, "a tombstone rests");
        }
    }
}

#[test]
fn one_direction_off_puts_deletions_on_the_target_to_sleep() {
    let items = pair_of_items();
    let link = link(&items, Some(Side::Exchange));
    let mut import_only = everything();
    import_only.export.on = false;
    assert_eq!(step(&import_only, &link, &items, ("gone", "same")), Step::Sleep);
    assert_eq!(step(&import_only, &link, &items, ("same", "gone")), Step::Delete(Side::Creatio));
    let mut export_only = everything();
    export_only.import_meetings.on = false;
    assert_eq!(step(&export_only, &link, &items, ("same", "gone")), Step::Sleep);
    assert_eq!(step(&export_only, &link, &items, ("gone", "same")), Step::Delete(Side::Exchange));
}

#[test]
fn deletions_follow_their_rules_and_exceptions() {
    type Change = fn(&mut Settings, &mut Link);
    let rows: [(&str, Change, (&str, &str), Step); 9] = [
        ("leave", |s, _| s.rules.creatio_delete = CreatioDelete::Leave, ("same", "gone"), Step::Bury),
        ("leave", |s, _| s.rules.exchange_delete = ExchangeDelete::Leave, ("gone", "same"), Step::Bury),
        ("process", |_, l| l.halves.creatio.facts.process = true, ("same", "gone"), Step::Hold(Reason::Process)),
        ("completed", |_, l| l.halves.creatio.facts.status = Some(Status::Completed), ("same", "gone"), Step::Bury),
        ("attendees", |_, l| l.halves.exchange.facts.attendees = 1, ("gone", "same"), Step::Hold(Reason::DeleteAsked)),
        ("attendees", |_, l| l.halves.exchange.facts.attendees = 1, ("edited", "gone"), Step::Delete(Side::Creatio)),
        (
            "somebody's",
            |_, l| l.halves.creatio.facts.owner = Some("other".into()),
            ("gone", "same"),
            Step::Hold(Reason::DeleteAsked),
        ),
        ("somebody's", |_, l| l.halves.creatio.facts.owner = Some("other".into()), ("same", "gone"), Step::Sleep),
        ("no calendar", |_, l| l.halves.exchange.container = "elsewhere".into(), ("edited", "gone"), Step::Sleep),
    ];
    for (name, change, fates, expected) in rows {
        let items = pair_of_items();
        let (mut settings, mut link) = (everything(), link(&items, Some(Side::Exchange)));
        change(&mut settings, &mut link);
        let mut read = items.clone();
        read.creatio.facts = link.halves.creatio.facts.clone();
        read.exchange.facts = link.halves.exchange.facts.clone();
        assert_eq!(step(&settings, &link, &read, fates), expected, "{name} {fates:?}");
    }
}

#[test]
fn what_ended_in_the_past_sleeps_when_it_is_gone() {
    let items = Pair::of(|side| item(side, "x", Record::Meeting(meeting("Call", "2026-03-09T10:00:00Z"))));
    let link = link(&items, Some(Side::Creatio));
    assert_eq!(step(&everything(), &link, &items, ("same", "gone")), Step::Sleep);
}

#[test]
fn a_field_is_settled() {
    use Merged::{Agreed, Clash, Kept, Took};
    use Side::{Creatio, Exchange};
    let stamps = |creatio: &str, exchange: &str| Pair { creatio: Some(at(creatio)), exchange: Some(at(exchange)) };
    let close = stamps("2026-03-10T08:00:00Z", "2026-03-10T08:01:59Z");
    let apart = stamps("2026-03-10T08:00:00Z", "2026-03-10T08:02:00Z");
    let none = Pair::default();
    for (rule, flow, (creatio, exchange), alike, stamps, expected) in [
        (Conflict::Newest, Direction::Both, (false, false), false, apart, Kept),
        (Conflict::Newest, Direction::Both, (true, false), false, none, Took(Creatio)),
        (Conflict::Newest, Direction::Both, (false, true), false, none, Took(Exchange)),
        (Conflict::Newest, Direction::Both, (true, true), true, none, Agreed),
        (Conflict::Newest, Direction::Both, (true, true), false, none, Clash),
        (Conflict::Newest, Direction::Both, (true, true), false, close, Clash),
        (Conflict::Newest, Direction::Both, (true, true), false, apart, Took(Exchange)),
        (Conflict::Creatio, Direction::Both, (true, true), false, apart, Took(Creatio)),
        (Conflict::Exchange, Direction::Both, (true, true), false, none, Took(Exchange)),
        (Conflict::Ask, Direction::Both, (true, true), false, apart, Clash),
        (Conflict::Ask, Direction::From(Exchange), (true, true), false, apart, Took(Exchange)),
        (Conflict::Ask, Direction::From(Exchange), (true, false), false, apart, Kept),
        (Conflict::Ask, Direction::From(Exchange), (false, true), false, apart, Took(Exchange)),
        (Conflict::Ask, Direction::Owned(Exchange), (true, false), false, apart, Took(Exchange)),
        (Conflict::Ask, Direction::Owned(Exchange), (true, true), false, apart, Took(Exchange)),
        (Conflict::Creatio, Direction::Off, (true, true), false, apart, Kept),
        (Conflict::Creatio, Direction::Off, (true, false), false, apart, Kept),
        (Conflict::Creatio, Direction::Off, (true, false), true, apart, Agreed),
    ] {
        let changed = Pair { creatio, exchange };
        let rule = ClashRule { answer: None, conflict: rule, stamps };
        assert_eq!(settle(rule, flow, changed, alike), expected, "{rule:?} {flow:?} {changed:?} {alike}");
    }
}

#[test]
fn fields_flow_where_they_may() {
    let free = FREE;
    let (exchange, owned) = (Direction::From(Side::Exchange), Direction::Owned(Side::Exchange));
    let mapped = |way| FieldPolicy { fields: FieldMap { title: way, ..FieldMap::default() }, ..free };
    for (name, flows, field, expected) in [
        ("free", free, Field::Title, Direction::Both),
        ("people are merged one by one", free, Field::People, Direction::Both),
        (
            "notes of somebody else's meeting",
            FieldPolicy { foreign: true, ..free },
            Field::Body,
            Direction::Under(Side::Exchange),
        ),
        ("nobody is invited to somebody else's meeting", FieldPolicy { foreign: true, ..free }, Field::People, owned),
        ("nobody is invited in somebody else's name", FieldPolicy { own: false, ..free }, Field::People, exchange),
        ("nobody answers for the user", FieldPolicy { foreign: true, ..free }, Field::Response, exchange),
        ("an organizer answers nobody", FieldPolicy { answered: true, ..free }, Field::Response, exchange),
        ("the user answers", FieldPolicy { foreign: true, answered: true, ..free }, Field::Response, Direction::Both),
        ("off", mapped(FieldDirection::Off), Field::Title, Direction::Off),
        ("in only", mapped(FieldDirection::In), Field::Title, exchange),
        ("out only", mapped(FieldDirection::Out), Field::Title, Direction::From(Side::Creatio)),
        ("another is off", mapped(FieldDirection::Off), Field::Place, Direction::Both),
        (
            "off, and the organizer's",
            FieldPolicy { foreign: true, ..mapped(FieldDirection::Off) },
            Field::Title,
            Direction::Off,
        ),
        (
            "out only, and import only",
            FieldPolicy { outward: false, ..mapped(FieldDirection::Out) },
            Field::Title,
            Direction::Off,
        ),
        ("import only", FieldPolicy { outward: false, ..free }, Field::Title, exchange),
        (
            "export only",
            FieldPolicy { inward: false, joins: false, ..free },
            Field::Title,
            Direction::From(Side::Creatio),
        ),
        ("private", FieldPolicy { private: true, ..free }, Field::Title, Direction::Under(Side::Exchange)),
        ("somebody else's", FieldPolicy { inward: false, ..free }, Field::Response, exchange),
        ("neither", FieldPolicy { inward: false, joins: false, outward: false, ..free }, Field::Title, Direction::Off),
        ("organizer's", FieldPolicy { foreign: true, ..free }, Field::When, Direction::Owned(Side::Exchange)),
        ("organizer's", FieldPolicy { foreign: true, ..free }, Field::Importance, exchange),
        ("the user's own", FieldPolicy { foreign: true, ..free }, Field::Reminder, Direction::Both),
        ("would mail, and waits", FieldPolicy { mails: true, ..free }, Field::Place, Direction::Both),
        ("a colleague's reminder", FieldPolicy { own: false, ..free }, Field::Reminder, exchange),
        ("would not", FieldPolicy { mails: true, ..free }, Field::Reminder, Direction::Both),
        ("adopted", FieldPolicy { adopts: true, ..free }, Field::People, Direction::Off),
        ("has a table", FieldPolicy { rich: true, ..free }, Field::Body, Direction::Both),
        ("has a table", FieldPolicy { rich: true, ..free }, Field::Title, Direction::Both),
        ("recurring task", FieldPolicy { recurring: true, ..free }, Field::When, exchange),
        ("recurring task", FieldPolicy { recurring: true, ..free }, Field::Status, Direction::Both),
        ("process", FieldPolicy { process: true, ..free }, Field::Status, Direction::From(Side::Creatio)),
    ] {
        assert_eq!(flows.of(field), expected, "{name}: {field}");
    }
}
