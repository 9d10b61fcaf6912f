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
        vec![Ok(vec![set.hold([t("Resolution").hold([mailbox])])])]
    }
}
