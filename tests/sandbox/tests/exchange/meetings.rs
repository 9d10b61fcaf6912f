//! Meetings: who is mailed about what, copies in other mailboxes, answers, calling off.

use crate::soap::{Client, Node, create, delete, field, hour, respond, update};
use sandbox::Seed;
use sandbox::exchange::{ACCOUNT, COLLEAGUE};
use serde_json::json;

fn people(list: &str, address: &str) -> String {
    format!(
        "<t:{list}><t:Attendee><t:Mailbox><t:EmailAddress>{address}</t:EmailAddress></t:Mailbox></t:Attendee></t:{list}>"
    )
}

/// Invites the colleague.
fn invite(client: &mut Client, sending: &str) -> Node {
    let inner = format!(
        "<t:Subject>plan</t:Subject>{}<t:Location>x</t:Location>{}",
        hour("2026-11-20T10:00:00Z"),
        people("RequiredAttendees", COLLEAGUE)
    );
    client.ok(&create(sending, &inner)).first("CalendarItem").clone()
}

fn mails(client: &mut Client) -> Vec<String> {
    let mails = client.control("GET", "mails", &json!(null));
    let told = mails
        .as_array()
        .unwrap()
        .iter()
        .map(|mail| format!("{} {}", mail["method"].as_str().unwrap(), mail["reason"].as_str().unwrap()));
    told.collect()
}

/// The one meeting in the colleague's calendar, with everything about people.
fn copy(client: &mut Client) -> Option<Node> {
    client.account = COLLEAGUE;
    let (told, _) = client.round("calendar", "", 10);
    let names = "item:Subject calendar:Start calendar:IsMeeting calendar:IsCancelled calendar:MyResponseType calendar:IsOrganizer calendar:Organizer calendar:RequiredAttendees calendar:AppointmentState calendar:UID calendar:LegacyFreeBusyStatus";
    told.first().map(|(_, node)| client.get(&node.id(), names))
}

#[test]
fn only_what_is_sent_is_mailed() {
    let rows = [
        ("SendToNone", "SendToNone", "SendToNone", vec![]),
        ("SendToAllAndSaveCopy", "SendToNone", "SendToNone", vec!["CreateItem invitation"]),
        (
            "SendOnlyToAll",
            "SendToAllAndSaveCopy",
            "SendOnlyToAll",
            vec!["CreateItem invitation", "UpdateItem update", "DeleteItem cancellation"],
        ),
        ("SendOnlyToAll", "SendToChangedAndSaveCopy", "SendToNone", vec!["CreateItem invitation"]),
    ];
    for (creating, updating, deleting, expected) in rows {
        let mut client = Client::new(Seed::Empty);
        let id = invite(&mut client, creating).id();
        let subject = field("CalendarItem", "item:Subject", "<t:Subject>other</t:Subject>");
        let id = client.ok(&update(&id, ("NeverOverwrite", updating), &subject)).first("CalendarItem").id();
        client.ok(&delete(&id, "MoveToDeletedItems", &format!("SendMeetingCancellations=\"{deleting}\"")));
        assert_eq!(mails(&mut client), expected, "{creating} {updating} {deleting}");
        assert_eq!(copy(&mut client).is_some(), creating != "SendToNone");
    }
    let mut client = Client::new(Seed::Empty);
    let id = invite(&mut client, "SendToNone").id();
    let more = field("CalendarItem", "calendar:OptionalAttendees", &people("OptionalAttendees", "x@other.example"));
    client.ok(&update(&id, ("NeverOverwrite", "SendToChangedAndSaveCopy"), &more));
    assert_eq!(mails(&mut client), ["UpdateItem invitation"], "to the new one only");
}

#[test]
fn an_invitation_is_answered() {
    let rows = [
        ("AcceptItem", "SendAndSaveCopy", "Accept", "Busy"),
        ("TentativelyAcceptItem", "SendAndSaveCopy", "Tentative", "Tentative"),
        ("AcceptItem", "SaveOnly", "Unknown", "Busy"),
    ];
    for (answer, disposition, known, shown) in rows {
        let mut client = Client::new(Seed::Empty);
        let own = invite(&mut client, "SendOnlyToAll");
        let seen = copy(&mut client).unwrap();
        let rows = [
            ("IsMeeting", "true"),
            ("MyResponseType", "NoResponseReceived"),
            ("IsOrganizer", "false"),
            ("AppointmentState", "3"),
            ("LegacyFreeBusyStatus", "Tentative"),
        ];
        rows.iter().for_each(|(name, value)| assert_eq!(seen.text(name), *value, "{name}"));
        assert_eq!(seen.first("Organizer").text("EmailAddress"), ACCOUNT);
        let title = field("CalendarItem", "item:Subject", "<t:Subject>mine</t:Subject>");
        assert_eq!(client.codes(&update(&seen.id(), ("NeverOverwrite", "SendToNone"), &title)), ["ErrorAccessDenied"]);
        client.ok(&respond(answer, disposition, &seen.id()));
        let answered = copy(&mut client).unwrap();
        assert_eq!(answered.text("LegacyFreeBusyStatus"), shown);
        assert_ne!(answered.id(), seen.id());
        client.account = ACCOUNT;
        let read = client.get(&own.id(), "calendar:RequiredAttendees calendar:UID");
        assert_eq!((read.text("ResponseType").as_str(), read.text("UID")), (known, seen.text("UID")));
        assert_eq!(mails(&mut client).len(), if disposition == "SaveOnly" { 1 } else { 2 });
    }
}

