/**
 * What the tests of runs begin with.
 */
import assert from 'node:assert/strict';
import { actor } from './actor.mjs';
import { control, creatioClient, graphClient } from './servers.mjs';
import { stage } from './stage.mjs';

/**
 * A page on which everything is switched on, and clients of both servers beside it.
 * @param {import('node:test').TestContext} t
 * @param {Parameters<typeof actor>[1]} [culture]
 */
export async function ready(t, culture = 'en-US') {
  const set = await stage(t, { checked: true });
  const person = actor(set.page, culture);
  await person.open(set.creatio);
  await person.switchOnAll();
  const [activities, mailbox] = await Promise.all([creatioClient(set.creatio), graphClient(set.graph)]);
  return { ...set, person, activities, mailbox, sandbox: control(set.creatio) };
}

/** The one of a list that must have exactly one. @param {any[]} list @param {string} what */
export function only(list, what) {
  assert.equal(list.length, 1, `exactly one ${what}`);
  return list[0];
}
