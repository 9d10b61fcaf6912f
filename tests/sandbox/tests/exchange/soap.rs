//! A client of EWS in process: envelopes in, trees out, and everything that is said checked against
//! Microsoft's schemas when the test ends.

use sandbox::exchange::schema::{self, Payloads};
use sandbox::exchange::{ACCOUNT, PASSWORD};
use sandbox::{Reply, Sandbox, Seed, Server};
use serde_json::Value;
use std::path::PathBuf;

/// An element without its prefix.
#[derive(Clone, Debug, Default)]
pub struct Node {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
    pub text: String,
}

impl Node {
    pub fn read(text: &str) -> Self {
        use quick_xml::events::Event;
        let mut reader = quick_xml::Reader::from_str(text);
        let mut open = vec![Self::default()];
        let begin = |tag: &quick_xml::events::BytesStart| Self {
            name: tag.local_name().into_inner().to_owned(),
            attributes: tag
                .attributes()
                .map(|one| one.unwrap())
                .map(|one| {
                    (one.key.into_inner().to_owned(), quick_xml::escape::unescape(&one.value).unwrap().into_owned())
                })
                .collect(),
            ..Self::default()
        };
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) => open.push(begin(&tag)),
                Event::Empty(tag) => open.last_mut().unwrap().children.push(begin(&tag)),
                Event::End(_) => {
                    let node = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(node);
                }
                Event::Text(text) => open.last_mut().unwrap().text.push_str(&text),
                Event::GeneralRef(name) => {
                    let text = format!("&{};", &*name);
                    open.last_mut().unwrap().text.push_str(&quick_xml::escape::unescape(&text).unwrap());
                }
                Event::Eof => return open.remove(0).children.remove(0),
                Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    /// All elements of a name, at any depth.
    pub fn all<'n>(&'n self, name: &str) -> Vec<&'n Self> {
        let mut found: Vec<&Self> = if self.name == name { vec![self] } else { Vec::new() };
        found.extend(self.children.iter().flat_map(|child| child.all(name)));
        found
    }

    /// The first element of a name, at any depth.
    pub fn first(&self, name: &str) -> &Self {
        let found = self.all(name);
        found.first().unwrap_or_else(|| panic!("no {name} in {self:#?}"))
    }

    /// The text of the first element of a name; empty where there is none.
    pub fn text(&self, name: &str) -> String {
        self.all(name).first().map(|node| node.text.clone()).unwrap_or_default()
    }

    pub fn at(&self, attribute: &str) -> &str {
        self.attributes.iter().find(|(name, _)| name == attribute).map_or("", |(_, value)| value)
    }

    /// The `ItemId` of it, as an element for a request.
    pub fn id(&self) -> String {
        let id = self.first("ItemId");
        format!("<t:ItemId Id=\"{}\" ChangeKey=\"{}\"/>", id.at("Id"), id.at("ChangeKey"))
    }
}

/// A sandbox and who asks.
pub struct Client {
    pub sandbox: Sandbox,
    pub account: &'static str,
    pub password: &'static str,
    /// Headers of the envelope.
    pub headers: String,
    payloads: Payloads,
    /// Replies that the schemas need not fit: the server is another one.
    pub foreign: bool,
    /// Requests that the server shall refuse by its grammar.
    pub refused: usize,
}

/// The envelope of a request.
pub fn envelope(headers: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:m=\"http://schemas.microsoft.com/exchange/services/2006/messages\" \
         xmlns:t=\"http://schemas.microsoft.com/exchange/services/2006/types\">\n<soap:Header>{headers}</soap:Header>\n<soap:Body>{body}</soap:Body></soap:Envelope>"
    )
}

pub const VERSION: &str = "<t:RequestServerVersion Version=\"Exchange2013_SP1\"/>";

/// The folder of the schemas, if this machine has it.
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ews")
}

impl Client {
    pub fn new(seed: Seed) -> Self {
        let mut sandbox = Sandbox::new(seed, Some("2026-11-18T09:00:00Z".parse().unwrap()));
        let payloads = schema::watch(&mut sandbox);
        Self {
            sandbox,
            account: ACCOUNT,
            password: PASSWORD,
            headers: VERSION.to_owned(),
            payloads,
            foreign: false,
            refused: 0,
        }
    }

    pub fn post(&mut self, headers: &[(&str, &str)], body: &str) -> Reply {
        self.send("POST", headers, body)
    }

