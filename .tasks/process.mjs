/**
 * Running other programs, and saying in one line what went wrong with them.
 *
 * Node built-ins only: this must work before the npm packages are installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Where cargo and these scripts keep what they build; inside the checkout, ignored by git. */
export const target = join(root, 'target');

export const windows = process.platform === 'win32';

/**
 * Something that the person at the keyboard has to mend. Its message is one line that says what and
 * how.
 */
export class Trouble extends Error {}

/** How the trouble of another program shows in its output, and what a person can do about it. */
const symptoms = [
  [
    /npm (?:error|ERR!) code (?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|E50\d)/,
    "npm can't reach its registry. Check the network (or the proxy: npm config get proxy), then run the same command again.",
  ],
  [
    /Could not resolve host|failed to download from|network failure|Couldn't connect to server|error trying to connect/,
    "cargo can't reach crates.io. Check the network (or the proxy: HTTPS_PROXY), then run the same command again.",
  ],
  [
    /could not download file/,
    "rustup can't reach its server. Check the network (or the proxy: HTTPS_PROXY), then run the same command again.",
  ],
  [
    /Temporary failure resolving|Failed to fetch/,
    "apt-get can't reach Debian's packages. Check the network, then run the same command again.",
  ],
  [
    /linker `[^`]+` not found|linking with .* failed: .*not found/,
    'Rust needs a C linker. Debian: apt-get install gcc; macOS: xcode-select --install; Windows: the Visual C++ build tools.',
  ],
  [/No space left on device|ENOSPC/, 'The disk is full. Make room, then run the same command again.'],
];

/**
 * The line that explains an output, if it is a known one.
 * @param {string} output
 * @returns {string | undefined}
 */
export function diagnose(output) {
  return symptoms.find(([pattern]) => /** @type {RegExp} */ (pattern).test(output))?.[1]?.toString();
}

/** The environment of every program that we start: what is built stays in the checkout. */
export function environment(extra = {}) {
  const colour = process.stderr.isTTY ? { CARGO_TERM_COLOR: 'always' } : {};
  return { ...process.env, ...colour, CARGO_TARGET_DIR: target, ...extra };
}

/**
 * Runs a program to its end. Its output is kept, and shown as it comes unless `quiet`.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, cwd?: string, quiet?: boolean }} [options]
 * @returns {Promise<{ code: number, output: string }>} the exit code; 127 when the program isn't
 * there
 */
export function run(command, args, { env = {}, cwd = root, quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const [stream, terminal] of /** @type {const} */ ([
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ])) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (!quiet) terminal.write(text);
      });
    }
    child.on('error', (error) => resolve({ code: 127, output: `${command}: ${error.message}\n` }));
    child.on('close', (code, signal) => {
      if (signal) output += `${command} was ended by ${signal}\n`;
      resolve({ code: code ?? 1, output });
    });
  });
}

/**
 * Runs a program that has to succeed.
 * @param {string} what the work in words, for the line that says that it failed
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 * @returns {Promise<string>} its output
 */
export async function must(what, command, args, options = {}) {
  const { code, output } = await run(command, args, options);
  if (code === 0) return output;
  const known = diagnose(output);
  if (known) throw new Trouble(known);
  if (options.quiet) process.stderr.write(output.split('\n').slice(-40).join('\n'));
  throw new Trouble(`${what} failed (${command} ended with ${code}); the lines above say why.`);
}

/**
 * What a program prints, or undefined if it can't be run.
 * @param {string} command
 * @param {string[]} args
 */
export function ask(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, encoding: 'utf8', timeout: 20_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * Whether a path is a program that we may run.
 * @param {string} path
 */
export function runnable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * All programs of that name on PATH, in its order.
 * @param {string} name
 * @returns {string[]}
 */
export function onPath(name) {
  const file = windows ? `${name}.exe` : name;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, file)).filter(runnable);
}

/**
 * The script behind a command of an installed npm package, to be run by node itself: no shell, no
 * `.cmd`.
 * @param {string} name the package
 * @param {string} [command] the command, if the package has several
 */
export function script(name, command = name) {
  const folder = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/**
 * Acts when the npm that started us is gone: it passes a SIGTERM on only to the shell between us.
 * @param {() => void} act
 */
export function whenAbandoned(act) {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    act();
  }, 500);
  watch.unref();
}

/**
 * The body of a command: trouble is one line and exit code 1.
 * @param {() => Promise<void>} body
 */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof Trouble ? error.message : error);
    process.exitCode = 1;
  }
}
