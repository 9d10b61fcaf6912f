/**
 * The engine in a worker, as in the product's page, with what a measurement needs around it: a
 * clock that can be set, counts of what is read from the store, replies that are played again from
 * memory, and the JavaScript libraries that the planning is compared with.
 */

import { named, renamed } from './clone.mjs';
import { compare, loadPeers, parsed } from './diffs.mjs';

/** @typedef {{ requests: number, records: number, written: number }} StoreUse */

const scope = /** @type {any} */ (globalThis);
const account = { graph: 'demo@contoso.example', exchange: 'demo@corp.contoso.example' };
const folders = { graph: '/pkg/schedule_sync.js', exchange: '/pkg-exchange/schedule_sync.js' };

/** @type {any} */
let engine;
/** @type {WebAssembly.Memory | undefined} */
let memory;
let who = account.graph;

// ── the clock: so far ahead of the machine's, or standing still

const machineNow = Date.now.bind(Date);
let ahead = 0;
/** @type {number | undefined} */
let standing;
Date.now = () => standing ?? machineNow() + ahead;

// ── the store

/** @type {StoreUse} */
const used = { requests: 0, records: 0, written: 0 };

for (const [owner, names] of /** @type {const} */ ([
  [IDBObjectStore, ['get', 'getAll', 'getAllKeys']],
  [IDBIndex, ['get', 'getAll', 'getAllKeys']],
])) {
  for (const name of names) {
    const real = /** @type {any} */ (owner.prototype)[name];
    /** @type {any} */ (owner.prototype)[name] = function (/** @type {any[]} */ ...args) {
      const request = real.apply(this, args);
      used.requests += 1;
      request.addEventListener('success', () => {
        const { result } = request;
        used.records += Array.isArray(result) ? result.length : result === undefined ? 0 : 1;
      });
      return request;
    };
  }
}
const realPut = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (value, key) {
  used.written += 1;
  // replies from memory are no requests: they must not use up what a server takes in ten minutes
  const isCount = Array.isArray(key) && key[1] === 'requests';
  return realPut.call(this, isCount && requests === 'played' ? '[]' : value, key);
};

// ── when the plan began, and when it was made

/** @type {number | undefined} */
let planBegan;
/** @type {number | undefined} */
let planEnded;
/** Whether a run is given up once its plan is made, so that the next one makes the same plan. */
let planOnly = false;
const givenUp = 'the bench wants the plan alone';

const realTransaction = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function (names, mode) {
  // what a run does first with its plan is to note it in the store
  if (planBegan !== undefined && planEnded === undefined) {
    planEnded = performance.now();
    if (planOnly) throw new Error(givenUp);
  }
  return realTransaction.call(this, names, mode);
};

// ── requests: sent, sent and kept, or answered from what was kept

/** @type {'sent' | 'kept' | 'played'} */
let requests = 'sent';
/** @type {Map<string, { status: number, headers: [string, string][], body: ArrayBuffer }>} */
const kept = new Map();
/** @type {WeakMap<Request, string>} */
const bodies = new WeakMap();
let unknown = '';

const RealRequest = scope.Request;
scope.Request = class extends RealRequest {
  constructor(/** @type {any} */ address, /** @type {any} */ init) {
    super(address, init);
    if (init?.body) bodies.set(/** @type {any} */ (this), new TextDecoder().decode(init.body));
  }
};
const realFetch = scope.fetch.bind(scope);
scope.fetch = async (/** @type {any} */ request, /** @type {any} */ init) => {
  if (requests === 'sent' || typeof request === 'string') return realFetch(request, init);
  const key = `${request.method} ${request.url} ${bodies.get(request) ?? ''}`;
  if (requests === 'played') {
    const known = kept.get(key);
    if (!known) {
      unknown = key.slice(0, 300);
      return new Response('', { status: 404 });
    }
    return new Response(known.body, { status: known.status, headers: known.headers });
  }
  const response = await realFetch(request, init);
  const body = await response.arrayBuffer();
  kept.set(key, { status: response.status, headers: [...response.headers], body });
  return new Response(body, { status: response.status, headers: response.headers });
};

// ── what only a page knows

/** @type {((csrf: string) => void)[]} */
const forCsrf = [];
const csrf = () =>
  new Promise((resolve) => {
    forCsrf.push(resolve);
    scope.postMessage({ wants: 'csrf' });
  });

/** @type {Promise<string> | undefined} */
let token;
async function bearer(/** @type {string} */ of) {
  const init = { method: 'POST', body: JSON.stringify({ account: of }) };
  return (await (await realFetch('/sandbox/token', init)).json()).access_token;
}

const host = {
  async headers(/** @type {string} */ side, /** @type {boolean} */ renew, /** @type {string} */ of) {
    if (side === 'creatio') return { BPMCSRF: await csrf() };
    token = renew ? undefined : token;
    token ??= bearer(of);
    return { Authorization: `Bearer ${await token}` };
  },
  holder: () => Promise.resolve('the bench'),
  event(/** @type {{ phase: string }} */ { phase }) {
    if (phase !== 'planning') return;
    planBegan = performance.now();
    planEnded = undefined;
  },
};

// ── what the libraries are given

/** @type {import('./diffs.mjs').Sides} */
let rowsBefore = { creatio: {}, mailbox: {} };
const replies = () => [...kept.values()].map(({ body }) => body);

// ── what can be asked of the worker

