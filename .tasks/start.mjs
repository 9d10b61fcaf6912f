/**
 * `npm start`: installs what is missing, builds, runs the sandbox, says when the page can be used.
 */
import { createServer } from 'node:net';
import { buildPage, buildSandbox, buildWasm, setUp } from './build.mjs';
import { main, Trouble, whenAbandoned } from './process.mjs';
import { serve } from './serve.mjs';

const ports = [
  { name: 'CREATIO_PORT', port: process.env.CREATIO_PORT || '8080', other: '8090' },
  { name: 'GRAPH_PORT', port: process.env.GRAPH_PORT || '8081', other: '8091' },
  { name: 'EXCHANGE_PORT', port: process.env.EXCHANGE_PORT || '8082', other: '8092' },
];

/** That the ports are free, before minutes of building. */
async function checkPorts() {
  for (const { name, port, other } of ports) {
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
      throw new Trouble(`${name}=${port} is not a port. Give a number from 0 (any free one) to 65535.`);
    }
    for (const host of ['127.0.0.1', '::1']) {
      const code = await tryToListen(Number(port), host);
      if (code === 'EADDRINUSE') {
        throw new Trouble(
          `Port ${port} is in use. Stop what listens there, or choose another: ${name}=${other} npm start`,
        );
      }
      if (code === 'EACCES') {
        throw new Trouble(`Port ${port} is not allowed to you. Choose one above 1024: ${name}=${other} npm start`);
      }
    }
  }
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<string | undefined>} the error code, if it can't be listened on
 */
function tryToListen(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

await main(async () => {
  await checkPorts();
  await setUp();
  await buildWasm();
  await buildPage();
  await buildSandbox();
  const [creatio, graph, exchange] = ports;
  const sandbox = await serve({
    creatioPort: creatio?.port,
    graphPort: graph?.port,
    exchangePort: exchange?.port,
    onLine: (line) => console.log(line),
  });
  let asked = false;
  const stop = () => {
    asked = true;
    void sandbox.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  whenAbandoned(stop);
  console.log(`Schedule Sync is ready: ${sandbox.creatio}`);
  const code = await sandbox.ended;
  if (!asked) throw new Trouble(`The sandbox ended by itself (code ${code}). Start it again: npm start`);
});
