/**
 * What the page knows and does as a whole: who the user is, the engine, the run that is going on, and when the next one comes.
 * It fires `change` whenever something of it is to be shown, and `finished` after a run (`Finished`).
 */
import { AccountAuth, OpenAuth, PasswordAuth, SandboxAuth, type AskPerson, type Auth, type Credentials } from './auth';
import { creatioKeys, type HostContext } from './creatio/host';
import { OData } from './creatio/odata';
import { Engine, EngineTrouble, type Account, type HeldItem, type Reply, type Report, type SyncEvent } from './engine';
import { Graph } from './mailbox/graph';
import { stringsFor, type Strings } from './strings';
import { Calendar } from './time';

/** Minutes between two automatic runs, while the page is seen and while it is not. */
const every = { visible: 5, hidden: 15 };

/** What the last run of an account left, and why. */
export interface Left {
  account: string;
  items: HeldItem[];
}

/** A person is asked to sign in to a mailbox. */
export interface Asking {
  account: string;
  /** What was given last was refused. */
  refused: boolean;
  /** Takes the answer; nothing: the person doesn’t want to. */
  answer: (credentials?: Credentials) => void;
}

/** What a person says of things held, by account. */
export type Answers = ReadonlyMap<string, Reply[]>;

/** What the event `finished` tells of a run. */
export interface Finished {
  /** It had nothing to do and nothing to ask: what is shown of the servers is as it was. */
  idle: boolean;
}

export class Session extends EventTarget {
  readonly strings: Strings;
  readonly calendar: Calendar;
  readonly odata: OData;

  /** What the status says. */
  message: string;
  /** Whether the status tells of a trouble. */
  failed = false;
  /** How far the run is; `undefined` while none goes on. */
  progress: SyncEvent | undefined;
  running = false;
  /** Mailboxes that are shared with others: they can’t be synchronized in this version. */
  others: Account[] = [];
  left: Left[] = [];
  /** When the last run of this window ended, and when the next automatic one is due. */
  last: Date | undefined;
  next: Date | undefined;
  /** Whom a person is asked to sign in to. */
  asking: Asking | undefined;

  /** Whether the run that goes on was begun by a person, who can be asked. */
  private attended = true;
  private idle = false;
  private timer: number | undefined;
  private automatic: Account[] = [];

  private constructor(
    readonly context: HostContext,
    readonly engine: Engine,
    readonly accounts: Account[],
    private readonly auth: Auth,
    /** Set once, before the engine can call: the page's end of the engine's callbacks. */
    listeners: Listeners,
  ) {
    super();
    this.strings = stringsFor(context.culture);
    this.calendar = new Calendar(engine.zone, context.culture);
    this.odata = new OData(context.base);
    this.message = accounts.length > 0 ? this.strings.notYet : this.strings.noAccount;
    listeners.progress = (event) => {
      this.progress = event;
      this.changed();
    };
    listeners.ask = (account, refused) => this.ask(account, refused);
  }

  /** Starts the engine for the user of this page. */
  static async open(context: HostContext): Promise<Session> {
    const listeners: Listeners = {};
    const cloud = new SandboxAuth();
    const server = new PasswordAuth((account, refused) => {
      return listeners.ask?.(account, refused) ?? Promise.reject(new Error('nobody can be asked yet'));
    });
    const servers = new Set<string>();
    const auth = new AccountAuth((account) => (servers.has(account) ? server : cloud));
    const engine = await Engine.start(context, {
      headers: (side, renew, account, claims) =>
        side === 'creatio' ? Promise.resolve(creatioKeys()) : auth.headers(account, renew, claims),
      holder: (account) => Promise.resolve(auth.holder(account)),
      event: (event) => listeners.progress?.(event),
    });
    const all = await engine.accounts();
    for (const one of all) if (one.kind === 'exchange') servers.add(one.address);
    // the mailbox that needs no password first
    const accounts = all
      .filter(canRun)
      .sort((one, other) => Number(servers.has(one.address)) - Number(servers.has(other.address)));
    const session = new Session(context, engine, accounts, auth, listeners);
    session.others = all.filter((one) => !canRun(one));
    await Promise.all([session.schedule(), session.readLeft()]);
    return session;
  }

