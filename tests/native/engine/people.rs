//! The people of a pair, merged one by one: letters stand for people, those up to h for whom a
//! Contact is known.

use crate::support::memory::meeting;
use crate::support::moment::{Moment, pair, seen};
use schedule_sync::engine::context::Seen;
use schedule_sync::engine::decide;
use schedule_sync::engine::fate::{Case, Fate};
use schedule_sync::engine::field_policy::FieldPolicy;
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::people::{People, merge};
use schedule_sync::engine::settings::Notify;
use schedule_sync::model::{Address, Meeting, Pair, Person, Response, Role, Side};

/// A letter's person. `+` after it: has accepted; `?`: need not come; in Creatio `.`: is a Contact
/// without an address.
fn people(side: Side, letters: &str) -> Vec<Person> {
    let mut list: Vec<Person> = Vec::new();
    for letter in letters.chars() {
        match (letter, list.last_mut()) {
            ('+', Some(last)) => last.response = Response::Confirmed,
            ('?', Some(last)) => last.role = Role::Optional,
            ('.', Some(last)) => last.addresses.clear(),
            (letter, _) => list.push(Person {
                contact: (side == Side::Creatio).then(|| letter.to_string().as_str().into()),
                ..crate::support::memory_scenario::guest(&format!("{letter}@fabrikam.example"))
            }),
        }
    }
    list
}

fn letters(side: Side, people: &[Person]) -> String {
    let mut all: Vec<String> = people
        .iter()
        .map(|one| {
            let letter = match (side, one.addresses.first(), &one.contact) {
                (Side::Creatio, _, Some(contact)) => contact.as_str().to_owned(),
                (_, Some(address), _) => address.as_str().chars().take(1).collect(),
                (_, None, _) => panic!("nobody: {one:?}"),
            };
            let response = if one.response == Response::Confirmed { "+" } else { "" };
            let role = if one.role == Role::Optional { "?" } else { "" };
            let nowhere = if one.addresses.is_empty() { "." } else { "" };
            format!("{letter}{response}{role}{nowhere}")
        })
        .collect();
    all.sort();
    all.concat()
}

fn known() -> Seen {
    let contact = |letter: char| {
        let address = Address::parse(&format!("{letter}@fabrikam.example")).unwrap();
        (address, letter.to_string().as_str().into())
    };
    Seen { people: ('a'..='h').map(contact).collect(), ..seen([], []) }
}

fn meetings(texts: [&str; 2]) -> Pair<Meeting> {
    let [creatio, exchange] = texts;
    let with = |side, letters| Meeting { people: people(side, letters), ..meeting("Call", "2026-03-12T10:00:00Z") };
    Pair { creatio: with(Side::Creatio, creatio), exchange: with(Side::Exchange, exchange) }
}

fn policy(moment: &Moment) -> FieldPolicy {
    let items = pair();
    let link = crate::support::moment::link(&items, None);
    let fates = items.as_ref().map(|item| Fate::Same(Some(item)));
    decide::policy(&Case { context: &moment.context(), seen: &seen([], []), link: &link, fates })
}

/// What both sides come to, what is agreed on then, and who waits for which reason.
fn merged(moment: &Moment, base: [&str; 2], now: [&str; 2]) -> ([String; 2], [String; 2], Vec<(Reason, String)>) {
    let (base, now) = (meetings(base), meetings(now));
    let (context, known) = (moment.context(), known());
    let People { target, base, waits, .. } = merge(&context, &known, base.as_ref(), now.as_ref(), policy(moment));
    let both = |pair: &Pair<Vec<Person>>| Side::BOTH.map(|side| letters(side, &pair[side]));
    let waits = waits.into_iter().map(|(reason, list)| (reason, letters(Side::Exchange, &list))).collect();
    (both(&target), both(&base), waits)
}

fn strings(texts: [&str; 2]) -> [String; 2] {
    texts.map(str::to_owned)
}

