/**
 * The product's own page: how long from its script to an engine that is ready, the longest task of
 * the main thread while it runs, and the peak memory of page and worker.
 */
import { chromium } from 'playwright-core';
import { chromiumFlags, findChrome } from '../../.tasks/browser.mjs';
import { serve } from '../../.tasks/serve.mjs';
import { actor } from '../e2e/actor.mjs';
import { control } from '../e2e/servers.mjs';
import { peak, renderer } from './cpu.mjs';
import { fill } from './fill.mjs';
import { medians, table } from './report.mjs';

/** Tells long tasks of the main thread, and when the engine was ready, from the first script on. */
const watch = () => {
  const seen = { tasks: /** @type {number[]} */ ([]), ready: NaN };
  Object.assign(globalThis, { seen });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.tasks.push(duration);
  }).observe({ type: 'longtask', buffered: true });
  globalThis.addEventListener('schedule-sync-opened', () => (seen.ready = performance.now()), true);
};

/** How many milliseconds the writing is watched: Graph's limits stretch the rest over minutes. */
const watched = 120_000;
/** A run that has asked for nothing so long has ended, in milliseconds. */
const still = 10_000;

/**
 * One life of the page: opened, a first run, whose many new items it asks about, and a second one
 * that makes them.
 * @param {number} items
 */
async function life(items) {
  const server = await serve({ seed: 'empty' });
  const browser = await chromium.launch({ executablePath: findChrome(), args: chromiumFlags });
  try {
    const sandbox = control(server.creatio);
    const page = await browser.newPage();
    await page.addInitScript(watch);
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    /** Milliseconds that the main thread has worked: in all, and with scripts. */
    const worked = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      const of = (/** @type {string} */ wanted) => metrics.find(({ name }) => name === wanted)?.value ?? NaN;
      return { mainThread: of('TaskDuration') * 1000, scripts: of('ScriptDuration') * 1000 };
    };
    const longest = async () => {
      const tasks = await page.evaluate(() => /** @type {any} */ (globalThis).seen.tasks.splice(0));
      return Math.max(0, ...tasks);
    };
    const person = actor(page);
    await person.open(server.creatio);
    const isReady = () => !Number.isNaN(/** @type {any} */ (globalThis).seen.ready);
    await page.waitForFunction(isReady, undefined, { timeout: 30_000 });
    const { mainThread, scripts } = await worked();
    const ready = await page.evaluate(() => {
      const script = performance.getEntriesByType('resource').find(({ name }) => /\.js$/.test(name));
      return /** @type {any} */ (globalThis).seen.ready - /** @type {any} */ (script)?.responseEnd;
    });
    const opening = await longest();
    await person.switchOnAll();
    await fill(sandbox, items, 'graph');
    await longest();

    // what finds elements by their role looks at all of the page, in tasks of its own: elements are
    // found before, and that a run has ended is seen at the servers
    const ended = async (/** @type {number} */ most) => {
      const from = performance.now();
      let [count, since] = [-1, from];
      while (performance.now() - from < most && performance.now() - since < still) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        const now = (await sandbox.log()).length;
        if (now !== count) [count, since] = [now, performance.now()];
      }
      return (since - from) / 1000;
    };
    const click = (/** @type {import('playwright-core').Locator} */ locator) =>
      locator.elementHandle().then(async (element) => {
        await longest();
        await element?.evaluate((/** @type {any} */ one) => one.click());
      });

    await person.openActions();
    await click(person.find('menuitem', person.words.synchronizeNow));
    const seconds = await ended(600_000);
    const reading = await longest();

    await click(page.locator('schedule-sync-held-list summary').first());
    await new Promise((resolve) => setTimeout(resolve, still));
    const asking = await longest();

    const all = page.locator('schedule-sync-held-list select').first();
    await all.evaluate((/** @type {any} */ select) => {
      select.selectedIndex = 1;
      select.dispatchEvent(new Event('change'));
    });
    await click(person.find('button', person.words.carryOut));
    await ended(watched);
    const writing = await longest();
    const memory = (peak(await renderer(browser)) ?? NaN) / 2 ** 20;
    return { ready, mainThread, scripts, opening, seconds, reading, asking, writing, memory };
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** What is told of it, and how it is called. */
const columns = {
  ready: 'script to ready, ms',
  mainThread: 'main thread until then, ms',
  scripts: 'scripts of it',
  opening: 'longest task of it',
  seconds: 'first run, s',
  reading: 'longest task of it',
  asking: 'of showing what is asked',
  writing: `of writing (${watched / 60_000} min)`,
  memory: 'peak MB',
};

/** @param {{ sizes: number[], rounds: number }} options */
export async function measure({ sizes, rounds }) {
  const rows = [];
  /** @type {Record<string, number>} */
  const values = {};
  const most = Math.min(rounds, 3);
  for (const size of sizes) {
    const lives = [];
    for (let round = 0; round < most; round += 1) {
      console.log(`page: ${size} items, ${round + 1} of ${most}`);
      lives.push(await life(size));
    }
    const figures = medians(lives);
    rows.push([size, ...Object.keys(columns).map((name) => figures[name])]);
    for (const name of Object.keys(columns)) values[`page.${name}`] = figures[name];
  }
  const head = ['items', ...Object.values(columns)];
  return { tables: [table(`The page (medians of ${most}; tasks of the main thread in ms)`, head, rows)], values };
}
