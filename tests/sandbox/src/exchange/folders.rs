//! The folders of a mailbox, and the operations that tell of them (docs/facts/ews.md, "Folders").
//! Calendars and lists of tasks are those that the mailbox has; around them lie the folders that
//! every mailbox has.

use super::account::Visit;
use super::find;
use super::property::{Path, Shape};
use super::soap::{Served, Trouble};
use super::sync::Change;
use super::xml::{Element, m, t};
use crate::graph::base64::{URL_SAFE, base64};
use crate::graph::mailbox::Mailbox;
use crate::graph::quirks::digest;
use crate::graph::shape::Object;
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Members of a calendar or a list by which it lies elsewhere than under the default one, or is of
/// another class.
pub(crate) const CLASS: &str = "folderClass";
pub(crate) const PARENT: &str = "parentFolder";

/// A folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) class: String,
    pub(crate) name: String,
    /// The name by which every mailbox has it.
    pub(crate) known: Option<&'static str>,
    key: String,
    writable: bool,
}

/// The folders that every mailbox has: how it is known, where it lies, its class, its name.
const USUAL: &[(&str, &str, &str, &str)] = &[
    ("root", "", "", "root"),
    ("msgfolderroot", "root", "IPF.Note", "Top of Information Store"),
    ("searchfolders", "root", "", "Finder"),
    ("todosearch", "root", "IPF.Task", "To-Do Search"),
    ("inbox", "msgfolderroot", "IPF.Note", "Inbox"),
    ("sentitems", "msgfolderroot", "IPF.Note", "Sent Items"),
    ("deleteditems", "msgfolderroot", "IPF.Note", "Deleted Items"),
    ("drafts", "msgfolderroot", "IPF.Note", "Drafts"),
    ("outbox", "msgfolderroot", "IPF.Note", "Outbox"),
    ("contacts", "msgfolderroot", "IPF.Contact", "Contacts"),
    ("journal", "msgfolderroot", "IPF.Journal", "Journal"),
    ("notes", "msgfolderroot", "IPF.StickyNote", "Notes"),
];

/// The id of a folder that every mailbox has.
pub(crate) fn usual(mailbox: &Mailbox, known: &str) -> String {
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{}/{known}", mailbox.account).as_bytes());
    format!("AAMkALgAuAAAAA{}AAAAAAAB{}AAA=", base64(id.as_bytes(), URL_SAFE, ""), base64(id.as_bytes(), URL_SAFE, ""))
}

/// All folders, parents before what lies in them.
pub(crate) fn tree(mailbox: &Mailbox) -> Vec<Folder> {
    let mut all: Vec<Folder> = USUAL
        .iter()
        .map(|(known, parent, class, name)| Folder {
            id: usual(mailbox, known),
            parent: usual(mailbox, parent),
            class: (*class).to_owned(),
            name: (*name).to_owned(),
            known: Some(known),
            key: "AQAAABYAAAAA".to_owned(),
            writable: true,
        })
        .collect();
    let text = |body: &Object, name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let calendars =
        mailbox.calendars.iter().map(|body| (body, "calendar", "IPF.Appointment", "name", text(body, "changeKey")));
    let lists = mailbox.lists.iter().map(|list| &list.body);
    let lists =
        lists.map(|body| (body, "tasks", "IPF.Task", "displayName", text(body, "@odata.etag").replace(['"', '/'], "")));
    let mut first: BTreeMap<&str, String> = BTreeMap::new();
    for (body, known, class, name, key) in calendars.chain(lists) {
        let id = text(body, "id");
        let is_first = !first.contains_key(known);
        let own = first.entry(known).or_insert_with(|| id.clone()).clone();
        let parent = match text(body, PARENT).as_str() {
            _ if is_first => usual(mailbox, "msgfolderroot"),
            "" => own,
            parent => usual(mailbox, parent),
        };
        let class = Some(text(body, CLASS)).filter(|class| !class.is_empty()).unwrap_or_else(|| class.to_owned());
        let writable = body.get("canEdit").is_none_or(|can| can == true);
        all.push(Folder { id, parent, class, name: text(body, name), known: is_first.then_some(known), key, writable });
    }
    all
}

impl Folder {
    /// Whether calendar items lie in it.
    pub(crate) fn is_calendar(&self) -> bool {
        is_class(&self.class, "IPF.Appointment")
    }

    /// Whether tasks lie in it.
    pub(crate) fn is_tasks(&self) -> bool {
        is_class(&self.class, "IPF.Task") && self.known != Some("todosearch")
    }

