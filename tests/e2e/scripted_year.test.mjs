/**
 * A scripted year of a calendar, played on the real page: `tests/scripted_year.json`, which the
 * native tests (`tests/native/runs/through_replicas/scripted_year.rs`) play too.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../.tasks/process.mjs';
import { actor } from './actor.mjs';
import { only } from './ready.mjs';
import {
  account,
  colleague,
  control,
  creatioClient,
  envelope,
  ewsHeaders,
  graphClient,
  handsClient,
  onServer,
  stock,
} from './servers.mjs';
import { stage } from './stage.mjs';

/** The script. @type {{ zone: string, begins: string, from: string, steps: any[] }} */
const script = JSON.parse(readFileSync(join(root, 'tests', 'scripted_year.json'), 'utf8'));
/** Creatio's answer "Confirmed" of a participant. */
const confirmed = '7098c892-34e3-4a3e-af08-c1a139f63220';

/** The role of a participant in an Activity. */
const participant = '1a8324e8-a6e1-df11-971b-001d60e938c6';

/** @param {string} time */
const wall = (time, timeZone = script.zone) => ({ dateTime: time, timeZone });
const segment = encodeURIComponent;

/** @typedef {Awaited<ReturnType<typeof graphClient>>} Hands */
/** @typedef {ReturnType<typeof outlook>} Outlook */

/**
 * The kinds of mailbox that live through the year: the account, its owner's hands and a
 * colleague's, how its settings are opened, whether a page that is opened anew asks for a password,
 * how a task is moved.
 * @typedef {{ title: string, account: string, hands: (set: Awaited<ReturnType<typeof stage>>) =>
 * Promise<[Hands, Hands]>, openSettings: (person: ReturnType<typeof actor>) => Promise<void>, asks:
 * boolean, move: (set: Awaited<ReturnType<typeof stage>>, hands: Hands, found: { list: string,
 * task: any }, to: string) => Promise<void>, }} Kind
 */

/** @type {Kind[]} */
const kinds = [
  {
    title: 'in Microsoft 365',
    account,
    hands: ({ graph }) => Promise.all([graphClient(graph), graphClient(graph, colleague)]),
    openSettings: (person) => person.openSettingsFromPanel(),
    asks: false,
    /** As To Do does: a new task in the other list, and the old one is gone. */
    async move(_set, { call }, { list, task }, to) {
      const { title, body, importance, status, dueDateTime, startDateTime } = task;
      const linkedResources = task.linkedResources.map((/** @type {any} */ link) => ({ ...link, id: undefined }));
      const copy = { title, body, importance, status, dueDateTime, startDateTime, linkedResources };
      await call('POST', tasks(to), copy);
      await call('DELETE', `${tasks(list)}/${segment(task.id)}`);
    },
  },
  {
    title: 'on an Exchange Server',
    account: onServer.account,
    hands: ({ exchange }) =>
      Promise.all([handsClient(exchange, onServer.account), handsClient(exchange, onServer.colleague)]),
    async openSettings(person) {
      await person.openSettingsOf(onServer.account);
      await person.signIn(onServer.account, onServer.password);
      await person.find('checkbox', person.words.importMeetings).waitFor();
    },
    // it is kept in memory only
    asks: true,
    /** As Outlook does: the same task in another folder, where it has another id. */
    async move({ exchange }, _hands, { task }, to) {
      const folder = `<m:ToFolderId><t:FolderId Id="${to}"/></m:ToFolderId>`;
      const item = `<m:ItemIds><t:ItemId Id="${task.id}"/></m:ItemIds>`;
      const body = envelope(`<m:MoveItem>${folder}${item}</m:MoveItem>`);
      const answer = await fetch(`${exchange}/EWS/Exchange.asmx`, { method: 'POST', headers: ewsHeaders, body });
      assert.match(await answer.text(), /NoError/);
    },
  },
];

const tasks = (/** @type {string} */ list) => `/me/todo/lists/${segment(list)}/tasks`;

/**
 * A mailbox as its owner uses it: Outlook and To Do, past the product.
 * @param {Hands} hands
 * @param {string} address
 */
