/** Runs accounts by themselves: sets a timer for the time that the scheduler names. */
import type { Engine } from '../../engine/engine';
import type { MailboxAccount } from '../../engine/types';
import type { MailboxAuth } from '../../host/host';
import { Scheduler } from './scheduler';

/** What automatic runs need of what runs the accounts. */
export interface Runner {
  readonly accounts: readonly MailboxAccount[];
  readonly running: boolean;
  /** Runs accounts for which nobody may be asked anything. */
  runUnattended(accounts: MailboxAccount[]): void;
  /** Whether a preview of an account waits for a person: it does not run by itself before that. */
  awaitsLook(account: string): boolean;
  /** These accounts wait until a person has signed in. */
  signInAwaited(accounts: string[]): void;
  /** When accounts run has changed. */
  timesChanged(): void;
}

/** When an account last ran in this window, and when it comes next by itself. */
export interface RunTimes {
  last?: Date;
  next?: Date;
  /** It runs by itself as soon as a person has signed in to it. */
  waitsForSignIn: boolean;
}

/** The accounts that run by themselves, while the page is open. */
export class AutomaticRuns {
  private readonly scheduler = new Scheduler();
  private readonly lastEnds = new Map<string, Date>();
  private timer: number | undefined;
  /** Accounts are being looked at whose time has come; their run is about to begin. */
  private isPreparing = false;

  constructor(
    private readonly runner: Runner,
    private readonly engine: Engine,
    private readonly auth: MailboxAuth,
  ) {}

  /** When an account last ran, and when it comes next. */
  timesOf(account: string): RunTimes {
    const last = this.lastEnds.get(account);
    const waitsForSignIn = this.scheduler.has(account) && !this.auth.ready(account);
    const next = waitsForSignIn ? undefined : this.scheduler.next(account, document.hidden);
    return { waitsForSignIn, ...(last && { last }), ...(next !== undefined && { next: new Date(next) }) };
  }

  /** A run of an account has ended, whoever began it. */
  ended(account: string, withoutError: boolean): void {
    this.lastEnds.set(account, new Date());
    this.scheduler.ended(account, Date.now(), withoutError);
  }

  /**
   * Has these accounts run by themselves, as far as nothing else does that, and sets the timer for
   * them.
   */
  set(accounts: readonly MailboxAccount[]): void {
    const wasEmpty = this.scheduler.isEmpty;
    // the two synchronizations must not work on one mailbox by turns
    const automatic = accounts.filter(({ builtIn }) => !builtIn).map(({ address }) => address);
    this.scheduler.set(automatic, Date.now());
    const isEmpty = this.scheduler.isEmpty;
    if (wasEmpty && !isEmpty) {
      window.addEventListener('online', this.handleOnline);
      document.addEventListener('visibilitychange', this.setTimer);
    }
    if (!wasEmpty && isEmpty) {
      window.removeEventListener('online', this.handleOnline);
      document.removeEventListener('visibilitychange', this.setTimer);
    }
    const waiting = automatic.filter((account) => !this.auth.ready(account));
    if (waiting.length > 0) this.runner.signInAwaited(waiting);
    this.setTimer();
  }

  /**
   * Has the timer go off when the next account's time has come; not while a run goes on, whose end
   * sets it anew.
   */
  readonly setTimer = (): void => {
    window.clearTimeout(this.timer);
    if (!this.runner.running && !this.isPreparing) {
      const wake = this.scheduler.wake(document.hidden, this.isReady);
      if (wake !== undefined) {
        this.timer = window.setTimeout(
          () => {
            void this.runDue();
          },
          Math.max(0, wake - Date.now()),
        );
      }
    }
    this.runner.timesChanged();
  };

  private readonly handleOnline = (): void => {
    this.scheduler.online(Date.now());
    this.setTimer();
  };

  /** Whether an account can be run without asking a person: nobody is interrupted by a dialog. */
  private readonly isReady = (account: string): boolean => this.auth.ready(account) && !this.runner.awaitsLook(account);

  /** Runs the accounts whose time has come. */
  private async runDue(): Promise<void> {
    if (this.runner.running || this.isPreparing) return;
    this.isPreparing = true;
    await this.leaveOutBuiltIn();
    this.isPreparing = false;
    const due = this.scheduler.due(Date.now(), document.hidden, this.isReady);
    const accounts = due.flatMap((address) => this.runner.accounts.filter((account) => account.address === address));
    if (accounts.length > 0) this.runner.runUnattended(accounts);
    this.setTimer();
  }

  /**
   * Leaves out accounts for which Creatio’s own synchronization has been switched on meanwhile.
   */
  private async leaveOutBuiltIn(): Promise<void> {
    const { accounts } = this.runner;
    try {
      const builtIn = new Set((await this.engine.accounts()).filter((one) => one.builtIn).map((one) => one.address));
      for (const account of accounts) account.builtIn = builtIn.has(account.address);
      const automatic = accounts.map(({ address }) => address).filter((address) => this.scheduler.has(address));
      this.scheduler.set(
        automatic.filter((address) => !builtIn.has(address)),
        Date.now(),
      );
    } catch {
      // the run itself tells what is wrong
    }
  }
}
