/**
 * A stage with any number of linked pairs: one is made by the engine, the others are its copies.
 */
import assert from 'node:assert/strict';
import { account, creatioClient, handsClient } from '../e2e/servers.mjs';
import { activity, load } from './fill.mjs';
import { named, renamed } from './page/clone.mjs';
import { stage } from './stage.mjs';

/** How many items go to the sandbox in one request. */
const slice = 5_000;

/** A run that has to find nothing to do. @param {any} told by the run */
export function assertQuiet(told) {
  const { creatio, exchange, held, malformed, unfinished } = told;
  const writes = [creatio, exchange].flatMap(({ created, updated, deleted }) => [created, updated, deleted]);
  const rest = [held, malformed, unfinished];
  assert.deepEqual([...writes, ...rest], [0, 0, 0, 0, 0, 0, 0, 0, 0], `a run had work to do: ${JSON.stringify(told)}`);
}

/**
 * The figures of a run that has to find nothing to do.
 * @template {{ told: any }} F
 * @param {() => Promise<F>} run
 */
export async function quiet(run) {
  const figures = await run();
  assertQuiet(figures.told);
  return figures;
}

/**
 * A stage on which so many pairs are linked, none of which has been told by a listing yet.
 * @param {number} links
 */
export async function many(links) {
  const set = await stage('graph');
  try {
    await load(set.sandbox, { activities: [activity(0)] });
    await set.ask('run', true);
    const row = await set.ask('link');
    const [activities, mailbox] = await Promise.all([creatioClient(set.creatio), handsClient(set.creatio, account)]);
    const own = await activities.call('GET', `Activity(${row.activity})`);
    // every extended property, the mark too
    const expand = encodeURIComponent("singleValueExtendedProperties($filter=id ne '')");
    const event = await mailbox.call('GET', `/me/events/${row.exchange}?$expand=${expand}`);
    const wall = (/** @type {{ dateTime: string }} */ { dateTime }) => dateTime.slice(0, 19);
    const first = {
      activity: row.activity,
      event: row.exchange,
      uid: event.iCalUId,
      title: event.subject,
      start: wall(event.start),
      end: wall(event.end),
      stamp: own.ModifiedOn,
    };
    const texts = { event: JSON.stringify(event), activity: JSON.stringify(own) };
    for (let from = 1; from < links; from += slice) {
      const length = Math.min(slice, links - from);
      const names = Array.from({ length }, (_, n) => named(first, from + n));
      const copies = (/** @type {string} */ text) => names.map((one) => JSON.parse(renamed(text, first, one)));
      await load(set.sandbox, { events: copies(texts.event), activities: copies(texts.activity) });
    }
    await set.ask('plant', first, row, links - 1);
    return {
      ...set,
      activities,
      mailbox,
      first,
      name: (/** @type {number} */ n) => (n === 0 ? first : named(first, n)),
    };
  } catch (error) {
    await set.end();
    throw error;
  }
}
