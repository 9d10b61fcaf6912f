//! Calendar items: made, read, changed, deleted.

use crate::soap::{Client, create, delete, field, get, hour, mark, update};
use sandbox::Seed;
use serde_json::json;

const TIMES: &str = "calendar:Start calendar:End calendar:IsAllDayEvent calendar:StartTimeZone";
const BERLIN: &str = "<t:StartTimeZone Id=\"W. Europe Standard Time\"/><t:EndTimeZone Id=\"W. Europe Standard Time\"/>";
const NEVER: (&str, &str) = ("NeverOverwrite", "SendToNone");

fn times(client: &mut Client, id: &str) -> [String; 3] {
    let item = client.get(id, TIMES);
    [item.text("Start"), item.text("End"), item.first("StartTimeZone").at("Id").to_owned()]
}

#[test]
fn what_is_written_is_read() {
    let mut client = Client::new(Seed::Empty);
    let reply = client.ok(&create(
        "SendToNone",
        &format!(
            "<t:Subject>Visit &amp; talk</t:Subject><t:Sensitivity>Private</t:Sensitivity><t:Body BodyType=\"HTML\">&lt;p&gt;one&lt;/p&gt;</t:Body>\
             <t:Categories><t:String>Red</t:String></t:Categories><t:Importance>High</t:Importance><t:ReminderIsSet>true</t:ReminderIsSet>\
             <t:ReminderMinutesBeforeStart>20</t:ReminderMinutesBeforeStart>{}{}<t:LegacyFreeBusyStatus>OOF</t:LegacyFreeBusyStatus><t:Location>HQ</t:Location>",
            mark("id", "x"),
            hour("2026-11-20T10:00:00Z")
        ),
    ));
    let id = reply.first("CalendarItem").id();
    let names = "item:Subject item:Sensitivity item:Body item:Categories item:Importance item:ReminderIsSet item:ReminderMinutesBeforeStart *id *other \
        item:ReminderDueBy item:ItemClass calendar:UID calendar:LegacyFreeBusyStatus calendar:Location calendar:IsMeeting calendar:MyResponseType calendar:IsOrganizer \
        calendar:CalendarItemType calendar:IsCancelled calendar:Organizer calendar:AppointmentState item:LastModifiedTime item:ParentFolderId calendar:StartTimeZone calendar:EndTimeZone";
    let item = client.get(&id, names);
    let rows = [
        ("Subject", "Visit & talk"),
        ("Sensitivity", "Private"),
        ("String", "Red"),
        ("Importance", "High"),
        ("ReminderIsSet", "true"),
        ("ReminderMinutesBeforeStart", "20"),
        ("ReminderDueBy", "2026-11-20T10:00:00Z"),
        ("Value", "x"),
        ("LegacyFreeBusyStatus", "OOF"),
        ("Location", "HQ"),
        ("IsMeeting", "false"),
        ("MyResponseType", "Organizer"),
        ("IsOrganizer", "true"),
        ("CalendarItemType", "Single"),
        ("AppointmentState", "0"),
        ("EmailAddress", "demo@corp.contoso.example"),
    ];
    for (name, value) in rows {
        assert_eq!(item.text(name), value, "{name}");
    }
    assert!(
        item.text("Body").contains("<p>one</p>") && item.text("UID").starts_with("040000008200E00074C5B7101A82E008")
    );
    assert_eq!(item.all("ExtendedProperty").len(), 1);
    let text =
        client.ok(&get(&id, "item:Body").replace("</t:BaseShape>", "</t:BaseShape><t:BodyType>Text</t:BodyType>"));
    let text = text.first("Items").first("Body");
    assert_eq!((text.text.as_str(), text.at("BodyType")), ("one", "Text"));
    let all = client.ok(&get(&id, "").replace("IdOnly", "AllProperties"));
    assert!(all.first("Items").all("Body").len() == 1 && all.all("RequiredAttendees").is_empty());
}

