/**
 * The settings: their labels and first values, both doors to them, that they are kept, and that
 * each lock of the policy shows.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../.tasks/process.mjs';
import { actor } from './actor.mjs';
import { only } from './ready.mjs';
import { account, control, creatioClient, graphClient, instant } from './servers.mjs';
import { stage } from './stage.mjs';

/** @param {ReturnType<typeof actor>} person */
async function values(person) {
  const { words, find } = person;
  const names = {
    checkbox: [words.importMeetings, words.importTasks, words.exportActivities, words.automatic],
    radio: [
      words.allMeetings,
      words.someMeetings,
      words.allTasks,
      words.someTasks,
      words.allActivities,
      words.someActivities,
    ],
  };
  /** @type {Record<string, boolean>} */
  const found = {};
  for (const [role, list] of Object.entries(names)) {
    for (const name of list) found[name] = await find(role, name).isChecked();
  }
  return found;
}

test('the first settings are all off, all, from 30 days ago', async (t) => {
  const { page, creatio, complaints } = await stage(t);
  const person = actor(page);
  const { words, find } = person;
  await person.open(creatio);
  await person.openSettingsFromActions();
  assert.equal(await find('tab', words.tab).getAttribute('aria-selected'), 'true');
  assert.deepEqual(await values(person), {
    [words.importMeetings]: false,
    [words.importTasks]: false,
    [words.exportActivities]: false,
    [words.automatic]: false,
    [words.allMeetings]: true,
    [words.someMeetings]: false,
    [words.allTasks]: true,
    [words.someTasks]: false,
    [words.allActivities]: true,
    [words.someActivities]: false,
  });
  // the built-in sync's own first day, as the server has it: of its day, which is that of UTC
  const from = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);
  assert.equal(await page.getByLabel(words.from, { exact: true }).inputValue(), from);
  assert.equal(await find('radio', words.allMeetings).isEnabled(), false, 'a block that is off disables its choice');
  assert.deepEqual(complaints, []);
});

test('calendars, lists and groups are chosen, saved and found again', async (t) => {
  const { page, creatio, complaints } = await stage(t, { seed: 'demo' });
  const person = actor(page);
  const { words, find } = person;
  await person.open(creatio);
  await person.openSettingsFromPanel();
  await person.askForChoices();
  const choices = page.getByRole('list').getByRole('checkbox');
  const count = await choices.count();
  assert.ok(count >= 7, `calendars, lists and groups to choose from: ${count}`);
  await find('checkbox', 'Личное').check();
  const described = await find('checkbox', 'Игорь Соколов').getAttribute('aria-describedby');
  assert.ok(described, 'a shared calendar is marked, but not in its name');
  await choices.last().check();
  await page.getByLabel(words.from, { exact: true }).fill('2026-01-15');
  await find('checkbox', words.automatic).check();
  const before = await values(person);
  await person.save();

  await page.reload();
  await person.openSettingsFromActions();
  await find('checkbox', 'Личное').waitFor();
  assert.deepEqual(await values(person), before);
  assert.equal(await find('checkbox', 'Личное').isChecked(), true);
  assert.equal(await find('checkbox', 'Игорь Соколов').isChecked(), false);
  assert.equal(await choices.last().isChecked(), true);
  assert.equal(await page.getByLabel(words.from, { exact: true }).inputValue(), '2026-01-15');

  // off and on again: the choice is kept, and shown only while the block is on
  await find('checkbox', words.importMeetings).uncheck();
  assert.equal(await find('radio', words.someMeetings).isEnabled(), false);
  assert.equal(await find('radio', words.someMeetings).isChecked(), true);
  await find('checkbox', 'Личное').waitFor({ state: 'detached' });
  await find('checkbox', words.importMeetings).check();
  assert.equal(await find('checkbox', 'Личное').isChecked(), true);
  assert.deepEqual(complaints, []);
});

test('the advanced settings are folded away, and kept', async (t) => {
  const { page, creatio, complaints } = await stage(t, { seed: 'demo' });
  const person = actor(page);
  const { find } = person;
  await person.open(creatio);
  await person.openSettingsFromActions();
  const notify = page.getByLabel('Invitations and mails to attendees');
  assert.equal(await notify.isVisible(), false);
  await page.getByText('Advanced', { exact: true }).click();
  assert.equal(await notify.inputValue(), 'never');
  assert.equal(await page.getByLabel('Months ahead', { exact: true }).inputValue(), '12');
  await notify.selectOption('always');
  await page.getByLabel('Months ahead', { exact: true }).fill('99');
  const calendar = page.getByLabel('Calendar for exported meetings');
  const other = await calendar.getByRole('option', { name: 'Личное' }).getAttribute('value');
  await calendar.selectOption(other);
  await find('checkbox', 'Imported meetings that have ended become Completed').uncheck();
  await person.save();

  await page.reload();
  await person.openSettingsFromActions();
  await page.getByText('Advanced', { exact: true }).click();
  assert.equal(await notify.inputValue(), 'always');
  assert.equal(await page.getByLabel('Months ahead', { exact: true }).inputValue(), '36');
  assert.equal(await find('checkbox', 'Imported meetings that have ended become Completed').isChecked(), false);
  await calendar.getByRole('option', { name: 'Личное' }).waitFor({ state: 'attached' });
  assert.equal(await calendar.inputValue(), other);
  assert.deepEqual(complaints, []);
});

