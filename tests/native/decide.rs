//! The decision table, row by row: what each pair of fates comes to, under every direction, and how
//! a field is settled.

use crate::memory::{account, at, everything, item, meeting, title, words};
use schedule_sync::engine::action::Step;
use schedule_sync::engine::context::{Context, Seen};
use schedule_sync::engine::decide;
use schedule_sync::engine::fate::Fate;
use schedule_sync::engine::flows::{Flow, Flows, Notes, Word};
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::link::{Link, LinkState, Memory};
use schedule_sync::engine::merge::{Merged, Rule, settle};
use schedule_sync::engine::settings::{Conflict, CreatioDelete, ExchangeDelete, FieldMap, Notify, Settings, Way};
use schedule_sync::model::time::Fixed;
use schedule_sync::model::{Container, Field, Item, Kind, Pair, Record, Side, Status, Window};

fn pair_of_items() -> Pair<Item> {
    Pair::of(|side| item(side, "x", Record::Meeting(meeting("Call", "2026-03-12T10:00:00Z"))))
}

/// A link of two items that are in step.
pub(crate) fn link(items: &Pair<Item>, made: Option<Side>) -> Link {
    let items = items.as_ref();
    Link {
        ids: items.map(|item| item.id.clone()),
        containers: items.map(|item| item.container.clone()),
        base: items.map(|item| item.record.clone()),
        versions: items.map(|item| item.version.clone()),
        facts: items.map(|item| item.facts.clone()),
        made,
        generation: 0,
        state: LinkState::Alive,
        unsettled: false,
        unkept: Pair::default(),
        former: None,
        memory: Memory::default(),
    }
}

fn seen() -> Seen {
    let calendar = Container {
        owner: String::new(),
        id: crate::memory::CALENDAR.into(),
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
    decide::linked(&context, &seen(), link, fates)
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
        ("process", |_, l| l.facts.creatio.process = true, ("same", "gone"), Step::Hold(Reason::Process)),
        ("completed", |_, l| l.facts.creatio.status = Some(Status::Completed), ("same", "gone"), Step::Bury),
        ("attendees", |_, l| l.facts.exchange.attendees = 1, ("gone", "same"), Step::Hold(Reason::DeleteAsked)),
        ("attendees", |_, l| l.facts.exchange.attendees = 1, ("edited", "gone"), Step::Delete(Side::Creatio)),
        (
            "somebody's",
            |_, l| l.facts.creatio.owner = Some("other".into()),
            ("gone", "same"),
            Step::Hold(Reason::DeleteAsked),
        ),
        ("somebody's", |_, l| l.facts.creatio.owner = Some("other".into()), ("same", "gone"), Step::Sleep),
        ("no calendar", |_, l| l.containers.exchange = "elsewhere".into(), ("edited", "gone"), Step::Sleep),
    ];
    for (name, change, fates, expected) in rows {
        let items = pair_of_items();
        let (mut settings, mut link) = (everything(), link(&items, Some(Side::Exchange)));
        change(&mut settings, &mut link);
        let mut read = items.clone();
        read.creatio.facts = link.facts.creatio.clone();
        read.exchange.facts = link.facts.exchange.clone();
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
        (Conflict::Newest, Flow::Both, (false, false), false, apart, Kept),
        (Conflict::Newest, Flow::Both, (true, false), false, none, Took(Creatio)),
        (Conflict::Newest, Flow::Both, (false, true), false, none, Took(Exchange)),
        (Conflict::Newest, Flow::Both, (true, true), true, none, Agreed),
        (Conflict::Newest, Flow::Both, (true, true), false, none, Clash),
        (Conflict::Newest, Flow::Both, (true, true), false, close, Clash),
        (Conflict::Newest, Flow::Both, (true, true), false, apart, Took(Exchange)),
        (Conflict::Creatio, Flow::Both, (true, true), false, apart, Took(Creatio)),
        (Conflict::Exchange, Flow::Both, (true, true), false, none, Took(Exchange)),
        (Conflict::Ask, Flow::Both, (true, true), false, apart, Clash),
        (Conflict::Ask, Flow::From(Exchange), (true, true), false, apart, Took(Exchange)),
        (Conflict::Ask, Flow::From(Exchange), (true, false), false, apart, Kept),
        (Conflict::Ask, Flow::From(Exchange), (false, true), false, apart, Took(Exchange)),
        (Conflict::Ask, Flow::Owned(Exchange), (true, false), false, apart, Took(Exchange)),
        (Conflict::Ask, Flow::Owned(Exchange), (true, true), false, apart, Took(Exchange)),
        (Conflict::Creatio, Flow::Off, (true, true), false, apart, Kept),
        (Conflict::Creatio, Flow::Off, (true, false), false, apart, Kept),
        (Conflict::Creatio, Flow::Off, (true, false), true, apart, Agreed),
    ] {
        let changed = Pair { creatio, exchange };
        let rule = Rule { answer: None, conflict: rule, stamps };
        assert_eq!(settle(rule, flow, (changed, alike)), expected, "{rule:?} {flow:?} {changed:?} {alike}");
    }
}