#[test]
fn a_reminder_that_is_not_named_is_the_servers() {
    let mut client = Client::new(Seed::Empty);
    let id = client.create("a", &hour("2026-11-20T10:00:00Z")).id();
    let item = client.get(&id, "item:ReminderIsSet item:ReminderMinutesBeforeStart");
    assert_eq!(
        (item.text("ReminderIsSet"), item.text("ReminderMinutesBeforeStart")),
        ("true".to_owned(), "15".to_owned())
    );
}

#[test]
fn times_are_of_a_zone() {
    let mut client = Client::new(Seed::Empty);
    let zone = "W. Europe Standard Time".to_owned();
    let rows = [
        // an instant, told in a zone
        (
            "<t:Start>2026-07-20T08:00:00Z</t:Start><t:End>2026-07-20T09:00:00Z</t:End>",
            "2026-07-20T08:00:00Z",
            "2026-07-20T09:00:00Z",
        ),
        // a wall time is the zone's, in summer too
        (
            "<t:Start>2026-07-20T10:00:00</t:Start><t:End>2026-07-20T11:00:00</t:End>",
            "2026-07-20T08:00:00Z",
            "2026-07-20T09:00:00Z",
        ),
        (
            "<t:Start>2026-12-20T10:00:00+02:00</t:Start><t:End>2026-12-20T11:00:00+02:00</t:End>",
            "2026-12-20T08:00:00Z",
            "2026-12-20T09:00:00Z",
        ),
        // days lie from midnight to midnight of the zone
        (
            "<t:Start>2024-03-14T23:00:00Z</t:Start><t:End>2024-03-15T23:00:00Z</t:End><t:IsAllDayEvent>true</t:IsAllDayEvent>",
            "2024-03-14T23:00:00Z",
            "2024-03-15T23:00:00Z",
        ),
        // and are widened to it
        (
            "<t:Start>2024-03-15T10:00:00Z</t:Start><t:End>2024-03-15T11:00:00Z</t:End><t:IsAllDayEvent>true</t:IsAllDayEvent>",
            "2024-03-14T23:00:00Z",
            "2024-03-15T23:00:00Z",
        ),
    ];
    for (given, start, end) in rows {
        let id = client.create("a", &format!("{given}{BERLIN}")).id();
        assert_eq!(times(&mut client, &id), [start.to_owned(), end.to_owned(), zone.clone()], "{given}");
    }
    // a wall time without a zone of the item is of the request's, and replies are told in it
    client
        .headers
        .push_str("<t:TimeZoneContext><t:TimeZoneDefinition Id=\"Tokyo Standard Time\"/></t:TimeZoneContext>");
    let id = client.create("a", "<t:Start>2026-07-20T10:00:00</t:Start><t:End>2026-07-20T11:00:00</t:End>").id();
    assert_eq!(
        times(&mut client, &id),
        ["2026-07-20T10:00:00+09:00", "2026-07-20T11:00:00+09:00", "Tokyo Standard Time"].map(str::to_owned)
    );
}

#[test]
fn changes_are_of_single_properties() {
    let mut client = Client::new(Seed::Empty);
    let item = client.create("a", &format!("{}{BERLIN}", hour("2026-07-20T08:00:00Z")));
    let edits = [
        ("item:Subject", "<t:Subject>b</t:Subject>", "Subject", "b"),
        ("calendar:Location", "<t:Location>x</t:Location>", "Location", "x"),
        ("calendar:Location", "", "Location", ""),
        ("*mark", &mark("mark", "1"), "Value", "1"),
        ("*MARK", "", "Value", ""),
        // another zone keeps the wall time
        ("calendar:StartTimeZone", "<t:StartTimeZone Id=\"GMT Standard Time\"/>", "Start", "2026-07-20T09:00:00Z"),
    ];
    let mut id = item.id();
    for (name, element, told, value) in edits {
        let before = id.clone();
        let mut fields = field("CalendarItem", name, element);
        if name.ends_with("StartTimeZone") {
            fields += &field("CalendarItem", "calendar:EndTimeZone", "<t:EndTimeZone Id=\"GMT Standard Time\"/>");
        }
        let reply = client.ok(&update(&id, NEVER, &fields));
        id = reply.first("CalendarItem").id();
        assert_ne!(id, before, "a new change key");
        assert_eq!(client.get(&id, "item:Subject calendar:Location calendar:Start *mark").text(told), value, "{name}");
        assert_eq!(client.codes(&update(&before, NEVER, &fields)), ["ErrorIrresolvableConflict"]);
    }
}