test('cancelled settings are not kept, and a reset sandbox starts anew', async (t) => {
  const { page, creatio, complaints } = await stage(t);
  const person = actor(page);
  const { words, find } = person;
  await person.open(creatio);
  await person.openSettingsFromActions();
  await find('checkbox', words.importTasks).check();
  await find('button', 'Cancel').click();
  await person.openSettingsFromActions();
  assert.equal(await find('checkbox', words.importTasks).isChecked(), false);
  await find('checkbox', words.importTasks).check();
  await person.save();
  await control(creatio).reset('empty');
  await page.reload();
  await person.openSettingsFromActions();
  assert.equal(await find('checkbox', words.importTasks).isChecked(), false);
  assert.deepEqual(complaints, []);
});

test('settings are kept in Creatio where it takes them, and what the administrator fixed says so', async (t) => {
  const { page, browser, creatio, complaints } = await stage(t);
  const locks = { automatic: false, importTasks: { on: true }, export: { scope: 'chosen' } };
  await control(creatio).switch({
    settings: {
      ScheduleSyncSettings: { personal: true },
      ScheduleSyncPolicy: { value: JSON.stringify({ version: 1, locks }) },
    },
  });
  const person = actor(page);
  const { words, find } = person;
  await person.open(creatio);
  await person.openSettingsFromActions();
  await page.getByText('These settings are kept in Creatio').waitFor();
  for (const name of [words.importTasks, words.automatic]) {
    assert.equal(await find('checkbox', name).isEnabled(), false, name);
  }
  assert.equal(await find('checkbox', words.importTasks).isChecked(), true);
  assert.equal(await find('checkbox', words.importMeetings).isEnabled(), true);
  await find('checkbox', words.exportActivities).check();
  assert.equal(await find('radio', words.allActivities).isEnabled(), false);
  assert.equal(await find('radio', words.someActivities).isChecked(), true);
  assert.equal(await page.getByText('Set by your administrator').count(), 3);
  await person.save();

  // another device has them too
  const device = await browser.newPage();
  const other = actor(device);
  await other.open(creatio);
  await other.openSettingsFromActions();
  assert.equal(await other.find('checkbox', words.exportActivities).isChecked(), true);

  await control(creatio).switch({ settings: { ScheduleSyncPolicy: { value: '{"locks":{"automatic":"on"}}' } } });
  await device.reload();
  await device.getByRole('status').getByText('locks.automatic: expected a boolean').waitFor();
  await other.openActions();
  await other.find('menuitem', words.setUp).click();
  await device.getByRole('alert').getByText('locks.automatic: expected a boolean').waitFor();
  assert.deepEqual(complaints, []);
});

/** The leaves of the settings in the policy's schema, each with a value for a lock. */
function locks() {
  const schema = JSON.parse(readFileSync(join(root, 'docs', 'policy.schema.json'), 'utf8'));
  /** @type {{ path: string, value: unknown }[]} */
  const found = [];
  const value = (/** @type {any} */ leaf) => {
    if (leaf.enum) return leaf.enum[1];
    if (leaf.$ref) return 'off';
    const type = Array.isArray(leaf.type) ? leaf.type[0] : leaf.type;
    return { boolean: true, integer: 7, number: 7, array: [], string: 'chosen' }[String(type)];
  };
  const walk = (/** @type {any} */ part, /** @type {string} */ at) => {
    for (const [name, one] of Object.entries(part.properties ?? {})) {
      const path = at ? `${at}.${name}` : name;
      const leaf = one.$ref && !one.$ref.endsWith('/way') ? schema.$defs[one.$ref.split('/').pop()] : one;
      if (path === 'from') found.push({ path, value: { daysBack: 12 } });
      else if (leaf.properties) walk(leaf, path);
      else found.push({ path, value: value(leaf) });
    }
  };
  walk(schema.$defs.settings, '');
  return found;
}

/** `value` at a path of an object. @param {string} path @param {unknown} value */
const at = (path, value) => path.split('.').reduceRight((inner, name) => ({ [name]: inner }), value);

