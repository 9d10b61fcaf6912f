//! Keeps a mailbox's settings where all of the user's devices find them: in the personal system
//! setting of [`document`]; where that is not to be had, in this browser's store. Reads with them
//! what the administrator's policy says, and what a user begins with who has saved none.

use crate::creatio::Creatio;
use crate::creatio::client::access::ServiceSetting;
use crate::creatio::client::installation::Overrides;
use crate::creatio::settings::document;
use crate::creatio::settings::policy::{self, Moved, Policy};
use crate::engine::settings::Settings;
use crate::error::{Error, Result};
use crate::model::Day;
use crate::ports::{Clock, Credentials, Http, Store};
use serde::Serialize;

/// Where settings are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub enum SettingsPlace {
    /// In Creatio: all of the user's devices have them.
    Creatio,
    /// In this browser.
    Browser,
}

/// A mailbox's settings, and what is to be known about them.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSettings {
    /// As the user has them.
    pub own: Settings,
    /// As they work: with what the policy fixes.
    pub settings: Settings,
    /// Where they are kept, or will be once they are saved.
    pub place: SettingsPlace,
    /// The paths of what the policy fixes.
    pub locked: Vec<String>,
    /// What the policy says of the installation's times.
    pub clock: Overrides,
    /// What the policy says of how the installation is reached.
    pub connection: ServiceSetting,
    /// What the policy says of an installation that has moved.
    pub moved: Option<Moved>,
}

/// What keeps the settings of one mailbox.
pub struct Keeper<'a, P, S> {
    /// Creatio.
    pub creatio: &'a Creatio<P>,
    /// This browser's store of the mailbox.
    pub store: &'a S,
    /// The mailbox's address.
    pub mailbox: &'a str,
    /// The user's day.
    pub today: Day,
}

/// Both system settings, as read.
struct SystemSettings {
    /// The text of all mailboxes; `None`: there is no such setting.
    text: Option<String>,
    policy: Policy,
}

impl<P: Http + Clock + Credentials, S: Store> Keeper<'_, P, S> {
    /// The settings: those saved in Creatio, else those in this browser, else the first ones.
    ///
    /// # Errors
    /// What keeps them, or the policy, from being read: nothing may run then.
    pub async fn read(&self) -> Result<StoredSettings> {
        let read = self.both().await?;
        self.kept(&read).await
    }

    /// Saves settings, and tells where they are now. What the policy fixes keeps the user's own
    /// value, for the day when it no longer does.
    ///
    /// # Errors
    /// As [`Keeper::read`]; `Settings` if Creatio has older ones and no longer takes new ones.
    pub async fn save(&self, settings: &Settings) -> Result<SettingsPlace> {
        let read = self.both().await?;
        let kept = self.kept(&read).await?;
        let settings = read.policy.keep(settings, &kept.own);
        if let Some(text) = &read.text {
            let fresh = document::write(text, self.mailbox, &settings)?;
            if self.creatio.save_personal(document::CODE, &fresh).await? {
                return Ok(SettingsPlace::Creatio);
            }
            if document::read(text, self.mailbox)?.is_some() {
                // in this browser they would be hidden by the older ones
                return Err(Error::Settings(format!("{}: Creatio did not take the value", document::CODE)));
            }
        }
        self.store.save_settings(&settings).await?;
        Ok(SettingsPlace::Browser)
    }

    async fn both(&self) -> Result<SystemSettings> {
        let [text, policy] = self.creatio.system_settings([document::CODE, policy::CODE]).await?;
        Ok(SystemSettings { text, policy: Policy::read(policy.as_deref().unwrap_or_default(), self.today)? })
    }

    async fn kept(&self, SystemSettings { text, policy }: &SystemSettings) -> Result<StoredSettings> {
        let there = text.as_deref().map(|text| document::read(text, self.mailbox)).transpose()?.flatten();
        let (own, place) = match (there, self.store.settings().await?) {
            (Some(own), _) => (own, SettingsPlace::Creatio),
            (None, Some(own)) => (own, SettingsPlace::Browser),
            (None, None) => {
                let place = if text.is_some() { SettingsPlace::Creatio } else { SettingsPlace::Browser };
                (policy.begin(&self.first().await?), place)
            }
        };
        Ok(StoredSettings {
            settings: policy.fix(&own),
            own,
            place,
            locked: policy.locked(),
            clock: policy.clock(),
            connection: policy.connection(),
            moved: policy.moved().cloned(),
        })
    }

    /// What a user begins with: the built-in sync's settings, where they can be read.
    async fn first(&self) -> Result<Settings> {
        let read = async {
            let accounts = self.creatio.accounts().await?;
            match accounts.iter().find(|account| account.address.as_str() == self.mailbox) {
                Some(account) => self.creatio.first_settings(&account.id).await,
                None => Ok(None),
            }
        };
        match read.await {
            Ok(first) => Ok(first.unwrap_or_default().settings(self.today)),
            // the tables may be kept from users (docs/facts/creatio.md, "Access")
            Err(Error::Server { .. } | Error::Forbidden { .. } | Error::Unreadable { .. }) => {
                Ok(Settings::first(self.today))
            }
            Err(error) => Err(error),
        }
    }
}