#[test]
fn what_is_wrong_with_a_write_has_a_code() {
    let mut client = Client::new(Seed::Empty);
    let id = client.create("a", &hour("2026-11-20T10:00:00Z")).id();
    let keyless = {
        let node = crate::soap::Node::read(&id.replace("t:", ""));
        format!("<t:ItemId Id=\"{}\"/>", node.at("Id"))
    };
    let subject = field("CalendarItem", "item:Subject", "<t:Subject>b</t:Subject>");
    let start = |start: &str| field("CalendarItem", "calendar:Start", &format!("<t:Start>{start}</t:Start>"));
    let unknown = hour("2026-11-20T10:00:00Z") + "<t:StartTimeZone Id=\"Nowhere Standard Time\"/>";
    let whole = hour("2026-11-20T10:00:00Z");
    let two = "<t:SetItemField><t:FieldURI FieldURI=\"item:Subject\"/><t:CalendarItem><t:Subject>a</t:Subject><t:Location>b</t:Location></t:CalendarItem></t:SetItemField>";
    let rows = [
        (
            create("SendToNone", &whole).replace("SendMeetingInvitations=\"SendToNone\"", ""),
            "ErrorSendMeetingInvitationsRequired",
        ),
        (create("SendToNone", &unknown), "ErrorTimeZone"),
        (
            create("SendToNone", "<t:Start>2026-11-20T10:00:00Z</t:Start><t:End>2026-11-20T09:00:00Z</t:End>"),
            "ErrorCalendarEndDateIsEarlierThanStartDate",
        ),
        (
            create("SendToNone", "<t:Start>2026-11-20T10:00:00Z</t:Start><t:End>2032-11-20T09:00:00Z</t:End>"),
            "ErrorCalendarDurationIsTooLong",
        ),
        (
            create("SendToNone", &whole).replace(
                "<m:Items>",
                "<m:SavedItemFolderId><t:DistinguishedFolderId Id=\"tasks\"/></m:SavedItemFolderId><m:Items>",
            ),
            "ErrorCannotCreateCalendarItemInNonCalendarFolder",
        ),
        (create("SendToNone", &format!("{whole}<t:IsCancelled>true</t:IsCancelled>")), "ErrorInvalidPropertySet"),
        (update(&id, ("NeverOverwrite", ""), &subject), "ErrorSendMeetingInvitationsOrCancellationsRequired"),
        (update(&keyless, NEVER, &subject), "ErrorChangeKeyRequiredForWriteOperations"),
        (update(&id, NEVER, two), "ErrorIncorrectUpdatePropertyCount"),
        (
            update(&id, NEVER, &field("CalendarItem", "calendar:Location", "<t:Subject>a</t:Subject>")),
            "ErrorUpdatePropertyMismatch",
        ),
        (
            update(&id, NEVER, &field("CalendarItem", "task:Status", "<t:Subject>a</t:Subject>")),
            "ErrorInvalidPropertyRequest",
        ),
        (update(&id, NEVER, &field("CalendarItem", "calendar:Start", "")), "ErrorInvalidPropertyDelete"),
        // alone it would be after the end; together they are in order
        (update(&id, NEVER, &start("2026-11-21T10:00:00Z")), "ErrorCalendarEndDateIsEarlierThanStartDate"),
        (
            update(
                &id,
                NEVER,
                &(start("2026-11-21T10:00:00Z")
                    + &field("CalendarItem", "calendar:End", "<t:End>2026-11-21T11:00:00Z</t:End>")),
            ),
            "NoError",
        ),
        (update(&keyless, ("AlwaysOverwrite", "SendToNone"), &subject), "NoError"),
        (update("<t:ItemId Id=\"AAMkAD=\" ChangeKey=\"x\"/>", NEVER, &subject), "ErrorItemNotFound"),
        (update("<t:ItemId Id=\"?\" ChangeKey=\"x\"/>", NEVER, &subject), "ErrorInvalidIdMalformed"),
        (get(&id, "task:Status"), "ErrorInvalidPropertyRequest"),
        (delete(&id, "HardDelete", ""), "ErrorSendMeetingCancellationsRequired"),
    ];
    for (operation, code) in rows {
        assert_eq!(client.codes(&operation), [code], "{operation}");
    }
}