test('each lock of the schema shows at its control, which cannot be changed', async (t) => {
  const { page, creatio } = await stage(t, { seed: 'demo' });
  const person = actor(page);
  const { words, find } = person;
  const all = locks();
  const paths = all.map(({ path }) => path);
  for (const known of ['automatic', 'from', 'importMeetings.on', 'rules.months', 'rules.notify', 'targets.calendar']) {
    assert.ok(paths.includes(known), `${known} in ${paths}`);
  }
  const names = {
    automatic: words.automatic,
    from: words.from,
    'importMeetings.on': words.importMeetings,
    'importMeetings.scope': words.allMeetings,
    'importTasks.on': words.importTasks,
    'importTasks.scope': words.allTasks,
    'export.on': words.exportActivities,
    'export.scope': words.allActivities,
    'rules.conflict': 'Both sides changed the same field',
    'rules.creatioDelete': 'Deleted in the mailbox',
    'rules.exchangeDelete': 'Deleted in Creatio',
    'rules.private': 'Private items',
    'rules.notify': 'Invitations and mails to attendees',
    'rules.onlyMine': 'Export only where I am the owner or a participant',
    'rules.between': 'Export to this mailbox what was imported from my other mailbox',
    'rules.completes': 'Imported meetings that have ended become Completed',
    'rules.months': 'Months ahead',
    'rules.seriesMonths': 'Months ahead for series',
    'targets.calendar': 'Calendar for exported meetings',
    'targets.list': 'List for exported tasks',
  };
  const blocks = { importMeetings: words.someMeetings, importTasks: words.someTasks, export: words.someActivities };
  for (const { path, value } of all) {
    const block = path.split('.')[0] ?? '';
    const isChoice = path.endsWith('.chosen');
    // of a choice the rest is fixed as well, so that it is shown
    const shown = isChoice ? { [block]: { on: true, scope: 'chosen', chosen: value } } : at(path, value);
    const policy = path.endsWith('.scope') ? { [block]: { on: true, scope: value } } : shown;
    await control(creatio).switch({
      settings: { ScheduleSyncPolicy: { value: JSON.stringify({ version: 1, locks: policy }) } },
    });
    await person.open(creatio);
    await person.openSettingsOf(account);
    await find('checkbox', words.importMeetings).waitFor();
    await page.getByText('Advanced', { exact: true }).click();
    if (path.startsWith('fields.')) {
      await page.getByRole('heading', { name: 'Fields that don’t go both ways' }).waitFor();
      assert.equal(await page.getByText(/: not synchronized$/).count(), 1, path);
      continue;
    }
    const name = /** @type {Record<string, string>} */ (names)[path];
    if (!isChoice) assert.ok(name, `no control is known for ${path}`);
    const field = isChoice
      ? page.getByRole('list').getByRole('checkbox').first()
      : page.getByLabel(name ?? '', { exact: true }).and(page.locator('input, select'));
    await field.waitFor();
    assert.equal(await field.isDisabled(), true, `${path} can’t be changed`);
    const said = page.getByText('Set by your administrator');
    assert.ok((await said.count()) > 0, `${path} says why`);
    if (!isChoice) {
      const ids = (await field.getAttribute('aria-describedby'))?.split(' ') ?? [];
      const texts = await Promise.all(ids.map((id) => page.locator(`#${id}`).textContent()));
      assert.match(texts.join(' '), /Set by your administrator/, path);
    } else {
      assert.equal(await find('radio', blocks[/** @type {keyof typeof blocks} */ (block)]).isChecked(), true);
    }
  }
});

test('where exports go is followed when its id changes, in the settings that all devices share', async (t) => {
  const { page, browser, creatio, graph } = await stage(t, { seed: 'demo' });
  const sandbox = control(creatio);
  await sandbox.switch({ settings: { ScheduleSyncSettings: { personal: true } } });
  const person = actor(page);
  const { words, find } = person;
  await person.open(creatio);
  await person.openSettingsOf(account);
  await find('checkbox', words.exportActivities).check();
  await page.getByText('Advanced', { exact: true }).click();
  const calendar = page.getByLabel('Calendar for exported meetings');
  await calendar.selectOption({ label: 'Личное' });
  const before = await calendar.inputValue();
  await person.save();
  await person.synchronize();

  assert.equal((await fetch(`${creatio}/sandbox/renumber`, { method: 'POST' })).ok, true);
  const activities = await creatioClient(creatio);
  const times = { StartDate: instant(4, 9), DueDate: instant(4, 10) };
  await activities.create('Activity', { Title: 'After the move', ShowInScheduler: true, ...times });
  assert.match(await person.synchronize(), new RegExp(words.completed));
  const mailbox = await graphClient(graph);
  const calendars = (await mailbox.call('GET', '/me/calendars')).value;
  const chosen = only(
    calendars.filter((/** @type {any} */ one) => one.name === 'Личное'),
    'calendar',
  );
  assert.notEqual(chosen.id, before, 'it has another id');
  const events = (await mailbox.call('GET', `/me/calendars/${encodeURIComponent(chosen.id)}/events?$top=200`)).value;
  only(
    events.filter((/** @type {any} */ event) => event.subject === 'After the move'),
    'event in the chosen calendar',
  );

  // a device that never ran finds the new id, for the settings are kept in Creatio
  const device = await browser.newPage();
  const other = actor(device);
  await other.open(creatio);
  await other.openSettingsOf(account);
  await device.getByText('Advanced', { exact: true }).click();
  const there = device.getByLabel('Calendar for exported meetings');
  await there.getByRole('option', { name: 'Личное' }).waitFor({ state: 'attached' });
  assert.equal(await there.inputValue(), chosen.id);
});
