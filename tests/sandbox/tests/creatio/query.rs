use crate::client::{Client, NOW};
use sandbox::Seed;
use serde_json::{Value as Json, json};

const A: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const B: &str = "bbbbbbbb-0000-4000-8000-000000000002";
const C: &str = "cccccccc-0000-4000-8000-000000000003";
const HIGH: &str = "d625a9fc-7ee6-df11-971b-001d60e938c6";
const COMPLETED: &str = "4bdbb88f-58e6-df11-971b-001d60e938c6";

/// Three activities: A a meeting, B a task with high priority and quotes, C completed and with a
/// contact.
fn filled() -> Client {
    let mut client = Client::new(Seed::Empty);
    let contact = "11111111-0000-4000-8000-000000000000";
    let person = json!({"Id": contact, "Name": "Anna", "Email": "anna@fabrikam.example"});
    assert_eq!(client.call("POST", "Contact", &person).0, 201);
    for body in [
        json!({"Id": A, "Title": "Alpha", "ShowInScheduler": true, "StartDate": "2026-11-23T08:00:00Z",
            "DueDate": "2026-11-23T09:00:00Z", "Location": "Room 4"}),
        json!({"Id": B, "Title": "Beta's", "PriorityId": HIGH, "StartDate": "2026-11-24T08:00:00Z",
            "DueDate": "2026-11-24T08:30:00Z"}),
        json!({"Id": C, "Title": "Гамма", "StatusId": COMPLETED, "ContactId": contact,
            "StartDate": "2026-11-25T11:00:00+03:00", "DueDate": "2026-11-25T12:00:00+03:00"}),
    ] {
        client.activity(&body);
    }
    client
}

fn letters(ids: &[String]) -> String {
    ids.iter().map(|id| id.chars().next().unwrap()).collect()
}

#[test]
fn filters() {
    let mut client = filled();
    let owner = client.column("SysAdminUnit", "ContactId").remove(0);
    let rows = [
        ("Title eq 'Alpha'", "a"),
        ("Title eq 'alpha'", ""),
        ("tolower(Title) eq 'alpha'", "a"),
        ("Title ne 'Alpha'", "bc"),
        ("Title eq 'Beta''s'", "b"),
        ("Title eq 'Гамма'", "c"),
        ("contains(Title,'eta')", "b"),
        ("startswith(Title, 'Al') or endswith(Title, '''s')", "ab"),
        ("not contains(Title,'a')", "c"),
        ("not (contains(Title,'a') or Title eq 'x')", "c"),
        ("StartDate gt 2026-11-24T08:00:00Z", "c"),
        ("StartDate ge 2026-11-24T08:00:00Z", "bc"),
        ("StartDate lt 2026-11-24T11:00:00%2B03:00", "a"),
        ("StartDate le 2026-11-24T08:00:00Z and DueDate gt 2026-11-23T09:00:00Z", "b"),
        ("StartDate eq 2026-11-25T08:00:00Z", "c"),
        ("ShowInScheduler eq true", "a"),
        ("ShowInScheduler", "a"),
        ("not ShowInScheduler and DurationInMinutes lt 60", "b"),
        ("false eq ShowInScheduler", "bc"),
        ("Title eq 'Alpha' or Title eq 'Beta''s' and ShowInScheduler eq true", "a"),
        ("(Title eq 'Alpha' or Title eq 'Beta''s') and ShowInScheduler eq false", "b"),
        (&format!("Id eq {A} or Id eq {C}"), "ac"),
        (&format!("Owner/Id eq {owner}"), "abc"),
        (&format!("Priority/Id eq {HIGH}"), "b"),
        ("Status/Finish eq true", "c"),
        ("Contact/Email eq 'anna@fabrikam.example'", "c"),
        ("Contact/Id eq null", "ab"),
        ("Contact/Id ne null", "c"),
        ("Contact/Id eq 00000000-0000-0000-0000-000000000000", "ab"),
        ("Contact/Name eq 'nobody'", ""),
        ("RemindToOwnerDate eq null", "abc"),
        ("RemindToOwnerDate lt 2030-01-01T00:00:00Z", ""),
        ("Location eq ''", "bc"),
        ("Location eq null", ""),
    ];
    for (filter, expected) in rows {
        let found = client.column(&format!("Activity?$filter={filter}"), "Id");
        assert_eq!(letters(&found), expected, "{filter}");
    }
    let people =
        client.column(&format!("ActivityParticipant?$filter=Activity/Id eq {C} and Participant/Email ne ''"), "Id");
    assert_eq!(people.len(), 2);
}

