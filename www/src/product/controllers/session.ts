/**
 * What the page knows and does as a whole: who the user is, the engine, the run that is going on,
 * and when the next one comes. It fires `change` whenever something of it is to be shown, and
 * `finished` after a run (`Finished`).
 */
import {
  AccountAuth,
  OpenAuth,
  PasswordAuth,
  SandboxAuth,
  type AskPerson,
  type Auth,
  type Credentials,
} from '../../host/auth';
import { creatioKeys, type HostContext } from '../../host/creatio';
import { OData } from '../../sandbox/creatio/odata';
import {
  Engine,
  EngineTrouble,
  type Account,
  type HeldItem,
  type Reply,
  type Report,
  type SyncEvent,
} from '../../engine/engine';
import { Graph } from '../../sandbox/mailbox/graph';
import { Scheduler } from './scheduler';
import { NoReply, ServerError } from '../../host/http';
import { stringsFor, type Strings } from '../../strings';
import { Calendar } from '../local-time';

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

/** When an account last ran in this window, and when it comes next by itself. */
export interface Times {
  last?: Date;
  next?: Date;
  /** It runs by itself as soon as a person has signed in to it. */
  waits: boolean;
}

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
  /** Whom a person is asked to sign in to. */
  asking: Asking | undefined;

  /** Whether the run that goes on was begun by a person, who can be asked. */
  private attended = true;
  private idle = false;
  private timer: number | undefined;
  private readonly scheduler = new Scheduler();
  /** The account that the run works on, or has worked on last. */
  private worksOn = '';
  /** An automatic run is about to begin. */
  private beginning = false;
  private readonly last = new Map<string, Date>();

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

  /**
   * The mailbox of an account as its owner uses it; what is on an Exchange Server, by the sandbox’s
   * hands.
   */
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
   * Runs the accounts one after the other, with these answers to what was held. The status is
   * replaced before this returns; another run is not begun meanwhile.
   */
  run(accounts: Account[], answers: Answers = new Map(), attended = true): void {
    if (this.running) return;
    this.attended = attended;
    if (attended) this.keepStore();
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
      return this.whose(account.address) + this.strings.takenBack(done, stays);
    });
  }

  /** Asks the run to stop: at once while it reads, after what is under way while it writes. */
  stop(): void {
    if (!this.running) return;
    this.message = this.strings.stopping;
    this.changed();
    void this.engine.stop();
  }

  /** When an account last ran, and when it comes next. */
  timesOf(account: string): Times {
    const last = this.last.get(account);
    const waits = this.scheduler.has(account) && !this.auth.ready(account);
    const next = waits ? undefined : this.scheduler.next(account, document.hidden);
    return { waits, ...(last && { last }), ...(next !== undefined && { next: new Date(next) }) };
  }

  /**
   * Asks the browser not to throw the store away when it runs short of room. Called when a person
   * does something: some browsers ask them.
   */
  keepStore(): void {
    if ('storage' in navigator) void navigator.storage.persist().catch(() => false);
  }

  /** Reads anew which accounts run by themselves, and sets the clock for them. */
  async schedule(): Promise<void> {
    const on = await Promise.all(this.accounts.map((account) => this.runsByItself(account)));
    const before = this.scheduler.isEmpty;
    const automatic = this.accounts.filter((_, index) => on[index]).map(({ address }) => address);
    this.scheduler.set(automatic, Date.now());
    const now = this.scheduler.isEmpty;
    if (before && !now) {
      window.addEventListener('online', this.online);
      document.addEventListener('visibilitychange', this.setClock);
    }
    if (!before && now) {
      window.removeEventListener('online', this.online);
      document.removeEventListener('visibilitychange', this.setClock);
    }
    const waiting = automatic.filter((account) => !this.auth.ready(account));
    if (waiting.length > 0 && !this.failed) this.say(this.strings.signInFirst(waiting.join(', ')));
    this.setClock();
  }

  /**
   * Whether an account runs by itself: not if its settings or the policy can’t be read, and the
   * status says why.
   */
  private async runsByItself(account: Account): Promise<boolean> {
    try {
      const { automatic } = await this.engine.settings(account.address);
      // the two synchronizations must not work on one mailbox by turns
      return automatic && !account.builtIn;
    } catch (error) {
      this.message = explain(this.strings, error);
      this.failed = true;
      return false;
    }
  }

  private readonly online = (): void => {
    this.scheduler.online(Date.now());
    this.setClock();
  };

  /** Whether an account can be run without asking a person: nobody is interrupted by a dialog. */
  private readonly isReady = (account: string): boolean => this.auth.ready(account);

  /** Runs the accounts whose time has come. */
  private readonly runAutomatic = async (): Promise<void> => {
    if (this.running || this.beginning) return;
    this.beginning = true;
    await this.leaveOutBuiltIn();
    this.beginning = false;
    const due = new Set(this.scheduler.due(Date.now(), document.hidden, this.isReady));
    const accounts = [...due].flatMap((address) => this.accounts.filter((one) => one.address === address));
    if (accounts.length > 0) this.run(accounts, new Map(), false);
    this.setClock();
  };

  /**
   * Creatio’s own synchronization may have been switched on for an account meanwhile: then ours no
   * longer runs by itself.
   */
  private async leaveOutBuiltIn(): Promise<void> {
    try {
      const builtIn = new Set((await this.engine.accounts()).filter((one) => one.builtIn).map((one) => one.address));
      for (const account of this.accounts) account.builtIn = builtIn.has(account.address);
      const left = this.accounts.map(({ address }) => address);
      this.scheduler.set(
        left.filter((address) => this.scheduler.has(address) && !builtIn.has(address)),
        Date.now(),
      );
    } catch {
      // the run itself tells what is wrong
    }
  }

  /**
   * Has the clock go off when the next account’s time has come; not while a run goes on, whose end
   * sets it anew.
   */
  private readonly setClock = (): void => {
    window.clearTimeout(this.timer);
    if (!this.running && !this.beginning) {
      const wake = this.scheduler.wake(document.hidden, this.isReady);
      if (wake !== undefined) {
        this.timer = window.setTimeout(
          () => {
            void this.runAutomatic();
          },
          Math.max(0, wake - Date.now()),
        );
      }
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
    const waiting = this.attended ? [] : this.accounts.filter(({ address }) => this.timesOf(address).waits);
    if (waiting.length > 0) {
      this.message += ` ${this.strings.signInFirst(waiting.map(({ address }) => address).join(', '))}`;
    }
    this.running = false;
    this.progress = undefined;
    this.setClock();
    this.dispatchEvent(new CustomEvent<Finished>('finished', { detail: { idle: this.idle } }));
  }

  /**
   * One account after the other: what goes wrong with one does not keep the others from their run.
   */
  private async runAll(accounts: Account[], answers: Answers): Promise<string> {
    const said: string[] = [];
    const reports: Report[] = [];
    for (const { address } of accounts) {
      // nobody signs in to a mailbox for nothing
      if (!this.auth.ready(address) && (await this.isOff(address))) continue;
      const { told, report, over } = await this.runOne(address, answers.get(address));
      said.push(this.whose(address) + told);
      if (report) reports.push(report);
      if (over) break;
    }
    this.idle = !this.failed && reports.every(foundNothing);
    const off = await Promise.all(accounts.map(({ address }) => this.isOff(address)));
    if (off.every(Boolean)) said.push(this.strings.nothingOn);
    return said.join(' ');
  }

  /**
   * Runs one account; what is to be told of it, and whether the others are not to be run any more.
   */
  private async runOne(address: string, replies: Reply[] | undefined): Promise<Ran> {
    this.worksOn = address;
    try {
      if (replies) await this.engine.answer(address, replies);
      const report = await this.engine.run(address);
      this.ended(address, true);
      return { told: summary(this.strings, report), report, over: report.stopped };
    } catch (error) {
      const code = error instanceof EngineTrouble ? error.trouble.code : 'unknown';
      // neither a person’s wish nor another tab’s run is an error
      const over = code === 'stopped' || code === 'running';
      this.failed ||= !over;
      this.ended(address, over);
      return { told: explain(this.strings, error), over };
    }
  }

  private ended(address: string, well: boolean): void {
    this.last.set(address, new Date());
    this.scheduler.ended(address, Date.now(), well);
  }

  /** Which mailbox is spoken of, where there are several. */
  private whose(address: string): string {
    return this.accounts.length > 1 ? `${address}: ` : '';
  }

  /**
   * Reads what is held, which the store remembers; a store that can't be read is told of by the
   * next run.
   */
  private async readLeft(): Promise<void> {
    const read = async ({ address }: Account) => ({ account: address, items: await this.engine.held(address) });
    this.left = await Promise.all(this.accounts.map(read)).catch(() => this.left);
  }

  /**
   * Whether nothing is switched on for an account; one whose settings can’t be read is run, which
   * tells why.
   */
  private async isOff(account: string): Promise<boolean> {
    try {
      const { importMeetings, importTasks, export: out } = await this.engine.settings(account);
      return !importMeetings.on && !importTasks.on && !out.on;
    } catch {
      return false;
    }
  }

  /** Asks a person to sign in, unless the run that goes on is nobody’s. */
  private ask(account: string, refused: boolean): Promise<Credentials> {
    if (this.running && !this.attended && this.worksOn === account)
      return Promise.reject(new Error('nobody is there to be asked'));
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
  return `${report.stopped ? strings.stopped : strings.completed}. ${parts.join('; ')}.`;
}

/** What went wrong and what to do, in plain words. */
export function explain(strings: Strings, error: unknown): string {
  if (!(error instanceof EngineTrouble)) return strings.failed.unknown();
  const { code, side, names, detail } = error.trouble;
  const told = sentence(strings.failed[code](strings.side[side ?? 'creatio'], names));
  return detail ? `${told} (${detail.replace(/^settings: /, '')})` : told;
}

/** What went wrong with a request of the page’s own lists and cards to `side`, in plain words. */
export function explainSide(strings: Strings, side: 'creatio' | 'exchange', error: unknown): string {
  const who = strings.side[side];
  if (error instanceof NoReply) return sentence(strings.failed['no-reply'](who));
  if (error instanceof ServerError) return sentence(strings.sideFails(side, error.message));
  return sentence(strings.failed.unreadable(who));
}

/** A text as a sentence begins. */
function sentence(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** Shared mailboxes come with a later version. */
function canRun(account: Account): boolean {
  return !account.shared;
}

/** What became of one account’s run. */
interface Ran {
  told: string;
  report?: Report;
  over: boolean;
}

/** The page’s end of the engine’s callbacks, once there is a session. */
interface Listeners {
  progress?: (event: SyncEvent) => void;
  ask?: AskPerson;
}
