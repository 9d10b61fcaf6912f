//! The table of stored filters: what each becomes, and whom it selects of a dozen activities.

use super::*;
use schedule_sync::flat::FlatSet;

/// What is expected of a stored filter.
pub(crate) enum Want {
    /// This `$filter`, and these activities.
    Odata(&'static str, &'static [u32]),
    /// Only the server can evaluate it, for this reason; and selects these.
    Server(&'static str, &'static [u32]),
    /// It can't be read: nobody, and this is named.
    Nothing(&'static str),
}

use Want::{Nothing, Odata, Server};

/// A stored filter that `Stage` reads: its name, it, and what is expected.
pub(crate) type Case = (&'static str, Value, Want);

/// Times are Moscow's, where it is Monday, 2 March 2026, 12:00.
pub(crate) fn fill(stage: &Stage) -> (String, String) {
    let mine = stage.contact.to_string();
    let other = stage.world.beside(COLLEAGUE).contact();
    let firm = stage.add("Account", json!({"Name": "Fabrikam"}));
    let anna = stage.add("Contact", json!({"Name": "Anna", "Email": "anna@fabrikam.example", "AccountId": firm}));
    let rows = [
        json!({"Title": "Budget talk", "StartDate": "2026-03-02T10:00:00Z", "Location": "Room 5", "ShowInScheduler": true}),
        json!({"Title": "O'Neil visits", "StartDate": "2026-03-01T20:30:00Z", "StatusId": COMPLETED, "PriorityId": HIGH}),
        json!({"Title": "Call Anna", "StartDate": "2026-03-02T21:30:00Z", "OwnerId": other, "ContactId": anna}),
        json!({"Title": "Report", "StartDate": "2026-02-26T09:00:00Z", "StatusId": IN_PROGRESS, "AccountId": firm}),
        json!({"Title": "Budget review", "StartDate": "2026-03-10T09:00:00Z", "ShowInScheduler": true}),
        json!({"Title": "Trade fair", "StartDate": "2026-04-15T09:00:00Z", "RemindToOwner": true,
            "RemindToOwnerDate": "2026-04-15T08:45:00Z"}),
        json!({"Title": "Audit", "StartDate": "2025-11-05T09:00:00Z", "StatusId": COMPLETED}),
        json!({"Title": "Audit", "StartDate": "2027-01-10T09:00:00Z", "OwnerId": other}),
        json!({"Title": "Budget mail", "StartDate": "2026-03-02T09:00:00Z", "TypeId": EMAIL}),
        json!({"Title": "50% off_all", "StartDate": "2026-03-02T08:30:00Z", "Location": "Room 6"}),
        json!({"Title": "Lunch", "StartDate": "2026-03-02T09:15:00Z", "ShowInScheduler": true}),
        json!({"Title": "Holidays", "StartDate": "2026-08-01T09:00:00Z", "AuthorId": other}),
    ];
    for (n, mut row) in rows.into_iter().enumerate() {
        let n = u32::try_from(n + 1).unwrap();
        row["Id"] = json!(id(n));
        let start: Instant = row["StartDate"].as_str().unwrap().parse().unwrap();
        row["DueDate"] = json!(start + chrono::Duration::minutes(10 * i64::from(n)));
        stage.add("Activity", row);
    }
    (mine, other)
}

#[test]
fn every_stored_filter_selects_what_it_says() {
    let stage = Stage::new();
    let (me, other) = fill(&stage);
    let user = stage.user.clone();
    let tables = [
        [values::groups(), values::values(), values::numbers(), values::lookups(), values::empty_ones()],
        [times::times(), times::days(), times::compared_periods(), odd::related(&other), odd::parts()],
        [odd::broken_groups(), odd::broken_conditions(), vec![], vec![], vec![]],
    ];
    let cases: Vec<Case> = tables.into_iter().flatten().flatten().collect();
    assert!(cases.len() >= 60, "{}", cases.len());
    for (name, filter, want) in cases {
        for (encoding, stored) in [("compact", filter.clone()), ("classic", classic(&filter))] {
            let told = told(&stage, &stored).replace(&me, "{me}").replace(&user, "{user}");
            assert_eq!(told, expected(&want), "{name}, {encoding}: {stored}");
        }
    }
}

/// Where OData is not open to the user, the server evaluates every filter by itself; what it does
/// not take selects nobody.
#[test]
fn the_same_are_selected_by_the_data_service() {
    let stage = Stage::new();
    let (_, other) = fill(&stage);
    let groups: Vec<(&str, GroupId, Want)> = [
        values::groups(),
        values::values(),
        values::lookups(),
        times::days(),
        odd::related(&other),
        odd::broken_groups(),
    ]
    .into_iter()
    .flatten()
    .enumerate()
    .map(|(n, (name, filter, want))| (name, stage.group(filter.to_string().as_bytes(), n % 2 == 0), want))
    .collect();
    let forbidden = json!({"odata": "forbidden"});
    stage.world.sandbox.borrow_mut().creatio.switch(serde_json::from_value(forbidden).unwrap()).unwrap();
    for (name, group, want) in groups {
        let told = stage.members(&group);
        match want {
            Odata(_, members) | Server(_, members) => assert_eq!(told, set(members), "{name}"),
            Nothing(why) => assert_eq!(told, Err(why.to_owned()), "{name}"),
        }
    }
}

#[test]
fn every_macro_means_its_stretch_of_time() {
    let stage = Stage::new();
    fill(&stage);
    for (name, right, [from, to], members) in times::periods() {
        let filter = all([trimmed(compare("StartDate", 3, right))]);
        let odata = format!("StartDate ge {from}:00:00Z and StartDate lt {to}:00:00Z");
        for stored in [filter.clone(), classic(&filter)] {
            assert_eq!(told(&stage, &stored), format!("{odata} -> {:?}", set(members)), "{name}");
        }
    }
}

/// What becomes of a stored filter, and whom it selects, in words.
fn told(stage: &Stage, stored: &Value) -> String {
    let bytes = stored.to_string().into_bytes();
    let members = stage.members(&stage.group(&bytes, bytes.len().is_multiple_of(2)));
    match stage.read(&bytes).map(|filter| filter.odata) {
        Ok(Ok(odata)) => format!("{odata} -> {members:?}"),
        Ok(Err(obstacle)) => format!("server: {obstacle} -> {members:?}"),
        Err(obstacle) => format!("nothing: {obstacle} -> {members:?}"),
    }
}

fn set(members: &[u32]) -> Result<FlatSet<u32>, String> {
    Ok(members.iter().copied().collect())
}

fn expected(want: &Want) -> String {
    match want {
        Odata(filter, members) => format!("{filter} -> {:?}", set(members)),
        Server(why, members) => format!("server: {why} -> {:?}", set(members)),
        Nothing(why) => format!("nothing: {why} -> {:?}", Err::<u32, _>(why)),
    }
}

#[test]
fn what_is_no_json_selects_nobody() {
    let stage = Stage::new();
    fill(&stage);
    for (stored, why) in [
        (&b""[..], "no filter is stored"),
        (b"  \n", "no filter is stored"),
        (b"{", "no JSON"),
        (b"\xFF\xFE", "no JSON"),
        (b"\"{\"", "no JSON"),
    ] {
        assert_eq!(stage.read(stored).unwrap_err().to_string(), why);
        assert_eq!(stage.members(&stage.group(stored, false)), Err(why.to_owned()));
    }
    let lunch = all([compare("Title", 3, text("Lunch"))]).to_string();
    let marked = [b"\xEF\xBB\xBF", lunch.as_bytes()].concat();
    for stored in [marked, json!(lunch).to_string().into_bytes()] {
        assert_eq!(stage.members(&stage.group(&stored, true)), Ok(FlatSet::from([11])));
    }
    // a class that belies the number of its type
    let mut belied = compare("Title", 3, text("Lunch"));
    belied["className"] = json!("Terrasoft.InFilter");
    assert_eq!(stage.read(belied.to_string().as_bytes()).unwrap_err().why, "an unknown kind of condition");
    let deep = (0..60).fold(compare("Title", 3, text("x")), |inner, _| all([inner]));
    assert_eq!(stage.read(deep.to_string().as_bytes()).unwrap_err().why, "too many groups in each other");
    // as DataService itself spells it (docs/facts/creatio.md, "Filters")
    let pascal = json!({"FilterType": 6, "LogicalOperation": 0, "IsEnabled": true, "Items": {"a": {"FilterType": 1,
        "ComparisonType": 3, "IsEnabled": true, "LeftExpression": {"ExpressionType": 0, "ColumnPath": "Title"},
        "RightExpression": {"ExpressionType": 2, "Parameter": {"DataValueType": 1, "Value": "Lunch"}}}}});
    assert_eq!(stage.members(&stage.group(pascal.to_string().as_bytes(), false)), Ok(FlatSet::from([11])));
}

#[test]
fn what_the_server_refuses_is_named() {
    let stage = Stage::new();
    fill(&stage);
    let strange = all([exists("[Nonsense:Activity].Id", 15, "Nonsense", &[])]);
    let custom = all([compare("UsrPlace", 3, text("here"))]);
    for (filter, parts) in [
        (strange, ["items.k1 ([Nonsense:Activity].Id): a condition on related records", "no schema"]),
        (custom, ["Could not find a property named 'UsrPlace'", "Column by path UsrPlace not found"]),
    ] {
        let told = stage.members(&stage.group(filter.to_string().as_bytes(), false)).unwrap_err();
        assert!(parts.iter().all(|part| told.contains(part)), "{told}");
    }
    // what OData refuses, DataService may take
    let group = stage.group(all([compare("Title", 3, text("Lunch"))]).to_string().as_bytes(), false);
    stage.world.faults(json!([{"server": "creatio", "path": "odata/Activity\\?", "times": 9,
        "then": {"status": 500, "body": {"error": {"code": "", "message": "out of memory"}}}}]));
    assert_eq!(stage.members(&group), Ok(FlatSet::from([11])));
    // a list that makes an address too long goes the same way
    let many: Vec<Value> = (0..60).map(|n| lookup(&id(n + 100))).chain([lookup(COMPLETED)]).collect();
    let long = stage.group(all([within("Status", 3, &many)]).to_string().as_bytes(), false);
    assert_eq!(stage.members(&long), Ok(FlatSet::from([2, 7])));
}

#[test]
fn trees_of_both_kinds_are_listed() {
    let stage = Stage::new();
    let tree = |name: &str, schema: &str, parent: Option<&str>| {
        let mut body = json!({"Name": name, "EntitySchemaName": schema});
        if let Some(parent) = parent {
            body["ParentId"] = json!(parent);
        }
        stage.add("FolderTree", body)
    };
    let top = tree("Top", "Activity", None);
    let inner = tree("Inner", "Activity", Some(&top));
    tree("Of contacts", "Contact", None);
    let folder = stage.add("ActivityFolder", json!({"Name": "Folder"}));
    let told = |stage: &Stage| {
        let groups = pollster::block_on(stage.creatio.groups()).unwrap();
        groups
            .into_iter()
            .map(|group| (group.id.to_string(), group.parent.map(|id| id.to_string())))
            .collect::<Vec<_>>()
    };
    assert_eq!(told(&stage), [(folder.clone(), None), (inner, Some(top.clone())), (top, None)]);
    // an installation before Freedom UI has no such table, by whatever service it is asked for
    let none = json!({"dataservice": "forbidden"});
    stage.world.sandbox.borrow_mut().creatio.switch(serde_json::from_value(none).unwrap()).unwrap();
    stage.world.faults(json!([{"server": "creatio", "path": "odata/FolderTree", "times": 9,
        "then": {"status": 404, "body": {"Message": "No HTTP resource was found", "MessageDetail": "No type"}}}]));
    assert_eq!(told(&stage), [(folder, None)]);
}
