/**
 * The first run where every reply takes 100 ms, beside what the servers' limits allow at best:
 * requests × latency / how many may go at once, and the time that the bytes take without latency.
 */
import { fill } from './fill.mjs';
import { median, table } from './report.mjs';
import { stage } from './stage.mjs';

const latency = 100;
/**
 * Requests that may be under way at once: Graph takes four (docs/facts/graph.md, "Limits"); of
 * Creatio no limit is known, and a browser opens six connections.
 */
const atOnce = { creatio: 6, graph: 4 };

/** One first run, every reply held back so long. @param {number} items @param {number} ms */
async function first(items, ms) {
  const set = await stage('graph');
  try {
    await fill(set.sandbox, items, 'graph');
    await set.sandbox.latency(ms);
    const from = (await set.sandbox.log()).length;
    const figures = await set.cost(() => set.ask('run', true));
    const rows = await set.sandbox.requestsSince(from);
    const of = (/** @type {string} */ server) =>
      rows.filter((/** @type {any} */ row) => row.server === server && !row.path.startsWith('/sandbox')).length;
    return { ...figures, creatio: of('creatio'), graph: of('graph') };
  } finally {
    await set.end();
  }
}

/** @param {{ sizes: number[], rounds: number }} options */
export async function measure({ sizes, rounds }) {
  const rows = [];
  /** @type {Record<string, number>} */
  const values = {};
  const most = Math.min(rounds, 3);
  for (const size of sizes) {
    const plain = [];
    const late = [];
    for (let round = 0; round < most; round += 1) {
      console.log(`latency: ${size} items, ${round + 1} of ${most}`);
      plain.push(await first(size, 0));
      late.push(await first(size, latency));
    }
    const [one] = late;
    if (!one) continue;
    const base = median(plain.map(({ seconds }) => seconds));
    const took = median(late.map(({ seconds }) => seconds));
    const waits = ((one.creatio / atOnce.creatio + one.graph / atOnce.graph) * latency) / 1000;
    const bound = base + waits;
    rows.push([size, one.creatio, one.graph, base, took, bound, took / bound, (took - base) / waits]);
    Object.assign(values, { [`latency.${size}.ratio`]: took / bound });
  }
  const head = [
    'items',
    'requests to Creatio',
    'to Graph',
    'seconds without',
    'seconds with',
    'bound, s',
    '× bound',
    'waits × bound',
  ];
  return {
    tables: [table(`First run with ${latency} ms added to every reply (medians of ${most})`, head, rows)],
    values,
  };
}
