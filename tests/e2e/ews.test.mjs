/**
 * The page and an Exchange Server behind a real nginx, with the rule of the installation guide.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findNginx } from '../../.tasks/debian.mjs';
import { nginx } from './nginx.mjs';
import { control } from './servers.mjs';
import { stage } from './stage.mjs';

const program = findNginx();
const without = program ? false : 'SKIPPED: no nginx here, so nothing is tested through the proxy (Debian: apt-get install nginx)';
if (without) console.warn(without);

/** Name and password of the sandbox's account. */
const basic = `Basic ${Buffer.from('demo@corp.contoso.example:sandbox').toString('base64')}`;

const getFolder = `<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
  xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"
  xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Body>
  <m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>
  <m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder></s:Body></s:Envelope>`;

test('a page reaches Exchange through the proxy, and nothing of Creatio does', { skip: without }, async (t) => {
  const set = await stage(t);
  const desk = control(set.exchange);
  const base = await nginx(t, program ?? '', set);
  const { page } = set;
  await page.goto(`${base}/`);
  const cookies = (await page.context().cookies()).map((cookie) => cookie.name).sort();
  assert.ok(cookies.includes('BPMCSRF') && cookies.length === 4, cookies.join());

  /** What the page is answered. */
  const ask = (/** @type {{ path?: string, method?: string, authorization?: string, body?: string }} */ options) =>
    page.evaluate(async ({ path = '/ews/Exchange.asmx', method = 'POST', authorization = '', body = '' }) => {
      const headers = { 'Content-Type': 'text/xml; charset=utf-8', BPMCSRF: 'x', ForceUseSession: 'true' };
      const init = { method, headers: authorization ? { ...headers, Authorization: authorization } : headers };
      // the worst case: a page that sends its cookies along
      const response = await fetch(path, { ...init, credentials: 'same-origin', ...(body ? { body } : {}) });
      return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
    }, options);

  const served = await ask({ authorization: basic, body: getFolder });
  assert.equal(served.status, 200, served.text);
  assert.equal(served.type, 'text/xml; charset=utf-8');
  assert.match(served.text, /<t:DisplayName>Calendar<\/t:DisplayName>/);
  const large = getFolder.replace('<s:Body>', `<s:Header><!--${'x'.repeat(5_000_000)}--></s:Header><s:Body>`);
  assert.equal((await ask({ authorization: basic, body: large })).status, 200, 'large requests pass');

  assert.equal((await ask({ body: getFolder })).status, 401, 'the answer of Exchange comes through');
  assert.equal((await ask({ method: 'GET' })).status, 405);
  assert.equal((await ask({ method: 'OPTIONS' })).status, 405);
  for (const path of ['/ews/exchange.asmx', '/ews/Services.wsdl', '/ews/Exchange.asmx/x']) {
    assert.equal((await ask({ path, authorization: basic, body: getFolder })).status, 418, `${path} is not passed on`);
  }

  assert.deepEqual(await desk.strays(), [], 'no cookie, no BPMCSRF');
  const after = (await page.context().cookies()).map((cookie) => cookie.name).sort();
  assert.deepEqual(after, cookies, 'and no cookie of Exchange comes back');
  const log = (await desk.log()).filter((/** @type {any} */ row) => row.server === 'exchange');
  assert.deepEqual(log.map((/** @type {any} */ row) => [row.operation, row.status]), [
    ['GetFolder', 200],
    ['GetFolder', 200],
    ['GetFolder', 401],
  ]);
});