/// Creatio and Exchange: as agreed on, as they are, as they shall be.
type Row<'a> = (&'a str, [&'a str; 2], [&'a str; 2], [&'a str; 2]);

#[test]
fn who_came_or_left_on_one_side_does_so_on_the_other() {
    let always = Moment::with(|settings| settings.rules.notify = Notify::Always);
    let rows: [Row<'_>; 20] = [
        ("nobody moved", ["a", "a"], ["a", "a"], ["a", "a"]),
        ("came by invitation", ["a", "a"], ["a", "ab"], ["ab", "ab"]),
        ("came in Creatio", ["a", "a"], ["ab", "a"], ["ab", "ab"]),
        ("one on each side", ["a", "a"], ["ab", "ac"], ["abc", "abc"]),
        ("the same on both", ["", ""], ["a", "a"], ["a", "a"]),
        ("left on Exchange", ["ab", "ab"], ["ab", "a"], ["a", "a"]),
        ("left in Creatio", ["ab", "ab"], ["a", "ab"], ["a", "a"]),
        ("one left, one came", ["ab", "ab"], ["ac", "ab"], ["ac", "ac"]),
        ("all left, one came", ["ab", "ab"], ["c", "ab"], ["c", "c"]),
        ("unknown attendees stay on the event", ["a", "ax"], ["a", "ax"], ["a", "ax"]),
        ("participants without an address stay in Creatio", ["a", "a"], ["ab.", "a"], ["ab.", "a"]),
        ("answered on Exchange", ["a", "a"], ["a", "a+"], ["a+", "a+"]),
        ("need not come any more", ["a", "a"], ["a", "a?"], ["a?", "a?"]),
        ("both", ["a", "a"], ["a", "a+?"], ["a+?", "a+?"]),
        ("answered in Creatio", ["a", "a"], ["a+", "a"], ["a+", "a"]),
        ("left in Creatio, answered on Exchange", ["ab", "ab"], ["a", "ab+"], ["a", "a"]),
        ("left on Exchange, came in Creatio", ["a", "ab"], ["ab", "a"], ["a", "a"]),
        ("agreed on in Creatio alone", ["ab", "a"], ["ab", "a"], ["ab", "a"]),
        ("a Contact without an address left in Creatio", ["ab.", "ab"], ["a", "ab"], ["a", "a"]),
        ("a Contact without an address is the attendee", ["a.", "a"], ["a.", "a"], ["a.", "a"]),
    ];
    for (what, base, now, expected) in rows {
        let (target, agreed, waits) = merged(&always, base, now);
        assert_eq!((&target, waits), (&strings(expected), vec![]), "{what}: {base:?} {now:?}");
        let again = merged(&always, agreed.each_ref().map(String::as_str), target.each_ref().map(String::as_str));
        assert_eq!(again, (target, agreed, vec![]), "{what}: it rests");
    }
}

#[test]
fn who_waits_is_not_agreed_on_and_everybody_else_is() {
    let (invite, mail) = (Reason::WouldInvite, Reason::WouldMail);
    let ask = Moment::with(|settings| settings.rules.notify = Notify::Ask);
    type Waits<'a> = &'a [(Reason, &'a str)];
    let rows: [(Row<'_>, [&str; 2], Waits<'_>); 6] = [
        (("to be invited", ["a", "a"], ["ab", "a"], ["ab", "a"]), ["a", "a"], &[(invite, "b")]),
        (("to be taken off", ["ab", "ab"], ["a", "ab"], ["a", "ab"]), ["ab", "ab"], &[(mail, "b")]),
        (("both", ["ab", "ab"], ["ac", "ab"], ["ac", "ab"]), ["ab", "ab"], &[(invite, "c"), (mail, "b")]),
        (("and one who came", ["a", "a"], ["ab", "ac"], ["abc", "ac"]), ["ac", "ac"], &[(invite, "b")]),
        (("one who can't be read", ["ax", "ax"], ["a", "ax"], ["a", "ax"]), ["ax", "ax"], &[]),
        (("nobody", ["a", "a"], ["a", "a"], ["a", "a"]), ["a", "a"], &[]),
    ];
    for ((what, base, now, expected), agreed, waits) in rows {
        let waits = waits.iter().map(|(reason, who)| (*reason, (*who).to_owned())).collect();
        let expected = (strings(expected), strings(agreed), waits);
        assert_eq!(merged(&ask, base, now), expected, "{what}");
        let (.., waits) = merged(&Moment::new(), base, now);
        assert!(waits.iter().all(|(reason, _)| *reason == mail), "{what}: under never nobody is asked whom to invite");
    }
    let always = Moment::with(|settings| settings.rules.notify = Notify::Always);
    let (target, _, waits) = merged(&always, ["ab", "ab"], ["", "ab"]);
    assert_eq!((target, waits), (strings(["", "ab"]), vec![(mail, "ab".to_owned())]), "never all at once unasked");
    let (target, _, waits) = merged(&always, ["ab", "abx"], ["", "abx"]);
    assert_eq!((target, waits), (strings(["", "x"]), vec![]), "somebody is left");
}

#[test]
fn people_go_where_the_directions_let_them() {
    let (base, now) = (["ab", "ab"], ["ac", "bd"]);
    let import = Moment::with(|settings| settings.export.on = false);
    let (target, agreed, waits) = merged(&import, base, now);
    assert_eq!((target, waits), (strings(["cd", "bd"]), vec![]), "in only: b left here and stays away, a left there");
    assert_eq!(agreed, strings(["bd", "bd"]));
    let export = Moment::with(|settings| {
        settings.import_meetings.on = false;
        settings.rules.notify = Notify::Always;
    });
    let (target, agreed, waits) = merged(&export, base, now);
    assert_eq!(
        (target, waits),
        (strings(["ac", "cd"]), vec![]),
        "out only: c is invited and b taken off, a is not invited again"
    );
    assert_eq!(agreed, strings(["ac", "ac"]));
}
