/**
 * What runs cost in requests, bytes and time: the first one, one with nothing to do, with one
 * change and with a hundred, of both kinds of mailbox.
 */
import { account, creatioClient, handsClient, onServer } from '../e2e/servers.mjs';
import { fill } from './fill.mjs';
import { quiet } from './many.mjs';
import { medians, table } from './report.mjs';
import { day, stage } from './stage.mjs';
import { life as vdirsyncer } from './vdirsyncer.mjs';

/** The runs that are measured, in their order. */
const steps = {
  initial: 'the first',
  next: 'the next one',
  after: 'no change, right after',
  daily: 'no change, all compared (once a day)',
  later: 'no change, a day later',
  one: '1 change',
  hundred: '100 changes',
};

/** @typedef {keyof typeof steps} Step */

/**
 * One life of a mailbox, from the first run on.
 * @param {'graph' | 'exchange'} kind
 * @param {number} items
 * @returns {Promise<Record<Step, any>>}
 */
async function life(kind, items) {
  const set = await stage(kind);
  try {
    const { ask, cost, sandbox } = set;
    await fill(sandbox, items, kind);
    const run = () => cost(() => ask('run'));
    const initial = await cost(() => ask('run', true));
    const next = await quiet(run);
    const after = await quiet(run);
    await set.pass(day);
    const daily = await quiet(run);
    const later = await quiet(run);
    const change = await changer(set, kind);
    await change(0, 1);
    const one = await run();
    await run();
    await change(1, 100);
    const hundred = await run();
    const written = (/** @type {any} */ { told: { creatio, exchange } }) => creatio.updated + exchange.updated;
    if (written(one) !== 1 || written(hundred) !== 100) {
      throw new Error(`of 1 and 100 changes ${written(one)} and ${written(hundred)} were carried over`);
    }
    return { initial, next, after, daily, later, one, hundred };
  } finally {
    await set.end();
  }
}

/**
 * Changes titles, of meetings in the mailbox and of Activities by turns.
 * @param {Awaited<ReturnType<typeof stage>>} set
 * @param {'graph' | 'exchange'} kind
 */
async function changer(set, kind) {
  const activities = await creatioClient(set.creatio);
  const mailbox = await handsClient(set.creatio, kind === 'graph' ? account : onServer.account);
  return async (/** @type {number} */ from, /** @type {number} */ count) => {
    for (let n = from; n < from + count; n += 1) {
      const half = Math.floor(n / 2);
      if (n % 2 === 0) {
        const found = await mailbox.call(
          'GET',
          `/me/events?$filter=${encodeURIComponent(`subject eq 'Event ${half}'`)}`,
        );
        await mailbox.updateEvent(found.value[0].id, { subject: `Event ${half}, moved upstairs` });
      } else {
        const [row] = await activities.titled(`Activity ${half}`);
        await activities.update('Activity', row.Id, { Title: `Activity ${half}, moved upstairs` });
      }
    }
  };
}

/** Who is measured, and one life of each. */
const lives = {
  graph: { name: 'ours, Microsoft 365', live: (/** @type {number} */ items) => life('graph', items) },
  exchange: { name: 'ours, Exchange Server', live: (/** @type {number} */ items) => life('exchange', items) },
  vdirsyncer: { name: 'vdirsyncer, 2 × Radicale', live: vdirsyncer },
};

/** @param {{ sizes: number[], rounds: number, peers: boolean }} options */
export async function measure({ sizes, rounds, peers }) {
  const tables = [];
  /** @type {Record<string, number>} */
  const values = {};
  const who = Object.entries(lives).filter(([name]) => peers || name !== 'vdirsyncer');
  for (const size of sizes) {
    // above a thousand items a life takes a minute, and one of vdirsyncer some minutes at any size
    const most = (/** @type {string} */ kind) => {
      if (kind === 'vdirsyncer') return Math.min(rounds, size > 1_000 ? 1 : 2);
      return size > 1_000 ? Math.min(rounds, 2) : rounds;
    };
    /** @type {Record<string, any[]>} */
    const lived = Object.fromEntries(who.map(([kind]) => [kind, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [kind, { live }] of who.filter(([kind]) => round < most(kind))) {
        console.log(`round trips: ${size} items, ${kind}, ${round + 1} of ${most(kind)}`);
        lived[kind]?.push(await live(size));
      }
    }
    const rows = [];
    for (const [kind, { name }] of who) {
      for (const [step, what] of Object.entries(steps)) {
        const all = (lived[kind] ?? []).map((one) => one[step]).filter(Boolean);
        if (all.length === 0) continue;
        const { requests, read, bytes, seconds, engine, sandbox } = medians(all);
        rows.push([name, what, most(kind), requests, read / 1000, bytes / 1000, seconds, engine, sandbox]);
        const prefix = `${kind}.${step}.${size}`;
        Object.assign(values, {
          [`${prefix}.requests`]: requests,
          [`${prefix}.read`]: step === 'initial' ? read / 1e6 : read / 1e3,
        });
      }
    }
    const head = [
      'who',
      'run',
      'medians of',
      'requests',
      'kB read',
      'kB in all',
      'seconds',
      'own CPU, s',
      'servers’ CPU, s',
    ];
    tables.push(table(`Round trips, ${size} items`, head, rows));
  }
  return { tables, values };
}
