//! The grammar of requests against Microsoft's schemas: both take and refuse the same; and
//! Microsoft's examples.

use crate::soap::{
    Client, create, create_task, delete, envelope, field, folder, get, hour, mark, respond, sync, update, view,
};
use sandbox::Seed;
use sandbox::exchange::schema::{payload, validate};

/// Valid requests for everything that the sandbox has.
fn valid() -> Vec<String> {
    let id = "<t:ItemId Id=\"AAA=\" ChangeKey=\"B\"/>";
    let recurrence = "<t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday Friday</t:DaysOfWeek></t:WeeklyRecurrence><t:EndDateRecurrence><t:StartDate>2026-11-02</t:StartDate><t:EndDate>2026-12-02</t:EndDate></t:EndDateRecurrence></t:Recurrence>";
    let attendees = "<t:RequiredAttendees><t:Attendee><t:Mailbox><t:Name>x</t:Name><t:EmailAddress>x@y.example</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees>";
    let item = format!(
        "<t:Subject>a</t:Subject><t:Sensitivity>Normal</t:Sensitivity><t:Body BodyType=\"Text\">b</t:Body><t:Categories><t:String>c</t:String></t:Categories><t:Importance>Low</t:Importance>\
         <t:ReminderIsSet>false</t:ReminderIsSet>{}{}<t:IsAllDayEvent>false</t:IsAllDayEvent><t:LegacyFreeBusyStatus>Busy</t:LegacyFreeBusyStatus><t:Location>d</t:Location>{attendees}{recurrence}\
         <t:StartTimeZone Id=\"UTC\"/><t:EndTimeZone Id=\"UTC\"/>",
        mark("id", "1"),
        hour("2026-11-20T10:00:00Z")
    );
    let mailbox = "<t:DistinguishedFolderId Id=\"calendar\"><t:Mailbox><t:EmailAddress>x@y.example</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>";
    vec![
        create("SendToNone", &item),
        create_task("<t:Subject>a</t:Subject><t:DueDate>2026-11-20T00:00:00Z</t:DueDate><t:PercentComplete>1.5</t:PercentComplete><t:StartDate>2026-11-20T00:00:00Z</t:StartDate><t:Status>InProgress</t:Status>"),
        update(id, ("NeverOverwrite", "SendToNone"), &(field("CalendarItem", "item:Subject", "<t:Subject>a</t:Subject>") + &field("CalendarItem", "*id", ""))),
        delete(id, "MoveToDeletedItems", "SendMeetingCancellations=\"SendToNone\" AffectedTaskOccurrences=\"AllOccurrences\""),
        get(&format!("{id}<t:OccurrenceItemId RecurringMasterId=\"A\" InstanceIndex=\"1\"/>"), "item:Subject *id"),
        sync("calendar", "abc", 512, "item:ItemClass"),
        view("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "MaxEntriesReturned=\"5\"", "calendar:Start"),
        respond("AcceptItem", "SendAndSaveCopy", id),
        format!("<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>{mailbox}</m:FolderIds></m:GetFolder>"),
        "<m:FindFolder Traversal=\"Deep\"><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:IndexedPageFolderView MaxEntriesReturned=\"5\" Offset=\"0\" BasePoint=\"Beginning\"/><m:ParentFolderIds><t:DistinguishedFolderId Id=\"msgfolderroot\"/></m:ParentFolderIds></m:FindFolder>".to_owned(),
        "<m:FindItem Traversal=\"Shallow\"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:IndexedPageItemView MaxEntriesReturned=\"5\" Offset=\"0\" BasePoint=\"Beginning\"/><m:Restriction><t:And><t:Exists><t:FieldURI FieldURI=\"item:Subject\"/></t:Exists><t:IsEqualTo><t:FieldURI FieldURI=\"item:Subject\"/><t:FieldURIOrConstant><t:Constant Value=\"1\"/></t:FieldURIOrConstant></t:IsEqualTo></t:And></m:Restriction><m:SortOrder><t:FieldOrder Order=\"Ascending\"><t:FieldURI FieldURI=\"item:Subject\"/></t:FieldOrder></m:SortOrder><m:ParentFolderIds><t:DistinguishedFolderId Id=\"tasks\"/></m:ParentFolderIds></m:FindItem>".to_owned(),
        format!("<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id=\"calendar\"/></m:ToFolderId><m:ItemIds>{id}</m:ItemIds></m:MoveItem>"),
        "<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape></m:SyncFolderHierarchy>".to_owned(),
        "<m:ResolveNames ReturnFullContactData=\"false\"><m:UnresolvedEntry>x</m:UnresolvedEntry></m:ResolveNames>".to_owned(),
    ]
}

