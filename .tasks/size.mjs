/**
 * `npm run size`: what a page loads, in bytes: raw, gzip and brotli, file by file; of the two
 * modules everybody loads one, and those with a mailbox on an Exchange Server the other one too.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { buildPage, buildWasm, setUp } from './build.mjs';
import { main, root } from './process.mjs';

/** @param {Buffer} bytes @returns {[number, number, number]} raw, gzip, brotli */
function measure(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return [bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes, { params }).length];
}

/** @param {string} name @param {(string | number)[]} numbers */
function row(name, numbers) {
  return name.padEnd(44) + numbers.map((number) => String(number).padStart(10)).join('');
}

await main(async () => {
  await setUp();
  await buildWasm();
  await buildPage();
  const dist = join(root, 'www', 'dist');
  const names = /** @type {string[]} */ (readdirSync(dist, { recursive: true, encoding: 'utf8' }));
  const loaded = names.filter((name) => name !== 'custom-elements.json');
  const files = loaded.filter((name) => /\.(?:html|m?js|css|wasm|json|svg|png|ico|woff2)$/.test(name)).sort();
  const rows = files.map((name) => ({ name, sizes: measure(readFileSync(join(dist, name))) }));
  console.log(row('bytes', ['raw', 'gzip', 'brotli']));
  for (const { name, sizes } of rows) console.log(row(name.split(sep).join('/'), sizes));
});
