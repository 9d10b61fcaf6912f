/**
 * Runs by themselves: when which account's comes, by a clock that is moved by hand, and that the
 * page keeps to it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actor } from './actor.mjs';
import { load } from './module.mjs';
import { ready } from './ready.mjs';
import { account, control, onServer } from './servers.mjs';
import { stage } from './stage.mjs';

const { Scheduler } = await load('product/controllers/scheduler.ts');

const minute = 60_000;
/** Any account can be run. */
const any = () => true;

/**
 * Plays a time with a clock of its own: every run takes half a minute.
 * @param {any} scheduler
 * @param {{ minutes: number, hidden?: boolean, fails?: (account: string, at: number) => boolean,
 * can?: (account: string) => boolean }} options
 * @returns {Record<string, number[]>} the minutes at which the runs of each account began
 */
function play(scheduler, { minutes, hidden = false, fails = () => false, can = any }) {
  /** @type {Record<string, number[]>} */
  const began = {};
  let now = 0;
  while (now < minutes * minute) {
    const due = scheduler.due(now, hidden, can);
    for (const one of due) {
      (began[one] ??= []).push(now / minute);
      now += minute / 2;
      scheduler.ended(one, now, !fails(one, now / minute));
    }
    const wake = scheduler.wake(hidden, can);
    if (wake === undefined || wake === Infinity) break;
    assert.ok(wake > now || due.length === 0 || scheduler.due(now, hidden, can).length > 0, 'no run without its time');
    now = Math.max(now, wake);
  }
  return began;
}

/** The minutes between one run and the next. @param {number[]} times */
const gaps = (times) => times.slice(1).map((time, index) => time - (times[index] ?? 0));

test('a run comes at opening, then five minutes after the last one, fifteen while nobody looks', () => {
  for (const [hidden, pause] of /** @type {const} */ ([
    [false, 5],
    [true, 15],
  ])) {
    const scheduler = new Scheduler();
    scheduler.set(['one'], 0);
    const { one = [] } = play(scheduler, { minutes: 600, hidden });
    assert.equal(one[0], 0);
    assert.ok(one.length >= 38);
    assert.ok(
      gaps(one).every((gap) => gap === pause + 0.5),
      `${gaps(one)}`,
    );
  }
});

test('an account that fails waits longer each time, up to an hour, and the others keep their time', () => {
  const scheduler = new Scheduler();
  scheduler.set(['broken', 'well'], 0);
  const { broken = [], well = [] } = play(scheduler, { minutes: 600, fails: (one) => one === 'broken' });
  assert.deepEqual(
    gaps(broken)
      .slice(0, 4)
      .map((gap) => Math.floor(gap / 10)),
    [1, 2, 4, 6],
  );
  assert.ok(gaps(broken).every((gap) => gap < 63));
  assert.ok(well.length > 600 / 6.5, `${well.length}`);
  assert.ok(gaps(well).every((gap) => gap >= 5 && gap <= 6.5));
});

test('an account that is well again has its usual time again', () => {
  const scheduler = new Scheduler();
  scheduler.set(['one'], 0);
  const { one = [] } = play(scheduler, { minutes: 300, fails: (_, at) => at < 60 });
  assert.ok(
    gaps(one)
      .slice(-10)
      .every((gap) => gap === 5.5),
    `${gaps(one)}`,
  );
});

test('a network that comes back is used soon, and one that flaps no more than once a minute', () => {
  const scheduler = new Scheduler();
  scheduler.set(['one'], 0);
  scheduler.ended('one', 0, false);
  scheduler.ended('one', 10 * minute, false);
  assert.equal(scheduler.next('one', false), 30 * minute);
  scheduler.online(20 * minute);
  assert.equal(scheduler.next('one', false), 20 * minute + 5_000);
  scheduler.ended('one', 21 * minute, false);
  for (let at = 21 * minute; at < 21.5 * minute; at += 1_000) scheduler.online(at);
  assert.equal(scheduler.next('one', false), 22 * minute);
});

test('an account joins at once, leaves at once, and waits for a person to sign in without holding up another', () => {
  const scheduler = new Scheduler();
  assert.equal(scheduler.isEmpty, true);
  assert.equal(scheduler.wake(false, any), undefined);
  scheduler.set(['one', 'locked'], 0);
  const can = (/** @type {string} */ name) => name !== 'locked';
  assert.deepEqual(scheduler.due(0, false, can), ['one']);
  scheduler.ended('one', minute, true);
  assert.equal(scheduler.wake(false, can), 6 * minute);
  assert.deepEqual(scheduler.due(2 * minute, false, any), ['locked'], 'as soon as somebody has signed in');
  // saving the settings again changes nothing for who was there
  scheduler.set(['one', 'locked', 'new'], 3 * minute);
  assert.equal(scheduler.next('one', false), 6 * minute);
  assert.deepEqual(scheduler.due(3 * minute, false, can), ['new']);
  scheduler.set(['new'], 3 * minute);
  assert.equal(scheduler.next('one', false), undefined);
  scheduler.ended('one', 4 * minute, true);
  assert.equal(scheduler.has('one'), false);
});

