/**
 * Installs what the tasks need: npm packages, the wasm target, the tools that cargo builds.
 *
 * Node built-ins only: this must work before the npm packages are installed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ask, must, onPath, root, runnable, Trouble, windows } from './process.mjs';

export const wasmTarget = 'wasm32-unknown-unknown';

/**
 * Node versions that every npm package here supports: the first of a line, then its minor. Later
 * lines are fine too.
 */
const nodeLines = /** @type {const} */ ([
  [20, 19],
  [22, 13],
]);
const nodeFrom = 24;

/** The Node that runs this, and Rust, in versions that work. */
export function checkLanguages() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < nodeFrom && !nodeLines.some(([line, least]) => major === line && minor >= least)) {
    throw new Trouble(
      `Node ${process.versions.node} is not supported. Install Node 24 (or 22.13+, 20.19+) from https://nodejs.org, then run the same command again.`,
    );
  }
  const cargo = ask('cargo', ['--version']);
  if (!cargo || !ask('rustc', ['--version'])) {
    throw new Trouble(
      'Rust is missing (no cargo on PATH). Install it from https://rustup.rs, open a new terminal, then run the same command again.',
    );
  }
  const least = /rust-version = "(\d+)\.(\d+)"/.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8'));
  const have = /(\d+)\.(\d+)/.exec(cargo);
  if (least && have && Number(have[1]) * 1000 + Number(have[2]) < Number(least[1]) * 1000 + Number(least[2])) {
    throw new Trouble(
      `Rust ${have[0]} is too old, ${least[1]}.${least[2]} or newer is needed. Run: rustup update stable`,
    );
  }
}

/** The npm packages of the lock file; installed anew only when the lock file has changed. */
export async function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.installed-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('Installing the npm packages…');
  const [command, first] = npm();
  await must('Installing the npm packages', command, [...first, 'ci', '--ignore-scripts'], { quiet: true });
  writeFileSync(stamp, lock);
}

/**
 * How to start npm: by node itself where npm started us, else by its name.
 * @returns {[string, string[]]}
 */
function npm() {
  const started = process.env.npm_execpath;
  if (started && /npm-cli\.c?js$/.test(started)) return [process.execPath, [started]];
  if (!windows) return ['npm', []];
  return [process.execPath, [join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js')]];
}

/** Rust's standard library for wasm. */
export async function installWasmTarget() {
  const folder = ask('rustc', ['--print', 'target-libdir', '--target', wasmTarget]);
  if (folder && existsSync(folder)) return;
  if (!ask('rustup', ['--version'])) {
    throw new Trouble(
      `Rust's ${wasmTarget} target is missing, and there is no rustup to add it. Install Rust from https://rustup.rs, or the target as your system does.`,
    );
  }
  console.log(`Adding Rust's ${wasmTarget} target…`);
  await must(`Adding Rust's ${wasmTarget} target`, 'rustup', ['target', 'add', wasmTarget], { quiet: true });
}

/**
 * A tool that cargo can build, in one exact version.
 * @typedef {{ crate: string, version: string, programs: string[], minutes: number, locked: boolean,
 * command?: string }} Tool `command`: what comes before `--version` in a program that is a command
 * of cargo
 */

/**
 * The wasm-bindgen command must be of the very version that the crate is built with. @returns
 * {Tool}
 */
export function wasmBindgen() {
  const lock = readFileSync(join(root, 'Cargo.lock'), 'utf8');
  const version = /name = "wasm-bindgen"\r?\nversion = "([^"]+)"/.exec(lock)?.[1];
  if (!version) throw new Trouble('Cargo.lock names no wasm-bindgen. Restore it: git checkout Cargo.lock');
  // Not by its own lock file: its crate is published without one.
  return {
    crate: 'wasm-bindgen-cli',
    version,
    programs: ['wasm-bindgen', 'wasm-bindgen-test-runner'],
    minutes: 2,
    locked: false,
  };
}

/** @type {Tool} */
export const wasmPack = { crate: 'wasm-pack', version: '0.15.1', programs: ['wasm-pack'], minutes: 3, locked: true };

/** What drives Firefox. @type {Tool} */
export const geckodriver = {
  crate: 'geckodriver',
  version: '0.37.1',
  programs: ['geckodriver'],
  minutes: 2,
  locked: true,
};

/** @type {Tool} */
export const cargoMutants = {
  crate: 'cargo-mutants',
  version: '27.1.0',
  programs: ['cargo-mutants'],
  minutes: 3,
  locked: true,
  command: 'mutants',
};

/** The folder of the user's cache that tools are built into, shared by all checkouts. */
function toolsFolder() {
  const home = homedir();
  const cache =
    process.env.XDG_CACHE_HOME ||
    (windows && process.env.LOCALAPPDATA) ||
    (process.platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache'));
  return join(cache, 'schedule-sync', 'tools');
}

/**
 * The folder that holds all programs of a tool in its version: on PATH or in the user's cache, else
 * built there once.
 * @param {Tool} tool
 * @returns {Promise<string>}
 */
export async function installTool(tool) {
  const cache = toolsFolder();
  const [program = ''] = tool.programs;
  const known = [...onPath(program).map((path) => dirname(path)), join(cache, 'bin')];
  const found = known.find((folder) => holds(folder, tool));
  if (found) return found;

  console.log(`Building ${tool.crate} ${tool.version} once (about ${tool.minutes} minutes)…`);
  const build = join(cache, `build-${tool.crate}-${process.pid}`);
  mkdirSync(build, { recursive: true });
  const args = ['install', tool.crate, '--version', tool.version, '--root', cache, '--target-dir', build, '--force'];
  try {
    await must(`Building ${tool.crate}`, 'cargo', tool.locked ? [...args, '--locked'] : args, {
      quiet: true,
      cwd: cache,
      env: { RUSTFLAGS: undefined, CARGO_BUILD_TARGET: undefined },
    });
  } finally {
    rmSync(build, { recursive: true, force: true });
  }
  const folder = join(cache, 'bin');
  if (!holds(folder, tool))
    throw new Trouble(`${tool.crate} ${tool.version} was built, but ${folder} doesn't hold it.`);
  return folder;
}

/**
 * Whether a folder holds all programs of a tool, in its version.
 * @param {string} folder
 * @param {Tool} tool
 */
function holds(folder, tool) {
  const paths = tool.programs.map((name) => join(folder, windows ? `${name}.exe` : name));
  const args = tool.command ? [tool.command, '--version'] : ['--version'];
  return paths.every(runnable) && ask(paths[0] ?? '', args)?.split(/\s+/)[1] === tool.version;
}

/**
 * An environment in which these folders are searched first.
 * @param {string[]} folders
 */
export function withPath(folders) {
  return { PATH: [...new Set(folders), process.env.PATH ?? ''].join(delimiter) };
}
