//! EWS's operations, as calls: nothing else spells one (`messages.xsd`, `types.xsd`; the order of
//! elements is part of the protocol, docs/facts/ews.md, "Requests").

use super::compose::{ItemChange, Member};
use super::properties::{Path, read_of};
use super::time;
use super::wire::envelope;
use super::xml::XmlElement;
use crate::http::{Call, Payload, Repeat};
use crate::model::{Address, ContainerId, ItemId, Kind, Span, Version};
use http::Method;

/// Entries of a page of folders or found items; a server gives a thousand at most
/// (docs/facts/ews.md, "Searches").
pub(super) const PAGE: usize = 1_000;
/// Changes of a page: the most that the schema allows.
const CHANGES: usize = 512;

/// Who gets mail of a write (docs/facts/ews.md, "Who gets mail"): every write says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mail {
    /// Nobody.
    Nobody,
    /// Everybody who is invited.
    All,
    /// Those whom the change invites or takes off.
    Changed,
}

/// What a listing tells of an event beside its id: enough to know whether to read it.
const OF_LISTING: [&str; 2] = ["calendar:CalendarItemType", "calendar:UID"];
const OF_FOLDER: [&str; 4] =
    ["folder:ParentFolderId", "folder:FolderClass", "folder:DisplayName", "folder:EffectiveRights"];

/// The folders below the root of what a user sees, from the `offset`th on.
pub(super) fn folders(offset: usize) -> Call {
    let body = XmlElement::new("m:FindFolder").with("Traversal", "Deep").holding([
        XmlElement::new("m:FolderShape").holding(shape(&OF_FOLDER, &[Path::Hidden])),
        page("m:IndexedPageFolderView", offset),
        XmlElement::new("m:ParentFolderIds").holding([distinguished("msgfolderroot")]),
    ]);
    call(body, Repeat::Safe)
}

/// The ids of the default calendar, the default task list and the folder of deleted items.
pub(super) fn defaults() -> Call {
    folder_ids(["calendar", "tasks", "deleteditems"].map(distinguished))
}

/// The id of the signed-in user's calendar, and of the calendar of the mailbox with this address.
pub(super) fn whose(address: &Address) -> Call {
    let mailbox = XmlElement::new("t:Mailbox").holding([XmlElement::text("t:EmailAddress", address.as_str())]);
    folder_ids([distinguished("calendar"), distinguished("calendar").holding([mailbox])])
}

/// What the directory knows of the address, the other addresses of its owner included.
pub(super) fn resolve(address: &Address) -> Call {
    let entry = XmlElement::text("m:UnresolvedEntry", format!("smtp:{}", address.as_str()));
    let names =
        XmlElement::new("m:ResolveNames").with("ReturnFullContactData", "true").with("SearchScope", "ActiveDirectory");
    call(names.holding([entry]), Repeat::Safe)
}

fn folder_ids(ids: impl IntoIterator<Item = XmlElement>) -> Call {
    let shape = XmlElement::new("m:FolderShape").holding(shape(&[], &[]));
    call(XmlElement::new("m:GetFolder").holding([shape, XmlElement::new("m:FolderIds").holding(ids)]), Repeat::Safe)
}

/// What changed in a folder since `state`; everything in it without one.
pub(super) fn changes(kind: Kind, folder: &ContainerId, state: Option<&str>) -> Call {
    let wanted = if kind == Kind::Meeting { &OF_LISTING[..] } else { &[] };
    let state = state.map(|state| XmlElement::text("m:SyncState", state));
    let parts = [
        XmlElement::new("m:ItemShape").holding(shape(wanted, &[])),
        XmlElement::new("m:SyncFolderId").holding([folder_id(folder)]),
    ];
    let rest =
        [XmlElement::text("m:MaxChangesReturned", CHANGES.to_string()), XmlElement::text("m:SyncScope", "NormalItems")];
    call(XmlElement::new("m:SyncFolderItems").holding(parts.into_iter().chain(state).chain(rest)), Repeat::Safe)
}

/// What lies in a calendar between two times, each occurrence of a series by itself.
pub(super) fn view(folder: &ContainerId, span: Span) -> Call {
    let view = XmlElement::new("m:CalendarView").with("MaxEntriesReturned", PAGE.to_string());
    let view = view.with("StartDate", time::utc(span.from)).with("EndDate", time::utc(span.to));
    find(&OF_LISTING, [view], [folder_id(folder)])
}