  /** The mailbox of an account as its owner uses it; what is on an Exchange Server, by the sandbox’s hands. */
  graph(account: Account): Graph {
    const { address } = account;
    const hands = `${location.origin}/sandbox/hands/${encodeURIComponent(address)}`;
    return account.kind === 'exchange'
      ? new Graph(hands, address, new OpenAuth())
      : new Graph(this.context.graph, address, this.auth);
  }

  /** Says something in the status. */
  say(message: string): void {
    if (this.running) return;
    this.message = message;
    this.failed = false;
    this.changed();
  }

  /**
   * Runs the accounts one after the other, with these answers to what was held. The status is replaced before this returns;
   * another run is not begun meanwhile.
   */
  run(accounts: Account[], answers: Answers = new Map(), attended = true): void {
    if (this.running) return;
    this.attended = attended;
    if (accounts.length === 0) {
      this.say(this.strings.noAccount);
      return;
    }
    this.begin(this.strings.starting);
    this.progress = { phase: 'reading', done: 0, total: 0 };
    this.changed();
    void this.work(() => this.runAll(accounts, answers));
  }

  /** Undoes a run of an account; ends when that is done, or has failed: the status says which. */
  async undo(account: Account, run: string): Promise<void> {
    if (this.running) return;
    this.begin(this.strings.takingBack);
    this.changed();
    await this.work(async () => {
      const { done, stays } = await this.engine.undo(account.address, run);
      return this.strings.takenBack(done, stays);
    });
  }

  /** Asks the run to stop after what it is doing. */
  stop(): void {
    if (!this.running) return;
    this.message = this.strings.stopping;
    this.changed();
    void this.engine.stop();
  }

  /** Reads anew which accounts run by themselves, and sets the clock for them. */
  async schedule(): Promise<void> {
    const read = this.accounts.map((account) => this.engine.settings(account.address));
    const settings = await Promise.all(read).catch((error: unknown) => {
      // settings or a policy that can’t be read: nothing runs by itself, and the status says why
      this.message = explain(this.strings, error);
      this.failed = true;
      return [];
    });
    const before = this.automatic.length;
    // the two synchronizations must not work on one mailbox by turns
    this.automatic = this.accounts.filter((account, index) => settings[index]?.automatic && !account.builtIn);
    if (this.automatic.length > 0 && before === 0) {
      window.addEventListener('online', this.runAutomatic);
      document.addEventListener('visibilitychange', this.setClock);
      this.runAutomatic();
    }
    if (this.automatic.length === 0) {
      window.removeEventListener('online', this.runAutomatic);
      document.removeEventListener('visibilitychange', this.setClock);
    }
    this.setClock();
  }

  private readonly runAutomatic = (): void => {
    void this.withoutBuiltIn().then((all) => {
      // nobody is interrupted by a dialog: a mailbox that has to be signed in to waits for a run that a person begins
      const accounts = all.filter(({ address }) => this.auth.ready(address));
      const waiting = all.find(({ address }) => !this.auth.ready(address));
      if (accounts.length > 0) this.run(accounts, new Map(), false);
      else if (waiting) this.say(this.strings.signInFirst(waiting.address));
      this.setClock();
    });
  };

  /** Of the accounts that run by themselves those for which Creatio’s own synchronization is still off: it may have been switched on meanwhile. */
  private async withoutBuiltIn(): Promise<Account[]> {
    try {
      const builtIn = new Set((await this.engine.accounts()).filter((one) => one.builtIn).map((one) => one.address));
      for (const account of this.accounts) account.builtIn = builtIn.has(account.address);
      this.automatic = this.automatic.filter((account) => !account.builtIn);
    } catch {
      // the run itself tells what is wrong
    }
    return this.automatic;
  }

  /** The next run comes so many minutes after the last one. */
  private readonly setClock = (): void => {
    window.clearTimeout(this.timer);
    this.next = undefined;
    if (this.automatic.length > 0) {
      const minutes = document.hidden ? every.hidden : every.visible;
      const due = Math.max(Date.now(), (this.last ?? new Date()).getTime() + minutes * 60_000);
      this.next = new Date(due);
      this.timer = window.setTimeout(this.runAutomatic, due - Date.now());
    }
    this.changed();
  };

