//! What of a field's value waits for a person's word before it goes out, and why.

use crate::support::memory::{at, item, task};
use crate::support::moment::{FREE, Moment, linked, pair, seen, seen_pair, the_meeting, the_task};
use schedule_sync::engine::actions;
use schedule_sync::engine::field_policy::{Direction, FieldPolicy, Mailing};
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::permissions::{MayMail, Notes};
use schedule_sync::engine::settings::{FieldDirection, Notify};
use schedule_sync::model::op::{Op, SendInvitations};
use schedule_sync::model::record::fields;
use schedule_sync::model::{Field, Item, Kind, Pair, Record, Response, Side, Status, TaskWhen};

#[test]
fn a_flow_lets_values_go_from_its_side_only() {
    use Side::{Creatio, Exchange};
    for (flow, creatio, exchange) in [
        (Direction::Both, true, true),
        (Direction::From(Creatio), true, false),
        (Direction::From(Exchange), false, true),
        (Direction::Owned(Exchange), false, true),
        (Direction::Under(Exchange), false, true),
        (Direction::Off, false, false),
    ] {
        assert_eq!((flow.lets(Creatio), flow.lets(Exchange)), (creatio, exchange), "{flow:?}");
    }
}

#[test]
fn what_would_mail_or_lose_something_waits_for_a_word() {
    let (mail, rich, notes) = (Reason::WouldMail, Reason::RichBody, Reason::InsideNotes);
    type Reasons<'a> = &'a [Reason];
    let told = [Field::Title, Field::When, Field::Place, Field::Body];
    let may_mail = MayMail { change: true, invitation: false };
    let invite = MayMail { change: false, invitation: true };
    // whether others are invited; why a body waits, why another field that attendees are told of
    // does, and why an answer does
    let rows: [(&str, FieldPolicy, bool, Reasons<'_>, Reasons<'_>, Reasons<'_>); 15] = [
        ("nothing special", FREE, false, &[], &[], &[mail]),
        ("attendees", FieldPolicy { mails: true, ..FREE }, true, &[mail, notes], &[mail], &[mail]),
        ("ask", FieldPolicy { mails: true, notify: Notify::Ask, ..FREE }, true, &[mail, notes], &[mail], &[mail]),
        ("always", FieldPolicy { mails: true, notify: Notify::Always, ..FREE }, true, &[notes], &[], &[]),
        ("allowed", FieldPolicy { mails: true, may_mail, ..FREE }, true, &[notes], &[], &[]),
        (
            "invitations allowed",
            FieldPolicy { mails: true, may_mail: invite, ..FREE },
            true,
            &[mail, notes],
            &[mail],
            &[mail],
        ),
        ("silently", FieldPolicy { mails: true, silent: true, ..FREE }, true, &[notes], &[], &[mail]),
        ("people with the write", FREE, true, &[notes], &[], &[mail]),
        ("notes may go", FieldPolicy { mails: true, notes: Notes::Open, ..FREE }, true, &[mail], &[mail], &[mail]),
        ("notes are left out", FieldPolicy { notes: Notes::Left, ..FREE }, true, &[notes], &[], &[mail]),
        ("rich", FieldPolicy { rich: true, ..FREE }, false, &[rich], &[], &[mail]),
        (
            "rich, silently",
            FieldPolicy { rich: true, mails: true, silent: true, ..FREE },
            true,
            &[notes, rich],
            &[],
            &[mail],
        ),
        (
            "rich, attendees",
            FieldPolicy { rich: true, mails: true, ..FREE },
            true,
            &[mail, notes, rich],
            &[mail],
            &[mail],
        ),
        ("rich, allowed", FieldPolicy { rich: true, mails: true, may_mail, ..FREE }, true, &[notes, rich], &[], &[]),
        ("ended", FieldPolicy { ended: true, mails: true, rich: true, ..FREE }, false, &[rich], &[], &[]),
    ];
    for (what, flows, crowd, body, other, answer) in rows {
        for field in fields(Kind::Meeting).iter().chain(fields(Kind::Task)).copied() {
            let expected = match field {
                Field::Body => body,
                Field::Response => answer,
                field if told.contains(&field) => other,
                _ => &[],
            };
            assert_eq!(flows.asks(field, crowd), expected, "{what}: {field}");
        }
    }
}

#[test]
fn of_a_meeting_that_has_ended_what_would_mail_stays() {
    for (what, flows, fields) in [
        ("nobody is invited", FREE, &[Field::Response][..]),
        (
            "attendees",
            FieldPolicy { mails: true, ..FREE },
            &[Field::Title, Field::When, Field::Place, Field::Body, Field::Response],
        ),
        ("attendees, silently", FieldPolicy { mails: true, silent: true, ..FREE }, &[Field::Response]),
    ] {
        for field in fields_of_both() {
            assert!(!flows.leaves(field), "{what}: {field} before its end");
            assert_eq!(FieldPolicy { ended: true, ..flows }.leaves(field), fields.contains(&field), "{what}: {field}");
        }
    }
    for notify in [Notify::Never, Notify::Ask, Notify::Always] {
        let ended = FieldPolicy { ended: true, notify, may_mail: MayMail { change: true, invitation: true }, ..FREE };
        assert_eq!(
            (ended.invites(), ended.uninvites(false), ended.uninvites(true)),
            (Mailing::Stays, Mailing::Stays, Mailing::Stays)
        );
        let silent = FieldPolicy { ended: true, silent: true, notify, ..FREE };
        assert_eq!((silent.uninvites(false), silent.uninvites(true)), (Mailing::Goes, Mailing::Stays));
        assert_eq!(silent.tells(&[Field::Title].into()), SendInvitations::Nobody);
    }
}

fn fields_of_both() -> impl Iterator<Item = Field> {
    fields(Kind::Meeting).iter().chain(fields(Kind::Task)).copied()
}

#[test]
fn people_are_invited_and_taken_off_by_the_notify_rule() {
    use Mailing::{Goes, Stays, Waits};
    let mails = Waits(Reason::WouldMail);
    // what becomes of an invitation, and with a word for it; of one attendee who is taken off
    for (notify, invites, worded, uninvites) in [
        (Notify::Never, Stays, Stays, mails),
        (Notify::Ask, Waits(Reason::WouldInvite), Goes, mails),
        (Notify::Always, Goes, Goes, Goes),
    ] {
        let flows = FieldPolicy { notify, ..FREE };
        let invite = FieldPolicy { may_mail: MayMail { change: false, invitation: true }, ..flows };
        let mail = FieldPolicy { may_mail: MayMail { change: true, invitation: false }, ..flows };
        assert_eq!((flows.invites(), mail.invites(), invite.invites()), (invites, invites, worded), "{notify:?}");
        assert_eq!(FieldPolicy { carried: true, ..invite }.invites(), Stays, "{notify:?}: another account invites");
        for (all, expected) in [(false, uninvites), (true, mails)] {
            assert_eq!(flows.uninvites(all), expected, "{notify:?} {all}");
            assert_eq!(invite.uninvites(all), expected, "{notify:?} {all}: that was another question");
            assert_eq!(mail.uninvites(all), Goes, "{notify:?} {all}");
        }
    }
    // where nobody gets mail, one may go, but not all, and nobody together with an invitation
    let silent = FieldPolicy { silent: true, ..FREE };
    let invite = FieldPolicy { may_mail: MayMail { change: false, invitation: true }, ..silent };
    assert_eq!((silent.uninvites(false), silent.uninvites(true), silent.invites()), (Goes, mails, Stays));
    assert_eq!((invite.uninvites(false), invite.uninvites(true)), (mails, mails));
}

#[test]
fn a_silent_write_tells_only_those_whom_a_person_has_allowed_to_be_told() {
    let (people, place) = ([Field::People, Field::Place].into(), [Field::Place].into());
    let silent = FieldPolicy { silent: true, mails: true, ..FREE };
    for (what, flows, with_people, without) in [
        ("as the server does", FREE, SendInvitations::All, SendInvitations::All),
        ("silent", silent, SendInvitations::Nobody, SendInvitations::Nobody),
        (
            "invitations allowed",
            FieldPolicy { may_mail: MayMail { change: false, invitation: true }, ..silent },
            SendInvitations::Invited,
            SendInvitations::Nobody,
        ),
        (
            "mail allowed",
            FieldPolicy { may_mail: MayMail { change: true, invitation: false }, ..silent },
            SendInvitations::All,
            SendInvitations::All,
        ),
        (
            "both allowed",
            FieldPolicy { may_mail: MayMail { change: true, invitation: true }, ..silent },
            SendInvitations::All,
            SendInvitations::All,
        ),
    ] {
        assert_eq!((flows.tells(&people), flows.tells(&place)), (with_people, without), "{what}");
    }
}

#[test]
fn an_edit_reaches_an_event_with_attendees_at_once_where_that_can_be_silent_and_only_under_never() {
    for (silent, notify, expected) in [
        (false, Notify::Never, None),
        (true, Notify::Never, Some(SendInvitations::Nobody)),
        (true, Notify::Ask, None),
        (true, Notify::Always, Some(SendInvitations::All)),
        (false, Notify::Always, Some(SendInvitations::All)),
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
        ("going out only", |moment, _| moment.settings.fields.status = FieldDirection::Out, &[], 0),
        ("off", |moment, _| moment.settings.fields.status = FieldDirection::Off, &[], 0),
    ];
    for (what, change, held, writes) in rows {
        let (mut moment, mut items) = (Moment::new(), tasks());
        let link = crate::support::moment::link(&items, Some(Side::Exchange));
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
        ("import only", FieldPolicy { outward: false, ..FREE }, Direction::From(Side::Exchange)),
        ("export only", FieldPolicy { inward: false, ..FREE }, Direction::From(Side::Creatio)),
        (
            "export only, a process",
            FieldPolicy { inward: false, process: true, ..FREE },
            Direction::From(Side::Creatio),
        ),
        ("neither", FieldPolicy { inward: false, outward: false, ..FREE }, Direction::Off),
        (
            "neither, but one's own answer",
            FieldPolicy { inward: false, outward: false, process: true, ..FREE },
            Direction::Off,
        ),
    ] {
        assert_eq!(flows.of(Field::Status), expected, "{what}");
    }
    for (what, flows, expected) in [
        (
            "a colleague's recurring task",
            FieldPolicy { own: false, recurring: true, ..FREE },
            Direction::From(Side::Exchange),
        ),
        ("one's own recurring task", FieldPolicy { recurring: true, ..FREE }, Direction::From(Side::Exchange)),
    ] {
        assert_eq!(flows.of(Field::Reminder), expected, "{what}");
    }
}
