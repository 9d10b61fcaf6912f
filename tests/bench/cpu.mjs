/**
 * CPU time of the sandbox and of the engine's thread, by Linux's own count. Elsewhere it is not
 * told.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Nanoseconds that a thread has run. @param {string} folder */
const ran = (folder) => Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ', 1)[0]);

/**
 * Seconds that all threads of a process have run.
 * @param {number} pid
 * @param {(name: string) => boolean} [counts] by a thread's name
 * @returns {number | undefined}
 */
export function seconds(pid, counts = () => true) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((id) => `/proc/${pid}/task/${id}`);
    const counted = threads.filter((folder) => counts(readFileSync(`${folder}/comm`, 'utf8').trim()));
    return counted.reduce((sum, folder) => sum + ran(folder), 0) / 1e9;
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
  return own.find((pid) => seconds(pid, isWorker)) ?? own[0] ?? 0;
}

/** Whether a thread is a page's worker. @param {string} name as Linux cuts it */
export const isWorker = (name) => name.startsWith('DedicatedWorker');

/** Peak memory of a process in bytes. @param {number} pid */
export function peak(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  } catch {
    return undefined;
  }
}
