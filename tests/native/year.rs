//! A scripted year of a calendar: what people do to series, invitations, weeks off, Teams meetings and tasks, on both sides. After each deed a
//! run brings both in step, the next one finds nothing to do, nobody is mailed but whom a person wanted to, and nothing is there twice.
//!
//! The script speaks to an abstract [`Calendar`], so that another kind of mailbox can live through the same year.

use crate::ews_setup::enveloped;
use crate::memory::everything;
use crate::spine::Spine;
use crate::world::{COLLEAGUE, COLLEAGUE_THERE, EXCHANGE, World};
use pollster::block_on;
use sandbox::Seed;
use schedule_sync::engine::answer::{Answer, Choice};
use schedule_sync::engine::link::Reason;
use schedule_sync::engine::settings::Notify;
use schedule_sync::model::{ItemId, Side};
use schedule_sync::ports::{Http, Keys};
use schedule_sync::run;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const CONFIRMED: &str = "7098c892-34e3-4a3e-af08-c1a139f63220";
const CANCELED: &str = "201cfba8-58e6-df11-971b-001d60e938c6";

/// A person's meeting, in wall times of [`ZONE`].
#[derive(Clone, Copy)]
struct Entry<'a> {
    title: &'a str,
    start: &'a str,
    end: &'a str,
    kind: Shape<'a>,
}

#[derive(Clone, Copy)]
enum Shape<'a> {
    /// Whole days, the end exclusive.
    Days,
    /// Every week on the start's day, to the last day, if any.
    Weekly(Option<&'a str>),
    /// With a join block in the body.
    Online,
    /// To which somebody is invited.
    Inviting(&'a str),
}

/// What people do in a mailbox, past the product.
trait Calendar {
    /// Makes a meeting; its id.
    fn make(&self, entry: Entry) -> String;
    /// Ids and starts (UTC) of the first occurrences of a series.
    fn occurrences(&self, series: &str) -> Vec<(String, String)>;
    fn rename(&self, id: &str, title: &str);
    fn shift(&self, id: &str, start: &str, end: &str);
    fn delete(&self, id: &str);
    /// Calls a meeting off, and tells those invited.
    fn call_off(&self, id: &str);
    /// Ends a series on a day.
    fn cut(&self, series: &str, last: &str);
    /// The texts of a meeting: its title and its body as stored.
    fn text(&self, title: &str) -> (String, String);
    /// Moves the task with this title to another list, as To Do does.
    fn move_task(&self, title: &str);
    fn rename_task(&self, title: &str, to: &str);
    /// Everything there is, as title and start.
    fn all(&self) -> Vec<(String, String)>;
    /// What was mailed from this mailbox: reasons.
    fn mailed(&self) -> Vec<String>;
}

/// The zone in which the people live: it has summer time.
const ZONE: &str = "W. Europe Standard Time";

/// A mailbox of the sandbox's Microsoft 365.
struct Microsoft365<'a>(&'a World);

impl Microsoft365<'_> {
    fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, reply) = self.0.by_hand(Side::Exchange, method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {reply}");
        reply
    }

    fn rows(&self, path: &str) -> Vec<Value> {
        self.ask("GET", path, None)["value"].as_array().unwrap().clone()
    }

    fn lists(&self) -> Vec<String> {
        self.rows("me/todo/lists").iter().map(|list| list["id"].as_str().unwrap().to_owned()).collect()
    }

    fn task(&self, title: &str) -> (String, Value) {
        let tasks = |list: String| {
            let rows = self.rows(&format!("me/todo/lists/{list}/tasks?$top=100&$expand=linkedResources"));
            rows.into_iter().map(move |task| (list.clone(), task))
        };
        let mut found: Vec<_> =
            self.lists().into_iter().flat_map(tasks).filter(|(_, task)| task["title"] == title).collect();
        assert_eq!(found.len(), 1, "one task {title}");
        found.remove(0)
    }
}

fn wall(time: &str) -> Value {
    json!({"dateTime": time, "timeZone": ZONE})
}

