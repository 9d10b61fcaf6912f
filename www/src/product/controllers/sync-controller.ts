/** The state of the user's accounts and of the run that goes on. */
import type { Engine } from '../../engine/engine';
import type { MailboxAccount, HeldItem, SyncEvent } from '../../engine/types';
import type { Host } from '../../host/host';
import { stringsFor, type Strings } from '../../strings';
import { RunFinishedEvent } from '../events';
import { LocalTime } from '../local-time';
import { explain } from '../texts';
import { AccountRuns, type Answers } from './account-runs';
import { AutomaticRuns, type Runner } from './automatic-runs';
import type { SignIn, SignInPage } from './sign-in';

/** What is held of an account, as its last run left it. */
export interface HeldOfAccount {
  account: string;
  items: HeldItem[];
}

/**
 * Runs accounts and undoes runs, one at a time.
 *
 * @fires change - Something of it is to be shown anew.
 * @fires schedule-sync-finished - A run or an undo has ended.
 */
export class SyncController extends EventTarget implements Runner, SignInPage {
  /** The texts in the user's language. */
  readonly strings: Strings;
  /** Writes times in the zone of the user's profile. */
  readonly time: LocalTime;
  /** The accounts that run by themselves. */
  readonly automaticRuns: AutomaticRuns;

  /** What the status says. */
  message: string;
  /** Whether the status tells of a failure. */
  failed = false;
  /** How far the run is; `undefined` while none goes on. */
  progress: SyncEvent | undefined;
  /** Whether a run or an undo goes on. */
  running = false;
  /** What is held of each account. */
  held: HeldOfAccount[] = [];

  /** Whether the run that goes on was begun by a person, who can be asked. */
  private isAttended = true;
  /** Whether the last run had nothing to do and nothing to ask. */
  private wasIdle = false;
  private readonly accountRuns: AccountRuns;

  constructor(
    /** Who hosts the product. */
    readonly host: Host,
    /** The engine. */
    readonly engine: Engine,
    /** The accounts that can be synchronized. */
    readonly accounts: MailboxAccount[],
    /** Mailboxes that are shared with others, which this version can't synchronize. */
    readonly sharedAccounts: MailboxAccount[],
    /** Lets the user into their mailboxes. */
    readonly signIn: SignIn,
  ) {
    super();
    const { culture } = host.context;
    this.strings = stringsFor(culture);
    this.time = new LocalTime(engine.zone, culture);
    this.message = accounts.length > 0 ? this.strings.notYet : this.strings.noAccount;
    this.automaticRuns = new AutomaticRuns(this, engine, signIn);
    this.accountRuns = new AccountRuns(engine, signIn, this.strings, (account, withoutError) => {
      this.failed ||= !withoutError;
      this.automaticRuns.ended(account, withoutError);
    });
    signIn.page = this;
  }

  /** Reads which accounts run by themselves, and what is held. */
  async readState(): Promise<void> {
    await Promise.all([this.automaticRuns.readSettings(), this.readHeld()]);
  }

  /** Says something in the status, unless a run speaks there. */
  say(message: string): void {
    if (this.running) return;
    this.message = message;
    this.failed = false;
    this.changed();
  }

  /**
   * Runs the accounts one after the other, with these answers to what is held. The status is
   * replaced before this returns; another run is not begun meanwhile.
   */
  run(accounts: MailboxAccount[], answers: Answers = new Map()): void {
    if (this.running) return;
    this.keepStore();
    this.startRun(accounts, answers, true);
  }

  /** Runs the accounts when nobody is there to be asked. */
  runUnattended(accounts: MailboxAccount[]): void {
    if (!this.running) this.startRun(accounts, new Map(), false);
  }

  /** Undoes a run of an account; ends when that is done, or has failed: the status says which. */
  async undo(account: MailboxAccount, run: string): Promise<void> {
    if (this.running) return;
    this.begin(this.strings.takingBack);
    this.changed();
    await this.finish(async () => {
      const { done, stays } = await this.engine.undo(account.address, run);
      return this.prefixOf(account.address) + this.strings.takenBack(done, stays);
    });
  }

  /** Asks the run to stop: at once while it reads, after what is under way while it writes. */
  stop(): void {
    if (!this.running) return;
    this.message = this.strings.stopping;
    this.changed();
    void this.engine.stop();
  }

  /**
   * Asks the browser not to throw the store away when it runs short of room. Called when a person
   * does something: some browsers ask them.
   */
  keepStore(): void {
    if ('storage' in navigator) void navigator.storage.persist().catch(() => false);
  }

  /** The engine tells how far the run is. */
  showProgress(progress: SyncEvent): void {
    this.progress = progress;
    this.changed();
  }

  settingsFailed(error: unknown): void {
    this.message = explain(this.strings, error);
    this.failed = true;
  }

  signInAwaited(accounts: string[]): void {
    if (!this.failed) this.say(this.strings.signInFirst(accounts.join(', ')));
  }

  timesChanged(): void {
    this.changed();
  }

  canAsk(account: string): boolean {
    return !this.running || this.isAttended || this.accountRuns.current !== account;
  }

  requestChanged(): void {
    this.changed();
  }

  private startRun(accounts: MailboxAccount[], answers: Answers, isAttended: boolean): void {
    this.isAttended = isAttended;
    if (accounts.length === 0) {
      this.say(this.strings.noAccount);
      return;
    }
    this.begin(this.strings.starting);
    this.progress = { phase: 'reading', done: 0, total: 0 };
    this.changed();
    void this.finish(async () => {
      const { text, foundNothing } = await this.accountRuns.run(accounts, answers, this.prefixOf);
      this.wasIdle = !this.failed && foundNothing;
      return text;
    });
  }

  private begin(message: string): void {
    this.running = true;
    this.failed = false;
    this.message = message;
  }

  /** Waits for `work`; the status then says what it gives, or what went wrong. */
  private async finish(work: () => Promise<string>): Promise<void> {
    this.wasIdle = false;
    try {
      this.message = await work();
    } catch (error) {
      this.failed = true;
      this.message = explain(this.strings, error);
    }
    await this.readHeld();
    const waiting = this.isAttended ? [] : this.accounts.filter(({ address }) => this.waitsForSignIn(address));
    if (waiting.length > 0) {
      this.message += ` ${this.strings.signInFirst(waiting.map(({ address }) => address).join(', '))}`;
    }
    this.running = false;
    this.progress = undefined;
    this.automaticRuns.setTimer();
    this.dispatchEvent(new RunFinishedEvent(this.wasIdle));
  }

  /** Names the mailbox that a text is about, where there are several. */
  private readonly prefixOf = (address: string): string => (this.accounts.length > 1 ? `${address}: ` : '');

  private waitsForSignIn(address: string): boolean {
    return this.automaticRuns.timesOf(address).waitsForSignIn;
  }

  /** Reads what is held from the store; if that can't be read, the next run tells why. */
  private async readHeld(): Promise<void> {
    const read = async ({ address }: MailboxAccount) => ({ account: address, items: await this.engine.held(address) });
    this.held = await Promise.all(this.accounts.map(read)).catch(() => this.held);
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}
