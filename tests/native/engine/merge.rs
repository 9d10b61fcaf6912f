//! The merge of a pair: what is taken, what clashes, and what the servers' stamps tell.

use crate::support::memory::{at, item, meeting, title};
use crate::support::moment::{Moment, pair, seen, the_meeting};
use schedule_sync::engine::decide;
use schedule_sync::engine::fate::{Case, Fate};
use schedule_sync::engine::field_policy::{Direction, FieldPolicy};
use schedule_sync::engine::merge::{ClashRule, Compared, Merge, Merged, adopt, merge, settle};
use schedule_sync::engine::settings::{Conflict, FieldDirection};
use schedule_sync::model::{Body, Field, Importance, Item, Pair, Record, Reminder, Response, Side};

/// The field policy of the pair, of which nothing is special.
fn policy(moment: &Moment, items: &Pair<Item>) -> FieldPolicy {
    let link = crate::support::moment::link(items, None);
    let fates = items.as_ref().map(|item| Fate::Same(Some(item)));
    decide::policy(&Case { context: &moment.context(), seen: &seen([], []), link: &link, fates })
}

fn newest(creatio: &str, exchange: &str) -> ClashRule {
    let stamps = Pair { creatio: Some(at(creatio)), exchange: Some(at(exchange)) };
    ClashRule { answer: None, conflict: Conflict::Newest, stamps }
}

/// Merges the pair, in step until each side changed it.
fn merged(rule: ClashRule, changes: Pair<fn(&mut Item)>) -> Merge {
    let (moment, base) = (Moment::new(), pair());
    let mut now = base.clone();
    for side in Side::BOTH {
        changes[side](&mut now[side]);
    }
    let records = |items: &Pair<Item>| items.clone().map(|item| item.record);
    let (base, now) = (records(&base), records(&now));
    let context = moment.context();
    merge(&context, &seen([], []), Compared { base: base.as_ref(), now: now.as_ref() }, policy(&moment, &pair()), rule)
}

const EARLY: &str = "2026-03-10T08:00:00Z";
const LATE: &str = "2026-03-10T08:30:00Z";

/// A stamp is that of an item's last change: where the newer item was changed in several fields, it
/// tells of none of them.
#[test]
fn a_stamp_tells_of_a_field_only_if_nothing_else_was_changed_there() {
    type Change = fn(&mut Item);
    let title_only: Change = |item| *title(item) = "One".to_owned();
    let other: Change = |item| *title(item) = "Other".to_owned();
    let more: Change = |item| {
        *title(item) = "Other".to_owned();
        the_meeting(item).place = "Elsewhere".to_owned();
    };
    let answered: Change = |item| {
        *title(item) = "Other".to_owned();
        the_meeting(item).response = Response::Declined;
    };
    let (creatio, exchange) = (Some(Side::Creatio), Some(Side::Exchange));
    for (what, changes, stamps, winner) in [
        ("one each", [title_only, other], (LATE, EARLY), creatio),
        ("one each", [title_only, other], (EARLY, LATE), exchange),
        ("more on the older", [title_only, more], (LATE, EARLY), creatio),
        ("more on the older", [more, title_only], (EARLY, LATE), exchange),
        ("more on the newer", [title_only, more], (EARLY, LATE), None),
        ("more on the newer", [more, title_only], (LATE, EARLY), None),
        ("an answer on the newer", [title_only, answered], (EARLY, LATE), None),
        ("at the same time", [title_only, other], (LATE, LATE), None),
    ] {
        let changes = Pair { creatio: changes[0], exchange: changes[1] };
        let merge = merged(newest(stamps.0, stamps.1), changes);
        let clashes: &[Field] = if winner.is_some() { &[] } else { &[Field::Title] };
        assert_eq!(merge.clashes, clashes, "{what}: {stamps:?}");
        for side in Side::BOTH {
            let loses = winner == Some(side.other());
            assert_eq!(merge.writes[side].contains(&Field::Title), loses, "{what}: {stamps:?}, {side}");
        }
    }
}