impl Calendar for Microsoft365<'_> {
    fn make(&self, Entry { title, start, end, kind }: Entry) -> String {
        let mut body = json!({"subject": title, "start": wall(start), "end": wall(end)});
        match kind {
            Shape::Days => body["isAllDay"] = true.into(),
            Shape::Online => {
                body["isOnlineMeeting"] = true.into();
                body["onlineMeetingProvider"] = "teamsForBusiness".into();
            }
            Shape::Inviting(who) => {
                body["attendees"] = json!([{"type": "required", "emailAddress": {"address": who, "name": who}}]);
            }
            Shape::Weekly(last) => {
                let day = start.get(..10).unwrap();
                let weekday = day.parse::<chrono::NaiveDate>().unwrap().format("%A").to_string().to_lowercase();
                let mut range = json!({"type": "noEnd", "startDate": day, "recurrenceTimeZone": ZONE});
                if let Some(last) = last {
                    range["type"] = "endDate".into();
                    range["endDate"] = last.into();
                }
                let pattern = json!({"type": "weekly", "interval": 1, "daysOfWeek": [weekday]});
                body["recurrence"] = json!({"pattern": pattern, "range": range});
            }
        }
        self.ask("POST", "me/events", Some(body))["id"].as_str().unwrap().to_owned()
    }

    fn occurrences(&self, series: &str) -> Vec<(String, String)> {
        let window = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z&$top=100";
        let rows = self.rows(&format!("me/events/{series}/instances?{window}"));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        rows.iter().map(|row| (text(&row["id"]), text(&row["start"]["dateTime"]))).collect()
    }

    fn rename(&self, id: &str, title: &str) {
        self.ask("PATCH", &format!("me/events/{id}"), Some(json!({"subject": title})));
    }

    fn shift(&self, id: &str, start: &str, end: &str) {
        self.ask("PATCH", &format!("me/events/{id}"), Some(json!({"start": wall(start), "end": wall(end)})));
    }

    fn delete(&self, id: &str) {
        self.ask("DELETE", &format!("me/events/{id}"), None);
    }

    fn call_off(&self, id: &str) {
        self.ask("POST", &format!("me/events/{id}/cancel"), Some(json!({"comment": ""})));
    }

    fn cut(&self, series: &str, last: &str) {
        let mut rule = self.ask("GET", &format!("me/events/{series}"), None)["recurrence"].clone();
        rule["range"]["type"] = "endDate".into();
        rule["range"]["endDate"] = last.into();
        self.ask("PATCH", &format!("me/events/{series}"), Some(json!({"recurrence": rule})));
    }

    fn text(&self, title: &str) -> (String, String) {
        let rows = self.rows("me/events?$top=500");
        let row = rows.iter().find(|row| row["subject"] == title).unwrap();
        (title.to_owned(), row["body"]["content"].as_str().unwrap().to_owned())
    }

    fn move_task(&self, title: &str) {
        let (from, task) = self.task(title);
        let to = self.lists().into_iter().find(|list| *list != from).unwrap();
        let kept = ["title", "body", "importance", "status", "dueDateTime", "startDateTime"];
        let mut copy: serde_json::Map<String, Value> =
            kept.iter().filter_map(|name| Some(((*name).to_owned(), task.get(*name)?.clone()))).collect();
        let links = task["linkedResources"].as_array().cloned().unwrap_or_default().into_iter().map(|mut link| {
            link.as_object_mut().unwrap().remove("id");
            link
        });
        copy.insert("linkedResources".to_owned(), links.collect());
        self.ask("POST", &format!("me/todo/lists/{to}/tasks"), Some(copy.into()));
        self.ask("DELETE", &format!("me/todo/lists/{from}/tasks/{}", task["id"].as_str().unwrap()), None);
    }

    fn rename_task(&self, title: &str, to: &str) {
        let (list, task) = self.task(title);
        let path = format!("me/todo/lists/{list}/tasks/{}", task["id"].as_str().unwrap());
        self.ask("PATCH", &path, Some(json!({"title": to})));
    }

    fn all(&self) -> Vec<(String, String)> {
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let events = self.rows("me/events?$top=500").into_iter();
        let events = events.map(|row| (text(&row, "subject"), row["start"].to_string()));
        let tasks =
            self.lists().into_iter().flat_map(|list| self.rows(&format!("me/todo/lists/{list}/tasks?$top=500")));
        events.chain(tasks.map(|row| (text(&row, "title"), row["dueDateTime"].to_string()))).collect()
    }

    fn mailed(&self) -> Vec<String> {
        let sandbox = self.0.sandbox.borrow();
        let all = sandbox.graph.mails().iter().chain(sandbox.exchange.mails());
        let own = all.filter(|mail| mail.from == self.0.mailbox);
        own.map(|mail| serde_json::to_value(mail.reason).unwrap().as_str().unwrap().to_owned()).collect()
    }
}

