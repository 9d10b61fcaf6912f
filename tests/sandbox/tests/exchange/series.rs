//! Series: one item to sync, many to a view; occurrences by index, exceptions, deleted ones.

use crate::soap::{Client, Node, create, delete, field, get, update, view};
use sandbox::Seed;
use serde_json::json;

const NEVER: (&str, &str) = ("NeverOverwrite", "SendToNone");
const NONE: &str = "SendMeetingCancellations=\"SendToNone\"";
const SHORT: &str = "item:Subject calendar:Start calendar:CalendarItemType";

/// Every Tuesday from 3 March 2026, ten times, at ten o'clock of Berlin.
fn weekly(client: &mut Client) -> Node {
    let recurrence = "<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Tuesday</t:DaysOfWeek></t:WeeklyRecurrence>\
        <t:NumberedRecurrence><t:StartDate>2026-03-03</t:StartDate><t:NumberOfOccurrences>10</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>";
    let zone = "<t:StartTimeZone Id=\"W. Europe Standard Time\"/><t:EndTimeZone Id=\"W. Europe Standard Time\"/>";
    client.create(
        "weekly",
        &format!("<t:Start>2026-03-03T09:00:00Z</t:Start><t:End>2026-03-03T10:00:00Z</t:End>{recurrence}{zone}"),
    )
}

fn master(item: &Node) -> String {
    item.first("ItemId").at("Id").to_owned()
}

fn nth(client: &mut Client, master: &str, index: usize) -> String {
    let id = format!("<t:OccurrenceItemId RecurringMasterId=\"{master}\" InstanceIndex=\"{index}\"/>");
    client.get(&id, "").id()
}

fn starts(client: &mut Client) -> Vec<String> {
    let reply = client.ok(&view("2026-03-01T00:00:00Z", "2026-06-01T00:00:00Z", "", SHORT));
    reply
        .all("CalendarItem")
        .iter()
        .map(|item| format!("{} {} {}", item.text("Start"), item.text("CalendarItemType"), item.text("Subject")))
        .collect()
}

#[test]
fn a_view_expands_and_a_sync_does_not() {
    let mut client = Client::new(Seed::Empty);
    let item = weekly(&mut client);
    let seen = starts(&mut client);
    assert_eq!(seen.len(), 10);
    assert_eq!(seen[3], "2026-03-24T09:00:00Z Occurrence weekly");
    assert_eq!(seen[4], "2026-03-31T08:00:00Z Occurrence weekly", "by the wall clock of its zone");
    let (told, state) = client.round("calendar", "", 10);
    assert_eq!((told.len(), told[0].1.id()), (1, item.id()));
    let read = client.get(&item.id(), "calendar:CalendarItemType calendar:Recurrence calendar:FirstOccurrence calendar:LastOccurrence calendar:UID calendar:IsRecurring");
    assert_eq!(
        (read.text("CalendarItemType"), read.text("DaysOfWeek"), read.text("NumberOfOccurrences")),
        ("RecurringMaster".into(), "Tuesday".into(), "10".into())
    );
    assert_eq!(read.text("StartDate"), "2026-03-03+01:00");
    assert_eq!(
        (read.first("FirstOccurrence").text("Start"), read.first("LastOccurrence").text("Start")),
        ("2026-03-03T09:00:00Z".into(), "2026-05-05T08:00:00Z".into())
    );

    // a change of an occurrence is an update of the master
    let second = nth(&mut client, &master(&item), 2);
    let moved = field("CalendarItem", "calendar:Start", "<t:Start>2026-03-11T12:00:00Z</t:Start>")
        + &field("CalendarItem", "calendar:End", "<t:End>2026-03-11T13:00:00Z</t:End>");
    client.ok(&update(&second, NEVER, &moved));
    let third = nth(&mut client, &master(&item), 3);
    client.ok(&delete(&third, "MoveToDeletedItems", NONE));
    let (told, _) = client.round("calendar", &state, 10);
    assert_eq!(
        told.iter().map(|(kind, node)| (kind.as_str(), master(node))).collect::<Vec<_>>(),
        [("Update", master(&item))]
    );
    let seen = starts(&mut client);
    assert_eq!((seen.len(), seen[1].as_str()), (9, "2026-03-11T12:00:00Z Exception weekly"));
    let read = client.get(&item.id(), "calendar:ModifiedOccurrences calendar:DeletedOccurrences");
    let modified = read.first("ModifiedOccurrences");
    assert_eq!(
        (modified.text("Start"), modified.text("OriginalStart")),
        ("2026-03-11T12:00:00Z".into(), "2026-03-10T09:00:00Z".into())
    );
    assert_eq!(read.first("DeletedOccurrences").text("Start"), "2026-03-17T09:00:00Z");
}

