/**
 * What a person sees before anything is written, and what they leave out of it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actor } from './actor.mjs';
import { checkNames, violations } from './checks.mjs';
import { only, ready } from './ready.mjs';
import { account, control, creatioClient, graphClient, graphTime, instant, stock } from './servers.mjs';
import { shoot, stage } from './stage.mjs';

/**
 * An event of an hour, so many days from now.
 * @param {Awaited<ReturnType<typeof ready>>['mailbox']} mailbox
 * @param {string} subject
 * @param {number} day
 */
const meet = (mailbox, subject, day) =>
  mailbox.createEvent({ subject, start: graphTime(day, 9), end: graphTime(day, 10) });

for (const culture of /** @type {const} */ (['en-US', 'ru-RU'])) {
  test(`a newcomer comes from the page to “in sync” by four clicks, in ${culture}`, async (t) => {
    const { creatio, graph, page, complaints } = await stage(t);
    const [activities, mailbox] = await Promise.all([creatioClient(creatio), graphClient(graph)]);
    const sandbox = control(creatio);
    await meet(mailbox, 'Kick-off', 3);
    const person = actor(page, culture);
    const { find, words } = person;
    await person.open(creatio);
    const mark = (await sandbox.log()).length;
    await find('button', words.setUpNow).first().click();
    await find('checkbox', words.importMeetings).check();
    await find('button', words.save).click();
    await page.getByRole('button', { name: words.applyPreview }).waitFor();
    assert.deepEqual(await sandbox.writesSince(mark), [], 'the preview writes nothing');
    const row = page.getByRole('listitem').filter({ hasText: 'Kick-off' });
    await row.locator('summary').click();
    await row.getByRole('table').waitFor();
    assert.deepEqual(await violations(page), [], 'the preview');
    await checkNames(page, 'the preview');
    await shoot(page, `preview-${culture}`);
    await person.applyPreview();
    only(await activities.titled('Kick-off'), 'activity');
    await page.getByText(words.inSync).first().waitFor();
    await page.reload();
    await page.getByText(words.inSync).first().waitFor();
    assert.deepEqual(complaints, []);
  });
}

test('an account that runs by itself writes nothing before a person has looked', async (t) => {
  const { page, person, activities, mailbox, sandbox, complaints } = await ready(t);
  const { find, words } = person;
  await meet(mailbox, 'Kick-off', 3);
  await person.openSettingsFromPanel();
  await find('checkbox', words.automatic).check();
  const mark = (await sandbox.log()).length;
  await person.save();
  await page.reload();
  // the run at opening
  await find('button', words.showPreview).waitFor();
  assert.deepEqual(await sandbox.writesSince(mark), []);
  await find('button', words.showPreview).click();
  await person.applyPreview();
  only(await activities.titled('Kick-off'), 'activity');
  assert.deepEqual(complaints, []);
});

