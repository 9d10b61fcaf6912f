//! The second user: who he is, what he sees, what he may not.

use crate::client::Client;
use sandbox::Seed;
use serde_json::{Value as Json, json};

const DMITRY: &str = "Дмитрий Волков";

#[test]
fn each_signs_in_as_who_he_is() {
    for seed in [Seed::Empty, Seed::Demo] {
        let mut client = Client::new(seed);
        let people = client.column("SysAdminUnit?$orderby=Name", "Name");
        assert_eq!(people, ["Supervisor", DMITRY]);
        for user in ["Supervisor", DMITRY] {
            client.sign_in(user);
            let created = client.activity(&json!({"Title": user}));
            let row = client.get(&format!("Activity({created})?$expand=Owner,CreatedBy"));
            assert_eq!((&row["Owner"]["Name"], &row["CreatedBy"]["Name"]), (&json!(user), &json!(user)));
        }
        let titles = client.column("Activity", "Title");
        assert!(titles.contains(&"Supervisor".to_owned()), "he sees hers");
        let mailboxes = client.get("MailboxSyncSettings?$expand=SysAdminUnit&$orderby=SenderEmailAddress");
        let rows = mailboxes["value"].as_array().unwrap();
        let shown: Vec<_> = rows.iter().map(|row| (&row["SenderEmailAddress"], &row["SysAdminUnit"]["Name"])).collect();
        let on_site = ["demo@corp.contoso.example", "dmitry.volkov@corp.contoso.example"];
        let expected: Vec<_> = [
            ("demo@contoso.example", "Supervisor"),
            (on_site[0], "Supervisor"),
            ("dmitry.volkov@contoso.example", DMITRY),
            (on_site[1], DMITRY),
        ]
        .into_iter()
        .filter(|(address, _)| seed == Seed::Demo || !on_site.contains(address))
        .map(|(a, b)| (json!(a), json!(b)))
        .collect();
        assert_eq!(shown, expected.iter().map(|(a, b)| (a, b)).collect::<Vec<_>>());
        assert_eq!(client.column("ActivitySyncSettings", "Id").len(), expected.len());
        assert_eq!(
            client.column("ContactCommunication?$filter=SearchNumber eq 'dmitry.volkov@contoso.example'", "Id").len(),
            1
        );
    }
    let mut client = Client::new(Seed::Empty);
    assert_eq!(client.call("GET", "Contact/$count", &Json::Null).1, json!(2));
}

#[test]
fn hidden_rows_are_not_there() {
    // from whom: what each sees
    let rows = [
        (json!({}), [true, true]),
        (json!({"hidden": ["$"]}), [false, false]),
        (json!({"hidden": {DMITRY: ["$"]}}), [true, false]),
        (json!({"hidden": {"Supervisor": ["$"]}}), [false, true]),
        (json!({"hidden": []}), [true, true]),
    ];
    for (switch, expected) in rows {
        let mut client = Client::new(Seed::Empty);
        let id = client.activity(&json!({"Title": "secret"}));
        client.activity(&json!({"Title": "open"}));
        let switch: Json = serde_json::from_str(&switch.to_string().replace('$', &id)).unwrap();
        client.control("creatio", &switch, 204);
        for (user, sees) in ["Supervisor", DMITRY].into_iter().zip(expected) {
            client.sign_in(user);
            let row = format!("Activity({id})");
            assert_eq!(client.call("GET", &row, &Json::Null).0, if sees { 200 } else { 404 }, "{switch} {user}");
            assert_eq!(client.column("Activity?$orderby=Title", "Title").contains(&"secret".to_owned()), sees);
            let count = 1 + usize::from(sees);
            assert_eq!(client.call("GET", "Activity/$count", &Json::Null), (200, json!(count)));
            let counted = client.get("Activity?$top=1&$count=true");
            assert_eq!((&counted["@odata.count"], counted["value"].as_array().unwrap().len()), (&json!(count), 1));
            let back = client.get(&format!("ActivityParticipant?$expand=Activity&$filter=Activity/Id eq {id}"));
            assert_eq!(back["value"][0]["Activity"].is_object(), sees);
            let status = |allowed: u16| if sees { allowed } else { 403 };
            assert_eq!(client.call("PATCH", &row, &json!({"Location": user})).0, status(204), "{switch} {user}");
            let batch = json!({"requests": [{"id": "1", "method": "PATCH", "url": row, "body": {"Location": user}}]});
            assert_eq!(client.call("POST", "$batch", &batch).1["responses"][0]["status"], status(204));
            assert_eq!(client.call("POST", "Activity", &json!({"Id": id, "Title": "ghost"})).0, 500);
        }
        for (user, sees) in ["Supervisor", DMITRY].into_iter().zip(expected) {
            client.sign_in(user);
            if !sees {
                assert_eq!(client.call("DELETE", &format!("Activity({id})"), &Json::Null).0, 403);
            }
        }
        client.control("creatio", &json!({"hidden": []}), 204);
        assert_eq!(client.get(&format!("Activity({id})"))["Title"], "secret", "unharmed");
    }
}

#[test]
fn switches_that_are_not_there() {
    let mut client = Client::new(Seed::Empty);
    let id = client.activity(&json!({"Title": "a"}));
    for (body, status) in [
        (json!({"hiden": []}), 400),
        (json!({"hidden": ["x"]}), 400),
        (json!({"hidden": {"Nobody": [id]}}), 400),
        (json!({"hidden": [id]}), 204),
        (json!({}), 204),
    ] {
        client.control("creatio", &body, status);
    }
    assert!(client.column("Activity", "Id").is_empty(), "what is not named stays");
    client.control("reset", &json!({"seed": "empty"}), 204);
    client.activity(&json!({"Title": "b", "Id": id}));
    assert_eq!(client.column("Activity", "Id"), [id], "a reset switches off");
}
