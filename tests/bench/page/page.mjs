/**
 * The page of the bench: starts the engine's worker, and tells it what only a page knows. It has
 * nothing of the product's elements, so that what is measured is the engine.
 */

/** @param {string} name */
const cookie = (name) => new RegExp(`(?:^|;\\s*)${name}=([^;]*)`).exec(document.cookie)?.[1] ?? '';

const rules = { createScriptURL: (/** @type {string} */ url) => url };
const types = /** @type {any} */ (globalThis).trustedTypes;
// the sandbox's policy lets this name in, and no other
const policy = types?.createPolicy('schedule-sync', rules) ?? rules;
const worker = new Worker(policy.createScriptURL('/worker.mjs'), { type: 'module' });

/** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
const waiting = new Map();
let asked = 0;

worker.addEventListener('message', ({ data }) => {
  if (data.wants === 'csrf') {
    worker.postMessage({ csrf: decodeURIComponent(cookie('BPMCSRF')) });
    return;
  }
  const one = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.error) one?.reject(new Error(data.error));
  else one?.resolve(data.value);
});

/** Has the worker do something. @param {string} name @param {any[]} args */
const ask = (name, ...args) =>
  new Promise((resolve, reject) => {
    asked += 1;
    waiting.set(asked, { resolve, reject });
    worker.postMessage({ id: asked, name, args });
  });

const told = JSON.parse(document.getElementById('creatio-context')?.textContent ?? '{}');
const context = {
  ...told,
  base: `${location.origin}${told.base}`,
  exchange: `${location.origin}${told.exchange}`,
};
Object.assign(globalThis, { ask, context });
