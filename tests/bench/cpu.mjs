/**
 * CPU time of the sandbox and of the engine's thread, by Linux's own count. Elsewhere it is not
 * told.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of Linux's counts in a second. */
const ticks = 100;

/**
 * Seconds that a process has run, threads that have ended included; to a hundredth.
 * @param {number} pid
 * @returns {number | undefined}
 */
export function seconds(pid) {
  try {
    // after the name, which may hold anything, utime and stime are the 12th and 13th
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticks;
  } catch {
    return undefined;
  }
}

/**
 * Seconds that the worker's threads of a page's process have run, to the nanosecond.
 * @param {number} pid
 * @returns {number | undefined}
 */
export function workerSeconds(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((id) => `/proc/${pid}/task/${id}`);
    // Linux cuts the name of the thread
    const own = threads.filter((folder) => readFileSync(`${folder}/comm`, 'utf8').startsWith('DedicatedWorker'));
    const ran = own.map((folder) => Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ', 1)[0]));
    return ran.reduce((sum, one) => sum + one, 0) / 1e9;
  } catch {
    return undefined;
  }
}

/**
 * The renderer of a page that has a worker.
 * @param {import('playwright-core').Browser} browser which has this page only
 * @returns {Promise<number>} its process
 */
export async function renderer(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const own = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  return own.find((pid) => workerSeconds(pid)) ?? own[0] ?? 0;
}

/** Peak memory of a process in bytes. @param {number} pid */
export function peak(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  } catch {
    return undefined;
  }
}
