/**
 * What Microsoft's service may do to the page: few requests, waits that the browser hides,
 * challenges, redirects.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { only, ready } from './ready.mjs';
import { graphTime, instant } from './servers.mjs';

const claims = JSON.stringify({ access_token: { nbf: { essential: true, value: '1' } } });

/** An event and an activity that are to go over. @param {Awaited<ReturnType<typeof ready>>} set */
async function something({ mailbox, activities }) {
  await mailbox.createEvent({ subject: 'From Outlook', start: graphTime(3, 9), end: graphTime(3, 10) });
  const times = { StartDate: instant(4, 9), DueDate: instant(4, 10) };
  await activities.create('Activity', { Title: 'From Creatio', ShowInScheduler: true, ...times });
}

test('the second of two quiet runs is four requests', async (t) => {
  const set = await ready(t);
  const { person, sandbox, complaints } = set;
  await something(set);
  await person.synchronize();
  await person.synchronize();
  const from = (await sandbox.log()).length;
  assert.match(await person.synchronize(), new RegExp(person.words.completed));
  const requests = (await sandbox.requestsSince(from)).map((/** @type {any} */ row) => `${row.method} ${row.path}`);
  assert.ok(requests.length <= 4, requests.join('\n'));
  assert.deepEqual(complaints, []);
});

for (const [what, trouble, status] of /** @type {const} */ ([
  ['throttled, with waits that the browser hides', { throttle: { atOnce: 1, retryAfter: 'hidden' } }, 429],
  ['challenged for claims', { claims }, 401],
  ['told late, twice, in any order and small pages', { replays: true, shuffledOrder: true, pageSize: 1 }, 200],
])) {
  test(`everything arrives once although the page is ${what}`, async (t) => {
    const set = await ready(t);
    const { person, sandbox, activities, mailbox, complaints } = set;
    await something(set);
    await sandbox.trouble(trouble);
    assert.match(await person.synchronize(), new RegExp(person.words.completed));
    await person.synchronize();
    assert.ok(
      (await sandbox.log()).some((/** @type {any} */ row) => row.status === status),
      'the trouble came',
    );
    await sandbox.trouble({});
    only(await activities.titled('From Outlook'), 'imported activity');
    only(await mailbox.titled('From Creatio'), 'exported event');
    // what is refused shows on the console
    assert.deepEqual(
      complaints.filter((text) => !/status of (401|429)/.test(text)),
      [],
    );
  });
}

test('a redirect is not followed, and nothing is written', async (t) => {
  const set = await ready(t);
  const { person, sandbox, creatio, complaints } = set;
  await something(set);
  const Location = `${creatio}/0/odata/elsewhere`;
  await sandbox.faults([{ server: 'graph', path: 'batch$', times: 9, then: { status: 302, headers: { Location } } }]);
  const from = (await sandbox.log()).length;
  assert.match(await person.synchronize(), /pointed to another server/);
  assert.deepEqual(await sandbox.writesSince(from), []);
  const rows = await sandbox.requestsSince(from);
  assert.ok(!rows.some((/** @type {any} */ row) => row.path.includes('elsewhere')), 'the token stays here');
  assert.deepEqual(complaints, []);
});
