//! The notify rule through both real replicas: who gets a mail by a run, and by which request, as
//! the sandbox counts it.

use crate::support::memory::everything;
use crate::support::sandbox_scenario::SandboxScenario;
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::engine::action::Note;
use schedule_sync::engine::answer::{Answer, Choice};
use schedule_sync::engine::held::Reason;
use schedule_sync::engine::settings::{Notify, Settings};
use schedule_sync::run::{self, Report};
use serde_json::{Value, json};

const PARTICIPANT: &str = "1a8324e8-a6e1-df11-971b-001d60e938c6";
const DECLINED: &str = "cc256758-4051-4021-9c51-216e37635c46";

fn with(notify: Notify) -> Settings {
    let mut settings = everything();
    settings.rules.notify = notify;
    settings
}

/// To whom mails went, as `path's end → addresses`, since the first `from`.
fn mailed(scenario: &SandboxScenario, from: usize) -> Vec<String> {
    let sandbox = scenario.world.sandbox.borrow();
    let mails = sandbox.graph.mails();
    mails.iter().skip(from).map(|mail| format!("{:?} → {}", mail.reason, mail.recipients.join(", "))).collect()
}

fn allow(scenario: &SandboxScenario, report: &Report, reason: Reason) {
    let held = report.held.iter().filter(|held| held.reason == reason);
    let answer = |held: &schedule_sync::engine::held::Held| Answer {
        side: held.side,
        id: held.id.clone().unwrap(),
        reason,
        choice: Choice::Allow,
    };
    let answers: Vec<Answer> = held.map(answer).collect();
    assert!(!answers.is_empty(), "{reason:?}: {:?}", report.held);
    block_on(run::answer::answer(&scenario.store, answers)).unwrap();
}

/// A contact with an address.
fn contact(scenario: &SandboxScenario, name: &str) -> Value {
    let address = format!("{}@fabrikam.example", name.to_lowercase());
    scenario.odata("POST", "Contact", Some(json!({"Name": name, "Email": address})))["Id"].clone()
}

#[test]
fn an_exported_meetings_participants_are_invited_once_they_may() {
    for notify in [Notify::Never, Notify::Ask, Notify::Always] {
        let scenario = SandboxScenario::new(Seed::Empty, &with(notify));
        let anna = contact(&scenario, "Anna");
        let row = scenario.odata(
            "POST",
            "Activity",
            Some(json!({"Title": "Visit", "StartDate": "2026-03-12T10:00:00Z", "DueDate": "2026-03-12T11:00:00Z",
                "ShowInScheduler": true})),
        );
        let participant = json!({"ActivityId": row["Id"], "ParticipantId": anna, "RoleId": PARTICIPANT});
        scenario.odata("POST", "ActivityParticipant", Some(participant));
        let report = scenario.settle();
        let reason = match notify {
            Notify::Never | Notify::Always => None,
            Notify::Ask => Some(Reason::WouldInvite),
        };
        if notify == Notify::Never {
            assert_eq!(report.notes, [run::Told { note: Note::Uninvited, count: 1 }], "told, not asked");
            assert_eq!((report.held.len(), mailed(&scenario, 0).len()), (0, 0));
            assert_eq!(scenario.run().notes, [], "told once");
            continue;
        }
        if let Some(reason) = reason {
            assert_eq!(mailed(&scenario, 0), Vec::<String>::new(), "{notify:?}");
            allow(&scenario, &report, reason);
            assert!(scenario.settle().held.is_empty());
        }
        assert_eq!(mailed(&scenario, 0), ["Invitation → anna@fabrikam.example"], "{notify:?}");
        let event = scenario.event("Visit");
        assert_eq!(event["attendees"][0]["emailAddress"]["address"], "anna@fabrikam.example");

        // a second one comes, and the first one goes
        let boris = contact(&scenario, "Boris");
        let rows = scenario.odata(
            "GET",
            &format!("ActivityParticipant?$filter=Participant/Id eq {}", anna.as_str().unwrap()),
            None,
        );
        let old = rows["value"][0]["Id"].as_str().unwrap().to_owned();
        scenario.odata("DELETE", &format!("ActivityParticipant({old})"), None);
        let participant = json!({"ActivityId": row["Id"], "ParticipantId": boris, "RoleId": PARTICIPANT});
        scenario.odata("POST", "ActivityParticipant", Some(participant));
        scenario.odata(
            "PATCH",
            &format!("Activity({})", row["Id"].as_str().unwrap()),
            Some(json!({"Location": "Hall"})),
        );
        let report = scenario.settle();
        let mut reasons: Vec<Reason> = report.held.iter().map(|held| held.reason).collect();
        reasons.sort();
        match reason {
            Some(reason) => {
                assert_eq!(reasons, [Reason::WouldMail, reason], "{notify:?}: place and removal, invitation")
            }
            None => {
                assert_eq!(reasons, []);
                assert_eq!(
                    scenario.event("Visit")["attendees"][0]["emailAddress"]["address"],
                    "boris@fabrikam.example"
                );
            }
        }
    }
}

