//! The containers of the mailbox: every calendar and task folder, wherever in the tree, but not
//! those in Deleted Items (docs/facts/ews.md, "Folders").

use super::wire::Message;
use super::xml::XmlElement;
use super::{Ews, endpoints, map};
use crate::error::{Error, Result};
use crate::flat::{self, FlatMap, FlatSet};
use crate::http::Pages;
use crate::model::{Container, ContainerId, Kind, Side};
use crate::ports::{Clock, Credentials, Http};

impl<P: Http + Clock + Credentials> Ews<P> {
    /// The calendars, then the task lists, default ones first.
    ///
    /// # Errors
    /// What stops a run. A mailbox without one of the default folders has just what there is.
    pub async fn containers(&self) -> Result<Vec<Container>> {
        let defaults = self.ask(&endpoints::defaults()).await?;
        let mut defaults = defaults.iter().map(|message| self.default(message));
        let (calendar, tasks, deleted) = (defaults.next(), defaults.next(), defaults.next());
        let own: Vec<ContainerId> =
            [calendar, tasks].into_iter().flatten().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
        let deleted = deleted.transpose()?.flatten();
        let nodes = self.tree().await?;
        let parents: FlatMap<&str, &str> =
            nodes.iter().filter_map(|node| Some((id(node, "FolderId")?, id(node, "ParentFolderId")?))).collect();
        let is_deleted = |container: &Container| {
            let mut seen = FlatSet::new();
            let mut at = Some(container.id.as_str());
            // a folder that is its own ancestor is in no tree
            while let Some(folder) = at.filter(|folder| seen.insert(*folder)) {
                if deleted.as_ref().is_some_and(|deleted| deleted.as_str() == folder) {
                    return true;
                }
                at = parents.get(folder).copied();
            }
            false
        };
        let containers = nodes.iter().filter_map(|node| map::folder(node, &own, &self.mailbox));
        let mut containers: Vec<Container> = containers.filter(|container| !is_deleted(container)).collect();
        flat::sort_by_key(&mut containers, |container| (container.kind, !container.default));
        containers.dedup_by(|one, other| one.id == other.id);
        *self.kinds.borrow_mut() = containers.iter().map(|c| (c.id.clone(), c.kind)).collect();
        Ok(containers)
    }

    /// The kind of each container; reads them if they were not read yet.
    pub(super) async fn kinds(&self) -> Result<FlatMap<ContainerId, Kind>> {
        if self.kinds.borrow().is_empty() {
            self.containers().await?;
        }
        Ok(self.kinds.borrow().clone())
    }

    /// The id of a default folder; a mailbox may lack one.
    fn default(&self, message: &Message) -> Result<Option<ContainerId>> {
        if message.code == "ErrorFolderNotFound" {
            return Ok(None);
        }
        let body = message.success().map_err(|fault| fault.error(Side::Exchange))?;
        let folder = body.at("Folders").and_then(|folders| folders.children.first());
        Ok(folder.and_then(|folder| id(folder, "FolderId")).map(ContainerId::from))
    }

    /// Every folder.
    async fn tree(&self) -> Result<Vec<XmlElement>> {
        let mut nodes: Vec<XmlElement> = Vec::new();
        let mut guard = Pages::default();
        loop {
            let messages = self.ask(&endpoints::folders(nodes.len())).await?;
            let message = messages.first().ok_or(Error::Network(Side::Exchange))?;
            let root = message.success().map_err(|fault| fault.error(Side::Exchange))?.at("RootFolder");
            let page = root.and_then(|root| root.at("Folders")).map(|list| list.children.clone()).unwrap_or_default();
            let is_last = root.and_then(|root| root.attribute("IncludesLastItemInRange")) != Some("false");
            let is_empty = page.is_empty();
            let ids = page.iter().map(|folder| id(folder, "FolderId").map(str::to_owned));
            let passed = guard.pass(Some(&nodes.len().to_string()), ids);
            nodes.extend(page);
            if is_last || is_empty {
                return Ok(nodes);
            }
            passed.map_err(|endless| {
                let detail = format!("the list of folders: {endless}");
                Error::Unreadable { side: Side::Exchange, detail }
            })?;
        }
    }
}

fn id<'a>(node: &'a XmlElement, name: &str) -> Option<&'a str> {
    node.at(name)?.attribute("Id")
}