/// The items of `folders` in which the property at `path` has one of `values`, from the `offset`th
/// on.
pub(super) fn with_value(folders: &[ContainerId], path: Path, values: &[String], offset: usize) -> Call {
    let equals = |value: &String| {
        let constant =
            XmlElement::new("t:FieldURIOrConstant").holding([XmlElement::new("t:Constant").with("Value", value)]);
        XmlElement::new("t:IsEqualTo").holding([path.node(), constant])
    };
    let mut terms: Vec<XmlElement> = values.iter().map(equals).collect();
    let term = if terms.len() == 1 { terms.remove(0) } else { XmlElement::new("t:Or").holding(terms) };
    let parts = [page("m:IndexedPageItemView", offset), XmlElement::new("m:Restriction").holding([term])];
    find(&[], parts, folders.iter().map(folder_id))
}

/// The items of `folder` with the property at `path`, from the `offset`th on. What an event's
/// global object id is made of is its UID.
pub(super) fn all(folder: &ContainerId, path: Path, offset: usize) -> Call {
    let path = if path == Path::GlobalObject { Path::Field("calendar:UID") } else { path };
    let parts = [page("m:IndexedPageItemView", offset)];
    found(&[], &[path], parts, [folder_id(folder)])
}

fn find(
    wanted: &[&'static str],
    parts: impl IntoIterator<Item = XmlElement>,
    folders: impl IntoIterator<Item = XmlElement>,
) -> Call {
    found(wanted, &[], parts, folders)
}

fn found(
    wanted: &[&'static str],
    more: &[Path],
    parts: impl IntoIterator<Item = XmlElement>,
    folders: impl IntoIterator<Item = XmlElement>,
) -> Call {
    let shape = XmlElement::new("m:ItemShape").holding(shape(wanted, more));
    let body = XmlElement::new("m:FindItem").with("Traversal", "Shallow").holding([shape]).holding(parts);
    call(body.holding([XmlElement::new("m:ParentFolderIds").holding(folders)]), Repeat::Safe)
}

/// Items of one kind, with all that is read of them.
pub(super) fn items<'a>(kind: Kind, ids: impl IntoIterator<Item = &'a ItemId>) -> Call {
    get(kind, ids.into_iter().map(|id| XmlElement::new("t:ItemId").with("Id", id.as_str())))
}

/// The masters of the series to which these occurrences belong, by their ids alone.
pub(super) fn masters<'a>(occurrences: impl IntoIterator<Item = &'a ItemId>) -> Call {
    let ids =
        occurrences.into_iter().map(|id| XmlElement::new("t:RecurringMasterItemId").with("OccurrenceId", id.as_str()));
    let shape = XmlElement::new("m:ItemShape").holding(shape(&[], &[]));
    call(XmlElement::new("m:GetItem").holding([shape, XmlElement::new("m:ItemIds").holding(ids)]), Repeat::Safe)
}

/// Of masters of series when their first occurrence is and how long they go on.
pub(super) fn rules<'a>(masters: impl IntoIterator<Item = &'a ItemId>) -> Call {
    let ids = masters.into_iter().map(|id| XmlElement::new("t:ItemId").with("Id", id.as_str()));
    let fields = ["calendar:Start", "calendar:End", "calendar:Recurrence"];
    let shape = XmlElement::new("m:ItemShape").holding(shape(&fields, &[]));
    call(XmlElement::new("m:GetItem").holding([shape, XmlElement::new("m:ItemIds").holding(ids)]), Repeat::Safe)
}

fn get(kind: Kind, ids: impl IntoIterator<Item = XmlElement>) -> Call {
    let mut shape = shape_of(&read_of(kind));
    // a server that makes no HTML of a text answers one that is asked for HTML with nothing
    shape.insert(1, XmlElement::text("t:BodyType", "Best"));
    let shape = XmlElement::new("m:ItemShape").holding(shape);
    call(XmlElement::new("m:GetItem").holding([shape, XmlElement::new("m:ItemIds").holding(ids)]), Repeat::Safe)
}

/// New items of one kind in one folder.
pub(super) fn create(kind: Kind, folder: &ContainerId, items: &[Vec<Member>], mail: Mail, zone: Option<&str>) -> Call {
    let body = XmlElement::new("m:CreateItem");
    let body = match kind {
        Kind::Meeting => body.with("SendMeetingInvitations", mail.word()),
        Kind::Task => body.with("MessageDisposition", "SaveOnly"),
    };
    let new = |members: &Vec<Member>| {
        XmlElement::new(class(kind)).holding(members.iter().filter_map(|member| member.value.clone()))
    };
    let body = body.holding([
        XmlElement::new("m:SavedItemFolderId").holding([folder_id(folder)]),
        XmlElement::new("m:Items").holding(items.iter().map(new)),
    ]);
    posted(body, zone, Repeat::Never)
}

