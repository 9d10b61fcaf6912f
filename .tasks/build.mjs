/**
 * Builds the wasm, the page and the sandbox. A step whose input is as it was is left out: a second
 * start takes seconds.
 *
 * As a command (`npm run build`): the two modules and the page, into `www/dist`.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { main, must, root, script, target, windows } from './process.mjs';
import { checkLanguages, installPackages, installTool, installWasmTarget, wasmBindgen, wasmTarget } from './setup.mjs';

const www = join(root, 'www');
const dist = join(www, 'dist');
const wasmName = 'schedule_sync_bg.wasm';

/** What rustc emits for wasm today; wasm-opt must be told that it may meet and use it. */
const wasmOpt = [
  '-Oz',
  // a function with one caller stays one: more bytes by a hair, but they compress better
  ...['-aimfs', '0', '-fimfs', '0', '-ocimfs', '0'],
  '--enable-bulk-memory',
  '--enable-multivalue',
  '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int',
  '--enable-reference-types',
  '--enable-sign-ext',
];

/** The sandbox's profile in Cargo.toml, by which cargo names the folder that it builds into. */
const sandboxProfile = 'sandbox';

/** The sandbox's program. */
export const sandboxProgram = join(target, sandboxProfile, windows ? 'sandbox.exe' : 'sandbox');

/** Everything that building needs, installed. */
export async function setUp() {
  checkLanguages();
  await installPackages();
  await installWasmTarget();
  await installTool(wasmBindgen());
}

/**
 * The two release modules, each with its JavaScript and types: the lean one for Microsoft 365, and
 * the one with EWS, which a page fetches only for somebody with a mailbox on an Exchange Server.
 */
const modules = {
  lean: { folder: join(www, 'pkg'), options: ['--no-default-features'] },
  exchange: { folder: join(www, 'pkg-exchange'), options: [] },
};

/** Builds both modules. */
export async function buildWasm() {
  for (const [name, { folder, options }] of Object.entries(modules)) await buildWasmOf(name, options, folder);
}

/** Where both lie. */
export const wasm = {
  lean: join(modules.lean.folder, wasmName),
  exchange: join(modules.exchange.folder, wasmName),
};

/** @param {string} name of the stamp @param {string[]} options of cargo @param {string} folder */
async function buildWasmOf(name, options, folder) {
  console.log(`Building the wasm (${name})…`);
  // of a library that is a module for the page and a crate for the tests at once, cargo drops `lto`
  // without a word; of the module alone it doesn't
  const wanted = ['--release', '--target', wasmTarget, '--lib', '--crate-type', 'cdylib', ...options];
  // both would be one file in one folder, and each be built anew after the other
  const own = join(target, name);
  await must('Building the wasm', 'cargo', ['rustc', ...wanted, '--target-dir', own]);
  const built = join(own, wasmTarget, 'release', 'schedule_sync.wasm');
  const tool = wasmBindgen();
  const binaryen = readFileSync(join(root, 'node_modules', 'binaryen', 'package.json'));
  await unlessDone(name, [readFileSync(built), tool.version, binaryen, wasmOpt.join(' ')], folder, async () => {
    const program = join(await installTool(tool), 'wasm-bindgen');
    rmSync(folder, { recursive: true, force: true });
    const bindgen = ['--target', 'web', '--out-dir', folder, '--remove-producers-section', built];
    await must('Binding the wasm', program, bindgen);
    const whole = join(folder, wasmName);
    const small = join(folder, 'small.wasm');
    await must('Shrinking the wasm', process.execPath, [
      script('binaryen', 'wasm-opt'),
      ...wasmOpt,
      whole,
      '-o',
      small,
    ]);
    renameSync(small, whole);
  });
}

/** The page and the manifest of its elements, into `www/dist`. */
export async function buildPage() {
  const manifest = join(root, '.tasks', 'manifest.mjs');
  const files = [join(root, 'package-lock.json'), manifest].map((file) => readFileSync(file));
  const inputs = [...files, ...contents(www, ['dist', 'node_modules'])];
  await unlessDone('page', inputs, dist, async () => {
    console.log('Building the page…');
    const vite = [script('vite'), 'build', '--config', join(www, 'vite.config.ts'), '--logLevel', 'warn'];
    await must('Building the page', process.execPath, vite);
    await must('Describing the elements', process.execPath, [manifest]);
  });
}

/** The sandbox's program. */
export async function buildSandbox() {
  console.log('Building the sandbox…');
  const wanted = ['--profile', sandboxProfile, '-p', 'sandbox', '--bin', 'sandbox'];
  await must('Building the sandbox', 'cargo', ['build', ...wanted]);
}

/**
 * Does the work unless the same input has been worked on and the output is still there.
 * @param {string} name
 * @param {(string | Buffer)[]} inputs
 * @param {string} output
 * @param {() => Promise<void>} work
 */
async function unlessDone(name, inputs, output, work) {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(String(input.length)).update(' ').update(input);
  const digest = hash.digest('hex');
  const stamp = join(target, 'stamps', name);
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  rmSync(stamp, { force: true });
  await work();
  mkdirSync(join(target, 'stamps'), { recursive: true });
  writeFileSync(stamp, digest);
}

/**
 * Names and contents of all files in a folder, in a fixed order.
 * @param {string} folder
 * @param {string[]} without names of folders to leave out
 * @returns {(string | Buffer)[]}
 */
function contents(folder, without) {
  const names = readdirSync(folder)
    .filter((name) => !without.includes(name))
    .sort();
  return names.flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? contents(path, without) : [relative(root, path), readFileSync(path)];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    await setUp();
    await buildWasm();
    await buildPage();
    console.log('Built into www/dist.');
  });
}
