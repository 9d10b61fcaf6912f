//! Rows: groups, texts, numbers, flags, lookups, empty and filled.

use super::cases::Case;
use super::cases::Want::Odata;
use super::*;

/// All activities but the e-mail.
pub(crate) const ALL: &[u32] = &[1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12];

pub(crate) fn groups() -> Vec<Case> {
    let budget = || compare("Title", 11, text("Budget"));
    let high = || within("Priority", 3, &[lookup(HIGH)]);
    let planned = || compare("ShowInScheduler", 3, parameter(12, json!(true)));
    let mut said = all([budget()]);
    said["rootSchemaName"] = json!("Activity");
    vec![
        ("an empty group", all([]), Odata("", ALL)),
        ("all disabled", all([disabled(budget()), disabled(all([high()]))]), Odata("", ALL)),
        ("one", all([budget()]), Odata("contains(Title,'Budget')", &[1, 5])),
        ("and", all([budget(), planned()]), Odata("contains(Title,'Budget') and ShowInScheduler eq true", &[1, 5])),
        (
            "or",
            any([budget(), high()]),
            Odata("contains(Title,'Budget') or Priority/Id eq d625a9fc-7ee6-df11-971b-001d60e938c6", &[1, 2, 5]),
        ),
        (
            "or in and, with an empty group and a disabled condition",
            all([any([budget(), high()]), all([]), disabled(compare("Nonsense", 99, json!(null))), planned()]),
            Odata(
                "(contains(Title,'Budget') or Priority/Id eq d625a9fc-7ee6-df11-971b-001d60e938c6) \
                 and ShowInScheduler eq true",
                &[1, 5],
            ),
        ),
        ("an empty group in an or", any([budget(), all([])]), Odata("contains(Title,'Budget')", &[1, 5])),
        ("of activities, said", said, Odata("contains(Title,'Budget')", &[1, 5])),
        ("a condition without a group", budget(), Odata("contains(Title,'Budget')", &[1, 5])),
    ]
}

pub(crate) fn values() -> Vec<Case> {
    let title = |comparison, value| all([compare("Title", comparison, text(value))]);
    vec![
        ("text =", title(3, "Audit"), Odata("Title eq 'Audit'", &[7, 8])),
        ("text ≠", title(4, "Audit"), Odata("Title ne 'Audit'", &[1, 2, 3, 4, 5, 6, 10, 11, 12])),
        ("text starts", title(9, "Budget"), Odata("startswith(Title,'Budget')", &[1, 5])),
        (
            "text not starts",
            title(10, "Budget"),
            Odata("not startswith(Title,'Budget')", &[2, 3, 4, 6, 7, 8, 10, 11, 12]),
        ),
        ("text contains, with a quote", title(11, "O'Neil"), Odata("contains(Title,'O''Neil')", &[2])),
        ("text contains %_", title(11, "% off_"), Odata("contains(Title,'% off_')", &[10])),
        ("text not contains", title(12, "u"), Odata("not contains(Title,'u')", &[2, 3, 4, 6, 10, 12])),
        ("text ends", title(13, "talk"), Odata("endswith(Title,'talk')", &[1])),
        ("text not ends", title(14, "t"), Odata("not endswith(Title,'t')", &[1, 2, 3, 5, 6, 10, 11, 12])),
        ("text that would end a filter", title(3, "') or (1 eq 1"), Odata("Title eq ''') or (1 eq 1'", &[])),
        (
            "flag",
            all([compare("ShowInScheduler", 3, parameter(12, json!(true)))]),
            Odata("ShowInScheduler eq true", &[1, 5, 11]),
        ),
        (
            "flag ≠",
            all([compare("RemindToOwner", 4, parameter(12, json!(false)))]),
            Odata("RemindToOwner ne false", &[6]),
        ),
        (
            "id",
            all([compare("Id", 3, parameter(0, json!(id(3))))]),
            Odata("Id eq aaaaaaaa-0000-4000-8000-000000000003", &[3]),
        ),
    ]
}

pub(crate) fn numbers() -> Vec<Case> {
    let minutes = |comparison, value: i64| all([compare("DurationInMinutes", comparison, parameter(4, json!(value)))]);
    let number = |value: i64| parameter(4, json!(value));
    vec![
        ("number =", minutes(3, 40), Odata("DurationInMinutes eq 40", &[4])),
        (
            "number ≠",
            minutes(4, 40),
            Odata("DurationInMinutes ne null and DurationInMinutes ne 40", &[1, 2, 3, 5, 6, 7, 8, 10, 11, 12]),
        ),
        ("number <", minutes(5, 30), Odata("DurationInMinutes lt 30", &[1, 2])),
        ("number ≤", minutes(6, 30), Odata("DurationInMinutes le 30", &[1, 2, 3])),
        ("number >", minutes(7, 100), Odata("DurationInMinutes gt 100", &[11, 12])),
        ("number ≥", minutes(8, 100), Odata("DurationInMinutes ge 100", &[10, 11, 12])),
        (
            "number between: the less one is the lower",
            all([between("DurationInMinutes", number(30), number(50))]),
            Odata("DurationInMinutes ge 30 and DurationInMinutes le 50", &[3, 4, 5]),
        ),
        (
            "number in",
            all([within("DurationInMinutes", 3, &[number(10), number(20)])]),
            Odata("DurationInMinutes eq 10 or DurationInMinutes eq 20", &[1, 2]),
        ),
    ]
}

