//! Settings as Creatio keeps them: the user's, the administrator's policy, and what the built-in
//! sync was set to. No part of the replica: nothing here is an item.

pub mod document;
mod mail_accounts;
pub mod policy;
mod store;
mod system_settings;

pub use mail_accounts::{FirstSettings, MailAccount, MailKind};
pub use store::{Keeper, SettingsPlace, StoredSettings};