#[test]
fn refuses_filters() {
    let mut client = filled();
    let deep = format!("{}Title eq 'x'{}", "(".repeat(5000), ")".repeat(5000));
    let rows = [
        (format!("OwnerId eq {A}"), 500, "Column by path OwnerId not found in schema Activity."),
        ("StartDate ge '2026-11-24T08:00:00Z'".to_owned(), 400, "'Edm.DateTimeOffset' and 'Edm.String'"),
        (format!("Owner eq {A}"), 400, "Owner"),
        (format!("Owner/Id eq '{A}'"), 400, "incompatible types"),
        ("Nothing eq 1".to_owned(), 400, "Could not find a property named 'Nothing'"),
        ("Owner/Nothing eq 1".to_owned(), 400, "'Nothing' on type 'Terrasoft.Configuration.OData.Contact'"),
        ("Title".to_owned(), 400, "condition"),
        ("Title eq 'x".to_owned(), 400, "unterminated"),
        ("Title eq".to_owned(), 400, "expected"),
        ("(Title eq 'x'".to_owned(), 400, "expected"),
        ("Title eq 'x' Title".to_owned(), 400, "unexpected"),
        ("contains(Title,1)".to_owned(), 400, "signature"),
        ("Id in (1)".to_owned(), 400, ""),
        ("ActivityParticipantCollectionByActivity/any(p:p/Id ne null)".to_owned(), 400, ""),
    ];
    for (filter, status, text) in &rows {
        let (found, body) = client.call("GET", &format!("Activity?$filter={filter}"), &Json::Null);
        assert_eq!(found, *status, "{filter}: {body}");
        assert!(body.to_string().contains(text), "{filter}: {body}");
    }
    let batch = json!({"requests": [{"id": "1", "method": "GET", "url": format!("Activity?$filter={deep}")}]});
    assert_eq!(client.call("POST", "$batch", &batch).1["responses"][0]["status"], 400);
}

#[test]
fn pages_in_order() {
    let mut client = filled();
    let rows = [
        ("$orderby=StartDate desc", "cba"),
        ("$orderby=ShowInScheduler desc,StartDate", "abc"),
        ("$orderby=Status/Finish,Title desc", "bac"),
        ("$orderby=StartDate&$top=2", "ab"),
        ("$orderby=StartDate&$top=2&$skip=2", "c"),
        ("$skip=5", ""),
        ("$top=0", ""),
    ];
    for (options, expected) in rows {
        assert_eq!(letters(&client.column(&format!("Activity?{options}"), "Id")), expected, "{options}");
    }
    let body = client.get("Activity?$count=true&$top=1&$filter=ShowInScheduler eq false");
    assert_eq!((&body["@odata.count"], body["value"].as_array().unwrap().len()), (&json!(2), 1));
    assert_eq!(client.get("Activity/$count?$filter=ShowInScheduler eq false"), json!(2));
    for wrong in ["$top=x", "$orderby=Nothing", "$orderby=Title up", "$select=Nothing", "$expand=Nothing", "$apply=x"] {
        assert_eq!(client.call("GET", &format!("Activity?{wrong}"), &Json::Null).0, 400, "{wrong}");
    }
}

#[test]
fn selects_and_expands() {
    let mut client = filled();
    let body = client.get(&format!("Activity({C})?$select=Id,OwnerId&$expand=Contact,Status"));
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["@odata.context", "Id", "OwnerId", "Contact", "Status"]);
    assert_eq!((&body["Contact"]["Name"], &body["Status"]["Finish"]), (&json!("Anna"), &json!(true)));
    let body = client.get(&format!(
        "Activity?$filter=Id eq {A}&$expand=Contact,ActivityParticipantCollectionByActivity/Participant"
    ));
    let row = &body["value"][0];
    assert_eq!(row["Contact"], Json::Null);
    assert_eq!(row["ActivityParticipantCollectionByActivity"][0]["Participant"]["Name"], "Supervisor");
    for wrong in ["Status($select=Name)", "Owner/Account/Owner"] {
        assert_eq!(client.call("GET", &format!("Activity?$expand={wrong}"), &Json::Null).0, 400, "{wrong}");
    }
}