const commands = {
  /** Loads a module and makes the engine, everything switched on; how long each took. */
  async start(/** @type {'graph' | 'exchange'} */ kind, /** @type {any} */ context) {
    who = account[kind];
    const from = performance.now();
    const module = await import(folders[kind]);
    memory = (await module.default()).memory;
    engine = new module.ScheduleSync(context, host);
    const ready = performance.now() - from;
    await engine.accounts();
    const settings = await engine.settings(who);
    for (const block of ['importMeetings', 'importTasks', 'export']) Object.assign(settings[block], { on: true });
    settings.from = new Date(Date.now() - 40 * 86_400_000).toISOString().slice(0, 10);
    await engine.saveSettings(who, settings);
    return { ready, version: module.version() };
  },

  /**
   * One run: how long it and its plan took, what it wrote, and what it used. `seen`: of a plan that
   * was shown to a person before, who lets any number of items be created.
   */
  async run(seen = false) {
    Object.assign(used, { requests: 0, records: 0, written: 0 });
    planBegan = planEnded = undefined;
    const from = performance.now();
    if (seen) await engine.preview(who);
    const { report } = seen ? { report: await engine.applyPreviewed(who, [], []) } : await engine.run(who, 'person');
    if (!report) throw new Error('nobody has seen a preview of this account yet');
    const ms = performance.now() - from;
    const { creatio, exchange, held, malformed, unfinished } = report;
    return {
      ms,
      planMs: (planEnded ?? NaN) - (planBegan ?? NaN),
      creatio,
      exchange,
      unfinished,
      held: held.length,
      malformed: malformed.length,
      store: { ...used },
      memory: memory?.buffer.byteLength ?? 0,
    };
  },

  /** What a run would write: its rows, and what is held. */
  async preview() {
    const { rows, held } = await engine.preview(who);
    return { rows, held };
  },

  /** The whole way to a plan, which is then given up: in all, and the plan alone. */
  async plan() {
    Object.assign(used, { requests: 0, records: 0, written: 0 });
    planOnly = true;
    planBegan = planEnded = undefined;
    unknown = '';
    const from = performance.now();
    let failed = '';
    try {
      await engine.run(who, 'person');
    } catch (error) {
      failed = String(/** @type {any} */ (error)?.message ?? error);
    } finally {
      planOnly = false;
    }
    if (planBegan === undefined || planEnded === undefined) throw new Error(`there was no plan: ${failed} ${unknown}`);
    return {
      ms: planEnded - from,
      planMs: planEnded - planBegan,
      store: { ...used },
      unknown,
      memory: memory?.buffer.byteLength ?? 0,
    };
  },

  /** Sets the worker's clock ahead of the machine's, or has it stand still there. */
  clock(/** @type {number} */ ms, still = false) {
    ahead = ms;
    standing = still ? machineNow() + ahead : undefined;
  },

  /** How requests are answered from now on; `kept` begins anew. */
  requests(/** @type {'sent' | 'kept' | 'played'} */ how) {
    if (how === 'kept') kept.clear();
    requests = how;
    return [...kept.values()].reduce((sum, { body }) => sum + body.byteLength, 0);
  },

  /** Loads the libraries to compare with. */
  loadPeers,

  /** Keeps the rows of the kept replies as those that there were before. */
  before() {
    rowsBefore = parsed(replies());
    return [Object.keys(rowsBefore.creatio).length, Object.keys(rowsBefore.mailbox).length];
  },

  /** Has a library compare the rows of the kept replies with those before. */
  compare: (/** @type {string} */ name) => compare(name, rowsBefore, replies()),

  /** The only link that there is, by the names of its pair. */
  async link() {
    const database = await openDatabase();
    const [row] = await read(database.transaction('links').objectStore('links').getAll());
    database.close();
    return row;
  },

  /** Puts the links of copies of a pair into the store, as a run that linked them leaves them. */
  async plant(/** @type {any} */ first, /** @type {any} */ row, /** @type {number} */ copies) {
    const database = await openDatabase();
    for (let from = 1; from <= copies; from += slice) {
      const transaction = database.transaction('links', 'readwrite');
      const links = transaction.objectStore('links');
      for (let n = from; n < Math.min(from + slice, copies + 1); n += 1) {
        const names = named(first, n);
        const link = renamed(row.link, first, names);
        links.put({ ...row, activity: names.activity, exchange: names.event, link });
      }
      await ended(transaction);
    }
    const transaction = database.transaction('states', 'readwrite');
    const states = transaction.objectStore('states');
    const state = JSON.parse(await read(states.get(who)));
    states.put(JSON.stringify({ ...state, links: copies + 1 }), who);
    await ended(transaction);
    database.close();
  },
};

/** How many links are written at once. */
const slice = 5_000;

/** The engine's database. @returns {Promise<IDBDatabase>} */
async function openDatabase() {
  const [{ name = '' } = {}] = await indexedDB.databases();
  return read(indexedDB.open(name));
}

/** What a request to the store gives. @param {IDBRequest} request @returns {Promise<any>} */
const read = (request) =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error));
  });

/** Waits until a transaction is written. @param {IDBTransaction} transaction */
const ended = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.addEventListener('complete', resolve);
    transaction.addEventListener('abort', () => reject(transaction.error));
  });

scope.addEventListener('message', async (/** @type {MessageEvent} */ { data }) => {
  if (data.csrf !== undefined) {
    forCsrf.shift()?.(data.csrf);
    return;
  }
  const { id, name, args } = data;
  try {
    scope.postMessage({ id, value: await /** @type {any} */ (commands)[name](...args) });
  } catch (error) {
    const { code = '', side = '', message = String(error) } = /** @type {any} */ (error) ?? {};
    scope.postMessage({ id, error: [code, side, message].filter(Boolean).join(' ') });
  }
});
