/**
 * The page itself: its labels in both languages, its names, its accessibility, its keyboard, and
 * editing on it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actor } from './actor.mjs';
import { checkNames, violations } from './checks.mjs';
import { creatioClient, graphClient } from './servers.mjs';
import { shoot, stage, version } from './stage.mjs';

for (const culture of /** @type {const} */ (['en-US', 'ru-RU'])) {
  test(`every view is accessible and its names are its own, in ${culture}`, async (t) => {
    const { page, creatio, complaints } = await stage(t, { seed: 'demo' });
    const person = actor(page, culture);
    const { words, find } = person;
    const check = async (/** @type {string} */ view) => {
      assert.deepEqual(await violations(page), [], view);
      await checkNames(page, view);
    };
    await person.open(creatio);
    await page.getByRole('row').nth(3).waitFor();
    await check('section');
    await person.openActions();
    await find('menuitem', words.addAccount).waitFor();
    await check('menu of actions');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await find('button', words.synchronization).click();
    await check('menu of the communication panel');
    await person.oneOf('menuitem', words.editSettings, words.editSettingsOf).click();
    await person.askForChoices();
    await find('tab', words.tab).waitFor();
    await check('settings');
    await find('radio', words.allMeetings).check();
    await find('radio', words.allTasks).check();
    await find('radio', words.allActivities).check();
    await person.save();
    assert.match(await person.synchronize(), new RegExp(words.completed));
    await check('section after a run');
    await page.getByRole('row').nth(2).click();
    await page.getByRole('dialog').waitFor();
    assert.deepEqual(await violations(page), [], 'card');
    assert.deepEqual(complaints, []);
  });
}

test('a picture of the page after a run, for the README', async (t) => {
  const { page, creatio, complaints } = await stage(t, { seed: 'demo' });
  const person = actor(page);
  await person.open(creatio);
  await page.getByText(version).waitFor();
  await person.switchOnAll();
  await person.synchronize();
  await page.getByRole('button', { name: 'Refresh list', exact: true }).click();
  await page.waitForLoadState('networkidle');
  await page.setViewportSize({ width: 1600, height: 900 });
  await person.openActions();
  await shoot(page, 'page');
  assert.deepEqual(complaints, []);
});

test('the menu works from the keyboard', async (t) => {
  const { page, creatio } = await stage(t);
  const person = actor(page);
  const { words, find } = person;
  await person.open(creatio);
  const focused = (/** @type {string} */ name) =>
    find('menuitem', name).evaluate((item) => /** @type {ShadowRoot} */ (item.getRootNode()).activeElement === item);
  await find('button', words.actions).focus();
  await page.keyboard.press('ArrowDown');
  assert.ok(await focused(words.synchronizeActivities));
  await page.keyboard.press('ArrowRight');
  assert.ok(await focused(words.synchronizeNow));
  await page.keyboard.press('ArrowUp');
  assert.ok(await focused(words.addAccount), 'the arrows go round');
  await page.keyboard.press('Home');
  assert.ok(await focused(words.synchronizeNow));
  await page.keyboard.press('Escape');
  assert.ok(await focused(words.synchronizeActivities));
  await page.keyboard.press('Enter');
  await find('menuitem', words.setUp).hover();
  await find('menuitem', words.synchronizeActivities).hover();
  assert.ok(await find('menuitem', words.setUp).isVisible(), 'the submenu stays open');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  assert.equal(await page.getByRole('menu').count(), 0);
  assert.ok(
    await find('button', words.actions).evaluate(
      (b) => /** @type {ShadowRoot} */ (b.getRootNode()).activeElement === b,
    ),
  );
});

test('activities are made, changed and deleted on the page', async (t) => {
  const { page, creatio, complaints } = await stage(t, { seed: 'demo' });
  const person = actor(page);
  const { find } = person;
  const activities = await creatioClient(creatio);
  await person.open(creatio);
  await find('button', 'New activity').click();
  const card = page.getByRole('dialog');
  await card.getByLabel('Title', { exact: true }).fill('Made on the page');
  await card.getByLabel('Location', { exact: true }).fill('Here');
  await card.getByLabel('Notes', { exact: true }).fill('First line\n<second> line');
  await card.getByLabel('Priority', { exact: true }).selectOption('High');
  await card.getByLabel('Start', { exact: true }).fill('2026-12-24T10:00');
  await card.getByLabel('Due', { exact: true }).fill('2026-12-24T11:30');
  await card.getByLabel('Add a participant', { exact: true }).selectOption({ index: 1 });
  await find('button', 'Done').click();
  const table = page.getByRole('table', { name: 'Activities', exact: true });
  const row = table.getByRole('row').filter({ hasText: 'Made on the page' });
  await row.waitFor();
  const [made] = await activities.titled('Made on the page');
  assert.equal(made.Location, 'Here');
  assert.equal(made.Notes, 'First line<br>&lt;second&gt; line');
  assert.equal(Date.parse(made.DueDate) - Date.parse(made.StartDate), 90 * 60_000);
  const people = await activities.filtered('ActivityParticipant', `Activity/Id eq ${made.Id}`);
  assert.equal(people.length, 2, 'the owner and the one added');

  await row.click();
  await card.getByLabel('Title', { exact: true }).fill('Changed on the page');
  await card.getByLabel('Status', { exact: true }).selectOption('Completed');
  await find('button', 'Done').click();
  const changed = table.getByRole('row').filter({ hasText: 'Changed on the page' });
  await changed.waitFor();
  assert.equal((await activities.titled('Changed on the page'))[0].Location, 'Here');

  await changed.click();
  await find('button', 'Delete').click();
  await find('button', 'Press again to delete').click();
  await changed.waitFor({ state: 'detached' });
  assert.deepEqual(await activities.titled('Changed on the page'), []);
  assert.deepEqual(complaints, []);
});

