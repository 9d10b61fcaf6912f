/**
 * `npm run prove`: the engine on millions of random plans and whole simulations, on two threads, in a build of its own profile.
 *
 * `PROVE_MINUTES` says for how long (15), `PROVE_FROM` with which seed it begins. The last line is
 * `prove: N planner runs, N simulations, N failures`; failures are printed with their seeds and shrunk histories before it.
 */
import { diagnose, main, must, run, Trouble } from './process.mjs';

/** The line that says what was done. */
const summary = /^prove: \d+ planner runs, \d+ simulations, \d+ failures$/m;

const build = ['test', '--profile', 'prove', '--test', 'native'];

await main(async () => {
  await must('building the proof', 'cargo', [...build, '--no-run']);
  const args = [...build, '--', '--ignored', '--exact', 'prove::volumes', '--nocapture'];
  const { code, output } = await run('cargo', args);
  const line = summary.exec(output)?.[0];
  if (!line) throw new Trouble(diagnose(output) ?? 'The proof ended without a result; the lines above say why.');
  console.log(line);
  if (code !== 0) process.exitCode = 1;
});