function outlook({ call }, address) {
  const event = (/** @type {string} */ id) => `/me/events/${segment(id)}`;
  const events = async () => (await call('GET', '/me/events?$top=500')).value;
  const lists = async () => (await call('GET', '/me/todo/lists')).value.map((/** @type {any} */ list) => list.id);

  /** All tasks, each with its list. */
  async function allTasks() {
    const all = [];
    for (const list of await lists()) {
      const { value } = await call('GET', `${tasks(list)}?$top=500&$expand=linkedResources`);
      all.push(...value.map((/** @type {any} */ task) => ({ list, task })));
    }
    return all;
  }

  const titled = async (/** @type {string} */ title) =>
    only(
      (await allTasks()).filter(({ task }) => task.title === title),
      `task ${title}`,
    );

  /**
   * Every week from this day on, to the last one, if any. @param {string} startDate @param {string
   * | null} last
   */
  function weekly(startDate, last, recurrenceTimeZone = script.zone) {
    const day = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(new Date(startDate));
    const end = last === null ? { type: 'noEnd' } : { type: 'endDate', endDate: last };
    const pattern = { type: 'weekly', interval: 1, daysOfWeek: [day.toLowerCase()] };
    return { recurrence: { pattern, range: { startDate, recurrenceTimeZone, ...end } } };
  }

  /** @param {any} step */
  function shape({ kind, start, zone }) {
    const day = start.slice(0, 10);
    if (kind === 'once' || kind === 'inviting') return {};
    if (kind === 'days') return { isAllDay: true };
    if (kind === 'online') return { isOnlineMeeting: true, onlineMeetingProvider: 'teamsForBusiness' };
    if (kind.weeklyDays) return { isAllDay: true, ...weekly(day, kind.weeklyDays, zone) };
    return weekly(day, kind.weekly, zone);
  }

  return {
    async make(/** @type {any} */ step) {
      const invited = [{ type: 'required', emailAddress: { address, name: address } }];
      const attendees = step.invites || step.kind === 'inviting' ? { attendees: invited } : {};
      const times = { start: wall(step.start, step.zone), end: wall(step.end, step.zone) };
      const body = { subject: step.title, ...times, ...shape(step), ...attendees };
      return (await call('POST', '/me/events', body)).id;
    },
    async occurrences(/** @type {string} */ series) {
      const window = 'startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z&$top=100';
      return (await call('GET', `${event(series)}/instances?${window}`)).value;
    },
    rename: (/** @type {string} */ id, /** @type {string} */ subject) => call('PATCH', event(id), { subject }),
    shift: (/** @type {string} */ id, /** @type {string} */ start, /** @type {string} */ end) =>
      call('PATCH', event(id), { start: wall(start), end: wall(end) }),
    remove: (/** @type {string} */ id) => call('DELETE', event(id)),
    callOff: (/** @type {string} */ id) => call('POST', `${event(id)}/cancel`, { comment: '' }),
    repeat: (/** @type {string} */ id, /** @type {string} */ day, /** @type {string} */ last) =>
      call('PATCH', event(id), weekly(day, last)),
    stopRepeating: (/** @type {string} */ id) => call('PATCH', event(id), { recurrence: null }),
    async cut(/** @type {string} */ id, /** @type {string} */ last) {
      const { recurrence } = await call('GET', event(id));
      Object.assign(recurrence.range, { type: 'endDate', endDate: last });
      await call('PATCH', event(id), { recurrence });
    },
    async text(/** @type {string} */ title) {
      const found = (await events()).find((/** @type {any} */ one) => one.subject === title);
      return found?.body.content ?? '';
    },
    /** A task, and a list in which it is not. */
    async apart(/** @type {string} */ title) {
      const found = await titled(title);
      const to = (await lists()).find((/** @type {string} */ other) => other !== found.list);
      return { found, to };
    },
    async renameTask(/** @type {string} */ title, /** @type {string} */ to) {
      const { list, task } = await titled(title);
      await call('PATCH', `${tasks(list)}/${segment(task.id)}`, { title: to });
    },
    titled,
    /** Everything there is, as title and start. */
    async all() {
      const meetings = (await events()).map((/** @type {any} */ one) => `${one.subject} ${JSON.stringify(one.start)}`);
      const rest = (await allTasks()).map(({ task }) => `${task.title} ${JSON.stringify(task.dueDateTime)}`);
      return [...meetings, ...rest];
    },
  };
}

