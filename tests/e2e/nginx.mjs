/**
 * An nginx of a test's own in front of the sandbox, with the rule of the installation guide.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../.tasks/process.mjs';

/** The name of the Exchange Server in the rule, as an administrator would change it. */
const named = 'mail.corp.example';

/** A port that nobody has. @returns {Promise<number>} */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  assert.ok(address && typeof address === 'object');
  return address.port;
}

/**
 * The rule, with the sandbox in place of the Exchange Server. It speaks no TLS: what the rule says of certificates stays without effect.
 * @param {string} exchange
 */
function rule(exchange) {
  const text = readFileSync(join(root, 'docs', 'nginx-ews.conf'), 'utf8');
  const forTls = text.split('\n').filter((line) => line.includes('proxy_ssl_'));
  assert.equal(forTls.length, 5, 'the certificate is checked');
  const plain = text.split('\n').filter((line) => !line.includes('proxy_ssl_trusted_certificate'));
  assert.equal(text.split(named).length - 1, 3, 'the name stands three times');
  return plain.join('\n').replace(`https://${named}`, exchange.replace('localhost', '127.0.0.1')).replaceAll(named, 'localhost');
}

/**
 * Starts nginx and waits until it answers.
 * @param {import('node:test').TestContext} t
 * @param {string} program
 * @param {{ creatio: string, exchange: string }} servers
 * @returns {Promise<string>} the address of Creatio behind it, without a slash at the end
 */
export async function nginx(t, program, { creatio, exchange }) {
  const folder = mkdtempSync(join(tmpdir(), 'schedule-sync-nginx-'));
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`);
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off;
    master_process off;
    pid ${folder}/pid;
    error_log stderr warn;
    events {}
    http {
      access_log off;
      ${temporary.join('\n')}
      server {
        listen 127.0.0.1:${port};
        ${rule(exchange)}
        # the sandbox has such a path of its own, which is not under test here
        location /ews/ { return 418; }
        location / {
          proxy_pass ${creatio.replace('localhost', '127.0.0.1')};
          proxy_set_header Host $http_host;
        }
      }
    }\n`,
  );
  const child = spawn(program, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => (said += data));
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const base = `http://localhost:${port}`;
  for (let tries = 0; ; tries++) {
    assert.ok(child.exitCode === null && tries < 100, `nginx does not listen: ${said}`);
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    if (answer?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return base.replace('localhost', '127.0.0.1');
}
