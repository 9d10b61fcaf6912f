/**
 * When which account is synchronized by itself: at opening, then some minutes after its last run,
 * later after an error, soon after the network is back. Each account has its own time, so that none
 * waits for another. Pure: it is told the time (milliseconds since 1970), and sets no timer.
 */

/** Minutes from the end of a run to the next one, and the most after errors. */
export const minutes = { visible: 5, hidden: 15, most: 60 };

/**
 * Milliseconds after which a network that came back is used, and the least between two runs that a
 * flapping one brings about.
 */
const onlineDelay = 5_000;
const onlinePause = 60_000;

/** What is known of one account. */
interface AccountTimes {
  /** When its last run ended; before the first one nothing. */
  ended?: number;
  /** How many runs in succession have failed. */
  failures: number;
  /** When it comes even if its time has not come yet. */
  early: number;
}

/** Whether an account could be run now without asking a person. */
type CanRun = (account: string) => boolean;

/** Says when which account is synchronized by itself. */
export class Scheduler {
  private times = new Map<string, AccountTimes>();

  /** These run by themselves from `now` on. One that is new comes at once. */
  set(accounts: readonly string[], now: number): void {
    const timesOf = (account: string): AccountTimes => this.times.get(account) ?? { failures: 0, early: now };
    this.times = new Map(accounts.map((account) => [account, timesOf(account)]));
  }

  /** Whether any account runs by itself. */
  get isEmpty(): boolean {
    return this.times.size === 0;
  }

  /** Whether an account runs by itself. */
  has(account: string): boolean {
    return this.times.has(account);
  }

  /** A run of an account has ended, whoever began it; `withoutError`: it succeeded. */
  ended(account: string, now: number, withoutError: boolean): void {
    const times = this.times.get(account);
    if (!times) return;
    this.times.set(account, { ended: now, failures: withoutError ? 0 : times.failures + 1, early: Infinity });
  }

  /** The network is back. */
  online(now: number): void {
    for (const times of this.times.values()) {
      times.early = Math.min(
        times.early,
        Math.max(now + onlineDelay, (times.ended ?? now - onlinePause) + onlinePause),
      );
    }
  }

  /** When an account comes; nothing if it does not run by itself. */
  next(account: string, hidden: boolean): number | undefined {
    const times = this.times.get(account);
    if (!times) return undefined;
    const usual = hidden ? minutes.hidden : minutes.visible;
    const wait = Math.min(usual * 2 ** times.failures, Math.max(minutes.most, usual));
    return Math.min(times.early, (times.ended ?? Infinity) + wait * 60_000);
  }

  /** The accounts whose time has come, the one that has waited longest first. */
  due(now: number, hidden: boolean, canRun: CanRun): string[] {
    const at = (account: string) => this.next(account, hidden) ?? Infinity;
    const due = [...this.times.keys()].filter((account) => canRun(account) && at(account) <= now);
    return due.sort((one, other) => at(one) - at(other));
  }

  /** When the next account comes; nothing if none does. */
  wake(hidden: boolean, canRun: CanRun): number | undefined {
    const next = [...this.times.keys()].filter(canRun).map((account) => this.next(account, hidden) ?? Infinity);
    return next.length > 0 ? Math.min(...next) : undefined;
  }
}
