/**
 * What every view of the page must hold: accessibility, and names that are its controls' own.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds against WCAG 2.2 AA. @param {import('playwright-core').Page} page */
export async function violations(page) {
  // the page's policy forbids injected scripts: axe comes in through the debugger
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe });
  const found = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const results = await globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return results.violations.map(
      (/** @type {any} */ one) =>
        `${one.id}: ${one.nodes.map((/** @type {any} */ node) => node.target.join(' ')).join('; ')}`,
    );
  });
  return found;
}

/**
 * Every visible control has its role and name for itself, and no button's or menu item's name
 * contains another's.
 */
export async function checkNames(/** @type {import('playwright-core').Page} */ page, /** @type {string} */ view) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const controls = [
    'button',
    'menuitem',
    'checkbox',
    'radio',
    'combobox',
    'textbox',
    'tab',
    'progressbar',
    'link',
    'status',
  ];
  const pairs = nodes
    .filter((node) => !node.ignored && controls.includes(String(node.role?.value)))
    .map((node) => ({ role: String(node.role?.value), name: String(node.name?.value ?? '') }));
  const texts = pairs.map(({ role, name }) => `${role} ${name}`);
  assert.deepEqual(texts, [...new Set(texts)], `${view}: each pair once`);
  const names = pairs.filter(({ role }) => role === 'button' || role === 'menuitem').map(({ name }) => name);
  for (const name of names) {
    const within = names.filter((other) => other !== name && other.includes(name));
    assert.deepEqual(within, [], `${view}: no name contains ${name}`);
  }
}