#[test]
fn in_an_adoption_nobody_is_taken_to_have_edited_people_and_answers() {
    for (more, clashes) in [(false, vec![]), (true, vec![Field::Title, Field::Importance])] {
        let (moment, mut items) = (Moment::new(), pair());
        *title(&mut items.exchange) = "Other".to_owned();
        let one = the_meeting(&mut items.exchange);
        (one.response, one.people) =
            (Response::Confirmed, vec![crate::support::memory_scenario::guest("x@fabrikam.example")]);
        if more {
            one.importance = Importance::High;
        }
        let now = items.as_ref().map(|item| &item.record);
        let rule = newest(EARLY, LATE);
        let merge = adopt(&moment.context(), &seen([], []), now, policy(&moment, &items), rule);
        assert_eq!(merge.clashes, clashes);
        let written = merge.writes.clone().map(|fields| fields.into_iter().collect::<Vec<_>>());
        let title_only = if more { vec![] } else { vec![Field::Title] };
        assert_eq!(written, Pair { creatio: title_only, exchange: vec![] }, "people and answers are never written");
        for side in Side::BOTH {
            let differs = schedule_sync::model::record::differences(&merge.base[side], now[side]);
            assert!(!differs.contains(&Field::People) && !differs.contains(&Field::Response), "both are the base");
        }
    }
}

#[test]
fn an_adoption_empties_nothing_whose_one_way_source_is_empty() {
    // what nobody has changed since we made it has a text of the server's at most
    let rows = [
        (Side::Exchange, "", false, true),
        (Side::Creatio, "", false, true),
        (Side::Exchange, "New", false, false),
        (Side::Exchange, "A footer", true, true),
        (Side::Creatio, "New", true, false),
    ];
    for (source, text, untouched, kept) in rows {
        let (mut moment, mut items) = (Moment::new(), pair());
        let way = if source == Side::Exchange { FieldDirection::In } else { FieldDirection::Out };
        for field in [Field::Place, Field::Body] {
            *moment.settings.fields.of_mut(field) = way;
        }
        for side in Side::BOTH {
            let words = if side == source { text } else { "What somebody wrote" };
            let one = the_meeting(&mut items[side]);
            (one.place, one.body) = (words.to_owned(), Body::from_text(words));
        }
        let now = items.as_ref().map(|item| &item.record);
        let policy = FieldPolicy { untouched, ..policy(&moment, &items) };
        let merge = adopt(&moment.context(), &seen([], []), now, policy, newest(EARLY, LATE));
        let writes = &merge.writes[source.other()];
        let written = [Field::Place, Field::Body].map(|field| writes.contains(&field));
        assert_eq!(written, [!kept; 2], "{source} {text:?}");
        assert!(merge.writes[source].is_empty(), "nothing goes against the way");
        if kept {
            let base = merge.base.as_ref().zip(now);
            let differs = base.map(|(base, now)| schedule_sync::model::record::differences(base, now));
            assert!(!differs[source.other()].contains(&Field::Body), "what is left is the base");
        }
    }
}

#[test]
fn what_was_made_without_a_field_takes_nothing_in_it_from_the_other_side() {
    let all = [Field::Title, Field::Place, Field::Body, Field::Importance, Field::Reminder, Field::When];
    for source in Side::BOTH {
        for (made, kept) in [(Some(source), true), (Some(source.other()), false), (None, false)] {
            let (mut moment, mut items) = (Moment::new(), pair());
            let way = if source == Side::Exchange { FieldDirection::In } else { FieldDirection::Out };
            for field in all {
                *moment.settings.fields.of_mut(field) = way;
            }
            let one = the_meeting(&mut items[source]);
            (one.title, one.place, one.body) = ("T".to_owned(), "P".to_owned(), Body::from_text("B"));
            (one.importance, one.reminder) = (Importance::High, Reminder::Before(30));
            one.when = the_meeting(&mut item(source, "x", Record::Meeting(meeting("T", "2026-03-13T10:00:00Z")))).when;
            let other = the_meeting(&mut items[source.other()]);
            (other.place, other.body, other.reminder) = ("Q".to_owned(), Body::from_text("C"), Reminder::Before(5));
            let now = items.as_ref().map(|item| &item.record);
            let policy = FieldPolicy { made, ..policy(&moment, &items) };
            let merge = adopt(&moment.context(), &seen([], []), now, policy, newest(EARLY, LATE));
            for field in all {
                // it is never made without its time
                let is_written = !kept || field == Field::When;
                let writes = &merge.writes[source.other()];
                assert_eq!(writes.contains(&field), is_written, "{source} {made:?} {field:?}");
            }
            assert!(merge.writes[source].is_empty(), "nothing goes against the way");
        }
    }
}

