//! What of a field's value waits for a person's word before it goes out, and why.

use crate::memory::{at, item, task};
use crate::moment::{Moment, linked, pair, seen, seen_pair, the_meeting, the_task};
use schedule_sync::engine::actions;
use schedule_sync::engine::flows::{Flow, Flows, Word};
use schedule_sync::engine::link::Reason;
use schedule_sync::engine::settings::{FieldMap, Notify, Way};
use schedule_sync::model::record::fields;
use schedule_sync::model::{Field, Item, Kind, Pair, Record, Response, Side, Status, TaskWhen};
use schedule_sync::ports::{Op, Tells};

/// Nothing about the pair is special.
const FREE: Flows = Flows {
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
    fields: FieldMap {
        title: Way::Both,
        when: Way::Both,
        place: Way::Both,
        body: Way::Both,
        importance: Way::Both,
        reminder: Way::Both,
        status: Way::Both,
        people: Way::Both,
        response: Way::Both,
    },
    notify: Notify::Never,
    word: Word { mail: false, invite: false },
};

#[test]
fn a_flow_lets_values_go_from_its_side_only() {
    use Side::{Creatio, Exchange};
    for (flow, creatio, exchange) in [
        (Flow::Both, true, true),
        (Flow::From(Creatio), true, false),
        (Flow::From(Exchange), false, true),
        (Flow::Owned(Exchange), false, true),
        (Flow::Under(Exchange), false, true),
        (Flow::Off, false, false),
    ] {
        assert_eq!((flow.lets(Creatio), flow.lets(Exchange)), (creatio, exchange), "{flow:?}");
    }
}

#[test]
fn what_would_mail_or_lose_something_waits_for_a_word() {
    let (mails, rich) = (Some(Reason::WouldMail), Some(Reason::RichBody));
    let told = [Field::Title, Field::When, Field::Place, Field::Body];
    let word = Word { mail: true, invite: false };
    // why a body waits, why another field that attendees are told of does, and why an answer does
    for (what, flows, body, other, answer) in [
        ("nothing special", FREE, None, None, mails),
        ("attendees", Flows { mails: true, ..FREE }, mails, mails, mails),
        ("attendees, ask", Flows { mails: true, notify: Notify::Ask, ..FREE }, mails, mails, mails),
        ("attendees, always", Flows { mails: true, notify: Notify::Always, ..FREE }, None, None, None),
        ("attendees, allowed", Flows { mails: true, word, ..FREE }, None, None, None),
        (
            "invitations allowed",
            Flows { mails: true, word: Word { mail: false, invite: true }, ..FREE },
            mails,
            mails,
            mails,
        ),
        ("attendees, silently", Flows { mails: true, silent: true, ..FREE }, None, None, mails),
        ("rich, silently", Flows { rich: true, mails: true, silent: true, ..FREE }, rich, None, mails),
        ("rich", Flows { rich: true, ..FREE }, rich, None, mails),
        ("rich, attendees", Flows { rich: true, mails: true, ..FREE }, mails, mails, mails),
        ("rich, attendees, allowed", Flows { rich: true, mails: true, word, ..FREE }, rich, None, None),
    ] {
        for field in fields(Kind::Meeting).iter().chain(fields(Kind::Task)).copied() {
            let expected = match field {
                Field::Body => body,
                Field::Response => answer,
                field if told.contains(&field) => other,
                _ => None,
            };
            assert_eq!(flows.asks(field), expected, "{what}: {field}");
        }
    }
}

#[test]
fn people_are_invited_and_taken_off_by_the_notify_rule() {
    let mails = Some(Reason::WouldMail);
    // why an invitation waits, and with a word for it; why one attendee is not taken off, and why not all are, and with a word for it
    for (notify, invites, uninvites) in [
        (Notify::Never, Some(Reason::NotInvited), mails),
        (Notify::Ask, Some(Reason::WouldInvite), mails),
        (Notify::Always, None, None),
    ] {
        let flows = Flows { notify, ..FREE };
        let invite = Flows { word: Word { mail: false, invite: true }, ..flows };
        let mail = Flows { word: Word { mail: true, invite: false }, ..flows };
        assert_eq!((flows.invites(), mail.invites(), invite.invites()), (invites, invites, None), "{notify:?}");
        for (all, expected) in [(false, uninvites), (true, mails)] {
            assert_eq!(flows.uninvites(all), expected, "{notify:?} {all}");
            assert_eq!(invite.uninvites(all), expected, "{notify:?} {all}: that was another question");
            assert_eq!(mail.uninvites(all), None, "{notify:?} {all}");
        }
    }
    // where nobody gets mail, one may go, but not all, and nobody together with an invitation
    let silent = Flows { silent: true, ..FREE };
    let invite = Flows { word: Word { mail: false, invite: true }, ..silent };
    assert_eq!(
        (silent.uninvites(false), silent.uninvites(true), silent.invites()),
        (None, mails, Some(Reason::NotInvited))
    );
    assert_eq!((invite.uninvites(false), invite.uninvites(true), invite.invites()), (mails, mails, None));
}

