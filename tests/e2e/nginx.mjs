/**
 * An nginx of a test's own in front of the sandbox, with the rule of the installation guide.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
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
 * The rule, changed as an administrator would change it: the address of the Exchange Server, and
 * the authority that vouches for its certificate.
 * @param {number} port where the Exchange Server speaks TLS
 * @param {string} authority
 */
function rule(port, authority) {
  const text = readFileSync(join(root, 'docs', 'nginx-ews.conf'), 'utf8');
  assert.equal(text.split(named).length - 1, 3, 'the name stands three times');
  const usual = '/etc/ssl/certs/ca-certificates.crt';
  assert.equal(text.split(usual).length, 2);
  return text.replace(`https://${named}`, `https://127.0.0.1:${port}`).replace(usual, authority);
}

/**
 * A certificate of the Exchange Server's name, which vouches for itself. @param {string} folder
 * @param {string} file without ending
 */
function certificate(folder, file) {
  const place = (/** @type {string} */ ending) => join(folder, `${file}.${ending}`);
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${named}`];
  const made = spawnSync('openssl', [
    ...request,
    '-addext',
    `subjectAltName=DNS:${named}`,
    '-keyout',
    place('key'),
    '-out',
    place('pem'),
  ]);
  assert.equal(made.status, 0, `no certificate: ${made.error?.message ?? made.stderr}`);
  return { pem: place('pem'), key: place('key') };
}

/**
 * Starts nginx and waits until it answers. It stands in for the web server of Exchange too, which
 * speaks TLS.
 * @param {import('node:test').TestContext} t
 * @param {string} program
 * @param {{ creatio: string, exchange: string }} servers
 * @param {{ trusted?: boolean }} [options] whether the certificate of Exchange comes from the
 * authority that the rule names
 * @returns {Promise<string>} the address of Creatio behind it, without a slash at the end
 */
export async function nginx(t, program, { creatio, exchange }, { trusted = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'schedule-sync-nginx-'));
  const [port, tls] = [await freePort(), await freePort()];
  const own = certificate(folder, 'exchange');
  const authority = trusted ? own : certificate(folder, 'other');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
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
        ${rule(tls, authority.pem)}
        # the sandbox has such a path of its own, which is not under test here
        location /ews/ { return 418; }
        location / {
          proxy_pass ${creatio.replace('localhost', '127.0.0.1')};
          proxy_set_header Host $http_host;
        }
      }
      server {
        listen 127.0.0.1:${tls} ssl;
        server_name ${named};
        ssl_certificate ${own.pem};
        ssl_certificate_key ${own.key};
        location / {
          proxy_pass ${exchange.replace('localhost', '127.0.0.1')};
          client_max_body_size 0;
          # what came is passed on as it came
          proxy_pass_header Set-Cookie;
        }
      }
      server {
        # another name than the one of the rule, in Host or in TLS, leads nowhere
        listen 127.0.0.1:${tls} ssl default_server;
        ssl_certificate ${own.pem};
        ssl_certificate_key ${own.key};
        return 421;
      }
    }\n`,
  );
  const child = spawn(program, ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
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
