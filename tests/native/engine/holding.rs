//! What waits for a person: for which fields, with which values, and whom it concerns.

use crate::support::memory::{concerned, concerned_fields, task, title};
use crate::support::memory_scenario::guest;
use crate::support::moment::{Moment, linked, pair, seen_pair, the_meeting};
use schedule_sync::engine::actions::held;
use schedule_sync::engine::held::{Held, HeldField, Reason};
use schedule_sync::engine::link::Link;
use schedule_sync::engine::settings::{Conflict, Notify};
use schedule_sync::model::{Address, Body, Field, FieldValue, Item, Pair, Person, Record, Response, Side};

/// What is held of a pair in step, with a Contact for everybody on the event, until `change`
/// changes it.
fn holds(change: impl FnOnce(&mut Link, &mut Pair<Item>)) -> Vec<Held> {
    let (mut link, mut items) = linked(Side::Exchange);
    change(&mut link, &mut items);
    let mut seen = seen_pair(&link, &items);
    if let Record::Meeting(one) = &items.exchange.record {
        let addresses = one.people.iter().flat_map(|one| &one.addresses);
        seen.people = addresses.map(|address| (address.clone(), address.as_str().into())).collect();
    }
    let ask = |settings: &mut schedule_sync::engine::settings::Settings| {
        (settings.rules.conflict, settings.rules.notify) = (Conflict::Ask, Notify::Ask);
    };
    Moment::with(ask).plan(&seen).held
}

/// Why something is held, for which fields, and whom it concerns.
type Told = (Reason, Vec<Field>, String);

fn told(held: &[Held]) -> Vec<Told> {
    held.iter().map(|held| (held.reason, concerned_fields(held), concerned(held))).collect()
}

#[test]
fn a_clash_is_shown_with_both_values() {
    let held = holds(|_, items| {
        for side in Side::BOTH {
            *title(&mut items[side]) = format!("from {side}");
            the_meeting(&mut items[side]).place = format!("on {side}");
        }
    });
    assert_eq!(told(&held), [(Reason::Clash, vec![Field::Title, Field::Place], String::new())]);
    let values = |text: &str| Pair::of(|side| Some(FieldValue::Text(format!("{text} {side}"))));
    assert_eq!(
        held[0].fields.iter().map(|field| field.values.clone()).collect::<Vec<_>>(),
        [values("from"), values("on")]
    );
    assert_eq!(
        (held[0].side, held[0].id.clone(), held[0].title.as_str()),
        (Side::Creatio, Some("a".into()), "from creatio")
    );
}

fn someone(letter: &str) -> Person {
    guest(&format!("{letter}@fabrikam.example"))
}

/// The same person in Creatio.
fn contact(letter: &str) -> Person {
    let address = Address::parse(&format!("{letter}@fabrikam.example")).unwrap();
    Person { contact: Some(address.as_str().into()), name: letter.to_uppercase(), ..someone(letter) }
}

/// An event with these attendees, whose participants are in Creatio.
fn attended(link: &mut Link, items: &mut Pair<Item>) {
    the_meeting(&mut items.creatio).people = ["a", "b", "c"].map(contact).to_vec();
    the_meeting(&mut items.exchange).people = ["a", "b", "c"].map(someone).to_vec();
    items.exchange.facts.attendees = 3;
    link.halves.exchange.facts.attendees = 3;
    *link = link.clone().with_base(items.as_ref().map(|item| item.record.clone()));
}

