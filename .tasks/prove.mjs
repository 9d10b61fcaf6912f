/**
 * `npm run prove`: the engine on millions of random plans and whole simulations, on the whole of a
 * small scope, under a fuzzer, and with each request failing, in a build of its own profile.
 *
 * It has four parts; `npm run prove -- volumes fuzz` plays the named ones only:
 *
 * - `breaks`: what breaks half-way, in full: each request of each scenario failing in every way.
 * - `small`: the small scope, whole.
 * - `fuzz`: the fuzzer (`tests/fuzz`), for a sixth of the time, where a nightly compiler and
 *   cargo-fuzz are installed. What it finds is written to `target/fuzz`, and what is worth keeping
 *   goes into `tests/fuzz/corpus` by `PROVE_KEEP=1`.
 * - `volumes`: plans and simulations from the seed `PROVE_FROM` on.
 *
 * `PROVE_MINUTES` (15) says for how long the last two go on; the first two take what they take. How
 * many simulations there were since the last new failure is kept in `target/prove.since` from call
 * to call. The last line is `prove: N planner runs, N simulations, N failures`, and failures are
 * printed with their seeds and shrunk histories before it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { diagnose, main, must, root, run, target, Trouble } from './process.mjs';

/** The line that says what was done. */
const summary = /^prove: \d+ planner runs, \d+ simulations, \d+ failures$/m;

const corpus = join(root, 'tests', 'fuzz', 'corpus', 'histories');
const build = ['test', '--profile', 'prove', '--test', 'proof'];
/**
 * Every request of every scenario failing in every way (tests/native/simulation/half_way.rs), of
 * which a usual test run plays a sample.
 */
const halfWay = 'simulation::half_way::whatever_breaks_half_way_ends_as_if_nothing_had_happened';
const breaks = ['test', '--profile', 'prove', '--test', 'breaks', '--', '--ignored', '--exact', halfWay];
const fuzz = ['+nightly', 'fuzz'];
const where = ['--fuzz-dir', join(root, 'tests', 'fuzz'), '--target-dir', join(target, 'fuzz')];
const minutes = Number(process.env['PROVE_MINUTES'] ?? 15);
/** The share of the time that the fuzzer has. */
const share = 1 / 6;

/** Whether a nightly compiler with cargo-fuzz is here. */
async function canFuzz() {
  return (await run('cargo', [...fuzz, '--version'], { quiet: true })).code === 0;
}

/** Runs the fuzzer for its share; whether it found nothing. */
async function fuzzed() {
  if (!(await canFuzz())) {
    console.log('\n*** NOT FUZZED: this needs a nightly compiler and cargo-fuzz; only the corpus is played. ***\n');
    return true;
  }
  const found = join(target, 'fuzz', 'found');
  const grown = join(target, 'fuzz', 'corpus');
  for (const folder of [found, grown]) mkdirSync(folder, { recursive: true });
  await must('building the fuzzer', 'cargo', [...fuzz, 'build', ...where, '--sanitizer', 'none', 'histories']);
  const seconds = Math.max(10, Math.round(60 * minutes * share));
  const limits = [`-max_total_time=${seconds}`, '-max_len=512', '-timeout=120', `-artifact_prefix=${found}/`];
  const { code } = await run('cargo', [
    ...[...fuzz, 'run', ...where, '--sanitizer', 'none', 'histories', grown, corpus],
    ...['--', ...limits, '-print_final_stats=1'],
  ]);
  if (code !== 0) console.log(`the fuzzer found a failure: its bytes are in ${found}`);
  if (process.env['PROVE_KEEP'] === '1') {
    await must('keeping what is worth it', 'cargo', [
      ...[...fuzz, 'run', ...where, '--sanitizer', 'none', 'histories', corpus, grown],
      ...['--', '-merge=1', '-max_len=512'],
    ]);
  }
  return code === 0;
}

/** Plays one ignored test of the target `proof`. */
async function proof(name, env = {}) {
  await must('building the proof', 'cargo', [...build, '--no-run']);
  return run('cargo', [...build, '--', '--ignored', '--exact', `simulation::prove::${name}`, '--nocapture'], { env });
}

/** The parts in their order; each plays itself and returns whether nothing failed. */
const plays = {
  breaks: async () => (await run('cargo', breaks)).code === 0,
  small: async () => (await proof('the_whole_small_scope')).code === 0,
  fuzz: fuzzed,
  volumes: async () => {
    const env = { PROVE_LEDGER: join(target, 'prove.since'), PROVE_MINUTES: String(minutes * (1 - share)) };
    const { code, output } = await proof('volumes', env);
    const line = summary.exec(output)?.[0];
    if (!line) throw new Trouble(diagnose(output) ?? 'The proof ended without a result; the lines above say why.');
    console.log(line);
    return code === 0;
  },
};

await main(async () => {
  const parts = Object.keys(plays);
  const named = process.argv.slice(2);
  const unknown = named.find((part) => !parts.includes(part));
  if (unknown) throw new Trouble(`There is no part "${unknown}": name some of ${parts.join(', ')}, or none for all.`);
  const failed = [];
  for (const part of parts.filter((part) => named.length === 0 || named.includes(part))) {
    if (!(await plays[part]())) failed.push(part);
  }
  if (failed.length > 0) {
    console.log(`Failures in: ${failed.join(', ')}. The lines above tell each with what plays it again.`);
    process.exitCode = 1;
  }
});
