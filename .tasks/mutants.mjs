/**
 * `npm run mutants`: breaks the engine in a thousand small ways, one at a time, and sees whether a
 * test notices (cargo-mutants, `.cargo/mutants.toml`). It takes an hour or two.
 *
 * A first look leaves out what is slow and judges a share of the enumerated cases; what that misses
 * is looked at again with all of the engine's tests. Arguments go to cargo-mutants:
 * `npm run mutants -- --file src/engine/guard.rs`. Lists and logs are in `target/mutants.out`; the
 * last line is `mutants: N caught, N missed, N unviable, N timeouts`.
 *
 * `npm run mutants -- --sample` breaks what surrounds the engine instead: of each of its folders a
 * random sample, judged by the tests of a target that builds fast; what that misses is looked at
 * again by the tests of all such targets. `--sample=SEED` repeats the sample of that seed, which is
 * printed; `--of=graph` judges one folder alone.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diagnose, main, run, target, Trouble } from './process.mjs';
import { cargoMutants, installTool, withPath } from './setup.mjs';

/** About how many mutants of each folder a sample has. */
const most = 50;
/** Tests that take longer than all others together; the second look has them. */
const slowest = ['a_thousand_new_events', 'a_container_in_trouble'].flatMap((name) => ['--skip', name]);
/**
 * The folders that a sample is drawn from, each with the test target and parts of the names
 * of the tests that judge it first.
 */
const sampled = {
  graph: { test: 'graph', names: ['adapters::graph::', 'conformance::graph::', ...slowest] },
  creatio: { test: 'creatio', names: ['adapters::creatio::', 'conformance::creatio::', 'clocks::'] },
  ews: { test: 'ews', names: ['adapters::ews::', 'conformance::ews::'] },
  run: { test: 'engine', names: ['rules::', 'lost::', 'kept::', 'undo::', 'commits::', 'stopping::'] },
  http: { test: 'graph', names: ['adapters::graph::', 'conformance::graph::', '::creatio::', ...slowest] },
};
/** Test targets that build fast: all of them together judge what the first look misses. */
const fast = ['engine', 'graph', 'creatio', 'ews', 'text', 'breaks'];
/** What they have for `npm run prove`, which takes long. */
const proofs = ['--skip', 'simulation::prove::'];

/**
 * What is broken, unless the arguments name something else. Not in `mutants.toml`, to which
 * `--file` would only add.
 */
const engine = ['src/engine.rs', 'src/engine/**/*.rs'].flatMap((glob) => ['--file', glob]);
const chosen = process.argv.length > 2 ? process.argv.slice(2) : engine;

/**
 * What the first look leaves out, and how many of the enumerated cases it judges: one in so many.
 */
const slow = ['zones::', 'laws::each_law_notices'].flatMap((name) => ['--skip', name]);
const share = '20';

/**
 * Exit codes of cargo-mutants after which its lists are whole: all caught, some missed, some timed
 * out.
 */
const whole = [0, 2, 3];

/**
 * Breaks what `options` name, one mutant at a time.
 * @typedef {{ caught: number, missed: number, unviable: number, timeout: number }} Counts
 * @param {string} folder of cargo-mutants
 * @param {string} out where the lists and logs go, in `mutants.out`
 * @param {string[]} options of cargo-mutants
 * @param {{ tests?: string[], share?: string }} [which] arguments of the test program, and the
 * share of the enumerated cases that it judges
 * @returns {Promise<Counts>}
 */
async function look(folder, out, options, { tests = [], share } = {}) {
  const env = {
    ...withPath([folder]),
    CARGO_TARGET_DIR: join(target, 'mutants'),
    CARGO_PROFILE_DEV_DEBUG: '0',
    // each mutant is compiled, and run for seconds
    CARGO_PROFILE_DEV_OPT_LEVEL: '0',
    ENGINE_SHARE: share,
  };
  mkdirSync(out, { recursive: true });
  const args = ['mutants', '--output', out, ...options];
  const { code, output } = await run('cargo', tests.length ? [...args, '--', '--', ...tests] : args, { env });
  if (!whole.includes(code)) {
    throw new Trouble(diagnose(output) ?? `cargo-mutants ended with ${code}; the lines above say why.`);
  }
  return JSON.parse(readFileSync(join(out, 'mutants.out', 'outcomes.json'), 'utf8'));
}