#[test]
fn shows_what_is_empty_as_creatio_does() {
    let mut client = filled();
    let row = client.get(&format!("Activity({A})"));
    assert_eq!(row["@odata.context"], "http://localhost:8080/0/odata/$metadata#Activity/$entity");
    assert_eq!(row["ContactId"], "00000000-0000-0000-0000-000000000000");
    assert_eq!(row["RemindToOwnerDate"], "0001-01-01T00:00:00Z");
    assert_eq!((&row["Notes"], &row["RemindToOwner"]), (&json!(""), &json!(false)));
    assert_eq!(row["StartDate"], "2026-11-23T08:00:00Z");
    assert!(row["CreatedOn"].as_str().unwrap() > NOW && row["CreatedOn"].as_str().unwrap().len() == NOW.len());
}

#[test]
fn reads_single_values_streams_and_neighbours() {
    let mut client = Client::new(Seed::Demo);
    let folder = client.get("ActivityFolder?$filter=FolderType/Id eq 65ca0946-0084-4874-b117-c13199af3b95");
    let folder = &folder["value"][0];
    let link = folder["SearchData@odata.mediaReadLink"].as_str().unwrap().to_owned();
    assert_eq!(link, format!("ActivityFolder({})/SearchData", folder["Id"].as_str().unwrap()));
    assert_eq!(client.get(&link)["rootSchemaName"], "Activity");
    assert!(folder.get("SearchData").is_none());
    assert_eq!(client.call("PUT", &link, &json!({"items": {}})).0, 204);
    assert_eq!(client.get(&link), json!({"items": {}}));

    let mut client = filled();
    assert_eq!(client.get(&format!("Activity({A})/Title"))["value"], "Alpha");
    assert_eq!(client.get(&format!("Activity({A})/Title/$value")), "Alpha");
    assert_eq!(client.get(&format!("Activity({A})/Owner"))["Name"], "Supervisor");
    let people = client.get(&format!("Activity({C})/ActivityParticipantCollectionByActivity"));
    assert_eq!(people["value"].as_array().unwrap().len(), 2);
    assert_eq!(client.call("GET", &format!("Activity({HIGH})"), &Json::Null).0, 404);
    assert_eq!(client.call("GET", "Activity('x')", &Json::Null).0, 400);
}

#[test]
fn describes_itself() {
    let mut client = Client::new(Seed::Empty);
    let sets = client.column("", "name");
    assert!(
        ["Activity", "ActivityInFolder", "MailServer", "SysAdminUnit"]
            .iter()
            .all(|set| sets.contains(&(*set).to_owned()))
    );
    let metadata = client.get("$metadata");
    let metadata = metadata.as_str().unwrap();
    for part in [
        "<Property Name=\"Title\" Type=\"Edm.String\" Nullable=\"false\"/>",
        "<Property Name=\"StartDate\" Type=\"Edm.DateTimeOffset\"/>",
        "<Property Name=\"OwnerId\" Type=\"Edm.Guid\"/>",
        "<NavigationProperty Name=\"Owner\" Type=\"Terrasoft.Configuration.OData.Contact\">",
        "<NavigationProperty Name=\"ActivityParticipantCollectionByActivity\" Type=\"Collection(",
    ] {
        assert!(metadata.contains(part), "{part}");
    }
}

