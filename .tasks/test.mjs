/**
 * `npm test`: every check, one after the other; goes on after a failure; the last line is
 * `N passed, N failed`.
 *
 * `npm test -- <step> …` runs only the steps named (and those that they need), `npm run check` only
 * the lints. `--keep-shots` lets the end-to-end tests write their screenshots into `docs/images`,
 * for the README.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installChrome, installFirefox, writeWebdriverConfig } from './browser.mjs';
import { buildPage, buildSandbox, buildWasm, setUp } from './build.mjs';
import { countNode, countRust, judge, judgeWhole } from './count.mjs';
import { installNginx, installXmllint } from './debian.mjs';
import { diagnose, root, run, script, Trouble, whenAbandoned } from './process.mjs';
import { geckodriver, installTool, wasmBindgen, wasmPack, wasmTarget, withPath } from './setup.mjs';
import { loaded, tooHeavy } from './weight.mjs';

/** @typedef {import('./count.mjs').Count} Count */

/**
 * One step.
 * @typedef {object} Step
 * @property {string} name
 * @property {string} title
 * @property {string[]} [needs] steps whose result it uses: those that build
 * @property {boolean} [lint] whether `npm run check` has it
 * @property {() => Promise<Count>} work
 */

const nothing = { passed: 0, failed: 0 };
const denyWarnings = ['--', '-D', 'warnings'];

/**
 * The targets that have some of the native tests alone, for quick builds and for the proof. Neither
 * a test run nor `--all-targets` builds them (`test = false`): unnamed, they break unseen.
 */
const parts = ['engine', 'graph', 'creatio', 'ews', 'text', 'breaks', 'proof'].flatMap((name) => ['--test', name]);

/** What the set-up found, for the steps. `noFirefox`: why there is none. */
const found = { chrome: '', chromedriver: '', firefox: '', geckodriver: '', noFirefox: '' };

/** @type {Step[]} */
const steps = [
  program('fmt', 'Rust formatting', 'cargo', ['fmt', '--all', '--check']),
  packaged('prettier', 'formatting of everything else', 'prettier', ['--check', '--log-level', 'warn', '.']),
  program('clippy', 'clippy, native', 'cargo', ['clippy', '--workspace', '--all-targets', ...denyWarnings]),
  program('clippy-parts', 'clippy, targets with a part of the tests', 'cargo', ['clippy', ...parts, ...denyWarnings]),
  program('clippy-wasm', 'clippy, wasm32', 'cargo', [
    ...['clippy', '--package', 'schedule-sync', '--target', wasmTarget, '--lib', '--tests'],
    ...denyWarnings,
  ]),
  program('clippy-lean', 'clippy, wasm32, without Exchange Server', 'cargo', [
    ...['clippy', '--package', 'schedule-sync', '--target', wasmTarget, '--lib', '--no-default-features'],
    ...denyWarnings,
  ]),
  { name: 'native', title: 'native tests', work: native },
  { name: 'chromium', title: 'tests in Chromium (wasm-pack)', work: () => inBrowser('chrome') },
  { name: 'firefox', title: 'tests in Firefox (wasm-pack)', work: inFirefox },
  build('wasm', 'building the wasm', [], buildWasm),
  build('page', 'building the page and the sandbox', ['wasm'], async () => {
    await buildPage();
    await buildSandbox();
  }),
  packaged('types', 'TypeScript, page', 'typescript', ['--noEmit', '--project', 'www'], ['wasm']),
  packaged('types-tasks', 'TypeScript, tasks and end-to-end tests', 'typescript', ['--noEmit', '--project', '.tasks']),
  packaged('eslint', 'ESLint', 'eslint', ['--config', 'www/eslint.config.js', '--max-warnings', '0', '.'], ['wasm']),
  { name: 'size', title: 'what the page weighs', needs: ['wasm', 'page'], work: weighing },
  { name: 'bench', title: 'how the bench judges', work: judging },
  { name: 'e2e', title: 'end-to-end tests on the page', needs: ['wasm', 'page'], work: endToEnd },
];

/**
 * A check that is a program which succeeds or fails.
 * @param {string} name
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 * @returns {Step}
 */
