//! Seed `demo`: a working month of a sales manager in Moscow, from two weeks ago to two weeks
//! ahead, in Russian and English.

use super::{Seeder, id, person};
use crate::creatio::schema::{Entity, stock};
use crate::creatio::value::{Value, stamp};
use chrono::{DateTime, Datelike, Duration, FixedOffset, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use serde_json::{Value as Json, json};

const MEETING: &str = "42c74c49-58e6-df11-971b-001d60e938c6";
const PAPERWORK: &str = "2365ae4f-58e6-df11-971b-001d60e938c6";
const CALL: &str = "e52bd583-7825-e011-8165-00155d043204";
const EMAIL: &str = "8038a396-7825-e011-8165-00155d043204";
const IN_PROGRESS: &str = "394d4b84-58e6-df11-971b-001d60e938c6";
const COMPLETED: &str = "4bdbb88f-58e6-df11-971b-001d60e938c6";
const CANCELED: &str = "201cfba8-58e6-df11-971b-001d60e938c6";
const LOW: &str = "ac96fa02-7fe6-df11-971b-001d60e938c6";
const HIGH: &str = "d625a9fc-7ee6-df11-971b-001d60e938c6";

const ANNA: &str = "Анна Петрова";
const IVAN: &str = "Иван Смирнов";
const JOHN: &str = "John Carter";
const EMMA: &str = "Emma Wilson";
const OLGA: &str = "Ольга Кузнецова";
const DMITRY: &str = super::COLLEAGUE;
const SARAH: &str = "Sarah Lee";

/// Name, address, company, job.
const PEOPLE: &[(&str, &str, &str, &str)] = &[
    (ANNA, "anna.petrova@fabrikam.example", "Fabrikam", "Директор по закупкам"),
    (IVAN, "ivan.smirnov@fabrikam.example", "Fabrikam", "Технический директор"),
    (JOHN, "john.carter@adatum.example", "Adatum", "Head of IT"),
    (EMMA, "emma.wilson@adatum.example", "Adatum", "Procurement manager"),
    (OLGA, "olga.kuznetsova@northwind.example", "Northwind", "Главный бухгалтер"),
    (SARAH, "sarah.lee@contoso.example", "Contoso", "Presales engineer"),
];

/// One activity of the month; days are working days from today, times are Moscow's.
struct Item {
    title: &'static str,
    day: i64,
    start: (u32, u32),
    minutes: i64,
    category: &'static str,
    status: &'static str,
    priority: &'static str,
    /// In the calendar; otherwise a task.
    meeting: bool,
    owner: &'static str,
    contact: Option<&'static str>,
    with: &'static [&'static str],
    location: &'static str,
    notes: &'static str,
    /// Minutes before the start.
    remind: Option<i64>,
    group: Option<&'static str>,
}

const MEET: Item = Item {
    title: "",
    day: 0,
    start: (10, 0),
    minutes: 60,
    category: MEETING,
    status: stock::NOT_STARTED,
    priority: stock::MEDIUM,
    meeting: true,
    owner: super::USER,
    contact: None,
    with: &[],
    location: "",
    notes: "",
    remind: None,
    group: None,
};
const PHONE: Item = Item { category: CALL, minutes: 30, ..MEET };
const TASK: Item = Item { category: stock::TO_DO, meeting: false, start: (9, 0), minutes: 480, ..MEET };

const KEY_ACCOUNTS: &str = "Ключевые клиенты";
const TENDER: &str = "Тендер Fabrikam";
const EXPO: &str = "Autumn expo";