/// A request in pieces: tags and the texts between them.
fn pieces(request: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for c in request.chars() {
        if c == '<' {
            out.push(String::new());
        }
        out.last_mut().unwrap().push(c);
        if c == '>' {
            out.push(String::new());
        }
    }
    out.retain(|piece| !piece.is_empty());
    out
}

/// The end of the element that begins with a piece.
fn end(pieces: &[String], from: usize) -> usize {
    let mut depth = 0_i32;
    for (index, piece) in pieces.iter().enumerate().skip(from) {
        depth += match piece {
            piece if piece.starts_with("</") => -1,
            piece if piece.starts_with('<') && !piece.ends_with("/>") => 1,
            _ => 0,
        };
        if depth == 0 {
            return index + 1;
        }
    }
    pieces.len()
}

/// Requests that differ from a valid one in one thing: an element is gone, twice, after its
/// neighbour, of another name or namespace; an attribute is gone, unknown, of another value; a text
/// is another.
fn mutants(request: &str) -> Vec<String> {
    let pieces = pieces(request);
    let mut out = Vec::new();
    let with = |from: usize, to: usize, put: &str| format!("{}{put}{}", pieces[..from].concat(), pieces[to..].concat());
    for (index, piece) in pieces.iter().enumerate() {
        if !piece.starts_with('<') {
            out.push(with(index, index + 1, "?"));
            continue;
        }
        if piece.starts_with("</") || index == 0 {
            continue;
        }
        let to = end(&pieces, index);
        let whole = pieces[index..to].concat();
        out.push(with(index, to, ""));
        out.push(with(index, to, &whole.repeat(2)));
        out.push(with(index, to, &whole.replacen(":", ":X", 1).replace("</t:", "</t:X").replace("</m:", "</m:X")));
        if pieces.get(to).is_some_and(|next| next.starts_with('<') && !next.starts_with("</")) {
            let after = end(&pieces, to);
            out.push(with(index, after, &(pieces[to..after].concat() + &whole)));
        }
        for attribute in piece
            .split_whitespace()
            .skip(1)
            .map(|part| part.trim_end_matches(['>', '/']))
            .filter(|part| part.contains('='))
        {
            out.push(with(index, index + 1, &piece.replace(&format!(" {attribute}"), "")));
            let name = attribute.split('=').next().unwrap();
            out.push(with(index, index + 1, &piece.replace(attribute, &format!("{name}=\"?\""))));
        }
        let (open, close) = if piece.ends_with("/>") {
            (piece.trim_end_matches("/>"), "/>")
        } else {
            (piece.trim_end_matches('>'), ">")
        };
        out.push(with(index, index + 1, &format!("{open} Unknown=\"1\"{close}")));
    }
    out
}

#[test]
fn the_grammar_and_the_schemas_take_and_refuse_the_same() {
    let mut client = Client::new(Seed::Empty);
    let requests: Vec<String> =
        valid().iter().flat_map(|request| std::iter::once(request.clone()).chain(mutants(request))).collect();
    // names that do not begin with a prefix and end with the same one are no XML
    let requests: Vec<String> =
        requests.into_iter().filter(|request| payload(envelope("", request).as_bytes()).is_some()).collect();
    let payloads: Vec<String> =
        requests.iter().map(|request| payload(envelope("", request).as_bytes()).unwrap()).collect();
    let judged = match validate(&folder(), &payloads.iter().collect::<Vec<_>>()) {
        Ok(judged) => judged,
        Err(why) => {
            println!("SKIPPED: the grammar is not compared with Microsoft's schemas of EWS: {why}");
            return;
        }
    };
    let mut apart = Vec::new();
    let (mut taken, mut refused) = (0, 0);
    for (request, fault) in requests.iter().zip(&judged) {
        let (_, reply) = client.ask(request);
        let is_refused = reply.text("faultcode") == "t:ErrorSchemaValidation";
        client.refused += usize::from(is_refused);
        *(if is_refused { &mut refused } else { &mut taken }) += 1;
        if is_refused != fault.is_some() {
            let fault = fault.as_ref().map(|fault| fault.split(" in <m:").next().unwrap());
            apart.push(format!("refused: {is_refused}; schemas: {fault:?}; {}", reply.text("Violation")));
        }
    }
    println!("{} requests: {taken} taken, {refused} refused", requests.len());
    assert!(taken > 50 && refused > 300);
    assert!(apart.is_empty(), "{} apart: {:#?}", apart.len(), &apart[..apart.len().min(10)]);
}