#[test]
fn what_waits_is_gathered_by_its_reason_and_tells_whom_it_concerns() {
    type Change = fn(&mut Link, &mut Pair<Item>);
    type Row<'a> = (&'a str, Change, &'a [(Reason, &'a [Field], &'a str)]);
    let mail = Reason::WouldMail;
    let rows: [Row<'_>; 7] = [
        (
            "a new place and body mail all attendees",
            |_, items| {
                let one = the_meeting(&mut items.creatio);
                (one.place, one.body) = ("Here".to_owned(), Body::from_text("new"));
            },
            &[(mail, &[Field::Place, Field::Body], "3"), (Reason::InsideNotes, &[Field::Body], "")],
        ),
        (
            "who is taken off is mailed",
            |_, items| drop(the_meeting(&mut items.creatio).people.pop()),
            &[(mail, &[Field::People], "1")],
        ),
        (
            "with a new place all are",
            |_, items| {
                let one = the_meeting(&mut items.creatio);
                one.place = "Here".to_owned();
                one.people.pop();
            },
            &[(mail, &[Field::Place, Field::People], "3")],
        ),
        (
            "who would be invited is named",
            |_, items| the_meeting(&mut items.creatio).people.push(contact("d")),
            &[(Reason::WouldInvite, &[Field::People], "1: D")],
        ),
        (
            "and who is taken off is counted apart",
            |_, items| the_meeting(&mut items.creatio).people = ["b", "c", "d", "e"].map(contact).to_vec(),
            &[(mail, &[Field::People], "1"), (Reason::WouldInvite, &[Field::People], "2: D, E")],
        ),
        (
            "an answer goes to the organizer",
            |link, items| {
                items.exchange.facts.organized_by_other = true;
                link.halves.exchange.facts.organized_by_other = true;
                items.creatio.facts.answered_by_me = true;
                the_meeting(&mut items.creatio).response = Response::Declined;
            },
            &[(mail, &[Field::Response], "1")],
        ),
        (
            "a rich body concerns nobody",
            |link, items| {
                let rich = Body::from_html("<table><tr><td>Prices</td></tr></table>");
                for side in Side::BOTH {
                    the_meeting(&mut items[side]).body = rich.clone();
                    the_meeting(&mut items[side]).people.clear();
                }
                (items.exchange.facts.attendees, link.halves.exchange.facts.attendees) = (0, 0);
                *link = link.clone().with_base(items.as_ref().map(|item| item.record.clone()));
                the_meeting(&mut items.creatio).body = Body::from_text("mine");
            },
            &[(Reason::RichBody, &[Field::Body], "")],
        ),
    ];
    for (what, change, expected) in rows {
        let held = holds(|link, items| {
            attended(link, items);
            change(link, items);
        });
        let mut told = told(&held);
        told.sort_by_key(|(reason, ..)| *reason);
        let row = |(reason, fields, whom): &(Reason, &[Field], &str)| (*reason, fields.to_vec(), (*whom).to_owned());
        let mut expected: Vec<Told> = expected.iter().map(row).collect();
        expected.sort_by_key(|(reason, ..)| *reason);
        assert_eq!(told, expected, "{what}");
    }
}

#[test]
fn everyone_who_would_be_invited_is_named_and_one_without_a_name_by_the_address() {
    for count in [1, 20, 45] {
        let held = holds(|_, items| {
            let name = |n: usize| Person { name: format!("N{n:02}"), ..contact(&format!("p{n:02}")) };
            the_meeting(&mut items.creatio).people = (0..count).map(name).collect();
        });
        let names: Vec<String> = (0..count).map(|n| format!("N{n:02}")).collect();
        let expected = format!("{count}: {}", names.join(", "));
        assert_eq!(told(&held), [(Reason::WouldInvite, vec![Field::People], expected)]);
    }
    let held = holds(|_, items| {
        the_meeting(&mut items.creatio).people = vec![Person { name: String::new(), ..contact("d") }];
    });
    assert_eq!(concerned(&held[0]), "1: d@fabrikam.example");
}

#[test]
fn a_pair_is_shown_where_a_person_finds_it_and_a_removal_with_whom_it_mails() {
    let moment = Moment::new();
    let items = pair();
    let (creatio, exchange) = (Some(&items.creatio), Some(&items.exchange));
    for (read, side) in [
        (Pair { creatio, exchange }, Side::Creatio),
        (Pair { creatio, exchange: None }, Side::Creatio),
        (Pair { creatio: None, exchange }, Side::Exchange),
        (Pair { creatio: None, exchange: None }, Side::Creatio),
    ] {
        for (reason, attendees, foreign, detail) in [
            (Reason::DeleteAsked, 0, false, ""),
            (Reason::DeleteAsked, 1, false, "1"),
            (Reason::DeleteAsked, 3, false, "3"),
            (Reason::DeleteAsked, 3, true, "1"),
            (Reason::ConvertAsked, 3, false, ""),
        ] {
            let (mut link, _) = linked(Side::Exchange);
            (link.halves.exchange.facts.attendees, link.halves.exchange.facts.organized_by_other) =
                (attendees, foreign);
            link.halves.creatio.base = Record::Task(task("As it was", "2026-03-12"));
            let planned = held(&moment.context(), &link, read, reason);
            let [shown] = planned.held.as_slice() else { panic!("{planned:?}") };
            assert_eq!((shown.side, shown.id.as_ref(), shown.reason), (side, Some(link.halves[side].id()), reason));
            let known = read[side].map_or("As it was", |item| item.record.title());
            assert_eq!((concerned(shown).as_str(), shown.title.as_str()), (detail, known));
        }
    }
}

#[test]
fn what_an_earlier_version_held_is_read() {
    let stored = r#"{
        "side": "creatio", "id": "a", "title": "Call", "reason": "clash", "detail": "",
        "fields": ["title"], "values": [{"creatio": "Call", "exchange": "Talk"}],
        "since": "2026-03-12T06:35:00Z"
    }"#;
    let read: Held = serde_json::from_str(stored).unwrap();
    assert_eq!(told(std::slice::from_ref(&read)), [(Reason::Clash, vec![Field::Title], String::new())]);
    let values = Pair { creatio: "Call", exchange: "Talk" }.map(|text| Some(FieldValue::Text(text.to_owned())));
    let held = Held { fields: vec![HeldField { field: Field::Title, values }], ..read };
    let text = serde_json::to_string(&held).unwrap();
    assert_eq!(serde_json::from_str::<Held>(&text).unwrap(), held, "and this version's is read as it was");
}