#[rustfmt::skip] // one item, one line or two: a table
const ITEMS: &[Item] = &[
    Item { title: "Знакомство с Fabrikam", day: -10, start: (11, 0), status: COMPLETED, contact: Some(ANNA), with: &[IVAN],
        location: "Москва, Лесная ул., 7", notes: "<p>Обсудили <b>бюджет</b> и сроки.</p>", group: Some(KEY_ACCOUNTS), ..MEET },
    Item { title: "Call with John Carter: requirements", day: -9, start: (16, 30), status: COMPLETED, contact: Some(JOHN), ..PHONE },
    Item { title: "Weekly sales review", day: -8, start: (9, 30), status: COMPLETED, with: &[DMITRY, SARAH], location: "Room 4", ..MEET },
    Item { title: "Подготовить коммерческое предложение для Fabrikam", day: -8, status: COMPLETED, priority: HIGH, contact: Some(ANNA),
        notes: "<ul><li>Лицензии</li><li>Внедрение</li><li>Поддержка</li></ul>", group: Some(TENDER), ..TASK },
    Item { title: "Звонок в бухгалтерию Northwind", day: -7, start: (12, 0), status: COMPLETED, contact: Some(OLGA), minutes: 15, ..PHONE },
    Item { title: "Product demo for Adatum", day: -6, start: (15, 0), minutes: 90, status: COMPLETED, contact: Some(EMMA), with: &[JOHN, SARAH],
        location: "https://meet.contoso.example/adatum", group: Some(KEY_ACCOUNTS), ..MEET },
    Item { title: "Выставка: встреча у стенда", day: -5, start: (13, 0), status: CANCELED, contact: Some(IVAN), group: Some(EXPO), ..MEET },
    Item { title: "Send follow-up materials to Adatum", day: -5, status: COMPLETED, contact: Some(EMMA), ..TASK },
    Item { title: "Согласовать скидку с руководителем", day: -4, status: CANCELED, priority: LOW, ..TASK },
    Item { title: "Re: Commercial offer", day: -4, start: (10, 12), minutes: 0, category: EMAIL, status: COMPLETED, meeting: false, contact: Some(JOHN), ..MEET },
    Item { title: "Планёрка отдела продаж", day: -3, start: (9, 30), minutes: 45, status: COMPLETED, with: &[DMITRY, SARAH], location: "Переговорная 2", ..MEET },
    Item { title: "Встреча с Ольгой Кузнецовой: акт сверки", day: -2, start: (14, 0), status: COMPLETED, contact: Some(OLGA), ..MEET },
    Item { title: "Call Emma Wilson about the contract", day: -1, start: (17, 0), status: IN_PROGRESS, contact: Some(EMMA), ..PHONE },
    Item { title: "Обновить прогноз продаж", day: -1, status: IN_PROGRESS, priority: HIGH, ..TASK },
    Item { title: "Утренний звонок Анне Петровой", day: 0, start: (9, 15), minutes: 15, contact: Some(ANNA), remind: Some(15), ..PHONE },
    Item { title: "Contract negotiation with Adatum", day: 0, start: (15, 0), minutes: 90, priority: HIGH, contact: Some(JOHN), with: &[EMMA],
        location: "Contoso office, Room 12", notes: "<p>Bring the <i>signed</i> NDA.</p><p>Agenda: price &amp; terms.</p>", remind: Some(30),
        group: Some(KEY_ACCOUNTS), ..MEET },
    Item { title: "Отправить договор на подпись", day: 1, category: PAPERWORK, priority: HIGH, contact: Some(ANNA), remind: Some(60), group: Some(TENDER), ..TASK },
    Item { title: "Weekly sales review", day: 2, start: (9, 30), with: &[DMITRY, SARAH], location: "Room 4", remind: Some(15), ..MEET },
    Item { title: "Демонстрация для Fabrikam", day: 2, start: (16, 0), minutes: 120, contact: Some(IVAN), with: &[ANNA, SARAH],
        location: "Москва, Лесная ул., 7", notes: "<p>Показать <b>синхронизацию</b> календаря.</p>", remind: Some(30), group: Some(TENDER), ..MEET },
    Item { title: "Prepare quarterly report", day: 3, minutes: 1920, priority: HIGH, notes: "<p>Figures by region.</p>", ..TASK },
    Item { title: "Обед с Дмитрием Волковым", day: 3, start: (13, 0), owner: DMITRY, with: &[super::USER], location: "Кафе «Лето»", ..MEET },
    Item { title: "Call John Carter: feedback", day: 4, start: (18, 0), priority: LOW, contact: Some(JOHN), remind: Some(10), ..PHONE },
    Item { title: "Обучение нового сотрудника", day: 5, start: (11, 0), minutes: 180, with: &[SARAH], ..MEET },
    Item { title: "Check invoices of Northwind", day: 6, priority: LOW, contact: Some(OLGA), ..TASK },
    Item { title: "Tender committee at Fabrikam", day: 7, start: (10, 0), minutes: 120, priority: HIGH, contact: Some(ANNA), with: &[IVAN],
        remind: Some(60), group: Some(TENDER), ..MEET },
    Item { title: "Планёрка отдела продаж", day: 8, start: (9, 30), minutes: 45, with: &[DMITRY, SARAH], location: "Переговорная 2", ..MEET },
    Item { title: "Подготовить презентацию к выставке", day: 9, minutes: 960, group: Some(EXPO), ..TASK },
    Item { title: "Autumn expo: booth planning", day: 10, start: (12, 0), with: &[SARAH], group: Some(EXPO), ..MEET },
];

