/**
 * The page opens, its scripts and its wasm run under the content security policy, and the engine names its version.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shoot, stage, version } from './stage.mjs';

test('the page shows the version of the engine', async (t) => {
  const { page, creatio, complaints } = await stage(t, { seed: 'demo' });
  await page.goto(`${creatio}/?culture=en-US`);
  await page.getByText(version).first().waitFor();
  await shoot(page, 'page');
  assert.deepEqual(complaints, []);
});
