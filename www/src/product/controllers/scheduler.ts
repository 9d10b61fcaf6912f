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
const settled = 5_000;
const spared = 60_000;

/** What is known of one account. */
interface Turn {
  /** When its last run ended; before the first one nothing. */
  ended?: number;
  /** How many runs in succession have failed. */
  failures: number;
  /** When it comes even if its time has not come yet. */
  early: number;
}

/** Whether an account could be run now without asking a person. */
type Can = (account: string) => boolean;

export class Scheduler {
  private turns = new Map<string, Turn>();

  /** These run by themselves from `now` on. One that is new comes at once. */
  set(accounts: readonly string[], now: number): void {
    const turn = (account: string): Turn => this.turns.get(account) ?? { failures: 0, early: now };
    this.turns = new Map(accounts.map((account) => [account, turn(account)]));
  }

  /** Whether any account runs by itself. */
  get isEmpty(): boolean {
    return this.turns.size === 0;
  }

  /** Whether an account runs by itself. */
  has(account: string): boolean {
    return this.turns.has(account);
  }

  /** A run of an account has ended, whoever began it; `well`: without an error. */
  ended(account: string, now: number, well: boolean): void {
    const turn = this.turns.get(account);
    if (!turn) return;
    this.turns.set(account, { ended: now, failures: well ? 0 : turn.failures + 1, early: Infinity });
  }

  /** The network is back. */
  online(now: number): void {
    for (const turn of this.turns.values()) {
      turn.early = Math.min(turn.early, Math.max(now + settled, (turn.ended ?? now - spared) + spared));
    }
  }

  /** When an account comes; nothing if it does not run by itself. */
  next(account: string, hidden: boolean): number | undefined {
    const turn = this.turns.get(account);
    if (!turn) return undefined;
    const usual = hidden ? minutes.hidden : minutes.visible;
    const wait = Math.min(usual * 2 ** turn.failures, Math.max(minutes.most, usual));
    return Math.min(turn.early, (turn.ended ?? Infinity) + wait * 60_000);
  }

  /** The accounts whose time has come, the one that has waited longest first. */
  due(now: number, hidden: boolean, can: Can): string[] {
    const at = (account: string) => this.next(account, hidden) ?? Infinity;
    const due = [...this.turns.keys()].filter((account) => can(account) && at(account) <= now);
    return due.sort((one, other) => at(one) - at(other));
  }

  /** When the next account comes; nothing if none does. */
  wake(hidden: boolean, can: Can): number | undefined {
    const times = [...this.turns.keys()].filter(can).map((account) => this.next(account, hidden) ?? Infinity);
    return times.length > 0 ? Math.min(...times) : undefined;
  }
}
