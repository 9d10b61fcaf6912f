/**
 * What looks otherwise and means the same, among real changes: how many of the former are taken for
 * a change, and how many of the latter are missed; by the product, and by libraries that compare
 * the rows.
 */
import { pathToFileURL } from 'node:url';
import { account, handsClient } from '../e2e/servers.mjs';
import { event, load } from './fill.mjs';
import { installLibraries, libraryFile } from './peers.mjs';
import { www } from './place.mjs';
import { table } from './report.mjs';
import { stage } from './stage.mjs';

const day = 86_400_000;

/** Contacts of Creatio who are invited. */
const people = ['anna', 'boris', 'clara'].map((name, n) => ({
  name,
  address: `${name}@bench.example`,
  id: `be9c4000-0000-4000-8000-00000000000${n + 1}`,
}));
/** Creatio's own id of e-mail addresses as a kind of communication. */
const email = 'ee1c85c3-cfcb-df11-9b2a-001d60e938c6';

const attendees = (/** @type {string[]} */ names) =>
  names.map((name) => ({ type: 'required', emailAddress: { name, address: `${name}@bench.example` } }));
const everybody = people.map(({ name }) => name);

/** An event of that number, with people, and every fourth of all day. */
function begun(/** @type {number} */ n) {
  const plain = { ...event(n), attendees: attendees(everybody) };
  if (n % 4 !== 3) return plain;
  const first = plain.start.dateTime.slice(0, 10);
  const next = new Date(Date.parse(`${first}T00:00:00Z`) + day).toISOString().slice(0, 10);
  const midnight = (/** @type {string} */ of) => ({ dateTime: `${of}T00:00:00`, timeZone: 'UTC' });
  return { ...plain, isAllDay: true, start: midnight(first), end: midnight(next) };
}

/** Wall clock of Tokyo, which is nine hours ahead all year. @param {string} utc */
const inTokyo = (utc) => ({
  dateTime: new Date(Date.parse(`${utc}Z`) + 9 * 3_600_000).toISOString().slice(0, 19),
  timeZone: 'Tokyo Standard Time',
});
const later = (/** @type {{ dateTime: string, timeZone: string }} */ { dateTime, timeZone }, ms = 3_600_000) => ({
  dateTime: new Date(Date.parse(`${dateTime.slice(0, 19)}Z`) + ms).toISOString().slice(0, 19),
  timeZone,
});

/** The body of an event as another program would write it. @param {string} content */
const rewritten = (content) =>
  `<html><head><meta name="Generator" content="other"></head><body>\r\n${content
    .replaceAll('<b>', '<b class="x">')
    .replaceAll('<ul>', '\r\n<UL>')
    .replaceAll('</ul>', '</UL>\r\n')}</body></html>`;
const html = (/** @type {string} */ content) => ({ body: { contentType: 'html', content } });
const elsewhere = (/** @type {any} */ { dateTime }) => ({ dateTime, timeZone: 'Tokyo Standard Time' });

/**
 * What is done to an event; `means`: it is a change; `ofDays`: to one of all day.
 * @type {{ kind: string, means: boolean, ofDays: boolean, make: (of: any) => object }[]}
 */
const edits = [
  {
    kind: 'zone',
    means: false,
    ofDays: false,
    make: ({ start, end }) => ({ start: inTokyo(start.dateTime), end: inTokyo(end.dateTime) }),
  },
  { kind: 'HTML of the same text', means: false, ofDays: false, make: ({ body }) => html(rewritten(body.content)) },
  {
    kind: 'order of attendees',
    means: false,
    ofDays: false,
    make: () => ({ attendees: attendees([...everybody].reverse()) }),
  },
  {
    kind: 'zone of an all-day event',
    means: false,
    ofDays: true,
    make: ({ start, end }) => ({ isAllDay: true, start: elsewhere(start), end: elsewhere(end) }),
  },
  {
    kind: 'title',
    means: true,
    ofDays: false,
    make: ({ subject }) => ({ subject: `${subject}, moved upstairs` }),
  },
  { kind: 'text', means: true, ofDays: false, make: ({ body }) => html(`${body.content}<p>One more</p>`) },
  {
    kind: 'one attendee fewer',
    means: true,
    ofDays: false,
    make: () => ({ attendees: attendees(everybody.slice(0, 2)) }),
  },
  {
    kind: 'time',
    means: true,
    ofDays: false,
    make: ({ start, end }) => ({ start: later(start), end: later(end) }),
  },
  {
    kind: 'day of an all-day event',
    means: true,
    ofDays: true,
    make: ({ start, end }) => ({ isAllDay: true, start: later(start, day), end: later(end, day) }),
  },
];

