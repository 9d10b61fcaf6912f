//! Folders; pages and restrictions; the demo read back.

use crate::soap::{Client, Node, create_task, folder_id, hour, mark, paths};
use sandbox::Seed;
use serde_json::json;

fn find_folder(depth: &str, more: &str, restriction: &str) -> String {
    format!(
        "<m:FindFolder Traversal=\"{depth}\"><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>{}</m:FolderShape>{more}{restriction}<m:ParentFolderIds><t:DistinguishedFolderId Id=\"msgfolderroot\"/></m:ParentFolderIds></m:FindFolder>",
        paths("folder:FolderClass folder:DisplayName folder:ParentFolderId folder:EffectiveRights folder:TotalCount")
    )
}

fn names(reply: &Node) -> Vec<String> {
    let folders =
        reply.all("Folders").into_iter().chain(reply.all("Create")).flat_map(|folders| folders.children.iter());
    folders
        .map(|folder| format!("{} {} {}", folder.name, folder.text("FolderClass"), folder.text("DisplayName")))
        .collect()
}

#[test]
fn folders_are_told_by_class_wherever_they_lie() {
    let mut client = Client::new(Seed::Demo);
    let all = names(&client.ok(&find_folder("Deep", "", "")));
    for name in [
        "CalendarFolder IPF.Appointment Calendar",
        "CalendarFolder IPF.Appointment Командировки",
        "CalendarFolder IPF.Appointment.Birthday Birthdays",
        "CalendarFolder IPF.Appointment Old projects",
        "TasksFolder IPF.Task Tasks",
        "TasksFolder IPF.Task.Project Project plan",
        "Folder IPF.Note Deleted Items",
    ] {
        assert!(all.contains(&name.to_owned()), "{name}: {all:#?}");
    }
    assert!(!all.iter().any(|name| name.contains("To-Do Search") || name.contains("Top of")));
    let top = names(&client.ok(&find_folder("Shallow", "", "")));
    assert!(
        top.contains(&"CalendarFolder IPF.Appointment Calendar".to_owned())
            && !top.iter().any(|name| name.ends_with("Birthdays"))
    );
    let tasks = "<m:Restriction><t:Contains ContainmentMode=\"Prefixed\" ContainmentComparison=\"IgnoreCase\"><t:FieldURI FieldURI=\"folder:FolderClass\"/><t:Constant Value=\"ipf.task\"/></t:Contains></m:Restriction>";
    assert_eq!(names(&client.ok(&find_folder("Deep", "", tasks))).len(), 3);
    let paged = |from: usize| {
        format!("<m:IndexedPageFolderView MaxEntriesReturned=\"5\" Offset=\"{from}\" BasePoint=\"Beginning\"/>")
    };
    let (mut found, mut from) = (Vec::new(), 0);
    loop {
        let reply = client.ok(&find_folder("Deep", &paged(from), ""));
        found.extend(names(&reply));
        let root = reply.first("RootFolder");
        from = root.at("IndexedPagingOffset").parse().unwrap();
        if root.at("IncludesLastItemInRange") == "true" {
            break;
        }
    }
    assert_eq!(found, all);
}

#[test]
fn folders_are_got_by_name_and_by_id() {
    let mut client = Client::new(Seed::Demo);
    let get = |id: &str| {
        format!(
            "<m:GetFolder><m:FolderShape><t:BaseShape>AllProperties</t:BaseShape></m:FolderShape><m:FolderIds>{id}</m:FolderIds></m:GetFolder>"
        )
    };
    let reply = client.ok(&get(&folder_id("calendar")));
    assert_eq!((reply.text("DisplayName").as_str(), reply.text("CreateContents").as_str()), ("Calendar", "true"));
    assert!(reply.text("TotalCount").parse::<usize>().unwrap() > 4);
    let again = client.ok(&get(&folder_id(reply.first("FolderId").at("Id"))));
    assert_eq!(again.text("DisplayName"), "Calendar");
    let rows = [
        (folder_id("favorites"), "ErrorFolderNotFound"),
        (folder_id("AAMkALgAuAAAAAAAAAAAAAAAAAAA="), "ErrorFolderNotFound"),
        ("<t:DistinguishedFolderId Id=\"calendar\"><t:Mailbox><t:EmailAddress>other@corp.contoso.example</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>".to_owned(), "ErrorAccessDenied"),
    ];
    for (id, code) in rows {
        assert_eq!(client.codes(&get(&id)), [code], "{id}");
    }
}