/** @param {Awaited<ReturnType<typeof creatioClient>>} creatio */
function crm({ all, call, create, update, filtered }) {
  const living = async () => (await all()).filter((/** @type {any} */ row) => row.StatusId !== stock.canceled);
  async function one(/** @type {string} */ title, day = '') {
    const rows = (await all()).filter((/** @type {any} */ row) => row.Title === title);
    return only(
      rows.filter((/** @type {any} */ row) => row.StartDate.startsWith(day)),
      `activity ${title} ${day}`,
    );
  }
  return {
    one,
    create: async (/** @type {object} */ row) => (await create('Activity', row)).Id,
    async edit(/** @type {any} */ { title, day, row }) {
      await update('Activity', (await one(title, day)).Id, row);
    },
    /**
     * A new Contact with this address becomes a participant. @param {{ title: string, address:
     * string }} step
     */
    async attend({ title, address }) {
      const contact = await create('Contact', { Name: address, Email: address });
      const row = { ActivityId: (await one(title)).Id, ParticipantId: contact.Id, RoleId: participant };
      await create('ActivityParticipant', row);
    },
    async accept(/** @type {string} */ title) {
      const { Id } = await one(title);
      const me = only((await call('GET', `SysAdminUnit?$filter=Name eq 'Supervisor'`)).value, 'user').ContactId;
      const rows = await filtered('ActivityParticipant', `Activity/Id eq ${Id} and Participant/Id eq ${me}`);
      await update('ActivityParticipant', only(rows, 'participant').Id, { InviteResponseId: confirmed });
    },
    /** When the living ones with a title start. */
    async starts(/** @type {string} */ title) {
      const rows = (await living()).filter((/** @type {any} */ row) => row.Title === title);
      return rows.map((/** @type {any} */ row) => row.StartDate.slice(0, 16)).sort();
    },
    /** Living ones, as title and start. */
    all: async () => (await living()).map((/** @type {any} */ row) => `${row.Title} ${row.StartDate}`),
  };
}

/**
 * The time in which the script plays, for the servers and for the thread in which the engine runs.
 * @param {import('playwright-core').Page} page
 * @param {ReturnType<typeof control>} sandbox
 */
async function clock(page, sandbox) {
  let now = Date.parse(script.begins);
  // the clock of a worker can only be set from within
  page.on('worker', (worker) => {
    void worker.evaluate((shift) => {
      const real = Date.now;
      Date.now = () => real() + shift;
    }, now - Date.now());
  });
  await sandbox.clock(new Date(now));
  return {
    /** Lets days pass, in which the page is not open. @param {number} days */
    async pass(days) {
      now += days * 86_400_000;
      await sandbox.clock(new Date(now));
      await page.reload();
    },
  };
}

/**
 * Switches everything on for the mailbox, from the day with which the script begins.
 * @param {import('playwright-core').Page} page
 * @param {ReturnType<typeof actor>} person
 * @param {Kind} kind
 */
async function switchOn(page, person, kind) {
  const { words, find } = person;
  await kind.openSettings(person);
  for (const block of [words.importMeetings, words.importTasks, words.exportActivities]) {
    await find('checkbox', block).check();
  }
  await page.getByLabel(words.from, { exact: true }).fill(script.from);
  await person.save();
}

/**
 * A page on which everything is switched on for the mailbox, at the moment and from the day with
 * which the script begins.
 * @param {import('node:test').TestContext} t
 * @param {Kind} kind
 */
async function begin(t, kind) {
  const set = await stage(t, { seed: 'demo', checked: true });
  const sandbox = control(set.creatio);
  const time = await clock(set.page, sandbox);
  await sandbox.reset('demo');
  const person = actor(set.page);
  await person.open(set.creatio);
  await switchOn(set.page, person, kind);
  const [creatio, [own, other]] = await Promise.all([creatioClient(set.creatio), kind.hands(set)]);
  const boxes = { me: outlook(own, kind.account), colleague: outlook(other, kind.account) };
  /** Moves a task to another list. @param {string} title */
  async function moveTask(title) {
    const { found, to } = await boxes.me.apart(title);
    await kind.move(set, own, found, to);
  }
  return { ...set, sandbox, time, person, creatio: crm(creatio), boxes, kind, moveTask };
}