#[test]
fn holds_the_stock_rows_and_the_mailbox() {
    let mut client = Client::new(Seed::Empty);
    assert_eq!(client.get("Activity")["value"], json!([]));
    assert_eq!(client.get(&format!("ActivityStatus({COMPLETED})"))["Finish"], true);
    let roles = client.column("ActivityParticipantRole?$filter=Code eq 'OptionalParticipant'", "Name");
    assert_eq!(roles.len(), 1);
    let mailbox = client.get("MailboxSyncSettings?$expand=MailServer,SysAdminUnit&$orderby=SenderEmailAddress");
    let mailbox = &mailbox["value"][0];
    assert_eq!(mailbox["SenderEmailAddress"], "demo@contoso.example");
    assert_eq!(mailbox["MailServer"]["Id"], "4bde7ec8-061f-46a3-ab24-49f5ec9cce8b");
    assert_eq!(mailbox["SysAdminUnit"]["TimeZoneId"], "Russian Standard Time");
    let settings = client.get("ActivitySyncSettings");
    let settings = &settings["value"][0];
    assert_eq!((&settings["ImportAppointments"], &settings["ImportAppointmentsAll"]), (&json!(false), &json!(true)));
    assert_eq!(settings["ImportActivitiesFrom"], "2026-10-24T00:00:00Z");
    let address = client.column("ContactCommunication?$filter=SearchNumber eq 'demo@contoso.example'", "ContactId");
    assert_eq!(address, client.column("SysAdminUnit?$filter=Name eq 'Supervisor'", "ContactId"));
}

#[test]
fn the_demo_month_has_every_kind() {
    let mut client = Client::new(Seed::Demo);
    let mut again = Client::new(Seed::Demo);
    assert_eq!(client.get("Activity"), again.get("Activity"), "the same moment gives the same rows");
    let me = client.column("SysAdminUnit?$filter=Name eq 'Supervisor'", "ContactId").remove(0);
    let rows = [
        "ShowInScheduler eq true and Status/Name eq 'Canceled'".to_owned(),
        "ShowInScheduler eq false and Status/Name eq 'Not started'".to_owned(),
        "ShowInScheduler eq false and Status/Name eq 'In progress'".to_owned(),
        "ShowInScheduler eq false and Status/Name eq 'Completed'".to_owned(),
        "ShowInScheduler eq false and Status/Name eq 'Canceled'".to_owned(),
        "Type/Code eq 'Call'".to_owned(),
        "Type/Code eq 'Email'".to_owned(),
        format!("Owner/Id ne {me}"),
        "RemindToOwner eq true".to_owned(),
        "Priority/Name eq 'Low'".to_owned(),
        "contains(Notes,'<b>')".to_owned(),
    ];
    for filter in rows {
        assert!(!client.column(&format!("Activity?$filter={filter}"), "Id").is_empty(), "{filter}");
    }
    assert!(client.column("ActivityInFolder", "Id").len() > 5);
    assert!(client.column("Contact?$filter=endswith(Email,'@fabrikam.example')", "Id").len() > 1);
}

#[test]
fn rows_are_looked_up_by_what_they_hold_now() {
    let mut client = filled();
    let set = |client: &mut Client, id: &str, uid: &str| {
        let status = client.call("PATCH", &format!("Activity({id})"), &json!({"GlobalActivityID": uid})).0;
        assert_eq!(status, 204);
    };
    set(&mut client, A, "one");
    set(&mut client, B, "two");
    set(&mut client, A, "three");
    let ids = |client: &mut Client, filter: &str| client.column(&format!("Activity?$filter={filter}"), "Id");
    for (filter, found) in [
        ("GlobalActivityID eq 'one'".to_owned(), vec![]),
        ("GlobalActivityID eq 'three' or GlobalActivityID eq 'two'".to_owned(), vec![A, B]),
        (format!("(Id eq {B} or Id eq {A}) and GlobalActivityID eq 'two'"), vec![B]),
        (format!("Id eq {A} or GlobalActivityID eq ''"), vec![A, C]),
        (format!("not (Id eq {A}) and not (GlobalActivityID eq 'two')"), vec![C]),
    ] {
        assert_eq!(ids(&mut client, &filter), found, "{filter}");
    }
    client.control("creatio", &json!({"hidden": [A]}), 204);
    assert!(ids(&mut client, "GlobalActivityID eq 'three'").is_empty(), "rights hide it");
    client.control("creatio", &json!({"hidden": []}), 204);
    assert_eq!(client.call("DELETE", &format!("Activity({A})"), &Json::Null).0, 204);
    assert!(ids(&mut client, "GlobalActivityID eq 'three'").is_empty(), "it is gone");
    assert!(client.column(&format!("ActivityParticipant?$filter=Activity/Id eq {A}"), "Id").is_empty());
    assert!(!client.column(&format!("ActivityParticipant?$filter=Activity/Id eq {B}"), "Id").is_empty());
}
