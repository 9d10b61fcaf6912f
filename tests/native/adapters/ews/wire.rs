//! What a server may answer in place of an answer: faults, throttling, pages, halves of replies,
//! and documents made to hurt. Each costs one clear error, and bounded memory and time.

use crate::support::ews_setup::{Line, Reply, enveloped, ews, fault, messages, operation, reply, whole};
use pollster::block_on;
use schedule_sync::error::Error;
use schedule_sync::ews::{
    wire::{self, Verdict},
    xml::XmlElement,
};
use schedule_sync::model::Side;
use schedule_sync::model::lookup::Lookup;
use schedule_sync::ports::Replica;
use std::{
    cell::Cell,
    fmt::Write as _,
    rc::Rc,
    time::{Duration, Instant},
};

/// What becomes of a question for the folders, if `server` answers everything; the error, the
/// requests, the seconds waited.
fn asked(server: impl Fn(&str) -> Reply + 'static) -> (Option<Error>, usize, u64) {
    let line = Line::new(server);
    let error = block_on(ews(&line).containers()).err();
    let requests = line.sent.borrow().len();
    (error, requests, line.slept.get() / 1_000)
}

/// Answers that every question for folders is content with.
fn empty(request: &str) -> Reply {
    match operation(request).as_str() {
        "GetFolder" => reply("GetFolder", &[("ErrorFolderNotFound", ""); 3]),
        _ => reply(
            "FindFolder",
            &[("NoError", "<m:RootFolder IncludesLastItemInRange=\"true\"><t:Folders/></m:RootFolder>")],
        ),
    }
}