/** What a row's stamps are called: they always differ, and nobody takes them for a change. */
const stamps = ['@odata.etag', 'changeKey', 'lastModifiedDateTime'];

/** A row without its stamps. @param {any} row */
const unstamped = (row) => Object.fromEntries(Object.entries(row).filter(([name]) => !stamps.includes(name)));

/** The number of an item, by its title. @param {string} title */
const numberOf = (title) => Number(/^Event (\d+)/.exec(title)?.[1]);

/** @param {{ sizes: number[], peers: boolean }} options */
export async function measure({ sizes: [size = 400], peers }) {
  const set = await stage('graph');
  try {
    const { ask, sandbox } = set;
    const mailbox = await handsClient(set.creatio, account);
    const rows = {
      Contact: people.map(({ id, name, address }) => ({ Id: id, Name: name, Email: address })),
      ContactCommunication: people.map(({ id, address }) => ({
        ContactId: id,
        CommunicationTypeId: email,
        Number: address,
      })),
    };
    const { refused } = await sandbox.load({ rows });
    if (refused.length > 0) throw new Error(refused[0].reason);
    await load(sandbox, { events: Array.from({ length: size }, (_, n) => begun(n)) });
    await ask('run', true);
    await ask('run');
    const events = async () => (await mailbox.call('GET', `/me/events?$top=${size}`)).value;
    const before = await events();
    /** @type {Map<number, { kind: string, means: boolean }>} */
    const done = new Map();
    for (const [at, one] of before.entries()) {
      const fitting = edits.filter(({ ofDays }) => ofDays === one.isAllDay);
      const nth = before.slice(0, at).filter((/** @type {any} */ other) => other.isAllDay === one.isAllDay).length;
      const edit = fitting[nth % fitting.length];
      if (!edit) continue;
      await mailbox.updateEvent(one.id, edit.make(one));
      done.set(numberOf(one.subject), edit);
    }
    const { rows: shown, held } = await ask('preview');
    const ours = new Set([...shown, ...held].map(({ title }) => numberOf(title)));
    const libraries = peers ? await noticedByLibraries(before, await events()) : new Set();
    const by = edits.map(({ kind, means }) => {
      const numbers = [...done].filter(([, edit]) => edit.kind === kind).map(([number]) => number);
      const noticed = (/** @type {Set<any>} */ seen) => numbers.filter((number) => seen.has(number)).length;
      return { kind, means, count: numbers.length, ours: noticed(ours), libraries: noticed(libraries) };
    });
    const sum = (/** @type {(one: typeof by[0]) => number} */ of) => by.reduce((all, one) => all + of(one), 0);
    const values = {
      'noise.false': sum(({ means, ours }) => (means ? 0 : ours)),
      'noise.missed': sum(({ means, count, ours }) => (means ? count - ours : 0)),
    };
    const told = by.map(({ kind, means, count, ...noticed }) => {
      const row = [kind, means ? 'a change' : 'none', count, noticed.ours];
      return peers ? [...row, noticed.libraries] : row;
    });
    const head = [
      'what is otherwise',
      'it is',
      'items',
      'taken for a change by us',
      ...(peers ? ['by a library'] : []),
    ];
    return { tables: [table(`False and missed changes, ${size} events`, head, told)], values };
  } finally {
    await set.end();
  }
}

/**
 * Which events a library finds otherwise; all of them compare the same, value by value.
 * @param {any[]} before
 * @param {any[]} now
 */
async function noticedByLibraries(before, now) {
  await installLibraries(www);
  const { default: diff } = await import(pathToFileURL(libraryFile('microdiff')).href);
  const old = new Map(before.map((row) => [row.id, row]));
  const other = now.filter((row) => diff(unstamped(old.get(row.id)), unstamped(row)).length > 0);
  return new Set(other.map(({ id }) => numberOf(old.get(id).subject)));
}
