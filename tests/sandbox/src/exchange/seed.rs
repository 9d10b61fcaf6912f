//! What a mailbox on the Exchange Server starts with: `empty`, or `demo`, some weeks around now of
//! the same sales manager's other mailbox.

use super::folders::{CLASS, PARENT};
use super::{ACCOUNT, COLLEAGUE};
use crate::environment::{Environment, Seed};
use crate::graph::event::Event;
use crate::graph::mailbox::Mailbox;
use crate::graph::shape::{EVENT, Object, TASK, Unknown, object};
use crate::graph::todo::{Task, TaskList};
use crate::graph::zones;
use chrono::{DateTime, Duration, NaiveDate, Utc, Weekday};
use serde_json::{Value, json};

/// The zone of the demo's people.
const ZONE: &str = "Russian Standard Time";

/// A mailbox filled with `seed`, alike for the same `now`.
pub(crate) fn mailbox(seed: Seed, now: DateTime<Utc>) -> Mailbox {
    let mut environment = Environment::new(Some(now - Duration::days(20)));
    let mut mailbox = equipped(ACCOUNT, "Мария Орлова", &mut environment);
    if seed == Seed::Demo {
        // the demo is fixed text: a test reads all of it back
        let filled = demo(&mut mailbox, &mut environment, now);
        debug_assert!(filled.is_ok(), "{filled:?}");
    }
    mailbox.scope = "life";
    mailbox
}

/// The colleague's mailbox, in every seed without anything in it.
pub(crate) fn colleague(now: DateTime<Utc>) -> Mailbox {
    let mut mailbox = equipped(COLLEAGUE, "Дмитрий Волков", &mut Environment::new(Some(now - Duration::days(20))));
    mailbox.scope = "life";
    mailbox
}

/// A mailbox with the default calendar and the default folder of tasks.
fn equipped(account: &str, owner: &str, environment: &mut Environment) -> Mailbox {
    let mut mailbox = Mailbox::new(account, owner, ZONE);
    mailbox.add_calendar("Calendar", None, environment);
    let tasks = TaskList::new(&mut mailbox, "Tasks", "defaultList", environment);
    mailbox.lists.push(tasks);
    mailbox
}

fn demo(mailbox: &mut Mailbox, environment: &mut Environment, now: DateTime<Utc>) -> Result<(), String> {
    let local = zones::zone(ZONE).map_or(now.naive_utc(), |tz| now.with_timezone(&tz).naive_local());
    let monday = local.date().week(Weekday::Mon).first_day();
    let day = |week: i64, day: i64| monday + Duration::days(7 * week + day);
    for (name, class, parent) in
        [("Командировки", "", ""), ("Birthdays", "IPF.Appointment.Birthday", ""), ("Old projects", "", "deleteditems")]
    {
        mailbox.add_calendar(name, None, environment);
        if let Some(calendar) = mailbox.calendars.last_mut() {
            place(calendar, class, parent);
        }
    }
    for (name, class) in [("Поручения", ""), ("Project plan", "IPF.Task.Project")] {
        let mut list = TaskList::new(mailbox, name, "none", environment);
        place(&mut list.body, class, "");
        mailbox.lists.push(list);
    }
    let people = json!([{"type": "required", "emailAddress": {"name": "Дмитрий Волков", "address": COLLEAGUE}}]);
    let events = [
        (
            0,
            times(day(-1, 1), "09:30", 60),
            json!({"subject": "Совещание в головном офисе", "location": {"displayName": "Башня, 12 этаж"}}),
        ),
        (
            0,
            times(day(0, 0), "17:00", 45),
            json!({"subject": "Budget call with headquarters", "importance": "high", "attendees": people}),
        ),
        (
            0,
            times(day(0, 4), "11:30", 30),
            json!({"subject": "Согласование закупки серверов", "body": {"contentType": "text", "content": "Смета во вложении."}}),
        ),
        (
            0,
            whole(day(1, 3), 2),
            json!({"subject": "Инвентаризация", "showAs": "workingElsewhere", "isReminderOn": false}),
        ),
        (0, times(day(1, 0), "08:30", 30), json!({"subject": "Личное", "sensitivity": "private"})),
        (1, times(day(2, 0), "07:00", 240), json!({"subject": "Поезд в Казань", "showAs": "oof"})),
        (2, whole(day(0, 5), 1), json!({"subject": "Ольга Кузнецова", "showAs": "free"})),
        (3, times(day(-2, 2), "15:00", 60), json!({"subject": "Deleted calendar's meeting"})),
    ];
    for (calendar, times, more) in events {
        add(mailbox, calendar, &[times, more], environment)?;
    }
    let range = json!({"type": "noEnd", "startDate": day(-3, 2).to_string(), "recurrenceTimeZone": ZONE});
    let pattern = json!({"type": "weekly", "interval": 1, "daysOfWeek": ["wednesday"], "firstDayOfWeek": "monday"});
    let series =
        json!({"subject": "Weekly report to headquarters", "recurrence": {"pattern": pattern, "range": range}});
    add(mailbox, 0, &[times(day(-3, 2), "16:00", 30), series], environment)?;
    let due = |day: NaiveDate| json!({"dateTime": format!("{day}T00:00:00"), "timeZone": ZONE});
    let tasks = [
        (0, json!({"title": "Подписать акт инвентаризации", "dueDateTime": due(day(1, 4)), "importance": "high"})),
        (0, json!({"title": "Order new badges", "status": "completed", "dueDateTime": due(day(-1, 0))})),
        (
            1,
            json!({"title": "Отчёт для главного офиса", "status": "inProgress", "startDateTime": due(day(0, 0)), "dueDateTime": due(day(0, 2))}),
        ),
    ];
    for (list, input) in tasks {
        let input = object(TASK, &input, Unknown::Refuse)?;
        let id = mailbox
            .lists
            .get(list)
            .and_then(|list| list.body.get("id"))
            .and_then(Value::as_str)
            .ok_or("no list")?
            .to_owned();
        let task = Task::new(mailbox, &id, &input, environment)?;
        mailbox.tasks.push(task);
    }
    Ok(())
}

fn place(body: &mut Object, class: &str, parent: &str) {
    for (name, value) in [(CLASS, class), (PARENT, parent)] {
        if !value.is_empty() {
            body.insert(name.to_owned(), value.into());
        }
    }
}

fn add(mailbox: &mut Mailbox, calendar: usize, parts: &[Value], environment: &mut Environment) -> Result<(), String> {
    let mut input = Object::new();
    parts.iter().filter_map(Value::as_object).for_each(|part| input.extend(part.clone()));
    let input = object(EVENT, &Value::Object(input), Unknown::Refuse)?;
    let id = mailbox.calendars.get(calendar).and_then(|calendar| calendar.get("id")).and_then(Value::as_str);
    let id = id.ok_or("no calendar")?.to_owned();
    let event = Event::create(mailbox, &id, &input, environment).map_err(|fail| fail.message)?;
    mailbox.events.push(event);
    Ok(())
}

/// Start and end of something on a day.
fn times(day: NaiveDate, time: &str, minutes: i64) -> Value {
    let start = zones::wall(&format!("{day}T{time}:00")).unwrap_or_default();
    json!({"start": zones::zoned(start, ZONE), "end": zones::zoned(start + Duration::minutes(minutes), ZONE)})
}

fn whole(day: NaiveDate, days: i64) -> Value {
    let mut times = times(day, "00:00", days * 24 * 60);
    crate::graph::shape::put(&mut times, "isAllDay", true);
    times
}
