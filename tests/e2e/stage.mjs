/**
 * What every end-to-end test stands on: a sandbox of its own on free ports, and a browser with the
 * page.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumFlags, findChrome } from '../../.tasks/browser.mjs';
import { root } from '../../.tasks/process.mjs';
import { serve } from '../../.tasks/serve.mjs';

/** The version that the engine has to show. */
export const version = /^version = "([^"]+)"/m.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8'))?.[1] ?? '';

/**
 * Starts a sandbox and a browser for one test, and ends them with it. The test fails if the page
 * complained: an exception, an error on the console (the content security policy speaks there too).
 * @param {import('node:test').TestContext} t
 * @param {{ seed?: 'demo' | 'empty', checked?: boolean }} [options] `checked`: all that is said to
 * Graph must fit Microsoft's description
 */
export async function stage(t, { seed = 'empty', checked = false } = {}) {
  const description = checked ? findDescription() : undefined;
  const sandbox = await serve({ seed, ...(description ? { description } : {}) });
  t.after(async () => {
    const findings = description ? (await (await fetch(`${sandbox.graph}/sandbox/findings`)).json())[0] : undefined;
    await sandbox.stop();
    if (!findings) return;
    assert.ok(findings.checked > 0, 'something was said to Graph');
    assert.deepEqual(findings.violations, [], 'it fits Microsoft’s description');
  });
  const browser = await chromium.launch({ executablePath: findChrome(), args: chromiumFlags });
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  /** @type {string[]} */
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { ...sandbox, browser, page, complaints };
}

/** Microsoft's description of Graph; nothing, said aloud, where it isn't there. */
function findDescription() {
  const file = join(root, '..', 'shared', 'graph', 'openapi.yaml');
  if (existsSync(file)) return file;
  console.log(`SKIPPED: no ${file} here, so requests and replies are not checked against it`);
  return undefined;
}

/**
 * Takes a picture of the page into the folder of this run's pictures.
 * @param {import('playwright-core').Page} page
 * @param {string} name without ending
 */
export async function shoot(page, name) {
  const folder = process.env.SHOTS ?? join(root, 'tests', 'e2e', 'shots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
