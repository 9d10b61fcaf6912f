//! What a mailbox starts with: `empty`, or `demo`, a working month of a sales manager around now.
//! Everything is written as a client would write it; what only other people and servers write is
//! put in afterwards.

use super::event::Event;
use super::mailbox::Mailbox;
use super::shape::{EVENT, Object, TASK, Unknown, object, put};
use super::todo::{Task, TaskList};
use super::zones::{self, NEVER};
use super::{ACCOUNT, COLLEAGUE, answer::Fail};
use crate::environment::{Environment, Seed};
use chrono::{DateTime, Duration, NaiveDate, Utc, Weekday};
use serde_json::{Value, json};

/// The zone of the demo's people.
const ZONE: &str = "Russian Standard Time";

/// Meetings with one person or none: week (0 is this one), weekday (0 is Monday), time, minutes,
/// subject, place, notes, who.
type Row = (i64, i64, &'static str, i64, &'static str, &'static str, &'static str, &'static str);
const MEETINGS: &[Row] = &[
    (
        -2,
        0,
        "11:00",
        30,
        "Звонок: «Северный ветер», продление договора",
        "",
        "Уточнить объём на следующий квартал.",
        "",
    ),
    (
        -2,
        1,
        "14:00",
        60,
        "Демонстрация для «Альфа-Строй»",
        "Офис клиента, ул. Лесная, 7",
        "Показать раздел продаж и отчёты.",
        "o.smirnova@alfastroy.example",
    ),
    (
        -2,
        3,
        "16:30",
        45,
        "Pipeline review with Nordic team",
        "Meeting room 2",
        "Forecast for the quarter.",
        "lars.holm@nordic.example",
    ),
    (-1, 0, "12:00", 30, "Звонок: Ромашов, счёт на оплату", "", "Счёт 118 от прошлой недели.", ""),
    (
        -1,
        1,
        "10:30",
        90,
        "Переговоры с «Вектор Плюс»",
        "Переговорная «Байкал»",
        "Скидка не больше 7 %.",
        "p.kravtsov@vektor.example",
    ),
    (
        -1,
        2,
        "15:00",
        60,
        "Contract negotiation: Fabrikam",
        "Fabrikam HQ, London",
        "Bring the signed NDA.",
        "john.reed@fabrikam.example",
    ),
    (-1, 4, "17:00", 30, "Итоги недели", "", "", ""),
    (0, 0, "15:00", 30, "Звонок: новый лид с сайта", "", "Интересует интеграция с почтой.", ""),
    (
        0,
        1,
        "11:00",
        60,
        "Встреча с «Альфа-Строй»: коммерческое предложение",
        "Переговорная «Байкал»",
        "Вариант на 40 и на 60 мест.",
        "o.smirnova@alfastroy.example",
    ),
    (0, 2, "13:00", 60, "Lunch with Lars Holm", "Ресторан «Пушкин»", "", "lars.holm@nordic.example"),
    (
        0,
        3,
        "10:00",
        45,
        "Quarterly business review",
        "Meeting room 1",
        "Slides are on the share.",
        "john.reed@fabrikam.example",
    ),
    (0, 4, "16:00", 30, "Звонок: «Вектор Плюс», правки в договор", "", "Юрист на связи до 17:00.", ""),
    (1, 0, "14:00", 60, "Обучение новых менеджеров", "Учебный класс", "", ""),
    (1, 2, "12:30", 30, "Call: renewal for Northwind", "", "Ask about the new CFO.", ""),
    (
        1,
        3,
        "11:00",
        120,
        "Визит на завод «Литейщик»",
        "Тула, Заводской пр., 3",
        "Пропуска заказаны.",
        "v.gromov@liteyshik.example",
    ),
    (2, 1, "15:30", 60, "Product roadmap for partners", "Meeting room 1", "", "lars.holm@nordic.example"),
    (2, 3, "10:00", 60, "Защита бюджета отдела", "Кабинет директора", "Взять план-факт.", ""),
];

/// A mailbox filled with `seed`, alike for the same `now`.
pub(crate) fn mailbox(seed: Seed, now: DateTime<Utc>) -> Mailbox {
    let mut mailbox = Mailbox::new(ACCOUNT, "Мария Орлова", ZONE);
    let mut environment = Environment::new(Some(now - Duration::days(20)));
    equip(&mut mailbox, &mut environment);
    if seed == Seed::Demo {
        let local = zones::zone(ZONE).map_or(now.naive_utc(), |tz| now.with_timezone(&tz).naive_local());
        let monday = local.date().week(Weekday::Mon).first_day();
        let mut demo = Demo { mailbox: &mut mailbox, environment: &mut environment, monday };
        // the demo is fixed text: a test reads all of it back
        let filled =
            demo.calendar().and_then(|()| demo.series()).and_then(|()| demo.others()).and_then(|()| demo.tasks());
        debug_assert!(filled.is_ok(), "{filled:?}");
    }
    mailbox.scope = "life";
    mailbox
}

/// The colleague's mailbox, in every seed without anything in it.
pub(crate) fn colleague(now: DateTime<Utc>) -> Mailbox {
    let mut mailbox = Mailbox::new(COLLEAGUE, "Дмитрий Волков", ZONE);
    equip(&mut mailbox, &mut Environment::new(Some(now - Duration::days(20))));
    mailbox.scope = "life";
    mailbox
}

/// The default calendar and the default list.
fn equip(mailbox: &mut Mailbox, environment: &mut Environment) {
    mailbox.add_calendar("Calendar", None, environment);
    let tasks = TaskList::new(mailbox, "Tasks", "defaultList", environment);
    mailbox.lists.push(tasks);
}

struct Demo<'a> {
    mailbox: &'a mut Mailbox,
    environment: &'a mut Environment,
    monday: NaiveDate,
}