    fn element(&self) -> &'static str {
        match self.class.as_str() {
            class if is_class(class, "IPF.Appointment") => "CalendarFolder",
            class if is_class(class, "IPF.Task") => "TasksFolder",
            "IPF.Contact" => "ContactsFolder",
            _ => "Folder",
        }
    }

    /// What tells whether it has changed.
    fn version(&self) -> u64 {
        digest([&self.name, &self.class, &self.parent].into_iter().flat_map(|text| text.bytes().chain([0])))
    }

    /// One property of it.
    fn property(&self, name: &str, (visit, tree): (&Visit, &[Self])) -> Option<Element> {
        let value = match name {
            "FolderId" => return Some(self.id_element("FolderId")),
            "ParentFolderId" => return Some(t("ParentFolderId").with("Id", &self.parent)),
            "FolderClass" => self.class.clone(),
            "DisplayName" => self.name.clone(),
            "TotalCount" => visit.items(&self.id).len().to_string(),
            "ChildFolderCount" => tree.iter().filter(|other| other.parent == self.id).count().to_string(),
            "EffectiveRights" => {
                let rights = [
                    ("CreateAssociated", false),
                    ("CreateContents", true),
                    ("CreateHierarchy", true),
                    ("Delete", true),
                    ("Modify", true),
                ];
                let given = rights.into_iter().map(|(name, is)| t(name).say(is && self.writable));
                return Some(
                    t("EffectiveRights").hold(given).hold([t("Read").say(true), t("ViewPrivateItems").say(true)]),
                );
            }
            "DistinguishedFolderId" => self.known?.to_owned(),
            _ => return None,
        };
        Some(t(name).say(value)).filter(|element| !element.text.is_empty())
    }

    fn id_element(&self, name: &str) -> Element {
        t(name).with("Id", &self.id).with("ChangeKey", &self.key)
    }

    /// The folder as a shape wants it.
    fn told(&self, shape: &Shape, (visit, tree): (&Visit, &[Self])) -> Element {
        let base: &[&str] = match shape.base {
            super::property::Base::Ids => &[],
            super::property::Base::Usual => &["DisplayName", "TotalCount", "ChildFolderCount"],
            super::property::Base::All => {
                &["ParentFolderId", "FolderClass", "DisplayName", "TotalCount", "ChildFolderCount", "EffectiveRights"]
            }
        };
        let asked = shape.paths.iter().filter_map(|path| match path {
            Path::Field(class, name) if class == "folder" => Some(name.as_str()),
            Path::Field(..) | Path::Extended(_) => None,
        });
        let wanted: Vec<&str> = ["FolderId"].into_iter().chain(base.iter().copied()).chain(asked).collect();
        const ORDER: &[&str] = &[
            "FolderId",
            "ParentFolderId",
            "FolderClass",
            "DisplayName",
            "TotalCount",
            "ChildFolderCount",
            "EffectiveRights",
            "DistinguishedFolderId",
        ];
        let names = ORDER.iter().filter(|name| wanted.contains(name));
        t(self.element()).hold(names.filter_map(|name| self.property(name, (visit, tree))))
    }
}

