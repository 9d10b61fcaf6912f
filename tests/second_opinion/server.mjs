/**
 * An OData v4 server that nobody here wrote (@sap-ux/fe-mockserver-core), for the tests of our
 * OData client.
 *
 * `node server.mjs <folder>`: serves the entity sets of `<folder>/metadata.xml` with the rows of
 * `<folder>/data/<Set>.json` at `/0/odata` of the port that it prints. What it lacks is made up for
 * here, and nothing else: its `$batch` takes `multipart/mixed` only, so a JSON batch's parts go to
 * it one by one; it knows no quote in a text literal, so tests use none.
 */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const Mockserver = createRequire(import.meta.url)('@sap-ux/fe-mockserver-core').default;
const [folder = '.'] = process.argv.slice(2);
const urlPath = '/0/odata';
const logger = { info() {}, error() {}, warn() {}, debug() {} };

const mock = new Mockserver({
  services: [
    {
      ...{ urlPath, logger, noETag: true, generateMockData: false },
      metadataPath: join(folder, 'metadata.xml'),
      mockdataPath: join(folder, 'data'),
    },
  ],
});
await mock.isReady;

const inner = await listening(
  createServer((request, response) => {
    mock.getRouter()(request, response, () => {
      response.statusCode = 404;
      response.end();
    });
  }),
);

const outer = await listening(
  createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts).toString();
    const path = request.url ?? '/';
    const type = request.headers['content-type'];
    const answer = path.endsWith('/$batch') ? await batch(body) : await ask(request.method, path, body, type);
    const bytes = Buffer.from(answer.body);
    response.writeHead(answer.status, { 'Content-Type': answer.type, 'Content-Length': bytes.length });
    response.end(bytes);
  }),
);
console.log(outer);
// the test ends with its standard input
process.stdin.on('end', () => process.exit()).resume();

/** One request to the server itself. */
async function ask(method, path, body, type = 'application/json') {
  const headers = { Accept: 'application/json', ...(body && { 'Content-Type': type }) };
  const reply = await fetch(`http://localhost:${inner}${path}`, { method, headers, ...(body && { body }) });
  return { status: reply.status, type: reply.headers.get('content-type') ?? '', body: await reply.text() };
}

/** The parts of a JSON batch, one by one. */
async function batch(body) {
  const responses = [];
  for (const { id, method, url, body: part } of JSON.parse(body).requests) {
    const { status, type, body: text } = await ask(method, `${urlPath}/${url}`, part ? JSON.stringify(part) : '');
    const isJson = type.startsWith('application/json') && text;
    responses.push({
      id,
      status,
      headers: { 'content-type': type },
      body: isJson ? JSON.parse(text) : text || undefined,
    });
  }
  return { status: 200, type: 'application/json', body: JSON.stringify({ responses }) };
}

/** Starts a server on any free port, and tells it. */
function listening(server) {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(server.address().port);
    });
  });
}