pub(crate) fn lookups() -> Vec<Case> {
    let me = |comparison| all([compare("Owner", comparison, macros(2))]);
    let completed = "Status/Id eq 4bdbb88f-58e6-df11-971b-001d60e938c6";
    vec![
        (
            "lookup in, an object",
            all([within("Status", 3, &[lookup(COMPLETED), lookup(IN_PROGRESS)])]),
            Odata(
                "Status/Id eq 4bdbb88f-58e6-df11-971b-001d60e938c6 or Status/Id eq 394d4b84-58e6-df11-971b-001d60e938c6",
                &[2, 4, 7],
            ),
        ),
        (
            "lookup in, a bare id",
            all([within("Status", 3, &[parameter(10, json!(COMPLETED.to_uppercase()))])]),
            Odata(completed, &[2, 7]),
        ),
        (
            "lookup not in: the empty ones are not selected",
            all([within("Contact", 4, &[lookup(COMPLETED)])]),
            Odata("Contact/Id ne null and Contact/Id ne 4bdbb88f-58e6-df11-971b-001d60e938c6", &[3]),
        ),
        (
            "lookup not in, several",
            all([within("Status", 4, &[lookup(COMPLETED), lookup(NOT_STARTED)])]),
            Odata(
                "Status/Id ne null and Status/Id ne 4bdbb88f-58e6-df11-971b-001d60e938c6 \
                 and Status/Id ne 384d4b84-58e6-df11-971b-001d60e938c6",
                &[4],
            ),
        ),
        (
            "lookup compared with a bare id",
            all([compare("Status", 3, parameter(0, json!(COMPLETED)))]),
            Odata(completed, &[2, 7]),
        ),
        ("my own", me(3), Odata("Owner/Id eq {me}", &[1, 2, 4, 5, 6, 7, 10, 11, 12])),
        ("not my own", me(4), Odata("Owner/Id ne null and Owner/Id ne {me}", &[3, 8])),
        (
            "the current user and her Contact, by id",
            all([compare("Owner.Id", 3, macros(2)), compare("Id", 4, macros(1))]),
            Odata("Owner/Id eq {me} and (Id ne null and Id ne {user})", &[1, 2, 4, 5, 6, 7, 10, 11, 12]),
        ),
        (
            "a longer path to a lookup",
            all([within("Contact.Account", 4, &[lookup(COMPLETED)])]),
            Odata("Contact/Account/Id ne null and Contact/Account/Id ne 4bdbb88f-58e6-df11-971b-001d60e938c6", &[3]),
        ),
        (
            "a flag of a lookup",
            all([compare("Status.Finish", 3, parameter(12, json!(true)))]),
            Odata("Status/Finish eq true", &[2, 7]),
        ),
        (
            "a text of a lookup",
            all([compare("Contact.Email", 3, text("anna@fabrikam.example"))]),
            Odata("Contact/Email eq 'anna@fabrikam.example'", &[3]),
        ),
        (
            "a text of a lookup, negated: nothing where the way is empty",
            all([compare("Contact.Email", 12, text("x@x"))]),
            Odata("Contact/Id ne null and (not contains(Contact/Email,'x@x'))", &[3]),
        ),
    ]
}

pub(crate) fn empty_ones() -> Vec<Case> {
    vec![
        ("lookup empty", all([null("Contact", true)]), Odata("Contact/Id eq null", &[1, 2, 4, 5, 6, 7, 8, 10, 11, 12])),
        ("lookup filled", all([null("Account", false)]), Odata("Account/Id ne null", &[4])),
        (
            "text empty",
            all([null("Location", true)]),
            Odata("Location eq null or Location eq ''", &[2, 3, 4, 5, 6, 7, 8, 11, 12]),
        ),
        ("text filled", all([null("Location", false)]), Odata("Location ne null and Location ne ''", &[1, 10])),
        (
            "date empty",
            all([null("RemindToOwnerDate", true)]),
            Odata("RemindToOwnerDate eq null", &[1, 2, 3, 4, 5, 7, 8, 10, 11, 12]),
        ),
        ("date filled", all([null("RemindToOwnerDate", false)]), Odata("RemindToOwnerDate ne null", &[6])),
    ]
}
