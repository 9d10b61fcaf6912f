/**
 * Runs on the real page: what arrives on the other side, with every field, and what later runs do.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { only, ready } from './ready.mjs';
import { graphTime, instant, stock } from './servers.mjs';

/** @param {string} html */
const text = (html) =>
  html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
/** @param {string} time */
const minute = (time) => `${time.slice(0, 16)}`;

test('a meeting and a task of each side arrive on the other, field by field', async (t) => {
  const { person, activities, mailbox, sandbox, complaints } = await ready(t);
  await mailbox.createEvent({
    subject: 'Kick-off of the project',
    start: graphTime(3, 9),
    end: graphTime(3, 10),
    location: { displayName: 'Room 4' },
    body: { contentType: 'html', content: '<p>Agenda: <b>scope</b></p>' },
    importance: 'high',
    isReminderOn: true,
    reminderMinutesBeforeStart: 30,
  });
  await mailbox.createTask({
    title: 'Write the minutes',
    body: { contentType: 'text', content: 'Short, please' },
    importance: 'low',
    status: 'inProgress',
    startDateTime: graphTime(2, 0),
    dueDateTime: graphTime(4, 0),
    isReminderOn: true,
    reminderDateTime: graphTime(3, 8),
  });
  await activities.create('Activity', {
    Title: 'Visit to Fabrikam',
    StartDate: instant(5, 12),
    DueDate: instant(5, 14),
    Location: 'Fabrikam, lobby',
    Notes: '<p>Bring the <i>contract</i></p>',
    ShowInScheduler: true,
    PriorityId: stock.low,
    ActivityCategoryId: stock.meeting,
    StatusId: stock.notStarted,
    RemindToOwner: true,
    RemindToOwnerDate: instant(5, 11),
  });
  await activities.create('Activity', {
    Title: 'Send the offer',
    StartDate: instant(1, 9),
    DueDate: instant(2, 15),
    Notes: '<p>By mail</p>',
    ShowInScheduler: false,
    PriorityId: stock.high,
    ActivityCategoryId: stock.toDo,
    StatusId: stock.inProgress,
  });

  const said = await person.synchronize();
  assert.match(said, new RegExp(person.words.completed));
  assert.match(said, /Creatio: created 2(, updated \d+)?; Mailbox: created 2/);

  const meeting = only(await activities.titled('Kick-off of the project'), 'imported meeting');
  assert.equal(minute(meeting.StartDate), minute(instant(3, 9)));
  assert.equal(minute(meeting.DueDate), minute(instant(3, 10)));
  assert.equal(meeting.Location, 'Room 4');
  assert.equal(text(meeting.Notes), 'Agenda: scope');
  assert.equal(meeting.ShowInScheduler, true);
  assert.equal(meeting.PriorityId, stock.high);
  assert.equal(meeting.StatusId, stock.notStarted);
  assert.equal(meeting.ActivityCategoryId, stock.meeting);
  assert.equal(meeting.RemindToOwner, true);
  assert.equal(Date.parse(meeting.StartDate) - Date.parse(meeting.RemindToOwnerDate), 30 * 60_000);

  const task = only(await activities.titled('Write the minutes'), 'imported task');
  assert.equal(task.ShowInScheduler, false);
  assert.equal(text(task.Notes), 'Short, please');
  assert.equal(task.PriorityId, stock.low);
  assert.equal(task.StatusId, stock.inProgress);
  assert.equal(task.ActivityCategoryId, stock.toDo);
  assert.equal(task.RemindToOwner, true);
  assert.equal(minute(task.RemindToOwnerDate), minute(instant(3, 8)));

  const event = only(await mailbox.titled('Visit to Fabrikam'), 'exported event');
  assert.equal(minute(event.start.dateTime), minute(instant(5, 12)));
  assert.equal(minute(event.end.dateTime), minute(instant(5, 14)));
  assert.equal(event.location.displayName, 'Fabrikam, lobby');
  assert.equal(text(event.body.content), 'Bring the contract');
  assert.equal(event.importance, 'low');
  assert.equal(event.isReminderOn, true);
  assert.equal(event.reminderMinutesBeforeStart, 60);
  assert.equal(event.showAs, 'busy');
  assert.equal(event.sensitivity, 'normal');
  assert.deepEqual(event.attendees, [], 'nobody is invited');

  const todo = only(await mailbox.tasksTitled('Send the offer'), 'exported task');
  assert.equal(text(todo.body.content), 'By mail');
  assert.equal(todo.importance, 'high');
  assert.equal(todo.status, 'inProgress');
  assert.equal(todo.dueDateTime.dateTime.slice(0, 10), instant(2, 15).slice(0, 10));

  const mark = (await sandbox.log()).length;
  assert.match(await person.synchronize(), /nothing had to be written/);
  assert.deepEqual(await sandbox.writesSince(mark), [], 'a second run only reads');
  assert.deepEqual(complaints, []);
});