#[test]
fn occurrences_are_found_by_index_and_masters_by_occurrence() {
    let mut client = Client::new(Seed::Empty);
    let item = weekly(&mut client);
    let master = master(&item);
    let third = nth(&mut client, &master, 3);
    client.ok(&delete(&third, "MoveToDeletedItems", NONE));
    let fourth = nth(&mut client, &master, 4);
    let read = client.get(
        &fourth,
        "calendar:Start calendar:RecurrenceId calendar:UID calendar:CalendarItemType calendar:OriginalStart",
    );
    assert_eq!(read.text("Start"), "2026-03-24T09:00:00Z");
    assert_eq!((read.text("RecurrenceId"), read.text("OriginalStart")), (read.text("Start"), read.text("Start")));
    assert_eq!(read.text("UID"), client.get(&item.id(), "calendar:UID").text("UID"), "one for the whole series");
    let occurrence = read.first("ItemId").at("Id").to_owned();
    let found =
        client.get(&format!("<t:RecurringMasterItemId OccurrenceId=\"{occurrence}\"/>"), "calendar:CalendarItemType");
    assert_eq!(
        (found.first("ItemId").at("Id"), found.text("CalendarItemType").as_str()),
        (master.as_str(), "RecurringMaster")
    );
    let of = |index: i32| format!("<t:OccurrenceItemId RecurringMasterId=\"{master}\" InstanceIndex=\"{index}\"/>");
    let rows = [
        (of(3), "ErrorCalendarOccurrenceIsDeletedFromRecurrence"),
        (of(11), "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange"),
        (of(0), "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange"),
        (third, "ErrorItemNotFound"),
        (
            format!("<t:OccurrenceItemId RecurringMasterId=\"{occurrence}\" InstanceIndex=\"1\"/>"),
            "ErrorCalendarCannotUseIdForRecurringMasterId",
        ),
        (format!("<t:RecurringMasterItemId OccurrenceId=\"{master}\"/>"), "ErrorCalendarCannotUseIdForOccurrenceId"),
    ];
    for (id, code) in rows {
        assert_eq!(client.codes(&get(&id, "")), [code], "{id}");
    }
}

#[test]
fn an_occurrence_lacks_what_only_series_have() {
    let mut client = Client::new(Seed::Empty);
    let item = weekly(&mut client);
    let id = nth(&mut client, &master(&item), 2);
    let zone = field("CalendarItem", "calendar:StartTimeZone", "<t:StartTimeZone Id=\"UTC\"/>");
    assert_eq!(client.codes(&update(&id, NEVER, &zone)), ["ErrorInvalidPropertySet"]);
    let far = field("CalendarItem", "calendar:Start", "<t:Start>2026-03-18T12:00:00Z</t:Start>")
        + &field("CalendarItem", "calendar:End", "<t:End>2026-03-18T13:00:00Z</t:End>");
    assert_eq!(client.codes(&update(&id, NEVER, &far)), ["ErrorCalendarInvalidPropertyValue"], "past its neighbour");
    assert_eq!(client.codes(&format!("<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id=\"calendar\"/></m:ToFolderId><m:ItemIds>{id}</m:ItemIds></m:MoveItem>")), ["ErrorCalendarCannotMoveOrCopyOccurrence"]);
}

#[test]
fn every_pattern_is_told_as_it_was_written() {
    let mut client = Client::new(Seed::Empty);
    let patterns = [
        ("<t:DailyRecurrence><t:Interval>2</t:Interval></t:DailyRecurrence>", "2026-03-03"),
        (
            "<t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Tuesday Thursday</t:DaysOfWeek><t:FirstDayOfWeek>Monday</t:FirstDayOfWeek></t:WeeklyRecurrence>",
            "2026-03-03",
        ),
        (
            "<t:AbsoluteMonthlyRecurrence><t:Interval>1</t:Interval><t:DayOfMonth>3</t:DayOfMonth></t:AbsoluteMonthlyRecurrence>",
            "2026-03-03",
        ),
        (
            "<t:RelativeMonthlyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Weekday</t:DaysOfWeek><t:DayOfWeekIndex>Last</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>",
            "2026-03-31",
        ),
        (
            "<t:AbsoluteYearlyRecurrence><t:DayOfMonth>3</t:DayOfMonth><t:Month>March</t:Month></t:AbsoluteYearlyRecurrence>",
            "2026-03-03",
        ),
        (
            "<t:RelativeYearlyRecurrence><t:DaysOfWeek>Tuesday</t:DaysOfWeek><t:DayOfWeekIndex>First</t:DayOfWeekIndex><t:Month>March</t:Month></t:RelativeYearlyRecurrence>",
            "2026-03-03",
        ),
    ];
    let ranges = [
        "<t:NoEndRecurrence>#</t:NoEndRecurrence>",
        "<t:EndDateRecurrence>#<t:EndDate>2028-03-03</t:EndDate></t:EndDateRecurrence>",
        "<t:NumberedRecurrence>#<t:NumberOfOccurrences>3</t:NumberOfOccurrences></t:NumberedRecurrence>",
    ];
    for (pattern, day) in patterns {
        for range in ranges {
            let range = range.replace('#', &format!("<t:StartDate>{day}</t:StartDate>"));
            let written = Node::read(&format!("<Recurrence>{pattern}{range}</Recurrence>"));
            let times = format!("<t:Start>{day}T10:00:00Z</t:Start><t:End>{day}T11:00:00Z</t:End>");
            let item = client.create("r", &format!("{times}<t:Recurrence>{pattern}{range}</t:Recurrence>"));
            let read = client.get(&item.id(), "calendar:Recurrence");
            let flat = |node: &Node| {
                let parts = node.children.iter().flat_map(|part| {
                    part.children.iter().map(move |leaf| {
                        (part.name.clone(), leaf.name.clone(), leaf.text.trim_end_matches('Z').to_owned())
                    })
                });
                parts.filter(|(_, name, _)| name != "FirstDayOfWeek").collect::<Vec<_>>()
            };
            assert_eq!(flat(read.first("Recurrence")), flat(&written));
        }
    }
}