#[test]
fn the_hierarchy_is_synchronized() {
    let mut client = Client::new(Seed::Demo);
    let sync = |state: &str| {
        let state = if state.is_empty() { String::new() } else { format!("<m:SyncState>{state}</m:SyncState>") };
        format!(
            "<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>{}</m:FolderShape>{state}</m:SyncFolderHierarchy>",
            paths("folder:FolderClass folder:DisplayName")
        )
    };
    let first = client.ok(&sync(""));
    let mut told = names(&first);
    let mut all = names(&client.ok(&find_folder("Deep", "", "")));
    told.sort();
    all.sort();
    assert_eq!(told, all);
    let quiet = client.ok(&sync(&first.text("SyncState")));
    assert_eq!((quiet.first("Changes").children.len(), quiet.text("SyncState")), (0, first.text("SyncState")));
    client.control("POST", "renumber", &json!(null));
    let moved = client.ok(&sync(&first.text("SyncState")));
    assert_eq!((moved.all("Create").len(), moved.all("Delete").len()), (7, 7), "calendars and lists have other ids");
    assert_eq!(client.codes(&sync("made-up")), ["ErrorInvalidSyncStateData"]);
}

fn find(folder: &str, more: &str, restriction: &str) -> String {
    format!(
        "<m:FindItem Traversal=\"Shallow\"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>{}</m:ItemShape>{more}{restriction}<m:ParentFolderIds>{}</m:ParentFolderIds></m:FindItem>",
        paths("item:Subject *id"),
        folder_id(folder)
    )
}

#[test]
fn items_are_found_by_extended_property() {
    let mut client = Client::new(Seed::Empty);
    client.create("a", &format!("{}{}", mark("id", "1"), hour("2026-11-20T10:00:00Z")));
    client.create("b", &format!("{}{}", mark("id", "2"), hour("2026-11-20T10:00:00Z")));
    client.create("c", &hour("2026-11-20T10:00:00Z"));
    client.ok(&create_task(&format!("<t:Subject>t</t:Subject>{}", mark("id", "1"))));
    let uri = format!(
        "<t:ExtendedFieldURI PropertySetId=\"{}\" PropertyName=\"ID\" PropertyType=\"String\"/>",
        crate::soap::SET.to_uppercase()
    );
    let equal = |value: &str| {
        format!(
            "<t:IsEqualTo>{uri}<t:FieldURIOrConstant><t:Constant Value=\"{value}\"/></t:FieldURIOrConstant></t:IsEqualTo>"
        )
    };
    let exists = format!("<t:Exists>{uri}</t:Exists>");
    let rows = [
        ("calendar", equal("1"), vec!["a"]),
        ("calendar", equal("3"), vec![]),
        ("calendar", exists.clone(), vec!["a", "b"]),
        ("calendar", format!("<t:Not>{exists}</t:Not>"), vec!["c"]),
        ("calendar", format!("<t:And>{exists}<t:Not>{}</t:Not></t:And>", equal("1")), vec!["b"]),
        ("calendar", format!("<t:Or>{}{}</t:Or>", equal("1"), equal("2")), vec!["a", "b"]),
        ("calendar", "<t:IsGreaterThan><t:FieldURI FieldURI=\"calendar:Start\"/><t:FieldURIOrConstant><t:Constant Value=\"2026-11-20T11:30:00+01:00\"/></t:FieldURIOrConstant></t:IsGreaterThan>".to_owned(), vec![]),
        ("calendar", "<t:IsGreaterThanOrEqualTo><t:FieldURI FieldURI=\"calendar:Start\"/><t:FieldURIOrConstant><t:Constant Value=\"2026-11-20T11:00:00+01:00\"/></t:FieldURIOrConstant></t:IsGreaterThanOrEqualTo>".to_owned(), vec!["a", "b", "c"]),
        ("tasks", equal("1"), vec!["t"]),
    ];
    for (folder, expression, expected) in rows {
        let reply = client.ok(&find(folder, "", &format!("<m:Restriction>{expression}</m:Restriction>")));
        let found: Vec<String> = reply.first("Items").children.iter().map(|item| item.text("Subject")).collect();
        assert_eq!(found, expected, "{expression}");
    }
}

