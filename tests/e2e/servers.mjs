/**
 * The servers of a sandbox as any client sees them, by their own HTTP, and the sandbox's control.
 */
import assert from 'node:assert/strict';

/** Stock ids of Creatio (its lookups are the same everywhere). */
export const stock = {
  meeting: '42c74c49-58e6-df11-971b-001d60e938c6',
  toDo: 'f51c4643-58e6-df11-971b-001d60e938c6',
  notStarted: '384d4b84-58e6-df11-971b-001d60e938c6',
  inProgress: '394d4b84-58e6-df11-971b-001d60e938c6',
  completed: '4bdbb88f-58e6-df11-971b-001d60e938c6',
  canceled: '201cfba8-58e6-df11-971b-001d60e938c6',
  high: 'd625a9fc-7ee6-df11-971b-001d60e938c6',
  medium: 'ab96fa02-7fe6-df11-971b-001d60e938c6',
  low: 'ac96fa02-7fe6-df11-971b-001d60e938c6',
};

/** The user's account in both seeds. */
export const account = 'demo@contoso.example';
/** The account of a colleague, which both seeds have too. */
export const colleague = 'dmitry.volkov@contoso.example';

/**
 * The user's account on the sandbox's Exchange Server, a colleague's, and the password of both; the
 * demo's Creatio knows them.
 */
export const onServer = {
  account: 'demo@corp.contoso.example',
  colleague: 'dmitry.volkov@corp.contoso.example',
  password: 'sandbox',
};
/** The headers with which the user speaks EWS. */
export const ewsHeaders = {
  Authorization: `Basic ${Buffer.from(`${onServer.account}:${onServer.password}`).toString('base64')}`,
  'Content-Type': 'text/xml; charset=utf-8',
};

/** A request of EWS around an operation. @param {string} operation */
export const envelope = (operation) => `<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
  xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"
  xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Body>
  ${operation}</s:Body></s:Envelope>`;

/** Answers of a server that are no success. */
async function checked(response, what) {
  if (response.ok) return response;
  assert.fail(`${what} answered ${response.status}: ${await response.text()}`);
}

async function json(address, init, what) {
  const response = await checked(await fetch(address, init), what);
  const text = await response.text();
  return text ? JSON.parse(text) : undefined;
}

/** Creatio's OData for Supervisor. @param {string} base */
export async function creatioClient(base) {
  const login = await fetch(`${base}/ServiceModel/AuthService.svc/Login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ UserName: 'Supervisor', UserPassword: 'Supervisor' }),
  });
  await checked(login, 'the log-in');
  const cookies = login.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? '');
  const csrf = cookies.find((cookie) => cookie.startsWith('BPMCSRF='))?.slice('BPMCSRF='.length) ?? '';
  const headers = { Cookie: cookies.join('; '), BPMCSRF: csrf, 'Content-Type': 'application/json' };
  const call = (
    /** @type {string} */ method,
    /** @type {string} */ path,
    /** @type {object | undefined} */ body = undefined,
  ) => json(`${base}/0/odata/${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) }, path);
  const filtered = async (/** @type {string} */ set, /** @type {string} */ filter) =>
    (await call('GET', `${set}?$filter=${encodeURIComponent(filter)}`)).value;
  return {
    create: (/** @type {string} */ set, /** @type {object} */ row) => call('POST', set, row),
    update: (/** @type {string} */ set, /** @type {string} */ id, /** @type {object} */ row) =>
      call('PATCH', `${set}(${id})`, row),
    remove: (/** @type {string} */ set, /** @type {string} */ id) => call('DELETE', `${set}(${id})`),
    filtered,
    /** Activities with a title. */
    titled: (/** @type {string} */ title) => filtered('Activity', `Title eq '${title.replaceAll("'", "''")}'`),
    all: async () => (await call('GET', 'Activity?$top=1000')).value,
    call,
  };
}

/** Graph for an account. @param {string} base the sandbox's Graph */
export async function graphClient(base, who = account) {
  const body = JSON.stringify({ account: who });
  const init = { method: 'POST', body, headers: { 'Content-Type': 'application/json' } };
  const { access_token: token } = await json(`${base}/sandbox/token`, init, 'the token');
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  return mailboxClient(`${base}/v1.0`, headers);
}

/**
 * The hands of an account's owner in the mailbox, on either server: they work as Graph does.
 * @param {string} base the sandbox's control
 * @param {string} who
 */
