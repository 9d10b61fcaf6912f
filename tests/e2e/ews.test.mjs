/**
 * The page and an Exchange Server behind a real nginx, with the rule of the installation guide.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findNginx, findOpenssl } from '../../.tasks/debian.mjs';
import { actor } from './actor.mjs';
import { nginx } from './nginx.mjs';
import { only } from './ready.mjs';
import { control, creatioClient, envelope, ewsHeaders, graphTime, handsClient, instant, onServer } from './servers.mjs';
import { stage } from './stage.mjs';

const program = findNginx();
const without =
  program && findOpenssl()
    ? false
    : 'SKIPPED: no nginx or no openssl here, so nothing is tested through the proxy (Debian: apt-get install nginx openssl)';
if (without) console.warn(without);

const { account, password } = onServer;
const basic = ewsHeaders.Authorization;

/** Has Creatio know of the account, as the demo does. */
async function addAccount(/** @type {any} */ activities, /** @type {any} */ sandbox) {
  const [user] = await activities.filtered('SysAdminUnit', "Name eq 'Supervisor'");
  const server = 'c0ffee00-0000-4000-8000-000000000001';
  const type = '3490bd45-4f4d-4613-aa06-454546f3342a';
  // the last of the accounts: the page shows the mailbox of the first one
  const id = 'ffffffff-0000-4000-8000-000000000002';
  const mailbox = { Id: id, SysAdminUnitId: user.Id, MailServerId: server, UserName: account, MailboxName: account };
  const rows = {
    MailServer: [{ Id: server, Name: 'Exchange Server', TypeId: type, ExchangeEmailAddress: 'mail.corp.example' }],
    MailboxSyncSettings: [{ ...mailbox, SenderEmailAddress: account, SenderDisplayValue: 'Supervisor' }],
  };
  assert.deepEqual(await sandbox.load({ rows }), { loaded: 2, refused: [] });
}

const getFolder = envelope(`<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>
  <m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder>`);

test('a page reaches Exchange through the proxy, and nothing of Creatio does', { skip: without }, async (t) => {
  const set = await stage(t);
  const sandbox = control(set.exchange);
  const base = await nginx(t, program ?? '', set);
  const { page } = set;
  await page.goto(`${base}/`);
  const cookies = (await page.context().cookies()).map((cookie) => cookie.name).sort();
  assert.ok(cookies.includes('BPMCSRF') && cookies.length === 4, cookies.join());

  /**
   * What the page is answered. It sends its cookies along, which is the worst case, but for a
   * request without sign-in: the browser would ask the user for a name in a dialog of its own, and
   * wait.
   */
  const ask = (/** @type {{ path?: string, method?: string, authorization?: string, body?: string }} */ options) =>
    page.evaluate(async ({ path = '/ews/Exchange.asmx', method = 'POST', authorization = '', body = '' }) => {
      const headers = { 'Content-Type': 'text/xml; charset=utf-8', BPMCSRF: 'x', ForceUseSession: 'true' };
      const init = { method, headers: authorization ? { ...headers, Authorization: authorization } : headers };
      const credentials = authorization ? 'same-origin' : 'omit';
      const response = await fetch(path, { ...init, credentials, ...(body ? { body } : {}) });
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

  assert.deepEqual(await sandbox.strays(), [], 'no cookie, no BPMCSRF');
  const after = (await page.context().cookies()).map((cookie) => cookie.name).sort();
  assert.deepEqual(after, cookies, 'and no cookie of Exchange comes back');
  const log = (await sandbox.log()).filter((/** @type {any} */ row) => row.server === 'exchange');
  assert.deepEqual(
    log.map((/** @type {any} */ row) => [row.operation, row.status]),
    [
      ['GetFolder', 200],
      ['GetFolder', 200],
      ['GetFolder', 401],
    ],
  );
});

test('a server that nobody vouches for is not asked', { skip: without }, async (t) => {
  const set = await stage(t);
  const base = await nginx(t, program ?? '', set, { trusted: false });
  const init = { method: 'POST', headers: ewsHeaders, body: getFolder };
  const response = await fetch(`${base}/ews/Exchange.asmx`, init);
  assert.equal(response.status, 502);
  assert.deepEqual(await control(set.exchange).log(), [], 'the password went nowhere');
});

test('an account on an Exchange Server is synchronized through the proxy', { skip: without }, async (t) => {
  const set = await stage(t);
  const { page, complaints } = set;
  const sandbox = control(set.exchange);
  const activities = await creatioClient(set.creatio);
  await addAccount(activities, sandbox);
  const mailbox = await handsClient(set.exchange, account);
  await mailbox.createEvent({
    subject: 'Meeting at the head office',
    start: graphTime(3, 9),
    end: graphTime(3, 10),
    location: { displayName: 'Tower, floor 12' },
  });
  await mailbox.createTask({ title: 'Sign the report', dueDateTime: graphTime(4, 0) });
  await activities.create('Activity', {
    Title: 'Visit to the plant',
    StartDate: instant(5, 12),
    DueDate: instant(5, 14),
    Location: 'Gate 2',
    ShowInScheduler: true,
  });

  const base = await nginx(t, program ?? '', set);
  const person = actor(page);
  const { words, find } = person;
  await person.open(base);
  await person.openSettingsOf(account);
  // the page asks for name and password: what is refused is asked for anew, and sent once
  await person.signIn(account, 'wrong');
  await person.signIn(account, password, true);
  for (const block of [words.importMeetings, words.importTasks, words.exportActivities]) {
    await find('checkbox', block).check();
  }
  // what is special about such a mailbox is said where it is chosen
  await page.getByText('Advanced', { exact: true }).click();
  const choice = page.getByLabel('Invitations and mails to attendees', { exact: true });
  const silently = page.getByText(/is written there without mail/);
  await silently.waitFor();
  assert.equal(await choice.getAttribute('aria-describedby'), await silently.getAttribute('id'));
  await choice.selectOption('ask');
  await silently.waitFor({ state: 'detached' });
  await choice.selectOption('never');
  await person.save();

  const said = await person.synchronize();
  assert.match(said, new RegExp(words.completed));

  const meeting = only(await activities.titled('Meeting at the head office'), 'imported meeting');
  assert.equal(meeting.Location, 'Tower, floor 12');
  assert.equal(meeting.StartDate.slice(0, 16), instant(3, 9).slice(0, 16));
  only(await activities.titled('Sign the report'), 'imported task');
  const event = only(await mailbox.titled('Visit to the plant'), 'exported event');
  assert.equal(event.start.dateTime.slice(0, 16), instant(5, 12).slice(0, 16));
  assert.equal(event.location.displayName, 'Gate 2');

  const log = await sandbox.log();
  const asked = log.filter((/** @type {any} */ row) => row.server === 'exchange');
  assert.ok(asked.length > 4 && asked.every((/** @type {any} */ row) => row.path === '/EWS/Exchange.asmx'));
  assert.equal(
    asked.filter((/** @type {any} */ row) => row.status === 401).length,
    1,
    'a refused password is sent once',
  );
  assert.deepEqual(await sandbox.strays(), [], 'no cookie, no BPMCSRF');

  assert.match(await person.synchronize(), new RegExp(words.completed));
  assert.deepEqual(await sandbox.writesSince(log.length), [], 'a second run only reads');
  // the browser tells of the 401 on its console
  assert.deepEqual(
    complaints.filter((complaint) => !/status of 401/.test(complaint)),
    [],
  );
});