    /// A request as it is, signed in by password unless it says otherwise.
    pub fn send(&mut self, method: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut request = http::Request::builder().method(method).uri("/EWS/Exchange.asmx");
        if !headers.iter().any(|(name, _)| *name == "Authorization") {
            request = request.header("Authorization", basic(self.account, self.password));
        }
        if !headers.iter().any(|(name, _)| *name == "Content-Type") {
            request = request.header("Content-Type", "text/xml; charset=utf-8");
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        self.sandbox.handle(Server::Exchange, &request.body(body.as_bytes().to_vec()).unwrap())
    }

    /// Status and tree of the reply to an operation.
    pub fn ask(&mut self, operation: &str) -> (u16, Node) {
        let headers = self.headers.clone();
        let response = self.post(&[], &envelope(&headers, operation)).response.unwrap();
        let text = String::from_utf8(response.body().clone()).unwrap();
        (response.status().as_u16(), Node::read(&text))
    }

    /// The reply to an operation that must be served.
    pub fn ok(&mut self, operation: &str) -> Node {
        let (status, reply) = self.ask(operation);
        assert_eq!(status, 200, "{operation}: {reply:#?}");
        for message in reply.first("ResponseMessages").children.iter() {
            assert_eq!(message.at("ResponseClass"), "Success", "{operation}: {message:#?}");
        }
        reply
    }

    /// The codes of the messages of a reply.
    pub fn codes(&mut self, operation: &str) -> Vec<String> {
        let (status, reply) = self.ask(operation);
        assert_eq!(status, 200, "{operation}: {reply:#?}");
        reply.all("ResponseCode").iter().map(|code| code.text.clone()).collect()
    }

    /// The violation for which the grammar refuses an operation.
    pub fn violation(&mut self, operation: &str) -> Node {
        let (status, reply) = self.ask(operation);
        assert_eq!(
            (status, reply.text("faultcode").as_str()),
            (500, "t:ErrorSchemaValidation"),
            "{operation}: {reply:#?}"
        );
        self.refused += 1;
        reply.first("MessageXml").clone()
    }

    pub fn control(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = http::Request::builder().method(method).uri(format!("/sandbox/{path}")).body(bytes).unwrap();
        let response = self.sandbox.handle(Server::Exchange, &request).response.unwrap();
        let told = String::from_utf8_lossy(response.body()).into_owned();
        assert!(response.status().is_success(), "{method} {path} {body}: {told}");
        serde_json::from_str(&told).unwrap_or(Value::Null)
    }

    pub fn quirks(&mut self, quirks: Value) {
        self.control("POST", "exchange", &quirks);
    }

    /// What a person does in the mailbox.
    pub fn hand(&mut self, method: &str, path: &str, body: Value) -> Value {
        let account = self.account;
        let (status, told) = self.sandbox.by_hand(account, (method, path), Some(&body).filter(|body| !body.is_null()));
        assert!((200..300).contains(&status), "{method} {path}: {status} {told}");
        told
    }

    /// Makes a calendar item; `inner` are its elements from `Start` on.
    pub fn create(&mut self, subject: &str, inner: &str) -> Node {
        let reply = self.ok(&create("SendToNone", &format!("<t:Subject>{subject}</t:Subject>{inner}")));
        reply.first("CalendarItem").clone()
    }

    /// An item with the properties that are named.
    pub fn get(&mut self, id: &str, names: &str) -> Node {
        let reply = self.ok(&get(id, names));
        reply.first("Items").children[0].clone()
    }

    /// Everything that a round tells, and its last state.
    pub fn round(&mut self, folder: &str, state: &str, most: usize) -> (Vec<(String, Node)>, String) {
        let (mut told, mut state) = (Vec::new(), state.to_owned());
        loop {
            let reply = self.ok(&sync(folder, &state, most, ""));
            let changes = reply.first("Changes").children.clone();
            assert!(changes.iter().filter(|change| change.name != "ReadFlagChange").count() <= most);
            told.extend(changes.into_iter().map(|change| (change.name.clone(), change)));
            state = reply.text("SyncState");
            if reply.text("IncludesLastItemInRange") == "true" {
                return (told, state);
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        match self.payloads.check(&folder()) {
            Err(why) => println!("SKIPPED: nothing is checked against Microsoft's schemas of EWS: {why}"),
            Ok(report) => {
                assert!(report.requests.is_empty(), "{:#?}", report.requests);
                assert!(self.foreign || report.replies.is_empty(), "{:#?}", report.replies);
                assert_eq!(report.refused, self.refused, "requests that the grammar refused");
            }
        }
    }
}

pub fn basic(user: &str, password: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let pair = format!("{user}:{password}").into_bytes();
    let mut out = String::new();
    for chunk in pair.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        out.extend(
            (0..4)
                .map(|i| if i > chunk.len() { '=' } else { char::from(LETTERS[(word >> (18 - 6 * i)) as usize & 63]) }),
        );
    }
    format!("Basic {out}")
}

/// Names of properties as a shape wants them.
pub fn paths(names: &str) -> String {
    let one = |name: &str| match name.strip_prefix('*') {
        Some(own) => {
            format!("<t:ExtendedFieldURI PropertySetId=\"{SET}\" PropertyName=\"{own}\" PropertyType=\"String\"/>")
        }
        None => format!("<t:FieldURI FieldURI=\"{name}\"/>"),
    };
    let all: String = names.split_whitespace().map(one).collect();
    if all.is_empty() { all } else { format!("<t:AdditionalProperties>{all}</t:AdditionalProperties>") }
}

/// The set of the tests' extended properties.
pub const SET: &str = "7f0d7a4e-52a6-4b4c-9a39-5d0a1d2f1c11";

pub fn mark(name: &str, value: &str) -> String {
    format!(
        "<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId=\"{SET}\" PropertyName=\"{name}\" PropertyType=\"String\"/><t:Value>{value}</t:Value></t:ExtendedProperty>"
    )
}

pub fn get(ids: &str, names: &str) -> String {
    format!(
        "<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>{}</m:ItemShape><m:ItemIds>{ids}</m:ItemIds></m:GetItem>",
        paths(names)
    )
}

pub fn create(sending: &str, inner: &str) -> String {
    format!(
        "<m:CreateItem SendMeetingInvitations=\"{sending}\"><m:Items><t:CalendarItem>{inner}</t:CalendarItem></m:Items></m:CreateItem>"
    )
}

pub fn create_task(inner: &str) -> String {
    format!("<m:CreateItem MessageDisposition=\"SaveOnly\"><m:Items><t:Task>{inner}</t:Task></m:Items></m:CreateItem>")
}

/// A folder of one of the names that every mailbox has, or by id.
pub fn folder_id(folder: &str) -> String {
    if folder.len() > 20 {
        format!("<t:FolderId Id=\"{folder}\"/>")
    } else {
        format!("<t:DistinguishedFolderId Id=\"{folder}\"/>")
    }
}

pub fn sync(folder: &str, state: &str, most: usize, names: &str) -> String {
    let state = if state.is_empty() { String::new() } else { format!("<m:SyncState>{state}</m:SyncState>") };
    format!(
        "<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>{}</m:ItemShape><m:SyncFolderId>{}</m:SyncFolderId>{state}<m:MaxChangesReturned>{most}</m:MaxChangesReturned></m:SyncFolderItems>",
        paths(names),
        folder_id(folder)
    )
}

pub fn view(start: &str, end: &str, more: &str, names: &str) -> String {
    format!(
        "<m:FindItem Traversal=\"Shallow\"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>{}</m:ItemShape><m:CalendarView {more} StartDate=\"{start}\" EndDate=\"{end}\"/><m:ParentFolderIds><t:DistinguishedFolderId Id=\"calendar\"/></m:ParentFolderIds></m:FindItem>",
        paths(names)
    )
}

/// One change: of a field `class:Name` to an element of the item, or of an extended property;
/// without an element it is taken away.
pub fn field(item: &str, name: &str, element: &str) -> String {
    let uri = match name.strip_prefix('*') {
        Some(own) => {
            format!("<t:ExtendedFieldURI PropertySetId=\"{SET}\" PropertyName=\"{own}\" PropertyType=\"String\"/>")
        }
        None => format!("<t:FieldURI FieldURI=\"{name}\"/>"),
    };
    if element.is_empty() {
        return format!("<t:DeleteItemField>{uri}</t:DeleteItemField>");
    }
    format!("<t:SetItemField>{uri}<t:{item}>{element}</t:{item}></t:SetItemField>")
}

pub fn update(id: &str, (conflict, sending): (&str, &str), fields: &str) -> String {
    let sending =
        if sending.is_empty() { String::new() } else { format!("SendMeetingInvitationsOrCancellations=\"{sending}\"") };
    format!(
        "<m:UpdateItem ConflictResolution=\"{conflict}\" MessageDisposition=\"SaveOnly\" {sending}><m:ItemChanges><t:ItemChange>{id}<t:Updates>{fields}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>"
    )
}

pub fn delete(ids: &str, kind: &str, more: &str) -> String {
    format!("<m:DeleteItem DeleteType=\"{kind}\" {more}><m:ItemIds>{ids}</m:ItemIds></m:DeleteItem>")
}

pub fn respond(what: &str, disposition: &str, id: &str) -> String {
    let id = id.replace("t:ItemId", "t:ReferenceItemId");
    format!(
        "<m:CreateItem MessageDisposition=\"{disposition}\"><m:Items><t:{what}>{id}</t:{what}></m:Items></m:CreateItem>"
    )
}

/// Start and end of an hour.
pub fn hour(start: &str) -> String {
    let at: chrono::DateTime<chrono::Utc> = start.parse().unwrap();
    let end = (at + chrono::Duration::hours(1)).format("%Y-%m-%dT%H:%M:%SZ");
    format!("<t:Start>{start}</t:Start><t:End>{end}</t:End>")
}
