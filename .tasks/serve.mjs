/**
 * Runs the sandbox: for `npm start` on its usual ports, for each end-to-end test on free ones.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { sandboxProgram } from './build.mjs';
import { environment, root, Trouble } from './process.mjs';

/** The sandbox binds three sockets and fills its memory: more than this is a fault. */
const patience = 20_000;

/**
 * A running sandbox.
 * @typedef {object} Sandbox
 * @property {string} creatio address of the page and of Creatio's OData, without a slash at the end
 * @property {string} graph address of Graph
 * @property {string} exchange address of the Exchange Server
 * @property {number} pid its process
 * @property {() => Promise<void>} stop ends it
 * @property {Promise<number>} ended its exit code, once it ends
 */

/**
 * Starts the built sandbox and waits until its servers listen and the page is there.
 * @param {{ creatioPort?: string, graphPort?: string, exchangePort?: string, seed?: string,
 * description?: string, www?: string, onLine?: (line: string) => void }} [options] ports as
 * numbers, `0` for free ones; `description`: a file by which all that is said to Graph is checked;
 * `www`: the folder of another page than the product's; what else the sandbox prints goes to
 * `onLine`
 * @returns {Promise<Sandbox>}
 */
export async function serve({
  creatioPort = '0',
  graphPort = '0',
  exchangePort = '0',
  seed,
  description,
  www = join(root, 'www', 'dist'),
  onLine = () => {},
} = {}) {
  const env = environment({
    CREATIO_PORT: creatioPort,
    GRAPH_PORT: graphPort,
    EXCHANGE_PORT: exchangePort,
    SANDBOX_WWW: www,
    ...(seed ? { SANDBOX_SEED: seed } : {}),
    ...(description ? { SANDBOX_DESCRIPTION: description } : {}),
  });
  const child = spawn(sandboxProgram, [], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  const quit = () => process.exit(1);
  process.once('exit', kill);
  // While it starts, a signal ends us both; after that the caller decides.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, quit);

  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (code, signal) => resolve(code ?? (signal ? 0 : 1)));
  });
  void ended.then(() => process.off('exit', kill));

  async function stop() {
    child.kill('SIGTERM');
    const late = setTimeout(kill, 3_000);
    await ended;
    clearTimeout(late);
  }

  try {
    const addresses = await listening(child, ended, onLine);
    await pageAnswers(addresses.creatio);
    return { ...addresses, pid: child.pid ?? 0, stop, ended };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, quit);
  }
}

/**
 * The addresses that the sandbox prints once it listens.
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable,
 * import('node:stream').Readable>} child
 * @param {Promise<number>} ended
 * @param {(line: string) => void} onLine
 * @returns {Promise<{ creatio: string, graph: string, exchange: string }>}
 */
function listening(child, ended, onLine) {
  /** @type {Map<string, string>} */
  const addresses = new Map();
  /** @type {string[]} */
  const lines = [];
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Trouble("The sandbox didn't listen within 20 seconds.")), patience);
    const done = () => clearTimeout(late);
    void ended.then((code) => {
      done();
      reject(
        new Trouble(`The sandbox ended with ${code} before it listened. It said: ${lines.join(' | ') || 'nothing'}`),
      );
    });
    const read = (/** @type {string} */ line) => {
      const address = /^sandbox: (creatio|graph|exchange) (http:\/\/\S+)$/.exec(line);
      if (!address?.[1] || !address[2]) {
        lines.push(line);
        onLine(line);
        return;
      }
      addresses.set(address[1], address[2].replace(/\/$/, ''));
      const creatio = addresses.get('creatio');
      const graph = addresses.get('graph');
      const exchange = addresses.get('exchange');
      if (!creatio || !graph || !exchange) return;
      done();
      resolve({ creatio, graph, exchange });
    };
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    once(child, 'error').then(([error]) => lines.push(String(error.message)));
  });
}

/**
 * That the page can be used: `GET /` answers 200.
 * @param {string} creatio
 */
async function pageAnswers(creatio) {
  const response = await fetch(`${creatio}/`, { signal: AbortSignal.timeout(patience) }).catch((error) => {
    throw new Trouble(
      `The sandbox listens at ${creatio}, but doesn't answer: ${error.cause?.message ?? error.message}`,
    );
  });
  await response.arrayBuffer();
  if (response.status !== 200) {
    throw new Trouble(`The sandbox answered ${response.status} for the page. Build it anew: npm run build`);
  }
}
