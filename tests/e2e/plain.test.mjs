/**
 * What a person meets who uses the page: nothing scrolls away, every trouble is told in plain words
 * of their language.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actor } from './actor.mjs';
import { ready } from './ready.mjs';
import { account, control, graphTime, onServer } from './servers.mjs';
import { stage } from './stage.mjs';

/**
 * Whether the page itself, not a part of it, could be scrolled. @param
 * {import('playwright-core').Page} page
 */
const overflow = (page) =>
  page.evaluate(() => {
    const { scrollHeight, clientHeight, scrollWidth, clientWidth } = document.documentElement;
    return { height: scrollHeight - clientHeight, width: scrollWidth - clientWidth };
  });

test('the page itself scrolls in no state, for its parts do', async (t) => {
  const { page, creatio, person, sandbox, mailbox, activities } = await ready(t);
  const { words, find } = person;
  const still = { height: 0, width: 0 };
  const check = async (/** @type {string} */ state) => {
    assert.deepEqual(await overflow(page), still, state);
    await page.mouse.move(400, 500);
    await page.mouse.wheel(0, 5_000);
    await page.mouse.move(1200, 500);
    await page.mouse.wheel(0, 5_000);
    assert.deepEqual(await page.evaluate(() => [scrollX, scrollY]), [0, 0], `${state}: nothing scrolled away`);
  };
  await check('at first');
  for (let one = 0; one < 45; one += 1) {
    const [start, end] = [graphTime(3 + (one % 20), 9), graphTime(3 + (one % 20), 10)];
    await mailbox.createEvent({ subject: `Meeting ${one}`, start, end });
  }
  await person.synchronize();
  await check('with long lists');
  await find('button', words.actions).click();
  await check('with a menu');
  await page.keyboard.press('Escape');
  await page.getByRole('row').nth(1).click();
  await page.getByRole('dialog').waitFor();
  await check('with a card');
  await page.keyboard.press('Escape');
  await person.openSettingsFromPanel();
  await person.askForChoices();
  await page.getByText('Advanced', { exact: true }).click();
  await check('with the settings');
  await person.cancel();
  await person.openHistory();
  await check('with the history');
  await find('button', words.showActivities).click();
  const [one] = await activities.titled('Meeting 1');
  await activities.update('Activity', one.Id, { Title: 'Ours' });
  await sandbox.faults([{ server: 'creatio', times: 1000, then: { status: 503 } }]);
  await person.synchronize();
  await check('with a trouble');
  await sandbox.faults([]);
  await page.setViewportSize({ width: 1024, height: 600 });
  await person.open(creatio);
  await check('in a small window');
});

test('the map of fields of the policy is shown, and Save does not call saved what was fixed meanwhile', async (t) => {
  const { page, creatio } = await stage(t);
  const person = actor(page);
  const { words, find } = person;
  const fix = (/** @type {object} */ policy) =>
    control(creatio).switch({ settings: { ScheduleSyncPolicy: { value: JSON.stringify({ version: 1, ...policy }) } } });
  await fix({ fields: { body: 'off', place: 'in', title: 'out' } });
  await person.open(creatio);
  await person.openSettingsFromPanel();
  for (const told of [
    'Text: not synchronized',
    'Location: from the mailbox to Creatio only',
    'Title: from Creatio to the mailbox only',
  ]) {
    await page.getByText(told, { exact: true }).waitFor();
  }
  await find('checkbox', words.importTasks).check();
  await fix({ locks: { importTasks: { on: false } } });
  await person.save();
  await person.status.getByText('but for what your administrator has set meanwhile').waitFor();
  await person.openSettingsFromPanel();
  assert.equal(await find('checkbox', words.importTasks).isChecked(), false);
  await find('checkbox', words.importMeetings).check();
  await person.save();
  await person.status.getByText('The settings are saved.').waitFor();
});

test('a policy that cannot be read leaves nothing loading', async (t) => {
  const { page, creatio } = await stage(t);
  const person = actor(page);
  await control(creatio).switch({ settings: { ScheduleSyncPolicy: { value: '{"locks":' } } });
  await person.open(creatio);
  await person.find('button', person.words.synchronization).click();
  await person.find('menuitem', person.words.editSettings).click();
  await page.getByRole('alert').getByText('ScheduleSyncPolicy').waitFor();
  assert.equal(await page.getByText('Loading…').count(), 0);
});