test('events and tasks are made, changed and deleted on the page', async (t) => {
  const { page, creatio, graph, complaints } = await stage(t);
  const person = actor(page);
  const { find } = person;
  const mailbox = await graphClient(graph);
  await person.open(creatio);
  const card = page.getByRole('dialog');
  await find('button', 'New event').click();
  await card.getByLabel('Subject', { exact: true }).fill('Two days off');
  await card.getByLabel('All day', { exact: true }).check();
  await card.getByLabel('Start', { exact: true }).fill(day(10));
  await card.getByLabel('End', { exact: true }).fill(day(11));
  await card.getByLabel('Private', { exact: true }).check();
  await find('button', 'Done').click();
  const events = page.getByRole('table', { name: 'Events', exact: true });
  await events.getByRole('row').filter({ hasText: 'Two days off' }).click();
  await card.waitFor();
  const [event] = await mailbox.titled('Two days off');
  assert.equal(event.isAllDay, true);
  assert.equal(event.end.dateTime.slice(0, 10), day(12), 'the end is the day after the last');
  assert.equal(event.sensitivity, 'private');
  assert.equal(await card.getByLabel('End', { exact: true }).inputValue(), day(11));
  await card.getByLabel('Body', { exact: true }).fill('At last');
  await find('button', 'Done').click();
  await card.waitFor({ state: 'detached' });
  assert.match((await mailbox.titled('Two days off'))[0].body.content, /At last/);

  await find('button', 'New task').click();
  await card.getByLabel('Title', { exact: true }).fill('Water the plants');
  await card.getByLabel('Due', { exact: true }).fill(day(9));
  await find('button', 'Done').click();
  const tasks = page.getByRole('table', { name: 'Tasks', exact: true });
  const row = tasks.getByRole('row').filter({ hasText: 'Water the plants' });
  await row.click();
  await card.getByLabel('Status', { exact: true }).selectOption('Completed');
  await find('button', 'Done').click();
  await row.filter({ hasText: 'Completed' }).waitFor();
  assert.equal((await mailbox.tasksTitled('Water the plants'))[0].dueDateTime.dateTime.slice(0, 10), day(9));
  await row.click();
  await find('button', 'Delete').click();
  await find('button', 'Press again to delete').click();
  await row.waitFor({ state: 'detached' });
  assert.deepEqual(await mailbox.tasksTitled('Water the plants'), []);
  assert.deepEqual(complaints, []);
});

test('a run begins by itself when it is switched on', async (t) => {
  const { page, creatio, graph, complaints } = await stage(t);
  const person = actor(page);
  const { words, find } = person;
  const [activities, mailbox] = await Promise.all([creatioClient(creatio), graphClient(graph)]);
  const at = { dateTime: `${day(4)}T09:00:00`, timeZone: 'UTC' };
  await mailbox.createEvent({ subject: 'By itself', start: at, end: { ...at, dateTime: `${day(4)}T10:00:00` } });
  await person.open(creatio);
  await person.openSettingsFromPanel();
  await find('checkbox', words.importMeetings).check();
  await find('checkbox', words.automatic).check();
  await person.save();
  await person.synchronize();
  assert.equal((await activities.titled('By itself')).length, 1);
  await mailbox.createEvent({ subject: 'By itself, too', start: at, end: { ...at, dateTime: `${day(4)}T10:00:00` } });
  await page.reload();
  await page.getByRole('status').filter({ hasText: words.completed }).waitFor();
  assert.equal((await activities.titled('By itself')).length, 1);
  assert.equal((await activities.titled('By itself, too')).length, 1);
  await page.reload();
  await page.getByText(words.inSync).first().waitFor();
  assert.equal(await person.status.textContent(), '', 'a run by itself that has nothing to tell is silent');
  assert.deepEqual(complaints, []);
});

/** A day so many days from now. @param {number} days */
function day(days) {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