test('what is left out stays out until it is woken; a calendar that is left out is no longer imported', async (t) => {
  const { creatio, graph, page, complaints } = await stage(t, { seed: 'demo' });
  const [activities, mailbox] = await Promise.all([creatioClient(creatio), graphClient(graph)]);
  const person = actor(page);
  const { find, words } = person;
  await meet(mailbox, 'Kick-off', 3);
  await meet(mailbox, 'Dentist', 4);
  const calendars = (await mailbox.call('GET', '/me/calendars')).value;
  const own = only(
    calendars.filter((/** @type {any} */ one) => one.name === 'Личное'),
    'calendar that looks personal',
  );
  const theatre = { subject: 'Theatre', start: graphTime(5, 18), end: graphTime(5, 20) };
  await mailbox.call('POST', `/me/calendars/${own.id}/events`, theatre);
  await activities.create('Activity', {
    Title: 'Write to Fabrikam',
    StartDate: instant(5, 12),
    DueDate: instant(5, 14),
    ShowInScheduler: true,
    ActivityCategoryId: stock.meeting,
    StatusId: stock.notStarted,
  });
  await person.open(creatio);
  await find('button', words.setUpNow).click();
  for (const block of [words.importMeetings, words.exportActivities]) await find('checkbox', block).check();
  await find('button', words.save).click();
  await page.getByRole('button', { name: words.applyPreview }).waitFor();
  const personal = page.getByRole('checkbox', { name: /^Личное: 3 — looks personal/ });
  assert.equal(await personal.isChecked(), false);
  for (const title of ['Dentist', 'Write to Fabrikam']) {
    await page.getByRole('searchbox').fill(title);
    await page.getByRole('checkbox', { name: new RegExp(`^${title}, `) }).uncheck();
    assert.equal(await page.getByRole('listitem').getByRole('checkbox').count(), 1, 'the search narrows the list');
  }
  await page.getByText('5 left out').waitFor();
  await person.applyPreview();
  const there = async () => {
    const titles = (await activities.all()).map((/** @type {any} */ one) => one.Title);
    return ['Kick-off', 'Dentist', 'Dentist, at last', 'Theatre', 'Zoo'].filter((title) => titles.includes(title));
  };
  assert.deepEqual(await there(), ['Kick-off']);
  assert.deepEqual(await mailbox.titled('Write to Fabrikam'), []);

  // neither an edit nor another event in that calendar changes that
  await mailbox.updateEvent(only(await mailbox.titled('Dentist'), 'event').id, { subject: 'Dentist, at last' });
  await mailbox.call('POST', `/me/calendars/${own.id}/events`, { ...theatre, subject: 'Zoo' });
  await person.synchronize();
  assert.deepEqual(await there(), ['Kick-off']);
  await person.openSettingsOf(account);
  assert.ok(await find('radio', words.someMeetings).isChecked());
  assert.equal(await page.getByRole('checkbox', { name: 'Личное', exact: true }).isChecked(), false);
  await person.cancel();

  await page.getByText('Resting: 2', { exact: true }).click();
  await find('button', 'Wake Dentist').waitFor();
  assert.deepEqual(await violations(page), [], 'what rests');
  await shoot(page, 'resting');
  await find('button', 'Wake all 2').click();
  await page.getByText('Resting: 2', { exact: true }).waitFor({ state: 'detached' });
  assert.deepEqual(await there(), ['Kick-off', 'Dentist, at last']);
  only(await mailbox.titled('Write to Fabrikam'), 'event');
  assert.deepEqual(complaints, []);
});

test('before mail goes out a person is told to whom, and may go back', async (t) => {
  const { page, person, activities, mailbox, sandbox, complaints } = await ready(t);
  const { find, words } = person;
  await meet(mailbox, 'Kick-off', 3);
  await person.openSettingsFromPanel();
  await page.getByText('Advanced', { exact: true }).click();
  await find('combobox', 'Invitations and mails to attendees').selectOption('Always send');
  await person.save();
  await person.synchronize();
  await mailbox.updateEvent(only(await mailbox.titled('Kick-off'), 'event').id, {
    attendees: [{ type: 'required', emailAddress: { address: 'emma@fabrikam.example', name: 'Emma Wilson' } }],
  });
  await person.synchronize();
  const { Id } = only(await activities.titled('Kick-off'), 'activity');
  await activities.update('Activity', Id, { Title: 'Kick-off, moved to room 4' });
  const mark = (await sandbox.log()).length;
  await find('button', words.preview).click();
  await page.getByText('1 mail to 1 person, 1 of them outside your organization.').first().waitFor();
  await page.getByRole('button', { name: words.applyPreview }).click();
  const dialog = page.getByRole('dialog', { name: 'Send mail?' });
  await dialog.getByText('Outside: Emma Wilson').waitFor();
  assert.deepEqual(await violations(page), [], 'the last step before mail');
  await shoot(page, 'send-mail');
  await dialog.getByRole('button', { name: 'Back', exact: true }).click();
  assert.deepEqual(await sandbox.writesSince(mark), []);
  await page.getByRole('button', { name: words.applyPreview }).click();
  await dialog.getByRole('button', { name: 'Synchronize and send 1 mail', exact: true }).click();
  await person.ended();
  only(await mailbox.titled('Kick-off, moved to room 4'), 'event');
  assert.deepEqual(complaints, []);
});