  private begin(message: string): void {
    this.running = true;
    this.failed = false;
    this.message = message;
  }

  /** Does what the status then tells of, by what `work` says or by what went wrong. */
  private async work(work: () => Promise<string>): Promise<void> {
    this.idle = false;
    try {
      this.message = await work();
    } catch (error) {
      this.failed = true;
      this.message = explain(this.strings, error);
    }
    await this.readLeft();
    this.running = false;
    this.progress = undefined;
    this.setClock();
    this.dispatchEvent(new CustomEvent<Finished>('finished', { detail: { idle: this.idle } }));
  }

  private async runAll(accounts: Account[], answers: Answers): Promise<string> {
    const { strings } = this;
    const said: string[] = [];
    const reports: Report[] = [];
    try {
      for (const { address } of accounts) {
        // nobody signs in to a mailbox for nothing
        if (!this.auth.ready(address) && (await this.isOff(address))) continue;
        const replies = answers.get(address);
        if (replies) await this.engine.answer(address, replies);
        const report = await this.engine.run(address);
        reports.push(report);
        const whose = accounts.length > 1 ? `${address}: ` : '';
        said.push(whose + summary(strings, report));
      }
      this.idle = reports.every(foundNothing);
    } finally {
      this.last = new Date();
    }
    const off = await Promise.all(accounts.map(({ address }) => this.isOff(address)));
    if (off.every(Boolean)) said.push(strings.nothingOn);
    return said.join(' ');
  }

  /** Reads what is held, which the store remembers; a store that can't be read is told of by the next run. */
  private async readLeft(): Promise<void> {
    const read = async ({ address }: Account) => ({ account: address, items: await this.engine.held(address) });
    this.left = await Promise.all(this.accounts.map(read)).catch(() => this.left);
  }

  private async isOff(account: string): Promise<boolean> {
    const { importMeetings, importTasks, export: out } = await this.engine.settings(account);
    return !importMeetings.on && !importTasks.on && !out.on;
  }

  /** Asks a person to sign in, unless the run that goes on is nobody’s. */
  private ask(account: string, refused: boolean): Promise<Credentials> {
    if (this.running && !this.attended) return Promise.reject(new Error('nobody is there to be asked'));
    return new Promise((resolve, reject) => {
      const answer = (credentials?: Credentials) => {
        this.asking = undefined;
        this.changed();
        if (credentials) resolve(credentials);
        else reject(new Error('the user did not sign in'));
      };
      this.asking = { account, refused, answer };
      this.changed();
    });
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

/** Whether a run had nothing to do and nothing to ask. */
function foundNothing({ creatio, exchange, held, malformed }: Report): boolean {
  const counts = [creatio, exchange].flatMap(({ created, updated, deleted }) => [created, updated, deleted]);
  return [...counts, held.length, malformed.length].every((count) => count === 0);
}

/** A run in one sentence. */
function summary(strings: Strings, report: Report): string {
  const parts = [
    strings.counts(strings.side_title.creatio, report.creatio),
    strings.counts(strings.side_title.exchange, report.exchange),
    ...(report.held.length > 0 ? [strings.held(report.held.length)] : []),
    ...(report.malformed.length > 0 ? [strings.malformed(report.malformed.length)] : []),
    ...(report.unfinished > 0 ? [strings.unfinished(report.unfinished)] : []),
    ...report.notes.map(({ note, count }) => strings.notes[note](count)),
    ...(report.resting > 0 ? [strings.resting(report.resting)] : []),
  ];
  return `${strings.completed}. ${parts.join('; ')}.`;
}

/** What went wrong and what to do, in plain words. */
export function explain(strings: Strings, error: unknown): string {
  if (!(error instanceof EngineTrouble)) return strings.failed.unknown();
  const { code, side, names, detail } = error.trouble;
  const told = strings.failed[code](strings.side[side ?? 'creatio'], names);
  return detail ? `${told} (${detail.replace(/^settings: /, '')})` : told;
}

/** Shared mailboxes come with a later version. */
function canRun(account: Account): boolean {
  return !account.shared;
}

/** The page’s end of the engine’s callbacks, once there is a session. */
interface Listeners {
  progress?: (event: SyncEvent) => void;
  ask?: AskPerson;
}