test('only what somebody else shares is called shared', async (t) => {
  const { page, creatio } = await stage(t, { seed: 'demo' });
  const person = actor(page);
  await person.open(creatio);
  await person.openSettingsOf(account);
  await person.find('checkbox', person.words.importMeetings).waitFor();
  await person.askForChoices();
  const hint = async (/** @type {RegExp | string} */ name) => {
    const box = page.getByRole('checkbox', { name });
    const id = await box.first().getAttribute('aria-describedby');
    return id ? await page.locator(`#${id}`).textContent() : '';
  };
  assert.match((await hint('Игорь Соколов')) ?? '', /Shared with you/);
  assert.equal(await hint('Личное'), '');
  assert.doesNotMatch((await hint('Flagged Emails')) ?? '', /Shared/);
  assert.match((await hint('Flagged Emails')) ?? '', /not part of “all”/);
  await person.cancel();
  await person.openSettingsOf(onServer.account);
  await person.signIn(onServer.account, onServer.password);
  await person.askForChoices();
  assert.doesNotMatch((await hint('Birthdays')) ?? '', /Shared/);
  assert.match((await hint('Birthdays')) ?? '', /not part of “all”/);
});

test('a network that fails is told in the language of the page, and in whole sentences', async (t) => {
  const { page, person, sandbox } = await ready(t, 'ru-RU');
  const { find } = person;
  await page.route(/\/(?:odata|v1\.0)\//, (route) => route.abort('connectionfailed'));
  for (const name of ['Обновить список', 'Обновить почтовый ящик']) {
    const button = find('button', name);
    if ((await button.count()) > 0) await button.click();
  }
  const alerts = page.getByRole('alert').filter({ hasText: /./ });
  await alerts.first().waitFor();
  for (const text of await alerts.allTextContents()) {
    assert.match(text, /^\p{Lu}/u, text);
    assert.doesNotMatch(text, /fetch|network|abort|undefined/i, text);
  }
  const said = await person.synchronize();
  assert.match(said, /^\p{Lu}/u, said);
  assert.doesNotMatch(said, /fetch/i);
  await page.unroute(/\/(?:odata|v1\.0)\//);
  await sandbox.faults([]);
});

test('every text for a failure begins as a sentence does', async (t) => {
  const { page, person, sandbox } = await ready(t);
  for (const [fault, told] of /** @type {const} */ ([
    [{ server: 'graph', times: 1000, then: { status: 403 } }, /^You may not do this in the mailbox/],
    [{ server: 'graph', times: 1000, then: { status: 418 } }, /^The mailbox failed/],
  ])) {
    await sandbox.faults([fault]);
    assert.match(await person.synchronize(), told);
  }
  await person.find('button', 'Reload mailbox').click();
  await page
    .getByRole('alert')
    .getByText(/^The mailbox did not answer as expected/)
    .waitFor();
  await sandbox.faults([]);
});

for (const [culture, told] of /** @type {const} */ ([
  ['en-US', 'Choose a time zone in your profile'],
  ['ru-RU', 'Выберите часовой пояс в своём профиле'],
])) {
  test(`a profile without a known time zone is told so (${culture}), and nothing is done in another one`, async (t) => {
    const { page, creatio } = await stage(t);
    for (const zone of ['', 'Kamchatka Standard Time', 'Mid-Atlantic Standard Time']) {
      await page.route(/\/\?culture=/, async (route) => {
        const response = await route.fetch();
        const body = (await response.text()).replace(/("timeZone":\s*")[^"]*"/, `$1${zone}"`);
        await route.fulfill({ response, body });
      });
      const from = (await control(creatio).log()).length;
      await page.goto(`${creatio}/?culture=${culture}`);
      await page.getByRole('alert').getByText(told).waitFor();
      assert.deepEqual(await control(creatio).writesSince(from), []);
      await page.unroute(/\/\?culture=/);
    }
  });
}

test('a stop ends a run at once while it reads, and says that nothing was written', async (t) => {
  const { page, person, sandbox, mailbox } = await ready(t);
  await mailbox.createEvent({ subject: 'One', start: graphTime(3, 9), end: graphTime(3, 10) });
  await sandbox.faults([{ server: 'graph', path: 'batch', times: 1000, then: { delayMs: 20_000 } }]);
  await person.openActions();
  await person.find('menuitem', person.words.synchronizeNow).click();
  const stop = person.find('button', 'Stop');
  await stop.waitFor();
  await page.waitForTimeout(500);
  const from = Date.now();
  await stop.click();
  await person.status.getByText('nothing was written').waitFor();
  assert.ok(Date.now() - from < 3_000, `${Date.now() - from} ms`);
});

test('a person who runs or saves has the browser keep the store', async (t) => {
  const { page, person, creatio } = await ready(t);
  await page.addInitScript(() => {
    navigator.storage.persist = () => {
      document.documentElement.dataset['kept'] = String(Number(document.documentElement.dataset['kept'] ?? 0) + 1);
      return Promise.resolve(true);
    };
  });
  await person.open(creatio);
  const asked = () => page.evaluate(() => Number(document.documentElement.dataset['kept'] ?? 0));
  assert.equal(await asked(), 0, 'not before a person does something');
  await person.synchronize();
  assert.equal(await asked(), 1);
  await person.openSettingsFromPanel();
  await person.save();
  assert.equal(await asked(), 2);
});