#[test]
fn lists_come_in_pages() {
    let mut client = Client::new(Seed::Empty);
    let tasks: Vec<_> = (0..1003).map(|n| json!({"title": format!("{n:04}")})).collect();
    client.control("POST", "load", &json!({"account": client.account, "tasks": tasks}));
    let view = |from: usize, most: usize| {
        format!("<m:IndexedPageItemView MaxEntriesReturned=\"{most}\" Offset=\"{from}\" BasePoint=\"Beginning\"/>")
    };
    let reply = client.ok(&find("tasks", &view(0, 2000), ""));
    let root = reply.first("RootFolder");
    assert_eq!(
        (
            root.at("IndexedPagingOffset"),
            root.at("TotalItemsInView"),
            root.at("IncludesLastItemInRange"),
            reply.all("Task").len()
        ),
        ("1000", "1003", "false", 1000)
    );
    let reply = client.ok(&find("tasks", &view(1000, 1000), ""));
    assert_eq!(
        (
            reply.all("Task").len(),
            reply.first("RootFolder").at("IncludesLastItemInRange"),
            reply.text("Subject").as_str()
        ),
        (3, "true", "1000")
    );
    assert_eq!(client.codes(&find("tasks", &view(0, 0), "")), ["ErrorInvalidIndexedPagingParameters"]);
    let sorted = "<m:SortOrder><t:FieldOrder Order=\"Descending\"><t:FieldURI FieldURI=\"item:Subject\"/></t:FieldOrder></m:SortOrder>";
    assert_eq!(client.ok(&find("tasks", &view(0, 1), sorted)).text("Subject"), "1002");
}

#[test]
fn names_are_resolved() {
    let mut client = Client::new(Seed::Empty);
    let resolve = |entry: &str| {
        format!(
            "<m:ResolveNames ReturnFullContactData=\"false\"><m:UnresolvedEntry>{entry}</m:UnresolvedEntry></m:ResolveNames>"
        )
    };
    assert_eq!(client.ok(&resolve("smtp:demo@corp")).text("EmailAddress"), "demo@corp.contoso.example");
    assert_eq!(client.codes(&resolve("nobody")), ["ErrorNameResolutionNoResults"]);
}

#[test]
fn the_demo_has_something_of_everything() {
    let mut client = Client::new(Seed::Demo);
    let (events, _) = client.round("calendar", "", 500);
    let kinds: Vec<String> = events
        .iter()
        .map(|(_, node)| {
            let item = client.get(
                &node.id(),
                "calendar:CalendarItemType calendar:IsAllDayEvent item:Sensitivity calendar:IsMeeting",
            );
            ["CalendarItemType", "IsAllDayEvent", "Sensitivity", "IsMeeting"].map(|name| item.text(name)).join(" ")
        })
        .collect();
    for kind in [
        "Single false Normal false",
        "Single false Normal true",
        "Single true Normal false",
        "Single false Private false",
        "RecurringMaster false Normal false",
    ] {
        assert!(kinds.contains(&kind.to_owned()), "{kind}: {kinds:?}");
    }
    let (tasks, _) = client.round("tasks", "", 500);
    assert_eq!(tasks.len(), 2);
    client.account = sandbox::exchange::COLLEAGUE;
    assert_eq!(client.round("calendar", "", 500).0.len(), 0);
}