/// Whether a class is `base` or one of its own kinds (docs/facts/ews.md, "Folders").
fn is_class(class: &str, base: &str) -> bool {
    class.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl Visit<'_> {
    /// The folder that a `FolderId` or a `DistinguishedFolderId` leads to.
    ///
    /// # Errors
    /// `ErrorFolderNotFound`, `ErrorAccessDenied`.
    pub(crate) fn folder(&self, id: &Element) -> Result<Folder, Trouble> {
        let wanted = id.attribute("Id").unwrap_or_default();
        let mailbox = id.child("Mailbox").and_then(|mailbox| mailbox.text_of("EmailAddress"));
        if mailbox.is_some_and(|address| !address.eq_ignore_ascii_case(&self.mailbox.account)) {
            return Err(Trouble::denied());
        }
        let is_it = |folder: &Folder| {
            if id.is("DistinguishedFolderId") { folder.known == Some(wanted) } else { folder.id == wanted }
        };
        let folder = tree(self.mailbox).into_iter().find(is_it);
        let missing = || Trouble::new("ErrorFolderNotFound", "The specified folder could not be found in the store.");
        let folder = folder.ok_or_else(missing)?;
        if self.is_denied(&folder.id) {
            Err(Trouble::denied())
        } else if self.is_broken(&folder.id) && self.call.operation.name != "GetFolder" {
            Err(Trouble::broken())
        } else {
            Ok(folder)
        }
    }

    /// The folder of the one id that an element holds.
    ///
    /// # Errors
    /// As [`Visit::folder`].
    pub(crate) fn target(&self, holder: &Element) -> Result<Folder, Trouble> {
        let id =
            holder.children.first().ok_or_else(|| Trouble::new("ErrorFolderNotFound", "The folder is not named."))?;
        self.folder(id)
    }

    /// `GetFolder`.
    pub(crate) fn get_folder(&self) -> Vec<Served> {
        let operation = &self.call.operation;
        let shape = Shape::read(operation.child("FolderShape"));
        let ids = operation.child("FolderIds").map(|ids| ids.children.as_slice()).unwrap_or_default();
        let one = |id: &Element| {
            let (shape, folder) = (shape.clone()?, self.folder(id)?);
            Ok(vec![m("Folders").hold([folder.told(&shape, (self, &tree(self.mailbox)))])])
        };
        ids.iter().map(one).collect()
    }

    /// `FindFolder`: what lies in each of the named folders.
    pub(crate) fn find_folder(&self) -> Vec<Served> {
        let operation = &self.call.operation;
        let parents = operation.child("ParentFolderIds").map(|ids| ids.children.as_slice()).unwrap_or_default();
        parents.iter().map(|parent| self.find_folder_in(parent)).collect()
    }

    fn find_folder_in(&self, parent: &Element) -> Served {
        let operation = &self.call.operation;
        let shape = Shape::read(operation.child("FolderShape"))?;
        let parent = self.folder(parent)?;
        let tree = tree(self.mailbox);
        let is_deep = match operation.attribute("Traversal") {
            Some("Deep") => true,
            Some("Shallow") => false,
            _ => return Err(Trouble::new("ErrorInvalidOperation", "The sandbox has no soft-deleted folders.")),
        };
        let below =
            |folder: &Folder| below(&tree, folder, &parent.id, is_deep) && !self.quirks.denied.contains(&folder.name);
        let mut found: Vec<&Folder> = tree.iter().filter(|folder| below(folder)).collect();
        if let Some(restriction) = operation.child("Restriction") {
            let value = |folder: &Folder, path: &Path| match path {
                Path::Field(_, name) => folder.property(name, (self, &tree)).map(|element| element.text),
                Path::Extended(_) => None,
            };
            found.retain(|folder| find::holds(restriction, &|path: &Path| value(folder, path)));
        }
        let page = find::Page::read(operation.child("IndexedPageFolderView"), found.len(), usize::MAX)?;
        let told = found.iter().skip(page.from).take(page.size).map(|folder| folder.told(&shape, (self, &tree)));
        let told: Vec<Element> = told.collect();
        Ok(vec![page.root(told.len(), self.quirks.endless).hold([t("Folders").hold(told)])])
    }

    /// `SyncFolderHierarchy`.
    pub(crate) fn sync_hierarchy(&mut self) -> Vec<Served> {
        vec![self.sync_hierarchy_once()]
    }

    fn sync_hierarchy_once(&mut self) -> Served {
        let call = self.call;
        let shape = Shape::read(call.operation.child("FolderShape"))?;
        let root = match call.operation.child("SyncFolderId") {
            Some(target) => self.target(target)?.id,
            None => usual(self.mailbox, "msgfolderroot"),
        };
        let tree = tree(self.mailbox);
        let own: Vec<&Folder> = tree.iter().filter(|folder| below(&tree, folder, &root, true)).collect();
        let versions: BTreeMap<String, u64> = own.iter().map(|folder| (folder.id.clone(), folder.version())).collect();
        let round = self.begin_round(&format!("hierarchy/{root}"), call.operation.text_of("SyncState"), &versions)?;
        let told = round.changes.iter().filter_map(|change| {
            let folder = |id: &String| {
                own.iter().find(|folder| folder.id == *id).map(|folder| folder.told(&shape, (self, &tree)))
            };
            match change {
                Change::Create(id) => Some(t("Create").hold([folder(id)?])),
                Change::Update(id) => Some(t("Update").hold([folder(id)?])),
                Change::Delete(id) => Some(t("Delete").hold([t("FolderId").with("Id", id)])),
            }
        });
        let changes = m("Changes").hold(told);
        let state = self.end_round(round, versions, true);
        Ok(vec![m("SyncState").say(state), m("IncludesLastFolderInRange").say(true), changes])
    }
}

/// Whether a folder lies in `root`: in it, or somewhere below it.
fn below(tree: &[Folder], folder: &Folder, root: &str, is_deep: bool) -> bool {
    let mut at = folder;
    loop {
        if at.parent == root {
            return at.id != root;
        }
        match tree.iter().find(|other| is_deep && other.id == at.parent && other.id != at.id) {
            Some(parent) => at = parent,
            None => return false,
        }
    }
}