/// `first` for the first `times` requests, then nothing unusual.
fn after(times: usize, first: impl Fn() -> Reply + 'static) -> impl Fn(&str) -> Reply + 'static {
    let left = Cell::new(times);
    move |request| {
        if left.get() == 0 {
            return empty(request);
        }
        left.set(left.get() - 1);
        first()
    }
}

fn back_off(ms: &str) -> String {
    format!("<t:MessageXml><t:Value Name=\"BackOffMilliseconds\">{ms}</t:Value></t:MessageXml>")
}

#[test]
fn throttling_is_waited_out() {
    let busy = |ms: &str| {
        let more = back_off(ms);
        move || Reply::Whole(fault("ErrorServerBusy", &more))
    };
    assert_eq!(asked(empty), (None, 2, 0));
    assert_eq!(asked(after(1, busy("40000"))), (None, 3, 40));
    assert_eq!(asked(after(2, busy("0"))), (None, 4, 30), "ten seconds, then twenty");
    assert_eq!(asked(after(9, busy("300000"))), (Some(Error::Busy(Side::Exchange)), 5, 1_200));
    assert_eq!(asked(after(9, busy("300001"))).1, 1, "that long is not waited: the next run comes later");
    // in a message, with status 200
    let told = || {
        reply(
            "GetFolder",
            &[("ErrorServerBusy", "<m:MessageXml><t:Value Name=\"BackOffMilliseconds\">7000</t:Value></m:MessageXml>");
                3],
        )
    };
    assert_eq!(asked(after(1, told)), (None, 3, 7));
    let unavailable = || Reply::Whole(whole(503, "text/html", "<html>starting</html>"));
    assert_eq!(asked(after(1, unavailable)), (None, 3, 1));
    let transient = || Reply::Whole(fault("ErrorMailboxStoreUnavailable", ""));
    assert_eq!(asked(after(1, transient)), (None, 3, 1));
}

#[test]
fn what_is_no_answer_has_its_own_error() {
    let server = |status: u16, detail: &str| Error::Server { side: Side::Exchange, status, detail: detail.to_owned() };
    let forbidden = |detail: &str| Error::Forbidden { side: Side::Exchange, detail: detail.to_owned() };
    let unreadable = |detail: &str| Error::Unreadable { side: Side::Exchange, detail: detail.to_owned() };
    let page = unreadable("a web page in place of a SOAP reply: a sign-in form or a proxy is in the way");
    let cut = enveloped("<m:GetFolderResponse><m:ResponseMessages><m:GetFolderRes");
    let cut = cut.get(..cut.find("GetFolderRes</").unwrap() + 5).unwrap();
    for (what, response, error, requests) in [
        ("signed out", whole(401, "text/plain", ""), Error::SignedOut(Side::Exchange), 2),
        ("blocked", whole(403, "text/html", "<html>no</html>"), forbidden("status 403"), 1),
        ("a redirect", whole(302, "text/html", ""), Error::ForeignLink(Side::Exchange), 1),
        ("a sign-in page", whole(200, "text/html; charset=utf-8", "<html>sign in</html>"), page.clone(), 1),
        ("a page that hides", whole(200, "text/xml", "\r\n<!DOCTYPE html><html/>"), page.clone(), 1),
        ("a proxy's error", whole(502, "text/html", "<html>bad gateway</html>"), server(502, "status 502"), 2),
        ("no page there", whole(404, "text/html", "<html>?</html>"), server(404, "status 404"), 1),
        ("our own mistake", fault("ErrorSchemaValidation", ""), server(500, "ErrorSchemaValidation"), 1),
        ("no rights", fault("ErrorAccessDenied", ""), forbidden("ErrorAccessDenied"), 1),
        (
            "a mailbox that moved",
            fault("ErrorNonExistentMailbox", ""),
            forbidden("ErrorNonExistentMailbox: the mailbox is closed, or moved to Microsoft 365"),
            1,
        ),
        ("a code of tomorrow", fault("ErrorOfTomorrow", ""), server(500, "ErrorOfTomorrow"), 1),
        ("half a reply", whole(200, "text/xml", cut), unreadable("no XML: it ends in the middle"), 1),
        ("nothing", whole(200, "text/xml", ""), unreadable("no XML: no element"), 1),
        ("an empty body", whole(200, "text/xml", &enveloped("")), unreadable("Envelope/Body: empty"), 1),
        ("something else", whole(200, "text/xml", &enveloped("<a/>")), unreadable("ResponseMessages: missing"), 1),
        ("JSON", whole(200, "application/json", "{}"), unreadable("no XML: no element"), 1),
    ] {
        let response = Rc::new(response);
        let told = {
            let response = Rc::clone(&response);
            asked(move |_| Reply::Whole((*response).clone()))
        };
        let (got, sent) = (told.0.map(brief), told.1);
        assert_eq!((got, sent), (Some(brief(error)), requests), "{what}");
    }
    assert_eq!(asked(|_| Reply::Lost).0, Some(Error::Network(Side::Exchange)));
}

/// Where in the bytes a flaw lies matters to nobody.
fn brief(error: Error) -> Error {
    match error {
        Error::Unreadable { side, detail } if detail.starts_with("no XML") => {
            Error::Unreadable { side, detail: "no XML".to_owned() }
        }
        Error::Unreadable { side, detail } if matches!(detail.as_str(), "it ends in the middle" | "no element") => {
            Error::Unreadable { side, detail: "no XML".to_owned() }
        }
        other => other,
    }
}

#[test]
fn the_servers_version_is_read_and_nothing_depends_on_it() {
    let header = "<s:Header><t:ServerVersionInfo MajorVersion=\"15\" MinorVersion=\"2\" MajorBuildNumber=\"2562\" MinorBuildNumber=\"17\" Version=\"V2017_07_11\"/></s:Header>";
    let text = enveloped("").replace("<s:Body>", &format!("{header}<s:Body>"));
    assert_eq!(wire::version(&whole(200, "text/xml", &text)).as_deref(), Some("15.2.2562.17"));
    assert_eq!(wire::version(&whole(200, "text/xml", "<a/>")), None);
}

#[test]
fn every_request_names_the_version_and_the_mailbox() {
    let line = Line::new(empty);
    block_on(ews(&line).containers()).unwrap();
    for sent in line.sent.borrow().iter() {
        assert!(sent.contains("<t:RequestServerVersion Version=\"Exchange2013_SP1\"/>"), "{sent}");
    }
    let headers = line.headers.borrow();
    let header = |name: &str| headers.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect::<Vec<_>>();
    assert_eq!(header("accept"), ["text/xml"]);
    assert_eq!(header("content-type"), ["text/xml; charset=utf-8"]);
    assert_eq!(header("x-anchormailbox"), ["demo@corp.contoso.example"]);
    assert_eq!(header("authorization"), ["Basic eDp5"]);
}

/// Documents made to hurt, and what is said of them.
fn hurtful() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let mut bomb = "<!DOCTYPE b [<!ENTITY a0 \"ha\">".to_owned();
    for n in 1..64 {
        write!(bomb, "<!ENTITY a{n} \"&a{};&a{};\">", n - 1, n - 1).unwrap();
    }
    bomb.push_str("]><b>&a63;</b>");
    let external = "<!DOCTYPE b [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><b>&x;</b>";
    let outside = "<!DOCTYPE b SYSTEM \"http://evil.example/b.dtd\"><b/>";
    let utf16: Vec<u8> = "\u{FEFF}<a/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let many = format!("<a>{}</a>", "<b/>".repeat(500_000));
    let attributes = format!("<a {}/>", (0..300_000).map(|n| format!("b{n}=\"\" ")).collect::<String>());
    let big = format!("<a>{}</a>", "x".repeat(50_000_000));
    vec![
        ("an entity bomb", bomb.into_bytes(), "a document type, which is never read"),
        ("an external entity", external.into(), "a document type, which is never read"),
        ("an external document type", outside.into(), "a document type, which is never read"),
        ("an entity without declaration", "<a>&x;</a>".into(), "an entity that is not declared"),
        ("an entity in an attribute", "<a b=\"&x;\"/>".into(), "an attribute that can't be read"),
        ("depth", "<a>".repeat(200_000).into_bytes(), "more elements than any reply has"),
        ("many elements", many.into_bytes(), "more elements than any reply has"),
        ("50 MB", big.into_bytes(), "more than 32 MB"),
        ("many attributes", attributes.into_bytes(), ""),
        ("UTF-16", utf16, "no UTF-8"),
        ("another encoding", "<?xml version=\"1.0\" encoding=\"windows-1251\"?><a/>".into(), "no UTF-8"),
        ("two roots", "<a/><b/>".into(), "more than one root"),
        ("an end too many", "<a/></a>".into(), "no XML"),
        ("ends that cross", "<a><b></a></b>".into(), "no XML"),
        ("a tag that never ends", "<a b=\"".into(), "no XML"),
        ("a comment that never ends", "<a><!-- ".into(), "no XML"),
        ("nothing but text", "hello".into(), "no element"),
    ]
}