#[test]
fn what_the_server_made_of_a_value_that_nobody_changed_since_is_no_clash() {
    let rows: [(&str, [&str; 3], bool); 5] = [
        ("a label", ["Call", "[External] CALL", ""], true),
        ("a footer", ["Notes", "Notes Sent by a service.", "body"], true),
        ("a cut text", ["A long text", "A long", "body"], true),
        ("another text", ["Notes", "What a person wrote", "body"], false),
        ("no text", ["Notes", "", "body"], false),
    ];
    for (what, [sent, stored, field], is_servers) in rows {
        for (as_sent, agreed) in [(true, is_servers), (false, false)] {
            let (moment, mut items) = (Moment::new(), pair());
            for (side, text) in [(Side::Creatio, sent), (Side::Exchange, stored)] {
                let one = the_meeting(&mut items[side]);
                match field {
                    "body" => one.body = Body::from_text(text),
                    _ => one.title = text.to_owned(),
                }
            }
            let now = items.as_ref().map(|item| &item.record);
            let policy = FieldPolicy { made: Some(Side::Exchange), as_sent, ..policy(&moment, &items) };
            let ask = ClashRule { answer: None, conflict: Conflict::Ask, stamps: Pair::default() };
            let merge = adopt(&moment.context(), &seen([], []), now, policy, ask);
            assert_eq!(merge.clashes.is_empty() && merge.waits.is_empty(), agreed, "{what} {as_sent}");
            assert_eq!(merge.writes, Pair::default(), "{what} {as_sent}");
        }
    }
}

#[test]
fn what_means_the_same_on_one_of_the_sides_is_no_clash() {
    // a reminder after the start can't be on Exchange, where it is one at the start
    let ask = ClashRule { answer: None, conflict: Conflict::Ask, stamps: Pair::default() };
    let changes: Pair<fn(&mut Item)> = Pair {
        creatio: |item| the_meeting(item).reminder = Reminder::Before(-5),
        exchange: |item| the_meeting(item).reminder = Reminder::Before(0),
    };
    let agreed = merged(ask, changes);
    assert!(agreed.clashes.is_empty() && agreed.writes == Pair::default());
    assert_eq!(agreed.base, agreed.target, "agreed on as each side has it");
}

#[test]
fn a_placeholder_goes_over_a_persons_own_text_only_on_that_persons_word() {
    let both = Pair { creatio: true, exchange: true };
    let under = Direction::Under(Side::Exchange);
    for (answer, expected) in [
        (None, Merged::Clash),
        (Some(Side::Creatio), Merged::Clash),
        (Some(Side::Exchange), Merged::Took(Side::Exchange)),
    ] {
        for conflict in [Conflict::Newest, Conflict::Creatio, Conflict::Exchange, Conflict::Ask] {
            let rule = ClashRule { answer, ..ClashRule { conflict, ..newest(EARLY, LATE) } };
            assert_eq!(settle(rule, under, both, false), expected, "{answer:?} {conflict:?}");
        }
    }
    for (answer, expected) in [(Side::Creatio, Side::Creatio), (Side::Exchange, Side::Exchange)] {
        let rule = ClashRule { answer: Some(answer), ..newest(LATE, EARLY) };
        assert_eq!(settle(rule, Direction::Both, both, false), Merged::Took(expected), "a word is before every rule");
    }
}

/// Of a meeting that has ended nobody is mailed: the value that a person chose stays where it is,
/// and is no edit any more.
#[test]
fn a_clash_that_ended_before_it_was_answered_is_settled_by_the_answer() {
    let (moment, mut now) = (Moment::new(), pair());
    let flows = FieldPolicy { ended: true, mails: true, silent: false, ..policy(&moment, &pair()) };
    *title(&mut now.creatio) = "Ours".to_owned();
    *title(&mut now.exchange) = "Theirs".to_owned();
    for (answer, titles, writes) in [
        (Some(Side::Creatio), ["Ours", "Theirs"], 0),
        (Some(Side::Exchange), ["Theirs", "Theirs"], 1),
        (None, ["Call", "Call"], 0),
    ] {
        let rule = ClashRule { answer, conflict: Conflict::Ask, stamps: Pair::default() };
        let (base, now) = (pair().map(|item| item.record), now.clone().map(|item| item.record));
        let merged =
            merge(&moment.context(), &seen([], []), Compared { base: base.as_ref(), now: now.as_ref() }, flows, rule);
        assert_eq!([merged.base.creatio.title(), merged.base.exchange.title()], titles, "{answer:?}");
        assert_eq!(merged.writes.creatio.len() + merged.writes.exchange.len(), writes, "{answer:?}");
        assert_eq!(merged.clashes.is_empty(), answer.is_some(), "{answer:?}");
    }
}
