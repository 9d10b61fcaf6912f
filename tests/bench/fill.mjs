/**
 * What the benches fill the servers with: half as many meetings of the mailbox and half as many
 * Activities as there are items, without participants, and what is changed of them.
 */
import { onServer } from '../e2e/servers.mjs';

const day = 86_400_000;

/** A day from now, at an hour and minute, by the number of an item: no two lie alike. */
export function at(/** @type {number} */ n, minutes = 0) {
  const start = new Date(Date.now() + (2 + (n % 28)) * day).setUTCHours(6 + (Math.floor(n / 28) % 12), 0, 0, 0);
  return new Date(start + minutes * 60_000).toISOString().slice(0, 19);
}

const body = (/** @type {string} */ of) =>
  `<p>Agenda of <b>${of}</b></p><ul><li>what was agreed on last time</li><li>figures of the quarter</li></ul>`;

/** @param {number} n */
export const event = (n) => ({
  subject: `Event ${n}`,
  start: { dateTime: at(n), timeZone: 'UTC' },
  end: { dateTime: at(n, 30), timeZone: 'UTC' },
  location: { displayName: `Room ${n % 40}` },
  body: { contentType: 'html', content: body(`event ${n}`) },
});

/** @param {number} n */
export const activity = (n) => ({
  Title: `Activity ${n}`,
  StartDate: `${at(n)}Z`,
  DueDate: `${at(n, 30)}Z`,
  ShowInScheduler: true,
  Location: `Room ${n % 40}`,
  Notes: body(`activity ${n}`),
});

/** How many items go to the sandbox in one request. */
const slice = 5_000;

/**
 * Loads items into the servers as they would hold them.
 * @param {any} sandbox its control
 * @param {{ events?: object[], activities?: object[], account?: string }} items
 */
export async function load(sandbox, { events = [], activities = [], account }) {
  for (let from = 0; from < Math.max(events.length, activities.length); from += slice) {
    const part = { events: events.slice(from, from + slice), activities: activities.slice(from, from + slice) };
    const { refused } = await sandbox.load({ ...part, ...(account && { account }) });
    if (refused.length > 0) throw new Error(`the sandbox refused ${refused.length} items: ${refused[0].reason}`);
  }
}

/**
 * Half events, half Activities.
 * @param {any} sandbox
 * @param {number} items
 * @param {'graph' | 'exchange'} kind of the mailbox
 * @param {number} [first] number of the first
 */
export async function fill(sandbox, items, kind, first = 0) {
  const numbers = Array.from({ length: items / 2 }, (_, n) => first + n);
  const account = kind === 'exchange' ? onServer.account : undefined;
  await load(sandbox, { events: numbers.map(event), activities: numbers.map(activity), account });
}

/**
 * Has Creatio know of the account on the Exchange Server.
 * @param {any} sandbox
 * @param {string} user
 */
export async function addServer(sandbox, user) {
  const server = 'c0ffee00-0000-4000-8000-000000000001';
  const name = onServer.account;
  // Creatio's own id of Exchange as a kind of mail server
  const kind = { TypeId: '3490bd45-4f4d-4613-aa06-454546f3342a', ExchangeEmailAddress: 'mail.corp.example' };
  const owner = { SysAdminUnitId: user, MailServerId: server };
  const mailbox = { UserName: name, MailboxName: name, SenderEmailAddress: name, SenderDisplayValue: 'Supervisor' };
  const rows = {
    MailServer: [{ Id: server, Name: 'Exchange Server', ...kind }],
    MailboxSyncSettings: [{ Id: 'ffffffff-0000-4000-8000-000000000002', ...owner, ...mailbox }],
  };
  const { refused } = await sandbox.load({ rows });
  if (refused.length > 0) throw new Error(refused[0].reason);
}