function program(name, title, command, args) {
  return {
    name,
    title,
    lint: true,
    work: async () => judgeWhole((await shown(command, args)).code),
  };
}

/**
 * A check by an npm package.
 * @param {string} name
 * @param {string} title
 * @param {string} packageName
 * @param {string[]} args
 * @param {string[]} [needs]
 * @returns {Step}
 */
function packaged(name, title, packageName, args, needs = []) {
  const command = packageName === 'typescript' ? 'tsc' : packageName;
  return {
    name,
    title,
    needs,
    lint: true,
    work: async () => {
      const { code } = await shown(process.execPath, [script(packageName, command), ...args]);
      return judgeWhole(code);
    },
  };
}

/**
 * A build, which is a check too: it can fail.
 * @param {string} name
 * @param {string} title
 * @param {string[]} needs
 * @param {() => Promise<void>} work
 * @returns {Step}
 */
function build(name, title, needs, work) {
  return { name, title, needs, work: async () => (await work(), { passed: 1, failed: 0 }) };
}

/**
 * Runs a program, shows its output, and the known reason if it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string | undefined>} [env]
 */
async function shown(command, args, env = {}) {
  const result = await run(command, args, { env });
  const reason = result.code === 127 ? result.output.trim() : diagnose(result.code === 0 ? '' : result.output);
  if (reason) console.error(reason);
  return result;
}

/**
 * What a run of tests counts for, and a word if there was no test in it.
 * @param {number} code its exit code
 * @param {Count} count
 * @returns {Count}
 */
function tested(code, count) {
  if (code === 0 && count.passed + count.failed === 0) console.error('No test was run.');
  return judge(code, count);
}

/** @returns {Promise<Count>} */
async function native() {
  // The output of passed tests is shown too: what was counted, and what was left out and why.
  const args = ['test', '--workspace', '--no-fail-fast', '--', '--show-output'];
  const { code, output } = await shown('cargo', args);
  return tested(code, countRust(output));
}

/**
 * @param {'chrome' | 'firefox'} browser
 * @returns {Promise<Count>}
 */
async function inBrowser(browser) {
  const folders = [await installTool(wasmPack), await installTool(wasmBindgen())];
  const driver = browser === 'chrome' ? ['--chromedriver', found.chromedriver] : ['--geckodriver', found.geckodriver];
  const env = {
    ...withPath(folders),
    // The runner takes the first driver that its environment names: only wasm-pack may name one.
    ...{ CHROMEDRIVER: undefined, GECKODRIVER: undefined, SAFARIDRIVER: undefined, MSEDGEDRIVER: undefined },
    WASM_BINDGEN_TEST_WEBDRIVER_JSON: writeWebdriverConfig(browser, found[browser]),
  };
  const args = ['test', '--headless', `--${browser}`, ...driver, '--mode', 'no-install'];
  const { code, output } = await shown(join(folders[0] ?? '', 'wasm-pack'), args, env);
  if (code !== 0 && /driver status: (?:signal|exit)|failed to start|session not created/.test(output)) {
    console.error(`${browser} or its driver didn't start; the lines above say why.`);
  }
  return tested(code, countRust(output));
}

/** @returns {Promise<Count>} */
async function inFirefox() {
  if (found.firefox) return inBrowser('firefox');
  console.log(`SKIPPED, nothing was tested in Firefox: ${found.noFirefox}.`);
  return nothing;
}

/** @returns {Promise<Count>} */
async function weighing() {
  const heavy = tooHeavy(loaded());
  heavy.forEach((sentence) => console.error(sentence));
  return judgeWhole(heavy.length);
}

/** @returns {Promise<Count>} */
async function judging() {
  const file = join(root, 'tests', 'bench', 'report.test.mjs');
  const { code, output } = await shown(process.execPath, ['--test', '--test-reporter=spec', file]);
  return tested(code, countNode(output));
}