#[test]
fn a_silent_write_tells_only_those_whom_a_person_has_allowed_to_be_told() {
    let (people, place) = ([Field::People, Field::Place].into(), [Field::Place].into());
    let silent = Flows { silent: true, mails: true, ..FREE };
    for (what, flows, with_people, without) in [
        ("as the server does", FREE, Tells::All, Tells::All),
        ("silent", silent, Tells::Nobody, Tells::Nobody),
        (
            "invitations allowed",
            Flows { word: Word { mail: false, invite: true }, ..silent },
            Tells::Invited,
            Tells::Nobody,
        ),
        ("mail allowed", Flows { word: Word { mail: true, invite: false }, ..silent }, Tells::All, Tells::All),
        ("both allowed", Flows { word: Word { mail: true, invite: true }, ..silent }, Tells::All, Tells::All),
    ] {
        assert_eq!((flows.tells(&people), flows.tells(&place)), (with_people, without), "{what}");
    }
}

#[test]
fn an_edit_reaches_an_event_with_attendees_at_once_where_that_can_be_silent_and_only_under_never() {
    for (silent, notify, expected) in [
        (false, Notify::Never, None),
        (true, Notify::Never, Some(Tells::Nobody)),
        (true, Notify::Ask, None),
        (true, Notify::Always, Some(Tells::All)),
        (false, Notify::Always, Some(Tells::All)),
    ] {
        let mut moment = Moment::with(|settings| settings.rules.notify = notify);
        moment.account.silent = silent;
        let (link, mut items) = linked(Side::Exchange);
        items.exchange.facts.attendees = 2;
        the_meeting(&mut items.creatio).place = "Room 2".to_owned();
        let plan = moment.plan(&seen_pair(&link, &items));
        let told = plan.actions.first().map(|action| match action.writes.as_slice() {
            [(Side::Exchange, Op::Update(update))] => update.tells,
            writes => panic!("{writes:?}"),
        });
        assert_eq!(told, expected, "{silent} {notify:?}");
        assert_eq!(plan.held.len(), usize::from(expected.is_none()), "{silent} {notify:?}");
    }
}

/// A task that both sides have, alike.
fn tasks() -> Pair<Item> {
    let there = task("Offer", "2026-03-12");
    let mut here = there.clone();
    here.when = TaskWhen::Timed { start: at("2026-03-12T09:00:00Z"), due: at("2026-03-12T18:00:00Z") };
    let record = Pair { creatio: Record::Task(here), exchange: Record::Task(there) };
    Pair { creatio: item(Side::Creatio, "a", record.creatio), exchange: item(Side::Exchange, "e", record.exchange) }
}

#[test]
fn a_process_keeps_its_status_and_says_so_only_where_one_would_have_come() {
    type Change = fn(&mut Moment, &mut Pair<Item>);
    let rows: [(&str, Change, &[Reason], usize); 6] = [
        ("a process's", |_, _| {}, &[Reason::Process], 0),
        ("nobody's", |_, items| items.creatio.facts.process = false, &[], 1),
        ("not imported", |moment, _| moment.settings.import_tasks.on = false, &[], 0),
        (
            "not imported, and nobody's",
            |moment, items| (moment.settings.import_tasks.on, items.creatio.facts.process) = (false, false),
            &[],
            0,
        ),
        ("going out only", |moment, _| moment.settings.fields.status = Way::Out, &[], 0),
        ("off", |moment, _| moment.settings.fields.status = Way::Off, &[], 0),
    ];
    for (what, change, held, writes) in rows {
        let (mut moment, mut items) = (Moment::new(), tasks());
        let link = crate::decide::link(&items, Some(Side::Exchange));
        items.creatio.facts.process = true;
        the_task(&mut items.exchange).status = Status::Completed;
        change(&mut moment, &mut items);
        let plan = moment.plan(&seen_pair(&link, &items));
        let reasons: Vec<Reason> = plan.held.iter().map(|held| held.reason).collect();
        assert_eq!((reasons.as_slice(), plan.writes()), (held, writes), "{what}");
    }
    let mut meetings = pair();
    meetings.creatio.facts.process = true;
    the_meeting(&mut meetings.exchange).response = Response::Confirmed;
    let seen = seen([&meetings.creatio], [&meetings.exchange]);
    let planned = actions::adopt(&Moment::new().context(), &seen, meetings.as_ref());
    assert!(planned.held.is_empty(), "an answer is no status: {:?}", planned.held);
}

#[test]
fn a_status_goes_where_the_directions_let_it() {
    for (what, flows, expected) in [
        ("import only", Flows { outward: false, ..FREE }, Flow::From(Side::Exchange)),
        ("export only", Flows { inward: false, ..FREE }, Flow::From(Side::Creatio)),
        ("export only, a process", Flows { inward: false, process: true, ..FREE }, Flow::From(Side::Creatio)),
        ("neither", Flows { inward: false, outward: false, ..FREE }, Flow::Off),
        ("neither, but one's own answer", Flows { inward: false, outward: false, process: true, ..FREE }, Flow::Off),
    ] {
        assert_eq!(flows.of(Field::Status), expected, "{what}");
    }
    for (what, flows, expected) in [
        ("a colleague's recurring task", Flows { own: false, recurring: true, ..FREE }, Flow::From(Side::Exchange)),
        ("one's own recurring task", Flows { recurring: true, ..FREE }, Flow::From(Side::Exchange)),
    ] {
        assert_eq!(flows.of(Field::Reminder), expected, "{what}");
    }
}