/// A mailbox of the sandbox's Exchange Server: people work in it as in the other, but what is moved goes by another id, and nothing else of it changes.
struct ExchangeServer<'a>(Microsoft365<'a>);

impl Calendar for ExchangeServer<'_> {
    fn make(&self, entry: Entry) -> String {
        self.0.make(entry)
    }

    fn occurrences(&self, series: &str) -> Vec<(String, String)> {
        self.0.occurrences(series)
    }

    fn rename(&self, id: &str, title: &str) {
        self.0.rename(id, title);
    }

    fn shift(&self, id: &str, start: &str, end: &str) {
        self.0.shift(id, start, end);
    }

    fn delete(&self, id: &str) {
        self.0.delete(id);
    }

    fn call_off(&self, id: &str) {
        self.0.call_off(id);
    }

    fn cut(&self, series: &str, last: &str) {
        self.0.cut(series, last);
    }

    fn text(&self, title: &str) -> (String, String) {
        self.0.text(title)
    }

    fn move_task(&self, title: &str) {
        let (from, task) = self.0.task(title);
        let to = self.0.lists().into_iter().find(|list| *list != from).unwrap();
        let world = self.0.0;
        let body = format!(
            "<m:MoveItem><m:ToFolderId><t:FolderId Id=\"{to}\"/></m:ToFolderId><m:ItemIds><t:ItemId Id=\"{}\"/></m:ItemIds></m:MoveItem>",
            task["id"].as_str().unwrap()
        );
        let mut request = http::Request::post(EXCHANGE).header("Content-Type", "text/xml; charset=utf-8");
        for (name, secret) in block_on(world.headers(Side::Exchange, false)).unwrap() {
            request = request.header(name, secret.0);
        }
        let response = block_on(world.send(request.body(enveloped(&body).into_bytes()).unwrap())).unwrap();
        let text = String::from_utf8(response.into_body()).unwrap();
        assert!(text.contains("NoError"), "{text}");
    }

    fn rename_task(&self, title: &str, to: &str) {
        self.0.rename_task(title, to);
    }

    fn all(&self) -> Vec<(String, String)> {
        self.0.all()
    }

    fn mailed(&self) -> Vec<String> {
        self.0.mailed()
    }
}

/// The year's Creatio, and what is looked at after each deed.
struct Year<'a, M> {
    spine: &'a Spine,
    mailbox: M,
}