#[test]
fn a_violation_is_told_with_its_place() {
    let mut client = Client::new(Seed::Empty);
    let swapped = create("SendToNone", "<t:Location>x</t:Location>\n  <t:Subject>y</t:Subject>");
    let told = client.violation(&swapped);
    assert_eq!((told.text("LineNumber").as_str(), told.text("LinePosition").as_str()), ("5", "3"));
    assert!(told.text("Violation").contains("'CalendarItem' has invalid child element 'Subject'"), "{told:?}");
    for body in ["", "<m:Other/>", "<m:GetItem/>", "<m:GetItem>"] {
        client.violation(body);
    }
    let request = envelope("", &sync("calendar", "", 10, ""));
    for body in [
        request.replace("<soap:Header>", "<!DOCTYPE x><soap:Header>"),
        request.replace("BaseShape>IdOnly", "BaseShape>&bomb;"),
        "text".to_owned(),
    ] {
        let response = client.post(&[], &body).response.unwrap();
        assert_eq!(response.status(), 500, "{body}");
        client.refused += 1;
    }
}

#[test]
fn microsofts_examples_are_understood() {
    let mut client = Client::new(Seed::Empty);
    let Ok(index) = std::fs::read_to_string(folder().join("examples/INDEX.tsv")) else {
        println!("SKIPPED: no examples of Microsoft in {}", folder().display());
        return;
    };
    let has = [
        "FindFolder",
        "GetFolder",
        "SyncFolderHierarchy",
        "SyncFolderItems",
        "FindItem",
        "GetItem",
        "CreateItem",
        "UpdateItem",
        "DeleteItem",
        "MoveItem",
    ];
    let (mut served, mut lacking) = (0, Vec::new());
    for line in index.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [file, operation, kind, _, _, _, valid, ..] = columns.as_slice() else { continue };
        if *kind != "request" || *valid != "yes" || !has.contains(operation) {
            continue;
        }
        let text = std::fs::read_to_string(folder().join("examples").join(file)).unwrap();
        let response = client.post(&[], &text).response.unwrap();
        let reply = crate::soap::Node::read(std::str::from_utf8(response.body()).unwrap());
        if reply.text("faultcode") == "t:ErrorSchemaValidation" {
            client.refused += 1;
            lacking.push(format!("{file}: {}", reply.text("Violation")));
        }
        served += 1;
    }
    println!("{served} requests of Microsoft's examples");
    assert!(served > 30, "{served}");
    assert!(lacking.is_empty(), "{lacking:#?}");
}

#[test]
fn requests_of_the_recordings_are_understood() {
    let mut client = Client::new(Seed::Empty);
    let Ok(entries) = std::fs::read_dir(folder().join("gromox-recordings")) else {
        println!("SKIPPED: no recordings in {}", folder().display());
        return;
    };
    let mut served = 0;
    for path in
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.to_string_lossy().ends_with("request.xml"))
    {
        let text = std::fs::read_to_string(&path).unwrap();
        if text.contains("CreateFolder") || text.contains("GetServerTimeZones") {
            continue;
        }
        let response = client.post(&[], &text).response.unwrap();
        assert_eq!(response.status(), 200, "{}: {}", path.display(), String::from_utf8_lossy(response.body()));
        served += 1;
    }
    assert!(served > 28, "{served}");
}
