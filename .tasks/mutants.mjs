/**
 * `npm run mutants`: breaks the engine in a thousand small ways, one at a time, and sees whether a test notices (cargo-mutants,
 * `.cargo/mutants.toml`). It takes an hour or two.
 *
 * A first look leaves out what is slow and judges a share of the enumerated cases; what that misses is looked at again with all of the
 * engine's tests. Arguments go to cargo-mutants: `npm run mutants -- --file src/engine/guard.rs`. Lists and logs are in `target/mutants.out`;
 * the last line is `mutants: N caught, N missed, N unviable, N timeouts`.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diagnose, main, run, target, Trouble } from './process.mjs';
import { cargoMutants, installTool, withPath } from './setup.mjs';

/** What is broken, unless the arguments name something else. Not in `mutants.toml`, to which `--file` would only add. */
const engine = ['src/engine.rs', 'src/engine/**/*.rs'].flatMap((glob) => ['--file', glob]);
const chosen = process.argv.length > 2 ? process.argv.slice(2) : engine;

/** What the first look leaves out, and how many of the enumerated cases it judges: one in so many. */
const slow = ['zones::', 'laws::each_law_notices'].flatMap((name) => ['--skip', name]);
const share = '20';

/** Exit codes of cargo-mutants after which its lists are whole: all caught, some missed, some timed out. */
const whole = [0, 2, 3];

/**
 * @typedef {{ caught: number, missed: number, unviable: number, timeout: number }} Counts
 * @param {string} folder of cargo-mutants
 * @param {string[]} options of cargo-mutants
 * @param {{ tests?: string[], share?: string }} [which] arguments of the test program, and the share that it judges
 * @returns {Promise<Counts>}
 */
async function look(folder, options, { tests = [], share } = {}) {
  const env = {
    ...withPath([folder]),
    CARGO_TARGET_DIR: join(target, 'mutants'),
    CARGO_PROFILE_DEV_DEBUG: '0',
    ENGINE_SHARE: share,
  };
  const args = ['mutants', '--output', target, ...chosen, ...options];
  const { code, output } = await run('cargo', tests.length ? [...args, '--', '--', ...tests] : args, { env });
  if (!whole.includes(code)) {
    throw new Trouble(diagnose(output) ?? `cargo-mutants ended with ${code}; the lines above say why.`);
  }
  return JSON.parse(readFileSync(join(target, 'mutants.out', 'outcomes.json'), 'utf8'));
}

await main(async () => {
  const folder = await installTool(cargoMutants);
  const first = await look(folder, [], { tests: slow, share });
  const left = first.missed + first.timeout;
  const none = { caught: 0, missed: 0, unviable: 0, timeout: 0 };
  const then = left ? await look(folder, ['--iterate']) : none;
  const caught = first.caught + then.caught;
  const unviable = first.unviable + then.unviable;
  console.log(`mutants: ${caught} caught, ${then.missed} missed, ${unviable} unviable, ${then.timeout} timeouts`);
  if (then.missed) process.exitCode = 1;
});
