/**
 * What a person decides about what a run left.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkNames, violations } from './checks.mjs';
import { only, ready } from './ready.mjs';
import { graphTime } from './servers.mjs';
import { shoot } from './stage.mjs';

for (const culture of /** @type {const} */ (['en-US', 'ru-RU'])) {
  test(`a clash is settled and an asked deletion allowed by choice, in ${culture}`, async (t) => {
    const { page, person, activities, mailbox, sandbox, complaints } = await ready(t, culture);
    const { words, find } = person;
    for (const [subject, day] of /** @type {const} */ ([
      ['Budget review', 3],
      ['Site visit', 4],
    ])) {
      await mailbox.createEvent({ subject, start: graphTime(day, 9), end: graphTime(day, 10) });
    }
    await person.synchronize();
    const clashing = only(await activities.titled('Budget review'), 'activity');
    await activities.update('Activity', clashing.Id, { Title: 'Budget review, Creatio' });
    const event = only(await mailbox.titled('Budget review'), 'event');
    await mailbox.updateEvent(event.id, { subject: 'Budget review, Outlook' });
    await activities.remove('Activity', only(await activities.titled('Site visit'), 'activity').Id);
    await person.synchronize();

    const list = page.getByRole('region', { name: words.left, exact: true });
    await list.getByText(words.clash, { exact: true }).waitFor();
    await list.getByText(words.deleteAsked, { exact: true }).waitFor();
    const both = list.getByRole('row').filter({ hasText: 'Budget review, Creatio' });
    assert.match((await both.textContent()) ?? '', /Budget review, Outlook/, 'both values side by side');
    assert.deepEqual(await violations(page), [], 'what was left');
    await checkNames(page, 'what was left');
    await shoot(page, `left-${culture}`);

    // it is there after the page was loaded anew
    await page.reload();
    await list.waitFor();
    assert.ok(await find('button', words.carryOut).isDisabled(), 'nothing is chosen yet');
    await list.getByRole('combobox', { name: /Budget review/ }).selectOption(words.keepCreatio);
    await list.getByRole('combobox', { name: /Site visit/ }).selectOption(words.deleteIt);
    assert.match(await person.carryOut(), new RegExp(words.completed));
    await list.waitFor({ state: 'detached' });
    only(await mailbox.titled('Budget review, Creatio'), 'event with the chosen title');
    only(await activities.titled('Budget review, Creatio'), 'activity with the chosen title');
    assert.deepEqual(await mailbox.titled('Site visit'), []);
    const mark = (await sandbox.log()).length;
    await person.synchronize();
    assert.deepEqual(await sandbox.writesSince(mark), [], 'the next run only reads');
    assert.deepEqual(complaints, []);
  });
}

test('many alike are folded away, and answered together', async (t) => {
  const { page, person, activities, mailbox, complaints } = await ready(t);
  const { words, find } = person;
  const subjects = Array.from({ length: 6 }, (_, n) => `Gone ${n}`);
  for (const subject of subjects) {
    await mailbox.createEvent({ subject, start: graphTime(3, 9), end: graphTime(3, 10) });
  }
  await person.synchronize();
  for (const subject of subjects) {
    await activities.remove('Activity', only(await activities.titled(subject), 'activity').Id);
  }
  await person.synchronize();
  const list = page.getByRole('region', { name: words.left, exact: true });
  await list.waitFor();
  assert.equal(await list.getByRole('combobox').count(), 0, 'folded');
  await list.getByText(words.deleteAsked, { exact: true }).click();
  await find('combobox', 'All of 1–6').selectOption(words.deleteIt);
  await list.getByRole('combobox', { name: /Gone 3/ }).selectOption(words.later);
  await shoot(page, 'left-together');
  await person.carryOut();
  for (const subject of subjects) {
    const left = (await mailbox.titled(subject)).length;
    assert.equal(left, subject === 'Gone 3' ? 1 : 0, subject);
  }
  assert.equal(await list.getByRole('combobox').count(), 1, 'the one not decided is asked again');
  assert.deepEqual(complaints, []);
});