/** Waits until the log is as long as it stays. @param {ReturnType<typeof control>} sandbox */
async function quiet(sandbox) {
  let before = -1;
  for (let now = (await sandbox.log()).length; now !== before; now = (await sandbox.log()).length) {
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  }
  return before;
}

test('the page runs once at opening, then every five minutes, and asks the servers nothing in between', async (t) => {
  const { page, person, creatio, sandbox } = await ready(t);
  const { words, find } = person;
  await person.openSettingsFromPanel();
  await find('checkbox', words.automatic).check();
  await person.save();
  await quiet(sandbox);
  await page.clock.install();
  const from = await quiet(sandbox);
  // a run that takes its time: what would ask again and again meanwhile shows
  await sandbox.faults([{ server: 'graph', path: 'batch', times: 1, then: { delayMs: 5_000 } }]);
  await person.open(creatio);
  await page.getByText(words.inSync).first().waitFor();
  const opened = await quiet(sandbox);
  assert.ok(opened > from, 'it ran at opening');
  const asked = (await sandbox.requestsSince(from)).filter((/** @type {any} */ row) => row.server === 'creatio');
  assert.ok(asked.length < 40, `${asked.length} requests to Creatio for opening and one run`);
  const runs = async (/** @type {number} */ since) =>
    (await sandbox.requestsSince(since)).filter((/** @type {any} */ row) => row.server === 'graph').length;
  const one = await runs(from);
  assert.ok(one > 0);
  // the panes of the page read the mailbox too; the engine does not
  await page.clock.runFor('04:30');
  assert.equal(await quiet(sandbox), opened, 'nothing is asked before its time');
  await page.clock.runFor('01:00');
  await quiet(sandbox);
  const second = (await sandbox.log()).length;
  assert.ok(second > opened, 'then it runs');
  await page.clock.runFor('04:00');
  assert.equal(await quiet(sandbox), second, 'and is not followed by another');
  await page.context().setOffline(true);
  await page.context().setOffline(false);
  await page.clock.runFor('00:30');
  await page.clock.runFor('00:35');
  assert.ok((await quiet(sandbox)) > second, 'soon after the network is back it runs again');
});

/**
 * Sets up both accounts, signing in to the Exchange Server, with these boxes checked.
 * @param {ReturnType<typeof actor>} person
 * @param {string[]} boxes
 */
async function setUpBoth(person, boxes) {
  for (const address of [account, onServer.account]) {
    await person.openSettingsOf(address);
    if (address === onServer.account) await person.signIn(address, onServer.password);
    for (const box of boxes) await person.find('checkbox', box).check();
    await person.save();
  }
}

test('an Exchange Server account stays automatic after a reload, and says what it waits for', async (t) => {
  const set = await stage(t, { seed: 'demo' });
  const { page, creatio } = set;
  const person = actor(page);
  const { words } = person;
  const sandbox = control(creatio);
  await person.open(creatio);
  await setUpBoth(person, [words.importMeetings, words.automatic]);
  await person.synchronize();
  await quiet(sandbox);
  await page.reload();
  const waits = `${onServer.account}: runs by itself once you have signed in`;
  await person.status.getByText(waits).waitFor();
  await page.getByText(/^demo@contoso.example: In sync · /).waitFor();
  await page.getByText(`${onServer.account}: Can’t sync · sign in to the mailbox first`).waitFor();
  // each page tells of its own account
  const times = async (/** @type {string} */ address) => {
    await person.openSettingsOf(address);
    if (address === onServer.account) await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    const text = (await page.getByText(/Last run: .*Next run: /).textContent()) ?? '';
    await person.cancel();
    return text;
  };
  assert.match(await times(onServer.account), /Last run: none\. Next run: once you have signed in\./);
  assert.match(await times(account), /Last run: .*\d\d:\d\d\. Next run: .*\d\d:\d\d\./);
});

test('the settings of one account are never shown as those of another', async (t) => {
  const { page, creatio } = await stage(t, { seed: 'demo' });
  const person = actor(page);
  const { words, find } = person;
  await person.open(creatio);
  await setUpBoth(person, []);
  await person.openSettingsOf(account);
  await find('checkbox', words.importMeetings).check();
  // straight on to the other one, from the menu that stays above the settings
  await person.openSettingsOf(onServer.account);
  await find('heading', `Settings of ${onServer.account}`).waitFor();
  await find('checkbox', words.importMeetings).waitFor();
  assert.equal(await find('checkbox', words.importMeetings).isChecked(), false);
});

test('one account’s error does not keep the other from its run, and the status names both', async (t) => {
  const { page, creatio } = await stage(t, { seed: 'demo' });
  const person = actor(page);
  const { words } = person;
  const sandbox = control(creatio);
  await person.open(creatio);
  await setUpBoth(person, [words.importTasks]);
  await sandbox.faults([{ server: 'graph', path: 'batch', times: 1000, then: { status: 403 } }]);
  const said = await person.synchronize();
  assert.match(said, new RegExp(`${onServer.account}: ${words.completed}`));
  await page.getByText(`${account}: Can’t sync · You may not do this in the mailbox`).waitFor();
});