impl Demo<'_> {
    fn day(&self, week: i64, day: i64) -> NaiveDate {
        self.monday + Duration::days(7 * week + day)
    }

    /// Members start and end of something on a day.
    fn times(&self, day: NaiveDate, time: &str, minutes: i64) -> Value {
        let start = zones::wall(&format!("{day}T{time}:00")).unwrap_or_default();
        json!({"start": zones::zoned(start, ZONE), "end": zones::zoned(start + Duration::minutes(minutes), ZONE)})
    }

    fn all_day(&self, day: NaiveDate, days: i64) -> Value {
        let mut times = self.times(day, "00:00", days * 24 * 60);
        put(&mut times, "isAllDay", true);
        times
    }

    /// Adds an event to the calendar of an index; `parts` are objects that make up its body.
    fn add(&mut self, calendar: usize, parts: &[Value]) -> Result<&mut Event, Fail> {
        let mut input = Object::new();
        parts.iter().filter_map(Value::as_object).for_each(|part| input.extend(part.clone()));
        let input = object(EVENT, &Value::Object(input), Unknown::Refuse).map_err(Fail::body)?;
        let id = self.mailbox.calendars.get(calendar).and_then(|calendar| calendar.get("id")).and_then(Value::as_str);
        let id = id.ok_or_else(Fail::not_found)?.to_owned();
        let event = Event::create(self.mailbox, &id, &input, self.environment)?;
        self.mailbox.events.push(event);
        self.mailbox.events.last_mut().ok_or_else(Fail::not_found)
    }

    /// The user's own calendar: meetings, days, a private event, a Teams meeting.
    fn calendar(&mut self) -> Result<(), Fail> {
        for (week, day, time, minutes, subject, place, notes, who) in MEETINGS {
            let times = self.times(self.day(*week, *day), time, *minutes);
            let text = json!({"subject": subject, "body": {"contentType": "text", "content": notes}});
            let mut more = json!({});
            if !place.is_empty() {
                put(&mut more, "location", json!({"displayName": place}));
            }
            if !who.is_empty() {
                put(&mut more, "attendees", json!([attendee(who, "required")]));
            }
            self.add(0, &[times, text, more])?;
        }
        self.add(
            0,
            &[
                self.all_day(self.day(-1, 4), 1),
                json!({"subject": "День рождения Игоря", "showAs": "free", "isReminderOn": false}),
            ],
        )?;
        self.add(0, &[
            self.all_day(self.day(1, 1), 3),
            json!({"subject": "Выставка «Продажи и CRM», Санкт-Петербург", "showAs": "oof", "location": {"displayName": "Экспофорум"}}),
        ])?;
        self.add(0, &[self.all_day(self.day(3, 0), 1), json!({"subject": "Day off", "showAs": "oof"})])?;
        self.add(
            0,
            &[
                self.times(self.day(0, 2), "18:30", 60),
                json!({"subject": "Врач", "sensitivity": "private", "location": {"displayName": "Клиника на Мира"}}),
            ],
        )?;
        self.add(0, &[
            self.times(self.day(0, 3), "16:00", 60),
            json!({
                "subject": "Teams: integration workshop with Fabrikam", "isOnlineMeeting": true,
                "onlineMeetingProvider": "teamsForBusiness", "importance": "high", "categories": ["Blue category"],
                "body": {"contentType": "html", "content": "<p>Agenda:</p><ul><li>Mail</li><li>Calendar</li></ul>"},
                "attendees": [attendee("john.reed@fabrikam.example", "required"), attendee("lars.holm@nordic.example", "optional")],
            }),
        ])?;
        Ok(())
    }

    /// The weekly meeting, with one occurrence moved and one deleted.
    fn series(&mut self) -> Result<(), Fail> {
        let first = self.day(-4, 0);
        let range = json!({"type": "noEnd", "startDate": first.to_string(), "recurrenceTimeZone": ZONE});
        let pattern = json!({"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "monday"});
        let text = json!({"subject": "Планёрка отдела продаж", "location": {"displayName": "Переговорная «Байкал»"}});
        let (moved_from, moved_to, deleted) = (self.day(1, 0), self.day(1, 1), self.day(2, 0));
        let moved_times = self.times(moved_to, "11:00", 45);
        let parts = [self.times(first, "10:00", 45), text, json!({"recurrence": {"pattern": pattern, "range": range}})];
        let master = self.add(0, &parts)?;
        let mut moved = master.occurrence(moved_from).ok_or_else(Fail::not_found)?;
        moved.assign(&moved_times.as_object().cloned().unwrap_or_default())?;
        moved.set("type", "exception");
        if let Some(series) = &mut master.series {
            series.exceptions.insert(moved_from, moved);
            series.deleted.insert(deleted);
        }
        Ok(())
    }

    /// What comes from others: an invitation, a second calendar, a colleague's shared calendar.
    fn others(&mut self) -> Result<(), Fail> {
        let invitation = self.add(0, &[
            self.times(self.day(1, 4), "12:00", 60),
            json!({
                "subject": "Invitation: joint marketing plan", "showAs": "tentative", "location": {"displayName": "Fabrikam, room 4"},
                "body": {"contentType": "html", "content": "<p>Please see the draft before we meet.</p>"},
                "attendees": [attendee(ACCOUNT, "required"), attendee("o.smirnova@alfastroy.example", "optional")],
            }),
        ])?;
        organized_by(invitation, "Anna Petrova", "anna.petrova@fabrikam.example");
        self.mailbox.add_calendar("Личное", None, self.environment);
        self.add(1, &[self.times(self.day(0, 1), "19:00", 90), json!({"subject": "Бассейн", "showAs": "free"})])?;
        self.add(1, &[self.times(self.day(1, 5), "12:00", 180), json!({"subject": "Театр с детьми"})])?;
        let colleague = ("Игорь Соколов", "igor.sokolov@contoso.example");
        self.mailbox.add_calendar("Игорь Соколов", Some(colleague), self.environment);
        let visit =
            self.add(2, &[self.times(self.day(0, 2), "10:00", 60), json!({"subject": "Клиент «Литейщик»: замеры"})])?;
        organized_by(visit, colleague.0, colleague.1);
        // without the right to see private items they come blanked (docs/facts/graph.md, "Private
        // items")
        let private = self.add(
            2,
            &[
                self.times(self.day(0, 4), "09:00", 60),
                json!({"subject": "Private Appointment", "sensitivity": "private"}),
            ],
        )?;
        organized_by(private, colleague.0, colleague.1);
        Ok(())
    }

    /// Tasks in two lists, one of each status, and the list of flagged mails.
    fn tasks(&mut self) -> Result<(), Fail> {
        let projects = TaskList::new(self.mailbox, "Проекты", "none", self.environment);
        let flagged = TaskList::new(self.mailbox, "Flagged Emails", "flaggedEmails", self.environment);
        self.mailbox.lists.extend([projects, flagged]);
        let due = |day: NaiveDate| json!({"dateTime": format!("{day}T00:00:00"), "timeZone": ZONE});
        let at = |day: NaiveDate, time: &str| json!({"dateTime": format!("{day}T{time}:00"), "timeZone": ZONE});
        let rows = [
            (
                0,
                json!({"title": "Подготовить КП для «Альфа-Строй»", "dueDateTime": due(self.day(0, 1)), "importance": "high",
                "isReminderOn": true, "reminderDateTime": at(self.day(0, 1), "09:30"),
                "checklistItems": [{"displayName": "Цены"}, {"displayName": "Сроки"}, {"displayName": "Подпись", "isChecked": true}]}),
            ),
            (
                0,
                json!({"title": "Send the NDA to Fabrikam", "status": "completed", "dueDateTime": due(self.day(-1, 1))}),
            ),
            (
                0,
                json!({"title": "Согласовать скидку с директором", "status": "waitingOnOthers", "dueDateTime": due(self.day(0, 3)),
                "body": {"contentType": "text", "content": "Максимум 7 %, иначе через комитет."}}),
            ),
            (
                0,
                json!({"title": "Отчёт по командировке", "dueDateTime": due(self.day(2, 0)), "categories": ["Отчёты"]}),
            ),
            (0, json!({"title": "Buy a present for Igor"})),
            (
                1,
                json!({"title": "План внедрения у «Вектор Плюс»", "status": "inProgress", "startDateTime": due(self.day(-1, 0)),
                "dueDateTime": due(self.day(2, 4)), "body": {"contentType": "text", "content": "Этапы:\n1. Обследование\n2. Пилот"}}),
            ),
            (1, json!({"title": "Translate the brochure", "status": "deferred", "importance": "low"})),
            (
                1,
                json!({"title": "Собрать отзывы клиентов", "dueDateTime": due(self.day(1, 4)), "isReminderOn": true,
                "reminderDateTime": at(self.day(1, 4), "10:00")}),
            ),
            (
                2,
                json!({"title": "RE: invoice 118", "body": {"contentType": "text", "content": "Flagged in the mailbox."}}),
            ),
        ];
        for (list, input) in rows {
            let input = object(TASK, &input, Unknown::Refuse).map_err(Fail::body)?;
            let id = self.mailbox.lists.get(list).and_then(|list| list.body.get("id")).and_then(Value::as_str);
            let id = id.ok_or_else(Fail::not_found)?.to_owned();
            let task = Task::new(self.mailbox, &id, &input, self.environment).map_err(Fail::property)?;
            self.mailbox.tasks.push(task);
        }
        Ok(())
    }
}

fn attendee(address: &str, kind: &str) -> Value {
    json!({"type": kind, "emailAddress": {"address": address, "name": address}})
}

/// Makes it the copy of somebody else's event.
fn organized_by(event: &mut Event, name: &str, address: &str) {
    event.set("isOrganizer", false);
    event.set("organizer", json!({"emailAddress": {"name": name, "address": address}}));
    event.set("responseStatus", json!({"response": "notResponded", "time": NEVER}));
}
