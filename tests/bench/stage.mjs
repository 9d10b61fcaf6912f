/**
 * What every measurement stands on: a sandbox of its own, a headless Chromium with the engine in a
 * worker, and the counts around one run.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumFlags, findChrome } from '../../.tasks/browser.mjs';
import { root } from '../../.tasks/process.mjs';
import { serve } from '../../.tasks/serve.mjs';
import { control } from '../e2e/servers.mjs';
import { renderer, seconds, workerSeconds } from './cpu.mjs';
import { addServer } from './fill.mjs';
import { www } from './place.mjs';

/** More than a day, in milliseconds: everything is compared once a day. */
export const day = 25 * 3_600_000;

/** Puts the page of the bench together: its own files, and both modules as they ship. */
export function assemble() {
  mkdirSync(www, { recursive: true });
  process.once('exit', () => rmSync(www, { recursive: true, force: true }));
  cpSync(join(root, 'tests', 'bench', 'page'), www, { recursive: true });
  cpSync(join(root, 'www', 'src', 'sandbox', 'icon.svg'), join(www, 'icon.svg'));
  for (const folder of ['pkg', 'pkg-exchange'])
    cpSync(join(root, 'www', folder), join(www, folder), { recursive: true });
}

/**
 * @typedef {object} Figures
 * @property {number} requests HTTP exchanges
 * @property {number} bytes read and sent
 * @property {number} read bytes of replies
 * @property {number} seconds
 * @property {number | undefined} engine CPU seconds of the engine's thread
 * @property {number | undefined} sandbox CPU seconds of the sandbox
 */

/**
 * Starts a sandbox, and Chromium with the engine for a mailbox of that kind.
 * @param {'graph' | 'exchange'} kind
 */
export async function stage(kind = 'graph') {
  const server = await serve({ seed: 'empty', www });
  const browser = await chromium.launch({ executablePath: findChrome(), args: chromiumFlags });
  const end = async () => {
    await browser.close();
    await server.stop();
  };
  try {
    const sandbox = control(server.creatio);
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`the page: ${error}`));
    page.on('console', (message) => {
      if (message.type() === 'error') console.error(`the page: ${message.text()}`);
    });
    const ask = (/** @type {string} */ name, /** @type {any[]} */ ...args) =>
      page.evaluate(
        ([name, args]) => /** @type {any} */ (globalThis).ask(name, ...args),
        /** @type {const} */ ([name, args]),
      );
    /** Opens the page, with an engine that has used no memory yet; what is stored stays. */
    async function open() {
      await page.goto(`${server.creatio}/`);
      const context = await page.evaluate('context');
      if (kind === 'exchange' && pid === 0) await addServer(sandbox, context.user.id);
      const started = await ask('start', kind, context);
      pid = await renderer(browser);
      return started;
    }
    let pid = 0;
    const started = await open();

    /**
     * Counts what `act` costs.
     * @param {() => Promise<any>} act
     * @returns {Promise<Figures & { told: any }>}
     */
    async function cost(act) {
      const from = (await sandbox.log()).length;
      const before = [workerSeconds(pid), seconds(server.pid)];
      const began = performance.now();
      const told = await act();
      const took = (performance.now() - began) / 1000;
      const after = [workerSeconds(pid), seconds(server.pid)];
      const [engine, itself] = after.map((now, n) => (now === undefined ? undefined : now - (before[n] ?? 0)));
      const rows = await sandbox.requestsSince(from);
      const read = rows.reduce((/** @type {number} */ sum, /** @type {any} */ row) => sum + row.out, 0);
      const sent = rows.reduce((/** @type {number} */ sum, /** @type {any} */ row) => sum + row.in, 0);
      return { requests: rows.length, bytes: read + sent, read, seconds: took, engine, sandbox: itself, told };
    }
    /** On both clocks it is so many milliseconds later than in truth. @param {number} ms */
    async function pass(ms) {
      await ask('clock', ms);
      await sandbox.clock(new Date(Date.now() + ms));
    }
    return { ...server, browser, page, renderer: () => pid, sandbox, started, open, ask, cost, pass, end };
  } catch (error) {
    await end();
    throw error;
  }
}
