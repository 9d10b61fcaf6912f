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
        let expected = [("demo@contoso.example", "Supervisor"), ("dmitry.volkov@contoso.example", DMITRY)]
            .map(|(a, b)| (json!(a), json!(b)));
        assert_eq!(shown, expected.iter().map(|(a, b)| (a, b)).collect::<Vec<_>>());
        assert_eq!(client.column("ActivitySyncSettings", "Id").len(), 2);
        assert_eq!(
            client.column("ContactCommunication?$filter=SearchNumber eq 'dmitry.volkov@contoso.example'", "Id").len(),
            1
        );
    }
    let mut client = Client::new(Seed::Empty);
    assert_eq!(client.call("GET", "Contact/$count", &Json::Null).1, json!(2));
}