impl<M: Calendar> Year<'_, M> {
    /// All of it; `colleague` organizes what the user is invited to.
    fn live(&self, colleague: &impl Calendar) {
        self.settle("the first run");
        let series = self.series();
        self.week_off();
        self.teams();
        self.invitations(colleague);
        self.cut_in_two(&series);
        self.task();
        self.months();
        assert_eq!(self.mailbox.mailed(), ["response"], "nobody was mailed but the organizer, on the user's word");
    }

    /// Runs twice: the second run writes nothing, and nothing is there twice.
    fn settle(&self, after: &str) -> run::Report {
        let report = self.spine.settle();
        for all in [self.mailbox.all(), self.activities()] {
            let once: BTreeSet<_> = all.iter().collect();
            assert_eq!(once.len(), all.len(), "{after}: something is there twice in {all:?}");
        }
        assert_eq!(report.unfinished, 0, "{after}");
        report
    }

    /// Living Activities, as title and start.
    fn activities(&self) -> Vec<(String, String)> {
        let rows = self.spine.activities().into_iter().filter(|row| row["StatusId"] != CANCELED);
        rows.map(|row| (row["Title"].as_str().unwrap().to_owned(), row["StartDate"].to_string())).collect()
    }

    fn starts(&self, title: &str) -> Vec<String> {
        let rows = self.spine.activities().into_iter();
        let mut starts: Vec<String> = rows
            .filter(|row| row["Title"] == title && row["StatusId"] != CANCELED)
            .map(|row| row["StartDate"].as_str().unwrap().get(..16).unwrap().to_owned())
            .collect();
        starts.sort();
        starts
    }

    fn patch(&self, id: &Value, body: Value) {
        self.spine.odata("PATCH", &format!("Activity({})", id.as_str().unwrap()), Some(body));
    }

    fn series(&self) -> String {
        let standup = Entry {
            title: "Стендап",
            start: "2026-03-03T10:00:00",
            end: "2026-03-03T10:30:00",
            kind: Shape::Weekly(None),
        };
        let series = self.mailbox.make(standup);
        self.settle("a series");
        let starts = self.starts("Стендап");
        assert_eq!(starts.first().map(String::as_str), Some("2026-03-03T09:00"));
        assert!(starts.contains(&"2026-03-31T08:00".to_owned()), "by the wall clock of its zone: {starts:?}");

        let [third, fourth, fifth] = [2, 3, 4].map(|n| self.mailbox.occurrences(&series)[n].0.clone());
        self.mailbox.rename(&third, "Стендап: итоги");
        self.mailbox.shift(&fourth, "2026-03-25T15:00:00", "2026-03-25T15:30:00");
        self.mailbox.delete(&fifth);
        self.settle("exceptions");
        assert_eq!(self.starts("Стендап: итоги"), ["2026-03-17T09:00"]);
        let starts = self.starts("Стендап");
        assert!(starts.contains(&"2026-03-25T14:00".to_owned()) && !starts.contains(&"2026-03-24T09:00".to_owned()));
        assert!(!starts.contains(&"2026-03-31T08:00".to_owned()), "the deleted one is canceled");

        // a Creatio edit of one occurrence makes an exception of that one
        let one = self.spine.activities().into_iter().find(|row| {
            row["Title"] == "Стендап" && row["StartDate"].as_str().is_some_and(|at| at.starts_with("2026-04-14"))
        });
        self.patch(&one.unwrap()["Id"], json!({"Title": "Стендап: демо"}));
        self.settle("an exception from Creatio");
        let renamed = self.mailbox.occurrences(&series).into_iter().filter(|(_, at)| at.starts_with("2026-04-14"));
        assert_eq!(renamed.count(), 1);
        series
    }

    fn week_off(&self) {
        let (start, end) = ("2026-03-27T00:00:00", "2026-04-03T00:00:00");
        let id = self.mailbox.make(Entry { title: "Отпуск", start, end, kind: Shape::Days });
        self.settle("a week off over the change to summer time");
        assert_eq!(self.starts("Отпуск"), ["2026-03-26T21:00"], "midnight of the user's zone");
        self.mailbox.shift(&id, "2026-03-28T00:00:00", "2026-04-04T00:00:00");
        self.settle("it is put off by a day");
        assert_eq!(self.starts("Отпуск"), ["2026-03-27T21:00"]);
    }

    fn teams(&self) {
        let (start, end) = ("2026-04-08T14:00:00", "2026-04-08T15:00:00");
        self.mailbox.make(Entry { title: "Созвон", start, end, kind: Shape::Online });
        self.settle("a Teams meeting");
        let (_, before) = self.mailbox.text("Созвон");
        assert!(before.contains("teams.microsoft.com"), "{before}");
        let id = self.spine.activity("Созвон")["Id"].clone();
        self.patch(&id, json!({"Notes": "Взять смету", "Title": "Созвон по смете"}));
        self.settle("a Teams meeting edited in Creatio");
        let (_, after) = self.mailbox.text("Созвон по смете");
        assert!(after.contains("Взять смету") && after.contains("teams.microsoft.com"), "{after}");
    }

    /// An invitation that is accepted in Creatio, which mails the organizer because the user says so; and one that its organizer calls off.
    fn invitations(&self, organizer: &impl Calendar) {
        let own = self.spine.world.mailbox;
        let entry = |title, start, end| Entry { title, start, end, kind: Shape::Inviting(own) };
        organizer.make(entry("Приглашение", "2026-04-15T10:00:00", "2026-04-15T11:00:00"));
        let off = organizer.make(entry("Отменят", "2026-04-16T10:00:00", "2026-04-16T11:00:00"));
        self.settle("invitations");
        assert_eq!(self.mailbox.mailed(), Vec::<String>::new());
        let activity = self.spine.activity("Приглашение")["Id"].as_str().unwrap().to_owned();
        let me = self.spine.world.contact();
        let rows = format!("ActivityParticipant?$filter=Activity/Id eq {activity} and Participant/Id eq {me}");
        let row = self.spine.odata("GET", &rows, None)["value"][0]["Id"].as_str().unwrap().to_owned();
        self.spine.odata("PATCH", &format!("ActivityParticipant({row})"), Some(json!({"InviteResponseId": CONFIRMED})));
        let report = self.settle("an answer that would mail is asked about");
        assert!(report.held.iter().any(|held| held.reason == Reason::WouldMail), "{:?}", report.held);
        assert_eq!(self.mailbox.mailed(), Vec::<String>::new());
        let answer = Answer {
            side: Side::Creatio,
            id: ItemId::from(activity.as_str()),
            reason: Reason::WouldMail,
            choice: Choice::Allow,
        };
        block_on(run::undo::answer(&self.spine.shelf, vec![answer])).unwrap();
        self.settle("the answer is given");
        assert_eq!(self.mailbox.mailed(), ["response"], "to the organizer, once");

        organizer.call_off(&off);
        self.settle("called off");
        assert_eq!(self.spine.activity("Отменят")["StatusId"], CANCELED);
    }

    fn cut_in_two(&self, series: &str) {
        self.mailbox.cut(series, "2026-05-05");
        let second = Entry {
            title: "Стендап",
            start: "2026-05-12T11:00:00",
            end: "2026-05-12T11:30:00",
            kind: Shape::Weekly(Some("2026-08-25")),
        };
        self.mailbox.make(second);
        self.settle("a series cut in two");
        let starts = self.starts("Стендап");
        assert!(starts.contains(&"2026-05-12T09:00".to_owned()), "the new time: {starts:?}");
        assert!(!starts.contains(&"2026-05-12T08:00".to_owned()), "nothing is left of the old: {starts:?}");
        // as in Exchange, another rule makes exceptions void
        assert!(self.starts("Стендап: итоги").is_empty() && starts.contains(&"2026-03-17T09:00".to_owned()));
    }

    fn task(&self) {
        let row = json!({"Title": "Смета", "ShowInScheduler": false, "StartDate": "2026-04-20T06:00:00Z",
            "DueDate": "2026-04-22T15:00:00Z"});
        let id = self.spine.odata("POST", "Activity", Some(row))["Id"].clone();
        self.settle("a task");
        self.mailbox.move_task("Смета");
        self.settle("a task that moves to another list");
        self.mailbox.rename_task("Смета", "Смета на июнь");
        self.settle("and is renamed there");
        assert_eq!(self.spine.activity("Смета на июнь")["Id"], id, "it is still the same Activity");
        self.patch(&id, json!({"Title": "Смета на июль"}));
        self.settle("and in Creatio");
        self.mailbox.rename_task("Смета на июль", "Смета");
    }

    /// The months go by.
    fn months(&self) {
        for month in 0..9 {
            self.spine.world.pass(chrono::Duration::days(30));
            self.settle(&format!("month {month}"));
        }
    }
}

#[test]
fn a_year_is_lived_through_in_microsoft_365() {
    let mut settings = everything();
    settings.rules.notify = Notify::default();
    let spine = Spine::new(Seed::Demo, &settings);
    let colleague = spine.world.beside(COLLEAGUE);
    let year = Year { spine: &spine, mailbox: Microsoft365(&spine.world) };
    year.live(&Microsoft365(&colleague));
}

#[test]
fn a_year_is_lived_through_on_an_exchange_server() {
    let mut settings = everything();
    settings.rules.notify = Notify::default();
    let spine = Spine::there(Seed::Demo, &settings);
    let colleague = spine.world.beside(COLLEAGUE_THERE);
    let year = Year { spine: &spine, mailbox: ExchangeServer(Microsoft365(&spine.world)) };
    year.live(&ExchangeServer(Microsoft365(&colleague)));
}