/**
 * Judges a share of the mutants of some files by the tests of some targets.
 * @param {string} folder of cargo-mutants
 * @param {string[]} which of the mutants, as options of cargo-mutants
 * @param {string[]} targets
 * @param {string[]} tests arguments of the test program: parts of the names of the tests that judge
 * @returns {Promise<{ counts: Counts, missed: string[] }>}
 */
async function judge(folder, which, targets, tests) {
  const cargo = ['--package=schedule-sync', ...targets.map((test) => `--test=${test}`)];
  const options = [...sampling, ...optimised, ...cargo.map((one) => `--cargo-arg=${one}`), ...which];
  const counts = await look(folder, lists, options, { tests });
  const list = (/** @type {string} */ name) =>
    readFileSync(join(lists, 'mutants.out', `${name}.txt`), 'utf8')
      .split('\n')
      .filter(Boolean);
  return { counts, missed: [...list('missed'), ...list('timeout')] };
}

/** Where the lists and logs of a sample are. */
const lists = join(target, 'mutants.sample');
/** What every call of cargo-mutants for a sample has. */
const sampling = ['--config', join('.cargo', 'mutants-sample.toml'), '--no-shuffle'];
/**
 * The sandbox and all libraries are optimised once, so that the tests of each mutant take seconds.
 */
const optimised = [`profile.dev.package."*".opt-level=2`, 'profile.dev.package.sandbox.opt-level=1'].map(
  (setting) => `--cargo-arg=--config=${setting}`,
);

/**
 * Breaks a sample of each folder around the engine.
 * @param {string} folder of cargo-mutants
 * @param {number} seed
 * @param {string | undefined} of the one folder that is wanted
 */
async function sample(folder, seed, of) {
  console.log(`a sample of about ${most} mutants of each folder, by seed ${seed}`);
  const env = withPath([folder]);
  const all = { caught: 0, missed: 0, unviable: 0 };
  for (const [name, { test, names: tests }] of Object.entries(sampled).filter(
    ([name]) => of === undefined || of === name,
  )) {
    const files = [`src/${name}.rs`, `src/${name}/**/*.rs`].flatMap((glob) => ['--file', glob]);
    const listed = await run('cargo', ['mutants', ...sampling, '--list', ...files], { env, quiet: true });
    if (listed.code !== 0) throw new Trouble(`cargo-mutants can't list the mutants of src/${name}: ${listed.output}`);
    const names = listed.output.split('\n').filter((line) => line.startsWith(`src/${name}`));
    // every nth mutant from the kth on
    const shares = Math.max(1, Math.round(names.length / most));
    const which = [...files, '--sharding', 'round-robin', '--shard', `${seed % shares}/${shares}`];
    const first = await judge(folder, which, [test], tests);
    const then = first.missed.length ? await judge(folder, [...which, '--iterate'], fast, proofs) : undefined;
    const missed = then?.missed ?? [];
    const caught = first.counts.caught + (then?.counts.caught ?? 0);
    console.log(
      `src/${name}: ${caught} caught, ${missed.length} missed, ${first.counts.unviable} unviable, of ${names.length}`,
    );
    missed.forEach((one) => console.log(`MISSED ${one}`));
    all.caught += caught;
    all.missed += missed.length;
    all.unviable += first.counts.unviable;
  }
  console.log(`mutants: ${all.caught} caught, ${all.missed} missed, ${all.unviable} unviable; seed ${seed}`);
  if (all.missed) process.exitCode = 1;
}

/**
 * The value of an argument: empty if it has none, `undefined` if it isn't there.
 * @param {string} name
 */
function argument(name) {
  const found = process.argv.find((one) => one === name || one.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

await main(async () => {
  const folder = await installTool(cargoMutants);
  const seed = argument('--sample');
  if (seed !== undefined) {
    await sample(folder, Number(seed) || Math.floor(Math.random() * 2 ** 32), argument('--of'));
    return;
  }
  const first = await look(folder, target, chosen, { tests: slow, share });
  const left = first.missed + first.timeout;
  const none = { caught: 0, missed: 0, unviable: 0, timeout: 0 };
  const then = left ? await look(folder, target, [...chosen, '--iterate']) : none;
  const caught = first.caught + then.caught;
  const unviable = first.unviable + then.unviable;
  console.log(`mutants: ${caught} caught, ${then.missed} missed, ${unviable} unviable, ${then.timeout} timeouts`);
  if (then.missed) process.exitCode = 1;
});
