//! What a refusal of Creatio's means, in a stable word that the page has a text for. What a
//! database says is for nobody's eyes; what a business rule says was written for people, and is
//! kept. Pure.

use crate::error::Error;
use crate::http::Fault;

/// A row with this id is there already.
pub(in crate::creatio) const TAKEN: &str = "CreatioTaken";

/// What databases and the platform say (Microsoft SQL Server, PostgreSQL, Oracle; names of
/// constraints stay in English in every language), and the word for it: the first line that fits
/// counts.
const WORDS: [(&str, &[&str]); 7] = [
    (TAKEN, &["primary key", "duplicate key", "unique constraint", "unique key", "ora-00001", "pk_"]),
    ("CreatioReference", &["foreign key", "reference constraint", "ora-02291", "ora-02292", "fk_"]),
    ("CreatioTooLong", &["would be truncated", "value too long", "ora-12899", "data too long"]),
    ("CreatioBusy", &["deadlock", "timeout expired", "timeout period", "lock request", "ora-00060"]),
    ("CreatioDenied", &["permission", "security", "access denied", "прав"]),
    ("CreatioRequired", &["must be filled in", "cannot insert the value null", "not-null", "ora-01400"]),
    ("CreatioProcess", &["business process"]),
];

/// What else gives away that a text is a database's or a program's, and no person's.
const RAW: [&str; 9] = [
    "sql",
    "ora-",
    "constraint",
    "dbo.",
    "insert ",
    "exception",
    "column",
    "object reference",
    "an error has occurred",
];

/// The word for `fault`, or what a person wrote for such a case.
pub(in crate::creatio) fn word(fault: &Fault) -> String {
    let Fault::Refused { status, message, .. } = fault else { return fault.detail() };
    let text = message.to_lowercase();
    let says = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    let known = WORDS.iter().find(|(_, marks)| says(marks)).map(|(word, _)| *word);
    match known {
        Some(word) => word.to_owned(),
        None if *status == 403 => "CreatioDenied".to_owned(),
        None if text.is_empty() || says(&RAW) => "CreatioFailed".to_owned(),
        None => message.clone(),
    }
}

/// Whether `fault` says that an Activity with this id is there already; the rows that its save adds
/// have ids of their own.
pub(in crate::creatio) fn is_taken(fault: &Fault) -> bool {
    let about_participants = |message: &str| message.to_lowercase().contains("participant");
    matches!(fault, Fault::Refused { message, .. } if word(fault) == TAKEN && !about_participants(message))
}

/// The server's words if it refused one question only, so that a run can go on without the answer.
pub(in crate::creatio) fn refused(error: &Error) -> Option<String> {
    match error {
        Error::Forbidden { detail, .. } | Error::Server { detail, .. } | Error::Unreadable { detail, .. } => {
            Some(format!("the server refuses: {detail}"))
        }
        Error::Network(_)
        | Error::SignedOut(_)
        | Error::Busy(_)
        | Error::ForeignLink(_)
        | Error::CursorLost(_)
        | Error::Elsewhere { .. }
        | Error::Store(_)
        | Error::Settings(_)
        | Error::Stopped
        | Error::StoreFull
        | Error::Zone
        | Error::Running
        | Error::Outdated => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_database_is_shown_and_a_business_rules_is() {
        for (status, message, wanted) in [
            (500, "Violation of PRIMARY KEY constraint 'PK_Activity_Id'. Cannot insert duplicate key", TAKEN),
            (500, "Нарушение \"PK_Activity_Id\" ограничения PRIMARY KEY. Не удается вставить ключ", TAKEN),
            (500, "23505: duplicate key value violates unique constraint \"PK_Activity_Id\"", TAKEN),
            (500, "ORA-00001: unique constraint (BPM.PK_Activity_Id) violated", TAKEN),
            (500, "The statement conflicted with the FOREIGN KEY constraint \"FK_Activity_Owner\"", "CreatioReference"),
            (500, "String or binary data would be truncated (Title).", "CreatioTooLong"),
            (500, "22001: value too long for type character varying(500)", "CreatioTooLong"),
            (500, "Transaction (Process ID 52) was deadlocked", "CreatioBusy"),
            (403, "Current user does not have permissions for the operation on \"Activity\".", "CreatioDenied"),
            (403, "", "CreatioDenied"),
            (500, "Title: Field must be filled in. Schema: Activity", "CreatioRequired"),
            (500, "The activity is part of a business process: fill in the result", "CreatioProcess"),
            (500, "Invalid column name 'UsrX'.", "CreatioFailed"),
            (500, "", "CreatioFailed"),
            (
                500,
                "Meetings of the past can't be changed. Ask Anna.",
                "Meetings of the past can't be changed. Ask Anna.",
            ),
        ] {
            let fault = Fault::Refused { status, code: String::new(), message: message.to_owned() };
            assert_eq!(word(&fault), wanted, "{message}");
        }
        let taken =
            |message: &str| is_taken(&Fault::Refused { status: 500, code: String::new(), message: message.to_owned() });
        assert!(taken("PRIMARY KEY constraint 'PK_Activity_Id'") && !taken("'PK_ActivityParticipant_Id' PRIMARY KEY"));
    }
}
