/**
 * The programs that the product is measured beside, installed into a folder of the bench's own: a
 * Python environment with vdirsyncer and Radicale, and JavaScript libraries that compare values.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must, onPath, runnable, windows } from '../../.tasks/process.mjs';
import { place } from './place.mjs';

/** The libraries, each with the file by which a page imports it, and its version. */
export const libraries = {
  microdiff: { file: 'dist/index.js', version: '1.6.0' },
  'just-diff': { file: 'index.mjs', version: '6.0.2' },
  'fast-json-patch': { file: 'index.mjs', version: '3.1.1' },
  jsondiffpatch: { file: 'lib/index.js', version: '0.7.7' },
};
const python = { vdirsyncer: '0.21.0', radicale: '3.9.0' };

const packages = join(place, 'peers');
const venv = join(place, 'venv');

/**
 * Does the work unless its stamp says that it has been done.
 * @param {string} folder
 * @param {unknown} wanted
 * @param {() => Promise<void>} work
 */
async function once(folder, wanted, work) {
  const stamp = join(folder, '.installed');
  const text = JSON.stringify(wanted);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === text) return;
  mkdirSync(folder, { recursive: true });
  await work();
  writeFileSync(stamp, text);
}

/** The libraries, copied into the folder of a page, below `peers`. @param {string} www */
export async function installLibraries(www) {
  await once(packages, libraries, async () => {
    console.log('Installing the JavaScript libraries to compare with…');
    writeFileSync(join(packages, 'package.json'), '{ "private": true }\n');
    const wanted = Object.entries(libraries).map(([name, { version }]) => `${name}@${version}`);
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact'];
    await must('Installing the libraries', 'npm', ['install', ...options, ...wanted], { cwd: packages, quiet: true });
  });
  for (const name of Object.keys(libraries)) {
    cpSync(join(packages, 'node_modules', name), join(www, 'peers', name), { recursive: true });
  }
}

/** The file by which a library is imported. @param {keyof typeof libraries} name */
export const libraryFile = (name) => join(packages, 'node_modules', name, libraries[name].file);

/** A program of the Python environment, which is made where it isn't there. @param {string} name */
export async function pythonProgram(name) {
  const [interpreter] = [...onPath('python3'), ...onPath('python')].filter(runnable);
  const program = (/** @type {string} */ name) => join(venv, windows ? 'Scripts' : 'bin', name);
  await once(venv, python, async () => {
    console.log('Installing vdirsyncer and Radicale…');
    if (!interpreter) throw new Error('There is no Python here: run the bench with --no-peers.');
    await must('Making a Python environment', interpreter, ['-m', 'venv', venv], { quiet: true });
    const wanted = Object.entries(python).map(([name, version]) => `${name}==${version}`);
    await must('Installing vdirsyncer and Radicale', program('pip'), ['install', '--quiet', ...wanted], {
      quiet: true,
    });
  });
  return program(name);
}