#[test]
fn what_is_declined_goes_to_deleted_items() {
    for stays in [false, true] {
        let mut client = Client::new(Seed::Empty);
        invite(&mut client, "SendOnlyToAll");
        client.quirks(json!({"declinedStay": stays}));
        let id = copy(&mut client).unwrap().id();
        client.ok(&respond("DeclineItem", "SendAndSaveCopy", &id));
        assert_eq!(copy(&mut client).map(|item| item.text("MyResponseType")), stays.then(|| "Decline".to_owned()));
        assert_eq!(client.round("deleteditems", "", 10).0.len(), usize::from(!stays));
        assert_eq!(mails(&mut client), ["CreateItem invitation", "CreateItem response"]);
    }
}

#[test]
fn what_is_called_off_stays_as_cancelled() {
    let mut client = Client::new(Seed::Empty);
    let own = invite(&mut client, "SendOnlyToAll").id();
    client.ok(&respond("CancelCalendarItem", "SendAndSaveCopy", &own));
    assert_eq!(client.round("calendar", "", 10).0.len(), 0);
    let seen = copy(&mut client).unwrap();
    assert_eq!((seen.text("IsCancelled").as_str(), seen.text("AppointmentState").as_str()), ("true", "7"));
    assert_eq!(
        client.codes(&respond("AcceptItem", "SendAndSaveCopy", &seen.id())),
        ["ErrorCalendarIsCancelledForAccept"]
    );
    assert_eq!(
        client.codes(&respond("CancelCalendarItem", "SendAndSaveCopy", &seen.id())),
        ["ErrorCalendarIsNotOrganizer"]
    );
}

#[test]
fn answers_need_a_disposition_and_a_key() {
    let mut client = Client::new(Seed::Empty);
    let own = invite(&mut client, "SendOnlyToAll").id();
    assert_eq!(client.codes(&respond("AcceptItem", "SaveOnly", &own)), ["ErrorCalendarIsOrganizerForAccept"]);
    let id = copy(&mut client).unwrap().id();
    let without = respond("AcceptItem", "SaveOnly", &id).replace("MessageDisposition=\"SaveOnly\"", "");
    assert_eq!(client.codes(&without), ["ErrorMessageDispositionRequired"]);
    let keyless = format!("{}\"/>", id.split("\" ChangeKey").next().unwrap());
    assert_eq!(client.codes(&respond("AcceptItem", "SaveOnly", &keyless)), ["ErrorChangeKeyRequired"]);
}

#[test]
fn mails_go_from_one_server_to_the_other() {
    let mut client = Client::new(Seed::Empty);
    let zoned = |time: &str| json!({"dateTime": time, "timeZone": "UTC"});
    let attendees = json!([{"type": "required", "emailAddress": {"address": COLLEAGUE, "name": "d"}}]);
    let event = json!({"subject": "from the cloud", "start": zoned("2026-11-20T10:00:00"), "end": zoned("2026-11-20T11:00:00"), "attendees": attendees});
    let (status, made) = client.sandbox.by_hand("demo@contoso.example", ("POST", "me/events"), Some(&event));
    assert_eq!(status, 201);
    let seen = copy(&mut client).unwrap();
    assert_eq!(seen.text("UID"), made["iCalUId"].as_str().unwrap());
    client.ok(&respond("AcceptItem", "SendAndSaveCopy", &seen.id()));
    let path = format!("me/events/{}", made["id"].as_str().unwrap());
    let (_, read) = client.sandbox.by_hand("demo@contoso.example", ("GET", &path), None);
    assert_eq!(read["attendees"][0]["status"]["response"], "accepted");
    client.sandbox.by_hand("demo@contoso.example", ("DELETE", &path), None);
    assert_eq!(copy(&mut client).unwrap().text("IsCancelled"), "true");
}
