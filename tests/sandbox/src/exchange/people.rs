//! `ResolveNames`: people of the server by name or address.

use super::account::Visit;
use super::soap::{Served, Trouble};
use super::xml::{m, t};

impl Visit<'_> {
    /// `ResolveNames`: the sandbox knows the owner of the mailbox only.
    pub(crate) fn resolve_names(&self) -> Vec<Served> {
        let wanted = self.call.operation.text_of("UnresolvedEntry").unwrap_or_default().to_lowercase();
        let wanted = wanted.trim_start_matches("smtp:");
        let (name, address) = (&self.mailbox.owner, &self.mailbox.account);
        if wanted.is_empty() || !(address.to_lowercase().starts_with(wanted) || name.to_lowercase().contains(wanted)) {
            return vec![Err(Trouble::new("ErrorNameResolutionNoResults", "No results were found."))];
        }
        let mailbox = t("Mailbox").hold([
            t("Name").say(name),
            t("EmailAddress").say(address),
            t("RoutingType").say("SMTP"),
            t("MailboxType").say("Mailbox"),
        ]);
        let set = m("ResolutionSet").with("TotalItemsInView", 1).with("IncludesLastItemInRange", true);
        let entries = std::iter::once(address).chain(&self.quirks.people.aliases).enumerate().map(|(nth, one)| {
            let kind = if nth == 0 { "SMTP" } else { "smtp" };
            t("Entry").with("Key", format!("EmailAddress{}", nth + 1)).say(format!("{kind}:{one}"))
        });
        let contact = t("Contact").hold([t("DisplayName").say(name), t("EmailAddresses").hold(entries.take(3))]);
        let full = self.call.operation.attribute("ReturnFullContactData") == Some("true");
        let resolution = t("Resolution").hold([mailbox]).hold(full.then_some(contact));
        vec![Ok(vec![set.hold([resolution])])]
    }
}