/** @returns {Promise<Count>} */
async function endToEnd() {
  const folder = join(root, 'tests', 'e2e');
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.mjs'));
  const args = [
    '--test',
    '--test-reporter=spec',
    '--test-timeout=600000',
    ...files.sort().map((name) => join(folder, name)),
  ];
  const shots = process.argv.includes('--keep-shots') ? join(root, 'docs', 'images') : join(folder, 'shots');
  const { code, output } = await shown(process.execPath, args, { CHROME_PATH: found.chrome, SHOTS: shots });
  return tested(code, countNode(output));
}

/**
 * The steps asked for, in order, with those that they need.
 * @param {string[]} args
 * @returns {Step[]}
 */
function choose(args) {
  const names = new Set(args.filter((arg) => !arg.startsWith('--')));
  const unknown = [...names].filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    throw new Trouble(`No step is named ${unknown.join(', ')}. There are: ${steps.map(({ name }) => name).join(', ')}`);
  }
  const lints = args.includes('--lints');
  if (names.size === 0 && !lints) return steps;
  const wanted = steps.filter((step) => names.has(step.name) || (lints && step.lint));
  const needed = new Set(wanted.flatMap((step) => [step.name, ...(step.needs ?? [])]));
  return steps.filter((step) => needed.has(step.name));
}

/**
 * Installs what these steps use.
 * @param {Step[]} chosen
 */
async function prepare(chosen) {
  const has = (/** @type {string[]} */ ...names) => chosen.some(({ name }) => names.includes(name));
  const withDriver = has('chromium');
  if (withDriver || has('e2e')) {
    const { chrome, chromedriver = '' } = await installChrome(withDriver);
    Object.assign(found, { chrome, chromedriver });
  }
  if (has('firefox')) {
    const firefox = await installFirefox(() => installTool(geckodriver));
    Object.assign(found, 'why' in firefox ? { noFirefox: firefox.why } : firefox);
  }
  if (has('native')) await installXmllint();
  if (has('e2e')) await installNginx();
  await setUp();
  if (has('chromium', 'firefox')) await installTool(wasmPack);
}

/**
 * Runs one step; one that throws has failed.
 * @param {Step} step
 * @returns {Promise<Count>}
 */
async function attempt(step) {
  try {
    return await step.work();
  } catch (error) {
    console.error(error instanceof Trouble ? error.message : error);
    return { passed: 0, failed: 1 };
  }
}

/**
 * Runs the steps and tells of each.
 * @param {Step[]} chosen
 * @returns {Promise<{ step: Step, count: Count, seconds: string }[]>}
 */
async function runAll(chosen) {
  const done = [];
  /** @type {Set<string>} */
  const broken = new Set();
  for (const step of chosen) {
    console.log(`\n── ${step.name}: ${step.title}`);
    const from = performance.now();
    const missing = (step.needs ?? []).filter((name) => broken.has(name));
    if (missing.length > 0) console.error(`Not run, for this failed: ${missing.join(', ')}`);
    const count = missing.length > 0 ? { passed: 0, failed: 1 } : await attempt(step);
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    if (count.failed > 0) broken.add(step.name);
    console.log(`── ${step.name}: ${count.passed} passed, ${count.failed} failed, ${seconds} s`);
    done.push({ step, count, seconds });
  }
  return done;
}

/** @param {{ step: Step, count: Count, seconds: string }[]} done */
function summarise(done) {
  console.log('\n── summary');
  for (const { step, count, seconds } of done) {
    const mark = count.failed > 0 ? 'FAILED' : count.passed > 0 ? 'ok' : 'SKIPPED';
    const numbers = `${count.passed} passed, ${count.failed} failed`.padEnd(24);
    console.log(`${mark.padEnd(8)}${step.name.padEnd(13)}${numbers}${seconds.padStart(7)} s`);
  }
}

whenAbandoned(() => process.exit(1));
let total = { passed: 0, failed: 1 };
try {
  const chosen = choose(process.argv.slice(2));
  await prepare(chosen);
  const done = await runAll(chosen);
  summarise(done);
  total = done.reduce(
    (sum, { count }) => ({ passed: sum.passed + count.passed, failed: sum.failed + count.failed }),
    nothing,
  );
} catch (error) {
  console.error(error instanceof Trouble ? error.message : error);
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
