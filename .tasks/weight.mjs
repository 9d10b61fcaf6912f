/**
 * What a page loads, in bytes, and the most that it may weigh. The limits that we set ourselves
 * (docs/performance.md, "Size") are not reached yet: until they are, nothing gets heavier than it
 * is, but for the little that a change of the toolchain may cost.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { root } from './process.mjs';

/** @typedef {{ raw: number, gzip: number, brotli: number }} Weight */
/** @typedef {Weight & { name: string }} Loaded */
/** @typedef {{ what: string, raw: number, brotli: number }} Limit */

/** @type {Limit[]} The modules, the lightest first: most bytes of each. */
const modules = [
  { what: 'the module for Microsoft 365', raw: 1_850_000, brotli: 602_000 },
  { what: 'the module with EWS', raw: 2_055_000, brotli: 675_000 },
];
/** @type {Limit} All else that is loaded. */
const rest = { what: 'the page', raw: 327_000, brotli: 84_500 };

/** @param {Buffer} bytes @returns {Weight} */
function weigh(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params }).length,
  };
}

/** Every file that a page may load, with its weight. @returns {Loaded[]} */
export function loaded() {
  const dist = join(root, 'www', 'dist');
  const names = /** @type {string[]} */ (readdirSync(dist, { recursive: true, encoding: 'utf8' }));
  const files = names.filter((name) => name !== 'custom-elements.json').sort();
  return files
    .filter((name) => /\.(?:html|m?js|css|wasm|json|svg|png|ico|woff2)$/.test(name))
    .map((name) => ({ name: name.split(sep).join('/'), ...weigh(readFileSync(join(dist, name))) }));
}

/**
 * What weighs more than it may, a sentence each.
 * @param {Loaded[]} files
 * @returns {string[]}
 */
export function tooHeavy(files) {
  const isModule = (/** @type {Loaded} */ file) => file.name.endsWith('.wasm');
  const lightestFirst = files.filter(isModule).sort((one, other) => one.raw - other.raw);
  if (lightestFirst.length !== modules.length) {
    return [`${lightestFirst.length} modules are there, not ${modules.length}.`];
  }
  const others = files.filter((file) => !isModule(file));
  const sum = (/** @type {'raw' | 'brotli'} */ by) => others.reduce((all, file) => all + file[by], 0);
  const weighed = [
    ...modules.map((limit, at) => ({ limit, is: /** @type {Loaded} */ (lightestFirst[at]) })),
    { limit: rest, is: { raw: sum('raw'), brotli: sum('brotli') } },
  ];
  return weighed.flatMap(({ limit, is }) =>
    /** @type {('raw' | 'brotli')[]} */ (['raw', 'brotli'])
      .filter((by) => is[by] > limit[by])
      .map((by) => `${limit.what} has ${is[by]} bytes (${by}), more than ${limit[by]}.`),
  );
}
