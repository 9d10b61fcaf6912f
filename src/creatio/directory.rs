//! The directory: who has an address, and which activities are in a static group.

use super::Creatio;
use super::query::Query;
use super::read::understood;
use super::stock::{COMMUNICATION_EMAIL, FOLDER_DYNAMIC};
use super::wire::{Communication, Contact, Folder, Membership as Row};
use crate::error::Result;
use crate::http::Call;
use crate::http::odata::literal;
use crate::model::{Address, ContactId, GroupId, ItemId};
use crate::ports::{Clock, Http, Keys, Membership};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Rows of one page of a group's members.
const PAGE: usize = 1_000;

impl<P: Http + Clock + Keys> Creatio<P> {
    /// See [`Directory::people`](crate::ports::Directory::people). Of several Contacts the one with the least id is chosen.
    pub(super) async fn contacts_of(&self, addresses: &[Address]) -> Result<Vec<(Address, ContactId)>> {
        let email = format!("CommunicationType/Id eq {COMMUNICATION_EMAIL}");
        let numbers =
            Query { set: "ContactCommunication", select: "ContactId,Number", filter: &email, ..Query::default() };
        let people = Query { set: "Contact", select: "Id,Email", ..Query::default() };
        let named =
            |column: &'static str| addresses.iter().map(move |a| format!("{column} eq {}", literal(a.as_str())));
        // addresses are searched in lower case there (creatio.md §2.6)
        let [people, numbers] = self.ask([people.any(named("Email")), numbers.any(named("SearchNumber"))]).await?;
        let people = understood::<Contact>(people, "Id", "Contact.").0;
        let numbers = understood::<Communication>(numbers, "ContactId", "ContactCommunication.").0;
        let people = people.iter().map(|row| (row.address(), row.id.contact()));
        let numbers = numbers.iter().map(|row| (row.address(), row.contact_id.contact()));
        let mut found: BTreeMap<Address, BTreeSet<ContactId>> = BTreeMap::new();
        for (address, contact) in people.chain(numbers) {
            if let (Some(address), Some(contact)) = (address, contact) {
                found.entry(address).or_default().insert(contact);
            }
        }
        let first = |address: &Address| Some((address.clone(), found.get(address)?.first()?.clone()));
        Ok(addresses.iter().filter_map(first).collect())
    }

    /// See [`Directory::members`](crate::ports::Directory::members). Static groups only: what a dynamic group's filter means to OData is not
    /// told by any source, so it is named and has no members.
    pub(super) async fn members_of(&self, groups: &[GroupId]) -> Result<Membership> {
        let folders = Query { set: "ActivityFolder", select: "Id,Name,ParentId,FolderTypeId", ..Query::default() };
        let [folders] = self.ask([folders.any(groups.iter().map(|id| format!("Id eq {id}")))]).await?;
        let folders = understood::<Folder>(folders, "Id", "ActivityFolder.").0;
        let mut membership = Membership::default();
        let mut fixed = Vec::new();
        for group in groups {
            match folders.iter().find(|folder| folder.id.as_str() == Some(group.as_str())) {
                None => membership.failed.push((group.clone(), "the group is not there".to_owned())),
                Some(folder) if folder.folder_type_id.as_str() == Some(FOLDER_DYNAMIC) => {
                    membership
                        .failed
                        .push((group.clone(), "the filter of a dynamic group can't be evaluated".to_owned()));
                }
                Some(_) => fixed.push(group),
            }
        }
        let rows = self.rows_of_groups(&fixed).await?;
        let rows = understood::<Row>(rows, "ActivityId", "ActivityInFolder.").0;
        membership.members = rows.iter().filter_map(|row| row.activity_id.item()).collect::<BTreeSet<ItemId>>();
        Ok(membership)
    }

    /// The rows of `ActivityInFolder` for these groups. The first pages come in one batch; only a long group costs further requests.
    async fn rows_of_groups(&self, groups: &[&GroupId]) -> Result<Vec<Value>> {
        let query = Query { set: "ActivityInFolder", select: "ActivityId", order: "Id", top: PAGE, ..Query::default() };
        let filters: Vec<String> = groups.iter().map(|id| format!("Folder/Id eq {id}")).collect();
        let mut open: Vec<(&String, usize)> = filters.iter().map(|filter| (filter, 0)).collect();
        let mut all = Vec::new();
        while !open.is_empty() {
            let call = |(filter, skip): &(&String, usize)| Query { filter, skip: *skip, ..query }.call();
            let calls: Vec<Call> = open.iter().map(call).collect();
            let pages = self.pages(calls).await?;
            let mut longer = Vec::new();
            for (page, (filter, skip)) in pages.into_iter().zip(open) {
                let before = all.len();
                self.follow(page, &mut all).await?;
                let read = all.len() - before;
                if read >= PAGE {
                    longer.push((filter, skip + read));
                }
            }
            open = longer;
        }
        Ok(all)
    }
}