#[test]
fn documents_made_to_hurt_cost_one_error() {
    for (what, bytes, error) in hurtful() {
        let begun = Instant::now();
        let read = XmlElement::parse(&bytes);
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}: {:?}", begun.elapsed());
        match read {
            Ok(node) => assert!(error.is_empty() && node.attributes.len() <= 16, "{what}"),
            Err(said) => assert!(!error.is_empty() && said.starts_with(error), "{what}: {said}"),
        }
    }
}

#[test]
fn a_document_made_to_hurt_ends_a_run_with_one_error_and_no_more() {
    for (what, bytes, error) in hurtful().into_iter().filter(|(_, _, error)| !error.is_empty()) {
        let response = http::Response::builder().header("Content-Type", "text/xml").body(bytes).unwrap();
        let (told, requests, _) = asked(move |_| Reply::Whole(response.clone()));
        let is_unreadable = matches!(&told, Some(Error::Unreadable { side: Side::Exchange, detail }) if detail.starts_with(error) || detail.starts_with("a web page"));
        assert!(is_unreadable, "{what}: {told:?}");
        assert_eq!(requests, 1, "{what}");
    }
}

#[test]
fn odd_but_harmless_documents_are_read() {
    let invalid = [b"<a>\xff\xfe</a>".as_slice()].concat();
    for (what, bytes, text) in [
        ("a byte order mark", "\u{FEFF}<a>x</a>".as_bytes().to_vec(), "x"),
        ("references and text in pieces", "<a>a &amp; b&#x20AC;&#8364;&lt;</a>".into(), "a & b€€<"),
        ("no character at all", "<a>&#0;&#xD800;&#x1F;</a>".into(), "\u{FFFD}\u{FFFD}\u{1F}"),
        ("bytes that are no UTF-8", invalid, "\u{FFFD}\u{FFFD}"),
        ("CDATA and comments", "<?pi?><a><!-- c --><![CDATA[<b>&amp;]]></a>".into(), "<b>&amp;"),
        ("any prefix", "<x:a xmlns:x=\"u\">x</x:a>".into(), "x"),
    ] {
        let read = XmlElement::parse(&bytes).unwrap();
        assert_eq!((read.name.as_str(), read.text.as_str()), ("a", text), "{what}");
    }
}