#[test]
fn a_series_may_end_and_become_single() {
    let mut client = Client::new(Seed::Empty);
    let item = weekly(&mut client);
    let cut = "<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Tuesday</t:DaysOfWeek></t:WeeklyRecurrence>\
        <t:EndDateRecurrence><t:StartDate>2026-03-03</t:StartDate><t:EndDate>2026-03-17</t:EndDate></t:EndDateRecurrence></t:Recurrence>";
    let id = client
        .ok(&update(&item.id(), NEVER, &field("CalendarItem", "calendar:Recurrence", cut)))
        .first("CalendarItem")
        .id();
    assert_eq!(starts(&mut client).len(), 3);
    client.ok(&update(&id, NEVER, &field("CalendarItem", "calendar:Recurrence", "")));
    assert_eq!(starts(&mut client), ["2026-03-03T09:00:00Z Single weekly"]);
    let wrong = create(
        "SendToNone",
        "<t:Start>2026-03-04T10:00:00Z</t:Start><t:End>2026-03-04T11:00:00Z</t:End><t:Recurrence><t:DailyRecurrence><t:Interval>1</t:Interval></t:DailyRecurrence><t:NoEndRecurrence><t:StartDate>2026-03-03</t:StartDate></t:NoEndRecurrence></t:Recurrence>",
    );
    assert_eq!(client.codes(&wrong), ["ErrorCalendarInvalidRecurrence"]);
}

#[test]
fn views_are_limited() {
    let mut client = Client::new(Seed::Empty);
    for start in ["2026-03-01T00:00:00Z", "2026-03-01T12:00:00Z"] {
        client.create("a", &crate::soap::hour(start));
    }
    let rows = [
        ("2026-03-01T00:00:00Z", "2028-03-01T00:00:00Z", "", "NoError"),
        ("2026-03-01T00:00:00Z", "2028-03-02T00:00:00Z", "", "ErrorCalendarViewRangeTooBig"),
        ("2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z", "", "ErrorCalendarEndDateIsEarlierThanStartDate"),
    ];
    for (start, end, more, code) in rows {
        assert_eq!(client.codes(&view(start, end, more, "")), [code]);
    }
    let ordinary = view("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", "", "");
    let restricted = ordinary.replace("<m:ParentFolderIds>", "<m:Restriction><t:Exists><t:FieldURI FieldURI=\"item:Subject\"/></t:Exists></m:Restriction><m:ParentFolderIds>");
    assert_eq!(client.codes(&restricted), ["ErrorInvalidRestriction"]);
    assert_eq!(
        client.codes(&ordinary.replace("Id=\"calendar\"", "Id=\"tasks\"")),
        ["ErrorCalendarFolderIsInvalidForCalendarView"]
    );
    // what ends at the start or begins at the end is not in it
    let seen =
        |client: &mut Client, start: &str, end: &str| client.ok(&view(start, end, "", "")).all("CalendarItem").len();
    assert_eq!(seen(&mut client, "2026-03-01T01:00:00Z", "2026-03-01T12:00:00Z"), 0);
    assert_eq!(seen(&mut client, "2026-03-01T00:59:00Z", "2026-03-01T12:01:00Z"), 2);
    let capped = client.ok(&view("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", "MaxEntriesReturned=\"1\"", ""));
    let root = capped.first("RootFolder");
    assert_eq!(
        (root.at("IncludesLastItemInRange"), root.at("TotalItemsInView"), capped.all("CalendarItem").len()),
        ("false", "2", 1)
    );
    let event = json!({"subject": "many", "start": {"dateTime": "2026-04-01T10:00:00", "timeZone": "UTC"}, "end": {"dateTime": "2026-04-01T11:00:00", "timeZone": "UTC"}});
    let loaded = client.control("POST", "load", &json!({"account": client.account, "events": vec![event; 1001]}));
    assert_eq!(loaded["loaded"], 1001);
    let reply = client.ok(&view("2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z", "", ""));
    assert_eq!(
        (reply.all("CalendarItem").len(), reply.first("RootFolder").at("IncludesLastItemInRange")),
        (1000, "false")
    );
}
