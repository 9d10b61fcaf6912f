/**
 * The same runs by vdirsyncer between two Radicale servers, counted at a proxy before each: what a
 * user who keeps two calendars in step would pick.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { run as runProgram } from '../../.tasks/process.mjs';
import { seconds } from './cpu.mjs';
import { activity, event } from './fill.mjs';
import { pythonProgram } from './peers.mjs';
import { place } from './place.mjs';

/** A port that is free now. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/** An item as a calendar file. @param {string} uid @param {string} title @param {string} from */
function file(uid, title, from, to, place, notes) {
  const time = (/** @type {string} */ wall) => `${wall.replaceAll(/[-:]/g, '').slice(0, 15)}Z`;
  const text = notes.replaceAll(/<[^>]*>/g, ' ').trim();
  const lines = [
    `UID:${uid}`,
    'DTSTAMP:20261101T000000Z',
    `SUMMARY:${title}`,
    `DTSTART:${time(from)}`,
    `DTEND:${time(to)}`,
  ];
  const more = [`LOCATION:${place}`, `DESCRIPTION:${text}`, `X-ALT-DESC;FMTTYPE=text/html:${notes}`];
  const all = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//bench//EN',
    'BEGIN:VEVENT',
    ...lines,
    ...more,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return `${all.join('\r\n')}\r\n`;
}

/**
 * The n-th item of either side: the same as the product is given.
 * @param {0 | 1} side
 * @param {number} n
 */
function item(side, n, title = '') {
  if (side === 0) {
    const { subject, start, end, location, body } = event(n);
    return file(`event-${n}`, title || subject, start.dateTime, end.dateTime, location.displayName, body.content);
  }
  const { Title, StartDate, DueDate, Location, Notes } = activity(n);
  return file(`activity-${n}`, title || Title, StartDate, DueDate, Location, Notes);
}

/** CPU seconds of all programs that have run to their end for us. */
function spent() {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return NaN;
  }
}

/** A Radicale with a calendar, behind a proxy that counts. @param {string} folder */
async function server(folder) {
  const port = await freePort();
  const calendar = join(folder, 'collection-root', 'bench', 'cal');
  mkdirSync(calendar, { recursive: true });
  writeFileSync(join(calendar, '.Radicale.props'), '{"tag": "VCALENDAR"}');
  const options = { hosts: `127.0.0.1:${port}`, 'max-connections': '20' };
  const args = Object.entries(options).flatMap(([name, value]) => [`--server-${name}`, value]);
  const storage = ['--storage-filesystem-folder', folder, '--auth-type', 'none', '--logging-level', 'error', '-C', ''];
  const child = spawn(await pythonProgram('radicale'), [...args, ...storage], { stdio: 'ignore' });
  const counted = { requests: 0, read: 0, sent: 0 };
  const proxy = createServer((incoming, outgoing) => {
    counted.requests += 1;
    const { method, url: path, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port, method, path, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.on('data', (/** @type {Buffer} */ data) => (counted.read += data.length));
      reply.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.on('data', (/** @type {Buffer} */ data) => (counted.sent += data.length));
    incoming.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = /** @type {import('node:net').AddressInfo} */ (proxy.address());
  const url = `http://127.0.0.1:${address.port}/bench/cal/`;
  for (let tries = 0; ; tries += 1) {
    const there = await fetch(url, { method: 'OPTIONS' }).then(
      ({ status }) => status < 500,
      () => false,
    );
    if (there) break;
    if (tries > 100) throw new Error('Radicale does not answer');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const stop = async () => {
    proxy.closeAllConnections();
    proxy.close();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return { calendar, counted, url, stop, pid: child.pid ?? 0 };
}

/**
 * One life of two calendars, from the first run on; half of the items on each.
 * @param {number} items
 * @returns {Promise<Record<string, any>>}
 */
export async function life(items) {
  const folder = join(place, 'vdirsyncer');
  rmSync(folder, { recursive: true, force: true });
  const servers = [await server(join(folder, 'a')), await server(join(folder, 'b'))];
  try {
    const name = (/** @type {number} */ side, /** @type {number} */ n) => `${side}-${n}.ics`;
    for (const side of /** @type {const} */ ([0, 1])) {
      const folder = servers[side]?.calendar ?? '';
      for (let n = 0; n < items / 2; n += 1) writeFileSync(join(folder, name(side, n)), item(side, n));
    }
    // by the server itself, which does not look for changes of its files
    const change = async (/** @type {0 | 1} */ side, /** @type {number} */ n) => {
      const body = item(side, n, `Item ${n} of ${side}, moved upstairs`);
      const headers = { Authorization: `Basic ${btoa('bench:bench')}`, 'Content-Type': 'text/calendar' };
      const { ok, status } = await fetch(`${servers[side]?.url}${name(side, n)}`, { method: 'PUT', headers, body });
      if (!ok) throw new Error(`Radicale answered ${status}`);
    };
    const storage = (/** @type {number} */ n) =>
      `[storage s${n}]\ntype = "caldav"\nurl = "${servers[n]?.url}"\nusername = "bench"\npassword = "bench"\n`;
    const config = join(folder, 'config');
    const pair = '[pair calendars]\na = "s0"\nb = "s1"\ncollections = null\nconflict_resolution = "a wins"\n';
    writeFileSync(config, `[general]\nstatus_path = "${join(folder, 'status')}"\n${pair}${storage(0)}${storage(1)}`);
    const program = await pythonProgram('vdirsyncer');
    const call = async (/** @type {string} */ what) => {
      const { code, output } = await runProgram(program, ['-c', config, what], { quiet: true });
      if (code !== 0) throw new Error(`vdirsyncer ${what} failed: ${output.slice(-500)}`);
    };
    const cost = async () => {
      for (const { counted } of servers) Object.assign(counted, { requests: 0, read: 0, sent: 0 });
      const ofServers = () => servers.reduce((sum, { pid }) => sum + (seconds(pid) ?? NaN), 0);
      const [cpu, itself, began] = [spent(), ofServers(), performance.now()];
      await call('sync');
      const took = (performance.now() - began) / 1000;
      const sum = (/** @type {'requests' | 'read' | 'sent'} */ what) =>
        servers.reduce((all, { counted }) => all + counted[what], 0);
      const read = sum('read');
      return {
        requests: sum('requests'),
        read,
        bytes: read + sum('sent'),
        seconds: took,
        engine: spent() - cpu,
        sandbox: ofServers() - itself,
      };
    };
    await call('discover');
    const initial = await cost();
    const next = await cost();
    const later = await cost();
    await change(0, 0);
    const one = await cost();
    await cost();
    for (let n = 1; n <= 50; n += 1) for (const side of /** @type {const} */ ([0, 1])) await change(side, n);
    const hundred = await cost();
    return { initial, next, later, one, hundred };
  } finally {
    for (const one of servers) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
