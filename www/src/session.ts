/**
 * What the page knows and does as a whole: who the user is, the engine, the run that is going on, and when the next one comes.
 * It fires `change` whenever something of it is to be shown, and `finished` after a run.
 */
import { SandboxAuth, type Auth } from './auth';
import { creatioHeaders, type HostContext } from './creatio/host';
import { OData } from './creatio/odata';
import { Engine, EngineTrouble, type Account, type Report, type SyncEvent } from './engine';
import { Graph } from './mailbox/graph';
import { stringsFor, type Strings } from './strings';
import { Calendar } from './time';

/** Minutes between two automatic runs, while the page is seen and while it is not. */
const every = { visible: 5, hidden: 15 };

/** What the last run left, for the details under the status. */
export interface Outcome {
  account: string;
  report: Report;
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
  outcomes: Outcome[] = [];
  /** When the last run of this window ended, and when the next automatic one is due. */
  last: Date | undefined;
  next: Date | undefined;

  private timer: number | undefined;
  private automatic: Account[] = [];

  private constructor(
    readonly context: HostContext,
    readonly engine: Engine,
    readonly accounts: Account[],
    private readonly auth: Auth,
    /** Set once, before the engine can call: the page's end of the engine's callbacks. */
    listeners: { progress?: (event: SyncEvent) => void },
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
  }

  /** Starts the engine for the user of this page. */
  static async open(context: HostContext): Promise<Session> {
    const auth: Auth = new SandboxAuth();
    const listeners: { progress?: (event: SyncEvent) => void } = {};
    const engine = await Engine.start(context, {
      headers: async (side, renew, account) =>
        side === 'creatio' ? creatioHeaders() : { Authorization: `Bearer ${await auth.token(account, renew)}` },
      event: (event) => listeners.progress?.(event),
    });
    // mailboxes on an Exchange Server and shared ones come with a later version
    const accounts = (await engine.accounts()).filter((one) => one.kind === 'microsoft365' && !one.shared);
    const session = new Session(context, engine, accounts, auth, listeners);
    await session.schedule();
    return session;
  }

  /** The mailbox of an account. */
  graph(account: Account): Graph {
    return new Graph(this.context.graph, account.address, this.auth);
  }

  /** Says something in the status. */
  say(message: string): void {
    if (this.running) return;
    this.message = message;
    this.failed = false;
    this.changed();
  }

  /** Runs the accounts one after the other. The status is replaced before this returns; another run is not begun meanwhile. */
  run(accounts: Account[]): void {
    if (this.running) return;
    if (accounts.length === 0) {
      this.say(this.strings.noAccount);
      return;
    }
    this.running = true;
    this.failed = false;
    this.message = this.strings.starting;
    this.outcomes = [];
    this.progress = { phase: 'reading', done: 0, total: 0 };
    this.changed();
    void this.work(accounts);
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
    const settings = await Promise.all(this.accounts.map((account) => this.engine.settings(account.address)));
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
    this.run(this.automatic);
    this.setClock();
  };

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

  private async work(accounts: Account[]): Promise<void> {
    const { strings } = this;
    try {
      const outcomes: Outcome[] = [];
      for (const account of accounts) {
        const report = await this.engine.run(account.address);
        outcomes.push({ account: account.address, report });
      }
      this.outcomes = outcomes;
      const off = await this.allOff(accounts);
      this.message = [
        outcomes.map((outcome) => summary(strings, outcome)).join(' '),
        ...(off ? [strings.nothingOn] : []),
      ].join(' ');
    } catch (error) {
      this.failed = true;
      this.message = explain(strings, error);
    } finally {
      this.running = false;
      this.progress = undefined;
      this.last = new Date();
      this.setClock();
      this.dispatchEvent(new Event('finished'));
    }
  }

  private async allOff(accounts: Account[]): Promise<boolean> {
    const settings = await Promise.all(accounts.map((account) => this.engine.settings(account.address)));
    return settings.every((one) => !one.importMeetings.on && !one.importTasks.on && !one.export.on);
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

/** A run in one sentence. */
function summary(strings: Strings, { report }: Outcome): string {
  const parts = [
    strings.counts(strings.side_title.creatio, report.creatio),
    strings.counts(strings.side_title.exchange, report.exchange),
    ...(report.held.length > 0 ? [strings.held(report.held.length)] : []),
    ...(report.malformed.length > 0 ? [strings.malformed(report.malformed.length)] : []),
    ...(report.unfinished > 0 ? [strings.unfinished(report.unfinished)] : []),
  ];
  return `${strings.completed}. ${parts.join('; ')}.`;
}

/** What went wrong and what to do, in plain words. */
export function explain(strings: Strings, error: unknown): string {
  if (!(error instanceof EngineTrouble)) return strings.failed.unknown();
  const { code, side } = error.trouble;
  return strings.failed[code](strings.side[side ?? 'creatio']);
}