test('edits and deletions on either side reach the other', async (t) => {
  const { person, activities, mailbox, sandbox, complaints } = await ready(t);
  for (const title of ['Event one', 'Event two', 'Event three']) {
    await mailbox.createEvent({ subject: title, start: graphTime(6, 8), end: graphTime(6, 9) });
  }
  await mailbox.createTask({ title: 'Task one', dueDateTime: graphTime(6, 0) });
  for (const [title, inScheduler] of /** @type {const} */ ([
    ['Activity one', true],
    ['Activity two', true],
    ['Activity task', false],
  ])) {
    await activities.create('Activity', {
      Title: title,
      StartDate: instant(7, 8),
      DueDate: instant(7, 9),
      ShowInScheduler: inScheduler,
    });
  }
  await person.synchronize();

  const one = only(await activities.titled('Event one'), 'event one');
  await activities.update('Activity', one.Id, { Title: 'Event one, renamed', Location: 'Hall' });
  const two = only(await mailbox.titled('Event two'), 'event two');
  await mailbox.updateEvent(two.id, { subject: 'Event two, moved', start: graphTime(8, 10), end: graphTime(8, 12) });
  const task = only(await activities.titled('Task one'), 'task one');
  await activities.update('Activity', task.Id, { StatusId: stock.completed });
  const exported = only(await mailbox.titled('Activity one'), 'activity one');
  await mailbox.updateEvent(exported.id, { importance: 'high' });
  await person.synchronize();

  const renamed = only(await mailbox.titled('Event one, renamed'), 'renamed event');
  assert.equal(renamed.location.displayName, 'Hall');
  const moved = only(await activities.titled('Event two, moved'), 'moved activity');
  assert.equal(minute(moved.StartDate), minute(instant(8, 10)));
  assert.equal(minute(moved.DueDate), minute(instant(8, 12)));
  assert.equal(only(await mailbox.tasksTitled('Task one'), 'task').status, 'completed');
  assert.equal(only(await activities.titled('Activity one'), 'activity').PriorityId, stock.high);

  await mailbox.removeEvent(only(await mailbox.titled('Event three'), 'event three').id);
  await activities.remove('Activity', only(await activities.titled('Activity two'), 'activity two').Id);
  await activities.remove('Activity', only(await activities.titled('Activity task'), 'activity task').Id);
  await person.synchronize();
  assert.equal(only(await activities.titled('Event three'), 'canceled activity').StatusId, stock.canceled);
  assert.deepEqual(await mailbox.titled('Activity two'), [], 'the event of a deleted activity is deleted');
  assert.deepEqual(await mailbox.tasksTitled('Activity task'), [], 'the task of a deleted activity is deleted');

  const mark = (await sandbox.log()).length;
  await person.synchronize();
  assert.deepEqual(await sandbox.writesSince(mark), [], 'and then there is nothing more to do');
  assert.deepEqual(complaints, []);
});

for (const [what, fault] of /** @type {const} */ ([
  ['an event', { server: 'graph', method: 'POST', path: '/events$' }],
  ['a task', { server: 'graph', method: 'POST', path: '/tasks$' }],
  ['an activity', { server: 'creatio', method: 'POST', path: '/Activity$' }],
])) {
  test(`the reply to the creation of ${what} is lost: the next run leaves exactly one`, async (t) => {
    const { person, activities, mailbox, sandbox } = await ready(t);
    await mailbox.createEvent({ subject: 'Imported', start: graphTime(3, 9), end: graphTime(3, 10) });
    for (const inScheduler of [true, false]) {
      const title = inScheduler ? 'Exported meeting' : 'Exported task';
      const row = { Title: title, StartDate: instant(3, 9), DueDate: instant(3, 10), ShowInScheduler: inScheduler };
      await activities.create('Activity', row);
    }
    await sandbox.faults([{ ...fault, times: 1, then: { drop: 'after' } }]);
    const first = await person.synchronize();
    const lost = (await sandbox.log()).filter((/** @type {any} */ row) => row.status === 0);
    assert.ok(lost.length > 0, 'a reply was lost');
    await sandbox.faults([]);
    const second = await person.synchronize();
    assert.match(second, new RegExp(person.words.completed), `first: ${first}`);
    only(await activities.titled('Imported'), 'imported activity');
    only(await mailbox.titled('Exported meeting'), 'exported event');
    only(await mailbox.tasksTitled('Exported task'), 'exported task');
    const after = (await sandbox.log()).length;
    await person.synchronize();
    assert.deepEqual(await sandbox.writesSince(after), [], 'the third run only reads');
  });
}

test('the status is replaced in the very click that starts a run', async (t) => {
  const { page, person, mailbox, complaints } = await ready(t);
  await mailbox.createEvent({ subject: 'One', start: graphTime(3, 9), end: graphTime(3, 10) });
  await person.synchronize();
  await person.openActions();
  const now = await person.find('menuitem', person.words.synchronizeNow).elementHandle();
  const status = await person.status.elementHandle();
  const [before, after] = await page.evaluate(
    ([item, text]) => {
      const before = text?.textContent;
      /** @type {HTMLElement} */ (item).click();
      return [before, text?.textContent];
    },
    [now, status],
  );
  assert.match(before ?? '', /Synchronization completed/);
  assert.doesNotMatch(after ?? '', /Synchronization completed/);
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
  assert.match((await person.status.textContent()) ?? '', /Synchronization completed/);
  assert.deepEqual(complaints, []);
});

test('a server that refuses is told in plain words', async (t) => {
  const { person, sandbox } = await ready(t);
  await sandbox.faults([{ server: 'graph', times: 1000, then: { status: 403 } }]);
  assert.match(await person.synchronize(), /You may not do this in the mailbox\. Ask your administrator/);
  await sandbox.faults([{ server: 'creatio', times: 1000, then: { status: 401 } }]);
  assert.match(await person.synchronize(), /You are signed out of Creatio\. Sign in again/);
  await sandbox.faults([]);
  assert.match(await person.synchronize(), /Synchronization completed/);
});