/// Adds people, activities and groups.
pub(super) fn fill(seeder: &mut Seeder) {
    for company in ["Fabrikam", "Adatum", "Northwind", "Contoso"] {
        seeder.add("Account", id("Account", company), &json!({ "Name": company }));
    }
    for (name, email, company, job) in PEOPLE {
        person(seeder, name, email, &json!({"AccountId": id("Account", company), "JobTitle": job}));
    }
    groups(seeder);
    for (index, item) in ITEMS.iter().enumerate() {
        activity(seeder, index, item);
    }
}

fn activity(seeder: &mut Seeder, index: usize, item: &Item) {
    let start = moscow(seeder.now, item.day, item.start);
    let created = (start - Duration::days(7)).min(seeder.now - Duration::hours(1));
    let author = id("Contact", item.owner);
    let company = item.contact.and_then(|contact| PEOPLE.iter().find(|person| person.0 == contact));
    let key = id("Activity", &format!("{index}/{}", item.title));
    let mut body = json!({
        "Title": item.title, "StartDate": stamp(start), "DueDate": stamp(start + Duration::minutes(item.minutes)),
        "ActivityCategoryId": item.category, "TypeId": Json::Null, "StatusId": item.status, "PriorityId": item.priority,
        "ShowInScheduler": item.meeting, "OwnerId": author, "AuthorId": author, "OrganizerId": author,
        "ContactId": item.contact.map(|name| id("Contact", name)), "AccountId": company.map(|p| id("Account", p.2)),
        "Location": item.location, "Notes": item.notes, "CreatedOn": stamp(created), "ModifiedOn": stamp(created),
        "CreatedById": author, "ModifiedById": author, "RemindToOwner": item.remind.is_some(),
        "RemindToOwnerDate": item.remind.map(|minutes| stamp(start - Duration::minutes(minutes))),
    });
    if let (true, Some(body)) = (item.category == EMAIL, body.as_object_mut()) {
        body.extend([
            ("Sender".to_owned(), json!("John Carter <john.carter@adatum.example>;")),
            ("Recepient".to_owned(), json!("demo@contoso.example;")),
            ("Body".to_owned(), json!("<p>Thank you, we will come back to you.</p>")),
            ("IsHtmlBody".to_owned(), json!(true)),
            ("SendDate".to_owned(), json!(stamp(start))),
        ]);
    }
    seeder.add("Activity", key, &body);
    for name in item.with {
        let body = json!({"ActivityId": key, "ParticipantId": id("Contact", name)});
        seeder.add("ActivityParticipant", id("ActivityParticipant", &format!("{key}/{name}")), &body);
    }
    if let Some(group) = item.group {
        let body = json!({"ActivityId": key, "FolderId": id("ActivityFolder", group)});
        seeder.add("ActivityInFolder", id("ActivityInFolder", &format!("{key}/{group}")), &body);
    }
}

/// Static groups, one of them inside another, and dynamic ones in the encodings of
/// docs/facts/creatio.md, "Filters".
fn groups(seeder: &mut Seeder) {
    for (name, parent) in [(KEY_ACCOUNTS, None), (TENDER, Some(KEY_ACCOUNTS)), (EXPO, None)] {
        let body =
            json!({"Name": name, "FolderTypeId": stock::GENERAL, "ParentId": parent.map(|p| id("ActivityFolder", p))});
        seeder.add("ActivityFolder", id("ActivityFolder", name), &body);
    }
    dynamic(seeder, "Мои открытые активности", &classic());
    dynamic(seeder, "Meetings of this month", &compact());
    dynamic(seeder, "With people of Fabrikam", &exists());
}

fn dynamic(seeder: &mut Seeder, name: &str, filter: &Json) {
    let key = id("ActivityFolder", name);
    seeder.add("ActivityFolder", key, &json!({"Name": name, "FolderTypeId": stock::SEARCH}));
    // A stream is never part of a body: it is put beside it.
    if let Some(entity) = Entity::named("ActivityFolder")
        && let Some(mut row) = seeder.store.get(entity, key).cloned()
    {
        row.set("SearchData", Some(Value::Bytes(filter.to_string().into_bytes())));
        seeder.store.put(entity, key, row);
    }
}

