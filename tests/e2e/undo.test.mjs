/**
 * The undo of a run, from the history.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkNames, violations } from './checks.mjs';
import { only, ready } from './ready.mjs';
import { graphTime } from './servers.mjs';
import { shoot } from './stage.mjs';

for (const culture of /** @type {const} */ (['en-US', 'ru-RU'])) {
  test(`a run is undone: what it created is gone, its source stays, in ${culture}`, async (t) => {
    const { page, person, activities, mailbox, sandbox, complaints } = await ready(t, culture);
    const { words, find, status } = person;
    await mailbox.createEvent({
      subject: 'Undone',
      start: graphTime(3, 9),
      end: graphTime(3, 10),
      location: { displayName: 'Room 4' },
    });
    await person.synchronize();
    only(await activities.titled('Undone'), 'imported activity');
    await person.openHistory();
    const runs = page.getByRole('table', { name: words.runs, exact: true });
    await runs.getByRole('row').nth(1).waitFor();
    assert.equal(await runs.getByRole('row').count(), 2, 'a head and one run');
    await page.getByRole('listitem').filter({ hasText: 'Undone' }).click();
    await page.getByRole('row').filter({ hasText: 'Room 4' }).waitFor();
    assert.deepEqual(await violations(page), [], 'history');
    await checkNames(page, 'history');
    await shoot(page, `history-${culture}`);

    await find('button', words.undoRun).click();
    await find('button', words.keep).click();
    only(await activities.titled('Undone'), 'activity that was kept');
    await find('button', words.undoRun).click();
    await find('button', words.takeBack).waitFor();
    assert.deepEqual(await violations(page), [], 'plan of an undo');
    await checkNames(page, 'plan of an undo');
    await shoot(page, `undo-${culture}`);
    await find('button', words.takeBack).click();
    await status.filter({ hasText: words.takenBack }).waitFor();
    assert.deepEqual(await activities.titled('Undone'), []);
    only(await mailbox.titled('Undone'), 'event that it came from');
    await runs.getByRole('row').filter({ hasText: words.undone }).waitFor();
    assert.equal(await runs.getByRole('row').count(), 3, 'the undo is a run of its own');

    await find('button', words.showActivities).click();
    const mark = (await sandbox.log()).length;
    await person.synchronize();
    assert.deepEqual(await sandbox.writesSince(mark), [], 'the next run only reads');
    assert.deepEqual(await activities.titled('Undone'), []);
    assert.deepEqual(complaints, []);
  });
}

test('a run that failed stands in the history, with why, until the cause is gone in the state', async (t) => {
  const { page, person, mailbox, sandbox, complaints } = await ready(t);
  const { words } = person;
  await mailbox.createEvent({ subject: 'Kick-off', start: graphTime(3, 9), end: graphTime(3, 10) });
  await person.synchronize();
  await sandbox.faults([{ server: 'graph', path: 'batch', times: 1000, then: { status: 403 } }]);
  await person.synchronize();
  const fails = page.getByText('Can’t sync · You may not do this in the mailbox').first();
  await fails.waitFor();
  await page.reload();
  await fails.waitFor();
  await person.openHistory();
  const runs = page.getByRole('table', { name: words.runs, exact: true });
  const failed = runs.getByRole('row').filter({ hasText: 'by hand · failed' });
  await failed.click();
  await page.getByText('It wrote nothing.').waitFor();
  await page.getByRole('region').getByText('You may not do this in the mailbox').waitFor();
  await runs.getByRole('row').filter({ hasText: 'after a preview' }).waitFor();
  assert.deepEqual(await violations(page), [], 'history with a failure');
  await shoot(page, 'history-failed');
  await page.getByRole('button', { name: words.showActivities, exact: true }).click();
  await sandbox.faults([]);
  await page.getByRole('button', { name: 'Try again', exact: true }).click();
  await person.ended();
  await page.getByText(words.inSync).first().waitFor();
  await fails.waitFor({ state: 'detached' });
  assert.deepEqual(
    complaints.filter((one) => !one.includes('403')),
    [],
  );
});