#[test]
fn fields_flow_where_they_may() {
    let free = Flows {
        inward: true,
        outward: true,
        private: false,
        joins: true,
        own: true,
        adopts: false,
        foreign: false,
        recurring: false,
        process: false,
        rich: false,
        mails: false,
        silent: false,
        answered: false,
        fields: FieldMap::default(),
        notify: Notify::default(),
        word: Word::default(),
        ended: false,
        carried: false,
        inside: false,
        notes: Notes::Asked,
        yields: false,
    };
    let (exchange, owned) = (Flow::From(Side::Exchange), Flow::Owned(Side::Exchange));
    let mapped = |way| Flows { fields: FieldMap { title: way, ..FieldMap::default() }, ..free };
    for (name, flows, field, expected) in [
        ("free", free, Field::Title, Flow::Both),
        ("people are merged one by one", free, Field::People, Flow::Both),
        ("notes of somebody else's meeting", Flows { foreign: true, ..free }, Field::Body, Flow::Under(Side::Exchange)),
        ("nobody is invited to somebody else's meeting", Flows { foreign: true, ..free }, Field::People, owned),
        ("nobody is invited in somebody else's name", Flows { own: false, ..free }, Field::People, exchange),
        ("nobody answers for the user", Flows { foreign: true, ..free }, Field::Response, exchange),
        ("an organizer answers nobody", Flows { answered: true, ..free }, Field::Response, exchange),
        ("the user answers", Flows { foreign: true, answered: true, ..free }, Field::Response, Flow::Both),
        ("off", mapped(Way::Off), Field::Title, Flow::Off),
        ("in only", mapped(Way::In), Field::Title, exchange),
        ("out only", mapped(Way::Out), Field::Title, Flow::From(Side::Creatio)),
        ("another is off", mapped(Way::Off), Field::Place, Flow::Both),
        ("off, and the organizer's", Flows { foreign: true, ..mapped(Way::Off) }, Field::Title, Flow::Off),
        ("out only, and import only", Flows { outward: false, ..mapped(Way::Out) }, Field::Title, Flow::Off),
        ("import only", Flows { outward: false, ..free }, Field::Title, exchange),
        ("export only", Flows { inward: false, joins: false, ..free }, Field::Title, Flow::From(Side::Creatio)),
        ("private", Flows { private: true, ..free }, Field::Title, Flow::Under(Side::Exchange)),
        ("somebody else's", Flows { inward: false, ..free }, Field::Response, exchange),
        ("neither", Flows { inward: false, joins: false, outward: false, ..free }, Field::Title, Flow::Off),
        ("organizer's", Flows { foreign: true, ..free }, Field::When, Flow::Owned(Side::Exchange)),
        ("organizer's", Flows { foreign: true, ..free }, Field::Importance, exchange),
        ("the user's own", Flows { foreign: true, ..free }, Field::Reminder, Flow::Both),
        ("would mail, and waits", Flows { mails: true, ..free }, Field::Place, Flow::Both),
        ("a colleague's reminder", Flows { own: false, ..free }, Field::Reminder, exchange),
        ("would not", Flows { mails: true, ..free }, Field::Reminder, Flow::Both),
        ("adopted", Flows { adopts: true, ..free }, Field::People, Flow::Off),
        ("has a table", Flows { rich: true, ..free }, Field::Body, Flow::Both),
        ("has a table", Flows { rich: true, ..free }, Field::Title, Flow::Both),
        ("recurring task", Flows { recurring: true, ..free }, Field::When, exchange),
        ("recurring task", Flows { recurring: true, ..free }, Field::Status, Flow::Both),
        ("process", Flows { process: true, ..free }, Field::Status, Flow::From(Side::Creatio)),
    ] {
        assert_eq!(flows.of(field), expected, "{name}: {field}");
    }
}
