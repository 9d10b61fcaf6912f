/**
 * The way into Creatio as browsers go it: the cookies of the session, the CSRF token read anew for
 * each request, no bearer.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { only, ready } from './ready.mjs';
import { graphTime } from './servers.mjs';

test('Creatio is reached by its cookies and a token read anew, and a lost session is asked for', async (t) => {
  const { page, creatio, person, activities, mailbox } = await ready(t);
  const create = (/** @type {string} */ subject, /** @type {number} */ day) =>
    mailbox.createEvent({ subject, start: graphTime(day, 9), end: graphTime(day, 10) });
  const token = async () =>
    only(
      (await page.context().cookies(creatio)).filter((c) => c.name === 'BPMCSRF'),
      'token',
    ).value;
  /** Opening the page signs in; here beside the page that is open already. */
  const signIn = () => page.request.get(`${creatio}/`);
  /** @type {import('playwright-core').Request[]} */
  let requests = [];
  page.on('request', (request) => {
    if (request.url().startsWith(`${creatio}/0/`)) requests.push(request);
  });
  /** Runs, and tells with which headers Creatio was asked. */
  const run = async () => {
    requests = [];
    const said = await person.synchronize();
    const headers = await Promise.all(requests.map((request) => request.allHeaders()));
    return { said, headers };
  };

  await create('first', 2);
  const first = await run();
  assert.match(first.said, new RegExp(person.words.completed));
  assert.ok(first.headers.length > 3, 'Creatio was asked');
  const known = await token();
  for (const headers of first.headers) {
    assert.equal(headers.bpmcsrf, known);
    assert.equal(headers.forceusesession, 'true');
    assert.equal(headers.authorization, undefined);
    assert.match(headers.cookie ?? '', /\.ASPXAUTH=.+BPMCSRF=|BPMCSRF=.+\.ASPXAUTH=/);
  }

  // the server gives another token, as it does after every sign-in
  await signIn();
  assert.notEqual(await token(), known);
  await create('second', 3);
  const second = await run();
  assert.match(second.said, new RegExp(person.words.completed));
  const fresh = await token();
  assert.ok(second.headers.every((headers) => headers.bpmcsrf === fresh));

  // the session is lost while the page is open: the user is told, and after signing in the run goes
  // on
  await page.context().clearCookies();
  await create('third', 4);
  const third = await run();
  assert.match(third.said, /You are signed out of Creatio/);
  assert.equal((await activities.titled('third')).length, 0);
  await signIn();
  const fourth = await run();
  assert.match(fourth.said, new RegExp(person.words.completed));
  for (const title of ['first', 'second', 'third']) only(await activities.titled(title), title);
});

test('the settings page tells how Creatio is reached, whatever way that is', async (t) => {
  const { page, person, sandbox, complaints } = await ready(t);
  for (const [switches, told] of /** @type {const} */ ([
    [{ odata: 'allowed' }, 'OData'],
    [{ odata: 'forbidden' }, 'DataService, as Creatio’s own pages are'],
  ])) {
    await sandbox.switch(switches);
    await page.reload();
    await person.openSettingsFromPanel();
    await page.getByText('What was found out about this Creatio').click();
    await page.getByText(told, { exact: true }).waitFor();
  }
  // a refusal that the engine goes round is all that the browser may speak of
  assert.deepEqual(
    complaints.filter((said) => !said.includes('403')),
    [],
  );
});
