/**
 * Describes the product's elements for editors and documentation tools: writes the custom-elements
 * manifest into `www/dist` (`npm run manifest`; every build of the page does it). Fails where an
 * element does not say all it has: so the descriptions can't fall behind.
 */
import * as analyzer from '@custom-elements-manifest/analyzer';
import { litPlugin } from '@custom-elements-manifest/analyzer/src/features/framework-plugins/lit/lit.js';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main, root, Trouble } from './process.mjs';

/** The analyzer and its own TypeScript; its types tell of neither. */
const { create, ts } = /** @type {any} */ (analyzer);

const folder = 'www/src/product';
const dist = join(root, 'www', 'dist');

/** The product's sources, by their paths from the checkout's root. */
function sources() {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const paths = names.filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name.replaceAll('\\', '/')}`);
  return new Map(paths.sort().map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

/**
 * The events by the names of their classes.
 * @param {Iterable<string>} texts of the sources
 */
function eventNames(texts) {
  const pattern = /class (\w+) extends Event \{\s+static readonly type = '([\w-]+)'/g;
  return new Map([...texts].flatMap((text) => [...text.matchAll(pattern)].map(([, name, type]) => [name, type])));
}

/**
 * What an element of this source has and does not describe, or describes and does not have.
 * @param {any} element as the manifest has it
 * @param {string} source
 * @param {ReturnType<typeof eventNames>} names
 */
function findings(element, source, names) {
  const { description, members = [], events = [], cssParts = [] } = element;
  const found = (/** @type {RegExp} */ pattern) => [...source.matchAll(pattern)].map(([, name]) => name ?? '');
  const differences = (/** @type {string[]} */ has, /** @type {string[]} */ says) => [
    ...has.filter((one) => !says.includes(one)).map((one) => `${one} is not described`),
    ...says.filter((one) => !has.includes(one)).map((one) => `${one} is described, but not there`),
  ];
  const fired = found(/dispatchEvent\(\s*new (\w+)\(/g).map((name) => `event ${names.get(name)} {${name}}`);
  const open = members.filter((/** @type {any} */ { privacy, name }) => !privacy && name !== 'render');
  return [
    ...(description ? [] : ['the element is not described']),
    ...open
      .filter((/** @type {any} */ one) => !one.description)
      .map((/** @type {any} */ one) => `${one.name} is not described`),
    ...differences(
      fired,
      events.map((/** @type {any} */ { name, type }) => `event ${name} {${type?.text}}`),
    ),
    ...differences(
      found(/\spart="([\w-]+)"/g),
      cssParts.map((/** @type {any} */ { name }) => name),
    ),
  ];
}

await main(async () => {
  const all = sources();
  const modules = [...all].map(([path, text]) => ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true));
  const manifest = create({ modules, plugins: litPlugin(), context: { dev: false } });
  const names = eventNames(all.values());
  const elements = manifest.modules.flatMap((/** @type {any} */ { path, declarations }) =>
    declarations
      .filter((/** @type {any} */ one) => one.tagName)
      .map((/** @type {any} */ element) => ({ path, element })),
  );
  if (elements.length === 0) throw new Trouble(`No element was found in ${folder}.`);
  for (const { element } of elements) {
    // of an event that is fired the analyzer takes the class's first argument for its name
    element.events = element.events?.filter((/** @type {any} */ event) => event.description);
  }
  const wrong = elements.flatMap((/** @type {any} */ { path, element }) =>
    findings(element, all.get(path) ?? '', names).map((finding) => `${path}: ${finding}`),
  );
  if (wrong.length > 0) throw new Trouble(`Elements are not described as they are:\n${wrong.join('\n')}`);
  mkdirSync(dist, { recursive: true });
  writeFileSync(join(dist, 'custom-elements.json'), `${JSON.stringify(manifest, null, 2)}\n`);
});
