//! Microsoft's clouds (docs/facts/graph.md, "Clouds"): where Graph is, where users sign in, what a
//! token is asked for, and whether there is To Do.

use crate::error::{Error, Result};
use http::Uri;

/// A cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    /// The origin of Graph: the only one that tokens are sent to.
    pub graph: String,
    /// Where users sign in; `None` of an own host, whose sign-in the administrator names.
    pub login: Option<&'static str>,
    /// Whether it has To Do.
    pub to_do: bool,
}

/// Names of the presets, with what they mean.
const PRESETS: [(&str, &str, &str, bool); 4] = [
    ("global", "https://graph.microsoft.com", "https://login.microsoftonline.com", true),
    ("us-gov-l4", "https://graph.microsoft.us", "https://login.microsoftonline.us", true),
    ("us-gov-l5", "https://dod-graph.microsoft.us", "https://login.microsoftonline.us", true),
    ("china", "https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn", false),
];
/// What the product needs of a user's mailbox.
const RIGHTS: [&str; 2] = ["User.Read", "Calendars.ReadWrite"];
/// What it needs for tasks.
const TASKS: &str = "Tasks.ReadWrite";

impl Cloud {
    /// The cloud of a preset's name (`global`, `us-gov-l4`, `us-gov-l5`, `china`), or of the
    /// address of an own host.
    ///
    /// # Errors
    /// `Settings` for an unknown name, and for an address that tokens must not be sent to: not over
    /// https, but for this machine.
    pub fn named(name: &str) -> Result<Self> {
        if let Some((_, graph, login, to_do)) = PRESETS.into_iter().find(|(preset, ..)| *preset == name) {
            return Ok(Self { graph: graph.to_owned(), login: Some(login), to_do });
        }
        let unfit = || Error::Settings("graph: neither a known cloud nor an https address".to_owned());
        let uri: Uri = name.parse().map_err(|_| unfit())?;
        let (scheme, host) = uri.scheme_str().zip(uri.host()).ok_or_else(unfit)?;
        let is_here = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        let is_plain = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        if !is_plain || !(scheme == "https" || (scheme == "http" && is_here)) {
            return Err(unfit());
        }
        let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self { graph: format!("{scheme}://{host}{port}"), login: None, to_do: true })
    }

    /// The root of the service.
    #[must_use]
    pub fn base(&self) -> String {
        format!("{}/v1.0", self.graph)
    }

    /// What a token is asked for: rights on this cloud's Graph.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        let rights = RIGHTS.into_iter().chain(self.to_do.then_some(TASKS));
        rights.map(|right| format!("{}/{right}", self.graph)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_and_own_hosts() {
        for (name, base, scope, to_do) in [
            ("global", "https://graph.microsoft.com/v1.0", "https://graph.microsoft.com/User.Read", true),
            ("us-gov-l4", "https://graph.microsoft.us/v1.0", "https://graph.microsoft.us/User.Read", true),
            ("us-gov-l5", "https://dod-graph.microsoft.us/v1.0", "https://dod-graph.microsoft.us/User.Read", true),
            (
                "china",
                "https://microsoftgraph.chinacloudapi.cn/v1.0",
                "https://microsoftgraph.chinacloudapi.cn/User.Read",
                false,
            ),
            (
                "https://graph.example:8443/v1.0",
                "https://graph.example:8443/v1.0",
                "https://graph.example:8443/User.Read",
                true,
            ),
            ("http://localhost:8081", "http://localhost:8081/v1.0", "http://localhost:8081/User.Read", true),
        ] {
            let cloud = Cloud::named(name);
            let found = cloud.as_ref().map(|cloud| (cloud.base(), cloud.scopes()));
            assert!(found.is_ok_and(|(own, scopes)| own == base
                && scopes.first().is_some_and(|first| first == scope)
                && scopes.iter().any(|scope| scope.ends_with("Tasks.ReadWrite")) == to_do));
            assert_eq!(cloud.is_ok_and(|cloud| cloud.login.is_some()), !name.contains("://"), "{name}");
        }
        for name in ["", "germany", "http://graph.example", "ftp://graph.example", "https://u@graph.example", "/v1.0"] {
            assert!(Cloud::named(name).is_err(), "{name}");
        }
    }
}