/// The last requests that wrote to events: verb and last word of the path.
fn written(scenario: &SandboxScenario, from: usize) -> Vec<String> {
    let word = |row: &String| {
        let (verb, path) = row.split_once(' ').unwrap();
        let end = path.rsplit('/').next().unwrap();
        format!("{verb} {}", if end.len() > 20 { "event" } else { end })
    };
    scenario.writes(from).iter().filter(|row| row.contains("/events")).map(word).collect()
}

#[test]
fn a_removed_meeting_is_called_off_if_others_are_invited_and_deleted_if_nobody_is() {
    for (guests, mails, how) in [(1, 1, "POST cancel"), (0, 0, "DELETE event")] {
        let scenario = SandboxScenario::new(Seed::Empty, &with(Notify::Always));
        scenario.world.with_letter();
        let row = scenario.odata(
            "POST",
            "Activity",
            Some(json!({"Title": "Visit", "StartDate": "2026-03-12T10:00:00Z", "DueDate": "2026-03-12T11:00:00Z",
                "ShowInScheduler": true})),
        );
        for _ in 0..guests {
            let anna = contact(&scenario, "Anna");
            let participant = json!({"ActivityId": row["Id"], "ParticipantId": anna, "RoleId": PARTICIPANT});
            scenario.odata("POST", "ActivityParticipant", Some(participant));
        }
        scenario.settle();
        let (before, mut from) = (mailed(&scenario, 0).len(), scenario.logged());
        scenario.odata("DELETE", &format!("Activity({})", row["Id"].as_str().unwrap()), None);
        let report = scenario.settle();
        if guests > 0 {
            // never without a person's word, not even under "always"
            assert_eq!((written(&scenario, from), mailed(&scenario, before)), (vec![], vec![]));
            allow(&scenario, &report, Reason::DeleteAsked);
            from = scenario.logged();
            scenario.settle();
        }
        assert_eq!(written(&scenario, from), [how]);
        assert!(scenario.events().is_empty());
        assert_eq!(mailed(&scenario, before).len(), mails, "{:?}", mailed(&scenario, before));
    }
}

#[test]
fn the_users_answer_in_creatio_reaches_the_organizer() {
    for notify in [Notify::Never, Notify::Always] {
        let scenario = SandboxScenario::new(Seed::Demo, &with(notify));
        scenario.settle();
        let invitation = "Invitation: joint marketing plan";
        let row = scenario.activity(invitation)["Id"].as_str().unwrap().to_owned();
        let me = scenario.joined.account.contact.clone();
        let filter = format!("ActivityParticipant?$filter=Activity/Id eq {row} and Participant/Id eq {me}");
        let own = scenario.odata("GET", &filter, None)["value"][0]["Id"].as_str().unwrap().to_owned();
        scenario.odata("PATCH", &format!("ActivityParticipant({own})"), Some(json!({"InviteResponseId": DECLINED})));
        let before = mailed(&scenario, 0).len();
        let report = scenario.settle();
        let answer = || scenario.event(invitation)["responseStatus"]["response"].clone();
        if notify == Notify::Never {
            assert_eq!((mailed(&scenario, before).len(), answer() == "declined"), (0, false));
            allow(&scenario, &report, Reason::WouldMail);
            scenario.settle();
        }
        assert_eq!(answer(), "declined", "{notify:?}");
        let mails = mailed(&scenario, before);
        assert_eq!(mails.len(), 1, "{mails:?}");
        assert!(mails[0].starts_with("Response → "), "{mails:?}");
    }
}
