//! What an installation holds at the start: stock lookups, the user and the mailbox (seed `empty`);
//! `seed/demo.rs` adds a working month. Ids are made from names, so that the same moment gives the
//! same rows.

mod demo;
mod lookups;

use super::schema::{Entity, stock};
use super::store::Store;
use super::value::Value;
use super::write::{self, Author, Insert};
use crate::environment::{Seed, random_looking};
use chrono::{DateTime, SubsecRound, Utc};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// The name and the password of the user who is signed in by opening the page.
pub(crate) const USER: &str = "Supervisor";

/// The mailbox of that user.
const MAILBOX: &str = "demo@contoso.example";

/// The name and the password of a second user, whom every seed has.
pub(crate) const COLLEAGUE: &str = "Дмитрий Волков";

/// The mailbox of the second user.
const COLLEAGUES_MAILBOX: &str = "dmitry.volkov@contoso.example";

/// The mailboxes that both have on an Exchange Server too, in seed `demo`.
const ON_SITE: [(&str, &str); 2] =
    [(USER, "demo@corp.contoso.example"), (COLLEAGUE, "dmitry.volkov@corp.contoso.example")];

/// The Windows id of the users' time zone.
const ZONE: &str = "Russian Standard Time";

/// An installation filled with `seed` at `now`.
pub(crate) fn fill(seed: Seed, now: DateTime<Utc>) -> Store {
    let mut seeder = Seeder { store: Store::default(), now: now.trunc_subsecs(6), contact: id("Contact", USER) };
    person(&mut seeder, USER, MAILBOX, &json!({"JobTitle": "Sales manager"}));
    lookups::fill(&mut seeder);
    user(&mut seeder, USER, MAILBOX);
    mailbox(&mut seeder, (USER, MAILBOX), stock::OFFICE_365);
    person(&mut seeder, COLLEAGUE, COLLEAGUES_MAILBOX, &json!({"JobTitle": "Менеджер по продажам"}));
    user(&mut seeder, COLLEAGUE, COLLEAGUES_MAILBOX);
    mailbox(&mut seeder, (COLLEAGUE, COLLEAGUES_MAILBOX), stock::OFFICE_365);
    match seed {
        Seed::Empty => {}
        Seed::Demo => {
            demo::fill(&mut seeder);
            on_site(&mut seeder);
        }
    }
    seeder.store
}

/// The id of a seeded row.
pub(crate) fn id(entity: &str, name: &str) -> Uuid {
    random_looking(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("creatio/{entity}/{name}").as_bytes()))
}

/// Puts rows in, as the user of the installation.
struct Seeder {
    store: Store,
    now: DateTime<Utc>,
    contact: Uuid,
}

impl Seeder {
    /// Adds a row, spelled as OData spells it.
    // a seed that does not fit the schema is a mistake in these files; every test would show it
    #[allow(clippy::panic)]
    fn add(&mut self, entity: &str, id: Uuid, body: &Json) {
        let added = (|| {
            let entity = Entity::named(entity).ok_or("no such entity")?;
            let mut changes = write::changes(entity, body.as_object().ok_or("no object")?)?;
            changes.insert("Id", Some(Value::Guid(id)));
            let author = Author { contact: self.contact, at: self.now };
            write::insert(&mut self.store, entity, (&changes, id), (author, Insert::Loaded)).map_err(|e| e.message)
        })();
        if let Err(reason) = added {
            panic!("the seed of {entity} {body} does not fit: {reason}");
        }
    }
}

/// A contact with one address, and its row in the communications.
fn person(seeder: &mut Seeder, name: &str, email: &str, more: &Json) {
    let contact = id("Contact", name);
    let mut body = json!({"Name": name, "Email": email});
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    seeder.add("Contact", contact, &body);
    if seeder.store.find("CommunicationType", id_of(stock::EMAIL_ADDRESS)).is_none() {
        seeder.add("CommunicationType", id_of(stock::EMAIL_ADDRESS), &json!({"Name": "Email"}));
    }
    let body = json!({"ContactId": contact, "CommunicationTypeId": stock::EMAIL_ADDRESS, "Number": email});
    seeder.add("ContactCommunication", id("ContactCommunication", email), &body);
}

/// A user who may sign in, with the name as password.
fn user(seeder: &mut Seeder, name: &str, email: &str) {
    let body = json!({"Name": name, "ContactId": id("Contact", name), "Email": email, "TimeZoneId": ZONE});
    seeder.add("SysAdminUnit", id("SysAdminUnit", name), &body);
}

/// An Exchange Server, and the users' mailboxes there.
fn on_site(seeder: &mut Seeder) {
    let server = id("MailServer", "Exchange Server");
    let body = json!({"Name": "Exchange Server", "TypeId": stock::EXCHANGE, "ExchangeEmailAddress": "mail.corp.contoso.example"});
    seeder.add("MailServer", server, &body);
    for (user, address) in ON_SITE {
        let body =
            json!({"ContactId": id("Contact", user), "CommunicationTypeId": stock::EMAIL_ADDRESS, "Number": address});
        seeder.add("ContactCommunication", id("ContactCommunication", address), &body);
        mailbox(seeder, (user, address), &server.to_string());
    }
}

/// A user's mailbox on a server, with the settings of the built-in sync as the server creates them:
/// all switches off. The one in Microsoft 365 is the default one.
fn mailbox(seeder: &mut Seeder, (user, address): (&str, &str), server: &str) {
    let mailbox = id("MailboxSyncSettings", address);
    let body = json!({"SysAdminUnitId": id("SysAdminUnit", user), "MailServerId": server,
        "UserName": address, "SenderEmailAddress": address, "MailboxName": address, "SenderDisplayValue": user,
        "IsDefault": server == stock::OFFICE_365, "EnableMailSynhronization": true, "SendEmailsViaThisAccount": true});
    seeder.add("MailboxSyncSettings", mailbox, &body);
    let settings = id("ActivitySyncSettings", address);
    seeder.add("ActivitySyncSettings", settings, &json!({"MailboxSyncSettingsId": mailbox}));
}

fn id_of(text: &str) -> Uuid {
    Uuid::parse_str(text).unwrap_or_default()
}