/// Classic encoding: owner is me, and status is neither completed nor canceled.
fn classic() -> Json {
    let value = |key: &str, name: &str| {
        json!({"className": "Terrasoft.ParameterExpression", "expressionType": 2,
            "parameter": {"className": "Terrasoft.Parameter", "dataValueType": 10,
                "value": {"Id": key, "Name": name, "value": key, "displayValue": name}}})
    };
    json!({"className": "Terrasoft.FilterGroup", "key": "root", "filterType": 6, "logicalOperation": 0, "isEnabled": true,
        "rootSchemaName": "Activity", "items": {
        "9f1c": {"className": "Terrasoft.CompareFilter", "key": "9f1c", "filterType": 1, "comparisonType": 3, "isEnabled": true,
            "leftExpressionCaption": "Owner", "referenceSchemaName": "Contact",
            "leftExpression": {"className": "Terrasoft.ColumnExpression", "expressionType": 0, "columnPath": "Owner"},
            "rightExpression": {"className": "Terrasoft.FunctionExpression", "expressionType": 1, "functionType": 1, "macrosType": 2}},
        "77aa": {"className": "Terrasoft.InFilter", "key": "77aa", "filterType": 4, "comparisonType": 4, "isEnabled": true,
            "leftExpressionCaption": "Status", "dataValueType": 10, "referenceSchemaName": "ActivityStatus",
            "leftExpression": {"className": "Terrasoft.ColumnExpression", "expressionType": 0, "columnPath": "Status"},
            "rightExpressions": [value(COMPLETED, "Completed"), value(CANCELED, "Canceled")]}}})
}

/// Compact encoding: category is Meeting, and the start lies in the current month.
fn compact() -> Json {
    json!({"filterType": 6, "logicalOperation": 0, "isEnabled": true, "rootSchemaName": "Activity", "items": {
        "a": {"filterType": 4, "comparisonType": 3, "isEnabled": true, "dataValueType": 10, "referenceSchemaName": "ActivityCategory",
            "leftExpression": {"expressionType": 0, "columnPath": "ActivityCategory"},
            "rightExpressions": [{"expressionType": 2, "parameter": {"dataValueType": 10, "value": MEETING}}]},
        "b": {"filterType": 1, "comparisonType": 3, "isEnabled": true, "trimDateTimeParameterToDate": true,
            "leftExpression": {"expressionType": 0, "columnPath": "StartDate"},
            "rightExpression": {"expressionType": 1, "functionType": 1, "macrosType": 10}}}})
}

/// Through a back reference: some participant's name contains a text.
fn exists() -> Json {
    json!({"filterType": 6, "logicalOperation": 0, "isEnabled": true, "rootSchemaName": "Activity", "items": {
        "e": {"filterType": 5, "comparisonType": 15, "isEnabled": true, "isAggregative": true,
            "leftExpression": {"expressionType": 0, "columnPath": "[ActivityParticipant:Activity].Id"},
            "subFilters": {"filterType": 6, "logicalOperation": 0, "isEnabled": true, "rootSchemaName": "ActivityParticipant",
                "items": {"n": {"filterType": 1, "comparisonType": 11, "isEnabled": true, "dataValueType": 1,
                    "leftExpression": {"expressionType": 0, "columnPath": "Participant.Account.Name"},
                    "rightExpression": {"expressionType": 2, "parameter": {"dataValueType": 1, "value": "Fabrikam"}}}}}}}})
}

/// The `n`-th working day from today (0 is today or, at a weekend, the Monday after) at a time of
/// Moscow, in UTC.
fn moscow(now: DateTime<Utc>, n: i64, (hour, minute): (u32, u32)) -> DateTime<Utc> {
    let offset = FixedOffset::east_opt(3 * 3600);
    let mut day = offset.map_or(now.date_naive(), |offset| now.with_timezone(&offset).date_naive());
    while is_weekend(day) {
        day += Duration::days(1);
    }
    let mut left = n.abs();
    while left > 0 {
        day += Duration::days(n.signum());
        left -= i64::from(!is_weekend(day));
    }
    let local = day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default());
    offset
        .and_then(|offset| offset.from_local_datetime(&local).single())
        .map_or(local.and_utc(), |at| at.with_timezone(&Utc))
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn counts_working_days() {
        let rows = [
            // Friday
            ("2026-11-20T12:00:00Z", 0, "2026-11-20T07:00:00Z"),
            ("2026-11-20T12:00:00Z", 1, "2026-11-23T07:00:00Z"),
            ("2026-11-20T12:00:00Z", -5, "2026-11-13T07:00:00Z"),
            // Saturday in Moscow already
            ("2026-11-20T22:00:00Z", 0, "2026-11-23T07:00:00Z"),
        ];
        for (now, n, expected) in rows {
            let now: DateTime<Utc> = now.parse().unwrap();
            assert_eq!(stamp(moscow(now, n, (10, 0))), expected, "{now} {n}");
        }
    }

    #[test]
    fn item_ids_differ() {
        let ids: std::collections::BTreeSet<Uuid> =
            ITEMS.iter().enumerate().map(|(index, item)| id("Activity", &format!("{index}/{}", item.title))).collect();
        assert_eq!(ids.len(), ITEMS.len());
    }
}