/** What the script's steps mean. @param {Awaited<ReturnType<typeof begin>>} set */
function player({ page, sandbox, time, person, creatio, boxes, kind, moveTask }) {
  /** @type {Map<string, string>} */
  const names = new Map();
  const id = (/** @type {string} */ name) => names.get(name) ?? assert.fail(`nothing is called ${name}`);
  const box = (/** @type {any} */ { who = 'me' }) => boxes[/** @type {keyof typeof boxes} */ (who)];

  /**
   * A run, after which another one writes nothing, and nothing is there twice. @param {string}
   * after
   */
  async function settle(after) {
    assert.match(await person.synchronize(), new RegExp(person.words.completed), after);
    const mark = (await sandbox.log()).length;
    await person.synchronize();
    assert.deepEqual(await sandbox.writesSince(mark), [], `${after}: the second run only reads`);
    for (const all of [await boxes.me.all(), await creatio.all()]) {
      assert.deepEqual(all, [...new Set(all)], `${after}: everything once`);
    }
  }

  /**
   * Opens the page as a browser does that was never here: neither side has more or less after its
   * first run.
   */
  async function secondBrowser() {
    const all = async () => [(await boxes.me.all()).sort(), (await creatio.all()).sort()];
    const before = await all();
    const address = page.url();
    await page.goto('about:blank');
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Storage.clearDataForOrigin', { origin: new URL(address).origin, storageTypes: 'indexeddb' });
    await page.goto(address);
    await person.find('button', person.words.actions).waitFor();
    // this server has no place for settings, so that they went with the browser
    await switchOn(page, person, kind);
    await settle('a second browser');
    assert.deepEqual(await all(), before, 'nothing is doubled, and nothing comes back');
  }

  /** @type {Record<string, (step: any) => Promise<void>>} */
  const deeds = {
    make: async (step) => void names.set(step.as, await box(step).make(step)),
    occurrence: async ({ of, nth, as }) => void names.set(as, (await boxes.me.occurrences(id(of)))[nth].id),
    rename: async ({ what, title }) => boxes.me.rename(id(what), title),
    shift: async ({ what, start, end }) => boxes.me.shift(id(what), start, end),
    delete: async ({ what }) => boxes.me.remove(id(what)),
    callOff: async (step) => box(step).callOff(id(step.what)),
    cut: async ({ what, last }) => boxes.me.cut(id(what), last),
    repeat: async ({ what, day, last }) => boxes.me.repeat(id(what), day, last),
    stopRepeating: async ({ what }) => boxes.me.stopRepeating(id(what)),
    remember: async ({ title, day, as }) => void names.set(as, (await creatio.one(title, day)).Id),
    attend: (step) => creatio.attend(step),
    secondBrowser: () => secondBrowser(),
    moveTask: ({ title }) => moveTask(title),
    renameTask: async ({ title, to }) => boxes.me.renameTask(title, to),
    activity: async ({ as, row }) => void names.set(as, await creatio.create(row)),
    edit: (step) => creatio.edit(step),
    accept: ({ title }) => creatio.accept(title),
    async allow({ title }) {
      const list = page.getByRole('region', { name: person.words.left, exact: true });
      await list.getByRole('combobox', { name: new RegExp(title) }).selectOption('allow');
      await person.carryOut();
    },
    async pass({ days }) {
      await time.pass(days);
      await person.find('button', person.words.actions).waitFor();
      if (!kind.asks) return;
      await kind.openSettings(person);
      await person.cancel();
    },
    settle: ({ after }) => settle(after),
  };

  /** @type {Record<string, (step: any) => Promise<void>>} */
  const looks = {
    async starts({ title, is, first, has = [], lacks = [] }) {
      const starts = await creatio.starts(title);
      if (is) assert.deepEqual(starts, is, title);
      if (first) assert.equal(starts[0], first, title);
      const all = starts.join(', ');
      for (const start of has) assert.ok(starts.includes(start), `${title} at ${start}, but: ${all}`);
      for (const start of lacks) assert.ok(!starts.includes(start), `no ${title} at ${start}, but: ${all}`);
    },
    async exception({ of, day, title }) {
      const occurrences = await boxes.me.occurrences(id(of));
      const found = occurrences.filter((/** @type {any} */ one) => one.start.dateTime.startsWith(day));
      assert.equal(only(found, `occurrence on ${day}`).subject, title);
    },
    async text({ title, has }) {
      const text = await boxes.me.text(title);
      for (const part of has) assert.ok(text.includes(part), `${part} in ${text}`);
    },
    same: async ({ title, day, as }) => assert.equal((await creatio.one(title, day)).Id, id(as)),
    async quiet({ title }) {
      const list = page.getByRole('region', { name: person.words.left, exact: true });
      assert.equal(await list.getByRole('combobox', { name: new RegExp(title) }).count(), 0, title);
    },
    task: async ({ title }) => void (await boxes.me.titled(title)),
    async mailed({ is }) {
      const own = (await sandbox.mails()).filter((/** @type {any} */ mail) => mail.from === kind.account);
      assert.deepEqual(
        own.map((/** @type {any} */ mail) => mail.reason),
        is,
      );
    },
  };

  return async (/** @type {any} */ step) => {
    const play = step.do ? deeds[step.do] : looks[step.see];
    assert.ok(play, `the script's step ${JSON.stringify(step)} means something`);
    await play(step);
  };
}

for (const kind of kinds) {
  test(`a year of a calendar ${kind.title} is lived through in step, with no mail but those asked for`, async (t) => {
    const set = await begin(t, kind);
    const play = player(set);
    for (const step of script.steps) await play(step);
    assert.deepEqual(set.complaints, []);
  });
}