#[test]
fn what_is_written_is_read_the_same() {
    for text in ["a<b>&\"'", "\r\n\tлист 😀", "]]>", "&amp;"] {
        let node = XmlElement::text("a", text).with("b", text).holding([XmlElement::text("c", text)]);
        assert_eq!(XmlElement::parse(node.write().as_bytes()).as_ref(), Ok(&node), "{text:?}");
    }
    assert_eq!(XmlElement::text("a", "x\0y\u{1}\u{FFFE}").write(), "<a>x y  </a>", "what XML does not have is a space");
}

/// A mailbox with one calendar, in which `told` says what GetItem answers for an id.
fn store(told: impl Fn(&str) -> (&'static str, String) + 'static) -> impl Fn(&str) -> Reply + 'static {
    move |request| {
        let root = XmlElement::parse(request.as_bytes()).unwrap();
        let asked = root.at("Body/GetItem/ItemIds");
        match (operation(request).as_str(), asked) {
            ("GetFolder", _) => reply(
                "GetFolder",
                &[
                    ("NoError", "<m:Folders><t:CalendarFolder><t:FolderId Id=\"c\"/></t:CalendarFolder></m:Folders>"),
                    ("ErrorFolderNotFound", ""),
                    ("ErrorFolderNotFound", ""),
                ],
            ),
            ("FindFolder", _) => reply(
                "FindFolder",
                &[(
                    "NoError",
                    "<m:RootFolder IncludesLastItemInRange=\"true\"><t:Folders><t:CalendarFolder><t:FolderId Id=\"c\"/><t:FolderClass>IPF.Appointment</t:FolderClass></t:CalendarFolder></t:Folders></m:RootFolder>",
                )],
            ),
            (_, Some(ids)) => {
                let told: Vec<(&str, String)> =
                    ids.children.iter().map(|id| told(id.attribute("Id").unwrap())).collect();
                let told: Vec<(&str, &str)> = told.iter().map(|(code, item)| (*code, item.as_str())).collect();
                reply("GetItem", &told)
            }
            (other, None) => panic!("{other}"),
        }
    }
}

fn single(id: &str) -> String {
    format!(
        "<m:Items><t:CalendarItem><t:ItemId Id=\"{id}\" ChangeKey=\"k\"/><t:ParentFolderId Id=\"c\"/><t:Subject>{id}</t:Subject><t:Start>2026-03-05T10:00:00Z</t:Start><t:End>2026-03-05T11:00:00Z</t:End><t:CalendarItemType>Single</t:CalendarItemType></t:CalendarItem></m:Items>"
    )
}

