/**
 * How the cost of a run grows with the links that there are: with nothing to do and with ten
 * changes, right after a bulk import and a day later.
 */
import { many, quiet } from './many.mjs';
import { change } from './plan.mjs';
import { medians, slope, table } from './report.mjs';
import { day } from './stage.mjs';

/** How many pairs are changed. */
const few = 10;

/** The runs that are measured, in their order. */
const steps = {
  told: 'no change, all told anew',
  after: 'no change, right after that',
  tenAfter: '10 changes, right after that',
  daily: 'no change, all compared (once a day)',
  later: 'no change, a day later',
  tenLater: '10 changes, a day later',
};

/** @param {number} links @param {number} rounds of the runs that can be repeated */
async function ofSize(links, rounds) {
  const set = await many(links);
  try {
    const { ask, cost } = set;
    let changed = 0;
    const run = async () => {
      const { told, ...figures } = await cost(() => ask('run'));
      return { ...figures, records: told.store.records, reads: told.store.requests, memory: told.memory, told };
    };
    const idle = () => quiet(run);
    const ten = async () => {
      await change(set, changed, changed + few);
      changed += few;
      const figures = await run();
      const { creatio, exchange } = figures.told;
      if (creatio.updated + exchange.updated !== few) throw new Error(`of ${few} changes not all were carried over`);
      // what was just written is told once more
      await run();
      return figures;
    };
    const several = async (/** @type {() => Promise<any>} */ act) => {
      const rows = [];
      for (let round = 0; round < rounds; round += 1) rows.push(await act());
      return medians(rows);
    };
    const told = await idle();
    const after = await several(idle);
    const tenAfter = await ten();
    await set.pass(day);
    const daily = await idle();
    // wasm gives no memory back: what a run needs by itself is seen in a page that is new
    await set.open();
    await set.pass(day);
    await idle();
    const later = await several(idle);
    const tenLater = await several(ten);
    return { told, after, tenAfter, daily, later, tenLater };
  } finally {
    await set.end();
  }
}

/** @param {{ sizes: number[], rounds: number }} options */
export async function measure({ sizes, rounds }) {
  /** @type {Record<string, any>[]} */
  const all = [];
  const rows = [];
  /** @type {Record<string, number>} */
  const values = {};
  for (const size of sizes) {
    console.log(`growth: ${size} links`);
    const figures = await ofSize(size, size >= 100_000 ? Math.min(rounds, 3) : rounds);
    all.push({ size, ...figures });
    for (const [step, name] of Object.entries(steps)) {
      const { requests, read, seconds, engine, sandbox, records, reads, memory } = figures[step];
      rows.push([size, name, requests, read / 1000, seconds, engine, sandbox, reads, records, memory / 2 ** 20]);
      const prefix = `growth.${step}.${size}`;
      Object.assign(values, {
        [`${prefix}.requests`]: requests,
        [`${prefix}.read`]: read / 1000,
        [`${prefix}.records`]: records,
        [`${prefix}.memory`]: memory / 2 ** 20,
      });
    }
  }
  const head = [
    'links',
    'run',
    'requests',
    'kB read',
    'seconds',
    'engine CPU, s',
    'sandbox CPU, s',
    'reads of the store',
    'records',
    'MB of wasm',
  ];
  const tables = [table(`Growth (medians of ${rounds}, of 3 from 100,000 on; where all is read, of 1)`, head, rows)];
  if (sizes.length > 1) {
    const [fewest, most] = [all[0], all.at(-1)];
    for (const step of ['after', 'later']) values[`growth.${step}.grows`] = most?.[step].read / fewest?.[step].read;
    const slopes = Object.entries(steps).map(([step, name]) => {
      const of = (/** @type {string} */ what) => slope(all.map((one) => [one['size'], one[step][what]]));
      const row = ['requests', 'read', 'engine', 'records', 'memory'].map((what) => [what, of(what)]);
      for (const [what, power] of row) values[`growth.${step}.slope.${what}`] = Number(power);
      return [name, ...row.map(([, power]) => power)];
    });
    const by = ['run', 'requests', 'bytes', 'engine CPU', 'records', 'memory'];
    tables.push(table('Growth: by which power of the links (1 is proportional, 0 is not at all)', by, slopes));
  }
  return { tables, values };
}