/// Changes of items of one kind that still have the version that they are said to have.
pub(super) fn update(kind: Kind, changes: &[ItemChange<'_>], mail: Mail, zone: Option<&str>) -> Call {
    let body = XmlElement::new("m:UpdateItem").with("ConflictResolution", "NeverOverwrite");
    let body = body.with("MessageDisposition", "SaveOnly").with("SendMeetingInvitationsOrCancellations", mail.word());
    let field = |member: &Member| match &member.value {
        Some(value) => {
            let item = XmlElement::new(class(kind)).holding([value.clone()]);
            XmlElement::new("t:SetItemField").holding([member.path.node(), item])
        }
        None => XmlElement::new("t:DeleteItemField").holding([member.path.node()]),
    };
    let change = |change: &ItemChange<'_>| {
        XmlElement::new("t:ItemChange").holding([
            item_id(change.id, change.version),
            XmlElement::new("t:Updates").holding(change.members.iter().map(field)),
        ])
    };
    posted(body.holding([XmlElement::new("m:ItemChanges").holding(changes.iter().map(change))]), zone, mail.repeat())
}

/// The removal of items, to Deleted Items. Both attributes are asked of everybody, whatever the
/// kind (docs/facts/ews.md, "Removing").
pub(super) fn delete<'a>(ids: impl IntoIterator<Item = &'a ItemId>, mail: Mail) -> Call {
    let ids = ids.into_iter().map(|id| XmlElement::new("t:ItemId").with("Id", id.as_str()));
    let body = XmlElement::new("m:DeleteItem").with("DeleteType", "MoveToDeletedItems");
    let body = body.with("SendMeetingCancellations", mail.word()).with("AffectedTaskOccurrences", "AllOccurrences");
    call(body.holding([XmlElement::new("m:ItemIds").holding(ids)]), mail.repeat())
}

/// The user's answer to an invitation, which the organizer gets by mail; the answer is
/// `AcceptItem`, `DeclineItem` or `TentativelyAcceptItem`.
pub(super) fn respond(id: &ItemId, version: &Version, answer: &str) -> Call {
    let mut meant = item_id(id, version);
    meant.name = "t:ReferenceItemId".to_owned();
    let answer = XmlElement::new(&format!("t:{answer}")).holding([meant]);
    let body = XmlElement::new("m:CreateItem").with("MessageDisposition", "SendAndSaveCopy");
    call(body.holding([XmlElement::new("m:Items").holding([answer])]), Repeat::Never)
}

impl Mail {
    /// What mails must not be made twice; a change to given values, or a removal, may.
    fn repeat(self) -> Repeat {
        if self == Self::Nobody { Repeat::Safe } else { Repeat::Never }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Nobody => "SendToNone",
            Self::All => "SendToAllAndSaveCopy",
            Self::Changed => "SendToChangedAndSaveCopy",
        }
    }
}

const fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Meeting => "t:CalendarItem",
        Kind::Task => "t:Task",
    }
}

/// What is told of an item or folder: its id and the named properties.
fn shape(fields: &[&'static str], extended: &[Path]) -> Vec<XmlElement> {
    let paths: Vec<Path> = fields.iter().map(|uri| Path::Field(uri)).chain(extended.iter().copied()).collect();
    shape_of(&paths)
}

fn shape_of(paths: &[Path]) -> Vec<XmlElement> {
    let more: Vec<XmlElement> = paths.iter().copied().map(Path::node).collect();
    let base = XmlElement::text("t:BaseShape", "IdOnly");
    if more.is_empty() { vec![base] } else { vec![base, XmlElement::new("t:AdditionalProperties").holding(more)] }
}

fn page(name: &str, offset: usize) -> XmlElement {
    let page = XmlElement::new(name).with("MaxEntriesReturned", PAGE.to_string());
    page.with("Offset", offset.to_string()).with("BasePoint", "Beginning")
}

fn distinguished(name: &str) -> XmlElement {
    XmlElement::new("t:DistinguishedFolderId").with("Id", name)
}

fn folder_id(id: &ContainerId) -> XmlElement {
    XmlElement::new("t:FolderId").with("Id", id.as_str())
}

fn item_id(id: &ItemId, version: &Version) -> XmlElement {
    let node = XmlElement::new("t:ItemId").with("Id", id.as_str());
    if version.as_str().is_empty() { node } else { node.with("ChangeKey", version.as_str()) }
}

fn call(body: XmlElement, repeat: Repeat) -> Call {
    posted(body, None, repeat)
}

fn posted(body: XmlElement, zone: Option<&str>, repeat: Repeat) -> Call {
    let payload = Payload::Text { mime: "text/xml; charset=utf-8", text: envelope(body, zone) };
    Call { method: Method::POST, path: String::new(), headers: Vec::new(), body: payload, repeat, follows: false }
}
