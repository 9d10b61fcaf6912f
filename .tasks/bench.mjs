/**
 * `npm run bench`: the product as it ships, in headless Chromium against the sandbox on loopback,
 * beside the programs that a user would pick instead. It prints tables, writes
 * `target/bench.json`, and fails where a limit of `tests/bench/limits.mjs` is passed.
 *
 * The whole takes more than an hour. `npm run bench -- --only round-trips,plan` measures parts of
 * it, `--sizes 1000,5000` with these numbers of items, `--rounds 3` so often, `--no-peers` without
 * the other programs, `--as-built` what `www/pkg`, `www/dist` and `target` hold already.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { installChrome } from './browser.mjs';
import { buildPage, buildSandbox, buildWasm, setUp } from './build.mjs';
import { ask, main, root, target, Trouble } from './process.mjs';

/** The parts, in their order: a module of `tests/bench`, and the sizes that it measures. */
const parts = {
  'round-trips': { module: 'round_trips.mjs', sizes: [1_000, 5_000] },
  plan: { module: 'plan.mjs', sizes: [1_000, 5_000, 20_000, 100_000] },
  noise: { module: 'noise.mjs', sizes: [400] },
  growth: { module: 'growth.mjs', sizes: [1_000, 10_000, 100_000] },
  latency: { module: 'latency.mjs', sizes: [5_000] },
  page: { module: 'page_load.mjs', sizes: [10_000] },
};

/** What stands after a flag. @param {string} flag @returns {string | undefined} */
function given(flag) {
  const at = process.argv.indexOf(flag);
  if (at < 0) return undefined;
  const value = process.argv[at + 1];
  if (!value || value.startsWith('--')) throw new Trouble(`${flag} needs a value: see the head of .tasks/bench.mjs`);
  return value;
}

/** Numbers after a flag. @param {string} flag @param {number[]} usual */
function numbers(flag, usual) {
  const list = given(flag)?.split(',').map(Number) ?? usual;
  if (list.some((one) => !Number.isInteger(one) || one < 1)) throw new Trouble(`${flag} takes whole numbers above 0.`);
  return list;
}

/** On what was measured, and what. */
function origin() {
  const [cpu] = cpus();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    date: new Date().toISOString(),
    commit: ask('git', ['rev-parse', '--short', 'HEAD']) ?? 'unknown',
    version,
    machine: `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${release()}`,
    node: process.version,
  };
}

await main(async () => {
  const names = given('--only')?.split(',') ?? Object.keys(parts);
  const unknown = names.find((name) => !(name in parts));
  if (unknown) throw new Trouble(`There is no part "${unknown}": name some of ${Object.keys(parts).join(', ')}.`);
  const [rounds = 5] = numbers('--rounds', [5]);
  const peers = !process.argv.includes('--no-peers');
  const { chrome } = await installChrome(false);
  process.env.CHROME_PATH = chrome;
  if (!process.argv.includes('--as-built')) {
    await setUp();
    await buildWasm();
    await buildPage();
    await buildSandbox();
  }
  // after the packages are installed, which these import
  const { assemble } = await import('../tests/bench/stage.mjs');
  const { limits } = await import('../tests/bench/limits.mjs');
  const { judge } = await import('../tests/bench/report.mjs');
  assemble();
  const from = { ...origin(), chromium: ask(chrome, ['--version']) };
  console.log(JSON.stringify(from, null, 1));
  /** @type {Record<string, number>} */
  const values = {};
  const tables = [];
  for (const name of names) {
    const { module, sizes } = parts[name];
    const { measure } = await import(`../tests/bench/${module}`);
    const measured = await measure({ sizes: numbers('--sizes', sizes), rounds, peers });
    Object.assign(values, measured.values);
    tables.push(...measured.tables);
    console.log(measured.tables.join('\n'));
  }
  const verdicts = limits.filter(({ name }) => name in values).map((limit) => judge(limit, values[limit.name] ?? NaN));
  console.log(`\n${verdicts.map(({ line }) => line).join('\n')}`);
  mkdirSync(target, { recursive: true });
  const told = { ...from, rounds, parts: names, values, tables, limits: verdicts.map(({ line }) => line) };
  writeFileSync(join(target, 'bench.json'), `${JSON.stringify(told, null, 2)}\n`);
  const count = (/** @type {string} */ wanted) => verdicts.filter(({ verdict }) => verdict === wanted).length;
  const failed = count('FAILED');
  console.log(`\nbench: ${count('reached')} reached, ${count('NOT REACHED')} not reached, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
});
