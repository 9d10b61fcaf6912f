//! What a person said of something held: it holds for that item and reason only, until it is
//! carried out.

use schedule_sync::engine::answer::{Answer, Answers, Choice, choices};
use schedule_sync::engine::held::Reason;
use schedule_sync::model::{ItemId, Side};

fn said(id: &str, reason: Reason, choice: Choice) -> Answer {
    Answer { side: Side::Creatio, id: id.into(), reason, choice }
}

fn answers<const N: usize>(list: [Answer; N]) -> Answers {
    let mut answers = Answers::default();
    list.into_iter().for_each(|answer| answers.add(answer));
    answers
}

#[test]
fn an_answer_holds_for_its_item_and_its_reason_only() {
    let given = answers([
        said("a", Reason::Clash, Choice::Leave),
        said("a", Reason::WouldMail, Choice::Allow),
        said("b", Reason::Clash, Choice::Take(Side::Exchange)),
    ]);
    let [a, b, c]: [ItemId; 3] = ["a", "b", "c"].map(Into::into);
    for (ids, reason, choice) in [
        ([&a, &c], Reason::Clash, Some(Choice::Leave)),
        ([&c, &a], Reason::WouldMail, Some(Choice::Allow)),
        ([&c, &b], Reason::Clash, Some(Choice::Take(Side::Exchange))),
        ([&b, &c], Reason::WouldMail, None),
        ([&a, &c], Reason::RichBody, None),
        ([&c, &c], Reason::Clash, None),
    ] {
        assert_eq!(given.to(ids, reason), choice, "{ids:?} {reason:?}");
        assert_eq!(given.allow(ids, reason), choice == Some(Choice::Allow), "{ids:?} {reason:?}");
    }
}

#[test]
fn a_later_answer_to_the_same_question_replaces_the_earlier() {
    let given = answers([
        said("a", Reason::Clash, Choice::Leave),
        said("b", Reason::Clash, Choice::Leave),
        said("a", Reason::WouldMail, Choice::Leave),
        Answer { side: Side::Exchange, ..said("a", Reason::Clash, Choice::Leave) },
        said("a", Reason::Clash, Choice::Take(Side::Creatio)),
    ]);
    let (a, b) = (ItemId::from("a"), ItemId::from("b"));
    let mut items: Vec<_> = given.items().collect();
    items.sort();
    assert_eq!(items, [(Side::Creatio, &a), (Side::Creatio, &a), (Side::Creatio, &b), (Side::Exchange, &a)]);
    assert_eq!(given.to([&b, &b], Reason::Clash), Some(Choice::Leave));
}

#[test]
fn what_was_not_read_is_still_to_be_carried_out_and_what_was_read_counts_as_long_as_it_is_asked() {
    let given = answers([said("a", Reason::Rejected, Choice::Allow), said("b", Reason::Clash, Choice::Leave)]);
    let counting = given.counting(&[]);
    assert_eq!(counting, answers([said("a", Reason::Rejected, Choice::Allow)]), "no plan asks whether to try again");
    let left = given.after(&counting, |id| id.as_str() == "a", |_| false);
    assert_eq!(left, answers([said("b", Reason::Clash, Choice::Leave)]), "it was tried again");
    assert!(!left.is_empty() && left.after(&left.counting(&[]), |_| true, |_| false).is_empty());
}

/// Where the page's texts are.
const STRINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/src/strings");

/// The languages of the page: each has a file, beside the one that chooses and the one that counts.
fn languages() -> Vec<String> {
    let files = std::fs::read_dir(STRINGS).expect("the page's texts");
    let names = files.map(|file| file.expect("a file").path().file_stem().expect("a name").to_owned());
    let languages =
        names.map(|name| name.into_string().expect("text")).filter(|name| name != "index" && name != "plural");
    let languages: Vec<String> = languages.collect();
    assert!(languages.len() > 1, "{languages:?}");
    languages
}

/// The page's own labels of what can be answered, by reason; each entry begins with a line indented
/// by four spaces.
fn labels(language: &str) -> Vec<(Reason, String)> {
    let text = std::fs::read_to_string(format!("{STRINGS}/{language}.ts")).expect("the page's texts");
    let (_, rest) = text.split_once("\n  answers: {").expect("the beginning of the labels");
    let (table, _) = rest.split_once("\n  }").expect("the end of the labels");
    let mut entries: Vec<(Reason, String)> = Vec::new();
    for line in table.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix("    ").and_then(|line| line.split_once(": {")) {
            Some((name, rest)) if !name.starts_with(' ') => {
                let name = name.trim_matches('\'');
                let reason = serde_json::from_value(serde_json::Value::from(name)).expect("the name of a reason");
                entries.push((reason, rest.to_owned()));
            }
            Some(_) | None => entries.last_mut().expect("an entry").1.push_str(line),
        }
    }
    entries
}

#[test]
fn whatever_can_be_answered_has_a_verb_of_its_reason_on_the_page_and_nothing_else_has() {
    for language in languages() {
        let entries = labels(&language);
        assert!(entries.len() >= 30, "{language}: {} reasons", entries.len());
        for (reason, entry) in entries {
            let (usual, own): (Vec<_>, Vec<_>) = [
                (Choice::Allow, "allow: "),
                (Choice::Take(Side::Creatio), "creatio: "),
                (Choice::Take(Side::Exchange), "exchange: "),
                (Choice::Leave, "leave: "),
            ]
            .into_iter()
            .partition(|(choice, _)| *choice == Choice::Leave || reason == Reason::Clash);
            for (choice, key) in own {
                let (can, has) = (choices(reason).contains(&choice), entry.contains(key));
                assert_eq!(can, has, "{language}: {choice:?} of {reason:?}, whose labels are {entry}");
            }
            for (choice, key) in usual {
                assert!(
                    choices(reason).contains(&choice) || !entry.contains(key),
                    "{language}: {choice:?} of {reason:?}"
                );
            }
        }
    }
}
