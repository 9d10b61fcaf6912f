/**
 * `npm run size`: what a page loads, in bytes: raw, gzip and brotli, file by file; of the two
 * modules everybody loads one, and those with a mailbox on an Exchange Server the other one too.
 */
import { buildPage, buildWasm, setUp } from './build.mjs';
import { main } from './process.mjs';
import { loaded } from './weight.mjs';

/** @param {string} name @param {(string | number)[]} numbers */
function row(name, numbers) {
  return name.padEnd(44) + numbers.map((number) => String(number).padStart(10)).join('');
}

await main(async () => {
  await setUp();
  await buildWasm();
  await buildPage();
  console.log(row('bytes', ['raw', 'gzip', 'brotli']));
  for (const { name, raw, gzip, brotli } of loaded()) console.log(row(name, [raw, gzip, brotli]));
});