export function handsClient(base, who) {
  return mailboxClient(`${base}/sandbox/hands/${encodeURIComponent(who)}`, { 'Content-Type': 'application/json' });
}

/** @param {string} base @param {Record<string, string>} headers */
async function mailboxClient(base, headers) {
  const call = (
    /** @type {string} */ method,
    /** @type {string} */ path,
    /** @type {object | undefined} */ body = undefined,
  ) => json(`${base}${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) }, path);
  const list = (await call('GET', '/me/todo/lists')).value[0].id;
  const tasks = `/me/todo/lists/${encodeURIComponent(list)}/tasks`;
  return {
    call,
    createEvent: (/** @type {object} */ event) => call('POST', '/me/events', event),
    updateEvent: (/** @type {string} */ id, /** @type {object} */ event) => call('PATCH', `/me/events/${id}`, event),
    removeEvent: (/** @type {string} */ id) => call('DELETE', `/me/events/${id}`),
    events: async () => (await call('GET', '/me/events?$top=200')).value,
    /** Events with a subject. */
    titled: async (/** @type {string} */ subject) =>
      (await call('GET', '/me/events?$top=200')).value.filter((/** @type {any} */ event) => event.subject === subject),
    createTask: (/** @type {object} */ task) => call('POST', tasks, task),
    updateTask: (/** @type {string} */ id, /** @type {object} */ task) => call('PATCH', `${tasks}/${id}`, task),
    removeTask: (/** @type {string} */ id) => call('DELETE', `${tasks}/${id}`),
    /** Tasks of the default list with a title. */
    tasksTitled: async (/** @type {string} */ title) =>
      (await call('GET', `${tasks}?$top=200`)).value.filter((/** @type {any} */ task) => task.title === title),
  };
}

/** The sandbox's control. @param {string} base */
export function control(base) {
  const post = (/** @type {string} */ path, /** @type {unknown} */ body) =>
    json(
      `${base}/sandbox/${path}`,
      { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) },
      path,
    );
  const log = () => json(`${base}/sandbox/log`, {}, 'the log');
  return {
    reset: (/** @type {'demo' | 'empty'} */ seed) => post('reset', { seed }),
    load: (/** @type {object} */ items) => post('load', items),
    faults: (/** @type {object[]} */ faults) => post('faults', faults),
    /** How this Graph differs from a service at its best. */
    trouble: (/** @type {object} */ switches) => post('graph', switches),
    /** Requests since the row `from` of the log, each batch as one. */
    requestsSince: async (/** @type {number} */ from) =>
      (await log()).slice(from).filter((/** @type {any} */ row) => row.batch === null),
    /** How this Creatio differs from a plain one. */
    switch: (/** @type {object} */ switches) => post('creatio', switches),
    /** Sets the servers' clock, which goes on from there. */
    clock: (/** @type {Date} */ now) => post('clock', { now: now.toISOString() }),
    /** Holds every reply back so many milliseconds, a batch's as a whole. */
    latency: (/** @type {number} */ ms) => post('latency', { ms }),
    /** Who was mailed, and why, since the reset. */
    mails: () => json(`${base}/sandbox/mails`, {}, 'the mails'),
    log,
    /** What of Creatio's reached Exchange. */
    strays: () => json(`${base}/sandbox/strays`, {}, 'the strays'),
    /** How Exchange, or something before it, behaves. */
    exchange: (/** @type {object} */ quirks) => post('exchange', quirks),
    /**
     * The writes since the row `from` of the log: parts of batches, and requests that are no batch.
     */
    writesSince: async (/** @type {number} */ from) =>
      (await log()).slice(from).filter((/** @type {any} */ row) => row.method !== 'GET' && !isReading(row)),
  };
}

/** What is sent by POST and writes nothing, or is told part by part. */
function isReading(/** @type {any} */ row) {
  const path = /\$batch|BatchQuery|SelectQuery|QuerySysSettings/;
  return row.operation ? /^(?:Get|Find|Sync|Resolve)/.test(row.operation) : path.test(row.path);
}

/** An instant so many days from now, at an hour (UTC), in ISO 8601 without fractions. */
export function instant(days, hour) {
  const day = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  return `${day}T${String(hour).padStart(2, '0')}:00:00Z`;
}

/** Such an instant as Graph writes it. */
export function graphTime(days, hour) {
  return { dateTime: instant(days, hour).slice(0, 19), timeZone: 'UTC' };
}