#[test]
fn one_bad_item_costs_only_itself() {
    type Told = fn(&str) -> (&'static str, String);
    let codes: [(&str, Told); 5] =
        [
            ("a code of its own", |id| {
                if id == "i7" { ("ErrorCorruptData", String::new()) } else { ("NoError", single(id)) }
            }),
            ("no XML", |id| ("NoError", if id == "i7" { "&broken;".to_owned() } else { single(id) })),
            ("no start", |id| ("NoError", single(id).replace(if id == "i7" { "t:Start" } else { "no" }, "t:Begin"))),
            ("a transient code", |id| {
                if id == "i7" { ("ErrorTimeoutExpired", String::new()) } else { ("NoError", single(id)) }
            }),
            ("more than any reply", |id| ("NoError", if id == "i7" { "<a/>".repeat(500_000) } else { single(id) })),
        ];
    for (what, told) in codes {
        let line = Line::new(store(told));
        let clues: Vec<Lookup> =
            (0..50).map(|n| Lookup::Id { id: format!("i{n}").as_str().into(), container: "c".into() }).collect();
        let found = block_on(ews(&line).find(&clues)).unwrap();
        for (n, found) in found.iter().enumerate() {
            assert_eq!(
                (found.items.len(), found.malformed.len()),
                (usize::from(n != 7), usize::from(n == 7)),
                "{what} {n}"
            );
        }
        assert!(line.sent.borrow().len() < 20, "{what}: {}", line.sent.borrow().len());
    }
}

#[test]
fn the_rest_of_a_stopped_batch_is_asked_for_one_by_one() {
    let server = store(|id| ("NoError", single(id)));
    let stopping = move |request: &str| {
        let many = request.matches("<t:ItemId ").count();
        if many < 2 {
            return server(request);
        }
        let mut told = vec![("ErrorBatchProcessingStopped", String::new()); many];
        told[0] = ("NoError", single("i0"));
        let told: Vec<(&str, &str)> = told.iter().map(|(code, item)| (*code, item.as_str())).collect();
        reply("GetItem", &told)
    };
    let line = Line::new(stopping);
    let clues: Vec<Lookup> =
        (0..5).map(|n| Lookup::Id { id: format!("i{n}").as_str().into(), container: "c".into() }).collect();
    let found = block_on(ews(&line).find(&clues)).unwrap();
    assert!(found.iter().all(|found| found.items.len() == 1));
    assert_eq!(line.sent.borrow().len(), 2 + 1 + 4, "the folders, the batch, its rest");
}

#[test]
fn a_warning_is_no_success_where_it_says_that_nothing_was_done() {
    let told = |class: &str, code: &str| {
        let message = format!("<m:Y ResponseClass=\"{class}\"><m:ResponseCode>{code}</m:ResponseCode></m:Y>");
        messages(&format!("<m:X><m:ResponseMessages>{message}</m:ResponseMessages></m:X>"))[0].verdict()
    };
    for (class, code, verdict) in [
        ("Success", "NoError", Verdict::Fine),
        ("Warning", "ErrorBatchProcessingStopped", Verdict::Skipped),
        ("Warning", "ErrorNameResolutionMultipleResults", Verdict::Fine),
        ("Error", "ErrorBatchProcessingStopped", Verdict::Skipped),
        ("Error", "ErrorOfTomorrow", Verdict::Refused),
        ("Error", "ErrorServerBusy", Verdict::Busy),
        ("Error", "", Verdict::Refused),
    ] {
        assert_eq!(told(class, code), verdict, "{class} {code}");
    }
}

#[test]
fn what_is_not_there_is_told_apart_from_what_cannot_be_told() {
    let line = Line::new(store(|id| match id {
        "gone" => ("ErrorItemNotFound", String::new()),
        "alien" => ("ErrorInvalidIdMalformed", String::new()),
        "cancelled" => ("ErrorCalendarOccurrenceIsDeletedFromRecurrence", String::new()),
        "binned" => ("NoError", single(id).replace("ParentFolderId Id=\"c\"", "ParentFolderId Id=\"deleted\"")),
        _ => ("NoError", single(id)),
    }));
    let ids = ["gone", "alien", "cancelled", "binned", "there"];
    let clues = ids.map(|id| Lookup::Id { id: id.into(), container: "c".into() });
    let found = block_on(ews(&line).find(&clues)).unwrap();
    assert_eq!(found.iter().map(|found| found.is_absent()).collect::<Vec<_>>(), [true, true, true, true, false]);
    // throttled in the middle of a batch: nobody is absent for that
    let line =
        Line::new(store(|id| if id == "gone" { ("ErrorServerBusy", String::new()) } else { ("NoError", single(id)) }));
    assert_eq!(block_on(ews(&line).find(&clues)).err(), Some(Error::Busy(Side::Exchange)));
}
