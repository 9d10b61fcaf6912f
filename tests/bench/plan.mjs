/**
 * From the bytes of both sides' full listings to a plan, in the browser and without a network: the
 * whole of it, and the plan alone; beside JavaScript libraries that compare the same replies.
 */
import { workerSeconds } from './cpu.mjs';
import { many, assertQuiet } from './many.mjs';
import { installLibraries, libraries } from './peers.mjs';
import { www } from './place.mjs';
import { median, medians, table } from './report.mjs';

/** Hours after which a run compares both sides in full. */
const later = 25 * 3_600_000;
/** Percent of the pairs that are changed, half of them on each side. */
const shares = [0, 1, 20];

/**
 * Changes the titles of pairs, of the event or of the Activity by turns.
 * @param {Awaited<ReturnType<typeof many>>} set
 * @param {number} from
 * @param {number} to
 */
export async function change({ activities, mailbox, name }, from, to) {
  const atOnce = 16;
  for (let first = from; first < to; first += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, to - first) }, (_, n) => first + n);
    await Promise.all(
      numbers.map((n) => {
        const { activity, event, title } = name(n);
        return n % 2 === 0
          ? mailbox.updateEvent(event, { subject: `${title}, moved upstairs` })
          : activities.update('Activity', activity, { Title: `${title}, moved upstairs` });
      }),
    );
  }
}

/**
 * @param {number} pairs
 * @param {{ rounds: number, peers: boolean }} options
 */
async function ofSize(pairs, { rounds, peers }) {
  const names = peers ? Object.keys(libraries) : [];
  const set = await many(pairs);
  try {
    const { ask, sandbox } = set;
    /** What the worker is asked for, with the milliseconds that its thread has run for it. */
    const spent = async (/** @type {() => Promise<any>} */ act) => {
      const before = workerSeconds(set.renderer()) ?? NaN;
      const told = await act();
      return { ...told, cpu: ((workerSeconds(set.renderer()) ?? NaN) - before) * 1000 };
    };
    if (peers) await ask('loadPeers', libraries);
    assertQuiet(await ask('run'));
    await sandbox.clock(new Date(Date.now() + later));
    await ask('clock', later, true);
    const rows = [];
    let changed = 0;
    for (const share of shares) {
      const wanted = Math.round((pairs * share) / 100);
      await change(set, changed, wanted);
      changed = wanted;
      await ask('requests', 'kept');
      await ask('plan');
      const bytes = await ask('requests', 'played');
      if (share === 0 && peers) await ask('before');
      /** @type {any[]} */
      const own = [];
      /** @type {Record<string, number[]>} */
      const others = Object.fromEntries(names.map((name) => [name, []]));
      let differences = 0;
      // the first round only warms up
      for (let round = 0; round <= rounds; round += 1) {
        const { store, unknown, ...figures } = await spent(() => ask('plan'));
        if (unknown) throw new Error(`the second run asked for something else: ${unknown}`);
        if (round > 0) own.push({ ...figures, records: store.records });
        for (const name of names) {
          const told = await spent(() => ask('compare', name));
          differences = Math.max(differences, told.differences);
          if (round > 0) others[name]?.push(told.cpu);
        }
      }
      await ask('requests', 'sent');
      if (peers && differences < changed) throw new Error(`${changed} pairs were changed, ${differences} differ`);
      const ms = Object.fromEntries(names.map((name) => [name, median(others[name] ?? [])]));
      rows.push({ pairs, share, bytes, ...medians(own), peers: ms });
    }
    return rows;
  } finally {
    await set.end();
  }
}

/** @param {{ sizes: number[], rounds: number, peers: boolean }} options */
export async function measure({ sizes, rounds, peers }) {
  if (peers) await installLibraries(www);
  const rows = [];
  /** @type {Record<string, number>} */
  const values = {};
  for (const size of sizes) {
    console.log(`plan: ${size} pairs`);
    const most = size >= 100_000 ? Math.min(rounds, 3) : rounds;
    for (const { share, bytes, ms, planMs, cpu, memory, peers: others } of await ofSize(size, {
      rounds: most,
      peers,
    })) {
      const times = Object.values(others);
      // by what each has its thread do: other programs on the machine stretch the time
      const ratio = peers ? cpu / Math.min(...times) : NaN;
      rows.push([size, share, bytes / 1e6, planMs, ms, cpu, ...times, ratio, memory / 2 ** 20]);
      const prefix = `plan.${size}.${share}`;
      Object.assign(values, { [`${prefix}.alone`]: planMs, [`${prefix}.round`]: ms });
      if (peers) values[`${prefix}.ratio`] = ratio;
    }
  }
  const names = peers ? Object.keys(libraries) : [];
  const head = [
    'pairs',
    '% changed',
    'MB of replies',
    'plan alone, ms',
    'full round, ms',
    'CPU of it, ms',
    ...names,
    '× fastest',
    'MB of wasm',
  ];
  const title = `Plan (medians of ${rounds}, of 3 from 100,000 on; of the libraries the CPU, ms)`;
  return { tables: [table(title, head, rows)], values };
}
