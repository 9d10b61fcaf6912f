/**
 * `npm run size`: what the page loads, in bytes: raw, gzip and brotli, file by file and in all; and
 * what of the wasm is there for mailboxes on an Exchange Server (the cargo feature `ews`).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { buildLeanWasm, buildPage, buildWasm, setUp, wasm } from './build.mjs';
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
  const lean = measure(readFileSync(await buildLeanWasm()));
  await buildWasm();
  await buildPage();
  const whole = measure(readFileSync(wasm));
  const dist = join(root, 'www', 'dist');
  const names = /** @type {string[]} */ (readdirSync(dist, { recursive: true, encoding: 'utf8' }));
  const loaded = names.filter((name) => name !== 'custom-elements.json');
  const files = loaded.filter((name) => /\.(?:html|m?js|css|wasm|json|svg|png|ico|woff2)$/.test(name)).sort();
  const rows = files.map((name) => ({ name, sizes: measure(readFileSync(join(dist, name))) }));
  const total = [0, 1, 2].map((kind) => rows.reduce((sum, { sizes }) => sum + (sizes[kind] ?? 0), 0));
  console.log(row('bytes', ['raw', 'gzip', 'brotli']));
  for (const { name, sizes } of rows) console.log(row(name.split(sep).join('/'), sizes));
  console.log(row('total', total));
  const cost = whole.map((bytes, kind) => bytes - (lean[kind] ?? 0));
  console.log(row('of the wasm, for Exchange Server (EWS)', cost));
});