#[test]
fn a_batch_is_served_item_by_item() {
    let mut client = Client::new(Seed::Empty);
    let one = client.create("a", &hour("2026-11-20T10:00:00Z")).id();
    let ids = format!("<t:ItemId Id=\"AAMkAD=\"/>{one}<t:ItemId Id=\"??\"/>");
    assert_eq!(client.codes(&get(&ids, "")), ["ErrorItemNotFound", "NoError", "ErrorInvalidIdMalformed"]);
    let both = create("SendToNone", &format!("<t:Subject>b</t:Subject>{}", hour("2026-11-20T10:00:00Z")));
    let both = both
        .replace("</m:Items>", "<t:CalendarItem><t:Start>2026-11-20T10:00:00Z</t:Start></t:CalendarItem></m:Items>");
    assert_eq!(client.codes(&both), ["NoError", "ErrorRequiredPropertyMissing"]);
    assert_eq!(client.round("calendar", "", 10).0.len(), 2);
}

#[test]
fn deleted_items_have_another_id() {
    let mut client = Client::new(Seed::Empty);
    let id = client.create("a", &hour("2026-11-20T10:00:00Z")).id();
    client.ok(&delete(&id, "MoveToDeletedItems", "SendMeetingCancellations=\"SendToNone\""));
    assert_eq!(client.codes(&get(&id, "")), ["ErrorItemNotFound"]);
    let (told, _) = client.round("deleteditems", "", 10);
    let moved = told[0].1.id();
    assert_eq!(client.get(&moved, "item:Subject").text("Subject"), "a");
    client.ok(&delete(&moved, "HardDelete", "SendMeetingCancellations=\"SendToNone\""));
    assert_eq!(client.codes(&get(&moved, "")), ["ErrorItemNotFound"]);
    // a person's deletion leaves nothing to be found
    let id = client.create("b", &hour("2026-11-20T10:00:00Z"));
    client.hand("DELETE", &format!("me/events/{}", id.first("ItemId").at("Id")), json!(null));
    assert_eq!(
        client.codes(&delete(&id.id(), "MoveToDeletedItems", "SendMeetingCancellations=\"SendToNone\"")),
        ["ErrorItemNotFound"]
    );
}

#[test]
fn a_moved_item_has_another_id() {
    let mut client = Client::new(Seed::Demo);
    let id = client.create("a", &hour("2026-11-20T10:00:00Z")).id();
    let calendars = client.hand("GET", "me/calendars", json!(null));
    let second = calendars["value"][1]["id"].as_str().unwrap().to_owned();
    let (_, state) = client.round(&second, "", 100);
    let moving = format!(
        "<m:MoveItem><m:ToFolderId><t:FolderId Id=\"{second}\"/></m:ToFolderId><m:ItemIds>{id}</m:ItemIds></m:MoveItem>"
    );
    let moved = client.ok(&moving).first("CalendarItem").id();
    assert_ne!(moved, id);
    assert_eq!(client.codes(&get(&id, "")), ["ErrorItemNotFound"]);
    let (told, _) = client.round(&second, &state, 100);
    assert_eq!((told.len(), told[0].0.as_str(), told[0].1.id()), (1, "Create", moved));
}
